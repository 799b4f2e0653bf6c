from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from darkwake.errors import WrongUse
from darkwake.screening import Asked, Entry, Index, ListedName, SanctionsList, formats, screen
from darkwake.screening.record import of_parties, seal
from darkwake.screening.rescreen import RESCREENED, WHY, between_versions, rescreen, rescreen_record

LISTED = date(2001, 2, 3)


def entry(number: str, name: str, **more: object) -> Entry:
    made = Entry(number, "entity", (ListedName(name),), 1, 2, listed_from=LISTED)
    return replace(made, **more)  # type: ignore[arg-type]


def a_list(day: date, *entries: Entry, name: str = "MADE LIST") -> SanctionsList:
    return SanctionsList(name, day, len(entries), f"{day}{name}".ljust(64, "0"), f"{day}.xml", entries)


OLD = a_list(
    date(2010, 1, 1),
    entry("1", "ZEMBLAN HARBOUR WORKS"),
    entry("2", "QUIVERING LANTERN MILLS"),
    entry("3", "MARBLED OSPREY DEPOT", reference="R3"),
    entry("6", "UNCHANGED THISTLE OFFICE"),
)
NEW = a_list(
    date(2020, 1, 1),
    entry("1", "ZEMBLAN HARBOUR WORKS", remarks="moved to another street"),
    entry("33", "MARBLED OSPREY DEPOT", reference="R3"),
    entry("4", "VELVET COMPASS TRADING", listed_from=date(2015, 1, 1)),
    entry("5", "PAPERCLIP MERIDIAN GROUP"),
    entry("6", "UNCHANGED THISTLE OFFICE", row=99),
)
NAMES = sorted({one.name for one in (*OLD.entries, *NEW.entries)})
ASKED = [*(Asked((name,)) for name in NAMES), Asked(("NOBODY WHATEVER",))]


def test_each_change_is_told_with_its_reason() -> None:
    told = rescreen(ASKED, [OLD], [NEW])
    assert told.changes.schema == RESCREENED
    assert told.changes.select("change", "why", "entry", "rank_before", "rank_after").rows() == [
        ("changed", "altered", "1", "fair", "fair"),
        (
            "changed",
            "altered",
            "33",
            "fair",
            "fair",
        ),  # the list gave it a new number: one change, not one gone and one new
        ("gone", "removed", "2", "fair", None),
        ("new", "added", "4", None, "fair"),
        ("new", "returned", "5", None, "fair"),
    ]
    assert set(told.changes["why"]) < set(WHY)
    says = dict(told.changes.select("entry", "says").iter_rows())
    assert "changed in remarks" in says["1"]
    assert "no longer stands on the list" in says["2"]
    assert "2015-01-01" in says["4"]
    assert "taken off and put back, and no field says when" in says["5"]
    assert "2 hits were new (1 with entries that were put back), 1 were gone and 2 had changed" in told.says()
    assert f"Of the {len(ASKED)} subjects" in told.says()


def test_a_saved_record_is_enough_and_the_old_list_makes_the_reasons_better() -> None:
    record = seal(at=datetime(2010, 1, 1), parties=of_parties(ASKED, Index([OLD])))
    with_list = rescreen_record(record, [NEW], old=[OLD])
    assert with_list.changes.equals(rescreen(ASKED, [OLD], [NEW]).changes)
    alone = rescreen_record(record, [NEW])
    assert set(alone.changes.select("change", "why", "entry").rows()) == {
        ("changed", "altered", "1"),
        ("gone", "removed", "2"),
        ("gone", "removed", "3"),  # without the old list its new number is not known
        ("new", "added", "4"),
        ("new", "cannot tell", "33"),
        ("new", "cannot tell", "5"),
    }
    assert "was not at hand" in alone.notes[0]
    other = rescreen_record(record, [replace(NEW, name="ANOTHER LIST")])
    assert set(other.changes["change"]) == {"new"}
    assert "not among the lists of the record" in other.notes[0]


def test_versions_beside_one_another_in_a_case_give_the_same() -> None:
    hits = screen(ASKED, Index([NEW, OLD]))
    told = between_versions(hits, [NEW, OLD], subjects=len(ASKED))
    assert told.changes.equals(rescreen(ASKED, [OLD], [NEW]).changes)
    assert between_versions(hits, [NEW]).changes.is_empty()


def test_nothing_changes_against_the_same_list_and_the_wrong_way_round_is_refused() -> None:
    same = rescreen(ASKED, [OLD], [OLD])
    assert same.changes.is_empty()
    assert "same file as before" in same.notes[0]
    assert rescreen(ASKED, [OLD], [replace(OLD, sha256="f" * 64, date=date(2011, 1, 1))]).changes.is_empty()
    with pytest.raises(WrongUse, match="older than"):
        rescreen(ASKED, [NEW], [OLD])
    with pytest.raises(WrongUse, match="two versions"):
        rescreen(ASKED, [], [OLD, NEW])
    with pytest.raises(WrongUse, match="no new list"):
        rescreen(ASKED, [OLD], [])


@pytest.mark.shared
def test_the_37_returned_entries_are_found_by_the_rescreen(shared: Path) -> None:
    folder = shared / "lists/un_consolidated"
    old, new = (formats.read(folder / f"UN_consolidated_{day}.xml") for day in ("2021-03-12", "2026-02-27"))
    iran = [one for one in new.entries if "Iran" in one.programmes]
    assert len(iran) == 121
    asked = [Asked((one.name,)) for one in iran]
    record = seal(at=datetime(2021, 3, 12), parties=of_parties(asked, Index([old]), at_least="fair"))
    told = rescreen_record(record, [new], old=[old])
    back = told.changes.filter((told.changes["change"] == "new") & (told.changes["why"] == "returned"))
    assert back["entry"].n_unique() == 37
    assert set(back["listed_from"].dt.year()) <= set(range(2006, 2013))
