"""What the control lists say of the goods that a case asks about, as evidence: one piece an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkwake.case import words
from darkwake.case.findings import citations
from darkwake.case.known import goods_key
from darkwake.evidence import Evidence, Strength, Subject, canonical_json

_STRENGTH: Mapping[str, tuple[Strength, str]] = {
    "listed": ("strong", "a line of a list gives its name, its CAS number or the entry's number"),
    "listed under conditions": ("fair", "a line names it and asks for more, which was not compared"),
    "not listed, stated precursor": ("fair", "a source states it of the substance, and no line lists it"),
}
_LEAD: tuple[Strength, str] = (
    "weak",
    "words or codes that meet are leads, and a search that found nothing clears nothing",
)


def evidence(goods: Sequence[Mapping[str, Any]], made_by: str) -> list[Evidence]:
    """Every answer on goods, in the case's order."""
    found = []
    for row in goods:
        key = goods_key(row)
        strength, because = _STRENGTH.get(str(row["verdict"]), _LEAD)
        rows = [one for finding in row.get("findings") or () for one in finding.get("sources") or ()]
        found.append(
            Evidence(
                kind="goods",
                subjects=(Subject("goods", key, key),),
                start=None,
                end=None,
                place=None,
                says=str(row["says"]),
                strength=strength,
                because=because,
                innocent=tuple(row.get("innocent") or ()),
                sources=citations(rows),
                made_by=str(row.get("made_by") or made_by),
                details=canonical_json({"goods": key, "verdict": row["verdict"]}),
            )
        )
    return found


def stood_on(row: Mapping[str, Any]) -> str:
    """For goods that lists name: which lists, those that were brought told from entries that the package itself knows.

    Empty for every other verdict. A list that is later than the day asked about says so: how it stood then is unknown.
    """
    if row["verdict"] not in ("listed", "listed under conditions"):
        return ""
    own = {(one["name"], one["version"]) for one in row.get("lists") or () if not one.get("whole", True)}
    day = str((row.get("asked") or {}).get("on") or "")
    brought: dict[str, None] = {}
    known: dict[str, None] = {}
    for one in row.get("findings") or ():
        if one.get("verdict") != row["verdict"] or not one.get("list"):
            continue
        version = str(one.get("list_date") or "")
        version = next((of for name, of in sorted(own) if name == one["list"] and _same_day(of, version)), version)
        later = f", later than {day}" if day and version[: len(day)] > day[: len(version)] else ""
        said = f"{one['list']} of {version}{later}" if version else str(one["list"])
        (known if (one["list"], version) in own else brought)[said] = None
    if not brought and not known:
        return ""
    tail = " under conditions that were not compared" if row["verdict"] == "listed under conditions" else ""
    entries = f"entries that the package itself knows ({words.listing(list(known))})"
    if not known:
        return f"stood on {words.listing(list(brought))}{tail}"
    if brought:
        return f"stood on {words.listing(list(brought))} and on {entries}{tail}"
    whole = any(one.get("whole", True) for one in row.get("lists") or ())
    return f"stood on {entries}{tail}" + (", and on no list that was brought" if whole else "; no list was brought")


def _same_day(version: str, day: str) -> bool:
    """Whether a version such as "2020" or "2026-02" is the one dated by that day, its first."""
    return day.startswith(version)
