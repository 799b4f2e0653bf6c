"""Invented articles with what they claim: five papers, one broadcaster, harmless goods, as the tables of schema.py.

Offsets are found in the texts, so a text can be changed without counting. Nothing here is real.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from darkwake import schema
from darkwake.evidence import content_id

TEXTS: dict[str, tuple[str, str, str, list[str]]] = {
    "gazette": ("Harbour Gazette", "2026-02-20", "Fertiliser cargo reported", [
        "The harbour of Example Point was busy this winter.",
        "EXAMPLE HERON carried 1,000 tons of sodium nitrate to Bandar Abbas on Feb. 14, Sample News Agency reported "
        "on Wednesday, citing two officials who were not named.",
        "Those 1,000 tons are enough for about 260 orchards, said Ada Quill, a farm economist.",
        "Nobody at the port was available for comment.",
    ]),
    "courier": ("Courier & Post", "2026-02-21", "Ship brought nitrate", [
        "According to Sample News Agency, a freighter brought about 1,000 tons of sodium nitrate in mid-February.",
        "The same ship had delivered more than 2,000 tons of the material in October.",
        "A second delivery is planned for April.",
    ]),
    "mirror": ("The Daily Mirror-Image", "2026-02-23", "Nitrate: what is known", [
        "Two officials told Sample News Agency that 1,200 tons of sodium nitrate arrived on Feb. 16.",
        "The port authority denied that any such cargo had arrived in February.",
        "In all 3,000 tons of sodium nitrate have come since October, said Ben Lark of the Growers' Union.",
    ]),
    "echo": ("Echo Online", "2026-02-24", "Echo: nitrate cargo", [
        "The freighter, Harbour Gazette reports, carried 1,000 tons of sodium nitrate.",
        "Carla Moss, a buyer, said that 2,000 tons would be enough for some 600 orchards.",
    ]),
    "bulletin": ("Trade Bulletin", "", "Customs notes", [
        "58 containers of sodium nitrate were unloaded at Bandar Abbas in October.",
        "Customs seized 40 tonnes of sodium nitrate in January, the service said.",
    ]),
}  # fmt: skip


class Said(NamedTuple):
    """One claim, by the words that it stands in."""

    key: str
    article: str
    sentence: int
    words: str
    chain: list[tuple[str, str, bool]]
    cluster: str
    mode: str = "indirect"
    predicate: str = "ship"
    modality: str = "asserted"
    negated: bool = False
    amounts: tuple[tuple[str, float | None, float | None, str, str, str, str], ...] = ()
    """words, low, high, comparator, unit, thing, role"""
    days: tuple[tuple[str, str | None, str | None, str], ...] = ()
    actors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()


AGENCY, OFFICIALS = ("Sample News Agency", "outlet", True), ("two officials", "unnamed", True)
N = "sodium nitrate"
FEB = ("2026-02-11", "2026-02-20", "event")
SAID = [
    Said("heron", "gazette", 1, "EXAMPLE HERON carried 1,000 tons of sodium nitrate to Bandar Abbas on Feb. 14",
         [("Harbour Gazette", "outlet", False), AGENCY, OFFICIALS], "february",
         amounts=(("1,000 tons", 1000, 1000, "exactly", "ton", N, "amount"),),
         days=(("Feb. 14", "2026-02-14", "2026-02-14", "event"),), actors=("EXAMPLE HERON",), places=("Bandar Abbas",)),
    Said("orchards", "gazette", 2, "Those 1,000 tons are enough for about 260 orchards",
         [("Harbour Gazette", "outlet", False), ("Ada Quill", "person", True)], "quill", predicate="suffice",
         amounts=(("1,000 tons", 1000, 1000, "exactly", "ton", N, "amount"),
                  ("about 260 orchards", 260, 260, "about", "", "orchards", "equivalent"))),
    Said("brought", "courier", 0, "a freighter brought about 1,000 tons of sodium nitrate in mid-February",
         [("Courier & Post", "outlet", False), AGENCY, ("two officials", "unnamed", False)], "february",
         amounts=(("about 1,000 tons", 950, 1050, "about", "ton", N, "amount"),), days=(("mid-February", *FEB),)),
    Said("october", "courier", 1, "The same ship had delivered more than 2,000 tons of the material in October",
         [("Courier & Post", "outlet", False), ("Sample News Agency", "outlet", False)], "october",
         mode="unattributed", predicate="deliver",
         amounts=(("more than 2,000 tons", 2000, None, "over", "ton", N, "amount"),),
         days=(("October", "2025-10-01", "2025-10-31", "event"),)),
    Said("april", "courier", 2, "A second delivery is planned for April", [("Courier & Post", "outlet", False)],
         "april", mode="unattributed", predicate="deliver", modality="planned",
         days=(("April", "2026-04-01", "2026-04-30", "event"),)),
    Said("arrived", "mirror", 0, "1,200 tons of sodium nitrate arrived on Feb. 16",
         [("The Daily Mirror-Image", "outlet", False), AGENCY, OFFICIALS], "february", predicate="arrive",
         amounts=(("1,200 tons", 1200, 1200, "exactly", "ton", N, "amount"),),
         days=(("Feb. 16", "2026-02-16", "2026-02-16", "event"),)),
    Said("denied", "mirror", 1, "any such cargo had arrived in February",
         [("The Daily Mirror-Image", "outlet", False), ("The port authority", "organisation", True)], "february",
         predicate="arrive", modality="denied", negated=True,
         days=(("February", "2026-02-01", "2026-02-28", "event"),), actors=("The port authority",)),
    Said("total", "mirror", 2, "In all 3,000 tons of sodium nitrate have come since October",
         [("The Daily Mirror-Image", "outlet", False), ("Ben Lark", "person", True)], "total", predicate="arrive",
         amounts=(("3,000 tons", 3000, 3000, "exactly", "ton", N, "amount"),),
         days=(("since October", "2025-10-01", None, "event"),)),
    Said("echo", "echo", 0, "carried 1,000 tons of sodium nitrate",
         [("Echo Online", "outlet", False), ("Harbour Gazette", "outlet", True)], "february",
         amounts=(("1,000 tons", 1000, 1000, "exactly", "ton", N, "amount"),)),
    Said("moss", "echo", 1, "2,000 tons would be enough for some 600 orchards",
         [("Echo Online", "outlet", False), ("Carla Moss", "person", True)], "moss", predicate="suffice",
         modality="possible",
         amounts=(("2,000 tons", 2000, 2000, "exactly", "ton", N, "amount"),
                  ("some 600 orchards", 600, 600, "about", "", "orchards", "equivalent"))),
    Said("boxes", "bulletin", 0, "58 containers of sodium nitrate were unloaded at Bandar Abbas in October",
         [("Trade Bulletin", "outlet", False)], "october", mode="unattributed", predicate="unload",
         amounts=(("58 containers", 58, 58, "exactly", "container", N, "amount"),),
         days=(("October", "2025-10-01", "2025-10-31", "event"),), places=("Bandar Abbas",)),
    Said("seized", "bulletin", 1, "Customs seized 40 tonnes of sodium nitrate in January",
         [("Trade Bulletin", "outlet", False), ("the service", "organisation", True)], "seized", predicate="seize",
         amounts=(("40 tonnes", 40, 40, "exactly", "tonne", N, "amount"),),
         days=(("January", "2026-01-01", "2026-01-31", "event"),), actors=("Customs",)),
]  # fmt: skip


class Made(NamedTuple):
    """The five tables."""

    articles: pl.DataFrame
    claims: pl.DataFrame
    clusters: pl.DataFrame
    origins: pl.DataFrame
    contradictions: pl.DataFrame
    ids: dict[str, str]
    """Key of a claim in SAID -> its id."""


def made() -> Made:
    """The tables of the invented articles."""
    articles = {key: _article(key, *rest) for key, rest in TEXTS.items()}
    claims = {one.key: _claim(one, articles[one.article], place) for place, one in enumerate(SAID)}
    ids = {key: row["id"] for key, row in claims.items()}
    groups: dict[str, list[str]] = {}
    for one in SAID:
        groups.setdefault(one.cluster, []).append(one.key)
    clusters = {name: _cluster(keys, claims) for name, keys in groups.items()}
    return Made(
        pl.DataFrame([articles[key] for key in sorted(articles)], schema=schema.ARTICLES, orient="row").sort("id"),
        pl.DataFrame(list(claims.values()), schema=schema.CLAIMS, orient="row").sort("article", "at"),
        pl.DataFrame(list(clusters.values()), schema=schema.CLUSTERS, orient="row").sort("id"),
        pl.DataFrame([_origins(clusters[name], [one for one in SAID if one.cluster == name], ids, articles)
                      for name in clusters], schema=schema.ORIGINS, orient="row").sort("cluster"),
        pl.DataFrame(_contradictions(clusters["february"]["id"], ids), schema=schema.CONTRADICTIONS, orient="row"),
        ids,
    )  # fmt: skip


def _article(key: str, outlet: str, published: str, title: str, sentences: list[str]) -> dict[str, Any]:
    text = f"{title}\n\n{' '.join(sentences)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    blocks = [{"start": 0, "end": len(title), "kind": "heading"},
              {"start": len(title) + 2, "end": len(text), "kind": "paragraph"}]  # fmt: skip
    return {
        "id": f"art-{digest[:16]}", "source": hashlib.sha256(key.encode()).hexdigest(), "name": f"{key}.html",
        "text_sha256": digest, "url": f"https://{key}.example/nitrate", "outlet": outlet, "author": "",
        "published": published, "title": title, "language": "en", "text": text, "blocks": blocks,
        "found": [{"field": "outlet", "value": outlet, "how": "meta og:site_name"}],
        "problems": [] if published else ["No day of publication was found; years that are not named stay unknown."],
    }  # fmt: skip


def _claim(one: Said, article: dict[str, Any], place: int) -> dict[str, Any]:
    text, sentence = article["text"], TEXTS[one.article][3][one.sentence]
    begin = text.index(sentence)
    start = text.index(one.words, begin)

    def at(words: str) -> tuple[int, int]:
        found = text.index(words, begin)
        return found, found + len(words)

    row: dict[str, Any] = {
        "article": article["id"], "at": place, "sentence_start": begin, "sentence_end": begin + len(sentence),
        "start": start, "end": start + len(one.words), "text": one.words,
        "chain": [{"name": name, "kind": kind, "stated": stated, "start": None, "end": None}
                  for name, kind, stated in one.chain],
        "mode": one.mode, "cue": "" if one.mode == "unattributed" else "said", "cue_start": None, "cue_end": None,
        "source_start": None, "source_end": None, "modality": one.modality, "negated": one.negated,
        "hedges": list(one.hedges),
        "dates": [{"start": at(words)[0], "end": at(words)[1], "text": words, "edtf": f"{first or '..'}/{last or '..'}",
                   "first": first and date.fromisoformat(first), "last": last and date.fromisoformat(last),
                   "anchor": "published", "role": role} for words, first, last, role in one.days],
        "quantities": [{"start": at(words)[0], "end": at(words)[1], "text": words, "low": low, "high": high,
                        "low_in": comparator != "over", "high_in": comparator != "under", "comparator": comparator,
                        "unit": unit, "thing": thing, "hedge": "", "role": role, "per": ""}
                       for words, low, high, comparator, unit, thing, role in one.amounts],
        "actors": [{"name": name, "role": "agent", "start": None, "end": None} for name in one.actors],
        "places": list(one.places), "things": [N] if one.amounts else [], "predicate": one.predicate,
        "predicate_class": one.predicate, "made_by": "made by hand",
    }  # fmt: skip
    return {"id": content_id("claim", article["id"], one.key), **row}


def _cluster(keys: list[str], claims: dict[str, dict[str, Any]]) -> dict[str, Any]:
    ids = [claims[key]["id"] for key in keys]
    why = [{"a": ids[0], "b": other, "because": "the same thing, and amounts and days that meet"} for other in ids[1:]]
    return {
        "id": content_id("cluster", sorted(ids)),
        "label": claims[keys[0]]["text"],
        "claims": sorted(ids),
        "why": why,
    }


def _origins(
    cluster: dict[str, Any], said: list[Said], ids: dict[str, str], articles: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    groups: dict[tuple[str, str], list[str]] = {}
    for one in said:
        shared = one.key in ("heron", "brought", "arrived", "echo")
        name, kind = ("two officials", "unnamed") if shared else one.chain[-1][:2]
        groups.setdefault((name, kind), []).append(ids[one.key])
    outlets = sorted({articles[one.article]["outlet"] for one in said})
    origins = [{"name": name, "kind": kind, "claims": sorted(found), "traced": True,
                "because": "they all lead to Sample News Agency" if len(found) > 1 else "nobody else leads to it"}
               for (name, kind), found in sorted(groups.items())]  # fmt: skip
    many = len(origins)
    why = [{"a": ids["heron"], "b": ids["brought"], "because": "both lead to Sample News Agency"}] if many > 1 else []
    return {
        "cluster": cluster["id"], "least": many, "most": many, "outlets": outlets, "origins": origins,
        "why": why,
        "says": f"{many} origin{'s' if many > 1 else ''}, {len(outlets)} outlet{'s' if len(outlets) > 1 else ''}.",
    }  # fmt: skip


def _contradictions(cluster: str, ids: dict[str, str]) -> list[dict[str, Any]]:
    rows = [
        ("heron", "denied", "denial", True, "One says that it came, the other that nothing of the kind came."),
        ("heron", "arrived", "date", False, "One says Feb. 14, the other Feb. 16: it can have left and arrived."),
        ("heron", "arrived", "quantity bound", True, "One says 1,000 tons, the other 1,200 tons."),
    ]
    found = [{"id": content_id("contra", a, b, kind), "cluster": cluster, "a": ids[a], "b": ids[b], "kind": kind,
              "hard": hard, "says": says} for a, b, kind, hard, says in rows]  # fmt: skip
    return sorted(found, key=lambda row: str(row["id"]))
