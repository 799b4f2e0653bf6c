"""Two ships lie close together for long: placed at even times, found across every border, laid together by pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import numpy as np
import polars as pl

from darkwake.errors import WrongUse
from darkwake.events import paired
from darkwake.events.beyond import Anchorages
from darkwake.events.coverage import Coverage
from darkwake.events.details import texts
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.paired import MOST_COUNTED
from darkwake.events.slots import READS, Bools, Ints, Slots, cited, in_a_row, long_enough, with_sources
from darkwake.events.stage import By, Stage
from darkwake.evidence import content_ids
from darkwake.schema import EVENTS, empty

Preset = Literal["darkwake", "gfw", "starboard"]


_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """How close, and for how long without a break."""

    within_m: float
    for_at_least: timedelta


@dataclass(frozen=True, slots=True)
class _Preset:
    """The defaults of `encounter` under one name."""

    rules: tuple[Rule, ...]
    resample: timedelta
    not_across: timedelta = timedelta(hours=1)
    under_kn: float = 2.0
    away_from_anchorage_m: float = 10_000.0
    merge_within: timedelta = timedelta(hours=4)
    company_m: float = 5_000.0
    most_company: int | None = None


PRESETS: dict[str, _Preset] = {
    "darkwake": _Preset((Rule(500.0, hours(2)),), timedelta(minutes=10), most_company=2),
    "gfw": _Preset((Rule(500.0, hours(2)),), timedelta(minutes=10)),
    "starboard": _Preset((Rule(50.0, timedelta(minutes=10)), Rule(200.0, timedelta(minutes=30))), timedelta(minutes=2)),
}
"""Global Fishing Watch's published thresholds without what lies in company, the same with it, and Starboard's.

