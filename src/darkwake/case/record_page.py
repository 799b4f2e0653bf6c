"""A search record as one HTML page to print, sign and file: complete, without scripts, nothing loaded from anywhere.

The record crosses as plain JSON types; screening.record makes it and says what stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from darkwake.case import embed, templates

MOST_ASKED = 300
"""Subjects and answers without a finding that the page names; the rest is counted, and stands in the JSON."""
MOST_HITS = 300
"""Hits that the page shows in full, the highest first."""


def render(record: Mapping[str, Any], *, file: str = "") -> str:
    """The page of a record. Equal records give equal text.

    Args:
        record: A record as parsed JSON.
        file: The name of the JSON file, told on the page beside how to check it.
    """
    style = embed.page_file("record.css")
    policy = f"default-src 'none'; style-src '{embed.sha256(style)}'; base-uri 'none'; form-action 'none'"
    parties, goods = record.get("parties"), record.get("goods")
    return _template().render(
        record=record,
        file=file,
        parties=_parties(parties) if parties else None,
        goods=_goods(goods) if goods else None,
        manifest=record.get("manifest"),
        policy=Markup(policy),  # noqa: S704  hashes and fixed words only
        style=Markup(style),  # noqa: S704  our own
    )


def _parties(section: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of a search for parties: hits with their standings and entries, subjects without."""
    standings: dict[str, list[Mapping[str, Any]]] = {}
    for row in section["standings"]:
        standings.setdefault(row["hit"], []).append(row)
    listed = {(one["list"], one["list_date"], one["entry"]): one for one in section["listed"]}
    hits = [
        {
            "row": hit,
            "standings": standings.get(hit["id"], []),
            "entry": _entry(listed.get((hit["list"], hit["list_date"], hit["entry"]))),
        }
        for hit in section["hits"]
    ]
    met = {(hit["asked"], hit["ship"]) for hit in section["hits"]}
    without = [one["line"] for one in section["asked"] if (one["line"], one["ship"]) not in met]
    return {
        **section,
        "shown": hits[:MOST_HITS],
        "more_hits": max(0, len(hits) - MOST_HITS),
        "without": without[:MOST_ASKED],
        "more_without": max(0, len(without) - MOST_ASKED),
        "options": _options(section["options"]),
    }


def _entry(listed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An entry's content in rows of two, the longest texts last."""
    if listed is None:
        return None
    rows = [(name.replace("_", " "), _said(value)) for name, value in listed["content"].items() if name != "name"]
    return {"sha256": listed["sha256"], "rows": sorted(rows, key=lambda row: (len(row[1]) > 200, row[0]))}


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_said, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items() if one not in ("", None, False))
    return str(value)


def _goods(section: Mapping[str, Any]) -> dict[str, Any]:
    found = [one for one in section["answers"] if not _nothing(one)]
    without = [one for one in section["answers"] if _nothing(one)]
    return {
        **section,
        "found": found[:MOST_HITS],
        "more_found": max(0, len(found) - MOST_HITS),
        "without": without[:MOST_ASKED],
        "more_without": max(0, len(without) - MOST_ASKED),
        "options": _options(section["options"]),
    }


def _nothing(answer: Mapping[str, Any]) -> bool:
    return all(not one["list"] and not one["words"] for one in answer["findings"])


def _options(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in options.items() if value is not None)


@cache
def _template() -> Template:
    return templates.template("record.html.j2")
