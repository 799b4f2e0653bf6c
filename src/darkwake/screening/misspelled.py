"""Words a typo or two away, found without walking all words.

Two words are a typo apart where they become the same when a letter is left out of each. So every word is kept under the
hashes of itself and of what is left of it without one letter or two, in sorted arrays, and a word that is asked for is
looked up under its own. The cost of a look-up hardly grows with the number of words. What is found is then compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from darkwake.screening.alike import LONG
from darkwake.screening.parts import letter_bits

Ints = npt.NDArray[np.intp]
Hashes = npt.NDArray[np.uint64]

_LONGEST = 24
"""Letters of a word that may be misspelled: one typo from three letters on, two from `LONG`.

Longer words are met by themselves alone."""
_BASE = 0x9E3779B97F4A7C15


class Close(NamedTuple):
    """Pairs of a word asked for and one that is a typo or two away, as columns; each pair once."""

    of: Ints
    """The place of the word asked for."""
    at: Ints
    """The place of the other."""
    away: Ints
    """Typos between them: optimal string alignment."""
    longer: Ints
    """Letters of the longer one."""


class Misspelled:
    """Words, each once."""

    def __init__(self, words: Sequence[str], most: int = 2) -> None:
        """Keep `words`, for being found within so many typos at `most`."""
        self._words, self._most = words, most
        self._place = {word: at for at, word in enumerate(words)}
        self._letters = np.array([letter_bits(word) for word in words], dtype=np.uint32)
        self._length: Ints = np.array([len(word) for word in words], dtype=np.intp)
        hashes, of = _hashed(words, most)
        order = np.argsort(hashes, kind="stable")
        self._hashes, begin = np.unique(hashes[order], return_index=True)
        self._begin: Ints = np.append(begin, len(hashes))
        self._of = of[order].astype(np.int32)

    def near(self, asked: Sequence[str]) -> Close:
        """The words within one typo of each asked for, or two where both have `LONG` letters, as far as `most` goes."""
        of, at = self._may_be(asked)
        length = np.array([len(word) for word in asked], dtype=np.intp)
        away = process.cpdist(
            [asked[one] for one in of.tolist()], [self._words[one] for one in at.tolist()], scorer=OSA.distance
        ).astype(np.intp)
        kept = away <= _typos_of(np.minimum(length[of], self._length[at]), self._most)
        of, at, away = of[kept], at[kept], away[kept]
        return Close(of, at, away, np.maximum(length[of], self._length[at]))

    def _may_be(self, asked: Sequence[str]) -> tuple[Ints, Ints]:
        if not len(self._hashes):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        hashes, of = _hashed(asked, self._most)
        order = np.argsort(hashes)  # neighbours in the table are looked up one after another
        hashes, of = hashes[order], of[order]
        found = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        hit = np.flatnonzero(self._hashes[found] == hashes)
        begin = self._begin[found[hit]]
        count = self._begin[found[hit] + 1] - begin
        at, of = self._of[runs(begin, count)], np.repeat(of[hit], count)
        # a letter for another changes two kinds of letters at most, one more or less changes one
        letters = np.array([letter_bits(word) for word in asked], dtype=np.uint32)
        length = np.array([len(word) for word in asked], dtype=np.intp)[of]
        typos = _typos_of(np.minimum(length, self._length[at]), self._most)
        longer = np.abs(length - self._length[at])
        may_be = (np.bitwise_count(self._letters[at] ^ letters[of]) <= 2 * typos - longer) & (longer <= typos)
        long = [
            one * len(self._words) + self._place[word]
            for one, word in enumerate(asked)
            if len(word) > _LONGEST and word in self._place
        ]
        pairs = np.unique(np.append(of[may_be] * len(self._words) + at[may_be], np.array(long, dtype=np.intp)))
        return pairs // len(self._words), pairs % len(self._words)


def runs(begin: Ints, count: Ints) -> Ints:
    """The places of several runs, one after another: from each of `begin`, so many as `count` says."""
    places: Ints = np.arange(int(count.sum())) + np.repeat(begin - (np.cumsum(count) - count), count)
    return places


def _typos_of(length: Ints, most: int) -> Ints:
    typos: Ints = np.minimum((length >= 3).astype(np.intp) + (length >= LONG), most)
    return typos


@cache
def _ways(size: int, most: int) -> Ints:
    """The places that stay when none, one and two of so many letters are left out, a row for each way.

    Each row is as long as the word; its end is filled with the place after the last letter, where a nought stands.
    """
    out: list[tuple[int, ...]] = [()]
    out += [(one,) for one in range(size)] if size >= 3 else []
    out += [(one, two) for one in range(size) for two in range(one)] if size >= LONG and most > 1 else []
    rows = [[at for at in range(size) if at not in some] + [size] * len(some) for some in out]
    return np.array(rows, dtype=np.intp).reshape(len(out), size)


@cache
def _powers(size: int) -> Hashes:
    made = [1]
    for _ in range(size):
        made.append(made[-1] * _BASE % (1 << 64))
    return np.array(made[1:], dtype=np.uint64)


def _hashed(words: Sequence[str], most: int) -> tuple[Hashes, Ints]:
    """The hashes of words and of what is left of them, and the place of the word that each is of."""
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        if 0 < len(word) <= _LONGEST:
            by_length[len(word)].append(at)
    hashes, of = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.intp)]
    for size, places in by_length.items():
        codes = np.zeros((len(places), size + 1), dtype=np.uint64)
        letters = "".join(words[at] for at in places).encode("ascii", "replace")
        codes[:, :size] = np.frombuffer(letters, dtype=np.uint8).reshape(len(places), size)
        # each letter times a power of its place, so that order counts; the sum overflows, as hashes do
        made = codes[:, _ways(size, most)] @ _powers(size)
        hashes.append(made.ravel())
        of.append(np.repeat(np.array(places, dtype=np.intp), made.shape[1]))
    return np.concatenate(hashes), np.concatenate(of)
