"""Tables of every dialect and container, read to the same positions with the right row numbers."""

from __future__ import annotations

import csv
import gzip
import struct
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from darkwake.errors import MissingColumn, UnknownKind, Unreadable, WrongUse
from darkwake.schema import IDENTITIES, POSITIONS, SHIPS, in_order, problems
from darkwake.tracks import Added, Columns, Store, ingest, sniff
from darkwake.tracks.tables import _without_empty_quotes

DMA_26 = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
    "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
)
DMA_22 = DMA_26.removesuffix(",A,B,C,D")
OLD_NOAA = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,"
    "TransceiverClass"
)
NEW_NOAA = (
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,"
    "draft,cargo,transceiver"
)


def dma(
    time: str = "01/10/2025 00:00:00", ship: str = "200000001", at: str = "56.1,10.2", *, mobile: str = "Class A",
    name: str = "INVENTED ONE", sog: str = "9.5", cog: str = "181.2", heading: str = "180", columns: int = 26,
) -> str:  # fmt: skip
    line = (
        f"{time},{mobile},{ship},{at},Under way using engine,0.0,{sog},{cog},{heading},9000001,XX1,{name},Cargo,,"
        "20,120,GPS,7.5,NOWHERE,02/10/2025 12:00:00,AIS"
    )
    return line + (",100,20,10,10" if columns == 26 else "")


def add(path: Path, store: Path, **options: object) -> Added:
    (added,) = ingest(path, store, **options)  # type: ignore[arg-type]
    assert added.source.rows == added.source.kept + sum(added.source.refused.values())
    return added


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def positions(store: Path) -> pl.DataFrame:
    return in_order(Store(store).positions().collect())


@pytest.mark.parametrize(("header", "columns"), [(DMA_26, 26), (DMA_22, 22)])
def test_a_danish_row_becomes_a_position_and_its_identities(tmp_path: Path, header: str, columns: int) -> None:
    path = written(tmp_path / "aisdk.csv", header, dma(columns=columns))
    added = add(path, tmp_path / "store")
    assert sniff(path) == added.source.kind == "dma-csv"
    assert added.source.dated == "2025-10-01"
    (row,) = positions(tmp_path / "store").to_dicts()
    assert row["row"] == 2
    assert (row["ship"], row["time"], row["lat"], row["lon"]) == (200000001, datetime(2025, 10, 1), 56.1, 10.2)
    assert (row["sog"], row["heading"], row["status"], row["ais_class"]) == (9.5, 180.0, 0, "A")
    assert (row["receiver"], row["source"]) == ("terrestrial", added.source.sha256)
    said = dict(Store(tmp_path / "store").identities().select("field", "value").iter_rows())
    assert said == {
        "imo": "9000001", "name": "INVENTED ONE", "callsign": "XX1", "ship_type": "Cargo", "length_m": "120",
        "width_m": "20", "draught_m": "7.5", "destination": "NOWHERE", "eta": "2025-10-02 12:00",
    }  # fmt: skip


def test_what_the_store_hands_out_has_the_declared_schemas(tmp_path: Path) -> None:
    store = tmp_path / "store"
    add(written(tmp_path / "a.csv", DMA_26, dma(), dma(ship="200000002", time="01/10/2025 00:00:10")), store)
    assert not problems(positions(store), POSITIONS)
    assert not problems(Store(store).identities(), IDENTITIES)
    ships = Store(store).ships()
    assert not problems(ships, SHIPS)
    assert ships["ship"].to_list() == [200000001, 200000002]
    for shard in Store(store).shards():
        assert not problems(pl.read_parquet(shard), POSITIONS)


