"""How right the draught reading is: invented crews with their habits, and calls in the dark that change the draught.

    python -m bench draught [--size small|full] [--tune] [--json]

Worlds of `synth.draughts`: coasters that load and unload, whose crews update, never update, update late or give or take
two tenths. No real set at hand holds two draughts of one ship, so how often real crews retype a draught on the way
cannot be measured here; the last line says what the one real set with draughts holds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from bench.grounds import AIS, REAL
from darkwake.events import gap, port_call
from darkwake.schema import PORTS, TIME
from darkwake.synth import draughts as laid
from darkwake.synth.sailing import MOORED
from darkwake.synth.world import World
from darkwake.tracks import Columns, Store, ingest
from darkwake.voyages import changes, draughts, legs

TUNE_SEEDS, REPORT_SEEDS = range(900, 906), range(2000, 2020)
FLOORS = (0.0, 0.2, 0.3, 0.4, 0.6)
RETYPE_M = 0.15
"""How far a crew is off that types its draught again on the way: half within 0.1 m, one in twenty beyond 0.3 m."""
_MOVED = ["deeper", "shallower"]
_OWN = ["habit", "what", "floor"]


def judged(world: World, seed: int | None = None) -> pl.DataFrame:
    """One row a ship, event and floor: habit, what (call, silence or dark call), state and said beside the truth.

    With a seed the crews that update also retype their draught once on every way.
    """
    calls = port_call(ports=_berths(world)).run(world.heard)
    gaps = gap(longer_than=timedelta(hours=2)).run(world.heard)
    events, hour = pl.concat([calls, gaps]), timedelta(hours=1)
    voyages = legs(events, _ships(world.heard))
    quiet = voyages.filter((pl.col("gaps").list.len() == 0) & pl.col("from_port").is_not_null())
    quiet = quiet.filter(pl.col("to_port").is_not_null())
    # as if unheard from an hour after leaving to an hour before the next port: no call is hidden in it
    empty = quiet.select("id", "ship", start=pl.col("departed") + hour, end=pl.col("arrived") - hour)
    empty = empty.filter(pl.col("end") - pl.col("start") >= hour)
    dark = pl.DataFrame(
        [
            {"ship": one.ship, "lies": one.start, "leaves": one.end}
            for one in world.planted
            if one.kind == "dark_port_call"
        ]
    )
    hidden = gaps.join(dark, on="ship").filter((pl.col("start") < pl.col("lies")) & (pl.col("end") > pl.col("leaves")))
    identities = world.identities if seed is None else retyped(world.identities, seed)
    habits = {one.ship: one.pattern for one in world.planted if one.kind == "draught"}
    told = identities.filter(pl.col("field") == "draught_m")["ship"].unique()
    parts = []
    for floor in FLOORS:
        reported = draughts(identities, noise_m=floor)
        for what, table in (("call", calls), ("silence", empty), ("dark call", hidden.select(gaps.columns))):
            found = changes(reported, table, calls=calls, noise_m=floor)
            times = table.select(pl.col("id").alias("event"), "ship", begin="start", end="end")
            timed = found.join(times, on=["event", "ship"]).drop_nulls("end")
            parts.append(_truth(timed.with_columns(what=pl.lit(what), floor=pl.lit(floor)), world))
    both = pl.concat(parts).filter(pl.col("ship").is_in(told.implode()))
    both = both.with_columns(habit=pl.col("ship").replace_strict(habits, return_dtype=pl.String))
    if seed is None:
        return both
    return both.filter(pl.col("habit") == "updates").with_columns(habit=pl.lit(f"retypes, {RETYPE_M} m"))


def retyped(identities: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same with every run of a draught cut in its first six hours, from then on off by `RETYPE_M` (one sigma)."""
    mine = identities.filter(pl.col("field") == "draught_m")
    rng = np.random.default_rng(seed)
    off = pl.Series(rng.normal(0, RETYPE_M, mine.height).round(1))
    later = pl.Series(rng.uniform(0, 6, mine.height) * 3.6e9).cast(pl.Int64).cast(pl.Duration("us"))
    cut = pl.min_horizontal(pl.col("first_seen") + later, "last_seen")
    first = mine.with_columns(cut.cast(TIME).alias("last_seen"))
    second = mine.with_columns(
        cut.cast(TIME).alias("first_seen"),
        (pl.col("value").cast(pl.Float64) + off).round(1).cast(pl.String).alias("value"),
    )
    return pl.concat([identities.filter(pl.col("field") != "draught_m"), first, second])


