"""The case in a browser, on this machine and for whoever started it.

    with serving(Path("strait-2025")) as live:     # a free port; live.url holds the token
        webbrowser.open(live.url)
        live.wait()

Only 127.0.0.1 is listened on. Every address begins with a token that nobody can guess and that dies with the server;
there is no cookie, for a browser would send it to every other server on this machine too, and with every request that
a foreign page makes. What is written comes from the page itself (its Origin), as JSON, and is short. docs/live.md says
against what each of these stands, and against what none of them does.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from darkwake import kept
from darkwake.case import cited, decisions, folder, html, notes, notes_shown, opened
from darkwake.case.folder import CaseFolder
from darkwake.errors import CaseBusy, DarkwakeError, Unreadable, WrongUse

HOST = "127.0.0.1"
MOST_BODY = 64 * 1024
"""Bytes of what a page may send: the longest note in any script, with room."""
BODY_S = 10.0
"""Within so many seconds a body must have come."""
MOST_AT_ONCE = 64
_READERS = 2
"""Sources that are read at the same time: a row may lie deep in a large file."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


# --- what is served ---


@dataclass
class Live:
    """A case as it stands on disk now; drawn anew when a run has changed it."""

    case: CaseFolder
    drawing: threading.Lock = field(default_factory=threading.Lock)
    _stamp: str = ""
    _plain: dict[str, Any] = field(default_factory=dict)
    _page: str = ""

    def state(self) -> dict[str, str]:
        """What changes when a run, or a person, has changed the case."""
        people = _stamp_of(self.case.path / notes.FILE, self.case.path / decisions.FILE)
        return {"case": _stamp_of(self.case.path / "case.json"), "notes": people}

    def plain(self) -> dict[str, Any]:
        """case.json, parsed, as it is now."""
        with self.drawing:
            return self._read()

    def page(self) -> tuple[str, str]:
        """The page as it is now, with the notes as they are now, and its content security policy."""
        with self.drawing:
            plain = self._read()
            self._page = self._page or html.render(plain | {"notes": []}, live=True)
            page, stamp = self._page, self._stamp
        before, _, rest = page.partition(notes_shown.BEGINS)
        _, _, after = rest.partition(notes_shown.ENDS)
        whole = before.replace(html.LIVE_OF, stamp) + self.fragment() + after
        policy = page.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
        return whole, policy.replace("&#39;", "'")

    def fragment(self) -> str:
        """The notes alone."""
        return notes_shown.fragment(self.plain(), notes.listed(self.case))

    def thing(self, about: str) -> dict[str, str] | None:
        """What an anchor names, as a note keeps it."""
        found = notes_shown.things(self.plain()).get(about)
        return {"kind": found["kind"], "key": found["key"]} if found else None

    def _read(self) -> dict[str, Any]:
        stamp = self.state()["case"]
        if stamp != self._stamp:
            self._plain, self._page = opened.read(self.case.path / "case.json"), ""
            self._stamp = stamp
        return self._plain


def _stamp_of(*files: Path) -> str:
    found = [(file.name, told.st_mtime_ns, told.st_size) for file in files if file.exists() for told in [file.stat()]]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


# --- answers ---


