"""JSON read item by item, so that a list of a hundred thousand parties is never held as one tree."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from darkwake.errors import Unreadable
from darkwake.screening.formats.packed import chunks

_SPACE = re.compile(r"[ \t\r\n]*")
MOST_TEXT = 100_000
"""Characters in one text of an entry."""


class Item(NamedTuple):
    """A value under a top-level key, or one item of an array under it, with its lines."""

    key: str
    value: Any
    row: int
    last_row: int


def text_of(path: Path, again: str) -> str:
    """The whole text.

    Raises:
        Unreadable: It is no UTF-8.
    """
    try:
        return b"".join(chunks(path)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("the text is no UTF-8, which JSON has to be", where=path.name, to_do=again) from error


def walk(text: str, where: str, again: str, *, arrays: Collection[str]) -> Iterator[Item]:
    """The values of one JSON object in order; the arrays under the keys `arrays` item by item.

    In a text of one line the lines of an array's items would all be 1; their place in the array, from 1, stands in for
    them.

    Raises:
        Unreadable: Cut short, altered, nested too deep, or something stands after the object's end.
    """
    walker = _Walker(text, where, again)
    walker.expect("{")
    while True:
        key, _, _ = walker.value()
        walker.expect(":")
        if key in arrays and walker.peek() == "[":
            yield from walker.items(str(key))
        else:
            value, row, last_row = walker.value()
            yield Item(str(key), value, row, last_row)
        if walker.peek() != ",":
            break
        walker.expect(",")
    walker.expect("}")
    walker.end()


class _Walker:
    def __init__(self, text: str, where: str, again: str) -> None:
        self._text, self._where, self._again = text, where, again
        self._one_line = "\n" not in text.rstrip()
        self._decoder = json.JSONDecoder()
        self._at = self._counted = 0
        self._line = 1

    def _row(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _broken(self, what: str) -> Unreadable:
        line = self._row(max(self._at, self._counted))
        return Unreadable(
            f"the JSON is cut short or altered ({what})", where=f"{self._where}, line {line:,}", to_do=self._again
        )

    def peek(self) -> str:
        self._skip()
        return self._text[self._at : self._at + 1]

    def expect(self, mark: str) -> None:
        if (found := self.peek()) != mark:
            raise self._broken(f"{found or 'the end'} where {mark} is needed")
        self._at += 1

    def end(self) -> None:
        if self.peek():
            raise self._broken("something stands after its end")

    def value(self) -> tuple[Any, int, int]:
        self._skip()
        row = self._row(self._at)
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except (json.JSONDecodeError, RecursionError) as error:
            raise self._broken(str(getattr(error, "msg", "nested too deep"))) from error
        return value, row, self._row(self._at)

    def items(self, key: str) -> Iterator[Item]:
        self.expect("[")
        place = 0
        while self.peek() != "]":
            if place:
                self.expect(",")
            place += 1
            value, row, last_row = self.value()
            yield Item(key, value, place, place) if self._one_line else Item(key, value, row, last_row)
        self.expect("]")
