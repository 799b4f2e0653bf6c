"""NMEA in columns: the plain lines of a block at once, the others one by one, with the same result as all one by one.

A unit is what can be decoded without a look at anything else: a line with one whole message, two neighbouring lines
with the two parts of one, each with the `$PGHP` line before it where there is one. Lines that are in no unit go through
the decoder that takes lines singly. What that one remembers can reach into a unit: a part that waits for another with
the same number, or a time that waits for its message. Such a unit is taken apart and goes line by line too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import numpy as np
import polars as pl

from darkwake.tracks import nmea_payload
from darkwake.tracks.nmea_payload import ARMOUR, BITS, NO_TIME, PADDING, Bytes, Flags, Ints, Messages, Words
from darkwake.tracks.nmea_signs import BANG, COMMA, LINE_END, STAR, Signs

PIECE_BYTES = 1 << 21
"""So much text is decoded at once: enough for what each piece costs besides its lines, and tens of MB of memory."""

PENDING = 1_000
"""How many unfinished multi-part messages are waited for; the oldest is given up first."""
LONGEST = 1_000
"""A sentence with its tag block is at most so many bytes long (82 by IEC 61162-1, and blocks as long): what waits for
the rest of its message must not fill the memory."""

WRAPPER = "no message: time of the next message ($PGHP)"
NOT_SHIPS = {
    4: "not a ship: base station",
    11: "not a ship: base station",
    9: "not a ship: search-and-rescue aircraft",
    21: "not a ship: aid to navigation",
}
_U = np.uint64
_HEAD = int.from_bytes(b"!\0\0VDO,\0", "little")
_HEAD_MASK = int.from_bytes(b"\xff\0\0\xff\xff\xfd\xff\0", "little")
_SHAPE = int.from_bytes(bytes([BANG, *[COMMA] * 6, STAR]), "little")
_WHOLE_FIRST = 24
"""Signs of a first part from which on all fields that positions need lie in it."""


class Single(Protocol):
    """What decodes line by line, and what it remembers from one to the next."""

    wrapper: datetime | None

    @property
    def pending(self) -> Mapping[tuple[object, ...], object]:
        """The messages that are not whole yet, by what their parts have in common."""

    @property
    def rows(self) -> Sequence[object]:
        """What it has made since `frame`."""

    def line(self, text: bytes, row: int) -> None:
        """Take in one line."""

    def frame(self) -> pl.DataFrame:
        """Hand over the rows."""

    def count(self, refused: Counter[str], messages: Counter[int]) -> None:
        """Take over sentences refused and messages found elsewhere."""


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The plain sentences, one an entry, in the order of their lines."""

    line: Ints
    head: Words
    """Talker and type."""
    parts: Ints
    """How many sentences the message has."""
    part: Ints
    """Which of them this is, from 1."""
    key: Words
    """Sequence number and channel."""
    start: Ints
    length: Ints
    fill: Ints
    sound: Flags
    tag_sound: Flags
    time: Ints
    bare: Flags
    """Whether nothing stands round it."""

    def only(self, which: Flags | Ints) -> _Sentences:
        """Those chosen."""
        return _Sentences(*(getattr(self, name)[which] for name in self.__slots__))


