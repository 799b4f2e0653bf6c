"""What is asked for: one subject with whatever is known of it, and the ships of a store as such subjects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from darkwake import country
from darkwake.screening.lists import EntryKind
from darkwake.screening.names import shown


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject. Everything as it was typed or heard; what is not known is left empty."""

    names: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    imo: str = ""
    mmsi: str = ""
    callsign: str = ""
    flag: str = ""
    """Alpha-2, alpha-3 or an English name."""
    kind: EntryKind | None = None
    """What it is, where that is known; a subject with an IMO, MMSI, call sign or store number is a vessel."""
    on: date | None = None
    """The day that the question is about; None for the lists' own dates."""
    ship: int | None = None
    """Its number in the store (MMSI), handed through to the hits."""
    born: str = ""
    """A person's date of birth, as far as it is known: "1975-03-12", "12 Mar 1975", "1975", "circa 1975"."""
    countries: tuple[str, ...] = ()
    """Nationalities or countries of a person or company, written as `flag` is."""
    numbers: tuple[str, ...] = ()
    """Numbers of passports, identity cards, tax and company registers."""
    owners: tuple[str, ...] = ()
    """Names of its owners or managers: each leads to the entry that bears it, as a weak lead at most."""

    @property
    def is_vessel(self) -> bool:
        """True where the subject is known to be a ship, so that people and companies need not be compared."""
        return self.kind == "vessel" or (
            self.kind is None and bool(self.imo or self.mmsi or self.callsign or self.ship)
        )

    @property
    def empty(self) -> bool:
        """True where there is nothing that could be looked for."""
        marks = (
            self.imo, self.mmsi, self.callsign, *self.names, *self.former_names, *self.numbers, *self.owners,
        )  # fmt: skip
        return not any(text.strip() for text in marks)

    def described(self) -> str:
        """One readable line, without controls or invisible marks, each name at most 200 characters."""
        parts = [", ".join(map(shown, self.names[:_MOST_SHOWN]))]
        if len(self.names) > _MOST_SHOWN:
            parts[0] += f" and {len(self.names) - _MOST_SHOWN} more"
        if self.former_names:
            more = len(self.former_names) - _MOST_SHOWN
            ex = ", ".join(map(shown, self.former_names[:_MOST_SHOWN]))
            parts.append(f"formerly {ex}" + (f" and {more} more" if more > 0 else ""))
        marks = (
            ("IMO", _IMO_WORD.sub("", self.imo)),
            ("MMSI", self.mmsi),
            ("call sign", self.callsign),
            ("flag", self.flag),
            ("born", self.born),
            ("country", ", ".join(self.countries[:_MOST_SHOWN])),
            ("number", ", ".join(self.numbers[:_MOST_SHOWN])),
            ("owner", ", ".join(self.owners[:_MOST_SHOWN])),
        )
        parts += [f"{label} {shown(text)}" for label, text in marks if text.strip()]
        if self.on:
            parts.append(f"on {self.on.isoformat()}")
        return " · ".join(part for part in parts if part)


_IMO_WORD = re.compile(r"^\s*IMO\b[\s.:]*", re.IGNORECASE)

_MOST_SHOWN = 8
"""Names in the readable line; all of them are looked for."""


def asked_of(identities: pl.DataFrame, *, ships: pl.DataFrame | None = None, on: date | None = None) -> list[Asked]:
    """The ships of a store under every identity that they ever showed.

    Args:
        identities: Of schema.IDENTITIES.
        ships: Of schema.SHIPS; its ships that showed no identity are asked for by their MMSI alone.
        on: The day that the question is about.

    Returns:
        Sorted by ship, one for each IMO number that a ship showed (one where it showed none), with the name that it
        showed last as its name and every other one as a former name.
    """
    wanted = identities.filter(
        pl.col("field").is_in(["imo", "name", "callsign"]) & (pl.col("value").str.strip_chars() != "")
    )
    shown_by: dict[tuple[int, str], list[str]] = {
        (ship, field): values
        for ship, field, values in wanted.group_by("ship", "field", "value")
        .agg(pl.col("last_seen").max())
        .sort("ship", "field", "last_seen", "value", descending=[False, False, True, False])
        .group_by("ship", "field", maintain_order=True)
        .agg("value")
        .iter_rows()
    }
    numbers = set(identities["ship"]) | (set(ships["ship"]) if ships is not None else set())
    return [
        Asked(
            names=tuple(names[:1]),
            former_names=tuple(names[1:]),
            imo=imo,
            mmsi=str(ship),
            callsign=next(iter(shown_by.get((ship, "callsign"), [])), ""),
            flag=country.flag_of_mmsi(ship) or "",
            kind="vessel",
            on=on,
            ship=ship,
        )
        for ship in sorted(numbers)
        for names in [shown_by.get((ship, "name"), [])]
        for imo in [value for value in shown_by.get((ship, "imo"), []) if value.strip("0 ")] or [""]
    ]
