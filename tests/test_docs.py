"""The docs are true: every command, every link, every file they name."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import make_commands  # noqa: E402  found in scripts/

from darkwake.cli import app  # noqa: E402

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS = [one.name or one.callback.__name__ for one in app.registered_commands if one.callback]


def test_the_page_of_commands_is_what_the_commands_print() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == make_commands.text(), (
        "run: python scripts/make_commands.py"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_and_stands_in_the_readme(command: str) -> None:
    assert f"Example: darkwake {command}" in make_commands.help_of(command)
    assert f"darkwake {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_command_in_the_docs_is_made_up(page: Path) -> None:
    for command in re.findall(r"(?m)^\s*(?:\$ )?darkwake ([a-z]+)", page.read_text(encoding="utf-8")):
        assert command in COMMANDS, f"there is no command {command!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_file_in_the_docs_is_made_up(page: Path) -> None:
    """Paths of the repository in code marks exist."""
    for path in re.findall(r"`((?:src|tests|docs|bench|scripts|requirements)/[\w./*-]+)`", page.read_text("utf-8")):
        assert list(ROOT.glob(path)), f"{path} is not there"


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index, f"docs/index.md does not name {page.name}"
