"""OpenSanctions' data as FollowTheMoney JSON lines: `entities.ftm.json`, or `targets.nested.json`.

In the first, a ship, its owner, the ownership and the measure against it are four lines that name one another; in the
second, a target carries the others inside. Both give the same entries: parties that are a target, that a measure names,
or that carry a topic; the measures give the programmes and dates, the relations give the links. A file of lines has no
count and no end mark: one that breaks off within a line is refused, one cut between two lines is for `lists.shortfall`
with an earlier version.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from darkwake.errors import Unreadable
from darkwake.screening.formats import marks
from darkwake.screening.formats.items import MOST_TEXT
from darkwake.screening.formats.packed import chunks, sha256_of
from darkwake.screening.lists import (
    Entry,
    EntryKind,
    Flag,
    Identifier,
    Link,
    ListedName,
    NameKind,
    SanctionsList,
    date_in_name,
)

NAME = "OpenSanctions"
_AGAIN = "Download the file again from data.opensanctions.org"

_KINDS: dict[str, EntryKind] = {
    "Vessel": "vessel", "Airplane": "aircraft", "Person": "person", "Company": "entity", "Organization": "entity",
    "LegalEntity": "entity", "PublicBody": "entity",
}  # fmt: skip
_RELATIONS: dict[str, tuple[str, str, str, str]] = {
    # schema: property of one side, what that side is to the other; property of the other side, what that one is
    "Ownership": ("owner", "owner", "asset", "owned"),
    "Directorship": ("director", "director", "organization", "directed"),
    "Employment": ("employee", "employee", "employer", "employer"),
    "Membership": ("member", "member", "organization", "group"),
    "Representation": ("agent", "agent", "client", "client"),
    "Family": ("person", "family", "relative", "family"),
    "Associate": ("person", "associate", "associate", "associate"),
    "UnknownLink": ("subject", "linked to", "object", "linked to"),
}
_NAMES: tuple[tuple[str, NameKind, bool], ...] = (
    ("name", "a.k.a.", False), ("alias", "a.k.a.", False), ("previousName", "f.k.a.", False),
    ("weakAlias", "a.k.a.", True),
)  # fmt: skip
_NUMBERS = (
    "passportNumber", "idNumber", "registrationNumber", "taxNumber", "innCode", "ogrnCode", "leiCode", "swiftBic",
    "dunsCode", "uniqueEntityId", "vatCode", "crsNumber",
)  # fmt: skip
_DEEPEST = 8
"""Levels of entities inside entities; the nested file has three."""


class Ftm:
    """The reader of both."""

    kind = "opensanctions-ftm"
    reads = "OpenSanctions FollowTheMoney JSON lines (entities.ftm.json, targets.nested.json)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By the first line, an object with an id, a schema and properties; the file's name does not count."""
        del name
        first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n")[0]
        words = (rb'"id"\s*:', rb'"schema"\s*:\s*"[A-Z]\w+"', rb'"properties"\s*:')
        return first.startswith(b"{") and all(re.search(word, first) for word in words)

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole file, line by line; what is held are the parties, the measures and the relations.

        Raises:
            Unreadable: A line is no JSON object, the last one breaks off, or nothing tells the day.
        """
        path = Path(path)
        data = _Data(path.name)
        for row, line in _lines(path):
            data.line(line, row)
        published = data.last_seen or date_in_name(path.name) or dated
        if published is None:
            raise Unreadable(
                "no line tells when it was seen last, so the day of the data is not known",
                where=path.name,
                to_do="Name the file for its day (entities-2026-11-21.ftm.json), or say which day it is of",
            )
        entries, refused = data.entries()
        only = next(iter(data.datasets)) if len(data.datasets) == 1 else ""
        left = ", ".join(f"{count:,} {schema}" for schema, count in sorted(data.other.items()))
        return SanctionsList(
            name=f"{NAME} {only}".strip(),
            date=published,
            declared=len(entries) + sum(refused.values()),
            sha256=sha256_of(path),
            file=path.name,
            entries=tuple(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
            notes=(f"Lines that are no party were joined to parties or left out: {left}.",) if left else (),
        )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    held = b""
    row = 0
    for chunk in chunks(path):
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            row += 1
            yield row, line
    if held.strip():
        yield row + 1, held


@dataclass(frozen=True, slots=True)
class _Party:
    id: str
    schema: str
    caption: str
    said: Mapping[str, list[str]]
    target: bool
    row: int
    top: bool


class _Data:
    """Everything of one file, joined by ids."""

    def __init__(self, where: str) -> None:
        self.last_seen: date | None = None
        self.datasets: set[str] = set()
        self.other: Counter[str] = Counter()
        self._where = where
        self._parties: dict[str, _Party] = {}
        self._again: Counter[str] = Counter()
        self._measures: defaultdict[str, dict[str, Mapping[str, list[str]]]] = defaultdict(dict)
        self._links: defaultdict[str, dict[tuple[str, str, str], None]] = defaultdict(dict)

    def line(self, line: bytes, row: int) -> None:
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not text:
            return
        try:
            record = json.loads(text.decode())
        except (ValueError, RecursionError) as error:
            raise self._broken(
                f"a line is no JSON: the file is cut short or altered ({str(error)[:80]})", row
            ) from error
        if not isinstance(record, dict) or not isinstance(record.get("properties"), dict):
            raise self._broken("a line is no entity with properties: the file is altered", row)
        seen = max(
            filter(None, (marks.day(str(record.get(key) or "")) for key in ("last_seen", "last_change"))), default=None
        )
        if seen:
            self.last_seen = max(seen, self.last_seen or seen)
        self._take(record, row, depth=0)

    def _broken(self, what: str, row: int) -> Unreadable:
        return Unreadable(what, where=f"{self._where}, line {row:,}", to_do=_AGAIN)

    def _take(self, record: Mapping[str, Any], row: int, depth: int, holder: str = "") -> str:
        """Keep one entity and those inside it; its id."""
        if depth > _DEEPEST:
            raise self._broken("entities stand in one another deeper than in any such file", row)
        number, schema = str(record.get("id") or ""), str(record.get("schema") or "")
        said: dict[str, list[str]] = {}
        for name, values in record["properties"].items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, dict) and isinstance(value.get("properties"), dict):
                    said.setdefault(name, []).append(self._take(value, row, depth + 1, number))
                elif isinstance(value, str):
                    if len(value) > MOST_TEXT:
                        raise self._broken(
                            f"one field has more than {MOST_TEXT:,} characters: the file is altered", row
                        )
                    said.setdefault(name, []).append(" ".join(value.split()))
        if schema in _KINDS:
            self._keep(
                _Party(
                    number, schema, str(record.get("caption") or ""), said, bool(record.get("target")), row, not depth
                )
            )
            if not depth:
                self.datasets.update(str(one) for one in record.get("datasets") or ())
        elif schema == "Sanction":
            for entity in said.get("entity") or filter(None, [holder]):
                self._measures[entity][number] = said
        elif schema in _RELATIONS:
            self._relate(schema, said, holder)
        if schema not in _KINDS and not depth:
            self.other[schema or "without a schema"] += 1
        return number

    def _keep(self, party: _Party) -> None:
        before = self._parties.get(party.id)
        if before and before.top and party.top:
            self._again["its number was given to an entry before"] += 1
        elif before is None or (party.top and not before.top):
            self._parties[party.id] = party

    def _relate(self, schema: str, said: Mapping[str, list[str]], holder: str) -> None:
        one, one_is, other, other_is = _RELATIONS[schema]
        # in the nested file the side that holds the relation need not be named in it
        ones, others = said.get(one) or [holder], said.get(other) or [holder]
        standing = "former" if said.get("endDate") else "current"
        for left in ones:
            for right in others:
                if left and right and left != right:
                    self._links[right][one_is, left, standing] = None
                    self._links[left][other_is, right, standing] = None

    def entries(self) -> tuple[list[Entry], Counter[str]]:
        refused = Counter(self._again)
        entries = []
        for party in self._parties.values():
            if not party.top:
                continue
            if not party.id:
                refused["no number"] += 1
            elif not (party.target or self._measures.get(party.id) or party.said.get("topics")):
                refused["named only as linked to a listed party"] += 1
            elif not (names := _names(party)):
                refused["no name"] += 1
            else:
                entries.append(self._entry(party, names))
        return entries, refused

    def _entry(self, party: _Party, names: tuple[ListedName, ...]) -> Entry:
        said, measures = party.said, list(self._measures.get(party.id, {}).values())
        vessel = _KINDS[party.schema] == "vessel"
        starts = [day for one in measures for day in _days(one, "startDate", "listingDate")]
        ends = [_days(one, "endDate") for one in measures]
        programmes = [one.get("program") or one.get("programId") or one.get("authority") or [] for one in measures]
        return Entry(
            number=party.id,
            kind=_KINDS[party.schema],
            names=names,
            row=party.row,
            last_row=party.row,
            identifiers=tuple(_marks(said, vessel=vessel)),
            flags=tuple(_flags(said)),
            vessel_type=next(iter(said.get("type", [])), "") if vessel else "",
            owner="; ".join(link.name for link in self._links_of(party, "owner") if link.standing == "current"),
            tonnage=next(iter(said.get("tonnage", []) or said.get("deadweightTonnage", [])), ""),
            gross_tonnage=next(iter(said.get("grossRegisteredTonnage", [])), ""),
            programmes=marks.each(text for found in programmes for text in found),
            countries=marks.each([*said.get("country", []), *said.get("jurisdiction", [])]),
            born=marks.each(said.get("birthDate", [])),
            remarks=" · ".join(
                marks.each([*said.get("notes", []), *(text for one in measures for text in one.get("reason", []))])
            ),
            listed_from=min(starts, default=None),
            listed_to=max(max(one) for one in ends) if ends and all(ends) else None,
            nationalities=marks.each([*said.get("nationality", []), *said.get("citizenship", [])]),
            topics=marks.each(said.get("topics", [])),
            links=self._links_of(party),
        )

    def _links_of(self, party: _Party, only: str = "") -> tuple[Link, ...]:
        own = [(what, other, "current") for what in ("owner", "operator") for other in party.said.get(what, [])]
        links = []
        for what, other, standing in dict.fromkeys([*own, *self._links.get(party.id, {})]):
            met = self._parties.get(other)
            name = met.caption or next(iter(met.said.get("name", [])), other) if met else other
            if not only or what == only:
                links.append(Link(what, name, other if met else "", "former" if standing == "former" else "current"))
        return tuple(links)


def _days(said: Mapping[str, list[str]], *names: str) -> list[date]:
    """The days under the first of the properties that has any."""
    for name in names:
        if found := [day for text in said.get(name, []) if (day := marks.day(text))]:
            return found
    return []


def _names(party: _Party) -> tuple[ListedName, ...]:
    """The caption first where it is among the names, as the publisher shows it."""
    written = [(text, kind, weak) for name, kind, weak in _NAMES for text in marks.each(party.said.get(name, []))]
    if not written:
        return ()
    written.sort(key=lambda one: one[0] != party.caption)
    first = written[0][0]
    rest = [ListedName(text, kind, weak) for text, kind, weak in written[1:] if text != first]
    return (ListedName(first), *dict.fromkeys(rest))


def _marks(said: Mapping[str, list[str]], *, vessel: bool) -> Iterable[Identifier]:
    found = [marks.imo(text) if vessel else Identifier("IMO number", text) for text in said.get("imoNumber", [])]
    found += [marks.mmsi(text) for text in said.get("mmsi", [])]
    found += [marks.callsign(text) for text in said.get("callSign", [])]
    found += [Identifier(name, text) for name in _NUMBERS for text in said.get(name, [])]
    return dict.fromkeys(found)


def _flags(said: Mapping[str, list[str]]) -> Iterable[Flag]:
    found = [marks.flag(text) for text in said.get("flag", [])]
    return dict.fromkeys([*found, *(marks.flag(text, "former") for text in said.get("pastFlags", []))])
