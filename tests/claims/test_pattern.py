"""The backend over bare words: what it needs, how fast it is on bad input, and where it is used in place of a parse."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_attribution import article_of, sentences_of

from darkwake.claims.article import Span
from darkwake.claims.pattern import Pattern, words
from darkwake.claims.quotes import quotes


def test_it_imports_nothing_but_the_standard_library_and_darkwake() -> None:
    code = (
        "import sys, importlib.util; before = set(sys.modules); import darkwake.claims.pattern; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} & {'spacy', 'thinc', 'blis'}))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == "[]"


@given(st.text(max_size=200))
def test_words_are_the_text_in_order_and_lose_nothing_but_white_space(text: str) -> None:
    found = words(text, Span(0, len(text)))
    assert all(text[one.start : one.end] == one.text for one in found)
    assert [one.start for one in found] == sorted({one.start for one in found})


@pytest.mark.parametrize(
    "text",
    [
        "said " * 200_000,
        '"' * 200_000,
        "“said " * 50_000,
        "Ada Quill, " * 50_000,
        "according to the " * 50_000,
        "(A " * 99_999,
    ],
    ids=["cues", "marks", "openers", "names", "according", "brackets"],
)
def test_a_page_of_nonsense_is_read_in_passing(text: str) -> None:
    article = article_of(text)
    assert Pattern().read(article, [(block.span, at) for at, block in enumerate(article.blocks)])[0].attributions == ()


def test_quotations_are_found_by_their_marks_and_not_by_apostrophes() -> None:
    text = "The port's master said 'it is late', and “the ships’ crews” said \"no\". It wasn't.\nA «second» one’s here."
    article = article_of(text)
    assert [one.span.of(text) for one in quotes(article)] == ["'it is late'", "“the ships’ crews”", '"no"', "«second»"]


def test_a_quotation_left_open_goes_on_where_the_next_paragraph_opens_with_a_mark() -> None:
    article = article_of("Quill said: “One. Two.\n“Three.”\nFour.")
    found = quotes(article)
    assert [(one.span.of(article.text), one.continues) for one in found] == [("“One. Two.", False), ("“Three.”", True)]
    assert len(sentences_of(article)) == 4
