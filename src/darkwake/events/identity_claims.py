"""What IDENTITIES alone show of false identity: changes, IMO numbers that cannot be, flags and sizes that disagree.

Each finding is a row without a place; `false_identity` looks up where its ships were. Sentences are written here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from darkwake import country, marks
from darkwake.events import identity_runs
from darkwake.evidence import canonical_json
from darkwake.schema import CITATION, TIME

_Type = pl.DataType | type[pl.DataType]
_FINDINGS: dict[str, _Type] = {
    "key": pl.String,
    "pattern": pl.String,
    "ship": pl.Int64,
    "other": pl.Int64,
    "start": TIME,
    "end": TIME,
    "details": pl.String,
    "cited": pl.List(CITATION),
}
FINDINGS = pl.Schema(_FINDINGS)
"""Something that a ship said, or stopped saying; the columns are those of EVENTS, without places."""

_SHARED: dict[str, _Type] = {"key": pl.String, "ship": pl.Int64, "first_seen": TIME, "last_seen": TIME}
SHARED = pl.Schema(_SHARED)
"""Ships that gave one IMO number in overlapping times, and when; `key` is the number. Sorted by ship and key."""

IMO_SHARE = 0.2
"""A number that cannot be is a stray one where a ship gives it in less than this part of its messages with any."""
ENI_DIGITS = 8
_TELLS_IDENTITY = {"mmsi", "imo", "name", "callsign"}
_WORDS = {
    "mmsi": "MMSI", "imo": "IMO number", "name": "name", "callsign": "call sign", "length_m": "length",
    "width_m": "width", "flag": "flag",
}  # fmt: skip


def findings(identities: pl.DataFrame, *, said_at_least: int, said_for: timedelta) -> pl.DataFrame:
    """FINDINGS of IDENTITIES, sorted by key.

    Args:
        identities: IDENTITIES, in any order.
        said_at_least: messages in which a value must have been said to count.
        said_for: time from the first to the last of them.
    """
    known = identities.filter(~pl.col("ship").is_in(_placeholders(identities)))
    rows = [
        *_changed(known, said_at_least=said_at_least, said_for=said_for),
        *_impossible(known, said_at_least=said_at_least, said_for=said_for),
        *_mismatched(known, said_at_least=said_at_least, said_for=said_for),
    ]
    columns = [
        (
            canonical_json([pattern, ship, other, start, extra]),
            pattern, ship, other, start, end, canonical_json({"pattern": pattern, **details}),
            [{"source": source, "first_row": row, "last_row": row} for source, row in sorted(set(cited))],
        )
        for pattern, ship, other, start, end, extra, details, cited in rows
    ]  # fmt: skip
    return pl.DataFrame(columns, schema=FINDINGS, orient="row").sort("key")


def shared_imos(identities: pl.DataFrame, *, said_at_least: int) -> pl.DataFrame:
    """SHARED: who gave the same sound IMO number while another gave it too."""
    given = identities.filter(pl.col("field") == "imo", ~pl.col("ship").is_in(_placeholders(identities)))
    sound = [value for value in given["value"].unique().to_list() if marks.is_imo(value)]
    spans = (
        given.filter(pl.col("value").is_in(sound))
        .group_by("value", "ship")
        .agg(pl.col("first_seen").min(), pl.col("last_seen").max(), pl.col("messages").sum())
        .filter(pl.col("messages") >= said_at_least, pl.len().over("value") > 1)
        .sort("value", "first_seen", "last_seen", "ship")
    )
    upto = pl.col("last_seen").cum_max().shift().over("value")
    overlap = (pl.col("first_seen") < upto).fill_null(value=False).any().over("value")
    return spans.filter(overlap).select(pl.col("value").alias("key"), *list(SHARED)[1:]).sort("ship", "key")


def _placeholders(identities: pl.DataFrame) -> list[int]:
    return [ship for ship in identities["ship"].unique().sort().to_list() if marks.is_placeholder(ship)]


Row = tuple[
    str, int, int | None, datetime, datetime, str, dict[str, Any], list[tuple[str, int]]
]  # pattern, ship, other, start, end, what else tells it apart, details, (source, row)


def _changed(identities: pl.DataFrame, *, said_at_least: int, said_for: timedelta) -> list[Row]:
    """Rows of the patterns changed and size_changed."""
    hulls = identity_runs.believable(marks.with_hull(identities, said_at_least=said_at_least))
    fields = ["name", "callsign", "length_m", "width_m"]
    own = hulls.filter(pl.col("field").is_in(fields))
    by_imo = pl.col("hull") == pl.format("IMO {}", "value")
    numbers = hulls.filter((pl.col("field") == "imo") & by_imo).with_columns(
        field=pl.lit("mmsi"), value=pl.col("ship").cast(pl.String)
    )
    # a number that passed from one IMO number to another: seen from the number, whose hull is not one
    sound = hulls.filter((pl.col("field") == "imo") & pl.col("hull").str.starts_with("IMO ") & by_imo)
    passed = sound.filter(pl.col("value").n_unique().over("ship") > 1)["ship"].unique().to_list()
    seen = pl.concat([sound, own.filter(pl.col("field").is_in(["name", "callsign"]))]).filter(
        pl.col("ship").is_in(passed)
    )
    seen = seen.with_columns(hull=pl.format("MMSI {} with several IMO numbers", "ship"))
    runs = identity_runs.steady(pl.concat([own, numbers, seen]), said_at_least=said_at_least, said_for=said_for)
    found = identity_runs.changes(runs)
    rows: list[Row] = []
    for (hull, _), group in found.group_by("hull", "change", maintain_order=True):
        rows += _as_rows(str(hull), group.to_dicts())
    return rows


def _as_rows(hull: str, changes: list[dict[str, Any]]) -> list[Row]:
    """The findings of changes of one hull that belong together."""
    several = hull.endswith("several IMO numbers")
    named = [one for one in changes if one["field"] in _TELLS_IDENTITY]
    sized = [one for one in changes if one["field"] in ("length_m", "width_m")]
    rows: list[Row] = []
    if named and (any(one["field"] == "imo" for one in named) if several else hull.startswith("IMO ")):
        rows.append(_row("changed", hull, named, {}))
    if sized and not several:
        also = sorted({_WORDS[one["field"]] for one in named})
        rows.append(_row("size_changed", hull, sized, {"also_changed": also}))
    return rows


def _row(pattern: str, hull: str, changes: list[dict[str, Any]], more: dict[str, Any]) -> Row:
    start, end = min(one["last_seen"] for one in changes), max(one["first_seen"] for one in changes)
    number = next((one for one in changes if one["field"] == "mmsi"), None)
    first = min(changes, key=lambda one: (one["last_seen"], one["field"]))
    ship = number["ship_before"] if number else first["ship_before"]
    other = number["ship_after"] if number else None
    listed = [_plain(one) for one in sorted(changes, key=lambda one: (list(_WORDS).index(one["field"]), one["field"]))]
    flags = (marks.flag(ship), marks.flag(other)) if other is not None else (None, None)
    reflagged = None not in flags and flags[0] != flags[1]
    if reflagged:
        listed.insert(1, {**listed[0], "field": "flag", "before": flags[0], "after": flags[1]})
    # a hull is named for the transmitter or for its IMO number, and the words after that are ours
    name = " ".join(hull.split()[:2])
    details = {"hull": name, "changes": listed, "reflagged": reflagged, **more}
    details["says"] = _says_changed(name, listed, reflagged=reflagged)
    cited = [(one[f"source_{side}"], one[f"row_{side}"]) for one in changes for side in ("before", "after")]
    return pattern, ship, other, start, end, name + "/" + first["field"], details, cited


def _plain(change: dict[str, Any]) -> dict[str, Any]:
    return {name: change[name] for name in ("field", "before", "after", "last_seen", "first_seen")}


def _says_changed(hull: str, changes: list[dict[str, Any]], *, reflagged: bool) -> str:
    parts = []
    for one in changes:
        unit = " m" if one["field"] in ("length_m", "width_m") else ""
        before, after = one["before"], one["after"]
        if one["field"] == "flag":
            before, after = country.name(before), country.name(after)
        parts.append(f"{_WORDS[one['field']]} {before}{unit}, then {after}{unit}")
    start, end = min(one["last_seen"] for one in changes), max(one["first_seen"] for one in changes)
    which = f"The ship {hull}" if hull.startswith("IMO") else f"The number {hull.removeprefix('MMSI ')}"
    text = f"{which} gave other particulars from {end:%Y-%m-%d %H:%M} UTC than up to {start:%Y-%m-%d %H:%M} UTC: "
    return text + "; ".join(parts) + ("; a new MMSI goes with a new flag." if reflagged else ".")


def _impossible(identities: pl.DataFrame, *, said_at_least: int, said_for: timedelta) -> list[Row]:
    """Rows of the pattern impossible_imo."""
    given = identities.filter(pl.col("field") == "imo")
    faults = {value: fault for value in given["value"].unique().to_list() if (fault := _fault(value))}
    total = given.group_by("ship").agg(pl.col("messages").sum().alias("in_all"))
    spans = _spans(given.filter(pl.col("value").is_in(list(faults))))
    kept = _lasting(spans, said_at_least, said_for).join(total, on="ship")
    rows: list[Row] = []
    for one in kept.filter(pl.col("messages") >= IMO_SHARE * pl.col("in_all")).iter_rows(named=True):
        fault = faults[one["value"]]
        eni = len(one["value"]) == ENI_DIGITS and one["value"].isdecimal()
        details = {
            "imo": one["value"], "fault": fault, "messages": one["messages"], "like_an_inland_number": eni,
            "says": (
                f"The number {one['ship']} gave the IMO number {one['value']} in {_messages(one)} "
                f"{_span(one)}; it {fault}"
                + (", as numbers of inland vessels have." if eni else ".")
            ),
        }  # fmt: skip
        rows.append(_said("impossible_imo", one, one["value"], details))
    return rows


def _fault(value: str) -> str:
    if not (value.isascii() and value.isdecimal()):
        return "is no number"
    return marks.imo_fault(value)


def _mismatched(identities: pl.DataFrame, *, said_at_least: int, said_for: timedelta) -> list[Row]:
    """Rows of the pattern flag_mismatch: the number's country against the call sign's, or against a flag as given."""
    given = identities.filter(pl.col("field").is_in(["callsign", "flag"]))
    said = given.select("field", "value").unique()
    of = {
        (field, value): code
        for field, value in said.iter_rows()
        if (code := marks.country_of_call_sign(value) if field == "callsign" else country.code(value))
    }
    rows: list[Row] = []
    for one in _lasting(_spans(given), said_at_least, said_for).iter_rows(named=True):
        code, flag = of.get((one["field"], one["value"])), marks.flag(one["ship"])
        if code is None or flag is None or marks.same_series(code, flag):
            continue
        sent = f"the call sign {one['value']}" if one["field"] == "callsign" else f"the flag {one['value']}"
        details = {
            "given": one["field"], "value": one["value"], "value_country": code, "mmsi_country": flag,
            "messages": one["messages"],
            "says": (
                f"The number {one['ship']} is one of {country.name(flag)}'s, and gave {sent}, which is one of "
                f"{country.name(code)}'s, in {_messages(one)} {_span(one)}."
            ),
        }  # fmt: skip
        rows.append(_said("flag_mismatch", one, one["value"], details))
    return rows


def _spans(runs: pl.DataFrame) -> pl.DataFrame:
    """One row for each ship, field and value, with the first row that said so and the first of the last run."""
    order = ["ship", "field", "value", "first_seen", "last_seen", "source", "row"]
    return (
        runs.sort(order)
        .group_by("ship", "field", "value", maintain_order=True)
        .agg(
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("messages").sum(),
            pl.col("source", "row").first(),
            pl.col("source", "row").last().name.prefix("last_"),
        )
    )


def _lasting(spans: pl.DataFrame, said_at_least: int, said_for: timedelta) -> pl.DataFrame:
    return spans.filter(pl.col("messages") >= said_at_least, pl.col("last_seen") - pl.col("first_seen") >= said_for)


def _messages(one: dict[str, Any]) -> str:
    return "1 message" if one["messages"] == 1 else f"{one['messages']:,} messages"


def _span(one: dict[str, Any]) -> str:
    return f"from {one['first_seen']:%Y-%m-%d %H:%M} to {one['last_seen']:%Y-%m-%d %H:%M} UTC"


def _said(pattern: str, one: dict[str, Any], extra: str, details: dict[str, Any]) -> Row:
    cited = [(one["source"], one["row"]), (one["last_source"], one["last_row"])]
    return pattern, one["ship"], None, one["first_seen"], one["last_seen"], extra, details, cited
