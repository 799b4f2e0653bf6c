"""Which numbers of a sentence count something, each with its unit; and which are names or the numbers of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from darkwake.claims.gaps import listed, tight
from darkwake.claims.numbers import NUMBER, Number, number
from darkwake.claims.things import thing_after
from darkwake.claims.units import MONEY_SIGN, MONEY_WORD, UNIT, named, signed, stated


@dataclass(frozen=True, slots=True)
class Hit:
    """A number with its unit, as offsets into the sentence."""

    start: int
    end: int
    number: Number
    unit: str
    money: bool
    upto: Number | None = None
    """The other end of a range."""
    between: str = ""
    """The word before a range: "between", "from"."""


Begun = tuple[int, str, re.Match[str]]
"""Where a number begins, with the sign of a currency before it; that sign; and the number."""
_START = tight(
    r"(?<![\w.,])\d|(?<=USD|EUR|GBP|CNY|AED|INR)\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"[a-z]{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|"
    r"dozens?|scores|tens\s+of|half|thirds?|quarters?|fifths?|tenths?|sixth|eighth|several|some\s+few|zero|"
    r"an?\s+(?:few|couple|pair|dozen|hundred|thousand|million|billion|trillion|score|third|quarter|fifth|tenth|sixth|eighth|half))\b",
    re.IGNORECASE,
)
"""Where a number can begin."""
_NUMBER = tight(NUMBER, re.IGNORECASE)
_MONEY = tight(rf"(?<!\w){MONEY_SIGN}$")


NO_AMOUNT = tight(
    r"\+\d{1,3}(?:[\s-]\d{2,6}){2,4}\b|"
    r"\+?\(?\d{2,4}\)?[\s-]\d{3,4}[\s-]\d{3,5}\b|\b\d{3}-\d{4}\b|\b\d{1,2}:\d\d(?::\d\d)?\b|\b\d{3,4}\s?(?:hrs"
    r"|hours|GMT|UTC|local time)\b"
    r"|\b\d{1,2}(?:\.\d\d)?\s?(?:[ap]\.?m\b\.?|o['’]clock)|(?:GMT|UTC)\s?[+-]?\d{1,2}\b|https?://\S{1,500}|\b\d{1,3}/\d{1,3}\b(?!\s+(?:of|cup))|\b\d+x\d+\b"
    r"|\b\d{1,3}\s*[°º]\s*\d{0,2}|\baged?\s+(?:of\s+)?\d{1,3}(?:\s+(?:to|and|or)\s+\d{1,3})?\b|,\s\d{1,2}(?=,\s)(?!,\s\d)"
    r"|^\s*[(\[]?\d{1,3}[.)\]]\s|\[\d{1,3}\]|\(\d{1,4}\)|\b\d{1,3}-\d{1,3}\s+(?:win|loss|defeat|draw|victory|vote)\b"
    r"|\b\d+(?:\.\d+){2,}\b|\b(?:the\s+)?(?:one|ones)\s+(?:of|that|who|which|day|another|is|was|more\s+thing)\b"
    r"|\b(?:no|any|every|some|this|that|each|which|the|another|only)[\s-]one\b|\bone\s+(?:by\s+one|or\s+(?:more|another)|on\s+one)\b"
    r"|\b(?:in|at)\s+(?:the\s+)?(?:first|second|third)\s+(?:place|instance)\b|\bat\s+one\s+(?:time|point)\b|\bhundred\s+per\s?cent\s+sure\b"
    r"|\bone['’]s\b|\bfifty-fifty\b|\b24/7\b|\bnumber\s+(?:one|two|three)\b",
    re.IGNORECASE,
)
_CODE_BEFORE = tight(
    r"(?:\b(?:[Ss]ection|[Aa]rticle|[Cc]hapter|[Pp]ages?|pp?\.|[Rr]ule|[Pp]aragraph|[Nn]o\.|[Nn]umber|[Vv]ersion|[Ll]evel|[Gg]rade|[Pp]hase|"
    r"[Tt]ype|[Cc]lass|[Rr]oom|[Ff]light|[Hh]ighway|[Rr]oute|[Cc]hannel|[Gg]ate|[Pp]ier|[Bb]erth|[Hh]ull|[Rr]esolution|IMO|MMSI|ISO|"
    r"[Ff]igure|[Tt]able|[Aa]ge|[Cc]ount|[Mm]odel|[Ss]tep|[Ll]ine|[Ss]tage|[Ll]ot)\s?|#|№|/)$"
)
_NAME_BEFORE = tight(r"(?P<word>\b[a-z]?[A-Z][\w.&’'-]*)\s$")
_PLAIN = frozenset(
    listed(
        "About Over Some Nearly Almost At Only The In All And Of For With On By From To As Another "
        "More Fewer Less Up Between Around Approximately Roughly Just But Its Their Our His Her These "
        "Those Both Another An A Exactly There When While If Since After Before That This They We I "
        "He She It Also Other Has Have Had Was Were Is Are"
    )
)
_BEHIND = tight(r"s\b|[A-Za-z]|-(?=[A-Z\d]*[A-Z])|[:/]\d|(?:st|nd|rd|th)\b|['’]s\b|\s?°")


def numbers(words: str) -> Iterator[Begun]:
    """Where each number begins (with the sign of a currency before it), that sign, and the number."""
    at = 0
    for begin in _START.finditer(words):
        if begin.start() < at:
            continue
        match = _NUMBER.match(words, begin.start())
        if not match:
            continue
        money = None
        if match["figure"] or match["mixed"]:
            money = _MONEY.search(words[max(at, match.start() - 8) : match.start()])
        at = match.end()
        yield match.start() - (len(money[0]) if money else 0), money["money"] if money else "", match


def hits(words: str, numbers: list[Begun], taken: bytearray) -> Iterator[Hit]:
    """Those of the numbers that count something; none on a letter that is taken."""
    floor = 0
    for start, money, match in numbers:
        if any(taken[start : match.end()]):
            continue
        hit = _hit(words, start, money, match, floor)
        if hit:
            floor = hit.end
            yield hit


def _hit(words: str, start: int, money: str, match: re.Match[str], floor: int) -> Hit | None:
    end = match.end()
    read = number(match)
    if read is None or start < floor:
        return None
    if match["glued"] == "m" and not money:
        return _unit_hit(
            words,
            match,
            start,
            match.start("glued"),
            replace(read, low=read.low / 1e6, high=read.low / 1e6, scale=1.0),
            floor,
        )
    after = words[end : end + 48]
    word = MONEY_WORD.match(after)
    if money or word:
        unit = named(word["words"]) if word else ""
        if money and (not word or unit in ("$", "cent")):
            unit = signed(money)
        return Hit(start, end + (word.end("words") if word else 0), read, unit, money=True)
    return _unit_hit(words, match, start, end, read, floor)


def _unit_hit(words: str, match: re.Match[str], start: int, end: int, read: Number, floor: int) -> Hit | None:
    found = UNIT.match(words, end)
    unit = stated(found) if found else None
    if found and unit:
        if _named_before(words, start) and not found["percent"] and found[0][0] == "-":
            return None
        return Hit(start, found.end(), read, unit, money=False)
    if match["glued"]:
        return None
    before = words[max(0, start - 1) : start]
    if before in ("-", "'", "’") and floor != start - 1:
        return None  # F-16, '11
    if _BEHIND.match(words, end) or (
        words[end : end + 1] == "-" and not re.match(r"\d|odd\b", words[end + 1 : end + 4])
    ):
        return None
    if (
        match["figure"]
        and (_CODE_BEFORE.search(words[max(0, start - 14) : start]) or _named_before(words, start))
        and read.scale == 1
    ):
        return None
    if (
        match["words"]
        and match["words"].lower()
        in (
            "one",
            "hundred",
            "thousand",
            "million",
            "billion",
            "dozen",
            "zero",
            "second",
        )
        and (match["words"].lower() != "one" or not re.match(r"\s+[a-z]", words[end : end + 2]))
    ):
        return None
    if (
        match["figure"]
        and read.scale == 1
        and _MODEL_BEFORE.search(words[max(0, start - 12) : start])
        and (
            re.match(r"\s[\"“]?\s?[A-Z]|\s[a-z]", words[end : end + 4])
            and not _DONE.match(words, end)
            and not thing_after(words, end, one=False)[0]
        )
    ):
        return None  # its 777 airliner, the new 787 Dreamliner
    return Hit(start, end, read, "", money=False)


_DONE = tight(r"\s[a-z]+ed\b")
_MODEL_BEFORE = tight(r"\b(?:a|an|its|their|his|new|final|first|latest|the)\s$", re.IGNORECASE)


def _named_before(words: str, start: int) -> bool:
    """Whether a name stands before it, as in "Task Force 56"; the first word of a sentence is none."""
    match = _NAME_BEFORE.search(words[max(0, start - 24) : start])
    if not match or match["word"] in _PLAIN:
        return False
    return start - len(match[0]) > 0 or match["word"].isupper()


_TO = tight(r"\s?(?:-|–|—|\bto\b)\s?", re.IGNORECASE)
_AND = tight(r"\s+and\s+", re.IGNORECASE)
_BETWEEN = tight(r"\b(?:anywhere\s+|somewhere\s+)?between\s+(?:an?\s+estimated\s+)?$", re.IGNORECASE)
_FROM = tight(r"\b(?:ranging\s+|ranged\s+|ranges\s+|anywhere\s+)from\s+$", re.IGNORECASE)
_CHANGED = tight(r"(?<!ranging )(?<!ranged )(?<!ranges )(?<!anywhere )\bfrom\s+(?:[a-z]+\s+){0,2}$", re.IGNORECASE)


def ranged(words: str, hits: list[Hit]) -> Iterator[Hit]:
    """As in "two to three tons", "between 1,000 and 1,500" as one; "rose from 10 to 20" are two."""
    at = 0
    while at < len(hits):
        joined = _range(words, hits[at], hits[at + 1]) if at + 1 < len(hits) else None
        yield joined or hits[at]
        at += 2 if joined else 1


def _range(words: str, one: Hit, other: Hit) -> Hit | None:
    gap, before = words[one.end : other.start], words[max(0, one.start - 28) : one.start]
    between = _BETWEEN.search(before) or _FROM.search(before)
    if len(gap) > 6 or not (_TO.fullmatch(gap) or (between and _AND.fullmatch(gap))):
        return None
    if not between and _CHANGED.search(before):
        return None
    if one.number.kind != "exact" or other.number.kind != "exact":
        return None
    dollars = one.unit.endswith("D") and other.unit == "$"
    if one.unit != other.unit and one.unit and not (one.money and other.unit == "") and not dollars:
        return None
    low, high = one.number, other.number
    if low.scale == 1 and high.scale > 1 and low.low < high.low / high.scale:
        low = low.times(high.scale)
    if not low.low < (high.high or 0):
        return None
    start = one.start - len(before) + between.start() if between else one.start
    unit, money = one.unit if dollars else other.unit or one.unit, one.money or other.money
    return Hit(start, other.end, low, unit, money, high, between[0].strip() if between else "")
