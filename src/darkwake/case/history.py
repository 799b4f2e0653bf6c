"""What the runs of a case found, one after another: `history/`, so that it can be told what changed.

After a run that changed case.json what it found is kept as one small file: sources, evidence, silences, voyages,
hits, statuses, claims, threads and the answer, without tracks. A file is written whole or not at all and never
altered. The folder can be deleted: then nothing earlier is known, and everything else stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zstandard

from darkwake.case import opened
from darkwake.case.folder import CaseFolder, write_bytes
from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import canonical_json

FOLDER = "history"
FORMAT = "darkwake-run"
FORMAT_VERSION = 1
MOST_CHARACTERS = 2_000
"""Of one string that is kept: sentences fit, a text of a megabyte is cut with its length and hash."""
MOST_BYTES = 1 << 30
"""Unpacked, of one kept run."""
_NAME = re.compile(r"(\d{8}T\d{6}Z)-(\d{4})-([0-9a-f]{12})\.json\.zst")
_STAMP = "%Y%m%dT%H%M%SZ"

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "sources": ("sha256", "name", "kind", "rows", "kept", "dated"),
    "voyages": ("id", "ship", "from_port", "from_name", "from_country", "departed", "to_port", "to_name",
                "to_country", "arrived", "gaps", "dark_h", "corridor"),
    "hits": ("id", "ship", "asked", "entry", "list", "list_date", "name", "rank", "programmes"),
    "standings": ("hit", "ship", "on", "standing", "standing_says"),
    "evidence": ("id", "kind", "says", "start", "end", "strength", "subjects"),
    "threads": ("id", "kind", "ship", "title", "start", "end", "summary", "order"),
    "goods": ("asked", "verdict", "says"),
    "decisions": ("hit", "ship", "list", "entry", "word", "author", "at", "expired"),
    "notes": ("id", "kind", "text", "author", "at", "withdrawn"),
    "inferred": ("id", "ship", "kind", "port", "name"),
}  # fmt: skip
"""Lists of case.json and what is kept of each row; a field that a row lacks is left out."""
_CLAIMED: Mapping[str, tuple[str, ...]] = {
    "articles": ("id", "name", "outlet", "published", "title"),
    "claims": ("id", "article", "start", "end", "text", "modality", "negated"),
    "clusters": ("id", "label", "claims"),
    "origins": ("cluster", "least", "most", "outlets", "says"),
    "contradictions": ("id", "cluster", "a", "b", "kind", "hard", "says"),
}
_SITES: Mapping[str, tuple[str, ...]] = {
    "sites": ("id", "site", "says", "dates", "changed"),
    "buildings": ("id", "site", "label", "status", "posterior", "changes"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One run that was kept."""

    path: Path
    at: datetime
    """When the run ended, UTC."""
    number: int
    """1 for the first."""
    sha256: str
    """The first twelve digits of the hash of the case.json that it made."""

    @property
    def name(self) -> str:
        """What `--since` takes, besides a day."""
        return f"{self.at:{_STAMP}}-{self.number:04d}-{self.sha256}"

    def read(self) -> dict[str, Any]:
        """What that run found.

        Raises:
            Unreadable: the file is damaged, or a newer version wrote it.
        """
        try:
            packed = self.path.read_bytes()
            # a frame says how long it is: one that says nothing, or too much, is none of ours
            if not 0 < zstandard.get_frame_parameters(packed).content_size <= MOST_BYTES:
                raise ValueError("too long")
            found = json.loads(zstandard.ZstdDecompressor().decompress(packed))
            sound = found.get("format") == FORMAT and isinstance(found["found"], dict)
        except (OSError, ValueError, zstandard.ZstdError, AttributeError, KeyError, RecursionError) as error:
            raise Unreadable(
                "this kept run is damaged", where=str(self.path), to_do="Delete it; the case itself needs it not"
            ) from error
        if not sound:
            raise Unreadable("this is no kept run", where=str(self.path), to_do="Delete it")
        if found["format_version"] > FORMAT_VERSION:
            raise opened.newer(found["format_version"], str(self.path))
        result: dict[str, Any] = found["found"]
        return result


def kept(case: CaseFolder) -> list[Kept]:
    """The runs that were kept, first to last; files of other names are left alone."""
    found = []
    for path in sorted((case.path / FOLDER).glob("*.json.zst")):
        if told := _NAME.fullmatch(path.name):
            at = datetime.strptime(told[1], _STAMP).replace(tzinfo=UTC)
            found.append(Kept(path, at, int(told[2]), told[3]))
    return sorted(found, key=lambda one: (one.number, one.at))


