"""The case folder: what is asked, what was taken in, and that nothing is ever half written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from darkwake.case import folder
from darkwake.case.folder import Asked
from darkwake.errors import CaseBusy, CaseMissing, WrongUse

ASKED = Asked("strait", 'Who said "when"?\n', from_=("CN", "IRBND"), to=("Iran",), period="2025-09", longer_than_h=12)


def test_what_is_asked_comes_back(tmp_path: Path) -> None:
    case = folder.create(tmp_path / "strait", ASKED)
    asked = folder.find(case.path).asked()
    assert (asked.name, asked.question, asked.from_, asked.to) == ("strait", ASKED.question, ("CN", "IRBND"), ("IR",))
    assert asked.times() == (datetime(2025, 9, 1), datetime(2025, 10, 1))


def test_goods_articles_and_sites_that_are_asked_about_come_back(tmp_path: Path) -> None:
    asked = Asked(
        "strait",
        goods=({"description": 'a "salt"', "cas": "7601-89-0"}, {"hs": "2829.90"}),
        articles=({"file": "a.txt", "outlet": "The Saltby Mail", "published": "2026-02-10"},),
        sites=({"name": "works", "images": "site/images", "footprints": "site/f.geojson", "credit": "nobody"},),
    )
    assert folder.create(tmp_path / "strait", asked).asked() == asked


@pytest.mark.parametrize(
    "asked", [Asked(""), Asked("x", from_=("Atlantis",)), Asked("x", period="soon"), Asked("x", longer_than_h=0)]
)
def test_a_question_that_cannot_be_used_leaves_nothing(tmp_path: Path, asked: Asked) -> None:
    with pytest.raises(WrongUse):
        folder.create(tmp_path / "case", asked)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_question_names_the_file(tmp_path: Path) -> None:
    case = folder.create(tmp_path / "case", Asked("x"))
    for text in ("name = ", 'name = "x"\n[corridor]\nfrom = "CN', 'name = "x"\ncorridor = 3', "\xff"):
        (case.path / "case.toml").write_text(text, encoding="latin-1")
        with pytest.raises(WrongUse, match=r"case\.toml"):
            case.asked()


def test_no_case_and_something_else_there(tmp_path: Path) -> None:
    with pytest.raises(CaseMissing, match="darkwake new"):
        folder.find(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(WrongUse, match="already"):
        folder.create(tmp_path / "file", Asked("x"))


def test_a_source_is_taken_once_and_never_altered(tmp_path: Path) -> None:
    case = folder.create(tmp_path / "case", Asked("x"))
    file = tmp_path / "a.csv"
    file.write_text("one")
    first, was_new = case.take(file, kind="table", columns="time=T")
    assert was_new
    assert case.source_path(first).read_text() == "one"
    renamed = file.rename(tmp_path / "b.csv")
    assert case.take(renamed, kind="table", columns="time=T") == (first, False)
    assert case.sources() == [first]
    with pytest.raises(WrongUse, match="never altered"):
        case.take(renamed, kind="table", columns="time=Other")
    assert sorted(path.name for path in (case.path / "sources").iterdir()) == [case.source_path(first).name]


def test_two_runs_at_once(tmp_path: Path) -> None:
    case = folder.create(tmp_path / "case", Asked("x"))
    with case.lock(), pytest.raises(CaseBusy, match="another run"), folder.find(case.path).lock():
        pass
    with case.lock():
        pass


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    folder.write_text(file, "before")
    with pytest.raises(UnicodeEncodeError):
        folder.write_text(file, "after \ud800")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_no_room_is_said_before_the_copy(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="bytes free"):
        folder.room_for(tmp_path, 1 << 60)
