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

import polars as pl

from darkwake.tracks.dialects import Dialect, locate
from darkwake.tracks.sources import Kind, blocks, first_line, header

LONGEST_RECORD_LINES = 20
RECORDS_AT_ONCE = 250_000

_END = "\x01"
"""Set behind each line as one more field: where it does not stand, the line has the wrong number of fields."""


def read_csv(stream: IO[bytes], kind: Kind, *, where: str, first_row: int) -> Iterator[tuple[pl.DataFrame, int]]:
    """Chunks of raw rows, each with the number of the line after it; the header's line is `first_row`.

    Args:
        stream: the text, decompressed.
        kind: its dialect and separator.
        where: what an error names.
        first_row: the number of the first line, 1 but for later members of an archive.
    """
    assert kind.dialect is not None  # noqa: S101  # a csv has a dialect, see sources.kind_of
    table: _Table | None = None
    line, rest = first_row, b""
    for block in blocks(stream, where):
        body = rest + block
        if table is None:
            head = body.removeprefix(b"\xef\xbb\xbf")
            names = header(head, kind.separator)
            before = len(head) - len(head.lstrip(b"\n"))
            body = head[before + len(first_line(head)) :].removeprefix(b"\n")
            line += before + 1
            table = _Table.of(names, kind.dialect, kind.separator, where)
        frame, line, rest = table.rows(body, line, last=False)
        yield frame, line
    if table is not None and rest:
        frame, line, _ = table.rows(rest, line, last=True)
        yield frame, line


