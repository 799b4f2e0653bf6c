"""What kind of thing a named source is, and the name in it: told from its words alone."""

from __future__ import annotations

import re
from typing import Literal

from darkwake.claims import cues
from darkwake.claims.cues import word_set

Kind = Literal["outlet", "person", "organisation", "document", "unnamed", "unknown"]

_LONGEST_NAME = 3
"""Words of a person's name that a surname may stand for."""
_RUN = re.compile(
    r"[^\W\d_a-z][\w’'.-]*(?: (?:al|bin|ibn|de|van|von|der|da|del|di|el|la|le|[^\W\d_a-z][\w’'.-]*))*", re.UNICODE
)
_HEAD_ENDS = re.compile(
    r",| (?:of|for|in|at|from|on|with|who|which|that|by|to|familiar|close|briefed|named|quoted|seen|published|"
    r"released|inside|near|cited|speaking) | - |\("
)
_POSSESSIVE = re.compile(r"['’]s?$")
_COUNTS = word_set(
    "a an one two three four five six several some many few other most multiple unnamed anonymous senior"
)
_RELATIVE = re.compile(r",? (?:which|who|whose|where|whom) .*", re.DOTALL)
_LONE = word_set(
    "herald times post guardian telegraph tribune gazette chronicle journal observer independent mirror sun "
    "mail express star"
)
"""Papers that go by one word after "the"."""
_NO_NAME = word_set(
    "a an the its his her their our my this that these those some one two three four no any each both what how"
)
_OF_BODIES = cues.BODIES | cues.FIRMS
_NO_PERSON = _OF_BODIES | cues.OUTLET_WORDS
_NOT_NAMES = word_set("monday tuesday wednesday thursday friday saturday sunday")


_NAME = r"[^\W\d_a-z][\w’'.-]*"
_CALLED = re.compile(
    rf"(?P<before>[^,;:]{{0,120}} )(?P<role>[a-z][a-z-]+) "
    rf"(?P<name>{_NAME}(?: (?:al|bin|de|van|von|der|da|del|{_NAME})){{0,2}} {_NAME})(?=,|$)"
)
"""As in "Amber Bay customs service head Ada Quill": after the noun of an office comes who holds it."""
_ROLE_WORDS = cues.ROLES | cues.TITLES | word_set("headmaster chairperson vice-president harbourmaster foreman")
_SEEN_BY = re.compile(
    r" (?:(?:that (?:was|were) )?(?:seen|reviewed|obtained|read|examined|viewed|published|released)) (?:by|in|on) .*",
    re.DOTALL,
)


_PARTICLES = word_set("al bin ibn de van von der da del di el la le")
_PLACE_NOUNS = word_set(
    "harbour harbor roads port bay island islands point head cape castle river sound strait gulf quay haven bridge "
    "street road square hill lake upper lower old new north south east west"
)
_PLACED = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Oo]ff|[Nn]ear|[Oo]ut of|[Oo]utside|[Aa]board|(?:[Pp]ort|[Qq]uay|[Cc]oast|[Hh]arbour) of|"
    r"[Tt]he(?: (?:ship|vessel|tanker|freighter|carrier|barge|boat|ferry|dhow|trawler))?) \Z"
)
_MEN = re.compile(r"\b(?:\w+(?<!wo)man|mr|sir|lord|father|brother)\b", re.IGNORECASE)
_WOMEN = re.compile(r"\b(?:\w+woman|mrs|ms|miss|lady|dame|sister|madam)\b", re.IGNORECASE)


def as_person(name: str) -> bool:
    """Whether a name is written as a person's: "Marl nitre" has a small word in it, "Arlin Harbour" a place's."""
    words = name.split()
    if any(word[0].islower() and word not in _PARTICLES for word in words):
        return False
    return words[-1].lower() not in _PLACE_NOUNS and words[0].lower() not in _PLACE_NOUNS


def may_be_person(name: str, text: str) -> bool:
    """Whether a name that a parse took for a person's is written as one's, and nowhere in a text as another's.

    "In Castle Marlock" and "the freighter Linen Heron" are nobody.
    """
    places = (match.start() for match in re.finditer(re.escape(name), text))
    return as_person(name) and not any(_PLACED.search(text, max(0, at - 14), at) for at in places)


def called_otherwise(office: str, pronoun: str) -> bool:
    """Whether a title or office shuts a pronoun out: "he" is no spokeswoman. Names tell nothing."""
    other = {"he": _WOMEN, "she": _MEN}.get(pronoun)
    return other is not None and bool(other.search(office))


def document(text: str) -> str:
    """A document's name without who saw it: "a port log reviewed by the Lantern" is a port log."""
    return _SEEN_BY.sub("", text) or text


def no_person(name: str) -> bool:
    """Whether a word of a name makes it a firm's, a body's or a paper's."""
    return any(word.lower().strip(".") in _NO_PERSON for word in name.split())


def bare(text: str) -> str:
    """A name without its article and possessive, white space made plain."""
    text = _RELATIVE.sub("", " ".join(text.split()).strip(" ,;:"))
    text = _POSSESSIVE.sub("", text)
    return next(
        (text[len(one) :] for one in ("the ", "a ", "an ") if text.lower().startswith(one) and text[len(one) :]), text
    )


def head_word(text: str) -> str:
    """The noun that a description turns on: "a spokesman for the port" to "spokesman"."""
    front = _HEAD_ENDS.split(f"{text} ", maxsplit=1)[0].strip()
    words = re.findall(r"[\w-]+", front.lower())
    return words[-1] if words else ""


