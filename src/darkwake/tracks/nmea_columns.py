"""NMEA in columns: the plain lines of a block at once, the others one by one, with the same result as all one by one.

A line is plain if it holds one sentence and, round it, nothing but times and tag blocks in their usual forms, or if it
is a `$PGHP` sentence alone. Plain sentences are laid to messages wherever their parts stand (`nmea_join`). All other
lines are handed in their order to the decoder that takes lines singly (`nmea_walk`), with the few plain
ones that depend on what it remembers: a part that waits, parts out of the common order, the time of a group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from darkwake.tracks import nmea_join, nmea_payload
from darkwake.tracks.nmea_join import Sentences, Strange
from darkwake.tracks.nmea_payload import ARMOUR, BITS, NO_TIME, PADDING, Bytes, Flags, Ints, Messages, Words
from darkwake.tracks.nmea_signs import BANG, COMMA, LINE_END, STAR, Signs
from darkwake.tracks.nmea_walk import SENTENCE, SINGLY, WRAPPER, Single, hand_on, lend

PIECE_BYTES = 1 << 21
"""So much text is decoded at once: enough for what each piece costs besides its lines, and tens of MB of memory."""

LONGEST = 1_000
"""A sentence with its tag block is at most so many bytes long (82 by IEC 61162-1, and blocks as long): what waits for
the rest of its message must not fill the memory."""

WRAPPED = "no message: time of the next message ($PGHP)"
INCOMPLETE = "incomplete multi-part message"
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
    one = _sentences(signs)
    what, hour = np.full(count, SINGLY, np.int8), np.full(count, NO_TIME)
    what[one.line] = SENTENCE
    wrappers, times = signs.wrappers()
    what[wrappers], hour[wrappers] = WRAPPER, times
    if len(wrappers) or single.wrapper is not None:
        lend(hour, one, single)
    strange = [
        Strange(line, *part)
        for line in np.flatnonzero(what == SINGLY).tolist()
        for part in single.parts(text[signs.starts[line] : signs.at[signs.ends[line]]])
    ]
    found = nmea_join.joined(one, six, first_row, single.waiting(), strange)
    what[one.line[found.handed]] = SINGLY
    emitted = hand_on(text, first_row, signs, what, hour, one, found, single)
    units = nmea_join.messages(one, six, found, count)
    kept, refused, messages = _judged(units, six)
    refused.update({WRAPPED: len(wrappers), INCOMPLETE: found.lost})
    single.count(+refused, messages)
    mine = units if kept.all() else units.only(kept)
    rows = nmea_payload.frame(six, mine, first_row)
    if not emitted:
        return rows, count
    order = np.argsort(np.concatenate([mine.end, emitted]), kind="stable")
    return pl.concat([rows, single.frame()], rechunk=True)[pl.Series(order.astype(np.uint32))], count


def _sentences(signs: Signs) -> Sentences:
    """The lines that hold one plain sentence, and in which all that stands round it is plain too."""
    bang = np.flatnonzero(signs.kind == BANG)
    alone = signs.kinds_from(bang) == _U(_SHAPE)
    if len(bang) == len(signs.ends) and ((signs.heads <= bang) & (bang < signs.ends)).all():
        line = np.arange(len(bang))
    else:
        line = np.searchsorted(signs.ends, bang)
        twice = line[1:] == line[:-1]
        alone[1:] &= ~twice
        alone[:-1] &= ~twice
    if not alone.all():
        bang, line = bang[alone], line[alone]
    at = signs.at[bang]
    one, two = signs.bytes_from(at), signs.bytes_from(at + 8)
    first, second = (one >> _U(8)) & _U(255), (one >> _U(16)) & _U(255)
    plain = ((one | _U(0x02 << 40)) & _U(_HEAD_MASK | 0x02 << 40) == _U(_HEAD)) & (two & _U(0xFF00FF) == _U(0x2C002C))
    for letter in (first, second):
        plain &= (letter - _U(65) < _U(26)) | (letter == _U(ord("-")))
    sequence, channel, payload, star = (signs.at[bang + number] for number in (4, 5, 6, 7))
    parts, part = (one >> _U(56)).astype(np.int64) - 48, ((two >> _U(8)) & _U(255)).astype(np.int64) - 48
    digit = signs.byte[at + 11] - np.uint8(48)
    plain &= (sequence == at + 11) | ((sequence == at + 12) & (digit < 10))
    plain &= (channel - sequence <= 2) & (star == payload + 2)
    length, fill = payload - channel - 1, signs.byte[payload + 1].astype(np.int64) - 48
    # a message without any payload is refused like one of an unknown type, but a part without any may be joined
    plain &= (length <= 200) & (fill >= 0) & (fill <= 5) & ((length >= 2) | (length == (part > 1)))
    plain &= (parts >= 1) & (parts <= 9) & (part >= 1) & (part <= parts) & ((length > 0) | (parts == 1))
    plain &= signs.two_digits(star + 1) & (signs.width[line] <= LONGEST)
    if not plain.all():
        line, bang, at, one, star = (values[plain] for values in (line, bang, at, one, star))
        sequence, channel, digit = (values[plain] for values in (sequence, channel, digit))
        parts, part, length, fill = (values[plain] for values in (parts, part, length, fill))
    time, told, tag_sound, group, plain = _times(signs, line, bang, star)
    key = np.where(sequence == at + 12, digit, 255).astype(np.uint64) << _U(8)
    key |= np.where(channel - sequence == 2, signs.byte[sequence + 1], 0)
    found = Sentences(
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
        told=told,
        group=group,
    )
    return found if plain.all() else found.only(plain)


def _times(signs: Signs, line: Ints, bang: Ints, star: Ints) -> tuple[Ints, Flags, Flags, Words, Flags]:
    """What stands round each sentence: the time, whether a tag block tells it and adds up, its group; whether plain."""
    time, tag_sound, plain = np.full(len(line), NO_TIME), np.ones(len(line), bool), signs.at[bang + 8] == star + 3
    by_tag, group = np.zeros(len(line), bool), np.zeros(len(line), np.uint64)
    more = np.flatnonzero(signs.kind[bang + 8] != LINE_END)
    if len(more):
        time[more], read = signs.after(line[more], bang[more] + 8)
        plain[more] &= read
    led = np.flatnonzero(signs.at[bang] != signs.starts[line])
    if len(led):
        tagged = signs.byte[signs.starts[line[led]]] == ord("\\")
        for chosen, tag in ((led[tagged], True), (led[~tagged], False)):
            if tag:
                told, tag_sound[chosen], read, group[chosen] = signs.tag(line[chosen], bang[chosen])
                by_tag[chosen] = told != NO_TIME
            else:
                told, read = signs.before(line[chosen], bang[chosen])
            time[chosen] = np.where(told != NO_TIME, told, time[chosen])
            plain[chosen] &= read
    return time, by_tag, tag_sound, group, plain


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
    why = np.zeros(len(kind), np.int64)
    static = np.flatnonzero(kind == 24)
    why[static] = (six[units.start[static] + 6] >> 2) & 3 > 1
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
