"""The ledger of claims: a file of lines that is only ever added to.

    kept = read(path)
    append(path, edits.reading(kept, articles, claims, made_by="claims 0.1.0"), at=datetime.now(UTC))
    kept = read(path)
    wrong = {"modality": "alleged"}
    append(path, [edits.correction(kept, "claim-...", wrong, because="...", author="A. Reader")], at=...)
    kept.claims()              # schema.CLAIMS as they now stand
    kept.history("claim-...")  # every version, who wrote it and why, and which row stands in its place

The first line names the format. Every other is one `rows.Row` with the hash of the line before and its own, so that a
line that was altered, taken out, doubled or moved is noticed. Lines missing from the end leave no trace in the file
itself: keep `Ledger.head` elsewhere and give it to `verify`. The hashes tell accidents and careless changes; they are
no signature. A line counts once it is whole. What a kill left of the last one is dropped by the next `append`, for
nobody was told that it had been written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import polars as pl

from darkwake.claims import plain, rows
from darkwake.claims.only_added import Line, lines, written
from darkwake.claims.rows import Row
from darkwake.errors import Refused, Unreadable, WrongUse
from darkwake.evidence import canonical, canonical_json

FORMAT = "darkwake-claims-ledger"
VERSION = 1
HEAD = (canonical_json({"format": FORMAT, "version": VERSION}) + "\n").encode()
MOST_BYTES = 64 << 20
"""Of a line. The text of an article of 10 MB fits; nothing longer is ever read into memory."""
_KEYS = {"kind", "of", "slot", "body", "author", "is_person", "because", "replaces", "at", "id", "before", "hash"}


class Version(NamedTuple):
    """A row in the history of a slot."""

    row: Row
    superseded_by: str
    """The id of the row that stands in its place; empty for the one that holds."""


class Pair(NamedTuple):
    """What a person said of two claims."""

    a: str
    b: str
    word: Literal["same", "apart"]
    row: Row


class Appended(NamedTuple):
    """What `append` did."""

    written: tuple[Row, ...]
    already: int
    """Rows that the ledger held before, and that were not written again."""
    repaired: str
    """What was mended at the end of the file, as a sentence; empty where nothing was."""


@dataclass(slots=True)
class Ledger:
    """What the file says."""

    rows: list[Row] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    """Lines that are not as they were written, each a sentence; what cannot be trusted is left out of `rows`."""
    unfinished: str = ""
    """That the last line was never finished; the next `append` mends it."""
    head: str = hashlib.sha256(HEAD).hexdigest()
    """The hash of the last line: kept elsewhere, it tells later whether lines are missing from the end."""
    _ids: set[str] = field(default_factory=set)
    _hashes: set[str] = field(default_factory=set)
    _current: dict[tuple[str, str], Row] = field(default_factory=dict)
    _values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong with the file."""
        return [*self.damage, *([self.unfinished] if self.unfinished else [])]

    def current(self, of: str, slot: str) -> Row | None:
        """The row that holds a slot, a withdrawal among them; None where nothing was ever written there."""
        return self._current.get((of, slot))

    def value(self, of: str, slot: str) -> dict[str, Any] | None:
        """What a slot holds, with its corrections; None where it is free or was withdrawn."""
        return self._values.get((of, slot))

    def history(self, of: str, slot: str = "") -> list[Version]:
        """Every row about a thing, first to last, in one slot or in all."""
        found = [row for row in self.rows if row.of == of and slot in ("", row.slot)]
        replaced = {row.replaces: row.id for row in found if row.replaces}
        return [Version(row, replaced.get(row.id, "")) for row in found]

    def articles(self) -> pl.DataFrame:
        """schema.ARTICLES as they now stand."""
        return self._table("article").sort("id")

    def claims(self) -> pl.DataFrame:
        """schema.CLAIMS as they now stand."""
        return self._table("claim").sort("article", "at", "id")

    def pairs(self) -> list[Pair]:
        """Which claims a person laid together or held apart, as it now stands, by their ids."""
        found = []
        for (of, slot), row in sorted(self._current.items()):
            if slot == "pair" and row.kind in ("same", "apart"):
                a, b = of.split(" ")
                found.append(Pair(a, b, "same" if row.kind == "same" else "apart", row))
        return found

    def notes(self, of: str) -> list[Row]:
        """Remarks on a thing that were not withdrawn, first to last."""
        return [row for row in self.rows if row.of == of and row.kind == "note" and self._current[row.key] is row]

    def take(self, row: Row) -> None:
        """Add a row.

        Raises:
            ValueError: It replaces another row than the one that stands there, or does not fit to what it is about.
        """
        stands = self._current.get(row.key)
        if row.replaces != (stands.id if stands else ""):
            was = f"{stands.id} stands there" if stands else "nothing stands there"
            raise ValueError(f"it replaces {row.replaces or 'nothing'}, but {was}")
        after = self._after(row)
        if after is None:
            self._values.pop(row.key, None)
        else:
            self._values[row.key] = after
        self._current[row.key] = row
        self._ids.add(row.id)
        self.rows.append(row)

    def holds(self, row: Row) -> bool:
        """Whether the same row is there already."""
        return row.id in self._ids

    def _after(self, row: Row) -> dict[str, Any] | None:
        """What the slot holds after that row."""
        if row.kind == "withdrawn":
            return None
        after = dict(row.body)
        if row.kind == "correction":
            value = self._values.get(row.key)
            if value is None:
                raise ValueError("what it corrects is not there, or was withdrawn")
            for name, change in row.body["changes"].items():
                if value.get(name) != change["was"]:
                    raise ValueError(f"{name!r} was not what it says")
            after = value | {name: change["is"] for name, change in row.body["changes"].items()}
        if row.slot == "claim":
            self._check_words(after)
        return after

    def _check_words(self, claim: Mapping[str, Any]) -> None:
        """That the words of a claim stand in its article where it says."""
        article = self._values.get((claim["article"], "article"))
        start, end = claim["start"], claim["end"]
        if article is None or start is None or end is None:
            return
        text = article["text"] or ""
        if not 0 <= start <= end <= len(text) or text[start:end] != claim["text"]:
            raise ValueError(f"its words do not stand at {start} to {end} of {claim['article']}")

    def _table(self, slot: str) -> pl.DataFrame:
        held = (value for (_, where), value in self._values.items() if where == slot)
        return plain.table_of(held, rows.OF_TABLE[slot])


