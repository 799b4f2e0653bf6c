"""Planted papers read back: who said what, when, how much, how many origins, what contradicts; gold texts; speed.

    python -m bench claims [--size small|full] [--backend parse|pattern] [--wrong WHAT] [--json]

Invented papers (`synth.papers`) of the seeds 0 to 9 were looked at while the rules were written; the figures to go by
are those of the seeds 100 to 119, which nobody looked at. Beside them a naive way: clusters by shared lemmas, every
outlet an origin, differing numbers a contradiction. `--wrong` lists what went wrong on the first seeds only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.planted_claims import (
    Read,
    Tally,
    bare,
    matched,
    names_same,
    of_claims,
    of_clusters,
    of_naive,
    shared,
    summed,
)
from darkwake.synth import papers
from darkwake.synth.papers import Planted

GOLD = Path(__file__).parents[2] / "shared/data/claims/gold_example"
DEV, REPORT = tuple(range(10)), tuple(range(100, 120))
SENTENCES_S, GOLD_SOURCES = 300.0, 85.0
READING = ("words found (half or more)", "words exact", "source", "chain", "modality denied", "dates: event",
           "dates: report", "date roles", "amounts: number and bound", "amounts: unit", "amounts: thing",
           "amounts: role")  # fmt: skip
LAYING = ("clusters whole", "origins right", "origins right in the largest part", "hard contradictions",
          "soft contradictions")  # fmt: skip
COUNTS = ("shipments merged", "other happenings merged", "false hard contradictions", "soft called hard")


def backend_of(name: str) -> Any:
    """A backend by its name."""
    if name == "pattern":
        from darkwake.claims.pattern import Pattern  # noqa: PLC0415 - the parser's absence must not stop this one

        return Pattern()
    from darkwake.claims.parse import Parse  # noqa: PLC0415

    return Parse()


def read_back(planted: Planted, backend: Any) -> Read:
    """Everything of a folder, as a user would have it: plain text comes with its outlet and day, pages do not."""
    from darkwake.claims import reading  # noqa: PLC0415 - bench lists its modules without the extra
    from darkwake.claims.read import read  # noqa: PLC0415
    from darkwake.claims.sentences import sentences  # noqa: PLC0415

    articles = []
    for one in planted.files:
        given = {name: one[name] for name in ("outlet", "published")} if one["file"].endswith(".txt") else {}
        articles.append(read(planted.folder / one["file"], **given))
    table, claims = reading.read_all(articles, backend)
    count = sum(article.blocks[block].kind in reading.READ for article in articles for _, block in sentences(article))
    return Read(table, claims, *reading.lay_together(table, claims), sentences=count)


def digest(read: Read) -> str:
    """A hash of every table."""
    tables = (read.articles, read.claims, read.clusters, read.origins, read.contradictions)
    return hashlib.sha256("\n".join(table.write_json() for table in tables).encode()).hexdigest()


def of_seeds(seeds: Sequence[int], backend: Any) -> dict[str, Any]:
    """Tallies, and sentences read a second, over papers of those seeds."""
    ours, plain, sentences, spent, lost = [], [], 0, 0.0, 0
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            planted = papers.write(Path(folder), seed=seed)
            started = time.process_time()
            read = read_back(planted, backend)
            spent += time.process_time() - started
        sentences += read.sentences
        found, grades, missing = matched(planted, read)
        lost += len(missing)
        tally = of_claims(planted, found, grades)
        tally.wrong += [f"sentence not in the text: {one}" for one in missing]
        laid, shares = of_clusters(planted, found, read)
        tally.merge(laid)
        ours.append((tally, shares))
        plain.append(of_naive(planted))
    return {"ours": summed(ours), "naive": summed(plain), "sentences": sentences, "seconds": spent, "lost": lost}


def of_gold(backend: Any) -> Tally:
    """The two given texts with a ledger made by hand: sources of the claims that somebody is said to make."""
    from darkwake.claims import reading  # noqa: PLC0415
    from darkwake.claims.read import read  # noqa: PLC0415

    tally = Tally()
    gold = json.loads((GOLD / "gold.json").read_text(encoding="utf-8"))
    for one in gold["articles"]:
        article = read(GOLD / one["file"], outlet=one["publisher"], published=one["dct"] or "")
        table, claims = reading.read_all([article], backend)
        text = table["text"][0]
        for want in (claim for claim in gold["claims"] if claim["article"] == one["id"]):
            words = want["span"]["text"]
            at = text.find(words)
            span = bare(text, at, at + len(words))
            graded = [(shared(bare(text, row["start"], row["end"]), span), row) for row in claims.iter_rows(named=True)]
            best = max(graded, key=lambda pair: pair[0])
            names = [link["name"] for link in best[1]["chain"]] if best[0] > 0 else []
            kind = "attributed" if len(want["chain"]) > 1 else "the publisher's own"
            asked = want["speaker"].partition(" (")[0]
            tally.add(
                f"gold: {kind}", bool(names) and names_same(names[-1], asked), f"{words} -> {names} for {asked!r}"
            )
    return tally


def same_twice(name: str, seed: int = 100) -> bool:
    """Whether two runs, each with its own order of sets, give the same bytes."""
    found = set()
    for salt in ("1", "2"):
        command = [sys.executable, "-m", "bench", "claims", "--digest", str(seed), "--backend", name]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": salt}
        )
        found.add(done.stdout.strip())
    return len(found) == 1


def figures_of(told: dict[str, Any]) -> dict[str, Any]:
    """The figures of some seeds as plain numbers."""
    tally, shares = told["ours"]
    plain, plain_shares = told["naive"]
    return {
        "sentences": told["sentences"],
        "sentences_s": round(told["sentences"] / told["seconds"], 1),
        "sentences lost in reading": told["lost"],
        "reading": {what: tally.share(what) for what in READING},
        "sources by kind": {what[8:]: tally.share(what) for what in sorted(tally.of) if what.startswith("source: ")},
        "b_cubed": dict(zip(("precision", "recall", "f1"), shares, strict=True)),
        "laying": {what: [tally.right[what], tally.of[what]] for what in LAYING},
        "contradictions by kind": {
            what[16:]: [tally.right[what], tally.of[what]]
            for what in sorted(tally.of)
            if what.startswith("contradictions: ")
        },
        "counts": {what: tally.right[what] for what in COUNTS},
        "naive": {
            "b_cubed": dict(zip(("precision", "recall", "f1"), plain_shares, strict=True)),
            "laying": {what: [plain.right[what], plain.of[what]] for what in LAYING if plain.of[what]},
            "counts": {what: plain.right[what] for what in COUNTS},
        },
    }  # fmt: skip


def targets_of(report: dict[str, Any], gold: Tally | None, same: bool) -> list[dict[str, Any]]:
    """The issue's targets, on the seeds that nobody looked at."""
    laying, counts = report["laying"], report["counts"]
    rows = [
        ("origins right", laying["origins right"][1], laying["origins right"][0]),
        ("hard contradictions found", laying["hard contradictions"][1], laying["hard contradictions"][0]),
        ("sentences a second", SENTENCES_S, report["sentences_s"]),
        ("identical on two runs", True, same),
    ]
    rows += [("gold: sources of attributed claims, %", GOLD_SOURCES, gold.share("gold: attributed"))] if gold else []
    met = [
        {"name": name, "want": want, "got": got, "meets": got is not None and got >= want} for name, want, got in rows
    ]
    none = counts["shipments merged"]
    return [*met, {"name": "distinct shipments merged", "want": 0, "got": none, "meets": none == 0}]


