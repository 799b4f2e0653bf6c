"""Test A: the rule of Welch et al. (Science Advances 8, 2022, eabq2109), as Global Fishing Watch uses it, unchanged.

A gap is a deliberate switch-off when it lasts twelve hours or more, begins more than 50 nautical miles from shore, in
water where satellites hear more than ten positions a day of a ship of the class, and the ship was heard fourteen times
or more in the twelve hours before. The rule was made for the open sea and says nothing of the coast: 50 nautical miles
from land is no part of the Strait of Hormuz.
"""

from __future__ import annotations

from typing import Any

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


def says(gap: dict[str, Any]) -> str:
    """What the rule says of one gap, and where it says nothing, why.

    Args:
        gap: a row with `welch` and its columns, lasted (microseconds), shore_m, before.
    """
    rule = "The rule of Welch et al. (2022)"
    off = None if gap["shore_m"] is None else gap["shore_m"] / geo.METRES_PER_NM
    if off is not None and off <= SHORE_NM:
        return (
            f"{rule} does not apply: it asks that a gap begin more than {SHORE_NM:.0f} nautical miles from shore, and "
            f"this one began {off:.0f} from it."
        )
    rate = gap["welch_reception"]
    if rate is not None and rate <= A_DAY:
        return (
            f"{rule} does not apply: it asks that satellites hear more than {A_DAY:.0f} positions a day of a ship "
            f"there, and they heard {rate:.1f}."
        )
    if off is None or rate is None:
        unknown = [
            *(["the distance to shore is not known"] if off is None else []),
            *(["no position there says that a satellite heard it"] if rate is None else []),
        ]
        return f"Whether {rule[0].lower()}{rule[1:]} applies is not known: {' and '.join(unknown)}."
    lasted = int(gap["lasted"] / HOUR_US * 10) / 10
    missing = [
        *([f"it lasted {lasted:g} hours, {HOURS:.0f} needed"] if gap["lasted"] < HOURS * HOUR_US else []),
        *([f"the ship was heard {gap['before'] or 0} times in the 12 hours before, {BEFORE} needed"]
          if (gap["before"] or 0) < BEFORE else []),
    ]  # fmt: skip
    if missing:
        return f"{rule} applies and does not flag this gap: {' and '.join(missing)}."
    return f"{rule} applies and flags this gap; it does not ask who else was unheard in those hours."
