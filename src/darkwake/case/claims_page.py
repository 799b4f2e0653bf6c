"""Articles alone as one HTML page: their claims, chains, contradictions and quantities, with nothing else of a case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from darkwake.case import claims_shown, embed, templates

FIRST = 'document.documentElement.classList.add("js")'
MODULES = ("clock", "selection", "tables", "claims", "sites", "alone")
"""The page's modules, each after those that it imports."""


def render(
    section: Mapping[str, Any], quantities: Mapping[str, Any], *, title: str, made_by: str, invented: bool = False
) -> str:
    """The page. Equal sections give equal text; nothing in it is loaded from elsewhere.

    Args:
        section: What claimed.section gives, as plain JSON types.
        quantities: What quantities.quantities gives.
        title: The head of the page, such as "Claims of 5 articles".
        made_by: Part, version and backend.
        invented: Whether the articles are made up, which the page then says.
    """
    shown = claims_shown.Shown(section, quantities)
    scripts = {"first": FIRST, "page": embed.script(MODULES)}
    style = "".join(map(embed.page_file, ("style.css", "claims.css", "print.css", "alone.css")))
    allowed = " ".join(repr(embed.sha256(code)) for code in scripts.values())
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src '{embed.sha256(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return _template().render(
        title=title,
        made_by=made_by,
        invented=invented,
        claims=claims_shown.told(shown),
        quantities=claims_shown.amounts_told(shown, quantities),
        policy=Markup(policy),  # noqa: S704  hashes and fixed words only
        style=Markup(style),  # noqa: S704  our own
        scripts={key: Markup(code) for key, code in scripts.items()},  # noqa: S704  our own
    )


@cache
def _template() -> Template:
    return templates.template("claims_page.html.j2")
