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
Places = npt.NDArray[np.int32]

_REMEMBERED = 5_000
"""Words that it has not itself and whose neighbours are kept."""
_AT_ONCE = 2_000
"""Words whose neighbours are looked for together."""


class Near(NamedTuple):
    """Words like one that was asked for, from the least alike to the most; one that is so in two ways stands twice."""

    at: Places
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
        found = [self._find(self.words[begin : begin + _AT_ONCE]) for begin in range(0, len(self.words), _AT_ONCE)]
        counts = np.concatenate([np.zeros(1, dtype=np.intp), *(counts for counts, *_ in found)])
        self._ends: list[int] = np.cumsum(counts).tolist()
        """Where the neighbours of each of its own words end: most words asked for are among them."""
        self._near = Near(
            np.concatenate([np.zeros(0, dtype=np.int32), *(at for _, at, _ in found)]),
            np.concatenate([np.zeros(0, dtype=np.float32), *(alike for *_, alike in found)]),
        )

    def near(self, words: Collection[str]) -> list[Near]:
        """For each word those like it, with their likeness by the rules of `alike.word_alike`.

        Many words at once cost less than one after another.
        """
        new = [word for word in dict.fromkeys(words) if word not in self.at and word not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = [word for word in dict.fromkeys(words) if word not in self.at]
        if new:
            counts, at, alike = self._find(new)
            ends = np.cumsum(np.append(0, counts)).tolist()
            self._known.update(
                (word, Near(at[begin:end].copy(), alike[begin:end].copy()))
                for word, (begin, end) in zip(new, pairwise(ends), strict=True)
            )
        return [self._own(self.at[word]) if word in self.at else self._known[word] for word in words]

    def _own(self, place: int) -> Near:
        begin, end = self._ends[place : place + 2]
        return Near(self._near.at[begin:end], self._near.alike[begin:end])

    def _find(self, words: list[str]) -> tuple[Ints, Places, Floats]:
        """How many words each has that are like it, and these, one word's after another's."""
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
        counts = np.bincount(of[order], minlength=len(words))
        return counts, at[order].astype(np.int32), alike[order].astype(np.float32)
