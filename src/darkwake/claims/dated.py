"""Rules for times that name their month, year or season: "Nov. 8", "late 2023", "the third quarter"."""

from __future__ import annotations

import re
from dataclasses import replace

from darkwake.claims.calendar import MONTH, SEASONS, WEEKDAY, Moment
from darkwake.claims.gaps import tight
from darkwake.claims.rules import (
    DAY,
    LEAD,
    ORDER,
    TO,
    YEAR,
    YEAR_WORDS,
    Rule,
    figures_of,
    into,
    month_of,
    words_after,
    words_before,
    year_of,
)

RULES: list[Rule] = []
rule = into(RULES)


@rule("figures", r"(?<![\w-])(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?![\d-])")
def _iso(match: re.Match[str]) -> Moment | None:
    return Moment("date", year=int(match["y"]), month=int(match["m"]), day=int(match["d"]))


@rule("figures", r"(?<![\w/.-])(?P<a>\d{1,2})(?P<sign>[/.])(?P<b>\d{1,2})(?P=sign)(?P<y>(?:19|20)\d\d)(?![\w/]|\.\d)")
def _slashed(match: re.Match[str]) -> Moment | None:
    """With dots the day stands first; with slashes where the numbers leave no choice. Else the year alone is sure."""
    one, two, year = int(match["a"]), int(match["b"]), int(match["y"])
    if not (0 < one <= 31 and 0 < two <= 31) or (one > 12 and two > 12):
        return None
    if match["sign"] == "." or one > 12 or one == two:
        return Moment("date", year=year, month=two, day=one) if two <= 12 else None
    if two > 12:
        return Moment("date", year=year, month=one, day=two)
    return Moment("unclear", year=year)


@rule("figures", r"(?<![\w/.-])(?P<y>(?:19|20)\d\d)/(?P<m>0[1-9]|1[0-2])/(?P<d>[0-3]\d)(?![\d/-])")
def _slashed_iso(match: re.Match[str]) -> Moment | None:
    return _iso(match)


@rule(
    "figures",
    r"(?<![\w/.,-])(?:(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)|(?P<z>(?:19|20)\d\d)-(?P<n>0[1-9]|1[0-2]))(?![\w/-]|[.,]\d)",
)
def _month_in_figures(match: re.Match[str]) -> Moment | None:
    """10/2021 and 2021-10; "2009-10" may be two years, and is left to the rule of years."""
    if match["z"] and int(match["n"]) > int(match["z"]) % 100:
        return None
    return Moment("months", year=int(match["y"] or match["z"]), month=int(match["m"] or match["n"]))


@rule("figures", r"(?<![\w/.-])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d\d)(?![\w/-]|[.,]\d)")
def _short_slashed(match: re.Match[str]) -> Moment | None:
    one, two = int(match["a"]), int(match["b"])
    if not (12 < one <= 31 and 0 < two <= 12) and not (12 < two <= 31 and 0 < one <= 12) and one != two:
        return None  # which is the month?
    month, day = (two, one) if one > 12 else (one, two)
    return Moment("date", "published", month=month, day=day, short=int(match["y"]))


@rule("month", rf"(?<![\w/.-])(?P<d>0?[1-9]|[12]\d|3[01])-(?P<m>{MONTH})-(?P<y>(?:19|20)\d\d|(?P<s>\d\d))(?![\w-])")
def _dashed(match: re.Match[str]) -> Moment | None:
    if match["s"]:
        return Moment("date", "published", month=month_of(match["m"]), day=int(match["d"]), short=int(match["s"]))
    return _dated(int(match["y"]), None, month_of(match["m"]), int(match["d"]), None)


@rule("month", rf"\b(?P<m>{MONTH})\s*[-–—/]\s*(?P<n>{MONTH})(?:\s*,?\s+(?:of\s+)?(?P<y>{YEAR_WORDS}))?")
def _months_on_end(match: re.Match[str]) -> Moment | None:
    year, off = year_of(match["y"])
    first, last = month_of(match["m"]), month_of(match["n"])
    if year is not None and last < first:
        year -= 1
    count = (last - first) % 12 + 1
    base = "published" if year is None else "stated"
    return Moment("months", base, year=year, year_off=off, month=first, count=count)  # type: ignore[arg-type]


