"""Several versions of one list: which of them answers for a day, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

import polars as pl

from darkwake.errors import WrongUse
from darkwake.screening.lists import Entry, SanctionsList

CHANGES = pl.Schema(
    {
        "change": pl.String(),  # "added", "returned", "gone" or "changed"
        "entry": pl.String(),  # the list's own number of the entry
        "reference": pl.String(),
        "name": pl.String(),
        "kind": pl.String(),
        "programmes": pl.List(pl.String()),
        "fields": pl.List(pl.String()),  # for "changed": which
        "listed_from": pl.Date(),
    }
)
"""What changed from one version of a list to another; sorted by change, then entry."""

_PLACES = {"row", "last_row"}
"""Fields that tell where an entry stands in its file, and change with every file."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The version of a list that answers for a day."""

    list: SanctionsList
    how: Literal["of the day", "before", "later only"]
    """Of that very day; the latest at hand before it; or, where all at hand are later, the first of those."""
    says: str
    """One sentence on which version it is and what that leaves open."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The entries of one version by what they are known by."""

    by_number: Mapping[str, Entry]
    by_reference: Mapping[tuple[str, str], Entry]

    @classmethod
    def of(cls, one: SanctionsList) -> _Numbers:
        return cls(
            {entry.number: entry for entry in one.entries},
            {(entry.reference, entry.name): entry for entry in one.entries if entry.reference},
        )

    def same(self, entry: Entry) -> Entry | None:
        # the UN gave one entry a new DATAID between 2021 and 2026, under the same reference and name
        return self.by_number.get(entry.number) or self.by_reference.get((entry.reference, entry.name))


@dataclass(frozen=True)
class Versions:
    """Lists by name, each with its versions from old to new."""

    by_name: Mapping[str, tuple[SanctionsList, ...]]
    _paired: dict[str, _Numbers] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, lists: Iterable[SanctionsList]) -> Versions:
        """Any lists in any order; a file given twice counts once."""
        by_name: dict[str, dict[str, SanctionsList]] = {}
        for one in lists:
            by_name.setdefault(one.name, {})[one.sha256] = one
        return cls(
            {
                name: tuple(sorted(found.values(), key=lambda one: (one.date, one.sha256)))
                for name, found in sorted(by_name.items())
            }
        )

    def as_of(self, name: str, on: date) -> AsOf | None:
        """The version that answers for a day: the latest at or before it, else the first after it; None without any."""
        versions = self.by_name.get(name, ())
        if not versions:
            return None
        before = [one for one in versions if one.date <= on]
        if not before:
            first = versions[0]
            says = (
                f"No version of the {name} of {on.isoformat()} or before was at hand; the first later one is of "
                f"{first.date.isoformat()}."
            )
            return AsOf(first, "later only", says)
        latest = before[-1]
        if latest.date == on:
            return AsOf(latest, "of the day", f"The version of the {name} is of that very day.")
        days = (on - latest.date).days
        says = (
            f"The latest version of the {name} at hand for {on.isoformat()} is of {latest.date.isoformat()}, "
            f"{days:,} day{'s' * (days != 1)} before."
        )
        return AsOf(latest, "before", says)

    def after(self, name: str, on: date) -> SanctionsList | None:
        """The first version after a day; None where there is none at hand."""
        return next((one for one in self.by_name.get(name, ()) if one.date > on), None)

    def numbered(self, of: SanctionsList, number: str) -> Entry | None:
        """The entry with that number in one version."""
        return self._numbers(of).by_number.get(number)

    def same(self, of: SanctionsList, entry: Entry) -> Entry | None:
        """In one version, the entry that `entry` of another is: by its number, else by its reference and name."""
        return self._numbers(of).same(entry)

    def _numbers(self, of: SanctionsList) -> _Numbers:
        if of.sha256 not in self._paired:
            self._paired[of.sha256] = _Numbers.of(of)
        return self._paired[of.sha256]


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that stands in both versions, and not alike."""

    old: Entry
    new: Entry
    fields: tuple[str, ...]
    """Names of the fields of `Entry` that differ; the order of names or identifiers in an entry does not count."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from one version of a list to another."""

    old: SanctionsList
    new: SanctionsList
    added: tuple[Entry, ...]
    """In the new version and not in the old, in the new one's order."""
    gone: tuple[Entry, ...]
    """In the old version and not in the new."""
    changed: tuple[Changed, ...]

    @property
    def returned(self) -> tuple[Entry, ...]:
        """Those added whose day of listing is not after the old version, in which they did not stand.

        They were listed, taken off, and put back, and no field of the list says when.
        """
        return tuple(entry for entry in self.added if entry.listed_from and entry.listed_from <= self.old.date)

    def says(self) -> str:
        """One sentence with the counts."""
        back = len(self.returned)
        again = f" ({back:,} of them with a day of listing before the older version)" if back else ""
        return (
            f"From the {self.old.name} of {self.old.date.isoformat()} to that of {self.new.date.isoformat()}, "
            f"{len(self.added):,} entries were added{again}, {len(self.gone):,} were gone and "
            f"{len(self.changed):,} were changed."
        )

    def table(self) -> pl.DataFrame:
        """Of CHANGES."""
        back = {entry.number for entry in self.returned}
        rows: list[tuple[str, Entry, tuple[str, ...]]] = [
            ("returned" if entry.number in back else "added", entry, ()) for entry in self.added
        ]
        rows += [("gone", entry, ()) for entry in self.gone]
        rows += [("changed", one.new, one.fields) for one in self.changed]
        return pl.DataFrame([_row(*row) for row in rows], schema=CHANGES, orient="row").sort("change", "entry")


