"""Messages -> what ships did, what their silences mean, and where they sailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from darkwake import __version__, events, schema, told, tracks
from darkwake.case.derived import Derived
from darkwake.case.folder import Added, Asked
from darkwake.case.unaltered import unaltered
from darkwake.evidence import content_id
from darkwake.passages import passages
from darkwake.steps.workers import by_size

MOST_AROUND = 100
"""Silences for which it is told who was around: as many as anybody looks at."""
_PASSAGES = {
    "voyages": "legs", "corridor": "corridor", "inferred": "inferred", "reach": "reach", "unheard": "unheard",
    "reach_area": "area", "draughts": "draughts", "draught_changes": "changes",
}  # fmt: skip
"""Derived tables and the fields of `passages.Passages` that they hold."""


def hashes(sources: Sequence[Added]) -> list[str]:
    """What a step depends on, of its sources."""
    return [source.sha256 for source in sources]


def ingest(derived: Derived, heard: Sequence[Added]) -> tracks.Store:
    """Messages into the store, each source once."""
    case = derived.case

    def make() -> str:
        kept = rows = 0
        files = [unaltered(case, source) for source in heard]
        for source, file in zip(heard, files, strict=True):
            columns = tracks.Columns.parse(source.columns) if source.columns else None
            (read,) = tracks.ingest(
                [file], case.store, columns=columns, invented=source.invented, progress=derived.progress
            )
            kept, rows = kept + read.source.kept, rows + read.source.rows
        return f"{kept:,} of {rows:,} rows kept, {rows - kept:,} refused"

    if not heard:
        tracks.Store.opened(case.store)
    derived.step("ingest", content_id("ingest", __version__, hashes(heard)), [case.store], make)
    return tracks.Store(case.store)


def detect(
    derived: Derived, store: tracks.Store, places: pl.DataFrame, asked: Asked, key: str, workers: events.Workers | None
) -> None:
    """Positions -> events of every kind, areas of interference; and who was heard at all."""

    def make() -> str:
        ships = store.ships()
        share = by_size(workers, ships)
        longer_than = timedelta(hours=asked.longer_than_h)
        parts: list[pl.DataFrame] = []
        for detector in told.detectors(longer_than, places, store.identities()):
            if derived.progress:
                derived.progress(f"looking for {detector.kind.replace('_', ' ')}", len(parts), len(events.DETECTORS))
            one = detector.run(store, share)
            parts.append(events.facts(one, ports=places) if detector.kind == "gap" else one)
        found = pl.concat(parts).sort("ship", "start", "kind", "id")
        derived.write("ships", ships)
        derived.write("events", found)
        derived.write("interference", events.interference(found))
        kinds = dict(found.group_by("kind").len().iter_rows())
        others = [f"{number:,} of {kind}" for kind, number in sorted(kinds.items()) if kind not in ("gap", "port_call")]
        return ", ".join([f"{kinds.get('gap', 0):,} silences, {kinds.get('port_call', 0):,} port calls", *others])

    derived.step("detect", key, [derived.path(name) for name in ("ships", "events", "interference")], make)


def weigh(derived: Derived, store: tracks.Store, asked: Asked, key: str, workers: events.Workers | None) -> None:
    """Gaps -> what each silence means, against the other ships in the same water."""

    def make() -> str:
        gaps = derived.read("events", schema.EVENTS).filter(pl.col("kind") == "gap")
        sides = tracks.sides_of(store.shards(), gaps, identities=store.identities())
        longer_than = timedelta(hours=asked.longer_than_h)
        ships = derived.read("ships", schema.SHIPS)
        disturbed = derived.read("interference", schema.INTERFERENCE)
        weighed = events.weigh(
            gaps, store, ships=ships, sides=sides, longer_than=longer_than, interference=disturbed,
            workers=by_size(workers, ships), progress=derived.counted("hearing the ships around silences"),
        )  # fmt: skip
        derived.write("sides", sides)
        derived.write("silences", weighed)
        verdicts = weighed.group_by("verdict").len().sort(["len", "verdict"], descending=[True, False])
        return ", ".join(f"{number:,} {verdict}" for verdict, number in verdicts.iter_rows()) or "nothing to weigh"

    derived.step("weigh", content_id("weigh", key), [derived.path("sides"), derived.path("silences")], make)


def sail(derived: Derived, store: tracks.Store, places: pl.DataFrame, asked: Asked, key: str) -> None:
    """Calls and gaps -> voyages, those on the corridor, what draughts say, and calls that nobody heard."""

    def make() -> str:
        start, end = asked.times()
        weighed = derived.read("silences", schema.SILENCES).filter(pl.col("verdict") == "likely switched off")
        found = passages(
            derived.read("events", schema.EVENTS), derived.read("ships", schema.SHIPS), store, places,
            from_=asked.from_, to=asked.to, start=start, end=end, of_note=weighed["event"].to_list(),
        )  # fmt: skip
        for name, field in _PASSAGES.items():
            derived.write(name, getattr(found, field))
        return (
            f"{found.legs.height:,} legs, {found.corridor.height:,} on the corridor, {found.inferred.height:,} inferred"
        )

    derived.step("sail", key, [derived.path(name) for name in _PASSAGES], make)


def look(derived: Derived, store: tracks.Store, key: str, workers: events.Workers | None) -> None:
    """Who was around the silences that are told of, and how well each stretch of water was heard."""

    def make() -> str:
        hits = derived.read("hits", schema.HITS).filter(pl.col("rank") != "weak lead")
        of_note = [derived.read("corridor", schema.CHAINS), derived.read("unheard", schema.REACH), hits]
        ships = pl.concat([table.select("ship") for table in of_note]).drop_nulls().unique()
        verdicts = derived.read("silences", schema.SILENCES).select(pl.col("event").alias("id"), "verdict")
        gaps = derived.read("events", schema.EVENTS).join(verdicts, on="id")
        gaps = gaps.filter(pl.col("ship").is_in(ships["ship"].implode()) | (pl.col("verdict") == "likely switched off"))
        off, length = pl.col("verdict") == "likely switched off", pl.col("end") - pl.col("start")
        gaps = gaps.sort([off, length, "id"], descending=[True, True, False], nulls_last=True).head(MOST_AROUND)
        gaps = gaps.select(list(schema.EVENTS)).sort("ship", "start", "id")
        share = by_size(workers, derived.read("ships", schema.SHIPS))
        near = events.around(gaps, store, workers=share)
        water = events.reception(tracks.reception, store, workers=share)
        derived.write("looked", gaps.select("id"))
        derived.write("around", near)
        derived.write("reception", water)
        return f"{near.height:,} ships around {gaps.height:,} silences; {water.height:,} hours of water"

    derived.step("look", key, [derived.path(name) for name in ("looked", "around", "reception")], make)
