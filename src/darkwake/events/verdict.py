"""The numbers of a gap turned into a verdict, a sentence that gives its counts, and what else could explain it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from darkwake.events import chance
from darkwake.events.hearing import HOUR_US
from darkwake.evidence import canonical_json
from darkwake.schema import SILENCES

VERDICTS = (
    "likely switched off",
    "poor reception",
    "receiver outage",
    "area-wide silence",
    "identity change",
    "cannot tell",
)
OFF, POOR, OUTAGE, AREA, IDENTITY, UNKNOWN = VERDICTS

_ANY = (
    "The transmitter or its power failed, or was under repair.",
    "The master switched off for safety, as SOLAS regulation V/19 lets him where piracy or attack threatens.",
    "Satellite navigation was jammed, and the transmitter sent no usable position.",
)
_HEARING = (
    "The ship was out of range, behind land, or its antenna was badly placed or low.",
    "Weather or the state of the air changed how far signals carried.",
    "So many ships transmitted at once that their messages covered each other.",
)
_FEED = (
    "A receiver, its line or the feed behind it was down.",
    "The messages were heard but were left out of the data that were loaded.",
)
INNOCENT = MappingProxyType(
    {
        OFF: (*_ANY, *_HEARING, "Two ships shared one number, and only one of them left."),
        POOR: (*_HEARING, *_ANY),
        OUTAGE: (*_FEED, "Jamming or a danger in the area silenced every ship at once.", *_HEARING),
        AREA: (
            "Jamming or interference covered the area.",
            "A danger made every master there switch off for safety, as SOLAS regulation V/19 lets him.",
            *_FEED,
            "Several receivers hang on one line or one power supply, and it failed.",
            "A port or strait was closed, and the ships that usually pass were not there to be heard.",
        ),
        IDENTITY: (
            "Two ships bear one number by mistake: a wrong digit at installation is common.",
            "The number was passed on with the flag or the owner, as numbers are.",
            "A bad clock or a wrong position at one of the two ends only makes it look like two ships.",
            *_HEARING,
        ),
        UNKNOWN: (*_HEARING, *_FEED, *_ANY),
    }
)
"""For each verdict the explanations that need no guilt."""
LIMITS = (
    "A silence is told from bad reception by comparison with other ships; a fault on board looks like a switch-off.",
    "Between its two ends a ship may have gone where nobody hears: only both ends and the straight way are compared.",
    "Ships that switch off together look like an outage, and are not named.",
    "Where few other ships pass, nothing can be told, and that is most of the open sea.",
)
_PASSAGE = "other ships' passage"
_WAY_TOLD, _WAY_KNOWN = 2, 3
"""On the straight way, others must be known at two of its three points, and three in all."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is asked for before anything is said; see `silence.weigh`."""

    min_passages: int
    min_ships: int
    min_before: int
    min_peers: int
    outage_share: float
    alpha: float
    poor_share: float
    heard_share: float
    seldom: float
    gap_share: float
    area_m: float
    fell: float = 0.01
    """So small a chance that as many of the others were unheard speaks of reception."""


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
    q = chance.discoveries(table["surprise"].to_numpy(), tested.to_numpy())
    table = table.with_columns(tested=tested, q=pl.Series(q).fill_nan(None))
    rows = [(row, *_said(row, asks)) for row in table.iter_rows(named=True)]
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


def _tested(asks: Thresholds, columns: set[str]) -> pl.Expr:
    fine = (pl.col("uncovered") == 0) & ~pl.col("outage") & ~pl.col("together") & (pl.col("before") >= asks.min_before)
    fine &= (pl.col("start_passages") >= asks.min_passages) & (pl.col("start_ships") >= asks.min_ships)
    fine &= (pl.col("start_peers") >= asks.min_peers) & ~_unheard("start", asks) & ~_fell(asks)
    fine &= pl.col("start_gap_share") <= asks.gap_share
    # had it kept its course, it must have been heard on the way
    fine &= (pl.col("way_points").is_null() | ~pl.col("sailing") | _heard_on_way(asks)).fill_null(value=False)
    if "end_passages" in columns:
        enough = (pl.col("end_passages") >= asks.min_passages) & (pl.col("end_ships") >= asks.min_ships)
        enough &= pl.col("end_gap_share") <= asks.gap_share
        few = (pl.col("end_passages") < asks.min_passages) & pl.col("way_points").is_not_null()
        fine &= (pl.col("end_passages").is_null() | enough | few) & ~_unheard("end", asks).fill_null(value=False)
    return fine & (pl.col("same").fill_null(value=True) if "same" in columns else pl.lit(value=True))


