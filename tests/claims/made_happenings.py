"""Worlds of invented claims, from the tables of worlds.md or made by hand: rows of CLAIMS and ARTICLES."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import interval, schema
from darkwake.claims import predicates

PAGE = Path(__file__).parent / "worlds.md"
_COMPARATORS = ("at least", "at most", "over", "under", "about", "exactly")
_AMOUNT = re.compile(r"(?P<number>[\d,]+) ?(?P<unit>tons?|barrels?|percent)?(?: of)?(?P<thing> .*)?")


@dataclass(frozen=True)
class World:
    """One world, and what is right in it."""

    name: str
    claims: pl.DataFrame
    articles: pl.DataFrame
    clusters: frozenset[frozenset[str]]
    origins: dict[str, str]
    contradictions: frozenset[tuple[str, str, str]]


def worlds() -> Iterator[World]:
    for text in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = text.partition("\n")
        lines = [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in rest.splitlines()
            if line[:1] == "|"
        ]
        rows = [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]
        said = {
            key: [one.strip() for one in value.split(";") if one.strip()]
            for key, value in re.findall(r"^- (clusters|origins|contradictions): (.*)$", rest, flags=re.MULTILINE)
        }
        claims, articles = tables(rows)
        yield World(
            name,
            claims,
            articles,
            frozenset(frozenset(group.split()) for group in said["clusters"]),
            dict(one.split(": ", 1) for one in said.get("origins", [])),
            frozenset(contradiction(one) for one in said.get("contradictions", []) if one != "none"),
        )


def contradiction(text: str) -> tuple[str, str, str]:
    """ "count hard a b" as kind, hard or soft, and the two claims in order."""
    *kind, hard, a, b = text.split()
    return " ".join(kind), hard, " ".join(sorted((a, b)))


def tables(rows: Sequence[Mapping[str, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """CLAIMS and ARTICLES of rows as words; an article is an outlet on a day, or what `article` names."""
    texts: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        texts.setdefault(row.get("article") or f"{row['outlet']} {row['published']}", []).append(row)
    claims, articles = [], []
    for name, members in texts.items():
        text, blocks = "", []
        for at, row in enumerate(members):
            kind = "correction" if "correction" in row.get("mark", "") else "paragraph"
            blocks.append({"start": len(text), "end": len(text) + len(row["says"]), "kind": kind})
            claims.append(_claim(row, name, at, len(text)))
            text += row["says"] + "\n"
        first = members[0]
        articles.append(
            {
                "id": name, "source": "", "name": f"{name}.txt", "text_sha256": "", "url": "",
                "outlet": first["outlet"], "author": "", "published": first["published"], "title": "", "language": "en",
                "text": text, "blocks": blocks, "found": [], "problems": [],
            }
        )  # fmt: skip
    return (
        pl.DataFrame(claims, schema=schema.CLAIMS, orient="row"),
        pl.DataFrame(articles, schema=schema.ARTICLES, orient="row").sort("id"),
    )


def _claim(row: Mapping[str, str], article: str, at: int, start: int) -> dict[str, Any]:
    does = row.get("does", "")
    modality = "planned" if does.startswith("plans ") else "asserted"
    negated = does.startswith("not ")
    does = does.removeprefix("plans ").removeprefix("not ")
    verb, _, particle = does.partition(" ")
    predicate = predicates.of_verb(verb, particle)
    if not predicate.kind:
        predicate = predicates.of_noun(does) or predicate
    chain: list[dict[str, Any]] = [
        {"name": row["outlet"], "kind": "outlet", "start": None, "end": None, "stated": False}
    ]
    for link in _parts(row, "chain", ">"):
        kind, _, name = link.partition(":")
        chain.append({"name": name, "kind": kind, "start": start, "end": start + 1, "stated": True})
    says, end = row["says"], start + len(row["says"])
    return {
        "id": row["id"], "article": article, "at": at, "sentence_start": start, "sentence_end": end, "start": start,
        "end": end, "text": says, "chain": chain if row["outlet"] else chain[1:], "mode": "indirect", "cue": "",
        "cue_start": None, "cue_end": None, "source_start": None, "source_end": None, "modality": modality,
        "negated": negated, "hedges": [], "dates": [_date(one) for one in _parts(row, "when")],
        "quantities": [_amount(one) for one in _parts(row, "amount")],
        "actors": [
            {"name": name, "role": role, "start": start, "end": start + 1}
            for role, column in (("agent", "who"), ("target", "whom"))
            for name in _parts(row, column)
        ],
        "places": _parts(row, "place"), "things": _parts(row, "thing"), "predicate": predicate.lemma,
        "predicate_class": predicate.kind, "made_by": "made by hand",
    }  # fmt: skip


def _parts(row: Mapping[str, str], column: str, by: str = ";") -> list[str]:
    return [one.strip() for one in row.get(column, "").split(by) if one.strip()]


def _date(edtf: str) -> dict[str, Any]:
    known = interval.parse(edtf)
    return {
        "start": 0, "end": 1, "text": edtf, "edtf": edtf, "first": known.first, "last": known.last,
        "anchor": "stated", "role": "event",
    }  # fmt: skip


def _amount(text: str) -> dict[str, Any]:
    comparator = next((one for one in _COMPARATORS if text.startswith(one)), "exactly")
    match = _AMOUNT.fullmatch(text.removeprefix(comparator).strip())
    assert match, text
    value = float(match["number"].replace(",", ""))
    unit = (match["unit"] or "").removesuffix("s")
    low = None if comparator in ("under", "at most") else value
    high = None if comparator in ("over", "at least") else value
    return {
        "start": 0, "end": 1, "text": text, "low": low, "high": high, "low_in": comparator != "over",
        "high_in": comparator != "under", "comparator": comparator, "unit": unit,
        "thing": (match["thing"] or "").strip(), "hedge": "", "role": "amount", "per": "",
    }  # fmt: skip
