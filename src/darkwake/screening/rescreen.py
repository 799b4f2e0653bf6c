"""A new version of a list against everything that was screened before: what is new, gone and changed, and why.

    told = rescreen(asked, [old_list], [new_list])      # the subjects again, against both
    told = rescreen_record(record, [new_list])          # what a saved record asked, against a new list
    told = between_versions(hits, lists)                # in a case that holds several versions of a list

The old and the new answer both stay; nothing here says that a subject became, or stopped being, anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import content_id
from darkwake.screening.asked import Asked
from darkwake.screening.index import Index, each_once
from darkwake.screening.lists import Entry, SanctionsList
from darkwake.screening.match import screen
from darkwake.screening.record import content_of, content_sha256
from darkwake.screening.verification import asked_again
from darkwake.screening.versions import Diff, diff

_COLUMNS: dict[str, Any] = {
    "id": pl.String,  # made from the content
    "change": pl.String,  # "new", "gone" or "changed"
    "why": pl.String,  # a word of WHY
    "asked": pl.String,
    "ship": pl.Int64,
    "list": pl.String,
    "before": pl.Date,  # the day of the older version
    "after": pl.Date,  # the day of the newer one
    "entry": pl.String,  # the number in the newer version; in the older one where it is gone
    "name": pl.String,
    "rank_before": pl.String,  # null where there was no hit
    "rank_after": pl.String,
    "fields": pl.List(pl.String),  # what changed in the entry, where that can be told
    "listed_from": pl.Date,
    "says": pl.String,
}
RESCREENED = pl.Schema(_COLUMNS)
"""Each subject and entry whose answer is another; sorted by change, list, entry, asked, ship."""

WHY = ("added", "returned", "removed", "altered", "cannot tell")
"""The entry was added; put back, with a day of listing before the older version; is gone; was changed; or the older
version was not at hand, or the entry is the same and the answer is not, as with another version of darkwake."""

_HIT = ["asked", "ship", "list", "entry"]


@dataclass(frozen=True, slots=True)
class Rescreened:
    """What a new version changed."""

    changes: pl.DataFrame
    """Of RESCREENED."""
    diffs: tuple[Diff, ...]
    """From the older to the newer version of each list, where both were at hand."""
    subjects: int
    notes: tuple[str, ...] = ()

    def says(self) -> str:
        """One or two sentences with the counts."""
        counts = {
            (change, why): number
            for change, why, number in self.changes.group_by("change", "why").len().sort("change", "why").iter_rows()
        }
        total = {
            change: sum(n for (one, _), n in counts.items() if one == change) for change in ("new", "gone", "changed")
        }
        back = counts.get(("new", "returned"), 0)
        again = f" ({back:,} with entries that were put back)" if back else ""
        what = (
            f"{total['new']:,} hits were new{again}, {total['gone']:,} were gone and {total['changed']:,} had changed"
            if self.changes.height
            else "no hit was new, gone or changed"
        )
        asked = f"{self.subjects:,} subject{'s' * (self.subjects != 1)} screened before"
        lists = " ".join(one.says() for one in self.diffs)
        return f"Of the {asked}, {what}. {lists}".strip()


def rescreen(
    asked: Sequence[Asked],
    old: Sequence[SanctionsList],
    new: Sequence[SanctionsList],
    *,
    at_least: str = "weak lead",
) -> Rescreened:
    """The same subjects against older and newer versions of lists.

    Args:
        asked: Everything that was screened before.
        old: The lists as they were, one version of each name.
        new: The lists as they are. A list that stands in both unchanged is passed over.
        at_least: The lowest rank that counts.

    Raises:
        WrongUse: Two versions of one list on one side, a list older than the one it replaces, no list at all, or
            nothing to look for in a subject.
    """
    pairs, notes = _pairs(old, new)
    subjects = list(dict.fromkeys(asked))
    nothing = schema.empty(schema.HITS)
    hits = [
        (
            screen(subjects, Index([before]), at_least=at_least) if before else nothing,
            screen(subjects, Index([after]), at_least=at_least),
        )
        for before, after in pairs
    ]
    tables = [_changes(*both, pair) for both, pair in zip(hits, pairs, strict=True)]
    diffs = tuple(diff(before, after) for before, after in pairs if before)
    notes += tuple(note for one in diffs for note in _other_format(one))
    return Rescreened(_sorted(tables), diffs, len(subjects), notes)


def rescreen_record(
    record: Mapping[str, Any], new: Sequence[SanctionsList], *, old: Sequence[SanctionsList] = ()
) -> Rescreened:
    """What a saved record asked and found, against newer versions of its lists.

    Args:
        record: A record of a search for parties.
        new: The new lists; those of a name that the record did not search count as lists added to the search.
        old: The lists of the record, where they are at hand: without them, what changed in an entry is told from the
            entries that the record kept, and whether an entry was put back from its day of listing.

    Raises:
        WrongUse: The record is of no search for parties, or a list is older than the record's.
    """
    section = record.get("parties")
    if not section:
        raise WrongUse("the record is of no search for parties", to_do="Give the record of one")
    subjects = [asked_again(one["typed"]) for one in section["asked"]]
    at_least = section["options"]["at_least"]
    found = pl.DataFrame([_hit_row(row) for row in section["hits"]], schema={"rank": pl.String, **_KEYS}, orient="row")
    dates = _latest(section["lists"])
    kept = {(one["list"], one["list_date"], one["entry"]): one for one in section["listed"]}
    at_hand = {(one.name, one.date): one for one in old}
    tables, diffs = [], []
    notes: list[str] = []
    for after in _one_of_each(new):
        day = dates.get(after.name)
        if day and day > after.date:
            raise WrongUse(
                f"the {after.name} of {after.date} is older than the record's, of {day}", to_do="Give a newer version"
            )
        hits = screen(subjects, Index([after]), at_least=at_least)
        before = found.filter((pl.col("list") == after.name) & (pl.col("list_date") == day)) if day else found.clear()
        older = at_hand.get((after.name, day)) if day else None
        if day is None:
            notes.append(f"The {after.name} was not among the lists of the record.")
        elif older is None:
            notes.append(
                f"The {after.name} of {day} was not at hand, so its entries were not compared with the new ones."
            )
        if older:
            diffs.append(diff(older, after))
            notes += _other_format(diffs[-1])
        then = {
            number: one["sha256"] for (name, on, number), one in kept.items() if (name, on) == (after.name, str(day))
        }
        tables.append(_changes(before, hits, (older, after), before_day=day, then=then))
    return Rescreened(_sorted(tables), tuple(diffs), len(subjects), tuple(notes))


def between_versions(hits: pl.DataFrame, lists: Sequence[SanctionsList], *, subjects: int = 0) -> Rescreened:
    """What each newer version of a list changed for subjects that were screened against all versions at once.

    Args:
        hits: Of schema.HITS, of an index of all these lists.
        lists: Every version of every list.
        subjects: How many were asked for.

    Returns:
        The changes from each version to the next; a list in one version only has none.
    """
    tables, diffs = [], []
    by_name: dict[str, list[SanctionsList]] = {}
    for one in each_once(lists):
        by_name.setdefault(one.name, []).append(one)
    for name, versions in by_name.items():
        own = hits.filter(pl.col("list") == name)
        for before, after in pairwise(versions):
            if before.date == after.date:
                continue
            old, new = (own.filter(pl.col("list_date") == one.date) for one in (before, after))
            tables.append(_changes(old, new, (before, after)))
            diffs.append(diff(before, after))
    return Rescreened(_sorted(tables), tuple(diffs), subjects)


_KEYS = {"asked": pl.String, "ship": pl.Int64, "list": pl.String, "entry": pl.String, "name": pl.String,
         "list_date": pl.Date, "listed_from": pl.Date}  # fmt: skip


def _hit_row(row: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("list_date", "listed_from")}
    return {"rank": row["rank"], **{name: row[name] for name in _KEYS}, **days}


def _latest(lists: Sequence[Mapping[str, Any]]) -> dict[str, date]:
    """Of each name the day of the latest version that was searched."""
    found: dict[str, date] = {}
    for one in lists:
        day = date.fromisoformat(one["date"])
        found[one["name"]] = max(day, found.get(one["name"], day))
    return found


def _one_of_each(lists: Sequence[SanctionsList]) -> tuple[SanctionsList, ...]:
    found = each_once(lists)
    if not found:
        raise WrongUse("no new list was given", to_do="Name at least one list")
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise WrongUse(f"two versions of the {twice} were given", to_do="Give one, or compare them with one another")
    return found


def _pairs(
    old: Sequence[SanctionsList], new: Sequence[SanctionsList]
) -> tuple[list[tuple[SanctionsList | None, SanctionsList]], tuple[str, ...]]:
    """The older version of each new list, None where there was none; unchanged files apart."""
    before = {one.name: one for one in (_one_of_each(old) if old else ())}
    pairs, notes = [], []
    for after in _one_of_each(new):
        older = before.pop(after.name, None)
        if older and older.sha256 == after.sha256:
            notes.append(f"The {after.name} is the same file as before.")
            continue
        if older and older.date > after.date:
            raise WrongUse(
                f"the {after.name} of {after.date} is older than that of {older.date}", to_do="Give the older one first"
            )
        if older is None:
            notes.append(f"No older version of the {after.name} was given, so all its hits are new.")
        pairs.append((older, after))
    notes += [f"No newer version of the {name} was given." for name in before]
    return pairs, tuple(notes)


_NEARLY_ALL = 0.8
"""The share of entries that change at once when a list comes in another format; UN 2021 to 2026 changed .73."""


def _other_format(told: Diff) -> list[str]:
    """What must be said where nearly every entry changed, as between two formats, which do not keep the same things."""
    both = len(told.new.entries) - len(told.added)
    if len(told.changed) < max(_NEARLY_ALL * both, 20):
        return []
    return [
        f"Of the {both:,} entries in both versions of the {told.new.name}, {len(told.changed):,} differ. So many do "
        f"where the files ({told.old.file}, {told.new.file}) are of two formats; compare two of one format."
    ]


def _changes(
    before: pl.DataFrame,
    after: pl.DataFrame,
    lists: tuple[SanctionsList | None, SanctionsList],
    *,
    before_day: date | None = None,
    then: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Of RESCREENED, for one list."""
    older, newer = lists
    told = diff(older, newer) if older else None
    moved = {one.old.number: one.new.number for one in told.changed} if told else {}
    keep = [*_HIT, "name", "rank", "listed_from"]
    old = before.select(keep).with_columns(pl.col("entry").replace(moved)).unique(_HIT, maintain_order=True)
    new = after.select(keep).unique(_HIT, maintain_order=True)
    both = old.join(new, on=_HIT, how="full", coalesce=True, nulls_equal=True, suffix="_new")
    entries = _Entries.of(told, newer, then or {})
    day = older.date if older else before_day
    rows = [row for one in both.iter_rows(named=True) if (row := _row(one, entries, day, newer))]
    return pl.DataFrame(rows, schema=RESCREENED, orient="row")


