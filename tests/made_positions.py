"""POSITIONS made in a test: invented ships, MMSI 9xx, whose rows count as one invented source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from darkwake import schema

DAY = datetime(2031, 3, 1)
SOURCE = "1" * 64


def positions(rows: Iterable[tuple[int, float, float, float, float | None]], ais_class: str = "A") -> pl.DataFrame:
    """Rows of (ship, hours after DAY, lat, lon, sog) as POSITIONS in the order of a store."""
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return frame(columns[0], columns[1], columns[2], columns[3], columns[4], ais_class)


def frame(
    ship: ArrayLike,
    hour: ArrayLike,
    lat: ArrayLike,
    lon: ArrayLike,
    sog: Sequence[float | None] | NDArray[np.float64],
    ais_class: str | Sequence[str | None] = "A",
) -> pl.DataFrame:
    """The same from columns."""
    micros = DAY_US + np.round(np.asarray(hour, float) * 3.6e9).astype(np.int64)
    table = pl.DataFrame(
        {
            "ship": np.asarray(ship, np.int64),
            "time": pl.Series(micros).cast(schema.TIME),
            "lat": np.asarray(lat, float),
            "lon": np.asarray(lon, float),
            "sog": pl.Series(list(sog), dtype=pl.Float32),
        }
    )
    missing = {name: pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items()}
    table = table.with_columns(
        missing["cog"],
        missing["heading"],
        missing["status"],
        missing["receiver"],
        (pl.lit(ais_class) if isinstance(ais_class, str) else pl.Series(ais_class, dtype=pl.String)).alias("ais_class"),
        source=pl.lit(SOURCE),
        row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
    ).select(list(schema.POSITIONS))
    return schema.in_order(table)


DAY_US = int((DAY - datetime(1970, 1, 1)) / timedelta(microseconds=1))


def ships(table: pl.DataFrame) -> pl.DataFrame:
    """SHIPS of a table of positions."""
    cited = pl.struct("source", pl.col("row").alias("first_row"), pl.col("row").alias("last_row"))
    grouped = table.group_by("ship", maintain_order=True).agg(
        pl.col("ais_class").first(),
        pl.len().cast(pl.Int64).alias("positions"),
        pl.col("time", "lat", "lon").first().name.prefix("first_"),
        pl.col("time", "lat", "lon").last().name.prefix("last_"),
        cited.gather([0, -1]).alias("sources"),
    )
    return (
        grouped.rename({"first_time": "first_seen", "last_time": "last_seen"})
        .select(list(schema.SHIPS))
        .cast(schema.SHIPS)
    )


class Files:
    """A store of a test: the given tables as Parquet files, one shard each."""

    def __init__(self, folder: Path, shards: list[list[pl.DataFrame]]) -> None:
        self.paths: list[list[str]] = []
        for at, tables in enumerate(shards):
            self.paths.append([])
            for number, table in enumerate(tables):
                path = folder / f"{at}-{number}.parquet"
                table.write_parquet(path)
                self.paths[-1].append(str(path))

    def shards(self) -> list[list[str]]:
        return self.paths
