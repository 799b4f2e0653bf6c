"""The same stages on Apache Spark, where one machine ends: a session, and `Cluster`, a pool for the engine.

    spark = session("spark://10.0.0.5:7077", "/shared/work", host="10.0.0.9")
    found = run(gap(), Store("/shared/store"), spark, folder="/shared/work")

Spark starts the work, watches it and does it again where a worker is lost; it never sees a row. A task is a number:
the function that the executor runs has the shard's paths, reads the files itself, and writes its tables as Parquet to
the shared folder, each under a name of its own. What goes back to the driver is those names, of the attempt that
succeeded; files of others are never looked at. So every event, id and order is that of the local engine.

What runs where is told by the engine: a shard's stages, the coverage of each shard and the thinning of positions for
the silence test run on the executors. The driver sorts the events, and weighs the gaps against the thinned runs.
"""

from __future__ import annotations

import io
import os
import pickle
import re
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from darkwake.errors import DarkwakeError, WrongUse
from darkwake.events import engine, silence, water
from darkwake.events.detector import Detector

try:
    import pyarrow as pa
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
except ImportError as error:
    raise WrongUse(
        f"Spark is not installed: {error.name} is missing", to_do='Install it with `pip install "darkwake[spark]"`'
    ) from error

Item = TypeVar("Item")
Result = TypeVar("Result")

_PLAIN = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # microseconds without a zone, as POSITIONS has them
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # a task has one core, and its polars should not ask for the others
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    # a shard is worth doing again elsewhere at once: what is written twice has two names
    "spark.task.maxFailures": "8",
}


def session(
    master: str,
    folder: str | Path,
    *,
    host: str = "127.0.0.1",
    memory: str = "1g",
    settings: Mapping[str, str] | None = None,
) -> SparkSession:
    """A Spark session with what the stages need; any other session does as well, if its workers have this package.

    Args:
        master: "local[2]", "local-cluster[2,1,1024]" for trial, "spark://host:7077", "yarn", "k8s://...".
        folder: where Spark's own scratch files of this process go.
        host: the address of this machine by which the workers reach it.
        memory: of an executor's Java; rows are read outside of it, so it need not grow with them.
        settings: more of Spark's settings, or others than these.

    Raises:
        WrongUse: a session runs in this process already, or none can be had: no Java, no such master.
    """
    if SparkSession.getActiveSession() is not None:
        raise WrongUse("a Spark session runs in this process already", where=master, to_do="Use it, or stop it first")
    scratch = Path(folder).absolute() / "spark"
    scratch.mkdir(parents=True, exist_ok=True)
    wanted = {
        "spark.driver.host": host,
        "spark.driver.bindAddress": host,
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        **_PLAIN,
        **(settings or {}),
    }
    builder = SparkSession.builder.appName("darkwake").master(master)
    for name, value in wanted.items():
        builder = builder.config(name, value)
    # Spark takes these three from nowhere else, and only while it starts
    with _environment(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable, SPARK_LOCAL_IP=host):
        try:
            return builder.getOrCreate()
        except (Py4JError, PySparkException, OSError) as error:
            raise WrongUse(
                f"Spark does not start: {_told(error)}",
                where=master,
                to_do="Look whether Java 17 is installed, and whether the master answers from here",
            ) from error


