"""A ship calls at a port: in within 3 km, out beyond 4 km, with a stop or a silence in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake import ports as default_ports
from darkwake.errors import WrongUse
from darkwake.events.coverage import Coverage
from darkwake.events.details import texts
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.stage import By, Stage
from darkwake.evidence import content_ids
from darkwake.nearest import spread
from darkwake.schema import CITATION, EVENTS, PORTS, empty, problems

CELL_DEG = 0.05
"""Side of the cells in which ports are looked up; any size gives the same, this one keeps the candidates few."""
_READS = ("ship", "time", "lat", "lon", "sog", "source", "row")
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def port_call(
    *,
    ports: pl.DataFrame | None = None,
    enter_m: float = 3000.0,
    leave_m: float = 4000.0,
    stop_kn: float = 0.2,
    go_kn: float = 0.5,
    silent_for: timedelta = hours(4),  # noqa: B008  a timedelta cannot change
    passing: bool = False,
    until: datetime | None = None,
) -> Detector:
    """A ship came to a port and stopped there, or fell silent there.

    What it flags:
        An unbroken visit to the surroundings of a port in which the ship stopped or was silent. The visit begins at
        the first position within `enter_m` of a port's point and lasts until a position beyond `leave_m` of every
        point. Inside, a stop begins at `stop_kn` or less and ends at `go_kn` or more. A ship that only sails past
        makes no call, unless `passing` asks for it. The call has no end where the ship was still in port at its last
        position. How sure the call is (confidence) counts what was seen of it: 4 a stop or a silence with both the
        entry and the exit, 3 with one of them, 2 with neither, 1 an entry or exit alone.

    Why it matters:
        Calls are the ends of voyages: what was loaded or landed, was loaded or landed there. A call at a port that
        nobody mentions, or a silence that begins and ends near one, is what a reader looks for.

    Innocent explanations:
        - The ship waited at anchor within the distance and never came alongside.
        - The ship took fuel, stores, crew or a pilot, or sheltered from weather.
        - The ship is a tug, a pilot boat or a ferry whose work is in that port.
        - The position is a few kilometres off, as with jammed satellite navigation.
        - The port is a neighbour of the one meant, because their points lie closer than the distance.

    Parameters:
        ports: PORTS, several points a port allowed; None takes the table in the package.
        enter_m: a ship within this distance in metres of a port's point is in port.
        leave_m: a ship in port stays in it up to this distance in metres.
        stop_kn: a ship in port stops at this speed or less; speed between positions where none was sent.
        go_kn: a stopped ship moves again at this speed or more.
        silent_for: no position for this long or longer, begun in port, counts as a silence in port.
        passing: also visits without a stop and without a silence, of which the entry or the exit was seen; they have
            confidence 1 and are no ends of voyages.
        until: the end of the data; None takes the time of the last position of the whole source, or the last one
            before nobody at all was heard for a day.

    References:
        - Global Fishing Watch, pipe-anchorages: port visits; 3 and 4 km, 0.2 and 0.5 kn, 4 h; its events are entry,
          stop, gap and exit, and its confidence 1 to 4 is counted from them in the same way.
        - World Port Index, National Geospatial-Intelligence Agency, Pub. 150: the points of the default table.
    """
    table = default_ports.default() if ports is None else ports
    wrong = problems(table, PORTS)
    if wrong:
        raise WrongUse(
            f"the table is not PORTS: {wrong[0]}",
            where="port_call(ports=...)",
            to_do="Read it with darkwake.ports.read",
        )
    if not (0 < enter_m <= leave_m and 0 <= stop_kn <= go_kn and silent_for > timedelta(0)):
        raise WrongUse(
            "a ship would leave before it came, or go before it stopped",
            where="port_call(...)",
            to_do="Give 0 < enter_m <= leave_m, 0 <= stop_kn <= go_kn and a silence longer than nothing",
        )
    do = partial(
        _calls,
        places=Places.of(table, within_m=leave_m),
        enter_m=enter_m,
        leave_m=leave_m,
        stop_kn=stop_kn,
        go_kn=go_kn,
        silent_us=silent_for // _MICROSECOND,
        passing=passing,
    )
    if until is not None:
        do = partial(do, until=Coverage((until,)))
    said = {"enter": f"{enter_m:g}m", "leave": f"{leave_m:g}m", "stop": f"{stop_kn:g}kn", "go": f"{go_kn:g}kn"}
    return Detector(
        kind="port_call",
        stages=(Stage(By("ship"), do, reads=_READS, until=until is None),),
        about=str(port_call.__doc__),
        parameters=(*said.items(), ("silent_for", in_hours(silent_for)), *((("passing", "yes"),) if passing else ())),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points of ports, with every grid cell that a circle round one of them touches: what is near is looked up."""

    table: pl.DataFrame
    """PORTS, sorted by port, lat, lon."""
    cells: Ints
    """The cells that have candidates, rising."""
    first: Ints
    """Where the candidates of each cell begin; one longer than `cells`."""
    candidates: Ints
    """Rows of `table`."""

    @classmethod
    def of(cls, ports: pl.DataFrame, *, within_m: float) -> Places:
        """The lookup for points within `within_m` metres."""
        table = ports.sort("port", "lat", "lon")
        cells, points = _touched(table["lat"].to_numpy(), table["lon"].to_numpy(), within_m)
        order = np.lexsort((points, cells))
        unique, first = np.unique(cells[order], return_index=True)
        return cls(table, unique, np.append(first, len(cells)).astype(np.int64), points[order])

    def nearest(self, lat: Floats, lon: Floats) -> tuple[Ints, Floats]:
        """The row in `table` and the distance in metres of the nearest point of each position.

        -1 and infinity where no point's circle reaches the position's cell. Of equally near points the first counts.
        """
        nearest, distance = np.full(len(lat), -1, np.int64), np.full(len(lat), np.inf)
        if not len(self.cells) or not len(lat):
            return nearest, distance
        cell = geo.cell(lat, lon, CELL_DEG)
        # ships stay in a cell for many positions: each stay is looked up once
        opens = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        slot = np.minimum(np.searchsorted(self.cells, cell[opens]), len(self.cells) - 1)
        held = np.flatnonzero(self.cells[slot] == cell[opens])
        which, row = spread(opens[held], np.append(opens[1:], len(cell))[held])
        slot = slot[held][which]
        begins, ends = self.first[slot], self.first[slot + 1]
        port_lat, port_lon = self.table["lat"].to_numpy(), self.table["lon"].to_numpy()
        turn = 0
        while len(row):  # one turn a candidate of a cell, all positions at once
            point = self.candidates[begins + turn]
            metres = geo.distance_m(lat[row], lon[row], port_lat[point], port_lon[point])
            nearer = metres < distance[row]
            nearest[row[nearer]], distance[row[nearer]] = point[nearer], metres[nearer]
            turn += 1
            more = begins + turn < ends
            row, begins, ends = row[more], begins[more], ends[more]
        return nearest, distance


