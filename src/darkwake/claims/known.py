"""What is known of an article, and how: from its own lines near the top, or from the person who has it.

Nothing is guessed. A date in running text is no date of publication; one that stands on a line of its own near the top
is. Facts of web pages' marked-up heads are found in formats/html.py.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from darkwake import interval
from darkwake.claims.article import Block, Field, Known
from darkwake.errors import Unreadable, WrongUse

FIELDS: tuple[Field, ...] = get_args(Field)
_TOP = 14
"""Blocks in which the article's own lines on itself are looked for."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_CLOCK = (
    r"(?:,?(?: at| -| –| \||T)? ?\d{1,2}[:.]\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?\(?(?:[A-Z]{1,5}|[+-]\d\d:?\d\d|local time)\)?)?)?"
)
_LEAD = (
    r"(?:(?P<lead>published|posted|date|issued|released|first published|publication date|updated|last updated|"
    r"last modified|modified)(?: on| at)?:? )?"
)
_DAYS = tuple(
    re.compile(_LEAD + shape + _CLOCK + r"\.?", re.IGNORECASE)
    for shape in (
        _WEEKDAY + r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -]" + _MONTH + r",?[ -](?P<year>\d{4})",
        _WEEKDAY + _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        _MONTH + r",? (?P<year>\d{4})(?P<day>)",
        r"(?P<one>\d{1,2})[./](?P<two>\d{1,2})[./](?P<year>\d{4})",
    )
)
_BY = re.compile(
    r"(?:(?:words|reporting|text|written|story) )?by:? (?P<who>(?-i:(?:[A-Z][\w.'’-]*|de|van|von|der|den|al|bin|ibn|"
    r"la|le|da|di|el|and|&|,)(?:,? |,?$))+)(?P<rest>.*)",
    re.IGNORECASE,
)
_OFFICES = (
    r"(?:affairs|office|command|ministry|department|agency|press|news|service|services|bureau|embassy|authority|"
    r"administration|staff|reports|division|directorate|commission|council|fleet|guard|headquarters|relations|desk)"
)
FROM = re.compile(rf"[Ff]rom (?:the )?(?P<who>(?=[A-Z])(?=.{{0,100}}\b(?i:{_OFFICES})\b)[^!?]{{2,110}}[^.!?:;,])")
"""The line of an office that put the text out, such as "From the Harbour Authority of Marlow"."""
_MASTHEAD = re.compile(r"(?P<who>[A-Z0-9][^|,·•]{1,60}?)\s*(?:[,|·•–—]| -)\s*(?P<date>\S.*)")
_PAPER = re.compile(
    r"(?-i:^The [A-Z])|\b(?:times|post|news|review|herald|gazette|weekly|daily|courier|ledger|radio|press|agency|wire|"
    r"online|today|journal|tribune|observer|guardian|mail|telegraph|standard|chronicle|mirror|star|bulletin|monitor|"
    r"reporter|express|independent|globe|examiner|broadcasting|television|tv|magazine|dispatch|register|record|echo|"
    r"argus|inquirer|sun|service)\b",
    re.IGNORECASE,
)
"""What marks the words before a date as a paper: "Marlow, 14 February 2026" has a place there."""
_AGENCY = re.compile(r"[A-Z][\w.,'’ -]{1,60}\((?P<who>[A-Z][\w /.-]{1,30})\)\s(?:[-–—]|--)\s")
_LABELLED = re.compile(r"(?P<label>[A-Za-z][A-Za-z ]{2,18}?)\s*:\s+(?P<value>\S.*)")
_LABELS: dict[str, Field] = {
    "outlet": "outlet", "publisher": "outlet", "published": "published", "published on": "published",
    "publication date": "published", "date": "published", "url": "url", "link": "url", "author": "author",
    "byline": "author", "title": "title", "headline": "title",
}  # fmt: skip


def day_of_line(line: str) -> str:
    """The date that a line consists of, as EDTF; empty where it is no date, or only says when it was last altered.

    A month alone stays a month. "03/04/2026" may be April or March, so it stays the year; "23/04/2026" is a day.
    """
    found = _day(line.strip()) if len(line) <= 80 else None
    return found[0] if found and not found[1] else ""


def is_date(line: str) -> bool:
    """Whether a line consists of a date, be it that of an alteration."""
    return len(line) <= 80 and _day(line.strip()) is not None


def masthead(line: str) -> tuple[str, str] | None:
    """A line such as "The Daily Quay, 14 February 2026": the paper, empty where it may be a place, and the day."""
    match = _MASTHEAD.fullmatch(line) if len(line) <= 120 else None
    day = day_of_line(match["date"]) if match else ""
    if match is None or not day or is_date(line):
        return None
    return (match["who"] if _PAPER.search(match["who"]) else "", day)


@lru_cache(maxsize=1024)
def _day(line: str) -> tuple[str, bool] | None:
    """The date, and whether it is that of an alteration."""
    if not any(sign.isdigit() for sign in line):
        return None
    for shape in _DAYS:
        if match := shape.fullmatch(line):
            parts = match.groupdict()
            lead = (parts["lead"] or "").lower()
            edtf = _edtf(parts)
            return (edtf, "updated" in lead or "modified" in lead) if edtf else None
    return None


