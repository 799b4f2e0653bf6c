"""The lines that go singly, handed to their decoder in order, amid those that are decoded in columns.

What the two have in common passes both ways: the time that a `$PGHP` line lends to the next sentence, the times of
groups, and how many messages wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.tracks.nmea_join import Joined, Key, Sentences, Waiting
from darkwake.tracks.nmea_payload import NO_TIME, Ints
from darkwake.tracks.nmea_signs import Signs
from darkwake.tracks.nmea_times import EPOCH

SINGLY, SENTENCE, WRAPPER = range(3)
"""What a line is: one for the decoder of single lines, a plain sentence, a plain time for the next one."""


class Single(Protocol):
    """What decodes line by line, and what it remembers from one to the next."""

    wrapper: datetime | None
    others: int
    """How many messages wait that it does not know of."""

    @property
    def rows(self) -> Sequence[object]:
        """What it has made since `frame`."""

    def waiting(self) -> list[Waiting]:
        """The messages that are not whole yet, the oldest first."""

    def parts(self, text: bytes) -> list[tuple[Key, int]]:
        """The parts of messages of more in a line: what each has in common with the others, and its number."""

    def line(self, text: bytes, row: int) -> None:
        """Take in one line."""

    def remember(self, group: bytes, time: datetime) -> None:
        """Keep the time of a group."""

    def make_room(self) -> None:
        """Give up the oldest of those that wait, where they are too many together with the others."""

    def frame(self) -> pl.DataFrame:
        """Hand over the rows."""

    def count(self, refused: Counter[str], messages: Counter[int]) -> None:
        """Take over sentences refused and messages found elsewhere."""


def lend(hour: Ints, one: Sentences, single: Single) -> None:
    """Give each sentence behind a wrapper its time; that of its own tag block holds over it.

    Args:
        hour: of each line the time that it tells as a wrapper.
        one: the sentences.
        single: may hold a wrapper from before.
    """
    lent = np.empty_like(hour)
    lent[0], lent[1:] = NO_TIME, hour[:-1]
    if single.wrapper is not None:
        lent[0] = _micros(single.wrapper)
    time = lent[one.line]
    takes = (time != NO_TIME) & ~one.told
    one.time[takes] = time[takes]


def hand_on(
    text: bytes, first_row: int, signs: Signs, what: npt.NDArray[np.int8], hour: Ints, one: Sentences, found: Joined,
    single: Single,
) -> list[int]:  # fmt: skip
    """Hand on all lines that go singly, and pass on what both ways of decoding remember.

    Returns:
        Of each row that came of it the line that made it whole.
    """
    lines = np.flatnonzero(what == SINGLY)
    groups = _Groups(one, what)
    crowd = _Crowd(found)
    emitted: list[int] = []
    before = np.where(lines > 0, what[lines - 1], SINGLY).tolist()
    after = np.append(what, SINGLY)[lines + 1].tolist()
    starts, ends = signs.starts[lines].tolist(), signs.at[signs.ends[lines]].tolist()
    for at, line in enumerate(lines.tolist()):
        groups.up_to(line, single)
        crowd.up_to(line, single)
        if before[at] != SINGLY:
            single.wrapper = _lent(hour, line - 1) if before[at] == WRAPPER else None
        single.line(text[starts[at] : ends[at]], first_row + line)
        if (more := len(single.rows) - len(emitted)) > 0:
            emitted += [line] * more
        if single.wrapper is not None and after[at] == SENTENCE:
            sentence = int(np.searchsorted(one.line, line + 1))
            if not one.told[sentence]:
                one.time[sentence] = _micros(single.wrapper)
    groups.up_to(len(what), single)
    crowd.up_to(len(what), single)
    single.others = 0
    if what[-1] != SINGLY:
        single.wrapper = _lent(hour, len(what) - 1) if what[-1] == WRAPPER else None
    return emitted


def _lent(hour: Ints, line: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(hour[line]))


def _micros(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


class _Groups:
    """The times of groups that sentences decoded in columns tell."""

    def __init__(self, one: Sentences, what: npt.NDArray[np.int8]) -> None:
        told = np.flatnonzero((one.group != 0) & one.told & (what[one.line] == SENTENCE))
        self.lines = one.line[told].tolist()
        self.groups: list[bytes] = one.group[told].view("S8").tolist()
        self.times: list[datetime] = one.time[told].view("datetime64[us]").tolist()
        self.at = 0

    def up_to(self, line: int, single: Single) -> None:
        """Tell those of the lines before."""
        while self.at < len(self.lines) and self.lines[self.at] < line:
            single.remember(self.groups[self.at], self.times[self.at])
            self.at += 1


class _Crowd:
    """How many messages wait of those that are joined in columns."""

    def __init__(self, found: Joined) -> None:
        self.begun, self.lines = found.begun.tolist(), found.lines.tolist()
        self.at = 0

    def up_to(self, line: int, single: Single) -> None:
        """Tell it of the lines before, and of what this line leaves of them."""
        most = now = single.others
        while self.at < len(self.lines) and self.lines[self.at] < line:
            now = self.begun[self.at]
            most = max(most, now)
            self.at += 1
        if most:
            single.others = most
            single.make_room()
        single.others = self.begun[self.at] if self.at < len(self.lines) and self.lines[self.at] == line else now
