"""The one way in which pages are filled in: everything escaped, nothing undefined let through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2

from darkwake.case import embed, text


def template(name: str, **filters: Callable[..., Any]) -> jinja2.Template:
    """A page of `case/page` by its file name, with the filters that all pages have and its own."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(embed.page_file),
        autoescape=True,
        finalize=text.shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(name=text.name, n=text.exact, **filters)
    return environment.get_template(name)
