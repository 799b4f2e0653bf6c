"""Spark for real: a master and two workers from the pip package on this machine, with what the local engine gives."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darkwake import schema, steps, synth
from darkwake.case.folder import Asked
from darkwake.errors import DarkwakeError, Unreadable, WrongUse
from darkwake.events import DETECTORS as FACTORIES
from darkwake.events import By, Detector, Stage, false_identity, gap, port_call, weigh
from darkwake.tracks import reception
from made_positions import Files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(find_spec(name) for name in ("pyspark", "pyarrow", "pandas")),
        reason="SPARK ABSENT: install darkwake[spark]; nothing was tested on Spark",
    ),
    pytest.mark.skipif(
        shutil.which("java") is None and "JAVA_HOME" not in os.environ,
        reason="JAVA ABSENT: install Java 17; nothing was tested on Spark",
    ),
]

HERE = "127.0.0.1"
SOON = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A Java that lives for a minute spends it on starting: no second compiler, no threads for garbage."""
SHARDS = 4
PORTS = pl.DataFrame([("ZZAAA", "Invented Roads", "ZZ", 25.19, 56.432)], schema=schema.PORTS, orient="row")


@pytest.fixture(scope="module")
def world() -> synth.World:
    """Some hundred invented ships in busy water, with something to find of every kind."""
    return synth.plants.lay(4, days=3)


