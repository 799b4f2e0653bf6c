"""The whole trip, one function a step. START READING HERE.

    new      a case folder with the question
    add      sources into it, each as it came, known by its hash
    run      ingest   messages -> one store            (tracks)
             detect   positions -> gaps, port calls, meetings and so on (events)
             weigh    gaps -> what each silence means  (tracks.sides, events.silence)
             sail     calls and gaps -> voyages        (passages, voyages)
             screen   identities -> list entries       (screening)
             goods    what was on board -> control lists (screening)
             look     who was heard around, and where  (events.around, tracks.reception)
             join     evidence -> threads -> case.json (case)
             draw     case.json -> case.html           (case)
    export   the case as a file to hand on
    demo     all of that on an invented world          (synth)

The parts do not know one another; what one hands to the next is a table of schema.py. Each step of `run` leaves its
result in the case's `derived` folder and is passed over as long as nothing that it depends on has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import __version__, events, kept, schema, screening, synth, told, tracks
from darkwake.case import file as case_file
from darkwake.case import folder, html, thin
from darkwake.case.derived import Derived, StepReport
from darkwake.case.file import summary
from darkwake.case.folder import Added, Asked, CaseFolder, Progress
from darkwake.errors import WrongUse
from darkwake.evidence import Source, content_id
from darkwake.passages import passages
from darkwake.sources import Sorted, files_in, kind_of, look_through, ports_of

__all__ = ["Asked", "RunReport", "add", "demo", "export", "new", "run", "summary"]

PAGE_POSITIONS = 200_000
"""As many positions as the page draws with ease; the store keeps all."""
MOST_AROUND = 100
"""Silences for which it is told who was around: as many as anybody looks at."""
MANY_POSITIONS = 5_000_000
"""From here on a second process is worth its start."""
_PROCESSES = 2
_PASSAGES = {
    "voyages": "legs", "corridor": "corridor", "inferred": "inferred", "reach": "reach", "unheard": "unheard",
    "reach_area": "area", "draughts": "draughts", "draught_changes": "changes",
}  # fmt: skip
"""Derived tables and the fields of `passages.Passages` that they hold."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did: the steps, the sources with their refusals, and the case."""

    steps: tuple[StepReport, ...]
    sources: tuple[Source, ...]
    case: Mapping[str, Any]
    case_json: Path
    case_html: Path


def new(path: Path, asked: Asked) -> CaseFolder:
    """Make a case folder."""
    return folder.create(path, asked)


# --- add ---


def add(
    path: Path, files: Iterable[Path], *, columns: str = "", invented: bool = False, progress: Progress | None = None
) -> list[tuple[Added, bool]]:
    """Take files into a case; a folder gives all files in it. Says for each whether it was new.

    All files are looked at before the first is taken, and lists and ports are read to the end, so a file that
    cannot be read leaves the case as it was.
    """
    case = folder.find(path)
    given = [file for item in files for file in files_in(item)]
    kinds = [kind_of(file, columns) for file in given]
    for file, kind in zip(given, kinds, strict=True):
        look_through(file, kind)
    with case.lock():
        folder.room_for(case.path, sum(file.stat().st_size for file in given))
        taken = []
        for number, (file, kind) in enumerate(zip(given, kinds, strict=True)):
            if progress:
                progress(f"taking {file.name}", number, len(given))
            taken.append(case.take(file, kind=kind, columns=columns, invented=invented))
    return taken


# --- run ---


