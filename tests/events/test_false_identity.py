"""Numbers in two places, and particulars that change or cannot be: what is found, and what is not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from bench.segment import READERS, alone

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events.detector import HEADINGS, sections
from darkwake.events.false_identity import PATTERNS, false_identity
from darkwake.schema import POSITIONS
from made_identities import imo, said
from made_positions import DAY, frame

ONE, TWO = 257_000_901, 636_000_902  # invented; of Norway's and Liberia's numbers


def ship(
    number: int, hour: np.ndarray, lat: float, lon: float, knots: float = 10.0, course: float = 90.0
) -> pl.DataFrame:
    way = geo.destination(np.full(len(hour), lat), lon, course, knots * (hour - hour[0]) * geo.METRES_PER_NM)
    return frame(np.full(len(hour), number), hour, *way, np.full(len(hour), knots))


def under_one_number(*tables: pl.DataFrame, number: int = ONE) -> pl.DataFrame:
    both = pl.concat(tables).with_columns(ship=pl.lit(number, pl.Int64)).sort("time", "lat", "lon")
    return both.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def found(table: pl.DataFrame, identities: pl.DataFrame | None = None, **given: Any) -> list[dict[str, Any]]:
    events = false_identity(identities=identities, **given).run(table)
    return [{**row, **json.loads(row["details"])} for row in events.iter_rows(named=True)]


HOURS = np.arange(0, 24, 0.25)


# --- two_places ---


def test_two_ships_under_one_number_are_one_event_over_the_time_that_both_were_heard() -> None:
    far = ship(TWO, np.arange(5.1, 15.0, 0.4), 30.0, 60.0)
    (event,) = found(under_one_number(ship(ONE, HOURS, 10.0, 60.0), far))
    assert (event["pattern"], event["ship"], event["other"], event["many"]) == ("two_places", ONE, None, False)
    assert event["ships_at_least"] == 2
    assert abs(event["start"] - (DAY + timedelta(hours=5.0))) <= timedelta(hours=0.25)
    assert abs(event["end"] - (DAY + timedelta(hours=15.0))) <= timedelta(hours=0.4)
    assert event["turns"] >= 2 * 24  # every message of the ship that is heard less, there and back
    assert event["distance_m"] == pytest.approx(20 / 180 * np.pi * geo.EARTH_RADIUS_M, rel=0.01)
    assert event["places"][0][0] == pytest.approx(10.0, abs=0.2) or event["places"][1][0] == pytest.approx(10, abs=0.2)
    assert "no one ship could have changed between" in event["says"]


@pytest.mark.parametrize("lon", [179.0, 0.0])
def test_across_the_antimeridian_two_near_ships_are_not_two_and_two_far_ones_are(lon: float) -> None:
    def pair(apart: float) -> pl.DataFrame:
        other = frame(np.full(96, TWO), HOURS + 0.1, np.full(96, apart), geo.wrap_lon(lon + 2 + HOURS / 60), HOURS * 0)
        return under_one_number(
            frame(np.full(96, ONE), HOURS, HOURS * 0, geo.wrap_lon(lon + 2 + HOURS / 60), HOURS * 0), other
        )

    assert found(pair(0.01)) == []
    assert len(found(pair(1.0))) == 1


def test_stray_positions_are_no_second_ship() -> None:
    table = ship(ONE, HOURS, 10.0, 60.0)
    lost = np.isin(np.arange(len(HOURS)), [5, 17, 18, 40, 60, 61, 80, 90])
    places = np.where(np.cumsum(lost) % 2, 20.0, -5.0)  # some here, some there
    assert found(table.with_columns(lat=pl.when(pl.Series(lost)).then(pl.Series(places)).otherwise("lat"))) == []


@pytest.mark.parametrize("bursts", [1, 2])
def test_a_burst_of_displaced_positions_is_no_second_ship(bursts: int) -> None:
    """One ship whose receiver was led elsewhere for hours, and back: that is false_position's."""
    table = ship(ONE, HOURS, 10.0, 60.0)
    away = pl.Series((HOURS % (24 / bursts) > 4) & (HOURS % (24 / bursts) < 10))
    assert found(table.with_columns(lat=pl.when(away).then(11.5).otherwise("lat"))) == []


def test_a_receiver_whose_clock_is_wrong_makes_no_second_ship() -> None:
    hour = np.arange(0, 30, 0.1)
    bent = np.where(hour < 15, hour, 30 - hour)  # there and back
    way = geo.destination(np.zeros(300), 60.0, 45.0, 14 * bent * geo.METRES_PER_NM)
    table = frame(np.full(300, ONE), hour, *way, np.full(300, 14.0))
    late = table.with_row_index("at").with_columns(
        pl.when(pl.col("at") % 3 == 1).then(pl.col("time") + timedelta(hours=2)).otherwise("time").alias("time")
    )
    assert found(under_one_number(late.select(list(POSITIONS)))) == []


