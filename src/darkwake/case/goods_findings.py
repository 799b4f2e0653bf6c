"""What the control lists say of the goods that a case asks about, as evidence: one piece an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
