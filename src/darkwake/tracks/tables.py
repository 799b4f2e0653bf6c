"""CSV and Parquet tables as chunks of raw rows with our column names.

A record is a line. Lines without quotes, or with none but those of empty fields, go to Polars a block at a time; the
few that have others are read by the csv module, may run over up to 20 lines, and keep the number of the line on which
they begin.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.tracks.dialects import Dialect, locate
from darkwake.tracks.fields import Chunk, Layout, broken, joined, lines_in
from darkwake.tracks.sources import Kind, blocks, first_line, header

LONGEST_RECORD_LINES = 20
RECORDS_AT_ONCE = 250_000


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a table, not yet taken apart, so that several blocks can be at the same time."""

    layout: Layout
    plain: bytes
    rows: pl.Series
    """The number of each line in `plain`."""
    quoted: list[tuple[int, str]]
    broken: dict[str, list[int]]
    following: int
    """The number of the line after the block."""

    def read(self) -> Chunk:
        """The raw rows."""
        found = self.layout(self.plain, self.rows)
        found += [self._quoted()] if self.quoted else []
        found += [broken(reason, rows) for reason, rows in self.broken.items()]
        whole = joined(found)
        # mended lines stand behind the others
        return whole if whole.rows["row"].is_sorted() else Chunk(whole.rows.sort("row"), whole.said)

    def _quoted(self) -> Chunk:
        """Records with quotes, by the csv module."""
        rows: list[int] = []
        fields: list[list[str | None]] = []
        wrong: list[int] = []
        wanted = self.layout.wanted
        for row, text in self.quoted:
            try:
                parts = next(csv.reader([text], delimiter=self.layout.separator), [])
            except csv.Error:
                parts = []
            if len(parts) == self.layout.width:
                rows.append(row)
                fields.append([parts[index] or None for _, index in wanted])
            else:
                wrong.append(row)
        frame = pl.DataFrame(fields, schema=dict.fromkeys((name for name, _ in wanted), pl.String), orient="row")
        frame = frame.insert_column(0, pl.Series("row", rows, dtype=pl.Int64)).with_columns(
            pl.lit(None, pl.String).alias("broken"),
            *(pl.lit(value).alias(name) for name, value in self.layout.constants.items()),
        )
        return joined([Chunk(frame), *([broken("wrong number of fields", wrong)] if wrong else [])])


def read_csv(stream: IO[bytes], kind: Kind, *, where: str, first_row: int) -> Iterator[Block]:
    """Blocks of lines that are yet to be taken apart; the header's line is `first_row`.

    Args:
        stream: the text, decompressed.
        kind: its dialect and separator.
        where: what an error names.
        first_row: the number of the first line, 1 but for later members of an archive.
    """
    assert kind.dialect is not None  # noqa: S101  # a csv has a dialect, see sources.kind_of
    layout: Layout | None = None
    line, rest = first_row, b""
    for block in blocks(stream, where):
        body = rest + block if rest else block
        if layout is None:
            head = body.removeprefix(b"\xef\xbb\xbf")
            names = header(head, kind.separator)
            before = len(head) - len(head.lstrip(b"\n"))
            body = head[before + len(first_line(head)) :].removeprefix(b"\n")
            line += before + 1
            layout = Layout.of(names, kind.dialect, kind.separator, where)
        found, rest = _records(layout, body, line, last=False)
        line = found.following
        yield found
    if layout is not None and rest:
        yield _records(layout, rest, line, last=True)[0]


def _records(layout: Layout, body: bytes, line: int, *, last: bool) -> tuple[Block, bytes]:
    """The records of whole lines, and the tail of one that is still open; `line` is the number of the first line."""
    bare = _without_empty_quotes(body, layout.separator)
    if b'"' not in bare:
        following = line + lines_in(bare)
        return Block(layout, bare, pl.int_range(line, following, eager=True), [], {}, following), b""
    lines = _Lines.of(body)
    quoted: list[tuple[int, str]] = []
    broken_: list[int] = []
    mended: dict[int, bytes] = {}
    taken: list[int] = []
    rest, count, free = b"", lines.ends.size, 0
    for at in lines.with_quotes():
        if at < free:
            continue  # it belongs to the record before it
        text = _without_empty_quotes(lines.text(at, 1), layout.separator)
        span = 1
        if b'"' not in text:
            mended[at] = text
        elif span := lines.span(at):
            quoted.append((line + at, lines.text(at, span).decode("utf-8", "replace")))
        elif at + LONGEST_RECORD_LINES > count and not last:
            rest, count = lines.tail(at), at
            break
        else:
            broken_.append(line + at)
            span = 1
        taken += range(at, at + span)
        free = at + span
    plain, rows = lines.others(taken, count)
    plain += b"".join(text + b"\n" for text in mended.values())
    numbers = pl.Series(np.concatenate([rows, np.fromiter(mended, np.int64, len(mended))]) + line)
    reasons = {"quotes that do not close": broken_} if broken_ else {}
    return Block(layout, plain, numbers, quoted, reasons, line + count), rest


