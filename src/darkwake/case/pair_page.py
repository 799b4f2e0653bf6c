"""Two pictures that lie nowhere for certain, side by side on a page of their own: for looking, nothing is measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import PurePath
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from darkwake.case import embed, site_pictures, templates


def render(picture: Mapping[str, Any], *, title: str, made_by: str) -> str:
    """The page; nothing in it is loaded from elsewhere, and it runs nothing.

    Args:
        picture: What pictures.as_row gives of a loose pair.
        title: The head of the page.
        made_by: Part and version.
    """
    style = "".join(map(embed.page_file, ("style.css", "sites.css", "print.css", "alone.css")))
    policy = (
        f"default-src 'none'; style-src '{embed.sha256(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        title=title,
        made_by=made_by,
        sides=[_side(picture, side) for side in ("before", "after")],
        says=picture["says"],
        policy=Markup(policy),  # noqa: S704  a hash and fixed words only
        style=Markup(style),  # noqa: S704  our own
    )


def _side(picture: Mapping[str, Any], side: str) -> dict[str, Any]:
    png = picture[f"{side}_png_base64"]
    size = site_pictures.size(png)
    if size is None:
        raise ValueError(f"the picture {side} is no PNG")
    about = picture[side]
    return {
        "side": side,
        "word": side.capitalize(),
        "name": PurePath(str(about["image"])).name,
        "credit": about["credit"] or "credit not stated",
        "sha256": about["sha256"],
        "png": Markup(png),  # noqa: S704  base64 of a PNG, as just asked
        "w": size[0],
        "h": size[1],
    }


@cache
def _template() -> Template:
    return templates.template("pair_page.html.j2")
