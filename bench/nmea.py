"""NMEA in columns against pyais: sentences a second of one core, on made feeds and on the real samples.

    python -m bench nmea [--size small|full] [--json]
    python -m bench nmea --memory MILLION_BYTES

The made feeds are what pyais encodes: of a hundred messages 90 positions (1, 3 and 18), 8 of type 5 in two parts, and
one each of 4 and 24. "plain" has no times; "tag blocks" has one before each first part; "Unix times" has one behind
each sentence; in "wrapped" a $PGHP sentence, which counts, goes before each message. In "groups" tag blocks have
groups too, and two stations send in turns, sentence by sentence. "real" is all samples of
../shared/data/ais/nmea-* in one text, where that folder is. Each text is repeated to its size.

pyais stands beside it twice: "pyais" finds, joins and decodes with what it ships (`IterMessages`), counts nothing and
reads no times; "singly" is our reading line by line (`read_singly`), which uses it. Both read a part of the text.
What is measured is processor time over all threads, the best of three.

With --memory a text of so many million bytes, all made feeds in turn, is written to a temporary folder and decoded by a
process of its own, and its halves by two at once: the rates by the clock, and the most memory that a process held.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl
from pyais import IterMessages, encode_dict

from darkwake.tracks.nmea import Tally, read, read_singly
from darkwake.tracks.sources import blocks

FOLDER = Path(__file__).parents[2] / "shared/data/ais"
TARGET = 1_000_000
SIZES = {"small": (40_000, 4_000), "full": (1_000_000, 20_000)}
"""Sentences that are read in columns, and by the others."""
NOON = 1_759_320_000
_MESSAGES = 5_000


def _message(number: int, dice: random.Random) -> dict[str, Any]:
    kind = number % 100
    ship = {"mmsi": 200_000_001 + dice.randrange(4_000)}
    if kind < 8:
        return ship | {
            "msg_type": 5, "imo": 9_000_000 + dice.randrange(99_999), "shipname": f"INVENTED {dice.randrange(999)}",
            "callsign": f"X{dice.randrange(99_999)}", "destination": f"NOWHERE {dice.randrange(99)}", "ship_type": 70,
            "to_bow": dice.randrange(200), "to_stern": 30, "to_port": 9, "to_starboard": 12, "draught": 7.5,
            "month": 10, "day": dice.randrange(1, 29), "hour": dice.randrange(24), "minute": dice.randrange(60),
        }  # fmt: skip
    if kind == 8:
        return ship | {"msg_type": 4, "year": 2025}
    if kind == 9:
        return ship | {"msg_type": 24, "partno": 0, "shipname": f"INVENTED {dice.randrange(999)}"}
    return ship | {
        "msg_type": 18 if kind < 25 else 3 if kind < 35 else 1,
        "lat": dice.uniform(-60, 60), "lon": dice.uniform(-180, 180), "speed": dice.uniform(0, 20),
        "course": dice.uniform(0, 359), "heading": dice.randrange(360),
    }  # fmt: skip


def messages() -> list[list[str]]:
    """The sentences of the made messages, in one order for all feeds."""
    dice = random.Random(9)
    order = list(range(_MESSAGES))
    dice.shuffle(order)
    found = []
    for at, number in enumerate(order):
        lines = encode_dict(_message(number, dice), talker_id="AI", sentence_type="VDM", radio_channel="AB"[at % 2])
        if len(lines) > 1:  # sequence numbers go round, as receivers have them
            lines = ["!" + _summed(_renumbered(line, at % 10)) for line in lines]
        found.append(list(lines))
    return found


def _renumbered(line: str, number: int) -> str:
    fields = line[1:].partition("*")[0].split(",")
    fields[3] = str(number)
    return ",".join(fields)


def _summed(body: str) -> str:
    total = 0
    for letter in body.encode():
        total ^= letter
    return f"{body}*{total:02X}"


def feeds() -> Iterator[tuple[str, bytes]]:
    """Each text by its name."""
    made = messages()
    tagged = [[f"\\{_summed(f's:invented,c:{NOON + at}')}\\{one[0]}", *one[1:]] for at, one in enumerate(made)]
    timed = [[f"{line},rINVENTED,{NOON + at}" for line in one] for at, one in enumerate(made)]
    wrapped = [[f"${_summed(f'PGHP,1,2025,10,1,12,{at // 60 % 60},{at % 60},0,200,,2000001,1,00')}", *one]
               for at, one in enumerate(made)]  # fmt: skip
    for name, lists in (("plain", made), ("tag blocks", tagged), ("Unix times", timed), ("wrapped", wrapped)):
        yield name, "".join(f"{line}\n" for lines in lists for line in lines).encode()
    yield "groups", "".join(f"{line}\n" for line in _in_turns(made)).encode()
    files = sorted(path for path in FOLDER.glob("nmea-*/*") if path.name != "SOURCE.txt")
    if files:
        yield "real", b"".join(path.read_bytes().rstrip(b"\n") + b"\n" for path in files)


def _in_turns(made: list[list[str]]) -> Iterator[str]:
    """The sentences of two stations one by one, each with a tag block; those of several in groups."""
    stations: list[list[str]] = [[], []]
    for at, one in enumerate(made):
        for part, line in enumerate(one):
            group = f"g:{part + 1}-{len(one)}-{at % 1000}," if len(one) > 1 else ""
            tag = _summed(f"{group}s:invented{at % 2},c:{NOON + at}")
            stations[at % 2].append(f"\\{tag}\\{line}")
    for pair in zip_longest(*stations):
        yield from filter(None, pair)


def _rows(how: Callable[..., Iterator[tuple[pl.DataFrame, int]]], text: bytes) -> tuple[Tally, pl.DataFrame]:
    tally = Tally()
    chunks = how(io.BytesIO(text), tally, lambda stream: blocks(stream, "bench"), first_row=1)
    return tally, pl.concat([frame for frame, _ in chunks])


def _columns(text: bytes) -> int:
    height = 0
    for frame, _ in read(io.BytesIO(text), Tally(), lambda stream: blocks(stream, "bench"), first_row=1):
        height += frame.height
    return height


def _singly(text: bytes) -> int:
    return _rows(read_singly, text)[1].height


def _pyais(text: bytes) -> int:
    count = 0
    for message in IterMessages(text.splitlines()):
        try:
            message.decode()
        except Exception:  # what it cannot decode it raises for
            continue
        count += 1
    return count


def _pace(decode: Callable[[bytes], int], once: bytes, sentences: int, least: int) -> float:
    """Sentences a second of processor time."""
    times = max(1, -(-least // sentences))
    text = once * times
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        decode(text)
        best = min(best, time.process_time() - began)
    return times * sentences / best


def measured(size: str) -> list[dict[str, Any]]:
    """One entry a feed."""
    many, few = SIZES[size]
    figures = []
    for name, once in feeds():
        (one, rows), (other, same) = _rows(read, once), _rows(read_singly, once)
        sentences = int(rows["lines"].sum()) + one.refused.total()
        columns = _pace(_columns, once, sentences, many)
        singly, pyais = (_pace(decode, once, sentences, few) for decode in (_singly, _pyais))
        figures.append(
            {
                "feed": name,
                "sentences": sentences,
                "rows": rows.height,
                "identical": rows.equals(same) and one == other,
                "columns_per_s": round(columns),
                "singly_per_s": round(singly),
                "pyais_per_s": round(pyais),
                "times_singly": round(columns / singly, 1),
                "times_pyais": round(columns / pyais, 1),
            }
        )
    return figures


def _child(path: Path, connection: Any) -> None:
    """Decode a file and tell sentences, seconds of the clock and of the processors, and the most memory held."""
    tally, kept = Tally(), 0
    began, spent = time.perf_counter(), time.process_time()
    with path.open("rb") as stream:
        for frame, _ in read(stream, tally, lambda stream: blocks(stream, "bench"), first_row=1):
            kept += int(frame["lines"].sum())
    took, spent = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    connection.send((kept + tally.refused.total(), took, spent, peak))


def _side_by_side(paths: Sequence[Path]) -> list[tuple[int, float, float, int]]:
    """What `_child` tells of each file, all at once."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in paths]
    children = [context.Process(target=_child, args=(path, pipe[1])) for path, pipe in zip(paths, pipes, strict=True)]
    for child in children:
        child.start()
    told = [pipe[0].recv() for pipe in pipes]
    for child in children:
        child.join()
    return told


