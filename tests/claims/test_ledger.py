"""The ledger: what was written is there, what was changed is told, and a kill loses nothing but its own line."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_ledger import ARTICLES_MADE, AT, CLAIMS_MADE, IDS, WHO, article, tables

from darkwake import schema
from darkwake.claims import edits, ledger, plain, rows
from darkwake.errors import CaseBusy, Refused, Unreadable, WrongUse
from darkwake.evidence import canonical_json

ARTICLES, CLAIMS = tables()


def begun(folder: Path) -> Path:
    """A ledger with the invented reading in it."""
    path = folder / "claims.jsonl"
    ledger.append(path, edits.reading(ledger.Ledger(), ARTICLES, CLAIMS, made_by="claims 0.1.0"), at=AT)
    return path


def edited(folder: Path) -> Path:
    """A ledger in which people changed much of it."""
    path = begun(folder)
    makers: list[Callable[[ledger.Ledger], rows.Row]] = [
        lambda kept: edits.correction(kept, IDS[0], {"modality": "alleged"}, **WHO),
        lambda kept: edits.correction(kept, IDS[0], {"modality": "possible", "hedges": ["perhaps"]}, **WHO),
        lambda kept: edits.correction(kept, ARTICLES_MADE[2]["id"], {"published": "2026-03-04"}, **WHO),
        lambda kept: edits.laid(kept, IDS[0], IDS[1], together=True, **WHO),
        lambda kept: edits.laid(kept, IDS[1], IDS[0], together=False, **WHO),
        lambda kept: edits.history(kept, "Strait Radio", held=7, failed=1, **WHO),
        lambda _: rows.note(IDS[1], "Ask the harbour office.", **WHO),
        lambda kept: edits.withdrawal(kept, IDS[2], "claim", **WHO),
    ]
    for make in makers:
        ledger.append(path, [make(ledger.read(path))], at=AT + timedelta(minutes=5))
    return path


def state(kept: ledger.Ledger) -> Any:
    return kept.rows, kept.articles().rows(), kept.claims().rows(), kept.pairs()


def test_what_was_read_comes_back_as_the_same_tables(tmp_path: Path) -> None:
    kept = ledger.read(begun(tmp_path))
    assert kept.problems == []
    assert kept.articles().equals(ARTICLES)
    assert kept.claims().equals(CLAIMS)


def test_lines_become_a_table_and_the_same_bytes_again(tmp_path: Path) -> None:
    path = begun(tmp_path)
    again = tmp_path / "again.jsonl"
    kept = ledger.read(path)
    ledger.append(again, edits.reading(ledger.Ledger(), kept.articles(), kept.claims(), made_by="claims 0.1.0"), at=AT)
    assert again.read_bytes() == path.read_bytes()


def test_the_same_reading_twice_is_written_once(tmp_path: Path) -> None:
    path = edited(tmp_path)
    before = path.read_bytes()
    first = edits.reading(ledger.Ledger(), ARTICLES, CLAIMS, made_by="claims 0.1.0")
    assert ledger.append(path, first, at=AT) == ledger.Appended((), len(first), "")
    assert edits.reading(ledger.read(path), ARTICLES, CLAIMS, made_by="claims 0.2.0") == []
    assert path.read_bytes() == before


def test_a_correction_is_a_new_row_and_the_old_ones_are_shown_as_superseded(tmp_path: Path) -> None:
    kept = ledger.read(edited(tmp_path))
    first, second, third = kept.history(IDS[0], "claim")
    assert [one.row.kind for one in (first, second, third)] == ["claim", "correction", "correction"]
    assert (first.superseded_by, second.superseded_by, third.superseded_by) == (second.row.id, third.row.id, "")
    assert second.row.body == {"changes": {"modality": {"was": "asserted", "is": "alleged"}}}
    assert (second.row.author, second.row.because, second.row.at) == (*reversed(WHO.values()), "2026-11-22T03:05:00Z")
    (row,) = kept.claims().filter(id=IDS[0]).iter_rows(named=True)
    assert row == CLAIMS_MADE[0] | {"modality": "possible", "hedges": ["perhaps"]}
    assert kept.claims()["id"].to_list() == [one for one in CLAIMS["id"].to_list() if one != IDS[2]]
    assert [one.row.kind for one in kept.history(IDS[2])] == ["claim", "withdrawn"]
    assert kept.articles().filter(outlet="Mole Courier")["published"].to_list() == ["2026-03-04"]
    assert [(one.word, one.a, one.b) for one in kept.pairs()] == [("apart", *sorted(IDS[:2]))]
    assert [one.body["text"] for one in kept.notes(IDS[1])] == ["Ask the harbour office."]


def test_a_withdrawn_claim_can_come_back_and_a_withdrawn_note_is_gone(tmp_path: Path) -> None:
    path = edited(tmp_path)
    kept = ledger.read(path)
    (withdrawn,) = [one for one in kept.rows if one.kind == "withdrawn"]
    note = kept.notes(IDS[1])[0]
    back = rows.claim(plain.fitted(kept.history(IDS[2])[0].row.body, schema.CLAIMS), **WHO, replaces=withdrawn.id)
    ledger.append(path, [back, edits.withdrawal(kept, IDS[1], note.slot, **WHO)], at=AT)
    kept = ledger.read(path)
    assert IDS[2] in kept.claims()["id"]
    assert kept.notes(IDS[1]) == []


def test_a_newer_reading_replaces_an_older_one_but_not_what_a_person_wrote(tmp_path: Path) -> None:
    path = edited(tmp_path)
    found = [ARTICLES_MADE[0] | {"title": "Figs"}, ARTICLES_MADE[2] | {"published": "2026-03-09"}]
    again = plain.table_of(found, schema.ARTICLES)
    new = edits.reading(ledger.read(path), again, schema.empty(schema.CLAIMS), made_by="claims 0.2.0")
    ledger.append(path, new, at=AT)
    shown = {row["id"]: row for row in ledger.read(path).articles().iter_rows(named=True)}
    assert shown[ARTICLES_MADE[0]["id"]]["title"] == "Figs"
    assert shown[ARTICLES_MADE[2]["id"]]["published"] == "2026-03-04"


def test_a_newer_reading_takes_back_what_it_does_not_find_but_nothing_that_a_person_touched(tmp_path: Path) -> None:
    path = begun(tmp_path)
    kept = ledger.read(path)
    ledger.append(path, [rows.note(IDS[0], "Ask the harbour office.", **WHO)], at=AT)
    ledger.append(path, [edits.correction(kept, IDS[1], {"modality": "alleged"}, **WHO)], at=AT)
    newer = [one | {"id": f"{one['id']}-2", "made_by": "parse 0.2.0"} for one in CLAIMS_MADE[:3]]
    again = plain.table_of(plain.rows_of(pl.DataFrame(newer, schema=schema.CLAIMS, orient="row")), schema.CLAIMS)
    ledger.append(path, edits.reading(ledger.read(path), ARTICLES, again, made_by="parse 0.2.0"), at=AT)
    kept = ledger.read(path)
    assert set(kept.claims()["id"]) == {IDS[0], IDS[1], f"{IDS[2]}-2"}
    assert [(one.row.kind, one.row.author) for one in kept.history(IDS[3])][1:] == [("withdrawn", "parse 0.2.0")]
    assert edits.reading(kept, ARTICLES, again, made_by="parse 0.2.0") == []
    ledger.append(path, [edits.withdrawal(kept, f"{IDS[2]}-2", "claim", **WHO)], at=AT)
    back = edits.reading(ledger.read(path), ARTICLES, CLAIMS, made_by="claims 0.1.0")
    ledger.append(path, back, at=AT)
    kept = ledger.read(path)
    assert set(kept.claims()["id"]) == {IDS[0], IDS[1], IDS[3]}  # a person said that the third is none
    assert kept.problems == []


def test_whoever_comes_second_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    path = begun(tmp_path)
    kept = ledger.read(path)
    ledger.append(path, [edits.correction(kept, IDS[0], {"modality": "alleged"}, **WHO)], at=AT)
    before = path.read_bytes()
    late = [rows.note(IDS[0], "Fine.", **WHO), edits.correction(kept, IDS[0], {"modality": "planned"}, **WHO)]
    with pytest.raises(WrongUse, match="stands there"):
        ledger.append(path, late, at=AT)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda kept: edits.correction(kept, "claim-0", {"modality": "alleged"}, **WHO), "no 'claim-0' to correct"),
        (lambda kept: edits.correction(kept, IDS[0], {"modality": "asserted"}, **WHO), "changes nothing"),
        (lambda kept: edits.correction(kept, IDS[0], {"mood": "sad"}, **WHO), "no field 'mood'"),
        (lambda kept: edits.correction(kept, IDS[0], {"negated": "no"}, **WHO), "negated is no true or false"),
        (lambda kept: edits.correction(kept, IDS[0], {"id": "claim-1"}, **WHO), "what makes the claim"),
        (lambda kept: edits.correction(kept, IDS[0], {"chain": [{"name": "x"}]}, **WHO), r"chain\[0\] has no 'kind'"),
        (lambda kept: edits.correction(kept, IDS[0], {"cue": "x"}, because=" ", author="A. Reader"), "needs a reason"),
        (lambda kept: edits.correction(kept, IDS[0], {"cue": "x"}, because="so", author=""), "who wrote it"),
        (lambda kept: edits.correction(kept, IDS[0], {"cue": "\ud800"}, **WHO), "surrogates"),
        (lambda kept: edits.laid(kept, IDS[0], IDS[0], together=True, **WHO), "names not two claims"),
        (lambda kept: edits.laid(kept, IDS[0], "claim-0", together=True, **WHO), "no claim 'claim-0'"),
        (lambda kept: edits.history(kept, "Strait Radio", held=-1, failed=0, **WHO), "how many"),
        (lambda kept: edits.withdrawal(kept, IDS[0], "pair", **WHO), "to withdraw"),
        (lambda _: rows.claim({"id": "claim-1"}, author="A. Reader", because="so"), "the row has no 'article'"),
        (lambda _: rows.note(IDS[0], "x" * 4001, **WHO), "at most 4,000"),
        (lambda _: rows.article(ARTICLES_MADE[0] | {"text": "Other."}, made_by="x"), "not the one that its hash"),
    ],
)
def test_what_cannot_be_said_is_refused_before_it_is_written(
    tmp_path: Path, make: Callable[[ledger.Ledger], rows.Row], told: str
) -> None:
    kept = ledger.read(begun(tmp_path))
    with pytest.raises(WrongUse, match=told):
        make(kept)


def test_the_words_of_a_claim_must_stand_in_its_article(tmp_path: Path) -> None:
    path = begun(tmp_path)
    wrong = edits.correction(ledger.read(path), IDS[0], {"start": 5}, **WHO)
    with pytest.raises(WrongUse, match="do not stand at 5"):
        ledger.append(path, [wrong], at=AT)
    fewer = {"start": 5, "text": CLAIMS_MADE[0]["text"][5:]}
    ledger.append(path, [edits.correction(ledger.read(path), IDS[0], fewer, **WHO)], at=AT)
    assert fewer.items() <= dict(ledger.read(path).value(IDS[0], "claim") or {}).items()


# --- damage ---


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return edited(tmp_path_factory.mktemp("whole")).read_bytes()


def changed(line: bytes) -> bytes:
    return line.replace(b"A. Reader", b"B. Reader").replace(b'"outlet":"', b'"outlet":"The ')


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: [*lines[:9], changed(lines[9]), *lines[10:]], "line 10 was altered"),
        (lambda lines: [*lines[:-1], changed(lines[-1])], "line 16 was altered"),
        (lambda lines: [*lines[:8], *lines[9:]], "line 9 does not follow"),
        (lambda lines: [*lines[:9], lines[8], *lines[9:]], "line 10 was left out: it is there before"),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], "line 4 does not follow"),
        (lambda lines: [*lines[:3], b"\x00\xff\xfe", *lines[3:]], "line 4 is no JSON"),
        (lambda lines: [*lines[:3], b"[" * 100_000, *lines[3:]], "line 4 is no JSON"),
        (lambda lines: [*lines[:3], b"{}", *lines[3:]], "line 4 is no row"),
        (lambda lines: [*lines[:3], b"", *lines[3:]], "line 4 is no JSON"),
    ],
)
def test_a_line_altered_removed_doubled_or_moved_is_noticed_and_nothing_is_added_to_it(
    tmp_path: Path, whole: bytes, damage: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_bytes(b"\n".join(damage(whole.removesuffix(b"\n").split(b"\n"))) + b"\n")
    assert any(told in one for one in ledger.verify(path)), ledger.verify(path)
    before = path.read_bytes()
    with pytest.raises(Unreadable, match="Nothing was written"):
        ledger.append(path, [rows.note("x", "y", **WHO)], at=AT)
    assert path.read_bytes() == before


def test_a_row_that_another_program_wrote_is_held_to_the_same_rules(tmp_path: Path) -> None:
    path = begun(tmp_path)
    sound = rows.note(IDS[0], "Fine.", **WHO)
    moved = edits.correction(ledger.read(path), IDS[0], {"cue": "x"}, **WHO)
    for wrong, told in (
        (replace(sound, kind="verdict", id=""), "no kind of row"),
        (replace(sound, is_person=False, id=""), "only a person"),
        (replace(sound, replaces="row-0", id=""), "replaces row-0"),
        (replace(sound, body={"text": "Other."}, id=""), "no place in the slot"),
        (replace(sound, author=None, id=""), "not what a row has there"),  # type: ignore[arg-type]
        (replace(moved, body={"changes": {"cue": {"was": "hinted", "is": "x"}}}, id=""), "'cue' was not what it says"),
        (replace(sound, because="Other."), "not the id of what it says"),
    ):
        forged, _ = ledger._line(wrong, "2026-11-22T03:00:00Z", ledger.read(path).head)
        other = tmp_path / "forged.jsonl"
        other.write_bytes(path.read_bytes() + forged)
        assert told in ledger.verify(other)[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"format":"darkwake-claims-ledger","version":2}\n{"new":1}\n', "of version 2"),
        (b'{"format":"another-ledger","version":1}\n', "no ledger of claims"),
        (b'{"id":"x"}\n', "no ledger of claims"),
        (bytes(range(256)) * 40, "no ledger of claims"),
        (b"\x89PNG no line end", "no ledger of claims"),
        (ledger.HEAD.replace(b"\n", b"\r\n"), "line ends"),
        (b"\xef\xbb\xbf" + ledger.HEAD, "first line were altered"),
    ],
)
def test_what_is_no_ledger_is_said_to_be_none_and_left_as_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=told):
        ledger.read(path)
    with pytest.raises(Unreadable, match=told):
        ledger.append(path, [rows.note("x", "y", **WHO)], at=AT)
    assert path.read_bytes() == content
    assert told in ledger.verify(path)[0]


def test_a_line_that_is_too_long_is_passed_over_and_what_follows_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edited(tmp_path)
    monkeypatch.setattr(ledger, "MOST_BYTES", 5_000)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:12], b'{"a":"' + b"x" * 3_000_000, *lines[12:]]))
    kept = ledger.read(path)
    assert kept.damage == ["line 13 is longer than 0 MB, and was passed over"]
    assert len(kept.rows) == len(lines) - 2
    with pytest.raises(WrongUse, match="too long"):
        ledger.append(tmp_path / "new.jsonl", [rows.article(article("x" * 6_000, outlet="P"), made_by="m")], at=AT)


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_passed_over_within_bounds(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(file.tell() + (1 << 30))  # a hole on the disk: no room is taken
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert ledger.verify(path) == [f"{path}: line 9 is longer than 64 MB, and was passed over"]
    assert ledger.read(path).claims().equals(CLAIMS)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kB


def test_a_folder_or_a_missing_folder_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "claims.jsonl"):
        with pytest.raises(Unreadable, match="cannot be written"):
            ledger.append(path, [], at=AT)
    with pytest.raises(Unreadable, match="cannot be read"):
        ledger.read(tmp_path)
    assert ledger.read(tmp_path / "none").rows == []
    assert "no such ledger" in ledger.verify(tmp_path / "none")[0]


def test_a_disk_that_is_full_leaves_the_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = begun(tmp_path)
    before = path.read_bytes()
    real, calls = os.write, iter(range(9))

    def full(descriptor: int, text: bytes) -> int:
        if next(calls):
            raise OSError(28, "No space left on device")
        return real(descriptor, text[:10])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Refused, match="No space left"):
        ledger.append(path, [rows.note("x", "y", **WHO)], at=AT)
    monkeypatch.undo()
    assert path.read_bytes() == before


def test_lines_missing_from_the_end_are_noticed_by_the_head_that_was_kept(tmp_path: Path) -> None:
    path = edited(tmp_path)
    head = ledger.read(path).head
    ledger.append(path, [rows.note("x", "y", **WHO)], at=AT)
    assert ledger.verify(path, head=head) == []
    path.write_bytes(b"".join(line + b"\n" for line in path.read_bytes().split(b"\n")[:-3]))
    assert ledger.verify(path) == []
    assert "missing from the end" in ledger.verify(path, head=head)[0]


def test_another_writer_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from darkwake.claims import only_added

    path = begun(tmp_path)
    monkeypatch.setattr(only_added, "_WAIT_S", 0.05)
    with only_added.written(path), pytest.raises(CaseBusy, match="another program"):
        ledger.append(path, [], at=AT)
    assert ledger.append(path, [rows.note("x", "y", **WHO)], at=AT).written


def _writes(path: Path, number: int) -> None:
    for each in range(5):
        ledger.append(path, [rows.note("x", f"{number} {each}", **WHO)], at=AT)


def test_several_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    with ThreadPoolExecutor(3) as writers:  # the lock is of an open file, so threads stand for processes
        list(writers.map(_writes, [path] * 3, range(3)))
    kept = ledger.read(path)
    assert kept.problems == []
    assert {one.body["text"] for one in kept.notes("x")} == {f"{a} {b}" for a in range(3) for b in range(5)}


# --- laws ---


@settings(max_examples=60)
@given(data=st.data())
def test_a_cut_at_any_byte_leaves_what_was_whole_and_says_so(whole: bytes, data: st.DataObject) -> None:
    ends = [place + 1 for place, byte in enumerate(whole) if byte == 10]
    near = st.sampled_from(ends).flatmap(lambda end: st.integers(max(0, end - 3), min(len(whole), end + 3)))
    cut = data.draw(st.one_of(st.integers(0, len(whole)), near))
    with TemporaryDirectory() as folder:
        path, clean = Path(folder, "cut.jsonl"), Path(folder, "clean.jsonl")
        path.write_bytes(whole)
        head = ledger.read(path).head
        path.write_bytes(whole[:cut])
        counted = [end for end in ends if end <= cut + 1]  # a line that lacks only its end is whole
        clean.write_bytes(whole[: counted[-1]] if len(counted) > 1 or cut >= ends[0] else b"")
        kept = ledger.read(path)
        assert state(kept) == state(ledger.read(clean))
        assert kept.damage == []
        assert bool(kept.unfinished) == (cut not in (0, *ends))
        assert bool(ledger.verify(path, head=head)) == (cut < len(whole))
        note = rows.note("x", "after the kill", **WHO)
        assert bool(ledger.append(path, [note], at=AT).repaired) == bool(kept.unfinished)
        ledger.append(clean, [note], at=AT)
        assert ledger.verify(path) == []
        assert path.read_bytes() == clean.read_bytes()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("correct"), st.sampled_from(IDS), st.sampled_from(["cue", "predicate", "modality"]), WORDS
            ),
            st.tuples(st.just("correct"), st.sampled_from(IDS), st.just("hedges"), st.lists(WORDS, max_size=3)),
            st.tuples(st.just("correct"), st.sampled_from(IDS), st.just("negated"), st.booleans()),
            st.tuples(st.just("withdraw"), st.sampled_from(IDS), st.just(""), st.none()),
            st.tuples(st.just("note"), st.sampled_from(IDS), st.just(""), WORDS),
        ),
        max_size=8,
    )
)
def test_no_change_ever_loses_what_was_there(wanted: list[tuple[str, str, str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        path = begun(Path(folder))
        model = {one["id"]: dict(one) for one in CLAIMS_MADE}
        before = ledger.read(path).rows
        for what, of, name, value in wanted:
            kept = ledger.read(path)
            assert kept.rows == before
            try:
                if what == "correct":
                    row = edits.correction(kept, of, {name: value}, **WHO)
                    model[of][name] = value
                else:
                    row = (
                        edits.withdrawal(kept, of, "claim", **WHO)
                        if what == "withdraw"
                        else rows.note(of, value, **WHO)
                    )
                    if what == "withdraw":
                        del model[of]
            except WrongUse:
                continue
            done = ledger.append(path, [row], at=AT)
            before = [*before, *done.written]
        kept = ledger.read(path)
        assert kept.rows == before
        assert kept.problems == []
        shown = {row["id"]: row for row in kept.claims().iter_rows(named=True)}
        assert shown == model
        for of in IDS:
            story = kept.history(of, "claim")
            assert story[0].row.body == plain.fitted(story[0].row.body, schema.CLAIMS)
            assert [one.superseded_by for one in story] == [*(one.row.id for one in story[1:]), ""]
            assert canonical_json(story[0].row.body) == canonical_json(
                next(one for one in plain.rows_of(CLAIMS) if one["id"] == of)
            )


@pytest.mark.slow
def test_an_article_of_ten_megabytes_goes_in_and_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    long = article("Figs. \u2028\x85\n" * 1_000_000, outlet="Long Post")
    ledger.append(path, [rows.article(long, made_by="claims 0.1.0")], at=AT)
    assert ledger.read(path).articles()["text"].to_list() == [long["text"]]
