"""Sites alone as one HTML page: their maps, buildings, pictures and evidence, with nothing else of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from darkwake.case import embed, sections, sites_shown, templates
from darkwake.case.index import Index
from darkwake.evidence import Evidence

FIRST = 'document.documentElement.classList.add("js")'
MODULES = ("clock", "selection", "tables", "claims", "sites", "alone")
"""The page's modules, each after those that it imports."""


def render(
    section: Mapping[str, Any],
    *,
    title: str,
    made_by: str,
    evidence: Sequence[Evidence] = (),
    limits: Sequence[str] = (),
    invented: bool = False,
) -> str:
    """The page. Equal sections give equal text; nothing in it is loaded from elsewhere.

    Args:
        section: What buildings.section gives.
        title: The head of the page, such as "Example Depot: 42 buildings".
        made_by: Part, version and backend.
        evidence: What site_findings.evidence gives.
        limits: What the page does not show, as sentences.
        invented: Whether the sites are made up, which the page then says.
    """
    items = [{"id": item.id} | item.as_dict() for item in evidence]
    index = Index({"case": {}, "evidence": items, "sites": section})
    scripts = {"first": FIRST, "page": embed.script(MODULES)}
    style = "".join(map(embed.page_file, ("style.css", "sites.css", "print.css", "alone.css")))
    allowed = " ".join(repr(embed.sha256(code)) for code in scripts.values())
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src '{embed.sha256(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        title=title,
        made_by=made_by,
        invented=invented,
        sites=sites_shown.told(section, cited(index)),
        evidence=sections.evidence(index)["used"],
        limits=list(limits),
        policy=Markup(policy),  # noqa: S704  hashes and fixed words only
        style=Markup(style),  # noqa: S704  our own
        scripts={key: Markup(code) for key, code in scripts.items()},  # noqa: S704  our own
    )


def cited(index: Index) -> dict[str, list[dict[str, str]]]:
    """Building or site -> links to its evidence."""
    section = index.case.get("sites") or {}
    every = [*section.get("buildings", ()), *section.get("sites", ())]
    return {row["id"]: sections.cites(index, index.of_thing.get(row["id"], [])) for row in every}


@cache
def _template() -> Template:
    return templates.template("sites_page.html.j2")
