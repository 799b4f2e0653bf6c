"""The page as text: the same every time, closed to the outside, and never broken by what a case holds."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_case import FLEET, made_case

from darkwake import geo
from darkwake.case import around, coast, embed, gaps, text, voyage_strips
from darkwake.case.html import render
from darkwake.case.index import Index, anchor

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\u202egnp.exe\x00\x1b[31m"


class Page(HTMLParser):
    """What a browser would find in the page: tags, ids, links, and the contents of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in self.raw else ""
        if self._inside:
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside][-1] += data
        else:
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags for key, value in attrs.items() if key == name and value is not None]


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return made_case(fixes=2000)


@pytest.fixture(scope="module")
def page(case: dict[str, Any]) -> Page:
    return Page(render(case))


def test_equal_cases_give_equal_bytes_also_after_a_trip_through_json(case: dict[str, Any]) -> None:
    assert render(case) == render(json.loads(json.dumps(case)))


def test_nothing_is_loaded_from_anywhere(page: Page) -> None:
    outside = [value for name in ("src", "href", "action", "xlink:href", "data") for value in page.values(name)]
    assert outside
    assert all(value.startswith(("#", "data:image/svg+xml,")) for value in outside)
    # "url(#hatch)" is a pattern of the page itself
    outside = [re.sub(r"url\(#[\w-]+\)", "", style) for style in page.raw["style"]]
    assert all("url(" not in style and "@import" not in style for style in outside)
    assert not any("sourceMappingURL" in script for script in page.raw["script"])


