"""Lines of a table cut into fields: what a position is made of apart, what ships say of themselves in one piece.

The name, the size and the destination of a ship stand in every row and change in few. Neighbouring columns of that sort
are therefore read as one text, and only the distinct texts of a block of lines are taken apart.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.schema import IDENTITY_FIELDS
from darkwake.tracks.dialects import Dialect, locate

_CUT = "\x1f"
"""Put between groups of columns: ASCII's own sign for that, which stands in no table that we know."""
_END = "x"

_NEAR_BYTES = 1 << 19

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Raw rows, with what ships say of themselves either in their columns or apart."""

    rows: pl.DataFrame
    """"row", "broken", and of `dialects.TABLE_FIELDS` those that the table has; "said" in place of identity fields."""
    said: pl.DataFrame | None = None
    """"said" and the identity fields, each distinct value once; None where `rows` has them."""


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

    @staticmethod
    def of(names: list[str], dialect: Dialect, separator: str, where: str) -> Layout:
        """The layout of a table with that header.

        Raises:
            MissingColumn: time, ship or position has no column.
        """
        found = locate(names, dialect, where=where)
        wanted = tuple(sorted(found.items(), key=lambda item: item[1]))
        constants = dialect.columns.constants()
        return Layout(len(names), wanted, constants, separator, _groups(len(names), wanted))

    def __call__(self, body: bytes, rows: pl.Series) -> list[Chunk]:
        """Whole lines without quotes, each ended by a line feed, as chunks; lines of the wrong width are marked.

        Args:
            body: the lines.
            rows: the number of each.
        """
        if not body:
            return []
        bytes_ = np.frombuffer(body, np.uint8)
        separators, ends = _where(bytes_, self.separator), _where(bytes_, "\n")
        fields = self.width - 1
        chunks = []
        if not _even(separators, ends, fields):
            starts = np.concatenate([[0], ends[:-1] + 1])
            right = np.diff(np.searchsorted(separators, ends), prepend=0) == fields
            empty = starts == ends
            for wrong, reason in ((~right & empty, "empty line"), (~right & ~empty, "wrong number of fields")):
                if wrong.any():
                    chunks.append(broken(reason, rows.filter(pl.Series(wrong))))
            bytes_ = bytes_[np.repeat(right, ends - starts + 1)]
            rows = rows.filter(pl.Series(right))
            separators = _where(bytes_, self.separator)
        if rows.len():
            chunks.append(self._cut(bytes_, separators.reshape(-1, fields), rows))
        return chunks

    def _cut(self, bytes_: Bytes, separators: Places, rows: pl.Series) -> Chunk:
        """Lines that all have the right width; `separators` has a row a line."""
        strange = bool((bytes_ == ord(_CUT)).any())
        apart = strange or not any(group.together for group in self.groups)
        apart |= any(name in IDENTITY_FIELDS for name in self.constants)
        groups = _each_alone(self) if apart else self.groups
        body, sign = bytes_.tobytes(), self.separator
        if not strange:
            sign = _CUT
            body = _with(body, separators[:, [group.last for group in groups[:-1]]].ravel(), _CUT)
        frame = pl.read_csv(
            body,
            has_header=False,
            separator=sign,
            quote_char=None,
            schema={f"g{number}": pl.String for number in range(len(groups))},
            columns=[number for number, group in enumerate(groups) if group.names],
            truncate_ragged_lines=True,
            encoding="utf8" if body.isascii() else "utf8-lossy",
        )
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
        return Chunk(table, self._said(frame.select(*key, *together).unique("said"), together))

    def _said(self, texts: pl.DataFrame, together: list[str]) -> pl.DataFrame:
        """Distinct texts taken apart."""
        columns = [index for group in self.groups if group.together for index in range(group.first, group.last + 1)]
        wanted = {index: name for group in self.groups if group.together for name, index in group.names}
        # the end keeps a line from being empty where all its fields are
        lines = pl.concat_str(
            *(pl.col(name).fill_null("") for name in together), pl.lit(_END), separator=self.separator
        )
        body = "\n".join(texts.select(lines).to_series()).encode()
        parts = pl.read_csv(
            body,
            has_header=False,
            separator=self.separator,
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
    key = held.select(pl.when(anything).then(pl.struct(IDENTITY_FIELDS).hash()).alias("said"))
    said = held.insert_column(0, key.to_series()).unique("said").drop_nulls("said")
    return Chunk(rows.drop(IDENTITY_FIELDS, strict=False).with_columns(key.to_series()), said)


def joined(chunks: list[Chunk]) -> Chunk:
    """Several chunks of the same lines as one, by row."""
    if len(chunks) == 1:
        return chunks[0]
    if not chunks:
        return Chunk(pl.DataFrame(schema={"row": pl.Int64, "broken": pl.String}))
    if any(chunk.said is not None for chunk in chunks):
        chunks = [chunk if chunk.said is not None else keyed(chunk.rows) for chunk in chunks]
        said = pl.concat([chunk.said for chunk in chunks if chunk.said is not None]).unique("said")
    else:
        said = None
    return Chunk(pl.concat([chunk.rows for chunk in chunks], how="diagonal").sort("row"), said)


def _where(bytes_: Bytes, sign: str) -> Places:
    """Where a sign stands; a piece at a time, so that what is compared stays near the processor."""
    found = [
        (np.flatnonzero(bytes_[at : at + _NEAR_BYTES] == ord(sign)) + at).astype(np.int32)
        for at in range(0, max(bytes_.size, 1), _NEAR_BYTES)
    ]
    return np.concatenate(found)


def _with(body: bytes, places: Places, sign: str) -> bytes:
    """The text with a sign put at some places; copied once."""
    copy = io.BytesIO(body)
    with copy.getbuffer() as buffer:
        np.frombuffer(buffer, np.uint8)[places] = ord(sign)
    return copy.getvalue()


def _even(separators: Places, ends: Places, fields: int) -> bool:
    """Whether every line has that many separators."""
    if separators.size != fields * ends.size:
        return False
    return bool((separators[fields - 1 :: fields] < ends).all() and (separators[fields::fields] > ends[:-1]).all())


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
