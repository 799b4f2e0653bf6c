"""Identities and goods -> what the lists say of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

import polars as pl

from darkwake import kept, schema, screening, told, tracks
from darkwake.case import folder
from darkwake.case.derived import Derived
from darkwake.case.folder import Added, Asked
from darkwake.case.unaltered import unaltered


def screen(derived: Derived, store: tracks.Store, lists: Sequence[Added], key: str) -> None:
    """Everything that a ship ever said of itself against the lists, and how each hit stood on its voyages' days."""
    searched = derived.case.derived / "searched.json"

    def make() -> str:
        if not lists:
            derived.write("hits", schema.empty(schema.HITS))
            derived.write("standings", schema.empty(schema.STANDINGS))
            folder.write_text(searched, json.dumps({"lists": "", "sources": []}))
            return "no list was added, so no ship was screened"
        versions = screening.Versions.of(screening.formats.read_all([unaltered(derived.case, one) for one in lists]))
        # every version is searched, because an entry may be gone from the newest; of each entry the newest hit stands
        index = screening.Index([one for every in versions.by_name.values() for one in every])
        ships = screening.asked_of(store.identities(), ships=derived.read("ships", schema.SHIPS))
        found = screening.screen(ships, index)
        newest = pl.col("list_date") == pl.col("list_date").max().over("ship", "list", "entry")
        hits = found.filter(newest)
        legs = derived.read("voyages", schema.VOYAGES)
        sailed = legs.select("ship", pl.coalesce("departed", "arrived").dt.date().alias("on")).drop_nulls()
        # of a ship that only said who it was, the day on which it last did
        said = store.identities().group_by("ship").agg(pl.col("last_seen").max().dt.date().alias("on"))
        days = pl.concat([sailed, said.join(sailed, on="ship", how="anti")])
        derived.write("hits", hits)
        derived.write("standings", kept.of_case(derived.case, ships, index, hits, versions, days))
        counts = {one.sha256: told.counted(one) for every in versions.by_name.values() for one in every}
        sources = [asdict(told.source(source, **counts[source.sha256])) for source in lists if source.sha256 in counts]
        checked = "; ".join(one.described() for one in index.lists)
        said_of = list(
            dict.fromkeys(note for every in versions.by_name.values() for one in every for note in one.notes)
        )
        written = {"lists": checked, "sources": sources, "notes": said_of}
        folder.write_text(searched, json.dumps(written, ensure_ascii=False))
        return f"{hits.height:,} list entries met, of {len(index.listed):,}"

    derived.step("screen", key, [derived.path("hits"), derived.path("standings"), searched], make)


def goods(derived: Derived, lists: Sequence[Added], asked: Asked, key: str) -> None:
    """The goods that the case asks about against the control lists, on the route and in the period asked about."""
    answers = derived.case.derived / "goods.json"

    def make() -> str:
        if not asked.goods:
            folder.write_text(answers, json.dumps({"answers": [], "sources": []}))
            return "the case asks about no goods"
        index = screening.index_of([unaltered(derived.case, source) for source in lists])
        _, end = asked.times()
        route = {"from_": _only(asked.from_), "to": _only(asked.to)}
        on = (end - timedelta(days=1)).date() if end else None
        found = [screening.search(screening.GoodsAsked(**one, **route, on=on), index) for one in asked.goods]
        sources = [asdict(told.goods_source(source, index)) for source in lists]
        written = {"answers": [one.as_dict() for one in found], "sources": sources}
        folder.write_text(answers, json.dumps(written, ensure_ascii=False))
        return "; ".join(f"{one.asked.described()}: {one.verdict}" for one in found)

    derived.step("goods", key, [answers], make)


def _only(places: Sequence[str]) -> str:
    """The country of one end of the corridor; none where there are several, or a port alone."""
    return places[0] if len(places) == 1 and len(places[0]) == 2 else ""
