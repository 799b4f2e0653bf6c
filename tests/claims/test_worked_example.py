"""The worked example of docs/claims.md is what the command says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from darkwake.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"


def test_the_worked_example_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.read_text(encoding="utf-8")
    articles = re.findall(r"^`(\w+\.txt)`\n\n```text\n(.*?)\n```", text, re.MULTILINE | re.DOTALL)
    assert len(articles) == 4
    for name, words in articles:
        (tmp_path / name).write_text(words, encoding="utf-8")
    (said,) = re.findall(r"says:\n\n```text\n(.*?)\n```", text, re.DOTALL)
    monkeypatch.setenv("COLUMNS", "80")
    ran = CliRunner().invoke(app, ["claims", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    for line in said.splitlines():
        if line.strip() and not set(line) <= set(" ─"):
            assert " ".join(line.split()) in " ".join(ran.output.split()), line
    assert "2 origins, 4 outlets" in said
