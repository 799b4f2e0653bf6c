"""Each part alone: files in, a table out. What the commands tracks, events, voyages, screen and goods do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import polars as pl

from darkwake import country, events, ports, schema, screening, told, tracks, voyages
from darkwake.case.folder import Progress
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import Source
from darkwake.passages import passages
from darkwake.port_merging import merged
from darkwake.screening import births, record
from darkwake.screening.meeting import Subject


def ingest(files: Sequence[Path], store: Path, *, columns: str = "", progress: Progress | None = None) -> list[Source]:
    """Messages into a store; a file that it holds already changes nothing."""
    mapped = tracks.Columns.parse(columns) if columns else None
    return [read.source for read in tracks.ingest(files, store, columns=mapped, progress=progress)]


def _store(path: Path) -> tracks.Store:
    if not path.is_dir():
        raise Unreadable("there is no store", where=str(path), to_do=f"Make one: darkwake tracks FILES -o {path}")
    return tracks.Store(path)


def kinds() -> tuple[str, ...]:
    """The kinds of event that can be asked for, in the order in which they are found."""
    return tuple(factory.__name__ for factory in events.DETECTORS)


def find_events(
    path: Path,
    *,
    only: str = "",
    preset: str = "",
    longer_than: timedelta,
    places: Sequence[Path] = (),
    progress: Progress | None = None,
) -> pl.DataFrame:
    """EVENTS of a store, with `hours`, and `verdict` and `says` where the kind has them."""
    if only and only not in kinds():
        raise WrongUse(f"{only!r} is no kind of event", to_do=f"Use one of {', '.join(kinds())}")
    if longer_than <= timedelta(0):
        raise WrongUse("a silence must be longer than nothing", to_do="Give --longer-than in hours, above 0")
    store, points = _store(path), places_of(places)
    ships = store.ships()
    found, weighed = schema.empty(schema.EVENTS), schema.empty(schema.SILENCES)
    chosen = _chosen(told.detectors(longer_than, points, store.identities()), only, preset, points)
    for number, detector in enumerate(chosen):
        if progress:
            progress(f"looking for {detector.kind.replace('_', ' ')}", number, len(chosen))
        found = pl.concat([found, detector.run(store)])
    gaps = events.facts(found.filter(pl.col("kind") == "gap"), ports=points)
    if gaps.height:
        sides = tracks.sides_of(store.shards(), gaps, identities=store.identities())
        weighed = events.weigh(
            gaps, store, ships=ships, sides=sides, longer_than=longer_than, interference=events.interference(found)
        )
    found = pl.concat([gaps, found.filter(pl.col("kind") != "gap")])
    hours = (pl.coalesce("end", pl.lit(ships["last_seen"].max())) - pl.col("start")).dt.total_seconds() / 3600
    said = weighed.select(pl.col("event").alias("id"), "verdict", says_of_gap="says")
    table = found.with_columns(hours.alias("hours")).join(said, on="id", how="left", maintain_order="left")
    own = pl.col("details").str.json_path_match("$.says")
    pattern = pl.col("details").str.json_path_match("$.pattern")
    table = table.with_columns(pl.coalesce("verdict", pattern), says=pl.coalesce("says_of_gap", own)).drop(
        "says_of_gap"
    )
    return table.sort("ship", "start", "kind", "id")


def _chosen(
    every: Sequence[events.Detector], only: str, preset: str, points: pl.DataFrame
) -> Sequence[events.Detector]:
    """The detectors to run: all, or one, and that with another preset where it has presets."""
    if not preset:
        return [detector for detector in every if not only or detector.kind == only]
    if only == "encounter" and preset in events.ENCOUNTER_PRESETS:
        return [events.encounter(preset=cast(Any, preset), anchorages=points)]
    if only == "loitering" and preset in events.LOITERING_PRESETS:
        return [events.loitering(preset=cast(Any, preset), ports=points)]
    raise WrongUse(
        f"there is no preset {preset!r} of {only or 'all events'}",
        to_do=f"--only encounter has {', '.join(events.ENCOUNTER_PRESETS)}; "
        f"--only loitering has {', '.join(events.LOITERING_PRESETS)}",
    )


def places_of(files: Sequence[Path]) -> pl.DataFrame:
    """The ports in those files; the package's own where there is none."""
    if not files:
        return ports.default()
    return merged([ports.read(file)[0] for file in files])[0]


