"""In what manner a thing is said: asserted, alleged, possible, planned, asked or denied, with the words that say so.

A word counts only where it governs what is said: "may" as a helping verb and not the month, "will" not the testament. A
denial needs a verb that denies; "is not familiar with the situation" and "declined to comment" deny nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from darkwake.claims import cues
from darkwake.claims.article import Span
from darkwake.claims.attribution import Attribution, Read
from darkwake.claims.cues import word_set
from darkwake.claims.naming import head_word
from darkwake.claims.tokens import Token

Word = Literal["asserted", "alleged", "possible", "planned", "asked", "denied"]

_POSSIBLE = re.compile(
    r"\b(?:possibl[ey]|perhaps|probabl[ey]|likely|unlikely|apparently|appear(?:s|ed)? to|seem(?:s|ed)? to|"
    r"(?:is|are|was|were) "
    r"(?:believed|thought|feared|understood) to|believed to|thought to|presumably|potentially|unclear|unconfirmed)\b"
)
_PLANNED = re.compile(
    r"\b(?:plan(?:s|ned|ning)? to|intend(?:s|ed|ing)? to|aim(?:s|ed|ing)? to|expected to|set to|due to (?:be|"
    r"arrive|leave|sail|"
    r"begin|open|close|start)|scheduled (?:to|for)|going to|about to|hopes? to|poised to)\b"
)
_ALLEGED = re.compile(
    r"\b(?:alleged(?:ly)?|allegations?|suspected|suspect(?:s)? of|accused of|purported(?:ly)?|supposed(?:ly)?|"
    r"so-called)\b"
)
_HEDGES = re.compile(
    r"\b(?:depending on (?:the |its |their )?\w+|reportedly|if confirmed|as far as \w+ (?:is|are|was|"
    r"were)? ?known|to (?:our|my|his|her) "
    r"knowledge|in (?:my|our|his|her|its) (?:view|opinion)|some(?:what| kind of| sort of)|largely|mostly|"
    r"partly|in part|"
    r"at least partly|virtually|almost certainly|in principle|so far|not independently (?:verified|confirmed))\b"
)
_MODALS = {
    "may": "possible",
    "might": "possible",
    "could": "possible",
    "will": "planned",
    "shall": "planned",
    "’ll": "planned",
    "'ll": "planned",
}
_NEGATIONS = word_set("not n't n’t never no neither nor none nobody nothing without")
_NEGATION = re.compile(r"\b(?:not|never|no longer|neither|nor)\b|n[’']t\b")
_BARE = re.compile(
    r"(?<![.!?] )(?<!^)\b(may|might|could|will|shall)\b(?! \d)(?=(?: (?:not|also|still|never|soon|even|now))? [a-z]+)"
)
_ACCUSATIONS = word_set("complaint indictment lawsuit affidavit suit accusation allegation charges allegations")
_NOT_WILL = word_set("his her their its my our your the a this last own free good")


class Manner(NamedTuple):
    """How a thing is said."""

    modality: Word
    hedges: tuple[str, ...]
    """The words that weaken it, as written, in order."""
    negated: bool
    """Whether the words said negate their own main verb: a hint, which the slots may know better."""


def modality(read: Read, content: Span, attribution: Attribution | None, through: Sequence[str] = ()) -> Manner:
    """The manner in which some words of a sentence are said.

    Args:
        read: the sentence.
        content: the words said.
        attribution: the saying they belong to; None where the sentence names nobody.
        through: names of those whom the claim inherits from the article; what stands under a complaint is alleged.
    """
    tokens = [token for token in read.sentence.tokens if content.start <= token.start and token.end <= content.end]
    said, places = _joined(tokens)
    lowered = said.lower()
    found: list[tuple[int, str, str]] = []
    for pattern, word in ((_ALLEGED, "alleged"), (_POSSIBLE, "possible"), (_PLANNED, "planned")):
        found += [(match.start(), word, match[0]) for match in pattern.finditer(lowered)]
    found += _modals(tokens, said, places)
    words = {word for _, word, _ in found}
    hedges = [(at, text) for at, word, text in found if word in ("possible", "alleged")]
    hedges += [(match.start(), match[0]) for match in _HEDGES.finditer(lowered)]
    if attribution is not None and attribution.rule in cues.ADVERBS:
        hedges.append((-1, attribution.rule))
    shown = tuple(dict.fromkeys(said[at : at + len(text)] if at >= 0 else text for at, text in sorted(hedges)))
    mood = _word(read, said, attribution, words)
    if mood == "asserted" and any(head_word(name) in _ACCUSATIONS for name in through):
        mood = "alleged"
    return Manner(mood, shown, _negated(tokens, lowered))


def _word(read: Read, said: str, attribution: Attribution | None, words: set[str]) -> Word:
    flags, negated = _cue(read, attribution)
    rule = attribution.rule if attribution else ""
    if ("d" in flags and not negated) or "untrue" in rule:
        return "denied"
    if "q" in flags or said.rstrip("\"”’'» ").endswith("?"):
        return "asked"
    if (
        "a" in flags
        or rule in ("allegedly", "purportedly", "supposedly")
        or rule.startswith("accused")
        or "alleged" in words
    ):
        return "alleged"
    if (
        "possible" in words
        or negated
        or (flags == "c" and rule in ("is said to", "it is said"))
        or rule.endswith("cue negated")
        or said.lower().startswith(("whether ", "if "))
    ):
        return "possible"  # "did not confirm that ..." leaves it open
    if "p" in flags or "planned" in words:
        return "planned"
    return "asserted"


def _cue(read: Read, attribution: Attribution | None) -> tuple[str, bool]:
    if attribution is None or attribution.cue is None:
        return "", False
    word = next((token.text.lower() for token in read.sentence.tokens if token.start == attribution.cue.start), "")
    flags = cues.WHAT.get(cues.FORMS.get(word, ""), "")
    if attribution.rule == "noun":
        flags = {"allegation": "a", "accusation": "a", "denial": "d", "suspicion": "a"}.get(word.rstrip("s"), "")
    return flags, attribution.rule.endswith("cue negated")


def _joined(tokens: list[Token]) -> tuple[str, list[int]]:
    """The words with the gaps they have in the text, white space made plain, and where each begins."""
    parts: list[str] = []
    places = []
    length, end = 0, -1
    for token in tokens:
        if 0 <= end < token.start:
            parts.append(" ")
            length += 1
        places.append(length)
        parts.append(token.text)
        length += len(token.text)
        end = token.end
    return "".join(parts), places


def _modals(tokens: list[Token], said: str, places: list[int]) -> list[tuple[int, str, str]]:
    """Helping verbs, by their tag where there is a parse, else by what stands beside them."""
    if tokens and tokens[0].tag:
        return [
            (place, _MODALS[token.text.lower()], token.text)
            for token, place in zip(tokens, places, strict=True)
            if token.tag == "MD" and token.text.lower() in _MODALS
        ]
    found = []
    for match in _BARE.finditer(said):
        before = said[: match.start()].split()
        if not (before and before[-1].lower() in _NOT_WILL):
            found.append((match.start(), _MODALS[match[1]], match[1]))
    return found


def _negated(tokens: list[Token], lowered: str) -> bool:
    """Whether the highest verb is negated; without a parse, whether a negation stands in the first twelve words."""
    if not tokens or tokens[0].head < 0:
        return bool(_NEGATION.search(" ".join(lowered.split()[:12])))
    verbs = [
        token
        for token in tokens
        if token.dep in ("ccomp", "ROOT", "advcl", "acl", "relcl", "parataxis", "xcomp", "pcomp")
    ]
    if not verbs:
        return False
    top = verbs[0]
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if after is not None and after.text.lower() in ("more", "fewer", "less"):
            continue  # "no fewer than 60" is a bound
        near = abs(token.start - top.start) < 40 and token.start < top.end + 12
        if token.text.lower() in _NEGATIONS and token.dep in ("neg", "det", "preconj", "nsubj") and near:
            return True
    return False