def _is_outlet(text: str) -> bool:
    front = re.split(r"[,(]", text)[0]
    words = re.findall(r"[\w-]+", front)
    lowered = [word.lower() for word in words if word.lower() != "the"]
    if not lowered:
        return False
    if " ".join(lowered) in cues.AGENCY_NAMES or any(name in front.lower() for name in cues.AGENCY_NAMES):
        return True
    if lowered[0] in cues.AGENCIES and words[-1][0].isupper() and len(lowered) <= 3 and words[0][0].isupper():
        return True
    if "news agency" in front.lower() or front.lower().endswith(("broadcaster", "newspaper", "television")):
        return any(word[0].isupper() for word in words if word.lower() != "the")
    if re.fullmatch(r"[Tt]he [A-Z]\w+", front.strip()) and lowered[0] in _LONE:
        return True
    named = [word for word in words if word[0].isupper() and word.lower() != "the"]
    return len(named) >= 2 and any(word.lower() in cues.OUTLET_WORDS for word in named)


def kind_of(text: str, entity: str) -> Kind:
    """The kind of a source that is no person's name.

    Args:
        text: the source as written.
        entity: "ORG" where the parse found an organisation, a state or a people in it, "" otherwise.
    """
    text = document(text)
    if _is_outlet(text):
        return "outlet"
    head = head_word(text)
    first = text.split(maxsplit=1)[0].lower() if text.split() else ""
    head_written = next((word for word in re.findall(r"[\w-]+", text) if word.lower() == head), "")
    lower_head = head_written[:1].islower()
    if head in cues.DOCUMENTS and (lower_head or first in ("a", "an", "the")):
        return "document"
    singular = head.rstrip("s")
    if head in cues.UNNAMED or ((head in cues.ROLES or singular in cues.ROLES) and not head_written.isupper()):
        return "unnamed"
    if first in _COUNTS and lower_head and singular not in cues.BODIES:
        return "unnamed"
    if head in cues.BODIES or singular in cues.BODIES or entity == "ORG":
        return "organisation"
    if any(word.lower() in _OF_BODIES for word in re.findall(r"[A-Z][\w-]+", text)):
        return "organisation"
    if re.fullmatch(r"(?:the |The )?[A-Z][A-Z.&-]{1,9}", text):
        return "organisation"
    return "unknown"


def person_in(text: str, entity: str) -> tuple[str, str] | None:
    """The person's name in a source and the title and office beside it; None where there is none.

    Args:
        text: the source as written: "Vice Adm. Ada Quill, commander of Orchard Command".
        entity: the name that the parse took for a person's, "" where there is none.
    """
    if _is_outlet(text):
        return None
    if (called := _CALLED.match(text)) and (called["role"].lower() in _ROLE_WORDS):
        return called["name"], " ".join(f"{called['before']}{called['role']}{text[called.end('name') :]}".split())
    runs = [match[0] for match in _RUN.finditer(text)]
    if entity:
        # a parse may have found the surname alone where the words have the whole name
        ends = (run for run in runs if run.split(" ")[-1] == entity and len(run.split(" ")) <= _LONGEST_NAME)
        entity = next(ends, entity)
        runs = [entity, *runs]
    for run in map(_without_determiners, runs):
        if run.lower() in _NO_NAME:
            continue
        name, title = _without_titles(_POSSESSIVE.sub("", run))
        words = name.split()
        if not words or no_person(name):
            continue
        known = run == entity or bool(title) or _office_follows(text, run) or _office_before(text, run)
        if not _personal(text, run, words, known):
            continue
        office = " ".join(text.replace(name, "", 1).split()).strip(" ,")
        return name, re.sub(r"\s+,", ",", office)
    return None


def _personal(text: str, run: str, words: list[str], known: bool) -> bool:
    if any(word.isupper() and len(word) > 3 and not known for word in words):
        return False
    before = text.partition(run)[0].lower().split()
    if before and before[-1] in ("of", "for", "at", "from", "the", "in") and not known:
        return False
    if before and before[-1] in ("of", "for", "at", "from", "in", "by"):
        return False
    if before and before[-1] == "the" and run.startswith(words[0]) and not _office_before(text, run):
        return False  # "a log seen by the Amber Ledger": a name after "the" is no person's, unless a title stands first
    if words[0].lower() in _NOT_NAMES or (
        text[len(text.partition(run)[0]) + len(run) :].startswith(("'s ", "’s ")) and text.strip() != run
    ):
        return False
    if len(words) == 1:
        return text.strip() == run or known
    plain = text.strip() == run.strip() or known or text.strip().startswith(run)
    return (
        plain
        and len(words) <= 5
        and all(word[0].isupper() or word in ("al", "bin", "de", "van", "von", "der", "da", "del") for word in words)
    )


def _office_follows(text: str, run: str) -> bool:
    after = text.partition(run)[2].lower()
    return any(word.strip(".") in cues.ROLES | cues.TITLES for word in re.findall(r"[\w-]+", after)[:8])


def _without_determiners(run: str) -> str:
    words = run.split(" ")
    while len(words) > 1 and words[0].lower() in _NO_NAME:
        words.pop(0)
    return " ".join(words)


def _office_before(text: str, run: str) -> bool:
    before = re.findall(r"[\w-]+", text.partition(run)[0].lower())
    return bool(before) and " " in run and before[-1] in cues.ROLES | cues.TITLES


def _without_titles(run: str) -> tuple[str, str]:
    words = run.split()
    last = -1
    for at, word in enumerate(words[:-1]):
        if word.lower().strip(".") in cues.TITLES or word.lower() in cues.ROLES:
            last = at
    return " ".join(words[last + 1 :]), " ".join(words[: last + 1])
