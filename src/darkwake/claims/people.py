"""Who is meant, inside one article: a surname, "the spokesperson", "the ministry", "she", "the document".

Nothing is looked up outside the article, and nothing is guessed: where two could be meant the words stay as they are
written and `how` says so. `People.of` answers for any span; the sources of the article's sayings are resolved in
order, because "she" means whoever spoke last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from darkwake.claims import cues
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Read
from darkwake.claims.cues import word_set
from darkwake.claims.naming import (
    as_person,
    bare,
    called_otherwise,
    document,
    head_word,
    kind_of,
    may_be_person,
    no_person,
    person_in,
)

Kind = Literal["outlet", "person", "organisation", "document", "unnamed", "unknown"]

_ACRONYM = re.compile(
    r"(?P<long>[A-Z][\w.’'&-]*(?:[ -](?:of|for|the|and|[A-Z][\w.’'&-]*)){1,9}) \((?P<short>[A-Z][A-Z.&-]{1,9})\)"
)
_DOCUMENT = re.compile(
    r"\b(?:[Aa]n?|[Tt]he) (?P<name>(?:[\w’'-]+ ){0,3}?(?:complaint|report|filing|indictment|affidavit|study|"
    r"memo|dossier|"
    r"document|manifest|certificate|lawsuit|notice|letter))\b"
)
_QUOTED = re.compile(r"^[^“”]*” ")
_BESIDE = re.compile(r", (?P<office>(?:an?|the|its|their) [^,;:.“”\"]{3,90})[,.]")
_REPORT_BY = re.compile(r"(?:[Aa]n?|[Tt]he|[Ii]ts) (?:\w+ )?(?:report|story|article) (?:by|in|from) (?=\S)")
_SAYS_I = word_set("i we me us my our")
_ONE = word_set("he she")
_MANY = word_set("they")
_PEOPLE = word_set("people officials sources persons")
"""Words for the same unnamed people: "two people familiar with it" may come back as "the officials"."""
_IT = word_set("it")
_REMEMBERED = 200
"""How many sources back "the spokesperson" may reach."""
_WITHIN_BLOCKS = 2
"""How many paragraphs back a pronoun may reach."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a stretch of text means."""

    name: str
    kind: Kind
    how: str
    """As in "as written", "surname", "last speaker", "acronym", "role", "named before", "ambiguous: ..."."""
    office: str = ""
    """The title and office as written beside the name, where there is one."""


