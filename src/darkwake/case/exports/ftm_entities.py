"""FollowTheMoney entities in the making: each id once, values as its types want them, and no pointer into nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from darkwake.case.exports.reading import Case, Row, plain, rows, source_names
from darkwake.evidence import content_id

Entity = dict[str, Any]
LONGEST = {
    **dict.fromkeys(("description", "summary", "notes"), 65_000), **dict.fromkeys(("name", "namesMentioned"), 384),
    **dict.fromkeys(("callSign", "recordId"), 64), **dict.fromkeys(("full", "location"), 250),
}  # fmt: skip
"""Characters that followthemoney's types name as their longest; of others the longest of a string."""
_STRING = 1_024
_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,120}[A-Za-z0-9])?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")
_THINGS: frozenset[str] = frozenset()
_PAPERS = frozenset(("Document", "Article"))
_LINKS = frozenset(("UnknownLink", "Sanction", "Documentation", "Mention"))
"""Schemata that no property can point at."""
POINTERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("entity", "subject", "object"), _THINGS), **dict.fromkeys(("proof", "document"), _PAPERS),
    **dict.fromkeys(("startLocation", "endLocation", "addressEntity"), frozenset(("Address",))),
    "parent": frozenset(("RealEstate",)), "vehicle": frozenset(("Vessel",)),
    "resolved": frozenset(("Person", "Organization", "LegalEntity")),
}  # fmt: skip
"""Properties whose values are ids -> the schemata that they may point at, none named: any thing."""


@dataclass(slots=True)
class Made:
    """The entities of a case so far, and what is looked up for each."""

    names: Mapping[str, str]
    """sha256 -> name of a source."""
    labels: Mapping[Any, str]
    """MMSI -> label."""
    silences: Mapping[Any, Row]
    """Gap -> what it means."""
    found: dict[str, Entity] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> Made:
        """With the names, labels and silences of that case."""
        labels = {row.get("ship"): str(row.get("label") or row.get("ship")) for row in rows(case, "ships")}
        return cls(source_names(case), labels, {row.get("event"): row for row in rows(case, "silences")})

    def put(self, of: str, schema: str, **values: Any) -> str:
        """Add an entity, or what it says more where it is there already; gives its id."""
        of = latin(of)
        if of in self.found and self.found[of]["schema"] != schema:
            of = content_id(schema.lower(), of)
        known = self.found.setdefault(of, {"id": of, "schema": schema, "properties": {}})
        for name, value in values.items():
            held = known["properties"].get(name, [])
            own = [_text(name, one) for one in (value if isinstance(value, list | tuple) else [value])]
            every = list(dict.fromkeys([*held, *(one for one in own if one)]))
            if every:
                known["properties"][name] = every
        return of

    def link(self, subject: str, object_: str, role: str, *, of: str = "", **values: Any) -> None:
        """A link between two entities, where both are there."""
        if self.there(subject) and self.there(object_):
            of = of or content_id("link", subject, object_, role)
            self.put(of, "UnknownLink", subject=subject, object=object_, role=role, **values)

    def there(self, of: str) -> str | None:
        """That id, where there is such an entity."""
        return latin(of) if latin(of) in self.found else None

    def ship(self, mmsi: Any) -> str:
        """The id of a ship."""
        return f"ship-{latin(mmsi)}"

    def listed(self, of: Any, entry: Any) -> str:
        """The id of a list entry."""
        return content_id("listed", str(of), str(entry))

    def source(self, sha256: str) -> str:
        """The id of a source."""
        return f"source-{latin(sha256)}"

    def proofs(self, row: Row) -> list[str]:
        """The sources of a row that the case holds."""
        own = (self.there(self.source(str(one.get("source")))) for one in row.get("sources") or ())
        return list(dict.fromkeys(one for one in own if one))

    def subject(self, kind: Any, key: Any) -> str | None:
        """The entity that a piece of evidence, or a note, is about; None where there is none."""
        if kind == "ship":
            return self.there(self.ship(key))
        if kind == "party":
            of, _, entry = str(key).rpartition(":")
            return self.there(self.listed(of, entry))
        if kind == "port":
            return self.there(f"port-{latin(key)}")
        return self.there(str(key))

    def sorted(self) -> list[Entity]:
        """All of them by id, without pointers to what is not there."""
        for one in self.found.values():
            own = one["properties"]
            for name in POINTERS.keys() & own.keys():
                own[name] = [value for value in own[name] if self._fits(value, POINTERS[name])]
            one["properties"] = {name: values for name, values in sorted(own.items()) if values}
        return [self.found[key] for key in sorted(self.found)]

    def _fits(self, of: str, schemata: frozenset[str]) -> bool:
        schema = self.found[of]["schema"] if of in self.found else "Mention"
        return schema in schemata if schemata else schema not in _LINKS


def latin(key: Any) -> str:
    """A key as an id that followthemoney takes: as it is where it is plain, else made from its content."""
    text = str(key).replace("_", "-")
    return text if _PLAIN.fullmatch(text) else content_id("x", str(key))


def moment(time: Any) -> str | None:
    """A time as followthemoney writes it, UTC without a mark; None where it is none."""
    found = _MOMENT.fullmatch(str(time))
    return found[1] if found else None


def day(edtf: Any) -> str | None:
    """A day, a month or a year; None of what says more or less."""
    return str(edtf) if _DAY.fullmatch(str(edtf)) else None


def _text(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float):
        return f"{value:.9g}"
    if name in POINTERS:
        return latin(value)
    most = LONGEST.get(name, _STRING)
    said = plain(value, most=most)
    # names and identifiers are one line, and none of spaces alone
    return (said if most > _STRING else " ".join(said.split())) if said.strip() else None
