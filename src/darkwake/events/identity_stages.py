"""The two stages of false_identity: what one ship's positions show, and what must be seen across ships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from darkwake import geo, marks
from darkwake.events import in_turns, same_spot, successors
from darkwake.events.in_turns import Often
from darkwake.evidence import canonical_json, content_id
from darkwake.schema import EVENTS, TIME, empty

KIND = "false_identity"
MANY = 4
"""From so many ships at once a number is said to be one that many send: a default, a fleet's, a typist's."""
_THIN_US = 600_000_000
"""Of ships that gave one IMO number, one position in this time each is enough to compare them."""
_READS = ("ship", "time", "lat", "lon", "source", "row")

_MIDWAY: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.String,  # what must be seen together: a finding's key, an IMO number, a size, or `TWO`
    "part": pl.String,  # what the row is: see `across`
    "of": pl.String,  # the event that a side belongs to
    "ship": pl.Int64,
    "time": TIME,
    "until": TIME,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "source": pl.String,
    "row": pl.Int64,
    "event": pl.Struct(dict(EVENTS)),
}
MIDWAY = pl.Schema(_MIDWAY)
"""What the first stage hands to the second: events that may be of displaced ships, and places of one ship each."""
TWO = "two places"


# --- positions ---


def two_places(positions: pl.DataFrame, *, often: Often) -> pl.DataFrame:
    """MIDWAY: an event for each number that was heard in two places at once, and the places of its strands."""
    messages = in_turns.strands(positions).rename({"ship": "key"})
    if messages.is_empty():
        return empty(MIDWAY)
    found = in_turns.turns(messages)
    of, turned_of = (_by_key(table) for table in (messages, found))
    rows, sides = [], []
    for (key,), every in in_turns.pairs_of(found, often).group_by("key", maintain_order=True):
        ship, turned = int(str(key)), turned_of[key]
        ships = [not _delayed(of[key], pair) for pair in every.iter_rows(named=True)]
        pairs = every.filter(pl.Series(ships, dtype=pl.Boolean))
        for episodes, pair, at_once in _told(pairs, turned, placeholder=marks.is_placeholder(ship)):
            rows.append(_turned_event("two_places", ship, None, turned, episodes, pair, at_once))
            sides.append(_sides(turned.filter(pl.col("episode").is_in(episodes))))
    if not rows:
        return empty(MIDWAY)
    events = _as_events(rows)
    parts = [events.select("ship", key=pl.lit(TWO), part=pl.lit("event"), event=pl.struct(pl.all()))]
    for event, places in zip(events["id"], sides, strict=True):
        parts.append(places.with_columns(key=pl.lit(TWO), part=pl.lit("side"), of=pl.lit(event)))
    return pl.concat([_midway(part) for part in parts])


def _sides(turned: pl.DataFrame) -> pl.DataFrame:
    """The place of each strand that took part, in the middle of its turns."""
    ends = pl.concat(
        [
            turned.select("key", "strand", "time", "lat", "lon"),
            turned.select("key", **{name: f"{name}_next" for name in ("strand", "time", "lat", "lon")}),
        ]
    ).sort("strand", "time", "lat", "lon")
    middle = pl.len() // 2
    return ends.group_by("strand", maintain_order=True).agg(
        pl.col("key").first().alias("ship"), pl.col("time").first(), pl.col("time").last().alias("until"),
        pl.col("lat").gather(middle).first(), pl.col("lon").gather(middle).first(),
    ).drop("strand")  # fmt: skip


def _delayed(messages: pl.DataFrame, pair: dict[str, Any]) -> bool:
    """Whether one strand of the pair is the other at a delay, as `in_turns.delayed` tells."""
    sides = [messages.filter(pl.col("strand") == pair[which]) for which in ("one", "other")]
    during = pl.col("time").is_between(pair["begins"], pair["ends"])
    around = pl.col("time").is_between(pair["begins"] - in_turns.LAG, pair["ends"] + in_turns.LAG)
    one, other = sides
    return in_turns.follows(one.filter(during), other.filter(around)) or in_turns.follows(
        other.filter(during), one.filter(around)
    )


def _by_key(table: pl.DataFrame) -> dict[object, pl.DataFrame]:
    return {key: part for (key,), part in table.group_by("key", maintain_order=True)}


def _told(
    pairs: pl.DataFrame, turned: pl.DataFrame, *, placeholder: bool
) -> Iterator[tuple[list[int], dict[str, Any], int]]:
    """What of one key is told: the episodes that make an event, the pair that is quoted, how many ships at once.

    Of a number that many send there is one event, whatever its pauses.
    """
    firsts = pairs.unique("episode", keep="first", maintain_order=True)
    if firsts.is_empty():
        return
    at_once = dict(
        in_turns.side_by_side(turned).select("episode", "at_once").filter(
            pl.col("episode").is_in(firsts["episode"].implode())
        ).iter_rows()
    )  # fmt: skip
    if placeholder or max(at_once.values()) >= MANY:
        yield list(at_once), firsts.row(0, named=True), max(at_once.values())
        return
    for pair in firsts.iter_rows(named=True):
        yield [pair["episode"]], pair, at_once[pair["episode"]]


def _turned_event(
    pattern: str, ship: int, other: int | None, turned: pl.DataFrame, episodes: list[int], pair: dict[str, Any],
    at_once: int, imo: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One event of turns, as a row of EVENTS without an id."""
    within = turned.filter(pl.col("episode").is_in(episodes))
    strands = (pair["one"], pair["other"])
    quoted = within.filter(pl.col("strand").is_in(strands), pl.col("strand_next").is_in(strands))
    shown = quoted.sort("distance_m", "time", descending=[True, False]).row(0, named=True)
    first, last = within.sort("time").row(0, named=True), within.sort("time_next").row(-1, named=True)
    span_h = (last["time_next"] - first["time"]).total_seconds() / 3600
    apart_h = (shown["time_next"] - shown["time"]).total_seconds() / 3600
    many = at_once >= MANY or (not imo and marks.is_placeholder(ship))
    details: dict[str, Any] = {
        "pattern": pattern,
        "turns": len(within),
        "hours": round(span_h, 4),
        "ships_at_least": max(at_once, 2),
        "many": many,
        "distance_m": round(shown["distance_m"], 1),
        "least_m": round(float(str(within["distance_m"].min())), 1),
        "minutes": round(apart_h * 60, 2),
        "implied_kn": round(shown["distance_m"] / geo.METRES_PER_NM / apart_h, 1) if apart_h > 0 else None,
        "places": [[round(shown[f"{name}{end}"], 5) for name in ("lat", "lon")] for end in ("", "_next")],
    }
    if imo:
        details["imo"] = imo
    details["says"] = _says_turned(details)
    sides = ((first, ""), (shown, ""), (shown, "_next"), (last, "_next"))
    cited = sorted({(row[f"source{end}"], row[f"row{end}"]) for row, end in sides})
    return {
        "kind": KIND, "ship": ship, "other": other, "start": first["time"], "end": last["time_next"],
        "start_lat": first["lat"], "start_lon": first["lon"], "end_lat": last["lat_next"],
        "end_lon": last["lon_next"], "details": canonical_json(details),
        "sources": [{"source": source, "first_row": row, "last_row": row} for source, row in cited],
        "key": imo,
    }  # fmt: skip


