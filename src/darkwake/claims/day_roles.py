"""Whose day it is: of saying, of what happened, or of some thing's making."""

from __future__ import annotations

import re

from darkwake.claims.gaps import tight

_SAID = (
    r"(?:said|says|reported|reports|stated|announced|added|confirmed|told|wrote|tweeted|claimed|denied|acknowledged|"
    r"explained|declared|testified|disclosed|revealed|noted|insisted|warned|alleged)"
)
_SAID_BEFORE = tight(
    rf"\b(?:{_SAID}|told(?:\s+(?!that\b)[\w’']+){{1,3}}"
    rf"|(?:interview|briefing)\s+with(?:\s+(?!that\b)[\w’']+){{1,3}}"
    r"|(?:statement|report|announcement|interview|briefing|news conference|press release)"
    r"(?:\s+(?:issued|published|released))?)\s*,?\s*(?:(?:late|early)\s+)?(?:on\s+)?(?:late\s+|early\s+)?$",
    re.IGNORECASE,
)
_SAID_AFTER = tight(rf"\s*{_SAID}\b(?!\s+by\b)")
_SAID_APART = tight(rf"\s*,\s*{_SAID}\b(?!\s+by\b)")
_COMMA_BEFORE = tight(r",\s*(?:on\s+)?$", re.IGNORECASE)
_BACKGROUND = tight(
    r"(?<!\bwas\s)(?<!\bwere\s)(?<!\bbeen\s)(?<!\bbe\s)(?<!\bbeing\s)\b(?:built|founded|established|constructed|commissioned|registered|formed"
    r"|incorporated|erected)\s+(?:back\s+)?in\s+$|\bborn\s+(?:in|on)\s+$|\b(?:dating|dates)\s+(?:back\s+)?(?:from|to)\s+$",
    re.IGNORECASE,
)
"""As in "a tug built in 2005": about a thing or somebody, not about what happened. "It was built in 2005" is one."""


def role_of_day(words: str, start: int, end: int) -> str:
    """Whether the day is that of saying, that of some thing's making, or that of what happened.

    "The ministry on Saturday said" and "The ministry, on Saturday, said" are days of saying; in "It left on Saturday,
    said the ministry" the day is that of leaving.
    """
    before = words[max(0, start - 48) : start]
    apart = _SAID_APART.match(words, end) and _COMMA_BEFORE.search(before)
    if _SAID_BEFORE.search(before) or _SAID_AFTER.match(words, end) or apart:
        return "report"
    return "background" if _BACKGROUND.search(before) else "event"
