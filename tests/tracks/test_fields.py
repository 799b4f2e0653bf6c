"""What is read as one text and taken apart later is what a plain reader finds in each row."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake.schema import IDENTITY_FIELDS
from darkwake.tracks import fields
from darkwake.tracks.clean import Cleaned, clean
from darkwake.tracks.dialects import BY_MAP, DIALECTS, Columns
from darkwake.tracks.fields import Chunk, Layout, keyed
from darkwake.tracks.sources import Kind, blocks
from darkwake.tracks.tables import read_csv

FIELDS = ("time", "ship", "lat", "lon", "sog", "status", "name", "callsign", "imo", "destination", "eta", "draught_m")
headers = st.lists(st.sampled_from([*FIELDS, "x", "y", "z"]), unique=True, max_size=12).map(
    lambda names: [*names, *(needed for needed in ("time", "ship", "lat", "lon") if needed not in names)]
).flatmap(st.permutations)  # fmt: skip
cells = st.sampled_from(["", "a", "1.5", "Ø", " ", "OSLO", "\x1f", "\x1e", "x", '""', '"b,c"', '"d\ne"'])


def told(chunk: Chunk) -> list[dict[str, object]]:
    """Rows with their identity fields in them."""
    apart = chunk if chunk.said is not None else keyed(chunk.rows)
    assert apart.said is not None
    said = apart.said(apart.rows["said"])
    assert said["said"].is_unique().all()
    return apart.rows.join(said, on="said", how="left", maintain_order="left").drop("said").to_dicts()


@settings(deadline=None, max_examples=300)
@given(headers.flatmap(lambda names: st.tuples(
    st.just(names),
    st.lists(st.lists(cells, min_size=len(names), max_size=len(names)) | st.lists(cells, max_size=18), max_size=12),
)))  # fmt: skip
def test_every_row_says_what_the_csv_module_reads(table: tuple[list[str], list[list[str]]]) -> None:
    names, records = table
    columns = Columns.parse(",".join(f"{name}={name}" for name in FIELDS if name in names))
    lines = [",".join(record) for record in records]
    text = "\n".join([",".join(names), *lines, ""])
    kind = Kind("csv", replace(BY_MAP, columns=columns))
    blocks = list(read_csv(io.BytesIO(text.encode()), kind, where="here", first_row=1))
    found = {row["row"]: row for block in blocks for row in told(block.read())}
    at = 2
    for line in lines:
        right = next(csv.reader(io.StringIO(line)), [])
        row = found.pop(at)
        at += 1 + line.count("\n")
        if len(right) != len(names):
            assert row["broken"] == ("wrong number of fields" if line else "empty line")
            continue
        assert row["broken"] is None
        for name in (one for one in FIELDS if one in names):
            cell = right[names.index(name)] or None
            assert row[name] == (float(cell) if cell and isinstance(row[name], float) else cell)
        assert all(row[name] is None for name in IDENTITY_FIELDS if name not in names)
    assert not found


def test_the_danish_table_is_cut_into_positions_and_one_text_of_the_rest() -> None:
    dma = DIALECTS[0]
    header = [
        "# Timestamp", "Type of mobile", "MMSI", "Latitude", "Longitude", "Navigational status", "ROT", "SOG", "COG",
        "Heading", "IMO", "Callsign", "Name", "Ship type", "Cargo type", "Width", "Length",
        "Type of position fixing device", "Draught", "Destination", "ETA", "Data source type", "A", "B", "C", "D",
    ]  # fmt: skip
    layout = Layout.of(header, dma, ",", "here")
    assert [(group.first, group.last) for group in layout.groups if group.together] == [(10, 20)]
    assert [group.first for group in layout.groups if group.names and not group.together] == [0, 1, 2, 3, 4, 5, 7, 8, 9]
    assert sum(group.last - group.first + 1 for group in layout.groups) == layout.width


ODD = (
    "", " ", "+5", "1e3", "1.", ".5", "-0", "inf", "nan", "NaN", "-inf", "infinity", "0x10", "1_000", "１", "- 5",
    "--5", "00012", "1e400", "9223372036854775808", "-1", "219000001", "+219000001", "219000001.0", "2.19e8", " 12",
    "12 ", "\t7", "7\t", "\u00a05", "1e-400", "None", "null", "true", "511", "511.0", "360", "102.3", "91", "181",
    "-91", "12abc", "999999999", "1000000000", "5e-324", "1e", "+", "-", ".", "é",
)  # fmt: skip


@pytest.mark.parametrize("column", ["ship", "lat", "lon", "sog", "cog", "heading"])
def test_numbers_read_as_such_come_to_the_same_as_numbers_read_as_texts(
    column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = {"time": "2025-10-01 00:00:00", "ship": "219000001", "lat": "5", "lon": "6", "sog": "7", "cog": "8",
             "heading": "9", "name": "INVENTED"}  # fmt: skip
    columns = Columns.parse(",".join(f"{name}={name}" for name in usual))
    kind = Kind("csv", replace(BY_MAP, columns=columns))

    def cleaned(values: list[str]) -> tuple[list[dict[str, object]], Cleaned]:
        lines = [",".join((usual | {column: value}).values()) for value in values]
        text = "\n".join([",".join(usual), *lines, ""])
        (block,) = read_csv(io.BytesIO(text.encode()), kind, where="here", first_row=1)
        found = clean(block.read().rows, columns)
        return found.kept.drop("said").fill_nan(None).to_dicts(), found

    typed = 0
    for values in ([usual[column]], list(ODD), *([value, usual[column]] for value in ODD)):
        monkeypatch.setattr(fields, "_DOUBTS", 1)
        kept, one = cleaned(values)
        monkeypatch.setattr(fields, "_DOUBTS", 0)
        as_texts, other = cleaned(values)
        assert kept == as_texts
        assert (one.refused, one.blanked) == (other.refused, other.blanked)
        typed += one.kept.height
    assert typed > len(ODD)


@given(
    st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\r\n", b"\r", b"\n\n"]), max_size=40).map(b"".join),
    st.integers(1, 9),
)
def test_blocks_of_any_size_are_the_whole_text_in_whole_lines(text: bytes, size: int) -> None:
    found = list(blocks(io.BytesIO(text), "here", size=size))
    assert all(block.endswith(b"\n") for block in found)
    whole = text if text.endswith(b"\n") or not text else text + b"\n"
    assert b"".join(found) == whole.replace(b"\r\n", b"\n")


def test_equal_sayings_are_held_once() -> None:
    chunk = keyed(pl.DataFrame({"row": [1, 2, 3], "name": ["A", "A", None]}))
    assert chunk.said is not None
    assert chunk.said(chunk.rows["said"].drop_nulls()).height == 1
    assert chunk.rows["said"].null_count() == 1
