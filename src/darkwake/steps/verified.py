"""A case held against its sources; on request by computing all of it again, elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from darkwake import __version__, kept, papers
from darkwake.case import folder, opened
from darkwake.case import verify as case_verify
from darkwake.case.folder import Asked, CaseFolder, Progress
from darkwake.case.verify import Checked
from darkwake.claims import ledger
from darkwake.errors import DarkwakeError

_OF_PEOPLE = ("case.toml", "sources.jsonl", "decisions.jsonl", "notes.jsonl", papers.LEDGER)
_PATHS = ("images", "footprints", "area", "readings")

Run = Callable[[CaseFolder, Asked, Progress | None], object]


def verify(path: Path, run: Run, *, again: bool = False, progress: Progress | None = None) -> list[Checked]:
    """What holds of a case and what does not.

    Args:
        path: The case.
        run: Does every step of a run on a case folder; `steps.run_on`.
        again: Compute the whole case again from its sources, in a temporary folder beside it, and compare.
        progress: Told of every file and step.

    Raises:
        CaseMissing: there is no case at that path.
    """
    case = folder.find(path)
    found = case_verify.verify(case, progress=progress)
    found.append(_ledger(case))
    found += _record(case)
    if again:
        found.append(_again(case, run, progress))
    return found


def _ledger(case: CaseFolder) -> Checked:
    file = case.path / papers.LEDGER
    if not file.exists():
        return Checked(papers.LEDGER, "holds", "There is none: the case has read no article.")
    wrong = ledger.verify(file)
    kept_rows = ledger.read(file) if not wrong else ledger.Ledger()
    if wrong:
        more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        return Checked(papers.LEDGER, "does not hold", wrong[0].rstrip(".") + more + ".")
    return Checked(
        papers.LEDGER,
        "holds",
        f"The chain of its {len(kept_rows.rows):,} lines is whole; head {kept_rows.head[:16]}...",
    )


def _record(case: CaseFolder) -> list[Checked]:
    """The record of the search, whether it gives its own hash; `darkwake verify RECORD --lists` makes it again."""
    file = case.derived / "search-record.json"
    if not file.exists():
        return []
    try:
        checks = kept.verify(file, lists=[])[:1]
    except DarkwakeError as error:
        return [Checked("search record", "does not hold", error.message())]
    return [Checked(f"search record: {one.what}", one.result, one.says) for one in checks]


def _again(case: CaseFolder, run: Run, progress: Progress | None) -> Checked:
    """The whole case from its sources, and whether its bytes are the same."""
    what = "the case, computed again"
    file = case.path / "case.json"
    if not file.exists():
        return Checked(what, "could not be checked", "The case has not been run yet.")
    try:
        made_by = str(opened.read(file).get("made_by"))
        asked = _absolute(case)
        with tempfile.TemporaryDirectory(dir=case.path.parent, prefix=".again-") as place:
            other = _copied(case, Path(place) / case.path.name)
            run(other, asked, progress)
            same = {name: _same(case.path / name, other.path / name) for name in ("case.json", "case.html")}
            fields = [] if same["case.json"] else _fields(case.path, other.path)
    except DarkwakeError as error:
        return Checked(what, "does not hold", error.message())
    except OSError as error:
        return Checked(what, "could not be checked", f"The disk did not take it ({error.strerror}).")
    if all(same.values()):
        return Checked(what, "holds", "case.json and case.html came out the same, to the byte.")
    if made_by != f"darkwake {__version__}":
        says = f"It came out otherwise, but {made_by} made it and this is {__version__}: take that version."
        return Checked(what, "could not be checked", says)
    named = ", ".join(name for name, is_same in same.items() if not is_same)
    says = f"{named} came out otherwise" + (f"; of case.json {', '.join(fields)}" if fields else "")
    return Checked(what, "does not hold", f"{says}. Run the case, where sources or notes were added since.")


def _absolute(case: CaseFolder) -> Asked:
    """What is asked, with the paths of sites as they are from the case's own place."""
    asked = case.asked()
    sites = tuple(
        {
            key: str((case.path / value).resolve()) if key in _PATHS and "://" not in value else value
            for key, value in site.items()
        }
        for site in asked.sites
    )
    return replace(asked, sites=sites)


def _copied(case: CaseFolder, to: Path) -> CaseFolder:
    """What a person or a source gave, and nothing that was derived from it."""
    to.mkdir()
    for name in _OF_PEOPLE:
        if (case.path / name).exists():
            shutil.copyfile(case.path / name, to / name)
    (to / "sources").mkdir()
    for source in case.sources():
        file = case.source_path(source)
        try:
            os.link(file, to / "sources" / file.name)
        except OSError:  # another disk, or one without links
            shutil.copyfile(file, to / "sources" / file.name)
    return CaseFolder(to)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.read_bytes() == other.read_bytes()


def _fields(one: Path, other: Path) -> list[str]:
    """The fields of case.json that differ."""
    told: list[dict[str, Any]] = [json.loads((path / "case.json").read_bytes()) for path in (one, other)]
    return [name for name in {**told[0], **told[1]} if told[0].get(name) != told[1].get(name)]
