"""Test B's counts: the other ships that passed through a gap's water, and those that were there in the same hours.

Everything is counted twice: where the gap began (what fell silent here?) and where it ended (what had been silent
before it came here?). The second is the first with the clock running backwards, so a `View` turns times round and the
rest does not know which of the two it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events.hearing import HOUR_US, KINDS, Hearing, Ints, first_from, ranges, runs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALIKE = 1 / 20
"""How alike the passages of one ship are taken to be (the intraclass correlation of Kish 1965): n passages of one ship
count as n / (1 + (n - 1) / 20), so the most regular ferry never counts for more than 20 independent ships."""
LONG_STAY_US = 6 * HOUR_US
"""A visit this long is a stay: at 6 knots a ship crosses a water of 40 km in under four hours."""
DAY_US = 24 * HOUR_US
PARTS = (1.0, 1 / 2, 1 / 3, 1 / 4)
"""The parts of a gap's length at which passages are counted."""
_CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class Water:
    """Some waters' runs and passages: arrays, by water; times in microseconds."""

    water: Ints
    """Whose rows stand from `run_at[i]` to `run_at[i + 1]`, and from `passage_at[i]` to `passage_at[i + 1]`."""
    run_at: Ints
    run: dict[str, Ints]
    """ship, kind (number of the class), first, last, count (slots heard), known (microseconds for which the ship was
    there or thereabouts), and of all of the ship's runs in this water together all_count, all_known; by water, first.
    """
    passage_at: Ints
    passage: dict[str, Ints]
    """ship, kind, first, last, after (longest silence that began in it), after_at (when), before, before_at, stay (1 or
    0), by water, ship, first: visits, each cut into days."""
    place: dict[str, Floats]
    """For each passage where these silences began and ended: lat_after, lon_after, lat_before, lon_before."""
    quiet: Floats
    """For each passage: the share of its ship's known time in this water for which the ship went unheard."""


def in_waters(water: pl.DataFrame, hearing: Hearing, apart: int, *, with_passages: bool = True) -> Water:
    """Who was heard in those waters (water, cell), and each ship's passages where wanted."""
    inside = hearing.inside
    sought, cells = water["cell"].to_numpy(), inside["cell"].to_numpy()
    which, row = ranges(np.searchsorted(cells, sought), np.searchsorted(cells, sought, side="right"))
    names, of = np.unique(water["water"].to_numpy(), return_inverse=True)
    # one number for water, ship and time sorts many times faster than three columns, and no row is drawn twice
    among = of[which] * np.int64(inside.height)
    order = np.argsort(among + hearing.by_ship[row])
    among, row = among[order], row[order]
    wanted = [name for name in inside.columns if name != "cell"] if with_passages else _OF_ALL
    one = {name: inside[name].to_numpy()[row] for name in wanted} | {"water": names[of[which[order]]]}
    passage, place, quiet = _passages(one if with_passages else dict.fromkeys(one, one["ship"][:0]), apart)
    begin, end = runs([one["water"], one["ship"]])
    for name in ("count", "known"):
        sums = np.add.reduceat(one[name], begin) if len(begin) else begin
        one[f"all_{name}"] = np.repeat(sums, end - begin + 1)
    by_time = np.argsort(among + hearing.by_time[row])
    return Water(
        names,
        np.searchsorted(one["water"], np.append(names, np.iinfo(np.int64).max)),
        {name: one[name][by_time] for name in _OF_RUN},
        np.searchsorted(passage["water"], np.append(names, np.iinfo(np.int64).max)),
        passage,
        place,
        quiet,
    )


_OF_ALL = ("ship", "kind", "first", "last", "count", "known")
_OF_RUN = (*_OF_ALL, "all_count", "all_known")


def kind(classes: pl.Series) -> Ints:
    """The number of each class."""
    result: Ints = classes.fill_null("unknown").replace_strict(KINDS, return_dtype=pl.Int64).to_numpy()
    return result


