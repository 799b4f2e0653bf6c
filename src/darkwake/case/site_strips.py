"""A building over time as a plain picture: its status as the machine and as people read it, and its series under it.

Across is in percent, so that the picture fits any screen. Where one status ends and the next begins is not a line but
a slope from the last image before to the first after: the change lies somewhere in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from markupsafe import Markup

from darkwake.case import strips, text
from darkwake.case.buildings import SENSORS

Row = Mapping[str, Any]

LANE, BAR, HEAD = 40, 20, 15
"""Pixels: from lane to lane, a bar's height, and the line of words above it."""
_LEAST = 0.8
"""The least width of a bar, in percent: a status seen in one image only is still seen."""
_WORDS, _LETTER = 9.0, 2.6
"""The least width in percent of a bar that has room for its posterior, and for its letter."""
PLOT, _ACROSS = 58, 1000
"""A plot of a series: pixels high, units across."""
MOST_PLOTS = 6
FEATURES = {
    "vv_db": "radar VV, dB", "vh_db": "radar VH, dB", "red": "red", "green": "green", "blue": "blue",
    "nir": "near infrared", "swir": "shortwave infrared", "brightness": "brightness", "texture": "texture",
    "edges": "edges", "likeness": "likeness to its own first images",
}  # fmt: skip


