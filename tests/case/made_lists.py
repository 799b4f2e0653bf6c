"""Standings, goods and decisions of the invented case: lists, substances and measures that do not exist."""

from __future__ import annotations

from typing import Any

from made_case import LIST

from darkwake.evidence import content_id


def standings(hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Days of the first hit, one of them contested."""
    views = [
        {
            "view": "UN, EU, GB, US",
            "word": "in force",
            "says": "The UN Secretariat, the EU, the United Kingdom and the "
            "United States held it in force: the made-up measures had applied again since 2025-09-27.",
        },
        {
            "view": "CN, RU, IR",
            "word": "not in force",
            "says": "China, Russia and Iran held that return void, and the made-up measures ended in 2023.",
        },
    ]
    one = [{"view": "everybody", "word": "not in force", "says": "Nobody held it in force on 2025-09-03."}]
    days = [("2025-09-03", "not in force", one), ("2025-09-27", "contested", views), ("2025-10-12", "cannot tell", [])]
    days += [(f"2026-0{n}-01", "in force", []) for n in range(1, 8)]
    return [
        {
            "hit": hits[0]["id"],
            "ship": hits[0]["ship"],
            "on": day,
            "standing": word,
            "views": seen,
            "standing_says": " ".join(view["says"] for view in seen) or "Only a later version of the list was at hand.",
        }
        for day, word, seen in days
    ]


def goods() -> list[dict[str, Any]]:
    """A stated precursor with a lead beside it, and goods that nothing was found of."""

    def finding(verdict: str, of: str, entry: str, text: str, words: list[str], says: str) -> dict[str, Any]:
        return {
            "id": content_id("goods", entry, verdict),
            "asked": "",
            "verdict": verdict,
            "list": of,
            "list_date": "2025-01-01" if of else None,
            "entry": entry,
            "text": text,
            "words": words,
            "in_force_from": "2019-12-31" if of else None,
            "in_force_to": None,
            "standing": "The version of 2025-01-01 stood on that day." if of else "",
            "says": says,
            "innocent": [],
            "rules": [],
            "sources": [{"source": LIST, "first_row": 12, "last_row": 12}] if of else [],
        }

    stated = finding(
        "not listed, stated precursor",
        "Made-up Annex",
        "9Z111.c.2",
        "Invented oxidiser B, in any form",
        ["CAS 100-37-8", "invented salt"],
        "Invented salt A is in none of the lists checked. A made-up ministry stated on 2024-05-02 that it is "
        "a precursor of invented oxidiser B, which entry 9Z111.c.2 names.",
    )
    lead = finding(
        "text lead",
        "Made-up Annex",
        "1Z450",
        "Salts n.e.s., other than those of 9Z111",
        ["salt"],
        "One word of the description met those of the line: salt.",
    )
    nothing = finding(
        "not found in the lists checked",
        "",
        "",
        "",
        [],
        "Not found in the lists checked (Made-up Annex of "
        "2025-01-01, 1,204 entries; Invented munitions list of 2024-03-14, 40 entries).",
    )
    innocent = [
        "The goods are of a civil use: most listed and related substances have industrial and laboratory uses.",
        "The description, the code or the CAS number on the papers is mistaken, or too general for the goods.",
    ]
    lists = [
        {
            "name": "Made-up Annex",
            "version": "2025",
            "date": "2025-01-01",
            "entries": 1204,
            "sha256": LIST,
            "file": "annex.json",
            "whole": True,
            "said": "Made-up Annex of 2025-01-01, 1,204 entries",
        },
        {
            "name": "Invented munitions list",
            "version": "2024",
            "date": "2024-03-14",
            "entries": 2,
            "sha256": LIST,
            "file": "ml.csv",
            "whole": False,
            "said": "Invented munitions list of 2024-03-14, 2 entries",
        },
    ]
    asked = {
        "description": "Invented salt A, 40 drums",
        "hs": "2829.90",
        "cn": "",
        "cas": "100-37-8",
        "entry": "",
        "on": "2025-09-03",
        "from_": "CN",
        "to": "IR",
        "language": "",
    }
    same = {
        "lists": lists,
        "innocent": innocent,
        "tables": ["HS 2022, 6,939 codes"],
        "made_by": "screening 0.2.0",
        "limits": ["Thresholds and forms are not compared.", "Nothing found never means free of control."],
    }
    return [
        same
        | {
            "asked": asked,
            "verdict": stated["verdict"],
            "says": f"{stated['says']} 1 more finding.",
            "findings": [stated, lead],
            "notes": ["The CAS number 100-37-9 of the papers has a wrong check digit; 100-37-8 was meant."],
            "rules": [
                "Made-up resolution 9 para. 4 asked states to be vigilant about such goods. In the view of the UN "
                "Secretariat it applied again since 2025-09-27; in the view of China, Russia and Iran it did "
                "not."
            ],
        },
        same
        | {
            "asked": asked | {"description": "Plastic chairs", "cas": "", "hs": "9401"},
            "verdict": nothing["verdict"],
            "says": nothing["says"],
            "findings": [nothing],
            "notes": [],
            "rules": [],
        },
    ]


def decisions(hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One that holds and one that has expired."""
    return [
        {
            "hit": hits[1]["id"],
            "ship": hits[1]["ship"],
            "list": hits[1]["list"],
            "entry": hits[1]["entry"],
            "because": "another ship of that name; the IMO numbers differ.",
            "author": "A. Reader",
            "at": "2025-10-20T09:30:00Z",
            "expired": False,
            "changed": [],
        },
        {
            "hit": hits[0]["id"],
            "ship": hits[0]["ship"],
            "list": hits[0]["list"],
            "entry": hits[0]["entry"],
            "because": "the entry's ship was broken up",
            "author": "B. Reader",
            "at": "2025-08-02T11:00:00Z",
            "expired": True,
            "changed": ["the entry changed in former names", "the subject was asked for under another name"],
        },
    ]
