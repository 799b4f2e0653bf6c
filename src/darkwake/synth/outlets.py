"""Invented papers, agencies and people, and the pages they print: a menu, a byline, captions, links, a cookie banner.

Every page says that it is invented, in its head, at its foot and in a comment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from darkwake.synth.retelling import Told

OUTLETS = (
    "The Harrow Courier", "Sandrey Evening Post", "Calmere Times", "The Vellin Ledger", "Ostrey Today",
    "The Marlock Herald", "Tern Bay Gazette", "The Quay Review", "Eastmark Daily", "Lantern Online",
    "Radio Calmere", "Freight and Harbour Weekly", "The Dunmere Observer", "Pellow News",
)  # fmt: skip
AGENCIES = ("Meridian Wire", "Northlight News Agency", "Tallis Press", "Coastline Press Service", "Farrow News Agency")
PORTS = (
    "Port Vellin", "Harrowmouth", "Sandrey", "Castle Marlock", "Tern Bay", "Pellow", "Dunmere", "Eastmark",
    "Quillhaven", "Brackwater", "Ostrey Roads", "Lowmere", "Saltby", "Fennick", "Old Garrow", "Wexmouth",
    "Arlin Harbour", "Tolverton", "Merrin", "Stonequay", "Corvane", "Ashferry", "Nettlehithe", "Grayle",
)  # fmt: skip
COUNTRIES = ("Ostrey", "Calmere", "Varland", "Tessaly", "Norrow")
GOODS = (
    "calvane", "tessolite", "morrow ash", "brin salt", "ferrosel", "quillon meal", "ambrite", "sorrel lime", "dolvane",
    "pellite", "marl nitre", "ostrene", "kelp potash", "linnet chalk", "varrite", "hessel phosphate",
)  # fmt: skip
FIRST_NAMES = (
    ("Ada", "she"), ("Tomas", "he"), ("Ines", "she"), ("Rurik", "he"), ("Maude", "she"), ("Osric", "he"),
    ("Lena", "she"), ("Piers", "he"), ("Selma", "she"), ("Anton", "he"), ("Greta", "she"), ("Hugo", "he"),
    ("Marta", "she"), ("Levi", "he"),
)  # fmt: skip
LAST_NAMES = (
    "Quill", "Fallowes", "Harrowgate", "Venn", "Ostrander", "Pellew", "Marrick", "Tarn", "Gorse", "Wickersham",
    "Selby", "Thackeray", "Dunnock", "Amsel", "Brandt", "Corrow", "Eskdale", "Lindqvist", "Norring", "Vesper",
    "Yarrow", "Zeller", "Abernath", "Bellweather", "Cray", "Dornan", "Elverson", "Farthing", "Gant", "Holloway",
    "Ivers", "Jessop", "Kessler", "Lorne", "Maddox", "Nyland", "Orrin", "Pascoe", "Quennell", "Rudd", "Sorrell",
    "Tremayne",
)  # fmt: skip
NOTICE = "Invented by darkwake.synth: no ship, firm, port, paper or person on this page is real."
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


@dataclass(slots=True)
class Draft:
    """An article before it is printed."""

    file: str
    outlet: str
    author: str
    published: date
    headline: str
    caption: str
    style: int
    """Which of the page makers prints it."""
    paragraphs: list[list[Told]] = field(default_factory=list)
    stamps: dict[int, str] = field(default_factory=dict)
    """Of a live blog: the time over a paragraph, by its place."""
    correction: str = ""
    filled: set[int] = field(default_factory=set)
    """Which sentences of background it has."""
    notice: str = NOTICE
    """What every page says of itself."""

    @property
    def url(self) -> str:
        """Under a domain that cannot exist (RFC 2606)."""
        host = self.outlet.lower().replace(" ", "-")
        return f"https://{host}.example/{self.published:%Y/%m/%d}/{self.file.partition('.')[0]}"


def printed(draft: Draft) -> str:
    """The page, by the ending of its file's name."""
    return _plain(draft) if draft.file.endswith(".txt") else _page(draft)


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _body(draft: Draft) -> list[tuple[str, str]]:
    """Kind (time or p) and text, in order."""
    found = []
    for at, paragraph in enumerate(draft.paragraphs):
        if at in draft.stamps:
            found.append(("time", draft.stamps[at]))
        if paragraph:
            found.append(("p", " ".join(one.text for one in paragraph)))
    return found


