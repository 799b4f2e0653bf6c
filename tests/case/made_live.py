"""A case on disk as a run leaves it, with one source that is really there."""

from __future__ import annotations

import json
from pathlib import Path

from made_case import made_case

from darkwake.case import file, folder, html
from darkwake.case.folder import Asked, CaseFolder

ROWS = b"time,ship,lat\n" + b"".join(b"%d,999100001,%d.5\n" % (n, n) for n in range(2, 50))


def laid(path: Path) -> CaseFolder:
    """The case; each piece of its evidence cites rows 7 and 8 of the source."""
    path.mkdir(exist_ok=True)
    case = folder.create(path / "case", Asked(name="invented"))
    (path / "positions.csv").write_bytes(ROWS)
    source, _ = case.take(path / "positions.csv", kind="table-csv")
    plain = made_case(fixes=200)
    for item in plain["evidence"]:
        item["sources"] = [{"source": source.sha256, "first_row": 7, "last_row": 8}]
    (case.path / "case.json").write_text(file.dump(plain), encoding="utf-8")
    (case.path / "case.html").write_text(html.render(plain), encoding="utf-8")
    return case


def an_evidence(case: CaseFolder) -> str:
    """The id of a piece of evidence of that case."""
    return str(json.loads((case.path / "case.json").read_text("utf-8"))["evidence"][0]["id"])
