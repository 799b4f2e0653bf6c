"""Runs the pages of tests/scenarios: what they say in tables is what must come out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darkwake import schema
from darkwake.events import Detector, gap, hours, port_call
from darkwake.events.dark_encounter import dark_encounter
from darkwake.events.encounter import encounter
from darkwake.events.false_identity import false_identity
from darkwake.events.false_position import false_position
from darkwake.events.loitering import loitering
from darkwake.voyages import legs
from made_identities import said
from made_positions import DAY, positions, ships

PAGES = Path(__file__).parent / "scenarios"
PORTS = pl.DataFrame(
    [("ZZAAA", "Invented Harbour", "ZZ", 30.0, 50.0), ("ZZBBB", "Invented Haven", "ZZ", 30.0, 51.0)],
    schema=schema.PORTS,
    orient="row",
)
MEETINGS: dict[str, Callable[..., Detector]] = {
    "encounter": partial(encounter, anchorages=PORTS),
    "dark_encounter": partial(dark_encounter, anchorages=PORTS),
    "loitering": partial(loitering, ports=PORTS),
    "false_identity": false_identity,
    "false_position": false_position,
}
Rows = list[dict[str, str]]


def scenarios() -> Iterator[Any]:
    for page in ("gap", "port_call", "voyages", *MEETINGS):
        for text in (PAGES / f"{page}.md").read_text(encoding="utf-8").split("\n## ")[1:]:
            yield pytest.param(text, id=f"{page}: {text.splitlines()[0]}")


def tables(text: str) -> list[Rows]:
    """Every Markdown table of a text, each as rows of words by column."""
    found: list[Rows] = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE):
        lines = [[word.strip() for word in line.strip("|").split("|")] for line in block.strip().splitlines()]
        found.append([dict(zip(lines[0], line, strict=True)) for line in lines[2:]])
    return found


def clock(word: str) -> timedelta:
    hour, minute = word.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


def parameters(text: str) -> tuple[str, dict[str, Any]]:
    """The call in backticks, such as `gap(longer_than=6h)`: its name and its parameters."""
    match = re.search(r"^`(\w+)\((.*)\)`$", text, flags=re.MULTILINE)
    assert match, "a scenario names what it runs"
    given = dict(part.strip().split("=") for part in match[2].split(",") if part)
    return match[1], {name: value_of(word) for name, word in given.items()}


def value_of(word: str) -> Any:
    """A parameter as the page writes it: hours, true or false, else a name such as a preset's."""
    if re.fullmatch(r"[\d.]+h", word):
        return hours(float(word[:-1]))
    return word == "true" if word in ("true", "false") else word


def run(name: str, given: dict[str, Any], table: pl.DataFrame) -> list[dict[str, Any]]:
    if name == "legs":
        events = pl.concat([gap(longer_than=hours(6)).run(table), port_call(ports=PORTS).run(table)])
        return list(legs(events, ships(table), **given).iter_rows(named=True))
    made = MEETINGS.get(name, gap if name == "gap" else partial(port_call, ports=PORTS))
    events = made(**given).run(table)
    return [{**row, **json.loads(row["details"])} for row in events.iter_rows(named=True)]


def spoken(rows: Rows) -> pl.DataFrame:
    """IDENTITIES from a table of ship, field, value, first, last, messages."""
    hour = timedelta(hours=1)
    return said(
        (int(one["ship"]), one["field"], one["value"], clock(one["first"]) / hour, clock(one["last"]) / hour,
         int(one["messages"]))
        for one in rows
    )  # fmt: skip


def as_word(value: Any, like: str) -> str:
    """A value as the page writes it."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return like if value == DAY + clock(like) else str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


@pytest.mark.parametrize("text", list(scenarios()))
def test_scenario(text: str) -> None:
    given, *expected = tables(text)
    words = [one for one in expected if "field" in one[0]]
    expected = [one for one in expected if "field" not in one[0]]
    table = positions(
        (
            int(row["ship"]),
            clock(row["time"]) / timedelta(hours=1),
            float(row["lat"]),
            float(row["lon"]),
            float(row["sog"]),
        )
        for row in given
    )
    name, parameter = parameters(text)
    found = run(name, parameter | ({"identities": spoken(words[0])} if words else {}), table)
    assert bool(expected) != ("Expected: nothing." in text), "a scenario says what it expects"
    wanted = expected[0] if expected else []
    got = [
        {name: as_word(event[name], word) for name, word in row.items()}
        for event, row in zip(found, wanted, strict=True)
    ]
    assert got == wanted
