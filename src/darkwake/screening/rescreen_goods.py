"""A new version of a control list against goods that were looked up before: what is new, gone and changed, and why.

    told = rescreen_goods(record, index_of(["annex-new.json"]))       # what a saved record asked of goods
    told = rescreen_goods(record, index_of([new]), index_of([old]))   # with the older versions the reasons are better

The table is that of `rescreen`, with verdicts in the place of ranks. Only findings of lines of lists are compared: what
a source stated of a precursor is no list's, and stays as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import polars as pl

from darkwake.errors import WrongUse
from darkwake.evidence import content_id
from darkwake.screening.controls import ControlEntry, ControlList
from darkwake.screening.goods import search
from darkwake.screening.goods_asked import VERDICTS, GoodsFinding
from darkwake.screening.goods_index import GoodsIndex
from darkwake.screening.names import shown
from darkwake.screening.rescreen import RESCREENED
from darkwake.screening.verification import goods_asked_again

_WIDER = 40
"""Text leads that are looked through before one that was told earlier counts as gone."""
_LEAD = "text lead"
_PLACES = {"row", "last_row", "source"}
"""Fields of a line that tell where it stands or where a table has it from, and change with every file."""


@dataclass(frozen=True, slots=True)
class GoodsRescreened:
    """What new control lists changed."""

    changes: pl.DataFrame
    """Of `rescreen.RESCREENED`: one row for each question and entry whose answer is another."""
    questions: int
    notes: tuple[str, ...] = ()

    def says(self) -> str:
        """One sentence with the counts."""
        count = {word: int((self.changes["change"] == word).sum()) for word in ("new", "gone", "changed")}
        what = (
            f"{count['new']:,} findings were new, {count['gone']:,} were gone and {count['changed']:,} had changed"
            if self.changes.height
            else "no finding was new, gone or changed"
        )
        return f"Of the {self.questions:,} question{'s' * (self.questions != 1)} about goods asked before, {what}."


def rescreen_goods(record: Mapping[str, Any], new: GoodsIndex, old: GoodsIndex | None = None) -> GoodsRescreened:
    """What a saved record asked of goods and found, against newer control lists.

    Args:
        record: A record of a search for goods, or of a manifest.
        new: The new lists, and tables of codes as they are. Lists that the record did not search count as added.
        old: The lists of the record, where they are at hand: without them, what changed in an entry is told from the
            text that the record kept, of which it has the first 200 characters.

    Raises:
        WrongUse: The record is of no search for goods, there is no new list, or a list is older than the record's.
    """
    section = record.get("goods")
    if not section:
        raise WrongUse("the record is of no search for goods", to_do="Give the record of one")
    dates = _latest(section["lists"])
    hashes = {one["sha256"] for one in section["lists"]}
    lists, notes = _newer([one for one in new.lists if one.whole], dates, hashes)
    older = {(one.name, one.date): one for one in (old.lists if old else ())}
    own = [_Compared.of(one, dates.get(one.name), older) for one in lists]
    notes += [note for one in own if (note := one.note())]
    rows = []
    for answer in section["answers"]:
        asked = goods_asked_again(answer["asked"])
        leads = section["options"]["leads"]
        now, wide = (search(asked, new, leads=most).findings for most in (leads, max(leads, _WIDER)))
        for one in own:
            before = _best(_Found.kept(found) for found in answer["findings"] if found["list"] == one.new.name)
            before = {entry: found for entry, found in before.items() if found.day == one.day}
            after = _best(_Found.made(found) for found in now if _is_of(found, one.new))
            also = _best(_Found.made(found) for found in wide if _is_of(found, one.new))
            # a lead that fell behind others, or was behind them before, is no other answer
            after |= {entry: also[entry] for entry in before if entry not in after and entry in also}
            rows += one.rows(asked.described(), before, after)
    table = pl.DataFrame(rows, schema=RESCREENED, orient="row").unique("id", maintain_order=True)
    ordered = table.sort("change", "list", "before", "entry", "asked")
    return GoodsRescreened(ordered, len(section["answers"]), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding of a line, as a record has it or as it is made now."""

    verdict: str
    entry: str
    text: str
    day: date | None
    begins: date | None
    ends: date | None

    @classmethod
    def kept(cls, one: Mapping[str, Any]) -> _Found:
        days = [date.fromisoformat(one[name]) if one[name] else None for name in _DAYS]
        return cls(one["verdict"], one["entry"], one["text"], *days)

    @classmethod
    def made(cls, one: GoodsFinding) -> _Found:
        return cls(one.verdict, one.entry, one.text, one.list_date, one.in_force_from, one.in_force_to)

    @property
    def top(self) -> str:
        """The number of the whole entry."""
        return self.entry.partition(".")[0]

    def differs(self, other: _Found) -> list[str]:
        """The fields that are another, without a first day that is only the list's own."""
        found = ["text"] * (self.text != other.text)
        own = [None if one.begins == one.day else one.begins for one in (self, other)]
        return found + ["in_force_from"] * (own[0] != own[1]) + ["in_force_to"] * (self.ends != other.ends)


