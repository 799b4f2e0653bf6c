"""The case as one file: every table, the evidence, the threads and the answer, as plain JSON in a stated order.

case.json is the one truth: the page, and every other export, is drawn from it alone. docs/case.md lists its fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from darkwake.case import (
    answer,
    buildings,
    case_rows,
    claimed,
    findings,
    gathered,
    goods_findings,
    join,
    known,
    quantities,
    site_findings,
    whole,
    words,
)
from darkwake.case import shown as held
from darkwake.case.findings import Labels
from darkwake.case.folder import Asked
from darkwake.case.opened import FORMAT, FORMAT_VERSION
from darkwake.case.shown import left_out, shown_gaps, shown_others
from darkwake.case.tables import Tables, Told
from darkwake.evidence import Source, canonical

__all__ = ("FORMAT_VERSION", "Tables", "Told", "build", "dump", "summary")


def build(asked: Asked, sources: Sequence[Source], tables: Tables, told: Told) -> dict[str, Any]:
    """The whole case, ready to be written by `dump`."""
    labels = Labels(tables.ships, tables.identities)
    legs = _legs(tables)
    chains = [_chain(row, legs) for row in tables.corridor.iter_rows(named=True)]
    possible = _possible(tables, legs, labels)
    notable = _of_note(asked, tables)
    every = join.journeys(chains, possible, notable, labels.long, _extents(tables))
    journeys = held.shown_journeys(every, tables.events, tables.silences, tables.hits)
    shown = shown_gaps(tables.events, tables.silences, {journey.ship for journey in journeys if journey.legs})
    others = shown_others(tables.events, {journey.ship for journey in journeys})
    own = [leg for chain in chains for leg in chain["legs"]] + [leg for journey in possible for leg in journey.legs]
    if len(journeys) < len(every):
        own = [leg for journey in journeys for leg in journey.legs]
    said = claimed.Claimed(
        tables.articles, tables.claims, tables.clusters, tables.origins, tables.contradictions, tables.grades
    )
    of_claims, plain_claims = claimed.evidence(said, gathered.named(tables, labels), told.by.get("claim", told.made_by))
    of_sites = site_findings.evidence(tables.sites, told.by.get("site status", told.made_by))
    found = [
        *gathered.evidence(tables, shown, own, labels, told),
        *gathered.further(tables, others, own, shown, labels, told),
    ]
    of_goods = goods_findings.evidence(tables.goods, told.by.get("goods", told.made_by))
    pool = join.Pool.of([*found, *of_claims, *of_sites, *of_goods])
    knows = known.of(asked, tables)
    sites = buildings.section(tables.sites)
    threads, unused = join.threads(journeys, pool, knows)
    rivals = whole.weigh(threads, knows)
    period = case_rows.period(asked, tables.ships)
    told_ships = {thread.ship for thread in threads if thread.ship is not None}
    corridor_legs = {leg["id"] for chain in chains for leg in chain["legs"]}
    called = {leg[end] for leg in own for end in ("from_call", "to_call")} - {None}
    calls = held.shown_calls(tables.events, told_ships, called)
    voyages = held.shown_voyages(tables.voyages, told_ships, {leg["id"] for leg in own}, corridor_legs)
    wanted = pl.concat([shown, others["id"], calls])
    counts = case_rows.counts(sources, tables, chains)
    events = tables.events.filter(pl.col("id").is_in(wanted.implode()))
    named = (events["ship"], events["other"], voyages["ship"], tables.hits["ship"])
    things = pl.concat([column.drop_nulls() for column in named])
    ships = held.shown_ships(tables.ships, told_ships | {*things.unique()})
    rows_of = set(ships["ship"])
    of_told = pl.col("ship").is_in(sorted(told_ships))
    case = {
        "format": FORMAT,
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
            goods=tables.goods,
            hypotheses=rivals,
            named=counts["ships_named"],
            happenings=tables.clusters.height,
        ),
        "counts": counts,
        "sources": [asdict(source) for source in sorted(sources, key=lambda source: (source.name, source.sha256))],
        "ships": case_rows.ships(tables, ships, labels, told_ships),
        "tracks": [track for track in tables.tracks if track["ship"] in rows_of],
        "ports": case_rows.ports(tables),
        "events": case_rows.rows(events),
        "silences": case_rows.rows(tables.silences.filter(pl.col("event").is_in(shown.implode()))),
        "voyages": [row | {"corridor": row["id"] in corridor_legs} for row in case_rows.rows(voyages)],
        "reach": case_rows.rows(tables.reach.filter(pl.col("event").is_in(shown.implode()))),
        "reach_area": case_rows.areas(tables.reach_area),
        "inferred": case_rows.rows(tables.inferred.filter(of_told)),
        "draughts": case_rows.rows(tables.draughts.filter(of_told)),
        "draught_changes": case_rows.rows(tables.draught_changes.filter(of_told)),
        "interference": case_rows.rows(tables.interference),
        "around": case_rows.rows(tables.around),
        "around_of": sorted(tables.looked),
        "reception": {"cell_deg": tables.reception_cell_deg, "cells": case_rows.cells(tables.reception)},
        "hits": case_rows.rows(tables.hits),
        "standings": case_rows.rows(tables.standings),
        "goods": list(tables.goods),
        "decisions": list(tables.decisions),
        "sites": sites,
        "claims": claimed.section(said),
        "quantities": quantities.quantities(tables.claims, tables.clusters, tables.articles, equal=tables.units_equal),
        "searched": told.searched,
        "evidence": [{"id": item.id} | item.as_dict() for item in pool.evidence],
        "threads": [_thread(thread) for thread in threads],
        "hypotheses": rivals,
        "missing": whole.wanted(threads),
        "unused": list(unused),
        "unused_why": unused,
        "method": {
            "parameters": told.parameters,
            "limits": [
                *told.limits,
                *_compared(told, counts),
                *left_out(tables.events, tables.voyages, shown, others),
                *held.cut(
                    journeys=len(every) - len(journeys),
                    calls=counts["port_calls"] - calls.len(),
                    voyages=tables.voyages.filter(held.WORTH).height - voyages.height,
                    ships=tables.ships.height - ships.height,
                ),
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


def _legs(tables: Tables) -> dict[str, dict[str, Any]]:
    """The legs that a journey can be told along: those of the corridor's chains, and those with a searched silence."""
    chained = tables.corridor["voyages"].explode(empty_as_null=True).drop_nulls()
    searched = pl.col("gaps").list.eval(pl.element().is_in(tables.unheard["event"].implode())).list.any()
    legs = tables.voyages.filter(pl.col("id").is_in(chained.implode()) | searched)
    return {row["id"]: row for row in legs.iter_rows(named=True)}


