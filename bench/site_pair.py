"""Change-vector analysis of the Landsat pair of Taizhou, 2000 and 2003, against its labels.

Both dates' six bands are standardized, so that sun and haze fall out; a pixel's change is the length of the difference.
The threshold is chosen on one half of the labelled pixels, west or east, and reported on the other; Otsu's, which needs
no labels, beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SIZE, BANDS = 400, 6


def figures(data: Path) -> dict[str, Any]:
    """F1 of the changed pixels."""
    folder = data / "landsat_taizhou"
    first, second = (_standard(_bands(folder / name)) for name in ("2000TM", "2003TM"))
    moved: Array = np.sqrt(((second - first) ** 2).sum(axis=0))
    changed, unchanged = (_mask(folder / f"{name}.bmp") for name in ("change", "unchanged"))
    west = np.zeros(moved.shape, bool)
    west[:, : SIZE // 2] = True
    found: dict[str, Any] = {"changed": int(changed.sum()), "unchanged": int(unchanged.sum())}
    for name, half in (("west", west), ("east", ~west)):
        threshold = _best(moved, changed & half, unchanged & half)
        found[f"from_{name}"] = f1(moved, changed & ~half, unchanged & ~half, threshold)
        found[f"threshold_{name}"] = threshold
    found["exchanged"] = (found["from_west"] + found["from_east"]) / 2
    found["otsu"] = f1(moved, changed, unchanged, otsu(moved))
    return found


def f1(moved: Array, changed: npt.NDArray[np.bool_], unchanged: npt.NDArray[np.bool_], threshold: float) -> float:
    """Of the changed pixels, at a threshold."""
    found, false = int((moved[changed] > threshold).sum()), int((moved[unchanged] > threshold).sum())
    return 2 * found / (found + false + int(changed.sum()))


def otsu(values: Array) -> float:
    """The threshold that parts the histogram into the two tightest heaps (Otsu 1979)."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    with np.errstate(all="ignore"):
        between = (sums[-1] * below / below[-1] - sums) ** 2 / (below * (below[-1] - below))
    return float(middles[int(np.nanargmax(between[:-1]))])


def _best(moved: Array, changed: npt.NDArray[np.bool_], unchanged: npt.NDArray[np.bool_]) -> float:
    tried = np.linspace(float(moved.min()), float(moved.max()), 300)
    return float(tried[int(np.argmax([f1(moved, changed, unchanged, one) for one in tried]))])


def _bands(path: Path) -> Array:
    return np.fromfile(path, np.uint8).reshape(BANDS, SIZE, SIZE).astype(np.float64)


def _standard(bands: Array) -> Array:
    middle, spread = bands.mean(axis=(1, 2), keepdims=True), bands.std(axis=(1, 2), keepdims=True)
    return np.asarray((bands - middle) / spread, np.float64)


def _mask(path: Path) -> npt.NDArray[np.bool_]:
    """A bitmap of 8 bits a pixel: its header says where the pixels begin; rows run from the bottom."""
    data = path.read_bytes()
    begin = int.from_bytes(data[10:14], "little")
    rows = np.frombuffer(data, np.uint8, SIZE * SIZE, begin).reshape(SIZE, SIZE)[::-1]
    table = np.frombuffer(data, np.uint8, begin - 54, 54).reshape(-1, 4)
    return np.asarray(table[rows, 0] > 127 if len(table) else rows > 127)
