"""The live case: who is let in, what they see, and what they may write."""

from __future__ import annotations

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "case"))
from made_case import made_case
from made_live import an_evidence, laid

from darkwake import kept, web
from darkwake.case import file, folder, html, lines, notes
from darkwake.case.folder import Asked, CaseFolder
from darkwake.errors import CaseMissing, Unreadable, WrongUse


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    return laid(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def live(case: CaseFolder) -> Iterator[str]:
    with web.serving(case.path) as served:
        yield served.url


Answer = tuple[int, dict[str, str], str]


def ask(
    live: str, path: str = "", body: Any = None, *, method: str = "", token: str | None = None, **headers: str | None
) -> Answer:
    """One request as the page makes it, but for what is said otherwise; None leaves a header out."""
    own = live.removeprefix("http://")
    host, own_token, _ = own.split("/")
    given: dict[str, str | None] = {"Host": host}
    if body is not None:
        given |= {"Content-Type": "application/json", "Origin": f"http://{host}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    link = http.client.HTTPConnection(host, timeout=20)
    try:
        prefix = f"/{own_token if token is None else token}/"
        link.putrequest(method or ("GET" if body is None else "POST"), prefix + path, skip_host=True)
        for name, value in given.items():
            if value is not None:
                link.putheader(name, value)
        if body is not None and "Content-Length" not in given:
            link.putheader("Content-Length", str(len(data)))
        link.endheaders(data if body is not None else None)
        answer = link.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
    finally:
        link.close()


def port_of(live: str) -> int:
    return int(live.split("/")[2].removeprefix("127.0.0.1:"))


def test_the_page_is_the_files_own_with_its_policy_and_a_way_to_write(live: str) -> None:
    status, headers, page = ask(live)
    assert status == 200
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["connect-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "set-cookie" not in headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert 'data-live="' in page
    assert html.LIVE_OF not in page
    assert '<form id="note-form"' in page
    assert '<section id="evidence"' in page
    token = live.split("/")[3]
    assert token not in page
    assert len(token) == 43


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "%2e%2e", "%C3%A9", "%ff", "../case.json"])
def test_without_the_token_nothing_is_told(live: str, token: str) -> None:
    for path in ("", "state", "notes", "case.json", "cited?about=ev-1"):
        status, headers, text = ask(live, path, token=token)
        assert status == 403
        assert "Open the address" in text
        assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "path", ["case.json", "sources", "sources.jsonl", "../case.toml", "%2e%2e/case.toml", "//", "docs"]
)
def test_no_file_and_no_folder_is_served(live: str, path: str) -> None:
    status, _, text = ask(live, path)
    assert status == 404
    assert "invented" not in text


def test_another_name_for_this_machine_is_refused(live: str) -> None:
    port = port_of(live)
    for host in (f"evil.example:{port}", f"localhost:{port}", "127.0.0.1", f"127.0.0.1:{port}0", None):
        assert ask(live, Host=host)[0] == 400


def test_only_this_address_is_listened_on(live: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port_of(live)))


NOTE = {"kind": "note", "about": "", "text": "Asked the owner.", "author": "A. Reader"}


def test_only_the_cases_own_page_may_write(live: str, case: CaseFolder) -> None:
    before = notes.read(case)
    for origin in ("http://evil.example", "null", live.replace("127.0.0.1", "localhost"), "", None):
        status, headers, _ = ask(live, "notes", NOTE, Origin=origin)
        assert status == 403
        assert "access-control-allow-origin" not in headers
    assert ask(live, "notes", NOTE, Sec_Fetch_Site="same-site")[0] == 403  # another port of this machine
    assert ask(live, "notes", NOTE, token="x" * 43)[0] == 403
    # what a form of a foreign page can send without asking first
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
        assert ask(live, "notes", NOTE, Content_Type=kind)[0] == 400
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert ask(live, "notes", NOTE, method=method)[0] == 405
    assert notes.read(case) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 60_000, 400),
        (b'{"text": 7, "author": "A"}', 400),
        (b'{"text": "\\ud800", "author": "A"}', 400),
        (b"\xff\xfe", 400),
        (b" " * 70_000, 413),
        ({"text": "x" * 5_000, "author": "A"}, 400),
        ({"text": "x", "author": ""}, 400),
        ({"text": "x", "author": "A", "about": "gap-none"}, 400),
        ({"text": "x", "author": "A", "kind": "verdict"}, 400),
        ({"text": "x", "author": "A", "kind": "rating", "mark": "for", "hypothesis": "h"}, 400),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(live: str, case: CaseFolder, body: Any, status: int) -> None:
    before = notes.read(case)
    told = ask(live, "notes", body)
    assert told[0] == status
    assert json.loads(told[2])["error"]
    assert notes.read(case) == before


def test_a_body_longer_than_it_says_is_cut_off(live: str, case: CaseFolder) -> None:
    before = notes.read(case)
    chunk = b"%x\r\n%s\r\n" % (1 << 16, b" " * (1 << 16))
    status, _, _ = ask(live, "notes", chunk * 3 + b"0\r\n\r\n", Transfer_Encoding="chunked", Content_Length=None)
    assert status == 413
    assert notes.read(case) == before


