"""Articles through the commands: alone, in a case, corrected and graded by people, and handed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from darkwake.cli import app
from darkwake.errors import DarkwakeError, Unreadable, WrongUse

ARTICLES = {
    "calmere.txt": "Outlet: Radio Calmere\nPublished: 2026-03-04\n\nThe Wicker Avocet unloaded about 1,200 tons of "
    "pellite at Nettlehithe on Tuesday, two port officials told Radio Calmere.\n",
    "gull.txt": "Outlet: The Gull Harbour Post\nPublished: 2026-03-05\n\nThe Wicker Avocet unloaded about 1,200 tons "
    "of pellite at Nettlehithe on 3 March, Radio Calmere reported on Wednesday, citing two port officials.\n",
}
WHO = ("--because", "read again", "--by", "A. Quill")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def say(*words: object) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "80"})
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def case_of(made: Path) -> Path:
    case = made.parent / "case"
    say("new", case, "--question", "Who said what?")
    say("add", case, made, "--invented")
    say("run", case)
    return case


def read(case: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((case / "case.json").read_text(encoding="utf-8"))
    return told


def test_articles_alone_make_a_case_with_one_origin(made: Path) -> None:
    case = case_of(made)
    told = read(case)
    claims = told["claims"]
    assert isinstance(claims, dict)
    (cluster,) = [one for one in claims["origins"] if len(one["outlets"]) == 2]
    assert (cluster["least"], cluster["most"]) == (1, 1)
    assert "articles of 2 outlets" in told["answer"]["sentences"][0]  # type: ignore[index]
    page = (case / "case.html").read_text(encoding="utf-8")
    assert "1 origin, 2 outlets" in page
    assert "nobody graded it" in page
    again = json.loads(say("run", case, "--json"))
    assert not any(step["new"] for step in again["steps"])


def test_a_grade_and_a_correction_stay_and_the_next_run_goes_by_them(made: Path) -> None:
    case = case_of(made)
    claims = json.loads(say("ledger", case, "--json"))["claims"]
    first, second = claims[0]["id"], claims[1]["id"]
    assert "F3; 1 rows" in say("grade", case, first, "--credibility", "3", *WHO)
    assert "B3; 2 rows" in say("grade", case, first, "--reliability", "b", *WHO)
    say("correct", case, first, "--set", "modality=alleged", *WHO)
    say("correct", case, first, "--apart", second, *WHO)
    say("run", case)
    told = read(case)["claims"]
    assert isinstance(told, dict)
    (claim,) = [one for one in told["claims"] if one["id"] == first]
    assert claim["modality"] == "alleged"
    assert claim["grade"]["code"] == "B3"
    assert not any({first, second} <= set(one["claims"]) for one in told["clusters"])
    history = json.loads(say("ledger", case, "--history", first, "--json"))
    assert [row["kind"] for row in history] == ["claim", "grade", "grade", "correction"]
    assert history[0]["superseded_by"] == history[3]["id"]
    say("correct", case, first, "--withdraw", *WHO)
    say("run", case)
    told = read(case)["claims"]
    assert isinstance(told, dict)
    assert first not in {one["id"] for one in told["claims"]}


def test_a_ledger_goes_out_through_a_spreadsheet_and_comes_back(made: Path) -> None:
    ledger, table = made.parent / "claims.jsonl", made.parent / "claims.csv"
    say("claims", made, "--ledger", ledger)
    say("ledger", ledger, "--to", "csv", "-o", table)
    table.write_text(table.read_text(encoding="utf-8").replace("asserted", "possible", 1), encoding="utf-8")
    assert "1 changed something" in say("ledger", ledger, "--take", table, *WHO)
    moods = [one["modality"] for one in json.loads(say("ledger", ledger, "--json"))["claims"]]
    assert sorted(moods).count("possible") == 1
    for form in ("jsonl", "prov", "schema-org", "ftm"):
        out = made.parent / f"out.{form}"
        say("ledger", ledger, "--to", form, "-o", out)
        assert out.stat().st_size > 500


def test_a_ledger_that_was_altered_stops_the_run_and_leaves_the_case(made: Path) -> None:
    case = case_of(made)
    before = (case / "case.json").read_bytes()
    file = case / "claims.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("Nettlehithe", "Quillhaven", 1), encoding="utf-8")
    (made / "third.txt").write_text(
        ARTICLES["gull.txt"].replace("Gull Harbour Post", "Tern Bay Gazette"), encoding="utf-8"
    )
    say("add", case, made / "third.txt")
    with pytest.raises(Unreadable, match="not as it was written"):
        say("run", case)
    assert (case / "case.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("correct", "CASE", "claim-", *WHO, "--withdraw"), "of them begins with"),
        (("correct", "CASE", "claim-0", *WHO), "say one thing"),
        (("grade", "CASE", "nothing", "--credibility", "3", *WHO), "no claim or article"),
        (("ledger", "CASE", "--to", "csv"), "needs a file"),
        (("ledger", "NOWHERE"), "no ledger of claims"),
        (("claims", "EMPTY"), "no article"),
    ],
)
def test_what_cannot_be_is_said(made: Path, words: tuple[str, ...], match: str) -> None:
    case = case_of(made)
    empty = made.parent / "empty"
    empty.mkdir()
    places = {"CASE": case, "NOWHERE": made.parent / "none.jsonl", "EMPTY": empty}
    with pytest.raises(WrongUse, match=match) as error:
        say(*(places.get(word, word) for word in words))
    assert isinstance(error.value, DarkwakeError)
    assert error.value.exit_code == 2


def test_what_stands_beside_an_article_and_in_the_case_is_known_of_it(made: Path) -> None:
    (made / "bare.txt").write_text(
        "The Copper Siskin left Saltby on Monday, its captain said. It was empty, he said.\n"
    )
    (made / "bare.txt.meta.toml").write_text('outlet = "The Saltby Mail"\npublished = "2026-02-10"\n')
    case = case_of(made)
    told = read(case)["claims"]
    assert isinstance(told, dict)
    (bare,) = [one for one in told["articles"] if one["name"] == "bare.txt"]
    assert (bare["outlet"], bare["published"]) == ("The Saltby Mail", "2026-02-10")
    toml = case / "case.toml"
    toml.write_text(toml.read_text() + '\n[[articles]]\nfile = "bare.txt"\npublished = "2026-02-17"\n')
    say("run", case)
    told = read(case)["claims"]
    assert isinstance(told, dict)
    (bare,) = [one for one in told["articles"] if one["name"] == "bare.txt"]
    assert (bare["outlet"], bare["published"]) == ("The Saltby Mail", "2026-02-17")
