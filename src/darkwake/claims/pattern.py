"""Attribution over bare words: the standard library only, no parse, always there.

It knows where a sentence begins, which words can be cues, what may stand beside them, and where commas and quotation
marks are. It does not know what a verb governs: a source that stands far from its cue, and words said that end before
the sentence does, are beyond it. `made_by` says "pattern", so that nobody takes its claims for those of a parse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata

from darkwake.claims import cues, speech
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Read
from darkwake.claims.cues import word_set
from darkwake.claims.quotes import Quote
from darkwake.claims.tokens import Sentence, Token
from darkwake.claims.words import DATELINE, Words

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}|[A-Z]\.(?= [A-Z])|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Adm|Col|Capt|Sen|Rep|Lt|Sgt|St|Inc|Co)\."
    r"|\w+(?:[-'’.,]\w+)*|[^\w\s]"
)
_TRIGGERS = frozenset(
    {*cues.FORMS, *cues.HANDED_ON, *cues.ADVERBS, *cues.NO_ANSWER, *cues.NOUNS, "according", "what"}
    - {"read", "show", "figure", "figures"}
)
_NOUNISH = word_set(
    "state states report reports claim claims charge charges question questions answer answers comment "
    "comments post posts point points note notes estimate estimates forecast forecasts hope hopes fear fears "
    "guess joke dispute disputes remark remarks reason reasons demand demands figure threat concern show shows "
    "find judge counter suspect suspects result doubt doubts complaint promise promises pledge pledges tweet "
    "tweets quote quotes reference wonder wonders urge muse shout calculate answer reading finding findings "
    "saying thought feel feels tell say think believe learn hint hints"
)
"""Forms that are as often nouns, or bare verbs after a modal: they need a plain subject right before them."""
MOST_WORDS = 1000
"""A longer "sentence" is a list or a table that was not split: no saying is looked for, and it stays unattributed."""
_BE = word_set("is are was were be been being")


class Pattern:
    """A backend over bare words."""

    @property
    def made_by(self) -> str:
        """Backend and version; there is no model."""
        try:
            return f"pattern {metadata.version('darkwake')}"
        except metadata.PackageNotFoundError:
            return "pattern"

    def read(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> list[Read]:
        """One `Read` a sentence, in their order; its words have no parse."""
        made = [Sentence(span, words(article.text, span), block) for span, block in sentences]
        return speech.reads(article, made, find)

    def read_many(self, items: Sequence[tuple[Article, Sequence[tuple[Span, int]]]]) -> list[list[Read]]:
        """What `read` gives for each article, in their order."""
        return [self.read(article, sentences) for article, sentences in items]


def words(text: str, span: Span) -> tuple[Token, ...]:
    """Words and signs of a sentence, without the dateline at its head."""
    head = DATELINE.match(text, span.start, span.end)
    start = head.end() if head else span.start
    return tuple(Token(match.start(), match.end(), match[0]) for match in _WORD.finditer(text, start, span.end))


def find(sentence: Sentence, text: str, quotes: Sequence[Quote]) -> list[Attribution]:
    """The sayings of one sentence; quotes are those that share a character with it."""
    if len(sentence.tokens) > MOST_WORDS:
        return []
    lowered = [token.text.lower() for token in sentence.tokens]
    if _TRIGGERS.isdisjoint(lowered):
        return []
    words = Words(sentence, lowered, text, [quote.span for quote in quotes])
    found: list[Attribution] = []
    for at, word in enumerate(lowered):
        if word not in _TRIGGERS or (at and words.capital(at)):
            continue
        one = _at(words, at, word)
        if one is not None:
            found.append(one)
    return found


def _at(words: Words, at: int, word: str) -> Attribution | None:
    if word == "according":
        return _according(words, at)
    if word in cues.ADVERBS:
        contents = words.spans(
            range(words.count) if 0 < at < words.count - 1 else range(at == 0, words.count - (at > 0))
        )
        return Attribution("indirect", contents, words.span(at, at + 1), None, word) if contents else None
    if word in cues.NO_ANSWER:
        return _no_answer(words, at)
    if word in ("citing", "quoting"):
        return _citing(words, at)
    if word == "what":
        return _what(words, at)
    if word in cues.NOUNS and words.word(at + 1) == "that":
        return _noun(words, at)
    if word in cues.FORMS:
        return _verb(words, at, cues.FORMS[word], word)
    return None


def _according(words: Words, at: int) -> Attribution | None:
    if words.word(at + 1) != "to":
        return None
    end = words.name_after(at + 2, leading=at <= 1)
    if end <= at + 2:
        return None
    contents, mode = words.said([range(at), range(end, words.count)], at)
    if not contents:
        return None
    return Attribution(mode, contents, words.span(at, at + 2), words.span(at + 2, end), "according to")


def _citing(words: Words, at: int) -> Attribution | None:
    end = words.name_after(at + 1, leading=False)
    if end <= at + 1:
        return None
    low = at - 1 if words.word(at - 1) == "," else at
    contents, mode = words.said([range(low), range(end, words.count)], at)
    return Attribution(mode, contents, words.span(at, at + 1), words.span(at + 1, end), "citing") if contents else None


def _no_answer(words: Words, at: int) -> Attribution | None:
    if words.word(at + 1) != "to" or words.word(at + 2) not in cues.ANSWERS:
        return None
    begin = words.name_before(at)
    if begin is None:
        return None
    contents = words.spans(range(at, words.clause_end(at)))
    source = words.source(*begin)
    return Attribution("indirect", contents, words.span(at, at + 1), source, "no answer") if contents else None


def _noun(words: Words, at: int) -> Attribution | None:
    """As in "the ministry's claim that ..."."""
    owned = words.word(at - 1).endswith(("'s", "’s", "s'", "s’"))
    before = words.name_before(at) if owned else None
    contents = words.spans(range(at + 2, words.clause_end(at + 2)))
    if not contents:
        return None
    source = words.source(*before) if before else None
    if source is not None:
        source = Span(source.start, source.end - len(words.tokens[at - 1].text) + len(words.tokens[at - 1].text[:-2]))
    return Attribution("indirect", contents, words.span(at, at + 1), source, "noun")


def _passive(words: Words, at: int, lemma: str) -> Attribution | None:
    """As in "X is said to have ...", "it was reported by Y that ...": nobody, or whoever stands after "by"."""
    cue, after = words.span(at, at + 1), words.word(at + 1)
    if after == "to" and lemma in cues.SAID_OF:
        low = next((one + 1 for one in range(at - 1, -1, -1) if words.word(one) in (",", ";", "“", '"')), 0)
        contents = words.spans(range(low, at - 1), range(at + 1, words.clause_end(at)))
        return Attribution("indirect", contents, cue, None, "is said to") if contents else None
    end = words.name_after(at + 2, leading=False) if after == "by" else at + 1
    if words.word(end) != "that" or lemma in ("tell", "inform", "advise", "assure", "notify"):
        return None
    contents = words.spans(range(end + 1, words.count))
    source = words.source(at + 2, end) if after == "by" else None
    return Attribution("indirect", contents, cue, source, "it is said") if contents else None


def _as_saying(words: Words, at: int) -> Attribution | None:
    """As in "quoted X as saying", "X was quoted as saying"."""
    quoted = next((one for one in range(at - 1, max(-1, at - 12), -1) if words.word(one) in ("quoted", "quotes")), None)
    if quoted is None:
        return None
    passive = words.word(quoted - 1) in _BE
    before = words.name_before(quoted) if passive else (quoted + 1, at - 1)
    contents, mode = words.said([range(at + 1, words.count)], at)
    if before is None or before[0] >= before[1] or not contents:
        return None
    return Attribution(mode, contents, words.span(at, at + 1), words.source(*before), "quoted as saying")


def _what(words: Words, at: int) -> Attribution | None:
    for cue in range(at + 2, min(at + 9, words.count)):
        if words.word(cue) in cues.FRAMING:
            contents = words.spans(range(cue + 1, words.clause_end(cue)))
            if not contents:
                return None
            return Attribution("indirect", contents, words.span(cue, cue + 1), words.span(at + 1, cue), "in what")
    return None


def _verb(words: Words, at: int, lemma: str, word: str) -> Attribution | None:
    what = cues.WHAT[lemma]
    if lemma == "point" and words.word(at + 1) != "out":
        return None
    if word == "saying" and words.word(at - 1) == "as":
        return _as_saying(words, at)
    if words.word(at - 1) in _BE and not word.endswith("ing"):
        return _passive(words, at, lemma)
    before = words.name_before(at, strict=word in _NOUNISH)
    after_clause = words.opens_clause(at + 1, tell=lemma in ("tell", "inform", "assure", "advise"))
    rule = "words, cue negated" if words.negated(at) else "words"
    if before is not None:
        return _plain(words, at, before, after_clause, what, rule)
    if "s" in what and word not in _NOUNISH and words.after_speech(at):  # "...," said X
        end = words.name_after(at + 1, leading=False)
        if end > at + 1:
            contents, mode = words.said([range(at), range(end, words.count)], at, only_before=True)
            if contents:
                return Attribution(mode, contents, words.span(at, at + 1), words.span(at + 1, end), "turned round")
    if word.endswith("ing") and "s" in what and words.word(at - 1) in (",", "”", '"'):
        begin = words.far_subject(at)
        if begin is not None and after_clause is not None:
            contents, mode = words.said([range(after_clause, words.count)], at)
            if contents:
                return Attribution(mode, contents, words.span(at, at + 1), words.source(*begin), rule)
    return None


def _plain(
    words: Words, at: int, before: tuple[int, int], after_clause: int | None, what: str, rule: str
) -> Attribution | None:
    """Source before the cue, the words said after it or, where nothing follows, before both."""
    source = words.source(*before)
    if source is None:
        return None
    if "s" in what and words.closes(at, before[0]):
        contents, mode = words.said([range(before[0])], at)
        if contents:
            return Attribution(mode, contents, words.span(at, at + 1), source, "trailing")
        if words.word(words.count - 1) == ":":
            return Attribution("direct", (), words.span(at, at + 1), source, "colon")
        return None
    if after_clause is None:
        if "s" in what and (near := words.quotes_for(at)):
            return Attribution("direct", near, words.span(at, at + 1), source, rule)
        return None
    if what == "c" and not words.clause_like(after_clause):
        return None
    low = before[0]
    rest = [range(after_clause, words.count)]
    if low > 0 and words.word(low - 1) in ("which", "who"):
        rest = [range(after_clause, words.clause_end(at))]
    if low > 0 and words.word(low - 1) == "as":
        rest = [range(low - 1), range(words.clause_end(at) + 1, words.count)]
    contents, mode = words.said(rest, at)
    if not contents:
        return None
    return Attribution(mode, contents, words.span(at, at + 1), source, rule)
