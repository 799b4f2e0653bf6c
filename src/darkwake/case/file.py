"""The case as one file: every table, the evidence, the threads and the answer, as plain JSON in a stated order.

case.json is the one truth: the page, and every other export, is drawn from it alone. docs/case.md lists its fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from darkwake import country, schema
from darkwake.case import answer, buildings, claimed, findings, join, quantities, seen, site_findings, unheard, words
from darkwake.case.findings import Innocent, Labels
from darkwake.case.folder import Asked
from darkwake.case.shown import WORTH, left_out, shown_gaps, shown_others
from darkwake.evidence import Evidence, Source, Subject, canonical

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Tables:
    """What the parts found, as the tables of schema.py, and the thinned tracks."""

    ships: pl.DataFrame
    identities: pl.DataFrame
    events: pl.DataFrame
    silences: pl.DataFrame
    voyages: pl.DataFrame
    corridor: pl.DataFrame
    """CHAINS: the voyages on the corridor, each a chain of legs."""
    reach: pl.DataFrame
    """REACH: every port in reach, in the silences that were searched."""
    unheard: pl.DataFrame
    """REACH: of those, the ports of the corridor's far end, in silences that may hide a call there."""
    hits: pl.DataFrame
    standings: pl.DataFrame
    goods: Sequence[Mapping[str, Any]]
    """What was found of the goods that the case asks about, as plain JSON types."""
    decisions: Sequence[Mapping[str, Any]]
    """What people decided about hits; see kept.decided."""
    looked: Sequence[str]
    """The gaps for which `around` was asked; one without rows there had nobody around."""
    around: pl.DataFrame
    reception: pl.DataFrame
    """lat, lon (the middle of a cell), ais_class, present, heard: ship-hours known and heard."""
    reception_cell_deg: float
    tracks: Sequence[Mapping[str, Any]]
    interference: pl.DataFrame
    inferred: pl.DataFrame
    draughts: pl.DataFrame
    draught_changes: pl.DataFrame
    reach_area: pl.DataFrame
    articles: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.ARTICLES))
    claims: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CLAIMS))
    clusters: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CLUSTERS))
    origins: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.ORIGINS))
    contradictions: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CONTRADICTIONS))
    grades: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Claim -> its Admiralty grade, as claimed.Claimed has it."""
    sites: Sequence[buildings.Watched] = ()
    units_equal: quantities.Equal = field(default_factory=dict)
    """What the user says one unit is of another."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the parts say of themselves: versions with parameters, innocent explanations, lists searched, limits."""

    made_by: str
    by: Mapping[str, str]
    """Kind of evidence -> part, version and parameters."""
    innocent: Innocent
    searched: str
    """The lists with their dates and counts, as one phrase; empty where none was loaded."""
    parameters: Sequence[Mapping[str, Any]]
    limits: Sequence[str]


