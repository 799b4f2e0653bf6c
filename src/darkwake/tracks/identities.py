"""What ships said of themselves, as runs: unbroken stretches of one value of one field for one ship, in time order.

A blank or a sentinel is no value: it neither ends a run nor counts as a message.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake.schema import IDENTITIES, IDENTITY_FIELDS, TIME, empty
from darkwake.tracks.dialects import Dialect

_KEYS = ["ship", "field"]


def runs(observed: pl.DataFrame, said: pl.DataFrame, dialect: Dialect | None, source: str) -> pl.DataFrame:
    """IDENTITIES of one source from what its rows say.

    Args:
        observed: "ship", "said", "first_seen", "last_seen", "messages", "row", in time order within each ship.
        said: "ship", "said" and the identity fields as they stood in the source, each distinct set of values once.
        dialect: whose words for "not given" and whose clock hold; None for NMEA.
        source: its sha256.
    """
    values = said.select("ship", "said", *(_value(name, dialect).alias(name) for name in IDENTITY_FIELDS)).with_columns(
        *(pl.col(name).hash().alias(f"{name}_hash") for name in IDENTITY_FIELDS),
        *(pl.col(name).is_not_null().alias(f"{name}_given") for name in IDENTITY_FIELDS),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"),
    )
    told = observed.join(values.select("ship", "said", "at"), on=["ship", "said"], how="inner", maintain_order="left")
    ship, at = told["ship"].to_numpy(), told["at"].to_numpy()
    first, last = (told[name].to_physical().to_numpy() for name in ("first_seen", "last_seen"))
    messages = told["messages"].to_numpy()
    parts: list[pl.DataFrame] = []
    for name in IDENTITY_FIELDS:
        given = np.flatnonzero(values[f"{name}_given"].to_numpy()[at])
        if not given.size:
            continue
        who, what = ship[given], values[f"{name}_hash"].to_numpy()[at[given]]
        starts = np.flatnonzero(np.concatenate([[True], (who[1:] != who[:-1]) | (what[1:] != what[:-1])]))
        begun = given[starts]
        parts.append(
            pl.DataFrame(
                {
                    "ship": ship[begun],
                    "field": pl.repeat(name, begun.size, eager=True),
                    "value": values[name].gather(at[begun]),
                    "first_seen": np.minimum.reduceat(first[given], starts),
                    "last_seen": np.maximum.reduceat(last[given], starts),
                    "messages": np.add.reduceat(messages[given], starts),
                    "row": told["row"].gather(begun),
                }
            )
        )
    if not parts:
        return empty(IDENTITIES)
    whole = pl.concat(parts).sort("ship", "field", "first_seen", "row").with_columns(pl.lit(source).alias("source"))
    return whole.select(pl.col(name).cast(dtype) for name, dtype in IDENTITIES.items())


def coalesced(identities: pl.DataFrame) -> pl.DataFrame:
    """IDENTITIES of several sources as one history: neighbouring runs of the same value become one."""
    return _joined(identities.sort("ship", "field", "first_seen", "last_seen", "value", "source", "row"))


def _joined(table: pl.DataFrame) -> pl.DataFrame:
    """Neighbouring rows of the same ship, field and value as one; `table` is in order."""
    if table.is_empty():
        return empty(IDENTITIES)
    same = [pl.col(name) == pl.col(name).shift() for name in (*_KEYS, "value")]
    starts = table.select(pl.all_horizontal(same).fill_null(False)).to_series().not_().arg_true().to_numpy()
    first = table[starts]
    return first.with_columns(
        pl.Series("first_seen", np.minimum.reduceat(table["first_seen"].to_physical().to_numpy(), starts)).cast(TIME),
        pl.Series("last_seen", np.maximum.reduceat(table["last_seen"].to_physical().to_numpy(), starts)).cast(TIME),
        pl.Series("messages", np.add.reduceat(table["messages"].to_numpy(), starts)),
    ).select(pl.col(name).cast(dtype) for name, dtype in IDENTITIES.items())


def _value(name: str, dialect: Dialect | None) -> pl.Expr:
    """A field's text in one form, null where it says nothing."""
    text = pl.col(name).str.strip_chars(" @\t")
    if name == "imo":
        digits = text.str.extract(r"(\d+)").str.strip_chars_start("0")
        return pl.when(digits != "").then(digits)
    if name in ("length_m", "width_m", "draught_m"):
        number = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        return pl.when((number > 0) & number.is_finite()).then(_plain(number.round(2)))
    if name == "ship_type":
        number = text.cast(pl.Float64, strict=False)
        text = pl.when(number.is_null()).then(text).when(number > 0).then(_plain(number))
    if name == "eta" and dialect is not None and dialect.eta_format:
        full = text.str.to_datetime(dialect.eta_format, time_unit="us", strict=False)
        text = full.dt.strftime("%Y-%m-%d %H:%M").fill_null(text)
    words = sorted(dialect.not_values) if dialect is not None else []
    return pl.when((text != "") & ~text.str.to_lowercase().is_in(words)).then(text)


def _plain(number: pl.Expr) -> pl.Expr:
    """12.0 as "12", 12.5 as "12.5"."""
    return number.cast(pl.String).str.replace(r"\.0$", "")
