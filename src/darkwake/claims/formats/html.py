"""A web page -> its main text in pieces, and what its head says of it.

trafilatura tells the main text from the menus, teasers and footers around it. What it would drop but an article needs
(captions, bylines, the times in a live blog) is marked before it is asked, and found again by the mark. Dates of
publication are taken from marked-up fields only; nothing is inferred from dates in the text or in the address.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from darkwake.claims.article import BlockKind
from darkwake.claims.blocks import Piece
from darkwake.claims.formats import head
from darkwake.claims.formats.head import words_of
from darkwake.claims.formats.page import Page, missing
from darkwake.claims.formats.txt import cleaned, decode
from darkwake.claims.known import day_in

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types

_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_LARGEST = 4_000_000
"""Characters of a page up to which trafilatura is asked: it needs about a second for each million."""
_MOST_KEPT = 0.8
"""Share of the words in a page's own article element below which it is said that some were left out."""
_FEW = 60
"""Words of a main text below which the page is walked instead."""

_MARKS: dict[str, BlockKind] = {"\ue0f1": "caption", "\ue0f2": "credit", "\ue0f3": "time", "\ue0f4": "dateline"}
"""Signs for private use that are put in front of what is to be known again."""
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|by-line|author-name|article-author|post-author)(?:$|[\s_-])", re.IGNORECASE
)
_UNWANTED = frozenset(
    re.findall(r"\w+", "nav footer aside form button select script style noscript template iframe svg head title")
)
_BLOCKS = frozenset(
    re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 li blockquote pre figcaption tr dd dt div section article main body")
)


def page(raw: bytes) -> Page:
    """The main text and the facts of an HTML file.

    Raises:
        WrongUse: the packages of the extra [claims] are not installed.
    """
    declared = _DECLARED.search(raw[:8192])
    text, problems = decode(raw, declared=declared.group(1).decode("ascii") if declared else "")
    tree, deep = _tree(text)
    if tree is None:
        return Page((), (), problems)
    problems += ("The page is nested deeper than is read: some of its text may be missing",) * deep
    known = tuple(head.known(tree, text))
    if "</html" in text[:2000].lower() or "<html" in text[:4000].lower():
        cut = not re.search(r"</(?:html|body)\s*>", text[-3000:], re.IGNORECASE)
        problems += ("The page breaks off before its end: it may be cut short",) * cut
    pieces, left_out = _pieces(tree, len(text))
    return Page(tuple(pieces), known, problems + left_out)


def _tree(text: str) -> tuple[HtmlElement | None, bool]:
    """The page as a tree, and whether the parser gave up within it because of its depth."""
    try:
        # only where a page is read: the extra [claims]; lxml ships no types
        from lxml import etree, html  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as reason:
        raise missing("HTML") from reason
    text = _XML_HEAD.sub("", text.replace("\x00", " "), count=1)
    parser = html.HTMLParser(remove_pis=True, remove_comments=True, no_network=True)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None, False
    return tree, any("depth" in entry.message for entry in parser.error_log)


def _pieces(tree: HtmlElement, length: int) -> tuple[list[Piece], tuple[str, ...]]:
    """The pieces of the main text, and a sentence where much of the page's own article is not among them."""
    _clean(tree)
    _mark(tree)
    main = _main(tree)
    named = main is not tree
    title = next((words_of(one) for part in (main, tree) for one in part.iter("h1") if words_of(one)), "")
    walked = list(_walk(tree))
    found = list(_by_trafilatura(tree)) if length <= _LARGEST else walked
    # of short pages it makes one lump, and of lines that stand there twice it keeps one
    least, most = _count(found), _count(walked)
    if (least < _FEW and most <= 2 * least + 20) or (named and least < max(_FEW, most / 2)):
        found, least = walked, most
    if title and not any(piece.kind == "heading" and piece.words == title for piece in found):
        found = [Piece(title, "heading"), *(piece for piece in found if piece.words != title)]
    if named and least < _MOST_KEPT * most:
        told = f"{most - least:,} of the {most:,} words in the page's own article were taken for teasers and left out"
        return found, (told,)
    return found, ()


def _by_trafilatura(tree: HtmlElement) -> Iterator[Piece]:
    try:
        from trafilatura import bare_extraction  # noqa: PLC0415 - only where a page is read: the extra [claims]
    except ImportError as reason:
        raise missing("HTML") from reason
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read is told by us
    document = bare_extraction(
        tree, include_comments=False, include_tables=True, include_images=False, with_metadata=False, favor_recall=True
    )
    body = getattr(document, "body", None)
    if body is not None:
        yield from _of_body(body)


def _of_body(body: Any) -> Iterator[Piece]:
    for one in body:
        if one.tag == "head":
            yield from _marked(words_of(one), "heading")
        elif one.tag == "list":
            for item in one.iter("item"):
                yield from _marked(words_of(item), "list")
        elif one.tag == "table":
            rows = [" | ".join(filter(None, (words_of(cell) for cell in row.iter("cell")))) for row in one.iter("row")]
            yield Piece("\n".join(filter(None, rows)), "table")
        elif one.tag == "quote" and len(one):
            yield from _of_body(one) if (one.text or "").strip() == "" else _lines(one)
        else:
            yield from _lines(one)