def _touched(lat: Floats, lon: Floats, within_m: float) -> tuple[Ints, Ints]:
    """Each pair of a cell and a point whose circle's bounding box touches it; round the poles and the antimeridian."""
    arc = within_m / geo.EARTH_RADIUS_M * 1.000001  # rounding must not lose a cell
    tall = np.degrees(arc)
    polar = np.abs(lat) + tall >= 90.0
    ratio = np.sin(arc) / np.where(polar, 1.0, np.cos(np.radians(lat)))
    wide = np.where(polar, 180.0, np.degrees(np.arcsin(np.clip(ratio, -1.0, 1.0))))
    across = geo.columns(CELL_DEG)
    south = np.floor((np.maximum(lat - tall, -90.0) + 90.0) / CELL_DEG).astype(np.int64)
    north = np.floor((np.minimum(lat + tall, 90.0) + 90.0) / CELL_DEG).astype(np.int64)
    west = np.floor((lon - wide + 180.0) / CELL_DEG).astype(np.int64)
    east = np.floor((lon + wide + 180.0) / CELL_DEG).astype(np.int64)
    columns, rows = np.minimum(east - west + 1, across), north - south + 1
    count = rows * columns
    point = np.repeat(np.arange(len(lat)), count)
    step = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    row, column = south[point] + step // columns[point], west[point] + step % columns[point]
    return row * across + column % across, point


