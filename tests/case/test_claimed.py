"""Claims in the case file and on its page: in their place, led back to characters, and never a way into the page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_case import made_case
from made_claims import Made, made

from darkwake import schema
from darkwake.case import chains, claimed, claims_page, claims_shown, html, totals_chart
from darkwake.case.index import Index, anchor
from darkwake.case.quantities import quantities
from darkwake.case.sections import citations
from darkwake.evidence import Citation, Subject

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\u202egnp.exe\x00\u200b"
HERON = Subject("ship", "999100001", "EXAMPLE HERON (MMSI 999100001)")


class Page(HTMLParser):
    """Tags with their attributes, and the words."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._raw = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  the parser's own signature
        self._raw = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._raw else data

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags for key, value in attrs.items() if key == name and value is not None]


def tables(of: Made) -> claimed.Claimed:
    return claimed.Claimed(of.articles, of.claims, of.clusters, of.origins, of.contradictions)


def page_of(of: Made) -> str:
    amounts = quantities(of.claims, of.clusters, of.articles)
    return claims_page.render(claimed.section(tables(of)), amounts, title="Claims", made_by="test", invented=True)


@pytest.fixture(scope="module")
def case() -> Made:
    return made()


def test_each_claim_stands_in_its_sentence_with_one_sentence_on_either_side(case: Made) -> None:
    section = claimed.section(tables(case))
    row = next(one for one in section["claims"] if one["id"] == case.ids["denied"])
    context = row["context"]
    assert context["sentence"] == "The port authority denied that any such cargo had arrived in February."
    assert context["before"].startswith("Two officials told")
    assert context["after"].startswith("In all 3,000 tons")
    text = dict(case.articles.select("id", "text").iter_rows())[row["article"]]
    assert text[row["start"] : row["end"]] == row["text"]
    parts = claims_shown._parts(row)
    assert "".join(part["says"] for part in parts) == context["sentence"]
    assert [part["says"] for part in parts if part["kind"] == "claim"] == [row["text"]]


def test_a_megabyte_without_a_full_stop_is_cut_and_what_is_cut_is_counted(case: Made) -> None:
    text = "x" * 500_000 + "the claim" + "y" * 500_000
    article = case.articles[:1].with_columns(
        pl.lit(text).alias("text"), pl.lit([]).cast(schema.ARTICLES["blocks"]).alias("blocks")
    )
    row = case.claims.filter(pl.col("article") == article["id"][0])[:1].with_columns(
        pl.lit(0).alias("sentence_start"), pl.lit(len(text)).alias("sentence_end"), pl.lit(500_000).alias("start"),
        pl.lit(500_009).alias("end"), pl.lit(None).alias("cue_start"),
    )  # fmt: skip
    [claim] = claimed.section(
        claimed.Claimed(article, row.cast(schema.CLAIMS), case.clusters, case.origins, case.contradictions)
    )["claims"]
    assert claim["context"]["cut"] == 1_000_000 - 2 * claimed.MOST_SENTENCE
    assert "the claim" in claim["context"]["sentence"]


def test_every_cluster_is_evidence_that_leads_to_characters(case: Made) -> None:
    found, left_out = claimed.evidence(tables(case), claimed.Named([("EXAMPLE HERON", HERON)]), "claims test")
    assert len(found) + left_out == case.clusters.height
    assert left_out == 1  # "A second delivery is planned": one paper's own sentence, no amount, no name
    [first] = [item for item in found if len(item.data()["claims"]) == 5]
    assert first.subjects == (HERON,)
    assert first.says.startswith("4 outlets told, from 2 origins at least, of 2026-02-11 to 2026-02-20: “EXAMPLE HERON")
    assert (first.strength, first.because.split(",")[0]) == ("weak", "its tellings contradict each other")
    assert claimed.SAME_NAME in first.innocent
    texts = dict(case.articles.select("source", "text").iter_rows())
    said = {texts[cite.source][cite.first_row - 1 : cite.last_row] for cite in first.sources}
    assert {"1,200 tons of sodium nitrate arrived on Feb. 16", "carried 1,000 tons of sodium nitrate"} < said
    assert {cite.unit for cite in first.sources} == {"character"}


