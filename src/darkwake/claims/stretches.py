"""What a stretch of a sentence can be: a name, an apposition, a clause; told from words, and from tags where there are.

`frames` lays its frames over a `Line` and asks here whether what should be a name can be one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from darkwake.claims import cues
from darkwake.claims.article import Span
from darkwake.claims.attribution import Mode
from darkwake.claims.cues import word_set
from darkwake.claims.naming import head_word
from darkwake.claims.tokens import Sentence

INNER = frozenset(form for form, lemma in cues.FORMS.items() if "s" in cues.WHAT[lemma]) - word_set(
    "state states note notes read reads point points observe observed post posts report reports charge charges "
    "question questions answer comment answers comments claim claims"
)
_NO_START = word_set(
    "when if after while as since because although though what that there in on at by for with from of under during "
    "among before until unless not how why where whether so then no nobody nothing none despite without to but and or"
)
_NO_INSIDE = word_set(
    "but because when if while although though which whom than was were is are been has have had will would could "
    "should can may might must did does do not"
)
_UNNAMED_TAIL = re.compile(
    r" (?:who|that) (?:asked|wished|requested|preferred|insisted|spoke|declined|wanted|refused|were|was|had|has|have|"
    r"speaks?|works?|knows?|knew)\b.*"
)
_PRONOUNS = word_set("he she they it we i")
_COUNTED = word_set("two three four five six several some many unnamed anonymous")
_OPENERS = _PRONOUNS | word_set(
    "there the a an its his her their our my this these those some any no all about around more over roughly "
    "approximately only both each every"
)
APPOSED = word_set("who whose a an the its his her their our one former acting then now")
_CALLED = cues.ROLES | cues.BODIES | cues.UNNAMED | cues.DOCUMENTS | cues.TITLES
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
UNTRUE = re.compile(
    r"(?:that )?it (?:is|was) (?:simply |just |quite )?(?:not true|untrue|not the case|not right|not correct|false|"
    r"incorrect|wrong)(?: to say)? that ",
    re.I,
)
_COMMA = re.compile(", ")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that frames are laid on; offsets of matches are those of the article."""

    sentence: Sentence
    text: str
    low: int
    high: int
    quotes: Sequence[Span]

    def finite(self, span: Span) -> bool:
        """Whether a verb that makes a sentence stands in a stretch; without a parse, whether it is long enough."""
        inside = [one for one in self.sentence.tokens if span.start <= one.start and one.end <= span.end]
        if not self.sentence.parsed:
            return len(inside) >= 4
        if any(one.tag in _FINITE or (one.tag == "VBN" and one.dep in ("ROOT", "ccomp")) for one in inside):
            return True
        # "a cargo left the port", "put out": with an object or a particle a past, which the parse took for a participle
        ruling = {one.head for one in inside if one.dep in ("dobj", "prt")}
        verbs = [self.sentence.tokens[at] for at in sorted(ruling)]
        return any(one.tag == "VBN" and one.dep == "acl" and one.start >= span.start for one in verbs)

    def holds_verb(self, span: Span) -> bool:
        """Whether a stretch that should be a name has a finite verb; "reviewed by the paper" has none."""
        tokens = [one for one in self.sentence.tokens if span.start <= one.start and one.end <= span.end]
        for at, one in enumerate(tokens):
            after = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
            if one.tag in _FINITE and after not in ("by", "in", "on", "at") and not one.text[0].isupper():
                return one.tag in ("MD", "VBD") or after in ("the", "a", "an", "that", "to")
        return False

    def has_finite(self, span: Span) -> bool:
        """Whether any word of a stretch is tagged as a finite verb, one before "by" left out."""
        tokens = [one for one in self.sentence.tokens if span.start <= one.start and one.end <= span.end]
        after = [*(one.text.lower() for one in tokens[1:]), ""]
        return any(one.tag in _FINITE and then != "by" for one, then in zip(tokens, after, strict=True))

    def quoted(self, span: Span) -> bool:
        """Whether a stretch meets a quotation."""
        return any(one.meets(span) for one in self.quotes)


