"""A description against the lines of control lists: an inverted index, weighed by rarity, with the words that met.

BM25F (Robertson, Zaragoza, Taylor 2004): a line's own words count fully, the headings that it stands under less. Pairs
of neighbouring words are terms of their own. A word that no list has is tried as a misspelling, as an abbreviation, as
two words run together, and two words as one.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from darkwake.screening.phrases import is_packing, terms

K1 = 1.5
B = 0.5
"""Saturation and length: BM25's own. Chosen on one half of bench/goods.py's queries, as all weights here."""
_HEADINGS = 0.2
"""Weight of the headings' words beside the line's own."""
_PAIR = 0.15
"""Weight of a pair of neighbours beside a word."""
_COVERED = 0.6
"""How much of a score depends on the share of the question's rarity that the line has."""
_UNKNOWN = 0.6
"""What a word that no list has weighs in the share that a line covers, beside the rarest word."""
_PACKING = 0.25
"""What a word of packing or a bare number weighs there, where lists have it."""
_LEAST_SLIPPED = 5
"""Letters of a word that is tried as a misspelling: shorter ones are other words."""
_MOST_BEGUN = 12
"""Words that an abbreviation may stand for; of more it is no abbreviation of any."""
_MOST_TERMS = 256
"""Terms of a description that are looked for, the rarest."""
_MOST_TRIED = 48
"""Words that no list has for which other readings are tried."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is indexed of one line: its own words, and those above it."""

    text: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A line that a description met."""

    line: int
    """Its place among the lines that the index was made of."""
    score: float
    """Orders the lines of one question; of two questions it is not comparable."""
    covered: float
    """Share of the question's words that the line has, weighed by rarity, 0 to 1."""
    telling: int
    """How many of its words met that are not of packing or bare numbers."""
    words: tuple[str, ...]
    """The question's words that met, the weightiest first; "x ~ y" where they met by another spelling."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A term to look up, for a word of the question."""

    term: str
    word: int
    share: float


