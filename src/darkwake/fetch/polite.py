"""One file from one of several addresses, politely: resumed, retried with patience, whole or not at all.

The only file that speaks to the network. What has arrived stands beside the target as NAME.part, with what the server
said of it in NAME.part.json; the next call goes on from there as long as the server says that it is the same file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry, Timeout

from darkwake import __version__
from darkwake.errors import Refused, Unreadable, WrongUse

Progress = Callable[[str, int, int | None], None]

AGENT = f"darkwake/{__version__} (open-source compliance research tool)"
BUSY = (429, 500, 502, 503, 504)
"""Answers after which it is worth asking again."""
_CHUNK = 1 << 20
_LONGEST_WAIT_S = 120
"""As long as a server may make us wait; one that asks for more is left alone."""
_ROOM = 64 << 20
"""Bytes that a disk keeps free."""
_BY_HAND = "Check the network, or download the file in a browser and hand it to: darkwake add"


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient a download is, and by which way it goes."""

    tries: int = 5
    """How often an address is asked before it counts as out of reach, and how often a broken download goes on."""
    pause_s: float = 1.0
    """The first pause; each further one is twice as long."""
    connect_s: float = 20.0
    read_s: float = 90.0
    proxy: str = ""
    """The address of a proxy, such as http://proxy:3128; empty for none."""
    mirror: str = ""
    """A server that stands in for every publisher: its scheme and host take the place of theirs, the path stays."""


@dataclass(frozen=True, slots=True)
class Got:
    """What arrived."""

    path: Path
    address: str
    """The address that answered."""
    sha256: str
    bytes: int
    at: str
    """When it had arrived; ISO 8601, UTC."""
    etag: str = ""
    modified: str = ""
    """What the server said of its last change."""
    unchanged: bool = False
    """True where the server said that the file of last time still stands, so nothing was sent."""
    resumed_at: int = 0
    """The byte from which an earlier download was gone on with; 0 where it was not."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the file as it was fetched last time, so that an unchanged one is not sent again."""

    path: Path
    sha256: str
    etag: str
    modified: str


class NotThere(Refused):
    """No address has the file."""


def download(
    addresses: Sequence[str],
    into: Path,
    *,
    manners: Manners | None = None,
    before: Before | None = None,
    progress: Progress | None = None,
) -> Got:
    """Fetch a file from the first address that has it.

    Args:
        addresses: http or https, in the order in which they are tried; the next one only where one answers 404 or 410,
            or does not answer.
        into: the file to write; it is there whole, or not at all.
        manners: patience, proxy and mirror.
        before: the file of last time, where there is one.
        progress: told of the bytes.

    Raises:
        NotThere: every address answers that there is no such file.
        OutOfReach: no address has it, and one did not answer.
        Refused: an address says no, or breaks off again and again; what arrived stays for next time.
        WrongUse: the disk has no room, or an address is none.
    """
    manners = manners or Manners()
    pool = _pool(manners)
    unreached: list[OutOfReach] = []
    for address in addresses:
        try:
            return _Download(pool, manners, _mirrored(address, manners.mirror), into, before, progress).run()
        except _Gone:
            continue
        except OutOfReach as error:
            unreached.append(error)
    if unreached:
        raise unreached[0]
    raise NotThere("there is no such file", where=" or ".join(addresses), to_do="Check the day; it may not be out yet")


def ask(address: str, *, body: Mapping[str, Any] | None = None, manners: Manners | None = None) -> Any:
    """The JSON that an address answers with; `body` is sent as JSON by POST.

    Raises:
        Refused: it cannot be reached, says no, or answers with something else.
    """
    manners = manners or Manners()
    where = _mirrored(address, manners.mirror)
    kind = {"User-Agent": AGENT, "Accept": "application/geo+json, application/json"}
    try:
        if body is None:
            answer = _pool(manners).request("GET", where, headers=kind)
        else:
            answer = _pool(manners).request("POST", where, json=dict(body), headers=kind)
    except HTTPError as error:
        raise _unreached(where, error) from error
    if answer.status != 200:
        raise Refused(f"the server answers {answer.status}", where=where, to_do=_BY_HAND)
    try:
        return answer.json()
    except (ValueError, RecursionError) as error:
        raise Unreadable("the answer is no JSON", where=where, to_do="Check the address of the search") from error


