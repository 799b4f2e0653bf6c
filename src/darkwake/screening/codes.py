"""HS and CN codes: the digits in what was typed, what is wrong with them, and tables of what codes stand for.

A code of customs is a lead, never a verdict: many goods stand under one code, and one good under several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from darkwake.evidence import Citation
from darkwake.screening.phrases import plain

LEVELS = {2: "chapter", 4: "heading", 6: "subheading", 8: "national or CN8 code", 10: "national code"}
_WORD = re.compile(r"^(?:HS|HTS|HTSUS|CN|TARIC|TARIFF|CODE|NO|NR|EX)[\s.:#-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    """A code as typed."""

    raw: str
    digits: str
    """The digits alone; empty where there are none."""
    fault: str = ""
    """What is wrong with it; empty where nothing is."""
    repairs: tuple[str, ...] = ()
    """What it may have been, such as with the leading nought that spreadsheets drop."""

    @property
    def international(self) -> str:
        """The digits that every customs office shares: the first six at most."""
        return self.digits[:6]


def code_typed(text: str) -> Code | None:
    """The code in a field: dots, spaces, hyphens and labels go; None where nothing was typed."""
    folded = plain(text)[:64].strip()
    if not folded:
        return None
    rest = folded
    while (shorter := _WORD.sub("", rest)) != rest:
        rest = shorter
    digits = re.sub(r"[\s.\-/']", "", rest)
    if not digits.isdigit() or not digits.isascii():
        return Code(folded, "", "has other characters than digits, dots and spaces")
    fault = ""
    repairs: tuple[str, ...] = ()
    if len(digits) not in LEVELS:
        fault = f"has {len(digits)} digits, where codes have 2, 4, 6, 8 or 10"
        if len(digits) in (5, 7, 9) and digits[0] != "0":
            repairs = (f"0{digits}",)
            fault += "; spreadsheets drop a leading nought"
    elif not 1 <= int(digits[:2]) <= 99:
        fault = "begins with 00, which is no chapter"
    return Code(folded, digits, fault, repairs)


def code_shown(digits: str) -> str:
    """As it is printed: 2829.90, 2829.90.10, 2829.90.10.00."""
    return ".".join([digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))])


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code and its words."""

    digits: str
    text: str
    row: int
    """The line in the source, 1 for the first."""


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A table of codes as one file gave it. Rows = kept + refused, or the file was refused."""

    name: str
    """Such as "HS 2022" or "CN8 2023"."""
    version: str
    """The edition as the file or its name gives it."""
    date: date
    """The first day of the edition."""
    sha256: str
    file: str
    rows: Mapping[str, CodeRow] = field(repr=False)
    refused: Mapping[str, int] = field(default_factory=dict)

    def described(self) -> str:
        """Name and size, such as "HS 2022, 6,940 codes"."""
        return f"{self.name}, {len(self.rows):,} codes"

    def path(self, digits: str) -> tuple[CodeRow, ...]:
        """The rows of a code and of what it stands under, from chapter to the finest that the table has."""
        found = (self.rows.get(digits[:size]) for size in (2, 4, 6, 8, 10) if size <= len(digits))
        return tuple(row for row in found if row is not None)

    def citation(self, row: CodeRow) -> Citation:
        """Where a row stands."""
        return Citation(self.sha256, row.row, row.row)
