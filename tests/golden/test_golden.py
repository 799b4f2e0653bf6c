"""A small invented case, told in a readable file: when a change moves a finding, the diff of that file shows which.

To accept a change: python tests/golden/test_golden.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from darkwake import steps, synth
from darkwake.synth import feeds, lists

FILE = Path(__file__).with_name("small-case.txt")


def case(folder: Path) -> dict[str, Any]:
    """Ten days of twenty invented ships, three of which switch off once."""
    world = synth.make(seed=11, days=10, ships=20, switch_offs=3)
    made = folder / "made"
    made.mkdir()
    feeds.write_dma(world, made)
    entries = [lists.Entry("Vessel", "INVENTED OLD NAME", imo=world.ships[4].imo), *lists.invent(2)]
    lists.write_sdn(made / "invented-sdn.xml", entries, published=world.start.date())
    steps.new(folder / "case", steps.Asked("golden", "What is found?", invented=True))
    steps.add(folder / "case", [made], invented=True)
    return dict(steps.run(folder / "case").case)


def told(case: dict[str, Any]) -> str:
    verdicts = {silence["event"]: silence["says"] for silence in case["silences"]}
    lines = [*case["answer"]["sentences"], f"Against: {case['answer']['against']}", "", str(case["counts"]), ""]
    lines += [f"{s['name']}: {s['rows']} rows, {s['kept']} kept, refused {s['refused']}" for s in case["sources"]]
    lines += ["", "Silences"]
    lines += [
        f"{event['ship']} {event['start']} {event['end']} {verdicts[event['id']]}"
        for event in case["events"]
        if event["kind"] == "gap"
    ]
    lines += ["", "Hits", *(f"{hit['ship']} {hit['name']} {hit['rank']} {hit['score']:.3f}" for hit in case["hits"])]
    lines += ["", "Corridor"]
    lines += [f"{v['ship']} {v['from_name']} {v['departed']} {v['to_name']} {v['arrived']}" for v in case["voyages"]
              if v["corridor"]]  # fmt: skip
    lines += ["", "Threads", *(f"{t['title']}\n  {t['summary']}\n  {t['order']}" for t in case["threads"])]
    return "\n".join(lines) + "\n"


def test_the_small_case_is_told_as_before(tmp_path: Path) -> None:
    assert told(case(tmp_path)) == FILE.read_text(encoding="utf-8"), "see the head of this file"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        FILE.write_text(told(case(Path(scratch))), encoding="utf-8")
    sys.stdout.write(FILE.read_text(encoding="utf-8"))
