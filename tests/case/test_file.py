"""What the case file holds, where the tables are odd."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from darkwake import schema
from darkwake.case import case_rows, file


def test_a_ship_that_never_sent_a_position_is_known_by_when_it_said_who_it_was() -> None:
    first, last = datetime(2025, 9, 1), datetime(2025, 9, 2)
    said = {
        "ship": [911000001],
        "field": ["name"],
        "value": ["QUARTZ CRANE"],
        "first_seen": [first],
        "last_seen": [last],
    }
    identities = pl.DataFrame(said | {"messages": [1], "source": ["a" * 64], "row": [1]}, schema=schema.IDENTITIES)
    tables = cast(Any, SimpleNamespace(identities=identities, ships=schema.empty(schema.SHIPS)))
    assert file._extents(tables) == {911000001: (first, last)}


def test_the_water_in_reach_is_laid_out_by_gap_with_its_cells() -> None:
    runs = [("gap-a", 25.025, 56.0, 56.2, 3.1234, 0.05), ("gap-a", 25.075, 56.0, 56.1, 1.0, 0.05)]
    area = pl.DataFrame(runs, schema=schema.REACH_AREA, orient="row")
    assert case_rows.areas(area) == [
        {"event": "gap-a", "cell_deg": 0.05, "runs": [[25.025, 56.0, 56.2, 3.123], [25.075, 56.0, 56.1, 1.0]]}
    ]
