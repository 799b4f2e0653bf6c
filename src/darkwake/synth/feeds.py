"""Writes what was heard of a world in the layout of the Danish Maritime Authority's files: 26 columns in a zip.

Such files carry more than positions of ships, and so do these: exact repeats, base stations, aids to navigation,
transmitters without a fix (latitude 91), numbers that are no ship's. None of it takes a heard position away.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import polars as pl

from darkwake.errors import WrongUse
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


def write_dma(world: World, folder: Path, stem: str = "invented-ais") -> list[Path]:
    """One zip a month with one CSV in it, rows by time; the same world gives the same bytes.

    Returns:
        The files, in the order of their months.

    Raises:
        WrongUse: ships of this world say other things than what they are, which these files do not write yet.
    """
    if world.claims is not None:
        raise WrongUse(
            "this world has claims (false or garbled identities), and the files would give each ship's true ones",
            where="write_dma",
            to_do="Use world.heard and world.identities",
        )
    months = world.messages.filter("heard").select(pl.col("time").dt.strftime("%Y-%m").unique().sort())["time"]
    return [_zipped(_month(world, month), folder / f"{stem}-{month}.zip") for month in months]


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


def _month(world: World, month: str) -> pl.DataFrame:
    rng = np.random.default_rng([world.seed, 11, int(month.replace("-", ""))])
    heard = world.messages.filter("heard", pl.col("time").dt.strftime("%Y-%m") == month)
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
    ships = pl.DataFrame(
        [
            (
                one.mmsi, str(one.imo) if one.imo else "Unknown", one.callsign, one.name, _TYPE[one.ship_type],
                one.width_m, one.length_m, one.length_m - one.length_m // 5, one.length_m // 5,
                one.width_m // 2, one.width_m - one.width_m // 2,
            )
            for one in world.ships
        ],
        schema={
            "ship": pl.Int64, "IMO": pl.String, "Callsign": pl.String, "Name": pl.String, "Ship type": pl.String,
            "Width": pl.Int64, "Length": pl.Int64, "A": pl.Int64, "B": pl.Int64, "C": pl.Int64, "D": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    phases = world.phases.select(
        "phase",
        pl.col("destination").alias("Destination"),
        pl.col("draught_m").round(1).cast(pl.String).alias("Draught"),
        pl.col("eta").dt.strftime("%d/%m/%Y %H:%M:%S").alias("ETA"),
    )
    small = pl.col("ais_class") == "B"
    full = heard.join(ships, on="ship", how="left", maintain_order="left").join(
        phases, on="phase", how="left", maintain_order="left"
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
