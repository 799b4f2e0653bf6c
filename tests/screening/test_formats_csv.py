from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from made_formats import EU_ROWS, OFAC, OFSI_ROWS, UK_ROWS, eu_csv, ofsi, uk, zipped

from darkwake.errors import MissingColumn, Unreadable, WrongUse
from darkwake.screening import SanctionsList, formats
from darkwake.screening.formats.ofac_csv import pack


def read(folder: Path, text: str | bytes, name: str = "list.csv") -> SanctionsList:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return formats.read(path)


# --- OFAC's legacy set ---


def test_the_four_files_are_one_list(tmp_path: Path) -> None:
    made = formats.read(zipped(tmp_path / "sdn-2010-05-06.zip", OFAC))
    star, owner, jane = made.entries
    assert (made.name, made.date, made.declared, made.refused) == ("OFAC SDN", date(2010, 5, 6), 3, {})
    assert made.notes == ("The files carry no date; the day of this list is told by the name of its zip alone.",)
    assert [(one.text, one.kind, one.weak) for one in star.names] == [
        ("EXAMPLE STAR", "primary", False),
        ("OLD EXAMPLE", "f.k.a.", False),
        ("STAR", "a.k.a.", True),
    ]
    assert [(one.kind, one.value) for one in star.identifiers] == [
        ("imo", "1234567"),
        ("mmsi", "200000001"),
        ("callsign", "9XX12"),
    ]
    assert [(one.text, one.country, one.standing) for one in star.flags] == [
        ("Malta", "MT", "current"),
        ("Panama", "PA", "former"),
        ("Tuvalu", "TV", "former"),
    ]
    assert star.programmes == ("EX-1", "EX-2")
    assert [(one.kind, one.name, one.number) for one in star.links] == [
        ("owner", "EXAMPLE OWNER LTD.", "102"),
        ("linked to", "EXAMPLE OWNER LTD", "102"),
    ]
    assert (owner.kind, owner.countries, owner.values("imo")) == ("entity", ("Freedonia",), ())
    assert [(one.kind, one.raw, one.country) for one in owner.identifiers] == [
        ("Company Number", "IMO 7654329", ""),
        ("National ID No.", "12", "Freedonia"),
    ]
    assert (jane.born, jane.nationalities) == (("01 Feb 1901", "circa 1902"), ("Freedonia",))
    assert jane.remarks.endswith("issued 03 Apr 1925; Linked To: EXAMPLE OWNER LTD.")  # its end stands in another file
    assert (jane.row, jane.last_row) == (3, 3)


@pytest.mark.parametrize("part", ["sdn.csv", "alt.csv", "add.csv"])
def test_one_file_of_the_set_is_known_and_asks_for_the_others(tmp_path: Path, part: str) -> None:
    assert formats.sniff(zipped(tmp_path / "set.zip", OFAC)) == "ofac-sdn-csv"
    with pytest.raises(WrongUse, match="one file of a set of four"):
        read(tmp_path, OFAC[part], part)


@pytest.mark.parametrize(
    "times",
    [
        [(2026, 11, 22, 7, 40, 2)] * 4,  # all packed in the same two seconds
        [(2026, 11, 22, 7, 40, 2), (2026, 11, 22, 7, 40, 4), (2010, 5, 6, 0, 0, 0), (2010, 5, 6, 0, 0, 0)],
        [(2010, 5, 6, 0, 0, 0), (2010, 5, 6, 0, 0, 0), (2010, 5, 7, 0, 0, 0), (2010, 5, 6, 0, 0, 0)],
        [(1980, 1, 1, 0, 0, 0)] * 4,
        [(2010, 0, 0, 0, 0, 0)] * 4,
    ],
)
def test_when_a_set_was_packed_is_not_its_day(tmp_path: Path, times: list[tuple[int, int, int, int, int, int]]) -> None:
    path = tmp_path / "sdncsv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for (name, text), time in zip(OFAC.items(), times, strict=True):
            archive.writestr(zipfile.ZipInfo(name, time), text)
    with pytest.raises(Unreadable, match=r"nothing tells the day of this list.*sdn-2021-07-07\.zip"):
        formats.read(path)
    assert formats.read(path, dated=date(2010, 5, 9)).date == date(2010, 5, 9)
    assert formats.read(path.rename(tmp_path / "sdn-2010-05-08.zip")).date == date(2010, 5, 8)


