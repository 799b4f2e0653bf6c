"""Who says what: one shape for every backend.

A backend turns sentences into `Read`s. `parse` works over a dependency parse (the extra `[claims]`), `pattern` over the
words alone and is always there, and a user's own model may be a third: anything with this shape is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from darkwake.claims.article import Article, Span
from darkwake.claims.tokens import Sentence

Mode = Literal["direct", "indirect", "mixed"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One saying: its words, and whoever is named as saying them."""

    mode: Mode
    contents: tuple[Span, ...]
    """What is said, in order: several where the speaker stands between, or a quotation runs on over sentences."""
    cue: Span | None
    """ "said", "according to"; none where a quotation runs on, or in "reportedly" the adverb itself."""
    source: Span | None
    """Whoever says it, with title and office as written; None where nobody is named ("reportedly", "it is said")."""
    rule: str
    """The rule that found it, such as "ccomp", "according to", "trailing", "quote continued"."""


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence as a backend read it."""

    sentence: Sentence
    attributions: tuple[Attribution, ...]


class Backend(Protocol):
    """A reader of sentences."""

    @property
    def made_by(self) -> str:
        """Name, version, model and its hash, such as "parse 0.1.0 en_core_web_sm 3.8.0 sha256:e94c..."."""

    def read(self, article: Article, sentences: Sequence[tuple[Span, int]]) -> list[Read]:
        """One `Read` a sentence, in their order; sentences are (span, place of the block)."""

    def read_many(self, items: Sequence[tuple[Article, Sequence[tuple[Span, int]]]]) -> list[list[Read]]:
        """What `read` gives for each article, in their order: faster where sentences can be parsed together."""
