"""What a real case showed to be misleading: ships that sailed out of the data, inferred ends, ties, lists, counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from made_case import made_case
from made_tables import ASKED, GOODS, _event, claimed, moved_site, sailed, tables, told
from test_answer import told as answered
from test_join import journey, silence

from darkwake import schema
from darkwake.case import file, findings, gaps, goods_findings, join, sections, site_findings, strips
from darkwake.case.edges import LEAST_SHIPS, edges
from darkwake.case.findings import Labels
from darkwake.case.html import render
from darkwake.case.hypotheses import compete
from darkwake.case.index import Index
from darkwake.case.weighing import _both_heard
from darkwake.evidence import Evidence, Source


def built(**parts: Any) -> dict[str, Any]:
    return file.build(ASKED, [Source("a1" * 32, "made.csv", "dma-csv", 1, invented=True)], tables(**parts), told())


def unended(item: Evidence) -> Evidence:
    return replace(item, end=None)


# --- silences that no later position ends ---


def test_ships_that_were_not_heard_again_are_counted_apart_from_silences() -> None:
    rows = [silence(1, 1, 9), unended(silence(1, 60, 9, "cannot tell")), unended(silence(1, 80, 9, "poor reception"))]
    said = answered(rows)["sentences"][1]
    assert said == (
        "On the ships told of here, 1 silence was found, of which 1 looked switched off; "
        "2 ships were not heard again before the data end."
    )
    only = answered(rows[1:2])["sentences"][1]
    assert only.endswith("no silence ended within the data; 1 ship was not heard again before the data end.")


def test_a_thread_tells_an_unended_silence_as_not_heard_again() -> None:
    pieces = [silence(1, 10, 9), unended(silence(1, 60, 9, "cannot tell"))]
    threads, _ = join.threads([journey(1)], join.Pool.of(pieces))
    assert "was silent once, 9.0 hours in all" in threads[0].summary
    assert "was not heard again after 2025-09-03 12:00 UTC." in threads[0].summary


def opened(case: dict[str, Any], keep: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The case with all its gaps but the first `keep` unended."""
    rows = [row for row in case["events"] if row["kind"] == "gap"]
    for row in rows[keep:]:
        row["end"] = row["end_lat"] = row["end_lon"] = None
    case["counts"] |= {"gaps": len(rows), "gaps_open": len(rows) - keep}
    return case, rows


def test_the_tiles_the_band_and_the_table_tell_silences_that_ended_from_ships_not_heard_again() -> None:
    case, rows = opened(made_case(fixes=2000), 3)
    index = Index(case)
    tiles = {row["label"]: row["n"] for row in sections.numbers(index)}
    assert tiles["ships not heard again before the data end"] == len(rows) - 3
    assert next(n for label, n in tiles.items() if label.startswith("silences over")) == 3
    assert strips.timeline(index)["most"] <= 3
    assert "not heard again" in strips.gap_says(index, rows[-1])
    assert strips.gap_label(index, rows[-1]) == "not heard again"
    assert strips.gap_label(index, rows[0]) == strips.gap_hours(index, rows[0])
    shown = gaps.gaps(index)
    open_ = [row["open"] for row in shown["rest"]]
    assert open_ == sorted(open_)
    assert shown["rest_open"] == sum(open_)
    assert f"{shown['open']} that were not heard again are left out" in render(case)
    assert render(case).count('class="gap unended"') == len(rows) - 3 + 1


LABELS = Labels(schema.empty(schema.SHIPS), schema.empty(schema.IDENTITIES))


def gap(lat: float, lon: float, *, ended: bool) -> dict[str, Any]:
    row = _event("gap", "x", 200, 240, lat, lon, hours=40.0)
    return row if ended else row | {"end": None, "end_lat": None, "end_lon": None}


