"""Calls that nobody heard, and what a ship said of its draught, as evidence: possibilities, each with its grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkwake.case import words
from darkwake.case.findings import Labels, Row, citations
from darkwake.evidence import Evidence, Place, Strength, Subject, canonical_json


def of_inferred(
    row: Row, labels: Labels, innocent: Sequence[str], made_by: str, rests_on: Mapping[str, Mapping[str, Any]]
) -> Evidence:
    """A call that may have been made unheard; `rests_on` are the gaps and legs by id, for the rows that it rests on.

    Before a track was first heard its start is open, after it was last heard its end.
    """
    name = labels.short(row["ship"])
    under = rests_on.get(row["event"] or "") or rests_on.get(row["voyage"] or "") or {}
    when = {
        "gap": f"between {words.moment(row['earliest'])} and {words.moment(row['latest'])}",
        "begin": f"before it was first heard, on {words.moment(row['until'])}",
        "end": f"after it was last heard, on {words.moment(row['since'])}",
    }[row["kind"]]
    grounds = " ".join(row["grounds"])
    others = row["others"] or 0
    many = (
        "no other port was in reach"
        if not others
        else f"{words.count(others, 'other port')} could have been called at too"
    )
    strength: Strength = "fair" if len(row["grounds"]) > 1 and not others else "weak"
    port = f"{row['name']} ({row['country']})"
    return Evidence(
        kind="inferred call",
        subjects=(labels.subject(row["ship"]), Subject("port", row["port"], row["name"])),
        start=row["earliest"] or row["since"],
        end=row["latest"] or row["until"],
        place=Place(row["lat"], row["lon"], name=row["name"]),
        says=f"{name} may have called at {port} unheard, {when}. {grounds} As for others, {many}.",
        strength=strength,
        because=f"it rests on {words.count(len(row['grounds']), 'ground')}, and nobody heard the call",
        innocent=tuple(innocent),
        sources=citations(under.get("sources")),
        made_by=made_by,
        details=canonical_json(
            {
                "inferred": row["id"],
                **{key: row[key] for key in ("event", "voyage") if row[key]},
                **{key: row[key] for key in ("port", "name", "country", "slack_h", "others", "grounds")},
            }
        ),
    )


def of_draught(
    row: Row, labels: Labels, innocent: Sequence[str], made_by: str, rests_on: Mapping[str, Mapping[str, Any]]
) -> Evidence | None:
    """A draught that was another one after an event than before it; None where it tells nothing."""
    under = rests_on.get(row["event"])
    if row["said"] not in ("deeper", "shallower") or under is None:
        return None
    start, end = under.get("start", under.get("departed")), under.get("end", under.get("arrived"))
    states = {row["before_state"], row["after_state"]} == {"laden", "ballast"}
    changed = (
        f" By its own history it was {row['before_state']} before and {row['after_state']} after." if states else ""
    )
    return Evidence(
        kind="draught",
        subjects=(labels.subject(row["ship"]),),
        start=start,
        end=end,
        place=None,
        says=f"{labels.short(row['ship'])}: {row['says']}{changed}",
        strength="fair" if states else "weak",
        because="crews type in the draught by hand, late or never",
        innocent=tuple(innocent),
        sources=citations(under.get("sources")),
        made_by=made_by,
        details=canonical_json(
            {
                key: row[key]
                for key in ("event", "before_m", "after_m", "change_m", "said", "before_state", "after_state")
            }
        ),
    )
