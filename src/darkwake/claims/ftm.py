"""Articles and claims as FollowTheMoney entities, one JSON object a line, for Aleph, OpenAleph and their kin.

| here | schema |
|---|---|
| article | Article |
| outlet, named speaker | Organization, Person; a source that nobody names is none |
| a name in the chain of a claim | Mention of that party in that article |
| claim | Note on the article and on whoever says it, with the article as proof |
| cluster | Event, with its claims' days, places and actors; its origins in the summary |
| that an article tells of an event | Documentation |
| a station of a chain that tells by the next one | UnknownLink in the role "citing", with the article as proof |

The names of schemata and properties are those of followthemoney 4.11. Its dates know no intervals and no unknown
digits: what is more or less than a day, a month or a year is left out of them and stands in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from darkwake.claims import plain
from darkwake.evidence import canonical_json, content_id

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_URL = re.compile(r"https?://[^\s/]+\S*")
_PARTIES = {"person": "Person", "outlet": "Organization", "organisation": "Organization"}
_LANGUAGES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa", "it": "ita", "pt": "por", "ru": "rus", "ar": "ara",
              "fa": "fas", "zh": "zho", "nl": "nld", "tr": "tur", "he": "heb", "uk": "ukr"}  # fmt: skip
"""ISO 639-1 -> 639-3, those that an article may be told to be in."""
_NAME = 300
"""Characters of a caption."""
Entity = dict[str, Any]


def as_jsonl(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
) -> str:
    """`entities` as text, a line each; equal tables give equal text."""
    return "".join(canonical_json(one) + "\n" for one in entities(articles, claims, clusters, origins))


def entities(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
) -> list[Entity]:
    """Every entity once, sorted by id.

    Args:
        articles: Of schema.ARTICLES.
        claims: Of schema.CLAIMS; those whose article is not there are left out, for a note needs its proof.
        clusters: Of schema.CLUSTERS.
        origins: Of schema.ORIGINS.
    """
    papers = {row["id"]: row for row in plain.rows_of(articles)}
    told = {row["id"]: row for row in plain.rows_of(claims) if row["article"] in papers}
    says = {row["cluster"]: row["says"] for row in plain.rows_of(origins)} if origins is not None else {}
    found: dict[str, Entity] = {}
    for paper in papers.values():
        _put(found, _article(paper))
        if paper["outlet"]:
            _put(found, _party(paper["outlet"], "outlet"))
    for claim in told.values():
        for one in _of_claim(claim, papers[claim["article"]]):
            _put(found, one)
    for cluster in plain.rows_of(clusters) if clusters is not None else []:
        members = [told[claim] for claim in cluster["claims"] if claim in told]
        for one in _of_cluster(cluster, members, says.get(cluster["id"], ""), papers):
            _put(found, one)
    return [found[key] for key in sorted(found)]


def _put(found: dict[str, Entity], one: Entity | None) -> None:
    """Add an entity; the same one told again adds what it says more."""
    if one is None:
        return
    known = found.setdefault(one["id"], one)
    for name, values in one["properties"].items():
        held = known["properties"].setdefault(name, [])
        held += [value for value in values if value not in held]


def _entity(of: str, schema: str, **properties: str | Sequence[str | None] | None) -> Entity:
    listed = {name: [value] if isinstance(value, str) else value or [] for name, value in properties.items()}
    kept = {name: list(dict.fromkeys(one for one in values if one)) for name, values in listed.items()}
    return {"id": of, "schema": schema, "properties": {name: values for name, values in kept.items() if values}}


def _article(row: Mapping[str, Any]) -> Entity:
    return _entity(
        row["id"],
        "Article",
        name=row["title"] or row["name"],
        title=row["title"],
        fileName=row["name"] or row["id"],
        author=row["author"],
        publisher=row["outlet"],
        sourceUrl=row["url"] if _URL.fullmatch(row["url"] or "") else None,
        publishedAt=_day(row["published"]),
        language=_LANGUAGES.get(row["language"]),
        bodyText=row["text"],
        notes=[f"text sha256 {row['text_sha256']}", _loose("published", row["published"]), *row["problems"]],
    )


def _party(name: str, kind: str) -> Entity | None:
    """A party; None for whoever is not named, and for documents."""
    schema = _PARTIES.get(kind, "")
    return _entity(content_id("party", name, schema), schema, name=name) if name and schema else None


def _of_claim(row: Mapping[str, Any], article: Mapping[str, Any]) -> Iterator[Entity | None]:
    parties = [_party(link["name"], link["kind"]) for link in row["chain"]]
    for party in parties:
        yield party
        if party:
            name = party["properties"]["name"][0]
            of = content_id("mention", row["article"], party["id"])
            yield _entity(
                of, "Mention", document=row["article"], name=name, resolved=party["id"], detectedSchema=party["schema"]
            )
    for one, other in pairwise(parties):
        if one and other and one["id"] != other["id"]:
            of = content_id("link", row["article"], one["id"], other["id"])
            yield _entity(of, "UnknownLink", subject=one["id"], object=other["id"], role="citing", proof=row["article"])
    speaker = parties[-1]["id"] if parties and parties[-1] else None
    through = " <- ".join(link["name"] or "unknown" for link in row["chain"])
    yield _entity(
        row["id"],
        "Note",
        name=_caption(row["text"]),
        description=row["text"],
        entity=[row["article"], speaker],
        proof=row["article"],
        publisher=article["outlet"],
        summary=f"{row['modality']}, {row['mode']}" + (f", through {through}" if through else ""),
        notes=[f"date: {one['text']} ({one['edtf']})" for one in row["dates"]]
        + [f"quantity: {one['text']}" for one in row["quantities"]]
        + [f"characters {row['start']} to {row['end']} of the article; read by {row['made_by']}"],
        namesMentioned=[one["name"] for one in row["actors"]],
    )


def _of_cluster(
    cluster: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
    says: str,
    papers: Mapping[str, Mapping[str, Any]],
) -> Iterator[Entity | None]:
    days = [one for row in members for one in row["dates"] if one["role"] == "event"]
    # the widest that the claims allow, for which of them is right is not decided here; open where one of them is
    firsts = sorted(one["first"] or "" for one in days)[:1]
    lasts = [] if any(not one["last"] for one in days) else sorted(one["last"] for one in days)[-1:]
    where = sorted({row["article"] for row in members})
    yield _entity(
        cluster["id"],
        "Event",
        name=_caption(cluster["label"]) or cluster["id"],
        description=cluster["label"],
        summary=says,
        startDate=firsts,
        endDate=lasts,
        location=sorted({place for row in members for place in row["places"]}),
        namesMentioned=sorted({one["name"] for row in members for one in row["actors"]}),
        proof=where,
    )
    for article in where:
        of = content_id("tells", article, cluster["id"])
        day = _day(papers[article]["published"])
        yield _entity(of, "Documentation", document=article, entity=cluster["id"], role="tells of it", date=day)


def _day(edtf: str) -> str | None:
    return edtf if edtf and _DAY.fullmatch(edtf) else None


def _loose(what: str, edtf: str) -> str | None:
    return f"{what}: {edtf}" if edtf and not _day(edtf) else None


def _caption(text: str) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= _NAME else words[: _NAME - 1] + "…"
