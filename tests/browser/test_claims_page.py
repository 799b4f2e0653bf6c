"""The page of claims in a browser: it asks for nothing, a claim lights up everywhere, filters hold, any width fits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_case import made_case
from made_claims import Made, made

from darkwake.case import claimed, claims_page, html
from darkwake.case.index import anchor
from darkwake.case.quantities import quantities

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def claims() -> Made:
    return made()


@pytest.fixture(scope="module")
def sections(claims: Made) -> tuple[dict[str, Any], dict[str, Any]]:
    tables = claimed.Claimed(claims.articles, claims.claims, claims.clusters, claims.origins, claims.contradictions)
    return claimed.section(tables), quantities(claims.claims, claims.clusters, claims.articles)


@pytest.fixture(scope="module")
def page(sections: tuple[dict[str, Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("claims") / "claims.html"
    path.write_text(claims_page.render(*sections, title="Claims", made_by="test", invented=True), encoding="utf-8")
    return path.as_uri()


def open_at(browser: Any, page: str, part: str = "") -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")
    browser.get(f"{page}#{part}" if part else page)
    WebDriverWait(browser, 30).until(lambda b: ask(b, "return 'ready' in document.documentElement.dataset"))


def ask(browser: Any, script: str, *given: Any) -> Any:
    return browser.execute_script(script, *given)


def choose(browser: Any, kind: str, value: str) -> None:
    ask(
        browser,
        "const f = document.querySelector(`.claim-tools [data-kind=${arguments[0]}]`); "
        "f.value = f.options ? [...f.options].find(o => o.text === arguments[1]).value : arguments[1]; "
        "f.dispatchEvent(new Event('input'))",
        kind,
        value,
    )


SHOWN = "return [...document.querySelectorAll('#claims [data-f]')].filter(e => e.checkVisibility()).map(e => e.id)"


def test_it_opens_without_an_error_and_asks_for_nothing_else(browser: Any, page: str) -> None:
    browser.get_log("browser")
    browser.get_log("performance")
    open_at(browser, page)
    assert [row["message"] for row in browser.get_log("browser")] == []
    sent = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("data:", "about:", "chrome:"))] == [page]


def test_the_address_names_a_claim_and_it_lights_up_everywhere(browser: Any, page: str, claims: Made) -> None:
    name = anchor("claim", claims.ids["heron"])
    open_at(browser, page, name)
    picked = ask(
        browser, "return [...document.querySelectorAll('.is-picked')].map(e => e.closest('section').id + e.tagName)"
    )
    assert {"claimsLI", "claimsBLOCKQUOTE", "claimsA", "quantitiesA"} <= set(picked)
    top = ask(browser, "return document.getElementById(arguments[0]).getBoundingClientRect().top", name)
    assert 0 <= top < 300
    ask(browser, "document.querySelector('#quantities .arithmetic a.cite').click()")
    assert ask(browser, "return location.hash") == f"#{anchor('claim', claims.ids['boxes'])}"
    assert ask(browser, "return document.querySelector('li.is-picked').id") == anchor("claim", claims.ids["boxes"])


def test_filters_leave_the_claims_that_fit_and_a_link_brings_back_what_they_hide(
    browser: Any, page: str, claims: Made
) -> None:
    open_at(browser, page)
    ids = {key: anchor("claim", claim) for key, claim in claims.ids.items()}
    assert set(ask(browser, SHOWN)) == set(ids.values())
    choose(browser, "actor", "Carla Moss")
    assert ask(browser, SHOWN) == [ids["moss"]]
    assert ask(browser, "return document.querySelector('.claim-count').textContent") == "1 of 12 claims"
    ask(browser, "document.querySelector('.claim-clear').click()")
    choose(browser, "outlet", "Trade Bulletin")
    assert set(ask(browser, SHOWN)) == {ids["boxes"], ids["seized"]}
    choose(browser, "first", "2025-12-01")
    assert set(ask(browser, SHOWN)) == {ids["seized"]}
    ask(browser, "location.hash = arguments[0]", ids["heron"])
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert set(ask(browser, SHOWN)) == set(ids.values())


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
def test_no_width_makes_the_page_wider_than_its_window(browser: Any, page: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        open_at(browser, page)
        assert ask(browser, "return document.documentElement.scrollWidth - innerWidth") <= 0
        drawn = ask(browser, "return document.querySelector('.chain-map').checkVisibility()")
        listed = ask(browser, "return document.querySelector('.chain-tree').checkVisibility()")
        assert (drawn, listed) == ((False, True) if width == 360 else (True, False))
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


def test_without_scripts_all_claims_and_numbers_are_there(browser: Any, page: str, claims: Made) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get("about:blank")
        browser.get(page)
        words = browser.find_element("tag name", "main").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "Upper ends: .. + 1,200: open" in words
    assert "Who says or acts" not in words
    for text in claims.claims["text"]:
        assert text in words


def test_on_a_case_page_a_claim_is_found_by_its_address_beside_the_map(
    browser: Any, claims: Made, sections: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "case.html"
    case = made_case(fixes=1000) | {"claims": sections[0], "quantities": sections[1]}
    path.write_text(html.render(case), encoding="utf-8")
    name = anchor("claim", claims.ids["arrived"])
    browser.get_log("browser")
    open_at(browser, path.as_uri(), name)
    assert [row["message"] for row in browser.get_log("browser")] == []
    picked = ask(browser, "return [...document.querySelectorAll('.is-picked')].map(e => e.closest('section').id)")
    assert {"claims", "quantities"} <= set(picked)
    assert "1,200 tons" in ask(browser, "return document.getElementById('card').innerText")