def test_a_set_is_packed_to_the_same_bytes_and_tells_its_day(tmp_path: Path) -> None:
    for name, text in OFAC.items():
        (tmp_path / name.upper()).write_text(text, newline="")
    given = sorted(tmp_path.glob("*.CSV"))
    first = pack(given, tmp_path, dated=date(2010, 5, 6))
    before = first.read_bytes()
    assert pack(given[::-1], tmp_path, dated=date(2010, 5, 6)).read_bytes() == before
    unnamed = first.rename(tmp_path / "set.zip")
    told = formats.read(unnamed)
    assert told.date == date(2010, 5, 6)
    assert told.notes == ("The files carry no date; the day of this list is the one that its zip was packed for.",)
    assert formats.read(unnamed, dated=date(2010, 5, 9)).date == date(2010, 5, 9)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sdn.csv": OFAC["sdn.csv"].split("105,")[0]}, "row of entry 105, which sdn.csv has not"),
        ({"sdn.csv": OFAC["sdn.csv"][:-20]}, r"cut short"),
        ({"alt.csv": OFAC["alt.csv"][:-25] + "\r\n"}, "a row has . columns, not 5"),
        ({"alt.csv": None}, "the set lacks alt.csv"),
    ],
)
def test_a_set_that_is_cut_or_mixed_is_refused(tmp_path: Path, change: dict[str, str | None], says: str) -> None:
    parts = {name: text for name, text in (OFAC | change).items() if text is not None}
    with pytest.raises(Unreadable, match=says):
        formats.read(zipped(tmp_path / "sdn-2010-05-06.zip", parts))


def test_a_set_without_the_ends_of_long_remarks_says_so(tmp_path: Path) -> None:
    parts = {name: text for name, text in OFAC.items() if name != "sdn_comments.csv"}
    made = formats.read(zipped(tmp_path / "sdn-2010-05-06.zip", parts))
    assert made.notes[-1].startswith("The set has no sdn_comments.csv")


# --- the EU's table ---


def test_the_rows_of_an_eu_entry_are_one_entry(tmp_path: Path) -> None:
    made = read(tmp_path, eu_csv())
    jane, star = made.entries
    assert (made.name, made.date, made.declared) == ("EU Financial Sanctions List", date(2010, 5, 6), 2)
    assert [(one.text, one.kind) for one in jane.names] == [("Jane EXAMPLESON", "primary"), ("The Jane", "a.k.a.")]
    assert (jane.listed_from, jane.amended) == (date(2001, 2, 3), (date(2001, 2, 4),))
    assert (jane.born, jane.remarks, jane.reference) == (("circa 1901",), "Invented; for a test", "EU.1.1")
    assert (jane.row, jane.last_row) == (2, 5)
    assert (star.kind, star.values("imo")[0].value) == ("vessel", "1234567")


# --- the UK's tables ---


