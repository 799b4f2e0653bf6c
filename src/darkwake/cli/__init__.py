"""The command line: one command a step. What it does stands in steps.py; here are only words and tables."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

import darkwake as dw
from darkwake.cli import articles, cases, changes, fetching, lists, live, parts, sites
from darkwake.cli.terminal import app, err, out
from darkwake.errors import DarkwakeError

_EXTRAS = {"rasterio": "sites", "numba": "sites", "pystac": "sites", "spacy": "claims", "trafilatura": "claims"}

__all__ = ["app", "articles", "cases", "changes", "fetching", "lists", "live", "main", "parts", "sites"]


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(f"darkwake {dw.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a known error becomes one readable paragraph and its exit code."""
    try:
        app()
    except DarkwakeError as error:
        err.print(f"[bold red]darkwake:[/] {escape(error.message())}", soft_wrap=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        err.print(
            f'[bold red]darkwake:[/] {error.name} is not installed. Install it: pip install "darkwake\\[{extra}]"'
        )
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("darkwake: stopped; what was finished before stays, nothing is half written.")
        sys.exit(130)
