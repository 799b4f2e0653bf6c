"""How long the silences last that one ship alone has, in water that is heard well: what the whole store knows of it.

One water shows few silences of hours, so by itself it cannot say how many of those that reach the threshold last much
longer. All well-heard waters together can. Silences count that are shorter than the threshold; longer ones are the gaps
that are asked about, the guilty among them included. Only where ships reach the threshold so often that this must be
what ships do there (a low threshold), longer ones count as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events.hearing import CELL_DEG, Hearing, Ints, first_from

Floats = NDArray[np.float64]

PARTS = 6
"""Silences are looked at from a sixth of the threshold on: what runs resolve."""
LEAST = 10
"""Fewer silences tell nothing of how long such silences last."""
BADLY = 0.04
"""Water from which ships are lost after a larger share of the steps is badly heard."""
_SHIPS, _STEPS = 3, 50
_OFTEN = 3
"""So many lone silences a ship that reach the threshold are no acts of ships."""
_OWN_LEAST = 5
"""The same of one ship's own."""
_SURE = 1.645
"""The bound is one that is passed by chance once in twenty times (normal)."""


@dataclass(frozen=True, slots=True)
class Lost:
    """How often ships are lost from each cell: arrays, by cell."""

    cell: Ints
    steps: Ints
    """Steps of time with a ship heard there, a ship and step each."""
    long: Ints
    """How many of these end in a silence of half the threshold or more."""
    ships: Ints
    """Of how many ships."""

    @classmethod
    def of(cls, hearing: Hearing, threshold: int) -> Lost:
        """By all ships' runs."""
        ship, after = hearing.anywhere["ship"].to_numpy(), hearing.anywhere["after"].to_numpy()
        names, at = np.unique(_cell(hearing), return_inverse=True)
        long = after >= threshold / 2
        pairs = np.unique(np.stack([at[long], ship[long]]), axis=1)[0]
        counts = (np.bincount(values, minlength=len(names)).astype(np.int64) for values in (at, at[long], pairs))
        return cls(names, *counts)

    def share(self, cell: Ints) -> Floats:
        """For each cell the share of steps that end so; 0 where fewer than three ships did.

        Where few steps are known of it, its eight neighbours count too.
        """
        steps, long, ships = self._round(cell)
        return np.where(ships >= _SHIPS, long / np.maximum(steps, 1), 0.0)

    def heard(self, cell: Ints) -> Ints:
        """For each cell how many steps with a ship heard there are known, as far as `share` looks."""
        steps: Ints = self._round(cell)[0]
        return steps

    def _round(self, cell: Ints) -> Ints:
        """steps, long, ships of those cells, with their neighbours' where few steps are known."""
        across = geo.columns(CELL_DEG)
        row, column = np.divmod(cell, across)
        sums = self._at(cell)
        few = np.flatnonzero(sums[0] < _STEPS)
        for up in (-1, 0, 1):
            for right in (-1, 0, 1):
                if up or right:
                    sums[:, few] += self._at((row[few] + up) * across + (column[few] + right) % across)
        return sums

    def _at(self, cell: Ints) -> Ints:
        """steps, long, ships of those cells."""
        at = np.minimum(np.searchsorted(self.cell, cell), max(len(self.cell) - 1, 0))
        found: Ints = np.stack([self.steps, self.long, self.ships])[:, at] * (self.cell[at] == cell)
        return found


def _cell(hearing: Hearing) -> Ints:
    """Where each run ends."""
    return geo.cell(hearing.anywhere["lat"].to_numpy(), hearing.anywhere["lon"].to_numpy(), CELL_DEG)


def by_class(gaps: pl.DataFrame, hearing: Hearing, rows: Ints, threshold: int) -> tuple[Floats, Floats, Floats]:
    """For each gap what the lone silences of ships of its class say; NaN where too few are known.

    Args:
        gaps: class, lasted (microseconds).
        hearing: all runs.
        rows: `lone`.
        threshold: microseconds.

    Returns:
        The chance that one that reaches the threshold lasts as long as the gap; the mean time by which they outlast
        what is known of them, an upper bound, in microseconds (infinite where they do not get rarer with their length);
        and how many of all of them are expected to reach the threshold.
    """
    kinds = hearing.classes
    ship, silent = (hearing.anywhere[name].to_numpy()[rows] for name in ("ship", "after"))
    of = kinds["class"].to_numpy()[np.searchsorted(kinds["ship"].to_numpy(), ship)]
    lasted, mine = gaps["lasted"].to_numpy(), gaps["class"].to_numpy()
    found = np.full((3, gaps.height), np.nan)
    for one in np.unique(mine):
        here, silences = mine == one, np.sort(silent[of == one])
        ships = int((kinds["class"] == one).sum())
        reached = len(silences) - int(np.searchsorted(silences, threshold))
        usual = reached >= _OFTEN * ships
        cut = threshold
        while (later := here & (5 * lasted >= 6 * cut) if cut > threshold else here).any():
            mean, reach = outlasting(silences[silences < cut], threshold, cut)
            if np.isnan(mean) and cut > threshold:
                break
            outlast = len(silences) - int(np.searchsorted(silences, cut)) + 1
            gone = min(float(outlast + _SURE * outlast**0.5) / max(reached, 1), 1.0) if cut > threshold else 1.0
            found[0, later] = gone * np.exp(-np.maximum(lasted[later] - cut, 0) / mean)
            found[1, later], found[2, later] = mean, float("inf") if usual else reach
            if not usual:
                break
            cut = round(cut * 2**0.5)
    return found[0], found[1], found[2]


