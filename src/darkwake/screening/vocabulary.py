"""The words of all names of an index, found by how they are spelled and how they sound, a typo or two forgiven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from darkwake.screening.alike import FLOOR, HEARD
from darkwake.screening.misspelled import Ints, Misspelled, runs
from darkwake.screening.scripts import sound

Floats = npt.NDArray[np.float32]

_REMEMBERED = 50_000
"""Words whose neighbours are kept."""


class Near(NamedTuple):
    """Words like one that was asked for, from the least alike to the most; one that is so in two ways stands twice."""

    at: Ints
    """Their places in `Vocabulary.words`."""
    alike: Floats


class Vocabulary:
    """Words, each once, sorted."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self.at = {word: at for at, word in enumerate(self.words)}
        """The place of each word."""
        by_sound: defaultdict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(self.words):
            if len(word) > 2:
                by_sound[sound(word)].append(at)
        sounds = sorted(by_sound)
        self._count: Ints = np.array([len(by_sound[one]) for one in sounds], dtype=np.intp)
        self._start: Ints = np.cumsum(self._count) - self._count
        self._sounding: Ints = np.array([at for one in sounds for at in by_sound[one]], dtype=np.intp)
        self._spelled, self._heard = Misspelled(self.words), Misspelled(sounds, most=1)
        self._known: dict[str, Near] = {}

    def near(self, words: Collection[str]) -> list[Near]:
        """For each word those like it, with their likeness by the rules of `alike.word_alike`.

        Many words at once cost less than one after another.
        """
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = list(dict.fromkeys(words))
        if new:
            self._known.update(zip(new, self._find(new), strict=True))
        return [self._known[word] for word in words]

    def _find(self, words: list[str]) -> list[Near]:
        of, at, away, longer = self._spelled.near(words)
        alike = 1 - away / longer
        # words of one sound, in place of the sounds
        heard, place, apart, length = self._heard.near([sound(word) if len(word) > 2 else "" for word in words])
        count = self._count[place]
        of = np.concatenate([of, np.repeat(heard, count)])
        at = np.concatenate([at, self._sounding[runs(self._start[place], count)]])
        alike = np.concatenate([alike, np.repeat(HEARD * (1 - apart / length), count)])
        kept = np.flatnonzero(alike >= FLOOR)
        order = kept[np.lexsort((at[kept], alike[kept], of[kept]))]
        ends = np.searchsorted(of[order], np.arange(len(words) + 1)).tolist()
        return [Near(at[order[begin:end]], alike[order[begin:end]].astype(np.float32)) for begin, end in pairwise(ends)]