def span(site: Row) -> tuple[int, int]:
    """The first and last second of a site's dates, with a little room on either side."""
    times = [at for date in site["dates"] if (at := text.seconds(date)) is not None]
    if not times:
        return (0, 86_400)
    pad = max((max(times) - min(times)) // 60, 43_200)
    return min(times) - pad, max(times) + pad


def strip(building: Row, site: Row, letters: Mapping[str, str]) -> dict[str, Any]:
    """The lanes of a building: the machine's, then one a person, and the dates on which it was seen."""
    ends = span(site)
    names = list(dict.fromkeys(
        ["machine", *(row["by"] for row in building["phases"]), *(row["by"] for row in building["readings"])]
    ))  # fmt: skip
    lanes = []
    for place, name in enumerate(names):
        phases = [row for row in building["phases"] if row["by"] == name]
        readings = [row for row in building["readings"] if row["by"] == name]
        lanes.append(
            {
                "name": "Machine" if name == "machine" else f"Read by {name}",
                "y": place * LANE,
                "bars": [_bar(row, ends, letters) for row in phases],
                "slopes": _slopes(phases, ends, letters),
                "marks": [_mark(row, ends, letters) for row in readings],
            }
        )
    seen = [date for date, letter in zip(site["dates"], building["letters"], strict=False) if letter.isupper()]
    foot = len(lanes) * LANE + 6
    return {
        "lanes": lanes,
        "dots": [strips.percent(text.seconds(date) or 0, *ends) for date in seen],
        "dots_y": foot,
        "ticks": strips.ticks(*ends, most=9, years=True),
        "height": foot + 26,
        "says": _says(building),
    }


def _says(building: Row) -> str:
    parts = [f"{row['status']} {row['began']}, {row['ended']}" for row in building["phases"] if row["by"] == "machine"]
    return f"{building['label']} over time: " + ("; ".join(parts) or "no status was told")


def _percent(time: Any, ends: tuple[int, int]) -> float:
    return strips.percent(text.seconds(time) or 0, ends[0], ends[1])


def _bar(row: Row, ends: tuple[int, int], letters: Mapping[str, str]) -> dict[str, Any]:
    left, right = _percent(row["start_by"], ends), _percent(row["end_after"] or row["start_by"], ends)
    if right - left < _LEAST:
        left = max(0.0, (left + right - _LEAST) / 2)
        right = left + _LEAST
    wide = right - left
    sure = row["posterior"]
    letter = letters.get(row["status"], "X")
    word = "?" if letter == "X" else letter
    return {
        "x": left,
        "w": round(wide, 3),
        "middle": round((left + right) / 2, 3),
        "letter": letter,
        "words": f"{word} {sure:.2f}" if sure is not None and wide >= _WORDS else word if wide >= _LETTER else "",
        "narrow": word if wide >= _LETTER * 2 else "",
        "says": f"{row['status']}: {row['began']}, {row['ended']}"
        + (f"; posterior {sure:.2f}" if sure is not None else ""),
    }


def _slopes(phases: Sequence[Row], ends: tuple[int, int], letters: Mapping[str, str]) -> list[dict[str, Any]]:
    """Between two statuses: from the last image that shows one to the first that shows the other."""
    found = []
    for before, after in pairwise(phases):
        left, right = _percent(before["end_after"] or before["start_by"], ends), _percent(after["start_by"], ends)
        if right > left:
            found.append(
                {"x": left, "w": round(right - left, 3), "from": letters.get(before["status"], "X"),
                 "to": letters.get(after["status"], "X")}
            )  # fmt: skip
    return found


def _mark(row: Row, ends: tuple[int, int], letters: Mapping[str, str]) -> dict[str, Any]:
    return {
        "x": _percent(row["time"], ends),
        "letter": letters.get(row["status"], "X"),
        "says": f"{row['by']} read the image of {text.day(row['time'])} as {row['status']}"
        + (f": {row['because']}" if row["because"] else ""),
    }


def mini(building: Row, site: Row) -> list[dict[str, Any]]:
    """The letters of a building as runs on a line, in percent: what a row of the table has room for."""
    letters = str(building["letters"]).upper().replace(".", "X")
    dates = [text.seconds(date) or 0 for date in site["dates"]]
    ends = (dates[0], dates[-1]) if len(dates) > 1 else (0, 1)
    found: list[dict[str, Any]] = []
    first = 0
    for place in range(1, len(letters) + 1):
        if place == len(letters) or letters[place] != letters[first]:
            left = strips.percent(dates[first], *ends) if len(dates) > 1 else 0.0
            right = strips.percent(dates[place], *ends) if place < len(dates) else 100.0
            found.append({"letter": letters[first], "x": left, "w": round(max(right - left, 1.0), 2)})
            first = place
    return found


# --- series ---


def plots(building: Row, site: Row) -> dict[str, Any]:
    """The series of a building as small plots, those that broke first; and how many more there are."""
    ends = span(site)
    broke = [one["feature"] for row in building["breaks"] for one in row["features"] or ()]
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in building.get("series") or ():
        groups.setdefault((row["sensor"], row["feature"]), []).append(row)
    order = sorted(groups, key=lambda key: (broke.index(key[1]) if key[1] in broke else len(broke), key))
    drawn = [one for key in order[:MOST_PLOTS] if (one := _plot(key, groups[key], building["breaks"], ends))]
    return {"drawn": drawn, "more": max(len(order) - MOST_PLOTS, 0)}


def _plot(
    key: tuple[str, str], rows: Sequence[Row], breaks: Sequence[Row], ends: tuple[int, int]
) -> dict[str, Any] | None:
    values = [value for row in rows for value in row["values"] if value is not None]
    if not values:
        return None
    low, high = min([*values, 0.0]), max([*values, 0.0])
    room = (high - low or 1.0) * 0.12
    low, high = low - room, high + room

    def down(value: float) -> float:
        return float(round(PLOT - (value - low) / (high - low) * PLOT, 1))

    own = [row for row in breaks if row["sensor"] == key[0]]
    missing: dict[str, int] = {}
    for row in rows:
        for why, many in row["why"].items():
            missing[why] = missing.get(why, 0) + many
    name = FEATURES.get(key[1], text.words(key[1]))
    return {
        "name": f"{name}, {SENSORS.get(key[0], key[0])}",
        "lines": [_line(row, down, ends) for row in rows[:4]],
        "orbits": [row["orbit"] for row in rows[:4]] if len(rows) > 1 else [],
        "zero": down(0.0),
        "low": _figure(min(values)),
        "high": _figure(max(values)),
        "breaks": [_break(row, key[1], ends) for row in own],
        "says": _plot_says(name, rows, own, key[1]),
        "missing": ", ".join(f"{many:,} {why}" for why, many in sorted(missing.items())),
    }


def _figure(value: float) -> str:
    return text.decimal(round(value, 2)).replace("-", "\N{MINUS SIGN}")


def _line(row: Row, down: Any, ends: tuple[int, int]) -> dict[str, Any]:
    """A line through the values, cut where one is missing, and a dot at each."""
    way, dots, on = "", "", False
    for time, value in zip(row["times"], row["values"], strict=True):
        if value is None:
            on = False
            continue
        x, y = round(_percent(time, ends) / 100 * _ACROSS, 1), down(value)
        way += f"{'L' if on else 'M'}{x:g} {y:g}"
        dots += f"M{x:g} {y:g}h0"
        on = True
    return {"way": Markup(way), "dots": Markup(dots)}  # noqa: S704  digits only


def _break(row: Row, feature: str, ends: tuple[int, int]) -> dict[str, Any]:
    left, right = _percent(row["after"], ends), _percent(row["by"], ends)
    return {
        "x": left,
        "w": round(max(right - left, 0.4), 3),
        "mine": any(one["feature"] == feature for one in row["features"] or ()),
        "says": row["says"] or f"a break between {text.day(row['after'])} and {text.day(row['by'])}, q {row['q']:.2g}",
    }


def _plot_says(name: str, rows: Sequence[Row], breaks: Sequence[Row], feature: str) -> str:
    values = [value for row in rows for value in row["values"] if value is not None]
    said = f"{name}, the building less the ring round it: {len(values)} values, median {_figure(median(values))}"
    for row in breaks:
        for one in row["features"] or ():
            if one["feature"] == feature and one["before"] is not None and one["after"] is not None:
                said += (
                    f"; {_figure(one['before'])} before the break between {text.day(row['after'])} and "
                    f"{text.day(row['by'])}, {_figure(one['after'])} after"
                )
    return said
