"""When a real building site began, on 93 real Sentinel-2 pictures, beside dates that people read.

    python -m bench construction [--json]

`s2_timelapse_construction/AE`: quicklooks of 512 x 512 pixels with clouds, without coordinates, eight bits, as they
were drawn into a film (IARPA SMART, MIT; modified Copernicus Sentinel data). Phases of the site that is probably the
same (AE_R001_0081) stand in construction_phases.csv. How the outline was drawn: on the picture of 28 May 2020 round the
block of halls and its yard that does not stand in that of 3 July 2018, by eye, and no other was tried. The pictures get
an invented place, and then go the way of all images: series, guards, breaks, timeline.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import transform

from darkwake import schema
from darkwake.sites import change, controls, footprints, guards, images, series, timeline

FOLDER = Path(__file__).parents[2] / "shared/data/imagery/s2_timelapse_construction/AE"
LABELS = FOLDER.parents[1] / "construction_phases.csv"
SITE = "AE_R001_0081"
OUTLINE = ((230, 189), (317, 260), (280, 305), (200, 240))
"""Columns and rows of the corners of the plot."""
PIXEL_M = 3.6
"""The scale bar of 200 m is 55 pixels long."""
EAST, NORTH, CRS = 500_000.0, 0.0, "EPSG:32631"
"""An invented place, in the sea."""
_LINES = (18, 488)
"""Above stand scale bar and date, below the logos."""
WORDS = {"cleared": "Site Preparation", "under construction": "Active Construction", "rebuilt": "Post Construction"}


def laid(folder: Path) -> int:
    """The pictures as GeoTIFFs of an invented place; how many."""
    place = from_origin(EAST, NORTH, PIXEL_M, PIXEL_M)
    pictures = sorted(FOLDER.glob("*.png"))
    for picture in pictures:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a picture has no place is known
            with rasterio.open(picture) as one:
                pixels = one.read()[:3].astype(np.float32)
        pixels[:, : _LINES[0]] = pixels[:, _LINES[1] :] = np.nan
        name = folder / f"AE_{picture.stem.replace('-', '')}.tif"
        with rasterio.open(
            name, "w", driver="GTiff", width=512, height=512, count=3, dtype="float32", crs=CRS, transform=place,
            nodata=float("nan"),
        ) as out:  # fmt: skip
            out.write(pixels)
            for band, word in enumerate(("red", "green", "blue"), start=1):
                out.set_band_description(band, word)
    return len(pictures)


def outlined(path: Path) -> pl.DataFrame:
    """FOOTPRINTS: the plot."""
    corners = [*OUTLINE, OUTLINE[0]]
    xs, ys = [EAST + PIXEL_M * x for x, _ in corners], [NORTH - PIXEL_M * y for _, y in corners]
    ring = [list(pair) for pair in zip(*transform(CRS, "EPSG:4326", xs, ys), strict=True)]
    told = {"type": "Feature", "properties": {"id": "plot"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps(told))
    return footprints.read(path, site="AE")[0]


def watched(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """STATUSES and PHASES of the plot, as a cell: an area, of which no building is known.

    Places as large as the plot find no room in the picture, so the controls are as large as cells of 36 m.
    """
    laid(folder)
    found = images.find(folder, site="AE", sensor="optical")
    plot = outlined(folder / "plot.geojson").with_columns(kind=pl.lit("cell"))
    quiet = controls.controls(footprints.cells(plot, size_m=36.0), apart_m=30.0, images=found)
    both = series.series(found, pl.concat([plot, quiet]))
    own = pl.col("building").is_in(plot["building"].implode())
    told, control = guards.guard(both.filter(own), both.filter(~own))
    breaks, _ = change.breaks(told, controls=control, site="AE")
    # one place makes no scene of its own, so the controls tell the noise
    return timeline.timeline(told, breaks, plot, schema.empty(schema.READINGS), controls=control)[:2]


def labelled() -> dict[str, tuple[date | None, date]]:
    """Of each phase the last date before and the first date of it, as people read them."""
    rows = pl.read_csv(LABELS, try_parse_dates=True).filter(pl.col("site_id") == SITE).sort("observation_date")
    found: dict[str, tuple[date | None, date]] = {}
    before: date | None = None
    for when, phase in rows.select("observation_date", "phase").iter_rows():
        if phase not in found:
            found[phase] = (before, when)
        before = when
    return found


def figures() -> dict[str, Any]:
    """Of each status between which dates it began, by machine and by label, and how many days lie between."""
    with tempfile.TemporaryDirectory() as folder:
        days, phases = watched(Path(folder))
    result: dict[str, Any] = {
        "usable dates": days.height,
        "phases": phases.select("status", "start_after", "start_by", "posterior").to_dicts(),
        "starts": {},
    }
    labels = labelled()
    for status, phase in WORDS.items():
        before, first = labels[phase]
        entry: dict[str, Any] = {"label": [before, first], "machine": None}
        starts = phases.filter(pl.col("status") == status).sort("start_by").to_dicts()
        if starts:
            after, by = starts[0]["start_after"], starts[0]["start_by"].date()
            entry["machine"] = [after and after.date(), by]
            entry["days after the label"] = (by - first).days
            # a label says that it began between two dates, and so does the machine: only what lies between is wrong
            late = (after.date() - first).days if after else 0
            early = (before - by).days if before else 0
            entry["days between the intervals"] = max(late, 0) or -max(early, 0)
        result["starts"][phase] = entry
    return result


def main(argv: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench construction", description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    found = figures()
    if asked.json:
        print(json.dumps(found, indent=1, default=str))
        return 0
    print(f"{found['usable dates']} usable of 93 pictures\n")
    for row in found["phases"]:
        began = f"{row['start_after'] or ''!s:.10} / {row['start_by']!s:.10}"
        print(f"  {row['status']:20} from {began:>24}  {row['posterior']:.2f}")
    for phase, entry in found["starts"].items():
        print(f"\n{phase}")
        for key, value in entry.items():
            print(f"  {key:22} {' / '.join(map(str, value)) if isinstance(value, list) else value}")
    return 0