def read(path: Path) -> Ledger:
    """What the ledger at that path says; an empty one where there is no file.

    Raises:
        Unreadable: It is no ledger, or one of a newer version. Damaged lines raise nothing: see `Ledger.damage`.
    """
    if not path.exists():
        return Ledger()
    try:
        with path.open("rb") as file:
            return _read(file, path)[0]
    except OSError as error:
        raise Unreadable(
            f"it cannot be read ({error.strerror})", where=str(path), to_do="Give the file itself"
        ) from None


def verify(path: Path, *, head: str = "") -> list[str]:
    """Everything that is wrong with the ledger at that path, a sentence each; nothing where it is whole.

    Args:
        path: The file.
        head: `Ledger.head` as it was once kept elsewhere; with it, lines missing from the end are noticed as well.
    """
    if not path.exists():
        return [f"{path}: there is no such ledger"]
    try:
        kept = read(path)
    except Unreadable as error:
        return [str(error)]
    found = [f"{path}: {one}" for one in kept.problems]
    found += [f"{path}: {row.id} is not the id of what it says" for row in kept.rows if row.made_id() != row.id]
    if head and head not in kept._hashes:
        found.append(f"{path}: the line with the hash {head[:16]}... is not there: lines are missing from the end")
    return found


def append(
    path: Path, wanted: Sequence[Row], *, at: datetime, held: AbstractContextManager[Any] | None = None
) -> Appended:
    """Write rows at the end, synced before it returns. What the ledger holds already is not written again.

    Args:
        path: The file; made where there is none.
        wanted: Rows in their order; a later one may build on an earlier one.
        at: When; with a time zone, or in UTC.
        held: A lock to hold meanwhile, such as a case's; the file itself is locked either way.

    Raises:
        WrongUse: A row does not fit to what stands there, because somebody was faster, or is too long. Nothing is
            written then.
        CaseBusy: Another program is writing, and went on writing.
        Unreadable: The file is no ledger, or is damaged.
        Refused: The disk did not take it; the file is as it was.
    """
    when = canonical((at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None))
    with written(path, held=held) as file:
        kept, end, open_ended = _read(file.file, path)
        if kept.damage:
            raise Unreadable(
                kept.damage[0], where=str(path), to_do="Nothing was written; restore the file from a copy that is whole"
            )
        made, before, already = [], kept.head, 0
        for row in wanted:
            if kept.holds(row):
                already += 1
                continue
            try:
                rows.checked(row)
                kept.take(row)
            except ValueError as error:
                raise WrongUse(f"a {row.kind} of {row.of}: {error}", where=str(path), to_do="Read it again") from error
            line, before = _line(row, when, before)
            if len(line) > MOST_BYTES:
                raise WrongUse(f"the {row.kind} {row.of} is too long", to_do="Split the article into several")
            made.append((row, line))
        start = HEAD if not end else b"\n" if open_ended else b""
        text = start + b"".join(line for _, line in made)
        try:
            file.write_at(end, text)
        except OSError as error:
            raise Refused(f"it could not be written ({error.strerror})", where=str(path), to_do="Make room") from error
    return Appended(tuple(row for row, _ in made), already, kept.unfinished)


