"""A case on disk: what is asked, the sources as they came, and what was derived from them.

strait-2025/
  case.toml          what is asked; the only file that a person edits
  sources/           the files as they were added, each under its hash; never altered
  sources.jsonl      the register of those files, one line each, only ever added to
  decisions.jsonl    what people decided about hits, one line each, only ever added to
  notes.jsonl        what people noted, one line each, only ever added to
  derived/           tables that can be thrown away and computed again to the same bytes
  case.json          the one truth of the case
  case.html          the page, drawn from case.json alone
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from darkwake import country, interval
from darkwake.errors import CaseBusy, CaseMissing, Unreadable, WrongUse

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how far it is, and how far it goes (None where unknown)."""

_CHUNK = 1 << 20
_TEMPLATE = """\
# What this case asks. Edit it, then: darkwake run {name}

name = {name_text}
question = {question}

# true marks every page as invented; for demos and training only
invented = {invented}

[corridor]
# Countries (ISO codes such as "CN") or ports (UN/LOCODEs such as "CNZUH"). Empty: every voyage.
from = {from_}
to = {to}
# Days as EDTF, such as "2025-09-01/2025-10-15" or "2025-09". Empty: all of the data.
period = {period}

[silence]
# A ship is silent when it was unheard for strictly longer than this.
longer_than_h = {longer_than_h}

# Goods that the case is about, looked up in the control lists; one block for each.
# [[goods]]
# description = "what the papers call it"
# cas = ""
# hs = ""
{goods}
# What an article's own file does not say; one block for each file.
# [[articles]]
# file = "story.pdf"
# outlet = ""
# published = ""
{articles}
# Sites to be watched in images, which stay where they are; one block for each.
# [[sites]]
# name = ""
# images = "a folder of GeoTIFFs, or a STAC file"
# footprints = "buildings.geojson"
{sites}"""


GOODS = ("description", "cas", "hs", "cn", "entry")
"""What may be said of goods."""
ARTICLE = ("url", "outlet", "author", "published")
"""What may be said of an article that its file does not say; `file` names it."""
SITE = ("name", "images", "footprints", "area", "cell_m", "readings", "sensor", "credit")
"""What is said of a site."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a case asks, as `case.toml` says it."""

    name: str
    question: str = ""
    invented: bool = False
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    period: str = ""
    longer_than_h: float = 6.0
    goods: tuple[Mapping[str, str], ...] = ()
    """Each with any of the keys `GOODS`."""
    articles: tuple[Mapping[str, str], ...] = ()
    """Each with `file` and any of the keys `ARTICLE`."""
    sites: tuple[Mapping[str, str], ...] = ()
    """Each with `name`, `images` and any other of the keys `SITE`; paths are relative to the case folder."""
    backend: str = ""
    """Who reads articles: a name of claims.BACKENDS; empty for the best that is installed."""

    def known_of(self, added: Added) -> Mapping[str, str]:
        """What is said of an article: by case.toml, else by what stood beside its file."""
        beside = json.loads(added.known) if added.known else {}
        here = next((one for one in self.articles if one["file"] == added.name), {})
        return {key: text for key, text in {**beside, **here}.items() if key in ARTICLE}

    def times(self) -> tuple[datetime | None, datetime | None]:
        """The first instant of the period and the first instant after it; None where it is open."""
        if not self.period:
            return None, None
        days = interval.parse(self.period)
        start = datetime.combine(days.first, datetime.min.time()) if days.first else None
        end = datetime.combine(days.last, datetime.min.time()) + timedelta(days=1) if days.last else None
        return start, end


