"""Laden or in ballast: what a ship's reported draughts tell, held against its own history.

The crew types the draught in by hand, in steps of 0.1 m, and nothing checks it. So a draught means something only
beside the others that the same ship sent: near the deepest of them it is laden, near the shallowest in ballast. A ship
that never changed it, or that sailed on with the same value through its calls, tells nothing, and that is said.
"""

from __future__ import annotations

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.schema import DRAUGHTS, IDENTITIES

NOISE_M = 0.3
"""Changes up to this are no change: retyping in steps of 0.1 m, trim, fuel burnt, water of another saltness."""
LEAST_RANGE_M = 0.6
"""A ship whose draughts lie within this, or within `LEAST_SHARE` of the deepest, has not shown both states."""
LEAST_SHARE = 0.15
LADEN_FROM, BALLAST_TO = 0.7, 0.3
"""Shares of the way from the shallowest to the deepest."""
DRAUGHT_INNOCENT = (
    "The crew entered the draught late, early or wrongly; nothing checks it.",
    "Ballast water was taken or pumped out, which needs no port and no cargo.",
    "Fuel and water were taken or used up.",
    "The ship was lightened or topped up in an ordinary transfer.",
)
"""What else than cargo a changed draught may be."""


def draughts(
    identities: pl.DataFrame, *, noise_m: float = NOISE_M, least_m: float = 0.5, most_m: float = 30.0
) -> pl.DataFrame:
    """DRAUGHTS: the runs of one draught of each ship, and whether it was laden in them as its own history tells.

    Laden is in the deepest 30 of 100 of its own range, ballast in the shallowest; the range must be wider than
    `LEAST_RANGE_M` and `LEAST_SHARE` of the deepest, or both are unknown.

    Args:
        identities: IDENTITIES; of it the runs of draught_m.
        noise_m: what does not count as a change.
        least_m: less than this (or 0, "not available") is no draught of a sea ship and is left out.
        most_m: more than this is none either: the field ends at 25.5 m.

    Raises:
        WrongUse: `identities` is not IDENTITIES.
    """
    wrong = schema.problems(identities, IDENTITIES)
    if wrong:
        raise WrongUse(f"the table is not IDENTITIES: {wrong[0]}", where="draughts", to_do="Hand in store.identities()")
    metres = pl.col("value").cast(pl.Float64, strict=False)
    runs = (
        identities.filter(pl.col("field") == "draught_m")
        .select("ship", start="first_seen", end="last_seen", draught_m=metres)
        .filter(pl.col("draught_m").is_between(least_m, most_m))
        .sort("ship", "start", "end", "draught_m")
    )
    low, high = pl.col("draught_m").min().over("ship"), pl.col("draught_m").max().over("ship")
    room = pl.max_horizontal(pl.lit(max(LEAST_RANGE_M, 2 * noise_m)), high * LEAST_SHARE)
    share = (pl.col("draught_m") - low) / (high - low)
    told = runs.with_columns(low=low, high=high, values=pl.col("draught_m").n_unique().over("ship"))
    told = told.with_columns(
        state=pl.when(high - low < room)
        .then(pl.lit("unknown"))
        .when(share >= LADEN_FROM)
        .then(pl.lit("laden"))
        .when(share <= BALLAST_TO)
        .then(pl.lit("ballast"))
        .otherwise(pl.lit("between"))
    )
    one = pl.format("It has reported {} m and nothing else.", "draught_m")
    few = pl.format("It has reported {} to {} m, too little apart to tell laden from ballast.", "low", "high")
    many = pl.format("It reported {} m; its own draughts run from {} to {} m.", "draught_m", "low", "high")
    because = pl.when(pl.col("values") == 1).then(one).when(pl.col("state") == "unknown").then(few).otherwise(many)
    return told.with_columns(because=because).select(list(DRAUGHTS))
