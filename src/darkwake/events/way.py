"""Had the ship kept its course, would it have been heard on the way?

The innocent reading of a silence that ends far from where it began is that the ship sailed on, straight, through water
where nobody was heard just then. That reading can be checked: were others heard in those waters in those hours? The
straight line is not a guess at where the ship was; it is where innocence puts it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.events import peers
from darkwake.events.hearing import CELL_DEG, HOUR_US, Hearing, Ints

PARTS = (1 / 4, 1 / 2, 3 / 4)
"""Where on the way others are listened for."""


def points(gaps: pl.DataFrame, near_m: float) -> pl.DataFrame:
    """By gap (row): cell, time, span: the places on the straight way of gaps whose ends lie more than two waters apart.

    Others are listened for over a quarter of the gap round the time at which the ship would have been there.
    """
    far = gaps.with_row_index("gap").filter(pl.col("end_lat").is_not_null())
    ends = [far[name].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon")]
    away = geo.distance_m(*ends)
    far, ends = far.filter(pl.Series(away > 2 * near_m)), [end[away > 2 * near_m] for end in ends]
    away, course = away[away > 2 * near_m], geo.bearing_deg(*ends)
    found = []
    for part in PARTS:
        lat, lon = geo.destination(ends[0], ends[1], course, part * away)
        found.append(
            far.select(
                pl.col("gap").cast(pl.Int64),
                pl.Series("cell", geo.cell(lat, lon, CELL_DEG)),
                (pl.col("start") + (pl.col("lasted") * part).cast(pl.Int64)).alias("time"),
                (pl.col("lasted") // 4).alias("span"),
            )
        )
    return pl.concat(found).sort("cell", "gap", "time")


def ahead(gaps: pl.DataFrame, near_m: float) -> tuple[Ints, Ints]:
    """(gap, cell): places on the course that ships had before gaps that end close by, or not at all.

    Such a ship may have sailed on, unheard, and come back the same way. The places lie one, two and three waters' radii
    ahead, as far as it could have come in half of the gap; gaps without a known course have none.
    """
    names = ("start_lat", "start_lon", "end_lat", "end_lon", "own_kn", "course_deg")
    lat, lon, *end, knots, course = (gaps[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names)
    close = ~(geo.distance_m(lat, lon, *end) > 2 * near_m)
    most_m = knots * geo.METRES_PER_NM * gaps["lasted"].to_numpy() / HOUR_US / 2
    found = []
    for radii in (1, 2, 3):
        rows = np.flatnonzero(close & (most_m >= radii * near_m) & np.isfinite(course))
        at = geo.destination(lat[rows], lon[rows], course[rows], np.full(len(rows), radii * near_m))
        found.append((rows, geo.cell(*at, CELL_DEG)))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([cells for _, cells in found])


def view(at: pl.DataFrame, gaps: pl.DataFrame, step: int) -> peers.View:
    """The points as gaps that begin where listening does."""
    few = gaps[at["gap"].to_numpy()]
    span = np.maximum(at["span"].to_numpy(), step)
    none = np.zeros(at.height, np.int64)
    return peers.View(
        False, at["cell"].to_numpy(), few["ship"].to_numpy(), peers.kind(few["class"]),
        at["time"].to_numpy() - span // 2, few["lasted"].to_numpy(), none, none.astype(float), span,
        none.astype(float), none.astype(float), none > 0,
    )  # fmt: skip


def same_hours(
    here: peers.Water, asked: peers.View, hearing: Hearing, bracket: int, step: int, seldom: float
) -> tuple[Ints, Ints]:
    """How many others were known to be at each point in its hours, and how many of them were heard."""
    found = peers.same_hours(here, asked, hearing, bracket, step)
    # heard far less often than usual is no proof that this ship must have been heard
    often = np.asarray(found["as_often"], float) >= seldom
    heard = np.where(often, found["peers_heard"], 0)
    return found["peers"].astype(np.int64), heard.astype(np.int64)


def heard(at: pl.DataFrame, known: Ints, of: Ints, count: int) -> dict[str, pl.Series]:
    """For each gap: way_points, way_told, way_known, way_heard; null where its ends lie close.

    How many points were asked, how many of them had others known to be there, how many others those were, and how many
    of these were heard.
    """
    gap = at["gap"].to_numpy()
    weights = {"way_points": np.ones(len(gap)), "way_told": known > 0, "way_known": known, "way_heard": of}
    asked = pl.Series(np.bincount(gap, minlength=count) > 0)
    return {
        name: pl.select(
            pl.when(asked).then(pl.Series(np.bincount(gap, weight, minlength=count)).cast(pl.Int64))
        ).to_series()
        for name, weight in weights.items()
    }
