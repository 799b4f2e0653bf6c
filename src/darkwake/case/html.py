"""case.json as one HTML file that opens offline: text first, map and time filter on top.

Start at `render`. The text and every table are in the HTML itself; the script adds map, filter and links. Nothing is
loaded from anywhere: a content security policy forbids it, and allows only the scripts and styles laid in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
from jinja2 import Template
from markupsafe import Markup

from darkwake import country
from darkwake.case import (
    cargo,
    claims_shown,
    coast,
    embed,
    gaps,
    hypotheses_shown,
    listed,
    meetings,
    notes_shown,
    reception,
    sections,
    sites_page,
    sites_shown,
    strips,
    templates,
    text,
    voyage_strips,
)
from darkwake.case.index import Index, anchor
from darkwake.case.overview import frame, overview
from darkwake.case.told_amounts import FAMILIES, fold

DETAIL_PLACES = 400
"""Ports and ends of the threads' gaps round which the coast is kept in full."""

FIRST = 'document.documentElement.classList.add("js")'
"""Runs before the page is laid out, so that long tables are folded at once; taken back where the script fails."""


LIVE_OF = "@case-as-drawn@"
"""Stands on a live page where web.py writes which run of the case the page shows."""
STYLES = ("style.css", "claims.css", "sites.css", "threads.css", "live.css", "print.css")


def render(case: Mapping[str, Any], *, live: bool = False) -> str:
    """The case file's page. Equal cases give equal text.

    Args:
        case: a parsed case.json of format 1.
        live: whether the page is served by `darkwake open`, and people can write notes on it.

    Returns:
        A whole HTML document in UTF-8, of which no part is loaded from elsewhere.
    """
    index = Index(case)
    box = frame(index)
    rings, land = _land(box, tuple(_places(index)))
    drawing = overview(index, rings)
    tracks = [track for track in case.get("tracks", []) if track["ship"] in index.ships and len(track["t"])]
    data = embed.data(index, drawing["box"], tracks)
    scripts = {"first": FIRST, "leaflet": embed.leaflet_file("leaflet.js"), "page": embed.script()}
    style = embed.leaflet_file("leaflet.css") + "".join(map(embed.page_file, STYLES))
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(repr(embed.sha256(code)) for code in scripts.values())}",
            f"style-src '{embed.sha256(style)}'",
            "img-src data:",
            *(["connect-src 'self'"] if live else []),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    voyages = voyage_strips.voyages(index)
    quantities = case.get("quantities") or {}
    said = claims_shown.Shown(case.get("claims") or {}, quantities, _of_clusters(index), _met(index))
    return _template().render(
        case=case["case"],
        made_by=case.get("made_by"),
        format=f"{case.get('format')} {case.get('format_version')}",
        invented=bool(case["case"].get("invented")),
        live=live,
        live_of=LIVE_OF,
        notes=notes_shown.told(case, case.get("notes") or []),
        choices=notes_shown.choices(case) if live else {},
        answer=_answer(index),
        counts=case.get("counts", {}),
        numbers=sections.numbers(index),
        span=index.span,
        dated=index.dated,
        sails=index.sails,
        asked=bool(case.get("searched") or case.get("hits") or case.get("list_notes")),
        list_notes=[str(line) for line in case.get("list_notes") or []],
        drawing=drawing,
        timeline=strips.timeline(index),
        voyages=voyages,
        strip_kinds=meetings.strip_kinds(voyages["drawn"]),
        map_kinds=meetings.kinds(index),
        hits=listed.hits(index),
        goods=cargo.goods(index),
        seen=meetings.told(index),
        claims=claims_shown.told(said),
        quantities=claims_shown.amounts_told(said, quantities),
        sites=sites_shown.told(
            case.get("sites") or {},
            sites_page.cited(index),
            [str(row["sha256"])[:16] for row in case.get("sources", [])],
        ),
        searched=str(case.get("searched") or ""),
        ships=sections.ships(index),
        gaps=gaps.gaps(index),
        threads=hypotheses_shown.threads(index),
        hypotheses=hypotheses_shown.whole(index),
        joints=hypotheses_shown.JOINTS,
        evidence=sections.evidence(index),
        sources=sections.sources(index),
        ports=[dict(row) | {"anchor": anchor("port", row["port"])} for row in case.get("ports", [])],
        method={"parameters": [], "limits": []} | dict(case.get("method") or {}),
        reception=reception.told(index),
        policy=Markup(policy),  # noqa: S704  hashes and fixed words only
        style=Markup(style),  # noqa: S704  our own and Leaflet's
        scripts={key: Markup(code) for key, code in scripts.items()},  # noqa: S704  our own and Leaflet's
        packed={"data": embed.packed(data), "tracks": embed.columns(tracks), "land": land},
    )


def _answer(index: Index) -> dict[str, Any]:
    answer = index.case.get("answer") or {}
    return {
        "sentences": answer.get("sentences", []),
        "against": answer.get("against"),
        "cites": sections.cites(index, answer.get("evidence", [])),
    }


def _of_clusters(index: Index) -> dict[str, list[dict[str, str]]]:
    """Cluster of claims -> links to its evidence."""
    clusters = (index.case.get("claims") or {}).get("clusters", [])
    return {row["id"]: sections.cites(index, index.of_thing.get(row["id"], [])) for row in clusters}


def _met(index: Index) -> set[str] | None:
    """Clusters of claims that meet what the case asks about; None where there is nothing but claims.

    They name a subject of the case, or tell of goods that were moved and name a country at an end of its corridor.
    """
    if all(item["kind"] == "claim" for item in index.evidence.values()):
        return None
    section, corridor = index.case.get("claims") or {}, index.case["case"].get("corridor") or {}
    ends = [place for end in ("from", "to") for place in corridor.get(end) or ()]
    lands = {fold(country.name(place)) for place in ends if len(place) == 2}
    moved = frozenset().union(*FAMILIES.values())
    there = {
        row["id"]
        for row in section.get("claims", [])
        if row["predicate_class"] in moved and lands & {fold(name) for name in row["places"] or ()}
    }
    return {
        row["id"]
        for row in section.get("clusters", [])
        if there & {*row["claims"]} or any(index.evidence[key]["subjects"] for key in index.of_thing.get(row["id"], []))
    }


def _places(index: Index) -> list[tuple[float, float]]:
    """Where the coast matters, as lat and lon: ports called at and the ends of the threads' gaps."""
    told = [gap for gap in index.gaps if gap["id"] in index.told_gaps]
    found = [(row["lat"], row["lon"]) for row in index.case.get("ports", [])]
    for gap in told:
        found += [(gap["start_lat"], gap["start_lon"]), (gap.get("end_lat"), gap.get("end_lon"))]
    known = [(lat, lon) for lat, lon in found if lat is not None and lon is not None]
    return known[:DETAIL_PLACES]


@lru_cache(maxsize=2)
def _land(
    box: tuple[float, float, float, float], places: tuple[tuple[float, float], ...]
) -> tuple[coast.Outlines, Markup]:
    """The coast for a box, as rings and packed for the script; kept, because pages of one case share it."""
    wide = (box[0] - 3.0, max(box[1] - 3.0, -85.0), box[2] + 3.0, min(box[3] + 3.0, 85.0))
    rings = coast.graded(wide, np.array(places, dtype=np.float64).reshape(-1, 2))
    return rings, embed.packed(embed.outlines(rings))


@cache
def _template() -> Template:
    return templates.template(
        "template.html.j2",
        moment=text.stamp,
        minute=partial(text.moment, zone=False),
        day=text.day,
        hours=text.hours,
        position=text.position,
    )
