"""Whether the true port is in reach every time: the middle of known voyages hidden, and how many ports are named.

    python -m bench reach [--size small|full] [--json]

Three kinds of truth: calls in the real sets among GFW's anchorages (and visits that only sailed past), positions of
real tracks taken as ports of their own, and calls in invented worlds. Each is hidden with some hours before and after,
the ship's speed is taken from what is left of its track, and the port must be in the set. Beside it, in the same run,
the straight-line rule: the great circles there and back at the same speed. Calls in which the ship jumps (over 60 knots
from position to position) are no truth and are left out; they are counted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from bench.grounds import AIS, real
from darkwake import geo, ports, schema, synth
from darkwake.events import port_call
from darkwake.synth import draughts as laid
from darkwake.voyages import top_speeds, within_reach
from darkwake.voyages.reach import ALLOWANCE, SLOWEST_TOP_KN

ANCHORAGES = AIS / "anchorages" / "anchorage_overrides.csv"
_LEADS_H = (0.5, 1.0, 2.0, 4.0, 8.0, 24.0)
_LEAST_H = 0.5
MOST_KN = 60.0
MOST = 1500
"""Stretches of tracks hidden in a set, about."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A gap that was made, the port that was called at in it, and the ports to look among."""

    ground: str
    gap: dict[str, Any]
    port: str
    speed_kn: float
    ports: pl.DataFrame


def gap_of(ship: int, before: dict[str, Any], after: dict[str, Any], number: int) -> dict[str, Any]:
    """A row of EVENTS from the last position before and the first after."""
    return {
        "id": f"gap-{ship}-{number}", "kind": "gap", "ship": ship, "other": None, "start": before["time"],
        "end": after["time"], "start_lat": before["lat"], "start_lon": before["lon"], "end_lat": after["lat"],
        "end_lon": after["lon"], "details": "{}", "sources": [],
    }  # fmt: skip


