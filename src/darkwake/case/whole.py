"""The rivals for the whole case, and the matrix of evidence against them: what the threads found, taken together.

Nothing is weighed anew. What a piece of evidence said of a rival in its thread, it says here of the rival of the case
that stands for it. "All silences came from how ships are heard" falls with the first that hearing does not explain;
"at least one ship took or left a cargo unheard" is spoken against only where that is so of every ship that could have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from darkwake.case import hypotheses, missing, words
from darkwake.case.hypotheses import Weighed
from darkwake.case.known import Known
from darkwake.case.ratings import Mark
from darkwake.case.thread import Thread
from darkwake.evidence import content_id

CONTAINED: Mapping[str, str] = {
    "badly heard": "ordinary",
    "other reason": "own reason",
    "called": "moved",
    "met": "moved",
}
"""A thread's rival -> the case's rival that stands for it."""
MOST_ROWS = 200
"""Pieces of evidence in the matrix, those that decide first; the others are counted."""
_SETS = (
    ("one report", "unheard ship", "carried here"),
    ("surface", "not told", "changed"),
    ("retold", "otherwise", "as told"),
)


def weigh(threads: Sequence[Thread], known: Known) -> dict[str, Any]:
    """The field `hypotheses` of a case file; empty where there is nothing to weigh."""
    given = {mark.hypothesis for thread in threads for mark in thread.weighed.marks}
    ships = bool(given & {"badly heard", "called", "not there"})
    cargo = bool(given & {"one report"})
    if ships or cargo:
        keys: tuple[str, ...] = (
            *(("ordinary", "own reason", "moved") if ships else ()),
            *(key for key in _SETS[0] if cargo and key in given),
        )
    else:
        keys = next((rivals for rivals in _SETS[1:] if given & set(rivals)), ())
    if not keys:
        return {}
    marks = _contained(threads, keys)
    statuses = sorted({one for thread in threads if thread.kind == "site" for one in _statuses(thread)})
    names = {"ports": "a port", "when": "those days", "statuses": words.listing(statuses) or "changed"}
    weighed = hypotheses.compete("case", keys, marks, names)
    ids = {key: content_id("hypothesis", "case", key) for key in keys}
    matrix, left = _matrix(weighed, keys, ids)
    return {
        "question": known.question or hypotheses.WHOLE,
        "rows": [plain(row) for row in weighed.rows],
        "matrix": matrix,
        "says": _says(weighed, left),
    }


def _statuses(thread: Thread) -> list[str]:
    row = next((row for row in thread.hypotheses if row.title.startswith("Buildings were ")), None)
    return [row.title.removeprefix("Buildings were ")] if row else []


def _contained(threads: Sequence[Thread], keys: Sequence[str]) -> list[Mark]:
    """The marks as the case's rivals have them; a piece that says nothing of one of them says so too."""
    every = [mark for thread in threads for mark in thread.weighed.marks]
    free = any(_unopposed(thread) for thread in threads)
    found: list[Mark] = []
    for mark in every:
        key = CONTAINED.get(mark.hypothesis, mark.hypothesis)
        one_of_many = key == "moved" and mark.speaks == "against" and free
        if key in keys and mark.speaks != "neither" and not one_of_many:
            found.append(replace(mark, hypothesis=key))
    told = {(mark.evidence, mark.hypothesis) for mark in found}
    for mark in every:
        found += [
            Mark(mark.evidence, key, "neither", None, mark.says) for key in keys if (mark.evidence, key) not in told
        ]
        told |= {(mark.evidence, key) for key in keys}
    return found


def _unopposed(thread: Thread) -> bool:
    """Whether a rival of the thread that stands for moved cargo has nothing spoken against it."""
    own = {mark.hypothesis for mark in thread.weighed.marks if CONTAINED.get(mark.hypothesis) == "moved"}
    against = {mark.hypothesis for mark in thread.weighed.marks if mark.speaks == "against"}
    return bool(own - against)


