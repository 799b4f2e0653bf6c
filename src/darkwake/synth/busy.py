"""Busy water: as many ships as real seas hold, on their ordinary business, heard by a feed with its ordinary faults.

    world = synth.busy.clean(seed=1, days=7)
    world = synth.busy.planted(seed=1, days=7)      the same, and among them what is to be found

The second holds every message of the first that no plant touches: ships that meet or drift are further ships.
docs/synth.md says how dense it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl

from darkwake import geo, land, ports, shore
from darkwake.nearest import Nearest
from darkwake.synth import mishaps, traffic
from darkwake.synth.receivers import Crowded, Outage, Reception, Satellite, Station
from darkwake.synth.traffic import Crew, Water
from darkwake.synth.ways import Place
from darkwake.synth.world import START, World, build

GULF_OF_OMAN = Water(
    "the Gulf of Oman off Fujairah",
    (56.4, 24.1, 58.2, 25.6),
    stations=(
        Station("Fujairah", 25.17, 56.36, 105, 0.93), Station("Sohar", 24.52, 56.63, 105, 0.93),
        Station("Jask", 25.64, 57.77, 115, 0.93), Station("Suwayq", 23.86, 57.44, 110, 0.93),
    ),
    satellites=tuple(Satellite(f"S{number + 1}", phase_min=37.0 * number) for number in range(4)),
    lanes=(
        ((25.75, 56.95), (25.20, 57.30), (24.75, 58.40)),
        ((25.72, 57.05), (25.35, 57.50), (24.98, 58.40)),
        ((25.75, 56.90), (25.10, 56.90), (24.70, 57.05), (24.25, 57.50), (24.10, 58.30)),
    ),
    passing_a_day=78.0,
    fishing=((24.60, 57.40), (24.32, 57.55), (25.05, 57.70)),
    pairs=6,
    tows=3,
    airport=(25.112, 56.324),
    inland=(24.15, 55.95),
    jammed=(25.15, 56.75),
    roads=(((25.190, 56.432), 42, 680.0), ((24.630, 56.760), 16, 900.0)),
    gates=(((25.75, 56.95), (25.42, 56.75)), ((24.75, 58.40), (25.10, 56.75))),
    coast=(
        ((25.176, 56.385), (25.10, 56.50), (24.66, 56.78), (24.525, 56.665)),
        ((25.362, 56.390), (25.45, 56.80), (25.57, 57.60), (25.620, 57.745)),
    ),
    coasters=8,
    pilots=((25.178, 56.385), (25.225, 56.540)),
    survey=(24.30, 57.95),
    hove_to=(24.80, 57.75),
)  # fmt: skip
"""Off the oil terminals of Fujairah: lanes, roads, a coast; two thirds of it within 50 nm of the shore."""
MID_PACIFIC = Water(
    "the Pacific across the antimeridian",
    (179.0, 5.0, 181.2, 6.8),
    stations=(Station("Buoys north", 6.3, 180.1, 130, 0.93), Station("Buoys south", 5.4, 180.2, 130, 0.93)),
    satellites=tuple(Satellite(f"S{number + 1}", phase_min=13.0 * number, chance=0.7) for number in range(10)),
    lanes=(((6.9, 178.8), (6.0, 180.0), (5.4, 181.4)), ((4.9, 179.2), (5.9, 180.1), (6.9, 181.2))),
    passing_a_day=34.0,
    fishing=((5.9, 179.9), (5.4, 180.6), (6.4, 180.3)),
    pairs=6,
    tows=1,
    airport=(-8.525, 179.196),
    inland=(-17.80, 178.00),
    jammed=(5.90, 180.05),
    survey=(5.15, 179.93),
    hove_to=(6.45, 180.02),
)
"""Open sea on both sides of 180 degrees, heard by receivers that nobody has there."""
WATERS = (GULF_OF_OMAN, MID_PACIFIC)
MOVING_S, STILL_S = 180.0, 360.0
"""A message every 3 min under way and every 6 min at rest, as a feed of one position in 18 gives it."""


def clean(seed: int, days: float = 7.0, *, water: Water | None = None) -> World:
    """Ordinary days and nothing planted; without `water`, every third seed lies across the antimeridian."""
    return mishaps.all_of(sailed(seed, days, water or of_seed(seed)))


def of_seed(seed: int) -> Water:
    """Which of WATERS a seed gets."""
    return WATERS[seed % 3 == 2]


def sailed(seed: int, days: float, water: Water) -> World:
    """Ordinary days, before the feed's faults are laid on them."""
    crew = Crew(seed, 0)
    logs = traffic.ordinary(seed, water, days, crew)
    outages = _holes(seed, days, water)
    world = build(seed, logs, reception(water), start=START, days=days, outages=outages, moving_s=MOVING_S,
                  still_s=STILL_S)  # fmt: skip
    return replace(world, roles=crew.roles, planted=())


