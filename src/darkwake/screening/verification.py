"""A search record held against the files and the program: is it as it was written, and is the answer the same again.

Each check says that it holds, that it does not, or that it could not be made, and why. What could not be checked is
never counted as held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from darkwake.errors import DarkwakeError, WrongUse
from darkwake.evidence import canonical, canonical_json
from darkwake.screening import formats
from darkwake.screening.asked import Asked
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.goods_asked import GoodsAsked
from darkwake.screening.goods_index import GoodsIndex, index_of
from darkwake.screening.index import Index
from darkwake.screening.match import screen
from darkwake.screening.record import (
    TABLES,
    content_sha256,
    load,
    made_by,
    of_goods,
    of_parties,
    package_table,
    record_sha256,
)
from darkwake.screening.versions import Versions

Result = Literal["holds", "does not hold", "could not be checked"]

_PARTY_ANSWER = ("hits", "standings", "ranks", "notes", "listed", "answered_by")
_GOODS_ANSWER = ("verdict", "says", "findings", "notes", "rules")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked of a record."""

    what: str
    result: Result
    says: str
    """One sentence: why."""


@dataclass(frozen=True, slots=True)
class _Given:
    """The files at hand, by hash."""

    by_hash: Mapping[str, Path]

    @classmethod
    def of(cls, paths: Sequence[str | Path]) -> _Given:
        for path in map(Path, paths):
            if not path.is_file():
                raise WrongUse("there is no such file", where=str(path), to_do="Check the path")
        return cls({sha256_of(path): path for path in map(Path, paths)})

    def named(self, file: str) -> Path | None:
        return next((path for path in self.by_hash.values() if path.name == file), None)


def verify(record: Mapping[str, Any] | str | Path, *, lists: Sequence[str | Path] = ()) -> list[Check]:
    """Hold a record against the files and the program.

    Args:
        record: A record, or the path of one.
        lists: The files that were searched, the tables used with them and the manifest, as far as they are at hand.
            They are known by their hashes, so neither their order nor their names matter.

    Returns:
        The record's own hash first, then each file, the tables of the package, and the searches made again.

    Raises:
        WrongUse: There is no such file.
        Unreadable: The file is no record.
    """
    kept = load(record) if isinstance(record, str | Path) else record
    given = _Given.of(lists)
    checks = [_hash(kept)]
    parties, goods, manifest = (kept.get(name) for name in ("parties", "goods", "manifest"))
    try:
        wanted = _wanted(parties, goods, manifest)
        checks += [_file(one, given) for one in wanted]
        checks += _strangers(wanted, given)
        if parties:
            checks += [_entries(parties), *_tables(parties), _again("parties", kept, given, _parties_again)]
        if goods:
            checks += [*_tables(goods), _again("goods", kept, given, _goods_again)]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        says = (
            f"The record lacks what a record has, or has it in another form ({error!r}), so it was checked no further."
        )
        checks.append(Check("form", "could not be checked", says))
    return checks


def _hash(record: Mapping[str, Any]) -> Check:
    if record.get("sha256") == record_sha256(record):
        says = (
            "The record's content gives the hash that it carries. That tells no change by accident or by a careless "
            "hand; who alters a record on purpose can hash it anew, so compare this hash with one kept elsewhere: "
            f"{record['sha256']}."
        )
        return Check("record", "holds", says)
    says = "The record's content does not give the hash that it carries: it was changed after it was written, or the "
    return Check("record", "does not hold", says + "hash was. Which field was changed cannot be told.")


# --- files ---


