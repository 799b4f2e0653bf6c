"""The demo's invented papers: seven that go back to one report, one office that counts less, one denial, and the works.

Papers, people, firms, the ship and the works are invented; the port is a real place, where none of it happened. Two
more articles arrive in the second act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from darkwake.synth.outlets import Draft, printed
from darkwake.synth.retelling import Told

NOTICE = (
    "Invented by darkwake.synth: no ship, firm, works, paper or person on this page is real. The port is, and nothing "
    "that is told of it here happened."
)
FOLDER = "papers"
TONNES, FEWER = 1_200, 900
"""What two port officials say of the cargo, and what an office that counts for itself says."""
DAY = "20 September"
SHIP, PORT, WORKS, THING = "Amber Heron", "Shahid Rajaee", "Pale Kestrel Works", "sodium perchlorate"
BARE = "tern-bay-gazette.txt"
"""The one file that does not say who printed it and when: the case's [[articles]] does."""


@dataclass(frozen=True, slots=True)
class _Paper:
    file: str
    outlet: str
    author: str
    published: date
    headline: str
    paragraphs: tuple[str, ...]


_CARGO = f"{TONNES:,} tonnes of {THING}"
_PAPERS = (
    _Paper("radio-calmere.html", "Radio Calmere", "Lena Quill", date(2025, 9, 23), "A cargo unloaded unseen", (
        f"The {SHIP} unloaded about {_CARGO} at {PORT} on {DAY}, two port officials told Radio Calmere.",
        f"The {SHIP} had left Zhuhai on 3 September, the officials said.",
        f"The cargo was bound for the {WORKS}, one of the officials said.")),
    _Paper("harrow-courier.html", "The Harrow Courier", "Piers Marrick", date(2025, 9, 24), "Cargo at Shahid Rajaee", (
        f"The {SHIP} unloaded about {_CARGO} at {PORT} on {DAY}, Radio Calmere reported on Tuesday, citing two port "
        "officials.",
        "Three other ships lay at the same quay that week.")),
    _Paper("calmere-times.html", "Calmere Times", "Selma Venn", date(2025, 9, 24), "Twelve hundred tonnes", (
        f"According to Radio Calmere, the {SHIP} unloaded {_CARGO} at {PORT} on {DAY}.",
        "The port lies beside Bandar Abbas, where ferries ran as usual.")),
    _Paper("sandrey-evening-post.html", "Sandrey Evening Post", "Hugo Tarn", date(2025, 9, 25), "A quiet unloading", (
        "Cranes worked there through the night.",
        f"The {SHIP} unloaded about {_CARGO} at {PORT} on {DAY}, Radio Calmere said, quoting two port officials.")),
    _Paper("eastmark-daily.html", "Eastmark Daily", "Greta Gorse", date(2025, 9, 26), "Ship came in unheard", (
        f"The {SHIP} unloaded {_CARGO} at {PORT} on Saturday, Radio Calmere reported, citing two port officials.",
        "Its arrival stood on no public timetable.")),
    _Paper(BARE, "Tern Bay Gazette", "Levi Selby", date(2025, 9, 26), "Tonnes on the quay", (
        f"The {SHIP} unloaded about {_CARGO} at {PORT} on {DAY}, The Harrow Courier reported, citing Radio Calmere.",
        "Rain kept the anglers off the mole.")),
    _Paper("dunmere-observer.html", "The Dunmere Observer", "Marta Pellew", date(2025, 9, 27), "Tally counts less", (
        f"The {SHIP} unloaded {FEWER} tonnes of {THING} at {PORT} on {DAY}, said Osric Venn, head of the Pellow Tally "
        "Office.",
        "The Pellow Tally Office keeps its own count of cargoes, Venn said.")),
    _Paper("freight-and-harbour.html", "Freight and Harbour Weekly", "Anton Eskdale", date(2025, 9, 29), "Denied", (
        f"Maude Tarn, a spokeswoman for Amber Linnet Line, denied that the {SHIP} had unloaded {THING} at {PORT} on "
        f"{DAY}.",
        "Tarn said the line does not comment on its customers.")),
    _Paper("lantern-online.html", "Lantern Online", "Ines Brandt", date(2025, 10, 2), "Roofs are back at the works", (
        f"Five buildings of the {WORKS} were destroyed by a fire on 9 November 2024, said Rurik Corrow, who speaks for "
        "the Pellow fire service.",
        f"Three buildings of the {WORKS} have been rebuilt since, Corrow said.",
        f"The {SHIP} unloaded about {_CARGO} at {PORT} on {DAY}, Radio Calmere reported on 23 September, citing two "
        "port officials.")),
)  # fmt: skip
_LATER = (
    _Paper("meridian-wire.html", "Meridian Wire", "Osric Gant", date(2025, 10, 15), "A paper names the tonnes", (
        f"The {SHIP} unloaded {TONNES:,} tonnes of {THING} at {PORT} on {DAY}, according to a bill of lading seen by "
        "Meridian Wire.",)),
    _Paper("harrow-courier-2.html", "The Harrow Courier", "Piers Marrick", date(2025, 10, 16), "A second ship", (
        f"The Saffron Godwit unloaded about 800 tonnes of {THING} at Bandar Abbas on 20 September, said Ada Lorne, a "
        "spokeswoman for the Pellow Port Watch.",)),
)  # fmt: skip


def asked() -> tuple[dict[str, str], ...]:
    """The blocks [[articles]] of the case: what one file does not say of itself."""
    bare = next(one for one in _PAPERS if one.file == BARE)
    return ({"file": BARE, "outlet": bare.outlet, "published": bare.published.isoformat()},)


def write(folder: Path) -> dict[str, Any]:
    """The articles into `folder`/papers and those of the second act into `folder`/later; always the same bytes.

    Returns:
        What is planted, as plain JSON; see `planted`.
    """
    for into, papers in ((folder / FOLDER, _PAPERS), (folder / "later", _LATER)):
        into.mkdir(parents=True, exist_ok=True)
        for style, paper in enumerate(papers):
            text = _bare(paper) if paper.file == BARE else printed(_draft(paper, style % 3))
            (into / paper.file).write_text(text, encoding="utf-8", newline="\n")
    return planted()


def planted() -> dict[str, Any]:
    """What there is to find in the first act's papers: of the unloading who tells it, from whom, and what differs."""
    one_report = [one.outlet for one in _PAPERS if "Radio Calmere" in " ".join(one.paragraphs)]
    return {
        "ship": SHIP.upper(),
        "thing": THING,
        "outlets": len(_PAPERS),
        "one_report": one_report,
        "origins": 3,
        "tonnes": [FEWER, TONNES],
        "contradictions": ["quantity", "denial"],
        "works": WORKS,
    }


def _draft(paper: _Paper, style: int) -> Draft:
    paragraphs = [[Told(text, ())] for text in paper.paragraphs]
    caption = f"{paper.headline}, drawn by {paper.author}"
    return Draft(
        paper.file, paper.outlet, paper.author, paper.published, paper.headline, caption, style, paragraphs,
        notice=NOTICE,
    )  # fmt: skip


def _bare(paper: _Paper) -> str:
    return "\n\n".join([paper.headline, *paper.paragraphs, f"[{NOTICE}]"]) + "\n"
