"""The layers of a case as one GeoJSON FeatureCollection (RFC 7946), a feature a line, its layer in `layer`."""

from __future__ import annotations

import json
from typing import Any

from darkwake.case.exports.layers import LAYERS
from darkwake.case.exports.reading import Case


def as_geojson(case: Case) -> str:
    """The file's text. Fields that hold JSON elsewhere are plain JSON here."""
    lines = []
    for layer in LAYERS:
        held = {name for name, kind in layer.fields.items() if kind == "json"}
        for row, shape in layer.of(case):
            told = {name: json.loads(value) if name in held and value else value for name, value in row.items()}
            lines.append(_json({"type": "Feature", "geometry": shape, "properties": {"layer": layer.name, **told}}))
    about = {name: (case.get("case") or {}).get(name) for name in ("name", "question", "invented")}
    head = _json({"type": "FeatureCollection", "case": {**about, "made_by": case.get("made_by")}})
    return head[:-1] + ',"features":[\n' + ",\n".join(lines) + "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
