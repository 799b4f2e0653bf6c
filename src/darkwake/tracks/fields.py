"""Lines of a table cut into fields: what a position is made of apart, what ships say of themselves in one piece.

The name, the size and the destination of a ship stand in every row and change in few. Neighbouring columns of that sort
are therefore read as one text, and only the distinct texts of a block of lines are taken apart.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.schema import IDENTITY_FIELDS
from darkwake.tracks.dialects import Dialect, locate

_CUT = "\x1f"
"""Put between the columns of a group: ASCII's own sign for that, which stands in no table that we know."""
_END = "x"

_NUMBERS: dict[str, type[pl.DataType]] = {
    "ship": pl.Int64,
    **dict.fromkeys(("lat", "lon", "sog", "cog", "heading"), pl.Float64),
}
_DOUBTS = 3
"""After so many blocks with something else in a column of numbers, a table's numbers are read as texts."""

_NEAR_BYTES = 1 << 19
_NEW_LINE = ord("\n")

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Raw rows, with what ships say of themselves either in their columns or apart."""

    rows: pl.DataFrame
    """"row", "broken", and of `dialects.TABLE_FIELDS` those that the table has; "said" in place of identity fields."""
    said: Sayings | None = None
    """None where `rows` has the identity fields."""


Sayings = Callable[[pl.Series], pl.DataFrame]
"""For values of "said": each of them once, and the identity fields that it stands for."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns `first` to `last`, read as one text."""

    first: int
    last: int
    names: tuple[tuple[str, int], ...]
    """Our name and the index of each column that is wanted of it."""
    together: bool
    """Whether it is what ships say of themselves."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of one table are taken apart."""

    width: int
    wanted: tuple[tuple[str, int], ...]
    """Our name and the index of the column, by index."""
    constants: dict[str, str]
    separator: str
    groups: tuple[Group, ...]
    numbers: bool = True
    """Whether numbers are written as machines read them, with a decimal point."""
    doubts: Counter[str] = field(default_factory=Counter, compare=False)

    @staticmethod
    def of(names: list[str], dialect: Dialect, separator: str, where: str) -> Layout:
        """The layout of a table with that header.

        Raises:
            MissingColumn: time, ship or position has no column.
        """
        found = locate(names, dialect, where=where)
        wanted = tuple(sorted(found.items(), key=lambda item: item[1]))
        constants = dialect.columns.constants()
        numbers = dialect.columns.decimal == "point"
        return Layout(len(names), wanted, constants, separator, _groups(len(names), wanted), numbers)

    def __call__(self, body: bytes, rows: pl.Series) -> list[Chunk]:
        """Whole lines without quotes, each ended by a line feed, as chunks; lines of the wrong width are marked.

        Args:
            body: the lines.
            rows: the number of each.
        """
        if not body:
            return []
        bytes_ = np.frombuffer(body, np.uint8)
        marks = _where(bytes_, self.separator)
        chunks = []
        if not self._even(bytes_, marks, rows.len()):
            last = np.flatnonzero(bytes_[marks] == _NEW_LINE)
            ends = marks[last]
            starts = np.concatenate([[0], ends[:-1] + 1])
            right = np.diff(last, prepend=-1) == self.width
            empty = starts == ends
            for wrong, reason in ((~right & empty, "empty line"), (~right & ~empty, "wrong number of fields")):
                if wrong.any():
                    chunks.append(broken(reason, rows.filter(pl.Series(wrong))))
            bytes_ = bytes_[np.repeat(right, ends - starts + 1)]
            body, marks = bytes_.tobytes(), _where(bytes_, self.separator)
            rows = rows.filter(pl.Series(right))
        if rows.len():
            chunks.append(self._cut(body, marks.reshape(-1, self.width), rows))
        return chunks

    def _even(self, bytes_: Bytes, marks: Places, lines: int) -> bool:
        """Whether every line has as many fields as the header."""
        if marks.size != self.width * lines:
            return False
        # there are no more line ends than lines, so that all other marks are separators
        return bool((bytes_[marks[self.width - 1 :: self.width]] == _NEW_LINE).all())

    def _cut(self, body: bytes, ends: Places, rows: pl.Series) -> Chunk:
        """Lines that all have the right width; `ends` has a row a line, the place after each field."""
        apart = _CUT.encode() in body or not any(group.together for group in self.groups)
        apart |= any(name in IDENTITY_FIELDS for name in self.constants)
        groups = _each_alone(self) if apart else self.groups
        groups = groups if groups[-1].names else groups[:-1]
        inner = [ends[:, group.first : group.last].ravel() for group in groups if group.last > group.first]
        frame = self._read(_with(body, inner, _CUT) if inner else body, groups, ends)
        together = [f"g{number}" for number, group in enumerate(groups) if group.together and not apart]
        own = [
            pl.col(f"g{number}").alias(group.names[0][0])
            for number, group in enumerate(groups)
            if group.names and f"g{number}" not in together
        ]
        constants = [pl.lit(value).alias(name) for name, value in self.constants.items()]
        key = (
            [(pl.struct(together) if len(together) > 1 else pl.col(together)).hash().alias("said")] if together else []
        )
        table = frame.select(rows.alias("row"), pl.lit(None, pl.String).alias("broken"), *own, *constants, *key)
        if not together:
            return Chunk(table)
        texts = frame.select(table["said"], *together)
        return Chunk(table, partial(self._said, texts))

    def _read(self, body: bytes, groups: tuple[Group, ...], ends: Places) -> pl.DataFrame:
        """A column a group, "g0" and so on; numbers as such where there is nothing else in their columns."""
        read = partial(
            pl.read_csv,
            body,
            has_header=False,
            separator=self.separator,
            quote_char=None,
            columns=[number for number, group in enumerate(groups) if group.names],
            truncate_ragged_lines=True,
            extra_columns="ignore",
            encoding="utf8" if body.isascii() else "utf8-lossy",
        )
        texts = {f"g{number}": pl.String for number in range(len(groups))}
        if self.numbers and self.doubts.total() < _DOUBTS:
            columns = {
                f"g{number}": group
                for number, group in enumerate(groups)
                if group.names and group.names[0][0] in _NUMBERS
            }
            try:
                frame = read(schema=texts | {name: _NUMBERS[group.names[0][0]] for name, group in columns.items()})
            except pl.exceptions.ComputeError:
                self.doubts["not a number"] += 1
            else:
                # blanks are read as nothing, which they are not: then there is more nothing than empty fields
                nothing = {name: count for name in columns if (count := frame[name].null_count())}
                if all(count == _empty(ends, columns[name].first) for name, count in nothing.items()):
                    return frame
                self.doubts["blank"] += 1
        return read(schema=texts)

    def _said(self, texts: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
        """Texts that are asked for, taken apart."""
        texts = texts.filter(pl.col("said").is_in(keys.implode())).unique("said")
        groups = [(number, group) for number, group in enumerate(self.groups) if group.together]
        columns = [index for _, group in groups for index in range(group.first, group.last + 1)]
        wanted = {index: name for _, group in groups for name, index in group.names}
        # the end keeps a line from being empty where all its fields are
        lines = pl.concat_str(
            *(pl.col(f"g{number}").fill_null("") for number, _ in groups), pl.lit(_END), separator=_CUT
        )
        body = "\n".join(texts.select(lines).to_series()).encode()
        parts = pl.read_csv(
            body,
            has_header=False,
            separator=_CUT,
            quote_char=None,
            schema={f"c{index}": pl.String for index in [*columns, self.width]},
            columns=[number for number, index in enumerate(columns) if index in wanted],
            truncate_ragged_lines=True,
        ).rename({f"c{index}": name for index, name in wanted.items()})
        lacking = [pl.lit(None, pl.String).alias(name) for name in IDENTITY_FIELDS if name not in parts.columns]
        return parts.insert_column(0, texts["said"]).with_columns(lacking).select("said", *IDENTITY_FIELDS)


def broken(reason: str, rows: pl.Series | list[int]) -> Chunk:
    """Rows that the reader itself refuses."""
    return Chunk(pl.DataFrame({"row": pl.Series(rows, dtype=pl.Int64)}).with_columns(broken=pl.lit(reason)))


def keyed(rows: pl.DataFrame) -> Chunk:
    """Rows with identity fields, which are taken apart from them."""
    lacking = [pl.lit(None, pl.String).alias(name) for name in IDENTITY_FIELDS if name not in rows.columns]
    held = rows.with_columns(lacking).select(IDENTITY_FIELDS)
    anything = pl.any_horizontal(pl.col(name).is_not_null() for name in IDENTITY_FIELDS)
    key = held.select(pl.when(anything).then(pl.struct(IDENTITY_FIELDS).hash()).alias("said")).to_series()
    texts = held.insert_column(0, key)
    return Chunk(rows.drop(IDENTITY_FIELDS, strict=False).with_columns(key), partial(_held, texts))


def _held(texts: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    return texts.filter(pl.col("said").is_in(keys.implode())).unique("said")


def joined(chunks: list[Chunk]) -> Chunk:
    """Several chunks of the same lines as one, by row."""
    if len(chunks) == 1:
        return chunks[0]
    if not chunks:
        return Chunk(pl.DataFrame(schema={"row": pl.Int64, "broken": pl.String}))
    if any(chunk.said is not None for chunk in chunks):
        chunks = [chunk if chunk.said is not None else keyed(chunk.rows) for chunk in chunks]
    parts = [chunk.said for chunk in chunks if chunk.said is not None]

    def said(keys: pl.Series) -> pl.DataFrame:
        return pl.concat([part(keys) for part in parts]).unique("said")

    frames = [chunk.rows for chunk in chunks]
    typed = {name: dtype for frame in frames for name, dtype in frame.schema.items() if dtype in (pl.Int64, pl.Float64)}
    rows = pl.concat([_numbered(frame, typed) for frame in frames], how="diagonal_relaxed").sort("row")
    return Chunk(rows, said if parts else None)


def _numbered(frame: pl.DataFrame, typed: dict[str, pl.DataType]) -> pl.DataFrame:
    """With numbers as such, where the texts are nothing else: lines with quotes are read as texts."""
    texts = [name for name, dtype in frame.schema.items() if name in typed and dtype == pl.String]
    numbers = frame.select(pl.col(name).cast(typed[name], strict=False) for name in texts)
    return frame.with_columns(one for one in numbers if one.null_count() == frame[one.name].null_count())


def lines_in(body: bytes) -> int:
    """How many lines end in a text."""
    bytes_ = np.frombuffer(body, np.uint8)
    return sum(
        int(np.count_nonzero(bytes_[at : at + _NEAR_BYTES] == _NEW_LINE)) for at in range(0, bytes_.size, _NEAR_BYTES)
    )


def _where(bytes_: Bytes, separator: str) -> Places:
    """Where fields end; a piece at a time, so that what is compared stays near the processor."""
    found = []
    for at in range(0, max(bytes_.size, 1), _NEAR_BYTES):
        piece = bytes_[at : at + _NEAR_BYTES]
        marks = piece == ord(separator)
        marks |= piece == _NEW_LINE
        found.append((np.flatnonzero(marks) + at).astype(np.int32))
    return np.concatenate(found)


def _empty(ends: Places, index: int) -> int:
    """How many fields of a column have nothing in them."""
    if index:
        return int(np.count_nonzero(ends[:, index] - ends[:, index - 1] == 1))
    return int(ends[0, 0] == 0) + int(np.count_nonzero(ends[1:, 0] - ends[:-1, -1] == 1))


def _with(body: bytes, places: list[Places], sign: str) -> bytes:
    """The text with a sign put at some places; copied once."""
    copy = io.BytesIO(body)
    with copy.getbuffer() as buffer:
        for some in places:
            np.frombuffer(buffer, np.uint8)[some] = ord(sign)
    return copy.getvalue()


def _groups(width: int, wanted: tuple[tuple[str, int], ...]) -> tuple[Group, ...]:
    """The columns in order: each of a position alone, runs of identity columns whole, what is not wanted in between."""
    names = {index: name for name, index in wanted}
    own = {index for index, name in names.items() if name not in IDENTITY_FIELDS}
    found: list[Group] = []
    at = 0
    while at < width:
        last = at
        if at not in own:
            while last + 1 < width and last + 1 not in own:
                last += 1
            said = [index for index in range(at, last + 1) if index in names]
            if said:
                found += [Group(at, said[0] - 1, (), False)] if said[0] > at else []
                found.append(Group(said[0], said[-1], tuple((names[index], index) for index in said), True))
                at = said[-1] + 1
        if at <= last:
            found.append(Group(at, last, ((names[at], at),) if at in own else (), False))
        at = last + 1
    return tuple(found)


def _each_alone(layout: Layout) -> tuple[Group, ...]:
    names = {index: name for name, index in layout.wanted}
    return tuple(
        Group(index, index, ((names[index], index),) if index in names else (), False) for index in range(layout.width)
    )