def habits(
    gaps: pl.DataFrame, below: Ints, hearing: Hearing, rows: Ints, least: int, threshold: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """For each gap what its ship's own lone silences shorter than `below` say; times in microseconds.

    Returns:
        How many they are; the longest, `least` at least; how long the ship is known; the chance that one of its own
        that reaches the threshold lasts as long as the gap, 0 where too few are known.
    """
    ship, after, known = (hearing.anywhere[name].to_numpy() for name in ("ship", "after", "known"))
    names, at = np.unique(ship, return_inverse=True)
    total = np.bincount(at, known.astype(float), minlength=len(names)).astype(np.int64)
    order = rows[np.lexsort((after[rows], at[rows]))]
    begin, end = (np.searchsorted(at[order], np.arange(len(names)), side=side) for side in ("left", "right"))
    own = np.searchsorted(names, gaps["ship"].to_numpy())
    upto = first_from(after[order], begin[own], end[own], below)
    count = upto - begin[own]
    longest = np.full(len(own), least)
    longest[count > 0] = np.maximum(after[order][upto[count > 0] - 1], least)
    means: dict[tuple[int, int, int], float] = {}
    mean = np.zeros(len(own))
    for gap in np.flatnonzero(count >= _OWN_LEAST):
        key = int(begin[own[gap]]), int(upto[gap]), int(below[gap])
        if key not in means:
            means[key] = outlasting(after[order[key[0] : key[1]]], threshold, key[2], parts=2, least=_OWN_LEAST)[0]
        mean[gap] = means[key]
    over = np.maximum(gaps["lasted"].to_numpy() - np.maximum(below, threshold), 0)
    chance = np.where(mean > 0, np.exp(-over / np.maximum(mean, 1.0)), 0.0)
    return count, longest, total[own], chance


def lone(hearing: Hearing, lost: Lost, threshold: int) -> Ints:
    """The runs after which a ship went unheard for a sixth of the threshold and more, and was heard again.

    Silences count that begin and end where few ships are lost.
    """
    ship, after = hearing.anywhere["ship"].to_numpy(), hearing.anywhere["after"].to_numpy()
    still = np.append(ship[1:] != ship[:-1], np.ones(min(len(ship), 1), bool))
    rows = np.flatnonzero((after >= threshold // PARTS) & ~still)
    cell = _cell(hearing)
    result: Ints = rows[(lost.share(cell[rows]) <= BADLY) & (lost.share(cell[rows + 1]) <= BADLY)]
    return result


def outlasting(
    below: Ints, threshold: int, cut: int, *, parts: int = PARTS // 2, least: int = LEAST
) -> tuple[float, float]:
    """The mean of the exponential tail of silences `below` `cut`, and how many reach the threshold, see `by_class`.

    It is fitted (truncated at `cut`, by the mean) to the silences above one, two, up to `parts` sixths of `cut`, where
    they are `least` at least; the longest counts, so a tail that gets heavier is believed.
    """
    best = float("nan"), float("nan")
    for part in range(1, parts + 1):
        since = part * cut / PARTS
        above = below[below >= since] - since
        if len(above) < least:
            continue
        mean = _mean(float(above.mean()), cut - since, len(above))
        if not mean <= best[0]:
            whole = len(above) / -np.expm1(-(cut - since) / mean) if np.isfinite(mean) else float("inf")
            best = mean, float(whole * np.exp(-max(threshold - since, 0) / mean))
    return best


def _mean(seen: float, room: float, count: int) -> float:
    """The mean of an exponential law of which, cut at `room`, `count` values have the mean `seen`; an upper bound."""
    most = seen + _SURE * min(seen, room / 12**0.5) / count**0.5
    if most >= 0.49 * room:
        return float("inf")
    low, high = 0.0, 100 * room
    for _ in range(60):
        middle = (low + high) / 2
        cut = middle - room / np.expm1(min(room / max(middle, 1e-9), 700.0))
        low, high = (middle, high) if cut < most else (low, middle)
    return high
