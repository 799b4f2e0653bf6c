"""Sites: what image series say of buildings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

import darkwake as dw
from darkwake.cli.terminal import Json, app, out, print_json, show_table, working
from darkwake.errors import WrongUse


@app.command(
    epilog="Example: darkwake sites images/ --footprints works.geojson -o watched --page works.html\n\n"
    "Example: darkwake sites items.json --area works.geojson --cell 30 -o watched\n\n"
    "Example: darkwake sites --table sites.csv -o watched\n\n"
    "Example: darkwake sites --pair before.png after.png --page pair.html"
)
def sites(
    images: Annotated[
        str, typer.Argument(help="A folder of GeoTIFFs, or a STAC item or collection of items (file or http).")
    ] = "",
    into: Annotated[Path, typer.Option("-o", "--out", help="Where the sites' tables are kept.")] = Path("watched"),
    footprints: Annotated[Path | None, typer.Option(help="Footprints: GeoJSON or GeoParquet.")] = None,
    area: Annotated[Path | None, typer.Option(help="The site's outline; cut into cells without footprints.")] = None,
    cell_m: Annotated[float, typer.Option("--cell", help="Width of such a cell, metres.")] = 30.0,
    readings: Annotated[
        Path | None, typer.Option(help="What analysts read: csv with building,time,status,by,at,because.")
    ] = None,
    name: Annotated[str, typer.Option(help="The site's name; else the folder's.")] = "",
    sensor: Annotated[str, typer.Option(help="s1, s2, landsat or optical, where the images do not say it.")] = "",
    credit: Annotated[str, typer.Option(help="Who must be named beside pictures.")] = "",
    table: Annotated[Path | None, typer.Option(help="Many sites: csv, Parquet or GeoJSON with site,images,...")] = None,
    pair: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Two pictures without coordinates or dates (png, jpg, tif), for looking only; with --page."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes for many sites.")] = 2,
    page: Annotated[Path | None, typer.Option(help="Write a page with the timeline and the pictures.")] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write GeoParquet, GeoJSON, CSV and STAC into this folder.")
    ] = None,
    rows: Annotated[int, typer.Option(help="How many buildings to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Watch buildings through a series of images: destroyed, cleared, under construction, rebuilt, and how surely."""
    if pair is not None:
        _pair(pair, page, credit, other=bool(images) or table is not None)
        return
    if table is not None:
        with working() as progress:
            every = dw.scenes.many(table, into, workers=workers, progress=progress)
        show_table(every, ["site", "usable", "buildings", "assessable", "changed", "problem"], rows, as_json)
        return
    if not images:
        raise WrongUse("no images were named", to_do="Give a folder or a STAC file, or many sites with --table")
    asked = dw.scenes.SiteAsked(
        name=name or Path(images).stem, images=images, footprints=footprints, area=area, cell_m=cell_m,
        readings=readings, sensor=sensor, credit=credit,
    )  # fmt: skip
    with working() as progress:
        watched = dw.scenes.one(asked, into, progress=progress)
        written = [dw.scenes.page([watched], page)] if page else []
        written += dw.scenes.written(watched, export) if export else []
    if as_json:
        names = ("images", "scenes", "assessed", "phases", "breaks")
        print_json({each: getattr(watched, each).to_dicts() for each in names})
        return
    _show(watched, rows)
    for path in written:
        out.print(f"Written: {escape(str(path))}", soft_wrap=True)


def _pair(pair: tuple[Path, Path], page: Path | None, credit: str, *, other: bool) -> None:
    if other:
        raise WrongUse("a pair is looked at by itself", to_do="Leave out the images and --table, or --pair")
    if page is None:
        raise WrongUse("no page was named for the pair", to_do="Add --page pair.html")
    written = dw.scenes.pair(*pair, page, credit=credit)
    out.print("Not co-registered, for looking only: nothing was measured.")
    out.print(f"Written: {escape(str(written))}", soft_wrap=True)


def _show(watched: dw.scenes.Watched, most: int) -> None:
    refused = watched.refused_images()
    used = watched.images.height - sum(refused.values())
    out.print(f"[bold]{escape(watched.site)}[/]", soft_wrap=True)
    out.print(f"{watched.images.height:>8,} images = {used:,} used + {sum(refused.values()):,} refused", soft_wrap=True)
    for reason, number in refused.items():
        out.print(f"{number:>16,} {escape(reason)}", soft_wrap=True)
    untold = watched.not_assessable()
    every = watched.assessed.height
    out.print(f"{every:>8,} buildings = {every - sum(untold.values()):,} assessed + {sum(untold.values()):,} not")
    for reason, number in untold.items():
        out.print(f"{number:>16,} {escape(reason)}", soft_wrap=True)
    for says in watched.scenes["says"]:
        out.print(f"  {escape(says)}", soft_wrap=True)
    columns = ["building", "status", "start_after", "start_by", "posterior", "by"]
    days = pl.col("start_after", "start_by").dt.date()
    changed = watched.phases.filter(pl.len().over("building") > 1).with_columns(days, pl.col("posterior").round(2))
    if changed.is_empty():
        out.print("No building changed as far as these images tell.")
        return
    show_table(changed, columns, most)
