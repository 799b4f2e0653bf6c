"""The mean, or the middle, of the pixels of many buildings, in one pass over those that lie in any: compiled."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def _compiled(function: Any) -> Any:
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@_compiled
def means(data: Floats, places: Ints, starts: Ints, counts: Ints) -> tuple[Floats, Ints]:
    """The mean of the valid pixels of each building, NaN where there is none, and how many are valid.

    Args:
        data: an image, flat.
        places: the pixels of all buildings, end to end.
        starts: where each building's begin.
        counts: how many each has.
    """
    mean = np.full(len(starts), np.nan, np.float32)
    valid = np.zeros(len(starts), np.int64)
    for building in range(len(starts)):
        total, number = 0.0, 0
        for at in range(starts[building], starts[building] + counts[building]):
            value = data[places[at]]
            if np.isfinite(value):
                total += value
                number += 1
        valid[building] = number
        if number:
            mean[building] = total / number
    return mean, valid


@_compiled
def medians(data: Floats, places: Ints, starts: Ints, counts: Ints) -> Floats:
    """The median of the valid pixels of each building, NaN where there is none; arguments as of `means`."""
    middle = np.full(len(starts), np.nan, np.float32)
    held = np.empty(counts.max() if len(counts) else 0, np.float32)
    for building in range(len(starts)):
        number = 0
        for at in range(starts[building], starts[building] + counts[building]):
            value = data[places[at]]
            if np.isfinite(value):
                held[number] = value
                number += 1
        if number:
            middle[building] = np.median(held[:number])
    return middle
