"""What the page shows of watched sites, as plain rows for the templates: no markup here, no decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from darkwake.case import site_pictures, site_strips, status_map, text, words
from darkwake.case.buildings import MOST_PICTURED, SENSORS
from darkwake.case.index import anchor
from darkwake.case.site_findings import INNOCENT

Row = Mapping[str, Any]
Cites = Mapping[str, list[dict[str, str]]]

MOST_ROWS = 5_000
"""Buildings of a site in its table; the case file holds them all."""
MOST_IMAGES = 400
"""Images of a site in its table of images."""
_DATE_WIDE, _DATE_HIGH = 62, 17
"""Pixels that a date under a small picture takes."""
_OPEN_GROUND = (
    "squares round and between the footprints, mostly open ground, not on roofs: how often an unchanged roof would be "
    "called changed was not measured"
)
_OWN_BUILDINGS = "the site's own buildings, taken as unchanged, for want of room beside them"
_COARSE = 640
"""Pictures narrower than this many pixels are shown with their pixels, not smoothed."""


def told(section: Row, cites: Cites | None = None, sources: Collection[str] = ()) -> dict[str, Any] | None:
    """The section on sites; None where no site was watched.

    Args:
        section: The section "sites" of a case.
        cites: Links to the evidence of a building or a site, by its id, where the page has a register of it.
        sources: The first 16 digits of the hashes that have their place among the page's sources.
    """
    if not section.get("sites"):
        return None
    own: dict[str, list[Row]] = {}
    for row in section["buildings"]:
        own.setdefault(row["site"], []).append(row)
    pictures = {row["building"]: row for row in section["pictures"]}
    taken = set(sources)
    sites = [
        _site(site, own.get(site["id"], []), pictures, section["letters"], cites or {}, taken)
        for site in section["sites"]
    ]
    return {"sites": sites, "many": len(sites), "letters": _letters(section["letters"])}


def _letters(letters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"letter": letter, "status": status} for status, letter in letters.items()]


def _site(
    site: Row,
    rows: Sequence[Row],
    pictures: Mapping[str, Row],
    letters: Mapping[str, str],
    cites: Cites,
    taken: set[str],
) -> dict[str, Any]:
    images = _images(site, taken)
    links = {row["image"]: row for row in images}
    full = [row for row in rows if "series" in row]
    number = {row["id"]: place for place, row in enumerate(rows, 1)}
    lead, colon, lists = str(site["says"][0]).partition(":")
    return {
        "anchor": anchor("watched", site["id"]),
        "one": site.get("one") or "building",
        "key": anchor("w", site["id"]),
        "site": site["site"],
        "lead": lead,
        "lists": colon + lists,
        "says": site["says"][1:],
        "cannot": site["cannot"],
        "cites": cites.get(site["id"], []),
        "scenes": [_scene(row) for row in site["scenes"]],
        "usable": sum(row["usable"] for row in images),
        "dates": len(site["dates"]),
        "first": _day(site["dates"][0]) if site["dates"] else "–",
        "last": _day(site["dates"][-1]) if site["dates"] else "–",
        "map": status_map.drawing(site, rows, letters),
        "rows": [_row(row, site, number[row["id"]], letters, cites) for row in rows[:MOST_ROWS]],
        "more": max(len(rows) - MOST_ROWS, 0),
        "cards": [_card(row, site, number[row["id"]], pictures, letters, cites, links) for row in full],
        "rest": len(rows) - len(full) if len(full) >= MOST_PICTURED else 0,
        "images": images[:MOST_IMAGES],
        "more_images": max(len(images) - MOST_IMAGES, 0),
    }


def _scene(row: Row) -> dict[str, Any]:
    """How far a sensor's series can be believed, as lines of a name and a figure."""
    name = SENSORS.get(row["sensor"], row["sensor"])
    lines = [("Usable images", f"{row['usable']:,} of {row['images']:,}")]
    if row["false_alarms_5"] is not None:
        lines.append(
            (
                "False alarms, measured here",
                f"{words.share(row['false_alarms_5'])} at p < .05"
                + (f", {words.share(row['false_alarms_1'])} at p < .01" if row["false_alarms_1"] is not None else "")
                + f", of {words.count(row['controls'] or 0, 'place')} that nobody says changed",
            )
        )
        lines.append(("Measured on", _OPEN_GROUND if row["controls"] else _OWN_BUILDINGS))
    if row["smallest_seen"] is not None:
        lines.append(
            ("Smallest change seen", f"{text.decimal(row['smallest_seen'])} {row['unit']}: found half the time")
        )
    return {"name": f"{name}, orbit {row['orbit']}" if row["orbit"] else name, "lines": lines, "says": row["says"]}


def _images(site: Row, taken: set[str]) -> list[dict[str, Any]]:
    found = []
    for row in site["images"]:
        files = []
        for file in row["files"]:
            short = file["sha256"][:16]
            files.append(dict(file) | {"anchor": anchor("source", short) if short and short not in taken else None})
            taken.add(short)
        found.append(
            dict(row)
            | {
                "anchor": anchor("image", f"{site['id']}/{row['image']}"),
                "day": text.day(row["time"]),
                "sensor_name": SENSORS.get(row["sensor"], row["sensor"]),
                "files": files,
            }
        )
    return found


def _row(row: Row, site: Row, number: int, letters: Mapping[str, str], cites: Cites) -> dict[str, Any]:
    """A row of the table of buildings."""
    last = row["changes"][-1] if row["changes"] else None
    return {
        "anchor": anchor("building", row["id"]),
        "carded": "series" in row,
        "number": number,
        "label": row["label"],
        "status": row["status"] or "unknown",
        "letter": letters.get(row["status"] or "unknown", "X"),
        "why": row["why"] if not row["assessable"] else "",
        "when": f"{last['status']} {last['when']}" if last else "",
        "since": text.seconds(last["by"]) if last else None,
        "changes": len(row["changes"]),
        "posterior": row["posterior"],
        "dates": row["dates"],
        "mini": site_strips.mini(row, site) if row["assessable"] else [],
        "says": "; ".join(f"{one['status']} {one['when']}" for one in row["changes"]) or "no change",
        "cites": cites.get(row["id"], []),
    }


