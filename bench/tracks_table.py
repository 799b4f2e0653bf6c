"""What the turns of `bench.tracks` come to: ratios, targets, and a table of at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from darkwake import schema
from darkwake.events import DETECTORS

THRESHOLDS_H = (12, 6, 1)
KINDS = tuple(factory.__name__ for factory in DETECTORS)
Figures = dict[str, Any]
Aim = dict[str, Any]
WORTH_TIMING = 1_000_000
"""Fewer rows time what every run begins with."""
_CLOCKS = (("wall_s", "by the clock"), ("cpu_s", "by processor time"))
_MOST_MB = 3000
_HEAD = f"{'clock':>8}{'process.':>9}{'seconds':>10}{'M rows/s':>10}"


def scan_of(kind: str) -> str:
    """The bare scan of what a detector reads, as a contender's name."""
    detector = next(factory for factory in DETECTORS if factory.__name__ == kind)()
    return ":".join(["scan", *(detector.stages[0].reads or schema.POSITIONS)])


def middle(figures: Figures, name: str, what: str = "wall_s") -> float:
    """The middle of a contender's turns."""
    return float(median(turn[what] for turn in figures["turns"][name]))


def times(figures: Figures, one: str, other: str, what: str = "wall_s", *, read: bool = False) -> float | None:
    """How many times as long `one` takes a row as `other`: within each turn, then the middle. None: one was not run.

    With `read`, what `one` must be handed is counted too.
    """
    turns = [figures["turns"].get(name, []) for name in (one, other)]
    if any(turn.get("absent") for run in turns for turn in run) or not all(turns):
        return None
    return float(
        median(
            (a[what] + read * a.get(f"read_{what}", 0.0)) / a["rows"] / (b[what] / b["rows"])
            for a, b in zip(*turns, strict=False)
        )
    )


def grown(sizes: Sequence[Figures]) -> list[Figures]:
    """Of each detector how its time grows from one size to the next, by the clock and by processor time."""
    found: list[Figures] = []
    for small, large in pairwise(sizes):
        for kind in KINDS:
            name = f"ours:{kind}:store"
            by = {what: middle(large, name, what) / middle(small, name, what) for what, _ in _CLOCKS}
            found.append({"kind": kind, "rows": small["rows"], "to": large["rows"], **by})
    return found


# --- targets ---


def targets(figures: Figures) -> list[Aim]:
    """What is asked of detection, and what was measured. At less than a million rows nothing is timed."""
    aims = [aim for one in figures["sizes"] for aim in _of_size(one)]
    for one in figures["growth"]:
        factor = 1.1 * one["to"] / one["rows"]
        for what, clock in _CLOCKS:
            name = f"{one['kind']}: growth {clock}, {one['rows'] / 1e6:g} to {_short(one['to'])}"
            aims.append(_aim(name, f"<= {factor:g}", one[what], one[what] <= factor))
    return aims


def _of_size(one: Figures) -> Iterator[Aim]:
    rows = _short(one["rows"])
    checked = [turn["identical"] for runs in one["turns"].values() for turn in runs if "identical" in turn]
    yield _aim(f"{rows}: gaps identical to GFW's core at every threshold", "yes", all(checked), all(checked))
    if one["rows"] < WORTH_TIMING:
        return
    for what, clock in _CLOCKS:
        over = times(one, "ours:gap:store", scan_of("gap"), what)
        yield _most(f"{rows}: gap() over a bare scan of its columns, {clock}", 2, over)
    for hours in THRESHOLDS_H:
        gfw, track = f"gfw_gap:part:{hours}", f"gfw_gap:long:{hours}"
        gfws = f"{rows}: times GFW's core, {hours} h"
        yield _least(f"{gfws}, from Parquet to gaps", 100, times(one, gfw, f"ours:gap:store:{hours}", read=True))
        yield _least(f"{gfws}, from memory", 100, times(one, gfw, f"in_memory:gap:store:{hours}"))
        yield _least(f"{gfws}, one long track", 100, times(one, track, f"ours:gap:long:{hours}", read=True))
    yield _least(f"{rows}: times GFW's encounters", 20, times(one, "gfw_encounter:coast", "ours:encounter_gfw:coast"))
    split = times(one, "moving:gap:few", "ours:gap:store:6", read=True)
    if split is not None:
        yield _least(f"{rows}: times movingpandas' ObservationGapSplitter, from Parquet", 2000, split)
        yield _least(
            f"{rows}: times movingpandas' ObservationGapSplitter, from memory",
            2000,
            times(one, "moving:gap:few", "in_memory:gap:store:6"),
        )
    held = max(middle(one, f"ours:{kind}:store", "peak_mb") for kind in KINDS)
    yield _aim(f"{rows}: peak memory of any detector, MB", f"< {_MOST_MB}", held, held < _MOST_MB)


def _short(rows: int) -> str:
    return f"{rows / 1e6:g} M rows"


def _most(name: str, bound: float, got: float | None) -> Aim:
    return _aim(name, f"<= {bound:g}", got, got is not None and got <= bound)


def _least(name: str, bound: float, got: float | None) -> Aim:
    return _aim(name, f">= {bound:g}", got, got is not None and got >= bound)


def _aim(name: str, want: str, got: object, meets: bool) -> Aim:
    return {"name": name, "want": want, "got": got, "meets": meets}


# --- telling ---


