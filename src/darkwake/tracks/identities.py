"""What ships said of themselves, as runs: unbroken stretches of one value of one field for one ship, in time order.

A blank or a sentinel is no value: it neither ends a run nor counts as a message.
"""

from __future__ import annotations

import polars as pl

from darkwake.schema import IDENTITIES, IDENTITY_FIELDS
from darkwake.tracks.dialects import Dialect

_KEYS = ["ship", "field"]


def runs(observed: pl.DataFrame, dialect: Dialect | None, source: str) -> pl.DataFrame:
    """IDENTITIES of one source from what its rows say.

    Args:
        observed: "ship", "first_seen", "last_seen", "messages", "row" and the identity fields as they stood in the
            source; in time order within each ship.
        dialect: whose words for "not given" and whose clock hold; None for NMEA.
        source: its sha256.
    """
    # a field at a time: a long table of all fields at once would be nine times as large
    per_field = [
        _joined(
            observed.select(
                "ship",
                pl.lit(name).alias("field"),
                _value(name, dialect).alias("value"),
                "first_seen",
                "last_seen",
                "messages",
                pl.lit(source).alias("source"),
                "row",
            ).filter(pl.col("value").is_not_null())
        )
        for name in IDENTITY_FIELDS
    ]
    return pl.concat(per_field).sort("ship", "field", "first_seen", "row")


def coalesced(identities: pl.DataFrame) -> pl.DataFrame:
    """IDENTITIES of several sources as one history: neighbouring runs of the same value become one."""
    return _joined(identities.sort("ship", "field", "first_seen", "last_seen", "value", "source", "row"))


def _joined(table: pl.DataFrame) -> pl.DataFrame:
    """Neighbouring rows of the same ship, field and value as one; `table` is in order."""
    same = [pl.col(name) == pl.col(name).shift() for name in (*_KEYS, "value")]
    return (
        table.with_columns((~pl.all_horizontal(same).fill_null(False)).cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col(*_KEYS, "value").first(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("messages").sum(),
            pl.col("source", "row").first(),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in IDENTITIES.items())
    )


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
