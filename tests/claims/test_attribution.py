"""Who says what: the same sentences through both backends, and what must hold of any text at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake.claims import chain, parse, people
from darkwake.claims.article import Article, Block, Known, Span
from darkwake.claims.attribution import Attribution, Backend, Read
from darkwake.claims.modality import modality
from darkwake.claims.parse import Parse
from darkwake.claims.pattern import Pattern
from darkwake.errors import WrongUse

_END = re.compile(r"(?<=[.!?”\"])(?<!Adm\.)\s+(?=[A-Z“\"])")


@cache
def _parse() -> Backend:
    pytest.importorskip("spacy")
    return Parse()


BACKENDS: dict[str, Callable[[], Backend]] = {"parse": _parse, "pattern": Pattern}
both = pytest.mark.parametrize("backend", BACKENDS)


def article_of(text: str, outlet: str = "Harbour Courier") -> Article:
    blocks = tuple(Block(Span(*one.span()), "paragraph") for one in re.finditer(r"\S[^\n]*", text))
    return Article("0", "made.txt", text, blocks, (Known("outlet", outlet, "test"),), "en")


def sentences_of(article: Article) -> list[tuple[Span, int]]:
    found = []
    for at, block in enumerate(article.blocks):
        begin = block.span.start
        for end in _END.finditer(article.text, *block.span):
            found.append((Span(begin, end.start()), at))
            begin = end.end()
        found.append((Span(begin, block.span.end), at))
    return found


def read(text: str, backend: str) -> tuple[Article, list[Read]]:
    article = article_of(text)
    return article, BACKENDS[backend]().read(article, sentences_of(article))


def words_of(text: str, backend: str) -> list[tuple[str, str, str]]:
    """Source, cue, words said: of every saying that makes a claim."""
    article, reads = read(text, backend)
    return [_shown(article.text, one) for each in reads for one in chain.claimed(each)]


def _shown(text: str, one: Attribution) -> tuple[str, str, str]:
    said = " … ".join(content.of(text).rstrip(".") for content in one.contents)
    return one.source.of(text) if one.source else "", one.cue.of(text) if one.cue else "", said


SAYINGS = {
    "The ministry said that the ship had left.": [("The ministry", "said", "the ship had left")],
    "The ship had left, the ministry said in a statement.": [("the ministry", "said", "The ship had left")],
    "The ship left on Monday, two officials said on condition of anonymity.": [
        ("two officials", "said", "The ship left on Monday")
    ],
    "According to the Northern Star, the ship had left.": [("the Northern Star", "According to", "the ship had left")],
    "As Quill noted, the seed is cheap.": [("Quill", "noted", "the seed is cheap")],
    "“The seed is ours,” said Vice Adm. Ada Quill, commander of Orchard Command and Combined Orchard Forces.": [
        (
            "Vice Adm. Ada Quill, commander of Orchard Command and Combined Orchard Forces",
            "said",
            "“The seed is ours,”",
        )
    ],
    "“The seed,” said Ada Quill, “is ours to keep for now.”": [
        ("Ada Quill", "said", "“The seed,” … “is ours to keep for now.”")
    ],
    "The ship was reportedly empty.": [("", "reportedly", "The ship was reportedly empty")],
    "It was reported by the Herald that the seed was cheap.": [("the Herald", "reported", "the seed was cheap")],
    "The vessel is said to have carried 40 tons.": [("", "said", "The vessel … to have carried 40 tons")],
    "The paper quoted Quill as saying the ship was late.": [("Quill", "saying", "the ship was late")],
    "The document alleges a scheme to hide the cargo.": [("The document", "alleges", "a scheme to hide the cargo")],
    "A complaint was unsealed on Monday, alleging that the oil was hidden.": [
        ("A complaint", "alleging", "the oil was hidden")
    ],
    "The ship left in March, the Northern Star reported on Wednesday, citing two people familiar with the matter.": [
        ("two people familiar with the matter", "citing", "The ship left in March")
    ],
    "Two officials told Reuters that the cargo was unloaded at night.": [
        ("Two officials", "told", "the cargo was unloaded at night")
    ],
    "The ship docked in May.": [],
    "She was told to leave the port.": [],
    "The mayor asked the port not to close.": [],
}


@both
@pytest.mark.parametrize("text", SAYINGS)
def test_who_says_what_and_by_which_words(text: str, backend: str) -> None:
    if backend == "pattern" and text.startswith("The mayor asked"):
        pytest.xfail("bare words do not tell a request from something said")
    assert words_of(text, backend) == SAYINGS[text]


@both
def test_a_quotation_runs_on_over_sentences_and_paragraphs_until_it_is_closed(backend: str) -> None:
    text = "Bo Lind, a port worker, said: “I saw the ship. It was dark.\n“Nobody spoke to us.”\nThe port was empty."
    article, reads = read(text, backend)
    known = people.resolve(article, reads)
    named = [[chain.chain(article, one, each, known)[-1].name for one in each.attributions] for each in reads]
    assert named == [["Bo Lind"], ["Bo Lind"], ["Bo Lind"], []]
    assert reads[1].attributions[0].rule == "quote continued"


@both
def test_a_lost_closing_mark_puts_no_more_than_a_sentence_into_a_mouth(backend: str) -> None:
    _, reads = read("“I saw the ship, said Bo Lind. The port was empty.\nA crane stood there.", backend)
    assert [len(one.attributions) for one in reads[1:]] == [0, 0]


@both
def test_questions_and_answers_go_to_the_label_before_them(backend: str) -> None:
    assert words_of("Q: Was the ship late?\nA: It was. We saw it.\nA crane stood there.", backend) == [
        ("Q", "", "Was the ship late?"),
        ("A", "", "It was"),
        ("A", "", "We saw it"),
    ]


@both
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ministry denied that it had bought the cargo.", "denied"),
        ("The ministry did not deny that it had bought the cargo.", "possible"),
        ("The ministry did not confirm that it had bought the cargo.", "possible"),
        ("The spokesman said he was not familiar with the situation.", "asserted"),
        ("The spokesman declined to comment on the cargo.", "asserted"),
        ("The spokesman said the ship may have left.", "possible"),
        ("The spokesman said the ship left in May.", "asserted"),
        ("The spokesman said the ship will leave.", "planned"),
        ("The complaint alleges that the ship left.", "alleged"),
        ("The reporter asked whether the ship had left.", "asked"),
    ],
)
def test_only_a_denial_is_a_denial(text: str, expected: str, backend: str) -> None:
    _, reads = read(text, backend)
    (one,) = reads[0].attributions
    assert {modality(reads[0], content, one).modality for content in one.contents} == {expected}


def test_a_noun_may_be_the_cue() -> None:
    text = "The ministry's claim that the ship was empty was wrong."
    assert words_of(text, "parse") == [("The ministry", "claim", "the ship was empty")]


def test_a_dateline_does_not_break_the_parse() -> None:
    text = "PORT AMBER, Nov. 3 (Reuters) - A ship carrying seed left on Monday, three sources told Reuters."
    assert words_of(text, "parse") == [("three sources", "told", "A ship carrying seed left on Monday")]


def test_a_sentence_too_long_for_the_parse_is_read_by_words_and_a_longer_one_not_at_all() -> None:
    assert (
        _parse().read(article_of("The port said " + "one " * 500 + "."), [(Span(0, 2015), 0)])[0].sentence.parsed
        is False
    )
    article = article_of("The port said that " + "one ship and " * 5000)
    (only,) = _parse().read(article, [(article.blocks[0].span, 0)])
    assert (only.sentence.parsed, only.attributions) == (False, ())


def test_without_spacy_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    parse._found.cache_clear()
    monkeypatch.setattr(parse, "find_spec", lambda _: None)
    with pytest.raises(WrongUse, match=r'pip install "darkwake\[claims\]".*"pattern"'):
        Parse()
    parse._found.cache_clear()


def test_every_claim_can_tell_which_backend_and_model_made_it() -> None:
    assert re.fullmatch(r"parse \S+ en_core_web_sm\S* 3\.8\.\d+ sha256:[0-9a-f]{16}", _parse().made_by)
    assert Pattern().made_by.startswith("pattern ")


_WORDS = (
    "said told “ ” \" ' ‘ ’ , . : ; ( ) — according to citing two officials Ada Quill the ministry reportedly that it "
    "I we THE SHIP denied alleges what called Q: A: Image: Reuters asked ? saying as quoted was 5 … ß"
)
_PIECES = st.sampled_from([*_WORDS.split(), "\xa0", "\n", "\n\n", "\u200b"])


@both
@settings(max_examples=150)
@given(pieces=st.lists(_PIECES, max_size=40))
def test_any_text_is_read_alike_twice_with_every_span_in_its_place(backend: str, pieces: list[str]) -> None:
    article = article_of(" ".join(pieces))
    wanted = sentences_of(article)
    reads = BACKENDS[backend]().read(article, wanted)
    assert reads == BACKENDS[backend]().read(article, wanted)
    assert [(one.sentence.span, one.sentence.block) for one in reads] == wanted
    known = people.resolve(article, reads)
    for one in reads:
        for saying in one.attributions:
            spans = [*saying.contents, *([saying.cue] if saying.cue else [])]
            assert all(one.sentence.span.holds(span) and span.of(article.text).strip() for span in spans)
            assert saying.source is None or saying.source.of(article.text).strip()
            assert saying.source is None or any(block.span.holds(saying.source) for block in article.blocks)
            assert chain.chain(article, saying, one, known)[0].name == "Harbour Courier"
            assert all(modality(one, content, saying).modality for content in saying.contents)
