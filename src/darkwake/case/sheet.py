"""A sheet of paper for a map: a Mercator projection, lines as SVG paths, labels that never lie on one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from darkwake import geo
from darkwake.case import coast, text

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]


class Sheet:
    """A Mercator projection that fits a box of degrees (west, south, east, north) into a drawing."""

    def __init__(self, box: Box, west: float, width: float, height: float) -> None:
        self.west, self.width, self.height = west, width, height
        low, high = _north(box[1]), _north(box[3])
        wide, tall = math.radians(box[2] - box[0]), high - low
        self.scale = min(width / max(wide, 1e-9), height / max(tall, 1e-9))
        self.left = (math.radians(box[0] + box[2]) - width / self.scale) / 2
        self.top = (low + high + height / self.scale) / 2
        self.shown = (
            math.degrees(self.left), _south(self.top - height / self.scale),
            math.degrees(self.left + width / self.scale), _south(self.top),
        )  # fmt: skip

    def points(self, lat: Floats, lon: Floats, *, turn: bool = True) -> Floats:
        """Positions as drawing coordinates, shape (n, 2)."""
        if turn and self.west != -180:
            lon = (lon - self.west) % 360.0 + self.west
        y = np.log(np.tan(np.pi / 4 + np.radians(np.clip(lat, -85, 85)) / 2))
        return np.column_stack([(np.radians(lon) - self.left) * self.scale, (self.top - y) * self.scale])

    def inside(self, point: Iterable[float]) -> bool:
        """Whether a point of the drawing lies on it."""
        x, y = point
        return 0 <= x <= self.width and 0 <= y <= self.height

    def land(self, rings: coast.Outlines, *, margin: float, least: float) -> Markup:
        """The part of `rings` that the sheet shows, as one path.

        Args:
            rings: outlines of (lon, lat) in degrees, each once.
            margin: degrees beyond the sheet at which the land is cut, so that the cut itself is out of sight.
            least: steps and islands shorter than this are left out, in units of the drawing.
        """
        west, south, east, north = self.shown
        wide = (west - margin, max(south - margin, -84.0), east + margin, min(north + margin, 84.0))
        found = []
        for turn in (-360.0, 0.0, 360.0):
            for ring in rings.that_meet((wide[0] - turn, wide[1], wide[2] - turn, wide[3])):
                part = coast.cut(ring + np.array([turn, 0.0]), wide)
                if len(part) > 3:
                    drawn = self.points(part[:, 1], part[:, 0], turn=False)
                    if np.ptp(drawn, axis=0).max() > least:
                        found.append(line(drawn, least=least, close=True))
        return Markup("").join(found)


def _north(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def _south(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y)) - math.pi / 2)


def line(points: Floats, *, least: float = 1.2, close: bool = False) -> Markup:
    """Points as path data in tenths of a unit, relative, without steps shorter than `least`."""
    tenths: list[list[int]] = np.rint(points * 10).astype(np.int64).tolist()
    far = least * 10
    x, y = tenths[0]
    parts = [f"M{_tenth(x)} {_tenth(y)}"]
    last = len(tenths) - 1
    for place in range(1, last + 1):
        across, down = tenths[place][0] - x, tenths[place][1] - y
        if abs(across) + abs(down) >= far or (place == last and (across or down)):
            parts.append(f"l{_tenth(across)} {_tenth(down)}")
            x, y = tenths[place]
    return Markup(f"{''.join(parts)}{'z' if close else ''}")  # noqa: S704  digits and letters of path data only


def _tenth(value: int) -> str:
    return f"{value / 10:g}"


def place_labels(
    things: Sequence[dict[str, Any]],
    sheet: Sheet,
    *,
    letter: float,
    tall: float,
    off: float = 8.0,
    marks: Sequence[tuple[float, float, float]] = (),
    taken: Sequence[Box] = (),
) -> None:
    """Give each label the first of eight places that is free; a label without one stays away.

    Args:
        things: rows with `label` and `at`, the most important first; where there is room they get `text`.
        sheet: what they stand on.
        letter: width of a letter, in units of the drawing.
        tall: height of a line.
        off: how far a label stands from its place.
        marks: x, y and half width of marks that no label may cover.
        taken: boxes (left, top, right, bottom) that are occupied.
    """
    full = [*taken, *((x - half, y - half, x + half, y + half) for x, y, half in marks)]
    for thing in things:
        label = text.visible(str(thing["label"]), most=60)
        x, y = thing["at"]
        wide = len(label) * letter
        for left, base, side in (
            (x + off, y + tall * 0.35, "start"), (x - off - wide, y + tall * 0.35, "end"),
            (x - wide / 2, y - off + 2 - tall * 0.3, "middle"), (x - wide / 2, y + off + tall * 0.8, "middle"),
            (x + off, y - off, "start"), (x + off, y + off + tall * 0.7, "start"),
            (x - off - wide, y - off, "end"), (x - off - wide, y + off + tall * 0.7, "end"),
        ):  # fmt: skip
            box = (left - 2, base - tall * 0.95, left + wide + 2, base + tall * 0.3)
            free = all(box[2] < o[0] or box[0] > o[2] or box[3] < o[1] or box[1] > o[3] for o in full)
            if label and free and box[0] > 0 and box[2] < sheet.width and box[1] > 0 and box[3] < sheet.height:
                full.append(box)
                at = {"start": left, "end": left + wide, "middle": left + wide / 2}[side]
                thing["text"] = {"label": label, "x": round(at, 1), "y": round(base, 1), "side": side}
                break


def scale_bar(sheet: Sheet, lat: float) -> dict[str, Any]:
    """A scale bar for the middle of the map: at most a fifth of its width."""
    mile = 1852 / (geo.EARTH_RADIUS_M * math.cos(math.radians(lat))) * sheet.scale
    most = sheet.width / 5 / mile
    power = 10.0 ** math.floor(math.log10(most))
    nice = next(step * power for step in (5, 2, 1) if step * power <= most)
    return {"w": round(nice * mile, 1), "label": f"{nice:g} nm ({nice * 1.852:.3g} km)"}


def label_box(row: dict[str, Any], letter: float, tall: float) -> Box:
    """The box of a label that has its place."""
    words, wide = row["text"], len(row["text"]["label"]) * letter
    left = words["x"] - {"start": 0.0, "middle": wide / 2, "end": wide}[words["side"]]
    return (left - 2, words["y"] - tall, left + wide + 2, words["y"] + tall * 0.3)
