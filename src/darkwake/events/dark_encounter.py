"""A ship drifts while another, unheard, could have come to it: a candidate for a meeting, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events import near
from darkwake.events.beyond import Anchorages
from darkwake.events.coverage import Coverage
from darkwake.events.details import texts
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.loitering import idle, runs
from darkwake.events.slots import READS, Bools, Ints, Slots, cited
from darkwake.events.stage import By, Stage
from darkwake.evidence import content_ids
from darkwake.geo import Floats
from darkwake.nearest import positions as places
from darkwake.nearest import vectors
from darkwake.schema import EVENTS, empty

USUAL_KN = 12.0
"""What a ship is taken to make that has not shown its own speed: about what laden tankers steam at."""
_SHOWN = 20
"""Of at least so many speeds over `_MOVING_KN`, the 95th percentile is the ship's own."""
_MOVING_KN = 3.0
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_DRIFT, _SILENCE = 0, 1


def dark_encounter(
    *,
    anchorages: pl.DataFrame | None = None,
    resample: timedelta = timedelta(minutes=10),
    not_across: timedelta = timedelta(hours=1),
    for_at_least: timedelta = hours(2),  # noqa: B008
    under_kn: float = 2.0,
    away_from_anchorage_m: float = 10_000.0,
    away_from_shore_m: float = 10_000.0,
    silent_for: timedelta = hours(6),  # noqa: B008
    silent_at_most: timedelta = hours(72),  # noqa: B008
    speed_kn: float | None = None,
    within_m: float = 200_000.0,
    detour_m: float = 200_000.0,
    alone_m: float = 5_000.0,
    most_drifts: int = 5,
    most_others: int = 5,
) -> Detector:
    """A ship drifted, and another that was not heard could have lain beside it: a candidate, not a finding.

    What it flags:
        A drift: a ship stayed slow for `for_at_least` or longer, away from anchorages and the shore, as `loitering`
        tells it. And a silence of another ship, of `silent_for` to `silent_at_most`, that began and ended within
        `within_m` of the drift and in which the other ship, at its speed, had the time to come, to lie there for
        `for_at_least` while the drift lasted, and to go where it was heard next, on a way no more than `detour_m`
        longer than the direct one. The event lasts from the earliest time at which it could have been there to the
        latest. Its details say of how many other silences the same is true at the same time (`others`), and how many
        other ships' drifts the silence fits (`other_drifts`): of n + 1 that fit, perhaps none is so. A silence
        that fits everybody tells of nobody: where more than `most_others` or `most_drifts` fit, there is no event.
        Nor is there one for a ship that lay in company, such as in a roadstead: another ship's drift
        that fits the same silence lay less than `alone_m` off.

    Why it matters:
        Where goods change ships in secret, one of the two often transmits and drifts as if waiting. Who else was
        unheard and near is then the question. This lists who could have been, and cannot tell who was.

    Innocent explanations:
        - Nobody was there: the two ships never met. This is the commonest case, and nothing here speaks against it.
        - The silent ship sailed on, out of reach of the receivers; ships at sea are unheard for hours all the time.
        - Another silent ship, or one without AIS, was there instead.
        - The drifting ship waited for a berth, for orders, for weather, or fished, surveyed, towed or made repairs.
        - The silent ship lay at anchor or in a port within the time, with its equipment off or shadowed.
        - They met for fuel, stores, crew or help, as ships do, and a receiver missed one of them.
        - The two ends of the silence belong to two ships that share one number.

    Parameters:
        anchorages: PORTS, several points a port allowed; None takes the table in the package.
        resample: time between the moments at which the drifting ship is placed; 10 min.
        not_across: a silence of the drifting ship longer than this ends its drift; 1 h.
        for_at_least: shortest drift, and shortest time that the other could have been there; 2 h.
        under_kn: mean speed of the drift; 2 kn.
        away_from_anchorage_m: the drift lies at least this far from any port or anchorage; 10 km.
        away_from_shore_m: and this far from any shore; 10 km.
        silent_for: silences of more than this count, as in `gap`; 6 h.
        silent_at_most: after longer ones a ship could have been anywhere; 72 h.
        speed_kn: the speed of the silent ship; None takes what it has shown (the 95th percentile of the speeds over
            3 kn that it sent), or 12 kn where it sent fewer than 20.
        within_m: both ends of the silence lie at most this far from the drift; 200 km.
        detour_m: how much longer than the great circle its way may have been; 200 km, which is 9 h there and back at
            12 kn.
        alone_m: no other ship's drift that fits the same silence lay so near, at any time in it; 5 km, 0 for any.
        most_drifts: where the silence would fit the drifts of more other ships, nothing is said; 5.
        most_others: where the silences of more other ships would fit at the same time, nothing is said; 5.

    References:
        - Kroodsma et al., Revealing the global longline fleet with satellite radar, Scientific Reports 12 (2022),
          21004: ships that are seen beside no AIS track are many.
        - Miller et al., Identifying global patterns of transshipment behavior, Frontiers in Marine Science 5 (2018),
          240: loitering as a sign of meetings of which one side is not seen.
    """
    if not (timedelta(0) < for_at_least and timedelta(minutes=1) <= silent_for < silent_at_most and within_m > 0):
        raise WrongUse(
            "no silence could be long enough and short enough",
            where="dark_encounter(...)",
            to_do="Give for_at_least above 0, within_m above 0 and silent_for (a minute or more) below silent_at_most",
        )
    slots = Slots.of(resample, not_across, "dark_encounter(resample=...)")
    drifts = partial(
        idle,
        slots=slots,
        under_kn=under_kn,
        least=slots.count(for_at_least),
        shore=away_from_shore_m,
        port=away_from_anchorage_m,
        around=Anchorages.of(anchorages, "dark_encounter(anchorages=...)"),
    )
    stay_us, silent_us = for_at_least // _MICROSECOND, (silent_for // _MICROSECOND, silent_at_most // _MICROSECOND)
    both = partial(_both, drifts=drifts, slots=slots, silent_us=silent_us, speed_kn=speed_kn, stay_us=stay_us)
    few = partial(_candidates, alone_m=alone_m, most_drifts=most_drifts, most_others=most_others)
    return Detector(
        kind="dark_encounter",
        stages=(
            Stage(By("ship"), both, reads=(*READS, "sog"), until=True),
            Stage(By("day"), partial(_possible, within_m=within_m, detour_m=detour_m, stay_us=stay_us)),
            Stage(By("ship", "drift_start"), _counted),
            Stage(By("other_ship", "other_start"), few),
        ),
        about=str(dark_encounter.__doc__),
        parameters=(
            ("resample", in_hours(resample)),
            ("not_across", in_hours(not_across)),
            ("for_at_least", in_hours(for_at_least)),
            ("under", f"{under_kn:g}kn"),
            ("away_from_anchorage", f"{away_from_anchorage_m:g}m"),
            ("away_from_shore", f"{away_from_shore_m:g}m"),
            ("silent", f"{in_hours(silent_for)}..{in_hours(silent_at_most)}"),
            ("speed", "own" if speed_kn is None else f"{speed_kn:g}kn"),
            ("within", f"{within_m:g}m"),
            ("detour", f"{detour_m:g}m"),
            ("alone", f"{alone_m:g}m"),
            ("most_drifts", str(most_drifts)),
            ("most_others", str(most_others)),
        ),
    )


