"""The demo's waters: real ports, routes between them that keep off the land, and invented receivers on their coasts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from darkwake import ports
from darkwake.sea import Sea
from darkwake.synth.receivers import Crowded, Reception, Satellite, Station
from darkwake.synth.sailing import Route, route

GATE = (25.35, 57.30)
"""In the Gulf of Oman, east of the Strait of Hormuz: every long voyage passes here."""
FUJAIRAH, KHOR_FAKKAN = "port-48da77b4eff5af96", "AEKLF"
SHAHID_RAJAEE, BANDAR_ABBAS, JEBEL_ALI = "IRBSR", "IRBND", "AEJEA"
FUJAIRAH_ROADS, PEARL_ROADS = "roads off Fujairah", "roads off the Pearl River"
ROADS = {FUJAIRAH_ROADS: (25.28, 56.60), PEARL_ROADS: (21.93, 113.80)}
"""Where ships wait at anchor, many at a time."""
GULF = (
    FUJAIRAH_ROADS,
    SHAHID_RAJAEE,
    BANDAR_ABBAS,
    JEBEL_ALI,
    "AEDXB",
    "AEMSA",
    "OMKHS",
    FUJAIRAH,
    KHOR_FAKKAN,
    "OMSOH",
    "OMSTQ",
    "IRJAK",
)
CHINA = (PEARL_ROADS, "CNZUH", "CNSHK", "CNXMG", "CNZHI", "CNQIN", "CNTXG", "CNDAL", "CNLYG")
ACROSS = ("INBOM", "LKCMB", "PKKHI")
"""Ports of the ships that cross the Arabian Sea; their routes and those of the long voyages meet there."""
SALALAH = "OMSLL"
QUIET = (61.5, 12.0, 70.5, 19.5)
"""The part of the Arabian Sea where, in the demo, satellites hear nearly nothing."""


@cache
def place(port: str) -> tuple[float, float]:
    """Latitude and longitude of a port of the package's table, or of roads."""
    if port in ROADS:
        return ROADS[port]
    found = ports.default().filter(pl.col("port") == port).select("lat", "lon").row(0)
    return float(found[0]), float(found[1])


@cache
def name(port: str) -> str:
    """Its name in the package's table; what ships say that wait in roads."""
    if port in ROADS:
        return "FOR ORDERS"
    return str(ports.default().filter(pl.col("port") == port)["name"][0])


def apart(port: str) -> float:
    """How far apart ships lie there, see `Route.ends`."""
    return 20.0 if port in ROADS else 1.0


class Waters:
    """Routes between the demo's ports; each search from one place answers for all routes from it."""

    def __init__(self) -> None:
        # no wider than the ways need: a search goes over all of the water of its box
        self._ocean = Sea((54.0, -1.0, 128.0, 42.0), 0.05)
        self._arabian = Sea((52.0, 3.0, 82.0, 27.0), 0.05)
        self._gulf = Sea((50.0, 22.8, 60.9, 28.0), 0.025, keep_off_m=7_000.0)
        self._coast = Sea((112.5, 20.5, 124.5, 41.2), 0.05)
        self._found: dict[tuple[str, str], Route] = {}
        self._search(self._ocean, "gate", GATE, (*CHINA, *ACROSS))
        self._search(self._arabian, SALALAH, place(SALALAH), ACROSS)
        self._search(self._gulf, "gate", GATE, GULF)
        for number, port in enumerate(GULF[:-1]):
            self._search(self._gulf, port, place(port), GULF[number + 1 :])
        for number, port in enumerate(CHINA[:-1]):
            self._search(self._coast, port, place(port), CHINA[number + 1 :])

    def _search(self, sea: Sea, key: str, start: tuple[float, float], ends: Sequence[str]) -> None:
        for port, line in zip(ends, sea.paths(start, [place(port) for port in ends]), strict=True):
            self._found[key, port] = route(line, sea, ends=(apart(key), apart(port)))

    def between(self, one: str, two: str) -> Route:
        """From one port to another: along a coast, across the Arabian Sea, or by the gate on a long voyage."""
        if (one, two) in self._found:
            return self._found[one, two]
        if (two, one) in self._found:
            return self._found[two, one].back()
        return self._found["gate", one].back().then(self._found["gate", two])


def reception() -> Reception:
    """Stations near ports, four satellites, and the waters where satellites hear badly."""
    ranges = {
        SHAHID_RAJAEE: 60, JEBEL_ALI: 65, "AEDXB": 60, "AEMSA": 45, "OMKHS": 65, FUJAIRAH: 70, KHOR_FAKKAN: 60,
        "OMSOH": 45, "OMSTQ": 80, "IRJAK": 85, "PKKHI": 60, "INBOM": 60, "LKCMB": 60, "LKGAL": 60, "SGKEP": 60,
        SALALAH: 60, "CNZUH": 70, "CNXMG": 70, "CNZHI": 70, "CNQIN": 70, "CNTXG": 70, "CNDAL": 70, "CNLYG": 60,
    }  # fmt: skip
    return Reception(
        tuple(Station(name(port), *place(port), float(range_km)) for port, range_km in ranges.items()),
        tuple(Satellite(f"S{number + 1}", phase_min=37.0 * number) for number in range(4)),
        (
            Crowded((47.0, 23.4, 57.2, 30.5), 0.01),
            Crowded((98.0, 0.0, 105.0, 6.0), 0.5),
            Crowded((112.0, 21.0, 124.5, 41.5), 0.6),
            Crowded(QUIET, 0.005),
        ),
    )
