"""What a case knows beside its evidence: where ports and sites lie, which hull a number is, what a cluster speaks of.

The join reads it; nothing here is weighed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from darkwake import country, interval, marks
from darkwake.case import case_rows
from darkwake.case.folder import Asked
from darkwake.case.tables import Tables
from darkwake.case.told_amounts import COUNTED, FAMILIES, fold
from darkwake.evidence import Evidence

Row = Mapping[str, Any]
_MOVED = frozenset().union(*FAMILIES.values())
_CARGO = frozenset({"cargo", "shipment", "consignment", "freight", "delivery", "load"})
"""What a text calls goods on their way, folded; a delivery that is told of in the plural is one too."""
OVER_DAYS = 90
"""Days after what is told was over in which its goods may still be under way: once round the world at ten knots."""
MOST_OF_A_HULL = 3
"""Numbers that may share an IMO number; of more, the number was typed in wrongly by many and names no hull."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with a name."""

    key: str
    label: str
    lat: float | None
    lon: float | None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A watched site: the middle of its footprints, and what its usable images were made by."""

    spot: Spot
    sensors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the claims of a cluster speak of, all together."""

    things: tuple[str, ...] = ()
    """Goods, each as first written; compared by `fold`."""
    actors: tuple[str, ...] = ()
    """Who is said to have moved or seized goods."""
    places: frozenset[str] = frozenset()
    """Folded."""
    moved: bool = False
    """Whether a claim of it tells of goods that were moved, or seized."""
    cargo: bool = False
    """Whether a claim of it speaks of a cargo, or of goods that were moved."""
    articles: frozenset[str] = frozenset()
    amounts: tuple[str, ...] = ()
    told_by: date | None = None
    """The first day by which it was published as having happened: it happened then at the latest."""
    contradictions: tuple[str, ...] = ()
    """What its contradictions say, the hard ones first."""


