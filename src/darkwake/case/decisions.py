"""What a person decided about a hit, kept in the case as data: by whom, when, and why.

    made = decide(case, hit, word="known false hit", because="another ship of that name", author="A. Reader",
                  at=now, content=entry)
    shown = apply(hits, read(case), contents)   # the hits, each with its decision beside it

A decision never removes a hit. It is of one subject, one entry of one list, and that entry as it then stood: where the
entry has changed since, or the subject shows other names or numbers, it has expired, and what changed is told. Nothing
is ever altered or taken out of `decisions.jsonl`; a later decision stands before an earlier one.
How lines are kept whole stands in lines.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from darkwake.case import lines
from darkwake.case.folder import CaseFolder
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import canonical, canonical_json, content_id

WORDS = ("known false hit", "same party", "withdrawn")
"""A decision that the hit is another party; that it is the party listed; that an earlier decision holds no more."""
FILE = "decisions.jsonl"
_LONGEST = 4_000
"""Characters of a reason."""

COLUMNS = pl.Schema(
    {
        "decision": pl.String,  # a word of WORDS; null where nothing was decided
        "decision_expired": pl.Boolean,  # null where nothing was decided
        "decision_because": pl.String,
        "decision_by": pl.String,
        "decision_at": pl.String,
        "decision_says": pl.String,  # one or two sentences: who, when, why, and what changed since
    }
)
"""What `apply` lays beside each hit."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the file."""

    id: str
    word: str
    because: str
    author: str
    at: str
    """ISO 8601, UTC."""
    hit: str
    """The id of the hit that it was made on."""
    ship: int | None
    asked: str
    """What was asked of the lists, as one readable line."""
    list: str
    list_date: str
    entry: str
    name: str
    sha256: str
    """Of the entry's content as it stood."""
    content: Mapping[str, Any]
    """That content, so that it can be told what changed."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Subject, list and entry."""
        return _key(self.ship, self.asked, self.list, self.entry)


def decide(
    case: CaseFolder,
    hit: Mapping[str, Any],
    *,
    word: str = "known false hit",
    because: str,
    author: str,
    at: datetime,
    content: Mapping[str, Any],
) -> Decision:
    """Write down what was decided about a hit.

    Args:
        case: The case.
        hit: A row of schema.HITS.
        word: One of `WORDS`.
        because: The reason, in a sentence.
        author: Who decided.
        at: When; with a time zone, or in UTC.
        content: What the entry says, as plain JSON types; screening.record.content_of gives it.

    Raises:
        WrongUse: There is no reason or no author, or the word is none.
        CaseBusy: A run holds the case, and went on holding it.
        Unreadable: A line of the file is no decision.
    """
    if word not in WORDS:
        raise WrongUse(f"{word!r} is no decision", to_do=f"Use one of: {', '.join(WORDS)}")
    reason, who = (" ".join(text.split()) for text in (because, author))
    if not reason or not who:
        raise WrongUse(
            "a decision needs a reason and an author", to_do='Give both: --because "another ship of that name" --author'
        )
    if len(reason) > _LONGEST or len(who) > 200:
        raise WrongUse("the reason or the name is too long", to_do=f"Keep it under {_LONGEST:,} characters")
    when = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    plain: dict[str, Any] = canonical(
        {
            "word": word,
            "because": reason,
            "author": who,
            "at": when,
            "hit": hit["id"],
            "ship": hit["ship"],
            "asked": hit["asked"],
            "list": hit["list"],
            "list_date": hit["list_date"],
            "entry": hit["entry"],
            "name": hit["name"],
            "sha256": content_sha256(content),
            "content": dict(content),
        }
    )
    made = Decision(id=content_id("dec", plain), **plain)
    with lines.held(case):
        before = read(case)
        if made not in before:
            lines.append(case.path / FILE, json.dumps(asdict(made), sort_keys=True, ensure_ascii=False))
    return made


def read(case: CaseFolder) -> list[Decision]:
    """Every decision, from first to last.

    Raises:
        Unreadable: A finished line is no decision.
    """
    file = case.path / FILE
    found = []
    for number, line in enumerate(lines.finished(file), start=1):
        try:
            made = Decision(**json.loads(line))
            sound = isinstance(made.content, dict) and made.word in WORDS
        except (ValueError, TypeError) as error:
            raise Unreadable(
                f"line {number} is no decision", where=str(file), to_do="Restore the file from a copy"
            ) from error
        if not sound:
            raise Unreadable(f"line {number} is no decision", where=str(file), to_do="Restore the file from a copy")
        found.append(made)
    return found


