"""Patterns whose white space is bounded, so that a text of blanks costs no more than any other."""

from __future__ import annotations

import re


def tight(pattern: str, flags: int = 0) -> re.Pattern[str]:
    r"""Compile a pattern with every `\s+`, `\s*`, `[\s-]+` and `[\s-]*` held to four characters.

    Two unbounded stretches of blanks side by side are tried in every division of the blanks: quadratic.
    """
    for loose in (r"\s", r"[\s-]"):
        pattern = pattern.replace(f"{loose}+", f"{loose}{{1,4}}").replace(f"{loose}*", f"{loose}{{0,4}}")
    return re.compile(pattern, flags)


def listed(words: str) -> list[str]:
    """The words of a list that is written as a text."""
    return words.split()
