from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pyais import decode

from darkwake import synth
from darkwake.synth import feeds, nmea

DMA_HEADER = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
    "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
)


def csv_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        return archive.read(member)


def table_of(path: Path) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(csv_of(path)), infer_schema=False)


def test_equal_worlds_give_equal_files_and_other_seeds_others(tmp_path: Path) -> None:
    files = []
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        (tmp_path / name).mkdir()
        files.append([path.read_bytes() for path in feeds.write_dma(synth.make(seed, days=2), tmp_path / name)])
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_a_file_a_month_with_the_authoritys_header(tmp_path: Path) -> None:
    world = synth.make(1, days=3, ships=3, start=datetime(2025, 9, 29))
    paths = feeds.write_dma(world, tmp_path)
    assert [path.name for path in paths] == ["invented-ais-2025-09.zip", "invented-ais-2025-10.zip"]
    for path in paths:
        assert csv_of(path).splitlines()[0].decode() == DMA_HEADER
        assert {line.count(b",") for line in csv_of(path).splitlines()} == {25}


def test_every_heard_position_is_in_the_file_and_nothing_unheard(tmp_path: Path) -> None:
    world = synth.make(3, days=2, ships=12, switch_offs=2)
    (path,) = feeds.write_dma(world, tmp_path)
    rows = table_of(path)
    ships = rows.filter(pl.col("Type of mobile").str.starts_with("Class"), pl.col("Latitude") != "91.000000")
    read = ships.filter(pl.col("MMSI") != "0").select(
        pl.col("MMSI").cast(pl.Int64).alias("ship"),
        pl.col("# Timestamp").str.to_datetime("%d/%m/%Y %H:%M:%S", time_unit="us").alias("time"),
        pl.col("Latitude").cast(pl.Float64).alias("lat"),
        pl.col("Longitude").cast(pl.Float64).alias("lon"),
        pl.col("SOG").cast(pl.Float32).alias("sog"),
    )
    assert read.unique().sort("ship", "time").equals(world.heard.select(read.columns))
    repeats = len(read) - len(read.unique())
    assert 0.03 < repeats / len(read) < 0.07


def test_the_file_carries_what_real_files_carry_beside_ships(tmp_path: Path) -> None:
    (path,) = feeds.write_dma(synth.make(3, days=3, class_b=True), tmp_path)
    rows = table_of(path)
    assert {"Class A", "Class B", "Base Station", "AtoN"} == set(rows["Type of mobile"])
    assert (rows["Latitude"] == "91.000000").any()
    assert (rows["MMSI"] == "0").any()
    class_a = rows.filter(pl.col("Type of mobile") == "Class A")
    assert {"Under way using engine", "At anchor"} == set(class_a["Navigational status"])


@pytest.mark.parametrize("class_b", [False, True])
def test_sentences_decode_to_what_was_heard(class_b: bool) -> None:
    world = synth.make(4, days=1, ships=6, class_b=class_b, stations=())
    ships = {one.mmsi: one for one in world.ships}
    lines, pending, positions, described = list(nmea.sentences(world)), [], 0, set()
    for line in lines:
        _, tag, sentence = line.split("\\")
        assert tag.startswith("s:synth,c:1756")
        pending.append(sentence)
        if sentence.split(",")[1] != str(len(pending)):
            continue
        message: Any = decode(*pending)
        pending = []
        if message.msg_type in (1, 18):
            positions += 1
        elif message.msg_type == 5:
            assert (message.shipname, message.imo) == (ships[message.mmsi].name, ships[message.mmsi].imo)
            described.add(message.mmsi)
        else:
            assert message.msg_type == 24
            described.add(message.mmsi)
    assert positions == len(world.heard) > 0
    assert described == set(world.heard["ship"])
