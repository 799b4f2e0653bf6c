"""What the case file holds of all that was found, and what it only counts: no page of more is read."""

from __future__ import annotations

import polars as pl

from darkwake.case import seen, words

WORTH = pl.any_horizontal(pl.col("from_port", "to_port").is_not_null()) | (pl.col("gaps").list.len() > 0)
"""A leg that says something: a port at one end at least, or a silence; a ship that only passed by has neither."""
MOST_GAPS = 5_000
"""More gaps than these are counted, and the longest of them shown."""
MOST_OTHERS = 200
"""Events of each further kind of ships that no thread tells of; the first of them are shown, the rest counted."""


MOST_POSSIBLE = 50
"""Possible meetings of ships that no thread tells of: those where no other silent ship could have been, then the
longest; the rest is counted."""


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

    A single position that was off is of use beside a ship's other evidence and of none alone. Of meetings that are
    only possible the strongest few are held, so that the page can point to them.
    """
    others = events.filter(pl.col("kind").is_in(list(seen.KINDS)))
    mine = pl.any_horizontal(pl.col("ship", "other").is_in(sorted(told)).fill_null(value=False))
    slight = (pl.col("details").str.json_path_match("$.pattern") == "stray_fix").fill_null(value=False)
    possible = pl.col("kind") == "dark_encounter"
    rest = others.filter(~mine & ~slight & ~possible)
    first = rest.sort("start", "id").group_by("kind", maintain_order=True).head(MOST_OTHERS).select(others.columns)
    rivals, length = (
        pl.col("details").str.json_path_match(f"$.{name}").cast(pl.Float64, strict=False).fill_null(0.0)
        for name in ("others", "hours")
    )
    perhaps = others.filter(~mine & possible).sort([rivals, length, "id"], descending=[False, True, False])
    return pl.concat([others.filter(mine), first, perhaps.head(MOST_POSSIBLE)]).sort("ship", "start", "kind", "id")


_STRONGER = f"; the {MOST_POSSIBLE} that fewest other silent ships could explain, and the longest, are shown"
_NAMES = {"loitering": ("slow stay", ""), "false_identity": ("identity in doubt", "identities in doubt"),
          "false_position": ("position in doubt", "positions in doubt")}  # fmt: skip


def _of_kind(number: int, kind: str) -> str:
    return words.count(number, *_NAMES.get(kind, (seen.KINDS[kind], "")))


def left_out(events: pl.DataFrame, voyages: pl.DataFrame, shown: pl.Series, others: pl.DataFrame) -> list[str]:
    """One sentence for each kind of thing that is counted and not shown."""
    gaps = events.filter(pl.col("kind") == "gap").height - shown.len()
    passing = voyages.height - voyages.filter(WORTH).height
    further = events.filter(pl.col("kind").is_in(list(seen.KINDS)) & ~pl.col("id").is_in(others["id"].implode()))
    found = [
        f"{_of_kind(number, kind)} of ships that no thread tells of {'is' if number == 1 else 'are'} counted, not "
        f"shown{_STRONGER if kind == 'dark_encounter' else ''}."
        for kind, number in further.group_by("kind").len().sort("kind").iter_rows()
    ]
    if gaps:
        found.append(f"{gaps:,} shorter silences of ships that no thread tells of are counted, not shown.")
    if passing:
        found.append(f"{passing:,} ships or parts of tracks without a port or a silence are no voyages here.")
    return found
