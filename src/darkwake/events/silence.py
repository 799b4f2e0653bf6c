"""What a silence means: each gap weighed against the other ships that passed through the same water.

The first, plain form of the peers' test. It asks the data two things about the water where a gap began: of the other
ships of the class that passed through it, how many went unheard as long (is this water usually heard?); and in the
hours of the silence, how many of the ships that were there were heard (was the receiver down?). docs/silence.md says
how each number is made and what the form cannot see. A verdict stands beside the gap and never replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events import engine
from darkwake.events.coverage import Coverage
from darkwake.events.detector import hours
from darkwake.events.hearing import CELL_DEG, Hearing, heard, hourly, passages, waters
from darkwake.evidence import canonical_json
from darkwake.schema import EVENTS, SILENCES, empty, problems

VERDICTS = (
    "likely switched off",
    "poor reception",
    "receiver outage",
    "area-wide silence",  # not given by this form: it cannot tell it from an outage
    "identity change",  # not given by this form
    "cannot tell",
)

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
        "likely switched off": (*_ANY, *_HEARING, "Two ships shared one number, and only one of them left."),
        "poor reception": (*_HEARING, *_ANY),
        "receiver outage": (*_FEED, "Jamming or a danger in the area silenced every ship at once.", *_HEARING),
        "cannot tell": (*_HEARING, *_FEED, *_ANY),
    }
)
"""For each verdict that this form gives, the explanations that need no guilt."""
LIMITS = (
    "A ship is its MMSI: a number that two ships share looks like one ship that jumps.",
    "A silence is weighed in the water where it began; where the ship went afterwards is not known.",
    "Where few other ships pass, nothing can be told, and that is most of the open sea.",
)

_HOUR = timedelta(hours=1)
_PASSAGE = "other ships' passage"
_BATCH = 64
"""Waters weighed at a time: bounds memory, changes no number."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What `weigh` asks for before it says anything; see its parameters."""

    min_passages: int
    min_ships: int
    min_before: int
    min_peers: int
    alpha: float
    poor_share: float
    heard_share: float


