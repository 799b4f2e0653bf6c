from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from darkwake import interval
from darkwake.synth import papers, wordings
from darkwake.synth.outlets import NOTICE
from darkwake.synth.papers import Planted
from darkwake.synth.stories import STORIES

SEEDS = (0, 1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Planted]:
    return [papers.write(tmp_path_factory.mktemp(f"papers{seed}"), seed=seed) for seed in SEEDS]


def test_every_planted_sentence_stands_in_its_page_word_for_word(made: list[Planted]) -> None:
    for planted in made:
        pages = {path.name: path.read_text(encoding="utf-8").replace("&amp;", "&") for path in planted.articles}
        for claim in planted.claims:
            assert claim["sentence"] in pages[claim["file"]]
            assert all(words in claim["sentence"] for words in claim["words"])
            assert all(amount["text"] and amount["text"] in claim["sentence"] for amount in claim["quantities"])
            assert all(told["text"] and told["text"] in claim["sentence"] for told in claim["dates"])


def test_no_sign_of_the_grammar_is_left_and_every_page_says_that_it_is_invented(made: list[Planted]) -> None:
    for planted in made:
        for path in planted.articles:
            text = path.read_text(encoding="utf-8")
            assert NOTICE in text
        for claim in planted.claims:
            assert not re.search(r"[{}<>|]| {2}| [,.]|,,|,\.|\bthe the\b", claim["sentence"]), claim["sentence"]
            assert claim["sentence"][0].isupper() or claim["sentence"][0] in "“0123456789", claim["sentence"]


def test_no_two_seeds_share_a_sentence(made: list[Planted]) -> None:
    seen: Counter[str] = Counter()
    for planted in made:
        seen.update({claim["sentence"] for claim in planted.claims if claim["kind"] != "running on"})
    assert max(seen.values()) == 1


def test_equal_seeds_give_equal_bytes_and_the_ledger_is_read_back(made: list[Planted], tmp_path: Path) -> None:
    again = papers.write(tmp_path / "again", seed=SEEDS[0])
    for one, two in zip(made[0].articles, again.articles, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert (made[0].folder / papers.LEDGER).read_bytes() == (again.folder / papers.LEDGER).read_bytes()
    assert papers.load(again.folder) == again


def test_dates_hold_the_day_and_are_worded_against_the_day_of_the_paper(made: list[Planted]) -> None:
    for planted in made:
        published = {one["file"]: date.fromisoformat(one["published"]) for one in planted.files}
        for claim in planted.claims:
            for told in claim["dates"]:
                first, last = date.fromisoformat(told["first"]), date.fromisoformat(told["last"])
                if told["edtf"]:
                    assert (interval.parse(told["edtf"]).first, interval.parse(told["edtf"]).last) == (first, last)
                assert first <= published[claim["file"]]
                if "yesterday" in told["text"]:
                    assert (published[claim["file"]] - first).days == 1


def test_origins_are_as_planted(made: list[Planted]) -> None:
    for planted in made:
        told = {one["id"].partition("-")[2]: (one["least"], one["most"]) for one in planted.clusters}
        assert told["retold/departure"] in ((1, 1), (1, 2))  # two where a paper hides where it has it from
        assert told["copied/order"] == (1, 1)
        assert told["again/first"] == told["again/second"] == (1, 1)
        assert told["rounded/delivery"] == (2, 2)
        assert told["witnessed/delivery"] in ((3, 3), (3, 4))
        for one in planted.clusters:
            assert 1 <= one["least"] <= one["most"] <= len(one["outlets"]) + 1


def test_contradictions_lie_between_claims_of_one_happening(made: list[Planted]) -> None:
    kinds: Counter[str] = Counter()
    for planted in made:
        of = {claim["id"]: claim["cluster"] for claim in planted.claims}
        for one in planted.contradictions:
            kinds[one["kind"]] += 1
            assert {of[claim] for claim in (*one["a"], *one["b"])} == {one["cluster"]}
            assert not set(one["a"]) & set(one["b"])
    assert set(kinds) == {"date", "count", "actor", "extent", "denial", "framing"}


def test_each_kind_of_sentence_has_three_wordings_or_more() -> None:
    frames = {
        name: value for name, value in vars(wordings).items() if name.isupper() and name not in ("CLAUSES", "PLAIN")
    }
    for name, wording in {**wordings.CLAUSES, **frames}.items():
        assert len(wording) >= 3, name


def test_a_choice_of_stories_and_outlets_is_kept_to_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    five = ("A Paper", "B Paper", "C Paper", "D Paper", "E Paper")
    planted = papers.write(tmp_path, seed=3, stories=("denied", "denied"), outlets=five)
    assert {one["id"] for one in planted.clusters} == {"00-denied/delivery", "01-denied/delivery"}
    assert {one["outlet"] for one in planted.files} <= set(five)
    with pytest.raises(ValueError, match="'nothing'"):
        papers.write(tmp_path, seed=3, stories=("nothing",))
    with pytest.raises(ValueError, match="5 outlets"):
        papers.write(tmp_path, seed=3, stories=tuple(STORIES), outlets=five[:4])
