"""Dates as intervals: what is said is kept, and nothing is made narrower than that."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import interval


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-02-14", "2025-02-14", "2025-02-14"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("2025-XX", "2025-01-01", "2025-12-31"),
        ("2025-02-XX", "2025-02-01", "2025-02-28"),
        ("2025-24", "2025-12-01", "2026-02-28"),
        ("1961~", "1961-01-01", "1961-12-31"),
        ("2025-09/2025-10-15", "2025-09-01", "2025-10-15"),
        ("../2025-10-15", None, "2025-10-15"),
        ("2025-10-15/..", "2025-10-15", None),
        ("XXXX-02-14", None, None),
    ],
)
def test_reads_the_first_and_the_last_day(text: str, first: str | None, last: str | None) -> None:
    read = interval.parse(text)
    assert (read.first, read.last) == tuple(date.fromisoformat(end) if end else None for end in (first, last))
    assert read.edtf == text


@pytest.mark.parametrize("text", ["", "soon", "2025-13", "2025-02-30", "2025-10/2025-09", "0000", "25-02-01"])
def test_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        interval.parse(text)


@given(st.dates(min_value=date(1000, 1, 1)), st.dates(min_value=date(1000, 1, 1)))
def test_writes_what_it_reads(one: date, two: date) -> None:
    first, last = sorted([one, two])
    written = interval.of(first, last)
    read = interval.parse(written.edtf)
    assert (read.first, read.last) == (first, last)
    assert first in read
    assert last in read


@given(st.dates(), st.dates(), st.dates(), st.dates())
def test_two_intervals_meet_or_one_lies_before_the_other(a: date, b: date, c: date, d: date) -> None:
    one, two = interval.of(*sorted([a, b])), interval.of(*sorted([c, d]))
    assert one.meets(two) == (max(min(a, b), min(c, d)) <= min(max(a, b), max(c, d)))
    assert [one.before(two), two.before(one), one.meets(two)].count(True) == 1
