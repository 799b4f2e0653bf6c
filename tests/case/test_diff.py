"""What changed between two runs: the same thing is known again, the important comes first, hostile text stays text."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.case import diff, history
from darkwake.case.change import MINOR
from darkwake.case.matched import match, moved

SHIP = 200000001


def made(**changes: Any) -> dict[str, Any]:
    """A case.json with one of each thing, as far as a comparison reads it."""
    case: dict[str, Any] = {
        "made_by": "darkwake 9.9.9",
        "case": {"name": "strait", "question": "?", "invented": True, "corridor": {}, "period": {},
                 "longer_than_h": 6.0},
        "answer": {"sentences": ["One ship sailed."], "against": "It may be a fault.", "evidence": []},
        "searched": "OFAC SDN of 2025-08-29, 41 entries",
        "sources": [{"sha256": "a" * 64, "name": "one.zip", "kind": "dma-csv", "kept": 5, "rows": 5}],
        "ships": [{"ship": SHIP, "label": f"AMBER EXAMPLE (MMSI {SHIP})"}],
        "events": [gap("g1", "2025-09-01T00:00:00Z", None, 12.0)],
        "silences": [silence("g1", "cannot tell", 2, 2, 0)],
        "voyages": [leg("v1", "2025-08-20T00:00:00Z", "2025-08-30T00:00:00Z", 0.0)],
        "hits": [],
        "standings": [],
        "evidence": [{"id": "ev-1", "kind": "silence", "says": "x", "subjects": []}],
        "threads": [thread("t1", 1), thread("t2", 2), thread("t3", 3)],
        "sites": site("intact"),
        "claims": claimed({"c1": ["x", "y"]}, (1, 1)),
    }  # fmt: skip
    return copy.deepcopy(case | changes)


def gap(key: str, start: str, end: str | None, hours: float) -> dict[str, Any]:
    return {"id": key, "kind": "gap", "ship": SHIP, "start": start, "end": end, "details": {"hours": hours}}


def silence(key: str, verdict: str, passages: int, ships: int, long: int) -> dict[str, Any]:
    return {"event": key, "verdict": verdict, "passages": passages, "ships": ships, "unheard_as_long": long, "p": None}


def leg(key: str, departed: str, arrived: str | None, dark_h: float, corridor: bool = True) -> dict[str, Any]:
    ends = {"from_port": "XXAAA", "from_name": "Calmere", "from_country": "XX", "to_port": "XXBBB", "to_name": "Saltby",
            "to_country": "XX"}  # fmt: skip
    return ends | {"id": key, "ship": SHIP, "departed": departed, "arrived": arrived, "gaps": ["g"] if dark_h else [],
                   "dark_h": dark_h, "corridor": corridor}  # fmt: skip


def hit(key: str, day: str, rank: str = "certain") -> dict[str, Any]:
    return {"id": key, "ship": SHIP, "asked": "AMBER EXAMPLE", "entry": "7", "list": "OFAC SDN", "list_date": day,
            "name": "INVENTED LANTERN", "rank": rank, "programmes": []}  # fmt: skip


def thread(key: str, ship: int) -> dict[str, Any]:
    return {"id": key, "ship": ship, "title": f"Thread of {ship}", "start": "2025-01-01T00:00:00Z", "end": None,
            "summary": f"Ship {ship} sailed.", "order": f"Stands here because of {ship}."}  # fmt: skip


def site(status: str) -> dict[str, Any]:
    return {
        "sites": [{"id": "s1", "site": "works", "says": ["ok"], "dates": ["2025-01-01"], "images": []}],
        "buildings": [
            {"id": "b1", "site": "s1", "label": "hall 3", "status": status, "posterior": 0.97, "changes": []}
        ],
    }


def claimed(clusters: dict[str, list[str]], origins: tuple[int, int], against: bool = False) -> dict[str, Any]:
    """Claims whose ids change with the run while their words stand where they stood."""
    run = "".join(clusters)
    said = sorted({claim for claims in clusters.values() for claim in claims})
    return {
        "articles": [{"id": f"art-{one}", "name": one, "outlet": one, "published": "", "title": one} for one in said],
        "claims": [
            {"id": f"{run}-{one}", "article": f"art-{one}", "start": 0, "end": 9, "text": f"{one} said so",
             "modality": "asserted", "negated": False}
            for one in said
        ],
        "clusters": [{"id": key, "label": "it sank", "claims": [f"{run}-{one}" for one in own]}
                     for key, own in clusters.items()],
        "origins": [{"cluster": key, "least": origins[0], "most": origins[1], "outlets": own, "says": ""}
                    for key, own in clusters.items()],
        "contradictions": [{"id": f"con-{run}", "cluster": run, "a": f"{run}-x", "b": f"{run}-y", "kind": "date",
                            "hard": True, "says": "The first says 3, the other 4."}] if against else [],
    }  # fmt: skip


def told(before: dict[str, Any], after: dict[str, Any]) -> diff.Diff:
    return diff.between(history.picture(before), history.picture(after), before_as="the run of then", after_as="now")


def of(found: diff.Diff, about: str) -> list[tuple[str, str]]:
    return [(one.change, one.says) for one in found.changes if one.about == about]


def test_the_same_case_gives_nothing_and_says_so() -> None:
    found = told(made(), made())
    assert found.is_empty
    assert found.heading() == "Nothing new since the run of then."
    assert "nothing new" in diff.in_short(found)


def test_an_open_silence_that_closed_is_one_silence_that_changed_with_the_numbers_of_both() -> None:
    after = made(
        events=[gap("g2", "2025-09-01T00:00:00Z", "2025-09-03T00:00:00Z", 48.0)],
        silences=[silence("g2", "likely switched off", 43, 19, 0)],
    )
    ((change, says),) = of(told(made(), after), "silence")
    assert change == "changed"
    assert "heard again on 2025-09-03 00:00 UTC, after 48.0 hours" in says
    assert "“likely switched off”, where it was “cannot tell”" in says
    assert "before: 0 of 2 passages by 2 other ships" in says
    assert "now: 0 of 43 passages by 19 other ships" in says


def test_a_silence_that_new_messages_cut_in_two_is_one_changed_and_one_new() -> None:
    before = made(events=[gap("g1", "2025-09-01T00:00:00Z", "2025-09-05T00:00:00Z", 96.0)])
    after = made(
        events=[
            gap("g2", "2025-09-01T00:20:00Z", "2025-09-02T00:00:00Z", 23.7),
            gap("g3", "2025-09-03T00:00:00Z", "2025-09-05T00:00:00Z", 48.0),
        ],
        silences=[silence("g2", "cannot tell", 2, 2, 0), silence("g3", "cannot tell", 2, 2, 0)],
    )
    assert sorted(change for change, _ in of(told(before, after), "silence")) == ["changed", "new"]


def test_a_new_dark_leg_on_the_corridor_and_a_leg_that_arrived() -> None:
    before = made(voyages=[leg("v1", "2025-08-20T00:00:00Z", None, 0.0)])
    after = made(
        voyages=[
            leg("v9", "2025-08-20T00:00:00Z", "2025-08-30T00:00:00Z", 0.0),
            leg("v2", "2025-09-01T00:00:00Z", "2025-09-09T00:00:00Z", 40.0),
        ]
    )
    found = of(told(before, after), "voyage on the corridor")
    assert [change for change, _ in found] == ["new", "changed"]
    assert "A new dark leg on the corridor: AMBER EXAMPLE, Calmere (XX) to Saltby (XX)" in found[0][1]
    assert "1 silence, 40.0 hours in all" in found[0][1]
    assert "it arrived on 2025-08-30" in found[1][1]


def test_a_new_entry_names_the_voyages_that_it_meets_and_one_that_left_its_list_is_told() -> None:
    listed = made(hits=[hit("h1", "2025-08-29")])
    ((change, says),) = of(told(made(), listed), "list entry")
    assert change == "new"
    assert "meets INVENTED LANTERN (OFAC SDN, entry 7)" in says
    assert "1 voyage on the corridor was known of it, the last from Calmere (XX) to Saltby (XX)" in says
    newer = made(
        hits=[hit("h1", "2025-08-29")],
        searched="OFAC SDN of 2025-08-29, 41 entries; OFAC SDN of 2025-10-01, 40 entries",
    )
    ((change, says),) = of(told(listed, newer), "list entry")
    assert change == "changed"
    assert "not in the newest version of the list, of 2025-10-01" in says
    moved_on = made(hits=[hit("h2", "2025-10-01")], searched="OFAC SDN of 2025-10-01, 41 entries")
    assert of(told(listed, moved_on), "list entry") == []
    assert of(told(listed, made()), "list entry")[0][0] == "gone"


def test_standings_buildings_and_threads() -> None:
    standing = {"ship": SHIP, "on": "2025-09-01", "standing_says": "It stood there."}
    before = made(hits=[hit("h1", "2025-08-29")], standings=[standing | {"hit": "h1", "standing": "in force"}])
    after = made(
        hits=[hit("h2", "2025-10-01")],
        standings=[standing | {"hit": "h2", "standing": "contested"}],
        sites=site("destroyed"),
        threads=[thread("t3", 3), thread("t1", 1), thread("t2", 2)],
    )
    found = told(before, after)
    assert "was contested, where it read in force" in of(found, "standing")[0][1]
    assert (
        "works, building hall 3: now read as destroyed (posterior 0.97); before as intact."
        in of(found, "building")[0][1]
    )
    ((change, says),) = of(found, "thread")  # one thread moved, not three
    assert (change, says) == (
        "changed",
        "The thread “Thread of 3” is number 1 now, before 3. Stands here because of 3.",
    )


def test_happenings_are_known_by_their_words_where_every_id_is_another() -> None:
    after = made(claims=claimed({"c2": ["x", "y", "z"]}, (2, 3), against=True))
    found = told(made(), after)
    assert of(found, "happening") == [
        ("changed", "Now told from 2 to 3 independent origins, before from 1 independent origin: “it sank”")
    ]
    assert of(found, "contradiction")[0][0] == "new"
    assert [change for change, _ in of(found, "article")] == ["new"]
    assert [change for change, _ in of(found, "claim")] == ["new"]
    same = made(claims=claimed({"c3": ["x", "y", "z"]}, (2, 3), against=True))
    assert told(after, same).changes == ()


def test_goods_are_told_in_words_and_are_the_same_in_whatever_order_their_fields_stand() -> None:
    asked = {"description": "sodium nitrate", "cas": "7631-99-4", "hs": "", "on": "2025-10-14", "to": "IR"}
    before = made(goods=[{"asked": asked, "verdict": "not listed", "says": "x"}])
    turned = {"asked": dict(sorted(asked.items(), reverse=True)), "verdict": "not listed", "says": "x"}
    assert of(told(before, made(goods=[turned])), "goods") == []
    later = {"asked": asked | {"on": "2025-10-15"}, "verdict": "listed", "says": "x"}
    says = "sodium nitrate (CAS 7631-99-4): listed, where it was not listed."
    assert of(told(before, made(goods=[later])), "goods") == [("changed", says)]
    ((_, new),) = of(told(made(), before), "goods")
    ((_, gone),) = of(told(before, made()), "goods")
    assert (
        new == "The case asks about these goods too: sodium nitrate (CAS 7631-99-4). Of the control lists: not listed."
    )
    assert gone == "The case no longer asks about sodium nitrate (CAS 7631-99-4)."


def test_one_more_telling_makes_no_new_thread_and_further_rivals_are_no_other_order() -> None:
    rows = [{"kind": "claim", "id": key, "ship": None, "title": f"Claimed: “it sank” ({many} outlets)",
             "summary": f"{many} outlets told of 1 happening.", "start": None, "end": None, "order": "."}
            for key, many in (("t8", 2), ("t9", 3))]  # fmt: skip
    found = of(told(made(threads=rows[:1]), made(threads=rows[1:])), "thread")
    assert found == [("changed", "Thread 1 now reads: 3 outlets told of 1 happening.")]
    rivals = [{"id": key, "title": f"Rival {key}", "question": "?", "against": [], "for": []} for key in "abc"]
    before, after = (made(hypotheses={"question": "?", "rows": some}) for some in (rivals[:2], rivals))
    ((_, says),) = of(told(before, after), "hypothesis")
    assert says == "Explanations that are weighed now and were not before: Rival c."


def test_what_matters_comes_first_and_what_does_not_is_counted() -> None:
    after = made(
        hits=[hit("h1", "2025-08-29")],
        voyages=[*made()["voyages"], leg("v5", "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", 0.0, corridor=False)],
        sources=[*made()["sources"], {"sha256": "b" * 64, "name": "two.zip", "kind": "dma-csv", "kept": 1}],
        answer={"sentences": ["Two ships sailed."], "against": "It may be a fault.", "evidence": []},
    )
    found = told(made(), after)
    assert [one.about for one in found.told] == ["list entry", "answer", "source"]
    assert "voyage: 1 new" in found.counted()
    assert found.heading() == "Since the run of then, 1 source is new."
    assert "Two ships sailed" in found.told[1].says
    assert "One ship sailed" in found.told[1].says
    assert all(one.rank >= MINOR for one in found.changes if one.about == "voyage")


def test_another_version_and_another_question_are_said_beside_the_changes() -> None:
    after = made(made_by="darkwake 10.0.0")
    after["case"]["question"] = "And now?"
    notes = " ".join(told(made(), after).takes_note)
    assert "darkwake 10.0.0" in notes
    assert "may come from the program" in notes
    assert "case.toml asks otherwise now (question)" in notes


@pytest.mark.parametrize("markdown", [False, True])
def test_the_short_text_is_short_plain_and_cannot_be_led_astray(markdown: bool) -> None:
    bad = "\x1b[31m<b>@here\u202e\nSubject: x" + "y" * 1_000_000
    after = made(hits=[hit(f"h{one}", "2025-08-29") | {"entry": str(one), "name": bad} for one in range(60)])
    text = diff.in_short(told(made(), after), markdown=markdown)
    assert len(text.splitlines()) <= 25
    assert len(text) < 20_000
    assert not {"\x1b", "\u202e"} & set(text)
    assert [line for line in text.splitlines() if line.startswith("Subject:")] == text.splitlines()[
        : 0 if markdown else 1
    ]
    assert ("@here" not in text and "\\<b\\>" in text) if markdown else True
    assert "[INVENTED" in text.replace("\\", "")


def test_fields_that_an_older_case_lacks_break_nothing() -> None:
    bare = {"format": "darkwake-case", "format_version": 1, "made_by": "darkwake 0", "case": {"name": "x"}}
    assert told(bare, made()).changes
    assert told(made(), bare).changes
    assert told(bare, bare).is_empty


# --- laying rows side by side ---


@given(st.lists(st.integers(0, 30), unique=True), st.randoms())
def test_moving_what_is_told_gives_the_other_order(order: list[int], random: Any) -> None:
    before = [str(one) for one in order]
    after = random.sample(before, len(before))
    gone = set(moved(before, after))
    assert [one for one in before if one not in gone] == [one for one in after if one not in gone]
    assert moved(before, before) == []


rows = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 9), "ship": st.sampled_from([1, 2, None]), "start": st.sampled_from("abcd"),
         "end": st.sampled_from(["b", "c", "e", None])}
    ),
    max_size=8,
)  # fmt: skip


@given(rows, rows)
def test_each_row_is_in_one_pair_or_new_or_gone(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    found = match(before, after, lambda row: row["id"], overlapping=True)
    assert len(found.pairs) + len(found.gone) == len(before)
    assert len(found.pairs) + len(found.new) == len(after)
    assert {id(row) for row, _ in found.pairs} | {id(row) for row in found.gone} == {id(row) for row in before}
    assert {id(row) for _, row in found.pairs} | {id(row) for row in found.new} == {id(row) for row in after}
