"""Sums over every way to cut a series into segments of one status each: a hidden semi-Markov model, compiled.

A path is a row of segments [i, j) of dates, each in one status. Its weight is the first status's chance, the chance of
each change, how long each status lasts (between irregular dates, open at both ends), and what the dates of each segment
show. Two forward-backward sums, which differ in what a segment shows:

    by_date      the product of its dates' likelihoods; linear space, scaled, for anyone's own per-date classifier
    by_segment   a number for the whole segment, so that its mean may be unknown; logarithms
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_LEAST = 1e-30
"""A chance that nothing falls below: a path that is all but ruled out stays a number."""


def _compiled(function: Any) -> Any:
    # the compiled form is kept on disk: a site is often one short process
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@_compiled
def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@_compiled
def _lasting(x: float, mean_log: float, spread: float) -> float:
    """The share of a status's stretches that last longer than x days."""
    return 1.0 if x <= 0 else 1.0 - _normal((math.log(x) - mean_log) / spread)


@_compiled
def _remaining(x: float, mean_log: float, spread: float) -> float:
    """The share of stretches met half-way, at a random day of theirs, that last longer than x days more.

    The integral of `_lasting` from x on over the mean, which a lognormal has in closed form.
    """
    if x <= 0:
        return 1.0
    mean = math.exp(mean_log + spread * spread / 2)
    near = (mean_log + spread * spread - math.log(x)) / spread
    return float(min(1.0, max(0.0, _normal(near) - x / mean * _normal(near - spread))))


@_compiled
def durations(days: Array, mean_logs: Array, spreads: Array, counted: npt.NDArray[np.bool_]) -> Array:
    """The chance that a status which began before date i ends before date j: statuses x dates x (dates + 1).

    A change lies somewhere between two dates and is taken to lie in their middle; the chance is that of a length which
    ends between j - 1 and j. At the first date the status may have lasted for long, unless it is `counted` from there;
    at the last it goes on.
    """
    number, total = len(mean_logs), len(days)
    found = np.zeros((number, total, total + 1))
    for s in range(number):
        mean_log, spread = mean_logs[s], spreads[s]
        for i in range(total):
            began = days[0] if i == 0 else 0.5 * (days[i - 1] + days[i])
            before = 1.0
            for j in range(i + 1, total + 1):
                after = 0.0
                if j < total:
                    x = days[j] - began
                    met = i == 0 and not counted[s]  # under way already
                    after = _remaining(x, mean_log, spread) if met else _lasting(x, mean_log, spread)
                found[s, i, j] = max(before - after, _LEAST)
                before = after
    return found


@_compiled
def _posterior(starts: Array, stops: Array, found: Array) -> None:
    """The chance of each status on each date: those that began so far less those that ended."""
    total, number = found.shape
    for t in range(total):
        whole = 0.0
        for s in range(number):
            value = starts[t, s]
            if t > 0:
                value += found[t - 1, s] - stops[t, s]
            found[t, s] = max(value, 0.0)
            whole += found[t, s]
        for s in range(number):
            found[t, s] /= whole


@_compiled
def _forward(likely: Array, begun: Array, ended: Array, change: Array, turned: Array) -> None:
    """Fills how likely each status began and ended at each date, given what came before."""
    number, total = likely.shape
    for j in range(1, total + 1):
        whole = 0.0
        for s in range(number):
            weight, value = 1.0, 0.0
            for i in range(j - 1, -1, -1):
                weight *= likely[s, i]
                value += begun[i, s] * turned[s, j, i] * weight
            ended[j, s] = value
            whole += value
        # each date's likelihood is divided by what the past expected of it, or long series would run to nothing
        for s in range(number):
            ended[j, s] /= whole
            likely[s, j - 1] /= whole
        if j < total:
            for s in range(number):
                value = 0.0
                for r in range(number):
                    value += ended[j, r] * change[r, s]
                begun[j, s] = max(value, 1e-200)


