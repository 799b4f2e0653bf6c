"""What was planted in invented papers beside what was read of them: words, sources, dates, clusters, origins."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

import polars as pl

from darkwake.synth.papers import Planted

Row = dict[str, Any]
SHIPMENTS = frozenset(("departure", "first", "second", "delivery", "order", "seizure", "unloading"))
"""Happenings (the last word of their name) in which a cargo moves or changes hands."""
AKIN = {"count": {"count", "quantity bound"}, "denial": {"denial"}, "framing": {"framing", "actor"}}
"""Kinds of contradiction that say the same of a planted one."""
_SKIN = " \t\n.,;:!?\"'“”‘’«»()"


@dataclass(slots=True)
class Tally:
    """So many right of so many, and examples of what went wrong."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, right: bool, otherwise: str = "") -> None:
        """Count one; keep the sentence where it went wrong."""
        self.of[what] += 1
        self.right[what] += right
        if not right and otherwise:
            self.wrong.append(f"{what}: {otherwise}")

    def share(self, what: str) -> float | None:
        """Percent right; None where nothing was asked."""
        return round(100 * self.right[what] / self.of[what], 1) if self.of[what] else None

    def merge(self, other: Tally) -> None:
        """Add another's counts."""
        self.right += other.right
        self.of += other.of
        self.wrong += other.wrong


