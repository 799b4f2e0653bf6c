"""Invented news articles with a ledger of what is planted in them.

    planted = synth.papers.write(folder, seed=1)
    planted.claims, planted.clusters, planted.contradictions

`folder` then holds pages (.html and .txt) and `planted.json`. Nothing in them is real, and every page says so. The
wording is that of papers, and was not fitted to what the reader of claims understands.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from darkwake.synth.newsroom import HARD, Desk, Said
from darkwake.synth.outlets import NOTICE, OUTLETS, Draft, printed
from darkwake.synth.retelling import Amount, When
from darkwake.synth.stories import STORIES

LEDGER = "planted.json"


@dataclass(frozen=True, slots=True)
class Planted:
    """Where the articles lie, and the truth about them."""

    folder: Path
    seed: int
    files: list[dict[str, Any]]
    """file, outlet, author, published, title, url."""
    claims: list[dict[str, Any]]
    """id, file, sentence, words (a list), speaker ("" where none is named), chain (outermost first), mode, kind,
    modality, dates, quantities, cluster, origin, traced."""
    clusters: list[dict[str, Any]]
    """id, claims, outlets, origins, and how many independent origins: least, most."""
    contradictions: list[dict[str, Any]]
    """cluster, kind, hard, a and b: the claims of either side."""

    @property
    def articles(self) -> list[Path]:
        """The pages."""
        return [self.folder / one["file"] for one in self.files]


def write(
    folder: Path, *, seed: int, stories: Sequence[str] = tuple(STORIES), outlets: Sequence[str] = OUTLETS
) -> Planted:
    """Write the articles of some stories and their ledger; equal arguments give equal bytes.

    Args:
        folder: where to; made if it is not there.
        seed: settles names, figures, days and wordings.
        stories: names of `stories.STORIES`; a name may stand there several times.
        outlets: who prints; at least five.

    Raises:
        ValueError: a story is not known, or there are too few outlets.
    """
    unknown = [name for name in stories if name not in STORIES]
    if unknown or len(outlets) < 5:
        wrong = (
            f"no story is called {unknown[0]!r}; there are {', '.join(STORIES)}"
            if unknown
            else "give 5 outlets or more"
        )
        raise ValueError(wrong)
    desk = Desk(seed, outlets)
    for number, name in enumerate(stories):
        before = len(desk.said)
        STORIES[name](desk)
        for one in desk.said[before:]:
            one.cluster = one.cluster and f"{number:02d}-{one.cluster}"
    planted = _planted(folder, desk)
    folder.mkdir(parents=True, exist_ok=True)
    for draft in desk.drafts:
        _put(folder / draft.file, printed(draft))
    truth = {name: getattr(planted, name) for name in ("seed", "files", "claims", "clusters", "contradictions")}
    _put(folder / LEDGER, json.dumps({"invented": NOTICE, **truth}, indent=1, ensure_ascii=False) + "\n")
    return planted


def load(folder: Path) -> Planted:
    """What `write` planted in a folder."""
    told = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    return Planted(folder, *(told[name] for name in ("seed", "files", "claims", "clusters", "contradictions")))


def _put(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


def _planted(folder: Path, desk: Desk) -> Planted:
    ids = {id(one): f"c{at:04d}" for at, one in enumerate(desk.said)}
    groups: dict[str, list[Said]] = defaultdict(list)
    for one in desk.said:
        if one.cluster:
            groups[one.cluster].append(one)
    return Planted(
        folder,
        desk.seed,
        [_file(draft) for draft in desk.drafts],
        [_claim(ids[id(one)], one) for one in desk.said],
        [_cluster(name, said, ids) for name, said in groups.items()],
        [row for name, said in groups.items() for row in _contradictions(name, said, ids)],
    )


def _file(draft: Draft) -> dict[str, Any]:
    return {
        "file": draft.file, "outlet": draft.outlet, "author": draft.author, "published": draft.published.isoformat(),
        "title": draft.headline, "url": draft.url if draft.file.endswith(".html") else "",
    }  # fmt: skip


def _claim(key: str, one: Said) -> dict[str, Any]:
    return {
        "id": key, "file": one.draft.file, "sentence": one.told.text, "words": list(one.told.claimed),
        "speaker": one.speaker, "chain": list(one.chain), "mode": one.told.mode, "kind": one.kind,
        "modality": one.modality, "dates": [_date(date, one.told.text) for date in one.told.dates],
        "quantities": [_quantity(amount, one.told.text) for amount in one.told.amounts], "cluster": one.cluster,
        "origin": one.origin, "traced": one.traced,
    }  # fmt: skip


def _as_stands(words: str, sentence: str) -> str:
    """As a sentence has them: with a capital where they open it."""
    at = sentence.lower().find(words.lower())
    return sentence[at : at + len(words)]


def _date(when: When, sentence: str) -> dict[str, str]:
    ends = {"first": when.first.isoformat(), "last": when.last.isoformat()}
    return {"text": _as_stands(when.text.rstrip(","), sentence), "edtf": when.edtf, **ends, "role": when.role}


def _quantity(amount: Amount, sentence: str) -> dict[str, Any]:
    return {
        "text": _as_stands(amount.text, sentence), "value": amount.value, "comparator": amount.comparator,
        "unit": amount.unit, "thing": amount.thing, "role": amount.role,
    }  # fmt: skip


def _cluster(name: str, said: Sequence[Said], ids: dict[int, str]) -> dict[str, Any]:
    """An untraced claim raises the maximum, never the minimum; a paragraph copied word for word is one."""
    traced = {one.origin for one in said if one.traced}
    every = {one.origin for one in said}
    return {
        "id": name, "claims": [ids[id(one)] for one in said],
        "outlets": list(dict.fromkeys(one.draft.outlet for one in said)), "origins": sorted(every),
        "least": max(1, len(traced)), "most": len(every),
    }  # fmt: skip


def _contradictions(name: str, said: Sequence[Said], ids: dict[int, str]) -> list[dict[str, Any]]:
    """Every two sides that claims of a happening take: of the count, the day, who did it ..."""
    found = []
    for kind, hard in HARD.items():
        sides: dict[str, list[str]] = defaultdict(list)
        for one in said:
            if kind in one.sides:
                sides[one.sides[kind]].append(ids[id(one)])
        for a, b in combinations(sides, 2):
            found.append({"cluster": name, "kind": kind, "hard": hard, "a": sides[a], "b": sides[b]})
    return found