def reception(water: Water) -> Reception:
    """Who listens; satellites hear little of crowded water."""
    return Reception(water.stations, water.satellites, (Crowded((40.0, 20.0, 70.0, 30.0), 0.1),))


def _holes(seed: int, days: float, water: Water) -> list[Outage]:
    """Once in three days or so a station is down for some hours."""
    rng = np.random.default_rng([seed, 23])
    found = []
    for _ in range(max(1, round(days / 3))):
        since = START + timedelta(hours=float(rng.uniform(2, days * 24 - 8)))
        station = water.stations[int(rng.integers(len(water.stations)))]
        found.append(Outage(since, since + timedelta(hours=float(rng.uniform(2, 7))), (station.name,)))
    return found


@dataclass(frozen=True, slots=True)
class Density:
    """How full a world is."""

    sea_km2: float
    ships_at_once: float
    """Ships that are about at a moment, heard or not, on average."""
    ships: int
    ship_days: float
    """Days from a ship's first to its last message, added up over ships."""

    @property
    def per_1000_km2(self) -> float:
        """Ships at a moment in each 1,000 km2 of sea."""
        return 1000.0 * self.ships_at_once / self.sea_km2


def density(truth: pl.DataFrame, box: land.Box) -> Density:
    """How full the sea within a box is; its east may lie beyond 180."""
    west, south, east, north = box
    lon = pl.col("lon") if east <= 180.0 else pl.when(pl.col("lon") < 0).then(pl.col("lon") + 360).otherwise("lon")
    inside = truth.filter(lon.is_between(west, east), pl.col("lat").is_between(south, north))
    slots = inside.group_by(pl.col("time").dt.truncate("10m")).agg(pl.col("ship").n_unique())
    dry = 0.0 if east > 180.0 else float(land.mask(box, 0.01).mean())
    area = (north - south) * (east - west) * (60 * geo.METRES_PER_NM / 1000) ** 2
    area *= float(np.cos(np.radians((south + north) / 2))) * (1 - dry)
    span = inside.group_by("ship").agg((pl.col("time").max() - pl.col("time").min()).dt.total_seconds() / 86_400)
    times = truth.select((pl.col("time").max() - pl.col("time").min()).dt.total_minutes() / 10 + 1).item()
    return Density(
        round(area), float(slots["ship"].sum()) / times, inside["ship"].n_unique(), float(span["time"].sum())
    )


class Places:
    """Where in a water things can be planted: sea of a given distance from shore, ports and the usual crowds."""

    def __init__(self, water: Water) -> None:
        west, south, east, north = water.box
        up, right = np.meshgrid(np.arange(south, north, 0.02), np.arange(west, east, 0.02), indexing="ij")
        self.lat, self.lon = up.ravel(), right.ravel()
        wrapped = geo.wrap_lon(self.lon)
        self.shore_m = shore.shore_m(self.lat, wrapped)
        harbours = ports.default().select("lat", "lon").to_numpy()
        crowds = [middle for middle, _, _ in water.roads] + ([water.pilots[1]] if water.pilots else [])
        self.port_m = Nearest(harbours[:, 0], harbours[:, 1]).find(self.lat, wrapped)[1]
        self.crowd_m = np.full(len(self.lat), np.inf)
        for lat, lon in crowds:
            np.minimum(self.crowd_m, geo.distance_m(lat, lon, self.lat, wrapped), out=self.crowd_m)

    def draw(
        self, rng: np.random.Generator, *, shore_km: tuple[float, float] = (3.0, 1e9), port_km: float = 13.0,
        crowd_km: float = 8.0,
    ) -> Place:  # fmt: skip
        """A place at sea whose distance from shore lies between those, and from ports and crowds beyond those."""
        fit = (self.shore_m > shore_km[0] * 1000) & (self.shore_m < shore_km[1] * 1000)
        fit &= (self.port_m > port_km * 1000) & (self.crowd_m > crowd_km * 1000)
        at = rng.choice(np.flatnonzero(fit))
        return float(self.lat[at] + rng.uniform(0, 0.01)), float(self.lon[at] + rng.uniform(0, 0.01))
