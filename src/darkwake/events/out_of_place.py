"""Gaps that begin or end where satellite navigation could not be believed: where the ship was then is not known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.events.hearing import HOUR_US

_MARGIN_US = HOUR_US
"""Ships are displaced before and after the hours in which enough of them were to make an area."""
COLUMNS = {"area": pl.String, "area_side": pl.String, "area_start": pl.Int64, "area_end": pl.Int64,
           "area_ships": pl.Int64}  # fmt: skip


def met(gaps: pl.DataFrame, interference: pl.DataFrame) -> pl.DataFrame:
    """For each gap the area with the most displaced ships in which it begins or ends: `COLUMNS`, null where none is.

    Args:
        gaps: start, end (microseconds; null: open), start_lat, start_lon, end_lat, end_lon.
        interference: INTERFERENCE; the hours have a margin of one hour on both sides.
    """
    most = np.zeros(gaps.height, np.int64)
    which, side_of = np.full(gaps.height, -1), np.zeros(gaps.height, np.int64)
    areas = interference.with_columns(pl.col("start", "end").to_physical())
    for number, area in enumerate(areas.iter_rows(named=True)):
        for at, side in enumerate(("start", "end")):
            inside = _inside(gaps, side, area) & (int(area["ships"]) > most)
            most[inside], which[inside], side_of[inside] = int(area["ships"]), number, at
    row = pl.Series(which)
    chosen = areas.select("id", "start", "end", "ships")[np.maximum(which, 0)] if areas.height else None
    if chosen is None:
        return pl.DataFrame({name: pl.Series([None] * gaps.height, dtype=kind) for name, kind in COLUMNS.items()})
    side_names = pl.Series(np.where(side_of == 0, "start", "end"))
    table: pl.DataFrame = chosen.select(
        area="id", area_side=side_names, area_start="start", area_end="end", area_ships=pl.col("ships").cast(pl.Int64)
    )
    return table.select(pl.when(row >= 0).then(pl.col(name)).alias(name) for name in COLUMNS)


def _inside(gaps: pl.DataFrame, side: str, area: dict[str, Any]) -> NDArray[np.bool_]:
    lat, lon = (gaps[f"{side}_{name}"].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("lat", "lon"))
    time = gaps[side].fill_null(np.iinfo(np.int64).min).to_numpy()
    west, east = area["west"], area["east"]
    across = (lon >= west) | (lon <= east) if west > east else (lon >= west) & (lon <= east)
    then = (time >= area["start"] - _MARGIN_US) & (time <= area["end"] + _MARGIN_US)
    result: NDArray[np.bool_] = across & (lat >= area["south"]) & (lat <= area["north"]) & then
    return result


def says(gap: dict[str, Any]) -> str:
    """Why nothing can be told of such a gap."""
    where = "fell silent" if gap["area_side"] == "start" else "was heard again"
    ships = f"{gap['area_ships']:,} ship{'' if gap['area_ships'] == 1 else 's'}"
    return (
        f"where this ship {where}, satellite navigation could not be believed from {_utc(gap['area_start'])} to "
        f"{_utc(gap['area_end'])} UTC ({ships} displaced there), so where this ship was is not known"
    )


def _utc(micros: int) -> str:
    return f"{datetime(1970, 1, 1) + timedelta(microseconds=micros):%d %B %Y %H:%M}".lstrip("0")