@pytest.fixture(scope="module")
def store(world: synth.World, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Its positions in four shards of two files each, the second with rows of the first once more."""
    heard = world.heard.select(list(schema.POSITIONS))
    shards = [heard.filter(pl.col("ship") % SHARDS == at) for at in range(SHARDS)]
    half = [(part.height // 2, part.height // 2 - 50) for part in shards]
    return Files(
        tmp_path_factory.mktemp("store"),
        [[part[:one], part[two:]] for part, (one, two) in zip(shards, half, strict=True)],
    )


@dataclass
class Standalone:
    """A standalone cluster, a process for the master and one for each worker."""

    folder: Path
    url: str = ""
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, workers: int) -> None:
        with socket.socket() as probe:
            probe.bind((HERE, 0))
            port = probe.getsockname()[1]
        self.url = f"spark://{HERE}:{port}"
        self._start("Master", "master", "--port", str(port))
        self._await("master", "New state: ALIVE", 1)
        for number in range(workers):
            own = ("--port", "0", "--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / f"work-{number}"))
            self._start("Worker", f"worker-{number}", *own, self.url)
        self._await("master", "Registering worker", workers)

    def _start(self, what: str, name: str, *told: str) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what.lower()}.{what}"]
        env = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HERE, "SPARK_DAEMON_MEMORY": "256m"}
        env |= {"SPARK_DAEMON_JAVA_OPTS": SOON}
        env |= {"SPARK_LOCAL_DIRS": str(self.folder / "scratch"), "SPARK_LOG_DIR": str(self.folder)}
        with (self.folder / f"{name}.log").open("wb") as log:
            self.started[name] = subprocess.Popen(
                [*command, "--host", HERE, "--webui-port", "0", *told], env=env, stdout=log, stderr=log, cwd=self.folder
            )

    def _await(self, name: str, line: str, times: int) -> None:
        for _ in range(600):
            log = (self.folder / f"{name}.log").read_text(errors="replace")
            if log.count(line) >= times:
                return
            assert self.started[name].poll() is None, log
            time.sleep(0.1)
        pytest.fail(f"{line!r} never came:\n{log}")

    def stop(self) -> None:
        for process in reversed(self.started.values()):
            process.terminate()
        for process in self.started.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    cluster = Standalone(tmp_path_factory.mktemp("standalone"))
    try:
        cluster.start(2)
        yield cluster
    finally:
        cluster.stop()


def ended(session: Any) -> None:
    """The session, and the Java that this process started for it."""
    from pyspark import SparkContext

    session.stop()
    gateway: Any = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(20)
    SparkContext._gateway = SparkContext._jvm = None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def session(standalone: Standalone, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from darkwake.events import spark

    java = {f"spark.{side}.extraJavaOptions": SOON for side in ("driver", "executor")}
    settings = {**java, "spark.driver.memory": "512m"}
    made = spark.session(standalone.url, tmp_path_factory.mktemp("driver"), settings=settings)
    yield made
    ended(made)


def same(found: pl.DataFrame, wanted: pl.DataFrame) -> bool:
    """Equal in every column, row and place."""
    return found.schema == wanted.schema and found.equals(wanted)


def detectors(world: synth.World) -> list[Detector]:
    told: dict[Callable[..., Detector], dict[str, Any]] = {
        false_identity: {"identities": world.identities},
        port_call: {"ports": PORTS},
    }
    return [factory(**told.get(factory, {})) for factory in FACTORIES]


def test_a_case_run_on_a_cluster_is_the_same_case(standalone: Standalone, tmp_path: Path) -> None:
    """The command in a process of its own, as a process has one session; first, as a session holds all the cluster."""
    sources = tmp_path / "sources"
    sources.mkdir()
    synth.feeds.write_dma(synth.make(seed=3, days=3, ships=12, switch_offs=1), sources)
    asked = Asked("small", "What did the invented ships do?", invented=True, longer_than_h=6)
    made = {}
    for name, told in (("here", ()), ("there", ("--spark", standalone.url))):
        case = tmp_path / name / "case"
        case.parent.mkdir()
        steps.new(case, asked)
        steps.add(case, sorted(sources.iterdir()), invented=True)
        if name == "there":
            (case / ".spark-of-a-killed-run").mkdir()
        program = "from darkwake.cli import main; main()"
        # by a relative path, which the workers could not follow
        run = [sys.executable, "-c", program, "run", "case", "--json", *told]
        done = subprocess.run(run, cwd=case.parent, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        made[name] = (case / "case.json").read_bytes()
        assert not list(case.glob(".spark-*"))
    assert made["there"] == made["here"]


def test_every_detector_gives_the_same_events_ids_and_order(
    world: synth.World, store: Files, session: Any, folder: Path
) -> None:
    from darkwake.events import spark

    many = spark.Cluster(session, str(folder), SHARDS)
    for detector in detectors(world):
        here = detector.run(store)
        assert here.height, f"nothing to find of kind {detector.kind}"
        assert same(detector.run(store, many), here), detector.kind
    done: list[tuple[int, int]] = []
    found = spark.run(gap(), store, session, folder=folder, progress=lambda *at: done.append(at))
    assert same(found, gap().run(store))
    assert done[-1][0] == done[-1][1] == len(done)
    assert not list(folder.iterdir())


def test_the_silence_test_and_reception_give_the_same_tables(store: Files, session: Any, folder: Path) -> None:
    from darkwake.events import spark

    gaps = gap().run(store)
    wanted = weigh(gaps, store)
    assert wanted["verdict"].n_unique() > 1
    assert same(spark.weigh(gaps, store, session, folder=folder), wanted)
    make = partial(reception, cell_deg=0.5)
    wanted = make(store)
    assert wanted["present"].sum() > wanted["heard"].sum() > 0
    assert same(spark.reception(make, store, session, folder=folder), wanted)
    assert not list(folder.iterdir())


def refused(path: str) -> int:
    raise Unreadable("it is cut short", where=path, to_do="Fetch it again")


def broken(path: str) -> int:
    raise ZeroDivisionError(path)


def test_errors_come_back_as_what_they_are(session: Any, folder: Path) -> None:
    from pyspark import cloudpickle

    from darkwake.events import spark

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the workers do not know this file
    pool = spark.Cluster.of(session, folder)
    with pytest.raises(Unreadable) as told:
        list(pool.map(refused, ["a.parquet"]))
    assert (told.value.what, told.value.where) == ("it is cut short", "a.parquet")
    with pytest.raises(DarkwakeError, match="gave a piece of work up: ZeroDivisionError") as told_of:
        list(pool.map(broken, ["a.parquet"]))
    assert "Traceback" not in str(told_of.value)
    assert not list(folder.iterdir())


def test_a_cluster_is_sent_paths_and_no_table(world: synth.World, session: Any, folder: Path) -> None:
    from darkwake.events import spark

    with pytest.raises(WrongUse, match="paths, not a table"):
        gap().run(world.heard.select(list(schema.POSITIONS)), spark.Cluster.of(session, folder))
    with pytest.raises(WrongUse, match="already"):
        spark.session("local[1]", folder)


def lingers(table: pl.DataFrame, *, seen: str) -> pl.DataFrame:
    """Notes which processes it runs under, and leaves time to end one of them."""
    process, line = os.getpid(), []
    while process > 1:
        line.append(process)
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    begun = Path(seen, uuid.uuid4().hex)
    begun.write_text(" ".join(map(str, line)))
    begun.rename(begun.with_suffix(".begun"))
    time.sleep(1.0)
    return table.with_columns(place=pl.col("lat").round(1))


def crowds(table: pl.DataFrame) -> pl.DataFrame:
    """One event a tenth of a degree of latitude: all its ships together."""
    found = table.group_by("place").agg(
        pl.col("ship").min(), pl.col("time").min().alias("start"), pl.col("time").max().alias("end"), pl.len()
    )
    known = {"id": pl.format("crowd-{}", "place"), "kind": pl.lit("crowd"), "details": pl.format("{}", "len")}
    lacking = {name: pl.lit(None, kind) for name, kind in schema.EVENTS.items() if name not in [*found.columns, *known]}
    return found.with_columns(**known, **lacking).select(list(schema.EVENTS))


def test_a_worker_killed_in_the_middle_changes_nothing(
    standalone: Standalone, store: Files, session: Any, folder: Path, tmp_path: Path
) -> None:
    from pyspark import cloudpickle

    from darkwake.events import spark

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the workers do not know this file

    def detector(seen: str) -> Detector:
        (tmp_path / seen).mkdir()
        first = Stage(By("ship"), partial(lingers, seen=str(tmp_path / seen)))
        return Detector("crowd", (first, Stage(By("place"), crowds)), about="")

    killed: list[str] = []

    def kill() -> None:
        """The worker that holds the first piece of work begins to hold it for a second: end it then."""
        while not (begun := list((tmp_path / "there").glob("*.begun"))):
            time.sleep(0.05)
        under = set(map(int, begun[0].read_text().split()))
        for name, process in standalone.started.items():
            if name.startswith("worker") and process.pid in under:
                process.send_signal(signal.SIGKILL)
                killed.append(name)

    here = detector("here").run(store)
    assert here.height > 5
    ender = threading.Thread(target=kill, daemon=True)
    ender.start()
    there = detector("there").run(store, spark.Cluster(session, str(folder), SHARDS))
    ender.join()
    assert len(killed) == 1
    assert len(list((tmp_path / "there").glob("*.begun"))) > SHARDS  # what was lost was done again
    assert same(there, here)
