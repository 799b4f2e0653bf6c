"""Articles, claims, chains and origins as W3C PROV, in the PROV-JSON of the submission of 24 April 2013.

| here | in PROV |
|---|---|
| article, sentence, claim | entities; the sentence is a quotation from the article, the claim one from the sentence |
| speaker, outlet, author | agents; unnamed ones are one agent an article, for nothing says that they are the same |
| a station of a chain | what it told, an entity attributed to it; each was derived from what the next one told |
| an origin that was traced | an entity; each of its claims had it as its primary source |
| a cluster | a collection of its claims |
| the reading | an activity for each thing that made claims, done by a software agent |
| a correction, a withdrawal | a new entity, a revision of the one before, by a person; or the end of one |

PROV-JSON has no wasQuotedFrom, hadPrimarySource or wasRevisionOf of its own: they are derivations (wasDerivedFrom) of
the types prov:Quotation, prov:PrimarySource and prov:Revision, and that is how they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from darkwake.claims import plain
from darkwake.claims.ledger import Ledger
from darkwake.evidence import canonical_json, content_id

PREFIX = {"dw": "urn:darkwake:", "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
Derivation = Literal["", "Quotation", "PrimarySource", "Revision"]
_AGENTS = {"person": "Person", "outlet": "Organization", "organisation": "Organization"}
_PARTIES = {
    "wasDerivedFrom": ("generatedEntity", "usedEntity"),
    "wasAttributedTo": ("entity", "agent"),
    "wasGeneratedBy": ("entity", "activity"),
    "used": ("activity", "entity"),
    "wasAssociatedWith": ("activity", "agent"),
    "hadMember": ("collection", "entity"),
    "wasInvalidatedBy": ("entity", "activity"),
}
"""Relation -> what its two ends are called."""


def as_json(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
    *,
    kept: Ledger | None = None,
) -> str:
    """`document` as text; equal tables give equal text."""
    return canonical_json(document(articles, claims, clusters, origins, kept=kept)) + "\n"


def document(
    articles: pl.DataFrame,
    claims: pl.DataFrame,
    clusters: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
    *,
    kept: Ledger | None = None,
) -> dict[str, Any]:
    """A PROV-JSON document.

    Args:
        articles: Of schema.ARTICLES.
        claims: Of schema.CLAIMS.
        clusters: Of schema.CLUSTERS; claims that are not in `claims` are passed over, here and below.
        origins: Of schema.ORIGINS.
        kept: The ledger, for what people corrected and withdrew.
    """
    made = _Document()
    texts = {}
    for article in plain.rows_of(articles):
        texts[article["id"]] = article["text"] or ""
        _article(made, article)
    known = set()
    for claim in plain.rows_of(claims):
        known.add(claim["id"])
        _claim(made, claim, texts)
    for cluster in plain.rows_of(clusters) if clusters is not None else []:
        of = made.entity(cluster["id"], label=cluster["label"], **{"prov:type": _name("prov:Collection")})
        for member in cluster["claims"]:
            if member in known:
                made.relate("hadMember", of, f"dw:{member}")
    for row in plain.rows_of(origins) if origins is not None else []:
        _origins(made, row, known)
    if kept is not None:
        _changes(made, kept, {*known, *texts})
    return made.json()


@dataclass(slots=True)
class _Document:
    """A document in the making."""

    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def entity(self, of: str, **about: Any) -> str:
        return self._add("entity", of, about)

    def agent(self, name: str, kind: str, *, within: str = "") -> str:
        """An agent by name and kind; `within` keeps those apart of which nothing says that they are the same."""
        about: dict[str, Any] = {"label": name or "unknown", "dw:kind": kind}
        if kind in _AGENTS:
            about["prov:type"] = _name(f"prov:{_AGENTS[kind]}")
        return self._add("agent", content_id("agent", name, kind, within), about)

    def activity(self, of: str, **about: Any) -> str:
        return self._add("activity", of, about)

    def relate(self, relation: str, one: str, other: str, **about: Any) -> None:
        ends = dict(zip((f"prov:{end}" for end in _PARTIES[relation]), (one, other), strict=True))
        row = {**ends, **about}
        # a blank node's name is its own, so that the same relation told twice is one
        self.parts.setdefault(relation, {})[f"_:{content_id('r', relation, row)}"] = row

    def derive(self, new: str, old: str, kind: Derivation = "") -> None:
        self.relate("wasDerivedFrom", new, old, **({"prov:type": _name(f"prov:{kind}")} if kind else {}))

    def json(self) -> dict[str, Any]:
        return {"prefix": PREFIX, **{name: self.parts[name] for name in sorted(self.parts)}}

    def _add(self, part: str, of: str, about: Mapping[str, Any]) -> str:
        named = {("prov:label" if name == "label" else name): value for name, value in about.items()}
        self.parts.setdefault(part, {}).setdefault(f"dw:{of}", {}).update(
            {name: value for name, value in named.items() if value not in (None, "", [])}
        )
        return f"dw:{of}"


def _name(qualified: str) -> dict[str, str]:
    return {"$": qualified, "type": "xsd:QName"}


def _article(made: _Document, row: Mapping[str, Any]) -> None:
    facts = {f"dw:{name}": row[name] for name in ("url", "author", "published", "language", "text_sha256", "name")}
    of = made.entity(row["id"], label=row["title"] or row["name"], **{"prov:type": _name("dw:Article")}, **facts)
    if row["outlet"]:
        made.relate("wasAttributedTo", of, made.agent(row["outlet"], "outlet"))


def _claim(made: _Document, row: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    facts = {f"dw:{name}": row[name] for name in ("mode", "cue", "modality", "negated", "hedges")}
    if row["dates"]:
        facts["dw:dates"] = [one["edtf"] for one in row["dates"]]
    if row["quantities"]:
        facts["dw:quantities"] = [one["text"] for one in row["quantities"]]
    claim = made.entity(row["id"], label=row["text"], **{"prov:type": _name("dw:Claim")}, **facts)
    if row["article"] in texts:
        start, end = row["sentence_start"], row["sentence_end"]
        words = texts[row["article"]][start:end]
        where = {"dw:start": start, "dw:end": end, "prov:type": _name("dw:Sentence")}
        sentence = made.entity(content_id("sentence", row["article"], start, end), label=words, **where)
        made.derive(sentence, f"dw:{row['article']}", "Quotation")
        made.derive(claim, sentence, "Quotation")
    _reading(made, claim, row, is_used=row["article"] in texts)
    told = claim
    for place, link in enumerate(row["chain"]):
        is_unnamed = link["kind"] in ("unnamed", "unknown")
        who = made.agent(link["name"], link["kind"], within=row["article"] if is_unnamed else "")
        about = {"prov:type": _name("dw:Telling"), "dw:stated": link["stated"]}
        words = f"what {link['name'] or 'somebody'} told"
        telling = made.entity(content_id("told", row["id"], place), label=words, **about)
        made.relate("wasAttributedTo", telling, who)
        made.derive(told, telling, "Quotation" if _quotes(row, place) else "")
        told = telling
        if place == len(row["chain"]) - 1:
            made.relate("wasAttributedTo", claim, who)


def _quotes(row: Mapping[str, Any], place: int) -> bool:
    """Whether a station's words are given as they were: only those of the last one, and only in a direct quotation."""
    return row["mode"] == "direct" and place == len(row["chain"]) - 1


