from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.screening.cas import cas_fault, cas_numbers, cas_repairs, cas_typed
from darkwake.screening.codes import code_typed


def sound_number(body: int) -> str:
    digits = str(body)
    check = sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10
    return f"{digits[:-2]}-{digits[-2:]}-{check}"


bodies = st.integers(10**3, 10**9 - 1)


@given(bodies)
def test_the_check_digit_is_right_for_exactly_one_digit(body: int) -> None:
    number = sound_number(body)
    assert cas_fault(number) == ""
    assert sum(not cas_fault(number[:-1] + digit) for digit in "0123456789") == 1


@given(bodies, st.sampled_from(["CAS {}", "(C.A.S. #{})", "cas no. {}", "CAS RN: {};"]), st.sampled_from("-‐–−"))
def test_a_labelled_number_is_found_in_any_dress(body: int, dress: str, hyphen: str) -> None:
    number = sound_number(body)
    (found,) = cas_numbers("Something " + dress.format(number.replace("-", hyphen)) + " of it")
    assert (found.value, found.fault, found.labelled) == (number, "", True)


@given(bodies, st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_flagged_and_repaired_from_what_is_known(body: int, at: int, digit: str) -> None:
    number = sound_number(body)
    places = [place for place, char in enumerate(number) if char != "-"]
    place = places[at % len(places)]
    typed = number[:place] + digit + number[place + 1 :]
    found = cas_typed(typed)
    assert found is not None
    if cas_fault(typed):
        assert found.fault
        assert cas_repairs(typed, [number, "71-43-2"])[-1:] == (number,) or number in cas_repairs(typed, [number])
    else:
        assert cas_repairs(typed, [number]) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(CAS 27814-48- 8).", ["27814-48-8"]),
        ("(CAS 117412 28 9);", ["117412-28-9"]),
        ("(CAS 100-37-8, 71-43-2, 50-00-0)", ["100-37-8", "71-43-2", "50-00-0"]),
        ("(CAS 68891-50-9 / CAS 100-37-8)", ["68891-50-9", "100-37-8"]),
        ("7601\u200b-89\u202e-0", ["7601-89-0"]),
        ("ＣＡＳ ７６０１－８９－０", ["7601-89-0"]),
        ("CAS ۷۶۰۱-۸۹-۰", ["7601-89-0"]),
        ("shipped 2025-11-15, part 12-34-5", []),
        ("tel. 0049 30 1", []),
    ],
)
def test_shapes_met_in_lists_and_papers(text: str, values: list[str]) -> None:
    assert [one.value for one in cas_numbers(text)] == values


def test_a_labelled_number_with_a_wrong_digit_is_kept_with_its_fault() -> None:
    (found,) = cas_numbers("Invented salt (CAS 7601-89-1)")
    assert found.value == "7601-89-1"
    assert found.fault == "ends in 1, but its check digit would be 0"


@pytest.mark.parametrize(
    ("text", "digits"),
    [("2829.90", "282990"), ("28 29.90.10", "28299010"), ("HS code: 2829 90", "282990"), ("ex 2829", "2829"),
     ("2829.90.10.00", "2829901000"), ("２８２９.９０", "282990"), ("28\u200b29\u202e.90", "282990")],
)  # fmt: skip
def test_a_code_is_its_digits(text: str, digits: str) -> None:
    code = code_typed(text)
    assert code is not None
    assert (code.digits, code.fault) == (digits, "")


def test_a_code_with_a_fault_is_kept_and_says_it() -> None:
    lost = code_typed("10129")
    letters = code_typed("2829.9O")
    assert lost is not None
    assert letters is not None
    assert lost.repairs == ("010129",)
    assert "5 digits" in lost.fault
    assert letters.digits == ""
    assert "other characters" in letters.fault
    assert code_typed(" \u200b") is None
