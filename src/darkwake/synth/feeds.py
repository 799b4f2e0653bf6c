"""Writes what was heard of a world in the layout of the Danish Maritime Authority's files: 26 columns in a zip.

Such files carry more than positions of ships, and so do these: exact repeats, base stations, aids to navigation,
transmitters without a fix (latitude 91), numbers that are no ship's. None of it takes a heard position away.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from darkwake.synth.said import own_claims
from darkwake.synth.world import World

HEADER = (
    "# Timestamp", "Type of mobile", "MMSI", "Latitude", "Longitude", "Navigational status", "ROT", "SOG", "COG",
    "Heading", "IMO", "Callsign", "Name", "Ship type", "Cargo type", "Width", "Length",
    "Type of position fixing device", "Draught", "Destination", "ETA", "Data source type", "A", "B", "C", "D",
)  # fmt: skip
_STATUS = {0: "Under way using engine", 1: "At anchor", 5: "Moored"}
_TYPE = {30: "Fishing", 52: "Tug", 60: "Passenger", 70: "Cargo", 80: "Tanker"}
REPEATS = 0.05
"""Share of rows that stand twice. Real files hold far more in dense water; the demo stays small."""
NO_FIX = 0.001
"""Share of extra rows from transmitters without a position."""


def write_dma(
    world: World, folder: Path, stem: str = "invented-ais", *, since: datetime | None = None,
    until: datetime | None = None,
) -> list[Path]:  # fmt: skip
    """One zip a month with one CSV in it, rows by time; the same world gives the same bytes.

    A ship that said of itself what it is not stands there with what it said.

    Args:
        world: whose heard messages are written.
        folder: where to.
        stem: how the names begin.
        since: the first moment written; None for the world's own.
        until: the first moment that is not.

    Returns:
        The files, in the order of their months.
    """
    heard = world.messages.filter(
        "heard", pl.col("time") >= (since or world.start), pl.col("time") < (until or world.end)
    )
    months = heard.select(pl.col("time").dt.strftime("%Y-%m").unique().sort())["time"]
    return [_zipped(_month(world, heard, month), folder / f"{stem}-{month}.zip") for month in months]


def _zipped(table: pl.DataFrame, path: Path) -> Path:
    text = io.BytesIO()
    table.write_csv(text)
    member = zipfile.ZipInfo(f"{path.stem}.csv", date_time=(2025, 1, 1, 0, 0, 0))  # fixed: equal worlds, equal bytes
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    member.create_system = 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text.getvalue(), compresslevel=2)
    return path


def _month(world: World, heard: pl.DataFrame, month: str) -> pl.DataFrame:
    rng = np.random.default_rng([world.seed, 11, int(month.replace("-", ""))])
    heard = heard.filter(pl.col("time").dt.strftime("%Y-%m") == month)
    rows = _rows(world, heard)
    again = rows[np.flatnonzero(rng.random(len(rows)) < REPEATS)]
    lost = rows[np.flatnonzero(rng.random(len(rows)) < NO_FIX)].with_columns(
        pl.lit("91.000000").alias("Latitude"), pl.lit("181.000000").alias("Longitude")
    )
    nobody = rows.head(3).with_columns(pl.lit(0, pl.Int64).alias("MMSI"), pl.lit("").alias("Name"))
    table = pl.concat([rows, again, lost, nobody, _fixed_marks(world, heard)]).sort("time", "MMSI", "Latitude")
    return table.select(pl.col("time").dt.strftime("%d/%m/%Y %H:%M:%S").alias(HEADER[0]), *HEADER[1:])


def _rows(world: World, heard: pl.DataFrame) -> pl.DataFrame:
    """The heard messages with all columns of `HEADER` (the first as `time`), as text where the file's form differs."""
    phases = world.phases.select(
        "phase",
        pl.col("destination").alias("Destination"),
        pl.col("draught_m").round(1).cast(pl.String).alias("Draught"),
        pl.col("eta").dt.strftime("%d/%m/%Y %H:%M:%S").alias("ETA"),
    )
    small = pl.col("ais_class") == "B"
    # a claim's number is small, a ship's own is its MMSI: what a message says of itself goes before what it is
    says = pl.coalesce("claim", "hull") if "hull" in heard.columns else pl.col("ship")
    full = (
        heard.with_columns(says=says)
        .join(_said(world), on="says", how="left", maintain_order="left")
        .join(phases, on="phase", how="left", maintain_order="left")
    )
    return full.select(
        "time",
        (pl.lit("Class ") + pl.col("ais_class")).alias("Type of mobile"),
        pl.col("ship").alias("MMSI"),
        _decimals("lat", 6).alias("Latitude"),
        _decimals("lon", 6).alias("Longitude"),
        pl.col("status").replace_strict(_STATUS, default="Unknown value", return_dtype=pl.String)
        .alias("Navigational status"),
        pl.when(small).then(pl.lit("")).otherwise(pl.lit("0.0")).alias("ROT"),
        _decimals("sog", 1).alias("SOG"),
        _decimals("cog", 1).alias("COG"),
        pl.when(small).then(None).otherwise(pl.col("heading").cast(pl.Int64)).alias("Heading"),
        "IMO", "Callsign", "Name", "Ship type",
        pl.lit("").alias("Cargo type"),
        "Width", "Length",
        pl.lit("GPS").alias("Type of position fixing device"),
        pl.when(small).then(pl.lit("")).otherwise("Draught").alias("Draught"),
        pl.when(small).then(pl.lit("Unknown")).otherwise("Destination").alias("Destination"),
        pl.when(small).then(pl.lit("")).otherwise("ETA").alias("ETA"),
        pl.lit("AIS").alias("Data source type"),
        "A", "B", "C", "D",
    )  # fmt: skip


