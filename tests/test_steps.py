"""The whole trip on a small invented world: the same bytes always, nothing twice, nothing half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from darkwake import steps, synth
from darkwake.case import folder as folder_of
from darkwake.case.folder import Asked
from darkwake.errors import CaseBusy, Refused, UnknownKind, Unreadable, WrongUse
from darkwake.synth import feeds, lists


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few days of twelve invented ships round Hormuz, and a list with one of them under another name."""
    folder = tmp_path_factory.mktemp("made")
    world = synth.make(seed=3, days=3, ships=12, switch_offs=1)
    feeds.write_dma(world, folder)
    ship = world.ships[0]
    entry = lists.Entry("Vessel", "OLD INVENTED NAME", imo=ship.imo, flag="PA")
    lists.write_sdn(folder / "invented-sdn.xml", [entry, *lists.invent(1)], published=world.start.date())
    return folder


ASKED = Asked("small", "What did the invented ships do?", invented=True, longer_than_h=6)


def case_of(folder: Path, files: list[Path]) -> steps.RunReport:
    steps.new(folder, ASKED)
    for file in files:
        steps.add(folder, [file], invented=True)
    return steps.run(folder)


@pytest.fixture(scope="session")
def ran(made: Path, tmp_path_factory: pytest.TempPathFactory) -> steps.RunReport:
    return case_of(tmp_path_factory.mktemp("ran") / "case", sorted(made.iterdir()))


def test_from_new_to_the_page(ran: steps.RunReport) -> None:
    case = ran.case
    assert [step.new for step in ran.steps] == [True] * 11
    assert case["counts"]["ships"] == 12
    assert case["case"]["invented"] is True
    assert case["hits"][0]["rank"] == "certain"
    assert case["threads"][0]["ship"] == case["hits"][0]["ship"]
    page = ran.case_html.read_text(encoding="utf-8")
    assert "What did the invented ships do?" in page
    assert "INVENTED" in page
    assert case["threads"][0]["id"] in page


def test_each_row_is_kept_or_refused(ran: steps.RunReport) -> None:
    for source in ran.sources:
        assert source.rows == source.kept + sum(source.refused.values()), source.name
    assert {source.name for source in ran.sources} == {file["name"] for file in ran.case["sources"]}


def test_each_piece_of_evidence_is_used_or_listed(ran: steps.RunReport) -> None:
    case = ran.case
    told = [reason for thread in case["threads"] for reason in (*thread["for"], *thread["against"])]
    rivals = [rival for thread in case["threads"] for rival in thread["hypotheses"]]
    weighed = [reason for rival in rivals for reason in (*rival["for"], *rival["against"])]
    used = {reason["evidence"] for reason in (*told, *weighed)} - {""}
    used |= {key for thread in case["threads"] for station in thread["stations"] for key in station["evidence"]}
    used |= {row["evidence"] for row in case["hypotheses"].get("matrix", [])}
    ids = {item["id"] for item in case["evidence"]}
    assert ids == used | set(case["unused"])
    assert used.isdisjoint(case["unused"])
    assert set(case["unused_why"]) == set(case["unused"])
    hashes = {source["sha256"] for source in case["sources"]}
    for item in case["evidence"]:
        assert item["innocent"], item["says"]
        assert item["sources"], item["says"]
        assert {one["source"] for one in item["sources"]} <= hashes


def test_a_second_run_has_nothing_to_do(ran: steps.RunReport) -> None:
    before = {path: path.read_bytes() for path in (ran.case_json, ran.case_html)}
    again = steps.run(ran.case_json.parent)
    assert [step.new for step in again.steps] == [False] * 11
    assert {path: path.read_bytes() for path in before} == before


def test_the_same_sources_in_another_order_give_the_same_bytes(
    made: Path, ran: steps.RunReport, tmp_path: Path
) -> None:
    other = case_of(tmp_path / "case", sorted(made.iterdir(), reverse=True))
    assert other.case_json.read_bytes() == ran.case_json.read_bytes()
    assert other.case_html.read_bytes() == ran.case_html.read_bytes()


def test_adding_a_file_again_changes_nothing(made: Path, ran: steps.RunReport) -> None:
    folder = ran.case_json.parent
    before = ran.case_json.read_bytes()
    assert [new for _, new in steps.add(folder, [made], invented=True)] == [False] * len(list(made.iterdir()))
    steps.run(folder)
    assert ran.case_json.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.6, 1.0, 1.5, 2.2])
