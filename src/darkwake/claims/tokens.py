"""A sentence as its words, with or without a parse: what the rules of attribution and the slots are written over.

No parser's own types leave its file, so the rules run on any parse: a model's, a gold one, or none at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from darkwake.claims.article import Span


class Token(NamedTuple):
    """A word or a sign. Without a parse only start, end and text are set."""

    start: int
    end: int
    text: str
    lemma: str = ""
    pos: str = ""
    """Universal part of speech."""
    tag: str = ""
    """Penn Treebank tag."""
    dep: str = ""
    """ClearNLP label, as spaCy's English models give them: nsubj, ccomp, dobj, pobj, prep, agent ..."""
    head: int = -1
    """Place of its head in the sentence; its own for the root; -1 without a parse."""
    entity: str = ""
    """OntoNotes kind of the name it is part of: PERSON, ORG, GPE, DATE, QUANTITY ...; empty for none."""
    begins: bool = False
    """Whether it is the first word of that name."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its words, in order."""

    span: Span
    tokens: tuple[Token, ...]
    block: int
    """Place of its block in the article."""

    @property
    def parsed(self) -> bool:
        """Whether the words have heads."""
        return bool(self.tokens) and self.tokens[0].head >= 0
