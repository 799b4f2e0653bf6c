"""Sources as they were added: what is passed over, what was altered, and what the package itself brings."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import made_papers_case as made
from darkwake import steps
from darkwake.case import cited
from darkwake.case.folder import find
from darkwake.cli import app
from darkwake.errors import Refused, UnknownKind, Unreadable
from darkwake.synth import lists

LISTED = (
    "# rows: 1\n# whole: no\nlist,version,entry,text,cas,hs,heading,in_force_from,in_force_to,source\n"
    "Invented List,2024-03-14,9.Z.9,Example perchlorate of nothing,,,,,,made up\n"
)
PORTS = "name,country,lat,lon\nExample Haven,DK,57.7,10.6\n"
NMEA = "\\s:1,c:1700000000*0A\\!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\n"
GOODS = '\n[[goods]]\ndescription = "ammonium perchlorate"\ncas = "7790-98-9"\n'


def asking(path: Path) -> Path:
    """A case of one article that asks about goods which the package's own tables list; not run yet."""
    made.case(path)
    with (path / "case.toml").open("a", encoding="utf-8") as toml:
        toml.write(GOODS)
    texts = made.write(path.parent / "given", "tern.txt")
    steps.add(path, [*texts, written(path.parent / "list.csv", LISTED)], invented=True)
    return path


# --- the package's own tables ---


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = asking(tmp_path_factory.mktemp("asked") / "case")
    steps.run(path)
    return path


def test_a_table_of_the_package_that_is_cited_stands_in_the_register_and_verifies(asked: Path) -> None:
    told = json.loads((asked / "case.json").read_text(encoding="utf-8"))
    (table,) = (one for one in told["sources"] if one["kind"] == "package table")
    assert (table["name"], table["rows"], table["kept"]) == ("control_facts.csv", 3, 3)
    (goods,) = (one for one in told["evidence"] if one["kind"] == "goods")
    assert {one["source"] for one in goods["sources"]} == {table["sha256"]}
    checks = steps.verify(asked, again=True)
    assert {one.result for one in checks} == {"holds"}, [one for one in checks if one.result != "holds"]
    assert "package table control_facts.csv" in {one.what for one in checks}
    (passage, *_) = cited.cited(find(asked), told, goods["id"]) or []
    assert (passage.name, passage.note) == ("control_facts.csv", "A table of the package itself, in its folder `data`.")


