"""An article's lines -> its blocks: what is a headline, a paragraph, a credit, a date by itself, a list, a correction.

Files of every format come here as pieces in reading order. Those of web pages mostly know what they are; of the others
it is told from their words and from where they stand. The kept text is the pieces, two line ends between them, or for a
plain text the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from darkwake.claims.article import Block, BlockKind, Span
from darkwake.claims.known import FROM, is_date, masthead

_TOP = 14
"""Pieces in front of the first long paragraph in which a credit or a date of the article is looked for."""
_LONG = 25
"""Words of a paragraph after which the top of an article is over."""
_HEADLINE, _HEADING = 180, 90
"""Code points of a headline, and of a heading further down."""
_HEAD = 400
"""Code points of a piece that are looked at to tell its kind."""

LABEL = re.compile(
    r"(?P<label>outlet|publisher|published(?: on)?|publication date|date|url|link|author|byline|title|headline)"
    r"\s*:\s+(?P<value>\S.*)",
    re.IGNORECASE,
)
"""A line of the form "Outlet: The Daily Quay" at the top of a text."""
_TIME = re.compile(
    r"(?:(?:updated|posted|published)(?: at)?:? )?(?:[01]?\d|2[0-3])[:.h][0-5]\d(?::[0-5]\d)?"
    r"(?: ?[ap]\.?m\.?)?(?:,? \(?(?:GMT|UTC|BST|CET|CEST|EST|EDT|ET|PST|PDT|local time|IST|Z)\)?)?[.:]?"
    r"|\d{1,2} ?[ap]\.?m\.?(?: [A-Z]{2,4})?",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\W{0,3}(?:(?:corrections?|clarifications?|corrections? and clarifications?|editor['’]?s['’]? note|erratum|"
    r"retraction|update and correction)\b ?(?:[(,][^:]{0,60})?[:.—–-]"
    r"|(?:this|an earlier version of this|a previous version of this|the original version of this) "
    r"(?:article|story|report|page|post|version|headline)\b.{0,80}\b(?:corrected|amended|updated|misstated|incorrectly|"
    r"wrongly|mistakenly|said|gave|stated|clarif\w+|misidentified|edited|removed|retracted))",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:(?:words |reporting |text |written |story )?by:? (?:the )?[A-Z][^.!?]{1,110}(?:\.[A-Z]?[^.!?]{0,20}){0,2}"
    r"|(?:additional |further )?reporting by .{2,200}|editing by .{2,200}|compiled by .{2,100}|edited by .{2,100}"
    r"|\(?(?:photo|image|picture|photograph|video|graphic|illustration)s?(?: credit)?(?::| by| courtesy of) .{2,120}"
    r"|©.{2,120}|copyright .{2,120}|all rights reserved.{0,60}|for immediate release|press release|news release"
    r"|source: .{2,80})",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:photo|image|picture|caption|file photo|figure \d+|fig\. \d+|pictured)\s?[:—–]\s?\S", re.IGNORECASE
)
_ITEM = re.compile(r"\s{0,12}(?:[-*•‣▪●○◦–—]|\(?(?:\d{1,2}|[a-z])[.)])\s+\S")
_CELLS = re.compile(r"\t|\s\|\s?|^\||\S {3,}(?=\S)")
_ENDS = re.compile(r"[.!?…:;,。][\"”’')\]»]*\s*$")
_MARKDOWN = re.compile(r"#{1,6} \S")


class Piece(NamedTuple):
    """Words that stand by themselves; without a kind it is told from them."""

    words: str
    kind: BlockKind | None = None


def lay(pieces: Iterable[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The kept text, pieces one after the other with an empty line between, and its blocks. Empty pieces fall out."""
    kept = [Piece(piece.words.strip(), piece.kind) for piece in pieces if piece.words.strip()]
    blocks = []
    start = 0
    for piece, kind in zip(kept, kinds(kept), strict=True):
        blocks.append(Block(Span(start, start + len(piece.words)), kind))
        start += len(piece.words) + 2
    return "\n\n".join(piece.words for piece in kept), tuple(blocks)


