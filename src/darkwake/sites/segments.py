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
    return min(1.0, max(0.0, _normal(near) - x / mean * _normal(near - spread)))


@_compiled
def durations(days: Array, mean_logs: Array, spreads: Array) -> Array:
    """The chance that a status which began before date i ends before date j: statuses x dates x (dates + 1).

    A change lies somewhere between two dates and is taken to lie in their middle; the chance is that of a length which
    ends between j - 1 and j. At the first date the status may have lasted for long; at the last it goes on.
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
                    after = _remaining(x, mean_log, spread) if i == 0 else _lasting(x, mean_log, spread)
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
    begun, ended = np.empty((total, number)), np.empty((total + 1, number))
    onward, left = np.empty((total, number)), np.empty((total + 1, number))
    scale = np.empty(total)
    turned = np.ascontiguousarray(lengths.transpose(0, 2, 1))
    for b in range(buildings):
        for t in range(total):
            most = logs[b, t, 0]
            for s in range(1, number):
                most = max(most, logs[b, t, s])
            for s in range(number):
                likely[s, t] = max(math.exp(logs[b, t, s] - most), _LEAST)
        for s in range(number):
            begun[0, s] = max(first[s], _LEAST)
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
            scale[j - 1] = 1.0 / whole
            for s in range(number):
                ended[j, s] *= scale[j - 1]
                likely[s, j - 1] *= scale[j - 1]
            if j < total:
                for s in range(number):
                    value = 0.0
                    for r in range(number):
                        value += ended[j, r] * change[r, s]
                    begun[j, s] = max(value, 1e-200)
        for s in range(number):
            left[total, s] = 1.0
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
    return most + math.log(total)


@_compiled
def by_segment(shown: Array, first: Array, change: Array, lengths: Array) -> tuple[Array, float]:
    """The chance of each status on each date, dates x statuses, and the log of the sum over all paths.

    Args:
        shown: log likelihood of segment [i, j) under each status, statuses x dates x (dates + 1).
        first: log chance of each status at the first date.
        change: log chance of each status after each, statuses x statuses; -inf where it cannot be.
        lengths: log of `durations`.
    """
    number, total = shown.shape[0], shown.shape[1]
    begun, ended = np.full((total, number), -np.inf), np.full((total + 1, number), -np.inf)
    onward, left = np.full((total, number), -np.inf), np.zeros((total + 1, number))
    row = np.empty(max(total, number) + 1)
    begun[0] = first
    for j in range(1, total + 1):
        for s in range(number):
            for i in range(j):
                row[i] = begun[i, s] + shown[s, i, j] + lengths[s, i, j]
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
                row[j - i - 1] = shown[s, i, j] + lengths[s, i, j] + left[j, s]
            onward[i, s] = _sum(row, total - i)
        if i > 0:
            for r in range(number):
                for s in range(number):
                    row[s] = change[r, s] + onward[i, s]
                left[i, r] = _sum(row, number)
    result = np.empty((total, number))
    _posterior(np.exp(begun + onward - whole), np.exp(ended + left - whole), result)
    return result, whole
