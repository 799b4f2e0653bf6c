from __future__ import annotations

import pytest
from hypothesis import given, settings
from made_happenings import World, worlds
from test_clusters import ROWS, world_of

from darkwake import schema
from darkwake.claims.clusters import clusters
from darkwake.claims.contradictions import contradictions, extent

WORLDS = [pytest.param(world, id=world.name) for world in worlds()]


@pytest.mark.parametrize("world", WORLDS)
def test_a_written_world_has_its_contradictions(world: World) -> None:
    found = contradictions(clusters(world.claims, world.articles), world.claims, world.articles)
    assert schema.problems(found, schema.CONTRADICTIONS) == []
    rows = found.iter_rows(named=True)
    told = {(row["kind"], "hard" if row["hard"] else "soft", " ".join(sorted((row["a"], row["b"])))) for row in rows}
    assert told == world.contradictions


@settings(max_examples=80)
@given(ROWS)
def test_they_stand_inside_a_cluster_and_quote_both(rows: list[dict[str, str]]) -> None:
    claims, articles = world_of(rows)
    together = clusters(claims, articles)
    inside = {row["id"]: set(row["claims"]) for row in together.iter_rows(named=True)}
    said = dict(claims.select("id", "text").iter_rows())
    found = contradictions(together, claims, articles)
    for row in found.iter_rows(named=True):
        assert {row["a"], row["b"]} <= inside[row["cluster"]]
        assert said[row["a"]] in row["says"]
        assert said[row["b"]] in row["says"]
    assert found["id"].is_unique().all()
    assert contradictions(together[::-1], claims[::-1], articles[::-1]).equals(found)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("the whole cargo was unloaded", "all"),
        ("only half of the cargo was unloaded", "only part"),
        ("barely half of it came ashore", "only part"),
        ("part of the cargo was unloaded", "part"),
        ("none of the containers was opened", "none"),
        ("after all, the ship sailed half-empty", ""),
        ("the cargo was unloaded", ""),
    ],
)
def test_extent_is_read_from_the_words(words: str, what: str) -> None:
    assert extent(words) == what