def run(path: Path, *, progress: Progress | None = None) -> RunReport:
    """Do every step that has something new to do.

    Raises:
        CaseMissing: there is no case at that path.
        CaseBusy: another run holds it.
        WrongUse: it has no sources, or its question cannot be read.
        Refused: a source cannot be read; case.json and case.html stay as they were.
    """
    case = folder.find(path)
    with case.lock():
        asked, sources = case.asked(), Sorted.of(case.sources())
        if not sources.heard:
            raise WrongUse(
                "the case has no ship positions yet", where=str(path), to_do=f"Add some: darkwake add {path} FILES"
            )
        derived = Derived(case, progress)
        store = _ingest(derived, sources.heard)
        key = content_id("run", __version__, _hashes(sources.heard))
        places = ports_of(case, sources.ports)
        key_events = content_id("detect", key, _hashes(sources.ports), asked.longer_than_h)
        _detect(derived, store, places, asked, key_events)
        _weigh(derived, store, asked, key_events)
        _sail(derived, store, places, asked, content_id("sail", key_events, asdict(asked)))
        key_lists = content_id("screen", key_events, asdict(asked), _hashes(sources.lists))
        _screen(derived, store, sources.lists, key_lists)
        _goods(derived, sources.goods, asked, content_id("goods", __version__, asdict(asked), _hashes(sources.goods)))
        _look(derived, store, content_id("look", key_events, asdict(asked), _hashes(sources.lists)))
        everything = content_id(
            "join", key_events, asdict(asked), [asdict(source) for source in case.sources()], case.decided()
        )
        _join(derived, store, sources, asked, everything)
        _draw(derived, everything)
    written = json.loads((case.path / "case.json").read_text(encoding="utf-8"))
    return RunReport(
        steps=tuple(derived.reports),
        sources=tuple(Source(**source) for source in written["sources"]),
        case=written,
        case_json=case.path / "case.json",
        case_html=case.path / "case.html",
    )


def _hashes(sources: Sequence[Added]) -> list[str]:
    return [source.sha256 for source in sources]


def _ingest(derived: Derived, heard: Sequence[Added]) -> tracks.Store:
    """Messages into the store, each source once."""
    case = derived.case

    def make() -> str:
        kept = rows = 0
        for source in heard:
            file = case.source_path(source)
            columns = tracks.Columns.parse(source.columns) if source.columns else None
            (read,) = tracks.ingest(
                [file], case.store, columns=columns, invented=source.invented, progress=derived.progress
            )
            kept, rows = kept + read.source.kept, rows + read.source.rows
        return f"{kept:,} of {rows:,} rows kept, {rows - kept:,} refused"

    derived.step("ingest", content_id("ingest", __version__, _hashes(heard)), [case.store], make)
    return tracks.Store(case.store)


def _detect(derived: Derived, store: tracks.Store, places: pl.DataFrame, asked: Asked, key: str) -> None:
    """Positions -> events of every kind, areas of interference; and who was heard at all."""

    def make() -> str:
        ships = store.ships()
        workers = _PROCESSES if ships["positions"].sum() > MANY_POSITIONS else 1
        longer_than = timedelta(hours=asked.longer_than_h)
        parts: list[pl.DataFrame] = []
        for detector in told.detectors(longer_than, places, store.identities()):
            if derived.progress:
                derived.progress(f"looking for {detector.kind.replace('_', ' ')}", len(parts), len(events.DETECTORS))
            one = detector.run(store, workers)
            parts.append(events.facts(one, ports=places) if detector.kind == "gap" else one)
        found = pl.concat(parts).sort("ship", "start", "kind", "id")
        derived.write("ships", ships)
        derived.write("events", found)
        derived.write("interference", events.interference(found))
        kinds = dict(found.group_by("kind").len().iter_rows())
        others = [f"{number:,} of {kind}" for kind, number in sorted(kinds.items()) if kind not in ("gap", "port_call")]
        return ", ".join([f"{kinds.get('gap', 0):,} silences, {kinds.get('port_call', 0):,} port calls", *others])

    derived.step("detect", key, [derived.path(name) for name in ("ships", "events", "interference")], make)


def _weigh(derived: Derived, store: tracks.Store, asked: Asked, key: str) -> None:
    """Gaps -> what each silence means, against the other ships in the same water."""

    def make() -> str:
        gaps = derived.read("events", schema.EVENTS).filter(pl.col("kind") == "gap")
        sides = tracks.sides_of(store.shards(), gaps, identities=store.identities())
        longer_than = timedelta(hours=asked.longer_than_h)
        ships = derived.read("ships", schema.SHIPS)
        disturbed = derived.read("interference", schema.INTERFERENCE)
        weighed = events.weigh(gaps, store, ships=ships, sides=sides, longer_than=longer_than, interference=disturbed)
        derived.write("sides", sides)
        derived.write("silences", weighed)
        verdicts = weighed.group_by("verdict").len().sort(["len", "verdict"], descending=[True, False])
        return ", ".join(f"{number:,} {verdict}" for verdict, number in verdicts.iter_rows()) or "nothing to weigh"

    derived.step("weigh", content_id("weigh", key), [derived.path("sides"), derived.path("silences")], make)


