from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path

import pytest
from made_list import COMPANY, ENTRIES, NEWER, PERSON, STAR, STORM, vessel, xml

from darkwake.errors import DarkwakeError, UnknownKind, Unreadable, WrongUse
from darkwake.screening import SanctionsList, formats


def read(folder: Path, text: str | bytes, name: str = "sdn.xml") -> SanctionsList:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return formats.read(path)


def test_an_entry_keeps_what_the_list_says_and_where(tmp_path: Path) -> None:
    text = xml(*ENTRIES)
    made = read(tmp_path, text)
    star = made.entries[0]
    assert (made.name, made.date, made.declared, made.refused) == ("OFAC SDN", date(2020, 2, 3), 5, {})
    assert made.described() == "OFAC SDN of 2020-02-03, 5 entries"
    assert (star.number, star.kind, star.name) == ("101", "vessel", "EXAMPLE STAR")
    assert [(name.text, name.kind, name.weak) for name in star.names[1:]] == [
        ("OLD EXAMPLE", "f.k.a.", False),
        ("STAR", "a.k.a.", True),
    ]
    assert [(one.kind, one.raw, one.value, one.fault) for one in star.identifiers] == [
        ("imo", "IMO 1234567", "1234567", ""),
        ("Example Paper No.", "X 1", "", ""),
        ("callsign", "9XX 12", "9XX12", ""),
        ("mmsi", "200000001", "200000001", "begins with digits that no country has for its ships"),
    ]
    assert [(flag.text, flag.country, flag.standing) for flag in star.flags] == [
        ("St. Kitts & Nevis", "KN", "current"),
        ("Malta", "MT", "former"),
    ]
    assert (star.vessel_type, star.owner, star.tonnage) == ("Tug", "EXAMPLE OWNER", "1,234")
    assert star.programmes == ("EXAMPLE-1", "EXAMPLE-2")
    assert (star.listed_from, star.listed_to) == (None, None)  # the format has no dates of listing
    lines = text.splitlines()
    assert "<sdnEntry>" in lines[star.row - 1]
    assert "</sdnEntry>" in lines[star.last_row - 1]


def test_people_and_companies_keep_their_own_and_a_companys_imo_is_no_ships(tmp_path: Path) -> None:
    made = read(tmp_path, xml(COMPANY, PERSON))
    company, person = made.entries
    assert (company.kind, company.countries, company.values("imo")) == ("entity", ("Freedonia",), ())
    assert company.identifiers[0].raw == "IMO 0000001"
    assert (person.kind, person.name, person.born) == ("person", "EXAMPLESON, Jane Mary", ("circa 1900",))


def test_a_wrong_check_digit_is_flagged_and_kept(tmp_path: Path) -> None:
    made = read(tmp_path, xml(*ENTRIES))
    (typed,) = made.entries[2].values("imo")
    assert (typed.raw, typed.fault) == ("IMO 1234576", "ends in 6, but its check digit would be 9")
    assert made.counts["identifiers with a fault"] == 3  # and two MMSIs of no country
    assert made.counts["vessels with IMO"] == 3


@pytest.mark.parametrize("packing", ["plain", "gz", "zip", "utf-16", "newer namespace", "prefixed"])
def test_every_packing_gives_the_same_entries(tmp_path: Path, packing: str) -> None:
    text = xml(*ENTRIES)
    plain = read(tmp_path, text)
    path = tmp_path / "other"
    if packing == "gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif packing == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "not it")
            archive.writestr("SDN.XML", text)
    elif packing == "utf-16":
        path.write_bytes(text.encode("utf-16"))
    elif packing == "newer namespace":
        path.write_text(xml(*ENTRIES, namespace=NEWER))
    elif packing == "prefixed":
        prefixed = text.replace("<", "<o:").replace("<o:/", "</o:").replace("<o:?", "<?").replace("xmlns=", "xmlns:o=")
        path.write_text(prefixed)
    else:
        path.write_text(text)
    assert formats.sniff(path) == "ofac-sdn"
    assert formats.read(path).entries == plain.entries


def test_a_list_with_another_count_than_it_declares_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"declares 3 entries and holds 2.*cut short or altered"):
        read(tmp_path, xml(STAR, STORM, count=3))


def test_every_entry_is_kept_or_refused_for_one_counted_reason(tmp_path: Path) -> None:
    odd = [
        STAR.replace("<uid>101</uid>", "", 1),
        STORM.replace("Vessel<", "Submarine<"),
        vessel(107, ""),
        STAR,
    ]
    made = read(tmp_path, xml(STAR, *odd))
    assert len(made.entries) + sum(made.refused.values()) == made.declared == 5
    assert made.refused == {
        "a kind that is not vessel, entity, individual or aircraft": 1,
        "its number was given to an entry before": 1,
        "no name": 1,
        "no number": 1,
    }


BOMB = '<!DOCTYPE sdnList [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE sdnList SYSTEM "http://example.invalid/sdn.dtd">'


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", Unreadable, "the file is empty"),
        ("<html><body>moved</body></html>", UnknownKind, "no reader recognises"),
        (xml(STAR)[:-30], Unreadable, "line 1[0-9]: the XML is cut short or altered"),
        (xml(STAR, head=BOMB), Unreadable, "line 2: the file has a document type declaration"),
        (xml(STAR, head=OUTSIDE), Unreadable, "line 2: the file has a document type declaration"),
        (xml(STAR).replace("EXAMPLE STAR", "&boom;"), Unreadable, "undefined entity"),
        (xml(STAR, date="yesterday"), Unreadable, "'yesterday' as its Publish_Date"),
        (xml(STAR, count="many"), Unreadable, "'many' as its Record_Count"),
        (xml(vessel(1, "A" * 200_000)), Unreadable, "one field has more than 100,000 characters"),
        (xml("<x>" * 50 + "</x>" * 50), Unreadable, "nested or repeated"),
        (f"<other><!-- <sdnList> --></other>{xml(STAR)}", UnknownKind, "the root element is <other>"),
        (gzip.compress(xml(STAR).encode())[:-40], Unreadable, "cut short"),
        (b"\x1f\x8b\x08\x00garbage that is no gzip", Unreadable, "cannot be unpacked"),
        (b"PK\x03\x04 no archive", Unreadable, "cannot be unpacked"),
        (b"<sdnList>\xff\xfe\x00</sdnList>", Unreadable, "not well-formed"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    tmp_path: Path, text: str | bytes, kind: type[DarkwakeError], says: str
) -> None:
    with pytest.raises(kind, match=says) as refused:
        read(tmp_path, text)
    assert refused.value.where.startswith("sdn.xml")
    assert refused.value.to_do


def test_a_file_that_is_not_there_is_wrong_use_and_sniffs_as_nothing(tmp_path: Path) -> None:
    assert formats.sniff(tmp_path / "none.xml") is None
    with pytest.raises(WrongUse, match="no such file"):
        formats.read(tmp_path / "none.xml")


def test_an_archive_with_two_lists_asks_for_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.xml", xml(STAR))
        archive.writestr("b.xml", xml(STAR))
    with pytest.raises(Unreadable, match="holds 2 XML files"):
        formats.read(tmp_path / "two.zip")
