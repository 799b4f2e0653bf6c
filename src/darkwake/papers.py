"""Articles alone and in a case: reading them, laying their claims together, and handing the ledger on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import __version__, claims, schema
from darkwake.case import claimed, claims_page, folder, quantities
from darkwake.case.folder import CaseFolder, Progress
from darkwake.claims import admiralty, csv_in, csv_out, edits, ftm, jsonl, ledger, prov, rows, schema_org
from darkwake.errors import Unreadable, WrongUse
from darkwake.sources import files_in

LEDGER = "claims.jsonl"
"""The ledger's name in a case folder."""
FORMS = ("csv", "jsonl", "prov", "schema-org", "ftm")
"""What a ledger can be written as, besides itself."""


@dataclass(frozen=True, slots=True)
class File:
    """An article's file, the name that a reader knows it by, and what its owner says of it."""

    path: Path
    name: str
    known: Mapping[str, str] = field(default_factory=dict)
    """Any of url, outlet, author and published; goes before what the file says."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What articles say, laid together: the tables of schema.claimed."""

    articles: pl.DataFrame
    claims: pl.DataFrame
    clusters: pl.DataFrame
    origins: pl.DataFrame
    contradictions: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables by their names."""
        return {name: getattr(self, name) for name in ("articles", "claims", "clusters", "origins", "contradictions")}

    def described(self) -> str:
        """The counts in a few words."""
        retold = self.clusters.filter(pl.col("claims").list.len() > 1).height
        return (
            f"{self.claims.height:,} claims in {self.articles.height:,} articles, {retold:,} told more than once, "
            f"{self.contradictions.height:,} contradictions"
        )


NOTHING = Laid(
    articles=schema.empty(schema.ARTICLES),
    claims=schema.empty(schema.CLAIMS),
    clusters=schema.empty(schema.CLUSTERS),
    origins=schema.empty(schema.ORIGINS),
    contradictions=schema.empty(schema.CONTRADICTIONS),
)


# --- reading ---


def lay(
    files: Sequence[File],
    backend: claims.Backend,
    *,
    into: Path | None = None,
    progress: Progress | None = None,
) -> Laid:
    """Read articles and lay their claims together.

    Args:
        files: the articles.
        backend: who reads.
        into: a ledger; what was read is added to it, and what people corrected in it stands before what was read. The
            caller holds whatever lock guards it.
        progress: told of every article.

    Raises:
        Unreadable: one is no article, or the ledger is not as it was written; the message names it.
    """
    # a case keeps its files under their hashes: the reader knows them by the name they came with
    read = [replace(claims.read(one.path, **one.known), name=one.name) for one in files]
    articles, said = claims.read_all(read, backend, progress=progress)
    pairs: list[ledger.Pair] = []
    if into is not None:
        kept = whole(into)
        rows_read = edits.reading(kept, articles, said, made_by=backend.made_by)
        ledger.append(into, rows_read, at=_now(), held=nullcontext())
        kept = whole(into)
        here = pl.col("article").is_in(articles["id"].implode())
        articles = kept.articles().filter(pl.col("id").is_in(articles["id"].implode()))
        said, pairs = kept.claims().filter(here), kept.pairs()
    clusters, origins, contradictions = claims.lay_together(articles, said, pairs=pairs)
    return Laid(articles, said, clusters, origins, contradictions)


def read_alone(
    items: Sequence[Path],
    *,
    backend: str = "",
    known: Mapping[str, str] | None = None,
    into: Path | None = None,
    progress: Progress | None = None,
) -> Laid:
    """Files and folders of articles, without a case; with `into` also added to that ledger."""
    files = [
        File(file, file.name, known or {})
        for item in items
        for file in files_in(item)
        # a folder may hold other things beside its articles; a file that is named is meant
        if not item.is_dir() or claims.sniff(file)
    ]
    if not files:
        raise WrongUse("there is no article", where=", ".join(map(str, items)), to_do="Name files (html, pdf, txt)")
    return lay(files, claims.backend(backend), into=into, progress=progress)


def page(laid: Laid, out: Path) -> Path:
    """A page with every claim in its context, its chain, its origins and what contradicts it."""
    section = claimed.section(claimed.Claimed(**laid.tables(), grades=grades_told(ledger.Ledger(), laid)))
    amounts = quantities.quantities(laid.claims, laid.clusters, laid.articles)
    number = laid.articles.height
    title = f"Claims of {number:,} article{'' if number == 1 else 's'}"
    made_by = ", ".join(sorted({one.partition(";")[0] for one in laid.claims["made_by"]})) or f"darkwake {__version__}"
    folder.write_text(out, claims_page.render(section, amounts, title=title, made_by=made_by))
    return out


def written(laid: Laid, to: str, out: Path, kept: ledger.Ledger | None = None) -> Path:
    """The claims in a form that others read.

    Raises:
        WrongUse: `to` is none of `FORMS`.
    """
    tables = (laid.articles, laid.claims, laid.clusters, laid.origins)
    makers: dict[str, Callable[[], str]] = {
        "csv": lambda: csv_out.as_csv(laid.claims),
        "jsonl": lambda: jsonl.as_jsonl(laid.claims),
        "prov": lambda: prov.as_json(*tables, kept=kept),
        "schema-org": lambda: schema_org.as_json(*tables),
        "ftm": lambda: ftm.as_jsonl(*tables),
    }
    if to not in makers:
        raise WrongUse(f"{to!r} is no form of claims", to_do=f"Use one of {', '.join(FORMS)}")
    folder.write_text(out, makers[to]())
    return out


# --- the ledger ---


def ledger_of(path: Path) -> Path:
    """The ledger that a path names: a case's own, or the file itself.

    Raises:
        CaseMissing: the folder holds no case.
    """
    return folder.find(path).path / LEDGER if path.is_dir() else path


def whole(path: Path) -> ledger.Ledger:
    """A ledger that is as it was written; an empty one where there is no file.

    Raises:
        Unreadable: a line was altered or is missing.
    """
    kept = ledger.read(path)
    if kept.damage:
        more = f" (and {len(kept.damage) - 1} more)" if len(kept.damage) > 1 else ""
        raise Unreadable(
            f"the ledger is not as it was written: {kept.damage[0].rstrip('.')}{more}",
            where=str(path),
            to_do="Restore it from a copy; `darkwake ledger` lists every line",
        )
    return kept


def edits_of(case: CaseFolder) -> list[str]:
    """Ids of all rows that people wrote in a case's ledger: what a reading depends on besides its sources."""
    return [row.id for row in ledger.read(case.path / LEDGER).rows if row.is_person]