def test_a_uk_entry_keeps_its_names_and_its_ships_owners(tmp_path: Path) -> None:
    made = read(tmp_path, uk())
    jane, star, owner = made.entries
    assert (made.name, made.date, made.declared) == ("UK Sanctions List", date(2010, 5, 6), 3)
    assert [(one.text, one.kind, one.weak) for one in jane.names] == [
        ("Jane Mary EXAMPLESON", "primary", False),
        ("The Jane", "a.k.a.", True),
        ("Джейн", "a.k.a.", False),
    ]
    assert (jane.number, jane.reference, jane.listed_from) == ("FRE0001", "9001", date(2001, 2, 3))
    assert (jane.born, jane.amended) == (("dd/mm/1901",), (date(2009, 5, 4),))
    assert (star.kind, star.values("imo")[0].value, star.vessel_type) == ("vessel", "1234567", "Tug")
    assert [(one.country, one.standing) for one in star.flags] == [("MT", "current"), ("PA", "former")]
    assert [(one.kind, one.name, one.number, one.standing) for one in star.links] == [
        ("owner or operator", "EXAMPLE OWNER LTD", "FRE0003", "current"),
        ("owner or operator", "ANOTHER OWNER", "", "current"),
        ("owner or operator", "FORMER OWNER", "", "former"),
    ]
    assert owner.values("imo") == ()  # a company's number is no ship's
    assert (owner.row, owner.last_row) == (6, 7)  # its remark runs over a line's end


def test_ofsis_table_is_another_list(tmp_path: Path) -> None:
    made = read(tmp_path, ofsi(), "ConList.csv")
    (jane,) = made.entries
    assert (made.name, made.date) == ("UK OFSI Consolidated List", date(2010, 5, 6))
    assert [(one.text, one.weak) for one in jane.names] == [("Jane EXAMPLESON", False), ("JANE", True)]
    assert (jane.number, jane.programmes, jane.listed_from) == ("9001", ("Freedonia",), date(2001, 2, 3))


# --- what no table may be ---


@pytest.mark.parametrize("text", [eu_csv(), uk(), ofsi()])
def test_a_table_that_breaks_off_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable, match="ends within a line"):
        read(tmp_path, text[:-7])
    with pytest.raises(Unreadable, match=r"line [0-9]+: the table is cut short or altered"):
        read(tmp_path, text + '"and a cell that never ends\n')
    with pytest.raises(Unreadable, match=r"columns, not|cut short or altered"):
        read(tmp_path, text + ("x;" * 50 if ";" in text.partition("\n")[0] else "x," * 50) + "\n")


@pytest.mark.parametrize("text", [eu_csv(), uk(), ofsi()])
def test_a_name_of_two_million_characters_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable, match=r"more than 100,000 characters|cut short or altered"):
        read(tmp_path, text.replace("EXAMPLESON", "A" * 2_000_000))


def test_other_encodings_are_read_and_told_or_refused(tmp_path: Path) -> None:
    accented = eu_csv([row | {"Entity_Remark": "Exämple"} for row in EU_ROWS])
    old = read(tmp_path, accented.encode("cp1252"))
    assert old.entries[0].remarks == "Exämple"
    assert old.notes == ("The file is no UTF-8 and was read as cp1252.",)
    assert read(tmp_path, accented.encode("utf-16")).entries[0].remarks == "Exämple"
    with pytest.raises(Unreadable, match="in no encoding"):
        read(tmp_path, accented.encode("cp1252").replace(b"\xe4", b"\x81"))


def test_what_a_table_must_tell_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="NameAlias_WholeName"):
        read(tmp_path, eu_csv().replace("NameAlias_WholeName", "Other"))
    with pytest.raises(Unreadable, match="2 days as fileGenerationDate"):
        read(tmp_path, eu_csv([*EU_ROWS, EU_ROWS[0] | {"fileGenerationDate": "07/05/2010"}]))
    with pytest.raises(Unreadable, match="tells no date"):
        read(tmp_path, uk(first="Report"))
    path = tmp_path / "list.csv"
    assert formats.read(path, dated=date(2010, 5, 6)).date == date(2010, 5, 6)
    refused = read(tmp_path, uk([*UK_ROWS, {"Unique ID": "FRE0009", "Name type": "Primary Name"}])).refused
    assert refused == {"a kind that is not individual, entity or ship": 1}
    assert read(tmp_path, ofsi([*OFSI_ROWS, {"Name 6": "NOBODY", "Group Type": "Entity"}])).refused == {"no number": 1}
