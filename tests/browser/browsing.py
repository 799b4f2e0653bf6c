"""One browser for all tests of the pages, and what they all ask it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1440,900",
    "--force-prefers-reduced-motion",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a head, started once; every test leaves it as it was."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="BROWSER TESTS NOT RUN: selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("BROWSER TESTS NOT RUN: chromium or chromedriver is absent (apt-get install chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        window.get("about:blank")
        window.get_log("performance")
        yield window
    finally:
        window.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, from whichever package of the index holds it."""
    for package, place in (
        ("selenium_axe_python", "axe-core/axe.min.js"),
        ("axe_selenium_python", "node_modules/axe-core/axe.min.js"),
    ):
        found = find_spec(package)
        if found is not None and found.origin is not None:
            return (Path(found.origin).parent / place).read_text(encoding="utf-8")
    pytest.skip("ACCESSIBILITY NOT CHECKED BY AXE: selenium-axe-python is not installed (the group dev has it)")


def requests_of(window: Any) -> list[str]:
    """Addresses that were asked for since the log was last read."""
    sent = [json.loads(row["message"])["message"] for row in window.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in sent if row["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith(("data:", "about:", "chrome:"))]
