"""Articles -> who said what, through whom, and how many origins that makes.

read         a file -> an article: its exact text, and what is known of it
backend      who reads: `parse` (a parser, the extra [claims]) or `pattern` (always there)
read_all     articles -> ARTICLES, CLAIMS
lay_together claims -> CLUSTERS, ORIGINS, CONTRADICTIONS
"""

from __future__ import annotations

from importlib.util import find_spec

from darkwake.claims.attribution import Backend
from darkwake.claims.known import SIDECARS, beside
from darkwake.claims.read import read, sniff
from darkwake.claims.reading import lay_together, read_all
from darkwake.errors import WrongUse

__all__ = [
    "BACKENDS",
    "KINDS",
    "LIMITS",
    "SIDECARS",
    "Backend",
    "backend",
    "beside",
    "lay_together",
    "read",
    "read_all",
    "sniff",
]

BACKENDS = ("parse", "pattern")
KINDS = ("article-html", "article-pdf", "article-txt")
"""What `sniff` tells apart."""
LIMITS = (
    "Claims are read by rules from English articles alone; some sayings, speakers and dates are missed or misread, and "
    "every claim shows the sentence it was read from.",
    "An origin is what the articles name. Two that name nobody may still share one, so origins are told as a range.",
)


def backend(name: str = "") -> Backend:
    """A backend by its name; without one the best that is installed.

    Raises:
        WrongUse: there is none of that name, or its package is not installed.
    """
    chosen = name or ("parse" if find_spec("spacy") else "pattern")
    # each is loaded only where it is asked for: the parser's package takes a second
    if chosen == "parse":
        from darkwake.claims.parse import Parse  # noqa: PLC0415

        return Parse()
    if chosen == "pattern":
        from darkwake.claims.pattern import Pattern  # noqa: PLC0415

        return Pattern()
    raise WrongUse(f"{name!r} reads no articles", to_do=f"Use one of {', '.join(BACKENDS)}")
