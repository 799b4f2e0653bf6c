"""The 826 labelled name pairs: how well likeness tells one party's two names from two parties' names.

    python -m bench.names [../shared/data/lists/matching_bench] [--json]

The pairs are split in two halves by a hash of both names. Rules, tables and constants were written while looking at the
half "seen"; nobody looked at the pairs of the half "held out". Three figures of F1:

    held out         threshold chosen on the seen half, measured on the other
    cross-validated  all pairs in ten folds by hash; threshold and constants of `alike` are chosen anew on nine of them,
                     measured on the tenth
    as shipped       all pairs at the threshold that makes a lead (`alike.LEAD`)

Beside them stand nomenklatura's logic-v2, from the scores that its authors froze (the pairs that it scored), and
rapidfuzz's WRatio, each with its threshold chosen in the same way.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, utils

from darkwake.screening import alike
from darkwake.screening.lists import EntryKind

FOLDER = Path(__file__).parents[2] / "shared/data/lists/matching_bench"
FOLDS = 10
GRID = {"CONFLICT": (2.5, 3.0, 3.5), "EXTRA": (0.15, 0.25, 0.35), "SLOPE": (0.9, 1.2), "FLOOR": (0.6, 0.65)}
"""Constants of `screening.alike` that are chosen anew in each fold."""
THRESHOLDS = tuple(at / 100 for at in range(50, 96))


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair."""

    kind: EntryKind
    one: str
    other: str
    same: bool
    group: str

    @property
    def place(self) -> int:
        """From 0 to 255, by both names in any order and case, so that a pair given twice stands in one part."""
        names = sorted((self.one.casefold(), self.other.casefold()))
        return hashlib.sha256("\x1f".join(names).encode()).digest()[0]

    @property
    def seen(self) -> bool:
        """True in the half that was looked at while the rules were written."""
        return self.place % 2 == 0