def _reading(made: _Document, claim: str, row: Mapping[str, Any], *, is_used: bool) -> None:
    by = row["made_by"] or "unknown"
    reading = made.activity(content_id("reading", by), label=f"reading by {by}", **{"dw:made_by": by})
    program = made._add("agent", content_id("program", by), {"label": by, "prov:type": _name("prov:SoftwareAgent")})
    made.relate("wasAssociatedWith", reading, program)
    made.relate("wasGeneratedBy", claim, reading)
    if is_used:
        made.relate("used", reading, f"dw:{row['article']}")


def _origins(made: _Document, row: Mapping[str, Any], known: set[str]) -> None:
    for one in row["origins"]:
        members = [claim for claim in one["claims"] if claim in known]
        if not one["traced"] or not members:
            continue
        about = {"prov:type": _name("dw:Origin"), "dw:because": one["because"], "dw:cluster": row["cluster"]}
        of = content_id("origin", row["cluster"], one["name"], one["kind"], sorted(one["claims"]))
        origin = made.entity(of, label=one["name"], **about)
        for claim in members:
            made.derive(f"dw:{claim}", origin, "PrimarySource")


def _changes(made: _Document, kept: Ledger, known: set[str]) -> None:
    """What people corrected and withdrew."""
    last: dict[str, str] = {}
    for row in kept.rows:
        if row.kind not in ("correction", "withdrawn") or row.slot not in ("article", "claim") or row.of not in known:
            continue
        person = made.agent(row.author, "person", within="ledger")
        times = {"prov:startTime": row.at, "prov:endTime": row.at} if row.at else {}
        done = made.activity(row.id, label=f"{row.kind} by {row.author}", **times, **{"dw:because": row.because})
        made.relate("wasAssociatedWith", done, person)
        before = last.get(row.of, f"dw:{row.of}")
        if row.kind == "withdrawn":
            made.relate("wasInvalidatedBy", before, done, **({"prov:time": row.at} if row.at else {}))
            continue
        changes = canonical_json(row.body["changes"])
        about = {"prov:type": _name("dw:Version"), "dw:changes": changes}
        version = made.entity(f"version-{row.id.removeprefix('row-')}", label=f"{row.of}, corrected", **about)
        made.derive(version, before, "Revision")
        made.relate("wasGeneratedBy", version, done)
        made.relate("wasAttributedTo", version, person)
        last[row.of] = version