def opened(path: Path) -> tuple[ledger.Ledger, Laid]:
    """A ledger and what it holds, laid together.

    Raises:
        WrongUse: there is no ledger.
        Unreadable: it is not as it was written.
    """
    file = ledger_of(path)
    if not file.exists():
        raise WrongUse(
            "there is no ledger of claims",
            where=str(file),
            to_do="Read articles first: darkwake claims FILES --ledger FILE, or darkwake run CASE",
        )
    kept = whole(file)
    articles, said = kept.articles(), kept.claims()
    return kept, Laid(articles, said, *claims.lay_together(articles, said, pairs=kept.pairs()))


def found(kept: ledger.Ledger, wanted: str) -> str:
    """The id of the one claim or article that begins so.

    Raises:
        WrongUse: none does, or several do.
    """
    ids: list[str] = [*kept.claims()["id"], *kept.articles()["id"]]
    meant = [one for one in ids if one == wanted] or [one for one in ids if one.startswith(wanted)]
    if len(meant) != 1:
        what = "no claim or article" if not meant else f"{len(meant):,} of them"
        raise WrongUse(f"{what} begins with {wanted!r}", to_do="Give its id as `darkwake ledger` prints it")
    return meant[0]


def grade(path: Path, wanted: str, grades: Mapping[str, str], *, because: str, author: str) -> admiralty.Grades:
    """A person's grades of a claim, on one axis or on both; the history stays."""
    file = ledger_of(path)
    kept = whole(file)
    claim = found(kept, wanted)
    for axis, value in grades.items():
        row = admiralty.grade(kept, claim, axis, value.upper(), because=because, author=author)  # type: ignore[arg-type]
        ledger.append(file, [row], at=_now())
        kept = whole(file)
    return admiralty.grades(kept, claim)


