"""Which plain sentences make up a message: the parts of each are found for all sentences of a text at once.

The rule is that of the decoder of single lines: of the sentences that have everything in common but their number, each
is laid to those that wait, unless one of the same number waits or the first of them came too long ago; then they are
given up. So the parts of a message of two are neighbours among the sentences like them, and a run of sentences that
each fit the one before falls into pairs. Sentences that something from before reaches into, whose rest is still to
come, or that come in another order are named, for the decoder of single lines to take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from darkwake.tracks.nmea_payload import BITS, NO_TIME, Bytes, Flags, Ints, Messages, Words

PENDING = 1_000
"""How many unfinished multi-part messages are waited for; the oldest is given up first."""
PART_WITHIN_LINES = 2_000
"""A part that comes later than this is not joined: sequence numbers run from 0 to 9 and come round again."""

Key = tuple[object, ...]
"""What the parts of a message have in common, as the decoder of single lines has it: sequence number, channel, talker,
type, count of parts, group."""

_U = np.uint64
_WHOLE_FIRST = 24
"""Signs of a first part from which on all fields that positions need lie in it."""
_USED = np.isin(np.arange(64), list(BITS))


@dataclass(frozen=True, slots=True)
class Sentences:
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
    told: Flags
    """Whether the time is that of the sentence's own tag block."""
    group: Words
    """The signs of the group in the tag block; 0 for none."""

    def only(self, which: Flags | Ints) -> Sentences:
        """Those chosen."""
        return Sentences(*(getattr(self, name)[which] for name in self.__slots__))

    def asks(self) -> Flags:
        """Whether the time is that of the group, which is remembered elsewhere."""
        found: Flags = (self.group != 0) & self.tag_sound & ~self.told
        return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is not whole at the end of the text before."""

    key: Key
    row: int
    """The number of the line of its first sentence to come."""
    parts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Strange:
    """A part of a message in a line that is not plain."""

    line: int
    key: Key
    part: int


@dataclass(slots=True)
class Joined:
    """What became of the sentences; indices are of them."""

    single: Ints
    """The messages of one sentence."""
    several: Ints
    """A row a message of more, the sentences by part; -1 where there are no more."""
    last: Ints
    """Of each of these the sentence that came last."""
    handed: Ints
    """What the decoder of single lines must take."""
    lost: int
    """How many wait in vain."""
    lines: Ints
    """Where too many may wait: the lines of all sentences that are parts of more."""
    begun: Ints
    """After each of these, how many messages wait for more that are found here."""


def joined(
    one: Sentences, six: Bytes, first_row: int, waiting: Sequence[Waiting], strange: Sequence[Strange]
) -> Joined:
    """Lay sentences to messages.

    Args:
        one: the plain sentences, each with the time that it has by itself.
        six: the text's signs as six bits.
        first_row: the number of the text's first line.
        waiting: what is not whole from before, the oldest first.
        strange: the parts in lines that are not plain.
    """
    alone, parts = one.parts == 1, np.flatnonzero(one.parts > 1)
    handed = alone & _cut_fields(six, one.start, one.length * 6 - one.fill)
    if one.group.any():
        handed |= alone & one.asks()
    nothing = np.zeros(0, np.int64)
    found = Joined(np.flatnonzero(alone & ~handed), nothing.reshape(0, 2), nothing, nothing, 0, nothing, nothing)
    if len(parts) and not _laid(found, handed, one, six, first_row, waiting, _Alike.of(one, parts, strange)):
        handed[parts] = True
    found.handed = np.flatnonzero(handed)
    return found


def _laid(
    found: Joined, handed: Flags, one: Sentences, six: Bytes, first_row: int, waiting: Sequence[Waiting], alike: _Alike
) -> bool:
    """Find the messages of several sentences; False, and nothing done, where one may be pushed out by others."""
    taken = np.zeros(len(alike.at), bool)
    if waiting and not _carried(alike, taken, first_row, waiting):
        return False
    rest = alike.only(~taken) if taken.any() else alike
    several, last, lost, left = _runs(rest)
    begins = np.concatenate([several.min(axis=1, where=several >= 0, initial=len(rest.at)), lost])
    ends = np.concatenate([last, lost + 1])
    if (rest.place[ends] - rest.place[begins] >= PENDING).any():
        return False
    strange = _near_strange(rest, np.concatenate([last + 1, np.flatnonzero(rest.new())]))
    several, last, lost = several[~strange[last]], last[~strange[last]], lost[~strange[lost]]
    sentences = np.where(several >= 0, rest.at[several], -1)
    impossible = _impossible(sentences, one, six)
    for some in (alike.at[taken], rest.at[left | strange], sentences[impossible].ravel()):
        handed[some[some >= 0]] = True
    several, last, found.several = several[~impossible], last[~impossible], sentences[~impossible]
    change = np.zeros(len(alike.at), np.int64)
    change[rest.place[np.concatenate([several[:, :2].min(axis=1, initial=len(rest.at)), lost])]] += 1
    change[rest.place[np.concatenate([last, lost + 1])]] -= 1
    found.last, found.lost, begun = rest.at[last], len(lost), np.cumsum(change)
    if begun.max() + len(waiting) + np.count_nonzero(alike.at < 0) + np.count_nonzero(handed) > PENDING:
        found.begun, found.lines = begun, np.sort(alike.line)
    return True


@dataclass(frozen=True, slots=True)
class _Alike:
    """Sentences of messages of more than one, those with everything in common but their number together, by line."""

    at: Ints
    """Index among the plain ones; -1 for one that is not."""
    place: Ints
    """Place in the order of lines."""
    code: Words
    group: Words
    line: Ints
    part: Ints
    parts: Ints

    @classmethod
    def of(cls, one: Sentences, at: Ints, strange: Sequence[Strange]) -> _Alike:
        code: Words = one.head[at] << _U(24)
        code |= (one.key[at] << _U(8)) | one.parts[at].astype(np.uint64)
        group, line, part, place = one.group[at], one.line[at], one.part[at], np.arange(len(at))
        if strange:
            coded = [_code(other.key) or (2, 0) for other in strange]  # 2: none that is plain is like it
            code = np.concatenate([code, np.array([code for code, _ in coded], np.uint64)])
            group = np.concatenate([group, np.array([group for _, group in coded], np.uint64)])
            line = np.concatenate([line, [other.line for other in strange]])
            part = np.concatenate([part, [other.part for other in strange]])
            at = np.concatenate([at, np.full(len(strange), -1)])
            place = np.empty(len(at), np.int64)
            place[np.argsort(line, kind="stable")] = np.arange(len(at))
        order = np.lexsort((place, group, code)) if group.any() or strange else np.argsort(code, kind="stable")
        code = code[order]
        return cls(
            at[order], place[order], code, group[order], line[order], part[order], (code & _U(255)).astype(np.int64)
        )

    def only(self, which: Flags) -> _Alike:
        """Those chosen."""
        return replace(self, **{name: getattr(self, name)[which] for name in self.__slots__})

    def new(self) -> Flags:
        """Whether each differs from the one before."""
        found = np.ones(len(self.at), bool)
        found[1:] = (self.code[1:] != self.code[:-1]) | (self.group[1:] != self.group[:-1])
        return found


def _carried(alike: _Alike, taken: Flags, first_row: int, waiting: Sequence[Waiting]) -> bool:
    """Mark the sentences that what waits from before reaches into; False where that may be pushed out before."""
    begins = np.flatnonzero(alike.new())
    bounds = [*begins.tolist(), len(alike.at)]
    codes, groups = alike.code[begins].tolist(), alike.group[begins].tolist()
    where = {key: at for at, key in enumerate(zip(codes, groups, strict=True))}
    for age, old in enumerate(reversed(waiting)):
        code = _code(old.key)
        found = None if code is None else where.get(code)
        if found is None:
            continue
        row, parts = old.row, set(old.parts)
        for at in range(bounds[found], bounds[found + 1]):
            taken[at] = True
            part, line = int(alike.part[at]), first_row + int(alike.line[at])
            if part in parts or line - row > PART_WITHIN_LINES:
                row, parts = line, set()
            parts.add(part)
            if len(parts) == alike.parts[at]:
                if age + alike.place[at] >= PENDING:
                    return False
                break
    return True


def _runs(alike: _Alike) -> tuple[Ints, Ints, Ints, Flags]:
    """Messages among sentences of which none is waited for at the beginning; all numbers are indices.

    Returns:
        A row a message, its sentences by part (-1 beyond them); which of them came last; those that wait until the
        next of their kind, which does not fit, gives them up; those whose rest is to come, or not in order.
    """
    new, index = alike.new(), np.arange(len(alike.at))
    two = alike.parts == 2
    fits = ~new & two
    fits[1:] &= (alike.part[1:] != alike.part[:-1]) & (alike.line[1:] - alike.line[:-1] <= PART_WITHIN_LINES)
    second = fits & ((index - np.maximum.accumulate(np.where(fits, 0, index))) % 2 == 1)
    alone = two & ~second
    alone[:-1] &= ~second[1:]
    ends = np.append(new[1:], True)
    last = np.flatnonzero(second)
    turned = alike.part[last] == 1
    several = np.stack([last - ~turned, last - turned], axis=1)
    still_open = alone & ends
    if not two.all():
        heads, rest = _in_order(alike, np.flatnonzero(new), index, ~two)
        still_open |= rest
        place = np.arange(alike.parts.max())
        longer = np.where(place < alike.parts[heads][:, None], heads[:, None] + place, -1)
        several = np.concatenate([np.pad(several, ((0, 0), (0, len(place) - 2)), constant_values=-1), longer])
        last = np.concatenate([last, heads + alike.parts[heads] - 1])
    return several, last, np.flatnonzero(alone & ~ends), still_open


def _near_strange(alike: _Alike, begins: Ints) -> Flags:
    """Whether, among those alike, one that is not plain stands where any waits from `begins` on: all are one's then."""
    if not (alike.at < 0).any():
        return np.zeros(len(alike.at), bool)
    begun = np.zeros(len(alike.at) + 1, np.int64)
    begun[begins] = 1
    stretch = np.cumsum(begun[:-1]) - 1
    found: Flags = (np.bincount(stretch, weights=alike.at < 0) > 0)[stretch]
    return found


