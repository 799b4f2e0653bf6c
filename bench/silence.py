"""How right the silence test is: parts of tracks taken away, and what `weigh` says of the gaps that arise.

    python -m bench silence [--size small|full] [--json]
    python -m bench silence --store STORE [--seed N]      the same on your own store of tracks
    python -m bench silence --harsh N                     gaps called in N harsh worlds without any switch-off

Real sets (../shared/data/ais) and invented worlds whose reception is fitted to them are masked in turn: single ships
switched off, everybody in an area unheard, stations down, messages thinned, nothing at all. docs/silence.md says how,
and what it can and cannot show.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from bench import grounds, masking, peer_rules, scoring, tables
from bench.grounds import Ground
from darkwake import events, synth
from darkwake.events.engine import Source
from darkwake.tracks import Store

REPORT_SEEDS = range(1000, 1020)
TUNE_SEEDS = range(20)
"""Worlds for choosing parameters; none of them is reported on."""
_THIN_PER_H = 0.4
"""A feed too thin to tell: each ship is heard about five times in twelve hours."""
_EVERYWHERE_DEG = 180.0
"""Half the height of a box that holds the world: the feed itself is down."""
_TOGETHER = (
    ("real", "", "All real sets"),
    ("synth", "over 6 h", "All invented worlds, gaps over 6 h"),
    ("synth", "over 1 h", "All invented worlds, gaps over 1 h"),
)
"""Group and end of a ground's name: what is also added up, and under which name."""
_NO_MASKS = pl.DataFrame(schema=masking.OFFS)


# --- one run ---


def gaps_of(source: Source, ground: Ground) -> pl.DataFrame:
    """The gaps of a source at the ground's threshold."""
    return events.gap(longer_than=ground.longer_than).run(source)


def end_of(hourly: pl.DataFrame) -> datetime:
    """The end of the last hour in which anybody was heard."""
    return hourly.select(pl.col("hour").max().dt.offset_by("1h")).item()  # type: ignore[no-any-return]


def weighed(ground: Ground, gaps: pl.DataFrame, source: Source, alpha: float) -> pl.DataFrame:
    """SILENCES, as `darkwake run` makes them."""
    return events.weigh(gaps, source, longer_than=ground.longer_than, alpha=alpha)


