"""A ship falls silent: the plain fact, without a verdict. What it means is weighed in silence.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events.coverage import Coverage
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.stage import By, Stage
from darkwake.evidence import content_ids
from darkwake.schema import CITATION, EVENTS, empty

BEFORE = timedelta(hours=12)
"""The span before a gap in which positions are counted: Global Fishing Watch's, as Welch et al. (2022) use it."""
_READS = ("ship", "time", "lat", "lon", "receiver", "source", "row")
_RECEIVERS = ("satellite", "terrestrial", "unknown")
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000


def gap(
    *,
    longer_than: timedelta = hours(6),  # noqa: B008  a timedelta cannot change
    with_open: bool = True,
    until: datetime | None = None,
) -> Detector:
    """A ship was not heard for longer than a threshold.

    What it flags:
        Two consecutive positions of one ship that lie more than `longer_than` apart (strictly: a silence of exactly
        the threshold is none). Also, unless told otherwise, a last position that lies more than `longer_than` before
        the end of the data: an open gap, with no end.

    Why it matters:
        A ship that wants to hide a call or a meeting stops transmitting. So a silence is where to look; by itself it
        says nothing about why.

    Innocent explanations:
        - The ship was out of reach of the receivers: reception of AIS ends some 40 nautical miles from a coastal
          station, and a satellite hears only part of what is sent in dense water.
        - A receiver, or the feed behind it, was down in those hours.
        - The ship left the area that the data cover.
        - The equipment failed or lost its power, as in a laid-up ship or one in dry dock.
        - Satellite navigation was jammed, and the transmitter sent no usable position.
        - The master switched off for safety, as SOLAS regulation V/19 lets him where piracy threatens.
        - Two ships shared one number, and the two ends of the silence belong to different ships.

    Parameters:
        longer_than: the threshold, at least a minute; 6 h is the pipeline default of Global Fishing Watch.
        with_open: whether the silence after a ship's last position counts too.
        until: the end of the data; None takes the time of the last position of the whole source, or the last one
            before nobody at all was heard for a day.

    References:
        - Global Fishing Watch, pipe-gaps: consecutive positions, strictly more than the threshold; 12 h in its core,
          6 h in its pipeline; the count of positions in the 12 h before.
        - Welch et al., Hot spots of unseen fishing vessels, Science Advances 8 (2022), eabq2109.
    """
    if longer_than < timedelta(minutes=1):
        raise WrongUse(
            f"a gap longer than {longer_than} is no threshold",
            where="gap(longer_than=...)",
            to_do="Give a minute or more",
        )
    ends = partial(_ends, longer_than=longer_than, with_open=with_open)
    gaps = partial(_gaps, longer_than=longer_than)
    if until is None:
        stages: tuple[Stage, ...] = (Stage(By("ship"), ends, reads=_READS, late=gaps),)
    else:
        stages = (Stage(By("ship"), ends, reads=_READS), Stage(By("ship"), partial(gaps, until=Coverage((until,)))))
    return Detector(
        kind="gap",
        stages=stages,
        about=str(gap.__doc__),
        parameters=(("longer_than", in_hours(longer_than)), ("with_open", str(with_open).lower())),
    )


