"""The dates that a sentence states, as intervals: EDTF, the words themselves, and from which day they were reckoned.

Without a known day of publication the year of "Nov. 8" stays XXXX and "yesterday" stays unknown: nothing is guessed.
With it, the latest such day that has begun is meant, unless the words look ahead ("will", "until", "scheduled for").
Ends that the words leave open stay open: "since February" has no last day, "by June" no first. Both ends always belong;
"before 8 November" and "after 8 November" therefore hold that day too: a day too wide, never too narrow. Of a sentence
over `LONGEST` letters only so many are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from darkwake import interval
from darkwake.claims.article import Span
from darkwake.claims.calendar import Days, Moment, resolve
from darkwake.claims.day_roles import role_of_day
from darkwake.claims.gaps import tight
from darkwake.claims.moments import LONGEST, Named, moments
from darkwake.claims.reckoned import PART, part_of
from darkwake.claims.tense import looks_ahead
from darkwake.claims.written import written


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A time that a text names; the fields are those of schema.SAID_DATE."""

    start: int
    end: int
    text: str
    edtf: str
    first: date | None
    last: date | None
    anchor: str
    role: str


@dataclass(frozen=True, slots=True)
class _Point:
    """A moment on the calendar, with its words as offsets into the sentence."""

    start: int
    end: int
    moment: Moment
    days: Days | None
    anchor: str


def dates(text: str, sentence: Span, *, published: str = "", earlier: Sequence[SaidDate] = ()) -> list[SaidDate]:
    """The dates, durations and repetitions that a sentence names, in order, none overlapping another.

    Args:
        text: The article's text.
        sentence: Where in it the sentence lies.
        published: The article's day of publication as EDTF; empty where it is not known. Where it is a month or a year,
            only what comes out the same for each of its days is reckoned.
        earlier: Dates that the article named before, in order: "the next day" is reckoned from the last known one.

    Returns:
        Dates with offsets into the text. Durations and repetitions have no days and no EDTF; neither has a date that
        cannot be reckoned (anchor "none").
    """
    words = sentence.of(text)[:LONGEST]
    points = list(_points(words, published, earlier))
    return [_said(words, sentence.start, one) for one in _bounded(words, _joined(words, points))]


def points(
    text: str, sentence: Span, *, published: str = "", earlier: Sequence[SaidDate] = (), plain: bool = True
) -> list[SaidDate]:
    """As `dates`, but each named time by itself, as corpora mark them; measurements need it.

    The ends of "3 to 5 May" are unjoined, "since" is left out. With `plain` also "early 2009" is 2009 (TimeML keeps
    "early" beside the value), and lengths of time up to or from now ("the past three weeks") are left out: durations.
    """
    words = sentence.of(text)[:LONGEST]
    found = _points(words, published, earlier, plain=plain)
    kept = (one for one in found if not plain or "window" not in (one.moment.kind, one.moment.which))
    return [_said(words, sentence.start, one) for one in kept]


_PART_BEFORE = tight(rf"\b({PART})(?:[\s-]+(?:in\s+|on\s+)?)$", re.IGNORECASE)
_LOOSE = ("early", "mid", "late", "start", "end", "earlier", "later", "around")
_AROUND = tight(r"\b(?:around|about|circa|approximately|roughly)\s+$|\bc(?:a)?\.\s+$", re.IGNORECASE)


def _points(words: str, published: str, earlier: Sequence[SaidDate], *, plain: bool = False) -> Iterator[_Point]:
    named = _years_shared(words, moments(words))
    if not named:
        return
    today = _days_of(published)
    anchor: tuple[date, date] | None = None
    for said in reversed(earlier):
        if said.first and said.last and said.role in ("event", "report"):
            anchor = (said.first, said.last)
            break
    previous: date | None = None
    floor = 0
    for one in named:
        point = one if plain else _with_part(words, one, floor)
        if plain and one.moment.part in _LOOSE:
            point = one._replace(moment=replace(one.moment, part=""))
        ahead = looks_ahead(words, point)
        base = anchor if point.moment.base == "before" else today
        days = _resolve(point.moment, base, ahead)
        if days and previous and base and point.moment.kind in ("date", "months"):
            days = _beside(point.moment, base, days, previous)
        known = days is not None and not days.yearless
        how = "none" if not known else point.moment.base
        yield _Point(point.start, point.end, point.moment, days, how)
        floor = point.end
        if known and days and days.first and days.last:
            anchor, previous = (days.first, days.last), days.first


