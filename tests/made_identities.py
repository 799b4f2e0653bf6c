"""IDENTITIES made in a test: what invented ships said of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl

from darkwake.schema import IDENTITIES
from made_positions import DAY, SOURCE


def said(rows: Iterable[tuple[int, str, str, float, float, int]]) -> pl.DataFrame:
    """Rows of (ship, field, value, hours after DAY of the first and of the last message, messages)."""
    return pl.DataFrame(
        [
            (ship, field, value, DAY + timedelta(hours=first), DAY + timedelta(hours=last), messages, SOURCE, number)
            for number, (ship, field, value, first, last, messages) in enumerate(rows, start=1)
        ],
        schema=IDENTITIES,
        orient="row",
    )


def imo(number: int) -> str:
    """An invented IMO number with its check digit, from six digits."""
    return f"{number}{sum(int(digit) * (7 - at) for at, digit in enumerate(str(number))) % 10}"
