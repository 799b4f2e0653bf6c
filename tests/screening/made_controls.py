"""Control lists and code tables for tests: invented goods under invented names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

COLUMNS = "list,version,entry,text,cas,hs,heading,name_zh,in_force_from,in_force_to,source"


def table(path: Path, *rows: str, remarks: str = "", columns: str = COLUMNS) -> Path:
    path.write_text(f"{remarks}{columns}\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def annex(**changes: Any) -> dict[str, Any]:
    """An Annex I of 300 invented entries of two lines, and one with headings, a note and a reference."""
    special = (
        "1C999 Invented materials and mixtures, as follows:\n"
        "1C999.a Invented salts:\n"
        "1C999.a.1 Zemblanium trichloride (CAS 100-37-8);\n"
        "1C999.a.1 Technical Note: Zemblanium is made by nobody; compare plain benzene (CAS 71-43-2).\n"
        "1C999.a.2 SEE MILITARY GOODS CONTROLS FOR grumium azide (CAS 50-00-0);\n"
        "1C999.a.3 Fibres of vexium having a tensile strength of more than 12 GPa (CAS 64-17-5).\n"
    )
    texts = {
        f"2B{at:03}": f"2B{at:03} Invented machine number{at}, and parts therefor\n2B{at:03}.a Frames{at}"
        for at in range(300)
    }
    entries = [{"entry_code": code, "verbatim_text": text} for code, text in ({"1C999": special} | texts).items()]
    whole = {
        "corpus_version": "invented",
        "celex": "32099R0001",
        "valid_from": "2024-05-01",
        "entry_count": len(entries),
        "index": [{"code": one["entry_code"], "first_line": ""} for one in entries],
        "entries": entries,
    }
    return whole | changes


def write_annex(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps(annex(**changes)), encoding="utf-8")
    return path


def hs_lines() -> list[str]:
    """A Harmonized System of 96 chapters, 1,248 headings, 6,240 subheadings, one of them of real words."""
    lines = ["section,hscode,description,parent,level"]
    for chapter in (one for one in range(1, 98) if one != 77):
        lines.append(f"I,{chapter:02},Invented chapter {chapter},TOTAL,2")
        for heading in range(13):
            lines.append(f'I,{chapter:02}{heading + 20},"Invented, heading",{chapter:02},4')
            lines += [
                f"I,{chapter:02}{heading + 20}{sub}0,Invented goods {sub},{chapter:02}{heading + 20},6"
                for sub in range(5, 10)
            ]
    return lines
