"""Whether what is away from a ship's track is a second ship under its number, and no jump.

Two ships under one number are heard in turns, and each sails as it says. A ship whose navigation fails, or that sends
false places, is heard in one place at a time; what it sends then rests, scatters or moves in step with the truth, and
its speed belongs to another way.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.events.track import Floats, Limits, Track

_RETURNS, _ROWS = 3, 6
_SAILS_KN = 25.0
_PAIR_US, _NEAR_US = 6 * 3_600_000_000, 1_800_000_000
_SEAM_US = 3_600_000_000
_DEG_M = 60 * geo.METRES_PER_NM


def no_second(away: pl.DataFrame, track: Track, limits: Limits) -> pl.DataFrame:
    """chain, held: the chains of `away` that are no second ship.

    A chain is *strange* if it moves in step with the track (an offset), rests while it says that it makes way, or lies
    inland and does not sail. A chain *sails* if it is not strange and each position can be come to from the one
    before at 25 knots, and as fast as was sent with it where that is half an hour ago or less.

    - A number whose sailing chains are heard in three turns or more, over `second_us` or longer, is shared: none of its
      chains counts that is not strange.
    - A chain longer than `longest_us` is a second ship if the change to it or back took more than an hour unheard.
    - What begins or ends a ship's positions, with no return, counts only if it is inland or fewer than three.
    """
    chains = _chains(away, limits).with_columns(_held()).with_columns(_strange())
    first, last = chains["first"].to_numpy(), chains["last"].to_numpy()
    before, after = (np.maximum(chains[name].to_numpy(), 0) for name in ("before", "after"))
    seam = np.maximum(track.time[first] - track.time[before], track.time[after] - track.time[last])
    sails = ~pl.col("strange") & (pl.col("pairs") > 0) & (pl.col("agree") >= 0.8 * pl.col("pairs"))
    sailing = chains.filter(sails).select("chain")
    turns = away.join(sailing, on="chain", how="semi").group_by("ship").agg(
        pl.col("link").n_unique().alias("turns"), pl.len().alias("sailed"),
        (pl.col("time").max() - pl.col("time").min()).alias("over"),
    )  # fmt: skip
    shared = turns.filter(pl.col("turns") >= _RETURNS, pl.col("sailed") >= _ROWS, pl.col("over") >= limits.second_us)
    too_long = (pl.col("span") > limits.longest_us) & (pl.Series("seam", seam) > _SEAM_US)
    sure = (pl.col("rows") < 3) | ((pl.col("inland") >= 0.5) & (pl.col("span") <= limits.longest_us))
    sails_on = ~pl.col("strange") & (pl.col("ship").is_in(shared["ship"].implode()) | too_long)
    second = sails_on | (~pl.col("returned") & ~sure)
    return chains.filter(~second).select("chain", "held")


def _chains(away: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """A row a chain: how long, how far it moves, how far out of step with the track, and if it sails as it says."""
    told = away.with_columns(
        up_m=pl.col("lat") * _DEG_M,
        right_m=pl.Series(_unrolled(away)) * _DEG_M,
        took=pl.col("time").diff().over("chain"),
    )
    lat, lon = told["lat"].to_numpy(), told["lon"].to_numpy()
    moved = np.append(0.0, geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))
    told = told.with_columns(moved=pl.Series(moved), sent=(pl.col("sog") + pl.col("sog").shift(1).over("chain")) / 2)
    knots = pl.col("moved") / geo.KNOT_MS / (pl.col("took") / 1e6 + 30)
    pair = pl.col("took").is_not_null() & (pl.col("took") <= _PAIR_US)
    differs = (knots - pl.col("sent")).abs() > pl.max_horizontal(pl.lit(4.0), 0.4 * pl.col("sent"))
    told_of = (pl.col("took") <= _NEAR_US) & (pl.col("took") >= 60_000_000) & pl.col("sent").is_not_nan()
    agrees = pair & (knots <= _SAILS_KN) & ~(told_of & differs).fill_null(value=False)
    spread = {
        "wander_m": pl.max_horizontal(pl.col("north_m").std(), pl.col("east_m").std()).fill_null(0.0),
        "spread_m": pl.max_horizontal(pl.col("up_m").std(), pl.col("right_m").std()).fill_null(0.0),
    }
    return told.with_columns(pair=pair, agrees=agrees).group_by("chain", maintain_order=True).agg(
        pl.col("ship").first(), pl.len().alias("rows"),
        (pl.col("time").max() - pl.col("time").min()).alias("span"),
        pl.col("row").first().alias("first"), pl.col("row").last().alias("last"),
        pl.col("before").first(), pl.col("after").last(), pl.col("returned").first(),
        pl.col("pair").sum().alias("pairs"), pl.col("agrees").sum().alias("agree"),
        ((pl.col("lat") == pl.col("lat").first()) & (pl.col("lon") == pl.col("lon").first())).all().alias("same"),
        pl.col("sog").fill_nan(None).median().alias("sog"),
        (pl.col("inland_m") >= limits.inland_m).mean().alias("inland"),
        **spread,
    )  # fmt: skip


def _held() -> pl.Expr:
    """A word for a chain of several positions that is held in step or in place; null for others."""
    many = pl.col("rows") > 2
    step = many & (pl.col("spread_m") > 1_000) & (pl.col("wander_m") < 0.25 * pl.col("spread_m"))
    return (
        pl.when(step).then(pl.lit("offset"))
        .when(many & pl.col("same")).then(pl.lit("frozen"))
        .when(many & (pl.col("spread_m") < 500)).then(pl.lit("resting"))
        .alias("held")
    )  # fmt: skip


def _strange() -> pl.Expr:
    """Whether a chain is what no second ship does."""
    step = (pl.col("held") == "offset").fill_null(value=False)
    rests = pl.col("held").is_in(["frozen", "resting"]) & (pl.col("sog") >= 2)
    ashore = (pl.col("inland") >= 0.5) & ~((pl.col("spread_m") > 3_000) & (pl.col("agree") >= 0.8 * pl.col("pairs")))
    return (step | rests.fill_null(value=False) | ashore.fill_null(value=False)).alias("strange")


def _unrolled(away: pl.DataFrame) -> Floats:
    """Longitudes from each chain's first row, in degrees as long as those of latitude, without a jump at 180°."""
    lon, lat = away["lon"].to_numpy(), away["lat"].to_numpy()
    start = away.select(pl.col("lon").first().over("chain"))["lon"].to_numpy()
    result: Floats = geo.wrap_lon(lon - start) * np.cos(np.radians(lat))
    return result
