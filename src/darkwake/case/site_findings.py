"""What buildings show, as evidence: one piece a changed building, and one a site of what stayed or was not told.

Each rests on bands of images, by the hash of the file. The strength is the posterior of the least certain date, and no
more than fair where radar alone cannot tell one status from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from darkwake.case import buildings, words
from darkwake.case.buildings import Change, Watched
from darkwake.evidence import Citation, Evidence, Place, Strength, Subject, canonical_json

Row = Mapping[str, Any]

STRONG, FAIR = 0.95, 0.8
"""Posteriors of a change's least certain date from which it counts as strong, and as fair."""
MOST_FALSE = 0.065
"""Share of unchanged places called at p < .05 up to which a scene's figures hold: 1.3 times what is nominal."""
INNOCENT = (
    "Works that were planned, such as a demolition or a new roof, look the same from above.",
    "Vehicles, stores, scaffolding, snow or standing water can change what an image shows of a building.",
    "The footprint can lie beside the building, or be older than it.",
)
UNTOLD = (
    "A change can be smaller than what these images show.",
    "A building can have changed and been put right between two images.",
)
BY_RADAR_ALONE = "destroyed", "cleared", "rebuilt", "repaired"
"""Statuses that radar alone does not tell from each other."""
_VERB = {"under construction": "was under construction from a day", "intact": "was intact again from a day"}


def named(sites: Iterable[Watched]) -> list[tuple[str, Subject]]:
    """The sites by the names that a text can call them by."""
    return [(seen.site, Subject("site", seen.site, seen.site)) for seen in sites]


def evidence(sites: Sequence[Watched], made_by: str) -> list[Evidence]:
    """All evidence of the sites, sorted by site and building."""
    found = []
    for seen in sorted(sites, key=lambda one: one.site):
        bands = {row["image"]: row for row in seen.images.iter_rows(named=True)}
        phases = buildings.by_building(seen.phases.sort("building", "start_by", "by"))
        readings = buildings.by_building(seen.readings.sort("building", "time", "at"))
        unable = set(seen.assessed.filter(~pl.col("assessable"))["building"])
        changed = 0
        for place in seen.footprints.sort("building").iter_rows(named=True):
            key = place["building"]
            events = [] if key in unable else buildings.changes(phases.get(key, ()))
            if events:
                changed += 1
                found.append(_changed(seen, place, events, readings.get(key, ()), bands, made_by))
        still = _still(seen, changed, made_by)
        found += [still] if still else []
    return found


def _changed(
    seen: Watched,
    place: Row,
    events: Sequence[Change],
    readings: Sequence[Row],
    images: Mapping[str, Row],
    made_by: str,
) -> Evidence:
    label = place["label"] or place["building"]
    shown = [images[key] for event in events for key in event.images if key in images]
    sensors = {row["sensor"] for row in shown}
    strength, because = _strength(seen, events, sensors)
    innocent = dict.fromkeys(line for event in events for line in event.innocent) or dict.fromkeys(INNOCENT)
    return Evidence(
        kind="site status",
        subjects=(
            Subject("site", f"{seen.site}/{place['building']}", f"{label}, {seen.site}"),
            Subject("site", seen.site, seen.site),
        ),
        start=events[0].after or events[0].by,
        end=events[-1].by,
        place=Place(lat=place["lat"], lon=place["lon"], name=label),
        says=f"{label} of {seen.site} was {events[0].was} up to {words.date(events[0].after)}"
        + "".join(f", {_VERB.get(event.status, f'was {event.status}')} {_when(event)}" for event in events)
        + ".",
        strength=strength,
        because=because + _beside(readings),
        innocent=tuple(innocent),
        sources=_cited(shown),
        made_by=made_by,
        details=canonical_json(
            {
                "building": buildings.building_id(seen.site, place["building"]),
                "site": seen.site,
                "changes": [
                    {"was": one.was, "status": one.status, "after": one.after, "by": one.by, "posterior": one.posterior}
                    for one in events
                ],
            }
            | _cut(seen)
        ),
    )


def _when(event: Change) -> str:
    return words.between(event.after, event.by)


