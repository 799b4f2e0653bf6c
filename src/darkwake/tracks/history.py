"""An identity history per hull: what one ship called itself over time, under whatever numbers.

A hull is known by its IMO number where it gives a sound one. Where it gives none, its transmitter's number stands for
it; and where that number falls silent and another begins near by soon after, with nobody else who could have been it,
`continuations` offers the two as a candidate link, with its reason and the rivals counted. A link is never taken for
granted: `history` joins only by the links that it is given.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo, marks
from darkwake.errors import WrongUse
from darkwake.schema import CITATION, HISTORY, IDENTITIES, SHIPS, problems

_Type = pl.DataType | type[pl.DataType]
_LINKS: dict[str, _Type] = {
    "ship": pl.Int64,  # the number that fell silent
    "next": pl.Int64,  # the number that began
    "last_seen": SHIPS["last_seen"],
    "first_seen": SHIPS["first_seen"],
    "hours": pl.Float64,
    "distance_m": pl.Float64,
    "rivals_before": pl.Int64,  # other numbers that fell silent where they could have gone on as `next`
    "rivals_after": pl.Int64,  # other numbers that began where `ship` could have gone on as them
    "agree": pl.List(pl.String),  # what both said alike: fields of IDENTITIES, or "ais_class"
    "likely": pl.Boolean,  # no rivals, and a size, name, call sign or IMO number that agrees
    "says": pl.String,
}
LINKS = pl.Schema(_LINKS)
"""Candidates: where one number's track ends and another's begins; sorted by ship and next."""

_SIZE_M, _SIZE_PART = 10.0, 0.1
"""Lengths that differ by no more than both are one ship's, as in tracks.said."""
_CELL_DEG = 2.0
_TELLING = ("imo", "name", "callsign", "length_m", "width_m")
"""Fields that are compared; a type of ship is too common to tell one from another."""
_TELLS = {"imo", "name", "callsign", "length_m"}


def history(identities: pl.DataFrame, ships: pl.DataFrame, links: pl.DataFrame | None = None) -> pl.DataFrame:
    """HISTORY of every transmitter in either table.

    Args:
        identities: IDENTITIES, in any order.
        ships: SHIPS: when each number was heard at all.
        links: LINKS to be joined by, such as the likely ones of `continuations`; None joins by IMO number alone.

    Raises:
        WrongUse: a table is not what it should be.
    """
    for name, table, want in (("identities", identities, IDENTITIES), ("ships", ships, SHIPS)):
        if wrong := problems(table, want):
            raise WrongUse(f"{name}: {wrong[0]}", where="history(...)", to_do="Give IDENTITIES and SHIPS")
    runs = marks.with_hull(identities)
    cited = pl.struct("source", first_row=pl.col("row"), last_row=pl.col("row")).cast(CITATION)
    said = runs.select("hull", *_RUN, cited.alias("cited"))
    # the number and its flag belong to the hull that the transmitter named last
    last = runs.sort("last_seen", "first_seen", "hull").group_by("ship", maintain_order=True).agg(pl.col("hull").last())
    heard = ships.join(last, on="ship", how="left", maintain_order="left").select(
        pl.coalesce("hull", pl.format("MMSI {}", "ship")).alias("hull"), "ship", "first_seen", "last_seen",
        messages="positions", cited=pl.col("sources").list.first(),
    )  # fmt: skip
    flags = {ship: flag for ship in ships["ship"].to_list() if (flag := marks.flag(ship)) is not None}
    flag_of = pl.col("ship").replace_strict(flags, default=None, return_dtype=pl.String)
    numbers = [
        heard.with_columns(field=pl.lit(field), value=value).filter(pl.col("value").is_not_null())
        for field, value in (("mmsi", pl.col("ship").cast(pl.String)), ("flag", flag_of))
    ]
    whole = pl.concat([said, *(one.select(said.columns) for one in numbers)])
    return _joined(_linked(whole, links))


_RUN = ("ship", "field", "value", "first_seen", "last_seen", "messages")


def _linked(whole: pl.DataFrame, links: pl.DataFrame | None) -> pl.DataFrame:
    """With `by`, and the hulls that links join under the name of the first of them."""
    by = pl.when(pl.col("hull").str.starts_with("IMO ")).then(pl.lit("imo")).otherwise(pl.lit("mmsi"))
    table = whole.with_columns(by=by)
    if links is None or links.is_empty():
        return table
    last = whole.sort("last_seen", "hull").group_by("ship", maintain_order=True).agg(pl.col("hull").last())
    first = whole.sort("first_seen", "hull").group_by("ship", maintain_order=True).agg(pl.col("hull").first())
    end, begin = dict(last.iter_rows()), dict(first.iter_rows())
    name: dict[str, str] = {}

    def head(hull: str) -> str:
        while name.get(hull, hull) != hull:
            hull = name[hull]
        return hull

    for ship, follower in links.sort("last_seen", "ship", "next").select("ship", "next").iter_rows():
        one, other = head(end.get(ship, f"MMSI {ship}")), head(begin.get(follower, f"MMSI {follower}"))
        sound = [hull.startswith("IMO ") for hull in (one, other)]
        if one != other and not all(sound):  # two different IMO numbers are two hulls, whatever the link
            keep, give = (other, one) if sound[1] else (one, other)
            name[give] = keep
    joined = {hull: head(hull) for hull in whole["hull"].unique().to_list()}
    moved = {hull: to for hull, to in joined.items() if hull != to}
    return table.with_columns(
        by=pl.when(pl.col("hull").is_in(list(moved))).then(pl.lit("continuity")).otherwise("by"),
        hull=pl.col("hull").replace(moved),
    )


