"""A list as it stood on its date, and its entries: what the source says, as it says it, with the line it stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from darkwake.evidence import Citation

EntryKind = Literal["vessel", "entity", "person", "aircraft"]
NameKind = Literal["primary", "a.k.a.", "f.k.a.", "n.k.a."]


@dataclass(frozen=True, slots=True)
class ListedName:
    """A name of an entry, as the list writes it."""

    text: str
    kind: NameKind = "primary"
    """Also known as, formerly known as, now known as."""
    weak: bool = False
    """True where the list itself calls the alias weak: broad, or met often by chance."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number or mark of an entry, as typed; with its value and its fault where it is of a scheme that we know."""

    kind: str
    """"imo", "mmsi" or "callsign"; for any other the list's own word, such as "Passport"."""
    raw: str
    value: str = ""
    """The digits or letters alone, for comparing; empty for schemes that are not compared."""
    fault: str = ""
    """What is wrong with it, such as a check digit; empty where nothing is. It is kept all the same."""
    country: str = ""
    """The country that the list names beside it, as written."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A vessel's flag as the list writes it."""

    text: str
    country: str | None
    """Alpha-2; None where the words are no country's, such as "None Identified"."""
    standing: Literal["current", "former", "other"] = "current"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one list. What the list does not tell is empty or None, never guessed."""

    number: str
    """The list's own number of the entry."""
    kind: EntryKind
    names: tuple[ListedName, ...]
    """The primary name first; at least one."""
    row: int
    """The line in the (unpacked) source where the entry begins, 1 for the first."""
    last_row: int
    """The line where it ends."""
    identifiers: tuple[Identifier, ...] = ()
    flags: tuple[Flag, ...] = ()
    vessel_type: str = ""
    owner: str = ""
    tonnage: str = ""
    """As written, dead weight where the list says no more."""
    gross_tonnage: str = ""
    programmes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """Countries of its addresses, as written."""
    born: tuple[str, ...] = ()
    """Dates of birth, as written."""
    remarks: str = ""
    listed_from: date | None = None
    """First day in force; None where the list does not tell."""
    listed_to: date | None = None
    """Last day in force; None where the list does not tell."""

    @property
    def name(self) -> str:
        """The primary name."""
        return self.names[0].text

    def values(self, kind: str) -> tuple[Identifier, ...]:
        """Its identifiers of one kind, in the list's order."""
        return tuple(mark for mark in self.identifiers if mark.kind == kind)


@dataclass(frozen=True, slots=True)
class SanctionsList:
    """A list as one file gave it. Entries declared = kept + refused, or the file was refused."""

    name: str
    """The list's name, such as "OFAC SDN"."""
    date: date
    """The day that the list gives as its own."""
    declared: int
    """How many entries the list says it has."""
    sha256: str
    """Of the file as it lay on disk, packed or not."""
    file: str
    """The file's name without its folder."""
    entries: tuple[Entry, ...] = field(repr=False)
    """Those kept, in the source's order."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many entries were refused, by reason."""

    @property
    def counts(self) -> dict[str, int]:
        """Kept entries by kind, and vessels by the identifiers that they carry."""
        found = Counter(entry.kind for entry in self.entries)
        vessels = [entry for entry in self.entries if entry.kind == "vessel"]
        return {
            "entries": len(self.entries),
            **{kind: found[kind] for kind in sorted(found)},
            "vessels with IMO": sum(bool(entry.values("imo")) for entry in vessels),
            "vessels with MMSI": sum(bool(entry.values("mmsi")) for entry in vessels),
            "identifiers with a fault": sum(bool(mark.fault) for entry in self.entries for mark in entry.identifiers),
        }

    def described(self) -> str:
        """Name, date and size, such as "OFAC SDN of 2021-03-10, 8,832 entries"."""
        return f"{self.name} of {self.date.isoformat()}, {len(self.entries):,} entries"

    def citation(self, entry: Entry) -> Citation:
        """Where `entry` stands in the source."""
        return Citation(self.sha256, entry.row, entry.last_row)
