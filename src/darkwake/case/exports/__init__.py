"""The case in the formats of other programs, each from case.json alone; docs/exports.md says what each can hold.

`FORMATS` is the table of them. The same case gives the same bytes in all of them but the PDF, which a browser prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkwake.case.exports import csv_tables, ftm, geojson, kml, map_tables, prov, stix
from darkwake.case.exports.reading import Case

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One format."""

    ends: str
    """What its file's name ends in; empty where it is a folder."""
    cannot: str
    """What of a case it does not hold, in a sentence."""
    made: Callable[[Case], str | Files] | None = None
    """Case -> the text of the file, or the files of the folder; None for what stands in the case folder already."""


_THINNED = "Tracks are as thinned in case.json."

FORMATS: Mapping[str, Format] = {
    "html": Format(".html", "Nothing of what the page shows; long texts are cut on it, with a note."),
    "json": Format(".json", f"All of case.json. {_THINNED}"),
    "ftm": Format(
        ".ftm.jsonl",
        "Left out are tracks, reception, ports in reach, who was around, draughts apart from their evidence, areas of "
        "interference, pictures and parameters; texts are cut at followthemoney's lengths.",
        ftm.as_jsonl,
    ),
    "geojson": Format(
        ".geojson",
        f"Left out is what has no place: threads, hypotheses, hits, claims, amounts, goods, notes, methods. {_THINNED}",
        geojson.as_geojson,
    ),
    "geoparquet": Format(
        "",
        f"Left out is what has no place: threads, hypotheses, hits, claims, amounts, goods, notes, methods. {_THINNED}",
        map_tables.as_files,
    ),
    "kml": Format(
        ".kml",
        "Left out is what has no place, and the details of each finding; texts are cut with a note, and coordinates "
        f"have nine digits. {_THINNED}",
        kml.as_kml,
    ),
    "csv": Format(
        "",
        f"Left out are pictures; a key that a row lacks reads as one without a value. {_THINNED}",
        csv_tables.as_files,
    ),
    "prov": Format(
        ".prov.json",
        "Left out are the tables behind the evidence, tracks, pictures and amounts: it says where things come from.",
        prov.as_json,
    ),
    "stix": Format(
        ".stix.json",
        "Left out are tracks, silences apart from their evidence, voyages, reception, buildings, amounts and goods; "
        "texts are cut with a note.",
        stix.as_json,
    ),
    "pdf": Format(".pdf", "What the page prints: no moving map, nothing to open."),
}


def as_data(case: Mapping[str, Any], to: str) -> bytes | Files:
    """A case in one of the formats that are made from case.json alone."""
    made = FORMATS[to].made
    if made is None:
        raise KeyError(to)
    found = made(case)
    return found.encode() if isinstance(found, str) else found
