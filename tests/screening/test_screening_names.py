from __future__ import annotations

import pytest

from darkwake.screening import identifiers
from darkwake.screening.names import fold, likeness, numbers_agree, shown
from darkwake.screening.tokens import LONGEST


@pytest.mark.parametrize(
    "written",
    ["GOLDEN EXAMPLE", "M/V Golden Example", "M.T. GOLDEN-EXAMPLE", "ss golden  example", "GÖLDEN EXÁMPLE",
     "GOLDEN\u200b EXAMPLE\u202e", "G0LDEN EXAMPLE", "GOLDEN EXАMPLE", "ＧＯＬＤＥＮ　ＥＸＡＭＰＬＥ",
     "GOLDEN\x00EXAMPLE@@"],
)  # fmt: skip
def test_one_name_has_one_form(written: str) -> None:
    assert fold(written).words == ("GOLDEN", "EXAMPLE")
    assert fold(written).numbers == ()


@pytest.mark.parametrize("written", ["SNOWY 12", "SNOWY XII", "SNOWY NO. 12", "SNOWY12", "MV SNOWY-012", "SNOWY 1Z2"])
def test_numbers_are_read_however_they_are_written(written: str) -> None:
    assert (fold(written).numbers == ("12",)) == (written != "SNOWY 1Z2")


def test_a_lone_prefix_or_numeral_is_a_name() -> None:
    assert fold("SS").words == ("SS",)
    assert fold("X").words == ("X",)
    assert fold("MV 12").words == ("MV",)  # else nothing but the number would be left


@pytest.mark.parametrize(
    ("asked", "listed", "least", "most"),
    [
        ("EXAMPLE STAR", "EXAMPLE STAR", 1.0, 1.0),
        ("EXAMPLESTAR", "EXAMPLE STAR", 0.98, 0.98),
        ("EXAMPLE II", "EXAMPLEII", 0.98, 0.98),
        ("STAR EXAMPLE", "EXAMPLE STAR", 0.93, 0.93),
        ("EXAMPIE STAR", "EXAMPLE STAR", 0.95, 0.95),
        ("EXMAPLE STAR", "EXAMPLE STAR", 0.6, 0.9),
        ("EXAMPLE STA", "EXAMPLE STAR", 0.6, 0.9),
        ("THE EXAMPLE OF A VER", "THE EXAMPLE OF A VERY LONG SHIP NAME", 0.8, 0.8),
    ],
)
def test_the_same_ship_written_otherwise_is_alike(asked: str, listed: str, least: float, most: float) -> None:
    found = likeness(fold(asked), fold(listed), of_ship=True)
    assert found is not None
    assert least <= found[0] <= most


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("EXAMPLE STAR", "EXAMPLE MOON"),
        ("EXAMPLE STAR", "EXAMPLE"),
        ("EXAMPLE STAR", "EXAMPLE STAR TRADER"),
        ("ABC", "ABD"),
        ("BONNY OCEAN", "BONNY QUEEN"),
        ("!!!", "???"),
        ("", "EXAMPLE"),
        ("26", "27"),
    ],
)
def test_another_name_is_not_alike(asked: str, listed: str) -> None:
    assert likeness(fold(asked), fold(listed), of_ship=True) is None


def test_sister_ships_are_told_apart_by_their_numbers() -> None:
    assert numbers_agree(fold("SNOW STORM 1"), fold("SNOW STORM 2")) == 0
    assert numbers_agree(fold("SNOW STORM II"), fold("SNOW STORM 2")) == 1
    assert numbers_agree(fold("SNOW STORM II"), fold("SNOW STORM 11")) == 0
    assert numbers_agree(fold("SNOW STORM"), fold("SNOW STORM 2")) == 0
    assert 0 < numbers_agree(fold("SNOW STORM"), fold("SNOW STORM I")) < 1


def test_people_and_companies_may_leave_words_out() -> None:
    person = likeness(fold("Jane Exampleson"), fold("EXAMPLESON, Jane Mary"), of_ship=False)
    company = likeness(fold("Exemplary Goods"), fold("EXEMPLARY GOODS CO., LTD."), of_ship=False)
    assert person is not None
    assert company is not None
    assert likeness(fold("Jane Otherson"), fold("EXAMPLESON, Jane Mary"), of_ship=False) is None


def test_a_long_name_is_cut_and_says_so() -> None:
    form = fold("A" * 2_000_000)
    assert form.cut
    assert len(form.joined) == LONGEST
    assert shown("A" * 2_000_000).endswith(f"(cut after {LONGEST} characters)")
    assert shown("<b>A\u202eB\x07</b>") == "<b>AB </b>"


@pytest.mark.parametrize(
    ("text", "digits", "sound"),
    [
        ("IMO 1234567", "1234567", True),
        ("imo1234567", "1234567", True),
        ("IMO No. 1234567 (2020)", "1234567", True),
        ("１２３４５６７", "1234567", True),
        ("١٢٣٤٥٦٧", "1234567", True),
        ("1234576", "1234576", False),
        ("12345", "12345", False),
        ("0", "", False),
        ("none", "", False),
    ],
)
def test_imo_numbers_are_read_and_checked(text: str, digits: str, sound: bool) -> None:
    assert identifiers.imo_digits(text) == digits
    assert (identifiers.imo_fault(digits) == "") == sound


def test_a_swapped_imo_offers_its_repair() -> None:
    assert identifiers.imo_repairs("1234576") == ("1234567",)
    assert identifiers.imo_repairs("1234567") == ()


def test_mmsi_and_call_sign_are_read_and_checked() -> None:
    assert identifiers.mmsi_fault(identifiers.mmsi_digits("MMSI: 257000001")) == ""
    assert identifiers.mmsi_fault("123456789") != ""
    assert identifiers.mmsi_fault("25700000") == "has 8 digits, not 9"
    assert [identifiers.callsign_letters(text) for text in ("9hx-12", "0000", "@@", "AB")] == ["9HX12", "", "", ""]
