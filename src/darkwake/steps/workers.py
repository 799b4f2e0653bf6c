"""Where the shards of a store are worked on: in this process, in several of this machine, or on a Spark cluster."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from darkwake.case.folder import CaseFolder
from darkwake.events import Workers

MANY_POSITIONS = 5_000_000
"""From here on more processes are worth their start."""
MOST_PROCESSES = 8
"""As many as are started unasked: each holds a shard in memory."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A cluster: its master, and this machine's address as the workers see it."""

    master: str
    host: str = "127.0.0.1"
    settings: Mapping[str, str] = field(default_factory=dict)


Where = int | Spark
"""So many processes, or a cluster."""


@contextmanager
def at_work(where: Where | None, case: CaseFolder) -> Iterator[Workers | None]:
    """What the steps hand to `workers`; None leaves it to the number of positions. The caller holds the case's lock.

    A cluster's workers read the store in the case's folder and leave there what goes from stage to stage.
    """
    for leftover in case.path.glob(".spark-*"):  # of a run that was killed
        shutil.rmtree(leftover)
    if not isinstance(where, Spark):
        yield where
        return
    from darkwake.events import spark  # noqa: PLC0415  an extra, and Java: only where it is asked for

    with (
        tempfile.TemporaryDirectory(dir=case.path.absolute(), prefix=".spark-", ignore_cleanup_errors=True) as folder,
        spark.cluster(where.master, folder, host=where.host, settings=where.settings) as pool,
    ):
        yield pool


def by_size(workers: Workers | None, ships: pl.DataFrame) -> Workers:
    """Those that were asked for; otherwise as many processes as there are processors, once SHIPS sent very much."""
    if workers is not None:
        return workers
    return min(os.cpu_count() or 1, MOST_PROCESSES) if ships["positions"].sum() > MANY_POSITIONS else 1