def _app(live: Live) -> Starlette:
    readers = asyncio.Semaphore(_READERS)

    async def page(_: Request) -> Response:
        text, policy = await run_in_threadpool(live.page)
        headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
        return HTMLResponse(text.encode("utf-8", "replace"), headers=headers)

    async def state(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(live.state))

    async def of_people(_: Request) -> Response:
        return await _noted(live)

    async def places(request: Request) -> Response:
        about = request.query_params.get("about", "")[:200]
        async with readers:
            found = await run_in_threadpool(lambda: cited.cited(live.case, live.plain(), about))
        if found is None:
            return _wrong(404, "Nothing on the page that cites a source has that name.")
        return JSONResponse({"html": await run_in_threadpool(notes_shown.passages, found)})

    async def note(request: Request) -> Response:
        given = await _given(request, "kind", "about", "text", "author", "hypothesis", "mark")
        about = await run_in_threadpool(live.thing, given["about"]) if given["about"] else {}
        if about is None:
            return _wrong(400, "Nothing on the page has that name. Reload the page. Nothing was saved.")
        words = {name: given[name] for name in ("text", "author", "hypothesis", "mark")}
        kind = given["kind"] or "note"
        await run_in_threadpool(lambda: notes.add(live.case, at=_now(), about=about, kind=kind, **words))
        return await _noted(live, "The note was saved.")

    async def withdrawal(request: Request) -> Response:
        given = await _given(request, "note", "because", "author")
        words = {"because": given["because"], "author": given["author"]}
        await run_in_threadpool(lambda: notes.withdraw(live.case, given["note"], at=_now(), **words))
        return await _noted(live, "The note was withdrawn.")

    async def decision(request: Request) -> Response:
        given = await _given(request, "hit", "word", "because", "author")
        thing = await run_in_threadpool(live.thing, given["hit"])
        if thing is None or thing["kind"] != "hit":
            return _wrong(400, "Nothing on the page has that name. Reload the page. Nothing was saved.")
        words = {name: given[name] for name in ("word", "because", "author")}
        await run_in_threadpool(lambda: kept.decide(live.case.path, thing["key"], **words))
        return await _noted(live, "The decision was saved; it stands beside the hit after the next run.")

    return Starlette(
        routes=[
            Route("/", page, methods=["GET"]),
            Route("/state", state, methods=["GET"]),
            Route("/notes", of_people, methods=["GET"]),
            Route("/cited", places, methods=["GET"]),
            Route("/notes", note, methods=["POST"]),
            Route("/withdrawals", withdrawal, methods=["POST"]),
            Route("/decisions", decision, methods=["POST"]),
        ],
        exception_handlers={DarkwakeError: _told},
    )


async def _noted(live: Live, says: str = "") -> Response:
    return JSONResponse({"html": await run_in_threadpool(live.fragment), "says": says})


async def _given(request: Request, *names: str) -> dict[str, str]:
    """What a page sent: texts by their names, empty where one was not sent.

    Raises:
        WrongUse: It is no such thing.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise WrongUse("what was sent is no JSON", to_do="Use the page's own form")
    try:
        sent = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise WrongUse("what was sent cannot be read", to_do="Use the page's own form") from error
    if not isinstance(sent, dict) or not all(isinstance(sent.get(name, ""), str) for name in names):
        raise WrongUse("what was sent is not what is asked for", to_do="Use the page's own form")
    found = {name: sent.get(name, "") for name in names}
    if any("\ud800" <= letter <= "\udfff" for text in found.values() for letter in text):
        raise WrongUse("what was sent holds half a character", to_do="Write it anew")
    return found


async def _told(_: Request, error: Exception) -> Response:
    status = 409 if isinstance(error, CaseBusy) else 500 if isinstance(error, Unreadable) else 400
    return _wrong(status, error.message() if isinstance(error, DarkwakeError) else "It failed.")


def _wrong(status: int, says: str) -> Response:
    return JSONResponse({"error": says}, status)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


# --- who is let in ---


class Gate:
    """Before anything else is done: is this request from the page that this server gave, on this machine?"""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app, self.token, self.host = app, token, f"{HOST}:{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything that is not let in learns no more than that."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                told = {name.lower() for name, _ in message["headers"]}
                more = _HEADERS | ({} if b"content-security-policy" in told else {"Content-Security-Policy": _NOTHING})
                message["headers"] = [*message["headers"], *((k.lower().encode(), v.encode()) for k, v in more.items())]
            await send(message)

        request = Request(scope)
        refused = self._refused(request)
        if refused is None and request.method == "POST":
            try:
                receive = await asyncio.wait_for(_whole(receive), BODY_S)
            except ValueError:
                refused = _wrong(413, f"That is too long: at most {MOST_BODY:,} bytes. Nothing was saved.")
            except TimeoutError:
                refused = _wrong(408, "It took too long to come. Nothing was saved.")
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        inner = dict(scope) | {"path": "/" + scope["path"].removeprefix("/").partition("/")[2], "root_path": ""}
        await self.app(inner, receive, guarded)

    def _refused(self, request: Request) -> Response | None:
        # a name that somebody else's name server pointed at this machine (DNS rebinding) is not ours
        if request.headers.getlist("host") != [self.host]:
            return _wrong(400, "This server answers to its own address alone.")
        token, slash, _ = request.scope["path"].removeprefix("/").partition("/")
        if not secrets.compare_digest(token.encode("utf-8", "surrogatepass"), self.token.encode()) or not slash:
            return _wrong(403, "Open the address that `darkwake open` printed; each start has a new one.")
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _wrong(403, "Another page asked for this.")
        if request.method not in ("GET", "HEAD", "POST"):
            return _wrong(405, "That cannot be asked here.")
        if request.method == "POST" and request.headers.getlist("origin") != [f"http://{self.host}"]:
            return _wrong(403, "Only the case's own page can write to it.")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:12]) > MOST_BODY:
            return _wrong(413, f"That is too long: at most {MOST_BODY:,} bytes. Nothing was saved.")
        return None


async def _whole(receive: Receive) -> Receive:
    """The body, taken in whole; ValueError where it is too long."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ValueError("it broke off")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY:
            raise ValueError("it is too long")
        more = message.get("more_body", False)
    held = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def again() -> Any:
        return held.pop() if held else await receive()

    return again


