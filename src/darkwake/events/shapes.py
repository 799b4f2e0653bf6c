"""Shapes that no ship sails: circles, straight lines without noise, places frozen to the digit, speeds that contradict.

All work on tracks without the positions that jumped (jumps.py), and give FOUND: the first and last row of a stretch.
What needs a shape over hours looks at a track thinned to one position each two minutes, counted from the ship's first.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events.track import Bools, Floats, Ints, Track
from darkwake.nearest import spread

FOUND = pl.Schema(
    {
        "pattern": pl.String,
        "first": pl.Int64,  # rows of the track
        "last": pl.Int64,
        "positions": pl.Int64,
        "lat": pl.Float64,  # the middle of a circle
        "lon": pl.Float64,
        "radius_m": pl.Float64,
        "turns": pl.Float64,
        "off_m": pl.Float64,  # how far positions stray from the shape
        "shown_kn": pl.Float64,  # speed over the ground by the positions
        "sent_kn": pl.Float64,  # speed as sent; null where none was
    }
)
"""Stretches of a shape; numbers that a shape does not have are null."""
CIRCLE_M = (200.0, 20_000.0)
"""Radii of circles: below, a ship at anchor swings; above, an hour's sailing shows no circle."""
TURNS = 3.0
CIRCLE_KN = 3.0
"""A ship at anchor goes round more slowly."""
OFF_RING, OFF_EXACT = 0.08, 0.02
"""Distance from the ring as a share of its radius (root mean square): at most, and so little that no helm does it."""
LINE_OFF_M = 2.0
"""From the line through its neighbours, five minutes apart or more, a ship's position strays more than this: the helm
and the receiver see to it."""
_LINE_STEP_US, _LINE_MOST_US = 300_000_000, 3_600_000_000
_THIN_US = 120_000_000
_WINDOWS = (12, 16, 48, 144, 432)
_AT_ONCE = 1_000_000  # positions of windows that are looked at together: bounds memory, changes no number
_HOUR_US = 3_600_000_000
_DEG_M = 60 * geo.METRES_PER_NM


def found(track: Track, *, straight_us: int, frozen_us: int, contrary_us: int, contrary_kn: float) -> pl.DataFrame:
    """FOUND of all shapes, sorted by first row; where two lie over each other, the one named first here stays.

    Order: circle, frozen, straight_line, contradiction.
    """
    shapes = [
        circles(track),
        frozen(track, frozen_us),
        straight_lines(track, straight_us),
        contradictions(track, contrary_us, contrary_kn),
    ]
    taken = np.zeros(len(track.ship) + 1, np.int64)
    kept = []
    for shape in shapes:
        if shape.is_empty():
            continue
        first, last = shape["first"].to_numpy(), shape["last"].to_numpy()
        until = np.append(0, np.cumsum(np.cumsum(taken)[:-1] > 0))
        free = (until[last + 1] - until[first]) * 2 < last - first + 1
        kept.append(shape.filter(pl.Series(free)))
        np.add.at(taken, first[free], 1)
        np.add.at(taken, last[free] + 1, -1)
    return pl.concat([FOUND.to_frame(), *kept]).sort("first", "last")


def circles(track: Track) -> pl.DataFrame:
    """Stretches that go round one middle at one distance, three times or more, as no ship is steered.

    Either speed or course as sent contradicts the going round, or the ring is so exact and so even that no helm does
    it. Looked for in windows of 12 to 432 thinned positions; windows that share a middle are one stretch.
    """
    rows = _thinned(track, _THIN_US)
    few = track.only(rows)
    way = _way_mm(few)
    parts = [part for width in _WINDOWS for part in [_rings(few, way, width)] if part.height]
    if not parts:
        return FOUND.to_frame()
    rings = pl.concat(parts).sort("first", "last")
    first, last = rings["first"].to_numpy(), rings["last"].to_numpy()
    apart = geo.distance_m(
        *(rings[name].to_numpy()[at] for at in (slice(1, None), slice(None, -1)) for name in ("lat", "lon"))
    )
    on = (few.ship[first[1:]] == few.ship[first[:-1]]) & (first[1:] <= np.maximum.accumulate(last)[:-1] + 1)
    on &= apart < 0.5 * np.minimum(rings["radius_m"].to_numpy()[1:], rings["radius_m"].to_numpy()[:-1])
    stretch = np.append(0, np.cumsum(~on))
    merged = rings.with_columns(stretch=pl.Series(stretch)).group_by("stretch", maintain_order=True).agg(
        pl.col("first").min(), pl.col("last").max(),
        pl.col("lat", "lon", "radius_m", "off_m", "shown_kn").sort_by("off_m").first(),
    )  # fmt: skip
    # two stretches whose windows saw different middles may turn out to be one ring
    return _whole_rings(few, rows, merged).unique(["first", "last"], keep="first", maintain_order=True)