def test_one_origin_is_weak_however_many_tell_it_and_no_claim_is_ever_strong(case: Made) -> None:
    plain = case._replace(contradictions=schema.empty(schema.CONTRADICTIONS))
    found, _ = claimed.evidence(tables(plain), claimed.Named([]), "claims test")
    by_origins = {item.data()["least"]: item.strength for item in found}
    assert by_origins == {1: "weak", 2: "fair"}
    assert all("lie" not in item.because for item in found)


@pytest.mark.parametrize(
    ("text", "met"),
    [("the Example Heron sailed", True), ("an example heronry", False), ("EXAMPLE  HERON’S", False), ("HERON", False)],
)
def test_a_ship_is_named_by_its_whole_name_only(text: str, met: bool) -> None:
    claim = {"text": text, "actors": [], "places": [], "things": []}
    assert claimed.Named([("EXAMPLE HERON", HERON)]).among(claim) == ([HERON] if met else [])


def test_a_small_word_is_a_ships_name_only_where_it_is_written_as_one() -> None:
    named = claimed.Named([("SWIFT", HERON), ("A1", HERON)])
    claim: dict[str, Any] = {"actors": [], "places": [], "things": []}
    assert named.among(claim | {"text": "a swift answer by A1"}) == []
    assert named.among(claim | {"text": "the Swift left"}) == [HERON]


def test_rows_are_cited_as_before_and_characters_as_such() -> None:
    rows, characters = Citation("a" * 64, 1, 2), Citation("a" * 64, 137, 321, "character")
    assert rows.as_dict() == {"source": "a" * 64, "first_row": 1, "last_row": 2}
    assert citations(Index(made_case(fixes=500)), [characters.as_dict()])[0]["rows"] == "characters 137 to 321"


def test_a_chain_is_drawn_from_the_papers_to_its_origins(case: Made) -> None:
    shown = claims_shown.Shown(claimed.section(tables(case)), {})
    card = claims_shown._card(shown, shown.carded[0], 1)
    assert card["badge"] == "2 origins, 4 outlets"
    picture = card["picture"]
    at = {node["title"]: node["x"] for node in picture["nodes"]}
    assert at["Echo Online"] < at["Harbour Gazette"] < at["Sample News Agency"] < at["two officials"]
    assert len([node for node in picture["nodes"] if node["title"] == "two officials"]) == 1
    assert all(node["x"] >= 0 and node["x"] + node["w"] <= picture["width"] for node in picture["nodes"])
    assert (
        "Courier & Post ← Sample News Agency ← two officials (unnamed, inherited from the article)" in picture["says"]
    )
    assert [line["stated"] for line in claims_shown._card(shown, shown.carded[1], 2)["picture"]["lines"]] == [False]


NAMES = st.sampled_from(["A", "B", "C", "D", "E"])
LINKS = st.tuples(NAMES, st.sampled_from(["outlet", "person", "unnamed"]), st.booleans())


@given(st.lists(st.lists(LINKS, min_size=1, max_size=5), min_size=1, max_size=8))
def test_any_chains_are_drawn_also_rings_and_no_node_lies_on_another(ways: list[list[tuple[str, str, bool]]]) -> None:
    claims = [
        {"id": str(place), "anchor": f"claim-{place}", "number": f"C{place}",
         "chain": [{"name": name, "kind": kind, "stated": stated} for name, kind, stated in way]}
        for place, way in enumerate(ways)
    ]  # fmt: skip
    picture = chains.picture(claims, None)
    assert chains.trees(claims, None)
    if picture:
        places = [(node["x"], node["y"]) for node in picture["nodes"]]
        assert len(set(places)) == len(places)
        assert all(y + 36 <= picture["height"] for _, y in places)