def _in_order(alike: _Alike, begins: Ints, index: Ints, more: Flags) -> tuple[Ints, Flags]:
    """Of the sentences of three and more: where messages begin whose parts come in order, and what is left.

    As soon as one is out of order, all that follow of the same kind are left.
    """
    long = np.diff(begins, append=len(index))
    since = index - np.repeat(begins, long)
    place = since % alike.parts
    wrong = (alike.at < 0) | (alike.part != place + 1) | (alike.line - alike.line[index - place] > PART_WITHIN_LINES)
    good = np.minimum(np.minimum.reduceat(np.where(wrong, since, len(index)), begins), long)
    left = more & (since >= np.repeat(good, long) // alike.parts * alike.parts)
    return np.flatnonzero(more & ~left & (place == 0)), left


def _impossible(several: Ints, one: Sentences, six: Bytes) -> Flags:
    """The messages of more than one sentence that need more than columns can do, a row each."""
    first = several[:, 0]
    found = np.zeros(len(first), bool)
    used = np.flatnonzero(_USED[six[one.start[first]]])
    first, second = first[used], several[used, 1]
    bits = (one.length[first] + one.length[second]) * 6 - one.fill[second]
    found[used] = (one.parts[first] > 2) | (one.length[first] < _WHOLE_FIRST) | _cut_fields(six, one.start[first], bits)
    found[used] |= one.start[second] < one.length[first]  # `nmea_payload` reads so far before the second part
    if one.group.any():
        asks, there = one.asks(), several >= 0
        found |= asks[several[:, 0]] | ((one.time[several[:, 0]] == NO_TIME) & (asks[several] & there).any(axis=1))
    return found


def _last_part(several: Ints) -> Ints:
    found: Ints = several[np.arange(len(several)), (several >= 0).sum(axis=1) - 1]
    return found


def _cut_fields(six: Bytes, start: Ints, bits: Ints) -> Flags:
    """Messages of a length that is allowed and ends within a field: what is left of it is the other decoder's."""
    kind = six[start]
    found: Flags = (kind == 5) & (bits >= 420) & (bits < 422)
    two = np.flatnonzero(kind == 24)
    part_b = (six[start[two] + 6] >> 2) & 3 == 1
    found[two] = (bits[two] >= 156) & (bits[two] < np.where(part_b, 162, 160))
    return found


def _packed(head: bytes, parts: int, sequence: int, channel: bytes) -> int:
    letter = channel[0] if channel else 0
    return int.from_bytes(head, "little") << 24 | sequence << 16 | letter << 8 | parts


@lru_cache(maxsize=4 * PENDING)
def _code(key: Key) -> tuple[int, int] | None:
    """Code and group of what waits; None where no plain sentence can be like it."""
    sequence, channel, talker, kind, parts, group = key
    try:
        head, letter = f"{talker}{kind}".encode("ascii"), str(channel).encode("ascii")
    except UnicodeEncodeError:
        return None
    number = 255 if sequence is None else sequence
    assert isinstance(number, int) and isinstance(parts, int) and isinstance(group, bytes | None)  # noqa: S101, PT018
    if len(head) != 5 or len(letter) > 1 or not (0 <= number <= 9 or sequence is None) or len(group or b"") > 8:
        return None
    if b"\0" in letter + (group or b""):  # stands for nothing here
        return None
    return _packed(head, parts, number, letter), int.from_bytes(group or b"", "little")


def messages(one: Sentences, six: Bytes, found: Joined, lines: int) -> Messages:
    """The messages, in the order in which they were whole."""
    first, ends = found.single, one.line[found.single]
    if len(found.several):
        ends_at = np.full(lines, -1)
        ends_at[ends] = first
        ends_at[one.line[found.last]] = found.several[:, 0]
        ends = np.flatnonzero(ends_at >= 0)
        first = ends_at[ends]
    whole = Messages(
        first=one.line[first],
        end=ends,
        parts=one.parts[first],
        kind=six[one.start[first]].astype(np.int64),
        bits=one.length[first] * 6 - one.fill[first],
        start=one.start[first],
        length=one.length[first],
        follows=np.zeros(len(first), np.int64),
        sound=one.sound[first],
        tag_sound=one.tag_sound[first],
        time=one.time[first],
    )
    if not len(found.several):
        return whole
    at = np.searchsorted(ends, one.line[found.last])
    whole.follows[at] = np.where(whole.parts[at] == 2, one.start[found.several[:, 1]], 0)
    whole.bits[at] = one.length[found.several[:, 0]] * 6 - one.fill[_last_part(found.several)]
    for part in range(1, found.several.shape[1]):
        there = np.flatnonzero(found.several[:, part] >= 0)
        sentence, place = found.several[there, part], at[there]
        whole.first[place] = np.minimum(whole.first[place], one.line[sentence])
        whole.bits[place] += one.length[sentence] * 6
        whole.sound[place] &= one.sound[sentence]
        whole.tag_sound[place] &= one.tag_sound[sentence]
        whole.time[place] = np.where(whole.time[place] == NO_TIME, one.time[sentence], whole.time[place])
    return whole
