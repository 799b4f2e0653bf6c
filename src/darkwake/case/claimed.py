"""What articles claim, as the case file holds it, and each cluster of claims as a piece of evidence.

The part `claims` hands over five tables; here they become the section "claims" of case.json, with each sentence in its
context, and evidence that joins the rest of a case where it names a ship, port or goods of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import polars as pl

from darkwake import ports
from darkwake.case import words
from darkwake.case.told_amounts import COUNTED, days_of, fold
from darkwake.evidence import Citation, Evidence, Strength, Subject, canonical, canonical_json

Row = Mapping[str, Any]

INNOCENT = (
    "The outlets can rest on one origin that does not show in their texts.",
    "What was said can have been shortened, translated or retold wrongly on its way.",
    "A day that is named can be that of the report and not of what happened.",
)
SAME_NAME = "Another ship, port or company can have the same name."
MOST_BESIDE = 300
"""Characters of the sentence before and of the one after that are kept beside a claim."""
MOST_SENTENCE = 4_000
"""Characters of a sentence that are kept on either side of the words claimed."""
_ENDS = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+(?=[\"'“‘«(]*[^\sa-z])")
_WORD = re.compile(r"[^\W_][\w.'’&-]*")
_MOST_WORDS = 6
"""Words of the longest name that is looked for."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The five tables of the part claims: schema.ARTICLES, CLAIMS, CLUSTERS, ORIGINS and CONTRADICTIONS."""

    articles: pl.DataFrame
    claims: pl.DataFrame
    clusters: pl.DataFrame
    origins: pl.DataFrame
    contradictions: pl.DataFrame
    grades: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Claim -> its Admiralty grade: `code`, `proposed`, `reasons` and `history` (axis, value, by, because)."""


def section(tables: Claimed) -> dict[str, Any]:
    """The section "claims" of a case file, as plain JSON types: articles without their text, sentences with context."""
    texts = dict(tables.articles.select("id", "text").iter_rows())
    blocks = dict(tables.articles.select("id", "blocks").iter_rows())
    sentences = _sentences(tables.claims)
    found: list[dict[str, Any]] = []
    for row in tables.claims.sort("article", "at", "id").iter_rows(named=True):
        text = texts.get(row["article"], "")
        known = sentences[row["article"]]
        graded = {"grade": dict(tables.grades[row["id"]])} if row["id"] in tables.grades else {}
        found.append(row | {"context": _context(row, text, blocks.get(row["article"]) or [], known)} | graded)
    result: dict[str, Any] = canonical(
        {
            "articles": [
                {name: value for name, value in row.items() if name not in ("text", "blocks")}
                | {"characters": len(row["text"])}
                for row in tables.articles.sort("id").iter_rows(named=True)
            ],
            "claims": found,
            "clusters": tables.clusters.sort("id").to_dicts(),
            "origins": tables.origins.sort("cluster").to_dicts(),
            "contradictions": tables.contradictions.sort("cluster", "id").to_dicts(),
        }
    )
    return result


def _sentences(claims: pl.DataFrame) -> dict[str, tuple[dict[int, int], dict[int, int]]]:
    """For each article its sentences as far as claims tell: end by start, start by end."""
    found: dict[str, tuple[dict[int, int], dict[int, int]]] = {}
    for article, start, end in claims.select("article", "sentence_start", "sentence_end").iter_rows():
        after, before = found.setdefault(article, ({}, {}))
        after[start], before[end] = end, start
    return found


def _context(
    row: Row, text: str, blocks: Sequence[Row], known: tuple[dict[int, int], dict[int, int]]
) -> dict[str, Any]:
    """The sentence around the words claimed and one sentence on either side, within the same block of the article."""
    start, end = row["sentence_start"], row["sentence_end"]
    block = next((one for one in blocks if one["start"] <= start < one["end"]), {"start": 0, "end": len(text)})
    head = text[max(block["start"], start - 4 * MOST_BESIDE) : start]
    tail = text[end : min(block["end"], end + 4 * MOST_BESIDE)]
    before, after = head.rstrip(), tail.lstrip()
    own = known[1].get(start - len(head) + len(before))
    before = text[own : start - len(head) + len(before)] if own is not None else _ENDS.split(before)[-1]
    begins = end + len(tail) - len(after)
    own = known[0].get(begins)
    after = text[begins:own] if own is not None else _ENDS.split(after)[0]
    left, right = max(start, row["start"] - MOST_SENTENCE), min(end, row["end"] + MOST_SENTENCE)
    return {
        "before": before if len(before) <= MOST_BESIDE else f"… {before[-MOST_BESIDE:]}",
        "from": left,
        "sentence": text[left:right],
        "cut": (left - start) + (end - right),
        "after": after if len(after) <= MOST_BESIDE else f"{after[:MOST_BESIDE]} …",
    }


# --- evidence ---


class Named:
    """The subjects of a case by the names that a text can call them by."""

    def __init__(self, subjects: Iterable[tuple[str, Subject]], places: Iterable[tuple[str, Subject]] = ()) -> None:
        """Names with their subjects; `places` are of ports, as `ports.called` gives them."""
        self._places: dict[str, dict[Subject, None]] = {}
        for name, subject in places:
            self._places.setdefault(name, {})[subject] = None
        self._of: dict[str, dict[Subject, None]] = {}
        for name, subject in subjects:
            key = self._key(name)
            if len(key.replace(" ", "")) > 3:  # "AMI" or "X 1" would be found everywhere
                self._of.setdefault(key, {})[subject] = None

    @staticmethod
    def _key(name: str) -> str:
        return " ".join(fold(word) for word in _WORD.findall(name))

    def among(self, claim: Row) -> list[Subject]:
        """Whom a claim names: its actors, places and things, and names that stand in its words, exactly."""
        if not (self._of or self._places):
            return []
        said = [one["name"] for one in claim["actors"] or ()] + [*(claim["places"] or ()), *(claim["things"] or ())]
        keys = dict.fromkeys(self._key(name) for name in said)
        parts = _WORD.findall(claim["text"][:MOST_SENTENCE])
        folded = [fold(word) for word in parts]
        for place, word in enumerate(parts):
            # one small word of the language may be a ship's name: only as a name it counts
            least = 1 if word[:1].isupper() else 2
            keys |= dict.fromkeys(" ".join(folded[place : place + many]) for many in range(least, _MOST_WORDS + 1))
        found = dict.fromkeys(subject for key in keys for subject in self._of.get(key, ()))
        return list(found | self._ports(said, claim["text"][:MOST_SENTENCE]))

    def _ports(self, said: Iterable[str], text: str) -> dict[Subject, None]:
        """The ports that are named, in whichever of their spellings."""
        if not self._places:
            return {}
        keys = dict.fromkeys(ports.folded(name) for name in said)
        parts = ports.words(text)
        for place, (_, upper) in enumerate(parts):
            ends = range(place + (1 if upper else 2), place + _MOST_WORDS + 1)
            keys |= dict.fromkeys(" ".join(word for word, _ in parts[place:end]) for end in ends)
        return dict.fromkeys(subject for key in keys for subject in self._places.get(key, ()))


def evidence(tables: Claimed, named: Named, made_by: str) -> tuple[list[Evidence], int]:
    """Every cluster that says more than one paper's own sentence, as evidence; and how many were left out.

    A cluster is left out where it holds one claim only, in the paper's own voice, without an amount and without the
    name of a subject of the case.
    """
    claims = {row["id"]: row for row in tables.claims.iter_rows(named=True)}
    articles = {row["id"]: row for row in tables.articles.select("id", "source").iter_rows(named=True)}
    origins = {row["cluster"]: row for row in tables.origins.iter_rows(named=True)}
    hard = set(tables.contradictions.filter(pl.col("hard"))["cluster"])
    found: list[Evidence] = []
    left_out = 0
    for row in tables.clusters.sort("id").iter_rows(named=True):
        own = sorted((claims[key] for key in row["claims"] if key in claims), key=lambda one: str(one["id"]))
        subjects = list(dict.fromkeys(subject for claim in own for subject in named.among(claim)))
        plain = len(own) == 1 and own[0]["mode"] == "unattributed" and not own[0]["quantities"] and not subjects
        if not own or plain:
            left_out += 1
            continue
        found.append(_evidence(row, own, articles, origins.get(row["id"]), row["id"] in hard, subjects, made_by))
    return found, left_out


def left_out(many: int) -> list[str]:
    """The sentence for the limits on the clusters that are no evidence."""
    if not many:
        return []
    return [
        f"{words.count(many, 'sentence')} of articles, each printed by one paper in its own voice, without an amount "
        "or a name of the case: among the claims, and not in the evidence register."
    ]


def _evidence(
    cluster: Row,
    own: Sequence[Row],
    articles: Mapping[str, Row],
    origin: Row | None,
    hard: bool,
    subjects: Sequence[Subject],
    made_by: str,
) -> Evidence:
    # the days of what is told as having happened; where nothing is, those of what is planned or denied
    days = days_of([one for one in own if one["modality"] in COUNTED and not one["negated"]] or own)
    first, last = days.first, days.last
    least, most = (origin["least"], origin["most"]) if origin else (0, len(own))
    outlets = list(origin["outlets"]) if origin else []
    denied = all(one["modality"] == "denied" or one["negated"] for one in own)
    strength, because = _strength(own, least, hard)
    cited = {(articles[one["article"]]["source"], one["start"] + 1, one["end"]) for one in own}
    return Evidence(
        kind="claim",
        subjects=tuple(sorted(subjects, key=lambda one: (one.kind, one.key))),
        start=datetime.combine(first, time.min) if first else None,
        end=datetime.combine(last, time(23, 59, 59)) if last else None,
        place=None,
        says=_says(str(cluster["label"]), outlets, least, most, (first, last)),
        strength=strength,
        because=because,
        innocent=(*INNOCENT, *([SAME_NAME] if subjects else [])),
        sources=tuple(Citation(*one, unit="character") for one in sorted(cited)),
        made_by=made_by,
        details=canonical_json(
            {"cluster": cluster["id"], "claims": [one["id"] for one in own], "least": least, "most": most,
             "outlets": outlets, "denied": denied, "contradicted": hard}
        ),
    )  # fmt: skip


def _says(label: str, outlets: Sequence[str], least: int, most: int, days: tuple[date | None, date | None]) -> str:
    whole = " ".join(label.split())
    quoted = whole if len(whole) <= 240 else f"{whole[:240]} …"
    origins = f"{words.count(least, 'origin')} at least" + (f" and {most:,} at most" if most != least else "")
    when = {(True, True): f"{days[0]} to {days[1]}", (True, False): f"{days[0]} on", (False, True): f"up to {days[1]}"}
    said = when.get((days[0] is not None, days[1] is not None), "a day that is not stated")
    said = str(days[0]) if days[0] and days[0] == days[1] else said
    return f"{words.count(len(outlets), 'outlet')} told, from {origins}, of {said}: “{quoted}”."


def _strength(own: Sequence[Row], least: int, hard: bool) -> tuple[Strength, str]:
    """A claim is never more than fair: nobody saw here what it tells of."""
    moods = sorted({one["modality"] for one in own} - set(COUNTED))
    if hard:
        return "weak", "its tellings contradict each other, and which of them holds is not decided here"
    if moods and len(moods) == len({one["modality"] for one in own}):
        return "weak", f"it is told as {words.listing(moods)}, not as having happened"
    if least >= 2:
        return "fair", f"{least:,} origins told it that are not seen to lean on each other"
    return "weak", "as far as can be told it goes back to one origin"
