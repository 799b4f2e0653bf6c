"""The rules by which others call a silence a switch-off, to stand beside `weigh` on the same gaps.

Each as its makers publish it; none of them claims more than it says. Sources: Welch et al., Science Advances 8 (2022),
eabq2109; Global Fishing Watch, pipe-gaps; arktrace.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo, land
from darkwake.events import engine
from darkwake.events.engine import Shard, Source

RULES = ("welch", "arktrace", "pipe_gaps")
"""Columns of `judged`, besides the length itself."""
_CELL_DEG = 1.0
_SHORE_DEG = 2.0
"""How far round a place coast is looked for: more than 50 nm as far as 65° of latitude."""


def judged(gaps: pl.DataFrame, source: Source) -> pl.DataFrame:
    """event, gap_h, before, welch, arktrace, pipe_gaps: what each rule says of each gap.

    - welch: 12 h or more, from more than 50 nm off shore, 14 or more positions in the 12 h before, where satellites
      hear more than 10 positions a ship and day. Where no source says what heard a position, all count, which is to
      the rule's favour.
    - arktrace: 10 h or more.
    - pipe_gaps: strictly more than 12 h, and 14 or more positions in the 12 h before (the counts that the pipeline
      keeps for such a rule, with Welch's number).

    Args:
        gaps: EVENTS of kind "gap".
        source: where they were found.
    """
    known = pl.col("details").str.json_path_match("$.hours").cast(pl.Float64)
    before = pl.col("details").str.json_path_match("$.positions_12h_before").cast(pl.Int64)
    table = gaps.select("start_lat", "start_lon", event="id", gap_h=known, before=before)
    cell = geo.cell(table["start_lat"].to_numpy(), table["start_lon"].to_numpy(), _CELL_DEG)
    table = table.with_columns(pl.Series("cell", cell)).join(
        heard_a_day(source), on="cell", how="left", maintain_order="left"
    )
    # the distance to shore is only worked out where nothing else excludes the gap
    open_ = (pl.col("gap_h") >= 12) & (pl.col("before") >= 14) & (pl.col("a_day") > 10)
    near = table.with_columns(open_.fill_null(value=False).alias("open"))
    off = np.zeros(near.height)
    asked = near["open"].to_numpy()
    off[asked] = off_shore_nm(near["start_lat"].to_numpy()[asked], near["start_lon"].to_numpy()[asked])
    return near.with_columns(pl.Series("off_nm", off)).select(
        "event", "gap_h", "before",
        welch=pl.col("open") & (pl.col("off_nm") > 50),
        arktrace=pl.col("gap_h") >= 10,
        pipe_gaps=(pl.col("gap_h") > 12) & (pl.col("before") >= 14),
    )  # fmt: skip


def heard_a_day(source: Source) -> pl.DataFrame:
    """By cell of 1° (cell, a_day): positions by satellite for each day that a ship was heard there at all."""

    def of(shard: Shard) -> pl.DataFrame:
        table = engine.read(shard, ("ship", "time", "lat", "lon", "receiver"))
        cells = geo.cell(table["lat"].to_numpy(), table["lon"].to_numpy(), _CELL_DEG)
        above = (pl.col("receiver") == "satellite").fill_null(value=True)
        day = pl.col("time").dt.truncate("1d").alias("day")
        per = table.with_columns(pl.Series("cell", cells)).group_by("cell", "ship", day).agg(above.sum().alias("n"))
        return per.group_by("cell").agg(pl.col("n").sum(), pl.len().alias("days"))

    parts = pl.concat([of(shard) for shard in engine.shards_of(source)])
    whole = parts.group_by("cell").agg(pl.col("n", "days").sum())
    return whole.select("cell", a_day=pl.col("n") / pl.col("days"))


def off_shore_nm(lat: geo.Floats, lon: geo.Floats) -> geo.Floats:
    """Nautical miles to the nearest point of the 10m coast, at most about 100; good to a few kilometres."""
    found = np.full(len(lat), 60.0 * _SHORE_DEG)
    coarse = geo.cell(lat, lon, _SHORE_DEG)
    for one in np.unique(coarse):
        here = np.flatnonzero(coarse == one)
        coast = _coast(float(lat[here].mean()), float(lon[here].mean()))
        if len(coast):
            metres = geo.distance_m(lat[here][:, None], lon[here][:, None], coast[:, 1], coast[:, 0])
            found[here] = np.minimum(found[here], metres.min(axis=1) / geo.METRES_PER_NM)
    return found


def _coast(lat: float, lon: float) -> NDArray[np.float64]:
    """Points of the coast round a place, longitude and latitude, no farther apart than about 5 km."""
    wide = 2 * _SHORE_DEG / max(0.1, float(np.cos(np.radians(lat))))
    box = lon - wide, lat - 2 * _SHORE_DEG, lon + wide, lat + 2 * _SHORE_DEG
    parts = []
    for ring in land.rings_in(box, "10m"):
        pieces = np.maximum(1, np.ceil(np.abs(np.diff(ring, axis=0)).max(axis=1) / 0.05)).astype(np.int64)
        edge = np.repeat(np.arange(len(pieces)), pieces)
        along = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge]
        points = ring[edge] + along[:, None] * (ring[edge + 1] - ring[edge])
        inside = (np.abs(points[:, 0] - lon) < wide) & (np.abs(points[:, 1] - lat) < 2 * _SHORE_DEG)
        parts.append(points[inside])
    return np.concatenate(parts) if parts else np.empty((0, 2))
