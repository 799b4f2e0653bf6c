"""Where the data hold nobody's positions, a ship that is not heard says nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from darkwake import schema
from darkwake.events import coverage, engine, gap, weigh

DAY = datetime(2010, 6, 11)


def heard(ship: int, start: datetime, hours: float, every_min: float = 30) -> pl.DataFrame:
    number = int(hours * 60 / every_min) + 1
    times = [start + timedelta(minutes=every_min * step) for step in range(number)]
    table = pl.DataFrame({"time": times, "lat": 56.0 + np.arange(number) * 1e-4, "row": range(number)}).with_columns(
        ship=pl.lit(ship), lon=pl.lit(11.0), ais_class=pl.lit("A"), source=pl.lit("a" * 64)
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in table.columns]
    return table.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.POSITIONS.items())


def years_apart() -> pl.DataFrame:
    """Nine ships on a day of 2010, one of which went silent at noon; two of them and three others on a day of 2016."""
    later = DAY.replace(year=2016)
    first = [heard(ship, DAY, 24) for ship in range(1, 9)] + [heard(9, DAY, 12)]
    return pl.concat([*first, *(heard(ship, later, 20) for ship in (1, 2, 11, 12, 13))])


def test_an_open_gap_ends_where_the_data_do() -> None:
    found = gap().run(years_apart())
    still = found.filter(pl.col("end").is_null())
    assert still["ship"].to_list() == [9]
    assert '"hours":12.0' in still["details"][0]


def test_a_gap_across_a_hole_stays_a_gap_and_cannot_be_told() -> None:
    table = years_apart()
    found = gap().run(table)
    assert found.filter(pl.col("end").is_not_null())["ship"].to_list() == [1, 2]
    weighed = weigh(found, table, min_passages=2, min_ships=2)
    across = weighed.filter(pl.col("event").is_in(found.filter(pl.col("end").is_not_null())["id"].implode()))
    assert across["verdict"].to_list() == ["cannot tell"] * 2
    assert all("nobody's positions" in says for says in across["says"])


def test_coverage_is_the_same_for_every_split() -> None:
    table = years_apart()
    whole = engine.covered([table])
    assert whole == engine.covered([table[at::3] for at in range(3)])
    assert whole is not None
    assert whole.ends == (DAY + timedelta(hours=24), DAY.replace(year=2016) + timedelta(hours=20))
    assert whole.after == (DAY.replace(year=2016),)


def test_no_positions_no_coverage() -> None:
    assert coverage.of([]) is None
