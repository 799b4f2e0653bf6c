"""The results of a site as STAC: an item an image that was used, with the hash of each file, and one for the results.

STAC 1.1 with the extensions file (checksums as multihash), processing and projection. The text is the same for the same
tables; hrefs are those that the images were read from, those of the results are relative to the collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pystac

from darkwake.errors import Unreadable
from darkwake.evidence import canonical
from darkwake.sites import hashes
from darkwake.sites.site_tables import Watched

_FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
_PROCESSING = "https://stac-extensions.github.io/processing/v1.2.0/schema.json"
_PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
_SHA256 = "1220"
"""Multihash: sha2-256, 32 bytes."""
_PLATFORMS = {"s1": "sentinel-1", "s2": "sentinel-2", "landsat": "landsat"}
_TYPES = {".parquet": "application/vnd.apache.parquet", ".geojson": "application/geo+json", ".csv": "text/csv"}


def items(
    watched: Watched, results: Sequence[Path] = (), *, software: Mapping[str, str] | None = None
) -> pystac.ItemCollection:
    """The item collection of a site.

    Args:
        watched: its tables.
        results: files of `outputs.write`; they become assets of the item of the results.
        software: name -> version of what made them.

    Raises:
        Unreadable: no image of the site could be used, so that there is nothing to say of any time.
    """
    used = [row for row in watched.images.iter_rows(named=True) if row["usable"]]
    if not used:
        raise Unreadable("no image could be used", where=watched.site, to_do="Read why in the table of images")
    made = [_of_image(row) for row in used]
    return pystac.ItemCollection([_of_results(watched, made, results, software or {}), *made], clone_items=False)


def write(
    watched: Watched, folder: Path, results: Sequence[Path] = (), *, software: Mapping[str, str] | None = None
) -> Path:
    """Write `items.json`, whole or not at all; addresses in it are relative where the images lie below the folder."""
    told = items(watched, results, software=software).to_dict(transform_hrefs=False)
    path = folder / "items.json"
    text = json.dumps(canonical(told), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    hashes.write_whole(path, text.encode() + b"\n")
    return path


def _of_image(row: Mapping[str, Any]) -> pystac.Item:
    box = [row["west"], row["south"], row["east"], row["north"]]
    facts: dict[str, Any] = {"platform": _PLATFORMS[row["sensor"]]} if row["sensor"] in _PLATFORMS else {}
    facts["gsd"] = row["gsd_m"]
    if row["orbit"]:
        facts["darkwake:orbit"] = row["orbit"]
    if row["baseline"]:
        facts["processing:version"] = row["baseline"]
    if row["credit"]:
        facts["providers"] = [{"name": row["credit"], "roles": ["producer"]}]
    if row["crs"].startswith("EPSG:"):
        facts["proj:code"] = row["crs"]
    extensions = [_FILE, _PROCESSING, _PROJECTION] if "proj:code" in facts else [_FILE, _PROCESSING]
    item = pystac.Item(
        row["image"], _rectangle(box), box, row["time"].replace(tzinfo=UTC), facts, stac_extensions=extensions
    )
    for band in row["bands"]:
        more: dict[str, Any] = {"bands": [{"name": band["band"]}]}
        if band["sha256"]:
            more["file:checksum"] = _SHA256 + band["sha256"]
        key = band["band"]
        if key in item.assets:
            key = f"{key}-{band['at']}"
        item.add_asset(key, pystac.Asset(band["path"], roles=["data"], extra_fields=more))
    return item


def _of_results(
    watched: Watched, used: Sequence[pystac.Item], results: Sequence[Path], software: Mapping[str, str]
) -> pystac.Item:
    points = [number for rings in watched.footprints["rings"].to_list() for ring in rings for number in ring]
    box = [min(points[0::2]), min(points[1::2]), max(points[0::2]), max(points[1::2])]
    times: list[datetime] = sorted(item.datetime for item in used if item.datetime)
    facts: dict[str, Any] = {
        "start_datetime": pystac.utils.datetime_to_str(times[0]),
        "end_datetime": pystac.utils.datetime_to_str(times[-1]),
        "processing:software": dict(software),
        "title": watched.site,
        "darkwake:images": watched.images.height,
        "darkwake:images_used": len(used),
        "darkwake:images_refused": watched.refused_images(),
        "darkwake:buildings": watched.footprints.height,
        "darkwake:not_assessable": watched.not_assessable(),
    }
    item = pystac.Item(
        f"{watched.site} results", _rectangle(box), box, None, facts, stac_extensions=[_FILE, _PROCESSING]
    )
    for path in results:
        checksum = {"file:checksum": _SHA256 + hashes.of_file(path), "file:size": path.stat().st_size}
        kind = _TYPES.get(path.suffix)
        item.add_asset(path.name, pystac.Asset(path.name, media_type=kind, roles=["data"], extra_fields=checksum))
    for one in used:
        item.add_link(pystac.Link("derived_from", f"#{one.id}", media_type="application/geo+json"))
    return item


def _rectangle(box: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = box
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }
