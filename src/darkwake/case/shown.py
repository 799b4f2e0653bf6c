"""What the case file holds of all that was found, and what it only counts: no page of more is read."""

from __future__ import annotations

import polars as pl

from darkwake.case import seen

WORTH = pl.any_horizontal(pl.col("from_port", "to_port").is_not_null()) | (pl.col("gaps").list.len() > 0)
"""A leg that says something: a port at one end at least, or a silence; a ship that only passed by has neither."""
MOST_GAPS = 5_000
"""More gaps than these are counted, and the longest of them shown."""
MOST_OTHERS = 200
"""Events of each further kind of ships that no thread tells of; the first of them are shown, the rest counted."""


def shown_gaps(events: pl.DataFrame, silences: pl.DataFrame, told: set[int]) -> pl.Series:
    """Ids of the gaps that the case file holds: those of the ships that it tells of, then the longest."""
    gaps = events.filter(pl.col("kind") == "gap").join(
        silences.select(pl.col("event").alias("id"), "verdict"), on="id", how="left"
    )
    first = pl.col("ship").is_in(sorted(told)) | (pl.col("verdict") == "likely switched off")
    length = pl.col("details").str.json_path_match("$.hours").cast(pl.Float64)
    ranked = gaps.sort([first, length, "id"], descending=[True, True, False])
    return ranked["id"].head(max(MOST_GAPS, gaps.select(first.sum()).item() or 0))


def shown_others(events: pl.DataFrame, told: set[int]) -> pl.DataFrame:
    """The events of the further kinds that the case file holds: all of the ships that it tells of, some of others.

    A single position that was off, and a meeting that is only possible, are of use beside a ship's other evidence and
    of none alone.
    """
    others = events.filter(pl.col("kind").is_in(list(seen.KINDS)))
    mine = pl.any_horizontal(pl.col("ship", "other").is_in(sorted(told)).fill_null(value=False))
    slight = (pl.col("details").str.json_path_match("$.pattern") == "stray_fix").fill_null(value=False)
    rest = others.filter(~mine & ~slight & (pl.col("kind") != "dark_encounter"))
    first = rest.sort("start", "id").group_by("kind", maintain_order=True).head(MOST_OTHERS).select(others.columns)
    return pl.concat([others.filter(mine), first]).sort("ship", "start", "kind", "id")


def left_out(events: pl.DataFrame, voyages: pl.DataFrame, shown: pl.Series, others: pl.DataFrame) -> list[str]:
    """One sentence for each kind of thing that is counted and not shown."""
    gaps = events.filter(pl.col("kind") == "gap").height - shown.len()
    passing = voyages.height - voyages.filter(WORTH).height
    further = events.filter(pl.col("kind").is_in(list(seen.KINDS)) & ~pl.col("id").is_in(others["id"].implode()))
    found = [
        f"{number:,} events of kind {kind} of ships that no thread tells of are counted, not shown."
        for kind, number in further.group_by("kind").len().sort("kind").iter_rows()
    ]
    if gaps:
        found.append(f"{gaps:,} shorter silences of ships that no thread tells of are counted, not shown.")
    if passing:
        found.append(f"{passing:,} ships or parts of tracks without a port or a silence are no voyages here.")
    return found
