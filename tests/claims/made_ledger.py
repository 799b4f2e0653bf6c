"""Invented articles and claims about dried figs, as tables: what the tests of ledger and exports stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.evidence import content_id

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WHO = {"because": "the sentence before names her", "author": "A. Reader"}
RADIO = ("Strait Radio", "outlet", True)
QUILL = ("Ada Quill", "person", True)
STRAIT = ("Strait Radio", "outlet", False)
OFFICIALS = ("two port officials", "unnamed", True)


def article(text: str, *, outlet: str, published: str = "", url: str = "") -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        "id": f"art-{digest[:16]}",
        "source": hashlib.sha256(outlet.encode()).hexdigest(),
        "name": f"{outlet.lower().replace(' ', '-')}.txt",
        "text_sha256": digest,
        "url": url,
        "outlet": outlet,
        "author": "",
        "published": published,
        "title": "",
        "language": "en",
        "text": text,
        "blocks": [{"start": 0, "end": len(text), "kind": "paragraph"}],
        "found": [{"field": "outlet", "value": outlet, "how": "given"}],
        "problems": [],
    }


def link(name: str, kind: str, stated: bool = True) -> dict[str, Any]:
    return {"name": name, "kind": kind, "start": None, "end": None, "stated": stated}


def claim(of: dict[str, Any], words: str, chain: Sequence[tuple[str, str, bool]] = (), **other: Any) -> dict[str, Any]:
    start = of["text"].index(words)
    day = {"start": start, "end": start + 1, "text": "in February", "edtf": "2026-02", "first": date(2026, 2, 1)}
    amount = {"start": start, "end": start + 1, "text": "over 2,000 tons", "low": 2000.0, "high": None, "low_in": False}
    row: dict[str, Any] = {
        "article": of["id"],
        "at": 0,
        "sentence_start": 0,
        "sentence_end": len(of["text"]),
        "start": start,
        "end": start + len(words),
        "text": words,
        "chain": [link(of["outlet"], "outlet", False), *(link(*one) for one in chain)],
        "mode": "indirect" if chain else "unattributed",
        "cue": "said" if chain else "",
        "cue_start": None,
        "cue_end": None,
        "source_start": None,
        "source_end": None,
        "modality": "asserted",
        "negated": False,
        "hedges": [],
        "dates": [day | {"last": date(2026, 2, 28), "anchor": "published", "role": "event"}],
        "quantities": [
            amount
            | {"high_in": False, "comparator": "over", "unit": "ton", "thing": "dried figs", "hedge": "over"}
            | {"role": "amount", "per": ""}
        ],
        "actors": [{"name": "the Figwort", "role": "agent", "start": None, "end": None}],
        "places": ["Port Quill"],
        "things": ["dried figs"],
        "predicate": "arrive",
        "predicate_class": "arrive",
        "made_by": "pattern 0.1.0; according to",
    } | other
    return {"id": content_id("claim", row["article"], row), **row}


_TEXTS = (
    (
        "Harbour Gazette",
        "2026-03-02",
        "Over 2,000 tons of dried figs arrived in February, officials told Strait Radio.",
    ),
    ("Quay Post", "2026-03-03", "Strait Radio reported that 2,100 tons of figs came to Port Quill in February."),
    (
        "Mole Courier",
        "",
        "=SUM(A1) was how Ada Quill, of the harbour, summed it up.\n“None came,” she said.",
    ),
)
ARTICLES_MADE = [article(text, outlet=outlet, published=day) for outlet, day, text in _TEXTS]
_GAZETTE, _POST, _COURIER = ARTICLES_MADE
CLAIMS_MADE = [
    claim(_GAZETTE, "Over 2,000 tons of dried figs arrived in February", [STRAIT, OFFICIALS]),
    claim(
        _POST, "2,100 tons of figs came to Port Quill in February", [("Strait Radio", "outlet", True)], hedges=["about"]
    ),
    claim(_COURIER, "=SUM(A1)", [QUILL], mode="direct", cue="\r\n@said"),
    claim(_COURIER, "“None came,”", [QUILL], at=1, negated=True, mode="direct", modality="denied"),
]
IDS = [one["id"] for one in CLAIMS_MADE]


def tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    """ARTICLES and CLAIMS, sorted as the schema says."""
    return (
        pl.DataFrame(ARTICLES_MADE, schema=schema.ARTICLES, orient="row").sort("id"),
        pl.DataFrame(CLAIMS_MADE, schema=schema.CLAIMS, orient="row").sort("article", "at"),
    )


def together() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """CLUSTERS, ORIGINS and CONTRADICTIONS of the same claims."""
    first, second, third, fourth = IDS
    clusters = [
        {"id": "cluster-figs", "label": CLAIMS_MADE[0]["text"], "claims": sorted([first, second, fourth]), "why": []},
        {"id": "cluster-sum", "label": "=SUM(A1)", "claims": [third], "why": []},
    ]
    radio = {"name": "Strait Radio", "kind": "outlet", "claims": sorted([first, second]), "traced": True}
    quill = {"name": "Ada Quill", "kind": "person", "claims": [fourth], "traced": True, "because": "she speaks herself"}
    origins = [
        {
            "cluster": "cluster-figs",
            "least": 2,
            "most": 2,
            "outlets": ["Harbour Gazette", "Mole Courier", "Quay Post"],
            "origins": [quill, radio | {"because": "both cite Strait Radio"}],
            "why": [{"a": first, "b": second, "because": "both cite Strait Radio"}],
            "says": "2 origins, 3 outlets: Ada Quill; Strait Radio, citing two port officials.",
        },
        {
            "cluster": "cluster-sum",
            "least": 1,
            "most": 1,
            "outlets": ["Mole Courier"],
            "origins": [quill | {"claims": [third]}],
            "why": [],
            "says": "1 origin, 1 outlet: Ada Quill.",
        },
    ]
    against = [
        {
            "id": f"contra-{number}",
            "cluster": "cluster-figs",
            "a": one,
            "b": fourth,
            "kind": "denial",
            "hard": True,
            "says": "Both.",
        }
        for number, one in enumerate((first, second))
    ]
    return (
        pl.DataFrame(clusters, schema=schema.CLUSTERS, orient="row"),
        pl.DataFrame(origins, schema=schema.ORIGINS, orient="row"),
        pl.DataFrame(against, schema=schema.CONTRADICTIONS, orient="row"),
    )
