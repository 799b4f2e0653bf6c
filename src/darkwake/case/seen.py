"""Meetings, drifting, and identities and positions in doubt, as evidence: one sentence each with what it may mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from darkwake.case import words
from darkwake.case.findings import Labels, Row, citations
from darkwake.evidence import Evidence, Place, Strength, canonical_json

KINDS: dict[str, str] = {
    "encounter": "meeting",
    "dark_encounter": "possible meeting",
    "loitering": "loitering",
    "false_identity": "identity in doubt",
    "false_position": "position in doubt",
}
"""A detector's kind -> what its evidence is called."""

_MANY = 10
"""Company is counted so far."""

Spoken = tuple[str, Strength, str]
"""What is said, how strongly, and why so."""


def of_event(row: Row, labels: Labels, innocent: Sequence[str], made_by: str, disturbed: str = "") -> Evidence:
    """An event of one of `KINDS`; `disturbed` is what is known of satellite navigation there and then, if anything."""
    details = json.loads(row["details"])
    spoken, strength, because = _SAYS[row["kind"]](row, details, labels)
    if disturbed:
        spoken, strength, because = (
            f"{spoken} {disturbed}",
            "weak",
            "other ships were displaced there in those hours too",
        )
    ships = [row["ship"], *([row["other"]] if row["other"] is not None else [])]
    return Evidence(
        kind=KINDS[row["kind"]],
        subjects=tuple(labels.subject(ship) for ship in ships),
        start=row["start"],
        end=row["end"],
        place=_place(row),
        says=spoken,
        strength=strength,
        because=because,
        innocent=tuple(details.pop("innocent", None) or innocent),
        sources=citations(row["sources"]),
        made_by=made_by,
        details=canonical_json(details | {"event": row["id"]} | ({"disturbed": disturbed} if disturbed else {})),
    )


def _place(row: Row) -> Place | None:
    if row["start_lat"] is None:
        return None
    return Place(row["start_lat"], row["start_lon"], row["end_lat"], row["end_lon"])


def _times(row: Row) -> str:
    if row["end"] is None:
        return f"from {words.moment(row['start'])} until the data ended"
    return f"from {words.moment(row['start'])} to {words.moment(row['end'])}"


def _from_port(port: Mapping[str, Any] | None) -> str:
    if not port:
        return ""
    return f", {port['distance_m'] / 1000:,.0f} km from {port['name']} ({port['country']})"


def _encounter(row: Row, details: Row, labels: Labels) -> Spoken:
    apart = details["distance_m"]
    says = (
        f"{labels.short(row['ship'])} and {labels.short(row['other'])} lay {apart['median']:,.0f} m apart "
        f"({apart['least']:,.0f} m at the closest) for {words.hours(details['together_h'])}, {_times(row)}"
        f"{_from_port(details['anchorage'])}; neither made more than "
        f"{max(details['ship_kn'], details['other_kn']):.1f} knots by the median"
    )
    company = details.get("company", 0)
    if company:
        many = "ten or more" if company >= _MANY else f"{company:,}"
        says += f", with {many} other slow ship{'s' if company != 1 else ''} within 5 km"
    return f"{says}.", "fair", "both were heard side by side; what was done there is not known"


def _dark_encounter(row: Row, details: Row, labels: Labels) -> Spoken:
    others = details["others"]
    more = (
        "no other silent ship could have"
        if not others
        else f"{words.count(others, 'other silent ship')} could have too"
    )
    says = (
        f"{labels.short(row['ship'])} drifted at {words.position(row['start_lat'], row['start_lon'])} while "
        f"{labels.short(row['other'])} was unheard for {words.hours(details['silent_hours'])}; at "
        f"{details['speed_kn']:.0f} knots {labels.short(row['other'])} could have lain beside it for up to "
        f"{words.hours(details['hours'])}, {_times(row)}; {more}. A candidate: nothing shows that they met."
    )
    return says, "weak", "one of the two was not heard, so that they met is a possibility and no more"


def _loitering(row: Row, details: Row, labels: Labels) -> Spoken:
    says = (
        f"{labels.short(row['ship'])} made {details['mean_kn']:.1f} knots on average for "
        f"{words.hours(details['hours'])}, {_times(row)}, {details['shore_m'] / 1000:,.0f} km from the shore"
        f"{_from_port(details['port'])}."
    )
    return says, "weak", "ships wait and drift for many reasons, most of them dull"


def _false_identity(row: Row, details: Row, labels: Labels) -> Spoken:
    strength: Strength = "weak" if details.get("many") or details["pattern"] != "two_places" else "fair"
    because = {
        "two_places": "one ship cannot have sent both, unless a clock or a station was wrong",
        "one_imo_two_ships": "a number may be typed in wrongly, and kept for years",
        "changed": "ships are renamed and change flag every day, which is no secret",
    }.get(details["pattern"], "what a transmitter says of itself is typed in by hand, and often wrongly")
    return f"{labels.short(row['ship'])}: {details['says']}", strength, because


def _false_position(row: Row, details: Row, labels: Labels) -> Spoken:
    says = f"{labels.short(row['ship'])}, {_times(row)}: {details['says']}"
    if details["pattern"] in ("jump", "on_land", "circle"):
        return says, "fair", "no ship makes that way; who or what displaced the positions is not known"
    return says, "weak", "a receiver, a feed or a station makes such positions as easily as a person"


_SAYS: dict[str, Callable[[Row, Row, Labels], Spoken]] = {
    "encounter": _encounter,
    "dark_encounter": _dark_encounter,
    "loitering": _loitering,
    "false_identity": _false_identity,
    "false_position": _false_position,
}


def disturbances(interference: pl.DataFrame) -> dict[str, str]:
    """For each false_position event within an area of interference one sentence on that area."""
    return {
        event: f"It was not alone: {row['says'][0].lower()}{row['says'][1:]}"
        for row in interference.iter_rows(named=True)
        for event in row["events"]
    }
