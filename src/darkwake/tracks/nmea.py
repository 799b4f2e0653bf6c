"""AIS sentences (AIVDM, AIVDO, BSVDM and other talkers) as chunks of raw rows, every line accounted for.

The unit that is counted is the sentence: a line normally holds one, a line that holds two counts two, a line without
any counts one. Each is kept, as part of a message that gave a position or an identity, or refused with one reason.
Plain lines are decoded in columns (`nmea_columns`). All others, and those that a line before them reaches into, are
taken one by one here, where pyais decodes the payloads; finding, checking, timing and joining sentences is ours, as
pyais skips what it cannot use without saying so. `read_singly` takes all lines so: the columns are held against it.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

import polars as pl
from pyais.messages import AISSentence, NMEASentenceFactory

from darkwake.schema import TIME
from darkwake.tracks import nmea_columns
from darkwake.tracks.nmea_columns import INCOMPLETE, LONGEST, NOT_SHIPS
from darkwake.tracks.nmea_join import PART_WITHIN_LINES, PENDING, Key, Waiting
from darkwake.tracks.nmea_payload import BITS, RAW
from darkwake.tracks.nmea_times import EPOCH, time_in, unix, wrapper_time

MESSAGES_AT_ONCE = 50_000
_PIECES_AT_ONCE = 32
"""So many pieces of text are handed on together at most, however little is kept of them."""
_AS_THEY_ARE = 4
"""So few frames are handed on without a copy into one."""

NO_MESSAGE = "no message: "
"""Reasons that begin so are of lines that carry no AIS message, and count for no share of refusals."""

REASONS: tuple[tuple[str, str], ...] = (
    (NO_MESSAGE + "empty line", "nothing stands between two line ends"),
    (NO_MESSAGE + "comment", "the line begins with #"),
    (NO_MESSAGE + "time of the next message ($PGHP)", "a wrapper; its time goes to the message after it"),
    (NO_MESSAGE + "another NMEA sentence", "GPS, wind, alarms and the like"),
    (NO_MESSAGE + "not NMEA", "no sentence stands in the line"),
    ("no checksum", "the sentence does not end in * and two hexadecimal digits: it is cut short"),
    ("bad checksum", "the sentence, or a part of its message, does not add up to its checksum"),
    ("bad checksum in tag block", "the time before the sentence cannot be trusted"),
    ("cannot be decoded", "a wrong count of parts, an empty or impossible payload, an unknown type, over 1,000 signs"),
    (INCOMPLETE, "a part is missing"),
    ("wrong length for its type", "the payload has more or fewer bits than ITU-R M.1371 says"),
    ("not a ship: base station", "message 4 or 11"),
    ("not a ship: search-and-rescue aircraft", "message 9"),
    ("not a ship: aid to navigation", "message 21"),
    ("message N: neither position nor identity", "any other type N of message"),
)
"""The reasons that only NMEA has, in the order of the checks; those of `clean.REASONS` follow."""

_SENTENCE = re.compile(rb"(?:\\([^\\]*)\\[ \t]*)?([!$][^!$\\]*)")
_AIS = re.compile(rb"![A-Z-]{2}VD[MO],", re.IGNORECASE)
_SEVERAL = re.compile(rb"VD[MO],(?!1,)", re.IGNORECASE)
_CORE = re.compile(rb"([!$][^*]*)\*([0-9A-Fa-f]{1,2})(.*)", re.DOTALL)


def looks_like(head: bytes) -> bool:
    """True where a fourth or more of the first lines that are neither empty nor comments hold an AIS sentence."""
    lines = [line for line in head.split(b"\n")[:400] if line.strip() and not line.startswith(b"#")]
    if not lines or lines[0].lstrip()[:1] in (b"<", b"{"):
        return False
    hits = sum(1 for line in lines if line[:300].isascii() and (_AIS.search(line[:300]) or line.startswith(b"$PGHP,")))
    return hits * 4 >= len(lines)


@dataclass(slots=True)
class Tally:
    """What was counted on the way, beside the rows that are handed on."""

    refused: Counter[str] = field(default_factory=Counter)
    messages: Counter[int] = field(default_factory=Counter)
    """Complete messages by type, also those that are refused afterwards."""


@dataclass(slots=True)
class _Part:
    """One sentence of a message."""

    row: int
    sentence: AISSentence
    sound: bool
    time: datetime | None
    tag_sound: bool


@dataclass(slots=True)
class _Decoder:
    """What must be remembered from line to line."""

    tally: Tally
    pending: OrderedDict[Key, list[_Part]] = field(default_factory=OrderedDict)
    group_times: OrderedDict[bytes, datetime] = field(default_factory=OrderedDict)
    wrapper: datetime | None = None
    others: int = 0
    """Messages that wait elsewhere, and count with those that are too many to be waited for."""
    rows: list[dict[str, Any]] = field(default_factory=list)

    def line(self, text: bytes, row: int) -> None:
        """Take in one line."""
        text = text.strip()
        if not text or text.startswith(b"#"):
            self.refuse(NO_MESSAGE + ("comment" if text else "empty line"))
            return
        found = list(_SENTENCE.finditer(text))
        if not found:
            self.refuse(NO_MESSAGE + "not NMEA")
            return
        before = time_in(text[: found[0].start()]) if found[0].start() else None
        for match in found:
            self.sentence(match[1], match[2].strip(), before, row)

    def sentence(self, tag: bytes | None, text: bytes, before: datetime | None, row: int) -> None:
        """Take in one sentence with its tag block and the time that stands before it in the line."""
        core = _CORE.match(text)
        if not _AIS.match(text):
            if text.startswith(b"$PGHP,") and core is not None and _adds_up(core):
                self.wrapper = wrapper_time(core[1])
                self.refuse(NO_MESSAGE + "time of the next message ($PGHP)")
            else:
                bad = text.startswith(b"$PGHP,") and core is not None
                self.refuse("bad checksum" if bad else NO_MESSAGE + "another NMEA sentence")
            return
        wrapped, self.wrapper = self.wrapper, None
        if core is None:
            self.refuse("no checksum")
            return
        if len(text) + len(tag or b"") > LONGEST:
            self.refuse("cannot be decoded")
            return
        told, tag_sound, group = _tagged(tag)
        if group is not None and tag_sound:
            if told is not None:
                self.remember(group, told)
            told = told or self.group_times.get(group)
        sentence = _produced(core)
        if sentence is None:
            self.refuse("cannot be decoded")
            return
        time = told or wrapped or before or (time_in(core[3]) if core[3] else None)
        part = _Part(row, sentence, _adds_up(core), time, tag_sound)
        if sentence.frag_cnt == 1:
            self.message([part])
        else:
            self.join(part, group)

    def remember(self, group: bytes, time: datetime) -> None:
        """Keep the time of a group, for its sentences that tell none."""
        self.group_times[group] = time
        if len(self.group_times) > PENDING:
            self.group_times.popitem(last=False)

    def join(self, part: _Part, group: bytes | None) -> None:
        """Lay a part to the others of its message, and pass the message on when it is whole."""
        one, key = part.sentence, _key(part.sentence, group)
        waiting = self.pending.get(key, [])
        stale = bool(waiting) and part.row - waiting[0].row > PART_WITHIN_LINES
        if stale or any(other.sentence.frag_num == one.frag_num for other in waiting):
            self.give_up(key)
            waiting = []
        waiting.append(part)
        self.pending[key] = waiting
        if len(waiting) == one.frag_cnt:
            del self.pending[key]
            self.message(sorted(waiting, key=lambda item: item.sentence.frag_num))
        else:
            self.make_room()

    def make_room(self) -> None:
        """Give up the oldest of too many messages that are not whole."""
        while self.pending and len(self.pending) + self.others > PENDING:
            self.give_up(next(iter(self.pending)))

    def waiting(self) -> list[Waiting]:
        """The messages that are not whole, the oldest first."""
        return [Waiting(key, parts[0].row, [part.sentence.frag_num for part in parts])
                for key, parts in self.pending.items()]  # fmt: skip

    def parts(self, text: bytes) -> list[tuple[Key, int]]:
        """What `join` would be given of a line: the key of each part of a message of more, and its number."""
        found: list[tuple[Key, int]] = []
        text = text.strip()
        if _SEVERAL.search(text) is None or text.startswith(b"#"):
            return found
        for match in _SENTENCE.finditer(text):
            tag, one = match[1], match[2].strip()
            core = _CORE.match(one)
            if core is None or not _AIS.match(one) or len(one) + len(tag or b"") > LONGEST:
                continue
            sentence = _produced(core)
            if sentence is not None and sentence.frag_cnt > 1:
                found.append((_key(sentence, _tagged(tag)[2]), sentence.frag_num))
        return found

    def give_up(self, key: Key) -> None:
        """Refuse the parts of a message that will not become whole."""
        self.refuse(INCOMPLETE, len(self.pending.pop(key)))

    def finish(self) -> None:
        """The text has ended: nothing that is still waited for will come."""
        while self.pending:
            self.give_up(next(iter(self.pending)))

    def message(self, parts: list[_Part]) -> None:
        """Decode a whole message into a row, or refuse all of its sentences."""
        count = len(parts)
        try:
            whole = AISSentence.assemble_from_iterable([part.sentence for part in parts])
            kind = int(whole.ais_id)
            bits = len(whole.payload) * 6 - whole.fill_bits if count == 1 else _bits(parts)
        except Exception:  # as above
            self.refuse("cannot be decoded", count)
            return
        if not whole.payload or not 1 <= kind <= 27:
            self.refuse("cannot be decoded", count)
            return
        self.tally.messages[kind] += 1
        least, most = BITS.get(kind, (0, 0))
        if not all(part.sound for part in parts):
            self.refuse("bad checksum", count)
        elif not all(part.tag_sound for part in parts):
            self.refuse("bad checksum in tag block", count)
        elif kind not in BITS:
            self.refuse(NOT_SHIPS.get(kind, f"message {kind}: neither position nor identity"), count)
        elif not least <= bits <= most:
            self.refuse("wrong length for its type", count)
        else:
            time = next((part.time for part in parts if part.time is not None), None)
            try:
                row = _row(kind, whole.decode())
            except Exception:  # as above
                self.refuse("cannot be decoded", count)
                return
            row["row"] = min(part.row for part in parts)
            row["lines"] = count
            row["time"] = None if time is None else (time - EPOCH) // timedelta(microseconds=1)
            self.rows.append(row)

    def refuse(self, reason: str, count: int = 1) -> None:
        """Count sentences out."""
        self.tally.refused[reason] += count

    def frame(self) -> pl.DataFrame:
        """Hand over the rows."""
        rows, self.rows = self.rows, []
        columns = {name: [row.get(name) for row in rows] for name in RAW}
        return pl.DataFrame(columns, schema=RAW).with_columns(pl.col("time").cast(TIME))

    def count(self, refused: Counter[str], messages: Counter[int]) -> None:
        """Take over sentences refused and messages found elsewhere."""
        self.tally.refused.update(refused)
        self.tally.messages.update(messages)


def read(
    stream: IO[bytes], tally: Tally, lines_of: Callable[[IO[bytes]], Iterator[bytes]], *, first_row: int
) -> Iterator[tuple[pl.DataFrame, int]]:
    """Chunks of raw rows, each with the number of the line after it.

    Args:
        stream: the text, decompressed.
        tally: where refused sentences and messages are counted.
        lines_of: cuts the stream into blocks of whole lines.
        first_row: the number of the first line.
    """
    decoder = _Decoder(tally)
    line = first_row
    ready: list[pl.DataFrame] = []
    for block in lines_of(stream):
        for piece in nmea_columns.pieces(block):
            frame, count = nmea_columns.decoded(piece, line, decoder)
            line += count
            ready.append(frame)
            if len(ready) == _PIECES_AT_ONCE or sum(one.height for one in ready) >= MESSAGES_AT_ONCE:
                yield pl.concat(ready, rechunk=len(ready) > _AS_THEY_ARE), line
                ready = []
    decoder.finish()
    yield pl.concat([*ready, decoder.frame()], rechunk=True), line


def read_singly(
    stream: IO[bytes], tally: Tally, lines_of: Callable[[IO[bytes]], Iterator[bytes]], *, first_row: int
) -> Iterator[tuple[pl.DataFrame, int]]:
    """The same as `read`, each line by itself and each payload by pyais: the reference, some tens of times slower."""
    decoder = _Decoder(tally)
    line = first_row
    for block in lines_of(stream):
        for text in block.split(b"\n")[:-1]:
            decoder.line(text, line)
            line += 1
            if len(decoder.rows) >= MESSAGES_AT_ONCE:
                yield decoder.frame(), line
    decoder.finish()
    yield decoder.frame(), line


def _tagged(tag: bytes | None) -> tuple[datetime | None, bool, bytes | None]:
    """The time in a tag block that adds up, whether it does (so does none), and the group, where it is of several."""
    if not tag:
        return None, True, None
    body, _, check = tag.partition(b"*")
    try:
        sound = _xor(body) == int(check, 16)
    except ValueError:
        sound = False
    fields = dict(piece.split(b":", 1) for piece in body.split(b",") if b":" in piece)
    time = unix(fields[b"c"]) if sound and b"c" in fields else None
    group = fields[b"g"].split(b"-") if b"g" in fields else []
    return time, sound, group[2] if len(group) == 3 and group[1] not in (b"0", b"1") else None


def _produced(core: re.Match[bytes]) -> AISSentence | None:
    try:
        sentence = NMEASentenceFactory.produce(core[1] + b"*" + core[2])
    except Exception:  # pyais raises whatever the bytes provoke; all of it means the same
        return None
    assert isinstance(sentence, AISSentence)  # noqa: S101  # _AIS has matched
    return sentence


def _key(one: AISSentence, group: bytes | None) -> Key:
    return (one.seq_id, one.channel, one.talker_id, one.type, one.frag_cnt, group)


def _row(kind: int, said: Any) -> dict[str, Any]:
    """What a decoded message says, in our units; `clean` knows the standard's sentinels, but for those of 27."""
    row: dict[str, Any] = {"ship": int(said.mmsi), "position": kind not in (5, 24)}
    row["ais_class"] = "B" if kind in (18, 19, 24) else "A"
    if row["position"]:
        row |= {"lat": said.lat, "lon": said.lon, "sog": said.speed, "cog": said.course}
        row["heading"] = None if kind == 27 else said.heading
        row["status"] = int(said.status) if kind in (1, 2, 3, 27) else None
    if kind == 27:  # whole knots and degrees; 63 and 511 stand for "not available"; sent for satellites to hear
        row["sog"] = None if said.speed is None or said.speed >= 63 else said.speed
        row["cog"] = None if said.course is None or said.course >= 360 else said.course
        row["receiver"] = "satellite"
    if kind in (5, 19, 24):
        row |= _identity(kind, said)
    return row


