"""The demo from nothing to its second act, with all parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from darkwake import steps
from darkwake.errors import CaseMissing, WrongUse


@pytest.mark.slow
def test_the_whole_demo_finds_what_was_planted_in_every_part_and_then_more_arrives(tmp_path: Path) -> None:
    case = tmp_path / "demo"
    report, rows = steps.demo(case)
    results = Counter(row["result"] for row in rows)
    assert results["missed"] == 0
    assert results["found"] >= 22
    found = {row["planted"]: row["result"] for row in rows}
    for beginning in ("AMBER HERON called", "COPPER WHIMBREL is on", "sodium perchlorate", "9 papers", "one cargo"):
        assert next(result for planted, result in found.items() if planted.startswith(beginning)) == "found", beginning
    assert found["nobody else switched off"] == "no false alarm"
    assert report.case["case"]["invented"] is True
    assert 'id="sites"' in report.case_html.read_text(encoding="utf-8")
    again, _ = steps.demo(case)
    assert not any(step.new for step in again.steps)
    later, changed = steps.second_act(case)
    about = {one["about"] for one in changed["changes"]}
    assert {"list entry", "source"} <= about
    assert any("AMBER HERON" in one["says"] for one in changed["changes"])
    assert later.case["counts"]["positions"] > report.case["counts"]["positions"]


def test_the_second_act_needs_the_first(tmp_path: Path) -> None:
    with pytest.raises(CaseMissing):
        steps.second_act(tmp_path)
    steps.new(tmp_path / "other", steps.Asked("other"))
    with pytest.raises(WrongUse, match="first act"):
        steps.second_act(tmp_path / "other")
    with pytest.raises(WrongUse, match="another case"):
        steps.demo(tmp_path / "other")
