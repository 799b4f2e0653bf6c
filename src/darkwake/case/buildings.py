"""The buildings of watched sites, as the case file holds them, and what they show as evidence.

The part `sites` hands over the tables of schema.watched, one set a site; here they become the section "sites" of
case.json: a sentence a site that answers first, every building with its status on every date, the ones that cannot be
assessed with their reason, and for the most changed ones their series and pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.case import site_pictures, words
from darkwake.evidence import canonical, content_id

Row = Mapping[str, Any]

LETTERS = {
    "intact": "I",
    "destroyed": "D",
    "cleared": "C",
    "under construction": "U",
    "rebuilt": "R",
    "repaired": "P",
    "unknown": "X",
    "not assessable": "N",
}
"""Each status and the one letter that stands for it where a word has no room."""
NOT_YET = "."
"""Stands for a date before the first on which a building was seen."""
MOST_PICTURED = 40
"""Buildings of a site that are shown with series and pictures, the most changed first; the rest stands in the table."""
MOST_CHARACTERS = 24_000_000
"""Characters of all pictures of a site together, as base64: above that a page opens slowly."""
NO_ROOM = "those of the buildings above fill the page; they are among the site's own files"
SERIES_DIGITS = 3
SENSORS = {"s1": "Sentinel-1", "s2": "Sentinel-2", "landsat": "Landsat", "optical": "optical images"}
RADAR_ALONE = (
    "Sentinel-1 alone tells that a building changed, when, and that it then stayed as it was. Whether it was destroyed "
    "or cleared it cannot tell: that needs an optical image."
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the part sites found of one site: the tables of schema.watched, and pictures by building."""

    site: str
    footprints: pl.DataFrame
    images: pl.DataFrame
    statuses: pl.DataFrame
    phases: pl.DataFrame
    assessed: pl.DataFrame
    series: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.SERIES))
    breaks: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.BREAKS))
    scenes: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.SCENES))
    readings: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.READINGS))
    pictures: Mapping[str, Row] = field(default_factory=dict)
    """Building -> before_png_base64, after_png_base64, before and after {date, sensor, credit, sha256},
    metres_per_pixel, outline [[x, y], ...] in pixels, registered (false: the two are not laid over each other), and
    strip {png_base64, tile_px, dates}."""


@dataclass(frozen=True, slots=True)
class Change:
    """A building went from one known status to another, in an interval."""

    was: str
    status: str
    after: datetime | None
    by: datetime | None
    posterior: float
    images: tuple[str, ...]
    innocent: tuple[str, ...]


def site_id(site: str) -> str:
    """The id of a site in the case."""
    return content_id("site", site)


def building_id(site: str, building: str) -> str:
    """The id of a building in the case: a footprint file's own ids may be the same in two sites."""
    return content_id("building", site, building)


def changes(phases: Iterable[Row]) -> list[Change]:
    """The changes that the machine's phases of a building tell of, in their order.

    Where it was unknown in between, the interval begins with the last image in which it was known.
    """
    found: list[Change] = []
    before: Row | None = None
    for row in phases:
        if row["by"] != "machine" or row["status"] == "unknown":
            continue
        if before is not None and before["status"] != row["status"]:
            ends = [time for time in (before["end_after"], row["start_after"]) if time is not None]
            found.append(
                Change(
                    before["status"], row["status"], min(ends, default=None), row["start_by"], row["posterior"],
                    tuple(dict.fromkeys([*before["images"], *row["images"]])), tuple(row["innocent"] or ()),
                )
            )  # fmt: skip
        before = row
    return found


