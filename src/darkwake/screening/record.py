"""The record of a search: what was asked, in which lists, with which version, and what was found, above all nothing.

    searched = of_parties([Asked(imo="9074729")], index)        # or of_goods(...), or both
    kept = seal(at=datetime.now(UTC), parties=searched)         # plain JSON with its own hash
    path.write_text(as_text(kept), encoding="utf-8")

Equal searches at one time give equal records, to the byte; the time is given by the caller and is all that differs. The
hash tells an accident and a careless change. It is no signature: who alters a record can hash it anew, so a record that
must prove something to others needs its hash kept elsewhere. `verification.verify` holds a record against the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import canonical, canonical_json
from darkwake.screening import regimes as regimes_table
from darkwake.screening.asked import Asked
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.goods import MOST_LEADS, search
from darkwake.screening.goods_asked import INNOCENT as GOODS_INNOCENT
from darkwake.screening.goods_asked import LIMITS as GOODS_LIMITS
from darkwake.screening.goods_asked import GoodsAnswer, GoodsAsked
from darkwake.screening.goods_index import GoodsIndex
from darkwake.screening.index import Index
from darkwake.screening.lists import Entry, SanctionsList
from darkwake.screening.match import INNOCENT, LIMITS, Searched, screen
from darkwake.screening.standing import standing
from darkwake.screening.versions import Versions

FORMAT = "darkwake-search-record"
FORMAT_VERSION = 1
NOT_CLEAR = "Not found in the lists checked is not the same as clear."
_PLACES = ("row", "last_row")
"""Fields of an entry that tell where it stands in its file; another file changes them and nothing else."""
_GOODS_FACTS = ("substances.csv", "precursors.csv", "control_facts.csv", "catch_all.csv")
TABLES = ("regimes.csv", *_GOODS_FACTS)
"""The package's tables of facts that an answer may rest on."""


@dataclass(frozen=True, slots=True)
class PartySearch:
    """One search for parties: its tables, and its part of the record as plain JSON types."""

    hits: pl.DataFrame
    """Of schema.HITS."""
    standings: pl.DataFrame
    """Of schema.STANDINGS; a row for each hit and day of its subject."""
    section: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoodsSearch:
    """One search for goods: its answers, and its part of the record as plain JSON types."""

    answers: tuple[GoodsAnswer, ...]
    section: Mapping[str, Any]


# --- parties ---


def of_parties(
    asked: Sequence[Asked],
    index: Index,
    *,
    days: Mapping[Asked, Collection[date]] | None = None,
    at_least: str = "weak lead",
    view: str | None = None,
    regimes: Path | None = None,
    versions: Versions | None = None,
    hits: pl.DataFrame | None = None,
) -> PartySearch:
    """Search for parties, and keep what was asked and found.

    Args:
        asked: The subjects; one given twice counts once.
        index: The lists.
        days: For each subject the days for which the standing of its hits is told; without it, its own day `on`.
        at_least: The lowest rank that is handed out.
        view: A holder's code for the standing in its eyes alone.
        regimes: A table of regimes instead of the package's own.
        versions: The lists with other versions of them, which are not searched and tell how entries stood on a day.
        hits: What `screen` gave for the same subjects, lists and rank, where that was done already.

    Raises:
        WrongUse: There is nothing to look for in a subject, or no such rank.
    """
    subjects = list(dict.fromkeys(asked))
    found = screen(subjects, index, at_least=at_least) if hits is None else hits
    wanted = {one: sorted({*(days or {}).get(one, ()), *([one.on] if one.on else [])}) for one in subjects}
    own = {one.sha256 for one in index.lists}
    others = [
        one for every in (versions.by_name.values() if versions else ()) for one in every if one.sha256 not in own
    ]
    at_hand = Versions.of([*index.lists, *others])
    table = regimes_table.read(regimes) if regimes else None
    standings = standings_of(found, wanted, at_hand, view=view, regimes=table)
    searched = Searched.of(subjects, index, found)
    every_day = sorted({day for some in wanted.values() for day in some})
    section = {
        "options": {"at_least": at_least, "view": view},
        "asked": [
            {"line": one.described(), "ship": one.ship, "typed": typed(one), "days": wanted[one]}
            for one in sorted(subjects, key=lambda one: (one.ship or 0, one.described(), _text(typed(one))))
        ],
        "lists": [_list(one) for one in index.lists],
        "other_versions": [_list(one) for one in others],
        "answered_by": [row for day in every_day for row in _answered_by(at_hand, day)],
        "ranks": searched.ranks,
        "says": searched.sentence(),
        "notes": searched.notes,
        "hits": found.to_dicts(),
        "standings": standings.to_dicts(),
        "listed": listed_of(found, index.lists),
        "facts": [package_table("regimes.csv") if regimes is None else _table(regimes)],
        "innocent": INNOCENT,
        "limits": LIMITS,
    }
    return PartySearch(found, standings, canonical(section))


