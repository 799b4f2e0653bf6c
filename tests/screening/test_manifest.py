from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import made_controls
import made_list as made
import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from darkwake.errors import MissingColumn, UnknownKind, Unreadable, WrongUse
from darkwake.screening import formats, shipments
from darkwake.screening.csv_out import as_csv
from darkwake.screening.goods_index import index_of
from darkwake.screening.index import Index
from darkwake.screening.manifest import FINDINGS, SHIPMENTS, lists_in, screen_manifest
from darkwake.screening.parties import names
from darkwake.screening.places import country_of
from darkwake.screening.record import NOT_CLEAR, as_text, seal
from darkwake.screening.verification import verify, worst

HEAD = "B/L No.,Goods,HS Code,CAS No.,Qty,Gross weight (kg),Shipper,Consignee,Notify Party,Vessel,IMO No.,POL,POD,Date"
FULL = (
    'BL1,Zemblanium trichloride,2829.90,100-37-8,40 drums x 25 kg,"1.000,5","EXAMPLE OWNER CO., LTD., 1 Invented Road",'
    "NOBODY GMBH,SAME AS CONSIGNEE,EXAMPLE STAR,1234567,CNZUH,Bandar Abbas,13/05/2020"
)
TOYS = "BL2,wooden toys,,,12,,TO ORDER,NOBODY GMBH,,,,Hamburg,Rotterdam,03/04/2020"


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("lists")
    sdn = folder / "sdn.xml"
    sdn.write_text(made.xml(*made.ENTRIES), encoding="utf-8")
    row = "Invented List,2020-01-01,4.C.1,Zemblanium trichloride,100-37-8,2829.90,Salts,,,,"
    return [made_controls.table(folder / "controls.csv", row), sdn]


@pytest.fixture(scope="module")
def at_hand(lists: list[Path]) -> dict[str, Any]:
    parties, goods = lists_in(lists)
    return {"parties": parties, "goods": goods}


