"""Each part alone: files in, a table out. What the commands tracks, events, voyages and screen do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from darkwake import events, ports, schema, screening, tracks, voyages
from darkwake.case.folder import Progress
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import Source


def ingest(files: Sequence[Path], store: Path, *, columns: str = "", progress: Progress | None = None) -> list[Source]:
    """Messages into a store; a file that it holds already changes nothing."""
    mapped = tracks.Columns.parse(columns) if columns else None
    return [read.source for read in tracks.ingest(files, store, columns=mapped, progress=progress)]


def _store(path: Path) -> tracks.Store:
    if not path.is_dir():
        raise Unreadable("there is no store", where=str(path), to_do=f"Make one: darkwake tracks FILES -o {path}")
    return tracks.Store(path)


def find_events(
    path: Path, *, only: str = "", longer_than: timedelta, progress: Progress | None = None
) -> pl.DataFrame:
    """EVENTS of a store, with `hours` and, for silences, `verdict` and `says` beside them."""
    kinds = ("gap", "port_call")
    if only and only not in kinds:
        raise WrongUse(f"{only!r} is no kind of event", to_do=f"Use one of {', '.join(kinds)}")
    if longer_than <= timedelta(0):
        raise WrongUse("a silence must be longer than nothing", to_do="Give --longer-than in hours, above 0")
    store = _store(path)
    ships = store.ships()
    found = schema.empty(schema.EVENTS)
    weighed = schema.empty(schema.SILENCES)
    if only != "port_call":
        if progress:
            progress("looking for silences", 0, None)
        found = events.facts(events.gap(longer_than=longer_than).run(store))
        sides = tracks.sides_of(store.shards(), found, identities=store.identities())
        weighed = events.weigh(found, store, ships=ships, sides=sides, longer_than=longer_than)
    if only != "gap":
        if progress:
            progress("looking for port calls", 0, None)
        found = pl.concat([found, events.port_call(ports=ports.default()).run(store)])
    hours = (pl.coalesce("end", pl.lit(ships["last_seen"].max())) - pl.col("start")).dt.total_seconds() / 3600
    said = weighed.select(pl.col("event").alias("id"), "verdict", "says")
    table = found.with_columns(hours.alias("hours")).join(said, on="id", how="left", maintain_order="left")
    return table.sort("ship", "start", "kind", "id")


def find_voyages(
    path: Path, *, from_: tuple[str, ...] = (), to: tuple[str, ...] = (), progress: Progress | None = None
) -> pl.DataFrame:
    """VOYAGES of a store; with `from_` or `to`, the CHAINS from one to the other."""
    store = _store(path)
    found = find_events(path, longer_than=timedelta(hours=6), progress=progress).select(list(schema.EVENTS))
    legs = voyages.legs(found, store.ships())
    return voyages.corridor(legs, from_=from_, to=to) if from_ or to else legs


def screen_one(
    *, name: str, imo: str, mmsi: str, callsign: str, lists: Sequence[Path]
) -> tuple[pl.DataFrame, screening.Searched]:
    """HITS of one name or number in those lists, and the record of the search."""
    if not (name or imo or mmsi or callsign):
        raise WrongUse(
            "nothing was asked", to_do='Give a name or a number: darkwake screen "NAME" --imo N --lists FILE'
        )
    index = screening.Index([screening.formats.read(file) for file in lists])
    asked = screening.Asked(names=(name,) if name else (), imo=imo, mmsi=mmsi, callsign=callsign)
    hits = screening.screen([asked], index)
    return hits, screening.Searched.of([asked], index, hits)
