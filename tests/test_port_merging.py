"""Tables of ports laid together: one harbour is one port, whatever the tables call it."""

from __future__ import annotations

import polars as pl

from darkwake.port_merging import merged
from darkwake.schema import PORTS


def table(*rows: tuple[str, str, str, float, float]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=PORTS, orient="row")


INDEX = table(
    ("DKAAA", "Invented Havn", "DK", 57.00, 10.00),
    ("DKBBB", "Otherby", "DK", 57.00, 10.02),
    ("SECCC", "Grensby", "SE", 57.30, 10.00),
)


def test_one_harbour_in_three_tables_is_one_port_under_its_locode_with_all_its_points() -> None:
    upper = table(("p1", "INVENTED HAVN", "DK", 57.05, 10.0), ("p2", "INVENTED", "DK", 57.001, 10.001))
    both, notes = merged([upper, INDEX, table(("q1", "Invented  Havn", "DK", 57.0, 10.0))])
    assert both.filter(pl.col("port") == "DKAAA").height == 3
    assert both["port"].n_unique() == 3
    assert set(both.filter(pl.col("port") == "DKAAA")["name"]) == {"Invented Havn"}
    assert [(one.other_port, one.port) for one in notes] == [("p1", "DKAAA"), ("p2", "DKAAA"), ("q1", "DKAAA")]
    assert notes[1].says == "INVENTED is taken for Invented Havn: two names in one country, 0.1 km apart."


def test_ports_of_one_table_stay_apart_and_so_do_ports_across_a_border_or_far_off() -> None:
    assert merged([INDEX])[0].equals(INDEX.sort(list(PORTS)))
    far = table(
        ("p1", "Otherby", "DK", 57.50, 10.0),  # the name, 55 km off
        ("p2", "Havnsted", "DK", 57.03, 10.0),  # 3.3 km off, another name
        ("p3", "Grensby", "DK", 57.30, 10.0),  # the name and place, another country
    )
    both, notes = merged([INDEX, far])
    assert (both["port"].n_unique(), notes) == (6, [])


def test_a_name_goes_before_what_lies_nearer() -> None:
    _, notes = merged([INDEX, table(("p1", "OTHERBY", "DK", 57.0, 10.005))])
    assert [(one.other_port, one.port) for one in notes] == [("p1", "DKBBB")]


def test_a_number_is_shown_as_no_name_and_takes_the_name_of_the_port_it_lies_in() -> None:
    both, _ = merged([INDEX, table(("p1", "DNK-7", "DK", 57.0, 10.001), ("p2", "DNK-8", "DK", 56.0, 10.0))])
    assert dict(both.select("port", "name").iter_rows())["p2"] == "an anchorage without a name (DNK-8)"
    assert "p1" not in set(both["port"])
