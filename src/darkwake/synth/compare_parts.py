"""Lays what the demo planted of goods, papers and the site beside what its case found, and the findings too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from darkwake.synth.compare import Compared, Outcome, met
from darkwake.synth.world import Planted

Row = Mapping[str, Any]

LATE = timedelta(days=30)
"""A change of a building counts as seen where its day lies this near to the interval that the case gives it."""
NEEDS = {"site": "darkwake[sites]", "papers": "darkwake[claims]"}
"""What has to be installed for a part."""


def compare(others: Row, case: Row) -> list[Compared]:
    """One row a planted thing: the good, who tells of the cargo, what differs, how much it was, and each building.

    Args:
        others: planted.json of the demo, with `goods`, `papers` and `site`; a part that was left out is empty.
        case: the content of case.json.
    """
    rows = [_goods(others["goods"], case)] if others.get("goods") else []
    for part, what in (("papers", "articles, who says what in them"), ("site", "a works in a series of images")):
        if part in others and not others[part]:
            why = f"left out: a package of {NEEDS[part]} is missing"
            rows.append(Compared(what, why, "left out"))
    rows += _papers(others["papers"], case) if others.get("papers") else []
    rows += _site(others["site"], case) if others.get("site") else []
    return rows


def false_alarms(known: Sequence[Planted], others: Row, case: Row) -> list[Compared]:
    """Two last rows: meetings and false identities that nothing planted explains, and changes of buildings."""
    kinds = ("encounter", "dark_encounter", "false_identity", "false_position")
    more = [one for one in case["events"] if one["kind"] in kinds and not any(met(plant, one) for plant in known)]
    of = Counter(str(one["kind"]).replace("_", " ") for one in more)
    pairs = {frozenset((one["ship"], one.get("other"))) for one in more}
    named = "; ".join(f"{many} of {kind}" for kind, many in sorted(of.items()))
    found = (
        f"{len(more)} more ({named}), of {len(pairs)} pair{'s' * (len(pairs) != 1)} of ships" if more else "none more"
    )
    rows = [Compared("nobody else met at sea, or hid who it was", found, "false alarms" if more else "no false alarm")]
    if others.get("site"):
        still = {one["building"] for one in others["site"]["buildings"] if not one["changes"]}
        wrong = [one for one in _buildings(case) if one["building"] in still and one["changes"]]
        found = f"{len(wrong)} of {len(still)} buildings that stayed as they were read as changed"
        rows.append(Compared("no other building changed", found, "false alarms" if wrong else "no false alarm"))
    return rows


# --- goods ---


def _goods(planted: Row, case: Row) -> Compared:
    answers = [one for one in case.get("goods") or () if one["asked"].get("cas") == planted["asked"]["cas"]]
    if not answers:
        return Compared(planted["says"], "no answer on these goods", "missed")
    verdict = answers[0]["verdict"]
    return Compared(planted["says"], verdict, "found" if verdict == planted["verdict"] else "found otherwise")


# --- papers ---


def _papers(planted: Row, case: Row) -> list[Compared]:
    told: Row = case.get("claims") or {}
    cluster = _cluster(planted, told)
    retold = len(planted["one_report"])
    says = (
        f"{planted['outlets']} papers, {retold} of them from one report: {planted['origins']} origins of the "
        f"unloading, one of which denies it"
    )
    if cluster is None:
        return [Compared(says, "no claim names the ship and the cargo", "missed")]
    origins = next(one for one in told["origins"] if one["cluster"] == cluster["id"])
    least, most, outlets = origins["least"], origins["most"], len(origins["outlets"])
    span = f"{least}" if least == most else f"{least} to {most}"
    right = least == most == planted["origins"] and outlets == planted["outlets"]
    rows = [Compared(says, f"{span} origins, {outlets} outlets", "found" if right else "found otherwise")]
    hard = {one["kind"] for one in told["contradictions"] if one["cluster"] == cluster["id"] and one["hard"]}
    few, many = planted["tonnes"]
    for kind, names, words in (
        ("quantity", {"quantity bound", "count"}, f"{many:,} tonnes say some, {few:,} says one who counted"),
        ("denial", {"denial"}, f"the line denies that the {planted['ship'].title()} unloaded it"),
    ):
        if kind in planted["contradictions"]:
            seen = sorted(hard & names)
            rows.append(
                Compared(
                    words,
                    f"do not agree: {', '.join(seen)}" if seen else "no contradiction",
                    "found" if seen else "missed",
                )
            )
    return [*rows, _amount(planted, case), _names(planted, case)]


def _cluster(planted: Row, told: Row) -> Row | None:
    """The happening that most claims with the ship's name and the thing tell of."""
    of = {
        one["id"]: one
        for one in told.get("claims", ())
        if planted["ship"].casefold() in one["text"].casefold() and planted["thing"] in one["text"]
    }
    counted = [(sum(claim in of for claim in one["claims"]), one["id"], one) for one in told.get("clusters", ())]
    many, _, best = max(counted, default=(0, "", None), key=lambda one: one[:2])
    return best if many else None