def _passages(one: dict[str, Any], apart: int) -> tuple[dict[str, Ints], dict[str, Floats], Floats]:
    count = len(one["ship"])
    if not count:
        empty = np.zeros(0)
        places = dict.fromkeys(("lat_after", "lon_after", "lat_before", "lon_before"), empty)
        return dict.fromkeys((*_PASSAGE, "water"), empty.astype(np.int64)), places, empty
    away = np.zeros(count, np.int64)
    away[1:] = one["first"][1:] - one["last"][:-1] > apart
    begin, end = runs([one["water"], one["ship"], np.cumsum(away)])
    visit = np.repeat(np.arange(len(begin)), end - begin + 1)
    day = (one["first"] - one["first"][begin][visit]) // DAY_US
    stay = (one["last"][end] - one["first"][begin] >= LONG_STAY_US).astype(np.int64)[visit]
    start, stop = runs([visit, day])
    after, before = _longest(one["after"], start, stop), _longest(one["before"], start, stop)
    by_ship, _ = runs([one["water"], one["ship"]])
    quiet = np.add.reduceat(one["quiet"], by_ship) / np.maximum(np.add.reduceat(one["known"], by_ship), 1)
    shared = np.searchsorted(by_ship, start, side="right") - 1
    passage = {
        **{name: one[name][start] for name in ("water", "ship", "kind", "first")},
        "last": one["last"][stop],
        "after": one["after"][after],
        "after_at": one["last"][after],
        "before": one["before"][before],
        "before_at": one["first"][before],
        "stay": stay[start],
    }
    place = {f"{name}_after": one[f"{name}_last"][after] for name in ("lat", "lon")}
    place |= {f"{name}_before": one[f"{name}_first"][before] for name in ("lat", "lon")}
    return passage, place, quiet[shared]


_PASSAGE = ("ship", "kind", "first", "last", "after", "after_at", "before", "before_at", "stay")


def _longest(length: Ints, start: Ints, stop: Ints) -> Ints:
    """The row of the longest of each stretch of rows: the last of them where several are as long."""
    most = np.maximum.reduceat(length, start)
    rows = np.flatnonzero(length == np.repeat(most, stop - start + 1))
    longest: Ints = rows[np.searchsorted(rows, stop, side="right") - 1]
    return longest


@dataclass(frozen=True, slots=True)
class View:
    """Gaps as seen from one of their ends: arrays, one row a gap; backwards, all times are negative."""

    backwards: bool
    water: Ints
    ship: Ints
    kind: Ints
    time: Ints
    """When the silence begins, or minus when it ends."""
    lasted: Ints
    own: Ints
    """How long the ship itself had lately gone unheard."""
    quiet: Floats
    """The share of the day before for which the ship itself went unheard."""
    span: Ints
    """How long others are listened for; 0: not at all."""
    lat: Floats
    lon: Floats
    closed: Bools
    """Whether the ship was heard again."""

    def some(self, rows: NDArray[np.int64] | Bools) -> View:
        """The gaps of those rows."""
        names = ("water", "ship", "kind", "time", "lasted", "own", "quiet", "span", "lat", "lon", "closed")
        return View(self.backwards, *(getattr(self, name)[rows] for name in names))


@dataclass(frozen=True, slots=True)
class Rules:
    """What is counted; times in microseconds."""

    bracket: int
    within: int
    ends: Ints
    """Ends of the stretches that the data cover; backwards, minus their beginnings, rising."""
    threshold: int
    """What makes a silence a gap."""
    beside_m: float
    """How near to the gap a ship must have left, or come, for good to count for a gap that has an end."""
    weaker: float
    """A ship counts as heard no better when it went unheard for at least the gap's ship's share less this."""


