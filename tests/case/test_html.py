"""The page as text: the same every time, closed to the outside, and never broken by what a case holds."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_case import FLEET, made_case

from darkwake.case import coast, embed, text
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
    assert all("url(" not in style.replace("url(#hatch)", "") and "@import" not in style for style in page.raw["style"])
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


def test_a_megabyte_in_one_string_is_cut_and_its_length_said(case: dict[str, Any]) -> None:
    bad = copy.deepcopy(case)
    bad["evidence"][0]["says"] = "x" * 1_000_000
    drawn = render(bad)
    assert len(drawn) < len(render(case)) + 10_000
    assert "(1,000,000 characters in all)" in drawn


def test_no_hit_is_said_with_the_lists_and_never_as_clear(case: dict[str, Any]) -> None:
    none = copy.deepcopy(case) | {"hits": []}
    words = " ".join("".join(Page(render(none)).words).split())
    assert "Not found in the lists checked (invented-list.xml of 2025-08-31)" in words
    assert not re.search(r"\b(is|are|was|were) clear\b(?! of)", words)


def test_an_empty_case_is_still_a_page() -> None:
    empty = {"format": "darkwake-case", "format_version": 1, "made_by": "darkwake 0.1.0",
             "case": {"name": "empty", "question": "What is here?", "invented": False,
                      "corridor": {"from": [], "to": []}, "period": {"start": None, "end": None}, "longer_than_h": 6.0},
             "answer": {"sentences": ["Nothing was added yet."], "against": "", "evidence": []}}  # fmt: skip
    words = "".join(Page(render(empty)).words)
    assert "Nothing was added yet." in words
    assert "no list was loaded" in words


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
