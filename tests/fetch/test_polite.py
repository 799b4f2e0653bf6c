from __future__ import annotations

import errno
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fetch_server import Served, serving

from darkwake.errors import Refused, Unreadable, WrongUse
from darkwake.fetch import polite
from darkwake.fetch.polite import Before, Manners, NotThere, OutOfReach, ask, download

CONTENT = bytes(range(256)) * 20_000
QUICK = Manners(tries=3, pause_s=0.01, connect_s=2, read_s=5)


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served({"/list.xml": CONTENT})) as one:
        yield one


def test_a_file_arrives_whole_with_its_hash_and_leaves_nothing_beside(tmp_path: Path, served: Served) -> None:
    told: list[tuple[int, int | None]] = []
    got = download(
        [f"{served.url}/list.xml"],
        tmp_path / "list.xml",
        manners=QUICK,
        progress=lambda _, done, of: told.append((done, of)),
    )
    assert (tmp_path / "list.xml").read_bytes() == CONTENT
    assert (got.sha256, got.bytes) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert got.etag
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [one.name for one in tmp_path.iterdir()] == ["list.xml"]
    assert served.asked[0][2]["User-Agent"].startswith("darkwake/")


def test_a_line_that_breaks_is_gone_on_with_where_it_broke(tmp_path: Path, served: Served) -> None:
    served.breaks_at = [1_000_000, 2_000_000]
    got = download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert (tmp_path / "list.xml").read_bytes() == CONTENT
    assert got.resumed_at == 3_000_000
    assert [asked[2].get("Range") for asked in served.asked] == [None, "bytes=1000000-", "bytes=3000000-"]


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(tmp_path: Path, served: Served) -> None:
    served.breaks_at = [700_000]
    once = Manners(tries=1, pause_s=0.01)
    with pytest.raises(Refused, match="700,000 bytes that arrived are kept"):
        download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=once)
    assert not (tmp_path / "list.xml").exists()
    assert download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=once).resumed_at == 700_000
    assert (tmp_path / "list.xml").read_bytes() == CONTENT


def test_what_has_changed_meanwhile_is_fetched_anew_and_never_mixed(tmp_path: Path, served: Served) -> None:
    served.breaks_at = [700_000]
    with pytest.raises(Refused):
        download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=Manners(tries=1))
    served.files["/list.xml"] = newer = CONTENT[::-1]
    got = download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert (tmp_path / "list.xml").read_bytes() == newer
    assert got.resumed_at == 0


@pytest.mark.parametrize("fault", ["etag", "ranges"])
def test_without_a_validator_or_ranges_it_begins_anew(tmp_path: Path, served: Served, fault: str) -> None:
    setattr(served, fault, False)
    served.breaks_at = [700_000]
    download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert (tmp_path / "list.xml").read_bytes() == CONTENT


def test_a_busy_server_is_asked_again_and_its_wish_to_wait_is_kept(tmp_path: Path, served: Served) -> None:
    served.busy = [{"Retry-After": "1"}]
    began = time.monotonic()
    download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert len(served.asked) == 2
    assert time.monotonic() - began >= 1.0


