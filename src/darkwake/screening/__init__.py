"""Parties against lists: read a sanctions list, ask for ships, companies or people, get hits that show what met.

    ofac = formats.read("sdn.xml.gz")                      # a SanctionsList, dated, counted, or refused
    hits = screen([Asked(imo="9074729")], Index([ofac]))   # a table of schema.HITS
    Searched.of([...], index, hits).sentence()             # what was searched, above all where nothing was found

A hit is a lead for a person to weigh, with the values that met. The absence of one says only that nothing was found in
the lists that were checked, as they stood on their dates.
"""

from __future__ import annotations

from darkwake.screening import formats
from darkwake.screening.asked import Asked, asked_of
from darkwake.screening.features import FEATURES, Feature
from darkwake.screening.index import Index
from darkwake.screening.lists import Entry, Flag, Identifier, ListedName, SanctionsList
from darkwake.screening.match import INNOCENT, LIMITS, RANKS, Checked, Searched, rank_of, screen

__all__ = [
    "FEATURES",
    "INNOCENT",
    "LIMITS",
    "RANKS",
    "Asked",
    "Checked",
    "Entry",
    "Feature",
    "Flag",
    "Identifier",
    "Index",
    "ListedName",
    "SanctionsList",
    "Searched",
    "asked_of",
    "formats",
    "rank_of",
    "screen",
]
