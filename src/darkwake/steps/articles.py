"""Articles -> who said what, through whom, and how many origins that makes."""

from __future__ import annotations

from collections.abc import Sequence

from darkwake import __version__, claims, papers
from darkwake.case import folder
from darkwake.case.derived import Derived
from darkwake.case.folder import Added, Asked
from darkwake.case.unaltered import unaltered
from darkwake.claims.remembered import Remembered
from darkwake.evidence import canonical_json, content_id


def read(derived: Derived, articles: Sequence[Added], asked: Asked) -> str:
    """Read the articles of a case and lay their claims together; the key of what was read."""
    case = derived.case
    # without an article nothing is loaded that reads one
    backend = claims.backend(asked.backend) if articles else None
    given = [(one.sha256, one.name, asked.known_of(one)) for one in articles]
    key = content_id("read", __version__, backend.made_by if backend else "", given, papers.edits_of(case))

    def make() -> str:
        laid = papers.NOTHING
        if backend:
            files = [papers.File(unaltered(case, one), one.name, asked.known_of(one)) for one in articles]
            remembers = Remembered(backend, case.derived / "read")
            laid = papers.lay(files, remembers, into=case.path / papers.LEDGER, progress=derived.progress)
            remembers.forget_others()
        for name, table in laid.tables().items():
            derived.write(name, table)
        folder.write_text(
            case.derived / "grades.json",
            canonical_json(papers.grades_told(papers.whole(case.path / papers.LEDGER), laid) if backend else {}),
        )
        return laid.described() if backend else "no article was added"

    derived.step("read", key, [*map(derived.path, papers.NOTHING.tables()), case.derived / "grades.json"], make)
    return key
