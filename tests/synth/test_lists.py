from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from darkwake.synth import demo, fleet, lists

NAMESPACE = "{http://tempuri.org/sdnList.xsd}"


def path_names(path: Path) -> set[str | None]:
    root = ElementTree.fromstring(path.read_text())  # noqa: S314  our own file
    return {one.text for one in root.iter(f"{NAMESPACE}lastName")}


def test_the_list_says_of_itself_that_it_is_invented_and_counts_right(tmp_path: Path) -> None:
    path = lists.write_sdn(tmp_path / "list.xml", demo.entries(), published=date(2025, 8, 29))
    text = path.read_text()
    assert "INVENTED" in text.splitlines()[1]
    root = ElementTree.fromstring(text)  # noqa: S314  our own file
    entries = root.findall(f"{NAMESPACE}sdnEntry")
    assert root.findtext(f"{NAMESPACE}publshInformation/{NAMESPACE}Record_Count") == str(len(entries)) == "42"
    assert root.findtext(f"{NAMESPACE}publshInformation/{NAMESPACE}Publish_Date") == "08/29/2025"
    programmes = {str(one.text) for entry in entries for one in entry.iter(f"{NAMESPACE}program")}
    assert all(programme.startswith("INVENTED-") for programme in programmes)
    uids = [one.text for one in root.iter(f"{NAMESPACE}uid")]
    assert len(uids) == len(set(uids))


def test_only_the_planted_ships_share_their_imo_numbers_with_an_entry() -> None:
    listed = {entry.imo for entry in demo.entries() if entry.imo}
    crew = {fleet.imo_number(300_000 + number * 37): number for number in range(400)}
    assert {crew[imo] for imo in listed & set(crew)} == {1, 42}


def test_names_are_escaped(tmp_path: Path) -> None:
    path = lists.write_sdn(tmp_path / "x.xml", [lists.Entry("Entity", "A & B <C>")], published=date(2025, 1, 2))
    assert "A & B <C>" in path_names(path)
