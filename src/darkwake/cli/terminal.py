"""What all commands share: the app, its options, progress, tables and JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from darkwake.errors import WrongUse
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
Ports = Annotated[
    list[Path] | None,
    typer.Option("--ports", help="Ports or anchorages (csv, GeoJSON) in place of the package's; may be repeated."),
]
Store = Annotated[Path, typer.Argument(help="A store made by `darkwake tracks`.", show_default=False)]


@contextmanager
def working() -> Iterator[Any]:
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


def show_sources(sources: Sequence[Source]) -> None:
    """What was kept and refused of each source: the two always add up to its rows."""
    whole = Counter(one.kind for one in sources if one.rows == one.kept == 1)
    for kind, number in sorted(whole.items()):
        out.print(f"[bold]{number:,} {escape(kind)}[/], each kept whole", soft_wrap=True)
    for one in sources:
        if one.rows == one.kept == 1:  # an article is one row
            continue
        refused = sum(one.refused.values())
        out.print(f"[bold]{escape(one.name)}[/]  {escape(one.kind)}", soft_wrap=True)
        out.print(f"{one.rows:>12,} rows = {one.kept:,} kept + {refused:,} refused", soft_wrap=True)
        most = sorted(one.refused.items(), key=lambda item: (-item[1], item[0]))
        for reason, number in most[:_MOST_REASONS]:
            out.print(f"{number:>20,} {escape(reason)}", soft_wrap=True)
        if most[_MOST_REASONS:]:
            rest = sum(number for _, number in most[_MOST_REASONS:])
            out.print(f"{rest:>20,} for {len(most) - _MOST_REASONS} more reasons; --json lists all")


def plain_source(source: Source) -> dict[str, Any]:
    """What JSON says of a source that was read."""
    return {
        "sha256": source.sha256,
        "name": source.name,
        "kind": source.kind,
        "rows": source.rows,
        "kept": source.kept,
        "refused": dict(source.refused),
    }


def day(text: str) -> date | None:
    """The day that an option names; None where it is empty."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is no day", to_do="Write it as 2025-10-29") from error


def show_table(found: pl.DataFrame, columns: Sequence[str], most: int, as_json: bool = False) -> None:
    """The first rows of a table, and how many more there are; as JSON all rows with every column."""
    if as_json:
        print_json(found.to_dicts())
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        right = name in ("ship", "other", "hours", "dark_h", "out", "back", "with_inferred")
        whole = name in ("kind", "ship", "other", "start", "end", "departed", "arrived", "hours")
        table.add_column(name, justify="right" if right else "left", no_wrap=whole, overflow="fold")
    for row in found.head(most).iter_rows(named=True):
        doubt = {f"{end}_name" for end in ("from", "to") if row.get(f"{end}_inferred")}
        table.add_row(*(_cell(row[name]) + " ?" * (name in doubt) for name in columns))
    out.print(table)
    if found.height > most:
        out.print(f"{found.height - most:,} more: --rows {found.height}, or --json for all with every column.")
    else:
        out.print(f"{found.height:,} in all; --json gives every column.")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}" if 0 < abs(value) < 1 else f"{value:,.1f}"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}" if type(value) is date else f"{value:%Y-%m-%d %H:%M}"
    return escape(str(value))


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """A value for machines."""
    sys.stdout.write(json.dumps(canonical(value), ensure_ascii=False, indent=1) + "\n")
