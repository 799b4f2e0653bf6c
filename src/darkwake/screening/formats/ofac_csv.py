"""The SDN list of the US Treasury's OFAC as its legacy CSV set.

sdn.csv, alt.csv, add.csv and sdn_comments.csv are one source: names are in two of them, addresses in one, the ends of
long remarks in the fourth. A zip keeps them together under one hash, so a zip is what is read; `sdn.csv` alone is
refused, because a list without its aliases looks whole and is not. Lines that entries cite are those of sdn.csv.

The set carries neither date nor count. The date comes from the caller, or from the zip's name (sdn-2021-07-07.zip), or
else is the midnight that `pack` set on every file in the zip. When files were last changed tells when somebody
downloaded or packed them, not of which day the list is, so a zip with such times alone is refused. That the set is
whole follows from the mark at the end of each file (Ctrl-Z), from rows of the same width, and from aliases, addresses
and comments that all belong to an entry.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from darkwake.errors import Unreadable, WrongUse
from darkwake.screening.formats import marks
from darkwake.screening.formats.ofac import KINDS, NAME, links_of, mark_or_flag
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.table import Record, records, text_of
from darkwake.screening.lists import (
    Entry,
    EntryKind,
    Flag,
    Identifier,
    ListedName,
    NameKind,
    SanctionsList,
    date_in_name,
    with_links_found,
)

_AGAIN = "Download sdn.csv, alt.csv, add.csv and sdn_comments.csv of one day from OFAC again and put them into one zip"
_WIDTHS = {"sdn.csv": 12, "alt.csv": 5, "add.csv": 6, "sdn_comments.csv": 2}
PARTS = tuple(_WIDTHS)
"""The files of a set; sdn_comments.csv may be missing, the others may not."""

_END = "\x1a"
_ALIASES: dict[str, NameKind] = {"aka": "a.k.a.", "fka": "f.k.a.", "nka": "n.k.a."}
_FIRST_LINE = re.compile(
    rb'\A[0-9]+,(?:"(?:[^"]|"")*",(?:-0- ?|"(?:vessel|individual|aircraft)"),(?:-0- ?|")'  # sdn.csv
    rb'|[0-9]+,"(?:aka|fka|nka)",|[0-9]+,(?:-0- ?|"[^"]*"),(?:-0- ?|"[^"]*"),(?:-0- ?|"[^"]*"),)'  # alt.csv, add.csv
)


class OfacCsv:
    """The reader of the legacy CSV set."""

    kind = "ofac-sdn-csv"
    reads = "OFAC SDN as the legacy CSV set (sdn.csv, alt.csv, add.csv and sdn_comments.csv in one .zip)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By the first row, which is of one of the set's files; the file's name does not count."""
        del name
        return _FIRST_LINE.match(head) is not None

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole set.

        Raises:
            WrongUse: The file is one of the set, without the others.
            Unreadable: A file is missing, cut short or altered, or of another day than the others.
        """
        path = Path(path)
        if not zipfile.is_zipfile(path):
            raise WrongUse(
                "one file of a set of four, which would be read without its aliases or its entries",
                where=path.name,
                to_do="Put sdn.csv, alt.csv, add.csv and sdn_comments.csv into one zip, named for its day "
                "(sdn-2021-07-07.zip), and give that",
            )
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.rpartition("/")[2].lower(): info for info in archive.infolist()}
        missing = [part for part in PARTS[:3] if part not in members]
        if missing:
            raise Unreadable(f"the set lacks {' and '.join(missing)}", where=path.name, to_do=_AGAIN)
        published, notes = _date_of(path.name, dated, members.values())
        parts = _Parts()
        for part in PARTS:
            if part in members:
                parts.rows[part] = list(_rows(path, members[part].filename, part, notes))
        if "sdn_comments.csv" not in members:
            notes.append("The set has no sdn_comments.csv, so long remarks end where sdn.csv cuts them off.")
        parts.join(path.name)
        entries: list[Entry] = []
        refused: Counter[str] = Counter()
        numbers: set[str] = set()
        for record in parts.rows["sdn.csv"]:
            entry = _entry_of(record, parts)
            if isinstance(entry, Entry) and entry.number in numbers:
                entry = "its number was given to an entry before"
            if isinstance(entry, str):
                refused[entry] += 1
            else:
                numbers.add(entry.number)
                entries.append(entry)
        return SanctionsList(
            name=NAME,
            date=published,
            declared=len(parts.rows["sdn.csv"]),
            sha256=sha256_of(path),
            file=path.name,
            entries=with_links_found(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
            notes=tuple(notes),
        )


def pack(parts: Sequence[Path], into: Path, *, dated: date) -> Path:
    """Put the files of a set into one zip, the same bytes for the same files and date.

    Args:
        parts: The files, known by their names (sdn.csv, alt.csv, add.csv, sdn_comments.csv in any case).
        into: The folder for it; the zip is named for the day.
        dated: The day that the set is of.

    Returns:
        The zip's path.
    """
    by_name = {part.name.lower(): part for part in parts}
    path = into / f"sdn-{dated.isoformat()}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PARTS:
            if name in by_name:
                info = zipfile.ZipInfo(name, (dated.year, dated.month, dated.day, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, by_name[name].read_bytes())
    return path


def _date_of(name: str, dated: date | None, members: Iterable[zipfile.ZipInfo]) -> tuple[date, list[str]]:
    if dated:
        return dated, ["The files carry no date; the day of this list was given by the caller."]
    if found := date_in_name(name):
        return found, ["The files carry no date; the day of this list is told by the name of its zip alone."]
    times = {member.date_time for member in members}
    year, month, day, *clock = times.pop() if len(times) == 1 else (0,) * 6
    try:
        packed_for = date(year, month, day) if clock == [0, 0, 0] and year > 1980 else None  # 1980: knows no date
    except ValueError:
        packed_for = None
    if packed_for is None:
        raise Unreadable(
            "nothing tells the day of this list: when its files were changed or packed is not of which day it is",
            where=name,
            to_do="Name the zip for the day on which OFAC published it: sdn-2021-07-07.zip",
        )
    return packed_for, ["The files carry no date; the day of this list is the one that its zip was packed for."]


@dataclass(slots=True)
class _Parts:
    rows: dict[str, list[Record]] = field(default_factory=dict)
    aliases: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    countries: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    comments: defaultdict[str, str] = field(default_factory=lambda: defaultdict(str))

    def join(self, where: str) -> None:
        numbers = {record.cells[0] for record in self.rows["sdn.csv"]}
        for part in PARTS[1:]:
            for record in self.rows.get(part, ()):
                number = record.cells[0]
                if number not in numbers:
                    raise Unreadable(
                        f"{part} has a row of entry {number[:20]}, which sdn.csv has not: the set is cut short, or its "
                        "files are of different days",
                        where=f"{where}, {part}, line {record.row:,}",
                        to_do=_AGAIN,
                    )
                if part == "alt.csv":
                    self.aliases[number].append((record.cells[2], record.cells[3]))
                elif part == "add.csv":
                    self.countries[number].append(record.cells[4])
                else:
                    self.comments[number] += record.cells[1]


def _rows(path: Path, member: str, part: str, notes: list[str]) -> Iterable[Record]:
    text, encoding = text_of(path, _AGAIN, member)
    where = f"{path.name}, {part}"
    if not text.rstrip().endswith(_END):
        if not text.endswith("\n"):
            raise Unreadable("the file ends within a line: it is cut short", where=where, to_do=_AGAIN)
        if part != "sdn_comments.csv":  # OFAC's own lacks it
            notes.append(
                f"{part} lacks the mark that ends such a file, so it may have been cut off after a whole line."
            )
    if encoding != "utf-8":
        notes.append(f"{part} is no UTF-8 and was read as {encoding}.")
    for record in records(text.rstrip().removesuffix(_END), where, _AGAIN):
        cells = tuple("" if cell.strip() == "-0-" else " ".join(cell.split()) for cell in record.cells)
        if len(cells) != _WIDTHS[part]:
            raise Unreadable(
                f"a row has {len(cells)} columns, not {_WIDTHS[part]}: the file is cut short or altered",
                where=f"{where}, line {record.row:,}",
                to_do=_AGAIN,
            )
        # the remark of a comment begins in the middle of a word, so its spaces count
        whole = (cells[0], record.cells[1]) if part == "sdn_comments.csv" else cells
        yield Record(whole, record.row, record.last_row)


def _entry_of(record: Record, parts: _Parts) -> Entry | str:
    number, name, kind_as, programmes, _title, sign, vessel_type, tonnage, gross, flag, owner, remark = record.cells
    kind = KINDS.get(kind_as or "entity")
    if not number:
        return "no number"
    if kind is None:
        return "a kind that is not vessel, entity, individual or aircraft"
    if not name:
        return "no name"
    told = _Remark(" ".join((remark + parts.comments[number]).split()), kind)
    names = [ListedName(name)]
    names += [ListedName(text, _ALIASES.get(alias, "a.k.a.")) for alias, text in parts.aliases[number] if text]
    found = [*told.marks, *([marks.callsign(sign)] if sign else [])]
    return Entry(
        number=number,
        kind=kind,
        names=tuple(dict.fromkeys([*names, *told.names])),
        row=record.row,
        last_row=record.last_row,
        identifiers=tuple(dict.fromkeys([*found, *marks.mmsi_in(told.text, found)])),
        flags=tuple(dict.fromkeys([*([marks.flag(flag)] if flag else []), *told.flags])),
        vessel_type=vessel_type,
        owner=owner,
        tonnage=tonnage,
        gross_tonnage=gross,
        programmes=marks.each(programmes.strip("[] ").split("] [")),
        countries=marks.each(parts.countries[number]),
        born=tuple(told.born),
        remarks=told.text,
        nationalities=tuple(told.nationalities),
        links=links_of(owner, told.text),
    )


_NUMBERED = re.compile(
    r"(Vessel Registration Identification|MMSI|Other Vessel Call Sign|Former Vessel Flag|Other Vessel Flag"
    r"|(?:Diplomatic |Stateless Person )?Passport|Aircraft Tail Number|Previous Aircraft Tail Number|SWIFT/BIC"
    r"|[A-Z][\w.'/ -]*?(?:No\.?|Number|ID(?! No)|#|\(MSN\))"
    r"|C\.U\.R\.P\.|R\.F\.C\.|D\.N\.I\.|Digital Currency Address - \w+)"
    r"\s+([^\s(].*?)(?:\s*\(([^()]+)\))?",
)
"""One part of a remark that is a number: what it is, the number, and the country in brackets."""

_ALIAS = re.compile(r"([afn])\.k\.a\. '(.+)'")
_PREFIXES: tuple[tuple[str, Literal["born", "nationalities"]], ...] = (
    ("DOB ", "born"), ("nationality ", "nationalities"), ("citizen ", "nationalities"),
)  # fmt: skip


class _Remark:
    """A remark in its parts; what no rule knows stays in the text."""

    def __init__(self, text: str, kind: EntryKind) -> None:
        self.text = text
        self.names: list[ListedName] = []
        self.marks: list[Identifier] = []
        self.flags: list[Flag] = []
        self.born: list[str] = []
        self.nationalities: list[str] = []
        for part in text.removesuffix(".").split("; "):
            self._part(part.strip().removeprefix("alt. "), kind)

    def _part(self, part: str, kind: EntryKind) -> None:
        if alias := _ALIAS.fullmatch(part):
            # OFAC sets its weak aliases into the remarks of this format, and only them
            self.names.append(ListedName(alias[2], _ALIASES[f"{alias[1]}ka"], weak=True))
            return
        for prefix, where in _PREFIXES:
            if part.startswith(prefix):
                getattr(self, where).append(part.removeprefix(prefix))
                return
        if numbered := _NUMBERED.fullmatch(part):
            made = mark_or_flag(numbered[1], numbered[2], numbered[3] or "", kind)
            if isinstance(made, Flag):
                self.flags.append(made)
            else:
                self.marks.append(made)