def test_a_killed_run_leaves_the_case_as_it_was_or_as_it_would_be(
    made: Path, ran: steps.RunReport, tmp_path: Path, after_s: float
) -> None:
    folder = tmp_path / "case"
    steps.new(folder, ASKED)
    steps.add(folder, [made], invented=True)
    run = subprocess.Popen([sys.executable, "-m", "darkwake", "run", str(folder)], stdout=subprocess.DEVNULL)
    time.sleep(after_s)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    for name, whole in (("case.json", ran.case_json), ("case.html", ran.case_html)):
        assert not (folder / name).exists() or (folder / name).read_bytes() == whole.read_bytes()
    steps.run(folder)
    assert (folder / "case.json").read_bytes() == ran.case_json.read_bytes()
    assert (folder / "case.html").read_bytes() == ran.case_html.read_bytes()


def test_two_runs_at_once(ran: steps.RunReport) -> None:
    folder = ran.case_json.parent
    with folder_of.find(folder).lock(), pytest.raises(CaseBusy, match="another run"):
        steps.run(folder)


BAD: list[tuple[str, Callable[[Path, Path], Path], type[Exception], str]] = [
    ("empty", lambda to, _: touched(to / "a.csv", b""), Unreadable, "empty"),
    ("unknown", lambda to, _: touched(to / "a.bin", b"\x00\x01\x02" * 99), UnknownKind, "no reader"),
    ("missing", lambda to, _: to / "none.csv", Unreadable, "no such file"),
    ("cut XML", lambda to, made: half(to, made / "invented-sdn.xml"), Refused, "invented-sdn.xml"),
    ("cut zip", lambda to, made: half(to, next(made.glob("*.zip"))), Refused, r"\.zip"),
    ("no columns", lambda to, _: touched(to / "a.csv", b"one,two\n1,2\n"), UnknownKind, "--columns"),
]


def touched(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def half(to: Path, file: Path) -> Path:
    whole = file.read_bytes()
    return touched(to / file.name, whole[: len(whole) // 2])


@pytest.mark.parametrize(("make", "error", "says"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_input_is_refused_whole(
    made: Path, tmp_path: Path, make: Callable[[Path, Path], Path], error: type[Exception], says: str
) -> None:
    folder = tmp_path / "case"
    case = steps.new(folder, ASKED)
    good, bad = next(made.glob("*.zip")), make(tmp_path, made)
    with pytest.raises(error, match=says):
        steps.add(folder, [good, bad])
    assert case.sources() == []


def test_a_case_without_positions(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    steps.new(folder, ASKED)
    with pytest.raises(WrongUse, match="neither ship positions nor articles nor sites"):
        steps.run(folder)
    steps.add(folder, [made / "invented-sdn.xml"])
    with pytest.raises(WrongUse, match="neither ship positions nor articles nor sites"):
        steps.run(folder)


def test_export_and_its_errors(ran: steps.RunReport, tmp_path: Path) -> None:
    folder = ran.case_json.parent
    out = steps.export(folder, "json", tmp_path / "out.json")
    assert json.loads(out.read_text(encoding="utf-8")) == ran.case
    assert steps.export(folder, "html") == ran.case_html
    with pytest.raises(WrongUse, match="no format"):
        steps.export(folder, "docx")
    steps.new(tmp_path / "fresh", ASKED)
    with pytest.raises(WrongUse, match="not been run"):
        steps.export(tmp_path / "fresh", "html")


@pytest.mark.shared
@pytest.mark.slow
def test_the_real_case_in_one_go(shared: Path, tmp_path: Path) -> None:
    """The Danish stream, the Solent and the SDN list in one folder, from new to case.html."""
    folder = tmp_path / "real"
    steps.new(folder, Asked("real", "What do the real sources show?"))
    steps.add(
        folder, [shared / "ais/nmea-dma-2010/stream_example.txt", shared / "lists/ofac_sdn_xml_2021-03/sdn.xml.gz"]
    )
    solent = shared / "ais/solent-2016-01-12/SolentAIS_20160112_130211.csv"
    steps.add(folder, [solent], columns="time=Time,ship=MMSI,lat=Latitude_degrees,lon=Longitude_degrees")
    report = steps.run(folder)
    rows = {source.name: (source.rows, source.kept) for source in report.sources}
    assert rows[solent.name] == (18_623, 18_620)
    assert rows["sdn.xml.gz"] == (8_832, 8_832)
    assert rows["stream_example.txt"] == (8_551, 3_832)
    # neither source is longer than six hours; two transmitters were heard in both, years apart, which is no silence
    assert report.case["counts"]["gaps"] == 2
    assert all("nobody's positions" in silence["says"] for silence in report.case["silences"])
    assert report.case_html.stat().st_size < 10_000_000
