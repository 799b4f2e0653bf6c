r"""The tables of this part as CSV: no cell is taken for a formula, and `csv_in` gives the same table again.

A cell is the value as it is; a day as ISO 8601; true or false; a list as JSON. Two marks make it exact:

    '     before a text that a spreadsheet could take for a formula, that begins with ' itself, or with \
    \N    a text that is not there, as against one that is empty; of everything else an empty cell says so

One apostrophe at the beginning of a cell is therefore never part of the text. Spreadsheets hold 32,767 characters a
cell: a longer text, such as an article's, is cut by them, so articles go through a spreadsheet only to be looked at.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl

from darkwake.claims import plain
from darkwake.evidence import canonical_json

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a spreadsheet begins a formula; the wide ones do so where Japanese or Chinese is set."""
GUARD = "'"
ABSENT = "\\N"
_BLANK = " \u00a0\u3000"


def as_csv(table: pl.DataFrame) -> str:
    """CSV in UTF-8 with its mark, the columns of the schema in their order."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(table.columns)
    for row in plain.rows_of(table):
        out.writerow([_cell(row[name], kind) for name, kind in table.schema.items()])
    return "\ufeff" + text.getvalue()


def guarded(text: str) -> str:
    """The text as a cell that is no formula."""
    begins = text.lstrip(_BLANK)[:1]
    return GUARD + text if begins in (*FORMULA, GUARD) or text.startswith("\\") else text


def _cell(value: Any, kind: pl.DataType) -> str:
    if kind == pl.String:
        return ABSENT if value is None else guarded(value)
    if value is None:
        return ""
    if isinstance(kind, pl.List | pl.Struct):
        return canonical_json(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # numbers, which no spreadsheet takes for more, and days
