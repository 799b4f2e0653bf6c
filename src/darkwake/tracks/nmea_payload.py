"""Payloads of AIS messages as columns: six-bit signs to words, words to the fields that we keep.

Every value here is the one that pyais gives (rounding of positions included); the tests hold the two against each
other. Bits are counted from 0 as in ITU-R M.1371-5, the most significant first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.schema import IDENTITY_FIELDS, TIME

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

NO_TIME = np.iinfo(np.int64).min
"""Stands for an instant that is not known."""
PADDING = 80
"""Zero bytes behind a text, so that words, and the signs of the longest message, may be read up to its end."""

BITS = {1: (168, 168), 2: (168, 168), 3: (168, 168), 18: (168, 168), 19: (306, 330), 27: (94, 168), 5: (420, 432),
        24: (156, 174)}  # fmt: skip
"""Least and most bits of the messages that we use (ITU-R M.1371-5, with what padding to six bits may add)."""

_RAW_TYPES: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "lines": pl.Int32(),
    "position": pl.Boolean(),
    "time": pl.Int64(),
    "ship": pl.Int64(),
    **dict.fromkeys(("lat", "lon", "sog", "cog", "heading"), pl.Float64()),
    "status": pl.Int64(),
    "ais_class": pl.String(),
    "receiver": pl.String(),
    **dict.fromkeys(IDENTITY_FIELDS, pl.String()),
}
RAW = pl.Schema(_RAW_TYPES)
"""The columns of a raw row; "time" is microseconds since 1970, cast to `schema.TIME` where rows are handed on."""


def _armour() -> bytes:
    """The six bits of each sign of a payload; signs that stand for none count as 0, and X and Y as pyais takes them."""
    return bytes((c - 56 if c > 88 else c - 48) if 48 <= c <= 119 else 0 for c in range(256))


def _ship_type(number: int) -> int:
    """A ship's type as pyais names it: reserved numbers fall to the reserved one of their ten, others to 0."""
    ten, one = divmod(number, 10)
    if ten == 3:
        return number if one <= 7 else 0
    if ten == 5:
        return 56 if one == 7 else number
    if ten in (2, 4, 6, 7, 8, 9):
        return ten * 10 + 5 if 5 < one < 9 else number
    return 0


ARMOUR = _armour()
_U = np.uint64
_NAMED_TYPES = np.array([_ship_type(number) for number in range(256)])
_SMALL = ("ship_type", "length_m", "width_m", "draught_m")
_WHOLE = pl.Series([None, *(str(number) for number in range(1, 1_024))], dtype=pl.String)
"""Numbers as text; 0 is what AIS sends for "not given"."""
_TENTHS = pl.Series([None, *(f"{number / 10:.10g}" for number in range(1, 256))], dtype=pl.String)
_PAIRS = np.frombuffer("".join(f"{number:02}" for number in range(64)).encode(), np.uint8).reshape(64, 2)


@dataclass(frozen=True, slots=True)
class Messages:
    """Whole messages, one an entry; positions are of bytes in the text."""

    first: Ints
    """Index of the line on which the message begins (not of a wrapper before it)."""
    end: Ints
    """Index of the line that makes it whole."""
    parts: Ints
    kind: Ints
    bits: Ints
    start: Ints
    """Where the payload of the first part begins, its first 24 signs at least in one piece where there are as many."""
    length: Ints
    """Signs in the first part."""
    follows: Ints
    """Where the payload of the second part begins; 0 where there is none. Of more parts none is read."""
    sound: Flags
    tag_sound: Flags
    time: Ints
    """Microseconds since 1970, or `NO_TIME`."""

    def only(self, which: Flags | Ints) -> Messages:
        """Those chosen."""
        return Messages(*(getattr(self, name)[which] for name in self.__slots__))


def frame(six: Bytes, kept: Messages, first_row: int) -> pl.DataFrame:
    """Raw rows of messages of the kinds in `BITS`, each of a length that its fields are whole in.

    Args:
        six: the text with each sign replaced by its six bits, padded.
        kept: the messages.
        first_row: the number of the text's first line.
    """
    count, kind = len(kept.first), kept.kind
    words = [_word(six, kept.start + at) for at in (0, 8, 16)]
    values = {name: np.full(count, np.nan) for name in ("lat", "lon", "sog", "cog", "heading")}
    values["status"] = np.full(count, np.nan)
    for chosen, fields in ((kind <= 3, _class_a), ((kind == 18) | (kind == 19), _class_b), (kind == 27, _long_range)):
        at = np.flatnonzero(chosen)
        if len(at):
            for name, found in fields([word[at] for word in words]).items():
                values[name][at] = found
    class_b, satellite = (kind == 18) | (kind == 19) | (kind == 24), kind == 27
    columns: dict[str, Any] = {
        "row": kept.first + first_row,
        "lines": kept.parts.astype(np.int32),
        "position": (kind != 5) & (kind != 24),
        "time": kept.time,
        "ship": ((words[0] >> _U(10)) & _U(0x3FFFFFFF)).astype(np.int64),
        **values,
        "b": class_b,
        "satellite": satellite,
    }
    lay = pl.DataFrame(columns).with_columns_seq(_identities(six, kept))
    return lay.with_columns_seq(
        pl.when(pl.col("time") != NO_TIME).then("time").cast(TIME),
        pl.col("lat", "lon", "sog", "cog", "heading").fill_nan(None),
        pl.col("status").fill_nan(None).cast(pl.Int64),
        pl.when("b").then(pl.lit("B")).otherwise(pl.lit("A")).alias("ais_class"),
        (pl.when("satellite").then(pl.lit("satellite")) if satellite.any() else pl.lit(None, pl.String)).alias(
            "receiver"
        ),
    ).select(RAW.names())