def _unheard(side: str, asks: Thresholds) -> pl.Expr:
    """Too many of the others were unheard in the same hours for the silence to be this ship's own."""
    known, heard = pl.col(f"{side}_peers"), pl.col(f"{side}_peers_heard")
    seldom = (pl.col(f"{side}_as_often").fill_nan(None) < asks.seldom).fill_null(value=False)
    return ((known >= asks.min_peers) & (heard < asks.heard_share * known)) | seldom


def _heard_on_way(asks: Thresholds) -> pl.Expr:
    told = (pl.col("way_told") >= _WAY_TOLD) & (pl.col("way_known") >= _WAY_KNOWN)
    return told & (pl.col("way_heard") >= asks.heard_share * pl.col("way_known"))


def _fell(asks: Thresholds) -> pl.Expr:
    return pl.col("fell") <= asks.fell


def _enough(gap: dict[str, Any], side: str, asks: Thresholds) -> bool:
    return bool(gap[f"{side}_passages"] >= asks.min_passages and gap[f"{side}_ships"] >= asks.min_ships)


def _said(gap: dict[str, Any], asks: Thresholds) -> tuple[str, str]:
    """The verdict on one gap and the sentence that gives its counts."""
    if gap.get("same") is False:
        why = gap.get("identity") or "the positions before and after cannot be one ship's"
        return IDENTITY, f"The two sides of this silence belong to different ships: {why.rstrip('.')}."
    if gap["uncovered"]:
        nobody, lasted = _number(gap["uncovered"]), _number(gap["lasted"])
        return UNKNOWN, f"Cannot be told: for {nobody} of these {lasted} hours the data hold nobody's positions."
    if gap["outage"]:
        return _outage(gap, asks)
    short = _too_few(gap, asks)
    if 3 * gap["own"] >= gap["lasted"]:
        lately = f"in the 12 hours before, the ship itself had already gone unheard for {_number(gap['own'])} hours"
        return POOR, f"{_counts(gap)}; {lately}." if not short else f"{lately[0].upper()}{lately[1:]}; {short}."
    if short:
        return UNKNOWN, f"Cannot be told: {short}."
    counts = _counts(gap)
    known = gap["start_peers"] or 0
    silent = known >= 3 and known - gap["start_peers_heard"] >= asks.outage_share * known
    if silent and gap["start_other"] < asks.min_passages:
        return UNKNOWN, f"Cannot be told: too few passages at other times. {counts}."
    for side in ("start", "end"):
        passages = gap.get(f"{side}_passages")
        if passages and passages >= asks.min_passages and gap[f"{side}_long"] > asks.poor_share * passages:
            return POOR, f"{counts}{'' if side == 'start' else _came(gap)}."
    if gap["tested"] and gap["q"] <= asks.alpha:
        return OFF, f"{counts}{_came(gap)}."
    return UNKNOWN, f"Cannot be told: {_why_not(gap, asks)}. {counts}{_came(gap)}."


def _too_few(gap: dict[str, Any], asks: Thresholds) -> str:
    where = {"start": "", "end": " where it was heard again"}
    for side, place in where.items():
        passages: int | None = gap.get(f"{side}_passages")
        ships: int = gap.get(f"{side}_ships") or 0
        if passages is None or (side == "end" and gap["way_points"]):
            continue
        better = gap[f"{side}_better_heard"]
        weak = f", {better} more by ships that are heard better than this one ever was" if better else ""
        if passages < asks.min_passages:
            return f"{_many(passages, _PASSAGE)}{place}{weak}, {asks.min_passages} needed"
        if ships < asks.min_ships:
            return f"passages by {_many(ships, 'other ship')}{place}{weak}, {asks.min_ships} needed"
    return ""


def _outage(gap: dict[str, Any], asks: Thresholds) -> tuple[str, str]:
    """An outage; area-wide where its ships lie farther apart than one receiver hears, and others are heard."""
    counts = _counts(gap)
    both = gap["with_both"]
    if both:
        verb = "ship fell silent and was" if both == 1 else "ships fell silent and were"
        counts += f"; {both} other {verb} heard again at the same time as this one"
    wide = (gap["spread_m"] or 0.0) > asks.area_m
    if wide and gap["heard_elsewhere"]:
        apart = round(gap["spread_m"] / 1000)
        return AREA, (
            f"{counts}: ships {apart} km apart were silent together, farther than one receiver hears, while others "
            "were heard elsewhere; not this ship alone. Several receivers on one line would look the same."
        )
    return OUTAGE, f"{counts}: the receiver, the feed or the whole area was silent, not this ship alone."


