"""The Admiralty code: two fields that never meet, proposed with reasons, set by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_ledger import ARTICLES_MADE as ARTICLES
from made_ledger import AT, CLAIMS_MADE, IDS, WHO, claim, tables, together

from darkwake.claims import admiralty, edits, ledger
from darkwake.claims.admiralty import History
from darkwake.errors import WrongUse

_, ORIGINS, AGAINST = (table.rows(named=True) for table in together())
FIGS = ORIGINS[0]


def begun(folder: Path) -> Path:
    path = folder / "claims.jsonl"
    ledger.append(path, edits.reading(ledger.Ledger(), *tables(), made_by="claims 0.1.0"), at=AT)
    return path


def origins(*sides: tuple[str, list[str]], least: int | None = None, traced: bool = True) -> dict[str, Any]:
    listed = [
        {"name": name, "kind": "outlet", "claims": claims, "traced": traced, "because": "it says so"}
        for name, claims in sides
    ]
    return {"origins": listed, "least": len(sides) if least is None else least}


def against(a: str, b: str, *, hard: bool = True) -> dict[str, Any]:
    return {"a": a, "b": b, "hard": hard, "kind": "denial", "says": ""}


PLAIN = claim(ARTICLES[0], "dried figs", [("Ada Quill", "person", True)])
ME = PLAIN["id"]


def test_without_a_grade_a_claim_is_f6_and_a_proposal_changes_nothing(tmp_path: Path) -> None:
    path = begun(tmp_path)
    before = path.read_bytes()
    admiralty.propose(CLAIMS_MADE[0], origins=FIGS, contradictions=AGAINST)
    assert path.read_bytes() == before
    assert admiralty.grades(ledger.read(path), IDS[0]) == admiralty.Grades("F", "6", ())


def test_a_grade_on_one_axis_leaves_the_other_and_its_history_is_kept(tmp_path: Path) -> None:
    path = begun(tmp_path)
    for axis, value in (("reliability", "B"), ("credibility", "1"), ("reliability", "D"), ("reliability", "B")):
        row = admiralty.grade(ledger.read(path), IDS[0], axis, value, because=f"so {value}", author="A. Reader")  # type: ignore[arg-type]
        ledger.append(path, [row], at=AT)
    kept = ledger.read(path)
    told = admiralty.grades(kept, IDS[0])
    assert told.code == "B1"
    assert admiralty.grades(kept, IDS[1]).code == "F6"
    assert [(one.row.slot, one.row.body["value"], one.row.because) for one in told.history] == [
        ("reliability", "B", "so B"),
        ("credibility", "1", "so 1"),
        ("reliability", "D", "so D"),
        ("reliability", "B", "so B"),
    ]
    assert [bool(one.superseded_by) for one in told.history] == [True, False, True, False]
    ledger.append(path, [edits.withdrawal(kept, IDS[0], "reliability", **WHO)], at=AT)
    assert admiralty.grades(ledger.read(path), IDS[0]).code == "F1"


@pytest.mark.parametrize(
    ("axis", "value", "who"),
    [
        ("reliability", "6", WHO),
        ("credibility", "A", WHO),
        ("credibility", "12", WHO),
        ("both", "F6", WHO),
        ("credibility", "2", {"because": "", "author": "A. Reader"}),
        ("credibility", "2", {"because": "so", "author": " "}),
    ],
)
def test_a_grade_is_one_value_of_one_axis_with_a_reason_and_a_name(
    tmp_path: Path, axis: Any, value: str, who: dict[str, str]
) -> None:
    with pytest.raises(WrongUse):
        admiralty.grade(ledger.read(begun(tmp_path)), IDS[0], axis, value, **who)


@pytest.mark.parametrize(
    ("held", "failed", "letter"),
    [(4, 0, "F"), (5, 0, "B"), (90, 10, "B"), (89, 11, "C"), (66, 33, "C"), (65, 35, "D"), (1, 9, "D"), (0, 5, "E")],
)
def test_reliability_is_read_off_what_a_person_recorded(held: int, failed: int, letter: str) -> None:
    known = {"Ada Quill": History(held, failed, "A. Reader", "port logs")}
    proposed = admiralty.propose(PLAIN, histories=known)
    assert proposed.reliability == letter
    on_source = [one.says for one in proposed.reasons if one.axis == "reliability"]
    assert any("A. Reader recorded" in one and "port logs" in one for one in on_source)
    assert any("Harbour Gazette stands between" in one for one in on_source)


def test_a_chain_is_no_better_than_its_worst_known_station_and_nothing_without_its_last() -> None:
    good, bad = History(20, 0, "A. Reader", "logs"), History(2, 8, "A. Reader", "logs")
    assert admiralty.propose(PLAIN, histories={"Ada Quill": good, "Harbour Gazette": bad}).reliability == "D"
    assert admiralty.propose(PLAIN, histories={"Harbour Gazette": good}).reliability == "F"
    unnamed = admiralty.propose(CLAIMS_MADE[0], histories={"two port officials": good, "Strait Radio": good})
    assert unnamed.reliability == "F"
    assert "unnamed" in unnamed.reasons[0].says


@pytest.mark.parametrize(
    ("told", "pairs", "changed", "digit"),
    [
        (None, [], {}, "6"),
        (origins(("one", [ME, "x"])), [], {}, "6"),
        (origins(("one", [ME]), ("two", ["x"])), [], {}, "2"),
        (origins(("one", [ME]), ("two", ["x"]), ("three", ["y"])), [], {}, "2"),
        (origins(("one", [ME]), ("two", ["x"])), [], {"hedges": ["reportedly"]}, "3"),
        (origins(("one", [ME]), ("two", ["x"])), [], {"modality": "possible"}, "3"),
        (origins(("one", [ME]), ("two", ["x", "y"])), [against("y", ME, hard=False)], {}, "3"),
        (origins(("one", [ME]), ("two", ["x"])), [], {"modality": "asked"}, "6"),
        (origins(("one", [ME]), ("two", ["x"]), least=1), [], {}, "6"),
        (origins(("one", [ME]), ("two", ["x"]), traced=False), [], {}, "6"),
        (origins(("one", [ME]), ("two", ["x"])), [against(ME, "x")], {}, "4"),
        (origins(("one", [ME]), ("two", ["x"]), ("three", ["y"])), [against(ME, "x"), against("y", ME)], {}, "5"),
        (
            origins(("one", [ME]), ("two", ["x"]), ("three", ["y"]), least=2),
            [against(ME, "x"), against(ME, "y")],
            {},
            "4",
        ),
        (origins(("one", [ME, "x"])), [against(ME, "x")], {}, "4"),
        (origins(("one", [ME]), ("two", ["x"])), [against("x", "z")], {}, "2"),
    ],
)
def test_credibility_is_read_off_origins_contradictions_and_hedges(
    told: dict[str, Any] | None, pairs: list[dict[str, Any]], changed: dict[str, Any], digit: str
) -> None:
    proposed = admiralty.propose(PLAIN | changed, origins=told, contradictions=pairs)
    assert proposed.credibility == digit
    assert [one for one in proposed.reasons if one.axis == "credibility"]


COUNTS = st.integers(0, 40)
SIDES = st.lists(st.sets(st.sampled_from([ME, "x", "y", "z"]), min_size=1), max_size=4)
PAIRS = st.lists(st.tuples(st.sampled_from(["x", "y", "z"]), st.booleans()), max_size=4)


@given(COUNTS, COUNTS, SIDES, PAIRS, st.integers(0, 4), st.sampled_from(["asserted", "alleged", "asked"]))
def test_neither_axis_reads_the_other_and_no_best_grade_is_ever_proposed(
    held: int, failed: int, sides: list[set[str]], pairs: list[tuple[str, bool]], least: int, modality: str
) -> None:
    stated = PLAIN | {"modality": modality}
    known = {"Ada Quill": History(held, failed, "A. Reader", "logs")}
    told = origins(*((str(place), sorted(side)) for place, side in enumerate(sides)), least=least)
    met = [against(ME, other, hard=hard) for other, hard in pairs]
    both = admiralty.propose(stated, origins=told, contradictions=met, histories=known)
    assert both.reliability == admiralty.propose(stated, histories=known).reliability
    assert both.credibility == admiralty.propose(stated, origins=told, contradictions=met).credibility
    assert both.reliability in "BCDEF"
    assert both.credibility in "23456"
    assert {one.axis for one in both.reasons} == {"reliability", "credibility"}


def test_histories_come_from_the_ledger_and_the_latest_holds(tmp_path: Path) -> None:
    path = begun(tmp_path)
    for held in (3, 9):
        row = edits.history(ledger.read(path), "Ada Quill", held=held, failed=0, **WHO)
        ledger.append(path, [row], at=AT)
    known = admiralty.histories_in(ledger.read(path))
    assert known == {"Ada Quill": History(9, 0, "A. Reader", WHO["because"])}
    assert admiralty.propose(CLAIMS_MADE[3], histories=known).reliability == "B"
    ledger.append(path, [edits.withdrawal(ledger.read(path), "Ada Quill", "history", **WHO)], at=AT)
    assert admiralty.histories_in(ledger.read(path)) == {}


def test_an_origin_that_is_told_both_ways_holds_it_and_is_not_counted_against_it() -> None:
    told = origins(("one", [ME]), ("two", ["x", "y"]), ("three", ["z"]))
    proposed = admiralty.propose(PLAIN, origins=told, contradictions=[against(ME, "x")])
    on_information = [one.says for one in proposed.reasons if one.axis == "credibility"]
    assert on_information == [
        "at least 3 independent origins of its cluster hold it",
        "1 claim stands hard against it, of no other origin",
    ]
