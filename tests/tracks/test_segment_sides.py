"""Whether the two ends of a gap are one ship, on ways made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_ways import SHIP, every, sailing, together

from darkwake.errors import WrongUse
from darkwake.schema import EVENTS, IDENTITIES, SIDES, problems
from darkwake.tracks import sides_of
from darkwake.tracks.hulls import hulls
from darkwake.tracks.segment import segment
from darkwake.tracks.sides import sides
from made_positions import DAY, Files

ONE, OTHER = "9999993", "9999981"
"""Invented IMO numbers with right check digits."""


def gaps_of(positions: pl.DataFrame, longer_h: float = 6.0) -> pl.DataFrame:
    """EVENTS: each silence of more than `longer_h` between two positions of a ship."""
    cited = pl.struct("source", pl.col("row").alias("first_row"), pl.col("row").alias("last_row"))
    rows = positions.with_columns(cited=cited)
    after = pl.all().shift(-1).over("ship").name.prefix("next_")
    found = rows.with_columns(after).filter(pl.col("next_time") - pl.col("time") > timedelta(hours=longer_h))
    return found.select(
        id=pl.format("gap-{}-{}", "ship", "row"),
        kind=pl.lit("gap"),
        ship="ship",
        other=pl.lit(None, pl.Int64),
        start="time",
        end="next_time",
        start_lat="lat",
        start_lon="lon",
        end_lat="next_lat",
        end_lon="next_lon",
        details=pl.lit("{}"),
        sources=pl.concat_list("cited", "next_cited"),
    ).cast(EVENTS)


def said(*runs: tuple[str, str, float, float]) -> pl.DataFrame:
    """IDENTITIES from (field, value, first hour, last hour)."""
    rows = [
        (SHIP, field, value, DAY + timedelta(hours=first), DAY + timedelta(hours=last), 5, "1" * 64, 1)
        for field, value, first, last in runs
    ]
    return pl.DataFrame(rows, schema=IDENTITIES, orient="row")


def told(positions: pl.DataFrame, identities: pl.DataFrame | None = None) -> Mapping[str, object]:
    """The one row of SIDES of the positions' one gap."""
    segments = segment(positions)
    found = sides(gaps_of(positions), segments, hulls(positions, segments), identities=identities)
    assert not problems(found, SIDES)
    assert len(found) == 1
    return found.row(0, named=True)


def heard_then(second: pl.DataFrame, first: pl.DataFrame | None = None) -> pl.DataFrame:
    return together(first if first is not None else sailing(every(10, 0, 6), 26, 56), second)[0]


BERTH = heard_then(sailing(every(10, 18, 24), 26, 56))
"""Six hours at a berth, twelve unheard, six at the same berth."""


def test_a_ship_heard_again_at_its_berth_is_one_ship() -> None:
    found = told(BERTH)
    assert (found["same"], found["says"]) == (True, "")
    assert found["before"] == found["after"] == f"{SHIP}-20310301T000000Z"


def test_a_way_that_no_ship_makes_is_two_ships_or_a_false_position() -> None:
    found = told(heard_then(sailing(every(10, 14, 20), 40, 56)))
    assert found["same"] is False
    assert found["before"] != found["after"]
    assert "which no ship makes" in str(found["says"])
    assert "or a position is false" in str(found["says"])


def test_a_way_that_few_ships_make_cannot_be_told() -> None:
    found = told(heard_then(sailing(every(10, 16, 20), 32.5, 56)))  # 390 nautical miles in 10.2 hours
    assert found["same"] is None
    assert "38 knots" in str(found["says"])


def test_another_imo_number_is_another_ship_wherever_it_lies() -> None:
    found = told(BERTH, said(("imo", ONE, 0, 5), ("imo", OTHER, 18, 24)))
    assert found["same"] is False
    assert f"IMO {ONE}, after it with IMO {OTHER}" in str(found["says"])


@pytest.mark.parametrize(
    "runs",
    [
        [("imo", ONE, 0, 5), ("imo", "1234568", 18, 24)],  # a wrong check digit is a slip of the hand
        [("imo", ONE, -400, -300), ("imo", OTHER, 18, 24)],  # said too long ago
        [("imo", ONE, 0, 5), ("imo", OTHER, 4, 4), ("imo", ONE, 18, 24)],  # said in turns: whose is it?
        [("imo", ONE, 0, 24)],
    ],
)
def test_an_imo_number_that_cannot_be_relied_on_does_not_count(runs: list[tuple[str, str, float, float]]) -> None:
    assert told(BERTH, said(*runs))["same"] is True


