"""Claims laid together against MEANTIME: events that refer to one another across articles.

    python -m bench clusters [../shared/data/claims] [--split dev|test] [--json] [--weigh NAME=POINTS ...]

The 2,699 event mentions of its 120 Wikinews articles are given (gold mentions; `instance_id` is the gold cluster, a
mention without one stands alone), and so is their topic: they are clustered within it. Each mention becomes a row of
CLAIMS with the slots around its word, and `darkwake.claims.clusters` lays them together as it does with claims.
The topics Airbus and Apple are "dev": weights were set while looking at them; GM and stock market are "test", counted
only.

    B-cubed     of each mention's found cluster, the share that belongs (P); of its gold cluster, the share found (R)
    pairs       the same over pairs of mentions: what the many mentions that stand alone cannot flatter
    as for claims   ours with the weights that the package has for claims; "darkwake" has some set on dev for mentions
    lemma       baseline: mentions with one head lemma are one event, within the topic; within the article
    singletons  baseline: nothing is laid together
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl

from darkwake import schema
from darkwake.claims.article import Article, Block, Span
from darkwake.claims.clusters import clusters
from darkwake.claims.dates import dates
from darkwake.claims.parse import Parse
from darkwake.claims.quantities import quantities
from darkwake.claims.sameness import Weights
from darkwake.claims.slots import slots_at
from darkwake.claims.tokens import Sentence

FOLDER = Path(__file__).parents[2] / "shared/data/claims"
WITHIN = Path("meantime/data/meantime_newsreader_english_oct15/intra_cross-doc_annotation")
SPLITS = {"dev": ("corpus_airbus", "corpus_apple"), "test": ("corpus_gm", "corpus_stock")}
MENTIONS = Weights()._replace(
    slots=0, kind=0.3, stage=0.0, enough=2.8, article=1.8, weak=-1.2, other_names=-0.4, name=0.8, near=1.2
)
"""Set on dev: a single word has few slots, and stands for its clause less surely than a claim does."""
Grouping = Mapping[str, str]
"""Mention -> the name of its cluster."""


@dataclass
class Topic:
    """A topic's mentions as CLAIMS, its articles, the gold clusters, the lemma of each mention."""

    name: str
    claims: pl.DataFrame
    articles: pl.DataFrame
    gold: dict[str, str]
    lemmas: dict[str, str]


def topics(folder: Path, split: str) -> Iterator[Topic]:
    """The topics of a split, parsed."""
    backend = Parse()
    for name in SPLITS[split]:
        claims: list[dict[str, Any]] = []
        articles: list[dict[str, Any]] = []
        gold: dict[str, str] = {}
        for path in sorted((folder / WITHIN / name).glob("*.xml")):
            _document(path, backend, claims, articles, gold)
        yield Topic(
            name,
            pl.DataFrame(claims, schema=schema.CLAIMS, orient="row"),
            pl.DataFrame(articles, schema=schema.ARTICLES, orient="row"),
            gold,
            {row["id"]: row["cue"] for row in claims},
        )


def _document(
    path: Path, backend: Parse, claims: list[dict[str, Any]], articles: list[dict[str, Any]], gold: dict[str, str]
) -> None:
    root = ElementTree.parse(path).getroot()
    article, at_token, spans = _article(path.stem, root)
    published = next(
        (str(one.get("value")) for one in root.iter("TIMEX3") if one.get("functionInDocument") == "CREATION_TIME"), ""
    )
    published = published if re.fullmatch(r"\d{4}-\d\d-\d\d", published) else ""
    sentences = backend.sentences(article, [(span, 0) for span in spans])
    articles.append(
        {
            "id": path.stem, "source": "", "name": path.name, "text_sha256": "", "url": "", "outlet": path.stem,
            "author": "", "published": published, "title": "", "language": "en", "text": article.text,
            "blocks": [{"start": 0, "end": len(article.text), "kind": "paragraph"}], "found": [], "problems": [],
        }
    )  # fmt: skip
    instances = {one.get("m_id"): one.get("instance_id") for one in root.iter() if one.get("instance_id")}
    refers = {
        source.get("m_id"): instances.get(target.get("m_id"), f"{path.stem} {target.get('m_id')}")
        for link in root.iter("REFERS_TO")
        for target in link.findall("target")[:1]
        for source in link.findall("source")
    }
    for mention in root.iter("EVENT_MENTION"):
        anchors = [at_token[str(one.get("t_id"))] for one in mention.findall("token_anchor")]
        if not anchors:
            continue
        key = f"{path.stem} {mention.get('m_id')}"
        gold[key] = refers.get(mention.get("m_id")) or key
        claims.append(_claim(key, path.stem, article.text, anchors, sentences, published, mention))


def _article(name: str, root: ElementTree.Element) -> tuple[Article, dict[str, Span], list[Span]]:
    """The text, each token's span, each sentence's span; tokens are laid out with single spaces."""
    text, spans, at_token = "", [], {}
    rows: dict[int, list[ElementTree.Element]] = defaultdict(list)
    for token in root.iter("token"):
        rows[int(token.get("sentence") or 0)].append(token)
    for number in sorted(rows):
        start = len(text)
        for token in rows[number]:
            word = token.text or ""
            at_token[str(token.get("t_id"))] = Span(len(text), len(text) + len(word))
            text += f"{word} "
        spans.append(Span(start, len(text) - 1))
        text = text[:-1] + "\n"
    article = Article(source="", name=name, text=text, blocks=(Block(Span(0, len(text)), "paragraph"),))
    return article, at_token, spans


