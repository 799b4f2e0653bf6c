from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from darkwake.errors import MissingColumn, Unreadable, WrongUse
from darkwake.schema import STANDINGS
from darkwake.screening import Asked, Entry, Index, ListedName, SanctionsList, formats, screen
from darkwake.screening.regimes import Regime, in_force, known, read
from darkwake.screening.standing import standing
from darkwake.screening.versions import Versions

HEAD = "regime,name,lists,programme,authority,acts,from,to,state,held_by,contested_by,checked,source,says\n"
ROW = "made,the made measures,MADE LIST|OTHER,Freedonia,A council"
TABLE = f"""{HEAD}{ROW},Act 1; Act 2,2001-01-01,2009-12-31,in force,all,,yes,made,The first act was in force.
{ROW},Act 3,2010-01-01,2011-12-31,part,all,,partly,made,The third act kept some.
{ROW},Act 3,2012-01-01,2013-12-31,ended,all,,yes,made,The third act had lapsed.
{ROW},Act 1,2014-01-01,,in force,EU US,CN,yes,made,The first act had returned.
{ROW},Act 3,2014-01-01,,ended,CN,EU US,no,made,Its return was held void.
"""


@pytest.fixture
def table(tmp_path: Path) -> tuple[Regime, ...]:
    path = tmp_path / "regimes.csv"
    path.write_text(TABLE)
    return read(path)


def entry(number: str, listed: date | None = date(2005, 1, 1), programmes: tuple[str, ...] = ("Freedonia",)) -> Entry:
    name = (ListedName(f"EXAMPLE {number}"),)
    return Entry(number, "entity", name, 1, 2, programmes=programmes, listed_from=listed)


def a_list(day: date, *entries: Entry) -> SanctionsList:
    return SanctionsList("MADE LIST", day, len(entries), str(day).ljust(64, "0"), f"{day}.xml", entries)


STAYED, RETURNED = entry("stayed"), entry("returned")
EARLY = a_list(date(2011, 1, 1), STAYED)
LATE = a_list(date(2016, 1, 1), STAYED, RETURNED)


@pytest.mark.parametrize(
    ("on", "stayed", "returned", "returned_by_the_late_one_alone"),
    [
        (date(2004, 1, 1), "not in force", "not in force", "not in force"),  # before its day of listing
        (date(2006, 1, 1), "in force", "in force", "in force"),
        (date(2010, 6, 1), "in force", "cannot tell", "cannot tell"),
        (date(2011, 6, 1), "in force", "not in force", "cannot tell"),
        (date(2012, 6, 1), "not in force", "not in force", "not in force"),
        (date(2015, 6, 1), "contested", "contested", "contested"),
        (date(2017, 6, 1), "contested", "contested", "contested"),
    ],
)
def test_a_day_is_answered_by_list_entry_and_regime_together(
    table: tuple[Regime, ...], on: date, stayed: str, returned: str, returned_by_the_late_one_alone: str
) -> None:
    both, late = Versions.of([EARLY, LATE]), Versions.of([LATE])
    assert in_force(STAYED, LATE, on, versions=both, regimes=table).word == stayed
    assert in_force(RETURNED, LATE, on, versions=both, regimes=table).word == returned
    assert in_force(RETURNED, LATE, on, versions=late, regimes=table).word == returned_by_the_late_one_alone
    assert in_force(RETURNED, LATE, on, regimes=table).word == returned_by_the_late_one_alone


def test_views_are_told_each_for_itself_and_never_averaged(table: tuple[Regime, ...]) -> None:
    made = in_force(RETURNED, LATE, date(2015, 6, 1), versions=Versions.of([EARLY, LATE]), regimes=table)
    assert [(one.view, one.word) for one in made.views] == [
        ("the EU and the United States", "in force"),
        ("China", "not in force"),
    ]
    assert "In the view of the EU and the United States, in force: The first act had returned." in made.says
    assert "it was taken off and put back, and the list does not say when." in made.says
    assert "In the view of China, not in force: Its return was held void." in made.says
    assert "were not borne out by a source at hand" in made.views[1].says
    assert in_force(RETURNED, LATE, date(2015, 6, 1), "CN", regimes=table).word == "not in force"
    assert in_force(RETURNED, LATE, date(2015, 6, 1), "US", regimes=table).word == "in force"
    agreed = in_force(RETURNED, LATE, date(2012, 6, 1), regimes=table)
    assert [one.view for one in agreed.views] == ["everybody"]


def test_an_early_list_alone_does_not_tell_who_came_back(table: tuple[Regime, ...]) -> None:
    assert in_force(STAYED, EARLY, date(2015, 6, 1), "EU", regimes=table).word == "cannot tell"
    assert in_force(STAYED, EARLY, date(2015, 6, 1), "CN", regimes=table).word == "not in force"
    assert in_force(STAYED, EARLY, date(2015, 6, 1), regimes=table).word == "cannot tell"


def test_before_everything_that_the_table_holds_nothing_can_be_told(table: tuple[Regime, ...]) -> None:
    made = in_force(entry("old", date(1990, 1, 1)), LATE, date(1995, 1, 1), regimes=table)
    assert made.word == "cannot tell"
    assert "nothing is known here of the made measures" in made.says


