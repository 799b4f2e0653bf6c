"""Files of a case to which people only ever add lines: decisions, notes.

A line counts once its line end is there. What a kill left of a line that was never finished is dropped by the next
writing, for nobody was told that it had been written.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from darkwake.case.folder import CaseFolder
from darkwake.errors import CaseBusy

WAIT_S = 10.0
"""How long a writer waits for another one."""


def finished(file: Path) -> list[bytes]:
    """The finished lines of a file, from first to last; none where there is no file."""
    if not file.exists():
        return []
    whole = file.read_bytes().rpartition(b"\n")[0]
    return whole.split(b"\n") if whole else []


def append(file: Path, line: str) -> None:
    """One whole line at the end, synced; a line that was never finished goes first."""
    with file.open("ab+") as register:
        register.seek(0)
        content = register.read()
        if content and not content.endswith(b"\n"):
            register.truncate(len(content.rpartition(b"\n")[0]) + (b"\n" in content))
        register.write(line.encode("utf-8", "backslashreplace") + b"\n")
        register.flush()
        os.fsync(register.fileno())


@contextmanager
def held(case: CaseFolder) -> Iterator[None]:
    """The case's lock, waited for a while: another writer takes a moment, a run may take long.

    The lock is the run's own, so that what a person writes stands either before a run or after it, never in its middle.

    Raises:
        CaseBusy: A run holds the case, and went on holding it.
    """
    until = time.monotonic() + WAIT_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(case.lock())
                break
            except CaseBusy:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        yield
