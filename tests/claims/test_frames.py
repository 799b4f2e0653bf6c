"""Fixed frames of English news: who said it, through whom, and which words, by both backends alike."""

from __future__ import annotations

import pytest
from test_attribution import BACKENDS, article_of, both, read, sentences_of, words_of

from darkwake.claims import chain, people
from darkwake.claims.modality import modality
from darkwake.claims.naming import document, kind_of, person_in

C = "a barge full of seed had sunk near the weir"
WHOLE = "a barge full of seed had sunk near the weir".capitalize()

FRAMES = {
    f"Speaking to the Amber Herald, Dora Finch, a clerk and director of the lock company, said that {C}.": (
        ["Amber Herald", "Dora Finch"], C),
    f"In an interview with the Amber Herald, Dora Finch said that {C}.": (["Amber Herald", "Dora Finch"], C),
    f"The Amber Herald reported late on Tuesday, citing two lock keepers who asked not to be identified, that {C}.": (
        ["Amber Herald", "two lock keepers"], C),
    f"Citing Dora Finch, the manager of the lock, the Amber Herald reported on Tuesday that {C}.": (
        ["Amber Herald", "Dora Finch"], C),
    f"{WHOLE}, the Amber Herald reported on Tuesday, citing Dora Finch, the manager of the lock.": (
        ["Amber Herald", "Dora Finch"], WHOLE),
    f"According to the Amber Herald, which quoted Dora Finch, the manager of the lock, {C}.": (
        ["Amber Herald", "Dora Finch"], C),
    f"{WHOLE}, according to the Amber Herald, which cited lock manager Dora Finch.": (
        ["Amber Herald", "Dora Finch"], WHOLE),
    f"The Amber Herald, quoting Dora Finch, a director of the lock, said that {C}.": (
        ["Amber Herald", "Dora Finch"], C),
    f"A report by the Amber Herald, which cited Dora Finch, said that {C}.": (["Amber Herald", "Dora Finch"], C),
    f"{WHOLE}, Dora Finch, who speaks for the lock, was quoted as saying.": (["Dora Finch"], WHOLE),
    f"{WHOLE}, as the Amber Herald reported on Tuesday.": (["Amber Herald"], WHOLE),
    f"Dora Finch was quoted by the Amber Herald as saying that {C}.": (["Amber Herald", "Dora Finch"], C),
    f"“{WHOLE},” the Amber Herald quoted lock manager Dora Finch as saying.": (
        ["Amber Herald", "Dora Finch"], f"“{WHOLE},”"),
    "A load of 70 tons of seed left Weir on Monday aboard the Grey Barge, Dora Finch, a director of the lock, was "
    "quoted as saying.": (["Dora Finch"], "A load of 70 tons of seed left Weir on Monday aboard the Grey Barge"),
    f"In the words of Dora Finch, {C}.": (["Dora Finch"], C),
    "Dora Finch described the work at the weir as “slow and very wet”.": (
        ["Dora Finch"], "the work at the weir as “slow and very wet”"),
    f"Dora Finch, manager of the lock, told a news conference that {C}.": (["Dora Finch"], C),
    f"Lower Weir lock company manager Dora Finch made it known that {C}.": (["Dora Finch"], C),
    f"{WHOLE}, it has emerged.": ([], WHOLE),
    f"There are reports that {C}.": ([], C),
    f"Word in Lower Weir is that {C}.": ([], C),
    f"A lock log seen by the Amber Herald shows that {C}.": (["lock log"], C),
}  # fmt: skip


def told(text: str, backend: str, outlets: frozenset[str] = frozenset()) -> list[tuple[list[str], str]]:
    """The chain below the publisher and the words said, of each claim."""
    article, reads = read(text, backend)
    known = people.resolve(article, reads, outlets)
    return [
        (
            [link.name for link in chain.chain(article, one, each, known)[1:]],
            " … ".join(part.of(article.text).rstrip(".") for part in one.contents),
        )
        for each in reads
        for one in chain.claimed(each)
    ]


@both
@pytest.mark.parametrize("text", FRAMES)
def test_a_frame_tells_the_whole_way_and_the_words(text: str, backend: str) -> None:
    assert told(text, backend) == [FRAMES[text]]


@both
@pytest.mark.parametrize(
    "text",
    [
        f"Dora Finch rejected suggestions that {C}.",
        f"The lock company dismissed claims that {C}.",
        f"Dora Finch, a director of the lock, said it was not true that {C}.",
        f"Dora Finch flatly denied reports that {C}.",
    ],
)
def test_what_somebody_calls_untrue_is_denied_and_the_words_are_those_denied(text: str, backend: str) -> None:
    article, reads = read(text, backend)
    (one,) = chain.claimed(reads[0])
    assert [part.of(article.text) for part in one.contents] == [C]
    assert modality(reads[0], one.contents[0], one).modality == "denied"


