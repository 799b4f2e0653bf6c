"""Control lists of goods: Annex I of the EU's dual-use regulation and the US Commerce Control List as JSON; a table.

The table is for any other list (MTCR, munitions lists, national lists): CSV in UTF-8 with the columns `list`,
`version`, `entry`, `text`, and where there are such `cas`, `hs`, `name_<language>`, `in_force_from`, `in_force_to`,
`heading`, `source`. Several CAS numbers, codes or names in a cell stand apart by semicolons. Remarks are lines that
begin with #: `# rows: 12` declares how many rows there are, `# whole: no` says that it is not the whole list.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable
from darkwake.screening.cas import CasNumber, cas_numbers, cas_typed
from darkwake.screening.codes import code_typed
from darkwake.screening.controls import ControlEntry, ControlList, kind_of_line
from darkwake.screening.formats.packed import head, sha256_of
from darkwake.screening.formats.rows import Row, table_of, text_of

_AGAIN = "Download it again and compare its number of entries"


class ControlFormat(Protocol):
    """What a reader of control lists offers."""

    @property
    def kind(self) -> str:
        """The word for it in a case's register of sources."""

    @property
    def reads(self) -> str:
        """What it reads, in words for an error message."""

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether a file with these first (unpacked) bytes and this name is of the format."""

    def read(self, path: str | Path) -> tuple[ControlList, ...]:
        """The lists in the file, or a `darkwake.errors.Refused`."""


class EuAnnex:
    """Annex I of Regulation (EU) 2021/821 as JSON with one line a provision, each with its number."""

    kind = "eu-annex1"
    reads = "Annex I of Regulation (EU) 2021/821 as JSON"
    least = 300
    """Entries; the consolidated text of 2025-11-15 has 384, and no version since 2021 has had under 350."""

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the content alone tells
        """Whether these are the first bytes of such a file."""
        return b'"celex"' in head and b'"corpus_version"' in head

    def read(self, path: str | Path) -> tuple[ControlList, ...]:
        """The list, or `Unreadable` where it is cut short or its counts do not agree."""
        path = Path(path)
        whole = _json(path)
        records = _records(whole, "entry_count", path, self.least)
        index = [one.get("code") for one in whole.get("index", ())]
        if index and index != [one.get("entry_code") for one in records]:
            raise Unreadable("its index and its entries differ", where=path.name, to_do=_AGAIN)
        refused: Counter[str] = Counter()
        lines = []
        for at, record in enumerate(records, 1):
            lines += _eu_lines(record, at, refused)
        day = _day(str(whole.get("valid_from", "")), path, "valid_from")
        return (
            ControlList(
                "EU Annex I", day.isoformat(), day, len(records), sha256_of(path), path.name, tuple(lines),
                dict(refused), "valid from",
            ),
        )  # fmt: skip


_EU_LINE = re.compile(r"^(\d[A-E]\d{3}(?:\.[a-z0-9]+)*)\.?\s+(.*)$", re.DOTALL)


def _eu_lines(record: Mapping[str, Any], at: int, refused: Counter[str]) -> list[ControlEntry]:
    above: dict[str, str] = {}
    lines = []
    for raw in str(record.get("verbatim_text", "")).split("\n"):
        match = _EU_LINE.match(raw.strip())
        if match is None or not match.group(1).startswith(str(record.get("entry_code"))):
            if raw.strip():
                refused["a line without the number of its entry"] += 1
            continue
        number, text = match.group(1), match.group(2).strip()
        kind = kind_of_line(text)
        parts = number.split(".")
        over = [".".join(parts[:size]) for size in range(1, len(parts) + (kind == "note"))]
        lines.append(
            ControlEntry(
                number, text, at, at, kind, tuple(above[one] for one in over if one in above), cas_numbers(text)
            )
        )
        if kind == "item":
            above.setdefault(number, text)
    return lines


class UsCcl:
    """Supplement No. 1 to 15 CFR Part 774 as JSON: headings of all entries, paragraphs of some categories."""

    kind = "us-ccl"
    reads = "the US Commerce Control List as JSON"
    least = 500
    """Entries; the issue of 2026-07-23 has 633."""

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the content alone tells
        """Whether these are the first bytes of such a file."""
        return b'"ecfrIssueDate"' in head and b"Part 774" in head

    def read(self, path: str | Path) -> tuple[ControlList, ...]:
        """The list, or `Unreadable` where it is cut short or its counts do not agree."""
        path = Path(path)
        whole = _json(path)
        records = _records(whole, "entryCount", path, self.least)
        lines = [line for at, record in enumerate(records, 1) for line in _ccl_lines(record, at)]
        day = _day(str(whole.get("ecfrIssueDate", "")), path, "ecfrIssueDate")
        deep = ", ".join(map(str, whole.get("deepCategories", ())))
        note = (
            f"Only the entries of categories {deep} have their paragraphs in this file, all others their headings."
            if deep
            else ""
        )
        return (
            ControlList(
                "US CCL", day.isoformat(), day, len(records), sha256_of(path), path.name, tuple(lines), {}, "as issued",
                notes=(note,) if note else (),
            ),
        )  # fmt: skip


_ELSEWHERE = re.compile(r"these items are .subject to the itar", re.IGNORECASE)


def _ccl_lines(record: Mapping[str, Any], at: int) -> list[ControlEntry]:
    """An entry's heading and paragraphs; what the file calls a note or plain text stays a note."""
    eccn, heading = str(record.get("eccn", "")), str(record.get("heading", ""))
    first = "reference" if _ELSEWHERE.search(heading) else "item"
    lines = [
        ControlEntry(eccn, heading, at, at, "reference" if first == "reference" else "item", (), cas_numbers(heading))
    ]
    above: dict[int, str] = {0: heading}
    last = eccn
    for item in record.get("items") or ():
        text, paragraph = str(item.get("text", "")), item.get("paragraph")
        depth = int(item.get("depth", 0) or 0)
        if item.get("kind") == "item" and paragraph:
            last = f"{eccn}.{paragraph}"
            above = {level: words for level, words in above.items() if level < depth}
            kind = "note" if text.strip().lower() in ("[reserved]", "reserved") else kind_of_line(text)
            lines.append(ControlEntry(last, text, at, at, kind, tuple(above.values()), cas_numbers(text)))
            above[depth] = text
        else:
            lines.append(ControlEntry(last, text, at, at, "note", (heading,), cas_numbers(text)))
    related = str(record.get("relatedControls") or "")
    if related:
        lines.append(ControlEntry(eccn, related, at, at, "reference", (heading,), cas_numbers(related)))
    return lines


