"""What an amount is of, from the words alone: "ammonium perchlorate", "medium-range vans".

Without a parse a noun phrase is taken to run up to the first word that cannot stand in one, and a counted one to its
first plural. That is rough, and short where it errs.
"""

from __future__ import annotations

import re

from darkwake.claims.gaps import listed, tight

_WORD = tight(r"[ \t\xa0]?(?P<word>[A-Za-z][\w’'&.-]*|\d[\w-]*[A-Za-z][\w-]*)")
_STOP = frozenset(
    listed(
        "a an the this that these those and or but nor of in on at by for from to into onto with "
        "without within via per as than then when while where which who whom whose if because since "
        "until before after during over under between about above across along around against among "
        "through toward towards upon off out up down is are was were be been being am has have had "
        "having do does did will would can could may might shall should must not no it its he she "
        "they we you i his her their our my your him them us each every all both some any more most "
        "less other another such only also just still now ago said says say told including "
        "respectively however worth left died were aboard onboard onboard overnight daily weekly "
        "monthly annually yearly apiece there here so too very well yet previously already later "
        "earlier today yesterday tomorrow yesterday's last next one two three four five six seven "
        "eight nine ten went came took made found gave got seen taken sold bought sent set put ran "
        "fell rose hit lay lie stood began leave remain remained bound"
    )
)
_PLURAL_LIKE = frozenset(
    (
        "people",
        "men",
        "women",
        "children",
        "aircraft",
        "fish",
        "sheep",
        "cattle",
        "crew",
        "personnel",
        "staff",
        "police",
    )
)
_NO_PLURAL = frozenset(
    listed("gas plus bus ss us is as this always perhaps has was press access mass glass less express across business")
)
_LONGEST = 6


def _phrase(words: str, at: int) -> list[tuple[str, int]]:
    """Words from there that can stand in one noun phrase, each with its end."""
    found: list[tuple[str, int]] = []
    while len(found) < _LONGEST:
        match = _WORD.match(words, at)
        if not match:
            break
        word = match["word"].rstrip(".’'-")
        low = word.lower()
        if (
            low in _STOP
            or low.endswith("ly")
            or (
                found
                and re.search(r"(?:[a-z]ed|[a-z]{2}ing)$", low)
                and low not in ("shipping", "speed", "seed", "feed")
            )
        ):
            break
        at = match.start("word") + len(word)
        if low.endswith(("'s", "’s")):
            break
        found.append((word, at))
        if match["word"] != word or words[at : at + 1] not in (" ", "\xa0"):
            break
    return found


_OF = tight(
    r"(?:\s+(?:worth|shipments?|cargo(?:es)?|consignments?|loads?|deliver(?:y|ies)))?\s+of\s+(?:the\s+|its\s+|their\s+|an?\s+)?"
)
_OF_THEM = tight(r"\s+of\s+(?:the\s+|its\s+|their\s+|these\s+|those\s+)?")


def thing_of(words: str, at: int) -> tuple[str, int]:
    """The thing behind "of" after a unit ("tons of steel"), and where it ends; empty where there is none."""
    match = _OF.match(words, at)
    if not match:
        return "", at
    found = _phrase(words, match.end())
    return (words[match.end() : found[-1][1]], found[-1][1]) if found else ("", at)


def thing_after(words: str, at: int, *, one: bool) -> tuple[str, int]:
    """What is counted by a bare number, and where it ends: up to the first plural; of one thing two words."""
    of = _OF_THEM.match(words, at)
    start = of.end() if of else at
    found = _phrase(words, start)
    if not found or not re.match(r"[ \t\xa0]", words[at : at + 1] or "x"):
        return "", at
    last = next((place for place, (word, _) in enumerate(found) if _plural(word)), None)
    if last is None:
        if not one:
            return "", at
        last = min(1, len(found) - 1)
    end = found[last][1]
    begins = start + (len(words[start:end]) - len(words[start:end].lstrip()))
    return words[begins:end], end


def _plural(word: str) -> bool:
    low = word.lower()
    if low in _PLURAL_LIKE:
        return True
    return len(low) > 2 and low.endswith("s") and not low.endswith(("ss", "us", "is")) and low not in _NO_PLURAL
