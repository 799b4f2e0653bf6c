"""The ships of a bucket, summed up from its files: SHIPS."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from darkwake.schema import CITATION, SHIPS, in_order
from darkwake.schema.shards import by_ships


def summed(shard: list[str]) -> Iterator[pl.DataFrame]:
    """SHIPS of one bucket's files, which may come in parts; no ship is in two."""
    for part in by_ships(shard):
        yield _ships(in_order(part.collect()))


def _ships(positions: pl.DataFrame) -> pl.DataFrame:
    """SHIPS of one bucket in order."""
    first, last = (
        pl.struct(
            getattr(pl.col("source"), end)().alias("source"),
            getattr(pl.col("row"), end)().alias("first_row"),
            getattr(pl.col("row"), end)().alias("last_row"),
        )
        for end in ("first", "last")
    )
    return (
        positions.group_by("ship", maintain_order=True)
        .agg(
            pl.col("ais_class").drop_nulls().mode().sort().first(),
            pl.len().cast(pl.Int64).alias("positions"),
            *(
                getattr(pl.col(column), end)().alias(f"{end}_{alias}")
                for end in ("first", "last")
                for column, alias in (("time", "seen"), ("lat", "lat"), ("lon", "lon"))
            ),
            first.cast(CITATION).alias("one"),
            last.cast(CITATION).alias("other"),
        )
        .with_columns(
            pl.when(pl.col("positions") > 1)
            .then(pl.concat_list("one", "other"))
            .otherwise(pl.concat_list("one"))
            .alias("sources")
        )
        .select(list(SHIPS))
    )
