"""The live page in a browser: a person writes, sees, withdraws; and no request leaves the machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "case"))
from made_live import an_evidence, laid

from darkwake import web
from darkwake.case import folder, html, notes
from darkwake.case.folder import CaseFolder

NOW = datetime(2026, 1, 2, tzinfo=UTC)
pytestmark = pytest.mark.browser


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    return laid(tmp_path)


@pytest.fixture
def live(case: CaseFolder) -> Iterator[str]:
    with web.serving(case.path) as served:
        yield served.url


def ask(browser: Any, script: str, *given: Any) -> Any:
    return browser.execute_script(script, *given)


def open_at(browser: Any, page: str, part: str = "") -> None:
    browser.get("about:blank")
    browser.get(f"{page}#{part}" if part else page)
    until(browser, "'ready' in document.documentElement.dataset")


def press(browser: Any, key: str) -> None:
    type_in(browser, key)
    ask(browser, "return document.body.offsetHeight")


def until(browser: Any, what: str, *given: Any) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 20).until(lambda b: ask(b, f"return {what}", *given))


def requests_of(browser: Any) -> list[str]:
    sent = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith(("data:", "about:", "chrome:"))]


def type_in(browser: Any, words: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(words).perform()


def test_a_note_is_written_by_keyboard_seen_beside_its_thing_and_withdrawn(
    browser: Any,
    live: str,
    case: CaseFolder,
) -> None:
    from selenium.webdriver.common.keys import Keys

    item = an_evidence(case)
    requests_of(browser)
    browser.get_log("browser")
    open_at(browser, live, item)
    ask(browser, "document.querySelector(`[data-note='${arguments[0]}']`).focus()", item)
    press(browser, Keys.ENTER)
    assert ask(browser, "return document.getElementById('note-dialog').open")
    assert ask(browser, "return document.activeElement.id") == "note-text"
    type_in(browser, "Asked the <b>owner</b>.")
    press(browser, Keys.TAB)
    press(browser, Keys.ENTER)  # without a name: said in words, at the field
    assert ask(browser, "return document.getElementById('note-error').textContent") == "Your name is missing."
    assert ask(browser, "return document.activeElement.id") == "note-author"
    assert ask(browser, "return document.activeElement.getAttribute('aria-invalid')") == "true"
    type_in(browser, "A. Reader")
    press(browser, Keys.ENTER)
    until(browser, "document.querySelector(`#${arguments[0]} .beside`)", item)
    assert not ask(browser, "return document.getElementById('note-dialog').open")
    (made,) = notes.read(case)
    assert (made.text, made.author, made.about["key"]) == ("Asked the <b>owner</b>.", "A. Reader", item)
    assert ask(browser, "return localStorage.length") == 0  # remembered only if asked for

    open_at(browser, live, item)
    beside = "document.querySelector(`#${arguments[0]} .beside`)"
    assert "Asked the <b>owner</b>." in ask(browser, f"return {beside}.innerText", item)
    assert ask(browser, f"return {beside}.querySelector('.note-text b')", item) is None
    ask(browser, f"{beside}.querySelector('[data-withdraw]').focus()", item)
    press(browser, Keys.ENTER)
    type_in(browser, "wrong ship")
    press(browser, Keys.TAB)
    type_in(browser, "B. Reader")
    press(browser, Keys.TAB)
    press(browser, Keys.SPACE)  # remember the name
    press(browser, Keys.TAB)
    press(browser, Keys.ENTER)
    until(browser, "document.querySelector('#notes-held .is-withdrawn')")
    assert "Withdrawn by B. Reader" in ask(browser, "return document.getElementById('notes-held').innerText")
    assert ask(browser, "return localStorage.getItem('darkwake-author')") == "B. Reader"
    assert notes.read(case)[-1].withdraws == made.id

    asked = requests_of(browser)
    assert asked
    assert [url for url in asked if not url.startswith(live)] == []
    assert [row["message"] for row in browser.get_log("browser")] == []


def test_the_policy_keeps_every_request_on_this_address(browser: Any, live: str) -> None:
    open_at(browser, live)
    # another port of the same machine is another origin, too
    for url in ("http://127.0.0.1:9/", "http://localhost:9/x", "https://example.invalid/"):
        told = browser.execute_async_script(
            "const d = arguments[1], once = {once: true};"
            "addEventListener('securitypolicyviolation', e => d(e.effectiveDirective), once);"
            "fetch(arguments[0], {mode: 'no-cors'}).catch(() => 0)",
            url,
        )
        assert told == "connect-src"
    named = ask(browser, "return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in named if not name.startswith((live, "data:"))] == []
    browser.get_log("browser")  # the refusals are meant


def test_rows_of_a_source_are_shown_and_escape_closes_them_alone(
    browser: Any,
    live: str,
    case: CaseFolder,
) -> None:
    from selenium.webdriver.common.keys import Keys

    item = an_evidence(case)
    open_at(browser, live, item)
    ask(browser, "document.querySelector(`[data-rows='${arguments[0]}']`).focus()", item)
    press(browser, Keys.ENTER)
    until(browser, "document.querySelector('#rows-held td')")
    told = ask(
        browser, "return [...document.querySelectorAll('#rows-held tbody tr')].map(r => r.innerText.split(/\\s+/))"
    )
    assert told == [["7", "7", "999100001", "7.5"], ["8", "8", "999100001", "8.5"]]
    press(browser, Keys.ESCAPE)
    assert not ask(browser, "return document.getElementById('rows-dialog').open")
    assert ask(browser, "return location.hash") == f"#{item}"
    picked = ask(browser, "return document.getElementById('live-picked').hidden")
    assert picked is False


def test_a_new_run_and_a_note_from_elsewhere_are_seen(browser: Any, live: str, case: CaseFolder) -> None:
    from darkwake.case import file, opened

    open_at(browser, live)
    until(browser, "document.getElementById('live-changed').hidden")
    notes.add(case, text="From the command line.", author="C", at=NOW)
    until(browser, "document.getElementById('notes-held').innerText.includes('From the command line.')")
    plain = opened.read(case.path / "case.json")
    plain["case"]["question"] = "Another question?"
    folder.write_text(case.path / "case.json", file.dump(plain))
    until(browser, "!document.getElementById('live-changed').hidden")
    ask(browser, "document.getElementById('live-reload').click()")
    until(browser, "document.getElementById('question')?.innerText === 'Another question?'")


def test_the_file_shows_notes_beside_their_thing_and_has_no_form(
    browser: Any,
    case: CaseFolder,
    tmp_path: Path,
) -> None:
    from darkwake.case import opened

    item = an_evidence(case)
    notes.add(case, text="Seen by a person.", author="C", at=NOW, about={"kind": "ev", "key": item})
    plain = opened.read(case.path / "case.json") | {"notes": notes.listed(case)}
    page = tmp_path / "page.html"
    page.write_text(html.render(plain), encoding="utf-8")
    open_at(browser, page.as_uri())
    assert "Seen by a person." in ask(browser, "return document.getElementById(arguments[0]).textContent", item)
    assert ask(browser, "return document.querySelectorAll('form, dialog, [data-note], [data-withdraw]').length") == 0