# --- lines ---


def _line(row: Row, at: str, before: str) -> tuple[bytes, str]:
    """A row as a line, and the line's hash: that of the line without it."""
    content = {name: getattr(row, name) for name in _KEYS - {"at", "before", "hash"}} | {"at": at, "before": before}
    text = canonical_json(content)
    digest = hashlib.sha256(text.encode()).hexdigest()
    place = text.rindex(f'"id":"{row.id}","is_person":')
    return f'{text[:place]}"hash":"{digest}",{text[place:]}\n'.encode(), digest


def _read(file: BinaryIO, path: Path) -> tuple[Ledger, int, bool]:
    """The ledger, where the last line that counts ends, and whether its line end is missing."""
    kept = Ledger()
    kept._hashes.add(kept.head)
    end, open_ended = 0, False
    before: str | None = kept.head
    for line in lines(file, longest=MOST_BYTES):
        if line.number == 1:
            kept.unfinished = _head(line, path)
            counts = not kept.unfinished
        elif line.content is None:
            kept.damage.append(f"line {line.number} is longer than {MOST_BYTES >> 20} MB, and was passed over")
            before, counts = None, True
        else:
            before, counts = _take(kept, line, line.content, before)
        if counts:
            end, open_ended = line.end, not line.finished
        kept.head = before or kept.head
    return kept, end, open_ended


def _head(line: Line, path: Path) -> str:
    """What is unfinished of the first line, empty where nothing is."""
    content = line.content or b""
    if content + b"\n" == HEAD and line.finished:
        return ""
    if not line.finished and HEAD.startswith(content):
        return "the file was never begun properly"
    try:
        about = json.loads(content)
        version = about["version"] if about["format"] == FORMAT else None
    except (ValueError, TypeError, KeyError, RecursionError):
        version = None
    if version == VERSION:
        what, to_do = "its line ends or its first line were altered", "Restore the file from a copy"
    elif isinstance(version, int):
        what, to_do = f"it is of version {version}, and this program reads version {VERSION}", "Take a newer Darkwake"
    else:
        what, to_do = "it is no ledger of claims", "Give the file that Darkwake wrote; this one was left as it is"
    raise Unreadable(what, where=str(path), to_do=to_do)


def _take(kept: Ledger, line: Line, text: bytes, before: str | None) -> tuple[str | None, bool]:
    """Take a line into the ledger, or note why not.

    Returns:
        The hash that the next line must name, None where unknown, and whether the line is part of the file.
    """
    try:
        content = _content(text)
    except ValueError as error:
        if line.finished:
            kept.damage.append(f"line {line.number} {error}")
            return None, True
        kept.unfinished = f"line {line.number} was never finished, and its {len(text):,} bytes are left out"
        return before, False
    if before is not None and content["before"] != before:
        kept.damage.append(
            f"line {line.number} does not follow the line before it: lines there are missing, doubled or moved"
        )
    if not line.finished:
        kept.unfinished = f"line {line.number} has no line end; it is whole otherwise, and counts"
    row = _row(content)
    try:
        if kept.holds(row):
            raise ValueError("it is there before")
        rows.checked(row)
        kept.take(row)
    except ValueError as error:
        kept.damage.append(f"line {line.number} was left out: {error}")
    kept._hashes.add(content["hash"])
    return content["hash"], True


def _content(line: bytes) -> dict[str, Any]:
    """A line's content, as it was written.

    Raises:
        ValueError: It was not written so.
    """
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    if not isinstance(content, dict) or set(content) != _KEYS:
        raise ValueError("is no row of a ledger")
    digest = content["hash"]
    without = line.replace(f'"hash":"{digest}",'.encode("utf-8", "backslashreplace"), b"", 1)
    if hashlib.sha256(without).hexdigest() != digest or not isinstance(content["at"], str):
        raise ValueError("was altered after it was written")
    return content


def _row(content: Mapping[str, Any]) -> Row:
    return Row(**{name: content[name] for name in _KEYS - {"before", "hash"}})
