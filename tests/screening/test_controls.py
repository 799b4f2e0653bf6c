from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import made_controls as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.errors import MissingColumn, Refused, UnknownKind, Unreadable
from darkwake.screening.controls import ControlList, kind_of_line, number_key
from darkwake.screening.formats.controls import read_controls, sniff_controls
from darkwake.screening.formats.hs import read_codes, sniff_codes


@pytest.fixture
def annex(tmp_path: Path) -> ControlList:
    (found,) = read_controls(made.write_annex(tmp_path / "annex.json"))
    return found


def test_a_line_inherits_its_headings_and_notes_and_references_are_told_apart(annex: ControlList) -> None:
    lines = {(one.number, one.kind): one for one in annex.entries if one.top == "1C999"}
    salt = lines["1C999.a.1", "item"]
    assert salt.headings == ("Invented materials and mixtures, as follows:", "Invented salts:")
    assert [one.value for one in salt.cas] == ["100-37-8"]
    assert [one.value for one in lines["1C999.a.1", "note"].cas] == ["71-43-2"]
    assert [one.value for one in lines["1C999.a.2", "reference"].cas] == ["50-00-0"]
    assert (annex.date, annex.declared, annex.size, annex.refused) == (date(2024, 5, 1), 301, 301, {})
    assert annex.citation(salt).first_row == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SEE MILITARY GOODS CONTROLS AND 1C238 FOR compounds", "reference"),
        ("N.B. SEE ALSO 1C002.", "reference"),
        ("See USML Category V for controls on it", "reference"),
        ("Note 1: does not control", "note"),
        ("Technical Note: of it", "note"),
        ("Notation machines", "item"),
        ("Seesaws, other than those specified in the Military Goods Controls", "item"),
    ],
)
def test_what_a_line_is_follows_from_how_it_begins(text: str, kind: str) -> None:
    assert kind_of_line(text) == kind


def test_entry_numbers_meet_however_they_are_written() -> None:
    assert number_key("1C111.a.4.n") == number_key("1c111 a4n")
    assert number_key("V(d)(2)") == number_key("V(D)(2)")


@given(st.floats(0.02, 0.98))
def test_a_cut_annex_is_refused_wherever_it_is_cut(share: float) -> None:
    import tempfile

    whole = json.dumps(made.annex())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annex.json"
        path.write_text(whole[: int(len(whole) * share)], encoding="utf-8")
        with pytest.raises(Refused):
            read_controls(path)


def test_an_annex_that_halved_without_breaking_is_refused_by_its_counts(tmp_path: Path) -> None:
    half = made.annex()["entries"][:150]
    with pytest.raises(Unreadable, match="says that it has 301 entries, but has 150"):
        read_controls(made.write_annex(tmp_path / "a.json", entries=half))
    with pytest.raises(Unreadable, match="at least 300"):
        read_controls(made.write_annex(tmp_path / "b.json", entries=half, entry_count=150))
    with pytest.raises(Unreadable, match="no date in 'valid_from'"):
        read_controls(made.write_annex(tmp_path / "c.json", valid_from="soon"))
    with pytest.raises(Unreadable, match="index"):
        read_controls(made.write_annex(tmp_path / "d.json", index=[{"code": "9Z999"}]))


ROWS = (
    'Invented List,2024-03,4.C.1,"Zemblanium trichloride, dry",100-37-8,2829.90,Salts,泽姆盐,2020-01-01,2023-12,G 7',
    "Invented List,2024-03,4.C.2,Grumium azide (CAS 50-00-1),,2850,Salts,,,,",
    "Other List,2020,ML1,Vexium plate,,,,,,,",
)


def test_a_table_holds_lists_with_their_versions_dates_names_and_faulty_numbers(tmp_path: Path) -> None:
    first, other = read_controls(made.table(tmp_path / "lists.csv", *ROWS, remarks="# rows: 3\n"))
    salt, azide = first.entries
    assert (first.name, first.version, first.date, other.date) == (
        "Invented List",
        "2024-03",
        date(2024, 3, 1),
        date(2020, 1, 1),
    )
    assert (salt.in_force_from, salt.in_force_to) == (date(2020, 1, 1), date(2023, 12, 31))
    assert (salt.hs, salt.names, salt.headings, salt.row) == (("282990",), (("zh", "泽姆盐"),), ("Salts",), 3)
    assert azide.cas[0].fault
    assert first.counts["CAS numbers with a fault"] == 1