@dataclass(frozen=True, slots=True)
class _Entries:
    """What became of the entries of a list."""

    added: frozenset[str]
    returned: frozenset[str]
    changed: Mapping[str, tuple[str, ...]]
    now: Mapping[str, Entry]
    then: Mapping[str, str]
    compared: bool

    @classmethod
    def of(cls, told: Diff | None, newer: SanctionsList, then: Mapping[str, str]) -> _Entries:
        return cls(
            frozenset(one.number for one in told.added) if told else frozenset(),
            frozenset(one.number for one in told.returned) if told else frozenset(),
            {one.new.number: one.fields for one in told.changed} if told else {},
            {one.number: one for one in newer.entries},
            then,
            told is not None,
        )

    def altered(self, number: str) -> bool | None:
        """Whether an entry that stands in both says something else; None where that cannot be told."""
        if self.compared:
            return number in self.changed
        entry = self.now.get(number)
        if number not in self.then or entry is None:
            return None
        return content_sha256(content_of(entry)) != self.then[number]


def _row(one: Mapping[str, Any], entries: _Entries, before: date | None, newer: SanctionsList) -> dict[str, Any] | None:
    """One subject and entry; None where nothing changed."""
    number, ranks = one["entry"], (one["rank"], one["rank_new"])
    altered = entries.altered(number)
    if ranks[0] == ranks[1] and not altered:
        return None
    listed = one["listed_from_new"] or one["listed_from"]
    why = _why(ranks, number, entries, altered, listed, before)
    change = "new" if ranks[0] is None else "gone" if ranks[1] is None else "changed"
    name = one["name_new"] or one["name"]
    fields = list(entries.changed.get(number, ()))
    says = _says(
        one["asked"], f"entry {number} ({name}) of the {newer.name}", ranks, why, fields, listed, before, newer.date
    )
    row = {
        "change": change, "why": why, "asked": one["asked"], "ship": one["ship"], "list": newer.name, "before": before,
        "after": newer.date, "entry": number, "name": name, "rank_before": ranks[0], "rank_after": ranks[1],
        "fields": fields, "listed_from": listed, "says": says,
    }  # fmt: skip
    return {"id": content_id("re", row)} | row


