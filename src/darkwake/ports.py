"""Ports: the table in the package, and the files of ports that a user brings."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from darkwake import country
from darkwake.errors import MissingColumn, Unreadable
from darkwake.evidence import content_id
from darkwake.schema import PORTS

# header of the file -> our columns; a layout is recognised when all of its headers stand in the file
LAYOUTS: dict[str, dict[str, str]] = {
    "world-port-index": {
        "UN/LOCODE": "port", "Main Port Name": "name", "Country Code": "country",
        "Latitude": "lat", "Longitude": "lon",
    },
    "gfw-anchorages": {
        "s2id": "port", "label": "name", "iso3": "country", "latitude": "lat", "longitude": "lon",
    },
    "gfw-ports": {"label": "name", "iso3": "country", "latitude": "lat", "longitude": "lon"},
    "ports": {"name": "name", "country": "country", "lat": "lat", "lon": "lon"},
}  # fmt: skip


def layout(header: list[str]) -> str | None:
    """The name of the layout that a CSV header has; None where it is no file of ports."""
    for name, columns in LAYOUTS.items():
        if set(columns) <= set(header):
            return name
    return None


def sniff(file: Path) -> str | None:
    """The layout of a file of ports, from its first line; None where it is none."""
    if file.suffix.lower() != ".csv":
        return None
    with file.open("rb") as raw:
        header = raw.readline(65_536).decode("utf-8-sig", errors="replace")
    return layout([word.strip().strip('"') for word in header.split(",")])


@cache
def default() -> pl.DataFrame:
    """The package's own table, PORTS: facts drawn from the World Port Index by scripts/make_ports.py."""
    packed = files("darkwake").joinpath("data", "ports.csv").read_bytes()
    return pl.read_csv(packed, schema=PORTS)


def read(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """The ports in a CSV file as PORTS, sorted by port, and how many rows were refused, by reason.

    Raises:
        Unreadable: the file is no CSV.
        MissingColumn: its header is none of the known layouts.
    """
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        raise Unreadable(
            "the file of ports cannot be read as CSV", where=str(path), to_do="Export it as CSV in UTF-8"
        ) from error
    kind = layout(raw.columns)
    if kind is None:
        raise MissingColumn(
            f"the header {raw.columns[:8]} is no known layout of ports",
            where=str(path),
            to_do="Use the World Port Index, a GFW anchorages file, or columns name,country,lat,lon",
        )
    columns = LAYOUTS[kind]
    table = raw.select(pl.col(theirs).str.strip_chars().alias(ours) for theirs, ours in columns.items())
    table = table.with_columns(
        pl.col("lat", "lon").cast(pl.Float64, strict=False),
        _codes(table["country"]),
        (pl.col("port") if kind == "world-port-index" else pl.lit(None, pl.String)).alias("port"),
    )
    # the index writes the code as "IR BSR"; where it is missing its country is the only trace
    table = table.with_columns(pl.col("port").str.replace_all(" ", "").str.extract("^([A-Z]{2}[A-Z2-9]{3})$"))
    checks = {
        "no position": pl.col("lat").is_null() | pl.col("lon").is_null(),
        "position out of range": (pl.col("lat").abs() > 90) | (pl.col("lon").abs() > 180),
        "no name": pl.col("name").is_null() | (pl.col("name") == ""),
        "unknown country": pl.col("country").is_null(),
    }
    reason = pl.coalesce(pl.when(test).then(pl.lit(word)) for word, test in checks.items())
    table = table.with_columns(reason.alias("reason"))
    refused = dict(table.drop_nulls("reason").group_by("reason").len().sort("reason").iter_rows())
    kept = table.filter(pl.col("reason").is_null())
    shared = kept.group_by("port").agg(pl.col("name").n_unique().alias("names")).filter(pl.col("names") > 1)["port"]
    kept = kept.with_columns(pl.when(~pl.col("port").is_in(shared.implode())).then(pl.col("port")).alias("port"))
    made = [content_id("port", where, called) for where, called in kept.select("country", "name").iter_rows()]
    kept = kept.with_columns(pl.coalesce("port", pl.Series(made, dtype=pl.String)).alias("port"))
    return kept.select(list(PORTS)).unique().sort(list(PORTS)), refused


def _codes(names: pl.Series) -> pl.Series:
    found = {word: country.code(word) for word in names.drop_nulls().unique()}
    return names.replace_strict(found, default=None, return_dtype=pl.String).alias("country")
