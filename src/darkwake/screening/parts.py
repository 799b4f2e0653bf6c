"""The name of a person or company as its parts: words with what each of them tells, forms and numbers apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from darkwake.screening.names import COMMONPLACE, number
from darkwake.screening.scripts import consonants, sound
from darkwake.screening.tokens import Tokens, tokens
from darkwake.screening.wording import FILLERS, PARTICLES, TITLES, company_word, given_name_of, particle, without_forms


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a name; the same object each time, so that pairs of words can be remembered cheaply."""

    text: str
    sound: str
    """One spelling for the ways that it may be written."""
    weight: float
    """How much it tells: 0.2 a letter up to 1.6, half of that for a commonplace word, less for titles and particles."""
    loss: float
    """How much it counts where the other name has another word in its place."""
    given: frozenset[str]
    """The given names that it is a form of."""
    small: bool
    """A title or particle of a person's name: it meets itself alone, and no misspelled word."""
    letters: int
    """Which letters it has, a bit for each."""
    heard: int
    """Which letters its sound has."""

    @property
    def bones(self) -> str:
        """Its consonants, for names from scripts without vowels."""
        return consonants(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A name of a person or company."""

    words: tuple[Word, ...]
    joined: str
    """Its words without spaces."""
    whole: str
    """All that was read without spaces, legal forms and small words too."""
    ordered: tuple[str, ...]
    """Its words, sorted."""
    numbers: tuple[str, ...]
    """Its numbers as digits, sorted; always empty for a person."""
    forms: frozenset[str]
    """Families of its legal forms, such as "limited" and "stock"."""
    signs: str
    """Its Chinese and Korean signs as they stand."""
    bare: bool
    """True where a word comes from a script that writes few vowels."""
    letters: int
    """Which letters it has, a bit for each."""
    weight: float
    """What its words tell together."""
    cut: bool
    """True where the name was longer than what is compared."""
    of_person: bool

    @property
    def distinct(self) -> float:
        """From 0.4 for a name that says nothing to 1 for one of six telling letters or more."""
        return 0.4 + 0.6 * min(1.0, (self.weight + 0.2 * len(self.numbers)) / 1.2)

    @property
    def empty(self) -> bool:
        """True where nothing is left that could be compared."""
        return not self.words and not self.numbers


def parts(text: str, *, of_person: bool) -> Parts:
    """The parts of a name. Where it is made of titles or legal forms alone, they are its words."""
    return _parts(tokens(text), of_person)


@lru_cache(maxsize=1 << 15)
def _parts(read: Tokens, of_person: bool) -> Parts:
    words, numbers, forms = _of_person(read.words) if of_person else _of_company(read.words)
    made = tuple(_word(word, of_person) for word in words)
    texts = [word.text for word in made]
    joined = "".join(texts)
    return Parts(
        words=made,
        joined=joined,
        whole="".join(read.words),
        ordered=tuple(sorted(texts)),
        numbers=tuple(sorted(numbers)),
        forms=forms,
        signs=read.signs,
        bare=read.bare,
        letters=reduce(or_, (word.letters for word in made), 0),
        weight=sum(word.weight for word in made),
        cut=read.cut,
        of_person=of_person,
    )


_SERVANT = frozenset("ABD ABDUL ABDEL ABDAL ABDOL ABDUR ABDU".split())  # noqa: SIM905 - reads best as prose
_ARTICLES = frozenset("AL EL UL OL AR UR ER AS US AN UN AZ UZ AD UD".split())  # noqa: SIM905 - as above
_ABD = re.compile(r"ABD(?:[UEAO]?([LRSNTDZ])(?=\1)|[UEAO]L)([A-Z]{3,})")
_ABDULLAH = re.compile(r"ABD[AEOU]?L+[AE]H?")


def _of_person(read: tuple[str, ...]) -> tuple[list[str], list[str], frozenset[str]]:
    """ABD AL-RAHMAN, ABDUL RAHMAN, ABDURRAHMAN and ABDULRAHMAN are one word; small words have one spelling."""
    words: list[str] = []
    at = 0
    while at < len(read):
        word = read[at]
        at += 1
        if word in _SERVANT and at < len(read):
            if read[at] in _ARTICLES and at + 1 < len(read):
                at += 1
            word = "ABD" + read[at]
            at += 1
        elif word.startswith("ABD") and (found := _ABD.fullmatch(word)) and not _ABDULLAH.fullmatch(word):
            word = "ABD" + found[2]
        words.append(particle(word))
    return [word for word in words if not word.isdecimal()] or words, [], frozenset()


def _with_article(read: tuple[str, ...]) -> list[str]:
    """AL NASER as ALNASER, as it is often written."""
    words: list[str] = []
    for at, word in enumerate(read):
        if at and read[at - 1] in {"AL", "EL"} and words[-1] == read[at - 1] and word.isalpha():
            words[-1] += word
        else:
            words.append(word)
    return words


def _of_company(read: tuple[str, ...]) -> tuple[list[str], list[str], frozenset[str]]:
    left, forms = without_forms([company_word(word) for word in _with_article(read)])
    words, numbers = [], []
    for at, word in enumerate(left):
        found = number(word, last=at == len(left) - 1 and at > 0)
        if found is not None:
            numbers.append(found)
        elif not (word in {"NO", "NR", "NUM"} and at + 1 < len(left) and left[at + 1].isdecimal()):
            words.append(word)
    return [word for word in words if word not in FILLERS] or words, numbers, forms


_NO_GIVEN: frozenset[str] = frozenset()


@lru_cache(maxsize=1 << 16)
def _word(text: str, of_person: bool) -> Word:
    weight = loss = min(1.6, 0.2 * len(text)) if len(text) > 1 else 0.3
    small = of_person and (text in PARTICLES or text in TITLES)
    if small:
        weight, loss = (0.15, 0.15) if text in PARTICLES else (0.25, 0.1)
    elif not of_person and text in COMMONPLACE:
        weight = 0.5 * loss
    heard = sound(text)
    given = given_name_of(text) if of_person else _NO_GIVEN
    return Word(text, heard, weight, loss, given, small, letter_bits(text), letter_bits(heard))


def letter_bits(text: str) -> int:
    """Which letters a text has, a bit for each."""
    made = 0
    for letter in set(text.encode("ascii", "replace")):
        made |= 1 << (letter & 31)
    return made
