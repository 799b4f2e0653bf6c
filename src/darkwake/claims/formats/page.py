"""What a reader of one format hands on, and what it says where its packages are missing."""

from __future__ import annotations

from dataclasses import dataclass

from darkwake.claims.article import Known
from darkwake.claims.blocks import Piece
from darkwake.errors import WrongUse


@dataclass(frozen=True, slots=True)
class Page:
    """What was found in a file."""

    pieces: tuple[Piece, ...]
    known: tuple[Known, ...]
    problems: tuple[str, ...] = ()


def missing(what: str) -> WrongUse:
    """The error where a package of the extra is not installed."""
    return WrongUse(f"{what} needs packages that are not installed", to_do='pip install "darkwake[claims]"')
