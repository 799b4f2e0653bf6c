"""Which ships lay side by side at one moment, told without laying a crowd pair by pair where nobody asks for it.

Where an encounter may have company only up to a limit, at least one of its moments has no more than that, as its
company is a median. Such quiet moments are few in a crowd, and found among ships that have few round them. So only
ships that were once quiet together are laid side by side over the whole of their time beside others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.events import company, near
from darkwake.events.near import Ints
from darkwake.geo import Floats
from darkwake.nearest import positions as places
from darkwake.nearest import spread

MOST_COUNTED = 10
"""Ships in company are counted up to here: more are told as this many."""

_CITED = ("source", "row", "next_source", "next_row")
# packed, as the engine sorts by every plain column, and ship and slot tell these rows apart
SIDES = ("ship", "slot", pl.struct("lat", "lon", "kn", "meets", *_CITED).alias("here"))
"""The columns of a ship at a moment between two stages."""
_AT_ONCE = 200_000
"""Rows that are handed on together: bounds memory, changes no row."""


def together(table: pl.DataFrame, *, within_m: float, under_kn: float, company_m: float) -> Iterator[pl.DataFrame]:
    """Each pair of ships that meet within that distance in one slot, see `_side_by_side`; `table` is `SIDES`."""
    sides = _beside(table, within_m, under_kn, company_m)
    yield _side_by_side(sides[:0], sides[:0], np.zeros(0), company_m)  # the columns
    for one, two, metres in near.among(_places(sides), within_m):
        yield _side_by_side(sides[one], sides[two], metres, company_m)


def quiet(
    table: pl.DataFrame, *, within_m: float, under_kn: float, company_m: float, most: int
) -> Iterator[pl.DataFrame]:
    """Ships that meet another (`here`), and with whom where the two have `most` company (`other`); `table` is `SIDES`.

    Of a ship with whom it lay there are two rows, one for each of the two.
    """
    sides = _beside(table, within_m, under_kn, company_m)
    packed = pl.struct("lat", "lon", "kn", "slow", "round", *_CITED).alias("here")
    rows = sides.select("ship", "slot", pl.lit(None, pl.Int64).alias("other"), packed)
    yield rows
    few = sides.filter(pl.col("round") <= most + 1)  # the other of the two may be one of them
    for one, two, metres in near.among(_places(few), within_m):
        left, right = few[one], few[two]
        alone = _company(left, right, metres, company_m) <= most
        for its, whose in ((left, right), (right, left)):
            met = its.select("ship", "slot", whose["ship"].alias("other")).filter(pl.Series(alone))
            yield met.with_columns(pl.lit(None, rows.schema["here"]).alias("here"))


def by_pair(table: pl.DataFrame, *, every_us: int, merge: timedelta) -> Iterator[pl.DataFrame]:
    """For each two ships that were once quiet together what each of them did round that time; `table` is of `quiet`.

    All of a ship's moments beside others between two pauses that no encounter spans.
    """
    passed = pl.col("slot").diff()
    apart = (pl.col("ship").diff() != 0) | ((passed > 1) & (passed * every_us >= merge // timedelta(microseconds=1)))
    table = table.sort("ship", "slot", "other").with_columns(apart.fill_null(value=False).cum_sum().alias("time"))
    sides = table.filter(pl.col("other").is_null())
    wanted = table.filter(pl.col("other").is_not_null()).select("time", "other").unique().sort("time", "other")
    time = sides["time"].to_numpy()
    begin = np.searchsorted(time, wanted["time"].to_numpy())
    end = np.searchsorted(time, wanted["time"].to_numpy(), side="right")
    upto = np.cumsum(end - begin)
    cuts = np.searchsorted(upto, np.arange(0, upto[-1] if len(upto) else 0, _AT_ONCE))
    yield _of_pairs(sides[:0], wanted["other"][:0])
    for low, high in pairwise(np.unique([*cuts, len(upto)])):
        which, row = spread(begin[low:high], end[low:high])
        yield _of_pairs(sides[row], wanted["other"].gather(low + which))


def _of_pairs(sides: pl.DataFrame, other: pl.Series) -> pl.DataFrame:
    ship = sides["ship"]
    return sides.select(
        pl.when(ship < other).then(ship).otherwise(other).alias("one"),
        pl.when(ship < other).then(other).otherwise(ship).alias("two"),
        "slot",
        (ship < other).alias("first"),
        "here",
    )


def laid_together(table: pl.DataFrame, *, within_m: float, company_m: float) -> pl.DataFrame:
    """As `together`, of what each of two ships did; `table` is of `by_pair`."""
    table = table.unnest("here").with_row_index("number")
    key = ["one", "two", "slot"]
    found = (
        table.filter("first")
        .select(*key, "number")
        .join(table.filter(~pl.col("first")).select(*key, "number"), on=key, suffix="_other")
    )
    left, right = (
        table[found[number]].rename({whose: "ship"}) for number, whose in (("number", "one"), ("number_other", "two"))
    )
    chord = np.linalg.norm(_places(left).point - _places(right).point, axis=1)
    metres = 2 * geo.EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))
    close = np.flatnonzero(metres <= within_m)
    return _side_by_side(left[close], right[close], metres[close], company_m)


def _beside(table: pl.DataFrame, within_m: float, under_kn: float, company_m: float) -> pl.DataFrame:
    """The ships that meet another within that distance, with `slow`, and `round`: how many slow ships lie round it."""
    table = table.unnest("here")
    where = _places(table)
    slow, meets = table["kn"].to_numpy() < under_kn, table["meets"].to_numpy()
    some = np.flatnonzero(meets)
    some = some[company.counted(where, some, meets, within_m, 1) > 0]
    # one more than is told, as the other ship of a pair is counted too
    round_each = company.counted(where, some, slow, company_m, MOST_COUNTED + 1)
    return table[some].with_columns(pl.Series("round", round_each, pl.Int64), pl.Series("slow", slow[some]))


def _places(table: pl.DataFrame) -> near.Places:
    return near.Places.of(table["slot"].to_numpy(), table["lat"].to_numpy(), table["lon"].to_numpy())


def _company(left: pl.DataFrame, right: pl.DataFrame, metres: Floats, company_m: float) -> Ints:
    """The ships round that one of the two that has more, without the other of them."""
    seen = metres <= company_m
    ours, theirs = (
        one["round"].to_numpy() - (two["slow"].to_numpy() & seen) for one, two in ((left, right), (right, left))
    )
    result: Ints = np.minimum(np.maximum(ours, theirs), MOST_COUNTED)
    return result


def _side_by_side(left: pl.DataFrame, right: pl.DataFrame, metres: Floats, company_m: float) -> pl.DataFrame:
    """Ships two by two: one, two, slot, the speeds and rows of both, the place between them, metres and company."""
    middle = places(_places(left).point + _places(right).point)
    both = left.select(pl.col("ship").alias("one"), "slot", "kn", *_CITED).hstack(
        right.select(pl.col("ship").alias("two"), pl.col("kn", *_CITED).name.prefix("other_"))
    )
    cited = pl.struct(*_CITED, *(f"other_{name}" for name in _CITED)).alias("cited")
    return both.select(
        "one",
        "two",
        "slot",
        "kn",
        "other_kn",
        pl.Series("lat", middle[0]),
        pl.Series("lon", middle[1]),
        pl.Series("metres", metres),
        pl.Series("company", _company(left, right, metres, company_m), dtype=pl.Int64),
        cited,
    )