def printed(name: str, told: dict[str, Any]) -> str:
    """The figures of some seeds as lines."""
    lines = [f"{name}: {told['sentences']:,} sentences, {told['sentences_s']:g} a second, "
             f"{told['sentences lost in reading']} planted sentences not in the text as read"]  # fmt: skip
    lines += [f"  {what:36} {_percent(share)}" for what, share in told["reading"].items()]
    lines.append("  sources by kind: " + ", ".join(f"{k} {_percent(v)}" for k, v in told["sources by kind"].items()))
    lines.append(f"  {'':36} {'darkwake':>14} {'naive':>14}")
    ours, plain = told["b_cubed"], told["naive"]["b_cubed"]
    lines.append(f"  {'clusters, B-cubed F1 (P, R)':36} {_cubed(ours):>14} {_cubed(plain):>14}")
    for what, (right, of) in told["laying"].items():
        other = told["naive"]["laying"].get(what)
        lines.append(f"  {what:36} {f'{right} of {of}':>14} {f'{other[0]} of {other[1]}' if other else '':>14}")
    for what, count in told["counts"].items():
        lines.append(f"  {what:36} {count:>14} {told['naive']['counts'][what]:>14}")
    kinds = ", ".join(f"{kind} {right} of {of}" for kind, (right, of) in told["contradictions by kind"].items())
    return "\n".join([*lines, f"  contradictions by kind: {kinds}", ""])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1f} %"


def _cubed(one: dict[str, float]) -> str:
    return f"{one['f1']:g} ({one['precision']:g}, {one['recall']:g})"


def main(argv: list[str]) -> int:
    """Print the figures; 1 where a target is missed."""
    options = argparse.ArgumentParser(prog="python -m bench claims", description=__doc__.partition("\n")[0])
    options.add_argument("--size", choices=("small", "full"), default="full")
    options.add_argument("--backend", choices=("parse", "pattern"), default="parse")
    options.add_argument("--wrong", metavar="WHAT", help="what went wrong on the first seeds, such as 'source'")
    options.add_argument("--digest", type=int, metavar="SEED", help=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true")
    given = options.parse_args(argv)
    backend = backend_of(given.backend)
    full = given.size == "full"
    if given.digest is not None:
        with tempfile.TemporaryDirectory() as folder:
            print(digest(read_back(papers.write(Path(folder), seed=given.digest), backend)))
        return 0
    dev = of_seeds(DEV if full else DEV[:3], backend)
    if given.wrong is not None:
        print("\n".join(one for one in dev["ours"][0].wrong if one.startswith(given.wrong)))
        return 0
    figures = {"dev": figures_of(dev), "report": figures_of(of_seeds(REPORT if full else REPORT[:3], backend))}
    gold = of_gold(backend) if GOLD.exists() else None
    targets = targets_of(figures["report"], gold, same_twice(given.backend))
    peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if given.json:
        shown = {what: [gold.right[what], gold.of[what]] for what in gold.of} if gold else None
        print(json.dumps({"figures": {**figures, "gold": shown, "peak_mb": peak_mb}, "targets": targets}))
        return int(not all(one["meets"] for one in targets))
    print(f"{backend.made_by}\n")
    print(printed("seeds looked at", figures["dev"]))
    print(printed("seeds to report on", figures["report"]))
    for what in gold.of if gold else ():
        print(f"{what}: {gold.right[what]} of {gold.of[what]}" if gold else "")
    print("\n".join(f"  {one}" for one in (gold.wrong if gold else ())))
    print(f"peak memory {peak_mb} MB")
    for one in targets:
        print(f"{'met   ' if one['meets'] else 'MISSED'} {one['name']}: {one['got']} (target {one['want']})")
    return int(not all(one["meets"] for one in targets))
