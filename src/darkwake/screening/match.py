"""Screening: subjects against lists, a table of hits, and the record of what was searched.

A score orders hits: the sum of the points of `features.FEATURES`. A rank is what a reader sees, and follows from it:

    certain     0.60 and more: only the same sound IMO number reaches it
    strong      0.30 and more: a telling name together with a call sign, an MMSI, a document or a date of birth
    fair        0.18 and more: a telling name alone, with a slip of a letter only where it has several words
    weak lead   0.05 and more: a commonplace name, a misspelled single word, a call sign or MMSI alone, anything
                contradicted
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib.metadata import version
from typing import Any, NamedTuple

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import canonical, content_id
from darkwake.screening.asked import Asked
from darkwake.screening.features import FEATURES, Feature, Meeting, Met, Subject, features_for
from darkwake.screening.index import Index, collector_paused, each_once
from darkwake.screening.lists import SanctionsList
from darkwake.screening.meeting import OTHER_NUMBER
from darkwake.screening.names import fold, shown
from darkwake.screening.tokens import LONGEST

RANKS = ("certain", "strong", "fair", "weak lead")
"""From high to low."""

INNOCENT = (
    "Another ship or person has the same or a similar name.",
    "A number was mistyped by the crew or by the list, or another ship sent it.",
    "The entry was removed or changed after the date of this list, or was not in force on the day in question.",
    "The ship was sold, and the entry names its former owner.",
)
"""What else than the listed party a hit may be."""
LIMITS = (
    "Names in other scripts are compared by their letters in Latin: Arabic, Persian and Hebrew by consonants alone, "
    "Chinese as Mandarin has it, and Japanese names in Chinese characters seldom as they are said.",
    "OFAC's lists and some others give no date for an entry; whether it was in force on the day of a voyage is told by "
    "the versions at hand and the table of regimes, or not at all.",
    "Owners and managers of a ship are screened only where they are asked for by name; those that a list names with an "
    "entry are shown, not followed further.",
)

_FROM = {"certain": 0.60, "strong": 0.30, "fair": 0.18, "weak lead": 0.05}
"""The least score of each rank."""


def rank_of(score: float) -> str | None:
    """The word for a score; None where it is too low to be a lead."""
    return next((rank for rank in RANKS if score >= _FROM[rank]), None)


def screen(
    asked: Sequence[Asked], lists: Index | Sequence[SanctionsList], *, at_least: str = "weak lead"
) -> pl.DataFrame:
    """Every entry that a subject meets.

    Args:
        asked: The subjects; a subject given twice counts once, and their order changes nothing.
        lists: An index, which is worth keeping between calls, or the lists themselves.
        at_least: The lowest rank that is handed out.

    Returns:
        Of schema.HITS, sorted by score from high to low, then id. The weights of a hit's features add up to its score.

    Raises:
        WrongUse: No list, nothing to look for in a subject, or no such rank.
    """
    if at_least not in RANKS:
        raise WrongUse(f"{at_least!r} is no rank", to_do=f"The ranks are: {', '.join(RANKS)}")
    index = lists if isinstance(lists, Index) else Index(lists)
    rows: list[tuple[Any, ...]] = []
    shown_with: list[tuple[Any, ...]] = []
    lowest = RANKS.index(at_least)
    once = list(dict.fromkeys(asked))
    if any(one.empty for one in once):
        raise WrongUse("nothing was asked", to_do="Give a name, an IMO number, an MMSI or a call sign")
    with collector_paused():
        for begin in range(0, len(once), _AT_ONCE):
            some = once[begin : begin + _AT_ONCE]
            for one, meetings in zip(some, index.meetings([Subject(one) for one in some]), strict=True):
                features = features_for(one)
                found = [hit for meeting in meetings if (hit := _weighed(meeting, features, lowest)) is not None]
                if found:
                    described, text = one.described(), _as_text(one)
                    for hit in found:
                        shown_with += [
                            (len(rows), feature.name, weight, met.asked, shown(met.listed), met.says)
                            for feature, met, weight in hit.features
                        ]
                        rows.append(_row(hit, described, text))
    return _table(rows, shown_with).sort(["score", "id"], descending=[True, False])


def _table(rows: Sequence[tuple[Any, ...]], features: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Of schema.HITS, made column by column: much cheaper than as many nested rows."""
    if not rows:
        return pl.DataFrame(schema=schema.HITS)
    flat = {
        name: _lists(name, column) if _FLAT[name] == pl.List(pl.String) else pl.Series(name, column, dtype=_FLAT[name])
        for name, column in zip(_FLAT, zip(*rows, strict=True), strict=True)
    }
    met = pl.DataFrame(
        [pl.Series(name, column) for name, column in zip(_SHOWN, zip(*features, strict=True), strict=True)]
    )
    lists = met.group_by("hit", maintain_order=True).agg(pl.struct(_SHOWN[1:]).alias("features"))
    source = pl.struct(pl.col("source"), pl.col("first_row"), pl.col("last_row"))
    return (
        pl.DataFrame(flat)
        .with_columns(lists["features"], pl.concat_list(source).alias("sources"))
        .select(pl.col(name).cast(kind) for name, kind in schema.HITS.items())
    )


