"""Downloading public sources: fetch."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import darkwake as dw
from darkwake.cli.terminal import Json, app, out, print_json, working
from darkwake.errors import Refused, WrongUse

_WHERE = Path("fetched")


@app.command(
    epilog="Example: darkwake fetch ofac-sdn un --case strait-2025\n\n"
    "Example: darkwake fetch dma 2025-10-01/2025-10-03 -o ais/\n\n"
    "Example: darkwake fetch stac 2025-01/2025-10 --box 56.0,26.5,56.6,27.1 -o images.json"
)
def fetch(
    what: Annotated[
        list[str] | None,
        typer.Argument(help="Names of publications, and a day or a period for those that have days; or stac."),
    ] = None,
    case: Annotated[Path | None, typer.Option(help="A case that takes what arrives.")] = None,
    to: Annotated[Path | None, typer.Option("-o", "--out", help="A folder; of stac the file.")] = None,
    box: Annotated[str, typer.Option(help="Of stac: west,south,east,north in degrees.")] = "",
    collection: Annotated[list[str] | None, typer.Option(help="Of stac: a collection; may be repeated.")] = None,
    catalogue: Annotated[
        str, typer.Option(help="Of stac: earth-search, planetary-computer, copernicus, or an address.")
    ] = "earth-search",
    cloud_cover: Annotated[float | None, typer.Option(help="Of stac: at most this many percent of cloud.")] = None,
    proxy: Annotated[str, typer.Option(help="A proxy, such as http://proxy:3128.")] = "",
    mirror: Annotated[str, typer.Option(help="A server of your own that stands in for the publishers.")] = "",
    as_json: Json = False,
) -> None:
    """Download public sources, each with its address, date, hash and licence; without names: what there is.

    A download that broke off is gone on with; a list that has not changed is not sent again. Nothing else in Darkwake
    asks the network for anything, but for images that a STAC file names by their address.
    """
    names = [one for one in what or [] if not one[:1].isdigit()]
    periods = [one for one in what or [] if one[:1].isdigit()]
    if not names:
        _show_publications(as_json)
        return
    if len(periods) > 1:
        raise WrongUse("several periods were given", to_do="Give one, such as 2025-10-01/2025-10-03")
    period = periods[0] if periods else ""
    manners = dw.fetch.Manners(proxy=proxy, mirror=mirror)
    if "stac" in names:
        if names != ["stac"] or not box or not period:
            raise WrongUse("a search for images needs a box and a period", to_do="See: darkwake fetch --help")
        asked = dw.fetch.Search(
            box=dw.fetch.box_of(box),
            period=period,
            collections=tuple(collection or ("sentinel-2-l2a",)),
            catalogue=catalogue,
            cloud_cover=cloud_cover,
        )
        _search(asked, to or Path("images.json"), manners, as_json)
        return
    _download(names, period, case, to or (case / "fetched" if case else _WHERE), manners, as_json)


def _show_publications(as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"name": one.name, "title": one.title, "publisher": one.publisher, "licence": one.licence,
                 "addresses": list(one.newest), "by_day": one.of_day is not None, "note": one.note}
                for one in dw.fetch.PUBLICATIONS
            ]
        )  # fmt: skip
        return
    for one in dw.fetch.PUBLICATIONS:
        days = "" if one.of_day is None else ", by the day" if not one.newest else ", also by the day"
        out.print(f"[bold]{one.name}[/]{days}", soft_wrap=True)
        for text in (one.title, one.publisher, one.licence, one.note):
            for line in textwrap.wrap(text, 76):
                out.print(f"    {escape(line)}", soft_wrap=True)
    out.print("[bold]stac[/]", soft_wrap=True)
    out.print("    images over a box and a period, in a catalogue", soft_wrap=True)
    out.print("Next: darkwake fetch ofac-sdn un --case CASE", soft_wrap=True)


def _search(asked: dw.fetch.Search, into: Path, manners: dw.fetch.Manners, as_json: bool) -> None:
    with working() as progress:
        got, number = dw.fetch.search(asked, into, manners=manners, progress=progress)
    if as_json:
        print_json({"file": str(got.path), "items": number, "sha256": got.sha256, "address": got.address})
        return
    out.print(f"{number:,} images match; written to {got.path}", soft_wrap=True)
    out.print(f"Next: darkwake sites {got.path} --footprints works.geojson --page works.html", soft_wrap=True)


def _download(
    names: list[str], period: str, case: Path | None, into: Path, manners: dw.fetch.Manners, as_json: bool
) -> None:
    if case is not None:
        dw.case.folder.find(case)
    fetched = []
    for name in names:
        # in one call a day is meant for those that have days
        own = period if dw.fetch.named(name).of_day else ""
        with working() as progress:
            fetched += dw.fetch.fetch(name, into=into, period=own, manners=manners, progress=progress)
    arrived = [one.got.path for one in fetched if one.got]
    taken = dw.steps.add(case, arrived) if case and arrived else []
    if as_json:
        print_json([_plain(one) for one in fetched])
    else:
        for one in fetched:
            _show(one)
        for name in dict.fromkeys(names):
            out.print(f"{name}: {escape(dw.fetch.named(name).licence)}.", soft_wrap=True)
        for added, is_new in taken:
            out.print(f"{'added' if is_new else 'there already':>13}  {escape(added.name)}", soft_wrap=True)
        if taken:
            out.print(f"Next: darkwake run {case}", soft_wrap=True)
    failed = [one for one in fetched if one.error]
    if failed:
        raise Refused(
            f"{len(failed)} of {len(fetched)} could not be fetched",
            where=", ".join(f"{one.name} {one.day}".strip() for one in failed[:5]),
            to_do="What arrived is kept; give the same command again",
        )


def _show(one: dw.fetch.Fetched) -> None:
    label = f"{one.name} {one.day}".strip()
    if one.got is None:
        out.print(f"[bold]{label}[/]  {escape(one.error.message() if one.error else '')}", soft_wrap=True)
        return
    word = "not changed since" if one.got.unchanged else "fetched"
    out.print(f"[bold]{label}[/]  {word}: {escape(str(one.got.path))}, {one.got.bytes:,} bytes", soft_wrap=True)
    out.print(f"    sha256 {one.got.sha256}", soft_wrap=True)
    out.print(f"    from {escape(one.got.address)} at {one.got.at}", soft_wrap=True)


def _plain(one: dw.fetch.Fetched) -> dict[str, Any]:
    if one.got is None:
        return {"name": one.name, "day": one.day, "error": one.error.message() if one.error else ""}
    got = one.got
    return {
        "name": one.name, "day": one.day, "file": str(got.path), "address": got.address, "sha256": got.sha256,
        "bytes": got.bytes, "at": got.at, "unchanged": got.unchanged, "licence": dw.fetch.named(one.name).licence,
    }  # fmt: skip
