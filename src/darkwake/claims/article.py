"""An article as it is kept: its exact text, what is known of it, and how each of those facts was found.

Every offset in this part counts Unicode code points of `Article.text`, from 0, the end left out. The text is never
changed after it was read, so an offset holds for ever; what is told of it is checked against its hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "caption", "credit", "dateline", "list", "table", "time", "correction"]
"""`time` is the stamp of an entry in a live blog; `correction` a notice of the publisher about the article itself."""
Field = Literal["url", "outlet", "author", "published", "title"]


class Span(NamedTuple):
    """A stretch of an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Its words."""
        return text[self.start : self.end]

    def holds(self, other: Span) -> bool:
        """Whether the other lies wholly within."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Whether they share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an article: sentences never run across its ends."""

    span: Span
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about an article, and how it was found, such as "meta article:published_time"."""

    field: Field
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article. Facts that were not found are empty: unknown, never guessed."""

    source: str
    """The sha256 of the file."""
    name: str
    """The file's name."""
    text: str
    blocks: tuple[Block, ...]
    """In order, not overlapping; what lies between them is white space."""
    known: tuple[Known, ...] = ()
    language: str = ""
    """ISO 639-1; empty where it cannot be told."""
    problems: tuple[str, ...] = ()
    """Sentences on what limits it: the stub of a paid article, another language, pages that are pictures."""

    def fact(self, field: Field) -> str:
        """What is known under that name; empty where nothing is."""
        return next((one.value for one in self.known if one.field == field), "")

    @property
    def text_sha256(self) -> str:
        """The hash of the text as kept, in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def id(self) -> str:
        """Made from the text: the same words under another address are the same article."""
        return f"art-{self.text_sha256[:16]}"