_LISTED = tight(
    r"\s*(?:,|-|–|—|\band\b|\bor\b|\bto\b|\buntil\b|\btill\b|\bthrough\b|,\s+and\b)\s*(?:on\s+|in\s+|from\s+)?(?:the\s+)?"
)


def _years_shared(words: str, named: Sequence[Named]) -> list[Named]:
    """As in "in May and June 2021": a year said once, at the end of a list, holds for all of it."""
    shared: list[Named] = []
    for one in reversed(named):
        moment, later = one.moment, shared[-1] if shared else None
        if (
            later
            and moment.kind in ("date", "months")
            and moment.base == "published"
            and (moment.year, moment.year_off, moment.short, moment.which) == (None, None, None, "")
            and later.moment.kind in ("date", "months")
            and later.moment.year is not None
            and (moment.month or 13) <= (later.moment.month or 0)
            and _LISTED.fullmatch(words[one.end : later.start])
        ):
            moment = replace(moment, base="stated", year=later.moment.year)
        shared.append(one._replace(moment=moment))
    return shared[::-1]


_CHAIN = timedelta(days=62)


def _beside(moment: Moment, base: tuple[date, date], days: Days, previous: date) -> Days:
    """As in "On November 30 and December 2": dates of one sentence lie near each other."""
    if moment.year is not None or moment.year_off is not None or moment.which or days.first is None:
        return days
    if abs(days.first - previous) <= _CHAIN:
        return days
    others = [_resolve(moment, base, ahead) for ahead in (True, False)]
    return next((one for one in others if one and one.first and abs(one.first - previous) <= _CHAIN), days)


def _with_part(words: str, one: Named, floor: int) -> Named:
    """Take the words before it in: "late" October, "the end of" 2023."""
    if (
        one.moment.kind not in ("months", "years", "step", "date")
        or one.moment.part
        or one.moment.unit in ("day", "night")
    ):
        return one
    before = words[max(floor, one.start - 32) : one.start]
    match = _PART_BEFORE.search(before)
    part = part_of(match[1]) if match else ""
    if match and one.moment.kind == "date":
        part = ""  # late on 3 May
    if part in ("earlier", "later") and one.moment.kind != "step":
        part = ""  # earlier in May
    if not part and not (match := _AROUND.search(before)):
        return one
    part = part or "around"
    return Named(one.start - len(before) + match.start(), one.end, replace(one.moment, part=part)) if match else one


def _days_of(edtf: str) -> tuple[date, date] | None:
    if not edtf:
        return None
    try:
        read = interval.parse(edtf[:10] if "T" in edtf else edtf)
    except ValueError:
        return None
    return (read.first, read.last) if read.first and read.last else None


def _resolve(moment: Moment, base: tuple[date, date] | None, ahead: bool | None) -> Days | None:
    """Reckoned from one day, or from a stretch of days: then what each of its ends gives must agree."""
    if moment.kind == "unclear":
        return Days(date(moment.year, 1, 1), date(moment.year, 12, 31)) if moment.year else None
    if base is None:
        return resolve(moment, None, ahead=ahead)
    low = resolve(moment, base[0], ahead=ahead)
    if base[0] == base[1]:
        return low
    high = resolve(moment, base[1], ahead=ahead)
    if low == high:
        return low
    if moment.base == "before" and low and high:
        return Days(low.first, high.last, rough=True)
    return resolve(moment, None, ahead=ahead)


_RANGE = tight(r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bup to\b)\s*(?:the\s+)?", re.IGNORECASE)
_AND = tight(r"\s+and\s+(?:the\s+)?", re.IGNORECASE)
_BETWEEN = tight(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)
_FROM = tight(r"\bfrom\s+(?:the\s+)?$", re.IGNORECASE)
_MOVED = tight(r"\b(?:postpone|move|reschedule|shift|delay|change|put off|push|brought forward)", re.IGNORECASE)
_JOINED = ("date", "months", "years", "weekday", "step", "feast", "nth")


def _joined(words: str, points: Sequence[_Point]) -> Iterator[_Point]:
    """As in "Between A and B", "from A to B", "A-B" as one."""
    at = 0
    while at < len(points):
        one = points[at]
        other = points[at + 1] if at + 1 < len(points) else None
        joined = _join(words, one, other) if other else None
        yield joined or one
        at += 2 if joined else 1


