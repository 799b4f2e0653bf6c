from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from darkwake.errors import Unreadable
from darkwake.screening import Asked, Index, SanctionsList, formats, screen

pytestmark = pytest.mark.shared

NAMED = {
    "SHABDIS": "9349588",
    "JAIRAN": "9167291",
    "GOLBON": "9283033",
    "BASHT": "9346536",
    "ELYANA": "9165827",
    "ARTAVAND": "9193214",
}


@pytest.fixture(scope="module")
def path(shared: Path) -> Path:
    return shared / "lists/ofac_sdn_xml_2021-03/sdn.xml.gz"


@pytest.fixture(scope="module")
def sdn(path: Path) -> SanctionsList:
    return formats.read(path)


@pytest.fixture(scope="module")
def index(sdn: SanctionsList) -> Index:
    return Index([sdn])


def test_the_whole_list_is_read(sdn: SanctionsList) -> None:
    assert (sdn.date, sdn.declared, sdn.refused) == (date(2021, 3, 10), 8832, {})
    assert sdn.counts == {
        "entries": 8832,
        "aircraft": 277,
        "entity": 3613,
        "person": 4539,
        "vessel": 403,
        "vessels with IMO": 398,
        "vessels with MMSI": 51,
        "identifiers with a fault": 1,  # an IMO number of five digits
    }


def test_lines_lead_back_to_the_entry(path: Path, sdn: SanctionsList) -> None:
    with gzip.open(path, "rt") as text:
        lines = text.read().splitlines()
    for entry in (sdn.entries[0], sdn.entries[4000], sdn.entries[-1]):
        assert lines[entry.row - 1].strip() == "<sdnEntry>"
        assert lines[entry.row].strip() == f"<uid>{entry.number}</uid>"
        assert lines[entry.last_row - 1].strip() == "</sdnEntry>"


@pytest.mark.parametrize(("name", "imo"), NAMED.items())
def test_ships_are_certain_by_imo_and_found_by_name(index: Index, name: str, imo: str) -> None:
    by_imo = screen([Asked(imo=imo, names=("RENAMED",), flag="PA")], index)
    assert by_imo.select("name", "rank").rows() == [(name, "certain")]
    by_name = screen([Asked(names=(name.title(),), kind="vessel")], index)
    assert by_name.row(0, named=True)["name"] == name
    assert by_name.row(0, named=True)["rank"] == "fair"


def test_a_former_name_is_found(index: Index) -> None:
    hit = screen([Asked(names=("BARZIN",), kind="vessel")], index).row(0, named=True)
    assert (hit["name"], hit["features"][0]["listed"]) == ("FANREACH", "BARZIN")
    assert "f.k.a." in hit["features"][0]["says"]
    assert screen([Asked(imo="9820269")], index)["name"].to_list() == ["FANREACH"]


def test_every_sound_imo_on_the_list_is_certain_and_alone(index: Index, sdn: SanctionsList) -> None:
    marks = {(entry.number, mark.raw) for entry in sdn.entries for mark in entry.values("imo") if not mark.fault}
    hits = screen([Asked(imo=raw) for _, raw in marks], index, at_least="certain")
    assert len(marks) == 397
    assert set(hits["entry"]) == {number for number, _ in marks}
    assert hits.group_by("asked").len()["len"].max() == 1


def test_the_same_name_with_another_imo_is_a_weak_lead(index: Index) -> None:
    hits = screen([Asked(names=("SHABDIS",), imo="9074729", flag="IR")], index)
    assert hits.filter(pl.col("name") == "SHABDIS")["rank"].to_list() == ["weak lead"]


def test_a_list_cut_short_or_altered_is_refused(path: Path, tmp_path: Path) -> None:
    text = gzip.decompress(path.read_bytes())
    cut = tmp_path / "cut.xml"
    cut.write_bytes(text[:1_000_000])
    with pytest.raises(Unreadable, match=r"cut.xml, line [0-9,]+: the XML is cut short or altered"):
        formats.read(cut)
    packed = tmp_path / "cut.xml.gz"
    packed.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(Unreadable, match="cut short"):
        formats.read(packed)
    begin = text.index(b"  <sdnEntry>", 5_000_000)
    end = text.index(b"</sdnEntry>", begin) + len(b"</sdnEntry>\n")
    without = tmp_path / "without.xml"
    without.write_bytes(text[:begin] + text[end:])
    with pytest.raises(Unreadable, match=r"declares 8,832 entries and holds 8,831"):
        formats.read(without)


def test_many_subjects_at_once_are_answered_as_each_of_them_alone(sdn: SanctionsList, index: Index) -> None:
    # more than are looked up together, damaged by a rule, so that words have to be looked for
    asked = [
        Asked(names=(name[:at] + name[at + 1 :],), kind=entry.kind if at % 2 else None)
        for at, entry in enumerate(sdn.entries[::31])
        for name in [entry.names[0].text.replace(",", "")]
        for at in [3 + at % 5]
    ]
    at_once = screen(asked, index)
    alone = pl.concat([screen([one], index) for one in asked])
    assert len(asked) > 256
    assert at_once.height > 256
    assert at_once.equals(alone.unique("id").sort(["score", "id"], descending=[True, False]))
