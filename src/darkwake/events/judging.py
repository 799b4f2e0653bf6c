"""Which gaps could be accused, how sure that would be, and every number that speaks for or against, as SILENCES."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from darkwake.events import chance, welch
from darkwake.events.hearing import HOUR_US
from darkwake.events.verdict import AHEAD_HEARD, LEAST_PEERS, WAY_KNOWN, WAY_TOLD, Thresholds, said
from darkwake.evidence import canonical_json
from darkwake.schema import SILENCES

_LOT = 2_000


def judged(table: pl.DataFrame, sides: pl.DataFrame | None, asks: Thresholds) -> pl.DataFrame:
    """SILENCES from every number of the tests.

    Args:
        table: what `trials.weighed` gives, with `spread_m` and `heard_elsewhere` for outages.
        sides: SIDES or None.
        asks: the thresholds.
    """
    if sides is not None:
        sides = sides.select("event", "same", identity="says").unique("event", keep="first", maintain_order=True)
        table = table.join(sides, on="event", how="left", maintain_order="left")
    # which gaps are tested depends on how much is known, never on a p, so the rate is controlled among them
    tested = table.select(_tested(asks, set(table.columns)).fill_null(value=False)).to_series()
    q = chance.discoveries(table["surprise"].to_numpy(), tested.to_numpy(), _innocent(table.filter(tested)))
    table = table.with_columns(tested=tested, q=pl.Series(q).fill_nan(None))
    # a gap has over a hundred numbers, which as Python objects take kilobytes: some gaps at a time
    return pl.concat([_told(some, asks) for some in table.iter_slices(_LOT)]) if table.height else _told(table, asks)


def _told(table: pl.DataFrame, asks: Thresholds) -> pl.DataFrame:
    """SILENCES of some gaps."""
    rows = [(row, *said(row, asks)) for row in table.iter_rows(named=True)]
    return pl.DataFrame(
        {
            "event": table["event"],
            "verdict": [verdict for _, verdict, _ in rows],
            "says": [says for _, _, says in rows],
            "passages": table["start_passages"],
            "ships": table["start_ships"],
            "unheard_as_long": table["start_long"],
            "p": [(row["start_long"] + 1) / (row["start_passages"] + 1) if _enough(row, "start", asks) else None
                  for row, _, _ in rows],
            "details": [canonical_json(_details(row, asks)) for row, _, _ in rows],
        },
        schema=SILENCES,
    )  # fmt: skip


def _innocent(tested: pl.DataFrame) -> float:
    """How many of the tested gaps are innocent, at most: as many as the lone silences of each class let expect."""
    by_class = tested.group_by("class").agg(pl.len(), pl.col("reach").first())
    return float(by_class.select(pl.min_horizontal("len", pl.col("reach").fill_null(float("inf"))).sum()).item())


def _tested(asks: Thresholds, columns: set[str]) -> pl.Expr:
    fine = (
        pl.col("area").is_null()
        & (pl.col("uncovered") == 0)
        & ~pl.col("outage")
        & ~pl.col("together")
        & (pl.col("before") >= asks.min_before)
    )
    fine &= (pl.col("start_passages") >= asks.min_passages) & (pl.col("start_ships") >= asks.min_ships)
    fine &= (pl.col("start_peers") >= LEAST_PEERS) & (_peers(columns) >= asks.min_peers)
    fine &= ~_unheard("start", asks) & ~_fell(asks)
    fine &= (pl.col("start_gap_share") <= asks.gap_share) & (pl.col("start_lost") <= asks.lost_share)
    # had it kept its course, it must have been heard on the way
    on = pl.when(pl.col("way_points").is_null()).then(_heard_ahead(asks)).otherwise(_heard_on_way(asks))
    fine &= (~pl.col("sailing") | on).fill_null(value=False)
    if "end_passages" in columns:
        enough = (pl.col("end_passages") >= asks.min_passages) & (pl.col("end_ships") >= asks.min_ships)
        enough &= pl.col("end_gap_share") <= asks.gap_share
        fine &= pl.col("end_passages").is_null() | (pl.col("end_lost") <= asks.lost_share)
        few = (pl.col("end_passages") < asks.min_passages) & (pl.col("way_points").is_not_null() | _came_back(asks))
        # an outage that ends the silence shows in that nobody was known there
        fine &= pl.col("end_passages").is_null() | (pl.col("end_peers") >= 1)
        fine &= (pl.col("end_passages").is_null() | enough | few) & ~_unheard("end", asks).fill_null(value=False)
    return fine & (pl.col("same").fill_null(value=True) if "same" in columns else pl.lit(value=True))


def _peers(columns: set[str]) -> pl.Expr:
    """Other ships known to be there in the same hours: where it fell silent, where it came back, and on the way."""
    found = pl.col("start_peers") + pl.col("way_known").fill_null(0)
    return found + pl.col("end_peers").clip(lower_bound=0).fill_null(0) if "end_peers" in columns else found


def _came_back(asks: Thresholds) -> pl.Expr:
    """Whether it was heard again close to where it fell silent: then what is known of the one water holds for both."""
    return (pl.col("distance_m") <= asks.here_m).fill_null(value=False)


def _unheard(side: str, asks: Thresholds) -> pl.Expr:
    """Too many of the others were unheard in the same hours for the silence to be this ship's own."""
    known, heard = pl.col(f"{side}_peers"), pl.col(f"{side}_peers_heard")
    seldom = (pl.col(f"{side}_as_often").fill_nan(None) < asks.seldom).fill_null(value=False)
    return ((known >= asks.min_peers) & (heard < asks.heard_share * known)) | seldom


