"""The project's own small dated facts of goods, each with its source.

Names of a few substances, who stated what to be a precursor of what, the entries of lists that are seldom at hand, and
the catch-all rules of a route.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import as_file, files

from darkwake import country
from darkwake.evidence import PACKAGE_TABLE, Citation, Source
from darkwake.screening.controls import ControlList
from darkwake.screening.formats.controls import ControlTable
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.rows import Row, table_of
from darkwake.screening.phrases import name_key

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905
"""Its member states since 2020-02-01."""


TABLES = ("catch_all.csv", "control_facts.csv", "precursors.csv", "substances.csv")
"""The files of the package's data that stand behind this module."""


@dataclass(frozen=True, slots=True)
class Substance:
    """A CAS number, and what it is called."""

    cas: str
    names: tuple[tuple[str, str], ...]
    """(language, name), the first the one shown; a formula has no language."""
    hs: str = ""
    cn: str = ""

    def named(self, language: str = "") -> str:
        """Its name with its CAS number; with its name in `language` too, where that is known."""
        first = self.names[0][1]
        other = next((name for tongue, name in self.names if language and tongue == language and name != first), "")
        return f"{first}{f' ({other})' if other else ''} (CAS {self.cas})"


@dataclass(frozen=True, slots=True)
class Precursor:
    """Who stated when that one substance is a precursor of another, which is listed."""

    cas: str
    name: str
    item_cas: str
    item: str
    stated_on: date
    stated_by: str
    stated_in: str
    source: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that may reach goods on no list, for a route and a time."""

    name: str
    sender: str
    """Alpha-2, "EU", or "*" for any."""
    receiver: str
    in_force_from: date
    in_force_to: date | None
    """Last day; None where it is in force still."""
    says: str
    contested_by: tuple[str, ...]
    held_by: tuple[str, ...]
    in_force_view: str
    void_view: str
    checked: str
    """How far the fact was checked."""
    source: str
    citation: Citation

    def holds(self, on: date | None) -> bool:
        """Whether it was in force on a day; without one, whether it is still."""
        if on is None:
            return self.in_force_to is None
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def sentence(self) -> str:
        """What it asks for, since when, and who disputes that, both views and no mean of them."""
        until = f" to {self.in_force_to.isoformat()}" if self.in_force_to else ""
        text = f"{self.name} {self.says} (from {self.in_force_from.isoformat()}{until})."
        if self.contested_by:
            text += (
                f" This is disputed: {_listed(self.held_by)} hold{'s' * (len(self.held_by) == 1)} that "
                f"{self.in_force_view}; {_listed(self.contested_by)} hold that {self.void_view}."
            )
        return text


def _listed(who: tuple[str, ...]) -> str:
    names = ["the EU" if one == "EU" else country.name(one) if len(one) == 2 else f"the {one}" for one in who]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@cache
def _rows(file: str) -> tuple[str, tuple[Row, ...]]:
    with as_file(files("darkwake").joinpath("data", file)) as path:
        return sha256_of(path), table_of(path, needs=()).rows


@cache
def substances() -> dict[str, Substance]:
    """By CAS number."""
    names: dict[str, list[tuple[str, str]]] = {}
    codes: dict[str, tuple[str, str]] = {}
    for row in _rows("substances.csv")[1]:
        cells = row.cells
        names.setdefault(cells["cas"], []).append((cells["language"], cells["name"]))
        if cells["hs"]:
            codes[cells["cas"]] = (cells["hs"], cells["cn"])
    return {cas: Substance(cas, tuple(known), *codes.get(cas, ("", ""))) for cas, known in names.items()}


@cache
def substance_names() -> dict[tuple[str, ...], str]:
    """CAS numbers by name as it is compared."""
    return {name_key(name): one.cas for one in substances().values() for _, name in one.names}


@cache
def precursors() -> tuple[Precursor, ...]:
    """Every relation, in the order of their dates."""
    sha, rows = _rows("precursors.csv")
    found = [
        Precursor(
            one["precursor_cas"], one["precursor"], one["item_cas"], one["item"], date.fromisoformat(one["stated_on"]),
            one["stated_by"], one["stated_in"], one["source"], Citation(sha, row.first, row.last),
        )
        for row in rows
        for one in [row.cells]
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.stated_on))


@cache
def rules() -> tuple[Rule, ...]:
    """Every catch-all rule, in the table's order."""
    sha, rows = _rows("catch_all.csv")

    def split(text: str) -> tuple[str, ...]:
        return tuple(one for one in text.split(";") if one)

    return tuple(
        Rule(
            one["rule"], one["from"], one["to"], date.fromisoformat(one["in_force_from"]),
            date.fromisoformat(one["in_force_to"]) if one["in_force_to"] else None, one["says"],
            split(one["contested_by"]), split(one["held_by"]), one["in_force_view"], one["void_view"], one["checked"],
            one["source"], Citation(sha, row.first, row.last),
        )
        for row in rows
        for one in [row.cells]
    )  # fmt: skip


def rules_of(sender: str | None, receiver: str | None, on: date | None) -> tuple[Rule, ...]:
    """The rules of a route on a day: every country is alpha-2; a rule of one end needs that end to be known."""
    if sender is None and receiver is None:
        return ()
    return tuple(one for one in rules() if one.holds(on) and _fits(one, sender, receiver))


def _fits(rule: Rule, sender: str | None, receiver: str | None) -> bool:
    def covers(place: str, code: str | None) -> bool:
        return place == "*" or (code is not None and (code == place or (place == "EU" and code in EU)))

    if rule.sender == "EU" and receiver in EU:
        return False  # no export from the Union
    if rule.name.endswith("(reexport)") and sender == "US":
        return False  # an export, which has its own row
    return covers(rule.sender, sender) and covers(rule.receiver, receiver)


@cache
def known_entries() -> tuple[ControlList, ...]:
    """Entries of lists that users seldom have at hand, each list known only in these."""
    with as_file(files("darkwake").joinpath("data", "control_facts.csv")) as path:
        return ControlTable().read(path)


@cache
def tables() -> tuple[Source, ...]:
    """The tables of this module as the register of a case shows those that are cited; `rows` are rows, without head."""
    data = files("darkwake").joinpath("data")
    found = []
    for name in TABLES:
        sha256, rows = _rows(name)
        size = len(data.joinpath(name).read_bytes())
        found.append(Source(sha256, name, PACKAGE_TABLE, size, rows=len(rows), kept=len(rows)))
    return tuple(found)


def cited(found: Iterator[Citation]) -> tuple[Citation, ...]:
    """Each citation once, in order."""
    return tuple(dict.fromkeys(found))
