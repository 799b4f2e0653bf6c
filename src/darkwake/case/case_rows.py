"""The parts' tables as rows of the case file: what is counted, which ships and ports it holds, and how."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from darkwake import country
from darkwake.case.findings import Labels
from darkwake.case.folder import Asked
from darkwake.case.tables import Tables
from darkwake.evidence import Source


def period(asked: Asked, ships: pl.DataFrame) -> tuple[Any, Any]:
    """The first and last moment that the case looks at: as asked, else those of the data."""
    start, end = asked.times()
    return start or ships["first_seen"].min(), end or ships["last_seen"].max()


def counts(sources: Sequence[Source], tables: Tables, chains: Sequence[Any]) -> dict[str, int]:
    """How much was read, kept and found."""
    kinds = dict(tables.events.group_by("kind").len().iter_rows())
    return {
        "rows": sum(source.rows for source in sources),
        "refused": sum(sum(source.refused.values()) for source in sources),
        "positions": int(tables.ships["positions"].sum()),
        "ships": tables.ships.height,
        "gaps": kinds.get("gap", 0),
        "gaps_open": tables.events.filter((pl.col("kind") == "gap") & pl.col("end").is_null()).height,
        "ships_named": named(tables),
        "port_calls": kinds.get("port_call", 0),
        "voyages": tables.voyages.filter(pl.col("from_port").is_not_null() & pl.col("to_port").is_not_null()).height,
        "corridor_voyages": len(chains),
        "corridor_inferred": sum(bool(chain.get("inferred")) for chain in chains),
        "hits": tables.hits.height,
    }


def named(tables: Tables) -> int:
    """How many ships with a position sent what lists go by: a name, an IMO number or a call sign."""
    said = tables.identities.filter(
        pl.col("field").is_in(["name", "imo", "callsign"]) & (pl.col("value").str.strip_chars() != "")
    )
    return tables.ships.filter(pl.col("ship").is_in(said["ship"].unique().implode())).height


def ships(tables: Tables, held: pl.DataFrame, labels: Labels, told: set[int]) -> list[dict[str, Any]]:
    """The ships of `held`; the history of what one said of itself only for those told of, and those with a hit."""
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
        for row in held.iter_rows(named=True)
    ]


def ports(tables: Tables) -> list[dict[str, Any]]:
    """The ports that were called at, each where the ships lay on average."""
    calls = tables.events.filter(pl.col("kind") == "port_call").with_columns(
        pl.col("details").str.json_path_match(f"$.{name}").alias(name) for name in ("port", "name", "country")
    )
    called = calls.group_by("port", "name", "country").agg(
        pl.col("start_lat").mean().round(4).alias("lat"), pl.col("start_lon").mean().round(4).alias("lon")
    )
    return called.sort("port", "name").to_dicts()


def areas(area: pl.DataFrame) -> list[dict[str, Any]]:
    """For each gap the runs of cells that it could have been in: [lat, west, east, slack_h], and the cells' height."""
    runs = area.with_columns(pl.col("slack_h").round(3), pl.col("lat", "west", "east").round(5))
    each = runs.group_by("event", maintain_order=True).agg(
        pl.col("cell_deg").first(), pl.concat_list("lat", "west", "east", "slack_h").alias("runs")
    )
    return each.to_dicts()


def cells(reception: pl.DataFrame) -> list[dict[str, Any]]:
    """The reception of each cell, all classes together."""
    cells = reception.group_by("lat", "lon").agg(pl.col("present", "heard").sum()).sort("lat", "lon")
    return cells.filter(pl.col("present") > 0).to_dicts()


def rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows with their details as plain JSON types."""
    found = table.to_dicts()
    for row in found:
        if "details" in row:
            row["details"] = json.loads(row["details"])
    return found
