"""A parsed sentence as a tree: subjects, clauses, and runs of words made into spans."""

from __future__ import annotations

from collections.abc import Sequence

from darkwake.claims.article import Span
from darkwake.claims.attribution import Mode
from darkwake.claims.tokens import Token

_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_EDGE_WORDS = frozenset({",", ";", ":", "—", "–", "-", "that", "and", "but", "(", ")", "while", "with"})
_TRAILING = frozenset({",", ";", ":", "—", "–", "-", "(", "and", "but"})
_MARKS = frozenset("\"'“”‘’«»") | {"``", "''"}
_CLAUSE_HEADS = frozenset({"ROOT", "ccomp", "advcl", "relcl", "acl", "conj", "parataxis", "xcomp", "pcomp", "csubj"})
_NEGATIVE = frozenset({"not", "n't", "n’t", "never", "neither", "nor"})


class Tree:
    """Children, spans and quotations of one parsed sentence."""

    def __init__(
        self, tokens: Sequence[Token], lowered: Sequence[str], text: str, quotes: Sequence[Span], span: Span
    ) -> None:
        self.tokens, self.lowered, self.text, self.quotes, self.sentence = tokens, lowered, text, quotes, span
        self.children: list[list[int]] = [[] for _ in tokens]
        for at, token in enumerate(tokens):
            if token.head != at and 0 <= token.head < len(tokens):
                self.children[token.head].append(at)
        self.phrases = self._phrases()

    def _phrases(self) -> frozenset[int]:
        """Words that only name a further source: "according to X", ", citing Y,"; they are said by nobody."""
        found: set[int] = set()
        for at, word in enumerate(self.lowered):
            if word == "according":
                found |= self.under(at)
            elif word in ("citing", "quoting") and (thing := self.child(at, "dobj")) is not None:
                found |= {at} | self.under(thing)
        return frozenset(found) if len(found) < len(self.tokens) - 1 else frozenset()

    def under(self, at: int) -> set[int]:
        """The word and everything that hangs on it."""
        found, todo = set(), [at]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.children[one]
        return found

    def child(self, at: int, *deps: str) -> int | None:
        """Its first child with one of those labels."""
        return next((one for one in self.children[at] if self.tokens[one].dep in deps), None)

    def has_that(self, at: int) -> bool:
        """Whether a clause begins with "that" or "whether"."""
        return any(
            self.lowered[one] in ("that", "whether") and self.tokens[one].dep == "mark" for one in self.children[at]
        )

    def subject(self, at: int, depth: int = 0) -> set[int] | None:
        """The words of whoever does it, also where the verb shares or borrows its subject; None where nobody does."""
        token = self.tokens[at]
        own = self._own_subject(at)
        if own is not None:
            if self.tokens[own].tag in ("WP", "WDT") and token.dep == "relcl":
                return self.under(token.head) - self.under(at) - {token.head} | {token.head}
            return self.trim_source(self.under(own), own)
        if depth > 6 or token.head == at:
            return None
        head = self.tokens[token.head]
        if token.dep in ("conj", "xcomp", "advcl", "dep", "ccomp") and head.pos in ("VERB", "AUX"):
            return None if token.dep == "ccomp" and token.tag != "VBG" else self.subject(token.head, depth + 1)
        if token.dep in ("acl", "advcl") and head.pos in ("NOUN", "PROPN"):
            return self.under(token.head) - self.under(at)
        if token.dep in ("pcomp", "prep"):
            return self.subject(token.head, depth + 1) if head.pos in ("VERB", "AUX", "ADP", "SCONJ") else None
        if head.pos in ("ADP", "SCONJ"):
            return self.subject(token.head, depth + 1)
        return None

    def shares_passive(self, at: int) -> bool:
        """Whether the verb is joined to a passive one: "was hauled in and told"."""
        token = self.tokens[at]
        return (
            token.dep == "conj" and self.child(token.head, "auxpass") is not None and self.child(at, *_SUBJECTS) is None
        )

    def asks_to(self, at: int) -> bool:
        """Whether a clause is what somebody is to do rather than what is said: "asked the port not to close"."""
        return self.tokens[at].tag in ("VB", "VBG") and any(
            self.tokens[one].tag == "TO" and self.tokens[one].dep == "aux" for one in self.children[at]
        )

    def has_helper(self, at: int) -> bool:
        """Whether a helping verb makes it finite."""
        return self.child(at, "aux") is not None

    def quoted_as_saying(self, at: int) -> bool:
        """Whether this is the "saying" of "quoted X as saying"."""
        return self.lowered[at] == "saying" and at > 0 and self.lowered[at - 1] == "as" and self._quoter(at) is not None

    def _quoter(self, at: int) -> int | None:
        one = at
        for _ in range(3):
            one = self.tokens[one].head
            if self.lowered[one] in ("quoted", "quoting", "cited", "citing", "quotes", "cites"):
                return one
        return None

    def quoted(self, at: int) -> set[int] | None:
        """Whoever is quoted as saying it."""
        quoter = self._quoter(at)
        if quoter is None:
            return None
        passive = self.child(quoter, "auxpass") is not None
        named = self.child(quoter, "nsubjpass") if passive else self.child(quoter, "dobj")
        return None if named is None else {one for one in self.under(named) if one < at - 1}

    def _own_subject(self, at: int) -> int | None:
        """Its subject; of two (the parse lost a clause before the comma) the one next to it."""
        subjects = [one for one in self.children[at] if self.tokens[one].dep in _SUBJECTS]
        return min(subjects, key=lambda one: (abs(one - at), one)) if subjects else None

    def trim_source(self, words: set[int], head: int) -> set[int]:
        """The run of words round the head of a name: a stray branch of the parse is left out."""
        if not words:
            return words
        low = high = min(max(head, min(words)), max(words))
        while low - 1 in words:
            low -= 1
        while high + 1 in words:
            high += 1
        return {one for one in range(low, high + 1) if one in words}

    def own(self, at: int) -> set[int]:
        """What belongs to the cue itself: helpers, negation, whom it is told, when and where it was said."""
        found: set[int] = set()
        for one in self.children[at]:
            if self.tokens[one].dep in ("aux", "neg", "prt", "dative", "punct", "mark"):
                found |= self.under(one) if self.tokens[one].dep == "dative" else {one}
        return found

    def quote_of(self, at: int) -> Span | None:
        """The quotation that a word stands in."""
        token = self.tokens[at]
        return next((span for span in self.quotes if span.start <= token.start and token.end <= span.end), None)

    def quotes_for(self, at: int) -> tuple[Span, ...]:
        """Quotations of the sentence that the cue stands outside of, cut to the sentence, scare quotes left out."""
        if self.quote_of(at) is not None:
            return ()
        cut = (Span(max(one.start, self.sentence.start), min(one.end, self.sentence.end)) for one in self.quotes)
        return tuple(one for one in cut if speaks(one.of(self.text)))

    def clause(self, at: int) -> set[int]:
        """The clause that a word heads or stands in, without clauses joined to it."""
        head = at
        while self.tokens[head].dep not in _CLAUSE_HEADS and self.tokens[head].head != head:
            head = self.tokens[head].head
        kept = self.under(head)
        for one in self.children[head]:
            if self.tokens[one].dep in ("conj", "parataxis") and self.tokens[one].pos in ("VERB", "AUX"):
                kept -= self.under(one)
            elif self.tokens[one].dep in ("cc", "mark"):
                kept -= {one}
        return kept

    def clause_round(self, at: int) -> set[int]:
        """The clause that the one of this word hangs on."""
        head = self.tokens[at].head
        return self.clause(head) if head != at else set(range(len(self.tokens)))

    def without_asides(self, clause: set[int], at: int) -> set[int]:
        """A clause without the rest of a second saying that stands in it after its own cue."""
        return {one for one in clause if one != at}

    def ends_in_colon(self, at: int) -> bool:
        """Whether a colon ends the sentence after the cue."""
        return at < len(self.tokens) and self.lowered[-1] == ":"

    def negated(self, at: int) -> bool:
        """Whether the cue itself is negated: "has not said"."""
        return any(self.tokens[one].dep == "neg" or self.lowered[one] in _NEGATIVE for one in self.children[at])

    def rule(self, name: str, at: int) -> str:
        """The name of a rule, and whether its cue was negated."""
        return f"{name}, cue negated" if self.negated(at) else name

    def cue(self, at: int) -> Span:
        """The span of a word."""
        return Span(self.tokens[at].start, self.tokens[at].end)

    def span(self, words: set[int]) -> Span | None:
        """From the first to the last word of a name, without signs at its ends."""
        kept = sorted(words)
        while kept and (self.tokens[kept[-1]].pos == "PUNCT" or not any(map(str.isalnum, self.lowered[kept[-1]]))):
            if self.lowered[kept[-1]] == ")" and any(self.lowered[one] == "(" for one in kept):
                break
            kept.pop()
        while kept and (not any(map(str.isalnum, self.lowered[kept[0]])) or self.lowered[kept[0]] in ("and", "but")):
            kept.pop(0)
        if not kept:
            return None
        return Span(self.tokens[kept[0]].start, self.tokens[kept[-1]].end)

    def said(self, words: set[int], at: int, *, direct: bool) -> tuple[tuple[Span, ...], Mode]:
        """The spans of what is said, with the quotations that carry it, and its mode."""
        words = words - self.phrases
        inside = self.quote_of(at)
        if inside is not None:  # a saying told within a quotation stays in it
            return self.spans({one for one in words if self.quote_of(one) == inside}), "indirect"
        near = self.quotes_for(at) if direct else ()
        loose = {one for one in words if self.quote_of(one) is None and self.lowered[one] not in _MARKS}
        strange = [one for one in loose if self.tokens[one].pos != "PUNCT" and self.lowered[one] not in _EDGE_WORDS]
        quoted = {one for one in words if self.quote_of(one) is not None}
        if near and (not strange or not quoted):
            if not quoted and strange:
                return self.spans(words), "indirect" if not near else "mixed"
            return near, "direct"
        spans = self.spans(words)
        return spans, "mixed" if quoted and any(speaks(one.of(self.text)) for one in self.quotes) else "indirect"

    def spans(self, words: set[int]) -> tuple[Span, ...]:
        """Runs of words as spans, without the signs and conjunctions at their ends; runs without a word are dropped."""
        found: list[Span] = []
        run: list[int] = []
        for one in [*sorted(words), -1]:
            if run and one != run[-1] + 1:
                if (span := self._trimmed(run)) is not None:
                    found.append(span)
                run = []
            run.append(one)
        return tuple(found)

    def _trimmed(self, run: list[int]) -> Span | None:
        low, high = 0, len(run)
        while low < high and self.lowered[run[low]] in _EDGE_WORDS:
            low += 1
        while high > low and self.lowered[run[high - 1]] in _TRAILING:
            high -= 1
        while low < high and self._lone_mark(run, low, high, low):
            low += 1
        while high > low and (self._lone_mark(run, low, high, high - 1) or self.lowered[run[high - 1]] in _TRAILING):
            high -= 1
        kept = run[low:high]
        if len(kept) == 1 and self.lowered[kept[0]] in ("which", "who", "what", "that", "whom"):
            return None
        if not any(any(map(str.isalnum, self.lowered[one])) for one in kept):
            return None
        return Span(self.tokens[kept[0]].start, self.tokens[kept[-1]].end)

    def _lone_mark(self, run: list[int], low: int, high: int, at: int) -> bool:
        """A quotation mark at an end whose partner is not in the run."""
        if self.lowered[run[at]] not in _MARKS:
            return False
        return sum(self.lowered[one] in _MARKS for one in run[low:high]) % 2 == 1


def speaks(quoted: str) -> bool:
    """Whether a quotation is speech rather than one marked word or a name."""
    words = quoted.split()
    return len(words) >= 3 or any(one in quoted for one in (",”", ',"', ".”", '."', "!", "?"))
