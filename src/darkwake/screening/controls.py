"""A control list of goods as it stood on its date: its lines, what each stands under, which only point elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from darkwake.evidence import Citation
from darkwake.screening.cas import CasNumber

LineKind = Literal["item", "note", "reference"]
"""An item is controlled as its line says. A note explains. A reference names a good only to point to another list."""


@dataclass(frozen=True, slots=True)
class ControlEntry:
    """One line of one list, with the headings that it stands under: they say what the line is about."""

    number: str
    """The list's own number, down to the line, such as "1C350.b.17"."""
    text: str
    """The line's own words, without its number."""
    row: int
    last_row: int
    """Where it stands: lines of a table; of a JSON list the record in its `entries`, 1 for the first."""
    kind: LineKind = "item"
    headings: tuple[str, ...] = ()
    """The texts above it, from the entry's title down."""
    cas: tuple[CasNumber, ...] = ()
    """CAS numbers in its own words; those with a wrong check digit are flagged, not dropped."""
    hs: tuple[str, ...] = ()
    """HS codes that the source gives for it, digits alone."""
    names: tuple[tuple[str, str], ...] = ()
    """Names in languages: ("zh", ...), as the source has them."""
    in_force_from: date | None = None
    in_force_to: date | None = None
    """First and last day; None where the source does not tell."""
    source: str = ""
    """Where the source of the table has it from."""

    @property
    def top(self) -> str:
        """The number of the whole entry: "1C350" of "1C350.b.17"."""
        return self.number.partition(".")[0]

    @property
    def full_text(self) -> str:
        """The line with its headings, outermost first."""
        return " > ".join((*self.headings, self.text))


@dataclass(frozen=True, slots=True)
class ControlList:
    """A list as one file gave it. Entries declared = kept + refused, or the file was refused."""

    name: str
    """Such as "EU Annex I"."""
    version: str
    """As the source writes it, such as "2025-11-15" or "2020"."""
    date: date
    """The first day of the version: of a version that is only a year, 1 January."""
    declared: int | None
    """How many entries (EU, US) or rows (tables) the source says it has; None where it does not say."""
    sha256: str
    file: str
    entries: tuple[ControlEntry, ...] = field(repr=False)
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many lines were refused, by reason."""
    dated_by: Literal["valid from", "as issued", "as stated"] = "as stated"
    """What `date` is: the day from which the version is law, a day on which it stood so, or what a table says."""
    whole: bool = True
    """False for a few entries known of a list: not finding a good among them says nothing about the list."""
    notes: tuple[str, ...] = ()
    """What limits it, such as categories of which the file has only headings."""
    size: int = field(init=False, compare=False)
    """Entries, however many lines each has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", len({entry.top for entry in self.entries}))

    @property
    def counts(self) -> dict[str, int]:
        """Lines by kind, and the CAS numbers in items."""
        found = Counter(entry.kind for entry in self.entries)
        items = [entry for entry in self.entries if entry.kind == "item"]
        return {
            "entries": self.size,
            "lines": len(self.entries),
            **{kind: found[kind] for kind in sorted(found)},
            "CAS numbers": len({one.value for entry in items for one in entry.cas}),
            "CAS numbers with a fault": sum(bool(one.fault) for entry in self.entries for one in entry.cas),
        }

    def described(self) -> str:
        """Name, date and size. Of a list known only in part it says so."""
        size = self.size
        many = f"{size:,} entr{'y' if size == 1 else 'ies'}"
        if not self.whole:
            return f"{self.name} of {self.version}, but only {many} of it"
        return f"{self.name} of {self.version}, {many}"

    def citation(self, entry: ControlEntry) -> Citation:
        """Where `entry` stands in the source."""
        return Citation(self.sha256, entry.row, entry.last_row)


_SEE = re.compile(
    r"^\W*(?:n\.?b\.?\W*)?see\s(?:also\s)?(?:the\s)?(?:military goods|\d[A-E]\d{3}|usml|munitions|eccns?\b|category)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"^\W*(?:technical\s+)?notes?\b\s*(?:\d+\s*)?(?:to\b[^:]{0,60})?[:.]|^\W*n\.\s?b\.", re.IGNORECASE)


def kind_of_line(text: str) -> LineKind:
    """What a line of a control list is by how it begins.

    "SEE MILITARY GOODS CONTROLS FOR ..." names a good that this list does not control; a note explains others.
    """
    if _SEE.match(text):
        return "reference"
    return "note" if _NOTE.match(text) else "item"


def number_key(number: str) -> str:
    """An entry's number as it is compared: "ML8.d.2", "ml 8 d 2" and "ML8D2" are one, so are "V(d)(2)" and "Vd2"."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())