def test_a_number_that_many_send_is_one_event_and_says_so() -> None:
    many = [ship(ONE, HOURS + at / 31, -20.0 + 10 * at, 60.0) for at in range(5)]
    (event,) = found(under_one_number(*many))
    assert event["many"]
    assert event["ships_at_least"] == 5
    assert "a number that many send" in event["says"]
    pause = [ship(ONE, HOURS + later, lat, 60.0) for later in (0.0, 200.0) for lat in (0.0, 20.0)]
    (default,) = found(under_one_number(*pause, number=416_000_000))
    assert default["many"]
    assert len(found(under_one_number(*pause))) == 2  # of another number: two events, with a pause between


def test_a_fast_ferry_is_one_ship() -> None:
    out = ship(ONE, np.arange(0, 3, 0.02), 10.0, 60.0, knots=42.0)
    home = ship(ONE, np.arange(3, 6, 0.02), 10.0, float(out["lon"][-1]), knots=42.0, course=270.0)
    assert found(under_one_number(out, home)) == []


# --- what ships said ---


def renamed(**other: str) -> pl.DataFrame:
    """A ship that said one thing for ten days, and then another under another number, the same IMO number kept."""
    first = {"imo": imo(999_001), "name": "INVENTED DAWN", "callsign": "LAZZ9", "length_m": "180", "width_m": "30"}
    second = first | other
    return said(
        [(ONE, field, value, 0, 240, 500) for field, value in first.items()]
        + [(TWO, field, value, 250, 500, 400) for field, value in second.items()]
    )


def sailed() -> pl.DataFrame:
    return pl.concat(
        [ship(ONE, np.arange(0, 240, 1.0), 0.0, 60.0, 1.0), ship(TWO, np.arange(250, 500, 1.0), 5.0, 64.0, 1.0)]
    )


def test_one_hull_under_another_number_name_and_flag_is_one_change_with_its_reflagging() -> None:
    (event,) = found(sailed(), renamed(name="INVENTED DUSK", callsign="D5ZZ9"))
    assert (event["pattern"], event["ship"], event["other"]) == ("changed", ONE, TWO)
    assert event["hull"] == f"IMO {imo(999_001)}"
    assert event["reflagged"]
    changed = {one["field"]: (one["before"], one["after"]) for one in event["changes"]}
    assert changed == {
        "mmsi": (str(ONE), str(TWO)),
        "flag": ("NO", "LR"),
        "name": ("INVENTED DAWN", "INVENTED DUSK"),
        "callsign": ("LAZZ9", "D5ZZ9"),
    }
    assert (event["start"], event["end"]) == (DAY + timedelta(hours=240), DAY + timedelta(hours=250))
    assert (event["start_lat"], event["end_lat"]) == (pytest.approx(0, abs=0.2), pytest.approx(5, abs=0.2))
    assert "a new MMSI goes with a new flag" in event["says"]


@pytest.mark.parametrize("name", ["INVENTED  DAWN.", "M/V INVENTED DAWN", "INVENTED DAVN", "INVENTD DAWN"])
def test_a_name_typed_differently_is_no_change(name: str) -> None:
    rows = renamed(name=name, callsign="D5ZZ9").filter(pl.col("field").is_in(["imo", "name"]))
    (event,) = found(sailed(), rows)
    assert [one["field"] for one in event["changes"]] == ["mmsi", "flag"]


def test_names_said_in_turns_or_once_are_no_change() -> None:
    rows = [(ONE, "imo", imo(999_001), 0, 400, 900)]
    rows += [(ONE, "name", ("INVENTED DAWN", "OTHER ONE")[at % 2], 20 * at, 20 * at + 19, 40) for at in range(20)]
    assert found(sailed(), said(rows)) == []
    once = [*rows[:2], (ONE, "name", "OTHER ONE", 50, 50, 1), (ONE, "name", "INVENTED DAWN", 60, 200, 300)]
    assert found(sailed(), said(once)) == []


