"""Laws 1, 2 and 4 of the house for the store of tracks: nothing is lost, no split shows, what is written is read."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darkwake.schema import in_order
from darkwake.tracks import Columns, Store, ingest, nmea, sniff
from darkwake.tracks.clean import REASONS, clean
from darkwake.tracks.dialects import BY_MAP, Dialect
from darkwake.tracks.sources import Kind, blocks
from darkwake.tracks.tables import read_csv

MAP = Columns.parse("time=time,ship=ship,lat=lat,lon=lon,sog=sog,name=name")
HEADER = "time,ship,lat,lon,sog,name"
START = datetime(2025, 10, 1)
QUIET = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
SLOW = settings(QUIET, max_examples=8)

cells = st.one_of(
    st.sampled_from(
        ["", " ", "2025-10-01 00:00:00", "200000001", "0", "91", "181", "-1", "102.3", '"', '""', '"a,b"', "a\tb",
         "nan", "1e999", "∞"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n\r\0\x01"), max_size=6),
)  # fmt: skip
lines = st.one_of(
    st.lists(cells, min_size=6, max_size=6).map(",".join),
    st.lists(cells, max_size=9).map(",".join),
    st.builds(
        "{},{},{},{},5,INVENTED".format,
        st.datetimes(START, START + timedelta(days=2)).map(lambda time: time.isoformat(" ")),
        st.integers(200_000_000, 200_000_009),
        st.integers(-95, 95),
        st.integers(-185, 185),
    ),
)


def fixes() -> st.SearchStrategy[list[tuple[datetime, int, float, float, float | None, str]]]:
    return st.lists(
        st.tuples(
            st.integers(0, 5).map(lambda hour: START + timedelta(hours=hour)),
            st.integers(200_000_000, 200_000_006),
            st.sampled_from([-10.0, 0.0, 10.5]),
            st.sampled_from([-179.5, 0.25, 180.0]),
            st.just(None) | st.sampled_from([0.0, 12.5]),
            st.just("INVENTED"),
        ),
        min_size=1,
        max_size=40,
    )


def stored(folder: Path, tables: list[list[tuple[datetime, int, float, float, float | None, str]]]) -> Store:
    paths = []
    for number, rows in enumerate(tables):
        path = folder / f"{number}.csv"
        pl.DataFrame(rows, schema=HEADER.split(","), orient="row").write_csv(path)
        paths.append(path)
    ingest(paths, folder / "store", columns=MAP, buckets=3)
    return Store(folder / "store")


@QUIET
@given(st.lists(lines, min_size=1, max_size=30))
def test_every_record_of_any_table_is_kept_or_refused_once_for_a_listed_reason(body: list[str]) -> None:
    text = "\n".join([HEADER, *body, ""]).encode()
    kind = Kind("csv", Dialect(name=BY_MAP.name, signs=(), columns=MAP))
    rows: list[int] = []
    kept, refused = 0, Counter[str]()
    for block in read_csv(io.BytesIO(text), kind, where="here", first_row=1):
        frame = block.read().rows
        rows += frame["row"].to_list()
        result = clean(frame, MAP)
        kept += result.kept.height
        refused += result.refused
        assert result.kept.height + result.refused.total() == frame.height
    assert kept + refused.total() == len(rows)
    assert rows == sorted(set(rows))
    assert set(refused) <= {reason for reason, _ in REASONS}
    # each line begins a record, or belongs to the one before it, which then has quotes
    quoted = any('"' in line for line in body)
    assert rows == list(range(2, len(body) + 2)) or quoted


@QUIET
@given(st.lists(lines, min_size=1, max_size=30), st.integers(1, 60))
def test_the_size_of_the_blocks_that_are_read_does_not_show(body: list[str], size: int) -> None:
    text = "\n".join([*body, ""]).encode()
    assert b"".join(blocks(io.BytesIO(text), "here", size=size)) == text


@QUIET
@given(st.lists(st.binary(max_size=60) | st.sampled_from(
    [b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23", b"!AIVDM,2,1,1,A,5,0*00", b"\\c:1*00\\!AIVDM,1,1,,B,,0*25",
     b"1759320000 !AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23", b"$PGHP,1,2025,13,1*00", b"#", b""]
), max_size=20))  # fmt: skip
def test_every_sentence_of_any_bytes_is_kept_or_refused(body: list[bytes]) -> None:
    text = b"".join(line.replace(b"\n", b"").replace(b"\r", b"") + b"\n" for line in body)
    tally = nmea.Tally()
    kept = 0
    for frame, _ in nmea.read(io.BytesIO(text), tally, lambda stream: blocks(stream, "here"), first_row=1):
        kept += int(frame["lines"].sum())
    units = sum(max(1, len(nmea._SENTENCE.findall(line.strip()))) if not line.strip().startswith(b"#") else 1
                for line in text.split(b"\n")[:-1])  # fmt: skip
    assert kept + tally.refused.total() == units


@SLOW
@given(fixes(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_no_split_into_files_and_no_order_shows_in_the_positions(
    rows: list[tuple[datetime, int, float, float, float | None, str]], random: object, parts: int
) -> None:
    # a ship says one thing at one time and place: which of two contradicting messages stands is the order's to decide
    rows = list({(row[0], row[1], row[2], row[3]): row for row in rows}.values())
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        whole = in_order(stored(Path(one), [rows]).positions().collect()).drop("source", "row")
        pieces = [piece for number in range(parts) if (piece := shuffled[number::parts])]
        split = in_order(stored(Path(other), [*pieces, pieces[0][::-1]]).positions().collect()).drop("source", "row")
    assert whole.equals(split)


@SLOW
@given(fixes())
def test_what_is_written_is_read_again(rows: list[tuple[datetime, int, float, float, float | None, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = stored(Path(folder), [rows])
        (source,) = store.sources()
        assert source.rows == source.kept + sum(source.refused.values()) == len(rows)
        read = in_order(store.positions().collect())
        assert read.height == source.kept
        by_row = {row["row"]: row for row in read.to_dicts()}
        first: dict[tuple[object, ...], int] = {}
        for number, row in enumerate(rows, start=2):
            first.setdefault(row[:4], number)
        assert sorted(by_row) == sorted(first.values())
        for number, found in by_row.items():
            told = (found["time"], found["ship"], found["lat"], found["lon"], found["sog"])
            assert told == rows[number - 2][:5]


@QUIET
@given(st.binary(max_size=300) | st.sampled_from([b"PK\x03\x04", b"PAR1", b"\x28\xb5\x2f\xfd", b"\x1f\x8b"]).flatmap(
    lambda magic: st.binary(max_size=200).map(lambda rest: magic + rest)
))  # fmt: skip
def test_hostile_bytes_are_no_track_file_and_never_raise(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        assert sniff(path) == ("nmea" if nmea.looks_like(content) else None)  # a mere "$PGHP," begins as one
        assert sniff(Path(folder)) is None
