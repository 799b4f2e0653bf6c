from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_claims import World, tables, worlds

from darkwake import schema
from darkwake.claims.clusters import clusters, gather
from darkwake.claims.facts import facts
from darkwake.claims.reuse import reuses
from darkwake.claims.sameness import Weights, veto

WORLDS = [pytest.param(world, id=world.name) for world in worlds()]


@pytest.mark.parametrize("world", WORLDS)
def test_a_written_world_has_its_clusters(world: World) -> None:
    found = clusters(world.claims, world.articles)
    assert schema.problems(found, schema.CLUSTERS) == []
    assert {frozenset(one) for one in found["claims"]} == world.clusters


@pytest.mark.parametrize("world", WORLDS)
def test_every_joining_has_its_reason(world: World) -> None:
    for row in clusters(world.claims, world.articles).iter_rows(named=True):
        assert len(row["why"]) == len(row["claims"]) - 1
        assert all({one["a"], one["b"]} <= set(row["claims"]) and one["because"] for one in row["why"])


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "outlet": st.sampled_from(["The Ledger", "Harbour Post", "Daily Tern", "Channel Nine", ""]),
            "published": st.sampled_from(["2026-03-01", "2026-03-05", "2026-06", ""]),
            "chain": st.sampled_from(
                ["", "", "person:Ada Quill", "person:Quill", "unnamed:officials", "outlet:Channel Nine",
                 "outlet:Channel Nine > unnamed:officials", "organisation:the ministry", "document:a bill of lading"]
            ),
            "does": st.sampled_from(["ship", "seize", "hand over", "unload", "not ship", "plans ship", "loading"]),
            "who": st.sampled_from(["Orrin Lines", "Tarnish Navy", "", "crew"]),
            "thing": st.sampled_from(["quillic salt", "salt", "containers"]),
            "place": st.sampled_from(["Velmora", "Port Anselm", "Velmora; Port Anselm", ""]),
            "when": st.sampled_from(["2026-02", "2026-02-10", "2026-02-13", "2026-05", "XXXX", ""]),
            "amount": st.sampled_from(["58 containers", "52 containers", "900 tons of quillic salt",
                                       "over 2,000 tons of quillic salt", "about 2,000 tons", ""]),
            "says": st.sampled_from(["the tanker Grey Petrel was there", "another load of quillic salt came in",
                                     "all of the cargo was taken from the ship at the quay that night by the crew"]),
        }
    ),
    max_size=14,
)  # fmt: skip


def world_of(rows: list[dict[str, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return tables([{**row, "id": f"c{at:02d}"} for at, row in enumerate(rows)])


@settings(max_examples=120)
@given(ROWS, st.randoms(use_true_random=False))
def test_each_claim_is_in_one_cluster_in_any_order_and_no_veto_is_inside(
    rows: list[dict[str, str]], shuffled: random.Random
) -> None:
    claims, articles = world_of(rows)
    found = clusters(claims, articles)
    assert sorted(one for row in found["claims"] for one in row) == sorted(claims["id"])
    order = list(range(claims.height))
    shuffled.shuffle(order)
    assert clusters(claims[order], articles[::-1]).equals(found)
    known = {one.id: one for one in facts(claims, articles)}
    for row in found["claims"]:
        assert not [(a, b) for a, b in combinations(row, 2) if veto(known[a], known[b]) or veto(known[b], known[a])]


def test_the_order_of_two_claims_does_not_matter_to_a_veto() -> None:
    for world in worlds():
        every = facts(world.claims, world.articles)
        assert all(bool(veto(a, b)) == bool(veto(b, a)) for a, b in combinations(every, 2))


def test_months_of_shipments_stay_apart_at_scale_and_each_keeps_its_retellings() -> None:
    rows = []
    for voyage in range(40):
        day = date(2024, 1, 5) + timedelta(days=23 * voyage)
        for at, outlet in enumerate(("The Ledger", "Harbour Post", "Daily Tern")):
            rows.append(
                {
                    "id": f"v{voyage:02d}-{at}", "outlet": outlet, "published": str(day + timedelta(days=at + 1)),
                    "chain": "person:Ada Quill", "does": "ship", "who": "Orrin Lines", "thing": "quillic salt",
                    "place": "Velmora; Port Anselm", "when": str(day), "amount": f"{300 + 10 * voyage} tons of salt",
                    "says": f"shipment {voyage} told {at}",
                }
            )  # fmt: skip
    found = clusters(*tables(rows))
    assert {frozenset(one) for one in found["claims"]} == {
        frozenset(f"v{voyage:02d}-{at}" for at in range(3)) for voyage in range(40)
    }


def test_nothing_gives_nothing() -> None:
    claims, articles = schema.empty(schema.CLAIMS), schema.empty(schema.ARTICLES)
    assert clusters(claims, articles).equals(schema.empty(schema.CLUSTERS))
    assert gather([], Weights()) == []


STORY = (
    "The tanker put out before dawn, with no pilot and no lights, and the harbour master learned of it from the baker. "
    "Nine days later it lay off the cape again, its hold empty, and nobody on the quay would say where it had been."
)


def article(name: str, text: str, published: str) -> dict[str, str]:
    return {"id": name, "outlet": name, "article": name, "published": published, "does": "say", "says": text}


def test_text_that_two_articles_share_tells_which_copied() -> None:
    rows = [article("late", STORY, "2026-02-03"), article("early", STORY + " So it goes.", "2026-02-01"),
            article("undated", STORY, ""), article("other", "Quite another story of other people.", "")]  # fmt: skip
    found = {(one.a, one.b): one for one in reuses(tables(rows)[1])}
    assert set(found) == {("early", "late"), ("early", "undated"), ("late", "undated")}
    assert found["early", "late"].directed
    assert not found["early", "undated"].directed
    assert min(one.share for one in found.values()) > 0.9


def test_a_shared_quotation_is_no_shared_text() -> None:
    rows = [article("one", f"Ada Quill told us: “{STORY}”", ""), article("two", f"“{STORY}” Quill said then.", "")]
    assert reuses(tables(rows)[1]) == []
