"""What would be needed to tell, where it could be found, and what it would change; for a thread and for the case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """What would be needed to tell, and where it could be found."""

    what: str
    where: str
    would_change: str = ""


POSITIONS = Missing(
    "Positions in the hours of the silence from another receiver, satellite radar or optical images of the area",
    "another AIS provider; Sentinel-1 and Sentinel-2 of the days in question",
    "A position on the way it was heard to go would leave bad hearing; one at a berth or beside another ship would "
    "leave a call or a meeting.",
)
CALL = Missing(
    "Whether the ship called at a port in that time",
    "port authority, agent or terminal records",
    "A call that is recorded would decide for it; a full record without the ship against it.",
)
CARGO = Missing(
    "What was on board",
    "bill of lading, manifest, customs records of both ends",
    "No position tells what a ship carried: only a paper of the cargo can tie goods to a ship.",
)
ENTRY = Missing(
    "Whether the entry was in force and named this hull on the day of the voyage",
    "the list's publication of that day; the ship's register and classification society",
    "Another hull, or a day out of force, would take the list entry out of the thread.",
)
ORIGIN = Missing(
    "Where the claims come from: the first report, and whether a second origin has its own knowledge",
    "the outlets themselves; the first report in its own language; the officials or papers that it names",
    "A second origin would speak against one report retold; a shared one would leave a single source.",
)
SHIP_OF_CARGO = Missing(
    "Which ship the claimed cargo went on",
    "bills of lading, export declarations, port and berth records of the days that are named",
    "A ship's name would tie the claims to one voyage, or take them from all that are told here.",
)
IMAGES = Missing(
    "What changed at the site, on a fine image before and after",
    "commercial optical archives of less than a metre a pixel; an analyst's reading",
    "It would tell a building that was built or lost from paint, a season or parked goods.",
)
WAY_TO_SITE = Missing(
    "Whether anything went from the port to the site",
    "road and rail papers, gate records, images of the yards between",
    "Nearness alone ties no cargo to a site; without this the two stand side by side and no more.",
)


def gathered(told: Sequence[tuple[str, Iterable[Missing]]]) -> list[dict[str, object]]:
    """For the case: each want once, with the threads that want it, in the order in which they are met."""
    found: dict[Missing, list[str]] = {}
    for thread, wants in told:
        for want in wants:
            found.setdefault(want, []).append(thread)
    return [
        {
            "what": want.what,
            "where": want.where,
            "threads": list(dict.fromkeys(threads)),
            "would_change": want.would_change,
        }
        for want, threads in found.items()
    ]
