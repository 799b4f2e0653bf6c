"""Where quotation marks open and close, also over several sentences and paragraphs.

A mark is taken to open or to close by its shape and by what stands beside it. A quotation that is still open at the end
of a paragraph goes on where the next paragraph opens with a mark again, as is the custom; otherwise it is taken to have
ended with the sentence that it began in, because a lost mark must not put the rest of an article into a mouth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from darkwake.claims.article import Article, Span

_MARK = re.compile("[\"“”„«»‘’]|(?<!\\w)'|'(?!\\w)|``|''")
_OPENERS, _CLOSERS = "“„«‘", "”»’"
_PAIR = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'"}
_SENTENCE_END = re.compile(r"[.!?][\"”’')]*\s")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation with its marks."""

    span: Span
    continues: bool = False
    """Whether it takes up one that the paragraph before left open."""
    closed: bool = True

    @property
    def inside(self) -> Span:
        """Without the marks."""
        return Span(self.span.start + 1, max(self.span.start + 1, self.span.end - self.closed))


def quotes(article: Article) -> list[Quote]:
    """Every quotation of an article, in order; one within another is left to the outer."""
    found: list[Quote] = []
    left_open = False
    for block in article.blocks:
        here, still_open = _in_block(article.text, block.span)
        begins = bool(here) and not article.text[block.span.start : here[0].span.start].strip()
        if here and left_open and begins:
            here[0] = Quote(here[0].span, True, here[0].closed)
        if here and still_open and not here[-1].closed:
            here[-1] = _cut(article.text, here[-1], whole=_reopens(article, block.span.end))
        left_open = bool(here) and not here[-1].closed
        found += here
    return found


def _in_block(text: str, block: Span) -> tuple[list[Quote], bool]:
    found: list[Quote] = []
    start, closer, nested = -1, "", 0
    for match in _MARK.finditer(text, block.start, block.end):
        mark, at = match[0], match.start()
        before = text[at - 1] if at > block.start else " "
        after = text[match.end()] if match.end() < block.end else " "
        opens = mark in _OPENERS or (mark in "\"'" and (before.isspace() or before in "([—–-/") and not after.isspace())
        if start < 0:
            if mark == "'" and not _single_closes(text, at, block.end):
                continue
            if mark == "’" or mark in "”»" or (mark in "\"'" and not opens and after.isspace()):
                continue
            if mark in _PAIR:
                start, closer, nested = at, _PAIR[mark], 0
        elif mark in closer:
            if mark in "’'" and (before.isspace() or after.isalnum()):
                continue  # an apostrophe
            if mark == '"' and opens and not before.isspace():
                continue
            if nested and mark not in "\"'":
                nested -= 1
                continue
            found.append(Quote(Span(start, match.end())))
            start = -1
        elif mark in "“«" and mark not in closer and closer in ("”", "»"):
            nested += 1
            if nested and mark == text[start]:  # opened anew: the end of the first was lost
                found.append(_cut(text, Quote(Span(start, at), closed=False), whole=False))
                start, nested = at, 0
    if start >= 0:
        found.append(Quote(Span(start, block.end), closed=False))
    return found, start >= 0


def _single_closes(text: str, at: int, end: int) -> bool:
    """Whether a straight single mark has a partner soon: else it is an apostrophe."""
    close = text.find("'", at + 1, min(end, at + 400))
    while close > 0:
        if not text[close - 1].isspace() and not text[close + 1 : close + 2].isalnum():
            return True
        close = text.find("'", close + 1, min(end, at + 400))
    return False


def _reopens(article: Article, end: int) -> bool:
    rest = article.text[end : end + 8].lstrip()
    return rest[:1] in ("“", '"', "«", "‘")


def _cut(text: str, quote: Quote, *, whole: bool) -> Quote:
    if whole:
        return quote
    end = _SENTENCE_END.search(text, quote.span.start, quote.span.end)
    return Quote(Span(quote.span.start, end.end() - 1), quote.continues) if end else Quote(quote.span, quote.continues)
