"""The command line: one command a step. What it does stands in steps.py; here are only words and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

import darkwake as dw
from darkwake.errors import DarkwakeError, WrongUse
from darkwake.evidence import Source, canonical

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Case files on ships that fell silent: tracks, silence, voyages, screening, joined and traceable to the row.",
    epilog="Start with: darkwake demo",
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
_MOST_REASONS = 6

Case = Annotated[Path, typer.Argument(help="The case folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
Store = Annotated[Path, typer.Argument(help="A store made by `darkwake tracks`.", show_default=False)]


def main() -> None:
    """Run the command line; a known error becomes one readable paragraph and its exit code."""
    try:
        app()
    except DarkwakeError as error:
        err.print(f"[bold red]darkwake:[/] {escape(error.message())}", soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("darkwake: stopped; what was finished before stays, nothing is half written.")
        sys.exit(130)


@contextmanager
def _progress() -> Iterator[Any]:
    """A line on the terminal for work that takes longer; silent where no person looks on."""
    if not err.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=escape(what), completed=done, total=total)

        yield show


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(f"darkwake {dw.__version__}")
        raise typer.Exit


@app.command(epilog="Example: darkwake demo")
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to build it.")] = Path("demo-case"), as_json: Json = False
) -> None:
    """Build a whole invented case, from nothing to an open case file, and say what was planted and what was found."""
    with _progress() as progress:
        report, compared = dw.steps.demo(folder, progress=progress)
    if as_json:
        _print_json(
            {
                "compared": compared,
                "case": str(report.case_json),
                "page": str(report.case_html),
            }
        )
        return
    out.print("[bold]An invented case: its ships, companies and lists do not exist.[/]\n")
    _show_run(report)
    table = Table(title="Planted and found", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("planted", "found", "result"):
        table.add_column(name, overflow="fold", ratio=4 if name != "result" else 2)
    for row in compared:
        table.add_row(escape(row["planted"]), escape(row["found"]), escape(row["result"]))
    out.print(table)
    out.print(f"\nOpen it in a browser: [bold]{report.case_html.resolve()}[/]", soft_wrap=True)


@app.command(epilog='Example: darkwake new strait-2025 --from CN --to IR --period "2025-09/2025-10"')
def new(
    case: Case,
    from_: Annotated[list[str] | None, typer.Option("--from", help="Country or UN/LOCODE; may be repeated.")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Country or UN/LOCODE; may be repeated.")] = None,
    period: Annotated[str, typer.Option(help='Days as EDTF, such as "2025-09-01/2025-10-15".')] = "",
    question: Annotated[str, typer.Option(help="The question, in your words.")] = "",
    longer_than: Annotated[float, typer.Option(help="Hours unheard from which on a ship is silent.")] = 6.0,
) -> None:
    """Make a case folder with its question."""
    asked = dw.steps.Asked(
        name=case.name,
        question=question,
        from_=tuple(from_ or ()),
        to=tuple(to or ()),
        period=period,
        longer_than_h=longer_than,
    )
    made = dw.steps.new(case, asked)
    out.print(f"Made {made.path}/case.toml. Next: darkwake add {case} FILES", soft_wrap=True)


@app.command(
    epilog="Example: darkwake add strait-2025 aisdk-2025-10-01.zip sdn.xml.gz\n\n"
    "Example: darkwake add strait-2025 solent.csv --columns "
    "'time=Time,ship=MMSI,lat=Latitude_degrees,lon=Longitude_degrees'"
)
def add(
    case: Case,
    files: Annotated[list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)],
    columns: Annotated[str, typer.Option(help="For a table of your own: our column = its column, with commas.")] = "",
    invented: Annotated[bool, typer.Option("--invented", help="Mark these sources as made up.")] = False,
    as_json: Json = False,
) -> None:
    """Take sources into a case, each as it came.

    Read are: Danish Maritime Authority and MarineCadastre positions (csv, zip, csv.zst, Parquet), NMEA (AIVDM),
    any table of positions by --columns, OFAC's SDN list (xml, xml.gz), the World Port Index, GFW anchorages, and a
    table of ports with the columns name,country,lat,lon.
    """
    with _progress() as progress:
        taken = dw.steps.add(case, files, columns=columns, invented=invented, progress=progress)
    if as_json:
        _print_json([{"name": one.name, "kind": one.kind, "sha256": one.sha256, "new": new} for one, new in taken])
        return
    for one, is_new in taken:
        word = "added" if is_new else "there already"
        out.print(f"{word:>13}  {escape(one.name)}  ({one.kind}, {one.bytes:,} bytes)", soft_wrap=True)
    out.print(f"Next: darkwake run {case}", soft_wrap=True)


@app.command(epilog="Example: darkwake run strait-2025")
def run(case: Case, as_json: Json = False) -> None:
    """Do every step that has something new to do, down to case.json and case.html."""
    with _progress() as progress:
        report = dw.steps.run(case, progress=progress)
    if as_json:
        _print_json(
            {
                "steps": [
                    {"name": one.name, "says": one.says, "new": one.new, "seconds": round(one.seconds, 3)}
                    for one in report.steps
                ],
                "sources": [_plain_source(one) for one in report.sources],
                "answer": report.case["answer"],
                "counts": report.case["counts"],
                "case": str(report.case_json),
                "page": str(report.case_html),
            }
        )
        return
    _show_run(report)
    out.print(f"Open it in a browser: [bold]{report.case_html.resolve()}[/]", soft_wrap=True)


def _show_run(report: dw.steps.RunReport) -> None:
    for one in report.steps:
        took = f"{one.seconds:6.1f} s" if one.new else "nothing new"
        out.print(f"{one.name:>8}  {took:>11}  {escape(one.says)}", soft_wrap=True)
    out.print()
    _show_sources(report.sources)
    out.print()
    for line in dw.steps.summary(report.case):
        out.print(escape(line), soft_wrap=True)
    out.print()


def _show_sources(sources: Sequence[Source]) -> None:
    """What was kept and refused of each source: the two always add up to its rows."""
    for one in sources:
        refused = sum(one.refused.values())
        out.print(f"[bold]{escape(one.name)}[/]  {escape(one.kind)}", soft_wrap=True)
        out.print(f"{one.rows:>12,} rows = {one.kept:,} kept + {refused:,} refused", soft_wrap=True)
        most = sorted(one.refused.items(), key=lambda item: (-item[1], item[0]))
        for reason, number in most[:_MOST_REASONS]:
            out.print(f"{number:>20,} {escape(reason)}", soft_wrap=True)
        if most[_MOST_REASONS:]:
            rest = sum(number for _, number in most[_MOST_REASONS:])
            out.print(f"{rest:>20,} for {len(most) - _MOST_REASONS} more reasons; --json lists all")


@app.command(epilog="Example: darkwake export strait-2025 --to html --out strait.html")
def export(
    case: Case,
    to: Annotated[str, typer.Option(help="html or json.")] = "html",
    file: Annotated[Path | None, typer.Option("--out", help="Where to write it; else where it lies is said.")] = None,
) -> None:
    """Hand the case on as one file."""
    out.print(str(dw.steps.export(case, to, file)), soft_wrap=True)


@app.command(epilog="Example: darkwake tracks aisdk-2025-10-01.zip -o store/")
def tracks(
    files: Annotated[list[Path], typer.Argument(help="Files of positions.", show_default=False)],
    store: Annotated[Path, typer.Option("-o", "--out", help="The store; made where there is none.")],
    columns: Annotated[str, typer.Option(help="For a table of your own: our column = its column, with commas.")] = "",
    as_json: Json = False,
) -> None:
    """Read messages into a store of positions, sorted by ship."""
    with _progress() as progress:
        sources = dw.alone.ingest(files, store, columns=columns, progress=progress)
    if as_json:
        _print_json([_plain_source(source) for source in sources])
        return
    _show_sources(sources)
    out.print(f"Next: darkwake events {store}", soft_wrap=True)


def _plain_source(source: Source) -> dict[str, Any]:
    return {
        "sha256": source.sha256,
        "name": source.name,
        "kind": source.kind,
        "rows": source.rows,
        "kept": source.kept,
        "refused": dict(source.refused),
    }


@app.command(epilog="Example: darkwake events store/ --only gap --longer-than 12")
def events(
    store: Store,
    only: Annotated[str, typer.Option(help="One kind of event: gap or port_call.")] = "",
    longer_than: Annotated[float, typer.Option(help="Hours unheard from which on a ship is silent.")] = 6.0,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Find what the ships of a store did: silences with what they mean, and port calls."""
    with _progress() as progress:
        found = dw.alone.find_events(store, only=only, longer_than=timedelta(hours=longer_than), progress=progress)
    _show(found, ["kind", "ship", "start", "end", "hours", "verdict"], rows, as_json)


