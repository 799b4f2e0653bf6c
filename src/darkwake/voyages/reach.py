"""Which ports a ship could have called at while it was not heard, and come back from.

The way by sea to a port and on to where the ship was heard again must fit into the hours of the silence at the ship's
own speed. That it could is no sign that it did: this is the set that cannot be ruled out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo, schema
from darkwake.errors import WrongUse
from darkwake.sea import Sea

SLOWEST_TOP_KN = 12.0
"""A ship that was never heard faster may still do this: the service speed of a slow bulk carrier."""
_GRID_STRETCH = 1.03
"""Ways on the grid are up to 2.8 % too long (sea.Sea.distances_from); divided out, so that no port is lost."""
_FINE_DEG, _COARSE_DEG = 0.05, 0.1
_FINE_BOX_DEG, _WIDEST_BOX_DEG = 12.0, 60.0


def within_reach(gaps: pl.DataFrame, ports: pl.DataFrame, top_kn: dict[int, float]) -> pl.DataFrame:
    """The ports within reach in each closed gap, as schema.REACH.

    Args:
        gaps: EVENTS of kind gap; open ones are left out, because nobody knows where they ended.
        ports: PORTS to look among, such as those of the corridor; of several points of one port the best counts.
        top_kn: the speed that each ship has shown, in knots; ships that are missing, or slower than
            `SLOWEST_TOP_KN`, are allowed that.
    """
    closed = gaps.drop_nulls("end").sort("ship", "start", "id")
    found = [_of_gap(gap, ports, top_kn) for gap in closed.iter_rows(named=True)]
    table = pl.concat([schema.empty(schema.REACH), *found])
    return table.sort(["event", "slack_h", "port"], descending=[False, True, False])


def _of_gap(gap: dict[str, Any], ports: pl.DataFrame, top_kn: dict[int, float]) -> pl.DataFrame:
    begin, end = (gap["start_lat"], gap["start_lon"]), (gap["end_lat"], gap["end_lon"])
    hours = (gap["end"] - gap["start"]).total_seconds() / 3600
    speed_kn = max(top_kn.get(gap["ship"], 0.0), SLOWEST_TOP_KN)
    budget_m = hours * 3600 * speed_kn * geo.KNOT_MS
    lat, lon = ports["lat"].to_numpy(), ports["lon"].to_numpy()
    straight = geo.distance_m(*begin, lat, lon) + geo.distance_m(lat, lon, *end)
    near = ports.filter(pl.Series(straight <= budget_m))
    if near.is_empty():
        return schema.empty(schema.REACH)
    there, back = _by_sea(begin, end, near, budget_m)
    table = near.select(
        pl.lit(gap["id"]).alias("event"),
        pl.lit(gap["ship"], pl.Int64).alias("ship"),
        "port",
        "name",
        "country",
        pl.Series("there_m", there),
        pl.Series("back_m", back),
        pl.Series("slack_h", (budget_m - there - back) / (speed_kn * geo.KNOT_MS * 3600)),
        pl.lit(speed_kn).alias("speed_kn"),
    )
    table = table.filter(pl.col("slack_h") >= 0)
    return table.sort(["port", "slack_h"], descending=[False, True]).unique("port", keep="first", maintain_order=True)


def _by_sea(
    begin: tuple[float, float], end: tuple[float, float], ports: pl.DataFrame, budget_m: float
) -> tuple[geo.Floats, geo.Floats]:
    """Metres by sea to each port and on to the end; straight ones where the box is too wide to search."""
    lat, lon = ports["lat"].to_numpy(), ports["lon"].to_numpy()
    straight = geo.distance_m(*begin, lat, lon), geo.distance_m(lat, lon, *end)
    box = _box(np.array([begin, end]), budget_m)
    if box is None:
        return straight
    cell_deg = _FINE_DEG if max(box[2] - box[0], box[3] - box[1]) <= _FINE_BOX_DEG else _COARSE_DEG
    try:
        sea = Sea(box, cell_deg, keep_off_m=0.0)
        there = sea.distances_from(begin, lat, lon) / _GRID_STRETCH
        back = sea.distances_from(end, lat, lon) / _GRID_STRETCH
    except WrongUse:  # an end lies up a river that the cells do not show: the straight way is still a lower bound
        return straight
    return np.maximum(there, straight[0]), np.maximum(back, straight[1])


def _box(ends: geo.Floats, budget_m: float) -> tuple[float, float, float, float] | None:
    """The box that holds every way within the budget, on whole cells; None where it is too wide or crosses 180°."""
    tall = np.degrees(budget_m / 2 / geo.EARTH_RADIUS_M)
    south, north = ends[:, 0].min() - tall, ends[:, 0].max() + tall
    if max(abs(south), abs(north)) > 80:
        return None
    wide = tall / np.cos(np.radians(max(abs(south), abs(north))))
    west, east = ends[:, 1].min() - wide, ends[:, 1].max() + wide
    if west < -180 or east > 180 or east - west > _WIDEST_BOX_DEG or north - south > _WIDEST_BOX_DEG:
        return None
    low, high = np.floor([west, south]), np.ceil([east, north])
    return float(max(low[0], -180)), float(low[1]), float(min(high[0], 180)), float(high[1])


def may_have_called(
    legs: pl.DataFrame,
    events: pl.DataFrame,
    *,
    on_corridor: pl.DataFrame,
    from_: Sequence[str],
    to: Sequence[str],
) -> pl.DataFrame:
    """The closed gaps in which a call at the corridor's far end may be hidden, as EVENTS.

    They lie in legs that a ship sailed after it had called at the corridor's near end and before it was heard at the
    far end, and that are no part of a voyage heard to the far end.

    Args:
        legs: VOYAGES.
        events: EVENTS, at least the gaps of those legs.
        on_corridor: CHAINS, the voyages that were heard from end to end.
        from_: countries (alpha-2) or ports (their ids) of the near end; none gives no gaps.
        to: the same of the far end.
    """
    told = set(on_corridor.explode("voyages")["voyages"])
    wanted: list[str] = []
    carrying: dict[int, bool] = {}
    for leg in legs.sort("ship", "departed").iter_rows(named=True):
        ship = leg["ship"]
        if _at(leg, "from", from_):
            carrying[ship] = True
        elif _at(leg, "from", to):
            carrying[ship] = False
        if carrying.get(ship) and leg["id"] not in told:
            wanted += leg["gaps"]
    return events.filter(pl.col("id").is_in(wanted) & pl.col("end").is_not_null() & bool(to))


def _at(leg: Mapping[str, Any], end: str, places: Sequence[str]) -> bool:
    return leg[f"{end}_country"] in places or leg[f"{end}_port"] in places


def top_speeds(positions: pl.LazyFrame, ships: Sequence[int]) -> dict[int, float]:
    """The speed in knots that each of those ships showed: what 95 of 100 of its positions under way did not exceed.

    Under way is from 3 knots on. The few positions above the mark are mostly faults of the receiver.
    """
    under_way = positions.filter(pl.col("ship").is_in(list(ships)) & (pl.col("sog") >= 3.0) & (pl.col("sog") < 60.0))
    shown = under_way.group_by("ship").agg(pl.col("sog").cast(pl.Float64).quantile(0.95)).sort("ship").collect()
    return dict(shown.iter_rows())
