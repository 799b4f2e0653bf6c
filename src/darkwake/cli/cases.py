"""A case: demo, new, add, run, export, decide."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

import darkwake as dw
from darkwake.case import exports
from darkwake.case.change import said
from darkwake.cli.terminal import Case, Json, app, out, plain_source, print_json, show_sources, working
from darkwake.errors import WrongUse

_MOST_CHANGES = 14
"""Changes of the second act that are told one by one."""


@app.command(epilog="Example: darkwake demo\n\nExample: darkwake demo --act 2")
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to build it.")] = Path("demo-case"),
    act: Annotated[int, typer.Option(min=1, max=2, help="1 builds the case; 2 lets new data arrive in it.")] = 1,
    as_json: Json = False,
) -> None:
    """Build a whole invented case, from nothing to an open case file, and say what was planted and what was found."""
    if act == 2:
        _second_act(folder, as_json=as_json)
        return
    with working() as progress:
        report, compared = dw.steps.demo(folder, progress=progress)
    if as_json:
        print_json({"compared": compared, "case": str(report.case_json), "page": str(report.case_html)})
        return
    out.print("[bold]An invented case: its ships, companies, papers, works and lists do not exist.[/]\n")
    _show_run(report)
    table = Table(title="Planted and found", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("planted", "found", "result"):
        table.add_column(name, overflow="fold", ratio=4 if name != "result" else 2)
    for row in compared:
        table.add_row(escape(row["planted"]), escape(row["found"]), escape(row["result"]))
    out.print(table)
    out.print(f"\nOpen it in a browser: [bold]{report.case_html.resolve()}[/]", soft_wrap=True)
    out.print(f"Then let new data arrive: darkwake demo {folder} --act 2", soft_wrap=True)


def _second_act(folder: Path, *, as_json: bool) -> None:
    with working() as progress:
        report, changed = dw.steps.second_act(folder, progress=progress)
    if as_json:
        print_json({"changed": changed, "case": str(report.case_json), "page": str(report.case_html)})
        return
    out.print("[bold]New data arrives in the invented case.[/]\n")
    _show_steps(report)
    out.print()
    out.print(escape(changed["says"]), soft_wrap=True)
    most_first = changed["changes"][:_MOST_CHANGES]
    for one in most_first:
        out.print(textwrap.indent(textwrap.fill(escape(one["says"]), 76), "    ").replace("    ", "  - ", 1))
    more = len(changed["changes"]) - len(most_first)
    if more:
        out.print(f"  {more} more: darkwake diff {folder}", soft_wrap=True)
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
    """Take sources into a case, each as it came; files of a folder that no reader knows are passed over and named.

    Read are: Danish Maritime Authority and MarineCadastre positions (csv, zip, csv.zst, Parquet), NMEA (AIVDM),
    any table of positions by --columns, lists of parties and of goods, articles (html, pdf, txt), the World Port
    Index, GFW anchorages, and a table of ports with the columns name,country,lat,lon.
    """
    with working() as progress:
        taken = dw.steps.add(case, files, columns=columns, invented=invented, progress=progress)
    if as_json:
        rows: list[dict[str, object]] = [
            {"name": one.name, "kind": one.kind, "sha256": one.sha256, "new": new} for one, new in taken
        ]
        passed = [{"name": str(one.file), "kind": None, "new": False, "passed_over": one.why} for one in taken.passed]
        print_json(rows + passed)
        return
    for one, is_new in taken:
        word = "added" if is_new else "there already"
        out.print(f"{word:>13}  {escape(one.name)}  ({one.kind}, {one.bytes:,} bytes)", soft_wrap=True)
    for over in taken.passed:
        out.print(f"{'passed over':>13}  {escape(said(over.file, 200))}  ({escape(over.why)})", soft_wrap=True)
    for line in dw.kept.said_of_lists(case, taken):
        out.print(f"Take note: {escape(line)}", soft_wrap=True)
    out.print(f"Next: darkwake run {case}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake run strait-2025\n\n"
    "Example: darkwake run /shared/strait-2025 --spark spark://10.0.0.5:7077 --spark-host 10.0.0.9"
)
def run(
    case: Case,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes that look for events; else by the positions and processors."),
    ] = None,
    spark: Annotated[
        str, typer.Option(help="A cluster that looks for events instead: spark://HOST:PORT, yarn, local[4].")
    ] = "",
    spark_host: Annotated[
        str, typer.Option(help="This machine's address as the cluster's workers see it.")
    ] = "127.0.0.1",
    as_json: Json = False,
) -> None:
    """Do every step that has something new to do, down to case.json and case.html.

    With --spark the case's folder must lie where every worker sees it under the same path (docs/spark.md).
    """
    if workers and spark:
        raise WrongUse("processes of this machine or a cluster, not both", to_do="Leave out --workers or --spark")
    where = dw.steps.Spark(spark, spark_host) if spark else workers
    with working() as progress:
        report = dw.steps.run(case, progress=progress, where=where)
    if as_json:
        print_json(
            {
                "steps": [
                    {"name": one.name, "says": one.says, "new": one.new, "seconds": round(one.seconds, 3)}
                    for one in report.steps
                ],
                "sources": [plain_source(one) for one in report.sources],
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
    _show_steps(report)
    out.print()
    show_sources(report.sources)
    out.print()
    for line in dw.steps.summary(report.case):
        out.print(escape(line), soft_wrap=True)
    out.print()


def _show_steps(report: dw.steps.RunReport) -> None:
    for one in report.steps:
        took = f"{one.seconds:6.1f} s" if one.new else "nothing new"
        # by hand, so that what a step did stands in one column also where it is long
        first, *more = textwrap.wrap(one.says, 57) or [""]
        out.print(f"{one.name:>8}  {took:>11}  {escape(first)}", soft_wrap=True)
        for line in more:
            out.print(f"{'':23}{escape(line)}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake export strait-2025 --to html --out strait.html\n\n"
    "Example: darkwake export strait-2025 --to csv --out strait.zip"
)
def export(
    case: Case,
    to: Annotated[str, typer.Option(help=f"One of {', '.join(exports.FORMATS)}.")] = "html",
    file: Annotated[
        Path | None,
        typer.Option("--out", help="A file or folder; csv and geoparquet: a folder, or a name that ends in .zip."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand the case on to other programs; without --out into its own folder `exports`.

    Each format holds what it can, and what it cannot is said: docs/exports.md has the table.
    """
    with working() as progress:
        if progress:
            progress(f"writing {to}", 0, None)
        made = dw.steps.export(case, to, file)
    cannot = exports.FORMATS[to].cannot
    if as_json:
        print_json({"to": to, "out": str(made), "cannot": cannot})
        return
    out.print(str(made), soft_wrap=True)
    if to not in ("html", "json"):
        out.print(escape(cannot), soft_wrap=True)


@app.command(
    epilog='Example: darkwake decide strait-2025 200000001/15036 --because "another ship of that name" '
    '--author "A. Reader"'
)
def decide(
    case: Case,
    hit: Annotated[str, typer.Argument(help="The hit's id, or MMSI/ENTRY.", show_default=False)],
    because: Annotated[str, typer.Option(help="The reason, in your words.")],
    author: Annotated[str, typer.Option(help="Who decides.")],
    word: Annotated[str, typer.Option(help="What was decided.")] = "known false hit",
) -> None:
    """Write down what was decided about a hit; it stays beside the hit until the entry changes."""
    made = dw.kept.decide(case, hit, because=because, author=author, word=word)
    out.print(f"{made.id}: {made.word}, entry {made.entry} of the {made.list}.", soft_wrap=True)
    out.print(f"Next: darkwake run {case}", soft_wrap=True)
