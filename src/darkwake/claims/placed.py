"""Rules for times inside others ("the first Monday of October", "Thursday last week") and for feasts."""

from __future__ import annotations

import re

from darkwake.claims.calendar import MONTH, WEEKDAY, WEEKDAYS, Moment
from darkwake.claims.feasts import FIXED, MOVED
from darkwake.claims.gaps import listed, tight
from darkwake.claims.numbers import ORDINALS
from darkwake.claims.rules import (
    COUNT,
    DAY,
    YEAR,
    YEAR_WORDS,
    Rule,
    count_of,
    figures_of,
    into,
    month_of,
    words_after,
    words_before,
    year_of,
)

RULES: list[Rule] = []
rule = into(RULES)

_ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "final": -1, "1st": 1, "2nd": 2, "3rd": 3}
_NTH = "|".join(_ORDER)
_IN = (
    rf"(?:(?P<m>{MONTH})(?:\s*,?\s+(?:of\s+)?(?P<y>{YEAR_WORDS}))?|(?P<z>{YEAR})"
    r"|(?P<w>this|last|next|the)\s+(?P<u>month|year|week))(?!\w)"
)


def _inside(match: re.Match[str]) -> Moment:
    """The month, the year or the week that holds it."""
    if match["m"]:
        year, off = year_of(match["y"])
        base = "published" if year is None else "stated"
        return Moment("months", base, year=year, month=month_of(match["m"]), year_off=off)  # type: ignore[arg-type]
    if match["z"]:
        return Moment("years", year=int(match["z"]))
    count = {"this": 0, "the": 0, "last": -1, "next": 1}[match["w"].lower()]
    return Moment("step", "published", unit=match["u"].lower(), count=count)


@rule(
    "unit",
    rf"\b(?:the\s+)?(?P<o>{_NTH})\s+(?P<d>{WEEKDAY}|day|weekend)\s+(?:of|in)\s+{_IN}",
    re.IGNORECASE,
)
def _nth_day(match: re.Match[str]) -> Moment | None:
    inside, name = _inside(match), match["d"].lower()
    count = _ORDER[match["o"].lower()]
    if name == "day":
        return Moment("nth", inside.base, unit="day", count=count, of=inside) if abs(count) == 1 else None
    if name == "weekend":
        return Moment("nth", inside.base, day=5, last_day=1, count=count, of=inside)
    return Moment("nth", inside.base, day=WEEKDAYS[name[:3]], count=count, of=inside)


@rule(
    "unit",
    rf"\b(?:the\s+)?(?P<o>first|last|final)\s+(?P<n>{COUNT})\s+(?P<s>day|week|month)s\s+(?:of|in)\s+{_IN}",
    re.IGNORECASE,
)
def _first_of(match: re.Match[str]) -> Moment | None:
    count, inside = count_of(match["n"]), _inside(match)
    if count is None:
        return None
    sign = 1 if match["o"].lower() == "first" else -1
    return Moment("nth", inside.base, unit=match["s"].lower(), count=sign * count, of=inside)


@rule("unit", rf"\b(?:the\s+)?(?P<d>{DAY}|first|third|last)\s+of\s+(?P<w>this|last|next|the)\s+month\b", re.IGNORECASE)
def _nth_of_month(match: re.Match[str]) -> Moment | None:
    words = match["d"].lower()
    if match["w"].lower() == "the" and not re.search(
        r"\b(?:on|by|until|since|from|before|after)\s+$", words_before(match)
    ):
        return None  # the film of the month
    count = {"this": 0, "the": 0, "last": -1, "next": 1}[match["w"].lower()]
    inside = Moment("step", "published", unit="month", count=count)
    if words == "last":
        return Moment("nth", "published", unit="day", count=-1, of=inside)
    return Moment("nth", "published", day=None, unit="th", count=_ORDER.get(words) or figures_of(words), of=inside)


_TEENS = listed("thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth")
_DAYS = ORDINALS | {name: place for place, name in enumerate(_TEENS, 13)} | {"thirtieth": 30}
_SPELT = "|".join(
    [rf"{tens}[\s-]{ones}" for tens in ("twenty", "thirty") for ones in list(_DAYS)[:9]]
    + sorted(_DAYS, key=len, reverse=True)
)


