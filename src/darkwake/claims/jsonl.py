"""The tables of this part as JSON lines: a row a line, and back to the same bytes.

This is for other programs. What people changed, and when, stands in the ledger alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from darkwake.claims import plain
from darkwake.claims.csv_in import RefusedRow, Taken
from darkwake.claims.only_added import lines
from darkwake.errors import Unreadable
from darkwake.evidence import canonical_json

_LONGEST = 64 << 20
"""Bytes of a line; nothing longer is read into memory."""


def as_jsonl(table: pl.DataFrame) -> str:
    """The rows in their order, a line each; equal tables give equal text."""
    return "".join(canonical_json(row) + "\n" for row in plain.rows_of(table))


def read(path: Path, schema: pl.Schema) -> Taken:
    """A table of that schema; where it has a column `id`, each id comes once. Every other row is refused with its line.

    Raises:
        Unreadable: The file is missing.
    """
    found: list[dict[str, Any]] = []
    refused: list[RefusedRow] = []
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for line in lines(file, longest=_LONGEST):
                try:
                    row = _row(line.content, schema)
                    if row.get("id") in seen:
                        raise ValueError("its id is there before")
                except ValueError as error:
                    refused.append(RefusedRow(path.name, line.number, str(error)))
                    continue
                if "id" in row:
                    seen.add(row["id"])
                found.append(row)
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror})", where=str(path), to_do="Give a file") from error
    return Taken(plain.table_of(found, schema), len(found) + len(refused), tuple(refused))


def _row(line: bytes | None, schema: pl.Schema) -> dict[str, Any]:
    if line is None:
        raise ValueError(f"it is longer than {_LONGEST >> 20} MB")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    fitted = plain.fitted(row, schema)
    if "id" in fitted and not fitted["id"]:
        raise ValueError("it has no id")
    return fitted
