"""What lies at least so far from anchorages, or from the shore: asked of a few cells, not of every position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake import ports as default_ports
from darkwake.errors import WrongUse
from darkwake.nearest import Ints, Nearest
from darkwake.schema import PORTS, problems

Bools = NDArray[np.bool_]

_CELLS_DEG = (0.05, 0.005)
"""Cells that are asked, and those within cells that leave it open: ships that lie still lie in few."""
_SLACK_M = 100.0  # for what the distances themselves are off by


def beyond(
    distance: Callable[[geo.Floats, geo.Floats], geo.Floats], lat: geo.Floats, lon: geo.Floats, least_m: float
) -> Bools:
    """Which positions have a distance of at least `least_m`; `distance` may change no faster than a ship moves.

    The middle of a cell speaks for all of it where it is farther from the threshold than any corner from the middle.
    """
    far = np.zeros(len(lat), np.bool_)
    unsure = np.arange(len(lat))
    for size_deg in _CELLS_DEG:
        cells, back = np.unique(geo.cell(lat[unsure], lon[unsure], size_deg), return_inverse=True)
        middle_lat, middle_lon = geo.cell_centre(cells, size_deg)
        middle = distance(np.clip(middle_lat, -90.0, 90.0), middle_lon)
        spread_m = np.radians(size_deg) * geo.EARTH_RADIUS_M + _SLACK_M  # more than half a diagonal, anywhere
        sure = middle >= least_m + spread_m
        far[unsure] = sure[back]
        unsure = unsure[(~sure & (middle > least_m - spread_m))[back]]
    far[unsure] = distance(lat[unsure], lon[unsure]) >= least_m
    return far


@dataclass(frozen=True, slots=True, eq=False)
class Anchorages:
    """Points of ports and anchorages, ready to be asked which is nearest."""

    table: pl.DataFrame
    """PORTS, sorted."""
    found: Nearest

    @classmethod
    def of(cls, ports: pl.DataFrame | None, where: str) -> Anchorages:
        """The points of a table of PORTS; None takes the package's.

        Raises:
            WrongUse: the table is not PORTS.
        """
        table = default_ports.default() if ports is None else ports
        wrong = problems(table, PORTS)
        if wrong:
            raise WrongUse(f"the table is not PORTS: {wrong[0]}", where=where, to_do="Read it with darkwake.ports.read")
        table = table.sort(list(PORTS))
        return cls(table, Nearest(table["lat"].to_numpy(), table["lon"].to_numpy()))

    def distance_m(self, lat: geo.Floats, lon: geo.Floats) -> geo.Floats:
        """Metres to the nearest point; infinity without any."""
        return self._nearest(lat, lon)[1]

    def beyond(self, lat: geo.Floats, lon: geo.Floats, least_m: float) -> Bools:
        """Which positions lie at least so far from every point."""
        if least_m <= 0 or not len(self.found):
            return np.ones(len(lat), np.bool_)
        return beyond(self.distance_m, lat, lon, least_m)

    def nearest(self, lat: geo.Floats, lon: geo.Floats) -> list[dict[str, Any] | None]:
        """port, name, country and distance_m of the nearest point to each position; None without any point."""
        if not len(self.found):
            return [None] * len(lat)
        point, metres = self._nearest(lat, lon)
        rows = self.table[point].select("port", "name", "country").iter_rows(named=True)
        return [row | {"distance_m": round(float(far), 1)} for row, far in zip(rows, metres, strict=True)]

    def _nearest(self, lat: geo.Floats, lon: geo.Floats) -> tuple[Ints, geo.Floats]:
        point, _ = self.found.find(lat, lon)
        if not len(self.found):
            return point, np.full(len(lat), np.inf)
        # the lookup is good to a metre and leans on its chunks; the distance from here does not
        to = self.table[point]
        return point, geo.distance_m(lat, lon, to["lat"].to_numpy(), to["lon"].to_numpy())
