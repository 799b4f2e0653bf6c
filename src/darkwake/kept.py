"""Searches that are kept: records, manifests, decisions. What the commands verify, manifest, rescreen and decide do."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema, screening
from darkwake.case import decisions, folder, record_page
from darkwake.case.derived import Derived
from darkwake.case.unaltered import unaltered
from darkwake.errors import Unreadable, WrongUse
from darkwake.screening import csv_out, rescreen, rescreen_goods, shipments
from darkwake.screening import manifest as manifests
from darkwake.screening import record as records
from darkwake.screening.verification import Check, verify

__all__ = ["Check", "decide", "keep", "rescreen_record", "said_of_lists", "screen_manifest", "verify"]


def keep(
    out: Path,
    *,
    parties: records.PartySearch | None = None,
    goods: records.GoodsSearch | None = None,
    manifest: dict[str, Any] | None = None,
    about: str = "",
) -> tuple[Path, Path]:
    """A record of a search made now, as JSON at `out` and as a page beside it."""
    path = writable(out).with_suffix(".json")
    kept = records.seal(
        at=datetime.now(UTC).replace(microsecond=0), parties=parties, goods=goods, manifest=manifest, about=about
    )
    page = path.with_suffix(".html")
    folder.write_text(path, records.as_text(kept))
    folder.write_text(page, record_page.render(kept, file=path.name))
    return path, page


def writable(path: Path) -> Path:
    """The path of a file to write, where there can be one.

    Raises:
        WrongUse: It is a folder, or its folder is not there or cannot be written to.
    """
    if path.is_dir() or not path.name:
        raise WrongUse("is a folder", where=str(path), to_do="Name a file to write, such as search.json")
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", where=str(path.parent), to_do="Make it, or write to another one")
    if not os.access(path.parent, os.W_OK):
        raise WrongUse("the folder cannot be written to", where=str(path.parent), to_do="Write to another one")
    return path


def of_case(
    case: folder.CaseFolder,
    ships: Sequence[screening.Asked],
    index: screening.Index,
    hits: pl.DataFrame,
    versions: screening.Versions,
    days: pl.DataFrame,
) -> pl.DataFrame:
    """STANDINGS of a case's hits on the days of its voyages; the search is kept as a record in the derived folder.

    Where a list is there in several versions, what the newest changed for these ships is kept beside it.
    """
    days_of: dict[int, list[date]] = {}
    for ship, on in days.iter_rows():
        days_of.setdefault(ship, []).append(on)
    asked = {one: days_of.get(one.ship or 0, []) for one in ships}
    made = records.of_parties(ships, index, hits=hits, versions=versions, days=asked)
    keep(case.derived / "search-record", parties=made, about=case.path.name)
    pairs = [every[-2:] for every in versions.by_name.values() if len(every) > 1]
    changes = schema.empty(rescreen.RESCREENED)
    if pairs:
        changes = rescreen.rescreen(ships, [old for old, _ in pairs], [new for _, new in pairs]).changes
    Derived(case).write("rescreened", changes)
    return made.standings


def decided(case: folder.CaseFolder, hits: pl.DataFrame) -> list[dict[str, Any]]:
    """What was decided about the hits of a case, as the page shows it: one row a hit that has a decision."""
    made = decisions.read(case)
    if not made or hits.is_empty():
        return []
    kept = records.load(case.derived / "search-record.json")
    told = decisions.apply(hits, made, decisions.contents_of(kept["parties"]["listed"]))
    return [
        {
            "hit": row["id"],
            **{key: row[key] for key in ("ship", "list", "entry")},
            "word": row["decision"],
            "because": row["decision_because"],
            "author": row["decision_by"],
            "at": row["decision_at"],
            "expired": row["decision_expired"],
            "changed": row["decision_says"] if row["decision_expired"] else "",
        }
        for row in told.filter(pl.col("decision").is_not_null()).iter_rows(named=True)
    ]


def said_of_lists(path: Path, taken: Sequence[tuple[folder.Added, bool]]) -> list[str]:
    """What must be said of the lists of parties that a case has just taken: yesterday's file under today's name.

    Args:
        path: The case.
        taken: The sources that were given, and whether each was new, as `steps.add` tells.
    """
    case = folder.find(path)
    kinds = {one.kind for one in screening.formats.FORMATS}
    said = []
    for new in (source for source, is_new in taken if is_new and source.kind in kinds):
        others = [one for one in case.sources() if one.kind == new.kind and one.sha256 != new.sha256]
        known = [case.source_path(one) for one in others]
        notes = screening.formats.named_for_another_day(case.source_path(new), known=known)
        said += [f"{new.name}: {note}" for note in notes]
    return said


def screen_manifest(
    file: Path,
    lists: Sequence[Path],
    *,
    on: date | None = None,
    columns: str = "",
    sheet: str = "",
    encoding: str = "",
    record: Path | None = None,
    table: Path | None = None,
) -> tuple[manifests.ManifestAnswer, tuple[Path, ...]]:
    """A manifest against lists of parties and goods; with `record` and `table` also written there."""
    for out in (record, table):
        if out:
            writable(out)
    parties, goods = manifests.lists_in(lists)
    read = shipments.read(file, columns=columns, sheet_name=sheet, encoding=encoding)
    if not read.rows:
        raise Unreadable("has a head and no row under it", where=read.file, to_do="Give the table with its shipments")
    told = manifests.screen_manifest(read, parties=parties, goods=goods, on=on)
    written: tuple[Path, ...] = ()
    if record:
        written = keep(record, parties=told.parties, goods=told.goods, manifest=told.section())
    if table:
        folder.write_text(table, csv_out.as_csv(told.findings))
        written = (*written, table)
    return told, written


@dataclass(frozen=True, slots=True)
class Rescreened:
    """What newer lists changed in the answers of a record."""

    changes: pl.DataFrame
    """Of rescreen.RESCREENED: hits on parties first, then findings about goods, with verdicts in the place of ranks."""
    sentences: tuple[str, ...]
    notes: tuple[str, ...]

    def says(self) -> str:
        """What was found for parties, and for goods."""
        return " ".join(self.sentences)


def rescreen_record(record: Path, new: Sequence[Path], old: Sequence[Path] = ()) -> Rescreened:
    """What a saved record asked of parties and of goods, against newer lists of either kind.

    Raises:
        WrongUse: No list was given, a list is of a kind that the record asked nothing of, or older than the record's.
        Refused: A file is no list, or cannot be read.
    """
    kept = records.load(record)
    parties = [file for file in new if screening.formats.sniff(file)]
    goods = [file for file in new if file not in parties]
    _fits(kept, record, parties, goods)
    old_parties = [file for file in old if screening.formats.sniff(file)]
    old_goods = [file for file in old if file not in old_parties]
    tables, sentences, notes = [], [], []
    if parties:
        read = screening.formats.read
        told = rescreen.rescreen_record(
            kept, [read(file) for file in parties], old=[read(file) for file in old_parties]
        )
        tables, sentences, notes = [told.changes], [told.says()], [*told.notes]
    elif kept.get("parties"):
        notes.append("No newer list of parties was given, so ships, companies and people were not looked up again.")
    if goods:
        before = screening.index_of(old_goods) if old_goods else None
        found = rescreen_goods.rescreen_goods(kept, screening.index_of(goods), before)
        tables, sentences = [*tables, found.changes], [*sentences, found.says()]
        notes += found.notes
    elif kept.get("goods"):
        notes.append("No newer control list was given, so goods were not looked up again.")
    return Rescreened(pl.concat(tables), tuple(sentences), tuple(notes))


def _fits(kept: Mapping[str, Any], record: Path, parties: Sequence[Path], goods: Sequence[Path]) -> None:
    """Refuse no list at all, and lists of a kind of which the record asked nothing."""
    if not parties and not goods:
        raise WrongUse("no new list was given", to_do="Name at least one: --lists sdn-new.xml.gz")
    if parties and not kept.get("parties"):
        raise WrongUse(
            f"{parties[0].name} is a list of ships, companies and people, and the record asked about goods alone",
            where=record.name,
            to_do='Give a control list, or look parties up first: darkwake screen "NAME" --lists FILE --record NEW',
        )
    if goods and not kept.get("goods") and _of_goods(goods[0]):
        raise WrongUse(
            f"{goods[0].name} is a list of goods, and the record asked about ships, companies and people alone",
            where=record.name,
            to_do='Give a list of parties, or look goods up first: darkwake goods "WORDS" --lists FILE --record NEW',
        )
    if goods and not kept.get("goods"):
        screening.formats.read(goods[0])  # says what is wrong with the file


def _of_goods(file: Path) -> bool:
    return bool(screening.formats.controls.sniff_controls(file) or screening.formats.hs.sniff_codes(file))


def decide(path: Path, wanted: str, *, because: str, author: str, word: str = decisions.WORDS[0]) -> decisions.Decision:
    """What a person decided about a hit of a case, with the entry as it stands now."""
    case = folder.find(path)
    if not (case.derived / "hits.parquet").exists():
        raise WrongUse("the case has not been run yet", where=str(path), to_do=f"Run it: darkwake run {path}")
    hit = decisions.find(Derived(case).read("hits", schema.HITS), wanted)
    sources = {one.sha256: one for one in case.sources()}
    of = screening.formats.read(unaltered(case, sources[hit["sources"][0]["source"]]))
    (listed,) = records.listed_of(pl.DataFrame([hit], schema=schema.HITS, orient="row"), [of])
    at = datetime.now(UTC).replace(microsecond=0)
    return decisions.decide(case, hit, word=word, because=because, author=author, at=at, content=listed["content"])
