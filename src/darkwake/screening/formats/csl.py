"""The US Consolidated Screening List as JSON: trade.gov's `consolidated.json`, and a compact copy of it that is about.

The list puts twelve lists of three departments together. The compact copy has names, kinds, countries and programmes
and no identifiers, so a ship is met in it by name alone; its entry numbers are those of OFAC's own lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from darkwake.errors import Unreadable
from darkwake.evidence import content_id
from darkwake.screening.formats import marks
from darkwake.screening.formats.items import MOST_TEXT, Item, text_of, walk
from darkwake.screening.formats.ofac import KINDS, links_of, mark_or_flag
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.lists import Entry, EntryKind, Flag, Identifier, ListedName, SanctionsList, with_links_found

NAME = "US Consolidated Screening List"
_AGAIN = "Download consolidated.json again from trade.gov"
_CODE = re.compile(r"\(([A-Z-]+)(?: List)?\)")


class Csl:
    """The reader of both."""

    kind = "us-csl"
    reads = "US Consolidated Screening List as JSON (consolidated.json)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By what the first bytes of the object hold; the file's name does not count."""
        del name
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        keys = (b"entity_number", b"programs", b"alt_names", b"federal_register_notice", b"source_list_url")
        published = b'"results"' in head and sum(b'"' + key + b'"' in head for key in keys) > 1
        return published or (b"Consolidated Screening List" in head and b'"entryCount"' in head)

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list.

        Raises:
            Unreadable: Cut short, altered, without a date, or with another number of entries than it declares.
        """
        path = Path(path)
        told: dict[str, Any] = {}
        reading = _Reading(path.name)
        for item in walk(text_of(path, _AGAIN), path.name, _AGAIN, arrays=("results", "entries")):
            if item.key == "results":
                reading.take(item, _published(item.value))
            elif item.key == "entries":
                reading.take(item, _unfolded(item.value, told))
            else:
                told[item.key] = item.value
        published = marks.day(str(told.get("search_performed_at") or told.get("sourceGeneratedAt") or "")) or dated
        if published is None:
            raise Unreadable("the list tells no date", where=path.name, to_do=f"{_AGAIN}, or say which day it is of")
        count = told.get("entryCount", told.get("total"))
        seen = len(reading.entries) + sum(reading.refused.values())
        if isinstance(count, int) and count != seen:
            raise Unreadable(
                f"the list declares {count:,} entries and holds {seen:,}: it is cut short or altered",
                where=path.name,
                to_do=_AGAIN,
            )
        return SanctionsList(
            name=NAME,
            date=published,
            declared=seen,
            sha256=sha256_of(path),
            file=path.name,
            entries=with_links_found(reading.entries),
            refused=dict(sorted(reading.refused.items())),
            own_count=isinstance(count, int),
            notes=("This copy of the list has names and no identifiers.",) if "fieldKey" in told else (),
        )


class _Reading:
    def __init__(self, where: str) -> None:
        self.entries: list[Entry] = []
        self.refused: Counter[str] = Counter()
        self._where = where
        self._numbers: Counter[str] = Counter()

    def take(self, item: Item, fields: Mapping[str, Any] | None) -> None:
        name = _text(fields.get("name")) if fields else ""
        if not fields or not name:
            self.refused["no name" if fields else "no object with fields"] += 1
            return
        if any(len(text) > MOST_TEXT for text in _texts(fields)):
            raise Unreadable(
                f"one field has more than {MOST_TEXT:,} characters: the list is altered",
                where=f"{self._where}, line or entry {item.row:,}",
                to_do=_AGAIN,
            )
        source = _text(fields.get("source"))
        code = found[1] if (found := _CODE.search(source)) else "?"
        number = _text(fields.get("entity_number"))
        # lists without numbers of their own: the name stands in, and a second bearer of it is counted
        mark = f"{code}:{number}" if number else content_id(code, name)
        self._numbers[mark] += 1
        if (times := self._numbers[mark]) > 1:
            mark = f"{mark}-{times}"
        self.entries.append(_entry_of(fields, name, mark, number, source, item))


def _entry_of(fields: Mapping[str, Any], name: str, mark: str, number: str, source: str, item: Item) -> Entry:
    kind: EntryKind = KINDS.get(_text(fields.get("type")).casefold(), "entity")
    found, flags = _marks_and_flags(fields, kind)
    owner, remarks = _text(fields.get("vessel_owner")), _text(fields.get("remarks"))
    rules = (fields.get(key) for key in ("license_requirement", "license_policy", "federal_register_notice"))
    programmes = marks.each(part for text in _list(fields.get("programs")) for part in text.split(";"))
    return Entry(
        number=mark,
        kind=kind,
        names=(
            ListedName(name),
            *(ListedName(alias, "a.k.a.") for alias in marks.each(_list(fields.get("alt_names")))),
        ),
        row=item.row,
        last_row=item.last_row,
        identifiers=tuple(dict.fromkeys(found)),
        flags=tuple(dict.fromkeys(flags)),
        vessel_type=_text(fields.get("vessel_type")),
        owner=owner,
        gross_tonnage=_text(fields.get("gross_registered_tonnage")),
        tonnage=_text(fields.get("gross_tonnage")),
        programmes=programmes or (source,),
        countries=marks.each(_text(one.get("country")) for one in _objects(fields.get("addresses"))),
        born=marks.each(_list(fields.get("dates_of_birth"))),
        remarks=" · ".join(marks.each([remarks, *map(_text, rules)])),
        listed_from=marks.day(_text(fields.get("start_date"))),
        listed_to=marks.day(_text(fields.get("end_date"))),
        reference=number,
        nationalities=marks.each([*_list(fields.get("nationalities")), *_list(fields.get("citizenships"))]),
        topics=(source,) if source else (),
        links=links_of(owner, remarks),
    )


def _marks_and_flags(fields: Mapping[str, Any], kind: EntryKind) -> tuple[list[Identifier], list[Flag]]:
    found: list[Identifier] = []
    flags = [marks.flag(text)] if (text := _text(fields.get("vessel_flag"))) else []
    for one in _objects(fields.get("ids")):
        made = mark_or_flag(_text(one.get("type")), _text(one.get("number")), _text(one.get("country")), kind)
        if isinstance(made, Flag):
            flags.append(made)
        elif made.raw:
            found.append(made)
    if sign := _text(fields.get("call_sign")):
        found.append(marks.callsign(sign))
    found += marks.mmsi_in(_text(fields.get("remarks")), found)
    return found, flags


def _published(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def _unfolded(value: Any, told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fields of a compact entry under the names of the published one; its texts stand in tables before it."""
    if not isinstance(value, dict):
        return None
    tables = told.get("tables")

    def from_table(table: str, at: Any) -> str:
        rows = tables.get(table, []) if isinstance(tables, dict) else []
        return str(rows[at]) if isinstance(at, int) and 0 <= at < len(rows) else ""

    return {
        "name": value.get("n"),
        "alt_names": value.get("a"),
        "source": from_table("sources", value.get("s")),
        "type": value.get("t"),
        "addresses": [{"country": country} for country in _list(value.get("c"))],
        "entity_number": value.get("e"),
        "license_requirement": from_table("licenceRequirements", value.get("lr")),
        "license_policy": from_table("licencePolicies", value.get("lp")),
        "programs": [from_table("programmes", value.get("pg"))],
        "federal_register_notice": value.get("fr"),
    }


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _list(value: Any) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(fields: Mapping[str, Any]) -> Iterable[str]:
    for value in fields.values():
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
