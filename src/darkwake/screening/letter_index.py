"""The names of ships, found by the pairs of neighbouring letters that they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from darkwake.screening.meeting import Listed
from darkwake.screening.misspelled import Ints, runs
from darkwake.screening.names import Form, typos_allowed
from darkwake.screening.parts import letter_bits
from darkwake.screening.tokens import LONGEST

Name = tuple[int, int]

_PAIRS_A_TYPO = 3
"""A swap of two neighbours changes three pairs of letters; every other typo changes two."""

_PAIRS_ALIKE = 0.5
"""Names with this share of pairs in common (Dice) are compared too: words moved and misspelled, or left out."""

_CELLS = 1_000_000
"""Cells of the table of names asked for and names here that is made at once: 8 MB."""

_CODES = 128 * 128
"""Pairs of letters that there can be."""


class LetterIndex:
    """The names of some entries, each given with its place in the whole index."""

    def __init__(self, listed: Iterable[tuple[int, Listed]]) -> None:
        bearers: defaultdict[str, set[Name]] = defaultdict(set)
        cut: set[str] = set()
        words: defaultdict[str, int] = defaultdict(int)
        self._by_words: defaultdict[tuple[str, ...], set[Name]] = defaultdict(set)
        for at, one in listed:
            for place, (_, form) in enumerate(one.forms):
                self._by_words[_in_any_order(form)].add((at, place))
                for key in form.keys:
                    bearers[key].add((at, place))
                    words[key] |= _counted(form)
                if form.may_be_cut:
                    cut.update(form.keys)
        self._keys = keys = sorted(bearers)
        self._words = np.array([words[key] for key in keys], dtype=np.uint32)
        self._bearers = [sorted(bearers[key]) for key in keys]
        self._may_be_cut: npt.NDArray[np.bool_] = np.array([key in cut for key in keys], dtype=np.bool_)
        self._bits = np.array([letter_bits(key) for key in keys], dtype=np.uint32)
        of, pairs = _pairs(keys)
        self._pairs_of: Ints = np.bincount(of, minlength=len(keys))
        self._fewest_of_cut = int(self._pairs_of[self._may_be_cut].min(initial=LONGEST))
        self._holding: Ints = of[np.argsort(pairs, kind="stable")]
        """The keys that have each pair of letters, one pair's after another's."""
        self._count: Ints = np.bincount(pairs, minlength=_CODES)
        self._start: Ints = np.cumsum(self._count) - self._count

    def near(self, forms: Sequence[Form]) -> list[set[Name]]:
        """For each form, the names that may be like it: the place of the entry, and that of the name among its `forms`.

        Many forms at once cost less than one after another.
        """
        found = [set(self._by_words.get(_in_any_order(form), ())) for form in forms]
        asked = [_Key.of(place, key, form) for place, form in enumerate(forms) for key in form.keys]
        size = max(1, _CELLS // max(1, len(self._keys)))
        for begin in range(0, len(asked) if self._keys else 0, size):
            some = asked[begin : begin + size]
            for of, at in self._near_keys(some):
                found[some[of].place].update(self._bearers[at])
        return found

    def _near_keys(self, asked: Sequence[_Key]) -> Iterator[tuple[int, int]]:
        """The place of a key asked for beside that of one here, by a table of how many pairs each two share."""
        size = len(self._keys)
        of, codes = _pairs([one.key for one in asked])
        count = self._count[codes]
        cells = self._holding[runs(self._start[codes], count)] + np.repeat(of * size, count)
        common = np.bincount(cells, minlength=len(asked) * size)
        pairs = np.bincount(of, minlength=len(asked))
        most = np.array([max(one.typos, one.typos_in_words) for one in asked])
        # what every rule below asks for at least
        least = np.minimum(pairs - _PAIRS_A_TYPO * most, _PAIRS_ALIKE / 2 * pairs)
        least = np.maximum(np.minimum(least, self._fewest_of_cut - 1), 1)
        cells = np.flatnonzero(common.reshape(len(asked), size) >= least[:, None])
        of, at = np.divmod(cells, size)
        common, theirs, mine, typos = common[cells], self._pairs_of[at], pairs[of], most[of]
        like = (common >= np.maximum(theirs, mine) - _PAIRS_A_TYPO * typos) | (
            common >= _PAIRS_ALIKE / 2 * (theirs + mine)
        )
        # all pairs but the one with the end: one name may be the other, cut off
        like |= self._may_be_cut[at] & (common >= theirs - 1)
        like |= np.array([one.may_be_cut for one in asked])[of] & (common >= mine - 1)
        of, at, begins = of[like], at[like], (common >= np.minimum(theirs, mine) - 1)[like]
        bits, own = self._bits[at], np.array([letter_bits(one.key) for one in asked], dtype=np.uint32)[of]
        # a beginning has no letters that the whole has not
        like = begins & (((bits & ~own) == 0) | ((own & ~bits) == 0))
        # word by word, in any order: a typo changes two kinds of letters at most
        words = np.array([one.words for one in asked], dtype=np.uint32)[of]
        in_words = np.array([one.typos_in_words for one in asked])[of]
        like |= ((words & self._words[at]) != 0) & (np.bitwise_count(bits ^ own) <= 2 * in_words)
        rest = np.flatnonzero(~like & (np.bitwise_count(bits ^ own) <= 2 * typos_allowed(LONGEST)))
        away = process.cpdist(
            [asked[one].key for one in of[rest].tolist()],
            [self._keys[one] for one in at[rest].tolist()],
            scorer=OSA.distance,
        )
        like[rest] = away <= np.array([one.typos for one in asked])[of[rest]]
        return zip(of[like].tolist(), at[like].tolist(), strict=True)


class _Key(NamedTuple):
    """What a name is looked up by."""

    place: int
    """Its place among the names asked for."""
    key: str
    may_be_cut: bool
    typos: int
    """How many it may have as one string."""
    words: int
    """How many words the name has, as `_counted`."""
    typos_in_words: int
    """How many its words may have together, where there are several."""

    @classmethod
    def of(cls, place: int, key: str, form: Form) -> _Key:
        """A key of a form."""
        in_words = sum([typos_allowed(len(word)) for word in form.words]) if len(form.words) > 1 else 0
        return cls(place, key, form.may_be_cut, typos_allowed(len(key)), _counted(form), in_words)


def _counted(form: Form) -> int:
    """The bit for so many words, where there are several."""
    return 1 << len(form.words) if len(form.words) > 1 else 0


def _in_any_order(form: Form) -> tuple[str, ...]:
    return tuple(sorted(form.words)) or form.numbers


def _pairs(keys: Sequence[str]) -> tuple[Ints, Ints]:
    """The pairs of neighbouring letters of each key, its beginning and end among them, each pair once.

    Returns:
        The place of the key, and the pair as a number below `_CODES`, sorted by both.
    """
    letters = np.frombuffer("".join(f"^{key}$" for key in keys).encode("ascii", "replace"), dtype=np.uint8) & 127
    sizes = np.array([len(key) + 2 for key in keys], dtype=np.intp)
    of = np.repeat(np.arange(len(keys)), sizes)
    codes = letters[:-1].astype(np.intp) * 128 + letters[1:]
    within = of[:-1] == of[1:]
    return np.divmod(np.unique(of[:-1][within] * _CODES + codes[within]), _CODES)
