"""One stretch for several pictures: what is alike on the ground is alike on the page, whatever its date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

PERCENTILES = (2.0, 98.0)
_HATCH = (118, 168)
"""The two greys of a hatched pixel; three pixels wide each."""


def limits(layers: Iterable[Floats], *, least: float = 0.0) -> list[tuple[float, float]]:
    """From which value to which each band is shown: percentiles over all pictures together.

    Args:
        layers: a picture each, bands x rows x columns.
        least: the narrowest range, in the units of the bands; what is narrower is widened evenly.
    """
    found = []
    for band in zip(*layers, strict=True):
        every = np.concatenate([one[np.isfinite(one)] for one in band])
        low, high = np.percentile(every, PERCENTILES).tolist() if len(every) else (0.0, 1.0)
        wider = max((least - (high - low)) / 2, 0.0)
        low, high = low - wider, high + wider
        found.append((low, high if high > low else low + 1.0))
    return found


def stretched(layers: Floats, between: Sequence[tuple[float, float]]) -> Bytes:
    """Bands as rows x columns x 3 of 0 to 255; one band is grey."""
    parts = [
        np.clip((np.nan_to_num(one, nan=low) - low) / (high - low), 0, 1) * 255
        for one, (low, high) in zip(layers, between, strict=True)
    ]
    parts = parts if len(parts) == 3 else [parts[0]] * 3
    drawn: Bytes = np.stack(parts, axis=2).round().astype(np.uint8)
    return drawn


def shown(layers: Floats) -> npt.NDArray[np.bool_]:
    """Which pixels have all bands."""
    valid: npt.NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(layers), axis=0)
    return valid


def magnified(picture: Bytes, valid: npt.NDArray[np.bool_], times: int) -> Bytes:
    """Each pixel as a square of that many; what is not valid hatched from the lower left to the upper right."""
    large = picture.repeat(times, axis=0).repeat(times, axis=1)
    hidden = ~valid.repeat(times, axis=0).repeat(times, axis=1)
    rows, columns = np.nonzero(hidden)
    large[rows, columns] = np.where(((rows + columns) // 3 % 2)[:, None] == 0, *_HATCH).astype(np.uint8)
    return large