def test_an_mmsi_that_passes_to_another_imo_number_is_a_change() -> None:
    rows = [
        (ONE, "imo", imo(999_001), 0, 100, 100),
        (ONE, "imo", imo(999_002), 110, 239, 100),
        (ONE, "name", "INVENTED DAWN", 0, 100, 100),
        (ONE, "name", "OTHER ONE", 111, 239, 100),
    ]
    (event,) = found(sailed(), said(rows))
    assert [one["field"] for one in event["changes"]] == ["imo", "name"]
    assert event["hull"] == f"MMSI {ONE}"
    assert event["other"] is None


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (imo(999_001)[:6] + str((int(imo(999_001)[6]) + 1) % 10), "check digit"),
        ("12345678", "8 digits, not 7"),
        ("1111111", "check digit"),
    ],
)
def test_an_imo_number_that_cannot_be_is_told_where_it_lasted(value: str, fault: str) -> None:
    (event,) = found(sailed(), said([(ONE, "imo", value, 3, 90, 40)]))
    assert event["pattern"] == "impossible_imo"
    assert fault in event["fault"]
    assert (event["start"], event["messages"]) == (DAY + timedelta(hours=3), 40)
    stray = said([(ONE, "imo", imo(999_001), 0, 90, 400), (ONE, "imo", value, 3, 60, 4)])
    assert found(sailed(), stray) == []
    assert found(sailed(), said([(ONE, "imo", value, 3, 3.2, 40)])) == []


@pytest.mark.parametrize(
    ("callsign", "other"), [("9HA1234", "MT"), ("LAZZ9", None), ("3FAB7", "PA"), ("N 123 K", None), ("ZZZZZZZ", None)]
)
def test_a_call_sign_of_another_country_is_told_and_a_text_that_is_none_is_not(
    callsign: str, other: str | None
) -> None:
    events = found(sailed(), said([(ONE, "callsign", callsign, 0, 100, 40)]))
    assert [(event["pattern"], event["value_country"]) for event in events] == (
        [("flag_mismatch", other)] if other else []
    )


def test_territories_have_call_signs_of_their_mother_country() -> None:
    bermuda, denmark = 310_000_901, 231_000_901  # the second is a number of the Faroes
    table = pl.concat([ship(bermuda, HOURS, 0, 0), ship(denmark, HOURS, 0, 0)])
    assert (
        found(table, said([(bermuda, "callsign", "ZCZZ9", 0, 20, 40), (denmark, "callsign", "OZZZ", 0, 20, 40)])) == []
    )


@pytest.mark.parametrize(("length", "width", "told"), [("189", "32", 0), ("225", "30", 1), ("180", "45", 1)])
def test_a_size_that_changes_more_than_typing_explains_is_told(length: str, width: str, told: int) -> None:
    rows = renamed(length_m=length, width_m=width).with_columns(ship=pl.lit(ONE, pl.Int64))
    events = found(sailed(), rows)
    assert [event["pattern"] for event in events] == ["size_changed"] * told


def test_one_imo_number_on_two_ships_far_apart_is_told_and_on_two_that_are_together_is_not() -> None:
    rows = said([(ONE, "imo", imo(999_001), 0, 24, 50), (TWO, "imo", imo(999_001), 0, 24, 50)])
    near = pl.concat([ship(ONE, HOURS, 0.0, 60.0), ship(TWO, HOURS + 0.1, 0.01, 60.0)])
    assert found(near, rows) == []
    far = pl.concat([ship(ONE, HOURS, 0.0, 60.0), ship(TWO, HOURS + 0.1, 30.0, 60.0)])
    (event,) = found(far, rows)
    assert (event["pattern"], event["ship"], event["other"]) == ("one_imo_two_ships", ONE, TWO)
    assert event["imo"] == imo(999_001)
    assert event["distance_m"] == pytest.approx(30 / 180 * np.pi * geo.EARTH_RADIUS_M, rel=0.01)
    placeholder = rows.with_columns(value=pl.lit("1234567"))
    assert found(far, placeholder) == []


def test_a_number_that_was_never_heard_at_a_place_gives_no_event_and_half_a_change_keeps_its_place() -> None:
    (event,) = found(sailed().filter(pl.col("ship") == TWO), renamed(callsign="D5ZZ9"))
    assert event["start_lat"] is None
    assert event["end_lat"] is not None
    assert found(ship(999_000_001, HOURS, 0, 0), renamed()) == []


# --- the contract ---


def test_the_detector_says_what_it_is() -> None:
    detector = false_identity()
    assert list(sections(detector.about)) == list(HEADINGS)
    assert len(detector.innocent) >= 5
    assert all(pattern in detector.about for pattern in PATTERNS)
    with pytest.raises(WrongUse, match="two places"):
        false_identity(turns=0)
    with pytest.raises(WrongUse, match="IDENTITIES"):
        false_identity(identities=pl.DataFrame({"ship": [1]}))


# --- real data ---


@pytest.mark.shared
def test_a_number_that_a_fleet_shares_is_found_and_ships_with_their_own_are_not(shared: Path) -> None:
    fleet = READERS["416000000"](shared / "ais").select(list(POSITIONS))
    (event,) = found(fleet)
    assert event["many"]
    assert event["ships_at_least"] >= 4
    for name in ("Kattegat", "Solent"):
        assert found(alone(shared / "ais", name).select(list(POSITIONS))) == []
    lagging = READERS["338013000"](shared / "ais").select(list(POSITIONS))
    assert found(lagging) == []
