"""Each part alone: tracks, events, voyages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import darkwake as dw
from darkwake.cli.terminal import (
    Json,
    Ports,
    Store,
    app,
    out,
    plain_source,
    print_json,
    show_sources,
    show_table,
    working,
)  # fmt: skip


@app.command(epilog="Example: darkwake tracks aisdk-2025-10-01.zip -o store/")
def tracks(
    files: Annotated[list[Path], typer.Argument(help="Files of positions.", show_default=False)],
    store: Annotated[Path, typer.Option("-o", "--out", help="The store; made where there is none.")],
    columns: Annotated[str, typer.Option(help="For a table of your own: our column = its column, with commas.")] = "",
    as_json: Json = False,
) -> None:
    """Read messages into a store of positions, sorted by ship."""
    with working() as progress:
        sources = dw.alone.ingest(files, store, columns=columns, progress=progress)
    if as_json:
        print_json([plain_source(source) for source in sources])
        return
    show_sources(sources)
    out.print(f"Next: darkwake events {store}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake events store/ --only gap --longer-than 12\n\n"
    "Example: darkwake events store/ --only encounter --preset gfw --ports anchorages.csv"
)
def events(
    store: Store,
    only: Annotated[
        str,
        typer.Option(
            help="One kind of event: gap, port_call, encounter, dark_encounter, loitering, false_identity or "
            "false_position."
        ),
    ] = "",
    preset: Annotated[
        str, typer.Option(help="Of encounter: darkwake, gfw, starboard. Of loitering: offshore, coastal.")
    ] = "",
    longer_than: Annotated[float, typer.Option(help="Hours unheard from which on a ship is silent.")] = 6.0,
    places: Ports = None,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Find what the ships of a store did: silences with what they mean, port calls, meetings, false identities."""
    with working() as progress:
        found = dw.alone.find_events(
            store, only=only, preset=preset, longer_than=timedelta(hours=longer_than), places=places or (),
            progress=progress,
        )  # fmt: skip
    columns = ["kind", "ship", "start", "end", "hours", "verdict"]
    if found["other"].null_count() < found.height:
        columns.insert(2, "other")
    show_table(found, columns, rows, as_json)


@app.command(
    epilog="Example: darkwake voyages store/ --from DK --to SE\n\n"
    "Example: darkwake voyages store/ --from CN --to IR --ports anchorages.csv"
)
def voyages(
    store: Store,
    from_: Annotated[list[str] | None, typer.Option("--from", help="Country or UN/LOCODE; may be repeated.")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Country or UN/LOCODE; may be repeated.")] = None,
    places: Ports = None,
    longer_than: Annotated[float, typer.Option(help="Hours unheard from which on a ship is silent.")] = 6.0,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Find the voyages of a store's ships, port to port, or from one country or port to another.

    On a corridor a call that nobody heard may be inferred: the table marks it with a question mark.
    """
    with working() as progress:
        found, counts, why = dw.alone.find_voyages(
            store, from_=tuple(from_ or ()), to=tuple(to or ()), places=places or (),
            longer_than=timedelta(hours=longer_than), progress=progress,
        )  # fmt: skip
    if as_json:
        told = {"voyages": found.to_dicts(), "ships": counts.to_dicts(), "why_none": why}
        print_json(told if from_ else found.to_dicts())
        return
    show_table(found, ["ship", "from_name", "departed", "to_name", "arrived", "dark_h"], rows, as_json)
    if counts.height:
        out.print("\nBack and forth, by ship:")
        show_table(counts, ["ship", "out", "back", "with_inferred", "first_departed", "last_arrived"], rows, as_json)
    for line in why:
        out.print(escape(line), soft_wrap=True)
