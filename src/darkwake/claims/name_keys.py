"""When two names, or two things, may be one: keys without titles, marks and small words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SIGNS = re.compile(r"[^\w\s-]|_")
_TITLES = """
the a an mr mrs ms dr sir vice rear adm admiral gen general lt col colonel capt captain sgt president minister prime
secretary spokesman spokeswoman spokesperson chairman chief executive director ceo senator sen rep judge mv mt ss uss
hms ship vessel tanker freighter inc corp corporation ltd llc plc co company
"""
_DROPPED = frozenset(_TITLES.split())
_OFTEN = """
us united states american state national new north south east west islamic republic of and in for international group
government ministry foreign defence defense navy army police forces force coast guard court bank news agency officials
official officers authorities authority people ships vessels crew port city customs service department office
"""
GENERIC = frozenset(_OFTEN.split())
"""Words that many names share: sharing only these makes two names no likelier to be one."""


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """A name in lower case without accents, titles, articles and possessives; itself where nothing else is left."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    plain = plain.replace("'s ", " ").removesuffix("'s")
    words = _SIGNS.sub("", plain if plain.strip() else name.lower()).replace("-", " ").split()
    return " ".join(word for word in words if word not in _DROPPED) or " ".join(words)


@lru_cache(maxsize=65536)
def telling(name_key: str) -> frozenset[str]:
    """The words of a key that tell it from others, singular; and "=" with its initials, or a short name itself."""
    words = name_key.split()
    found = {word.removesuffix("s") if len(word) > 3 else word for word in words if word not in GENERIC}
    initials = "".join(word[0] for word in words if word not in ("of", "and", "the", "for"))
    if 2 <= len(words) <= 6 and len(initials) >= 2:
        found.add(f"={initials}")
    if len(words) == 1 and 2 <= len(name_key) <= 6:
        found.add(f"={name_key}")
    return frozenset(found)


def may_be_one(one: str, other: str) -> bool:
    """Whether two keys may name the same: equal, a telling word in both, or one the initials of the other."""
    if one == other:
        return True
    shared = telling(one) & telling(other)
    if any(not word.startswith("=") for word in shared):
        return True
    return bool(shared) and (" " in one) != (" " in other)


def any_shared(some: frozenset[str], others: frozenset[str]) -> str:
    """The first name of `some` that may be one of `others`; empty where there is none."""
    equal = some & others
    if equal:
        return min(equal)
    return next((one for one in sorted(some) if any(may_be_one(one, other) for other in others)), "")


def thing_key(thing: str) -> str:
    """A thing with its last word in the singular."""
    words = key(thing).split()
    if not words:
        return ""
    last = words[-1]
    if last.endswith("ies") and len(last) > 4:
        last = f"{last[:-3]}y"
    elif last.endswith("s") and not last.endswith("ss") and len(last) > 3:
        last = last[:-1]
    return " ".join((*words[:-1], last))


def same_thing(one: str, other: str) -> bool:
    """Whether two keys of things may mean one: the same last word, and no word of the shorter missing in the longer."""
    if one == other:
        return True
    some, others = one.split(), other.split()
    if not some or not others or some[-1] != others[-1]:
        return False
    return set(some) <= set(others) or set(others) <= set(some)