def _card(
    row: Row,
    site: Row,
    number: int,
    pictures: Mapping[str, Row],
    letters: Mapping[str, str],
    cites: Cites,
    links: Mapping[str, Row],
) -> dict[str, Any]:
    innocent = dict.fromkeys(
        line for phase in row["phases"] if phase["by"] == "machine" for line in phase["innocent"] or ()
    )
    shown = dict.fromkeys(key for phase in row["phases"] for key in phase["images"] or () if key in links)
    shown = dict.fromkeys(sorted(shown, key=lambda key: links[key]["time"]))
    return {
        "anchor": anchor("building", row["id"]),
        "number": number,
        "label": row["label"],
        "status": row["status"] or "unknown",
        "letter": letters.get(row["status"] or "unknown", "X"),
        "why": "" if row["assessable"] else row["why"],
        "area": f"{row['area_m2']:,.0f} m²" if row["area_m2"] is not None else "",
        "kind": row["kind"],
        "dates": row["dates"],
        "phases": [_phase(one, letters) for one in row["phases"]],
        "readings": [
            {
                "by": one["by"],
                "day": text.day(one["time"]),
                "status": one["status"],
                "letter": letters.get(one["status"], "X"),
                "because": one["because"],
                "at": text.day(one["at"]),
            }
            for one in row["readings"]
        ],
        "picture": _picture(pictures.get(row["id"])),
        "strip": site_strips.strip(row, site, letters),
        "series": site_strips.plots(row, site),
        "innocent": list(innocent or INNOCENT),
        "images": [{"anchor": links[key]["anchor"], "day": links[key]["day"], "sensor": links[key]["sensor_name"]}
                   for key in shown],
        "cites": cites.get(row["id"], []),
    }  # fmt: skip


def _phase(row: Row, letters: Mapping[str, str]) -> dict[str, Any]:
    return {
        "status": row["status"],
        "letter": letters.get(row["status"], "X"),
        "began": row["began"],
        "ended": row["ended"],
        "posterior": None if row["posterior"] is None else f"{row['posterior']:.2f}",
        "by": row["by"],
        "says": row["says"],
    }


def _picture(row: Row | None) -> dict[str, Any] | None:
    if not row:
        return None
    strip = row["strip"]
    tiles = _tiles(strip, row["building"]) if strip and site_pictures.size(strip["png_base64"]) else None
    found: dict[str, Any] = {"sides": [], "strip": tiles, "problem": row["problem"]}
    if not row["sides"]:
        return found
    metres = row["metres_per_pixel"]
    # a case file can have been altered by hand: what is no PNG does not get into the page
    if not all(site_pictures.size(one["png_base64"]) for one in row["sides"].values()):
        return found
    for side, one in row["sides"].items():
        day = _day(one["date"])
        found["sides"].append(
            {
                "side": side,
                "word": side.capitalize(),
                "day": day,
                "alt": f"{side.capitalize()}, {day}",
                "sensor": SENSORS.get(str(one["sensor"]), one["sensor"] or "sensor not stated"),
                "credit": one["credit"] or "credit not stated",
                "sha256": one["sha256"] or "",
                "png": Markup(one["png_base64"]),  # noqa: S704  base64 of a PNG, as just asked
                "w": one["width"],
                "h": one["height"],
                "unit": round(one["width"] / 260, 4),
                "bar": site_pictures.bar(metres, one["width"]) if metres else None,
                "outline": " ".join(f"{x:.1f},{y:.1f}" for x, y in row["outline"]),
            }
        )
    return found | {
        "registered": row["registered"],
        "coarse": any(one["width"] < _COARSE for one in row["sides"].values()),
        "metres": metres,
        "label": f"Before, {found['sides'][0]['day']}; after, {found['sides'][1]['day']}",
        "says": row["says"],
    }


def _day(date: Any) -> str:
    """3 March 2025: a date of a picture; as it is written where it is no date."""
    at = text.seconds(date if isinstance(date, str) else None)
    return words.date(datetime.fromtimestamp(at, UTC)) if at is not None else str(date or "date not stated")


def _tiles(strip: Row, key: str) -> dict[str, Any]:
    """A strip of small pictures, row by row, with a date under each."""
    tile = strip["tile_px"]
    across = max(strip["width"] // tile, 1)
    many = min(len(strip["dates"]), across * (strip["height"] // tile))
    grow = max(_DATE_WIDE / tile, 1.0)
    rows, row = -(-many // across), tile + _DATE_HIGH / grow
    return {
        "id": anchor("tiles", key),
        "png": Markup(strip["png_base64"]),  # noqa: S704  base64 of a PNG, as just asked
        "w": strip["width"],
        "h": strip["height"],
        "tile": tile,
        "tall": round(rows * row, 2),
        "grow": round(grow, 4),
        "letters": round(10 / grow, 2),
        "rows": [{"y": round(place * row, 2), "from": place * tile, "w": min(many - place * across, across) * tile}
                 for place in range(rows)],
        "labels": [
            {"x": (place % across + 0.5) * tile, "y": round(place // across * row + tile + 11 / grow, 2),
             "says": str(date)[:10]}
            for place, date in enumerate(strip["dates"][:many])
        ],
        "first": _day(strip["dates"][0]),
        "last": _day(strip["dates"][many - 1]),
        "many": many,
    }  # fmt: skip
