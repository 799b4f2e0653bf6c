"""Decoding in columns gives what decoding line by line gives: the rows, their order, the refusals, the counts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyais import encode_dict
from pyais.bit_vector import bit_vector
from pyais.constants import ShipType

from darkwake.tracks import nmea, nmea_columns, nmea_payload
from darkwake.tracks.nmea import Tally, read, read_singly
from darkwake.tracks.nmea_columns import LONGEST
from darkwake.tracks.nmea_join import PART_WITHIN_LINES, PENDING
from darkwake.tracks.sources import blocks

NOON = 1_759_320_000
LAW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def decoded(how: Any, text: bytes, size: int = 1 << 24) -> tuple[pl.DataFrame, dict[str, int], dict[int, int], int]:
    tally = Tally()
    chunks = list(how(io.BytesIO(text), tally, lambda stream: blocks(stream, "here", size=size), first_row=7))
    return (
        pl.concat([frame for frame, _ in chunks]),
        {reason: count for reason, count in tally.refused.items() if count},
        dict(tally.messages),
        chunks[-1][1],
    )


def assert_the_same(text: bytes, size: int = 1 << 24) -> dict[str, int]:
    rows, refused, messages, line = decoded(read_singly, text)
    found = decoded(read, text, size)
    assert found[1:] == (refused, messages, line)
    assert found[0].schema == rows.schema
    assert found[0].equals(rows), (found[0].to_dicts(), rows.to_dicts())
    return refused


def singly_taken(text: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many lines are not decoded in columns."""
    seen = []
    line = nmea._Decoder.line

    def counted(self: Any, text: bytes, row: int) -> None:
        seen.append(row)
        line(self, text, row)

    monkeypatch.setattr(nmea._Decoder, "line", counted)
    decoded(read, text)
    monkeypatch.undo()
    return len(seen)


def summed(body: bytes, off: int = 0) -> bytes:
    total = off
    for byte in body:
        total ^= byte
    return body + b"*%02X" % total


def sentence(body: bytes, off: int = 0) -> bytes:
    return b"!" + summed(body, off)


# ---- lines as they are sent, and as they are spoiled ----

PAYLOAD = b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
TALKERS = (b"AIVDM", b"AIVDM", b"BSVDM", b"AIVDO")
LENGTHS = {1: (28, 0), 2: (28, 0), 3: (28, 0), 18: (28, 0), 27: (16, 0), 19: (52, 0), 24: (28, 0), 5: (71, 2)}


@st.composite
def payloads(draw: st.DrawFn) -> tuple[bytes, int]:
    """Any bits, of a length that is mostly right for the kind."""
    kind = draw(st.sampled_from([1, 1, 2, 3, 18, 19, 24, 24, 27, 5, 5, 5]) | st.integers(0, 40))
    length, fill = LENGTHS.get(kind, (28, 0))
    if draw(st.integers(0, 5)) == 0:
        length, fill = length + draw(st.integers(-3, 3)), draw(st.integers(0, 6))
    seed = draw(st.integers(0, 1 << 30))
    signs = bytearray(np.random.default_rng(seed).choice(np.frombuffer(PAYLOAD, np.uint8), length).tobytes())
    signs[0] = PAYLOAD[kind] if kind < 64 else 48
    if kind == 24:
        signs[6] = PAYLOAD[draw(st.sampled_from([0, 4, 5, 8, 12]))]
    if kind == 24 and draw(st.booleans()):
        signs[1:6] = b">bal0"  # 98MIDxxxx
    if draw(st.booleans()):  # trailing blanks and @ in texts, zeros that stand for nothing
        cut = draw(st.integers(7, 60))
        signs[cut:] = draw(st.sampled_from([b"0", b"P", b"w", b"`"])) * max(0, len(signs) - cut)
    return bytes(signs), fill