@contextmanager
def cluster(
    master: str, folder: str | Path, *, host: str = "127.0.0.1", settings: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """A pool on a session of its own, which ends with it.

    Args:
        master: see `session`.
        folder: on storage that this machine and every worker see under the same path; made where there is none.
        host: see `session`.
        settings: see `session`.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="darkwake-driver-") as scratch:
        made = session(master, scratch, host=host, settings=settings)
        try:
            yield Cluster.of(made, folder)
        finally:
            made.stop()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A Spark session as the engine's pool: hand it to any `workers`."""

    session: SparkSession
    folder: str
    """A folder that this process and every worker see under the same path."""
    at_once: int = 1
    """Tasks at a time; small shards are laid together as long as there are so many."""

    @classmethod
    def of(cls, session: SparkSession, folder: str | Path) -> Cluster:
        """A cluster with as many tasks at a time as Spark says that it has cores."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        return cls(session, str(Path(folder).absolute()), max(session.sparkContext.defaultParallelism, 1))

    def map(self, work: Callable[[Item], Result], items: Sequence[Item], /) -> Iterator[Result]:
        """`work` on each item, each a task of its own, results in the items' order once all are done."""
        if not items:
            return
        sent = tuple(pickle.dumps(item) for item in items)  # paths: not rows
        with engine.handed_on(self) as folder:

            def done(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
                for batch in batches:
                    for number in batch.column(0).to_pylist():
                        result = _laid_down(_tried(work, pickle.loads(sent[number])), folder)  # noqa: S301  our own bytes
                        yield pa.RecordBatch.from_pydict({"number": [number], "result": [result]}, _RESULTS)

            # a range is the one table that has exactly one row in each partition
            numbers = self.session.range(0, len(items), 1, len(items))
            try:
                rows = numbers.mapInArrow(done, "number long, result binary").collect()
            except PySparkException as error:
                raise DarkwakeError(
                    f"the cluster gave a piece of work up: {_told(error)}",
                    where=str(self.session.sparkContext.master),
                    to_do="The worker's log tells more; the same run without Spark shows whether it is the data",
                ) from error
            for _, result in sorted((row.number, bytes(row.result)) for row in rows):
                found = _taken_up(result)
                if isinstance(found, _Refusal):
                    raise found.kind(found.what, where=found.where, to_do=found.to_do)
                yield found


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An error of ours on its way to the driver: it would come again, so Spark is not let try."""

    kind: type[DarkwakeError]
    what: str
    where: str
    to_do: str


def _tried(work: Callable[[Any], Any], item: object) -> Any:
    try:
        return work(item)
    except DarkwakeError as error:
        return _Refusal(type(error), error.what, error.where, error.to_do)


def _told(error: Exception) -> str:
    """The one line that says what happened, out of the traces of Java and Python that Spark makes of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("\tat ")]
    named = [line for line in lines if re.match(r"(Caused by: |: )?([\w$]+\.)*\w*(Error|Exception|Interrupt)\b", line)]
    return (
        (named or lines or [type(error).__name__])[-1].removeprefix(": ").removeprefix("Caused by: ")[:300].rstrip(".")
    )


_RESULTS = pa.schema([("number", pa.int64()), ("result", pa.binary())])


class _Down(pickle.Pickler):
    """Pickles all but tables, which go to files that nobody else writes."""

    def __init__(self, file: io.BytesIO, folder: str) -> None:
        super().__init__(file)
        self.folder = folder

    def persistent_id(self, value: object) -> str | None:
        if not isinstance(value, pl.DataFrame):
            return None
        path = f"{self.folder}/{uuid.uuid4().hex}.parquet"
        value.write_parquet(path)
        return path


class _Up(pickle.Unpickler):
    """The way back; a file that was read is no longer needed."""

    def persistent_load(self, path: str) -> pl.DataFrame:
        table = pl.read_parquet(path, glob=False, hive_partitioning=False)
        Path(path).unlink(missing_ok=True)
        return table


def _laid_down(result: object, folder: str) -> bytes:
    file = io.BytesIO()
    _Down(file, folder).dump(result)
    return file.getvalue()


def _taken_up(result: bytes) -> Any:
    return _Up(io.BytesIO(result)).load()


def run(
    detector: Detector,
    store: engine.Sharded,
    spark: SparkSession,
    *,
    folder: str | Path,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """What `detector.run(store)` gives, found on a cluster.

    Args:
        detector: what to look for.
        store: its files must lie where every worker sees them under the same paths.
        spark: see `session`.
        folder: on shared storage, for what goes from stage to stage; left as it was.
        progress: called with (shards done, shards in all) at the end of each pass.
    """
    return detector.run(store, Cluster.of(spark, folder), progress)


def weigh(
    gaps: pl.DataFrame, store: engine.Sharded, spark: SparkSession, *, folder: str | Path, **parameters: Any
) -> pl.DataFrame:
    """What `events.weigh(gaps, store, **parameters)` gives.

    Positions are thinned to runs on the cluster. The runs (a row a ship, cell and hour in the gaps' waters, and a row
    a ship and hour of all) are laid together and weighed here.
    """
    return silence.weigh(gaps, store, workers=Cluster.of(spark, folder), **parameters)


def reception(
    make: Callable[[engine.Sharded], pl.DataFrame],
    store: engine.Sharded,
    spark: SparkSession,
    *,
    folder: str | Path,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """RECEPTION of a store: what `water.reception(make, store)` gives, made and summed on the cluster.

    Args:
        make: `tracks.reception`, or `functools.partial` of it; handed in, because a part does not know another.
        store: as in `run`.
        spark: as in `run`.
        folder: as in `run`.
        progress: as in `run`.
    """
    return water.reception(make, store, workers=Cluster.of(spark, folder), progress=progress)
