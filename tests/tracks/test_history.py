"""Histories of hulls: by IMO number, by transmitter, and by candidate links that are offered with their rivals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.tracks.history import LINKS, continuations, history
from made_identities import imo, said
from made_positions import frame, ships

ONE, TWO, THREE = 251_000_901, 636_000_902, 538_000_903  # invented


def lying(number: int, start: float, end: float, lat: float, ais_class: str = "A") -> pl.DataFrame:
    hour = np.arange(start, end, 0.5)
    return frame(
        np.full(len(hour), number), hour, np.full(len(hour), lat), np.full(len(hour), 179.999), 0 * hour, ais_class
    )


def sized(number: int, name: str, start: float, length: str = "120") -> list[tuple[int, str, str, float, float, int]]:
    return [
        (number, "name", name, start, start + 9, 30),
        (number, "length_m", length, start, start + 9, 30),
    ]


def test_one_imo_number_under_two_transmitters_is_one_history() -> None:
    words = said(
        [
            (ONE, "imo", imo(999_001), 0, 9, 30),
            (ONE, "name", "INVENTED DAWN", 0, 9, 30),
            (TWO, "imo", imo(999_001), 20, 29, 30),
            (TWO, "name", "INVENTED DUSK", 20, 29, 30),
            (THREE, "imo", "1234567", 0, 9, 30),
        ]
    )
    heard = ships(pl.concat([lying(ONE, 0, 10, 5.0), lying(TWO, 20, 30, 6.0), lying(THREE, 0, 10, 7.0)]))
    whole = history(words, heard)
    assert schema.problems(whole, schema.HISTORY) == []
    hull = whole.filter(pl.col("hull") == f"IMO {imo(999_001)}")
    assert hull.filter(pl.col("field") == "name")["value"].to_list() == ["INVENTED DAWN", "INVENTED DUSK"]
    assert hull.filter(pl.col("field") == "mmsi")["value"].to_list() == [str(ONE), str(TWO)]
    assert hull.filter(pl.col("field") == "flag")["value"].to_list() == ["IS", "LR"]
    assert whole.filter(pl.col("ship") == THREE)["hull"].unique().to_list() == [
        f"MMSI {THREE}"
    ]  # it stands for nothing


def test_a_transmitter_that_changes_its_imo_number_has_two_hulls_and_one_that_mixes_them_has_none() -> None:
    rows = [(ONE, "imo", imo(999_001), 0, 9, 30), (ONE, "imo", imo(999_002), 20, 29, 30), (ONE, "name", "A", 21, 29, 9)]
    heard = ships(lying(ONE, 0, 30, 5.0))
    moved = history(said(rows), heard).filter(pl.col("field") == "name")
    assert moved["hull"].to_list() == [f"IMO {imo(999_002)}"]
    mixed = history(said([*rows, (ONE, "imo", imo(999_001), 25, 40, 30)]), heard)
    assert mixed["hull"].unique().to_list() == [f"MMSI {ONE}"]


def test_a_number_that_begins_where_one_of_its_size_fell_silent_is_a_likely_link_that_history_takes() -> None:
    table = pl.concat([lying(ONE, 0, 10, 5.0), lying(TWO, 11, 20, 5.05)])
    words = said([*sized(ONE, "INVENTED DAWN", 0), *sized(TWO, "INVENTED DUSK", 11)])
    (link,) = continuations(ships(table), words).to_dicts()
    assert (link["ship"], link["next"], link["likely"]) == (ONE, TWO, True)
    assert (link["rivals_before"], link["rivals_after"]) == (0, 0)
    assert link["agree"] == ["ais_class", "length_m"]
    assert "no other pair could have been meant" in link["says"]
    apart = history(words, ships(table))
    assert apart["hull"].n_unique() == 2
    joined = history(words, ships(table), continuations(ships(table), words))
    assert joined["hull"].unique().to_list() == [f"MMSI {ONE}"]
    assert set(joined.filter(pl.col("ship") == TWO)["by"]) == {"continuity"}
    assert joined["messages"].sum() == apart["messages"].sum()


def test_rivals_are_counted_and_make_a_link_unlikely() -> None:
    table = pl.concat([lying(ONE, 0, 10, 5.0), lying(TWO, 11, 20, 5.05), lying(THREE, 12, 20, 5.02)])
    words = said([*sized(ONE, "A", 0), *sized(TWO, "B", 11), *sized(THREE, "C", 12)])
    links = continuations(ships(table), words)
    assert links.select("ship", "next", "rivals_after", "likely").rows() == [
        (ONE, THREE, 1, False),
        (ONE, TWO, 1, False),
    ]
    other = said([*sized(ONE, "A", 0), *sized(TWO, "B", 11), *sized(THREE, "C", 12, length="250")])
    assert continuations(ships(table), other).select("next", "likely").rows() == [(TWO, True)]


@pytest.mark.parametrize(
    ("later", "lat", "ais_class", "linked"),
    [(11, 5.05, "A", 1), (11, 5.8, "A", 0), (40, 5.05, "A", 0), (11, 5.05, "B", 0)],
)
def test_too_far_too_late_or_of_another_class_is_no_link(later: float, lat: float, ais_class: str, linked: int) -> None:
    table = pl.concat([lying(ONE, 0, 10, 5.0), lying(TWO, later, later + 9, lat, ais_class)])
    assert continuations(ships(table)).height == linked
    assert not continuations(ships(table))["likely"].any()  # nothing is known of their sizes


def test_links_are_found_across_the_antimeridian() -> None:
    east = lying(TWO, 11, 20, 5.05).with_columns(lon=pl.lit(-179.99))
    assert continuations(ships(pl.concat([lying(ONE, 0, 10, 5.0), east]))).height == 1


def test_tables_that_are_not_what_they_should_be_are_refused_and_none_gives_none() -> None:
    none = schema.empty(schema.SHIPS)
    assert continuations(none).schema == LINKS
    assert history(schema.empty(schema.IDENTITIES), none).is_empty()
    with pytest.raises(WrongUse, match="ships"):
        continuations(pl.DataFrame({"ship": [1]}))
    with pytest.raises(WrongUse, match="identities"):
        history(pl.DataFrame({"ship": [1]}), none)