@dataclass(frozen=True, slots=True)
class _Table:
    """How the lines of one table are taken apart."""

    width: int
    wanted: list[tuple[str, int]]
    """Our name and the index of the column, by index."""
    constants: dict[str, str]
    separator: str

    @staticmethod
    def of(names: list[str], dialect: Dialect, separator: str, where: str) -> _Table:
        found = locate(names, dialect, where=where)
        return _Table(
            len(names), sorted(found.items(), key=lambda item: item[1]), dialect.columns.constants(), separator
        )

    def rows(self, body: bytes, line: int, *, last: bool) -> tuple[pl.DataFrame, int, bytes]:
        """The rows of whole lines, the number of the next line, and the tail of a record that is still open."""
        bare = _without_empty_quotes(body, self.separator)
        if b'"' not in bare and b"\n\n" not in bare and not bare.startswith(b"\n"):
            count = bare.count(b"\n")
            return self._plain(bare, pl.int_range(line, line + count, eager=True)), line + count, b""
        records = _Records.of(body, line, self.separator, last=last)
        frames = [
            self._plain(b"".join(records.plain), pl.Series(records.plain_rows, dtype=pl.Int64)),
            self._quoted(records.quoted),
            *(
                pl.DataFrame({"row": rows, "broken": [reason] * len(rows)}, schema_overrides={"row": pl.Int64})
                for reason, rows in records.broken.items()
            ),
        ]
        whole = pl.concat([frame for frame in frames if frame.height] or frames[:1], how="diagonal").sort("row")
        return whole, records.next_line, records.rest

    def _plain(self, body: bytes, rows: pl.Series) -> pl.DataFrame:
        """Lines without quotes, by Polars."""
        if not body:
            return self._named(pl.DataFrame(schema={"row": pl.Int64, "end": pl.String}))
        separator = self.separator.encode()
        marked = body.replace(b"\n", separator + _END.encode() + b"\n")
        # Polars takes the number of columns from the first line, so a line of the right width must come first
        guided = body[: body.index(b"\n")].count(separator) != self.width - 1
        if guided:
            marked = separator * self.width + _END.encode() + b"\n" + marked
        frame = pl.read_csv(
            marked,
            has_header=False,
            separator=self.separator,
            quote_char=None,
            schema={f"c{index}": pl.String for index in range(self.width + 1)},
            columns=sorted({*(index for _, index in self.wanted), self.width}),
            truncate_ragged_lines=True,
            encoding="utf8" if body.isascii() else "utf8-lossy",
        )
        names = {f"c{index}": f"{index}" for _, index in self.wanted}
        frame = frame.slice(1) if guided else frame
        frame = frame.rename({**names, f"c{self.width}": "end"}).insert_column(0, rows.alias("row"))
        return self._named(frame)

    def _quoted(self, records: list[tuple[int, str]]) -> pl.DataFrame:
        """Records with quotes, by the csv module."""
        rows: list[int] = []
        fields: list[list[str | None]] = []
        for row, text in records:
            try:
                parts = next(csv.reader([text], delimiter=self.separator), [])
            except csv.Error:
                parts = []
            right = len(parts) == self.width
            rows.append(row)
            fields.append([*(parts[index] or None if right else None for _, index in self.wanted), _END * right])
        columns = [*(f"{index}" for _, index in self.wanted), "end"]
        frame = pl.DataFrame(fields, schema=dict.fromkeys(columns, pl.String), orient="row")
        return self._named(frame.insert_column(0, pl.Series("row", rows, dtype=pl.Int64)))

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Our names, the constants, and the rows of the wrong width marked."""
        whole = pl.col("end") == _END
        broken = pl.when(~whole.fill_null(False)).then(pl.lit("wrong number of fields")).alias("broken")
        given = [pl.col(f"{index}").alias(name) for name, index in self.wanted if f"{index}" in frame.columns]
        return frame.select("row", broken, *given, *(pl.lit(v).alias(k) for k, v in self.constants.items()))


@dataclass(slots=True)
class _Records:
    """Lines sorted into those for Polars, those for the csv module, and broken ones."""

    plain: list[bytes]
    plain_rows: list[int]
    quoted: list[tuple[int, str]]
    broken: dict[str, list[int]]
    next_line: int
    rest: bytes

    @staticmethod
    def of(body: bytes, line: int, separator: str, *, last: bool) -> _Records:
        """Take `body` apart; `line` is the number of its first line."""
        lines = body.split(b"\n")[:-1]
        found = _Records([], [], [], {}, line, b"")
        at = 0
        while at < len(lines):
            text, row = lines[at], line + at
            taken = 1
            if not text:
                found.broken.setdefault("empty line", []).append(row)
            elif b'"' not in (bare := _without_empty_quotes(text, separator)):
                found.plain.append(bare + b"\n")
                found.plain_rows.append(row)
            else:
                taken = _span(lines, at)
                if not taken and at + LONGEST_RECORD_LINES > len(lines) and not last:
                    found.rest = b"\n".join(lines[at:]) + b"\n"
                    break
                if taken:
                    found.quoted.append((row, b"\n".join(lines[at : at + taken]).decode("utf-8", "replace")))
                else:
                    found.broken.setdefault("quotes that do not close", []).append(row)
                    taken = 1
            at += taken
        found.next_line = line + at
        return found


def _without_empty_quotes(body: bytes, separator: str) -> bytes:
    """The text with its fields of nothing but a pair of quotes made empty.

    The result may stand for the text only where no quote is left in it: in a quoted field two quotes between two
    separators are text.
    """
    if b'""' not in body:
        return body
    mark = separator.encode()
    body = (b"\n" + body).replace(b'\n""' + mark, b"\n" + mark)[1:]
    for _ in range(2):  # neighbours share a separator, so one pass takes every other of them
        body = body.replace(mark + b'""' + mark, mark + mark)
    return body.replace(mark + b'""\n', mark + b"\n").removesuffix(mark + b'""') + mark * body.endswith(mark + b'""')


def _span(lines: list[bytes], at: int) -> int:
    """How many lines the record that begins at `at` takes until its quotes close; 0 where they do not."""
    quotes = 0
    for count, text in enumerate(lines[at : at + LONGEST_RECORD_LINES], start=1):
        quotes += text.count(b'"')
        if quotes % 2 == 0:
            return count
    return 0


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
