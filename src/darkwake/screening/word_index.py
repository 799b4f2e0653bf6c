"""The names of people or companies, found by their words.

The score of `alike` is worked out for all names at once from the words that are alike, as arrays; the few that come
near to a lead are then compared in full. Words that are written as one, and initials, are not seen here, so a name is
looked at too where it is nearly made of the same letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from darkwake.screening.alike import CONFLICT, EXTRA, FEW, GIVEN, INITIAL, LEAD, LONE, SERVED, SLOPE, WHOLE
from darkwake.screening.meeting import Listed
from darkwake.screening.misspelled import Ints, runs
from darkwake.screening.parts import Parts, Word
from darkwake.screening.vocabulary import Floats, Vocabulary

_NEAR = 0.05
"""How far under a lead a name may stay by its words alone: initials and loose words are not seen here."""
_SAME_LETTERS = LEAD / WHOLE
"""From this share of letters on that agree, of the longer name, a name is compared whatever its words."""
_EXTRA, _LONE = np.float32(EXTRA), np.float32(LONE)
_MOST_MORE = 2.0
"""And where neither has more than ten letters that the other has not."""
_LONG = 7
"""Letters of a single word from which on it may be several, run together."""
_TELLING = 0.26
"""Words that weigh less, titles and particles, lead to no name, and neither do initials that are asked for."""
_FEW_NAMES = 200
"""A word of so few names leads to them even where it alone makes no lead."""
_REMEMBERED = 5_000
"""Words whose names are kept; with 130 names each, as in a list of 26,000 parties, they take 16 MB."""


class _Holders(NamedTuple):
    """The names that have a word like the one asked for."""

    names: Ints
    """Each once, sorted."""
    values: Floats
    """A row a name: what the pair of words gains, its weight, and what it takes from the loss of either name."""
    loss: float
    """What the word asked for counts where another stands in its place."""


class WordIndex:
    """The names of some entries, each given with its place in the whole index."""

    def __init__(self, listed: Iterable[tuple[int, Listed]], vocabulary: Vocabulary) -> None:
        bearers: dict[tuple[str, ...], tuple[Parts, list[tuple[int, int]]]] = {}
        for at, entry in listed:
            for place, (_, one) in enumerate(entry.parts):
                # entries and their aliases often bear one name with other marks or in another case
                same = (*(word.text for word in one.words), one.whole, str(one.bare))
                bearers.setdefault(same, (one, []))[1].append((at, place))
        kept = [one for one, _ in bearers.values()]
        self._bearers = [names for _, names in bearers.values()]
        self._vocabulary = vocabulary
        self._loss: Floats = np.array([_loss(_telling(one)) for one in kept], dtype=np.float32)
        self._by_text: defaultdict[str, list[int]] = defaultdict(list)
        holders: defaultdict[int, list[int]] = defaultdict(list)
        words: dict[int, Word] = {}
        bare: set[int] = set()
        for at, one in enumerate(kept):
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
        self._texts = [one.joined for one in kept]
        self._letters = _letters(kept)
        self._bits = np.array([one.letters for one in kept], dtype=np.uint32)
        self._length: Ints = np.array([len(one.joined) for one in kept], dtype=np.intp)
        several = np.flatnonzero(np.array([len(one.words) > 1 for one in kept], dtype=np.bool_))
        self._several: Ints = several[np.argsort(self._length[several], kind="stable")]
        self._several_bits, self._several_length = self._bits[self._several], self._length[self._several]
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
        if not asked or not self._bearers:
            return [[] for _ in asked]
        telling = [_telling(one) for one in asked]
        self._learn(asked, telling)
        held = [[self._known[word.text, one.bare] for word in words] for one, words in zip(asked, telling, strict=True)]
        of, every, sums = self._met(held)
        may_be = self._may_be(asked, np.array([_loss(words) for words in telling], np.float32), of, every, sums)
        ends = np.searchsorted(of[may_be], np.arange(len(asked) + 1)).tolist()
        found = [set(some) for some in _split(every[may_be].tolist(), ends)]
        for names, one in zip(found, asked, strict=True):
            for text in (one.joined, one.whole, *(one.numbers if not one.words else ())):
                if text and text in self._by_text:
                    names.update(self._by_text[text])
        for place, names_of in self._of_these_letters(asked):
            found[place].update(names_of)
        return [sorted(name for at in names for name in self._bearers[at]) for names in found]

    def _met(self, held: Sequence[list[_Holders]]) -> tuple[Ints, Ints, Floats]:
        """What the words of each name asked for and those of the names here have in common.

        Returns:
            The place of the name asked for, that of the name here, both sorted, and the sums of `_Holders.values`.
        """
        leading: list[tuple[int, _Holders]] = []
        common: list[tuple[int, _Holders]] = []
        for place, some in enumerate(held):
            lead, most = _leading(some)
            leading += [(place, one) for one in lead]
            common += [(place, most)] if most is not None else []
        keys, values = self._stacked(leading)
        order = np.argsort(keys, kind="stable")  # made of sorted runs, which a merge sort makes use of
        keys, values = keys[order], values[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        keys = keys[first]
        sums: Floats = np.add.reduceat(values, first, axis=0) if len(first) else values
        if common and len(keys):
            more, values = self._stacked(common)
            at = np.minimum(np.searchsorted(more, keys), len(more) - 1)
            both = np.flatnonzero(more[at] == keys)
            sums[both] += values[at[both]]
        of, every = np.divmod(keys, len(self._bearers))
        return of, every, sums

    def _stacked(self, held: Sequence[tuple[int, _Holders]]) -> tuple[Ints, Floats]:
        """Names under one key with the name that asks for them, and their values."""
        if not held:
            return _NO_NAMES, np.zeros((0, 4), dtype=np.float32)
        places = np.array([place for place, _ in held], dtype=np.intp) * len(self._bearers)
        keys = np.concatenate([one.names for _, one in held]) + np.repeat(places, [len(one.names) for _, one in held])
        return keys, np.concatenate([one.values for _, one in held])

    def _may_be(
        self, asked: Sequence[Parts], loss: Floats, of: Ints, every: Ints, sums: Floats
    ) -> npt.NDArray[np.bool_]:
        """The score of `alike` by the words that met, and where that is too low, the letters of the whole."""
        gain, met, mine, theirs = np.ascontiguousarray(sums.T)
        mine = np.maximum(loss[of] - mine, 0)
        theirs = np.maximum(self._loss[every] - theirs, 0)
        against, more = np.minimum(mine, theirs), np.abs(mine - theirs)
        cost = met + np.float32(CONFLICT) * against + np.where(met > FEW - 0.1, _EXTRA, _LONE) * more
        may_be: npt.NDArray[np.bool_] = gain >= np.float32(LEAD - _NEAR) * cost
        rest = np.flatnonzero(~may_be & (more < _MOST_MORE) & (2 * met > against))
        own, other = np.array([len(one.joined) for one in asked], dtype=np.intp)[of[rest]], self._length[every[rest]]
        # how many letters either may have alone, and so how many kinds of letters
        alone = own + other - 2 * _SAME_LETTERS * np.maximum(own, other)
        bits = np.array([one.letters for one in asked], dtype=np.uint32)[of[rest]] ^ self._bits[every[rest]]
        some = np.flatnonzero((np.bitwise_count(bits) <= alone) & (np.abs(own - other) <= alone))
        rest = rest[some]
        differ = own[some] + other[some] - 2 * _common(_letters(asked)[of[rest]], self._letters[every[rest]])
        may_be[rest] = differ <= alone[some]
        return may_be

    def _of_these_letters(self, asked: Sequence[Parts]) -> Iterator[tuple[int, list[int]]]:
        """Names of several words and nearly the same letters, for names that were run together and misspelled."""
        for place, one in enumerate(asked):
            size = len(one.joined)
            if len(one.words) != 1 or size < _LONG:
                continue
            begin, end = self._several_length.searchsorted((size - 2, size + 3)).tolist()
            # two letters of its own at most and four of the other's
            like = np.bitwise_count(self._several_bits[begin:end] ^ np.uint32(one.letters)) <= 6
            names = self._several[begin:end][like]
            names = names[_common(_letters([one]), self._letters[names]) >= size - 2]
            if len(names):
                # a typo and a short word that only one has, or what a whole may have
                most = max(4, int((1 - _SAME_LETTERS) * (size + 2)))
                texts = [self._texts[at] for at in names.tolist()]
                away = process.cdist([one.joined], texts, scorer=OSA.distance, score_cutoff=most)[0]
                yield place, names[away <= most].tolist()

    def _learn(self, asked: Sequence[Parts], telling: Sequence[Sequence[Word]]) -> None:
        """Look up the names of all words that are not known yet, at once."""
        wanted = {(word.text, one.bare): word for one, words in zip(asked, telling, strict=True) for word in words}
        new = [key for key in wanted if key not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = list(wanted)
        if new:
            self._known.update(zip(new, self._find([(wanted[key], key[1]) for key in new]), strict=True))

    def _find(self, words: Sequence[tuple[Word, bool]]) -> list[_Holders]:
        of, at, alike = self._alike(words)
        weight = (self._word_weight[at] + np.array([word.weight for word, _ in words], dtype=np.float32)[of]) / 2
        loss = np.array([word.loss for word, _ in words], dtype=np.float32)
        gain = weight * (1 - np.float32(SLOPE) * (1 - alike))
        pairs = np.stack([gain, weight, loss[of], self._word_loss[at]], axis=1)
        count = self._count[at]
        keys = self._holding[runs(self._start[at], count)] + np.repeat(of * len(self._bearers), count)
        order = np.argsort(keys, kind="stable")
        # of several such words of one name the most alike counts, which comes last
        last = np.flatnonzero(np.diff(keys[order], append=-1))
        of, names = np.divmod(keys[order[last]], len(self._bearers))
        values = pairs[np.repeat(np.arange(len(at)), count)[order[last]]]
        ends = np.searchsorted(of, np.arange(len(words) + 1)).tolist()
        return [
            _Holders(names[begin:end].copy(), values[begin:end].copy(), word.loss)
            for (begin, end), (word, _) in zip(pairwise(ends), words, strict=True)
        ]

    def _alike(self, words: Sequence[tuple[Word, bool]]) -> tuple[Ints, Ints, Floats]:
        """Pairs of a word asked for and one like it, sorted by the first and then from the least alike on."""
        near = self._vocabulary.near([word.text for word, bare in words if not bare])
        spelled = np.flatnonzero(np.array([not bare for _, bare in words], dtype=np.bool_))
        of_more: list[int] = []
        more: list[int] = []
        alike_more: list[float] = []
        for place, (word, bare) in enumerate(words):
            others = self._others(word, bare)
            of_more += [place] * len(others)
            more += others.keys()
            alike_more += others.values()
        of = np.append(np.repeat(spelled, [len(one.at) for one in near]), np.array(of_more, dtype=np.intp))
        at = np.concatenate([*(one.at for one in near), np.array(more, dtype=np.intp)])
        alike = np.concatenate([*(one.alike for one in near), np.array(alike_more, dtype=np.float32)])
        order = np.lexsort((alike, of))
        return of[order], at[order], alike[order]

    def _others(self, word: Word, bare: bool) -> dict[int, float]:
        """The words that are another form of it altogether, or one by their consonants."""
        found: dict[int, float] = {}
        if bare or self._by_bones:
            same = (self._all_by_bones if bare else self._by_bones).get(word.bones, ())
            found = dict.fromkeys(same, 0.93) if len(word.bones) > 1 else {}
        if bare:
            return found
        for group in word.given:
            found.update(dict.fromkeys(self._by_given.get(group, ()), GIVEN))
        for text in ("ABD" + word.text, word.text.removeprefix("ABD")):
            if text != word.text and text in self._vocabulary.at:
                found[self._vocabulary.at[text]] = SERVED
        initial = self._vocabulary.at.get(word.text[0])
        if initial is not None and len(word.text) > 2:
            found[initial] = INITIAL
        return found


_NO_NAMES = np.zeros(0, dtype=np.intp)


def _split(values: list[int], ends: list[int]) -> Iterator[list[int]]:
    return (values[begin:end] for begin, end in pairwise(ends))


def _leading(held: list[_Holders]) -> tuple[list[_Holders], _Holders | None]:
    """The words that lead to names, and the one that most names have, where these are many and it makes no lead."""
    if len(held) < 3:
        return held, None
    most = max(range(len(held)), key=lambda at: len(held[at].names))
    rest = sum(one.loss for at, one in enumerate(held) if at != most)
    if len(held[most].names) <= _FEW_NAMES or rest * LONE <= (1 / (LEAD - _NEAR) - 1) * held[most].loss:
        return held, None
    return [one for at, one in enumerate(held) if at != most], held[most]


def _telling(one: Parts) -> Sequence[Word]:
    return [word for word in one.words if word.weight > _TELLING] or one.words


def _loss(words: Sequence[Word]) -> float:
    return sum(word.loss for word in words)


def _letters(names: Sequence[Parts]) -> npt.NDArray[np.uint8]:
    """How often each letter stands in the words of a name, a row a name."""
    codes = np.frombuffer("".join(one.joined for one in names).encode("ascii", "replace"), dtype=np.uint8) & 31
    rows = np.repeat(32 * np.arange(len(names)), [len(one.joined) for one in names])
    return np.bincount(rows + codes, minlength=32 * len(names)).astype(np.uint8).reshape(len(names), 32)


def _common(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> Ints:
    """How many letters two names have in common, row by row."""
    common: Ints = np.minimum(one, other).sum(axis=1, dtype=np.intp)
    return common
