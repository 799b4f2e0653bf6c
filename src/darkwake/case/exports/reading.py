"""case.json as an export reads it: whole, of a version that is known, and a field that is absent is empty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darkwake.case import opened, text
from darkwake.errors import Unreadable, WrongUse

Case = Mapping[str, Any]
Row = Mapping[str, Any]

_LONE = re.compile("[\ud800-\udfff]")


def case_of(folder: Path) -> dict[str, Any]:
    """The parsed case.json of a case folder.

    Raises:
        WrongUse: the case has not been run yet.
        Unreadable: the file is no case, is cut short, or was made by a newer Darkwake.
    """
    path = folder / "case.json"
    if not path.is_file():
        raise not_run(folder)
    found = opened.read(path)
    # only an escape can bring half a surrogate into a text that was read as UTF-8
    case: dict[str, Any] = _whole(found) if b"\\ud" in path.read_bytes().lower() else found
    return case


def not_run(folder: Path) -> WrongUse:
    """What is said of a case without its file."""
    return WrongUse("the case has not been run yet", where=str(folder), to_do=f"Run it: darkwake run {folder}")


def rows(case: Case, *path: str) -> list[dict[str, Any]]:
    """The rows of the table at a path of the case, such as "claims", "articles"; none where it is absent.

    Raises:
        Unreadable: something else stands there than a table.
    """
    found = at(case, *path)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable(
            f"{'.'.join(path)} holds no rows", where="case.json", to_do="Restore the file, or run the case again"
        )
    return found


def at(case: Case, *path: str) -> Any:
    """What stands at a path in the case; None where it is absent."""
    found: Any = case
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def number(value: Any) -> float | None:
    """A number that is one; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def spot(lat: Any, lon: Any) -> tuple[float, float] | None:
    """A position as (lon, lat) in degrees, the longitude within ±180; None where it is none."""
    north, east = number(lat), number(lon)
    if north is None or east is None or abs(north) > 90 or abs(east) > 540:
        return None
    return (east if -180 <= east <= 180 else (east + 180) % 360 - 180, north)


def plain(value: Any, *, most: int) -> str:
    """A text for programs that show it: controls and bidi marks written out, cut with a note at `most` characters."""
    said = "" if value is None else str(value).replace("\r", "")
    shown = text.visible(said[: most + 1], most=most + 1)
    if len(shown) <= most:
        return shown
    # what is written out is longer than it was, so as many are kept as fit with the note on the cut
    note = f" … ({len(said):,} characters in all)"
    return shown[: max(most - len(note), 0)] + note


def cited(row: Row, names: Mapping[str, str]) -> list[str]:
    """Where a row comes from, a line each: the source's name, its hash, the first and the last row."""
    found = []
    for one in row.get("sources") or ():
        sha = str(one.get("source", ""))
        unit = str(one.get("unit", "row"))
        first, last = one.get("first_row"), one.get("last_row")
        where = f"{unit} {first}" if first == last else f"{unit}s {first} to {last}"
        found.append(f"{names.get(sha) or 'a source'}, sha256 {sha}, {where}")
    return found


def source_names(case: Case) -> dict[str, str]:
    """sha256 -> the name of the file."""
    return {str(row.get("sha256")): str(row.get("name") or "") for row in rows(case, "sources")}


def _whole(value: Any) -> Any:
    """Half surrogates, which no file in UTF-8 can hold, written out."""
    if isinstance(value, str):
        return _LONE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value
