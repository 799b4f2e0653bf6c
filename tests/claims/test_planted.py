"""What was planted in invented papers is found again: origins, shipments apart, hard contradictions."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy", reason="needs darkwake[claims]")
pytest.importorskip("trafilatura", reason="needs darkwake[claims]")

from bench.claims import read_back
from bench.planted_claims import Tally, matched, of_claims, of_clusters

from darkwake.claims.parse import Parse
from darkwake.synth import papers

SEEDS = (0, 1, 2)


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> list[Tally]:
    backend = Parse()
    found = []
    for seed in SEEDS:
        planted = papers.write(tmp_path_factory.mktemp(f"planted{seed}"), seed=seed)
        read = read_back(planted, backend)
        rows, grades, lost = matched(planted, read)
        assert not lost
        tally, _ = of_clusters(planted, rows, read)
        tally.merge(of_claims(planted, rows, grades))
        found.append(tally)
    return found


def test_every_happening_has_as_many_origins_as_were_planted(tallies: list[Tally]) -> None:
    for tally in tallies:
        assert tally.right["origins right"] == tally.of["origins right"], _wrong(tally, "origins right")


def test_no_two_distinct_shipments_are_taken_for_one(tallies: list[Tally]) -> None:
    for tally in tallies:
        assert tally.right["shipments merged"] == 0, _wrong(tally, "shipments merged")


def test_every_hard_contradiction_is_found(tallies: list[Tally]) -> None:
    for tally in tallies:
        assert tally.right["hard contradictions"] == tally.of["hard contradictions"] > 0, _wrong(tally, "hard")


def test_sources_are_right_for_nearly_all(tallies: list[Tally]) -> None:
    right, of = (sum(one.right["source"] for one in tallies), sum(one.of["source"] for one in tallies))
    assert right >= 0.85 * of, "\n".join(_wrong(tally, "source:") for tally in tallies)


def _wrong(tally: Tally, what: str) -> str:
    return "\n".join(one for one in tally.wrong if one.startswith(what))