def cut(track: pl.DataFrame, since: datetime, until: datetime) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The last position before and the first after; None where the track does not reach that far."""
    before, after = track.filter(pl.col("time") <= since), track.filter(pl.col("time") >= until)
    if before.is_empty() or after.is_empty():
        return None
    return before.row(-1, named=True), after.row(0, named=True)


def shown(track: pl.DataFrame, gap: dict[str, Any]) -> float:
    """The speed that the ship shows in what is left of its track."""
    left = track.filter((pl.col("time") <= gap["start"]) | (pl.col("time") >= gap["end"]))
    return top_speeds(left.lazy(), [gap["ship"]]).get(gap["ship"], 0.0)


def jumps(track: pl.DataFrame, gap: dict[str, Any]) -> bool:
    """Whether the ship moves faster than any ship between two positions of what is hidden."""
    inner = track.filter(pl.col("time").is_between(gap["start"], gap["end"]))
    lat, lon = inner["lat"].to_numpy(), inner["lon"].to_numpy()
    seconds = inner["time"].diff().dt.total_microseconds().to_numpy()[1:] / 1e6
    metres = geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    return bool((metres > MOST_KN * geo.KNOT_MS * np.maximum(seconds, 1.0)).any())


def calls_hidden(ground: str, positions: pl.DataFrame, known: pl.DataFrame, every: int = 1) -> Iterator[Hidden]:
    """Each call and each visit in passing, hidden with as many hours around it as the track allows, least first."""
    found = port_call(ports=known, passing=True).run(positions).drop_nulls("end")
    found = found.with_columns(pl.col("details").str.json_path_match("$.port").alias("port"))
    tracks = {key[0]: track for key, track in positions.partition_by("ship", as_dict=True).items()}
    for number, call in enumerate(found[::every].iter_rows(named=True)):
        for lead_h in _LEADS_H:
            lead = timedelta(hours=lead_h)
            ends = cut(tracks[call["ship"]], call["start"] - lead, call["end"] + lead)
            if ends is None:
                break
            gap = gap_of(call["ship"], *ends, number * 10 + _LEADS_H.index(lead_h))
            if all(port_distance(known, call["port"], end) > 4_000.0 for end in ends):
                kind = "jump" if jumps(tracks[call["ship"]], gap) else ground
                yield Hidden(kind, gap, call["port"], shown(tracks[call["ship"]], gap), known)


def port_distance(known: pl.DataFrame, port: str, at: dict[str, Any]) -> float:
    """Metres from a position to the nearest point of a port."""
    points = known.filter(pl.col("port") == port)
    return float(geo.distance_m(at["lat"], at["lon"], points["lat"].to_numpy(), points["lon"].to_numpy()).min())


def positions_hidden(ground: str, positions: pl.DataFrame, *, each: int, seed: int) -> Iterator[Hidden]:
    """Stretches of real tracks hidden; the position farthest off both ends is the port that must be in the set."""
    rng = np.random.default_rng(seed)
    tracks = positions.partition_by("ship")
    for number, track in enumerate(tracks[:: max(1, len(tracks) * each // MOST)]):
        span_h = (track["time"][-1] - track["time"][0]).total_seconds() / 3600
        if span_h < 3 * _LEAST_H:
            continue
        for turn in range(each):
            length_h = float(rng.uniform(_LEAST_H, span_h / 2))
            since = track["time"][0] + timedelta(hours=float(rng.uniform(0, span_h - length_h)))
            ends = cut(track, since, since + timedelta(hours=length_h))
            if ends is None:
                continue
            gap = gap_of(track["ship"][0], *ends, number * 100 + turn)
            inner = track.filter(pl.col("time").is_between(gap["start"], gap["end"], closed="none"))
            longest = inner["time"].diff().max()
            if inner.height < 5 or not isinstance(longest, timedelta) or longest > timedelta(hours=1):
                continue
            far = sum(geo.distance_m(end["lat"], end["lon"], inner["lat"].to_numpy(), inner["lon"].to_numpy())
                      for end in ends)  # fmt: skip
            at = inner.row(int(np.argmax(far)), named=True)
            own = pl.DataFrame([("ZZOWN", "where it was", "ZZ", at["lat"], at["lon"])], schema.PORTS, orient="row")
            yield Hidden("jump" if jumps(track, gap) else ground, gap, "ZZOWN", shown(track, gap), own)


def judged(one: Hidden) -> dict[str, Any]:
    """Whether the port is in the set, how large that is, and the same of the straight-line rule."""
    events = pl.DataFrame([one.gap], schema=schema.EVENTS)
    began = time.perf_counter()
    found = within_reach(events, one.ports, {one.gap["ship"]: one.speed_kn})
    seconds = time.perf_counter() - began
    speed = max(one.speed_kn * ALLOWANCE, SLOWEST_TOP_KN)
    budget_m = (one.gap["end"] - one.gap["start"]).total_seconds() * speed * geo.KNOT_MS
    lat, lon = one.ports["lat"].to_numpy(), one.ports["lon"].to_numpy()
    way = geo.distance_m(one.gap["start_lat"], one.gap["start_lon"], lat, lon)
    way = way + geo.distance_m(one.gap["end_lat"], one.gap["end_lon"], lat, lon)
    straight = one.ports.filter(pl.Series(way <= budget_m))["port"]
    return {
        "ground": one.ground, "hours": (one.gap["end"] - one.gap["start"]).total_seconds() / 3600,
        "in": one.port in set(found["port"]), "size": found.height, "straight_in": one.port in set(straight),
        "straight_size": straight.n_unique(), "seconds": seconds, "gap": one.gap["id"], "port": one.port,
        "speed_kn": one.speed_kn,
    }  # fmt: skip


def everything(*, small: bool) -> Iterator[Hidden]:
    """All that is hidden."""
    every = 6 if small else 1
    known = ports.read(ANCHORAGES)[0] if ANCHORAGES.exists() else ports.default()
    for name in ("kattegat", "solent", "gfw"):
        positions = real(name)
        if positions is not None:
            yield from calls_hidden(f"{name}, calls", positions, known, every if name == "gfw" else 1)
            yield from positions_hidden(f"{name}, positions", positions, each=1 if small else 10, seed=4)
    for seed in range(3000, 3001 if small else 3008):
        yield from calls_hidden("invented coasters, calls", laid.lay(seed, days=7).truth, ports.default(), every)
    demo = synth.demo.world().truth
    if small:
        demo = demo.filter(pl.col("ship").is_in(demo["ship"].unique().sort().head(20).implode()))
    yield from calls_hidden("demo world, calls", demo, ports.default(), every)


def figures(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """By ground: how many, share with the port in the set, sizes, and the straight-line rule's."""
    return (
        pl.DataFrame(rows)
        .group_by("ground", maintain_order=True)
        .agg(
            n=pl.len(),
            hours=pl.col("hours").median(),
            in_set=pl.col("in").mean(),
            median=pl.col("size").median(),
            p90=pl.col("size").quantile(0.9),
            most=pl.col("size").max(),
            line_in=pl.col("straight_in").mean(),
            line_median=pl.col("straight_size").median(),
            line_p90=pl.col("straight_size").quantile(0.9),
            line_most=pl.col("straight_size").max(),
            ms=pl.col("seconds").mean() * 1000,
        )
    )


def main(argv: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench reach", description=__doc__)
    parser.add_argument("--size", choices=("small", "full"), default="small")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    hidden = list(everything(small=asked.size == "small"))
    rows = [judged(one) for one in hidden if one.ground != "jump"]
    table, lost = figures(rows), [row for row in rows if not row["in"]]
    if asked.json:
        print(json.dumps({"figures": table.to_dicts(), "lost": lost, "jumps": len(hidden) - len(rows)}))
        return 0
    with pl.Config(tbl_rows=50, tbl_cols=20, tbl_width_chars=140, float_precision=3, fmt_str_lengths=40,
                   tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):  # fmt: skip
        print(table)
    print(f"{len(hidden) - len(rows)} left out because the ship jumps in them")
    for row in lost:
        print(f"lost: {row['gap']}, {row['port']}, {row['hours']:.1f} h at {row['speed_kn']:.1f} kn ({row['ground']})")
    return 0
