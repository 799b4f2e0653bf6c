"""A reader that remembers: an article that was read once is not read again when another comes beside it.

Parsing is what takes the time. Its result hangs on the article, its sentences and the reader alone, so it is kept under
a hash of those; what claims mean together is always laid together anew. The files are JSON and can be deleted.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import zstandard

from darkwake import __version__
from darkwake.claims.article import Article, Span
from darkwake.claims.attribution import Attribution, Backend, Read
from darkwake.claims.tokens import Sentence, Token
from darkwake.evidence import canonical_json, content_id

MOST_BYTES = 1 << 30
"""Unpacked, of one article."""
_SUFFIX = ".json.zst"

Item = tuple[Article, Sequence[tuple[Span, int]]]


class Remembered:
    """A backend over another one, with a folder of what that one read."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        """Remember in a folder what the backend reads; the folder is made when it is needed."""
        self._backend, self._folder = backend, folder
        self._used: set[str] = set()
        self.read_anew = 0
        """Articles that had to be read."""

    @property
    def made_by(self) -> str:
        """As the backend has it."""
        return self._backend.made_by

    def read(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> list[Read]:
        """One `Read` a sentence, in their order."""
        return self.read_many([(article, sentences)])[0]

    def read_many(self, items: Sequence[Item]) -> list[list[Read]]:
        """What `read` gives for each article; those that are not remembered are read together."""
        keys = [self._key(*item) for item in items]
        self._used.update(keys)
        found = {key: kept for key in dict.fromkeys(keys) if (kept := self._kept(key)) is not None}
        anew = [(key, item) for key, item in zip(keys, items, strict=True) if key not in found]
        self.read_anew += len(anew)
        read = self._backend.read_many([item for _, item in anew]) if anew else []
        for (key, _), reads in zip(anew, read, strict=True):
            found[key] = reads
            self._keep(key, reads)
        return [found[key] for key in keys]

    def forget_others(self) -> None:
        """Delete what was not used since this reader was made: of articles that are gone, or older readers."""
        for file in self._folder.glob(f"*{_SUFFIX}"):
            if file.name.removesuffix(_SUFFIX) not in self._used:
                file.unlink()
        for leftover in self._folder.glob(".writing-*"):
            leftover.unlink()

    def _key(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> str:
        blocks = [(*one.span, one.kind) for one in article.blocks]
        known = [asdict(one) for one in article.known]
        spans = [(*span, block) for span, block in sentences]
        text = (article.text_sha256, article.language)
        return content_id("read", __version__, self.made_by, text, blocks, known, spans)

    def _kept(self, key: str) -> list[Read] | None:
        """What is remembered; None where nothing is, or what is there cannot be used."""
        try:
            packed = (self._folder / f"{key}{_SUFFIX}").read_bytes()
            if not 0 < zstandard.get_frame_parameters(packed).content_size <= MOST_BYTES:
                return None
            return [_read(one) for one in json.loads(zstandard.ZstdDecompressor().decompress(packed))]
        except (OSError, ValueError, TypeError, KeyError, IndexError, zstandard.ZstdError):
            return None

    def _keep(self, key: str, reads: Sequence[Read]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        text = canonical_json([_plain(one) for one in reads])
        packed = zstandard.ZstdCompressor(level=3).compress(text.encode("utf-8", "surrogatepass"))
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".writing-", delete=False) as file:
            held = Path(file.name)
            try:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
                held.replace(self._folder / f"{key}{_SUFFIX}")
            finally:
                held.unlink(missing_ok=True)


def _plain(read: Read) -> dict[str, Any]:
    sentence = read.sentence
    return {
        "sentence": [list(sentence.span), sentence.block, [list(token) for token in sentence.tokens]],
        "attributions": [asdict(one) for one in read.attributions],
    }


def _read(plain: dict[str, Any]) -> Read:
    span, block, tokens = plain["sentence"]
    return Read(
        Sentence(Span(*span), tuple(Token(*token) for token in tokens), block),
        tuple(
            Attribution(
                mode=one["mode"],
                contents=tuple(Span(*part) for part in one["contents"]),
                cue=Span(*one["cue"]) if one["cue"] else None,
                source=Span(*one["source"]) if one["source"] else None,
                rule=one["rule"],
            )
            for one in plain["attributions"]
        ),
    )