def _join(words: str, one: _Point, other: _Point) -> _Point | None:
    if one.moment.kind not in _JOINED or other.moment.kind not in _JOINED or other.start - one.end > 16:
        return None
    gap, before = words[one.end : other.start], words[max(0, one.start - 16) : one.start]
    opening = _BETWEEN.search(before) or _FROM.search(before)
    if not (_RANGE.fullmatch(gap) or (_AND.fullmatch(gap) and _BETWEEN.search(before))):
        return None
    if _MOVED.search(words[max(0, one.start - 60) : one.start]):
        return None  # postponed from Monday to Friday
    first, last = _shared_year(one, other)
    if first is None or last is None or first.first is None or last.last is None or first.yearless != last.yearless:
        return None
    if first.first > last.last and not first.yearless:
        return None
    days = Days(first.first, last.last, first.yearless, first.rough or last.rough)
    start = one.start - len(before) + opening.start() if opening else one.start
    shared = one.moment.kind == other.moment.kind and "stated" in (one.anchor, other.anchor)
    anchor = "stated" if shared else other.anchor
    return _Point(start, other.end, one.moment, days, anchor)


def _shared_year(one: _Point, other: _Point) -> tuple[Days | None, Days | None]:
    """A year said once holds for both ends; said nowhere, the range ends where its last day was found to lie."""
    left, right = one.moment, other.moment
    dated = left.kind in ("date", "months") and right.kind in ("date", "months")
    if dated and left.year is None and right.year is not None and left.year_off is None:
        year = right.year - ((left.month or 1) > (right.month or 1))
        return resolve(replace(left, year=year), None), other.days
    if dated and right.year is None and left.year is not None and right.year_off is None:
        year = left.year + ((right.month or 1) < (left.month or 1))
        return one.days, resolve(replace(right, year=year), None)
    last = other.days.last if other.days and not other.days.yearless else None
    if (
        last
        and left.base == right.base == "published"
        and left.kind in ("date", "months", "weekday")
        and left.year_off is None
    ):
        return resolve(left, last, ahead=False), other.days
    return one.days, other.days


_BOUND = tight(
    r"\b(?P<w>since|until|till|through|by|before|prior\s+to|after|no\s+later\s+than|as\s+late\s+as|up\s+to|up\s+until|from)\s+"
    r"(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARDS = tight(r"\s+(?:on(?!\s+the\b)|onwards?|forward)\b")


def _bounded(words: str, points: Iterator[_Point]) -> Iterator[_Point]:
    """As in "Since", "until", "by" open an end."""
    for one in points:
        if one.moment.last_day is not None:
            before = words[max(0, one.start - 16) : one.start]
            opening = _BETWEEN.search(before) or _FROM.search(before)
            yield replace(one, start=one.start - len(before) + opening.start()) if opening else one
            continue
        match = _BOUND.search(words, max(0, one.start - 20), one.start) if one.days else None
        if not match or one.days is None or one.moment.kind == "open":
            yield one
            continue
        word = match["w"].lower()
        first, last = one.days.first, one.days.last
        after = _ONWARDS.match(words, one.end)
        if word == "from" and not after:
            yield one
            continue
        if word in ("since", "from"):
            days = replace(one.days, last=None)
        elif word == "after":
            days = replace(one.days, first=last, last=None)
        else:
            whole = word not in ("before", "prior to") or one.moment.part or one.days.rough
            days = replace(one.days, first=None, last=last if whole else first)
        end = after.end() if after and word == "from" else one.end
        yield replace(one, start=match.start(), end=end, days=days)


def _said(words: str, offset: int, one: _Point) -> SaidDate:
    kind = one.moment.kind
    text = words[one.start : one.end]
    place = {"start": offset + one.start, "end": offset + one.end, "text": text}
    if kind in ("duration", "repeated"):
        return SaidDate(**place, edtf="", first=None, last=None, anchor="none", role=kind)  # type: ignore[arg-type]
    role = role_of_day(words, one.start, one.end)
    if one.days is None or (one.days.first is None and one.days.last is None):
        return SaidDate(**place, edtf="", first=None, last=None, anchor="none", role=role)  # type: ignore[arg-type]
    edtf = f"{one.moment.year}-XX-XX" if kind == "unclear" else written(one.days)
    read = interval.parse(edtf)
    return SaidDate(**place, edtf=edtf, first=read.first, last=read.last, anchor=one.anchor, role=role)  # type: ignore[arg-type]
