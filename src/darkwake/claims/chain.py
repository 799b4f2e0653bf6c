"""The way of a claim: the publisher, those it was told through, and whoever said it first.

What the sentence itself says is `stated`; what holds only because the article says elsewhere whence it has the story is
not. An article-level source is taken over by later sentences in two cases only, and never where a sentence names its
own:

- the article says in its opening that a paper "first reported" it, or rests that opening on "a report by" one: all
  later sentences that name nobody;
- the sentence before, in the same paragraph, was laid to a document or a paper: the next one, where it names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from darkwake.claims import cues
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Read
from darkwake.claims.naming import bare, kind_of
from darkwake.claims.people import Kind, People

_HANDED_ON = ("citing", "quoted as saying")
_FIRST = re.compile(
    r"\bfirst (?:reported|published|broke|disclosed|revealed)\b|\breport (?:by|in|from|published by)\b", re.I
)
_FIRST_BY = re.compile(
    r"\b(?:first (?:reported|published|disclosed|revealed) by|(?:a|the) report (?:by|in|from|published by))"
    r" (?P<name>(?:[Tt]he )?[A-Z][\w’'-]*(?: (?:of |the )?[A-Z][\w’'-]*){0,5})"
)
_FIRST_OF = re.compile(
    r"(?P<name>(?:[Tt]he )?[A-Z][\w’'-]*(?: (?:of |the )?[A-Z][\w’'-]*){0,5})(?: \w+)? first (?:reported|"
    r"published|broke|disclosed|revealed)\b"
)
_TOLD = re.compile(
    r"(?:\b(?:told|tells|telling|interview with|remarks to|comments to|statement to|[Ss]peaking to|[Ss]poke to|"
    r"[Ss]peaking with|[Tt]alking to|post on))"
    r" (?:(?:the |its )?(?:sister |state |local )?"
    r"(?:news agency|newspaper|broadcaster|news website|paper|daily|magazine|channel|radio station) )?"
    r"(?P<name>(?:[Tt]he )?[A-Zi][\w’'-]*(?: (?:of |the |and |& )?[A-Z][\w’'-]*){0,5}"
    r"(?: television| newspaper| radio)?)"
)
_DATELINE = re.compile(r"\s*[A-Z][A-Z .’'-]{2,40}(?:, [^()\n]{1,30})? \((?P<name>[A-Z][\w ]{1,40})\) ?(?:--?|[–—]) ")
_RELEASE = re.compile(
    r"\s*(?:From|By) (?P<name>[^\n]{3,100}?(?:Public Affairs|Office|Ministry|Department)[^\n]{0,60})\s*"
)
_OPENING = 3
"""Paragraphs in which an article may say whence it has its story as a whole."""


@dataclass(frozen=True, slots=True)
class Link:
    """One station on the way of a claim; its fields are those of `schema.claimed.LINK`."""

    name: str
    kind: Kind
    start: int | None
    end: int | None
    stated: bool


def chain(article: Article, attribution: Attribution | None, read: Read, people: People) -> list[Link]:
    """The way of one claim, the publisher first.

    Args:
        article: the article.
        attribution: the saying that the claim is the content of; None where the sentence names nobody.
        read: the sentence it stands in.
        people: everybody in the article, from `people.resolve`.
    """
    links = [publisher(article)]
    if attribution is None or attribution.source is None:
        links += _around(attribution, read, people) if attribution else []
        if len(links) == 1:
            links += inherited(article, read, people)
        return _once(links)
    outer = _outer(attribution, read)
    links += [] if outer else _again(attribution, people)
    for one in outer:
        links += _heard_by(people, one, read) + _links(one, people)
    if (far := people.outer(attribution.source)) is not None and not read.sentence.span.holds(attribution.source):
        links.append(_link(far, people))
    own = _links(attribution, people)
    if not read.sentence.span.holds(attribution.source):  # a quotation that runs on is its speaker's by custom
        own = [Link(link.name, link.kind, None, None, False) for link in own]
    return _once(links + _heard_by(people, attribution, read) + own)


def claimed(read: Read) -> list[Attribution]:
    """The sayings of a sentence that make claims: those with words, each only at its innermost source.

    "Reuters reported, citing two officials, that ..." holds two sayings of the same words; the one through Reuters
    is a station of the other's chain and no claim of its own.
    """
    kept = []
    for one in read.attributions:
        hidden = any(
            other is not one and one in _outer(other, read) and _covered(one, other) for other in read.attributions
        )
        if one.contents and not hidden:
            kept.append(one)
    return kept


def publisher(article: Article) -> Link:
    """The outermost link: whoever published the article, never stated by a sentence."""
    name = article.fact("outlet")
    if not name:
        for block in article.blocks[:4]:
            if match := _RELEASE.fullmatch(article.text, block.span.start, block.span.end):
                return Link(match["name"].strip(), "organisation", *match.span("name"), False)
        return Link("", "unknown", None, None, False)
    own = re.search(r"Public Affairs|\bOffice\b|Ministry|Department|Embassy|Command|Agency$|Government", name)
    kind: Kind = "organisation" if own and kind_of(name, "") != "outlet" else "outlet"
    return Link(name, kind, None, None, False)


def inherited(article: Article, read: Read, people: People) -> list[Link]:
    """What a sentence that names nobody takes over from the article; empty in most articles."""
    before = _sentence_before(read, people)
    if before is not None:
        return [before]
    for link, end in _whole(article, people):
        if end <= read.sentence.span.start and not _FIRST.search(article.text, *read.sentence.span):
            return [link]
    return []


def _whole(article: Article, people: People) -> list[tuple[Link, int]]:
    """Papers that the article says it has its story from, each with where it says so."""
    if (kept := people.whole) is not None:
        return [(Link(bare(span.of(article.text)), "outlet", None, None, False), end) for span, end in kept]
    found: list[tuple[Span, int]] = []
    opening = [block for block in article.blocks if block.kind == "paragraph"][:_OPENING]
    for at, block in enumerate(article.blocks):
        wire = _DATELINE.match(article.text, block.span.start, block.span.end) if block in opening else None
        if wire and people.outlet(wire["name"]) is not None:
            found.append((Span(*wire.span("name")), block.span.start))
        for pattern in (_FIRST_BY, _FIRST_OF):
            for match in pattern.finditer(article.text, block.span.start, block.span.end):
                name = match["name"]
                paper = people.outlet(name) if at <= 1 or block in opening else None
                if paper is not None and bare(paper) != bare(article.fact("outlet")):
                    found.append((Span(*match.span("name")), match.end()))
    people.whole = sorted(set(found), key=lambda one: one[1])
    return _whole(article, people)


def _sentence_before(read: Read, people: People) -> Link | None:
    """The document or paper to which the sentence before, in the same paragraph, was laid."""
    source = people.before(read)
    if source is None:
        return None
    found = people.of(source)
    return Link(found.name, found.kind, None, None, False) if found.kind in ("document", "outlet") else None


def _outer(attribution: Attribution, read: Read) -> list[Attribution]:
    """The sayings of the sentence within which this one is told, the widest first."""
    found = []
    for one in read.attributions:
        if one is attribution or one.source is None or one.source == attribution.source:
            continue
        anchor = attribution.cue or attribution.source
        told = anchor is not None and any(content.holds(anchor) for content in one.contents)
        passed = (
            attribution.rule.startswith(_HANDED_ON) and not one.rule.startswith("citing") and _meet(one, attribution)
        )
        mutual = (
            attribution.cue is not None
            and one.cue is not None
            and any(content.holds(one.cue) for content in attribution.contents)
        )
        if (told or passed) and not mutual:
            found.append(one)
    return sorted(found, key=lambda one: (-sum(c.end - c.start for c in one.contents), one.contents[0]))


def _meet(a: Attribution, b: Attribution) -> bool:
    return any(one.meets(other) for one in a.contents for other in b.contents)


def _covered(outer: Attribution, inner: Attribution) -> bool:
    """Whether the words of the outer are no more than those of the inner."""
    return all(any(other.holds(one) or one == other for other in inner.contents) for one in outer.contents) or (
        inner.rule.startswith(_HANDED_ON) and _meet(outer, inner)
    )


def _around(attribution: Attribution, read: Read, people: People) -> list[Link]:
    return [link for one in _outer(attribution, read) for link in _links(one, people)]


def _links(attribution: Attribution, people: People) -> list[Link]:
    return [] if attribution.source is None else [_link(attribution.source, people)]


def _link(source: Span, people: People) -> Link:
    found = people.of(source)
    return Link(found.name, found.kind, source.start, source.end, True)


def _again(attribution: Attribution, people: People) -> list[Link]:
    """As in "the officials", whom the article had through a paper before: the paper, not stated by this sentence."""
    if attribution.source is None:
        return []
    found = people.of(attribution.source)
    if found.kind != "unnamed" or found.how != "named before":
        return []
    if people.routes is None:
        people.routes = {}
        for read in people.reads:
            for one in read.attributions:
                if one.source is not None and people.of(one.source).kind == "unnamed":
                    via = [other.source for other in _outer(one, read) if other.source]
                    heard = [link for link in _heard_by(people, one, read) if link.start is not None]
                    via += [
                        Span(link.start, link.end) for link in heard if link.start is not None and link.end is not None
                    ]
                    people.routes.setdefault(people.of(one.source).name, tuple(via))
    links = [_link(span, people) for span in people.routes.get(found.name, ())]
    return [Link(link.name, link.kind, None, None, False) for link in links]


def _heard_by(people: People, attribution: Attribution, read: Read) -> list[Link]:
    """The paper that somebody told it: "two officials told Reuters"."""
    cue = attribution.cue
    if cue is None:
        return []
    for match in _TOLD.finditer(people.article.text, read.sentence.span.start, read.sentence.span.end):
        where = Span(*match.span("name"))
        own = match.start() == cue.start or cues.FORMS.get(match[0].split()[0].lower()) is None
        if not own or any(content.meets(where) for content in attribution.contents):
            continue
        if (found := _paper(match["name"], people)) is not None:
            name, length = found
            return [Link(name, "outlet", where.start, where.start + length, True)]
    return []


def _paper(written: str, people: People) -> tuple[str, int] | None:
    """The outlet that a run of capitalised words begins with, and its length: "Reuters Monday" begins with Reuters."""
    words = written.split(" ")
    for count in range(len(words), 0, -1):
        begin = " ".join(words[:count])
        if (name := people.outlet(begin)) is not None:
            return bare(name), len(begin)
    return None


def _once(links: Sequence[Link]) -> list[Link]:
    """Each name once, at its first place; the publisher stays though it be unknown."""
    seen: set[str] = set()
    kept = []
    for at, link in enumerate(links):
        plain = re.sub(r"^the ", "", link.name.lower())
        if at and (plain in seen or not plain):
            continue
        seen.add(plain)
        kept.append(link)
    return kept
