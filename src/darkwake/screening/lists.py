"""A list as it stood on its date, and its entries: what the source says, as it says it, with the line it stands on."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
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

    @property
    def script(self) -> str:
        """The script of most of its letters, as Unicode's names of letters begin: "LATIN", "ARABIC", "CJK"; else ""."""
        if self.text.isascii():
            return "LATIN" if any(char.isalpha() for char in self.text) else ""
        letters = (char for char in self.text[:_SCRIPT_OF] if char.isalpha())
        found = Counter(unicodedata.name(char, "").split(" ")[0] for char in letters)
        return max(sorted(found), key=found.__getitem__, default="")


_SCRIPT_OF = 200
"""Characters of a name that are looked at for its script."""


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
class Link:
    """Another party that an entry names: its owner, whom it belongs to, whom it works with. As the list writes it."""

    kind: str
    """What the other party is to this one: "owner", "operator", "owner or operator", "owned", "parent", "subsidiary",
    "director", "family", "associate", "linked to" (where the list says no more than that), or the list's own word."""
    name: str
    number: str = ""
    """The list's own number of the other party, where the list gives it or one entry alone has that very name."""
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
    reference: str = ""
    """A second mark of the entry, such as the UN's reference number, where the list has one."""
    nationalities: tuple[str, ...] = ()
    """As written."""
    amended: tuple[date, ...] = ()
    """Days on which the list says that it changed the entry, sorted. A reinstatement need not be among them."""
    topics: tuple[str, ...] = ()
    """A publisher's own tags, such as OpenSanctions' "mar.shadow"."""
    links: tuple[Link, ...] = ()
    """Owners and other parties that the entry names."""

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
    """How many entries the list says it has; where it says nothing, how many were seen, and `own_count` is False."""
    sha256: str
    """Of the file as it lay on disk, packed or not."""
    file: str
    """The file's name without its folder."""
    entries: tuple[Entry, ...] = field(repr=False)
    """Those kept, in the source's order."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many entries were refused, by reason."""
    own_count: bool = True
    """False where the list does not say how many entries it has, so that `shortfall` has to judge it."""
    notes: tuple[str, ...] = ()
    """What a reader should know of this file: no count of its own, a date that its name contradicts, rows left out."""

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


_LEAST_SHARE = 0.5
"""A list loses entries by ones and tens. In the versions at hand the UN's lost 1 % and OFAC's none in years, so less
than half of what was counted before is a download that failed, not a change of policy."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries a list had on a day, as somebody counted them."""

    list: str
    date: date
    entries: int
    source: str


@cache
def counted() -> tuple[Counted, ...]:
    """The package's table of such counts (data/list_counts.csv), by list and date."""
    text = files("darkwake").joinpath("data", "list_counts.csv").read_text(encoding="utf-8")
    rows = [
        Counted(row["list"], date.fromisoformat(row["date"]), int(row["entries"]), row["source"])
        for row in csv.DictReader(text.splitlines())
    ]
    return tuple(sorted(rows, key=lambda one: (one.list, one.date)))


def shortfall(new: SanctionsList, previous: SanctionsList | None = None) -> str:
    """Why a list cannot be whole, in one sentence; "" where its number of entries gives no reason to think so.

    Args:
        new: The list as it was read.
        previous: A version of the same list that is known to be whole; without it, the counts that the package knows
            of days before the list's own. A list older than all of them is not judged.

    Returns:
        A sentence where the list has fewer than half of the entries that it had before.
    """
    seen = new.declared
    if previous is not None:
        before, when, told = previous.declared, previous.date, f"the version of {previous.date.isoformat()} at hand"
    else:
        known = [one for one in counted() if one.list == new.name and one.date <= new.date]
        if not known:
            return ""
        before, when, told = known[-1].entries, known[-1].date, known[-1].source
    if seen >= before * _LEAST_SHARE:
        return ""
    return (
        f"the list of {new.date.isoformat()} has {seen:,} entries, where it had {before:,} on {when.isoformat()} "
        f"({told}): less than half is left, as after a download that broke off"
    )


_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})([-_.]?)([01][0-9])\2([0-3][0-9])(?![0-9])")
_HASH = re.compile(r"^[0-9a-f]{12}-")


def plain_name(file: str) -> str:
    """A file's name without the twelve digits of a hash that a case puts before a source's name."""
    return _HASH.sub("", file)


def date_in_name(file: str) -> date | None:
    """The day that a file's name tells, such as "sdn-2021-07-07.zip"; None where it tells none, or two.

    The twelve digits of a hash that a case puts before a source's name are not read.
    """
    days = set()
    for year, _, month, day in _DAY.findall(plain_name(file)):
        try:
            days.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def with_links_found(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries with the number of each linked party, where exactly one entry has that very primary name."""
    kept = tuple(entries)
    bearers: dict[str, list[str]] = {}
    for entry in kept:
        bearers.setdefault(_bare(entry.name), []).append(entry.number)
    return tuple(
        replace(entry, links=tuple(_found(link, bearers) for link in entry.links)) if entry.links else entry
        for entry in kept
    )


def _found(link: Link, bearers: Mapping[str, list[str]]) -> Link:
    numbers = bearers.get(_bare(link.name), [])
    return replace(link, number=numbers[0]) if not link.number and len(numbers) == 1 else link


def _bare(name: str) -> str:
    return " ".join(name.casefold().split()).rstrip(".")