def record(path: Path, source: str, *, held: int, failed: int, because: str, author: str) -> rows.Row:
    """How earlier statements of a source turned out, as a person knows it."""
    file = ledger_of(path)
    return _append(file, edits.history(whole(file), source, held=held, failed=failed, because=because, author=author))


def correct(
    path: Path,
    wanted: str,
    *,
    changes: Mapping[str, Any] | None = None,
    same: str = "",
    apart: str = "",
    because: str,
    author: str,
) -> rows.Row:
    """A person's correction: new values, or that two claims tell of one happening or of two; else it is withdrawn."""
    file = ledger_of(path)
    kept = whole(file)
    of = found(kept, wanted)
    if same or apart:
        other = found(kept, same or apart)
        return _append(file, edits.laid(kept, of, other, together=bool(same), because=because, author=author))
    if changes:
        return _append(file, edits.correction(kept, of, changes, because=because, author=author))
    return _append(file, edits.withdrawal(kept, of, "claim", because=because, author=author))


def take_csv(path: Path, edited: Path, *, because: str, author: str) -> tuple[int, csv_in.Taken]:
    """What a person changed in a CSV of the claims, as corrections; how many, and what was read and refused."""
    file = ledger_of(path)
    taken = csv_in.read(edited, schema.CLAIMS)
    made = edits.compared(whole(file), taken.table, because=because, author=author)
    return len(ledger.append(file, made, at=_now()).written), taken


def grades_told(kept: ledger.Ledger, laid: Laid) -> dict[str, dict[str, Any]]:
    """The grade of each claim as pages show it: what people set, what could be set, and why."""
    codes = graded(kept, laid)
    touched = {row.of for row in kept.rows if row.slot in rows.AXES}
    told = {}
    for claim, could in proposals(kept, laid).items():
        history = admiralty.grades(kept, claim).history if claim in touched else ()
        told[claim] = {
            "code": codes[claim],
            "proposed": could.reliability + could.credibility,
            "reasons": [f"{one.axis}: {one.says}" for one in could.reasons],
            "history": [
                {
                    "axis": row.slot,
                    "value": row.body.get("value", "withdrawn"),
                    "by": row.author,
                    "because": row.because,
                }
                for row in (one.row for one in history)
            ],
        }
    return told


def graded(kept: ledger.Ledger, laid: Laid) -> dict[str, str]:
    """The grade that people set of each claim, such as "B3"; F6 where nobody did."""
    # the history of a claim is looked for in the whole ledger, so only what has one is asked
    touched = {row.of for row in kept.rows if row.slot in rows.AXES}
    none = "".join(admiralty.UNJUDGED.values())
    return {claim: admiralty.grades(kept, claim).code if claim in touched else none for claim in laid.claims["id"]}


def proposals(kept: ledger.Ledger, laid: Laid) -> dict[str, admiralty.Proposal]:
    """What could be set of each claim on both axes, by the claim's id."""
    of = {claim: cluster for cluster, members in laid.clusters.select("id", "claims").iter_rows() for claim in members}
    origins = {row["cluster"]: row for row in laid.origins.iter_rows(named=True)}
    against: dict[str, list[dict[str, Any]]] = {}
    for row in laid.contradictions.iter_rows(named=True):
        against.setdefault(row["cluster"], []).append(row)
    histories = admiralty.histories_in(kept)
    return {
        row["id"]: admiralty.propose(
            row,
            origins=origins.get(of.get(row["id"], "")),
            contradictions=against.get(of.get(row["id"], ""), ()),
            histories=histories,
        )
        for row in laid.claims.iter_rows(named=True)
    }


def _append(file: Path, row: rows.Row) -> rows.Row:
    ledger.append(file, [row], at=_now())
    return row


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
