"""The page as a PDF, printed by a browser of this machine: Chromium, Chrome or another of their family.

The browser runs without a window and without a network: no name is found, every address is turned away, and its
profile is a folder that is thrown away. What it prints depends on its version and fonts, so the bytes differ.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from darkwake.case.exports import written
from darkwake.errors import Refused, WrongUse

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
    "brave-browser",
)  # fmt: skip
"""Names on the search path, in the order in which they are tried."""
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
"""Where they lie on systems that have no search path for them."""
LONGEST_S = 180
"""Seconds until a browser that does not end is ended."""
_FLAGS = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-default-apps", "--disable-sync", "--disable-quic", "--disable-breakpad", "--no-pings", "--mute-audio",
    "--metrics-recording-only", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>", "--force-prefers-reduced-motion", "--no-pdf-header-footer",
    # the page's own clock is run ahead until it is drawn
    "--virtual-time-budget=30000",
)  # fmt: skip


def browser() -> str:
    """The first browser found.

    Raises:
        WrongUse: there is none.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    found = found or next((path for path in PLACES if Path(path).is_file()), None)
    if found is None:
        raise WrongUse(
            "a PDF needs Chromium, Chrome or Edge, and none was found on this machine",
            to_do="Install one (Debian: apt-get install chromium), or open case.html in any browser and print it",
        )
    return found


def write(page: Path, out: Path, *, longest_s: float = LONGEST_S) -> None:
    """Print a page into a file: whole, or not at all.

    Raises:
        WrongUse: there is no browser, or the file cannot be written.
        Refused: the browser failed, or did not end in time.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="darkwake-pdf-", ignore_cleanup_errors=True) as held:
        made = Path(held) / "case.pdf"
        flags = [*_FLAGS, f"--user-data-dir={Path(held) / 'profile'}", f"--print-to-pdf={made}"]
        if sys.platform == "linux" and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium does not start for root with it
        said = _run([program, *flags, page.resolve().as_uri()], held, longest_s)
        data = made.read_bytes() if made.is_file() else b""
        if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1024:]:
            raise Refused(
                f"the browser printed no whole PDF ({said[-200:].strip() or 'it said nothing'})",
                where=program,
                to_do="Open case.html in a browser and print it there",
            )
        written.write_file(out, data)


def _run(command: list[str], folder: str, longest_s: float) -> str:
    """Run the browser to its end; what it said on its error stream."""
    try:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        what = f"the browser could not be started ({error.strerror})"
        raise Refused(what, where=command[0], to_do="Open case.html in a browser and print it there") from error
    try:
        return running.communicate(timeout=longest_s)[1].decode("utf-8", "replace")
    except subprocess.TimeoutExpired as error:
        raise Refused(
            f"the browser had not printed the page after {longest_s:g} seconds",
            where=command[0],
            to_do="Open case.html in a browser and print it there",
        ) from error
    finally:
        _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the browser and the processes that it started, where they still run."""
    if running.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                running.kill()
            else:
                os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
