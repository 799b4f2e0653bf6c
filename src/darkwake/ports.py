"""Ports: the table in the package, and the files of ports that a user brings.

A port is one or many points. An area (a polygon of GeoJSON) is turned into points when it is read: its outline every
250 m and its inside every kilometre, so that everything that works on ports works on areas, and "within d metres of a
point" is "in the area or within d metres of it", right to 11 m where d is 710 m or more. A hole is outside.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from darkwake import country, geo
from darkwake.errors import MissingColumn, Unreadable
from darkwake.evidence import content_id
from darkwake.schema import PORTS

# header of the file -> our columns; a layout is recognised when all of its headers stand in the file
LAYOUTS: dict[str, dict[str, str]] = {
    "world-port-index": {
        "UN/LOCODE": "port", "Main Port Name": "name", "Country Code": "country",
        "Latitude": "lat", "Longitude": "lon",
    },
    "gfw-anchorages": {
        "s2id": "port", "label": "name", "iso3": "country", "latitude": "lat", "longitude": "lon",
    },
    "gfw-ports": {"label": "name", "iso3": "country", "latitude": "lat", "longitude": "lon"},
    "ports": {"name": "name", "country": "country", "lat": "lat", "lon": "lon"},
    "port-areas": {},  # GeoJSON; has properties and no header
}  # fmt: skip
_PROPERTIES = {
    "name": ("name", "port_name", "label"),
    "country": ("country", "iso3", "iso2", "iso", "country_code"),
    "port": ("port", "locode", "unlocode", "un/locode"),
}
"""What a feature calls it, in any case."""
_OTHERS = "Alternate Port Name"
"""Of the World Port Index; several are parted by semicolons."""
OUTLINE_M, INSIDE_M = 250.0, 1_000.0
_MOST_POINTS = 20_000
"""Of one area; a larger one is a coast, not a port."""


def layout(header: list[str]) -> str | None:
    """The name of the layout that a CSV header has; None where it is no file of ports."""
    for name, columns in LAYOUTS.items():
        if columns and set(columns) <= set(header):
            return name
    return None


def sniff(file: Path) -> str | None:
    """The layout of a file of ports, from its first line, or its first feature; None where it is none."""
    if file.suffix.lower() in (".geojson", ".json"):
        return _sniff_areas(file)
    if file.suffix.lower() != ".csv":
        return None
    with file.open("rb") as raw:
        header = raw.readline(65_536).decode("utf-8-sig", errors="replace")
    return layout([word.strip().strip('"') for word in header.split(",")])


@cache
def default() -> pl.DataFrame:
    """The package's own table, PORTS: facts drawn from the World Port Index by scripts/make_ports.py."""
    packed = files("darkwake").joinpath("data", "ports.csv").read_bytes()
    return pl.read_csv(packed, schema=PORTS)


# --- what texts call them ---

CITY_STATES = frozenset({"GI", "HK", "MC", "MO", "SG"})
"""Countries whose name is that of their port."""
LEAST_LETTERS = 5
_EZAFE = {"e", "ye", "i"}
"""The Persian particle after these words, which is written or not: Bandar-e Abbas, Bandar Abbas."""
_BEFORE_EZAFE = {"bandar", "jazireh", "jazirat"}
_WORD = re.compile(r"[^\W_]+(?:['’‘`ʻʼ][^\W_]+)*")


def words(text: str) -> list[tuple[str, bool]]:
    """The words of a text as names of ports are compared, and whether each began with a capital.

    Case, accents and apostrophes fall away, a hyphen parts two words, and Persian's ezafe is left out.
    """
    found: list[tuple[str, bool]] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        said = unicodedata.normalize("NFKD", match[0].casefold())
        plain = "".join(sign for sign in said if not unicodedata.combining(sign))
        plain = re.sub(r"['’‘`ʻʼ](?:s$)?", "", plain)
        if not (plain in _EZAFE and found and found[-1][0] in _BEFORE_EZAFE):
            found.append((plain, match[0][:1].isupper()))
    return found


