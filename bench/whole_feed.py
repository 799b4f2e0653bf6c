"""Invented ships on the lanes round Denmark, as daily zips in the layout of the Danish Maritime Authority, made fast.

For `bench.whole`, which needs voyages: unlike those of `bench.ingest_feed` the ships sail from port to port along
lanes, lie in port, anchor off Skagen, fall silent now and then, go unheard where a water is badly heard or a receiver
is down, and some sail in pairs. Nothing in it is a real ship; the ports and the water are real.
"""

from __future__ import annotations

import heapq
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.synth import fleet, lists

START = datetime(2025, 10, 1)
PORTS = {
    "Esbjerg": (55.47, 8.42), "Goteborg": (57.69, 11.87), "Aarhus": (56.15, 10.23), "Kobenhavn": (55.70, 12.61),
    "Kiel": (54.33, 10.16), "Rostock": (54.16, 12.10), "Gdynia": (54.53, 18.55), "Klaipeda": (55.69, 21.13),
    "Oslo": (59.90, 10.73), "Rotterdam": (51.97, 4.07), "Immingham": (53.63, -0.19), "Kalmar": (56.66, 16.37),
}  # fmt: skip
_SEA = {
    "skagen": (57.83, 10.80), "anchorage": (57.78, 10.95), "kattegat": (56.90, 11.60), "belt": (55.55, 10.95),
    "fehmarn": (54.55, 11.40), "kadet": (54.50, 12.40), "sound": (56.15, 12.30), "falsterbo": (55.30, 12.70),
    "bornholm": (55.35, 14.40), "baltic": (55.50, 17.50), "hanstholm": (57.35, 8.20), "jutland": (55.80, 7.40),
    "german": (54.20, 6.80), "texel": (53.00, 4.20), "dogger": (54.60, 2.00), "faerder": (58.95, 10.60),
    "oland": (56.10, 16.70),
}  # fmt: skip
_LANES = (
    "Esbjerg-jutland Goteborg-skagen Goteborg-kattegat Aarhus-belt Aarhus-kattegat Kobenhavn-sound "
    "Kobenhavn-falsterbo Kiel-fehmarn Rostock-kadet Gdynia-baltic Klaipeda-baltic Oslo-faerder Rotterdam-texel "
    "Immingham-dogger Kalmar-oland skagen-kattegat skagen-anchorage kattegat-belt kattegat-sound belt-fehmarn "
    "fehmarn-kadet kadet-bornholm falsterbo-bornholm falsterbo-kadet bornholm-baltic skagen-hanstholm "
    "hanstholm-jutland jutland-german german-texel german-dogger dogger-texel faerder-skagen bornholm-oland "
    "oland-baltic"
)
_PLACES = PORTS | _SEA
Floats = NDArray[np.float64]


def _lanes() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {name: {} for name in _PLACES}
    for lane in _LANES.split():
        one, other = lane.split("-")
        (lat, lon), (lat2, lon2) = _PLACES[one], _PLACES[other]
        found[one][other] = found[other][one] = float(np.hypot(lat - lat2, (lon - lon2) * 0.56) * 60)
    return found


def ways() -> dict[tuple[str, str], list[str]]:
    """The shortest way by lanes from each port, or the anchorage, to each other."""
    lanes, found = _lanes(), dict[tuple[str, str], list[str]]()
    ends = [*PORTS, "anchorage"]
    for begin in ends:
        best: dict[str, list[str]] = {}
        queue = [(0.0, [begin])]
        while queue:
            sailed, way = heapq.heappop(queue)
            if way[-1] in best:
                continue
            best[way[-1]] = way
            for beside, miles in lanes[way[-1]].items():
                if beside not in best and (beside not in PORTS or beside in ends):
                    heapq.heappush(queue, (sailed + miles, [*way, beside]))
        found |= {(begin, end): best[end] for end in ends if end != begin}
    return found


@dataclass(frozen=True, slots=True)
class Feed:
    """How much of everything: rows in all are about `ships` x `days` x `a_day`."""

    ships: int
    days: int
    a_day: float
    """Messages of a ship a day, before some go unheard."""
    seed: int = 0
    silences_a_day: float = 0.12
    """Silences of 7 to 40 hours that a ship chooses, a day."""


