"""What was heard of the ships' own words: names, numbers, sizes, draughts, destinations, as runs of IDENTITIES.

As in the files of the Danish authority, each position carries what its ship says of itself at that time.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from darkwake.schema import IDENTITIES, IDENTITY_FIELDS
from darkwake.synth.fleet import Ship

CLAIMS = pl.Schema(
    {
        "claim": pl.Int64,
        "imo": pl.Int64,
        "name": pl.String,
        "callsign": pl.String,
        "ship_type": pl.Int64,
        "length_m": pl.Int64,
        "width_m": pl.Int64,
    }
)
"""What a message says of its ship, one row a claim."""


def identities(
    messages: pl.DataFrame, ships: Sequence[Ship], phases: pl.DataFrame, claims: pl.DataFrame | None
) -> pl.DataFrame:
    """IDENTITIES of some messages of a world, which has those ships, phases and claims."""
    told = statements(messages, ships, phases, claims)
    parts = [_runs(told, name) for name in IDENTITY_FIELDS]
    return pl.concat(parts).sort("ship", "field", "first_seen", "row")


def statements(
    messages: pl.DataFrame, ships: Sequence[Ship], phases: pl.DataFrame, claims: pl.DataFrame | None
) -> pl.DataFrame:
    """Messages, and beside each the identity fields that it says, as text; null where it says nothing."""
    own = own_claims(ships).rename({"claim": "hull"})
    if "hull" not in messages.columns:
        messages = messages.with_columns(pl.col("ship").alias("hull"), pl.lit(None, pl.Int64).alias("claim"))
    full = messages.join(own, on="hull", how="left", maintain_order="left")
    other = claims if claims is not None else CLAIMS.to_frame()
    full = full.join(other, on="claim", how="left", maintain_order="left", suffix="_claimed")
    names = [name for name in CLAIMS if name != "claim"]
    claimed = pl.col("claim").is_not_null()
    full = full.with_columns(
        pl.when(claimed).then(f"{name}_claimed").otherwise(name).cast(pl.String).alias(name) for name in names
    )
    voyage = phases.select(
        "phase", "destination", pl.col("draught_m").round(1).cast(pl.String).str.strip_suffix(".0"),
        pl.col("eta").dt.strftime("%Y-%m-%d %H:%M"),
    )  # fmt: skip
    full = full.join(voyage, on="phase", how="left", maintain_order="left")
    small = pl.col("ais_class") == "B"  # message 24 has no number of the hull, and says nothing of the voyage
    full = full.with_columns(
        pl.when(~small).then(name).alias(name) for name in ("imo", "draught_m", "destination", "eta")
    )
    return full.select(*messages.columns, *IDENTITY_FIELDS)


def own_claims(ships: Sequence[Ship]) -> pl.DataFrame:
    """CLAIMS of what the ships truly are; the MMSI stands for the claim's number."""
    rows = [(one.mmsi, one.imo, one.name, one.callsign, one.ship_type, one.length_m, one.width_m) for one in ships]
    return pl.DataFrame(rows, schema=CLAIMS, orient="row")


def _runs(told: pl.DataFrame, name: str) -> pl.DataFrame:
    table = told.select("ship", "time", "row", "source", pl.col(name).alias("value")).drop_nulls("value")
    table = table.sort("ship", "time", "row")
    new = pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in ("ship", "value")).fill_null(value=True)
    return (
        table.with_columns(new.cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("ship", "value", "source", "row").first(),
            first_seen=pl.col("time").first(),
            last_seen=pl.col("time").last(),
            messages=pl.len(),
        )
        .with_columns(field=pl.lit(name))
        .select(pl.col(column).cast(dtype) for column, dtype in IDENTITIES.items())
    )
