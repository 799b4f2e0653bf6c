"""Places that cannot be true: jumps, places on land, circles, lines without noise, frozen places, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from darkwake.errors import WrongUse
from darkwake.events import jumps, shapes
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.stage import By, Stage
from darkwake.events.track import Bools, Ints, Limits, Track
from darkwake.evidence import canonical_json, content_ids
from darkwake.schema import EVENTS, empty

PATTERNS = ("jump", "stray_fix", "wrong_time", "on_land", "circle", "frozen", "straight_line", "contradiction")
"""The words of details["pattern"]."""
DISPLACED = ("jump", "stray_fix", "on_land", "circle")
"""Those in which the positions lay elsewhere than the ship."""
UNBELIEVED = (*DISPLACED, "wrong_time")
"""Those in which the ship was not there then; the others doubt positions without saying where the ship was."""
INNOCENT = {
    "jump": (
        "Satellite navigation was disturbed from outside, which befalls every ship in the area.",
        "The receiver or its antenna was faulty.",
        "Two ships used one MMSI, and the second was heard only for this short time.",
        "The clock of a receiving station was wrong, or messages were relayed hours late.",
    ),
    "stray_fix": (
        "A bit of the message was lost on the way, or a base station relayed it wrongly.",
        "The receiver had just been started and sent its last known place, or 0, 0.",
        "Another ship used the MMSI once.",
    ),
    "wrong_time": (
        "The clock of a satellite or of a receiving station was wrong.",
        "Messages were relayed or filed late.",
        "The ship repeated older positions after a restart.",
    ),
    "on_land": (
        "Satellite navigation was disturbed from outside; receivers that are misled often show an airport.",
        "Another vessel uses the MMSI on a river, canal or lake, which the outlines of land do not show.",
        "The transmitter was carried or tested ashore.",
    ),
    "circle": (
        "Satellite navigation was disturbed from outside; such circles were seen round harbours.",
        "The ship held a circle by its autopilot, and its log was wrong.",
        "A simulator or a test transmitter was on the air.",
    ),
    "frozen": (
        "The receiver lost its signal and repeated its last place.",
        "The feed repeated an old message with a new time.",
        "The speed was stuck, and the ship lay still.",
    ),
    "straight_line": (
        "The feed filled in positions that it had not heard.",
        "The receiver reckoned on from its last place without a signal.",
        "A simulator or a test transmitter was on the air.",
    ),
    "contradiction": (
        "The speed came from a log or a receiver that was faulty or not connected.",
        "The clock of a receiving station was wrong.",
        "Two ships used one MMSI near each other.",
    ),
}
"""What needs no guilt, by pattern; the docstring of `false_position` holds them together."""
_READS = ("ship", "time", "lat", "lon", "sog", "cog", "source", "row")
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
_MOST_STRETCHES = 200
_RING_ROWS, _RING_OFF = 12, 0.05


def false_position(
    *,
    fastest_kn: float = 50.0,
    farther_than_m: float = 5_000.0,
    at_least: int = 3,
    inland_m: float = 3_000.0,
    longest: timedelta = hours(24),  # noqa: B008  a timedelta cannot change
    second_ship: timedelta = hours(6),  # noqa: B008
    straight_for: timedelta = hours(6),  # noqa: B008
    frozen_for: timedelta = hours(3),  # noqa: B008
    contrary_for: timedelta = hours(2),  # noqa: B008
    contrary_kn: float = 5.0,
) -> Detector:
    """Positions that cannot be where the ship was, or that no ship and no receiver makes.

    What it flags:
        The pattern stands in the details. *jump*: the ship left its track faster than `fastest_kn` and was back on it
        afterwards, with `at_least` positions away. *stray_fix*: the same with fewer; by itself it means little.
        *wrong_time*: the same, on the ship's own way of the six hours before or after: rather a clock than a place.
        *on_land*: the same, and at least half of the positions away lie `inland_m` or more inside the outlines of
        land. *circle*: three turns or more round one middle, against the speed or course that was sent, or more exact
        than a helm. *frozen*: one place to the digit for `frozen_for` while the speed sent was 2 knots or more.
        *straight_line*: under way for `straight_for` without straying 2 m from the line. *contradiction*: for
        `contrary_for` the positions moved by `contrary_kn` more or less than the speed that was sent.

    Why it matters:
        A ship that wants to be believed elsewhere sends a false place. Far more often satellite navigation was
        disturbed from outside, and then every ship there is befallen: `interference` says where and when.

    Innocent explanations:
        - Satellite navigation was disturbed from outside, by no doing of the ship.
        - The receiver or its antenna was faulty, had just been started, or reckoned on without a signal.
        - A bit of a message was lost on the way, or a base station relayed it wrongly or hours late.
        - The clock of a receiving station was wrong.
        - Two ships used one MMSI, and the second was heard only for a short time.
        - Another vessel uses the MMSI on a river, canal or lake, which the outlines of land do not show.
        - The feed filled in positions that it had not heard, or repeated old ones.
        - A simulator or a test transmitter was on the air.

    Parameters:
        fastest_kn: no ship is faster; a step is impossible if it also exceeds 1 km and 30 s of that speed.
        farther_than_m: metres; nearer to its track than this, nothing counts as a jump.
        at_least: fewer positions away are a stray fix.
        inland_m: metres inside the outlines of land, which are up to two kilometres off.
        longest: beyond this time away, a jump must begin and end within an hour of the track's own positions.
        second_ship: what is heard in turns with the track for this long is a second ship, unless it cannot be one.
        straight_for: how long a line must be.
        frozen_for: how long a place must stay the same.
        contrary_for: how long positions and speed must contradict each other.
        contrary_kn: by how many knots, and by half of the greater speed.

    References:
        - gpsdio-segment and pipe-segment, Global Fishing Watch: tracks of one MMSI told apart by what can be sailed.
        - Bergman, SkyTruth and Global Fishing Watch (2019-2021): circles of positions round terminals and far inland.
        - ITU-R M.1371-5: positions are given to 1/10,000 of a minute, some 0.2 m.
    """
    spans = (longest, second_ship, straight_for, frozen_for, contrary_for)
    if min(spans) <= timedelta(0) or min(fastest_kn, farther_than_m, inland_m, contrary_kn) <= 0 or at_least < 1:
        raise WrongUse(
            "a threshold is not above 0", where="false_position(...)", to_do="Give spans, knots and metres above 0"
        )
    do = partial(
        _false,
        limits=Limits(fastest_kn, farther_than_m, longest // _MICROSECOND, second_ship // _MICROSECOND, inland_m),
        at_least=at_least,
        straight_us=straight_for // _MICROSECOND,
        frozen_us=frozen_for // _MICROSECOND,
        contrary_us=contrary_for // _MICROSECOND,
        contrary_kn=contrary_kn,
    )
    said = {"fastest": f"{fastest_kn:g}kn", "farther_than": f"{farther_than_m:g}m", "at_least": f"{at_least}"}
    said |= {"inland": f"{inland_m:g}m", "longest": in_hours(longest), "second_ship": in_hours(second_ship)}
    said |= {"straight_for": in_hours(straight_for), "frozen_for": in_hours(frozen_for)}
    said |= {"contrary_for": in_hours(contrary_for), "contrary": f"{contrary_kn:g}kn"}
    return Detector(
        kind="false_position",
        stages=(Stage(By("ship"), do, reads=_READS),),
        about=str(false_position.__doc__),
        parameters=tuple(said.items()),
    )


def _false(
    positions: pl.DataFrame,
    *,
    limits: Limits,
    at_least: int,
    straight_us: int,
    frozen_us: int,
    contrary_us: int,
    contrary_kn: float,
) -> pl.DataFrame:
    if positions.is_empty():
        return empty(EVENTS)
    track = Track.of(positions)
    look = partial(
        shapes.found, straight_us=straight_us, frozen_us=frozen_us, contrary_us=contrary_us, contrary_kn=contrary_kn
    )
    away, shaped, steps = _looked(track, look, limits)
    if len(steps):  # what is not explained by a shape may be by a burst with one possible end
        ships = np.unique(track.ship[steps])
        some = np.flatnonzero(np.isin(track.ship, ships))
        again, shaped_again, _ = _looked(track.only(some), look, limits, np.searchsorted(some, steps))
        away = pl.concat([_without(away, "row", track, ships), _in_whole(again, some, len(track.ship))]).sort("row")
        shaped = pl.concat([_without(shaped, "first", track, ships), _moved(shaped_again, some)]).sort("first", "last")
    found = [*_jumped(track, away, at_least, limits.inland_m), *_shaped(_others(track, away), shaped)]
    return _as_events(positions, track, found)


def _looked(
    track: Track, look: Callable[[Track], pl.DataFrame], limits: Limits, one_sided: Ints | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, Ints]:
    """What is away from its track, the shapes of the rest, and the impossible steps that neither explains."""
    away, steps = jumps.displaced(track, limits, one_sided)
    rows = _others(track, away)
    shaped = _moved(look(track.only(rows)), rows)
    return away, shaped, steps[~_touched(steps, shaped)]


def _without(table: pl.DataFrame, row: str, track: Track, ships: Ints) -> pl.DataFrame:
    """The rows of other ships."""
    return table.filter(pl.Series(~np.isin(track.ship[table[row].to_numpy()], ships)))


def _in_whole(away: pl.DataFrame, some: Ints, first: int) -> pl.DataFrame:
    """Rows away, counted in a part of the track, as of the whole; their events numbered from `first` on."""
    rows = {
        name: pl.Series(name, np.where(away[name].to_numpy() < 0, -1, some[np.maximum(away[name].to_numpy(), 0)]))
        for name in ("row", "before", "after")
    }
    return away.with_columns(pl.col("event") + first, *rows.values())


def _others(track: Track, away: pl.DataFrame) -> Ints:
    """The rows that are not away from their track."""
    left = np.ones(len(track.ship), np.bool_)
    left[away["row"].to_numpy()] = False
    return np.flatnonzero(left)


def _moved(shaped: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """Shapes with the rows of the whole track for those of the part of it that was looked at."""
    return shaped.with_columns(pl.Series(name, rows[shaped[name].to_numpy()]) for name in ("first", "last"))


def _touched(steps: Ints, shaped: pl.DataFrame) -> Bools:
    """Whether each step, given by the row before it, begins or ends at a position of a shape."""
    first, last = shaped["first"].to_numpy(), shaped["last"].to_numpy()
    if not len(first):
        return np.zeros(len(steps), np.bool_)
    order = np.argsort(first, kind="stable")
    first, last = first[order], np.maximum.accumulate(last[order])
    at = np.searchsorted(first, steps + 1, side="right") - 1
    result: Bools = (at >= 0) & (last[np.maximum(at, 0)] >= steps)
    return result


def _jumped(track: Track, away: pl.DataFrame, at_least: int, inland_m: float) -> Iterator[dict[str, Any]]:
    """Each event of positions away from a track: its rows, the rows that it is drawn at, and its numbers."""
    event = away["event"].to_numpy()
    opens = np.append(np.flatnonzero(np.append(True, event[1:] != event[:-1])[: len(event)]), len(event))
    columns = {name: away[name].to_numpy() for name in away.columns if name != "held"}
    held = away["held"].to_list()
    for low, high in pairwise(opens.tolist()):
        part = {name: column[low:high] for name, column in columns.items()}
        rows, words = part["row"], set(held[low:high])
        before, after = int(part["before"][0]), int(part["after"][0])
        numbers: dict[str, Any] = {
            "far_m": round(float(part["far_m"].max()), 1),
            "inland_m": round(float(part["inland_m"].max()), 1),
            "returned": bool(part["returned"][0]),
            "held": held[low] if len(words) == 1 else None,
        }
        inland = (part["inland_m"] >= inland_m).sum() * 2 >= len(rows)
        pattern = "on_land" if inland and len(rows) >= at_least else "jump" if len(rows) >= at_least else "stray_fix"
        if part["own_way"].sum() >= 0.8 * len(rows):
            pattern = "wrong_time"
        if pattern == "jump" and len(rows) >= _RING_ROWS:
            lat, lon, radius, off = shapes.ring(track.lat[rows][None], track.lon[rows][None])
            if shapes.CIRCLE_M[0] <= radius[0] <= shapes.CIRCLE_M[1] and off[0] <= _RING_OFF * radius[0]:
                pattern = "circle"
                numbers |= {
                    "radius_m": round(float(radius[0]), 1),
                    "centre": [round(float(v[0]), 5) for v in (lat, lon)],
                }
        drawn = before if before >= 0 else after, after if after >= 0 else before
        yield {"pattern": pattern, "rows": rows, "drawn": drawn, "numbers": numbers}


def _shaped(rows: Ints, shaped: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The same of shapes; `rows` are those that are not away."""
    for one in shaped.iter_rows(named=True):
        numbers: dict[str, Any] = {}
        for name, digits in (("radius_m", 1), ("turns", 1), ("off_m", 2), ("shown_kn", 1), ("sent_kn", 1)):
            if one[name] is not None or name in ("shown_kn", "sent_kn"):
                numbers[name] = None if one[name] is None else round(one[name], digits)
        if one["lat"] is not None:
            numbers["centre"] = [round(one["lat"], 5), round(one["lon"], 5)]
        inner = rows[np.searchsorted(rows, one["first"]) : np.searchsorted(rows, one["last"]) + 1]
        yield {"pattern": one["pattern"], "rows": inner, "drawn": (inner[0], inner[-1]), "numbers": numbers}