# --- the server ---


@dataclass
class Served:
    """A server that runs."""

    url: str
    """Where the page is; the token is in it."""
    _thread: threading.Thread

    def wait(self) -> None:
        """Until it ends, or somebody presses ctrl-C."""
        while self._thread.is_alive():
            self._thread.join(0.5)


@contextmanager
def serving(path: Path, *, port: int = 0, token: str = "") -> Iterator[Served]:
    """Serve a case on 127.0.0.1, in a thread, until the block is left.

    Args:
        path: The case folder; it must have been run.
        port: Where to listen; 0 for any that is free.
        token: What every address begins with; empty for a new one of 256 bits.

    Raises:
        CaseMissing: There is no case at that path.
        WrongUse: It has not been run, or the port is taken.
        Unreadable: Its case.json is damaged, or a newer version wrote it.
    """
    case = folder.find(path)
    if not (case.path / "case.json").exists() or not (case.path / "case.html").exists():
        raise WrongUse("the case has not been run yet", where=str(path), to_do=f"Run it first: darkwake run {path}")
    live = Live(case)
    live.plain()
    token = token or secrets.token_urlsafe(32)
    listening = _listening(port)
    port = listening.getsockname()[1]
    server = _Server(
        uvicorn.Config(
            Gate(_app(live), token=token, port=port),
            access_log=False,  # it would write the token down
            h11_max_incomplete_event_size=16 * 1024,
            http="h11",
            lifespan="off",
            limit_concurrency=MOST_AT_ONCE,
            log_level="error",
            loop="asyncio",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), name="darkwake-web", daemon=True)
    thread.start()
    try:
        yield Served(f"http://{HOST}:{port}/{token}/", thread)
    finally:
        server.should_exit = True
        thread.join(5.0)
        listening.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the command's, which ends the server by leaving the block."""
        yield


def _listening(port: int) -> socket.socket:
    if not 0 <= port < 65_536:
        raise WrongUse(f"there is no port {port}", to_do="Use one from 1024 to 65535, or 0 for any that is free")
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        found.listen(128)
    except OSError as error:
        found.close()
        raise WrongUse(
            f"port {port} cannot be had: {error.strerror}", to_do="Leave --port out for a free one"
        ) from error
    return found
