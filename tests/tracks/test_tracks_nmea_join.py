"""Parts of messages that come interleaved, out of order, twice or never are joined in columns as one by one."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darkwake.tracks import nmea, nmea_columns, nmea_join
from darkwake.tracks.nmea import Tally, read, read_singly
from darkwake.tracks.nmea_join import PART_WITHIN_LINES, PENDING
from darkwake.tracks.sources import blocks

NOON = 1_759_320_000
LAW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
LETTERS = np.frombuffer(b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw", np.uint8)


def summed(body: bytes, off: int = 0) -> bytes:
    total = off
    for byte in body:
        total ^= byte
    return body + b"*%02X" % total


def decoded(how: Any, text: bytes, size: int) -> tuple[pl.DataFrame, dict[str, int], dict[int, int], int]:
    tally = Tally()
    chunks = list(how(io.BytesIO(text), tally, lambda stream: blocks(stream, "here", size=size), first_row=3))
    refused = {reason: count for reason, count in tally.refused.items() if count}
    return pl.concat([frame for frame, _ in chunks]), refused, dict(tally.messages), chunks[-1][1]


def assert_the_same(lines: list[bytes], size: int = 1 << 24) -> dict[str, int]:
    text = b"".join(line + b"\n" for line in lines)
    rows, refused, messages, line = decoded(read_singly, text, size)
    found, *counts = decoded(read, text, size)
    assert counts == [refused, messages, line]
    assert found.equals(rows), (found.to_dicts(), rows.to_dicts())
    assert int(rows["lines"].sum()) + sum(refused.values()) >= len(lines)  # a line may hold two sentences
    return refused


def singly_taken(lines: list[bytes], monkeypatch: pytest.MonkeyPatch, size: int = 1 << 24) -> int:
    seen = []
    line = nmea._Decoder.line

    def counted(self: Any, text: bytes, row: int) -> None:
        seen.append(row)
        line(self, text, row)

    with monkeypatch.context() as patch:
        patch.setattr(nmea._Decoder, "line", counted)
        decoded(read, b"".join(one + b"\n" for one in lines), size)
    return len(seen)


def message(dice: np.random.Generator, kind: int, parts: int, sequence: bytes, channel: bytes = b"A") -> list[bytes]:
    """The bodies of a message's sentences, with any bits."""
    length = {5: 71, 19: 52, 24: 27}.get(kind, 28)
    signs = LETTERS[kind : kind + 1].tobytes() + dice.choice(LETTERS, length - 1).tobytes()
    each = -(-length // parts)
    pieces = [signs[at * each : (at + 1) * each] for at in range(parts - 1)] + [signs[(parts - 1) * each :]]
    fill = 2 if kind == 5 else 0
    return [b"AIVDM,%d,%d,%s,%s,%s,%d" % (parts, at + 1, sequence, channel, piece, fill if at == parts - 1 else 0)
            for at, piece in enumerate(pieces)]  # fmt: skip


def station(dice: np.random.Generator, bodies: list[bytes], form: int, clock: int) -> list[list[bytes]]:
    """The lines of a message as a station of one of six forms hands them on, a list a sentence."""
    group = b"%d" % dice.choice([1, 2, 30, 12345678, 123456789])
    found = []
    for at, body in enumerate(bodies):
        line = b"!" + summed(body, int(dice.random() < 0.04))
        off = int(dice.random() < 0.04)
        when = b"%d" % (clock + at)
        if form == 1:
            line = b"\\" + summed(b"s:x,c:" + when, off) + b"\\" + line
        elif form == 2:  # the first tells the time of its group
            tag = b"g:%d-%d-%s" % (at + 1, len(bodies), group) + (b"" if at else b",c:" + when)
            line = b"\\" + summed(tag, off) + b"\\" + line
        elif form == 3:
            line += b",r003669945," + when
        elif form == 4:
            line = when + b" " + line
        wrapper = b"$" + summed(b"PGHP,1,2025,10,1,12,%d,%d,0,200,,2000001,1,00" % (clock % 60, at))
        found.append([wrapper, line] if form == 5 and (not at or dice.random() < 0.3) else [line])
    return found


def mixture(dice: np.random.Generator, count: int, mess: float) -> list[bytes]:
    """Messages of many forms from several stations, their sentences spread among one another."""
    placed: list[tuple[float, list[bytes]]] = []
    for number in range(count):
        kind = int(dice.choice([5, 5, 5, 19, 24, 1, 8, 21, 40]))
        parts = int(dice.choice([1, 2, 2, 2, 3, 4])) if kind != 1 else 1
        sequence = dice.choice([b"1", b"2", b"3", b""]) if parts > 1 else b""
        bodies = message(dice, kind, parts, bytes(sequence), bytes(dice.choice([b"A", b"B"])))
        lines = station(dice, bodies, int(dice.integers(0, 6)), NOON + number)
        if dice.random() < mess:
            lines = [lines[at] for at in dice.permutation(len(lines))]
        if dice.random() < mess:
            del lines[int(dice.integers(0, len(lines)))]
        if lines and dice.random() < mess:
            lines.append(lines[int(dice.integers(0, len(lines)))])
        if dice.random() < mess / 3:  # several sentences in one line, which columns do not read
            lines = [[b"".join(line for sentence in lines for line in sentence)]]
        if lines and dice.random() < mess / 3:
            cut = lines[-1][-1]
            lines[-1][-1] = cut[: int(dice.integers(0, len(cut) + 1))]
        if dice.random() < mess / 3:
            lines.append([bytes(dice.choice([b"", b"# x", b"$GPGGA,1*33", b"$PGHP,1*00", b"!AIVDM,1,1,,A,,0*26"]))])
        at = float(number)
        for sentence in lines:
            placed.append((at, sentence))
            at += float(dice.exponential(3 * mess))
    return [line for _, sentence in sorted(placed, key=lambda one: one[0]) for line in sentence]


MIXTURES = {
    "seed": st.integers(0, 1 << 30),
    "count": st.integers(1, 70),
    "mess": st.sampled_from([0.02, 0.1, 0.3, 0.6]),
    "size": st.just(1 << 24) | st.integers(100, 4_000),
    "pending": st.sampled_from([PENDING, 1, 2, 3, 5, 8]),
    "within": st.sampled_from([PART_WITHIN_LINES, 4, 15, 40]),
}


def hold_against_each_other(seed: int, count: int, mess: float, size: int, pending: int, within: int) -> None:
    lines = mixture(np.random.default_rng(seed), count, mess)
    with pytest.MonkeyPatch.context() as patch:
        for module in (nmea, nmea_join):
            patch.setattr(module, "PENDING", pending)
            patch.setattr(module, "PART_WITHIN_LINES", within)
        assert_the_same(lines, size)


@LAW
@given(**MIXTURES)
def test_any_mixture_gives_what_single_lines_give(**how: Any) -> None:
    hold_against_each_other(**how)


@pytest.mark.slow
@settings(LAW, max_examples=3_000)
@given(**MIXTURES)
def test_any_mixture_gives_what_single_lines_give_for_long(**how: Any) -> None:
    hold_against_each_other(**how)


def pair(
    dice: np.random.Generator, sequence: bytes, channel: bytes = b"A", tags: tuple[bytes, bytes] | None = None
) -> list[bytes]:
    """The two lines of a message 5."""
    lines = [b"!" + summed(body) for body in message(dice, 5, 2, sequence, channel)]
    return (
        lines if tags is None else [b"\\" + summed(tag) + b"\\" + line for tag, line in zip(tags, lines, strict=True)]
    )


def test_interleaved_stations_and_groups_and_lost_parts_are_decoded_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(5)
    lines: list[bytes] = []
    for number in range(400):
        group = b"%d" % (number % 90)
        one, two = pair(dice, b"%d" % (number % 10)), pair(dice, b"%d" % (number % 10), b"B")
        three = pair(dice, b"3", tags=(b"g:1-2-%s,s:x,c:%d" % (group, NOON + number), b"g:2-2-" + group))
        weather = [b"!" + summed(body) for body in message(dice, 8, 3, b"%d" % (number % 10))]
        alone = [b"!" + summed(body) for body in message(dice, 1, 1, b"")]
        wrapper = b"$" + summed(b"PGHP,1,2025,10,1,12,%d,%d,0,200,,2000001,1,00" % (number // 60, number % 60))
        lines += [wrapper, one[0], two[1], three[0], *alone, wrapper, wrapper, two[0], *weather[:2], one[1], three[1]]
        lines += [weather[2], wrapper, *alone, b"!--" + alone[0][3:], b"!AIVDM,1,1,,A,,0*26"]
        if number % 7 == 0:
            lines += pair(dice, b"%d" % (number % 10))[:1]
    refused = assert_the_same(lines)
    assert refused["incomplete multi-part message"] == 58
    assert singly_taken(lines, monkeypatch) <= 10  # what waits at the end
    assert singly_taken(lines, monkeypatch, size=9_973) < len(lines) / 20
    assert_the_same(lines, size=9_973)


def test_of_groups_that_are_never_whole_a_thousand_are_waited_for_and_all_are_counted() -> None:
    dice = np.random.default_rng(6)
    first = pair(dice, b"1")[0]
    lines = [b"\\" + summed(b"g:1-2-%d,c:%d" % (number, NOON)) + b"\\" + first for number in range(3 * PENDING)]
    tally = Tally()
    decoder = nmea._Decoder(tally)
    for at in range(0, len(lines), 700):
        nmea_columns.decoded(b"".join(line + b"\n" for line in lines[at : at + 700]), at, decoder)
        assert len(decoder.pending) <= PENDING >= len(decoder.group_times)
    assert tally.refused["incomplete multi-part message"] == len(lines) - PENDING
    for late in (lines[:5], lines[-5:]):  # the oldest are forgotten, the newest wait
        second = [line.replace(b"g:1", b"g:2").replace(b"AIVDM,2,1", b"AIVDM,2,2") for line in late]
        assert_the_same([*lines, *second], size=40_000)


def test_lines_of_nothing_but_tag_blocks_or_zeros_are_counted_once_each() -> None:
    tag = b"\\" + summed(b"g:1-2-7,c:%d" % NOON) + b"\\"
    lines = [
        tag,
        tag * 40,
        tag + b"\0" * 50,
        b"\0" * 2_000,
        b"!AIVDM,2,1,\0,A,5,0*00",
        tag + b"!AIVDM,2,1,1,\0,5555555,0*00",
    ]
    good = pair(np.random.default_rng(7), b"1", b"\0")
    refused = assert_the_same([*lines * 30, *pair(np.random.default_rng(7), b"1", b""), *good])
    assert refused["no message: not NMEA"] == 4 * 30
