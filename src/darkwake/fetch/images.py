"""A search for images over a box and a period, in a STAC catalogue: which there are, not the images themselves.

The answer is an item collection that `darkwake sites --images` reads; it then reads only the windows that it needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from darkwake import interval
from darkwake.case.folder import write_text
from darkwake.errors import Unreadable, WrongUse
from darkwake.fetch import polite
from darkwake.fetch.polite import Got, Manners, Progress

EARTH_SEARCH = "https://earth-search.aws.element84.com/v1"
"""Element 84's catalogue of open data on AWS: Sentinel-2 L2A as COG, without an account."""
CATALOGUES = {
    "earth-search": EARTH_SEARCH,
    "planetary-computer": "https://planetarycomputer.microsoft.com/api/stac/v1",
    "copernicus": "https://stac.dataspace.copernicus.eu/v1",
}
"""Names for catalogues; any other is given by its address. Images of the last two need an account."""
_PAGE = 100
_MOST = 5_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    box: Box
    """West, south, east, north in degrees."""
    period: str
    """Days as EDTF, such as 2025-01/2025-10."""
    collections: tuple[str, ...] = ("sentinel-2-l2a",)
    catalogue: str = EARTH_SEARCH
    cloud_cover: float | None = None
    """At most this many percent of cloud, where the catalogue knows; None for all."""


def box_of(text: str) -> Box:
    """West, south, east, north from "56.0,26.5,57.0,27.5".

    Raises:
        WrongUse: it is no box.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        way = "Write west,south,east,north, such as 56.0,26.5,57.0,27.5"
        raise WrongUse(f"{text!r} is no box", to_do=way) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # also of what is no number
        raise WrongUse(
            f"{text!r} is no box of degrees",
            to_do="Write west,south,east,north with west below east and south below north, longitude first",
        )
    return west, south, east, north


def search(
    asked: Search, into: Path, *, manners: Manners | None = None, progress: Progress | None = None
) -> tuple[Got, int]:
    """Look for images and write what there is as one item collection, sorted by time.

    Returns:
        What was written, and how many items it holds.

    Raises:
        WrongUse: the box or the period is none, or more items match than are taken.
        Refused: the catalogue cannot be reached or answers with something else.
    """
    where = CATALOGUES.get(asked.catalogue, asked.catalogue).rstrip("/") + "/search"
    items: dict[str, Mapping[str, Any]] = {}
    address: str | None = where
    body: dict[str, Any] | None = _question(asked)
    while address is not None:
        page = polite.ask(address, body=body, manners=manners)
        if not isinstance(page, dict) or not isinstance(page.get("features"), list):
            raise Unreadable("the answer is no list of items", where=address, to_do="Check the catalogue's address")
        before = len(items)
        for item in page["features"]:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                items[f"{item.get('collection', '')}/{item['id']}"] = _rooted(item, address)
        if progress:
            progress("searching for images", len(items), None)
        if len(items) > _MOST:
            raise WrongUse(
                f"more than {_MOST:,} images match", where=where, to_do="Give a smaller box or a shorter period"
            )
        # a catalogue that sends the same page for ever ends here
        address, body = _next(page, address, body) if len(items) > before else (None, None)
    chosen = sorted(items.items(), key=lambda pair: (_time(pair[1]), pair[0]))
    found = {"type": "FeatureCollection", "features": [item for _, item in chosen]}
    into.parent.mkdir(parents=True, exist_ok=True)
    write_text(into, json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Got(into, where, polite.sha256_of(into), into.stat().st_size, at), len(chosen)


def _question(asked: Search) -> dict[str, Any]:
    try:
        days = interval.parse(asked.period)
    except ValueError as error:
        raise WrongUse(f"{asked.period!r} is no period: {error}", to_do="Write it as 2025-01/2025-10") from error
    if days.first is None or days.last is None:
        raise WrongUse(f"the period {asked.period!r} is open", to_do="Give both ends, such as 2025-01/2025-10")
    question: dict[str, Any] = {
        "bbox": list(asked.box),
        "datetime": f"{days.first}T00:00:00Z/{days.last}T23:59:59Z",
        "collections": list(asked.collections),
        "limit": _PAGE,
    }
    if asked.cloud_cover is not None:
        question["query"] = {"eo:cloud_cover": {"lte": asked.cloud_cover}}
    return question


def _next(
    page: Mapping[str, Any], address: str, body: dict[str, Any] | None
) -> tuple[str | None, dict[str, Any] | None]:
    """The address and the body of the next page, as the page's own link tells."""
    for link in page.get("links") or []:
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            href = urljoin(address, link["href"])
            if str(link.get("method", "GET")).upper() != "POST":
                return href, None
            more: dict[str, Any] = dict(link["body"]) if isinstance(link.get("body"), dict) else {}
            return href, ({**(body or {}), **more} if link.get("merge") or not more else more)
    return None, None


def _rooted(item: Mapping[str, Any], address: str) -> Mapping[str, Any]:
    """The item with whole addresses: the file will lie elsewhere than the answer."""
    own = next(
        (link["href"] for link in item.get("links") or [] if isinstance(link, dict) and link.get("rel") == "self"), ""
    )
    base = urljoin(address, str(own))
    assets = {
        key: {**asset, "href": urljoin(base, str(asset.get("href", "")))}
        for key, asset in (item.get("assets") or {}).items()
        if isinstance(asset, dict)
    }
    return {**item, "assets": assets}


def _time(item: Mapping[str, Any]) -> str:
    told = item.get("properties") or {}
    return str(told.get("datetime") or told.get("start_datetime") or "")
