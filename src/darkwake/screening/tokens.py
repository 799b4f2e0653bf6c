"""A text as the words that are compared: no invisible marks, Latin letters, digits apart from letters.

What a reader could not see never counts: marks, controls, zero-width and bidirectional characters. Reading a text costs
the same however long it is, for only its first characters are looked at, and the answer says so.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from darkwake.screening.scripts import SYLLABLES, latin, script_of

LONGEST = 200
"""Characters of a name that are compared; the longest of the 22,926 names in the SDN list of 2021 has 147."""

READ = 5 * LONGEST
"""Characters looked at to find them: invisible ones do not count against a name."""

_MOST = 24

_LETTERS = str.maketrans(
    {
        "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d",
        "Ł": "L", "ł": "l", "Þ": "TH", "þ": "th", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "ı": "i", "Ə": "E", "ə": "e",
        "'": None, "’": None, "‘": None, "`": None, "´": None, "ʼ": None, "ʻ": None, "ʿ": None, "ʾ": None, "′": None,
    }
)  # fmt: skip
_MARKED = re.compile("[\u0900-\u0dff\u0e00-\u10ff\u1200-\u139f\u1780-\u17ff\u3041-\u30ff]+")
"""Scripts whose marks are letters (Indic, Thai, Burmese, Khmer, kana ...): spelled out before marks are dropped."""
_PLAIN = str.maketrans(dict.fromkeys([*range(32), 127], " ") | {"'": None, "`": None})
_LOOKALIKES = str.maketrans("АВЕЗКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABE3KMHOPCTYXIJSABEZHIKMNOPTYX")
"""Cyrillic and Greek capitals that look like Latin ones; read so only in a name that has Latin letters too."""
_DIGIT_AS_LETTER = str.maketrans("0158", "OISB")
_LETTER_AS_DIGIT = str.maketrans("OIL", "011")
_INITIALS = re.compile(r"(?<![^\W_])([^\W\d_])[./]\s?(?=[^\W\d_](?![^\W_]))")
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[0-9][0-9OIL]*")
_IN_LETTERS = re.compile(r"(?<=[A-Z])[0158]+(?=[A-Z])|^[0158](?=[A-Z]{2})|(?<=[A-Z])0$")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_LATIN = re.compile(r"[A-Z]")


class Tokens(NamedTuple):
    """A text, read."""

    words: tuple[str, ...]
    """Words and numbers in order, upper case, in Latin letters and the digits 0 to 9."""
    signs: str
    """Its Chinese and Korean signs as they stand; "" where it has none."""
    bare: bool
    """True where a word comes from a script that writes few vowels."""
    length: int
    """Characters of what was read, spaces included."""
    cut: bool
    """True where the text was longer than what is compared."""


def tokens(text: str) -> Tokens:
    """The words of a text: of at most `LONGEST` visible characters, at most 24 words."""
    return _tokens(text[:READ], len(text) > READ)


@lru_cache(maxsize=1 << 15)  # keyed by the part that is read, so that long texts cannot fill it
def _tokens(text: str, longer: bool) -> Tokens:
    seen, cut = _visible(text)
    seen = _INITIALS.sub(r"\1", seen)  # M.T., M/V, S.A.
    words: list[str] = []
    signs, bare = "", False
    if seen.isascii():
        words = [part for token in _WORD.findall(seen) for part in _parts(token)]
    else:
        has_latin = _LATIN.search(seen) is not None
        for token in _WORD.findall(seen):
            looks = token.translate(_LOOKALIKES) if has_latin else token
            if looks.isascii():
                words += _parts(looks)
                continue
            script = script_of(token)
            if script in SYLLABLES:
                signs += token
            bare |= script in {"ARABIC", "HEBREW", "SYRIAC"}
            words += [part for run in _RUNS.findall(_digits(token)) for one in latin(run, first=not words)
                      for part in _parts(one)]  # fmt: skip
    return Tokens(tuple(words[:_MOST]), signs, bare, len(seen.strip()), cut or longer)


def _digits(token: str) -> str:
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in token)


def _visible(text: str) -> tuple[str, bool]:
    if text.isascii():
        seen = text.translate(_PLAIN).upper()
        return seen[:LONGEST], len(seen) > LONGEST
    spelled = _MARKED.sub(lambda found: anyascii(found[0]), text)
    kept = []
    for char in unicodedata.normalize("NFKD", spelled).translate(_LETTERS):
        category = unicodedata.category(char)
        if category in {"Mn", "Me", "Cf", "Cs", "Co", "Cn"}:
            continue
        kept.append(" " if category[0] in "CZ" else char)
    # Korean syllables fall apart into their letters in NFKD, so they are put together again
    seen = unicodedata.normalize("NFC", "".join(kept)).upper()
    return seen[:LONGEST], len(seen) > LONGEST


def _parts(token: str) -> list[str]:
    """One token as words and numbers: "STAR1" is two, "G0LDEN" is a word, "1O" is a number."""
    if token.isalpha() or token.isdecimal():
        return [token]
    if _NUMBER.fullmatch(token):
        return [token.translate(_LETTER_AS_DIGIT)]
    token = _IN_LETTERS.sub(lambda found: found[0].translate(_DIGIT_AS_LETTER), token)
    return _RUNS.findall(token)
