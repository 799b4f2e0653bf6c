"""Who is meant inside an article, and the way of a claim from the publisher to whoever said it first."""

from __future__ import annotations

import pytest
from test_attribution import article_of, both, read

from darkwake.claims import chain, people
from darkwake.claims.attribution import Attribution
from darkwake.claims.naming import called_otherwise, kind_of, may_be_person, person_in


def chains(text: str, backend: str) -> list[str]:
    """The chain of each claim without its publisher; a star where a link is not stated by the sentence."""
    article, reads = read(text, backend)
    known = people.resolve(article, reads)
    found = []
    for each in reads:
        sayings: list[Attribution | None] = [*chain.claimed(each)]
        for one in sayings or [None]:
            links = chain.chain(article, one, each, known)[1:]
            found.append(" > ".join(f"{link.name} [{link.kind}]{'' if link.stated else '*'}" for link in links))
    return found


@both
def test_later_words_mean_whoever_was_named_before(backend: str) -> None:
    text = (
        "“The ship is ours,” said Vice Adm. Ada Quill, spokeswoman for the Ministry of Orchards. She said it left.\n"
        "Quill said the port would open. The spokeswoman said it was safe. The ministry said it had paid."
    )
    assert chains(text, backend) == [*["Ada Quill [person]"] * 4, "Ministry of Orchards [organisation]"]


@both
def test_an_acronym_and_a_shortened_name_mean_the_whole_one(backend: str) -> None:
    text = (
        "The cargo was bought by the Orchard Trade Board (OTB). The OTB said it was seed.\n"
        "The Amber Herald said the ship had left. The Herald said it was late."
    )
    named = ["Orchard Trade Board [organisation]", "Amber Herald [outlet]", "Amber Herald [outlet]"]
    assert chains(text, backend) == ["", *named]


@both
def test_where_two_could_be_meant_nobody_is_chosen(backend: str) -> None:
    text = "Ada Quill said the port was open. Bo Quill said the port was closed. Quill said the ship was late."
    article, reads = read(text, backend)
    known = people.resolve(article, reads)
    (last,) = reads[2].attributions
    assert last.source is not None
    assert known.of(last.source).name == "Quill"
    assert known.of(last.source).how == "ambiguous: Ada Quill, Bo Quill"


@both
def test_nobody_is_made_up_for_a_pronoun(backend: str) -> None:
    assert chains("The port was quiet. She said the ship was late.", backend) == ["", "She [unknown]"]


@both
def test_every_station_of_a_story_is_kept_in_order(backend: str) -> None:
    text = (
        "The ship left in March, the Northern Star reported on Wednesday, citing two people familiar with the matter.\n"
        "The officials said the cargo was seed.\n"
        "A farmer told Reuters that the gate was open.\n"
        "The ship was reportedly empty."
    )
    assert chains(text, backend) == [
        "Northern Star [outlet] > two people familiar with the matter [unnamed]",
        "Northern Star [outlet]* > two people familiar with the matter [unnamed]",
        "Reuters [outlet] > farmer [unnamed]",
        "",
    ]


@both
def test_an_article_that_names_whence_it_has_its_story_hands_that_on(backend: str) -> None:
    text = "The Daily Lantern first reported the shipment.\nThe ship came in May.\nBo Lind said the ship was late."
    assert chains(text, backend) == ["Daily Lantern [outlet]", "Daily Lantern [outlet]*", "Bo Lind [person]"]


@both
def test_what_follows_a_document_in_its_paragraph_is_inherited_and_no_further(backend: str) -> None:
    text = "The complaint alleges that the seed was stolen. It came from Amber. It was sold.\nThe port was quiet."
    assert chains(text, backend) == ["complaint [document]", "complaint [document]*", "", ""]