def a_csv(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = tmp_path / "manifest.csv"
    path.write_bytes("\n".join((head, *rows, "")).encode(encoding))
    return path


def a_book(tmp_path: Path, *rows: list[Any], name: str = "manifest.xlsx") -> tuple[Path, openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    return tmp_path / name, book, sheet


def test_every_shipment_is_screened_as_a_whole_as_of_its_day(tmp_path: Path, at_hand: dict[str, Any]) -> None:
    told = screen_manifest(shipments.read(a_csv(tmp_path, FULL, TOYS)), **at_hand)
    assert told.findings.schema == FINDINGS
    assert told.shipments.schema == SHIPMENTS
    found = told.findings.filter(pl.col("part") != "route").select("row", "part", "found", "list", "entry")
    assert (2, "vessel", "certain", "OFAC SDN", "101") in found.rows()
    assert (2, "goods", "listed", "Invented List", "4.C.1") in found.rows()
    assert ("shipper", "104") in found.select("part", "entry").rows()  # the address after the name is no part of it
    assert set(told.findings["on"]) == {date(2020, 5, 13), date(2020, 4, 3)}  # 13/05 tells how 03/04 is meant
    assert set(told.findings.filter(pl.col("part") == "vessel")["standing"]) == {"in force"}
    first, second = told.shipments.iter_rows(named=True)
    assert (first["rows"], first["best"], first["goods"], first["route"]) == ([2], "certain", "listed", "CN to IR")
    assert first["rules"] > 0
    assert first["quantities"] == ["Qty: 40 drums x 25 kg", "Gross weight (kg): 1.000,5 kg"]
    assert (first["kg_low"], first["kg_high"]) == ([1000.0, 1000.5], [1000.0, 1000.5])
    assert (second["hits"], second["best"]) == (0, None)
    assert second["says"].endswith(NOT_CLEAR)
    assert "names nobody" in " ".join(second["notes"])
    assert "2 shipments + 0 refused" in told.says()
    assert told.says().endswith(NOT_CLEAR)


def test_each_party_is_looked_for_once_and_rows_of_one_number_are_one_shipment(
    tmp_path: Path, at_hand: dict[str, Any]
) -> None:
    told = screen_manifest(shipments.read(a_csv(tmp_path, FULL, FULL, TOYS)), **at_hand)
    assert told.parties is not None
    assert len(told.parties.section["asked"]) == 3  # a ship, two companies
    assert told.shipments["rows"].to_list() == [[2, 3], [4]]
    assert told.shipments["quantities"].list.len().to_list() == [4, 1]  # as stated, never added up
    per_row = told.findings.group_by("row").len().sort("row")["len"].to_list()
    assert per_row[0] == per_row[1]


def test_the_record_of_a_manifest_verifies(tmp_path: Path, lists: list[Path], at_hand: dict[str, Any]) -> None:
    path = a_csv(tmp_path, FULL, TOYS, "BL3,,,,,,,,,,,,,")
    told = screen_manifest(shipments.read(path), **at_hand)
    kept = seal(at=datetime(2026, 1, 1, tzinfo=UTC), parties=told.parties, goods=told.goods, manifest=told.section())
    assert worst(verify(kept, lists=[path, *lists])) == "holds"
    assert kept["manifest"]["refused"] == [{"row": 4, "reason": "without goods, party or ship"}]
    again = screen_manifest(shipments.read(path), **at_hand)
    once_more = seal(at=datetime(2026, 1, 1), parties=again.parties, goods=again.goods, manifest=again.section())
    assert as_text(once_more) == as_text(kept)


def test_without_lists_that_is_said_and_a_given_day_is_for_rows_without_one(tmp_path: Path) -> None:
    path = a_csv(tmp_path, "B1,sodium perchlorate,X GMBH,", head="ref,goods,shipper,date")
    told = screen_manifest(shipments.read(path), on=date(2020, 1, 1))
    assert told.parties is None
    assert [note.split(",")[0] for note in told.notes] == ["No list of parties was given", "No control list was given"]
    assert told.findings["found"].to_list() == ["not listed, stated precursor"]
    assert told.findings["on"].to_list() == [date(2020, 1, 1)]
    assert "2020-01-01 was given for such" in " ".join(told.shipments["notes"][0])
    assert told.shipments["says"][0].startswith("Row 2 (B1): no party was looked for")
    with pytest.raises(WrongUse, match="no list was given"):
        lists_in([])


def test_rows_are_kept_or_refused_with_a_reason_and_their_number(tmp_path: Path) -> None:
    long = "x" * 2_000_000
    rows = ("a,salt,X", ",,", "a,,", f"b,{long},X", "a,salt,X,shifted", "ref,goods,shipper", "c,pepper,Y", ",,", ",,")
    read = shipments.read(a_csv(tmp_path, *rows, head="ref,goods,shipper"))
    assert dict(read.refused) == {
        3: "empty",
        4: "without goods, party or ship",
        5: "with a cell of more than 32,767 characters",
        6: "with more cells than the head",
        7: "that repeat the head",
    }
    assert [one.row for one in read.shipments] == [2, 8]
    assert read.rows == 7
    assert "7 rows = 2 shipments + 5 refused" in read.says()


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=4), max_size=6))
def test_no_row_is_lost_whatever_stands_in_it(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["goods", "shipper", "date"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        read = shipments.read(path)
    last = max((at for at, one in enumerate(rows) if any(cell.strip() for cell in one)), default=-1)
    assert read.rows == last + 1


def test_two_readings_of_a_date_are_both_asked_about(tmp_path: Path, at_hand: dict[str, Any]) -> None:
    row = ",,,,,,,,,EXAMPLE STAR,1234567,,,{}"
    told = screen_manifest(shipments.read(a_csv(tmp_path, row.format("03/04/2019"))), **at_hand)
    assert told.shipments["days"].to_list() == [[date(2019, 3, 4), date(2019, 4, 3)]]
    assert told.findings.filter(pl.col("entry") == "101").height == 2
    assert "may be 2019-03-04 or 2019-04-03" in " ".join(told.shipments["notes"][0])
    for text, day in (
        ("2019-04-03", date(2019, 4, 3)), ("20190403", date(2019, 4, 3)), ("3 April 2019", date(2019, 4, 3)),
        ("Apr 3, 2019", date(2019, 4, 3)), ("03-APR-2019", date(2019, 4, 3)), ("2019年4月3日", date(2019, 4, 3)),
        ("43558", date(2019, 4, 3)), ("31/12/2019", date(2019, 12, 31)), ("03/03/2019", date(2019, 3, 3)),
    ):  # fmt: skip
        assert shipments.read(a_csv(tmp_path, row.format(f'"{text}"'))).shipments[0].days == (day,)
    for text in ("soon", "31/31/2019", "2019-02-30", "03.04.19", "9" * 5_000):
        (one,) = shipments.read(a_csv(tmp_path, row.format(text))).shipments
        assert one.days == ()
        assert "could not be read for sure" in " ".join(one.notes)


def test_what_a_spreadsheet_did_to_codes_and_numbers_is_put_right_and_said(tmp_path: Path) -> None:
    path, book, sheet = a_book(
        tmp_path,
        ["Invented manifest of 2020"],
        ["Ref", "Goods", "HS", "IMO", "Qty", "Unit", "Date"],
        ["a", "salt", 2829.9, 1234567.0, 1234.567, "kg", datetime(2020, 5, 6, 7)],
        ["b", "milk", 40210, 1234567, 12, "drums", "06/05/2020"],
        ["c", "milk", 40210, 1234567, 5, None, 43957],
        ["d", "salt", 2829901000, 1234567, "1.000", "kg", date(2020, 5, 6)],
    )
    sheet["C5"].number_format = "000000"
    sheet["E5"].number_format = '0.0" kg"'
    book.save(path)
    read = shipments.read(path)
    one, two, three, four = read.shipments
    assert [each.hs for each in read.shipments] == ["2829.90", "040210", "040210", "2829901000"]
    assert "2829.9 was read as 2829.90" in " ".join(one.notes)
    assert "leading nought" in " ".join(two.notes)
    assert not any("nought" in note for note in three.notes)  # the sheet itself shows 040210
    assert one.imo == "1234567"
    assert [each.amounts[0][1].kg_low for each in read.shipments] == [1234.567, None, 5.0, 1.0]
    assert four.amounts[0][1].kg_high == 1000.0
    assert [each.days for each in read.shipments][::2] == [(date(2020, 5, 6),)] * 2
    assert len(two.days) == 2


def test_formulas_are_never_worked_out_and_merged_cells_are_read_as_seen(tmp_path: Path) -> None:
    path, book, sheet = a_book(
        tmp_path,
        ["Manifest", None, None, None, None],
        [None, None, None, "Port", None],
        ["Ref", "Goods", "Shipper", "From", "To"],
        ["a", "salt", "EXAMPLE OWNER", "CNZUH", "IRBND"],
        ["b", "pepper", None, "CNZUH", "IRBND"],
        ["c", '=HYPERLINK("http://example.invalid","x")', "=1+1", "CNZUH", "IRBND"],
    )
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("D2:E2")
    sheet.merge_cells("C4:C5")
    book.create_sheet("More").append(["Ref", "Goods"])
    book.save(path)
    read = shipments.read(path)
    assert read.columns == {"ref": "Ref", "goods": "Goods", "shipper": "Shipper", "from": "Port From", "to": "Port To"}
    assert [one.parties.get("shipper") for one in read.shipments] == [("EXAMPLE OWNER",)] * 2
    assert "merged" in " ".join(read.shipments[1].notes)
    assert read.refused == ((6, "without goods, party or ship"),)  # neither formula has a saved value
    assert any("not worked out" in note for note in read.notes)
    assert any("More" in note for note in read.notes)
    with pytest.raises(WrongUse, match="no sheet 'Less'"):
        shipments.read(path, sheet_name="Less")
    with pytest.raises(MissingColumn, match="looks like the head"):
        shipments.read(a_csv(tmp_path, "1,2", head="x,y"))


def test_a_workbook_that_lies_or_attacks_is_refused(tmp_path: Path) -> None:
    path, book, _ = a_book(tmp_path, ["Goods", "Shipper"], *([f"salt {n}", "X"] for n in range(50)))
    book.save(path)

    def rewritten(name: str, part: str, change: tuple[bytes, bytes]) -> Path:
        out = tmp_path / name
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for item in source.infolist():
                data = source.read(item)
                target.writestr(item, data.replace(*change) if item.filename == part else data)
        return out

    small = rewritten("small.xlsx", "xl/worksheets/sheet1.xml", (b'ref="A1:B51"', b'ref="A1"'))
    assert len(shipments.read(small).shipments) == 50  # a false size leaves no row out
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><workbook'
    with pytest.raises(Unreadable, match="document type"):
        shipments.read(rewritten("bomb.xlsx", "xl/workbook.xml", (b"<workbook", bomb)))
    whole = path.read_bytes()
    for name, raw, error in (
        ("cut.xlsx", whole[: len(whole) // 2], Unreadable),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), UnknownKind),
        ("empty.csv", b"", Unreadable),
        ("blank.csv", b"\n,,\n", Unreadable),
        ("binary.csv", bytes(range(256)) * 4, Unreadable),
        ("quote.csv", b'goods,shipper\nsalt,"never closed\n', Unreadable),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(error):
            shipments.read(tmp_path / name)
    with pytest.raises(WrongUse, match="no such file"):
        shipments.read(tmp_path / "none.csv")


def test_encodings(tmp_path: Path) -> None:
    row = "wódka 盐,Ünter & Söhne"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        read = shipments.read(a_csv(tmp_path, row, head="goods,shipper", encoding=encoding))
        assert read.shipments[0].goods == "wódka 盐"
        assert read.notes == ()
    chinese = a_csv(tmp_path, "盐,某公司", head="品名,发货人", encoding="gb18030")
    assert shipments.read(chinese, encoding="gb18030").shipments[0].parties == {"shipper": ("某公司",)}
    german = shipments.read(a_csv(tmp_path, "Öl,Söhne", head="goods;shipper".replace(";", ","), encoding="cp1252"))
    assert german.shipments[0].goods == "Öl"
    assert any("Windows-1252" in note for note in german.notes)
    with pytest.raises(WrongUse, match="is no encoding"):
        shipments.read(chinese, encoding="klingon")


def test_columns_are_recognised_in_several_spellings_and_by_a_map(tmp_path: Path) -> None:
    head = "CARGO DESCRIPTION;H.S. Code;Name of Vessel;Port of Loading;ETD;Gross Wt. [MT];Colour"
    read = shipments.read(a_csv(tmp_path, "salt;2829.90;EXAMPLE;CNZUH;2020-01-01;5;red", head=head))
    assert set(read.columns) == {"goods", "hs", "vessel", "from", "departed", "gross"}
    assert read.unused == ("Colour",)
    assert read.shipments[0].amounts[0][1].kg_low == 5000.0
    mapped = shipments.read(a_csv(tmp_path, "salt,X", head="Stoff,Wer"), columns="goods=Stoff, shipper=Wer")
    assert mapped.shipments[0].parties == {"shipper": ("X",)}
    with pytest.raises(MissingColumn, match="no column 'Was'"):
        shipments.read(a_csv(tmp_path, "salt,X", head="goods,Wer"), columns="shipper=Was")
    with pytest.raises(WrongUse, match="maps no column"):
        shipments.columns_of("shoe=Size")


def test_names_and_places_as_papers_write_them() -> None:
    assert names("EXAMPLE OWNER CO., LTD., 1 Invented Road, Zhuhai")[-1] == "EXAMPLE OWNER CO., LTD."
    assert names("TO THE ORDER OF EXAMPLE BANK")[0] == "EXAMPLE BANK"
    assert names("EXAMPLE OWNER\n1 Invented Road")[1] == "EXAMPLE OWNER"
    for text, code in (
        ("CNZUH", "CN"), ("CN ZUH", "CN"), ("Bandar Abbas, Iran", "IR"), ("BANDAR ABBAS", "IR"),
        ("Port of Rotterdam", "NL"),
        ("Hamburg (DE)", "DE"), ("Ningbo China", "CN"), ("Nowhere", ""), ("GENOX", ""), ("", ""),
    ):  # fmt: skip
        assert country_of(text) == code


def test_a_table_handed_out_as_csv_holds_no_formula() -> None:
    nasty = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", " =1", "-12.5", "fine", None]
    table = pl.DataFrame({"a": nasty, "b": [[one or ""] for one in nasty], "n": [-1.0] * len(nasty)})
    rows = list(csv.reader(io.StringIO(as_csv(table).removeprefix("\ufeff"))))[1:]
    for row, text in zip(rows, nasty, strict=True):
        assert not any(cell.lstrip(" ").startswith(("=", "+", "@", "\t")) for cell in row)
        assert row[0].removeprefix("'") == (text or "")
        assert row[2] == "-1.0"
    assert rows[6][0] == "-12.5"
    assert rows[2][0] == "'-2+3"


@pytest.mark.shared
def test_the_case_in_point_on_the_real_lists(shared: Path, tmp_path: Path) -> None:
    un = [shared / f"lists/un_consolidated/UN_consolidated_{day}.xml" for day in ("2021-03-12", "2026-02-27")]
    index = Index([formats.read(path) for path in un])
    owner = next(
        one for one in index.lists[1].entries if "Iran" in one.programmes and one.listed_from and one.kind == "entity"
    )
    path = tmp_path / "m.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ref", "goods", "hs", "cas", "consignee", "pol", "pod", "date"])
        for day in ("2025-06-01", "2025-11-01"):
            writer.writerow([day, "Sodium perchlorate", "2829.9", "7601-89-0", owner.name, "CNZUH", "IRBND", day])
    told = screen_manifest(
        shipments.read(path), parties=index, goods=index_of([shared / "lists/eu_annex1_2026-08/annex.json"])
    )
    of_owner = told.findings.filter(pl.col("entry") == owner.number)
    assert dict(of_owner.select("on", "standing").iter_rows()) == {
        date(2025, 6, 1): "not in force",
        date(2025, 11, 1): "contested",
    }
    assert set(told.shipments["goods"]) == {"not listed, stated precursor"}
    rules = told.findings.filter(pl.col("found") == "rule of the route")
    assert "disputed" in " ".join(rules.filter(pl.col("on") == date(2025, 11, 1))["says"])
    assert "disputed" not in " ".join(rules.filter(pl.col("on") == date(2025, 6, 1))["says"])