def test_what_the_page_cites_it_also_holds(asked: Path) -> None:
    page = (asked / "case.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="#(source-[^"]+)"', page))
    assert links
    assert links <= set(re.findall(r'id="([^"]+)"', page))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"name":"control_facts.csv"', '"name":"other.csv"', "this package has none of that name"),
        ('"name":"control_facts.csv"', '"name":"ports.csv"', "this package has one of the sha256"),
        ('"name":"control_facts.csv"', '"name":"../evidence.py"', "this package has none of that name"),
    ],
)
def test_a_table_that_the_package_does_not_hold_is_named(
    asked: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = Path(shutil.copytree(asked, tmp_path / "case", copy_function=shutil.copyfile))
    text = (path / "case.json").read_text(encoding="utf-8")
    assert old in text
    (path / "case.json").write_text(text.replace(old, new), encoding="utf-8")
    wrong = {one.what: one.says for one in steps.verify(path) if one.result == "does not hold"}
    assert says in next(why for what, why in wrong.items() if what.startswith("package table"))


def test_a_table_of_the_package_that_was_added_stands_in_the_register_once(tmp_path: Path) -> None:
    path = asking(tmp_path / "case")
    with (tmp_path / "mine.csv").open("wb") as file:
        file.write(files("darkwake").joinpath("data", "control_facts.csv").read_bytes())
    steps.add(path, [tmp_path / "mine.csv"])
    rows = [one for one in steps.run(path).sources if one.name.endswith(".csv")]
    assert sorted((one.name, one.kind) for one in rows) == [
        ("list.csv", "control-table"),
        ("mine.csv", "control-table"),
    ]


# --- altered sources ---


def listed(folder: Path) -> Path:
    lists.write_sdn(folder / "invented-sdn.xml", lists.invent(3), published=date(2026, 1, 2))
    return folder / "invented-sdn.xml"


def one_of(kind: str, folder: Path) -> Path:
    if kind == "articles":
        return made.write(folder, "gull.txt")[0]
    if kind == "lists":
        return listed(folder)
    if kind == "goods":
        text = files("darkwake").joinpath("data", "control_facts.csv").read_text(encoding="utf-8")
        return written(folder / "goods.csv", text)
    return written(folder / f"{kind}.txt", NMEA * 3) if kind == "heard" else written(folder / "ports.csv", PORTS)


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("how", ["altered", "missing"])
@pytest.mark.parametrize("kind", ["articles", "lists", "goods", "heard", "ports"])
def test_a_source_that_is_not_as_it_was_added_is_never_read(tmp_path: Path, kind: str, how: str) -> None:
    path = asking(tmp_path / "case")
    ((added, new),) = steps.add(path, [one_of(kind, tmp_path / "given")])
    assert new
    file = find(path).source_path(added)
    if how == "altered":
        file.chmod(0o644)
        raw = bytearray(file.read_bytes())
        raw[len(raw) // 2] ^= 1
        file.write_bytes(raw)
    else:
        file.unlink()
    says = "not as it was added" if how == "altered" else "a source is missing"
    with pytest.raises(Unreadable, match=says) as caught:
        steps.run(path)
    assert file.name in caught.value.where
    assert "darkwake verify" in caught.value.to_do
    assert not (path / "case.json").exists()


def test_a_store_of_a_source_that_left_the_register_says_so(tmp_path: Path) -> None:
    path = asking(tmp_path / "case")
    ((added, _),) = steps.add(path, [one_of("heard", tmp_path / "given")])
    steps.run(path)
    register = path / "sources.jsonl"
    kept = [line for line in register.read_text(encoding="utf-8").splitlines(True) if added.sha256 not in line]
    register.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(Unreadable, match="which the register does not name"):
        steps.run(path)


# --- folders with other things in them ---


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = made.write(tmp_path / "given", "gull.txt", "tern.txt")[0].parent
    (folder / "deep").mkdir()
    (folder / "deep" / "noise.bin").write_bytes(b"\x00\x01\x02" * 99)
    (folder / "empty.csv").write_bytes(b"")
    pl.DataFrame({f"c{number:02}": [1] for number in range(14)}).write_parquet(folder / "rows.parquet")
    written(folder / "table.csv", "when;who;\u202eweird\n1;2;3\n")
    return folder


def test_what_no_reader_knows_in_a_folder_is_passed_over_and_named(given: Path, tmp_path: Path) -> None:
    path = made.case(tmp_path / "case")
    taken = steps.add(path, [given])
    assert [(one.name, new) for one, new in taken] == [("gull.txt", True), ("tern.txt", True)]
    passed = {one.file.relative_to(given).as_posix(): one.why for one in taken.passed}
    assert list(passed) == ["deep/noise.bin", "empty.csv", "rows.parquet", "table.csv"]
    assert passed["deep/noise.bin"] == "no reader recognises this file"
    assert passed["empty.csv"] == "the file is empty"
    first = ", ".join(f"c{number:02}" for number in range(12))
    assert passed["rows.parquet"] == f"no reader recognises this file, whose columns are {first} and 2 more"
    said = CliRunner().invoke(app, ["add", str(path), str(given)], env={"COLUMNS": "400"})
    assert said.exit_code == 0
    assert said.output.count("passed over  ") == 4
    assert "\u202e" not in said.output
    plain = json.loads(CliRunner().invoke(app, ["add", str(path), str(given), "--json"]).stdout)
    assert [one.get("passed_over", "") for one in plain] == ["", "", *passed.values()]
    assert {one["sha256"] for one in plain[:2]} == {one.sha256 for one, _ in taken}


def test_a_file_that_is_named_is_meant(given: Path, tmp_path: Path) -> None:
    path = made.case(tmp_path / "case")
    for name, columns in (("rows.parquet", "c00, c01"), ("table.csv", "when, who")):
        with pytest.raises(UnknownKind, match=f"no reader recognises this file, whose columns are {columns}"):
            steps.add(path, [given, given / name])
    with pytest.raises(UnknownKind, match=r"no reader recognises any of its 1 files; of noise\.bin: no reader"):
        steps.add(path, [given, given / "deep"])
    assert find(path).sources() == []


def test_the_columns_of_a_table_in_a_zip_are_told(tmp_path: Path) -> None:
    path = made.case(tmp_path / "case")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "one,two\n1,2\n")
    with pytest.raises(UnknownKind, match="whose columns are one, two"):
        steps.add(path, [tmp_path / "a.zip"])


def test_a_file_in_a_folder_that_its_reader_cannot_read_stops_all(given: Path, tmp_path: Path) -> None:
    path = made.case(tmp_path / "case")
    whole = listed(tmp_path).read_bytes()
    (given / "cut.xml").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match=r"cut\.xml"):
        steps.add(path, [given])
    assert find(path).sources() == []
