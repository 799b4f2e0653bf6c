from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from made_case import made_case

from darkwake.case import cited, decisions, folder, lines, notes, notes_shown
from darkwake.case.folder import Asked, CaseFolder
from darkwake.case.html import render
from darkwake.case.index import anchor
from darkwake.errors import CaseBusy, Unreadable, WrongUse

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
HOSTILE = '</li><script>alert(1)</script> <!--notes--> \u202eevil\u202c "quoted" {{ 7 * 7 }} ' + "x" * 2000


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    return folder.create(tmp_path / "case", Asked(name="invented"))


def write(case: CaseFolder, text: str = "Asked the owner.", **more: Any) -> notes.Note:
    given: dict[str, Any] = {"author": "A. Reader", "at": AT} | more
    return notes.add(case, text=text, **given)


def test_a_note_is_kept_with_its_author_and_time_and_withdrawing_is_one_more_line(case: CaseFolder) -> None:
    east = timezone(timedelta(hours=8))
    made = write(case, at=AT.astimezone(east), about={"kind": "gap", "key": "gap-1"})
    assert made.at == "2026-01-02T03:04:00Z"
    assert write(case, about={"kind": "gap", "key": "gap-1"}) == made  # the same again is the same note
    other = write(case, "Another.", author="B. Reader")
    before = (case.path / notes.FILE).read_bytes()
    notes.withdraw(case, made.id, author="B. Reader", at=AT, because="wrong ship")
    assert (case.path / notes.FILE).read_bytes().startswith(before)
    rows = {row["id"]: row for row in notes.listed(case)}
    assert set(rows) == {made.id, other.id}
    assert rows[other.id] == {
        "id": other.id, "kind": "note", "about": {}, "text": "Another.", "author": "B. Reader",
        "at": "2026-01-02T03:04:00Z", "withdrawn": False,
    }  # fmt: skip
    gone = rows[made.id]
    assert (gone["withdrawn"], gone["withdrawn_by"], gone["withdrawn_because"]) == (True, "B. Reader", "wrong ship")
    for wanted in (made.id, "note-0", notes.read(case)[-1].id):
        with pytest.raises(WrongUse):
            notes.withdraw(case, wanted, author="A. Reader", at=AT)


def test_a_rating_is_of_evidence_and_a_hypothesis_and_stands_beside(case: CaseFolder) -> None:
    evidence = {"kind": "ev", "key": "ev-1"}
    made = write(case, kind="rating", about=evidence, hypothesis="hyp-1", mark="against")
    assert (notes.listed(case)[0]["mark"], notes.listed(case)[0]["hypothesis"]) == ("against", "hyp-1")
    assert made in notes.read(case)
    wrongs: tuple[dict[str, Any], ...] = (
        {"about": {}}, {"about": {"kind": "gap", "key": "gap-1"}}, {"hypothesis": ""}, {"mark": "guilty"},
        {"kind": "note"}, {"kind": "verdict"},
    )  # fmt: skip
    for wrong in wrongs:
        given: dict[str, Any] = {"kind": "rating", "about": evidence, "hypothesis": "hyp-1", "mark": "for"} | wrong
        with pytest.raises(WrongUse):
            write(case, **given)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": " \n"}, "the note is missing"),
        ({"text": "x" * 4001}, "has 4,001 characters"),
        ({"text": "\ud800"}, "half a character"),
        ({"author": ""}, "author's name is missing"),
        ({"author": "x" * 201}, "has 201 characters"),
        ({"about": {"kind": "gap"}}, "a kind and a key"),
        ({"about": {"kind": "gap", "key": "x" * 201}}, "has 201 characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(case: CaseFolder, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongUse, match=says):
        write(case, **({"text": "Something."} | wrong))
    assert not (case.path / notes.FILE).exists()


def _many(path: Path, author: str) -> None:
    for number in range(20):
        write(CaseFolder(path), f"{author} {number}", author=author)


def test_notes_of_several_people_at_once_all_survive(case: CaseFolder) -> None:
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=_many, args=(case.path, f"reader {one}")) for one in range(3)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert [one.exitcode for one in people] == [0, 0, 0]
    assert sorted(one.text for one in notes.read(case)) == sorted(
        f"reader {one} {number}" for one in range(3) for number in range(20)
    )


