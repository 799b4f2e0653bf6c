"""What is known of a site, for other programs: GeoParquet, GeoJSON and CSV of its timelines.

    timeline.parquet, .geojson, .csv     one row a building and stretch of one status, machine's and analysts' readings
    buildings.parquet, .geojson, .csv    one row a building: whether it can be assessed, its last status, its breaks
    site.csv                             one row a date of the site: how many buildings have which status

The same tables give the same bytes. Times are UTC; null at an end means that it is not known, or still so.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import geoparquet
from darkwake.evidence import canonical
from darkwake.sites import hashes
from darkwake.sites.footprints import as_geojson
from darkwake.sites.site_tables import Watched


def timeline(watched: Watched) -> pl.DataFrame:
    """One row a building and phase, and one for each building that cannot be assessed, with its rings.

    Columns: site, building, label, status, start_after, start_by, end_after, end_by, posterior, by, assessable, why,
    says, images (ids), sha256 (of the files of those images), rings.
    """
    digests = _digests(watched.images)
    phases = watched.phases.select(
        "building", "status", "start_after", "start_by", "end_after", "end_by", "posterior", "by", "says", "images"
    )
    known = watched.footprints.select("site", "building", "label", "rings")
    told = known.join(watched.assessed.select("building", "assessable", "why"), on="building", how="left")
    every = told.join(phases, on="building", how="left", maintain_order="left_right")
    every = every.with_columns(
        pl.col("status").fill_null("unknown"),
        pl.Series("sha256", [_of(digests, names) for names in every["images"].to_list()], dtype=pl.List(pl.String)),
    )
    return every.select(
        "site", "building", "label", "status", "start_after", "start_by", "end_after", "end_by", "posterior", "by",
        "assessable", "why", "says", "images", "sha256", "rings",
    ).sort("site", "building", "start_by", "by", "status")  # fmt: skip


def buildings(watched: Watched) -> pl.DataFrame:
    """One row a building: ASSESSED, how many breaks it has and the first and last of them, with its rings."""
    breaks = watched.breaks.group_by("building").agg(
        pl.len().cast(pl.Int64).alias("breaks"),
        pl.col("by").min().alias("first_break_by"),
        pl.col("by").max().alias("last_break_by"),
        pl.col("q").min().alias("least_q"),
    )
    return (
        watched.footprints.select("site", "building", "label", "kind", "lon", "lat", "area_m2", "rings")
        .join(watched.assessed.drop("site"), on="building", how="left")
        .join(breaks, on="building", how="left")
        .with_columns(pl.col("breaks").fill_null(0))
        .select(pl.exclude("rings"), "rings")
        .sort("site", "building")
    )


def site_days(watched: Watched) -> pl.DataFrame:
    """One row a date of the site and status: how many buildings have it on that date, of those that have any."""
    counts = watched.statuses.group_by("time", "status").agg(pl.len().cast(pl.Int64).alias("buildings"))
    return counts.select(pl.lit(watched.site).alias("site"), "time", "status", "buildings").sort("time", "status")


def write(watched: Watched, folder: Path) -> list[Path]:
    """Write all of them into a folder; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in (("timeline", timeline(watched)), ("buildings", buildings(watched))):
        for path, data in (
            (folder / f"{name}.parquet", as_geoparquet(table)),
            (folder / f"{name}.geojson", as_geojson_text(table).encode()),
            (folder / f"{name}.csv", as_csv(table.drop("rings")).encode()),
        ):
            hashes.write_whole(path, data)
            written.append(path)
    hashes.write_whole(folder / "site.csv", as_csv(site_days(watched)).encode())
    return [*written, folder / "site.csv"]


# --- formats ---


def as_geoparquet(table: pl.DataFrame) -> bytes:
    """A table with a column `rings` as GeoParquet 1.1: WKB polygons in `geometry`, degrees, longitude first."""
    shapes = [None if rings is None else as_geojson(rings) for rings in table["rings"].to_list()]
    return geoparquet.as_geoparquet(table.drop("rings"), shapes)


def as_geojson_text(table: pl.DataFrame) -> str:
    """A table with a column `rings` as a GeoJSON FeatureCollection (RFC 7946), a feature a line."""
    features = []
    for number, row in enumerate(table.iter_rows(named=True)):
        rings = row.pop("rings")
        feature = {"type": "Feature", "id": number, "geometry": as_geojson(rings) if rings is not None else None}
        features.append(json.dumps(feature | {"properties": canonical(row)}, ensure_ascii=False, allow_nan=False))
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}\n"


def as_csv(table: pl.DataFrame) -> str:
    """A table as CSV: times in UTC with Z, lists with spaces between; a cell is never taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.iter_rows())
    return out.getvalue()


def wkb(rings: Sequence[Sequence[float]]) -> bytes:
    """Rings as WKB, little-endian: a polygon, or a multipolygon where there is more than one outer ring."""
    return geoparquet.wkb(as_geojson(rings))


# --- within ---


def _digests(images: pl.DataFrame) -> dict[str, list[str]]:
    """The hashes of the files of each image."""
    return {
        row["image"]: sorted({band["sha256"] for band in row["bands"] if band["sha256"]})
        for row in images.select("image", "bands").iter_rows(named=True)
    }


def _of(digests: Mapping[str, list[str]], names: Iterable[str] | None) -> list[str]:
    return sorted({digest for name in names or () for digest in digests.get(name, ())})


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(canonical(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return " ".join(_cell(one) for one in value)
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    # spreadsheets run cells that begin so
    return "'" + text if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t") else text
