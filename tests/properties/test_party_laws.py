"""Laws of names and of what else people and companies are known by: no side is preferred, nothing against adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from darkwake.screening import Asked, Entry, Identifier, ListedName, SanctionsList, screen
from darkwake.screening.alike import LONG, name_score
from darkwake.screening.births import born, closest
from darkwake.screening.lists import EntryKind
from darkwake.screening.misspelled import Misspelled
from darkwake.screening.tokens import tokens

WORDS = """EXAMPLE INVENTED NOWHERE MOHAMMED MUHAMMAD ABDUL RAHMAN KHAN BIN AL JANE J BILL WILLIAM TRADING TRD LTD
CO OOO GMBH AG OF II 7 ИВАН 王 例 محمد КОРАБЛЬ"""
words = st.sampled_from(WORDS.split())
party_names = st.lists(words, min_size=1, max_size=5).map(" ".join)
kinds = st.sampled_from(["person", "entity"])
years = st.integers(1940, 1999)
births = st.one_of(
    st.just(""), years.map(str), st.dates(date(1940, 1, 1), date(1999, 12, 31)).map(str), years.map("circa {}".format)
)


@settings(max_examples=200, deadline=None)
@given(one=party_names, other=party_names, kind=kinds)
def test_no_side_of_two_names_is_preferred(one: str, other: str, kind: EntryKind) -> None:
    there = name_score(one, other, kind)
    assert there == pytest.approx(name_score(other, one, kind))
    assert 0 <= there <= 1


@settings(max_examples=100, deadline=None)
@given(name=party_names, kind=kinds, data=st.data())
def test_a_name_is_itself_in_any_order_and_case(name: str, kind: EntryKind, data: st.DataObject) -> None:
    assert name_score(name, name.lower(), kind) == 1.0
    if kind == "person" and name.isascii() and "AB" not in name and "AL" not in name:
        turned = " ".join(data.draw(st.permutations(name.split())))
        assert name_score(name, turned, kind) >= 0.98


@settings(max_examples=100, deadline=None)
@given(name=party_names, asked=births, listed=births)
def test_a_contradiction_never_raises_and_an_agreement_never_lowers(name: str, asked: str, listed: str) -> None:
    entry = Entry(
        "1", "person", (ListedName(name),), 1, 1, born=(listed,) if listed else (), nationalities=("MT",),
        identifiers=(Identifier("Passport", "AB123456"),),
    )  # fmt: skip
    made = SanctionsList("X", date(2020, 1, 1), 1, "0" * 64, "x", (entry,))

    def score(subject: Asked) -> float:
        scores: list[float] = screen([subject], [made])["score"].to_list()
        return sum(scores)

    plain = Asked(names=(name,), kind="person")
    both = closest(asked, entry.born)
    born_too = score(replace(plain, born=asked))
    assert born_too <= score(plain) if both is None or both[0] < 0 else born_too >= score(plain)
    at_home, abroad = (replace(plain, born=asked, countries=(place,)) for place in ("MT", "PA"))
    assert score(abroad) <= born_too <= score(at_home) or born(asked) is None
    assert score(replace(plain, numbers=("AB123456",))) > score(plain)
    assert score(replace(plain, numbers=("ZZ999999",))) == score(plain)


@settings(max_examples=100, deadline=None)
@given(
    kept=st.lists(st.text("ABC", min_size=1, max_size=10), min_size=1, max_size=20, unique=True),
    asked=st.text("ABC", min_size=1, max_size=10),
    at=st.integers(0, 9),
)
def test_no_word_a_typo_away_is_missed(kept: list[str], asked: str, at: int) -> None:
    found = Misspelled(kept).near([asked, asked[:at]])
    mine = {kept[place] for of, place in zip(found.of.tolist(), found.at.tolist(), strict=True) if of == 0}

    def typos(word: str) -> int:
        return 0 if len(word) < 3 else 1 if len(word) < LONG else 2

    near = {word for word in kept if OSA.distance(word, asked) <= min(typos(word), typos(asked))}
    assert near <= mine
    assert all(OSA.distance(word, asked) <= typos(asked) for word in mine)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80))
def test_what_is_read_is_latin_letters_and_digits(text: str) -> None:
    read = tokens(text)
    assert all(word == word.upper() and word for word in read.words)
    assert tokens(" ".join(read.words)).words == read.words or not all(word.isascii() for word in read.words)
