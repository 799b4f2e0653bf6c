from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from darkwake.case import record_page
from darkwake.screening import Asked, Entry, GoodsAsked, GoodsIndex, Index, ListedName, SanctionsList
from darkwake.screening import record as records

HOSTILE = "<script>alert(1)</script> \u202eEMAN\u200b"


def a_record(*names: str, goods: bool = True) -> dict[str, Any]:
    entry = Entry(
        "7", "entity", (ListedName(f"ZEMBLAN HARBOUR {HOSTILE}"),), 1, 2, programmes=("IRAN & CO",), remarks="x" * 5_000
    )
    of = SanctionsList("MADE <LIST>", date(2020, 1, 1), 1, "a" * 64, "made.xml", (entry,), own_count=False)
    asked = [Asked((name,), on=date(2021, 2, 3)) for name in names]
    questions = [GoodsAsked("sodium perchlorate", from_="CN", to="IR"), GoodsAsked("wooden toys")]
    return records.seal(
        at=datetime(2026, 1, 2),
        parties=records.of_parties(asked, Index([of])),
        goods=records.of_goods(questions, GoodsIndex([])) if goods else None,
        about=HOSTILE,
    )


def test_the_page_is_whole_without_scripts_and_shows_what_was_typed_as_text() -> None:
    page = record_page.render(a_record(f"ZEMBLAN HARBOUR {HOSTILE}", "NOBODY WHATEVER"), file="r.json")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page
    assert not re.search(r'(?:src|href)="', page)
    assert "default-src 'none'" in page.replace("&#39;", "'")
    for part in (
        "MADE &lt;LIST&gt;", "a" * 64, "2021-02-03", "darkwake verify r.json", records.NOT_CLEAR, "NOBODY WHATEVER",
        "Another ship or person has the same or a similar name.", "not listed, stated precursor", "@media print",
        "prefers-color-scheme: dark", "the list gives no day of listing", "wooden toys",
    ):  # fmt: skip
        assert part in page, part


def test_equal_records_give_equal_pages_and_nothing_found_is_said_first() -> None:
    record = a_record("NOBODY WHATEVER", goods=False)
    page = record_page.render(record)
    assert page == record_page.render(record)
    assert "Nothing was found." in page
    assert page.index("Not found in the lists checked (MADE") < page.index("is not the same as clear")
    assert "the list is clear" not in page
    assert record["sha256"] in page


@pytest.mark.parametrize("many", [record_page.MOST_ASKED + 5])
def test_a_long_search_is_counted_out(many: int) -> None:
    page = record_page.render(a_record(*(f"NOBODY WHATEVER {at}" for at in range(many)), goods=False))
    assert "And 5 more, which stand in the JSON file." in page


def test_the_package_brings_the_page() -> None:
    folder = Path(record_page.__file__).parent / "page"
    assert {"record.css", "record.html.j2"} <= {file.name for file in folder.iterdir()}
