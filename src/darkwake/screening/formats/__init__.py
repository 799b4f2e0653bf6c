"""One file a list format, and the visible tuple of them. A new format is a file and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable
from darkwake.screening.formats.controls import sniff_controls
from darkwake.screening.formats.csl import Csl
from darkwake.screening.formats.eu_csv import EuCsv
from darkwake.screening.formats.eu_xml import EuXml
from darkwake.screening.formats.ftm import Ftm
from darkwake.screening.formats.hs import sniff_codes
from darkwake.screening.formats.ofac import OfacSdn
from darkwake.screening.formats.ofac_csv import OfacCsv
from darkwake.screening.formats.packed import head
from darkwake.screening.formats.uk import UkList
from darkwake.screening.formats.un import UnList
from darkwake.screening.lists import SanctionsList, date_in_name, plain_name, shortfall


class Format(Protocol):
    """What a reader of one format offers."""

    @property
    def kind(self) -> str:
        """The word for it in a case's register of sources, such as "ofac-sdn"."""

    @property
    def reads(self) -> str:
        """What it reads, in words for an error message."""

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether a file with these first (unpacked) bytes and this name is of the format."""

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list, or a `darkwake.errors.Refused`; `dated` is for formats that carry no date of their own."""


FORMATS: tuple[Format, ...] = (OfacSdn(), OfacCsv(), Csl(), UnList(), EuXml(), EuCsv(), UkList(), Ftm())
"""Every file is recognised by one of them at most, so their order decides nothing."""


_NAME_TELLS = "The file's name tells"


def _format_of(path: Path) -> Format | None:
    begins = head(path)
    return next((one for one in FORMATS if one.recognises(begins, path.name)), None)


def sniff(path: str | Path) -> str | None:
    """The kind of list that the file is, such as "ofac-sdn"; None where no reader recognises it."""
    try:
        found = _format_of(Path(path))
    except DarkwakeError:
        return None
    return found.kind if found else None


def read(
    path: str | Path, *, dated: date | None = None, previous: SanctionsList | None = None, any_size: bool = False
) -> SanctionsList:
    """The list in the file.

    Args:
        path: The file, plain, gzipped or zipped.
        dated: The day that the list is of, for formats that do not tell it.
        previous: A version of the same list that is known to be whole, to hold the number of entries against.
        any_size: Take a list with fewer than half of the entries that it once had.

    Raises:
        WrongUse: There is no such file.
        UnknownKind: No reader recognises it.
        Unreadable: It is empty, cut short, altered, unsafe, or has lost more than half of its entries.
    """
    path = Path(path)
    found = _format_of(path)
    if found is None:
        if not head(path, 1):
            raise Unreadable("the file is empty", where=path.name, to_do="Download it again")
        if sniff_controls(path) or sniff_codes(path):
            raise UnknownKind(
                "is a list of goods, where a list of ships, companies and people was asked for",
                where=path.name,
                to_do=f'Look goods up in it: darkwake goods "WORDS" --lists {path.name}; '
                "darkwake manifest takes lists of both kinds",
            )
        known = "; ".join(one.reads for one in FORMATS)
        raise UnknownKind("no reader recognises this as a list", where=path.name, to_do=f"The lists read are: {known}")
    taken = found.read(path, dated=dated)
    # a list that declares its own count has been held against it by its reader
    judged = previous is not None or not taken.own_count
    if judged and not any_size and (short := shortfall(taken, previous)):
        raise Unreadable(short, where=path.name, to_do="Download the list again and compare it with the publisher's")
    told = date_in_name(path.name)
    if told and told != taken.date:
        says = f"{_NAME_TELLS} {told.isoformat()}, but the list inside is of {taken.date.isoformat()}."
        return replace(taken, notes=(*taken.notes, says))
    return taken


def read_all(paths: Sequence[str | Path]) -> list[SanctionsList]:
    """The lists in several files, in the order given; each version of a list is held against the one before it.

    Raises:
        Refused: As `read`; and where a later version has fewer than half of the entries of an earlier one at hand.
    """
    taken = [read(path) for path in paths]
    last: dict[str, SanctionsList] = {}
    for one in sorted(taken, key=lambda one: one.date):
        previous = last.get(one.name)
        if previous and not one.own_count and (short := shortfall(one, previous)):
            raise Unreadable(short, where=one.file, to_do="Download the list again, or leave this version out")
        last[one.name] = one
    return taken


def named_for_another_day(path: str | Path, *, known: Sequence[str | Path] = ()) -> list[str]:
    """What must be said of a list before it is taken: whether its file is named for a day that it is not of.

    Args:
        path: A file of a list of parties.
        known: Files of lists that are there already; one of the same list and day is said too, where its content is
            another.
    """
    one = read(path)
    said = [note for note in one.notes if note.startswith(_NAME_TELLS)]
    said += [
        f"There is another file of the {one.name} of {one.date}, {plain_name(other.file)}, with other content: "
        "which of the two the publisher issued, the files do not tell."
        for other in map(read, known)
        if (other.name, other.date) == (one.name, one.date) and other.sha256 != one.sha256
    ]
    return said