_DAYS = ("list_date", "in_force_from", "in_force_to")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A new list, and what is at hand of the version before it."""

    new: ControlList
    day: date | None
    """The day of the version that the record searched; None where it searched none."""
    old: ControlList | None
    lines: Mapping[str, tuple[Any, ...]]
    """What the lines of each entry's number say in the new version."""
    lines_before: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, new: ControlList, day: date | None, older: Mapping[tuple[str, date], ControlList]) -> _Compared:
        old = older.get((new.name, day)) if day else None
        return cls(new, day, old, _lines(new), _lines(old) if old else {})

    def note(self) -> str:
        if self.day is None:
            return f"The {self.new.name} was not among the control lists of the record."
        if self.old is None:
            return f"The {self.new.name} of {self.day} was not at hand; its entries were taken as the record has them."
        return ""

    def rows(self, asked: str, before: Mapping[str, _Found], after: Mapping[str, _Found]) -> list[dict[str, Any]]:
        led = {one.top for one in before.values() if one.verdict == _LEAD}
        rows = []
        for entry in sorted({*before, *after}):
            was, now = before.get(entry), after.get(entry)
            if not self._only_ranked(entry, was, now, led) and (row := self._row(asked, entry, was, now)):
                rows.append(row)
        return rows

    def _only_ranked(self, entry: str, was: _Found | None, now: _Found | None, led: set[str]) -> bool:
        """Whether a text lead came or went though its line did not: few leads are told, and of an entry one line."""
        found = was or now
        if found is None or found.verdict != _LEAD or (was and now):
            return False
        if was:
            return any(was.text.startswith(shown(line[_TEXT])) for line in self.lines.get(entry, ()))
        if self.old:
            return entry in self.lines_before and self.lines_before[entry] == self.lines.get(entry)
        return found.top in led

    def _row(self, asked: str, entry: str, was: _Found | None, now: _Found | None) -> dict[str, Any] | None:
        altered = self._altered(entry, was, now)
        if was and now and was.verdict == now.verdict and not altered:
            return None
        why = self._why(entry, was, now, altered)
        found = now or was
        name = shown(found.text) if found else ""
        verdicts = was.verdict if was else None, now.verdict if now else None
        row = {
            "change": "new" if was is None else "gone" if now is None else "changed",
            "why": why,
            "asked": asked,
            "ship": None,
            "list": self.new.name,
            "before": self.day,
            "after": self.new.date,
            "entry": entry,
            "name": name,
            "rank_before": verdicts[0],
            "rank_after": verdicts[1],
            "fields": altered,
            "listed_from": found.begins if found else None,
            "says": self._says(asked, entry, verdicts, why, altered, was, now),
        }
        return {"id": content_id("re", row)} | row

    def _altered(self, entry: str, was: _Found | None, now: _Found | None) -> list[str]:
        """Which fields of the entry's lines are another; from the record alone only those that it kept."""
        if self.old:
            both = self.lines_before.get(entry), self.lines.get(entry)
            if both[0] is None or both[1] is None or both[0] == both[1]:
                return []
            left, right = (tuple(zip(*lines, strict=True)) for lines in both if lines is not None)
            return [name for name, one, other in zip(_CONTENT, left, right, strict=True) if one != other]
        return was.differs(now) if was and now else []

    def _why(self, entry: str, was: _Found | None, now: _Found | None, altered: Sequence[str]) -> str:
        if was is None and self.old and entry not in self.lines_before:
            return "added"
        if now is None and entry not in self.lines:
            return "removed"
        if altered:
            return "altered"
        own = now.begins if now and now.begins != now.day else None
        if was is None and not self.old and own and self.day and own > self.day:
            return "added"
        return "cannot tell"

    def _says(
        self, asked: str, entry: str, verdicts: tuple[str | None, str | None], why: str, altered: Sequence[str],
        was: _Found | None, now: _Found | None,
    ) -> str:  # fmt: skip
        of = f"entry {entry} of the {self.new.name}"
        then = f"on the list of {self.day}" if self.day else "before"
        if was is None:
            head = f"{asked} met {of} of {self.new.date} ({verdicts[1]}), which it did not {then}."
        elif now is None:
            head = f"{asked} met {of} {then} ({verdicts[0]}), and did not on that of {self.new.date}."
        elif verdicts[0] == verdicts[1]:
            head = f"{asked} met {of} {then} and on that of {self.new.date}, {verdicts[0]} both times."
        else:
            head = f"{asked} met {of} {then} as {verdicts[0]!r}, and on that of {self.new.date} as {verdicts[1]!r}."
        what = f" in {', '.join(one.replace('_', ' ') for one in altered)}" if altered else ""
        texts = ""
        if was and now and was.text != now.text:
            texts = f" It read {shown(was.text)!r}, and then {shown(now.text)!r}."
        reasons = {
            "added": "The entry was added since.",
            "removed": "The entry no longer stands on the list under this number.",
            "altered": f"The entry was changed{what}.{texts}",
            "cannot tell": "What is at hand does not tell why.",
        }
        return f"{head} {reasons[why]}"


