"""One harbour in several tables of ports is one port: the tables laid together, with a note of what was merged.

Tables of ports name one harbour in their own ways ("Skagen", "SKAGEN HAVN", an anchorage "DNK-117" beside it). A port
of one table is the port of another where both lie in one country and either their names are the same and they lie
within `SAME_NAME_M`, or they lie within `BESIDE_M` of each other. Ports of one table are never merged with one another:
who made the table told them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from darkwake import geo, ports
from darkwake.nearest import spread
from darkwake.schema import PORTS

SAME_NAME_M = 10_000.0
"""Metres between ports of one name; a roads of that name lies as far from the quay, the next town of it farther."""
BESIDE_M = 2_000.0
"""Metres between ports of other names: less than a harbour is wide."""
_LOCODE = "^[A-Z]{2}[A-Z2-9]{3}$"
_NO_NAME = re.compile(r"[A-Z]{3}-\d+")
"""How Global Fishing Watch numbers the anchorages of a country that have no name."""
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Merged:
    """A port of one table that is taken for a port of another."""

    port: str
    name: str
    other_port: str
    other_name: str
    metres: float
    """Between their nearest points."""
    why: str
    """In words: one name, or how near."""

    @property
    def says(self) -> str:
        """One sentence."""
        return f"{self.other_name} is taken for {self.name}: {self.why}, {self.metres / 1000:.1f} km apart."


def merged(tables: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, list[Merged]]:
    """PORTS of all tables, one harbour under one key and one name, sorted; and what was merged.

    The key and the name are those of the table with the most UN/LOCODEs, else of the one given first; each keeps all
    points. A port without a name is called "an anchorage without a name (DNK-117)", or by the name of what it is merged
    with. One table comes back with its own ports.

    Args:
        tables: PORTS each, as `ports.read` gave them.
    """
    coded = [-int(table["port"].str.contains(_LOCODE).sum()) for table in tables]
    ranked = [tables[at] for at in sorted(range(len(tables)), key=lambda at: (coded[at], at))]
    whole, notes = pl.DataFrame(schema=PORTS), list[Merged]()
    for table in ranked:
        # one key in two tables is one port, whatever they call it
        known = dict(whole.select("port", "name").iter_rows())
        found = _nearest(whole, table.filter(~pl.col("port").is_in(known)))
        notes += found
        keys = {one.other_port: one.port for one in found}
        names = known | {one.other_port: one.name for one in found}
        as_known = table.with_columns(
            name=pl.col("port").replace_strict(names, default=pl.col("name"), return_dtype=pl.String),
            port=pl.col("port").replace_strict(keys, default=pl.col("port"), return_dtype=pl.String),
        )
        whole = pl.concat([whole, as_known])
    called = {name: _called(name) for name in whole["name"].unique() if _NO_NAME.fullmatch(name)}
    if called:
        whole = whole.with_columns(pl.col("name").replace(called))
    return whole.unique().sort(list(PORTS)), sorted(notes, key=lambda one: (one.port, one.other_port))


def _called(name: str) -> str:
    return f"an anchorage without a name ({name})"


def _nearest(known: pl.DataFrame, new: pl.DataFrame) -> list[Merged]:
    """For each port of `new` the port of `known` that it is: the nearest of its name, else the nearest beside it."""
    if not known.height or not new.height:
        return []
    known = known.sort("lat", "lon", "port")
    pairs = _pairs(known, new)
    folded = {name: ports.folded(name) for name in {*known["name"], *new["name"]}}
    same = pairs["name"].replace_strict(folded, return_dtype=pl.String) == pairs["other_name"].replace_strict(
        folded, return_dtype=pl.String
    )
    pairs = pairs.with_columns(same=same).filter(pl.col("same") | (pl.col("metres") <= BESIDE_M))
    best = pairs.sort(["other_port", "same", "metres", "port"], descending=[False, True, False, False])
    best = best.unique("other_port", keep="first", maintain_order=True)
    return [
        Merged(row["port"], row["name"], row["other_port"], row["other_name"], row["metres"],
               "one name in one country" if row["same"] else "two names in one country")
        for row in best.iter_rows(named=True)
    ]  # fmt: skip


def _pairs(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Points of one country within `SAME_NAME_M` of each other; `known` is sorted by latitude."""
    tall = float(np.degrees(SAME_NAME_M / geo.EARTH_RADIUS_M)) * 1.000001
    lat, lon = known["lat"].to_numpy(), known["lon"].to_numpy()
    new_lat, new_lon = new["lat"].to_numpy(), new["lon"].to_numpy()
    found = []
    for at in range(0, new.height, _CHUNK):
        few = slice(at, at + _CHUNK)
        first, after = (np.searchsorted(lat, new_lat[few] + sign * tall) for sign in (-1, 1))
        row, point = spread(first, after)
        metres = geo.distance_m(new_lat[few][row], new_lon[few][row], lat[point], lon[point])
        near = metres <= SAME_NAME_M
        theirs = (
            new[few]
            .select("port", "name", "country")
            .rename({"port": "other_port", "name": "other_name", "country": "other_country"})[row[near]]
        )
        ours = known.select("port", "name", "country")[point[near]]
        both = pl.concat([ours, theirs, pl.DataFrame({"metres": metres[near]})], how="horizontal")
        found.append(both.filter(pl.col("country") == pl.col("other_country")))
    return pl.concat(found)
