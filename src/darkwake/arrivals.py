"""What arrives in a folder goes into a case: taken once it has stopped growing, then run, then told what changed.

A file is known by its hash, so one that was taken is not taken again, whatever its name and however often the program
was ended. A file that cannot be used is set aside with the reason: that is a line in a list, the file itself stays.
`arrivals.json` in the case folder is that list; delete it, and every file is hashed and judged once more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import watchfiles

from darkwake import __version__, steps
from darkwake.case import change, diff, folder, history
from darkwake.case.folder import CaseFolder, Progress
from darkwake.errors import DarkwakeError, Refused, Unreadable, WrongUse

STATE = "arrivals.json"
_HALF_DONE = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart", ".swp", "~")
"""Ends of names that programs give to what they have not finished."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One file of the folder, as it was when it was judged."""

    bytes: int
    changed_ns: int
    sha256: str
    became: str
    """"taken", "there already" or "set aside"."""
    why: str = ""
    version: str = __version__
    """What judged it: a newer version tries again what an older one set aside."""


@dataclass(slots=True)
class Round:
    """What one look at the folder did."""

    taken: list[str] = field(default_factory=list)
    aside: list[tuple[str, str]] = field(default_factory=list)
    """Files that were set aside just now, with the reason."""
    growing: list[str] = field(default_factory=list)
    """Files that are not finished, and wait for the next look."""
    problem: str = ""
    """Why the case could not be run or the folder not be read; it is tried again."""
    told: diff.Diff | None = None
    """What changed; None where nothing was run that changed the case."""

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.taken or self.aside or self.problem or self.told)