def _strength(seen: Watched, events: Sequence[Change], sensors: set[str]) -> tuple[Strength, str]:
    least = min(event.posterior or 0.0 for event in events)
    rank = 2 if least >= STRONG else 1 if least >= FAIR else 0
    because = f"the calibrated posterior was {least:.2f} at the least certain date"
    told = seen.scenes.filter(pl.col("sensor").is_in(sorted(sensors)) & pl.col("false_alarms_5").is_not_null())
    if not told.height:
        rank = min(rank, 1)
        because += ", and no false-alarm rate was measured on these images"
    for scene in told.sort("sensor", "orbit").head(1).iter_rows(named=True):
        because += (
            f", and of {words.count(scene['controls'], 'place')} that nobody says changed "
            f"{words.share(scene['false_alarms_5'])} were called at p < .05"
        )
        if scene["false_alarms_5"] > MOST_FALSE:
            rank = min(rank, 1)
            because += ", more than the 5 % that it should be"
    if sensors == {"s1"} and any(event.status in BY_RADAR_ALONE for event in events):
        rank = min(rank, 1)
        because += "; radar alone does not tell destroyed from cleared, nor repaired from rebuilt"
    words_of: tuple[Strength, ...] = ("weak", "fair", "strong")
    return words_of[rank], because


def _beside(readings: Sequence[Row]) -> str:
    """What analysts read, beside the machine's: never counted into the strength."""
    if not readings:
        return ""
    said = [f"{row['by']} read it as {row['status']} on {words.date(row['time'])}" for row in readings]
    return f"; {words.listing(said)}, which stands beside it and does not count into this"


def _still(seen: Watched, changed: int, made_by: str) -> Evidence | None:
    """What a site shows no change of, and what could not be told."""
    able = seen.assessed.filter(pl.col("assessable"))
    unable = seen.assessed.filter(~pl.col("assessable"))
    rest = able.height - changed
    if rest <= 0 and not unable.height:
        return None
    usable = seen.images.filter("usable").sort("time", "sensor", "image")
    first, last = able["first"].min(), able["last"].max()
    times = [time for time in (first, last) if isinstance(time, datetime)]
    says = f"Of {words.count(seen.assessed.height, buildings.one_of(seen.footprints['kind']))} of {seen.site}, "
    span = f" {words.between(times[0], times[-1])}" if times else ""
    parts = [f"{rest:,} showed no change{span}"] if rest > 0 else []
    if unable.height:
        why = unable["why"].fill_null("").value_counts(sort=False).sort(["count", "why"], descending=[True, False])
        reasons = [f"{many:,} {reason or 'without a reason'}" for reason, many in why.iter_rows()]
        parts.append(f"{unable.height:,} could not be assessed ({words.listing(reasons)})")
    smallest = seen.scenes.filter(pl.col("smallest_seen").is_not_null()).sort("sensor", "orbit").head(1)
    because = "no figure says how small a change these images would have shown"
    for scene in smallest.iter_rows(named=True):
        because = f"a change of {scene['smallest_seen']:.2g} {scene['unit']} would have been found half the time only"
    where = seen.footprints
    ends = pl.concat([usable.head(1), usable.tail(1)]).unique(maintain_order=True)
    return Evidence(
        kind="site status",
        subjects=(Subject("site", seen.site, seen.site),),
        start=times[0] if times else None,
        end=times[-1] if times else None,
        place=Place(lat=where["lat"].mean(), lon=where["lon"].mean(), name=seen.site) if where.height else None,  # type: ignore[arg-type]  # of floats
        says=f"{says}{' and '.join(parts)}.",
        strength="fair" if smallest.height and rest > 0 else "weak",
        because=because,
        innocent=UNTOLD,
        sources=_cited(ends.iter_rows(named=True)),
        made_by=made_by,
        details=canonical_json(
            {"site": seen.site, "watched": buildings.site_id(seen.site), "unchanged": rest, "unable": unable.height,
             "images": usable["image"].to_list()} | _cut(seen)
        ),
    )  # fmt: skip


def _cut(seen: Watched) -> dict[str, bool]:
    """That the site was cut into cells, where it was: nothing says then that a cell is a building."""
    return {"cell": True} if buildings.one_of(seen.footprints["kind"]) == "cell" else {}


def _cited(images: Iterable[Row]) -> tuple[Citation, ...]:
    """The bands of the images, by the hash of their file; neighbours in one file as one citation."""
    bands = sorted(
        {(band["sha256"], band["at"] or 1) for row in images for band in row["bands"] or () if band["sha256"]}
    )
    found: list[Citation] = []
    for sha, at in bands:
        if found and found[-1].source == sha and found[-1].last_row == at - 1:
            found[-1] = Citation(sha, found[-1].first_row, at, "band")
        else:
            found.append(Citation(sha, at, at, "band"))
    return tuple(found)
