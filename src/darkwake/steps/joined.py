"""Evidence -> the case, and the case -> its page."""

from __future__ import annotations

import json

import polars as pl

from darkwake import kept, schema, told, tracks
from darkwake.case import file as case_file
from darkwake.case import folder, history, html, notes, opened, thin
from darkwake.case.derived import Derived
from darkwake.case.folder import Asked
from darkwake.evidence import Source, content_id
from darkwake.sources import Sorted, ports_of
from darkwake.steps import watched

PAGE_POSITIONS = 1_000_000
"""As many positions as the page draws with ease; the store keeps all."""


def join(derived: Derived, store: tracks.Store, sources: Sorted, asked: Asked, key: str) -> None:
    """Evidence -> threads -> case.json."""
    case = derived.case

    def make() -> str:
        goods = json.loads((case.derived / "goods.json").read_text(encoding="utf-8"))
        tables = case_file.Tables(
            ships=derived.read("ships", schema.SHIPS),
            identities=store.identities(),
            events=derived.read("events", schema.EVENTS),
            silences=derived.read("silences", schema.SILENCES),
            voyages=derived.read("voyages", schema.VOYAGES),
            corridor=derived.read("corridor", schema.CHAINS),
            reach=derived.read("reach", schema.REACH),
            unheard=derived.read("unheard", schema.REACH),
            interference=derived.read("interference", schema.INTERFERENCE),
            inferred=derived.read("inferred", schema.INFERRED),
            draughts=derived.read("draughts", schema.DRAUGHTS),
            draught_changes=derived.read("draught_changes", schema.DRAUGHT_CHANGES),
            reach_area=derived.read("reach_area", schema.REACH_AREA),
            standings=derived.read("standings", schema.STANDINGS),
            goods=goods["answers"],
            decisions=kept.decided(case, derived.read("hits", schema.HITS)),
            hits=derived.read("hits", schema.HITS),
            looked=derived.read("looked", pl.Schema({"id": pl.String}))["id"].to_list(),
            around=derived.read("around", schema.AROUND),
            reception=tracks.baseline(derived.read("reception", schema.RECEPTION)),
            articles=derived.read("articles", schema.ARTICLES),
            claims=derived.read("claims", schema.CLAIMS),
            clusters=derived.read("clusters", schema.CLUSTERS),
            origins=derived.read("origins", schema.ORIGINS),
            contradictions=derived.read("contradictions", schema.CONTRADICTIONS),
            grades=json.loads((case.derived / "grades.json").read_text(encoding="utf-8")),
            sites=watched.seen(derived, asked),
            reception_cell_deg=tracks.CELL_DEG,
            tracks=thin.for_page(store.shards(), most=PAGE_POSITIONS, silent_s=asked.longer_than_h * 3600),
        )
        searched = json.loads((case.derived / "searched.json").read_text(encoding="utf-8"))
        lists = [Source(**source) for source in (*searched["sources"], *goods["sources"])]
        register = [*told.register(case, store, sources), *lists, *told.articles(sources.articles, tables.articles)]
        register += told.package_tables(goods["answers"], register)
        read_by = "; ".join(sorted({one.partition(";")[0] for one in tables.claims["made_by"]}))
        places = ports_of(case, sources.ports)
        by = told.of_parts(asked, searched["lists"], places, store.identities(), read_by=read_by)
        built = case_file.build(asked, register, tables, by)
        whole = built | {"list_notes": searched.get("notes", []), "notes": notes.listed(case)}
        folder.write_text(case.path / "case.json", case_file.dump(whole))
        return f"{len(built['threads']):,} threads from {len(built['evidence']):,} pieces of evidence"

    # what people wrote since makes the case anew
    derived.step("join", content_id("join", key, notes.kept(case)), [case.path / "case.json"], make)


def draw(derived: Derived, key: str) -> None:
    """case.json -> case.html."""
    case = derived.case

    def make() -> str:
        page = html.render(opened.read(case.path / "case.json"))
        folder.write_text(case.path / "case.html", page)
        history.keep(case)
        return f"case.html, {len(page.encode()) / 1e6:.1f} MB"

    derived.step("draw", content_id("draw", key, notes.kept(case)), [case.path / "case.html"], make)
