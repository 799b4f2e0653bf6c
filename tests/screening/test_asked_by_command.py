"""What a stranger does with the commands on lists: each test is a fault that once stood in an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from darkwake import alone, kept, screening
from darkwake.cli import app
from darkwake.errors import Unreadable, WrongUse
from darkwake.screening import Asked, Entry, Index, ListedName, SanctionsList, Versions, lines_of, screen
from darkwake.screening.record import of_parties, seal
from darkwake.screening.rescreen import rescreen
from darkwake.screening.verification import verify

GONE_AND_BACK = "ZEMBLAN HARBOUR WORKS"
ALWAYS = "QUIVERING LANTERN MILLS"


def entry(number: str, name: str, **more: object) -> Entry:
    made = Entry(number, "entity", (ListedName(name),), 1, 2, listed_from=date(2001, 2, 3))
    return replace(made, **more)  # type: ignore[arg-type]


def a_list(day: date, *entries: Entry) -> SanctionsList:
    return SanctionsList("MADE LIST", day, len(entries), f"{day}".ljust(64, "0"), f"{day}.xml", entries)


OLD = a_list(date(2010, 1, 1), entry("2", ALWAYS))
NEW = a_list(date(2020, 1, 1), entry("1", GONE_AND_BACK), entry("2", ALWAYS))


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two versions of one list, read from files that need not be there."""
    files = {one.file: one for one in (OLD, NEW)}
    monkeypatch.setattr(screening.formats, "read", lambda path, **_: files[Path(path).name])
    return [Path(name) for name in files]


def test_a_second_version_never_hides_an_entry_that_one_alone_would_show(two: list[Path]) -> None:
    def asked(name: str, *lists: Path) -> list[tuple[date, str]]:
        made, _ = alone.screen_one(Asked((name,), on=date(2015, 1, 1)), lists)
        return made.hits.select("list_date", "entry").rows()

    assert asked(GONE_AND_BACK, two[1]) == [(NEW.date, "1")]
    assert asked(GONE_AND_BACK, *two) == [(NEW.date, "1")], "it was not on the list of 2010, and is told from 2020's"
    assert asked(ALWAYS, *two) == [(OLD.date, "2")], "the version of the day answers where it has the entry"


def test_a_search_of_several_versions_can_be_made_again(two: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    on = date(2015, 1, 1)
    searches = [alone.screen_one(Asked((ALWAYS,), on=on), two)[0]]
    asked, every = [Asked((ALWAYS,))], Index([OLD, NEW])
    newest = screen(asked, every).filter(pl.col("list_date") == NEW.date)  # as a case keeps them
    searches.append(of_parties(asked, every, hits=newest, versions=Versions.of([OLD, NEW])))
    hashes = {Path(one.file): one.sha256 for one in (OLD, NEW)}
    monkeypatch.setattr("darkwake.screening.verification.sha256_of", hashes.__getitem__)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    for made in searches:
        record = seal(at=datetime(2021, 1, 1), parties=made)
        assert [one.says for one in verify(record, lists=two) if one.result != "holds"] == []
        record["parties"]["hits"][0]["score"] = 0.99
        assert "does not hold" in {one.result for one in verify(record, lists=two) if one.what == "parties again"}


def test_a_hit_is_told_with_both_values_and_without_invisible_marks() -> None:
    listed = a_list(date(2010, 1, 1), entry("1", "\u202eZEMBLAN\u200b HARBOUR WORKS"))
    (hit,) = screen([Asked(("ZEMBLAN HARBOUR WORK",))], Index([listed])).to_dicts()
    name, first, *_ = lines_of(hit)
    assert name == GONE_AND_BACK
    assert first.endswith(f"asked ZEMBLAN HARBOUR WORK, listed {GONE_AND_BACK}.")


@pytest.mark.parametrize("asked", [Asked(imo="abc"), Asked(("\u200b\u202e",)), Asked(mmsi="12")])
def test_what_leaves_nothing_to_look_for_is_no_search(asked: Asked, two: list[Path]) -> None:
    with pytest.raises(WrongUse, match="can be looked for"):
        alone.screen_one(asked, two)


def test_a_list_without_its_option_is_no_name(tmp_path: Path, two: list[Path]) -> None:
    stray = tmp_path / "second.xml"
    stray.write_text("anything")
    with pytest.raises(WrongUse, match=r"second\.xml: is a file"):
        alone.screen_one(Asked((str(stray),), imo="9074729"), two)
    with pytest.raises(WrongUse, match=r"second\.xml: is a file"):
        alone.goods_of(screening.GoodsAsked(str(stray)), [])


def test_a_record_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    for out, says in ((tmp_path, "is a folder"), (tmp_path / "none" / "x.json", "no such folder")):
        with pytest.raises(WrongUse, match=says):
            kept.keep(out, parties=of_parties([Asked((ALWAYS,))], Index([OLD])))
        with pytest.raises(WrongUse, match=says):
            kept.screen_manifest(tmp_path / "none.csv", [], record=out)


def test_a_manifest_of_a_head_alone_is_refused(tmp_path: Path) -> None:
    table, facts = tmp_path / "m.csv", tmp_path / "list.csv"
    table.write_text("goods,shipper\n")
    facts.write_text("list,version,entry,text\nMy List,2024-03-14,1.A,Invented salt\n")
    with pytest.raises(Unreadable, match=r"m\.csv: has a head and no row"):
        kept.screen_manifest(table, [facts])
    table.write_text("goods,colour\nsodium perchlorate,red\n")
    said = CliRunner().invoke(app, ["manifest", str(table), "--lists", str(facts)]).output
    assert "Columns that were not read: colour." in said
    assert "something was found of 1, nothing of 0" in said, "a stated precursor met no list"


def test_a_list_in_another_format_is_said() -> None:
    many = [entry(str(number), f"{ALWAYS} {number}") for number in range(40)]
    retold = [replace(one, remarks="in other words") for one in many]
    told = rescreen([Asked((ALWAYS,))], [a_list(OLD.date, *many)], [a_list(NEW.date, *retold)])
    assert any("40 differ" in note for note in told.notes)
    few = [*retold[:20], *many[20:]]
    assert rescreen([Asked((ALWAYS,))], [a_list(OLD.date, *many)], [a_list(NEW.date, *few)]).notes == ()


def test_the_days_file_under_another_name_is_said_by_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = replace(OLD, notes=("The file's name tells 2026-11-22, but the list inside is of 2010-01-01.",))
    monkeypatch.setattr(screening.formats, "read", lambda *_, **__: noted)
    said = CliRunner().invoke(app, ["screen", ALWAYS, "--lists", "made.xml"]).output
    assert "name tells 2026-11-22" in said
