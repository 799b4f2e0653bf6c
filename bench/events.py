"""What the detectors find of planted meetings, drifts and lies in busy water, and what they say where nothing is.

    python -m bench events [--size small|full] [--tune] [--seed N ...] [--json]

Worlds of `darkwake.synth.plants` and, of the same seeds, `darkwake.synth.busy` without plants. bench/matching.py says
when a plant is found and an event false; docs/synth.md what is planted among whom. Seeds below 100 are for tuning
(`--tune`), those from 1000 on for reports. Beside them two simple rules of a peer, see `peers_of`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from bench import grounds, matching
from bench.matching import Event, Judged
from darkwake import geo
from darkwake.schema import in_order
from darkwake.synth import Planted, World, busy, plants

SIZES = {"small": (3, 7.0), "full": (12, 14.0)}
"""Worlds of each sort, and their days."""
RECALL, FALSE_PER_1000 = 0.95, 1.0
KINDS = ("encounter", "dark_encounter", "loitering", "false_identity", "false_position", "interference")
_LINES = 5
"""Reasons that are printed for each outcome."""
_SHOWN = 12
"""Examples of misses and false events that are printed for each detector."""


# --- the detectors, and two rules of a peer ---


def found_by(kind: str, world: World, heard: pl.DataFrame) -> list[Event] | str:
    """The events of a detector in a world; a sentence where there is no such detector yet, or it fails."""
    try:
        module = importlib.import_module(f"darkwake.events.{kind}")
    except ModuleNotFoundError:
        return f"darkwake.events.{kind} does not exist"
    try:
        return _run(kind, module, world, heard)
    except Exception as error:
        return f"darkwake.events.{kind} failed: {type(error).__name__}: {str(error).splitlines()[0]}"


def _run(kind: str, module: Any, world: World, heard: pl.DataFrame) -> list[Event]:
    if kind == "encounter":
        return matching.of_events(module.encounter().run(heard), world.end)
    if kind == "loitering":
        both = [module.loitering(preset=preset).run(heard) for preset in ("offshore", "coastal")]
        return matching.of_events(pl.concat(both), world.end)
    if kind == "false_identity":
        return matching.of_events(module.false_identity(identities=world.identities).run(heard), world.end)
    if kind == "interference":
        false = importlib.import_module("darkwake.events.false_position").false_position().run(heard)
        return matching.of_areas(module.interference(false))
    return matching.of_events(getattr(module, kind)().run(heard), world.end)


def peers_of(heard: pl.DataFrame) -> dict[str, list[Event]]:
    """Two rules as arktrace's documentation gives them, done over.

    Meeting: two ships heard in the same cell in the same half hour; here the cell is a square of 0.0078 degrees (about
    the 0.74 km2 of an H3 cell of resolution 8), and neighbouring half hours are one meeting. False position: two
    positions of a ship one after the other that need more than 50 knots; those within an hour are one event.
    """
    cells = heard.select(
        "ship", "time", "lat", "lon", slot=pl.col("time").dt.truncate("30m"),
        cell=pl.Series(geo.cell(heard["lat"], heard["lon"], 0.0078125)),
    ).unique(["ship", "slot", "cell"], keep="first", maintain_order=True)  # fmt: skip
    met = cells.join(cells.select("ship", "slot", "cell"), on=["slot", "cell"], suffix="_two")
    met = met.filter(pl.col("ship") < pl.col("ship_two")).sort("ship", "ship_two", "slot")
    new = (pl.col("slot").diff() > pl.duration(minutes=30)) | (pl.struct("ship", "ship_two").rle_id().diff() != 0)
    runs = met.with_columns(run=new.fill_null(value=True).cum_sum()).group_by("run", maintain_order=True).agg(
        pl.col("ship", "ship_two", "lat", "lon").first(), start=pl.col("slot").first(),
        end=pl.col("slot").last() + pl.duration(minutes=30),
    )  # fmt: skip
    meetings = [
        Event("encounter", row["ship"], row["ship_two"], row["start"], row["end"], ((row["lat"], row["lon"]),), "", {})
        for row in runs.iter_rows(named=True)
    ]
    return {"arktrace, same cell in 30 min": meetings, "arktrace, 50 kn": _fast(heard)}


def _fast(heard: pl.DataFrame) -> list[Event]:
    before = heard.with_columns(pl.col("time", "lat", "lon").shift().over("ship").name.prefix("last_")).drop_nulls(
        "last_time"
    )
    metres = geo.distance_m(before["last_lat"], before["last_lon"], before["lat"], before["lon"])
    seconds = (before["time"] - before["last_time"]).dt.total_seconds().to_numpy()
    fast = before.filter(pl.Series(metres > 50 * geo.KNOT_MS * np.maximum(seconds, 1)))
    new = (pl.col("time") - pl.col("time").shift() > pl.duration(hours=1)) | (pl.col("ship") != pl.col("ship").shift())
    runs = fast.with_columns(run=new.fill_null(value=True).cum_sum()).group_by("run", maintain_order=True).agg(
        pl.col("ship", "lat", "lon").first(), start=pl.col("last_time").first(), end=pl.col("time").last()
    )  # fmt: skip
    return [
        Event("false_position", row["ship"], None, row["start"], row["end"], ((row["lat"], row["lon"]),), "", {})
        for row in runs.iter_rows(named=True)
    ]


# --- measuring ---


class Tally:
    """What one detector did over all worlds."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.failed = name, kind, ""
        self.plants: list[tuple[int, Planted, bool]] = []
        self.events: dict[str, list[tuple[int, Judged]]] = {"planted": [], "clean": []}

    def add(self, seed: int, sort: str, world: World, events: list[Event] | str) -> None:
        """The events of one world."""
        if isinstance(events, str):
            self.failed = f"{events} (seed {seed}, {sort})"
            return
        self.plants += [(seed, *pair) for pair in matching.recalled(self.kind, list(world.planted), events)]
        self.events[sort] += [(seed, one) for one in matching.judged(world, self.kind, events)]

    def figures(self, ship_days: dict[str, float]) -> dict[str, Any]:
        """Recall by pattern, events by outcome, and how many are false in 1,000 ship-days."""
        found = sum(hit for _, _, hit in self.plants)
        by_pattern = {
            pattern: f"{sum(hit for _, one, hit in self.plants if one.pattern == pattern)}"
            f"/{sum(one.pattern == pattern for _, one, _ in self.plants)}"
            for pattern in dict.fromkeys(str(one.pattern) for _, one, _ in self.plants)
        }
        sorts: dict[str, Any] = {}
        for sort, events in self.events.items():
            outcomes = Counter(one.outcome for _, one in events)
            why = {word: Counter(one.why for _, one in events if one.outcome == word) for word in _OUTCOMES[1:]}
            per_1000 = {
                word: round(1000 * outcomes[word] / ship_days[sort], 2) if ship_days[sort] else 0.0
                for word in ("false", "true")
            }
            sorts[sort] = {"events": len(events), **{word: outcomes[word] for word in _OUTCOMES},
                           "false_per_1000": per_1000["false"], "true_per_1000": per_1000["true"],
                           **{f"{word}_by": dict(counts.most_common()) for word, counts in why.items()}}  # fmt: skip
        return {
            "detector": self.name, "failed": self.failed, "plants": len(self.plants), "found": found,
            "recall": round(found / len(self.plants), 4) if self.plants else None, "by_pattern": by_pattern, **sorts,
        }  # fmt: skip

    def examples(self) -> list[str]:
        """Misses and false events, with what it needs to look at them."""
        lines = [
            f"missed  seed {seed} {one.pattern}: {one.ship} {one.other or ''} {one.start:%m-%d %H:%M} to "
            f"{one.end:%m-%d %H:%M} at {one.lat:.3f}, {one.lon:.3f}: {one.says}"
            for seed, one, hit in self.plants if not hit
        ]  # fmt: skip
        wrong = [(seed, sort, one) for sort, events in self.events.items() for seed, one in events
                 if one.outcome == "false"]  # fmt: skip
        lines += [
            f"false   seed {seed} ({sort}) {one.why}: {one.event.ship} {one.event.other or ''} "
            f"{one.event.start:%m-%d %H:%M} to {one.event.end:%m-%d %H:%M}" + _at(one.event)
            for seed, sort, one in wrong
        ]
        return lines


