"""A STAC item, or a collection of items, on disk or by http: which rasters it names, and what it says of them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pystac

from darkwake.errors import Unreadable
from darkwake.sites import image_names

_TIMEOUT_S = 60.0
_MOST_BYTES = 256 << 20
_SENSORS = {"sentinel-1": "s1", "sentinel-2": "s2", "landsat": "landsat"}
_ENDINGS = (".tif", ".tiff", ".jp2", ".png", ".jpg", ".jpeg")
_WANTED = {"Accept": "application/geo+json, application/json"}
_LEFT_OUT = ("thumbnail", "overview", "metadata")


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster that belongs to an image."""

    path: str
    """A path or an address."""
    band: str
    """Its one band; empty where the file must tell."""
    time: datetime | None
    sensor: str
    orbit: str
    baseline: str = ""
    item: str = ""
    """The id of the STAC item; empty for a file of a folder."""
    bands: tuple[str, ...] = ()
    """The bands of a raster that holds several, as the item names them."""
    credit: str = ""


def rasters(where: str) -> list[Raster]:
    """Every raster that an item or an item collection names.

    Raises:
        Unreadable: there is none, it cannot be reached, or it is no STAC.
    """
    text = _text(where)
    try:
        told = json.loads(text)
        kind = told.get("type") if isinstance(told, dict) else None
        if kind not in ("Feature", "FeatureCollection"):
            raise ValueError("neither an item nor a collection of items")
        given = told["features"] if kind == "FeatureCollection" else [told]
        items = [pystac.Item.from_dict(one, preserve_dict=False) for one in given]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, pystac.STACError) as error:
        raise Unreadable(f"no STAC: {error}", where=where, to_do="Give a STAC item or item collection") from error
    base = where if "://" in where else str(Path(where).resolve())
    return [one for item in items for one in _of_item(item, base)]


def _text(where: str) -> str:
    try:
        if where.startswith(("http://", "https://")):
            request = urllib.request.Request(where, headers=_WANTED)  # noqa: S310
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                body: bytes = answer.read(_MOST_BYTES + 1)
        else:
            with Path(where).open("rb") as file:
                body = file.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise Unreadable("longer than 256 MB", where=where, to_do="Ask for fewer items")
        return body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, urllib.error.URLError) as error:
        raise Unreadable(f"it cannot be read: {error}", where=where, to_do="Check the path or the address") from error


def _of_item(item: pystac.Item, base: str) -> list[Raster]:
    facts = item.properties
    platform = f"{facts.get('constellation', '')} {facts.get('platform', '')} {item.collection_id or ''}".lower()
    sensor = next((short for name, short in _SENSORS.items() if name in platform), "optical")
    time = item.datetime or (datetime.fromisoformat(facts["start_datetime"]) if "start_datetime" in facts else None)
    found = []
    for key, asset in sorted(item.assets.items()):
        href = _href(asset.href, base)
        roles = asset.roles or []
        if any(word in roles for word in _LEFT_OUT) or not href.split("?")[0].lower().endswith(_ENDINGS):
            continue
        names = tuple(image_names.band_name(text) for text in _band_names(asset))
        found.append(
            Raster(
                path=href,
                band=names[0] if len(names) == 1 else "" if names else image_names.band_name(key),
                time=time.astimezone(UTC).replace(tzinfo=None) if time and time.tzinfo else time,
                sensor=sensor,
                orbit=_orbit(facts),
                baseline=str(facts.get("s2:processing_baseline", facts.get("processing:version", ""))),
                item=item.id,
                bands=names,
                credit=_credit(facts),
            )
        )
    return found


def _href(href: str, base: str) -> str:
    if "://" in href or href.startswith("/"):
        return href
    return urljoin(base, href) if "://" in base else str(Path(base).parent / href)


def _band_names(asset: pystac.Asset) -> list[str]:
    extra: dict[str, Any] = asset.extra_fields
    if "sar:polarizations" in extra and len(extra["sar:polarizations"]) == 1:
        return [str(extra["sar:polarizations"][0])]
    return [str(one.get("name", "")) for one in extra.get("bands", extra.get("eo:bands", []))]


def _orbit(facts: dict[str, Any]) -> str:
    track, state = facts.get("sat:relative_orbit"), facts.get("sat:orbit_state")
    return " ".join(str(part) for part in (track, state) if part is not None)


def _credit(facts: dict[str, Any]) -> str:
    return ", ".join(
        str(one.get("name", "")) for one in facts.get("providers", []) if "producer" in one.get("roles", [])
    )
