"""The way by sea: routes that never cross land, and how far it is when one has to go round it.

A box is cut into cells. A cell is open when no outline of the 10m land touches it and its centre is water, so a line
that stays in open cells stays off the land. The shortest way over open cells goes in sixteen directions; afterwards
it is pulled straight wherever the line between two of its points is as far from land as the way was, which turns the
staircase into a ship's route. Cells near land cost more (`keep_off_m`), because ships keep off the coast.

What it does not know: depth, traffic schemes, canals (Suez, Panama and Kiel are land to it), and straits narrower
than two cells. A box may cross the antimeridian; its east is then beyond 180.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkwake import geo, land
from darkwake.errors import WrongUse

Point = tuple[float, float]
"""Latitude and longitude in degrees."""
Line = tuple[geo.Floats, geo.Floats]
"""Latitudes and longitudes of the points of a line, to be joined straight in latitude and longitude."""

_STEPS = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
_PAD = 2  # blocked cells round the box, as wide as the longest step, so that no step leaves the array
_POND = 60  # a start from which fewer cells can be reached lies in a pond or a river, not in the sea
_SNAP_M = 120_000.0  # the farthest a place may lie from open water and still be called a place on the sea


def _directions() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sixteen steps (16, 2) as rows and columns, and the two cells (16, 2, 2) that each must find open."""
    steps, vias = [], []
    for up, right in _STEPS:
        for sign_row in (1, -1):
            for sign_column in (1, -1):
                step = (up * sign_row, right * sign_column)
                if step in steps:
                    continue
                steps.append(step)
                if up == 1 and right == 1:
                    vias.append(((step[0], 0), (0, step[1])))
                elif up + right == 3:
                    near = (0, sign_column) if right == 2 else (sign_row, 0)
                    vias.append((near, (sign_row, sign_column)))
                else:
                    vias.append((step, step))
    return np.array(steps), np.array(vias)


_STEP, _VIA = _directions()
_KEPT = 2
"""Searches that a sea remembers: from both ends of one silence."""


