"""Where a gap lies: the way by sea between its ends, how far off the shore they are, and the ports nearest to them.

A second look at the gaps that `gap().run()` gave, because none of it needs the positions. It adds to `details` and
changes nothing else: ids, ends and sources stay.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo, land, shore
from darkwake import ports as known_ports
from darkwake.errors import WrongUse
from darkwake.evidence import canonical_json
from darkwake.nearest import Nearest
from darkwake.schema import EVENTS, PORTS, problems
from darkwake.sea import Sea

MOST_WAYS = 300
"""Gaps whose way round the land is searched; a search takes 0.05 to 1 s."""
WIDEST_DEG = 20.0
"""A box that is wider or taller is not searched: the way it would find is some 1,000 nautical miles long."""
_LEAST_PAD_M = 150_000.0
_FINE_DEG, _COARSE_DEG, _FINE_BOX_DEG = 0.05, 0.1, 10.0
_SIDES = ("start", "end")


def facts(
    gaps: pl.DataFrame, *, ports: pl.DataFrame | None = None, most_ways: int = MOST_WAYS, widest_deg: float = WIDEST_DEG
) -> pl.DataFrame:
    """The same EVENTS in the same order, with these added to the `details` of those of kind "gap".

    - start_shore_m, end_shore_m: metres to the nearest outline of land, 0 on land; see `shore`.
    - start_port, end_port: the nearest of `ports`, as port, name, country, distance_m (great circle).
    - over_land: whether the great circle between the ends runs over land; harbours aside, see `shore.crosses_land`.
    - sea_m: metres from end to end without crossing land. Equal to distance_m where the great circle stays at sea;
      else the shortest way that `sea.Sea` finds. Null where that is not known: the gap is open, the land was not
      searched round (see below), or no water of the box joins the ends.
    - implied_kn: over sea_m where that is known, else over distance_m, which is then the least it can have been.

    Doing it twice changes nothing.

    Args:
        gaps: EVENTS; those of other kinds stay as they are.
        ports: PORTS to look among; None takes the package's own, and one without rows gives null.
        most_ways: how many gaps' ways round the land are searched, the longest silences first.
        widest_deg: the widest and tallest box that is searched; it does not cross the antimeridian.

    Raises:
        WrongUse: `gaps` is not EVENTS or `ports` is not PORTS.
    """
    ports = known_ports.default() if ports is None else ports
    for table, schema, name in ((gaps, EVENTS, "gaps"), (ports, PORTS, "ports")):
        wrong = problems(table, schema)
        if wrong:
            raise WrongUse(f"the table does not fit: {wrong[0]}", where=f"facts({name})", to_do="See darkwake.schema")
    row = np.flatnonzero(gaps["kind"].to_numpy() == "gap")
    if not len(row):
        return gaps
    chosen = gaps[row]
    places = [_of_side(chosen, side, ports) for side in _SIDES]
    added = pl.concat([*places, _ways(chosen, most_ways, widest_deg)], how="horizontal")
    texts = gaps["details"].to_list()
    for at, told in zip(row, added.iter_rows(named=True), strict=True):
        texts[at] = canonical_json(_merged(json.loads(texts[at]), told))
    return gaps.with_columns(pl.Series("details", texts, dtype=pl.String))


def _merged(details: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The details of one gap with what was found of it."""
    hours, far = details.get("hours"), told.pop("far")
    metres = far if told["sea_m"] is None else told["sea_m"]
    knots = round(metres / geo.METRES_PER_NM / hours, 3) if metres is not None and hours else None
    return {**details, **told, "implied_kn": knots}


