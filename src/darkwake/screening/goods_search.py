"""One question about goods on its way: what it means, what was found so far, and how findings are put into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from darkwake.evidence import Citation
from darkwake.screening import precursors
from darkwake.screening.controls import ControlList
from darkwake.screening.goods_asked import INNOCENT, GoodsAsked, GoodsFinding, Verdict
from darkwake.screening.goods_index import GoodsIndex, Placed
from darkwake.screening.names import shown


@dataclass(slots=True)
class Search:
    """One question on its way: the versions for its day, what was found, what must be said beside."""

    asked: GoodsAsked
    index: GoodsIndex
    lists: tuple[ControlList, ...]
    rules: tuple[precursors.Rule, ...]
    notes: list[str] = field(default_factory=list)
    findings: list[GoodsFinding] = field(default_factory=list)
    cas: dict[str, str] = field(default_factory=dict)
    """The numbers that decide, each with what it was found by, such as "CAS 7790-98-9" or a name."""

    @property
    def told(self) -> set[tuple[str, str]]:
        """Lists and entries that there is a finding of."""
        return {(one.list, one.entry) for one in self.findings}

    def here(self, found: Sequence[Placed]) -> Iterator[Placed]:
        """Those of the versions for the day."""
        return (one for one in found if any(one.of is version for version in self.lists))


def of_line(one: Search, found: Placed, verdict: Verdict, words: tuple[str, ...], says: str) -> GoodsFinding:
    """A finding of a line of a list."""
    line, of = found.line, found.of
    other = next((name for tongue, name in line.names if tongue == one.asked.language), "")
    begins = line.in_force_from or (of.date if of.dated_by == "valid from" else None)
    return GoodsFinding(
        asked=one.asked.described(),
        verdict=verdict,
        list=of.name,
        list_date=of.date,
        entry=line.number,
        text=shown(line.text) + (f" ({shown(other)})" if other else ""),
        words=tuple(map(shown, words)),
        in_force_from=begins,
        in_force_to=line.in_force_to,
        standing="; ".join([*own_days_said(found, one.asked.on), *versions_said([of], one.asked.on)]),
        says=says,
        innocent=INNOCENT,
        rules=(),
        sources=(of.citation(line),),
    )


def bare(
    one: Search, verdict: Verdict, words: tuple[str, ...], says: str, *, text: str = "", standing: str = "",
    rules: tuple[str, ...] = (), sources: tuple[Citation, ...] = (),
) -> GoodsFinding:  # fmt: skip
    """A finding that is of no line of a list."""
    nothing: dict[str, Any] = {"list": "", "list_date": None, "entry": "", "in_force_from": None, "in_force_to": None}
    return GoodsFinding(
        asked=one.asked.described(), verdict=verdict, text=text, words=words, standing=standing, says=says,
        innocent=INNOCENT, rules=rules, sources=sources, **nothing,
    )  # fmt: skip


def out_of_force(found: Placed, on: date | None) -> str:
    """A remark in brackets where the line was not in force on the day; "" where it was, or nothing is known."""
    begins, ends = found.line.in_force_from, found.line.in_force_to
    if on is None:
        return f" (last day {ends.isoformat()})" if ends else ""
    if (begins and on < begins) or (ends and on > ends):
        if ends and on > ends:
            return f" (ended on {ends.isoformat()}, before {on.isoformat()})"
        return f" (began on {begins}, after {on.isoformat()})"
    return ""


def own_days_said(found: Placed, on: date | None) -> list[str]:
    """What the entry's own first and last day say where it did not stand on the day, or has a last day at all."""
    begins, ends = found.line.in_force_from, found.line.in_force_to
    if ends and (on is None or on > ends):
        return [
            f"by its own dates the entry ended on {ends}, before {on}"
            if on
            else f"the entry has {ends} as its last day"
        ]
    if begins and on and on < begins:
        return [f"by its own dates the entry began on {begins}, after {on}"]
    return []


def versions_said(lists: Sequence[ControlList], on: date | None) -> list[str]:
    """How each version stands to the day asked about."""
    said = []
    for one in lists:
        if not one.whole:
            said.append(f"{one.name}: only the entries known here, of {one.version}, not the list")
        if on is None or on == one.date:
            continue
        if on < one.date:
            said.append(
                f"{one.name}: only a later version was at hand, of {one.version}; "
                f"how it stood on {on.isoformat()} is not known"
            )
        else:
            said.append(f"{one.name}: the version of {one.version} was the latest at hand not after {on.isoformat()}")
    return said
