"""The demo's invented list of parties, as it stands at first and as it stands in the second act."""

from __future__ import annotations

from darkwake.synth import demo_sea, fleet, lists
from darkwake.synth.fleet import Ship

OWNER = "AMBER LINNET LINE (INVENTED) LTD"
"""The line that in the papers denies what is said of its ship; the later list holds it."""


def entries(listed: Ship, namesake: Ship, seed: int) -> list[lists.Entry]:
    """A ship under its older name, one that met another, a namesake, and others of no concern."""
    known = lists.Entry(
        "Vessel", "LISTED LANTERN", aliases=("f.k.a.:FORMER LANTERN",), imo=listed.imo,
        mmsi=fleet.FLAGS["PA"] * 1_000_000 + 995_900, callsign="3ELL900", vessel_type="General Cargo", flag="PA",
        owner="INDIGO LINNET TRADING (INVENTED) LTD",
    )  # fmt: skip
    other = lists.Entry(
        "Vessel", namesake.name, imo=fleet.imo_number(398_765), callsign="D5LL901", vessel_type="Fishing Vessel",
        flag="OM",
    )  # fmt: skip
    drifter = lists.Entry(
        "Vessel", "LISTED LARDER", imo=demo_sea.listed_imo(), callsign="EPLL903", vessel_type="Crude Oil Tanker",
        flag="IR",
    )  # fmt: skip
    return [known, other, drifter, *lists.invent(seed)]


def added_later(dark: Ship) -> list[lists.Entry]:
    """What the later list holds besides: the ship that called in the dark, under a new name, and its owner."""
    ship = lists.Entry(
        "Vessel", "LISTED LODESTAR", aliases=(f"f.k.a.:{dark.name}",), imo=dark.imo, callsign="3ELL902",
        vessel_type="General Cargo", flag="PA", owner=OWNER,
    )  # fmt: skip
    return [ship, lists.Entry("Entity", OWNER)]
