"""Goods that were looked up before, against newer control lists."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_controls import COLUMNS, table
from made_list import ENTRIES, xml
from typer.testing import CliRunner

from darkwake import kept
from darkwake.cli import app
from darkwake.errors import DarkwakeError, WrongUse
from darkwake.screening import GoodsAsked, index_of, rescreen_goods
from darkwake.screening.record import of_goods
from darkwake.screening.rescreen import RESCREENED

KEPT = "Invented List,{day},1.A,Zemblanium trichloride,100-37-8,2829.90,Salts,,,,gazette 7"
OLD = (
    KEPT,
    "Invented List,{day},1.B,Grumium azide,50-00-0,,Salts,,,,",
    "Invented List,{day},1.C,Vexium powder,64-17-5,,Metals,,,,",
    "Invented List,{day},1.D,Gyroscopic frames for lighthouse lanterns,,,,,,,",
)
NEW = (
    KEPT,
    "Invented List,{day},1.C,Vexium powder of a particle size less than 9 mm,64-17-5,,Metals,,,,",
    "Invented List,{day},1.D,Gyroscopic frames for lighthouse lanterns,,,,,,2019-12-31,",
    "Invented List,{day},1.E,Benzene of the invented kind,71-43-2,,Salts,,2021-06-01,,",
)
ASKED = (
    GoodsAsked(cas="100-37-8"),
    GoodsAsked("grumium azide"),
    GoodsAsked(cas="64-17-5"),
    GoodsAsked("lanterns, lighthouse, gyroscopic"),
    GoodsAsked(cas="71-43-2"),
    GoodsAsked("sodium perchlorate"),
)


def written(path: Path, rows: tuple[str, ...], day: str) -> Path:
    return table(path, *(row.format(day=day) for row in rows))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path / "old.csv", OLD, "2020-01-01")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return written(tmp_path / "new.csv", NEW, "2022-01-01")


@pytest.fixture
def record(tmp_path: Path, old: Path) -> Path:
    path, _ = kept.keep(tmp_path / "record.json", goods=of_goods(ASKED, index_of([old])))
    return path


CHANGES = [
    ("changed", "altered", "64-17-5", "1.C", "listed", "listed under conditions", ["text"]),
    ("changed", "altered", "lanterns", "1.D", "text lead", "text lead", ["in_force_to"]),
    ("gone", "removed", "grumium", "1.B", "listed", None, []),
    ("new", "added", "71-43-2", "1.E", None, "listed", []),
]


@pytest.mark.parametrize("with_old", [False, True])
def test_each_change_is_told_with_its_reason(record: Path, old: Path, new: Path, with_old: bool) -> None:
    told = kept.rescreen_record(record, [new], [old] * with_old)
    assert told.changes.schema == RESCREENED
    columns = ["change", "why", "asked", "entry", "rank_before", "rank_after", "fields"]
    rows = told.changes.select(columns).rows()
    assert [(*row[:2], *row[3:]) for row in rows] == [(*row[:2], *row[3:]) for row in CHANGES]
    assert all(part in row[2] for row, (_, _, part, *_) in zip(rows, CHANGES, strict=True))
    assert set(told.changes["before"]) == {date(2020, 1, 1)}
    assert set(told.changes["after"]) == {date(2022, 1, 1)}
    says = dict(told.changes.select("entry", "says").iter_rows())
    assert "It read 'Vexium powder', and then 'Vexium powder of a particle size less than 9 mm'." in says["1.C"]
    assert "no longer stands on the list" in says["1.B"]
    assert told.says() == (
        "Of the 6 questions about goods asked before, 1 findings were new, 1 were gone and 2 had changed."
    )
    assert any("was not at hand" in note for note in told.notes) is not with_old


def test_nothing_changes_against_the_same_list_and_the_wrong_way_round_is_refused(
    record: Path, old: Path, new: Path, tmp_path: Path
) -> None:
    same = kept.rescreen_record(record, [old])
    assert same.changes.is_empty()
    assert "same file as before" in same.notes[0]
    later = written(tmp_path / "later.csv", OLD, "2021-01-01")
    assert kept.rescreen_record(record, [later]).changes.is_empty()
    with pytest.raises(WrongUse, match="older than the record's"):
        kept.rescreen_record(record, [written(tmp_path / "older.csv", NEW, "2019-01-01")])
    with pytest.raises(WrongUse, match="two versions"):
        kept.rescreen_record(record, [later, new])
    with pytest.raises(WrongUse, match="no new list"):
        kept.rescreen_record(record, [])
    with pytest.raises(WrongUse, match="no such file"):
        kept.rescreen_record(record, [tmp_path / "nowhere.csv"])


def test_text_leads_that_changed_places_with_others_are_no_change(tmp_path: Path) -> None:
    words = "balancing frames for lanterns"
    names = "anchor bell candle dial ember funnel girder hinge".split()  # noqa: SIM905 - reads best as prose
    rows = tuple(f"Long List,{{day}},{at}A.1,{name} {words},,,,,,," for at, name in enumerate(names))
    before, after = (
        written(tmp_path / f"{day}.csv", some, day) for day, some in (("2020-01-01", rows), ("2021-01-01", rows[::-1]))
    )
    made = of_goods([GoodsAsked(words)], index_of([before]))
    assert len(made.answers[0].findings) == 5, "as many as are told, of eight"
    path, _ = kept.keep(tmp_path / "record.json", goods=made)
    for at_hand in ([before], []):
        told = kept.rescreen_record(path, [after], at_hand)
        assert "gone" not in set(told.changes["change"])
        assert set(told.changes["why"]) <= {"cannot tell"}
    assert kept.rescreen_record(path, [after], [before]).changes.is_empty()


def test_a_manifest_is_screened_again_against_lists_of_both_kinds_by_the_command(
    tmp_path: Path, old: Path, new: Path
) -> None:
    parties, newer, record = tmp_path / "sdn.xml", tmp_path / "newer.xml", tmp_path / "kept.json"
    parties.write_text(xml(*ENTRIES[:1]))
    newer.write_text(xml(*ENTRIES, date="02/03/2021"))
    shipments = tmp_path / "m.csv"
    shipments.write_text("goods,cas,consignee\nbenzene,71-43-2,\nfrocks,,EXAMPLE OWNER CO LTD\n")

    def run(*words: object) -> str:
        result = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    run("manifest", shipments, "--lists", parties, "--lists", old, "--record", record)
    told: dict[str, Any] = json.loads(run("rescreen", record, "--lists", newer, "--lists", new, "--json"))
    assert [(one["change"], one["list"], one["entry"]) for one in told["changes"]] == [
        ("new", "OFAC SDN", "104"),
        ("new", "Invented List", "1.E"),
    ]
    assert "subject screened before" in told["says"]
    assert "2 questions about goods asked before, 1 findings were new" in told["says"]
    one_kind = json.loads(run("rescreen", record, "--lists", newer, "--json"))
    assert any("No newer control list was given" in note for note in one_kind["notes"])
    other = json.loads(run("rescreen", record, "--lists", new, "--json"))
    assert any("No newer list of parties was given" in note for note in other["notes"])
    printed = run("rescreen", record, "--lists", new)
    assert "listed" in printed
    assert "1.E" in printed


def test_a_list_of_a_kind_that_was_not_asked_about_is_refused_with_a_hint(
    record: Path, new: Path, tmp_path: Path
) -> None:
    parties = tmp_path / "sdn.xml"
    parties.write_text(xml(*ENTRIES))
    with pytest.raises(WrongUse, match=r"sdn\.xml is a list of ships.*about goods alone"):
        kept.rescreen_record(record, [parties])
    searched = CliRunner().invoke(
        app, ["screen", "NOBODY", "--lists", str(parties), "--record", str(tmp_path / "p.json")]
    )
    assert searched.exit_code == 0
    with pytest.raises(WrongUse, match=r"new\.csv is a list of goods.*people alone"):
        kept.rescreen_record(tmp_path / "p.json", [new])
    stray = tmp_path / "stray.csv"
    stray.write_text(COLUMNS[:9] + "\n1,2\n")
    with pytest.raises(DarkwakeError, match="no reader recognises"):
        kept.rescreen_record(tmp_path / "p.json", [stray])


def test_a_record_without_goods_is_refused_by_the_library(new: Path) -> None:
    with pytest.raises(WrongUse, match="no search for goods"):
        rescreen_goods.rescreen_goods({"goods": None}, index_of([new]))
