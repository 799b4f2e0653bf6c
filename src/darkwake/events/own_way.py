"""Which false places lie on the ship's own way of some hours before or after: rather a clock than a place."""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.events.track import Bools, Floats, Ints, Track
from darkwake.nearest import spread

_WITHIN_M, _CELL_DEG = 2_500.0, 0.025
_HOURS = 6
_HOUR_US = 3_600_000_000
_STEP_M, _MOST_STEPS = 2_000, 32
_AT_ONCE = 100_000
"""Steps of a way, or false places, that are looked at together: bounds memory, changes no answer."""


def beside(track: Track, rows: Ints, joined_us: int) -> Bools:
    """Whether each row lies within 2.5 km of the ship's own track as it was six hours or less before or after.

    The track is that without `rows`, straight between positions no farther apart in time than `joined_us`, an hour at
    most. Of each hour and cell its first place stands for all.
    """
    near = np.zeros(len(rows), np.bool_)
    if not len(rows):
        return near
    number, since = _ships(track)
    cells = geo.columns(_CELL_DEG) * round(180.0 / _CELL_DEG) + geo.columns(_CELL_DEG)
    whose, hour = number[rows], (track.time[rows] - since[rows]) // _HOUR_US
    most = int(((track.time - since) // _HOUR_US).max()) + 2 * _HOURS + 4  # hours of two ships never meet
    away = np.unique(whose * most + hour + _HOURS)
    places = _places(track, rows, number, since, away, most, joined_us)
    if places.is_empty():
        return near
    there, group = np.unique(places["number"].to_numpy() * cells + places["cell"].to_numpy(), return_inverse=True)
    key = group * most + places["hour"].to_numpy() + _HOURS
    order = np.argsort(key)
    key, lat, lon = key[order], places["lat"].to_numpy()[order], places["lon"].to_numpy()[order]
    cell = geo.cell(track.lat[rows], track.lon[rows], _CELL_DEG)
    for step in (up * geo.columns(_CELL_DEG) + right for up in (-1, 0, 1) for right in (-1, 0, 1)):
        wanted = whose * cells + cell + step
        at = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
        here = np.flatnonzero((there[at] == wanted) & (cell + step >= 0) & (cell + step < cells) & ~near)
        for few in (here[low : low + _AT_ONCE] for low in range(0, len(here), _AT_ONCE)):
            middle = at[few] * most + hour[few] + _HOURS
            which, found = spread(
                np.searchsorted(key, middle - _HOURS), np.searchsorted(key, middle + _HOURS, side="right")
            )
            row = rows[few[which]]
            apart = geo.distance_m(track.lat[row], track.lon[row], lat[found], lon[found])
            near[few[which[apart <= _WITHIN_M]]] = True
    return near


def _ships(track: Track) -> tuple[Ints, Ints]:
    """For each row the number of its ship, from 0, and the time of its ship's first row."""
    opens = np.append(True, track.ship[1:] != track.ship[:-1])
    number = np.cumsum(opens) - 1
    return number, track.time[opens][number]


def _places(
    track: Track, rows: Ints, number: Ints, since: Ints, away: Ints, most: int, joined_us: int
) -> pl.DataFrame:  # fmt: skip
    """Where ships were in hours that can matter, by their own tracks: number (of the ship), cell, hour, lat, lon."""
    has = np.zeros(number[-1] + 1, np.bool_)
    has[number[rows]] = True
    own = has[number]
    own[rows] = False
    own_rows = np.flatnonzero(own)
    one, two = own_rows[:-1], own_rows[1:]
    at = number[one] * most + (track.time[one] - since[one]) // _HOUR_US + _HOURS
    # the places of a step are of the hour in which it begins or of the next
    matters = np.searchsorted(away, at - _HOURS) < np.searchsorted(away, at + 1 + _HOURS, side="right")
    one, two = one[matters], two[matters]
    first = ["number", "cell", "hour"]
    parts = [
        _way(track, one[low : low + _AT_ONCE], two[low : low + _AT_ONCE], number, since, joined_us).unique(
            first, keep="first", maintain_order=True
        )
        for low in range(0, len(one), _AT_ONCE)
    ]
    return pl.concat(parts).unique(first, keep="first", maintain_order=True) if parts else pl.DataFrame()


def _way(track: Track, one: Ints, two: Ints, number: Ints, since: Ints, joined_us: int) -> pl.DataFrame:
    """As `_places`, of each of those rows and of places some 2 km apart on the way from it to the other."""
    metres, took = track.apart(one, two), track.time[two] - track.time[one]
    joined = (number[one] == number[two]) & (took <= joined_us) & (took > 0)
    parts = np.where(joined, np.clip(np.ceil(metres / _STEP_M), 1, _MOST_STEPS), 1).astype(np.int64)
    which, step = spread(np.zeros(len(parts), np.int64), parts)
    share: Floats = step / parts[which]
    lat = track.lat[one][which] + share * (track.lat[two] - track.lat[one])[which]
    lon = geo.wrap_lon(track.lon[one][which] + share * geo.wrap_lon(track.lon[two] - track.lon[one])[which])
    time = track.time[one][which] + np.rint(share * took[which]).astype(np.int64)
    hour = (time - since[one][which]) // _HOUR_US
    cell = geo.cell(lat, lon, _CELL_DEG)
    return pl.DataFrame({"number": number[one][which], "cell": cell, "hour": hour, "lat": lat, "lon": lon})
