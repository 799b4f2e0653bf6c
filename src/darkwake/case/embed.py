"""What is laid into the one file: the data packed, the script joined from its modules, the hashes that allow them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from xstatic.pkg import leaflet

from darkwake.case import area, around, meetings, reception, strips, text
from darkwake.case.index import Index, anchor

MODULES = (
    "data",
    "colours",
    "clock",
    "selection",
    "labels",
    "levels",
    "chart",
    "seen",
    "layers",
    "scene",
    "map",
    "timeline",
    "play",
    "tables",
    "claims",
    "sites",
    "notes",
    "main",
)
"""The page's modules, each after those that it imports."""
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def page_file(name: str) -> str:
    """A file of the page, as it stands in the package."""
    return files("darkwake").joinpath("case", "page", name).read_text(encoding="utf-8")


def leaflet_file(name: str) -> str:
    """A file of the installed Leaflet, without its map of sources and without the pictures that it would load."""
    plain = (Path(leaflet.BASE_DIR) / name).read_text(encoding="utf-8")
    plain = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", plain)
    return re.sub(r"\s*(background-image|behavior):\s*url\([^)]*\);", "", plain)


def script(modules: Iterable[str] = MODULES) -> str:
    """The page's modules as one script: each keeps its own scope and hands on what it exports."""
    parts = ['"use strict";']
    for name in modules:
        body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = _{found[2]};\n", page_file(f"{name}.js"))
        exports = ", ".join(found[1] for found in _EXPORT.findall(body))
        body = _EXPORT.sub(r"\1", body)
        parts.append(f"const _{name} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();")
    return "\n".join(parts).replace("</script", "<\\/script")


