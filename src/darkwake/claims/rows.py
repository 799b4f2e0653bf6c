"""The rows of the ledger: what each kind holds, and how each is made.

| kind | of | slot | body |
|---|---|---|---|
| article | an article | article | a row of schema.ARTICLES |
| claim | a claim | claim | a row of schema.CLAIMS |
| correction | an article or a claim | article or claim | changes: field -> was, is |
| grade | a claim | reliability or credibility | value: A to F, or 1 to 6 |
| same, apart | two claims | pair | nothing |
| history | a source's name | history | held, failed: how many earlier statements proved right, and wrong |
| note | anything | note and a hash of its words | text |
| withdrawn | as the row that it replaces | as there | nothing |

A slot holds one thing at a time. Whatever comes into a slot that is taken says which row it `replaces`, and that row
stays in the ledger. Articles, claims and withdrawals may be a reading's; everything else is a person's, with a reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.claims import plain
from darkwake.errors import WrongUse
from darkwake.evidence import content_id

KINDS = ("article", "claim", "correction", "grade", "same", "apart", "history", "note", "withdrawn")
AXES: Mapping[str, str] = {"reliability": "ABCDEF", "credibility": "123456"}
"""The two fields of the Admiralty code and what each may be."""
OF_TABLE: Mapping[str, pl.Schema] = {"article": schema.ARTICLES, "claim": schema.CLAIMS}
FIXED: Mapping[str, tuple[str, ...]] = {
    "article": ("id", "source", "text", "text_sha256", "blocks"),
    "claim": ("id", "article", "at", "made_by"),
}
"""What no correction can change: it is what makes the thing that thing."""
LONGEST = 4_000
"""Characters of a reason or a note."""
LONGEST_NAME = 200
_CONTENT = ("kind", "of", "slot", "body", "author", "is_person", "because", "replaces")
_PEOPLES = ("correction", "grade", "same", "apart", "history", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger, without what ties it to the line before."""

    kind: str
    of: str
    slot: str
    body: Mapping[str, Any]
    author: str
    """A person's name, or what made it, such as "pattern 0.1.0; according to"."""
    is_person: bool
    because: str = ""
    replaces: str = ""
    """The id of the row that held the slot; empty where it was free."""
    at: str = field(default="", compare=False)
    """When it was written, ISO 8601, UTC; set by `ledger.append`."""
    id: str = ""
    """Made from all but the time, so that the same row written twice is one; given where it was made before."""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", self.made_id())

    def made_id(self) -> str:
        """The id of that content."""
        return content_id("row", *(getattr(self, name) for name in _CONTENT))

    @property
    def key(self) -> tuple[str, str]:
        """The thing and its slot."""
        return (self.of, self.slot)


def checked(row: Row) -> Row:
    """The same row, if it holds what its kind must.

    Raises:
        ValueError: It does not.
    """
    if row.kind not in KINDS:
        raise ValueError(f"{row.kind!r} is no kind of row")
    texts = (row.id, row.of, row.slot, row.author, row.because, row.replaces)
    if not all(plain.is_text(one) for one in texts) or not isinstance(row.body, Mapping):
        raise ValueError("one of its fields is not what a row has there")
    if not row.of or not row.author.strip():
        raise ValueError("it says not what it is about, or not who wrote it")
    if row.kind in _PEOPLES and not row.is_person:
        raise ValueError(f"only a person can write a {row.kind}")
    if row.is_person and (not row.because.strip() or len(row.because) > LONGEST or len(row.author) > LONGEST_NAME):
        raise ValueError(f"it needs a reason, of at most {LONGEST:,} characters, and a name of at most {LONGEST_NAME}")
    if row.kind != "withdrawn" and row.slot not in _slots(row):
        raise ValueError(f"a {row.kind} has no place in the slot {row.slot!r}")
    _BODIES[row.kind](row)
    return row


def _slots(row: Row) -> tuple[str, ...]:
    if row.kind == "note":
        return (_note_slot(str(row.body.get("text", ""))),)
    return {"correction": tuple(OF_TABLE), "grade": tuple(AXES), "same": ("pair",), "apart": ("pair",)}.get(
        row.kind, (row.kind,)
    )


def _check_table(row: Row) -> None:
    body = plain.fitted(row.body, OF_TABLE[row.kind])
    if body["id"] != row.of:
        raise ValueError("it is about another thing than it holds")
    if row.kind == "article":
        digest = hashlib.sha256((body["text"] or "").encode()).hexdigest()
        if body["text_sha256"] != digest or body["id"] != f"art-{digest[:16]}":
            raise ValueError("the text of the article is not the one that its hash was made of")


