from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from made_list import ENTRIES, xml

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.screening import (
    FEATURES,
    RANKS,
    Asked,
    Entry,
    Flag,
    Identifier,
    Index,
    ListedName,
    SanctionsList,
    Searched,
    asked_of,
    formats,
    rank_of,
    screen,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    path = tmp_path_factory.mktemp("list") / "sdn.xml"
    path.write_text(xml(*ENTRIES))
    return Index([formats.read(path)])


def first(index: Index, **asked: Any) -> dict[str, Any]:
    hits = screen([Asked(**asked)], index)
    assert schema.problems(hits, schema.HITS) == []
    return hits.row(0, named=True) if len(hits) else {}


def features(hit: dict[str, Any]) -> dict[str, float]:
    return {feature["feature"]: feature["weight"] for feature in hit["features"]}


def test_the_same_imo_is_certain_whatever_the_name_and_flag(index: Index) -> None:
    hit = first(index, imo="IMO 1234567", names=("QUITE ANOTHER",), flag="PA")
    assert (hit["name"], hit["rank"]) == ("EXAMPLE STAR", "certain")
    assert features(hit) == {"imo": 0.6, "flag": 0.0, "linked": 0.0}
    assert hit["features"][0]["listed"] == "IMO 1234567"
    assert hit["sources"][0]["first_row"] == index.lists[0].entries[0].row


def test_another_sound_imo_makes_the_same_name_a_weak_lead_at_most(index: Index) -> None:
    hit = first(index, imo="7654329", names=("EXAMPLE STAR",), callsign="9XX12", flag="Malta")
    hits = screen([Asked(imo="7654329", names=("EXAMPLE STAR",), callsign="9XX12", flag="Malta")], index)
    star = hits.filter(pl.col("name") == "EXAMPLE STAR").row(0, named=True)
    assert (hit["name"], hit["rank"]) == ("SNOWY EXAMPLE 1", "certain")
    assert star["rank"] == "weak lead"
    assert features(star)["other imo"] < 0


def test_a_faulty_imo_is_compared_and_repaired_but_never_certain(index: Index) -> None:
    same = first(index, imo="1234576", names=("TYPED WRONG",))
    assert (same["name"], same["rank"]) == ("TYPED WRONG", "strong")
    assert set(features(same)) == {"imo, faulty", "name"}
    hits = screen([Asked(imo="1234576")], index)
    assert dict(zip(hits["name"], hits["rank"], strict=True))["EXAMPLE STAR"] == "weak lead"
    repaired = hits.filter(pl.col("name") == "EXAMPLE STAR").row(0, named=True)
    assert features(repaired) == {"imo, repaired": 0.06, "linked": 0.0}


def test_a_former_name_counts_on_either_side(index: Index) -> None:
    assert first(index, names=("Old Example",))["rank"] == "fair"
    hit = first(index, names=("NEW PAINT",), former_names=("EXAMPLE STAR",))
    assert hit["features"][0]["asked"] == "EXAMPLE STAR"
    assert "former name asked" in hit["features"][0]["says"]


def test_a_sister_ships_number_is_no_hit(index: Index) -> None:
    assert first(index, names=("SNOWY EXAMPLE I",))["rank"] == "fair"
    assert first(index, names=("SNOWY EXAMPLE 2",)) == {}


def test_a_commonplace_name_and_a_weak_alias_are_weak_leads(index: Index) -> None:
    hit = first(index, names=("STAR",))
    assert hit["rank"] == "weak lead"
    assert "weak alias" in hit["features"][0]["says"]
    assert "commonplace" in hit["features"][0]["says"]


def test_mmsi_and_call_sign_alone_are_weak_leads_and_with_a_name_strong(index: Index) -> None:
    assert first(index, callsign="9XX-12")["rank"] == "weak lead"
    assert first(index, callsign="9XX-12", names=("EXAMPLE STAR",))["rank"] == "strong"
    assert first(index, mmsi="200000002") == {}  # no country has these first digits


def test_people_and_companies_are_found_by_name_but_not_for_a_ship(index: Index) -> None:
    assert first(index, names=("Jane Exampleson",))["name"] == "EXAMPLESON, Jane Mary"
    assert first(index, names=("Example Owner",))["name"] == "EXAMPLE OWNER CO., LTD."
    assert first(index, names=("Example Owner",), kind="vessel") == {}
    assert first(index, names=("EXAMPLE STAR",), kind="person") == {}


def test_a_day_before_the_list_cannot_be_told(index: Index) -> None:
    hit = first(index, imo="1234567", on=date(2019, 1, 1))
    assert hit["listed_from"] is None
    assert "later day" in hit["features"][-1]["says"]
    assert "cannot be told" in hit["features"][-1]["says"]
    assert hit["score"] == 0.6


def test_an_entry_with_its_own_dates_is_held_against_the_day() -> None:
    entry = Entry(
        "1", "vessel", (ListedName("EXAMPLE STAR"),), 1, 2,
        identifiers=(Identifier("imo", "1234567", "1234567"),), flags=(Flag("Malta", "MT"),),
        listed_from=date(2019, 5, 1), listed_to=date(2019, 6, 30),
    )  # fmt: skip
    dated = Index([SanctionsList("EXAMPLE", date(2020, 1, 1), 1, "0" * 64, "x", (entry,))])
    during = first(dated, imo="1234567", on=date(2019, 6, 30))
    after = first(dated, imo="1234567", on=date(2019, 7, 1))
    told = "By the list's own dates it was listed since 2019-05-01 and listed until 2019-06-30, "
    tells = " Whether it was in force on that day, its standing tells."
    assert during["features"][-1]["says"] == f"{told}so the day asked about lies within its own dates.{tells}"
    assert after["features"][-1]["says"] == f"{told}which is before the day asked about.{tells}"
    assert during["listed_from"] == date(2019, 5, 1)


def test_a_search_without_hits_says_which_lists_and_never_that_all_is_clear(index: Index) -> None:
    asked = [Asked(names=("NOWHERE LISTED",), imo="1234576", on=date(2019, 1, 1)), Asked(names=("!!!",))]
    hits = screen(asked, index, at_least="strong")
    record = Searched.of(asked, index, hits)
    assert record.sentence() == "Not found in the lists checked (OFAC SDN of 2020-02-03, 5 entries)."
    assert record.lists[0].sha256 == index.lists[0].sha256
    assert sum(record.ranks.values()) == 0
    said = " ".join(record.notes)
    assert "check digit would be 9; it was looked for all the same" in said
    assert "'!!!' has no letters or digits" in said
    assert "not of 2019-01-01, the day asked about" in said
    assert "clear" not in str(record.as_dict())


def test_a_search_with_hits_counts_them_by_rank(index: Index) -> None:
    asked = [Asked(names=("EXAMPLE STAR",)), Asked(imo="1234567")]
    record = Searched.of(asked, index, screen(asked, index))
    # the weak lead is the entry whose faulty number is 1234567 with two digits swapped
    assert (
        record.sentence()
        == "3 hits (1 certain, 1 fair, 1 weak lead) in the lists checked (OFAC SDN of 2020-02-03, 5 entries)."
    )
    assert record.asked == ("EXAMPLE STAR", "IMO 1234567")


def test_nothing_to_search_or_to_search_in_is_wrong_use(index: Index) -> None:
    with pytest.raises(WrongUse, match="nothing was asked"):
        screen([Asked(names=(" ",))], index)
    with pytest.raises(WrongUse, match="no list was given"):
        screen([Asked(names=("EXAMPLE",))], [])
    with pytest.raises(WrongUse, match="is no rank"):
        screen([Asked(names=("EXAMPLE",))], index, at_least="sure")


def test_ships_of_a_store_are_asked_under_every_identity() -> None:
    def said(ship: int, field: str, value: str, day: int) -> tuple[Any, ...]:
        when = datetime(2020, 1, day)
        return (ship, field, value, when, when, 1, "0" * 64, day)

    identities = pl.DataFrame(
        [
            said(257000001, "name", "NEW PAINT", 9),
            said(257000001, "name", "EXAMPLE STAR", 1),
            said(257000001, "name", "NEW PAINT", 5),
            said(257000001, "imo", "1234567", 1),
            said(257000001, "imo", "0", 2),
            said(257000001, "imo", "7654329", 9),
            said(257000001, "callsign", "LX 1", 2),
            said(257000001, "destination", "NOWHERE", 2),
        ],
        schema=schema.IDENTITIES,
        orient="row",
    )
    silent = pl.DataFrame({"ship": [257000001, 257000002]}, schema_overrides={"ship": pl.Int64})
    later, before, unknown = asked_of(identities, ships=silent)
    assert [one.imo for one in (later, before)] == ["7654329", "1234567"]
    assert (later.names, later.former_names) == (("NEW PAINT",), ("EXAMPLE STAR",))
    assert (later.mmsi, later.callsign, later.flag, later.kind, later.ship) == (
        "257000001", "LX 1", "NO", "vessel", 257000001,
    )  # fmt: skip
    assert (unknown.names, unknown.imo, unknown.mmsi) == ((), "", "257000002")


def test_the_page_on_screening_shows_the_features_and_ranks_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs/screening.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| ")]
    shown = {cells[0].removeprefix("| "): cells[1] for cells in rows}
    assert {feature.name: shown.get(feature.name) for feature in FEATURES} == {
        feature.name: f"{feature.weight:.2f}" for feature in FEATURES
    }
    assert [rank_of(float(shown[rank])) for rank in RANKS] == list(RANKS)
    assert [rank_of(float(shown[rank]) - 0.001) for rank in RANKS] == [*RANKS[1:], None]
