"""Days of a year that nobody said: they can be held apart, and never be joined to a year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import interval

_DAYS = st.dates(min_value=date(1000, 1, 1))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("XXXX-11-08", "XXXX-11-09", True),
        ("XXXX-11-08", "XXXX-11-08", False),
        ("XXXX-11-08", "2022-11-08", False),
        ("XXXX-11-08", "2022-11-09", True),
        ("XXXX-11", "2022-11-09", False),
        ("XXXX-12-30/XXXX-01-02", "2022-01-01", False),
        ("XXXX-12-30/XXXX-01-02", "2022-01-03", True),
        ("XXXX-11-08", "2022", False),
        ("XXXX-11-08/..", "2022-11-07", False),
        ("XXXX-23", "2022-01-01", False),
        ("2022-11-08", "2023-11-08", True),
    ],
)
def test_days_without_a_year_are_held_apart_by_month_and_day(one: str, other: str, *, apart: bool) -> None:
    assert interval.parse(one).apart(interval.parse(other)) is apart
    assert interval.parse(other).apart(interval.parse(one)) is apart


@pytest.mark.parametrize("text", ["XXXX-02-30", "XXXX-13-01", "XXXX-04-31"])
def test_a_day_that_no_year_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        interval.parse(text)


@given(_DAYS, _DAYS, _DAYS, _DAYS)
def test_with_known_years_apart_is_not_meeting(a: date, b: date, c: date, d: date) -> None:
    one, two = interval.of(*sorted([a, b])), interval.of(*sorted([c, d]))
    assert one.apart(two) is not one.meets(two)


@given(_DAYS, _DAYS)
def test_a_day_is_never_apart_from_itself_without_its_year(one: date, other: date) -> None:
    yearless = interval.parse(f"XXXX-{one.month:02}-{one.day:02}")
    assert not yearless.apart(interval.of(one, one))
    assert yearless.apart(interval.of(other, other)) is ((one.month, one.day) != (other.month, other.day))
