"""A site from its images to its tables, as one task that can be taken up again; and many sites beside each other.

`watch` does one site in this process. `watch_all` does a table of them, each as the same task in processes of its own;
Spark, or anything else that can call a function with one argument, may do so with `task`. Nothing is done twice: a site
whose inputs, parameters and code are those of its kept tables is only read.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import __version__, schema
from darkwake.errors import DarkwakeError, WrongUse
from darkwake.evidence import content_id
from darkwake.sites import change, controls, footprints, guards, hashes, images, site_tables, stac, stack
from darkwake.sites import series as site_series
from darkwake.sites.site_tables import Watched

Progress = Callable[[str, int, int | None], None]
Timeline = Callable[
    [pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame], tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
]
"""`timeline.timeline`: SERIES, BREAKS, FOOTPRINTS and READINGS to STATUSES, PHASES and ASSESSED."""

Shapes = Path | str | pl.DataFrame
"""A file of footprints, GeoJSON itself as text, or FOOTPRINTS."""


@dataclass(frozen=True, slots=True)
class SiteAsked:
    """A site that is to be watched: plain enough to be sent to another process."""

    name: str
    images: str
    """A folder of rasters, or a STAC item or item collection: a file or an http address."""
    footprints: Shapes | None = None
    area: Shapes | None = None
    """The site's outline: cut into cells where there are no footprints; else only footprints inside it are taken."""
    cell_m: float = 30.0
    readings: Path | str | pl.DataFrame | None = None
    """READINGS of analysts: a Parquet or CSV file, or the table."""
    sensor: str = ""
    """What took the images, where they do not say so: "s1", "s2", "landsat" or "optical"."""
    credit: str = ""


def watch(
    asked: SiteAsked, folder: Path, *, progress: Progress | None = None, timeline: Timeline | None = None
) -> Watched:
    """All tables of one site, made or, where nothing is new, read; kept as Parquet in a folder of the site's own.

    Args:
        asked: the site.
        folder: where all sites lie.
        progress: told of every image.
        timeline: makes statuses of series and breaks; `sites.timeline` where none is given.

    Raises:
        WrongUse: neither footprints nor an area.
        Unreadable: no image, no footprint, or the two do not overlap.
    """
    began = time.perf_counter()
    places, refused = _places(asked)
    readings = _readings(asked.readings)
    paths = _files(asked.images)
    known = hashes.of_files(paths, folder / ".hashes")
    key = _key(asked, places, readings, {path: known.get(path, "") for path in paths})
    if site_tables.key_of(asked.name, folder) == key:
        kept = site_tables.read(asked.name, folder)
        return _timed(kept, began)
    watched = _made(asked, places, readings, known, progress, timeline or _timeline())
    watched = _timed(_with(watched, refused_shapes=refused, key=key), began)
    site_tables.write(watched, folder)
    return watched


def task(asked: SiteAsked, folder: str, timeline: Timeline | None = None) -> pl.DataFrame:
    """One site as one row of SITES; a failure is a row with its reason. The unit that processes and Spark call."""
    began = time.perf_counter()
    try:
        return watch(asked, Path(folder), timeline=timeline).row()
    except DarkwakeError as error:
        problem = error.message()
    except Exception as error:  # one site must not end the others, whatever is wrong with it
        problem = f"{type(error).__name__}: {error}"
    return site_tables.one_row(
        site=asked.name, seconds=round(time.perf_counter() - began, 3), again=False, problem=problem
    )


def watch_all(
    sites: Path | Iterable[SiteAsked],
    folder: Path,
    *,
    workers: int = 2,
    progress: Progress | None = None,
    timeline: Timeline | None = None,
) -> pl.DataFrame:
    """SITES: one row a site, sorted by name; failed ones with their reason. Also written as `sites.parquet`.

    Args:
        sites: a table of sites, see `asked_in`; or the sites.
        folder: where the sites' folders lie. A run that was killed is taken up by calling this again.
        workers: processes; 1 works in this one.
        progress: told of every site that is done.
        timeline: as of `watch`; must be a function of a module.

    Raises:
        WrongUse: two sites have one name, or the table has no column `images`.
    """
    asked = asked_in(sites) if isinstance(sites, Path) else list(sites)
    names = [site_tables.place_of(one.name, folder).name.lower() for one in asked]
    twice = sorted({one.name for one, name in zip(asked, names, strict=True) if names.count(name) > 1})
    if twice:
        raise WrongUse(f"two sites are called {twice[0]!r}", to_do="Give each site a name of its own")
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for row in _rows(asked, str(folder), workers, timeline):
        rows.append(row)
        if progress:
            progress(str(row["site"][0]), len(rows), len(asked))
    table = pl.concat([site_tables.SITES.to_frame(), *rows]).sort("site")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as held:
        table.write_parquet(Path(held) / "sites.parquet")
        (Path(held) / "sites.parquet").replace(folder / "sites.parquet")
    return table


