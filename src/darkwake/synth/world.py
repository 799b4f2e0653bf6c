"""A world whose truth is known: where each ship was, what of it was heard, and what was planted in it.

`make` gives small worlds on open lanes, for tests and for measuring the silence test; the demo builds its own from
the same pieces by `build`. The same seed gives the same world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from darkwake.errors import WrongUse
from darkwake.land import Box
from darkwake.schema import POSITIONS, TIME
from darkwake.synth import fleet, receivers, said
from darkwake.synth.fleet import Ship
from darkwake.synth.receivers import Crowded, Outage, Reception, Satellite, Station
from darkwake.synth.sailing import Log, Route, route


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """A transmitter that is off from `start` to `end`."""

    ship: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that was put into a world and should be found again."""

    kind: str
    """switch_off, dark_port_call, receiver_outage, area_outage, poor_reception, listed_ship; encounter, dark_encounter,
    loitering, false_identity, false_position, interference or draught."""
    ship: int | None
    """Its MMSI; None where it befell all ships of a place."""
    start: datetime
    end: datetime
    lat: float
    lon: float
    says: str
    radius_m: float | None = None
    """How far round the place, for what befell a place."""
    other: int | None = None
    """The second ship's MMSI, or the second number of one ship."""
    pattern: str | None = None
    """Which kind of its kind, such as "clone" of a false identity."""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        more = {"other": self.other, "pattern": self.pattern}
        return {
            "kind": self.kind, "ship": self.ship, "start": f"{self.start.isoformat(timespec='seconds')}Z",
            "end": f"{self.end.isoformat(timespec='seconds')}Z", "lat": round(self.lat, 4), "lon": round(self.lon, 4),
            "says": self.says, "radius_m": self.radius_m,
            **{name: value for name, value in more.items() if value is not None},
        }  # fmt: skip

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Planted:
        """The same back from `as_dict`."""
        times = {name: datetime.fromisoformat(plain[name]).replace(tzinfo=None) for name in ("start", "end")}
        return cls(**{**plain, **times})


@dataclass(frozen=True, slots=True)
class World:
    """Ships, every message that they sent or would have sent, and what became of it."""

    seed: int
    start: datetime
    end: datetime
    ships: tuple[Ship, ...]
    messages: pl.DataFrame
    """POSITIONS as sent, and two more columns: phase (row of `phases`) and heard; sorted by ship, time.

    Where a ship lied or a receiver erred (`lies`), also hull, true_time, true_lat, true_lon and claim.
    """
    phases: pl.DataFrame
    """phase, destination, draught_m, eta: what the ships said of their voyages."""
    planted: tuple[Planted, ...]
    stations: tuple[Station, ...]
    claims: pl.DataFrame | None = None
    """What a message said of its ship where that is not what `ships` says, see `said.CLAIMS`."""
    roles: Mapping[int, str] = field(default_factory=dict)
    """MMSI -> what the ship is about, in busy water; empty elsewhere."""

    @property
    def truth(self) -> pl.DataFrame:
        """POSITIONS of every ship all the time, switched off or not; `receiver` is null where nobody heard it.

        The truth even where a ship lied: each under its own number, where it was.
        """
        true = self.messages
        if "hull" in true.columns:
            own = {"ship": "hull", "time": "true_time", "lat": "true_lat", "lon": "true_lon"}
            true = true.with_columns(pl.col(name).alias(said) for said, name in own.items()).sort("ship", "time", "row")
        return true.select(list(POSITIONS))

    @property
    def heard(self) -> pl.DataFrame:
        """POSITIONS that somebody heard: part of the truth, row for row.

        Where a ship lied or a receiver erred they differ from the truth, but keep the `row` of their truth.
        """
        return self.messages.filter("heard").select(list(POSITIONS))

    @property
    def identities(self) -> pl.DataFrame:
        """IDENTITIES: what was heard of names, numbers, sizes, draughts, destinations, as runs; made anew each time."""
        return said.identities(self.messages.filter("heard"), self.ships, self.phases, self.claims)


