"""A sentence as bare words: names beside a cue, and where a clause may begin, told from commas and small words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from darkwake.claims import cues
from darkwake.claims.article import Span
from darkwake.claims.attribution import Mode
from darkwake.claims.cues import word_set
from darkwake.claims.tokens import Sentence
from darkwake.claims.tree import speaks

DATELINE = re.compile(r"\s*[A-Z][A-Z .’'-]{2,40}(?:, [^()\n]{1,30}?)?(?: \([^()\n]{1,40}\))? ?(?:--?|[–—]) ")
"""A dateline at the head of a sentence: it is laid aside, because it breaks the reading of what follows."""
_HELPERS = word_set(
    "has have had also later then now still even only just earlier again once already recently previously "
    "reportedly further would could will can may might must did does do not n't never been is was were be to "
    "since first"
)
_HARD = word_set(
    "that but because when as if while although though where so which who whom until unless whether since "
    "before after than or nor what how why whose is are was were be been has had have do does did will would "
    "can could may might and said says told"
)
_NO_SUBJECT = word_set(
    "to would could should will can may might must not n't did does do a an the of in for with by at on"
)
_PRONOUNS = word_set("he she they it i we you")
_STARTS = word_set(
    "the a an his her its their one two three some many several other most few both this these another our my"
)
_CLAUSE = word_set(
    "that there he she it they we you i his her its their our my this these those a an the no some any many "
    "most all one two three how why what when where whether if not only each every several both at in on"
)
_MARKS = frozenset('"“”„«»') | {"``", "''"}
_AFTERWARDS = word_set("on in at yesterday today to late earlier last this , monday tuesday wednesday thursday friday")
_ENDS = frozenset(",;:.!?)—–-") | _MARKS


class Words:
    """Places of words in a sentence without a parse."""

    def __init__(self, sentence: Sentence, lowered: Sequence[str], text: str, quotes: Sequence[Span]) -> None:
        self.sentence, self.tokens, self.lowered, self.text, self.quotes = (
            sentence,
            sentence.tokens,
            lowered,
            text,
            quotes,
        )
        self.count = len(lowered)
        self.phrases = self._phrases()

    def _phrases(self) -> frozenset[int]:
        """Words that only name a further source: ", citing Y,"; they are said by nobody."""
        found: set[int] = set()
        for at, word in enumerate(self.lowered):
            if word in ("citing", "quoting"):
                found |= set(range(at, self.name_after(at + 1, leading=False)))
        return frozenset(found)

    def word(self, at: int) -> str:
        """The word in small letters; empty beyond the ends."""
        return self.lowered[at] if 0 <= at < self.count else ""

    def span(self, low: int, high: int) -> Span:
        """From one word up to, without, another."""
        return Span(self.tokens[low].start, self.tokens[high - 1].end)

    def source(self, low: int, high: int) -> Span | None:
        """The span of a name, without signs at its ends."""
        while low < high and not self.word(low)[0].isalnum():
            low += 1
        while high > low and not self.word(high - 1)[-1].isalnum() and self.word(high - 1) not in (")", "."):
            high -= 1
        return self.span(low, high) if low < high else None

    def capital(self, at: int) -> bool:
        """Whether a word begins with a capital."""
        return 0 <= at < self.count and self.tokens[at].text[:1].isupper()

    def quote_of(self, at: int) -> Span | None:
        """The quotation that a word stands in."""
        token = self.tokens[at]
        return next((span for span in self.quotes if span.start <= token.start and token.end <= span.end), None)

    def quotes_for(self, at: int) -> tuple[Span, ...]:
        """Quotations of the sentence that the cue stands outside of, cut to the sentence, scare quotes left out."""
        if self.quote_of(at) is not None:
            return ()
        whole = self.sentence.span
        cut = (Span(max(one.start, whole.start), min(one.end, whole.end)) for one in self.quotes)
        return tuple(one for one in cut if speaks(one.of(self.text)))

    def negated(self, at: int) -> bool:
        """Whether one of the four words before the cue negates it."""
        return any(
            self.word(one) in ("not", "never", "n't") or self.word(one).endswith(("n't", "n’t"))
            for one in range(at - 3, at)
        )

    def name_before(self, at: int, *, strict: bool = False) -> tuple[int, int] | None:
        """Where whoever stands right before a cue begins and ends; None where nobody does."""
        high = at
        while high > 0 and (self.word(high - 1) in _HELPERS or self.word(high - 1).endswith(("ly", "n't", "n’t"))):
            high -= 1
        if strict and high != at and self.word(at - 1) not in ("also", "has", "have", "had"):
            return None
        if high == 0:
            return None
        inside = self.quote_of(at)
        if self.word(high - 1) == "," and (low := self._before_comma(high - 1, inside)) is not None:
            return low, high - 1
        low = self._run_back(high, inside)
        if low == high or not self._names(low, high, strict=strict):
            return None
        return low, high

    def _run_back(self, high: int, inside: Span | None) -> int:
        low = high
        while low > 0 and high - low < 14:
            word = self.word(low - 1)
            if word in _ENDS or self.quote_of(low - 1) != inside:
                break
            if word in _HARD and not (word == "and" and self.capital(low) and self.capital(low - 2)):
                break
            low -= 1
            if word in _PRONOUNS:
                break
        return low

    def _names(self, low: int, high: int, *, strict: bool) -> bool:
        """Whether a run of words can be somebody."""
        first, last = self.word(low), self.word(high - 1)
        if last in _NO_SUBJECT or last in _STARTS - {"one", "some", "many", "several", "both", "most", "few", "others"}:
            return False
        if high - low == 1 and last in _PRONOUNS:
            return True
        if any(self.capital(one) for one in range(low, high)) and not (
            low == 0 and high - low > 1 and strict and not self.capital(high - 1)
        ):
            return True
        known = (
            last in cues.ROLES | cues.BODIES | cues.DOCUMENTS | cues.UNNAMED
            or last.rstrip("s") in cues.ROLES | cues.BODIES
        )
        return known or (not strict and first in _STARTS) or (strict and known and first in _STARTS)

    def _before_comma(self, comma: int, inside: Span | None) -> int | None:
        """As in "Ada Quill, master of the ship, said": where the name before the apposition begins."""
        opening = next((one for one in range(comma - 1, max(-1, comma - 22), -1) if self.word(one) == ","), None)
        if opening is None or self.quote_of(opening) != inside:
            return None
        low = self._run_back(opening, inside)
        return low if low < opening and any(self.capital(one) for one in range(low, opening)) else None

    def far_subject(self, at: int) -> tuple[int, int] | None:
        """For ", saying ...": the name at the head of the sentence, after a dateline."""
        low = next((one + 1 for one in range(min(at, 6)) if self.word(one) in ("–", "—", "-") and self.capital(0)), 0)
        for high in range(low + 1, min(at, low + 14)):
            word = self.word(high)
            if word in _HARD or word in _ENDS or word in cues.FORMS or word.endswith("ed"):
                return (low, high) if self._names(low, high, strict=False) else None
        return None

    def name_after(self, low: int, *, leading: bool) -> int:
        """Where a name that begins here ends: at a comma, a mark, or a word that cannot be part of it."""
        at = low
        while at < self.count and at - low < 30:
            word = self.word(at)
            if (
                word in _MARKS
                or word in ".;:!?—–"
                or (word in _HARD and word not in ("and", "or"))
                or word in cues.FORMS
            ):
                break
            if word == "," and (leading or not self._apposed(at)):
                break
            at += 1
        while at > low and (self.word(at - 1) in _ENDS or self.word(at - 1) in ("and", "on", "in", "at")):
            at -= 1
        return at

    def _apposed(self, comma: int) -> bool:
        """Whether after a comma comes what somebody is, rather than another clause."""
        after = self.word(comma + 1)
        return after in _STARTS or after.rstrip("s") in cues.ROLES or after in cues.TITLES or self.capital(comma + 1)

    def after_speech(self, at: int) -> bool:
        """Whether a comma or a closing mark stands right before."""
        return at > 0 and (self.word(at - 1) in _MARKS or self.word(at - 1) in (",", "!", "?", "’", "'"))

    def closes(self, at: int, low: int) -> bool:
        """Whether nothing is said after the cue: the sentence ends, or only a day, a place or a hearer follows."""
        after = self.word(at + 1)
        if not any(word[:1].isalnum() for word in self.lowered[at + 1 :]):
            return True
        if low < 3 or (self.word(low - 1) not in (",", "!", "?") and self.word(low - 1) not in _MARKS):
            return False
        if after == "that" or any(word in ("that", ":") for word in self.lowered[at + 1 : at + 12]):
            return False
        return after in _AFTERWARDS or (self.word(at) in ("told", "tells") and self.count - at <= 10)

    def opens_clause(self, at: int, *, tell: bool) -> int | None:
        """Where what is said may begin after a cue; None where only an object or an adverb follows."""
        if at >= self.count:
            return None
        if tell or self.word(at) in ("to", "on", "in", "at"):
            for one in range(at, min(at + 14, self.count)):
                if self.word(one) in ("that", ":", ",", "whether", "how", "why") or self.word(one) in _MARKS:
                    return one + (self.word(one) in ("that", ",", ":"))
            return at + 1 if tell else None
        while self.word(at) in (",", ":", "that", "out"):
            at += 1
        return at if at < self.count else None

    def clause_like(self, at: int) -> bool:
        """Whether a clause rather than an object may begin here."""
        return self.word(at - 1) == "that" or self.word(at) in _CLAUSE or self.capital(at) or self.word(at) in _MARKS

    def clause_end(self, at: int) -> int:
        """The next comma after a place, or the end."""
        return next((one for one in range(at + 1, self.count) if self.word(one) in (",", ";")), self.count)

    def said(
        self, rest: Sequence[Sequence[int]], at: int, *, only_before: bool = False
    ) -> tuple[tuple[Span, ...], Mode]:
        """What is said: the quotations, or the runs given."""
        rest = [[one for one in run if one not in self.phrases] for run in rest]
        near = self.quotes_for(at)
        if near:
            loose = [one for run in rest for one in run if self.quote_of(one) is None and self.word(one)[0].isalnum()]
            quoted = [one for run in rest for one in run if self.quote_of(one) is not None]
            if not loose or (len(loose) <= 1 and quoted):
                return near, "direct"
        if (inside := self.quote_of(at)) is not None:
            return self.spans(*([one for one in run if self.quote_of(one) == inside] for run in rest)), "indirect"
        runs = rest[:1] if only_before else rest
        return self.spans(*runs), "mixed" if near else "indirect"

    def spans(self, *runs: Sequence[int]) -> tuple[Span, ...]:
        """Runs of words as spans, without signs at their ends."""
        found = []
        for kept in (part for run in runs for part in _unbroken(run)):
            while kept and (self.word(kept[0]) in ",;:—–-)." or self.word(kept[0]) in ("that", "and", "but")):
                kept.pop(0)
            while kept and self.word(kept[-1]) in (",", ";", ":", "—", "–", "-", "("):
                kept.pop()
            if any(self.word(one)[0].isalnum() for one in kept):
                found.append(Span(self.tokens[kept[0]].start, self.tokens[kept[-1]].end))
        return tuple(found)


def _unbroken(run: Sequence[int]) -> list[list[int]]:
    """A run of places cut where one is missing."""
    parts: list[list[int]] = []
    for one in run:
        if parts and parts[-1][-1] == one - 1:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts
