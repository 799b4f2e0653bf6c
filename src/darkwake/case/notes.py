"""What people wrote beside a case, kept in it as data: about what, by whom, and when.

    made = add(case, text="Asked the owner on 3 May; no reply yet.", author="A. Reader", at=now,
               about={"kind": "gap", "key": "gap-864eea9b54510de3"})
    withdraw(case, made.id, author="A. Reader", at=now, because="wrong ship")
    listed(case)                # as case.json holds them: notes, and decisions on hits, with what was withdrawn

A note changes nothing that was found: a rating stands beside the machine's, never over it. Nothing is ever altered or
taken out of `notes.jsonl`; withdrawing is one more line. How lines are kept whole stands in lines.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from darkwake.case import decisions, lines
from darkwake.case.folder import CaseFolder
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import canonical, content_id

FILE = "notes.jsonl"
KINDS = ("note", "answer", "rating")
"""What a person may write: a remark; what was found out of something missing; a mark of a piece of evidence."""
MARKS = ("against", "for", "neither")
"""How an analyst marks a piece of evidence against a hypothesis."""
WITHDRAWAL = "withdrawal"
LONGEST = 4_000
"""Characters of a text."""
LONGEST_NAME = 200
"""Characters of a name, of a key and of a hypothesis."""
MOST = 20_000
"""Lines of one case; a page of more would be read by nobody."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the file."""

    id: str
    kind: str
    """One of `KINDS`, or "withdrawal"."""
    about: Mapping[str, str]
    """{"kind", "key"} of a thing of the case as the page's anchors name it; empty for the whole case."""
    text: str
    """As it was written; of a withdrawal the reason, which may be empty."""
    author: str
    at: str
    """ISO 8601, UTC."""
    hypothesis: str = ""
    """Of a rating: the hypothesis that the evidence is marked against."""
    mark: str = ""
    """Of a rating: one of `MARKS`."""
    withdraws: str = ""
    """Of a withdrawal: the id of the note that holds no more."""


def add(
    case: CaseFolder,
    *,
    text: str,
    author: str,
    at: datetime,
    about: Mapping[str, str] | None = None,
    kind: str = "note",
    hypothesis: str = "",
    mark: str = "",
) -> Note:
    """Write a note down.

    Args:
        case: The case.
        text: What is noted; kept as it is, but for white space at its ends.
        author: Who writes.
        at: When; with a time zone, or in UTC.
        about: {"kind", "key"} of a thing of the case; none for the whole case.
        kind: One of `KINDS`.
        hypothesis: Of a rating, the hypothesis that a piece of evidence is marked against.
        mark: Of a rating, one of `MARKS`.

    Raises:
        WrongUse: Something is missing, too long, or no text.
        CaseBusy: A run holds the case, and went on holding it.
        Unreadable: A line of the file is no note.
    """
    if kind not in KINDS:
        raise WrongUse(f"{kind!r} is no kind of note", to_do=f"Use one of: {', '.join(KINDS)}")
    thing = _thing(about or {})
    hypothesis = _text(hypothesis, "the hypothesis", LONGEST_NAME, needed=kind == "rating")
    if kind == "rating" and (mark not in MARKS or thing.get("kind") != "ev"):
        raise WrongUse(
            "a rating marks a piece of evidence against a hypothesis",
            to_do=f"Say of which evidence, and use one of the marks {', '.join(MARKS)}",
        )
    if kind != "rating" and (mark or hypothesis):
        raise WrongUse("only a rating has a mark and a hypothesis", to_do="Leave both out, or use the kind rating")
    words = _text(text, "the note", LONGEST)
    return _write(case, kind, thing, words, _name(author), at, hypothesis=hypothesis, mark=mark)


def withdraw(case: CaseFolder, wanted: str, *, author: str, at: datetime, because: str = "") -> Note:
    """Write down that a note holds no more; it stays in the file, and is shown as withdrawn.

    Args:
        case: The case.
        wanted: The id of the note.
        author: Who withdraws it; need not be who wrote it.
        at: When; with a time zone, or in UTC.
        because: The reason, which may be empty.

    Raises:
        WrongUse: There is no such note, or it was withdrawn before.
        CaseBusy: A run holds the case, and went on holding it.
    """
    reason = _text(because, "the reason", LONGEST, needed=False)
    return _write(case, WITHDRAWAL, {}, reason, _name(author), at, withdraws=wanted.strip())


