"""Shared numbers taken apart: agreement with Global Fishing Watch's own segments, planted ships, and speed.

    python -m bench.segment [--json] [--data ../shared/data/ais]

The adjusted Rand index is 1 where two divisions of the same messages agree and about 0 where they agree by chance.
416000000 (January 2014) is the set that thresholds were chosen on; the others are reported. Each position counts once
(schema.in_order), so messages that a set holds twice do not weigh double.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.schema import POSITIONS, TIME, in_order
from darkwake.tracks.hulls import hulls
from darkwake.tracks.segment import segment

DATA = Path(__file__).parents[2] / "shared/data/ais"
TUNED = "416000000"
TARGET = 0.95


def rand_index(one: Sequence[object], other: Sequence[object]) -> float:
    """The adjusted Rand index of two divisions (Hubert and Arabie, 1985)."""
    table = pl.DataFrame({"one": list(map(str, one)), "other": list(map(str, other))})

    def pairs(*by: str) -> float:
        counts = table.group_by(by).len()["len"].cast(pl.Float64)
        return float((counts * (counts - 1) / 2).sum())

    both, first, second = pairs("one", "other"), pairs("one"), pairs("other")
    total = len(table) * (len(table) - 1) / 2
    expected = first * second / total if total else 0.0
    most = (first + second) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def as_positions(table: pl.DataFrame) -> pl.DataFrame:
    """ship, time, lat, lon, sog, cog and segment as POSITIONS in order, with the column segment beside them."""
    whole = table.with_row_index("row", offset=1).with_columns(
        pl.col("row").cast(pl.Int64),
        pl.col("time").cast(TIME),
        pl.col("sog", "cog").cast(pl.Float32),
        source=pl.lit("1" * 64),
        **{name: pl.lit(None, POSITIONS[name]) for name in ("heading", "status", "ais_class", "receiver")},
    )
    ordered = in_order(whole.select(list(POSITIONS)))
    return ordered.join(whole.select("row", "segment"), on="row", how="left", maintain_order="left")


def _json_lines(path: Path, truth: str | None) -> pl.DataFrame:
    table = pl.read_ndjson(path, infer_schema_length=None).filter(pl.col("lat").is_not_null())
    # a set in which every course is 0 gives none; speeds of 0 are kept, as they were given to GFW's segmenter too
    course = pl.when((pl.col("course") < 360) & (pl.col("course") != 0).any()).then("course")
    moment = pl.col("timestamp").str.replace("T", " ").str.strip_chars_end("Z")
    return as_positions(
        table.select(
            ship=pl.col("ssvid").cast(pl.Int64),
            time=moment.str.to_datetime("%Y-%m-%d %H:%M:%S%.f"),
            lat="lat",
            lon="lon",
            sog="speed",
            cog=course,
            segment=truth or pl.lit(""),
        )
    )


def _positions_2018(data: Path) -> pl.DataFrame:
    table = pl.read_csv(data / "gfw-positions-2018/position_messages.csv")
    return as_positions(
        table.select(
            ship="ssvid",
            time=pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S%:z").dt.replace_time_zone(None),
            lat="lat",
            lon="lon",
            sog="speed",
            cog=pl.lit(None, pl.Float32),
            segment="seg_id",
        )
    )


READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "416000000": lambda data: _json_lines(data / "gfw-segment/segmented-416000000.json", "segment"),
    "gfw-positions-2018": _positions_2018,
    "338013000": lambda data: _json_lines(data / "gfw-segment/338013000.json", "expected"),
    "263576000": lambda data: _json_lines(data / "gfw-segment/263576000.json", None),
}
"""Each set with how to read it from the folder of AIS data; the last has no truth."""


ALONE = {
    "Kattegat": ("dma-kattegat-2025-11", "Timestamp", "MMSI", "Latitude", "Longitude", "SOG", None),
    "Solent": (
        "solent-2016-01-12",
        "Time",
        "MMSI",
        "Latitude_degrees",
        "Longitude_degrees",
        "SOG_knots",
        "COG_degrees",
    ),
}
"""Real ships that send numbers of their own: the folder, and its columns for time, ship, lat, lon, sog and cog."""


def alone(data: Path, name: str) -> pl.DataFrame:
    """Positions of those ships, `segment` being the ship itself."""
    folder, when, ship, lat, lon, sog, cog = ALONE[name]
    files = sorted((data / folder).glob("*.parquet")) + sorted((data / folder).glob("*.csv"))
    table = pl.read_parquet(files[0]) if files[0].suffix == ".parquet" else pl.read_csv(files[0])
    if table.schema[when] == pl.String:
        table = table.with_columns(pl.col(when).str.to_datetime())
    known = pl.col(cog) if cog else pl.lit(None, pl.Float32)
    return as_positions(
        table.filter(pl.col(lat).is_between(-90, 90) & pl.col(lon).is_between(-180, 180)).select(
            ship=pl.col(ship).cast(pl.Int64),
            time=pl.col(when).cast(TIME),
            lat=lat,
            lon=lon,
            sog=pl.when(pl.col(sog) < 102.25).then(sog),
            cog=pl.when(known < 360).then(known),
            segment=pl.col(ship).cast(pl.String),
        )
    )


def paired(positions: pl.DataFrame, least: int = 20) -> pl.DataFrame:
    """Neighbours in order of their first message under one number, if each was heard `least` times beside the other."""
    spans = positions.group_by("ship").agg(first=pl.col("time").min(), last=pl.col("time").max()).sort("first", "ship")
    pair = spans.with_columns(pair=990_000_000 + pl.int_range(pl.len()) // 2).with_columns(
        begins=pl.col("first").max().over("pair"), ends=pl.col("last").min().over("pair")
    )
    beside = pl.col("time").is_between("begins", "ends").sum().over("ship") >= least
    joined = positions.join(pair, on="ship").filter(beside)
    whole = joined.filter(pl.col("ship").n_unique().over("pair") == 2)
    unique = whole.with_columns(ship="pair").unique(["ship", "time", "lat", "lon"], keep="first", maintain_order=True)
    return unique.select(positions.columns).sort("ship", "time", "lat", "lon")


def scored(positions: pl.DataFrame, **thresholds: float) -> dict[str, float]:
    """The agreement of our tracks with the column segment."""
    found = segment(positions.drop("segment"), **thresholds)
    both = found.join(positions.select("source", "row", "segment"), on=["source", "row"])
    return {
        "positions": len(both),
        "gfw_segments": both["segment"].n_unique(),
        "tracks": both["track"].n_unique(),
        "rand_index": round(rand_index(both["segment"].to_list(), both["track"].to_list()), 4),
        "longest_kept": round(_longest_kept(both), 4),
    }


def _longest_kept(both: pl.DataFrame) -> float:
    """The share of the other's longest segment that is in one of our tracks."""
    longest = both.filter(pl.col("segment") == both["segment"].value_counts(sort=True)["segment"][0])
    return float(longest["track"].value_counts(sort=True)["count"][0] / len(longest))


