"""Control lists and code tables at hand, indexed once: by CAS number, name, entry number, code and words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from darkwake.errors import UnknownKind, WrongUse
from darkwake.screening import formats, precursors
from darkwake.screening.bm25 import Line, Met, TextIndex
from darkwake.screening.codes import CodeTable
from darkwake.screening.controls import ControlEntry, ControlList, number_key
from darkwake.screening.formats.controls import CONTROL_FORMATS, read_controls, sniff_controls
from darkwake.screening.formats.hs import CODE_FORMATS, read_codes, sniff_codes
from darkwake.screening.phrases import name_key

_LABELLED = re.compile(r"\(?\s*C\.?A\.?S\.?\s*#?\s*\d{2,7}[-\s]+\d\d[-\s]+\d\s*\)?", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{5,80})[)\]]")
_SEE_FOR = re.compile(r"^SEE [A-Z0-9 ,]+? FOR\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line and the list that it is of."""

    of: ControlList
    line: ControlEntry

    @property
    def cited(self) -> str:
        """Such as "EU Annex I 1C350.17 (2025-11-15)"."""
        return f"{self.of.name} {self.line.number} ({self.of.version})"


class GoodsIndex:
    """Lists and tables at hand. The project's own few facts of other lists are always among them, marked so."""

    def __init__(self, lists: Sequence[ControlList], codes: Sequence[CodeTable] = ()) -> None:
        own = {one.name.casefold() for one in lists}
        extra = [one for one in precursors.known_entries() if one.name.casefold() not in own]
        self.lists = tuple({one.sha256 + one.name + one.version: one for one in (*lists, *extra)}.values())
        self.codes = tuple(codes)
        self.placed = tuple(Placed(one, line) for one in self.lists for line in one.entries)
        self._by_cas: dict[str, list[Placed]] = defaultdict(list)
        self._by_number: dict[str, list[Placed]] = defaultdict(list)
        self._by_hs: dict[str, list[Placed]] = defaultdict(list)
        self.names: dict[tuple[str, ...], str] = {}
        for one in self.placed:
            self._by_number[number_key(one.line.number)].append(one)
            for number in one.line.cas:
                self._by_cas[number.value].append(one)
            for code in one.line.hs:
                self._by_hs[code[:6]].append(one)
            for key, cas in _names_in(one.line):
                self.names.setdefault(key, cas)
        self.names |= precursors.substance_names()
        self.longest_name = max(map(len, self.names), default=0)
        self.known_cas = frozenset(self._by_cas) | frozenset(precursors.substances())
        self._items = [at for at, one in enumerate(self.placed) if one.line.kind == "item" and one.of.whole]
        place = {id(one): at for at, one in enumerate(self.lists)}
        self._list_of_item = np.array([place[id(self.placed[at].of)] for at in self._items], dtype=np.int32)
        self._text = TextIndex([Line(self.placed[at].line.text, self.placed[at].line.headings) for at in self._items])

    def versions(self, on: date | None) -> tuple[ControlList, ...]:
        """Of each list the version for a day: the latest not after it, else the earliest; without a day the latest."""
        by_name: dict[str, list[ControlList]] = defaultdict(list)
        for one in self.lists:
            by_name[one.name].append(one)
        chosen = []
        for versions in by_name.values():
            ordered = sorted(versions, key=lambda one: (one.date, one.sha256))
            before = [one for one in ordered if on is None or one.date <= on]
            day = before[-1].date if before else ordered[0].date
            chosen += [one for one in ordered if one.date == day]  # one version may lie in several files
        return tuple(chosen)

    def of_cas(self, value: str) -> list[Placed]:
        """The lines that have a CAS number, of every version."""
        return self._by_cas.get(value, [])

    def of_number(self, number: str) -> list[Placed]:
        """The lines of an entry's number, of every version, items first."""
        key = number_key(number)
        return sorted(self._by_number.get(key, []) if key else [], key=lambda one: one.line.kind != "item")

    def of_code(self, digits: str) -> list[Placed]:
        """The lines for which a source gives a code that shares its first six digits with this one.

        A heading of four digits meets every subheading under it; a chapter of two meets nothing, it is too wide.
        """
        if len(digits) < 4:
            return []
        return [one for code in sorted(self._by_hs) if code.startswith(digits[:6]) for one in self._by_hs[code]]

    def of_text(self, text: str, lists: Sequence[ControlList], *, top: int) -> list[tuple[Placed, Met]]:
        """The items of some lists that a description meets, best first."""
        wanted = [at for at, one in enumerate(self.lists) if any(one is other for other in lists)]
        among = np.isin(self._list_of_item, wanted)
        return [(self.placed[self._items[met.line]], met) for met in self._text.search(text, top=top, among=among)]


def index_of(paths: Sequence[str | Path]) -> GoodsIndex:
    """The index of control lists and code tables in files.

    Raises:
        WrongUse: No file, or there is no such file.
        UnknownKind: A file is neither.
        Unreadable: A file is empty, cut short or altered.
    """
    if not paths:
        raise WrongUse("no list was given", to_do="Name the files of control lists, with --lists")
    lists: list[ControlList] = []
    codes: list[CodeTable] = []
    for path in map(Path, paths):
        if sniff_codes(path):
            codes.append(read_codes(path))
        elif sniff_controls(path) or not path.is_file() or not path.stat().st_size:
            lists += read_controls(path)
        else:
            if formats.sniff(path):
                raise UnknownKind(
                    "is a list of ships, companies and people, where a list of goods was asked for",
                    where=path.name,
                    to_do=f'Look names up in it: darkwake screen "NAME" --lists {path.name}; '
                    "darkwake manifest takes lists of both kinds",
                )
            known = "; ".join([*(one.reads for one in CONTROL_FORMATS), *(table.reads for table in CODE_FORMATS)])
            raise UnknownKind(
                "no reader recognises this as a list of goods", where=path.name, to_do=f"Read are: {known}"
            )
    return GoodsIndex(lists, codes)


def _names_in(line: ControlEntry) -> Iterator[tuple[tuple[str, ...], str]]:
    """The names in a line that has exactly one CAS number, and those of its table in any language."""
    if len(line.cas) != 1 or line.kind == "note":
        return
    cas = line.cas[0].value
    for _, name in line.names:
        yield name_key(name), cas
    text = _SEE_FOR.sub("", line.text)
    found = _LABELLED.search(text)
    if found is None:
        candidates = [text] if len(text) <= 80 else []
    else:
        before, after = text[: found.start()].strip(" ,;."), text[found.end() :].strip(" ,;.")
        candidates = [before] if before else [after]
    for name in candidates:
        for one in (_BRACKETS.sub(" ", name), *_BRACKETS.findall(name)):
            key = name_key(one)
            if 1 <= len(key) <= 10 and sum(map(len, key)) >= 5 and any(len(word) >= 4 for word in key):
                yield key, cas