def weigh(
    gaps: pl.DataFrame,
    source: engine.Source,
    *,
    ships: pl.DataFrame | None = None,
    near_m: float = 20_000.0,
    apart: timedelta = hours(6),  # noqa: B008  a timedelta cannot change
    bracket: timedelta = hours(3),  # noqa: B008
    same_hours: timedelta = hours(6),  # noqa: B008
    min_passages: int = 20,
    min_ships: int = 5,
    min_before: int = 14,
    min_peers: int = 3,
    alpha: float = 0.05,
    poor_share: float = 0.2,
    heard_share: float = 0.8,
    workers: int = 1,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """SILENCES: one row for each gap in `gaps`, in the gaps' order.

    Args:
        gaps: EVENTS; those of kind "gap" are weighed, others are passed over.
        source: the POSITIONS or the store in which the gaps were found.
        ships: SHIPS, for the class of each ship; None counts the classes in the positions.
        near_m: a gap's water is the cells whose middle lies within this distance of the middle of its first cell.
        apart: a ship that is not heard in the water for longer than this comes back on a new passage.
        bracket: a ship heard in the water this long before the silence, and nowhere during it, was there unheard.
        same_hours: the hours of the silence in which others are listened for.
        min_passages: fewer passages by others cannot tell anything.
        min_ships: nor can passages by fewer other ships.
        min_before: positions of the ship itself in the 12 h before (14: Welch et al. 2022).
        min_peers: other ships known to be there in the same hours.
        alpha: bound of the false-discovery rate over the gaps that could be told (Benjamini and Hochberg 1995).
        poor_share: water from which a larger share goes unheard as long is badly heard.
        heard_share: the share of others that must be heard in the same hours before a silence is the ship's own;
            where the same share is unheard, it is an outage.
        workers: processes that read the shards.
        progress: called with (shards done, shards in all).

    Raises:
        WrongUse: `gaps` is not EVENTS, or `bracket` is shorter than an hour, the width of the bins.
    """
    wrong = problems(gaps, EVENTS)
    if wrong:
        raise WrongUse(
            f"the table is not EVENTS: {wrong[0]}", where="weigh(gaps)", to_do="Hand in what gap().run() gave"
        )
    if bracket < _HOUR:
        raise WrongUse(f"a bracket of {bracket} is too short", where="weigh(bracket)", to_do="Give an hour or more")
    gaps = gaps.filter(pl.col("kind") == "gap")
    shards = engine.shards_of(source, workers)
    until = engine.covered(shards)
    if gaps.is_empty() or until is None:
        return empty(SILENCES)
    asks = Thresholds(min_passages, min_ships, min_before, min_peers, alpha, poor_share, heard_share)
    water = waters(gaps, near_m)
    thin = partial(heard, cells=np.unique(water["cell"].to_numpy()), until=until)
    with engine.processes(workers) as pool:
        hearing = Hearing.of(engine.each(thin, shards, pool, progress), ships)
    asked = _asked(gaps, hearing, until)
    spans = _listening(asked, bracket, same_hours)
    visits, near = [], []
    for few in asked["water"].unique().sort().to_frame().iter_slices(_BATCH):
        in_water = hourly(water.join(few, on="water", how="semi"), hearing)
        visits.append(passages(in_water, apart))
        near.append(_near_then(spans.join(few, on="water", how="semi"), in_water))
    asked = asked.join(_peers(spans, pl.concat(near), hearing.anywhere), on="event", how="left")
    batches = [(asked.join(visit, on="water", how="semi"), visit) for visit in visits]
    table = _compared(batches, until, bracket, asks)
    return _judged(gaps.select(event="id").join(table, on="event", maintain_order="left"), asks)


def _asked(gaps: pl.DataFrame, hearing: Hearing, until: Coverage) -> pl.DataFrame:
    """One row a gap: event, ship, class, water, start, lasted, before (positions in the 12 h before), own."""
    start_cell = geo.cell(gaps["start_lat"].to_numpy(), gaps["start_lon"].to_numpy(), CELL_DEG)
    asked = gaps.select(
        pl.col("id").alias("event"),
        "ship",
        pl.Series("water", start_cell),
        "start",
        (gaps["end"].fill_null(until.end_of(gaps["start"])) - gaps["start"]).alias("lasted"),
        pl.col("details").str.json_path_match("$.positions_12h_before").cast(pl.Int64).alias("before"),
        until.uncovered(gaps["start"], gaps["end"].fill_null(gaps["start"])),
    ).join(hearing.classes, on="ship", how="left", maintain_order="left")
    # how long the ship itself went unheard in the 12 h before: sooner than that its peers' silence shows nothing
    span = pl.datetime_ranges((pl.col("start") - 12 * _HOUR).dt.truncate("1h"), pl.col("start"), "1h", closed="left")
    day = asked.select("event", "ship", "start", span.alias("hour")).explode("hour", empty_as_null=True)
    day = day.filter(pl.col("hour") < pl.col("start").dt.truncate("1h")).join(hearing.anywhere, on=["ship", "hour"])
    day = day.filter(pl.col("last") >= pl.col("start") - 12 * _HOUR)
    own = day.group_by("event").agg(pl.col("longest").max().alias("own"))
    return asked.join(own, on="event", how="left", maintain_order="left").with_columns(
        pl.max_horizontal(pl.col("own").fill_null(_HOUR), pl.lit(_HOUR)).alias("own")
    )


def _listening(asked: pl.DataFrame, bracket: timedelta, listen: timedelta) -> pl.DataFrame:
    """event, own (the ship), class, water, since, start, begin, end: when others are listened for in each silence.

    Listening begins when the ship's own longest recent silence is over, because until then nobody could have known
    that anything had changed, and ends as long before the gap does: where a receiver came back, others may be heard a
    little sooner. A gap that leaves less than an hour of it is left out: an hour is what hourly bins can resolve.
    """
    begin = pl.col("start") + pl.col("own")
    end = pl.col("start") + pl.min_horizontal(pl.col("lasted") - pl.col("own"), pl.col("own") + listen)
    since = pl.col("start") - bracket
    spans = asked.select(
        "event", "water", "class", "start", begin.alias("begin"), end.alias("end"), since.alias("since"), own="ship"
    )
    return spans.filter(pl.col("end") - pl.col("begin") >= _HOUR)


def _during() -> pl.Expr:
    return (pl.col("last") > pl.col("begin")) & (pl.col("first") <= pl.col("end"))


def _each_hour(table: pl.DataFrame, begin: str) -> pl.DataFrame:
    span = pl.datetime_ranges(pl.col(begin).dt.truncate("1h"), pl.col("end"), "1h")
    return table.with_columns(span.alias("hour")).explode("hour", empty_as_null=True)


def _near_then(spans: pl.DataFrame, in_water: pl.DataFrame) -> pl.DataFrame:
    """event, ship, begin, end, heard: other ships of the class heard in the water then, or shortly before."""
    shortly = (pl.col("last") >= pl.col("since")) & (pl.col("first") <= pl.col("start"))
    return (
        _each_hour(spans, "since")
        .join(in_water, on=["water", "class", "hour"])
        .filter(pl.col("ship") != pl.col("own"))
        .group_by("event", "ship", "begin", "end")
        .agg(_during().any().alias("heard"), shortly.any().alias("shortly"))
        .filter(pl.col("heard") | pl.col("shortly"))
        .drop("shortly")
    )


def _peers(spans: pl.DataFrame, near: pl.DataFrame, anywhere: pl.DataFrame) -> pl.DataFrame:
    """event, peers, peers_heard: other ships of the class known to be in the water in the hours of the silence.

    Heard: heard in the water in those hours. Unheard: heard in the water shortly before, and nowhere in those hours.
    A ship that was heard only elsewhere had left, and is neither.
    """
    left = _each_hour(near.filter(~pl.col("heard")), "begin").join(anywhere, on=["ship", "hour"]).filter(_during())
    known = near.join(left, on=["event", "ship"], how="anti").group_by("event")
    counted = known.agg(
        pl.len().cast(pl.Int64).alias("peers"), pl.col("heard").sum().cast(pl.Int64).alias("peers_heard")
    )
    table = spans.select("event").join(counted, on="event", how="left")
    return table.with_columns(pl.col("peers", "peers_heard").fill_null(0))


def _compared(
    batches: list[tuple[pl.DataFrame, pl.DataFrame]], until: Coverage, bracket: timedelta, asks: Thresholds
) -> pl.DataFrame:
    """The gaps with their passages counted, first in all, then without those that an outage cut.

    A passage that an outage cut says nothing about how well the water is heard while the receiver works. Outages are
    found by the first count, so that they do not depend on each other; their own counts stay whole.
    """
    whole = pl.concat([_counted(here, visits, until, bracket) for here, visits in batches])
    outages = whole.filter(_outage(asks)).select("event", "ship", longest_at="start")
    spared = []
    for here, visits in batches:
        alone = here.join(outages, on="event", how="anti")
        spared.append(_counted(alone, visits.join(outages, on=["ship", "longest_at"], how="anti"), until, bracket))
    of_outages = whole.join(outages, on="event", how="semi").with_columns(outage=pl.lit(True))
    table = pl.concat([of_outages, pl.concat(spared).with_columns(outage=pl.lit(False))])
    seen = pl.col("passages") + pl.col("censored")
    table = table.join(whole.select("event", seen.alias("seen")), on="event")
    return table.with_columns((pl.col("seen") - seen).alias("cut"))


def _counted(asked: pl.DataFrame, passages: pl.DataFrame, until: Coverage, bracket: timedelta) -> pl.DataFrame:
    """The gaps with their passages counted; a passage whose future is shorter than the gap is censored, not a trial."""
    passages = passages.with_columns(until.end_of(passages["last"]).alias("until"))
    trial = pl.col("last") + pl.col("lasted") <= pl.col("until")
    apart = (pl.col("last") < pl.col("start") - bracket) | (pl.col("first") > pl.col("start") + pl.col("lasted"))
    long, half = pl.col("longest") >= pl.col("lasted"), pl.col("longest") * 2 >= pl.col("lasted")
    numbers = {
        "passages": trial,
        "unheard_as_long": trial & long,
        "unheard_half_as_long": trial & half,
        "censored": ~trial,
        "passages_other_times": trial & apart,
        "unheard_other_times": trial & apart & long,
    }
    counted = (
        asked.select("event", "water", "class", "start", "lasted", own="ship")
        .join(passages, on=["water", "class"])
        .filter(pl.col("ship") != pl.col("own"))
        .group_by("event")
        .agg(
            *(test.sum().cast(pl.Int64).alias(name) for name, test in numbers.items()),
            pl.col("ship").filter(trial).n_unique().cast(pl.Int64).alias("ships"),
        )
    )
    return asked.join(counted, on="event", how="left").with_columns(pl.col(*numbers, "ships").fill_null(0))


def _outage(asks: Thresholds) -> pl.Expr:
    """The others were unheard in the same hours, in water that is well heard at other times."""
    usually = pl.col("unheard_other_times") <= asks.poor_share * pl.col("passages_other_times")
    enough = (pl.col("passages_other_times") >= asks.min_passages) & (pl.col("peers") >= asks.min_peers)
    return enough & usually & (pl.col("peers") - pl.col("peers_heard") >= asks.heard_share * pl.col("peers"))


def _judged(table: pl.DataFrame, asks: Thresholds) -> pl.DataFrame:
    """The counts turned into verdicts, sentences and SILENCES."""
    enough = (pl.col("passages") >= asks.min_passages) & (pl.col("ships") >= asks.min_ships)
    p = pl.when(enough).then((pl.col("unheard_as_long") + 1) / (pl.col("passages") + 1))
    # which gaps are tested depends on how much is known, never on p, so the rate is controlled among them
    tested = (
        enough
        & ~pl.col("outage")
        & (pl.col("uncovered") == timedelta(0))
        & (pl.col("before") >= asks.min_before)
        & (pl.col("peers") >= asks.min_peers)
        & (pl.col("peers_heard") >= asks.heard_share * pl.col("peers"))
    ).fill_null(False)
    table = table.with_columns(p.alias("p"), tested.alias("tested")).with_row_index("place")
    family = table.filter("tested").sort("p", "event")
    ranked = pl.col("p") * pl.len() / pl.int_range(1, pl.len() + 1)
    family = family.select("event", ranked.reverse().cum_min().reverse().clip(upper_bound=1.0).alias("q"))
    table = table.join(family, on="event", how="left").sort("place")
    rows = [(row, *_said(row, asks)) for row in table.iter_rows(named=True)]
    return pl.DataFrame(
        {
            "event": table["event"],
            "verdict": [verdict for _, verdict, _ in rows],
            "says": [says for _, _, says in rows],
            **{name: table[name] for name in ("passages", "ships", "unheard_as_long", "p")},
            "details": [canonical_json(_details(row)) for row, _, _ in rows],
        },
        schema=SILENCES,
    )


def _said(gap: dict[str, Any], asks: Thresholds) -> tuple[str, str]:
    """The verdict on one gap and the sentence that gives its counts."""
    passages, peers, heard = gap["passages"], gap["peers"], gap["peers_heard"]
    if gap["uncovered"]:
        nobody, lasted = _number(gap["uncovered"] / _HOUR), _number(gap["lasted"] / _HOUR)
        return "cannot tell", f"Cannot be told: for {nobody} of these {lasted} hours the data hold nobody's positions."
    if passages < asks.min_passages:
        return "cannot tell", f"Cannot be told: {_many(passages, _PASSAGE)}, {asks.min_passages} needed."
    if gap["ships"] < asks.min_ships:
        return (
            "cannot tell",
            f"Cannot be told: passages by {_many(gap['ships'], 'other ship')}, {asks.min_ships} needed.",
        )
    counts = _counts(gap)
    unheard = bool(peers) and peers >= asks.min_peers and peers - heard >= asks.heard_share * peers
    if gap["outage"]:
        return "receiver outage", f"{counts}: the receiver, the feed or the whole area was silent, not this ship alone."
    if unheard and gap["passages_other_times"] < asks.min_passages:
        return "cannot tell", f"Cannot be told: too few passages at other times. {counts}."
    if gap["unheard_as_long"] > asks.poor_share * passages:
        return "poor reception", f"{counts}."
    if gap["tested"] and gap["q"] <= asks.alpha and _stands_out(gap) <= asks.alpha:
        return "likely switched off", f"{counts}."
    return "cannot tell", f"Cannot be told: {_why_not(gap, asks)}. {counts}."


def _stands_out(gap: dict[str, Any]) -> float:
    """How many silences this long so many passages would bring, were the tail of silences exponential.

    The longest of many silences always has a small rank p. If chance ends a silence at a steady rate, the share that
    is twice as long is the square of the share: a true outlier has next to nothing at half its length.
    """
    share = (gap["unheard_half_as_long"] + 1) / (gap["passages"] + 1)
    return float(share**2 * (gap["passages"] + 1))


def _why_not(gap: dict[str, Any], asks: Thresholds) -> str:
    if gap["before"] < asks.min_before:
        return (
            f"the ship itself was heard {_many(gap['before'], 'time')} in the 12 hours before, {asks.min_before} needed"
        )
    if gap["peers"] is None:
        return "the silence was hardly longer than the ship's own shortly before"
    if gap["peers"] < asks.min_peers:
        return f"in the same hours {_many(gap['peers'], 'other ship')} known to be there, {asks.min_peers} needed"
    if not gap["tested"]:
        return "in the same hours too many of the other ships were unheard"
    return "such a silence, or one half as long, is not rare enough in this water"


def _counts(gap: dict[str, Any]) -> str:
    """Such as "Of 124 passages by 31 other class-A ships through this water, 2 were unheard for 16 hours or more"."""
    kind = "ships of unknown class" if gap["class"] == "unknown" else f"class-{gap['class']} ships"
    lasted = _number(gap["lasted"] / _HOUR)
    unheard = gap["unheard_as_long"]
    was = "was" if unheard == 1 else "were"
    text = (
        f"Of {gap['passages']} passages by {gap['ships']} other {kind} through this water, "
        f"{unheard} {was} unheard for {lasted} hours or more"
    )
    if not gap["peers"]:
        return text
    were = "was" if gap["peers_heard"] == 1 else "were"
    return f"{text}; in the same hours {gap['peers_heard']} of {_many(gap['peers'], 'ship')} {were} heard"


def _details(gap: dict[str, Any]) -> dict[str, Any]:
    return {
        "ais_class": None if gap["class"] == "unknown" else gap["class"],
        "hours": round(gap["lasted"] / _HOUR, 4),
        "uncovered_h": round(gap["uncovered"] / _HOUR, 4),
        "own_longest_silence_h": round(gap["own"] / _HOUR, 4),
        "positions_12h_before": gap["before"],
        "peers": gap["peers"],
        "peers_heard": gap["peers_heard"],
        "unheard_half_as_long": gap["unheard_half_as_long"],
        "passages_censored": gap["censored"],
        "passages_other_times": gap["passages_other_times"],
        "unheard_other_times": gap["unheard_other_times"],
        "passages_cut_by_outages": gap["cut"],
        "tested": gap["tested"],
        "q": gap["q"],
        "expected_by_chance": None if gap["p"] is None else round(_stands_out(gap), 6),
    }


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(value: float) -> str:
    """A number of hours with at most one digit behind the point, cut and not rounded up: "16 or more" must be true."""
    return f"{int(value * 10) / 10:g}"
