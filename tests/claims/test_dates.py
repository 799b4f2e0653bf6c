"""Dates in sentences: what is said is kept, what is not said is not guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import interval
from darkwake.claims.article import Span
from darkwake.claims.dates import SaidDate, dates, points

TUESDAY = "2022-11-15"


def said(words: str, published: str = TUESDAY) -> list[SaidDate]:
    return dates(words, Span(0, len(words)), published=published)


@pytest.mark.parametrize(
    ("words", "with_it", "without"),
    [
        ("On Nov. 8, a tug left.", "2022-11-08", "XXXX-11-08"),
        ("It left on 8 November 2021.", "2021-11-08", "2021-11-08"),
        ("It left on Wednesday, November 9, 2022.", "2022-11-09", "2022-11-09"),
        ("It left on 2022-11-08.", "2022-11-08", "2022-11-08"),
        ("It left on 13/08/2022.", "2022-08-13", "2022-08-13"),
        ("It left on 08.11.2022.", "2022-11-08", "2022-11-08"),
        ("It left on 11/08/2022.", "2022-XX-XX", "2022-XX-XX"),
        ("It left on the 8th.", "2022-11-08", ""),
        ("They met in late 2023.", "2023-07-01~/2023-12-31~", "2023-07-01~/2023-12-31~"),
        ("They met in early October.", "2022-10-01~/2022-10-16~", "XXXX-10-01~/XXXX-10-16~"),
        ("They met in mid-February 2022.", "2022-02-08~/2022-02-21~", "2022-02-08~/2022-02-21~"),
        ("It rose in the summer of 2024.", "2024-22", "2024-22"),
        ("It rose in Q3.", "2022-07-01/2022-09-30", "XXXX-07-01/XXXX-09-30"),
        ("It rose in the first half of 2024.", "2024-01-01/2024-06-30", "2024-01-01/2024-06-30"),
        ("It was built in the 1990s.", "199X", "199X"),
        ("It was open between 3 and 5 May.", "2022-05-03/2022-05-05", "XXXX-05-03/XXXX-05-05"),
        ("It was open from 30 November to 2 January 2022.", "2021-11-30/2022-01-02", "2021-11-30/2022-01-02"),
        ("It was open from Monday to Friday.", "2022-11-07/2022-11-11", None),
        ("It has been here since February.", "2022-02-01/..", "XXXX-02-01/.."),
        ("It stays until the end of March.", "../2023-03-31~", None),
        ("It left today.", "2022-11-15", ""),
        ("It left yesterday.", "2022-11-14", ""),
        ("It left on Wednesday.", "2022-11-09", ""),
        ("It left on Tuesday.", "2022-11-15", ""),
        ("It will leave on Wednesday.", "2022-11-16", ""),
        ("It left last week.", "2022-11-07/2022-11-13", ""),
        ("It left two months ago.", "2022-09", ""),
        ("Three ships left in the past three weeks.", "2022-10-25/2022-11-15", ""),
        ("It will leave next year.", "2023", ""),
        ("It left earlier this month.", "2022-11-01/2022-11-15", ""),
        ("It left late last year.", "2021-07-01~/2021-12-31~", ""),
        ("It left more than two years ago.", "../2020-12-31", ""),
        ("The fair will be held on November 20.", "2022-11-20", "XXXX-11-20"),
        ("It left on 29 February.", "2020-02-29", "XXXX-02-29"),
    ],
)
def test_reads_what_is_said_and_no_more(words: str, with_it: str, without: str | None) -> None:
    assert said(words)[0].edtf == with_it
    if without is not None:
        assert said(words, "")[0].edtf == without


@pytest.mark.parametrize(
    "words",
    [
        "It may march on.",
        "May I go?",
        "The Sun said so a second time.",
        "Theresa May spoke to Jan and April Jones.",
        "They sold 2000 tons to 1999 people.",
        "It left on 31 April next to 30 February.",
        "Call 555-1234 about version 2.0.1.",
        "It may last weeks.",
    ],
)
def test_words_that_are_no_dates(words: str) -> None:
    assert [one.text for one in said(words) if not one.text.startswith(("April", "February"))] == []


def test_a_bare_month_of_an_impossible_day_is_kept_as_the_month() -> None:
    assert [one.edtf for one in said("It left on 31 April 2021.")] == ["2021-04"]


def test_lengths_and_repetitions_have_a_role_and_no_days() -> None:
    found = said("A weeklong search took three days and is made every Monday and monthly.")
    assert [(one.text, one.role, one.edtf, one.first) for one in found] == [
        ("weeklong", "duration", "", None),
        ("three days", "duration", "", None),
        ("every Monday", "repeated", "", None),
        ("monthly", "repeated", "", None),
    ]


def test_the_day_it_was_said_is_kept_apart_from_the_day_it_happened() -> None:
    found = said("The ministry said on Wednesday that the tug left on Monday.")
    assert [(one.text, one.role) for one in found] == [("Wednesday", "report"), ("Monday", "event")]


def test_the_next_day_is_reckoned_from_the_day_named_before() -> None:
    first = said("It left on 8 November 2021.")
    words = "The next day it came back; a year earlier it had not."
    found = dates(words, Span(0, len(words)), published=TUESDAY, earlier=first)
    assert [(one.edtf, one.anchor) for one in found] == [("2021-11-09", "before"), ("2020", "before")]
    assert said(words)[0].edtf == ""


def test_published_in_some_month_only_what_holds_for_each_of_its_days_is_reckoned() -> None:
    assert [one.edtf for one in said("It left last year, yesterday and in May.", "2022-11")] == ["2021", "", "2022-05"]


def test_moving_a_meeting_is_no_range() -> None:
    assert len(said("The meeting was moved from Monday to Friday.")) == 2


def test_points_are_the_ends_by_themselves() -> None:
    words = "It was open from 3 November to 5 December 2022."
    assert [one.edtf for one in points(words, Span(0, len(words)), published=TUESDAY)] == ["2022-11-03", "2022-12-05"]


_WORDS = (
    "on since by from to until between and late early mid- the end of last next this two ago past week "
    "months year Monday Nov. 8 May March 2022 1990s 30 31 February - / , . 11/08/2022 Q3 summer every "
    "annual a few said XXXX 0000 9999 1000"
)
_PIECES = st.sampled_from(_WORDS.split())


@given(
    st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=14).map(" ".join)),
    st.sampled_from(["", "2022", TUESDAY, "1000-01-01", "9999-12-31", "x"]),
)
def test_any_text_gives_words_that_are_there_and_edtf_that_is_read(words: str, published: str) -> None:
    text = f"É {words} ü"
    for read in (dates, points):
        found = read(text, Span(2, len(text) - 2), published=published)
        assert found == read(text, Span(2, len(text) - 2), published=published)
        at = 2
        for one in found:
            assert at <= one.start < one.end <= len(text) - 2
            assert text[one.start : one.end] == one.text
            at = one.end
            if one.edtf:
                days = interval.parse(one.edtf)
                assert (days.first, days.last) == (one.first, one.last)
            else:
                assert (one.first, one.last, one.anchor) == (None, None, "none")


@pytest.mark.parametrize(
    "piece", ["7", "and ", " ", "November ", "late ", "two years ", "2009-", "the end of ", "Nov "]
)
def test_a_long_run_of_anything_is_read(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert all(text[one.start : one.end] == one.text for one in dates(text, Span(0, len(text)), published=TUESDAY))


@pytest.mark.shared
def test_the_hand_made_ledger(shared: Path) -> None:
    text = (shared / "claims/gold_example/M1_navy_2022-11-15.txt").read_text(encoding="utf-8")
    found = dates(text, Span(137, 321), published="2022-11-15")
    assert [(one.start, one.end, one.edtf, one.first) for one in found] == [(158, 164, "2022-11-08", date(2022, 11, 8))]
