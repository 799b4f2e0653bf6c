"""An index over lists, so that one screening looks at the entries that could answer and not at all of them.

Identifiers are dictionary look-ups, and so are a name's words in any order. Other names are found by the pairs of
neighbouring letters that they share, with a bound that cannot miss what the typo rule of `names.likeness` accepts: one
typo changes at most three pairs. Names of people and companies that are misspelled, moved and shortened all at once
may be missed; bench/screening.py counts how many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from darkwake.errors import WrongUse
from darkwake.screening import identifiers
from darkwake.screening.features import Listed, Subject
from darkwake.screening.lists import SanctionsList
from darkwake.screening.names import Form, typos_allowed

_PAIRS_A_TYPO = 3
"""A swap of two neighbours changes three pairs of letters; every other typo changes two."""

_PAIRS_ALIKE = 0.5
"""Names with this share of pairs in common (Dice) are compared too: words moved and misspelled, or left out."""


def each_once(lists: Iterable[SanctionsList]) -> tuple[SanctionsList, ...]:
    """Each list once by its content, sorted by name, date and hash."""
    by_content = {one.sha256: one for one in lists}
    return tuple(sorted(by_content.values(), key=lambda one: (one.name, one.date, one.sha256)))


class Index:
    """Lists made ready for `screen`. The order in which lists are given, and a list given twice, change nothing."""

    def __init__(self, lists: Sequence[SanctionsList]) -> None:
        """Build it; about a second for 9,000 entries.

        Raises:
            WrongUse: No list was given.
        """
        if not lists:
            raise WrongUse("no list was given to screen against", to_do="Add a sanctions list, such as OFAC's sdn.xml")
        self.lists = each_once(lists)
        """In the order of name and date."""
        self.listed = tuple(Listed(entry, one) for one in self.lists for entry in one.entries)
        """Every entry of every list, in that order."""
        self._imo: defaultdict[str, list[int]] = defaultdict(list)
        self._mmsi: defaultdict[str, list[int]] = defaultdict(list)
        self._callsign: defaultdict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self.listed):
            for mark in one.entry.values("imo"):
                for value in (mark.value, *identifiers.imo_repairs(mark.value)):
                    self._imo[value].append(at)
            for mark in one.entry.values("mmsi"):
                self._mmsi[mark.value].append(at)
            for mark in one.entry.values("callsign"):
                self._callsign[mark.value].append(at)
        vessels = [(at, one) for at, one in enumerate(self.listed) if one.entry.kind == "vessel"]
        others = [(at, one) for at, one in enumerate(self.listed) if one.entry.kind != "vessel"]
        self._vessels, self._others = _Names(vessels), _Names(others)

    def candidates(self, subject: Subject) -> list[Listed]:
        """The entries that could answer, in the order of `listed`."""
        found: set[int] = set()
        for imo in filter(None, (subject.imo, *identifiers.imo_repairs(subject.imo))):
            found.update(self._imo.get(imo, ()))
        found.update(self._mmsi.get(subject.mmsi, ()) if subject.mmsi else ())
        found.update(self._callsign.get(subject.callsign, ()) if subject.callsign else ())
        for _, form, _ in subject.forms:
            for pool in self._pools(subject):
                found.update(pool.near(form))
        return [self.listed[at] for at in sorted(found)]

    def _pools(self, subject: Subject) -> Iterable[_Names]:
        if subject.asked.is_vessel:
            return (self._vessels,)
        return (self._vessels, self._others) if subject.asked.kind is None else (self._others,)


class _Names:
    """The names of some entries, found by pairs of letters."""

    def __init__(self, listed: Sequence[tuple[int, Listed]]) -> None:
        entries: defaultdict[str, set[int]] = defaultdict(set)
        cut: set[str] = set()
        self._by_words: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for at, one in listed:
            for _, form in one.forms:
                self._by_words[_in_any_order(form)].add(at)
                for key in form.keys:
                    entries[key].add(at)
                if form.may_be_cut:
                    cut.update(form.keys)
        names = sorted(entries)
        self._entries = [sorted(entries[name]) for name in names]
        pairs = [_pairs(name) for name in names]
        self._pairs_of: npt.NDArray[np.int32] = np.array([len(one) for one in pairs], dtype=np.int32)
        self._may_be_cut: npt.NDArray[np.bool_] = np.array([name in cut for name in names], dtype=np.bool_)
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for at_name, one_pairs in enumerate(pairs):
            for pair in sorted(one_pairs):
                holders[pair].append(at_name)
        self._holders = {pair: np.array(names_at, dtype=np.int32) for pair, names_at in holders.items()}

    def near(self, form: Form) -> Iterable[int]:
        """Entries with a name that may be like `form`."""
        found = set(self._by_words.get(_in_any_order(form), ()))
        return found.union(*(self._near_key(key, form.may_be_cut) for key in form.keys))

    def _near_key(self, key: str, may_be_cut: bool) -> Iterable[int]:
        pairs = _pairs(key)
        held = [self._holders[pair] for pair in pairs if pair in self._holders]
        if not held:
            return ()
        common = np.bincount(np.concatenate(held), minlength=len(self._pairs_of))
        typos = _PAIRS_A_TYPO * typos_allowed(len(key))
        found = (common > 0) & (common >= np.maximum(self._pairs_of, len(pairs)) - typos)
        found |= 2 * common >= _PAIRS_ALIKE * (self._pairs_of + len(pairs))
        # all pairs but the one with the end: one name may be the other, cut off
        found |= self._may_be_cut & (common >= self._pairs_of - 1)
        if may_be_cut:
            found |= common >= len(pairs) - 1
        return [entry for at in np.flatnonzero(found) for entry in self._entries[at]]


def _in_any_order(form: Form) -> tuple[str, ...]:
    return tuple(sorted(form.words)) or form.numbers


def _pairs(skeleton: str) -> set[str]:
    framed = f"^{skeleton}$"
    return {framed[at : at + 2] for at in range(len(framed) - 1)}