def _wanted(*sections: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The files that a record names, each once; those that the package itself brings are no files to give."""
    own = {fact["sha256"] for section in sections if section for fact in section.get("facts", ())}
    found: dict[str, Mapping[str, Any]] = {}
    for section in sections:
        if section:
            tables = [fact for fact in section.get("facts", ()) if fact["of"] != "darkwake"]
            others = [section] if "file" in section else []
            lists = (*section.get("lists", ()), *section.get("other_versions", ()))
            for one in (*lists, *section.get("tables", ()), *others):
                if one["sha256"] not in own:
                    found.setdefault(one["sha256"], one)
            found |= {one["sha256"]: one for one in tables}
    return list(found.values())


def _file(wanted: Mapping[str, Any], given: _Given) -> Check:
    what = f"file {wanted['file']}"
    if path := given.by_hash.get(wanted["sha256"]):
        as_named = "" if path.name == wanted["file"] else f", under the name {path.name},"
        return Check(what, "holds", f"The file at hand{as_named} has the hash that was searched.")
    if given.named(wanted["file"]):
        says = (
            f"The file of this name has another hash than the one that was searched ({wanted['sha256']}): it is "
            "another version, or it was altered."
        )
        return Check(what, "does not hold", says)
    says = f"It was not given. Give the file with the hash {wanted['sha256']}."
    return Check(what, "could not be checked", says)


def _strangers(wanted: Sequence[Mapping[str, Any]], given: _Given) -> list[Check]:
    hashes, names = {one["sha256"] for one in wanted}, {one["file"] for one in wanted}
    return [
        Check(f"file {path.name}", "could not be checked", "It was given, and was not among the files searched.")
        for sha256, path in given.by_hash.items()
        if sha256 not in hashes and path.name not in names
    ]


def _tables(section: Mapping[str, Any]) -> list[Check]:
    """The tables of the package: whether this version has the same."""
    checks = []
    for fact in section["facts"]:
        if fact["of"] != "darkwake":
            continue
        what = f"table {fact['file']}"
        if fact["file"] in TABLES and package_table(fact["file"])["sha256"] == fact["sha256"]:
            checks.append(Check(what, "holds", "This version of darkwake has the same table of facts."))
        else:
            says = f"{made_by()} has another table of facts of this name, so answers that rest on it may differ."
            checks.append(Check(what, "could not be checked", says))
    return checks


def _entries(parties: Mapping[str, Any]) -> Check:
    """The entries that were met, as the record holds them, against the hash of each."""
    wrong = [one for one in parties["listed"] if content_sha256(one["content"]) != one["sha256"]]
    if wrong:
        numbers = ", ".join(str(one["entry"]) for one in wrong)
        return Check("entries", "does not hold", f"The content of entries {numbers} does not give the hash beside it.")
    number = len(parties["listed"])
    says = f"The {number:,} entries kept in the record give their hashes."
    if number < 2:
        says = "The entry kept in the record gives its hash." if number else "The record keeps no entry: none was met."
    return Check("entries", "holds", says)


# --- the search again ---


def _again(
    which: str, record: Mapping[str, Any], given: _Given, search: Callable[[Mapping[str, Any], _Given], list[str]]
) -> Check:
    """Make a search again and compare; `search` gives what differs, in words."""
    what = f"{which} again"
    section = record[which]
    missing = [one["file"] for one in _wanted(section) if one["sha256"] not in given.by_hash]
    if missing:
        says = (
            f"The search was not made again: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not at hand."
        )
        return Check(what, "could not be checked", says)
    other = "" if record["made_by"] == made_by() else f"The record was made by {record['made_by']}, this is {made_by()}"
    try:
        differs = search(section, given)
    except (DarkwakeError, TypeError, KeyError, ValueError) as error:
        says = f"The search could not be made again: {error}"
        return Check(what, "could not be checked", f"{other}. {says}" if other else says)
    if not differs:
        says = "The search was made again and gave the same results" + (f". {other}." if other else ".")
        return Check(what, "holds", says)
    told = f"The search was made again and gave other results: {'; '.join(differs)}."
    if other or _tables_differ(section):
        return Check(what, "could not be checked", f"{told} {other or 'The tables of facts differ'}, which may be why.")
    return Check(what, "does not hold", told)


def _tables_differ(section: Mapping[str, Any]) -> bool:
    return any(check.result != "holds" for check in _tables(section))


def _parties_again(section: Mapping[str, Any], given: _Given) -> list[str]:
    lists, others = (
        [
            formats.read(given.by_hash[one["sha256"]], dated=date.fromisoformat(one["date"]), any_size=True)
            for one in section[name]
        ]
        for name in ("lists", "other_versions")
    )
    subjects = {asked_again(one["typed"]): [date.fromisoformat(day) for day in one["days"]] for one in section["asked"]}
    own = next((fact for fact in section["facts"] if fact["of"] != "darkwake"), None)
    index = Index(lists)
    found = screen(list(subjects), index, at_least=section["options"]["at_least"])
    made = of_parties(
        list(subjects),
        index,
        hits=_as_kept(found, section["hits"]),
        days=subjects,
        at_least=section["options"]["at_least"],
        view=section["options"]["view"],
        regimes=given.by_hash[own["sha256"]] if own else None,
        versions=Versions.of([*lists, *others]),
    ).section
    return [_differs(name, section[name], made[name]) for name in _PARTY_ANSWER if section[name] != made[name]]


def _as_kept(found: pl.DataFrame, kept: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """What was found, without the hits whose entry the record has from another version of the same list.

    A search of several versions keeps one hit of each entry; which one, the record tells.
    """
    versions: dict[tuple[str, int | None, str, str], set[str]] = {}
    for one in kept:
        key = (one["asked"], one["ship"], one["list"], one["entry"])
        versions.setdefault(key, set()).add(one["list_date"])
    rows = found.select("asked", "ship", "list", "entry", pl.col("list_date").cast(pl.String)).iter_rows()
    same = [row[4] in versions.get(row[:4], {row[4]}) for row in rows]
    return found.filter(pl.Series(same, dtype=pl.Boolean))


def _goods_again(section: Mapping[str, Any], given: _Given) -> list[str]:
    paths = [given.by_hash[one["sha256"]] for one in _wanted(section)]
    asked = [goods_asked_again(one["asked"]) for one in section["answers"]]
    made = of_goods(asked, index_of(paths) if paths else GoodsIndex([]), leads=section["options"]["leads"]).section
    found = []
    for before, after in zip(section["answers"], made["answers"], strict=True):
        differ = [name for name in _GOODS_ANSWER if before[name] != after[name]]
        if differ:
            found.append(f"{', '.join(differ)} of {before['line']!r}")
    return found


def _differs(name: str, before: Any, after: Any) -> str:
    if not isinstance(before, list):
        return f"{name} differ"
    old, new = ({canonical_json(one) for one in rows} for rows in (before, after))
    return f"{name}: {len(old - new):,} of the record not found, {len(new - old):,} others found"


def asked_again(typed: Mapping[str, Any]) -> Asked:
    """A subject from what a record has of it.

    Raises:
        ValueError: It has a field that this version does not know.
    """
    known = {one.name for one in fields(Asked)}
    if unknown := sorted(set(typed) - known):
        raise ValueError(f"this version does not know the field {unknown[0]!r} of a question")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in typed.items()}
    return Asked(**(values | _day(values)))


def goods_asked_again(typed: Mapping[str, Any]) -> GoodsAsked:
    """A question about goods from what a record has of it.

    Raises:
        ValueError: It has a field that this version does not know.
    """
    known = {one.name for one in fields(GoodsAsked)}
    if unknown := sorted(set(typed) - known):
        raise ValueError(f"this version does not know the field {unknown[0]!r} of a question")
    return GoodsAsked(**(dict(typed) | _day(typed)))


def _day(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"on": date.fromisoformat(values["on"])} if values.get("on") else {}


def worst(checks: Sequence[Check]) -> Result:
    """One word for all checks: does not hold before could not be checked before holds."""
    order: tuple[Result, ...] = ("does not hold", "could not be checked", "holds")
    return min((one.result for one in checks), key=order.index)


def as_dicts(checks: Sequence[Check]) -> list[dict[str, str]]:
    """Plain JSON types, in the order of the checks."""
    result: list[dict[str, str]] = canonical(
        [{"what": one.what, "result": one.result, "says": one.says} for one in checks]
    )
    return result
