"""The page in a browser, opened from disk as a reader opens it: it asks for nothing, and everything on it answers."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_case import made_case

from darkwake.case.html import render
from darkwake.case.index import anchor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return made_case(fixes=4000, extra_gaps=120)


@pytest.fixture(scope="module")
def page(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("case") / "case.html"
    path.write_text(render(case), encoding="utf-8")
    return path.as_uri()


def open_at(browser: Any, page: str, part: str = "") -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")
    browser.get(f"{page}#{part}" if part else page)
    WebDriverWait(browser, 30).until(lambda b: ask(b, "return 'ready' in document.documentElement.dataset"))
    settle(browser)


def ask(browser: Any, script: str, *given: Any) -> Any:
    return browser.execute_script(script, *given)


def settle(browser: Any) -> None:
    """Three frames: the clock waits for one, the map for the next."""
    browser.execute_async_script("const d=arguments[0], f=requestAnimationFrame; f(() => f(() => f(() => d())))")


def press(browser: Any, key: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(key).perform()
    settle(browser)


PIXELS = """
const c = document.querySelector('#map canvas'), all = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
const dot = document.createElement('canvas').getContext('2d');
dot.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(arguments[0]);
dot.fillRect(0, 0, 1, 1);
const want = dot.getImageData(0, 0, 1, 1).data, found = [];
for (let i = 0; i < all.length; i += 4) {
  const off = Math.abs(all[i] - want[0]) + Math.abs(all[i + 1] - want[1]) + Math.abs(all[i + 2] - want[2]);
  if (all[i + 3] > 200 && off < 30) found.push(i / 4);
}
"""
"""The pixels of the map's canvas that are about as the style's colour of that name, as `found`."""


def in_colour(browser: Any, name: str) -> int:
    return int(ask(browser, PIXELS + "return found.length", f"--{name}"))


def told_gap(case: dict[str, Any]) -> str:
    return anchor("gap", next(row for row in case["voyages"] if row["corridor"])["gaps"][0])


def test_it_opens_from_disk_without_an_error_and_asks_for_nothing_else(browser: Any, page: str) -> None:
    browser.get_log("browser")
    browser.get_log("performance")
    open_at(browser, page)
    assert [row["message"] for row in browser.get_log("browser")] == []
    sent = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("data:", "about:", "chrome:"))] == [page]


def test_the_policy_stops_a_script_and_a_request_that_something_slips_in(browser: Any, page: str) -> None:
    open_at(browser, page)
    ask(
        browser,
        "const s = document.createElement('script'); s.textContent = 'window.slipped = 1'; document.body.append(s)",
    )
    assert ask(browser, "return window.slipped") is None
    told = browser.execute_async_script(
        "const d = arguments[0]; fetch('data:text/plain,x').then(() => d('went'), () => d('stopped'))"
    )
    assert told == "stopped"
    browser.get_log("browser")  # the two refusals are meant


def test_the_map_shows_land_tracks_and_silences(browser: Any, page: str) -> None:
    open_at(browser, page)
    assert in_colour(browser, "land") > 20_000
    assert in_colour(browser, "told") > 300
    assert in_colour(browser, "gap") > 100


def test_the_address_names_a_gap_and_the_same_gap_lights_up_everywhere(
    browser: Any, page: str, case: dict[str, Any]
) -> None:
    gap = told_gap(case)
    open_at(browser, page)
    assert in_colour(browser, "pick") == 0
    open_at(browser, page, gap)
    picked = ask(browser, "return [...document.querySelectorAll('.is-picked')].map(e => e.closest('section').id)")
    assert {"map-and-time", "voyages", "silence"} <= set(picked)
    assert ask(browser, "return document.getElementById('card').innerText").startswith("EXAMPLE HERON unheard for")
    top = ask(browser, "return document.getElementById(arguments[0]).getBoundingClientRect().top", gap)
    assert 0 <= top < 300


def test_a_gap_opens_the_map_of_who_was_around_it(browser: Any, page: str, case: dict[str, Any]) -> None:
    gap = told_gap(case)
    open_at(browser, page, gap)
    small = "document.getElementById(arguments[0]).querySelector('.around-map')"
    assert ask(browser, f"return {small}.getBoundingClientRect().height", gap) > 150
    colours = ask(
        browser,
        f"return ['dot-heard', 'dot-unheard'].map(n => getComputedStyle({small}.querySelector('.' + n)).stroke)",
        gap,
    )
    assert colours == ["rgb(0, 114, 178)", "rgb(213, 94, 0)"]
    assert "28 other ships known to be there" in ask(browser, "return document.getElementById('card').innerText")
    keys = "return [...document.querySelectorAll('.key-around, .key-reach')].filter(e => e.offsetParent).length"
    assert ask(browser, keys) == 3
    far = in_colour(browser, "told")
    ask(browser, "document.querySelector('#card .near').click()")
    settle(browser)
    assert in_colour(browser, "told") > far / 4
    assert ask(browser, "return document.querySelector('.scale span').textContent").startswith("5 nautical")
    ask(browser, "document.querySelector('#card .close').click()")
    assert ask(browser, keys) == 0


def test_the_reception_layer_is_off_until_asked_for_also_by_keyboard(browser: Any, page: str) -> None:
    from selenium.webdriver.common.keys import Keys

    open_at(browser, page)
    look = "return document.querySelector('#map canvas').toDataURL()"
    key = "return document.querySelector('.reception-key').hidden"
    before = ask(browser, look)
    assert ask(browser, key) is True
    ask(browser, "document.getElementById('reception').focus()")
    press(browser, Keys.SPACE)
    assert ask(browser, look) != before
    assert ask(browser, key) is False
    assert ask(browser, "return document.getElementById('reception').getAttribute('aria-pressed')") == "true"
    press(browser, Keys.SPACE)
    assert ask(browser, look) == before


def test_a_link_to_a_section_lands_with_its_heading_just_under_the_contents(browser: Any, page: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    below = (
        "return document.querySelector(`#${arguments[0]} h2`).getBoundingClientRect().top"
        " - document.querySelector('.contents').getBoundingClientRect().bottom"
    )

    def lands(part: str) -> bool:
        open_at(browser, page, part)
        # a busy machine scrolls a few frames later
        return bool(WebDriverWait(browser, 10).until(lambda b: 0 <= ask(b, below, part) < 40))

    assert all(lands(part) for part in ("voyages", "silence", "threads"))


def test_links_select_the_back_button_returns_and_escape_clears(browser: Any, page: str, case: dict[str, Any]) -> None:
    from selenium.webdriver.common.keys import Keys

    gap = told_gap(case)
    open_at(browser, page)
    ask(
        browser,
        "document.querySelector('.strip a').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))",
    )
    settle(browser)
    assert ask(browser, "return location.hash") == f"#{gap}"
    ask(browser, "document.querySelector('.voyage .who').click()")
    settle(browser)
    assert ask(browser, "return location.hash") == "#ship-999100001"
    browser.back()
    settle(browser)
    assert ask(browser, "return document.getElementById(arguments[0]).classList.contains('is-picked')", gap)
    press(browser, Keys.ESCAPE)
    assert ask(browser, "return [location.hash, document.querySelectorAll('.is-picked').length]") == ["", 0]
    assert ask(browser, "return document.getElementById('card').hidden")


def test_a_click_on_a_silence_on_the_map_opens_it_in_the_text(browser: Any, page: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    open_at(browser, page)
    spot = ask(
        browser,
        PIXELS
        + """const r = devicePixelRatio, at = found[Math.floor(found.length / 2)];
        return [(at % c.width) / r, Math.floor(at / c.width) / r, c.width / r, c.height / r]""",
        "--gap",
    )
    holder = browser.find_element("id", "map")
    ActionChains(browser).move_to_element_with_offset(
        holder, int(spot[0] - spot[2] / 2), int(spot[1] - spot[3] / 2)
    ).click().perform()
    settle(browser)
    assert ask(browser, "return location.hash").startswith("#gap-")


def test_the_brush_filters_tables_and_map_by_mouse_and_by_keyboard(browser: Any, page: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    open_at(browser, page)
    rows = (
        "return [...document.querySelectorAll('#silence tbody tr')].filter(r => !r.classList.contains('is-out')).length"
    )
    before, lines = ask(browser, rows), in_colour(browser, "told")
    plot = browser.find_element("id", "hist")
    wide = plot.size["width"]
    ActionChains(browser).move_to_element_with_offset(plot, int(wide * -0.4), 0).click_and_hold().move_by_offset(
        int(wide * 0.1), 0
    ).release().perform()
    settle(browser)
    brushed = ask(browser, rows)
    assert 0 < brushed < before
    assert in_colour(browser, "told") < lines
    assert ask(browser, "return document.getElementById('reset').hidden") is False
    ask(browser, "document.getElementById('reset').click()")
    settle(browser)
    assert ask(browser, rows) == before
    ask(browser, "document.querySelectorAll('[role=slider]')[0].focus()")
    for _ in range(6):
        press(browser, Keys.PAGE_UP)
    slider = ask(browser, "return document.activeElement.getAttribute('aria-valuetext')")
    assert slider > "2025-09-01 01:00 UTC"
    assert ask(browser, rows) < before
    press(browser, Keys.HOME)
    assert ask(browser, rows) == before


def test_long_tables_are_folded_filtered_sorted_and_shown_whole(browser: Any, page: str) -> None:
    open_at(browser, page)
    shown = "return [...document.querySelectorAll('#silence tbody tr')].filter(r => r.offsetParent).length"
    assert ask(browser, shown) == 40
    ask(
        browser,
        """const box = document.querySelector('#silence .tools input'); box.value = 'paper meridian';
        box.dispatchEvent(new Event('input'))""",
    )
    in_sight = "[...document.querySelectorAll('#silence tbody tr')].filter(r => r.offsetParent)"
    names = ask(browser, f"return {in_sight}.map(r => r.cells[0].innerText)")
    assert set(names) == {"PAPER MERIDIAN"}
    ask(
        browser,
        """const box = document.querySelector('#silence .tools input'); box.value = '';
        box.dispatchEvent(new Event('input')); document.querySelector('#silence .tools button').click();
        document.querySelectorAll('#silence thead button')[2].click()""",
    )
    hours = ask(
        browser, "return [...document.querySelectorAll('#silence tbody tr')].map(r => Number(r.cells[2].dataset.v))"
    )
    assert ask(browser, shown) == len(hours) > 40
    assert hours == sorted(hours)


def test_the_tab_key_goes_from_the_skip_link_down_the_page(browser: Any, page: str) -> None:
    from selenium.webdriver.common.keys import Keys

    open_at(browser, page)
    seen = []
    for _ in range(9):
        press(browser, Keys.TAB)
        seen.append(
            ask(browser, "const e = document.activeElement; return e.innerText || e.getAttribute('aria-label')")
        )
    assert seen[0] == "Skip to the answer"
    assert "E1" in seen
    outline = ask(browser, "return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 1024), (3840, 2160)])
def test_no_width_makes_the_page_scroll_sideways(browser: Any, page: str, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        open_at(browser, page)
        assert ask(browser, "return document.documentElement.scrollWidth") <= width
        assert in_colour(browser, "land") > 5_000
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_words_meet_wcag_contrast_in_light_and_dark(browser: Any, page: str) -> None:
    """4.5 to 1 for text, WCAG 2.2 criterion 1.4.3, for each colour that text is set in."""
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        open_at(browser, page)
        poor = ask(
            browser,
            """const p = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const style = getComputedStyle(document.documentElement);
            const of = (name) => { p.fillStyle = style.getPropertyValue('--' + name); p.fillRect(0,0,1,1);
              return [...p.getImageData(0,0,1,1).data].slice(0,3).map(v => v / 255)
              .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); };
            const light = (name) => { const c = of(name); return .2126 * c[0] + .7152 * c[1] + .0722 * c[2]; };
            const pairs = [['ink','paper'],['soft','paper'],['link','paper'],['soft','faint'],['ink','pick-wash'],
              ['soft','pick-wash'],['link','pick-wash'],['notice-ink','notice'],
              ['ink','land'],['ink','sea'],['soft','land']];
            return pairs.filter(([a, b]) => { const [x, y] = [light(a), light(b)];
              return (Math.max(x, y) + .05) / (Math.min(x, y) + .05) < 4.5; });""",
        )
        assert poor == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_it_reads_without_script(browser: Any, page: str, case: dict[str, Any]) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page)
        words = browser.find_element("tag name", "main").text
        for sentence in (*case["answer"]["sentences"], case["answer"]["against"]):
            assert sentence in words
        assert "likely switched off" in words
        assert browser.find_element("class name", "overview").is_displayed()
        assert len(browser.find_elements("css selector", "#silence tbody tr")) > 100
        assert browser.find_elements("css selector", "#silence tbody tr")[-1].is_displayed()
        picture = base64.b64decode(browser.get_screenshot_as_base64())
        assert len(picture) > 50_000
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_hostile_names_do_nothing_in_a_browser(browser: Any, case: dict[str, Any], tmp_path: Path) -> None:
    bad = json.loads(json.dumps(case))
    name = '</script><img src=x onerror="window.owned=1"><svg onload=window.owned=1>\u202egnp'
    bad["case"]["question"] = name
    bad["ships"][0]["label"] = f"{name} (MMSI 999100001)"
    bad["threads"][0]["title"] = name
    for port in bad["ports"]:
        port["name"] = name
    path = tmp_path / "bad.html"
    path.write_text(render(bad), encoding="utf-8")
    browser.get_log("browser")
    open_at(browser, path.as_uri(), anchor("thread", bad["threads"][0]["id"]))
    assert ask(browser, "return window.owned") is None
    assert "onerror" in ask(browser, "return document.getElementById('card').innerText")
    assert [row["message"] for row in browser.get_log("browser")] == []


def test_every_printed_page_says_that_the_case_is_invented(browser: Any, page: str, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("PRINT NOT TESTED: pdftotext is absent (apt-get install poppler-utils)")
    import subprocess

    open_at(browser, page)
    done = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    path = tmp_path / "case.pdf"
    path.write_bytes(base64.b64decode(done["data"]))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    sheets = text.rstrip("\f").split("\f")
    assert len(sheets) > 5
    assert [place for place, sheet in enumerate(sheets, 1) if "INVENTED CASE" not in sheet] == []
