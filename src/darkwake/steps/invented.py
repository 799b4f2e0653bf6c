"""The demo: an invented case from nothing to an open case file, and a second act in which new data arrives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkwake import synth
from darkwake.case import diff, folder
from darkwake.case.folder import Asked, Progress
from darkwake.errors import WrongUse
from darkwake.steps import watched

if TYPE_CHECKING:
    from darkwake.steps import RunReport

FOLDER = "invented"
"""Where the invented sources lie, in the case folder."""


def demo(path: Path, *, progress: Progress | None = None) -> tuple[RunReport, list[dict[str, str]]]:
    """An invented case, from nothing to an open case file; and what was planted beside what was found.

    A demo that stands there already is run again; anything else is left alone. Parts whose packages are missing are
    left out, and the rows say so.
    """
    from darkwake import steps  # noqa: PLC0415  the package takes this function from here

    parts = {"site": synth.demo_site.can_be_watched(), "papers": all(map(find_spec, ("spacy", "trafilatura")))}
    asked = Asked(**synth.demo.asked(FOLDER, **parts))
    if not (path / "case.toml").exists():
        steps.new(path, asked)
    elif folder.find(path).asked() not in _may_stand_there():
        raise WrongUse("another case stands there", where=str(path), to_do="Name another folder: darkwake demo FOLDER")
    made = path / FOLDER
    if not synth.demo.planted(made):
        if progress:
            progress("inventing a world", 0, None)
        ahead: list[subprocess.Popen[bytes]] = []
        begin = (lambda: ahead.append(_watched_ahead(path))) if parts["site"] else None
        synth.demo.write(made, **parts, site_is_there=begin)
        for one in ahead:
            one.wait()
    steps.add(path, synth.demo.sources(made), invented=True, progress=progress)
    report = steps.run(path, progress=progress)
    return report, synth.demo.compare(synth.demo.planted(made), report.case, synth.demo.told(made))


def second_act(path: Path, *, progress: Progress | None = None) -> tuple[RunReport, Mapping[str, Any]]:
    """What comes after the demo's six weeks is added and run: positions, a later list, articles, images.

    Returns:
        The run, and what it changed as `case.diff.Diff.as_dict` gives it.

    Raises:
        WrongUse: the demo does not stand there.
    """
    from darkwake import steps  # noqa: PLC0415

    made = path / FOLDER
    case = folder.find(path)
    if case.asked() not in _may_stand_there() or not synth.demo.later_sources(made):
        raise WrongUse(
            "the first act of the demo does not stand there", where=str(path), to_do=f"First: darkwake demo {path}"
        )
    for image, place in synth.demo.later_images(made):
        if not place.exists():
            shutil.copyfile(image, place)
    steps.add(path, synth.demo.later_sources(made), invented=True, progress=progress)
    report = steps.run(path, progress=progress)
    return report, diff.since(case).as_dict()


def watch(path: Path) -> None:
    """Watch the sites of a case into its derived tables, where the run then finds them."""
    from darkwake import scenes  # noqa: PLC0415  the extra [sites] is needed only where a case asks for one

    case = folder.find(path)
    for site in case.asked().sites:
        scenes.one(watched.site_of(case.path, site), case.derived / "sites")


def _watched_ahead(path: Path) -> subprocess.Popen[bytes]:
    """`watch` in a process of its own. Should it fail, the run does the same again and says why."""
    code = (
        "import sys; from pathlib import Path; from darkwake.steps import invented; invented.watch(Path(sys.argv[1]))"
    )
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=quiet, stdout=quiet, stderr=quiet)


def _may_stand_there() -> list[Asked]:
    """What a demo asks, with every part and without those that were left out when it was made."""
    return [
        Asked(**synth.demo.asked(FOLDER, site=site, papers=papers))
        for site in (True, False)
        for papers in (True, False)
    ]