def test_open_ends_run_out_of_the_plot_with_an_arrow(case: Made) -> None:
    total = next(one for one in quantities(case.claims, case.clusters, case.articles)["totals"] if one["unit"] == "ton")
    drawn = totals_chart.chart(total)
    assert drawn is not None
    assert [mark["up"] for mark in drawn["marks"]] == [True, False]
    assert all(step["up"] for step in drawn["steps"])
    assert drawn["marks"][0]["y"] <= drawn["each"]["y"] < drawn["marks"][1]["y"]
    undated = {**total, "parts": [{**part, "first": None, "last": None} for part in total["parts"]]}
    assert totals_chart.chart(undated) is None


def test_the_page_is_whole_without_scripts_and_every_link_has_its_place(case: Made) -> None:
    page = Page(page_of(case))
    for words in (
        "2 origins, 4 outlets", "cannot both be true as stated", "One says it, one denies it",
        "Upper ends: .. + 1,200: open", "Held against each other", "characters 79 to 155",
        "No day of publication was found", "INVENTED ARTICLES", "told 4 times, counted once",
    ):  # fmt: skip
        assert words in page.words, words
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    assert {anchor("claim", claim) for claim in case.ids.values()} <= set(ids)
    assert not {name for _, attrs in page.tags for name in attrs if name == "style" or name.startswith("on")}
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    assert page_of(case) == page_of(made())


def test_what_articles_hold_is_shown_as_text_and_never_run(case: Made) -> None:
    section = claimed.section(tables(case))
    bad: dict[str, Any] = json.loads(json.dumps(section))

    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            fixed = ("id", "article", "cluster", "a", "b", "claims", "first", "last", "kind", "source", "text_sha256")
            return {
                key: one if key in fixed and isinstance(one, str | None) else spoil(one) for key, one in value.items()
            }
        if isinstance(value, list):
            return [one if isinstance(one, str) and one.startswith("claim-") else spoil(one) for one in value]
        return f"{HOSTILE}{value}" if isinstance(value, str) else value

    amounts = quantities(case.claims, case.clusters, case.articles)
    spoilt = {key: spoil(value) for key, value in bad.items()}
    drawn = claims_page.render(spoilt, spoil(amounts) | {"totals": amounts["totals"]}, title=HOSTILE, made_by=HOSTILE)
    page = Page(drawn)
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 2
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert "\u202e" not in drawn
    assert "\x00" not in drawn
    assert "{{7*7}}" in page.words


def test_a_case_without_articles_says_nothing_of_claims_and_one_with_them_joins(case: Made) -> None:
    plain = made_case(fixes=500)
    assert 'id="claims"' not in html.render(plain)
    amounts = quantities(case.claims, case.clusters, case.articles)
    full = html.render(plain | {"claims": claimed.section(tables(case)), "quantities": amounts})
    page = Page(full)
    assert {"claims", "quantities", anchor("claim", case.ids["heron"])} <= set(page.values("id"))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(page.values("id"))
    assert re.search(r'<a href="#claims">Claims</a>', full)


def test_cards_begin_with_what_the_case_asks_about_and_the_rest_is_folded_away(case: Made) -> None:
    section = claimed.section(tables(case))
    free = claims_shown.Shown(section, {})
    told = claims_shown.told(free)
    assert told is not None
    assert told["beside"] == []
    assert len(told["cards"]) > 1
    last = free.carded[-1]
    asked = claims_shown.Shown(section, {}, met={last})
    assert asked.carded[0] == last
    told = claims_shown.told(asked)
    assert told is not None
    assert [card["anchor"] for card in told["cards"]] == [anchor("cluster", last)]
    assert len(told["beside"]) == len(free.carded) - 1


def test_a_filter_offers_names_and_no_pieces_of_sentences() -> None:
    names = ["Carla Moss", "Port of Invented", "two officials", "other 15 shells fell near the police", "Bank of A"]
    assert [name for name in names if claims_shown._is_name(name, "actor")] == [names[0], names[1], names[4]]
    things = ["urea", "sodium chlorate", "15 shells", "shells that fell near the police"]
    assert [name for name in things if claims_shown._is_name(name, "thing")] == things[:2]
