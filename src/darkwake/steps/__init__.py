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
             read     articles -> who said what        (claims)
             watch    images -> the status of buildings (sites)
             join     evidence -> threads -> case.json (case)
             draw     case.json -> case.html           (case)
    export   the case as a file to hand on
    demo     all of that on an invented world          (synth)

The steps of `run` stand in heard.py, listed.py, articles.py and joined.py. The parts do not know one another; what one
hands to the next is a table of schema. Each step of `run` leaves its
result in the case's `derived` folder and is passed over as long as nothing that it depends on has changed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from darkwake import __version__, tracks
from darkwake.case import folder, history, notes, opened
from darkwake.case.derived import Derived, StepReport
from darkwake.case.file import summary
from darkwake.case.folder import Added, Asked, CaseFolder, Progress
from darkwake.case.verify import Checked
from darkwake.errors import WrongUse
from darkwake.events import Workers
from darkwake.evidence import Source, content_id
from darkwake.sources import Passed, Sorted, files_in, kind_of, look_through, ports_of, recognised, said_beside
from darkwake.steps import articles, heard, joined, listed, verified, watched
from darkwake.steps.handed_on import export
from darkwake.steps.invented import demo, second_act
from darkwake.steps.workers import Spark, Where, at_work

__all__ = [
    "Asked",
    "RunReport",
    "Spark",
    "Taken",
    "Where",
    "add",
    "demo",
    "export",
    "files_in",
    "new",
    "run",
    "run_on",
    "second_act",
    "summary",
    "try_out",
    "verify",
]


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


class Taken(list[tuple[Added, bool]]):
    """The sources that were given, each with whether it was new."""

    passed: tuple[Passed, ...] = ()
    """Files of folders that no reader recognises."""


def add(
    path: Path, files: Iterable[Path], *, columns: str = "", invented: bool = False, progress: Progress | None = None
) -> Taken:
    """Take files into a case; a folder gives all files in it that are recognised. Says for each whether it was new.

    All files are looked at before the first is taken, and lists and ports are read to the end, so a file that
    cannot be read leaves the case as it was.
    """
    case = folder.find(path)
    given, passed = recognised(files, columns)
    for one in given:
        look_through(one.file, one.kind)
    with case.lock():
        for leftover in (case.path / "sources").glob(".taking-*"):  # of one that was killed
            leftover.unlink()
        folder.room_for(case.path, sum(one.file.stat().st_size for one in given))
        taken = Taken()
        taken.passed = tuple(passed)
        for number, one in enumerate(given):
            if progress:
                progress(f"taking {one.file.name}", number, len(given))
            known = said_beside(one.file, one.kind)
            taken.append(case.take(one.file, kind=one.kind, columns=columns, invented=invented, known=known))
    return taken


# --- run ---


def run(path: Path, *, progress: Progress | None = None, where: Where | None = None) -> RunReport:
    """Do every step that has something new to do.

    Args:
        path: the case.
        progress: told of what is done.
        where: so many processes for what is found among positions, or a cluster; None: by how many there are. The
            same case comes of any.

    Raises:
        CaseMissing: there is no case at that path.
        CaseBusy: another run holds it.
        WrongUse: it has no sources, or its question cannot be read.
        Refused: a source cannot be read, or a newer version wrote case.json; the case stays as it was.
    """
    case = folder.find(path)
    with case.lock():
        opened.not_newer(case.path / "case.json")
        if not history.kept(case):
            history.keep(case)
        with at_work(where, case) as workers:
            reports = run_on(case, case.asked(), progress, workers)
    written = opened.read(case.path / "case.json")
    return RunReport(
        steps=reports,
        sources=tuple(Source(**source) for source in written["sources"]),
        case=written,
        case_json=case.path / "case.json",
        case_html=case.path / "case.html",
    )


def run_on(
    case: CaseFolder, asked: Asked, progress: Progress | None = None, workers: Workers | None = None
) -> tuple[StepReport, ...]:
    """Every step of a run on a case that is asked that; the caller holds its lock."""
    sources = Sorted.of(case.sources())
    if not (sources.heard or sources.articles or asked.sites):
        raise WrongUse(
            "the case has neither ship positions nor articles nor sites yet",
            where=str(case.path),
            to_do=f"Add some: darkwake add {case.path} FILES",
        )
    derived, everything = Derived(case, progress), asdict(asked)
    store = heard.ingest(derived, sources.heard)
    key = content_id("run", __version__, heard.hashes(sources.heard))
    places = ports_of(case, sources.ports)
    key_events = content_id("detect", key, heard.hashes(sources.ports), asked.longer_than_h)
    heard.detect(derived, store, places, asked, key_events, workers)
    heard.weigh(derived, store, asked, key_events, workers)
    # of what is asked each key holds what its step reads, so that a new word in the question costs no new voyages
    route = (asked.from_, asked.to, asked.period)
    key_sail = content_id("sail", key_events, route)
    heard.sail(derived, store, places, asked, key_sail)
    lists = heard.hashes(sources.lists)
    listed.screen(derived, store, sources.lists, content_id("screen", key_sail, lists))
    key_goods = content_id("goods", __version__, route, asked.goods, heard.hashes(sources.goods))
    listed.goods(derived, sources.goods, asked, key_goods)
    heard.look(derived, store, content_id("look", key_sail, lists), workers)
    key_read = articles.read(derived, sources.articles, asked)
    key_watched = watched.watch(derived, asked)
    key_all = content_id(
        "join",
        key_events,
        everything,
        [asdict(source) for source in case.sources()],
        case.decided(),
        notes.kept(case),
        key_read,
        key_watched,
    )
    joined.join(derived, store, sources, asked, key_all)
    joined.draw(derived, key_all)
    return tuple(derived.reports)


def verify(path: Path, *, again: bool = False, progress: Progress | None = None) -> list[Checked]:
    """What of a case is as it was written, and what is not; with `again` all of it is computed anew and compared."""
    return verified.verify(path, run_on, again=again, progress=progress)


def try_out(path: Path, file: Path, columns: str = "") -> None:
    """Read a file to its end that a case has not taken yet, so that one that cannot be read is never taken.

    Positions are read into a store that is thrown away, beside the case's own.

    Raises:
        Refused: it cannot be read.
    """
    kind = kind_of(file, columns)
    look_through(file, kind)
    if not Sorted.of([Added("", file.name, kind, 0)]).heard:
        return
    case = folder.find(path)
    with case.lock():
        case.derived.mkdir(exist_ok=True)
        for leftover in case.derived.glob(".trying-*"):  # of one that was killed
            shutil.rmtree(leftover)
        folder.room_for(case.derived, file.stat().st_size)
        with tempfile.TemporaryDirectory(dir=case.derived, prefix=".trying-") as place:
            mapped = tracks.Columns.parse(columns) if columns else None
            tracks.ingest([file], Path(place) / "store", columns=mapped)
