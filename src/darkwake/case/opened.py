"""Reading a case.json: the one place that says whether it can be read, and by this version."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from darkwake.errors import Unreadable, WrongUse

FORMAT = "darkwake-case"
FORMAT_VERSION = 1
"""The newest that this version reads; what case.file writes."""
_HEAD = re.compile(rb'"format_version":\s*(\d{1,9})')
_HEAD_BYTES = 4096


def check(found: Any, where: str) -> None:
    """Stop at what is no case file, or one that a newer version wrote.

    Raises:
        Unreadable: it is either.
    """
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unreadable("this is no case file", where=where, to_do="Delete it and run the case again")
    version = found.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise Unreadable("the case file names no format version", where=where, to_do="Delete it and run the case again")
    if version > FORMAT_VERSION:
        raise newer(version, where)


def newer(version: int, where: str) -> Unreadable:
    """What is said of a case of a newer format."""
    return Unreadable(
        f"a newer version of Darkwake wrote this case: its format is {version}, and this version reads up to "
        f"{FORMAT_VERSION}",
        where=where,
        to_do="Update Darkwake; nothing was changed",
    )


def read(path: Path) -> dict[str, Any]:
    """A case.json, whole.

    Raises:
        WrongUse: there is none: the case has not been run.
        Unreadable: it is damaged, or a newer version wrote it.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WrongUse(
            "the case has not been run yet", where=str(path), to_do=f"Run it: darkwake run {path.parent}"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(
            f"the case file is damaged: {error}", where=str(path), to_do="Delete it and run the case again"
        ) from error
    check(found, str(path))
    return dict(found)


def not_newer(path: Path) -> None:
    """Before a case is written over: that its case.json is not of a newer format. Reads the head of the file alone.

    Raises:
        Unreadable: a newer version wrote it.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        told = _HEAD.search(file.read(_HEAD_BYTES))
    if told and int(told[1]) > FORMAT_VERSION:
        raise newer(int(told[1]), str(path))