def _claim(
    key: str, article: str, text: str, anchors: Sequence[Span], sentences: Sequence[Sentence], published: str,
    mention: ElementTree.Element,
) -> dict[str, Any]:  # fmt: skip
    sentence = next(one for one in sentences if one.span.holds(anchors[0]))
    places = [
        place
        for place, token in enumerate(sentence.tokens)
        if any(Span(token.start, token.end).meets(one) for one in anchors)
    ]
    inside = set(places)
    head = next((place for place in places if sentence.tokens[place].head not in inside), places[0])
    found = slots_at(sentence, head, text)
    children = [place for place, token in enumerate(sentence.tokens) if head in (token.head, place)]
    window = Span(
        min(sentence.tokens[one].start for one in children), max(sentence.tokens[one].end for one in children)
    )
    token = sentence.tokens[head]
    named, many = dates(text, sentence.span, published=published), quantities(text, sentence.span)
    return {
        "id": key, "article": article, "at": token.start, "sentence_start": sentence.span.start,
        "sentence_end": sentence.span.end, "start": window.start, "end": window.end, "text": window.of(text),
        "chain": [], "mode": "unattributed", "cue": token.lemma.lower(), "cue_start": None, "cue_end": None,
        "source_start": None, "source_end": None, "modality": "asserted", "hedges": [],
        "negated": mention.get("polarity") == "NEG",
        "dates": [asdict(one) for one in named if window.holds(Span(one.start, one.end))],
        "quantities": [asdict(one) for one in many if window.holds(Span(one.start, one.end))],
        "actors": [asdict(one) for one in found.actors], "places": list(found.places), "things": list(found.things),
        "predicate": found.predicate, "predicate_class": found.predicate_class, "made_by": "",
    }  # fmt: skip


def ours(topic: Topic, weights: Weights) -> Grouping:
    """As the package lays claims together."""
    rows = clusters(topic.claims, topic.articles, weights=weights).iter_rows(named=True)
    return {claim: row["id"] for row in rows for claim in row["claims"]}


def b_cubed(found: Grouping, gold: Grouping) -> tuple[float, float, float]:
    """Precision, recall and F1, each mention counting once."""
    both = Counter((found[one], gold[one]) for one in gold)
    of_found, of_gold = Counter(found[one] for one in gold), Counter(gold.values())
    precision = sum(n * n / of_found[a] for (a, _), n in both.items()) / len(gold)
    recall = sum(n * n / of_gold[b] for (_, b), n in both.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def pairs(found: Grouping, gold: Grouping) -> tuple[float, float, float]:
    """The same over pairs of mentions that stand together."""

    def many(groups: Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in groups.values())

    both = many(Counter((found[one], gold[one]) for one in gold))
    of_found, of_gold = many(Counter(found[one] for one in gold)), many(Counter(gold.values()))
    precision, recall = both / of_found if of_found else 1.0, both / of_gold if of_gold else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def measured(listed: Sequence[Topic], weights: Weights) -> dict[str, Any]:
    """Every method over some topics together; no cluster goes over the border of a topic."""
    methods: dict[str, Callable[[Topic], Grouping]] = {
        "darkwake": lambda topic: ours(topic, weights),
        "as for claims": lambda topic: ours(topic, Weights()),
        "lemma in topic": lambda topic: topic.lemmas,
        "lemma in article": lambda topic: {
            one: f"{one.rsplit(' ', 1)[0]} {lemma}" for one, lemma in topic.lemmas.items()
        },
        "singletons": lambda topic: {one: one for one in topic.gold},
    }
    gold = {one: f"{topic.name} {name}" for topic in listed for one, name in topic.gold.items()}
    rows: dict[str, Any] = {}
    for name, method in methods.items():
        found = {one: f"{topic.name} {group}" for topic in listed for one, group in method(topic).items()}
        values = [round(100 * value, 1) for value in (*b_cubed(found, gold), *pairs(found, gold))]
        rows[name] = dict(zip(("p", "r", "f1", "pairs_p", "pairs_r", "pairs_f1"), values, strict=True))
    return {"mentions": len(gold), "events": len(set(gold.values())), "methods": rows}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where ours is not above the lemma baseline."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    asked.add_argument("--split", choices=tuple(SPLITS), default="test")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--weigh", nargs="*", default=[], metavar="NAME=POINTS")
    args = asked.parse_args(argv)
    weights = MENTIONS._replace(
        **{name: float(points) for name, _, points in (one.partition("=") for one in args.weigh)}
    )
    listed = list(topics(args.folder, args.split))
    started = time.perf_counter()
    figures = measured(listed, weights)
    seconds = time.perf_counter() - started
    methods = figures["methods"]
    baseline = max(methods["lemma in topic"]["f1"], methods["lemma in article"]["f1"])
    got = methods["darkwake"]["f1"]
    target = {
        "name": f"B-cubed F1 on {args.split}, %",
        "want": f"> {baseline} (lemma)",
        "got": got,
        "meets": got > baseline,
    }
    if args.json:
        print(json.dumps({"figures": figures, "targets": [target]}))
        return int(not target["meets"])
    print(f"{args.split}: {figures['mentions']:,} mentions of {figures['events']:,} events, {seconds:.1f} s")
    print(f"{'':18}{'B3 P':>7}{'R':>7}{'F1':>7}{'pairs P':>9}{'R':>7}{'F1':>7}")
    for name, one in methods.items():
        print(f"{name:18}{one['p']:7}{one['r']:7}{one['f1']:7}{one['pairs_p']:9}{one['pairs_r']:7}{one['pairs_f1']:7}")
    return int(not target["meets"])


if __name__ == "__main__":
    raise SystemExit(main())