def _sail(derived: Derived, store: tracks.Store, places: pl.DataFrame, asked: Asked, key: str) -> None:
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


def _screen(derived: Derived, store: tracks.Store, lists: Sequence[Added], key: str) -> None:
    """Everything that a ship ever said of itself against the lists, and how each hit stood on its voyages' days."""
    searched = derived.case.derived / "searched.json"

    def make() -> str:
        if not lists:
            derived.write("hits", schema.empty(schema.HITS))
            derived.write("standings", schema.empty(schema.STANDINGS))
            folder.write_text(searched, json.dumps({"lists": "", "sources": []}))
            return "no list was added, so no ship was screened"
        versions = screening.Versions.of([screening.formats.read(derived.case.source_path(source)) for source in lists])
        # every version is searched, because an entry may be gone from the newest; of each entry the newest hit stands
        index = screening.Index([one for every in versions.by_name.values() for one in every])
        ships = screening.asked_of(store.identities(), ships=derived.read("ships", schema.SHIPS))
        found = screening.screen(ships, index)
        newest = pl.col("list_date") == pl.col("list_date").max().over("ship", "list", "entry")
        hits = found.filter(newest)
        legs = derived.read("voyages", schema.VOYAGES)
        sailed = legs.select("ship", pl.coalesce("departed", "arrived").dt.date().alias("on")).drop_nulls()
        # of a ship that only said who it was, the day on which it last did
        said = store.identities().group_by("ship").agg(pl.col("last_seen").max().dt.date().alias("on"))
        days = pl.concat([sailed, said.join(sailed, on="ship", how="anti")])
        derived.write("hits", hits)
        derived.write("standings", kept.of_case(derived.case, ships, index, hits, versions, days))
        counts = {one.sha256: told.counted(one) for every in versions.by_name.values() for one in every}
        sources = [asdict(told.source(source, **counts[source.sha256])) for source in lists if source.sha256 in counts]
        checked = "; ".join(one.described() for one in index.lists)
        folder.write_text(searched, json.dumps({"lists": checked, "sources": sources}, ensure_ascii=False))
        return f"{hits.height:,} list entries met, of {len(index.listed):,}"

    derived.step("screen", key, [derived.path("hits"), derived.path("standings"), searched], make)


def _goods(derived: Derived, lists: Sequence[Added], asked: Asked, key: str) -> None:
    """The goods that the case asks about against the control lists, on the route and in the period asked about."""
    answers = derived.case.derived / "goods.json"

    def make() -> str:
        if not asked.goods:
            folder.write_text(answers, json.dumps({"answers": [], "sources": []}))
            return "the case asks about no goods"
        index = screening.index_of([derived.case.source_path(source) for source in lists])
        _, end = asked.times()
        route = {"from_": _only(asked.from_), "to": _only(asked.to)}
        on = (end - timedelta(days=1)).date() if end else None
        found = [screening.search(screening.GoodsAsked(**one, **route, on=on), index) for one in asked.goods]
        sources = [asdict(told.goods_source(source, index)) for source in lists]
        written = {"answers": [one.as_dict() for one in found], "sources": sources}
        folder.write_text(answers, json.dumps(written, ensure_ascii=False))
        return "; ".join(f"{one.asked.described()}: {one.verdict}" for one in found)

    derived.step("goods", key, [answers], make)


def _only(places: Sequence[str]) -> str:
    """The country of one end of the corridor; none where there are several, or a port alone."""
    return places[0] if len(places) == 1 and len(places[0]) == 2 else ""


def _look(derived: Derived, store: tracks.Store, key: str) -> None:
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
        near = events.around(gaps, store)
        water = tracks.reception(store)
        derived.write("looked", gaps.select("id"))
        derived.write("around", near)
        derived.write("reception", water)
        return f"{near.height:,} ships around {gaps.height:,} silences; {water.height:,} hours of water"

    derived.step("look", key, [derived.path(name) for name in ("looked", "around", "reception")], make)


