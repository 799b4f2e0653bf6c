"""How right the state model is on phases of construction: labels of people, an invented classifier right 60 %.

    python -m bench phases [--learn] [--json]

`construction_phases.csv` (IARPA SMART, JHU/APL, MIT) holds dated phases of building sites. The sites are split by a
hash of their id: from one half the durations and the changes are learnt (`--learn` prints them as they stand in
sites/durations.py), on the other everything is reported. On each date a classifier, drawn by a fixed seed, names the
true phase in 60 of 100 cases and else one of the three others.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.sites import durations, timeline
from darkwake.sites.durations import Length

FILE = Path(__file__).parents[2] / "shared/data/imagery/construction_phases.csv"
WORDS = {
    "No Activity": "intact",
    "Site Preparation": "cleared",
    "Active Construction": "under construction",
    "Post Construction": "rebuilt",
}
"""A phase and the status that its ground has: before any work it is as it was."""
STATUSES = tuple(WORDS.values())
RIGHT = 0.6
SEED = 7
_BINS = 10
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Site:
    """The dated phases of one site."""

    name: str
    days: Array
    states: npt.NDArray[np.int64]
    """Place in `STATUSES`, of each date."""


def sites(path: Path) -> tuple[list[Site], list[Site], dict[str, int]]:
    """The sites to learn from, those to report on, and what was left out of the rows.

    A row with one phase for the whole site is kept. Rows of a site in several parts at once name several phases and
    have no one truth; rows without a phase, or "Unknown", have none.
    """
    rows = pl.read_csv(path, try_parse_dates=True)
    told = rows.filter(pl.col("phase").is_in(list(WORDS))).sort("site_id", "observation_date", "sensor")
    left = rows.filter(~pl.col("phase").is_in(list(WORDS)) | pl.col("phase").is_null())["phase"]
    counts = {
        "rows": rows.height,
        "kept": told.height,
        "no phase or unknown": int((left.is_null() | (left == "Unknown").fill_null(False)).sum()),
    }
    counts["several phases"] = counts["rows"] - counts["kept"] - counts["no phase or unknown"]
    halves: tuple[list[Site], list[Site]] = ([], [])
    for (name,), group in told.group_by(["site_id"], maintain_order=True):
        one = group.unique(
            "observation_date", keep="last", maintain_order=True
        )  # two sensors on one day: the later row
        days = one["observation_date"].to_physical().to_numpy().astype(np.float64)
        states = np.array([STATUSES.index(WORDS[phase]) for phase in one["phase"]])
        half = hashlib.sha256(str(name).encode()).digest()[0] % 2
        halves[half].append(Site(str(name), days, states))
    return halves[0], halves[1], counts


# --- learning ---


def lengths(learn: Sequence[Site], state: int) -> Array:
    """The stretches of a status as least and most days; most is infinite where the end was not seen.

    A stretch that was met already under way at a site's first date has no beginning and is left out; but of the first
    status, ground as it was, the first stretch is taken, counted from the first date.
    """
    found = []
    for site in learn:
        edges = np.flatnonzero(np.diff(site.states)) + 1
        starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(site.states)]])
        for i, j in zip(starts, ends, strict=True):
            if site.states[i] != state or (i == 0) != (state == 0):
                continue
            least = site.days[j - 1] - site.days[i]
            most = site.days[j] - site.days[max(i - 1, 0)] if j < len(site.days) else np.inf
            found.append((least, most))
    return np.array(found).reshape(-1, 2)


def learnt(learn: Sequence[Site]) -> tuple[dict[str, Length], Array, Array]:
    """Lengths by status, chance of each status at the first date, and of each after each."""
    told = {}
    for state in (0, 1, 2):
        told[STATUSES[state]] = replace(durations.fitted(lengths(learn, state)), counted=state == 0)
    first = np.full(4, 0.5)
    change = np.full((4, 4), 1e-3)
    for site in learn:
        first[site.states[0]] += 1
        runs = site.states[np.concatenate([[True], np.diff(site.states) != 0])]
        for one, other in pairwise(runs):
            change[one, other] += 1
    change[3] = [1e-3, 0.5, 0.5, 0]  # a site that is built on again begins anew
    np.fill_diagonal(change, 0)
    return told, first / first.sum(), change / change.sum(axis=1, keepdims=True)


# --- reporting ---


def classified(site: Site, rng: np.random.Generator) -> Array:
    """Log likelihood of what the invented classifier said, dates x statuses."""
    number = len(STATUSES)
    wrong = (site.states + rng.integers(1, number, len(site.states))) % number
    said = np.where(rng.random(len(site.states)) < RIGHT, site.states, wrong)
    logs = np.full((len(said), number), np.log((1 - RIGHT) / (number - 1)))
    logs[np.arange(len(said)), said] = np.log(RIGHT)
    return logs


def _plain(site: Site, logs: Array, first: Array, change: Array, stay: Array) -> Array:
    """A hidden Markov model: the same chances of change, but no status knows how long it has lasted."""
    total, number = logs.shape
    likely = np.exp(logs)
    steps = []
    for gap in np.diff(site.days):
        leave = 1 - np.exp(-gap / stay)
        steps.append(np.diag(1 - leave) + leave[:, None] * change)
    ahead, back = np.empty((total, number)), np.ones((total, number))
    ahead[0] = first * likely[0]
    for t in range(1, total):
        ahead[t] = (ahead[t - 1] / ahead[t - 1].sum()) @ steps[t - 1] * likely[t]
    for t in range(total - 2, -1, -1):
        onward: Array = steps[t] @ (likely[t + 1] * back[t + 1])
        back[t] = onward / onward.sum()
    found: Array = ahead * back
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float64)


def calibration(posterior: Array, right: npt.NDArray[np.bool_], *, bins: int = _BINS) -> float:
    """Mean distance between what was said and what was so, over bins of equal mass of the most likely status."""
    order = np.argsort(posterior, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(len(p) * abs(posterior[p].mean() - right[p].mean()) for p in parts if len(p)) / len(order))


def figures(path: Path, *, seeds: int = 5) -> dict[str, Any]:
    """All figures of the reported half; the share and the calibration over several draws of the classifier."""
    learn, report, counts = sites(path)
    own, first, change = learnt(learn)
    table = [own["intact"], own["cleared"], own["under construction"], durations.LENGTHS["rebuilt"]]
    stay = np.array([length.mean for length in table])
    said: dict[str, list[tuple[Array, npt.NDArray[np.bool_]]]] = {"one date": [], "markov": [], "semi-markov": []}
    for seed in range(seeds):
        rng = np.random.default_rng(SEED + seed)
        for site in report:
            logs = classified(site, rng)
            for name, pairs in said.items():
                if name == "one date":
                    found = np.exp(logs)
                elif name == "markov":
                    found = _plain(site, logs, first, change, stay)
                else:
                    found = timeline.posterior(logs[None], site.days, lengths=table, first=first, change=change)[0]
                pairs.append((found.max(axis=1), found.argmax(axis=1) == site.states))
    result: dict[str, Any] = {
        "rows": counts,
        "learnt from sites": len(learn),
        "reported sites": len(report),
        "dates": sum(len(site.days) for site in report),
    }
    for name, pairs in said.items():
        top, right = np.concatenate([p for p, _ in pairs]), np.concatenate([r for _, r in pairs])
        result[name] = {
            "right": float(right.mean()),
            "calibration error": calibration(top, right),
            "mean of sites": float(np.mean([r.mean() for _, r in pairs])),
        }
    return result | {"buildings a second": speed()}


def speed(*, buildings: int = 20_000, dates: int = 60) -> dict[str, float]:
    """Buildings a second on one core, 60 common dates, likelihoods of every date given: 4 statuses, and all 7."""
    rng = np.random.default_rng(SEED)
    days = np.cumsum(rng.integers(3, 20, dates)).astype(np.float64)
    found = {}
    for names in (STATUSES, timeline.STATUSES):
        logs = rng.normal(0, 1.5, (buildings, dates, len(names)))
        table = [durations.LENGTHS[name] for name in names]
        change = np.full((len(names), len(names)), 1 / (len(names) - 1))
        np.fill_diagonal(change, 0)
        first = np.full(len(names), 1 / len(names))
        timeline.posterior(logs[:2], days, lengths=table, first=first, change=change)
        begin = time.perf_counter()
        timeline.posterior(logs, days, lengths=table, first=first, change=change)
        found[f"{len(names)} statuses"] = buildings / (time.perf_counter() - begin)
    return found


def printed(path: Path) -> str:
    """The table of sites/durations.py, learnt again."""
    learn, _, _ = sites(path)
    own, first, change = learnt(learn)
    lines = [f"learnt from {len(learn)} sites"]
    for state in (0, 1, 2):
        length, stretches = own[STATUSES[state]], lengths(learn, state)
        days = " ".join(f"{length.quantile(q):.0f}" for q in (0.05, 0.25, 0.5, 0.75, 0.95))
        lines.append(
            f"{STATUSES[state]:20} median {length.median_days:6.1f} spread {length.spread:.3f}  5/25/50/75/95 %: {days}"
            f"  ({len(stretches)} stretches, {int(np.isinf(stretches[:, 1]).sum())} open)"
        )
    lines.append("first  " + " ".join(f"{name} {chance:.3f}" for name, chance in zip(STATUSES, first, strict=True)))
    for name, row in zip(STATUSES[:3], change, strict=False):
        lines.append(f"after {name}: " + ", ".join(f"{to} {p:.3f}" for to, p in zip(STATUSES, row, strict=True) if p))
    return "\n".join(lines)


def main(argv: Sequence[str]) -> int:
    """Print the figures, or what was learnt."""
    parser = argparse.ArgumentParser(prog="python -m bench phases", description=__doc__)
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    path = FILE
    if asked.learn:
        print(printed(path))
        return 0
    found = figures(path)
    if asked.json:
        print(json.dumps(found, indent=1))
        return 0
    print(f"{found['rows']}; learnt from {found['learnt from sites']} sites, reported on {found['reported sites']}")
    print(f"{found['dates']:,} dates, five draws of a classifier that is right {RIGHT:.0%}\n")
    print("                 dates right   calibration error   mean of sites")
    for name in ("one date", "markov", "semi-markov"):
        row = found[name]
        print(f"  {name:14} {row['right']:11.1%} {row['calibration error']:19.4f} {row['mean of sites']:15.1%}")
    speeds = ", ".join(f"{name} {rate:,.0f}" for name, rate in found["buildings a second"].items())
    print(f"\nbuildings a second on one core, 60 dates: {speeds}")
    return 0
