"""Which ports a ship could have called at while it was not heard, and come back from.

The way by sea to a port and on to where the ship was heard again must fit into the hours of the silence at the ship's
own speed. That it could is no sign that it did: this is the set that cannot be ruled out, so where the grid cannot be
exact it errs to the side of more. Cells are shut only where they are land all over, the great canals are open, the
grid's own stretch is taken off, and what lies up a river takes the straight way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from darkwake import geo, schema
from darkwake.errors import WrongUse
from darkwake.sea import Line, Sea

SLOWEST_TOP_KN = 12.0
"""A ship that was never heard faster may still do this: the service speed of a slow bulk carrier."""
ALLOWANCE = 1.1
"""What is allowed over the speed that a ship has shown: a current, a lighter ship, a hurry."""
GRID_STRETCH = 1.03
"""Ways on the grid are up to 2.8 % too long (sea.Sea.distances_from); divided out, so that no port is lost."""
CANALS: tuple[Line, ...] = tuple(
    (np.array(lat), np.array(lon))
    for lat, lon in (
        ([29.85, 29.97, 30.33, 30.58, 31.35], [32.56, 32.58, 32.38, 32.31, 32.34]),  # Suez
        ([53.86, 53.96, 54.20, 54.33, 54.42], [9.05, 9.15, 9.40, 9.80, 10.20]),  # Kiel
        ([8.85, 9.12, 9.40], [-79.50, -79.80, -79.92]),  # Panama
    )
)
"""Canals that sea ships use, as lines in degrees: right to a cell."""
_CELLS = ((5.0, 0.01), (12.0, 0.025), (30.0, 0.05), (60.0, 0.1), (150.0, 0.25))
"""Widest box in degrees, and the cells that it is searched on; wider ones are not."""
_THIN_DEG = 0.05
_MOST_LAT = 80.0
"""Nobody sails beyond."""
_RIVER_M = 120_000.0
"""As far from open water as sea.Sea looks for the way out of a port."""

Point = tuple[float, float]


def within_reach(gaps: pl.DataFrame, ports: pl.DataFrame, top_kn: Mapping[int, float]) -> pl.DataFrame:
    """The ports within reach in each closed gap, as schema.REACH.

    Args:
        gaps: EVENTS of kind gap; open ones are left out, because nobody knows where they ended.
        ports: PORTS to look among; of several points of one port the one that leaves the most slack counts.
        top_kn: the speed that each ship has shown, in knots, as `top_speeds` gives it; a tenth more is allowed, and
            `SLOWEST_TOP_KN` at least.
    """
    closed = gaps.drop_nulls("end").sort("ship", "start", "id")
    found = [_of_gap(Silence.of(gap, top_kn), ports) for gap in closed.iter_rows(named=True)]
    table = pl.concat([schema.empty(schema.REACH), *found])
    return table.sort(["event", "slack_h", "port"], descending=[False, True, False])


class Silence:
    """One closed gap: where it begins and ends, and how far the ship can have gone in between."""

    def __init__(self, event: str, ship: int, begin: Point, end: Point, hours: float, speed_kn: float) -> None:
        self.event, self.ship, self.begin, self.end = event, ship, begin, end
        self.speed_kn, self.budget_m = speed_kn, hours * 3600 * speed_kn * geo.KNOT_MS

    @staticmethod
    def of(gap: Mapping[str, Any], top_kn: Mapping[int, float]) -> Silence:
        """From a row of EVENTS and the speeds that ships have shown; see `within_reach`."""
        begin, end = (gap["start_lat"], gap["start_lon"]), (gap["end_lat"], gap["end_lon"])
        hours = (gap["end"] - gap["start"]).total_seconds() / 3600
        speed_kn = max(top_kn.get(gap["ship"], 0.0) * ALLOWANCE, SLOWEST_TOP_KN)
        return _known(gap["id"], gap["ship"], begin, end, hours, speed_kn)

    def slack_h(self, way_m: geo.Floats) -> geo.Floats:
        """Hours left over after ways of that length."""
        return (self.budget_m - way_m) / (self.speed_kn * geo.KNOT_MS * 3600)

    def straight(self, lat: ArrayLike, lon: ArrayLike) -> tuple[geo.Floats, geo.Floats]:
        """Great circles in metres from where it was last heard, and to where it was heard again."""
        return geo.distance_m(*self.begin, lat, lon), geo.distance_m(lat, lon, *self.end)

    def by_sea(self, lat: geo.Floats, lon: geo.Floats) -> tuple[geo.Floats, geo.Floats]:
        """The same by sea, never more than the true way; straight where the box is too wide to search."""
        straight = self.straight(lat, lon)
        if self.sea is None:
            return straight
        slop_m = grid_slop_m(self.sea)
        there, back = (
            np.maximum(self.sea.distances_from(at, lat, lon) / GRID_STRETCH - slop_m, least)
            for at, least in ((self.begin, straight[0]), (self.end, straight[1]))
        )
        up_river = _up_river(self.sea, lat, lon, ~np.isfinite(there))
        return np.where(up_river, straight[0], there), np.where(up_river, straight[1], back)

    @cached_property
    def sea(self) -> Sea | None:  # searched when it is asked for: where no port is in straight reach it never is
        """The water of the box that holds every way within the budget; None where the straight way must do."""
        box = _box(np.array([self.begin, self.end]), self.budget_m)
        if box is None:
            return None
        wide = max(box[2] - box[0], box[3] - box[1])
        cell_deg = next(cell for widest, cell in _CELLS if wide <= widest)
        sea = Sea(box, cell_deg, keep_off_m=0.0, generous=True, canals=CANALS)
        try:
            joined = np.isfinite(sea.distances_from(self.begin, self.end[0], self.end[1]))
        except WrongUse:  # an end lies up a river that the cells do not show
            return None
        return sea if bool(joined) else None


@lru_cache(maxsize=48)
def _known(event: str, ship: int, begin: Point, end: Point, hours: float, speed_kn: float) -> Silence:
    """A silence and the searches of its water, which its ports and then its area ask for; some 3 MB each, 7 at most."""
    return Silence(event, ship, begin, end, hours, speed_kn)


def grid_slop_m(sea: Sea) -> float:
    """What a way on the grid may be too long by, its stretch aside: each end counts to its cell's middle and back."""
    return 2 * float(np.sqrt(2.0)) * sea.cell_deg * 60 * geo.METRES_PER_NM


