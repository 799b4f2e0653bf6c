"""A case held against its own sources: what was altered, what is missing, what nobody registered.

Every source is hashed anew. The register, case.json, the page, the kept runs and the files of people are held against
one another; nothing is changed. What could not be checked is never counted as held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from darkwake import __version__
from darkwake.case import decisions, history, html, notes, opened
from darkwake.case.change import said
from darkwake.case.folder import Added, CaseFolder, Progress
from darkwake.errors import DarkwakeError
from darkwake.evidence import PACKAGE_TABLE, content_id

Result = Literal["holds", "does not hold", "could not be checked"]
MOST_NAMED = 6
"""Files that one sentence names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was checked of a case."""

    what: str
    result: Result
    says: str
    """One sentence: why."""


def verify(case: CaseFolder, *, progress: Progress | None = None) -> list[Checked]:
    """Hold a case against its sources; the sources first, then what was made of them, then what people wrote."""
    found = list(_register(case, progress))
    told, check = _case_json(case)
    found.append(check)
    if told is not None:
        found += _held_together(case, told)
        found.append(_page(case, told))
        found += _images(case, told, progress)
    found.append(_history(case))
    found += [
        _read("decisions.jsonl", case, lambda: decisions.read(case), "decision"),
        _read("notes.jsonl", case, lambda: notes.read(case), "note"),
    ]
    return found


# --- sources ---


def _register(case: CaseFolder, progress: Progress | None) -> Iterator[Checked]:
    try:
        sources = case.sources()
    except DarkwakeError as error:
        yield Checked("register", "does not hold", error.message())
        return
    yield Checked("register", "holds", f"sources.jsonl names {len(sources):,} sources.")
    for number, one in enumerate(sources):
        if progress:
            progress(f"hashing {one.name}", number, len(sources))
        yield _source(case, one)
    known = {case.source_path(one).name for one in sources}
    folder = case.path / "sources"
    there = sorted(file.name for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
    strange = [name for name in there if name not in known and not name.startswith(".")]
    # an add that was killed before it registered its file leaves it under its right hash
    left = [name for name in strange if history.hash_of(folder / name)[:12] == name[:12]]
    if left:
        says = f"An add was ended before it had registered {_named(left)}: add them again, or delete them."
        yield Checked("unfinished adds", "could not be checked", says)
    if strange := [name for name in strange if name not in left]:
        says = f"Nobody registered {_named(strange)}: no run reads them, and they are no part of the case."
        yield Checked("other files", "does not hold", says)


def _source(case: CaseFolder, one: Added) -> Checked:
    file = case.source_path(one)
    what = f"source {said(one.name, 120)}"
    if not file.is_file():
        return Checked(what, "does not hold", f"It is missing: {said(file.name, 160)} is not in sources/.")
    try:
        sha256, size = history.hash_of(file), file.stat().st_size
    except OSError as error:
        return Checked(what, "could not be checked", f"It cannot be read ({error.strerror}).")
    if sha256 == one.sha256:
        return Checked(what, "holds", f"sha256 {sha256[:16]}..., {size:,} bytes, as it was added.")
    grown = f"{size:,} bytes where {one.bytes:,} were added" if size != one.bytes else "of the same length"
    return Checked(
        what,
        "does not hold",
        f"It was altered: its sha256 is {sha256[:16]}..., not {one.sha256[:16]}...; it is {grown}.",
    )


def _images(case: CaseFolder, told: Mapping[str, Any], progress: Progress | None) -> Iterator[Checked]:
    """The images of each site, where case.toml says they lie; those that lie elsewhere cannot be looked at."""
    sites = (told.get("sites") or {}).get("sites") or []
    try:
        asked = {site["name"]: site for site in case.asked().sites}
    except DarkwakeError as error:
        yield Checked("case.toml", "does not hold", error.message())
        return
    for site in sites:
        wanted = {file["name"]: file["sha256"] for image in site["images"] for file in image["files"] if file["sha256"]}
        what, place = f"images of {said(site['site'], 120)}", (asked.get(site["site"]) or {}).get("images", "")
        folder = case.path / place
        if not place or "://" in place or not folder.is_dir():
            says = (
                f"{len(wanted):,} files are not at hand: {said(place or 'case.toml names no folder of theirs', 160)}."
            )
            yield Checked(what, "could not be checked", says)
            continue
        at = {file.name: file for file in sorted(folder.rglob("*")) if file.is_file()}
        missing = sorted(set(wanted) - set(at))
        altered = []
        for number, name in enumerate(sorted(set(wanted) & set(at))):
            if progress:
                progress(f"hashing {name}", number, len(wanted))
            if history.hash_of(at[name]) != wanted[name]:
                altered.append(name)
        if missing or altered:
            parts = [f"altered: {_named(altered)}"] * bool(altered) + [f"missing: {_named(missing)}"] * bool(missing)
            yield Checked(what, "does not hold", f"Of {len(wanted):,} files, {'; '.join(parts)}.")
        else:
            yield Checked(what, "holds", f"All {len(wanted):,} files have the hashes that case.json gives.")


# --- what was made of them ---


def _case_json(case: CaseFolder) -> tuple[dict[str, Any] | None, Checked]:
    if not (case.path / "case.json").exists():
        return None, Checked("case.json", "could not be checked", "The case has not been run yet.")
    try:
        told = opened.read(case.path / "case.json")
    except DarkwakeError as error:
        return None, Checked("case.json", "does not hold", error.message())
    return told, Checked("case.json", "holds", f"It can be read; {said(told.get('made_by'), 80)} made it.")


def _held_together(case: CaseFolder, told: Mapping[str, Any]) -> Iterator[Checked]:
    """case.json against the register, and against itself."""
    try:
        registered = {one.sha256: one.name for one in case.sources()}
    except DarkwakeError:
        registered = {}
    stated = {one["sha256"]: one["name"] for one in told.get("sources") or ()}
    images = {
        file["sha256"] for site in (told.get("sites") or {}).get("sites") or () for image in site["images"]
        for file in image["files"]
    }  # fmt: skip
    own = [one for one in told.get("sources") or () if one.get("kind") == PACKAGE_TABLE]
    yield from _package_tables(own, str(told.get("made_by")))
    of_package = {one["sha256"] for one in own}
    foreign = sorted(name for sha256, name in stated.items() if sha256 not in registered and sha256 not in of_package)
    if foreign:
        says = f"case.json rests on sources that the register does not name: {_named(foreign)}."
        yield Checked("sources of case.json", "does not hold", says)
    elif waiting := sorted(name for sha256, name in registered.items() if sha256 not in stated):
        says = f"Not in case.json, as they came after the last run or as nothing asks for them: {_named(waiting)}."
        yield Checked("sources of case.json", "could not be checked", says)
    else:
        yield Checked("sources of case.json", "holds", "They are those of the register.")
    altered, unknown = [], set()
    for row in told.get("evidence") or ():
        content = {key: value for key, value in row.items() if key != "id"}
        if content_id("ev", content) != row["id"]:
            altered.append(row["id"])
        unknown |= {one["source"] for one in row.get("sources") or ()} - set(stated) - images
    many = len(told.get("evidence") or ())
    if altered:
        says = f"{len(altered):,} of {many:,} do not give their own id, so they were altered: {_named(altered)}."
        yield Checked("evidence", "does not hold", says)
    elif unknown:
        says = f"It cites files that case.json does not name: {_named(sorted(unknown))}."
        yield Checked("evidence", "does not hold", says)
    else:
        says = f"All {many:,} pieces give their own id and cite files that case.json names."
        yield Checked("evidence", "holds", says)


def _package_tables(own: Sequence[Mapping[str, Any]], made_by: str) -> Iterator[Checked]:
    """The tables of the package that are cited, hashed anew as they are installed."""
    data = files("darkwake").joinpath("data")
    at_hand = {item.name: item for item in data.iterdir() if item.is_file()} if own else {}
    for one in own:
        what, name = f"package table {said(one['name'], 120)}", one["name"]
        found = hashlib.sha256(at_hand[name].read_bytes()).hexdigest() if name in at_hand else ""
        if found == one["sha256"]:
            yield Checked(what, "holds", f"sha256 {found[:16]}..., the table that is installed with the package.")
        elif made_by != f"darkwake {__version__}":
            says = f"{said(made_by, 80)} made the case, and darkwake {__version__} comes with another table."
            yield Checked(what, "could not be checked", says)
        else:
            has = f"has one of the sha256 {found[:16]}..." if found else "has none of that name"
            yield Checked(what, "does not hold", f"Its sha256 is {one['sha256'][:16]}..., and this package {has}.")


def _page(case: CaseFolder, told: Mapping[str, Any]) -> Checked:
    file = case.path / "case.html"
    if not file.exists():
        return Checked("case.html", "could not be checked", "There is no page; run the case.")
    try:
        drawn = html.render(dict(told))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return Checked(
            "case.html", "does not hold", f"case.json can no longer be drawn ({type(error).__name__}: {error})."
        )
    if file.read_text(encoding="utf-8", errors="replace") == drawn:
        return Checked("case.html", "holds", "It is what case.json draws to, to the byte.")
    if told.get("made_by") != f"darkwake {__version__}":
        says = f"{said(told.get('made_by'), 80)} drew it, and darkwake {__version__} draws it otherwise."
        return Checked("case.html", "could not be checked", says)
    return Checked("case.html", "does not hold", "It is not what case.json draws to with this version.")


def _history(case: CaseFolder) -> Checked:
    runs, damaged = history.kept(case), []
    for one in runs:
        try:
            one.read()
        except DarkwakeError:
            damaged.append(one.path.name)
    if damaged:
        return Checked("kept runs", "does not hold", f"They cannot be read: {_named(damaged)}.")
    if not runs:
        return Checked("kept runs", "could not be checked", "No run was kept, so nothing says what the last one wrote.")
    file = case.path / "case.json"
    if file.is_file() and history.hash_of(file)[:12] != runs[-1].sha256:
        return Checked("kept runs", "does not hold", "case.json is not as the last run left it.")
    return Checked("kept runs", "holds", f"{len(runs):,} can be read; case.json is as the last one left it.")


def _read(name: str, case: CaseFolder, read: Callable[[], Any], what: str) -> Checked:
    """A file of people, line by line."""
    file = case.path / name
    if not file.exists():
        return Checked(name, "holds", f"There is none: nobody wrote a {what}.")
    try:
        many = len(read())
    except DarkwakeError as error:
        return Checked(name, "does not hold", error.message())
    except (OSError, ValueError, json.JSONDecodeError) as error:
        return Checked(name, "does not hold", f"It cannot be read: {error}.")
    unfinished = file.read_bytes()[-1:] not in (b"", b"\n")
    more = " Its last line was never finished, and does not count." if unfinished else ""
    return Checked(name, "holds", f"All {many:,} lines can be read.{more}")


def _named(names: list[str]) -> str:
    shown = ", ".join(said(name, 120) for name in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