@st.composite
def encoded(draw: st.DrawFn) -> tuple[bytes, int]:
    """A message as pyais writes it, put together again."""
    mmsi = draw(st.sampled_from([200_000_001, 982_000_001, 2_000_001, 0, 999_999_999]))
    latitude, longitude = draw(st.floats(-91, 91)), draw(st.floats(-181, 181))
    at: dict[str, Any] = {
        "lat": latitude,
        "lon": longitude,
        "speed": draw(st.floats(0, 102.3)),
        "course": draw(st.floats(0, 360)),
    }
    size = {name: draw(st.integers(0, 63)) for name in ("to_bow", "to_stern", "to_port", "to_starboard")}
    name = draw(st.text("ABC @19", max_size=20))
    craft = {"callsign": name, "mothership_mmsi": 1}
    message: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"msg_type": kind, **at, "heading": 511, "status": draw(st.integers(0, 15))} for kind in (1, 2, 3, 27)
            ]
            + [{"msg_type": 18, **at}, {"msg_type": 19, **at, "shipname": name, **size}, {"msg_type": 4, "year": 2025}]
            + [{"msg_type": 9, **at}, {"msg_type": 11}, {"msg_type": 21, "name": name, **at}, {"msg_type": 20}]
            + [{"msg_type": 24, "partno": 0, "shipname": name}, {"msg_type": 24, "partno": 1, **craft, **size}]
            + [{"msg_type": 5, "shipname": name, "destination": name[::-1], "imo": draw(st.integers(0, 1 << 29)),
                "callsign": name[:7], "draught": draw(st.floats(0, 25.5)), "month": draw(st.integers(0, 15)),
                "day": draw(st.integers(0, 31)), "hour": draw(st.integers(0, 31)), "minute": draw(st.integers(0, 63)),
                "ship_type": draw(st.integers(0, 255)), **size}] * 3
        )
    )  # fmt: skip
    parts = [line.split(",") for line in encode_dict({"mmsi": mmsi, **message})]
    return "".join(part[5] for part in parts).encode(), int(parts[-1][6][0])