def _join(derived: Derived, store: tracks.Store, sources: Sorted, asked: Asked, key: str) -> None:
    """Evidence -> threads -> case.json."""
    case = derived.case

    def make() -> str:
        goods = json.loads((case.derived / "goods.json").read_text(encoding="utf-8"))
        tables = case_file.Tables(
            ships=derived.read("ships", schema.SHIPS),
            identities=store.identities(),
            events=derived.read("events", schema.EVENTS),
            silences=derived.read("silences", schema.SILENCES),
            voyages=derived.read("voyages", schema.VOYAGES),
            corridor=derived.read("corridor", schema.CHAINS),
            reach=derived.read("reach", schema.REACH),
            unheard=derived.read("unheard", schema.REACH),
            interference=derived.read("interference", schema.INTERFERENCE),
            inferred=derived.read("inferred", schema.INFERRED),
            draughts=derived.read("draughts", schema.DRAUGHTS),
            draught_changes=derived.read("draught_changes", schema.DRAUGHT_CHANGES),
            reach_area=derived.read("reach_area", schema.REACH_AREA),
            standings=derived.read("standings", schema.STANDINGS),
            goods=goods["answers"],
            decisions=kept.decided(case, derived.read("hits", schema.HITS)),
            hits=derived.read("hits", schema.HITS),
            looked=derived.read("looked", pl.Schema({"id": pl.String}))["id"].to_list(),
            around=derived.read("around", schema.AROUND),
            reception=tracks.baseline(derived.read("reception", schema.RECEPTION)),
            reception_cell_deg=tracks.CELL_DEG,
            tracks=thin.for_page(store.shards(), most=PAGE_POSITIONS, silent_s=asked.longer_than_h * 3600),
        )
        searched = json.loads((case.derived / "searched.json").read_text(encoding="utf-8"))
        lists = [Source(**source) for source in (*searched["sources"], *goods["sources"])]
        register = [*told.register(case, store, sources), *lists]
        by = told.of_parts(asked, searched["lists"], ports_of(case, sources.ports), store.identities())
        built = case_file.build(asked, register, tables, by)
        folder.write_text(case.path / "case.json", case_file.dump(built))
        return f"{len(built['threads']):,} threads from {len(built['evidence']):,} pieces of evidence"

    derived.step("join", key, [case.path / "case.json"], make)


def _draw(derived: Derived, key: str) -> None:
    """case.json -> case.html."""
    case = derived.case

    def make() -> str:
        page = html.render(json.loads((case.path / "case.json").read_text(encoding="utf-8")))
        folder.write_text(case.path / "case.html", page)
        return f"case.html, {len(page.encode()) / 1e6:.1f} MB"

    derived.step("draw", content_id("draw", key), [case.path / "case.html"], make)


# --- export and demo ---


def export(path: Path, to: str, out: Path | None = None) -> Path:
    """The case as one file: "html" or "json".

    Raises:
        WrongUse: the case has not been run, or `to` is no format.
    """
    case = folder.find(path)
    names = {"html": "case.html", "json": "case.json"}
    if to not in names:
        raise WrongUse(f"{to!r} is no format", to_do=f"Use one of {', '.join(names)}")
    made = case.path / names[to]
    if not made.exists():
        raise WrongUse("the case has not been run yet", where=str(path), to_do=f"Run it: darkwake run {path}")
    if out is None:
        return made
    folder.write_text(out, made.read_text(encoding="utf-8"))
    return out


def demo(path: Path, *, progress: Progress | None = None) -> tuple[RunReport, list[dict[str, str]]]:
    """An invented case, from nothing to an open case file; and what was planted beside what was found.

    A demo that stands there already is run again; anything else is left alone.
    """
    asked = Asked(**synth.demo.ASKED)
    if not (path / "case.toml").exists():
        new(path, asked)
    elif folder.find(path).asked() != asked:
        raise WrongUse("another case stands there", where=str(path), to_do="Name another folder: darkwake demo FOLDER")
    made = path / "invented"
    if not synth.demo.planted(made):
        if progress:
            progress("inventing a world", 0, None)
        synth.demo.write(made)
    add(path, synth.demo.sources(made), invented=True, progress=progress)
    report = run(path, progress=progress)
    return report, synth.demo.compare(synth.demo.planted(made), report.case)
