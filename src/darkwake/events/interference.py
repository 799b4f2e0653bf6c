"""Many ships displaced at once: areas and hours in which satellite navigation cannot be believed, blamed on no ship.

A function on events alone. It does not matter how the events were split or ordered: what is near is looked up over
all of them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events.detector import hours
from darkwake.events.false_position import DISPLACED
from darkwake.events.track import Bools, Floats, Ints
from darkwake.evidence import content_id
from darkwake.schema import EVENTS, INTERFERENCE, TIME, empty, problems

_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_MICROSECOND = timedelta(microseconds=1)


def interference(
    events: pl.DataFrame,
    *,
    at_least_ships: int = 4,
    within_m: float = 100_000.0,
    within: timedelta = hours(0.5),  # noqa: B008  a timedelta cannot change
) -> pl.DataFrame:
    """INTERFERENCE: where and when many ships were displaced together.

    An event counts that says that its ship was not where it seemed (jump, stray_fix, on_land, circle), hour by hour.
    An hour of an event is a core if, itself included, `at_least_ships` ships were displaced within `within_m` of it
    (from where their tracks were) and within `within` of that hour; stray fixes do not count for that. Cores that are
    near each other are one area, with all that is near to a core.

    Args:
        events: EVENTS of any kinds, in any order; those of other kinds are passed over.
        at_least_ships: how many ships make an area; one or two are a matter of their receivers.
        within_m: metres between the last believable places.
        within: how far apart in time.

    Raises:
        WrongUse: the table is not EVENTS, or a threshold makes no sense.
    """
    if wrong := problems(events, EVENTS):
        raise WrongUse(f"the table is not EVENTS: {wrong[0]}", where="interference(events)", to_do="Give EVENTS")
    if at_least_ships < 2 or within_m <= 0 or within < timedelta(0):
        raise WrongUse(
            "a threshold makes no sense", where="interference(...)", to_do="Give 2 ships or more, metres above 0"
        )
    false = _displaced(events)
    if false["ship"].n_unique() < at_least_ships:
        return empty(INTERFERENCE)
    parts = _pieces(false)
    one, two = _near(parts, within_m, within // _MICROSECOND)
    area = _areas(parts["ship"].to_numpy(), parts["stray"].to_numpy(), one, two, at_least_ships)
    known = parts.with_columns(area=pl.Series(area)).filter(pl.col("area") >= 0)
    rows = [_row(part, false) for part in known.partition_by("area", maintain_order=True)]
    return pl.DataFrame(rows, schema=INTERFERENCE, orient="row").sort("start", "id")


def _displaced(events: pl.DataFrame) -> pl.DataFrame:
    """The events that count, in one order, with positions, stray and their stretches (microseconds)."""
    chosen = events.filter(pl.col("kind") == "false_position", pl.col("start_lat").is_not_null())
    told = [json.loads(text) for text in chosen["details"]]
    read = pl.DataFrame(
        {
            "positions": pl.Series([one["positions"] for one in told], dtype=pl.Int64),
            "stray": pl.Series([one["pattern"] == "stray_fix" for one in told], dtype=pl.Boolean),
            "stretches": pl.Series([one.get("stretches", []) for one in told], dtype=pl.List(pl.List(pl.String))),
        }
    )
    counted = pl.Series([one["pattern"] in DISPLACED for one in told], dtype=pl.Boolean)
    return chosen.hstack(read).filter(counted).sort("start", "id")


def _pieces(false: pl.DataFrame) -> pl.DataFrame:
    """Each event cut into hours from its own start, those without a false position left out.

    Columns: event (row of `false`), ship, stray, start, end (microseconds), lat, lon: where the track was.
    """
    spans = false.with_row_index("event").explode("stretches", keep_nulls=False, empty_as_null=False)
    first, last = (
        pl.col("stretches").list.get(at).str.strip_suffix("Z").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
        for at in (0, 1)
    )
    whole = (pl.col("end") - pl.col("start")).dt.total_microseconds()
    spans = spans.with_columns(
        (first - pl.col("start")).dt.total_microseconds().alias("first"),
        (last - pl.col("start")).dt.total_microseconds().alias("last"),
        whole.alias("whole"),
    )
    spans = spans.with_columns(
        pl.int_ranges(pl.col("first") // _HOUR_US, pl.col("last") // _HOUR_US + 1).alias("hour")
    ).explode("hour", keep_nulls=False, empty_as_null=False)
    begin, end = (
        pl.max_horizontal("first", pl.col("hour") * _HOUR_US),
        pl.min_horizontal("last", (pl.col("hour") + 1) * _HOUR_US),
    )
    parts = spans.with_columns(begin.alias("first"), end.alias("last")).group_by("event", "hour").agg(
        pl.col("ship", "stray", "start", "whole", "start_lat", "start_lon", "end_lat", "end_lon").first(),
        pl.col("first").min(), pl.col("last").max(),
    ).sort("event", "hour")  # fmt: skip
    share = ((parts["first"] + parts["last"]) / 2 / parts["whole"].cast(pl.Float64)).fill_nan(0.0).to_numpy()
    ends = [parts[name].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon")]
    lat, lon = geo.destination(ends[0], ends[1], geo.bearing_deg(*ends), share * geo.distance_m(*ends))
    since = parts["start"].to_physical()
    return parts.select(
        pl.col("event").cast(pl.Int64), "ship", "stray", (pl.col("first") + since).alias("start"),
        (pl.col("last") + since).alias("end"), pl.Series("lat", lat), pl.Series("lon", lon),
    )  # fmt: skip


def _near(parts: pl.DataFrame, within_m: float, within_us: int) -> tuple[Ints, Ints]:
    """Every ordered pair of pieces that are near in place and time, each with itself too.

    Places are looked up in cubes round the globe, so neither a pole nor 180° is a border; times in days.
    """
    lat, lon, begin, end = (parts[name].to_numpy() for name in ("lat", "lon", "start", "end"))
    cube = np.floor(_globe(lat, lon) / within_m).astype(np.int64)
    first, last = (begin - within_us) // _DAY_US, (end + within_us) // _DAY_US
    number = np.repeat(np.arange(len(lat)), last - first + 1)
    day = (
        first[number]
        + np.arange(len(number))
        - np.repeat(np.cumsum(last - first + 1) - (last - first + 1), last - first + 1)
    )
    home = pl.DataFrame({"two": number, "day": day, **{axis: cube[number, at] for at, axis in enumerate("xyz")}})
    pairs = []
    for step in np.ndindex(3, 3, 3):
        moved = home.rename({"two": "one"}).with_columns(
            *(pl.col(axis) + (by - 1) for axis, by in zip("xyz", step, strict=True))
        )
        met = moved.join(home, on=["day", "x", "y", "z"])
        one, two = met["one"].to_numpy(), met["two"].to_numpy()
        near = np.maximum(begin[one], begin[two]) - np.minimum(end[one], end[two]) <= within_us
        near &= geo.distance_m(lat[one], lon[one], lat[two], lon[two]) <= within_m
        pairs.append(met.select("one", "two").filter(pl.Series(near)))
    found = pl.concat(pairs).unique().sort("one", "two")
    return found["one"].to_numpy(), found["two"].to_numpy()


def _globe(lat: Floats, lon: Floats) -> Floats:
    """Places as metres from the middle of the globe, shape (places, 3); a chord is never longer than its arc."""
    phi, lam = np.radians(lat), np.radians(lon)
    found = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    result: Floats = found * geo.EARTH_RADIUS_M
    return result


def _areas(ship: Ints, stray: Bools, one: Ints, two: Ints, at_least: int) -> Ints:
    """For each piece the first piece of its area, -1 for none."""
    count = len(ship)
    pairs = pl.DataFrame({"one": one, "ship": ship[two]}).filter(pl.Series(~stray[two]))
    ships = pairs.group_by("one").agg(pl.col("ship").n_unique()).filter(pl.col("ship") >= at_least)["one"].to_numpy()
    core = np.zeros(count, np.bool_)
    core[ships] = True
    label = np.arange(count)
    joined = core[one] & core[two]
    from_, to = one[joined], two[joined]
    while True:
        lower = label.copy()
        np.minimum.at(lower, to, label[from_])
        lower = lower[lower]
        if (lower == label).all():
            break
        label = lower
    # what is near to a core and none itself goes to the first core's area
    area = np.where(core, label, count)
    beside = core[one] & ~core[two]
    np.minimum.at(area, two[beside], label[one[beside]])
    return np.where(area == count, -1, area)


def _row(part: pl.DataFrame, false: pl.DataFrame) -> tuple[object, ...]:
    """The row of INTERFERENCE of the pieces of one area."""
    lat = part["lat"].to_numpy()
    south, north = float(lat.min()), float(lat.max())
    west, east = _arc(part["lon"].to_numpy())
    start, end = part.select(pl.col("start").min().cast(TIME), pl.col("end").max().cast(TIME)).row(0)
    events = false[part["event"].unique().sort()]
    ships, positions = events["ship"].n_unique(), int(events["positions"].sum())
    told = sorted(events["id"])
    return (
        content_id("interference", told, start), start, end, south, west, north, east, ships, positions, told,
        _says(start, end, (south, west, north, east), ships, positions),
    )  # fmt: skip


def _arc(lon: Floats) -> tuple[float, float]:
    """West and east of the shortest arc that holds all longitudes; west is greater where it spans 180°."""
    ordered = np.unique(lon)
    gaps = np.append(np.diff(ordered), ordered[0] + 360.0 - ordered[-1])
    widest = int(np.argmax(gaps))
    return float(ordered[(widest + 1) % len(ordered)]), float(ordered[widest])


def _says(start: datetime, end: datetime, box: tuple[float, float, float, float], ships: int, positions: int) -> str:
    south, west, north, east = box
    lats, lons = (_degrees(south, "NS"), _degrees(north, "NS")), (_degrees(west, "EW"), _degrees(east, "EW"))
    place = " and ".join(lats) + ", " + " and ".join(lons)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return (
        f"From {start:%Y-%m-%d %H:%M} to {until} UTC, {ships} ships whose tracks lay between {place} sent {positions} "
        "positions that could not be true; satellite navigation there was not to be believed, and no one ship did that."
    )


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.2f}° {signs[value < 0]}"