def folded(name: str) -> str:
    """A name as names of ports are compared; see `words`."""
    return " ".join(word for word, _ in words(name))


@cache
def _common() -> frozenset[str]:
    """Single words that are names of ports, and common words or names of people and of other places too."""
    packed = files("darkwake").joinpath("data", "port_common_words.csv").read_bytes()
    return frozenset(pl.read_csv(packed, infer_schema=False)["word"])


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """Port -> its other names: the index's own and the table of spellings that is kept by hand."""
    found: dict[str, list[str]] = {}
    for file in ("port_names.csv", "port_spellings.csv"):
        packed = files("darkwake").joinpath("data", file).read_bytes()
        for port, name in pl.read_csv(packed, infer_schema=False).select("port", "name").iter_rows():
            found.setdefault(port, []).append(name)
    return {port: tuple(dict.fromkeys(names)) for port, names in found.items()}


@cache
def _known_as() -> tuple[Mapping[tuple[str, str], str], Mapping[str, frozenset[str]]]:
    """The package's port by country and folded name; and which ports bear a folded name, the other names included."""
    by_name: dict[tuple[str, str], str] = {}
    bearers: dict[str, set[str]] = {}
    for port, name, land in default().select("port", "name", "country").iter_rows():
        by_name.setdefault((land, folded(name)), port)
        for one in (name, *_spellings().get(port, ())):
            bearers.setdefault(folded(one), set()).add(port)
    return by_name, {name: frozenset(own) for name, own in bearers.items()}


def called(port: str, name: str, land: str) -> tuple[str, ...]:
    """The folded names by which a text can mean a port.

    A name of fewer than 5 letters, one that is a common word, a country's or another port's too names a port only
    beside a word that says so: "port of Jask", "Jask port", "Bandar-e Jask".
    """
    own = _spellings().get(port) or _spellings().get(_known_as()[0].get((land, folded(name)), ""), ())
    found: dict[str, None] = {}
    for one in dict.fromkeys(folded(word) for word in (name, *own)):
        if _alone(one, port):
            found[one] = None
        elif bare := re.sub(r"^port of |^port | (?:port|harbou?r)$", "", one):
            found |= dict.fromkeys((f"port of {bare}", f"{bare} port", f"bandar {bare}", f"{bare} harbour"))
    return tuple(found)


def _alone(name: str, port: str) -> bool:
    """Whether a folded name is enough by itself."""
    if len(name.replace(" ", "")) < LEAST_LETTERS or name in _common():
        return False
    if (country.code(name) or "") not in CITY_STATES | {""}:
        return False
    return " " in name or not _known_as()[1].get(name, frozenset()) - {port}


