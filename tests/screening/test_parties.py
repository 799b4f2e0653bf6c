from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from darkwake.screening import Asked, Entry, Identifier, Index, ListedName, SanctionsList, screen
from darkwake.screening.births import born, closest
from darkwake.screening.documents import values
from darkwake.screening.lists import Link

PERSON = Entry(
    "1", "person", (ListedName("EXAMPLESON, Jane Mary"), ListedName("جين إكزامبلسون", "a.k.a.")), 1, 2,
    identifiers=(Identifier("Passport", "AB 123456", country="Freedonia"), Identifier("Gender", "Female")),
    born=("12 Mar 1975", "1976"), nationalities=("Iran (Islamic Republic of)",), countries=("Malta",),
)  # fmt: skip
COMPANY = Entry(
    "2", "entity", (ListedName("EXEMPLARY GOODS CO., LTD."),), 3, 4,
    identifiers=(Identifier("Registration Number", "HRB-99887"),), countries=("MT",),
    links=(Link("owner", "EXAMPLESON, Jane Mary", "1"), Link("linked to", "SOMEBODY ELSE", standing="former")),
)  # fmt: skip
SHIP = Entry(
    "3", "vessel", (ListedName("EXAMPLE STAR"),), 5, 6, links=(Link("owner", "EXEMPLARY GOODS CO., LTD.", "2"),)
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([SanctionsList("EXAMPLE", date(2020, 1, 1), 3, "0" * 64, "x", (PERSON, COMPANY, SHIP))])


def hits(index: Index, **asked: Any) -> dict[str, dict[str, Any]]:
    return {hit["entry"]: hit for hit in screen([Asked(**asked)], index).iter_rows(named=True)}


def weights(hit: dict[str, Any]) -> dict[str, float]:
    return {feature["feature"]: feature["weight"] for feature in hit["features"]}


def test_a_date_of_birth_lifts_a_name_and_another_one_lowers_it(index: Index) -> None:
    alone = hits(index, names=("Jane Mary Exampleson",))["1"]
    same = hits(index, names=("Jane Mary Exampleson",), born="1975-03-12")["1"]
    other = hits(index, names=("Jane Mary Exampleson",), born="1950")["1"]
    assert (alone["rank"], same["rank"], other["rank"]) == ("fair", "strong", "weak lead")
    assert weights(same)["born"] == 0.06
    assert weights(other)["other birth"] == pytest.approx(-0.6 * alone["score"])
    shown = next(feature for feature in other["features"] if feature["feature"] == "other birth")
    assert (shown["asked"], shown["says"]) == ("1950", "The years of birth are 25 apart.")


def test_countries_add_a_little_and_take_a_little_only_beside_a_date_of_birth(index: Index) -> None:
    name = {"names": ("Jane Mary Exampleson",)}
    plain = hits(index, **name)["1"]["score"]
    assert hits(index, **name, countries=("MT",))["1"]["score"] == pytest.approx(plain + 0.02)
    assert hits(index, **name, countries=("Panama",))["1"]["score"] == plain
    elsewhere = hits(index, **name, countries=("Panama",), born="1975")["1"]
    assert weights(elsewhere)["other country"] == pytest.approx(-0.1 * plain)


def test_a_document_alone_is_fair_and_with_a_name_strong(index: Index) -> None:
    alone = hits(index, numbers=("passport ab123456",))
    assert {number: hit["rank"] for number, hit in alone.items()} == {"1": "fair"}
    shown = alone["1"]["features"][0]
    assert (shown["asked"], shown["listed"]) == ("passport ab123456", "AB 123456")
    assert "Passport of Freedonia" in shown["says"]
    assert hits(index, numbers=("AB123456",), names=("Jane Exampleson",))["1"]["rank"] == "strong"
    assert hits(index, numbers=("hrb 99887",))["2"]["rank"] == "fair"
    assert hits(index, numbers=("Female",), names=("NOBODY THERE",)) == {}


def test_an_owner_that_is_listed_is_a_lead_and_what_the_list_links_is_shown(index: Index) -> None:
    found = hits(index, names=("SOME OTHER SHIP",), kind="vessel", owners=("Exemplary Goods Limited",))
    assert {number: hit["rank"] for number, hit in found.items()} == {"2": "weak lead"}
    assert "The subject itself is not met" in found["2"]["features"][0]["says"]
    ship = hits(index, names=("EXAMPLE STAR",), kind="vessel")["3"]
    linked = ship["features"][-1]
    assert (linked["feature"], linked["weight"]) == ("linked", 0.0)
    assert linked["listed"] == "EXEMPLARY GOODS CO., LTD. (owner, entry 2)"
    assert "former linked to" in hits(index, names=("Exemplary Goods",))["2"]["features"][-1]["listed"]


def test_a_name_in_another_script_finds_the_entry(index: Index) -> None:
    assert "1" in hits(index, names=("جين إكزامبلسون",))
    assert "2" in hits(index, names=("ООО «Эксемплари Гудс»",))


@pytest.mark.parametrize(
    ("asked", "listed", "share"),
    [
        ("1975-03-12", "12 Mar 1975", 1.0),
        ("12/03/1975", "1975-03-12", 1.0),
        ("03/12/1975", "12 Mar 1975", 0.7),
        ("March 12, 1975", "12 Mar 1975", 1.0),
        ("12/31/1975", "31 Dec 1975", 1.0),
        ("Mar 1975", "12 Mar 1975", 0.7),
        ("1975", "12 Mar 1975", 0.5),
        ("00/00/1975", "1975", 0.5),
        ("1975", "circa 1977", 0.3),
        ("1975", "1970 to 1980", 0.3),
        ("1975", "1976", -0.4),
        ("1957-03-12", "12 Mar 1975", -0.4),
        ("13 Mar 1975", "12 Mar 1975", -0.4),
        ("1950", "circa 1975", -1.0),
        ("197X", "12 Mar 1975", 0.3),  # EDTF: some year of the seventies
        ("1975?", "12 Mar 1975", 0.3),
        ("1974/1976", "12 Mar 1975", 0.3),
        ("1975-03", "12 Mar 1975", 0.7),
    ],
)
def test_dates_of_birth_agree_as_far_as_they_are_told(asked: str, listed: str, share: float) -> None:
    there, back = closest(asked, [listed]), closest(listed, [asked])
    assert there is not None
    assert back is not None
    assert there[0] == back[0] == share


def test_what_is_no_date_or_number_is_none() -> None:
    assert born("unknown") is None
    assert born("9" * 100_000) is None
    assert closest("1975", []) is None
    assert values("none") == frozenset()
    assert values("Passport AB12 3456") >= {"AB123456"}
    assert values("1" * 100_000) == frozenset()


def test_many_subjects_at_once_give_what_each_gives_alone(index: Index) -> None:
    asked = [
        Asked(names=("Jane Exampleson",)), Asked(names=("EXEMPLARY GODS",)), Asked(names=("EXAMPEL STAR",)),
        Asked(names=("EXEMPLARYGOOODS",)), Asked(numbers=("AB123456",)), Asked(names=("!!!",)),
    ]  # fmt: skip
    together = screen(asked, index)
    alone = pl.concat([screen([one], index) for one in asked]).sort(["score", "id"], descending=[True, False])
    assert together.equals(alone)
    assert set(together["entry"]) == {"1", "2", "3"}
    assert len(together) == 5


@pytest.mark.parametrize(
    "text",
    ["A" * 2_000_000, "EXAMPLE " * 250_000, "Jane\u200b \u202eMary\u202c Exampleson\ufeff", "\ud800Jane Exampleson",
     "Jäne Exämpleson".encode().decode("latin-1"), "\x00", "ก็็็็" * 5000, "例" * 5000],
)  # fmt: skip
def test_hostile_names_are_read_and_forgotten(index: Index, text: str) -> None:
    found = hits(index, names=(text,), owners=(text,), numbers=(text,), countries=(text,), born=text)
    assert set(found) <= {"1"}
    assert ("1" in found) == ("Exampleson" in text)