_OUTCOMES = ("found", "true", "another", "note", "false")


def _at(event: Event) -> str:
    return f" at {event.places[0][0]:.3f}, {event.places[0][1]:.3f}" if event.places else ""


def measured(seeds: Sequence[int], days: float, tell: Callable[[str], None]) -> tuple[list[Tally], dict[str, Any]]:
    """All detectors over all worlds, and how dense these were."""
    tallies = {kind: Tally(kind, kind) for kind in KINDS}
    seconds = dict.fromkeys(KINDS, 0.0)
    ship_days = {"planted": 0.0, "clean": 0.0}
    density: list[dict[str, Any]] = []
    for seed in seeds:
        for sort, make in (("planted", plants.lay), ("clean", busy.clean)):
            tell(f"seed {seed}, {sort}")
            world = make(seed, days)
            water = busy.of_seed(seed)
            full = busy.density(world.truth, water.box)
            ship_days[sort] += full.ship_days
            density.append({"seed": seed, "sort": sort, "water": water.name, "sea_km2": full.sea_km2,
                            "ships_per_1000_km2": round(full.per_1000_km2, 2), "ship_days": round(full.ship_days),
                            "heard_rows": int(world.messages["heard"].sum())})  # fmt: skip
            heard = in_order(world.heard)
            for kind in KINDS:
                begin = time.perf_counter()
                tallies[kind].add(seed, sort, world, found_by(kind, world, heard))
                seconds[kind] += time.perf_counter() - begin
            for name, events in peers_of(heard).items():
                tallies.setdefault(name, Tally(name, events[0].kind if events else "encounter"))
                tallies[name].add(seed, sort, world, events)
    told = {"ship_days": ship_days, "worlds": density, "seconds": {k: round(v, 1) for k, v in seconds.items()}}
    return list(tallies.values()), told