def test_without_a_regime_the_lists_alone_answer() -> None:
    other = entry("other", programmes=("Sylvania",))
    undated = entry("undated", None, ("Sylvania",))
    late, early = a_list(date(2016, 1, 1), other, undated), a_list(date(2011, 1, 1), other)
    versions = Versions.of([early, late])
    assert in_force(other, late, date(2013, 1, 1), versions=versions).word == "in force"
    assert "Of the dates of its programme (Sylvania) nothing is known here." in in_force(other, late, late.date).says
    between = in_force(undated, late, date(2013, 1, 1), versions=versions)
    assert between.word == "cannot tell"
    assert "it came in between" in between.says
    assert in_force(undated, late, date(2013, 1, 1)).word == "cannot tell"
    assert in_force(undated, late, date(2011, 1, 1), versions=versions).word == "not in force"
    gone = a_list(date(2018, 1, 1), undated)
    assert in_force(other, late, date(2019, 1, 1), versions=Versions.of([late, gone])).word == "not in force"
    ended = replace(other, listed_to=date(2012, 1, 1))
    assert in_force(ended, a_list(late.date, ended), late.date).word == "not in force"


def test_under_two_programmes_one_in_force_is_enough(table: tuple[Regime, ...]) -> None:
    two = entry("two", programmes=("Freedonia", "Sylvania"))
    assert in_force(two, a_list(LATE.date, two), date(2012, 6, 1), regimes=table).word == "in force"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TABLE.replace("2010-01-01", "2009-12-31"), "two periods of one holder cover 2009-12-31"),
        (TABLE.replace("EU US,CN", "CN EU,CN"), "two periods of one holder cover 2014-01-01"),
        (TABLE.replace("2001-01-01", "soon"), "soon"),
        (TABLE.replace(",ended,", ",over,"), "'over' is no state"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "regimes.csv"
    path.write_text(text)
    with pytest.raises(Unreadable, match=says):
        read(path)
    path.write_text(TABLE.replace("contested_by", "other"))
    with pytest.raises(MissingColumn, match="contested_by"):
        read(path)


def test_the_packages_own_table_says_of_every_period_how_sure_and_from_where() -> None:
    periods = [period for regime in known() for period in regime.periods]
    assert len(periods) == 12
    assert all(period.source and period.says.endswith(".") for period in periods)
    (un,) = [one for one in known() if one.id == "un-iran"]
    assert un.views() == (("UN", "EU", "GB", "US"), ("CN", "RU", "IR"))
    # no day since the first has a hole in anybody's eyes
    for holder in ("UN", "CN"):
        held = [period for period in un.periods if period.held(holder)]
        for one, following in pairwise(held):
            assert one.end is not None
            assert (following.start - one.end).days == 1


def test_hits_are_told_for_one_day_or_for_the_days_of_each_ship(table: tuple[Regime, ...]) -> None:
    asked = [Asked(names=("EXAMPLE RETURNED",), ship=257000001), Asked(names=("EXAMPLE STAYED",), ship=257000002)]
    asked = [replace(one, kind="entity") for one in asked]
    hits = screen(asked, Index([LATE])).filter(pl.col("rank") == "fair")
    versions = Versions.of([EARLY, LATE])
    one_day = standing(hits, versions, on=date(2012, 6, 1), regimes=table)
    assert one_day.schema == STANDINGS
    assert one_day["standing"].to_list() == ["not in force"] * hits.height
    days = pl.DataFrame({"ship": [257000001] * 2, "on": [date(2012, 6, 1), date(2015, 6, 1)]})
    by_ship = standing(hits, versions, on=days, regimes=table).filter(pl.col("ship") == 257000001)
    own = hits.filter(pl.col("ship") == 257000001, pl.col("entry") == "returned")["id"][0]
    assert by_ship.filter(pl.col("hit") == own)["standing"].to_list() == ["not in force", "contested"]
    with pytest.raises(WrongUse, match="not among the versions"):
        standing(hits, Versions.of([EARLY]), on=date(2012, 6, 1))


@pytest.mark.shared
def test_the_un_list_of_2026_is_answered_otherwise_for_june_and_for_november_2025(shared: Path) -> None:
    old = formats.read(shared / "lists/un_consolidated/UN_consolidated_2021-03-12.xml")
    new = formats.read(shared / "lists/un_consolidated/UN_consolidated_2026-02-27.xml")
    iran = [one for one in new.entries if "Iran" in one.programmes]
    june, november = date(2025, 6, 1), date(2025, 11, 1)
    for versions in (Versions.of([new]), Versions.of([old, new])):
        before = [in_force(one, new, june, versions=versions) for one in iran]
        after = [in_force(one, new, november, versions=versions) for one in iran]
        assert {one.word for one in before} == {"not in force"}
        assert {one.word for one in after} == {"contested"}
        assert all("On Transition Day (2023-10-18)" in one.says for one in before)
        assert all([(seen.word) for seen in one.views] == ["in force", "not in force"] for one in after)
        assert all("20:00 in New York on 2025-09-27" in one.says and "2025-10-18" in one.says for one in after)
    # between, the file of 2026 alone cannot tell the 37 from the 84; the one of 2021 can
    between = date(2022, 1, 1)
    alone = [in_force(one, new, between, versions=Versions.of([new])).word for one in iran]
    with_both = [in_force(one, new, between, versions=Versions.of([old, new])).word for one in iran]
    assert alone.count("cannot tell") == 121
    assert (with_both.count("in force"), with_both.count("not in force")) == (84, 37)
