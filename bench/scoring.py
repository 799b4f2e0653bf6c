"""What is counted of masked gaps: who wins against whom, what was called, what could not be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from bench.masking import NATURAL, OUTAGE, SWITCH_OFF, THINNING
from bench.peer_rules import RULES

ACCUSED, UNTOLD = "likely switched off", "cannot tell"
VETOES = ("receiver outage", "area-wide silence", "identity change")
"""Verdicts that lay a silence on something other than this ship's own sending and hearing."""
MIN_PEERS = 3
"""`weigh`'s own default."""
LIKE = 1.5
"""A gap is of like length where it is at most this many times longer or shorter."""


def scored(silences: pl.DataFrame) -> pl.DataFrame:
    """event, verdict, told, score: SILENCES as a ranking.

    told: the peers sufficed: enough passages to give a `suspicion`, and at least `MIN_PEERS` other ships known to be
    there in the same hours; or a verdict that rests on others, such as an outage.
    score: higher speaks more for a switch-off: the `suspicion` of `weigh`; outage, area-wide silence and identity
    change stand below all. That poor reception stands where its suspicion puts it was chosen on the tuning parts.
    """
    peers = pl.col("details").str.json_path_match("$.peers").cast(pl.Int64).fill_null(0)
    suspicion = pl.col("details").str.json_path_match("$.suspicion").cast(pl.Float64)
    vetoed = pl.col("verdict").is_in(VETOES)
    return silences.select(
        "event",
        "verdict",
        told=vetoed | (suspicion.is_not_null() & (peers >= MIN_PEERS)),
        score=pl.when(vetoed).then(-1.0).otherwise(suspicion.fill_null(0.0)),
    )


Wins = tuple[float, float]
"""Pairs won (ties count half) and pairs in all; two of them add up."""


def wins(guilty: pl.Series, innocent: pl.Series) -> Wins:
    """How often a value of the first is above one of the second: their ratio is the area under the ROC curve."""
    low = np.sort(innocent.cast(pl.Float64).to_numpy())
    high = guilty.cast(pl.Float64).to_numpy()
    below, upto = np.searchsorted(low, high, side="left"), np.searchsorted(low, high, side="right")
    return float((below + upto).sum() / 2), float(len(low) * len(high))


def wins_told(guilty: pl.DataFrame, innocent: pl.DataFrame) -> tuple[Wins, Wins]:
    """The same for scored gaps: among those that were told, and over all, a pair with one untold counting half."""
    told = wins(guilty.filter("told")["score"], innocent.filter("told")["score"])
    pairs = float(guilty.height * innocent.height)
    return told, (told[0] + (pairs - told[1]) / 2, pairs)


def area(parts: Iterable[Wins]) -> float | None:
    """The area under the curve over several sets, pairs taken within each; None where there is no pair."""
    listed = list(parts)
    pairs = sum(part[1] for part in listed)
    return round(sum(part[0] for part in listed) / pairs, 3) if pairs else None


def share(table: pl.DataFrame, column: str) -> float | None:
    """The share of rows for which a column is true; None of an empty table."""
    return round(table.select(pl.col(column).cast(pl.Float64).mean()).item(), 4) if table.height else None


def innocents(table: pl.DataFrame) -> pl.DataFrame:
    """Gaps that no switch-off made, each once: natural ones come back in every run and count in the first alone."""
    natural = (pl.col("cause") == NATURAL) & (pl.col("run") == "nothing")
    return table.filter(pl.col("cause").is_in([OUTAGE, THINNING]) | natural)


