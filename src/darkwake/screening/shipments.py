"""Shipments from a table: which column is which, and what stands in a row: goods, codes, parties, ship, route, days.

Everything is kept as stated. What a spreadsheet did to it (dropped noughts, numbers for days, words for dates) is put
right where there is one reading, and said; where there are several, all are kept, and said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from darkwake.errors import MissingColumn, WrongUse
from darkwake.screening import days as days_read
from darkwake.screening import parties as parties_read
from darkwake.screening import places, sheet
from darkwake.screening.amounts import Amount, amount, decimal_of
from darkwake.screening.sheet import LONGEST_CELL, Cell, Sheet, SheetRow

SPELLINGS: dict[str, tuple[str, ...]] = {
    "ref": ("ref", "reference", "shipment", "shipment no", "shipment number", "shipment id", "bl", "b l", "bl no",
            "b l no", "bl number", "b l number", "bill of lading", "bill of lading no", "bill of lading number",
            "awb", "awb no", "waybill", "invoice no", "invoice number", "booking", "booking no", "提单号"),
    "goods": ("goods", "description", "description of goods", "goods description", "cargo", "cargo description",
              "commodity", "commodity description", "product", "product description", "item", "item description",
              "material", "nature of goods", "particulars", "品名", "货物名称", "货名", "شرح کالا"),
    "hs": ("hs", "hs code", "hscode", "hs no", "hs number", "hts", "htsus", "hts code", "tariff", "tariff code",
           "tariff no", "tariff number", "commodity code", "customs code", "harmonized code", "harmonised code",
           "harmonized system code", "hs编码", "商品编码", "کد تعرفه"),
    "cn": ("cn", "cn code", "cn8", "taric", "taric code", "combined nomenclature"),
    "cas": ("cas", "cas no", "cas number", "cas nr", "cas rn", "cas code"),
    "quantity": ("quantity", "qty", "amount", "no of packages", "number of packages", "packages", "pkgs", "数量",
                 "مقدار"),
    "unit": ("unit", "units", "uom", "unit of measure", "unit of quantity", "qty unit", "quantity unit", "单位"),
    "net": ("net", "net weight", "net wt", "nett weight", "n w", "nw", "净重"),
    "gross": ("gross", "gross weight", "gross wt", "weight", "g w", "gw", "total weight", "毛重", "重量"),
    "shipper": ("shipper", "shipper name", "exporter", "consignor", "sender", "seller", "supplier", "发货人",
                "فرستنده"),
    "consignee": ("consignee", "consignee name", "importer", "receiver", "buyer", "收货人", "گیرنده"),
    "notify": ("notify", "notify party", "notify party name", "notify name", "also notify", "通知人"),
    "vessel": ("vessel", "vessel name", "ship", "ship name", "name of vessel", "name of ship", "mv", "m v", "船名",
               "نام کشتی"),
    "imo": ("imo", "imo no", "imo number", "vessel imo", "ship imo", "imo nr"),
    "mmsi": ("mmsi", "mmsi no", "mmsi number"),
    "callsign": ("callsign", "call sign"),
    "flag": ("flag", "vessel flag", "flag state"),
    "from": ("from", "port from", "from port", "pol", "port of loading", "loading port", "load port", "departure port",
             "port of departure", "port from", "port loading", "ports from", "origin port", "装货港", "起运港"),
    "to": ("to", "port to", "to port", "pod", "port of discharge", "discharge port", "port of destination",
           "destination port", "arrival port", "port discharge", "ports to", "final destination", "卸货港", "目的港"),
    "from_country": ("origin", "country of origin", "origin country", "country of export", "export country",
                     "country from", "from country", "country of departure"),
    "to_country": ("destination", "country of destination", "destination country", "country of import",
                   "import country", "country to", "to country"),
    "departed": ("departed", "departure", "departure date", "date of departure", "sailed", "sailing date", "etd", "atd",
                 "shipped", "shipped on board", "on board date", "shipment date", "date of shipment", "开船日期"),
    "date": ("date", "bl date", "b l date", "date of bl", "document date", "invoice date", "日期", "تاریخ"),
    "arrived": ("arrived", "arrival", "arrival date", "date of arrival", "eta", "ata"),
}  # fmt: skip
"""Our fields, and how the heads of columns spell them; compared without case, brackets, dots and signs."""

_TELLING = {"goods", "hs", "cn", "cas", "shipper", "consignee", "notify", "vessel", "imo", "mmsi", "callsign"}
"""Fields of which one is enough to screen a row."""
_HEAD_WITHIN = 30
_UNIT_IN_HEAD = re.compile(r"[(\[（]\s*([A-Za-z]{1,12})\.?\s*[)\]）]|\b(kgs?|mts?|tonnes?|tons?|lbs?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One row of a manifest, as stated."""

    row: int
    ref: str
    """The number that its papers give it; empty where the table has none."""
    goods: str
    hs: str
    cn: str
    cas: str
    parties: Mapping[str, tuple[str, ...]]
    """Shipper, consignee, notify: the names to look for, the whole cell first. Without those that name nobody."""
    vessel: str
    imo: str
    mmsi: str
    callsign: str
    flag: str
    ports: tuple[str, str]
    """From and to, as stated."""
    route: tuple[str, str]
    """The countries of both ends, alpha-2; empty where that could not be told."""
    days: tuple[date, ...]
    """The day of the shipment; two where its date has two readings; none where it has none."""
    amounts: tuple[tuple[str, Amount], ...]
    """Each with the head of its column. Never added up: they may state one thing twice."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The shipments of a table. Rows = shipments + refused."""

    file: str
    sha256: str
    sheet: str
    columns: Mapping[str, str]
    """Our field -> the head of its column."""
    unused: tuple[str, ...]
    """Heads of columns that were not read."""
    shipments: tuple[Shipment, ...]
    refused: tuple[tuple[int, str], ...]
    """Row and reason, by row."""
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows under the head."""
        return len(self.shipments) + len(self.refused)

    def says(self) -> str:
        """One sentence with the counts."""
        reasons: dict[str, list[int]] = {}
        for row, reason in self.refused:
            reasons.setdefault(reason, []).append(row)
        told = "; ".join(f"{len(rows):,} {reason} (row {_rows(rows)})" for reason, rows in sorted(reasons.items()))
        refused = f"{len(self.refused):,} refused{f': {told}' if told else ''}"
        return f"{self.file}: {self.rows:,} rows = {len(self.shipments):,} shipments + {refused}."


def _rows(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:8])) + (f" and {len(rows) - 8:,} more" if len(rows) > 8 else "")


def columns_of(text: str) -> dict[str, str]:
    """A map of columns as it is typed: "goods=Cargo text,from=Load place".

    Raises:
        WrongUse: A part of it is no pair, or names a field that there is not.
    """
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        field, sign, head = (one.strip() for one in part.partition("="))
        if not sign or not head or field not in SPELLINGS:
            raise WrongUse(
                f"{part!r} maps no column", to_do=f"Write FIELD=HEAD with commas; fields are {', '.join(SPELLINGS)}"
            )
        found[field] = head
    return found


def read(path: str | Path, *, columns: str = "", sheet_name: str = "", encoding: str = "") -> Manifest:
    """The shipments in a file.

    Args:
        path: CSV or XLSX.
        columns: A map of columns as `columns_of` reads it, over what is recognised.
        sheet_name: Which sheet of a workbook; the first where none is named.
        encoding: Of a CSV that is neither UTF-8 nor UTF-16 with its mark.

    Raises:
        MissingColumn: No row looks like a head, or a column of the map is not there.
        WrongUse: There is no such file or sheet, or the map is none.
        Refused: The file cannot be read; see `sheet.read`.
    """
    return of_sheet(sheet.read(path, sheet=sheet_name, encoding=encoding), columns_of(columns))


def of_sheet(table: Sheet, columns: Mapping[str, str]) -> Manifest:
    """The shipments in a table that was read; `columns` is our field -> the head of its column."""
    at, heads, fields = _head(table, columns)
    body = [one for one in table.rows if one.row > table.rows[at].row]
    read_as = _Reading.of(body, fields, heads)
    shipments: list[Shipment] = []
    refused = [(number, "empty") for number in table.empty if number > table.rows[at].row]
    for row in body:
        if reason := _refusal(row, table.rows[at], fields, len(heads)):
            refused.append((row.row, reason))
        else:
            shipments.append(read_as.shipment(row))
    used = set(fields.values())
    return Manifest(
        file=table.file,
        sha256=table.sha256,
        sheet=table.name,
        columns={field: heads[column] for field, column in fields.items()},
        unused=tuple(head for column, head in enumerate(heads) if head and column not in used),
        shipments=tuple(shipments),
        refused=tuple(sorted(refused)),
        notes=(*table.notes, *read_as.notes),
    )


# --- the head ---


def _key(head: str) -> str:
    bare = re.sub(r"[(\[（].*?[)\]）]", " ", unicodedata.normalize("NFKC", head)).casefold()
    return re.sub(r"[\W_]+", "", bare)


_BY_KEY = {_key(spelling): field for field, known in SPELLINGS.items() for spelling in known}


def _field(head: str) -> str | None:
    return _BY_KEY.get(_key(head)) or _BY_KEY.get(_key(_UNIT_IN_HEAD.sub(" ", head)))


def _head(table: Sheet, columns: Mapping[str, str]) -> tuple[int, list[str], dict[str, int]]:
    """Which row is the head, the heads, and the column of each field; a head may stand in two rows."""
    best: tuple[int, int, list[str], dict[str, int]] = (0, 0, [], {})
    wanted = {_key(head): field for field, head in columns.items()}
    for at, row in enumerate(table.rows[:_HEAD_WITHIN]):
        above = table.rows[at - 1] if at else None
        heads = _heads(row, above)
        fields: dict[str, int] = {}
        for column, (alone, joined) in enumerate(heads):
            field = next((wanted[_key(one)] for one in (alone, joined) if _key(one) in wanted), None)
            field = field or next((found for one in (joined, alone) if (found := _field(one))), None)
            if field and (field not in fields or field in columns):
                fields.setdefault(field, column)
        if len(fields) > best[0] and set(fields) & _TELLING:
            best = (len(fields), at, [joined if _field(joined) else alone for alone, joined in heads], fields)
    _, at, heads_found, fields = best
    if not fields:
        raise MissingColumn(
            "no row looks like the head of a manifest",
            where=table.file,
            to_do="Name the columns: --columns goods=HEAD,...",
        )
    if missing := [head for field, head in columns.items() if field not in fields]:
        raise MissingColumn(
            f"there is no column {missing[0]!r}",
            where=table.file,
            to_do=f"Its columns are: {', '.join(filter(None, heads_found))}",
        )
    return at, heads_found, fields


def _heads(row: SheetRow, above: SheetRow | None) -> list[tuple[str, str]]:
    """Each head alone, and with the one above it, which may stand over several columns."""
    found = []
    over = ""
    for at, cell in enumerate(row.cells):
        upper = above.cells[at] if above and at < len(above.cells) else None
        over = upper.text if upper and upper.text else over
        text = cell.text[:200]
        found.append((text, f"{over[:200]} {text}".strip() if text and over != text else text))
    return found


def _refusal(row: SheetRow, head: SheetRow, fields: Mapping[str, int], width: int) -> str:
    """Why a row cannot be screened; "" where it can."""
    if any(cell.text for cell in row.cells[width:]):
        return "with more cells than the head"
    if any(len(cell.text) > LONGEST_CELL for cell in row.cells):
        return f"with a cell of more than {LONGEST_CELL:,} characters"
    texts = [cell.text for cell in row.cells]
    if texts[:width] == [cell.text for cell in head.cells][:width]:
        return "that repeat the head"
    told = [row.cells[column].text for field, column in fields.items() if field in _TELLING and column < len(texts)]
    if not any(any(char.isalnum() for char in text) for text in told):
        return "without goods, party or ship"
    return ""


# --- rows ---


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the cells of one table are read, as far as its other rows tell."""

    fields: Mapping[str, int]
    heads: Sequence[str]
    decimal: Mapping[str, str]
    """By field: what parts the decimals in its column, where its own numbers tell."""
    day_first: bool | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[SheetRow], fields: Mapping[str, int], heads: Sequence[str]) -> _Reading:
        def texts(*names: str) -> Iterable[str]:
            columns = [fields[name] for name in names if name in fields]
            cells = (row.cells[at] for row in rows for at in columns if at < len(row.cells))
            return [cell.text[:200] for cell in cells if cell.number is None and cell.day is None]

        decimal = {field: decimal_of(texts(field)) for field in ("quantity", "net", "gross") if field in fields}
        first = days_read.day_first(texts("departed", "date", "arrived"))
        notes = [
            f"Decimals in {heads[fields[field]]} are parted by {mark!r}, as its numbers with one reading have it."
            for field, mark in decimal.items()
            if mark
        ]
        if first is not None:
            order = "day before month" if first else "month before day"
            notes.append(f"Dates such as 03/04/2025 are read with the {order}, as other dates of this table have it.")
        return cls(fields, heads, decimal, first, tuple(notes))

    def cell(self, row: SheetRow, field: str) -> Cell:
        at = self.fields.get(field, -1)
        return row.cells[at] if 0 <= at < len(row.cells) else sheet.EMPTY

    def shipment(self, row: SheetRow) -> Shipment:
        """A row as stated, with what must be said of its cells."""
        notes: list[str] = []
        cells = {field: self.cell(row, field) for field in SPELLINGS}
        text = {field: cell.text for field, cell in cells.items()}
        for field, cell in cells.items():
            if cell.fault:
                notes.append(f"The cell of {self.heads[self.fields[field]]} holds {cell.fault}, so nothing was read.")
            if field in ("shipper", "consignee", "notify", "vessel", "goods") and cell.day:
                notes.append(f"The workbook holds {self.heads[self.fields[field]]} as a date ({cell.text}).")
        if merged := [self.heads[self.fields[field]] for field, cell in cells.items() if cell.merged and cell.text]:
            notes.append(f"From cells merged with those above: {', '.join(merged)}.")
        parties, said = parties_read.of_cells({role: text[role] for role in ("shipper", "consignee", "notify")})
        route, where = places.route(text["from"], text["to"], text["from_country"], text["to_country"])
        days, when = self._days(cells)
        amounts, how_much = self._amounts(cells)
        hs, dropped = _code(cells["hs"])
        cn, dropped_cn = _code(cells["cn"])
        return Shipment(
            row=row.row, ref=text["ref"][:200], goods=text["goods"], hs=hs, cn=cn, cas=text["cas"], parties=parties,
            vessel=text["vessel"], imo=text["imo"], mmsi=text["mmsi"], callsign=text["callsign"], flag=text["flag"],
            ports=(text["from"][:200], text["to"][:200]), route=route, days=days, amounts=amounts,
            notes=(*notes, *said, *dropped, *dropped_cn, *where, *when, *how_much),
        )  # fmt: skip

    def _days(self, cells: Mapping[str, Cell]) -> tuple[tuple[date, ...], list[str]]:
        """The day of departure, else that of the papers, else that of arrival."""
        notes: list[str] = []
        for field in ("departed", "date", "arrived"):
            if not cells[field].text:
                continue
            found, said = days_read.days(cells[field], day_first=self.day_first)
            notes += said
            if found:
                if field == "arrived":
                    notes.append("Only a day of arrival is given; it was taken for the day of the shipment.")
                return found, notes
        return (), notes

    def _amounts(self, cells: Mapping[str, Cell]) -> tuple[tuple[tuple[str, Amount], ...], list[str]]:
        found, notes = [], []
        for field in ("quantity", "net", "gross"):
            cell = cells[field]
            if not cell.text:
                continue
            head = self.heads[self.fields[field]]
            stated = cell.text
            if not any(char.isalpha() for char in stated):  # a bare number: the unit stands in a column or in the head
                in_head = _UNIT_IN_HEAD.search(head)
                of_head = next(filter(None, in_head.groups()), "") if in_head else ""
                unit = (cells["unit"].text if field == "quantity" else "") or of_head
                stated = f"{stated} {unit}".strip()
            one = amount(stated, decimal="." if cell.number is not None else self.decimal[field])
            found.append((head, one))
            if one.says:
                notes.append(f"{head} {one.as_stated!r}: {one.says}.")
        return tuple(found), notes


def _code(cell: Cell) -> tuple[str, list[str]]:
    """A code of customs with the noughts that a spreadsheet dropped, and what was put right."""
    bare = cell.text.replace(" ", "")
    if re.fullmatch(r"\d\.\d+[eE]\+?\d{1,2}", bare) or (cell.number is not None and "e" in bare):
        return f"{float(bare):.0f}", [f"The code {bare} is in scientific notation; some of its digits may be lost."]
    match = re.fullmatch(r"(\d{3,4})\.(\d{1,6})", bare)
    if match and (len(match[1]) == 3 or len(match[2]) % 2):
        whole = f"{match[1].zfill(4)}.{match[2]}{'0' * (len(match[2]) % 2)}"
        return whole, [f"The code {bare} was read as {whole}: spreadsheets drop noughts at the ends of numbers."]
    if cell.number is not None and re.fullmatch(r"\d{5}|\d{7}|\d{9}", bare):
        return f"0{bare}", [f"The code {bare} was read as 0{bare}: spreadsheets drop a leading nought."]
    return cell.text, []
