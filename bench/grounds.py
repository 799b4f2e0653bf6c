"""What is masked: the real sets, cut for tuning or reporting, and invented worlds whose reception is fitted to them.

A real set of an hour or of three days in a small box cannot hold a silence of twelve hours. `slowed` stretches its
clock: each message stays where and between which it was, and what lay ten minutes apart lies four hours apart. For a
test whose every constant is a time that is the same as dividing all of them by that number. It keeps who was where
among whom, and which messages were lost in a row; it does not show what only comes with real hours, such as weather.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from darkwake import geo, synth
from darkwake.events.engine import Source
from darkwake.schema import in_order
from darkwake.synth import Outage, Route, Satellite, Station, route
from darkwake.synth.world import LANES, SATELLITES, STATIONS
from darkwake.tracks import Columns, Store, ingest

AIS = Path(__file__).parents[2] / "shared" / "data" / "ais"
SOLENT = "time=Time,ship=MMSI,lat=Latitude_degrees,lon=Longitude_degrees,sog=SOG_knots,cog=COG_degrees"
KATTEGAT = "time=Timestamp,ship=MMSI,lat=Latitude,lon=Longitude,sog=SOG"
REAL = {
    "kattegat": ("dma-kattegat-2025-11/pre_processed_df_test.parquet", KATTEGAT),
    "solent": ("solent-2016-01-12/SolentAIS_20160112_130211.csv", SOLENT),
    "gfw": ("gfw-positions-2018/position_messages.csv", ""),
    "nmea": ("nmea-dma-2010/stream_example.txt", ""),
}
"""Name -> the file under `../shared/data/ais` and its column map."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Tracks to mask, and how: lengths are hours of its own, perhaps slowed, clock."""

    name: str
    group: str
    """"real", "synth" or "store": what the figures are added up over."""
    positions: Source
    longer_than: timedelta
    """From where on a silence is a gap."""
    hours: tuple[float, ...]
    """Lengths of switch-offs and outages."""
    lead: timedelta
    """How long a ship is heard before it is switched off."""
    each: int
    """Switch-offs of each length in a run."""
    half_deg: float = 0.25
    """Half the height of an outage's box."""
    repeats: int = 1
    """Runs with other switch-offs and outages: more where the set is small."""
    usual: timedelta | None = None
    """Within a switch-off's track no silence may be longer than this, or it would be nobody's; None: `longer_than`."""
    stations_down: Callable[[Sequence[Outage]], pl.DataFrame] | None = None
    """The same world with stations down, for an outage without a sharp edge; None for real sets."""


# --- real sets ---


def real(name: str) -> pl.DataFrame | None:
    """POSITIONS of a real set by its name in REAL; None where the data are not there."""
    path, columns = REAL[name]
    if not (AIS / path).exists():
        return None
    with TemporaryDirectory(prefix="darkwake-bench-") as folder:
        ingest(AIS / path, Path(folder) / "store", columns=Columns.parse(columns) if columns else None)
        return in_order(Store(Path(folder) / "store").positions().collect())


def slowed(positions: pl.DataFrame, times: float) -> pl.DataFrame:
    """The same with a clock that runs `times` slower, from the first message on."""
    first = positions["time"].min()
    return positions.with_columns((first + (pl.col("time") - first) * times).cast(pl.Datetime("us")).alias("time"))


def real_grounds(*, small: bool, tune: bool = False) -> Iterator[Ground]:
    """The real sets: for tuning the first day of Kattegat, to report its other two days and the other sets."""
    hour = timedelta(hours=1)
    repeats = 1 if small else 6
    kattegat = real("kattegat")
    if kattegat is not None:
        first = pl.col("time") < datetime(2025, 11, 2)
        part, days = (kattegat.filter(first), "day 1") if tune else (kattegat.filter(~first), "days 2-3")
        yield Ground(f"Kattegat, {days}", "real", part, hour, (2, 4, 8), hour, 6, 0.12, repeats)
        yield Ground(f"Kattegat, {days}, clock x6", "real", slowed(part, 6), 2 * hour, (4, 6, 8), 2 * hour, 12, 0.12,
                     repeats)  # fmt: skip
    if tune:
        return
    solent = real("solent")
    if solent is not None:
        yield Ground("Solent, clock x24", "real", slowed(solent, 24), 3 * hour, (4, 8, 16), 3 * hour, 4, 0.05, repeats)
    gfw = real("gfw")
    if gfw is not None:
        yield Ground("GFW 2018, three ships", "real", gfw, 6 * hour, (12, 24, 48), 6 * hour, 1, 1.0, repeats)