@dataclass(frozen=True, slots=True)
class Added:
    """One line of the register of sources."""

    sha256: str
    name: str
    kind: str
    bytes: int
    columns: str = ""
    """The column map of a table, as it was given."""
    invented: bool = False
    known: str = ""
    """What stood beside an article about it, as JSON."""


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """A folder that holds a case; made by `create`, found by `find`."""

    path: Path
    held: set[str] = field(default_factory=set, compare=False, repr=False)
    """Hashes of the sources that were found to be as they were added; see `case.unaltered`."""

    @property
    def derived(self) -> Path:
        """Where everything lies that can be computed again."""
        return self.path / "derived"

    @property
    def store(self) -> Path:
        """Where the positions lie."""
        return self.derived / "store"

    def decided(self) -> str:
        """What was decided about hits, as it lies on disk; empty where nothing was."""
        file = self.path / "decisions.jsonl"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def source_path(self, source: Added) -> Path:
        """The file of a source: its hash keeps two files of one name apart, its name keeps it readable."""
        return self.path / "sources" / f"{source.sha256[:12]}-{source.name}"

    def asked(self) -> Asked:
        """What is asked.

        Raises:
            WrongUse: case.toml is no TOML, or a value in it cannot be used.
        """
        file = self.path / "case.toml"
        try:
            return _asked(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, TypeError, AttributeError) as error:
            raise WrongUse(
                f"the question cannot be read: {error}", where=str(file), to_do="Correct that line"
            ) from error

    def sources(self) -> list[Added]:
        """Every source, in the order of its hash, so that the order of adding does not show."""
        register = self.path / "sources.jsonl"
        if not register.exists():
            return []
        lines = register.read_text(encoding="utf-8").splitlines()
        found = {}
        for number, line in enumerate(lines, start=1):
            try:
                added = Added(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise Unreadable(
                    f"line {number} is no source",
                    where=str(register),
                    to_do="Restore the file, or add the sources anew",
                ) from error
            found[added.sha256] = added
        return [found[sha256] for sha256 in sorted(found)]

    def take(
        self, file: Path, *, kind: str, columns: str = "", invented: bool = False, known: str = ""
    ) -> tuple[Added, bool]:
        """Copy a file into the case and register it; says whether it was new.

        The register's line is written last and synced, so a file without a line is as if it had never been added.
        """
        folder = self.path / "sources"
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".taking-", delete=False) as copy:
            held = Path(copy.name)
            try:
                digest = hashlib.sha256()
                with file.open("rb") as original:
                    while chunk := original.read(_CHUNK):
                        digest.update(chunk)
                        copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
                added = Added(digest.hexdigest(), file.name, kind, held.stat().st_size, columns, invented, known)
                before = {source.sha256: source for source in self.sources()}.get(added.sha256)
                if before is None:
                    held.chmod(0o444)
                    held.replace(self.source_path(added))
                    self._register(added)
                    return added, True
                if (before.kind, before.columns) != (kind, columns):
                    raise WrongUse(
                        f"the same file was added as {before.kind!r} with the columns {before.columns!r}",
                        where=str(file),
                        to_do="A source is never altered: read it another way in a new case",
                    )
                return before, False
            finally:
                held.unlink(missing_ok=True)

    def _register(self, added: Added) -> None:
        with (self.path / "sources.jsonl").open("a", encoding="utf-8") as register:
            register.write(json.dumps(asdict(added), sort_keys=True, ensure_ascii=False) + "\n")
            register.flush()
            os.fsync(register.fileno())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the case for one run.

        Raises:
            CaseBusy: another run holds it.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CaseBusy(
                "another run is working on this case", where=str(self.path), to_do="Wait until it has ended"
            ) from error
        try:
            yield
        finally:
            lock.release()


def create(path: Path, asked: Asked) -> CaseFolder:
    """Make a case folder with its case.toml.

    Raises:
        WrongUse: something stands at that path already, or what is asked cannot be used.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WrongUse("something stands there already", where=str(path), to_do="Choose another name for the case")
    text = _TEMPLATE.format(
        name=path.name,
        name_text=_toml(asked.name),
        question=_toml(asked.question),
        invented="true" if asked.invented else "false",
        from_=_toml(list(asked.from_)),
        to=_toml(list(asked.to)),
        period=_toml(asked.period),
        longer_than_h=asked.longer_than_h,
        goods=_blocks("goods", asked.goods),
        articles=_blocks("articles", asked.articles),
        sites=_blocks("sites", asked.sites),
    )
    try:
        _asked(tomllib.loads(text))
    except ValueError as error:
        raise WrongUse(str(error), to_do="Correct that option") from error
    path.mkdir(parents=True, exist_ok=True)
    write_text(path / "case.toml", text)
    return CaseFolder(path)


def find(path: Path) -> CaseFolder:
    """The case at that path.

    Raises:
        CaseMissing: there is none.
    """
    if not (path / "case.toml").is_file():
        what = "this folder holds no case.toml" if path.is_dir() else "there is no such case folder"
        raise CaseMissing(what, where=str(path), to_do=f"Make one with: darkwake new {path}")
    return CaseFolder(path)


def write_text(path: Path, text: str) -> None:
    """As `write_bytes`, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or nothing: a temporary file beside it, synced, then renamed over it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
        held = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            held.chmod(0o644)
            held.replace(path)
        finally:
            held.unlink(missing_ok=True)