@rule("figures", r"(?<![\w.,$-])(?P<y>(?:19|20)\d\d)\s*[-–—]\s*(?:present|today|now)\b")
def _to_present(match: re.Match[str]) -> Moment | None:
    return Moment("years", year=int(match["y"]), part="onwards")


@rule(
    "month",
    rf"(?:\b{WEEKDAY},?\s+|\b(?:Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun)\.?,?\s+)?\b(?P<m>{MONTH})\s+(?:the\s+)?(?P<d>{DAY})"
    rf"(?:{TO}(?P<e>{DAY})(?!\s+{MONTH}))?(?:\s*,?\s+(?:of\s+)?(?P<y>{YEAR_WORDS}))?",
)
def _month_first(match: re.Match[str]) -> Moment | None:
    after = words_after(match)
    if not match["y"] and not match["e"]:
        counts = re.match(r"\s+[a-z]+s?\b|\s*(?:percent|per\s?cent|million)", after)
        if counts and re.search(r"\b(?:[Ii]n|[Ss]ince)\s+$", words_before(match)):
            return None  # "In May 20 people ..." counts the people
    year, off = year_of(match["y"])
    day = figures_of(match["d"])
    last = figures_of(match["e"]) if match["e"] else None
    if (month_of(match["m"]), day, match["y"], last) == (9, 11, None, None) and _ATTACKS.match(after):
        year = 2001
    return _dated(year, off, month_of(match["m"]), day, last)


@rule(
    "month",
    rf"(?:\b{WEEKDAY},?\s+(?:the\s+)?|\b(?:Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun)\.?,?\s+)?(?<![\d.,$€£])(?P<d>{DAY})"
    rf"(?:{TO}(?P<e>{DAY}))?\s+(?:of\s+)?(?P<m>{MONTH})"
    rf"(?:\s*,?\s+(?:of\s+)?(?P<y>{YEAR_WORDS})|\s+['’]?(?P<s>\d\d)(?=\s*(?:[.,;)]|$)))?",
)
def _day_first(match: re.Match[str]) -> Moment | None:
    if (
        match["m"] in ("May", "Mar", "March")
        and not match["y"]
        and re.match(r"\s+(?:I|we|be|on)\b", words_after(match))
    ):
        return None
    year, off = year_of(match["y"])
    last = figures_of(match["e"]) if match["e"] else None
    found = _dated(year, off, month_of(match["m"]), figures_of(match["d"]), last)
    return replace(found, short=int(match["s"])) if found and match["s"] else found


_ATTACKS = tight(r",?\s+(?:terror\w*\s+)?(?:attacks?|hijack)")


def _dated(year: int | None, off: int | None, month: int, day: int, last: int | None) -> Moment | None:
    if day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31) or (last is not None and last <= day):
        return None
    base = "stated" if year is not None else "published"
    return Moment("date", base, year=year, month=month, day=day, last_day=last, year_off=off)  # type: ignore[arg-type]


@rule("month", rf"\b(?P<m>{MONTH})(?:\s*,?\s+(?:of\s+)?|-)(?P<y>{YEAR_WORDS})")
def _month_year(match: re.Match[str]) -> Moment | None:
    year, off = year_of(match["y"])
    return Moment(
        "months", "published" if year is None else "stated", year=year, month=month_of(match["m"]), year_off=off
    )


@rule("month", rf"(?:\b(?P<w>[Ll]ast|[Nn]ext|[Tt]his)\s+)?(?<![\w'’])(?P<m>{MONTH})(?![-–]\d)")
def _month_alone(match: re.Match[str]) -> Moment | None:
    name, before, after = match["m"], words_before(match), words_after(match)
    led = bool(match["w"]) or bool(LEAD.search(before))
    if before.endswith("-") and not led:
        return None
    if (
        len(name) <= 4
        and name not in ("May", "June", "July", "MAY", "JUNE", "JULY")
        and not (led and name.endswith("."))
    ):
        return None  # "Jan" is a name, "Mar" half of one
    if name.isupper() or (re.match(r"\s+(?:[A-Z]\.\s)?[A-Z][a-z]+", after) and not led):
        return None  # April Jones
    listed = re.search(rf"(?:{MONTH},\s+|^)$", before) and not re.match(r"\s+[a-zA-Z]", after)
    if name in ("May", "March", "August") and not led and not listed:
        return None
    if name in ("May", "March") and re.search(r"\b(?:the|that|than|as|and|about|or|to)\s+$", before):
        chained = re.search(rf"{MONTH}\s+(?:and|or|to)\s+$", before)
        if not chained:
            return None  # Theresa May, the March on the capital
    return Moment("months", "published", month=month_of(name), which=(match["w"] or "").lower())


