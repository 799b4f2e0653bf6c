"""Which article copies which: runs of words that two articles share.

Words inside quotation marks are left out: two reporters at one press conference write down the same words, and copy
nobody. Where one of the two has no publication date, or both have the same, it stays open which copied.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import NamedTuple

import polars as pl

from darkwake.claims.facts import published, shingles

RUN = 7
"""Words in a run: shorter ones are shared by chance (a title, a place, an office)."""
LEAST = 0.15
"""Share of the shorter article's runs from which on the two are told to share text."""
FEWEST = 12
"""Runs in common below which nothing is told."""
COPY = 0.5
"""Share from which on an article as a whole is a copy of the other."""
_EVERYWHERE = 200
"""A run in more articles than this is a notice of the house, not a copied story."""
_QUOTED = re.compile(r"[“\"«][^”\"»]{0,2000}[”\"»]")


class Reuse(NamedTuple):
    """Two articles that share text; `a` is the earlier where `directed`."""

    a: str
    b: str
    directed: bool
    share: float
    runs: int


def unquoted(text: str) -> str:
    """The text without what stands in quotation marks."""
    return _QUOTED.sub(" ¶ ", text)


def reuses(articles: pl.DataFrame) -> list[Reuse]:
    """Pairs of ARTICLES that share text, sorted."""
    runs: dict[str, frozenset[int]] = {}
    days: dict[str, tuple[date | None, date | None]] = {}
    for row in articles.select("id", "text", "published").iter_rows(named=True):
        runs[row["id"]] = shingles(unquoted(row["text"]), RUN)
        days[row["id"]] = published(row)
    holders: dict[int, list[str]] = defaultdict(list)
    for article in sorted(runs):
        for run in runs[article]:
            holders[run].append(article)
    common: dict[tuple[str, str], int] = defaultdict(int)
    for where in holders.values():
        if 2 <= len(where) <= _EVERYWHERE:
            for pair in combinations(where, 2):
                common[pair] += 1
    found = []
    for (a, b), count in sorted(common.items()):
        share = count / min(len(runs[a]), len(runs[b]))
        if share < LEAST or count < FEWEST:
            continue
        first, second, directed = _order(a, b, days)
        found.append(Reuse(first, second, directed, round(share, 4), count))
    return sorted(found)


def _order(a: str, b: str, days: Mapping[str, tuple[date | None, date | None]]) -> tuple[str, str, bool]:
    (first_a, last_a), (first_b, last_b) = days[a], days[b]
    if last_a and first_b and last_a < first_b:
        return a, b, True
    if last_b and first_a and last_b < first_a:
        return b, a, True
    return a, b, False