def read(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """The ports in a CSV or GeoJSON file as PORTS, sorted by port, and how many rows were refused, by reason.

    A feature of GeoJSON has a name and a country (perhaps a UN/LOCODE as "port" or "locode") in its properties, and
    points or polygons for a geometry; it counts as one row.

    Raises:
        Unreadable: the file is no CSV and no GeoJSON.
        MissingColumn: its header is none of the known layouts.
    """
    if path.suffix.lower() in (".geojson", ".json"):
        table, too_large = _features(path)
        kept, refused = _checked(table, "port-areas")
        return _table(kept), dict(sorted((Counter(refused) + too_large).items()))
    kept, refused = _rows(path)
    table = _table(kept)
    if again := kept.height - table.height:
        refused = dict(sorted({**refused, "the same again": again}.items()))
    return table, refused


def other_names(path: Path) -> pl.DataFrame:
    """The alternate names that a file of ports holds: `port` and `name`; only the World Port Index has any."""
    kept, _ = _rows(path)
    if "others" not in kept.columns:
        return pl.DataFrame(schema={"port": pl.String, "name": pl.String})
    each = kept.select("port", pl.col("others").str.split(";").alias("name"), called="name").explode("name")
    each = each.with_columns(pl.col("name").str.strip_chars()).filter(pl.col("name") != "")
    return each.filter(pl.col("name") != pl.col("called")).select("port", "name").unique().sort("port", "name")


def _table(kept: pl.DataFrame) -> pl.DataFrame:
    return kept.select(list(PORTS)).unique().sort(list(PORTS))


def _rows(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows of a CSV file that are kept, with `others` where it gives other names; and the refused, by reason."""
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        raise Unreadable(
            "the file of ports cannot be read as CSV", where=str(path), to_do="Export it as CSV in UTF-8"
        ) from error
    kind = layout(raw.columns)
    if kind is None:
        raise MissingColumn(
            f"the header {raw.columns[:8]} is no known layout of ports",
            where=str(path),
            to_do="Use the World Port Index, a GFW anchorages file, columns name,country,lat,lon, or GeoJSON",
        )
    columns = LAYOUTS[kind]
    taken = {theirs: ours for theirs, ours in (*columns.items(), (_OTHERS, "others")) if theirs in raw.columns}
    table = raw.select(pl.col(theirs).str.strip_chars().alias(ours) for theirs, ours in taken.items())
    if kind != "world-port-index":
        table = table.with_columns(pl.lit(None, pl.String).alias("port"))
    return _checked(table.with_columns(pl.col("lat", "lon").cast(pl.Float64, strict=False)), kind)


def _checked(table: pl.DataFrame, kind: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows of port, name, country, lat and lon that are kept, and how many were refused, by reason."""
    table = table.with_columns(_codes(table["country"]))
    # the index writes the code as "IR BSR"; where it is missing its country is the only trace
    table = table.with_columns(pl.col("port").str.replace_all(" ", "").str.extract("^([A-Z]{2}[A-Z2-9]{3})$"))
    checks = {
        "no position": pl.col("lat").is_null() | pl.col("lon").is_null(),
        "position out of range": (pl.col("lat").abs() > 90) | (pl.col("lon").abs() > 180),
        "no name": pl.col("name").is_null() | (pl.col("name") == ""),
        "unknown country": pl.col("country").is_null(),
    }
    reason = pl.coalesce(pl.when(test).then(pl.lit(word)) for word, test in checks.items())
    table = table.with_columns(reason.alias("reason"))
    # a feature has many points and is one row
    once = pl.col("feature").n_unique() if kind == "port-areas" else pl.len()
    refused = dict(table.drop_nulls("reason").group_by("reason").agg(once).sort("reason").iter_rows())
    kept = table.filter(pl.col("reason").is_null())
    shared = kept.group_by("port").agg(pl.col("name").n_unique().alias("names")).filter(pl.col("names") > 1)["port"]
    kept = kept.with_columns(pl.when(~pl.col("port").is_in(shared.implode())).then(pl.col("port")).alias("port"))
    made = [content_id("port", where, called) for where, called in kept.select("country", "name").iter_rows()]
    kept = kept.with_columns(pl.coalesce("port", pl.Series(made, dtype=pl.String)).alias("port"))
    return kept, refused


def _codes(names: pl.Series) -> pl.Series:
    found = {word: country.code(word) for word in names.drop_nulls().unique()}
    return names.replace_strict(found, default=None, return_dtype=pl.String).alias("country")


# --- areas ---


def _sniff_areas(file: Path) -> str | None:
    """Whether it is GeoJSON whose first feature has a name and a country; "port-areas" or None."""
    try:
        features = json.loads(file.read_bytes())["features"]
        said = _properties(features[0])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    return "port-areas" if said["name"] and said["country"] else None


def _properties(feature: dict[str, Any]) -> dict[str, str | None]:
    given = {str(key).lower(): value for key, value in (feature["properties"] or {}).items()}
    found = {ours: next((given[key] for key in theirs if given.get(key)), None) for ours, theirs in _PROPERTIES.items()}
    return {ours: None if value is None else str(value).strip() for ours, value in found.items()}


def _features(path: Path) -> tuple[pl.DataFrame, Counter[str]]:
    """Port, name, country, lat, lon and feature of every point; and the features that are too large."""
    try:
        features = json.loads(path.read_bytes())["features"]
        named = [(_properties(feature), feature["geometry"]) for feature in features]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(
            "the file of ports is no GeoJSON with features", where=str(path), to_do="Export a FeatureCollection"
        ) from error
    tables, too_large = [], Counter[str]()
    for number, (said, geometry) in enumerate(named):
        try:
            parts = list(_points(geometry))
        except (ValueError, TypeError, KeyError, IndexError):
            parts = []
        lat, lon = (np.concatenate([part[axis] for part in parts] or [np.full(1, np.nan)]) for axis in (0, 1))
        if len(lat) > _MOST_POINTS:
            too_large["too large for a port"] += 1
            continue
        fixed = {name: pl.lit(value, pl.String) for name, value in said.items()}
        points = pl.DataFrame({"lat": lat, "lon": lon}).with_columns(pl.all().fill_nan(None))
        tables.append(points.with_columns(**fixed, feature=pl.lit(number)))
    kinds = {**dict.fromkeys(("port", "name", "country"), pl.String), "lat": pl.Float64, "lon": pl.Float64,
             "feature": pl.Int32}  # fmt: skip
    rows = [table.select(pl.col(name).cast(kind) for name, kind in kinds.items()) for table in tables]
    return pl.concat([pl.DataFrame(schema=kinds), *rows]), too_large


def _points(geometry: dict[str, Any]) -> Iterator[tuple[geo.Floats, geo.Floats]]:
    """Latitudes and longitudes of a geometry's points, or of those that stand for its areas."""
    kind, places = geometry["type"], geometry["coordinates"]
    if kind in ("Point", "MultiPoint"):
        pairs = np.array([place[:2] for place in ([places] if kind == "Point" else places)], float)
        yield pairs[:, 1], pairs[:, 0]
    elif kind in ("Polygon", "MultiPolygon"):
        for polygon in [places] if kind == "Polygon" else places:
            yield from _area([np.array([place[:2] for place in ring], float) for ring in polygon])


def _area(rings: Sequence[geo.Floats]) -> Iterator[tuple[geo.Floats, geo.Floats]]:
    """The points that stand for a polygon: along its rings, and inside by even-odd, so that holes are left out."""
    west = rings[0][0, 0]
    edges = []
    for ring in rings:
        if np.abs(ring).max() > 360:
            raise ValueError
        closed = np.vstack([ring, ring[:1]])
        # without jumps at 180 degrees, each hole beside its outline
        first = west + geo.wrap_lon(closed[0, 0] - west)
        lon = np.append(first, first + np.cumsum(geo.wrap_lon(np.diff(closed[:, 0]))))
        edges.append((closed[:-1, 1], lon[:-1], closed[1:, 1], lon[1:]))
    lat1, lon1, lat2, lon2 = (np.concatenate(part) for part in zip(*edges, strict=True))
    metres = geo.distance_m(lat1, lon1, lat2, lon2)
    parts = np.maximum(1, np.ceil(metres / OUTLINE_M)).astype(np.int64)
    if parts.sum() > _MOST_POINTS:
        yield np.zeros(_MOST_POINTS + 1), np.zeros(_MOST_POINTS + 1)
        return
    edge = np.repeat(np.arange(len(parts)), parts)
    along = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[edge]
    yield lat1[edge] + along * (lat2 - lat1)[edge], geo.wrap_lon(lon1[edge] + along * (lon2 - lon1)[edge])
    step = np.degrees(INSIDE_M / geo.EARTH_RADIUS_M)
    for lat in np.arange(lat1.min() + step / 2, lat1.max(), step):
        cut = (lat1 <= lat) != (lat2 <= lat)
        share = (lat - lat1[cut]) / (lat2[cut] - lat1[cut])
        crossed = np.sort(lon1[cut] + share * (lon2[cut] - lon1[cut]))
        wide = step / np.cos(np.radians(lat))
        for begin, end in zip(crossed[::2], crossed[1::2], strict=True):
            lon = np.arange(begin + wide / 2, end, wide)
            yield np.full(len(lon), lat), geo.wrap_lon(lon)