@pytest.mark.parametrize(("lat", "ended", "said"), [(57.995, False, True), (57.995, True, False), (57.5, False, False)])
def test_a_ship_last_heard_at_the_edge_of_the_sources_may_have_sailed_out(lat: float, ended: bool, said: bool) -> None:
    tracks = [
        {"ship": ship, "start": 0, "t": [0, 60], "lat": [570_000, 10_000], "lon": [110_000, 10_000]}
        for ship in range(LEAST_SHIPS)
    ]
    around = edges(tracks, schema.empty(schema.EVENTS))
    found = findings.of_gap(gap(lat, 11.5, ended=ended), None, LABELS, told().innocent, "test", around)
    assert ("from the edge of what the sources cover at all" in found.says) is said
    assert ("It left the area that the data cover" in found.innocent[0]) is not ended


def test_one_ship_that_strayed_makes_no_edge() -> None:
    box = {"start": 0, "t": [0, 60], "lat": [570_000, 10_000], "lon": [110_000, 10_000]}
    tracks = [box | {"ship": ship} for ship in range(LEAST_SHIPS)]
    tracks.append(box | {"ship": 99, "lat": [570_000, 300_000]})
    around = edges(tracks, schema.empty(schema.EVENTS))
    assert around.north is None
    assert around.south == pytest.approx(57.0)
    assert edges((), schema.empty(schema.EVENTS)).metres(57.0, 11.0) is None


# --- lists and goods ---


def test_where_few_ships_showed_a_name_the_answer_says_how_little_was_compared() -> None:
    said = answered([], named=0)["sentences"][2]
    assert "none of 40 ships showed a name, an IMO number or a call sign, so hardly anything could be compared" in said
    assert said.endswith("that is not the same as clear.")
    assert "hardly" not in answered([], named=39)["sentences"][2]
    searched = replace(told(), searched="LIST of 2026-01-01, 4 entries")
    case = file.build(ASKED, [Source("a1" * 32, "made.csv", "dma-csv", 1, invented=True)], tables(**sailed()), searched)
    assert case["counts"]["ships_named"] == 1
    assert any(line.startswith("1 of 1 ship showed a name") for line in case["method"]["limits"])


def test_the_answer_names_the_list_and_tells_brought_ones_from_the_packages_own() -> None:
    own = {"name": "USML", "version": "2026-02", "date": "2026-02-01", "whole": False}
    brought = {"name": "EU Annex I", "version": "2025-11-15", "date": "2025-11-15", "whole": True}
    met = {"verdict": "listed", "list": "USML", "list_date": "2026-02-01"}
    row = {"asked": {"on": "2025-11-03"}, "verdict": "listed", "lists": [brought, own], "findings": [met]}
    assert goods_findings.stood_on(row) == (
        "stood on entries that the package itself knows (USML of 2026-02, later than 2025-11-03), "
        "and on no list that was brought"
    )
    row["findings"] = [{"verdict": "listed", "list": "EU Annex I", "list_date": "2025-11-15"}]
    assert goods_findings.stood_on(row) == "stood on EU Annex I of 2025-11-15, later than 2025-11-03"
    assert goods_findings.stood_on(row | {"verdict": "HS lead"}) == ""


# --- what was inferred ---


def inferred_case(**ends: bool) -> dict[str, Any]:
    parts = sailed()
    parts["corridor"] = parts["corridor"].with_columns(
        *(pl.lit(value).alias(f"{end}_inferred") for end, value in ends.items()), inferred=pl.lit(["call"])
    )
    return built(**parts)


@pytest.mark.parametrize(
    ("ends", "said", "where"),
    [
        ({"from": True}, "may have come from Zhuhai (CN), a call that nobody heard, and went to Bandar", "at one end"),
        ({"to": True}, "left Zhuhai (CN) and may have gone on to Bandar Abbas (IR), a call that nobody", "at one end"),
        ({"from": True, "to": True}, "may have come from Zhuhai (CN) and gone on to Bandar Abbas", "at both ends"),
    ],
)
def test_an_inferred_end_is_a_may_and_counted_apart(ends: dict[str, bool], said: str, where: str) -> None:
    case = inferred_case(**ends)
    thread = case["threads"][0]
    assert said in thread["summary"]
    assert "perhaps " in thread["title"]
    assert "went from" not in thread["summary"]
    assert f"with a call that nobody heard {where}" in case["answer"]["sentences"][0]
    assert not any("heard at both ends" in row["says"] for row in thread["hypotheses"])
    tiles = {row["label"]: row["n"] for row in sections.numbers(Index(case))}
    assert tiles["voyages on the corridor"] == 0
    assert tiles["corridor voyages that may have been made, a call unheard"] == 1