@dataclass(slots=True)
class Read:
    """Everything that was read of one folder."""

    articles: pl.DataFrame
    claims: pl.DataFrame
    clusters: pl.DataFrame
    origins: pl.DataFrame
    contradictions: pl.DataFrame
    sentences: int = 0
    """Of the running text, whether or not they claim anything."""


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without quotation marks, stops and blanks at its ends."""
    while start < end and text[start] in _SKIN:
        start += 1
    while end > start and text[end - 1] in _SKIN:
        end -= 1
    return start, end


def shared(one: tuple[int, int], two: tuple[int, int]) -> float:
    """Characters in both over characters in either."""
    both = max(0, min(one[1], two[1]) - max(one[0], two[0]))
    return both / (one[1] - one[0] + two[1] - two[0] - both) if both else 0.0


def names_same(got: str, want: str, *, kind: str = "") -> bool:
    """Whether a name as read stands for the planted one: all its words for a name, the head word for people without."""
    words = [set(re.findall(r"[\w.]+", one.lower())) - {"the", "a", "an", "s"} for one in (got, want)]
    if not words[0]:
        return not words[1]
    if words[1] <= words[0]:
        return True
    head = re.split(r" (?:familiar|who|in) ", want)[0].split()[-1].lower()
    return kind in ("unnamed", "document") and head in words[0] and (kind == "document" or words[0] <= words[1])


def matched(planted: Planted, read: Read) -> tuple[dict[str, Row], dict[str, float], list[str]]:
    """By planted claim the row that shares most of its words, how much, and the sentences that are not in the text."""
    texts = {row["name"]: row for row in read.articles.select("name", "id", "text").iter_rows(named=True)}
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in read.claims.iter_rows(named=True):
        rows[row["article"]].append(row)
    found: dict[str, Row] = {}
    grades: dict[str, float] = {}
    lost: list[str] = []
    for claim in planted.claims:
        page = texts.get(claim["file"])
        at = page["text"].find(claim["sentence"]) if page else -1
        if page is None or at < 0:
            lost.append(f"{claim['file']}: {claim['sentence']}")
            continue
        text = page["text"]
        for words in sorted(claim["words"], key=len)[-1:]:
            start = text.index(words, at)
            want = bare(text, start, start + len(words))
            graded = [(shared(bare(text, row["start"], row["end"]), want), -row["at"], row) for row in rows[page["id"]]]
            best = max(graded, key=lambda one: one[:2], default=None)
            if best and best[0] > 0:
                found[claim["id"]], grades[claim["id"]] = best[2], best[0]
    return found, grades, lost


def of_claims(planted: Planted, found: Mapping[str, Row], grades: Mapping[str, float]) -> Tally:
    """Words, source, chain, modality, dates and amounts of each planted claim."""
    tally = Tally()
    for claim in planted.claims:
        if not claim["words"]:
            continue
        row = found.get(claim["id"])
        grade = grades.get(claim["id"], 0.0)
        said = f"[{claim['kind']}] {claim['sentence']}"
        got = row["text"] if row else "nothing"
        tally.add("words found (half or more)", grade >= 0.5, f"{said} -> {got!r}")
        tally.add("words exact", grade == 1.0, f"{said} -> {got!r}")
        row = row if grade >= 0.5 else None
        chain = [link["name"] for link in row["chain"]] if row else []
        if claim["speaker"] and claim["kind"] not in ("plain", "witness"):
            right = bool(chain) and names_same(chain[-1], claim["speaker"], kind=_kind(claim))
            tally.add("source", right, f"{said} -> {chain[-1:]} for {claim['speaker']!r}")
            tally.add(f"source: {claim['kind']}", right)
        tally.add("chain", _chain_right(row, claim), f"{said} -> {_told(row)} for {claim['chain']}")
        tally.add("modality denied", bool(row) and (row or {})["modality"] == "denied", said) if claim[
            "modality"
        ] == "denied" else None
        _dates(tally, claim, row, said)
        _amounts(tally, claim, row, said)
    return tally


def _kind(claim: Row) -> str:
    if claim["kind"] == "document" or claim["origin"] == "document":
        return "document"
    return "unnamed" if claim["origin"].startswith("unnamed") else ""


def _told(row: Row | None) -> list[str]:
    return [f"{link['name']} ({link['kind']})" for link in row["chain"]] if row else []


def _chain_right(row: Row | None, claim: Row) -> bool:
    if row is None:
        return False
    names = [link["name"] for link in row["chain"]]
    if not claim["speaker"] or claim["kind"] == "witness":  # the outlet alone, or with an end that has no name
        return names_same(names[0] if names else "", claim["chain"][0]) and all(
            link["kind"] in ("unknown", "unnamed", "outlet") for link in row["chain"][1:]
        )
    kinds = ["", *[""] * (len(claim["chain"]) - 2), _kind(claim)]
    return len(names) == len(claim["chain"]) and all(
        names_same(got, want, kind=kind) for got, want, kind in zip(names, claim["chain"], kinds, strict=False)
    )


def _dates(tally: Tally, claim: Row, row: Row | None, said: str) -> None:
    for told in claim["dates"]:
        first, last = date.fromisoformat(told["first"]), date.fromisoformat(told["last"])
        got = row["dates"] if row else []
        exact = [one for one in got if (one["first"], one["last"]) == (first, last)]
        if not told["edtf"]:
            exact = [
                one for one in got if one["first"] and one["last"] and first <= one["first"] <= one["last"] <= last
            ]
        shown = [(one["text"], one["edtf"], one["role"]) for one in got]
        tally.add(f"dates: {told['role']}", bool(exact), f"{said} -> {shown} for {told['text']!r} {told['edtf']}")
        if exact:
            tally.add("date roles", any(one["role"] == told["role"] for one in exact), f"{said} -> {shown}")


def _amounts(tally: Tally, claim: Row, row: Row | None, said: str) -> None:
    for told in claim["quantities"]:
        got = row["quantities"] if row else []
        value, unit = told["value"], told["unit"]
        right = [one for one in got if _bounds(one, value, told["comparator"])]
        shown = [(one["text"], one["low"], one["high"], one["comparator"], one["unit"], one["thing"]) for one in got]
        tally.add("amounts: number and bound", bool(right), f"{said} -> {shown} for {told['text']!r}")
        units = [one for one in right if one["unit"] == unit or unit in one["thing"] or unit in one["text"]]
        tally.add("amounts: unit", bool(units), f"{said} -> {shown} for {unit!r}")
        if told["thing"]:
            tally.add("amounts: thing", any(told["thing"] in one["thing"] for one in right), f"{said} -> {shown}")
        if told["role"] != "amount":
            tally.add("amounts: role", any(one["role"] == told["role"] for one in right), f"{said} -> {shown}")


def _bounds(one: Row, value: float, comparator: str) -> bool:
    low, high = one["low"], one["high"]
    if comparator in ("over", "at least"):
        return bool(low == value and high is None and one["low_in"] == (comparator == "at least"))
    if comparator == "under":
        return bool(high == value and not one["high_in"])
    if comparator == "about":
        return bool(low is not None and high is not None and low <= value <= high and one["comparator"] == "about")
    return bool(low == high == value and one["comparator"] == "exactly")


def b_cubed(truth: Mapping[str, str], got: Mapping[str, str]) -> tuple[float, float, float]:
    """Precision, recall and F1 over the claims of `truth`; one that was not found stands alone."""
    ours = {claim: got.get(claim, f"alone {claim}") for claim in truth}
    shares = {"p": 0.0, "r": 0.0}
    for claim in truth:
        same = {one for one in truth if ours[one] == ours[claim]}
        true = {one for one in truth if truth[one] == truth[claim]}
        shares["p"] += len(same & true) / len(same)
        shares["r"] += len(same & true) / len(true)
    p, r = shares["p"] / len(truth), shares["r"] / len(truth)
    return p, r, 2 * p * r / (p + r)


def merged(truth: Mapping[str, str], got: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of distinct shipments, and of other distinct happenings, that were taken for one."""
    shipments: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for a, b in combinations([one for one in truth if one in got], 2):
        if truth[a] != truth[b] and got[a] == got[b]:
            both = {truth[one].rpartition("/")[2] for one in (a, b)} <= SHIPMENTS
            (shipments if both else others).append((a, b))
    return shipments, others


