"""What stands on the page beside silences: meetings, doubts, draughts, reach, standings, decisions, goods, years."""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_case import made_case
from made_events import HERON, JUNIPER, LANTERN
from made_more import HOSTILE, full_case, hostile_case
from test_html import Page

from darkwake.case import area, draughts, meetings, reach_map, strips
from darkwake.case.html import render
from darkwake.case.index import Index, anchor
from darkwake.case.overview import frame


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return full_case(fixes=2000)


@pytest.fixture(scope="module")
def drawn(case: dict[str, Any]) -> str:
    return render(case)


def words_of(page: str) -> str:
    return re.sub(r" ([.,;:)])", r"\1", " ".join(" ".join(Page(page).words).split()))


def part(page: str, tag: str, key: str) -> str:
    """The element of that id, to its end tag, as words."""
    start = page.index(f'id="{key}"')
    return words_of(f"<{tag} {page[start : page.index(f'</{tag}>', start)]}")


def test_equal_cases_give_equal_bytes(case: dict[str, Any], drawn: str) -> None:
    assert render(json.loads(json.dumps(case))) == drawn


def test_every_link_has_its_place_and_every_event_its_own(case: dict[str, Any], drawn: str) -> None:
    page = Page(drawn)
    ids = page.values("id")
    assert sorted(ids) == sorted(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    events = {anchor("event", row["id"]) for row in case["events"] if row["kind"] not in ("gap", "port_call")}
    assert len(events) == 76
    assert events | {anchor("call", row["id"]) for row in case["inferred"]} <= set(ids)
    assert {anchor("area", row["id"]) for row in case["interference"]} <= set(ids)


def test_hostile_texts_of_the_new_tables_reach_the_page_as_visible_text(case: dict[str, Any], drawn: str) -> None:
    bad = render(hostile_case(case))
    found, plain = Page(bad), Page(drawn)
    assert [tag for tag, _ in found.tags].count("script") == [tag for tag, _ in plain.tags].count("script")
    assert not [tag for tag, _ in found.tags if tag == "img"]
    assert not {key for _, attrs in found.tags for key in attrs if key.startswith("on") or key == "style"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", bad)
    assert f"{len(HOSTILE) + 5000:,} characters in all" in "".join(found.words)
    for section in ("seen", "goods", "listed"):
        assert "⟨U+202E⟩gnp.exe⟨U+0000⟩" in part(bad, "section", section)


def test_an_old_case_has_neither_the_new_sections_nor_the_new_words() -> None:
    page = Page(render(made_case(fixes=400)))
    assert not {"seen", "goods"} & set(page.values("id"))
    assert "confidence" not in "".join(page.words)
    assert not {"dr-laden", "maybe", "mk-hit"} & set(page.values("class"))


def test_a_false_position_neither_widens_the_map_nor_draws_a_line_to_itself(case: dict[str, Any]) -> None:
    index = Index(case)
    assert frame(index) == pytest.approx(frame(Index(made_case(fixes=2000))), abs=0.3)
    bare = copy.deepcopy(case)
    bare["events"] = [row for row in bare["events"] if row["kind"] != "false_position"]
    assert frame(Index(bare))[2] > 145
    doubt = copy.deepcopy(case)
    for row in doubt["events"]:
        if row["details"].get("pattern") == "jump":
            row["details"]["pattern"] = "frozen"
    assert frame(Index(doubt))[2] > 145, "only patterns in which the ship was elsewhere are left out"


def test_a_card_tells_of_the_event_with_innocence_at_its_side(case: dict[str, Any], drawn: str) -> None:
    events = {row["kind"]: row for row in case["events"] if row["ship"] in (HERON, LANTERN)}
    card = part(drawn, "article", anchor("event", events["encounter"]["id"]))
    assert "EXAMPLE HERON and FICTION PEARL" in card
    assert "lay 88 m apart" in card
    assert "What else could explain it Stores, crew or a pilot were handed over" in card
    assert re.search(r"Evidence E\d+", card)
    changed = part(drawn, "article", anchor("event", events["false_identity"]["id"]))
    assert "name INVENTED KESTREL until 2025-09-04 02:00 EXAMPLE HERON from 2025-09-04 06:00" in changed
    assert "14 ships whose tracks lay between" in part(drawn, "section", "seen")


def test_events_of_others_stand_in_a_table_and_never_as_cards(case: dict[str, Any], drawn: str) -> None:
    told = meetings.told(Index(case))
    assert told is not None
    assert [(group["word"], group["all"]) for group in told["groups"]] == [
        ("meeting", 1), ("possible meeting", 1), ("loitering", 1), ("identity", 1), ("position", 2),
    ]  # fmt: skip
    assert len(told["rest"]) == 70
    assert 'data-cap="40" data-what="events"' in drawn
    many = copy.deepcopy(case)
    one = next(row for row in many["events"] if row["kind"] == "loitering" and row["ship"] == HERON)
    many["events"] += [one | {"id": f"loitering-{n}"} for n in range(50)]
    told = meetings.told(Index(many))
    assert told is not None
    assert (len(told["groups"][2]["cards"]), told["groups"][2]["more"], len(told["rest"])) == (30, 21, 91)


def test_a_strip_carries_marks_calls_confidence_and_the_draught(case: dict[str, Any], drawn: str) -> None:
    voyage = next(row for row in case["voyages"] if row["ship"] == HERON and row["corridor"])
    start = drawn.index(f'id="{anchor("voyage", voyage["id"])}"')
    strip = drawn[start : drawn.index("</li>", start)]
    marks = re.findall(r'<a href="#(event-[^"]*)" data-t="([^"]*)"', strip)
    assert len(marks) == 4
    assert all(href == same for href, same in marks)
    assert strip.count('class="maybe-word"') == 1, "both ports of one silence are one mark"
    assert "Bandar Abbas (IR) may have been called at unheard" in strip
    assert "+1" not in words_of(strip)
    assert "1 more port that something speaks for; 9 other ports in reach" in strip
    assert "confidence 4 of 4" in words_of(strip)
    assert "Draught as it said: 12.4 m laden; 12.3 m laden" in strip
    assert {"dr-laden", "dr-between"} <= set(re.findall(r'class="(dr-\w+)"', strip))
    juniper = next(row for row in case["voyages"] if row["ship"] == JUNIPER)
    other = drawn[drawn.index(f'id="{anchor("voyage", juniper["id"])}"') :]
    assert "dr-" not in other[: other.index("</li>")], "a ship that said nothing has no line"


def test_a_gap_shows_where_the_ship_could_have_been_and_the_grounds_of_each_call(
    case: dict[str, Any], drawn: str
) -> None:
    gap = case["reach_area"][0]["event"]
    start = drawn.index(f'<article class="gap-panel" id="{anchor("gap", gap)}"')
    panel = drawn[start : drawn.index("</article>", start)]
    words = words_of(panel)
    assert panel.count('<path class="water"') == 4
    assert panel.count('class="reach-meant"') == 3, "two ports of calls and the key"
    assert "It had said that it was bound for BND." in words
    assert "9 other ports were in reach as well. That it could is no sign that it did." in words
    assert "The crew never changed what it had typed in." in words
    assert "It said 12.3 m before and 9.0 m after" in words
    innocent = words[words.index("What else could explain it") : words.index("Unheard ")]
    assert "typed in" not in innocent, "what explains a call away does not explain the silence"


def test_two_views_stand_side_by_side_and_are_never_made_one(drawn: str) -> None:
    words = part(drawn, "section", "listed")
    assert "2025-09-27 contested UN, EU, GB, US in force" in words
    assert "CN, RU, IR not in force China, Russia and Iran held that return void" in words
    assert "4 more days" in words
    assert not re.search(r"\b(mean|average|majority|overall)\b", words)
    assert "known false hit, because another ship of that name; the IMO numbers differ. A. Reader, 2025-10-20" in words
    assert "Expired: the entry changed in former names; the subject was asked for under another name." in words
    assert words.count("A decision never takes a hit away.") == 2


def test_goods_are_told_with_the_words_that_met_and_never_as_clear(drawn: str) -> None:
    words = part(drawn, "section", "goods")
    assert "Invented salt A, 40 drums · CAS 100-37-8 · HS 2829.90 · from CN · to IR · on 2025-09-03" in words
    assert "not listed, stated precursor" in words
    assert "9Z111.c.2" in words
    assert "CAS 100-37-8 invented salt" in words
    assert "in the view of China, Russia and Iran it did not" in words
    assert words.count("Nothing found never means that goods are free of control.") == 2
    assert "What else could explain it The goods are of a civil use" in words
    assert not re.search(r"\b(is|are|was|were) clear\b", words)


@given(st.integers(946_684_800, 1_800_000_000), st.integers(401, 20_000))
def test_every_tick_of_a_long_case_has_its_year(start: int, days: int) -> None:
    found = strips.ticks(start, start + days * 86_400)
    assert 1 <= len(found) <= 8
    assert all(re.fullmatch(r"[A-Z][a-z]{2} \d{4}", tick["label"]) for tick in found)


@given(st.integers(946_684_800, 1_800_000_000), st.floats(2, 390))
def test_a_strip_that_lies_in_two_years_says_so(start: int, days: float) -> None:
    labels = [tick["label"] for tick in strips.ticks(start, start + int(days * 86_400), years=True)]
    days_told = [label for label in labels if ":" not in label]
    assert not days_told or re.search(r"\d{4}$", days_told[0])


def test_a_short_case_of_one_year_says_no_year(case: dict[str, Any]) -> None:
    assert not [tick for tick in strips.ticks(*Index(case).span) if re.search(r"\d{4}", tick["label"])]


def test_strips_of_a_case_of_many_years_say_the_year(case: dict[str, Any]) -> None:
    long = copy.deepcopy(case)
    long["case"]["period"] = {"start": "2012-01-01T00:00:00Z", "end": "2025-10-15T00:00:00Z"}
    page = render(long)
    strip = page[page.index('<ol class="strips">') : page.index("</ol>", page.index('<ol class="strips">'))]
    assert "Sep 2025" in strip
    axis = page[page.index('class="time-row axis"') : page.index('id="brush"')]
    assert len(re.findall(r">Jan 20\d\d<", axis)) >= 3


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_outlines_hold_exactly_the_cells_that_are_in(rows: int, columns: int, seed: int) -> None:
    cells = np.random.default_rng(seed).random((rows, columns)) < 0.55
    held = np.zeros_like(cells)
    total = 0.0
    for ring in area.traced(cells):
        x, y = (np.array([*ring, ring[0]], dtype=np.float64)[:, axis] for axis in (0, 1))
        total += float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
        assert all((a[0] == b[0]) != (a[1] == b[1]) for a, b in pairwise([*ring, ring[0]]))
        for row, column in np.ndindex(*cells.shape):
            crossed = ((y[:-1] > row + 0.5) != (y[1:] > row + 0.5)) & (x[:-1] > column + 0.5)
            held[row, column] ^= bool(crossed.sum() % 2)
    assert total == pytest.approx(cells.sum())
    assert np.array_equal(held, cells)


def test_an_area_across_the_date_line_is_one_area() -> None:
    runs = [[0.5, 178.0, 180.0, 4.0], [0.5, -180.0, -177.0, 9.0], [1.5, 179.0, 180.0, 2.0]]
    held = area.Area({"event": "g", "cell_deg": 1.0, "runs": runs}, 0.0)
    assert held.box == (178.0, 0.0, 183.0, 2.0)
    assert len(held.outlines(0.0)) == 1
    assert [len(held.outlines(low)) for low in held.steps()] == [1, 1, 1, 1]
    empty = area.Area({"event": "g", "cell_deg": 1.0, "runs": []}, 0.0)
    assert not empty.fits


def test_a_table_too_large_to_draw_is_not_drawn(case: dict[str, Any]) -> None:
    gap = case["reach_area"][0]["event"]
    huge = case | {"reach_area": [{"event": gap, "cell_deg": 1e-6, "runs": [[-80, -170, 170, 1], [80, -170, 170, 1]]}]}
    index = Index(huge)
    assert reach_map.drawn(index, index.gap[gap]) is None
    assert area.packed(index, [gap]) == {}


@given(
    st.lists(st.tuples(st.floats(0, 99), st.floats(0.4, 40), st.sampled_from(["9.8 m", "12.4 m laden"])), max_size=9)
)
def test_words_on_a_draught_line_never_lie_on_one_another(bars: list[tuple[float, float, str]]) -> None:
    runs = [{"x": x, "w": w, "label": label, "short": label[:6]} for x, w, label in sorted(bars)]
    for pixels in (300, 430):
        for one, other in pairwise(draughts.labels(runs, pixels)):
            assert other["x"] - one["x"] >= one["half"] + other["half"] - 0.01


def test_marks_that_find_no_room_are_counted(case: dict[str, Any]) -> None:
    many = copy.deepcopy(case)
    one = next(row for row in many["events"] if row["kind"] == "encounter")
    many["events"] += [one | {"id": f"encounter-{n}"} for n in range(7)]
    voyage = next(row for row in many["voyages"] if row["ship"] == HERON and row["corridor"])
    start = drawn_strip(many, voyage["id"])
    assert "more marks find no room here" in start
    assert len(re.findall(r'href="#event-', start)) + int(re.search(r"(\d+) more marks", start)[1]) == 11  # type: ignore[index]


def drawn_strip(case: dict[str, Any], voyage: str) -> str:
    page = render(case)
    start = page.index(f'id="{anchor("voyage", voyage)}"')
    return page[start : page.index("</li>", start)]
