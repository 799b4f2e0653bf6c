"""What is sound of IMO numbers, MMSIs, call signs and names, and what is only typed differently."""

from __future__ import annotations

import pytest

from darkwake import country, marks
from made_identities import imo


def test_the_last_digit_of_an_imo_number_is_checked() -> None:
    sound = imo(907_472)
    assert sound == "9074729"  # the example of IMO Resolution A.1117(30)
    assert marks.is_imo(sound)
    assert [marks.is_imo(f"907472{last}") for last in range(10)].count(True) == 1
    assert not any(marks.is_imo(value) for value in ("1234567", "", "907472", "90747290", "IMO9074729", "٩٠٧٤٧٢٩"))


@pytest.mark.parametrize(
    ("sign", "country"),
    [
        ("9HA1234", "MT"), ("V7AB2", "MH"), ("oxab", "DK"), ("3FAB7", "PA"), ("WDE1234", "US"), ("VRAB5", "HK"),
        ("2ABC3", "GB"), ("SSMA", "EG"), ("SSNA", "SD"), ("HG265", None), ("QAAB", None), ("1AAB", None), ("", None),
    ],
)  # fmt: skip
def test_the_country_of_a_call_sign(sign: str, country: str | None) -> None:
    assert marks.country_of_call_sign(sign) == country


def test_the_table_of_series_is_in_order_and_names_countries() -> None:
    firsts, lasts, codes = marks._series()
    assert all(first <= last for first, last in zip(firsts, lasts, strict=True))
    assert all(last < first for last, first in zip(lasts, firsts[1:], strict=False))
    assert all(country.name(code) != code for code in codes)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("M/V INVENTED DAWN", "INVENTED DAWN", True),
        ("MV. DAWN", "DAWN", True),
        ("INVENTED DAWN", "INVENTED  DWAN", True),
        ("INVENTED DAWN", "INVENTED DAWNS", True),
        ("INVENTED DAWN OF THE", "INVENTED DAWN OF THE NORTH", True),
        ("DAWN 1", "DAWN 2", False),
        ("MSC DAWN", "DAWN", False),
        ("DAWN", "DUSK", False),
        ("ABC", "ABD", False),
    ],
)
def test_names_that_differ_only_as_typing_differs(one: str, other: str, same: bool) -> None:
    assert marks.same_name(one, other) is same
    assert marks.same_name(other, one) is same


def test_numbers_that_many_send() -> None:
    assert all(marks.is_placeholder(number) for number in (0, 123456789, 111111111, 987654321, 416000000, 1193046))
    assert not any(marks.is_placeholder(number) for number in (219012345, 416000001, 911000001))