def by_building(table: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The rows of each building, in the table's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row["building"], []).append(row)
    return found


# --- the section ---


def section(sites: Sequence[Watched]) -> dict[str, Any]:
    """The section "sites" of a case file, as plain JSON types; empty where no site was watched."""
    if not sites:
        return {}
    told: dict[str, Any] = {"letters": LETTERS, "sites": [], "buildings": [], "pictures": []}
    for seen in sorted(sites, key=lambda one: one.site):
        _add(told, seen)
    result: dict[str, Any] = canonical(told)
    return result


def _add(told: dict[str, Any], seen: Watched) -> None:
    dates = _dates(seen)
    phases = by_building(seen.phases.sort("building", "start_by", "by"))
    changed = {building: found for building, own in phases.items() if (found := changes(own))}
    assessed = {row["building"]: row for row in seen.assessed.iter_rows(named=True)}
    statuses = by_building(seen.statuses.sort("building", "time"))
    readings = by_building(seen.readings.sort("building", "time", "at"))
    breaks = by_building(seen.breaks.sort("building", "by", "sensor"))
    rows = []
    for place in seen.footprints.sort("building").iter_rows(named=True):
        key = place["building"]
        row = assessed.get(key) or {"assessable": False, "why": "no image shows it", "dates": 0}
        letters, posteriors = _letters(statuses.get(key, ()), dates, able=bool(row["assessable"]))
        rows.append(
            {
                "id": building_id(seen.site, key),
                "site": site_id(seen.site),
                "building": key,
                "label": place["label"] or key,
                **{name: place[name] for name in ("kind", "lat", "lon", "area_m2", "rings")},
                "assessable": bool(row["assessable"]),
                "why": row.get("why") or ("" if row["assessable"] else "no reason was given"),
                "dates": row["dates"],
                "status": row.get("status") if row["assessable"] else "not assessable",
                "posterior": row.get("posterior") if row["assessable"] else None,
                "letters": letters,
                "posteriors": posteriors,
                "changes": [_change(one) for one in changed.get(key, ())],
                "phases": [_phase(one) for one in phases.get(key, ())],
                "readings": readings.get(key, []),
                "breaks": breaks.get(key, []),
            }
        )
    rows.sort(key=_order)
    full = [row for row in rows if row["changes"] or row["building"] in seen.pictures or row["readings"]]
    full = full[:MOST_PICTURED]
    series = by_building(seen.series.filter(pl.col("building").is_in([row["building"] for row in full])))
    room = MOST_CHARACTERS
    for row in full:
        row["series"] = _series(series.get(row["building"], ()))
        picture = site_pictures.kept(seen.pictures.get(row["building"]))
        room -= site_pictures.weight(picture)
        if picture and room < 0:
            picture = {"sides": None, "strip": None, "problem": NO_ROOM}
        if picture:
            told["pictures"].append({"building": row["id"]} | picture)
    told["buildings"] += rows
    told["sites"].append(_site(seen, rows, dates, changed, len(full)))


def _order(row: Row) -> tuple[Any, ...]:
    """The most changed first, the surest of them first, then the ones that did not change, then the unassessable."""
    sure = min((one["posterior"] or 0.0 for one in row["changes"]), default=0.0)
    return (-len(row["changes"]), -sure, not row["assessable"], str(row["label"]), row["building"])


def _dates(seen: Watched) -> list[datetime]:
    """The dates on which any building has a status; where none has, those of usable images."""
    dates = seen.statuses["time"] if seen.statuses.height else seen.images.filter("usable")["time"]
    return list(dates.drop_nulls().unique().sort())


def _letters(rows: Iterable[Row], dates: Sequence[datetime], *, able: bool) -> tuple[str, list[float | None]]:
    """A letter a date of the site, small where the building was not seen on that day, and the posteriors."""
    if not able:
        return LETTERS["not assessable"] * len(dates), []
    own = {row["time"]: row for row in rows}
    letters, posteriors, last = "", [], NOT_YET
    for date in dates:
        row = own.get(date)
        last = LETTERS.get(row["status"], "X") if row else last
        letters += last if row else last.lower()
        posteriors.append(round(row["posterior"], 3) if row and row["posterior"] is not None else None)
    return letters, posteriors


def _change(one: Change) -> dict[str, Any]:
    return {
        "was": one.was,
        "status": one.status,
        "after": one.after,
        "by": one.by,
        "when": words.between(one.after, one.by),
        "posterior": one.posterior,
    }


def _phase(row: Row) -> dict[str, Any]:
    first = row["start_after"] is None
    last = row["end_by"] is None
    return {name: row[name] for name in schema.PHASES if name != "building"} | {
        "says": words.spaced(row["says"] or ""),
        "began": f"from the first image, {words.date(row['start_by'])}" if first
        else f"began {words.between(row['start_after'], row['start_by'])}",
        "ended": f"still so in the last image, {words.date(row['end_after'])}" if last
        else f"ended {words.between(row['end_after'], row['end_by'])}",
    }  # fmt: skip


def _series(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """A building's series, one a sensor, orbit and feature: times, values minus ring, and why values are missing."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["sensor"], row["orbit"], row["feature"])
        one = found.setdefault(
            key, {"sensor": key[0], "orbit": key[1], "feature": key[2], "times": [], "values": [], "why": Counter()}
        )
        one["times"].append(row["time"])
        one["values"].append(None if row["value"] is None else round(row["value"], SERIES_DIGITS))
        if row["value"] is None:
            one["why"][row["why"] or "not told"] += 1
    for one in found.values():
        one["why"] = dict(sorted(one["why"].items()))
    return [found[key] for key in sorted(found)]


def _site(
    seen: Watched, rows: Sequence[Row], dates: Sequence[datetime], changed: Mapping[str, Any], full: int
) -> dict[str, Any]:
    images = seen.images.sort("time", "sensor", "image")
    usable = images.filter("usable")
    sensors = sorted(set(usable["sensor"]))
    return {
        "id": site_id(seen.site),
        "site": seen.site,
        "says": sentences(rows, dates, changed),
        "dates": list(dates),
        "one": one_of([row["kind"] for row in rows]),
        "buildings": len(rows),
        "assessable": sum(row["assessable"] for row in rows),
        "changed": len(changed),
        "in_full": full,
        "pictured": sum(row["building"] in seen.pictures for row in rows),
        "sensors": sensors,
        "cannot": RADAR_ALONE if sensors == ["s1"] else "",
        "scenes": [
            row | {"says": words.spaced(row["says"] or "")}
            for row in seen.scenes.sort("site", "sensor", "orbit").iter_rows(named=True)
        ],
        "images": [_image(row) for row in images.iter_rows(named=True)],
    }


def _image(row: Row) -> dict[str, Any]:
    files: dict[str, dict[str, Any]] = {}
    for band in row["bands"] or ():
        name = str(band["path"] or "").replace("\\", "/").rsplit("/", 1)[-1]
        one = files.setdefault(band["sha256"] or name, {"name": name, "sha256": band["sha256"] or "", "bands": []})
        one["bands"].append(band["band"])
    kept = ("image", "time", "sensor", "orbit", "gsd_m", "baseline", "credit", "usable", "why")
    return {name: row[name] for name in kept} | {"files": list(files.values())}


def sentences(rows: Sequence[Row], dates: Sequence[datetime], changed: Mapping[str, Sequence[Change]]) -> list[str]:
    """What the series of a site say: how many buildings changed and when, how many did not, how many cannot be told."""
    one = one_of([row["kind"] for row in rows])
    able = sum(row["assessable"] for row in rows)
    if not rows:
        return ["No building was named here."]
    if not able:
        return [f"Of {words.count(len(rows), one)} none could be assessed.", *_unable(rows)]
    first = f"Of {words.count(len(rows), one)} {able:,} could be assessed; "
    span = words.between(dates[0], dates[-1]) if dates else "on no date"
    if not changed:
        return [f"{first}none of them showed a change {span}.", *_unable(rows)]
    events: dict[str, list[Change]] = {}
    for found in changed.values():
        for event in found:
            events.setdefault(event.status, []).append(event)
    parts = [_told(status, events[status]) for status in LETTERS if status in events]
    twice = sum(map(len, events.values())) > len(changed)
    said = [f"{first}{len(changed):,} changed: {', '.join(parts)}."]
    said += [f"A {one} that changed more than once is counted under each change."] if twice else []
    still = able - len(changed)
    said += [f"{still:,} showed no change {span}."] if still else []
    return [*said, *_unable(rows)]


def one_of(kinds: Iterable[str | None]) -> str:
    """What the pieces of a site are called: cells where an area was cut into them, else buildings."""
    given = list(kinds)
    return "cell" if given and all(kind == "cell" for kind in given) else "building"


def _told(status: str, events: Sequence[Change]) -> str:
    """How many buildings, and between which images; both ends of the first and of the last where they differ."""
    first = min(events, key=lambda event: (event.after or datetime.min, event.by or datetime.max))
    last = max(events, key=lambda event: (event.by or datetime.max, event.after or datetime.min))
    when, then = words.between(first.after, first.by), words.between(last.after, last.by)
    return f"{len(events):,} {status} " + (when if when == then else f"(the first {when}, the last {then})")


def _unable(rows: Sequence[Row]) -> list[str]:
    why = Counter(str(row["why"]) for row in rows if not row["assessable"])
    if not why:
        return []
    reasons = [f"{many:,} {reason}" for reason, many in sorted(why.items(), key=lambda one: (-one[1], one[0]))]
    return [f"{sum(why.values()):,} could not be assessed: {words.listing(reasons)}."]


def left_out(told: Row) -> list[str]:
    """The sentences for the limits on what the page does not show of the sites."""
    found = []
    for site in told.get("sites", ()):
        rest = site["buildings"] - site["in_full"]
        if rest and site["in_full"] >= MOST_PICTURED:
            found.append(
                f"{site['site']}: series and pictures of the {site['in_full']} most changed buildings; those of "
                f"{rest:,} more stand in the site's own tables, their statuses on this page."
            )
    return found