@_compiled
def _backward(likely: Array, onward: Array, left: Array, change: Array, lengths: Array) -> None:
    """Fills how likely all that follows is of a status that begins, or has ended, at each date."""
    number, total = likely.shape
    for i in range(total - 1, -1, -1):
        for s in range(number):
            weight, value = 1.0, 0.0
            for j in range(i + 1, total + 1):
                weight *= likely[s, j - 1]
                value += weight * lengths[s, i, j] * left[j, s]
            onward[i, s] = value
        if i > 0:
            for r in range(number):
                value = 0.0
                for s in range(number):
                    value += change[r, s] * onward[i, s]
                left[i, r] = value


@_compiled
def by_date(logs: Array, first: Array, change: Array, lengths: Array) -> Array:
    """The chance of each status on each date: buildings x dates x statuses.

    Args:
        logs: log likelihood of what each date shows under each status, buildings x dates x statuses.
        first: chance of each status at the first date.
        change: chance of each status after each, statuses x statuses; rows sum to 1.
        lengths: of `durations`.
    """
    buildings, total, number = logs.shape
    result = np.empty((buildings, total, number))
    likely = np.empty((number, total))
    begun, ended = np.empty((total, number)), np.zeros((total + 1, number))
    onward, left = np.empty((total, number)), np.ones((total + 1, number))
    turned = np.ascontiguousarray(lengths.transpose(0, 2, 1))
    for b in range(buildings):
        for t in range(total):
            most = logs[b, t].max()
            for s in range(number):
                likely[s, t] = max(math.exp(logs[b, t, s] - most), _LEAST)
        for s in range(number):
            begun[0, s] = max(first[s], _LEAST)
        _forward(likely, begun, ended, change, turned)
        _backward(likely, onward, left, change, lengths)
        _posterior(begun * onward, ended * left, result[b])
    return result


@_compiled
def _sum(values: Array, number: int) -> float:
    most = values[0]
    for k in range(1, number):
        most = max(most, values[k])
    if most == -np.inf:
        return -np.inf
    total = 0.0
    for k in range(number):
        if values[k] > most - 40.0:
            total += math.exp(values[k] - most)
    return float(most + math.log(total))


@_compiled
def by_segment(shown: Array, first: Array, change: Array, lengths: Array) -> tuple[Array, float]:
    """The chance of each status on each date, dates x statuses, and the log of the sum over all paths.

    Args:
        shown: log likelihood of segment [i, j) under each status, dates x (dates + 1) x statuses.
        first: log chance of each status at the first date.
        change: log chance of each status after each, statuses x statuses; -inf where it cannot be.
        lengths: log of `durations`.
    """
    total, number = shown.shape[0], shown.shape[2]
    begun, ended = np.full((total, number), -np.inf), np.full((total + 1, number), -np.inf)
    onward, left = np.full((total, number), -np.inf), np.zeros((total + 1, number))
    row = np.empty(max(total, number) + 1)
    begun[0] = first
    for j in range(1, total + 1):
        for s in range(number):
            for i in range(j):
                row[i] = begun[i, s] + shown[i, j, s] + lengths[s, i, j]
            ended[j, s] = _sum(row, j)
        if j < total:
            for s in range(number):
                for r in range(number):
                    row[r] = ended[j, r] + change[r, s]
                begun[j, s] = _sum(row, number)
    whole = _sum(ended[total], number)
    for i in range(total - 1, -1, -1):
        for s in range(number):
            for j in range(i + 1, total + 1):
                row[j - i - 1] = shown[i, j, s] + lengths[s, i, j] + left[j, s]
            onward[i, s] = _sum(row, total - i)
        if i > 0:
            for r in range(number):
                for s in range(number):
                    row[s] = change[r, s] + onward[i, s]
                left[i, r] = _sum(row, number)
    result = np.empty((total, number))
    _posterior(np.exp(begun + onward - whole), np.exp(ended + left - whole), result)
    return result, whole


@_compiled
def _moments(values: Array, days: Array) -> Array:
    """Running sums over dates of count, value, its square, day, day squared, and day times value; NaN left out."""
    total, features = values.shape
    sums = np.zeros((features, 6, total + 1))
    for f in range(features):
        for t in range(total):
            for k in range(6):
                sums[f, k, t + 1] = sums[f, k, t]
            z = values[t, f]
            if not math.isnan(z):
                sums[f, 0, t + 1] += 1.0
                sums[f, 1, t + 1] += z
                sums[f, 2, t + 1] += z * z
                sums[f, 3, t + 1] += days[t]
                sums[f, 4, t + 1] += days[t] * days[t]
                sums[f, 5, t + 1] += days[t] * z
    return sums