def _matrix(weighed: Weighed, keys: Sequence[str], ids: Mapping[str, str]) -> tuple[list[dict[str, Any]], int]:
    """A row a piece of evidence that says something of a rival, those that decide first; and how many say nothing."""
    by: dict[str, dict[str, list[Mark]]] = {}
    for mark in weighed.marks:
        by.setdefault(mark.evidence, {}).setdefault(mark.hypothesis, []).append(mark)
    speaking = [key for key, own in by.items() if any(mark.speaks != "neither" for one in own.values() for mark in one)]
    first = {key: min(hypotheses.strongest(mark) for one in by[key].values() for mark in one) for key in speaking}
    ordered = list(dict.fromkeys([*weighed.decides, *sorted(speaking, key=lambda key: first[key])]))
    found = []
    for evidence in ordered[:MOST_ROWS]:
        marks, why = {}, {}
        for key in keys:
            # what speaks against outweighs what the same piece says for it
            own = sorted(by[evidence].get(key, ()), key=lambda mark: ("against", "for", "neither").index(mark.speaks))
            marks[ids[key]] = own[0].speaks if own else "neither"
            why[ids[key]] = own[0].says if own else ""
        found.append({"evidence": evidence, "marks": marks, "why": why})
    return found, len(by) - len(speaking)


def firsts(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """For each question that something found decides, the rival least spoken against, and how much is, in words.

    Args:
        rows: rivals as `plain` gives them, in their order.

    Returns:
        Question, title, against.
    """
    found = []
    for question in dict.fromkeys(str(row["question"]) for row in rows):
        own = [row for row in rows if row["question"] == question]
        weight = [sorted({(one["evidence"], one["weight"]) for one in row["against"]}) for row in own]
        if len(own) > 1 and not any(weight):
            continue  # with nothing against any of them none is first
        alike = sum(_count(one) == _count(weight[0]) for one in weight[1:])
        against = words.count(len(weight[0]), "piece") + " of evidence" if weight[0] else "nothing found"
        tied = f", as against {words.count(alike, 'other')}" if alike else ""
        title = str(own[0]["title"])
        found.append((question, title[0].lower() + title[1:], f"{against} against it{tied}"))
    return found


def _count(weights: Sequence[tuple[str, str]]) -> list[str]:
    return sorted(weight for _, weight in weights)


def _says(weighed: Weighed, left: int) -> str:
    rows = [plain(row) for row in weighed.rows]
    said = [
        f"{question} Least is spoken against this: {title} ({against})." for question, title, against in firsts(rows)
    ]
    told = {question for question, _, _ in firsts(rows)}
    open_ = [question for question in dict.fromkeys(str(row["question"]) for row in rows) if question not in told]
    said += [f"{question} Nothing found tells the explanations apart." for question in open_]
    many = len(weighed.decides)
    apart = f"{words.count(many, 'piece')} of evidence {'tells' if many == 1 else 'tell'} the rivals apart"
    if left:
        fits = "fits each of them alike and decides" if left == 1 else "fit each of them alike and decide"
        apart += f"; {left:,} more {fits} nothing"
    return f"{' '.join(said)} {apart}. That the least is spoken against one does not make it so."


def plain(row: hypotheses.Hypothesis) -> dict[str, Any]:
    """A rival as plain JSON types."""
    return {
        "id": row.id,
        "question": row.question,
        "title": row.title,
        "says": row.says,
        "against": [{"evidence": one.evidence, "says": one.says, "weight": one.weight} for one in row.against],
        "for": [{"evidence": one.evidence, "says": one.says} for one in row.for_],
        "neither": row.neither,
        "order": row.order,
        "would_change": list(row.would_change),
    }


def wanted(threads: Sequence[Thread]) -> list[dict[str, object]]:
    """The field `missing` of a case file."""
    return missing.gathered([(thread.id, thread.missing) for thread in threads])
