"""A PDF -> its text in pieces.

The lines of a page are joined to paragraphs, and a word that a line end breaks is put together; the text that comes of
it is the text as kept, to which all offsets refer. A PDF tells no date of publication: the date in its properties is
that of the file.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from darkwake.claims.article import Known
from darkwake.claims.blocks import Piece
from darkwake.claims.formats.page import Page, missing
from darkwake.claims.formats.txt import cleaned
from darkwake.errors import Unreadable

_RUNNING = 3
"""Pages on which a line must stand first or last to be a running head or foot."""
_ENDS = re.compile(r"[.!?…:][\"”’')\]]*$")
_ITEM = re.compile(r"(?:[-*•‣▪●○◦–—]|\(?\d{1,2}[.)])\s+\S")
_NUMBER = re.compile(r"(?:page )?\d{1,4}(?:(?: of |/)\d{1,4})?", re.IGNORECASE)


def page(raw: bytes, name: str) -> Page:
    """The text of a PDF.

    Raises:
        WrongUse: the packages of the extra [claims] are not installed.
        Unreadable: it is damaged, locked, or all its pages are pictures.
    """
    texts = _texts(raw, name)
    empty = [number for number, text in enumerate(texts, 1) if not text.strip()]
    if len(empty) == len(texts):
        raise Unreadable(
            f"its {len(texts)} pages hold pictures and no text" if texts else "it has no pages",
            where=name,
            to_do="Run text recognition over it, such as ocrmypdf, and add what that makes",
        )
    problems = []
    if empty:
        listed = ", ".join(map(str, empty[:20]))
        problems.append(f"{len(empty)} of {len(texts)} pages hold no text (they may be pictures): {listed}")
    pages, dropped = _without_running(texts)
    if dropped:
        problems.append(f"{dropped} running heads, feet and page numbers were left out")
    lines = [line for page in pages for line in page]
    return Page(tuple(_pieces(lines)), tuple(_known(raw)), tuple(problems))


def _texts(raw: bytes, name: str) -> list[str]:
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - only where a PDF is read: the extra [claims]
    except ImportError as reason:
        raise missing("PDF") from reason
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is told by us
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is locked with a password", where=name, to_do="Unlock it and add it again")
        return [cleaned(page.extract_text()) for page in reader.pages]
    except Unreadable:
        raise
    except Exception as reason:  # a damaged PDF raises whatever its first broken object makes of it
        says = " ".join(str(reason).split()) or type(reason).__name__
        raise Unreadable(f"the PDF is damaged ({says})", where=name, to_do="Fetch it again") from reason


def _known(raw: bytes) -> Iterator[Known]:
    from pypdf import PdfReader  # noqa: PLC0415 - as above

    try:
        told = PdfReader(io.BytesIO(raw)).metadata
        title = " ".join(cleaned(str(told.title or "")).split()) if told else ""
    except Exception:  # the text was read; a broken property is no title
        return
    if title and not re.search(r"\.(?:docx?|indd|pdf|qxd|rtf|odt)$|^(?:untitled|microsoft word)", title, re.IGNORECASE):
        yield Known("title", title, "PDF property Title")


def _without_running(texts: Sequence[str]) -> tuple[list[list[str]], int]:
    """The lines of each page without those that stand at the head or foot of many, and how many those were."""
    pages = [[line.strip() for line in text.split("\n")] for text in texts]
    ends = Counter[str]()
    for lines in pages:
        ends.update({_numberless(lines[at]) for at in _outer(lines)})
    kept, dropped = [], 0
    for lines in pages:
        out = {
            at
            for at in _outer(lines)
            if len(pages) > 1 and (ends[_numberless(lines[at])] >= _RUNNING or _NUMBER.fullmatch(lines[at]))
        }
        dropped += len(out)
        kept.append([line for at, line in enumerate(lines) if at not in out])
    return kept, dropped


def _outer(lines: Sequence[str]) -> set[int]:
    """Where the first and the last line with words stand."""
    filled = [at for at, line in enumerate(lines) if line]
    return {filled[0], filled[-1]} if len(filled) > 1 else set()


def _numberless(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """Paragraphs: a line runs on into the next unless it is empty, or ends a sentence well before the margin."""
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    words = set(re.findall(r"\w+-\w+", "\n".join(lines)))
    held = ""
    for at, line in enumerate(lines):
        line = " ".join(line.split())  # noqa: PLW2901 - the line as it is kept
        if not line:
            # an empty line in the midst of a sentence is a page's end
            if held and (_ENDS.search(held) or not _runs_on(lines, at)):
                yield Piece(held)
                held = ""
            continue
        if held and _ITEM.match(line):
            yield Piece(held)
            held = ""
        held = _joined(held, line, words) if held else line
        following = lines[at + 1].strip() if at + 1 < len(lines) else ""
        short = len(line) < 0.7 * width
        if short and (_ENDS.search(line) or not following[:1].islower()):
            yield Piece(held)
            held = ""
    if held:
        yield Piece(held)


def _runs_on(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at:] if line.strip()), "")
    return following[:1].islower()


def _joined(held: str, line: str, words: set[str]) -> str:
    """Two lines as one: a hyphen between small letters goes, unless the file writes that word with one elsewhere."""
    last = re.search(r"([^\W\d_]+)-$", held)
    first = re.match(r"[^\W\d_]+", line)
    if last and first and first.group()[0].islower():
        return held + line if f"{last.group(1)}-{first.group()}" in words else held[:-1] + line
    return f"{held} {line}"
