from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import Unreadable, WrongUse
from darkwake.screening import Asked, Entry, Index, ListedName, SanctionsList, formats, screen
from darkwake.screening.lists import counted, date_in_name, shortfall
from darkwake.screening.versions import CHANGES, Versions, diff, hits_between

LISTED = date(2001, 2, 3)


def entry(number: str, name: str = "", **more: object) -> Entry:
    made = Entry(number, "entity", (ListedName(name or f"EXAMPLE {number}"),), 1, 2, listed_from=LISTED)
    return replace(made, **more)  # type: ignore[arg-type]


def a_list(day: date, *entries: Entry, name: str = "MADE LIST") -> SanctionsList:
    return SanctionsList(name, day, len(entries), f"{day}{name}".ljust(64, "0"), f"{day}.xml", entries)


OLD = a_list(date(2010, 1, 1), entry("1"), entry("2"), entry("3", reference="R3"))
NEW = a_list(
    date(2020, 1, 1),
    entry("1", row=7),
    entry("4", listed_from=date(2015, 1, 1)),
    entry("5"),
    entry("33", "EXAMPLE 3", reference="R3", remarks="renumbered"),
)


def test_what_came_went_and_changed_is_told_by_number_or_reference() -> None:
    made = diff(OLD, NEW)
    assert [one.number for one in made.added] == ["4", "5"]
    assert [one.number for one in made.returned] == ["5"]  # listed before the older version, and not in it
    assert [one.number for one in made.gone] == ["2"]
    assert [(one.old.number, one.new.number, one.fields) for one in made.changed] == [
        ("3", "33", ("number", "remarks"))  # another row is no change
    ]
    table = made.table()
    assert table.schema == CHANGES
    assert table.select("change", "entry").rows() == [
        ("added", "4"),
        ("changed", "33"),
        ("gone", "2"),
        ("returned", "5"),
    ]
    assert "2 entries were added (1 of them with a day of listing before the older version), 1 were gone" in made.says()


def test_a_list_against_itself_and_the_wrong_way_round() -> None:
    same = diff(OLD, OLD)
    assert (same.added, same.gone, same.changed) == ((), (), ())
    back = diff(OLD, replace(NEW, date=OLD.date))
    assert len(OLD.entries) + len(back.added) - len(back.gone) == len(NEW.entries)
    with pytest.raises(WrongUse, match="after the second"):
        diff(NEW, OLD)
    with pytest.raises(WrongUse, match="are different lists"):
        diff(OLD, replace(NEW, name="OTHER"))


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_the_old_version_and_what_changed_make_the_new_one(before: set[int], after: set[int]) -> None:
    old = a_list(date(2010, 1, 1), *(entry(str(number)) for number in sorted(before)))
    new = a_list(date(2020, 1, 1), *(entry(str(number)) for number in sorted(after)))
    made = diff(old, new)
    added, gone = ({int(one.number) for one in found} for found in (made.added, made.gone))
    assert (before - gone) | added == after
    assert added.isdisjoint(before)
    assert gone <= before
    assert made.changed == ()


@pytest.mark.parametrize(
    ("on", "day", "how"),
    [
        (date(2009, 12, 31), date(2010, 1, 1), "later only"),
        (date(2010, 1, 1), date(2010, 1, 1), "of the day"),
        (date(2019, 12, 31), date(2010, 1, 1), "before"),
        (date(2020, 1, 1), date(2020, 1, 1), "of the day"),
        (date(2024, 1, 1), date(2020, 1, 1), "before"),
    ],
)
def test_a_day_is_answered_by_the_version_at_or_before_it(on: date, day: date, how: str) -> None:
    for some in ([OLD, NEW], [NEW, OLD, OLD]):
        versions = Versions.of(some)
        answer = versions.as_of("MADE LIST", on)
        assert answer is not None
        assert (answer.list.date, answer.how) == (day, how)
        assert len(versions.by_name["MADE LIST"]) == 2
    assert Versions.of([OLD]).as_of("ANOTHER", on) is None


def test_less_than_half_of_what_was_is_refused(tmp_path: Path) -> None:
    known = counted()[-1]
    many = replace(OLD, name=known.list, date=known.date, declared=known.entries // 2 + 1)
    assert shortfall(many) == ""
    assert shortfall(replace(many, declared=known.entries // 2 - 1)).endswith("as after a download that broke off")
    assert shortfall(replace(many, declared=1, date=date(1999, 1, 1))) == ""  # nothing is known of that time
    assert shortfall(replace(NEW, declared=1), OLD) != ""
    assert shortfall(replace(NEW, declared=2), OLD) == ""
    path = tmp_path / "list.xml"
    path.write_text('<CONSOLIDATED_LIST dateGenerated="2026-03-01T00:00:00Z"></CONSOLIDATED_LIST>')
    with pytest.raises(Unreadable, match=r"has 0 entries, where it had 1,003 on 2026-02-27"):
        formats.read(path)


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("sdn-2021-07-07.zip", date(2021, 7, 7)),
        ("UN_20260227.xml", date(2026, 2, 27)),
        ("2026_02_27.xml", date(2026, 2, 27)),
        ("20210707abcd-list.xml", None),  # the hash that a case puts before a name
        ("list-2021-13-07.xml", None),
        ("from-2021-07-07-to-2021-07-08.csv", None),
        ("sdn.xml", None),
    ],
)
def test_a_files_name_tells_a_day_or_none(file: str, day: date | None) -> None:
    assert date_in_name(file) == day


def test_what_a_new_version_finds_that_the_old_one_did_not() -> None:
    asked = [Asked(names=(f"EXAMPLE {number}",)) for number in (1, 2, 5)]
    before, after = screen(asked, Index([OLD])), screen(asked, Index([NEW]))
    assert schema.problems(before, schema.HITS) == []
    changed = hits_between(before, after).filter(pl.col("asked") == pl.col("name"))
    assert changed.select("change", "asked", "entry").rows() == [("gone", "EXAMPLE 2", "2"), ("new", "EXAMPLE 5", "5")]
    assert hits_between(after, after).is_empty()


@pytest.mark.shared
def test_the_37_returned_entries_are_found(shared: Path) -> None:
    old = formats.read(shared / "lists/un_consolidated/UN_consolidated_2021-03-12.xml")
    new = formats.read(shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml")
    made = diff(old, new)
    back = made.returned
    assert len(back) == 37
    assert {one.programmes for one in back} == {("Iran",)}
    assert [sum(one.kind == kind for one in back) for kind in ("person", "entity")] == [20, 17]
    assert {one.listed_from.year for one in back if one.listed_from} <= set(range(2006, 2013))
    assert [one for one in made.added if "Iran" in one.programmes] == list(back)
    assert not [one for one in made.gone if "Iran" in one.programmes]
    assert (len(made.added), len(made.gone)) == (87, 88)
    # what was screened before: of these 37 names none met its entry in 2021, and each meets it now
    asked = [Asked(names=(one.name,), kind=one.kind) for one in back]
    found = hits_between(screen(asked, Index([old])), screen(asked, Index([new])))
    assert {one.number for one in back} <= set(found.filter(pl.col("change") == "new")["entry"])