def sha256(content: str) -> str:
    """A content's hash as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def packed(value: Any) -> Markup:
    """JSON, gzip, base64: the page unpacks it with DecompressionStream. Equal values give equal text."""
    return _zipped(json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode())


def columns(tracks: list[Any]) -> Markup:
    """The differences of all tracks, end to end: times, latitudes, longitudes, each in four planes of bytes.

    Of a place stands only by how much it is off from where the ship would have been at the speed before (a sixth
    smaller). Signs go into the lowest bit (zigzag), so that small differences are small numbers; bytes of one rank
    stand together, which gzip takes a fifth smaller than the same numbers as JSON.
    """
    packed_columns = []
    empty = np.empty(0, np.int64)
    times: list[NDArray[np.int64]] = []
    for key in ("t", "lat", "lon"):
        columns = [np.array(track[key], dtype=np.int64) for track in tracks]
        if key == "t":
            times = columns
        else:
            columns = [_off(lasted, way) for lasted, way in zip(times, columns, strict=True)]
        whole = np.concatenate([empty, *columns])
        zigzag = ((whole << 1) ^ (whole >> 63)).astype("<u4")
        packed_columns.append(zigzag.view(np.uint8).reshape(-1, 4).T.tobytes())
    return _zipped(b"".join(packed_columns))


def _off(t: NDArray[np.int64], way: NDArray[np.int64]) -> NDArray[np.int64]:
    """Differences of a place, each less what the one before it would have been in as many seconds.

    The page reckons the same back (data.js, `waysOf`), in the same order, so that both round alike. A step over 30,000
    (3°, a turn of the world) foretells no more than that.
    """
    lasted = np.maximum(t, 1).astype(np.float64)
    would = np.floor(way[1:-1] * lasted[2:] / lasted[1:-1] + 0.5)
    found = way.copy()
    found[2:] -= np.clip(would, -30_000, 30_000).astype(np.int64)
    return found


def _zipped(plain: bytes) -> Markup:
    return Markup(base64.b64encode(gzip.compress(plain, 9, mtime=0)).decode())  # noqa: S704  base64 only


def outlines(rings: Iterable[NDArray[np.float64]]) -> list[list[list[int]]]:
    """Rings as differences in thousandths of a degree: [lon, lat] each."""
    found = []
    for ring in rings:
        whole = np.rint(ring * 1000).astype(np.int64)
        found.append([np.diff(whole[:, axis], prepend=0).tolist() for axis in (0, 1)])
    return found


def data(index: Index, box: list[float], tracks: list[Any]) -> dict[str, Any]:
    """All that the script needs and the text does not hold in a form fit for drawing."""
    place = {ship: number for number, ship in enumerate(index.order())}
    main = {row[end] for row in index.voyage.values() if row.get("corridor") for end in ("from_port", "to_port")}
    return {
        "west": index.west,
        "fit": box,
        "span": list(index.span),
        "ships": [
            {
                "id": ship,
                "a": anchor("ship", ship),
                "name": text.visible(index.short(ship), most=60),
                "told": ship in index.told,
                "listed": ship in index.listed,
            }
            for ship in place
        ],
        "gaps": [_gap(index, gap, place[gap["ship"]]) for gap in index.gaps if gap["ship"] in place],
        "ports": [
            {
                "a": anchor("port", port["port"]),
                "name": text.visible(str(port["name"]), most=60),
                "p": [port["lat"], port["lon"]],
                "main": port["port"] in main,
            }
            for port in index.case.get("ports", [])
        ],
        "tracks": [{"ship": track["ship"], "start": track["start"], "n": len(track["t"])} for track in tracks],
        "around": {anchor("gap", gap): row for gap, row in around.packed(index).items()},
        "reach": _reach(index),
        "water": {anchor("gap", gap): row for gap, row in area.packed(index, list(index.area)).items()},
        "seen": meetings.packed(index),
        "reception": reception.packed(index),
        "links": _links(index),
    }


def _reach(index: Index) -> dict[str, list[dict[str, Any]]]:
    """For each gap the ports that could have been called at unheard, as far as the case says where they lie."""
    places = {row["port"]: (row["lat"], row["lon"]) for row in index.case.get("ports", [])}
    found: dict[str, list[dict[str, Any]]] = {}
    for event, rows in index.reach.items():
        for row in rows:
            lat, lon = (row["lat"], row["lon"]) if row.get("lat") is not None else places.get(row["port"], (None, None))
            if lat is not None and lon is not None:
                says = f"{row['name']} could have been called at unheard, with {text.hours(row['slack_h'])} to spare"
                found.setdefault(anchor("gap", event), []).append(
                    {"p": [lat, lon], "name": text.visible(str(row["name"]), most=60),
                     "says": text.visible(says, most=160)}
                )  # fmt: skip
    return found


def _gap(index: Index, gap: Any, ship: int) -> dict[str, Any]:
    closed = gap.get("end_lat") is not None and gap.get("end_lon") is not None
    return {
        "a": anchor("gap", gap["id"]),
        "ship": ship,
        "s": text.seconds(gap["start"]),
        "e": index.end(gap),
        "p": [gap["start_lat"], gap["start_lon"]],
        "q": [gap["end_lat"], gap["end_lon"]] if closed else None,
        "h": strips.gap_label(index, gap),
        "told": gap["id"] in index.told_gaps,
        "says": text.visible(strips.gap_says(index, gap)),
    }


def _links(index: Index) -> dict[str, dict[str, Any]]:
    """For each thing that is no mark on the map: the marks that show it, its time, and what it is in a line.

    Of evidence the register holds the line already, and the page reads it there.
    """
    found: dict[str, dict[str, Any]] = {}
    for voyage in index.voyage.values():
        found[anchor("voyage", voyage["id"])] = {
            "ship": voyage["ship"],
            "gaps": [anchor("gap", gap) for gap in voyage["gaps"]],
            "s": text.seconds(voyage.get("departed")),
            "e": text.seconds(voyage.get("arrived")),
            "says": f"{index.short(voyage['ship'])}: {voyage.get('from_name') or 'at sea'} to "
            f"{voyage.get('to_name') or 'at sea'}",
        }
    for thread in index.every_thread:
        found[anchor("thread", thread["id"])] = {
            "ship": thread["ship"],
            "gaps": [anchor("gap", gap) for gap in index.thread_gaps.get(thread["id"], [])],
            "s": text.seconds(thread.get("start")),
            "e": text.seconds(thread.get("end")),
            "says": str(thread["title"]),
        }
    for hit in index.hits:
        found[anchor("hit", hit["id"])] = {
            "ship": hit.get("ship"),
            "says": f"{index.short(hit.get('ship'))} and entry {hit['entry']} of {hit['list']}",
        }
    for call in index.inferred:
        found[anchor("call", call["id"])] = {
            "ship": call["ship"],
            "gaps": [anchor("gap", call["event"])] if call.get("event") in index.gap else [],
            "p": [call["lat"], call["lon"]] if call.get("lat") is not None and call.get("lon") is not None else None,
            "says": f"{call['name']} ({call.get('country')}) may have been called at unheard",
        }
    claims = index.case.get("claims") or {}
    for claim in claims.get("claims", []):
        found[anchor("claim", claim["id"])] = {"says": f"Claimed: {claim['text']}"}
    for cluster in claims.get("clusters", []):
        found[anchor("cluster", cluster["id"])] = {"says": f"Claimed: {cluster['label']}"}
    for building in (index.case.get("sites") or {}).get("buildings", []):
        known = building["lat"] is not None and building["lon"] is not None
        found[anchor("building", building["id"])] = {
            "p": [building["lat"], building["lon"]] if known else None,
            "says": f"{building['label']}: {building['status'] or 'unknown'}",
        }
    for item in index.evidence.values():
        event = (item.get("details") or {}).get("event")
        place = item.get("place") or {}
        found[anchor("ev", item["id"])] = {
            "ship": index.subject_ship(item),
            "gaps": [anchor("gap", event)] if event in index.gap else [],
            "event": anchor("event", event) if event in index.further else None,
            "s": text.seconds(item.get("start")),
            "e": text.seconds(item.get("end")),
            "p": [place["lat"], place["lon"]]
            if place.get("lat") is not None and place.get("lon") is not None
            else None,
        }
    return {key: {k: text.visible(v, most=300) if k == "says" else v for k, v in row.items() if v is not None}
            for key, row in found.items()}  # fmt: skip