def read(case: CaseFolder) -> list[Note]:
    """Every line, from first to last.

    Raises:
        Unreadable: A finished line is no note.
    """
    file = case.path / FILE
    found = []
    for number, line in enumerate(lines.finished(file), start=1):
        try:
            made = Note(**json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            raise _no_note(number, file) from error
        if not _sound(made):
            raise _no_note(number, file)
        found.append(made)
    return found


def kept(case: CaseFolder) -> str:
    """The file's finished lines, for the key of a run; empty where nothing was noted."""
    return b"\n".join(lines.finished(case.path / FILE)).decode("utf-8", "replace")


def listed(case: CaseFolder) -> list[dict[str, Any]]:
    """What people wrote about a case, as `notes` of case.json holds it, by time.

    Decisions on hits stand among them, as kind "decision" about the hit; decisions.py keeps them.
    """
    found = read(case)
    gone = {one.withdraws: one for one in found if one.kind == WITHDRAWAL}
    rows = [_row(note, gone.get(note.id)) for note in found if note.kind != WITHDRAWAL]
    return sorted(rows + _decided(decisions.read(case)), key=lambda row: (row["at"], row["id"]))


def _row(note: Note, gone: Note | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": note.id,
        "kind": note.kind,
        "about": dict(note.about),
        "text": note.text,
        "author": note.author,
        "at": note.at,
        "withdrawn": gone is not None,
    }
    if note.kind == "rating":
        row |= {"hypothesis": note.hypothesis, "mark": note.mark}
    if gone:
        row |= {"withdrawn_by": gone.author, "withdrawn_at": gone.at, "withdrawn_because": gone.text}
    return row


def _decided(made: list[decisions.Decision]) -> list[dict[str, Any]]:
    """Decisions as rows; one is withdrawn by the next word about the same subject and entry, where that says so."""
    rows = []
    for place, one in enumerate(made):
        if one.word == "withdrawn":
            continue
        after = next((later for later in made[place + 1 :] if later.key == one.key), None)
        gone = after if after and after.word == "withdrawn" else None
        row: dict[str, Any] = {
            "id": one.id,
            "kind": "decision",
            "about": {"kind": "hit", "key": one.hit},
            "text": f"{one.word}, because {one.because}",
            "author": one.author,
            "at": one.at,
            "withdrawn": gone is not None,
        }
        if gone:
            row |= {"withdrawn_by": gone.author, "withdrawn_at": gone.at, "withdrawn_because": gone.because}
        rows.append(row)
    return rows


def _write(
    case: CaseFolder, kind: str, about: dict[str, str], text: str, author: str, at: datetime, **more: str
) -> Note:
    when = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    plain: dict[str, Any] = canonical(
        {"kind": kind, "about": about, "text": text, "author": author, "at": when.replace(microsecond=0)} | more
    )
    made = Note(id=content_id("note", plain), **plain)
    with lines.held(case):
        before = read(case)
        if made in before:
            return made
        if kind == WITHDRAWAL:
            _withdrawable(before, made.withdraws)
        if len(before) >= MOST:
            raise WrongUse(f"the case holds {MOST:,} notes already", to_do="Begin another case")
        lines.append(case.path / FILE, json.dumps(asdict(made), sort_keys=True, ensure_ascii=False))
    return made


def _withdrawable(before: list[Note], wanted: str) -> None:
    if not any(one.id == wanted and one.kind != WITHDRAWAL for one in before):
        raise WrongUse(f"there is no note {wanted[:60]!r}", to_do="List them: darkwake note CASE")
    if any(one.withdraws == wanted for one in before):
        raise WrongUse(f"the note {wanted} was withdrawn before", to_do="Nothing is left to do")


def _thing(about: Mapping[str, str]) -> dict[str, str]:
    if not about:
        return {}
    if set(about) != {"kind", "key"}:
        raise WrongUse("a note is about a thing with a kind and a key", to_do="Leave it out for the whole case")
    return {name: _text(about[name], f"the thing's {name}", LONGEST_NAME) for name in ("kind", "key")}


def _name(author: str) -> str:
    return " ".join(_text(author, "the author's name", LONGEST_NAME).split())


def _text(given: object, what: str, longest: int, *, needed: bool = True) -> str:
    """A text of a person, without the white space at its ends."""
    if not isinstance(given, str):
        raise WrongUse(f"{what} is no text", to_do="Write it in words")
    text = given.strip()
    if needed and not text:
        raise WrongUse(f"{what} is missing", to_do="Write it down")
    if len(text) > longest:
        raise WrongUse(f"{what} has {len(text):,} characters", to_do=f"Keep it to {longest:,}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WrongUse(f"{what} holds half a character", to_do="Write it anew") from error
    return text


def _sound(note: Note) -> bool:
    """Whether a line can be shown; what a newer version writes beside these fields is no note of this one."""
    texts = (note.id, note.kind, note.text, note.author, note.at, note.hypothesis, note.mark, note.withdraws)
    return (
        all(isinstance(one, str) for one in texts)
        and note.kind in (*KINDS, WITHDRAWAL)
        and isinstance(note.about, dict)
        and set(note.about) in (set(), {"kind", "key"})
        and all(isinstance(one, str) for one in note.about.values())
    )


def _no_note(number: int, file: object) -> Unreadable:
    return Unreadable(f"line {number} is no note", where=str(file), to_do="Restore the file from a copy")