def by_length(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Switch-offs by their length, each against the innocent gaps of like length; lastly all against all."""
    rows: list[dict[str, Any]] = []
    off = table.filter(pl.col("cause") == SWITCH_OFF)
    innocent = innocents(table)
    for length in (*off["hours"].unique().sort(), None):
        here, there = off, innocent
        if length is not None:
            here = off.filter(pl.col("hours") == length)
            there = innocent.filter(pl.col("gap_h").is_between(length / LIKE, length * LIKE))
        rows.append({"hours": length, "like": there.height, **_figures(table, here, there)})
    return rows


def _figures(table: pl.DataFrame, off: pl.DataFrame, innocent: pl.DataFrame) -> dict[str, Any]:
    told, overall, length = [], [], []
    for one in table["ground"].unique(maintain_order=True):
        here, there = off.filter(pl.col("ground") == one), innocent.filter(pl.col("ground") == one)
        pair = wins_told(here, there)
        told.append(pair[0])
        overall.append(pair[1])
        length.append(wins(here["gap_h"], there["gap_h"]))
    return {
        "n": off.height,
        "told": share(off, "told"),
        "cannot_tell": share(off.with_columns(is_=pl.col("verdict") == UNTOLD), "is_"),
        "auc_told": area(told),
        "auc_all": area(overall),
        "called_5": share(off, "called_5"),
        "called_1": share(off, "called_1"),
        "auc_length": area(length),
        **{rule: share(off, rule) for rule in RULES},
    }


def by_cause(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Innocent gaps by what made them, with the area of switch-offs against them."""
    rows: list[dict[str, Any]] = []
    off = table.filter(pl.col("cause") == SWITCH_OFF)
    parts = {
        "outage": pl.col("cause") == OUTAGE,
        "  at its edge": (pl.col("cause") == OUTAGE) & pl.col("edge"),
        **{
            f"thinned by {word}": (pl.col("cause") == THINNING) & (pl.col("run") == f"thinned by {word}")
            for word in THINNINGS
        },
        "natural": (pl.col("cause") == NATURAL) & (pl.col("run") == "nothing"),
    }
    for name, which in parts.items():
        here = table.filter(which)
        if here.is_empty():
            continue
        figures = _figures(table, off, here)
        rows.append(
            {
                "cause": name,
                "n": here.height,
                "told": share(here, "told"),
                "cannot_tell": share(here.with_columns(is_=pl.col("verdict") == UNTOLD), "is_"),
                "called_5": share(here, "called_5"),
                "called_1": share(here, "called_1"),
                "called": int(here["called_5"].sum()),
                "said_outage": share(here.with_columns(is_=pl.col("verdict").is_in(VETOES)), "is_"),
                "said_poor": share(here.with_columns(is_=pl.col("verdict") == "poor reception"), "is_"),
                "auc_told": figures["auc_told"],
                "auc_length": figures["auc_length"],
                **{rule: share(here, rule) for rule in RULES},
            }
        )
    return rows


THINNINGS = {"half": 1 / 2, "two thirds": 1 / 3, "nine tenths": 1 / 10}
"""Words for how much is taken, and the share that is kept."""


def false_alarms(table: pl.DataFrame) -> dict[str, Any]:
    """Of innocent gaps how many were called, at 5 % and 1 %, and how many of the calls among switch-offs were false.

    The second is the realised rate of false discoveries in the runs in which ships were switched off: the switch-offs
    among all natural gaps of the same data. In the other runs every call is false, so they have no such rate.
    """
    innocent = innocents(table)
    told = innocent.filter("told")
    mixed = table.filter(pl.col("run") == "switch-offs", pl.col("cause").is_in([SWITCH_OFF, NATURAL]))
    found: dict[str, Any] = {"innocent": innocent.height, "innocent_told": told.height}
    for level in ("5", "1"):
        called = mixed.filter(f"called_{level}")
        false = called.filter(pl.col("cause") == NATURAL).height
        found[f"false_{level}"] = share(innocent, f"called_{level}")
        found[f"false_{level}_of_told"] = share(told, f"called_{level}")
        found[f"discoveries_{level}"] = called.height
        found[f"false_discoveries_{level}"] = round(false / called.height, 4) if called.height else 0.0
    return found


def rules(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Each peer rule and `weigh`: detection, false alarms and the area that a yes or no has (ties count half)."""
    off = table.filter(pl.col("cause") == SWITCH_OFF)
    innocent = innocents(table)
    found: dict[str, dict[str, Any]] = {}
    for name in ("called_5", "called_1", *RULES):
        parts = [
            wins(off.filter(pl.col("ground") == one)[name], innocent.filter(pl.col("ground") == one)[name])
            for one in table["ground"].unique(maintain_order=True)
        ]
        found[name] = {"found": share(off, name), "false": share(innocent, name), "auc": area(parts)}
    return found
