"""One thing that is new, gone or changed between two runs, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from darkwake.case import text

Row = Mapping[str, Any]
Word = Literal["new", "gone", "changed"]

MINOR = 100
"""From this rank on a change is counted, and told in JSON alone."""
_MOST = 400
"""Characters of one name or sentence from outside."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was."""

    rank: int
    """What is told first: the lowest. No measure of anything else."""
    about: str
    """"silence", "voyage", "list entry" ... what is counted together."""
    change: Word
    key: str
    """The id of the row in the later run, or in the earlier one where it is gone."""
    says: str
    before: Row | None = None
    after: Row | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain types."""
        return asdict(self)


def ship(of: Row, number: Any) -> str:
    """What a ship is called, by the labels of a run's picture: "AMBER HERON (MMSI ...)"."""
    if number is None:
        return "What was asked"
    return said((of.get("labels") or {}).get(str(number)) or f"MMSI {number:09d}")


def short(of: Row, number: Any) -> str:
    """The name alone, where it has one."""
    return ship(of, number).partition(" (MMSI ")[0]


def said(value: Any, most: int = _MOST) -> str:
    """A text from outside on one line, with nothing in it that hides or turns."""
    return text.visible(" ".join(str(value).split()), most=most)


def quoted(value: Any, most: int = _MOST) -> str:
    """The same in quotation marks."""
    return f"“{said(value, most)}”"


def when(moment: str | None) -> str:
    """2025-09-03 04:12 UTC; "an unknown time" where there is none."""
    return text.moment(moment) if moment else "an unknown time"


def day(moment: str | None) -> str:
    """2025-09-03."""
    return said(str(moment)[:10]) if moment else "an unknown day"


def hours(amount: float | None) -> str:
    """31.2 hours."""
    return f"{amount:,.1f} hours" if amount is not None else "an unknown time"