class People:
    """Everybody and everything that an article names as a source, and what later words for them mean."""

    def __init__(self, article: Article, reads: Sequence[Read], outlets: frozenset[str] = frozenset()) -> None:
        """Read the article's names once, then its sources in order."""
        self.article = article
        self._outlets = {_plain(one): one for one in sorted({*outlets, article.fact("outlet")}) if one}
        self._sources: dict[Span, Resolved] = {}
        self._order: list[tuple[Span, Resolved]] = []
        self._acronyms = dict(_acronyms(article.text))
        self._entities = _entities(reads)
        self._starts = [span.start for span, _ in self._entities]
        self._persons: list[tuple[int, str, str]] = []
        self._blocks = [block.span.start for block in article.blocks]
        self._told: dict[Span, Span] = {}
        self._before: dict[Span, Span] = {}
        self._asked: set[Span] = set()
        self.reads = reads
        self.routes: dict[str, tuple[Span, ...]] | None = None
        """Of unnamed sources, those through whom the article first had their words; `chain` finds them once."""
        self.whole: list[tuple[Span, int]] | None = None
        """Papers that the article has its story from, with where it says so; `chain` finds them once."""
        self._documents = [(one.start(), one["name"]) for one in _DOCUMENT.finditer(article.text)]
        spans = self._list(reads)
        for span in spans:
            if (found := person_in(self._words(span), self._named(span, "PERSON"))) and " " in found[0]:
                self._persons.append((span.start, *found))
        self._persons += [
            (span.start, name, "")
            for span, name in self._entities_of("PERSON")
            if " " in name and not (name.startswith("The ") or no_person(name) or self.outlet(name))
        ]
        spoke = {full for _, full, office in self._persons if office}
        self._persons = [one for one in self._persons if one[1] in spoke or may_be_person(one[1], article.text)]
        self._persons.sort(key=lambda one: (one[0], one[1]))
        self._by_word: dict[str, dict[str, None]] = {}
        self._offices: dict[str, str] = {}
        for _, full, office in self._persons:
            for word in full.split():
                self._by_word.setdefault(word, {})[full] = None
            if office:
                self._offices.setdefault(full, office)
        for at, full, _ in self._persons:
            beside = _BESIDE.match(article.text, at + len(full)) if full not in self._offices else None
            if beside and not {head_word(beside["office"])}.isdisjoint(cues.ROLES):
                self._offices[full] = beside["office"]
        self._bodies: dict[str, list[tuple[int, str]]] = {}
        for span in spans:
            meant = self._resolve(span)
            self._sources[span] = meant
            self._order.append((span, meant))

    def of(self, span: Span) -> Resolved:
        """Who a span means; the words as written where nobody can be told."""
        known = self._sources.get(span)
        return known if known is not None else self._resolve(span)

    def outer(self, span: Span) -> Span | None:
        """The source through whose words this one is told, such as whoever speaks the quotation that it stands in."""
        return self._told.get(span)

    def before(self, read: Read) -> Span | None:
        """The only source of the sentence before, in the same paragraph."""
        return self._before.get(read.sentence.span)

    def _list(self, reads: Sequence[Read]) -> list[Span]:
        spans: set[Span] = set()
        last: Read | None = None
        for read in reads:
            if last is not None and last.sentence.block == read.sentence.block:
                named = {one.source for one in last.attributions if one.source and one.mode == "indirect"}
                if len(named) == 1 and len(last.attributions) == 1:
                    self._before[read.sentence.span] = named.pop()
            last = read
            for one in read.attributions:
                if one.source is None:
                    continue
                spans.add(one.source)
                for other in read.attributions:
                    if other.source and other is not one and any(held.holds(one.source) for held in other.contents):
                        self._told.setdefault(one.source, other.source)
        return sorted(spans)

    def _entities_of(self, kind: str) -> list[tuple[Span, str]]:
        return [(span, span.of(self.article.text)) for span, label in self._entities if label == kind]

    def _named(self, span: Span, kind: str) -> str:
        """The first name of that kind that the parse found within a span."""
        at = bisect_left(self._starts, span.start)
        for found, label in self._entities[at:]:
            if found.start >= span.end:
                break
            name = found.of(self.article.text)
            if label == kind and found.end <= span.end and (kind != "PERSON" or as_person(name)):
                return name
        return ""

    def _words(self, span: Span) -> str:
        """The words of a span; of one that a quotation runs into, what stands behind the quotation."""
        text = " ".join(span.of(self.article.text).split())
        return _QUOTED.sub("", text) or text

    def _resolve(self, span: Span) -> Resolved:
        text = self._words(span)
        if (outlet := self._outlets.get(_plain(text))) is not None:
            return Resolved(bare(outlet), "outlet", "known outlet")
        word = text.lower()
        if word in _SAYS_I or word.split(" ")[0] in ("i", "we"):
            return self._first_person(span, text)
        if word in _ONE | _MANY | _IT:
            return self._pronoun(span, text, word)
        if (person := self._person(span, text)) is not None:
            return person
        short = bare(text)
        if short in self._acronyms:
            return Resolved(self._acronyms[short], kind_of(self._acronyms[short], "ORG"), "acronym")
        if (definite := self._definite(span, text)) is not None:
            return definite
        report = _REPORT_BY.match(text)
        if report and (paper := self._outlets.get(_plain(text[report.end() :]))) is not None:
            return Resolved(bare(paper), "outlet", "known outlet")
        if " " not in short and short[:1].isupper() and (part := self._part_of(short)) is not None:
            return part
        label = "ORG" if self._named(span, "ORG") or self._named(span, "GPE") or self._named(span, "NORP") else ""
        kind = kind_of(text, label)
        return Resolved(document(short) if kind == "document" else short, kind, "as written")

    def outlet(self, text: str) -> str | None:
        """The outlet that a name stands for: the article's own, another known one, or one by its words; else None."""
        if (known := self._outlets.get(_plain(text))) is not None:
            return known
        return bare(text) if kind_of(text, "") == "outlet" else None

    def _person(self, span: Span, text: str) -> Resolved | None:
        found = person_in(text, self._named(span, "PERSON"))
        if found is None:
            return None
        name, office = found
        if " " in name:
            return Resolved(name, "person", "as written", office or self._offices.get(name, ""))
        if name in self._acronyms:
            return None
        names = list(self._by_word.get(name, ()))
        if not names:
            return Resolved(name, "person", "as written", office) if self._named(span, "PERSON") or office else None
        if len(names) > 1:
            names = [full for full in names if full.split()[-1] == name] or names
            whole = max(names, key=len)
            if any(not set(full.split()) <= set(whole.split()) for full in names):
                return Resolved(name, "person", f"ambiguous: {', '.join(names)}", office)
            names = [whole]
        return Resolved(names[0], "person", "surname", office or self._offices.get(names[0], ""))

    def _part_of(self, short: str) -> Resolved | None:
        """As in "the Herald" for the one source named before with that word in its name."""
        kinds = ("outlet", "organisation")
        before = {one.name: one for _, one in self._order[-_REMEMBERED:] if one.kind in kinds and one.name != short}
        whole = [one for name, one in before.items() if short in name.split()]
        return replace(whole[0], how="shortened") if len(whole) == 1 else None

    def _first_person(self, span: Span, text: str) -> Resolved:
        outer = self._told.get(span)
        if outer is not None and outer in self._sources and outer != span:
            return replace(self._sources[outer], how="speaks of oneself")
        before = self._last(span)
        if outer is not None and outer not in self._sources and outer not in self._asked:
            self._asked.add(span)  # "I said I said" must not go round
            found = self._resolve(outer)  # the speaker is named after the quotation
            self._asked.discard(span)
            return replace(found, how="speaks of oneself")
        if before and before[-1][1].kind == "person":
            return replace(before[-1][1], how="speaks of oneself")
        return Resolved(text, "unknown", "nobody named")

    def _last(self, span: Span) -> list[tuple[Span, Resolved]]:
        """The sources of the paragraphs right before a place, in order."""
        found: list[tuple[Span, Resolved]] = []
        for where, one in reversed(self._order):
            if where.end <= span.start:
                if not self._near(where, span):
                    break
                found.append((where, one))
        return found[::-1]

    def _between(self, start: int, end: int) -> set[str]:
        """Persons named in a stretch of text."""
        low, high = (bisect_left(self._persons, (at,)) for at in (start, end))
        return {full for _, full, _ in self._persons[low:high]}

    def _pronoun(self, span: Span, text: str, word: str) -> Resolved:
        wanted = {"he": ("person",), "she": ("person",), "it": ("organisation", "outlet", "document")}.get(
            word, ("unnamed", "organisation", "person", "document")
        )
        near = self._last(span)
        fitting = [found for _, found in near if found.kind in wanted and self._may_be(found.name, word)]
        if not fitting:
            return self._only_person(span, text, word) if word in _ONE else Resolved(text, "unknown", "nobody named")
        last = fitting[-1]
        if word in _ONE:
            between = self._between(near[-1][0].end, span.start) - {last.name}
            if between := {name for name in between if self._may_be(name, word)}:
                return Resolved(text, "unknown", f"ambiguous: {', '.join(sorted({last.name, *between}))}")
        return replace(last, how="last speaker")

    def _may_be(self, name: str, pronoun: str) -> bool:
        """Whether a title or office beside a name leaves a pronoun open for it: "he" is no spokeswoman."""
        return not called_otherwise(self._offices.get(name, ""), pronoun)

    def _only_person(self, span: Span, text: str, word: str) -> Resolved:
        """Whoever alone was named in the same or the last paragraph; else in all that went before, and spoke last."""
        block = bisect_left(self._blocks, span.start + 1) - 2
        close = self._between(self._blocks[max(0, block)] if self._blocks else 0, span.start)
        names = sorted(name for name in close if self._may_be(name, word))
        if len(names) == 1:
            return Resolved(names[0], "person", "only person named")
        if not close:
            every = sorted(self._between(0, span.start))
            spoke = [found for _, found in self._order if found.kind in ("person", "unnamed")]
            if len(every) == 1 and spoke and spoke[-1].name == every[0] and self._may_be(every[0], word):
                return replace(spoke[-1], how="only person named")
        return Resolved(text, "unknown", f"ambiguous: {', '.join(names)}" if names else "nobody named")

    def _definite(self, span: Span, text: str) -> Resolved | None:
        """As in "the spokesperson", "the ministry": the one that was named before, where it is only one."""
        words = text.split()
        if (
            words[0].lower() not in ("the", "this", "that")
            or len(words) > 4
            or any(one[0].isupper() for one in words[1:])
        ):
            return None
        head = head_word(text)
        before = [found for _, found in self._order[-_REMEMBERED:]]
        if head in cues.ROLES or head.startswith("spokes"):
            stem = "spokes" if head.startswith("spokes") else head
            called = [f for f in before if f.kind == "person" and self._holds(f.office.lower(), stem)]
            return self._one({f.name: f for f in called}, text, "role")
        if head in cues.DOCUMENTS:
            named = {
                f.name: f for f in before if f.kind == "document" and (head_word(f.name) == head or head == "document")
            }
            if not named:
                earlier = [
                    name
                    for at, name in self._documents
                    if at < span.start and (head in name.split() or head == "document") and name != head
                ]
                named = {name: Resolved(name, "document", "named before") for name in earlier[-1:]}
            return self._one(named, text, "named before")
        if head in cues.BODIES or head in cues.OUTLET_WORDS or head == "outlet":
            return self._body(span, text, head, before)
        if head in cues.UNNAMED:
            unnamed = {f.name: f for f in before if f.kind == "unnamed"}
            alike = {name: one for name, one in unnamed.items() if head_word(name) == head}
            return self._one(alike or (unnamed if head in _PEOPLE else {}), text, "named before")
        return None

    def _holds(self, office: str, stem: str) -> bool:
        """Whether an office is called so: "who speaks for the port" is a spokesperson."""
        return stem in office or (stem == "spokes" and "speaks for" in office)

    def _body(self, span: Span, text: str, head: str, before: Sequence[Resolved]) -> Resolved | None:
        names = {
            name: Resolved(name, kind_of(name, "ORG"), "named before")
            for at, name in self._bodies_called(head)
            if at < span.start
        }
        if not names:
            kinds = (
                ("outlet",)
                if head in ("agency", "newspaper", "paper", "broadcaster", "outlet", "network", "daily")
                else ()
            )
            names = {f.name: f for f in before if f.kind in kinds}
        return self._one(names, text, "named before")

    def _bodies_called(self, head: str) -> list[tuple[int, str]]:
        """Every capitalised name in the article with that noun in it: "Ministry of Orchards", with its first place."""
        if head not in self._bodies:
            pattern = re.compile(
                rf"(?:[A-Z][\w’'-]*(?: of| for| the| and)? ){{0,6}}{head.capitalize()}\b"
                r"(?: (?:of|for)(?: the)?(?: [A-Z][\w’'-]*){1,6})?"
            )
            first: dict[str, int] = {}
            for match in pattern.finditer(self.article.text):
                if " " in bare(match[0]):
                    first.setdefault(bare(match[0]).rstrip("."), match.start())
            self._bodies[head] = [(at, name) for name, at in first.items()]
        return self._bodies[head]

    def _one(self, names: dict[str, Resolved], text: str, how: str) -> Resolved | None:
        if len(names) == 1:
            return replace(next(iter(names.values())), how=how)
        if names:
            return Resolved(bare(text), kind_of(text, ""), f"ambiguous: {', '.join(names)}")
        return None

    def _near(self, earlier: Span, later: Span, within: int = _WITHIN_BLOCKS) -> bool:
        first, second = (bisect_left(self._blocks, span.start + 1) for span in (earlier, later))
        return second - first <= within