def _says_turned(details: dict[str, Any]) -> str:
    """Without the number and the times, which stand in the event."""
    (lat, lon), (lat2, lon2) = details["places"]
    pace = f"{details['implied_kn']:,.0f} knots" if details["implied_kn"] is not None else "no time at all"
    what = f"The IMO number {details['imo']}" if "imo" in details else "This number"
    text = (
        f"{what} was heard in turns from places that no one ship could have changed between, "
        f"{details['turns']:,} times in {details['hours']:,.1f} h; the farthest apart were {_degrees(lat, lon)} and "
        f"{_degrees(lat2, lon2)}, {details['distance_m'] / 1000:,.0f} km in {details['minutes']:,.0f} minutes ({pace})"
    )
    if not details["many"]:
        return f"{text}."
    return f"{text}; at least {details['ships_at_least']} ships sent it, so it is a number that many send."


def _degrees(lat: float, lon: float) -> str:
    return f"{abs(lat):.3f}° {'N' if lat >= 0 else 'S'} {abs(lon):.3f}° {'E' if lon >= 0 else 'W'}"


def _as_events(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of EVENTS without ids, and what else tells them apart in "key", as EVENTS."""
    tell = ("ship", "other", "start", "start_lat", "start_lon", "key")
    whole = [{"id": content_id(KIND, *(row[name] for name in tell)), **row} for row in rows]
    return pl.DataFrame(whole, schema=EVENTS) if whole else empty(EVENTS)


# --- positions with what was said ---


def by_ship(
    positions: pl.DataFrame, *, often: Often, told: pl.DataFrame, shared: pl.DataFrame, sizes: pl.DataFrame
) -> pl.DataFrame:
    """MIDWAY: what one ship's positions show, and the places of it that findings need.

    Args:
        positions: POSITIONS in order, whole ships.
        often: how often a number must have been heard in turns.
        told: FINDINGS.
        shared: SHARED.
        sizes: ships without an IMO number and their sizes, from `successors.sizes`.
    """
    here = positions.select("ship").unique()
    asked = pl.concat(
        [
            told.select("key", "ship", part=pl.lit("start"), at="start"),
            told.select("key", ship=pl.coalesce("other", "ship"), part=pl.lit("end"), at="end"),
        ]
    ).join(here, on="ship", how="semi")
    heard = (
        positions.join(shared, on="ship", how="inner")
        .filter(pl.col("time").is_between("first_seen", "last_seen"))
        .with_columns(slot=(pl.col("time") - pl.col("first_seen")).dt.total_microseconds() // _THIN_US)
        .unique(["key", "ship", "slot"], keep="first", maintain_order=True)
        .with_columns(part=pl.lit("heard"))
    )
    sized = positions.join(sizes, on="ship", how="inner")
    ends = [
        sized.unique("ship", keep=end, maintain_order=True).with_columns(part=pl.lit(end)) for end in ("first", "last")
    ]
    parts = [
        _nearest(positions, asked.filter(pl.col("part") == "start"), "backward"),
        _nearest(positions, asked.filter(pl.col("part") == "end"), "forward"),
        heard,
        *ends,
    ]
    return pl.concat([two_places(positions, often=often), *(_midway(part) for part in parts)])


def _nearest(positions: pl.DataFrame, asked: pl.DataFrame, first: str) -> pl.DataFrame:
    """Each asked place: the ship's position at that time or next in that direction, else in the other."""
    both = []
    known = positions.join(asked.select("ship").unique(), on="ship", how="semi").select(*_READS).sort("time")
    rest = asked.sort("at", "key")
    for strategy in (first, "forward" if first == "backward" else "backward"):
        found = rest.join_asof(
            known, left_on="at", right_on="time", by="ship", strategy=strategy, coalesce=False,  # type: ignore[arg-type]
            check_sortedness=False,
        )  # fmt: skip
        both.append(found.filter(pl.col("time").is_not_null()))
        rest = found.filter(pl.col("time").is_null()).select(asked.columns)
    return pl.concat(both)


def _midway(table: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in MIDWAY.items() if name not in table.columns]
    return table.with_columns(missing).select(list(MIDWAY)).cast(MIDWAY)


def across(table: pl.DataFrame, *, often: Often, told: pl.DataFrame) -> pl.DataFrame:
    """EVENTS from MIDWAY.

    Its parts: "event" and "side", of numbers in two places; "start" and "end", where a finding's ships were; "heard",
    where ships were that gave one IMO number; "first" and "last", where numbers of one size began and fell silent.
    """
    part = {str(name): rows for (name,), rows in table.group_by("part", maintain_order=True)}
    none = empty(MIDWAY)
    sides = part.get("side", none)
    displaced = same_spot.shared(sides.rename({"time": "since"}))
    done = part.get("event", none).select(pl.col("event").struct.unnest()).filter(~pl.col("id").is_in(displaced))
    placed = told.join(table.select("key").unique(), on="key", how="semi")
    for end in ("start", "end"):
        point = part.get(end, none).select("key", pl.col("lat", "lon", "source", "row").name.prefix(f"{end}_"))
        placed = placed.join(point, on="key", how="left")
    rows = [_finding_event(row) for row in placed.sort("key").iter_rows(named=True)]
    rows += _one_imo(part.get("heard", none), often)
    points = [part.get(end, none) for end in ("first", "last")]
    rows += [_successor_event(pair) for pair in successors.pairs(pl.concat(points))]
    return pl.concat([done.select(list(EVENTS)).cast(EVENTS), _as_events(rows)])


def _one_imo(heard: pl.DataFrame, often: Often) -> list[dict[str, Any]]:
    """Rows of the pattern one_imo_two_ships, from the positions of ships that gave one number."""
    if heard.is_empty():
        return []
    strand = pl.col("ship").alias("strand")
    found = in_turns.turns(heard.select("key", strand, "time", "lat", "lon", "source", "row"))
    turned_of = _by_key(found)
    return [
        _turned_event(
            "one_imo_two_ships", pair["one"], pair["other"], turned_of[imo], episodes, pair, at_once, str(imo)
        )
        for (imo,), pairs in in_turns.pairs_of(found, often).group_by("key", maintain_order=True)
        for episodes, pair, at_once in _told(pairs, turned_of[imo], placeholder=False)
    ]


def _successor_event(pair: dict[str, Any]) -> dict[str, Any]:
    """A row of the pattern changed, by continuity: a candidate."""
    size = pair["key"].removeprefix("size ")
    details = {
        "pattern": "changed", "by": "continuity", "hull": f"MMSI {pair['ship']}", "size_m": size,
        "hours": round(pair["hours"], 4), "distance_m": round(pair["distance_m"], 1), "reflagged": False,
        "changes": [{"field": "mmsi", "before": str(pair["ship"]), "after": str(pair["ship_next"]),
                     "last_seen": pair["time"], "first_seen": pair["time_next"]}],
        "says": (
            f"The number {pair['ship']} was not heard again, and {pair['hours']:.1f} h later, "
            f"{pair['distance_m'] / 1000:,.1f} km away, {pair['ship_next']} was first heard, of the same size "
            f"({size} m); no other number of that size began or ended there, so the two may be one ship."
        ),
    }  # fmt: skip
    return {
        "kind": KIND, "ship": pair["ship"], "other": pair["ship_next"], "start": pair["time"], "end": pair["time_next"],
        "start_lat": pair["lat"], "start_lon": pair["lon"], "end_lat": pair["lat_next"], "end_lon": pair["lon_next"],
        "details": canonical_json(details), "key": pair["key"],
        "sources": [{"source": pair[f"source{end}"], "first_row": pair[f"row{end}"], "last_row": pair[f"row{end}"]}
                    for end in ("", "_next")],
    }  # fmt: skip


def _finding_event(row: dict[str, Any]) -> dict[str, Any]:
    cited = [tuple(one.values()) for one in row["cited"]]
    cited += [(row[f"{end}_source"], row[f"{end}_row"], row[f"{end}_row"]) for end in ("start", "end")
              if row[f"{end}_source"] is not None]  # fmt: skip
    return {
        "kind": KIND, **{name: row[name] for name in ("ship", "other", "start", "end", "start_lat", "start_lon",
        "end_lat", "end_lon", "details", "key")},
        "sources": [dict(zip(("source", "first_row", "last_row"), one, strict=True)) for one in sorted(set(cited))],
    }  # fmt: skip
