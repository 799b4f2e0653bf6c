"""The names of ships, found by the pairs of neighbouring letters that they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from darkwake.screening.meeting import Listed
from darkwake.screening.names import Form, typos_allowed

Name = tuple[int, int]

_PAIRS_A_TYPO = 3
"""A swap of two neighbours changes three pairs of letters; every other typo changes two."""

_PAIRS_ALIKE = 0.5
"""Names with this share of pairs in common (Dice) are compared too: words moved and misspelled, or left out."""


class LetterIndex:
    """The names of some entries, each given with its place in the whole index."""

    def __init__(self, listed: Iterable[tuple[int, Listed]]) -> None:
        bearers: defaultdict[str, set[Name]] = defaultdict(set)
        cut: set[str] = set()
        self._by_words: defaultdict[tuple[str, ...], set[Name]] = defaultdict(set)
        for at, one in listed:
            for place, (_, form) in enumerate(one.forms):
                self._by_words[_in_any_order(form)].add((at, place))
                for key in form.keys:
                    bearers[key].add((at, place))
                if form.may_be_cut:
                    cut.update(form.keys)
        keys = sorted(bearers)
        self._bearers = [sorted(bearers[key]) for key in keys]
        pairs = [_pairs(key) for key in keys]
        self._pairs_of: npt.NDArray[np.int32] = np.array([len(one) for one in pairs], dtype=np.int32)
        self._may_be_cut: npt.NDArray[np.bool_] = np.array([key in cut for key in keys], dtype=np.bool_)
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for at_key, one_pairs in enumerate(pairs):
            for pair in sorted(one_pairs):
                holders[pair].append(at_key)
        self._holders = {pair: np.array(keys_at, dtype=np.int32) for pair, keys_at in holders.items()}

    def near(self, form: Form) -> set[Name]:
        """The names that may be like `form`: the place of the entry, and that of the name among its `forms`."""
        found = set(self._by_words.get(_in_any_order(form), ()))
        return found.union(*(self._near_key(key, form.may_be_cut) for key in form.keys))

    def _near_key(self, key: str, may_be_cut: bool) -> Iterable[Name]:
        pairs = _pairs(key)
        held = [self._holders[pair] for pair in pairs if pair in self._holders]
        if not held:
            return ()
        common = np.bincount(np.concatenate(held), minlength=len(self._pairs_of))
        typos = _PAIRS_A_TYPO * typos_allowed(len(key))
        least = np.maximum(self._pairs_of, len(pairs)) - typos
        found = common >= np.maximum(np.minimum(least, _PAIRS_ALIKE * (self._pairs_of + len(pairs)) / 2), 1)
        # all pairs but the one with the end: one name may be the other, cut off
        found |= self._may_be_cut & (common >= self._pairs_of - 1)
        if may_be_cut:
            found |= common >= len(pairs) - 1
        return [name for at in np.flatnonzero(found).tolist() for name in self._bearers[at]]


def _in_any_order(form: Form) -> tuple[str, ...]:
    return tuple(sorted(form.words)) or form.numbers


def _pairs(skeleton: str) -> set[str]:
    framed = f"^{skeleton}$"
    return {framed[at : at + 2] for at in range(len(framed) - 1)}