@rule(
    "month",
    rf"\b(?:the\s+)?(?P<p>first|second|third|fourth|last|final)\s+week\s+(?:of|in)\s+(?P<m>{MONTH})(?:\s*,?\s+(?P<y>{YEAR}))?",
)
def _week_of_month(match: re.Match[str]) -> Moment | None:
    year, _ = year_of(match["y"])
    part = f"week{ORDER[match['p']]}"
    return Moment("months", "stated" if year else "published", year=year, month=month_of(match["m"]), part=part)


@rule(
    "season",
    rf"\b(?:(?P<w>last|next|this(?:\s+past)?)\s+)?(?:the\s+)?(?P<s>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)"
    rf"(?:\s+of)?(?:\s+(?P<y>{YEAR_WORDS}))?\b",
)
def _season(match: re.Match[str]) -> Moment | None:
    if not match["y"] and (
        match[0].endswith(" of") or (match["s"][0].isupper() and re.match(r"\s+[A-Z]", words_after(match)))
    ):
        return None  # the fall of Rome, the Winter Olympics
    if not (match["w"] or match["y"]):
        if not re.search(
            r"\b(?:in|during|by|since|until|over|through|throughout|of)\s+(?:the\s+)?$", words_before(match)
        ) and (
            not match[0].startswith("the ") or not re.search(r"\b(?:[Ii]n|[Dd]uring|[Bb]y)\s+$", words_before(match))
        ):
            return None
        if match["s"].lower() in ("fall", "spring") and not match[0].startswith("the "):
            return None
    year, off = year_of(match["y"])
    return Moment(
        "months",
        "stated" if year else "published",
        year=year,
        year_off=off,
        month=SEASONS[match["s"].lower()],
        count=3,
        which=(match["w"] or "").split(" ")[0].lower(),
    )


@rule(
    "quarter",
    rf"\b(?:the\s+)?(?:(?P<b>(?:19|20)\d\d)[\s-])?(?:Q(?P<q>[1-4])|(?P<r>[1-4])Q|H(?P<h>[12])|(?P<o>first|second|third|fourth|final|last)[\s-](?P<u>quarter|half))"
    rf"(?:\s+(?:of\s+|in\s+)?(?P<y>{YEAR_WORDS}|the\s+year\b))?",
)
def _quarter(match: re.Match[str]) -> Moment | None:
    said = match["y"] or match["b"]
    if re.match(r"\s+(?:of\s+)?(?:the\s+)?(?:fiscal|financial|FY)", words_after(match)):
        return Moment("unclear")  # nobody says where that year begins
    if (match["h"] and not said) or (match["o"] == "last" and not said):
        return None
    if match["q"] or match["r"] or match["h"]:
        place, size = int(match["q"] or match["r"] or match["h"]), 6 if match["h"] else 3
    else:
        size = 3 if match["u"] == "quarter" else 6
        place = 12 // size if match["o"] in ("final", "last") else ORDER[match["o"]]
    if (match["u"] == "half" and not said) or place * size > 12:
        return None  # of a match, of a show
    if match["u"] == "quarter" and not match["y"] and re.match(r"\s+of\b", words_after(match)):
        return None
    year, off = (None, 0) if (said or "").startswith("the") else year_of(said)
    month = (place - 1) * size + 1
    return Moment("months", "stated" if year else "published", year=year, year_off=off, month=month, count=size)


@rule("month", rf"\b(?:the\s+)?(?P<o>first|second)\s+half\s+of\s+(?P<m>{MONTH})(?:\s*,?\s+(?P<y>{YEAR_WORDS}))?")
def _half_of_month(match: re.Match[str]) -> Moment | None:
    year, off = year_of(match["y"])
    part = f"half{ORDER[match['o']]}"
    return Moment(
        "months", "stated" if year else "published", year=year, year_off=off, month=month_of(match["m"]), part=part
    )