def _rings(few: Track, way: Ints, width: int) -> pl.DataFrame:
    """Windows of `width` thinned positions that lie on a ring, each a quarter on from the one before."""
    opens = np.append(True, few.ship[1:] != few.ship[:-1])
    number = np.arange(len(opens)) - np.flatnonzero(opens)[np.cumsum(opens) - 1]
    start = np.flatnonzero(number % (width // 4) == 0)  # counted in each ship, so that no other ship moves a window
    start = start[start + width <= len(opens)]
    end = start + width - 1
    hours = (few.time[end] - few.time[start]) / _HOUR_US
    path = (way[end] - way[start]) / 1000
    fit = (few.ship[start] == few.ship[end]) & (hours > 0) & (hours < 24)
    # three times round is 18 radii and more; seen as chords it is shorter
    fit &= (path > 12 * CIRCLE_M[0]) & (path > CIRCLE_KN * 1852 * hours)
    fit[fit] = path[fit] > 2 * few.apart(start[fit], end[fit])
    start, knots = start[fit], path[fit] / np.maximum(hours[fit], 1e-9) / 1852
    most = _AT_ONCE // width
    parts = [_on_rings(few, start[at : at + most], knots[at : at + most], width) for at in range(0, len(start), most)]
    return pl.concat(parts) if parts else pl.DataFrame()


def _on_rings(few: Track, start: Ints, knots: Floats, width: int) -> pl.DataFrame:
    """Of those windows the ones that lie on a ring and all round its middle."""
    at = start[:, None] + np.arange(width)
    lat, lon, radius, off = ring(few.lat[at], few.lon[at])
    good = np.flatnonzero((radius >= CIRCLE_M[0]) & (radius <= CIRCLE_M[1]) & (off <= OFF_RING * radius))
    good = good[_round(few, at[good], lat[good], lon[good])]
    first = start[good]
    return pl.DataFrame(
        {
            "first": first, "last": first + width - 1, "lat": lat[good], "lon": lon[good], "radius_m": radius[good],
            "off_m": off[good], "shown_kn": knots[good],
        }
    )  # fmt: skip


def ring(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Middle, radius and root mean square distance from the ring of each row of positions (Kasa's least squares)."""
    lat0, lon0 = lat.mean(axis=1), lon[:, 0]
    cos = np.cos(np.radians(lat0))[:, None]
    x, y = geo.wrap_lon(lon - lon0[:, None]) * cos * _DEG_M, (lat - lat0[:, None]) * _DEG_M
    mid_x, mid_y = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
    u, v = x - mid_x, y - mid_y
    uu, vv, uv = (u * u).sum(1), (v * v).sum(1), (u * v).sum(1)
    p, q = (u * (u * u + v * v)).sum(1) / 2, (v * (u * u + v * v)).sum(1) / 2
    flat = uu * vv - uv * uv
    flat = np.where(flat <= 1e-9 * np.maximum(uu * vv, 1e-9), np.nan, flat)
    cx, cy = (p * vv - q * uv) / flat, (q * uu - p * uv) / flat
    away = np.hypot(u - cx[:, None], v - cy[:, None])
    radius = away.mean(axis=1)
    off = np.sqrt(((away - radius[:, None]) ** 2).mean(axis=1))
    lat_c = lat0 + (mid_y[:, 0] + cy) / _DEG_M
    lon_c = geo.wrap_lon(lon0 + (mid_x[:, 0] + cx) / _DEG_M / cos[:, 0])
    return lat_c, lon_c, np.nan_to_num(radius), np.where(np.isnan(off), np.inf, off)


def _round(few: Track, at: Ints, lat: Floats, lon: Floats) -> Bools:
    """Whether positions stand all round their middle: in eight of twelve sectors."""
    bearing = geo.bearing_deg(lat[:, None], lon[:, None], few.lat[at], few.lon[at])
    sector = np.minimum((bearing / 30).astype(np.int64), 11)
    seen = np.zeros((len(at), 12), np.bool_)
    seen[np.arange(len(at))[:, None], sector] = True
    result: Bools = seen.sum(axis=1) >= 8
    return result


def _whole_rings(few: Track, rows: Ints, merged: pl.DataFrame) -> pl.DataFrame:
    """The stretches with their turns, and only those that contradict what was sent or that no helm could steer."""
    kept = []
    for ring in merged.iter_rows(named=True):  # few: each has passed the shape
        at = _along(few, ring)
        lat, lon = np.array([ring["lat"]]), np.array([ring["lon"]])
        if len(at) < _WINDOWS[0] or not _round(few, at[None], lat, lon)[0]:
            continue
        bearing = geo.bearing_deg(lat, lon, few.lat[at], few.lon[at])
        turned = (np.diff(bearing) + 180) % 360 - 180
        hours = np.maximum(np.diff(few.time[at]) / _HOUR_US, 1e-9)
        knots = np.abs(np.radians(turned)) * ring["radius_m"] / 1852 / hours
        turns, shown = abs(turned.sum()) / 360, float(np.median(knots))
        sent = few.sog[at][~np.isnan(few.sog[at])]
        # where less than two positions a turn are heard, they stand on the ring without order
        ordered = max((turned > 0).mean(), (turned < 0).mean()) >= 0.8 and turns >= TURNS
        exact = ring["off_m"] < OFF_EXACT * ring["radius_m"]
        against = _against(few, at, bearing, knots, sent) if ordered else exact and len(at) >= _WINDOWS[1]
        even = exact and (turns >= 5 or ring["off_m"] < LINE_OFF_M)
        even &= (np.abs(knots - shown) < 0.1 * shown).mean() >= 0.7
        if shown < CIRCLE_KN or not (against or (ordered and even)):
            continue
        first, last = int(rows[at[0]]), int(rows[at[-1]])
        kept.append(
            {
                "pattern": "circle", "first": first, "last": last, "positions": last - first + 1, "lat": ring["lat"],
                "lon": ring["lon"], "radius_m": ring["radius_m"], "turns": turns if ordered else None,
                "off_m": ring["off_m"], "shown_kn": shown, "sent_kn": float(np.median(sent)) if len(sent) else None,
            }
        )  # fmt: skip
    return pl.DataFrame(kept, schema=FOUND)


def _against(few: Track, at: Ints, bearing: Floats, knots: Floats, sent: Floats) -> bool:
    """Whether speed or course as sent are not those of the way round, for most positions on a ring."""
    shown = float(np.median(knots))
    if len(sent) > len(at) / 2 and abs(float(np.median(sent)) - shown) > max(5.0, 0.4 * shown):
        return True
    clockwise = ((np.diff(bearing) + 180) % 360 - 180).sum() > 0
    wrong = np.abs((few.cog[at] - bearing - (90 if clockwise else -90) + 180) % 360 - 180)
    wrong = wrong[~np.isnan(wrong)]
    return len(wrong) > len(at) / 2 and float(np.median(wrong)) > 60


def _along(few: Track, ring: dict[str, float]) -> Ints:
    """The rows on a ring, from its windows on to both sides for as long as the ship's next ones lie on it too."""
    first, last = int(ring["first"]), int(ring["last"])
    at = np.arange(max(first - _WINDOWS[-1], 0), min(last + _WINDOWS[-1] + 1, len(few.ship)))
    away = geo.distance_m(ring["lat"], ring["lon"], few.lat[at], few.lon[at])
    on = (np.abs(away - ring["radius_m"]) <= 2 * OFF_RING * ring["radius_m"]) & (few.ship[at] == few.ship[first])
    off = at[~on]
    low, high = off[off < first], off[off > last]
    inside = (at > (low[-1] if len(low) else -1)) & (at < (high[0] if len(high) else len(few.ship)))
    result: Ints = at[on & inside]
    return result


def frozen(track: Track, longer_us: int) -> pl.DataFrame:
    """Stretches in which the place is one and the same to the digit while the speed as sent says that it changes."""
    if not len(track.ship):
        return FOUND.to_frame()
    same = (np.diff(track.ship) == 0) & (np.diff(track.lat) == 0) & (np.diff(track.lon) == 0)
    first, last = _stretches(np.append(True, ~same))
    long = np.flatnonzero((track.time[last] - track.time[first] >= longer_us) & (last - first >= 9))
    first, last = first[long], last[long]
    sent = _median(track.sog, first, last)
    return _found("frozen", first, last, sent_kn=sent, shown_kn=np.zeros(len(first))).filter(pl.col("sent_kn") >= 2)


def straight_lines(track: Track, longer_us: int) -> pl.DataFrame:
    """Stretches under way in which every place lies on the line through its neighbours, as none lies that was measured.

    The track is thinned to five minutes, because a receiver's error hardly changes from one second to the next.
    """
    rows = _thinned(track, _LINE_STEP_US)
    few = track.only(rows)
    if len(rows) < 3:
        return FOUND.to_frame()
    one, mid, two = (slice(0, -2), slice(1, -1), slice(2, None))
    cos = np.cos(np.radians(few.lat[mid]))
    before = geo.wrap_lon(few.lon[mid] - few.lon[one]) * cos * _DEG_M, (few.lat[mid] - few.lat[one]) * _DEG_M
    after = geo.wrap_lon(few.lon[two] - few.lon[mid]) * cos * _DEG_M, (few.lat[two] - few.lat[mid]) * _DEG_M
    whole = np.hypot(before[0] + after[0], before[1] + after[1])
    off = np.abs(before[0] * after[1] - before[1] * after[0]) / np.maximum(whole, 1.0)
    steps = few.time[mid] - few.time[one], few.time[two] - few.time[mid]
    knots = whole / np.maximum(steps[0] + steps[1], 1) * 1e6 / geo.KNOT_MS
    ahead = before[0] * after[0] + before[1] * after[1] > 0
    on = (few.ship[one] == few.ship[two]) & (off <= LINE_OFF_M) & (knots >= 2) & (knots < 60) & ahead
    on &= np.maximum(*steps) <= _LINE_MOST_US
    first, last = _stretches(np.append(True, ~(on[1:] & on[:-1])))
    straight = on[first]
    first, last = first[straight], last[straight] + 2
    long = np.flatnonzero((few.time[last] - few.time[first] >= longer_us) & (last - first >= 11))
    first, last = first[long], last[long]
    miles = few.apart(first, last) / 1852
    shown = miles / np.maximum((few.time[last] - few.time[first]) / _HOUR_US, 1e-9)
    # a winding way of many short straight pieces, as where a feed fills in what it did not hear, is no line
    which, step = spread(first, last)
    way_mm = np.bincount(which, np.rint(few.apart(step, step + 1) * 1000), len(first))
    is_line = miles * 1852 >= 0.98 * way_mm / 1000
    made = _found("straight_line", rows[first], rows[last], shown_kn=shown, off_m=_largest(off, first, last - 2),
                  sent_kn=_median(track.sog, rows[first], rows[last]))  # fmt: skip
    return made.filter(pl.Series(is_line))


def contradictions(track: Track, longer_us: int, knots: float) -> pl.DataFrame:
    """Stretches in which the positions move by `knots` more or less than the speed that was sent with them.

    Steps of one to thirty minutes are weighed; less is asked of longer ones, because a way that winds is longer than
    its ends are apart. A stretch may hold one step in five that agrees.
    """
    rows = _thinned(track, _THIN_US // 2)
    few = track.only(rows)
    if len(rows) < 10:
        return FOUND.to_frame()
    way = _way_mm(few)
    took = few.time[1:] - few.time[:-1]
    same = (few.ship[1:] == few.ship[:-1]) & (took > 0) & (took <= _HOUR_US // 2)
    shown = np.diff(way) / 1000 / np.maximum(took, 1) * 1e6 / geo.KNOT_MS
    low, high = np.fmin(few.sog[:-1], few.sog[1:]), np.fmax(few.sog[:-1], few.sog[1:])
    same &= ~np.isnan(few.sog[:-1]) & ~np.isnan(few.sog[1:])
    faster = same & (shown > high + np.maximum(knots, 0.5 * high)) & (shown < 60)
    slower = same & (shown < low - np.maximum(knots, 0.5 * low)) & (took <= _HOUR_US // 6)
    parts = [
        _contrary(few, rows, way, which, same, longer_us, track, forth)
        for which, forth in ((faster, True), (slower, False))
    ]
    return pl.concat(parts).sort("first", "last")


def _contrary(
    few: Track, rows: Ints, way: Ints, odd: Bools, same: Bools, longer_us: int, track: Track, forth: bool
) -> pl.DataFrame:
    """Stretches of odd steps with short interruptions; `forth`: only those that get somewhere."""
    at = np.flatnonzero(odd)
    if not len(at):
        return FOUND.to_frame()
    broken = np.append(0, np.cumsum(~same))
    joined = (np.diff(at) <= 3) & (np.diff(broken[at]) == 0)
    low, high = _stretches(np.append(True, ~joined))
    first, last = at[low], at[high] + 1
    enough = (few.time[last] - few.time[first] >= longer_us) & (high - low + 1 >= 10)
    enough &= (high - low + 1) >= 0.8 * (last - first)
    sailed = (way[last] - way[first]) / 1000
    hours = np.maximum((few.time[last] - few.time[first]) / _HOUR_US, 1e-9)
    if forth:  # two ships under one number, heard in turns, get nowhere
        enough &= few.apart(first, last) > 0.5 * sailed
    shown = sailed / 1852 / hours
    chosen = np.flatnonzero(enough)
    first, last = rows[first[chosen]], rows[last[chosen]]
    return _found("contradiction", first, last, shown_kn=shown[chosen], sent_kn=_median(track.sog, first, last))


def _thinned(track: Track, every_us: int) -> Ints:
    """Rows at least so far apart, counted in equal spans from each ship's first position."""
    if not len(track.ship):
        return np.empty(0, np.int64)
    opens = np.append(True, track.ship[1:] != track.ship[:-1])
    start = track.time[opens][np.cumsum(opens) - 1]
    span = (track.time - start) // every_us
    return np.flatnonzero(opens | np.append(True, span[1:] != span[:-1]))


def _way_mm(track: Track) -> Ints:
    """Millimetres from the first row to each: whole ones, so that a difference does not depend on what went before."""
    return np.append(0, np.cumsum(np.rint(track.steps_m() * 1000).astype(np.int64)))


def _stretches(opens: Bools) -> tuple[Ints, Ints]:
    first = np.flatnonzero(opens)
    return first, np.append(first[1:], len(opens)) - 1


def _median(values: Floats, first: Ints, last: Ints) -> Floats:
    """The median of each stretch, without those not given; NaN where none is."""
    known = [part[~np.isnan(part)] for one, two in zip(first, last, strict=True) for part in [values[one : two + 1]]]
    return np.array([float(np.median(part)) if len(part) else float("nan") for part in known], dtype=np.float64)


def _largest(values: Floats, first: Ints, last: Ints) -> Floats:
    return np.array([float(values[one : two + 1].max()) for one, two in zip(first, last, strict=True)], np.float64)


def _found(pattern: str, first: Ints, last: Ints, **numbers: NDArray[np.float64]) -> pl.DataFrame:
    table = pl.DataFrame(
        {"first": first, "last": last, **numbers}, schema_overrides={"first": pl.Int64, "last": pl.Int64}
    )
    lacking = [
        pl.lit(None, kind).alias(name) for name, kind in FOUND.items() if name not in [*table.columns, "pattern"]
    ]
    table = table.with_columns(
        pl.lit(pattern).alias("pattern"), *(pl.col(name).fill_nan(None) for name in numbers), *lacking
    ).with_columns((pl.col("last") - pl.col("first") + 1).alias("positions"))
    return table.select(list(FOUND)).cast(FOUND)
