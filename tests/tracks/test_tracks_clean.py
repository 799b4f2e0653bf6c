"""One reason a refused row, in the stated order; sentinels become null and are counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from darkwake.tracks import nmea
from darkwake.tracks.clean import REASONS, clean
from darkwake.tracks.dialects import Columns

SOUND = {"time": "2025-10-01 00:00:00", "ship": "200000001", "lat": "10", "lon": "20"}

CASES = [
    ({"time": None}, "no time"),
    ({"time": "yesterday"}, "time cannot be read"),
    ({"time": "1970-01-01 00:00:00"}, "time out of range"),
    ({"time": "2363-06-01 00:00:00"}, "time out of range"),
    ({"ship": None}, "no MMSI"),
    ({"ship": "INVENTED"}, "MMSI cannot be read"),
    ({"ship": "2000000011"}, "MMSI cannot be read"),
    ({"ship": "-200000001"}, "MMSI cannot be read"),
    ({"ais_class": "Base Station"}, "not a ship: base station"),
    ({"ship": "2190047"}, "not a ship: base station"),
    ({"ship": "992000001"}, "not a ship: aid to navigation"),
    ({"ship": "111200001"}, "not a ship: search-and-rescue aircraft"),
    ({"ship": "970200001"}, "not a ship: distress beacon"),
    ({"ship": "020000001"}, "not a ship: group call"),
    ({"ship": "820000001"}, "not a ship: handheld radio"),
    ({"ship": "0"}, "MMSI that no ship can have"),
    ({"ship": "123456789"}, "MMSI that no ship can have"),
    ({"lat": None}, "no position"),
    ({"lon": "east"}, "position cannot be read"),
    ({"lat": "NaN"}, "position cannot be read"),
    ({"lat": "91.0", "lon": "0"}, "position not available (91, 181)"),
    ({"lon": "181"}, "position not available (91, 181)"),
    ({"lat": "-90.5"}, "position out of range"),
    ({"lon": "200"}, "position out of range"),
    ({"position": False}, "no value in identity message"),
]


def table(*changes: Mapping[str, object]) -> pl.DataFrame:
    rows = [{"row": number, **SOUND, **change} for number, change in enumerate(changes, start=1)]
    return pl.DataFrame(rows, infer_schema_length=None, schema_overrides={"row": pl.Int64})


@pytest.mark.parametrize(("change", "reason"), CASES)
def test_each_fault_has_its_reason(change: Mapping[str, object], reason: str) -> None:
    result = clean(table(change), Columns())
    assert dict(result.refused) == {reason: 1}
    assert result.kept.is_empty()


def test_every_reason_is_listed_and_comes_from_somewhere() -> None:
    listed = {reason for reason, _ in REASONS}
    assert {reason for _, reason in CASES} <= listed
    elsewhere = {"wrong number of fields", "quotes that do not close", "empty line", "exact duplicate"}
    assert listed - {reason for _, reason in CASES} == elsewhere
    assert len(listed | {reason for reason, _ in nmea.REASONS}) == len(REASONS) + len(nmea.REASONS) - 3


def test_the_first_check_that_fails_gives_the_only_reason() -> None:
    everything_wrong = {"time": "1970-01-01 00:00:00", "ship": "0", "lat": "91", "lon": "181"}
    assert dict(clean(table(everything_wrong), Columns()).refused) == {"time out of range": 1}


def test_sentinels_and_impossible_side_values_are_null_and_counted_but_cost_no_row() -> None:
    result = clean(
        table(
            {"sog": "102.3", "cog": "360.0", "heading": "511"},
            {"sog": "-1", "cog": "-49.6", "heading": "400"},
            {"sog": "fast", "cog": "359.9", "heading": "0"},
            {"sog": "102.2", "cog": "0", "heading": "359"},
        ),
        Columns(),
    )
    assert result.kept["sog"].to_list() == [None, None, None, pytest.approx(102.2)]
    assert result.kept["cog"].to_list() == [None, None, pytest.approx(359.9), 0.0]
    assert result.kept["heading"].to_list() == [None, None, 0.0, 359.0]
    assert dict(result.blanked) == {
        "sog not available (102.3)": 1,
        "cog not available (360)": 1,
        "heading not available (511)": 1,
        "sog out of range (0 to 102.2 kn)": 1,
        "cog out of range (0 to under 360)": 1,
        "heading out of range (0 to under 360)": 1,
        "sog cannot be read": 1,
    }


def test_words_and_numbers_both_stand_for_status_and_class() -> None:
    result = clean(
        table(
            {"status": "Moored", "ais_class": "Class B"},
            {"status": "5", "ais_class": "a"},
            {"status": "Unknown value", "ais_class": "?"},
            {"status": "5.0", "ais_class": None},
            {"status": "99", "ais_class": None},
        ),
        Columns(),
    )
    assert result.kept["status"].to_list() == [5, 5, None, 5, None]
    assert result.kept["ais_class"].cast(pl.String).to_list() == ["B", "A", None, None, None]


def test_a_tender_of_a_mother_ship_is_kept() -> None:
    assert clean(table({"ship": "982000001"}), Columns()).kept["ship"].to_list() == [982000001]


def test_the_page_on_tracks_names_every_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tracks.md").read_text(encoding="utf-8")
    for reason, _ in (*REASONS, *nmea.REASONS):
        assert reason.removeprefix(nmea.NO_MESSAGE) in page
