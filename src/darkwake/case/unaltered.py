"""A source is read only as it was added: its hash is held against the register before a step reads it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from darkwake.case.folder import Added, CaseFolder
from darkwake.errors import Unreadable


def unaltered(case: CaseFolder, source: Added) -> Path:
    """The file of a source, hashed as a stream once for each `CaseFolder` that was found: once a run.

    Raises:
        Unreadable: it is missing, or it is not as it was added.
    """
    file = case.source_path(source)
    if source.sha256 in case.held:
        return file
    where, to_do = f"sources/{file.name}", f"See: darkwake verify {case.path}; put the file back as it was"
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise Unreadable("a source is missing", where=where, to_do=to_do) from error
    except OSError as error:
        raise Unreadable(f"a source cannot be read ({error.strerror})", where=where, to_do=to_do) from error
    if found != source.sha256:
        raise Unreadable("the source is not as it was added", where=where, to_do=to_do)
    case.held.add(source.sha256)
    return file