def _berths(world: World) -> pl.DataFrame:
    """PORTS: a point for each hundredth of a degree in which anybody ever moored, those of a tenth one port."""
    moored = world.messages.filter(pl.col("status") == MOORED)
    points = moored.select((pl.col("true_lat", "true_lon") * 100).round().cast(pl.Int64)).unique()
    rows = [
        (f"ZZ{lat // 10}E{lon // 10}", f"Invented berths {lat // 10} {lon // 10}", "ZZ", lat / 100, lon / 100)
        for lat, lon in points.sort("true_lat", "true_lon").iter_rows()
    ]
    return pl.DataFrame(rows, schema=PORTS, orient="row")


def _ships(heard: pl.DataFrame) -> pl.DataFrame:
    with TemporaryDirectory(prefix="darkwake-bench-") as folder:
        file = Path(folder) / "heard.csv"
        heard.select("time", "ship", "lat", "lon").write_csv(file)
        ingest(file, Path(folder) / "store", columns=Columns.parse("time=time,ship=ship,lat=lat,lon=lon"))
        return Store(Path(folder) / "store").ships()


def _truth(found: pl.DataFrame, world: World) -> pl.DataFrame:
    """The same with true_m, the change of the true draught, and `half`, the middle of the ship's true range.

    Invented ships change their draught at the moment that they leave the berth, and a call ends some kilometres off; so
    what is true half an hour later counts where an event ends in port.
    """
    real = world.messages.join(world.phases.select("phase", "true_draught_m"), on="phase")
    real = real.select("true_draught_m", ship="hull", time="true_time").sort("time")
    out = timedelta(minutes=30)
    both = found
    for side, at in (("begin", pl.col("begin")), ("end", pl.col("end") + out)):
        asked = found.select("event", "ship", time=at).sort("time")
        met = asked.join_asof(real, on="time", by="ship", strategy="backward", check_sortedness=False)
        both = both.join(met.select("event", pl.col("true_draught_m").alias(f"true_{side}")), on="event")
    half = real.group_by("ship").agg(half=(pl.col("true_draught_m").max() + pl.col("true_draught_m").min()) / 2)
    return both.join(half, on="ship").with_columns(true_m=(pl.col("true_end") - pl.col("true_begin")).round(2))


def figures(table: pl.DataFrame) -> pl.DataFrame:
    """Shares by habit, what and floor."""
    moved, really = pl.col("said").is_in(_MOVED), pl.col("true_m").abs() > 0
    right = moved & really & ((pl.col("change_m") > 0) == (pl.col("true_m") > 0))
    stated = pl.col("after_state").is_in(["laden", "ballast"])
    true_state = pl.when(pl.col("true_end") > pl.col("half")).then(pl.lit("laden")).otherwise(pl.lit("ballast"))
    return table.group_by(_OWN).agg(
        n=pl.len(),
        changed=really.sum(),
        found=(right.sum() / really.sum()),
        false=((moved & ~really).sum() / (~really).sum()),
        nothing=(pl.col("said") == "nothing").mean(),
        stated=stated.mean(),
        right=(pl.col("after_state") == true_state).filter(stated).mean(),
    ).sort(_OWN)  # fmt: skip


def real_set() -> dict[str, int] | None:
    """What the one real set with draughts holds: ships, runs, messages, and the seconds that it spans."""
    path, _ = REAL["nmea"]
    if not (AIS / path).exists():
        return None
    with TemporaryDirectory(prefix="darkwake-bench-") as folder:
        ingest(AIS / path, Path(folder) / "store")
        runs = Store(Path(folder) / "store").identities().filter(pl.col("field") == "draught_m")
    span = (pl.col("last_seen").max() - pl.col("first_seen").min()).dt.total_seconds()
    told = runs.select(ships=pl.col("ship").n_unique(), runs=pl.len(), messages=pl.col("messages").sum(), seconds=span)
    return {name: int(value) for name, value in told.row(0, named=True).items()}


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench draught", description=__doc__)
    parser.add_argument("--size", choices=("small", "full"), default="small")
    parser.add_argument("--tune", action="store_true", help="the worlds that the floor was chosen on")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    seeds = list(TUNE_SEEDS if asked.tune else REPORT_SEEDS)[: 4 if asked.size == "small" else None]
    worlds = {seed: laid.lay(seed) for seed in seeds}
    table = figures(pl.concat(judged(world, draw) for seed, world in worlds.items() for draw in (None, seed)))
    if asked.json:
        print(json.dumps({"seeds": seeds, "figures": table.to_dicts(), "real": real_set()}))
        return 0
    with pl.Config(tbl_rows=200, tbl_width_chars=140, tbl_cols=20, float_precision=3, tbl_hide_dataframe_shape=True,
                   tbl_hide_column_data_types=True):  # fmt: skip
        print(table)
    print(f"seeds {seeds[0]} to {seeds[-1]}; the real set nmea: {real_set()}")
    return 0
