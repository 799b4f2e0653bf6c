"""Each row is kept, or refused with one reason; unusable side values are blanked and counted.

The order of the checks is the order of `REASONS`; the first that fails is the row's reason. A refused row gives
nothing to the store, neither a position nor an identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from darkwake.geo import KNOT_MS
from darkwake.schema import IDENTITY_FIELDS, TIME
from darkwake.tracks.dialects import CLASS_WORDS, NOT_SHIP_WORDS, RECEIVER_WORDS, STATUS_WORDS, Columns

EARLIEST = datetime(1990, 1, 1)
LATEST = datetime(2100, 1, 1)
"""Times before the first trials of AIS, or a century on, are broken clocks. Fixed, so that a result never depends on
the day of the run."""

REASONS: tuple[tuple[str, str], ...] = (
    ("wrong number of fields", "the line has more or fewer fields than the header"),
    ("quotes that do not close", "a quoted field runs on for more than 20 lines"),
    ("empty line", "nothing stands between two line ends"),
    ("no time", "the time is not given"),
    ("time cannot be read", "the text is not a time in the layout's format"),
    ("time out of range", "before 1990 or from 2100 on"),
    ("no MMSI", "the ship's number is not given"),
    ("MMSI cannot be read", "the text is not a whole number of at most nine digits"),
    ("not a ship: base station", "by the layout's own word, message 4 or 11, or a number 00MIDxxxx"),
    ("not a ship: aid to navigation", "by the layout's own word, message 21, or a number 99MIDxxxx"),
    ("not a ship: search-and-rescue aircraft", "by the layout's own word, message 9, or a number 111MIDxxx"),
    ("not a ship: distress beacon", "by the layout's own word, or a number 970, 972, 974 xxxxxx"),
    ("not a ship: group call", "a number 0MIDxxxxx, which addresses many ships"),
    ("not a ship: handheld radio", "a number 8MIDxxxxx"),
    ("MMSI that no ship can have", "none of the above and not 2 to 7 (or 98) first of nine digits"),
    ("no position", "latitude or longitude is not given"),
    ("position cannot be read", "latitude or longitude is not a number"),
    ("position not available (91, 181)", "the values that AIS sends for want of a position"),
    ("position out of range", "latitude beyond 90 or longitude beyond 180 degrees"),
    ("no value in identity message", "a message 5 or 24 in which every field is blank"),
    ("exact duplicate", "the same ship, time and position stands earlier in the same source"),
)
"""Every reason for a table's row, in the order of the checks, with its meaning. NMEA adds reasons of its own."""

CLASSES = pl.Enum(["A", "B"])
RECEIVERS = pl.Enum(["terrestrial", "satellite"])


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of a chunk of rows."""

    kept: pl.DataFrame
    refused: Counter[str]
    blanked: Counter[str]


def clean(raw: pl.DataFrame, columns: Columns) -> Cleaned:
    """Sort a chunk into kept and refused.

    Args:
        raw: "row" (Int64) and any of `dialects.TABLE_FIELDS` as text or typed, or "said" in place of the identity
            fields; "lines", "position" and "broken" (a reason that the reader already gave) where the reader has them.
        columns: the clock, the unit of speed and the decimal sign.
    """
    present = raw.columns
    apart = "said" in present
    fields = _FIELDS if apart else (*_FIELDS, *IDENTITY_FIELDS)
    frame = raw.with_columns(
        [pl.lit(None, pl.String).alias(name) for name in ("broken", *fields) if name not in present]
        + ([] if "lines" in present else [pl.lit(1, pl.Int32).alias("lines")])
        + ([] if "position" in present else [pl.lit(True).alias("position")])
    )
    class_, not_ship = _words(frame["ais_class"], "class", "not ship")
    frame = _valued(frame, columns).with_columns(
        _statuses(frame["status"]).alias("status_v"),
        class_.alias("class_v"),
        not_ship.alias("not_ship"),
        _receiver(frame["receiver"], columns).alias("receiver_v"),
    )
    to_knots = {"kn": 1.0, "m/s": 1 / KNOT_MS, "km/h": 1 / (3.6 * KNOT_MS)}[columns.sog_unit]
    frame = frame.with_columns(_SOUND.alias("sound"), *([pl.col("sog_v") * to_knots] if to_knots != 1.0 else []))
    refused: Counter[str] = Counter()
    if not frame["sound"].all():
        doubted = frame.filter(~pl.col("sound")).with_columns(_reason(apart=apart).alias("reason"))
        counted = doubted.filter(pl.col("reason").is_not_null()).group_by("reason").agg(pl.col("lines").sum())
        refused = Counter(dict(counted.iter_rows()))
        if doubted["reason"].null_count():  # messages that are no positions, and have nothing wrong
            sound = frame["sound"].to_numpy(writable=True)
            sound[~sound] = doubted["reason"].is_null().to_numpy()
            frame = frame.with_columns(pl.Series("sound", sound))
    said = ["said"] if apart else [pl.col(name).cast(pl.String) for name in IDENTITY_FIELDS]
    kept = frame.lazy().filter("sound").select(*_kept(), *said).collect()
    return Cleaned(kept=kept, refused=refused, blanked=_blanked(frame))


def _valued(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The frame with the times, ships and numbers that its texts stand for, null where they stand for none."""
    number = _Number(columns.decimal)
    usual = _ISO[0] if columns.time_format == "auto" else columns.time_format
    ship = pl.col("ship").cast(pl.Int64, strict=False)
    plain = {
        "time": pl.col("time").str.to_datetime(usual, time_unit="us", strict=False),
        "ship": pl.when(ship.is_between(0, 999_999_999)).then(ship),
        **{name: pl.col(name).cast(pl.Float64, strict=False) for name in _NUMBERS},
    }
    read = {"ship": pl.Int64(), **dict.fromkeys(_NUMBERS, pl.Float64())}
    slow = {name for name in plain if frame.schema[name] not in (pl.String(), read.get(name))}
    slow |= {"time"} if "%z" in usual else set()
    slow |= set(_NUMBERS) if columns.decimal == "comma" else set()
    frame = frame.with_columns(value.alias(f"{name}_v") for name, value in plain.items() if name not in slow)
    # what the plain way could not read is tried in all other ways
    slow |= {name for name in plain if name not in slow and frame[f"{name}_v"].null_count() > frame[name].null_count()}
    found = {"time": lambda column: _to_time(column, columns.time_format), "ship": _to_ship}
    return (
        frame.with_columns(found.get(name, number)(frame[name]).alias(f"{name}_v") for name in slow) if slow else frame
    )


