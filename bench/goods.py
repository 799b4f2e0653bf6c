"""Descriptions of goods against control lists: how often the right entry comes first, plain BM25 beside; and how fast.

    python -m bench goods [--half report|tune] [--size small|full] [--json]

The generator takes lines of EU Annex I (2025-11-15) and of the US CCL (2026-07-23) and says each in other words: see
`CHANGES`. Lines are split in two halves by a hash of their number: the weights in screening/bm25.py were chosen on the
half "tune", the figures in docs/goods.md are of the half "report". A query is answered from the list that it was made
for; right is the entry (such as 1C350), and beside it the very line.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from darkwake.screening.bm25 import Line, TextIndex
from darkwake.screening.controls import ControlEntry, ControlList
from darkwake.screening.formats.controls import read_controls
from darkwake.screening.formats.hs import read_codes
from darkwake.screening.goods import goods
from darkwake.screening.goods_asked import GoodsAsked
from darkwake.screening.goods_index import GoodsIndex

LISTS = Path(__file__).parents[2] / "shared/data/lists"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRADE = {
    "equipment": "machine", "apparatus": "device", "manufacture": "making", "manufacturing": "making",
    "production": "making", "systems": "system", "comprising": "with", "incorporating": "with", "containing": "with",
    "capable": "able", "utilizing": "using", "composed": "made", "components": "parts", "component": "part",
    "assemblies": "units", "aluminium": "aluminum", "sulphur": "sulfur", "fibre": "fiber", "software": "programs",
    "technology": "know-how", "vessels": "tanks", "exceeding": "over", "greater": "over",
}  # fmt: skip
"""A trader's word for the law's."""
LEGAL = frozenset(
    """specially designed prepared therefor specified following follows any having all other than controlled entry see
    list items usable used for the of in or and a an to by with which that as from is are be one more not at least
    less if its such per also thereof""".split()  # noqa: SIM905 - reads best as prose
)
NOISE = ("brand new", "2 pallets", "made to order", "spare", "qty 4 pcs", "model XR-200", "in wooden case", "sample")

Words = list[str]


@dataclass(frozen=True, slots=True)
class Query:
    """A description, and what it was made from."""

    text: str
    change: str
    of: str
    """The list that is asked."""
    entry: str
    line: str


def _content(text: str) -> Words:
    text = re.sub(r"\(?C\.?A\.?S\.?\s*#?\s*[\d\s-]+\)?|[;:]", " ", text)
    return [word for word in re.findall(r"[^\s\"“”]+", text) if word.strip("().,")]


def shortened(words: Words, dice: random.Random) -> Words:
    """Two to six of the words that are not the law's own, in their order."""
    kept = [word for word in words if word.lower().strip("(),.") not in LEGAL]
    many = min(len(kept), max(2, min(6, math.ceil(len(kept) * 0.4))))
    return [kept[at] for at in sorted(dice.sample(range(len(kept)), many))]


def in_trade_words(words: Words, dice: random.Random) -> Words:
    """Shortened, with a trader's words for the law's."""
    return [TRADE.get(word.lower().strip("(),."), word) for word in shortened(words, dice)]


def misspelled(words: Words, dice: random.Random) -> Words:
    """Shortened, with a slip in every third word."""
    return [_slip(word, dice) if dice.random() < 0.34 and len(word) > 4 else word for word in shortened(words, dice)]


def abbreviated(words: Words, dice: random.Random) -> Words:
    """Shortened, with long words cut as on a packing list."""
    return [
        word[: dice.randint(4, 6)] if len(word) > 8 and dice.random() < 0.5 else word for word in shortened(words, dice)
    ]


def shuffled(words: Words, dice: random.Random) -> Words:
    """Shortened, in another order."""
    kept = shortened(words, dice)
    dice.shuffle(kept)
    return kept


def with_noise(words: Words, dice: random.Random) -> Words:
    """Shortened, among words of packing and trade."""
    return [dice.choice(NOISE), *shortened(words, dice), dice.choice(NOISE)]


def _slip(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + dice.choice(LETTERS) + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        ]
    )


def all_at_once(words: Words, dice: random.Random) -> Words:
    """A trader's words, another order, slips, cut words and noise together."""
    kept = in_trade_words(words, dice)
    dice.shuffle(kept)
    kept = [_slip(word, dice) if dice.random() < 0.25 and len(word) > 4 else word for word in kept]
    kept = [word[: dice.randint(4, 6)] if len(word) > 8 and dice.random() < 0.25 else word for word in kept]
    return [*kept, dice.choice(NOISE)]