class Sea:
    """The open water of a box, `(west, south, east, north)` in degrees, in cells of `cell_deg` degrees."""

    def __init__(
        self,
        box: land.Box,
        cell_deg: float = 0.05,
        *,
        keep_off_m: float = 9_000.0,
        generous: bool = False,
        canals: Sequence[Line] = (),
    ) -> None:
        """Read the land of the box.

        With `generous` a cell is shut only where it is land all over, and a step may squeeze past a shut corner, so no
        strait is closed: for asking what cannot be ruled out, not for a line to draw. `canals` are open as well.
        """
        west, south, east, north = box
        if not (-180 <= west < east <= west + 360 and west < 180 and -90 <= south < north <= 90):
            raise WrongUse(f"the box {box} is not west, south, east, north", to_do="Give degrees, west below east")
        self.box, self.cell_deg = box, cell_deg
        self._keep = round(keep_off_m / (cell_deg * 60 * geo.METRES_PER_NM))
        self._generous = generous
        # beyond 180 the land stands under its own longitudes again
        halves = [box] if east <= 180 else [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]
        shut = np.concatenate([_touched(half, cell_deg, generous=generous) for half in halves], axis=1)
        for lat, lon in canals:
            along = np.linspace(0, len(lat) - 1, 2 + round(4 * float(np.abs(np.diff([lat, lon])).sum()) / cell_deg))
            row, column = (np.interp(along, np.arange(len(lat)), ends) for ends in (lat, lon))
            row, column = np.floor((row - south) / cell_deg), np.floor(self._from_west(column) / cell_deg)
            here = (row >= 0) & (row < shut.shape[0]) & (column >= 0) & (column < shut.shape[1])
            shut[row[here].astype(np.int64), column[here].astype(np.int64)] = False
        inner = _levels(shut, self._keep + 1)
        self._level: NDArray[np.uint8] = np.pad(inner, _PAD)
        self._shape = self._level.shape
        self._flat = self._level.ravel()
        self._trees: dict[Point, _Tree] = {}
        self._approaches: dict[tuple[Point, Point], Line] = {}

    def is_open(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
        """Whether each position lies in an open cell of the box."""
        row, column = self._cells_of(np.asarray(lat, float), np.asarray(lon, float))
        result: NDArray[np.bool_] = self._level[row, column] > 0
        return result

    def off_land_m(self, lat: ArrayLike, lon: ArrayLike) -> geo.Floats:
        """How far from land each position is at least, in metres, up to about `keep_off_m`; 0 in cells not open."""
        row, column = self._cells_of(np.asarray(lat, float), np.asarray(lon, float))
        cells = np.maximum(self._level[row, column].astype(float) - 1.0, 0.0)
        across = self.cell_deg * 60 * geo.METRES_PER_NM * np.cos(np.radians(np.asarray(lat, float)))
        result: geo.Floats = cells * across
        return result

    def path(self, start: Point, end: Point) -> Line:
        """The way from `start` to `end` as the points where it turns, both ends included.

        An end that does not lie in open water (a port lies on the coast) is joined to the nearest open cell, first
        on cells five times finer and only then straight.

        Raises:
            WrongUse: an end is not near open water in the box, or no water joins the two.
        """
        return self.paths(start, [end])[0]

    def paths(self, start: Point, ends: Sequence[Point]) -> list[Line]:
        """As `path`, to several ends; the search from `start` is done once for all of them."""
        tree = self._tree(start)
        return [self._line(tree, start, end) for end in ends]

    def distance_m(self, start: Point, end: Point) -> float:
        """Metres by sea along `path`; infinite where no water of the box joins the two."""
        tree = self._tree(start)
        if self._nearest(end, np.isfinite(tree.cost)) is None:
            return float("inf")
        lat, lon = self._line(tree, start, end)
        return float(geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())

    def distances_from(self, start: Point, lat: ArrayLike, lon: ArrayLike) -> geo.Floats:
        """Metres by sea from `start` to each position, infinite where it cannot be reached within the box.

        One search answers for all positions. The way goes in sixteen directions and is not pulled straight, so a
        distance is too long by up to 2.8 %, never too short by more than a cell; use `keep_off_m=0`, or the extra
        cost of water near land counts as distance.
        """
        tree = self._tree(start)
        reached = np.isfinite(tree.cost)
        lats, lons = np.asarray(lat, float).ravel(), np.asarray(lon, float).ravel()
        row, column = self._cells_of(lats, lons)
        cells = row * self._shape[1] + column
        # a position in a cell that was reached has none nearer; the others are looked for one by one
        for number in np.flatnonzero(~reached[cells]):
            nearest = self._nearest((float(lats[number]), float(lons[number])), reached)
            cells[number] = -1 if nearest is None else nearest
        found = np.full(len(lats), np.inf)
        (there,) = np.nonzero(cells >= 0)
        to_lat, to_lon = self._centres(cells[there])
        away = geo.distance_m(lats[there], lons[there], to_lat, to_lon)
        found[there] = tree.cost[cells[there]] + away + self._apart(start, tree.root)
        return found.reshape(np.shape(np.asarray(lat)))

    def field_from(self, start: Point) -> geo.Floats:
        """Metres by sea from `start` to the middle of every cell, shape (rows, columns), row 0 in the south.

        Infinite where it is shut or cannot be reached. As long or short as `distances_from`.
        """
        tree = self._tree(start)
        inner = tree.cost.reshape(self._shape)[_PAD:-_PAD, _PAD:-_PAD]
        result: geo.Floats = inner + self._apart(start, tree.root)
        return result

    # --- cells ---

    def _cells_of(self, lat: geo.Floats, lon: geo.Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        row = np.floor((lat - self.box[1]) / self.cell_deg).astype(np.int64) + _PAD
        column = np.floor(self._from_west(lon) / self.cell_deg).astype(np.int64) + _PAD
        outside = (row < _PAD) | (column < _PAD) | (row >= self._shape[0] - _PAD) | (column >= self._shape[1] - _PAD)
        return np.where(outside, 0, row), np.where(outside, 0, column)

    def _centres(self, cells: ArrayLike) -> Line:
        row, column = np.divmod(np.asarray(cells, np.int64), self._shape[1])
        west, south, _, _ = self.box
        return south + (row - _PAD + 0.5) * self.cell_deg, west + (column - _PAD + 0.5) * self.cell_deg

    def _from_west(self, lon: ArrayLike) -> geo.Floats:
        """Degrees east of the box's west edge; below 0 on its western side, whatever the turn of the earth."""
        west, _, east, _ = self.box
        middle = (west + east) / 2
        result: geo.Floats = geo.wrap_lon(np.asarray(lon, float) - middle) + (middle - west)
        return result

    def _apart(self, point: Point, cell: int) -> float:
        lat, lon = self._centres(cell)
        return float(geo.distance_m(point[0], point[1], lat, lon))

    def _nearest(self, point: Point, allowed: NDArray[np.bool_]) -> int | None:
        """The allowed cell nearest to `point`, looked for in rings that widen; None where there is none near."""
        row = int(np.floor((point[0] - self.box[1]) / self.cell_deg)) + _PAD
        column = int(np.floor(self._from_west(point[1]) / self.cell_deg)) + _PAD
        grid = allowed.reshape(self._shape)
        wide, limit = 2, int(_SNAP_M / (self.cell_deg * 60 * geo.METRES_PER_NM)) + 2
        while True:
            low, left = max(row - wide, 0), max(column - wide, 0)
            window = np.argwhere(grid[low : max(row + wide + 1, 0), left : max(column + wide + 1, 0)])
            if len(window):
                cells = (window[:, 0] + low) * self._shape[1] + window[:, 1] + left
                away = geo.distance_m(point[0], point[1], *self._centres(cells))
                best = int(np.argmin(away))
                # a window is square in degrees: what lies nearer in metres may still be outside a small one
                if away[best] < wide * self.cell_deg * 60 * geo.METRES_PER_NM * np.cos(np.radians(point[0])):
                    return int(cells[best])
                if wide >= limit:
                    return int(cells[best]) if away[best] <= _SNAP_M else None
            elif wide >= limit:
                return None
            wide *= 2

    # --- the search ---

    def _tree(self, start: Point) -> _Tree:
        if start in self._trees:
            return self._trees[start]
        allowed = self._flat > 0
        while True:
            root = self._nearest(start, allowed)
            if root is None:
                raise WrongUse(
                    f"no open water within {_SNAP_M / 1000:.0f} km",
                    where=f"{start[0]:.3f}, {start[1]:.3f} in the box {self.box}",
                    to_do="Give a place on the sea, a wider box, or smaller cells",
                )
            tree = self._grow(root)
            reached = np.isfinite(tree.cost)
            if reached.sum() >= _POND:
                if len(self._trees) >= _KEPT:
                    del self._trees[next(iter(self._trees))]
                self._trees[start] = tree
                return tree
            allowed &= ~reached

    def _grow(self, root: int) -> _Tree:
        """Shortest ways from one cell to all, a belt of cells at a time (delta-stepping), so that numpy does the work.

        A belt holds the cells whose cost falls within one cell's height; it is repeated until nothing in it improves,
        and is then final.
        """
        width = self._shape[1]
        offset = _STEP[:, 0] * width + _STEP[:, 1]
        via = _VIA[:, :, 0] * width + _VIA[:, :, 1]
        metres = self._step_metres() / 2  # halved, to be paid at the price of both cells
        open_ = self._flat > 0
        dear = _dearness(self._keep)[self._flat]
        belt_m = self.cell_deg * 60 * geo.METRES_PER_NM
        cost = np.full(self._flat.size, np.inf)
        came = np.full(self._flat.size, -1, dtype=np.int8)
        stamp = np.zeros(self._flat.size, dtype=np.int64)
        cost[root] = 0.0
        belts: dict[int, list[NDArray[np.int64]]] = {0: [np.array([root])]}
        number = 0
        while belts:
            if number not in belts:
                number = min(belts)
            while number in belts:
                cells = _once(np.concatenate(belts.pop(number)), stamp)
                cells = cells[(cost[cells] // belt_m).astype(np.int64) == number]
                to = cells[:, None] + offset
                new = cost[cells, None] + metres[cells // width] * (dear[cells, None] + dear[to])
                better = np.flatnonzero((new < cost[to] - 1e-6) & open_[to])
                cell, way = np.divmod(better, len(_STEP))
                vias = open_[cells[cell, None] + via[way]]
                clear = vias.any(axis=1) if self._generous else vias.all(axis=1)
                better, way = better[clear], way[clear]
                to, new = to.ravel()[better], new.ravel()[better]
                order = np.argsort(-new, kind="stable")  # the cheapest is written last, and stands
                cost[to[order]], came[to[order]] = new[order], way[order]
                to = _once(to, stamp)
                belt = (cost[to] // belt_m).astype(np.int64)
                for later in range(belt.min(initial=number + 1), belt.max(initial=number) + 1):
                    here = to[belt == later]
                    if len(here):
                        belts.setdefault(later, []).append(here)
            number += 1
        return _Tree(root, cost, came)

    def _step_metres(self) -> geo.Floats:
        """Length of each of the sixteen steps from each row, shape (rows, 16)."""
        row = np.arange(self._shape[0])
        lat = np.clip(self.box[1] + (row - _PAD + 0.5) * self.cell_deg, -90, 90)[:, None]
        return geo.distance_m(
            lat, 0.0, np.clip(lat + _STEP[:, 0] * self.cell_deg, -90, 90), _STEP[:, 1] * self.cell_deg
        )

    # --- from cells to a line ---

    def _line(self, tree: _Tree, start: Point, end: Point) -> Line:
        target = self._nearest(end, np.isfinite(tree.cost))
        if target is None:
            raise WrongUse(
                "no water joins the two places",
                where=f"{start[0]:.3f}, {start[1]:.3f} and {end[0]:.3f}, {end[1]:.3f} in the box {self.box}",
                to_do="Give a wider box, or smaller cells where a strait is narrow",
            )
        offset = _STEP[:, 0] * self._shape[1] + _STEP[:, 1]
        cells = [target]
        while cells[-1] != tree.root:
            cells.append(cells[-1] - int(offset[tree.came[cells[-1]]]))
        lat, lon = self._centres(cells[::-1])
        first, last = self._approach(start, tree.root), self._approach(end, target)
        # an end in open water takes the place of its cell's centre; any other is joined to the centre
        if not len(first[0]):
            lat[0], lon[0] = start
        if not len(last[0]):
            if len(cells) == 1:
                lat, lon = np.append(lat, end[0]), np.append(lon, end[1])
            lat[-1], lon[-1] = end
        lat, lon = self._pulled(lat, lon)
        return np.concatenate([first[0], lat, last[0][::-1]]), np.concatenate([first[1], lon, last[1][::-1]])

    def _approach(self, point: Point, cell: int) -> Line:
        """From a place to its open cell, without the cell's centre: on finer cells, then straight; empty inside."""
        row, column = self._cells_of(np.asarray(point[0]), np.asarray(point[1]))
        if int(row * self._shape[1] + column) == cell:
            return np.empty(0), np.empty(0)
        if self.cell_deg < 0.012:
            return np.array([point[0]]), np.array([point[1]])
        there = self._centres(cell)
        centre = float(there[0]), float(there[1])
        if (point, centre) in self._approaches:
            return self._approaches[point, centre]
        pad = 4 * self.cell_deg
        (south, north), (west, east) = sorted((point[0], centre[0])), sorted((point[1], centre[1]))
        box = (max(west - pad, -180), max(south - pad, -90), min(east + pad, 180), min(north + pad, 90))
        fine = Sea(box, self.cell_deg / 5, keep_off_m=0.0)
        lat, lon = fine.path(centre, point)
        self._approaches[point, centre] = lat[:0:-1], lon[:0:-1]
        return self._approaches[point, centre]

    def _pulled(self, lat: geo.Floats, lon: geo.Floats) -> Line:
        """The same way with as few turns as the view allows: from each point on to the farthest that is in view."""
        if len(lat) < 3:
            return lat, lon
        row, column = self._cells_of(lat, lon)
        level = np.minimum(self._level[row, column], self._keep + 1)
        turns, here, end = [0], 0, len(lat) - 1
        while here < end:
            near, far = here + 1, here + 2  # near is in view always: it is one step away
            while far <= end and self._in_view(lat, lon, here, far, level):
                near, far = far, here + 2 * (far - here)
            far = min(far, end + 1)
            while far - near > 1:
                middle = (near + far) // 2
                if self._in_view(lat, lon, here, middle, level):
                    near = middle
                else:
                    far = middle
            turns.append(near)
            here = near
        return lat[turns], lon[turns]

    def _in_view(self, lat: geo.Floats, lon: geo.Floats, one: int, two: int, level: NDArray[np.uint8]) -> bool:
        """Whether the straight line keeps off land at least as far as the way between the two points does."""
        longest = max(abs(lat[two] - lat[one]), abs(lon[two] - lon[one]))
        along = np.linspace(0.0, 1.0, int(longest / self.cell_deg * 4) + 2)
        row, column = self._cells_of(lat[one] + along * (lat[two] - lat[one]), lon[one] + along * (lon[two] - lon[one]))
        return bool((self._level[row, column] >= level[one : two + 1].min()).all())


class _Tree:
    """Shortest ways from the cell `root`: cost in metres to each cell, and the step by which each was entered."""

    def __init__(self, root: int, cost: geo.Floats, came: NDArray[np.int8]) -> None:
        self.root, self.cost, self.came = root, cost, came


def _once(cells: NDArray[np.int64], stamp: NDArray[np.int64]) -> NDArray[np.int64]:
    """The cells without repeats; `stamp` is room for one number a cell and is written over."""
    turn = np.arange(len(cells))
    stamp[cells] = turn
    result: NDArray[np.int64] = cells[stamp[cells] == turn]
    return result


def _dearness(keep: int) -> geo.Floats:
    """What a metre costs at each level: 2.2 beside the land, 1 from `keep` cells off."""
    level = np.arange(keep + 2)
    return np.where(level > keep, 1.0, 1.0 + 1.2 * (keep + 1 - level) / max(keep, 1))


def _touched(box: land.Box, cell_deg: float, *, generous: bool = False) -> NDArray[np.bool_]:
    """Cells whose centre is land, or that an outline of land runs through, so that no small island is overlooked.

    With `generous` those whose centre is land and that no outline runs through.
    """
    west, south, _, _ = box
    found = land.mask(box, cell_deg, "10m").copy()
    for ring in land.rings_in(box, "10m"):
        low, high = np.minimum(ring[:-1], ring[1:]), np.maximum(ring[:-1], ring[1:])
        near = np.flatnonzero(((high >= box[:2]) & (low <= box[2:])).all(axis=1))
        one, two = ring[near], ring[near + 1]
        parts = np.maximum(1, np.ceil(np.abs(two - one).max(axis=1, initial=0) / (cell_deg / 3))).astype(np.int64)
        edge = np.repeat(np.arange(len(parts)), parts)
        along = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[edge]
        point = one[edge] + (two[edge] - one[edge]) * along[:, None]
        row = np.floor((point[:, 1] - south) / cell_deg).astype(np.int64)
        column = np.floor((point[:, 0] - west) / cell_deg).astype(np.int64)
        inside = (row >= 0) & (column >= 0) & (row < found.shape[0]) & (column < found.shape[1])
        found[row[inside], column[inside]] = not generous
    return found


def _levels(closed: NDArray[np.bool_], most: int) -> NDArray[np.uint8]:
    """How many cells each cell is away from a closed one, 0 for the closed, `most` for all that are farther."""
    level = np.where(closed, 0, most).astype(np.uint8)
    near = closed
    for number in range(1, most):
        wide = np.pad(near, 1)
        across = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
        near = across[:-2] | across[1:-1] | across[2:]
        level[near & (level == most)] = number
    return level
