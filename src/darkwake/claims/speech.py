"""Sayings over more than one sentence: quotations that go on, labels of speakers, signatures, credits.

A backend gives the sayings of each sentence by itself; here they are joined into `Read`s of an article. The words
claimed always lie within their own sentence: where a quotation runs on, each further sentence gets a saying of its
own, without a cue and with the source where it was named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from darkwake.claims import cues, frames
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Read
from darkwake.claims.quotes import Quote, quotes
from darkwake.claims.tokens import Sentence

Find = Callable[[Sentence, str, Sequence[Quote]], list[Attribution]]

_LABEL = re.compile(r"\s*(?P<who>[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,4}) ?: ?")
_CREDIT = re.compile(
    r"\s*(?P<cue>Image|Photo|Photograph|Picture|Video|Audio|Credit|File|Map|Illustration|Courtesy)s?"
    r"(?: credit| by| courtesy of)? ?: ?(?P<who>\S[^:;!?]{1,80}?)\s*\.?\s*",
    re.I,
)
_SIGNED = re.compile(r"\s*(?:--?|[–—]) ?(?P<who>[^\W\d_][^\n:;!?“”\"]{2,120}?)\s*\.?\s*")
_WORD = re.compile(r"\w")
_MOST_QUOTES = 40
"""A sentence with more quotations is a table or a list of words: none of them is taken for speech."""


def reads(article: Article, sentences: Sequence[Sentence], find: Find) -> list[Read]:
    """One `Read` a sentence, in their order.

    Args:
        article: the article.
        sentences: its sentences, in order.
        find: the sayings of one sentence by itself, given the quotations that share a character with it.
    """
    marked = quotes(article)
    labels = _labels(article)
    beside = _beside(sentences, marked)
    found = []
    for sentence, near in zip(sentences, beside, strict=True):
        own = _once(_own(sentence, article.text, near, find)) if sentence.tokens else []
        own = [_of_the_citing(one, own) for one in own]
        found.append(own or _framed(article, sentence, near))
    _label(article, sentences, found, labels)
    _sign(article, sentences, found, beside)
    _carry(article, sentences, found, beside)
    return [Read(sentence, tuple(own)) for sentence, own in zip(sentences, found, strict=True)]


def _own(sentence: Sentence, text: str, near: Sequence[Quote], find: Find) -> list[Attribution]:
    """The sayings of a sentence by itself: those of a fixed frame before those that the backend finds."""
    lowered = [token.text.lower() for token in sentence.tokens]
    framed = [] if frames.CUES.isdisjoint(lowered) else frames.find(sentence, text, near, lowered)
    return frames.joined(framed, find(sentence, text, near))


def _beside(sentences: Sequence[Sentence], marked: Sequence[Quote]) -> list[list[Quote]]:
    """For each sentence the quotations that share a character with it; both are in order."""
    found = []
    first = 0
    for sentence in sentences:
        while first < len(marked) and marked[first].span.end <= sentence.span.start:
            first += 1
        near = []
        for quote in marked[first:]:
            if quote.span.start >= sentence.span.end:
                break
            if quote.span.meets(sentence.span):
                near.append(quote)
        found.append(near if len(near) <= _MOST_QUOTES else [])
    return found


def _once(found: list[Attribution]) -> list[Attribution]:
    """By place of the cue; of two by the same cue, the first."""
    seen: set[Span | None] = set()
    kept = []
    for one in sorted(found, key=lambda one: one.cue or one.contents[0]):
        if one.cue is None or one.cue not in seen:
            kept.append(one)
            seen.add(one.cue)
    return kept


def _of_the_citing(one: Attribution, found: Sequence[Attribution]) -> Attribution:
    """What a paper reports "citing X" is what X said: the words of the saying before it, where there is one."""
    if one.rule != "citing" or one.cue is None:
        return one
    before = [other for other in found if other.rule != "citing" and other.cue and other.cue.end <= one.cue.start]
    return replace(one, contents=before[-1].contents, mode=before[-1].mode) if before and before[-1].contents else one


def _framed(article: Article, sentence: Sentence, near: Sequence[Quote]) -> list[Attribution]:
    """A credit of a picture, or words before a colon: "Officials: ...", "Ada Quill: “...”"."""
    text, span = article.text, sentence.span
    if span.end - span.start > 2000:
        return []
    if credit := _CREDIT.fullmatch(text, span.start, span.end):
        return [Attribution("indirect", (), Span(*credit.span("cue")), Span(*credit.span("who")), "credit")]
    label = _LABEL.match(text, span.start, span.end)
    if label is None or label.end() >= span.end:
        return []
    reported = label["who"].split()[-1].lower() in cues.REPORTS
    quoted = any(quote.span.start == label.end() for quote in near) and label["who"][0].isupper()
    if not (reported or quoted):
        return []
    rest = Span(label.end(), span.end)
    return [Attribution("direct" if quoted else "indirect", (rest,), None, Span(*label.span("who")), "before a colon")]


def _labels(article: Article) -> frozenset[str]:
    """Labels of speakers: what stands before a colon at the head of at least two paragraphs, or Q and A."""
    counted = Counter(
        match["who"]
        for block in article.blocks
        if block.kind in ("paragraph", "list")
        and (match := _LABEL.match(article.text, block.span.start, block.span.end))
    )
    pair = {"Q", "A"} <= counted.keys() or {"Question", "Answer"} <= counted.keys()
    return frozenset(
        who
        for who, count in counted.items()
        if (count >= 2 and who[0].isupper() and len(counted) >= 2 and not _CREDIT.match(f"{who}: x x"))
        or (pair and who in ("Q", "A", "Question", "Answer"))
    )


def _label(
    article: Article, sentences: Sequence[Sentence], found: list[list[Attribution]], labels: frozenset[str]
) -> None:
    if not labels:
        return
    block, who = -1, None
    for at, sentence in enumerate(sentences):
        begin = sentence.span.start
        if sentence.block != block:
            block, who = sentence.block, None
            match = _LABEL.match(article.text, begin, sentence.span.end)
            if match and match["who"] in labels and match.end() < sentence.span.end:
                who, begin = Span(*match.span("who")), match.end()
        if who is not None:
            said = Attribution("direct", (Span(begin, sentence.span.end),), None, who, "speaker label")
            found[at] = [said, *(one for one in found[at] if one.rule != "before a colon")]


def _sign(
    article: Article, sentences: Sequence[Sentence], found: list[list[Attribution]], beside: Sequence[Sequence[Quote]]
) -> None:
    """A quotation with a name after a dash, in the same sentence or as the next."""
    text = article.text
    for at, sentence in enumerate(sentences):
        if found[at]:
            continue
        quote = beside[at][-1] if beside[at] else None
        begin = sentence.span.start if quote is None else quote.span.end
        if begin >= sentence.span.end:
            continue
        match = _SIGNED.fullmatch(text, begin, sentence.span.end)
        if match is None or not match["who"][0].isupper():
            continue
        who = Span(*match.span("who"))
        if quote is not None:
            part = Span(max(quote.span.start, sentence.span.start), min(quote.span.end, sentence.span.end))
            found[at] = [Attribution("direct", (part,), None, who, "signed")]
        elif at and beside[at - 1] and not found[at - 1]:
            found[at] = [Attribution("direct", (), None, who, "signed")]


def _carry(
    article: Article, sentences: Sequence[Sentence], found: list[list[Attribution]], beside: Sequence[Sequence[Quote]]
) -> None:
    """Give each quotation without a speaker in its own sentence the speaker of the sentence that it runs on from."""
    text = article.text
    speaker = _speakers(sentences, found, beside)
    previous: Quote | None = None
    for at, sentence in enumerate(sentences):
        for quote in beside[at]:
            part = Span(max(quote.span.start, sentence.span.start), min(quote.span.end, sentence.span.end))
            told = [one for one in found[at] if any(content.meets(part) for content in one.contents)]
            if not told and _is_speech(text, sentence.span, part, beside[at]):
                if quote not in speaker and quote.continues and previous in speaker:
                    speaker[quote] = speaker[previous]
                source, rule = speaker.get(quote), "quote continued"
                if source is None:
                    source, rule = _before(text, sentences, found, at)
                if source is not None:
                    speaker[quote] = source
                found[at] = [*found[at], Attribution("direct", (part,), None, source, rule)]
            previous = quote


def _speakers(
    sentences: Sequence[Sentence], found: Sequence[Sequence[Attribution]], beside: Sequence[Sequence[Quote]]
) -> dict[Quote, Span]:
    speaker: dict[Quote, Span] = {}
    for at, _ in enumerate(sentences):
        for quote in beside[at]:
            for one in found[at]:
                outside = one.cue is None or not quote.span.meets(one.cue)
                if one.source and outside and quote not in speaker and any(c.meets(quote.span) for c in one.contents):
                    speaker[quote] = one.source
            if at + 1 < len(found) and quote not in speaker:
                after = [one for one in found[at + 1] if one.rule == "signed" and not one.contents and one.source]
                if after and after[0].source:
                    speaker[quote] = after[0].source
    return speaker


def _is_speech(text: str, sentence: Span, part: Span, near: Sequence[Quote]) -> bool:
    """Whether a quotation is told by itself: all of the sentence is quoted, or the part ends like a sentence."""
    outside, at = [], sentence.start
    for quote in near:
        outside.append(text[at : max(at, quote.span.start)])
        at = max(at, quote.span.end)
    outside.append(text[at : sentence.end])
    if not _WORD.search("".join(outside)):
        return True
    return part.end - part.start > 60 and part.of(text).rstrip("\"'”’»").endswith((".", "!", "?"))


def _before(
    text: str, sentences: Sequence[Sentence], found: Sequence[Sequence[Attribution]], at: int
) -> tuple[Span | None, str]:
    """The only speaker of the sentence before, in the same paragraph or before a colon; else nobody."""
    if at == 0:
        return None, "quote alone"
    same = sentences[at - 1].block == sentences[at].block
    colon = sentences[at - 1].span.of(text).rstrip().endswith(":")
    outer = [one for one in found[at - 1] if one.source and not one.rule.startswith(("citing", "credit", "noun"))]
    named = list(dict.fromkeys(one.source for one in outer if one.mode != "indirect" or colon or not one.contents))
    named = named or list(dict.fromkeys(one.source for one in outer))
    if (same or colon) and len(named) == 1:
        return named[0], "quote continued"
    return None, "quote alone"