def test_a_publisher_that_speaks_for_itself_is_no_paper() -> None:
    release = article_of("From Orchard Command Public Affairs\nThe ship left.", outlet="")
    paper = article_of("The ship left.", outlet="Harbour Courier")
    nobody = article_of("The ship left.", outlet="")
    assert [chain.publisher(one).kind for one in (release, paper, nobody)] == ["organisation", "outlet", "unknown"]
    assert chain.publisher(release).name == "Orchard Command Public Affairs"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Reuters", "outlet"),
        ("the Daily Lantern", "outlet"),
        ("two officials", "unnamed"),
        ("a spokesman for the port", "unnamed"),
        ("people familiar with the matter", "unnamed"),
        ("a civil complaint", "document"),
        ("a report by the Institute of Trade", "document"),
        ("the Amber Coast Guard", "organisation"),
        ("the company", "organisation"),
        ("Blue Heron", "unknown"),
    ],
)
def test_the_kind_of_a_source_is_told_from_its_words(text: str, kind: str) -> None:
    assert kind_of(text, "") == kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Vice Adm. Ada Quill, commander of Orchard Command", ("Ada Quill", "Vice Adm., commander of Orchard Command")),
        ("ministry spokeswoman Ada Quill", ("Ada Quill", "ministry spokeswoman")),
        ("Mr. Vell’s lawyer, Dan Orr", ("Dan Orr", "Mr. Vell’s lawyer")),
        ("A spokesman for the Ministry of Orchards", None),
        ("The Amber Herald", None),
        ("two officials", None),
    ],
)
def test_a_name_is_parted_from_its_office(text: str, found: tuple[str, str] | None) -> None:
    assert person_in(text, "") == found


PLACES = [
    "Ada Quill, a director of the port, said the barge was late.\n"
    "The road from Wren Harbour to Fallow Roads is closed. Lower Dunlin is wet.\nShe said the gate was open.",
    "Ada Quill, a director of the port, said the barge was late.\n"
    "A fair is held in Castle Marlow. The ferry Linen Sparrow called at Castle Marlow.\nShe said the gate was open.",
    "Ada Quill, a director of the port, said the barge was late.\n09:10\nIt rained.\n09:40\n"
    "She said the gate was open.",
]


@pytest.mark.parametrize("text", PLACES)
@both
def test_a_place_a_ship_and_an_hour_are_nobody_whom_she_could_mean(text: str, backend: str) -> None:
    assert [one for one in chains(text, backend) if one] == ["Ada Quill [person]"] * 2


@both
def test_an_office_shuts_a_pronoun_out_and_a_name_does_not(backend: str) -> None:
    text = "Ada Quill, a spokeswoman for the port, said the barge was late.\n{} said the gate was open."
    assert chains(text.format("She"), backend)[-1] == "Ada Quill [person]"
    assert chains(text.format("He"), backend)[-1] == "He [unknown]"
    assert called_otherwise("chairman of the lock", "she")
    assert not called_otherwise("spokeswoman of the lock", "she")
    assert not called_otherwise("director of the lock", "he")


@both
def test_an_office_beside_a_name_is_known_wherever_it_stands(backend: str) -> None:
    text = (
        "“As I was told,” said Ada Quill, a director of the lock, “the gate was open.”\n"
        "The barge had sunk, according to the director."
    )
    assert chains(text, backend)[-1] == "Ada Quill [person]"


def test_a_name_is_nobodys_where_the_text_has_it_as_a_place_or_ship() -> None:
    text = "In Castle Marlow the ferry Linen Sparrow met Ada Quill."
    assert [may_be_person(one, text) for one in ("Linen Sparrow", "marl nitre", "Wren Harbour")] == [False] * 3
    assert may_be_person("Ada Quill", text)
    assert may_be_person("Ada de Quill", text)


@both
def test_a_report_by_a_known_paper_is_that_paper(backend: str) -> None:
    article, reads = read("The barge had sunk, according to a report by Weir Online.", backend)
    (saying,) = reads[0].attributions
    assert saying.source is not None
    known = people.resolve(article, reads, frozenset({"Weir Online"}))
    assert (known.of(saying.source).name, known.of(saying.source).kind) == ("Weir Online", "outlet")
