"""Writes what was heard of a world as NMEA sentences: AIVDM of types 1, 18, 5 and 24, with times in tag blocks.

For round trips. Positions lose what the format cannot hold: a ten-thousandth of a minute is about 0.2 m.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
from pyais import encode_dict

from darkwake.synth.fleet import Ship
from darkwake.synth.world import World


def sentences(world: World, heard: pl.DataFrame | None = None) -> Iterator[str]:
    """Lines without their line ends: each ship's own description first, then the positions in order of time.

    Args:
        world: whose ships speak.
        heard: rows of `world.messages` to write, all that were heard by default. A loop over messages in Python:
            meant for thousands, not millions.
    """
    rows = world.messages.filter("heard") if heard is None else heard
    ships = {one.mmsi: one for one in world.ships}
    voyages = {phase: (where, draught) for phase, where, draught, _ in world.phases.iter_rows()}
    said: set[tuple[int, int]] = set()
    for row in rows.sort("time", "ship").iter_rows(named=True):
        ship = ships[row["ship"]]
        if (ship.mmsi, row["phase"]) not in said:
            said.add((ship.mmsi, row["phase"]))
            for message in _static(ship, *voyages[row["phase"]]):
                yield from _tagged(message, row["time"])
        yield from _tagged(_position(ship, row), row["time"])


def _position(ship: Ship, row: dict[str, Any]) -> dict[str, Any]:
    message = {
        "mmsi": ship.mmsi, "lat": row["lat"], "lon": row["lon"], "speed": row["sog"], "course": row["cog"],
        "heading": round(row["heading"]) % 360, "second": row["time"].second,
    }  # fmt: skip
    return message | ({"type": 18} if ship.ais_class == "B" else {"type": 1, "status": row["status"]})


def _static(ship: Ship, destination: str, draught_m: float) -> list[dict[str, Any]]:
    size = {
        "to_bow": ship.length_m - ship.length_m // 5, "to_stern": ship.length_m // 5,
        "to_port": ship.width_m // 2, "to_starboard": ship.width_m - ship.width_m // 2,
    }  # fmt: skip
    own = {"mmsi": ship.mmsi, "callsign": ship.callsign, "ship_type": ship.ship_type}
    if ship.ais_class == "B":
        return [
            {"type": 24, "partno": 0, "mmsi": ship.mmsi, "shipname": ship.name},
            {"type": 24, "partno": 1} | own | size,
        ]
    whole = {"type": 5, "imo": ship.imo or 0, "shipname": ship.name, "destination": destination, "draught": draught_m}
    return [whole | own | size]


def _tagged(message: dict[str, Any], time: datetime) -> Iterator[str]:
    tag = f"s:synth,c:{int(time.replace(tzinfo=UTC).timestamp())}"
    total = 0
    for letter in tag.encode():
        total ^= letter
    block = f"\\{tag}*{total:02X}\\"
    for line in encode_dict(message, talker_id="AI", sentence_type="VDM", radio_channel="A"):
        yield block + line