_NUMBERS = ("lat", "lon", "sog", "cog", "heading")
_FIELDS = ("time", "ship", "lat", "lon", "sog", "cog", "heading", "status", "ais_class", "receiver")

_SOUND = (
    pl.col("broken").is_null()
    & (pl.col("time_v") >= EARLIEST)
    & (pl.col("time_v") < LATEST)
    & pl.col("not_ship").is_null()
    & (pl.col("ship_v").is_between(200_000_000, 799_999_999) | pl.col("ship_v").is_between(980_000_000, 989_999_999))
    & pl.col("position")
    & pl.col("lat_v").is_between(-90, 90)
    & pl.col("lon_v").is_between(-180, 180)
).fill_null(False)
"""No check fails: what holds for nearly every row, so that the reasons are looked for in the others alone."""


def _reason(*, apart: bool) -> pl.Expr:
    """The first of `REASONS` that holds, null where none does; `apart` where identities stand elsewhere."""
    time, ship, lat, lon = pl.col("time_v"), pl.col("ship_v"), pl.col("lat_v"), pl.col("lon_v")
    located = pl.col("position")
    fields = ["said"] if apart else IDENTITY_FIELDS
    blank_identity = pl.all_horizontal(pl.col(name).is_null() for name in fields)
    return (
        pl.when(pl.col("broken").is_not_null())
        .then(pl.col("broken"))
        .when(pl.col("time").is_null())
        .then(pl.lit("no time"))
        .when(time.is_null())
        .then(pl.lit("time cannot be read"))
        .when((time < EARLIEST) | (time >= LATEST))
        .then(pl.lit("time out of range"))
        .when(pl.col("ship").is_null())
        .then(pl.lit("no MMSI"))
        .when(ship.is_null())
        .then(pl.lit("MMSI cannot be read"))
        .when(pl.col("not_ship").is_not_null())
        .then(pl.col("not_ship"))
        .when(~ship.is_between(200_000_000, 799_999_999))
        .then(_what_number(ship))
        .when(located & (pl.col("lat").is_null() | pl.col("lon").is_null()))
        .then(pl.lit("no position"))
        .when(located & (lat.is_null() | lon.is_null() | lat.is_nan() | lon.is_nan()))
        .then(pl.lit("position cannot be read"))
        .when(located & ((lat == 91) | (lon == 181)))
        .then(pl.lit("position not available (91, 181)"))
        .when(located & ~(lat.is_between(-90, 90) & lon.is_between(-180, 180)))
        .then(pl.lit("position out of range"))
        .when(~located & blank_identity)
        .then(pl.lit("no value in identity message"))
    )


