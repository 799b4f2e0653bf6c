"""What a hull said of itself, without slips of the typist and stray messages, and when it changed for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import polars as pl

from darkwake import marks

LENGTH_M, LENGTH_PART = 10.0, 0.1
"""Lengths that differ by no more than both are one ship's, measured or typed in twice; as in tracks.said."""
WIDTH_M, WIDTH_PART = 3.0, 0.15
"""The same of widths, which are rounded to a metre on each side of the antenna."""
LONGEST_M, WIDEST_M = 460.0, 75.0
"""The longest ship ever built had 458 m and the widest in trade have under 75 m (none but platforms more)."""
SETTLED = timedelta(hours=24)
"""A value that is back within this time has not given way to the other: both are said in turns."""
TOGETHER = timedelta(hours=72)
"""Changes of one hull within this time of each other are one change."""
_STRAY_PART = 0.05
"""Runs of few messages inside another value's are left out where all together are at most this part."""
_LOOK_BACK = 20

RUN = ("hull", "field", "ship", "value", "first_seen", "last_seen", "messages", "source", "row")
"""The columns that these functions need: IDENTITIES with the hull, in any order."""


def _same_size(least: float, part: float) -> Callable[[str, str], bool]:
    def same(one: str, other: str) -> bool:
        a, b = float(one), float(other)
        return abs(a - b) <= max(least, part * max(a, b))

    return same


_SAME: dict[str, Callable[[str, str], bool]] = {
    "name": marks.same_name,
    "callsign": marks.same_call_sign,
    "length_m": _same_size(LENGTH_M, LENGTH_PART),
    "width_m": _same_size(WIDTH_M, WIDTH_PART),
}
"""When two values of a field are one, typed differently; of other fields none are."""


def believable(runs: pl.DataFrame) -> pl.DataFrame:
    """Without lengths and widths that are no ship's."""
    metres = pl.col("value").cast(pl.Float64, strict=False)
    most = pl.when(pl.col("field") == "length_m").then(LONGEST_M).otherwise(WIDEST_M)
    sized = pl.col("field").is_in(["length_m", "width_m"])
    return runs.filter(~sized | metres.is_between(0, most, closed="right").fill_null(value=False))


def steady(runs: pl.DataFrame, *, said_at_least: int, said_for: timedelta) -> pl.DataFrame:
    """The runs with `canon`, the first of the values that each is a spelling of; values said too little are out.

    Sorted by hull, field, first_seen; neighbours that say the same are one run. `begun_by` is the transmitter that
    said it first and `ship` the one that said it last; `last_source`, `last_row` are those of its last part.
    """
    order = ["hull", "field", "first_seen", "last_seen", "ship", "value", "source", "row"]
    table = runs.select(RUN).sort(order)
    several = table.filter(pl.col("value").n_unique().over("hull", "field") > 1)
    kept = several.join(_canons(several), on=["hull", "field", "value"]).filter(
        pl.col("messages").sum().over("hull", "field", "canon") >= said_at_least,
        pl.col("last_seen").max().over("hull", "field", "canon")
        - pl.col("first_seen").min().over("hull", "field", "canon")
        >= said_for,
    )
    joined = _joined(kept.sort(order).with_columns(last_source="source", last_row="row", begun_by="ship"))
    before, after = (pl.col("canon").shift(by).over("hull", "field") for by in (1, -1))
    stray = ((before == after) & (pl.col("messages") < said_at_least)).fill_null(value=False)
    marked = joined.with_columns(stray=stray)
    lost = pl.col("messages").filter("stray").sum().over("hull", "field")
    few = lost <= _STRAY_PART * pl.col("messages").sum().over("hull", "field")
    return _joined(marked.filter(~(pl.col("stray") & few)).drop("stray"))


def _canons(table: pl.DataFrame) -> pl.DataFrame:
    """hull, field, value, canon: each value, and the first value that it is a spelling of."""
    distinct = table.select("hull", "field", "value").unique(maintain_order=True)
    rows = []
    for (hull, field), group in distinct.group_by("hull", "field", maintain_order=True):
        same = _SAME.get(str(field))
        heads: list[str] = []
        for value in group["value"]:
            head = next((one for one in heads[-_LOOK_BACK:] if same is not None and same(one, value)), None)
            if head is None:
                heads.append(value)
            rows.append((hull, field, value, head if head is not None else value))
    return pl.DataFrame(rows, schema=dict.fromkeys(("hull", "field", "value", "canon"), pl.String), orient="row")


def _joined(table: pl.DataFrame) -> pl.DataFrame:
    """Neighbouring rows of one hull, field and canon as one."""
    same = [pl.col(name) == pl.col(name).shift() for name in ("hull", "field", "canon")]
    return (
        table.with_columns(run=(~pl.all_horizontal(same).fill_null(value=False)).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("hull", "field", "canon").first(),
            pl.col("begun_by").first(),
            pl.col("ship", "value").sort_by("last_seen", "ship").last(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("messages").sum(),
            pl.col("source", "row").first(),
            pl.col("last_source", "last_row").last(),
        )
        .drop("run")
    )


def changes(runs: pl.DataFrame) -> pl.DataFrame:
    """Where one value gave way to another for good, from `steady` runs.

    Returns:
        hull, field, before, after, last_seen (the old value), first_seen (the new one), ship_before, ship_after, and
        the rows that said so: source_before, row_before, source_after, row_after; `change` numbers those of a hull
        that belong together.
    """
    over = ("hull", "field")
    table = runs.with_columns(
        back=pl.col("first_seen").shift(-1).over(*over, "canon"),
        earlier=pl.col("last_seen").shift(1).over(*over, "canon"),
    )
    old = {name: pl.col(name).shift().over(over) for name in ("value", "ship", "last_seen", "last_source", "last_row")}
    found = table.with_columns(
        before=old["value"],
        ship_before=old["ship"],
        gone=old["last_seen"],
        source_before=old["last_source"],
        row_before=old["last_row"],
        old_back=pl.col("back").shift().over(over),
    ).filter(
        pl.col("gone") <= pl.col("first_seen"),
        (pl.col("old_back") >= pl.col("first_seen") + SETTLED).fill_null(value=True),
        (pl.col("earlier") <= pl.col("gone") - SETTLED).fill_null(value=True),
    )
    late = pl.col("first_seen") - pl.col("first_seen").shift().over("hull") > TOGETHER
    return (
        found.select(
            "hull", "field", "before", after="value", last_seen="gone", first_seen="first_seen",
            ship_before="ship_before", ship_after="begun_by", source_before="source_before", row_before="row_before",
            source_after="source", row_after="row",
        )
        .sort("hull", "first_seen", "field")
        .with_columns(change=late.fill_null(value=False).cast(pl.Int64).cum_sum().over("hull"))
    )  # fmt: skip
