"""Rows of a table as plain JSON types and back, exactly: what the ledger, the CSV files and the exports stand on.

`rows_of` and `table_of` are each other's opposite. `fitted` holds a value that came from outside to a schema: what it
lets through can be a row of that table, and everything else is refused with the field named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from darkwake.evidence import canonical

_LARGEST = 2**63


def rows_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Each row as plain JSON types, in order: days as ISO 8601, floats to nine digits."""
    return [canonical(row) for row in table.iter_rows(named=True)]


def table_of(rows: Iterable[Mapping[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """The table of rows that `fitted` has let through."""
    held = [{name: _value(row[name], kind) for name, kind in schema.items()} for row in rows]
    return pl.DataFrame(held, schema=schema, orient="row")


def fitted(row: Any, schema: pl.Schema) -> dict[str, Any]:
    """A row as that schema has it, with the fields in its order.

    Raises:
        ValueError: It is no object, a field is missing or unknown, or a value is not of its field's type.
    """
    try:
        fit: dict[str, Any] = _of_schema(tuple(schema.items()))(row)
    except ValueError as error:
        way = str(error)
        raise ValueError(f"the row{way}" if way.startswith(" ") else way) from None
    return fit


def fit_field(name: str, value: Any, schema: pl.Schema) -> Any:
    """One value as that field of the schema has it.

    Raises:
        ValueError: The schema has no such field, or the value is not of its type.
    """
    if name not in schema:
        raise ValueError(f"there is no field {name!r}")
    return _within(name, _of(schema[name]), value)


_Fit = Callable[[Any], Any]
"""Gives a value as a column of some type has it, or raises ValueError with the way to what is wrong in it."""


@cache
def _of_schema(fields: tuple[tuple[str, Any], ...]) -> _Fit:
    """What fits rows: made once a schema, as a ledger has many rows."""
    of = {name: _of(kind) for name, kind in fields}

    def fit(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError(" is no object")
        if value.keys() != of.keys():
            missing = [name for name in of if name not in value]
            unknown = sorted(str(name) for name in value if name not in of)
            raise ValueError(f" has no {missing[0]!r}" if missing else f" has an unknown {unknown[0]!r}")
        return {name: None if value[name] is None else _within(name, one, value[name]) for name, one in of.items()}

    return fit


def _within(name: str, fit: _Fit, value: Any) -> Any:
    try:
        return fit(value)
    except ValueError as error:
        way = str(error)
        # a way through a struct goes on with its field; words about this very value begin with a space
        raise ValueError(name + way if way[:1] in (" ", "[") else f"{name}.{way}") from None


def _of(kind: Any) -> _Fit:
    if isinstance(kind, pl.Struct):
        return _of_schema(tuple((field.name, field.dtype) for field in kind.fields))
    if isinstance(kind, pl.List):
        return _list(_of(kind.inner))
    return _SCALARS[kind]


def _list(inner: _Fit) -> _Fit:
    def fit(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(" is no list")
        return [None if item is None else _within(f"[{place}]", inner, item) for place, item in enumerate(value)]

    return fit


def _text(value: Any) -> str:
    if not is_text(value):
        raise ValueError(" is no text")
    return str(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(" is no true or false")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        raise ValueError(" is no whole number")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) < _LARGEST**16:  # neither infinite nor no number
        raise ValueError(" is no number")
    return float(value)


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (ValueError, TypeError):
        raise ValueError(" is no day as YYYY-MM-DD") from None


_SCALARS: Mapping[Any, _Fit] = {
    pl.String: _text,
    pl.Boolean: _truth,
    pl.Int64: _whole,
    pl.Float64: _number,
    pl.Date: _day,
}


def is_text(value: Any) -> bool:
    """Whether it is text that UTF-8 can hold; half of a surrogate pair is none."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value))


def _value(value: Any, kind: Any) -> Any:
    """As polars takes it: the only thing that JSON has no word for is a day."""
    if value is None:
        return None
    if isinstance(kind, pl.List):
        return [_value(item, kind.inner) for item in value]
    if isinstance(kind, pl.Struct):
        return {field.name: _value(value[field.name], field.dtype) for field in kind.fields}
    return date.fromisoformat(value) if kind == pl.Date else value
