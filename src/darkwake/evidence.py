"""The one thing that every part hands on: a sentence, what it is about, and where it comes from.

An `Evidence` is frozen and its id is made from its content, so the same finding has the same id on every machine
and in every run, and two runs can be compared by their ids alone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

Strength = Literal["weak", "fair", "strong"]
SubjectKind = Literal["ship", "party", "goods", "site", "port", "area"]


def canonical(value: Any) -> Any:
    """`value` as plain JSON types: times as ISO 8601 with Z, floats rounded to nine digits, no NaN."""
    # the plain types first: a case holds millions of them
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        rounded = round(value, 9)
        return 0.0 if rounded == 0 else rounded
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds" if value.microsecond else "seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [canonical(item) for item in value]
    return value


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8, equal values give equal text."""
    return json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_id(prefix: str, *content: Any) -> str:
    """An id from content: `prefix` and the first 16 hex digits of the sha256 of its canonical JSON."""
    digest = hashlib.sha256(canonical_json(list(content)).encode()).hexdigest()
    return f"{prefix}-{digest[:16]}"


def content_ids(prefix: str, content: pl.DataFrame) -> pl.Series:
    """`content_id` of each row's values in the columns' order, made column by column: the same ids, sooner."""
    if not content.width:
        return pl.Series("id", [content_id(prefix)] * content.height, dtype=pl.String)
    texts = pl.select(pl.concat_str([_canonical_texts(column) for column in content], separator=",")).to_series()
    ids = [f"{prefix}-{hashlib.sha256(f'[{text}]'.encode()).hexdigest()[:16]}" for text in texts]
    return pl.Series("id", ids, dtype=pl.String)


def _canonical_texts(values: pl.Series) -> pl.Series:
    """`canonical_json` of each value: by polars where its text is known to be the same, else one by one."""
    kind, value = values.dtype, pl.col("value")
    if kind.is_integer() or kind == pl.Boolean:
        text, plain = value.cast(pl.String), pl.lit(value=True)
    elif kind.is_float():
        value = value.cast(pl.Float64)
        size = value.abs()
        text = pl.when(value == 0).then(pl.lit("0.0")).otherwise(value.cast(pl.String))
        # up to nine digits after the point nothing is rounded, and in this range nobody writes an exponent
        plain = (value == 0) | ((size >= 1e-3) & (size < 1e6) & text.str.contains(r"^-?\d+\.\d{1,9}$"))
    elif kind == pl.String:
        text, plain = pl.concat_str(pl.lit('"'), value, pl.lit('"')), ~value.str.contains(r'["\\\x00-\x1f]')
    elif isinstance(kind, pl.Datetime) and kind.time_unit == "us" and kind.time_zone is None:
        fraction = pl.when(value.dt.microsecond() == 0).then(pl.lit("")).otherwise(value.dt.strftime(".%6f"))
        text = pl.concat_str(value.dt.strftime('"%Y-%m-%dT%H:%M:%S'), fraction, pl.lit('Z"'))
        plain = value.dt.year().is_between(1000, 9999)
    else:
        text, plain = pl.lit(None, pl.String), pl.lit(value=False)
    # null is neither plain nor not
    made = pl.DataFrame({"value": values}).select(
        pl.when(value.is_null()).then(pl.lit("null")).when(plain).then(text).alias("text")
    )["text"]
    odd = made.is_null().arg_true()
    return made if odd.is_empty() else made.scatter(odd, [canonical_json(one) for one in values.gather(odd).to_list()])


@dataclass(frozen=True, slots=True)
class Citation:
    """Where in a source: rows of a table, characters of a text, bands of an image, both ends in, 1 for the first."""

    source: str
    """The sha256 of the source file, 64 hex digits."""
    first_row: int
    last_row: int
    unit: str = "row"
    """What is counted: "row", "character" of an article's text as it is kept, or "band" of an image."""

    def as_dict(self) -> dict[str, Any]:
        """Plain types; without the unit where rows are counted, as before there was another."""
        plain = asdict(self)
        if self.unit == "row":
            del plain["unit"]
        return plain


PACKAGE_TABLE = "package table"
"""The kind of a source that is a table of the package's own data, not of the case's folder."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was added to a case: never altered, known by its hash."""

    sha256: str
    name: str
    """The file's name as the user gave it, without its folder."""
    kind: str
    """What it was read as, such as "dma-csv", "nmea", "ofac-sdn"."""
    bytes: int
    rows: int = 0
    """Rows (or messages, or entries) that the reader saw: kept plus refused."""
    kept: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many rows were refused, by reason."""
    dated: str = ""
    """The date that the source itself carries, EDTF, empty where it carries none."""
    invented: bool = False
    """True for the made-up data of the demo and the tests; every page says so."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a piece of evidence is about."""

    kind: SubjectKind
    key: str
    """What joins: the MMSI of a ship, "LIST:entry" of a party, the LOCODE of a port."""
    label: str = ""
    """What a reader sees."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a position in degrees, or two where the evidence has two ends."""

    lat: float
    lon: float
    end_lat: float | None = None
    end_lon: float | None = None
    name: str = ""


_PLAIN: dict[str, Callable[[Any], list[dict[str, Any]]]] = {
    "subjects": lambda found: [asdict(item) for item in found],
    "sources": lambda found: [item.as_dict() for item in found],
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding. Interval ends are included; None means unknown or still open."""

    kind: str
    subjects: tuple[Subject, ...]
    start: datetime | None
    end: datetime | None
    place: Place | None
    says: str
    """One sentence, past tense, with its units; never a verdict of guilt."""
    strength: Strength
    because: str
    """Why it has that strength."""
    innocent: tuple[str, ...]
    """The explanations that need no guilt."""
    sources: tuple[Citation, ...]
    made_by: str
    """Part, version and parameters, such as "events.gap 0.1.0 longer_than=6h"."""
    details: str = "{}"
    """The numbers behind the sentence, canonical JSON."""
    id: str = field(init=False, compare=False)
    """Made from the content, so that equal findings are one finding."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", content_id("ev", self.as_dict()))

    def data(self) -> dict[str, Any]:
        """The numbers behind the sentence."""
        numbers: dict[str, Any] = json.loads(self.details)
        return numbers

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types, without the id."""
        plain = {
            one.name: _PLAIN[one.name](value) if one.name in _PLAIN else value
            for one in fields(self)
            if one.init
            for value in [getattr(self, one.name)]
        }
        plain["place"] = asdict(self.place) if self.place else None
        plain["details"] = self.data()
        result: dict[str, Any] = canonical(plain)
        return result