def _identity(kind: int, said: Any) -> dict[str, str | None]:
    """The identity fields of messages 5, 19 and 24, as text; null where the message says nothing."""

    def number(name: str) -> float:
        value = getattr(said, name, None)
        return 0.0 if value is None else float(value)

    def text(name: str) -> str | None:
        value = getattr(said, name, None)
        return str(value).strip(" @") or None if value is not None else None

    found = {
        "name": text("shipname"),
        "callsign": text("callsign"),
        "ship_type": _positive(number("ship_type")),
        "length_m": _positive(number("to_bow") + number("to_stern")),
        "width_m": _positive(number("to_port") + number("to_starboard")),
    }
    if kind == 5:
        month, day, hour, minute = (int(number(name)) for name in ("month", "day", "hour", "minute"))
        found |= {
            "imo": _positive(number("imo")),
            "draught_m": _positive(number("draught")),
            "destination": text("destination"),
            "eta": f"{month:02}-{day:02} {hour:02}:{minute:02}"
            if month and day and hour < 24 and minute < 60
            else None,
        }
    return found


def _positive(value: float) -> str | None:
    """A number above 0 as text; 0 is what AIS sends for "not given"."""
    return f"{value:.10g}" if value > 0 else None


def _bits(parts: list[_Part]) -> int:
    return sum(len(part.sentence.data_fields[4]) for part in parts) * 6 - parts[-1].sentence.fill_bits


def _xor(body: bytes) -> int:
    total = 0
    for byte in body:
        total ^= byte
    return total


def _adds_up(core: re.Match[bytes]) -> bool:
    return _xor(core[1][1:]) == int(core[2], 16)