@dataclass(frozen=True, slots=True)
class Known:
    """Look-ups for the join; all of them may be empty."""

    question: str = ""
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()
    """The corridor's ends: countries or ports."""
    ports: Mapping[str, Spot] = field(default_factory=dict)
    hulls: Mapping[str, str] = field(default_factory=dict)
    """Nine digits of an MMSI -> its IMO number, where only few numbers share it."""
    reach: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """A gap -> the ports in reach, the one with the most hours to spare first."""
    draughts: Mapping[str, Row] = field(default_factory=dict)
    """An event -> its row of DRAUGHT_CHANGES."""
    hits: Mapping[str, Row] = field(default_factory=dict)
    standings: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """A hit -> how it stood on the days asked about."""
    goods: tuple[str, ...] = ()
    """What the case asks about, as the subjects of evidence call it."""
    goods_said: Mapping[str, Evidence] = field(default_factory=dict)
    """Goods -> what the control lists say of them; the join fills it in from its pool."""
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    heard: tuple[datetime | None, datetime | None] = (None, None)
    """The first and the last moment at which any ship of the data was heard."""
    _numbers: dict[str, list[str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """IMO number -> the MMSIs that share it, in order; turned round once, because every thread asks."""

    def __post_init__(self) -> None:
        for ship in sorted(self.hulls):
            self._numbers.setdefault(self.hulls[ship], []).append(ship)

    @property
    def far_names(self) -> frozenset[str]:
        """The far end's countries by name, folded, as a text would write them."""
        return frozenset(fold(country.name(place)) for place in self.far if len(place) == 2)

    def siblings(self, ship: str) -> tuple[str, ...]:
        """Other numbers of the same hull."""
        hull = self.hulls.get(ship)
        return tuple(other for other in self._numbers[hull] if other != ship) if hull else ()

    def over_by(self, item: Evidence) -> date | None:
        """The day by which what a cluster of claims tells of was over: a stated one, else that of publication."""
        cluster = self.clusters.get(str(item.data().get("cluster")))
        ends = [item.end.date() if item.end else None, cluster.told_by if cluster else None]
        return min((day for day in ends if day), default=None)

    def over_before(self, item: Evidence, moment: datetime | None) -> bool:
        """Whether that was so long before a moment that no goods of it can have been under way any more."""
        day = self.over_by(item)
        return day is not None and moment is not None and moment.date() - day > timedelta(days=OVER_DAYS)

    def at_far_end(self, port: str | None, land: str | None) -> bool:
        """Whether a port lies at the corridor's far end; where no far end is asked for, every port does."""
        return bool(port) and (not self.far or port in self.far or land in self.far)


def of(asked: Asked, tables: Tables) -> Known:
    """All that the tables tell of it."""
    places = {
        row["port"]: Spot(row["port"], row["name"], row["lat"], row["lon"], row["country"])
        for row in [
            *tables.reach.iter_rows(named=True),
            *tables.inferred.iter_rows(named=True),
            *case_rows.ports(tables),
        ]
    }
    return Known(
        question=asked.question,
        near=tuple(asked.from_),
        far=tuple(asked.to),
        ports=places,
        hulls=_hulls(tables.identities),
        reach=_by(tables.reach.sort("event", "slack_h", "port", descending=[False, True, False]), "event"),
        draughts={row["event"]: row for row in tables.draught_changes.iter_rows(named=True)},
        hits={row["id"]: row for row in tables.hits.iter_rows(named=True)},
        standings=_by(tables.standings, "hit"),
        goods=tuple(dict.fromkeys(goods_key(row) for row in tables.goods)),
        clusters=_clusters(tables),
        heard=(_moment(tables.ships["first_seen"].min()), _moment(tables.ships["last_seen"].max())),
        sites={seen.site: _site(seen.site, seen.footprints, seen.images) for seen in tables.sites},
    )


def goods_key(row: Row) -> str:
    """What goods are called in evidence: their description, else their numbers."""
    asked = row.get("asked")
    if not isinstance(asked, Mapping):
        return str(asked or "goods")
    marks = (("description", ""), ("cas", "CAS "), ("hs", "HS "), ("cn", "CN "), ("entry", "entry "))
    return next((f"{mark}{asked[key]}" for key, mark in marks if asked.get(key)), "goods of which nothing is said")


def goods_names(row: Row) -> list[str]:
    """By what a text may call the goods: the description, its first words up to a mark, the CAS number."""
    asked = row.get("asked")
    key = goods_key(row)
    if not isinstance(asked, Mapping):
        return [key]
    head = key
    for mark in (",", ";", "(", ":"):
        head = head.partition(mark)[0]
    return list(dict.fromkeys(name.strip() for name in (key, head, str(asked.get("cas") or "")) if name.strip()))


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _by(table: pl.DataFrame, key: str) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row[key], []).append(row)
    return {one: tuple(rows) for one, rows in found.items()}


def _hulls(identities: pl.DataFrame) -> dict[str, str]:
    said = (
        identities.filter(pl.col("field") == "imo")
        .group_by("ship", "value")
        .agg(pl.col("messages").sum())
        .sort(["ship", "messages", "value"], descending=[False, True, False])
        .unique("ship", keep="first", maintain_order=True)
    )
    found = {f"{ship:09d}": value for ship, value in said.select("ship", "value").iter_rows() if marks.is_imo(value)}
    many = pl.Series(list(found.values()), dtype=pl.String).value_counts(name="many")
    few = {value for value, number in many.iter_rows() if number <= MOST_OF_A_HULL}
    return {ship: value for ship, value in found.items() if value in few}


def _clusters(tables: Tables) -> dict[str, Cluster]:
    claims = {row["id"]: row for row in tables.claims.iter_rows(named=True)}
    published = {key: _last_day(day) for key, day in tables.articles.select("id", "published").iter_rows()}
    said: dict[str, list[tuple[bool, str]]] = {}
    for row in tables.contradictions.iter_rows(named=True):
        said.setdefault(row["cluster"], []).append((not row["hard"], str(row["says"])))
    return {
        row["id"]: _cluster(
            [claims[key] for key in sorted(row["claims"]) if key in claims], sorted(said.get(row["id"], [])), published
        )
        for row in tables.clusters.iter_rows(named=True)
    }


def _last_day(published: str | None) -> date | None:
    try:
        return interval.parse(published).last if published else None
    except ValueError:
        return None


def _cluster(own: Sequence[Row], said: Sequence[tuple[bool, str]], published: Mapping[str, date | None]) -> Cluster:
    amounts = [one for row in own for one in row["quantities"] or () if one["role"] == "amount"]
    things: dict[str, str] = {}
    for thing in (*(one["thing"] for one in amounts), *(name for row in own for name in row["things"] or ())):
        if thing and thing.strip():
            things.setdefault(fold(thing), thing.strip())
    moved = any(row["predicate_class"] in _MOVED for row in own)
    happened = [row for row in own if row["modality"] in COUNTED and not row["negated"]]
    return Cluster(
        things=tuple(things.values()),
        actors=_once(
            one["name"]
            for row in own
            if row["predicate_class"] in _MOVED and not row["negated"]
            for one in row["actors"] or ()
            if one["role"] == "agent"
        ),
        places=frozenset(fold(name) for row in own for name in row["places"] or ()),
        moved=moved,
        cargo=moved or any(_CARGO & {*thing.split(), fold(thing)} for thing in things),
        articles=frozenset(str(row["article"]) for row in own),
        amounts=_once(one["text"] for one in amounts),
        told_by=min((day for row in happened if (day := published.get(row["article"]))), default=None),
        contradictions=tuple(text for _, text in said),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _site(name: str, footprints: pl.DataFrame, images: pl.DataFrame) -> Site:
    middle = [footprints[axis].mean() if footprints.height else None for axis in ("lat", "lon")]
    lat, lon = (round(one, 6) if isinstance(one, float) else None for one in middle)
    return Site(Spot(name, name, lat, lon), frozenset(images.filter("usable")["sensor"].drop_nulls()))