# --- invented worlds ---


@dataclass(frozen=True, slots=True)
class Fading:
    """Spells in which one ship goes unheard though others are heard, as real feeds have them.

    The numbers were fitted to the Solent set, ships of even MMSI: see `loss` and docs/silence.md.
    """

    an_hour: float
    """Spells a ship and hour, on average over ships."""
    shape: float
    """Of the gamma distribution of that rate over ships: below 1, most fade seldom and a few often."""
    minutes: float
    """Mean length of a spell; exponential."""
    long_share: float = 0.0
    """Share of spells that are eight times as long."""


FITTED = Fading(an_hour=0.35, shape=0.5, minutes=11.0)
HARSH = Fading(an_hour=0.7, shape=0.5, minutes=11.0, long_share=0.1)
"""Twice as many spells, and one of ten lasts an hour and a half on average: worse than any real set here shows."""


def faded(positions: pl.DataFrame, fading: Fading, *, seed: int) -> pl.DataFrame:
    """Positions less those sent in the spells of each ship; the same seed takes the same spells."""
    rng = np.random.default_rng([seed, 13])
    ships = positions["ship"].unique().sort()
    begin, end = positions["time"].min(), positions["time"].max()
    assert isinstance(begin, datetime)
    assert isinstance(end, datetime)
    hours = (end - begin).total_seconds() / 3600
    rate = rng.gamma(fading.shape, fading.an_hour / fading.shape, len(ships))
    count = rng.poisson(rate * hours)
    since = rng.random(count.sum()) * hours * 3600
    lasts = rng.exponential(fading.minutes * 60, count.sum())
    lasts = np.where(rng.random(count.sum()) < fading.long_share, 8, 1) * lasts
    spells = pl.DataFrame({"ship": np.repeat(ships.to_numpy(), count), "since": since, "over": since + lasts})
    micros = [
        (pl.lit(begin) + pl.duration(seconds=name)).cast(pl.Datetime("us")).alias(name) for name in ("since", "over")
    ]
    spells = spells.sort("ship", "since").with_columns(*micros).with_columns(pl.col("over").cum_max().over("ship"))
    met = positions.sort("time").join_asof(
        spells.sort("since"), left_on="time", right_on="since", by="ship", check_sortedness=False
    )
    return (
        met.filter((pl.col("time") >= pl.col("over")).fill_null(value=True))
        .select(positions.columns)
        .sort("ship", "time")
    )


OCEAN: tuple[Route, ...] = tuple(
    route((np.array(lat), np.array(lon)))
    for lat, lon in (([20.0, 16.0, 11.5], [62.5, 65.0, 66.5]), ([19.0, 15.5, 12.5], [64.5, 63.0, 61.0]))
)
"""Lanes in the Arabian Sea more than 50 nm from any shore: where the Welch rule applies."""
OVERHEAD = tuple(Satellite(f"S{number + 1}", phase_min=13.0 * number, chance=0.7) for number in range(10))
"""As many satellites as leave few silences over three hours: about what a commercial feed has."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of reception."""

    name: str
    ships: int
    lanes: tuple[Route, ...] = LANES
    stations: tuple[Station, ...] = STATIONS
    satellites: tuple[Satellite, ...] = SATELLITES
    fading: Fading = FITTED
    usual_h: float = 1.0
    """See `Ground.usual`: longer where no ship is heard every hour."""


KINDS = (
    Kind("coast and satellite, dense", 60),
    Kind("coast alone, gaps between stations", 60, stations=STATIONS[:5], satellites=()),
    Kind("coast and satellite, harsh fading", 60, fading=HARSH),
    Kind("satellites alone, open sea", 60, lanes=OCEAN, stations=(), satellites=OVERHEAD, usual_h=4.0),
    Kind("few ships, one station", 14, stations=STATIONS[:1], satellites=SATELLITES[:1], usual_h=6.0),
)
DAYS = 21.0
SENDS_S = 120.0
"""A message every 2 min under way and every 6 min at rest: rarer than in life, often enough to see losses of 15 min."""
LENGTHS = {6.0: (8.0, 16.0, 24.0, 48.0), 1.0: (1.0, 2.0, 4.0)}
"""The threshold of `darkwake run` and what is masked above it; a lower one for shorter silences, with far more gaps."""


