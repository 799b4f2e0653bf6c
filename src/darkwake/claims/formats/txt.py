"""Plain text -> its kept text, and what was odd about its bytes.

The kept text of a TXT file is the file decoded, sign for sign: odd spaces, line ends and signs without width are
replaced by one sign each, so an offset into the one is an offset into the other. Only the mark of the byte order, which
is no part of the text, falls away.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_UNDECODED = 0.02
"""Share of signs that could not be decoded, above which a file is no text."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SPACES = (
    "\t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_HIDDEN = (
    "\xad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067"
    "\u2068\u2069\ufeff\ufff9\ufffa\ufffb"
)
"""Without width or turning the direction of writing; the joiners U+200C, U+200D, which Persian needs, stand apart."""
_CONTROLS = "".join(chr(at) for at in (*range(9), *range(14, 28), *range(127, 133), *range(134, 160)))
_LINES = {"\u2028": "\n", "\u2029": "\n"}
_ONE_TO_ONE = str.maketrans(dict.fromkeys(_SPACES.replace("\t", "") + _HIDDEN + _CONTROLS, " ") | _LINES)
_DROPPED = str.maketrans(dict.fromkeys(_SPACES + _CONTROLS, " ") | dict.fromkeys(_HIDDEN, "") | _LINES)
_ODD = re.compile(f"[{re.escape(''.join(map(chr, _ONE_TO_ONE)))}\u200c\u200d]")
_JOINERS = re.compile(r"(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])")
_IN_WORDS = re.compile(f"(?<=\\w)[{_HIDDEN}]+(?=\\w)")


class Decoded(NamedTuple):
    """A file's words, and sentences on what was odd."""

    text: str
    problems: tuple[str, ...] = ()


def decode(raw: bytes, *, declared: str = "") -> Decoded:
    """The words of a file: by its byte order mark, else as UTF-8, else as it declares itself, else Windows-1252."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _strict(raw[len(mark) :], name)
    head = raw[:4096]
    if head.count(0) > len(head) // 4:  # every second byte of Latin letters in UTF-16
        return _strict(raw, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
    try:
        return Decoded(raw.decode("utf-8"))
    except UnicodeDecodeError as reason:
        # cut off within its last sign: still UTF-8
        if reason.end >= len(raw) - 1 and reason.start >= len(raw) - 4 and reason.start > 0:
            whole = raw[: reason.start].decode("utf-8")
            return Decoded(whole, ("The file breaks off within a character: its end is missing",))
    if declared and _known(declared):
        return _strict(raw, declared)
    told = "The file is not valid UTF-8 and was read as Windows-1252; letters with accents may be wrong"
    return Decoded(raw.decode("cp1252", errors="replace"), (told,))


def _strict(raw: bytes, name: str) -> Decoded:
    text = raw.decode(name, errors="replace")
    lost = text.count("\ufffd")
    told = f"{lost:,} characters could not be decoded as {name} and stand as \ufffd"
    return Decoded(text, (told,) if lost else ())


def _known(name: str) -> bool:
    try:
        return codecs.lookup(name).name not in ("utf-8", "utf-8-sig") and "a".encode(name) != b""
    except (LookupError, UnicodeError, TypeError):
        return False


def one_to_one(text: str) -> Decoded:
    """The text with odd spaces and unseen signs replaced by a space each: as long as before."""
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    if not _ODD.search(text):
        return Decoded(text)
    broken = len(_IN_WORDS.findall(text))
    text = text.translate(_ONE_TO_ONE)
    text = _JOINERS.sub(lambda match: " " * len(match.group()), text)
    told = f"{broken:,} words were broken by characters without width, which stand as spaces"
    return Decoded(text, (told,) if broken else ())


def cleaned(text: str) -> str:
    """Words taken out of a page or a PDF, with odd spaces made plain and unseen signs dropped."""
    return _JOINERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED))


def is_garbage(text: str) -> bool:
    """Whether so much could not be decoded that these are no words."""
    return text.count("\ufffd") > max(_UNDECODED * len(text), 3)