class OutOfReach(Refused):
    """An address does not answer."""


class _Gone(Exception):
    """This address has no such file."""


class _Broken(Exception):
    """The line broke, or the server began anew; what arrived is kept, and the download goes on."""


class _Download:
    """One download from one address."""

    def __init__(
        self,
        pool: urllib3.PoolManager,
        manners: Manners,
        address: str,
        into: Path,
        before: Before | None,
        progress: Progress | None,
    ) -> None:
        self.pool, self.manners, self.address, self.into = pool, manners, address, into
        self.before, self.progress = before, progress
        self.part = into.with_name(f"{into.name}.part")
        self.told = into.with_name(f"{into.name}.part.json")
        self.resumed_at = 0

    def run(self) -> Got:
        """Until the file is whole, as often as patience allows."""
        for turn in range(self.manners.tries):
            try:
                return self._once()
            except _Broken as broken:
                if turn + 1 == self.manners.tries:
                    arrived = self.part.stat().st_size if self.part.exists() else 0
                    raise Refused(
                        f"the download broke off {self.manners.tries} times: {broken}",
                        where=self.address,
                        to_do=f"Try again later: the {arrived:,} bytes that arrived are kept and gone on from",
                    ) from broken
                time.sleep(min(self.manners.pause_s * 2**turn, _LONGEST_WAIT_S))
        raise AssertionError

    def _once(self) -> Got:
        have, known = self._arrived()
        try:
            answer = self.pool.request("GET", self.address, headers=self._wanted(have, known), preload_content=False)
        except MaxRetryError as error:
            raise _unreached(self.address, error) from error
        except HTTPError as error:
            raise _Broken(_plain(error)) from error
        try:
            if answer.status == 304 and self.before:
                return replace(self._got(self.before.path, known), sha256=self.before.sha256, unchanged=True)
            return self._take(answer, have)
        finally:
            answer.close()
            answer.release_conn()

    def _arrived(self) -> tuple[int, dict[str, str]]:
        """How many bytes of this very file are here, and what the server said of it."""
        try:
            known = json.loads(self.told.read_text(encoding="utf-8"))
            mine = known["address"] == self.address and (known["etag"] or known["modified"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, {}
        return (self.part.stat().st_size if mine and self.part.exists() else 0), (known if mine else {})

    def _wanted(self, have: int, known: Mapping[str, str]) -> dict[str, str]:
        # as it lies there: a packed answer has other bytes, and no place in it is known
        head = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if have:
            # a weak validator does not promise the same bytes
            strong = known["etag"] if known["etag"] and not known["etag"].startswith("W/") else known["modified"]
            if strong:
                head |= {"Range": f"bytes={have}-", "If-Range": strong}
        elif self.before and self.before.path.exists():
            if self.before.etag:
                head["If-None-Match"] = self.before.etag
            elif self.before.modified:
                head["If-Modified-Since"] = self.before.modified
        return head

    def _take(self, answer: urllib3.BaseHTTPResponse, have: int) -> Got:
        status = answer.status
        if status in (404, 410):
            raise _Gone
        if status == 416 or (status == 206 and not _starts_at(answer, have)):
            self.part.unlink(missing_ok=True)
            raise _Broken("the server could not go on where it broke off")
        if status not in (200, 206):
            raise Refused(f"the server answers {status}", where=self.address, to_do=_BY_HAND)
        start = have if status == 206 else 0
        whole = _length(answer, start)
        known = {
            "address": self.address,
            "etag": answer.headers.get("ETag", ""),
            "modified": answer.headers.get("Last-Modified", ""),
        }
        self._room((whole or 0) - start)
        self.told.write_text(json.dumps(known), encoding="utf-8")
        self.resumed_at = start or self.resumed_at
        arrived = self._write(answer, start, whole)
        if whole is not None and arrived != whole:
            if arrived > whole:
                self.part.unlink(missing_ok=True)
            raise _Broken(f"{arrived:,} of {whole:,} bytes arrived")
        self.part.replace(self.into)
        self.told.unlink(missing_ok=True)
        return self._got(self.into, known)

    def _write(self, answer: urllib3.BaseHTTPResponse, start: int, whole: int | None) -> int:
        arrived = start
        try:
            with self.part.open("ab" if start else "wb") as part:
                for chunk in answer.stream(_CHUNK, decode_content=False):
                    part.write(chunk)
                    arrived += len(chunk)
                    if self.progress:
                        self.progress(f"fetching {self.into.name}", arrived, whole)
        except HTTPError as error:
            raise _Broken(_plain(error)) from error
        except OSError as error:
            raise WrongUse(
                f"the file cannot be written: {error.strerror or error}",
                where=str(self.part),
                to_do="Make room and try again; what arrived is gone on from",
            ) from error
        return arrived

    def _room(self, needed: int) -> None:
        free = shutil.disk_usage(self.into.parent).free
        if needed + _ROOM > free:
            raise WrongUse(
                f"the disk has {free:,} bytes free and {needed:,} are needed",
                where=str(self.into.parent),
                to_do="Make room, or fetch to another disk",
            )

    def _got(self, path: Path, known: Mapping[str, str]) -> Got:
        return Got(
            path=path,
            address=self.address,
            sha256=sha256_of(path),
            bytes=path.stat().st_size,
            at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            etag=known.get("etag", ""),
            modified=known.get("modified", ""),
            resumed_at=self.resumed_at,
        )


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pool(manners: Manners) -> urllib3.PoolManager:
    asked = Retry(
        total=manners.tries,
        redirect=5,
        status_forcelist=BUSY,
        allowed_methods={"GET", "POST"},  # the only POST is a search, which changes nothing
        backoff_factor=manners.pause_s,
        backoff_max=_LONGEST_WAIT_S,
        retry_after_max=_LONGEST_WAIT_S,
        raise_on_status=False,
    )
    given: dict[str, Any] = {
        "retries": asked,
        "timeout": Timeout(connect=manners.connect_s, read=manners.read_s),
        "ssl_context": ssl.create_default_context(),  # the system's certificates, and no way to do without
    }
    return urllib3.ProxyManager(manners.proxy, **given) if manners.proxy else urllib3.PoolManager(**given)


def _mirrored(address: str, mirror: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUse(f"{address!r} is no address", to_do="Write it as https://...")
    if not mirror:
        return address
    other = urlsplit(mirror)
    if other.scheme not in ("http", "https") or not other.netloc:
        raise WrongUse(f"the mirror {mirror!r} is no address", to_do="Write it as http://127.0.0.1:8000")
    return urlunsplit((other.scheme, other.netloc, other.path.rstrip("/") + parts.path, parts.query, ""))


def _starts_at(answer: urllib3.BaseHTTPResponse, have: int) -> bool:
    return answer.headers.get("Content-Range", "").lower().startswith(f"bytes {have}-")


def _length(answer: urllib3.BaseHTTPResponse, start: int) -> int | None:
    """Bytes of the whole file, where the server tells."""
    told = answer.headers.get("Content-Length", "")
    return start + int(told) if told.isdecimal() else None


def _unreached(where: str, error: Exception) -> OutOfReach:
    return OutOfReach(f"the address cannot be reached: {_plain(error)}", where=where, to_do=_BY_HAND)


def _plain(error: Exception) -> str:
    """An error of the network in a few words, without the object that it happened to."""
    reason = getattr(error, "reason", None) or error
    return str(reason).rpartition("): ")[2].rpartition(": <")[0] or str(reason).rpartition("): ")[2] or str(reason)