def _as_events(positions: pl.DataFrame, track: Track, found: list[dict[str, Any]]) -> pl.DataFrame:
    if not found:
        return empty(EVENTS)
    first, last = (np.array([one["rows"][at] for one in found]) for at in (0, -1))
    start, end = (np.array([one["drawn"][at] for one in found]) for at in (0, 1))
    spans = _stretches(positions["time"], [one["rows"] for one in found])
    details = []
    for one, begin, stop, stretches in zip(found, first.tolist(), last.tolist(), spans, strict=True):
        told = {
            "pattern": one["pattern"],
            "positions": len(one["rows"]),
            "hours": round(float(track.time[stop] - track.time[begin]) / _HOUR_US, 4),
            **one["numbers"],
        }
        shown = [round(float(value[begin]), 6) for value in (track.lat, track.lon)]
        more = {"false": shown, "stretches": stretches, "innocent": INNOCENT[one["pattern"]]}
        details.append(canonical_json({**told, **more, "says": says(told)}))
    pattern = pl.Series("pattern", [one["pattern"] for one in found])
    ids = content_ids("false_position", positions[first].select(pattern, "ship", "time", "lat", "lon"))
    cite = pl.struct("source", pl.col("row").alias("first_row"), pl.col("row").alias("last_row"))
    cited = [positions[rows].select(cite.alias("sources"))["sources"].to_list() for rows in (first, last)]
    return pl.DataFrame(
        {
            "id": ids,
            "kind": ["false_position"] * len(found),
            "ship": track.ship[first],
            "other": [None] * len(found),
            "start": positions["time"].gather(first),
            "end": positions["time"].gather(last),
            "start_lat": track.lat[start],
            "start_lon": track.lon[start],
            "end_lat": track.lat[end],
            "end_lon": track.lon[end],
            "details": details,
            "sources": [[one] if one == two else [one, two] for one, two in zip(*cited, strict=True)],
        },
        schema=EVENTS,
    ).sort("ship", "start", "kind", "id")