def _turned(passage: dict[str, Ints], backwards: bool) -> dict[str, Ints]:
    if not backwards:
        return {**passage, "longest": passage["after"], "at": passage["after_at"]}
    return {**passage, "first": -passage["last"], "last": -passage["first"], "longest": passage["before"],
            "at": -passage["before_at"]}  # fmt: skip


def counted(here: Water, view: View, rules: Rules, cut: set[tuple[int, int]]) -> dict[str, NDArray[np.generic]]:
    """The passages of each gap of `view` (all of them in the waters `here`), counted; see `_count` for the names.

    `cut` holds the silences that outages made, as (ship, when it began, in the view's time): no trials.
    """
    passage = _turned(here.passage, view.backwards)
    until = rules.ends[np.minimum(np.searchsorted(rules.ends, passage["last"]), len(rules.ends) - 1)]
    struck = _in(passage["ship"], passage["at"], cut)
    place = np.searchsorted(here.water, view.water)
    begin, end = here.passage_at[place], here.passage_at[place + 1]
    side = "before" if view.backwards else "after"
    place_of = here.place[f"lat_{side}"], here.place[f"lon_{side}"]
    # a silence that reaches the end of what the data cover: the ship left, or came, for good
    whole = rules.ends[np.minimum(np.searchsorted(rules.ends, passage["at"]), len(rules.ends) - 1)]
    passage |= {"until": until, "struck": struck, "for_good": (passage["at"] + passage["longest"] >= whole).astype(int)}
    parts = [
        _count(passage, place_of, here.quiet, view.some(few), begin[few], end[few], rules)
        for few in _chunks(end - begin)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _in(ship: Ints, at: Ints, cut: set[tuple[int, int]]) -> Ints:
    if not cut:
        return np.zeros(len(ship), np.int64)
    ships, times = (np.array(column, np.int64) for column in zip(*sorted(cut), strict=True))
    begin, end = np.searchsorted(ships, ship), np.searchsorted(ships, ship, side="right")
    place = first_from(times, begin, end, at)
    result: Ints = ((place < end) & (times[np.minimum(place, len(times) - 1)] == at)).astype(np.int64)
    return result


def _chunks(sizes: Ints) -> Iterator[NDArray[np.int64]]:
    """Rows in order, in lots whose sizes add up to about `_CHUNK`; one empty lot where there are none."""
    lot = (np.cumsum(sizes) - sizes) // _CHUNK
    bounds = np.flatnonzero(np.append(True, lot[1:] != lot[:-1])) if len(lot) else np.zeros(1, np.int64)
    for begin, end in zip(bounds, np.append(bounds[1:], len(lot)), strict=True):
        yield np.arange(begin, end)


def _count(
    passage: dict[str, Ints],
    place: tuple[Floats, Floats],
    quiet: Floats,
    view: View,
    begin: Ints,
    end: Ints,
    rules: Rules,
) -> dict[str, NDArray[np.generic]]:
    """Counts for each gap, over the passages that are trials.

    `passages`, `ships`, and of the passages `gaps` (unheard long enough to be a gap), `long` (unheard as long), `half`,
    `like` (stays, or passers-by, as the ship's own), `like_long`, `other` (at other times than the gap's),
    `other_long`. As independent passages, see `ALIKE`: `n` and of them `k0` and on (for `PARTS`), `k_span`, `k_gap`;
    `n_like`, `k_like`. Not trials: `censored`, `cut`, `better_heard`, `left`. And `own_stay`, `own_quiet`.
    """
    gaps = len(view.time)
    which, row = ranges(begin, end)
    ship = passage["ship"][row]
    same = (passage["first"][row] <= view.time[which]) & (passage["last"][row] >= view.time[which])
    mine = same & (ship == view.ship[which])
    own_stay, own_quiet = np.zeros(gaps, np.int64), view.quiet.copy()
    own_stay[which[mine]] = passage["stay"][row[mine]]
    # two looks at the same thing, each with its own luck
    own_quiet[which[mine]] = (view.quiet[which[mine]] + quiet[row[mine]]) / 2
    time, lasted = view.time[which], view.lasted[which]
    keep = (passage["kind"][row] == view.kind[which]) & (ship != view.ship[which])
    keep &= (passage["last"][row] >= time - rules.within) & (passage["first"][row] <= time + lasted + rules.within)
    result: dict[str, NDArray[np.generic]] = {"own_stay": own_stay, "own_quiet": own_quiet}

    def tally(mask: Bools) -> Ints:
        return np.bincount(which[mask], minlength=gaps).astype(np.int64)

    struck = keep & (passage["struck"][row] > 0)
    result["cut"] = tally(struck)
    keep &= ~struck
    better = keep & (quiet[row] < own_quiet[which] - rules.weaker)
    result["better_heard"] = tally(better)
    keep &= ~better
    keep = _not_gone(passage, place, view, which, row, keep, rules, result)
    trial = keep & (passage["last"][row] + lasted <= passage["until"][row])
    result["censored"] = tally(keep & ~trial)
    which, row, ship = which[trial], row[trial], ship[trial]
    return result | _weighed(passage, view, which, row, ship, own_stay, rules)


def _not_gone(
    passage: dict[str, Ints], place: tuple[Floats, Floats], view: View, which: Ints, row: Ints, keep: Bools,
    rules: Rules, result: dict[str, NDArray[np.generic]],
) -> Bools:  # fmt: skip
    """Without the passages of ships that left for good elsewhere, where the gap's own ship came back: `left`.

    A ship that sails out of what the data cover and one that comes back after some hours are not alike, unless the
    first left just where the second fell silent: then the second may have left there too.
    """
    gone = np.flatnonzero(keep & view.closed[which] & (passage["for_good"][row] > 0))
    gone = gone[passage["longest"][row[gone]] > rules.threshold // 2]
    gap, of = which[gone], row[gone]
    far = geo.distance_m(view.lat[gap], view.lon[gap], place[0][of], place[1][of]) > rules.beside_m
    result["left"] = np.bincount(gap[far], minlength=len(view.time)).astype(np.int64)
    kept = keep.copy()
    kept[gone[far]] = False
    return kept


def _weighed(
    passage: dict[str, Ints], view: View, which: Ints, row: Ints, ship: Ints, own_stay: Ints, rules: Rules
) -> dict[str, NDArray[np.generic]]:
    gaps = len(view.time)
    start, stop = runs([which, ship]) if len(which) else (which, which)
    of_ship = stop - start + 1
    weight = np.repeat(1 / (1 + (of_ship - 1) * ALIKE), of_ship)
    longest, lasted, time = passage["longest"][row], view.lasted[which], view.time[which]
    like = passage["stay"][row] == own_stay[which]
    apart = (passage["last"][row] < time - rules.bracket) | (passage["first"][row] > time + lasted)
    long = longest >= lasted

    def tally(mask: Bools) -> Ints:
        return np.bincount(which[mask], minlength=gaps).astype(np.int64)

    def total(mask: Bools) -> Floats:
        summed: Floats = np.bincount(which[mask], weight[mask], minlength=gaps).astype(float)
        return summed

    result: dict[str, NDArray[np.generic]] = {
        "passages": np.bincount(which, minlength=gaps).astype(np.int64),
        "ships": np.bincount(which[start], minlength=gaps).astype(np.int64),
        "long": tally(long),
        "half": tally(longest * 2 >= lasted),
        "n": np.bincount(which, weight, minlength=gaps),
        "k_span": total(longest >= view.span[which]),
        "k_gap": total(longest > rules.threshold),
        "gaps": tally(longest > rules.threshold),
        "like": tally(like),
        "like_long": tally(like & long),
        "n_like": total(like),
        "k_like": total(like & long),
        "other": tally(apart),
        "other_long": tally(apart & long),
    }
    return result | {f"k{at}": total(longest >= part * lasted) for at, part in enumerate(PARTS)}


def same_hours(here: Water, view: View, hearing: Hearing, bracket: int, step: int) -> dict[str, NDArray[np.generic]]:
    """peers, peers_heard, as_often: other ships of the class known to be in each gap's water in the hours listened to.

    Heard: heard in the water in those hours. Unheard: heard in the water within `bracket` before the silence, and
    nowhere afterwards until those hours are over. A ship that was heard elsewhere then had left, and is neither. Where
    nobody is listened for, both are -1. `as_often`: how often the heard were heard in those hours, in slots, as a share
    of how often the same ships are in as much time in this water over all of the data; NaN where nobody was heard.
    """
    sign = -1 if view.backwards else 1
    gaps = len(view.time)
    begin, end = view.time + view.own, view.time + view.own + view.span
    since = view.time - bracket
    low, high = (since, end) if sign > 0 else (-end, -since)
    place = np.searchsorted(here.water, view.water)
    first = here.run["first"]
    low_row = first_from(first, here.run_at[place], here.run_at[place + 1], low - step)
    high_row = first_from(first, here.run_at[place], here.run_at[place + 1], high + 1)
    which, row = ranges(low_row, np.where(view.span > 0, high_row, low_row))
    keep = (here.run["kind"][row] == view.kind[which]) & (here.run["ship"][row] != view.ship[which])
    which, row = which[keep], row[keep]
    ship = here.run["ship"][row]
    one, two = (here.run["first"][row], here.run["last"][row])[::sign]
    heard = (sign * two > begin[which]) & (sign * one <= end[which])
    shortly = (sign * two >= since[which]) & (sign * one <= view.time[which])
    often = _as_often(here, row[heard], which[heard], gaps)
    order = np.lexsort((ship, which))
    start, _ = runs([which[order], ship[order]]) if len(order) else (order, order)
    if not len(start):
        none = np.where(view.span > 0, 0, -1)
        return {"peers": none, "peers_heard": none.copy(), "as_often": often}
    upto = np.maximum.reduceat(np.where(shortly, sign * two, since[which])[order], start)
    which, ship = which[order][start], ship[order][start]
    heard = np.bitwise_or.reduceat(heard[order], start)
    shortly = np.bitwise_or.reduceat(shortly[order], start)
    left = ~heard & shortly
    low, high = (upto, end[which]) if sign > 0 else (-end[which] - 1, -upto - 1)
    left[left] = heard_anywhere(hearing, ship[left], low[left], high[left])
    known = (heard | shortly) & ~left
    peers = np.bincount(which[known], minlength=gaps)
    peers_heard = np.bincount(which[known & heard], minlength=gaps)
    listened = view.span > 0
    return {
        "peers": np.where(listened, peers, -1),
        "peers_heard": np.where(listened, peers_heard, -1),
        "as_often": often,
    }


def _as_often(here: Water, row: Ints, which: Ints, gaps: int) -> Floats:
    got = np.bincount(which, here.run["count"][row].astype(float), minlength=gaps)
    usual = here.run["all_count"][row] * here.run["known"][row] / np.maximum(here.run["all_known"][row], 1)
    expected = np.bincount(which, usual, minlength=gaps)
    result: Floats = np.divide(got, expected, out=np.full(gaps, np.nan), where=expected > 0)
    return result


def heard_anywhere(hearing: Hearing, ship: Ints, low: Ints, high: Ints) -> Bools:
    """Whether each of those ships was heard anywhere after `low` and not after `high`."""
    ships, lasts = hearing.anywhere["ship"].to_numpy(), hearing.anywhere["last"].to_numpy()
    begin, end = np.searchsorted(ships, ship), np.searchsorted(ships, ship, side="right")
    place = first_from(lasts, begin, end, low + 1)
    firsts = hearing.anywhere["first"].to_numpy()
    result: Bools = (place < end) & (firsts[np.minimum(place, len(firsts) - 1)] <= high)
    return result
