"""The signs of a block of NMEA text (`!`, `*`, commas, backslashes, line ends) and the times that stand round them.

Only the plain forms are read here: whatever is not exactly one of them is said to be unread, and the decoder that goes
line by line has it. So a form may be left out without harm, and none may be read otherwise than there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from darkwake.tracks.nmea_payload import NO_TIME, PADDING, Bytes, Flags, Ints, Words

LINE_END, COMMA, BANG, STAR, BACKSLASH, DOLLAR, OTHER = range(1, 8)
_MANY_FIELDS = 12
"""Tag blocks and texts after a sentence with more fields than this are not plain."""
_LONG_FIELD = 10
"""Fields after a sentence that begin with a letter and are no longer than this hold no time."""


def _kinds() -> bytes:
    """The kind of each byte: 0 for those that may stand in a field, `OTHER` for what no plain line holds."""
    kinds = bytearray(OTHER if c < 32 or c > 126 else 0 for c in range(256))
    for sign, kind in zip(b"\n,!*\\$", (LINE_END, COMMA, BANG, STAR, BACKSLASH, DOLLAR), strict=True):
        kinds[sign] = kind
    return bytes(kinds)


_KINDS = _kinds()
_U = np.uint64
_HEX = np.full(256, 255, np.uint8)
_HEX[list(b"0123456789ABCDEF")] = range(16)
_HEX[list(b"abcdef")] = range(10, 16)
_SEPARATORS = np.zeros(256, bool)
_SEPARATORS[list(b" ,;")] = True
_LETTERS = np.zeros(256, bool)
_LETTERS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] = True


@dataclass(frozen=True)
class Signs:
    """A text of whole lines and its signs."""

    byte: Bytes
    """The text, padded."""
    at: Ints
    """Where each sign stands."""
    kind: Bytes
    """What it is, padded."""
    ends: Ints
    """Of each line the index, among the signs, of its end."""
    heads: Ints
    """Of each line the index of its first sign."""
    starts: Ints
    """Of each line the place of its first byte."""
    width: Ints
    """And how many bytes it has."""

    @classmethod
    def of(cls, text: bytes) -> Signs:
        """The signs of a text that ends in a line feed."""
        kinds = np.frombuffer(text.translate(_KINDS), np.uint8)
        at = np.flatnonzero(kinds != 0)
        kind = np.zeros(len(at) + 16, np.uint8)
        kind[: len(at)] = kinds[at]
        ends = np.flatnonzero(kind == LINE_END)
        heads = np.concatenate([[0], ends[:-1] + 1])
        places = at[ends]
        starts = np.zeros(len(ends), np.int64)
        starts[1:] = places[:-1] + 1
        return cls(
            byte=np.frombuffer(text + bytes(PADDING), np.uint8),
            at=at,
            kind=kind,
            ends=ends,
            heads=heads,
            starts=starts,
            width=places - starts,
        )

    def bytes_from(self, at: Ints) -> Words:
        """The eight bytes from each place on; the first is the lowest."""
        found: Words = np.ndarray((len(self.byte) - 7,), np.uint64, buffer=self.byte, strides=(1,))[at]
        return found

    def kinds_from(self, index: Ints) -> Words:
        """The kinds of eight signs; the first is the lowest byte."""
        found: Words = np.ndarray((len(self.kind) - 7,), np.uint64, buffer=self.kind, strides=(1,))[index]
        return found

    def only_commas(self, first: Ints, last: Ints) -> Flags:
        """Whether all signs from index `first` to before index `last` are commas."""
        commas = self.commas
        found: Flags = commas[last] - commas[first] == last - first
        return found

    @cached_property
    def commas(self) -> npt.NDArray[np.int32]:
        """How many of the signs before each are commas."""
        found = np.zeros(len(self.kind) + 1, np.int32)
        np.cumsum(self.kind == COMMA, dtype=np.int32, out=found[1:])
        return found

    def adds_up(self, first: Ints, star: Ints) -> Flags:
        """Whether the bytes from `first` (under `star`) to before `star` add up to the two digits behind it.

        Both rise from entry to entry. False where there are not two hexadecimal digits.
        """
        if not len(first):
            return np.zeros(0, bool)
        total: Bytes = np.bitwise_xor.reduceat(self.byte, np.stack([first, star], axis=1).ravel())[::2]
        high, low = _HEX[self.byte[star + 1]], _HEX[self.byte[star + 2]]
        found: Flags = (high < 16) & (low < 16) & (total == ((high << 4) | (low & 15)))
        return found

    def two_digits(self, at: Ints) -> Flags:
        """Whether two hexadecimal digits stand there."""
        found: Flags = (_HEX[self.byte[at]] < 16) & (_HEX[self.byte[at + 1]] < 16)
        return found

    def unix(self, at: Ints, width: Ints) -> tuple[Ints, Flags]:
        """Microseconds of ten digits (seconds) or thirteen (milliseconds), and whether they are such."""
        time, read = np.full(len(at), NO_TIME), np.zeros(len(at), bool)
        for digits, scale in ((10, 1_000_000), (13, 1_000)):
            chosen = np.flatnonzero(width == digits)
            if len(chosen):
                value, sound = self._whole(at[chosen], digits)
                # 13 digits must be milliseconds, and few enough for the other decoder's floats to give them exactly
                sound &= (digits == 10) | ((value >= 10**12) & (value < 4 * 10**12))
                time[chosen], read[chosen] = np.where(sound, value * scale, NO_TIME), sound
        return time, read

    def _whole(self, at: Ints, digits: int) -> tuple[Ints, Flags]:
        """A number of 8 to 16 digits, and whether digits is what stands there."""
        (high, first), (low, last) = (self._eight(place) for place in (at, at + digits - 8))
        return high // 10 ** (16 - digits) * 10**8 + low, first & last

    def _eight(self, at: Ints) -> tuple[Ints, Flags]:
        """Eight digits: pairs, fours and all are put together within one word each."""
        word = self.bytes_from(at)
        sound: Flags = (word & _U(0xF0F0F0F0F0F0F0F0)) == _U(0x3030303030303030)
        sound &= ((word + _U(0x0606060606060606)) & _U(0xF0F0F0F0F0F0F0F0)) == _U(0x3030303030303030)
        word &= _U(0x0F0F0F0F0F0F0F0F)
        word = (word * _U(10) + (word >> _U(8))) & _U(0x00FF00FF00FF00FF)
        word = (word * _U(100) + (word >> _U(16))) & _U(0x0000FFFF0000FFFF)
        word = (word * _U(10_000) + (word >> _U(32))) & _U(0xFFFFFFFF)
        return word.astype(np.int64), sound

    def before(self, line: Ints, bang: Ints) -> tuple[Ints, Flags]:
        """The Unix time that fills the line up to one sign before each sentence, and whether it does."""
        start, place = self.starts[line], self.at[bang]
        time, read = self.unix(start, place - start - 1)
        return time, read & _SEPARATORS[self.byte[place - 1]]

    def after(self, line: Ints, first: Ints) -> tuple[Ints, Flags]:
        """The Unix time in the last field behind a sentence, and whether nothing else there could be one.

        Args:
            line: the lines.
            first: the index of the sign that stands behind each sentence's checksum.
        """
        end = self.ends[line]
        read = (self.kind[first] == COMMA) & self.only_commas(first, end) & (end - first <= _MANY_FIELDS)
        time = np.full(len(line), NO_TIME)
        last = np.maximum(end - 1, first)
        time[read], sound = self.unix(self.at[last[read]] + 1, (self.at[end] - self.at[last] - 1)[read])
        read[read] = sound
        for number in range(int((end - first)[read].max(initial=0)) - 1):
            rows = np.flatnonzero(read & (end - first - 1 > number))
            at = self.at[first[rows] + number]
            length = self.at[first[rows] + number + 1] - at - 1
            read[rows] = (length > 0) & (length <= _LONG_FIELD) & _LETTERS[self.byte[at + 1]]
        return np.where(read, time, NO_TIME), read

    def tag(self, line: Ints, bang: Ints) -> tuple[Ints, Flags, Flags, Words]:
        """The time in the tag block before each sentence, whether the block adds up, whether it is plain, its group.

        Plain: it begins the line and ends right before the sentence in `*`, two digits and a backslash. Of several
        times the last holds. A group is the signs of its number, 0 for none.
        """
        head, start, place = self.heads[line], self.starts[line], self.at[bang]
        star = np.maximum(bang - 2, head)
        read = (bang - head >= 3) & (bang - head <= _MANY_FIELDS + 3) & (self.at[head] == start)
        read &= (self.kind[head] == BACKSLASH) & (self.kind[bang - 1] == BACKSLASH) & (self.kind[star] == STAR)
        read &= (self.at[bang - 1] == place - 1) & (self.at[star] == place - 4) & (self.at[star] > start + 1)
        read &= self.only_commas(np.minimum(head + 1, star), star) & self.two_digits(np.maximum(place - 3, 0))
        time, sound = np.full(len(line), NO_TIME), np.zeros(len(line), bool)
        sound[read] = self.adds_up(start[read] + 1, self.at[star[read]])
        grouped, group = np.zeros(len(line), bool), np.zeros(len(line), np.uint64)
        fields = star - head
        for number in range(int(fields[read].max(initial=0))):
            rows = np.flatnonzero(read & (fields > number))
            at, end = self.at[head[rows] + number] + 1, self.at[head[rows] + number + 1]
            named = self.byte[at + 1] == ord(":")
            some = np.flatnonzero(named & (self.byte[at] == ord("g")))
            if len(some):
                group[rows[some]], told = self._group(at[some], end[some])
                read[rows[some]] &= told & ~grouped[rows[some]]
                grouped[rows[some]] = True
            timed = named & (self.byte[at] == ord("c"))
            rows, at, end = rows[timed], at[timed], end[timed]
            time[rows], told = self.unix(at + 2, end - at - 2)
            read[rows] &= told
        return np.where(sound, time, NO_TIME), sound, read, group

    def _group(self, at: Ints, end: Ints) -> tuple[Words, Flags]:
        """The signs of the number in a group such as `g:1-2-345`, none for a group of one, and whether it is plain."""
        dash, width = np.uint8(ord("-")), end - at - 6
        plain = (width >= 1) & (width <= 8) & (self.byte[at + 3] == dash) & (self.byte[at + 5] == dash)
        for place in (2, 4, *range(6, 14)):
            plain &= (at + place >= end) | (self.byte[at + place] - np.uint8(48) < 10)
        beyond = (8 * (8 - np.clip(width, 1, 8))).astype(np.uint64)
        word = self.bytes_from(at + 6) & (_U(0xFFFFFFFFFFFFFFFF) >> beyond)
        return np.where(plain & (self.byte[at + 4] > ord("1")), word, _U(0)), plain

    def wrappers(self) -> tuple[Ints, Ints]:
        """The lines that hold one sound $PGHP sentence and nothing else, and the times that they tell."""
        line = np.flatnonzero(self.kind[self.heads] == DOLLAR)
        if not len(line):
            return line, line
        head, end, start = self.heads[line], self.ends[line], self.starts[line]
        shape = (self.at[head] == start) & (end - head >= 10) & (self.kind[end - 1] == STAR)
        shape &= (self.at[end - 1] == self.at[end] - 3) & self.only_commas(head + 1, np.maximum(end - 1, head + 1))
        shape &= self.bytes_from(start) & _U(0xFFFFFFFFFFFF) == _U(int.from_bytes(b"$PGHP,", "little"))
        line, head, end, start = (one[shape] for one in (line, head, end, start))
        sound = self.adds_up(start + 1, self.at[end - 1])
        line, head = line[sound], head[sound]
        values = []
        read = np.ones(len(line), bool)
        for number in range(2, 9):
            at = self.at[head + number] + 1
            width = self.at[head + number + 1] - at
            value = np.zeros(len(line), np.int64)
            read &= (width >= 1) & (width <= 4)
            for place in range(4):
                digit = self.byte[at + place] - np.uint8(48)
                inside = place < width
                read &= ~inside | (digit < 10)
                value = np.where(inside, value * 10 + digit, value)
            values.append(value)
        time, possible = _instant(values)
        read &= possible
        return line[read], time[read]


def _instant(values: list[Ints]) -> tuple[Ints, Flags]:
    """Microseconds of year, month, day, hour, minute, second, millisecond, and whether there is such an instant."""
    year, month, day, hour, minute, second, milli = values
    possible = (year >= 1970) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    possible &= (hour < 24) & (minute < 60) & (second < 60) & (milli < 1000)
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(possible, day - 1, 0)
    possible &= days.astype("datetime64[M]") == months
    seconds = days.astype(np.int64) * 86_400 + hour * 3_600 + minute * 60 + second
    return seconds * 1_000_000 + milli * 1_000, possible