def _joined(table: pl.DataFrame) -> pl.DataFrame:
    """Neighbouring runs of one hull, transmitter, field and value as one row."""
    keys = ["hull", "ship", "field"]
    ordered = table.sort("hull", "ship", "field", "first_seen", "last_seen", "value", "by")
    same = [pl.col(name) == pl.col(name).shift() for name in (*keys, "value", "by")]
    return (
        ordered.with_columns(run=(~pl.all_horizontal(same).fill_null(value=False)).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("hull", "by", "ship", "field", "value").first(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("messages").sum(),
            pl.col("cited").first().alias("head"),
            pl.col("cited").last().alias("tail"),
        )
        .with_columns(
            sources=pl.concat_list("head", pl.when(pl.col("head") != pl.col("tail")).then("tail")).list.drop_nulls()
        )
        .select(list(HISTORY))
        .cast(HISTORY)
        .sort("hull", "field", "first_seen", "ship", "value")
    )


def continuations(
    ships: pl.DataFrame,
    identities: pl.DataFrame | None = None,
    *,
    within: timedelta = timedelta(hours=24),
    max_kn: float = 20.0,
    most_m: float = 100_000.0,
) -> pl.DataFrame:
    """LINKS: numbers that may be one ship's, one after the other.

    One number's last position and another's first lie no farther apart in time than `within`, and in space than
    `max_kn` allows after two nautical miles of slack, `most_m` at the very most. Pairs that gave different sound IMO
    numbers, or lengths or widths of two ships, are none. The rest are kept whatever their rivals, which are counted.

    Args:
        ships: SHIPS.
        identities: IDENTITIES; without them no link is likely.
        within: the longest silence between the two.
        max_kn: the fastest that a ship may have gone in it.
        most_m: how far it may have gone in any case.

    Raises:
        WrongUse: a table is not what it should be.
    """
    for name, table, want in (("ships", ships, SHIPS), ("identities", identities, IDENTITIES)):
        if table is not None and (wrong := problems(table, want)):
            raise WrongUse(f"{name}: {wrong[0]}", where="continuations(...)", to_do="Give SHIPS and IDENTITIES")
    pairs = _near(ships, within=within, max_kn=max_kn, most_m=most_m)
    if pairs.is_empty():
        return pl.DataFrame(schema=LINKS)
    pairs = _compared(pairs, identities)
    others = pl.len().cast(pl.Int64) - 1
    pairs = pairs.with_columns(rivals_before=others.over("next"), rivals_after=others.over("ship"))
    tells = pl.col("agree").list.set_intersection(pl.lit(sorted(_TELLS), pl.List(pl.String))).list.len() > 0
    pairs = pairs.with_columns(likely=(pl.col("rivals_before") == 0) & (pl.col("rivals_after") == 0) & tells).sort(
        "ship", "next"
    )
    says = [_says(row) for row in pairs.iter_rows(named=True)]
    return pairs.with_columns(says=pl.Series(says, dtype=pl.String)).select(list(LINKS))


def _near(ships: pl.DataFrame, *, within: timedelta, max_kn: float, most_m: float) -> pl.DataFrame:
    """Pairs of an end and a beginning near each other; found by cells of place and time, never by trying all."""
    size = max(_CELL_DEG, most_m / 111_000.0 * 1.01)
    ends = ships.select("ship", "ais_class", "last_seen", lat="last_lat", lon="last_lon")
    begins = ships.select(
        pl.col("ship").alias("next"), pl.col("ais_class").alias("next_class"), "first_seen", next_lat="first_lat",
        next_lon="first_lon",
    )  # fmt: skip
    slot = within / timedelta(microseconds=1)
    when = (pl.col("last_seen").to_physical() / slot).floor().cast(pl.Int64)
    row = (pl.col("lat") / size).floor().cast(pl.Int64)
    ends = ends.with_columns(slot=pl.concat_list(when, when + 1), row=pl.concat_list(row - 1, row, row + 1))
    begins = begins.with_columns(
        slot=(pl.col("first_seen").to_physical() / slot).floor().cast(pl.Int64),
        row=(pl.col("next_lat") / size).floor().cast(pl.Int64),
    )
    # bands of latitude, and in them columns of the width that they need at their poleward edge
    spread = ends.explode("slot").explode("row")
    spread, begins = (
        table.with_columns(_column(table["row"].to_numpy(), table[lon].to_numpy(), size))
        for table, lon in ((spread, "lon"), (begins, "next_lon"))
    )
    across = pl.col("across")
    spread = spread.with_columns(
        column=pl.concat_list((pl.col("column") + step) % across for step in (-1, 0, 1)).list.unique()
    ).explode("column")
    pairs = spread.join(begins.drop("across"), on=["slot", "row", "column"]).filter(pl.col("ship") != pl.col("next"))
    gap = pl.col("first_seen") - pl.col("last_seen")
    pairs = pairs.filter(gap >= timedelta(0), gap <= within)
    apart = geo.distance_m(*(pairs[name].to_numpy() for name in ("lat", "lon", "next_lat", "next_lon")))
    pairs = pairs.with_columns(
        hours=(pl.col("first_seen") - pl.col("last_seen")).dt.total_microseconds() / 3.6e9, distance_m=pl.Series(apart)
    )
    reach = 2 * geo.METRES_PER_NM + max_kn * geo.METRES_PER_NM * pl.col("hours")
    return pairs.filter(pl.col("distance_m") <= pl.min_horizontal(reach, pl.lit(most_m)))


def _column(row: np.ndarray[Any, Any], lon: np.ndarray[Any, Any], size: float) -> list[pl.Series]:
    """The column of each longitude in its band, and how many columns the band has."""
    edge = np.minimum(np.maximum(np.abs(row), np.abs(row + 1)) * size, 89.0)
    across = np.maximum(np.floor(360.0 / (size / np.cos(np.radians(edge)))), 1).astype(np.int64)
    column = np.floor((geo.wrap_lon(lon) + 180.0) / 360.0 * across).astype(np.int64) % across
    return [pl.Series("column", column), pl.Series("across", across)]


def _compared(pairs: pl.DataFrame, identities: pl.DataFrame | None) -> pl.DataFrame:
    """With `agree`, and without the pairs that cannot be one ship."""
    asked = pl.concat([pairs["ship"], pairs["next"]]).unique()
    known: dict[str, dict[int, str]] = {field: {} for field in _TELLING}
    if identities is not None:
        # what was said in most messages; of equals the first by value
        most = (
            identities.filter(pl.col("field").is_in(_TELLING), pl.col("ship").is_in(asked.implode()))
            .filter(~pl.col("field").str.ends_with("_m") | pl.col("value").cast(pl.Float64, strict=False).is_not_null())
            .group_by("ship", "field", "value")
            .agg(pl.col("messages").sum())
            .sort("ship", "field", "messages", "value", descending=[False, False, True, False])
            .unique(["ship", "field"], keep="first", maintain_order=True)
        )
        for ship, field, value in most.select("ship", "field", "value").iter_rows():
            if field != "imo" or marks.is_imo(value):
                known[field][ship] = value
    agree, may = [], []
    for ship, follower, one, other in pairs.select("ship", "next", "ais_class", "next_class").iter_rows():
        alike = ["ais_class"] if one is not None and one == other else []
        possible = one is None or other is None or one == other
        for field in _TELLING:
            a, b = known[field].get(ship), known[field].get(follower)
            if a is None or b is None:
                continue
            if _same(field, a, b):
                alike.append(field)
            elif field in ("imo", "length_m", "width_m"):
                possible = False
        agree.append(alike)
        may.append(possible)
    told = pairs.with_columns(agree=pl.Series(agree, dtype=pl.List(pl.String)))
    return told.filter(pl.Series(may, dtype=pl.Boolean))


def _same(field: str, one: str, other: str) -> bool:
    if field == "name":
        return marks.same_name(one, other)
    if field == "callsign":
        return marks.same_call_sign(one, other)
    if field == "imo":
        return one == other
    a, b = float(one), float(other)
    return abs(a - b) <= max(_SIZE_M if field == "length_m" else _SIZE_M / 3, _SIZE_PART * max(a, b))


_WORDS = {"ais_class": "AIS class", "imo": "IMO number", "name": "name", "callsign": "call sign",
          "length_m": "length", "width_m": "width"}  # fmt: skip


def _says(row: dict[str, Any]) -> str:
    alike = [_WORDS[field] for field in row["agree"]]
    rivals = row["rivals_before"] + row["rivals_after"]
    return (
        f"The number {row['ship']} was last heard at {row['last_seen']:%Y-%m-%d %H:%M} UTC, and {row['hours']:.1f} h "
        f"later, {row['distance_m'] / 1000:,.1f} km away, {row['next']} was first heard; "
        + (f"alike were {', '.join(alike)}; " if alike else "nothing is known to be alike; ")
        + (f"{rivals} other such pairs could have been meant." if rivals else "no other pair could have been meant.")
    )


__all__ = ["LINKS", "continuations", "history"]
