"""The pages for every reader: axe-core's findings, contrast, keyboard, widths, on a case, claims and sites."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_claims import made as made_claims
from made_more import full_case
from made_sites import SITE
from made_sites import made as made_sites
from test_page import ask, open_at, press

from darkwake.case import buildings, claimed, claims_page, html, site_findings, sites_page
from darkwake.case.quantities import quantities

pytestmark = pytest.mark.browser

AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations
  .filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])),
  error => done(String(error)));
"""
CONTRAST = """
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const lum = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const under = e => { for (let up = e; up; up = up.parentElement) {
  const c = rgb(getComputedStyle(up).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
  return [255, 255, 255]; };
return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('svg')
  && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(under(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.tagName + '.' + e.className]; }).filter(([c]) => c < 4.5);
"""
FOCUS = """
const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
if (!e.dataset.order) e.dataset.order = String(++window.order_ || (window.order_ = 1));
return {name: e.tagName, seen: r.width > 0 && r.height > 0, line: s.outlineStyle, wide: parseFloat(s.outlineWidth),
  place: [...document.querySelectorAll('*')].indexOf(e)};
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A case with everything, a page of claims, a page of sites."""
    claims = made_claims()
    tables = claimed.Claimed(claims.articles, claims.claims, claims.clusters, claims.origins, claims.contradictions)
    told, amounts = claimed.section(tables), quantities(claims.claims, claims.clusters, claims.articles)
    site = buildings.section([made_sites()])
    drawn = {
        "case": html.render(full_case(fixes=2000) | {"claims": told, "quantities": amounts, "sites": site}),
        "claims": claims_page.render(told, amounts, title="Claims", made_by="test", invented=True),
        "sites": sites_page.render(
            site, title=SITE, made_by="test", evidence=site_findings.evidence([made_sites()], "test")
        ),
    }
    folder = tmp_path_factory.mktemp("all")
    for name, page in drawn.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in drawn}


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("name", ["case", "claims", "sites"])
def test_axe_finds_nothing_serious_and_every_word_stands_out(
    browser: Any, pages: dict[str, str], axe: str, name: str, look: str
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": look}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        open_at(browser, pages[name])
        ask(browser, "for (const folded of document.querySelectorAll('details')) folded.open = true")
        assert ask(browser, CONTRAST) == []
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
        browser.set_script_timeout(120)
        assert browser.execute_async_script(AXE) == []
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("name", ["case", "claims", "sites"])
def test_the_tab_key_follows_the_reading_order_and_is_always_seen(
    browser: Any, pages: dict[str, str], name: str
) -> None:
    open_at(browser, pages[name])
    places = []
    for _ in range(40):
        press(browser, "\ue004")
        now = ask(browser, FOCUS)
        if now["name"] == "BODY":
            break
        assert now["seen"], now
        assert (now["line"], now["wide"] >= 2) != ("none", False), now
        places.append(now["place"])
    assert len(places) > 5
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["case", "claims", "sites"])
@pytest.mark.parametrize("width", [360, 3840])
def test_nothing_scrolls_sideways_with_everything_open(
    browser: Any, pages: dict[str, str], name: str, width: int
) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        open_at(browser, pages[name])
        ask(browser, "for (const folded of document.querySelectorAll('details')) folded.open = true")
        assert ask(browser, "return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