def _up_river(sea: Sea, lat: geo.Floats, lon: geo.Floats, lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of the places that no way leads to, those with no open water near: up a river, not on another sea."""
    found = np.zeros(len(lat), np.bool_)
    wide = np.arange(-_RIVER_M, _RIVER_M + 1, 4_000.0) / (60 * geo.METRES_PER_NM)
    for number in np.flatnonzero(lost):
        up, right = np.meshgrid(wide, wide / np.cos(np.radians(lat[number])))
        found[number] = not sea.is_open(lat[number] + up, lon[number] + right).any()
    return found


def _of_gap(silence: Silence, ports: pl.DataFrame) -> pl.DataFrame:
    straight = np.add(*silence.straight(ports["lat"].to_numpy(), ports["lon"].to_numpy()))
    near = _thinned(ports.filter(pl.Series(straight <= silence.budget_m)), straight[straight <= silence.budget_m])
    if near.is_empty():
        return schema.empty(schema.REACH)
    there, back = silence.by_sea(near["lat"].to_numpy(), near["lon"].to_numpy())
    table = near.select(
        pl.lit(silence.event).alias("event"),
        pl.lit(silence.ship, pl.Int64).alias("ship"),
        "port",
        "name",
        "country",
        "lat",
        "lon",
        pl.Series("there_m", there),
        pl.Series("back_m", back),
        pl.Series("slack_h", silence.slack_h(there + back)),
        pl.lit(silence.speed_kn).alias("speed_kn"),
    )
    table = table.filter(pl.col("slack_h") >= 0)
    return table.sort(["port", "slack_h"], descending=[False, True]).unique("port", keep="first", maintain_order=True)


def _thinned(ports: pl.DataFrame, straight: geo.Floats) -> pl.DataFrame:
    """One point of each port in each cell, the nearest: a port may have thousands, and a cell is as fine as it gets."""
    cell = geo.cell(ports["lat"].to_numpy(), ports["lon"].to_numpy(), _THIN_DEG)
    table = ports.with_columns(pl.Series("cell", cell), pl.Series("straight", straight))
    return table.sort("port", "cell", "straight", "lat", "lon").unique(
        ["port", "cell"], keep="first", maintain_order=True
    )


def _box(ends: geo.Floats, budget_m: float) -> tuple[float, float, float, float] | None:
    """The box that holds every way within the budget, on whole degrees; None where it is too wide to search.

    Whoever goes that far in all is never farther than half of it from the nearer end. East may be beyond 180.
    """
    arc = min(budget_m / 2 / geo.EARTH_RADIUS_M * 1.001, np.pi / 2)
    lat, lon = ends[:, 0], ends[0, 1] + np.append(0.0, geo.wrap_lon(ends[1:, 1] - ends[0, 1]))
    ratio = np.sin(arc) / np.cos(np.radians(lat))
    if max(np.abs(lat).max(), np.degrees(arc)) > _MOST_LAT or ratio.max() >= 1.0:
        return None
    tall, wide = np.degrees(arc), np.degrees(np.arcsin(ratio))
    south, north = max(np.floor(lat.min() - tall), -_MOST_LAT), min(np.ceil(lat.max() + tall), _MOST_LAT)
    west, east = np.floor((lon - wide).min()), np.ceil((lon + wide).max())
    if max(east - west, north - south) > _CELLS[-1][0] or not south <= lat.min() <= lat.max() <= north:
        return None
    shift = 360.0 * np.floor((west + 180.0) / 360.0)
    return float(west - shift), float(south), float(east - shift), float(north)


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

    The greater of two: the speeds that it sent, and those from position to position (a minute to an hour apart),
    because some files carry none, or not in knots. Under way is from 3 knots on; the few above are mostly faults.

    Args:
        positions: POSITIONS, or at least ship, time, lat, lon and sog, sorted by ship and time.
        ships: those that are asked for; one that was never under way is not in the result.
    """
    known = positions.filter(pl.col("ship").is_in(list(ships)))
    lat, lon = pl.col("lat").radians(), pl.col("lon").radians()
    half = ((lat.diff() / 2).sin() ** 2) + lat.cos() * lat.shift().cos() * ((lon.diff() / 2).sin() ** 2)
    metres = 2 * geo.EARTH_RADIUS_M * half.clip(0.0, 1.0).sqrt().arcsin()
    seconds = pl.col("time").diff().dt.total_microseconds() / 1e6
    made = pl.when((pl.col("ship") == pl.col("ship").shift()) & seconds.is_between(60, 3600)).then(metres / seconds)
    speeds = known.select("ship", sent=pl.col("sog").cast(pl.Float64), made=made / geo.KNOT_MS)
    shown = [
        speeds.filter((pl.col(name) >= 3.0) & (pl.col(name) < 60.0)).group_by("ship").agg(pl.col(name).quantile(0.95))
        for name in ("sent", "made")
    ]
    both = shown[0].join(shown[1], on="ship", how="full", coalesce=True)
    return dict(both.select("ship", pl.max_horizontal("sent", "made")).sort("ship").collect().iter_rows())
