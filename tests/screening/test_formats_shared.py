from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from darkwake.errors import Unreadable
from darkwake.screening import Entry, SanctionsList, formats
from darkwake.screening.formats.ofac_csv import PARTS, pack
from darkwake.screening.formats.packed import head

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def csv_set(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shared / "lists/ofac_sdn_csv_2021-07"
    return pack([folder / part for part in PARTS], tmp_path_factory.mktemp("set"), dated=date(2021, 7, 7))


@pytest.fixture(scope="module")
def sdn_xml(shared: Path) -> SanctionsList:
    return formats.read(shared / "lists/ofac_sdn_xml_2021-03/sdn.xml.gz")


@pytest.fixture(scope="module")
def sdn_csv(csv_set: Path) -> SanctionsList:
    return formats.read(csv_set)


def test_every_real_file_is_recognised_by_the_one_reader_that_it_is_for(shared: Path, csv_set: Path) -> None:
    parties = {
        csv_set: "ofac-sdn-csv",
        shared / "lists/ofac_sdn_xml_2021-03/sdn.xml.gz": "ofac-sdn",
        shared / "lists/us_csl_2026-07/screening-list.json": "us-csl",
        shared / "lists/un_consolidated/UN_consolidated_2021-03-12.xml": "un-consolidated",
        shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml": "un-consolidated",
        **{shared / f"lists/ofac_sdn_csv_2021-07/{part}": "ofac-sdn-csv" for part in PARTS[:3]},
    }
    others = [path for path in sorted((shared / "lists").rglob("*")) if path.is_file() and path not in parties]
    assert len(others) > 10
    for path in (*parties, *others):
        found = [one.kind for one in formats.FORMATS if one.recognises(head(path), path.name)]
        assert found == ([parties[path]] if path in parties else []), path


def test_the_un_lists_are_read_whole(shared: Path) -> None:
    old = formats.read(shared / "lists/un_consolidated/UN_consolidated_2021-03-12.xml")
    new = formats.read(shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml")
    assert [(one.date, one.counts["person"], one.counts["entity"], one.refused) for one in (old, new)] == [
        (date(2021, 3, 12), 711, 293, {}),
        (date(2026, 2, 27), 730, 273, {}),
    ]
    assert [sum("Iran" in entry.programmes for entry in one.entries) for one in (old, new)] == [84, 121]
    assert all(entry.listed_from for one in (old, new) for entry in one.entries)
    scripts = {name.script for entry in new.entries for name in entry.names}
    assert {"LATIN", "ARABIC", "CYRILLIC"} <= scripts
    assert sum(name.script == "ARABIC" for entry in new.entries for name in entry.names) > 300


def test_the_us_consolidated_list_is_read_whole(shared: Path) -> None:
    made = formats.read(shared / "lists/us_csl_2026-07/screening-list.json")
    assert (made.date, made.declared, made.refused) == (date(2026, 7, 31), 25_921, {})
    assert (made.counts["vessel"], made.counts["vessels with IMO"]) == (1_524, 0)
    assert len({entry.number for entry in made.entries}) == 25_921
    assert sum(len(entry.names) for entry in made.entries) > 57_000  # 57,174 with doubles


def test_the_csv_set_and_the_xml_tell_the_same_of_the_same_entries(
    sdn_xml: SanctionsList, sdn_csv: SanctionsList
) -> None:
    assert (sdn_csv.declared, sdn_csv.counts["vessel"], sdn_csv.refused) == (8_976, 406, {})
    after = {entry.number: entry for entry in sdn_csv.entries}
    both = [(entry, after[entry.number]) for entry in sdn_xml.entries if entry.number in after]
    assert len(both) == 8_762
    ships = [pair for pair in both if pair[0].kind == "vessel"]
    assert len(ships) == 403
    for kind in ("imo", "mmsi", "callsign"):
        assert all({m.value for m in one.values(kind)} == {m.value for m in other.values(kind)} for one, other in ships)
    assert all(set(one.flags) == set(other.flags) for one, other in both)

    def differ(*fields: str) -> int:
        return sum(any(_as_set(one, name) != _as_set(other, name) for name in fields) for one, other in both)

    # four months lie between the two, so some entries did change
    assert (differ("kind"), differ("names"), differ("born"), differ("countries"), differ("nationalities")) == (
        0,
        15,
        4,
        5,
        6,
    )
    assert differ("links") == 4
    assert differ("programmes") == 4


def _as_set(entry: Entry, name: str) -> object:
    value = getattr(entry, name)
    if name == "links":
        return {(link.kind, link.name) for link in value}
    return set(value) if isinstance(value, tuple) else value


def test_linked_parties_are_found_in_the_list_by_their_names(sdn_xml: SanctionsList) -> None:
    links = [link for entry in sdn_xml.entries for link in entry.links]
    assert len(links) == 3_362
    assert sum(bool(link.number) for link in links) == 3_340


def test_half_a_list_is_refused(shared: Path, tmp_path: Path) -> None:
    text = (shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml").read_text(encoding="utf-8")
    half = tmp_path / "half.xml"
    half.write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(Unreadable, match="cut short or altered"):
        formats.read(half)
    # well-formed, with the second half of its people and all its entities gone
    at = text.index("<INDIVIDUAL>", len(text) // 3)
    half.write_text(text[:at] + "</INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"has [0-9]+ entries, where it had 1,003 on 2026-02-27.*less than half"):
        formats.read(half)
    assert formats.read(half, any_size=True).declared < 500
    data = json.loads((shared / "lists/us_csl_2026-07/screening-list.json").read_bytes())
    data["entries"] = data["entries"][:12_000]
    half.write_text(json.dumps(data))
    with pytest.raises(Unreadable, match="declares 25,921 entries and holds 12,000"):
        formats.read(half)


def test_yesterdays_file_under_todays_name_keeps_its_own_date_and_says_so(shared: Path, tmp_path: Path) -> None:
    named = tmp_path / "un-2026-11-20.xml"
    named.write_bytes((shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml").read_bytes())
    made = formats.read(named)
    assert made.date == date(2026, 2, 27)
    assert made.notes == ("The file's name tells 2026-11-20, but the list inside is of 2026-02-27.",)
