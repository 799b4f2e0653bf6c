"""Tables of customs codes: the Harmonized System of 2022 and the EU's eight-digit Combined Nomenclature, as CSV."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import ClassVar, Protocol

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable
from darkwake.screening.codes import CodeRow, CodeTable
from darkwake.screening.formats.packed import head, sha256_of
from darkwake.screening.formats.rows import table_of

_AGAIN = "Download it again and compare its number of rows"
_EDITION = re.compile(r"(?:HS|CN8|CN)[_ -]?(20\d{2})", re.IGNORECASE)


class CodeFormat(Protocol):
    """What a reader of code tables offers."""

    @property
    def kind(self) -> str:
        """The word for it in a case's register of sources."""

    @property
    def reads(self) -> str:
        """What it reads, in words for an error message."""

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether a file with these first (unpacked) bytes and this name is of the format."""

    def read(self, path: str | Path) -> CodeTable:
        """The whole table, or a `darkwake.errors.Refused`."""


class HarmonizedSystem:
    """Columns section, hscode, description, parent, level; chapters, headings and subheadings."""

    kind = "hs"
    reads = "the Harmonized System as CSV with the columns hscode, description, parent"
    least: ClassVar = {2: 96, 4: 1_200, 6: 5_000}
    """Rows by digits; HS 2022 has 97 (with 99 for goods not elsewhere stated), 1,229 and 5,613, HS 2012 under 5,300."""

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the content alone tells
        """Whether the head has the columns."""
        return b"hscode" in head.split(b"\n", 1)[0].lower()

    def read(self, path: str | Path) -> CodeTable:
        """The table, or `Unreadable` where rows are missing: too few, or a code without the one it stands under."""
        path = Path(path)
        table = table_of(path, needs=("hscode", "description", "parent"))
        rows, refused = _rows([(row.cells["hscode"], row.cells["description"], row.first) for row in table.rows])
        have = Counter(map(len, rows))
        for digits, least in self.least.items():
            if have[digits] < least:
                raise Unreadable(
                    f"has {have[digits]:,} codes of {digits} digits, where every edition has at least {least:,}",
                    where=path.name,
                    to_do=_AGAIN,
                )
        orphans = [code for code in rows if len(code) > 2 and code[:-2] not in rows]
        if orphans:
            raise Unreadable(f"has {orphans[0]} but not {orphans[0][:-2]}", where=path.name, to_do=_AGAIN)
        return _named("HS", path, rows, refused, otherwise="2022")


class CombinedNomenclature:
    """Columns code, description, with semicolons; eight digits. The texts leave out what the headings say."""

    kind = "cn8"
    reads = "the EU's Combined Nomenclature as CSV with the columns code, description"
    least = 9_000
    """Codes; every year's table from 2010 to 2023 has between 9,200 and 9,900."""

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the content alone tells
        """Whether the head has the columns and the first code eight digits."""
        return re.match(rb"(?:\xef\xbb\xbf)?\"?code\"?[;,]\"?description[^\n]*\n\"?\d{8}\b", head) is not None

    def read(self, path: str | Path) -> CodeTable:
        """The table, or `Unreadable` where too few codes or chapters are there."""
        path = Path(path)
        table = table_of(path, needs=("code", "description"), otherwise="cp1252")
        rows, refused = _rows([(row.cells["code"], row.cells["description"], row.first) for row in table.rows])
        chapters = {code[:2] for code in rows}
        if len(rows) < self.least or len(chapters) < 96:
            raise Unreadable(
                f"has {len(rows):,} codes in {len(chapters)} chapters, where every year has {self.least:,} in 96",
                where=path.name,
                to_do=_AGAIN,
            )
        return _named("CN8", path, rows, refused, otherwise="")


def _rows(cells: list[tuple[str, str, int]]) -> tuple[dict[str, CodeRow], dict[str, int]]:
    rows: dict[str, CodeRow] = {}
    refused: Counter[str] = Counter()
    for code, text, line in cells:
        digits = re.sub(r"[\s.]", "", code)
        if not re.fullmatch(r"(?:[0-9]{2}){1,5}", digits):
            refused["a code that is not of 2, 4, 6, 8 or 10 digits"] += 1
        elif digits in rows:
            refused["a code that was there before"] += 1
        else:
            rows[digits] = CodeRow(digits, " ".join(text.split()), line)
    return rows, dict(refused)


def _named(name: str, path: Path, rows: dict[str, CodeRow], refused: dict[str, int], *, otherwise: str) -> CodeTable:
    match = _EDITION.search(path.name)
    version = match.group(1) if match else otherwise
    if not version:
        raise Unreadable(
            "its year is neither in it nor in its name", where=path.name, to_do="Name it so, as in CN8_2023_en.csv"
        )
    return CodeTable(f"{name} {version}", version, date(int(version), 1, 1), sha256_of(path), path.name, rows, refused)


CODE_FORMATS: tuple[CodeFormat, ...] = (HarmonizedSystem(), CombinedNomenclature())
"""Tried from first to last; the first that recognises a file reads it."""


def sniff_codes(path: str | Path) -> str | None:
    """The kind of code table that the file is, "hs" or "cn8"; None where no reader recognises it."""
    path = Path(path)
    try:
        begins = head(path)
    except DarkwakeError:
        return None
    return next((one.kind for one in CODE_FORMATS if one.recognises(begins, path.name)), None)


def read_codes(path: str | Path) -> CodeTable:
    """The table of codes in the file.

    Raises:
        WrongUse: There is no such file.
        UnknownKind: No reader recognises it.
        Unreadable: It is empty, cut short or altered.
    """
    path = Path(path)
    begins = head(path)
    if not begins:
        raise Unreadable("the file is empty", where=path.name, to_do="Download it again")
    found = next((one for one in CODE_FORMATS if one.recognises(begins, path.name)), None)
    if found is None:
        known = "; ".join(one.reads for one in CODE_FORMATS)
        raise UnknownKind("no reader recognises this as a table of codes", where=path.name, to_do=f"Read are: {known}")
    return found.read(path)
