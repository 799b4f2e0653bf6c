from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from made_happenings import World, tables, worlds
from test_clusters import ROWS, world_of

from darkwake import schema
from darkwake.claims.clusters import clusters
from darkwake.claims.origins import origins

WORLDS = [pytest.param(world, id=world.name) for world in worlds()]


def one_cluster(claims: pl.DataFrame) -> pl.DataFrame:
    """All claims in one cluster, whatever they tell."""
    ids = sorted(claims["id"])
    return pl.DataFrame([{"id": "all", "label": "", "claims": ids, "why": []}], schema=schema.CLUSTERS, orient="row")


@pytest.mark.parametrize("world", WORLDS)
def test_a_written_world_has_its_origins(world: World) -> None:
    together = clusters(world.claims, world.articles)
    found = origins(together, world.claims, world.articles)
    assert schema.problems(found, schema.ORIGINS) == []
    names = {row["id"]: " ".join(row["claims"]) for row in together.iter_rows(named=True)}
    counted = {
        names[row["cluster"]]: f"{row['least']}" if row["least"] == row["most"] else f"{row['least']}-{row['most']}"
        for row in found.iter_rows(named=True)
    }
    assert counted == world.origins


@settings(max_examples=120)
@given(ROWS)
def test_each_claim_has_one_origin_and_an_untraced_one_never_raises_the_least(rows: list[dict[str, str]]) -> None:
    claims, articles = world_of(rows)
    if not rows:
        return
    found = origins(one_cluster(claims), claims, articles).row(0, named=True)
    assert sorted(one for origin in found["origins"] for one in origin["claims"]) == sorted(claims["id"])
    assert 1 <= found["least"] <= found["most"]
    assert len(found["origins"]) <= found["most"]
    more, more_articles = world_of([*rows, {**rows[0], "outlet": "Upper Merrin Star", "chain": ""}])
    raised = origins(one_cluster(more), more, more_articles).row(0, named=True)
    assert raised["least"] <= found["least"]
    turned = origins(one_cluster(claims[::-1]), claims[::-1], articles[::-1]).row(0, named=True)
    assert turned == found


ROW = {
    "says": "a ship was seized",
    "published": "2026-02-15",
    "does": "seize",
    "who": "Tarnish Navy",
    "when": "2026-02-12",
}


def counted(*chains: tuple[str, str]) -> dict[str, object]:
    rows = [{**ROW, "id": f"c{at}", "outlet": outlet, "chain": chain} for at, (outlet, chain) in enumerate(chains)]
    claims, articles = tables(rows)
    return origins(one_cluster(claims), claims, articles).row(0, named=True)


def test_four_outlets_and_one_broadcaster_read_as_one_origin() -> None:
    chain = "outlet:Channel Nine > unnamed:officials"
    found = counted(("The Ledger", chain), ("Harbour Post", chain), ("Daily Tern", chain), ("Channel Nine", ""))
    assert found["says"] == "1 origin, 4 outlets: all lead to Channel Nine."


def test_an_untraced_paper_is_named_as_such() -> None:
    found = counted(("The Ledger", "person:Ada Quill"), ("Harbour Post", ""))
    assert found["says"] == "1 to 2 origins, 2 outlets: Ada Quill; Harbour Post, untraced."


def test_initials_name_the_same_office() -> None:
    found = counted(("The Ledger", "organisation:Tarnish Port Guard"), ("Harbour Post", "organisation:TPG"))
    assert (found["least"], found["most"]) == (1, 1)


def test_two_people_of_one_surname_make_it_nobodys() -> None:
    found = counted(("The Ledger", "person:Ada Quill"), ("Harbour Post", "person:Oskar Quill"), ("A", "person:Quill"))
    assert found["most"] == 3


def test_a_ministry_that_publishes_its_own_words_is_traced_to_itself() -> None:
    claims, articles = tables([{**ROW, "id": "a", "outlet": "Tarnish Ministry", "chain": ""}])
    chain = [{"name": "Tarnish Ministry", "kind": "organisation", "start": None, "end": None, "stated": False}]
    claims = claims.with_columns(chain=pl.Series([chain], dtype=schema.CLAIMS["chain"]))
    found = origins(one_cluster(claims), claims, articles).row(0, named=True)
    assert found["origins"][0]["traced"]
