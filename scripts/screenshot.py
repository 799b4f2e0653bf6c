"""Pictures of a case.html for the docs: light, dark, narrow, and the printed PDF.

    python scripts/screenshot.py case.html docs/images/ [--only light,dark] [--at gap-123] [--scale 2]

Needs Chromium and chromedriver on the path. Nothing is loaded from anywhere: the page forbids it.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--force-prefers-reduced-motion",
)  # fmt: skip
LOOKS: dict[str, tuple[int, int, str]] = {
    "light": (1440, 900, "light"), "dark": (1440, 900, "dark"), "narrow": (390, 844, "light"),
    "narrow-dark": (390, 844, "dark"), "wide": (2560, 1440, "light"), "4k": (3840, 2160, "dark"),
}  # fmt: skip
"""Name -> width, height in CSS pixels, colour scheme."""


def take(
    page: Path, folder: Path, looks: list[str], *, at: str = "", scroll: int = 0, scale: float = 1.0
) -> list[Path]:
    """Save one picture a look (`print` is a PDF) and give back their paths."""
    made = []
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.binary_location = shutil.which("chromium") or ""
        # named outright, so that selenium looks for no driver on the network
        driver = Service(shutil.which("chromedriver") or "chromedriver")
        with webdriver.Chrome(options=options, service=driver) as browser:
            for look in looks:
                width, height, scheme = LOOKS.get(look, (1440, 900, "light"))
                browser.execute_cdp_cmd(
                    "Emulation.setDeviceMetricsOverride",
                    {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False},
                )
                browser.execute_cdp_cmd(
                    "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
                )
                browser.get("about:blank")
                browser.get(page.resolve().as_uri() + (f"#{at}" if at else ""))
                _ready(browser)
                browser.execute_script("scrollBy(0, arguments[0])", scroll)
                time.sleep(0.4)
                if look == "print":
                    done = browser.execute_cdp_cmd(
                        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
                    )
                    path = folder / f"{page.stem}.pdf"
                else:
                    done = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
                    path = folder / f"{page.stem}-{look}.png"
                path.write_bytes(base64.b64decode(done["data"]))
                made.append(path)
    return made


def _ready(browser: webdriver.Chrome) -> None:
    for _ in range(200):
        if browser.execute_script(
            "return document.documentElement.dataset.ready || document.documentElement.dataset.failed"
        ):
            return
        time.sleep(0.05)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="light,dark,narrow,print", help="looks, with commas between")
    parser.add_argument("--at", default="", help="what to choose, as in the address bar")
    parser.add_argument("--scroll", type=int, default=0, help="CSS pixels to scroll down first")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels in a CSS pixel")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for picture in take(
        given.page, given.folder, given.only.split(","), at=given.at, scroll=given.scroll, scale=given.scale
    ):
        print(picture)