def invented(kind: Kind, seed: int, *, days: float = DAYS, longer_than_h: float = 6.0) -> Ground:
    """A world of that kind, nobody switched off."""

    def heard(outages: Sequence[Outage] = ()) -> pl.DataFrame:
        world = synth.make(
            seed=seed, days=days, ships=kind.ships, lanes=kind.lanes, stations=kind.stations,
            satellites=kind.satellites, class_b=True, outages=outages, moving_s=SENDS_S,
        )  # fmt: skip
        return faded(world.heard, kind.fading, seed=seed)

    hour = timedelta(hours=1)
    return Ground(
        f"{kind.name}, gaps over {longer_than_h:g} h", "synth", heard(), longer_than_h * hour, LENGTHS[longer_than_h],
        6 * hour, 5, 0.4, 1, kind.usual_h * hour, heard if kind.stations else None,
    )  # fmt: skip


def stations_of(kind: str) -> tuple[Station, ...]:
    """The stations of a kind by its name; none where there is no such kind."""
    return next((one.stations for one in KINDS if one.name == kind), ())


# --- how well it is heard ---


def near_stations(kind: Kind, seed: int, *, within_km: float = 40.0, days: float = 14.0) -> pl.DataFrame:
    """What is heard, in a world of that kind, of ships near a station: as the Solent set is. Each stay is a "ship"."""
    world = synth.make(
        seed=seed, days=days, ships=kind.ships, lanes=kind.lanes, stations=kind.stations, satellites=kind.satellites,
        class_b=True, moving_s=SENDS_S,
    )  # fmt: skip
    sent = world.messages
    lat, lon = sent["lat"].to_numpy(), sent["lon"].to_numpy()
    metres = np.min([geo.distance_m(one.lat, one.lon, lat, lon) for one in kind.stations], axis=0)
    sent = sent.with_columns(pl.Series("near", metres < within_km * 1000))
    new = (pl.col("near") != pl.col("near").shift(1)) | (pl.col("ship") != pl.col("ship").shift(1))
    stays = sent.with_columns(stay=new.fill_null(value=True).cum_sum().cast(pl.Int64)).filter("near", "heard")
    left = faded(stays.select("ship", "time", "stay"), kind.fading, seed=seed)
    return left.select("time", ship="stay")


def loss(positions: pl.DataFrame, *, least_h: float = 0.5) -> dict[str, float]:
    """What a feed loses of ships that it hears before and after: the figures by which FITTED was fitted.

    Returns:
        ship_hours; silences an hour over 10, 15, 30 and 60 min; the share of quarter hours, bracketed by the ship's
        own messages, in which it was heard; the share of ships with any silence over 10 min.
    """
    table = positions.select("ship", "time").with_columns(
        (pl.col("time").diff().over("ship").dt.total_milliseconds() / 60_000).alias("silence")
    )
    spans = table.group_by("ship").agg(
        hours=(pl.col("time").max() - pl.col("time").min()).dt.total_seconds() / 3600, worst=pl.col("silence").max(),
    ).filter(pl.col("hours") >= least_h)  # fmt: skip
    table = table.join(spans.select("ship"), on="ship", how="semi")
    hours = float(spans["hours"].sum())
    quarter = table.group_by("ship", pl.col("time").dt.truncate("15m").alias("q")).len()
    quarter = quarter.group_by("ship").agg(
        heard=pl.len() - 2, there=(pl.col("q").max() - pl.col("q").min()).dt.total_minutes() // 15 - 1
    ).filter(pl.col("there") > 0)  # fmt: skip
    return {
        "ship_hours": round(hours, 1),
        **{
            f"over_{m}_min_an_hour": round(table.filter(pl.col("silence") > m).height / hours, 4)
            for m in (10, 15, 30, 60)
        },
        "quarters_heard": round(quarter.select(pl.col("heard").sum() / pl.col("there").sum()).item(), 4),
        "ships_over_10_min": round(spans.select((pl.col("worst") > 10).mean()).item(), 3),
    }
