"""A file -> an article: its exact text, its blocks, what is known of it and how, and what limits it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from darkwake.claims import blocks, language
from darkwake.claims import known as facts
from darkwake.claims.article import Article, Block, Known
from darkwake.claims.formats import html, pdf, txt
from darkwake.claims.formats.head import by_host
from darkwake.errors import UnknownKind, Unreadable

_HEAD = 65_536
"""Bytes of a file that are looked at to tell what it is."""
_LONG = 1_000_000
"""Code points above which a text is said to be very long."""
_STUB_WORDS = 150
"""Words below which a text that asks for a subscription is the stub of a longer one."""
_SHORT_WORDS = 25
_LIVE = 5
"""Entries with a time of their own that make a live blog."""
_PAYWALL = re.compile(
    r"subscribe (?:now )?(?:to (?:continue|read|keep|unlock|access)|for (?:full )?access)|subscribers? only|"
    r"for subscribers|(?:log|sign) ?in to (?:continue|read)|to (?:continue|keep) reading|already a subscriber|"
    r"become a (?:member|subscriber)|"
    r"this (?:article|content|story) is (?:only )?(?:available|reserved|exclusive|free)[^.]{0,40}"
    r"(?:subscri|member|regist)|"
    r"start your (?:free )?trial|register (?:now )?to (?:continue|read)|unlock this article|"
    r"you have (?:reached|read) your[^.]{0,30}(?:limit|articles)|remaining free articles",
    re.IGNORECASE,
)
_STAMPED = re.compile(r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?: ?[ap]\.?m\.?)?(?: \(?[A-Z]{2,4}\)?)?(?:\s[-–—|]|:)\s")
"""How an entry of a live blog begins in plain text: "10:45 GMT - "."""
_BARRED = re.compile(
    r"enable javascript|javascript is (?:disabled|required)|verify (?:that )?you are (?:a )?human|access denied|"
    r"checking your browser|are you a robot|accept (?:all )?cookies to|page not found|404 not found|403 forbidden",
    re.IGNORECASE,
)
_TREE = re.compile(r"<[?!a-zA-Z]|[\[{]\s*(?:[\"{\[\d]|$)")
_RECEIVED = re.compile(r"[!$][A-Z]{4,6},|\\[a-z]:")
"""How a line of NMEA begins, with or without its tag block."""
_TXT = (".txt", ".text", ".md", "")


def read(path: str | Path, *, url: str = "", published: str = "", outlet: str = "", author: str = "") -> Article:
    """The article in an HTML, PDF or TXT file.

    What the caller says of it stands before what lies beside the file (NAME.meta.toml), and that before what the file
    says of itself. Every way in which a fact was found is kept; `Article.fact` gives the first.

    Args:
        path: The file.
        url: Its address, if known; so for the next three.
        published: The date of publication as EDTF.
        outlet: Who publishes it.
        author: Who wrote it.

    Raises:
        WrongUse: `published` is no EDTF, or a package of the extra [claims] is not installed.
        UnknownKind: It is no article.
        Unreadable: There is no such file, or it is empty, damaged, without a word, or a PDF of pictures.
    """
    path = Path(path)
    told = facts.given(url, published, outlet, author)
    if not path.is_file():
        raise Unreadable("there is no such file", where=str(path), to_do="Check the path")
    raw = path.read_bytes()
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise Unreadable("the file is empty", where=path.name, to_do="Fetch it again; nothing was read")
    told += facts.beside(path)
    kind = _kind(raw[:_HEAD], path, strict=False)
    if kind == "article-txt":
        text, laid, known, problems = _plain(raw, path.name)
    elif kind:
        page = html.page(raw) if kind == "article-html" else pdf.page(raw, path.name)
        text, laid = blocks.lay(page.pieces)
        known, problems = list(page.known), list(page.problems)
    else:
        raise UnknownKind("this is no article", where=path.name, to_do="Articles are read from HTML, PDF and TXT files")
    if not text.strip():
        what = "the page holds no text of an article" if kind == "article-html" else "the file holds no text"
        what += f" ({problems[0]})" if problems else ""
        raise Unreadable(what, where=path.name, to_do="Save the article itself, or its text as a TXT file")
    known = [*told, *known, *facts.in_lines(text, laid)]
    known += _by_host(known)
    kept = facts.each_once(known)
    spoken = language.language(_prose(text, laid))
    limits = [*problems, *facts.disagreements(kept), *_limits(text, laid, spoken)]
    return Article(
        source=hashlib.sha256(raw).hexdigest(),
        name=path.name,
        text=text,
        blocks=laid,
        known=kept,
        language=spoken,
        problems=tuple(limits),
    )


_FRONT = re.compile(r"\s*(?:outlet|published|url|author|title): ?\S", re.IGNORECASE)
"""A file that begins by saying what is known of it says with that what it is."""
_OWN = re.compile(rb"<meta name=.generator. content=.darkwake ", re.IGNORECASE)
"""A page that Darkwake made itself: what it says is in the case already."""


def sniff(path: str | Path) -> str | None:
    """What kind of article a file is: "article-html", "article-pdf", "article-txt"; None where it is none.

    It is strict, because other readers' files are text too: a page begins as HTML, a TXT file has sentences.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    return _kind(head, path, strict=True)


