"""The real files of ../shared/data: everything is kept or refused, and what is known of them comes out."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from darkwake.schema import POSITIONS, in_order, problems
from darkwake.tracks import Added, Columns, Store, ingest, sniff

pytestmark = pytest.mark.shared

SOLENT = Columns.parse("time=Time,ship=MMSI,lat=Latitude_degrees,lon=Longitude_degrees,sog=SOG_knots,cog=COG_degrees")
KATTEGAT = Columns.parse("time=Timestamp,ship=MMSI,lat=Latitude,lon=Longitude,sog=SOG")
GFW = Columns.parse("time=timestamp,ship=ssvid,lat=lat,lon=lon,sog=speed")


def add(path: Path, store: Path, columns: Columns | None = None) -> tuple[Added, pl.DataFrame]:
    assert sniff(path, columns=columns) is not None
    (added,) = ingest(path, store, columns=columns)
    one = added.source
    assert one.rows == one.kept + sum(one.refused.values())
    positions = in_order(Store(store).positions().collect())
    assert not problems(positions, POSITIONS)
    return added, positions


def test_the_danish_stream_decodes_to_its_4051_messages(shared: Path, tmp_path: Path) -> None:
    added, positions = add(shared / "ais/nmea-dma-2010/stream_example.txt", tmp_path / "store")
    assert sum(added.messages.values()) == 4_051
    wanted = {"1": 2_511, "5": 424, "3": 369, "20": 191, "4": 129, "18": 101, "24": 74, "15": 66, "8": 63, "21": 37}
    assert {kind: added.messages[kind] for kind in wanted} == wanted
    assert (added.source.rows, added.source.kept) == (8_551, 3_832)
    assert added.source.refused["no message: time of the next message ($PGHP)"] == 4_051
    # 2,988 position messages, less those of no ship and those without a position
    assert positions.height == added.positions == 2_930
    assert added.source.dated == "2010-06-11"
    said = Store(tmp_path / "store").identities()
    assert said.filter(pl.col("field") == "imo")["value"].str.contains(r"^\d+$").all()


def test_the_solent_table_by_a_column_map(shared: Path, tmp_path: Path) -> None:
    added, positions = add(shared / "ais/solent-2016-01-12/SolentAIS_20160112_130211.csv", tmp_path / "store", SOLENT)
    assert added.source.rows == 18_623
    assert positions["ship"].n_unique() == 91
    assert added.source.refused == {"exact duplicate": 3}
    assert positions["row"].is_between(2, 18_624).all()


def test_the_kattegat_parquet_by_a_column_map(shared: Path, tmp_path: Path) -> None:
    path = shared / "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet"
    added, positions = add(path, tmp_path / "store", KATTEGAT)
    assert (added.source.rows, positions["ship"].n_unique()) == (51_569, 356)
    assert positions.height == added.source.kept == 51_569
    source = pl.read_parquet(path, columns=["Latitude"])["Latitude"]
    assert positions.sort("row")["lat"].equals(source, check_names=False)


@pytest.mark.parametrize("columns", [None, GFW])
def test_the_positions_of_global_fishing_watch(shared: Path, tmp_path: Path, columns: Columns | None) -> None:
    added, positions = add(shared / "ais/gfw-positions-2018/position_messages.csv", tmp_path / "store", columns)
    assert (added.source.rows, positions["ship"].n_unique()) == (19_846, 3)
    assert added.source.refused == {"exact duplicate": 92}
    assert added.source.kind == ("gfw-csv" if columns is None else "table-csv")


def test_damaged_and_mixed_nmea_is_counted_and_never_stops_the_run(shared: Path, tmp_path: Path) -> None:
    files = [
        path
        for folder in ("nmea-malformed", "nmea-mixed", "nmea-dma-2010")
        for path in sorted((shared / "ais" / folder).iterdir())
        if path.name != "SOURCE.txt"
    ]
    found = {path.name: add(path, tmp_path / "store")[0].source for path in files}
    assert len(found) == len(files) == 16
    assert found["errors.nmea"].refused == {"bad checksum": 2, "wrong length for its type": 2}
    assert found["ee-multiline.nmea"].kept == 10
    assert found["nmea_data_sample.txt"].refused["cannot be decoded"] == 100
    assert found["nmea_data_sample.txt"].kept == 0
    assert found["replay_dump.txt"].kept == 49
