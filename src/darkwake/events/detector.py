"""The contract of a detector: a kind, its stages, and what it tells a reader of itself.

A detector is a file with a factory: keyword parameters in, `Detector` out. Its docstring is what a reader of the case
is shown, under the headings below.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

import polars as pl

from darkwake.events import engine
from darkwake.events.stage import Stage

HEADINGS = ("What it flags", "Why it matters", "Innocent explanations", "Parameters", "References")
"""The headings of every factory's docstring, in this order."""


@dataclass(frozen=True, slots=True)
class Detector:
    """A pattern to look for, ready to run: what a factory such as `gap()` returns."""

    kind: str
    """Named for the pattern, never for guilt."""
    stages: tuple[Stage, ...]
    about: str
    """The factory's docstring: see HEADINGS."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Name and value of each threshold, as a reader sees them."""

    def run(
        self,
        source: pl.DataFrame | engine.Sharded,
        workers: engine.Workers = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> pl.DataFrame:
        """EVENTS of this kind in `source`, sorted by ship, start, kind, id; equal for every split and worker count.

        Args:
            source: POSITIONS in any order, or anything with `shards()`.
            workers: how many processes share the shards; 1 stays in this process. More than one starts fresh
                interpreters, so a script that asks for them needs the usual `if __name__ == "__main__":`. Or a pool,
                see events/spark.py.
            progress: called with (shards done, shards in all) after each shard of each pass.

        Raises:
            WrongUse: the table is not POSITIONS, or a stage returned no EVENTS.
        """
        return engine.run(self.kind, self.stages, source, workers=workers, progress=progress)

    @property
    def innocent(self) -> tuple[str, ...]:
        """The explanations that need no guilt, one a sentence, as the docstring gives them."""
        return items(sections(self.about)["Innocent explanations"])

    @property
    def made_by(self) -> str:
        """Part, version and parameters, for `Evidence.made_by`."""
        said = [f"{name}={value}" for name, value in self.parameters]
        return " ".join([f"events.{self.kind}", version("darkwake"), *said])


def sections(docstring: str) -> dict[str, str]:
    """The text under each of HEADINGS in a factory's docstring; a heading that is missing is missing here."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in inspect.cleandoc(docstring).splitlines():
        if line.removesuffix(":") in HEADINGS:
            lines = found.setdefault(line.removesuffix(":"), [])
        else:
            lines.append(line)
    return {heading: inspect.cleandoc("\n".join(body)).strip() for heading, body in found.items()}


def items(text: str) -> tuple[str, ...]:
    """The points of a list written with "- ", each as one line."""
    points: list[str] = []
    for line in text.splitlines():
        if line.startswith("- "):
            points.append(line[2:].strip())
        elif points:
            points[-1] = f"{points[-1]} {line.strip()}".strip()
    return tuple(points)


def hours(count: float) -> timedelta:
    """`count` hours, as the thresholds of detectors take them."""
    return timedelta(hours=count)


def in_hours(span: timedelta) -> str:
    """A span as a reader sees it, such as "6h"."""
    return f"{span / timedelta(hours=1):g}h"
