"""Each part stands alone: it imports without the others, and without the command line or the page."""

from __future__ import annotations

import subprocess
import sys

import pytest

PARTS = ("tracks", "events", "voyages", "screening", "sites", "claims", "case", "synth")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_loads_without_the_others(part: str) -> None:
    others = [f"darkwake.{other}" for other in (*PARTS, "steps", "cli") if other != part]
    code = f"import sys, darkwake.{part}; sys.exit(', '.join(m for m in {others!r} if m in sys.modules) or 0)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_package_loads_its_parts_late() -> None:
    code = "import sys, darkwake; sys.exit(', '.join(m for m in sys.modules if m.startswith('darkwake.')) or 0)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
