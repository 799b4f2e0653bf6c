"""What was derived from a case's sources: tables with a key each, so that a run does only what is new.

A key is made of all that a step depends on. A step whose key stands in `steps.json`, and whose outputs are still
there, is passed over. The key is written after the outputs, so a run that is killed in between does the step again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from darkwake import schema
from darkwake.case import folder
from darkwake.case.folder import CaseFolder, Progress
from darkwake.errors import Unreadable

_TRASH = "delete the folder 'derived' and run again; the sources are untouched"


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did, for the terminal."""

    name: str
    says: str
    new: bool
    """False where the step was passed over, because nothing it depends on had changed."""
    seconds: float


@dataclass
class Derived:
    """The derived folder of a case during one run; the run holds the case's lock."""

    case: CaseFolder
    progress: Progress | None = None
    reports: list[StepReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.case.derived.mkdir(exist_ok=True)
        for leftover in self.case.derived.glob(".writing-*"):
            leftover.unlink()

    @property
    def _keys(self) -> Path:
        return self.case.derived / "steps.json"

    def step(self, name: str, key: str, outputs: Sequence[Path], make: Callable[[], str]) -> None:
        """Do a step, unless it was done with the same key and its outputs are still there.

        `make` returns what it did in a few words, which are kept for later runs.
        """
        done = json.loads(self._keys.read_text(encoding="utf-8")) if self._keys.exists() else {}
        before = done.get(name, {})
        if before.get("key") == key and all(output.exists() for output in outputs):
            self.reports.append(StepReport(name, before["says"], False, 0.0))
            return
        if self.progress:
            self.progress(name, 0, None)
        began = time.monotonic()
        says = make()
        folder.write_text(self._keys, json.dumps(done | {name: {"key": key, "says": says}}, indent=1, sort_keys=True))
        self.reports.append(StepReport(name, says, True, time.monotonic() - began))

    def counted(self, what: str) -> Callable[[int, int], None] | None:
        """For a part that says only how far it is: (done, in all). None where nobody looks on."""
        return partial(self.progress, what) if self.progress else None

    def path(self, name: str) -> Path:
        """Where a derived table lies."""
        return self.case.derived / f"{name}.parquet"

    def read(self, name: str, wanted: pl.Schema) -> pl.DataFrame:
        """A derived table.

        Raises:
            Unreadable: the file is no Parquet or does not have that schema; another version may have written it.
        """
        try:
            table = pl.read_parquet(self.path(name))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise Unreadable(f"the table cannot be read: {error}", where=str(self.path(name)), to_do=_TRASH) from error
        if problems := schema.problems(table, wanted):
            raise Unreadable(f"the table does not fit: {problems[0]}", where=str(self.path(name)), to_do=_TRASH)
        return table

    def write(self, name: str, table: pl.DataFrame) -> None:
        """Write a derived table whole or not at all."""
        held = self.case.derived / f".writing-{name}.parquet"
        table.write_parquet(held)
        held.replace(self.path(name))
