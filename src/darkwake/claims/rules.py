"""What the rules of the grammar of dates share: how one is kept, and the words that several of them use."""

from __future__ import annotations

import re
from collections.abc import Callable

from darkwake.claims.calendar import MONTHS, Moment
from darkwake.claims.gaps import tight

YEAR = r"(?:1[0-9]|20)\d\d(?![\d%])(?![.,]\d)"
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\w%:]|[.,]\d|-[A-Za-z])"
COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|(?:one|two|three|four|five|six) and a half|a couple of|(?:a |the )?few|several|many|a dozen|two dozen"
    r"|half an?|some)"
)
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
COUNTS |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40}
COUNTS |= {"fifty": 50, "a couple of": 2, "a dozen": 12, "two dozen": 24}
ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 5, "final": 5}
DASH = r"(?:-|–|—)"
TO = rf"\s*(?:{DASH}|\b(?:to|and|or|until|till|through)\b)\s*"
_LEADS = (
    r"\b(?:in|of|on|since|by|until|till|from|to|through|during|before|after|around|about|early|late|mid|last|next|this|"
    r"every|each|between|and|or|for|than|over|previous|past|throughout)[\s-]+(?:in\s+)?$"
)
LEAD = tight(_LEADS, re.IGNORECASE)


Rule = tuple[str, re.Pattern[str], Callable[["re.Match[str]"], "Moment | None"]]
Make = Callable[[re.Match[str]], Moment | None]


def into(rules: list[Rule]) -> Callable[..., Callable[[Make], Make]]:
    """A decorator that keeps a rule in that list: its gate, its pattern, and what makes a moment of it."""

    def rule(gate: str, pattern: str, flags: int = 0) -> Callable[[Make], Make]:
        compiled = tight(pattern, flags)

        def keep(make: Make) -> Make:
            rules.append((gate, compiled, make))
            return make

        return keep

    return rule


def words_before(match: re.Match[str], width: int = 24) -> str:
    """The letters just before it."""
    return match.string[max(0, match.start() - width) : match.start()]


def words_after(match: re.Match[str], width: int = 24) -> str:
    """The letters just behind it."""
    return match.string[match.end() : match.end() + width]


def count_of(words: str | None) -> int | None:
    """How many; None for "several", "a few"."""
    words = " ".join((words or "a").lower().split())
    return int(words) if words.isdecimal() else COUNTS.get(words)


def figures_of(words: str) -> int:
    """The number that words begin with: 3 of "3rd"."""
    return int(re.match(r"\d+", words)[0])  # type: ignore[index]


def month_of(name: str) -> int:
    """From 1."""
    return MONTHS[name[:3].lower()]


def year_of(words: str | None) -> tuple[int | None, int | None]:
    """The year, or how many years off: "2022", "last year"."""
    if not words:
        return None, None
    if words[-1].isdigit():
        return int(words[-4:]), None
    return None, {"last": -1, "past": -1, "this": 0, "same": 0, "next": 1}[words.split()[-2].lower()]


YEAR_WORDS = rf"(?:{YEAR}|(?:this|last|next|this past)\s+year\b)"