def _edtf(parts: dict[str, Any]) -> str:
    year = parts["year"]
    if not 1700 <= int(year) <= 2199:
        return ""
    if "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        if one != two and max(one, two) <= 12:
            return str(year)
        day, month = (one, two) if two <= 12 else (two, one)
        edtf = f"{year}-{month:02}-{day:02}"
    else:
        name = parts["month"]
        number = int(name) if name.isdigit() else _MONTHS.index(name[:3].lower()) + 1
        edtf = f"{year}-{number:02}" + (f"-{int(parts['day']):02}" if parts["day"] else "")
    return edtf if _valid(edtf) else ""


def day_in(value: str) -> str:
    """The day that a marked-up date such as "2026-02-14T08:30:00+01:00" begins with, as EDTF; empty where none.

    The day is the one written, in whatever time zone the page writes.
    """
    value = " ".join(value.split())
    if match := re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)", value):
        return day_of_line("-".join(match.groups()))
    if re.fullmatch(r"\d{4}(?:-\d\d)?", value):
        return value if _valid(value) else ""
    return day_of_line(value)


def _valid(edtf: str) -> bool:
    try:
        interval.parse(edtf)
    except ValueError:
        return False
    return True


def in_lines(text: str, blocks: Sequence[Block]) -> list[Known]:
    """What the article's own lines near the top say of it, in their order."""
    found: list[Known] = []
    for block in blocks[:_TOP]:
        words = block.span.of(text)[:400].strip()
        if block.kind in ("credit", "dateline"):
            found += _labelled(words) or _credited(words)
        elif block.kind == "paragraph" and (match := _AGENCY.match(words)):
            found.append(Known("outlet", match["who"].strip(), f'dateline "{match.group().strip()}"'))
    title = next((block for block in blocks[:_TOP] if block.kind == "heading"), None)
    if title:
        found.append(Known("title", " ".join(title.span.of(text).lstrip("# ").split()), "the first heading"))
    return found


def _labelled(words: str) -> list[Known]:
    match = _LABELLED.fullmatch(words)
    field = _LABELS.get(match["label"].lower()) if match else None
    if match is None or field is None:
        return []
    value = match["value"].strip()
    if field == "published":
        value = value if _valid(value) else day_of_line(value) or day_in(value)
    return [Known(field, value, f'the line "{match["label"]}:"')] if value else []


def _credited(words: str) -> list[Known]:
    if day := day_of_line(words):
        return [Known("published", day, f'the line "{words}"')]
    how = f'the line "{words}"'
    if match := _BY.fullmatch(words):
        who = re.sub(r"[\s,&]+$|\s+and$", "", match["who"].strip())
        day = day_of_line(match["rest"].strip(" ,|·•–—-"))
        return [Known("author", who, how), Known("published", day, how)]
    if told := masthead(words):
        return [Known("outlet", told[0], how), Known("published", told[1], how)]
    if match := FROM.fullmatch(words):
        return [Known("outlet", match["who"].strip(), f'the line "{words}"')]
    return []


def given(url: str, published: str, outlet: str, author: str) -> list[Known]:
    """What the person says who has the article.

    Raises:
        WrongUse: the date of publication is no EDTF.
    """
    published = published.strip()
    if published and not _valid(published):
        raise WrongUse(
            f"{published!r} is no date of publication",
            to_do="Write it as EDTF: 2026-02-14, 2026-02 or 2026-02-14/2026-02-16",
        )
    told: dict[Field, str] = {"url": url, "outlet": outlet, "author": author, "published": published}
    return [
        Known(field, " ".join(value.split()), "given by the user") for field, value in told.items() if value.strip()
    ]


SIDECARS = (".meta.toml", ".meta.json")
"""Endings, after an article's own name, of a file that says what the article does not."""


def beside(path: Path) -> list[Known]:
    """What a file NAME.meta.toml or NAME.meta.json beside the article says: url, outlet, author, published, title.

    Raises:
        Unreadable: it is no TOML (JSON), or a date in it is no EDTF.
    """
    found: list[Known] = []
    for file in (path.with_name(path.name + ending) for ending in SIDECARS):
        if not file.is_file():
            continue
        try:
            words = file.read_text(encoding="utf-8-sig")
            told = tomllib.loads(words) if file.suffix == ".toml" else json.loads(words)
        except (ValueError, RecursionError) as reason:
            raise Unreadable(
                f"it cannot be read ({reason})", where=file.name, to_do='Write lines such as outlet = "The Daily Quay"'
            ) from reason
        if not isinstance(told, dict):
            raise Unreadable(
                "it holds no names with values", where=file.name, to_do="Write url, outlet, author, published"
            )
        for field in FIELDS:
            value = " ".join(str(told.get(field, "")).split())
            if field == "published" and value and not _valid(value):
                if not (day := day_in(value)):
                    raise Unreadable(
                        f"{value!r} is no date", where=file.name, to_do="Write it as EDTF, such as 2026-02-14"
                    )
                value = day
            if value:
                found.append(Known(field, value, f"file {file.name}"))
    return found


def each_once(known: Sequence[Known]) -> tuple[Known, ...]:
    """The facts in their order; the same value of the same field only with the first way it was found."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for one in known:
        if one.value and (one.field, one.value.casefold()) not in seen:
            seen.add((one.field, one.value.casefold()))
            kept.append(one)
    return tuple(kept)


def disagreements(known: Sequence[Known]) -> list[str]:
    """A sentence where two dates of publication exclude each other."""
    dates = [one for one in known if one.field == "published"]
    for one in dates[1:]:
        if not interval.parse(dates[0].value).meets(interval.parse(one.value)):
            return [
                f"Two dates of publication are told, {dates[0].value} ({dates[0].how}) and {one.value} ({one.how}); "
                "the first is used"
            ]
    return []