def _ends(positions: pl.DataFrame, *, longer_than: timedelta, with_open: bool) -> pl.DataFrame:
    """Both ends of each silence between two positions, and (with_open) each ship's last position, with no end."""
    ship = positions["ship"].to_numpy()
    time = positions["time"].to_physical().to_numpy()
    turns = np.flatnonzero(ship[1:] != ship[:-1])
    last = np.append(turns, np.arange(len(ship))[-1:])  # of each ship
    off = np.flatnonzero(np.diff(time) > longer_than // _MICROSECOND)
    off = off[ship[off] == ship[off + 1]]
    still = last if with_open else last[:0]
    at = np.append(off, still)
    on = pl.Series(off + 1).extend(pl.repeat(None, len(still), dtype=pl.Int64, eager=True))
    first = np.append(0, turns + 1)[np.searchsorted(last, at)]
    before = _heard_before(time, positions["receiver"], first, at)
    found = _rows(positions, pl.Series(at), "start").hstack(_rows(positions, on, "end")).hstack(before)
    cited = [_cited(positions, np.column_stack([off, off + 1])), _cited(positions, still[:, None])]
    return found.with_columns(pl.concat(cited), open=pl.col("end").is_null())


def _gaps(ends: pl.DataFrame, *, longer_than: timedelta, until: Coverage | None) -> pl.DataFrame:
    """The gaps among `ends`: of those without an end the ones that had lasted long enough when the data ended."""
    if ends.is_empty() or until is None:
        return empty(EVENTS)
    lasted = pl.coalesce("end", until.end_of(ends["start"])) - pl.col("start")
    found = ends.with_columns(lasted.alias("lasted")).filter(pl.col("lasted") > longer_than)
    hour = pl.col("lasted").dt.total_microseconds() / _HOUR_US
    return _as_events(found.with_columns(hour.alias("hours"), _distance(found)))


def _rows(positions: pl.DataFrame, at: pl.Series, side: str) -> pl.DataFrame:
    """The positions at those rows, as the columns of one side of the gaps; none where there is no row."""
    ship = [pl.col("ship")] if side == "start" else []
    chosen = positions.select(*ship, "time", "lat", "lon").select(pl.all().gather(at))
    return chosen.select(*ship, pl.col("time").alias(side), pl.col("lat", "lon").name.prefix(f"{side}_"))


def _cited(positions: pl.DataFrame, at: NDArray[np.int64]) -> pl.Series:
    """Those rows, shape (gaps, rows of each), as the sources of the gaps."""
    cited = pl.struct("source", pl.col("row").alias("first_row"), pl.col("row").alias("last_row")).cast(CITATION)
    # lists of one length are a table cut anew; to lay columns together row by row takes fifty times as long
    return positions[at.ravel()].select(cited.alias("sources"))["sources"].reshape(at.shape).arr.to_list()


def _distance(found: pl.DataFrame) -> pl.Series:
    ends = [found[name].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon")]
    return pl.Series("distance_m", geo.distance_m(*ends), nan_to_null=True)


def _heard_before(
    time: NDArray[np.int64], receiver: pl.Series, first: NDArray[np.int64], at: NDArray[np.int64]
) -> pl.DataFrame:
    """before, and of those satellite, terrestrial, unknown: positions of the same ship in the 12 h before those rows.

    `first` is the first row of the ship of each. Those of a row's own time do not count.
    """
    since = time[at] - BEFORE // _MICROSECOND
    begin, end = _first_from(time, first, at, since), _first_from(time, first, at, time[at])
    counts = {"before": end - begin}
    for kind in _RECEIVERS[:2]:
        heard = (receiver == kind).fill_null(value=False)
        if heard.all():  # a feed has one kind of receiver more often than not
            counts[kind] = counts["before"]
        elif heard.any():
            upto = np.append(0, np.cumsum(heard.to_numpy()))
            counts[kind] = upto[end] - upto[begin]
        else:
            counts[kind] = np.zeros_like(at)
    counts["unknown"] = counts["before"] - counts["satellite"] - counts["terrestrial"]
    return pl.DataFrame(counts, schema=dict.fromkeys(counts, pl.Int64))


def _first_from(
    time: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """In each range of rows low..high, the first whose time is not before `wanted`: all ranges bisected at once."""
    while (wide := low < high).any():
        middle = (low + high) // 2
        early = wide & (time[middle] < wanted)
        low, high = np.where(early, middle + 1, low), np.where(wide & ~early, middle, high)
    return low


def _as_events(found: pl.DataFrame) -> pl.DataFrame:
    knots = pl.col("distance_m") / geo.METRES_PER_NM / pl.col("hours")
    numbers = {  # in the order of their names, as canonical JSON wants them
        "distance_m": pl.col("distance_m").round(1),
        "heard_12h_before": _object({name: pl.col(name) for name in _RECEIVERS}),
        "hours": pl.col("hours").round(4),
        "implied_kn": knots.round(3),
        "open": pl.col("open"),
        "positions_12h_before": pl.col("before"),
    }
    return found.select(
        content_ids("gap", found.select("ship", "start", "start_lat", "start_lon")),
        pl.lit("gap").alias("kind"),
        "ship",
        pl.lit(None, pl.Int64).alias("other"),
        "start",
        "end",
        "start_lat",
        "start_lon",
        "end_lat",
        "end_lon",
        _object(numbers).alias("details"),
        "sources",
    )


def _object(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Numbers, or JSON as text, as one JSON object; the names must stand in order."""
    words = [pl.format(f'"{name}":{{}}', value.cast(pl.String).fill_null("null")) for name, value in values.items()]
    return pl.concat_str(pl.lit("{"), pl.concat_str(words, separator=","), pl.lit("}"))