def test_a_new_name_is_no_new_ship_and_a_new_size_with_it_is() -> None:
    renamed = [("name", "INVENTED A", 0, 5), ("name", "INVENTED B", 18, 24)]
    signs = [("callsign", "XX1", 0, 5), ("callsign", "XX2", 18, 24)]
    sizes = [("length_m", "100.0", 0, 5), ("length_m", "180.0", 18, 24)]
    assert told(BERTH, said(*renamed))["same"] is True
    both = told(BERTH, said(*renamed, *signs))
    assert both["same"] is None
    assert "the same one renamed" in str(both["says"])
    assert told(BERTH, said(*renamed, *signs, *sizes))["same"] is False
    imo = [("imo", ONE, 0, 24)]
    assert told(BERTH, said(*renamed, *signs, *sizes, *imo))["same"] is True


def two_ships(silent_h: float, knots: float) -> pl.DataFrame:
    """One at anchor and one on its way, 650 nautical miles off, in turns; then silence; then the second only."""
    anchored = sailing(every(15, 0, 72), 26, 56)
    hours = np.concatenate([every(15, 0.1, 71.5), every(15, 72 + silent_h, 96 + silent_h)])
    return together(anchored, sailing(hours, 18, 64, knots=knots, course=120))[0]


def test_a_silence_of_two_ships_that_were_heard_in_turns() -> None:
    found = told(two_ships(silent_h=7, knots=4))
    assert found["same"] is False
    assert "heard in turns" in str(found["says"])


def test_a_silence_that_ends_with_the_other_ship_on_a_new_track() -> None:
    found = told(two_ships(silent_h=40, knots=12))
    assert found["same"] is False
    assert "more likely one that was last heard" in str(found["says"])


def test_a_clone_in_the_silence_of_a_ship_that_comes_back() -> None:
    """Only what is heard later tells that the clone was not the ship."""
    ship = pl.concat([sailing(every(20, 0, 24), 26, 56), sailing(every(20, 24 * 8, 24 * 9), 26, 56)])
    positions, _ = together(ship, sailing(every(30, 24 * 5, 24 * 12), 15, 66, knots=4))
    found = told(positions)
    assert found["same"] is False
    assert "more likely one that was next heard" in str(found["says"])


def test_after_two_ships_of_one_number_met_it_cannot_be_told_unless_by_imo() -> None:
    first = sailing(every(15, 0, 12), 10, 20, knots=10, course=90)
    second = sailing(every(15, 0.1, 11.8), 10, 22.4, knots=2, course=90)
    third = sailing(every(15, 80, 90), 10.5, 22.6)
    positions, _ = together(first, second, third)
    assert told(positions)["same"] is None
    assert told(positions, said(("imo", ONE, 0, 90)))["same"] is True


def test_an_open_gap_and_a_stray_end_cannot_be_told() -> None:
    open_gap = gaps_of(BERTH).with_columns(
        *(pl.lit(None, EVENTS[name]).alias(name) for name in ("end", "end_lat", "end_lon")),
        sources=pl.col("sources").list.head(1),
    )
    segments = segment(BERTH)
    found = sides(open_gap, segments, hulls(BERTH, segments)).row(0, named=True)
    assert (found["same"], found["after"]) == (None, None)
    assert found["before"] is not None
    stray = told(heard_then(sailing(np.array([19.0]), 29, 56)))
    assert stray["same"] is None
    assert "a single stray message" in str(stray["says"])


def test_a_store_gives_the_same_a_bucket_at_a_time(tmp_path: Path) -> None:
    more = two_ships(silent_h=40, knots=12).with_columns(ship=pl.lit(SHIP + 1, pl.Int64))
    files = Files(tmp_path, [[BERTH.head(30), BERTH.tail(-30)], [more]])
    gaps = pl.concat([gaps_of(BERTH), gaps_of(more)])
    elsewhere = gaps.tail(1).with_columns(ship=pl.lit(SHIP + 2, pl.Int64), id=pl.lit("gap-elsewhere"))
    found = sides_of(files.shards(), pl.concat([elsewhere, gaps]))
    assert found["event"].to_list() == ["gap-elsewhere", *gaps["id"].to_list()]
    assert found["same"].to_list() == [None, True, False]
    assert "not among those" in found["says"][0]
    assert sides_of(files.shards(), gaps.head(0)).is_empty()


def test_every_gap_that_is_not_one_ship_says_why() -> None:
    moments = [two_ships(silent_h, knots) for silent_h in (7, 20, 40, 90) for knots in (0, 6, 18)]
    for positions in moments:
        segments = segment(positions)
        found = sides(gaps_of(positions), segments, hulls(positions, segments))
        assert all((row["same"] is True) == (row["says"] == "") for row in found.iter_rows(named=True))


def test_wrong_tables_are_turned_away() -> None:
    segments = segment(BERTH)
    with pytest.raises(WrongUse, match="segments"):
        sides(gaps_of(BERTH), segments.drop("track"), hulls(BERTH, segments))
    with pytest.raises(WrongUse, match="IDENTITIES"):
        told(BERTH, said(("imo", ONE, 0, 5)).drop("value"))
    assert isinstance(BERTH["time"][0], datetime)
