"""Whatever a source says, in whichever field: it reaches the page as text, cut where it is endless."""

from __future__ import annotations

import re
from typing import Any

import pytest
from made_hostile import HOSTILE, LONG, spoiled, whole_case
from test_html import Page

from darkwake.case.html import render


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return whole_case()


def test_every_text_of_every_part_reaches_the_page_as_text(case: dict[str, Any]) -> None:
    plain, bad = Page(render(case)), render(spoiled(case, HOSTILE))
    found = Page(bad)
    for tag in ("script", "style", "iframe", "form", "base", "object", "link", "meta"):
        assert [name for name, _ in found.tags].count(tag) == [name for name, _ in plain.tags].count(tag), tag
    pictures = [attrs.get("src") or "" for name, attrs in found.tags if name == "img"]
    assert all(source.startswith("data:image/png;base64,") for source in pictures)
    assert not {key for _, attrs in found.tags for key in attrs if key.startswith("on") or key in ("style", "srcdoc")}
    links = [href for href in found.values("href") if not href.startswith(("#", "data:image/svg+xml,"))]
    assert links == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", bad)
    assert "{{7*7}}" in "".join(found.words)


def test_a_megabyte_in_every_text_is_cut_everywhere(case: dict[str, Any]) -> None:
    bad = render(spoiled(case, LONG))
    assert "x" * 5_000 not in bad  # a note may have 4,000 letters, any other text fewer
    assert "characters in all)" in bad


@pytest.mark.parametrize("key", ["says", "label", "name", "title", "text", "how", "author", "verdict", "rank", "list"])
def test_one_kind_of_field_alone_is_shown_and_shown_as_text(case: dict[str, Any], key: str) -> None:
    bad = render(spoiled(case, f"<b id=owned>{HOSTILE}", only=key))
    assert "⟨U+202E⟩gnp.exe" in bad
    assert "owned" not in Page(bad).values("id")
