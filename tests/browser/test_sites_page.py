"""The page of sites in a browser: it asks for nothing, the map moves by keyboard, pictures slide, any width fits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_case import made_case
from made_sites import PLAN, SITE, UNABLE, crowd, made

from darkwake.case import buildings, html, site_findings, sites_page
from darkwake.case.index import anchor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def section() -> dict[str, Any]:
    return buildings.section([made()])


@pytest.fixture(scope="module")
def page(section: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sites") / "sites.html"
    evidence = site_findings.evidence([made()], "test")
    path.write_text(sites_page.render(section, title=SITE, made_by="test", evidence=evidence), encoding="utf-8")
    return path.as_uri()


def open_at(browser: Any, page: str, part: str = "") -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")
    browser.get(f"{page}#{part}" if part else page)
    WebDriverWait(browser, 30).until(lambda b: ask(b, "return 'ready' in document.documentElement.dataset"))


def ask(browser: Any, script: str, *given: Any) -> Any:
    return browser.execute_script(script, *given)


def name_of(section: dict[str, Any], label: str) -> str:
    return anchor("building", next(row["id"] for row in section["buildings"] if row["label"] == label))


def test_it_opens_without_an_error_and_asks_for_nothing_else(browser: Any, page: str) -> None:
    browser.get_log("browser")
    browser.get_log("performance")
    open_at(browser, page)
    assert [row["message"] for row in browser.get_log("browser")] == []
    sent = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("data:", "about:", "chrome:"))] == [page]
    drawn = ask(browser, "return [...document.images].map(i => i.complete && i.naturalWidth)")
    assert set(drawn) == {96}


def test_the_map_goes_back_in_time_by_the_keys(browser: Any, page: str, section: dict[str, Any]) -> None:
    from selenium.webdriver.common.keys import Keys

    open_at(browser, page)
    slider = browser.find_element("css selector", ".map-tools input")
    letter = (
        "const a = document.querySelector(`.site-map [data-t=${arguments[0]}]`); "
        "return [a.querySelector('path').getAttribute('class'), a.querySelector('text').textContent, "
        "a.querySelector('title').textContent]"
    )
    hall = name_of(section, "North hall")
    assert ask(browser, letter, hall) == ["st st-C", "C", "North hall: cleared"]
    slider.send_keys(Keys.HOME)
    assert ask(browser, letter, hall) == ["st st-I", "I", "North hall: intact"]
    said = browser.find_element("css selector", ".map-says").text
    assert said == "6 January 2025: 9 intact, 1 cleared, 2 not assessable"
    assert slider.get_attribute("aria-valuetext") == "6 January 2025"
    for _ in range(5):
        slider.send_keys(Keys.ARROW_RIGHT)
    assert ask(browser, letter, hall) == ["st st-D", "D", "North hall: destroyed"]
    assert ask(browser, letter, name_of(section, "Gate house"))[1] == "?"
    assert "unknown" in browser.find_element("css selector", ".map-says").text
    browser.find_element("css selector", ".map-before").click()
    assert ask(browser, letter, hall)[0] == "st st-I"


def test_two_pictures_slide_by_the_keys_and_stand_side_by_side_when_asked(browser: Any, page: str) -> None:
    from selenium.webdriver.common.keys import Keys

    open_at(browser, page)
    assert ask(browser, "return document.querySelectorAll('.ba').length") == 6
    assert ask(browser, "return document.querySelectorAll('.is-sliding').length") == 5  # one is not registered
    clip = "return getComputedStyle(document.querySelector('.ba-after .ba-hold')).clipPath"
    slider = browser.find_element("css selector", ".ba-tools input")
    assert ask(browser, clip) == "inset(0px 0px 0px 50%)"
    slider.send_keys(Keys.ARROW_RIGHT)
    assert ask(browser, clip) == "inset(0px 0px 0px 51%)"
    assert slider.get_attribute("aria-valuetext") == "51 % before, 49 % after"
    boxes = "return [...document.querySelectorAll('.ba-hold')].slice(0, 2).map(e => e.getBoundingClientRect().left)"
    left, right = ask(browser, boxes)
    assert left == right
    ask(browser, "document.querySelector('.ba-tools button').click()")
    left, right = ask(browser, boxes)
    assert left < right
    assert ask(browser, clip) == "none"


def test_the_address_names_a_building_and_it_lights_up_everywhere(
    browser: Any, page: str, section: dict[str, Any]
) -> None:
    name = name_of(section, "Long shed")
    open_at(browser, page, name)
    picked = ask(browser, "return [...document.querySelectorAll('.is-picked')].map(e => e.tagName)")
    assert sorted(picked) == ["ARTICLE", "TR", "a"]
    assert ask(browser, "return document.activeElement.closest('svg')") is None
    # an image is found by its link, also inside what was folded
    ask(browser, 'document.querySelector(`#${arguments[0]} .sides a.cite[href^="#image-"]`).click()', name)
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert ask(browser, "return document.querySelector('tr.is-picked').checkVisibility()")


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
def test_no_width_makes_the_page_wider_than_its_window(browser: Any, page: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        open_at(browser, page)
        ask(browser, "for (const d of document.querySelectorAll('details')) d.open = true")
        assert ask(browser, "return document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


CONTRAST = """
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const lum = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const under = e => { for (let up = e; up; up = up.parentElement) {
  const c = rgb(getComputedStyle(up).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
  return [255, 255, 255]; };
return [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && !e.closest('svg')
  && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(under(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.tagName + '.' + e.className]; }).filter(([c]) => c < 4.5);
"""


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(browser: Any, page: str, look: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": look}]}
    )
    try:
        open_at(browser, page)
        assert ask(browser, CONTRAST) == []
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_without_scripts_every_building_and_both_pictures_are_there(browser: Any, page: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get("about:blank")
        browser.get(page)
        words = browser.find_element("tag name", "main").text
        pictures = browser.find_elements("css selector", ".ba img")[:2]
        sides = [one.rect["x"] for one in pictures]
        tools = [one.is_displayed() for one in browser.find_elements("css selector", ".map-tools, .ba-tools")]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert sides[0] < sides[1]
    assert not any(tools)
    assert "5 July 2025: 4 intact" in words
    for label in [*PLAN, *UNABLE, *UNABLE.values()]:
        assert label in words


def test_a_thousand_buildings_answer_at_once(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "crowd.html"
    path.write_text(
        sites_page.render(buildings.section([crowd(1000, dates=20)]), title="Town", made_by="test"), encoding="utf-8"
    )
    open_at(browser, path.as_uri())
    changed = ask(
        browser,
        "const s = document.querySelector('.map-tools input'); s.value = 0; s.dispatchEvent(new Event('input')); "
        "return document.querySelectorAll('.site-map path.st-I').length",
    )
    assert changed == 1000
    rows = "return [...document.querySelectorAll('.site-table tbody tr')]"
    shown = ask(browser, f"{rows}.filter(r => r.checkVisibility()).length")
    assert shown == 40
    ask(browser, "document.querySelector('.tools button').click()")
    assert ask(browser, "return document.querySelector('.tools [role=status]').textContent") == "1,000 buildings"


def test_on_a_case_page_a_building_is_found_by_its_address_beside_the_map(
    browser: Any, section: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "case.html"
    path.write_text(html.render(made_case(fixes=1000) | {"sites": section}), encoding="utf-8")
    browser.get_log("browser")
    open_at(browser, path.as_uri(), name_of(section, "Boiler house"))
    assert [row["message"] for row in browser.get_log("browser")] == []
    assert "Boiler house: destroyed" in ask(browser, "return document.getElementById('card').innerText")
    assert ask(browser, "return document.querySelectorAll('.is-sliding').length") == 5