def build(
    seed: int,
    logs: Sequence[Log],
    reception: Reception,
    *,
    start: datetime,
    days: float,
    switch_offs: Sequence[SwitchOff] = (),
    outages: Sequence[Outage] = (),
    planted: Sequence[Planted] = (),
    moving_s: float = 240.0,
    still_s: float = 900.0,
) -> World:
    """Lets the ships sail and the receivers listen.

    Switch-offs and outages are planted by themselves; `planted` adds what else there is to find.
    """
    end_s = days * 86_400
    parts, phases, count = [], [], 0
    for log in logs:
        part = log.positions(end_s, moving_s=moving_s, still_s=still_s)
        length = len(part["time"])
        part["phase"] = part["phase"] + count
        part["ship"], part["power"] = np.full(length, log.ship.mmsi, float), np.full(length, log.ship.power)
        part["b"] = np.full(length, float(log.ship.ais_class == "B"))
        parts.append(part)
        phases += [(count + number, phase) for number, phase in enumerate(log.phases)]
        count += len(log.phases)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    who = reception.hear(
        np.random.default_rng([seed, 7]), columns["time"], columns["lat"], columns["lon"], columns["power"],
        start=start, outages=outages,
    )  # fmt: skip
    ship = columns["ship"].astype(np.int64)
    for off in switch_offs:
        since, until = (off.start - start).total_seconds(), (off.end - start).total_seconds()
        who[(ship == off.ship) & (columns["time"] >= since) & (columns["time"] <= until)] = receivers.NOBODY
    messages = _messages(seed, start, columns, ship, who)
    names = {log.ship.mmsi: log.ship.name for log in logs}
    return World(
        seed=seed,
        start=start,
        end=start + timedelta(days=days),
        ships=tuple(sorted((log.ship for log in logs), key=lambda one: one.mmsi)),
        messages=messages,
        phases=_phases(start, phases),
        planted=(
            *(_planted_off(messages, off, names.get(off.ship, "")) for off in switch_offs),
            *(_planted_outage(outage, reception) for outage in outages),
            *planted,
        ),
        stations=reception.stations,
    )