def find_voyages(
    path: Path,
    *,
    from_: tuple[str, ...] = (),
    to: tuple[str, ...] = (),
    places: Sequence[Path] = (),
    longer_than: timedelta = timedelta(hours=6),
    progress: Progress | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """VOYAGES of a store; with `from_` and `to` the CHAINS from one to the other, and each ship's count both ways.

    Returns:
        The voyages; the counts (no rows without a corridor); and where there is no voyage on the corridor, why.
    """
    if bool(from_) != bool(to):
        raise WrongUse("a corridor has two ends", to_do="Give both: --from DK --to SE")
    store, points = _store(path), places_of(places)
    found = find_events(path, longer_than=longer_than, places=places, progress=progress)
    if progress:
        progress("laying voyages together", 0, None)
    have = passages(found.select(list(schema.EVENTS)), store.ships(), store, points, from_=from_, to=to)
    if not from_:
        return have.legs, pl.DataFrame(), []
    counts = voyages.back_and_forth(
        have.legs, from_=from_, to=to, inferred=have.inferred, events=found.select(list(schema.EVENTS))
    )
    why = []
    if have.corridor.is_empty():
        why = voyages.why_none(have.legs, points, store.positions(), from_=from_, to=to, inferred=have.inferred)
    return have.corridor, counts, why


KINDS: dict[str, screening.lists.EntryKind] = {
    "ship": "vessel", "company": "entity", "person": "person", "aircraft": "aircraft",
}  # fmt: skip
"""What a subject can be, in plain words, and the lists' word for it."""


def kind_asked(word: str) -> screening.lists.EntryKind | None:
    """The lists' word for a plain one; None where it is empty.

    Raises:
        WrongUse: It is no kind.
    """
    if not word:
        return None
    kind = KINDS.get(word.casefold()) or next((one for one in KINDS.values() if one == word.casefold()), None)
    if kind is None:
        raise WrongUse(f"{word!r} is no kind of party", to_do=f"The kinds are: {', '.join(KINDS)}")
    return kind


def screen_one(asked: screening.Asked, lists: Sequence[Path]) -> tuple[record.PartySearch, screening.Searched]:
    """One party in those lists: hits with their standing on the day, and the record of the search."""
    if asked.empty:
        raise WrongUse(
            "nothing was asked", to_do='Give a name or a number: darkwake screen "NAME" --imo N --lists FILE'
        )
    if stray := next((name for name in asked.names if _is_file(name)), ""):
        raise WrongUse(
            "is a file, and stood where the name to look up does", where=stray, to_do=f"Name each list: --lists {stray}"
        )
    _can_be_compared(asked)
    on = asked.on
    versions = screening.Versions.of(screening.formats.read_all(lists))
    index = screening.Index(list(_answering(versions, on)))
    if not Subject(asked).comparable:
        why = screening.Searched.of([asked], index, schema.empty(schema.HITS)).notes
        raise WrongUse("nothing in what was asked can be looked for", to_do=" ".join(why))
    found = screening.screen([asked], index)
    # the version of the day comes first; a later one tells only of entries that were not on it
    first = pl.col("list_date") == pl.col("list_date").min().over("list", "entry")
    days = {asked: [on] if on else []}
    made = record.of_parties([asked], index, hits=found.filter(first), versions=versions, days=days)
    return made, screening.Searched.of([asked], index, made.hits)


def _can_be_compared(asked: screening.Asked) -> None:
    """Refuse what would be looked past in silence.

    Raises:
        WrongUse: A country is none, a date of birth has no year, or a ship's number was given for what is no ship.
    """
    for option, text in (("--flag", asked.flag), *(("--country", one) for one in asked.countries)):
        if text.strip() and country.code(text) is None:
            raise WrongUse(f"{option} {text!r} is no country", to_do="Give a code such as PA, or an English name")
    if asked.born.strip() and births.born(asked.born) is None:
        raise WrongUse(
            f"--born {asked.born!r} has no year", to_do="Write it as 1975-03-12, 1975-03, 1975, 1975~ or 197X"
        )
    of_ship = {"--imo": asked.imo, "--mmsi": asked.mmsi, "--call-sign": asked.callsign, "--flag": asked.flag}
    given = [option for option, text in of_ship.items() if text.strip()]
    if given and asked.kind in ("person", "entity"):
        word = next(word for word, kind in KINDS.items() if kind == asked.kind)
        raise WrongUse(f"{given[0]} is of a ship, and --kind says {word}", to_do="Leave one of the two out")
    of_party = {"--born": asked.born, "--country": asked.countries, "--number": asked.numbers}
    given = [option for option, value in of_party.items() if value]
    if given and asked.is_vessel:
        raise WrongUse(
            f"{given[0]} is of a person or company, and the rest is of a ship",
            to_do="Ask for the ship and for its people one after the other; a ship's country is its --flag",
        )


def _answering(versions: screening.Versions, on: date | None) -> Iterator[screening.SanctionsList]:
    """Of each list the version that answers for the day, the newest where no day is asked about; and all later ones.

    Later ones, because an entry with an old day of listing can be absent from the version that answers and stand in the
    next: taken off and put back, on no day that the list tells.
    """
    for name, every in versions.by_name.items():
        answer = versions.as_of(name, on or date.max)
        yield from (one for one in every if answer and one.date >= answer.list.date)


def _is_file(text: str) -> bool:
    """True for the name of a file at hand: what a list becomes that is given without its option."""
    try:
        return bool(text.strip()) and Path(text).is_file()
    except (OSError, ValueError):
        return False  # too long for a path, or with characters that none has


def goods_of(asked: screening.GoodsAsked, lists: Sequence[Path]) -> record.GoodsSearch:
    """What the control lists in those files say of goods."""
    if asked.empty:
        raise WrongUse("nothing was asked", to_do='Describe the goods: darkwake goods "WORDS" --hs N --cas N')
    if _is_file(asked.description):
        name = asked.description
        raise WrongUse(
            "is a file, and stood where the description does", where=name, to_do=f"Name each list: --lists {name}"
        )
    return record.of_goods([asked], screening.index_of(lists))
