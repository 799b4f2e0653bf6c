"""Whether a ship's draught was another one after a silence, a call, a meeting or a leg, and when that tells nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.schema import DRAUGHT_CHANGES, DRAUGHTS, EVENTS
from darkwake.voyages.draught import NOISE_M

LEAST_CALLS, SELDOM = 4, 0.75
"""A crew that kept the draught in more than this share of at least so many calls does not update it."""
TOLD_NOTHING = "nothing"
_SIDES: tuple[tuple[Literal["backward", "forward"], str], ...] = (("backward", "_then"), ("forward", "_later"))
_LOOKS: tuple[tuple[str, str, Literal["backward", "forward"]], ...] = (
    ("before", "begun", "backward"),
    ("after", "begun", "backward"),
    ("next", "ended", "forward"),
)


def changes(
    reported: pl.DataFrame,
    events: pl.DataFrame,
    *,
    calls: pl.DataFrame | None = None,
    noise_m: float = NOISE_M,
    settle: timedelta = timedelta(hours=12),
) -> pl.DataFrame:
    """DRAUGHT_CHANGES: what was said before each event and after it, and whether that is another draught.

    Of EVENTS (gaps, calls, meetings) what was said last at the start counts as before, and as after what was said last
    within `settle` of the end and before the next call, because crews type it in when they are under way again. Of
    VOYAGES what was said `settle` after departure counts as before, and what was said at arrival as after.

    It tells nothing where the event has no end, where nothing was said on one side, and where the ship never said two
    draughts more than `noise_m` apart. The ship's own `calls` tell more of the crew: one that seldom changes the
    draught in port says nothing by "the same" either; and one that was ever late to type it in after a call says
    nothing by a change in an event that began that soon after one.

    Args:
        reported: DRAUGHTS of all of the ships' history.
        events: EVENTS or VOYAGES. Of a meeting the first ship is meant; swap ship and other for the second.
        calls: EVENTS with the port calls of the history; None knows none.
        noise_m: what does not count as a change.
        settle: how long after leaving a crew may take to type it in.

    Raises:
        WrongUse: a table is not what it should be.
    """
    wrong = schema.problems(reported, DRAUGHTS)
    if wrong:
        raise WrongUse(f"the table is not DRAUGHTS: {wrong[0]}", where="changes", to_do="Hand in what draughts() gave")
    own = (schema.empty(EVENTS) if calls is None else calls).filter(pl.col("kind") == "port_call")
    both = _with_calls(_both_sides(reported, _times(events, own, settle), noise_m), own)
    in_port = _both_sides(reported, _times(own, own, settle), noise_m)
    known = in_port.filter(pl.col("said") != TOLD_NOTHING).group_by("ship")
    kept = known.agg(calls=pl.len(), kept=(pl.col("said") == "the same").sum())
    both = both.join(kept, on="ship", how="left", maintain_order="left")
    both = both.join(_lateness(reported, in_port, noise_m), on="ship", how="left", maintain_order="left")
    # what was typed in after the last call may be of this event: that call does not count against the crew
    late_h = pl.when(pl.col("call_end") == pl.col("latest_call")).then("next_late_h").otherwise("late_h")
    both = both.with_columns(late_h=late_h)
    seldom = (pl.col("calls") >= LEAST_CALLS) & (pl.col("kept") > SELDOM * pl.col("calls"))
    moved = pl.col("said").is_in(["deeper", "shallower"])
    both = both.with_columns(
        stale=((pl.col("said") == "the same") & seldom).fill_null(value=False),
        late=(moved & (pl.col("since_call_h") <= pl.col("late_h"))).fill_null(value=False),
    )
    mute = pl.when(pl.col("stale") | pl.col("late")).then(pl.lit(TOLD_NOTHING)).otherwise("said")
    both = both.with_columns(said=mute, says=_sentence(noise_m))
    return both.select(list(DRAUGHT_CHANGES)).sort("ship", "event")


def _times(events: pl.DataFrame, calls: pl.DataFrame, settle: timedelta) -> pl.DataFrame:
    """event, ship, start, end, and the moments at which before and after are asked."""
    voyages = "departed" in events.columns
    start, end = ("departed", "arrived") if voyages else ("start", "end")
    if not {"id", "ship", start, end} <= set(events.columns):
        raise WrongUse("the table is neither EVENTS nor VOYAGES", where="changes", to_do="Hand in one of the two")
    asked = events.select(pl.col("id").alias("event"), "ship", start=start, end=end)
    if voyages:
        return asked.with_columns(before_at=pl.min_horizontal(pl.col("start") + settle, "end"), after_at="end")
    following = calls.select("ship", next_call="start").sort("next_call")
    next_call = asked.with_row_index("row").drop_nulls("end").sort("end").join_asof(
        following, left_on="end", right_on="next_call", by="ship", strategy="forward", check_sortedness=False,
        allow_exact_matches=False,
    )  # fmt: skip
    asked = asked.with_row_index("row").join(next_call.select("row", "next_call"), on="row", how="left")
    until = pl.min_horizontal(pl.col("end") + settle, "next_call")
    return asked.select("event", "ship", "start", "end", before_at="start", after_at=until)


def _both_sides(reported: pl.DataFrame, asked: pl.DataFrame, noise_m: float) -> pl.DataFrame:
    """The events with before_m, after_m, their states, change_m, range_m (of the ship's history) and said."""
    runs = reported.select("ship", "draught_m", "state", begun="start", ended="end")
    both = asked.with_row_index("row")
    for side, by, strategy in _LOOKS:
        here = both.select("row", "ship", at=pl.col("end" if side == "next" else f"{side}_at"))
        met = here.drop_nulls("at").sort("at").join_asof(
            runs.sort(by), left_on="at", right_on=by, by="ship", strategy=strategy, check_sortedness=False,
            coalesce=False,
        )  # fmt: skip
        met = met.select("row", pl.col("draught_m", "state", "ended").name.prefix(f"{side}_"))
        both = both.join(met, on="row", how="left", maintain_order="left")
    # what was said last may have been said before the end only; then the next that was said counts
    heard = (pl.col("after_ended") >= pl.col("end")).fill_null(value=False)
    both = both.with_columns(
        before_m=pl.col("before_draught_m"),
        after_m=pl.when(heard).then("after_draught_m").otherwise("next_draught_m"),
        after_state=pl.when(heard).then("after_state").otherwise("next_state"),
    )
    span = (pl.col("draught_m").max() - pl.col("draught_m").min()).alias("range_m")
    both = both.join(reported.group_by("ship").agg(span), on="ship", how="left", maintain_order="left")
    both = both.with_columns(change_m=(pl.col("after_m") - pl.col("before_m")).round(2))
    floor = noise_m + 1e-9
    mute = pl.col("change_m").is_null() | (pl.col("range_m") <= floor).fill_null(value=True)
    said = (
        pl.when(mute)
        .then(pl.lit(TOLD_NOTHING))
        .when(pl.col("change_m") > floor)
        .then(pl.lit("deeper"))
        .when(pl.col("change_m") < -floor)
        .then(pl.lit("shallower"))
        .otherwise(pl.lit("the same"))
    )
    return both.with_columns(said=said)


def _with_calls(both: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """The events with call_end and since_call_h: when the ship's last call ended, and hours from then to the start."""
    ended = calls.select("ship", call_end="end").drop_nulls().sort("call_end")
    met = both.select("row", "ship", "start").sort("start").join_asof(
        ended, left_on="start", right_on="call_end", by="ship", check_sortedness=False
    )  # fmt: skip
    hours = (pl.col("start") - pl.col("call_end")).dt.total_seconds() / 3600
    return both.join(met.select("row", "call_end", since_call_h=hours), on="row", how="left", maintain_order="left")


def _lateness(reported: pl.DataFrame, in_port: pl.DataFrame, noise_m: float) -> pl.DataFrame:
    """For each ship late_h: how long after a call its crew typed in another draught, at the most.

    With latest_call, the end of that call, and next_late_h, the most of its other calls.
    """
    moved = in_port.filter(pl.col("said").is_in(["deeper", "shallower"])).select("ship", "end", "before_m", "after_at")
    runs = reported.select("ship", "draught_m", begun="start").sort("begun")
    met = moved.sort("end")
    for strategy, suffix in _SIDES:
        side = runs.rename({name: name + suffix for name in ("draught_m", "begun")})
        met = met.join_asof(
            side, left_on="end", right_on=f"begun{suffix}", by="ship", strategy=strategy, check_sortedness=False,
            coalesce=False,
        )  # fmt: skip
    on_time = (pl.col("draught_m_then") - pl.col("before_m")).abs() > noise_m
    typed = pl.col("begun_later") <= pl.col("after_at")
    hours = (pl.col("begun_later") - pl.col("end")).dt.total_seconds() / 3600
    late = met.filter(~on_time & typed).select("ship", call_end="end", late_h=hours)
    late = late.sort("ship", "late_h", "call_end", descending=[False, True, False])
    return late.group_by("ship", maintain_order=True).agg(
        pl.col("late_h").first(),
        pl.col("call_end").first().alias("latest_call"),
        pl.col("late_h").slice(1, 1).first().alias("next_late_h"),
    )


def _sentence(noise_m: float) -> pl.Expr:
    was = pl.format("Its draught was {} m before and {} m after", "before_m", "after_m")
    stale = pl.format("Its draught stayed the same, as in {} of its {} calls in port, so that tells nothing.", "kept",
                      "calls")  # fmt: skip
    late = pl.format("{}, but this began {} h after a call, and its crew has been {} h late to enter one.", was,
                     pl.col("since_call_h").round(1), pl.col("late_h").round(1))  # fmt: skip
    moved = pl.col("said").is_in(["deeper", "shallower"])
    return (
        pl.when("stale")
        .then(stale)
        .when("late")
        .then(late)
        .when(pl.col("said") == "the same")
        .then(pl.format("{}; up to {} m is no change.", was, pl.lit(noise_m)))
        .when(moved)
        .then(pl.format("{}, {} m {}.", was, pl.col("change_m").abs(), "said"))
        .when(pl.col("range_m").is_null())
        .then(pl.lit("It never reported a draught."))
        .when(pl.col("change_m").is_null())
        .then(pl.lit("It reported no draught on one of the two sides."))
        .otherwise(pl.lit("It never reported another draught, so that tells nothing."))
    )
