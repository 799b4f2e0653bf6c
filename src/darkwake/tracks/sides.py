"""Whether the two ends of a gap belong to one ship, as far as positions and what was said tell.

The reasons are asked in the order of `_REASONS`; the first that has an answer gives it. What a ship says of itself
comes before where it was, because an IMO number stays with a hull and a position may be anybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from darkwake.errors import WrongUse
from darkwake.schema import EVENTS, SEGMENTS, SIDES, empty, in_order, problems
from darkwake.tracks.hulls import HULLS, IMPOSSIBLE_KN, apart_nm, hulls
from darkwake.tracks.said import Said
from darkwake.tracks.segment import segment

FAST_KN = 30.0
"""Few ships make this over hours; a gap crossed faster is left undecided."""
_ENDS = ("start", "end")

Answer = tuple[bool | None, str]
"""What `same` and `says` of SIDES say."""


def sides(
    gaps: pl.DataFrame,
    segments: pl.DataFrame,
    laid: pl.DataFrame,
    *,
    identities: pl.DataFrame | None = None,
    impossible_kn: float = IMPOSSIBLE_KN,
    fast_kn: float = FAST_KN,
) -> pl.DataFrame:
    """SIDES: one row for each gap, in the order of the gaps.

    Args:
        gaps: EVENTS; only those of kind "gap" are looked at.
        segments: SEGMENTS of at least the rows that the gaps rest on.
        laid: HULLS of the gaps' ships, from `hulls.hulls`.
        identities: IDENTITIES of the gaps' ships, where there are any.
        impossible_kn: a gap that needs more speed than this was not crossed by a ship.
        fast_kn: a gap that needs more than this cannot be told.

    Raises:
        WrongUse: a table is not what it should be.
    """
    for name, table, schema in (("gaps", gaps, EVENTS), ("segments", segments, SEGMENTS), ("laid", laid, HULLS)):
        if wrong := problems(table, schema):
            raise WrongUse(f"{name}: {wrong[0]}", where="sides(...)", to_do="Give EVENTS, SEGMENTS and HULLS")
    gaps = gaps.filter(pl.col("kind") == "gap")
    if gaps.is_empty():
        return empty(SIDES)
    tracks = {row["track"]: Track(**{name: row[name] for name in Track.__annotations__}) for row in laid.to_dicts()}
    said = Said(identities, gaps["ship"].unique().to_list())
    follows: dict[tuple[int, int], list[Track]] = {}
    for track in tracks.values():  # in the order of HULLS, so each hull's tracks stand in the order of time
        if track.hull is not None:
            follows.setdefault((track.ship, track.hull), []).append(track)
    rows = []
    for row in _with_tracks(gaps, segments).iter_rows(named=True):
        gap = Gap(
            ship=row["ship"],
            start=row["start"],
            end=row["end"],
            start_at=(row["start_lat"], row["start_lon"]),
            end_at=(row["end_lat"], row["end_lon"]) if row["end"] is not None else None,
            before=tracks.get(row["before"]),
            after=tracks.get(row["after"]),
            hulls=follows,
            said=said,
            impossible_kn=impossible_kn,
            fast_kn=fast_kn,
        )
        same, says = next(answer for reason in _REASONS if (answer := reason(gap)) is not None)
        rows.append((row["id"], row["before"], row["after"], same, says))
    return pl.DataFrame(rows, schema=SIDES, orient="row")


def sides_of(
    shards: Iterable[list[str]],
    gaps: pl.DataFrame,
    *,
    identities: pl.DataFrame | None = None,
    max_kn: float = 25.0,
    reckon_h: float = 8.0,
    max_h: float = 60.0,
) -> pl.DataFrame:
    """SIDES of a store's gaps, a bucket at a time: only ships that have a gap are laid to tracks.

    Args:
        shards: the files of each bucket, as `Store.shards` gives them.
        gaps: EVENTS; only those of kind "gap" are looked at.
        identities: IDENTITIES of the store.
        max_kn: as in `segment`.
        reckon_h: as in `segment`.
        max_h: as in `segment`.
    """
    gaps = gaps.filter(pl.col("kind") == "gap")
    wanted = gaps.select("ship").unique()
    parts = [empty(SIDES)]
    for files in shards:
        if wanted.is_empty():
            break
        scanned = pl.scan_parquet(files, glob=False, hive_partitioning=False)
        found = scanned.join(wanted.lazy(), on="ship", how="semi").collect()
        here = gaps.join(found.select("ship").unique(), on="ship", how="semi", maintain_order="left")
        if here.is_empty():
            continue
        positions = in_order(found)
        segments = segment(positions, max_kn=max_kn, reckon_h=reckon_h, max_h=max_h)
        parts.append(sides(here, segments, hulls(positions, segments), identities=identities))
    lone = gaps.join(pl.concat(parts), left_on="id", right_on="event", how="anti")
    parts.append(sides(lone, empty(SEGMENTS), pl.DataFrame(schema=HULLS), identities=identities))
    return gaps.select(event="id").join(pl.concat(parts), on="event", how="left", maintain_order="left")


@dataclass(frozen=True)
class Track:
    """A row of HULLS."""

    ship: int
    track: str
    hull: int | None
    sure: bool | None
    positions: int
    first_seen: datetime
    last_seen: datetime
    first_lat: float
    first_lon: float
    last_lat: float
    last_lon: float


@dataclass(frozen=True)
class Gap:
    """One gap with what is known of its two sides."""

    ship: int
    start: datetime
    end: datetime | None
    start_at: tuple[float, float]
    end_at: tuple[float, float] | None
    before: Track | None
    after: Track | None
    hulls: dict[tuple[int, int], list[Track]]
    said: Said
    impossible_kn: float
    fast_kn: float

    @property
    def needs_kn(self) -> float:
        """The speed from end to end, on the shortest way."""
        if self.end is None or self.end_at is None:
            return 0.0
        hours = (self.end - self.start).total_seconds() / 3600
        return apart_nm(self.start_at, self.end_at) / max(hours, 1e-6)

    def beside(self, track: Track) -> tuple[Track | None, Track | None]:
        """The tracks before and after it in its hull."""
        row = self.hulls.get((track.ship, track.hull), []) if track.hull is not None else []
        earlier = [one for one in row if one.last_seen <= track.first_seen and one.track != track.track]
        later = [one for one in row if one.first_seen >= track.last_seen and one.track != track.track]
        return (
            max(earlier, key=lambda one: one.last_seen, default=None),
            min(later, key=lambda one: one.first_seen, default=None),
        )


def _open(gap: Gap) -> Answer | None:
    return (None, "Cannot be told: the silence was still open when the data ended.") if gap.end is None else None


def _unknown(gap: Gap) -> Answer | None:
    if gap.before is not None and gap.after is not None:
        return None
    return None, "Cannot be told: the positions at its ends are not among those that were laid to tracks."


def _too_fast(gap: Gap) -> Answer | None:
    if gap.needs_kn <= gap.impossible_kn or gap.end_at is None or gap.end is None:
        return None
    hours = (gap.end - gap.start).total_seconds() / 3600
    text = (
        f"{apart_nm(gap.start_at, gap.end_at):,.0f} nautical miles lie between its ends, heard {hours:.1f} h apart: "
        f"{gap.needs_kn:,.0f} knots, which no ship makes. Two ships used the number {gap.ship}, or a position is false"
    )
    imo = gap.said.same("imo", gap.ship, gap.start, gap.end)
    return False, f"{text}; both sides gave IMO {imo}." if imo else f"{text}."


def _other_imo(gap: Gap) -> Answer | None:
    if gap.end is None:
        return None
    one, other = gap.said.both("imo", gap.ship, gap.start, gap.end)
    if not one or not other or one == other:
        return None
    return False, f"Before the silence the number {gap.ship} was sent with IMO {one}, after it with IMO {other}."


def _other_particulars(gap: Gap) -> Answer | None:
    """Name, call sign and size, where no IMO number was given on both sides."""
    if gap.end is None or gap.said.same("imo", gap.ship, gap.start, gap.end):
        return None
    differ, alike = gap.said.particulars(gap.ship, gap.start, gap.end)
    if alike or len(differ) < 2:
        return None
    text = "; ".join(differ)
    if any(one.startswith("size") for one in differ):
        return False, f"Nothing that was said before the silence was said after it: {text}."
    return None, f"Cannot be told: another ship, or the same one renamed in the silence: {text}."


def _side_by_side(gap: Gap) -> Answer | None:
    """One of the two tracks goes on across the silence that both share: they were heard in turns."""
    one, other = gap.before, gap.after
    if one is None or other is None or gap.end is None:
        return None
    if (
        one.hull is None
        or other.hull is None
        or one.hull == other.hull
        or (one.last_seen < gap.end and other.first_seen > gap.start)
    ):
        return None
    begins, ends = max(one.first_seen, other.first_seen), min(one.last_seen, other.last_seen)
    return False, (
        f"Two ships were heard in turns under the number {gap.ship} from {begins:%Y-%m-%d %H:%M} to "
        f"{ends:%Y-%m-%d %H:%M} UTC, in places that no ship could have changed between; "
        "the silence has one of them at its start and the other at its end."
    )


def _other_hull(gap: Gap) -> Answer | None:
    """Each track has its own ship, and the one that it came from or went on as is another than across the gap."""
    one, other = gap.before, gap.after
    if one is None or other is None or one.hull is None or other.hull is None or one.hull == other.hull:
        return None
    earlier, _ = gap.beside(other)
    _, later = gap.beside(one)
    if earlier is not None and other.sure:
        away = apart_nm((earlier.last_lat, earlier.last_lon), (other.first_lat, other.first_lon))
        return False, (
            f"The ship heard after the silence is more likely one that was last heard under the number {gap.ship} at "
            f"{earlier.last_seen:%Y-%m-%d %H:%M} UTC, {away:,.0f} nautical miles from there; "
            f"from the one heard before it is {_apart(gap)}."
        )
    if later is not None and later.sure:
        away = apart_nm((one.last_lat, one.last_lon), (later.first_lat, later.first_lon))
        return False, (
            f"The ship heard before the silence is more likely one that was next heard under the number {gap.ship} "
            f"at {later.first_seen:%Y-%m-%d %H:%M} UTC, {away:,.0f} nautical miles from there; "
            f"to the one heard after it is {_apart(gap)}."
        )
    return None


def _apart(gap: Gap) -> str:
    return f"{apart_nm(gap.start_at, gap.end_at or gap.start_at):,.0f}"


def _same_imo(gap: Gap) -> Answer | None:
    if gap.end is None or gap.needs_kn > gap.fast_kn:
        return None
    return (True, "") if gap.said.same("imo", gap.ship, gap.start, gap.end) else None


def _fast(gap: Gap) -> Answer | None:
    if gap.needs_kn <= gap.fast_kn:
        return None
    return None, f"Cannot be told: the way between its ends needs {gap.needs_kn:.0f} knots, which few ships make."


def _stray(gap: Gap) -> Answer | None:
    for track, when in ((gap.before, "start"), (gap.after, "end")):
        if track is not None and track.hull is None and gap.before != gap.after:
            many = "a single stray message" if track.positions == 1 else f"{track.positions} stray messages"
            return None, f"Cannot be told: at its {when} stands {many} that fits no track."
    return None


def _unsure(gap: Gap) -> Answer | None:
    one, other = gap.before, gap.after
    if one is None or other is None or one == other or (other.sure and one.hull == other.hull):
        return None
    return None, f"Cannot be told: more than one ship used the number {gap.ship}, and either may have been heard next."


def _one(gap: Gap) -> Answer | None:  # noqa: ARG001  one of the reasons, like the others
    return True, ""


_REASONS: tuple[Callable[[Gap], Answer | None], ...] = (
    _open,
    _side_by_side,
    _too_fast,
    _other_imo,
    _other_particulars,
    _unknown,
    _other_hull,
    _same_imo,
    _fast,
    _stray,
    _unsure,
    _one,
)


def _with_tracks(gaps: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """The gaps with the tracks of their two ends as `before` and `after`, in the same order."""
    rows = pl.col("sources").list
    cited = gaps.with_columns(
        *(rows.get(at, null_on_oob=True).struct.field(name).alias(f"{end}_{name}")
          for at, end in enumerate(_ENDS) for name in ("source", "first_row"))
    )  # fmt: skip
    for end, name in zip(_ENDS, ("before", "after"), strict=True):
        cited = cited.join(
            segments.select("ship", pl.col("time").alias(end), pl.col("source").alias(f"{end}_source"),
                            pl.col("row").alias(f"{end}_first_row"), pl.col("track").alias(name)),
            on=["ship", end, f"{end}_source", f"{end}_first_row"],
            how="left",
            maintain_order="left",
        )  # fmt: skip
    return cited