def test_half_a_line_of_a_killed_writer_is_dropped_and_no_whole_one(
    case: CaseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(case)
    file = case.path / notes.FILE
    whole = file.read_bytes()
    for cut in (1, 40, len(whole) - 1):
        file.write_bytes(whole + whole[:cut])
        assert notes.read(case) == [first]
    second = write(case, "Second.")
    assert notes.read(case) == [first, second]
    monkeypatch.setattr(lines, "WAIT_S", 0.05)
    with case.lock(), pytest.raises(CaseBusy):
        write(case, "while a run works")
    file.write_bytes(whole + b'{"id": 7}\n')
    with pytest.raises(Unreadable, match="line 2 is no note"):
        notes.read(case)


def test_a_decision_on_a_hit_stands_among_the_notes(case: CaseFolder) -> None:
    hit = {
        "id": "hit-1",
        "ship": 200000001,
        "asked": "A",
        "list": "L",
        "list_date": AT.date(),
        "entry": "1",
        "name": "N",
    }
    given: dict[str, Any] = {"author": "A. Reader", "content": {}}
    made = decisions.decide(case, hit, because="another ship", at=AT, **given)
    (row,) = notes.listed(case)
    assert (row["id"], row["kind"], row["about"]) == (made.id, "decision", {"kind": "hit", "key": "hit-1"})
    decisions.decide(case, hit, word="withdrawn", because="read again", at=AT + timedelta(days=1), **given)
    (row,) = notes.listed(case)
    assert (row["withdrawn"], row["withdrawn_because"]) == (True, "read again")


def test_the_file_page_shows_notes_as_text_and_has_no_form(case: CaseFolder) -> None:
    plain = made_case(fixes=200)
    gap = next(row for row in plain["events"] if row["kind"] == "gap")
    write(case, HOSTILE, author="<b>Eve</b>\u202e", about={"kind": "gap", "key": gap["id"]})
    write(case, "About what is gone.", about={"kind": "gap", "key": "gap-of-an-older-run"})
    page = render(plain | {"notes": notes.listed(case)})
    section = page[page.index('<section id="notes"') : page.index('<section id="evidence"')]
    assert "&lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt; &lt;!--notes--&gt; ⟨U+202E⟩evil" in section
    assert "{{ 7 * 7 }} " + "x" * 2000 in section
    assert "&lt;b&gt;Eve&lt;/b&gt;⟨U+202E⟩" in section
    assert f'data-about="{anchor("gap", gap["id"])}"' in section
    assert "gap gap-of-an-older-run, not in the case now" in section
    assert "\u202e" not in page
    assert "<dialog" not in page
    assert "connect-src" not in page
    assert '<section id="notes"' not in render(plain)
    assert render(plain | {"notes": notes.listed(case)}) == page


def test_every_anchor_that_the_page_names_can_have_a_note() -> None:
    plain = made_case(fixes=200)
    known = notes_shown.things(plain)
    page = render(plain)
    kinds = {thing["kind"] for thing in known.values()}
    assert {"ship", "gap", "voyage", "thread", "hit", "ev", "source", "port"} <= kinds
    assert all(
        f'id="{name}"' in page for name, thing in known.items() if thing["kind"] in ("gap", "thread", "hit", "ev")
    )
    more = {"hypotheses": {"rows": [{"id": "hyp-1", "title": "It was repaired at anchor"}]}}
    lacks = {"what": "The bill of lading", "where": "the carrier"}
    (found,) = (one for one in notes_shown.things({"missing": [lacks]}).values())
    assert (found["kind"], found["key"], found["label"]) == (
        "missing",
        notes_shown.missing(lacks),
        "missing The bill of lading",
    )
    assert notes_shown.hypotheses(plain | more) == [{"id": "hyp-1", "title": "It was repaired at anchor"}]


# --- down to the row ---


def lay(case: CaseFolder, name: str, content: bytes, kind: str = "dma-csv") -> str:
    file = case.path.parent / name
    file.write_bytes(content)
    return case.take(file, kind=kind)[0].sha256


def packed(way: str, files: dict[str, bytes]) -> bytes:
    import gzip
    import io
    import zipfile

    import zstandard

    whole = b"".join(files.values())
    if way == "zip":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return held.getvalue()
    if way == "zst":
        return zstandard.ZstdCompressor().compress(whole)
    return gzip.compress(whole) if way == "gz" else whole


@pytest.mark.parametrize("way", ["plain", "gz", "zst", "zip"])
def test_rows_are_those_that_the_readers_number(case: CaseFolder, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line 1 is the head; a zip's second file goes on where the first ends; lines may lie across pieces."""
    monkeypatch.setattr(cited, "_CHUNK", 64)
    first = b"time,ship,name\r\n" + b"".join(b'%d,%d,"A, ""B"""\r\n' % (n, n * n) for n in range(2, 301))
    second = b"time,ship,name\nlast,1,here" if way == "zip" else b""
    sha256 = lay(case, f"a.{way}", packed(way, {"a.csv": first, "b.csv": second} if second else {"a.csv": first}))
    for row in (2, 3, 150, 299, 300):
        told = cited.passage(case, {}, sha256, row, row, "row")
        assert told.head == ("time", "ship", "name")
        assert told.rows == ((row, (str(row), str(row * row), 'A, "B"')),)
    many = cited.passage(case, {}, sha256, 10, 200, "row")
    assert [number for number, _ in many.rows] == list(range(10, 10 + cited.MOST_ROWS))
    assert many.note == f"{191 - cited.MOST_ROWS:,} more rows are not shown."
    assert cited.passage(case, {}, sha256, 900, 901, "row").note == "The file ends before that row."
    if way == "zip":
        assert cited.passage(case, {}, sha256, 302, 302, "row").rows == ((302, ("last", "1", "here")),)


def test_what_cannot_be_shown_of_a_source_says_why(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not in the case's folder" in cited.passage(case, {}, "0" * 64, 1, 1, "row").note
    assert "not shown" in cited.passage(case, {}, "0" * 64, 1, 1, "band").note
    long = lay(case, "long.nmea", b"x" * 10_000 + b"\nshort\n", kind="nmea")
    ((_, (cell,)),) = cited.passage(case, {}, long, 1, 1, "row").rows
    assert cell.endswith("(10,000 characters in all)")
    assert cited.passage(case, {}, long, 2, 2, "row").rows == ((2, ("short",)),)
    broken = lay(case, "broken.zip", b"PK\x03\x04 cut short")
    assert "could not be read there" in cited.passage(case, {}, broken, 1, 1, "row").note
    monkeypatch.setattr(cited, "MOST_BYTES", 5_000)
    assert "too deep" in cited.passage(case, {}, long, 2, 2, "row").note
    assert cited.cited(case, made_case(fixes=200), "ev-none") is None
    assert cited.cited(case, {}, "constructor") is None