def _row(change: str, entry: Entry, differ: tuple[str, ...]) -> dict[str, Any]:
    return {
        "change": change,
        "entry": entry.number,
        "reference": entry.reference,
        "name": entry.name,
        "kind": entry.kind,
        "programmes": list(entry.programmes),
        "fields": list(differ),
        "listed_from": entry.listed_from,
    }


def diff(old: SanctionsList, new: SanctionsList) -> Diff:
    """What changed between two versions of one list, entry by entry, by the list's own numbers and references.

    Raises:
        WrongUse: They are different lists, or the first is the later one.
    """
    if old.name != new.name:
        raise WrongUse(f"{old.name} and {new.name} are different lists", to_do="Compare two versions of one list")
    if old.date > new.date:
        raise WrongUse(
            f"the first version is of {old.date.isoformat()}, after the second ({new.date.isoformat()})",
            to_do="Give the older version first",
        )
    before, after = _Numbers.of(old), _Numbers.of(new)
    both = ((one, entry) for entry in new.entries if (one := before.same(entry)))
    return Diff(
        old=old,
        new=new,
        added=tuple(entry for entry in new.entries if before.same(entry) is None),
        gone=tuple(entry for entry in old.entries if after.same(entry) is None),
        changed=tuple(Changed(one, other, differ) for one, other in both if (differ := _differ(one, other))),
    )


def _differ(old: Entry, new: Entry) -> tuple[str, ...]:
    return tuple(
        one.name
        for one in fields(Entry)
        if one.name not in _PLACES and not _same(getattr(old, one.name), getattr(new, one.name))
    )


def _same(old: Any, new: Any) -> bool:
    return set(old) == set(new) if isinstance(old, tuple) else bool(old == new)


def hits_between(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What a screening finds against new lists that it did not find against the old ones, and the other way round.

    Args:
        before: Of schema.HITS, the subjects against the old versions.
        after: Of schema.HITS, the same subjects against the new versions.

    Returns:
        One row for each subject and entry whose hit is new, gone, or of another rank: change ("new", "gone",
        "changed"), asked, ship, list, entry, name, rank_before, rank_after; sorted by change, asked, list, entry.
    """
    keys = ["asked", "ship", "list", "entry"]
    old = before.select(*keys, pl.col("name").alias("name_before"), pl.col("rank").alias("rank_before")).unique(keys)
    new = after.select(*keys, pl.col("name").alias("name_after"), pl.col("rank").alias("rank_after")).unique(keys)
    change = (
        pl.when(pl.col("rank_before").is_null())
        .then(pl.lit("new"))
        .when(pl.col("rank_after").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("changed"))
    )
    return (
        old.join(new, on=keys, how="full", coalesce=True, nulls_equal=True)
        .filter(~pl.col("rank_before").eq_missing(pl.col("rank_after")))
        .select(
            change.alias("change"),
            *keys,
            pl.coalesce("name_after", "name_before").alias("name"),
            "rank_before",
            "rank_after",
        )
        .sort("change", "asked", "list", "entry")
    )
