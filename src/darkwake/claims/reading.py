"""Articles -> ARTICLES and CLAIMS: the whole reading of one article after another.

Every sentence of the running text gives its claims: what is attributed in it, each stretch with its speaker, and what
it says in the article's own voice. What a claim is about (dates, quantities, actors) is looked for in its words only;
the day on which something was said is the one thing that is taken from beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.claims import chain, dates, modality, people, quantities, slots
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Backend, Read
from darkwake.claims.clusters import clusters
from darkwake.claims.contradictions import contradictions
from darkwake.claims.ledger import Pair
from darkwake.claims.origins import origins
from darkwake.claims.sentences import is_aside, sentences
from darkwake.evidence import content_id

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how far it is, and how far it goes (None where unknown)."""

READ = ("paragraph", "caption", "list", "correction")
"""Kinds of blocks that are read. A heading repeats what the text says, mostly without who said it."""
LANGUAGE = "en"
_AT_ONCE = 2_000
"""Sentences: a parser is several times faster on many than on one article's."""
_EARLIER = 8
"""Dates of the sentences before that "the next day" may be reckoned from."""


def read_all(
    articles: Iterable[Article], backend: Backend, *, progress: Progress | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ARTICLES and CLAIMS of those articles, each once however often it is given, in the order of their ids.

    An article in another language than English is kept with that said, and no claim is read from it.
    """
    once = {one.id: one for one in articles}
    ordered = [once[key] for key in sorted(once)]
    outlets = frozenset(outlet for one in ordered if (outlet := one.fact("outlet")))
    rows: list[dict[str, Any]] = []
    done = 0
    for group in _groups(ordered):
        reads = backend.read_many(group)
        for (article, _), read in zip(group, reads, strict=True):
            if progress:
                progress(f"reading {article.name}", done, len(ordered))
            done += 1
            rows += _claims_of(article, read, backend.made_by, outlets)
    return (
        pl.DataFrame([row_of(one) for one in ordered], schema=schema.ARTICLES, orient="row"),
        pl.DataFrame(rows, schema=schema.CLAIMS, orient="row"),
    )


def lay_together(
    articles: pl.DataFrame, claims: pl.DataFrame, *, pairs: Sequence[Pair] = ()
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """CLUSTERS, ORIGINS and CONTRADICTIONS of what was read, with what people said of pairs of claims."""
    together = clusters(claims, articles, pairs=pairs)
    return together, origins(together, claims, articles), contradictions(together, claims, articles)


def row_of(article: Article) -> dict[str, Any]:
    """A row of ARTICLES."""
    return {
        "id": article.id,
        "source": article.source,
        "name": article.name,
        "text_sha256": article.text_sha256,
        **{field: article.fact(field) for field in ("url", "outlet", "author", "published", "title")},
        "language": article.language,
        "text": article.text,
        "blocks": [{**one.span._asdict(), "kind": one.kind} for one in article.blocks],
        "found": [asdict(one) for one in article.known],
        "problems": list(article.problems),
    }


def _groups(articles: Sequence[Article]) -> Iterator[list[tuple[Article, list[tuple[Span, int]]]]]:
    """Articles with their sentences, as many at once as are worth one call of a parser; every article in one group."""
    group: list[tuple[Article, list[tuple[Span, int]]]] = []
    number = 0
    for article in articles:
        wanted = [] if article.language not in ("", LANGUAGE) else _wanted(article)
        group.append((article, wanted))
        number += len(wanted)
        if number >= _AT_ONCE:
            yield group
            group, number = [], 0
    if group:
        yield group


def _wanted(article: Article) -> list[tuple[Span, int]]:
    return [
        (span, block)
        for span, block in sentences(article)
        if article.blocks[block].kind in READ and not is_aside(article.text, span)
    ]


def _claims_of(article: Article, reads: Sequence[Read], made_by: str, outlets: frozenset[str]) -> list[dict[str, Any]]:
    """Rows of CLAIMS of one article, in the order of its text."""
    known = people.resolve(article, reads, outlets)
    rows: list[dict[str, Any]] = []
    said: list[dates.SaidDate] = []
    for read in reads:
        span = read.sentence.span
        of_sentence = dates.dates(article.text, span, published=article.fact("published"), earlier=said[-_EARLIER:])
        amounts = quantities.quantities(article.text, span)
        said += of_sentence
        for content, attribution in _stretches(read, article.text):
            rows.append(
                _claim(article, read, content, attribution, of_sentence, amounts, known)
                | {"at": len(rows), "made_by": made_by + (f"; {attribution.rule}" if attribution else "")}
            )
    return [{"id": content_id("claim", row["article"], row), **row} for row in rows]


def _stretches(read: Read, text: str) -> Iterator[tuple[Span, Attribution | None]]:
    """What a sentence claims: each attributed stretch, and what it says itself where its own verb is the article's."""
    found: list[tuple[Span, Attribution | None]] = [(part, one) for one in chain.claimed(read) for part in one.contents]
    if not read.attributions:
        found.append((read.sentence.span, None))
    elif found and _speaks_itself(read, [content for content, _ in found]):
        found.append((_own_words(read, text), None))
    yield from sorted(found, key=lambda pair: (pair[0].start, -pair[0].end))


def _speaks_itself(read: Read, contents: Sequence[Span]) -> bool:
    """Whether the root of the sentence is neither said by somebody nor the saying itself."""
    sentence = read.sentence
    if not sentence.parsed:
        return False
    root = next(token for place, token in enumerate(sentence.tokens) if token.head == place)
    at = Span(root.start, root.end)
    cues = [one.cue for one in read.attributions if one.cue]
    return not any(span.meets(at) for span in (*contents, *cues))


def _own_words(read: Read, text: str) -> Span:
    """The sentence without a saying that closes it: "A complaint was unsealed, alleging that ..." up to the comma."""
    whole = read.sentence.span
    said = [span for one in read.attributions for span in (*one.contents, one.cue) if span]
    first = min(span.start for span in said)
    if first <= whole.start or any(one.contents[0].start < (one.cue or whole).start for one in read.attributions):
        return whole
    own = text[whole.start : first].rstrip(' ,;:\u2013\u2014-("\u201c')
    return Span(whole.start, whole.start + len(own)) if own else whole


def _claim(
    article: Article,
    read: Read,
    content: Span,
    attribution: Attribution | None,
    of_sentence: Sequence[dates.SaidDate],
    amounts: Sequence[quantities.SaidAmount],
    known: people.People,
) -> dict[str, Any]:
    links = chain.chain(article, attribution, read, known)
    mood = modality.modality(read, content, attribution, [link.name for link in links if not link.stated])
    about = slots.slots(read.sentence, content, article.text)
    cue = attribution.cue if attribution else None
    source = attribution.source if attribution else None
    # what others are quoted with inside these words is theirs
    others = [part for one in read.attributions if one is not attribution for part in one.contents if part != content]
    nested = [part for part in others if content.holds(part)]

    def own(start: int, end: int) -> bool:
        at = Span(start, end)
        return content.holds(at) and not any(part.holds(at) for part in nested)

    inside = [one for one in amounts if own(one.start, one.end)]
    return {
        "article": article.id,
        "sentence_start": read.sentence.span.start,
        "sentence_end": read.sentence.span.end,
        "start": content.start,
        "end": content.end,
        "text": content.of(article.text),
        "chain": [asdict(link) for link in links],
        "mode": attribution.mode if attribution else "unattributed",
        "cue": cue.of(article.text) if cue else "",
        "cue_start": cue.start if cue else None,
        "cue_end": cue.end if cue else None,
        "source_start": source.start if source else None,
        "source_end": source.end if source else None,
        "modality": mood.modality,
        "negated": mood.negated or about.negated,
        "hedges": list(mood.hedges),
        "dates": [asdict(one) for one in of_sentence if one.role == "report" or own(one.start, one.end)],
        "quantities": [asdict(one) for one in inside],
        "actors": [asdict(one) for one in about.actors],
        "places": list(about.places),
        "things": list(dict.fromkeys([*about.things, *(one.thing for one in inside if one.thing)])),
        "predicate": about.predicate,
        "predicate_class": about.predicate_class,
    }
