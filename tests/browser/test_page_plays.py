"""Playback, levels of detail, cases without ships, and attacks in every field, in a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import requests_of

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_case import made_case
from made_hostile import HOSTILE, spoiled, whole_case
from made_sites import made as made_sites
from test_page import PIXELS, ask, open_at, press

from darkwake.case import buildings
from darkwake.case.html import render

pytestmark = pytest.mark.browser

WINDOW = (
    "return [...document.querySelectorAll('#brush [role=slider]')].map(e => Number(e.getAttribute('aria-valuenow')))"
)
SAID = "return document.querySelector('#play [role=status]').textContent"


def laid(case: dict[str, Any], folder: Path) -> str:
    path = folder / "case.html"
    path.write_text(render(case), encoding="utf-8")
    return path.as_uri()


def playing(browser: Any, *, still: bool) -> None:
    value = "reduce" if still else "no-preference"
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": value}]}
    )


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    case = made_case(fixes=3000) | {"sites": buildings.section([made_sites()])}
    yield laid(case, tmp_path)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_playback_moves_ships_and_tables_and_is_said_only_when_it_rests(browser: Any, page: str) -> None:
    playing(browser, still=False)
    open_at(browser, page)
    whole = ask(browser, WINDOW)
    ask(browser, "document.querySelectorAll('#play button')[1].focus()")
    press(browser, " ")
    assert ask(browser, "return document.activeElement.getAttribute('aria-label')") == "Pause"
    browser.execute_async_script("setTimeout(arguments[0], 1500)")
    assert ask(browser, SAID) == ""
    before, picture = ask(browser, WINDOW), ask(browser, "return document.querySelector('#map canvas').toDataURL()")
    browser.execute_async_script("setTimeout(arguments[0], 1500)")
    after = ask(browser, WINDOW)
    assert after[0] > before[0] > 0
    assert abs((after[1] - after[0]) - (before[1] - before[0])) <= 1 < whole[1] - (after[1] - after[0])
    assert ask(browser, "return document.querySelector('#map canvas').toDataURL()") != picture
    press(browser, " ")
    assert ask(browser, SAID).startswith("Shown: 2025-09-")
    stopped = ask(browser, WINDOW)
    browser.execute_async_script("setTimeout(arguments[0], 400)")
    assert ask(browser, WINDOW) == stopped
    rows = (
        "return [...document.querySelectorAll('#silence [data-s]')].filter(e => e.classList.contains('is-out')).length"
    )
    assert ask(browser, rows) > 0
    press(browser, "\ue014")
    assert ask(browser, WINDOW)[0] > stopped[0]
    press(browser, "\ue012")
    assert ask(browser, WINDOW) == stopped


def test_with_less_motion_asked_for_it_goes_in_steps_and_a_hand_on_the_brush_stops_it(browser: Any, page: str) -> None:
    playing(browser, still=True)
    open_at(browser, page)
    ask(browser, "document.querySelectorAll('#play button')[1].click()")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    first = ask(browser, WINDOW)
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert ask(browser, WINDOW) == first
    browser.execute_async_script("setTimeout(arguments[0], 1200)")
    assert ask(browser, WINDOW)[0] > first[0]
    ask(browser, "document.querySelectorAll('#brush [role=slider]')[1].focus()")
    press(browser, "\ue00f")
    assert ask(browser, "return document.querySelectorAll('#play button')[1].getAttribute('aria-label')") == "Play"


def test_the_map_of_a_site_follows_the_time_and_comes_back_with_it(browser: Any, page: str) -> None:
    open_at(browser, page)
    at = "return Number(document.querySelector('.map-tools input').value)"
    newest = ask(browser, at)
    ask(browser, "document.querySelectorAll('#play button')[2].click()")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    early = ask(browser, at)
    assert early <= newest
    ask(browser, "document.getElementById('reset').click()")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert ask(browser, at) == newest


def test_levels_of_detail_show_the_same_line_and_unpacked_tracks_are_those_of_the_case(
    browser: Any, tmp_path: Path
) -> None:
    """A straight way of many points between two turns: on the map as long as the way of its turns alone."""
    case = made_case(fixes=200)
    seconds = np.arange(60_000)
    ship = case["threads"][0]["ship"]
    lat, lon = np.rint(1e4 * (10 + seconds / 6000)).astype(int), np.rint(1e4 * (60 + seconds / 3000)).astype(int)
    case["tracks"] = [{"ship": ship, "start": 1_756_700_000, "t": np.diff(seconds * 60, prepend=0).tolist(),
                       "lat": np.diff(lat, prepend=0).tolist(), "lon": np.diff(lon, prepend=0).tolist()}]  # fmt: skip
    case["events"] = [row for row in case["events"] if row["ship"] != ship]
    for voyage in case["voyages"]:
        voyage["gaps"] = []
    case["threads"] = case["threads"][:1]
    found = []
    for step in (1, 1000):
        thin = case | {"tracks": [dict(case["tracks"][0])]}
        kept = np.r_[0:60_000:step, 59_999] if step > 1 else np.arange(60_000)
        thin["tracks"][0] |= {
            "t": np.diff(seconds[kept] * 60, prepend=0).tolist(),
            "lat": np.diff(lat[kept], prepend=0).tolist(), "lon": np.diff(lon[kept], prepend=0).tolist(),
        }  # fmt: skip
        open_at(browser, laid(thin, tmp_path))
        browser.execute_async_script("setTimeout(arguments[0], 500)")
        wide, pixels = ask(browser, f"{PIXELS} return [c.width, found]", "--told")
        found.append(np.column_stack(np.divmod(np.array(pixels), wide)))
    assert min(map(len, found)) > 300
    for one, other in (found, found[::-1]):
        far = np.abs(one[:, None, :] - other[None, :, :]).max(axis=2).min(axis=1)
        assert far.max() <= 2


def test_a_case_of_sites_alone_has_no_map_and_no_word_of_ships(browser: Any, tmp_path: Path) -> None:
    case = made_case(fixes=200)
    alone = {key: case[key] for key in ("format", "format_version", "made_by", "case")} | {
        "answer": {"sentences": ["One site was watched."], "against": "", "evidence": []},
        "counts": {"rows": 0, "refused": 0, "positions": 0, "ships": 0, "gaps": 0, "voyages": 0, "hits": 0},
        "sites": buildings.section([made_sites()]),
    }
    browser.get_log("browser")
    browser.get_log("performance")
    page = laid(alone, tmp_path)
    open_at(browser, page)
    assert [row["message"] for row in browser.get_log("browser")] == []
    assert requests_of(browser) == [page]
    ids = ask(browser, "return [...document.querySelectorAll('section')].map(e => e.id)")
    assert "sites" in ids
    assert not {"map-and-time", "voyages", "listed", "silence"} & set(ids)
    numbers = ask(browser, "return [...document.querySelectorAll('.numbers b')].map(e => e.textContent)")
    assert numbers
    assert "0" not in numbers


def test_an_attack_in_every_field_does_nothing_and_asks_for_nothing(browser: Any, tmp_path: Path) -> None:
    browser.get_log("browser")
    browser.get_log("performance")
    page = laid(spoiled(whole_case(), HOSTILE), tmp_path)
    open_at(browser, page)
    assert ask(browser, "return window.owned") is None
    assert [row["message"] for row in browser.get_log("browser")] == []
    assert requests_of(browser) == [page]
    links = ask(browser, "return [...new Set([...document.querySelectorAll('a[href^=\"#ev-\"]')].map(e => e.hash))]")
    for link in links[:5]:
        ask(browser, "location.hash = arguments[0]", link)
        assert "onerror" in ask(browser, "return document.getElementById('card').textContent")
    assert ask(browser, "return window.owned") is None