def _heard_on_way(asks: Thresholds) -> pl.Expr:
    told = (pl.col("way_told") >= WAY_TOLD) & (pl.col("way_known") >= WAY_KNOWN)
    heard = pl.col("way_heard") >= asks.heard_share * pl.col("way_known")
    return told & heard & (pl.col("way_lost") <= asks.lost_share)


def _heard_ahead(asks: Thresholds) -> pl.Expr:
    """It came back close to where it left, or not at all: others are heard where its course led, and not lost there."""
    return (pl.col("ahead_heard") >= AHEAD_HEARD) & (pl.col("ahead_lost") <= asks.lost_share)


def _fell(asks: Thresholds) -> pl.Expr:
    return pl.col("fell") <= asks.fell


def _enough(gap: dict[str, Any], side: str, asks: Thresholds) -> bool:
    return bool(gap[f"{side}_passages"] >= asks.min_passages and gap[f"{side}_ships"] >= asks.min_ships)


def _details(gap: dict[str, Any], asks: Thresholds) -> dict[str, Any]:
    """Every number of the tests by name, see docs/silence.md."""
    enough = _enough(gap, "start", asks) and (gap.get("end_passages") is None or _enough(gap, "end", asks))
    known, heard = gap["start_peers"], gap["start_peers_heard"]
    listened = known is not None and known >= 0
    return {
        "hours": _hours(gap["lasted"]),
        "uncovered_h": _hours(gap["uncovered"]),
        "ais_class": None if gap["class"] == "unknown" else gap["class"],
        "surprise": _round(gap["surprise"]) if enough else None,
        "suspicion": _round(suspicion(gap["near"], known, heard, gap["start_as_often"]))
        if enough and listened
        else None,
        "tested": gap["tested"],
        "q": _round(gap["q"]),
        "peers": known if listened else None,
        "peers_heard": heard if listened else None,
        "a": {
            "says": welch.says(gap),
            "applies": gap["welch_applies"],
            "flagged": gap["welch"],
            "satellite_positions_a_day": _round(gap["welch_reception"]),
            "shore_m": gap["shore_m"],
            "positions_12h_before": gap["before"],
        },
        "b": {
            "own_longest_silence_h": _hours(gap["own"]),
            "own_quiet_share": _round(gap["quiet"]),
            "own_lone_silences": gap["own_times"],
            "own_longest_lone_silence_h": _hours(gap["own_lone"]),
            "own_known_h": _hours(gap["own_known"]),
            "p_own": _round(gap["p_own"]),
            "mean_lone_silence_h": None if gap["tail"] is None else _round(gap["tail"] / HOUR_US),
            "p_store": _round(gap["p_store"]),
            "lone_silences_expected": _round(gap["reach"]),
            "start": _side(gap, "start"),
            "end": _side(gap, "end") if gap.get("end_passages") is not None else None,
            "others_unheard_by_chance": _round(gap["fell"]),
            "fell_silent_with_it": gap["with_start"],
            "came_back_with_it": gap["with_end"],
            "both_with_it": gap["with_both"],
            "with_it_by_chance": _round(gap["expected"]),
            "sailing": gap["sailing"],
            "ahead": None
            if gap["ahead_heard"] < 0
            else {"heard": gap["ahead_heard"], "lost": _round(gap["ahead_lost"])},
            "way": None
            if gap["way_points"] is None
            else {
                "points": gap["way_points"],
                "told": gap["way_told"],
                "known": gap["way_known"],
                "heard": gap["way_heard"],
                "lost": _round(gap["way_lost"]),
            },
            "outage_spread_m": _round(gap["spread_m"]),
        },
        "interference": None
        if gap["area"] is None
        else {"area": gap["area"], "side": gap["area_side"], "ships": gap["area_ships"]},
        "c": {
            "distance_m": gap["distance_m"],
            "implied_kn": gap["implied_kn"],
            "own_kn": _round(gap["own_kn"]),
            "course_deg": _round(gap["course_deg"]),
            "off_course_m": _round(gap["off_m"]),
        },
    }


def suspicion(surprise: float, known: int, heard: int, as_often: float | None) -> float:
    """One number to rank gaps by, 0 to 1.

    How rare the silence is, times the share of others heard in its hours, times how often these were heard against what
    is usual (1 at most). The share has half a ship added to each side, so that 2 of 2 says less than 20 of 20. It
    decides nothing.
    """
    usual = 1.0 if as_often is None or not np.isfinite(as_often) else min(as_often, 1.0)
    return (1.0 - surprise) * (heard + 0.5) / (known + 1.0) * usual


def _side(gap: dict[str, Any], side: str) -> dict[str, Any]:
    names = (
        "within_m",
        "passages",
        "ships",
        "gaps",
        "long",
        "half",
        "censored",
        "cut",
        "left",
        "better_heard",
        "like",
        "like_long",
    )
    numbers = {name: gap[f"{side}_{name}"] for name in (*names, "other", "other_long")}
    known = gap[f"{side}_peers"]
    listened = known is not None and known >= 0
    return {
        **numbers,
        "independent": _round(gap[f"{side}_n"]),
        "lost": _round(gap[f"{side}_lost"]),
        "rank": _round(gap[f"{side}_rank"]),
        "gap_share": _round(gap[f"{side}_gap_share"]),
        "lasting": _round(gap[f"{side}_lasting"]),
        "p": _round(gap[f"{side}_p"]),
        "peers": known if listened else None,
        "peers_heard": gap[f"{side}_peers_heard"] if listened else None,
        "peers_heard_as_often": _round(gap[f"{side}_as_often"]),
    }


def _round(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(f"{value:.6g}")


def _hours(micros: int) -> float:
    return round(micros / HOUR_US, 4)