_AT_ONCE = 256
"""Subjects that are looked up together."""


def lines_of(hit: Mapping[str, Any]) -> list[str]:
    """A row of schema.HITS for a person: the entry's name, then a line for what met, with both values.

    Without the invisible and bidirectional marks that lists and papers can carry.
    """
    lines = [shown(hit["name"])]
    for one in hit["features"]:
        says, asked, listed = one["says"].removesuffix("."), shown(one["asked"]), shown(one["listed"])
        if one["feature"] == "on" or not listed:
            lines.append(f"{says}.")
        elif one["feature"] == "linked":
            lines.append(f"{says}: {listed}.")
        else:
            lines.append(f"{says}: asked {asked}, listed {listed}.")
    return lines


def _lists(name: str, column: Sequence[tuple[str, ...]]) -> pl.Series:
    """A column of lists, of which most are the same few."""
    once = {value: place for place, value in enumerate(dict.fromkeys(column))}
    series = pl.Series(name, [list(value) for value in once], dtype=pl.List(pl.String))
    return series.gather([once[value] for value in column])


_SHOWN = ("hit", "feature", "weight", "asked", "listed", "says")
_FLAT: dict[str, Any] = {
    **{name: kind for name, kind in schema.HITS.items() if name not in ("features", "sources")},
    "source": pl.String, "first_row": pl.Int64, "last_row": pl.Int64,
}  # fmt: skip
"""The columns of `schema.HITS` that hold no table of their own, and the citation of a hit."""
_BY_OTHER_NUMBER = next(one.weight for one in FEATURES if one.name == "name") * OTHER_NUMBER
"""What ships' names with different numbers give at most, by themselves: too little for a lead."""


class _Hit(NamedTuple):
    meeting: Meeting
    score: float
    rank: str
    features: list[tuple[Feature, Met, float]]


def _weighed(meeting: Meeting, features: Sequence[Feature], lowest: int) -> _Hit | None:
    """How a subject meets an entry; None where the score makes no lead, or one of a lower rank than is asked for."""
    if meeting.subject.only_names and (
        (meeting.other_numbers and _FROM["weak lead"] > _BY_OTHER_NUMBER and not meeting.subject.asked.flag)
        or meeting.closest is None
    ):
        return None  # what the index offered is most often this, and nothing else can meet
    points: dict[str, float] = {}
    found = []
    for feature in features:
        met = feature.meet(meeting)
        if met is not None:
            points[feature.name] = feature.points(met.share, points)
            found.append((feature, met, points[feature.name]))
    score = round(sum(points.values()), 6)
    rank = rank_of(score)
    return None if rank is None or RANKS.index(rank) > lowest else _Hit(meeting, score, rank, found)


def _row(hit: _Hit, described: str, text: list[Any]) -> tuple[Any, ...]:
    """A row of `_FLAT`; `described` and `text` are the subject's, made once for all of its hits."""
    entry, of = hit.meeting.listed.entry, hit.meeting.listed.of
    citation = of.citation(entry)
    return (
        content_id("hit", text, of.name, of.date, of.sha256, entry.number),
        hit.meeting.subject.asked.ship,
        described,
        entry.number,
        of.name,
        of.date,
        entry.name,
        entry.programmes,
        hit.score,
        hit.rank,
        entry.listed_from,
        citation.source,
        citation.first_row,
        citation.last_row,
    )


