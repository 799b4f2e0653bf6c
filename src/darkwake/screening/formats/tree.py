"""XML read as a stream of entries, for every list that comes as XML.

The parser is expat itself, because nothing else gives the line of each entry. A document type declaration, and with it
every entity and every address, ends the reading at once; text, elements and depth are bounded; only the tree of the
entry that is open is held.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from darkwake.errors import UnknownKind, Unreadable
from darkwake.screening.formats.packed import chunks

_MOST_TEXT = 100_000
"""Characters in one field; the longest remark in the lists at hand has under 10,000."""
_MOST_FIELDS = 50_000
"""Elements in one entry; the largest entry at hand has under 1,000."""
_DEEPEST = 12
"""Levels of elements; the formats have six at most."""

ALTERED = "cut short or altered"


@dataclass(slots=True)
class Element:
    """One element of an entry: enough of a tree to look things up by local name."""

    tag: str
    row: int
    marks: dict[str, str] = field(default_factory=dict)
    """Its attributes, by local name."""
    last_row: int = 0
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text with single spaces."""
        return " ".join("".join(self.pieces).split())

    def mark(self, name: str) -> str:
        """An attribute with single spaces; "" where it is not there."""
        return " ".join(self.marks.get(name, "").split())

    def all(self, *path: str) -> Iterator[Element]:
        """Every element at the end of a path of tags."""
        here = [self]
        for tag in path:
            here = [child for parent in here for child in parent.children if child.tag == tag]
        return iter(here)

    def first(self, *path: str) -> str:
        """The text of the first of them; "" where there is none."""
        return next((found.text for found in self.all(*path)), "")

    def texts(self, *path: str) -> tuple[str, ...]:
        """The texts of all of them, each once, empty ones out."""
        return tuple(dict.fromkeys(found.text for found in self.all(*path) if found.text))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the entries of a format stand."""

    root: str
    takes: Collection[str]
    """Tags of the elements that are handed on whole when they end."""
    again: str
    """What to do where the file is broken."""
    takes_what: str
    """What the reader takes, for the error message."""


def stream(path: Path, layout: Layout, take: Callable[[Element], None]) -> Element:
    """Read a whole file, handing each taken element on when it ends.

    Returns:
        The root element with its attributes and without its children.

    Raises:
        UnknownKind: The root is another element.
        Unreadable: Cut short, altered, or with a document type declaration.
    """
    reading = _Reading(path.name, layout, take)
    for chunk in chunks(path):
        reading.feed(chunk)
    reading.feed(b"", last=True)
    if reading.root is None:  # expat itself ends a text without a root element with an error
        raise UnknownKind("there is no root element", where=path.name, to_do=layout.again)
    return reading.root


class _Reading:
    """One pass of expat over one file."""

    def __init__(self, name: str, layout: Layout, take: Callable[[Element], None]) -> None:
        self.name = name
        self.root: Element | None = None
        self._layout = layout
        self._take = take
        self._depth = 0
        self._open: list[Element] = []  # the taken element that is open, and those open in it
        self._fields = 0
        self._text = 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def feed(self, chunk: bytes, last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._unreadable(
                f"the XML is {ALTERED} ({expat.errors.messages[error.code]})", error.lineno
            ) from error

    def _unreadable(self, what: str, row: int | None = None) -> Unreadable:
        line = self._parser.CurrentLineNumber if row is None else row
        return Unreadable(what, where=f"{self.name}, line {line:,}", to_do=self._layout.again)

    def _doctype(self, *_: object) -> None:
        raise self._unreadable(
            "the file has a document type declaration or an entity, which the list never has and which can be an attack"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        row = self._parser.CurrentLineNumber
        self._depth += 1
        self._fields += 1
        self._text = sum(map(len, attributes.values()))
        if self._depth > _DEEPEST or self._fields > _MOST_FIELDS:
            raise self._unreadable(f"elements are nested or repeated as in no entry of the list: the file is {ALTERED}")
        self._bound()
        marks = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        if self.root is None:
            if local != self._layout.root:
                raise UnknownKind(
                    f"the root element is <{local[:80]}>, not <{self._layout.root}>",
                    where=f"{self.name}, line {row:,}",
                    to_do=f"This reader takes {self._layout.takes_what}",
                )
            self.root = Element(local, row, marks)
        elif self._open or local in self._layout.takes:
            element = Element(local, row, marks)
            if self._open:
                self._open[-1].children.append(element)
            self._open.append(element)

    def _bound(self) -> None:
        if self._text > _MOST_TEXT:
            raise self._unreadable(f"one field has more than {_MOST_TEXT:,} characters: the file is {ALTERED}")

    def _characters(self, text: str) -> None:
        if self._open:
            self._text += len(text)
            self._bound()
            self._open[-1].pieces.append(text)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if not self._open:
            self._fields = 0
            return
        element = self._open.pop()
        element.last_row = self._parser.CurrentLineNumber
        if not self._open:
            self._fields = 0  # the bound is per entry
            self._take(element)
