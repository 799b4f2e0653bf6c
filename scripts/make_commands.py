"""Make docs/commands.md: every command with the help that it prints.

python scripts/make_commands.py
"""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from darkwake.cli import app

OUT = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """# Commands

Made by `python scripts/make_commands.py`; a test holds it to what the commands print.

Exit codes: 0 done, 1 the data was refused, 2 wrong use. Every message says what is wrong, where, and what to do.
"""


def text() -> str:
    """The page."""
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    return HEAD + "".join(f"\n## darkwake {name}\n\n```\n{help_of(name)}```\n" for name in names)


def help_of(name: str) -> str:
    """What `darkwake NAME --help` prints in a terminal of 80 columns."""
    result = CliRunner().invoke(app, [name, "--help"], prog_name="darkwake", terminal_width=80)
    if result.exit_code:
        raise typer.Exit(result.exit_code)
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines()) + "\n"


if __name__ == "__main__":
    OUT.write_text(text(), encoding="utf-8")
