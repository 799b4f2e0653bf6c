"""What all tables share: how a schema is written, times, citations, and checks that name what differs."""

from __future__ import annotations

import polars as pl

_Type = pl.DataType | type[pl.DataType]


def columns(named: dict[str, _Type]) -> pl.Schema:
    """A schema of those columns, in that order."""
    # the parameter's type is what lets a type checker accept a mix of types and instances of types
    return pl.Schema(named)


TIME = pl.Datetime("us")

CITATION = pl.Struct({"source": pl.String, "first_row": pl.Int64, "last_row": pl.Int64})
"""Where a statement comes from: a source's sha256 and its rows, 1 for the first line of the file, both ends in."""


def problems(table: pl.DataFrame, schema: pl.Schema) -> list[str]:
    """What keeps `table` from having `schema`: one sentence each, none where it fits.

    Column order counts: a table that is written, hashed or concatenated must not depend on it.
    """
    found = [f"column {name!r} is missing" for name in schema if name not in table.schema]
    found += [f"column {name!r} is not in the schema" for name in table.schema if name not in schema]
    for name, want in schema.items():
        got = table.schema.get(name)
        if got is not None and got != want:
            found.append(f"column {name!r} is {got}, not {want}")
    if not found and list(table.schema) != list(schema):
        found.append(f"columns stand in the order {list(table.schema)}, not {list(schema)}")
    return found


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A table of that schema without rows."""
    return pl.DataFrame(schema=schema)