def test_a_voyage_heard_at_both_ends_still_says_so() -> None:
    case = built(**sailed("poor reception"))
    assert any("the one that was heard at both ends" in row["says"] for row in case["threads"][0]["hypotheses"])
    assert "went from Zhuhai (CN) to Bandar Abbas (IR)" in case["threads"][0]["summary"]
    assert _both_heard(journey(1))


# --- ties, and the reason against ---


def test_rivals_with_nothing_against_any_are_not_ranked() -> None:
    rows = compete("x", ("badly heard", "other reason"), (), {"ports": "a", "when": "b", "statuses": "c"}).rows
    assert all("nothing found tells them apart" in row.order for row in rows)
    case = built(**sailed("cannot tell"))
    rivals = case["hypotheses"]
    assert not any(row["against"] for row in rivals["rows"])
    assert "Nothing found tells the explanations apart." in rivals["says"]
    assert "Least is spoken against" not in rivals["says"]
    assert "nothing found tells one from the others" in " ".join(case["answer"]["sentences"])


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["poor reception"] * 3, "all of these are explained by where and how ships are heard"),
        (["cannot tell"] * 11, "11 of 11 silences cannot be told"),
        (["poor reception", "cannot tell"], "1 of 2 silences are explained"),
    ],
)
def test_the_reason_against_is_true_of_the_verdicts(verdicts: list[str], said: str) -> None:
    pieces = [silence(1, 10 * place, 8, verdict) for place, verdict in enumerate(verdicts)]
    assert said in answered(pieces)["against"]


def test_the_bar_and_the_reason_show_the_side_that_decided() -> None:
    sides = {"start": {"passages": 37, "long": 2}, "end": {"passages": 36, "long": 16}, "way": None}
    row = {"verdict": "poor reception", "passages": 37, "unheard_as_long": 2, "details": {"b": sides}}
    shown = gaps._share(row)
    assert shown is not None
    assert (shown["as_long"], shown["passages"], shown["where"]) == (16, 36, " where it was heard again")
    other = gaps._share(row | {"verdict": "likely switched off"})
    assert other is not None
    assert (other["as_long"], other["passages"], other["where"]) == (2, 37, "")
    assert findings.decided_by("poor reception", {"b": {"start": None, "end": None}}) is None


# --- counts and words ---


def test_the_answer_and_the_tile_count_the_same_happenings() -> None:
    case = built(**sailed(), **claimed())
    clusters = len(case["claims"]["clusters"])
    assert f"told of {clusters} happenings" in " ".join(case["answer"]["sentences"])
    tiles = {row["label"]: row["n"] for row in sections.numbers(Index(case))}
    assert tiles["happenings told of"] == clusters


def test_cells_are_not_called_buildings() -> None:
    site = moved_site()
    cut = replace(site, footprints=site.footprints.with_columns(kind=pl.lit("cell")))
    case = built(**sailed(), sites=[cut])
    labels = [row["label"] for row in sections.numbers(Index(case))]
    assert "cells watched" in labels
    assert "buildings watched" not in labels
    assert " cells changed" in " ".join(case["answer"]["sentences"])
    assert all("cell" in item.data() for item in site_findings.evidence([cut], "test"))
    assert ">Every cell</h4>" in render(case)


def test_goods_that_nothing_ties_to_the_ship_stand_last_and_once() -> None:
    asked: Any = GOODS["asked"]
    others = [GOODS, GOODS | {"asked": asked | {"description": "invented salt"}}]
    case = built(**sailed(), goods=others)
    kinds = [one["kind"] for one in case["threads"][0]["stations"]]
    assert kinds.count("goods") == 1
    assert kinds[-1] == "goods"


def test_a_chance_too_small_to_picture_is_said_in_words() -> None:
    assert gaps.written("others_unheard_by_chance", 5.52e-05) == "less than 1 in 10,000"
    assert gaps.written("p", 0.0) == "0"