@st.composite
def sentences(draw: st.DrawFn) -> list[bytes]:
    """The sentences of a message: one, two, seldom three."""
    signs, fill = draw(payloads() | encoded())
    talker = draw(st.sampled_from(TALKERS))
    channel = draw(st.sampled_from([b"A", b"B", b"", b"1"]))
    parts = 1 if len(signs) < 40 and draw(st.integers(0, 9)) else draw(st.sampled_from([1, 2, 2, 2, 2, 3]))
    sequence = b"" if parts == 1 and draw(st.integers(0, 5)) else draw(st.sampled_from([b"1", b"2", b"", b"3", b"12"]))
    each = -(-len(signs) // parts) if draw(st.integers(0, 3)) == 0 else 56
    found = []
    for part in range(parts):
        piece = signs[part * each :] if part == parts - 1 else signs[part * each : (part + 1) * each]
        last = fill if part == parts - 1 else 0
        body = b"%s,%d,%d,%s,%s,%s,%d" % (talker, parts, part + 1, sequence, channel, piece, last)
        found.append(sentence(body, draw(st.sampled_from([0] * 20 + [1]))))
    return found


def stamped(draw: st.DrawFn, line: bytes) -> bytes:
    """A sentence with what may stand round it."""
    clock = draw(st.sampled_from([b"%d" % NOON, b"%d123" % NOON, b"%d.5" % NOON, b"12", b"0123456789012", b""]))
    how = draw(st.integers(0, 23)) - 8
    if how < 4:
        return line
    if how < 8:
        fields = draw(st.lists(st.sampled_from([b"s:r00366", b"n:3", b"c:" + clock, b"x", b"", b"g:1-2-7", b"g:1-1-7",
                                                b"t:c:1", b"C:5", b"d:g"]), min_size=1, max_size=4))  # fmt: skip
        return b"\\" + summed(b",".join(fields), draw(st.sampled_from([0] * 10 + [3]))) + b"\\" + line
    if how < 10:
        return b"\\" + summed(b"s:x,c:" + clock) + b"\\" + line
    if how < 12:
        return clock + draw(st.sampled_from([b" ", b",", b";", b"\t", b" [x] ", b": "])) + line
    if how < 14:
        told = draw(st.lists(st.sampled_from([b"rINVENTED", b"s27015", b"d-084", b"r003669945", b"123456789", b"",
                                              b"b0036699450", b"2025-10-01T12:00:00"]), max_size=3))  # fmt: skip
        return b",".join([line, *told, clock])
    if how < 15:
        return line + draw(st.sampled_from([b" ", b"\r", b"x", b",", b"'", b",1", b",A,1759320000 "]))
    return b"2025-10-01 12:00:00 " + line


@st.composite
def wrappers(draw: st.DrawFn) -> bytes:
    month, day = draw(st.sampled_from([(10, 1), (2, 29), (2, 30), (13, 1), (12, 31)]))
    year = draw(st.sampled_from([2025, 2024, 1969, 10, 2010]))
    body = b"PGHP,1,%d,%d,%d,%d,0,0,%d" % (year, month, day, draw(st.integers(0, 25)), draw(st.integers(0, 1001)))
    rest = draw(st.sampled_from([b",219,,2190048,1,28", b"", b",x"]))
    return b"$" + summed(body + rest, draw(st.sampled_from([0] * 8 + [1])))


JUNK = (b"", b"# a comment", b"free text", b"$GPGGA,1,2*33", b"!AIVDM", b"!AIVDM,1,1,,A,,0*26", b"\\s:x*00\\", b"!!",
        b"!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@,0*6B", b"\\\\", b" \t ", b"$PGHP,", b"*,*,*")  # fmt: skip


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    """A feed in which most is as it should be."""
    lines: list[bytes] = []
    for _ in range(draw(st.integers(1, 14))):
        if draw(st.integers(0, 4)) == 0:
            lines.append(draw(wrappers()))
        found = [stamped(draw, one) for one in draw(sentences())]
        what = draw(st.integers(0, 29))
        if what == 0:
            found = found[::-1]
        elif what == 1:
            found = found[draw(st.integers(0, 1)) :: 2]
        elif what == 2:
            found = [b"".join(found)]
        elif what == 3:
            found = [*found, *found[-1:]]
        elif what == 4:
            lines.append(draw(st.sampled_from(JUNK) | st.binary(max_size=30)))
        elif what == 5 and len(found) > 1:
            found.insert(1, stamped(draw, draw(sentences())[0]))
        if what in (6, 7, 8):
            line = bytearray(found[-1])
            at = draw(st.integers(0, len(line) - 1))
            if what == 6:
                line[at] = draw(st.integers(0, 255))
            elif what == 7:
                del line[at:]
            else:
                line = bytearray(bytes(line).lower())
            found[-1] = bytes(line)
        lines += found
    end = draw(st.sampled_from([b"\n"] * 6 + [b"\r\n", b"\r\r\n"]))
    return end.join(line.replace(b"\n", b"") for line in lines) + draw(st.sampled_from([end, b""]))


@LAW
@given(feeds(), st.just(1 << 24) | st.integers(200, 2_000))
def test_columns_give_what_single_lines_give(text: bytes, size: int) -> None:
    assert_the_same(text, size)


@pytest.mark.slow
@settings(LAW, max_examples=1_500)
@given(feeds(), st.just(1 << 24) | st.integers(200, 2_000))
def test_columns_give_what_single_lines_give_for_long(text: bytes, size: int) -> None:
    assert_the_same(text, size)


@LAW
@given(st.binary(max_size=400).map(lambda text: text + b"\n"))
@example(b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23")
def test_any_bytes_give_what_single_lines_give(text: bytes) -> None:
    assert_the_same(text)


def feed(count: int, *, tags: bool, seed: int = 0) -> bytes:
    """Position reports with a message 5 in two parts at every twelfth place."""
    random = np.random.default_rng(seed)
    letters = np.frombuffer(PAYLOAD, np.uint8)
    lines = []
    for number in range(count):
        tag = b"\\" + summed(b"s:x,c:%d" % (NOON + number)) + b"\\" if tags else b""
        if number % 12:
            kind = b"123B"[number % 4]
            lines.append(tag + sentence(b"AIVDM,1,1,,A,%c%s,0" % (kind, random.choice(letters, 27).tobytes())))
        else:
            signs = b"5" + random.choice(letters, 70).tobytes()
            for part, piece in enumerate((signs[:60], signs[60:])):
                fill = 2 * part
                body = b"AIVDM,2,%d,%d,B,%s,%d" % (part + 1, number // 12 % 10, piece, fill)
                lines.append((b"" if part else tag) + sentence(body))
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize("tags", [False, True])
def test_a_usual_feed_is_decoded_in_columns_alone(tags: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = feed(600, tags=tags)
    refused = assert_the_same(text)
    assert not refused
    assert singly_taken(text, monkeypatch) == 0
    assert_the_same(text, size=1_000)


def test_texts_that_stand_round_a_sentence_in_plain_forms_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23"
    wrapper = b"$" + summed(b"PGHP,1,2025,10,1,12,0,0,0,219,,2190048,1,28")
    plain = [one, b"%d " % NOON + one, b"%d000," % NOON + one, one + b",%d" % NOON,
             one + b",s27015,d-084,T37.87,x75351,r09SPUR1,%d" % NOON, one + b",r003669945,%d" % NOON,
             b"\\" + summed(b"s:2573535,c:%d,n:7" % NOON) + b"\\" + one, wrapper, one]  # fmt: skip
    text = b"\n".join(plain) + b"\n"
    assert singly_taken(text, monkeypatch) == 0
    assert_the_same(text)
    assert decoded(read, text)[0]["time"].dt.epoch("s").to_list() == [None] + [NOON] * 7


def test_every_length_of_every_kind_and_every_cut_between_two_parts() -> None:
    random = np.random.default_rng(3)
    letters = np.frombuffer(PAYLOAD, np.uint8)
    lines = []
    for kind in [0, 28, 63, *range(1, 28)]:
        least, most = nmea_payload.BITS.get(kind, (168, 168))
        for length in range(max(2, least // 6 - 2), most // 6 + 3):
            for fill in range(7):
                signs = bytearray(random.choice(letters, length).tobytes())
                signs[0] = PAYLOAD[kind]
                if kind == 24 and length > 6:
                    signs[6] = PAYLOAD[fill % 4 * 4 + 1]
                    lines.append(sentence(b"AIVDM,1,1,,A,%s,%d" % (signs.replace(b"\\", b"0"), length % 6)))
                lines.append(sentence(b"AIVDM,1,1,,A,%s,%d" % (signs, fill)))
        signs = signs[: most // 6]
        for cut in range(len(signs) + 1):
            for part, piece in enumerate((signs[:cut], signs[cut:])):
                lines.append(sentence(b"AIVDM,2,%d,%d,A,%s,0" % (part + 1, cut % 10, piece)))
    refused = assert_the_same(b"\n".join(lines) + b"\n")
    assert refused["wrong length for its type"] > 100


def test_parts_that_differ_in_anything_are_no_pair() -> None:
    first, second = feed(1, tags=False).split(b"\n")[:2]
    body = second[1:].partition(b"*")[0]
    wrapper = b"$" + summed(b"PGHP,1,2025,10,1,12,0,0,0,219,,2190048,1,28")
    changes = ((b",0,B,", b",1,B,"), (b",0,B,", b",,B,"), (b",0,B,", b",0,A,"), (b",0,B,", b",0,,"), (b"AI", b"BS"),
               (b"VDM", b"VDO"), (b"M,2,2", b"M,3,2"), (b"M,2,2", b"M,2,1"), (b"M,2,2", b"M,1,1"))  # fmt: skip
    for old, new in changes:
        changed = sentence(body.replace(old, new)[:-6] + b"1234,2")
        assert old in body
        assert_the_same(b"\n".join([first, changed, second]) + b"\n")
        assert_the_same(b"\n".join([wrapper, first, wrapper, changed, second, b"", first, b"#", second]) + b"\n")
    tagged = b"\\" + summed(b"g:2-2-7,c:%d" % NOON) + b"\\" + second
    assert assert_the_same(b"\n".join([first, tagged]) + b"\n") == {"incomplete multi-part message": 2}


def test_a_time_before_a_sentence_holds_over_one_behind_it_and_a_wrapper_over_both() -> None:
    one = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23"
    wrapper = b"$" + summed(b"PGHP,1,2025,10,1,12,0,0,0,219,,2190048,1,28")
    tag = b"\\" + summed(b"c:%d" % (NOON + 1)) + b"\\"
    silent, twice = b"\\" + summed(b"s:x") + b"\\", b"\\" + summed(b"c:%d,c:%d" % (NOON, NOON + 9)) + b"\\"
    ends = [one, one + b",%d" % (NOON + 2), b"%d " % (NOON + 3) + one, b"%d " % (NOON + 3) + one + b",%d" % (NOON + 2)]
    lines = [before + end for before in (b"", tag, silent, twice) for end in ends if not (before and end[:1] == b"1")]
    digits = [b"4000000000000", b"3999999999999", b"9999999999999", b"0999999999999", b"9999999999", b"175932000:"]
    lines += [b"%s " % number + one for number in digits] + [one + b"x,%d" % NOON, one + b",a12345678901,%d" % NOON]
    lines += [
        one + b"123456789,%d" % NOON,
        one + b",a:1234567890,%d" % NOON,
        one[:-2] + b"3",
        one[:-1] + b"G",
        tag.replace(b"*", b"*1") + one,
    ]
    assert_the_same(b"\n".join(lines) + b"\n")
    assert_the_same(b"\n".join(part for line in lines for part in (wrapper, line)) + b"\n")


def test_odd_letters_and_craft_of_a_mother_ship_and_times_at_their_ends() -> None:
    plain = b"AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0"
    odd = (0, 9, 13, 31, 32, 34, 88, 89, 95, 120, 126, 127, 128, 255)
    lines = [sentence(plain.replace(b"OHL", b"O%cL" % sign)) for sign in odd]
    lines += [sentence(plain.replace(b",A,", b",%c," % sign)) for sign in odd]
    lines += [b"\\" + summed(b"s:%c,c:%d" % (sign, NOON)) + b"\\" + sentence(plain) for sign in odd]
    for mmsi in (979_999_999, 980_000_000, 985_000_000, 989_999_999, 990_000_000):
        said: dict[str, Any] = {"callsign": "X", "mothership_mmsi": 200_000_001, "to_bow": 5, "to_port": 3}
        lines += [line.encode() for line in encode_dict({"msg_type": 24, "partno": 1, "mmsi": mmsi, **said})]
    for month, day, hour, minute in ((0, 1, 1, 1), (1, 0, 1, 1), (15, 31, 23, 59), (1, 1, 24, 0), (1, 1, 0, 60)):
        when = {"month": month, "day": day, "hour": hour, "minute": minute}
        lines += [line.encode() for line in encode_dict({"msg_type": 5, "mmsi": 1, **when})]
    for course, speed in ((359, 62), (360, 63), (511, 1)):
        lines += [line.encode() for line in encode_dict({"msg_type": 27, "mmsi": 1, "course": course, "speed": speed})]
    assert_the_same(b"\n".join(lines) + b"\n")


def test_of_two_faults_the_same_one_is_told_and_of_two_rows_the_first_comes_first() -> None:
    one = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*"
    lines = []
    for check in (b"23", b"24"):
        for number in range(40):
            tag = b"\\" + summed(b"c:%d" % (NOON + number), off=number % 2) + b"\\"
            other = b"\\" + summed(b"c:%d" % (NOON - number)) + b"\\" + one + b"23"
            lines += [tag + one + check, tag + one + check + other, tag + one.replace(b",1,,A,1", b",1,,A,8") + check]
    refused = assert_the_same(b"\n".join(lines) + b"\n")
    assert refused["bad checksum in tag block"] == 40
    assert refused["bad checksum"] > 100


def test_a_part_that_waits_takes_the_next_of_its_number_wherever_that_stands() -> None:
    whole = feed(13, tags=False).split(b"\n")[:2]
    first, second = whole
    other = [line.replace(b",B,", b",A,") for line in whole]  # another channel: another message
    other = [sentence(line[1:].partition(b"*")[0]) for line in other]
    filler = feed(11, tags=False, seed=2).split(b"\n")[2:-1]
    for waiting in (
        [first],
        [second],
        [first, *other],
        [second, *filler, *other],
        [second] * 3,
        [first, second, first],
    ):
        for between in ([], filler, [b"# x"] * PART_WITHIN_LINES):
            lines = [*waiting, *between, *whole, *filler, *whole, *other, *whole]
            for size in (1 << 24, 300):
                assert_the_same(b"\n".join(lines) + b"\n", size)


def test_a_pair_pushes_out_the_oldest_of_too_many_that_wait() -> None:
    waiting = [sentence(b"AIVDM,2,1,%d,C,5%s,0" % (number, b"0" * 40)) for number in range(PENDING)]
    pair = feed(1, tags=False).split(b"\n")[:2]
    last = sentence(b"AIVDM,2,2,0,C,%s,2" % (b"0" * 30))
    for keep in (PENDING - 1, PENDING):
        refused = assert_the_same(b"\n".join([*waiting[:keep], *pair, last]) + b"\n")
        assert refused["incomplete multi-part message"] == keep + (-1 if keep < PENDING else 1)


def test_sentences_longer_than_any_are_not_kept_waiting() -> None:
    body = b"AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0"
    one = sentence(body)
    around = len(one) + len(b"\\s:*00\\")
    lines = []
    for over in (*range(-14, 5), 500_000):
        lines.append(b"\\" + summed(b"s:" + b"x" * (LONGEST - around + over)) + b"\\" + one)
        lines.append(sentence(body.replace(b",A,", b"," + b"A" * (LONGEST - len(one) + over + 1) + b",")))
    refused = assert_the_same(b"\n".join(lines) + b"\n")
    assert 2 < refused["cannot be decoded"] < len(lines)


def test_a_line_of_blanks_costs_no_more_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    long = 1_000_000  # with a search that starts anew at each blank this would take hours
    for text in (b"a" + b" " * long + b"b\n", b"\\" + b"\t" * long + b"!\n", b"\\" * long + b"\n", b"," * long + b"\n"):
        assert singly_taken(text, monkeypatch) == 1


def test_rows_are_handed_on_in_bounded_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    text = feed(300, tags=False)
    pieces = list(nmea_columns.pieces(text, 500))
    assert b"".join(pieces) == text
    assert all(500 <= len(piece) < 600 for piece in pieces[:-1])
    monkeypatch.setattr(nmea, "MESSAGES_AT_ONCE", 50)
    monkeypatch.setattr(nmea_columns, "pieces", lambda _: pieces)
    heights = [frame.height for frame, _ in read(io.BytesIO(text), Tally(), lambda s: blocks(s, ""), first_row=1)]
    assert sum(heights) == 300
    assert max(heights) < 50 + 12


def test_tables_are_those_of_pyais() -> None:
    assert list(nmea_payload.ARMOUR) == [bit_vector(bytes([sign]), 0).get(0, 6) for sign in range(256)]
    assert [nmea_payload._ship_type(number) for number in range(256)] == [
        int(ShipType.from_value(number) or 0) for number in range(256)
    ]


@pytest.mark.shared
def test_real_feeds_give_what_single_lines_give(shared: Path) -> None:
    files = sorted(path for path in (shared / "ais").glob("nmea-*/*") if path.name != "SOURCE.txt")
    texts = [path.read_bytes() for path in files]
    assert len(texts) > 10
    for text in [*texts, b"".join(text + b"\n" for text in texts)]:
        assert_the_same(text)
        assert_the_same(text, size=9_973)


@pytest.mark.shared
def test_real_feeds_cut_anywhere_and_spoiled_give_what_single_lines_give(shared: Path) -> None:
    random = np.random.default_rng(9)
    for path in sorted((shared / "ais").glob("nmea-*/*")):
        text = path.read_bytes()[:40_000]
        for _ in range(12):
            cut = int(random.integers(0, len(text)))
            assert_the_same(text[cut : cut + 6_000])
            spoiled = np.frombuffer(text[cut : cut + 6_000], np.uint8).copy()
            at = random.integers(0, len(spoiled), max(1, len(spoiled) // 300))
            spoiled[at] = random.choice(np.frombuffer(b"\\!$*,\n\r\x00w0\xff", np.uint8), len(at))
            assert_the_same(spoiled.tobytes())
