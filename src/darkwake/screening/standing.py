"""Hits with their standing on a day: one day for all, or the days of each ship's voyages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from darkwake.errors import WrongUse
from darkwake.schema import STANDINGS
from darkwake.screening.lists import Entry, SanctionsList
from darkwake.screening.regimes import Regime, Standing, in_force, known
from darkwake.screening.versions import Versions


def standing(
    hits: pl.DataFrame,
    versions: Versions,
    *,
    on: date | pl.DataFrame,
    regimes: Iterable[Regime] | None = None,
    view: str | None = None,
) -> pl.DataFrame:
    """The standing of every hit on a day, or on the days of its ship.

    Args:
        hits: Of schema.HITS.
        versions: Every version of every list that was screened against, and any others at hand.
        on: One day for all hits; or a table with the columns `ship` and `on`, a row for each day of each ship, such as
            its departures.
        regimes: The table of regimes; the package's own where none is given.
        view: A holder's code for the answer in its eyes alone; None for every view that differs.

    Returns:
        Of STANDINGS. A hit of a ship without a day in the table has no row.

    Raises:
        WrongUse: A hit is of a list, or of an entry, that is not among the versions.
    """
    table = known() if regimes is None else tuple(regimes)
    wanted = hits.select(pl.col("id").alias("hit"), "ship", "list", "list_date", "entry")
    if isinstance(on, date):
        wanted = wanted.with_columns(pl.lit(on, dtype=pl.Date).alias("on"))
    else:
        wanted = wanted.join(on.select("ship", pl.col("on").cast(pl.Date)).unique(), on="ship", how="inner")
    keys = ["list", "list_date", "entry", "on"]
    told: dict[tuple[str, date, str, date], Standing] = {}
    for name, listed, number, day in wanted.select(keys).unique().iter_rows():
        entry, of = _listed(versions, name, listed, number)
        told[name, listed, number, day] = in_force(entry, of, day, view, versions=versions, regimes=table)
    rows = [
        {
            "hit": hit,
            "ship": ship,
            "on": day,
            "standing": told[name, listed, number, day].word,
            "standing_says": told[name, listed, number, day].says,
            "views": [
                {"view": one.view, "word": one.word, "says": one.says} for one in told[name, listed, number, day].views
            ],
        }
        for hit, ship, name, listed, number, day in wanted.iter_rows()
    ]
    return pl.DataFrame(rows, schema=STANDINGS, orient="row").sort("hit", "on")


def _listed(versions: Versions, name: str, listed: date, number: str) -> tuple[Entry, SanctionsList]:
    for of in versions.by_name.get(name, ()):
        if of.date == listed and (entry := versions.numbered(of, number)):
            return entry, of
    raise WrongUse(
        f"a hit is of entry {number} of the {name} of {listed.isoformat()}, which is not among the versions",
        to_do="Give every list that was screened against",
    )
