"""What the demo asks of goods, and an invented control list: names, numbers and codes, nothing else.

The good is a real one by name and number, because the table of who stated what to be a precursor of what is real too.
The list is invented: it controls the substance that the good is stated to be a precursor of, and some made-up ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

GOODS: Mapping[str, str] = {"description": "sodium perchlorate", "cas": "7601-89-0", "hs": "2829.90"}
"""One block [[goods]] of the case."""
VERDICT = "not listed, stated precursor"
"""What is to be found: no line lists the good, and a source states that it is a precursor of what one lists."""
LIST_NAME = "invented-controls.csv"
_LIST, _VERSION = "INVENTED CONTROL LIST", "2025-06-01"
_COLUMNS = ("list", "version", "entry", "text", "cas", "hs", "heading", "in_force_from", "in_force_to", "source")
_ROWS = (
    ("INV-1.A", "Calvane", "", "", "Invented salts", "2024-01-01", ""),
    ("INV-1.B", "Tessolite of a purity of 98 % or more", "", "", "Invented salts", "2024-01-01", ""),
    ("INV-2.A", "Ammonium perchlorate", "7790-98-9", "", "Oxidisers", "2024-01-01", ""),
    ("INV-2.B", "Morrow ash", "", "", "Oxidisers", "2024-01-01", "2025-03-31"),
    ("INV-3.A", "Drying towers of pellite", "", "", "Invented plant", "2025-06-01", ""),
    ("INV-3.B", "Mills for brin salt", "", "", "Invented plant", "2025-06-01", ""),
)


def write(path: Path) -> Path:
    """The invented control list, in the project's own layout of such lists; always the same bytes."""
    lines = [
        "# INVENTED. Made by darkwake.synth; no authority has published this list.",
        f"# rows: {len(_ROWS)}",
        ",".join(_COLUMNS),
    ]
    for entry, text, cas, hs, heading, since, until in _ROWS:
        lines.append(",".join((_LIST, _VERSION, entry, text, cas, hs, heading, since, until, "invented gazette 1")))
    path.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
    return path


def planted() -> dict[str, Any]:
    """What is planted of goods, as plain JSON."""
    return {
        "asked": dict(GOODS),
        "verdict": VERDICT,
        "says": f"{GOODS['description']} is on no line of the invented list; what it is stated to be a precursor of is",
    }
