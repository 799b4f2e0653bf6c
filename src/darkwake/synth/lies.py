"""How a world is put together from others, and how what was sent or heard is made to differ from the truth.

A world is never changed in place: each function gives a new one. The truth of every message is kept beside what it
said, so `World.truth` stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.synth.said import CLAIMS, own_claims
from darkwake.synth.world import Planted, World

BESIDE = ("hull", "true_time", "true_lat", "true_lon", "claim")
"""The columns that `marked` adds to a world's messages."""


def together(*worlds: World) -> World:
    """Several worlds as one: their ships, what was heard, what was planted; seed, times and source of the first."""
    first = worlds[0]
    parts: list[pl.DataFrame] = []
    phases: list[pl.DataFrame] = []
    known: list[pl.DataFrame] = []
    phase_count = claim_count = 0
    for world in worlds:
        messages = marked(world).messages
        parts.append(
            messages.with_columns(
                pl.col("phase") + phase_count, pl.col("claim") + claim_count, source=pl.lit(_source(first))
            )
        )
        phases.append(world.phases.with_columns(pl.col("phase") + phase_count))
        phase_count += len(world.phases)
        if world.claims is not None:
            known.append(world.claims.with_columns(pl.col("claim") + claim_count))
            claim_count += len(world.claims)
    return replace(
        first,
        ships=tuple(sorted((one for world in worlds for one in world.ships), key=lambda one: one.mmsi)),
        messages=pl.concat(parts).sort("ship", "time", "hull").with_columns(row=_rows()),
        phases=pl.concat(phases),
        planted=tuple(one for world in worlds for one in world.planted),
        claims=pl.concat(known) if known else None,
        roles={mmsi: role for world in worlds for mmsi, role in world.roles.items()},
    )


def _source(world: World) -> str:
    return str(world.messages["source"][0]) if len(world.messages) else ""


def _rows() -> pl.Expr:
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64)


def marked(world: World) -> World:
    """The same with the columns `BESIDE` that keep the truth, longitudes brought into -180 to 180."""
    messages = world.messages
    if "hull" in messages.columns:
        return world
    wrapped = pl.Series("wrapped", geo.wrap_lon(messages["lon"].to_numpy()))
    beyond = pl.col("lon").abs() > 180.0  # the others stay as they are, to the last digit
    messages = messages.with_columns(lon=pl.when(beyond).then(wrapped).otherwise("lon"))
    messages = messages.with_columns(
        hull="ship", true_time="time", true_lat="lat", true_lon="lon", claim=pl.lit(None, pl.Int64)
    )
    return replace(world, messages=messages)


def told(world: World, which: pl.Series, columns: Mapping[str, Any], *planted: Planted) -> World:
    """The world in which the messages `which` (a mask over `messages`) said something else.

    Args:
        world: as it was.
        which: boolean, one a message.
        columns: of `messages`, each an expression, a scalar, or an array with a value for each message of `which`.
        planted: what that plants.
    """
    messages = marked(world).messages
    where, new = which.arg_true(), []
    for name, value in columns.items():
        kind = messages.schema[name]
        if isinstance(value, np.ndarray):
            new.append(messages[name].clone().scatter(where, pl.Series(value).cast(kind)))
        else:
            said = pl.when(which).then(value if isinstance(value, pl.Expr) else pl.lit(value)).otherwise(name)
            new.append(messages.select(said.cast(kind).alias(name)).to_series())
    messages = messages.with_columns(new)
    if columns.keys() & {"ship", "time"}:  # the order of a store; a row keeps its number, and so its truth
        messages = messages.sort("ship", "time", maintain_order=True)
    return replace(world, messages=messages, planted=(*world.planted, *planted))


def of(world: World, hull: int, start: datetime, end: datetime) -> pl.Series:
    """The mask of what one ship sent from `start` to `end`."""
    return (
        marked(world).messages.select((pl.col("hull") == hull) & pl.col("true_time").is_between(start, end)).to_series()
    )


def claiming(world: World, which: pl.Series, claim: Mapping[str, Any], like: int, *planted: Planted) -> World:
    """The world in which the messages `which` said of their ship what ship `like` is, but for `claim`."""
    known = world.claims if world.claims is not None else CLAIMS.to_frame()
    base = own_claims([one for one in world.ships if one.mmsi == like]).row(0, named=True)
    row = base | dict(claim) | {"claim": len(known)}
    world = replace(world, claims=pl.concat([known, pl.DataFrame([row], schema=CLAIMS, orient="row")]))
    return told(world, which, {"claim": len(known)}, *planted)


def silenced(world: World, hull: int, start: datetime, end: datetime) -> World:
    """The world in which nobody heard one ship from `start` to `end`."""
    return told(world, of(world, hull, start, end), {"heard": False, "receiver": pl.lit(None, pl.String)})


def heard_of(world: World, hull: int, start: datetime, end: datetime) -> pl.DataFrame:
    """The messages of one ship in that time that were heard."""
    return marked(world).messages.filter(of(world, hull, start, end)).filter("heard")


def span(messages: pl.DataFrame) -> tuple[datetime, datetime] | None:
    """The true times of the first and the last of some messages; None where there are none."""
    first, last = messages["true_time"].min(), messages["true_time"].max()
    return (first, last) if isinstance(first, datetime) and isinstance(last, datetime) else None


def moment(world: World, seconds: float) -> datetime:
    """A world's second as a time."""
    return world.start + timedelta(seconds=round(seconds))