def resolve(article: Article, reads: Sequence[Read], outlets: frozenset[str] = frozenset()) -> People:
    """Everybody whom an article names as a source, resolved inside it.

    Args:
        article: the article.
        reads: its sentences as a backend read them.
        outlets: names of other papers and channels that are known for such, as those of the articles read with it.
    """
    return People(article, reads, outlets)


def _plain(name: str) -> str:
    return re.sub(r"^the ", "", " ".join(name.lower().split()))


def _entities(reads: Sequence[Read]) -> list[tuple[Span, str]]:
    """The names that the parse found, in order, without a possessive at their end."""
    found: list[tuple[Span, str]] = []
    for read in reads:
        start, label, end = -1, "", -1
        for token in read.sentence.tokens:
            if token.entity and (token.begins or token.entity != label):
                if start >= 0:
                    found.append((Span(start, end), label))
                start, label, end = token.start, token.entity, token.end
            elif token.entity and token.tag != "POS":
                end = token.end
            elif not token.entity and start >= 0:
                found.append((Span(start, end), label))
                start, label = -1, ""
        if start >= 0:
            found.append((Span(start, end), label))
    return found


def _acronyms(text: str) -> list[tuple[str, str]]:
    """As in "Orchard Trade Board (OTB)" to ("OTB", "Orchard Trade Board"): the shortest run of words that spells it."""
    found: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        short = match["short"].replace(".", "")
        words = match["long"].split(" ")
        for begin in range(len(words) - 1, -1, -1):
            initials = "".join(
                part[0] for word in words[begin:] for part in word.split("-") if part and part[0].isupper()
            )
            if initials == short.replace("-", "") and words[begin][0].isupper():
                found.setdefault(match["short"], " ".join(words[begin:]))
                break
    return sorted(found.items())