class TextIndex:
    """An inverted index over lines. It depends on nothing but them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        own = [terms(line.text) for line in lines]
        above_of = {text: terms(text) for line in lines for text in line.headings}
        above = [[term for text in line.headings for term in above_of[text]] for line in lines]
        self.size = len(lines)
        own_len = np.array([max(1, len(one)) for one in own], dtype=np.float64)
        above_len = np.array([max(1, len(one)) for one in above], dtype=np.float64)
        own_norm = 1 - B + B * own_len / (own_len.mean() if lines else 1)
        above_norm = 1 - B + B * above_len / (above_len.mean() if lines else 1)
        weights: dict[str, dict[int, float]] = defaultdict(dict)
        for at, (mine, over) in enumerate(zip(own, above, strict=True)):
            for term, count in Counter([*mine, *_pairs(mine)]).items():
                weights[term][at] = count / own_norm[at]
            for term, count in Counter([*over, *_pairs(over)]).items():
                weights[term][at] = weights[term].get(at, 0.0) + _HEADINGS * count / above_norm[at]
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float64]]] = {}
        self._idf: dict[str, float] = {}
        for term, found in weights.items():
            idf = math.log(1 + (self.size - len(found) + 0.5) / (len(found) + 0.5)) * (_PAIR if " " in term else 1)
            frequency = np.fromiter(found.values(), np.float64, len(found))
            self._idf[term] = idf
            self._postings[term] = (
                np.fromiter(found.keys(), np.int32, len(found)),
                idf * frequency * (K1 + 1) / (frequency + K1),
            )
        self._words = sorted(term for term in self._postings if " " not in term)
        self._rarest = math.log(1 + self.size + 0.5)

    def search(self, text: str, *, top: int = 10, among: NDArray[np.bool_] | None = None) -> list[Met]:
        """The lines that a description meets, best first; equal scores in the lines' order.

        Args:
            text: The description.
            top: How many at most.
            among: One boolean a line: only these are looked through.
        """
        asked = list(dict.fromkeys(terms(text)))
        sequence = terms(text)
        asked = sorted(asked, key=lambda term: -self.rarity(term))[:_MOST_TERMS]
        readings = list(self._readings(asked, sequence))
        if not readings or not self.size:
            return []
        scores = np.zeros(self.size)
        met = np.zeros((len(asked), self.size), dtype=np.float32)
        share = np.zeros((len(asked), self.size), dtype=np.float32)
        for reading in readings:
            at, impact = self._postings[reading.term]
            points = reading.share * impact
            if reading.word < 0:
                scores[at] += points
            else:
                row = met[reading.word]
                gain = np.maximum(row[at], points) - row[at]  # of a word's readings only the best counts
                scores[at] += gain
                row[at] += gain
                share[reading.word][at] = np.maximum(share[reading.word][at], reading.share)
        weights = [self._told_by(term) for term in asked]
        total = sum(weights)
        covered = np.zeros(self.size)
        for word, weight in enumerate(weights):
            covered += share[word] * weight
        covered = covered / total if total else covered
        scores *= 1 - _COVERED + _COVERED * covered
        if among is not None:
            scores[~among] = 0.0
        telling = np.zeros(self.size, dtype=np.int32)
        for word, term in enumerate(asked):
            telling += (met[word] > 0) & (not is_packing(term))
        best = np.lexsort((np.arange(self.size), -scores))[:top]
        return [
            Met(
                int(at),
                float(scores[at]),
                float(covered[at]),
                int(telling[at]),
                self._met_words(asked, readings, met, int(at)),
            )
            for at in best
            if scores[at] > 0 and met[:, at].any()
        ]

    def rarity(self, term: str) -> float:
        """The weight of a word by its rarity; of one that no line has, as that of one that a single line has."""
        return self._idf.get(term, self._rarest)

    def _told_by(self, term: str) -> float:
        """What a word weighs in the share that a line covers: words of packing nothing, where no list has them."""
        if is_packing(term):
            return _PACKING * self._idf.get(term, 0.0)
        return self._idf.get(term, _UNKNOWN * self._rarest)

    def _met_words(
        self, asked: Sequence[str], readings: Sequence[_Reading], met: NDArray[np.float32], at: int
    ) -> tuple[str, ...]:
        order = sorted((word for word in range(len(asked)) if met[word, at] > 0), key=lambda word: -met[word, at])
        said = []
        for word in order[:12]:
            through = [
                one.term for one in readings if one.word == word and bool((self._postings[one.term][0] == at).any())
            ]
            best = asked[word] if asked[word] in through else through[0]
            said.append(asked[word] if best == asked[word] else f"{asked[word]} ~ {best}")
        return tuple(said)

    def _readings(self, asked: Sequence[str], sequence: Sequence[str]) -> Iterator[_Reading]:
        """Each word as it is, or as what else it may be; pairs of neighbours; neighbours as one word."""
        place = {term: at for at, term in enumerate(asked)}
        tried = 0
        for term, at in place.items():
            if term in self._postings:
                yield _Reading(term, at, 1.0)
            elif tried < _MOST_TRIED:
                tried += 1
                yield from self._other_readings(term, at)
        for first, second in pairwise(sequence):
            if f"{first} {second}" in self._postings:
                yield _Reading(f"{first} {second}", -1, 1.0)
            joined = first + second
            if joined in self._postings and first in place and second in place:
                yield _Reading(joined, place[first], 0.5)
                yield _Reading(joined, place[second], 0.5)

    def _other_readings(self, term: str, at: int) -> Iterator[_Reading]:
        if len(term) < 3 or not term.isalpha():
            return
        for cut in range(3, len(term) - 2):
            if term[:cut] in self._postings and term[cut:] in self._postings:
                yield _Reading(term[:cut], at, 0.6)
                yield _Reading(term[cut:], at, 0.6)
        begun = [word for word in self._words_from(term) if len(word) > len(term)]
        if len(begun) <= _MOST_BEGUN:
            for word in begun:
                yield _Reading(word, at, 0.5)
        if len(term) >= _LEAST_SLIPPED:
            slips = 1 if len(term) < 9 else 2
            near = process.extract(term, self._words, scorer=OSA.distance, processor=None, score_cutoff=slips, limit=4)
            for word, distance, _ in near:
                yield _Reading(word, at, 0.8 - 0.15 * distance)

    def _words_from(self, beginning: str) -> list[str]:
        first = bisect_left(self._words, beginning)
        last = bisect_left(self._words, beginning + "\U0010ffff")
        return self._words[first:last]


def _pairs(words: Sequence[str]) -> Iterator[str]:
    return (f"{first} {second}" for first, second in pairwise(words))
