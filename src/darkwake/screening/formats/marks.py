"""Identifiers, flags and days as lists write them, made into those of an entry; the same for every format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from darkwake import country
from darkwake.screening import identifiers
from darkwake.screening.lists import Flag, Identifier

_NO_SIGN = "has no letter or under 3 characters"


def imo(raw: str, where: str = "") -> Identifier:
    """A ship's IMO number."""
    digits = identifiers.imo_digits(raw)
    return Identifier("imo", raw, digits, identifiers.imo_fault(digits), where)


def mmsi(raw: str, where: str = "") -> Identifier:
    """A transmitter's number."""
    digits = identifiers.mmsi_digits(raw)
    return Identifier("mmsi", raw, digits, identifiers.mmsi_fault(digits), where)


def callsign(raw: str, where: str = "") -> Identifier:
    """A call sign."""
    letters = identifiers.callsign_letters(raw)
    return Identifier("callsign", raw, letters, "" if letters else _NO_SIGN, where)


def flag(text: str, standing: Literal["current", "former", "other"] = "current") -> Flag:
    """A flag, with the country that its words stand for."""
    return Flag(text, country_of(text), standing)


def country_of(text: str) -> str | None:
    """The alpha-2 code of a country as a list spells it; None where it is none."""
    spelled = re.sub(r"\bSt\.?\s", "Saint ", text).replace("&", "and")
    return country.code(text) or country.code(spelled)


def mmsi_in(text: str, known: Iterable[Identifier]) -> list[Identifier]:
    """The MMSIs that a remark tells and that are not among the identifiers already."""
    had = {mark.value for mark in known if mark.kind == "mmsi"}
    found = re.findall(r"MMSI[\s:#]*([0-9]{9})\b", text)
    return [mmsi(number) for number in dict.fromkeys(found) if number not in had]


def day(text: str) -> date | None:
    """A day written as 2021-03-12 (and whatever time follows), 12/03/2021 (day first), 12-Mar-2021 or 12 Mar 2021."""
    word = text.strip()
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        word = word[:10]
    for layout in ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(word, layout).date()
        except ValueError:
            continue
    return None


def each(values: Iterable[str]) -> tuple[str, ...]:
    """Texts with single spaces, each once, empty ones out, in their order."""
    return tuple(dict.fromkeys(word for value in values if (word := " ".join(value.split()))))
