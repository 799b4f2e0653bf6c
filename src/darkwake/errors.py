"""Every error that a user can meet, drawn as a tree.

    DarkwakeError                 one root, so that a caller can catch all of them
    ├── WrongUse                  the request itself cannot be met          exit code 2
    │   ├── CaseMissing           there is no case folder at that path
    │   └── CaseBusy              another run holds the case
    └── Refused                   the data cannot be used                   exit code 1
        ├── UnknownKind           no reader recognises the file
        ├── Unreadable            empty, cut short, or not what its name says
        ├── MissingColumn         a table lacks a column that its dialect needs
        └── TooManyRefused        more rows were refused than the caller allowed

A message has three parts, always in this order: what is wrong, where, and what to do about it.
"""

from __future__ import annotations


class DarkwakeError(Exception):
    """The root: `what` is wrong, `where`, and what `to_do` about it."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", to_do: str = "") -> None:
        self.what = what
        self.where = where
        self.to_do = to_do
        super().__init__(self.message())

    def message(self) -> str:
        """The three parts as one readable paragraph."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.to_do}" if self.to_do else f"{head}."


class WrongUse(DarkwakeError):
    """The request cannot be met as it stands: a wrong option, a wrong path, a wrong order."""

    exit_code = 2


class CaseMissing(WrongUse):
    """There is no case folder at the path given."""


class CaseBusy(WrongUse):
    """Another run is working on this case right now."""


class Refused(DarkwakeError):
    """The data is not fit for use, and nothing of it was taken."""

    exit_code = 1


class UnknownKind(Refused):
    """No reader recognises the file."""


class Unreadable(Refused):
    """The file is empty, cut short, or not what its name says it is."""


class MissingColumn(Refused):
    """A table lacks a column that its dialect, or the given column map, needs."""


class TooManyRefused(Refused):
    """More rows were refused than the caller allowed."""