def of_clusters(planted: Planted, found: Mapping[str, Row], read: Read) -> tuple[Tally, list[float]]:
    """Clusters, origins and contradictions; and the sums that B-cubed is made of."""
    tally = Tally()
    words = {claim["id"]: claim["sentence"] for claim in planted.claims}
    truth = {claim["id"]: claim["cluster"] for claim in planted.claims if claim["cluster"]}
    home = {row: one["id"] for one in read.clusters.iter_rows(named=True) for row in one["claims"]}
    got = {claim: home[row["id"]] for claim, row in found.items() if claim in truth and row["id"] in home}
    shipments, others = merged(truth, got)
    for name, pairs in (("shipments merged", shipments), ("other happenings merged", others)):
        tally.right[name] += len(pairs)
        tally.wrong += [f"{name}: {words[a]} + {words[b]}" for a, b in pairs]
    _origins(tally, planted, got, read, words)
    back = {row["id"]: claim for claim, row in found.items()}
    _contradictions(tally, planted, read, back, words)
    p, r, f = b_cubed(truth, got)
    return tally, [p, r, f]


def _origins(tally: Tally, planted: Planted, got: Mapping[str, str], read: Read, words: Mapping[str, str]) -> None:
    told = {row["cluster"]: row for row in read.origins.iter_rows(named=True)}
    for one in planted.clusters:
        homes = Counter(got.get(claim, f"alone {claim}") for claim in one["claims"])
        home = homes.most_common(1)[0][0]
        whole = len(homes) == 1
        row = told.get(home)
        count = (row["least"], row["most"]) if row else None
        right = count == (one["least"], one["most"])
        says = f"{one['id']} {dict(homes)} {count} for {(one['least'], one['most'])}: " + "; ".join(
            words[claim] for claim in one["claims"]
        )
        tally.add("clusters whole", whole, says)
        tally.add("origins right", right and whole, says)
        tally.add("origins right in the largest part", right)


def _contradictions(
    tally: Tally, planted: Planted, read: Read, back: Mapping[str, str], words: Mapping[str, str]
) -> None:
    rows = [(back.get(row["a"]), back.get(row["b"]), row) for row in read.contradictions.iter_rows(named=True)]
    for one in planted.contradictions:
        sides = set(one["a"]), set(one["b"])
        across = [row for a, b, row in rows if _across(a, b, sides)]
        kinds = AKIN.get(one["kind"], {one["kind"]})
        name = "hard contradictions" if one["hard"] else "soft contradictions"
        says = (
            f"{one['kind']}: {words[one['a'][0]]} / {words[one['b'][0]]} -> {[(r['kind'], r['hard']) for r in across]}"
        )
        tally.add(name, any(row["hard"] >= one["hard"] and row["kind"] in kinds for row in across), says)
        tally.add(f"contradictions: {one['kind']}", any(row["kind"] in kinds for row in across))
    every = [(set(one["a"]), set(one["b"])) for one in planted.contradictions if one["hard"]]
    soft = [(set(one["a"]), set(one["b"])) for one in planted.contradictions if not one["hard"]]
    for a, b, row in rows:
        if row["hard"] and not any(_across(a, b, sides) for sides in every):
            name = "soft called hard" if any(_across(a, b, sides) for sides in soft) else "false hard contradictions"
            tally.right[name] += 1
            tally.wrong.append(f"{name}: {row['kind']}: {row['says']}")


