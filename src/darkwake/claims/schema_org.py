"""Articles and claims as schema.org JSON-LD: Claim, NewsArticle, and the Event that claims of one cluster tell of.

Nothing here reviews a claim: there is no ClaimReview and no rating. What schema.org has no word for is left out rather
than bent: contradictions, hedges, and dates that are not plain ISO 8601 (such as a year that is not known).

`firstAppearance` is written where it can be told: all articles of the claim's origin are dated, and one of them before
all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from darkwake import interval
from darkwake.claims import plain
from darkwake.evidence import canonical_json

_URN = "urn:darkwake:"
_PLAIN_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_AGENTS = {"person": "Person", "outlet": "NewsMediaOrganization", "organisation": "Organization"}


def as_json(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
) -> str:
    """`document` as text; equal tables give equal text."""
    return canonical_json(document(articles, claims, clusters, origins)) + "\n"


def document(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """A JSON-LD document with one graph: articles, then events, then claims, each in the order of its table.

    Args:
        articles: Of schema.ARTICLES.
        claims: Of schema.CLAIMS.
        clusters: Of schema.CLUSTERS.
        origins: Of schema.ORIGINS.
    """
    papers = {row["id"]: row for row in plain.rows_of(articles)}
    told = plain.rows_of(claims)
    events = plain.rows_of(clusters) if clusters is not None else []
    event_of = {claim: row["id"] for row in events for claim in row["claims"]}
    first = _first_of(plain.rows_of(origins) if origins is not None else [], told, papers)
    nodes = [_article(row) for row in papers.values()]
    nodes += [{"@type": "Event", "@id": _URN + row["id"], "name": row["label"]} for row in events]
    nodes += [_claim(row, papers.get(row["article"]), event_of.get(row["id"]), first.get(row["id"])) for row in told]
    return {"@context": "https://schema.org", "@graph": nodes}


def _article(row: Mapping[str, Any]) -> dict[str, Any]:
    return _said(
        {
            "@type": "NewsArticle",
            "@id": _URN + row["id"],
            "headline": row["title"],
            "url": row["url"],
            "publisher": _party(row["outlet"], "outlet"),
            "author": {"name": row["author"]} if row["author"] else None,  # a person or a desk: it is not known which
            "datePublished": _day(row["published"]),
            "inLanguage": row["language"],
            "identifier": f"sha256:{row['text_sha256']}",
        }
    )


def _claim(
    row: Mapping[str, Any], article: Mapping[str, Any] | None, event: str | None, first: str | None
) -> dict[str, Any]:
    chain = row["chain"]
    speaker = _party(chain[-1]["name"], chain[-1]["kind"]) if chain else None
    return _said(
        {
            "@type": "Claim",
            "@id": _URN + row["id"],
            "text": row["text"],
            "author": speaker,
            "datePublished": _day(article["published"]) if article else None,
            "appearance": {"@id": _URN + row["article"]},
            "firstAppearance": {"@id": _URN + first} if first else None,
            "isBasedOn": [_based(link) for link in chain[1:]],
            "about": {"@id": _URN + event} if event else None,
            "temporalCoverage": [_coverage(one) for one in row["dates"] if one["role"] == "event" and _coverage(one)],
            "spatialCoverage": [{"@type": "Place", "name": name} for name in row["places"] if name],
            "mentions": [{"@type": "Thing", "name": name} for name in row["things"] if name],
        }
    )


def _based(link: Mapping[str, Any]) -> dict[str, Any]:
    """What a station of the chain told: a work of its own, of which nothing more is known."""
    by = _party(link["name"], link["kind"])
    return {"@type": "CreativeWork", **({"author": by} if by else {"creditText": link["name"] or "unknown"})}


def _party(name: str, kind: str) -> dict[str, Any] | None:
    """A party; None for whoever is not named."""
    return {"@type": _AGENTS[kind], "name": name} if name and kind in _AGENTS else None


def _day(edtf: str) -> str | None:
    """A day as ISO 8601; None where the EDTF says more or less than that."""
    return edtf if edtf and _PLAIN_DAY.fullmatch(edtf) else None


def _coverage(one: Mapping[str, Any]) -> str:
    """An interval as ISO 8601, an open end as two dots; empty where neither end is known."""
    first, last = one["first"], one["last"]
    if first == last:
        return first or ""
    return f"{first or '..'}/{last or '..'}"


def _first_of(
    origins: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]], papers: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """The article in which the origin of a claim was first told, by claim, where that can be said."""
    article_of = {row["id"]: row["article"] for row in claims}
    found = {}
    for row in origins:
        for one in row["origins"]:
            where = sorted({article_of[claim] for claim in one["claims"] if claim in article_of})
            days = [_dates(papers[paper]["published"]) if paper in papers else None for paper in where]
            earliest = [
                paper
                for paper, day in zip(where, days, strict=True)
                if day and all(other is day or (other and day.before(other)) for other in days)
            ]
            if one["traced"] and earliest:
                found.update(dict.fromkeys(one["claims"], earliest[0]))
    return found


def _dates(edtf: str) -> interval.Dates | None:
    try:
        return interval.parse(edtf) if edtf else None
    except ValueError:
        return None


def _said(node: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in node.items() if value not in (None, "", [])}
