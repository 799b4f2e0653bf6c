"""Screening: subjects against lists, a table of hits, and the record of what was searched.

A score orders hits: the sum of the points of `features.FEATURES`. A rank is what a reader sees, and follows from it:

    certain     0.60 and more: only the same sound IMO number reaches it
    strong      0.30 and more: a telling name together with a call sign or MMSI
    fair        0.18 and more: a telling name alone
    weak lead   0.05 and more: a commonplace or misspelled name, a call sign or MMSI alone, anything contradicted
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import canonical, content_id
from darkwake.screening.asked import Asked
from darkwake.screening.features import FEATURES, Listed, Meeting, Subject
from darkwake.screening.index import Index, each_once
from darkwake.screening.lists import SanctionsList
from darkwake.screening.names import LONGEST, fold, shown

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
    "Names in other scripts than the list's own are not compared.",
    "OFAC's classic SDN file gives no date for an entry, so none is told for the day of a voyage.",
    "Owners and managers of a ship are screened only where they are asked for by name.",
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
    rows = []
    for one in dict.fromkeys(asked):
        if one.empty:
            raise WrongUse("nothing was asked", to_do="Give a name, an IMO number, an MMSI or a call sign")
        subject = Subject(one)
        found = (_hit(subject, listed, at_least) for listed in index.candidates(subject))
        rows += [row for row in found if row is not None]
    return pl.DataFrame(rows, schema=schema.HITS, orient="row").sort(["score", "id"], descending=[True, False])


def _hit(subject: Subject, listed: Listed, at_least: str) -> dict[str, Any] | None:
    points: dict[str, float] = {}
    features = []
    meeting = Meeting(subject, listed)
    for feature in FEATURES:
        met = feature.meet(meeting)
        if met is None:
            continue
        points[feature.name] = feature.points(met.share, points)
        features.append(
            {
                "feature": feature.name,
                "weight": points[feature.name],
                "asked": met.asked,
                "listed": shown(met.listed),
                "says": met.says,
            }
        )
    score = round(sum(points.values()), 6)
    rank = rank_of(score)
    if rank is None or RANKS.index(rank) > RANKS.index(at_least):
        return None
    entry, of = listed.entry, listed.of
    citation = of.citation(entry)
    return {
        "id": content_id("hit", _as_text(subject.asked), of.name, of.date, of.sha256, entry.number),
        "ship": subject.asked.ship,
        "asked": subject.asked.described(),
        "entry": entry.number,
        "list": of.name,
        "list_date": of.date,
        "name": entry.name,
        "programmes": list(entry.programmes),
        "score": score,
        "rank": rank,
        "features": features,
        "listed_from": entry.listed_from,
        "sources": [asdict(citation)],
    }


def _as_text(asked: Asked) -> list[Any]:
    """The fields of `asked` with broken Unicode (lone surrogates) written out, so that it can be hashed."""

    def sound(value: Any) -> Any:
        if isinstance(value, tuple):
            return [sound(one) for one in value]
        return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value

    return [sound(value) for value in asdict(asked).values()]


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
