"""One shipment on its way through a screening: which questions about parties, goods and route it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from darkwake.screening import precursors
from darkwake.screening.asked import Asked
from darkwake.screening.goods_asked import GoodsAsked
from darkwake.screening.shipments import Shipment


@lru_cache(maxsize=4096)
def rules_between(sender: str | None, receiver: str | None, day: date | None) -> tuple[str, ...]:
    """The rules of a route on a day that may reach goods on no list, a sentence each."""
    return tuple(rule.sentence() for rule in precursors.rules_of(sender, receiver, day))


@dataclass(frozen=True, slots=True)
class Line:
    """One shipment on its way."""

    stated: Shipment
    days: tuple[date, ...]
    """Its own days, else the day that was given for such."""

    def asked(self) -> dict[str, Asked]:
        """The parties and the ship to look for, by role."""
        one = self.stated
        found = {}
        if any(text.strip() for text in (one.vessel, one.imo, one.mmsi, one.callsign)):
            names = (one.vessel,) if one.vessel.strip() else ()
            ship = Asked(names, imo=one.imo, mmsi=one.mmsi, callsign=one.callsign, flag=one.flag, kind="vessel")
            if not ship.empty:
                found["vessel"] = ship
        found |= {role: Asked(names) for role, names in one.parties.items()}
        return {role: asked for role, asked in found.items() if not asked.empty}

    def goods(self) -> list[GoodsAsked]:
        """The questions about its goods, one a day."""
        one = self.stated
        begun = {"description": one.goods, "hs": one.hs, "cn": one.cn, "cas": one.cas}
        days: tuple[date | None, ...] = self.days or (None,)
        asked = [GoodsAsked(**begun, on=day, from_=one.route[0], to=one.route[1]) for day in days]
        return [question for question in asked if not question.empty]

    def rules(self) -> list[tuple[date | None, str]]:
        """The rules of its route that may reach goods on no list, with the day."""
        sender, receiver = (end or None for end in self.stated.route)
        days: tuple[date | None, ...] = self.days or (None,)
        told: dict[str, date | None] = {}
        for day in days:
            for says in rules_between(sender, receiver, day):
                told.setdefault(says, day)
        return [(day, says) for says, day in told.items()]

    def notes(self) -> list[str]:
        """What must be said beside its findings."""
        notes = list(self.stated.notes)
        if not self.days:
            notes.append("It has no day, so no standing on a day was asked.")
        elif not self.stated.days:
            notes.append(f"It has no day of its own; {self.days[0]} was given for such.")
        if not self.goods():
            notes.append("No goods were named.")
        if not self.asked():
            notes.append("No party and no ship was named.")
        return notes
