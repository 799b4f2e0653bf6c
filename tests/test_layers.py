"""The house: who may import whom. One small table, no exceptions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "darkwake"

GROUND = {
    "country",
    "errors",
    "evidence",
    "geo",
    "geoparquet",
    "interval",
    "land",
    "marks",
    "nearest",
    "port_merging",
    "ports",
    "schema",
    "sea",
    "shore",
}
PARTS = {"tracks", "events", "voyages", "screening", "sites", "claims", "case", "synth"}

ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(GROUND, GROUND),
    **{part: GROUND | {part, ""} for part in PARTS},
    "sources": GROUND | PARTS | {""},
    "told": GROUND | PARTS | {"sources", ""},
    "passages": GROUND | PARTS | {""},
    "papers": GROUND | PARTS | {"sources", ""},
    "scenes": GROUND | PARTS | {""},
    "steps": GROUND | PARTS | {"kept", "papers", "passages", "scenes", "sources", "steps", "told", ""},
    "alone": GROUND | PARTS | {"passages", "told", ""},
    "kept": GROUND | PARTS | {""},
    "fetch": GROUND | {"case", "fetch", "sources", ""},
    "arrivals": GROUND | {"case", "steps", ""},
    "web": GROUND | {"case", "kept", "steps", "web", ""},
    "cli": GROUND | {"alone", "arrivals", "case", "cli", "fetch", "kept", "papers", "scenes", "steps", "web", ""},
    "__main__": {"cli"},
    "": PARTS | {"alone", "arrivals", "fetch", "kept", "papers", "scenes", "steps", "web"},
}
"""Room -> the rooms it may import; "" is the package itself, which holds only the version and loads parts late."""

CLI = ("__init__", "articles", "cases", "changes", "fetching", "lists", "live", "parts", "sites", "terminal")

WALLS: dict[str, set[str]] = {
    "deltalake": {"tracks/store.py"},
    "pyais": {"tracks/nmea.py", "country.py", "synth/nmea.py"},
    "typer": {f"cli/{name}.py" for name in CLI},
    "rich": {f"cli/{name}.py" for name in CLI},
    "rapidfuzz": {
        f"screening/{name}.py"
        for name in (
            "alike",
            "bm25",
            "features",
            "letter_index",
            "match",
            "misspelled",
            "names",
            "vocabulary",
            "word_index",
        )
    },
    "spacy": {"claims/parse.py"},
    "thinc": {"claims/parse.py"},
    "trafilatura": {"claims/formats/html.py"},
    "lxml": {"claims/formats/head.py", "claims/formats/html.py"},
    "pypdf": {"claims/formats/pdf.py"},
    "rasterio": {"sites/stack.py", "synth/scene_files.py"},
    "jinja2": {
        "case/templates.py",
        "case/claims_page.py",
        "case/sites_page.py",
        "case/html.py",
        "case/record_page.py",
        "case/pair_page.py",
    },
    "openpyxl": {"screening/sheet.py"},
    "anyascii": {"screening/scripts.py", "screening/tokens.py"},
    "xstatic": {"case/embed.py", "case/html.py"},
    "pyspark": {"events/spark.py"},
    "pyarrow": {"events/spark.py"},
    "starlette": {"web.py"},
    "uvicorn": {"web.py"},
    "urllib3": {"fetch/polite.py"},
    "watchfiles": {"arrivals.py"},
    "filelock": {"case/folder.py", "tracks/store.py"},
}
"""A third-party package -> the only files that may import it."""

DRAWERS = {"utils", "util", "common", "helpers", "helper", "core", "settings", "misc"}

FILES = sorted(SRC.rglob("*.py"))


def room_of(file: Path) -> str:
    first = file.relative_to(SRC).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports_of(file: Path) -> list[str]:
    """Every module that a file imports, also inside functions and under TYPE_CHECKING."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write imports in full"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SRC)))
def test_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(file)
    for module in imports_of(file):
        parts = module.split(".")
        if parts[0] == "darkwake":
            to = parts[1] if len(parts) > 1 and parts[1] in ALLOWED else ""
            assert to in ALLOWED[room], f"{room or 'the package'} imports darkwake.{to}"
        else:
            assert str(file.relative_to(SRC)) in WALLS.get(parts[0], {str(file.relative_to(SRC))}), (
                f"{parts[0]} belongs in {WALLS[parts[0]]} alone"
            )


def test_every_room_is_in_the_table() -> None:
    assert {room_of(file) for file in FILES} <= set(ALLOWED)


def test_no_drawers_and_no_overgrown_files() -> None:
    assert not [file for file in FILES if file.stem in DRAWERS]
    assert {str(f.relative_to(SRC)): n for f in FILES if (n := len(f.read_text("utf-8").splitlines())) > 420} == {}


def test_no_circles_inside_a_part() -> None:
    """Modules of one part form no circle, so each can be read after the ones it stands on."""
    names = {".".join(("darkwake", *file.relative_to(SRC).with_suffix("").parts)): file for file in FILES}
    edges = {
        name: {
            other
            for module in imports_of(file)
            for other in names
            if module in (other, f"{other}.{module.split('.')[-1]}")
        }
        for name, file in names.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name not in done:
            for other in sorted(edges[name] - {name}):
                visit(other, (*way, name))
            done.add(name)

    for name in names:
        visit(name, ())