def room_for(folder: Path, needed: int) -> None:
    """Stop before a copy that the disk has no room for.

    Raises:
        WrongUse: the disk has less free than is needed.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WrongUse(
            f"the disk has {free:,} bytes free and {needed:,} are needed",
            where=str(folder),
            to_do="Make room, or put the case on another disk",
        )


def _asked(toml: dict[str, Any]) -> Asked:
    corridor, silence = toml.get("corridor", {}), toml.get("silence", {})
    asked = Asked(
        name=str(toml["name"]) if "name" in toml else "",
        question=str(toml.get("question", "")),
        invented=bool(toml.get("invented", False)),
        from_=_places(corridor.get("from", [])),
        to=_places(corridor.get("to", [])),
        period=str(corridor.get("period", "")),
        longer_than_h=float(silence.get("longer_than_h", 6.0)),
        goods=tuple(_goods(one) for one in toml.get("goods", [])),
        articles=tuple(_article(one) for one in toml.get("articles", [])),
        sites=tuple(_site(one) for one in toml.get("sites", [])),
        backend=str(toml.get("claims", {}).get("backend", "")),
    )
    if not asked.name:
        raise ValueError("the case has no name")
    if not 0 < asked.longer_than_h < 24 * 366:
        raise ValueError("longer_than_h must lie between 0 and a year")
    asked.times()
    return asked


def _goods(given: Mapping[str, Any]) -> Mapping[str, str]:
    if unknown := sorted(set(given) - set(GOODS)):
        raise ValueError(f"goods have no {unknown[0]!r}; write {', '.join(GOODS)}")
    said = {key: str(given[key]) for key in GOODS if str(given.get(key, "")).strip()}
    if not said:
        raise ValueError("goods without a description or a number")
    return said


def _article(given: Mapping[str, Any]) -> Mapping[str, str]:
    if unknown := sorted(set(given) - {"file", *ARTICLE}):
        raise ValueError(f"articles have no {unknown[0]!r}; write file, {', '.join(ARTICLE)}")
    if not str(given.get("file", "")).strip():
        raise ValueError("[[articles]] without the name of the file")
    if published := str(given.get("published", "")):
        interval.parse(published)
    return {key: str(text) for key, text in given.items() if str(text).strip()}


def _site(given: Mapping[str, Any]) -> Mapping[str, str]:
    if unknown := sorted(set(given) - set(SITE)):
        raise ValueError(f"sites have no {unknown[0]!r}; write {', '.join(SITE)}")
    if not (given.get("name") and given.get("images")):
        raise ValueError("[[sites]] without a name or images")
    if not (given.get("footprints") or given.get("area")):
        raise ValueError(f"the site {given['name']!r} has neither footprints nor an area")
    return {key: str(text) for key, text in given.items() if str(text).strip()}


def _places(given: list[str]) -> tuple[str, ...]:
    found = []
    for word in given:
        place = country.code(word) or (word.upper().replace(" ", "") if len(word.replace(" ", "")) == 5 else None)
        if place is None:
            raise ValueError(f"{word!r} is neither a country nor a UN/LOCODE; write CN, Iran or IRBND")
        found.append(place)
    return tuple(found)


def _blocks(name: str, told: tuple[Mapping[str, str], ...]) -> str:
    lines = [[f"\n[[{name}]]", *(f"{key} = {_toml(text)}" for key, text in one.items()), ""] for one in told]
    return "".join("\n".join(block) for block in lines)


def _toml(value: str | list[str]) -> str:
    # a JSON string is a TOML basic string, except for DEL and lone surrogates, which TOML refuses on reading
    return json.dumps(value, ensure_ascii=False)