class ControlTable:
    """The project's own simple table, for any list. A file may hold several lists and versions."""

    kind = "control-table"
    reads = "a control list as a table with the columns list, version, entry, text"
    needs = ("list", "version", "entry", "text")

    def recognises(self, head: bytes, name: str) -> bool:  # noqa: ARG002 - the content alone tells
        """Whether the first line that is no remark has the columns."""
        text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
        first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
        columns = {cell.strip().strip('"').casefold() for cell in re.split("[,;\t]", first)}
        return set(self.needs) <= columns

    def read(self, path: str | Path) -> tuple[ControlList, ...]:
        """One list for each name and version in the table, in its order.

        Raises:
            Unreadable: It is cut short, or has not the rows that it declares.
        """
        path = Path(path)
        table = table_of(path, needs=self.needs)
        declared = _declared(table.remarks, len(table.rows), path)
        refused: dict[tuple[str, str], Counter[str]] = {}
        lists: dict[tuple[str, str], list[ControlEntry]] = {}
        for row in table.rows:
            key = (row.cells["list"], row.cells["version"])
            lists.setdefault(key, [])
            reason = _fault(row)
            if reason:
                refused.setdefault(key, Counter())[reason] += 1
            else:
                lists[key].append(_table_line(row))
        sha = sha256_of(path)
        part = table.remarks.get("whole", "").casefold() in ("no", "false")
        return tuple(
            ControlList(
                name or "(no list named)", version, _day(version, path, "version") if entries else date.min,
                declared if len(lists) == 1 else None, sha, path.name, tuple(entries),
                dict(refused.get((name, version), {})), whole=not part,
            )
            for (name, version), entries in lists.items()
        )  # fmt: skip


def _fault(row: Row) -> str:
    if row.short:
        return "fewer cells than columns"
    if not all(row.cells[name] for name in ("list", "version", "entry", "text")):
        return "no list, version, entry or text"
    dates = [row.cells.get(name, "") for name in ("in_force_from", "in_force_to")]
    if _first_day(row.cells["version"]) is None or any(one and _first_day(one) is None for one in dates):
        return "a date that is none"
    return ""