_ASKED = tuple(one.name for one in fields(Asked))
_LATER = frozenset({"born", "countries", "numbers", "owners"})


def _as_text(asked: Asked) -> list[Any]:
    """The fields of `asked`, ready to be hashed.

    Those that came later count only where they are given, so that the id of an older hit stays what it was.
    """
    named = ((name, getattr(asked, name)) for name in _ASKED)
    return [_sound(value) for name, value in named if value or name not in _LATER]


def _sound(value: Any) -> Any:
    """Broken Unicode (lone surrogates) written out."""
    if isinstance(value, tuple):
        return [_sound(one) for one in value]
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Checked:
    """One list that was searched."""

    name: str
    date: date
    entries: int
    sha256: str
    file: str

    def described(self) -> str:
        """Name, date and size, such as "OFAC SDN of 2021-03-10, 8,832 entries"."""
        return f"{self.name} of {self.date.isoformat()}, {self.entries:,} entries"


@dataclass(frozen=True, slots=True)
class Searched:
    """What was asked, in which lists, and how much was found: kept for every search, above all one without hits."""

    asked: tuple[str, ...]
    """Each subject as one readable line, sorted."""
    lists: tuple[Checked, ...]
    ranks: Mapping[str, int]
    """Hits by rank; every rank is there."""
    notes: tuple[str, ...]
    """What limits the answer: names that were cut or left nothing to compare, faulty numbers, lists of another day."""
    made_by: str

    @classmethod
    def of(cls, asked: Sequence[Asked], lists: Index | Sequence[SanctionsList], hits: pl.DataFrame) -> Searched:
        """The record of one search; `hits` is what `screen` gave for the same subjects and lists."""
        searched = lists.lists if isinstance(lists, Index) else each_once(lists)
        checked = tuple(Checked(one.name, one.date, len(one.entries), one.sha256, one.file) for one in searched)
        found = Counter(hits["rank"])
        return cls(
            asked=tuple(sorted({one.described() for one in asked})),
            lists=checked,
            ranks={rank: found[rank] for rank in RANKS},
            notes=tuple(sorted({note for one in set(asked) for note in _notes(one, checked)})),
            made_by=f"screening {version('darkwake')}",
        )

    def sentence(self) -> str:
        """One sentence. Nothing found is said as just that, with the lists and their dates; it never means clear."""
        where = "; ".join(one.described() for one in self.lists)
        total = sum(self.ranks.values())
        if not total:
            return f"Not found in the lists checked ({where})."
        kinds = ", ".join(f"{count} {rank}" for rank, count in self.ranks.items() if count)
        return f"{total:,} hit{'s' * (total != 1)} ({kinds}) in the lists checked ({where})."

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        result: dict[str, Any] = canonical(asdict(self))
        return result


def _notes(asked: Asked, lists: Sequence[Checked]) -> list[str]:
    subject = Subject(asked)
    notes = []
    for name in (*asked.names, *asked.former_names):
        form = fold(name)
        if form.cut:
            notes.append(f"Of the name {shown(name)!r} only the first {LONGEST} characters were compared.")
        if form.empty and name.strip():
            notes.append(f"The name {shown(name)!r} has no letters or digits, so there was nothing to compare.")
    if subject.imo_fault:
        notes.append(f"The IMO number {shown(asked.imo)} {subject.imo_fault}; it was looked for all the same.")
    elif asked.imo.strip() and not subject.imo:
        notes.append(f"There is no IMO number in {shown(asked.imo)!r}.")
    if asked.mmsi.strip() and not subject.mmsi:
        notes.append(f"{shown(asked.mmsi)!r} is not a ship's MMSI, so it was not looked for.")
    if asked.on:
        notes += [
            f"{one.name} is of {one.date.isoformat()}, not of {asked.on.isoformat()}, the day asked about."
            for one in lists
            if one.date != asked.on
        ]
    return notes
