"""Rival explanations: what each rule says, in which order they stand, and that no sum decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_join import evidence, journey, silence

from darkwake.case import hypotheses, join, ratings
from darkwake.case.hypotheses import ORDER, RIVALS, WHAT_SILENCE, compete
from darkwake.case.known import Known
from darkwake.case.ratings import RULES, Mark, rated

NAMES = {"ports": "Example Port", "when": "those days", "statuses": "rebuilt"}
REACH = {"event": None, "port": "IRBND", "name": "Bandar Abbas", "country": "IR", "speed_kn": 14.0}


def rivals(pieces: list[Any], known: Known | None = None, **more: Any) -> list[hypotheses.Hypothesis]:
    told, _ = join.threads([journey(1, **more)], join.Pool.of(pieces), known)
    return list(told[0].hypotheses)


def sure(**more: Any) -> Any:
    silence_of = {"peers": 9, "peers_heard": 9, "b": {"start": {"passages": 90, "long": 0}}}
    details = {"verdict": "likely switched off", "p": 0.01, "silence": silence_of, "event": "gap-1"}
    return evidence("silence", 1, 10, 30, **details, **more)


def titles(rows: list[hypotheses.Hypothesis]) -> list[str]:
    return [row.title for row in rows]


def test_a_silence_that_hearing_explains_leaves_the_innocent_rival_first() -> None:
    rows = rivals([silence(1, 10, 20, "poor reception")])
    assert titles(rows)[0] == RIVALS["badly heard"].title
    assert rows[0].for_
    assert not any(row.against for row in rows)
    assert "asks for less" in rows[1].order


def test_a_silence_that_all_others_broke_is_decisive_against_bad_hearing_and_against_nothing_else() -> None:
    rows = rivals([sure()], could_have=({**REACH, "slack_h": 9.0, "event": "gap-1"},))
    last = rows[-1]
    assert last.title == RIVALS["badly heard"].title
    assert [one.weight for one in last.against] == ["decisive"]
    assert "9 were heard, and 0 of 90 passages" in last.order
    assert not any(row.against for row in rows[:-1])
    assert (
        titles(rows)[0] == RIVALS["other reason"].title
    )  # nothing tells it from a call: the lesser claim stands first
    assert "It called at Bandar Abbas unheard" in titles(rows)


@pytest.mark.parametrize(("slack", "against"), [(2.0, 1), (6.0, 0)])
def test_too_few_hours_left_over_speak_against_a_call(slack: float, against: int) -> None:
    rows = rivals([sure()], could_have=({**REACH, "slack_h": slack, "event": "gap-1"},))
    called = next(row for row in rows if "called at" in row.title)
    assert len(called.against) == against
    assert called.id == next(
        row.id for row in rivals([sure()], could_have=({**REACH, "slack_h": 9.0},)) if "called at" in row.title
    )


def test_cargo_gone_by_the_draught_speaks_for_a_call_and_against_the_silent_rivals() -> None:
    drawn = evidence(
        "draught", 1, 10, 30, event="gap-1", before_m=10.9, after_m=6.3, change_m=-4.6, said="shallower",
        before_state="laden", after_state="ballast",
    )  # fmt: skip
    rows = rivals([sure(), drawn], could_have=({**REACH, "slack_h": 9.0, "event": "gap-1"},))
    assert "called at" in rows[0].title
    assert [one.evidence for one in rows[0].for_] == [drawn.id]
    assert all(any(one.evidence == drawn.id and one.weight == "some" for one in row.against) for row in rows[1:])
    told, _ = join.threads([journey(1)], join.Pool.of([sure(), drawn]))
    assert set(told[0].weighed.decides) == {sure().id}  # no call is a rival here, so the draught tells none apart


def test_an_unchanged_draught_speaks_against_a_call() -> None:
    row = {"event": "gap-1", "said": "the same", "before_m": 7.8, "after_m": 7.8, "change_m": 0.0,
           "before_state": "unknown", "after_state": "unknown"}  # fmt: skip
    rows = rivals([sure()], Known(draughts={"gap-1": row}), could_have=({**REACH, "slack_h": 9.0, "event": "gap-1"},))
    called = next(one for one in rows if "called at" in one.title)
    assert [one.weight for one in called.against] == ["some"]


def test_a_certain_match_is_decisive_against_another_ship_and_contested_standing_decides_nothing() -> None:
    listed = evidence("listing", 1, 0, rank="certain", listed="X", hit="hit-1")
    days = ({"standing": "contested"}, {"standing": "in force"})
    rows = {row.title: row for row in rivals([listed], Known(standings={"hit-1": days}))}
    assert [one.weight for one in rows[RIVALS["another ship"].title].against] == ["decisive"]
    assert not rows[RIVALS["not in force"].title].against
    assert not rows[RIVALS["listed ship"].title].against


def test_every_rule_can_hold_every_kind_ends_in_one_that_always_does_and_each_word_is_a_rival() -> None:
    kinds: dict[str, list[ratings.Rule]] = {}
    for rule in RULES:
        kinds.setdefault(rule.kind, []).append(rule)
        assert set(rule.against) | set(rule.for_) <= set(RIVALS)
        assert not set(rule.against) & set(rule.for_)
        assert rule.why.rstrip("}").endswith((".", "said", "contradiction"))
        assert len({RIVALS[key].question for key in (*rule.against, *rule.for_)}) <= 3
    assert all(own[-1].fits is ratings._any for own in kinds.values())


SILENT = [key for key in ORDER if RIVALS[key].question == WHAT_SILENCE]


def mark(evidence_: str, key: str, speaks: Any, heavy: bool) -> Mark:
    weight: Any = ("decisive" if heavy else "some") if speaks == "against" else None
    return Mark(evidence_, key, speaks, weight, f"{evidence_} says.")


MARKS = st.lists(
    st.builds(
        mark, st.sampled_from([f"ev-{n}" for n in range(8)]), st.sampled_from(SILENT),
        st.sampled_from(["against", "for", "neither"]), st.booleans(),
    ), max_size=40,
)  # fmt: skip


@given(MARKS, st.randoms())
def test_the_order_goes_by_what_speaks_against_and_by_nothing_else(marks: list[Mark], random: Any) -> None:
    found = compete("about", SILENT, marks, NAMES)
    weights = []
    for row in found.rows:
        heavier = {one.evidence: "some" for one in row.against} | {
            one.evidence: "decisive" for one in row.against if one.weight == "decisive"
        }
        decisive = list(heavier.values()).count("decisive")
        weights.append((decisive, len(heavier) - decisive))
    assert weights == sorted(weights)
    assert len(found.rows) == len(SILENT)
    for key in found.decides:
        spoken = [any(one.evidence == key for one in row.against) for row in found.rows]
        assert any(spoken)
        assert not all(spoken)
    random.shuffle(marks)
    again = compete("about", SILENT, marks, NAMES)
    assert [row.id for row in again.rows] == [row.id for row in found.rows]
    assert set(again.decides) == set(found.decides)


def test_evidence_that_fits_all_alike_decides_nothing() -> None:
    vague = silence(1, 10, 20, "cannot tell")
    told, unused = join.threads([journey(1)], join.Pool.of([vague]))
    assert told[0].weighed.decides == ()
    assert {row.neither for row in told[0].hypotheses} == {1}
    assert vague.id not in unused


def test_a_megabyte_in_a_ground_is_cut_with_a_note() -> None:
    facts = {"grounds": 1, "others": 0, "grounds_said": "{x}" * 400_000}
    (mark,) = rated("ev", "inferred call", facts, ("called",))
    assert len(mark.says) < 1_000
    assert "1,200,000 characters in all" in mark.says


def test_no_hull_no_link_and_the_same_hull_only_for_what_belongs_to_a_hull() -> None:
    other = [silence(2, 10, 20), evidence("listing", 2, 0, rank="certain", listed="X")]
    alone, _ = join.threads([journey(1)], join.Pool.of(other))
    assert not alone[0].used()
    hulls = Known(hulls={"000000001": "9999113", "000000002": "9999113"})
    same, unused = join.threads([journey(1)], join.Pool.of(other), hulls)
    assert same[0].used() == {other[1].id}
    assert list(unused) == [other[0].id]


def test_the_page_that_explains_the_rules_holds_every_one_of_them() -> None:
    page = Path(__file__).parents[2] / "docs" / "decisions" / "0006-competing-hypotheses.md"
    told = page.read_text(encoding="utf-8")
    for rule in RULES:
        against = "; ".join(f"{key} ({weight})" for key, weight in rule.against.items()) or "–"
        assert f"| {rule.kind} | {rule.when} | {against} | {', '.join(rule.for_) or '–'} |" in told, rule.when
