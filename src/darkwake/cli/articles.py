"""Articles: who said what, through whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

import darkwake as dw
from darkwake.cli.terminal import Json, app, out, print_json, working
from darkwake.errors import WrongUse
from darkwake.evidence import canonical

_CLIP = 160
_MOST_SAID = 1_000
"""Characters of a contradiction on a terminal; --json and --page give all."""


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
            articles,
            backend=backend,
            known={key: text for key, text in given.items() if text},
            into=ledger,
            progress=progress,
        )
    written = [] if page is None else [dw.papers.page(laid, page)]
    written += [dw.papers.written(laid, to, _given(file))] if to else []
    if as_json:
        print_json({name: table.to_dicts() for name, table in laid.tables().items()})
        return
    _show_articles(laid.articles)
    _show_claims(laid, rows)
    _show_told(laid, rows)
    for path in [*written, *([ledger] if ledger else [])]:
        out.print(f"Written: {escape(str(path))}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake ledger strait-2025 --history claim-0f3a\n\n"
    "Example: darkwake ledger claims.jsonl --to prov -o claims.prov.json\n\n"
    "Example: darkwake ledger strait-2025 --take edited.csv --because 'read again' --by 'A. Reader'"
)
def ledger(
    path: Annotated[Path, typer.Argument(help="A case, or a ledger file.", show_default=False)],
    history: Annotated[str, typer.Option(help="Print every row about this claim or article.")] = "",
    to: Annotated[str, typer.Option(help="Write it as csv, jsonl, prov, schema-org or ftm.")] = "",
    file: Annotated[Path | None, typer.Option("-o", "--out", help="Where --to writes.")] = None,
    take: Annotated[Path | None, typer.Option(help="Take corrections from a CSV that --to csv wrote.")] = None,
    because: Annotated[str, typer.Option(help="The reason for what --take takes.")] = "",
    author: Annotated[str, typer.Option("--by", help="Your name, for what --take takes.")] = "",
    rows: Annotated[int, typer.Option(help="How many claims to print.")] = 20,
    as_json: Json = False,
) -> None:
    """Show a ledger of claims with its grades; check it; hand it on; take corrections from a spreadsheet."""
    if take is not None:
        number, taken = dw.papers.take_csv(path, take, because=because, author=author)
        refused = len(taken.refused)
        out.print(
            f"{taken.rows:,} rows = {taken.table.height:,} read + {refused:,} refused; {number:,} changed something"
        )
        for one in taken.refused:
            out.print(f"    {escape(one.file)}, row {one.row:,}: {escape(one.reason)}", soft_wrap=True)
    kept, laid = dw.papers.opened(path)
    if history:
        versions = kept.history(dw.papers.found(kept, history))
        _show_history(versions, as_json)
        return
    proposed, graded = dw.papers.proposals(kept, laid), dw.papers.graded(kept, laid)
    if as_json:
        told = {one: {"set": graded[one], "proposed": asdict(proposed[one])} for one in proposed}
        print_json({name: table.to_dicts() for name, table in laid.tables().items()} | {"grades": told})
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("claim", "grade", "proposed", "words"):
        table.add_column(title, overflow="fold", no_wrap=title != "words")
    for row in laid.claims.head(rows).iter_rows(named=True):
        could = proposed[row["id"]]
        table.add_row(row["id"], graded[row["id"]], could.reliability + could.credibility, escape(_short(row["text"])))
    out.print(table)
    out.print(f"{laid.claims.height:,} claims, {len(kept.rows):,} rows in the ledger, which is as it was written.")
    if to:
        out.print(f"Written: {escape(str(dw.papers.written(laid, to, _given(file), kept)))}", soft_wrap=True)


@app.command(
    epilog="Example: darkwake grade strait-2025 claim-0f3a --credibility 3 --because 'one origin' --by 'A. Reader'\n\n"
    "Example: darkwake grade strait-2025 --source 'Strait Radio' --held 7 --failed 1 --because 'log' --by 'A. Reader'"
)
def grade(
    path: Annotated[Path, typer.Argument(help="A case, or a ledger file.", show_default=False)],
    claim: Annotated[str, typer.Argument(help="The claim's id, or its beginning.")] = "",
    because: Annotated[str, typer.Option(help="The reason, in your words.")] = "",
    author: Annotated[str, typer.Option("--by", help="Your name.")] = "",
    reliability: Annotated[str, typer.Option(help="Of the source: A to F.")] = "",
    credibility: Annotated[str, typer.Option(help="Of the information: 1 to 6.")] = "",
    source: Annotated[str, typer.Option(help="Record of a source instead: its name, as chains write it.")] = "",
    held: Annotated[int, typer.Option(help="How many of its earlier statements proved right.")] = 0,
    failed: Annotated[int, typer.Option(help="How many proved wrong.")] = 0,
) -> None:
    """Set the Admiralty grade of a claim, each field by itself, or record how a source's statements turned out."""
    if source:
        dw.papers.record(path, source, held=held, failed=failed, because=because, author=author)
        out.print(f"Recorded of {escape(source)}: {held} held, {failed} failed.", soft_wrap=True)
        return
    axes = {"reliability": reliability, "credibility": credibility}
    set_ = dw.papers.grade(path, claim, {k: v for k, v in axes.items() if v}, because=because, author=author)
    out.print(f"{set_.code}; {len(set_.history)} rows in its history", soft_wrap=True)


