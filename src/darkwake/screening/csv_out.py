"""A table as CSV for people who open it in a spreadsheet: no cell of it is taken for a formula."""

from __future__ import annotations

import polars as pl

_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet begins a formula, also behind a quotation mark of the file."""


def as_csv(table: pl.DataFrame) -> str:
    """CSV in UTF-8 with its mark, lists in a cell with semicolons.

    A text that a spreadsheet could take for a formula gets an apostrophe before it; numbers and dates stay as they are.
    """
    text = [name for name, kind in table.schema.items() if kind == pl.String]
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    flat = table.with_columns(
        pl.col(name).list.eval(pl.element().cast(pl.String).fill_null("-")).list.join("; ") for name in lists
    )
    safe = flat.with_columns(_safe(pl.col(name)).alias(name) for name in [*text, *lists])
    return "\ufeff" + safe.write_csv()


def _safe(cell: pl.Expr) -> pl.Expr:
    # spaces before the sign do not keep a spreadsheet from it
    begins = cell.str.strip_chars_start(" \u00a0").str.slice(0, 1).is_in(list(_BEGINS))
    whole = cell.str.strip_chars_start(" \u00a0").str.contains(r"^-?\d+(\.\d+)?$")
    return pl.when(begins & ~whole).then(pl.lit("'") + cell).otherwise(cell)
