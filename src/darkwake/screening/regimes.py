"""Whether an entry was in force on a day: versions of the list x the entry's dates x the regime's dates x whose view.

A list says when an entry was listed, not that the regime behind it ended and came back; so the regime has to be known
apart. `data/regimes.csv` is the package's table of them, and `read` takes another of the same columns:

    regime        its id; the rows with one id are its periods
    name          in words, such as "the Security Council's measures on Iran"
    lists         names of lists as `SanctionsList.name` has them, with | between
    programme     the list's word for the regime, such as "Iran"
    authority     who made it
    acts          with ; between
    from, to      the first and the last day of the period, both in it; an empty `to` is open
    state         "in force"; "ended"; or "part": in force for some entries, and only a list of the time says which
    held_by       "all", or codes of those who hold that it was so, with spaces between (ISO alpha-2, EU, UN)
    contested_by  codes of those who contest it
    checked       "yes", "partly" or "no": whether a source at hand bears the dates out
    source        which
    says          one sentence, past tense

Views are never averaged: where holders differ, each is told, and the word for both together is "contested".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, cast, get_args

from darkwake import country
from darkwake.errors import MissingColumn, Unreadable
from darkwake.screening.lists import Entry, SanctionsList
from darkwake.screening.presence import Presence, presence
from darkwake.screening.versions import Versions

Word = Literal["in force", "not in force", "cannot tell", "contested"]
State = Literal["in force", "ended", "part"]

EVERYBODY = "all"
_COLUMNS = (
    "regime", "name", "lists", "programme", "authority", "acts", "from", "to", "state", "held_by", "contested_by",
    "checked", "source", "says",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days of one regime, as some or all hold it to have been."""

    acts: tuple[str, ...]
    start: date
    end: date | None
    """The last day in it; None where it is open."""
    state: State
    held_by: tuple[str, ...]
    """Codes of those who hold it; ("all",) for everybody."""
    contested_by: tuple[str, ...]
    checked: Literal["yes", "partly", "no"]
    source: str
    says: str

    def covers(self, on: date) -> bool:
        """Whether a day is in it."""
        return self.start <= on and (self.end is None or on <= self.end)

    def held(self, holder: str) -> bool:
        """Whether a holder holds it."""
        return holder in self.held_by or EVERYBODY in self.held_by


