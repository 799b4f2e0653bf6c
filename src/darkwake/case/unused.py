"""The evidence that no thread uses, each piece with the reason; so that none is lost silently."""

from __future__ import annotations

from collections.abc import Sequence

from darkwake.case.known import Known
from darkwake.case.thread import Pool, Thread
from darkwake.evidence import Evidence


def unused(threads: Sequence[Thread], pool: Pool, known: Known) -> dict[str, str]:
    """Every piece that no thread uses -> why, in the pool's order."""
    used: set[str] = set()
    for thread in threads:
        used |= thread.used()
    ships = {f"{thread.ship:09d}" for thread in threads if thread.ship is not None}
    ships |= {other for ship in ships for other in known.siblings(ship)}
    return {item.id: _why(item, ships, known) for item in pool.evidence if item.id not in used}


def _why(item: Evidence, ships: set[str], known: Known) -> str:
    own = {one.key for one in item.subjects if one.kind == "ship"}
    if item.kind == "listing":
        if not own:
            return "a list entry that no ship of the data met"
        return "a weak lead alone makes no thread" if item.strength == "weak" else "its ship is in no thread"
    if item.kind == "claim":
        return _of_claim(item, bool(own), known)
    if item.kind == "site status":
        return "no change was found there; the section on sites tells of it" if "changes" not in item.data() else (
            "a change beyond those that have a thread; the section on sites tells of it"
        )  # fmt: skip
    if item.kind == "goods":
        return "no thread speaks of these goods; the section on goods tells of them"
    if own and own <= ships:
        return "of a ship that is told of, at another time than its threads"
    return "of a ship that no thread tells of"


def _of_claim(item: Evidence, ship: bool, known: Known) -> str:
    if ship:
        return "it names a ship, and no thread tells of that ship in those days"
    if not item.subjects:
        cluster = known.clusters.get(str(item.data().get("cluster")))
        if cluster and cluster.moved:
            return "it tells of a shipment, and names nothing that the case asks about"
        return "it names nothing that the case asks about"
    if item.start is None and item.end is None:
        return "it names something of the case, and states no day by which it could join"
    return "it names something of the case, and no thread's days, places or goods meet it"
