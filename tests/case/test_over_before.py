"""What was over, or published, long before the positions begin meets no voyage of the case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from darkwake.case.known import Cluster, Known
from darkwake.case.ratings import rated
from darkwake.evidence import Evidence, canonical_json

FIRST = datetime(2031, 3, 1)


def told(end: datetime | None = None) -> Evidence:
    return Evidence(
        kind="claim", subjects=(), start=end, end=end, place=None, says="Told.", strength="weak", because="",
        innocent=(), sources=(), made_by="test", details=canonical_json({"cluster": "c"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("end", "published", "over"),
    [
        (None, date(2028, 5, 1), True),  # states no day, and came out years before
        (None, date(2031, 2, 1), False),  # its goods may still have been under way
        (None, date(2031, 6, 1), False),
        (None, None, False),
        (datetime(2030, 6, 1), date(2031, 6, 1), True),  # an old happening that is told late
        (datetime(2031, 3, 2), date(2031, 6, 1), False),
    ],
)
def test_a_claim_is_over_by_its_day_or_by_its_publication(
    end: datetime | None, published: date | None, over: bool
) -> None:
    known = Known(clusters={"c": Cluster(told_by=published)}, heard=(FIRST, FIRST))
    assert known.over_before(told(end), FIRST) == over


def test_what_was_over_speaks_decisively_against_the_ships_told_of_here() -> None:
    facts: dict[str, Any] = {"ships": "", "place": "a place", "stated": False, "covered": True}
    [mark] = rated("e", "carrier", facts | {"over": date(2028, 5, 1)}, ("carried here",))
    assert (mark.speaks, mark.weight) == ("against", "decisive")
    assert "over by 2028-05-01" in mark.says
    [mark] = rated("e", "carrier", facts | {"over": None}, ("carried here",))
    assert mark.speaks == "neither"