def planted(ships: int, hours: float, apart_nm: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invented pairs of ships under one number, `apart_nm` apart on like courses, and how they were sent.

    Messages come every two to twenty minutes, in turns by chance, with errors of 30 m and reception gaps of up to six
    hours; courses change a little at every message.
    """
    dice = np.random.default_rng(seed)
    tables = []
    for ship in range(ships):
        lat, lon, course = dice.uniform(-60, 60), dice.uniform(-180, 180), dice.uniform(0, 360)
        for number in range(2):
            start = geo.destination([lat], [lon], course + 90, number * apart_nm * geo.METRES_PER_NM)
            tables.append(_sailed(dice, 990_000_000 + ship, start, course, hours, number))
    table = pl.concat(tables)
    return as_positions(table), table


def _sailed(
    dice: np.random.Generator,
    ship: int,
    start: tuple[np.ndarray, np.ndarray],
    course: float,
    hours: float,
    number: int,
) -> pl.DataFrame:
    steps = dice.uniform(2 / 60, 20 / 60, int(hours * 6))
    steps[dice.random(len(steps)) < 0.005] += dice.uniform(1, 6)
    at = np.cumsum(steps)
    at = at[at < hours]
    knots = np.clip(12 + np.cumsum(dice.normal(0, 0.1, len(at))), 6, 18)
    run = np.diff(at, prepend=0.0) * knots * geo.METRES_PER_NM
    lat, lon = geo.destination(start[0], start[1], course, np.cumsum(run))
    lat, lon = geo.destination(lat, lon, dice.uniform(0, 360, len(at)), np.abs(dice.normal(0, 30, len(at))))
    sent = np.append(geo.bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:]), course % 360) % 360
    began = np.datetime64("2031-03-01", "us").astype(np.int64)
    return pl.DataFrame(
        {
            "ship": np.full(len(at), ship),
            "time": pl.Series(began + (at * 3.6e9).astype(np.int64)).cast(TIME),
            "lat": lat,
            "lon": lon,
            "sog": knots,
            "cog": sent,
            "segment": [str(number)] * len(at),
        }
    )


def speed() -> dict[str, dict[str, int]]:
    """Rows a second by how much there is to take apart."""
    pairs, _ = planted(100, 24 * 14, 30, seed=5)
    single = pairs.filter(pl.col("segment") == "0")
    alone = pl.concat([single.with_columns(ship=pl.col("ship") + 1000 * copy) for copy in range(5)])
    one, _ = planted(1, 24 * 365, 30, seed=6)
    rates = {}
    for name, table in (("ships alone", alone), ("two ships a number", pairs), ("one number for a year", one)):
        positions = table.drop("segment").sort("ship", "time", "lat", "lon")
        positions = positions.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        began = time.perf_counter()
        segments = segment(positions)
        done = time.perf_counter()
        hulls(positions, segments)
        rates[name] = {
            "rows": len(positions),
            "segment_rows_s": round(len(positions) / (done - began)),
            "hulls_rows_s": round(len(positions) / (time.perf_counter() - done)),
        }
    return rates


def told_apart(positions: pl.DataFrame) -> dict[str, float]:
    """Of pairs: the mean agreement of hulls with the ships, how many agree well, and how many are two hulls."""
    bare = positions.drop("segment")
    segments = segment(bare)
    laid = hulls(bare, segments).select("ship", "track", "hull")
    both = segments.join(positions.select("row", "segment"), on="row").join(laid, on=["ship", "track"])
    scores = [
        rand_index(group["segment"].to_list(), group["hull"].to_list())
        for _, group in both.group_by("ship", maintain_order=True)
    ]
    hulls_of = laid.group_by("ship").agg(pl.col("hull").max())["hull"]
    return {
        "rand_index": round(float(np.mean(scores)), 4),
        "above_0.95": int(np.sum(np.array(scores) > 0.95)),
        "two_hulls": int((hulls_of == 2).sum()),
        "of": len(scores),
    }


def split(positions: pl.DataFrame) -> dict[str, int]:
    """Of single ships, how many came out as more than one hull."""
    bare = positions.drop("segment")
    laid = hulls(bare, segment(bare)).group_by("ship").agg(pl.col("hull").max())
    return {"split": int((laid["hull"] > 1).sum()), "of": len(laid)}


def main() -> None:
    """Print the table, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sets = {name: READERS[name](options.data) for name in list(READERS)[:3]}
    figures: dict[str, object] = {name: scored(table) for name, table in sets.items()}
    for ship, table in sets["gfw-positions-2018"].group_by("ship", maintain_order=True):
        figures[f"gfw-positions-2018, {ship[0]}"] = scored(table)
    for apart_nm in (5, 15, 27, 100):
        figures[f"planted pairs {apart_nm} nm apart"] = told_apart(planted(20, 24 * 7, apart_nm, seed=11)[0])
    figures["planted ships alone"] = split(planted(100, 24 * 14, 30, seed=12)[0].filter(pl.col("segment") == "0"))
    for name in ALONE:
        real = alone(options.data, name)
        figures[f"{name}, ships alone"] = split(real)
        figures[f"{name}, pairs under one number"] = told_apart(paired(real))
    figures |= {f"speed, {name}": rate for name, rate in speed().items()}
    targets = [
        {"name": f"Rand index with GFW, {name}", "want": f">= {TARGET}", "got": got, "meets": got >= TARGET}
        for name in (TUNED, "gfw-positions-2018")
        for got in [figures[name]["rand_index"]]  # type: ignore[index]  # the figures of a set
    ]
    if options.json:
        print(json.dumps({"figures": figures, "targets": targets}))
        return
    for label, value in figures.items():
        tuned = " (thresholds chosen on it)" if label == TUNED else ""
        print(f"{label + tuned:48} {value}")


if __name__ == "__main__":
    main()
