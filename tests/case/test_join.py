"""Threads: every piece of evidence used or listed as unused, in an order that evidence decides."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from darkwake.case import join
from darkwake.evidence import Evidence, Subject, canonical_json

DAY = datetime(2025, 9, 1)
INNOCENT = ("Out of range of every receiver.",)


def evidence(kind: str, ship: int, start_h: float, length_h: float = 1.0, **details: Any) -> Evidence:
    start = DAY + timedelta(hours=start_h)
    undated = kind == "listing"
    return Evidence(
        kind=kind,
        subjects=(Subject("ship", f"{ship:09d}", f"SHIP {ship}"),),
        start=None if undated else start,
        end=None if undated else start + timedelta(hours=length_h),
        place=None,
        says=f"{kind} of {ship}",
        strength="weak" if details.get("rank") == "weak lead" else "fair",
        because="a test",
        innocent=INNOCENT,
        sources=(),
        made_by="test",
        details=canonical_json({"hours": length_h} | details),
    )


def leg(ship: int, start_h: float, end_h: float, to: str | None = "IRBND") -> dict[str, Any]:
    return {
        "id": f"voyage-{ship}-{start_h}", "ship": ship, "from_port": "CNTSN", "to_port": to, "gaps": [],
        "departed": DAY + timedelta(hours=start_h), "arrived": DAY + timedelta(hours=end_h),
    }  # fmt: skip


def journey(ship: int, start_h: float = 0, end_h: float = 100, **more: Any) -> join.Journey:
    one = leg(ship, start_h, end_h)
    return join.Journey(
        ship, f"SHIP {ship}", one["departed"], one["arrived"], (one,), "Tianjin", "Bandar Abbas", **more
    )


def silence(ship: int, start_h: float, length_h: float, verdict: str = "likely switched off") -> Evidence:
    return evidence("silence", ship, start_h, length_h, verdict=verdict, p=0.01)


def test_evidence_joins_by_ship_and_time() -> None:
    inside, outside, others = silence(1, 10, 20), silence(1, 500, 20), silence(2, 10, 20)
    listed = evidence("listing", 1, 0, rank="certain", listed="EXAMPLE (LIST)")
    told, unused = join.threads([journey(1)], join.Pool.of([inside, outside, others, listed]))
    assert {reason.evidence for reason in told[0].for_} == {inside.id, listed.id}
    assert set(unused) == {outside.id, others.id}
    assert told[0].innocent == INNOCENT
    assert "Positions in the hours of the silence" in told[0].missing[0].what


def test_what_reception_explains_speaks_against() -> None:
    poor = silence(1, 10, 20, "poor reception")
    told, _ = join.threads([journey(1)], join.Pool.of([poor]))
    assert [reason.evidence for reason in told[0].for_] == []
    assert poor.id in [reason.evidence for reason in told[0].against]
    assert any("not the same as clear" in reason.says for reason in told[0].against)


def test_the_order_and_its_reason() -> None:
    pool = join.Pool.of(
        [silence(1, 1, 9), silence(1, 20, 9), silence(2, 1, 50), silence(3, 1, 99, "poor reception"),
         evidence("listing", 4, 0, rank="certain", listed="X"), evidence("listing", 5, 0, rank="weak lead", listed="Y")]
    )  # fmt: skip
    told, _ = join.threads([journey(ship) for ship in (5, 3, 2, 1, 4)], pool)
    assert [thread.ship for thread in told] == [4, 1, 2, 3, 5]
    assert told[0].order == "Stands here because a list entry met it (certain)."
    assert "2 silences looked switched off" in told[1].order
    assert told[-1].order == "Stands last: nothing sets it apart."


def test_a_call_that_was_possible_is_said_to_be_no_more() -> None:
    reach = {"port": "IRBND", "name": "Bandar Abbas", "country": "IR", "slack_h": 8.0, "speed_kn": 14.0}
    told, _ = join.threads([journey(1, could_have=(reach,))], join.Pool.of([silence(1, 1, 30)]))
    said = [reason.says for reason in told[0].for_ if not reason.evidence]
    assert len(said) == 1
    assert "That it could is no sign that it did" in said[0]


def test_a_ship_of_note_is_told_once() -> None:
    chain = {"ship": 1, "legs": [leg(1, 0, 100)], "from_": "Tianjin", "to": "Bandar Abbas"}
    extents = {ship: (DAY, DAY + timedelta(days=9)) for ship in (1, 2)}
    found = join.journeys([chain], [journey(1, 50, 80), journey(1, 200, 250)], [1, 2], str, extents)
    assert [(one.ship, one.start) for one in found] == [
        (1, DAY), (1, DAY + timedelta(hours=200)), (2, DAY),
    ]  # fmt: skip


KINDS = st.sampled_from(["silence", "listing", "voyage", "port call"])
PIECES = st.lists(
    st.builds(
        lambda kind, ship, start, length, verdict, rank: evidence(
            kind, ship, start, length, verdict=verdict, rank=rank, listed="X"
        ),
        KINDS, st.integers(1, 4), st.integers(0, 200), st.integers(1, 60),
        st.sampled_from(["likely switched off", "cannot tell", "poor reception"]),
        st.sampled_from(["certain", "strong", "weak lead"]),
    )
)  # fmt: skip


@given(PIECES, st.lists(st.integers(1, 4), unique=True), st.randoms())
def test_each_piece_is_used_or_listed_as_unused(pieces: list[Evidence], ships: list[int], random: Any) -> None:
    journeys = [journey(ship) for ship in ships]
    told, unused = join.threads(journeys, join.Pool.of(pieces))
    used = {reason.evidence for thread in told for reason in (*thread.for_, *thread.against)} - {""}
    assert used | set(unused) == {piece.id for piece in pieces}
    assert not used & set(unused)
    random.shuffle(pieces)
    random.shuffle(journeys)
    assert join.threads(journeys, join.Pool.of(pieces)) == (told, unused)


def test_details_come_back_as_numbers() -> None:
    assert silence(1, 0, 5).data() == json.loads(silence(1, 0, 5).details)
