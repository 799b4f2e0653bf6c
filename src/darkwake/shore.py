"""How far it is to the shore, what is land, and whether a line crosses it: the outlines of the 10m land.

The outlines are cut into pieces of at most 2 km. `shore_m` is the distance to the nearest piece, right to a few
metres; what the outlines themselves leave out is another matter. Natural Earth's 10m land is drawn for maps of
1:10,000,000: its coast lies some hundred metres off, now and then a kilometre or two, and harbour basins, rivers and
the smallest islands are not in it.

Made when first asked for, in about two seconds; some 70 MB stay in memory (the process peaks at 0.35 GB meanwhile).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkwake import geo, land
from darkwake.nearest import Ints, Nearest, spread

Bools = NDArray[np.bool_]

HARBOUR_M = 5_000.0
"""From an end that the outlines place on land (a berth, a river), a line may cross the shore this far and still be at
sea: harbour basins are not in the outlines."""
_PIECE_M = 2_000.0
_CELL_DEG = 0.1
_ACROSS, _TALL = geo.columns(_CELL_DEG), round(180.0 / _CELL_DEG)
_BAND_DEG = 10  # the mask is made in bands of latitude, which bounds what it needs on the way
_STEP_M = 10_000.0  # a great circle is followed in straight steps of this length: 4 m off at 60° north
_ICE_DEG = 85.0  # beyond: no land in the north, no water in the south
_MAKING = Lock()
_CHUNK = 200_000
"""Steps of lines, or positions, looked at at a time: bounds memory, changes no number."""


def shore_m(lat: ArrayLike, lon: ArrayLike) -> geo.Floats:
    """Metres from each position (degrees) to the nearest outline of land; 0 on land."""
    lats, lons = _flat(lat, lon)
    found = np.zeros(len(lats))
    water = np.flatnonzero(~on_land(lats, lons))
    if len(water):
        found[water] = _coast().nearest.find(lats[water], lons[water])[1]
    return found.reshape(np.shape(np.asarray(lat, float)))


def inland_m(lat: ArrayLike, lon: ArrayLike) -> geo.Floats:
    """Metres from each position (degrees) on land to the nearest outline of land; 0 on water.

    Only the Caspian is a lake of the outlines: other lakes, rivers and canals count as land.
    """
    lats, lons = _flat(lat, lon)
    found = np.zeros(len(lats))
    dry = np.flatnonzero(on_land(lats, lons))
    if len(dry):
        found[dry] = _coast().nearest.find(lats[dry], lons[dry])[1]
    return found.reshape(np.shape(np.asarray(lat, float)))


def on_land(lat: ArrayLike, lon: ArrayLike) -> Bools:
    """Whether each position lies within the outlines of land, and in no lake of theirs."""
    lats, lons = _flat(lat, lon)
    if not len(lats):
        return np.zeros(np.shape(np.asarray(lat)), np.bool_)
    coast = _coast()
    row = np.clip(np.floor((lats + 90.0) / _CELL_DEG).astype(np.int64), 0, _TALL - 1)
    column = np.floor((geo.wrap_lon(lons) + 180.0) / _CELL_DEG).astype(np.int64) % _ACROSS
    land_here: Bools = coast.mask[row, column].copy()
    # the cell's middle is known; each outline between it and the position changes land to water, or back
    middle_lat, middle_lon = geo.cell_centre(row * _ACROSS + column, _CELL_DEG)
    here = geo.wrap_lon(lons)
    first, after = coast.pieces_in(row * _ACROSS + column)
    for at in range(0, len(lats), _CHUNK):
        which, slot = spread(first[at : at + _CHUNK], after[at : at + _CHUNK])
        which += at
        piece = coast.listed[slot]
        met = _meet(
            *coast.ends(piece, np.zeros(len(piece))), here[which], lats[which], middle_lon[which], middle_lat[which]
        )
        land_here ^= (np.bincount(which[met], minlength=len(lats)) % 2).astype(np.bool_)
    return land_here.reshape(np.shape(np.asarray(lat, float)))


def crosses_land(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> Bools:
    """Whether the great circle between each pair of positions runs over land.

    At an end that the outlines place on land, what is crossed within `HARBOUR_M` of it does not count. South of 85°
    south counts as land, north of 85° north as water.
    """
    lat1, lon1 = _flat(lat1, lon1)
    lat2, lon2 = _flat(lat2, lon2)
    if not len(lat1):
        return np.zeros(0, np.bool_)
    far = geo.distance_m(lat1, lon1, lat2, lon2)
    moored = on_land(lat1, lon1), on_land(lat2, lon2)
    over, any_shore = np.zeros(len(far), np.bool_), np.zeros(len(far), np.bool_)
    steps = np.maximum(1, np.ceil(far / _STEP_M)).astype(np.int64)
    ends = np.cumsum(steps)
    cuts = np.unique(np.searchsorted(ends, np.arange(0, ends[-1], _CHUNK)))
    for begin, stop in pairwise([*cuts, len(far)]):
        few = slice(begin, stop)
        line, along = _crossings(lat1[few], lon1[few], lat2[few], lon2[few], far[few], steps[few])
        line += begin
        any_shore[line] = True
        near_one = moored[0][line] & (along <= HARBOUR_M)
        near_two = moored[1][line] & (far[line] - along <= HARBOUR_M)
        over[line[~near_one & ~near_two]] = True
    inland = moored[0] & moored[1] & ~any_shore & (far > HARBOUR_M)
    return over | inland


def _crossings(
    lat1: geo.Floats, lon1: geo.Floats, lat2: geo.Floats, lon2: geo.Floats, far: geo.Floats, steps: Ints
) -> tuple[Ints, geo.Floats]:
    """Where the lines meet the shore: the number of the line, and the metres from its start; some of them twice."""
    coast = _coast()
    line, step = spread(np.zeros(len(steps), np.int64), steps + 1)
    bearing = geo.bearing_deg(lat1, lon1, lat2, lon2)
    lat, lon = geo.destination(lat1[line], lon1[line], bearing[line], far[line] * step / steps[line])
    here = np.flatnonzero(line[1:] == line[:-1])
    x1, y1, y2 = lon[here], lat[here], lat[here + 1]
    x2 = x1 + geo.wrap_lon(lon[here + 1] - x1)
    icy = np.flatnonzero(np.maximum(y1, y2) < -_ICE_DEG)
    looked = np.flatnonzero((np.abs(y1) <= _ICE_DEG) & (np.abs(y2) <= _ICE_DEG))
    at, row, column = _cells(x1[looked], y1[looked], x2[looked], y2[looked])
    first, after = coast.pieces_in(row * _ACROSS + column % _ACROSS)
    pair, slot = spread(first, after)
    piece, segment = coast.listed[slot], looked[at[pair]]
    shift = np.asarray(column[pair] // _ACROSS * 360.0, float)
    shore, way = coast.ends(piece, shift), (x1[segment], y1[segment], x2[segment], y2[segment])
    met = np.flatnonzero(_meet(*shore, *way))
    share = _share(*(end[met] for end in shore), *(end[met] for end in way))
    found = here[segment[met]]
    whole = here[icy]
    number = np.concatenate([line[found], line[whole]])
    part = np.concatenate([step[found] + share, step[whole] + 0.5])
    return number, far[number] * part / steps[number]


def _share(
    ax: geo.Floats, ay: geo.Floats, bx: geo.Floats, by: geo.Floats,
    px: geo.Floats, py: geo.Floats, qx: geo.Floats, qy: geo.Floats,
) -> geo.Floats:  # fmt: skip
    """How far along the way from p to q it meets the line through a and b, 0 to 1."""
    p = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    q = (bx - ax) * (qy - ay) - (by - ay) * (qx - ax)
    return np.divide(p, p - q, out=np.zeros(len(p)), where=p != q)


def _meet(
    ax: geo.Floats, ay: geo.Floats, bx: geo.Floats, by: geo.Floats,
    px: geo.Floats, py: geo.Floats, qx: geo.Floats, qy: geo.Floats,
) -> Bools:  # fmt: skip
    """Whether the way from p to q crosses the piece from a to b; through a joint of two pieces it crosses just one."""
    a = (qx - px) * (ay - py) - (qy - py) * (ax - px) > 0
    b = (qx - px) * (by - py) - (qy - py) * (bx - px) > 0
    p = (bx - ax) * (py - ay) - (by - ay) * (px - ax) > 0
    q = (bx - ax) * (qy - ay) - (by - ay) * (qx - ax) > 0
    result: Bools = (a != b) & (p != q)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Coast:
    """The pieces of the outlines, and which of them lie in each cell of 0.1°."""

    lines: NDArray[np.float64]
    """Shape (pieces, 4): lon and lat of both ends, from 180° west to 180° east."""
    cells: Ints
    """Numbers of the cells that a piece may run through, rising."""
    first: Ints
    """Where the pieces of each of them begin in `listed`; one longer than `cells`."""
    listed: NDArray[np.int32]
    mask: Bools
    """Shape (1800, 3600): whether the middle of each cell is land."""
    nearest: Nearest

    def pieces_in(self, cell: Ints) -> tuple[Ints, Ints]:
        """Where in `listed` the pieces of each cell begin and end."""
        slot = np.minimum(np.searchsorted(self.cells, cell), len(self.cells) - 1)
        held = self.cells[slot] == cell
        return np.where(held, self.first[slot], 0), np.where(held, self.first[slot + 1], 0)

    def ends(
        self, piece: NDArray[np.int32], shift: geo.Floats
    ) -> tuple[geo.Floats, geo.Floats, geo.Floats, geo.Floats]:
        """Both ends of pieces, moved by `shift` degrees to the east: lon, lat, lon, lat."""
        line = self.lines[piece]
        return line[:, 0] + shift, line[:, 1], line[:, 2] + shift, line[:, 3]


def _coast() -> _Coast:
    with _MAKING:  # threads that ask at once would each make it
        return _made()


@cache
def _made() -> _Coast:
    lines = np.concatenate([_pieces(ring) for ring in land.rings("10m")])
    at, row, column = _cells(*lines.T)
    # a piece beyond 180° stands a second time, shifted, in another copy of its outline
    inside = (column >= 0) & (column < _ACROSS) & (row >= 0) & (row < _TALL)
    at, cell = at[inside], (row * _ACROSS + column)[inside]
    used, renamed = np.unique(at, return_inverse=True)
    lines = lines[used]
    order = np.argsort(cell, kind="stable")
    cells, first = np.unique(cell[order], return_index=True)
    bands = [land.mask((-180, south, 180, south + _BAND_DEG), _CELL_DEG) for south in range(-90, 90, _BAND_DEG)]
    return _Coast(
        lines=lines,
        cells=cells,
        first=np.append(first, len(cell)).astype(np.int64),
        listed=renamed[order].astype(np.int32),
        mask=np.concatenate(bands),
        nearest=Nearest(lines[:, 1], lines[:, 0], lines[:, 3], lines[:, 2]),
    )


def _pieces(ring: land.Ring) -> NDArray[np.float64]:
    """An outline cut into pieces, shape (pieces, 4), without the seams that close it along 180° and the pole."""
    one, two = ring[:-1], ring[1:]
    seam = (np.abs(np.abs(geo.wrap_lon(ring[:, 0])) - 180.0) < 1e-6) | (ring[:, 1] < -89.999)
    real = ~(seam[:-1] & seam[1:])
    one, two = one[real], two[real]
    count = np.maximum(1, np.ceil(geo.distance_m(one[:, 1], one[:, 0], two[:, 1], two[:, 0]) / _PIECE_M))
    edge, number = spread(np.zeros(len(count), np.int64), count.astype(np.int64))
    start, parts = one[edge], count[edge, None]
    begin = start + (two[edge] - start) * (number[:, None] / parts)
    # a joint is one and the same number on both sides, or a line might slip through
    end = np.where(
        number[:, None] + 1 == parts, two[edge], start + (two[edge] - start) * ((number[:, None] + 1) / parts)
    )
    return np.column_stack([begin, end])


def _cells(x1: geo.Floats, y1: geo.Floats, x2: geo.Floats, y2: geo.Floats) -> tuple[Ints, Ints, Ints]:
    """Each cell that the bounding box of each line touches: number of the line, row, column (beyond 180° run on)."""
    west = np.floor((np.minimum(x1, x2) + 180.0) / _CELL_DEG).astype(np.int64)
    east = np.floor((np.maximum(x1, x2) + 180.0) / _CELL_DEG).astype(np.int64)
    south = np.floor((np.minimum(y1, y2) + 90.0) / _CELL_DEG).astype(np.int64)
    north = np.floor((np.maximum(y1, y2) + 90.0) / _CELL_DEG).astype(np.int64)
    wide = east - west + 1
    line, number = spread(np.zeros(len(wide), np.int64), wide * (north - south + 1))
    return line, south[line] + number // wide[line], west[line] + number % wide[line]


def _flat(lat: ArrayLike, lon: ArrayLike) -> tuple[geo.Floats, geo.Floats]:
    return np.asarray(lat, float).ravel(), np.asarray(lon, float).ravel()
