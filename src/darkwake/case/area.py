"""The water that a ship could have been in during a silence: its outlines, for the gap's own map and for the large one.

The runs of cells that the case holds become outlines in up to four steps of hours to spare, each within the one before.
Outlines follow the cells' edges, so that the drawing says no more than the table does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from darkwake.case import text
from darkwake.case.index import Index, Row
from darkwake.case.sheet import Box, Sheet, line

Corners = list[list[int]]
STEPS = 4
_ROUNDED_H = 0.002
"""What rounding in the case file may have added."""
MOST_CELLS = 4_000_000
"""A grid of more cells is not drawn: no table of the case is so large."""


class Area:
    """One gap's area on its grid: rows and columns of cells counted from its south-west corner."""

    def __init__(self, row: Row, west: float) -> None:
        """Of a row of the case; longitudes are turned to begin at `west`."""
        self.cell = float(row["cell_deg"])
        runs = np.array(row["runs"], dtype=np.float64).reshape(-1, 4)
        lat, start, width, slack = runs[:, 0], runs[:, 1], runs[:, 2] - runs[:, 1], runs[:, 3]
        start = np.round((start - west) % 360.0, 6) % 360.0 + west
        self.south, self.west = (float(values.min()) if len(runs) else 0.0 for values in (lat - self.cell / 2, start))
        self.rows = np.rint((lat - self.cell / 2 - self.south) / self.cell).astype(np.int64)
        self.first = np.rint((start - self.west) / self.cell).astype(np.int64)
        self.last = self.first + np.maximum(np.rint(width / self.cell).astype(np.int64), 1)
        self.slack = slack
        self.most = float(slack.max(initial=0.0))
        shape = (int(self.rows.max(initial=-1)) + 1, int(self.last.max(initial=0)))
        self.fits = len(runs) > 0 and shape[0] * shape[1] <= MOST_CELLS
        self.shape = shape if self.fits else (0, 0)

    @property
    def box(self) -> Box:
        """West, south, east, north in degrees."""
        return (
            self.west, self.south, self.west + self.shape[1] * self.cell, self.south + self.shape[0] * self.cell,
        )  # fmt: skip

    def steps(self) -> list[float]:
        """From how many hours to spare on each step holds, the least first."""
        if self.most <= 0:
            return [0.0]
        wanted = [self.most * step / STEPS for step in range(STEPS)]
        return [low for low in wanted if not low or (self.slack >= low + _ROUNDED_H).any()]

    def outlines(self, least: float) -> list[Corners]:
        """The outlines of all cells with at least so many hours to spare, as corners [column, row]."""
        grid = np.zeros((self.shape[0], self.shape[1] + 1), dtype=np.int32)
        # the table is cut at the same steps, and a run's most hours come close to the next one without reaching it
        kept = self.slack >= least + (_ROUNDED_H if least else 0.0)
        np.add.at(grid, (self.rows[kept], self.first[kept]), 1)
        np.add.at(grid, (self.rows[kept], self.last[kept]), -1)
        return traced(np.cumsum(grid, axis=1)[:, :-1] > 0)


def traced(cells: NDArray[np.bool_]) -> list[Corners]:
    """The outlines of the true cells of a grid, as closed rings of corners [column, row], those of holes among them.

    Every edge between a cell that is in and one that is not is walked once, with the cell to its left.
    """
    held = np.pad(cells, 1)
    wide = held.shape[1] + 1
    after: dict[int, list[tuple[int, int]]] = {}
    # from an edge's first corner to its last one, and the direction: 0 east, 1 north, 2 west, 3 south
    sides = (
        (held & ~np.roll(held, 1, axis=0), (0, 0), (0, 1), 0), (held & ~np.roll(held, -1, axis=1), (0, 1), (1, 1), 1),
        (held & ~np.roll(held, -1, axis=0), (1, 1), (1, 0), 2), (held & ~np.roll(held, 1, axis=1), (1, 0), (0, 0), 3),
    )  # fmt: skip
    for edge, (row1, column1), (row2, column2), way in sides:
        row, column = np.nonzero(edge)
        starts = (row + row1) * wide + column + column1
        ends = (row + row2) * wide + column + column2
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            after.setdefault(start, []).append((end, way))
    rings: list[Corners] = []
    while after:
        at = next(iter(after))
        ring: Corners = []
        before = -1
        while at in after:
            ways = after[at]
            # where two cells meet at a corner only, the turn to the left keeps them two
            pick = next((n for n, (_, way) in enumerate(ways) if way == (before + 1) % 4), 0) if len(ways) > 1 else 0
            end, way = ways.pop(pick)
            if not ways:
                del after[at]
            if way != before:
                ring.append([at % wide - 1, at // wide - 1])
            at, before = end, way
        rings.append(ring)
    return rings


def drawn(area: Area, sheet: Sheet) -> list[dict[str, Any]]:
    """Each step as one path on a sheet, with the hours that it stands for."""
    found = []
    for step, low in enumerate(area.steps()):
        paths = []
        for ring in area.outlines(low):
            corners = np.array([*ring, ring[0]], dtype=np.float64)
            lat = area.south + corners[:, 1] * area.cell
            lon = area.west + corners[:, 0] * area.cell
            paths.append(line(sheet.points(lat, lon, turn=False), least=1.4, close=True))
        found.append({"step": step + 1, "path": Markup("").join(paths), "label": _label(area, step)})
    return found


def _label(area: Area, step: int) -> str:
    """The hours of a step: "0–5.2 h"."""
    steps = [*area.steps(), area.most]
    if len(steps) == 2:
        return f"up to {text.hours(area.most)}"
    return f"{text.hours(steps[step]).removesuffix(' h')}–{text.hours(steps[step + 1])}"


def packed(index: Index, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The outlines for the large map, by gap: the grid's corner and size, and each step's rings as steps of corners."""
    found: dict[str, dict[str, Any]] = {}
    for gap in wanted:
        row = index.area.get(gap)
        area = Area(row, index.west) if row else None
        if area is None or not area.fits:
            continue
        found[gap] = {
            "cell": area.cell,
            "at": [round(area.west, 4), round(area.south, 4)],
            "steps": [[np.diff(ring, axis=0, prepend=0).ravel().tolist() for ring in area.outlines(low)]
                      for low in area.steps()],
            "labels": [_label(area, step) for step in range(len(area.steps()))],
        }  # fmt: skip
    return found