@rule(
    "month",
    rf"\b(?:the\s+)?(?:(?P<d>{_SPELT})\s+(?:day\s+)?of\s+(?P<m>{MONTH})|(?P<n>{MONTH})\s+(?:the\s+)(?P<e>{_SPELT}))\b"
    rf"(?:,?\s+(?P<y>{YEAR_WORDS}))?",
)
def _spelt(match: re.Match[str]) -> Moment | None:
    words = re.split(r"[\s-]+", (match["d"] or match["e"]).lower())
    day = {"twenty": 20, "thirty": 30}[words[0]] + _DAYS[words[1]] if len(words) == 2 else _DAYS[words[0]]
    if match["d"] == "second" and words_before(match).endswith("half "):
        return None
    year, off = year_of(match["y"])
    base = "published" if year is None else "stated"
    return Moment("date", base, year=year, year_off=off, month=month_of(match["m"] or match["n"]), day=day)  # type: ignore[arg-type]


@rule(
    "day",
    rf"\b(?P<d>{WEEKDAY})(?:\s+(?:morning|afternoon|evening|night))?,?\s+(?:of\s+)?(?P<w>last|next|this)\s+week\b"
    rf"|\b(?P<v>last|next|this)\s+week,?\s+(?:on\s+)?(?P<e>{WEEKDAY})\b",
    re.IGNORECASE,
)
def _day_of_week(match: re.Match[str]) -> Moment | None:
    count = {"last": -1, "this": 0, "next": 1}[(match["w"] or match["v"]).lower()]
    week = Moment("step", "published", unit="week", count=count)
    return Moment("weekday", "published", day=WEEKDAYS[(match["d"] or match["e"])[:3].lower()], of=week)


@rule("unit", r"\bthe\s+(?P<u>week|month|year|weekend)\s+(?P<w>before\s+last|after\s+next)\b", re.IGNORECASE)
def _two_off(match: re.Match[str]) -> Moment | None:
    count = -2 if match["w"].lower().startswith("before") else 2
    return Moment("step", "published", unit=match["u"].lower(), count=count)


@rule(
    "unit",
    rf"\b[Tt]he\s+week\s+(?:of|beginning|starting|commencing|ending)\s+(?:on\s+)?(?:{WEEKDAY},?\s+)?(?:the\s+)?"
    rf"(?:(?P<d>{DAY})\s+(?:of\s+)?(?P<m>{MONTH})|(?P<n>{MONTH})\s+(?P<e>{DAY}))(?:,?\s+(?P<y>{YEAR_WORDS}))?",
)
def _week_of(match: re.Match[str]) -> Moment | None:
    """Monday to Sunday of the week that holds the day; a week that begins or ends with it by those words."""
    year, off = year_of(match["y"])
    day, month = figures_of(match["d"] or match["e"]), month_of(match["m"] or match["n"])
    base = "published" if year is None else "stated"
    return Moment("date", base, year=year, year_off=off, month=month, day=day, part="whole")  # type: ignore[arg-type]


_NEAR_FUTURE = tight(
    r"\b(?:will|shall|won['’]t|would|to be|(?:is|are|was|were) to|going to|set to|due"
    r"|scheduled|expect(?:s|ed)?|plans?|planned)\b|['’]ll\b",
    re.IGNORECASE,
)


@rule(
    "unit",
    rf"\b[Ii]n\s+(?:(?:about|around|just|another|less\s+than)\s+)?(?P<n>{COUNT})\s+(?P<u>day|week|fortnight|month|year)(?:s?['’]s?\s+(?P<t>time)|s)?\b",
)
def _in_some(match: re.Match[str]) -> Moment | None:
    """As in "It will open in three weeks"; without a word of the future "in three weeks" is how long it took."""
    before = words_before(match, 60)
    unit, count = match["u"].lower(), count_of(match["n"])
    if not match["t"] and (
        match["n"].lower() in ("a", "one")
        or not _NEAR_FUTURE.search(before)
        or not re.match(r"\s*[.,;)]|$", words_after(match))
    ):
        return None
    if count is None:
        return Moment("open", "published", count=1)
    if unit == "fortnight":
        unit, count = "week", 2 * count
    return Moment("step", "published", unit=unit, count=count)