def test_the_policy_allows_exactly_the_scripts_and_styles_that_are_there(page: Page) -> None:
    policy = next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    kinds = [attrs.get("type") for tag, attrs in page.tags if tag == "script"]
    run = [code for code, kind in zip(page.raw["script"], kinds, strict=True) if kind != "application/octet-stream"]
    wanted = {"sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in run}
    wanted |= {
        "sha256-" + base64.b64encode(hashlib.sha256(css.encode()).digest()).decode() for css in page.raw["style"]
    }
    assert set(re.findall(r"sha256-[\w+/=]+", policy)) == wanted
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_every_link_has_its_place_and_every_place_is_one(page: Page, case: dict[str, Any]) -> None:
    ids = page.values("id")
    assert sorted(ids) == sorted(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    things = [("ev", row["id"]) for row in case["evidence"]] + [("thread", row["id"]) for row in case["threads"]]
    things += [("gap", row["id"]) for row in case["events"] if row["kind"] == "gap"]
    things += [("ship", ship) for ship in FLEET] + [("voyage", row["id"]) for row in case["voyages"]]
    things += [("hit", row["id"]) for row in case["hits"]]
    assert {anchor(kind, key) for kind, key in things} <= set(ids)


def test_no_element_carries_a_style_or_a_handler_that_the_policy_would_stop(page: Page) -> None:
    names = {key for _, attrs in page.tags for key in attrs}
    assert "style" not in names
    assert not {name for name in names if name.startswith("on")}


def test_the_banner_stands_on_invented_cases_and_on_no_others(case: dict[str, Any]) -> None:
    words = "ships, companies and people on this page do not exist"
    assert words in render(case)
    real = copy.deepcopy(case)
    real["case"]["invented"] = False
    assert words not in render(real)


def test_hostile_strings_reach_the_page_as_visible_text(case: dict[str, Any], page: Page) -> None:
    bad = copy.deepcopy(case)
    bad["case"]["question"] = bad["case"]["name"] = HOSTILE
    bad["answer"]["sentences"] = [HOSTILE] * 3
    bad["ships"][0]["label"] = f"{HOSTILE} (MMSI 999100001)"
    for row in (*bad["evidence"], *bad["silences"]):
        row["says"] = HOSTILE
    for row in bad["hits"]:
        row |= {"name": HOSTILE, "list": HOSTILE, "asked": HOSTILE, "rank": HOSTILE, "entry": HOSTILE}
        row["features"][0] |= {"feature": HOSTILE, "asked": HOSTILE, "listed": HOSTILE, "says": HOSTILE}
    for row in bad["ports"]:
        row["name"] = HOSTILE
    for row in bad["events"]:
        row["details"] |= {"start_port": {"name": HOSTILE, "country": HOSTILE, "distance_m": 5.0}, HOSTILE: HOSTILE}
    for row in bad["silences"]:
        row |= {"verdict": HOSTILE}
        row["details"] |= {"A": {"why": HOSTILE, HOSTILE: HOSTILE}}
    for row in bad["reach"]:
        row |= {"name": HOSTILE, "country": HOSTILE}
    bad["searched"] = HOSTILE
    for row in bad["sources"]:
        row |= {"name": HOSTILE, "refused": {HOSTILE: 3}}
    bad["threads"][0] |= {"title": HOSTILE, "summary": HOSTILE, "id": HOSTILE}
    drawn = render(bad)
    found = Page(drawn)
    assert [tag for tag, _ in found.tags].count("script") == [tag for tag, _ in page.tags].count("script")
    assert not [tag for tag, _ in found.tags if tag == "img"]
    assert not {key for _, attrs in found.tags for key in attrs if key.startswith("on")}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", drawn)
    assert "⟨U+202E⟩gnp.exe⟨U+0000⟩" in "".join(found.words)
    assert "{{7*7}}" in "".join(found.words)


def words_of(case: dict[str, Any]) -> str:
    return " ".join("".join(Page(render(case)).words).split())


def test_no_hit_is_said_with_the_lists_as_the_case_names_them_and_never_as_clear(case: dict[str, Any]) -> None:
    words = words_of(case | {"hits": []})
    assert "Not found in the lists checked (Invented list of ships of 2025-08-31, 1,204 entries)" in words
    assert not re.search(r"\b(is|are|was|were) clear\b(?! of)", words)
    assert "(no list was loaded)" in words_of(case | {"hits": [], "searched": ""})


def panel(page: str, gap: str) -> str:
    start = page.index(f'<article class="gap-panel" id="{anchor("gap", gap)}"')
    return page[start : page.index("</article>", start)]


def test_a_gap_shows_who_was_around_it_as_solid_and_hollow_dots_with_their_counts(case: dict[str, Any]) -> None:
    first, second = [row["id"] for row in case["events"] if row["kind"] == "gap" and row["ship"] == 999100001][::-1]
    drawn = render(case)
    shown = panel(drawn, first)
    assert "28 other ships known to be there in those hours: 23 heard (solid), 5 not heard (hollow)." in shown
    paths = dict(re.findall(r'<path class="(land|dot-heard|dot-unheard)"[^>]* d="([^"]*)"', shown))
    assert (paths["dot-heard"].count("M"), paths["dot-unheard"].count("M")) == (23, 5)
    assert 'role="img" aria-label="Map of the water round' in shown
    crowded = panel(drawn, second)
    assert "60 more are not drawn" in crowded
    assert sum(path.count("M") for path in re.findall(r'class="dot-(?:heard|unheard)" d="([^"]*)"', crowded)) == 200
    assert crowded.count("M") < 700


def test_a_case_without_the_table_of_neighbours_draws_no_small_map(case: dict[str, Any]) -> None:
    gap = next(row for row in case["events"] if row["kind"] == "gap" and row["ship"] == 999100002)
    assert "No other ship is known to have been in this water" in panel(render(case), gap["id"])
    assert "around-map" not in render({key: rows for key, rows in case.items() if key != "around"}).split("</style>")[1]


@settings(deadline=None, max_examples=40)  # the first example reads the world's land
@given(st.floats(-80, 80), st.floats(-180, 180), st.integers(0, 40), st.booleans())
def test_the_small_map_holds_the_start_and_its_neighbours_wherever_on_earth(
    lat: float, lon: float, count: int, far: bool
) -> None:
    rng = np.random.default_rng(count)
    there, here = geo.destination(lat, lon, rng.uniform(0, 360, count), rng.uniform(0, 60_000, count))
    end = geo.destination(lat, lon, 200.0, 2_000_000.0 if far else 20_000.0)
    gap = {"id": "g", "kind": "gap", "ship": 1, "start": "2025-09-01T00:00:00Z", "end": "2025-09-02T00:00:00Z",
           "start_lat": lat, "start_lon": lon, "end_lat": float(end[0]), "end_lon": float(end[1])}  # fmt: skip
    rows = [{"event": "g", "ship": n, "time": None, "lat": float(there[n]), "lon": float(here[n]), "heard": bool(n % 2)}
            for n in range(count)]  # fmt: skip
    index = Index({"case": {}, "events": [gap], "around": rows})
    drawn = around.drawn(index, gap)
    assert drawn is not None
    dots = re.findall(r"M(\S+) (\S+)h0", drawn["solid"] + drawn["hollow"])
    assert len(dots) == count
    for x, y in [*dots, drawn["ends"][0]["at"], drawn["ends"][1]["at"]]:
        assert 0 <= float(x) <= around.WIDTH
        assert 0 <= float(y) <= around.HEIGHT
    assert drawn["ends"][1]["edge"] is far


def test_the_three_tests_stand_as_three_lines_and_flat_numbers_as_the_peers_alone(case: dict[str, Any]) -> None:
    silence = case["silences"][0]
    letters = {row["letter"]: row for row in gaps.tests(silence)}
    assert list(letters) == ["A", "B", "C"]
    assert letters["A"]["says"].startswith("Does not apply. It began 12 nautical miles from shore")
    assert ("of them heard", "41") in letters["B"]["lines"][0]["cells"]
    sides = {"a": {"applies": None}, "b": {"tested": True, "start": {"passages": 9}, "end": None}, "c": {}}
    named = {row["letter"]: row for row in gaps.tests(silence | {"details": sides})}
    assert named["B"]["lines"][1] == {"name": "where it began", "cells": [("passages by others", "9")], "over": 0}
    assert named["A"]["lines"] == named["C"]["lines"] == []
    flat = silence | {"details": {"peers": 43, "peers_heard": 41, "q": None}}
    assert [row["letter"] for row in gaps.tests(flat)] == ["B"]
    assert ("unheard as long", "3") in gaps.tests(flat)[0]["lines"][0]["cells"]


def test_where_a_gap_began_and_how_the_ship_was_heard_before_stand_in_words(case: dict[str, Any]) -> None:
    gap = case["events"][next(i for i, row in enumerate(case["events"]) if row["kind"] == "gap")]
    facts = dict(gaps.facts(Index(case), gap))
    assert facts["Where it began"] == "12 nautical miles from shore; nearest port Made-up Roads (IR), 18 nautical miles"
    assert facts["Where it ended"] == "on the shore line"
    assert facts["Heard in the 12 hours before"] == "31 positions: 28 by receivers on land, 3 by satellite"
    assert facts["Between its ends"].endswith("nautical miles by sea")


def test_every_verdict_has_its_mark_and_its_meaning(case: dict[str, Any]) -> None:
    every = copy.deepcopy(case)
    for row, word in zip(every["silences"], gaps.VERDICTS, strict=False):
        row["verdict"] = word
    drawn = render(every)
    for word, kind in zip(gaps.VERDICTS, ("off", "poor", "outage", "area", "identity", "cannot"), strict=True):
        assert f'verdict-{kind}">{word}</span>' in drawn
        assert gaps.VERDICTS[word] in drawn


def test_ports_in_reach_are_named_by_their_slack_and_never_as_a_sign(case: dict[str, Any]) -> None:
    gap = case["reach"][0]["event"]
    shown = panel(render(case), gap)
    assert "and 4 more" in shown
    assert shown.count("to spare") == 6
    assert "That it could is no sign that it did." in shown
    assert shown.index("Keppel") < shown.index("Karachi")


def test_the_reception_table_is_told_in_the_method_and_kept_to_a_size(case: dict[str, Any]) -> None:
    assert "squares of 0.25° (15 nautical miles from south to north)" in words_of(case)
    cell = {"present": 4, "heard": 1}
    many = [cell | {"lat": (n // 500) * 0.25 + 0.125, "lon": (n % 500) * 0.25 + 0.125} for n in range(31_000)]
    words = words_of(case | {"reception": {"cell_deg": 0.25, "cells": many}})
    assert "without the 1,000 squares that the fewest ships passed" in words
    assert "How well the water was heard" not in words_of(case | {"reception": None})


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 30)), max_size=12))
def test_hours_on_a_strip_never_lie_on_one_another(bars: list[tuple[float, float]]) -> None:
    rows = [{"x": x, "w": w, "middle": x + w / 2, "hours": f"{w + 6:.1f} h"} for x, w in bars]
    for pixels in (300, 430):
        labels = voyage_strips._labels(rows, pixels)
        assert bool(labels) == bool(rows)
        for one, other in pairwise(labels):
            assert other["x"] - one["x"] >= (len(one["label"]) + len(other["label"])) * 7.4 / 2 / pixels * 100


def test_a_megabyte_in_one_string_is_cut_and_its_length_said(case: dict[str, Any]) -> None:
    bad = copy.deepcopy(case)
    bad["evidence"][0]["says"] = "x" * 1_000_000
    drawn = render(bad)
    assert len(drawn) < len(render(case)) + 10_000
    assert "(1,000,000 characters in all)" in drawn


def test_an_empty_case_is_still_a_page() -> None:
    empty = {"format": "darkwake-case", "format_version": 1, "made_by": "darkwake 0.1.0",
             "case": {"name": "empty", "question": "What is here?", "invented": False,
                      "corridor": {"from": [], "to": []}, "period": {"start": None, "end": None}, "longer_than_h": 6.0},
             "answer": {"sentences": ["Nothing was added yet."], "against": "", "evidence": []}}  # fmt: skip
    page = Page(render(empty))
    assert "Nothing was added yet." in "".join(page.words)
    assert not {"map-and-time", "voyages", "listed", "silence"} & set(page.values("id"))
    counts = {"rows": 0, "refused": 0, "positions": 0, "ships": 0, "gaps": 0, "hits": 0}
    assert "numbers" not in Page(render(empty | {"counts": counts})).values("class")
    searched = render(
        empty | {"searched": "Invented list of 2025-08-31", "list_notes": [HOSTILE, "It is older than the case."]}
    )
    assert "listed" in Page(searched).values("id")
    assert "It is older than the case." in "".join(Page(searched).words)


def test_an_open_gap_and_a_voyage_without_ends_are_drawn(case: dict[str, Any]) -> None:
    ragged = copy.deepcopy(case)
    gap = next(row for row in ragged["events"] if row["kind"] == "gap")
    gap |= {"end": None, "end_lat": None, "end_lon": None}
    ragged["voyages"][0] |= {"from_port": None, "from_name": None, "from_country": None, "from_call": None}
    ragged["threads"][0]["for"][0]["evidence"] = ""
    words = "".join(Page(render(ragged)).words)
    assert "still unheard when the data ended" in words
    assert "at sea" in words


def test_a_case_across_the_date_line_is_cut_where_no_ship_was(case: dict[str, Any]) -> None:
    pacific = copy.deepcopy(case)
    pacific["tracks"] = [{"ship": 999100001, "start": 1_756_700_000, "t": [0, 3600, 3600, 3600],
                          "lat": [100_000, 0, 0, 0], "lon": [1_780_000, 15_000, -3_590_000, 10_000]}]  # fmt: skip
    pacific["events"] = []
    index = Index(pacific)
    assert -180 < index.west < 178
    assert render(pacific)


def test_modules_are_joined_without_their_imports_and_in_an_order_that_holds() -> None:
    joined = embed.script()
    assert not re.search(r"(?m)^(import|export) ", joined)
    seen: set[str] = set()
    for name in embed.MODULES:
        wants = set(re.findall(r'^import .* from "\./(\w+)\.js";$', embed.page_file(f"{name}.js"), re.MULTILINE))
        assert wants <= seen
        seen.add(name)


@given(st.text(max_size=200))
def test_visible_text_holds_nothing_that_hides_or_turns(words: str) -> None:
    shown = text.visible(words)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", shown)
    shown.encode()


@given(st.integers(3, 60), st.floats(0.001, 2.0), st.integers(0, 2**32 - 1))
def test_a_thinned_coast_keeps_its_ends_and_invents_no_point(points: int, limit: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ring = np.column_stack([np.cumsum(rng.normal(size=points)), rng.uniform(-60, 60, points)])
    ring = np.concatenate([ring, ring[:1]])
    for part in coast.thinned([ring, ring + 5.0], np.full(2 * len(ring), limit)):
        whole = ring if np.array_equal(part[0], ring[0]) else ring + 5.0
        assert np.array_equal(part[0], whole[0])
        assert np.array_equal(part[-1], whole[-1])
        assert {tuple(point) for point in part.tolist()} <= {tuple(point) for point in whole.tolist()}


def test_every_outline_of_land_is_drawn_once_for_each_turn_of_the_world() -> None:
    rings = coast.graded((50.0, -5.0, 130.0, 45.0), np.array([[27.1, 56.1]]))
    beijing, delhi, mid_ocean = (116.4, 39.9), (77.2, 28.6), (80.0, -20.0)

    def crossings(lon: float, lat: float) -> int:
        found = 0
        for ring in rings:
            for turn in (-360.0, 0.0, 360.0):
                x, y = ring[:, 0] + turn, ring[:, 1]
                meets = (y[:-1] > lat) != (y[1:] > lat)
                at = x[:-1][meets] + (lat - y[:-1][meets]) / (y[1:] - y[:-1])[meets] * (x[1:] - x[:-1])[meets]
                found += int((at > lon).sum())
        return found

    assert [crossings(*place) % 2 for place in (beijing, delhi, mid_ocean)] == [1, 1, 0]


def test_a_ring_cut_to_a_box_stays_inside_it_and_keeps_the_shared_area() -> None:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    part = coast.cut(square, (5.0, -5.0, 20.0, 5.0))
    x, y = part[:, 0], part[:, 1]
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert (x.min(), y.min(), x.max(), y.max(), area) == (5.0, 0.0, 10.0, 5.0, 25.0)


def test_unused_evidence_is_told_in_groups_that_say_once_what_their_pieces_share(case: dict[str, Any]) -> None:
    many = copy.deepcopy(case)
    piece = next(row for row in many["evidence"] if row["id"] not in many["unused"])
    extra = [piece | {"id": f"ev-extra{n}", "says": f"{piece['says']} Number {n}."} for n in range(70)]
    many["evidence"] += extra
    many["unused"] += [row["id"] for row in extra]
    drawn = render(many)
    register = drawn[drawn.index('id="unused"') :]
    assert register.count(f"Number {69}.") == 1
    assert register.count(piece["made_by"]) < 10
    assert not re.search(r"<details[^>]* open><summary>70 of kind", register)
    assert {anchor("ev", row["id"]) for row in extra} <= set(Page(drawn).values("id"))
