"""Names in other scripts as Latin letters, and what of a word outlasts the way it was brought there.

The letters come from anyascii's table. It spells Cyrillic, Greek, Georgian and the like out in full. Arabic, Persian
and Hebrew are written without most vowels, so of their words only consonants can be compared. Chinese comes as the
syllables of Mandarin; Japanese names in Chinese characters are read so too, which is seldom how they are said.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

ABJADS = frozenset({"ARABIC", "HEBREW", "SYRIAC"})
"""Scripts that leave most vowels out, by the first word of Unicode's names of their letters."""
SYLLABLES = frozenset({"CJK", "HANGUL"})
"""Scripts of one sign a syllable: signs that sound alike are other names, so they are compared as they stand."""

_SURNAMES = {
    "김": "Kim", "이": "Lee", "리": "Ri", "박": "Pak", "최": "Choe", "정": "Jong", "조": "Cho", "강": "Kang",
    "노": "No", "권": "Kwon", "고": "Ko", "곽": "Kwak", "길": "Kil", "금": "Kum", "구": "Ku",
}  # fmt: skip
"""Korean family names whose Latin spelling keeps its own way; only at the head of a name."""
_ARABIC_ENDS = str.maketrans({"ة": "ه", "ى": "ی", "ي": "ی", "ك": "ک"})
"""Letters that Arabic and Persian keyboards give for one another."""


def script_of(text: str) -> str:
    """The script of its first letter that is not Latin, by Unicode's name of it; "LATIN" where there is none."""
    if text.isascii():
        return "LATIN"
    for char in text:
        if char.isalpha() and not char.isascii():
            script = unicodedata.name(char, "").split(" ")[0]
            if script not in {"LATIN", "FULLWIDTH", "MODIFIER", ""}:
                return script
    return "LATIN"


def latin(token: str, *, first: bool = False) -> list[str]:
    """One token of letters as Latin words, upper case: a word, or a word a syllable of Chinese and Korean.

    Args:
        token: Letters of any script.
        first: It stands at the head of the name, where Korean has the family name.
    """
    script = script_of(token)
    head: list[str] = []
    if script == "HANGUL" and first and len(token) <= 4 and token[0] in _SURNAMES:
        head, token = [_SURNAMES[token[0]].upper()], token[1:]
    made = anyascii(token.translate(_ARABIC_ENDS))
    if script in SYLLABLES:
        return head + [syllable.upper() for syllable in re.findall(r"[A-Z]?[a-z']+|[A-Z]+|[0-9]+", made)]
    bare = _NEITHER.sub("", made).upper()
    return [bare] if bare else []


_NEITHER = re.compile("[^A-Za-z0-9]")

_SPELLINGS = (
    ("SHCH|SCH|SH", "X"), ("TCH|CZ|CH", "C"), ("DZH|DJ|DSCH|ZH", "J"), ("PH", "F"), ("KH", "H"), ("GH", "G"),
    ("TH", "T"), ("DH", "D"), ("CK|Q", "K"), ("C(?=[EIY])", "S"), ("C", "K"), ("(?<=.)X", "KS"), ("OFF$", "UV"),
    ("EFF$", "AV"), ("OU|OO", "U"), ("EE", "I"), ("(?<=[AEIOUY])J(?![AEIOUY])", "I"), ("ER$", "R"),
    ("(?<=[AEIOUY])H$", ""), ("W", "V"), ("E", "A"), ("O", "U"), ("Y", "I"),
)  # fmt: skip
"""Ways to write one sound, our own choice, from the spellings that meet in names out of Russian, Arabic and Persian.

X and C stand for the sounds of SH and CH. The first that fits is taken, from left to right."""
_WRITTEN = re.compile("|".join(f"({written})" for written, _ in _SPELLINGS))
_SPOKEN = ("", *(by for _, by in _SPELLINGS))
_TWICE = re.compile(r"(.)\1+")
_LIKE_ARABIC = str.maketrans("PGJVC", "BKXFX", "AIU")


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """One spelling for the ways that a Latin word is written: MUHAMMAD, MOHAMMED and MOHAMAD are one, -OV and -OFF."""
    if len(word) < 3:
        return word
    made = _WRITTEN.sub(lambda found: _SPOKEN[found.lastindex or 0], word)
    return _TWICE.sub(r"\1", made) if _TWICE.search(made) else made


@lru_cache(maxsize=1 << 16)
def consonants(word: str) -> str:
    """What an abjad would keep of a word: its consonants, and those that Arabic does not tell apart as one."""
    return _TWICE.sub(r"\1", sound(word.replace("W", "")).translate(_LIKE_ARABIC).rstrip("H"))