def _of_side(gaps: pl.DataFrame, side: str, ports: pl.DataFrame) -> pl.DataFrame:
    """{side}_shore_m and {side}_port of each gap; null where it is open."""
    row = np.flatnonzero(gaps[f"{side}_lat"].is_not_null().to_numpy())
    lat, lon = (gaps[f"{side}_{axis}"].to_numpy()[row] for axis in ("lat", "lon"))
    table = ports.sort("port", "lat", "lon")
    port, metres = Nearest(table["lat"].to_numpy(), table["lon"].to_numpy()).find(lat, lon)
    found = table.select("port", "name", "country")[np.maximum(port, 0)] if len(table) else table[:0]
    nearest: list[dict[str, Any] | None] = [None] * gaps.height
    for at, one, far in zip(row, found.iter_rows(named=True), metres.round(1), strict=bool(len(table))):
        nearest[at] = {**one, "distance_m": float(far)}
    off = np.full(gaps.height, np.nan)
    off[row] = shore.shore_m(lat, lon).round(1)
    fields = {**dict.fromkeys(("port", "name", "country"), pl.String), "distance_m": pl.Float64}
    return pl.DataFrame(
        {
            f"{side}_shore_m": pl.Series(off).fill_nan(None),
            f"{side}_port": pl.Series(nearest, dtype=pl.Struct(fields)),
        }
    )


def _ways(gaps: pl.DataFrame, most_ways: int, widest_deg: float) -> pl.DataFrame:
    """The columns far (great circle), over_land and sea_m of each gap; null where it is open."""
    row = np.flatnonzero(gaps["end_lat"].is_not_null().to_numpy())
    lat1, lon1, lat2, lon2 = (gaps[name].to_numpy()[row] for name in ("start_lat", "start_lon", "end_lat", "end_lon"))
    far = geo.distance_m(lat1, lon1, lat2, lon2)
    over = shore.crosses_land(lat1, lon1, lat2, lon2)
    by_sea = np.where(over, np.nan, far)
    lasted = (gaps["end"] - gaps["start"]).gather(row).to_physical().to_numpy()
    first = np.lexsort((gaps["id"].gather(row).to_numpy(), -lasted))
    searched = first[over[first]][:most_ways]
    for at in sorted(searched, key=lambda at: (lon1[at] // 4, lat1[at] // 4, at)):
        metres = _way_m((float(lat1[at]), float(lon1[at])), (float(lat2[at]), float(lon2[at])), far[at], widest_deg)
        by_sea[at] = np.nan if metres is None else metres
    columns: dict[str, pl.Series] = {}
    for name, values in (("far", far.round(1)), ("sea_m", by_sea.round(1))):
        whole = np.full(gaps.height, np.nan)
        whole[row] = values
        columns[name] = pl.Series(whole).fill_nan(None)
    crossed: list[bool | None] = [None] * gaps.height
    for at, one in zip(row, over, strict=True):
        crossed[at] = bool(one)
    return pl.DataFrame({**columns, "over_land": pl.Series(crossed, dtype=pl.Boolean)})


def _way_m(begin: tuple[float, float], end: tuple[float, float], far: float, widest_deg: float) -> float | None:
    """Metres of the shortest way by sea, or None.

    A way that leaves the box is longer than twice the room round the ends. So a way that is found within that is the
    shortest, and any other tells how much room there must be.
    """
    pad_m = max(_LEAST_PAD_M, far / 2)
    for _ in range(3):
        box = _box(begin, end, pad_m, widest_deg)
        if box is None:
            return None
        try:
            metres = _sea(box).distance_m(begin, end)
        except WrongUse:  # an end lies up a river that the cells do not show
            return None
        if metres <= 2 * pad_m:
            return max(metres, far)
        pad_m = min(metres / 2 * 1.01, 2.5 * pad_m)
    return None


def _box(begin: tuple[float, float], end: tuple[float, float], pad_m: float, widest_deg: float) -> land.Box | None:
    """The box with that much room round both ends, on whole degrees; None where it is too wide or crosses 180°."""
    (south, north), (west, east) = sorted((begin[0], end[0])), sorted((begin[1], end[1]))
    tall = float(np.degrees(pad_m / geo.EARTH_RADIUS_M))
    if max(north + tall, -(south - tall)) > 80 or east - west > 180:
        return None
    wide = tall / float(np.cos(np.radians(max(abs(north + tall), abs(south - tall)))))
    low, high = np.floor([west - wide, south - tall]), np.ceil([east + wide, north + tall])
    if low[0] < -180 or high[0] > 180 or max(high - low) > widest_deg:
        return None
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@lru_cache(maxsize=8)
def _sea(box: land.Box) -> Sea:
    fine = max(box[2] - box[0], box[3] - box[1]) <= _FINE_BOX_DEG
    return Sea(box, _FINE_DEG if fine else _COARSE_DEG, keep_off_m=0.0)
