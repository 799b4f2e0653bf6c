"""The live page, and people's notes: open, note."""

from __future__ import annotations

import textwrap
import webbrowser
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

import darkwake as dw
from darkwake.case import folder, notes, notes_shown, opened
from darkwake.cli.terminal import Case, Json, app, out, print_json
from darkwake.errors import WrongUse


@app.command("open", epilog="Example: darkwake open strait-2025")
def open_(
    case: Case,
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0 for any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")] = False,
) -> None:
    """Serve a case on this machine alone, in the browser: sources down to the row, and notes that can be written.

    It answers only to the address that is printed, which is new at each start; do not hand it on. No request leaves
    the machine. End it with ctrl-C.
    """
    with dw.web.serving(case, port=port) as live:
        out.print(f"Live at [bold]{live.url}[/]", soft_wrap=True)
        out.print("For this machine and this start alone. End it with ctrl-C.")
        out.file.flush()  # whoever started it through a pipe waits for the address
        if not no_browser:
            webbrowser.open(live.url)
        try:
            live.wait()
        except KeyboardInterrupt:
            out.print("Ended; notes and decisions are in the case's folder.")


@app.command(
    epilog='Example: darkwake note strait-2025 "Asked the owner on 3 May; no reply yet." '
    '--about gap-864eea9b54510de3 --author "A. Reader"'
)
def note(
    case: Case,
    text: Annotated[str, typer.Argument(help="The note; leave it out to list all.", show_default=False)] = "",
    about: Annotated[str, typer.Option(help="A thing by the name that the page's address gives it.")] = "",
    author: Annotated[str, typer.Option(help="Who writes.")] = "",
    kind: Annotated[str, typer.Option(help="note, answer (to what was missing) or rating (of evidence).")] = "note",
    hypothesis: Annotated[str, typer.Option(help="Of a rating: the hypothesis.")] = "",
    mark: Annotated[str, typer.Option(help="Of a rating: for, against or neither.")] = "",
    withdraw: Annotated[str, typer.Option(help="Withdraw the note with this id; the text is the reason.")] = "",
    as_json: Json = False,
) -> None:
    """Write a note beside a case or a thing in it, withdraw one, or list what people noted and decided."""
    found = folder.find(case)
    now = datetime.now(UTC).replace(microsecond=0)
    made = None
    if withdraw:
        made = notes.withdraw(found, withdraw, author=author, at=now, because=text)
    elif text:
        words = {"kind": kind, "hypothesis": hypothesis, "mark": mark}
        made = notes.add(found, text=text, author=author, at=now, about=_thing(found, about), **words)
    rows = notes.listed(found)
    if as_json:
        shown = [row for row in rows if made is None or row["id"] in (made.id, made.withdraws)]
        print_json(shown)
    elif made:
        out.print(f"{made.id}: {'withdrawn ' + made.withdraws if withdraw else made.kind} written.", soft_wrap=True)
        out.print(f"Next: darkwake run {case}", soft_wrap=True)
    else:
        for row in rows:
            _show(row)
        out.print(f"{len(rows):,} in all; --json gives every field." if rows else "Nobody has noted anything yet.")


def _thing(case: folder.CaseFolder, about: str) -> dict[str, str]:
    if not about:
        return {}
    found = notes_shown.things(opened.read(case.path / "case.json")).get(about.removeprefix("#"))
    if found is None:
        raise WrongUse(
            f"nothing in the case is named {about!r}", to_do="Click it on the page: the address then ends in its name"
        )
    return {"kind": found["kind"], "key": found["key"]}


def _show(row: dict[str, Any]) -> None:
    thing = row["about"]
    named = f"{thing['kind']} {thing['key']}" if thing else "the whole case"
    gone = " (withdrawn)" if row["withdrawn"] else ""
    said = f", {row['mark']} {row['hypothesis']}" if row.get("mark") else ""
    out.print(f"[bold]{row['id']}[/]  {row['kind']}{escape(said)}, {escape(named)}{gone}", soft_wrap=True)
    for line in textwrap.wrap(notes_shown.plain(row["text"]), 76) or [""]:
        out.print(f"  {escape(line)}", soft_wrap=True)
    out.print(f"  {escape(notes_shown.plain(row['author']))}, {row['at']}", soft_wrap=True)