Of Starboard's only the rules are published. Neither asks for company.
"""


def encounter(
    *,
    preset: Preset = "darkwake",
    anchorages: pl.DataFrame | None = None,
    resample: timedelta | None = None,
    not_across: timedelta | None = None,
    within_m: float | None = None,
    for_at_least: timedelta | None = None,
    under_kn: float | None = None,
    away_from_anchorage_m: float | None = None,
    merge_within: timedelta | None = None,
    company_m: float | None = None,
    most_company: int | None = None,
) -> Detector:
    """Two ships lay close together at sea for some time, slow, and away from anchorages.

    What it flags:
        Each ship is placed at the same even moments, between its positions. Two ships are together at a moment when
        they lie within `within_m` of each other and both lie `away_from_anchorage_m` or more from every anchorage. An
        unbroken row of such moments that lasts `for_at_least`, in which the median speed of each of the two is under
        `under_kn`, is a meeting; meetings of the same two ships less than `merge_within` apart are one encounter. It
        begins and ends with the first and last moment together, which is where they were seen, not where the meeting
        began. Ships in a roadstead lie like that too: where, by the median over the moments, more than `most_company`
        other slow ships lay within `company_m` of one of the two, nothing is said. A meeting in a roadstead, or at a
        place where many ships move cargo to each other, is so left out; the preset "gfw" tells all.

    Why it matters:
        Cargo, catch, fuel and people go from ship to ship at sea, out of sight of a port. Where that happened is
        often the only trace of where a cargo came from.

    Innocent explanations:
        - One ship gave the other fuel, water, stores or spare parts; bunkering at sea is a lawful trade.
        - Cargo was moved from ship to ship in a place where the coastal state permits it, announced to it 48 hours
          before, as MARPOL Annex I chapter 8 asks of oil tankers.
        - Crew, a surveyor or a pilot changed ship, or somebody sick was taken off.
        - Both waited for a berth, for orders, for the tide or for weather, at an anchorage that the table of
          anchorages does not hold; see `company`.
        - A tug lay by its tow, or an escort, guard or supply ship by what it served: a rig, a cable layer, a dredger.
        - Two fishing boats hauled one net, or shared a ground and drifted with their gear.
        - One helped the other: an engine failed, or a search was under way.
        - Two ferries or workboats of one owner lay side by side for the night.
        - The positions of one are not its own, as where a number is shared or satellite navigation is jammed.

    Parameters:
        preset: "darkwake", "gfw" or "starboard", the defaults of all that follows; what is given replaces the
            preset's. "darkwake" is "gfw" without what lies in company; the two others are the tools' own rules.
        anchorages: PORTS, several points a port allowed; None takes the ports in the package, of which few are
            anchorages.
        resample: time between the moments; 10 min, 2 min (starboard).
        not_across: no ship is placed in a silence longer than this; 1 h.
        within_m: at most this far apart; 500 m; 50 m or 200 m (starboard).
        for_at_least: for at least this long; 2 h; 10 min at 50 m, 30 min at 200 m (starboard). Where only one
            of the two is given, the other is that of the preset's widest rule.
        under_kn: median speed of each ship, over the way from moment to moment; 2 kn. Starboard publishes none, and
            Global Fishing Watch's is taken.
        away_from_anchorage_m: both ships at least this far from every anchorage; 10 km, for starboard as above.
        merge_within: meetings of the same two closer in time are one; 4 h, for starboard as above.
        company_m: other ships that lay under `under_kn` so near to one of the two are company; 5 km.
        most_company: with more company than this, by the median over the moments, nothing is said; 2 (darkwake), any
            (gfw, starboard). At most 9, as ten and more are counted as ten.

    References:
        - Global Fishing Watch, pipe-encounters: 10-minute resampling, not across more than 1 h; 0.5 km, 2 h, 2 kn,
          10 km from an anchorage. It asks nothing of company.
        - Miller et al., Identifying global patterns of transshipment behavior, Frontiers in Marine Science 5 (2018),
          240.
        - Starboard Maritime Intelligence: under 50 m for 10 min, or under 200 m for 30 min.
    """
    if preset not in PRESETS:
        raise WrongUse(
            f"there is no preset {preset!r}", where="encounter(preset=...)", to_do=f"Take one of {', '.join(PRESETS)}"
        )
    chosen = PRESETS[preset]
    rules = chosen.rules
    if within_m is not None or for_at_least is not None:
        widest = rules[-1]
        near_m = widest.within_m if within_m is None else within_m
        rules = (Rule(near_m, widest.for_at_least if for_at_least is None else for_at_least),)
    slow_kn = chosen.under_kn if under_kn is None else under_kn
    away_m = chosen.away_from_anchorage_m if away_from_anchorage_m is None else away_from_anchorage_m
    merge = chosen.merge_within if merge_within is None else merge_within
    slots = Slots.of(resample or chosen.resample, not_across or chosen.not_across, "encounter(resample=...)")
    if min(rule.within_m for rule in rules) <= 0 or min(rule.for_at_least for rule in rules) < timedelta(0):
        raise WrongUse(
            "ships cannot be closer than nothing, or for less than nothing",
            where="encounter(within_m=..., for_at_least=...)",
            to_do="Give a distance in metres above 0 and a span of time",
        )
    circle_m = chosen.company_m if company_m is None else company_m
    most = chosen.most_company if most_company is None else most_company
    if circle_m <= 0 or not (most is None or 0 <= most < MOST_COUNTED):
        raise WrongUse(
            f"company cannot be {most} ships within {circle_m:g} m",
            where="encounter(company_m=..., most_company=...)",
            to_do=f"Give a distance in metres above 0 and 0 to {MOST_COUNTED - 1} ships; preset='gfw' has no limit",
        )
    around = Anchorages.of(anchorages, "encounter(anchorages=...)")
    thin = partial(
        _thinned, slots=slots, under_kn=slow_kn, rules=rules, away_m=away_m, company_m=circle_m, around=around
    )
    near_m = max(rule.within_m for rule in rules)
    runs = partial(_encounters, slots=slots, under_kn=slow_kn, rules=rules, merge=merge, most=most, around=around)
    if most is None:
        pair = partial(paired.together, within_m=near_m, under_kn=slow_kn, company_m=circle_m)
        paired_up: tuple[Stage, ...] = (Stage(By("slot"), pair),)
    else:
        few = partial(paired.quiet, within_m=near_m, under_kn=slow_kn, company_m=circle_m, most=most)
        along = partial(paired.by_pair, every_us=slots.every_us, merge=merge)
        both = partial(paired.laid_together, within_m=near_m, company_m=circle_m)
        paired_up = (
            Stage(By("slot"), few),
            Stage(By("ship"), along),
            Stage(By("one", "two"), both),
        )
    return Detector(
        kind="encounter",
        stages=(
            Stage(By("ship"), thin, reads=READS, until=True),
            *paired_up,
            Stage(By("one", "two"), runs, until=True),
        ),
        about=str(encounter.__doc__),
        parameters=(
            ("preset", preset),
            ("resample", in_hours(timedelta(microseconds=slots.every_us))),
            ("not_across", in_hours(timedelta(microseconds=slots.across_us))),
            ("within", " or ".join(f"{rule.within_m:g}m for {in_hours(rule.for_at_least)}" for rule in rules)),
            ("under", f"{slow_kn:g}kn"),
            ("away_from_anchorage", f"{away_m:g}m"),
            ("merge_within", in_hours(merge)),
            ("company", f"{circle_m:g}m"),
            ("most_company", "any" if most is None else str(most)),
        ),
    )


def _thinned(
    positions: pl.DataFrame,
    *,
    slots: Slots,
    under_kn: float,
    rules: tuple[Rule, ...],
    away_m: float,
    company_m: float,
    around: Anchorages,
    until: Coverage | None,
) -> pl.DataFrame:
    """The slots of each ship in which it could be in an encounter (`meets`), or be slow company to one.

    What is dropped here could not. Company of ships so far from anchorages is at most `company_m` nearer to one.
    """
    least = min(slots.count(rule.for_at_least) for rule in rules)
    table = slots.at(positions, until)
    kn = slots.knots(table, timedelta(0))
    lat, lon, slow = table["lat"].to_numpy(), table["lon"].to_numpy(), kn < under_kn
    some = np.flatnonzero(_could_meet(table["stretch"].to_numpy() - 1, slow, least))
    some = some[around.beyond(lat[some], lon[some], away_m)]
    some = some[_could_meet(in_a_row(table[some]), slow[some], least)]
    meets = np.zeros(len(table), np.bool_)
    meets[some] = True
    others = np.flatnonzero(slow & ~meets)
    others = others[around.beyond(lat[others], lon[others], away_m - company_m)]
    kept = np.sort(np.concatenate([some, others]))
    table = table.with_columns(pl.Series("kn", kn, dtype=pl.Float64), pl.Series("meets", meets))[kept]
    return with_sources(table, positions).select(paired.SIDES)


def _could_meet(runs: Ints, slow: Bools, least: int) -> Bools:
    """Which slots stand in runs that are long enough, with as many slow slots as a median under the threshold needs."""
    result: Bools = long_enough(runs, least) & (2 * np.bincount(runs, weights=slow)[runs] >= least)
    return result


def _encounters(
    pairs: pl.DataFrame,
    *,
    slots: Slots,
    under_kn: float,
    rules: tuple[Rule, ...],
    merge: timedelta,
    most: int | None,
    around: Anchorages,
    until: Coverage | None,
) -> pl.DataFrame:
    """Runs of slots of each pair, by each rule, laid together."""
    pairs = pairs.rename({"one": "ship", "two": "other"}).sort("ship", "other", "slot").unnest("cited")
    kept = pairs.filter(pl.any_horizontal([pl.Series(_meets(pairs, rule, slots, under_kn)) for rule in rules]))
    if kept.is_empty():
        return empty(EVENTS)
    passed = pl.col("slot").diff()
    another = (pl.struct("ship", "other").rle_id().diff() != 0).fill_null(value=True)
    apart = (passed > 1) & (passed * slots.every_us >= merge // timedelta(microseconds=1))
    found = (
        kept.with_columns(
            (another | apart).cum_sum().alias("encounter"), (another | (passed > 1)).cum_sum().alias("meeting")
        )
        .group_by("encounter", maintain_order=True)
        .agg(
            pl.col("ship", "other", "source", "row", "other_source", "other_row").first(),
            pl.col("next_source", "next_row", "other_next_source", "other_next_row").last(),
            slots.time(pl.col("slot").first(), until).alias("start"),
            slots.time(pl.col("slot").last(), until).alias("end"),
            pl.col("lat", "lon").first().name.prefix("start_"),
            pl.col("lat", "lon").last().name.prefix("end_"),
            pl.col("metres").min().alias("least_m"),
            pl.col("metres").median().alias("median_m"),
            pl.col("kn", "other_kn").median(),
            pl.col("company").quantile(0.5, "lower").cast(pl.Int64),
            pl.col("meeting").n_unique().alias("meetings"),
            pl.len().alias("slots"),
        )
    )
    alone = found if most is None else found.filter(pl.col("company") <= most)
    return empty(EVENTS) if alone.is_empty() else _as_events(alone, slots, around)


def _meets(pairs: pl.DataFrame, rule: Rule, slots: Slots, under_kn: float) -> Bools:
    """Which rows stand in an unbroken row of slots that is close, long and slow enough for the rule."""
    close = pairs["metres"].to_numpy() <= rule.within_m
    ship, other, slot = (pairs[name].to_numpy() for name in ("ship", "other", "slot"))
    follows = (ship[1:] == ship[:-1]) & (other[1:] == other[:-1]) & (np.diff(slot) == 1) & close[1:] & close[:-1]
    run = pl.Series("run", np.cumsum(~np.append(False, follows)[: len(slot)]))
    count, least = pl.len().over("run"), slots.count(rule.for_at_least)
    slow = [pl.col(name).median().over("run") < under_kn for name in ("kn", "other_kn")]
    result: Bools = (
        close & pairs.select(run, "kn", "other_kn").select(pl.all_horizontal(count >= least, *slow))[:, 0].to_numpy()
    )
    return result


def _as_events(found: pl.DataFrame, slots: Slots, around: Anchorages) -> pl.DataFrame:
    ends = [around.nearest(*(found[f"{end}_{name}"].to_numpy() for name in ("lat", "lon"))) for end in ("start", "end")]
    nearest = [_nearer(*both) for both in zip(*ends, strict=True)]
    return found.select(
        content_ids("encounter", found.select("ship", "other", "start", "start_lat", "start_lon")),
        pl.lit("encounter").alias("kind"),
        "ship",
        "other",
        "start",
        "end",
        "start_lat",
        "start_lon",
        "end_lat",
        "end_lon",
        pl.Series("details", _details(found, nearest, slots), dtype=pl.String),
        cited("", "next_", "other_", "other_next_").alias("sources"),
    )


def _nearer(one: dict[str, Any] | None, two: dict[str, Any] | None) -> dict[str, Any] | None:
    return two if one is None or (two is not None and two["distance_m"] < one["distance_m"]) else one


def _details(found: pl.DataFrame, anchorage: list[dict[str, Any] | None], slots: Slots) -> list[str]:
    step_h = slots.every_us / _HOUR_US
    column = {name: found[name].to_list() for name in ("least_m", "median_m", "slots", "meetings", "kn", "other_kn")}
    metres = zip(column["least_m"], column["median_m"], strict=True)
    together = zip(column["slots"], column["meetings"], strict=True)
    return texts(
        {
            "anchorage": anchorage,
            "company": found["company"].to_list(),
            "distance_m": [{"least": round(least, 1), "median": round(median, 1)} for least, median in metres],
            "hours": [round(us / _HOUR_US, 4) for us in (found["end"] - found["start"]).to_physical().to_list()],
            "meetings": column["meetings"],
            "other_kn": [round(knots, 3) for knots in column["other_kn"]],
            "ship_kn": [round(knots, 3) for knots in column["kn"]],
            "slots": column["slots"],
            "together_h": [round((count - meetings) * step_h, 4) for count, meetings in together],
        }
    )