def of_text(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text, which stays as it is: between them is white space only."""
    spans = list(_spans(text))
    pieces = [Piece(text[span.start : span.end]) for span in spans]
    return tuple(Block(span, kind) for span, kind in zip(spans, kinds(pieces), strict=True))


def kinds(pieces: Sequence[Piece]) -> list[BlockKind]:
    """What each piece is, told where it is not known."""
    told: list[BlockKind] = []
    top, titled = True, False
    for at, piece in enumerate(pieces):
        kind = piece.kind
        if kind is None or kind in ("paragraph", "heading"):
            follows = pieces[at + 1].words if at + 1 < len(pieces) else ""
            kind = _kind(piece, top and at < _TOP, titled, follows)
        titled = titled or kind == "heading"
        if kind == "paragraph" and _words(piece.words) >= _LONG:
            top = False
        told.append(kind)
    return told


def _kind(piece: Piece, top: bool, titled: bool, follows: str) -> BlockKind:
    head = piece.words[:_HEAD].strip()
    whole = len(piece.words) <= _HEAD
    if whole and _TIME.fullmatch(head):
        return "time"
    if _CORRECTION.match(head):
        return "correction"
    if whole and "\n" not in head:
        if top and (label := LABEL.fullmatch(head)):
            return "dateline" if label["label"].lower().startswith(("date", "published", "publication")) else "credit"
        if is_date(head) or (top and masthead(head)):
            return "dateline"
        if _CREDIT.fullmatch(head) and (top or not head[:3].lower().startswith("by ")):
            return "credit"
        if top and FROM.fullmatch(head):
            return "credit"
    if piece.kind:
        return piece.kind
    if ("\t" in head or "|" in head or "   " in head) and _is_table(head):
        return "table"
    if _CAPTION.match(head):
        return "caption"
    if _ITEM.match(head):
        return "list"
    if "\n" not in head and whole and _is_heading(head, top and not titled, follows):
        return "heading"
    return "paragraph"


def _is_heading(words: str, first: bool, follows: str) -> bool:
    if _MARKDOWN.match(words):
        return True
    if not follows or len(words) > (_HEADLINE if first else _HEADING) or words[0].islower():
        return False
    if words[0] in '"“(' and not first:
        return False
    return (words[-1] in "?!" and first) or not _ENDS.search(words)


def _is_table(words: str) -> bool:
    lines = [line for line in words.split("\n") if line.strip()]
    return bool(lines) and all(len(_CELLS.findall(line.strip())) >= (1 if len(lines) > 1 else 2) for line in lines)


def _words(text: str) -> int:
    return len(text[:2_000].split())


def _spans(text: str) -> Iterator[Span]:
    """Lines between empty lines, taken together where they are one paragraph with its lines broken at a width."""
    together: list[Span] = []
    first = True
    for match in re.finditer(r"[^\n]+", text):
        line = _stripped(text, match.start(), match.end())
        if together and (line is None or text.count("\n", together[-1].end, match.start()) > 1):
            yield from _paragraphs(text, together, first)
            together, first = [], False
        if line is not None:
            together.append(line)
    if together:
        yield from _paragraphs(text, together, first)


def _stripped(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    bare = words.strip()
    if not bare:
        return None
    start += len(words) - len(words.lstrip())
    return Span(start, start + len(bare))


def _paragraphs(text: str, lines: list[Span], first: bool) -> Iterator[Span]:
    width = max(line.end - line.start for line in lines)
    begun = lines[0].start
    for before, line in pairwise(lines):
        if _breaks(text, before, line, width, first and before is lines[0]):
            yield Span(begun, before.end)
            begun = line.start
    yield Span(begun, lines[-1].end)


def _breaks(text: str, before: Span, line: Span, width: int, title: bool) -> bool:
    """Whether a new piece begins with this line though no empty line stands before it."""
    last, words = text[before.start : min(before.end, before.start + _HEAD)], text[line.start : line.start + _HEAD]
    tables = len(_CELLS.findall(last)), len(_CELLS.findall(words))
    if min(tables) >= 1 and tables[0] == tables[1]:
        return False
    if _ITEM.match(words) or max(tables) >= 2:
        return True
    if width > 100:  # nobody breaks lines at such a width: each is a paragraph
        return True
    if _alone(last) or _alone(words):
        return True
    length = before.end - before.start
    if _ENDS.search(last[-4:]):
        return length < 0.6 * width
    return title and length < 0.75 * width and not words[0].islower()


def _alone(line: str) -> bool:
    """Whether a line says by its words that it stands by itself."""
    if len(line) > 120:
        return False
    return bool(
        LABEL.fullmatch(line) or _TIME.fullmatch(line) or is_date(line) or re.match(r"By [A-Z][\w.'’-]+ [A-Z]", line)
    )
