"""Messages in, one sorted store out: which ship was heard where and when, and what it said of itself."""

from __future__ import annotations

from darkwake.tracks.dialects import Columns
from darkwake.tracks.history import continuations, history
from darkwake.tracks.hulls import hulls
from darkwake.tracks.ingest import Added, ingest
from darkwake.tracks.reception import CELL_DEG, baseline, current, reception
from darkwake.tracks.segment import segment, segments
from darkwake.tracks.sides import sides, sides_of
from darkwake.tracks.sources import sniff
from darkwake.tracks.store import Store

__all__ = [
    "CELL_DEG",
    "Added",
    "Columns",
    "Store",
    "baseline",
    "continuations",
    "current",
    "history",
    "hulls",
    "ingest",
    "reception",
    "segment",
    "segments",
    "sides",
    "sides_of",
    "sniff",
]
