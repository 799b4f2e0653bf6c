"""What is read as one text and taken apart later is what a plain reader finds in each row."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake.schema import IDENTITY_FIELDS
from darkwake.tracks.dialects import BY_MAP, DIALECTS, Columns
from darkwake.tracks.fields import Chunk, Layout, keyed
from darkwake.tracks.sources import Kind
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
    assert apart.said["said"].is_unique().all()
    return apart.rows.join(apart.said, on="said", how="left", maintain_order="left").drop("said").to_dicts()


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
            assert row[name] == (right[names.index(name)] or None)
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


def test_equal_sayings_are_held_once() -> None:
    chunk = keyed(pl.DataFrame({"row": [1, 2, 3], "name": ["A", "A", None]}))
    assert chunk.said is not None
    assert chunk.said.height == 1
    assert chunk.rows["said"].null_count() == 1
