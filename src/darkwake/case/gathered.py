"""All evidence of a case, from the tables that the parts handed over, and the names by which texts can call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from darkwake import ports
from darkwake.case import case_rows, claimed, edges, findings, seen, site_findings, unheard
from darkwake.case.findings import Labels
from darkwake.case.known import goods_key, goods_names
from darkwake.case.tables import Tables, Told
from darkwake.evidence import Evidence, Subject


def evidence(
    tables: Tables, shown: pl.Series, own: Sequence[Mapping[str, Any]], labels: Labels, told: Told
) -> list[Evidence]:
    """Every silence that is shown, every hit, and the legs and calls of the journeys that are told."""
    weighed = tables.silences.filter(pl.col("event").is_in(shown.implode()))
    silences = {row["event"]: row for row in weighed.iter_rows(named=True)}
    around = edges.edges(tables.tracks, tables.events)
    gaps = tables.events.filter(pl.col("id").is_in(shown.implode()))
    found = [
        findings.of_gap(row, silences.get(row["id"]), labels, told.innocent, told.by["silence"], around)
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


def further(
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


def named(tables: Tables, labels: Labels) -> claimed.Named:
    """What a claim can name: ships, goods asked for, entries met, sites; ports called at or perhaps, however spelt."""
    names = tables.identities.filter(pl.col("field") == "name").select("ship", "value").unique().sort("ship", "value")
    harbours = {
        row["port"]: row
        for table in (tables.unheard, tables.inferred)
        for row in table.select("port", "name", "country").unique().sort("port", "name").iter_rows(named=True)
        if row["port"]
    } | {row["port"]: row for row in case_rows.ports(tables)}
    places = [
        (name, Subject("port", row["port"], row["name"]))
        for row in harbours.values()
        for name in ports.called(row["port"], row["name"], row["country"] or "")
    ]
    goods = [
        (name, Subject("goods", goods_key(row), goods_key(row))) for row in tables.goods for name in goods_names(row)
    ]
    parties = [
        (row["name"], Subject("party", f"{row['list']}:{row['entry']}", row["name"]))
        for row in tables.hits.select("list", "entry", "name")
        .unique()
        .sort("list", "entry", "name")
        .iter_rows(named=True)
    ]
    ships = ((name, labels.subject(ship)) for ship, name in names.iter_rows())
    return claimed.Named([*ships, *goods, *parties, *site_findings.named(tables.sites)], places)