def _why(
    ranks: tuple[str | None, str | None],
    number: str,
    entries: _Entries,
    altered: bool | None,
    listed: date | None,
    before: date | None,
) -> str:
    if number in entries.returned:
        return "returned"
    if number in entries.added:
        return "added"
    if ranks[1] is None and number not in entries.now:
        return "removed"
    if altered:
        return "altered"
    if ranks[0] is None and not entries.compared and listed and before and listed > before:
        return "added"
    return "cannot tell"


def _says(
    asked: str,
    entry: str,
    ranks: tuple[str | None, str | None],
    why: str,
    fields: Sequence[str],
    listed: date | None,
    before: date | None,
    after: date,
) -> str:
    then = f"on the list of {before}" if before else "before"
    if ranks[0] is None:
        head = f"{asked} met {entry} of {after} ({ranks[1]}), which it did not {then}."
    elif ranks[1] is None:
        head = f"{asked} met {entry} {then} ({ranks[0]}), and did not on that of {after}."
    elif ranks[0] == ranks[1]:
        head = f"{asked} met {entry} {then} and on that of {after}, {ranks[1]} both times."
    else:
        head = f"{asked} met {entry} {then} as {ranks[0]}, and on that of {after} as {ranks[1]}."
    before_it = listed is not None and before is not None and listed <= before
    what = f" in {', '.join(one.replace('_', ' ') for one in fields)}" if fields else ""
    reasons = {
        "returned": f"The entry did not stand on the older list, and its day of listing is {listed}, before that list: "
        "it was taken off and put back, and no field says when.",
        "added": f"The entry was added since{f', with {listed} as its day of listing' if listed else ''}.",
        "removed": "The entry no longer stands on the list.",
        "altered": f"The entry was changed{what}.",
        "cannot tell": "What is at hand does not tell why."
        + (f" Its day of listing is {listed}, before that list." if ranks[0] is None and before_it else ""),
    }
    return f"{head} {reasons[why]}"


def _sorted(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat(tables) if tables else schema.empty(RESCREENED)
    return whole.sort("change", "list", "before", "entry", "asked", "ship")