CHANGES: dict[str, Callable[[Words, random.Random], Words]] = {
    "shortened": shortened,
    "trade words": in_trade_words,
    "misspelled": misspelled,
    "abbreviated": abbreviated,
    "other order": shuffled,
    "among trade noise": with_noise,
    "all at once": all_at_once,
}
"""Beside these: "the other list's name", where another list has another name for the same CAS number."""


def half_of(number: str) -> str:
    """The half that a line belongs to, by its number: tune or report."""
    return "tune" if hashlib.sha256(number.encode()).digest()[0] % 2 else "report"


def queries(of: ControlList, half: str, each: int, names: dict[str, set[str]]) -> Iterator[Query]:
    """Of each change `each` queries for one list, always the same ones."""
    lines = [one for one in of.entries if one.kind == "item" and half_of(one.number) == half]
    told = [one for one in lines if len(shortened(_content(one.text), random.Random(0))) >= 3]
    for change, make in CHANGES.items():
        dice = random.Random(f"{change} {of.name} {half}")
        for line in dice.sample(told, min(each, len(told))):
            yield Query(" ".join(make(_content(line.text), dice)), change, of.name, line.top, line.number)
    dice = random.Random(f"names {of.name} {half}")
    other = [
        Query(name, "the other list's name", of.name, line.top, line.number)
        for line in lines
        for cas in line.cas
        for name in sorted(names.get(cas.value, ()))
        if name.lower() not in line.text.lower()
    ]
    yield from dice.sample(other, min(each, len(other)))


def names_of(path: Path) -> dict[str, set[str]]:
    """Names by CAS number, from every list in the index of CAS numbers."""
    found: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            before = re.split(r"\(?C\.?A\.?S", row["text"])[0]
            name = re.sub(r"^(?:\d[A-E]\d{3}\S*|[\w.]{1,4}[.)])\s+", "", before).strip(' ";,.(')
            if re.search(r"[a-z]{4}", name) and len(name) < 70:
                found[row["cas"]].add(name)
    return found


class PlainBm25:
    """BM25 as in a textbook: lower-case words, k1 1.5, b 0.75."""

    def __init__(self, texts: Sequence[str]) -> None:
        docs = [re.findall(r"\w+", text.lower()) for text in texts]
        self.lengths = [len(doc) for doc in docs]
        self.mean = sum(self.lengths) / len(docs)
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, doc in enumerate(docs):
            for term, count in Counter(doc).items():
                self.postings[term].append((at, count))
        self.size = len(docs)

    def search(self, text: str) -> list[int]:
        """Documents that share a word, best first."""
        scores: dict[int, float] = defaultdict(float)
        for term in set(re.findall(r"\w+", text.lower())):
            found = self.postings.get(term, ())
            idf = math.log(1 + (self.size - len(found) + 0.5) / (len(found) + 0.5))
            for at, count in found:
                scores[at] += idf * count * 2.5 / (count + 1.5 * (0.25 + 0.75 * self.lengths[at] / self.mean))
        return sorted(scores, key=lambda at: (-scores[at], at))[:60]


Answer = Callable[[str], list[str]]
"""Entries, best first, each once."""


def _each_once(found: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(found))


def answers(of: ControlList) -> dict[str, Answer]:
    """The ways to answer, for one list."""
    entries: dict[str, list[ControlEntry]] = defaultdict(list)
    for one in of.entries:
        entries[one.top].append(one)
    tops = list(entries)
    whole = PlainBm25([" ".join(one.text for one in entries[top]) for top in tops])
    items = [one for one in of.entries if one.kind == "item"]
    plain = PlainBm25([one.text for one in items])
    ours = TextIndex([Line(one.text, one.headings) for one in items])
    return {
        "ours": lambda text: _each_once(items[met.line].top for met in ours.search(text, top=40)),
        "ours, line": lambda text: _each_once(items[met.line].number for met in ours.search(text, top=10)),
        "plain BM25, entries": lambda text: [tops[at] for at in whole.search(text)],
        "plain BM25, lines": lambda text: _each_once(items[at].top for at in plain.search(text)),
        "plain BM25, line": lambda text: _each_once(items[at].number for at in plain.search(text)),
    }


