"""Words of the calendar, and what they come to on a given day.

A `Moment` is what the words say ("two months ago", "late 2023", "Nov. 8"), before anybody knows from which day to
reckon. `resolve` lays it on the calendar: first day, last day, both included. Where words are loose the interval is
wide, so that two writers who mean the same day are never made to disagree:

- early, late: the first and the second half; mid: the middle half; the start, the end: the first and the last quarter;
- around: three days, 15 days or a year to either side of a day, a month or a longer time;
- last week: Monday to Sunday; the past week: the seven days up to the day of publication;
- two months ago: that whole month (of days the day, of weeks the week, of years the year);
- spring to winter as EDTF has them: from March, June, September and December, on the northern hemisphere.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from darkwake.claims.feasts import feast

MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY"
    r"|january|february|april|june|july|september|october|november|december"
    r"|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER|JAN\.?|FEB\.?|MAR\.?|APR\.?|AUG\.?|SEPT?\.?|OCT\.?|NOV\.?|DEC\.?)(?![a-zA-Z])"
)
""""May", "march" and "august" never in small letters: they are other words too."""
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)(?:day|DAY)"
"""Whole names: "the Sun" is a newspaper."""
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
UNIT = r"(?:day|night|week|weekend|fortnight|month|quarter|year|decade|century|hour|minute|second)"
_IN_DAYS = {"day": 1, "night": 1, "week": 7, "weekend": 7, "fortnight": 14}
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}

Kind = Literal[
    "date", "months", "years", "weekday", "step", "window", "open", "duration", "repeated", "unclear", "feast", "nth"
]
Base = Literal["stated", "published", "before"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What words of time say; which fields count depends on the kind."""

    kind: Kind
    base: Base = "stated"
    """What they are reckoned from where they do not say it all."""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    """date: year, month, day (year or month may lack); weekday: 0 for Monday."""
    last_day: int | None = None
    """date: of "3 to 5 May" the 5."""
    count: int = 1
    """months, years: how many from the first; step, window: how many units ahead, less than 0 for back."""
    unit: str = ""
    year_off: int | None = None
    """months: "last year" is -1."""
    which: str = ""
    """weekday, months: "last", "next", "this" or nothing."""
    part: str = ""
    """Early, mid, late, start, end, half1, half2, week1 to week5, earlier, later, around, turn, fiscal, onwards, or
    whole for its week."""
    short: int | None = None
    """Of "'98" the 98: the latest such year that has begun."""
    of: Moment | None = None
    """nth: in which month; weekday: in which week."""


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day; None where that end is open."""

    first: date | None
    last: date | None
    yearless: bool = False
    """Whether the year of both is made up, because nobody said it."""
    rough: bool = False
    """Whether the ends are a reading of loose words."""


def resolve(moment: Moment, today: date | None, *, ahead: bool | None = None) -> Days | None:
    """Lay a moment on the calendar, as seen from `today`.

    Args:
        moment: What was said.
        today: The day to reckon from; None where it is not known.
        ahead: Whether the words around speak of the future (True), of the past (False), or of neither (None).

    Returns:
        The days; None where they cannot be known.
    """
    try:
        if moment.short is not None:
            if today is None:
                return None
            latest = today.year + (10 if ahead else 0)
            moment = replace(moment, year=latest - (latest - moment.short) % 100, short=None)
        days = _RESOLVERS[moment.kind](moment, today, ahead) if moment.kind in _RESOLVERS else None
        return _part(days, moment.part, today) if days else None
    except (ValueError, OverflowError):  # 30 February; the year 0
        return None


def add_months(day: date, count: int) -> date:
    """The same day that many months on, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cell(unit: str, day: date, count: int) -> tuple[date, date]:
    """First and last day of the day, week, month ... that lies `count` of them from the one that holds the day."""
    if unit in ("day", "night"):
        return (day + timedelta(days=count),) * 2
    if unit in ("week", "weekend", "fortnight"):
        monday = day - timedelta(days=day.weekday()) + timedelta(days=count * _IN_DAYS[unit])
        if unit == "fortnight":
            return monday, monday + timedelta(days=13)
        return (monday + timedelta(days=5) if unit == "weekend" else monday), monday + timedelta(days=6)
    size = _IN_MONTHS[unit]
    if unit in ("decade", "century"):
        begins = date(day.year - day.year % (size // 12), 1, 1)
    else:
        begins = date(day.year, (day.month - 1) // size * size + 1, 1)
    begins = add_months(begins, count * size)
    return begins, add_months(begins, size) - timedelta(days=1)


def _date(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    day = moment.day or 1
    length = timedelta(days=(moment.last_day or day) - day)
    if length.days < 0:
        return None
    if moment.month is None:
        return _day_of_month(day, today, ahead)
    if moment.year is not None:
        date(moment.year, moment.month, moment.last_day or day)  # 30 to 31 April: no such day
        return _from(date(moment.year, moment.month, day), length)
    if moment.year_off is not None:
        return _from(date(today.year + moment.year_off, moment.month, day), length) if today else None
    if today is None:
        return Days(date(2000, moment.month, day), date(2000, moment.month, moment.last_day or day), yearless=True)
    choices = []
    for year in (
        range(today.year - 8, today.year + 9)
        if (moment.month, day) == (2, 29)
        else range(today.year - 1, today.year + 2)
    ):
        if (moment.month, day) != (2, 29) or calendar.isleap(year):
            begins = date(year, moment.month, day)
            choices.append((begins, begins + length))
    if moment.which:
        return _next_or_last(choices, today, moment.which)
    return _choose(choices, today, ahead, one_day=True)


def _from(first: date, length: timedelta) -> Days:
    return Days(first, first + length)


def _day_of_month(day: int, today: date | None, ahead: bool | None) -> Days | None:
    if today is None:
        return None
    here = date(today.year, today.month, 1)
    cells = [add_months(here, off) for off in (-2, -1, 0, 1, 2)]
    whole = [one.replace(day=day) for one in cells if calendar.monthrange(one.year, one.month)[1] >= day]
    return _choose([(one, one) for one in whole], today, bool(ahead))


def _months(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    month = moment.month or 1
    year = moment.year
    if moment.year_off is not None:
        if today is None:
            return None
        year = today.year + moment.year_off
    if year is not None:
        return Days(*_months_from(year, month, moment.count))
    if today is None:
        return None if moment.which else Days(*_months_from(2001, month, moment.count), yearless=True)
    choices = [_months_from(today.year + off, month, moment.count) for off in (-2, -1, 0, 1, 2)]
    if moment.which:
        return _next_or_last(choices, today, moment.which)
    return _choose(choices, today, ahead)


def _next_or_last(choices: list[tuple[date, date]], today: date, which: str) -> Days:
    if which == "last":
        return Days(*max(one for one in choices if one[1] < today))
    if which == "next":
        return Days(*min(one for one in choices if one[0] > today))
    return Days(*next(one for one in choices if one[0].year == today.year))


def _months_from(year: int, month: int, count: int) -> tuple[date, date]:
    begins = date(year, month, 1)
    return begins, add_months(begins, count) - timedelta(days=1)


LONG_AGO = timedelta(days=270)
"""Without a word on the year and without a tense, a date that last was longer ago is looked for ahead instead..."""
SOON = timedelta(days=95)
"""... where it comes within this time. Newspapers name the year of what lies further off."""


FARTHEST = timedelta(days=300)
"""Even in the past tense a day that last came longer ago than this is looked for ahead..."""
VERY_SOON = timedelta(days=14)
"""... where it comes within this time: "it was announced for 20 November"."""


def _choose(choices: list[tuple[date, date]], today: date, ahead: bool | None, *, one_day: bool = False) -> Days | None:
    """Of the same days in several years: the latest that has begun, unless the words look ahead.

    Of single days also what the tense says gives way where it would lead past a day close by to one almost a year off.
    """
    past = [one for one in choices if one[0] <= today]
    future = [one for one in choices if one[1] >= today]
    if not past or not future:
        return None
    back, on = max(past), min(future)
    if one_day and ahead and on[0] - today > LONG_AGO and today - back[0] < SOON:
        return Days(*back)
    if one_day and ahead is False and today - back[0] > FARTHEST and on[0] - today < VERY_SOON:
        return Days(*on)
    far = today - back[0] > LONG_AGO and on[0] - today < SOON
    return Days(*(on if ahead or (ahead is None and far) else back))


def _years(moment: Moment, _today: date | None, _ahead: bool | None) -> Days | None:
    if moment.year is None:
        return None
    return Days(date(moment.year, 1, 1), date(moment.year + moment.count - 1, 12, 31))


def _weekday(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    if today is None or moment.day is None:
        return None
    if moment.of:
        week = resolve(moment.of, today)
        if week is None or week.first is None:
            return None
        return Days(*(week.first + timedelta(days=(moment.day - week.first.weekday()) % 7),) * 2)
    back = (today.weekday() - moment.day) % 7
    if moment.which == "next":
        off = 7 - back
    elif moment.which == "last":
        off = -(back or 7)
    elif ahead or (moment.which == "this" and ahead is None):
        off = (7 - back) % 7
    else:
        off = -back
    day = today + timedelta(days=off)
    return Days(day, day)


def _step(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    if today is None:
        return None
    if moment.unit in ("hour", "minute", "second"):
        size = {"hour": 24, "minute": 1440, "second": 86400}[moment.unit]
        reach = -(-abs(moment.count) // size)  # an hour ago may have been yesterday
        far = today + timedelta(days=reach if moment.count > 0 else -reach)
        return Days(min(far, today), max(far, today))
    if moment.unit == "weekend" and moment.which == "this" and not ahead and today.weekday() < 4:
        return Days(*cell("weekend", today, -1))  # said on a Tuesday, and nothing looks ahead
    first, last = cell(moment.unit, today, moment.count)
    if moment.which == "beyond":  # more than two years ago
        return Days(None, last) if moment.count < 0 else Days(first, None)
    return Days(first, last)


def _window(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    """From or up to today: "the past three weeks", "the next six months"."""
    if today is None:
        return None
    if moment.unit in _IN_MONTHS:
        far = add_months(today, moment.count * _IN_MONTHS[moment.unit])
    elif moment.unit in _IN_DAYS:
        far = today + timedelta(days=moment.count * _IN_DAYS[moment.unit])
    else:
        return _step(moment, today, ahead)
    return Days(min(far, today), max(far, today))


def _feast(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    """A feast without a fixed day, in the year said or the one that the words look to."""
    if moment.year is not None:
        return Days(*(feast(moment.unit, moment.year),) * 2)
    if today is None:
        return None
    choices = [(feast(moment.unit, today.year + off),) * 2 for off in (-2, -1, 0, 1, 2)]
    if moment.which:
        return _next_or_last(choices, today, moment.which)
    return _choose(choices, today, ahead, one_day=True)


def _nth(moment: Moment, today: date | None, ahead: bool | None) -> Days | None:
    """As in "the first Monday of October", "the last day of the month", "the first six months of 2021"."""
    inside = resolve(moment.of, today, ahead=ahead) if moment.of else None
    if inside is None or inside.first is None or inside.last is None:
        return None
    first, last, count = inside.first, inside.last, moment.count
    if moment.unit in ("day", "week", "month"):
        if moment.unit == "month":
            ends = (first, add_months(first, count)) if count > 0 else (add_months(last + _DAY, count), last + _DAY)
        else:
            size = timedelta(days=abs(count) * _IN_DAYS[moment.unit])
            ends = (first, first + size) if count > 0 else (last + _DAY - size, last + _DAY)
        begins, stops = ends[0], ends[1] - _DAY
        return Days(begins, stops, inside.yearless) if first <= begins and stops <= last else None
    if moment.unit == "th":
        one = first + timedelta(days=count - 1)
        return Days(one, one, inside.yearless) if first <= one <= last else None
    if inside.yearless:
        return None  # without a year nobody knows its weekdays
    off = (moment.day or 0) - first.weekday() if count > 0 else last.weekday() - (moment.day or 0)
    begins = first + timedelta(days=off % 7 + 7 * (count - 1)) if count > 0 else last - timedelta(days=off % 7)
    stops = begins + timedelta(days=moment.last_day or 0)
    return Days(begins, stops) if first <= begins <= last else None


_DAY = timedelta(days=1)


def _open(moment: Moment, today: date | None, _ahead: bool | None) -> Days | None:
    """As in "several years ago": some day up to today."""
    if today is None:
        return None
    return Days(today, None) if moment.count > 0 else Days(None, today)


_RESOLVERS = {
    "date": _date,
    "months": _months,
    "years": _years,
    "weekday": _weekday,
    "step": _step,
    "window": _window,
    "open": _open,
    "feast": _feast,
    "nth": _nth,
}


def _part(days: Days, part: str, today: date | None) -> Days | None:
    first, last = days.first, days.last
    if not part or first is None or last is None:
        return days
    if part in ("earlier", "later"):
        if today is None or not first <= today <= last:
            return days
        return Days(first, today) if part == "earlier" else Days(today, last)
    if part == "around":
        long = (last - first).days
        wide = 3 if long == 0 else 15 if long <= 31 else 366
        return Days(first - timedelta(days=wide), last + timedelta(days=wide), days.yearless, rough=True)
    if part == "turn":  # of a year a month to either side of its first day, half each; of a century five years
        if (last - first).days > 3000:
            return Days(add_months(first, -60), add_months(first, 72) - _DAY, days.yearless, rough=True)
        return Days(first - timedelta(days=17), first + timedelta(days=14), days.yearless, rough=True)
    if part == "onwards":
        return Days(first, None)
    if part == "whole":
        monday = first - timedelta(days=first.weekday())
        return None if days.yearless else Days(monday, monday + timedelta(days=6))
    if part == "fiscal":  # it may begin in April, July or October before, or in April of its own year
        return Days(add_months(first, -6), add_months(last + _DAY, 4) - _DAY, rough=True)
    if part.startswith("week"):
        begins = first + timedelta(days=7 * (int(part[4:]) - 1)) if part != "week5" else last - timedelta(days=6)
        return Days(begins, min(last, begins + timedelta(days=6)), days.yearless, rough=True)
    low, high = _SHARES[part]
    exact = part.startswith("half")
    if (first.day, (last + timedelta(days=1)).day) == (1, 1) and (last - first).days > 150:
        size = (last.year - first.year) * 12 + last.month - first.month + 1
        ends = add_months(first, round(size * high)) - timedelta(days=1)
        return Days(add_months(first, round(size * low)), ends, days.yearless, rough=not exact)
    size = (last - first).days + 1
    ends = first + timedelta(days=max(round(size * high) - 1, round(size * low)))
    return Days(first + timedelta(days=round(size * low)), min(ends, last), days.yearless, rough=True)


_SHARES = {
    "early": (0.0, 0.5),
    "mid": (0.25, 0.75),
    "late": (0.5, 1.0),
    "start": (0.0, 0.25),
    "end": (0.75, 1.0),
    "half1": (0.0, 0.5),
    "half2": (0.5, 1.0),
}
