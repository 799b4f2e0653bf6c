from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_formats import EU_PERSON, EU_SHIP, UN_MORE, eu_xml, un, un_entity, un_person

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable
from darkwake.screening import Asked, Index, SanctionsList, formats, screen


def read(folder: Path, text: str | bytes, name: str = "list.xml") -> SanctionsList:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return formats.read(path)


def test_a_un_entry_keeps_what_the_list_says_and_where(tmp_path: Path) -> None:
    text = un(un_person(1, "JANE EXAMPLESON", more=UN_MORE), entities=un_entity(2, "EXAMPLE HARBOUR"))
    made = read(tmp_path, text)
    jane, harbour = made.entries
    assert (made.name, made.date) == ("UN Security Council Consolidated List", date(2010, 5, 6))
    assert (made.declared, made.own_count, made.refused) == (2, False, {})
    assert [(one.text, one.kind, one.weak, one.script) for one in jane.names] == [
        ("JANE EXAMPLESON", "primary", False, "LATIN"),
        ("Джейн", "a.k.a.", False, "CYRILLIC"),
        ("Jane Exampel", "a.k.a.", False, "LATIN"),
        ("J. Example", "a.k.a.", False, "LATIN"),
        ("The Jane", "a.k.a.", True, "LATIN"),
        ("Jane Before", "f.k.a.", False, "LATIN"),
    ]
    assert (jane.kind, jane.number, jane.reference, jane.programmes) == ("person", "1", "FRi.1", ("Freedonia",))
    assert (jane.listed_from, jane.listed_to) == (date(2001, 2, 3), None)
    assert jane.amended == (date(2004, 3, 2), date(2009, 8, 7))
    assert jane.born == ("circa 1901", "1902 to 1904")
    assert (jane.countries, jane.nationalities) == (("Sylvania",), ("Freedonia",))
    assert [(one.kind, one.raw, one.country) for one in jane.identifiers] == [
        ("Passport", "X 1", "Sylvania"),
        ("IMO number in the remarks", "1234567", ""),  # a person's or company's: no ship has it
    ]
    assert jane.remarks == "Harbour master · Invented for a test. IMO number: 1234567."
    assert (harbour.kind, harbour.name) == ("entity", "EXAMPLE HARBOUR")
    lines = text.splitlines()
    assert "<INDIVIDUAL>" in lines[jane.row - 1]
    assert "</INDIVIDUAL>" in lines[jane.last_row - 1]


def test_an_eu_entry_keeps_what_the_list_says_and_a_ship_is_known_by_its_number(tmp_path: Path) -> None:
    made = read(tmp_path, eu_xml(EU_PERSON, EU_SHIP))
    jane, star = made.entries
    assert (made.name, made.date, made.own_count) == ("EU Financial Sanctions List", date(2010, 5, 6), False)
    assert [(one.text, one.kind, one.weak) for one in jane.names] == [
        ("Jane Mary EXAMPLESON", "primary", False),
        ("Джейн", "a.k.a.", False),
        ("The Jane", "a.k.a.", True),
    ]
    assert (jane.number, jane.reference, jane.kind, jane.programmes) == ("11", "EU.1.1", "person", ("FRE",))
    assert (jane.listed_from, jane.amended) == (date(2001, 2, 3), (date(2001, 2, 4),))
    assert jane.born == ("circa 1901", "1902-03-04")
    assert (jane.countries, jane.nationalities) == (("SYLVANIA",), ("FREEDONIA",))
    assert [(one.kind, one.raw) for one in jane.identifiers] == [("National passport", "X 1")]
    assert (star.kind, star.listed_from) == ("vessel", None)
    hit = screen([Asked(imo="1234567")], Index([made])).row(0, named=True)
    assert (hit["name"], hit["rank"]) == ("EXAMPLE STAR", "certain")


def test_an_enterprise_with_a_number_that_is_no_ships_stays_one(tmp_path: Path) -> None:
    (company,) = read(tmp_path, eu_xml(EU_SHIP.replace("1234567", "1234568"))).entries
    assert (company.kind, company.identifiers[0].kind, company.identifiers[0].raw) == (
        "entity",
        "IMO number",
        "IMO 1234568",
    )
    assert company.values("imo") == ()  # so it is never compared as a ship's


def test_every_entry_is_kept_or_refused_for_one_counted_reason(tmp_path: Path) -> None:
    made = read(
        tmp_path, un(un_person(1, "JANE A"), un_person(1, "JANE B"), un_person(2, ""), entities=un_entity(3, "C"))
    )
    assert made.refused == {"its number was given to an entry before": 1, "no name": 1}
    assert len(made.entries) + sum(made.refused.values()) == made.declared == 4


def test_bidirectional_and_invisible_marks_are_kept_as_written_and_do_not_hide_a_name(tmp_path: Path) -> None:
    written = "EXAM\u200bPLE\u202e HAR\u2066BOUR"
    made = read(tmp_path, un(entities=un_entity(1, written)))
    assert made.entries[0].name == written
    assert screen([Asked(names=("Example Harbour",))], Index([made]))["entry"].to_list() == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_the_text_declares_are_read(tmp_path: Path, encoding: str) -> None:
    text = un(un_person(1, "JANE EXAMPLESON", more=UN_MORE)).replace(' encoding="UTF-8"', "")
    made = read(tmp_path, text.encode(encoding))
    assert formats.sniff(tmp_path / "list.xml") == "un-consolidated"
    assert made.entries[0].names[1].text == "Джейн"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">'
GOOD = {"un": un(un_person(1, "JANE")), "eu": eu_xml(EU_PERSON)}
TAG = {"un": ("<CONSOLIDATED_LIST", "UN_LIST_TYPE"), "eu": ("<export", "remark")}


@pytest.mark.parametrize("layout", ["un", "eu"])
@pytest.mark.parametrize(
    ("damage", "kind", "says"),
    [
        ("cut", Unreadable, r"line [0-9]+: the XML is cut short or altered"),
        ("bomb", Unreadable, "document type declaration"),
        ("outside", Unreadable, "document type declaration"),
        ("entity", Unreadable, "undefined entity"),
        ("long", Unreadable, "more than 100,000 characters"),
        ("deep", Unreadable, "nested or repeated"),
        ("undated", Unreadable, "where a day is needed"),
        ("wrong root", UnknownKind, "the root element is"),
        ("latin-1", Unreadable, "not well-formed"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    tmp_path: Path, layout: str, damage: str, kind: type[DarkwakeError], says: str
) -> None:
    root, tag = TAG[layout]
    good = GOOD[layout]
    damaged: dict[str, str | bytes] = {
        "cut": good[: len(good) * 2 // 3],
        "bomb": good.replace(root, BOMB + root, 1),
        "outside": good.replace(root, OUTSIDE + root, 1),
        "entity": good.replace(f"<{tag}>", f"<{tag}>&boom;", 1),
        "long": good.replace(f"<{tag}>", f"<{tag}>" + "A" * 2_000_000, 1),
        "deep": good.replace(f"<{tag}>", f"<{tag}>" + "<x>" * 50 + "</x>" * 50, 1),
        "undated": good.replace("2010-05-06T", "yesterday"),
        "wrong root": f"<other><!-- {root} xmlns='fsd/export' --></other>",
        "latin-1": good.replace(f"<{tag}>", f"<{tag}>Exämple", 1).encode("latin-1", "replace"),
    }
    with pytest.raises(kind, match=says) as refused:
        read(tmp_path, damaged[damage])
    assert refused.value.where.startswith("list.xml")
    assert refused.value.to_do
