"""From counts to chances: how surprising a silence is, and how surprising that others fell silent beside it.

A gap is looked at because it is long, so its length must be weighed against other gaps, not against all passages: what
is asked is how likely a silence that reaches the threshold would have lasted this long. docs/silence.md derives it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from darkwake.events.hearing import Ints
from darkwake.events.peers import PARTS, Floats

Counts = Mapping[str, NDArray[np.generic]]


def rank(unheard: Floats, passages: Floats) -> Floats:
    """(k + 1) / (n + 1)."""
    result: Floats = (unheard + 1) / (passages + 1)
    return result


def lasting(counts: Counts, lasted: Ints, threshold: int, store: Floats) -> Floats:
    """The chance that a silence that reaches the threshold lasts this long.

    By the passages through one water: if a silence that has lasted x ends at a steady rate, and a share s of passages
    goes unheard for a, the chance is s ** ((lasted - threshold) / a). It is taken at several a, parts of the gap's own
    length. Where passages were unheard for a, the largest chance counts, so that a long tail is believed. Where none
    was, s is only a bound; then what counts is `store`, the chance by all well-heard waters together (tail.py; NaN: not
    known), or the smallest bound where that is not known.
    """
    n = np.asarray(counts["n"], float)
    over = np.maximum(lasted - threshold, 0)
    seen, unseen = np.zeros(len(n)), np.ones(len(n))
    for at, part in enumerate(PARTS):
        k = np.asarray(counts[f"k{at}"], float)
        chance = rank(k, n) ** (over / np.maximum(part * lasted, 1))
        seen = np.where(k > 0, np.maximum(seen, chance), seen)
        unseen = np.where(k > 0, unseen, np.minimum(unseen, chance))
    alone = np.where(seen > 0, np.minimum(seen, unseen), unseen)
    result: Floats = np.where(np.isnan(store), alone, np.maximum(seen, store))
    return result


def own_habit(own: Ints, known: Ints, lasted: Ints, threshold: int) -> Floats:
    """The same by the ship itself: one silence as long as its longest, of all that fit into the time it is known.

    Args:
        own: its longest silence, other than the gap.
        known: how long it was known to be there.
        lasted: the gap.
        threshold: what makes a silence a gap.
    """
    share = 1 / (1 + known / np.maximum(own, 1))
    result: Floats = share ** (np.maximum(lasted - threshold, 0) / np.maximum(own, 1))
    return result


def at_least(seen: int, of: int, share: float) -> float:
    """The chance of `seen` or more of `of`, each with chance `share` (binomial)."""
    if seen <= 0:
        return 1.0
    logs = [
        math.lgamma(of + 1) - math.lgamma(one + 1) - math.lgamma(of - one + 1)
        + one * math.log(share) + (of - one) * math.log1p(-share)
        for one in range(seen, of + 1)
    ] if 0 < share < 1 else [0.0 if share >= 1 else -math.inf]  # fmt: skip
    return min(sum(math.exp(log) for log in logs), 1.0)


def poisson_at_least(seen: int, expected: float) -> float:
    """The chance of `seen` or more where `expected` are expected (Poisson)."""
    if seen <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if expected > 500:
        return 0.5 * math.erfc((seen - 0.5 - expected) / math.sqrt(2 * expected))
    below = sum(math.exp(-expected + one * math.log(expected) - math.lgamma(one + 1)) for one in range(seen))
    return max(1.0 - below, 0.0)


def discoveries(surprise: Floats, tested: NDArray[np.bool_], innocent: float | None = None) -> Floats:
    """q: the false-discovery rate at which each tested gap is found (Benjamini and Hochberg 1995); NaN elsewhere.

    `innocent` is how many of the tested are innocent, at most, where that is known: then not all of them need be
    thought so.
    """
    q = np.full(len(surprise), np.nan)
    family = np.flatnonzero(tested)
    order = family[np.argsort(surprise[family], kind="stable")]
    count = len(order) if innocent is None else min(max(innocent, 1.0), len(order))
    ranked = surprise[order] * count / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q