def _word(six: Bytes, at: Ints) -> Words:
    """The 48 bits of eight signs from each place on, in the low bits of a word."""
    eight = np.ndarray((len(six) - 7,), np.uint64, buffer=six, strides=(1,))[at].byteswap()
    twos = ((eight >> _U(2)) & _U(0x0FC00FC00FC00FC0)) | (eight & _U(0x003F003F003F003F))
    fours = ((twos >> _U(4)) & _U(0x00FFF00000FFF000)) | (twos & _U(0x00000FFF00000FFF))
    return ((fours >> _U(8)) & _U(0xFFFFFF000000)) | (fours & _U(0xFFFFFF))


def _signed(value: Words, bits: int) -> npt.NDArray[np.float64]:
    """Two's complement of so many bits (higher ones are dropped)."""
    up = 64 - bits
    return ((value << _U(up)).view(np.int64) >> np.int64(up)).astype(np.float64)


def _degrees(value: npt.NDArray[np.float64], micro: float) -> npt.NDArray[np.float64]:
    """The millionths of a degree nearest to `value * micro / 6`, in degrees; exact, as `10 n + 3` is never even."""
    return np.floor((value * micro + 3.0) / 6.0) / 1e6


def _low(value: Words, shift: int, bits: int) -> npt.NDArray[np.float64]:
    return ((value >> _U(shift)) & _U((1 << bits) - 1)).astype(np.float64)


def _class_a(words: list[Words]) -> dict[str, npt.NDArray[np.float64]]:
    """Messages 1 to 3: status 38, speed 50, longitude 61, latitude 89, course 116, heading 128."""
    one, two, three = words
    return {
        "status": _low(one, 6, 4),
        "sog": _low(two, 36, 10) / 10.0,
        "lon": _degrees(_signed(two >> _U(7), 28), 10.0),
        "lat": _degrees(_signed((two << _U(20)) | (three >> _U(28)), 27), 10.0),
        "cog": _low(three, 16, 12) / 10.0,
        "heading": _low(three, 7, 9),
    }


def _class_b(words: list[Words]) -> dict[str, npt.NDArray[np.float64]]:
    """Messages 18 and 19: speed 46, longitude 57, latitude 85, course 112, heading 124."""
    one, two, three = words
    return {
        "sog": _low((one << _U(8)) | (two >> _U(40)), 0, 10) / 10.0,
        "lon": _degrees(_signed(two >> _U(11), 28), 10.0),
        "lat": _degrees(_signed((two << _U(16)) | (three >> _U(32)), 27), 10.0),
        "cog": _low(three, 20, 12) / 10.0,
        "heading": _low(three, 11, 9),
    }


def _long_range(words: list[Words]) -> dict[str, npt.NDArray[np.float64]]:
    """Message 27: status 40, longitude 44, latitude 62, speed 79 (63 is none), course 85 (360 and more are none)."""
    one, two, _ = words
    sog, cog = _low(two, 11, 6), _low(two, 2, 9)
    return {
        "status": _low(one, 4, 4),
        "lon": _degrees(_signed((one << _U(14)) | (two >> _U(34)), 18), 10_000.0),
        "lat": _degrees(_signed(two >> _U(17), 17), 10_000.0),
        "sog": np.where(sog < 63, sog, np.nan),
        "cog": np.where(cog < 360, cog, np.nan),
    }


def _identities(six: Bytes, kept: Messages) -> list[pl.Series]:
    """What messages 5, 19 and 24 say of the ship, laid out over all messages."""
    kind, count = kept.kind, len(kept.kind)
    part = (six[kept.start + 6] >> 2) & 3
    groups = ((kind == 5, 71, _voyage), (kind == 19, 52, _extended), ((kind == 24) & (part == 0), 27, _part_a),
              ((kind == 24) & (part == 1), 27, _part_b))  # fmt: skip
    found, places = [], []
    for chosen, length, read in groups:
        at = np.flatnonzero(chosen)
        if len(at):
            said = read(_signs(six, kept.only(at), length))
            found.append(pl.DataFrame(said).select_seq(_as_text(name).alias(name) for name in said))
            places.append(at)
    if not found:
        return [pl.Series(name, [None], pl.String).new_from_index(0, count) for name in IDENTITY_FIELDS]
    # a last row without anything stands for all other messages
    nothing = pl.DataFrame({name: [None] for name in IDENTITY_FIELDS}, schema=dict.fromkeys(IDENTITY_FIELDS, pl.String))
    table = pl.concat([*found, nothing], how="diagonal", rechunk=True)
    index = np.full(count, table.height - 1, np.uint32)
    index[np.concatenate(places)] = np.arange(table.height - 1)
    return table[pl.Series(index)].get_columns()


