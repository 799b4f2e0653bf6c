"""What changed: diff, watch, pack, unpack."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.padding import Padding

import darkwake as dw
from darkwake.case import diff as diffs
from darkwake.case import folder, history, packed, words
from darkwake.case.change import said
from darkwake.cli.terminal import Case, Json, app, err, out, print_json, working
from darkwake.errors import DarkwakeError, WrongUse

if TYPE_CHECKING:
    from darkwake import arrivals

_STDOUT = Path("-")


@app.command(epilog="Example: darkwake diff strait-2025 --since 2026-11-20")
def diff(
    case: Case,
    since: Annotated[
        str, typer.Option(help="A day (the case as it stood when it began, UTC), or a run; else the run before.")
    ] = "",
    runs: Annotated[bool, typer.Option("--runs", help="List the runs that were kept.")] = False,
    mail: Annotated[Path | None, typer.Option(help="Write a short text for mail or chat here; - prints it.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="That text as Markdown.")] = False,
    rows: Annotated[int, typer.Option(help="How many changes to print.")] = 40,
    as_json: Json = False,
) -> None:
    """Say what is new, gone or changed in a case since its last run, or since a day. Nothing is sent anywhere."""
    found = folder.find(case)
    if runs:
        _show_runs(found, as_json=as_json)
        return
    with working() as progress:
        if progress:
            progress("comparing", 0, None)
        told = diffs.since(found, since)
    if mail:
        _write(mail, diffs.in_short(told, markdown=markdown))
        if mail != _STDOUT and not as_json:
            out.print(f"Written: {mail}", soft_wrap=True)
    if as_json:
        print_json(told.as_dict())
    elif not mail:
        _show(told, rows)


def _show_runs(case: folder.CaseFolder, *, as_json: bool) -> None:
    kept = history.kept(case)
    if as_json:
        print_json([{"number": one.number, "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}", "name": one.name} for one in kept])
        return
    for one in kept:
        out.print(f"{one.number:>5}  {one.at:%Y-%m-%d %H:%M} UTC  {one.name}", soft_wrap=True)
    if not kept:
        out.print(f"No run was kept yet. Run the case: darkwake run {case.path}", soft_wrap=True)


def _show(told: diffs.Diff, rows: int) -> None:
    if told.invented:
        _line("[bold]An invented case.[/]")
    _line(escape(told.heading()))
    for note in told.takes_note:
        _line(f"Take note: {escape(note)}")
    for one in told.told[:rows]:
        _line(f"{one.change:>8}  ", escape(one.says))
    if len(told.told) > rows:
        _line(f"{len(told.told) - rows:,} more: --rows {len(told.told)}, or --json for all.")
    if told.changes or any(told.evidence.values()):
        _line(f"Counts: {escape(told.counted())}")


def _line(text: str, hanging: str = "") -> None:
    """A line; folded under itself where a person looks on, whole where another program does."""
    if not hanging:
        out.print(text, soft_wrap=not out.is_terminal)
    elif out.is_terminal:
        word = text.strip()
        out.print(Padding(f"[bold]{word}[/]  {hanging}", (0, 0, 0, 2), expand=False))
    else:
        out.print(f"{text}{hanging}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake watch strait-2025 inbox\n\n"
    "Example, for cron: darkwake watch strait-2025 inbox --once --summary -"
)
def watch(
    case: Case,
    inbox: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where files arrive; nothing in it is moved.", show_default=False)
    ],
    once: Annotated[bool, typer.Option("--once", help="Look once, take what has settled, run, and end.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between looks where no change is told, as on a share.")] = 60.0,
    settle: Annotated[float, typer.Option(help="Seconds that a file must have stayed the same.")] = 2.0,
    summary: Annotated[
        Path | None, typer.Option(help="Write what changed here, for mail or chat; - prints it.")
    ] = None,
    columns: Annotated[str, typer.Option(help="For tables of your own: our column = its column, with commas.")] = "",
    invented: Annotated[bool, typer.Option("--invented", help="Mark these sources as made up.")] = False,
) -> None:
    """Take what arrives in a folder into a case, run it, and say what changed. Nothing is sent anywhere."""
    if every <= 0 or settle < 0:
        raise WrongUse("seconds cannot be negative", to_do="Such as --every 60 --settle 2")
    with working() as progress:
        watcher = dw.arrivals.Watcher(
            case, inbox, settle_s=settle, columns=columns, invented=invented, progress=progress
        )
        if once:
            found = watcher.once()
            _told(watcher, found, summary, case)
            if found.problem:
                raise typer.Exit(1)
            return
        err.print(f"Watching {inbox}; Ctrl+C ends it.", soft_wrap=True)
        problem = ""
        for found in watcher.rounds(every_s=every):
            if found.problem and found.problem == problem and not (found.taken or found.aside):
                continue  # said once, tried again at every look
            problem = found.problem
            _told(watcher, found, summary, case)


def _told(watcher: arrivals.Watcher, found: arrivals.Round, summary: Path | None, case: Path) -> None:
    """Say what a round did. Standard output holds the summary alone where that is asked for."""
    to = err if summary == _STDOUT else out
    for name in found.taken:
        to.print(f"   taken  {escape(said(name))}", soft_wrap=True)
    for name, why in found.aside:
        to.print(f"   aside  {escape(said(name))}: {escape(said(why))}", soft_wrap=True)
    for name in found.growing:
        if found.taken or found.aside or found.told:
            to.print(f" growing  {escape(said(name))}: it waits for the next look", soft_wrap=True)
    if found.problem:
        err.print(f"[bold red]darkwake:[/] {escape(found.problem)}", soft_wrap=True)
    if found.told is None:
        return
    if summary:
        _write(summary, diffs.in_short(found.told))
    if summary != _STDOUT:
        _show(found.told, 12)
        out.print(f"Open it in a browser: {(case / 'case.html').resolve()}", soft_wrap=True)
    watcher.said()


def _write(to: Path, text: str) -> None:
    if to == _STDOUT:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    if to.is_dir() or not to.parent.is_dir():
        raise WrongUse("no file can be written there", where=str(to), to_do="Name a file in a folder that is there")
    folder.write_text(to, text)


@app.command(epilog="Example: darkwake pack strait-2025 strait-2025.zip")
def pack(
    case: Case,
    file: Annotated[Path | None, typer.Argument(metavar="OUT", help="The file to make; else CASE.zip.")] = None,
    derived: Annotated[bool, typer.Option("--derived", help="Take the store and the tables too.")] = False,
    as_json: Json = False,
) -> None:
    """Make one file of a whole case, sources and all; the same case gives the same bytes."""
    found = folder.find(case)
    to = file or Path(f"{case.resolve().name}.zip")
    with working() as progress:
        made = packed.pack(found, to, with_derived=derived, progress=progress)
    if as_json:
        print_json({"file": str(made.path), "sha256": history.hash_of(to), "files": len(made.files),
                    "bytes": made.bytes, "left_out": list(made.left_out)})  # fmt: skip
        return
    out.print(
        f"{words.count(len(made.files), 'file')}, {made.bytes:,} bytes, packed into {to.stat().st_size:,}.",
        soft_wrap=True,
    )
    for name in made.left_out:
        out.print(f"Left out, as it is no part of a case: {escape(said(name))}", soft_wrap=True)
    if sites := sum(1 for site in found.asked().sites if site.get("images")):
        out.print(f"The images of {sites:,} site{'' if sites == 1 else 's'} stay where they are.", soft_wrap=True)
    out.print(f"sha256 {history.hash_of(to)}  {to}", soft_wrap=True)


@app.command(epilog="Example: darkwake unpack strait-2025.zip elsewhere")
def unpack(
    file: Annotated[Path, typer.Argument(metavar="PACK", help="A file that pack made.", show_default=False)],
    to: Annotated[Path, typer.Argument(metavar="FOLDER", help="The case folder to make.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Make a case folder of a packed case; every file is checked, and nothing is ever written over."""
    held = packed.look(file)
    if not as_json:
        kinds = Counter(name.partition("/")[0] for name in held.files)
        out.print(
            f"{len(held.files):,} files ({kinds['sources']:,} sources), {held.bytes:,} bytes once unpacked.",
            soft_wrap=True,
        )
    with working() as progress:
        packed.unpack(file, to, progress=progress)
    try:
        wrong = [one for one in dw.steps.verify(to) if one.result == "does not hold"]
    except DarkwakeError as error:
        wrong = []
        err.print(f"It could not be verified: {escape(error.message())}", soft_wrap=True)
    if as_json:
        print_json({"case": str(to), "files": len(held.files), "bytes": held.bytes,
                    "does_not_hold": [one.what for one in wrong]})  # fmt: skip
        return
    for one in wrong:
        out.print(f"does not hold  {escape(one.what)}  {escape(one.says)}", soft_wrap=True)
    if not wrong:
        out.print("Every file is as the pack's list says, and the case holds together.", soft_wrap=True)
    out.print(f"Next: darkwake verify {to} --again", soft_wrap=True)
