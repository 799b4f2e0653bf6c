from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_formats import CSL_BUYER, CSL_SHIP, MEASURE, OWNER, STAR, csl, ftm, ftm_flat, ftm_nested, uk, un, un_person

from darkwake.errors import Unreadable
from darkwake.screening import SanctionsList, formats


def read(folder: Path, text: str | bytes, name: str = "list.json") -> SanctionsList:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return formats.read(path)


COMPACT: dict[str, Any] = {
    "citation": "U.S. Consolidated Screening List", "sourceGeneratedAt": "2010-05-06T00:00:00+00:00", "entryCount": 2,
    "fieldKey": {"n": "name"},
    "tables": {"sources": [CSL_BUYER["source"], CSL_SHIP["source"]], "programmes": ["EX-1; EX-2"]},
    "entries": [
        {"n": "EXAMPLE STAR", "a": ["OLD EXAMPLE"], "s": 1, "t": "Vessel", "e": "101", "pg": 0, "c": ["MT"]},
        {"n": "Example Buyer", "s": 0},
    ],
}  # fmt: skip


def test_an_entry_of_the_us_consolidated_list_keeps_its_marks_and_its_own_list(tmp_path: Path) -> None:
    text = csl(CSL_SHIP, CSL_BUYER, CSL_BUYER, {"name": ""}, indent=1)
    made = read(tmp_path, text)
    star, buyer, again = made.entries
    assert (made.name, made.date, made.declared) == ("US Consolidated Screening List", date(2010, 5, 6), 4)
    assert made.refused == {"no name": 1}
    assert (star.number, star.reference, star.kind, star.programmes) == ("SDN:101", "101", "vessel", ("EX-1",))
    assert [(one.kind, one.value) for one in star.identifiers] == [("imo", "1234567"), ("callsign", "9XX12")]
    assert (star.flags[0].country, star.listed_from) == ("MT", date(2001, 2, 3))
    assert [(one.kind, one.name) for one in star.links] == [
        ("owner", "EXAMPLE OWNER LTD."),
        ("linked to", "EXAMPLE OWNER LTD"),
    ]
    assert buyer.programmes == (CSL_BUYER["source"],)
    assert again.number == f"{buyer.number}-2"  # no number of their own, so the name stands in
    lines = text.splitlines()
    assert '"a"' in lines[star.row]
    assert lines[star.last_row - 1].strip() == "},"


def test_the_compact_copy_says_that_it_has_names_alone(tmp_path: Path) -> None:
    made = read(tmp_path, json.dumps(COMPACT))
    star, buyer = made.entries
    assert (made.declared, made.own_count) == (2, True)
    assert made.notes == ("This copy of the list has names and no identifiers.",)
    assert (star.number, star.programmes, star.names[1].text) == ("SDN:101", ("EX-1", "EX-2"), "OLD EXAMPLE")
    assert (star.row, buyer.row) == (1, 2)  # the file is one line, so their places stand in
    with pytest.raises(Unreadable, match="declares 3 entries and holds 2"):
        read(tmp_path, json.dumps(COMPACT | {"entryCount": 3}))


@pytest.mark.parametrize("text", [ftm_flat(), ftm_nested()])
def test_both_files_of_opensanctions_give_the_ship_with_her_measure_and_owner(tmp_path: Path, text: str) -> None:
    made = read(tmp_path, text)
    (star,) = made.entries
    assert (made.name, made.date) == ("OpenSanctions made", date(2010, 5, 6))
    assert [(one.text, one.kind, one.weak) for one in star.names] == [
        ("EXAMPLE STAR", "primary", False),
        ("MV EXAMPLE STAR", "a.k.a.", False),
        ("OLD EXAMPLE", "f.k.a.", False),
        ("STAR", "a.k.a.", True),
    ]
    assert (star.kind, star.number, star.topics) == ("vessel", "v1", ("mar.shadow", "sanction"))
    assert (star.programmes, star.listed_from, star.listed_to) == (("EX-1",), date(2001, 2, 3), None)
    assert star.remarks == "Invented for a test"
    assert [(one.kind, one.name, one.number, one.standing) for one in star.links] == [
        ("owner", "EXAMPLE OWNER LTD.", "o1", "current")
    ]
    assert (star.owner, star.flags[0].country) == ("EXAMPLE OWNER LTD.", "MT")
    assert len(made.entries) + sum(made.refused.values()) == made.declared