def test_both_noaa_layouts_in_every_container_give_the_same_positions(tmp_path: Path) -> None:
    said = "INVENTED,IMO9000001,XX1,70,5,100,20,7.6,70,A"
    old = f"{OLD_NOAA}\n200000001,2023-05-01T00:00:07,29.5,-90.25,12.3,360.0,511.0,{said}\n"
    new = f"{NEW_NOAA}\n200000001,2023-05-01 00:00:07,-90.25,29.5,12.3,360,511,{said.replace('100', '100.0')}\n"
    table = pl.read_csv(new.encode())
    wkb = struct.pack("<BIdd", 1, 1, -90.25, 29.5)
    written(tmp_path / "old.csv", old.rstrip())
    (tmp_path / "new.csv.zst").write_bytes(zstandard.compress(new.encode()) + zstandard.compress(b""))
    (tmp_path / "old.csv.gz").write_bytes(gzip.compress(old.encode()))
    with zipfile.ZipFile(tmp_path / "old.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("AIS_2023_05_01.csv", old)
    table.write_parquet(tmp_path / "new.parquet")
    table.drop("longitude", "latitude").with_columns(geometry=pl.lit(wkb)).write_parquet(tmp_path / "geo.parquet")
    found = []
    for path in sorted(tmp_path.iterdir()):
        store = tmp_path / f"store-{path.name}"
        kind = add(path, store).source.kind
        assert kind == f"marinecadastre-{'parquet' if path.suffix == '.parquet' else 'csv'}"
        found.append(positions(store).drop("source", "row").rows())
        assert Store(store).identities().filter(pl.col("field") == "length_m")["value"].to_list() == ["100"]
    assert len(found) == 6
    assert found == [found[0]] * 6
    assert found[0][0][1:8] == (datetime(2023, 5, 1, 0, 0, 7), 29.5, -90.25, pytest.approx(12.3), None, None, 5)


def test_rows_keep_their_line_numbers_past_blank_ragged_and_quoted_lines(tmp_path: Path) -> None:
    lines = [
        DMA_26,
        dma(time="01/10/2025 00:00:01"),  # line 2
        "",
        dma(time="01/10/2025 00:00:02") + ",surplus",
        "01/10/2025 00:00:03,Class A,2000",
        dma(time="01/10/2025 00:00:04", name='"INVENTED, TWO"'),  # line 6
        dma(time="01/10/2025 00:00:05", name='"INVENTED\nTHREE"'),  # lines 7 and 8
        dma(time="01/10/2025 00:00:06"),  # line 9
        dma(time="01/10/2025 00:00:07", name='5" PIPE'),  # line 10: its quote never closes
        *(dma(time=f"01/10/2025 00:01:{second:02}") for second in range(30)),  # lines 11 to 40
    ]
    added = add(written(tmp_path / "a.csv", *lines), tmp_path / "store")
    assert added.source.refused == {
        "empty line": 1,
        "quotes that do not close": 1,
        "wrong number of fields": 2,
    }
    assert positions(tmp_path / "store")["row"].to_list() == [2, 6, 7, 9, *range(11, 41)]
    names = Store(tmp_path / "store").identities().filter(pl.col("field") == "name")["value"].to_list()
    assert names == ["INVENTED ONE", "INVENTED, TWO", "INVENTED\nTHREE", "INVENTED ONE"]


def test_members_of_a_zip_are_numbered_on_and_unknown_ones_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "aisdk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", f"{DMA_26}\n{dma()}\n")
        archive.writestr("readme.txt", "about the data")
        archive.writestr("two.csv", f"{DMA_22}\r\n{dma(time='01/10/2025 00:00:09', columns=22)}\r\n")
    added = add(path, tmp_path / "store")
    assert added.members == {"one.csv": 1, "readme.txt": 3, "two.csv": 3}
    assert added.source.refused == {"zip member of unknown kind": 1}
    assert positions(tmp_path / "store")["row"].to_list() == [2, 4]


def test_latin_letters_of_another_encoding_do_not_stop_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{DMA_26}\n{dma(name='INVENTED Ø')}\n".encode("latin-1"))
    assert add(path, tmp_path / "store").positions == 1