def said(figures: Figures, aims: Sequence[Aim]) -> str:
    """All tables as text."""
    machine = figures["machine"]
    lines = [
        f"{machine['date']}, {machine['cores']} cores ({machine['processor']}), load "
        f"{machine['load_before']:.1f} before and {machine['load_after']:.1f} after",
        ", ".join(f"{name} {number}" for name, number in machine["versions"].items()),
    ]
    for one in figures["sizes"]:
        lines += ["", *_size(one)]
    if figures["growth"]:
        lines += ["", f"{'growth of time, wanted at most 1.1 times that of rows':56}{'clock':>10}{'processor':>10}"]
    for one in figures["growth"]:
        sizes = f"{one['rows']:>12,} to {one['to']:>12,} rows"
        lines.append(f"  {one['kind']:16} {sizes:37}{one['wall_s']:10.2f}{one['cpu_s']:10.2f}")
    return "\n".join([*lines, "", *map(_aimed, aims)])


def _size(one: Figures) -> Iterator[str]:
    yield (f"{one['rows']:,} rows of {one['ships']:,} ships in {one['files']} sorted files "
           f"({one['bytes'] / 1e6:,.0f} MB), middle of {one['runs']} turns")  # fmt: skip
    yield ""
    yield f"{'times a bare scan of the same columns':38}{_HEAD}{'peak MB':>9}{'found':>10}{'turns':>6}"
    for title, name, scan in _bare(one):
        yield _line(one, title, name, scan)
    for kind in KINDS:
        yield _line(one, f"{kind}()", f"ours:{kind}:store", scan_of(kind))
    yield _all(one)
    yield ""
    yield f"{'ours, times as fast as GFW written anew':38}{_HEAD}{'rows':>9}{'gaps':>10}"
    for theirs, ours, title in (("part", "store", "many ships"), ("long", "long", "one long track")):
        for hours in THRESHOLDS_H:
            name, asked = f"gfw_gap:{theirs}:{hours}", f"gap:{ours}:{hours}"
            yield _beside(one, f"{hours} h, {title}, from Parquet", name, f"ours:{asked}", read=True)
            yield _beside(one, f"{hours} h, {title}, in memory", name, f"in_memory:{asked}", read=False)
    alike = one["turns"]["gfw_gap:part:6"][0]
    yield f"  all gaps identical: ship, both ends, positions in the 12 h before; theirs measures by {alike['metres']}"
    yield ""
    yield f"{'ours, times as fast as others':38}{_HEAD}{'rows':>9}{'found':>10}"
    yield _beside(one, "GFW's encounters, written anew", "gfw_encounter:coast", "ours:encounter_gfw:coast", read=False)
    met = one["turns"]["gfw_encounter:coast"][0]
    yield (f"  {met['agree']:,} of their {met['found']:,} encounters are ours to the moment, {met['overlap']:,} "
           f"overlap; ours {met['ours']:,}")  # fmt: skip
    yield from _moving(one)


def _bare(one: Figures) -> Iterator[tuple[str, str, str]]:
    yield "bare difference of sorted times", "difference", "scan:ship:time"
    if "sort" in one["turns"]:
        yield "bare sort of shuffled rows", "sort", "scan:ship:time:lat:lon"


def _moving(one: Figures) -> Iterator[str]:
    absent = one["turns"]["moving:gap:few"][0].get("absent")
    if absent:
        yield f"  movingpandas NOT INSTALLED, so not measured: {absent}"
        return
    gaps, stops = "movingpandas, ObservationGapSplitter", "movingpandas, StopSplitter"
    yield _beside(one, f"{gaps}", "moving:gap:few", "ours:gap:store:6", read=True)
    yield _beside(one, "  the same, in memory", "moving:gap:few", "in_memory:gap:store:6", read=False)
    yield _beside(one, stops, "moving:stop:few", "ours:loitering:store", read=True)
    yield "  seconds and rates are theirs; stops stand beside loitering(), which is nearest to them"


def _line(one: Figures, title: str, name: str, scan: str) -> str:
    over = [times(one, name, scan, what) for what, _ in _CLOCKS]
    seconds, rows = middle(one, name), one["turns"][name][0]["rows"]
    found = one["turns"][name][0]["found"]
    return (f"  {title:36}{over[0]:8.2f}{over[1]:9.2f}{seconds:10.3f}{rows / seconds / 1e6:10.2f}"
            f"{middle(one, name, 'peak_mb'):9,.0f}{found:10,}{len(one['turns'][name]):6}")  # fmt: skip


def _all(one: Figures) -> str:
    names = [f"ours:{kind}:store" for kind in KINDS]
    sums = {what: [sum(middle(one, name, what) for name in chosen) for chosen in (names, list(map(scan_of, KINDS)))]
            for what, _ in _CLOCKS}  # fmt: skip
    over = [ours / bare for ours, bare in sums.values()]
    seconds, found = sums["wall_s"][0], sum(one["turns"][name][0]["found"] for name in names)
    held = max(middle(one, name, "peak_mb") for name in names)
    return (f"  {'all of them, one after another':36}{over[0]:8.2f}{over[1]:9.2f}{seconds:10.3f}"
            f"{one['rows'] / seconds / 1e6:10.2f}{held:9,.0f}{found:10,}")  # fmt: skip


def _beside(one: Figures, title: str, name: str, ours: str, *, read: bool) -> str:
    """Ours against another: how many times as fast, and the other's own seconds and rate."""
    over = [times(one, name, ours, what, read=read) for what, _ in _CLOCKS]
    seconds = middle(one, name) + (middle(one, name, "read_wall_s") if read else 0.0)
    rows, found = (one["turns"][name][0][what] for what in ("rows", "found"))
    rate = rows / seconds / 1e6
    return f"  {title:36}{over[0]:8,.1f}{over[1]:9,.1f}{seconds:10.3f}{rate:10.3f}{rows:9,}{found:10,}"


def _aimed(aim: Aim) -> str:
    got = f"{aim['got']:,.2f}" if isinstance(aim["got"], float) else aim["got"]
    return f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {got} (wanted {aim['want']})"