def _itinerary(rng: np.random.Generator, known: dict[tuple[str, str], list[str]], hours: float) -> Iterator[
    tuple[float, float, float, str, float]
]:  # fmt: skip
    """hour, latitude, longitude, destination and draught at each turn of a ship's way."""
    knots = rng.uniform(9, 17)
    aside = rng.normal(0, 0.02, 2)
    ports = list(PORTS)
    here, now, draught = ports[rng.integers(len(ports))], -rng.uniform(0, 60), round(rng.uniform(4, 11), 1)
    while now < hours:
        berth = rng.normal(0, 0.003, 2) if here in PORTS else rng.normal(0, 0.04, 2)
        lat, lon = np.array(_PLACES[here]) + berth
        stay = rng.uniform(5, 40)
        there = "anchorage" if rng.random() < 0.15 and here != "anchorage" else ports[rng.integers(len(ports))]
        yield now, lat, lon, there, draught
        now += stay
        draught = round(float(np.clip(draught + rng.choice([-2.0, 0.0, 2.0]), 3, 12)), 1)
        yield now, lat, lon, there, draught
        if there == here:
            continue
        for name in known[here, there][1:-1]:
            turn = np.array(_PLACES[name]) + aside
            now += float(np.hypot(turn[0] - lat, (turn[1] - lon) * 0.56)) * 60 / knots
            lat, lon = turn
            yield now, lat, lon, there, draught
        end = _PLACES[there]
        now += float(np.hypot(end[0] - lat, (end[1] - lon) * 0.56)) * 60 / knots
        here = there


def _unheard(
    rng: np.random.Generator, hour: Floats, lat: Floats, lon: Floats, feed: Feed, *, small: bool
) -> NDArray[np.bool_]:
    """True where a message is not heard: the ship's own silences, bad water, outages, boats that are off by night."""
    gone = np.zeros(len(hour), bool)
    for begin in rng.uniform(0, 24 * feed.days, rng.poisson(feed.silences_a_day * feed.days)):
        gone |= (hour >= begin) & (hour < begin + rng.uniform(7, 40))
    blocks = rng.random(feed.days * 8 + 1) < 0.7
    gone |= (lon < 6.5) & (lat > 53.6) & blocks[np.minimum((hour / 3).astype(int), feed.days * 8)]
    for first in range(30, 24 * feed.days, 120):  # a receiver that is down every five days
        gone |= (hour >= first) & (hour < first + 9) & (lon > 13) & (lon < 16.5)
    if small:
        gone |= ((hour + 3) % 24 < 9) & (rng.random(feed.days + 2) < 0.6)[((hour + 3) / 24).astype(int)]
    return gone


def _ship(number: int, feed: Feed, known: dict[tuple[str, str], list[str]]) -> dict[str, NDArray[np.generic]]:
    # the second of a pair sails the way of the first, 200 m beside it
    pair = number % 50 == 1
    turns = list(_itinerary(np.random.default_rng((feed.seed, number - pair)), known, 24 * feed.days))
    rng = np.random.default_rng((feed.seed, number, 1))
    hour = np.sort(rng.uniform(0, 24 * feed.days, rng.poisson(feed.a_day * feed.days)))
    at, lats, lons = (np.array([turn[n] for turn in turns], float) for n in range(3))
    lat, lon = np.interp(hour, at, lats), np.interp(hour, at, lons)
    leg = np.minimum(np.searchsorted(at, hour, side="right"), len(at) - 1)
    north, east = np.diff(lats, prepend=lats[0]), np.diff(lons, prepend=lons[0]) * 0.56
    knots = np.hypot(north, east) * 60 / np.maximum(np.diff(at, prepend=at[0] - 1), 1e-6)
    heard = ~_unheard(rng, hour, lat, lon, feed, small=number % 5 == 4)
    leg, hour = leg[heard], hour[heard]
    off = rng.normal(0, 1e-4, (2, len(hour))) + 0.0018 * pair
    before = np.maximum(leg - 1, 0)
    return {
        "second": (hour * 3600).astype(np.int64), "ship": np.full(len(hour), number),
        "lat": lat[heard] + off[0], "lon": lon[heard] + off[1], "knots": knots[leg],
        "course": np.degrees(np.arctan2(east, north))[leg] % 360,
        "to": np.array([turn[3] for turn in turns])[before], "draught": np.array([turn[4] for turn in turns])[before],
    }  # fmt: skip


