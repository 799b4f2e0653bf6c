"""Where everything in a case comes from, as W3C PROV in the PROV-JSON of the submission of 24 April 2013.

| in the case | in PROV |
|---|---|
| source | entity, by its hash |
| evidence | entity, derived from its sources, each derivation with first and last row |
| what made it (`made_by`) | activity, done by a software agent; it used the sources and generated the evidence |
| list entry met, article, claim | entities; an article and a hit derived from their source, a claim from its article |
| thread, answer | entities, derived from the evidence for and against |
| the case | collection of sources and evidence |
| decision, note | entity attributed to the person who wrote it, derived from the hit that it is about |

A row span stands on the derivation as `dw:first_row`, `dw:last_row` and `dw:unit`. Texts are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from darkwake.case.exports.reading import Case, Row, rows
from darkwake.case.text import seconds
from darkwake.evidence import canonical_json, content_id

PREFIX = {"dw": "urn:darkwake:", "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
_ENDS = {
    "wasDerivedFrom": ("generatedEntity", "usedEntity"),
    "wasAttributedTo": ("entity", "agent"),
    "wasGeneratedBy": ("entity", "activity"),
    "used": ("activity", "entity"),
    "wasAssociatedWith": ("activity", "agent"),
    "hadMember": ("collection", "entity"),
}
"""Relation -> what its two ends are called."""


def as_json(case: Case) -> str:
    """`document` as text."""
    return canonical_json(document(case)) + "\n"


def document(case: Case) -> dict[str, Any]:
    """A PROV-JSON document."""
    made = _Document()
    asked = case.get("case") or {}
    whole = made.entity("case", label=asked.get("name"), kind="Case", question=asked.get("question"))
    _generated(made, whole, {"made_by": case.get("made_by"), "sources": []})
    for row in rows(case, "sources"):
        of = _source(made, row.get("sha256"), row)
        made.relate("hadMember", whole, of)
    for row in rows(case, "hits"):
        facts = {name: row.get(name) for name in ("list", "entry", "list_date", "rank", "asked")}
        _derived(made, made.entity(str(row.get("id")), label=row.get("name"), kind="Hit", **facts), row)
    _claims(made, case)
    for row in rows(case, "evidence"):
        facts = {name: row.get(name) for name in ("strength", "because", "start", "end")}
        of = made.entity(
            str(row.get("id")), label=row.get("says"), kind="Evidence", evidence_kind=row.get("kind"), **facts
        )
        made.relate("hadMember", whole, of)
        _derived(made, of, row)
        _generated(made, of, row)
    for row in rows(case, "threads"):
        of = made.entity(str(row.get("id")), label=row.get("title"), kind="Thread", says=row.get("summary"))
        for side in ("for", "against"):
            for one in rows(row, side):
                if one.get("evidence"):
                    made.derive(of, made.known(str(one["evidence"])), side=side)
    answer = case.get("answer") or {}
    if answer.get("sentences"):
        said = " ".join(str(one) for one in answer["sentences"])
        of = made.entity("answer", label=said, kind="Answer", against=answer.get("against"))
        for one in answer.get("evidence") or ():
            made.derive(of, made.known(str(one)))
    _people(made, case)
    return made.json()


@dataclass(slots=True)
class _Document:
    """A document in the making."""

    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def entity(self, of: str, *, label: Any = None, kind: str, **about: Any) -> str:
        told = {f"dw:{name}": value for name, value in about.items()}
        return self.add("entity", of, {"prov:label": label, "prov:type": _name(f"dw:{kind}"), **told})

    def known(self, of: str) -> str:
        """An entity that stands elsewhere in the document, or is only pointed at."""
        return self.add("entity", of, {})

    def add(self, part: str, of: str, about: Mapping[str, Any]) -> str:
        key = f"dw:{_local(of)}"
        kept = {name: _plain(value) for name, value in about.items() if value not in (None, "", [])}
        self.parts.setdefault(part, {}).setdefault(key, {}).update(kept)
        return key

    def derive(self, new: str, old: str, **about: Any) -> None:
        self.relate("wasDerivedFrom", new, old, **about)

    def relate(self, relation: str, one: str, other: str, **about: Any) -> None:
        ends = dict(zip((f"prov:{end}" for end in _ENDS[relation]), (one, other), strict=True))
        row = ends | {f"dw:{name}": _plain(value) for name, value in about.items() if value is not None}
        # a blank node's name is its own, so that the same relation told twice is one
        self.parts.setdefault(relation, {})[f"_:{content_id('r', relation, row)}"] = row

    def json(self) -> dict[str, Any]:
        return {"prefix": PREFIX, **{name: self.parts[name] for name in sorted(self.parts)}}


def _name(qualified: str) -> dict[str, str]:
    return {"$": qualified, "type": "xsd:QName"}


def _local(of: str) -> str:
    """A local name; what is no plain one is named by its content."""
    return of if of and all((one.isalnum() and one.isascii()) or one in "-_." for one in of) else content_id("x", of)


def _plain(value: Any) -> Any:
    """A value that PROV-JSON has: text, number, yes or no, a typed value; anything else as JSON text."""
    if isinstance(value, str | int | float) or (isinstance(value, dict) and set(value) == {"$", "type"}):
        return value
    return canonical_json(value)


def _source(made: _Document, sha256: Any, row: Row | None = None) -> str:
    about: Row = row or {}
    facts = {name: about.get(name) for name in ("kind", "bytes", "rows", "kept", "dated", "invented")}
    told = {"read_as" if name == "kind" else name: value for name, value in facts.items()}
    return made.entity(f"source-{sha256}", label=about.get("name"), kind="Source", sha256=str(sha256), **told)


def _derived(made: _Document, of: str, row: Row) -> None:
    for one in rows(row, "sources"):
        span = {name: one.get(name) for name in ("first_row", "last_row")}
        made.derive(of, _source(made, one.get("source")), **span, unit=str(one.get("unit", "row")))


def _generated(made: _Document, of: str, row: Row) -> None:
    by = str(row.get("made_by") or "unknown")
    activity = made.add("activity", content_id("made", by), {"prov:label": by, "dw:made_by": by})
    about = {"prov:label": by.partition(";")[0], "prov:type": _name("prov:SoftwareAgent")}
    program = made.add("agent", content_id("program", by), about)
    made.relate("wasAssociatedWith", activity, program)
    made.relate("wasGeneratedBy", of, activity)
    for one in rows(row, "sources"):
        made.relate("used", activity, _source(made, one.get("source")))


def _claims(made: _Document, case: Case) -> None:
    for row in rows(case, "claims", "articles"):
        facts = {name: row.get(name) for name in ("url", "author", "outlet", "published", "text_sha256")}
        of = made.entity(str(row.get("id")), label=row.get("title") or row.get("name"), kind="Article", **facts)
        if row.get("source"):
            made.derive(of, _source(made, row["source"]))
    for row in rows(case, "claims", "claims"):
        of = made.entity(str(row.get("id")), label=row.get("text"), kind="Claim", modality=row.get("modality"))
        span = {"first_character": row.get("start"), "end_character": row.get("end")}
        made.derive(of, made.known(str(row.get("article"))), **span)
        _generated(made, of, {"made_by": row.get("made_by")})
        chain = rows(row, "chain")
        if chain and chain[-1].get("kind") in ("person", "outlet", "organisation"):
            made.relate("wasAttributedTo", of, _agent(made, chain[-1].get("name"), str(chain[-1]["kind"])))


def _people(made: _Document, case: Case) -> None:
    """Decisions and notes, each by its author, with the time at which it was written."""
    for kind, key, text in (("decisions", "hit", "because"), ("notes", "", "text")):
        for row in rows(case, kind):
            facts = {"word": row.get("word"), "written": row.get("at"), "withdrawn": row.get("withdrawn")}
            if "about" in row:
                facts["about"] = row["about"] or None
            of = made.entity(
                str(row.get("id") or content_id("decision", row)),
                label=row.get(text),
                kind=kind.removesuffix("s").capitalize(),
                **facts,
            )
            made.relate("wasAttributedTo", of, _agent(made, row.get("author"), "person"))
            if row.get(key):
                made.derive(of, made.known(str(row[key])))
            if seconds(row.get("at")) is not None:
                time = {"prov:startTime": row["at"], "prov:endTime": row["at"]}
                made.relate("wasGeneratedBy", of, made.add("activity", content_id("wrote", of), time))


def _agent(made: _Document, name: Any, kind: str) -> str:
    of = "prov:Person" if kind == "person" else "prov:Organization"
    return made.add("agent", content_id("agent", name, kind), {"prov:label": name or "unknown", "prov:type": _name(of)})
