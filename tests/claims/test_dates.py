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
from darkwake.claims.feasts import feast
from darkwake.claims.moments import LONGEST

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
        ("It left on Thursday last week.", "2022-11-10", ""),
        ("It will leave next week on Friday.", "2022-11-25", ""),
        ("It left in the week of 7 November.", "2022-11-07/2022-11-13", ""),
        ("It left the week before last.", "2022-10-31/2022-11-06", ""),
        ("It will leave in two days' time.", "2022-11-17", ""),
        ("It will leave in three weeks.", "2022-12-05/2022-12-11", ""),
        ("It left on the first Monday of October.", "2022-10-03", ""),
        ("It left on the last Friday in October 2022.", "2022-10-28", "2022-10-28"),
        ("It left on the last day of October.", "2022-10-31", "XXXX-10-31"),
        ("It left on the 20th of last month.", "2022-10-20", ""),
        ("It left on the twenty-first of June 2019.", "2019-06-21", "2019-06-21"),
        ("It rose in the first nine months of 2021.", "2021-01-01/2021-09-30", "2021-01-01/2021-09-30"),
        ("It left on Easter Sunday.", "2022-04-17", ""),
        ("It left on Labor Day.", "2022-09-05", ""),
        ("It left on Boxing Day 2020.", "2020-12-26", "2020-12-26"),
        ("It left last Christmas.", "2021-12-25", None),
        ("It left in '98.", "1998", ""),
        ("It left in Oct '21.", "2021-10", ""),
        ("It left in the late seventies.", "1975-01-01~/1979-12-31~", "1975-01-01~/1979-12-31~"),
        ("It left at the turn of the 20th century.", "1895-01-01~/1905-12-31~", "1895-01-01~/1905-12-31~"),
        ("It lost in fiscal year 2021.", "2020-07-01~/2022-04-30~", "2020-07-01~/2022-04-30~"),
        ("It lost in the second quarter of fiscal 2021.", "", ""),
        ("It left on 03/13/22.", "2022-03-13", ""),
        ("It ran May-July 2021.", "2021-05-01/2021-07-31", "2021-05-01/2021-07-31"),
        ("It is to leave before the end of November.", "../2022-11-30~", None),
        ("It was announced for November 20.", "2022-11-20", "XXXX-11-20"),
        ("It is to run from November 9 on.", "2022-11-09/..", "XXXX-11-09/.."),
        ("Mohamed and his father are to leave on Wednesday.", "2022-11-16", ""),
        ("It will be openly sold on Wednesday.", "2022-11-16", ""),
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
        "Ostrey Today had it first.",
        "More people fish there today than ever.",
        "Today, there are three piers.",
        "The Sunday Times and Black Friday.",
        "Since the fall of Rome it has stood.",
        "They met at the Winter Games in the Bay.",
        "It left at 1900 GMT.",
    ],
)
def test_words_that_are_no_dates(words: str) -> None:
    assert [one.text for one in said(words) if not one.text.startswith(("April", "February"))] == []


_LINES = (Path(__file__).parent / "date_phrases.md").read_text(encoding="utf-8").splitlines()
_PHRASES = [tuple(line.strip("| ").split(" | ")) for line in _LINES if line.startswith("| ")][1:]


@pytest.mark.parametrize(("phrase", "says"), _PHRASES)
def test_phrases_of_the_grammar_books(phrase: str, says: str) -> None:
    found = [one.edtf or "unknown" for one in said(f"It happened {phrase}.")]
    assert ("; ".join(found) or "none") == says


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


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("Ada Quill on Saturday said it left.", ["report"]),
        ("Ada Quill, on Saturday, said it left.", ["report"]),
        ("It left Stonequay on Saturday, said Ada Quill.", ["event"]),
        ("Quill said Levi told the paper that on Sunday, dockers walked out.", ["event"]),
        ("A tug built in 2005 left on May 3.", ["background", "event"]),
        ("It was built in 2005.", ["event"]),
    ],
)
def test_whose_day_it_is(words: str, roles: list[str]) -> None:
    assert [one.role for one in said(words)] == roles


def test_a_year_said_once_holds_for_the_whole_list() -> None:
    assert [one.edtf for one in said("It left in May and June 2021.")] == ["2021-05", "2021-06"]


def test_the_following_monday_is_reckoned_from_the_day_named_before() -> None:
    first = said("It left on 8 November 2021.")
    words = "It came back the following Monday."
    assert [one.edtf for one in dates(words, Span(0, len(words)), published=TUESDAY, earlier=first)] == ["2021-11-15"]
    assert said(words)[0].edtf == ""


@pytest.mark.parametrize(("year", "easter"), [(1961, (4, 2)), (2000, (4, 23)), (2008, (3, 23)), (2038, (4, 25))])
def test_easter(year: int, easter: tuple[int, int]) -> None:
    assert feast("easter", year) == date(year, *easter)


def test_of_a_sentence_without_end_a_part_is_read() -> None:
    words = "On 3 May 2021 it left. " * 2000
    found = said(words)
    assert 0 < max(one.end for one in found) <= LONGEST < len(words)


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
    "annual a few said the first of in week Easter '98 fiscal XXXX 0000 9999 1000"
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