@both
@pytest.mark.parametrize(
    "text",
    [
        "On Tuesday, in the rain, the barge sank.",
        "The weir, the oldest in the valley, was closed on Tuesday.",
        "Dora Finch read the log and closed the weir.",
        "The barges, the lock and the weir were closed.",
    ],
)
def test_a_sentence_that_nobody_says_has_no_frame(text: str, backend: str) -> None:
    assert words_of(text, backend) == []


def test_what_follows_an_apposition_is_not_taken_for_one() -> None:
    text = "The barges, which, according to the Amber Herald, the weir and the lock had both refused, left."
    assert all("refused" not in source for source, _, _ in words_of(text, "parse"))


@both
def test_a_saying_within_the_words_said_is_kept(backend: str) -> None:
    text = "According to the Amber Herald, Dora Finch said that the barge had sunk."
    assert told(text, backend)[-1] == (["Amber Herald", "Dora Finch"], "the barge had sunk")


@both
def test_the_officials_come_back_with_the_paper_that_had_them(backend: str) -> None:
    text = (
        f"Speaking to the Amber Herald, two officials who asked not to be named said that {C}.\n"
        "The officials told reporters that the weir would stay closed."
    )
    assert [way[0] for way, _ in told(text, backend)] == ["Amber Herald"] * 2


@both
def test_papers_read_together_are_known_for_papers(backend: str) -> None:
    text = f"Dora Finch told Lower Weir Today that {C}."
    assert told(text, backend) == [(["Dora Finch"], C)]
    assert told(text, backend, frozenset({"Lower Weir Today"})) == [(["Lower Weir Today", "Dora Finch"], C)]


@both
def test_ships_and_firms_between_do_not_make_a_pronoun_doubtful(backend: str) -> None:
    text = (
        "Dora Finch, a director of the lock, said the weir was closed. "
        "Copper Swan Shipping owns the Amber Swan. She said that the barge had sunk."
    )
    assert told(text, backend)[-1] == (["Dora Finch"], "the barge had sunk")


@both
def test_what_stands_under_a_complaint_is_alleged(backend: str) -> None:
    _, reads = read("The complaint alleges that the seed was stolen. It came from Amber.", backend)
    assert modality(reads[1], reads[1].sentence.span, None, ("complaint",)).modality == "alleged"
    assert modality(reads[1], reads[1].sentence.span, None).modality == "asserted"


@both
def test_the_speaker_of_a_quotation_that_runs_on_is_not_stated_by_its_sentence(backend: str) -> None:
    article, reads = read("Bo Lind, a worker, said: “I saw the barge. It was dark and the lock was shut.”", backend)
    known = people.resolve(article, reads)
    links = [chain.chain(article, one, each, known)[-1] for each in reads for one in each.attributions]
    assert [(link.name, link.stated, link.start is None) for link in links] == [
        ("Bo Lind", True, False),
        ("Bo Lind", False, True),
    ]


@both
def test_a_paper_named_deep_in_a_text_hands_nothing_on(backend: str) -> None:
    text = (
        "The weir is old.\nIt leaks.\nIt is wide.\nIt is cold.\nThe Amber Herald first reported the leak.\nIt is deep."
    )
    assert told(text, backend) == [] or all("Amber Herald" not in way for way, _ in told(text, backend)[1:])


@both
def test_many_articles_read_together_are_read_as_each_alone(backend: str) -> None:
    texts = ["\n".join(list(FRAMES)[at : at + 4]) for at in range(0, len(FRAMES), 4)] + ["Short.", "It was " * 300]
    items = [(article, sentences_of(article)) for article in map(article_of, texts)]
    reader = BACKENDS[backend]()
    alone = [reader.read(article, own) for article, own in items]
    assert reader.read_many(items) == alone
    assert reader.read_many(items[::-1]) == alone[::-1]
    assert reader.read_many([]) == []


def test_names_after_an_office_and_documents_that_were_seen() -> None:
    assert person_in("Lower Weir lock service head Dora Finch", "Lower Weir") == (
        "Dora Finch", "Lower Weir lock service head")  # fmt: skip
    assert person_in("the Amber Ledger", "Amber Ledger") is None
    assert person_in("Copper Swan Shipping", "Copper Swan Shipping") is None
    assert kind_of("Copper Swan Shipping", "") == "organisation"
    assert document("lock log reviewed by the Amber Ledger") == "lock log"