@dataclass(frozen=True, slots=True)
class Regime:
    """What gives the entries of one programme of a list their force, and when."""

    id: str
    name: str
    lists: tuple[str, ...]
    programme: str
    authority: str
    periods: tuple[Period, ...]
    """Sorted by their first day."""

    def governs(self, entry: Entry, of: SanctionsList) -> bool:
        """Whether an entry of a list stands under it."""
        return of.name in self.lists and any(one.casefold() == self.programme.casefold() for one in entry.programmes)

    def views(self) -> tuple[tuple[str, ...], ...]:
        """The groups of holders who differ somewhere in its history; one group, ("all",), where nobody does."""
        groups = {period.held_by for period in self.periods if EVERYBODY not in period.held_by}
        return tuple(sorted(groups, key=self._first)) or ((EVERYBODY,),)

    def _first(self, group: tuple[str, ...]) -> int:
        return next(at for at, period in enumerate(self.periods) if period.held_by == group)

    def period(self, on: date, holder: str) -> Period | None:
        """What a holder holds for a day; None where the table has no period for it."""
        return next((one for one in self.periods if one.covers(on) and one.held(holder)), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry's standing on a day in the eyes of one group of holders."""

    view: str
    """Who, in words; "everybody" where nobody differs."""
    word: Word
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry's standing on a day, as everybody sees it that differs."""

    on: date
    word: Word
    """The one word of all views; "contested" where one holds it in force and another not."""
    views: tuple[Seen, ...]
    says: str
    """Every view in sentences, one after the other."""


@cache
def known() -> tuple[Regime, ...]:
    """The package's own table."""
    text = files("darkwake").joinpath("data", "regimes.csv").read_text(encoding="utf-8")
    return _regimes(text, "regimes.csv")


def read(path: str | Path) -> tuple[Regime, ...]:
    """Another table of the same columns.

    Raises:
        MissingColumn: A column is not there.
        Unreadable: A day, a state or a word for `checked` is none, or two periods of one holder cover one day.
    """
    path = Path(path)
    return _regimes(path.read_text(encoding="utf-8-sig"), path.name)


def _regimes(text: str, where: str) -> tuple[Regime, ...]:
    reader = csv.DictReader(text.splitlines())
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise MissingColumn(f"there is no column {', '.join(missing)}", where=where, to_do="See docs/lists.md")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in reader:
        rows.setdefault(row["regime"], []).append(row)
    return tuple(_regime(id_, found, where) for id_, found in rows.items())


def _regime(id_: str, rows: Sequence[dict[str, str]], where: str) -> Regime:
    periods = sorted((_period(row, f"{where}, {id_}") for row in rows), key=lambda one: one.start)
    for at, one in enumerate(periods):
        for other in periods[at + 1 :]:
            shared = EVERYBODY in (*one.held_by, *other.held_by) or set(one.held_by) & set(other.held_by)
            if shared and one.covers(other.start):
                raise Unreadable(
                    f"two periods of one holder cover {other.start.isoformat()}",
                    where=f"{where}, {id_}",
                    to_do="End the earlier one on the day before",
                )
    first = rows[0]
    return Regime(
        id_, first["name"], tuple(first["lists"].split("|")), first["programme"], first["authority"], tuple(periods)
    )


def _period(row: dict[str, str], where: str) -> Period:
    try:
        start = date.fromisoformat(row["from"])
        end = date.fromisoformat(row["to"]) if row["to"] else None
    except ValueError as error:
        raise Unreadable(f"{error}", where=where, to_do="Write days as 2025-09-27") from error
    if row["state"] not in get_args(State) or row["checked"] not in ("yes", "partly", "no"):
        raise Unreadable(
            f"{row['state']!r} is no state, or {row['checked']!r} no answer to whether it was checked",
            where=where,
            to_do="States are: in force, ended, part; checked is yes, partly or no",
        )
    return Period(
        acts=tuple(act.strip() for act in row["acts"].split(";") if act.strip()),
        start=start,
        end=end,
        state=cast("State", row["state"]),
        held_by=tuple(row["held_by"].split()),
        contested_by=tuple(row["contested_by"].split()),
        checked=cast("Literal['yes', 'partly', 'no']", row["checked"]),
        source=row["source"],
        says=row["says"],
    )


def in_force(
    entry: Entry,
    of: SanctionsList,
    on: date,
    view: str | None = None,
    *,
    versions: Versions | None = None,
    regimes: Iterable[Regime] | None = None,
) -> Standing:
    """Whether an entry was in force on a day.

    Args:
        entry: The entry.
        of: The list that it was found in.
        on: The day.
        view: A holder's code (CN, EU, UN ...), for the answer in its eyes alone; None for every view that differs.
        versions: All versions of the list at hand; without them `of` alone.
        regimes: The table of regimes; the package's own where none is given.

    Returns:
        One word a view, and all of them in sentences. An entry under several programmes is in force where one of them
        is.
    """
    governing = [one for one in (known() if regimes is None else regimes) if one.governs(entry, of)]
    stood = presence(entry, of, on, versions)
    governed = {one.programme.casefold() for one in governing}
    alone = not entry.programmes or any(one.casefold() not in governed for one in entry.programmes)
    holders = [(view,)] if view else _views(governing, on)
    seen = []
    for group in holders:
        answers = [_under(one, group[0], on, stood) for one in governing]
        if alone:
            answers.append(_without(stood, entry, governing))
        seen.append(Seen(_who(group), *_strongest(answers)))
    words = {one.word for one in seen}
    together: Word = next(iter(words)) if len(words) == 1 else "contested" if "in force" in words else "cannot tell"
    return Standing(on, together, tuple(seen), _told(seen))


def _views(regimes: Sequence[Regime], on: date) -> list[tuple[str, ...]]:
    """The groups whose periods differ on that day; everybody as one group where none do."""
    groups = {
        group: None
        for one in regimes
        for group in one.views()
        if EVERYBODY not in group and any(period.covers(on) and period.held_by == group for period in one.periods)
    }
    return list(groups) or [(EVERYBODY,)]


def _under(regime: Regime, holder: str, on: date, stood: Presence) -> tuple[Word, str]:
    """An entry's standing under one regime in one holder's eyes."""
    period = regime.period(on, holder)
    if period is None:
        return "cannot tell", f"{stood.says} For {on} nothing is known here of {regime.name}."
    said = period.says + ("" if period.checked == "yes" else _UNCHECKED[period.checked])
    if stood.word == "off":
        return "not in force", f"{stood.says} {said}"
    if period.state == "ended":
        return "not in force", f"{said} {stood.says}"
    word = _in_period(period, stood)
    if word == "in force":
        inferred = " As the measures returned in that time, it is taken to have returned with them."
        return word, f"{said} {stood.says}{inferred if stood.word == 'back' else ''}"
    if period.state == "part" and word == "cannot tell":
        return word, f"{said} Which of the two this entry was cannot be told from the lists at hand. {stood.says}"
    return word, f"{said} {stood.says}"


_UNCHECKED = {
    "partly": " (Not every date in this was borne out by a source at hand.)",
    "no": " (The dates in this were not borne out by a source at hand.)",
}


def _in_period(period: Period, stood: Presence) -> Word:
    """While a regime is in force, for all or for some: whether the entry was."""
    of_the_time = any(day and period.covers(day) for day in (stood.after, stood.by))
    if stood.word == "on":
        # a list from before the period began says nothing of who was left in it, or came back with it
        return "in force" if of_the_time else "cannot tell"
    if stood.word == "by its dates":
        return "in force" if of_the_time or period.state == "in force" else "cannot tell"
    if stood.word != "back" or stood.after is None:
        return "cannot tell"
    if period.covers(stood.after):
        # a list of a period in which some were left shows who was not among them
        return "not in force" if period.state == "part" else "cannot tell"
    return "in force" if period.state == "in force" and stood.after < period.start else "cannot tell"


def _without(stood: Presence, entry: Entry, governing: Sequence[Regime]) -> tuple[Word, str]:
    """An entry's standing by the lists alone, for programmes that no regime in the table governs."""
    governed = {one.programme.casefold() for one in governing}
    names = ", ".join(one for one in entry.programmes if one.casefold() not in governed)
    apart = f" Of the dates of its programme{'s' * (', ' in names)} ({names}) nothing is known here." if names else ""
    words: dict[str, Word] = {"on": "in force", "by its dates": "in force", "off": "not in force"}
    return words.get(stood.word, "cannot tell"), stood.says + apart


def _strongest(answers: Sequence[tuple[Word, str]]) -> tuple[Word, str]:
    order: tuple[Word, ...] = ("in force", "cannot tell", "not in force")
    return min(answers, key=lambda answer: order.index(answer[0]))


def _who(group: tuple[str, ...]) -> str:
    if group == (EVERYBODY,):
        return "everybody"
    names = [_CODES.get(code) or country.name(code) for code in group]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


_CODES = {"UN": "the UN Secretariat", "EU": "the EU", "GB": "the United Kingdom", "US": "the United States",
          "RU": "Russia", "IR": "Iran"}  # fmt: skip


def _told(seen: Sequence[Seen]) -> str:
    if len(seen) == 1 and seen[0].view == "everybody":
        return f"{seen[0].word.capitalize()}: {seen[0].says}"
    return " ".join(f"In the view of {one.view}, {one.word}: {one.says}" for one in seen)
