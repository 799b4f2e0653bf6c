"""What the words around a number make of it: its comparator, its ends, and whether it is a rate, a price or a share."""

from __future__ import annotations

import re

from darkwake.claims.counted import Hit
from darkwake.claims.gaps import tight

TENTH = 0.1
"""How far "about" is read to reach, as a share of the number."""


_WORDS = {
    "over": "(?:well |just |slightly |far |a little |somewhat |much )?"
    "(?:more than|over|above|exceeding|exceeds|exceeded|in excess of|upwards? of|greater than)",
    "at least": "at least|at a minimum|no fewer than|no less than|not less than|(?:a )?minimum of|as few as",
    "under": "(?:well |just |slightly |far |a little |somewhat )?(?:less than|fewer than|under|below|short of)",
    "at most": "up to|at most|no more than|not more than|(?:a )?maximum of|as many as|as much as|as high as|"
    "no higher than",
    "about": "about|around|approximately|roughly|some|circa|ca\\.|c\\.|~|an estimated|estimated(?: at)?|"
    "in the region of|nearly|almost|close to|perhaps|somewhere around|on the order of|approx\\.",
    "exactly": "exactly|precisely|only|just|merely|a total of|a mere|all|another|an additional|an extra|a further|"
    "a record|a combined|a whopping|at just|a full",
}
_HEDGE = tight(
    rf"(?:(?<=\s)|(?<=[(“\"‘—–])|^)(?P<all>(?:(?:{'|'.join(_WORDS.values())})\s?){{1,3}})$".replace(" ", r"\s"),
    re.IGNORECASE,
)
_KINDS = {name: tight(rf"(?:{words})".replace(" ", r"\s+"), re.IGNORECASE) for name, words in _WORDS.items()}
SUFFIX = tight(
    r"(?P<at_least>\s+or\s+more\b|\+|\s+plus\b|\s+and\s+counting)|(?P<about>\s+or\s+so\b|-odd\b|\s+or\s+thereabouts)"
    r"|(?P<at_most>\s+or\s+(?:fewer|less)\b)",
    re.IGNORECASE,
)


def hedge_of(words: str, start: int, floor: int) -> tuple[int, str]:
    """Where the hedge before a number begins, and what it says."""
    low = max(floor, start - 44)
    match = _HEDGE.search(words, low, start)
    return (match.start("all"), match["all"].strip()) if match else (start, "")


def comparator_of(hedge: str) -> str:
    """Of the last word that bounds: "only about 70" is about."""
    found, at = "exactly", -1
    for name, pattern in _KINDS.items():
        for match in pattern.finditer(hedge):
            inside = name != "exactly" and match.end() > at
            if inside and not (name in ("over", "under") and re.search(r"\b(?:no|not)\s+$", hedge[: match.start()])):
                found, at = name, match.end()
    return found


def ends_of(hit: Hit, comparator: str, hedge: str) -> tuple[float | None, float | None, bool, bool]:
    """Low, high, and whether each belongs."""
    low, high = hit.number.low, hit.number.high if hit.upto is None else hit.upto.high
    high_in = hit.number.high_in if hit.upto is None else True
    near = hedge.lower()
    if comparator == "over":
        most = round(low * (1 + TENTH), 6) if near.startswith(("just", "slightly", "a little")) else None
        return low, most, False, most is not None
    if comparator == "at least":
        return low, None, True, False
    if comparator == "under":
        least = round(low * (1 - TENTH), 6) if near.startswith(("just", "slightly", "a little")) else None
        return least, high, least is not None, False
    if comparator == "at most":
        return None, high, False, high_in and high is not None
    if (comparator == "about" and hit.number.kind == "exact") or (comparator == "about" and hit.number.kind == "share"):
        if re.search(r"nearly|almost|close", near):
            return round(low * (1 - TENTH), 6), high, True, False
        return (
            round(low * (1 - TENTH), 6),
            None if high is None else round(high * (1 + TENTH), 6),
            True,
            high is not None,
        )
    return low, high, True, high_in and high is not None


_USES = (
    "dress|light|feed|fill|supply|serve|cover|heat|power|water|treat|equip|stock|house|clothe|run|sustain|provide for|"
    "furnish|paint|irrigate|pave|load|outfit|fit out|be enough for|do for|last"
).replace(" ", r"\s")
_ENOUGH = tight(
    r"(?:\bsuffic(?:es?|ed|ing)\s+(?:for|to\s+[a-z]+)\s+(?:the\s+|up\s+)?"
    rf"|\b(?:could|would|can|might|will)\s+(?:be\s+used\s+to\s+|have\s+)?(?:{_USES})(?:ed)?\s+(?:the\s+)?"
    r"|\b(?:enough|sufficient)\s+(?:[a-z]+\s+){0,3}?(?:for|to\s+[a-z]+)\s+(?:the\s+|up\s+)?"
    r"|\b(?:equivalent|equal|equates|equating|comparable)\s+(?:to|of)\s+(?:the\s+[a-z]+\s+of\s+)?|\bthe\s+same\s+as\s+)$",
    re.IGNORECASE,
)
AS_MUCH = tight(r"\b(?:as\s+(?:much|many)\s+as|what)\b", re.IGNORECASE)
_NEEDED = tight(r"\s+(?:(?:would|could|might|will)\s+)?(?:need|use|require|consume)s?\b")
_TIME = r"(?P<time>second|minute|hour|day|night|week|fortnight|month|quarter|year|decade)"
_RATE = tight(
    rf"\s*(?:,\s)?(?:\b(?:an?|per|each|every)\s+|/|-a-){_TIME}\b|\s+(?P<often>daily|weekly|monthly|quarterly|yearly|annually|hourly)\b"
    r"|\s*(?:\bper\s+|/|\ba\s+(?=barrel|ton|tonne|kilo|gallon|litre|liter|share|head|piece|bottle|pound|unit|seat|ticket))(?P<each>[a-z]{2,24})\b"
    r"|\s+(?P<apiece>apiece|each)\b",
    re.IGNORECASE,
)
_OFTEN = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "hourly": "hour",
}
_PRICE = tight(
    r"\b(?:prices?(?:d)?|costs?|costing|retails?|sells?|sold|selling|fare|fee)\s+(?:[a-z]+\s+){0,2}?(?:of|at|for|is|was)?\s*$",
    re.IGNORECASE,
)


def is_need(words: str, hit: Hit, begin: int, ends: tuple[int, int]) -> bool:
    """As in "as much as 260 orchards would need": there "as much as" bounds nothing."""
    lead = words[max(0, begin - 16) : hit.start]
    return bool(AS_MUCH.search(lead)) and any(_NEEDED.match(words, at) for at in ends)


def role_of(words: str, hit: Hit, begin: int, ends: tuple[int, int], *, share: bool) -> tuple[str, str]:
    """Its role, and of a rate or a price what it is for."""
    before = words[max(0, begin - 64) : begin]
    if _ENOUGH.search(before) or is_need(words, hit, begin, ends):
        return "equivalent", ""
    rate = next((match for at in ends if (match := _RATE.match(words, at))), None)
    if rate and (rate["time"] or rate["often"]):
        return "rate", (rate["time"] or _OFTEN[rate["often"].lower()]).lower()
    if share:
        return "share", ""
    if hit.money and rate:
        return "price", (rate["each"] or "each").lower()
    if rate and rate["each"]:
        return "rate", rate["each"].lower()
    return ("price" if hit.money and _PRICE.search(before) else "amount"), ""
