r"""The case as CSV, a table a file, and back again to the same values.

Every list of rows is a table; what is no list stands by its name in one of keys and values. A cell is the value as it
is; a list or a record is JSON. `tables.csv` says what each file and column holds. Two marks make it exact:

    '     before a text that a spreadsheet could take for a formula, that begins with ' itself, or with \
    \N    a text that is not there, as against one that is empty; of everything else an empty cell says so

UTF-8 with its mark, for spreadsheets guess without it; lines end in CR LF (RFC 4180). Spreadsheets hold 32,767
characters a cell and cut what is longer.
"""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from darkwake.case.exports.layers import iso
from darkwake.case.exports.reading import Case
from darkwake.case.exports.shapes import UNIT
from darkwake.case.text import seconds
from darkwake.evidence import canonical_json

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a spreadsheet begins a formula; the wide ones do so where Japanese or Chinese is set."""
GUARD = "'"
ABSENT = "\\N"
INDEX = "tables.csv"
HEADER = "header"
"""The file of what is neither a table nor a record."""
_BLANK = " \u00a0\u3000"
_LEFT_OUT = "png_base64"
"""Pictures, which no cell can hold."""
_LONGEST = 64 << 20
_CSV = threading.Lock()
"""Python keeps one limit for all CSV readers of a program."""


def as_files(case: Case) -> dict[str, bytes]:
    """File name -> its bytes, `tables.csv` first."""
    files: dict[str, bytes] = {}
    index: list[list[str]] = []
    for path, kind, rows in _tables(case):
        name = f"{path.replace('.', '_')}.csv"
        columns = list(dict.fromkeys(key for row in rows for key in row)) or ["value"]
        kinds = {column: _kind([row.get(column) for row in rows]) for column in columns}
        cells = [[_cell(row.get(column), kinds[column]) for column in columns] for row in rows]
        files[name] = _csv([[guarded(column) for column in columns], *cells])
        index += [[name, path, kind, str(len(rows)), guarded(column), kinds[column]] for column in columns]
    head = ["file", "path", "kind", "rows", "column", "type"]
    return {INDEX: _csv([head, *index])} | files


def read(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The case that `as_files` wrote, without pictures; a key that a row lacked is None in it.

    Raises:
        KeyError, ValueError: the files are none that `as_files` wrote.
    """
    case: dict[str, Any] = {}
    about: dict[str, list[list[str]]] = {}
    for row in _rows(files[INDEX])[1:]:
        about.setdefault(row[0], []).append(row)
    for name, own in about.items():
        path, kind = own[0][1], own[0][2]
        columns = [(row[4].removeprefix(GUARD), row[5]) for row in own]
        cells = _rows(files[name])[1:]
        rows = [{key: _value(cell, of) for cell, (key, of) in zip(line, columns, strict=True)} for line in cells]
        _put(case, path, kind, rows)
    return case


def guarded(text: str) -> str:
    """The text as a cell that is no formula."""
    begins = text.lstrip(_BLANK)[:1]
    return GUARD + text if begins in (*FORMULA, GUARD) or text.startswith("\\") else text


# --- a case as tables ---