def keep(case: CaseFolder, *, at: datetime | None = None) -> Kept | None:
    """Keep what case.json holds now, unless the last run that was kept holds the same; the caller holds the lock.

    Args:
        case: The case.
        at: When it was run; without it, when case.json was written.

    Returns:
        The run that was kept; None where there was nothing new to keep.

    Raises:
        Unreadable: case.json is damaged, or a newer version wrote it.
    """
    file = case.path / "case.json"
    if not file.is_file():
        return None
    folder = case.path / FOLDER
    for leftover in folder.glob(".writing-*"):
        leftover.unlink()
    sha256 = hash_of(file)[:12]
    last = kept(case)[-1:]
    if last and last[0].sha256 == sha256:
        return None
    when = (at or datetime.fromtimestamp(file.stat().st_mtime, UTC)).astimezone(UTC)
    told = {"format": FORMAT, "format_version": FORMAT_VERSION, "found": picture(opened.read(file))}
    packed = zstandard.ZstdCompressor(level=9).compress(canonical_json(told).encode("utf-8", "surrogatepass"))
    one = Kept(folder, when.replace(microsecond=0), last[0].number + 1 if last else 1, sha256)
    folder.mkdir(exist_ok=True)
    path = folder / f"{one.name}.json.zst"
    write_bytes(path, packed)
    return Kept(path, one.at, one.number, sha256)


def picture(case: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a case: the fields of case.json that a comparison needs, under their own names."""
    found: dict[str, Any] = {name: case.get(name) for name in ("made_by", "case", "answer", "counts", "searched")}
    found |= {name: _rows(case.get(name), fields) for name, fields in _FIELDS.items()}
    labels = {row["ship"]: row["label"] for row in case.get("ships") or ()}
    found["silences"] = _silences(case)
    told = {
        row["ship"] for name in ("voyages", "silences", "hits", "threads") for row in found[name] if row.get("ship")
    }
    found["labels"] = {f"{ship}": labels[ship] for ship in sorted(told & set(labels))}
    of_claims, of_sites = case.get("claims") or {}, case.get("sites") or {}
    found["claims"] = {name: _rows(of_claims.get(name), fields) for name, fields in _CLAIMED.items()}
    found["sites"] = {name: _rows(of_sites.get(name), fields) for name, fields in _SITES.items()}
    rows = (case.get("hypotheses") or {}).get("rows")
    found["hypotheses"] = _rows(rows, ("id", "title", "order"))
    result: dict[str, Any] = _cut(found)
    return result


def hash_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def since(runs: list[Kept], wanted: str) -> Kept | None:
    """The run that a person means: by its name or number, or the last one before a day or an instant.

    Args:
        runs: Of `kept`, the newest among them.
        wanted: A day such as 2026-11-20 (the case as it stood when that day began, UTC), an instant, or the beginning
            of a run's name, or its number. Empty for the run before the newest.

    Returns:
        The run; None where there is none as old as that.

    Raises:
        WrongUse: Nothing of the kind is meant.
    """
    if not wanted:
        return runs[-2] if len(runs) > 1 else None
    if re.fullmatch(r"\d{1,4}", wanted):
        named = [one for one in runs if one.number == int(wanted)]
    else:
        named = [one for one in runs if one.name.startswith(wanted) and "T" in wanted and "-" not in wanted[:8]]
    if named:
        return named[0]
    try:
        instant = datetime.fromisoformat(wanted)
    except ValueError as error:
        raise WrongUse(
            f"{wanted!r} is neither a day nor a run that was kept",
            to_do="Write a day as 2026-11-20, or a run's number; darkwake diff CASE --runs lists them",
        ) from error
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    before = [one for one in runs if one.at < instant]
    return before[-1] if before else None


def _silences(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each silence with the gap that it is of."""
    gaps = {row["id"]: row for row in case.get("events") or () if row["kind"] == "gap"}
    found = []
    for row in case.get("silences") or ():
        gap = gaps.get(row["event"], {})
        found.append(
            {name: row.get(name) for name in ("event", "verdict", "passages", "ships", "unheard_as_long", "p")}
            | {name: gap.get(name) for name in ("ship", "start", "end")}
            | {"hours": (gap.get("details") or {}).get("hours")}
        )
    return found


def _rows(rows: Any, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in fields if name in row} for row in rows or ()]


def _cut(value: Any) -> Any:
    """The value with every long string cut; its hash keeps two of them apart."""
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return f"{value[:MOST_CHARACTERS]} … ({len(value):,} characters, sha256 {digest})"
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value]
    return value