def _stretches(times: pl.Series, events: list[Ints]) -> list[list[list[str]]]:
    """First and last time of each unbroken stretch of each event's rows; from the 200th on, all in one."""
    ends, count = [], []
    for rows in events:
        opens = np.flatnonzero(np.append(True, np.diff(rows) > 1))[:_MOST_STRETCHES]
        closes = np.append(opens[1:] - 1, len(rows) - 1)
        ends.append(rows[np.column_stack([opens, closes])])
        count.append(len(opens))
    chosen = times.gather(np.concatenate(ends).ravel())
    whole, parts = (chosen.dt.strftime(f"%Y-%m-%dT%H:%M:%S{more}Z").to_list() for more in ("", "%.6f"))
    texts = [two if part else one for one, two, part in zip(whole, parts, chosen.dt.microsecond(), strict=True)]
    pairs = [list(pair) for pair in zip(texts[::2], texts[1::2], strict=True)]
    upto = np.cumsum(count).tolist()
    return [pairs[high - many : high] for high, many in zip(upto, count, strict=True)]


def says(told: dict[str, Any]) -> str:
    """One sentence on an event from its numbers, without its ship and its day."""
    count, span = told["positions"], _span(told["hours"])
    if "far_m" in told:
        return _says_displaced(told, count, span)
    shown, sent = told["shown_kn"], told["sent_kn"]
    speed = "no speed was sent" if sent is None else f"the speed sent was {sent:g} knots"
    if told["pattern"] == "circle":
        turns = f"{told['turns']:g} times round" if "turns" in told else "all round"
        ring = f"{count} positions within {span} lay {turns} one middle, {told['radius_m'] / 1000:.1f} km away from it"
        return f"{ring}, at {shown:g} knots by the positions; {speed}."
    if told["pattern"] == "frozen":
        return f"{count} positions within {span} were one and the same to the digit, while {speed}."
    if told["pattern"] == "straight_line":
        line = f"{count} positions within {span} lay on one line to within {told['off_m']:.1f} m"
        return f"{line}, at {shown:g} knots; no helm and no receiver is so exact."
    return f"{count} positions within {span} moved at {shown:g} knots, while {speed}."


def _says_displaced(told: dict[str, Any], count: int, span: str) -> str:
    one = count == 1
    head = "One position lay" if one else f"{count} positions within {span} lay"
    where = f"{'' if one else 'up to '}{told['far_m'] / 1000:.0f} km from where the ship's track was"
    shape = {
        "offset": ", moving in step with it",
        "frozen": ", all at one place to the digit",
        "resting": ", all within a kilometre",
    }
    where += shape.get(told["held"] or "", "")
    if told["pattern"] == "on_land":
        where += f", as far as {told['inland_m'] / 1000:.0f} km inland"
    if told["pattern"] == "wrong_time":
        where += ", but on its own way of some hours before or after"
    if told["pattern"] == "circle":
        where += f", on a circle of {told['radius_m'] / 1000:.1f} km"
    if not told["returned"]:
        return f"{head} {where}; no ship makes the way between."
    return f"{head} {where}, and the ship was then back on it; no ship makes the way between."


def _span(in_h: float) -> str:
    return f"{in_h:.1f} hours" if in_h >= 1.95 else f"{in_h * 60:.0f} minutes"
