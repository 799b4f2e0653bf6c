"""How long each status of a building lasts: a lognormal each.

"cleared" and "under construction" are learnt: phases of construction that people dated on satellite images (IARPA
SMART, JHU/APL, MIT licence), the 268 sites whose hashed id is even; `python -m bench phases --learn` prints them again.
The rest is belief, and wide: buildings stand for decades and ruins lie for months or decades, and a series of a few
years can hardly say more of it than that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Length:
    """A lognormal length of stay."""

    median_days: float
    spread: float
    """Standard deviation of the logarithm of days."""
    counted: bool = False
    """Whether it is counted from the first date, not met there under way."""

    @property
    def mean_log(self) -> float:
        """The mean of the logarithm of days."""
        return math.log(self.median_days)

    @property
    def mean(self) -> float:
        """Mean days."""
        return math.exp(self.mean_log + self.spread**2 / 2)

    def quantile(self, share: float) -> float:
        """The days that a share of stays does not exceed."""
        return math.exp(self.mean_log + self.spread * NormalDist().inv_cdf(share))


LENGTHS = {
    "intact": Length(30 * YEAR, 1.5),  # belief
    "destroyed": Length(2 * YEAR, 1.5),  # belief: cleared within months, or left for decades
    "cleared": Length(135.3, 0.862),  # learnt: 204 stretches, 1 open
    "under construction": Length(512.6, 0.682),  # learnt: 261 stretches, 29 open
    "rebuilt": Length(30 * YEAR, 1.5),  # belief
    "repaired": Length(30 * YEAR, 1.5),  # belief
    "unknown": Length(30 * YEAR, 1.5),  # belief
}


def table(names: Iterable[str]) -> list[Length]:
    """The lengths of some statuses, in their order."""
    return [LENGTHS[name] for name in names]


def fitted(stays: Array) -> Length:
    """The likeliest lognormal of stays that are known as intervals.

    Args:
        stays: rows of least and most days; most is infinite where the end was not seen.
    """
    if not len(stays):
        return Length(YEAR, 1.5)
    least, most = np.log(np.maximum(stays[:, 0], 0.5)), np.log(np.maximum(stays[:, 1], 1.0))
    middle, spread, width, height = float(np.median(least)), 1.0, 3.0, 0.8
    for _ in range(12):  # a grid, finer each time
        best = (-math.inf, middle, spread)
        for mean in np.linspace(middle - width, middle + width, 13):
            for one in np.linspace(max(spread - height, 0.1), spread + height, 13):
                share = _below((most - mean) / one) - _below((least - mean) / one)
                likely = float(np.log(np.maximum(share, 1e-12)).sum())
                best = max(best, (likely, float(mean), float(one)))
        _, middle, spread = best
        width, height = width / 2, height / 2
    return Length(math.exp(middle), spread)


def _below(x: Array) -> Array:
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x])
