"""People's notes as the page shows them: each with the thing that it is about, named as everywhere on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from markupsafe import Markup, escape

from darkwake.case import cited, decisions, notes, templates, text
from darkwake.case.index import FURTHER, anchor
from darkwake.evidence import content_id

BEGINS, ENDS = "<!--notes-->", "<!--/notes-->"
"""Round the notes of a live page, so that they can be changed without drawing the page anew."""
WORDS = {"note": "Note", "answer": "Answer to what was missing", "rating": "Analyst's rating", "decision": "Decision"}


_CALLED = {"gap": "unheard from", "event": "", "call": "possible call at"}
_BETWEEN = {"voyage": " to ", "hit": " met ", "event": " from "}
_template = cache(partial(templates.template, moment=text.moment))


def things(case: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Everything in a case that a note can be about: anchor -> {"kind", "key", "label"}.

    Args:
        case: A parsed case.json; what it lacks is not there.
    """
    claims, sites = case.get("claims") or {}, case.get("sites") or {}
    hypotheses = case.get("hypotheses") or {}
    rows = hypotheses.get("rows", []) if isinstance(hypotheses, Mapping) else []
    own = [row for thread in case.get("threads", []) for row in thread.get("hypotheses") or []]
    events = case.get("events", [])
    tables: Sequence[tuple[str, Iterable[Mapping[str, Any]], str, tuple[str, ...]]] = (
        ("thread", case.get("threads", []), "id", ("title",)),
        ("gap", (row for row in events if row["kind"] == "gap"), "id", ("start",)),
        ("event", (row for row in events if row["kind"] in FURTHER), "id", ("kind", "start")),
        ("voyage", case.get("voyages", []), "id", ("from_name", "to_name")),
        ("hit", case.get("hits", []), "id", ("asked", "name")),
        ("call", case.get("inferred", []), "id", ("name",)),
        ("port", case.get("ports", []), "port", ("name",)),
        ("hypothesis", [*rows, *own], "id", ("title",)),
        ("building", sites.get("buildings", []), "id", ("label",)),
        ("claim", claims.get("claims", []), "id", ("text",)),
        ("cluster", claims.get("clusters", []), "id", ("label",)),
        ("missing", ({"id": missing(row)} | row for row in case.get("missing") or []), "id", ("what",)),
        ("ev", case.get("evidence", []), "id", ("says",)),
    )
    found: dict[str, dict[str, str]] = {}
    ships = {row["ship"]: str(row.get("label") or row["ship"]) for row in case.get("ships", [])}
    for row in case.get("ships", []):
        label = ships[row["ship"]]
        found[anchor("ship", row["ship"])] = {"kind": "ship", "key": str(row["ship"]), "label": label}
    for kind, table, key, words in tables:
        for row in table:
            said = _BETWEEN.get(kind, " ").join(
                text.moment(row[word]) if word == "start" else str(row[word]) for word in words if row.get(word)
            )
            label = said if kind in ("ev", "thread") else f"{_CALLED.get(kind, kind)} {said or row[key]}"
            if kind in ("gap", "event", "voyage"):
                label = f"{ships.get(row['ship'], row['ship'])}: {label}"
            found.setdefault(anchor(kind, row[key]), {"kind": kind, "key": str(row[key]), "label": label})
    for row in case.get("sources", []):
        key = str(row["sha256"])[:16]
        found[anchor("source", key)] = {"kind": "source", "key": key, "label": f"source {row['name']}"}
    return found


def missing(row: Mapping[str, Any]) -> str:
    """The key of something that a case lacks: it has no id of its own."""
    return str(row.get("id") or content_id("missing", row.get("what"), row.get("where")))


def told(case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Notes for the page, the newest first; what is about nothing that the case still holds says so."""
    if not rows:
        return []
    known = things(case)
    titles = {thing["key"]: thing["label"] for thing in known.values() if thing["kind"] == "hypothesis"}
    return [
        {
            "id": row["id"],
            "anchor": anchor("note", row["id"]),
            "word": WORDS.get(row["kind"], str(row["kind"])),
            "kind": row["kind"],
            "to": to,
            "about": (known[to]["label"] if to in known else f"{about['kind']} {about['key']}, not in the case now")
            if to
            else "",
            "is_there": to in known,
            "text": _whole(row["text"]),
            "author": row["author"],
            "at": row["at"],
            "withdrawn": bool(row.get("withdrawn")),
            "withdrawn_by": row.get("withdrawn_by", ""),
            "withdrawn_at": row.get("withdrawn_at"),
            "withdrawn_because": row.get("withdrawn_because", ""),
            "mark": row.get("mark", ""),
            "hypothesis": titles.get(row.get("hypothesis", ""), row.get("hypothesis", "")).removeprefix("hypothesis "),
        }
        for row in reversed(rows)
        for about in [row.get("about") or {}]
        for to in [anchor(about["kind"], about["key"]) if about else ""]
    ]


def plain(words: str) -> str:
    """A text of a person for a terminal: nothing in it can turn it round or hide."""
    return text.visible(words, most=notes.LONGEST)


def _whole(words: Any) -> Markup:
    """A text of a person in full: the page's other strings are cut sooner."""
    return escape(text.visible(str(words), most=notes.LONGEST))


def hypotheses(case: Mapping[str, Any]) -> list[dict[str, str]]:
    """The hypotheses that evidence can be marked against, for the live page's form."""
    found = {thing["key"]: thing["label"] for thing in things(case).values() if thing["kind"] == "hypothesis"}
    return [{"id": key, "title": title.removeprefix("hypothesis ")} for key, title in found.items()]


def fragment(case: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """The list of notes alone, as the page holds it."""
    return _template("notes_held.html.j2").render(notes=told(case, rows), live=True)


def passages(found: Sequence[cited.Passage]) -> str:
    """What stands in the sources, as a piece of the page."""
    return _template("cited.html.j2").render(passages=cited.told(found))


def choices(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the live page's forms offer."""
    return {
        "kinds": [{"id": kind, "word": WORDS[kind]} for kind in notes.KINDS],
        "marks": list(notes.MARKS),
        "hypotheses": hypotheses(case),
        "decisions": [word for word in decisions.WORDS if word != "withdrawn"],
        "longest": notes.LONGEST,
        "longest_name": notes.LONGEST_NAME,
    }