@app.command(epilog="Example: darkwake voyages store/ --from DK --to SE")
def voyages(
    store: Store,
    from_: Annotated[list[str] | None, typer.Option("--from", help="Country or UN/LOCODE; may be repeated.")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Country or UN/LOCODE; may be repeated.")] = None,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Find the voyages of a store's ships, port to port, or from one country or port to another."""
    with _progress() as progress:
        found = dw.alone.find_voyages(store, from_=tuple(from_ or ()), to=tuple(to or ()), progress=progress)
    _show(found, ["ship", "from_name", "departed", "to_name", "arrived", "dark_h"], rows, as_json)


@app.command(epilog='Example: darkwake screen "GOLDEN STAR" --imo 9349588 --lists sdn.xml.gz')
def screen(
    name: Annotated[str, typer.Argument(help="The name of a ship, a company or a person.")] = "",
    imo: Annotated[str, typer.Option(help="The ship's IMO number.")] = "",
    mmsi: Annotated[str, typer.Option(help="The ship's MMSI.")] = "",
    callsign: Annotated[str, typer.Option(help="The ship's call sign.")] = "",
    lists: Annotated[list[Path] | None, typer.Option(help="A list; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Look one name or number up in the lists; each hit shows the two values that met."""
    if not lists:
        raise WrongUse("no list was given", to_do="Name at least one: --lists sdn.xml.gz")
    found, searched = dw.alone.screen_one(name=name, imo=imo, mmsi=mmsi, callsign=callsign, lists=lists)
    if as_json:
        _print_json({"searched": searched.as_dict(), "hits": found.to_dicts()})
        return
    for hit in found.iter_rows(named=True):
        head = f"[bold]{escape(hit['name'])}[/]  {hit['list']} entry {hit['entry']} of {hit['list_date']}"
        out.print(f"{head}  match: [bold]{hit['rank']}[/] ({hit['score']:.2f})", soft_wrap=True)
        for feature in hit["features"]:
            out.print(f"    {escape(feature['says'])}", soft_wrap=True)
    out.print(escape(searched.sentence()), soft_wrap=True)
    if found.is_empty():
        out.print("That is not the same as clear.", soft_wrap=True)
    for note in searched.notes:
        out.print(escape(note), soft_wrap=True)


def _show(found: pl.DataFrame, columns: Sequence[str], most: int, as_json: bool) -> None:
    if as_json:
        _print_json(found.to_dicts())
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        right = name in ("ship", "hours", "dark_h")
        table.add_column(name, justify="right" if right else "left", no_wrap=name in ("start", "end", "departed"))
    for row in found.head(most).iter_rows(named=True):
        table.add_row(*(_cell(row[name]) for name in columns))
    out.print(table)
    if found.height > most:
        out.print(f"{found.height - most:,} more: --rows {found.height}, or --json for all with every column.")
    else:
        out.print(f"{found.height:,} in all; --json gives every column.")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}" if type(value) is date else f"{value:%Y-%m-%d %H:%M}"
    return escape(str(value))


def _print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    sys.stdout.write(json.dumps(canonical(value), ensure_ascii=False, indent=1) + "\n")