_COLUMNS = (
    "ship", "what", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon", "knots",
    "source", "row", "next_source", "next_row",
)  # fmt: skip


def _both(
    positions: pl.DataFrame,
    *,
    drifts: partial[pl.DataFrame],
    slots: Slots,
    silent_us: tuple[int, int],
    speed_kn: float | None,
    stay_us: int,
    until: Coverage | None,
) -> pl.DataFrame:
    """Drifts and silences of each ship, one row for each day (of 24 h since 1970) that they touch."""
    drifting = runs(drifts(positions, until=until), slots, until)
    hour = (pl.col("end") - pl.col("start")).dt.total_microseconds() / _HOUR_US
    drifting = drifting.with_columns(
        (pl.col("sailed_m") / geo.METRES_PER_NM / hour).alias("knots"), pl.lit(_DRIFT).alias("what")
    )
    table = pl.concat([drifting.select(_COLUMNS), _silences(positions, silent_us, speed_kn, stay_us)])
    table = table.with_columns(pl.col("start", "end").to_physical())
    days = pl.int_ranges(pl.col("start") // _DAY_US, pl.col("end") // _DAY_US + 1, dtype=pl.Int64).alias("day")
    return table.with_columns(days).explode("day", empty_as_null=False, keep_nulls=False)


def _silences(
    positions: pl.DataFrame, silent_us: tuple[int, int], speed_kn: float | None, stay_us: int
) -> pl.DataFrame:
    """Silences that leave the ship the time to stay somewhere, with its own speed."""
    ship, time = positions["ship"].to_numpy(), positions["time"].to_physical().to_numpy()
    lasted = np.diff(time)
    off = np.flatnonzero((ship[1:] == ship[:-1]) & (lasted > silent_us[0]) & (lasted <= silent_us[1]))
    one = positions[off].select("ship", pl.col("time").alias("start"), pl.col("lat", "lon").name.prefix("start_"),
                                "source", "row")  # fmt: skip
    two = positions[off + 1].select(pl.col("time").alias("end"), pl.col("lat", "lon").name.prefix("end_"),
                                    pl.col("source", "row").name.prefix("next_"))  # fmt: skip
    found = one.hstack(two).with_columns(pl.lit(_SILENCE).alias("what"))
    if speed_kn is None:
        sog = pl.col("sog").cast(pl.Float64).round(3)
        shown = (
            positions.lazy()
            .filter(pl.col("ship").is_in(found["ship"].unique().implode()) & (sog > _MOVING_KN))
            .group_by("ship")
            .agg(sog.quantile(0.95, "nearest").alias("shown"), pl.len().alias("count"))
            .filter(pl.col("count") >= _SHOWN)
            .collect()
        )
        found = found.join(shown, on="ship", how="left", maintain_order="left")
        found = found.with_columns(pl.col("shown").fill_null(USUAL_KN).alias("knots"))
    else:
        found = found.with_columns(pl.lit(speed_kn).alias("knots"))
    direct = geo.distance_m(*(found[name].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon")))
    spare = (found["end"] - found["start"]).to_physical().to_numpy() - _takes_us(direct, found["knots"].to_numpy())
    return found.filter(pl.Series(spare >= stay_us, dtype=pl.Boolean)).select(_COLUMNS)


def _takes_us(metres: Floats, knots: Floats) -> Floats:
    result: Floats = metres / (knots * geo.KNOT_MS) * 1e6
    return result


def _possible(table: pl.DataFrame, *, within_m: float, detour_m: float, stay_us: int) -> Iterator[pl.DataFrame]:
    """Each drift with each silence in which the other ship could have been there; in the first day of both."""
    drifts, silences = (table.filter(pl.col("what") == what) for what in (_DRIFT, _SILENCE))
    middle = [(drifts[f"start_{name}"].to_numpy(), drifts[f"end_{name}"].to_numpy()) for name in ("lat", "lon")]
    half_m = geo.distance_m(middle[0][0], middle[1][0], middle[0][1], middle[1][1])
    one = near.Places.of(drifts["day"].to_numpy(), middle[0][0], middle[1][0])
    two = near.Places.of(silences["day"].to_numpy(), *(silences[f"start_{name}"].to_numpy() for name in ("lat", "lon")))
    none = np.zeros(0, np.int64)
    yield _fitting(drifts, silences, none, none, within_m, detour_m, stay_us)  # the columns, of nothing
    for drift, silence, _ in near.between(one, two, within_m + float(half_m.max(initial=0.0))):
        yield _fitting(drifts, silences, drift, silence, within_m, detour_m, stay_us)


def _fitting(
    drifts: pl.DataFrame, silences: pl.DataFrame, drift: Ints, silence: Ints, within_m: float, detour_m: float,
    stay_us: int,
) -> pl.DataFrame:  # fmt: skip
    """Those pairs of a drift and a silence for which the time and the way suffice."""
    start, end, ship = (
        (drifts[name].to_numpy()[drift], silences[name].to_numpy()[silence]) for name in ("start", "end", "ship")
    )
    starts = np.maximum(*start)
    fits = (starts // _DAY_US == drifts["day"].to_numpy()[drift]) & (ship[0] != ship[1])
    fits &= np.minimum(*end) - starts >= stay_us  # or there is no time, whatever the way
    both: pl.DataFrame = drifts[drift[fits]].hstack(silences[silence[fits]].rename(lambda name: f"other_{name}"))
    path = _Path.of(both)
    there, there_m = _arrival(both, path, "start")
    back, back_m = _arrival(both, path, "end")
    ends = (both[f"other_{name}"].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon"))
    direct_m = geo.distance_m(*ends)
    possible: Bools = (
        (back - there >= stay_us)
        & (there_m <= within_m)
        & (back_m <= within_m)
        & (there_m + back_m - direct_m <= detour_m)
    )
    lat, lon = path.at(there - path.start)
    last_lat, last_lon = path.at(back - path.start)
    numbers = {"there": there, "back": back, "there_m": there_m, "back_m": back_m, "direct_m": direct_m, "lat": lat,
               "lon": lon, "last_lat": last_lat, "last_lon": last_lon}  # fmt: skip
    return (
        both.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in numbers.items())
        .filter(pl.Series(possible, dtype=pl.Boolean))
        .rename({"start": "drift_start", "end": "drift_end"})
    )


def _arrival(both: pl.DataFrame, path: _Path, end: str) -> tuple[Ints, Floats]:
    """The earliest time at which the silent ship could be at the drift (or, for its end, the latest), and the way.

    The drift moves meanwhile, but slower than the ship: asked again, the answer soon settles. Reckoned from the
    drift's start: of microseconds since 1970 a float keeps no more than quarters, and which depends on the year.
    """
    lat, lon = (both[f"other_{end}_{name}"].to_numpy() for name in ("lat", "lon"))
    own, drift = ((both[name].to_numpy() - path.start).astype(float) for name in (f"other_{end}", end))
    knots = both["other_knots"].to_numpy()
    when = np.maximum(own, drift) if end == "start" else np.minimum(own, drift)
    metres = np.zeros(len(when))
    for _ in range(5):
        metres = geo.distance_m(lat, lon, *path.at(when))
        reached = own + _takes_us(metres, knots) if end == "start" else own - _takes_us(metres, knots)
        when = np.maximum(drift, reached) if end == "start" else np.minimum(drift, reached)
    return path.start + np.round(when).astype(np.int64), metres


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """Where drifts were, on the great circle between their ends."""

    start: Ints
    end: Ints
    one: Floats
    way: Floats
    """Shape (drifts, 3), as `one`: from there to the other end, straight."""

    @classmethod
    def of(cls, both: pl.DataFrame) -> _Path:
        ends = (vectors(both[f"{end}_lat"].to_numpy(), both[f"{end}_lon"].to_numpy()) for end in ("start", "end"))
        one, two = ends
        return cls(both["start"].to_numpy(), both["end"].to_numpy(), one, two - one)

    def at(self, since: Floats | Ints) -> tuple[Floats, Floats]:
        """So many microseconds after their start; before and after the drift, at an end."""
        lasted = self.end - self.start
        share = np.divide(since, lasted, out=np.zeros(len(since)), where=lasted > 0)
        return places(self.one + self.way * np.clip(share, 0.0, 1.0)[:, None])


def _counted(table: pl.DataFrame) -> pl.DataFrame:
    """With `others`, how many silences more fit the same drift at the same time; `table` stands by ship and drift."""
    return table.with_columns(pl.Series("others", _at_once(table), dtype=pl.Int64))


def _candidates(table: pl.DataFrame, *, alone_m: float, most_drifts: int, most_others: int) -> pl.DataFrame:
    """The events of each silence that fits few drifts, and these few silences; `table` stands by silence."""
    table = table.with_columns(table.select(pl.struct("other_ship", "other_start").rle_id())[:, 0].alias("silence"))
    table = table.filter(pl.Series(_alone(table, alone_m), dtype=pl.Boolean))
    table = table.with_columns((pl.col("ship").n_unique().over("silence").cast(pl.Int64) - 1).alias("other_drifts"))
    table = table.filter((pl.col("other_drifts") <= most_drifts) & (pl.col("others") <= most_others))
    return empty(EVENTS) if table.is_empty() else _as_events(table)


def _alone(table: pl.DataFrame, within_m: float) -> Bools:
    """Which candidates have no other ship's drift within that distance that fits the same silence.

    Two ships in one cube of which the diagonal is that distance have company for certain. Only the rest are measured
    against all: a roadstead of thousands, laid pair by pair, would be millions of pairs for each silence.
    """
    if table.is_empty() or within_m <= 0:
        return np.ones(len(table), np.bool_)
    silence, ship = table["silence"].to_numpy().astype(np.int64), table["ship"].to_numpy()
    places = near.Places.of(silence, table["lat"].to_numpy(), table["lon"].to_numpy())
    side = 2 * np.sin(min(within_m / geo.EARTH_RADIUS_M, np.pi) / 2) / np.sqrt(3.0)
    x, y, z = np.floor(places.point / side).astype(np.int64).T
    cubes = table.select("silence", "ship", x=pl.Series(x), y=pl.Series(y), z=pl.Series(z))
    result: Bools = cubes.select(pl.col("ship").n_unique().over("silence", "x", "y", "z") == 1)[:, 0].to_numpy().copy()
    rest = np.flatnonzero(result)
    some = near.Places(silence[rest], places.point[rest])
    for one, two, _ in near.between(some, places, within_m):
        result[rest[one[ship[rest[one]] != ship[two]]]] = False
    return result


def _as_events(table: pl.DataFrame) -> pl.DataFrame:
    times = ("drift_start", "drift_end", "there", "back", "other_start", "other_end")
    table = table.with_columns(pl.col(times).cast(pl.Int64).cast(pl.Datetime("us")))
    gaps = content_ids("gap", table.select("other_ship", "other_start", "other_start_lat", "other_start_lon"))
    return table.select(
        content_ids("dark_encounter", table.select("ship", "other_ship", "there", "lat", "lon")),
        pl.lit("dark_encounter").alias("kind"),
        "ship",
        pl.col("other_ship").alias("other"),
        pl.col("there").alias("start"),
        pl.col("back").alias("end"),
        pl.col("lat").alias("start_lat"),
        pl.col("lon").alias("start_lon"),
        pl.col("last_lat").alias("end_lat"),
        pl.col("last_lon").alias("end_lon"),
        pl.Series("details", _details(table, gaps), dtype=pl.String),
        cited("", "next_", "other_", "other_next_").alias("sources"),
    )


def _at_once(table: pl.DataFrame) -> Ints:
    """For each candidate the number of others of the same drift whose time overlaps with its own."""
    group = (table.select(pl.struct("ship", "drift_start").rle_id())[:, 0]).to_numpy().astype(np.int64)
    times, rank = np.unique(np.append(table["there"].to_numpy(), table["back"].to_numpy()), return_inverse=True)
    there, back = (group * (len(times) + 1) + part for part in (rank[: len(group)], rank[len(group) :]))
    begun = np.searchsorted(np.sort(there), back, side="left")
    over = np.searchsorted(np.sort(back), there, side="right")
    result: Ints = (begun - over - 1).astype(np.int64)
    return result


def _details(table: pl.DataFrame, gaps: pl.Series) -> list[str]:
    hours = {"drift_hours": ("drift_end", "drift_start"), "hours": ("back", "there"),
             "silent_hours": ("other_end", "other_start")}  # fmt: skip
    numbers = {"drift_kn": ("knots", 3), "speed_kn": ("other_knots", 3), "there_m": ("there_m", 1),
               "away_m": ("back_m", 1)}  # fmt: skip
    ways = table.select("there_m", "back_m", "direct_m").rows()
    return texts(
        {
            "candidate": [True] * table.height,
            "detour_m": [round(there + back - direct, 1) for there, back, direct in ways],
            "drift_start": table["drift_start"].to_list(),
            "gap": gaps.to_list(),
            "other_drifts": table["other_drifts"].to_list(),
            "others": table["others"].to_list(),
            **{
                name: [round(us / _HOUR_US, 4) for us in (table[end] - table[start]).to_physical().to_list()]
                for name, (end, start) in hours.items()
            },
            **{
                name: [round(value, digits) for value in table[column].to_list()]
                for name, (column, digits) in numbers.items()
            },
        }
    )