def _tables(case: Case) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Path in the case, kind (top, rows, values, keys, tracks) and rows of every table."""
    named = {name: value for name, value in case.items() if name and name != "tables" and _NAME.issuperset(name)}
    held = {name: value for name, value in named.items() if isinstance(value, list | Mapping)}
    rest = {name: value for name, value in case.items() if name not in held}
    yield HEADER, "top", [{"key": name, "value": canonical_json(value)} for name, value in rest.items()]
    for name, value in held.items():
        if name == "tracks" and isinstance(value, list):
            yield name, "tracks", _fixes(value)
        else:
            yield from _within(name, value)


def _within(path: str, value: Any) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    if isinstance(value, list):
        if all(isinstance(row, Mapping) for row in value):
            yield path, "rows", [{key: _bare(cell) for key, cell in row.items()} for row in value]
        else:
            yield path, "values", [{"value": one} for one in value]
        return
    tables = {key: one for key, one in value.items() if _holds_rows(one) and _NAME.issuperset(key) and key}
    yield path, "keys", [{"key": key, "value": canonical_json(one)} for key, one in value.items() if key not in tables]
    for key, one in tables.items():
        yield from _within(f"{path}.{key}", one)


_NAME = frozenset("abcdefghijklmnopqrstuvwxyz_0123456789")
"""A key of other letters is no name of a file."""


def _holds_rows(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_rows(one) for one in value.values())
    return isinstance(value, list) and any(isinstance(row, Mapping) for row in value)


def _fixes(tracks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for track in tracks:
        at, lat, lon = int(track["start"]), 0, 0
        for later, north, east in zip(track["t"], track["lat"], track["lon"], strict=True):
            at, lat, lon = at + later, lat + north, lon + east
            found.append({"ship": track["ship"], "time": iso(at), "lat": lat / UNIT, "lon": lon / UNIT})
    return found


def _bare(value: Any) -> Any:
    """A value without pictures."""
    if isinstance(value, Mapping):
        return {key: _bare(one) for key, one in value.items() if key != _LEFT_OUT}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _put(case: dict[str, Any], path: str, kind: str, rows: list[dict[str, Any]]) -> None:
    *outer, last = path.split(".")
    here = case
    for name in outer:
        here = here.setdefault(name, {})
    if kind == "tracks":
        here[last] = _tracks(rows)
    elif kind == "values":
        here[last] = [row["value"] for row in rows]
    elif kind == "rows":
        here[last] = rows
    elif kind == "top":
        case.update({row["key"]: json.loads(row["value"]) for row in rows})
    else:
        here.setdefault(last, {}).update({row["key"]: json.loads(row["value"]) for row in rows})


def _tracks(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    own: dict[Any, list[tuple[int, int, int]]] = {}
    for row in rows:
        fix = (seconds(row["time"]) or 0, round(row["lat"] * UNIT), round(row["lon"] * UNIT))
        own.setdefault(row["ship"], []).append(fix)
    found = []
    for ship, fixes in own.items():
        start = fixes[0][0]
        columns = zip(*((at - start, lat, lon) for at, lat, lon in fixes), strict=True)
        told = [[b - a for a, b in zip((0, *column), column, strict=False)] for column in columns]
        found.append({"ship": ship, "start": start, "t": told[0], "lat": told[1], "lon": told[2]})
    return found


# --- cells ---


def _kind(values: Sequence[Any]) -> str:
    """What a column holds: text, whole, number, yes or json."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, str) for value in known):
        return "text"
    if all(isinstance(value, bool) for value in known):
        return "yes"
    if any(isinstance(value, bool | str) for value in known):
        return "json"
    if all(isinstance(value, int) for value in known):
        return "whole"
    return "number" if all(isinstance(value, float) for value in known) else "json"


def _cell(value: Any, kind: str) -> str:
    if kind == "text":
        return ABSENT if value is None else guarded(value)
    if value is None:
        return ""
    if kind == "yes":
        return "true" if value else "false"
    # a JSON text begins with a bracket, a quotation mark, a digit, or the minus of a number: no formula
    return canonical_json(value) if kind == "json" else repr(value)


def _value(cell: str, kind: str) -> Any:
    if kind == "text":
        return None if cell == ABSENT else cell.removeprefix(GUARD)
    if not cell:
        return None
    if kind == "yes":
        return {"true": True, "false": False}[cell]
    return int(cell) if kind == "whole" else float(cell) if kind == "number" else json.loads(cell)


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return ("\ufeff" + text.getvalue()).encode()


def _rows(data: bytes) -> list[list[str]]:
    with _CSV:
        before = csv.field_size_limit(_LONGEST)
        try:
            return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
        finally:
            csv.field_size_limit(before)
