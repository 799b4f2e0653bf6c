"""The verdict on a gap, the sentence that gives its counts, and what else could explain it. Numbers: judging.py."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from darkwake.events import out_of_place
from darkwake.events.hearing import HOUR_US

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
LEAST_PEERS = 2
"""Of the others that must be known in the same hours, so many must be where the ship fell silent."""
AHEAD_HEARD = 20
"""Steps of time with a ship heard there, before water ahead is known to be heard."""
WAY_TOLD, WAY_KNOWN = 2, 3
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
    lost_share: float
    area_m: float
    here_m: float
    fell: float = 0.01
    """So small a chance that as many of the others were unheard speaks of reception."""


def said(gap: dict[str, Any], asks: Thresholds) -> tuple[str, str]:
    """The verdict on one gap and the sentence that gives its counts."""
    if gap.get("same") is False:
        why = gap.get("identity") or "the positions before and after cannot be one ship's"
        return IDENTITY, f"The two sides of this silence belong to different ships: {why.rstrip('.')}."
    if gap["uncovered"]:
        nobody, lasted = _number(gap["uncovered"]), _number(gap["lasted"])
        return UNKNOWN, f"Cannot be told: for {nobody} of these {lasted} hours the data hold nobody's positions."
    if gap["outage"]:
        return _outage(gap, asks)
    if gap["area"] is not None:
        return UNKNOWN, f"Cannot be told: {out_of_place.says(gap)}. {_counts(gap)}."
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
        if passages is None or (side == "end" and (gap["way_points"] or _close(gap, asks))):
            continue
        better = gap[f"{side}_better_heard"]
        weak = f", {better} more by ships that are heard better than this one ever was" if better else ""
        if passages < asks.min_passages:
            return f"{_many(passages, _PASSAGE)}{place}{weak}, {asks.min_passages} needed"
        if ships < asks.min_ships:
            return f"passages by {_many(ships, 'other ship')}{place}{weak}, {asks.min_ships} needed"
    return ""


def _close(gap: dict[str, Any], asks: Thresholds) -> bool:
    return gap["distance_m"] is not None and gap["distance_m"] <= asks.here_m


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
    for why in (_too_little(gap, asks), _badly_heard(gap, asks), _on_way(gap, asks)):
        if why:
            return why
    if not gap["tested"]:
        return "in the same hours too many of the other ships were unheard"
    return "such a silence is not rare enough here among silences that reach the threshold"


def _too_little(gap: dict[str, Any], asks: Thresholds) -> str:
    """What is not known of the ship, or of others in the same hours."""
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
    ended = gap.get("end_peers")
    met = gap["start_peers"] + (gap["way_known"] or 0) + max(ended or 0, 0)
    if met < asks.min_peers or gap["start_peers"] < LEAST_PEERS:
        there, needed = _many(gap["start_peers"], "other ship"), f"{LEAST_PEERS} needed"
        return (
            f"in the same hours {there} known to be there, {needed}, and {met} with those on the way and where it was "
            f"heard again, {asks.min_peers} needed"
        )
    if ended is not None and ended < 1:
        return "in the same hours no other ship was known to be where it was heard again"
    return ""


def _badly_heard(gap: dict[str, Any], asks: Thresholds) -> str:
    """Why a gap says little in the water where it began or ended."""
    for side, place in (("start", ""), ("end", " where it was heard again")):
        share: float | None = gap.get(f"{side}_gap_share")
        if share is not None and share > asks.gap_share:
            brought = f"{gap[f'{side}_gaps']:,} of {gap[f'{side}_passages']:,} passages{place}"
            return f"{brought} went unheard long enough to be called a gap, so a gap says little there"
        lost: float | None = gap.get(f"{side}_lost")
        if lost is not None and lost > asks.lost_share:
            return f"close by{place}, ships are lost for long after {lost:.0%} of the times they are heard, too often"
    for side, place in (("start", ""), ("end", " before it came back")):
        often: float | None = gap.get(f"{side}_as_often")
        if often is not None and often < asks.seldom:
            return f"in the same hours{place} the others were heard {often:.0%} as often as they usually are there"
    return ""


def _on_way(gap: dict[str, Any], asks: Thresholds) -> str:
    """Why the ship may have gone unheard on the straight way, or why that is not known."""
    if not gap["sailing"]:
        return ""
    if not gap["way_points"]:
        if gap["ahead_heard"] >= AHEAD_HEARD and gap["ahead_lost"] <= asks.lost_share:
            return ""
        return "where its course led, others are seldom heard or often lost: it may have sailed on unheard"
    if gap["way_told"] < WAY_TOLD or gap["way_known"] < WAY_KNOWN:
        met = _many(gap["way_known"], "other ship")
        return f"had the ship kept its course, {met} would show that it should have been heard on the way, too few"
    if gap["way_heard"] < asks.heard_share * gap["way_known"]:
        return (
            f"had the ship kept its course, it may have gone unheard: of {gap['way_known']} other ships on the way, "
            f"{gap['way_heard']} were heard"
        )
    if gap["way_lost"] > asks.lost_share:
        return (
            "had the ship kept its course, it may have gone unheard: on the way ships are lost for long after "
            f"{gap['way_lost']:.0%} of the times they are heard"
        )
    return ""


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


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _number(micros: int) -> str:
    """A number of hours with at most one digit behind the point, cut and not rounded up: "16 or more" must be true."""
    return f"{int(micros / HOUR_US * 10) / 10:g}"
