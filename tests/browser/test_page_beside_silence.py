"""The page of a case with meetings, doubts, reach and goods in a browser: a thing chosen once lights up everywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_events import HERON
from made_more import full_case, hostile_case
from test_page import ask, open_at, press, settle

from darkwake.case.html import render
from darkwake.case.index import anchor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return full_case(fixes=4000)


@pytest.fixture(scope="module")
def page(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("full") / "case.html"
    path.write_text(render(case), encoding="utf-8")
    return path.as_uri()


def meeting(case: dict[str, Any]) -> str:
    return anchor("event", next(row["id"] for row in case["events"] if row["kind"] == "encounter"))


def test_it_opens_without_an_error(browser: Any, page: str) -> None:
    browser.get_log("browser")
    open_at(browser, page)
    assert [row["message"] for row in browser.get_log("browser")] == []


def test_a_meeting_named_in_the_address_lights_up_on_strip_map_and_card(
    browser: Any, page: str, case: dict[str, Any]
) -> None:
    name = meeting(case)
    open_at(browser, page, name)
    picked = ask(browser, "return [...document.querySelectorAll('.is-picked')].map(e => e.closest('section').id)")
    assert {"voyages", "seen"} <= set(picked)
    assert "lay 88 m apart" in ask(browser, "return document.getElementById('card').innerText")
    with_ring = ask(browser, "return document.querySelector('#map canvas').toDataURL()")
    press(browser, "\ue00c")
    assert ask(browser, "return document.querySelector('#map canvas').toDataURL()") != with_ring
    assert ask(browser, "return document.querySelectorAll('.is-picked').length") == 0


def test_the_evidence_of_a_meeting_picks_the_meeting(browser: Any, page: str, case: dict[str, Any]) -> None:
    proof = next(row["id"] for row in case["evidence"] if row["kind"] == "meeting")
    open_at(browser, page, anchor("ev", proof))
    assert ask(browser, "return document.getElementById(arguments[0]).classList.contains('is-picked')", meeting(case))


def test_a_mark_on_a_strip_is_reached_by_keyboard_and_followed(browser: Any, page: str, case: dict[str, Any]) -> None:
    open_at(browser, page)
    ask(browser, "document.querySelector(`.strip a[href='#${arguments[0]}']`).focus()", meeting(case))
    press(browser, "\ue007")
    assert ask(browser, "return location.hash") == f"#{meeting(case)}"


def test_a_chosen_silence_shows_the_water_in_reach_and_its_key(browser: Any, page: str, case: dict[str, Any]) -> None:
    open_at(browser, page)
    key = "return document.querySelector('.key-water').hidden"
    look = "return document.querySelector('#map canvas').toDataURL()"
    assert ask(browser, key) is True
    gap = anchor("gap", case["reach_area"][0]["event"])
    open_at(browser, page, gap)
    assert ask(browser, key) is False
    shown = ask(browser, look)
    other = anchor("gap", next(row["gaps"][-1] for row in case["voyages"] if row["ship"] == HERON and row["gaps"]))
    open_at(browser, page, other)
    assert ask(browser, key) is True
    assert ask(browser, look) != shown


def test_marks_and_areas_respect_the_time_that_is_chosen(browser: Any, page: str) -> None:
    open_at(browser, page)
    ask(
        browser,
        """const p = CanvasRenderingContext2D.prototype, old = p.setLineDash; window.dashes = [];
        p.setLineDash = function (dash) { window.dashes.push(String(dash)); return old.call(this, dash); };
        document.querySelectorAll('[role=slider]')[1].focus()""",
    )
    press(browser, "\ue012")  # one step earlier: everything is still there
    area, possible = "7,4,2,4", "2,2.5"
    assert {area, possible} <= set(ask(browser, "return window.dashes"))
    for _ in range(13):
        press(browser, "\ue00f")
    ask(browser, "window.dashes = []")
    press(browser, "\ue00f")
    dashes = ask(browser, "return window.dashes")
    assert dashes
    assert not {area, possible} & set(dashes)
    assert "is-out" in ask(browser, "return document.querySelector('.areas > li').className")


def test_the_map_opens_where_the_ships_were_and_not_on_false_positions(browser: Any, page: str) -> None:
    open_at(browser, page)
    assert ask(browser, "return document.querySelector('.scale span').textContent").startswith("500 nautical")


@pytest.mark.parametrize("width", [360, 768])
def test_no_width_makes_the_page_scroll_sideways(browser: Any, page: str, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        open_at(browser, page)
        assert ask(browser, "return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_texts_do_nothing(browser: Any, case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(render(hostile_case(case)), encoding="utf-8")
    browser.get_log("browser")
    open_at(browser, path.as_uri(), meeting(case))
    settle(browser)
    assert [row["message"] for row in browser.get_log("browser")] == []
    assert ask(browser, "return document.querySelectorAll('main img').length") == 0
    assert ask(browser, "return document.documentElement.scrollWidth <= innerWidth")
