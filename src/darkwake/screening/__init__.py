"""Parties against lists: read a sanctions list, ask for ships, companies or people, get hits that show what met.

    ofac = formats.read("sdn.xml.gz")                      # a SanctionsList, dated, counted, or refused
    hits = screen([Asked(imo="9074729")], Index([ofac]))   # a table of schema.HITS
    Searched.of([...], index, hits).sentence()             # what was searched, above all where nothing was found

A hit is a lead for a person to weigh, with the values that met. The absence of one says only that nothing was found in
the lists that were checked, as they stood on their dates.
"""

from __future__ import annotations

from darkwake.screening import formats, regimes
from darkwake.screening.amounts import Amount, amount
from darkwake.screening.asked import Asked, asked_of
from darkwake.screening.features import FEATURES, Feature
from darkwake.screening.goods import goods, search
from darkwake.screening.goods_asked import LIMITS as GOODS_LIMITS
from darkwake.screening.goods_asked import GoodsAnswer, GoodsAsked, GoodsFinding, goods_table
from darkwake.screening.goods_index import GoodsIndex, index_of
from darkwake.screening.index import Index
from darkwake.screening.lists import Entry, Flag, Identifier, Link, ListedName, SanctionsList
from darkwake.screening.match import INNOCENT, LIMITS, RANKS, Checked, Searched, lines_of, rank_of, screen
from darkwake.screening.regimes import Standing, in_force
from darkwake.screening.standing import standing
from darkwake.screening.versions import Versions, diff, hits_between

__all__ = [
    "FEATURES",
    "GOODS_LIMITS",
    "INNOCENT",
    "LIMITS",
    "RANKS",
    "Amount",
    "Asked",
    "Checked",
    "Entry",
    "Feature",
    "Flag",
    "GoodsAnswer",
    "GoodsAsked",
    "GoodsFinding",
    "GoodsIndex",
    "Identifier",
    "Index",
    "Link",
    "ListedName",
    "SanctionsList",
    "Searched",
    "Standing",
    "Versions",
    "amount",
    "asked_of",
    "diff",
    "formats",
    "goods",
    "goods_table",
    "hits_between",
    "in_force",
    "index_of",
    "lines_of",
    "rank_of",
    "regimes",
    "screen",
    "search",
    "standing",
]