def _plain(draft: Draft) -> str:
    lines = [draft.headline, f"By {draft.author}", f"{draft.outlet}, {_day(draft.published)}"]
    lines += [text for _, text in _body(draft)]
    lines += [draft.correction] if draft.correction else []
    return "\n\n".join([*lines, f"[{draft.notice}]"]) + "\n"


def _head(draft: Draft) -> list[str]:
    iso = f"{draft.published.isoformat()}T08:30:00+00:00"
    lines = [f"<title>{escape(draft.headline)} - {escape(draft.outlet)}</title>"]
    lines += [f'<meta name="description" content="{draft.notice}">', f'<link rel="canonical" href="{draft.url}">']
    lines += [f'<meta property="og:site_name" content="{escape(draft.outlet)}">'] if draft.style != 2 else []
    lines += [f'<meta property="og:title" content="{escape(draft.headline)}">']
    if draft.style in (0, 1):
        lines.append(f'<meta property="article:published_time" content="{iso}">')
        lines.append(f'<meta name="author" content="{escape(draft.author)}">')
    if draft.style in (0, 2):
        told = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": draft.headline, "datePublished": iso,
            "author": {"@type": "Person", "name": draft.author},
            "publisher": {"@type": "Organization", "name": draft.outlet},
        }  # fmt: skip
        lines.append(f'<script type="application/ld+json">{json.dumps(told)}</script>')
    return lines


def _page(draft: Draft) -> str:
    words = [("h3" if kind == "time" else kind, text) for kind, text in _body(draft)]
    body = [f"<{tag}>{escape(text, quote=False)}</{tag}>" for tag, text in words]
    time = f'<time datetime="{draft.published.isoformat()}">{_day(draft.published)}</time>'
    figure = (
        f'<figure><img src="ship.jpg" alt=""><figcaption>{escape(draft.caption)} '
        f'<span class="credit">Photo: {escape(draft.outlet)}</span></figcaption></figure>'
    )
    byline = f'<p class="byline">By <a rel="author" href="/staff">{escape(draft.author)}</a> {time}</p>'
    fixed = f'<p class="correction">{escape(draft.correction, quote=False)}</p>' if draft.correction else ""
    links = "".join(f'<li><a href="/{at}">{text}</a></li>' for at, text in enumerate(_LINKS[draft.style]))
    return "\n".join(
        [
            "<!DOCTYPE html>", f"<!-- {draft.notice} -->", '<html lang="en"><head><meta charset="utf-8">',
            *_head(draft), "</head>",
            '<body><div class="cookie-banner" role="dialog">We use cookies. <button>Accept all</button></div>',
            f'<header><a href="/">{escape(draft.outlet)}</a><nav><ul><li><a href="/news">News</a></li>'
            '<li><a href="/ports">Ports</a></li><li><a href="/weather">Weather</a></li></ul></nav></header>',
            f"<main><article><h1>{escape(draft.headline)}</h1>", byline, figure if draft.style != 1 else "",
            *body, fixed, figure if draft.style == 1 else "", "</article>",
            f'<aside class="related"><h2>Related</h2><ul>{links}</ul></aside></main>',
            f'<footer><p>{draft.notice}</p><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></footer>',
            "</body></html>", "",
        ]
    )  # fmt: skip


_LINKS: Sequence[Sequence[str]] = (
    ("Tide tables for the week", "Letters to the editor", "Ferry strike called off"),
    ("Orchards report early blossom", "How we work"),
    ("Lighthouse to be repainted", "Crossword", "Most read"),
)