def can_name(line: Line, span: Span) -> bool:
    """Whether a stretch can be somebody."""
    text = span.of(line.text)
    words = re.findall(r"[\w’'.&-]+", _UNNAMED_TAIL.sub("", text))
    if not words or len(words) > 16 or line.quoted(span):
        return False
    lowered = [word.lower() for word in words]
    if len(words) == 1 and lowered[0] in _PRONOUNS:
        return True
    if lowered[0] in _NO_START or (lowered[0] in _PRONOUNS and len(words) > 1):
        return False
    if any(word in _NO_INSIDE or (word in INNER and word == raw) for word, raw in zip(lowered, words, strict=True)):
        return False
    kept = Span(span.start, span.start + len(_UNNAMED_TAIL.sub("", text)))
    if line.sentence.parsed and line.holds_verb(kept):
        return False
    if kept != span or lowered[0] in _COUNTED:
        return True
    first = span.start == line.low
    capitals = [word for at, word in enumerate(words) if word[0].isupper() and not (at == 0 and first)]
    if capitals and (len(words) <= 8 or lowered[0] in APPOSED or words[0][0].isupper()):
        return True
    head = head_word(text)
    return head in _CALLED or head.rstrip("s") in _CALLED or (first and len(words) <= 2 and words[0][0].isupper())


def is_name(text: str) -> bool:
    """Whether a text is two to four capitalised words and nothing else."""
    words = text.split()
    return 1 < len(words) <= 4 and all(word[:1].isupper() for word in words)


def is_apposition(line: Line, span: Span, of: Span | None = None) -> bool:
    """Whether a stretch between commas tells who somebody is; a name does so only after an office: "its clerk, X"."""
    text = span.of(line.text)
    words = text.split()
    if not words or len(words) > 18 or line.quoted(span):
        return False
    first = words[0].lower()
    if first in ("who", "whose"):
        return True
    if of is not None and is_name(text):
        head = head_word(of.of(line.text))
        return head in cues.ROLES and head in of.of(line.text)
    kept = Span(span.start, span.start + len(_UNNAMED_TAIL.sub("", text)))
    if line.sentence.parsed and line.has_finite(kept):
        return False
    lowered = [word.lower().strip(".") for word in words[:7]]
    office = any(word in _CALLED or word.rstrip("s") in _CALLED or word.startswith("spokes") for word in lowered)
    return office and (first in APPOSED or words[0].strip(".") in _CALLED or words[0].startswith("spokes"))


def clause_after(line: Line, at: int, *, marked: bool) -> bool:
    """Whether right after the cue, without "that", a sentence begins rather than a day, a place or an object."""
    tokens = line.sentence.tokens
    if at + 3 >= len(tokens):
        return False
    after = tokens[at + 1]
    if UNTRUE.match(line.text, after.start, line.high):
        return True
    if not line.sentence.parsed:  # only where the frame holds more than a name and a verb
        return marked and (after.text[0].isupper() or after.text[0].isdigit() or after.text.lower() in _OPENERS)
    return after.text.lower() in _OPENERS or after.tag in ("NNP", "NNPS", "CD", "JJ", "JJR", "NNS", "NN")


def told_inside(line: Line, contents: Span) -> bool:
    """Whether a second saying stands in the words said, so that their end is in doubt."""
    return any(
        one.text.lower() in INNER and (not one.tag or one.tag.startswith("VB")) and not line.quoted(one_span)
        for one in line.sentence.tokens
        if contents.holds(one_span := Span(one.start, one.end))
    )


def parts_of(line: Line, span: Span) -> list[Span]:
    """A stretch cut at its commas."""
    found = []
    begin = span.start
    for match in _COMMA.finditer(line.text, span.start, span.end):
        found.append(Span(begin, match.start()))
        begin = match.end()
    return [*found, Span(begin, span.end)]


def words_said(line: Line, contents: Span) -> tuple[tuple[Span, ...], Mode]:
    """The words said without the signs at their ends, and whether they are quoted."""
    near = [one for one in line.quotes if contents.meets(one)]
    whole = contents.of(line.text).strip(" ,.;:")
    if len(near) == 1 and near[0].of(line.text).strip(" ,.;:") == whole:
        return (Span(max(near[0].start, line.low), min(near[0].end, line.high)),), "direct"
    begin = contents.start
    while begin < contents.end and line.text[begin] in " ,;:":
        begin += 1
    end = contents.end
    while end > begin and line.text[end - 1] in " ,;:":
        end -= 1
    if (
        line.text[end - 1] == "."
        and end == line.high
        and not re.search(r"\b[A-Z]\.$", line.text[max(0, end - 3) : end])
    ):
        end -= 1
    return (Span(begin, end),), "mixed" if near else "indirect"
