from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import made_controls
import made_list as made
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake.errors import Unreadable, WrongUse
from darkwake.screening import Asked, GoodsAsked, Index, formats, index_of
from darkwake.screening import record as records
from darkwake.screening.verification import verify, worst
from darkwake.screening.versions import Versions

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = date(2020, 5, 6)
ROW = "Invented List,2024-03-14,4.C.1,Zemblanium trichloride,100-37-8,2829.90,Salts,,,,"


@pytest.fixture
def sdn(tmp_path: Path) -> Path:
    path = tmp_path / "sdn.xml"
    path.write_text(made.xml(*made.ENTRIES), encoding="utf-8")
    return path


@pytest.fixture
def controls(tmp_path: Path) -> Path:
    return made_controls.table(tmp_path / "controls.csv", ROW)


def of(sdn: Path, controls: Path | None = None, *, names: tuple[str, ...] = ("NOBODY AT ALL",)) -> dict[str, object]:
    asked = [Asked(names, on=DAY), Asked(("Example Star",), imo="1234567", kind="vessel", ship=200000001)]
    days = {asked[1]: [date(2019, 1, 1), DAY]}
    parties = records.of_parties(asked, Index([formats.read(sdn)]), days=days)
    goods = [GoodsAsked("zemblanium trichloride", from_="CN", to="IR", on=DAY), GoodsAsked("wooden toys")]
    return records.seal(
        at=AT,
        parties=parties,
        goods=records.of_goods(goods, index_of([controls])) if controls else None,
        about="file 7",
    )


def test_a_record_holds_what_was_asked_where_and_what_was_found(sdn: Path, controls: Path) -> None:
    kept = of(sdn, controls)
    parties, goods = kept["parties"], kept["goods"]
    assert isinstance(parties, dict)
    assert isinstance(goods, dict)
    assert kept["at"] == "2026-01-02T03:04:05Z"
    assert {one["line"] for one in parties["asked"]} == {
        "NOBODY AT ALL · on 2020-05-06",
        "Example Star · IMO 1234567",
    }
    (listed,) = parties["lists"]
    assert [listed[name] for name in ("name", "date", "entries", "file")] == ["OFAC SDN", "2020-02-03", 5, "sdn.xml"]
    hit, *leads = parties["hits"]
    assert (hit["entry"], hit["rank"]) == ("101", "certain")
    # a standing for every day of a subject that met something, and none for the other
    told = {(row["hit"], row["on"]) for row in parties["standings"]}
    assert told == {(one["id"], day) for one in (hit, *leads) for day in ("2019-01-01", "2020-05-06")}
    content = next(one["content"] for one in parties["listed"] if one["entry"] == "101")
    assert content["name"] == "EXAMPLE STAR"
    assert "row" not in content
    assert [one["verdict"] for one in goods["answers"]] == ["listed", "not found in the lists checked"]
    assert kept["not_clear"] == records.NOT_CLEAR


def test_a_search_that_finds_nothing_is_a_record_too(sdn: Path) -> None:
    nothing = records.of_parties([Asked(("NOBODY AT ALL",))], Index([formats.read(sdn)]))
    kept = records.seal(at=AT, parties=nothing)
    assert kept["parties"]["hits"] == []
    assert kept["parties"]["says"].startswith("Not found in the lists checked (OFAC SDN of 2020-02-03, 5 entries)")
    assert worst(verify(kept, lists=[sdn])) == "holds"


def test_equal_searches_give_equal_records_and_only_the_time_differs(sdn: Path, controls: Path) -> None:
    one, other = of(sdn, controls), of(sdn, controls)
    assert records.as_text(one) == records.as_text(other)
    elsewhere = AT.astimezone(timezone(timedelta(hours=3)))
    parties = records.of_parties([Asked(("X Y",))], Index([formats.read(sdn)]))
    assert records.seal(at=AT, parties=parties) == records.seal(at=elsewhere, parties=parties)
    later = records.seal(at=AT + timedelta(seconds=1), parties=parties)
    differ = {name for name, value in records.seal(at=AT, parties=parties).items() if later[name] != value}
    assert differ == {"at", "sha256"}


def test_a_record_round_trips_and_verifies_under_other_file_names(sdn: Path, controls: Path, tmp_path: Path) -> None:
    kept = of(sdn, controls, names=("NAME \udc80 سفينة\u202e",))
    path = tmp_path / "record.json"
    path.write_text(records.as_text(kept), encoding="utf-8")
    assert records.load(path) == kept
    renamed = tmp_path / "list-of-then.xml"
    sdn.rename(renamed)
    checks = verify(path, lists=[renamed, controls])
    assert {one.what: one.result for one in checks if one.result != "holds"} == {}
    assert "under the name list-of-then.xml" in next(one.says for one in checks if one.what == "file sdn.xml")
    assert {"parties again", "goods again", "table regimes.csv"} <= {one.what for one in checks}


