"""What `darkwake screen` can be told of a subject, and what it says of what it cannot take."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_controls import table
from made_list import ENTRIES, mark, vessel, xml
from typer.testing import CliRunner

from darkwake import kept, steps
from darkwake.cli import app
from darkwake.errors import DarkwakeError, Unreadable
from darkwake.screening import Asked, Entry, Flag, Identifier, Index, ListedName, SanctionsList, formats, screen
from darkwake.screening.lists import EntryKind


@pytest.fixture
def sdn(tmp_path: Path) -> str:
    path = tmp_path / "sdn.xml"
    path.write_text(xml(*ENTRIES))
    return str(path)


@pytest.fixture
def controls(tmp_path: Path) -> str:
    return str(table(tmp_path / "controls.csv", "My List,2024-03-14,1.A,Invented salt,,,,,,,"))


def told(*words: str) -> dict[str, Any]:
    """What the command prints as JSON."""
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    plain: dict[str, Any] = json.loads(result.output)
    return plain


def refused(*words: str) -> DarkwakeError:
    """Why the command does nothing."""
    error = CliRunner().invoke(app, [*words]).exception
    assert isinstance(error, DarkwakeError), error
    return error


def weights(hit: dict[str, Any]) -> dict[str, float]:
    return {one["feature"]: one["weight"] for one in hit["features"]}


def test_a_renamed_and_reflagged_ship_is_certain_by_its_imo_and_the_flag_is_shown(sdn: str) -> None:
    asked = ["screen", "QUITE ANOTHER", "--imo", "1234567", "--flag", "PA", "--lists", sdn]
    (hit,) = [one for one in told(*asked)["hits"] if one["rank"] == "certain"]
    assert (hit["name"], weights(hit)["imo"], weights(hit)["flag"]) == ("EXAMPLE STAR", 0.6, 0.0)
    printed = CliRunner().invoke(app, asked).output
    assert "match: certain" in printed
    assert "Another flag; ships change flag, so nothing is taken away: asked PA, listed St. Kitts & Nevis" in printed
    (former,) = told(*asked, "--former-name", "Nobody", "--former-name", "Example Star")["hits"][:1]
    assert weights(former)["name"] > 0.2


def test_call_sign_mmsi_and_the_same_flag_lift_a_name(sdn: str) -> None:
    name = ["screen", "EXAMPLE STAR", "--lists", sdn]
    (hit, *_) = told(*name, "--call-sign", "9XX12", "--flag", "KN", "--kind", "ship")["hits"]
    assert (hit["rank"], weights(hit)["callsign"], weights(hit)["flag"]) == ("strong", 0.06, 0.03)
    Path(sdn).write_text(xml(vessel(106, "QUITE ANOTHER", ids=mark("MMSI", "229000001"))))
    (hit,) = told("screen", "--mmsi", "229000001", "--lists", sdn)["hits"]
    assert (hit["entry"], hit["rank"], weights(hit)) == ("106", "weak lead", {"mmsi": 0.06})


def test_a_person_is_asked_for_with_birth_and_country_and_a_kind_leaves_others_out(sdn: str) -> None:
    name = ["screen", "JANE MARY EXAMPLESON", "--lists", sdn]
    for born, feature in (("190X", "born"), ("1950", "other birth")):
        (hit,) = told(*name, "--kind", "person", "--born", born)["hits"]
        assert feature in weights(hit)
    assert told("screen", "EXAMPLE STAR", "--kind", "company", "--lists", sdn)["hits"] == [], "no ship is met"
    (company,) = told("screen", "EXAMPLE OWNER LTD", "--kind", "company", "--country", "MT",
                      "--lists", sdn)["hits"]  # fmt: skip
    assert company["entry"] == "104"
    (owner,) = told("screen", "NOBODY AT ALL", "--owner", "EXAMPLE OWNER", "--lists", sdn)["hits"]
    assert "owner" in weights(owner)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--flag", "Freedonia"], "--flag 'Freedonia' is no country"),
        (["--country", "Freedonia"], "--country 'Freedonia' is no country"),
        (["--born", "last spring"], "has no year"),
        (["--kind", "submarine"], "no kind of party"),
        (["--kind", "person", "--imo", "1234567"], "--imo is of a ship"),
        (["--imo", "1234567", "--born", "1950"], "--born is of a person or company"),
    ],
)
def test_what_would_be_looked_past_is_refused(sdn: str, options: list[str], says: str) -> None:
    assert says in str(refused("screen", "EXAMPLE", *options, "--lists", sdn))


@pytest.mark.parametrize(
    "words",
    [["screen", "NAME"], ["goods", "WORDS"], ["manifest", "m.csv"], ["rescreen", "r.json"], ["verify", "r.json"]],
)
def test_two_files_behind_one_option_are_told_how_to_repeat_it(words: list[str]) -> None:
    error = refused(*words, "--lists", "a.xml", "b.xml", "c.xml")
    assert error.exit_code == 2
    assert "Repeat --lists for each file, such as --lists b.xml --lists c.xml" in error.message()


def test_a_list_of_the_other_kind_leads_to_the_right_command(sdn: str, controls: str) -> None:
    error = refused("screen", "NAME", "--lists", controls).message()
    assert "is a list of goods" in error
    assert 'darkwake goods "WORDS" --lists controls.csv' in error
    error = refused("goods", "salt", "--lists", sdn).message()
    assert "is a list of ships, companies and people" in error
    assert 'darkwake screen "NAME" --lists sdn.xml' in error


# --- one misspelled word is a weak lead until something else agrees ---


def entry(kind: EntryKind, name: str) -> Entry:
    marks = (Identifier("callsign", "9XX12", "9XX12"),)
    return Entry(
        "1", kind, (ListedName(name),), 1, 2, marks, (Flag("Malta", "MT"),), born=("1975",), nationalities=("Malta",)
    )


def rank(kind: EntryKind, listed: str, **asked: Any) -> str | None:
    of = SanctionsList("MADE LIST", date(2020, 1, 1), 1, "0" * 64, "made.xml", (entry(kind, listed),))
    hits = screen([Asked(kind=kind, **asked)], Index([of]))
    return hits["rank"].item() if hits.height else None


@pytest.mark.parametrize(
    ("kind", "listed", "asked", "alone"),
    [
        ("entity", "SAIRAN", "JAIRAN", "weak lead"),
        ("entity", "SAIRAN LTD", "JAIRAN", "weak lead"),
        ("person", "ZEMBLINSKIJA", "ZEMBLONSKIJA", "weak lead"),
        ("vessel", "ZEMBLINSKIJA", "ZEMBLONSKIJA", "weak lead"),
        ("vessel", "ZEMBLINSKIJA 7", "ZEMBLONSKIJA 7", "fair"),  # the number agrees
        ("vessel", "ZEMBLINSKIJA WARBLER", "ZEMBLONSKIJA WARBLER", "fair"),  # one word is the same
        ("person", "MOHAMMED", "MUHAMMAD", "fair"),  # spelled otherwise, not misspelled
        ("entity", "ZEMBLINSKIJA", "ZEMBLINSKIJA", "fair"),
    ],
)
def test_one_misspelled_word_is_a_weak_lead(kind: EntryKind, listed: str, asked: str, alone: str) -> None:
    assert rank(kind, listed, names=(asked,)) == alone


def test_one_misspelled_word_with_a_flag_a_birth_or_a_country_is_fair() -> None:
    assert rank("vessel", "ZEMBLINSKIJA", names=("ZEMBLONSKIJA",), flag="MT") == "fair"
    assert rank("vessel", "ZEMBLINSKIJA", names=("ZEMBLONSKIJA",), callsign="9XX12") == "fair"
    assert rank("person", "ZEMBLINSKIJA", names=("ZEMBLONSKIJA",), born="1975") == "fair"
    assert rank("entity", "SAIRAN", names=("JAIRAN",), countries=("MT",)) == "fair"


# --- several versions, and files under another day's name ---


def test_a_later_version_that_lost_most_of_its_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    full = SanctionsList("MADE", date(2020, 1, 1), 10, "a" * 64, "old.xml", (), own_count=False)
    cut = SanctionsList("MADE", date(2020, 1, 2), 4, "b" * 64, "new.xml", (), own_count=False)
    files = {one.file: one for one in (full, cut)}
    monkeypatch.setattr(formats, "read", lambda path, **_: files[Path(path).name])
    assert formats.read_all(["new.xml"]) == [cut], "alone there is nothing to hold it against"
    with pytest.raises(Unreadable, match=r"new\.xml: the list of 2020-01-02 has 4 entries, where it had 10"):
        formats.read_all(["new.xml", "old.xml"])


def test_yesterdays_file_under_todays_name_and_two_files_of_one_day_are_said_when_a_case_takes_them(
    tmp_path: Path,
) -> None:
    stale, other = tmp_path / "sdn-2026-11-22.xml", tmp_path / "sdn.xml"
    stale.write_text(xml(*ENTRIES))
    other.write_text(xml(*ENTRIES[:2]))
    case = steps.new(tmp_path / "case", steps.Asked(name="case")).path
    (said,) = kept.said_of_lists(case, steps.add(case, [stale]))
    assert said == ("sdn-2026-11-22.xml: The file's name tells 2026-11-22, but the list inside is of 2020-02-03.")
    assert kept.said_of_lists(case, steps.add(case, [stale])) == [], "it was there already"
    (said,) = kept.said_of_lists(case, steps.add(case, [other]))
    assert said.startswith("sdn.xml: There is another file of the OFAC SDN of 2020-02-03, sdn-2026-11-22.xml, with")