def build(asked: Asked, sources: Sequence[Source], tables: Tables, told: Told) -> dict[str, Any]:
    """The whole case, ready to be written by `dump`."""
    labels = Labels(tables.ships, tables.identities)
    legs = {row["id"]: row for row in tables.voyages.iter_rows(named=True)}
    chains = [_chain(row, legs) for row in tables.corridor.iter_rows(named=True)]
    possible = _possible(tables, legs, labels)
    notable = _of_note(asked, tables)
    on_way = {chain["ship"] for chain in chains} | {journey.ship for journey in possible}
    shown = shown_gaps(tables.events, tables.silences, on_way)
    others = shown_others(tables.events, on_way | set(notable))
    own = [leg for chain in chains for leg in chain["legs"]] + [leg for journey in possible for leg in journey.legs]
    said = claimed.Claimed(
        tables.articles, tables.claims, tables.clusters, tables.origins, tables.contradictions, tables.grades
    )
    of_claims, plain_claims = claimed.evidence(said, _named(tables, labels), told.by.get("claim", told.made_by))
    of_sites = site_findings.evidence(tables.sites, told.by.get("site status", told.made_by))
    found = [*_evidence(tables, shown, own, labels, told), *_further(tables, others, own, shown, labels, told)]
    pool = join.Pool.of([*found, *of_claims, *of_sites])
    sites = buildings.section(tables.sites)
    journeys = join.journeys(chains, possible, notable, labels.long, _extents(tables))
    threads, unused = join.threads(journeys, pool)
    period = _period(asked, tables.ships)
    told_ships = {thread.ship for thread in threads}
    corridor_legs = {leg["id"] for chain in chains for leg in chain["legs"]}
    wanted = pl.concat([shown, others["id"]])
    events = tables.events.filter((pl.col("kind") == "port_call") | pl.col("id").is_in(wanted.implode()))
    of_told = pl.col("ship").is_in(sorted(told_ships))
    case = {
        "format": "darkwake-case",
        "format_version": FORMAT_VERSION,
        "made_by": told.made_by,
        "case": {
            "name": asked.name,
            "question": asked.question,
            "invented": asked.invented or any(source.invented for source in sources),
            "corridor": {"from": asked.from_, "to": asked.to},
            "period": {"start": period[0], "end": period[1]},
            "longer_than_h": asked.longer_than_h,
        },
        "answer": answer.answer(
            corridor=(asked.from_, asked.to),
            period=period,
            chains=chains,
            possible=len(possible),
            threads=threads,
            evidence=pool.evidence,
            ships=tables.ships.height,
            searched=told.searched,
            sites=[one["says"][0] for one in sites.get("sites", ())],
        ),
        "counts": _counts(sources, tables, chains),
        "sources": [asdict(source) for source in sorted(sources, key=lambda source: (source.name, source.sha256))],
        "ships": _ships(tables, labels, told_ships),
        "tracks": tables.tracks,
        "ports": _ports(tables),
        "events": _rows(events),
        "silences": _rows(tables.silences.filter(pl.col("event").is_in(shown.implode()))),
        "voyages": [row | {"corridor": row["id"] in corridor_legs} for row in _rows(tables.voyages.filter(WORTH))],
        "reach": _rows(tables.reach.filter(pl.col("event").is_in(shown.implode()))),
        "reach_area": _areas(tables.reach_area),
        "inferred": _rows(tables.inferred.filter(of_told)),
        "draughts": _rows(tables.draughts.filter(of_told)),
        "draught_changes": _rows(tables.draught_changes.filter(of_told)),
        "interference": _rows(tables.interference),
        "around": _rows(tables.around),
        "around_of": sorted(tables.looked),
        "reception": {"cell_deg": tables.reception_cell_deg, "cells": _cells(tables.reception)},
        "hits": _rows(tables.hits),
        "standings": _rows(tables.standings),
        "goods": list(tables.goods),
        "decisions": list(tables.decisions),
        "sites": sites,
        "claims": claimed.section(said),
        "quantities": quantities.quantities(tables.claims, tables.clusters, tables.articles, equal=tables.units_equal),
        "searched": told.searched,
        "evidence": [{"id": item.id} | item.as_dict() for item in pool.evidence],
        "threads": [_thread(thread) for thread in threads],
        "unused": unused,
        "method": {
            "parameters": told.parameters,
            "limits": [
                *told.limits,
                *left_out(tables.events, tables.voyages, shown, others),
                *claimed.left_out(plain_claims),
                *buildings.left_out(sites),
            ],
        },
    }
    result: dict[str, Any] = canonical(case)
    return result