_CONTENT = tuple(one.name for one in fields(ControlEntry) if one.name not in _PLACES)
_TEXT = _CONTENT.index("text")


def _lines(of: ControlList) -> dict[str, tuple[Any, ...]]:
    """What the lines of each number say, in the order of the list."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for line in of.entries:
        found[line.number].append(tuple(getattr(line, name) for name in _CONTENT))
    return {number: tuple(lines) for number, lines in found.items()}


def _is_of(found: GoodsFinding, of: ControlList) -> bool:
    return (found.list, found.list_date) == (of.name, of.date)


def _best(found: Iterable[_Found]) -> dict[str, _Found]:
    """Of each entry the finding that says most; the first of equals."""
    best: dict[str, _Found] = {}
    for one in sorted(found, key=lambda one: VERDICTS.index(one.verdict)):
        best.setdefault(one.entry, one)
    return best


def _latest(lists: Iterable[Mapping[str, Any]]) -> dict[str, date]:
    """Of each list the day of the latest version that was searched, without lists of which few entries are known."""
    found: dict[str, date] = {}
    for one in lists:
        if one["whole"]:
            day = date.fromisoformat(one["date"])
            found[one["name"]] = max(day, found.get(one["name"], day))
    return found


def _newer(
    new: Sequence[ControlList], dates: Mapping[str, date], hashes: set[str]
) -> tuple[list[ControlList], list[str]]:
    """The new lists that are to be compared, one version of each, and what must be said of the others."""
    kept, notes = [], []
    for one in new:
        day = dates.get(one.name)
        if one.sha256 in hashes:
            notes.append(f"The {one.name} is the same file as before.")
            continue
        if day and day > one.date:
            raise WrongUse(
                f"the {one.name} of {one.date} is older than the record's, of {day}", to_do="Give a newer version"
            )
        if any((other.name, other.date) != (one.name, one.date) and other.name == one.name for other in new):
            raise WrongUse(f"two versions of the {one.name} were given", to_do="Give the newer one alone")
        kept.append(one)
    if not kept and not notes:
        raise WrongUse("no new control list was given", to_do="Name at least one: --lists annex-new.json")
    given = {one.name for one in new}
    notes += [f"No newer version of the {name} was given." for name in dates if name not in given]
    return kept, notes