def test_a_column_map_reads_any_table_with_constants_units_and_clocks(tmp_path: Path) -> None:
    path = written(tmp_path / "own.csv", "id;when;y;x;v", "200000001;31.12.2024 23:59;10,5;-20,25;5,1444444")
    mapped = Columns.parse(
        "time=when,ship=id,lat=y,lon=x,sog=v,receiver='satellite',time_format=%d.%m.%Y %H:%M,sog_unit=m/s,decimal=comma"
    )
    assert sniff(path) is None
    assert sniff(path, columns=mapped) == "table-csv"
    add(path, tmp_path / "store", columns=mapped)
    (row,) = positions(tmp_path / "store").to_dicts()
    assert (row["time"], row["lat"], row["lon"]) == (datetime(2024, 12, 31, 23, 59), 10.5, -20.25)
    assert row["sog"] == pytest.approx(10.0, abs=1e-3)
    assert row["receiver"] == "satellite"


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2016-01-12 13:02:11.218", 218_000),
        ("2016-01-12T13:02:11", 0),
        ("2016-01-12T13:02:11Z", 0),
        ("2016-01-12 14:02:11+01:00", 0),
        ("1452603731", 0),
        ("1452603731218", 218_000),
    ],
)
def test_the_usual_clocks_are_read_without_being_told(tmp_path: Path, text: str, micros: int) -> None:
    path = written(tmp_path / "a.csv", "time,ship,lat,lon", f"{text},200000001,1,2")
    add(path, tmp_path / "store", columns=Columns.parse("time=time,ship=ship,lat=lat,lon=lon"))
    assert positions(tmp_path / "store")["time"].to_list() == [datetime(2016, 1, 12, 13, 2, 11, micros)]


def test_a_missing_column_is_named_together_with_the_header(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", DMA_26.replace("Longitude", "Lengde"), dma())
    with pytest.raises(MissingColumn, match=r"'Longitude'.*Lengde"):
        ingest(path, tmp_path / "store")
    with pytest.raises(WrongUse, match="lat and lon"):
        Columns.parse("time=a,ship=b")
    with pytest.raises(UnknownKind, match=r"map names nowhere.*columns are id, when"):
        ingest(
            written(tmp_path / "b.csv", "id,when", "1,2"),
            tmp_path / "store",
            columns=Columns(time="when", ship="id", lat="nowhere", lon="nowhere"),
        )


@pytest.mark.parametrize("name", ["cut.zip", "cut.csv.zst", "cut.csv.gz", "cut.parquet", "empty.csv", "noise.bin"])
def test_a_broken_file_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    body = "\n".join([DMA_26, *(dma(ship=f"2000{number:05}") for number in range(5000))]).encode()
    plain = tmp_path / "whole.csv"
    plain.write_bytes(body)
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "a.csv")
    pl.read_csv(body, infer_schema=False).write_parquet(tmp_path / "whole.parquet")
    whole = {
        "cut.zip": (tmp_path / "whole.zip").read_bytes(),
        "cut.csv.zst": zstandard.compress(body),
        "cut.csv.gz": gzip.compress(body),
        "cut.parquet": (tmp_path / "whole.parquet").read_bytes(),
        "empty.csv": b"",
        "noise.bin": bytes(range(256)) * 4,
    }[name]
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) * 2 // 3])
    store = tmp_path / "store"
    with pytest.raises((Unreadable, UnknownKind), match=name):
        ingest(path, store)
    assert not store.exists() or (Store(store).sources() == [] and Store(store).shards() == [])
    assert not list(store.rglob("*.parquet"))
    assert not list(store.glob(".scatter-*"))


def test_a_folder_a_missing_file_and_an_article_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="folder"):
        ingest(tmp_path, tmp_path / "store")
    with pytest.raises(WrongUse, match="no such file"):
        ingest(tmp_path / "nothing.csv", tmp_path / "store")
    article = written(
        tmp_path / "article.html", "<html><p>The ship, it is said, sent", "!AIVDM,1,1,,A,1,0*00</p></html>"
    )
    assert sniff(article) is None
    with pytest.raises(UnknownKind, match="Known are"):
        ingest(article, tmp_path / "store")
    assert not (tmp_path / "store").exists()


@given(
    st.lists(
        st.lists(st.sampled_from(["", "a", '""', '"x,y"', '"a""b"', '"a,"",b"', '","', "1.5"]), min_size=2, max_size=5),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_empty_quotes_are_taken_out_only_where_no_other_quote_stands(records: list[list[str]]) -> None:
    """What the csv module reads is what a plain split reads, wherever the plain way is taken."""
    text = "".join(",".join(fields) + "\n" for fields in records)
    bare = _without_empty_quotes(text.encode(), ",").decode()
    if '"' not in bare:
        assert [line.split(",") for line in bare.splitlines()] == list(csv.reader(text.splitlines()))