def test_what_is_altered_or_missing_is_told(sdn: Path, controls: Path, tmp_path: Path) -> None:
    kept = of(sdn, controls)
    altered = json.loads(json.dumps(kept))
    altered["parties"]["hits"][0]["rank"] = "weak lead"
    results = {one.what: one for one in verify(altered, lists=[sdn, controls])}
    assert results["record"].result == "does not hold"
    assert "cannot be told" in results["record"].says
    assert results["parties again"].result == "does not hold"
    assert results["goods again"].result == "holds"
    # hashed anew, it looks whole; the search made again still tells
    again = altered | {"sha256": records.record_sha256(altered)}
    words = {one.what: one.result for one in verify(again, lists=[sdn])}
    assert (words["record"], words["parties again"]) == ("holds", "does not hold")
    assert (words["file controls.csv"], words["goods again"]) == ("could not be checked",) * 2
    other = tmp_path / "other"
    other.mkdir()
    (other / "sdn.xml").write_text(made.xml(made.STAR), encoding="utf-8")
    words = {one.what: one.result for one in verify(kept, lists=[other / "sdn.xml"])}
    assert (words["file sdn.xml"], words["parties again"]) == ("does not hold", "could not be checked")


def test_another_version_is_said_where_results_differ(sdn: Path) -> None:
    kept = of(sdn) | {"made_by": "darkwake 0.0.1"}
    same = next(one for one in verify(kept, lists=[sdn]) if one.what == "parties again")
    assert same.result == "holds"
    assert "darkwake 0.0.1" in same.says
    parties = dict(kept["parties"])  # type: ignore[call-overload]
    other = next(
        one for one in verify(kept | {"parties": parties | {"hits": []}}, lists=[sdn]) if one.what == "parties again"
    )
    assert other.result == "could not be checked"
    assert "0 of the record not found" in other.says
    assert "which may be why" in other.says
    unknown = parties["asked"][0] | {"typed": {"names": ["X"], "shoe_size": "44"}}
    told = verify(kept | {"parties": parties | {"asked": [unknown]}}, lists=[sdn])
    assert "shoe_size" in next(one.says for one in told if one.what == "parties again")


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_stands_in_a_record_no_check_fails_with_an_error(content: object) -> None:
    checks = verify({"format": records.FORMAT, "parties": content, "goods": content, "sha256": "x"})
    assert worst(checks) == "does not hold"


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    for text, says in (("{", "no JSON"), ("[]", "no search record"), ("[" * 100_000, "no JSON")):
        path = tmp_path / "x.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Unreadable, match=says):
            verify(path)
    with pytest.raises(WrongUse, match="no such file"):
        verify(tmp_path / "none.json")
    with pytest.raises(WrongUse, match="nothing was searched"):
        records.seal(at=AT)


def test_content_of_an_entry_knows_no_place_and_no_order(sdn: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.xml"
    moved.write_text(made.xml(*reversed(made.ENTRIES)), encoding="utf-8")
    one, other = (
        {entry.number: records.content_sha256(records.content_of(entry)) for entry in formats.read(path).entries}
        for path in (sdn, moved)
    )
    assert one == other
    assert len(set(one.values())) == len(made.ENTRIES)


def test_other_versions_of_a_list_tell_standing_and_are_checked_too(sdn: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.xml"
    older.write_text(made.xml(made.STORM, date="01/02/2019"), encoding="utf-8")
    index = Index([formats.read(sdn)])
    versions = Versions.of([*index.lists, formats.read(older)])
    asked = Asked(("Example Star",), imo="1234567", kind="vessel", on=date(2019, 6, 1))
    with_it = records.of_parties([asked], index, versions=versions)
    alone = records.of_parties([asked], index)
    told, without = (dict(one.standings.select("hit", "standing").iter_rows()) for one in (with_it, alone))
    certain = with_it.hits["id"][0]
    assert with_it.hits.equals(alone.hits)
    assert (
        "It did not stand on the list of 2019-01-02"
        in with_it.standings.filter(pl.col("hit") == certain)["standing_says"].item()
    )
    assert set(told) == set(without)
    kept = records.seal(at=AT, parties=with_it)
    assert worst(verify(kept, lists=[sdn, older])) == "holds"
    words = {one.what: one.result for one in verify(kept, lists=[sdn])}
    assert (words["file older.xml"], words["parties again"]) == ("could not be checked",) * 2