def standings_of(
    hits: pl.DataFrame,
    days: Mapping[Asked, Collection[date]],
    versions: Versions,
    *,
    view: str | None = None,
    regimes: Iterable[regimes_table.Regime] | None = None,
) -> pl.DataFrame:
    """STANDINGS of each hit on the days of its subject, whether it is a ship of a store or not.

    Args:
        hits: Of schema.HITS.
        days: The days of each subject; one without days has no row.
        versions: Every version of every list that was screened against.
        view: A holder's code for the answer in its eyes alone.
        regimes: The table of regimes; the package's own where none is given.
    """
    # `standing` joins days by ship, so each subject gets a number of its own, and its ship back at the end
    numbers: dict[tuple[str, int | None], int] = {}
    pairs = []
    for one, some in days.items():
        at = numbers.setdefault((one.described(), one.ship), len(numbers))
        pairs += [(at, day) for day in some]
    on = pl.DataFrame(pairs, schema={"ship": pl.Int64, "on": pl.Date}, orient="row")
    keys = pl.DataFrame(
        [(line, ship, at) for (line, ship), at in numbers.items()],
        schema={"asked": pl.String, "ship": pl.Int64, "at": pl.Int64},
        orient="row",
    )
    numbered = hits.join(keys, on=["asked", "ship"], how="left", nulls_equal=True, maintain_order="left")
    moved = numbered.with_columns(pl.col("at").alias("ship")).drop("at")
    told = standing(moved, versions, on=on, regimes=regimes, view=view)
    ships = hits.select(pl.col("id").alias("hit"), pl.col("ship").alias("own")).unique("hit")
    back = told.join(ships, on="hit", how="left", maintain_order="left").with_columns(pl.col("own").alias("ship"))
    return back.select(list(schema.STANDINGS)).sort("hit", "on")


def listed_of(hits: pl.DataFrame, lists: Iterable[SanctionsList]) -> list[dict[str, Any]]:
    """The entries that were met, as their lists had them, each with the hash of its content.

    Returns:
        One of `list`, `list_date`, `entry`, `sha256`, `content` for each, sorted.
    """
    wanted = set(hits.select("list", "list_date", "entry").iter_rows())
    found = {
        (one.name, one.date, entry.number): entry
        for one in lists
        for entry in one.entries
        if (one.name, one.date, entry.number) in wanted
    }
    rows = []
    for (name, day, number), entry in sorted(found.items()):
        content = content_of(entry)
        row = {"list": name, "list_date": day, "entry": number, "sha256": content_sha256(content), "content": content}
        rows.append(canonical(row))
    return rows


def content_of(entry: Entry) -> dict[str, Any]:
    """What a list says in an entry, as plain JSON types.

    Without its place in the file, without what is empty, and with everything of which there are several in one order,
    so that only another content gives another hash.
    """
    plain = canonical(asdict(entry) | {"name": entry.name})
    kept = {name: _in_order(value) for name, value in plain.items() if name not in _PLACES}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def content_sha256(content: Mapping[str, Any]) -> str:
    """The hash of an entry's content, 64 hex digits."""
    return _sha256(content)


def _in_order(value: Any) -> Any:
    return sorted(value, key=_text) if isinstance(value, list) else value


def typed(asked: Asked | GoodsAsked) -> dict[str, Any]:
    """The fields of a question as they were typed, without the empty ones."""
    plain = {one.name: getattr(asked, one.name) for one in fields(asked)}
    return {name: canonical(value) for name, value in plain.items() if value not in (None, "", ())}


def _list(one: SanctionsList) -> dict[str, Any]:
    return {
        "name": one.name,
        "date": one.date,
        "entries": len(one.entries),
        "declared": one.declared,
        "own_count": one.own_count,
        "refused": dict(one.refused),
        "sha256": one.sha256,
        "file": one.file,
        "notes": one.notes,
    }


def _answered_by(versions: Versions, day: date) -> list[dict[str, Any]]:
    """Which version of each list answered for a day."""
    answers = [(name, versions.as_of(name, day)) for name in versions.by_name]
    return [
        {"on": day, "list": name, "date": one.list.date, "how": one.how, "says": one.says}
        for name, one in answers
        if one
    ]


