"""The names of people or companies, found by their words.

The score of `alike` is worked out for all names at once from the words that are alike, as arrays; the few that come
near to a lead are then compared in full. Words that are written as one, and initials, are not seen here, so a name is
looked at too where it is nearly made of the same letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from darkwake.screening.alike import CONFLICT, EXTRA, FEW, GIVEN, INITIAL, LEAD, LONE, SERVED, SLOPE
from darkwake.screening.meeting import Listed
from darkwake.screening.misspelled import Ints, runs
from darkwake.screening.parts import Parts, Word
from darkwake.screening.vocabulary import Floats, Near, Vocabulary

_NEAR = 0.05
"""How far under a lead a name may stay by its words alone: initials and loose words are not seen here."""
_SAME_LETTERS = 0.78
"""From this share of common letters on, of the longer name, a name is compared whatever its words."""
_EXTRA, _LONE = np.float32(EXTRA), np.float32(LONE)
_MOST_MORE = 2.0
"""And where neither has more than ten letters that the other has not."""
_LONG = 7
"""Letters of a single word from which on it may be several, run together."""
_TELLING = 0.26
"""Words that weigh less, titles and particles, lead to no name, and neither do initials that are asked for."""
_REMEMBERED = 20_000
"""Words whose names are kept; with 100 names each they take 30 MB."""


class _Holders(NamedTuple):
    """The names that have a word like the one asked for."""

    names: Ints
    """Where a name has several such words, the most alike is its last."""
    values: Floats
    """A row a name: what the pair of words gains, its weight, and what it takes from the loss of either name."""
    loss: float
    """What the word asked for counts where another stands in its place."""


class WordIndex:
    """The names of some entries, each given with its place in the whole index."""

    def __init__(self, listed: Iterable[tuple[int, Listed]], vocabulary: Vocabulary) -> None:
        kept = [(at, place, one) for at, entry in listed for place, (_, one) in enumerate(entry.parts)]
        self._vocabulary = vocabulary
        self._name = [(at, place) for at, place, _ in kept]
        self._loss: Floats = np.array([_loss(one) for *_, one in kept], dtype=np.float32)
        self._by_text: defaultdict[str, list[int]] = defaultdict(list)
        holders: defaultdict[int, list[int]] = defaultdict(list)
        words: dict[int, Word] = {}
        bare: set[int] = set()
        for at, (*_, one) in enumerate(kept):
            for text in {one.joined, one.whole, *(one.numbers if not one.words else ())} - {""}:
                self._by_text[text].append(at)
            for word in set(_telling(one)):
                place = vocabulary.at[word.text]
                words[place] = word
                holders[place].append(at)
                if one.bare:
                    bare.add(place)
        self._take(words, holders)
        self._tables(words, bare)
        self._letters = np.array([_letters(one) for *_, one in kept], dtype=np.uint8).reshape(len(kept), 32)
        self._length: Ints = self._letters.sum(axis=1, dtype=np.intp)
        several = np.array([len(one.words) > 1 for *_, one in kept], dtype=np.bool_)
        self._several = {
            size: np.flatnonzero(several & (self._length == size)) for size in np.unique(self._length[several]).tolist()
        }
        self._sums: Floats = np.zeros((len(kept), 4), dtype=np.float32)
        self._marked = np.zeros(len(kept), dtype=np.bool_)
        self._known: dict[tuple[str, bool], _Holders] = {}

    def _take(self, words: dict[int, Word], holders: dict[int, list[int]]) -> None:
        """The names that hold each word of the vocabulary, one word's after another's."""
        size = len(self._vocabulary.words)
        self._count: Ints = np.zeros(size, dtype=np.intp)
        self._word_weight, self._word_loss = np.zeros((2, size), dtype=np.float32)
        for place, word in words.items():
            self._count[place] = len(holders[place])
            self._word_weight[place], self._word_loss[place] = word.weight, word.loss
        self._start: Ints = np.cumsum(self._count) - self._count
        self._holding: Ints = np.array([at for place in sorted(holders) for at in holders[place]], dtype=np.intp)

    def _tables(self, words: dict[int, Word], bare: set[int]) -> None:
        self._by_given: defaultdict[str, list[int]] = defaultdict(list)
        self._by_bones: defaultdict[str, list[int]] = defaultdict(list)
        self._words, self._bare = words, bare
        for place, word in sorted(words.items()):
            for group in word.given:
                self._by_given[group].append(place)
            if place in bare:
                self._by_bones[word.bones].append(place)

    @cached_property
    def _all_by_bones(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in sorted(self._words.items()):
            found[word.bones].append(place)
        return dict(found)

    def near(self, asked: Sequence[Parts]) -> list[list[tuple[int, int]]]:
        """For each name asked for, the names that may be like it.

        Returns:
            For each of `asked`, the place of the entry and that of the name among its `parts`, sorted.
        """
        self._learn(asked)
        names: list[Ints] = []
        sums: list[Floats] = []
        for one in asked:
            leading, common = _leading([self._known[word.text, one.bare] for word in _telling(one)])
            for holders in leading:
                self._sums[holders.names] += holders.values
            its = np.concatenate([holders.names for holders in leading]) if leading else _NO_NAMES
            if common is not None:
                self._marked[its] = True
                both = np.flatnonzero(self._marked[common.names])
                self._sums[common.names[both]] += common.values[both]
                self._marked[its] = False
            names.append(its)
            sums.append(self._sums[its])
            self._sums[its] = 0
        may_be = self._may_be(asked, names, np.concatenate(sums)) if asked else _NO_NAMES
        result, begin = [], 0
        for one, its in zip(asked, names, strict=True):
            found = set(its[may_be[begin : begin + len(its)]].tolist())
            begin += len(its)
            for text in (one.joined, one.whole, *(one.numbers if not one.words else ())):
                found.update(self._by_text.get(text, ()) if text else ())
            if len(one.words) == 1 and len(one.joined) >= _LONG:
                found.update(self._of_these_letters(one).tolist())
            result.append([self._name[at] for at in sorted(found)])
        return result

    def _may_be(self, asked: Sequence[Parts], names: Sequence[Ints], sums: Floats) -> npt.NDArray[np.bool_]:
        """The score of `alike` by the words that met, and where that is too low, the letters of the whole."""
        of = np.repeat(np.arange(len(asked)), [len(one) for one in names])
        every = np.concatenate(names)
        gain, met, mine, theirs = sums.T
        mine = np.maximum(np.array([_loss(one) for one in asked], dtype=np.float32)[of] - mine, 0)
        theirs = np.maximum(self._loss[every] - theirs, 0)
        against, more = np.minimum(mine, theirs), np.abs(mine - theirs)
        cost = met + np.float32(CONFLICT) * against + np.where(met > FEW - 0.1, _EXTRA, _LONE) * more
        may_be: npt.NDArray[np.bool_] = gain >= np.float32(LEAD - _NEAR) * cost
        rest = np.flatnonzero(~may_be & (more < _MOST_MORE) & (2 * met > against))
        if len(rest):
            letters = np.stack([_letters(one) for one in asked])
            own, other = letters[of[rest]], self._letters[every[rest]]
            longer = np.maximum(self._length[every[rest]], letters.sum(axis=1, dtype=np.intp)[of[rest]])
            may_be[rest] = np.minimum(own, other).sum(axis=1, dtype=np.intp) >= _SAME_LETTERS * longer
        return may_be

    def _of_these_letters(self, asked: Parts) -> Ints:
        """Names of several words and nearly the same letters, for a name that was run together and misspelled."""
        own = _letters(asked)
        size = int(own.sum())
        of_size = (self._several.get(one, _NO_NAMES) for one in range(size - 2, size + 3))
        names = np.concatenate([*of_size])
        fits: npt.NDArray[np.bool_] = np.minimum(self._letters[names], own).sum(axis=1, dtype=np.intp) >= size - 2
        return names[fits]

    def _learn(self, asked: Sequence[Parts]) -> None:
        """Look up the names of all words that are not known yet, at once."""
        wanted = {(word.text, one.bare): word for one in asked for word in _telling(one)}
        new = [key for key in wanted if key not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = list(wanted)
        if new:
            self._known.update(zip(new, self._find([(wanted[key], key[1]) for key in new]), strict=True))

    def _find(self, words: Sequence[tuple[Word, bool]]) -> list[_Holders]:
        near = [
            self._with_others(word, bare, spelled)
            for (word, bare), spelled in zip(
                words, self._vocabulary.near([word.text for word, _ in words]), strict=True
            )
        ]
        of = np.repeat(np.arange(len(words)), [len(one.at) for one in near])
        at = np.concatenate([one.at for one in near])
        alike = np.concatenate([one.alike for one in near])
        weight = (self._word_weight[at] + np.array([word.weight for word, _ in words], dtype=np.float32)[of]) / 2
        loss = np.array([word.loss for word, _ in words], dtype=np.float32)[of]
        values = np.stack([weight * (1 - np.float32(SLOPE) * (1 - alike)), weight, loss, self._word_loss[at]], axis=1)
        count = self._count[at]
        names, values = self._holding[runs(self._start[at], count)], np.repeat(values, count, axis=0)
        ends = np.searchsorted(np.repeat(of, count), np.arange(len(words) + 1)).tolist()
        return [
            _Holders(names[begin:end].copy(), values[begin:end].copy(), word.loss)
            for (begin, end), (word, _) in zip(pairwise(ends), words, strict=True)
        ]

    def _with_others(self, word: Word, bare: bool, spelled: Near) -> Near:
        """The words spelled or sounding alike, and those that are another form of it altogether."""
        more: dict[int, float] = {}
        if bare or self._by_bones:
            same = (self._all_by_bones if bare else self._by_bones).get(word.bones, ())
            more = dict.fromkeys(same, 0.93) if len(word.bones) > 1 else {}
        if bare:
            spelled = _NONE
        else:
            for group in word.given:
                more.update(dict.fromkeys(self._by_given[group], GIVEN))
            for text in ("ABD" + word.text, word.text.removeprefix("ABD")):
                if text != word.text and text in self._vocabulary.at:
                    more[self._vocabulary.at[text]] = SERVED
            initial = self._vocabulary.at.get(word.text[0])
            if initial is not None and len(word.text) > 2:
                more[initial] = INITIAL
        if not more:
            return spelled
        at = np.concatenate([spelled.at, np.array(list(more), dtype=np.intp)])
        alike = np.concatenate([spelled.alike, np.array(list(more.values()), dtype=np.float32)])
        order = np.argsort(alike, kind="stable")
        return Near(at[order], alike[order])


_NONE = Near(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32))


_NO_NAMES = np.zeros(0, dtype=np.intp)


def _leading(held: list[_Holders]) -> tuple[list[_Holders], _Holders | None]:
    """The words that lead to names, and the one that most names have, where it alone makes no lead."""
    if len(held) < 3:
        return held, None
    most = max(range(len(held)), key=lambda at: len(held[at].names))
    rest = sum(one.loss for at, one in enumerate(held) if at != most)
    if rest * LONE <= (1 / (LEAD - _NEAR) - 1) * held[most].loss:
        return held, None
    return [one for at, one in enumerate(held) if at != most], held[most]


def _telling(one: Parts) -> Sequence[Word]:
    return [word for word in one.words if word.weight > _TELLING] or one.words


def _loss(one: Parts) -> float:
    return sum(word.loss for word in _telling(one))


def _letters(one: Parts) -> npt.NDArray[np.uint8]:
    """How often each letter stands in its words."""
    text = one.joined.encode("ascii", "replace")
    return np.bincount(np.frombuffer(text, dtype=np.uint8) & 31, minlength=32).astype(np.uint8)