def judged(ground: Ground, run: str, source: Source, gaps: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """One row a gap: why it is there, what `weigh` says at 5 % and at 1 %, and what the peers' rules say.

    What is not called at 5 % is not called at 1 % either, so the second weighing is spared where nothing was.
    """
    at_5 = weighed(ground, gaps, source, 0.05)
    called = at_5.filter(pl.col("verdict") == scoring.ACCUSED)["event"]
    at_1 = called
    if len(called):
        at_1 = weighed(ground, gaps, source, 0.01).filter(pl.col("verdict") == scoring.ACCUSED)["event"]
    return (
        labels.join(scoring.scored(at_5), on="event")
        .join(peer_rules.judged(gaps, source), on="event")
        .select(
            "event", "cause", "hours", "edge", "gap_h", "verdict", "told", "score", *peer_rules.RULES,
            ground=pl.lit(ground.name), group=pl.lit(ground.group), run=pl.lit(run),
            called_5=pl.col("event").is_in(called.to_list()), called_1=pl.col("event").is_in(at_1.to_list()),
        )
    )  # fmt: skip


def runs_of(ground: Ground, seed: int, folder: Path) -> Iterator[pl.DataFrame]:
    """Every mask laid on the ground in turn, and nothing first."""
    natural = gaps_of(ground.positions, ground)
    hourly = masking.ship_hours(ground.positions)

    def laid(run: str, source: Source, cause: str, masks: pl.DataFrame) -> pl.DataFrame:
        found = gaps_of(source, ground)
        labels = masking.label(found, natural, cause=cause, masks=masks, until=end_of(hourly))
        return judged(ground, run, source, found, labels)

    def cut(name: str, take: Any) -> Source:
        return masking.masked(ground.positions, take, folder / name)

    yield laid("nothing", ground.positions, masking.NATURAL, _NO_MASKS)
    for number in range(ground.repeats):
        draw = seed * 100 + number
        offs = masking.place_offs(
            ground.positions, ground.hours, each=ground.each, usual=ground.usual or ground.longer_than,
            lead=ground.lead, seed=draw, hourly=hourly,
        )  # fmt: skip
        offs = masking.snapped(ground.positions, offs)
        if offs.height:
            left = cut(f"off-{number}", lambda table, _, offs=offs: masking.without_offs(table, offs))
            yield laid("switch-offs", left, masking.SWITCH_OFF, offs)
        for where, half_deg in (("an area", ground.half_deg), ("everything", _EVERYWHERE_DEG)):
            placed = masking.place_outages(hourly, ground.hours, half_deg=half_deg, seed=draw)
            for turn, outages in enumerate(placed):
                name = f"out-{where[-3:]}-{number}-{turn}"
                left = cut(name, lambda table, _, out=outages: masking.without_outages(table, out))
                yield laid(f"outage of {where}", left, masking.OUTAGE, outages)
    for word, keep in scoring.THINNINGS.items():
        left = cut(f"thin-{word}", lambda table, shard, keep=keep: masking.thinned(table, keep, seed * 1000 + shard))
        yield laid(f"thinned by {word}", left, masking.THINNING, _NO_MASKS)


def stations_down(ground: Ground, seed: int, down: Sequence[synth.Station]) -> Iterator[pl.DataFrame]:
    """Outages without a sharp edge: a station is down, and satellites and its neighbours still hear some ships."""
    assert isinstance(ground.positions, pl.DataFrame)
    if ground.stations_down is None or not down:
        return
    natural = gaps_of(ground.positions, ground)
    hourly = masking.ship_hours(ground.positions)
    for turn, table in enumerate(masking.place_outages(hourly, ground.hours, half_deg=0.9, seed=seed)):
        outages = []
        for number, row in enumerate(table.iter_rows(named=True)):
            one = down[(turn + number) % len(down)]
            outages.append(synth.Outage(row["since"], row["until"], (one.name,)))
        masks = table.with_columns(
            pl.Series("west", [down[(turn + n) % len(down)].lon - 1.0 for n in range(table.height)]),
            pl.Series("east", [down[(turn + n) % len(down)].lon + 1.0 for n in range(table.height)]),
            pl.Series("south", [down[(turn + n) % len(down)].lat - 0.9 for n in range(table.height)]),
            pl.Series("north", [down[(turn + n) % len(down)].lat + 0.9 for n in range(table.height)]),
        )
        left = ground.stations_down(outages)
        found = gaps_of(left, ground)
        labels = masking.label(found, natural, cause=masking.OUTAGE, masks=masks, until=end_of(hourly))
        yield judged(ground, "stations down", left, found, labels)


def too_thin(ground: Ground, seed: int) -> pl.DataFrame:
    """Switch-offs in a feed of which so little is left that nothing may be called, not even them."""
    assert isinstance(ground.positions, pl.DataFrame)
    heard = masking.stretches(ground.positions, usual=ground.usual or ground.longer_than)
    an_hour = (
        ground.positions.height / heard.select((pl.col("last") - pl.col("first")).sum() / pl.duration(hours=1)).item()
    )
    thin = masking.thinned(ground.positions, min(1.0, _THIN_PER_H / an_hour), seed * 1000 + 7)
    offs = masking.place_offs(
        thin, ground.hours, each=ground.each, usual=timedelta(hours=12), lead=ground.lead, seed=seed
    )
    left = masking.without_offs(thin, offs)
    found = gaps_of(left, ground)
    end = end_of(masking.ship_hours(thin))
    labels = masking.label(found, gaps_of(thin, ground), cause=masking.SWITCH_OFF, masks=offs, until=end)
    return judged(ground, "too thin", left, found, labels)


# --- all runs of a size ---


def measured(*, small: bool, tune: bool = False) -> tuple[pl.DataFrame, pl.DataFrame, list[dict[str, Any]]]:
    """Every gap of every run, those of feeds too thin to tell, and the worlds in which nobody was switched off."""
    parts, thin, quiet = [], [], []
    seeds = TUNE_SEEDS if tune else REPORT_SEEDS
    with TemporaryDirectory(prefix="darkwake-bench-") as folder:
        for ground in grounds.real_grounds(small=small, tune=tune):
            _tell(ground.name)
            parts += list(runs_of(ground, seeds[0], Path(folder)))
            thin.append(too_thin(ground, seeds[0]))
        days = 14.0 if small else grounds.DAYS
        for kind in grounds.KINDS if not small else (grounds.KINDS[0], grounds.KINDS[3]):
            for seed in seeds[: 1 if small else 4]:
                for longer_than_h in grounds.LENGTHS if not small else (6.0,):
                    _tell(f"{kind.name}, gaps over {longer_than_h:g} h, seed {seed}")
                    ground = grounds.invented(kind, seed, days=days, longer_than_h=longer_than_h)
                    parts += list(runs_of(ground, seed, Path(folder)))
                    parts += list(stations_down(ground, seed, kind.stations))
                    thin.append(too_thin(ground, seed))
            _tell(f"{kind.name}, nobody switched off")
            quiet.append(nobody_off(kind, seeds[: 3 if small else 20], 14.0))
    return pl.concat(parts), pl.concat(thin), quiet


def _tell(what: str) -> None:
    """Say on the error stream what is being measured: a full run takes a while."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def nobody_off(kind: grounds.Kind, seeds: Sequence[int], days: float) -> dict[str, Any]:
    """Worlds without any switch-off: how many gaps over 1 h and over 6 h, and how many of them were called."""
    counts = {"gaps_1h": 0, "called_1h": 0, "gaps_6h": 0, "called_6h": 0}
    for seed in seeds:
        ground = grounds.invented(kind, seed, days=days)
        for hours in (1, 6):
            here = replace(ground, longer_than=timedelta(hours=hours))
            found = gaps_of(ground.positions, here)
            said = weighed(here, found, ground.positions, 0.05)
            counts[f"gaps_{hours}h"] += found.height
            counts[f"called_{hours}h"] += int((said["verdict"] == scoring.ACCUSED).sum())
    return {"kind": kind.name, "seeds": len(seeds), **counts}


def reception() -> dict[str, dict[str, float]]:
    """How well real sets are heard, and the invented worlds near their stations before and after fading."""
    found = {}
    solent = grounds.real("solent")
    if solent is not None:
        found["Solent, even MMSI (fitted to)"] = grounds.loss(solent.filter(pl.col("ship") % 2 == 0))
        found["Solent, odd MMSI"] = grounds.loss(solent.filter(pl.col("ship") % 2 == 1))
    dense = grounds.KINDS[0]
    for words, fading in (
        ("unfaded", replace(grounds.FITTED, an_hour=1e-9)), ("fitted", grounds.FITTED), ("harsh", grounds.HARSH)
    ):  # fmt: skip
        kind = replace(dense, fading=fading)
        worlds = [grounds.loss(grounds.near_stations(kind, seed)) for seed in REPORT_SEEDS[:3]]
        found[f"invented, near stations, {words}"] = {
            name: round(sum(one[name] for one in worlds) / len(worlds), 4) for name in worlds[0]
        }
    return found


def of_store(path: Path, seed: int) -> pl.DataFrame:
    """The masks on a user's own store: gaps over 6 h, switch-offs and outages of 8 to 48 h."""
    store = Store(path)
    ground = Ground(
        str(path.name), "store", store, timedelta(hours=6), (8.0, 16.0, 24.0, 48.0), timedelta(hours=12), 25, 0.5
    )
    with TemporaryDirectory(prefix="darkwake-bench-") as folder:
        return pl.concat(list(runs_of(ground, seed, Path(folder))))


# --- figures ---


def figures_of(table: pl.DataFrame, which: str) -> dict[str, Any]:
    """The figures of one ground, or of several together."""
    mixed = table.filter(pl.col("cause") == masking.MIXED).height
    return {
        "name": which,
        "gaps": table.height,
        "mixed": mixed,
        "by_length": scoring.by_length(table),
        "by_cause": scoring.by_cause(table),
        "false_alarms": scoring.false_alarms(table),
        "rules": scoring.rules(table),
    }


def too_thin_figures(thin: pl.DataFrame) -> list[dict[str, Any]]:
    """By ground: the gaps of feeds too thin to tell, how many were switch-offs, called, or could not be told."""
    if thin.is_empty():
        return []
    rows = thin.group_by("ground", maintain_order=True).agg(
        gaps=pl.len(),
        offs=(pl.col("cause") == masking.SWITCH_OFF).sum(),
        called=pl.col("called_5").sum(),
        cannot_tell=(pl.col("verdict") == scoring.UNTOLD).mean(),
    )
    return rows.to_dicts()


def targets(table: pl.DataFrame, thin: pl.DataFrame, quiet: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What issue 3 asks, and what was measured."""
    real = table.filter(pl.col("group") == "real")
    against = real.filter(pl.col("cause").is_in([masking.SWITCH_OFF, masking.OUTAGE, masking.THINNING]))
    auc = scoring.by_length(against)[-1]["auc_told"]
    found: list[dict[str, Any]] = [
        {"name": "AUC, real, peers suffice: switch-off against outage and thinning", "want": ">= 0.95", "got": auc,
         "meets": isinstance(auc, float) and auc >= 0.95},
    ]  # fmt: skip
    for group in ("real", "synth"):
        alarms = scoring.false_alarms(table.filter(pl.col("group") == group))
        for level, most in (("5", 0.065), ("1", 0.013)):
            for key, words in (("false", "innocent gaps called"), ("false_discoveries", "false discoveries")):
                got = alarms[f"{key}_{level}"] or 0.0
                found.append(
                    {"name": f"{words} at {level} %, {group}", "want": f"<= {most}", "got": got,
                     "meets": float(str(got)) <= most}
                )  # fmt: skip
    called = sum(int(str(one["called_1h"])) + int(str(one["called_6h"])) for one in quiet)
    found.append({"name": "called in worlds without a switch-off", "want": "0", "got": called, "meets": called == 0})
    of_thin = int(thin["called_5"].sum()) if thin.height else 0
    found.append({"name": "called from feeds too thin to tell", "want": "0", "got": of_thin, "meets": of_thin == 0})
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--tune", action="store_true", help="the parts for choosing parameters: never report these")
    parser.add_argument("--store", type=Path, help="repeat the masking on a store that `darkwake tracks` made")
    parser.add_argument("--seed", type=int, default=1000, help="of the masks on a store")
    parser.add_argument("--harsh", type=int, metavar="N", help="only N harsh worlds in which nobody switches off")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    begin = time.perf_counter()
    thin = pl.DataFrame()
    quiet: list[dict[str, Any]] = []
    if options.harsh:
        print(json.dumps(nobody_off(grounds.KINDS[2], range(REPORT_SEEDS[0], REPORT_SEEDS[0] + options.harsh), 14.0)))
        return 0
    if options.store:
        table = of_store(options.store, options.seed)
    else:
        table, thin, quiet = measured(small=options.size == "small", tune=options.tune)
    names = table["ground"].unique(maintain_order=True)
    parts = [figures_of(table.filter(pl.col("ground") == name), name) for name in names]
    if not options.store:
        for group, ending, words in _TOGETHER:
            whole = table.filter(pl.col("group") == group, pl.col("ground").str.ends_with(ending))
            if whole.height:
                parts.append(figures_of(whole, words))
    aims = targets(table, thin, quiet) if not options.store else []
    fit = {} if options.store else reception()
    seconds = round(time.perf_counter() - begin, 1)
    if options.json:
        told = {
            "parts": parts,
            "nobody switched off": quiet,
            "too thin": too_thin_figures(thin),
            "reception": fit,
            "seconds": seconds,
        }
        print(json.dumps({"figures": told, "targets": aims}))
        return 0
    print(tables.LEGEND)
    print("\n".join(tables.printed(one) for one in parts))
    if fit:
        print("how well ships are heard: silences a ship-hour over 10, 15, 30, 60 min; share of quarter hours heard")
    for name, figures in fit.items():
        print(f"  {name:36}" + "".join(f"{value:9.3f}" for value in list(figures.values())[1:6]))
    for one in quiet:
        print("nobody switched off: {kind}, {seeds} seeds:\n    {called_1h} of {gaps_1h} gaps over 1 h called, "
              "{called_6h} of {gaps_6h} over 6 h".format(**one))  # fmt: skip
    for one in too_thin_figures(thin):
        print("too thin to tell: {ground}:\n    {called} of {gaps} gaps called, {offs} of them switched off; "
              "{cannot_tell:.0%} cannot be told".format(**one))  # fmt: skip
    for aim in aims:
        print(f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {aim['got']} (wanted {aim['want']})")
    print(f"{seconds} s, {datetime.now():%d %B %Y}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