def _rows(moved: pl.DataFrame) -> pl.DataFrame:
    """The 26 columns."""
    number, small = pl.col("ship"), pl.col("ship") % 5 == 4
    slow = pl.col("knots") < 0.3
    imo = pl.Series([fleet.imo_number(100_000 + n) for n in range(int(moved["ship"].max() or 0) + 1)])  # type: ignore[arg-type]
    text = pl.lit(None, pl.String)
    told = {
        "IMO": pl.when(small).then(pl.lit("Unknown")).otherwise(pl.lit(imo.cast(pl.String)).gather(number)),
        "Callsign": pl.format("XX{}", number), "Name": pl.format("INVENTED {}", number),
        "Ship type": pl.when(small).then(pl.lit("Pleasure")).otherwise(pl.lit("Cargo")), "Cargo type": text,
        "Width": 10 + number % 30, "Length": 60 + number % 250,
        "Type of position fixing device": pl.lit("GPS"),
        "Draught": pl.when(~small).then("draught"),
        "Destination": pl.when(~small).then(pl.col("to").str.to_uppercase()),
        "ETA": text, "Data source type": pl.lit("AIS"), "A": text, "B": text, "C": text, "D": text,
    }  # fmt: skip
    return moved.select(
        (pl.lit(START) + pl.duration(seconds="second")).dt.strftime("%d/%m/%Y %H:%M:%S").alias("# Timestamp"),
        pl.when(small).then(pl.lit("Class B")).otherwise(pl.lit("Class A")).alias("Type of mobile"),
        (211_000_000 + 97 * number + number % 7 * 1_000_000).alias("MMSI"),
        pl.col("lat").round(6).alias("Latitude"), pl.col("lon").round(6).alias("Longitude"),
        pl.when(slow).then(pl.lit("Moored")).otherwise(pl.lit("Under way using engine")).alias("Navigational status"),
        pl.lit(0.0).alias("ROT"), pl.when(slow).then(0.0).otherwise(pl.col("knots").round(1)).alias("SOG"),
        pl.col("course").round(1).alias("COG") % 360, pl.col("course").cast(pl.Int64).alias("Heading"),
        *(value.alias(name) for name, value in told.items()),
    )  # fmt: skip


def write(folder: Path, feed: Feed) -> tuple[list[Path], int]:
    """A zip a day, and how many rows they hold in all."""
    known = ways()
    tables = []
    for number in range(feed.ships):
        tables.append(pl.DataFrame(_ship(number, feed, known), schema_overrides={"ship": pl.Int32}))
        if len(tables) == 200:
            tables = [pl.concat(tables, rechunk=True)]
    moved = pl.concat(tables).sort("second", "ship")
    files = []
    for day in range(feed.days):
        some = moved.filter(pl.col("second") // 86_400 == day)
        name = f"aisdk-{START + timedelta(days=day):%Y-%m-%d}"
        files.append(folder / f"{name}.zip")
        with (
            zipfile.ZipFile(files[-1], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(f"{name}.csv", "w") as member,
        ):
            for first in range(0, some.height, 500_000):
                _rows(some[first : first + 500_000]).write_csv(member, include_header=first == 0)
    return files, moved.height


def write_list(path: Path, *, ships: int) -> Path:
    """An invented list that meets every two hundredth ship by its number."""
    entries = lists.invent(1, ships=200)
    entries += [lists.Entry("Vessel", f"INVENTED {n}", imo=fleet.imo_number(100_000 + n)) for n in range(0, ships, 200)]
    return lists.write_sdn(path, entries, published=date(2025, 9, 1))


if __name__ == "__main__":  # a folder, then the fields of Feed: prints how many rows were written
    place, given = Path(sys.argv[1]), Feed(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    write_list(place / "sdn.xml", ships=given.ships)
    print(write(place, given)[1])
