"""The details of many events as texts: what `canonical_json` writes for each, made column by column."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from darkwake.evidence import canonical_json


def texts(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """One JSON object a row, from the values of each name; to the byte what `canonical_json` makes of the rows."""
    named = [[f"{json.dumps(name)}:{text}" for text in _texts(columns[name])] for name in sorted(columns)]
    return ["{" + ",".join(parts) + "}" for parts in zip(*named, strict=True)]


def _texts(values: Sequence[Any]) -> Iterator[str]:
    known: dict[str, str] = {}  # words that many events share
    for value in values:
        kind = type(value)
        if kind is float:
            rounded = round(value, 9) if math.isfinite(value) else None
            yield "null" if rounded is None else repr(rounded or 0.0)
        elif kind is int:
            yield str(value)
        elif kind is str:
            text = known.get(value)
            if text is None:
                text = known[value] = canonical_json(value)
            yield text
        else:
            yield canonical_json(value)