def find(hits: pl.DataFrame, wanted: str) -> dict[str, Any]:
    """The one hit that a person means.

    Args:
        hits: Of schema.HITS.
        wanted: A hit's id or the beginning of it, or "SHIP/ENTRY" with the ship's MMSI and the entry's number.

    Raises:
        WrongUse: None is meant, or several are.
    """
    ship, _, entry = wanted.strip().partition("/")
    is_pair = ship.isdigit() and entry
    met = (pl.col("ship") == int(ship)) & (pl.col("entry") == entry.strip()) if is_pair and len(ship) < 19 else None
    found = hits.filter(pl.col("id").str.starts_with(wanted.strip()) if met is None else met)
    if not wanted.strip() or found.is_empty():
        raise WrongUse(f"there is no hit {wanted!r}", to_do="Give a hit's id, or SHIP/ENTRY, such as 200000001/15036")
    if found.height > 1:
        which = "; ".join(
            f"{row['id']} ({row['asked']}, {row['list']} of {row['list_date']})"
            for row in found.head(6).iter_rows(named=True)
        )
        raise WrongUse(f"{found.height:,} hits are meant by {wanted!r}: {which}", to_do="Give the id of one")
    return found.row(0, named=True)


def apply(
    hits: pl.DataFrame, decisions: Sequence[Decision], contents: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> pl.DataFrame:
    """The hits with what was decided about each.

    Args:
        hits: Of schema.HITS.
        decisions: From first to last; of those about one subject and entry the last one counts.
        contents: What each entry says now, by list, day of the list (2026-02-27) and entry.

    Returns:
        Every hit as it was, in the same order, with the columns `COLUMNS` beside.
    """
    last = {one.key: one for one in decisions}
    rows = []
    for hit in hits.select("ship", "asked", "list", "list_date", "entry").iter_rows(named=True):
        made = last.get(_key(hit["ship"], hit["asked"], hit["list"], hit["entry"]))
        if made is None or made.word == "withdrawn":
            rows.append(dict.fromkeys(COLUMNS))
            continue
        now = contents.get((hit["list"], hit["list_date"].isoformat(), hit["entry"]))
        changed = _changed(made, hit, now)
        rows.append(
            {
                "decision": made.word,
                "decision_expired": bool(changed),
                "decision_because": made.because,
                "decision_by": made.author,
                "decision_at": made.at,
                "decision_says": _says(made, changed),
            }
        )
    return hits.hstack(pl.DataFrame(rows, schema=COLUMNS, orient="row"))


def expired(hits: pl.DataFrame) -> pl.DataFrame:
    """Of what `apply` gave, the hits whose decision has expired and has to be made anew."""
    return hits.filter(pl.col("decision_expired").fill_null(value=False))


def content_sha256(content: Mapping[str, Any]) -> str:
    """The hash of an entry's content, as a search record has it beside the entry."""
    return hashlib.sha256(canonical_json(content).encode("utf-8", "surrogatepass")).hexdigest()


def contents_of(listed: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """What `apply` needs of the entries that a search record holds (its `listed`)."""
    return {(one["list"], str(one["list_date"]), one["entry"]): one["content"] for one in listed}


def _key(ship: int | None, asked: str, of: str, entry: str) -> tuple[str, str, str]:
    return (f"ship {ship}" if ship is not None else asked, of, entry)


def _changed(made: Decision, hit: Mapping[str, Any], now: Mapping[str, Any] | None) -> list[str]:
    """What is not as it was when the decision was made, in words; nothing where it still holds."""
    found = []
    if now is None:
        found.append("the entry could not be read again")
    elif content_sha256(now) != made.sha256:
        fields = sorted(name for name in {*made.content, *now} if made.content.get(name) != now.get(name))
        found.append(f"the entry changed in {', '.join(name.replace('_', ' ') for name in fields)}")
    if made.asked != hit["asked"]:
        found.append(f"the subject was asked for as {made.asked}, and now as {hit['asked']}")
    return found


def _says(made: Decision, changed: Sequence[str]) -> str:
    decided = f"{made.author} decided on {made.at[:10]}: {made.word}, because {made.because.rstrip('.')}."
    if not changed:
        return decided
    return f"{decided} That has expired, as since then {'; and '.join(changed)}."
