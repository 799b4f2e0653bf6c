"""Images of a site: a folder of rasters, or a STAC item or collection of items, as rows of IMAGES.

Files of one sensor, orbit and instant are one image with several bands. An image that cannot be used is a row with its
reason: no date, no coordinates, cut short, bands that cannot be told. Nothing is left out without a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import Unreadable
from darkwake.evidence import content_id
from darkwake.sites import image_names, stac, stack
from darkwake.sites.stac import Raster

ENDINGS = (".tif", ".tiff", ".jp2", ".png", ".jpg", ".jpeg")
_CREDIT = {
    "s1": "Contains modified Copernicus Sentinel data",
    "s2": "Contains modified Copernicus Sentinel data",
    "landsat": "Landsat image courtesy of the U.S. Geological Survey",
}
_PLAIN = {1: ("gray",), 3: ("red", "green", "blue"), 4: ("blue", "green", "red", "nir")}
"""Bands of optical rasters that name none: colour pictures, and four bands in the order of Planet's products."""


def find(item: Path | str, *, site: str = "", sensor: str = "", credit: str = "") -> pl.DataFrame:
    """IMAGES of a folder, a STAC item or item collection (a file or an http address).

    Args:
        item: the folder, file or address.
        site: the site's name; else the folder's or file's.
        sensor: what took them, where neither name nor item says it: "s1", "s2", "landsat" or "optical".
        credit: who must be named beside the pictures, where the item does not say it.

    Raises:
        Unreadable: nothing is there, or no image is among it.
    """
    text = str(item)
    if text.startswith(("http://", "https://")) or Path(text).suffix.lower() in (".json", ".geojson"):
        rasters = stac.rasters(text)
        name = site or Path(text).stem
    else:
        folder = Path(text)
        if not folder.is_dir():
            raise Unreadable("there is no such folder of images", where=text, to_do="Name a folder or a STAC file")
        rasters = [_of_file(file, folder) for file in sorted(folder.rglob("*")) if file.suffix.lower() in ENDINGS]
        name = site or folder.name
    if not rasters:
        raise Unreadable("no image is there", where=text, to_do=f"Give files ending in {', '.join(ENDINGS)}")
    rows = [_row(group, name, sensor, credit) for group in _together(rasters)]
    columns = pl.Schema({**schema.IMAGES, "_dtype": pl.String()})
    return _odd_ones(pl.DataFrame(rows, schema=columns, orient="row")).sort(
        "site", "time", "sensor", "image", nulls_last=True
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    raster: Raster
    header: stack.Header | None
    problem: str


def _of_file(file: Path, folder: Path) -> Raster:
    told = image_names.told(file.stem, "/".join(file.parent.relative_to(folder).parts))
    return Raster(
        path=str(file), band=told.band, time=told.time, sensor=told.sensor, orbit=told.orbit, baseline=told.baseline
    )


def _together(rasters: Iterable[Raster]) -> list[list[Raster]]:
    """Bands of one image: one item, or one sensor, orbit and instant in one folder; else a file is its own image."""
    groups: dict[tuple[Any, ...], list[Raster]] = {}
    for one in rasters:
        own = one.item or (Path(one.path).parent if one.band else one.path)
        key = (one.sensor, one.orbit, one.time, own)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _row(group: list[Raster], site: str, sensor: str, credit: str) -> dict[str, Any]:
    opened = [_open(one) for one in group]
    first = opened[0]
    sensor = first.raster.sensor or sensor or "optical"
    bands = _bands(opened, sensor)
    good = next((one.header for one in opened if one.header and one.header.bounds), None)
    problem = _problem(opened, bands)
    west, south, east, north = good.bounds if good and good.bounds else (None,) * 4
    return {
        "image": first.raster.item or content_id("img", sensor, first.raster.orbit, first.raster.time, _names(group)),
        "site": site,
        "sensor": sensor,
        "orbit": first.raster.orbit,
        "time": first.raster.time or _tagged(opened),
        "bands": bands,
        "crs": good.crs if good else "",
        "gsd_m": min((one.header.gsd_m for one in opened if one.header), default=0.0),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "baseline": first.raster.baseline,
        "credit": first.raster.credit or credit or _credit(sensor, first.raster.time),
        "usable": not problem,
        "why": problem,
        "_dtype": good.dtype if good else "",
    }


def _names(group: Iterable[Raster]) -> list[str]:
    return sorted(Path(one.path).name for one in group)


def _open(one: Raster) -> _Opened:
    try:
        return _Opened(one, stack.header(one.path), "")
    except Unreadable as error:
        return _Opened(one, None, error.what)


def _bands(opened: Iterable[_Opened], sensor: str) -> list[dict[str, Any]]:
    found = []
    for one in opened:
        if one.header is None:
            continue
        for at, name in enumerate(_named(one, sensor), start=1):
            if name:
                found.append({"band": name, "path": one.raster.path, "at": at, "sha256": ""})
    return sorted(found, key=lambda band: (str(band["band"]), str(band["path"])))


def _named(one: _Opened, sensor: str) -> tuple[str, ...]:
    header = one.header
    if header is None:
        return ()
    if one.raster.band and len(header.bands) == 1:
        return (one.raster.band,)
    if one.raster.bands and len(one.raster.bands) == len(header.bands):
        return one.raster.bands
    if all(header.bands):
        return tuple(image_names.band_name(text) for text in header.bands)
    if sensor == "s1" and len(header.bands) == 2:
        return ("VV", "VH")
    return _PLAIN.get(len(header.bands), ())


def _tagged(opened: Iterable[_Opened]) -> datetime | None:
    """The date that a TIFF's own tags give, where its name has none."""
    for one in opened:
        for tag in ("ACQUISITION_DATETIME", "acquisition_time", "TIFFTAG_DATETIME"):
            text = one.header.tags.get(tag, "") if one.header else ""
            time = image_names.time_in(text.replace(":", "-", 2) if tag == "TIFFTAG_DATETIME" else text)
            if time:
                return time
    return None


def _problem(opened: list[_Opened], bands: list[dict[str, Any]]) -> str:
    broken = [one.problem for one in opened if one.problem]
    if broken:
        return broken[0]
    if not (opened[0].raster.time or _tagged(opened)):
        return "no date: neither the name nor the file says when it was taken"
    if not bands:
        return "its bands cannot be told: neither names nor a known number of them"
    if any(one.header is not None and one.header.bounds is None for one in opened):
        return "unreferenced: without coordinates it is for looking only"
    return ""


def _credit(sensor: str, time: datetime | None) -> str:
    said = _CREDIT.get(sensor, "")
    return f"{said} {time.year}" if said and time and sensor in ("s1", "s2") else said


def _odd_ones(images: pl.DataFrame) -> pl.DataFrame:
    """Refuses what does not fit the rest of its series: other bands, 8-bit pictures among 16-bit, an image twice."""
    names = pl.col("bands").list.eval(pl.element().struct.field("band")).list.join("+")
    kind = pl.format("{} of {}", names, "_dtype")
    series = ["sensor", "orbit"]
    good = images.filter("usable").select(*series, kind.alias("_usual"))
    usual = good.group_by(series).agg(pl.col("_usual").mode().sort().first())
    told = images.join(usual, on=series, how="left", maintain_order="left")
    odd = pl.col("usable") & (kind != pl.col("_usual"))
    again = pl.col("usable") & ~pl.col("image").is_first_distinct()
    why = (
        pl.when(odd)
        .then(pl.format("its bands are {}, those of the series are {}", kind, "_usual"))
        .when(again)
        .then(pl.lit("the same image again"))
        .otherwise("why")
    )
    return told.with_columns(usable=pl.col("usable") & ~odd & ~again, why=why).drop("_usual", "_dtype")


def with_hashes(images: pl.DataFrame, hashes: Mapping[str, str]) -> pl.DataFrame:
    """IMAGES with the sha256 of each file that was read."""
    rows = [
        row | {"bands": [band | {"sha256": hashes.get(band["path"], band["sha256"])} for band in row["bands"]]}
        for row in images.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=schema.IMAGES, orient="row")
