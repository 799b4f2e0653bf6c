"""Amounts over time: the same told twice counts once, units never mix, what was shipped lies in what is said."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_claims import made

from darkwake import schema
from darkwake.case import amounts
from darkwake.case.amounts import Amount
from darkwake.case.quantities import quantities


class Planted(NamedTuple):
    """A shipment as it was: each of its tellings is true of it, however vague."""

    tons: int
    unit: str
    day: int
    tellings: list[tuple[str, int]]
    """comparator, slack"""


START = date(2025, 3, 1)
SHIPMENTS = st.lists(
    st.builds(
        Planted,
        st.integers(10, 5000),
        st.sampled_from(["ton", "tonne"]),
        st.integers(0, 200),
        st.lists(
            st.tuples(st.sampled_from(["exactly", "over", "at most", "between", "about"]), st.integers(1, 9)),
            min_size=1,
            max_size=4,
        ),
    ),
    min_size=1,
    max_size=6,
)


def said(one: Planted, comparator: str, slack: int) -> dict[str, Any]:
    low: float | None = one.tons
    high: float | None = one.tons
    if comparator == "over":
        low, high = one.tons - slack, None
    elif comparator == "at most":
        low, high = None, one.tons + slack
    elif comparator != "exactly":
        low, high = one.tons - slack, one.tons + slack
    return {"start": 0, "end": 9, "text": f"{comparator} {slack}", "low": low, "high": high,
            "low_in": comparator != "over", "high_in": True, "comparator": comparator, "unit": one.unit,
            "thing": "barley", "hedge": "", "role": "amount", "per": ""}  # fmt: skip


def claim(name: str, article: str, amounts: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": name, "article": article, "at": 0, "sentence_start": 0, "sentence_end": 50, "start": 0, "end": 50,
        "text": "it came", "chain": [], "mode": "indirect", "cue": "said", "modality": "asserted", "negated": False,
        "hedges": [], "dates": [], "quantities": amounts, "actors": [], "places": [], "things": [],
        "predicate": "ship", "predicate_class": "ship", "made_by": "hand",
    }  # fmt: skip
    return row | other


def tables(planted: list[Planted]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    claims, clusters = [], []
    for number, one in enumerate(planted):
        ids = []
        for place, (comparator, slack) in enumerate(one.tellings):
            ids.append(f"claim-{number}-{place}")
            first, last = START + timedelta(one.day - slack), START + timedelta(one.day + slack)
            days = [{"start": 0, "end": 1, "text": "then", "edtf": "", "anchor": "stated", "role": "event",
                     "first": first, "last": last}]  # fmt: skip
            claims.append(claim(ids[-1], f"art-{number}-{place}", [said(one, comparator, slack)], dates=days))
        clusters.append({"id": f"cluster-{number}", "label": f"shipment {number}", "claims": ids, "why": []})
    return (
        pl.DataFrame(claims, schema=schema.CLAIMS),
        pl.DataFrame(clusters, schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )


@given(SHIPMENTS)
def test_what_was_shipped_lies_in_the_total_of_its_unit_on_every_day(planted: list[Planted]) -> None:
    found = quantities(*tables(planted))
    assert len(found["shipments"]) == len(planted)
    for total in found["totals"]:
        own = [one for one in planted if one.unit == total["unit"]]
        truth = sum(one.tons for one in own)
        assert (total["amount"]["low"] or 0) <= truth
        assert total["amount"]["high"] is None or truth <= total["amount"]["high"]
        assert len(total["parts"]) == len(own)
        for step in total["series"]:
            by_then = sum(one.tons for one in own if START + timedelta(one.day) <= date.fromisoformat(step["day"]))
            assert step["low"] <= by_then
            assert step["high"] is None or by_then <= step["high"]
    assert {total["unit"] for total in found["totals"]} == {one.unit for one in planted}


@given(SHIPMENTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(planted: list[Planted], dice: random.Random) -> None:
    claims, clusters, articles = tables(planted)
    order = list(range(claims.height))
    dice.shuffle(order)
    mixed = clusters.with_columns(pl.col("claims").list.reverse()).reverse()
    assert quantities(claims[order], mixed, articles) == quantities(claims, clusters, articles)


@given(SHIPMENTS, st.integers(0, 5), st.sampled_from(["exactly", "over", "about"]))
def test_telling_a_shipment_once_more_never_makes_another(planted: list[Planted], which: int, how: str) -> None:
    one = planted[which % len(planted)]
    more = [*planted]
    more[which % len(planted)] = one._replace(tellings=[*one.tellings, (how, 3)])
    before, after = quantities(*tables(planted)), quantities(*tables(more))
    assert len(after["shipments"]) == len(before["shipments"])
    assert [len(total["parts"]) for total in after["totals"]] == [len(total["parts"]) for total in before["totals"]]


def test_units_are_added_across_only_where_the_user_says_what_one_is_of_the_other() -> None:
    planted = [Planted(100, "ton", 0, [("exactly", 1)]), Planted(200, "tonne", 5, [("exactly", 1)])]
    apart = quantities(*tables(planted))
    assert sorted((total["unit"], total["amount"]["low"]) for total in apart["totals"]) == [
        ("ton", 100),
        ("tonne", 200),
    ]
    joined = quantities(*tables(planted), equal={"ton": (0.9, "tonne")})
    assert [(total["unit"], total["amount"]["low"]) for total in joined["totals"]] == [("tonne", 290)]
    assert "in the unit that the user states, [90, 90] tonnes" in joined["totals"][0]["lines"][0]["says"]


def test_a_stated_total_is_held_against_the_sum_and_never_added() -> None:
    case = made()
    found = quantities(case.claims, case.clusters, case.articles)
    tons = next(total for total in found["totals"] if total["unit"] == "ton")
    assert (tons["amount"]["low"], tons["amount"]["high"]) == (2950, None)
    [stated] = found["stated_totals"]
    assert stated["because"] == ["it says “in all”"]
    assert stated["last"] == "2026-02-23"  # the day of the paper: what came later cannot be meant
    assert stated["says"].endswith("both can be true at once.")


def test_the_arithmetic_names_its_claims_and_adds_end_by_end() -> None:
    case = made()
    found = quantities(case.claims, case.clusters, case.articles)
    tons = next(total for total in found["totals"] if total["unit"] == "ton")
    says = [line["says"] for line in tons["lines"]]
    assert "told 4 times, counted once, as 950 to 1,200 tons, [950, 1,200]" in says[1]
    assert says[2] == "Lower ends: 2,000 + 950 = 2,950 tons."
    assert says[3] == "Upper ends: .. + 1,200: open, because number 1 has no upper end."
    assert set(tons["lines"][1]["claims"]) == {case.ids[key] for key in ("heron", "brought", "arrived", "echo")}


def test_ratios_stay_with_their_speakers_and_are_held_against_each_other() -> None:
    case = made()
    found = quantities(case.claims, case.clusters, case.articles)["equivalences"]
    assert {one["speaker"]: one["for_one"]["low"] for one in found["stated"]} == {"Ada Quill": 0.26, "Carla Moss": 0.3}
    [pair] = found["pairs"]
    assert not pair["meet"]
    assert pair["apart"] == pytest.approx(0.3 / 0.26 - 1)
    assert "15.4 % apart" in pair["says"]
    assert "verdict" not in pair


def test_rates_of_the_same_kind_are_held_against_each_other() -> None:
    def monthly(low: float) -> dict[str, Any]:
        return said(Planted(1, "ton", 0, []), "exactly", 1) | {"low": low, "high": low, "role": "rate", "per": "month"}

    rows = [claim("a", "x", [monthly(200)]), claim("b", "y", [monthly(250) | {"low": None}])]
    groups = [
        {"id": "1", "label": "", "claims": ["a"], "why": []},
        {"id": "2", "label": "", "claims": ["b"], "why": []},
    ]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame(groups, schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    assert [one["per"] for one in found["rates"]["stated"]] == ["month", "month"]
    assert found["rates"]["pairs"][0]["meet"]
    assert not found["shipments"]


def test_every_amount_comes_out_exactly_once_and_what_is_not_counted_says_why() -> None:
    case = made()
    found = quantities(case.claims, case.clusters, case.articles)
    told = sum(len(row["quantities"]) for row in case.claims.iter_rows(named=True))
    counted = sum(len(lot["tellings"]) for one in found["shipments"] for lot in one["amounts"])
    stated = sum(len(one["claims"]) for one in found["stated_totals"])
    assert counted + stated + len(found["equivalences"]["stated"]) + len(found["left_out"]) == told
    assert {one["because"] for one in found["left_out"]} == {
        "its sentence tells of no shipment and no seizure", "it is told as possible, not as having happened"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"modality": "planned"}, "it is told as planned, not as having happened"),
        ({"modality": "denied"}, "it is told as not so"),
        ({"negated": True}, "it is told as not so"),
        ({"predicate_class": "cost"}, "its sentence tells of no shipment and no seizure"),
    ],
)
def test_what_did_not_happen_as_told_is_listed_and_not_added(change: dict[str, Any], because: str) -> None:
    rows = [claim("a", "x", [said(Planted(9, "ton", 0, []), "exactly", 1)], **change)]
    groups = [{"id": "1", "label": "", "claims": ["a"], "why": []}]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame(groups, schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    assert not found["totals"]
    assert [one["because"] for one in found["left_out"]] == [because]


def test_a_day_that_only_one_telling_names_beside_the_shared_one_is_not_the_shipments() -> None:
    def day(first: date, last: date) -> dict[str, Any]:
        return {"start": 0, "end": 1, "text": "", "edtf": "", "anchor": "stated", "role": "event",
                "first": first, "last": last}  # fmt: skip

    amount = said(Planted(9, "ton", 0, []), "exactly", 1)
    built, left = day(date(2005, 1, 1), date(2005, 12, 31)), day(date(2023, 1, 24), date(2023, 1, 24))
    month = day(date(2023, 1, 1), date(2023, 1, 31))
    rows = [claim("a", "x", [amount], dates=[built, left]), claim("b", "y", [amount], dates=[month])]
    groups = [{"id": "1", "label": "", "claims": ["a", "b"], "why": []}]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame(groups, schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    [days] = [one["days"] for one in found["shipments"]]
    assert (days["first"], days["last"], days["agreed"]) == ("2023-01-01", "2023-01-31", ["2023-01-24", "2023-01-24"])


def test_words_that_stand_in_two_claims_are_counted_in_the_shorter_one() -> None:
    amount = said(Planted(9, "ton", 0, []), "exactly", 1)
    rows = [claim("long", "x", [amount]), claim("short", "x", [amount], end=20)]
    groups = [{"id": name, "label": "", "claims": [name], "why": []} for name in ("long", "short")]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame(groups, schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    assert [one["cluster"] for one in found["shipments"]] == ["short"]
    assert found["left_out"][0]["because"] == "the same words are part of a shorter claim, and are counted there"


@pytest.mark.parametrize(
    ("amount", "sentence", "because"),
    [
        (("$40 billion", "$", ""), "The office moved on the $40 billion tanker contract", "it is a sum of money"),
        (("5 million euros", "", "euros"), "They received 5 million euros", "it is a sum of money"),
        (("100 tanker aircraft", "", "tanker aircraft"), "The deal to lease 100 tanker aircraft was received",
         "it counts what carries goods"),
        (("3 vessels", "", "vessels"), "The urea was shipped by 3 vessels", "it counts what carries goods"),
        (("149 confirmed orders", "", "confirmed orders"), "To date 149 confirmed orders were received",
         "it measures no goods"),
        (("6 helicopters", "", "helicopters"), "They said 6 helicopters were shipped to Invented Port", ""),
        (("70 tons", "ton", "urea"), "They moved 70 tons of urea", ""),
    ],
)  # fmt: skip
def test_money_and_what_carries_are_no_cargo(amount: tuple[str, str, str], sentence: str, because: str) -> None:
    text, unit, thing = amount
    one = said(Planted(9, unit, 0, []), "exactly", 1) | {"text": text, "unit": unit, "thing": thing}
    rows = [claim("a", "x", [one], predicate_class="arrive", text=sentence)]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame([{"id": "1", "label": "", "claims": ["a"], "why": []}], schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    assert [one["because"] for one in found["left_out"]] == ([because] if because else [])
    assert len(found["totals"]) == (0 if because else 1)


@pytest.mark.parametrize(
    ("unit", "thing", "counted"), [("ton", "urea", True), ("ton", "", False), ("", "boxes", False)]
)
def test_goods_that_were_found_by_weight_are_told_with_the_seizures(unit: str, thing: str, counted: bool) -> None:
    one = said(Planted(9, unit, 0, []), "exactly", 1) | {"unit": unit, "thing": thing}
    rows = [claim("a", "x", [one], predicate_class="find")]
    found = quantities(
        pl.DataFrame(rows, schema=schema.CLAIMS),
        pl.DataFrame([{"id": "1", "label": "", "claims": ["a"], "why": []}], schema=schema.CLUSTERS),
        schema.empty(schema.ARTICLES),
    )
    assert [one["family"] for one in found["totals"]] == (["seized"] if counted else [])


ENDS = st.one_of(st.none(), st.integers(0, 50).map(float))


@given(st.tuples(ENDS, ENDS), st.tuples(ENDS, ENDS), st.integers(1, 50), st.integers(1, 50))
def test_interval_arithmetic_holds_every_pair_of_numbers(
    one: tuple[float | None, float | None], other: tuple[float | None, float | None], x: int, y: int
) -> None:
    a, b = Amount(*one), Amount(*other)

    def within(value: float, amount: Amount) -> bool:
        return (amount.low is None or amount.low <= value + 1e-9) and (
            amount.high is None or value <= amount.high + 1e-9
        )

    if a.sane and b.sane and within(x, a) and within(y, b):
        assert within(x + y, amounts.total([a, b]))
        assert within(x / y, a.over(b))
        assert within(x, amounts.hull([a, b]))
        assert x != y or a.meets(b)
        both = amounts.agreed([a, b])
        assert x != y or (both is not None and within(x, both))