def _kind(head: bytes, path: Path, *, strict: bool) -> str | None:
    suffix = path.suffix.lower()
    if strict and _OWN.search(head):
        return None
    if b"%PDF-" in head[:1024]:
        return "article-pdf"
    if suffix == ".pdf" or suffix not in (*_TXT, ".html", ".htm", ".xhtml", ".mhtml", ".shtml", ".asp", ".php"):
        if html.looks_like_html(_start(head)) and suffix not in (".xml", ".pdf", ".json", ".csv"):
            return "article-html"
        return None
    start = _start(head)
    if html.looks_like_html(start):
        return "article-html"
    if suffix in (".html", ".htm", ".xhtml", ".shtml"):
        # some pages are saved without a head
        return "article-html" if re.search(r"<(?:p|div|body|h1|span|article)\b", start, re.IGNORECASE) else None
    if suffix not in _TXT or _is_data(start):
        return None
    return "article-txt" if not strict or _FRONT.match(start) or _is_prose(start) else None


def _start(head: bytes) -> str:
    return txt.decode(head).text


def _is_prose(text: str) -> bool:
    """Whether these are sentences of words."""
    lines = [line for line in text.splitlines()[:400] if line.strip()]
    words = text.split()
    spelled = sum(
        word.strip(".,;:!?\"“”‘’'()[]-–—").replace("’", "").replace("'", "").replace("-", "").isalpha()
        for word in words
    )
    if len(words) < 5 or spelled < 0.65 * len(words) or txt.is_garbage(text):
        return False
    if language.language(text) not in ("", "en"):
        return True
    small = sum(word[:1].islower() for word in words)
    return small >= 0.4 * len(words) and any(re.search(r"\w[.!?][\"”’)]*(?:\s|$)", line) for line in lines)


def _is_data(text: str) -> bool:
    """Whether these are a table, the sentences of a receiver, or a tree."""
    lines = [line.strip("\ufeff\0 ") for line in text.splitlines()[:400] if line.strip("\ufeff\0 ")][:40]
    if not lines or _TREE.match(lines[0]) or sum(bool(_RECEIVED.match(line)) for line in lines) > len(lines) / 3:
        return True
    if len(lines) < 2:
        return False
    for sign, fewest in ((r"\t", 1), (";", 2), (r"\|", 2), (r",(?!\s)", 3)):  # a comma in prose has a space after it
        counts = {len(re.findall(sign, line)) for line in lines}
        if len(counts) == 1 and min(counts) >= fewest:
            return True
    return False


def _plain(raw: bytes, name: str) -> tuple[str, tuple[Block, ...], list[Known], list[str]]:
    decoded = txt.decode(raw)
    if txt.is_garbage(decoded.text) or decoded.text.count("\0") > len(decoded.text) // 10:
        raise Unreadable("these bytes are no text", where=name, to_do="Save it as plain text in UTF-8")
    plain = txt.one_to_one(decoded.text)
    problems = [*decoded.problems, *plain.problems]
    if zeros := decoded.text.count("\0"):
        problems.append(f"{zeros:,} null bytes stand as spaces")
    return plain.text, blocks.of_text(plain.text), [], problems


def _by_host(known: Sequence[Known]) -> list[Known]:
    """The host as the outlet, where the address is known and nobody names the outlet."""
    if any(one.field == "outlet" for one in known):
        return []
    host = next((by_host(one.value) for one in known if one.field == "url"), "")
    return [Known("outlet", host, "host of the url")] if host else []


def _prose(text: str, laid: Sequence[Block]) -> str:
    """The beginning of the running text; headings and credits are full of names."""
    parts, length = [], 0
    for block in laid:
        if block.kind in ("paragraph", "list", "correction", "caption"):
            parts.append(text[block.span.start : min(block.span.end, block.span.start + language.LOOKED_AT)])
            length += len(parts[-1])
            if length > language.LOOKED_AT:
                break
    return "\n".join(parts) or text[: language.LOOKED_AT]


def _limits(text: str, laid: Sequence[Block], spoken: str) -> list[str]:
    """Sentences on what limits the article; none where nothing does."""
    found = []
    words = len(text[:20_000].split())
    if spoken and spoken != "en":
        found.append(
            f"The text is in {language.NAMES[spoken]}: claims, dates and quantities are read in English alone, "
            "so nothing was read of it"
        )
    elif not spoken and words >= 40:
        found.append("The language could not be told; it was read as English")
    if words < _STUB_WORDS and (asked := _PAYWALL.search(text)):
        found.append(f'Only the beginning of a paid article: {words} words and "{asked.group()}"')
    elif words < _STUB_WORDS and (barred := _BARRED.search(text)):
        found.append(f'The page shows a notice and not the article: "{barred.group()}"')
    elif words < _SHORT_WORDS:
        found.append(f"A very short text: {words} words")
    times = sum(block.kind == "time" or bool(_STAMPED.match(text, *block.span)) for block in laid)
    if times >= _LIVE:
        found.append(
            f"A live blog: {times} entries with times of their own, so one date of publication does not hold for all"
        )
    corrections = sum(block.kind == "correction" for block in laid)
    if corrections:
        found.append(f"The publisher corrected the article: {corrections} notice{'s' * (corrections > 1)} in the text")
    if len(text) > _LONG:
        found.append(f"A very long text ({len(text):,} characters): it may be several articles in one file")
    if lost := text.count("\ufffd"):
        found.append(f"{lost:,} characters could not be decoded and stand as \ufffd")
    return found