def _said(world: World) -> pl.DataFrame:
    """What ships say of themselves, by MMSI, and what some said that they are not, by the claim's number."""
    known = own_claims(world.ships)
    known = pl.concat([known, world.claims]) if world.claims is not None else known
    stern, half = pl.col("length_m") // 5, pl.col("width_m") // 2
    return known.select(
        pl.col("claim").alias("says"),
        pl.col("imo").cast(pl.String).fill_null("Unknown").alias("IMO"),
        pl.col("callsign").alias("Callsign"),
        pl.col("name").alias("Name"),
        pl.col("ship_type").replace_strict(_TYPE, return_dtype=pl.String).alias("Ship type"),
        pl.col("width_m").alias("Width"),
        pl.col("length_m").alias("Length"),
        (pl.col("length_m") - stern).alias("A"),
        stern.alias("B"),
        half.alias("C"),
        (pl.col("width_m") - half).alias("D"),
    )


def _decimals(column: str, digits: int) -> pl.Expr:
    """A number as text with exactly so many decimals, without a Python call a row."""
    scaled = (pl.col(column).cast(pl.Float64) * 10**digits).round(0).cast(pl.Int64)
    whole, rest = scaled.abs() // 10**digits, scaled.abs() % 10**digits
    sign = pl.when(scaled < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}.{}", sign, whole.cast(pl.String), rest.cast(pl.String).str.pad_start(digits, "0"))


def _fixed_marks(world: World, heard: pl.DataFrame) -> pl.DataFrame:
    """A base station's and a buoy's message each six hours from every station on the coast."""
    first, last = pl.col("time").min(), pl.col("time").max()
    times = heard.select(pl.datetime_range(first, last, "6h", time_unit="us").alias("time"))
    marks = pl.DataFrame(
        [
            (kind, number * 10_000 + 9_000 + place, f"{one.lat + off:.6f}", f"{one.lon + off:.6f}")
            for place, one in enumerate(world.stations)
            for kind, number, off in (("Base Station", 470, 0.0), ("AtoN", 99_470, 0.05))
        ],
        schema={"Type of mobile": pl.String, "MMSI": pl.Int64, "Latitude": pl.String, "Longitude": pl.String},
        orient="row",
    )
    empty = [
        pl.lit(None, pl.Int64).alias(name) if name in ("Heading", "Width", "Length", "A", "B", "C", "D")
        else pl.lit("AIS" if name == "Data source type" else "").alias(name)
        for name in HEADER[5:]
    ]  # fmt: skip
    return times.join(marks, how="cross").with_columns(empty).select("time", *HEADER[1:])
