"""Calls in, voyages out: port to port, the corridor between two countries, and what could be reached unheard."""

from darkwake.voyages.legs import INNOCENT, LIMITS, back_and_forth, corridor, legs
from darkwake.voyages.reach import may_have_called, top_speeds, within_reach

__all__ = [
    "INNOCENT",
    "LIMITS",
    "back_and_forth",
    "corridor",
    "legs",
    "may_have_called",
    "top_speeds",
    "within_reach",
]