def _lines(one: Any) -> Iterator[Piece]:
    """A paragraph; a line break after the end of a sentence parts it."""
    for broken in one.iter("lb"):
        broken.tail = "\n" + (broken.tail or "")
    held = ""
    for line in "".join(one.itertext()).split("\n"):
        words = " ".join(line.split())
        if held and words and not re.search(r"[.!?…:][\"”’')\]]*$", held):
            held += f"\n{words}"
            continue
        yield from _marked(held, "paragraph")
        held = words
    yield from _marked(held, "paragraph")


def _marked(words: str, kind: BlockKind) -> Iterator[Piece]:
    if words[:1] in _MARKS:
        kind = _MARKS[words[0]]
    words = _PRIVATE.sub("", words).strip()
    if words:
        yield Piece(words, kind)


def _walk(tree: HtmlElement) -> Iterator[Piece]:
    """Every block of text that stands in no menu, where trafilatura finds no main text or the page is too large."""
    for one in _main(tree).iter():
        if one.tag not in _BLOCKS or any(above.tag in _UNWANTED for above in one.iterancestors()):
            continue
        if one.tag in ("div", "section", "article", "main", "body"):
            words = " ".join(" ".join(filter(None, [one.text, *(_inline(child) for child in one)])).split())
        elif one.tag == "tr":
            words = " | ".join(filter(None, map(words_of, one)))
        elif any(child.tag in _BLOCKS for child in one):
            words = " ".join((one.text or "").split())
        else:
            words = words_of(one)
        kind: BlockKind = "paragraph"
        if one.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            kind = "heading"
        elif one.tag in ("li", "dd", "dt"):
            kind = "list"
        elif one.tag == "tr":
            kind = "table"
        yield from _marked(words, kind)


def _main(tree: HtmlElement) -> Any:
    """The element that the page itself calls its main one, where it is the only one of its kind; else the page."""
    for tag in ("article", "main"):
        named = list(tree.iter(tag))
        if len(named) == 1:
            return named[0]
    return tree


def _count(pieces: list[Piece]) -> int:
    return sum(len(piece.words.split()) for piece in pieces)


def _inline(one: Any) -> str:
    inside = "" if one.tag in _BLOCKS or one.tag in _UNWANTED or not isinstance(one.tag, str) else words_of(one)
    return f"{inside} {one.tail or ''}"


def _clean(tree: HtmlElement) -> None:
    for one in tree.iter():
        if one.text:
            one.text = _PRIVATE.sub("", cleaned(one.text))
        if one.tail:
            one.tail = _PRIVATE.sub("", cleaned(one.tail))


def _mark(tree: HtmlElement) -> None:
    """Put captions, bylines and times into paragraphs of their own with a mark in front."""
    for caption in list(tree.iter("figcaption")):
        figure = next((above for above in caption.iterancestors("figure")), caption)
        words = words_of(caption)
        _become(figure, f"\ue0f1{words}" if words else "")
    for one in list(tree.xpath("//*[@class or @rel or @itemprop]")):
        named = f"{one.get('class', '')} {one.get('itemprop', '')}"
        if (
            _BYLINE.search(named)
            and one.getparent() is not None
            and 0 < len(words_of(one)) <= 160
            and one.tag != "meta"
        ):
            _become(one, f"\ue0f2{words_of(one)}")
    for stamp in list(tree.iter("time")):
        above, words = stamp.getparent(), words_of(stamp)
        if above is None or not words:
            continue
        first = not (above.text or "").strip() and above.index(stamp) == 0
        if above.tag in ("p", "span", "h2", "h3", "h4", "li") and not (first and (stamp.tail or "").strip()):
            stamp.drop_tag()
        elif above.tag == "p":  # "10:45 The ship came in": the time in front of an entry
            stamp.drop_tree()
            above.addprevious(_paragraph(f"\ue0f3{words}"))
        else:
            _become(stamp, f"\ue0f3{words}" if not day_in(words) else f"\ue0f4{words}")


def _become(one: Any, words: str) -> None:
    tail = one.tail
    above = one.getparent()
    if above is None:
        return
    made = _paragraph(words)
    made.tail = tail
    above.replace(one, made)


def _paragraph(words: str) -> Any:
    from lxml import html  # noqa: PLC0415 - only where a page is read: the extra [claims]

    made = html.Element("p")
    made.text = words
    return made


def looks_like_html(head: str) -> bool:
    """Whether a file that begins with these words is a web page and not some other tree of tags."""
    low = head.lstrip("\ufeff \t\r\n").lower()
    low = _XML_HEAD.sub("", low, count=1).lstrip()
    if not low.startswith("<"):
        return False
    if re.match(r"(?:<!--.{0,2000}?-->\s*)*<!doctype\s+html|(?:<!--.{0,2000}?-->\s*)*<html[\s>]", low, re.DOTALL):
        return True
    return low.startswith(("<head", "<body", "<article", "<main", "<div", "<p>", "<p ", "<h1", "<section")) and (
        "<p" in low or "</h1>" in low
    )
