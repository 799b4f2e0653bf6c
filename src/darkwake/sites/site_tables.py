"""The tables of a watched site: one folder of Parquet, put in place whole, and what it adds up to as one row."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import Unreadable

TABLES = {
    "images": schema.IMAGES,
    "footprints": schema.FOOTPRINTS,
    "series": schema.SERIES,
    "breaks": schema.BREAKS,
    "scenes": schema.SCENES,
    "statuses": schema.STATUSES,
    "phases": schema.PHASES,
    "assessed": schema.ASSESSED,
    "readings": schema.READINGS,
}
"""Name -> schema, in the order in which they are made."""

_COUNTS = pl.List(pl.Struct({"word": pl.String, "number": pl.Int64}))

SITES = pl.Schema(
    {
        "site": pl.String(),
        "images": pl.Int64(),
        "usable": pl.Int64(),
        "refused": _COUNTS,
        "buildings": pl.Int64(),
        "assessable": pl.Int64(),
        "not_assessable": _COUNTS,
        "changed": pl.Int64(),
        "last": _COUNTS,
        "seconds": pl.Float64(),
        "again": pl.Boolean(),
        "problem": pl.String(),
    }
)
"""One row a site, failed ones too. refused and not_assessable: how many, by reason; changed: buildings with a break
that passed the false-discovery rate; last: how many buildings have which status at their last date; again: whether
nothing was new and the kept tables were read; problem: why there is no result."""


@dataclass(frozen=True, slots=True)
class Watched:
    """All tables of one site."""

    site: str
    images: pl.DataFrame
    footprints: pl.DataFrame
    series: pl.DataFrame
    breaks: pl.DataFrame
    scenes: pl.DataFrame
    statuses: pl.DataFrame
    phases: pl.DataFrame
    assessed: pl.DataFrame
    readings: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.READINGS))
    """What analysts read; it stands beside what the machine told."""
    refused_shapes: Mapping[str, int] = field(default_factory=dict)
    """Shapes of the footprint file that could not be used, by reason."""
    key: str = ""
    """Made from the inputs' hashes, the parameters and the code; equal keys give equal tables."""
    seconds: float = 0.0
    again: bool = False
    """Whether nothing was new, and the kept tables were read."""

    def refused_images(self) -> dict[str, int]:
        """How many images could not be used, by reason; most first."""
        return _counted(self.images.filter(~pl.col("usable"))["why"])

    def not_assessable(self) -> dict[str, int]:
        """How many buildings cannot be assessed, by reason; most first."""
        return _counted(self.assessed.filter(~pl.col("assessable"))["why"])

    def row(self) -> pl.DataFrame:
        """The site as a row of SITES."""
        able = self.assessed.filter("assessable")
        return one_row(
            site=self.site,
            images=self.images.height,
            usable=int(self.images["usable"].sum()),
            refused=_listed(self.refused_images()),
            buildings=self.footprints.height,
            assessable=able.height,
            not_assessable=_listed(self.not_assessable()),
            changed=self.breaks["building"].n_unique() if self.breaks.height else 0,
            last=_listed(_counted(able["status"])),
            seconds=round(self.seconds, 3),
            again=self.again,
            problem="",
        )


def one_row(**values: object) -> pl.DataFrame:
    """A row of SITES; what is not given is null."""
    return pl.DataFrame([{name: values.get(name) for name in SITES}], schema=SITES, orient="row")


def place_of(site: str, folder: Path) -> Path:
    """The folder of a site: its name where that is plain, else what is plain of it and a hash of all of it."""
    plain = re.sub(r"[^\w.\- ]", "_", site).strip(". ")[:80]
    if plain != site or plain == "sites.parquet":
        plain = f"{plain or 'site'}-{sha256(site.encode()).hexdigest()[:8]}"
    return folder / plain


def write(watched: Watched, folder: Path) -> Path:
    """Put the tables of a site in place: all of them or, where the run is killed, those that were there before."""
    place = place_of(watched.site, folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = Path(tempfile.mkdtemp(dir=folder, prefix=f".writing-{place.name}-"))
    old = folder / f".before-{place.name}"
    try:
        for name in TABLES:
            getattr(watched, name).write_parquet(held / f"{name}.parquet", compression="zstd")
        done = {"site": watched.site, "key": watched.key, "refused_shapes": dict(watched.refused_shapes)}
        (held / "done.json").write_text(json.dumps(done, sort_keys=True), encoding="utf-8")
        held.chmod(0o755)
        # a folder cannot be renamed over a full one: between these two lines the earlier one lies under its other name,
        # and `mend` puts it back
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
            os.replace(place, old)
        os.replace(held, place)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(held, ignore_errors=True)
    return place


def mend(site: str, folder: Path) -> Path:
    """The folder of a site, put back where a run was killed between its two renames."""
    place = place_of(site, folder)
    old = folder / f".before-{place.name}"
    if old.exists() and not place.exists():
        os.replace(old, place)
    return place


def key_of(site: str, folder: Path) -> str:
    """The key of the tables that lie there; empty where there are none."""
    try:
        return str(json.loads((mend(site, folder) / "done.json").read_text(encoding="utf-8"))["key"])
    except (OSError, ValueError, KeyError):
        return ""


def read(site: str, folder: Path) -> Watched:
    """The tables of a site as they were written.

    Raises:
        Unreadable: there are none, or they were altered.
    """
    place = mend(site, folder)
    try:
        done = json.loads((place / "done.json").read_text(encoding="utf-8"))
        tables: dict[str, Any] = {name: pl.read_parquet(place / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise Unreadable(f"no tables of {site}: {error}", where=str(place), to_do="Watch the site again") from error
    for name, want in TABLES.items():
        if problems := schema.problems(tables[name], want):
            raise Unreadable(problems[0], where=str(place / f"{name}.parquet"), to_do="Watch the site again")
    return Watched(site=site, refused_shapes=done["refused_shapes"], key=done["key"], again=True, **tables)


def _counted(words: pl.Series) -> dict[str, int]:
    counts = words.fill_null("").value_counts(name="number").sort(["number", words.name], descending=[True, False])
    return {str(word): int(number) for word, number in counts.iter_rows()}


def _listed(counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"word": word, "number": number} for word, number in counts.items()]