@dataclass(slots=True)
class Watcher:
    """A case and the folder that feeds it.

    Args:
        path: The case.
        inbox: The folder; it is read, and nothing in it is moved, renamed or deleted.
        settle_s: A file is taken when neither its size nor its time changed for so long.
        columns: For tables of the user's own, as `steps.add` takes it.
        invented: Mark what is taken as made up.
        progress: Told of every file and step.
    """

    path: Path
    inbox: Path
    settle_s: float = 2.0
    columns: str = ""
    invented: bool = False
    progress: Progress | None = None
    _case: CaseFolder = field(init=False)
    _first_seen: dict[str, tuple[int, int, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._case = folder.find(self.path)
        if not self.inbox.is_dir():
            raise WrongUse("there is no such folder", where=str(self.inbox), to_do="Make it, or name another one")
        own, inbox = self.path.resolve(), self.inbox.resolve()
        if inbox == own or own in inbox.parents:
            raise WrongUse("the folder lies in the case", where=str(self.inbox), to_do="Watch a folder outside of it")

    # --- one round ---

    def once(self, *, wait: Callable[[float], None] = time.sleep) -> Round:
        """Look, wait until what is there has settled, take it and run; what still grows is left for the next time."""
        self.look()
        wait(self.settle_s)
        return self.round()

    def round(self) -> Round:
        """Take what is ready, run where something is new, and say what changed since this was last said."""
        found = Round()
        state = _State.read(self._case)
        if "told" not in state.plain:
            # what stands there when a folder is first watched is nothing new
            state.plain["told"] = _case_sha(self._case)
        try:
            ready = self.look(found.growing)
        except OSError as error:
            found.problem = f"{self.inbox} cannot be read ({error.strerror or error})"
            return found
        for name, file in ready:
            try:
                self._take(name, file, state, found)
            except WrongUse as error:
                # another run holds the case, the disk has no room: nothing is wrong with the file
                found.problem = error.message()
            except OSError as error:
                found.problem = f"{change.said(name)} could not be taken ({error.strerror or error})"
        state.write(self._case)
        self._run(state, found)
        return found

    def look(self, growing: list[str] | None = None) -> list[tuple[str, Path]]:
        """The files that were not judged as they are now and have settled, by their names within the folder."""
        state, now = _State.read(self._case), time.monotonic()
        ready, there = [], {}
        for file in steps.files_in(self.inbox):
            name = file.relative_to(self.inbox).as_posix()
            if file.name.endswith(_HALF_DONE) or self._own(file):
                continue
            with suppress(FileNotFoundError):  # gone between the listing and the look
                stat = file.stat()
                size, changed = stat.st_size, stat.st_mtime_ns
                if state.knows(self.inbox, name, size, changed):
                    continue
                before = self._first_seen.get(name)
                since = before[2] if before and before[:2] == (size, changed) else now
                there[name] = (size, changed, since)
                if size and now - since >= self.settle_s:
                    ready.append((name, file))
                elif growing is not None:
                    growing.append(name)
        self._first_seen = there
        return ready

    def _own(self, file: Path) -> bool:
        return self.path.resolve() in file.resolve().parents

    def _take(self, name: str, file: Path, state: _State, found: Round) -> None:
        stat = file.stat()
        sha256 = history.hash_of(file)
        if any(one.sha256 == sha256 for one in self._case.sources()):
            became, why = "there already", ""
        elif why := state.why_aside(sha256):
            became = "set aside"
        else:
            became, why = self._judged(file)
            if became == "taken":
                found.taken.append(name)
            else:
                found.aside.append((name, why))
        after = file.stat()
        if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            found.growing.append(name)  # it went on growing; what it becomes is judged anew
            return
        state.keep(self.inbox, name, Seen(stat.st_size, stat.st_mtime_ns, sha256, became, why))
        state.write(self._case)

    def _judged(self, file: Path) -> tuple[str, str]:
        if self.progress:
            self.progress(f"reading {file.name}", 0, None)
        try:
            steps.try_out(self.path, file, self.columns)
            steps.add(self.path, [file], columns=self.columns, invented=self.invented, progress=self.progress)
        except Refused as error:
            return "set aside", f"{error.what}. {error.to_do}".strip()
        except (WrongUse, OSError):
            raise
        except Exception as error:  # a reader that stumbles over one file must not end the watch, at every start anew
            return "set aside", f"Its reader failed: {type(error).__name__}: {error}"
        return "taken", ""

    def _run(self, state: _State, found: Round) -> None:
        """Run where sources wait, also those that an ended run left; what changed since that was last said."""
        sources = self._case.sources()
        waiting = [one.sha256 for one in sources]
        if sources and waiting != state.plain.get("ran"):
            try:
                steps.run(self.path, progress=self.progress)
            except DarkwakeError as error:
                found.problem = error.message()
                return
            state.plain["ran"] = waiting
            state.write(self._case)
        now = _case_sha(self._case)
        if now and now != state.plain["told"]:
            runs = history.kept(self._case)
            before = [one for one in runs[:-1] if one.sha256 == state.plain["told"]]
            found.told = diff.since(self._case, before[-1].name if before else "")

    def said(self) -> None:
        """That what the last round found has been told: a program that is ended before says it again."""
        state = _State.read(self._case)
        state.plain["told"] = _case_sha(self._case)
        state.write(self._case)

    # --- for ever ---

    def rounds(self, *, every_s: float = 60.0, stop: Event | None = None) -> Iterator[Round]:
        """Rounds without end: at every change of the folder that is told, and every so often where none is.

        A network share often tells no changes; then `every_s` is how long a file waits.
        """
        stop = stop or Event()
        yield self.round()
        while not stop.is_set():
            self._wait(every_s if not self._first_seen else min(every_s, self.settle_s), stop)
            if not stop.is_set():
                yield self.round()

    def _wait(self, at_most_s: float, stop: Event) -> None:
        until = time.monotonic() + at_most_s
        try:
            for changes in watchfiles.watch(
                self.inbox, stop_event=stop, rust_timeout=max(int(at_most_s * 1000), 10), yield_on_timeout=True,
                debounce=400, ignore_permission_denied=True,
            ):  # fmt: skip
                if changes or time.monotonic() >= until - 0.01:
                    return
        except (OSError, RuntimeError):
            # the folder is away, or the system has no watches left: looking every so often is enough
            stop.wait(max(until - time.monotonic(), 0.05))


@dataclass(slots=True)
class _State:
    """arrivals.json: what was judged, and which case was last told of."""

    plain: dict[str, Any]

    @staticmethod
    def read(case: CaseFolder) -> _State:
        file = case.path / STATE
        if not file.exists():
            return _State({})
        try:
            plain = json.loads(file.read_text(encoding="utf-8"))
            for seen in plain.get("files", {}).values():
                Seen(**seen)
        except (ValueError, TypeError, AttributeError) as error:
            raise Unreadable(
                "the list of what arrived is damaged", where=str(file), to_do="Delete it: files are judged once more"
            ) from error
        return _State(plain)

    def write(self, case: CaseFolder) -> None:
        folder.write_text(
            case.path / STATE, json.dumps(self.plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )

    @property
    def files(self) -> Mapping[str, Seen]:
        return {name: Seen(**seen) for name, seen in self.plain.get("files", {}).items()}

    def knows(self, inbox: Path, name: str, size: int, changed: int) -> bool:
        seen = self.plain.get("files", {}).get(f"{inbox.resolve()}/{name}")
        if seen is None or (seen["bytes"], seen["changed_ns"]) != (size, changed):
            return False
        return bool(seen["became"] != "set aside" or seen["version"] == __version__)

    def why_aside(self, sha256: str) -> str:
        """Why a file of that content was set aside by this version, under whatever name."""
        return next(
            (
                one.why
                for one in self.files.values()
                if one.sha256 == sha256 and one.became == "set aside" and one.version == __version__
            ),
            "",
        )

    def keep(self, inbox: Path, name: str, seen: Seen) -> None:
        self.plain.setdefault("files", {})[f"{inbox.resolve()}/{name}"] = asdict(seen)


def aside(path: Path) -> list[tuple[str, str]]:
    """The files that were set aside, each with the reason."""
    files = _State.read(folder.find(path)).files
    return sorted((name, one.why) for name, one in files.items() if one.became == "set aside")


def _case_sha(case: CaseFolder) -> str:
    file = case.path / "case.json"
    return history.hash_of(file)[:12] if file.is_file() else ""