def _messages(
    seed: int, start: datetime, columns: dict[str, Any], ship: np.ndarray[Any, Any], who: np.ndarray[Any, Any]
) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "ship": ship,
            "seconds": columns["time"].astype(np.int64),
            "lat": columns["lat"],
            "lon": columns["lon"],
            "sog": columns["sog"].astype(np.float32),
            "cog": columns["cog"].astype(np.float32),
            "heading": columns["heading"].astype(np.float32),
            "status": columns["status"].astype(np.int8),
            "b": columns["b"] > 0,
            "who": who,
            "phase": columns["phase"].astype(np.int64),
        }
    ).sort("ship", "seconds")
    words = {number: word for number, word in enumerate(receivers.RECEIVERS) if word is not None}
    return table.select(
        "ship",
        (pl.lit(start, TIME) + pl.duration(seconds="seconds")).cast(TIME).alias("time"),
        "lat", "lon", "sog", "cog", "heading",
        pl.when("b").then(None).otherwise("status").alias("status"),
        pl.when("b").then(pl.lit("B")).otherwise(pl.lit("A")).alias("ais_class"),
        pl.col("who").replace_strict(words, default=None, return_dtype=pl.String).alias("receiver"),
        pl.lit(hashlib.sha256(f"darkwake synth {seed}".encode()).hexdigest()).alias("source"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"),
        "phase",
        (pl.col("who") != receivers.NOBODY).alias("heard"),
    )  # fmt: skip


def _phases(start: datetime, phases: Sequence[tuple[int, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (number, phase.destination, phase.draught_m, start + timedelta(seconds=round(phase.end_s)))
            for number, phase in phases
        ],
        schema={"phase": pl.Int64, "destination": pl.String, "draught_m": pl.Float64, "eta": TIME},
        orient="row",
    )


def _planted_off(messages: pl.DataFrame, off: SwitchOff, name: str) -> Planted:
    mine = messages.filter(pl.col("ship") == off.ship, pl.col("time").is_between(off.start, off.end))
    if mine.is_empty():
        raise WrongUse(
            f"ship {off.ship} sends nothing between {off.start} and {off.end}, so it cannot switch off",
            to_do="Give a time within the world's days",
        )
    hours = (off.end - off.start).total_seconds() / 3600
    return Planted(
        "switch_off", off.ship, off.start, off.end, mine["lat"][0], mine["lon"][0],
        f"{name} switched its transmitter off for {hours:.0f} h",
    )  # fmt: skip


def _planted_outage(outage: Outage, reception: Reception) -> Planted:
    hours = (outage.end - outage.start).total_seconds() / 3600
    if outage.box is not None:
        west, south, east, north = outage.box
        lat, lon = (south + north) / 2, (west + east) / 2
        reach = 111_000.0 * max(north - south, (east - west) * float(np.cos(np.radians(lat)))) / 2
        says = f"nothing was heard from an area for {hours:.0f} h, whoever spoke"
        return Planted("area_outage", None, outage.start, outage.end, lat, lon, says, reach)
    down = [station for station in reception.stations if station.name in outage.stations]
    if not down:
        raise WrongUse(
            f"no station is called {' or '.join(outage.stations) or 'nothing'}, so none can be down",
            to_do=f"The stations are {', '.join(one.name for one in reception.stations) or 'none'}; or give a box",
        )
    lat, lon = float(np.mean([one.lat for one in down])), float(np.mean([one.lon for one in down]))
    says = f"the receivers {', '.join(one.name for one in down)} were down for {hours:.0f} h"
    reach = 600.0 * max(one.range_km for one in down)  # farther off, other stations may hear
    return Planted("receiver_outage", None, outage.start, outage.end, lat, lon, says, reach)


# lanes in the open Gulf of Oman, no land within 10 km, ends near stations: enough for tests, without a search
LANES: tuple[Route, ...] = tuple(
    route((np.array(lat), np.array(lon)))
    for lat, lon in (
        ([25.30, 25.00, 25.00], [56.75, 58.60, 60.60]),
        ([24.75, 23.95, 22.85], [56.95, 58.40, 59.95]),
        ([25.35, 24.90, 24.85], [57.40, 59.00, 62.20]),
    )
)
STATIONS = (
    Station("Fujairah", 25.17, 56.36, 70), Station("Sohar", 24.52, 56.63, 70), Station("Muscat", 23.63, 58.58, 85),
    Station("Jask", 25.64, 57.77, 85), Station("Chah Bahar", 25.30, 60.62, 85), Station("Sur", 22.57, 59.53, 80),
    Station("Gwadar", 25.13, 62.33, 80),
)  # fmt: skip
SATELLITES = tuple(Satellite(f"S{number + 1}", phase_min=37.0 * number) for number in range(4))
START = datetime(2025, 9, 1)


def make(
    seed: int,
    *,
    days: float = 7.0,
    ships: int = 30,
    lanes: Sequence[Route] = LANES,
    stations: Sequence[Station] = STATIONS,
    satellites: Sequence[Satellite] = SATELLITES,
    crowded: Sequence[Crowded] = (),
    switch_offs: int | Sequence[SwitchOff] = 0,
    off_h: tuple[float, float] = (8.0, 30.0),
    outages: Sequence[Outage] = (),
    start: datetime = START,
    moving_s: float = 300.0,
    class_b: bool = False,
) -> World:
    """A small world: ships that go up and down lanes, with a stop at each end.

    With the defaults nobody is unheard for as long as six hours but who switches off.

    Args:
        seed: the same seed and arguments give the same world.
        days: how long it lasts.
        ships: how many there are.
        lanes: what they sail on, see `sailing.route`; the default lies in the Gulf of Oman.
        stations: receivers on the coast; none at all is allowed.
        satellites: receivers overhead.
        crowded: where satellites hear worse, see `open_box` for one that spans everything.
        switch_offs: how many ships switch off once each, at a random time while heard, or exactly which and when.
        off_h: shortest and longest of the random switch-offs, hours.
        outages: when stations are down or areas unheard.
        start: the first moment, UTC.
        moving_s: seconds between two messages of a ship under way; one that lies sends three times as rarely.
        class_b: whether every sixth ship is a small one with a weak class B transmitter, which is often unheard.
    """
    logs = []
    for number in range(ships):
        rng = np.random.default_rng([seed, 1, number])
        small = class_b and number % 6 == 5
        flag = tuple(fleet.FLAGS)[int(rng.integers(len(fleet.FLAGS)))]
        kind = fleet.FISHING if small else (fleet.CARGO, fleet.TANKER)[number % 2]
        log = Log(fleet.invent(rng, number, kind=kind, flag=flag, small=small), rng)
        _shuttle(log, lanes[number % len(lanes)], days * 86_400)
        logs.append(log)
    wanted = _random_offs(seed, logs, switch_offs, off_h, start, days) if isinstance(switch_offs, int) else switch_offs
    return build(
        seed, logs, Reception(tuple(stations), tuple(satellites), tuple(crowded)), start=start, days=days,
        switch_offs=wanted, outages=outages, moving_s=moving_s, still_s=3 * moving_s,
    )  # fmt: skip


def open_box(lat: float, lon: float, half_deg: float) -> Box:
    """The box that reaches `half_deg` degrees to each side of a place."""
    return lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg


def _shuttle(log: Log, lane: Route, end_s: float) -> None:
    """Up and down a lane until the world ends; the first leg starts somewhere along it."""
    way = lane if log.rng.random() < 0.5 else lane.back()
    laden = bool(log.rng.random() < 0.5)
    knots = float(log.rng.uniform(8.5, 15.0))
    skip = float(log.rng.uniform(0, 0.9)) * len(way.lat) * 2_500.0
    while log.now_s < end_s:
        draught = log.ship.laden_m if laden else log.ship.ballast_m
        log.sail(way, knots, destination="LANE END", draught_m=draught, skip_m=skip)
        laden, skip = not laden, 0.0
        draught = log.ship.laden_m if laden else log.ship.ballast_m
        log.stay(
            (float(way.lat[-1]), float(way.lon[-1])), float(log.rng.uniform(4, 20)), destination="LANE END",
            draught_m=draught, moored=False,
        )  # fmt: skip
        way = way.back()


def _random_offs(
    seed: int, logs: Sequence[Log], count: int, off_h: tuple[float, float], start: datetime, days: float
) -> list[SwitchOff]:
    rng = np.random.default_rng([seed, 2])
    chosen = rng.permutation(len(logs))[:count]
    found = []
    for number in chosen:
        hours = float(rng.uniform(*off_h))
        begins = float(rng.uniform(0.15 * days * 24, max(0.85 * days * 24 - hours, 0.2 * days * 24)))
        since = start + timedelta(seconds=round(begins * 3600))
        found.append(SwitchOff(logs[number].ship.mmsi, since, since + timedelta(seconds=round(hours * 3600))))
    return sorted(found, key=lambda off: (off.start, off.ship))
