"""Lists: screen, goods, manifest, rescreen, verify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.padding import Padding

import darkwake as dw
from darkwake.cli.terminal import Json, app, day, out, print_json, show_table, working
from darkwake.errors import WrongUse

if TYPE_CHECKING:
    from darkwake.case.verify import Checked

Lists = Annotated[list[Path] | None, typer.Option(help="A list; may be repeated.")]
Record = Annotated[Path | None, typer.Option(help="Keep a record of the search here: JSON, and a page beside it.")]


# so that a second file behind one --lists is told as that, and not as an "unexpected extra argument"
_MORE = {"allow_extra_args": True}


def _no_more(context: typer.Context) -> None:
    if context.args:
        more = " ".join(f"--lists {one}" for one in context.args)
        raise WrongUse(
            f"{context.args[0]!r} stands where nothing is expected: every option takes one value",
            to_do=f"Repeat --lists for each file, such as {more}; put a name of several words in quotation marks",
        )


@app.command(
    context_settings=_MORE,
    epilog='Example: darkwake screen "GOLDEN STAR" --imo 9349588 --lists sdn.xml.gz\n\n'
    'Example: darkwake screen "BLUE STAR" --former-name "GOLDEN STAR" --imo 9349588 --flag PA --lists sdn.xml.gz\n\n'
    'Example: darkwake screen "JANE EXAMPLESON" --kind person --born 1975-03 --country MT --lists sdn.xml.gz',
)
def screen(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of a ship, a company or a person.")] = "",
    imo: Annotated[str, typer.Option(help="The ship's IMO number.")] = "",
    mmsi: Annotated[str, typer.Option(help="The ship's MMSI.")] = "",
    callsign: Annotated[str, typer.Option("--call-sign", "--callsign", help="The ship's call sign.")] = "",
    flag: Annotated[str, typer.Option(help="The ship's flag, such as PA or Panama.")] = "",
    former: Annotated[list[str] | None, typer.Option("--former-name", help="An earlier name; repeat it.")] = None,
    kind: Annotated[
        str, typer.Option(help="What it is: ship, company, person or aircraft. Without it, ships and parties are met.")
    ] = "",
    born: Annotated[
        str, typer.Option(help="A person's date of birth, as EDTF: 1975-03-12, 1975-03, 1975~, 197X.")
    ] = "",
    countries: Annotated[
        list[str] | None, typer.Option("--country", help="Of a person or company, such as MT; repeat it.")
    ] = None,
    numbers: Annotated[
        list[str] | None, typer.Option("--number", help="Of a passport or a register; repeat it.")
    ] = None,
    owners: Annotated[list[str] | None, typer.Option("--owner", help="An owner or manager; repeat it.")] = None,
    lists: Lists = None,
    on: Annotated[str, typer.Option(help="The day that the question is about, such as 2025-10-29.")] = "",
    record: Record = None,
    as_json: Json = False,
) -> None:
    """Look one name or number up in the lists; each hit shows the two values that met."""
    _no_more(context)
    if not lists:
        raise WrongUse("no list was given", to_do="Name at least one: --lists sdn.xml.gz")
    asked = dw.screening.Asked(
        names=(name,) if name else (), former_names=tuple(former or ()), imo=imo, mmsi=mmsi, callsign=callsign,
        flag=flag, kind=dw.alone.kind_asked(kind), on=day(on), born=born, countries=tuple(countries or ()),
        numbers=tuple(numbers or ()), owners=tuple(owners or ()),
    )  # fmt: skip
    made, searched = dw.alone.screen_one(asked, lists)
    written = dw.kept.keep(record, parties=made) if record else ()
    found = made.hits
    if as_json:
        told = {"searched": searched.as_dict(), "hits": found.to_dicts(), "standings": made.standings.to_dicts()}
        print_json(told | {name: made.section[name] for name in ("lists", "answered_by")})
        return
    standings = {row["hit"]: row["standing_says"] for row in made.standings.iter_rows(named=True)}
    for hit in found.iter_rows(named=True):
        name, *lines = map(escape, dw.screening.lines_of(hit))
        head = f"[bold]{name}[/]  {escape(hit['list'])} entry {escape(hit['entry'])}"
        _say(f"{head} of {hit['list_date']}  match: [bold]{hit['rank']}[/] ({hit['score']:.2f})")
        for line in lines:
            _say(line, 4)
        if hit["id"] in standings:
            _say(escape(standings[hit["id"]]), 4)
    _say(escape(searched.sentence()))
    if found.is_empty():
        _say("That is not the same as clear.")
    names = [one.name for one in searched.lists]
    later = [
        row["says"] for row in made.section["answered_by"] if row["how"] == "later only" or names.count(row["list"]) > 1
    ]
    of_lists = [f"{one['file']}: {note}" for one in made.section["lists"] for note in one["notes"]]
    for note in (*searched.notes, *later, *of_lists, *(f"Written: {path}" for path in written)):
        _say(escape(note))


def _say(text: str, indent: int = 0) -> None:
    """A line; folded between words where a person looks on, and whole where another program does."""
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, indent), expand=False))
    else:
        out.print(" " * indent + text, soft_wrap=True)


@app.command(
    context_settings=_MORE,
    epilog='Example: darkwake goods "sodium perchlorate" --cas 7601-89-0 --on 2025-10-29 --from CN --to IR '
    "--lists annex.json",
)
def goods(
    context: typer.Context,
    description: Annotated[str, typer.Argument(help="The goods in the words of the papers.")] = "",
    hs: Annotated[str, typer.Option(help="An HS code; dots and spaces do not matter.")] = "",
    cn: Annotated[str, typer.Option(help="A CN code of eight digits.")] = "",
    cas: Annotated[str, typer.Option(help="A CAS number.")] = "",
    entry: Annotated[str, typer.Option(help="An entry of a list, such as 1C350.")] = "",
    on: Annotated[str, typer.Option(help="The day that the question is about, such as 2025-10-29.")] = "",
    from_: Annotated[str, typer.Option("--from", help="The country that the goods left.")] = "",
    to: Annotated[str, typer.Option(help="The country that they went to.")] = "",
    language: Annotated[str, typer.Option(help="Show names in this language too, such as zh.")] = "",
    lists: Annotated[list[Path] | None, typer.Option(help="A control list or a table of codes; repeat it.")] = None,
    record: Record = None,
    as_json: Json = False,
) -> None:
    """Look goods up in control lists, by CAS number, customs code, entry or words; what met is shown."""
    _no_more(context)
    asked = dw.screening.GoodsAsked(
        description=description, hs=hs, cn=cn, cas=cas, entry=entry, on=day(on), from_=from_, to=to, language=language
    )
    made = dw.alone.goods_of(asked, lists or [])
    (answer,) = made.answers
    written = dw.kept.keep(record, goods=made) if record else ()
    if as_json:
        print_json(answer.as_dict())
        return
    _say(f"[bold]{escape(answer.verdict)}[/]")
    for one in answer.findings:
        _say(escape(one.says), 2)
        if one.standing:
            _say(escape(one.standing), 6)
    for title, lines in (("Rules of the route", answer.rules), ("Notes", answer.notes)):
        if lines:
            out.print(f"{title}:")
        for line in lines:
            _say(escape(line), 2)
    checked = "; ".join(one.said for one in answer.lists)
    _say(f"Lists checked: {escape(checked) or 'none but the few facts of the project'}.")
    _say("Not found is not the same as clear; what is found may have a civil use.")
    for path in written:
        _say(f"Written: {path}")


@app.command(
    context_settings=_MORE,
    epilog="Example: darkwake manifest shipments.xlsx --lists sdn.xml.gz --lists annex.json --record kept.json",
)
def manifest(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A table of shipments (csv, xlsx).", show_default=False)],
    lists: Lists = None,
    on: Annotated[str, typer.Option(help="The day for rows that give none, such as 2025-10-29.")] = "",
    columns: Annotated[str, typer.Option(help="Where the headers are your own: our column = its column.")] = "",
    sheet: Annotated[str, typer.Option(help="The sheet of an xlsx; the first where none is named.")] = "",
    encoding: Annotated[str, typer.Option(help="Of a csv, where it is not UTF-8.")] = "",
    record: Record = None,
    table: Annotated[Path | None, typer.Option("--out", help="Write the findings here as csv.")] = None,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 40,
    as_json: Json = False,
) -> None:
    """Screen every shipment of a table: parties, ship, goods and route, as of its day."""
    _no_more(context)
    told, written = dw.kept.screen_manifest(
        file, lists or [], on=day(on), columns=columns, sheet=sheet, encoding=encoding, record=record, table=table
    )
    if as_json:
        print_json(told.section() | {"findings": told.findings.to_dicts()})
        return
    for shipment in told.shipments.head(rows).iter_rows(named=True):
        _say(escape(shipment["says"]))
        for note in shipment["notes"]:
            _say(escape(note), 4)
    show_table(told.short(), ["row", "part", "found", "list", "entry", "name", "standing"], rows)
    unused = ", ".join(told.manifest.unused)
    left = (f"Columns that were not read: {unused}.",) if unused else ()
    for line in (*told.manifest.notes, *left, *told.notes, told.says(), *(f"Written: {path}" for path in written)):
        _say(escape(line))


@app.command(
    context_settings=_MORE,
    epilog="Example: darkwake rescreen record.json --lists sdn-new.xml.gz --lists annex-new.json",
)
def rescreen(
    context: typer.Context,
    record: Annotated[Path, typer.Argument(help="A search record.", show_default=False)],
    lists: Lists = None,
    old: Annotated[list[Path] | None, typer.Option(help="An older version; may be repeated.")] = None,
    rows: Annotated[int, typer.Option(help="How many rows of the table to print.")] = 40,
    as_json: Json = False,
) -> None:
    """Make the searches of a record, for parties and goods, again on newer lists: what is new, gone and changed."""
    _no_more(context)
    told = dw.kept.rescreen_record(record, lists or [], old or [])
    if as_json:
        print_json({"changes": told.changes.to_dicts(), "says": told.says(), "notes": list(told.notes)})
        return
    show_table(told.changes, ["change", "why", "asked", "list", "entry", "name", "rank_before", "rank_after"], rows)
    altered = told.changes.filter(told.changes["change"] == "changed")["says"].head(rows)
    for line in (*altered, *told.notes, told.says()):
        _say(escape(line))


@app.command(
    context_settings=_MORE,
    epilog="Example: darkwake verify strait-2025 --again\n\nExample: darkwake verify record.json --lists sdn.xml.gz",
)
def verify(
    context: typer.Context,
    record: Annotated[
        Path, typer.Argument(metavar="CASE|RECORD", help="A case folder, or a search record.", show_default=False)
    ],
    lists: Annotated[
        list[Path] | None, typer.Option(help="Of a record: a file that was searched; may be repeated.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Of a case: compute all of it again, and compare.")] = False,
    as_json: Json = False,
) -> None:
    """Hold a case against its sources, or a search record against its files: what was altered, what is missing."""
    _no_more(context)
    checks: Sequence[dw.kept.Check | Checked]
    if record.is_dir():
        if lists:
            raise WrongUse("--lists belongs to a search record", to_do="A case has its lists among its sources")
        with working() as progress:
            checks = dw.steps.verify(record, again=again, progress=progress)
    elif again:
        raise WrongUse("--again belongs to a case", to_do="A record's searches are made again where --lists are given")
    else:
        checks = dw.kept.verify(record, lists=lists or [])
    if as_json:
        print_json([{"what": one.what, "result": one.result, "says": one.says} for one in checks])
    else:
        for one in checks:
            _say(f"{one.result:>20}  [bold]{escape(one.what)}[/]  {escape(one.says)}")
    if any(one.result == "does not hold" for one in checks):
        raise typer.Exit(1)