def _chain(row: Mapping[str, Any], legs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = [legs[leg] for leg in row["voyages"]]
    named = {end: findings.port_name(row, end) for end in ("from", "to")}
    guessed = (bool(row["from_inferred"]), bool(row["to_inferred"]))
    return {
        "ship": row["ship"], "legs": own, "from_": named["from"], "to": named["to"], "inferred": row["inferred"],
        "guessed": guessed,
    }  # fmt: skip


def _compared(told: Told, counts: Mapping[str, int]) -> list[str]:
    """The limit on what the lists could be compared with."""
    if not told.searched or not counts["ships"]:
        return []
    said = (
        f"{counts['ships_named']:,} of {words.count(counts['ships'], 'ship')} showed a name, an IMO number or a call "
    )
    return [f"{said}sign to compare with the lists; of the others only the MMSI could be compared."]


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


def _thread(thread: join.Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "kind": thread.kind,
        "ship": thread.ship,
        "voyage": thread.voyage,
        "title": thread.title,
        "start": thread.start,
        "end": thread.end,
        "summary": thread.summary,
        "order": thread.order,
        "stations": [asdict(one) for one in thread.stations],
        "for": [asdict(one) for one in thread.for_],
        "against": [asdict(one) for one in thread.against],
        "innocent": thread.innocent,
        "hypotheses": [whole.plain(row) for row in thread.hypotheses],
        "decides": thread.weighed.decides,
        "missing": [asdict(one) for one in thread.missing],
    }


def summary(case: Mapping[str, Any]) -> list[str]:
    """The case in a few lines for a terminal."""
    counts = case["counts"]
    return [
        *case["answer"]["sentences"],
        f"Against: {case['answer']['against']}",
        f"{words.count(counts['positions'], 'position')} of {words.count(counts['ships'], 'ship')}, "
        f"{words.count(counts['gaps'] - counts.get('gaps_open', 0), 'silence')}, "
        f"{words.count(counts.get('gaps_open', 0), 'ship')} not heard again, "
        f"{words.count(counts['voyages'], 'voyage')}, "
        f"{words.count(len(case['threads']), 'thread')}, {words.count(len(case['evidence']), 'piece')} of evidence "
        f"({len(case['unused']):,} unused).",
    ]
