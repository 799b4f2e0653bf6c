"""A case looked up from every side: what belongs to what, in which order, and under which anchor it stands."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkwake.case import text

Row = Mapping[str, Any]
Floats = NDArray[np.float64]


def anchor(kind: str, key: Any) -> str:
    """The id that a thing has in the page, its link and the address bar: safe whatever the key holds."""
    plain = str(key)
    safe = re.sub(r"[^A-Za-z0-9_.-]", "", plain)[:80]
    if safe != plain or not safe:
        safe = f"{safe[:40]}{hashlib.sha256(plain.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return safe if safe.startswith(f"{kind}-") else f"{kind}-{safe}"


def _by(rows: Iterable[Row] | None, key: str) -> dict[Any, list[Row]]:
    """Rows of a table by the value of one column, in the table's order."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows or []:
        found[row[key]].append(row)
    return dict(found)


FURTHER = ("encounter", "dark_encounter", "loitering", "false_identity", "false_position")
"""Kinds of events beside gaps and port calls, in the order of the page."""
ELSEWHERE = ("jump", "on_land", "circle", "stray_fix")
"""Patterns of false_position in which the place is not the ship's: no map may open on it, no line lead to it."""
# of what a piece of evidence is, by the keys of its details
_ABOUT = ("event", "voyage", "hit", "inferred", "cluster", "building", "watched")


def unpacked(track: Row) -> tuple[Floats, Floats, Floats]:
    """Seconds, latitudes and longitudes of one packed track."""
    seconds = track["start"] + np.cumsum(np.array(track["t"], dtype=np.float64))
    lat = np.cumsum(np.array(track["lat"], dtype=np.int64)) / 1e4
    lon = np.cumsum(np.array(track["lon"], dtype=np.int64)) / 1e4
    return seconds, lat, lon


def _used(thread: Row) -> list[str]:
    """The evidence of a thread, each piece once: its reasons, its chain, what its explanations rest on."""
    keys = [row.get("evidence") for row in [*thread.get("for", []), *thread.get("against", [])]]
    keys += [key for row in thread.get("stations") or [] for key in row.get("evidence") or []]
    for row in thread.get("hypotheses") or []:
        keys += [one.get("evidence") for one in [*(row.get("against") or []), *(row.get("for") or [])]]
    return [str(key) for key in dict.fromkeys(keys) if key]


