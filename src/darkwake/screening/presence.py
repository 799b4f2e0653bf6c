"""Whether an entry stood on its list on a day, as far as the versions at hand and its own dates tell; regimes apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from darkwake.screening.lists import Entry, SanctionsList
from darkwake.screening.versions import Versions


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether an entry stood on its list on a day, as far as the versions at hand and its own dates tell."""

    word: Literal["on", "off", "back", "by its dates", "unknown"]
    """"back": absent from the version for the day, in a later one with an older day of listing, so it was put back
    between `after` and `by`. "by its dates": only a later version was at hand, and its day of listing is before."""
    says: str
    after: date | None = None
    """The day of the version that answered for the day."""
    by: date | None = None
    """The day of the first later version in which it stood, where that is what is known."""


def presence(entry: Entry, of: SanctionsList, on: date, versions: Versions | None = None) -> Presence:
    """Where an entry stood on a day, regimes apart.

    Args:
        entry: The entry.
        of: The list that it was found in.
        on: The day.
        versions: All versions of the list at hand; without them `of` alone.
    """
    all_of_them = versions if versions and of.name in versions.by_name else Versions.of([of])
    answer = all_of_them.as_of(of.name, on)
    if answer is None or answer.how == "later only":
        later = answer.list if answer else of
        return _by_dates(all_of_them.same(later, entry), entry, of, later, on)
    at = answer.list.date
    there = all_of_them.same(answer.list, entry)
    if there is not None:
        if there.listed_from and there.listed_from > on:
            return Presence("off", f"Its day of listing was {there.listed_from}, after {on}.", at)
        if there.listed_to and there.listed_to < on:
            return Presence("off", f"By the list its last day was {there.listed_to}.", at)
        next_one = all_of_them.after(of.name, on)
        still = next_one if next_one and all_of_them.same(next_one, entry) else None
        also = f" It stands on that of {still.date} too." if still else ""
        return Presence("on", f"It stood on the list of {at}, {_gap(at, on)}.{also}", at, still.date if still else None)
    return _absent(entry, of, on, at)


def _gap(at: date, on: date) -> str:
    days = (on - at).days
    return "of that very day" if not days else f"the latest at hand for {on}, {days:,} day{'s' * (days > 1)} before it"


def _by_dates(there: Entry | None, entry: Entry, of: SanctionsList, later: SanctionsList, on: date) -> Presence:
    """Only later versions are at hand."""
    only = f"No list of {on} or before was at hand, only one of {later.date}"
    told = there or entry
    if told.listed_from and told.listed_from > on:
        return Presence("off", f"Its day of listing was {told.listed_from}, after {on}.")
    if told.listed_to and told.listed_to < on:
        return Presence("off", f"By the list its last day was {told.listed_to}.")
    if there is None:
        without = f"{only}, on which it did not stand; it does on that of {of.date}"
        if told.listed_from:
            return Presence("by its dates", f"{without}, with {told.listed_from} as its day of listing.", by=of.date)
        return Presence("unknown", f"{without}, which gives no day of listing.", by=of.date)
    if told.listed_from:
        return Presence("by its dates", f"{only}; there its day of listing is {told.listed_from}.", by=later.date)
    return Presence("unknown", f"{only}, which gives no day of listing.", by=later.date)


def _absent(entry: Entry, of: SanctionsList, on: date, at: date) -> Presence:
    """The version for the day lacks the entry."""
    off = f"It did not stand on the list of {at}, {_gap(at, on)}"
    if at == on or of.date <= on:
        return Presence("off", f"{off}.", at)
    if entry.listed_from is None:
        return Presence(
            "unknown",
            f"{off}, but on that of {of.date}, which gives no day of listing: it came in between.",
            at,
            of.date,
        )
    if entry.listed_from > on:
        return Presence("off", f"Its day of listing was {entry.listed_from}, after {on}.", at)
    if entry.listed_from > at:
        return Presence("by its dates", f"{off}, but it was listed on {entry.listed_from}, since then.", at, of.date)
    return Presence(
        "back",
        f"{off}, but on that of {of.date} with {entry.listed_from} as its day of listing: it was taken off and put "
        "back, and the list does not say when.",
        at,
        of.date,
    )
