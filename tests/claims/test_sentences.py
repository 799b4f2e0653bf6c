from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.claims.article import Article, Block, BlockKind, Span
from darkwake.claims.sentences import LONGEST, dateline, is_aside, sentences


def split(text: str, kind: BlockKind = "paragraph") -> list[str]:
    article = Article("", "a.txt", text, (Block(Span(0, len(text)), kind),))
    return [span.of(text) for span, _ in sentences(article)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        # abbreviations, initials, acronyms
        ("Vice Adm. Bo Harbour met Dr. Quill on Nov. 8 in the U.S. port. She left.", 2),
        ("It left the U.S. The crew did not.", 2),
        ("U.S. Coast Guard cutters of U.S. Marlow Fleet searched it.", 1),
        ("L. Ron Quay and K.C. Marlow sailed. They came back.", 2),
        ("Quay Shipping Inc. said so. Marlow Ltd. It was told later.", 3),
        ("They met at 9 a.m. EST on Monday. The ship left at 10 p.m. It was dark.", 3),
        ("See No. 5 and p. 12 there. No. That is all.", 3),
        ("It was plan B. He had none, e.g. no boat, i.e. nothing.", 2),
        # numbers
        ("It carried 3.5 tons. 40 tons were left.", 2),
        ("1. The ship sailed. 2 men were aboard.", 2),
        # marks
        ("Why? Nobody knows! The end...", 3),
        ("He waited... and left. He waited... Then he left.", 3),
        ("“Why?” Ada Quill asked. “Who knows?” he said.", 2),
        ("The hull (it was red. It shone.) sank. Gone [2] it was.[3] The end.", 3),
        # quotations
        ("“We saw it. It was adrift,” said Bo Harbour. “Nobody came.”", 3),
        ('He said that "it was adrift. Nobody came." Then he left.', 2),
        ('He said, "It was adrift. Nobody came."', 2),
        ('She said. "It is so." They left.', 3),
        # what page makers lose
        ("The ship came to the end.The crew left. Its site is quay.example now.", 3),
        ("船は出た。誰も見なかった。", 2),
    ],
)
def test_sentences_of_every_kind(text: str, count: int) -> None:
    assert len(split(text)) == count, split(text)


def test_a_dateline_stands_by_itself() -> None:
    assert split("MARLOW, Ruritania - On Nov. 8, it sailed.") == ["MARLOW, Ruritania -", "On Nov. 8, it sailed."]
    assert split("LONDON (Marlow Wire) — It sailed.")[0] == "LONDON (Marlow Wire) —"
    assert split("WASHINGTON – A complaint was unsealed.")[0] == "WASHINGTON –"
    assert split("The ship - a tanker - sailed.") == ["The ship - a tanker - sailed."]
    assert dateline("It sailed.", Span(0, 10)) is None
    asides = ["MARLOW, Ruritania -", "LONDON (Marlow Wire) —", "Image: Ada Quill.", "* * *"]
    assert all(is_aside(words, Span(0, len(words))) for words in asides)
    assert not is_aside("It sailed.", Span(0, 10))


def test_blocks_have_their_own_ways() -> None:
    assert split("From U.S. Quay. Public Affairs", "credit") == ["From U.S. Quay. Public Affairs"]
    assert split("Port | Tons\nMarlow | 70", "table") == ["Port | Tons", "Marlow | 70"]
    assert split("The hull at dawn. Image: Ada Quill.", "caption") == ["The hull at dawn.", "Image: Ada Quill."]
    assert split("“So it is. It was.” - Ada Quill", "caption") == ["“So it is. It was.” - Ada Quill"]


def test_no_sentence_is_a_book() -> None:
    found = split("ship " * 2_000 + "; hull" * 500)
    assert max(map(len, found)) <= LONGEST
    assert len(found) >= 4


@pytest.mark.parametrize(
    "text", ["." * 300_000, "Mr. " * 50_000, 'He said "a. B ' * 20_000, '(A. b) ("c. D" (' * 20_000]
)
def test_a_bad_text_takes_no_longer_than_a_good_one(text: str) -> None:
    # no clock: with anything worse than linear this would not come back
    assert "".join("".join(split(text)).split()) == "".join(text.split())


KINDS = st.sampled_from(["heading", "paragraph", "caption", "credit", "list", "table", "correction"])
WORDS = st.sampled_from(
    re.split(
        " ",
        'The ship Mr. U.S. sailed. said Nov. 8 “We saw it.” " ” “ ( ) ... … 3.5 a.m. ? ! ?! e.g. L. No. 5 \n \t -- — '
        "[1] MARLOW, - (AP) Image: «x» 。 é",
    )
)
TEXTS = st.one_of(st.lists(WORDS, min_size=1, max_size=40).map(" ".join), st.text(min_size=1, max_size=80))


@given(st.lists(st.tuples(TEXTS, KINDS), max_size=5))
def test_every_character_is_in_exactly_one_sentence(parts: list[tuple[str, BlockKind]]) -> None:
    text, blocks = "", list[Block]()
    for words, kind in parts:
        if words.strip():
            blocks.append(Block(Span(len(text), len(text) + len(words)), kind))
            text += words + "\n\n"
    found = sentences(Article("", "a.txt", text, tuple(blocks)))
    before = 0
    covered = [""] * len(blocks)
    for span, place in found:
        assert span.start >= before
        assert blocks[place].span.holds(span)
        assert span.of(text)
        assert span.of(text) == span.of(text).strip()
        before = span.end
        covered[place] += span.of(text)
    for block, words in zip(blocks, covered, strict=True):
        assert "".join(words.split()) == "".join(block.span.of(text).split())


@pytest.mark.shared
def test_gum_news_reaches_the_target(shared: Path) -> None:
    from bench.sentences import documents, ours, scored

    held_out = [one for one in documents(shared / "claims" / "gum_news") if one.part == "held out"]
    assert scored(held_out, ours)["f1"] >= 97.0