def _as_text(name: str) -> pl.Expr:
    """An identity field as text; null where AIS says that it is not given."""
    field = pl.col(name)
    if name in _SMALL:
        return field
    if name == "imo":
        return pl.when(field > 0).then(field.cast(pl.String))
    text = field if name == "eta" else field.str.strip_chars(" @")
    return pl.when(text.str.len_bytes() > 0).then(text)


def _signs(six: Bytes, some: Messages, length: int) -> Bytes:
    """The first signs of payloads, a row a message, over the seam between two parts."""
    row = np.ndarray((len(six) - length + 1, length), np.uint8, buffer=six, strides=(1, 1))
    found = row[some.start]
    seam = np.flatnonzero(some.follows)
    if len(seam):
        beyond = row[some.follows[seam] - some.length[seam]]
        found[seam] = np.where(np.arange(length) < some.length[seam, None], found[seam], beyond)
    return np.asfortranarray(found)  # fields are read column by column


def _number(signs: Bytes, start: int, width: int) -> Ints:
    first, last = start // 6, (start + width - 1) // 6
    value: Ints = signs[:, first].astype(np.int64)
    for at in range(first + 1, last + 1):
        value = (value << 6) | signs[:, at]
    return (value >> ((last + 1) * 6 - start - width)) & ((1 << width) - 1)


def _text(signs: Bytes, start: int, count: int) -> pl.Series:
    """Text of six-bit letters."""
    first, past = divmod(start, 6)
    letters = signs[:, first : first + count]
    if past:
        behind = signs[:, first + 1 : first + count + 1]
        letters = ((letters << np.uint8(past)) | (behind >> np.uint8(6 - past))) & np.uint8(63)
    lines = np.empty((len(signs), count + 1), np.uint8)
    lines[:, count] = ord("\n")
    lines[:, :count] = np.where(letters < 32, letters + 64, letters)
    return _lines(lines)


def _lines(signs: Bytes) -> pl.Series:
    """Rows of ASCII that each end in a line feed, as texts."""
    return pl.Series(signs.tobytes().decode("ascii").split("\n")[:-1], dtype=pl.String)


def _size(signs: Bytes, start: int) -> dict[str, pl.Series]:
    """Length and width from the distances of the antenna to bow, stern, port and starboard."""
    bow, stern = _number(signs, start, 9), _number(signs, start + 9, 9)
    port, starboard = _number(signs, start + 18, 6), _number(signs, start + 24, 6)
    return {"length_m": _WHOLE.gather(bow + stern), "width_m": _WHOLE.gather(port + starboard)}


def _voyage(signs: Bytes) -> dict[str, Any]:
    """Message 5."""
    return {
        "imo": _number(signs, 40, 30),
        "callsign": _text(signs, 70, 7),
        "name": _text(signs, 112, 20),
        "ship_type": _WHOLE.gather(_NAMED_TYPES[_number(signs, 232, 8)]),
        **_size(signs, 240),
        "eta": _eta(signs),
        "draught_m": _TENTHS.gather(_number(signs, 294, 8)),
        "destination": _text(signs, 302, 20),
    }


def _eta(signs: Bytes) -> pl.Series:
    """Month, day, hour and minute as text; blank where any is not given."""
    month, day, hour, minute = (_number(signs, *at) for at in ((274, 4), (278, 5), (283, 5), (288, 6)))
    lines = np.empty((len(signs), 12), np.uint8)
    lines[:] = np.frombuffer(b"MM-dd HH:mm\n", np.uint8)
    for at, number in zip((0, 3, 6, 9), (month, day, hour, minute), strict=True):
        lines[:, at : at + 2] = _PAIRS[number]
    given = (month > 0) & (day > 0) & (hour <= 23) & (minute <= 59)
    found = _lines(lines)
    return found if given.all() else found.zip_with(pl.Series(given), found.clear(len(found)))


def _extended(signs: Bytes) -> dict[str, Any]:
    """Message 19."""
    return {
        "name": _text(signs, 143, 20),
        "ship_type": _WHOLE.gather(_NAMED_TYPES[_number(signs, 263, 8)]),
        **_size(signs, 271),
    }


def _part_a(signs: Bytes) -> dict[str, Any]:
    """Message 24, part A."""
    return {"name": _text(signs, 40, 20)}


def _part_b(signs: Bytes) -> dict[str, Any]:
    """Message 24, part B; craft of a mother ship (98MIDxxxx) send its number in place of their size."""
    ship = _number(signs, 8, 30)
    own = pl.Series((ship < 980_000_000) | (ship > 989_999_999))
    size = {name: found.zip_with(own, found.clear(len(found))) for name, found in _size(signs, 132).items()}
    return {"ship_type": _WHOLE.gather(_number(signs, 40, 8)), "callsign": _text(signs, 90, 7), **size}