class Index:
    """Look-ups over one case. Built once, read by everything that draws the page."""

    def __init__(self, case: Row) -> None:
        self.case = case
        self.ships: dict[int, Row] = {ship["ship"]: ship for ship in case.get("ships", [])}
        self.gaps: list[Row] = [event for event in case.get("events", []) if event["kind"] == "gap"]
        self.calls: list[Row] = [event for event in case.get("events", []) if event["kind"] == "port_call"]
        self.gap: dict[str, Row] = {gap["id"]: gap for gap in self.gaps}
        self.further: dict[str, Row] = {row["id"]: row for row in case.get("events", []) if row["kind"] in FURTHER}
        self.around = _by(case.get("around"), "event")
        self.looked = set(case.get("around_of", self.gap if "around" in case else ()))
        """The gaps for which the case looked who was around; without that list, all."""
        self.reach = _by(case.get("reach"), "event")
        self.area: dict[str, Row] = {str(row["event"]): row for row in case.get("reach_area", [])}
        self.inferred = list(case.get("inferred", []))
        self.draughts = _by(case.get("draughts"), "ship")
        self.draught_changes = {str(row["event"]): row for row in case.get("draught_changes", [])}
        self.displaced = self._displaced()
        """For each ship the stretches in which its positions were elsewhere, as first and last second."""
        self.silence: dict[str, Row] = {row["event"]: row for row in case.get("silences", [])}
        self.voyage: dict[str, Row] = {row["id"]: row for row in case.get("voyages", [])}
        self.every_thread: list[Row] = list(case.get("threads", []))
        self.threads: list[Row] = [row for row in self.every_thread if row.get("ship") is not None]
        """Those that are told along a ship: the map, the strips and the panels of silences go by them."""
        self.hits: list[Row] = list(case.get("hits", []))
        self.listed = {hit["ship"] for hit in self.hits if hit.get("ship") is not None}
        self.told = {thread["ship"] for thread in self.threads}
        self.evidence: dict[str, Row] = {item["id"]: item for item in case.get("evidence", [])}
        self.of_thing: dict[str, list[str]] = defaultdict(list)
        for item in self.evidence.values():
            for about in {str(item["details"][key]) for key in _ABOUT if (item.get("details") or {}).get(key)}:
                self.of_thing[about].append(item["id"])
        self.file_names = self._file_names()
        """Hash -> name, of sources and of the images of sites."""
        self.cited = self._cited()
        self.sails = bool(self.ships or self.gaps or self.calls or self.voyage)
        """Whether the case tells of ships at all: one of articles or of sites alone has no map and no time line."""
        self.number = {found: f"E{place}" for place, found in enumerate(self._register(), 1)}
        self.span = self._span()
        self.west = self._west()
        self.thread_gaps: dict[str, list[str]] = {row["id"]: self._gaps_of(row) for row in self.threads}
        self.told_gaps = {gap for gaps in self.thread_gaps.values() for gap in gaps}

    def short(self, ship: int | None) -> str:
        """What a ship is called in a crowded place: its name, or its MMSI."""
        if ship is None:
            return "not a ship of the data"
        return self.bare(str(self.ships.get(ship, {}).get("label") or f"MMSI {ship:09d}"))

    @staticmethod
    def bare(label: str) -> str:
        """A label without the numbers in brackets behind it."""
        return re.sub(r"\s*\(MMSI [^()]*\)\s*$", "", label) or label

    def order(self) -> list[int]:
        """Ships as the page lists them: those of the threads, those that met a list, the others."""
        first = list(dict.fromkeys(thread["ship"] for thread in self.threads))
        listed = [ship for ship in self.ships if ship in self.listed and ship not in self.told]
        rest = [ship for ship in self.ships if ship not in self.told and ship not in self.listed]
        return [ship for ship in [*first, *listed, *rest] if ship in self.ships]

    def gaps_by_ship(self) -> dict[int, list[Row]]:
        """Gaps of each ship, by their start."""
        found: dict[int, list[Row]] = defaultdict(list)
        for gap in sorted(self.gaps, key=lambda row: str(row["start"])):
            found[gap["ship"]].append(gap)
        return found

    def end(self, row: Row, key: str = "end") -> int:
        """When something ended, in seconds.

        Where it was still open: a silence lasts as long as the data cover it, anything else until its ship was last
        heard. Sources may lie years apart, so the end of all data would draw a stay of years.
        """
        at = text.seconds(row.get(key))
        if at is not None:
            return at
        begins, hours = text.seconds(row.get("start")), (row.get("details") or {}).get("hours")
        if row.get("kind") == "gap" and begins is not None and isinstance(hours, int | float):
            return begins + round(hours * 3600)
        heard = text.seconds(self.ships.get(row.get("ship", -1), {}).get("last_seen"))
        return self.span[1] if heard is None else heard

    def subject_ship(self, item: Row) -> int | None:
        """The first ship that a piece of evidence is about."""
        for subject in item.get("subjects") or []:
            if subject.get("kind") == "ship" and str(subject.get("key", "")).isdecimal():
                return int(subject["key"])
        return None

    def tells_of(self, event: Row) -> bool:
        """Whether a thread tells of a ship of this event."""
        return event["ship"] in self.told or event.get("other") in self.told

    def elsewhere(self, ship: int, seconds: Floats) -> NDArray[np.bool_]:
        """Which of a ship's positions, by their times in seconds, were displaced as far as the case tells."""
        found = np.zeros(len(seconds), dtype=np.bool_)
        for first, last in self.displaced.get(ship, []):
            found |= (seconds >= first) & (seconds <= last)
        return found

    def _displaced(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in self.further.values():
            details = row.get("details") or {}
            if row["kind"] != "false_position" or details.get("pattern") not in ELSEWHERE:
                continue
            for stretch in details.get("stretches") or [(row["start"], row["end"])]:
                first, last = (text.seconds(time) for time in stretch)
                if first is not None and last is not None:
                    found[row["ship"]].append((first, last))
        return {ship: sorted(stretches) for ship, stretches in found.items()}

    def _file_names(self) -> dict[str, str]:
        images = [row for site in (self.case.get("sites") or {}).get("sites", []) for row in site["images"]]
        found = {file["sha256"]: file["name"] for row in images for file in row["files"] if file["sha256"]}
        return found | {row["sha256"]: row["name"] for row in self.case.get("sources", [])}

    def _cited(self) -> dict[str, list[Row]]:
        """The threads that use a piece of evidence."""
        found: dict[str, list[Row]] = defaultdict(list)
        for thread in self.every_thread:
            for key in _used(thread):
                found[key].append(thread)
        return found

    def _register(self) -> list[str]:
        """Evidence in the order in which a reader meets it: the answer, the threads, the rest."""
        met = list((self.case.get("answer") or {}).get("evidence", []))
        for thread in self.every_thread:
            met += _used(thread)
        return [key for key in dict.fromkeys([*met, *self.evidence]) if key in self.evidence]

    def _span(self) -> tuple[int, int]:
        period = (self.case.get("case") or {}).get("period") or {}
        times = [text.seconds(period.get("start")), text.seconds(period.get("end"))]
        for row in self.ships.values():
            times += [text.seconds(row.get("first_seen")), text.seconds(row.get("last_seen"))]
        for row in [*self.gaps, *self.calls, *self.further.values()]:
            times += [text.seconds(row.get("start")), text.seconds(row.get("end"))]
        known = [time for time in times if time is not None]
        if not known:  # a case of sites alone lasts as long as their images
            dates = [date for site in (self.case.get("sites") or {}).get("sites", []) for date in site["dates"]]
            known = [time for time in map(text.seconds, dates) if time is not None]
        self.dated = bool(known)
        """Whether anything of the case says when it was."""
        if not known:
            return (0, 86_400)
        return (min(known), max(*known, min(known) + 3600))

    def _west(self) -> float:
        """Where the map is cut: 180°, or the middle of the widest empty stretch when ships crossed it."""
        lons = [
            lon for row in [*self.gaps, *self.calls] for lon in (row["start_lon"], row["end_lon"]) if lon is not None
        ]
        heard = []
        for track in self.case.get("tracks", []):
            seconds, _, lon = unpacked(track)
            heard.append(lon[~self.elsewhere(track["ship"], seconds)])
        every = np.concatenate([np.array(lons, dtype=np.float64), *heard])
        taken = np.unique(np.floor((every + 180.0) % 360.0).astype(np.int64))
        if not len(taken) or taken[0] > 0 or taken[-1] < 359:
            return -180.0
        free = np.diff(np.concatenate([taken, [taken[0] + 360]]))
        widest = int(np.argmax(free))
        return -180.0 if free[widest] < 2 else float((taken[widest] + free[widest] / 2.0) % 360.0 - 180.0)

    def _gaps_of(self, thread: Row) -> list[str]:
        voyage = self.voyage.get(thread.get("voyage") or "")
        if voyage is not None:
            return [gap for gap in voyage["gaps"] if gap in self.gap]
        begins, ends = text.seconds(thread.get("start")), text.seconds(thread.get("end"))
        low, high = self.span[0] if begins is None else begins, self.span[1] if ends is None else ends
        return [
            gap["id"]
            for gap in self.gaps
            if gap["ship"] == thread["ship"] and (text.seconds(gap["start"]) or 0) <= high and self.end(gap) >= low
        ]
