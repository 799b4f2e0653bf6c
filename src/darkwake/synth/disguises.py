"""False identities: numbers, names and sizes that are not the ship's own, or not all of them.

Each takes a world and gives a new one; `World.truth` stays as it was, each ship under the number that it began with.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from darkwake.errors import WrongUse
from darkwake.synth import lies
from darkwake.synth.fleet import Ship
from darkwake.synth.world import Planted, World


def clone(world: World, ship: int, by: int, start: datetime, end: datetime) -> World:
    """From `start` to `end` the ship `by` sends all that ship `ship` is: number, name and size."""
    which = lies.of(world, by, start, end)
    says = f"{_of(world, by).name} sent the number and name of {_of(world, ship).name}, which was elsewhere"
    one = _planted(world, "clone", ship, by, start, end, says)
    return lies.told(lies.claiming(world, which, {}, ship), which, {"ship": ship}, one)


def renumbered(world: World, ship: int, at: datetime, new: Ship, *, silent_h: float = 0.0, imo: bool = True) -> World:
    """From `at` on, perhaps after a silence, the ship has the MMSI, name and call sign of `new`, and its own hull.

    Without `imo` it gives no IMO number before or after, so only its way and its size tell that it is one.
    """
    if silent_h:
        world = lies.silenced(world, ship, at, at + timedelta(hours=silent_h))
    own = _of(world, ship)
    number = own.imo if imo else None
    if not imo:
        world = lies.claiming(world, lies.of(world, ship, world.start, at), {"imo": None}, ship)
    after = lies.of(world, ship, at, world.end)
    named = {"imo": number, "name": new.name, "callsign": new.callsign}
    before, later = (lies.span(lies.heard_of(world, ship, *ends)) for ends in ((world.start, at), (at, world.end)))
    one = _planted(
        world, "renumbered" if imo else "renumbered without IMO", ship, new.mmsi,
        before[1] if before else at, later[0] if later else at,
        f"{own.name} became {new.name} under another number and flag"
        + (f" after {silent_h:.0f} h of silence" if silent_h else ""),
    )  # fmt: skip
    world = lies.claiming(world, after, named, ship)
    return lies.told(world, after, {"ship": new.mmsi}, one)


def wrong_imo(world: World, ship: int) -> World:
    """All the time an IMO number whose check digit is wrong."""
    own = _of(world, ship)
    number = (own.imo or 0) // 10 * 10 + ((own.imo or 0) + 3) % 10
    says = f"{own.name} gave the IMO number {number}, whose check digit is wrong"
    return _claimed(world, ship, {"imo": number}, "wrong check digit", says)


def foreign_callsign(world: World, ship: int, callsign: str) -> World:
    """All the time a call sign of another country than the MMSI's."""
    own = _of(world, ship)
    return _claimed(world, ship, {"callsign": callsign}, "call sign", f"{own.name} gave the call sign {callsign}")


def resized(world: World, ship: int, at: datetime, factor: float) -> World:
    """From `at` on, a length and a width so many times its own."""
    own = _of(world, ship)
    length, width = round(own.length_m * factor), round(own.width_m * factor)
    says = f"{own.name}, {own.length_m} m long, gave its length as {length} m"
    return _claimed(world, ship, {"length_m": length, "width_m": width}, "size", says, at)


def shared_imo(world: World, ship: int, by: int) -> World:
    """All the time the ship `by` gives the IMO number of ship `ship`, and its own number and name."""
    number = _of(world, ship).imo
    says = f"{_of(world, by).name} gave the IMO number of {_of(world, ship).name}"
    return _claimed(world, by, {"imo": number}, "shared IMO", says, other=ship)


def _claimed(
    world: World, ship: int, claim: dict[str, object], pattern: str, says: str, at: datetime | None = None,
    other: int | None = None,
) -> World:  # fmt: skip
    since = at or world.start
    which = lies.of(world, ship, since, world.end)
    one = _planted(world, pattern, ship, other, since, world.end, says)
    return lies.claiming(world, which, claim, ship, one)


def _planted(
    world: World, pattern: str, ship: int, other: int | None, start: datetime, end: datetime, says: str
) -> Planted:
    """As long as both ships were heard in that time; at the place where the ship was first."""
    parts = [lies.heard_of(world, one, start - timedelta(hours=1), end) for one in (ship, other) if one is not None]
    spans = [span for part in parts if (span := lies.span(part))]
    if not spans:
        raise WrongUse(f"nobody hears ship {ship} between {start} and {end}", to_do="Give another time or ship")
    if not pattern.startswith("renumbered"):
        start, end = max([start, *(one[0] for one in spans)]), min([end, *(one[1] for one in spans)])
    seen = pl.concat(parts).sort("true_time").row(0, named=True)
    return Planted("false_identity", ship, start, end, seen["true_lat"], seen["true_lon"], says, None, other, pattern)


def _of(world: World, ship: int) -> Ship:
    return next(one for one in world.ships if one.mmsi == ship)
