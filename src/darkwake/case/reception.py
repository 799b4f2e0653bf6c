"""How well the water was heard: the reception table as squares for the large map, and in one sentence for the text."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkwake import geo
from darkwake.case import text
from darkwake.case.index import Index, Row

MOST_CELLS = 30_000
"""Squares that the page holds: those with the most ship-hours; the others are counted."""


def _cells(index: Index) -> list[Row]:
    found: list[Row] = (index.case.get("reception") or {}).get("cells") or []
    return [cell for cell in found if cell.get("present")]


def _kept(index: Index) -> list[Row]:
    return sorted(_cells(index), key=lambda cell: (-cell["present"], cell["lat"], cell["lon"]))[:MOST_CELLS]


def told(index: Index) -> dict[str, Any] | None:
    """The table in words; None where the case has none."""
    cells = _cells(index)
    if not cells:
        return None
    present, heard = (sum(int(cell[key]) for cell in cells) for key in ("present", "heard"))
    size = index.case["reception"]["cell_deg"]
    return {
        "cells": len(cells),
        "left_out": max(len(cells) - MOST_CELLS, 0),
        "size": f"{size:g}°",
        "across": text.miles(size * 60 * 1852),
        "present": present,
        "heard": heard,
        "share": f"{100 * heard / present:.0f} %",
        "half": sum(1 for cell in cells if cell["heard"] * 2 < cell["present"]),
    }


def packed(index: Index) -> dict[str, Any] | None:
    """The squares as columns of differences: row and column of the grid, ship-hours present, ship-hours heard.

    Rows are counted from the south pole and columns from 180° west, as geo.cell does; a cell's position may be any
    point in it.
    """
    cells = _kept(index)
    if not cells:
        return None
    size = float(index.case["reception"]["cell_deg"])
    across = geo.columns(size)
    lat, lon = (np.array([cell[key] for cell in cells], dtype=np.float64) for key in ("lat", "lon"))
    number = geo.cell(lat, lon, size)
    order = np.argsort(number, kind="stable")
    values = {key: np.array([int(cell[key]) for cell in cells])[order].tolist() for key in ("present", "heard")}
    return {"deg": size, "across": across, "cell": np.diff(number[order], prepend=0).tolist(), **values}
