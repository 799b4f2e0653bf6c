"""A small invented case of articles alone: it runs in a moment, so that many runs can be made of it."""

from __future__ import annotations

from pathlib import Path

from darkwake import steps
from darkwake.case.folder import Asked

TEXTS = {
    "calmere.txt": "Outlet: Radio Calmere\nPublished: 2026-03-04\n\nThe Wicker Avocet unloaded about 1,200 tons of "
    "pellite at Nettlehithe on Tuesday, two port officials told Radio Calmere.\n",
    "gull.txt": "Outlet: The Gull Harbour Post\nPublished: 2026-03-05\n\nThe Wicker Avocet unloaded about 1,200 tons "
    "of pellite at Nettlehithe on 3 March, Radio Calmere reported on Wednesday, citing two port officials.\n",
    "tern.txt": "Outlet: Tern Bay Gazette\nPublished: 2026-03-06\n\nThe Wicker Avocet unloaded over 2,000 tons of "
    "pellite at Nettlehithe on 4 March, a harbour pilot told the Tern Bay Gazette.\n",
}


def write(folder: Path, *names: str) -> list[Path]:
    """Some of the articles as files."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(TEXTS[name], encoding="utf-8")
    return [folder / name for name in names]


def case(folder: Path, *names: str) -> Path:
    """A case that has read those articles; with none, one that waits for its first."""
    steps.new(folder, Asked(folder.name, "Who said what?", invented=True))
    toml = folder / "case.toml"
    # the reader that is always there, and needs no second to load
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[claims]\nbackend = "pattern"\n', encoding="utf-8")
    if names:
        steps.add(folder, write(folder.parent / "given", *names), invented=True)
        steps.run(folder)
    return folder
