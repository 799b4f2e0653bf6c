"""How often an inferred call is right: tracks cut off before a call, and tracks cut off where no call follows.

    python -m bench inferred [--json]

The real sets among GFW's anchorages. One cut a ship and distance: of a ship with a call, its track ends when it is last
that far from the port before it; of one without, at some time with six hours (of the Solent set half an hour) still to
be heard. Nothing was tuned on it: `near_m` and `miss_m` were set before.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from bench.grounds import real
from bench.reach import ANCHORAGES
from darkwake import geo, ports, schema
from darkwake.events import gap, port_call
from darkwake.voyages import inferred, legs, top_speeds

FAR_KM = (5.0, 10.0, 20.0, 40.0)


def ships_of(table: pl.DataFrame) -> pl.DataFrame:
    """SHIPS of POSITIONS in the order of a store."""
    cited = pl.struct("source", first_row="row", last_row="row").cast(schema.CITATION)
    return table.group_by("ship", maintain_order=True).agg(
        pl.col("ais_class").first(), pl.len().cast(pl.Int64).alias("positions"),
        first_seen=pl.col("time").first(), first_lat=pl.col("lat").first(), first_lon=pl.col("lon").first(),
        last_seen=pl.col("time").last(), last_lat=pl.col("lat").last(), last_lon=pl.col("lon").last(),
        sources=pl.concat_list(cited.first(), cited.last()),
    ).select(list(schema.SHIPS))  # fmt: skip


def cuts(positions: pl.DataFrame, known: pl.DataFrame, far_km: float, rest: timedelta, seed: int) -> pl.DataFrame:
    """One row a ship: at, where its track is cut off; port, what it called at next, null where nothing follows."""
    calls = port_call(ports=known).run(positions)
    named = [pl.col("details").str.json_path_match(f"$.{name}").alias(name) for name in ("port", "name")]
    first = calls.sort("start").group_by("ship", maintain_order=True).first().select("ship", "start", *named)
    rng, rows = np.random.default_rng(seed), []
    for track in positions.partition_by("ship"):
        ship = track["ship"][0]
        call = first.filter(pl.col("ship") == ship)
        if call.height:
            points = known.filter(pl.col("port") == call["port"][0])
            before = track.filter(pl.col("time") < call["start"][0])
            far = np.min([geo.distance_m(before["lat"].to_numpy(), before["lon"].to_numpy(), lat, lon)
                          for lat, lon in points.select("lat", "lon").iter_rows()], axis=0)  # fmt: skip
            off = np.flatnonzero(far >= far_km * 1000)
            if len(off):
                rows.append((ship, before["time"][int(off[-1])], call["port"][0]))
            continue
        early = track.filter(pl.col("time") <= track["time"][-1] - rest)
        if early.height > 10:
            rows.append((ship, early["time"][int(rng.integers(10, early.height))], None))
    return pl.DataFrame(rows, {"ship": pl.Int64, "at": schema.TIME, "port": pl.String}, orient="row")


def judged(name: str, far_km: float) -> dict[str, Any] | None:
    """Of one set: of how many cut tracks the port is among the inferred and first; and how many have a false one."""
    positions = real(name)
    if positions is None or not ANCHORAGES.exists():
        return None
    known = ports.read(ANCHORAGES)[0]
    rest = timedelta(hours=0.5 if name == "solent" else 6)
    at = cuts(positions, known, far_km, rest, seed=5)
    left = positions.join(at, on="ship").filter(pl.col("time") <= pl.col("at")).select(positions.columns)
    events = pl.concat([gap(longer_than=timedelta(hours=6)).run(left), port_call(ports=known).run(left)])
    ships = ships_of(left)
    runs, speeds = legs(events, ships), top_speeds(left.lazy(), ships["ship"].to_list())
    reach = schema.empty(schema.REACH)
    found = inferred(runs, events, ships, reach, known, left.lazy(), top_kn=speeds).filter(pl.col("kind") == "end")
    firsts = found.group_by("ship", maintain_order=True).agg(first=pl.col("port").first(), all=pl.col("port"))
    both = at.join(firsts, on="ship", how="left")
    calling, passing = both.filter(pl.col("port").is_not_null()), both.filter(pl.col("port").is_null())
    return {
        "set": name, "km": far_km, "calls": calling.height,
        "among": calling.filter(pl.col("all").list.contains(pl.col("port"))).height,
        "first": calling.filter(pl.col("first") == pl.col("port")).height,
        "no_call": passing.height, "false": passing.filter(pl.col("first").is_not_null()).height,
    }  # fmt: skip


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench inferred", description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    rows = [row for name in ("kattegat", "solent", "gfw") for far in FAR_KM if (row := judged(name, far))]
    with pl.Config(tbl_rows=50):
        print(json.dumps(rows) if asked.json else pl.DataFrame(rows))
    return 0