def _why_not(gap: dict[str, Any], asks: Thresholds) -> str:
    if gap["before"] is None or gap["before"] < asks.min_before:
        heard = _many(gap["before"] or 0, "time")
        return f"the ship itself was heard {heard} in the 12 hours before, {asks.min_before} needed"
    if gap["start_peers"] is None or gap["start_peers"] < 0:
        return "the silence was hardly longer than the ship's own shortly before"
    if gap["together"]:
        began, ended = gap["with_start"], gap["with_end"]
        return (
            f"{_many(began, 'other ship')} near by fell silent, and {ended} came back, within the same hours, where "
            f"{gap['expected']:.1f} would by chance"
        )
    if gap["start_peers"] < asks.min_peers:
        return f"in the same hours {_many(gap['start_peers'], 'other ship')} known to be there, {asks.min_peers} needed"
    for side, place in (("start", ""), ("end", " where it was heard again")):
        share: float | None = gap.get(f"{side}_gap_share")
        if share is not None and share > asks.gap_share:
            brought = f"{gap[f'{side}_gaps']:,} of {gap[f'{side}_passages']:,} passages{place}"
            return f"{brought} went unheard long enough to be called a gap, so a gap says little there"
    for side, place in (("start", ""), ("end", " before it came back")):
        often: float | None = gap.get(f"{side}_as_often")
        if often is not None and often < asks.seldom:
            return f"in the same hours{place} the others were heard {often:.0%} as often as they usually are there"
    on_way = gap["way_points"] and gap["sailing"]
    if on_way and (gap["way_told"] < _WAY_TOLD or gap["way_known"] < _WAY_KNOWN):
        met = _many(gap["way_known"], "other ship")
        return f"had the ship kept its course, {met} would show that it should have been heard on the way, too few"
    if on_way and gap["way_heard"] < asks.heard_share * gap["way_known"]:
        return (
            f"had the ship kept its course, it may have gone unheard: of {gap['way_known']} other ships on the way, "
            f"{gap['way_heard']} were heard"
        )
    if not gap["tested"]:
        return "in the same hours too many of the other ships were unheard"
    return "such a silence is not rare enough here among silences that reach the threshold"


def _counts(gap: dict[str, Any]) -> str:
    """Such as "Of 124 passages by 31 other class-A ships through this water, 2 were unheard for 16 hours or more"."""
    kind = "ships of unknown class" if gap["class"] == "unknown" else f"class-{gap['class']} ships"
    kind += " heard no better than this one" if gap["start_better_heard"] else ""
    lasted, unheard = _number(gap["lasted"]), gap["start_long"]
    text = (
        f"Of {gap['start_passages']:,} passages by {gap['start_ships']:,} other {kind} through this water, "
        f"{unheard:,} {'was' if unheard == 1 else 'were'} unheard for {lasted} hours or more"
    )
    known, heard = gap["start_peers"], gap["start_peers_heard"]
    if not known or known < 0:
        return text
    return f"{text}; in the same hours {heard:,} of {_many(known, 'ship')} {'was' if heard == 1 else 'were'} heard"


def _came(gap: dict[str, Any]) -> str:
    """The same for the water where the ship was heard again."""
    passages = gap.get("end_passages")
    if not passages:
        return ""
    unheard = gap["end_long"]
    return f"; of {passages:,} passages where it was heard again, {unheard:,} had been unheard as long before"


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
        "suspicion": _round(suspicion(gap["surprise"], known, heard, gap["start_as_often"]))
        if enough and listened
        else None,
        "tested": gap["tested"],
        "q": _round(gap["q"]),
        "peers": known if listened else None,
        "peers_heard": heard if listened else None,
        "a": {
            "applies": gap["welch_applies"],
            "flagged": gap["welch"],
            "satellite_positions_a_day": _round(gap["welch_reception"]),
            "shore_m": gap["shore_m"],
            "positions_12h_before": gap["before"],
        },
        "b": {
            "own_longest_silence_h": _hours(gap["own"]),
            "own_quiet_share": _round(gap["quiet"]),
            "p_own": _round(gap["p_own"]),
            "start": _side(gap, "start"),
            "end": _side(gap, "end") if gap.get("end_passages") is not None else None,
            "others_unheard_by_chance": _round(gap["fell"]),
            "fell_silent_with_it": gap["with_start"],
            "came_back_with_it": gap["with_end"],
            "both_with_it": gap["with_both"],
            "with_it_by_chance": _round(gap["expected"]),
            "sailing": gap["sailing"],
            "way": None
            if gap["way_points"] is None
            else {
                "points": gap["way_points"],
                "told": gap["way_told"],
                "known": gap["way_known"],
                "heard": gap["way_heard"],
            },
            "outage_spread_m": _round(gap["spread_m"]),
        },
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


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _number(micros: int) -> str:
    """A number of hours with at most one digit behind the point, cut and not rounded up: "16 or more" must be true."""
    return f"{int(micros / HOUR_US * 10) / 10:g}"