def test_every_row_of_a_table_is_kept_or_refused_with_a_reason(tmp_path: Path) -> None:
    rows = [
        "L,2020,1,text,,,,,,,",
        "L,2020,,text,,,,,,,",
        "L,2020,3",
        "L,2020,4,text,,,,,never,,",
        "L,2020,5,text,,,,,,,",
    ]
    (found,) = read_controls(made.table(tmp_path / "l.csv", *rows))
    assert len(found.entries) == 2
    assert found.refused == {
        "no list, version, entry or text": 1,
        "fewer cells than columns": 1,
        "a date that is none": 1,
    }


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", Unreadable, "empty"),
        (b"list,version,entry,text\n", Unreadable, "no rows"),
        (b'list,version,entry,text\nL,2020,1,"half a sent', Unreadable, "cut short"),
        (b"list,version,entry,text\nL,2020,1,text\nL,2020,2", Unreadable, "cut short within line 3"),
        (b"# rows: 9\nlist,version,entry,text\nL,2020,1,text\n", Unreadable, "declares 9 rows, but has 1"),
        (b"list,version,entry,text\nL,2020,1,caf\xe9\n", Unreadable, "not UTF-8"),
        (b"list,version,entry,text\nL,2020,1,a\x00b\n", Unreadable, "NUL"),
        (b"list,entry,text\nL,1,text\n", UnknownKind, "no reader"),
        (b"\x89PNG\r\n\x1a\n", UnknownKind, "no reader"),
        (b'{"celex": 1, "corpus_version": []}', Unreadable, "no list of"),
        (b'["celex", "corpus_version"]', Unreadable, "not an object"),
    ],
)
def test_what_is_no_list_is_refused_with_what_is_wrong(tmp_path: Path, content: bytes, error: type, says: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=says):
        read_controls(path)


def test_a_table_in_utf16_or_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes("list;version;entry;text\nL;2020;1;泽姆\n".encode("utf-16"))
    (found,) = read_controls(path)
    assert found.entries[0].text == "泽姆"
    assert sniff_controls(path) == "control-table"


def test_a_table_of_codes_is_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "HS2022.csv"
    lines = made.hs_lines()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read_codes(path)
    assert (table.name, len(table.rows), sniff_codes(path)) == ("HS 2022", 96 * 66 + 96 * 13, "hs")
    assert [row.digits for row in table.path("01205010")] == ["01", "0120", "012050"]
    for kept in (lines[: len(lines) // 2], [line for line in lines if ",0120," not in line[:7]]):
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        with pytest.raises(Unreadable):
            read_codes(path)
    path.write_text("hscode,description\n010121,x\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match="parent"):
        read_codes(path)


@pytest.mark.shared
def test_the_real_lists_are_read_whole(shared: Path) -> None:
    (eu,) = read_controls(shared / "lists/eu_annex1_2026-08/annex.json")
    (ccl,) = read_controls(shared / "lists/us_ccl_2026-07/ccl.json")
    assert (eu.size, eu.version, eu.refused) == (384, "2025-11-15", {})
    assert (ccl.size, ccl.version) == (633, "2026-07-23")
    values = {number.value: line for line in eu.entries for number in line.cas}
    assert len(values) == 164
    assert values["27814-48-8"].kind == "reference"
    assert not any(number.fault for one in (eu, ccl) for line in one.entries for number in line.cas)
    assert not {"7601-89-0", "7790-98-9"} & {
        number.value for one in (eu, ccl) for line in one.entries for number in line.cas
    }


@pytest.mark.shared
def test_the_real_tables_of_codes_are_read_whole(shared: Path) -> None:
    hs = read_codes(shared / "lists/hs/harmonized-system_HS2022.csv")
    cn = read_codes(shared / "lists/hs/CN8_2023_en.csv")
    assert (len(hs.rows), len(cn.rows)) == (6_939, 9_759)
    assert hs.rows["282990"].text.startswith("Perchlorates")
    assert cn.rows["28299010"].text.startswith("Perchlorates")
    assert hs.citation(hs.rows["282990"]).first_row == 1529
