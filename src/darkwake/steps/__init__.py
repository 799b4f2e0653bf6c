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

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from darkwake import __version__, synth
from darkwake.case import folder
from darkwake.case.derived import Derived, StepReport
from darkwake.case.file import summary
from darkwake.case.folder import Added, Asked, CaseFolder, Progress
from darkwake.errors import WrongUse
from darkwake.evidence import Source, content_id
from darkwake.sources import Sorted, files_in, kind_of, look_through, ports_of, said_beside
from darkwake.steps import articles, heard, joined, listed, watched

__all__ = ["Asked", "RunReport", "add", "demo", "export", "new", "run", "summary"]


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
            known = said_beside(file, kind)
            taken.append(case.take(file, kind=kind, columns=columns, invented=invented, known=known))
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
        if not (sources.heard or sources.articles or asked.sites):
            raise WrongUse(
                "the case has neither ship positions nor articles nor sites yet",
                where=str(path),
                to_do=f"Add some: darkwake add {path} FILES",
            )
        derived, everything = Derived(case, progress), asdict(asked)
        store = heard.ingest(derived, sources.heard)
        key = content_id("run", __version__, heard.hashes(sources.heard))
        places = ports_of(case, sources.ports)
        key_events = content_id("detect", key, heard.hashes(sources.ports), asked.longer_than_h)
        heard.detect(derived, store, places, asked, key_events)
        heard.weigh(derived, store, asked, key_events)
        heard.sail(derived, store, places, asked, content_id("sail", key_events, everything))
        lists = heard.hashes(sources.lists)
        listed.screen(derived, store, sources.lists, content_id("screen", key_events, everything, lists))
        key_goods = content_id("goods", __version__, everything, heard.hashes(sources.goods))
        listed.goods(derived, sources.goods, asked, key_goods)
        heard.look(derived, store, content_id("look", key_events, everything, lists))
        key_read = articles.read(derived, sources.articles, asked)
        key_watched = watched.watch(derived, asked)
        key_all = content_id(
            "join",
            key_events,
            everything,
            [asdict(source) for source in case.sources()],
            case.decided(),
            key_read,
            key_watched,
        )
        joined.join(derived, store, sources, asked, key_all)
        joined.draw(derived, key_all)
    written = json.loads((case.path / "case.json").read_text(encoding="utf-8"))
    return RunReport(
        steps=tuple(derived.reports),
        sources=tuple(Source(**source) for source in written["sources"]),
        case=written,
        case_json=case.path / "case.json",
        case_html=case.path / "case.html",
    )


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
