"""Calls in, voyages out: port to port, the corridor between two countries, and what could be reached unheard."""

from darkwake.voyages.area import reach_area
from darkwake.voyages.asked import may_hide_calls
from darkwake.voyages.corridor import back_and_forth, corridor, side
from darkwake.voyages.draught import DRAUGHT_INNOCENT, draughts
from darkwake.voyages.draught_changes import changes
from darkwake.voyages.inferred import INFERRED_INNOCENT, inferred
from darkwake.voyages.legs import INNOCENT, LIMITS, legs
from darkwake.voyages.reach import may_have_called, top_speeds, within_reach
from darkwake.voyages.why import why_none

__all__ = [
    "DRAUGHT_INNOCENT",
    "INFERRED_INNOCENT",
    "INNOCENT",
    "LIMITS",
    "back_and_forth",
    "changes",
    "corridor",
    "draughts",
    "inferred",
    "legs",
    "may_have_called",
    "may_hide_calls",
    "reach_area",
    "side",
    "top_speeds",
    "why_none",
    "within_reach",
]