# --- goods ---


def of_goods(asked: Sequence[GoodsAsked], index: GoodsIndex, *, leads: int = MOST_LEADS) -> GoodsSearch:
    """Search for goods, and keep what was asked and found.

    Raises:
        WrongUse: There is nothing to look for in a question, or an end of the route is no country.
    """
    answers = tuple(search(one, index, leads=leads) for one in dict.fromkeys(asked))
    plain = [one.as_dict() for one in answers]
    lists = {canonical_json(one): one for answer in plain for one in answer["lists"]}
    kept = ("asked", "verdict", "says", "findings", "notes", "rules")
    section = {
        "options": {"leads": leads},
        "answers": [
            {name: answer[name] for name in kept}
            | {"line": one.asked.described(), "lists": [checked["said"] for checked in answer["lists"]]}
            for one, answer in zip(answers, plain, strict=True)
        ],
        "lists": [lists[key] for key in sorted(lists)],
        "tables": [
            {"name": table.name, "rows": len(table.rows), "sha256": table.sha256, "file": table.file}
            for table in index.codes
        ],
        "facts": [package_table(name) for name in _GOODS_FACTS],
        "innocent": GOODS_INNOCENT,
        "limits": GOODS_LIMITS,
    }
    return GoodsSearch(answers, canonical(section))


# --- the record ---


def seal(
    *,
    at: datetime,
    parties: PartySearch | None = None,
    goods: GoodsSearch | None = None,
    manifest: Mapping[str, Any] | None = None,
    about: str = "",
) -> dict[str, Any]:
    """The record with its own hash.

    Args:
        at: When the search was made; with a time zone, or in UTC. The one thing that two equal searches differ in.
        parties: A search for parties.
        goods: A search for goods.
        manifest: The shipments that both were made for, as plain JSON types.
        about: A line of the caller's own, such as the number of a file.

    Raises:
        WrongUse: There was no search.
    """
    if parties is None and goods is None:
        raise WrongUse("nothing was searched", to_do="Search for a party or for goods, then keep the record")
    when = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    record = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_by": made_by(),
        "at": when,
        "about": about,
        "parties": parties.section if parties else None,
        "goods": goods.section if goods else None,
        "manifest": manifest,
        "not_clear": NOT_CLEAR,
    }
    plain: dict[str, Any] = canonical(record)
    return plain | {"sha256": record_sha256(plain)}


def made_by() -> str:
    """The version that searches here."""
    return f"darkwake {version('darkwake')}"


def record_sha256(record: Mapping[str, Any]) -> str:
    """The hash over everything in a record but its hash, 64 hex digits."""
    return _sha256({name: value for name, value in record.items() if name != "sha256"})


def as_text(record: Mapping[str, Any]) -> str:
    """The record as it is written: one text for one record."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    # broken Unicode that somebody typed becomes JSON's own \udc80, which reads back as it was typed
    return text.encode("utf-8", "backslashreplace").decode()


def load(path: str | Path) -> dict[str, Any]:
    """A record from its file; whether it is as it was written is for `verify` to say.

    Raises:
        WrongUse: There is no such file.
        Unreadable: It is no search record, or of a later format.
    """
    path = Path(path)
    if not path.is_file():
        raise WrongUse("there is no such file", where=str(path), to_do="Check the path")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is no JSON ({error})", where=path.name, to_do="Give the .json file of a record") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unreadable("is no search record", where=path.name, to_do="Give the .json file of a record")
    if found.get("format_version") != FORMAT_VERSION:
        raise Unreadable(
            f"is a record of format {found.get('format_version')!r}, where {FORMAT_VERSION} is read",
            where=path.name,
            to_do="Read it with the version of darkwake that made it",
        )
    return found


def _sha256(value: Any) -> str:
    return hashlib.sha256(_text(value).encode("utf-8", "surrogatepass")).hexdigest()


def _text(value: Any) -> str:
    return canonical_json(value)


@cache
def package_table(name: str) -> dict[str, str]:
    """A table of facts of the package, with its hash."""
    content = files("darkwake").joinpath("data", name).read_bytes()
    return {"file": name, "of": "darkwake", "sha256": hashlib.sha256(content).hexdigest()}


def _table(path: Path) -> dict[str, str]:
    return {"file": path.name, "of": "the caller", "sha256": sha256_of(path)}