def _across(a: str | None, b: str | None, sides: tuple[set[str], set[str]]) -> bool:
    return (a in sides[0] and b in sides[1]) or (a in sides[1] and b in sides[0])


# --- the naive way ---

_STOP = frozenset(
    """the a an of on in at by to for with from had has was were been be is it that said told reported according and
    or its aboard who which citing cited quoted quoting seen shows as he she they reportedly allegedly out
    off""".split()  # noqa: SIM905 - reads best as prose
)


def lemmas(words: str) -> set[str]:
    """Content words, cut to their stem."""
    found = re.findall(r"[a-z]+|\d[\d,]*", words.lower())
    return {re.sub(r"(?:ing|ed|es|s)$", "", one) for one in found if one not in _STOP}


def naive(planted: Planted, least: float = 0.4) -> tuple[dict[str, str], dict[str, int], int]:
    """Clusters by shared lemmas of the true words, outlets counted as origins, and differing numbers as contradictions.

    It is given the true sentences and so spared the reading; 0.4 was best on the first seeds. Returns cluster by claim,
    outlets by cluster, and how many pairs of claims in a cluster have different numbers.
    """
    claims = [claim for claim in planted.claims if claim["cluster"]]
    of = {claim["id"]: lemmas(" ".join(claim["words"])) for claim in claims}
    root = {key: key for key in of}

    def top(key: str) -> str:
        while root[key] != key:
            key = root[key]
        return key

    for a, b in combinations(of, 2):
        if len(of[a] & of[b]) >= least * len(of[a] | of[b]):
            root[top(b)] = top(a)
    got = {key: top(key) for key in of}
    outlet = {one["file"]: one["outlet"] for one in planted.files}
    papers = {home: {outlet[c["file"]] for c in claims if got[c["id"]] == home} for home in set(got.values())}
    numbers = {c["id"]: {q["value"] for q in c["quantities"]} for c in claims}
    differ = sum(got[a] == got[b] and bool(numbers[a] ^ numbers[b]) for a, b in combinations(of, 2))
    return got, {home: len(names) for home, names in papers.items()}, differ


def of_naive(planted: Planted) -> tuple[Tally, list[float]]:
    """The same figures for the naive way."""
    tally = Tally()
    got, outlets, differ = naive(planted)
    truth = {claim["id"]: claim["cluster"] for claim in planted.claims if claim["cluster"]}
    shipments, others = merged(truth, got)
    tally.right["shipments merged"] += len(shipments)
    tally.right["other happenings merged"] += len(others)
    for one in planted.clusters:
        homes = Counter(got[claim] for claim in one["claims"])
        count = outlets[homes.most_common(1)[0][0]]
        tally.add("clusters whole", len(homes) == 1)
        tally.add("origins right", len(homes) == 1 and one["least"] == one["most"] == count)
    numbers = {claim["id"]: {q["value"] for q in claim["quantities"]} for claim in planted.claims}
    hits = 0
    for one in planted.contradictions:
        pairs = [(a, b) for a in one["a"] for b in one["b"] if got[a] == got[b] and numbers[a] ^ numbers[b]]
        hits += len(pairs)
        if one["hard"]:
            tally.add("hard contradictions", bool(pairs))
    tally.right["false hard contradictions"] += max(0, differ - hits)
    return tally, list(b_cubed(truth, got))


def summed(many: Iterable[tuple[Tally, Sequence[float]]]) -> tuple[Tally, list[float]]:
    """Over several folders: counts added, B-cubed averaged."""
    total, sums, count = Tally(), [0.0, 0.0, 0.0], 0
    for tally, shares in many:
        total.merge(tally)
        sums = [one + two for one, two in zip(sums, shares, strict=True)]
        count += 1
    return total, [round(100 * one / count, 1) for one in sums]