def _calls(
    positions: pl.DataFrame,
    *,
    places: Places,
    enter_m: float,
    leave_m: float,
    stop_kn: float,
    go_kn: float,
    silent_us: int,
    passing: bool,
    until: Coverage | None,
) -> pl.DataFrame:
    if positions.is_empty() or until is None:
        return empty(EVENTS)
    ship = positions["ship"].to_numpy()
    time = positions["time"].to_physical().to_numpy()
    lat, lon = positions["lat"].to_numpy(), positions["lon"].to_numpy()
    opens = np.append(True, ship[1:] != ship[:-1])  # the first position of each ship
    point, distance = places.nearest(lat, lon)
    moved = opens | _elsewhere(places, point, lat, lon, leave_m)
    inside = _latched(on=distance <= enter_m, off=distance >= leave_m, reset=moved)
    row = np.flatnonzero(inside)
    if not len(row):
        return empty(EVENTS)
    begins = moved[row] | ~inside[row - 1]
    speed = _speed(positions, row, opens, time)
    stopped = _latched(on=speed <= stop_kn, off=speed >= go_kn, reset=begins)
    closes = np.append(opens[1:], True)
    after = np.where(closes, until.end_us(time), np.append(time[1:], 0))
    pause = after[row] - time[row]
    silent = pause >= silent_us
    stays = ~np.append(begins[1:], True)  # the next position belongs to the same visit
    inner = pl.DataFrame(
        {
            "visit": np.cumsum(begins) - 1,
            "at": row,
            "point": point[row],
            "distance": distance[row],
            "stopped": stopped,
            "silent": silent,
            "stay_us": np.where(stays, pause, 0),
            "stopped_us": np.where(stays & stopped & ~silent, pause, 0),
            "silent_us": np.where(silent & ~closes[row], pause, 0),
        }
    )
    visits = inner.group_by("visit", maintain_order=True).agg(
        pl.col("at").first().alias("first"),
        pl.col("at").last().alias("last"),
        pl.col("stopped", "silent").any(),
        pl.col("stay_us", "stopped_us", "silent_us").sum(),
    )
    first, last = visits["first"].to_numpy(), visits["last"].to_numpy()
    visits = visits.with_columns(
        pl.Series("entry", ~opens[first] & ~inside[first - 1]),
        pl.Series("ended", ~closes[last]),
        pl.Series("exit", ~closes[last] & ~inside[np.minimum(last + 1, len(inside) - 1)]),
    )
    crossed = pl.lit(passing) & (pl.col("entry") | pl.col("exit"))
    visits = visits.filter(pl.col("stopped") | pl.col("silent") | crossed)
    return _as_events(positions, visits, _by_port(inner, places, visits["visit"]))


def _latched(*, on: Bools, off: Bools, reset: Bools) -> Bools:
    """True from a row where `on` holds until one where `off` does; else the last state, which is False at `reset`.

    Where both hold, `on` wins: Global Fishing Watch asks in that order.
    """
    decided = np.where(on | off | reset, np.arange(len(on)), 0)
    result: Bools = on[np.maximum.accumulate(decided)]
    return result


def _elsewhere(places: Places, point: Ints, lat: Floats, lon: Floats, leave_m: float) -> Bools:
    """Where a ship came from one port's circle into another's unheard: the move between is the end of a call."""
    here = np.flatnonzero((point[1:] >= 0) & (point[:-1] >= 0)) + 1
    port = places.table["port"].rank("dense").to_numpy()
    here = here[port[point[here]] != port[point[here - 1]]]
    left, old = np.zeros(len(point), np.bool_), point[here - 1]
    port_lat, port_lon = places.table["lat"].to_numpy(), places.table["lon"].to_numpy()
    left[here] = geo.distance_m(lat[here], lon[here], port_lat[old], port_lon[old]) >= leave_m
    return left