def _check_correction(row: Row) -> None:
    changes = row.body.get("changes")
    if set(row.body) != {"changes"} or not isinstance(changes, Mapping) or not changes:
        raise ValueError("it changes nothing")
    for name, change in changes.items():
        if name in FIXED[row.slot]:
            raise ValueError(f"{name!r} is what makes the {row.slot} what it is, and no correction changes it")
        if not isinstance(change, Mapping) or set(change) != {"was", "is"}:
            raise ValueError(f"the change of {name!r} has not what it was and what it is")
        for value in change.values():
            if value is not None:
                plain.fit_field(name, value, OF_TABLE[row.slot])


def _check_grade(row: Row) -> None:
    value = row.body.get("value")
    if set(row.body) != {"value"} or not isinstance(value, str) or len(value) != 1 or value not in AXES[row.slot]:
        raise ValueError(f"{value!r} is no grade of {row.slot}: it is one of {', '.join(AXES[row.slot])}")


def _check_pair(row: Row) -> None:
    one, _, other = row.of.partition(" ")
    if row.body or not one or not other or other <= one or " " in other:
        raise ValueError("it names not two claims, in their order")


def _check_history(row: Row) -> None:
    counts = [row.body.get(name) for name in ("held", "failed")]
    if set(row.body) != {"held", "failed"} or not all(type(one) is int and 0 <= one < 2**53 for one in counts):
        raise ValueError("it says not how many statements held and how many failed")


def _check_note(row: Row) -> None:
    text = row.body.get("text")
    if set(row.body) != {"text"} or not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise ValueError(f"a note is a text of at most {LONGEST:,} characters")


def _check_empty(row: Row) -> None:
    if row.body or not row.replaces:
        raise ValueError("it withdraws nothing")


_BODIES = {
    "article": _check_table,
    "claim": _check_table,
    "correction": _check_correction,
    "grade": _check_grade,
    "same": _check_pair,
    "apart": _check_pair,
    "history": _check_history,
    "note": _check_note,
    "withdrawn": _check_empty,
}


# --- making them ---


def article(body: Mapping[str, Any], *, made_by: str, replaces: str = "") -> Row:
    """An article as a reading found it; `body` is a row of schema.ARTICLES as plain types."""
    return _made("article", str(body.get("id")), "article", body, made_by, is_person=False, replaces=replaces)


def claim(body: Mapping[str, Any], *, author: str = "", because: str = "", replaces: str = "") -> Row:
    """A claim as a reading found it, or, with an author and a reason, as a person writes it."""
    by = author or str(body.get("made_by") or "unknown")
    of = str(body.get("id"))
    return _made("claim", of, "claim", body, by, is_person=bool(author), because=because, replaces=replaces)


def pair(a: str, b: str, *, together: bool, because: str, author: str, replaces: str = "") -> Row:
    """That two claims are of one happening, or of two."""
    of = " ".join(sorted((a, b)))
    return _made("same" if together else "apart", of, "pair", {}, author, because=because, replaces=replaces)


def history(name: str, *, held: int, failed: int, because: str, author: str, replaces: str = "") -> Row:
    """What a person knows of a source's earlier statements that could be checked."""
    body = {"held": held, "failed": failed}
    return _made("history", name, "history", body, author, because=because, replaces=replaces)


def note(of: str, text: str, *, because: str, author: str) -> Row:
    """A remark on an article, a claim, a cluster, or a source."""
    return _made("note", of, _note_slot(text), {"text": text}, author, because=because)


def change(row: Row, kind: str, body: Mapping[str, Any], *, because: str, author: str) -> Row:
    """A person's row in the slot of another, such as a correction or a withdrawal."""
    return _made(kind, row.of, row.slot, body, author, because=because, replaces=row.id)


def gone(row: Row, *, made_by: str) -> Row:
    """That a newer reading has not found what an older one had."""
    because = "a newer reading has not found it"
    return _made("withdrawn", row.of, row.slot, {}, made_by, is_person=False, because=because, replaces=row.id)


def grade(of: str, axis: str, value: str, *, because: str, author: str, replaces: str = "") -> Row:
    """A grade of a claim on one axis."""
    return _made("grade", of, axis, {"value": value}, author, because=because, replaces=replaces)


def _note_slot(text: str) -> str:
    return content_id("note", text.encode("utf-8", "backslashreplace").decode())


def _made(
    kind: str,
    of: str,
    slot: str,
    body: Mapping[str, Any],
    author: str,
    *,
    is_person: bool = True,
    because: str = "",
    replaces: str = "",
) -> Row:
    try:
        who, why = " ".join(author.split()), " ".join(because.split())
        return checked(Row(kind, of, slot, dict(body), who, is_person, why, replaces))
    except ValueError as error:  # that of a character which is no text among them
        raise WrongUse(f"{of}: {error}", to_do="Correct that, and give a reason and a name") from error