@pytest.mark.parametrize("packing", ["gz", "zip"])
@pytest.mark.parametrize(
    ("name", "text"),
    [("a.xml", un(un_person(1, "JANE"))), ("a.json", csl(CSL_SHIP)), ("a.jsonl", ftm_flat()), ("a.csv", uk())],
)
def test_every_packing_gives_the_same_entries(tmp_path: Path, name: str, text: str, packing: str) -> None:
    plain = read(tmp_path, text, name)
    packed = tmp_path / f"{name}.{packing}"
    if packing == "gz":
        packed.write_bytes(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("readme.txt", "not it")
            archive.writestr(name, text)
    assert formats.sniff(packed) == formats.sniff(tmp_path / name)
    assert formats.read(packed).entries == plain.entries


def test_lines_that_are_no_listed_party_are_told(tmp_path: Path) -> None:
    made = read(tmp_path, ftm_flat())
    assert made.refused == {"named only as linked to a listed party": 1}
    assert made.notes == (
        "Lines that are no party were joined to parties or left out: 1 Ownership, 1 Sanction, 1 Security.",
    )


def test_a_measure_that_ended_ends_the_entry_and_an_owner_that_is_listed_owns(tmp_path: Path) -> None:
    lines = [
        ftm("m1", "Sanction", MEASURE | {"entity": ["o1"], "endDate": ["2005-06-07"]}),
        ftm("o1", "Company", OWNER, target=True),
        ftm("v1", "Vessel", STAR, target=True),
        ftm("own1", "Ownership", {"owner": ["o1"], "asset": ["v1"], "endDate": ["2004"]}),
    ]
    owner, star = read(tmp_path, "\n".join(map(json.dumps, lines))).entries
    assert (owner.listed_from, owner.listed_to) == (date(2001, 2, 3), date(2005, 6, 7))
    assert [(one.kind, one.number, one.standing) for one in owner.links] == [("owned", "v1", "former")]
    assert star.owner == ""  # of old


@pytest.mark.parametrize("text", [csl(CSL_SHIP, CSL_BUYER), csl(CSL_SHIP, indent=1), json.dumps(COMPACT), ftm_flat()])
def test_json_that_breaks_off_or_goes_on_is_refused(tmp_path: Path, text: str) -> None:
    for bad in (text[: len(text) * 3 // 4], text[:-3], text.rstrip() + "]"):
        with pytest.raises(Unreadable, match=r"line [0-9]+: .*cut short or altered"):
            read(tmp_path, bad)


@pytest.mark.parametrize("text", [csl(CSL_SHIP), ftm_flat(), ftm_nested()])
def test_names_without_end_and_nests_without_bottom_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable, match="more than 100,000 characters"):
        read(tmp_path, text.replace("OLD EXAMPLE", "A" * 2_000_000))
    with pytest.raises(Unreadable, match=r"cut short or altered|deeper"):
        read(tmp_path, text.replace('"OLD EXAMPLE"', "[" * 100_000 + "]" * 100_000))
    with pytest.raises(Unreadable, match=r"no UTF-8|no JSON"):
        read(tmp_path, text.replace("OLD EXAMPLE", "EXÄMPLE").encode("latin-1"))


def test_entities_in_one_another_have_a_bottom(tmp_path: Path) -> None:
    inside: dict[str, Any] = ftm("x", "Company", OWNER)
    for _ in range(20):
        inside = ftm("x", "Company", OWNER | {"parent": [inside]})
    with pytest.raises(Unreadable, match="deeper than in any such file"):
        read(tmp_path, json.dumps(inside) + "\n")