def _amount(planted: Row, case: Row) -> Compared:
    """One shipment, however often it is told, from the least told to the most told."""
    few, most = planted["tonnes"]
    says = f"one cargo, told as {few:,} to {most:,} tonnes of {planted['thing']}, counts once"
    totals = [one for one in (case.get("quantities") or {}).get("totals", ()) if one["thing"] == planted["thing"]]
    if not totals:
        return Compared(says, "no amount of it was counted", "missed")
    many = sum(len(one["shipments"]) for one in totals)
    low, high = totals[0]["amount"]["low"] or 0.0, totals[0]["amount"]["high"] or 0.0
    found = f"{many} shipment{'s' * (many != 1)}, {totals[0]['says']}"
    right = many == 1 and low <= few and high >= most
    return Compared(says, found, "found" if right else "found otherwise")


def _names(planted: Row, case: Row) -> Compared:
    """Whether what is claimed came to stand with the ship and with the works."""
    ship, works = planted["ship"].casefold(), planted["works"].casefold()
    labels = [
        {str(subject["label"]).casefold() for subject in one["subjects"]}
        for one in case["evidence"]
        if one["kind"] == "claim"
    ]
    to_ship = sum(any(label.startswith(ship) for label in each) for each in labels)
    to_works = sum(works in each for each in labels)
    found = f"{to_ship} told with the ship, {to_works} with the works"
    outcome: Outcome = "found" if to_ship and to_works else "found otherwise" if to_ship or to_works else "missed"
    return Compared("the papers name the ship, and the works", found, outcome)


# --- the site ---


def _site(planted: Row, case: Row) -> list[Compared]:
    seen = {one["building"]: one for one in _buildings(case)}
    rows = []
    for one in planted["buildings"]:
        if not one["changes"] and not one["decoy"]:
            continue
        name = one["building"].removeprefix("invented-").lstrip("0")
        truth = [(change["status"], date.fromisoformat(change["since"])) for change in one["changes"]]
        says = f"building {name}: {_statuses(truth) or one['kind'] + ', nothing else'}"
        row = seen.get(one["building"])
        if row is None or not row["assessable"]:
            rows.append(Compared(says, "could not be assessed", "missed"))
            continue
        rows.append(Compared(says, *_of_building(truth, row["changes"])))
    quiet = [one["building"] for one in planted["buildings"] if not one["changes"] and not one["decoy"]]
    still = sum(not seen[one]["changes"] for one in quiet if one in seen)
    says = f"{len(quiet)} buildings to which nothing happened"
    rows.append(Compared(says, f"{still} without a change", "found" if still == len(quiet) else "found otherwise"))
    return rows


def _of_building(truth: Sequence[tuple[str, date]], changes: Sequence[Row]) -> tuple[str, Outcome]:
    told = [(one["status"], _day(one["by"])) for one in changes]
    found = _statuses(told) or "no change"
    if not truth:
        return found, "found otherwise" if told else "found"
    seen = [any(one["status"] == status and _near(day, one) for one in changes) for status, day in truth]
    if all(seen) and len(changes) == len(truth):
        return found, "found"
    return found, "found otherwise" if changes else "missed"


def _near(day: date, change: Row) -> bool:
    after, by = _day(change["after"]), _day(change["by"])
    return (after is None or after - LATE <= day) and (by is None or day <= by + LATE)


def _statuses(changes: Iterable[tuple[str, date | None]]) -> str:
    return ", ".join(f"{status} {day:%Y-%m-%d}" if day else status for status, day in changes)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _buildings(case: Row) -> list[Row]:
    return list((case.get("sites") or {}).get("buildings", ()))
