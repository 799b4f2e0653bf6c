"""Articles: who said what, through whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

import darkwake as dw
from darkwake.cli.terminal import Json, app, out, print_json, working

_CLIP = 160


@app.command(
    epilog="Example: darkwake claims articles/ --page claims.html\n\n"
    "Example: darkwake claims story.html --published 2026-02-14 --outlet 'The Harbour Post' --json"
)
def claims(
    articles: Annotated[list[Path], typer.Argument(help="Files (html, pdf, txt) or folders.", show_default=False)],
    backend: Annotated[
        str, typer.Option(help="Who reads: parse or pattern. Without it, parse where it is installed.")
    ] = "",
    published: Annotated[str, typer.Option(help="The day of publication, EDTF, where the file does not say it.")] = "",
    outlet: Annotated[str, typer.Option(help="Who published it, where the file does not say it.")] = "",
    url: Annotated[str, typer.Option(help="Its address, where the file does not say it.")] = "",
    author: Annotated[str, typer.Option(help="Who wrote it, where the file does not say it.")] = "",
    page: Annotated[Path | None, typer.Option(help="Write a page with every claim in its context.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="Add what was read to a ledger (JSON lines).")] = None,
    to: Annotated[
        str, typer.Option(help="Write the ledger's content in a form of others: csv, prov, schema-org or ftm.")
    ] = "",
    file: Annotated[Path | None, typer.Option("-o", "--out", help="Where --to writes.")] = None,
    rows: Annotated[int, typer.Option(help="How many claims to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Read articles: who said what, through whom, with its dates and quantities, and how many origins that makes."""
    given = {"published": published, "outlet": outlet, "url": url, "author": author}
    with working() as progress:
        laid = dw.papers.read_alone(
            articles, backend=backend, known={key: text for key, text in given.items() if text}, progress=progress
        )
        written = dw.papers.write(laid, page=page, ledger=ledger, to=to, out=file)
    if as_json:
        print_json({name: table.to_dicts() for name, table in laid.tables().items()})
        return
    _show_articles(laid.articles)
    _show_claims(laid, rows)
    _show_told(laid)
    for path in written:
        out.print(f"Written: {escape(str(path))}", soft_wrap=True)


def _show_articles(articles: pl.DataFrame) -> None:
    for row in articles.sort("published", "name").iter_rows(named=True):
        facts = f"{row['outlet'] or 'outlet unknown'}, {row['published'] or 'day unknown'}"
        out.print(f"[bold]{escape(row['name'])}[/]  {escape(facts)}", soft_wrap=True)
        for problem in row["problems"]:
            out.print(f"    {escape(problem)}", soft_wrap=True)


def _show_claims(laid: dw.papers.Laid, most: int) -> None:
    names = dict(laid.articles.select("id", pl.coalesce(pl.col("outlet").replace("", None), "name")).iter_rows())
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("published by", "said by", "words"):
        table.add_column(title, overflow="fold")
    for row in laid.claims.head(most).iter_rows(named=True):
        through = " < ".join(link["name"] for link in row["chain"][1:]) or "itself"
        text = row["text"] if len(row["text"]) <= _CLIP else f"{row['text'][:_CLIP]}..."
        table.add_row(escape(names[row["article"]]), escape(through), escape(" ".join(text.split())))
    out.print(table)
    more = laid.claims.height - most
    out.print(
        f"{more:,} more: --rows {laid.claims.height}, or --json." if more > 0 else f"{laid.claims.height:,} in all."
    )


def _show_told(laid: dw.papers.Laid) -> None:
    told = laid.clusters.join(laid.origins, left_on="id", right_on="cluster").filter(pl.col("claims").list.len() > 1)
    if told.height:
        out.print("\nTold more than once:")
    for row in told.iter_rows(named=True):
        out.print(f"  {escape(row['says'])}", soft_wrap=True)
    if laid.contradictions.height:
        out.print("\nDo not agree:")
    for row in laid.contradictions.iter_rows(named=True):
        word = "cannot both be so" if row["hard"] else "may both be so"
        out.print(f"  {escape(row['kind'])}, {word}: {escape(row['says'])}", soft_wrap=True)