def _table_line(row: Row) -> ControlEntry:
    cells = row.cells
    typed = [cas_typed(one) for one in re.split("[;|]", cells.get("cas", "")) if one.strip()]
    numbers: dict[str, CasNumber] = {one.value: one for one in (*typed, *cas_numbers(cells["text"])) if one}
    codes = [code_typed(one) for one in re.split("[;|]", cells.get("hs", "")) if one.strip()]
    return ControlEntry(
        number=cells["entry"],
        text=cells["text"],
        row=row.first,
        last_row=row.last,
        kind=kind_of_line(cells["text"]),
        headings=tuple(one for one in [cells.get("heading", "")] if one),
        cas=tuple(numbers.values()),
        hs=tuple(one.digits for one in codes if one and one.digits),
        names=tuple(
            (column.removeprefix("name_"), name.strip())
            for column, cell in cells.items()
            if column.startswith("name_")
            for name in cell.split(";")
            if name.strip()
        ),
        in_force_from=_first_day(cells.get("in_force_from", "")),
        in_force_to=_last_day(cells.get("in_force_to", "")),
        source=cells.get("source", ""),
    )


CONTROL_FORMATS: tuple[ControlFormat, ...] = (EuAnnex(), UsCcl(), ControlTable())
"""Tried from first to last; the first that recognises a file reads it."""


def sniff_controls(path: str | Path) -> str | None:
    """The kind of control list that the file is, such as "eu-annex1"; None where no reader recognises it."""
    path = Path(path)
    try:
        begins = head(path)
    except DarkwakeError:
        return None
    return next((one.kind for one in CONTROL_FORMATS if one.recognises(begins, path.name)), None)


def read_controls(path: str | Path) -> tuple[ControlList, ...]:
    """The control lists in the file.

    Raises:
        WrongUse: There is no such file.
        UnknownKind: No reader recognises it.
        Unreadable: It is empty, cut short or altered.
    """
    path = Path(path)
    begins = head(path)
    if not begins:
        raise Unreadable("the file is empty", where=path.name, to_do="Download it again")
    found = next((one for one in CONTROL_FORMATS if one.recognises(begins, path.name)), None)
    if found is None:
        known = "; ".join(one.reads for one in CONTROL_FORMATS)
        raise UnknownKind("no reader recognises this as a control list", where=path.name, to_do=f"Read are: {known}")
    return found.read(path)


def _json(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(text_of(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"is cut short or altered ({error})", where=path.name, to_do=_AGAIN) from error
    if not isinstance(whole, dict):
        raise Unreadable("is no such list: its JSON is not an object", where=path.name, to_do=_AGAIN)
    return whole


def _records(whole: Mapping[str, Any], count: str, path: Path, least: int) -> list[dict[str, Any]]:
    records, declared = whole.get("entries"), whole.get(count)
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise Unreadable('has no list of "entries"', where=path.name, to_do=_AGAIN)
    if declared != len(records):
        raise Unreadable(f"says that it has {declared} entries, but has {len(records)}", where=path.name, to_do=_AGAIN)
    if len(records) < least:
        raise Unreadable(
            f"has {len(records)} entries, where every version has at least {least}", where=path.name, to_do=_AGAIN
        )
    return records


def _declared(remarks: Mapping[str, str], rows: int, path: Path) -> int | None:
    text = remarks.get("rows")
    if text is None:
        return None
    if not text.isdecimal() or int(text) != rows:
        raise Unreadable(f"declares {text} rows, but has {rows}", where=path.name, to_do=_AGAIN)
    return int(text)


def _first_day(text: str) -> date | None:
    """The first day of "2020", "2020-03" or "2020-03-14"; None where it is none of them."""
    match = re.match(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", text.strip())
    if match is None:
        return None
    try:
        return date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
    except ValueError:
        return None


def _last_day(text: str) -> date | None:
    """The last day of "2020", "2020-03" or "2020-03-14"."""
    first = _first_day(text)
    if first is None or text.count("-") == 2:
        return first
    ahead = (
        date(first.year + 1, 1, 1)
        if text.count("-") == 0 or first.month == 12
        else date(first.year, first.month + 1, 1)
    )
    return date.fromordinal(ahead.toordinal() - 1)


def _day(text: str, path: Path, field: str) -> date:
    found = _first_day(text)
    if found is None:
        raise Unreadable(f"has no date in {field!r} ({text[:40]!r})", where=path.name, to_do=_AGAIN)
    return found
