"""Rules for times reckoned from another ("Wednesday", "two months ago", "the next day"), and for lengths of time."""

from __future__ import annotations

import re

from darkwake.claims.calendar import MONTH, UNIT, WEEKDAY, WEEKDAYS, Base, Moment
from darkwake.claims.gaps import tight
from darkwake.claims.rules import COUNT, DAY, YEAR, Rule, count_of, figures_of, into, words_after, words_before

RULES: list[Rule] = []
rule = into(RULES)


_NAMED_BEFORE = tight(r"\b(?:Black|Bloody|Super|Ruby|Fat|Cyber|Holy|Maundy|Shrove|Ash|Palm|Good)\s+$")
_NAMED_AFTER = tight(
    r"\s+(?:Times|Mail|Mirror|Express|Telegraph|Herald|Post|Star|Sun|Age|News|Tribune|Journal|Observer|Business\s+Post"
    r"|Night\s+(?:Live|Football))\b"
)


@rule(
    "day",
    rf"\b(?:(?P<w>(?<!\bthe\s)(?:last|next)|this(?:\s+(?:coming|past))?|coming|past)\s+"
    r"|(?<=\bthe\s)(?P<b>following|next|previous|preceding|last)\s+)?"
    rf"(?P<d>{WEEKDAY})(?P<s>s\b(?!['’]))?(?P<t>\s+next\b)?(?:(?<=day)\s+(?P<a>after|before)(?=[,.;]|$))?",
    re.IGNORECASE,
)
def _weekday(match: re.Match[str]) -> Moment | None:
    if match["s"] and not match["w"]:
        return Moment("repeated")
    if _NAMED_BEFORE.search(words_before(match)) or _NAMED_AFTER.match(words_after(match)):
        return None
    if match["b"] or match["a"]:
        word = (match["b"] or match["a"]).lower()
        side = "next" if word in ("following", "next", "after") else "last"
        return Moment("weekday", "before", day=WEEKDAYS[match["d"][:3].lower()], which=side)
    if match["t"] and re.match(r"\s+(?:week|month|year)", words_after(match)):
        return None  # see `placed`
    which = (match["w"] or match["t"] or "").split()
    which_word = "last" if "past" in which else "next" if "coming" in which else (which[0].lower() if which else "")
    return Moment("weekday", "published", day=WEEKDAYS[match["d"][:3].lower()], which=which_word)


_NEAR = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "yesterday": -1,
    "last night": -1,
    "tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2,
}  # fmt: skip


