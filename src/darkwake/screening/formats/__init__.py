"""One file a list format, and the visible tuple of them. A new format is a file and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable
from darkwake.screening.formats.ofac import OfacSdn
from darkwake.screening.formats.packed import head
from darkwake.screening.lists import SanctionsList


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

    def read(self, path: str | Path) -> SanctionsList:
        """The whole list, or a `darkwake.errors.Refused`."""


FORMATS: tuple[Format, ...] = (OfacSdn(),)
"""Tried from first to last; the first that recognises a file reads it."""


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


def read(path: str | Path) -> SanctionsList:
    """The list in the file.

    Raises:
        WrongUse: There is no such file.
        UnknownKind: No reader recognises it.
        Unreadable: It is empty, cut short, altered, or unsafe.
    """
    path = Path(path)
    found = _format_of(path)
    if found is None:
        if not head(path, 1):
            raise Unreadable("the file is empty", where=path.name, to_do="Download it again")
        known = "; ".join(one.reads for one in FORMATS)
        raise UnknownKind("no reader recognises this as a list", where=path.name, to_do=f"The lists read are: {known}")
    return found.read(path)
