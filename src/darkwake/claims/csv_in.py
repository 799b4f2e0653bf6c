"""A table of this part from CSV, as `csv_out` wrote it or as a spreadsheet made it of that.

Every row is either in the table or refused with its line and the reason. Commas, semicolons or tabs between the cells,
whichever the first line has; the columns in any order; TRUE, True or true.
"""

from __future__ import annotations

import csv
import io
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from darkwake.claims import plain
from darkwake.claims.csv_out import ABSENT, GUARD
from darkwake.errors import MissingColumn, TooManyRefused, Unreadable

_LONGEST = 64 << 20
"""Characters of a cell."""
_CSV = threading.Lock()
"""Python keeps one limit for all CSV readers of a program."""


class RefusedRow(NamedTuple):
    """A row that is not in the table."""

    file: str
    row: int
    """The line of the file on which it begins, 1 for the first."""
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in."""

    table: pl.DataFrame
    rows: int
    """Rows of the file without the first: those of the table and those refused."""
    refused: tuple[RefusedRow, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences on columns that are none of the table's, and were passed over."""

    def reasons(self) -> dict[str, int]:
        """How many rows were refused, by reason."""
        return dict(sorted(Counter(one.reason for one in self.refused).items()))


def read(path: Path, schema: pl.Schema, *, most_refused: float = 1.0) -> Taken:
    """A table of that schema.

    Args:
        path: The file, in UTF-8.
        schema: Such as schema.CLAIMS. Where it has a column `id`, each id comes once.
        most_refused: The share of rows that may be refused, 0 to 1.

    Raises:
        Unreadable: The file is missing, empty, or no text in UTF-8.
        MissingColumn: A column of the schema is not there, or one is there twice.
        TooManyRefused: More than that share was refused.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror})", where=str(path), to_do="Give a file") from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte {error.start} is no UTF-8", where=str(path), to_do='Save it as "CSV UTF-8" in the spreadsheet'
        ) from error
    records = _records(text, path)
    _, names = next(records, (1, []))
    notes = _columns(names, schema, path)
    found: list[dict[str, Any]] = []
    refused: list[RefusedRow] = []
    seen: set[str] = set()
    for line, cells in records:
        try:
            row = _row(cells, names, schema)
            if row.get("id") in seen:
                raise ValueError("its id is there before")
        except ValueError as error:
            refused.append(RefusedRow(path.name, line, str(error)))
            continue
        if "id" in row:
            seen.add(row["id"])
        found.append(row)
    count = len(found) + len(refused)
    if count and len(refused) / count > most_refused:
        first = refused[0]
        raise TooManyRefused(
            f"{len(refused):,} of {count:,} rows were refused, the first at line {first.row}: {first.reason}",
            where=str(path),
            to_do="Correct them, or allow more to be refused",
        )
    return Taken(plain.table_of(found, schema), count, tuple(refused), notes)


def _records(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; empty lines are none."""
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)
    with _CSV:
        before = csv.field_size_limit(_LONGEST)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
            found, line = [], 1
            for cells in reader:
                if cells:
                    found.append((line, cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(
                f"line {reader.line_num} is no CSV ({error})", where=str(path), to_do="Look for a stray quotation mark"
            ) from error
        finally:
            csv.field_size_limit(before)
    if not found:
        raise Unreadable("the file is empty", where=str(path), to_do="Give the file that Darkwake wrote")
    yield from found


def _columns(names: Sequence[str], schema: pl.Schema, path: Path) -> tuple[str, ...]:
    missing = [name for name in schema if names.count(name) != 1]
    if missing:
        what = "is there twice" if missing[0] in names else "is missing"
        to_do = f"Keep the first line as Darkwake writes it: {', '.join(schema)}"
        raise MissingColumn(f"the column {missing[0]!r} {what}", where=str(path), to_do=to_do)
    return tuple(
        f"the column {name!r} is none of the table's and was passed over" for name in names if name not in schema
    )


def _row(cells: Sequence[str], names: Sequence[str], schema: pl.Schema) -> dict[str, Any]:
    """A row of the table.

    Raises:
        ValueError: It is none.
    """
    if len(cells) != len(names):
        raise ValueError(f"it has {len(cells)} cells, and the first line has {len(names)}")
    given: Mapping[str, str] = dict(zip(names, cells, strict=True))
    row = plain.fitted({name: _value(name, given[name], kind) for name, kind in schema.items()}, schema)
    if "id" in row and not row["id"]:
        raise ValueError("it has no id")
    return row


def _value(name: str, cell: str, kind: pl.DataType) -> Any:
    if kind == pl.String:
        return None if cell == ABSENT else cell.removeprefix(GUARD)
    cell = cell.strip()
    if not cell:
        return None
    try:
        if "_" in cell and kind in (pl.Int64, pl.Float64):  # Python's own way to write 1_000
            raise ValueError
        if isinstance(kind, pl.List | pl.Struct):
            return json.loads(cell)
        if kind == pl.Boolean:
            return {"true": True, "false": False}[cell.lower()]
        return int(cell) if kind == pl.Int64 else float(cell) if kind == pl.Float64 else cell
    except (ValueError, KeyError, RecursionError):
        raise ValueError(f"{name} cannot be read") from None
