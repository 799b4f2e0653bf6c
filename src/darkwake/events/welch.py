"""Test A: the rule of Welch et al. (Science Advances 8, 2022, eabq2109), as Global Fishing Watch uses it, unchanged.

A gap is a deliberate switch-off when it lasts twelve hours or more, begins more than 50 nautical miles from shore, in
water where satellites hear more than ten positions a day of a ship of the class, and the ship was heard fourteen times
or more in the twelve hours before. The rule was made for the open sea and says nothing of the coast: 50 nautical miles
from land is no part of the Strait of Hormuz.
"""

from __future__ import annotations

import polars as pl

from darkwake import geo
from darkwake.events.hearing import HOUR_US

HOURS, SHORE_NM, A_DAY, BEFORE = 12.0, 50.0, 10.0, 14


def welch(gaps: pl.DataFrame, heard_from_above: pl.DataFrame) -> pl.DataFrame:
    """event, welch_reception (satellite positions per ship and day in the degree where it began), welch_applies, welch.

    Args:
        gaps: event, class, lasted (microseconds), start_lat, start_lon, shore_m, before.
        heard_from_above: degree, class, positions, told, days; the parts of `Thinned`, laid together.

    Returns:
        `welch_applies`: far enough from shore and well enough heard; null where either is not known. `welch`: whether
        the rule flags the gap; false as soon as one condition fails, null where that cannot be known. Reception is null
        where no position of that degree says by what kind of receiver it was heard, or no ship was there.
    """
    known = heard_from_above.group_by("degree", "class").agg(pl.col("positions", "told", "days").sum())
    known = known.filter((pl.col("told") > 0) & (pl.col("days") > 0))
    rate = known.select("degree", "class", (pl.col("positions") / pl.col("days")).alias("welch_reception"))
    degree = geo.cell(gaps["start_lat"].to_numpy(), gaps["start_lon"].to_numpy(), 1.0)
    table = gaps.with_columns(pl.Series("degree", degree)).join(
        rate, on=["degree", "class"], how="left", maintain_order="left"
    )
    applies = (pl.col("shore_m") > SHORE_NM * geo.METRES_PER_NM) & (pl.col("welch_reception") > A_DAY)
    # in polars, as in logic, false and unknown is false
    flags = applies & (pl.col("lasted") >= HOURS * HOUR_US) & (pl.col("before") >= BEFORE)
    return table.select("event", "welch_reception", applies.alias("welch_applies"), flags.alias("welch"))