def _what_number(ship: pl.Expr) -> pl.Expr:
    """What an MMSI outside the ships' range stands for, by ITU-R M.585; null for craft of a mother ship (98MIDxxxx)."""
    million = ship // 1_000_000
    return (
        pl.when(ship.is_between(980_000_000, 989_999_999))
        .then(pl.lit(None, pl.String))
        .when(million.is_between(2, 7))
        .then(pl.lit("not a ship: base station"))
        .when(million.is_between(990, 999))
        .then(pl.lit("not a ship: aid to navigation"))
        .when(million == 111)
        .then(pl.lit("not a ship: search-and-rescue aircraft"))
        .when(million.is_in([970, 972, 974]))
        .then(pl.lit("not a ship: distress beacon"))
        .when(million.is_between(20, 79))
        .then(pl.lit("not a ship: group call"))
        .when(million.is_between(800, 899))
        .then(pl.lit("not a ship: handheld radio"))
        .otherwise(pl.lit("MMSI that no ship can have"))
    )


# What AIS sends for "not available" (ITU-R M.1371-5), and the ranges of what it can send.
# Speed stops at 102.2 kn ("102.2 or more"); a float of a converted unit may land a hair off the sentinel.
_SOG, _COG, _HEADING = pl.col("sog_v"), pl.col("cog_v"), pl.col("heading_v")
_NOT_AVAILABLE = {
    "sog": ((_SOG - 102.3).abs() < 0.05, "sog not available (102.3)"),
    "cog": (_COG == 360, "cog not available (360)"),
    "heading": (_HEADING == 511, "heading not available (511)"),
}
_OUT_OF_RANGE = {
    "sog": (~_SOG.is_between(0, 102.25) | _SOG.is_nan(), "sog out of range (0 to 102.2 kn)"),
    "cog": (~_COG.is_between(0, 360, closed="left") | _COG.is_nan(), "cog out of range (0 to under 360)"),
    "heading": (
        ~_HEADING.is_between(0, 360, closed="left") | _HEADING.is_nan(),
        "heading out of range (0 to under 360)",
    ),
}


def _kept() -> list[pl.Expr]:
    """CLEAN from a sound frame: side values that say nothing are null."""
    status = pl.col("status_v")
    return [
        pl.col("row"),
        pl.col("lines"),
        pl.col("position"),
        pl.col("ship_v").alias("ship"),
        pl.col("time_v").alias("time"),
        # adding 0 turns -0.0 into 0.0, which would otherwise be equal to it and yet another value
        pl.when("position").then(pl.col("lat_v") + 0.0).alias("lat"),
        pl.when("position").then(pl.col("lon_v") + 0.0).alias("lon"),
        *(
            pl.when(~(_NOT_AVAILABLE[name][0] | _OUT_OF_RANGE[name][0]))
            .then(pl.col(f"{name}_v") + 0.0)
            .cast(pl.Float32)
            .alias(name)
            for name in ("sog", "cog", "heading")
        ),
        pl.when(status.is_between(0, 15)).then(status).cast(pl.Int8).alias("status"),
        pl.col("class_v").alias("ais_class"),
        pl.col("receiver_v").alias("receiver"),
    ]


def _blanked(frame: pl.DataFrame) -> Counter[str]:
    """How many side values of kept rows ("sound") were set to null, by cause."""
    sound = pl.col("sound")
    causes = {}
    for name in ("sog", "cog", "heading"):
        absent, outside = _NOT_AVAILABLE[name], _OUT_OF_RANGE[name]
        causes[absent[1]] = (absent[0] & sound).sum()
        causes[outside[1]] = (outside[0] & ~absent[0] & sound).sum()
        if frame[f"{name}_v"].null_count() > frame[name].null_count():
            unread = pl.col(name).is_not_null() & pl.col(f"{name}_v").is_null()
            causes[f"{name} cannot be read"] = (unread & sound).sum()
    counts = frame.select(expression.alias(cause) for cause, expression in causes.items()).row(0, named=True)
    return Counter({cause: int(count) for cause, count in counts.items() if count})


class _Number:
    """Text or any number as Float64; null where it is no number."""

    def __init__(self, decimal: str) -> None:
        self._decimal = decimal

    def __call__(self, column: pl.Series) -> pl.Series:
        if column.dtype != pl.String:
            return column.cast(pl.Float64, strict=False)
        text = column.str.replace(",", ".", literal=True) if self._decimal == "comma" else column
        values = text.cast(pl.Float64, strict=False)
        if values.null_count() > column.null_count():  # outer spaces are rare: pay for them only where they may be
            values = text.str.strip_chars().cast(pl.Float64, strict=False)
        return values