def test_a_server_that_stays_busy_is_named(tmp_path: Path, served: Served) -> None:
    served.busy = [{}] * 20
    with pytest.raises(Refused, match="503"):
        download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_the_second_address_is_asked_only_where_the_first_has_nothing(tmp_path: Path, served: Served) -> None:
    got = download([f"{served.url}/gone.xml", f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert got.address.endswith("/list.xml")
    with pytest.raises(NotThere, match="there is no such file"):
        download([f"{served.url}/gone.xml", f"{served.url}/lost.xml"], tmp_path / "x.xml", manners=QUICK)
    served.status = 403
    with pytest.raises(Refused, match="answers 403"):
        download([f"{served.url}/list.xml", f"{served.url}/other.xml"], tmp_path / "y.xml", manners=QUICK)
    assert not any("other" in path for _, path, _ in served.asked)


def test_an_unchanged_file_is_not_sent_again(tmp_path: Path, served: Served) -> None:
    got = download([f"{served.url}/list.xml"], tmp_path / "old.xml", manners=QUICK)
    before = Before(got.path, got.sha256, got.etag, got.modified)
    again = download([f"{served.url}/list.xml"], tmp_path / "new.xml", manners=QUICK, before=before)
    assert again.unchanged
    assert (again.path, again.sha256) == (got.path, got.sha256)
    assert not (tmp_path / "new.xml").exists()


def test_a_move_is_followed_and_an_endless_one_is_not(tmp_path: Path, served: Served) -> None:
    served.moved = {"/moved": f"{served.url}/list.xml", "/round": f"{served.url}/round"}
    download([f"{served.url}/moved"], tmp_path / "list.xml", manners=QUICK)
    assert (tmp_path / "list.xml").read_bytes() == CONTENT
    with pytest.raises(Refused, match="cannot be reached"):
        download([f"{served.url}/round"], tmp_path / "round", manners=QUICK)


def test_offline_says_what_to_do(tmp_path: Path) -> None:
    with serving(Served()) as one:
        nobody = one.url
    with pytest.raises(Refused, match=r"cannot be reached.*darkwake add"):
        download([f"{nobody}/list.xml"], tmp_path / "list.xml", manners=Manners(tries=1, pause_s=0.01))
    with serving(Served({"/list.xml": CONTENT})) as other:
        both = [f"{nobody}/list.xml", f"{other.url}/list.xml"]
        assert download(both, tmp_path / "z", manners=Manners(tries=1)).address == both[1]
    with pytest.raises(OutOfReach, match="cannot be reached"):
        download(["https://nowhere.invalid/list.xml"], tmp_path / "x", manners=Manners(tries=1, pause_s=0.01))


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk(NamedTuple):
        free: int

    monkeypatch.setattr("darkwake.fetch.polite.shutil.disk_usage", lambda _: Disk(1_000))
    with pytest.raises(WrongUse, match="1,000 bytes free"):
        download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_leaves_what_arrived_for_next_time(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.open

    class Full:
        """A file object whose disk is full after the first chunk."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, chunk: bytes) -> int:
            if self.file.tell() >= polite._CHUNK:
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(self.file.write(chunk))

    def opened(self: Path, *args: Any, **named: Any) -> Any:
        file = whole(self, *args, **named)
        return Full(file) if self.name.endswith(".part") and args[:1] in (("ab",), ("wb",)) else file

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(WrongUse, match="No space left"):
        download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    monkeypatch.undo()
    assert not (tmp_path / "list.xml").exists()
    got = download([f"{served.url}/list.xml"], tmp_path / "list.xml", manners=QUICK)
    assert got.resumed_at == polite._CHUNK
    assert (tmp_path / "list.xml").read_bytes() == CONTENT


def test_a_mirror_stands_in_for_the_publisher(tmp_path: Path, served: Served) -> None:
    manners = Manners(tries=1, mirror=f"{served.url}")
    got = download(["https://example.invalid/list.xml"], tmp_path / "list.xml", manners=manners)
    assert got.address == f"{served.url}/list.xml"
    for wrong in ("ftp://x/y", "list.xml"):
        with pytest.raises(WrongUse, match="no address"):
            download([wrong], tmp_path / "z", manners=manners)


def test_an_answer_that_is_no_json_is_told(served: Served) -> None:
    with pytest.raises(Unreadable, match="no JSON"):
        ask(f"{served.url}/list.xml", manners=QUICK)
    served.files["/good"] = json.dumps({"a": 1}).encode()
    assert ask(f"{served.url}/good", manners=QUICK) == {"a": 1}


def test_the_part_of_another_address_is_not_gone_on_with(tmp_path: Path, served: Served) -> None:
    served.files["/other.xml"] = CONTENT[::-1]
    served.breaks_at = [700_000]
    with pytest.raises(Refused):
        download([f"{served.url}/list.xml"], tmp_path / "x", manners=Manners(tries=1))
    download([f"{served.url}/other.xml"], tmp_path / "x", manners=QUICK)
    assert (tmp_path / "x").read_bytes() == CONTENT[::-1]
