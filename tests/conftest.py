"""What every test shares: where the real data lies, and a loud line where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import axe, browser
from hypothesis import settings

__all__ = ("axe", "browser", "shared")

# no test has a clock: a busy machine is no fault
settings.register_profile("darkwake", deadline=None)
settings.load_profile("darkwake")

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"REAL DATA ABSENT: {SHARED} is not there, so nothing was tested on real files")
    return SHARED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    loud = [
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    ]
    for line in sorted(set(loud)):
        terminalreporter.write_line(f"!!! {loud.count(line)} skipped: {line}", yellow=True, bold=True)
