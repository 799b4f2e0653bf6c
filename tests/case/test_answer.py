"""The three sentences and the reason against them: right numbers, plain words, never a verdict of guilt."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from test_join import evidence, journey, silence

from darkwake.case import answer, join
from darkwake.evidence import Evidence

PERIOD = (datetime(2025, 9, 1), datetime(2025, 10, 1))
LISTS = "OFAC SDN of 2025-08-29, 41 entries"


def told(pieces: list[Evidence], **more: Any) -> dict[str, Any]:
    threads, _ = join.threads([journey(1)], join.Pool.of(pieces))
    given: dict[str, Any] = {
        "corridor": (("CN",), ("IR",)), "period": PERIOD, "chains": [{"ship": 1}], "possible": 0, "threads": threads,
        "evidence": pieces, "ships": 40, "searched": LISTS,
    }  # fmt: skip
    return answer.answer(**(given | more))


def test_what_moved_was_dark_and_was_listed() -> None:
    found = told([silence(1, 1, 9), silence(1, 30, 9, "poor reception"), silence(9, 1, 9),
                  evidence("listing", 1, 0, rank="certain", listed="X (LIST)")], possible=2)  # fmt: skip
    moved, dark, listed = found["sentences"]
    assert moved == (
        "Between 2025-09-01 and 2025-09-30, 1 ship of the 40 in the sources made 1 voyage from China to Iran; "
        "2 more legs could have been one, with the call unheard."
    )
    assert dark.startswith("On the ships told of here, 2 silences were found, of which 1 looked switched off")
    assert listed == f"SHIP 1 met an entry of the lists checked ({LISTS})."
    assert "switched off for safety" in found["against"]
    assert len(found["evidence"]) == 2


def test_nothing_found_is_never_clear() -> None:
    found = told([], chains=[], corridor=((), ()))
    assert found["sentences"][2] == f"No ship was found in the lists checked ({LISTS}); that is not the same as clear."
    assert "names no corridor" in found["sentences"][0]
    assert told([], searched="")["sentences"][2] == "No list was loaded, so no ship was screened."


GUILT = re.compile(
    r"\b(guilt\w*|smuggl\w*|illegal\w*|illicit\w*|evad\w*|evasion|crim\w*|suspicious\w*|violat\w*)\b", re.I
)


@pytest.mark.parametrize("verdict", ["likely switched off", "poor reception", "receiver outage", "cannot tell"])
@pytest.mark.parametrize("rank", ["certain", "weak lead", None])
def test_no_word_of_guilt(verdict: str, rank: str | None) -> None:
    pieces = [silence(1, 1, 9, verdict)] + ([evidence("listing", 1, 0, rank=rank, listed="X")] if rank else [])
    found = told(pieces)
    assert not GUILT.search(" ".join([*found["sentences"], found["against"]]))
    assert all(sentence.endswith(".") for sentence in [*found["sentences"], found["against"]])


def test_a_case_of_articles_alone_tells_of_claims_and_not_of_ships() -> None:
    def claim(number: int, outlets: list[str], most: int, contradicted: bool) -> Evidence:
        return evidence("claim", number, 0, outlets=outlets, least=1, most=most, contradicted=contradicted)

    pieces = [claim(1, ["The Quay", "The Post"], 1, True), claim(2, ["The Quay", "The Post"], 2, False),
              claim(3, ["The Post"], 1, False)]  # fmt: skip
    found = told(pieces, ships=0, chains=[], corridor=((), ()), searched="")
    assert found["sentences"] == [
        "The case holds no ship positions; articles of 2 outlets told of 3 happenings.",
        "2 happenings were told by more than one outlet, and 1 of them goes back to one origin.",
        "In 1 the tellings contradict each other; which of them holds is not decided here.",
    ]
    assert "not what happened" in found["against"]


def test_a_case_of_sites_alone_tells_of_the_first_of_them() -> None:
    says = [f"Of {number} buildings 2 could be assessed; 1 changed." for number in range(2, 7)]
    found = told([], ships=0, chains=[], corridor=((), ()), searched="", sites=says)
    assert found["sentences"][1:4] == says[:3]
    assert found["sentences"][4] == "2 more sites are told of below."
    assert "no image says who did it" in found["against"]
