"""Ids that are made in columns are those that are made one by one, to the byte."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darkwake.evidence import content_id, content_ids

TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999))
FLOATS = st.one_of(
    st.floats(width=64),
    st.floats(-180, 180),
    st.integers(-180_000_000, 180_000_000).map(lambda n: n / 1_000_000),
    st.integers(-(10**12), 10**12).map(lambda n: n / 10**9),
    st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 18)).map(lambda n: n[0] / 10 ** n[1]),
)
KINDS: dict[str, tuple[pl.DataType | type[pl.DataType], st.SearchStrategy[Any]]] = {
    "int": (pl.Int64, st.integers(-(2**63), 2**63 - 1)),
    "small": (pl.Int8, st.integers(-128, 127)),
    "float": (pl.Float64, FLOATS),
    "single": (pl.Float32, st.floats(width=32)),
    "time": (pl.Datetime("us"), st.one_of(TIMES, TIMES.map(lambda time: time.replace(microsecond=0)))),
    "milli": (pl.Datetime("ms"), TIMES.map(lambda time: time.replace(microsecond=0))),
    "day": (pl.Date, st.dates(date(1, 1, 1), date(9999, 12, 31))),
    "text": (pl.String, st.text(st.characters(exclude_categories=["Cs"]), max_size=6)),
    "flag": (pl.Boolean, st.booleans()),
    "list": (pl.List(pl.Float64), st.lists(FLOATS, max_size=3)),
}
SCHEMA = pl.Schema({name: kind for name, (kind, _) in KINDS.items()})
ROW = st.tuples(*(st.none() | values for _, values in KINDS.values()))
AWKWARD = [
    -0.0, 1e-7, 1e-4, 9.99e-4, 1e16, 1e15, 123456789.123, 0.1 + 0.2, 1.0000000005, 5e-10, -5e-10, 999999.999999999,
    float("nan"), float("inf"), 1.0, 100000.0, 54.123456789, 54.1234567891,
]  # fmt: skip
WORDS = ['"', "\\", "\n", "\x00", "\x1f", "\x7f", "é\u2028", "", "a/b", "MMSI 911"]


def rows(values: list[object], at: int) -> list[tuple[object, ...]]:
    return [tuple(value if place == at else None for place in range(len(KINDS))) for value in values]


@settings(deadline=None)
@given(st.lists(ROW, max_size=8))
@example(rows(list(AWKWARD), list(KINDS).index("float")))
@example(rows(list(WORDS), list(KINDS).index("text")))
def test_ids_made_in_columns_are_those_made_one_by_one(given_rows: list[tuple[object, ...]]) -> None:
    table = pl.DataFrame(given_rows, schema=SCHEMA, orient="row")
    for some in (table, table.select("time", "int"), table.select("float"), table.select()):
        ids = content_ids("gap", some)
        assert ids.name == "id"
        assert ids.dtype == pl.String
        assert ids.to_list() == [content_id("gap", *row) for row in some.iter_rows()]