def kattegat() -> dict[str, Any] | None:
    """How dense a real sea is, by the same measure; None where the data are not there."""
    real = grounds.real("kattegat")
    if real is None:
        return None
    edges = real.select(pl.col("lon").min().alias("w"), pl.col("lat").min().alias("s"), pl.col("lon").max().alias("e"),
                        pl.col("lat").max().alias("n")).row(0)  # fmt: skip
    full = busy.density(real, edges)
    return {"water": "Kattegat, 1-3 November 2025", "sea_km2": full.sea_km2, "ships": full.ships,
            "ships_per_1000_km2": round(full.per_1000_km2, 2), "ship_days": round(full.ship_days)}  # fmt: skip


def targets(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What issue 4 asks of each detector, and what was measured."""
    found: list[dict[str, Any]] = []
    for one in figures:
        if one["detector"] not in KINDS:
            continue
        name, broken = one["detector"], bool(one["failed"])
        found.append({"name": f"{name}: planted ones found", "want": f">= {RECALL}", "got": one["recall"],
                      "meets": not broken and one["recall"] is not None and one["recall"] >= RECALL})  # fmt: skip
        for sort in ("planted", "clean"):
            got = one[sort]["false_per_1000"]
            found.append({"name": f"{name}: false events in 1,000 ship-days, {sort} worlds",
                          "want": f"<= {FALSE_PER_1000:g}", "got": None if broken else got,
                          "meets": not broken and got <= FALSE_PER_1000})  # fmt: skip
    return found


# --- telling ---


def printed(one: dict[str, Any]) -> str:
    """The table of one detector, at most 110 columns."""
    if one["failed"]:
        return f"{one['detector']}: {one['failed']}"
    lines = [f"{one['detector']}: {one['found']} of {one['plants']} found"]
    lines += [f"    {pattern:24} {share}" for pattern, share in one["by_pattern"].items()]
    for sort in ("planted", "clean"):
        part = one[sort]
        words = ", ".join(f"{part[word]} {word}" for word in _OUTCOMES if part[word])
        rates = f"{part['false_per_1000']:g} false and {part['true_per_1000']:g} true per 1,000 ship-days"
        lines.append(f"  {sort:8} {part['events']:5} events: {words or 'none'}; {rates}")
        for word in ("false", "another", "true"):
            lines += [f"      {count:5} {word}: {why}" for why, count in list(part[f"{word}_by"].items())[:_LINES]]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--tune", action="store_true", help="seeds for choosing parameters: never report these")
    parser.add_argument("--seed", type=int, nargs="+", help="these worlds only")
    parser.add_argument("--examples", type=int, default=_SHOWN, help="misses and false events to print for each")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    count, days = SIZES[options.size]
    seeds = options.seed or range(0 if options.tune else 1000, count + (0 if options.tune else 1000))
    begin = time.perf_counter()

    def tell(what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)

    tallies, told = measured(list(seeds), days, tell)
    figures = [one.figures(told["ship_days"]) for one in tallies]
    aims = targets(figures)
    told |= {"kattegat": kattegat(), "all_seconds": round(time.perf_counter() - begin, 1)}
    if options.json:
        examples = {one.name: one.examples() for one in tallies if one.name in KINDS}
        print(json.dumps({"figures": {"detectors": figures, **told, "examples": examples}, "targets": aims}))
        return 0
    for one in told["worlds"]:
        print("{water}, seed {seed}, {sort}: {ships_per_1000_km2} ships per 1,000 km2 in {sea_km2:,.0f} km2, "
              "{ship_days} ship-days, {heard_rows:,} positions heard".format(**one))  # fmt: skip
    if told["kattegat"]:
        print("{water}, by the same measure: {ships_per_1000_km2} ships per 1,000 km2 in {sea_km2:,.0f} km2, "
              "{ship_days} ship-days".format(**told["kattegat"]))  # fmt: skip
    for tally, one in zip(tallies, figures, strict=True):
        print(printed(one))
        if tally.name in KINDS:
            print("\n".join(f"    {line}" for line in tally.examples()[: options.examples]))
    for aim in aims:
        print(f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {aim['got']} (wanted {aim['want']})")
    print(f"seconds: {told['seconds']}, {told['all_seconds']} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