@dataclass(frozen=True, slots=True)
class _Lines:
    """A text of whole lines of which some have quotes."""

    body: bytes
    ends: NDArray[np.int64]
    quotes: NDArray[np.int64]
    """How many quotes stand before the end of each line."""

    @staticmethod
    def of(body: bytes) -> _Lines:
        bytes_ = np.frombuffer(body, np.uint8)
        ends = np.flatnonzero(bytes_ == ord("\n"))
        return _Lines(body, ends, np.searchsorted(np.flatnonzero(bytes_ == ord('"')), ends))

    def with_quotes(self) -> list[int]:
        """The lines that have any, 0 for the first."""
        found: list[int] = np.flatnonzero(np.diff(self.quotes, prepend=0)).tolist()
        return found

    def text(self, at: int, count: int) -> bytes:
        """That many lines without the last line's end."""
        return self.body[self._start(at) : int(self.ends[at + count - 1])]

    def tail(self, at: int) -> bytes:
        """All lines from one on."""
        return self.body[self._start(at) :]

    def span(self, at: int) -> int:
        """How many lines the record that begins at `at` takes until its quotes close; 0 where they do not."""
        before = int(self.quotes[at - 1]) if at else 0
        closed = np.flatnonzero((self.quotes[at : at + LONGEST_RECORD_LINES] - before) % 2 == 0)
        return int(closed[0]) + 1 if closed.size else 0

    def others(self, taken: list[int], count: int) -> tuple[bytes, NDArray[np.int64]]:
        """Of the first `count` lines those that are not taken, and which they are."""
        left = np.ones(self.ends.size, np.bool_)
        left[taken] = False
        left[count:] = False
        lengths = np.diff(self.ends, prepend=-1)
        return np.frombuffer(self.body, np.uint8)[np.repeat(left, lengths)].tobytes(), np.flatnonzero(left)

    def _start(self, at: int) -> int:
        return int(self.ends[at - 1]) + 1 if at else 0


def _without_empty_quotes(body: bytes, separator: str) -> bytes:
    """The text with its fields of nothing but a pair of quotes made empty.

    The result may stand for the text only where no quote is left in it: in a quoted field two quotes between two
    separators are text.
    """
    if b'"' not in body or b'""' not in body:  # one byte is found ten times as fast as two
        return body
    mark = separator.encode()
    body = (b"\n" + body).replace(b'\n""' + mark, b"\n" + mark)[1:]
    for _ in range(2):  # neighbours share a separator, so one pass takes every other of them
        body = body.replace(mark + b'""' + mark, mark + mark)
    return body.replace(mark + b'""\n', mark + b"\n").removesuffix(mark + b'""') + mark * body.endswith(mark + b'""')


def read_parquet(path: Path, dialect: Dialect) -> Iterator[tuple[pl.DataFrame, int]]:
    """Chunks of raw rows; "row" is the number of the record, 1 for the first."""
    scan = pl.scan_parquet(path, glob=False)
    names = scan.collect_schema().names()
    found = locate(names, dialect, where=str(path))
    chosen = scan.select(
        [pl.col(names[index]).alias(ours) for ours, index in found.items()]
        + [pl.lit(value).alias(ours) for ours, value in dialect.columns.constants().items()]
    )
    row = 1
    for chunk in chosen.collect_batches(chunk_size=RECORDS_AT_ONCE, maintain_order=True):
        rows = pl.int_range(row, row + chunk.height, eager=True).alias("row")
        frame = chunk.insert_column(0, rows)
        row += chunk.height
        yield (_points(frame) if "geometry" in frame.columns else frame), row


def _points(frame: pl.DataFrame) -> pl.DataFrame:
    """Latitude and longitude out of WKB points: byte order, type 1, x, y; 21 bytes. Null where it is none."""
    geometry = pl.col("geometry").cast(pl.Binary)
    little = (geometry.bin.size() == 21) & geometry.bin.starts_with(b"\x01\x01\x00\x00\x00")
    big = (geometry.bin.size() == 21) & geometry.bin.starts_with(b"\x00\x00\x00\x00\x01")

    def number(offset: int) -> pl.Expr:
        bits = geometry.bin.slice(offset, 8)
        return (
            pl.when(little)
            .then(bits.bin.reinterpret(dtype=pl.Float64, endianness="little"))
            .when(big)
            .then(bits.bin.reinterpret(dtype=pl.Float64, endianness="big"))
        )

    return frame.with_columns(number(5).alias("lon"), number(13).alias("lat")).drop("geometry")