def asked_in(path: Path) -> list[SiteAsked]:
    """The sites of a table: Parquet or CSV with the columns site and images, or GeoJSON with them as properties.

    Further columns: footprints, area, cell_m, readings, sensor, credit. Paths are relative to the table. The geometry
    of a GeoJSON feature is the site's area.

    Raises:
        WrongUse: it lacks a column.
        Unreadable: it is no such table.
    """
    rows = list(_table(path))
    known = {one.name for one in fields(SiteAsked)}
    asked = []
    for number, row in enumerate(rows, start=1):
        name, where = str(row.get("site") or row.get("name") or ""), str(row.get("images") or "")
        if not name or not where:
            raise WrongUse(
                "a site needs the columns site and images", where=f"{path}, row {number}", to_do="Add what is missing"
            )
        told: dict[str, Any] = {key: value for key, value in row.items() if key in known and value not in (None, "")}
        for key in ("footprints", "area", "readings"):
            if key in told:
                told[key] = _beside(str(told[key]), path)
        if "cell_m" in told:
            told["cell_m"] = float(told["cell_m"])
        asked.append(SiteAsked(**told | {"name": name, "images": _beside(where, path)}))
    return asked


# --- one site ---


def _made(
    asked: SiteAsked,
    places: pl.DataFrame,
    readings: pl.DataFrame,
    known: dict[str, str],
    progress: Progress | None,
    timeline: Timeline,
) -> Watched:
    found = images.with_hashes(
        images.find(asked.images, site=asked.name, sensor=asked.sensor, credit=asked.credit), known
    )
    found = _covering(found, places)
    widest = max((site_series.RING_M[name] for name in found.filter("usable")["sensor"].unique()), default=90.0)
    quiet = controls.controls(places, apart_m=widest, images=found)
    # a building that bears a control's name keeps it
    quiet = quiet.with_columns(
        building=pl.when(pl.col("building").is_in(places["building"].implode()))
        .then(pl.col("building") + "~")
        .otherwise("building")
    )
    # both at once: each window is then read once, and the controls' rings leave the buildings out
    with stack.kept_open():
        both = site_series.series(found, pl.concat([places, quiet]), progress=progress)
    own = pl.col("building").is_in(places["building"].implode())
    of_places, of_controls = both.filter(own), both.filter(~own)
    del both  # of many cells the largest thing there is
    series, control = guards.guard(of_places, of_controls)
    del of_places, of_controls
    breaks, scenes = change.breaks(series, controls=control, site=asked.name)
    statuses, phases, assessed = timeline(series, breaks, places, readings)
    return Watched(
        site=asked.name,
        images=found,
        footprints=places,
        series=series,
        breaks=breaks,
        scenes=scenes,
        statuses=statuses,
        phases=phases,
        assessed=assessed,
        readings=readings,
    )


