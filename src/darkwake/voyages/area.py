"""The water that a ship could have been in during a gap, as runs of cells that a map can draw."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from darkwake import geo, land, schema
from darkwake.schema import REACH_AREA
from darkwake.voyages.reach import GRID_STRETCH, Silence, grid_slop_m

MOST_RUNS = 2000
"""Runs of cells an event; cells are doubled until there are no more."""
BANDS = 4
"""Steps of slack that runs are cut at, so that the page can shade them."""
_WIDE_DEG = 0.5
"""Cells where the box is too wide to search: only straight ways then."""


def reach_area(
    gaps: pl.DataFrame, top_kn: Mapping[int, float], *, most_runs: int = MOST_RUNS, bands: int = BANDS
) -> pl.DataFrame:
    """REACH_AREA of each closed gap: the cells through which a way by sea from its start to its end fits into it.

    A cell is in when it can be reached at the speed allowed and left for the end in time, and is not land all over. As
    with the ports, where the grid cannot be exact it errs to the side of more.

    Args:
        gaps: EVENTS of kind gap; open ones have no area.
        top_kn: as for `within_reach`.
        most_runs: how many runs an event may have, 180 at least; where there are more, cells are doubled.
        bands: into how many steps of slack the runs are cut, 1 at least.
    """
    closed = gaps.drop_nulls("end").sort("id")
    found = [_of_gap(Silence.of(gap, top_kn), most_runs, bands) for gap in closed.iter_rows(named=True)]
    return pl.concat([schema.empty(REACH_AREA), *found]).sort("event", "lat", "west")


def _of_gap(silence: Silence, most_runs: int, bands: int) -> pl.DataFrame:
    slack, south, west, cell_deg = _slack(silence)
    while True:
        table = _runs(silence.event, slack, south, west, cell_deg, bands)
        if table.height <= most_runs or max(slack.shape) == 1:
            return table
        slack, cell_deg = _doubled(slack), 2 * cell_deg


def _slack(silence: Silence) -> tuple[geo.Floats, float, float, float]:
    """Hours left over in each cell (minus infinity where none or land), and south, west and size of the grid."""
    sea = silence.sea
    west, south, east, north = sea.box if sea is not None else (-180.0, -80.0, 180.0, 80.0)
    size = _WIDE_DEG if sea is None else sea.cell_deg
    rows, columns = round((north - south) / size), round((east - west) / size)
    lat = (south + (np.arange(rows) + 0.5) * size)[:, None]
    lon = (west + (np.arange(columns) + 0.5) * size)[None, :]
    there, back = silence.straight(lat, lon)
    if sea is None:
        shut = land.mask((west, south, east, north), size, "50m")
        way = np.where(shut, np.inf, there + back)
    else:
        slop_m = grid_slop_m(sea)
        way = np.add(
            *(
                np.maximum(sea.field_from(at) / GRID_STRETCH - slop_m, least)
                for at, least in ((silence.begin, there), (silence.end, back))
            )
        )
    slack = silence.slack_h(way)
    return np.where(slack >= 0, slack, -np.inf), south, west, size


def _doubled(slack: geo.Floats) -> geo.Floats:
    """The most slack of each four cells as one."""
    rows, columns = (length + length % 2 for length in slack.shape)
    wide = np.full((rows, columns), -np.inf)
    wide[: slack.shape[0], : slack.shape[1]] = slack
    result: geo.Floats = wide.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))
    return result


def _runs(event: str, slack: geo.Floats, south: float, west: float, cell_deg: float, bands: int) -> pl.DataFrame:
    """Cells side by side in one band of slack as one run."""
    inside = np.isfinite(slack)
    most = slack[inside].max(initial=0.0)
    band = np.where(inside, np.minimum(np.floor(np.where(inside, slack, 0.0) / max(most, 1e-9) * bands), bands - 1), -1)
    opens = np.diff(band, axis=1, prepend=-2.0) != 0
    edges = west + np.arange(band.shape[1] + 1) * cell_deg
    row, column = np.nonzero(opens)
    flat = row * band.shape[1] + column
    after = np.append(flat[1:], band.size) - flat + column
    keep = band[row, column] >= 0
    top = np.maximum.reduceat(slack.ravel(), flat) if len(flat) else np.zeros(0)
    row, column, after, top = row[keep], column[keep], after[keep], top[keep]
    table = pl.DataFrame(
        {
            "event": pl.Series([event] * len(row), dtype=pl.String),
            "lat": south + (row + 0.5) * cell_deg,
            "west": edges[column],
            "east": edges[after],
            "slack_h": top,
            "cell_deg": np.full(len(row), cell_deg),
        },
        schema=REACH_AREA,
    )
    # a map is cut at 180 degrees, and so are the runs
    over = table.filter(pl.col("east") > 180.0).with_columns(
        pl.max_horizontal("west", pl.lit(180.0)).alias("west") - 360.0, pl.col("east") - 360.0
    )
    under = table.filter(pl.col("west") < 180.0).with_columns(pl.min_horizontal("east", pl.lit(180.0)).alias("east"))
    return pl.concat([under, over])
