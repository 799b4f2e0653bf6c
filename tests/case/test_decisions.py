from __future__ import annotations

import multiprocessing
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.case import decisions, folder, lines
from darkwake.case.folder import Asked, CaseFolder
from darkwake.errors import CaseBusy, Unreadable, WrongUse

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
CONTENT = {"number": "101", "name": "EXAMPLE STAR", "kind": "vessel"}


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    return folder.create(tmp_path / "case", Asked(name="invented"))


def hits(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {
        "id": "hit-1", "ship": 200000001, "asked": "PRETEND STAR · MMSI 200000001", "entry": "101", "list": "MADE LIST",
        "list_date": date(2020, 1, 1), "name": "EXAMPLE STAR", "programmes": ["X"], "score": 0.2, "rank": "fair",
        "features": [], "listed_from": None, "sources": [],
    }  # fmt: skip
    return pl.DataFrame([base | row for row in rows or ({},)], schema=schema.HITS, orient="row")


def contents(day: str = "2020-01-01", **more: object) -> dict[tuple[str, str, str], dict[str, object]]:
    return {("MADE LIST", day, "101"): CONTENT | more}


def decide(case: CaseFolder, hit: dict[str, Any] | None = None, **more: Any) -> decisions.Decision:
    given: dict[str, Any] = {"because": "another ship of that name", "author": "A. Reader", "at": AT}
    given |= {"content": CONTENT} | more
    return decisions.decide(case, hit or hits().row(0, named=True), **given)


def test_a_decision_stands_beside_its_hit_and_takes_nothing_away(case: CaseFolder) -> None:
    made = decide(case)
    assert decisions.read(case) == [made]
    table = hits({}, {"id": "hit-2", "entry": "102"}, {"id": "hit-3", "ship": 200000002})
    shown = decisions.apply(table, decisions.read(case), contents())
    assert shown.select(list(schema.HITS)).equals(table)
    assert shown["decision"].to_list() == ["known false hit", None, None]
    assert shown["decision_expired"].to_list() == [False, None, None]
    assert shown["decision_says"][0] == (
        "A. Reader decided on 2026-01-02: known false hit, because another ship of that name."
    )


def test_it_expires_with_the_entry_and_says_what_changed(case: CaseFolder) -> None:
    decide(case)
    newer = hits({"list_date": date(2021, 1, 1)})
    same = decisions.apply(newer, decisions.read(case), contents("2021-01-01"))
    assert same["decision_expired"].to_list() == [False]  # a new version with the same entry changes nothing
    changed = decisions.apply(
        newer, decisions.read(case), contents("2021-01-01", listed_from="2001-02-03", kind="entity")
    )
    assert changed["decision_expired"].to_list() == [True]
    assert changed["decision_says"][0].endswith("expired, as since then the entry changed in kind, listed from.")
    assert decisions.expired(changed).height == 1
    gone = decisions.apply(newer, decisions.read(case), {})
    assert "could not be read again" in gone["decision_says"][0]
    renamed = decisions.apply(hits({"asked": "ANOTHER NAME"}), decisions.read(case), contents())
    assert renamed["decision_expired"].to_list() == [True]
    assert "now as ANOTHER NAME" in renamed["decision_says"][0]


def test_the_last_decision_counts_and_none_is_lost(case: CaseFolder) -> None:
    first = decide(case)
    again = decide(case)
    assert again == first
    second = decide(case, word="same party", because="its crew list was seen", at=datetime(2026, 2, 1))
    assert decisions.read(case) == [first, second]
    assert decisions.apply(hits(), decisions.read(case), contents())["decision"].to_list() == ["same party"]
    decide(case, word="withdrawn", because="looked at again")
    assert len(decisions.read(case)) == 3
    assert decisions.apply(hits(), decisions.read(case), contents())["decision"].to_list() == [None]


def test_a_company_is_known_by_what_was_asked(case: CaseFolder) -> None:
    decide(case, hits({"ship": None, "asked": "PRETEND MILLS"}).row(0, named=True))
    table = hits({"ship": None, "asked": "PRETEND MILLS"}, {"ship": None, "asked": "OTHER MILLS"})
    assert decisions.apply(table, decisions.read(case), contents())["decision"].to_list() == ["known false hit", None]


REASONS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).filter(
    lambda text: bool(text.split())
)


@settings(max_examples=12, deadline=None)
@given(REASONS, st.floats(0, 1, exclude_max=True))
def test_a_kill_in_the_middle_of_writing_costs_that_line_alone(reason: str, share: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        case = folder.create(Path(name) / "case", Asked(name="invented"))
        file = case.path / decisions.FILE
        first = decide(case)
        before = file.stat().st_size
        second = decide(case, because=reason, word="same party")
        whole = file.read_bytes()
        file.write_bytes(whole[: before + int(share * (len(whole) - before))])
        assert decisions.read(case) == [first]
        assert decide(case, because=reason, word="same party") == second
        assert decisions.read(case) == [first, second]
        assert file.read_bytes() == whole


def _decide_some(path: Path, who: str) -> None:
    for number in range(5):
        row = hits({"entry": f"{who}{number}"}).row(0, named=True)
        decide(CaseFolder(path), row, author=who)


@pytest.mark.slow
def test_several_at_once_lose_nothing(case: CaseFolder) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_decide_some, args=(case.path, who)) for who in ("a", "b", "c")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({one.id for one in decisions.read(case)}) == 15


def test_what_is_no_decision_is_refused(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"because": " "}, "a reason and an author"),
        ({"author": ""}, "a reason and an author"),
        ({"word": "guilty"}, "is no decision"),
        ({"because": "x" * 5000}, "too long"),
    )
    for more, says in refused:
        with pytest.raises(WrongUse, match=says):
            decide(case, **more)
    assert not (case.path / decisions.FILE).exists()
    monkeypatch.setattr(lines, "WAIT_S", 0.05)
    with case.lock(), pytest.raises(CaseBusy):
        decide(case)
    (case.path / decisions.FILE).write_text("{}\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="line 1 is no decision"):
        decisions.read(case)


def test_a_hit_is_found_by_its_id_or_by_ship_and_entry() -> None:
    table = hits({"id": "hit-aa"}, {"id": "hit-ab", "entry": "102"}, {"id": "hit-ac", "asked": "OTHER", "entry": "102"})
    assert decisions.find(table, "hit-aa")["id"] == "hit-aa"
    assert decisions.find(table, "200000001/101")["id"] == "hit-aa"
    with pytest.raises(WrongUse, match="2 hits are meant"):
        decisions.find(table, "200000001/102")
    for wanted in ("hit-zz", "", "1/2", "9" * 30 + "/1"):
        with pytest.raises(WrongUse, match="there is no hit"):
            decisions.find(table, wanted)