def _covering(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """IMAGES, those refused in which no footprint lies; where none has any, as they are, so that `stack` says why."""
    lons, lats = places["lon"].to_numpy(), places["lat"].to_numpy()
    holds = [
        west is None or bool(((lons >= west) & (lons <= east) & (lats >= south) & (lats <= north)).any())
        for west, south, east, north in found.select("west", "south", "east", "north").iter_rows()
    ]
    beside = pl.col("usable") & ~pl.Series(holds, dtype=pl.Boolean)
    if found.filter(pl.col("usable") & ~beside).is_empty():
        return found
    return found.with_columns(
        usable=pl.col("usable") & ~beside,
        why=pl.when(beside).then(pl.lit("no footprint lies in it")).otherwise("why"),
    )


def _timeline() -> Timeline:
    from darkwake.sites import timeline  # noqa: PLC0415  the model compiles when it is first needed

    made: Timeline = timeline.timeline
    return made


def _with(watched: Watched, **changes: Any) -> Watched:
    return Watched(**{one.name: getattr(watched, one.name) for one in fields(Watched)} | changes)


def _timed(watched: Watched, began: float) -> Watched:
    return _with(watched, seconds=time.perf_counter() - began)


def _places(asked: SiteAsked) -> tuple[pl.DataFrame, dict[str, int]]:
    """FOOTPRINTS of a site, and the shapes that were refused by reason."""
    if asked.footprints is None and asked.area is None:
        raise WrongUse(
            f"{asked.name} has neither footprints nor an area",
            to_do="Give a GeoJSON or GeoParquet file of its buildings, or of its outline",
        )
    area = _shapes(asked.area, asked.name) if asked.area is not None else None
    if asked.footprints is None and area is not None:
        return footprints.cells(area[0], size_m=asked.cell_m), area[1]
    given: Any = asked.footprints
    places, refused = _shapes(given, asked.name)
    if area is not None:
        outlines = area[0]["rings"].to_list()
        within = [
            any(footprints.inside(rings, lon, lat) for rings in outlines)
            for lon, lat in places.select("lon", "lat").iter_rows()
        ]
        outside = within.count(False)
        places = places.filter(pl.Series(within, dtype=pl.Boolean))
        refused = refused | ({"outside the site's area": outside} if outside else {})
        if places.is_empty():
            raise WrongUse(f"no footprint lies in the area of {asked.name}", to_do="Check that both are of one place")
    return places.with_columns(site=pl.lit(asked.name)), refused


def _shapes(given: Shapes, site: str) -> tuple[pl.DataFrame, dict[str, int]]:
    if isinstance(given, pl.DataFrame):
        return given, {}
    text = str(given)
    if not text.lstrip().startswith("{"):
        return footprints.read(Path(text), site=site)
    with tempfile.TemporaryDirectory() as held:
        file = Path(held) / f"area of {site_tables.place_of(site, Path()).name}.geojson"
        file.write_text(text, encoding="utf-8")
        return footprints.read(file, site=site)


def _readings(given: Path | str | pl.DataFrame | None) -> pl.DataFrame:
    if given is None:
        return schema.empty(schema.READINGS)
    if isinstance(given, pl.DataFrame):
        return given
    path = Path(given)
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, try_parse_dates=True)
        return table.select(pl.col(name).cast(kind) for name, kind in schema.READINGS.items()).sort(
            "building", "time", "at"
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WrongUse(
            f"no table of readings: {error}",
            where=str(path),
            to_do=f"Give Parquet or CSV with the columns {', '.join(schema.READINGS)}",
        ) from error


def _files(where: str) -> list[str]:
    """Every raster that the images' source names, without opening any."""
    if where.startswith(("http://", "https://")) or Path(where).suffix.lower() in (".json", ".geojson"):
        return sorted({one.path for one in stac.rasters(where)})
    folder = Path(where)
    return sorted(str(file) for file in folder.rglob("*") if file.suffix.lower() in images.ENDINGS)


def _key(asked: SiteAsked, places: pl.DataFrame, readings: pl.DataFrame, files: dict[str, str]) -> str:
    plain = [asked.name, asked.images, asked.cell_m, asked.sensor, asked.credit]
    source = ""
    if Path(asked.images).is_file():
        source = hashes.of_file(Path(asked.images))
    tables = [places.write_json(), readings.write_json()]
    return content_id("site", __version__, _code(), plain, source, files, tables)


@cache
def _code() -> str:
    """The hash of this part's own modules: what another code made is made again."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


# --- many sites ---


def _rows(asked: list[SiteAsked], folder: str, workers: int, timeline: Timeline | None) -> Iterator[pl.DataFrame]:
    if workers <= 1 or len(asked) < 2:
        yield from (task(one, folder, timeline) for one in asked)
        return
    left = dict(enumerate(asked))
    try:
        # spawned: a forked child of a process that has run polars can hang on its thread pool
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            sent: dict[Future[pl.DataFrame], int] = {
                pool.submit(task, one, folder, timeline): place for place, one in left.items()
            }
            for done in as_completed(sent):
                row = done.result()
                del left[sent[done]]
                yield row
    except BrokenProcessPool:
        # a process was killed; nobody says for which site: each that is left runs in a process of its own
        for one in left.values():
            yield _alone(one, folder, timeline)


def _alone(asked: SiteAsked, folder: str, timeline: Timeline | None) -> pl.DataFrame:
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(task, asked, folder, timeline).result()
    except BrokenProcessPool:
        problem = "its process was killed, perhaps for want of memory. Draw a smaller area, or use fewer workers"
        return site_tables.one_row(site=asked.name, again=False, problem=problem)


def _table(path: Path) -> Iterator[dict[str, Any]]:
    import json  # noqa: PLC0415

    from darkwake.errors import Unreadable  # noqa: PLC0415

    try:
        if path.suffix.lower() in (".geojson", ".json"):
            told = json.loads(path.read_text(encoding="utf-8-sig"))
            for feature in told["features"]:
                yield dict(feature.get("properties") or {}) | {"area": json.dumps(feature["geometry"])}
            return
        table = pl.read_parquet(path) if path.suffix.lower() == ".parquet" else pl.read_csv(path, infer_schema=False)
        yield from table.iter_rows(named=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pl.exceptions.PolarsError) as error:
        raise Unreadable(
            f"no table of sites: {error}", where=str(path), to_do="Give CSV, Parquet or GeoJSON"
        ) from error


def _beside(text: str, table: Path) -> str:
    """A path as the table means it: relative to the table; addresses, GeoJSON and whole paths as they are."""
    if "://" in text or text.lstrip().startswith("{") or Path(text).is_absolute():
        return text
    return str(table.parent / text)
