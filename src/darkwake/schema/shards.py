"""The files of one shard of a store, taken by ranges of ships, so that what is held at once does not grow with it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

MOST_ROWS = 2_000_000
"""Rows that are taken at once: some hundred megabytes with what is made of them."""


def by_ships(paths: Sequence[str], most_rows: int = MOST_ROWS) -> list[pl.LazyFrame]:
    """The rows of those files, whole or by ranges of ships of about so many rows each; no ship is ever cut."""
    whole = rows(paths)
    if whole.select(pl.len()).collect().item() <= most_rows:
        return [whole]
    return [whole.filter(pl.col("ship").is_between(*ends)) for ends in ship_ranges(paths, most_rows)]


def ship_ranges(paths: Sequence[str], most_rows: int) -> list[tuple[int, int]]:
    """First and last ship of ranges of about so many rows each, as they stand in those files."""
    ships = rows(paths).group_by("ship").agg(pl.len()).sort("ship").collect(engine="streaming")
    lot = (ships["len"].cast(pl.Int64).cum_sum() - 1) // most_rows
    ends = ships.group_by(lot.alias("lot"), maintain_order=True).agg(
        first=pl.col("ship").min(), last=pl.col("ship").max()
    )
    return ends.select("first", "last").rows()


def rows(paths: Sequence[str]) -> pl.LazyFrame:
    """All rows of those files; nothing is read from their names."""
    return pl.scan_parquet(list(paths), glob=False, hive_partitioning=False)