def test_a_note_is_written_seen_and_withdrawn(live: str, case: CaseFolder) -> None:
    item, before = an_evidence(case), json.loads(ask(live, "state")[2])
    text = "<img src=x onerror=alert(1)> \u202eevil"
    status, _, answer = ask(live, "notes", NOTE | {"about": item, "text": text})
    assert status == 200
    assert "&lt;img src=x onerror=alert(1)&gt; ⟨U+202E⟩evil" in json.loads(answer)["html"]
    made = notes.read(case)[-1]
    assert (made.text, made.about, made.author) == (text, {"kind": "ev", "key": item}, "A. Reader")
    page = ask(live)[2]
    assert f'id="{made.id}" data-about="{item}"' in page
    assert "<img src=x" not in page
    now = json.loads(ask(live, "state")[2])
    assert (now["case"] == before["case"], now["notes"] == before["notes"]) == (True, False)
    assert ask(live, "withdrawals", {"note": made.id, "author": "B", "because": "x"})[0] == 200
    assert "<b>Withdrawn</b>" in json.loads(ask(live, "notes")[2])["html"]
    assert ask(live, "withdrawals", {"note": made.id, "author": "C", "because": "x"})[0] == 400


def test_a_decision_goes_to_the_hit_that_was_meant(
    live: str, case: CaseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(kept, "decide", lambda path, hit, **words: asked.append((path, hit, words)))
    hit = json.loads((case.path / "case.json").read_text("utf-8"))["hits"][0]["id"]
    words = {"word": "known false hit", "because": "another ship", "author": "A. Reader"}
    assert ask(live, "decisions", {"hit": hit} | words)[0] == 200
    assert asked == [(case.path, hit, words)]
    assert ask(live, "decisions", {"hit": an_evidence(case)} | words)[0] == 400
    assert len(asked) == 1


def test_evidence_leads_down_to_the_row(live: str, case: CaseFolder) -> None:
    status, _, answer = ask(live, f"cited?about={an_evidence(case)}")
    assert status == 200
    found = json.loads(answer)["html"]
    assert '<th scope="row" class="num">7</th><td><bdi>7</bdi></td><td><bdi>999100001</bdi></td>' in found
    assert '<th scope="row" class="num">9</th>' not in found
    for about in ("", "ev-none", "ship-1", "../case.toml", "x" * 10_000):
        assert ask(live, f"cited?about={about}")[0] == 404


def test_while_a_run_holds_the_case_it_says_so(live: str, case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WAIT_S", 0.05)
    with case.lock():
        status, _, answer = ask(live, "notes", NOTE | {"text": "during a run"})
        assert ask(live)[0] == 200
    assert status == 409
    assert "another run" in json.loads(answer)["error"]


def test_a_new_run_is_seen_and_drawn(tmp_path: Path) -> None:
    case = laid(tmp_path)
    with web.serving(case.path) as served:
        before = json.loads(ask(served.url, "state")[2])["case"]
        assert f'data-live="{before}"' in ask(served.url)[2]
        plain = made_case(fixes=200)
        plain["case"]["question"] = "Another question?"
        folder.write_text(case.path / "case.json", file.dump(plain))
        after = json.loads(ask(served.url, "state")[2])["case"]
        assert after != before
        page = ask(served.url)[2]
        assert f'data-live="{after}"' in page
        assert "Another question?" in page
        (case.path / "case.json").write_text("{", encoding="utf-8")
        status, _, answer = ask(served.url)
        assert (status, "damaged" in answer) == (500, True)
        port, other = port_of(served.url), laid(tmp_path / "other")
        with pytest.raises(WrongUse, match="cannot be had"), web.serving(other.path, port=port):
            pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_a_case_that_was_not_run_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(CaseMissing), web.serving(tmp_path):
        pass
    case = folder.create(tmp_path / "case", Asked(name="invented"))
    with pytest.raises(WrongUse, match="Run it first"), web.serving(case.path):
        pass
    newer = made_case(fixes=200) | {"format_version": 99}
    (case.path / "case.html").write_text("", encoding="utf-8")
    (case.path / "case.json").write_text(file.dump(newer), encoding="utf-8")
    with pytest.raises(Unreadable, match="newer version"), web.serving(case.path):
        pass
    with pytest.raises(WrongUse, match="no port"), web.serving(laid(tmp_path / "b").path, port=99_999):
        pass


def test_the_commands_write_what_the_page_shows(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from darkwake.cli import app

    case = laid(tmp_path)
    item = an_evidence(case)
    run = CliRunner().invoke
    made = run(app, ["note", str(case.path), "Read it twice.", "--about", item, "--author", "A. Reader"])
    assert made.exit_code == 0, made.output
    assert f"Next: darkwake run {case.path}" in made.output
    (row,) = json.loads(run(app, ["note", str(case.path), "--json"]).output)
    assert (row["text"], row["about"]["key"], row["withdrawn"]) == ("Read it twice.", item, False)
    assert datetime.fromisoformat(row["at"]).tzinfo == UTC
    assert "Read it twice." in run(app, ["note", str(case.path)]).output
    assert run(app, ["note", str(case.path), "--withdraw", row["id"], "--author", "B"]).exit_code == 0
    assert "(withdrawn)" in run(app, ["note", str(case.path)]).output
    wrong = run(app, ["note", str(case.path), "x", "--about", "gap-none", "--author", "A"])
    assert isinstance(wrong.exception, WrongUse)