def _speed(positions: pl.DataFrame, row: Ints, opens: Bools, time: Ints) -> Floats:
    """Knots at those rows: as sent, else over the way from the ship's position before; NaN where neither is known."""
    speed = positions["sog"].cast(pl.Float64).round(3).fill_null(float("nan")).to_numpy()[row]
    unsent = np.isnan(speed) & ~opens[row]
    here = row[unsent]
    lat, lon = positions["lat"].to_numpy(), positions["lon"].to_numpy()
    metres = geo.distance_m(lat[here - 1], lon[here - 1], lat[here], lon[here])
    seconds = (time[here] - time[here - 1]) / 1e6
    moved = np.full(len(here), np.nan)
    np.divide(metres, seconds * geo.KNOT_MS, out=moved, where=seconds > 0)
    result = speed.copy()
    result[unsent] = moved
    return result


def _by_port(inner: pl.DataFrame, places: Places, visits: pl.Series) -> pl.DataFrame:
    """The port of each visit, and the others where it stopped: by time stopped, then time spent, then distance."""
    named = places.table.with_row_index("point").with_columns(pl.col("point").cast(pl.Int64))
    by_port = (
        inner.filter(pl.col("visit").is_in(visits.implode()))
        .join(named, on="point")
        .group_by("visit", "port")
        .agg(
            pl.col("name", "country").sort_by("distance", "point").first(),
            pl.col("stopped_us", "stay_us").sum(),
            pl.col("distance").min(),
        )
        .sort(["visit", "stopped_us", "stay_us", "distance", "port"], descending=[False, True, True, False, False])
    )
    rest = pl.col("port").filter(pl.int_range(pl.len()).gt(0) & (pl.col("stopped_us") > 0)).sort().alias("also")
    chosen = by_port.group_by("visit", maintain_order=True).agg(
        pl.col("port", "name", "country", "distance").first(), rest
    )
    return chosen.drop("visit")


def _as_events(positions: pl.DataFrame, visits: pl.DataFrame, at_port: pl.DataFrame) -> pl.DataFrame:
    cited = pl.struct("source", pl.col("row").alias("first_row"), pl.col("row").alias("last_row")).cast(CITATION)
    start = positions[visits["first"].to_numpy()].select("ship", "time", "lat", "lon", cited.alias("cited"))
    last = positions[visits["last"].to_numpy()].select("time", "lat", "lon", cited.alias("cited"))
    both = visits.hstack(at_port).hstack(start).hstack(last.rename(lambda name: f"last_{name}"))
    heard = (pl.col("last_time") - pl.col("time")).dt.total_microseconds()
    details = _details(both.with_columns(heard.alias("heard_us")))
    once = pl.col("first") == pl.col("last")
    return both.select(
        content_ids("port_call", both.select("ship", "time", "lat", "lon")),
        pl.lit("port_call").alias("kind"),
        "ship",
        pl.lit(None, pl.Int64).alias("other"),
        pl.col("time").alias("start"),
        pl.when("ended").then("last_time").alias("end"),
        pl.col("lat").alias("start_lat"),
        pl.col("lon").alias("start_lon"),
        pl.when("ended").then("last_lat").alias("end_lat"),
        pl.when("ended").then("last_lon").alias("end_lon"),
        pl.Series("details", details, dtype=pl.String),
        pl.concat_list("cited", pl.when(~once).then("last_cited")).list.drop_nulls().alias("sources"),
    )


def _details(visits: pl.DataFrame) -> list[str]:
    parts = (("entry", "entry"), ("stop", "stopped"), ("gap", "silent"), ("exit", "exit"))
    spans = {"heard_h": "heard_us", "stopped_h": "stopped_us", "gap_h": "silent_us"}
    seen = visits.select(column for _, column in parts)
    # few ways to see a visit: the words of each once
    told = {row: [part for (part, _), is_so in zip(parts, row, strict=True) if is_so] for row in seen.unique().rows()}
    return texts(
        {name: visits[name].to_list() for name in ("port", "name", "country", "also")}
        | {"distance_m": [round(metres, 1) for metres in visits["distance"].to_list()]}
        | {name: [round(us / _HOUR_US, 4) for us in visits[column].to_list()] for name, column in spans.items()}
        | {"parts": [told[row] for row in seen.rows()]}
        | {"confidence": [_confidence(*row) for row in seen.rows()]}
    )


def _confidence(entry: bool, stopped: bool, silent: bool, exited: bool) -> int:
    """1 to 4, as Global Fishing Watch counts it: what was seen of the visit, not how long it was."""
    if not (stopped or silent):
        return 1
    return 2 + entry + exited