@rule(
    "century",
    r"\b(?:the\s+)?turn\s+of\s+(?:the\s+(?P<n>1\d|2[01])(?:st|th)|(?P<t>this|the|last))[\s-]century\b",
    re.IGNORECASE,
)
def _turn(match: re.Match[str]) -> Moment | None:
    if match["n"]:
        return Moment("years", year=(int(match["n"]) - 1) * 100, count=100, part="turn")
    return Moment("step", "published", unit="century", count=-1 if match["t"].lower() == "last" else 0, part="turn")


@rule("unit", r"\b(?:the\s+)?turn\s+of\s+the\s+year\b", re.IGNORECASE)
def _turn_of_year(_match: re.Match[str]) -> Moment | None:
    return Moment("date", "published", month=1, day=1, part="turn")


@rule(
    "figures",
    rf"\b(?:(?:[Tt]he\s+)?(?:[Ff]iscal|[Ff]inancial|[Tt]ax)(?:\s+[Yy]ear)?|FY)\s*(?P<y>{YEAR})(?:[-–/](?P<z>(?:20|19)?\d\d))?(?!\w)",
)
def _fiscal(match: re.Match[str]) -> Moment | None:
    """Nobody says where it begins: read from half a year before to four months after."""
    year = int(match["y"])
    return Moment("years", year=year + 1 if match["z"] else year, part="fiscal")


_FEASTS = "|".join(
    re.escape(name).replace("\\ ", r"\s+").replace("'", "['’]?").replace("st\\s+patrick", r"st\.?\s+patrick")
    for name in sorted((*FIXED, *MOVED), key=len, reverse=True)
)


@rule(
    "feast",
    rf"(?<![\w-])(?:(?P<w>last|next|this)\s+)?(?P<f>{_FEASTS})(?![\w-])(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
def _feast(match: re.Match[str]) -> Moment | None:
    if not match["f"][0].isupper() and not match["f"][0].isdigit():
        return None
    if re.search(
        r"\b(?!On|At|By|In|This|Last|Since|Until|Before|After|Next|Every|For|The)[A-Z][a-z]+\s+$", words_before(match)
    ) or re.match(r"\s+(?!Day|Island)[A-Z][a-z]", words_after(match)):
        return None  # somebody of that name, Easter Island, a Boxing Day Test
    name = " ".join(re.sub(r"[’']|\.", "", match["f"].lower()).split())
    year = int(match["y"]) if match["y"] else None
    base, which = "stated" if year else "published", (match["w"] or "").lower()
    found = _PLAIN[name]
    if found in FIXED:
        month, day = FIXED[found]
        return Moment("date", base, year=year, month=month, day=day, which=which)  # type: ignore[arg-type]
    return Moment("feast", base, year=year, unit=found, which=which)  # type: ignore[arg-type]


_PLAIN = {name.replace("'", ""): name for name in (*FIXED, *MOVED)}


@rule("short", r"\b9/11\b(?!/)")
def _nine_eleven(_match: re.Match[str]) -> Moment | None:
    return Moment("date", year=2001, month=9, day=11)


_SHORT_LEAD = tight(
    rf"\b(?:in|of|since|until|by|from|to|and|back\s+in|late|early|{MONTH}|summer|spring|winter|autumn|fall|season|election)\s+$",
    re.IGNORECASE,
)


@rule(
    "short",
    rf"(?:(?<!\w)(?P<m>{MONTH})\s+|\b(?:the\s+)?(?P<s>spring|summer|autumn|winter)\s+of\s+)?['’](?P<y>\d\d)(?![\w'’]|[.,]\d)",
)
def _short_year(match: re.Match[str]) -> Moment | None:
    """As in "'98": the latest such year that has begun."""
    short = int(match["y"])
    if match["m"]:
        return Moment("months", "published", month=month_of(match["m"]), short=short)
    if match["s"]:
        start = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}[match["s"]]
        return Moment("months", "published", month=start, count=3, short=short)
    return Moment("years", "published", short=short) if _SHORT_LEAD.search(words_before(match)) else None