@rule(
    "figures",
    rf"(?:(?<![\w.,$€£#:/'-])|(?<=\bmid-))(?P<y>{YEAR})(?:\s*[-–/]\s*(?P<z>(?:(?:19|20)\d\d|\d\d)))?(?![\w/:-]|[.,]\d)",
)
def _plain_year(match: re.Match[str]) -> Moment | None:
    year, before, after = int(match["y"]), words_before(match), words_after(match)
    end = int(match["z"]) if match["z"] else None
    if end is not None and end < 100:
        end += year // 100 * 100
    if end is not None and not year < end <= year + 150:
        return None
    led = re.search(
        r"(?:\b(?:in|of|since|by|until|till|from|to|through|during|before|after|early|late|mid|year|and|or|the|its|their|a|"
        r"his|for|between|fiscal|season|summer|winter|spring|autumn|for|than|as|back|election|elections)|"
        r"(?:[’']s|s[’']|,|\(|[–—-]|^))[\s-]*$",
        before,
        re.IGNORECASE,
    )
    if re.search(_COUNTED, before, re.IGNORECASE):
        return None
    if re.match(
        r"\s*(?:GMT|UTC|hrs\b|hours\b|EST|EDT|CET|BCE?\b|B\.C\.|local\s+time)|\s+(?:%|percent|per\s?cent|(?:metric\s+)?tons?\b|tonnes?|km|kilomet|miles|people|barrels|feet|met(?:er|re)s"
        r"|dollars|euros|men|women|pounds|million|billion|others|kg|kilos|nautical|gallons|lit(?:er|re)s)",
        after,
    ):
        return None
    if not led and re.match(r"\s+[a-z]+s\b(?<!\bwas)(?<!\bhas)(?<!\bis)", after):
        return None
    if (
        not (led or 1950 <= year <= 2049)
        and re.search(r"\b[A-Z][\w-]*\s+$", before)
        and not re.match(r"\s*(?:[.,;:)]|$|\s[a-z])", after)
    ):
        return None
    if not (1800 <= year <= 2100) and not re.search(r"\b(?:in|since|year|until|from|of)\s+$", before, re.IGNORECASE):
        return None
    return Moment("years", year=year, count=(end or year) - year + 1)


_COUNTED = (
    r"(?:\b(?:about|over|some|nearly|almost|than|least|most|only|around|another|approximately|roughly|worth|all|exactly|"
    r"No\.|number|page|pp?\.|room|flight|task force|section|resolution|order|top|up to|model|boeing|airbus)"
    r"|[$€£#¥])\s*$"
)


_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70}
_DECADES |= {"eighties": 80, "nineties": 90}


@rule(
    "tens",
    r"\b(?:the\s+)?(?:(?P<y>(?:1[5-9]|20)\d0)['’]?s|(?:the|early|mid|late)[\s-]*['’](?P<d>[2-9]0)s"
    r"|(?<=the )(?:(?P<p>early|mid|late)[\s-])?(?P<e>[2-9]0)s(?<!\d\d\ds)"
    r"|(?<=the )(?:(?:early|mid|late)[\s-])?(?P<w>twenties|thirties|forties|fifties|sixties|seventies|eighties"
    r"|nineties))\b",
)
def _decade(match: re.Match[str]) -> Moment | None:
    if match["e"] and (
        not re.search(r"\b(?:in|of|since|during|from|throughout)\s+(?:the\s+)?$", words_before(match), re.IGNORECASE)
        or re.search(
            r"temperature|degrees|\bhighs\b|\blows\b|scored|percent",
            match.string[max(0, match.start() - 90) : match.end() + 30],
        )
    ):
        return None  # the warmth of a day
    short = match["d"] or match["e"]
    year = int(match["y"]) if match["y"] else 1900 + (int(short) if short else _DECADES[match["w"]])
    part = next((one for one in ("early", "mid", "late") if re.search(rf"\b{one}\b", match[0])), "")
    return Moment("years", year=year, count=100 if year % 100 == 0 and match["y"] and year < 2000 else 10, part=part)


_CENTURIES = {"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty-first": 21}


@rule(
    "century",
    r"\b(?:the\s+)?(?:(?P<n>1\d|2[01])(?:st|th)|(?P<w>seventeenth|eighteenth|nineteenth|twentieth|twenty-first))[\s-]century\b",
)
def _century(match: re.Match[str]) -> Moment | None:
    number = int(match["n"]) if match["n"] else _CENTURIES[match["w"]]
    return Moment("years", year=(number - 1) * 100, count=100)
