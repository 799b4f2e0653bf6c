"""A manifest screened as a whole: parties, ship, goods and route of every shipment, as of its day, in one table.

    told = screen_manifest(shipments.read("manifest.xlsx"), parties=Index([...]), goods=index_of([...]))
    told.findings      # one row a finding: row of the file, what met what, list, entry, standing
    told.shipments     # one row a shipment: what was found, what was not, quantities as stated

Each party, ship and description is looked for once, however many rows name it. A shipment about which nothing was
found is said to be just that, with the lists; never more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import canonical, content_id
from darkwake.screening import formats
from darkwake.screening.asked import Asked
from darkwake.screening.goods_asked import VERDICTS, GoodsAnswer, GoodsAsked
from darkwake.screening.goods_index import GoodsIndex, index_of
from darkwake.screening.index import Index
from darkwake.screening.manifest_line import Line
from darkwake.screening.match import RANKS, Searched
from darkwake.screening.record import NOT_CLEAR, GoodsSearch, PartySearch, of_goods, of_parties
from darkwake.screening.shipments import Manifest
from darkwake.screening.versions import Versions

_FINDINGS: dict[str, Any] = {
    "id": pl.String,  # made from the content
    "row": pl.Int64,  # in the file, 1 for its first line
    "shipment": pl.String,  # its number as the papers give it
    "part": pl.String,  # "shipper", "consignee", "notify", "vessel", "goods" or "route"
    "asked": pl.String,  # what was asked, as one readable line
    "found": pl.String,  # a rank of match.RANKS, a verdict of goods_asked.VERDICTS, or "rule of the route"
    "list": pl.String,
    "list_date": pl.Date,
    "entry": pl.String,
    "name": pl.String,  # of the entry, or the words of the line
    "on": pl.Date,  # the day asked about
    "standing": pl.String,  # of an entry on that day, in a word; of a line of goods, how its version stands to the day
    "says": pl.String,
    "hit": pl.String,  # id of the row of HITS or of the finding of goods
}
FINDINGS = pl.Schema(_FINDINGS)
"""One row a finding; sorted by row, part, weight of the finding, list, entry, on."""

_SHIPMENTS: dict[str, Any] = {
    "shipment": pl.String,
    "rows": pl.List(pl.Int64),
    "days": pl.List(pl.Date),
    "route": pl.String,
    "parties": pl.Int64,  # parties and ships that were looked for
    "hits": pl.Int64,  # entries that they met
    "best": pl.String,  # the highest rank; null without a hit
    "goods": pl.String,  # the verdict that says most; null where no goods were named
    "rules": pl.Int64,  # rules of the route that may reach goods on no list
    "quantities": pl.List(pl.String),  # as stated
    "kg_low": pl.List(pl.Float64),  # of each, null where it has no mass
    "kg_high": pl.List(pl.Float64),
    "says": pl.String,
    "notes": pl.List(pl.String),
}
SHIPMENTS = pl.Schema(_SHIPMENTS)
"""One row a shipment: the rows of one number, or one row that has none; sorted by the first of its rows."""

_PARTS = ("vessel", "shipper", "consignee", "notify", "goods", "route")
_RULE = "rule of the route"
_BEGIN = 40
"""Characters of a rule in a narrow column."""


@dataclass(frozen=True, slots=True)
class ManifestAnswer:
    """A screened manifest."""

    manifest: Manifest
    findings: pl.DataFrame
    """Of FINDINGS."""
    shipments: pl.DataFrame
    """Of SHIPMENTS."""
    parties: PartySearch | None
    """None where no list of parties was given, or no row names one."""
    goods: GoodsSearch | None
    notes: tuple[str, ...]

    def says(self) -> str:
        """What was read and what was found, in sentences."""
        met = self.shipments.filter((pl.col("hits") > 0) | _telling(pl.col("goods"))).height
        total = self.shipments.height
        found = (
            f"Of {total:,} shipment{'s' * (total != 1)}, something was found of {met:,}, nothing of {total - met:,}."
        )
        return f"{self.manifest.says()} {found} {NOT_CLEAR}"

    def short(self) -> pl.DataFrame:
        """`findings` for narrow columns: without what is said of goods at length, rules by how they begin."""
        return self.findings.with_columns(
            pl.when(pl.col("part").is_in(["goods", "route"])).then(pl.lit("")).otherwise("standing").alias("standing"),
            pl.when(pl.col("part") == "route")
            .then(pl.col("says").str.head(_BEGIN) + "…")
            .otherwise("name")
            .alias("name"),
        )

    def section(self) -> dict[str, Any]:
        """Its part of a search record, as plain JSON types.

        Findings stand there without their sentences, which the searches for parties and goods beside them hold.
        """
        one = self.manifest
        result: dict[str, Any] = canonical(
            {
                "file": one.file,
                "sha256": one.sha256,
                "sheet": one.sheet,
                "columns": one.columns,
                "unused": one.unused,
                "rows": one.rows,
                "says": self.says(),
                "refused": [{"row": row, "reason": reason} for row, reason in one.refused],
                "notes": [*one.notes, *self.notes],
                "findings": self.findings.drop("says").to_dicts(),
                "rules": sorted(set(self.findings.filter(pl.col("found") == _RULE)["says"])),
                "shipments": self.shipments.to_dicts(),
            }
        )
        return result


def _telling(verdict: pl.Expr) -> pl.Expr:
    return (verdict.is_not_null() & (verdict != VERDICTS[-1])).fill_null(value=False)


def lists_in(paths: Sequence[str | Path]) -> tuple[Index | None, GoodsIndex]:
    """The lists in files, of parties and of goods in any order.

    Returns:
        The index of the lists of parties, None without any; and that of goods, which without a list has only the
        package's own few facts.

    Raises:
        WrongUse: No file was given.
        Refused: A file is no list, or cannot be read.
    """
    if not paths:
        raise WrongUse("no list was given", to_do="Name the files: --lists sdn.xml --lists annex.json")
    kinds = {path: formats.sniff(path) for path in paths}
    parties = [formats.read(path) for path, kind in kinds.items() if kind]
    goods = [path for path, kind in kinds.items() if not kind]
    return Index(parties) if parties else None, index_of(goods) if goods else GoodsIndex([])


def screen_manifest(
    manifest: Manifest,
    *,
    parties: Index | None = None,
    goods: GoodsIndex | None = None,
    on: date | None = None,
    at_least: str = "weak lead",
    view: str | None = None,
) -> ManifestAnswer:
    """Every shipment against the lists, as of its day.

    Args:
        manifest: The shipments.
        parties: Lists of parties; without them no party and no ship is looked for, and that is said.
        goods: Control lists; without them only the package's own facts are.
        on: The day for shipments without one of their own.
        at_least: The lowest rank of a hit that is told.
        view: A holder's code for the standing in its eyes alone.

    Raises:
        WrongUse: No such rank.
    """
    notes = []
    if parties is None:
        notes.append("No list of parties was given, so no party and no ship was looked for.")
    if goods is None or not any(one.whole for one in goods.lists):
        notes.append("No control list was given, so goods were held against the few facts of the package alone.")
    index = goods or GoodsIndex([])
    lines = [Line(one, one.days or ((on,) if on else ())) for one in manifest.shipments]
    wanted: dict[Asked, set[date]] = {}
    for line in lines:
        for asked in line.asked().values():
            wanted.setdefault(asked, set()).update(line.days)
    found = None
    if parties is not None and wanted:
        found = of_parties(list(wanted), parties, days=wanted, at_least=at_least, view=view)
    questions = list(dict.fromkeys(one for line in lines for one in line.goods()))
    answered = of_goods(questions, index) if questions else None
    answers = dict(zip(questions, answered.answers, strict=True)) if answered else {}
    told = _Told.of(found, parties, wanted)
    goods_rows = {question: _of_goods(question, answer) for question, answer in answers.items()}
    rows = [row for line in lines for row in _findings(line, told, goods_rows)]
    table = pl.DataFrame(rows, schema=FINDINGS, orient="row")
    said = _Said.of(wanted, parties, answers, index)
    return ManifestAnswer(manifest, table, _shipments(lines, table, said), found, answered, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Told:
    """The hits of each subject, and their standing on each day."""

    hits: Mapping[Asked, Sequence[Mapping[str, Any]]]
    standings: Mapping[tuple[str, date], Mapping[str, Any]]
    versions: Versions

    @classmethod
    def of(cls, found: PartySearch | None, parties: Index | None, asked: Iterable[Asked]) -> _Told:
        hits: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        if found is None or parties is None:
            return cls({}, {}, Versions.of([]))
        for hit in found.hits.iter_rows(named=True):
            hits[hit["asked"]].append(hit)
        by_subject = {one: hits.get(one.described(), ()) for one in asked}
        standings = {(row["hit"], row["on"]): row for row in found.standings.iter_rows(named=True)}
        return cls(by_subject, standings, Versions.of(parties.lists))

    def met(self, asked: Asked, day: date | None) -> Iterator[Mapping[str, Any]]:
        """The entries that a subject met, each once: as the version for the day has it, else the latest that does."""
        by_entry: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for hit in self.hits.get(asked, ()):
            by_entry[hit["list"], hit["entry"]].append(hit)
        for (name, _), hits in by_entry.items():
            answer = self.versions.as_of(name, day) if day else None
            of_day = next((hit for hit in hits if answer and hit["list_date"] == answer.list.date), None)
            yield of_day or max(hits, key=lambda hit: hit["list_date"])


def _of_goods(question: GoodsAsked, answer: GoodsAnswer) -> _GoodsRows:
    """What was found about goods as rows, each with what it says: the same for two days is told once."""
    return [
        (
            (one.verdict, one.list, one.list_date, one.entry, one.text, one.says, one.standing),
            {
                "asked": question.described(), "found": one.verdict, "says": one.says, "on": question.on,
                "list": one.list, "list_date": one.list_date, "entry": one.entry, "name": one.text,
                "standing": one.standing, "hit": one.id,
            },
        )
        for one in answer.findings
        if one.verdict != VERDICTS[-1]
    ]  # fmt: skip


_GoodsRows = list[tuple[tuple[Any, ...], dict[str, Any]]]


def _findings(line: Line, told: _Told, goods: Mapping[GoodsAsked, _GoodsRows]) -> list[dict[str, Any]]:
    """The rows of one shipment."""
    days: tuple[date | None, ...] = line.days or (None,)
    rows = []
    for part, asked in line.asked().items():
        for day in days:
            rows += [_of_hit(line, part, hit, day, told) for hit in told.met(asked, day)]
    seen = set()
    for question in line.goods():
        for key, row in goods[question]:
            if key not in seen:
                seen.add(key)
                rows.append(_row(line, "goods", **row))
    where = " to ".join(end or "?" for end in line.stated.route)
    rows += [_row(line, "route", asked=where, found=_RULE, says=says, on=day) for day, says in line.rules()]
    order = [*RANKS, *VERDICTS, _RULE]
    rows.sort(key=lambda row: (_PARTS.index(row["part"]), order.index(row["found"]), row["list"], row["entry"]))
    return rows


def _of_hit(line: Line, part: str, hit: Mapping[str, Any], day: date | None, told: _Told) -> dict[str, Any]:
    standing = told.standings.get((hit["id"], day)) if day else None
    met = "; ".join(feature["says"].rstrip(".") for feature in hit["features"] if feature["feature"] != "on")
    says = f"{hit['asked']} met entry {hit['entry']} ({hit['name']}) of the {hit['list']} of {hit['list_date']}: {met}."
    if standing:
        says += f" On {day}: {standing['standing_says']}"
    else:
        says += " No day was given, so how the entry then stood was not asked."
    return _row(
        line, part, asked=hit["asked"], found=hit["rank"], says=says, on=day, list=hit["list"], hit=hit["id"],
        list_date=hit["list_date"], entry=hit["entry"], name=hit["name"],
        standing=standing["standing"] if standing else "",
    )  # fmt: skip


def _row(line: Line, part: str, **more: Any) -> dict[str, Any]:
    row = {
        "row": line.stated.row, "shipment": line.stated.ref, "part": part, "list": "", "list_date": None, "entry": "",
        "name": "", "on": None, "standing": "", "hit": "",
    }  # fmt: skip
    row |= more
    made_of = [row[name] for name in ("row", "part", "asked", "found", "list", "list_date", "entry", "on", "says")]
    return {"id": content_id("row", made_of)} | row


@dataclass(frozen=True, slots=True)
class _Said:
    """What the searches said beside their findings: faulty numbers, names that were cut, contradictions."""

    checked: str
    """The lists of parties with their dates; empty without any."""
    verdicts: Mapping[GoodsAsked, str]
    of_goods: Mapping[GoodsAsked, Sequence[str]]
    of_party: Mapping[Asked, Sequence[str]]

    @classmethod
    def of(
        cls, asked: Iterable[Asked], parties: Index | None, answers: Mapping[GoodsAsked, GoodsAnswer], goods: GoodsIndex
    ) -> _Said:
        general = {note for one in goods.lists for note in one.notes}
        nothing = schema.empty(schema.HITS)
        return cls(
            "; ".join(one.described() for one in parties.lists) if parties else "",
            {question: answer.verdict for question, answer in answers.items()},
            {question: [n for n in answer.notes if n not in general] for question, answer in answers.items()},
            {one: Searched.of([one], parties, nothing).notes for one in asked} if parties else {},
        )

    def notes(self, line: Line) -> list[str]:
        """What must be said beside the findings of one row, each once."""
        notes = line.notes()
        notes += [note for one in line.asked().values() for note in self.of_party.get(one, ())]
        notes += [note for one in line.goods() for note in self.of_goods.get(one, ())]
        return list(dict.fromkeys(notes))


def _shipments(lines: Sequence[Line], findings: pl.DataFrame, said: _Said) -> pl.DataFrame:
    """One row a shipment."""
    by_row: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in findings.iter_rows(named=True):
        by_row[row["row"]].append(row)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.stated.ref.casefold() or f"\0{line.stated.row}", []).append(line)
    return pl.DataFrame([_summary(group, by_row, said) for group in groups.values()], schema=SHIPMENTS, orient="row")


def _summary(group: Sequence[Line], by_row: Mapping[int, Sequence[Mapping[str, Any]]], said: _Said) -> dict[str, Any]:
    found = [row for line in group for row in by_row.get(line.stated.row, ())]
    hits = {(row["asked"], row["list"], row["entry"]): row["found"] for row in found if row["found"] in RANKS}
    questions = [question for line in group for question in line.goods()]
    verdict = min((said.verdicts[one] for one in questions), key=VERDICTS.index, default=None)
    parties = {asked for line in group for asked in line.asked().values()}
    rules = {row["says"] for row in found if row["found"] == _RULE}
    amounts = [one for line in group for one in line.stated.amounts]
    ref = group[0].stated.ref
    numbers = [line.stated.row for line in group]
    several = len(numbers) > 1
    return {
        "shipment": ref,
        "rows": numbers,
        "days": sorted({day for line in group for day in line.days}),
        "route": "; ".join(dict.fromkeys(" to ".join(end or "?" for end in line.stated.route) for line in group)),
        "parties": len(parties),
        "hits": len(hits),
        "best": min(hits.values(), key=RANKS.index, default=None),
        "goods": verdict,
        "rules": len(rules),
        "quantities": [f"{head}: {one.as_stated}" for head, one in amounts],
        "kg_low": [one.kg_low for _, one in amounts],
        "kg_high": [one.kg_high for _, one in amounts],
        "says": _said(ref, numbers, hits, len(parties), verdict, len(rules), said.checked),
        "notes": [f"Row {line.stated.row}: {note}" if several else note for line in group for note in said.notes(line)],
    }


def _said(
    ref: str,
    rows: Sequence[int],
    hits: Mapping[Any, str],
    parties: int,
    verdict: str | None,
    rules: int,
    checked: str,
) -> str:
    """A shipment in a sentence or two."""
    head = f"Row{'s' * (len(rows) > 1)} {', '.join(map(str, rows))}{f' ({ref})' if ref else ''}: "
    ranks = Counter(hits.values())
    asked = "one party or ship" if parties == 1 else f"{parties} parties and ships"
    if hits:
        kinds = ", ".join(f"{ranks[rank]} {rank}" for rank in RANKS if ranks[rank])
        told = f"{asked} met {len(hits)} entr{'y' if len(hits) == 1 else 'ies'} ({kinds})"
    elif not parties or not checked:
        told = "no party was looked for"
    else:
        told = f"{asked} met no entry in the lists checked ({checked})"
    goods = f"goods: {verdict}" if verdict else "no goods were named"
    route = f"; {rules} rule{'s' * (rules != 1)} of the route may reach goods on no list" if rules else ""
    nothing = not hits and verdict in (None, VERDICTS[-1])
    return f"{head}{told}; {goods}{route}.{f' {NOT_CLEAR}' if nothing else ''}"
