"""Ports by the names that texts use: spellings meet, and short or common words meet nothing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from darkwake import ports
from darkwake.case import claimed
from darkwake.evidence import Subject


def among(text: str, port: str) -> list[str]:
    row = ports.default().filter(pl.col("port") == port).row(0, named=True)
    subject = Subject("port", port, row["name"])
    named = claimed.Named([], [(name, subject) for name in ports.called(port, row["name"], row["country"])])
    return [one.key for one in named.among({"text": text, "actors": [], "places": [], "things": []})]


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("It unloaded at Shahid Rajaee on 20 September", "IRBSR"),
        ("the port of Shahid Rajaei", "IRBSR"),
        ("Shahid Raja'i’s quays", "IRBSR"),
        ("at Bandar-e Shahid Rajaee", "IRBSR"),
        ("ferries from Bandar-e Abbas", "IRBND"),
        ("ferries from BANDAR ABBAS", "IRBND"),
        ("ferries from Bandar-e-‘Abbās", "IRBND"),
        ("It left Gaolan", "CNZUH"),
        ("It left Zhuhai-Gaolan", "CNZUH"),
        ("seen off Chabahar", "IRZBR"),
        ("seen at Chah Bahar", "IRZBR"),
        ("anchored at Jebel Ali", "AEJEA"),
        ("the port of Jask", "IRJAK"),
        ("at Bandar-e Jask", "IRJAK"),
        ("Kuwait port was shut", "KWKWI"),
        ("It left Tianjin", "CNTXG"),
    ],
)
def test_a_port_is_met_in_the_spellings_of_texts(text: str, port: str) -> None:
    assert among(text, port) == [port]


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("said Mr Abbas", "IRBND"),
        ("Imam Khomeini said", "IRBKM"),
        ("the Shahid Works", "IRBSR"),
        ("Jask is a name", "IRJAK"),
        ("the government of Kuwait", "KWKWI"),
        ("through the Strait of Hormuz", "IRHOR"),
        ("tianjin written small", "CNTXG"),
        ("the Zhuhaian press", "CNZUH"),
    ],
)
def test_short_common_and_shared_words_meet_nothing_by_themselves(text: str, port: str) -> None:
    assert among(text, port) == []


def test_the_table_of_spellings_holds_known_ports_and_no_port_takes_anothers_own_name() -> None:
    table = ports.default()
    own: dict[str, set[str]] = {}
    for port, name in table.select("port", "name").iter_rows():
        own.setdefault(ports.folded(name), set()).add(port)
    folder = Path(ports.__file__).parent / "data"
    for file in ("port_names.csv", "port_spellings.csv"):
        rows = pl.read_csv(folder / file, infer_schema=False)
        assert set(rows["port"]) <= set(table["port"])
        assert rows.is_duplicated().sum() == 0
    for port, name in rows.iter_rows():  # the table that is kept by hand
        assert own.get(ports.folded(name), {port}) == {port}, name


def test_a_port_of_another_table_is_known_by_its_name_and_country() -> None:
    assert "shahid rajaee" in ports.called("port-0000000000000000", "Bandar-e Shahid Reajie", "IR")
    assert ports.called("port-0000000000000000", "Bandar-e Shahid Reajie", "OM") == ("bandar shahid reajie",)


def test_the_alternate_names_of_the_index_are_read(tmp_path: Path) -> None:
    file = tmp_path / "index.csv"
    file.write_text(
        "Main Port Name,Alternate Port Name,UN/LOCODE,Country Code,Latitude,Longitude\n"
        "East Haven,Osthavn; East Haven;Ost,NO EHV,Norway,60,5\nWest Haven, ,NO WHV,Norway,61,5\n"
    )
    assert ports.other_names(file).rows() == [("NOEHV", "Ost"), ("NOEHV", "Osthavn")]
    assert ports.read(file)[0].height == 2
