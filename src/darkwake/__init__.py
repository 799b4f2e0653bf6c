"""Darkwake: case files on ships that fell silent, each sentence traceable to the row it comes from.

    import darkwake as dw
    from datetime import timedelta

    dw.tracks.ingest(["aisdk-2025-10-01.zip"], "store/")
    gaps = dw.events.gap(longer_than=timedelta(hours=6)).run(dw.tracks.Store("store/"))

What is in it loads when it is first asked for, so that one part alone, or a help text, does not cost the start of all.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darkwake import (
        alone,
        arrivals,
        case,
        claims,
        events,
        fetch,
        kept,
        papers,
        scenes,
        screening,
        sites,
        steps,
        synth,
        tracks,
        voyages,
        web,
    )

__version__ = version("darkwake")
__all__ = [
    "__version__",
    "alone",
    "arrivals",
    "case",
    "claims",
    "events",
    "fetch",
    "kept",
    "papers",
    "scenes",
    "screening",
    "sites",
    "steps",
    "synth",
    "tracks",
    "voyages",
    "web",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"darkwake.{name}")
    raise AttributeError(f"module 'darkwake' has no attribute {name!r}")