@rule(
    "day",
    r"\b(?:the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)|today|tonight|yesterday|tomorrow|last\s+night"
    r"|this\s+(?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)
def _near(match: re.Match[str]) -> Moment | None:
    words = " ".join(match[0].lower().split())
    if match[0][0] == "T" and re.search(r"(?<!\w)[A-Z][\w’'-]*\s+$", words_before(match)):
        return None  # USA Today
    if words == "today" and _nowadays(match):
        return None
    return Moment("step", "published", unit="day", count=_NEAR[words])


_STILL = tight(
    r"\b(?:still|even|than|alive|available|exists?|existing|extant|known\s+as|as\s+(?:it|they|we)|where\s+(?:we|they)\s+are|how"
    r"|(?:the\s+)?(?:world|society|culture|life|people|children|kids|students|youth|generation|industry|most\s+\w+)\s+(?:of|in\s+the\s+\w+))"
    r"[^.;!?]{0,32}$",
    re.IGNORECASE,
)
_STATE = tight(
    r"\b(?:is|are|am|['’]re|['’]m|own|owns|have|has|do|does|exist|live|lives|remains?|stands?|works?|know|see|use|uses|think|feel)\b"
    r"(?!\s+(?:announc|releas|publish|meet|expect|set|due|say|to\s|going|launch|open|report|pleas|been|had))",
    re.IGNORECASE,
)
_DONE = tight(
    r"\b(?:was|were|had|said|told|took|made|came|went|began|saw|found|won|lost|left|got|gave|did|will|shall|met|held"
    r"|(?:has|have)\s+\w+ed|(?<!\w['’-])[a-z]{3,20}ed(?!\s+(?:as|to|by|in)\b))\b|['’]ll\b",
    re.IGNORECASE,
)
_AHEAD = tight(
    r"\b(?:will|shall|would|plans?|planned|expect\w*|aims?|hopes?|intends?|to\s+\w+)\b|['’]ll\b", re.IGNORECASE
)
_OF_TODAY = tight(
    r"['’]s\s+(?:\w+\s+)?(?:world|society|standards?|youth|young|children|kids|teenagers|generations?|culture|age|music|technology|economy"
    r"|climate|life|students|industry|people|audiences?|day\s+and\s+age)\b"
)
_FIRST = tight(
    r"\s*,?\s+(?:there\s+(?:is|are)|(?:\w+\s+){1,4}?(?:is|are|has|have|remains?|stands?)\b(?!\s+\w+(?:ed|ing)\b))"
)


def _nowadays(match: re.Match[str]) -> bool:
    """Whether "today" is no day: "more people are at it today than ever"."""
    before, after = words_before(match, 90), words_after(match, 60)
    clause = re.split(r"[.;:!?\"“”]\s", before)[-1]
    if _OF_TODAY.match(after) or re.search(r"\bof\s+$", before):
        return True
    if re.search(r"\b(?:earlier|later|on|until|as of|by|since)\s+$", before):
        return False
    if re.match(r"\s+(?:than|as)\s+(?:ever|it|they|in|before)\b", after):
        return True
    if _STILL.search(clause):
        return not re.search(r"\b(?:said|announced|told)\b", clause)
    if not clause.strip():
        return bool(_FIRST.match(after))
    return bool(_STATE.search(clause)) and not _DONE.search(clause) and not re.match(r"\s+[a-z]+s\b", after)


@rule(
    "unit",
    rf"\b(?:(?P<w>this\s+(?:past|coming)|this|last|next|(?:the\s+)?(?:current|coming))\s+(?P<u>{UNIT})(?:(?<=year)s)?"
    r"|(?<=\bthe\s)weekend)\b"
    r"(?!\s+(?:ago|earlier|later|before|after))(?!-)",
    re.IGNORECASE,
)
def _this_unit(match: re.Match[str]) -> Moment | None:
    words, unit = (match["w"] or "this").lower().split(), (match["u"] or "weekend").lower()
    if unit in ("minute", "hour", "second", "night", "day"):
        return Moment("step", "published", unit="day", count=0) if words == ["this"] and unit == "day" else None
    the = re.search(r"\bthe\s+$", words_before(match), re.IGNORECASE)
    if the and words[-1] == "last" and unit not in ("quarter", "century"):
        return Moment("window", "published", unit=unit, count=-1)
    if the and words[-1] == "next":
        if re.search(r"\b(?:over|in|within|during|for|throughout)\s+the\s+$", words_before(match), re.IGNORECASE):
            return Moment("window", "published", unit=unit, count=1)
        return Moment("step", "before", unit=unit, count=1)
    if words[-1] == "coming" and unit == "weekend":
        return Moment("step", "published", unit=unit, count=0)
    count = {"this": 0, "current": 0, "last": -1, "past": -1, "next": 1, "coming": 1}[words[-1]]
    return Moment("step", "published", unit=unit, count=count, which=words[0])


@rule(
    "unit",
    rf"\b(?:the\s+(?P<w>following|next|previous|preceding|same|very\s+next)\s+(?P<u>{UNIT})\b"
    rf"|the\s+(?P<v>{UNIT})\s+(?P<a>before|after|earlier)\b(?=\s*(?:[.,;)]|$|and\b|but\b))|that\s+(?P<t>day|week|month|year|night)\b)",
    re.IGNORECASE,
)
def _beside(match: re.Match[str]) -> Moment | None:
    unit = (match["u"] or match["v"] or match["t"]).lower()
    if unit in ("hour", "minute", "second"):
        return None
    word = " ".join((match["w"] or match["a"] or "same").lower().split())
    count = 0 if word == "same" else 1 if word in ("following", "next", "very next", "after") else -1
    return Moment("step", "before", unit=unit, count=count)


@rule(
    "unit",
    rf"\b(?:(?:about|around|some|nearly|almost|more than|over|just over|at least"
    rf"|roughly)\s+)?(?P<n>{COUNT})[\s-]+(?P<u>{UNIT})s?"
    r"\s+(?P<w>ago|earlier|later|before|after|afterwards|beforehand|from\s+now|on)\b",
    re.IGNORECASE,
)
def _ago(match: re.Match[str]) -> Moment | None:
    word, unit, count = match["w"].lower().split()[0], match["u"].lower(), count_of(match["n"])
    if word in ("before", "after", "on") and not re.match(r"\s*(?:[.,;)]|$)", words_after(match)):
        return None
    sign = -1 if word in ("ago", "earlier", "before", "beforehand") else 1
    base = "published" if word in ("ago", "from") else "before"
    if unit == "fortnight":
        unit, count = "week", None if count is None else 2 * count
    if count is None or word == "on":
        return Moment("open", base, count=sign)  # type: ignore[arg-type]
    if re.match(r"(?:more than|over|just over|at least)\s", match[0], re.IGNORECASE):
        return Moment("step", base, unit=unit, count=sign * count, which="beyond")  # type: ignore[arg-type]
    return Moment("step", base, unit=unit, count=sign * count)  # type: ignore[arg-type]


@rule("unit", r"\b(?:decades|years|months|weeks|days|centuries)\s+(?:ago|earlier)\b", re.IGNORECASE)
def _long_ago(match: re.Match[str]) -> Moment | None:
    return Moment("open", "published" if match[0].lower().endswith("ago") else "before", count=-1)


@rule(
    "unit",
    rf"\b(?:the\s+|this\s+)?(?P<w>past|last|next|coming|previous)\s+(?:(?P<n>{COUNT})\s+)?(?P<u>{UNIT})(?P<s>s)?\b",
    re.IGNORECASE,
)
def _window(match: re.Match[str]) -> Moment | None:
    word, unit = match["w"].lower(), match["u"].lower()
    if not (match["n"] or match["s"]) and (word in ("last", "next", "previous") or unit in ("minute", "second")):
        return None
    if re.search(r"\b(?:may|might|can|could|would|will|to|not|must|should)\s+$", words_before(match)):
        return None  # it may last weeks
    count = count_of(match["n"]) if match["n"] or not match["s"] else None
    sign = 1 if word in ("next", "coming") else -1
    if count is None:
        return Moment("open", "published", count=sign, which="window")
    if unit == "century":
        unit, count = "decade", count * 10
    told = sign > 0 and not _AHEAD.search(words_before(match, 90)) and _DONE.search(words_before(match, 60))
    base: Base = "before" if told else "published"  # "he sat for the next 30 hours"
    if unit in ("hour", "minute", "second"):
        return Moment("step", base, unit=unit, count=sign * count, which="window")
    return Moment("window", base, unit=unit, count=sign * count)


@rule(
    "figure",
    rf"\b(?:[Oo]n|[Bb]y|[Uu]ntil|[Ss]ince|[Ff]rom)\s+(?P<k>the\s+(?P<d>{DAY}))(?=\s*(?:[.,;)]|$|(?:and|but|when|after|before|that|to)\b))",
)
def _the_nth(match: re.Match[str]) -> Moment | None:
    if match["d"].isdecimal():
        return None
    return Moment("date", "published", day=figures_of(match["d"]))


@rule(
    "unit",
    rf"\b(?:(?P<n>{COUNT}|\d[\d,.]{{0,8}})(?:\s*(?:to|-|–|or)\s*{COUNT})?[\s-]+(?P<u>day|night|week|weekend|fortnight|month|year|decade|hour|minute"
    rf"|second)(?P<s>s|['’]s|s['’])?|(?:days?|weeks?|months?|years?|decades?|hours?)[\s-]?long|overnight|fortnight)\b(?:[\s-]+(?:long|old))?\b",
    re.IGNORECASE,
)
def _duration(match: re.Match[str]) -> Moment | None:
    """A length of time; as a date it says nothing, but it is no amount either. "A day" after a number is a rate."""
    number = (match["n"] or "").lower()
    if (
        number in ("a", "an", "some", "one")
        and not match["s"]
        and number != "one"
        and not re.search(r"\b(?:for|within|after|in|lasted|than|about|half)\s+$", words_before(match), re.IGNORECASE)
    ):
        return None
    if match["u"] and match["u"].lower() == "second" and not match["s"]:
        return None
    if (
        match["s"]
        and re.match(r"\s+of\s+(?!the\b|this\b)", words_after(match))
        and match["u"].lower() in ("hour", "minute")
    ):
        return None  # hours of film are an amount
    return Moment("duration")


@rule(
    "often",
    rf"\b(?:(?:every|each)\s+(?:(?:{COUNT}|other|single|second|third)\s+)?(?:{UNIT}s?|morning|evening|{WEEKDAY}|{MONTH})"
    r"|(?:once|twice)\s+(?:an?|per|every)\s+(?:day|week|month|year|decade|hour)"
    r"|(?:daily|weekly|monthly|yearly|quarterly|annual|annually|hourly|nightly|fortnightly|biannual|biennial))\b",
    re.IGNORECASE,
)
def _repeated(match: re.Match[str]) -> Moment | None:
    if match[0][0].isupper() and re.search(r"\b[A-Z][\w-]*\s+$", words_before(match)) and " " not in match[0]:
        return None  # the Daily of a newspaper's name
    return Moment("repeated")


PART = (
    r"early|mid|late|the\s+(?:very\s+)?(?:beginning|start|middle|midpoint|end|close)\s+of|the\s+(?:last|final|first)\s+days\s+of"
    r"|(?:earlier|later)\s+(?:in|on)(?=\s+the\b)|earlier|later|so\s+far|the\s+rest\s+of|the\s+first\s+half\s+of|the\s+second\s+half\s+of"
)
_PARTS = {"beginning": "start", "start": "start", "middle": "mid", "midpoint": "mid", "end": "end", "close": "end"}
_PARTS |= {"early": "early", "mid": "mid", "late": "late", "earlier": "earlier", "later": "later", "far": "earlier"}
_PARTS |= {"rest": "later", "first half": "half1", "second half": "half2"}


def part_of(words: str) -> str:
    """What a word of `PART` stands for, as `Moment.part` has it."""
    words = " ".join(words.lower().split()).removesuffix(" of").removesuffix(" in").removesuffix(" on")
    if words.endswith("days"):
        return "start" if "first" in words else "end"
    return _PARTS.get(" ".join(words.split()[-2:])) or _PARTS[words.split()[-1]]


@rule(
    "unit",
    rf"\b(?P<p>{PART})\s+the\s+(?P<u>week|month|quarter|year|decade|century)\b|\b(?P<v>year|month)(?:['’]s)?[\s-]end\b"
    rf"(?:\s+(?P<y>{YEAR}))?",
    re.IGNORECASE,
)
def _part_of_unit(match: re.Match[str]) -> Moment | None:
    """As in "The end of the year", of this one."""
    if match["y"]:
        return Moment("nth", unit="day", count=-1, of=Moment("years", year=int(match["y"])))
    if match["v"]:
        inside = Moment("step", "published", unit=match["v"].lower(), count=0)
        return Moment("nth", "published", unit="day", count=-1, of=inside)
    return Moment("step", "published", unit=match["u"].lower(), count=0, part=part_of(match["p"]))
