from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_happenings import World, tables, worlds

from darkwake import schema
from darkwake.claims.clusters import clusters, gather
from darkwake.claims.facts import facts
from darkwake.claims.ledger import Pair
from darkwake.claims.origins import origins
from darkwake.claims.reuse import reuses
from darkwake.claims.rows import Row
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


def pair(a: str, b: str, word: Literal["same", "apart"], because: str = "") -> Pair:
    row = Row(kind="pair", of="pair", slot=f"{a} {b}", body={}, author="A. Reader", is_person=True, because=because)
    return Pair(a, b, word, row)


VOYAGES = [
    {"id": f"{ship[0].lower()}{at}", "outlet": outlet, "published": "2026-02-15", "chain": chain, "does": "depart",
     "thing": "quillic salt", "place": "Velmora", "when": "2026-02-12", "amount": "800 tons of quillic salt",
     "says": f"the tanker {ship} left Velmora on 12 February with 800 tons of quillic salt, word {at}"}
    for ship in ("Grey Petrel", "Amber Heron")
    for at, (outlet, chain) in enumerate((("The Ledger", "person:Ada Quill"), ("Daily Tern", "person:Bram Ode")))
]  # fmt: skip


def laid(*pairs: Pair) -> set[frozenset[str]]:
    return {frozenset(one) for one in clusters(*tables(VOYAGES), pairs=pairs)["claims"]}


def test_what_a_person_says_of_two_claims_is_law() -> None:
    assert laid() == {frozenset({"g0", "g1"}), frozenset({"a0", "a1"})}
    assert laid(pair("g0", "g1", "apart")) == {frozenset({"g0"}), frozenset({"g1"}), frozenset({"a0", "a1"})}
    assert laid(pair("g0", "a0", "same")) >= {frozenset({"g0", "a0"})}
    ring = laid(pair("g0", "g1", "apart"), pair("g0", "a0", "same"), pair("a0", "g1", "same"))
    assert not [one for one in ring if {"g0", "g1"} <= one]
    assert ring & {frozenset({"g0", "a0"}), frozenset({"g1", "a0"})}


def test_two_that_a_person_calls_the_same_are_together_against_a_veto_and_say_who_said_so() -> None:
    claims, articles = tables(VOYAGES)
    found = clusters(claims, articles, pairs=[pair("g0", "a0", "same", "the ship was renamed")])
    together = found.filter(pl.col("claims").list.contains("g0")).row(0, named=True)
    assert {"g0", "a0"} <= set(together["claims"])
    assert "A. Reader said so: the ship was renamed" in [one["because"] for one in together["why"]]
    counted = origins(found, claims, articles).filter(pl.col("cluster") == together["id"])["most"].item()
    assert counted == len({one["chain"] for one in VOYAGES if one["id"] in together["claims"]})


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