def weighed(megabytes: int) -> None:
    """Print rates and memory for a text of a given size."""
    made = [text for name, text in feeds() if name != "real"]
    with tempfile.TemporaryDirectory() as folder:
        halves = [Path(folder, "one.nmea"), Path(folder, "two.nmea")]
        for path in halves:
            with path.open("wb") as file:
                while file.tell() < megabytes * 500_000:
                    file.writelines(made)
        whole = Path(folder, "whole.nmea")
        with whole.open("wb") as file:
            for path in halves:
                with path.open("rb") as half:
                    shutil.copyfileobj(half, file)
        for how, paths in (("one process", [whole]), ("two at once", halves)):
            told = _side_by_side(paths)
            sentences, took = sum(one[0] for one in told), max(one[1] for one in told)
            print(
                f"{how}: {sentences:,} sentences, {sentences / took:,.0f} a second by the clock, "
                f"{sentences / sum(one[2] for one in told):,.0f} a second of processor time, "
                f"at most {max(one[3] for one in told) / 1e6:,.0f} MB a process"
            )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a target is missed or a row differs."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--size", choices=SIZES, default="small")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--memory", type=int, metavar="MILLION_BYTES")
    args = asked.parse_args(argv)
    if args.memory:
        weighed(args.memory)
        return 0
    figures = measured(args.size)
    reached = min(one["columns_per_s"] for one in figures)
    same = all(one["identical"] for one in figures)
    if args.json:
        target = {"name": "sentences a second of one core", "want": ">= 1,000,000", "got": reached}
        print(json.dumps({"figures": figures, "targets": [target | {"meets": reached >= TARGET}]}))
    else:
        print(f"{'':12}{'sentences/s':>14}{'singly':>11}{'pyais':>11}{'x singly':>10}{'x pyais':>10}   same rows")
        for one in figures:
            print(
                f"{one['feed']:12}{one['columns_per_s']:>14,}{one['singly_per_s']:>11,}{one['pyais_per_s']:>11,}"
                f"{one['times_singly']:>10}{one['times_pyais']:>10}   {'yes' if one['identical'] else 'NO'}"
            )
        print(f"target: {TARGET:,} sentences a second of one core in every form; reached {reached:,}")
    return int(not same or (args.size == "full" and reached < TARGET))


if __name__ == "__main__":
    raise SystemExit(main())