def _to_ship(column: pl.Series) -> pl.Series:
    """The MMSI as Int64; null where it is no whole number from 0 to 999,999,999."""
    if column.dtype == pl.String:
        values = column.cast(pl.Int64, strict=False)
        if values.null_count() > column.null_count():
            values = column.str.strip_chars().str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
    elif column.dtype.is_float():
        values = column.set((column != column.floor()) | column.is_nan() | column.is_infinite(), None).cast(
            pl.Int64, strict=False
        )
    else:
        values = column.cast(pl.Int64, strict=False)
    return values.set(~values.is_between(0, 999_999_999), None)


def _statuses(column: pl.Series) -> pl.Series:
    """Numbers as they are, or the numbers that words stand for."""
    return column.cast(pl.Int64, strict=False) if column.dtype.is_numeric() else _words(column, "status")[0]


def _receiver(column: pl.Series, columns: Columns) -> pl.Series:
    """Which sort of receiver heard each row; in most layouts that is the same for all."""
    told = _words(column.head(1) if "receiver" in columns.constants() else column, "receiver")[0]
    return told if told.len() == column.len() else told.new_from_index(0, column.len())


_MEANINGS: Mapping[str, tuple[Mapping[str, str] | Mapping[str, int], pl.DataType]] = {
    "status": (STATUS_WORDS, pl.Int64()),
    "class": (CLASS_WORDS, CLASSES),
    "not ship": (NOT_SHIP_WORDS, pl.String()),
    "receiver": (RECEIVER_WORDS, RECEIVERS),
}


def _words(column: pl.Series, *asked: str) -> list[pl.Series]:
    """Each text's meanings, by way of its distinct values; numbers stand for themselves where numbers are meant."""
    if column.null_count() == column.len():
        return [pl.Series(values=[None], dtype=_MEANINGS[one][1]).new_from_index(0, column.len()) for one in asked]
    text = column.cast(pl.String)
    distinct = tuple(sorted(one for one in text.unique().to_list() if one is not None))
    # most chunks of a file have the same words
    meant = (_meant_again if len(distinct) < 100 else _meant)(distinct, asked)
    numbered = text.cast(pl.Enum(distinct)).to_physical()
    return [one.gather(numbered) for one in meant]


def _meant(distinct: tuple[str, ...], asked: tuple[str, ...]) -> list[pl.Series]:
    """What texts mean, each asked for in turn."""
    folded = pl.Series(distinct, dtype=pl.String).str.strip_chars().str.to_lowercase()
    found = []
    for words, dtype in (_MEANINGS[one] for one in asked):
        numbers = dtype == pl.Int64
        meant = folded.replace_strict(words, default=None, return_dtype=pl.Int64() if numbers else pl.String())
        if numbers:
            meant = meant.fill_null(folded.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False))
        found.append(meant.cast(dtype))
    return found


_meant_again = lru_cache(maxsize=64)(_meant)


_ISO = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_ISO_ZONED = ("%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%z")


def _to_time(column: pl.Series, pattern: str) -> pl.Series:
    """UTC in microseconds without a zone; null where it is no time."""
    if isinstance(column.dtype, pl.Datetime):
        utc = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if column.dtype.time_zone else column
        return utc.cast(TIME)
    if column.dtype == pl.Date:
        return column.cast(TIME)
    if column.dtype != pl.String:
        return _since_1970(column.cast(pl.Float64, strict=False))
    if pattern != "auto":
        return _parsed(column, pattern)
    left = column.null_count()
    found = _parsed(column, _ISO[0])
    for other in _ISO[1:]:
        if found.null_count() == left:
            return found
        found = found.fill_null(_parsed(column, other))
    if found.null_count() > left:
        text = column.str.strip_chars().str.replace(r"\s*(Z|UTC)$", "+00:00")
        for other in _ISO_ZONED:
            found = found.fill_null(_parsed(text, other))
        found = found.fill_null(_since_1970(column.cast(pl.Float64, strict=False)))
    return found


def _parsed(text: pl.Series, pattern: str) -> pl.Series:
    if "%z" in pattern:
        zoned = text.str.to_datetime(pattern, time_unit="us", time_zone="UTC", strict=False)
        return zoned.dt.replace_time_zone(None)
    return text.str.to_datetime(pattern, time_unit="us", strict=False)


def _since_1970(number: pl.Series) -> pl.Series:
    """Seconds, milliseconds or microseconds since 1970, told apart by size: 1e11 s is the year 5138, 1e11 ms 1973."""
    scale = pl.when(number.abs() >= 1e14).then(1.0).when(number.abs() >= 1e11).then(1e3).otherwise(1e6)
    micros = pl.select((number * scale).round().cast(pl.Int64, strict=False)).to_series()
    return micros.cast(TIME)
