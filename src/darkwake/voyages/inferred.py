"""Calls that nobody heard and something speaks for: each with its grounds, none with a score.

A ship may have called in a gap, after it was last heard, or before it was first heard. That a port was in reach is no
ground. Grounds are: it was near the port, or its course led there, when it was last heard, or came from there when it
was heard again; the destination it sent named the port. That its draught was another one afterwards is told beside
them; alone it names a port only where no other was in reach, which is said as well. What speaks for one port may speak
for its neighbour as well, so how many others were in reach stands beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from darkwake import geo, schema
from darkwake.errors import WrongUse
from darkwake.evidence import content_id
from darkwake.nearest import spread
from darkwake.schema import DRAUGHT_CHANGES, EVENTS, INFERRED, PORTS, REACH, VOYAGES
from darkwake.voyages.destinations import destinations, named, ports_named
from darkwake.voyages.reach import SLOWEST_TOP_KN
from darkwake.voyages.silences import silences, with_courses

INFERRED_INNOCENT = (
    "The ship sailed past the port, on along the coast or out of the area that the data cover.",
    "The ship waited, drifted or anchored off, and called nowhere.",
    "The destination was left over from an earlier voyage, or was entered as an option and never taken up.",
    "The ship called at a neighbour of the port, or met another ship at sea.",
    "The ship called there and was badly received in port, as many are behind cranes and sheds.",
)
"""What else than a call there may explain the grounds."""
NEAR_M = 30_000.0
MISS_M = 5_000.0
_CHUNK = 2_000
_SILENCE = ("kind", "voyage", "event", "ship", "since", "until")


def inferred(
    voyages: pl.DataFrame,
    events: pl.DataFrame,
    ships: pl.DataFrame,
    reach: pl.DataFrame,
    ports: pl.DataFrame,
    positions: pl.LazyFrame,
    *,
    identities: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    top_kn: Mapping[int, float] | None = None,
    near_m: float = NEAR_M,
    miss_m: float = MISS_M,
    within: timedelta = timedelta(hours=1),
) -> pl.DataFrame:
    """INFERRED: the ports at which a call may be hidden in a silence, where there is any ground for that port.

    Args:
        voyages: VOYAGES.
        events: EVENTS, at least the gaps of those legs.
        ships: SHIPS, for where each track begins and ends.
        reach: REACH of those gaps, among all `ports`; a gap that is not in it gives nothing.
        ports: PORTS to look among at the ends of tracks.
        positions: POSITIONS of the store, for the courses.
        identities: IDENTITIES, for the destinations; None knows none.
        changes: DRAUGHT_CHANGES over gaps; None knows none.
        top_kn: as for `within_reach`: how early a ship can have arrived after it was last heard.
        near_m: from no farther off does a course speak for a port.
        miss_m: a course speaks for a port that it leads past within this; nearer than this, any course does.
        within: how long before and after a silence the course is taken over.

    Raises:
        WrongUse: a table does not have its schema, or the distances are not 0 < miss_m <= near_m.
    """
    checked = [
        (voyages, VOYAGES, "voyages"),
        (events, EVENTS, "events"),
        (reach, REACH, "reach"),
        (ports, PORTS, "ports"),
    ]
    checked += [(changes, DRAUGHT_CHANGES, "changes")] if changes is not None else []
    for table, want, name in checked:
        wrong = schema.problems(table, want)
        if wrong:
            raise WrongUse(
                f"the table does not fit: {wrong[0]}", where=f"inferred({name})", to_do="See darkwake.schema"
            )
    if not 0 < miss_m <= near_m:
        raise WrongUse("the distances are in no order", where="inferred(...)", to_do="Give 0 < miss_m <= near_m")
    quiet = with_courses(silences(voyages, events, ships), positions, ships, within=within)
    said = destinations(quiet, identities) if identities is not None else None
    found = pl.concat([_in_gaps(quiet, reach), _at_ends(quiet, ports, said, near_m, top_kn or {})])
    found = _with_grounds(found, said, changes, near_m=near_m, miss_m=miss_m)
    key = ("kind", "voyage", "event", "ship", "port")
    ids = [content_id("inferred", *row) for row in found.select(key).iter_rows()]
    return found.with_columns(pl.Series("id", ids, dtype=pl.String)).select(list(INFERRED))


def _in_gaps(quiet: pl.DataFrame, reach: pl.DataFrame) -> pl.DataFrame:
    """Every port in reach of each closed gap, with the times that the ways leave."""
    where = reach.drop("ship", "speed_kn").with_columns(others=pl.len().over("event").cast(pl.Int64) - 1)
    pairs = quiet.filter(pl.col("kind") == "gap").join(where, on="event")
    speed = reach.select("event", pl.col("speed_kn").first().over("event")).unique("event")
    pairs = pairs.join(speed, on="event")
    return _timed(pairs.with_columns(only=pl.col("others") == 0))


def _at_ends(
    quiet: pl.DataFrame, ports: pl.DataFrame, said: pl.DataFrame | None, near_m: float, top_kn: Mapping[int, float]
) -> pl.DataFrame:
    """The ports near each end of a track, and those that the last destination names, wherever they lie."""
    ends = quiet.filter(pl.col("kind") != "gap").with_columns(
        lat_here=pl.coalesce("since_lat", "until_lat"), lon_here=pl.coalesce("since_lon", "until_lon")
    )
    pairs = near(ends, ports, near_m)
    if said is not None:
        key = ["voyage", "kind", "event"]
        bound = ends.filter(pl.col("kind") == "end").join(said.select(*key, "keys"), on=key, nulls_equal=True)
        pairs = pl.concat([pairs, ports_named(bound, ports).select(pairs.columns)])
    lat, lon, port_lat, port_lon = (pairs[name].to_numpy() for name in ("lat_here", "lon_here", "lat", "lon"))
    metres = geo.distance_m(lat, lon, port_lat, port_lon)
    pairs = pairs.with_columns(pl.Series("metres", metres))
    pairs = pairs.sort("voyage", "kind", "port", "metres", "lat", "lon").unique(
        ["voyage", "kind", "port"], keep="first", maintain_order=True
    )
    speed = pl.col("ship").replace_strict(dict(top_kn), default=SLOWEST_TOP_KN, return_dtype=pl.Float64)
    pairs = pairs.with_columns(
        others=(pl.col("metres") <= near_m).sum().over("voyage", "kind").cast(pl.Int64)
        - (pl.col("metres") <= near_m).cast(pl.Int64),
        speed_kn=pl.max_horizontal(speed, pl.lit(SLOWEST_TOP_KN)),
        there_m=pl.col("metres"),
        back_m=pl.col("metres"),
        slack_h=pl.lit(None, pl.Float64),
        only=pl.lit(False),
    )
    return _timed(pairs)


def _timed(pairs: pl.DataFrame) -> pl.DataFrame:
    def sailing(metres: str) -> pl.Expr:
        seconds = pl.col(metres) / (pl.col("speed_kn") * geo.KNOT_MS)
        return pl.duration(microseconds=(seconds * 1e6).round().cast(pl.Int64))

    courses = ("since_lat", "since_lon", "since_cog", "until_lat", "until_lon", "until_cog")
    return pairs.with_columns(
        earliest=pl.col("since") + sailing("there_m"), latest=pl.col("until") - sailing("back_m")
    ).select(
        *_SILENCE, *courses, "port", "name", "country", "lat", "lon", "earliest", "latest", "slack_h", "others", "only"
    )


def near(ends: pl.DataFrame, ports: pl.DataFrame, near_m: float) -> pl.DataFrame:
    """Each pair of an end and a point of a port within that distance."""
    table = ports.sort("lat", "lon", "port")
    port_lat, port_lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    lat, lon = ends["lat_here"].to_numpy(), ends["lon_here"].to_numpy()
    tall = float(np.degrees(near_m / geo.EARTH_RADIUS_M)) * 1.000001
    which, point = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for at in range(0, len(lat), _CHUNK):
        few = slice(at, at + _CHUNK)
        first, after = (np.searchsorted(port_lat, lat[few] + sign * tall) for sign in (-1, 1))
        end, candidate = spread(first, after)
        metres = geo.distance_m(lat[few][end], lon[few][end], port_lat[candidate], port_lon[candidate])
        which.append(end[metres <= near_m] + at)
        point.append(candidate[metres <= near_m])
    return pl.concat([ends[np.concatenate(which)], table[np.concatenate(point)]], how="horizontal")


def _with_grounds(
    pairs: pl.DataFrame, said: pl.DataFrame | None, changes: pl.DataFrame | None, *, near_m: float, miss_m: float
) -> pl.DataFrame:
    """The pairs for which anything speaks, with the sentences; those of a silence with the most grounds first."""
    before, off_before = _by_course(pairs, "since", near_m, miss_m)
    after, off_after = _by_course(pairs, "until", near_m, miss_m)
    pairs = pairs.with_columns(before=before, after=after, off_m=pl.Series(np.fmin(off_before, off_after)))
    key = ["voyage", "kind", "event"]
    bound, draught = pl.lit(None, pl.String), pl.lit(None, pl.String)
    if said is not None:
        met = named(pairs.select(*key, "port", "name").join(said, on=key, nulls_equal=True))
        says = pl.format("The destination that it last sent, {}, names the port.", pl.col("destination").first())
        met = met.group_by(*key, "port").agg(says.alias("bound"))
        pairs, bound = pairs.join(met, on=[*key, "port"], how="left", nulls_equal=True), pl.col("bound")
    if changes is not None:
        other = changes.filter(pl.col("said").is_in(["deeper", "shallower"])).unique("event", maintain_order=True)
        pairs = pairs.join(other.select("event", draught="says"), on="event", how="left")
        draught = pl.col("draught")
    alone = pl.when("only").then(pl.lit("No other port among those known was within its reach."))
    own = pl.concat_list("before", "after", bound).list.drop_nulls()  # for this port, not for all in reach
    pairs = pairs.with_columns(own=own.list.len(), grounds=pl.concat_list(own, draught).list.drop_nulls())
    # that no other was in reach says where a call was if there was one, and nothing of whether
    # a draught speaks for a call somewhere; alone it would name every port in reach, unless there is one only
    pairs = pairs.filter((pl.col("own") > 0) | ((pl.col("grounds").list.len() > 0) & pl.col("only")))
    pairs = pairs.with_columns(grounds=pl.concat_list("grounds", alone).list.drop_nulls())
    order = ["ship", pl.coalesce("since", "until"), "kind", "voyage", "event"]
    best = [pl.col("own"), pl.col("grounds").list.len(), "off_m", "port"]
    descending = [False] * len(order) + [True, True, False, False]
    return pairs.sort([*order, *best], descending=descending, nulls_last=True)


def _by_course(pairs: pl.DataFrame, side: str, near_m: float, miss_m: float) -> tuple[pl.Series, geo.Floats]:
    """The sentence where place or course on that side speaks for the port, else null; and the metres to the port."""
    lat, lon, cog, port_lat, port_lon = (
        pairs[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in (f"{side}_lat", f"{side}_lon", f"{side}_cog", "lat", "lon")
    )
    metres = geo.distance_m(lat, lon, port_lat, port_lon)
    course = cog if side == "since" else cog + 180.0
    aside = np.radians(np.abs(geo.wrap_lon(geo.bearing_deg(lat, lon, port_lat, port_lon) - course)))
    led = (metres <= near_m) & (aside < np.pi / 2) & (metres * np.sin(aside) <= miss_m)
    close = metres <= miss_m
    heard = pl.when(pl.col("kind") == "begin").then(pl.lit("first heard")).otherwise(pl.lit("heard again"))
    if side == "since":
        heard, way = pl.lit("last heard"), ", and its course led there"
    else:
        way = ", and its course came from there"
    far = pl.Series("far", metres / 1000).fill_nan(None).round(1)
    table = pairs.select("kind", "name").with_columns(far, led=pl.Series(led), close=pl.Series(close))
    told = pl.format(
        "It was {} {} km from {}{}.", heard, "far", "name", pl.when("led").then(pl.lit(way)).otherwise(pl.lit(""))
    )
    return table.select(pl.when(pl.col("led") | pl.col("close")).then(told)).to_series(), metres
