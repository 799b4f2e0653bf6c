"""Amounts in sentences: number, comparator, unit and thing, each as stated."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.claims.article import Span
from darkwake.claims.dates import SaidDate
from darkwake.claims.quantities import SaidAmount, quantities
from darkwake.schema import SAID_AMOUNT, SAID_DATE


def said(words: str) -> list[SaidAmount]:
    return quantities(words, Span(0, len(words)))


@pytest.mark.parametrize(
    ("words", "text", "low", "high", "comparator", "unit", "thing"),
    [
        ("They found more than 70 tons of lamp oil, a fuel.", "more than 70 tons", 70, None, "over", "ton", "lamp oil"),
        ("some 2,000 people", "some 2,000 people", 1800, 2200, "about", "", "people"),
        ("a few hundred cars", "a few hundred cars", 200, 1000, "about", "", "cars"),
        ("1.5 million barrels of oil valued at much", "1.5 million barrels", 1.5e6, 1.5e6, "exactly", "barrel", "oil"),
        ("two to three tons of steel", "two to three tons", 2, 3, "between", "ton", "steel"),
        ("between 1,000 and 1,500 tonnes", "between 1,000 and 1,500 tonnes", 1000, 1500, "between", "tonne", ""),
        ("5 to 6 million metric tons", "5 to 6 million metric tons", 5e6, 6e6, "between", "metric ton", ""),
        ("at least 12 ships", "at least 12 ships", 12, None, "at least", "", "ships"),
        ("12 or more ships", "12 or more ships", 12, None, "at least", "", "ships"),
        ("up to 60 jets", "up to 60 jets", None, 60, "at most", "", "jets"),
        ("no more than 12 vans", "no more than 12 vans", None, 12, "at most", "", "vans"),
        ("nearly 40 trucks", "nearly 40 trucks", 36, 40, "about", "", "trucks"),
        ("fewer than 5 tankers", "fewer than 5 tankers", None, 5, "under", "", "tankers"),
        ("only 3 drums of oil", "only 3 drums", 3, 3, "exactly", "drum", "oil"),
        ("half a million people", "half a million people", 5e5, 5e5, "exactly", "", "people"),
        ("scores of boats", "scores of boats", 40, None, "at least", "", "boats"),
        ("tens of thousands of boats", "tens of thousands of boats", 20000, None, "at least", "", "boats"),
        ("more than a dozen small vans", "more than a dozen small vans", 12, None, "over", "", "small vans"),
        ("58 containers of tea", "58 containers", 58, 58, "exactly", "container", "tea"),
        (
            "one hundred and fifty thousand tons",
            "one hundred and fifty thousand tons",
            1.5e5,
            1.5e5,
            "exactly",
            "ton",
            "",
        ),
        ("two and a half million tons", "two and a half million tons", 2.5e6, 2.5e6, "exactly", "ton", ""),
        ("over $25 million", "over $25 million", 25e6, None, "over", "$", ""),
        ("US$6.8bn", "US$6.8bn", 6.8e9, 6.8e9, "exactly", "USD", ""),
        ("9 billion yuan", "9 billion yuan", 9e9, 9e9, "exactly", "CNY", ""),
        ("a 2,000-ton cargo", "2,000-ton", 2000, 2000, "exactly", "ton", ""),
        ("15-20 %", "15-20 %", 15, 20, "between", "percent", ""),
    ],
)
def test_reads_an_amount(
    words: str, text: str, low: float | None, high: float | None, comparator: str, unit: str, thing: str
) -> None:
    (one,) = said(words)
    assert (one.text, one.low, one.high, one.comparator, one.unit, one.thing) == (
        text,
        low,
        high,
        comparator,
        unit,
        thing,
    )


def test_an_open_end_leaves_the_number_itself_out_where_the_words_do() -> None:
    over, least, under = said("over 5 tons, at least 5 tons, under 5 tons")
    assert (over.low_in, least.low_in, under.high_in) == (False, True, False)


@pytest.mark.parametrize(
    ("words", "role", "per"),
    [
        ("It is enough for about 260 orchards.", "equivalent", ""),
        ("It is enough to fill 40 trucks.", "equivalent", ""),
        ("That is equivalent to 300 truckloads.", "equivalent", ""),
        ("They sold 20,000 barrels a day.", "rate", "day"),
        ("They sold 200 tons of rice per month.", "rate", "month"),
        ("They paid $40 a barrel.", "price", "barrel"),
        ("It was 78 percent.", "share", ""),
        ("It was two-thirds of the crews.", "share", ""),
        ("The third shipment came.", "ordinal", ""),
        ("They sold 20 tons.", "amount", ""),
    ],
)
def test_says_what_an_amount_is_for(words: str, role: str, per: str) -> None:
    (one,) = said(words)
    assert (one.role, one.per) == (role, per)


@pytest.mark.parametrize(
    "words",
    [
        "The cutter Quill (WPC 1146) of the 5th Fleet's Task Force 56 met an F-16.",
        "Section 3 of Resolution 1234 and ISO 8601.",
        "It left on 3 May 2021 at 7:30 p.m., two days later than in 2020.",
        "She is aged 45 and has a 7-year-old.",
        "Call 555-1234 or +44 7700 900123.",
        "One of them left; no one came.",
        "1. First item [3]",
        "The Quill 787s flew.",
    ],
)
def test_numbers_that_count_nothing(words: str) -> None:
    assert said(words) == []


def test_a_change_is_two_amounts_and_a_range_is_one() -> None:
    assert len(said("It rose from 10 tons to 20 tons.")) == 2
    assert len(said("It was 10 tons to 20 tons.")) == 1


def test_about_overlaps_a_figure_a_tenth_away_and_no_more() -> None:
    (about,) = said("about 260 orchards")
    assert about.low == 234
    assert about.high == 286


def test_the_fields_are_those_of_the_schema() -> None:
    for kind, struct in ((SaidAmount, SAID_AMOUNT), (SaidDate, SAID_DATE)):
        assert isinstance(struct, pl.Struct)
        named: Any = kind
        assert [one.name for one in fields(named)] == [one.name for one in struct.fields]


_WORDS = (
    "more than about up to at least nearly between and to 70 2,000 1.5 million tons of oil $ US$ % dozen "
    "a few hundred two half per day enough for the third one in five 5kg bags - – + or so 1,1 thousand "
    "scores ships F-16 1/2 7:30 [3] Force"
)
_PIECES = st.sampled_from(_WORDS.split())


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=14).map(" ".join)))
def test_any_text_gives_words_that_are_there_and_ends_in_order(words: str) -> None:
    text = f"É {words} ü"
    found = quantities(text, Span(2, len(text) - 2))
    assert found == quantities(text, Span(2, len(text) - 2))
    at = 2
    for one in found:
        assert at <= one.start < one.end <= len(text) - 2
        assert text[one.start : one.end] == one.text
        at = one.end
        assert one.low is None or one.high is None or one.low <= one.high
        assert one.low is not None or not one.low_in
        assert one.high is not None or not one.high_in


@pytest.mark.parametrize(
    "piece", ["7", "and ", " ", "one ", "thousand and ", "1,000,", "more than ", "$", "5 tons of ", ", 12"]
)
def test_a_long_run_of_anything_is_read(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    assert all(text[one.start : one.end] == one.text for one in quantities(text, Span(0, len(text))))


@pytest.mark.parametrize(
    "words",
    [
        "The oil could dress 260 orchards.",
        "It would suffice for about 260 orchards.",
        "It would be sufficient for some 260 orchards.",
        "It is equivalent to 260 orchards.",
        "That is as much as 260 orchards would need.",
        "It is enough to serve 260 orchards.",
    ],
)
def test_what_it_would_do_for_is_an_equivalent(words: str) -> None:
    (one,) = said(words)
    assert (one.role, one.thing) == ("equivalent", "orchards")
    assert one.low is not None
    assert one.low <= 260 <= (one.high or 0)


def test_as_much_as_bounds_only_where_nothing_needs_it() -> None:
    assert [one.role for one in said("As much as 260 tons left; it could reach 500 people.")] == ["amount", "amount"]
    assert said("As much as 260 tons left.")[0].comparator == "at most"
    assert said("That is about as much as 260 orchards need.")[0].comparator == "about"