@_compiled
def shown(
    values: Array,
    days: Array,
    means: Array,
    spreads: Array,
    at_first: Array,
    noises: Array,
    slopes: Array,
    weigh: Array,
    fresh: Array,
) -> Array:
    """Log likelihood of every segment under every status, its mean unknown: dates x (dates + 1) x statuses.

    A value is the segment's mean, in some statuses a slope over the segment's length, and noise; mean and slope are
    normal and integrated out, which sums alone suffice for.

    Args:
        values: dates x features, in standard deviations of noise from the building's own first stretch; NaN for none.
        days: of the dates.
        means: where a status's mean is expected, statuses x features.
        spreads: variance of that.
        at_first: variance of the mean, expected at 0, of the segment that begins the series, by feature.
        noises: variance of noise, by status (1 is the usual).
        slopes: variance of the change over a whole segment, by status; 0 for none.
        weigh: what each feature counts, below 1 where features say the same.
        fresh: what each date counts, by feature, below 1 where dates say the same.
    """
    total, features = values.shape
    number = len(noises)
    found = np.zeros((total, total + 1, number))
    sums = _moments(values, days)
    # a mean's prior and its count alone make this part, so it is a table and not a logarithm for every segment
    widths = np.empty((number, features, total + 1))
    for f in range(features):
        for n in range(total + 1):
            for s in range(number):
                widths[s, f, n] = -0.5 * math.log(1.0 + n * fresh[f] * spreads[s, f] / noises[s])
    logs = np.log(noises)
    for i in range(total):
        for f in range(features):
            for j in range(i + 1, total + 1):
                n = int(sums[f, 0, j] - sums[f, 0, i])
                if n == 0:
                    continue
                one = sums[f, 1, j] - sums[f, 1, i]
                two = sums[f, 2, j] - sums[f, 2, i]
                long = max(days[j - 1] - days[i], 1.0)
                middle = 0.5 * (days[j - 1] + days[i])
                u = (sums[f, 3, j] - sums[f, 3, i] - n * middle) / long
                uu = (sums[f, 4, j] - sums[f, 4, i]) / (long * long) - 2 * middle * (u / long) - n * middle**2 / long**2
                uz = (sums[f, 5, j] - sums[f, 5, i] - middle * one) / long
                for s in range(number):
                    # a value counts as `fresh` of one, its noise as so much more
                    mean, spread, noise = means[s, f], spreads[s, f], noises[s] / fresh[f]
                    width = widths[s, f, n]
                    if i == 0:
                        mean, spread = 0.0, at_first[f]
                        width = -0.5 * math.log(1.0 + n * spread / noise)
                    # measured from the mean that is expected
                    a = (one - n * mean) / noise
                    square = (two - 2 * mean * one + n * mean * mean) / noise
                    if slopes[s] == 0.0:
                        fit = a * a / (1.0 / spread + n / noise)
                    else:
                        b = (uz - u * mean) / noise
                        p, q, r = 1.0 / spread + n / noise, 1.0 / slopes[s] + uu / noise, u / noise
                        det = p * q - r * r
                        fit = (q * a * a - 2 * r * a * b + p * b * b) / det
                        width = -0.5 * math.log(det * spread * slopes[s])
                    found[i, j, s] += weigh[f] * (width + 0.5 * (fit - square - fresh[f] * n * logs[s]))
    return found


@_compiled
def calmed(values: Array, beyond: float) -> Array:
    """Values that stand alone drawn back: none lies further than `beyond` outside its two neighbours in time."""
    result = values.copy()
    total, features = values.shape
    for f in range(features):
        before, here, place = np.nan, np.nan, -1
        for t in range(total + 1):
            after = np.nan if t == total else values[t, f]
            if t < total and math.isnan(after):
                continue
            if place >= 0:
                low, high = np.inf, -np.inf
                for other in (before, after):
                    if not math.isnan(other):
                        low, high = min(low, other), max(high, other)
                if low <= high:
                    result[place, f] = min(max(here, low - beyond), high + beyond)
            before, here, place = here, after, t
    return result
