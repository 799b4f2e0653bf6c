from __future__ import annotations

import pytest

from darkwake.claims.article import Article, Block, Span
from darkwake.claims.predicates import LEXICON, of_noun, of_verb
from darkwake.claims.slot import Slots
from darkwake.claims.slots import slots, slots_at
from darkwake.claims.tokens import Sentence, Token


def parsed(text: str) -> Sentence:
    """With the model's parse; the extra `claims` brings it."""
    pytest.importorskip("spacy")
    from darkwake.claims.parse import Parse

    span = Span(0, len(text))
    article = Article(source="", name="a", text=text, blocks=(Block(span, "paragraph"),))
    return Parse().sentences(article, [(span, 0)])[0]


def bare(text: str) -> Sentence:
    tokens, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        tokens.append(Token(at, at + len(word), word))
        at += len(word)
    return Sentence(Span(0, len(text)), tuple(tokens), 0)


def told(found: Slots) -> tuple[str, str, bool]:
    return found.predicate, found.predicate_class, found.negated


def roles(found: Slots) -> set[tuple[str, str]]:
    return {(one.name, one.role) for one in found.actors}


SEIZED = "On 12 February the Tarnish Navy seized the tanker Grey Petrel in the Gulf of Merrin."


def test_a_parse_gives_who_whom_and_where() -> None:
    found = slots(parsed(SEIZED), Span(0, len(SEIZED)), SEIZED)
    assert told(found) == ("seize", "seize", False)
    assert ("Tarnish Navy", "agent") in roles(found)
    assert any("Grey Petrel" in name for name, role in roles(found) if role == "target")
    assert found.places == ("Gulf of Merrin",)
    assert all(SEIZED[one.start : one.end] == one.name for one in found.actors)


CASES = [
    ("58 containers of quillic salt were unloaded at Port Anselm.", ("unload", "unload", False), "quillic salt"),
    ("The company planned to ship another 500 tons of quillic salt.", ("ship", "ship", False), "quillic salt"),
    ("The ministry denied receiving quillic salt.", ("receive", "receive", True), "quillic salt"),
    ("The firm did not buy quillic salt.", ("buy", "buy", True), "quillic salt"),
    ("No quillic salt was sold.", ("sell", "sell", True), "quillic salt"),
    ("the shipment of over 2,000 tons of quillic salt from Velmora", ("shipment", "ship", False), "quillic salt"),
    ("The crew carried out a search of the ship.", ("search", "search", False), "ship"),
]


@pytest.mark.parametrize(("text", "what", "thing"), CASES)
def test_a_parse_gives_what_was_done_to_what(text: str, what: tuple[str, str, bool], thing: str) -> None:
    found = slots(parsed(text), Span(0, len(text)), text)
    assert told(found) == what
    assert thing in found.things


def test_not_being_familiar_is_no_denial() -> None:
    for text in ("Officials are not familiar with the matter.", "The firm did not comment on the sale."):
        assert not slots(parsed(text), Span(0, len(text)), text).negated
        assert not slots(bare(text), Span(0, len(text)), text).negated


def test_only_the_words_claimed_are_read() -> None:
    text = "Ada Quill of the Velmora port office said Orrin Lines sold the depot."
    start = text.index("Orrin")
    found = slots(parsed(text), Span(start, len(text)), text)
    assert told(found)[:2] == ("sell", "sell")
    assert roles(found) >= {("Orrin Lines", "agent")}
    assert not [one for one in found.actors if one.start < start]


def test_slots_around_a_noun_in_a_longer_sentence() -> None:
    text = "The paper wrote that the seizure of the tanker by the Tarnish Navy came late."
    sentence = parsed(text)
    at = next(place for place, one in enumerate(sentence.tokens) if one.text == "seizure")
    found = slots_at(sentence, at, text)
    assert told(found)[:2] == ("seizure", "seize")
    assert ("tanker", "target") in roles(found)


WORDS = [
    (SEIZED, ("seize", "seize", False)),
    ("58 containers of quillic salt were unloaded at Port Anselm.", ("unload", "unload", False)),
    ("No tanker arrived at Port Anselm in March.", ("arrive", "arrive", True)),
    ("The crew handed over the vessel to the Coast Guard.", ("hand over", "hand over", False)),
]


@pytest.mark.parametrize(("text", "what"), WORDS)
def test_words_alone_give_the_predicate(text: str, what: tuple[str, str, bool]) -> None:
    assert told(slots(bare(text), Span(0, len(text)), text)) == what


def test_words_alone_give_names_and_places() -> None:
    found = slots(bare(SEIZED), Span(0, len(SEIZED)), SEIZED)
    assert roles(found) >= {("Tarnish Navy", "agent"), ("Grey Petrel", "target")}
    assert found.places == ("Gulf of Merrin",)
    passive = "the tanker Grey Petrel was seized by the Tarnish Navy off Cape Lorn"
    turned = slots(bare(passive), Span(0, len(passive)), passive)
    assert roles(turned) >= {("Tarnish Navy", "agent"), ("Grey Petrel", "target")}
    assert turned.places == ("Cape Lorn",)


def test_nothing_said_fills_no_slot() -> None:
    assert slots(bare("..."), Span(0, 3), "...") == Slots()
    assert slots(Sentence(Span(0, 0), (), 0), Span(0, 0), "") == Slots()


def test_a_word_of_no_class_keeps_its_lemma() -> None:
    assert of_verb("yodel") == ("yodel", "")
    assert of_verb("hand", "over").kind == "hand over"
    assert of_noun("teapot") is None
    assert LEXICON["interdicted"] == ("interdict", True)


TORN = [
    ("The Sepia Dunlin carried more than 300 tons of seed out of Old Weir on Thursday.", "carry"),
    ("A reporter for Weir Online on the quay saw that the Sepia Dunlin brought 90 tons of meal to Weir.", "bring"),
    ("no fewer than 60 tons of seed were unloaded at Weir from the Grey Petrel", "unload"),
]


@pytest.mark.parametrize(("text", "lemma"), TORN)
def test_a_name_that_a_parser_tears_leaves_the_verb(text: str, lemma: str) -> None:
    found = slots(parsed(text), Span(0, len(text)), text)
    assert (found.predicate, found.negated) == (lemma, False)


def test_what_is_told_beside_a_name_is_not_what_happened() -> None:
    said = "the Saffron Avocet, built in 1985, had left Weir early on Thursday with 40 tons of seed aboard"
    text = f"According to Meridian Wire, which quoted Dora Finch, a director of the Weir Port Authority, {said}."
    start = text.index(said)
    assert slots(parsed(text), Span(start, start + len(said)), text).predicate == "leave"