@app.command(
    epilog="Example: darkwake correct strait-2025 claim-0f3a --set modality=alleged --because 'heard' --by 'A. Q.'\n\n"
    "Example: darkwake correct strait-2025 claim-0f3a --apart claim-77b1 --because 'two ships' --by 'A. Reader'"
)
def correct(
    path: Annotated[Path, typer.Argument(help="A case, or a ledger file.", show_default=False)],
    claim: Annotated[str, typer.Argument(help="The id of a claim or article, or its beginning.", show_default=False)],
    because: Annotated[str, typer.Option(help="The reason, in your words.")],
    author: Annotated[str, typer.Option("--by", help="Your name.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE, the value as JSON or plain text; may be repeated.")
    ] = None,
    same: Annotated[str, typer.Option(help="Another claim that tells of the same happening.")] = "",
    apart: Annotated[str, typer.Option(help="Another claim that tells of another happening.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It is no claim at all.")] = False,
) -> None:
    """Correct what was read; the old row stays in the ledger, and the next run goes by the new one."""
    if sum(map(bool, (values, same, apart, withdraw))) != 1:
        raise WrongUse("say one thing", to_do="Give one of --set, --same, --apart or --withdraw")
    changes = dict(map(_value, values or ()))
    row = dw.papers.correct(path, claim, changes=changes, same=same, apart=apart, because=because, author=author)
    out.print(f"{row.kind}: {row.id}; the old row stays", soft_wrap=True)


def _value(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise WrongUse(f"{text!r} sets nothing", to_do="Write FIELD=VALUE, such as modality=alleged")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _given(file: Path | None) -> Path:
    if file is None:
        raise WrongUse("--to needs a file", to_do="Name it with -o FILE")
    return file


def _show_history(versions: Sequence[Any], as_json: bool) -> None:
    if as_json:
        print_json([asdict(one.row) | {"superseded_by": one.superseded_by} for one in versions])
        return
    for one in versions:
        row = one.row
        stands = "superseded" if one.superseded_by else "stands"
        what = json.dumps(canonical(row.body), ensure_ascii=False)
        out.print(
            f"{row.at}  [bold]{escape(row.slot)}[/] {row.kind}, {stands}, by {escape(row.author)}", soft_wrap=True
        )
        out.print(f"    {escape(row.because or what[:_CLIP])}", soft_wrap=True)


def _show_articles(articles: pl.DataFrame) -> None:
    for row in articles.sort("published", "name").iter_rows(named=True):
        facts = f"{row['outlet'] or 'outlet unknown'}, {row['published'] or 'day unknown'}"
        out.print(f"[bold]{escape(row['name'])}[/]  {escape(facts)}", soft_wrap=True)
        for problem in row["problems"]:
            out.print(f"    {escape(problem)}", soft_wrap=True)


def _show_claims(laid: dw.papers.Laid, most: int) -> None:
    names = dict(laid.articles.select("id", pl.coalesce(pl.col("outlet").replace("", None), "name")).iter_rows())
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for title, wide in (("published by", 2), ("said by", 3), ("words", 5)):
        table.add_column(title, overflow="fold", ratio=wide)
    days = laid.articles.select(pl.col("id").alias("article"), "published", "name")
    ordered = laid.claims.join(days, on="article").sort("published", "name", "at", maintain_order=True)
    for row in ordered.head(most).iter_rows(named=True):
        through = " < ".join(link["name"] for link in row["chain"][1:]) or "itself"
        table.add_row(escape(names[row["article"]]), escape(through), escape(_short(row["text"])))
    out.print(table)
    more = laid.claims.height - most
    out.print(
        f"{more:,} more: --rows {laid.claims.height}, or --json." if more > 0 else f"{laid.claims.height:,} in all."
    )


def _show_told(laid: dw.papers.Laid, most: int) -> None:
    told = laid.clusters.join(laid.origins, left_on="id", right_on="cluster").filter(pl.col("claims").list.len() > 1)
    told = told.sort(pl.col("outlets").list.len(), "id", descending=[True, False])
    if told.height:
        out.print("\nTold more than once:")
    for row in told.head(most).iter_rows(named=True):
        out.print(f"  [bold]{escape(_short(row['label']))}[/]\n    {escape(row['says'])}", soft_wrap=True)
    _more(told.height, most)
    if laid.contradictions.height:
        out.print("\nDo not agree:")
    for row in laid.contradictions.sort("hard", "id", descending=[True, False]).head(most).iter_rows(named=True):
        word = "cannot both be so" if row["hard"] else "may both be so"
        out.print(f"  {escape(row['kind'])}, {word}: {escape(row['says'][:_MOST_SAID])}", soft_wrap=True)
    _more(laid.contradictions.height, most)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _CLIP else f"{words[:_CLIP]}..."


def _more(every: int, most: int) -> None:
    if every > most:
        out.print(f"{every - most:,} more: --rows {every}, or --json.")