def pieces(block: bytes, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """A block of whole lines in pieces of whole lines, each as small as it may be above `size`."""
    start = 0
    while start < len(block):
        end = block.find(b"\n", min(start + size, len(block)) - 1) + 1 or len(block)
        yield block[start:end]
        start = end


def decoded(text: bytes, first_row: int, single: Single) -> tuple[pl.DataFrame, int]:
    """The raw rows of whole lines, and how many lines there are.

    Args:
        text: lines that each end in a line feed.
        first_row: the number of the first.
        single: decodes what is not plain, and is told what is counted here.
    """
    signs = Signs.of(text)
    count = len(signs.ends)
    six = np.frombuffer(text.translate(ARMOUR) + bytes(PADDING), np.uint8)
    units, wrapped, keys = _units(signs, six, _sentences(signs))
    apart, emitted = _one_by_one(text, first_row, signs, units, wrapped, keys, single)
    if len(apart):
        left = np.ones(len(units.first), bool)
        left[apart] = False
        units, wrapped = units.only(left), wrapped[left]
    kept, refused, messages = _judged(units, six)
    if wrapped.any():
        refused[WRAPPER] += int(wrapped.sum())
    single.count(refused, messages)
    mine = units.only(kept)
    rows = nmea_payload.frame(six, mine, first_row)
    if not emitted:
        return rows, count
    order = np.argsort(np.concatenate([mine.first + mine.parts - 1, emitted]), kind="stable")
    return pl.concat([rows, single.frame()], rechunk=True)[pl.Series(order.astype(np.uint32))], count


def _sentences(signs: Signs) -> _Sentences:
    """The lines that hold one plain sentence, and in which all that stands round it is plain too."""
    bang = np.flatnonzero(signs.kind == BANG)
    line = np.searchsorted(signs.ends, bang)
    alone = np.ones(len(bang), bool)
    twice = line[1:] == line[:-1]
    alone[1:] &= ~twice
    alone[:-1] &= ~twice
    alone &= signs.kinds_from(bang) == _U(_SHAPE)
    bang, line = bang[alone], line[alone]
    at = signs.at[bang]
    one, two = signs.bytes_from(at), signs.bytes_from(at + 8)
    first, second = (one >> _U(8)) & _U(255), (one >> _U(16)) & _U(255)
    plain = ((one | _U(0x02 << 40)) & _U(_HEAD_MASK | 0x02 << 40) == _U(_HEAD)) & (first - _U(65) < _U(26))
    plain &= (second - _U(65) < _U(26)) & (two & _U(0xFF00FF) == _U(0x2C002C))  # A to Z twice, ",?,"
    sequence, channel, payload, star = (signs.at[bang + number] for number in (4, 5, 6, 7))
    parts, part = (one >> _U(56)).astype(np.int64) - 48, ((two >> _U(8)) & _U(255)).astype(np.int64) - 48
    digit = signs.byte[at + 11] - np.uint8(48)
    plain &= (sequence == at + 11) | ((sequence == at + 12) & (digit < 10))
    plain &= (channel - sequence <= 2) & (star == payload + 2)
    length, fill = payload - channel - 1, signs.byte[payload + 1].astype(np.int64) - 48
    plain &= (length >= 1) & (length <= 200) & (fill >= 0) & (fill <= 5)
    plain &= ((parts == 1) | (parts == 2)) & (part >= 1) & (part <= parts) & ((length >= 2) | (part == 2))
    plain &= signs.two_digits(star + 1) & (signs.at[signs.ends[line]] - signs.starts[line] <= LONGEST)
    if not plain.all():
        line, bang, at, one, star = (values[plain] for values in (line, bang, at, one, star))
        sequence, channel, digit = (values[plain] for values in (sequence, channel, digit))
        parts, part, length, fill = (values[plain] for values in (parts, part, length, fill))
    time, tag_sound, plain = _times(signs, line, bang, star)
    key = np.where(sequence == at + 12, digit, 255).astype(np.uint64) << _U(8)
    key |= np.where(channel - sequence == 2, signs.byte[sequence + 1], 0)
    found = _Sentences(
        line=line,
        head=(one >> _U(8)) & _U(0xFFFFFFFFFF),
        parts=parts,
        part=part,
        key=key,
        start=channel + 1,
        length=length,
        fill=fill,
        sound=signs.adds_up(at + 1, star),
        tag_sound=tag_sound,
        time=time,
        bare=(at == signs.starts[line]) & (signs.kind[bang + 8] == LINE_END),
    )
    return found if plain.all() else found.only(plain)


def _times(signs: Signs, line: Ints, bang: Ints, star: Ints) -> tuple[Ints, Flags, Flags]:
    """The time that stands round each sentence, whether its tag block adds up, and whether all of it is plain."""
    time, tag_sound, plain = np.full(len(line), NO_TIME), np.ones(len(line), bool), signs.at[bang + 8] == star + 3
    more = np.flatnonzero(signs.kind[bang + 8] != LINE_END)
    if len(more):
        time[more], read = signs.after(line[more], bang[more] + 8)
        plain[more] &= read
    led = np.flatnonzero(signs.at[bang] != signs.starts[line])
    if len(led):
        tagged = signs.byte[signs.starts[line[led]]] == ord("\\")
        for chosen, tag in ((led[tagged], True), (led[~tagged], False)):
            if tag:
                told, tag_sound[chosen], read = signs.tag(line[chosen], bang[chosen])
            else:
                told, read = signs.before(line[chosen], bang[chosen])
            time[chosen] = np.where(told != NO_TIME, told, time[chosen])
            plain[chosen] &= read
    return time, tag_sound, plain


def _units(signs: Signs, six: Bytes, one: _Sentences) -> tuple[Messages, Flags, Words]:
    """The units among plain sentences, whether a wrapper leads each, and what the parts of a message have in common."""
    single = one.parts == 1
    joined = np.zeros(len(one.line), bool)
    if not single.all():
        joined[:-1] = (one.line[1:] == one.line[:-1] + 1) & (one.parts[:-1] == 2) & (one.parts[1:] == 2)
        joined[:-1] &= (one.part[:-1] == 1) & (one.part[1:] == 2) & (one.length[:-1] >= _WHOLE_FIRST)
        joined[:-1] &= (one.head[:-1] == one.head[1:]) & (one.key[:-1] == one.key[1:])
    first = np.flatnonzero(single | joined)
    pair = joined[first]
    last = first + pair
    time = one.time[first]
    wrapped = np.zeros(len(first), bool)
    told = time != NO_TIME
    units = Messages(
        first=one.line[first],
        parts=1 + pair.astype(np.int64),
        kind=six[one.start[first]].astype(np.int64),
        bits=(one.length[first] + np.where(pair, one.length[last], 0)) * 6 - one.fill[last],
        start=one.start[first],
        length=one.length[first],
        follows=np.where(pair, one.start[last], 0),
        sound=one.sound[first] & one.sound[last],
        tag_sound=one.tag_sound[first] & one.tag_sound[last],
        time=np.where(told, time, one.time[last]),
    )
    key = np.where(pair, one.head[first] << _U(16) | one.key[first], _U(0))
    # parts of a field that are cut off are the other decoder's
    part_b = (six[units.start + 6] >> 2) & 3 == 1
    odd = (units.kind == 24) & (units.bits >= 156) & (units.bits < np.where(part_b, 162, 160))
    odd |= (units.kind == 5) & (units.bits >= 420) & (units.bits < 422)
    line, hour = signs.wrappers()
    if len(line):
        lent = np.full(len(signs.ends) + 1, NO_TIME)
        lent[line + 1] = hour
        hour = lent[units.first]
        wrapped = hour != NO_TIME
        odd |= wrapped & ~one.bare[first]  # which of two times holds is the other decoder's to know
        units.time[wrapped] = hour[wrapped]
    return (units.only(~odd), wrapped[~odd], key[~odd]) if odd.any() else (units, wrapped, key)


def _one_by_one(
    text: bytes, first_row: int, signs: Signs, units: Messages, wrapped: Flags, keys: Words, single: Single
) -> tuple[list[int], list[int]]:
    """Pass on what is in no unit, in order, with the units that what is remembered reaches into.

    Returns:
        The units that were passed on, and of each row that came of all this the line that made it whole.
    """
    begins, ends = units.first - wrapped, units.first + units.parts
    covered = np.zeros(len(signs.ends), bool)
    for taken in (begins, units.first, ends - 1):
        covered[taken] = True
    lines = np.flatnonzero(~covered).tolist()
    if not lines and single.wrapper is None and not single.pending:
        return [], []
    walk = _Walk(text, first_row, signs, single)
    doubles = np.flatnonzero(units.parts == 2)
    pairs, pair_begins, pair_keys = doubles.tolist(), begins[doubles].tolist(), keys[doubles].tolist()
    apart: list[int] = []
    at = pair = 0
    for line in [*lines, len(signs.ends)]:
        while at < line:
            unit = None
            if single.wrapper is not None:
                unit = int(np.searchsorted(begins, at))
            elif single.pending:
                pair = bisect_left(pair_begins, at, pair)
                while pair < len(pairs) and pair_begins[pair] < line:
                    if len(single.pending) >= PENDING or _key(pair_keys[pair]) in single.pending:
                        unit = pairs[pair]
                        break
                    pair += 1
            if unit is None:
                break
            at = int(ends[unit])
            walk.over(int(begins[unit]), at)
            apart.append(unit)
        if line < len(signs.ends):
            walk.over(line, line + 1)
            at = line + 1
    return apart, walk.emitted


@dataclass(slots=True)
class _Walk:
    """Hands lines on, and keeps which of them made a row."""

    text: bytes
    first_row: int
    signs: Signs
    single: Single
    emitted: list[int] = field(default_factory=list)

    def over(self, first: int, end: int) -> None:
        """Hand on the lines from `first` to before `end`."""
        for line in range(first, end):
            self.single.line(
                self.text[self.signs.starts[line] : self.signs.at[self.signs.ends[line]]], self.first_row + line
            )
            if (more := len(self.single.rows) - len(self.emitted)) > 0:
                self.emitted += [line] * more


@lru_cache(maxsize=4_096)
def _key(code: int) -> tuple[object, ...]:
    """What the parts of a two-part message without a group have in common, as the decoder of lines has it."""
    head = (code >> 16).to_bytes(5, "little").decode("ascii")
    sequence, channel = (code >> 8) & 255, code & 255
    return (None if sequence == 255 else sequence, chr(channel) if channel else "", head[:2], head[2:], 2, None)


_LEAST, _MOST = np.zeros(64, np.int64), np.zeros(64, np.int64)
for _kind, (_least, _most) in BITS.items():
    _LEAST[_kind], _MOST[_kind] = _least, _most
_OTHER_KIND = 64
_REASONS = {1: "cannot be decoded", 2: "wrong length for its type", 3: "bad checksum in tag block", 4: "bad checksum"}


def _judged(units: Messages, six: Bytes) -> tuple[Flags, Counter[str], Counter[int]]:
    """Which messages are kept, the sentences of the others by reason, and all by kind."""
    kind = units.kind
    known = (kind >= 1) & (kind <= 27)
    # the last that holds is the reason
    why = np.where((kind == 24) & ((six[units.start + 6] >> 2) & 3 > 1), 1, 0)
    why[(units.bits < _LEAST[kind]) | (units.bits > _MOST[kind])] = 2
    other = _MOST[kind] == 0
    why[other] = _OTHER_KIND + kind[other]
    why[~units.tag_sound] = 3
    why[~units.sound] = 4
    why[~known] = 1
    refused: Counter[str] = Counter()
    for code, count in enumerate(np.bincount(why, weights=units.parts)):
        if code and count:
            number = code - _OTHER_KIND
            reason = _REASONS.get(code) or NOT_SHIPS.get(number, f"message {number}: neither position nor identity")
            refused[reason] += int(count)
    messages = Counter({at: int(count) for at, count in enumerate(np.bincount(kind[known])) if count})
    return why == 0, refused, messages
