"""The EU's consolidated list of financial sanctions as CSV (csvFullSanctionsList, version 1.1).

One row is a name, an address, a birth date or a document, with the entry's own columns in each; semicolons between.

Written from the public layout; no file of the Commission's was at hand, so only invented files have been read with it.
The table has no count and no closing mark, so a last line without an end and `lists.shortfall` are what tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from darkwake.errors import MissingColumn, Unreadable
from darkwake.screening.formats import marks
from darkwake.screening.formats.eu_xml import AGAIN, NAME, is_ship, kind_of, mark_of
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.table import Record, ends_whole, named, records, text_of
from darkwake.screening.lists import Entry, ListedName, SanctionsList

_ID = "Entity_LogicalId"
_NEEDED = ("fileGenerationDate", _ID, "NameAlias_WholeName")


class EuCsv:
    """The reader of the EU's CSV."""

    kind = "eu-csv"
    reads = "EU financial sanctions as CSV (csvFullSanctionsList, semicolons)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By the names of its columns in the first line; the file's name does not count."""
        del name
        first = head.replace(b"\0", b"").split(b"\n")[0]
        return b"fileGenerationDate" in first and _ID.encode() in first

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list.

        Raises:
            MissingColumn: A column that is needed is not there.
            Unreadable: Cut short, altered, or without a date.
        """
        del dated  # the list has its own date
        path = Path(path)
        text, encoding = text_of(path, AGAIN)
        if not ends_whole(text):
            raise Unreadable("the file ends within a line: it is cut short", where=path.name, to_do=AGAIN)
        rows = records(text, path.name, AGAIN, delimiter=";")
        heading = {word.strip(): at for at, word in enumerate(next(rows).cells)}
        for column in _NEEDED:
            if column not in heading:
                raise MissingColumn(f"there is no column {column}", where=path.name, to_do=AGAIN)
        groups: dict[str, list[Record]] = {}
        for record in rows:
            if len(record.cells) > len(heading):
                raise Unreadable(
                    f"a row has {len(record.cells)} columns, not {len(heading)}: the file is altered",
                    where=f"{path.name}, line {record.row:,}",
                    to_do=AGAIN,
                )
            groups.setdefault(named(record, heading, _ID), []).append(record)
        days = {named(record, heading, "fileGenerationDate") for group in groups.values() for record in group} - {""}
        published = marks.day(next(iter(days))) if len(days) == 1 else None
        if published is None:
            raise Unreadable(
                f"the rows give {len(days)} days as fileGenerationDate, where one is needed",
                where=path.name,
                to_do=AGAIN,
            )
        refused: Counter[str] = Counter()
        entries = []
        for group in groups.values():
            entry = _entry_of(group, heading)
            if isinstance(entry, str):
                refused[entry] += 1
            else:
                entries.append(entry)
        return SanctionsList(
            name=NAME,
            date=published,
            declared=len(groups),
            sha256=sha256_of(path),
            file=path.name,
            entries=tuple(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
            notes=() if encoding == "utf-8" else (f"The file is no UTF-8 and was read as {encoding}.",),
        )


def _entry_of(rows: Sequence[Record], heading: Mapping[str, int]) -> Entry | str:
    """The entry of all rows with one number, or the reason for which it is refused."""

    def each(column: str) -> tuple[str, ...]:
        return marks.each(named(row, heading, column) for row in rows)

    def first(column: str) -> str:
        return next(iter(each(column)), "")

    kind = kind_of(first("Entity_SubjectType_ClassificationCode") or first("Entity_SubjectType"))
    names = tuple(_names(rows, heading))
    if not first(_ID):
        return "no number"
    if kind is None:
        return "a kind that is neither person nor enterprise"
    if not names:
        return "no name"
    found = [
        mark_of(named(row, heading, "Identification_TypeCode"), named(row, heading, "Identification_TypeDescription"),
                number, named(row, heading, "Identification_CountryDescription"))
        for row in rows
        if (number := named(row, heading, "Identification_Number") or named(row, heading, "Identification_LatinNumber"))
    ]  # fmt: skip
    acts = (marks.day(text) for text in each("Entity_Regulation_PublicationDate"))
    return Entry(
        number=first(_ID),
        kind="vessel" if kind == "entity" and is_ship(found) else kind,
        names=names,
        row=min(row.row for row in rows),
        last_row=max(row.last_row for row in rows),
        identifiers=tuple(dict.fromkeys(found)),
        programmes=each("Entity_Regulation_Programme"),
        countries=each("Address_CountryDescription"),
        born=tuple(dict.fromkeys(_born(rows, heading))),
        remarks=" · ".join([*each("Entity_Remark"), *each("Entity_DesignationDetails")]),
        listed_from=marks.day(first("Entity_DesignationDate")),
        reference=first("Entity_EU_ReferenceNumber"),
        nationalities=each("Citizenship_CountryDescription"),
        amended=tuple(sorted({day for day in acts if day})),
    )


def _names(rows: Sequence[Record], heading: Mapping[str, int]) -> Iterator[ListedName]:
    """The first name is the primary one; this format does not tell strong aliases from weak ones."""
    parts = ("NameAlias_FirstName", "NameAlias_MiddleName", "NameAlias_LastName")
    written = (
        named(row, heading, "NameAlias_WholeName")
        or " ".join(filter(None, (named(row, heading, part) for part in parts)))
        for row in rows
    )
    for at, text in enumerate(marks.each(written)):
        yield ListedName(text, "a.k.a." if at else "primary")


def _born(rows: Sequence[Record], heading: Mapping[str, int]) -> Iterator[str]:
    for row in rows:
        written = named(row, heading, "BirthDate_BirthDate") or named(row, heading, "BirthDate_Year")
        if named(row, heading, "BirthDate_YearRangeFrom"):
            span = f"{named(row, heading, 'BirthDate_YearRangeFrom')} to {named(row, heading, 'BirthDate_YearRangeTo')}"
            written = written or span
        if written:
            circa = named(row, heading, "BirthDate_Circa").casefold() == "true"
            yield ("circa " if circa else "") + written