def read(folder: Path) -> tuple[list[Pair], list[float | None]]:
    """The pairs, and logic-v2's frozen score of each where there is one."""
    with (folder / "name_bench__run_data__logicv2-frozen.csv").open(encoding="utf-8", newline="") as text:
        frozen = {(row["schema"], row["name1"], row["name2"]): float(row["score"]) for row in csv.DictReader(text)}
    with (folder / "name_bench__cases.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    kinds: dict[str, EntryKind] = {"Person": "person", "Vessel": "vessel"}
    pairs = [
        Pair(kinds.get(row["schema"], "entity"), row["name1"], row["name2"], row["is_match"] == "true", row["schema"])
        for row in rows
    ]
    return pairs, [frozen.get((row["schema"], row["name1"], row["name2"])) for row in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the pairs at one threshold."""

    found: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.found / max(1, 2 * self.found + self.wrong + self.missed)

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.found + other.found, self.wrong + other.wrong, self.missed + other.missed)

    def as_dict(self) -> dict[str, float]:
        """Plain figures."""
        precision = self.found / max(1, self.found + self.wrong)
        recall = self.found / max(1, self.found + self.missed)
        return {"f1": round(self.f1, 3), "precision": round(precision, 3), "recall": round(recall, 3),
                "pairs that match": self.found + self.missed}  # fmt: skip


def counted(scored: Sequence[tuple[float, bool]], least: float) -> Counts:
    """At a threshold."""
    return Counts(
        sum(score >= least and same for score, same in scored),
        sum(score >= least and not same for score, same in scored),
        sum(score < least and same for score, same in scored),
    )


def best_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The threshold of highest F1; of equals the middle one."""
    rates = [(counted(scored, least).f1, least) for least in THRESHOLDS]
    top = max(rate for rate, _ in rates)
    best = [least for rate, least in rates if rate > top - 1e-9]
    return best[len(best) // 2]


@contextmanager
def constants(values: dict[str, float]) -> Iterator[None]:
    """`screening.alike` with other constants, for as long as it is measured."""
    before = {name: getattr(alike, name) for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: dict[str, float]) -> None:
    for name, value in values.items():
        setattr(alike, name, value)


def ours(pairs: Sequence[Pair]) -> list[float]:
    """Our likeness of each pair."""
    return [alike.name_score(pair.one, pair.other, pair.kind) for pair in pairs]


def wratio(pairs: Sequence[Pair]) -> list[float]:
    """Rapidfuzz's WRatio of each pair, from 0 to 1."""
    return [fuzz.WRatio(pair.one, pair.other, processor=utils.default_process) / 100 for pair in pairs]


def held_out(pairs: Sequence[Pair], scores: Sequence[float]) -> Counts:
    """Threshold from the seen half, counts of the other."""
    scored = [(pair.seen, score, pair.same) for pair, score in zip(pairs, scores, strict=True)]
    least = best_threshold([(score, same) for seen, score, same in scored if seen])
    return counted([(score, same) for seen, score, same in scored if not seen], least)


def cross_validated(pairs: Sequence[Pair], ways: Sequence[Sequence[float]]) -> Counts:
    """Each fold by the way (a list of scores of all pairs) and threshold that were best on the others."""
    total = Counts(0, 0, 0)
    for fold in range(FOLDS):
        # by the higher bits, so that a fold holds pairs of both halves
        inside = [pair.place // 2 % FOLDS == fold for pair in pairs]
        chosen: tuple[float, float, list[tuple[float, bool]]] | None = None
        for scores in ways:
            train = [(s, pair.same) for s, pair, here in zip(scores, pairs, inside, strict=True) if not here]
            least = best_threshold(train)
            rate = counted(train, least).f1
            if chosen is None or rate > chosen[0]:
                test = [(s, pair.same) for s, pair, here in zip(scores, pairs, inside, strict=True) if here]
                chosen = rate, least, test
        assert chosen is not None
        total += counted(chosen[2], chosen[1])
    return total


def figures(folder: Path) -> dict[str, object]:
    """The whole table."""
    pairs, frozen = read(folder)
    found: dict[str, object] = {"pairs": len(pairs), "that match": sum(pair.same for pair in pairs)}
    ways = []
    for values in itertools.product(*GRID.values()):
        with constants(dict(zip(GRID, values, strict=True))):
            ways.append(ours(pairs))
    shipped = ours(pairs)
    seen = [(score, pair.same) for score, pair in zip(shipped, pairs, strict=True) if pair.seen]
    found["ours, seen half, threshold chosen on it"] = counted(seen, best_threshold(seen)).as_dict()
    found["ours, held out"] = held_out(pairs, shipped).as_dict()
    found["ours, cross-validated"] = cross_validated(pairs, ways).as_dict()
    at_lead = [(score, pair.same) for score, pair in zip(shipped, pairs, strict=True)]
    found[f"ours, as shipped at {alike.LEAD}"] = counted(at_lead, alike.LEAD).as_dict()
    unseen = [(score, pair.same) for score, pair in zip(shipped, pairs, strict=True) if not pair.seen]
    found[f"ours, as shipped at {alike.LEAD}, held out"] = counted(unseen, alike.LEAD).as_dict()
    for group in sorted({pair.group for pair in pairs}):
        some = [(score, pair.same) for score, pair in zip(shipped, pairs, strict=True) if pair.group == group]
        found[f"    {group}, as shipped"] = counted(some, alike.LEAD).as_dict()
    scored = [(pair, score) for pair, score in zip(pairs, frozen, strict=True) if score is not None]
    both = [pair for pair, _ in scored]
    peers: dict[str, tuple[Sequence[Pair], list[float]]] = {
        "logic-v2, frozen": (both, [score for _, score in scored]),
        "WRatio": (pairs, wratio(pairs)),
    }
    for label, (those, scores) in peers.items():
        found[f"{label}, held out"] = held_out(those, scores).as_dict()
        found[f"{label}, cross-validated"] = cross_validated(those, [scores]).as_dict()
    on_both = ours(both)
    found["ours, held out, pairs that logic-v2 scored"] = held_out(both, on_both).as_dict()
    at_07 = [(score, pair.same) for pair, score in scored]
    found["logic-v2, frozen, at 0.7"] = counted(at_07, 0.7).as_dict()
    return found


def main() -> None:
    """Print the table, or with --json the figures and the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table = figures(options.folder)
    if options.json:
        rates = {name: table[f"ours, {name}"]["f1"] for name in ("cross-validated", "held out")}  # type: ignore[index]
        targets = [
            {"name": f"F1 of name pairs, {name}", "want": ">= 0.82", "got": rate, "meets": rate >= 0.82}
            for name, rate in rates.items()
        ]
        print(json.dumps({"figures": table, "targets": targets}))
        return
    for label, value in table.items():
        print(f"{label:44} {value}")


if __name__ == "__main__":
    main()