def measure(half: str = "report", each: int = 60) -> dict[str, dict[str, dict[str, float]]]:
    """Recall at 1, 5 and 10 and milliseconds a query, by way of answering and by change."""
    names = names_of(LISTS / "cas_index_from_lists.csv")
    ranks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    spent: dict[str, float] = defaultdict(float)
    for path in ("eu_annex1_2026-08/annex.json", "us_ccl_2026-07/ccl.json"):
        (of,) = read_controls(LISTS / path)
        asked = list(queries(of, half, each, names))
        for way, answer in answers(of).items():
            start = time.perf_counter()
            found = [answer(one.text) for one in asked]
            spent[way] += time.perf_counter() - start
            for one, got in zip(asked, found, strict=True):
                right = one.line if way.endswith("line") else one.entry
                rank = got.index(right) + 1 if right in got else 99
                for change in ("all", one.change):
                    ranks[way][change].append(rank)
    return {
        way: {change: _recall(got, spent[way] if change == "all" else None) for change, got in changes.items()}
        for way, changes in ranks.items()
    }


def _recall(ranks: Sequence[int], seconds: float | None) -> dict[str, float]:
    row: dict[str, float] = {"queries": len(ranks)}
    for top in (1, 5, 10):
        row[f"recall@{top}"] = round(sum(rank <= top for rank in ranks) / len(ranks), 3)
    if seconds is not None:
        row["ms"] = round(1000 * seconds / len(ranks), 2)
    return row


EVERYDAY = frozenset("01 02 03 04 07 08 09 10 16 17 18 19 20 21 22 61 62 63 64 94 95".split())  # noqa: SIM905 - as prose
"""Chapters of animals, food, drink, clothes, furniture and toys: no line of these lists is meant for them."""


def leads(half: str = "report", each: int = 60) -> dict[str, float]:
    """Of descriptions, how many are given a lead by `goods`: the right entry, and of everyday goods any."""
    names = names_of(LISTS / "cas_index_from_lists.csv")
    table = read_codes(LISTS / "hs/CN8_2023_en.csv")
    everyday = [row.text for code, row in table.rows.items() if code[:2] in EVERYDAY and half_of(code) == half]
    everyday = [re.sub(r"\s*\(excl.*", "", text) for text in random.Random(half).sample(everyday, 400)]
    right, asked_of = 0, 0
    false: set[str] = set()
    for path in ("eu_annex1_2026-08/annex.json", "us_ccl_2026-07/ccl.json"):
        index = GoodsIndex(read_controls(LISTS / path))
        name = index.lists[0].name
        for query in queries(index.lists[0], half, each, names):
            found = goods(GoodsAsked(description=query.text), index)
            right += any(one.list == name and one.entry.partition(".")[0] == query.entry for one in found)
            asked_of += 1
        for text in everyday:
            if goods(GoodsAsked(description=text), index)[0].list == name:
                false.add(text)
    return {
        "queries": asked_of,
        "the right entry is among the findings": round(right / asked_of, 3),
        "everyday goods": len(everyday),
        "of these, with any lead in either list": round(len(false) / len(everyday), 3),
    }


def main(argv: list[str]) -> int:
    """Print the table, or the figures as JSON."""
    options = argparse.ArgumentParser(prog="python -m bench goods")
    options.add_argument("--half", choices=("report", "tune"), default="report")
    options.add_argument("--size", choices=("small", "full"), default="full")
    options.add_argument("--json", action="store_true")
    given = options.parse_args(argv)
    each = 60 if given.size == "full" else 10
    figures = measure(given.half, each)
    given_leads = leads(given.half, each)
    ours, plain = figures["ours"]["all"], figures["plain BM25, entries"]["all"]
    want, got = plain["recall@1"], ours["recall@1"]
    target = {"name": "recall@1 above plain BM25's over entries", "want": want, "got": got, "meets": got > want}
    if given.json:
        print(json.dumps({"figures": figures | {"leads": given_leads}, "targets": [target]}))
        return 0
    for way, changes in figures.items():
        print(f"\n{way}")
        for change, row in changes.items():
            print(f"  {change:24}" + "  ".join(f"{name} {value:g}" for name, value in row.items()))
    print("\nleads given\n  " + "  ".join(f"{name} {value:g}" for name, value in given_leads.items()))
    return 0
