"""Sites alone and in a case: watching them, the page, and the files that others read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from darkwake import __version__
from darkwake.case import buildings, folder, pair_page, site_findings, sites_page
from darkwake.case.folder import Progress
from darkwake.errors import WrongUse
from darkwake.sites import SiteAsked, Watched, outputs, pictures, site_tables, stac_out, watch, watch_all

__all__ = ["SiteAsked", "Watched", "many", "one", "page", "pair", "seen", "written"]

MADE_BY = f"sites {__version__}"


def one(asked: SiteAsked, into: Path, *, progress: Progress | None = None) -> Watched:
    """One site, watched; its tables are kept in a folder of its own in `into`.

    Raises:
        WrongUse: neither footprints nor an area were given.
        Unreadable: no image, no footprint, or the two do not overlap.
    """
    into.mkdir(parents=True, exist_ok=True)
    return watch(asked, into, progress=progress)


def many(table: Path, into: Path, *, workers: int = 2, progress: Progress | None = None) -> pl.DataFrame:
    """A table of sites, each as a task of its own: one row a site, failed ones with their reason."""
    return watch_all(table, into, workers=workers, progress=progress)


def kept(into: Path, name: str) -> Watched:
    """The tables of a site as they were kept."""
    return site_tables.read(name, into)


def seen(watched: Watched) -> buildings.Watched:
    """A site as the case shows it, with pictures of the most changed buildings."""
    shown = pictures.of_site(
        watched.images, watched.footprints, watched.series, watched.breaks, most=buildings.MOST_PICTURED
    )
    tables = {name: getattr(watched, name) for name in site_tables.TABLES}
    return buildings.Watched(site=watched.site, pictures=shown, **tables)


def page(watched: Sequence[Watched], out: Path, *, invented: bool = False) -> Path:
    """A page of the sites: what changed and when, how surely, and pictures of before and after."""
    if not watched:
        raise WrongUse("no site was watched", to_do="Give images and footprints")
    shown = [seen(each) for each in watched]
    found = site_findings.evidence(shown, MADE_BY)
    title = watched[0].site if len(watched) == 1 else f"{len(watched):,} sites"
    section = buildings.section(shown)
    text = sites_page.render(
        section,
        title=title,
        made_by=MADE_BY,
        evidence=found,
        limits=buildings.left_out(section),
        invented=invented,
    )
    folder.write_text(out, text)
    return out


def pair(before: Path, after: Path, out: Path, *, credit: str = "") -> Path:
    """A page of two pictures that have no coordinates, or no date: side by side, for looking; nothing is measured.

    Raises:
        Unreadable: one is gone, no png, jpg or tif, or cut short.
    """
    row = pictures.as_row(pictures.loose(str(before), str(after), credit=credit))
    text = pair_page.render(row, title=f"{before.name} and {after.name}", made_by=MADE_BY)
    folder.write_text(out, text)
    return out


def written(watched: Watched, into: Path) -> list[Path]:
    """The timeline of a site as GeoParquet, GeoJSON, CSV and STAC."""
    made = outputs.write(watched, into)
    return [*made, stac_out.write(watched, into, made, software={"darkwake": __version__})]