def dump(case: Mapping[str, Any]) -> str:
    """The text of case.json: one line a list item where that helps a diff, and the same bytes for the same case."""
    lines = []
    for key, value in case.items():
        if key in ("claims", "quantities", "sites"):
            inner = ",\n".join(f"  {_json(name)}: {_lines(part)}" for name, part in value.items())
            lines.append(f" {_json(key)}: {{\n{inner}\n }}")
        elif isinstance(value, list):
            items = ",\n".join(f"  {_json(item)}" for item in value)
            lines.append(f" {_json(key)}: [\n{items}\n ]" if value else f" {_json(key)}: []")
        else:
            lines.append(f" {_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Any) -> str:
    """A list with a line an item, anything else on one."""
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(f"   {_json(item)}" for item in value) + "\n  ]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _named(tables: Tables, labels: Labels) -> claimed.Named:
    """What a claim can name: ships, ports that were called at, goods that are asked for, and list entries met."""
    names = tables.identities.filter(pl.col("field") == "name").select("ship", "value").unique().sort("ship", "value")
    ports = [(row["name"], Subject("port", row["port"], row["name"])) for row in _ports(tables)]
    goods = [(str(row["asked"]), Subject("goods", str(row["asked"]), str(row["asked"]))) for row in tables.goods]
    parties = [
        (row["name"], Subject("party", f"{row['list']}:{row['entry']}", row["name"]))
        for row in tables.hits.select("list", "entry", "name")
        .unique()
        .sort("list", "entry", "name")
        .iter_rows(named=True)
    ]
    ships = ((name, labels.subject(ship)) for ship, name in names.iter_rows())
    return claimed.Named([*ships, *ports, *goods, *parties, *site_findings.named(tables.sites)])


def _chain(row: Mapping[str, Any], legs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = [legs[leg] for leg in row["voyages"]]
    named = {end: findings.port_name(row, end) for end in ("from", "to")}
    for end in named:
        if row[f"{end}_inferred"]:
            named[end] += ", a call that nobody heard"
    return {"ship": row["ship"], "legs": own, "from_": named["from"], "to": named["to"], "inferred": row["inferred"]}


def _possible(tables: Tables, legs: Mapping[str, Mapping[str, Any]], labels: Labels) -> list[join.Journey]:
    """Legs in whose silence the corridor's other end could have been called at."""
    by_event: dict[str, list[dict[str, Any]]] = {}
    for row in tables.unheard.iter_rows(named=True):
        by_event.setdefault(row["event"], []).append(row)
    found = []
    for leg in legs.values():
        could_have = sorted(
            (row for gap in leg["gaps"] for row in by_event.get(gap, [])),
            key=lambda row: (-row["slack_h"], row["port"]),
        )
        if could_have:
            found.append(
                join.Journey(
                    ship=leg["ship"],
                    label=labels.long(leg["ship"]),
                    start=leg["departed"],
                    end=leg["arrived"],
                    legs=(leg,),
                    from_=findings.port_name(leg, "from"),
                    to=findings.port_name(leg, "to"),
                    could_have=tuple(could_have),
                )
            )
    return found


def _evidence(
    tables: Tables, shown: pl.Series, own: Sequence[Mapping[str, Any]], labels: Labels, told: Told
) -> list[Evidence]:
    """Every silence that is shown, every hit, and the legs and calls of the journeys that are told."""
    silences = {row["event"]: row for row in tables.silences.iter_rows(named=True)}
    gaps = tables.events.filter(pl.col("id").is_in(shown.implode()))
    found = [
        findings.of_gap(row, silences.get(row["id"]), labels, told.innocent, told.by["silence"])
        for row in gaps.iter_rows(named=True)
    ]
    found += [
        findings.of_hit(row, labels, told.innocent, told.by["listing"]) for row in tables.hits.iter_rows(named=True)
    ]
    calls = {leg[end] for leg in own for end in ("from_call", "to_call")} - {None}
    found += [findings.of_voyage(dict(leg), labels, told.innocent, told.by["voyage"]) for leg in own]
    rows = tables.events.filter(pl.col("id").is_in(sorted(calls)))
    found += [
        findings.of_port_call(row, labels, told.innocent, told.by["port call"]) for row in rows.iter_rows(named=True)
    ]
    return found


def _further(
    tables: Tables,
    others: pl.DataFrame,
    own: Sequence[Mapping[str, Any]],
    shown: pl.Series,
    labels: Labels,
    told: Told,
) -> list[Evidence]:
    """The events of the further kinds, the calls that nobody heard on the voyages told of, and what draughts say."""
    disturbed = seen.disturbances(tables.interference)
    found = [
        seen.of_event(row, labels, told.innocent.event[row["kind"]], told.by[row["kind"]], disturbed.get(row["id"], ""))
        for row in others.iter_rows(named=True)
    ]
    legs = {leg["id"] for leg in own}
    ships = sorted({leg["ship"] for leg in own})
    gaps = tables.events.filter(pl.col("id").is_in(shown.implode()) & pl.col("ship").is_in(ships))
    under = {row["id"]: row for row in [*gaps.iter_rows(named=True), *own, *others.iter_rows(named=True)]}
    calls = tables.inferred.filter(pl.col("voyage").is_in(sorted(legs)))
    found += [
        unheard.of_inferred(row, labels, told.innocent.inferred, told.by["inferred call"], under)
        for row in calls.iter_rows(named=True)
    ]
    said = tables.draught_changes.filter(pl.col("event").is_in(sorted(under)))
    drawn = (
        unheard.of_draught(row, labels, told.innocent.draught, told.by["draught"], under)
        for row in said.iter_rows(named=True)
    )
    return found + [item for item in drawn if item is not None]


def _of_note(asked: Asked, tables: Tables) -> list[int]:
    """Ships that are told of even without a voyage on the corridor: those that a list entry met, first of all.

    Where the case names no corridor, those that look switched off as well.
    """
    ships = set(tables.hits.filter(pl.col("rank") != "weak lead")["ship"].drop_nulls())
    if not (asked.from_ or asked.to):
        off = tables.silences.filter(pl.col("verdict") == "likely switched off")["event"]
        ships |= set(tables.events.filter(pl.col("id").is_in(off.implode()))["ship"])
    return sorted(ships)


def _extents(tables: Tables) -> dict[int, tuple[Any, Any]]:
    """When each ship was first and last heard; of one that never sent a position, when it said who it was."""
    said = tables.identities.group_by("ship").agg(pl.col("first_seen").min(), pl.col("last_seen").max())
    every = pl.concat([said, tables.ships.select("ship", "first_seen", "last_seen")])
    return {ship: (first, last) for ship, first, last in every.iter_rows()}


def _period(asked: Asked, ships: pl.DataFrame) -> tuple[Any, Any]:
    start, end = asked.times()
    return start or ships["first_seen"].min(), end or ships["last_seen"].max()


def _counts(sources: Sequence[Source], tables: Tables, chains: Sequence[Any]) -> dict[str, int]:
    kinds = dict(tables.events.group_by("kind").len().iter_rows())
    return {
        "rows": sum(source.rows for source in sources),
        "refused": sum(sum(source.refused.values()) for source in sources),
        "positions": int(tables.ships["positions"].sum()),
        "ships": tables.ships.height,
        "gaps": kinds.get("gap", 0),
        "port_calls": kinds.get("port_call", 0),
        "voyages": tables.voyages.filter(pl.col("from_port").is_not_null() & pl.col("to_port").is_not_null()).height,
        "corridor_voyages": len(chains),
        "hits": tables.hits.height,
    }


def _ships(tables: Tables, labels: Labels, told: set[int]) -> list[dict[str, Any]]:
    """Every ship; the history of what it said of itself only for those that are told of, and those with a hit."""
    wanted = told | set(tables.hits["ship"].drop_nulls())
    said: dict[int, list[dict[str, Any]]] = {}
    for row in tables.identities.filter(pl.col("ship").is_in(sorted(wanted))).iter_rows(named=True):
        said.setdefault(row.pop("ship"), []).append(row)
    return [
        {
            "ship": row["ship"],
            "label": labels.long(row["ship"]),
            "ais_class": row["ais_class"],
            "flag": country.flag_of_mmsi(row["ship"]),
            "positions": row["positions"],
            "first_seen": row["first_seen"],
            "last_seen": row["last_seen"],
            "identities": said.get(row["ship"], []),
        }
        for row in tables.ships.iter_rows(named=True)
    ]


def _ports(tables: Tables) -> list[dict[str, Any]]:
    """The ports that were called at, each where the ships lay on average."""
    calls = tables.events.filter(pl.col("kind") == "port_call").with_columns(
        pl.col("details").str.json_path_match(f"$.{name}").alias(name) for name in ("port", "name", "country")
    )
    called = calls.group_by("port", "name", "country").agg(
        pl.col("start_lat").mean().round(4).alias("lat"), pl.col("start_lon").mean().round(4).alias("lon")
    )
    return called.sort("port", "name").to_dicts()


def _areas(area: pl.DataFrame) -> list[dict[str, Any]]:
    """For each gap the runs of cells that it could have been in: [lat, west, east, slack_h], and the cells' height."""
    runs = area.with_columns(pl.col("slack_h").round(3), pl.col("lat", "west", "east").round(5))
    each = runs.group_by("event", maintain_order=True).agg(
        pl.col("cell_deg").first(), pl.concat_list("lat", "west", "east", "slack_h").alias("runs")
    )
    return each.to_dicts()


def _cells(reception: pl.DataFrame) -> list[dict[str, Any]]:
    """The reception of each cell, all classes together."""
    cells = reception.group_by("lat", "lon").agg(pl.col("present", "heard").sum()).sort("lat", "lon")
    return cells.filter(pl.col("present") > 0).to_dicts()


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    rows = table.to_dicts()
    for row in rows:
        if "details" in row:
            row["details"] = json.loads(row["details"])
    return rows


def _thread(thread: join.Thread) -> dict[str, Any]:
    plain = asdict(thread)
    plain.pop("rank")
    plain["for"] = plain.pop("for_")
    return {"id": thread.id} | plain


def summary(case: Mapping[str, Any]) -> list[str]:
    """The case in a few lines for a terminal."""
    counts = case["counts"]
    return [
        *case["answer"]["sentences"],
        f"Against: {case['answer']['against']}",
        f"{words.count(counts['positions'], 'position')} of {words.count(counts['ships'], 'ship')}, "
        f"{words.count(counts['gaps'], 'silence')}, {words.count(counts['voyages'], 'voyage')}, "
        f"{words.count(len(case['threads']), 'thread')}, {words.count(len(case['evidence']), 'piece')} of evidence "
        f"({len(case['unused']):,} unused).",
    ]
