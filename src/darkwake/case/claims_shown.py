"""What the page shows of claims and quantities, as plain rows for the templates: no markup here, no decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from darkwake.case import amounts, chains, text, totals_chart, words
from darkwake.case.index import anchor

Row = Mapping[str, Any]

MOST_CARDS = 60
"""Clusters that are told in full; the claims of the others stand in a table."""
MOST_PAIRS = 12
"""Pairs of claims that do not agree which stand on a card; the rest is counted, and stands in the case file."""
MOST_ROWS = 2_000
"""Claims in that table; the case file holds them all."""
MOST_OPEN = 8
"""Claims of a cluster that stand open on its card."""
MOST_CHOICES = 40
"""Names in one filter, those of the most claims; where there are more, none that one claim alone bears. The search box
finds the others."""
FILTERS = (("actor", "Who says or acts"), ("place", "Place"), ("thing", "Thing"), ("outlet", "Outlet"))
_MOST_WORDS = {"actor": 6, "place": 5, "thing": 3}
"""Words of the longest name that a filter offers; more are a piece of a sentence."""
_JOINERS = {
    "of", "the", "and", "for", "in", "on", "at", "to", "a", "de", "la", "le", "du", "des", "del", "der", "den", "van",
    "von", "da", "di", "do", "dos", "al", "el", "bin", "ibn", "e", "y", "et", "und", "&", "-",
}  # fmt: skip
"""Small words inside a name."""
_NO_NAMES = ("unnamed", "document")
"""Kinds of a chain's links that are described and not named."""
KINDS = {
    "date": "Different days",
    "date scope": "Days that do not cover each other",
    "quantity bound": "Different amounts",
    "framing": "The same told in other terms",
    "actor": "Different actors",
    "extent": "Different extent",
    "denial": "One says it, one denies it",
    "count": "Different counts",
}


class Shown:
    """Look-ups over the section "claims" of a case. Built once for a page."""

    def __init__(
        self,
        section: Row,
        quantities: Row,
        cites: Mapping[str, list[dict[str, str]]] | None = None,
        met: Collection[str] | None = None,
    ) -> None:
        """Look through a case's claims.

        Args:
            section: What claimed.section gives.
            quantities: What quantities.quantities gives.
            cites: Links to the evidence of a cluster, where the page has a register of it.
            met: Clusters that name goods, a port, a ship, a party or a site of the case; None where the case asks
                about nothing but its articles.
        """
        self.met = met
        self.articles: dict[str, Row] = {row["id"]: row for row in section.get("articles", [])}
        self.clusters: dict[str, Row] = {row["id"]: row for row in section.get("clusters", [])}
        self.origins: dict[str, Row] = {row["cluster"]: row for row in section.get("origins", [])}
        self.cites = cites or {}
        self.contradictions: dict[str, list[Row]] = {}
        for row in section.get("contradictions", []):
            self.contradictions.setdefault(row["cluster"], []).append(row)
        self.cluster_of = {claim: row["id"] for row in self.clusters.values() for claim in row["claims"]}
        every = sorted(section.get("claims", []), key=self._time)
        self.number = {row["id"]: place for place, row in enumerate(every, 1)}
        self.choices = {kind: self._choices(kind, every) for kind, _ in FILTERS}
        self.claims: dict[str, dict[str, Any]] = {row["id"]: self._claim(row) for row in every}
        self.counted = {part["cluster"] for total in quantities.get("totals", []) for part in total["parts"]}
        self.counted |= {one["cluster"] for one in quantities.get("stated_totals", [])}
        for kind in ("equivalences", "rates"):
            self.counted |= {one["cluster"] for one in (quantities.get(kind) or {}).get("stated", [])}
        self.carded = self._carded()
        on_cards = {claim for key in self.carded for claim in self.clusters[key]["claims"]}
        rest = [key for key in self.claims if key not in on_cards]
        self.rest, self.more = rest[:MOST_ROWS], max(len(rest) - MOST_ROWS, 0)
        self.here = {*on_cards, *self.rest}
        """Claims that have a place on the page."""

    def _time(self, row: Row) -> tuple[str, str, int, str]:
        return str(self.articles.get(row["article"], {}).get("published") or "~"), row["article"], row["at"], row["id"]

    def _carded(self) -> list[str]:
        """Clusters worth a card, in the order of the page.

        Those that meet the question first; of these the contradicted, then the most told, then the counted.
        """

        def rank(key: str) -> tuple[Any, ...]:
            own = self.contradictions.get(key, [])
            return (
                not self.meets(key),
                -sum(bool(row["hard"]) for row in own), -len(self.origins.get(key, {}).get("outlets", [])),
                -len(self.clusters[key]["claims"]), key not in self.counted,
                min((self.number.get(claim, 0) for claim in self.clusters[key]["claims"]), default=0), key,
            )  # fmt: skip

        worth = [
            key
            for key, row in self.clusters.items()
            if len(row["claims"]) > 1
            or key in self.contradictions
            or key in self.counted
            or self.cites.get(key)
            or (self.met is not None and key in self.met)
        ]
        return sorted(worth, key=rank)[:MOST_CARDS]

    def meets(self, key: str) -> bool:
        """Whether a cluster speaks of what the case asks about; each does where the case asks about nothing else."""
        return self.met is None or key in self.met

    def _names(self, kind: str, row: Row) -> list[str]:
        if kind == "outlet":
            return [self.outlet(row)]
        if kind == "actor":
            said = [*(row["actors"] or []), *row["chain"][1:]]
            return [one["name"] for one in said if one.get("kind") not in _NO_NAMES and _is_name(one["name"], kind)]
        return [str(one) for one in row[f"{kind}s"] or [] if _is_name(str(one), kind)]

    def _choices(self, kind: str, rows: Sequence[Row]) -> dict[str, str]:
        """Name -> the token that marks a claim of it, for the names of the most claims."""
        many = Counter(name for row in rows for name in set(self._names(kind, row)) if name.strip())
        if len(many) > MOST_CHOICES:
            many = Counter({name: claims for name, claims in many.items() if claims > 1})
        first = sorted(many, key=lambda name: (-many[name], name))[:MOST_CHOICES]
        return {name: f"{kind[0]}{place}" for place, name in enumerate(sorted(first, key=str.casefold))}

    def outlet(self, row: Row) -> str:
        """Where a claim was published, by name, else by file."""
        article = self.articles.get(row["article"], {})
        return str(article.get("outlet") or article.get("name") or "an unknown outlet")

    def _claim(self, row: Row) -> dict[str, Any]:
        article = self.articles.get(row["article"], {})
        days = [one for one in row["dates"] or [] if one["role"] == "event" and (one["first"] or one["last"])]
        marks = [self.choices[kind].get(name) for kind, _ in FILTERS for name in self._names(kind, row)]
        return {
            "id": row["id"],
            "anchor": anchor("claim", row["id"]),
            "number": f"C{self.number[row['id']]}",
            "outlet": self.outlet(row),
            "published": article.get("published") or "day unknown",
            "title": article.get("title") or "",
            "article": anchor("article", row["article"]),
            "text": row["text"],
            "where": f"characters {row['start'] + 1:,} to {row['end']:,}",
            "chain": row["chain"],
            "way": chains.in_words(row) or "nobody is named",
            "before": row["context"]["before"],
            "after": row["context"]["after"],
            "parts": _parts(row),
            "cut": row["context"]["cut"],
            "mode": row["mode"],
            "mood": "" if row["modality"] == "asserted" and not row["negated"] else _mood(row),
            "hedges": row["hedges"] or [],
            "days": [_day(one) for one in row["dates"] or []],
            "amounts": [f"{one['text']}" for one in row["quantities"] or []],
            "marks": " ".join(dict.fromkeys(mark for mark in marks if mark)),
            "first": min((one["first"] for one in days if one["first"]), default=""),
            "last": max((one["last"] for one in days if one["last"]), default=""),
            "made_by": row["made_by"],
            "grade": _grade(row.get("grade")),
        }

    def link(self, claim: str) -> dict[str, str]:
        """A claim as a short link; to the head of the section where the claim has no place of its own on the page."""
        known = self.claims.get(claim)
        if known is None:
            return {"label": claim[:12], "anchor": "claims", "says": "a claim that is not part of this page"}
        return {
            "label": known["number"],
            "anchor": known["anchor"] if claim in self.here else "claims",
            "says": known["text"],
        }

    def links(self, claims: Iterable[str]) -> list[dict[str, str]]:
        """Links to claims in the order of their numbers."""
        known = sorted((key for key in claims if key in self.claims), key=lambda key: self.number[key])
        return [self.link(key) for key in known]


def _grade(grade: Row | None) -> dict[str, Any]:
    """The Admiralty grade of a claim: what people set, what could be set and why; empty where there is no ledger."""
    if not grade:
        return {}
    by = list(dict.fromkeys(one["by"] for one in grade["history"]))
    head = (
        f"Admiralty {grade['code']}, set by {', '.join(by)}" if by else f"Admiralty {grade['code']}: nobody graded it"
    )
    history = [f"{one['axis']} {one['value']} by {one['by']}: {one['because']}" for one in grade["history"]]
    return {"head": f"{head}; proposed {grade['proposed']}", "history": history, "reasons": list(grade["reasons"])}


def _is_name(said: str, kind: str) -> bool:
    """Whether it reads as a name, of a thing as a short noun, and not as a piece of a sentence."""
    parts = said.split()
    if not any(sign.isalpha() for sign in said):
        return False
    if not 0 < len(parts) <= _MOST_WORDS[kind] or any(
        part[:1].isdigit() for part in parts[: 1 if kind != "thing" else 9]
    ):
        return False
    return kind == "thing" or all(part.lower() in _JOINERS or not part[:1].islower() for part in parts)


def _mood(row: Row) -> str:
    moods = [row["modality"]] if row["modality"] != "asserted" else []
    return words.listing([*moods, *(["negated"] if row["negated"] and "denied" not in moods else [])])


def _day(said: Row) -> str:
    ends = [str(said["first"] or ".."), str(said["last"] or "..")]
    known = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    role = "" if said["role"] == "event" else f", {said['role']}"
    return f"{said['text']} ({'day not known' if known == '..' else known}{role})"


def _parts(row: Row) -> list[dict[str, str]]:
    """A sentence cut into plain words, the words claimed, whoever says it, and the saying."""
    sentence, begin = row["context"]["sentence"], row["context"]["from"]
    spans = [("source", row["source_start"], row["source_end"]), ("cue", row["cue_start"], row["cue_end"]),
             ("claim", row["start"], row["end"])]  # fmt: skip
    within = [
        (kind, max(start - begin, 0), min(end - begin, len(sentence)))
        for kind, start, end in spans
        if start is not None and end is not None
    ]
    cuts = sorted({0, len(sentence), *(place for _, start, end in within for place in (start, end))})
    cuts = [place for place in cuts if 0 <= place <= len(sentence)]
    found: list[dict[str, str]] = []
    for start, end in pairwise(cuts):
        kind = next((kind for kind, low, high in reversed(within) if low <= start and end <= high), "")
        found.append({"kind": kind, "says": sentence[start:end]})
    return found


def told(shown: Shown) -> dict[str, Any] | None:
    """The section on claims; None where the case has none."""
    if not shown.articles:
        return None
    cards = [_card(shown, key, place) for place, key in enumerate(shown.carded, 1)]
    least = sum(row["least"] for row in shown.origins.values())
    return {
        "says": f"{words.count(len(shown.claims), 'claim')} in {words.count(len(shown.articles), 'article')} of "
        f"{words.count(len({one['outlet'] for one in shown.claims.values()}), 'outlet')}, in "
        f"{words.count(len(shown.clusters), 'cluster')}; at least {words.count(least, 'origin')}, each counted "
        "once a cluster.",
        "filters": [
            {"name": kind, "label": label, "choices": [(mark, name) for name, mark in shown.choices[kind].items()]}
            for kind, label in FILTERS
            if len(shown.choices[kind]) > 1
        ],
        "cards": [card for card, key in zip(cards, shown.carded, strict=True) if shown.meets(key)],
        "beside": [card for card, key in zip(cards, shown.carded, strict=True) if not shown.meets(key)],
        "rest": [shown.claims[key] for key in shown.rest],
        "more": shown.more,
        "articles": [
            {**row, "anchor": anchor("article", row["id"]), "source": anchor("source", str(row["source"])[:16])}
            for row in shown.articles.values()
        ],
    }


def _card(shown: Shown, key: str, place: int) -> dict[str, Any]:
    row, origin = shown.clusters[key], shown.origins.get(key)
    own = [shown.claims[link_id] for link_id in sorted(row["claims"], key=lambda one: shown.number.get(one, 0))
           if link_id in shown.claims]  # fmt: skip
    pairs = _contradictions(shown, shown.contradictions.get(key, []))
    least, most = (origin["least"], origin["most"]) if origin else (0, len(own))
    outlets = len(origin["outlets"]) if origin else len({one["outlet"] for one in own})
    range_ = f"{least}" if least == most else f"{least} to {most}"
    badge = f"{range_} origin{'' if most == 1 else 's'}, {words.count(outlets, 'outlet')}"
    return {
        "anchor": anchor("cluster", key),
        "number": place,
        "label": row["label"],
        "badge": badge,
        "one": most == 1,
        "says": str(origin["says"]).removeprefix(badge).lstrip(":;,. ") if origin else "",
        "origins": [
            {**one, "kind": "" if one["kind"] in ("person", "") else one["kind"], "links": shown.links(one["claims"])}
            for one in (origin["origins"] if origin else [])
        ],
        "why_origins": _whys(shown, origin["why"] if origin else []),
        "why": _whys(shown, row["why"]),
        "picture": chains.picture(own, origin),
        "trees": chains.trees(own, origin),
        "claims": own,
        "open": own[:MOST_OPEN],
        "more": own[MOST_OPEN:],
        "contradictions": pairs[:MOST_PAIRS],
        "more_contradictions": max(len(pairs) - MOST_PAIRS, 0),
        "cites": shown.cites.get(key, []),
    }


def _whys(shown: Shown, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{"a": shown.link(row["a"]), "b": shown.link(row["b"]), "because": row["because"]} for row in rows]


def _contradictions(shown: Shown, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Pairs of claims that do not agree, the hard ones first, each with all that they do not agree in."""
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (not row["hard"], row["kind"], row["id"])):
        pairs.setdefault((row["a"], row["b"]), []).append(row)
    return [
        {
            "sides": [shown.claims[key] for key in pair if key in shown.claims],
            "points": [
                {
                    "anchor": anchor("contra", row["id"]),
                    "kind": KINDS.get(row["kind"], row["kind"]),
                    "hard": "cannot both be true as stated" if row["hard"] else "can both be true, read kindly",
                    "is_hard": bool(row["hard"]),
                    "says": row["says"],
                }
                for row in own
            ],
        }
        for pair, own in pairs.items()
    ]


def amounts_told(shown: Shown, quantities: Row) -> dict[str, Any] | None:
    """The section on quantities; None where no amount was stated."""
    ratios = [quantities.get(kind) or {} for kind in ("equivalences", "rates")]
    if not any([quantities.get("totals"), quantities.get("stated_totals"), quantities.get("left_out"),
                *(one.get("stated") for one in ratios)]):  # fmt: skip
        return None
    names = {one["number"]: one["name"] for one in quantities["shipments"]}
    return {
        "totals": [_total(shown, row, names) for row in quantities["totals"]],
        "shipments": len(quantities["shipments"]),
        "stated": [row | {"anchor": anchor("stated", row["id"]), "links": shown.links(row["claims"])}
                   for row in quantities["stated_totals"]],
        "ratios": [
            {"title": title, "stated": [row | {"anchor": anchor(kind, row["id"]), "links": shown.links(row["claims"])}
                                        for row in found.get("stated", [])],
             "pairs": [row | {"links": shown.links(row["claims"])} for row in found.get("pairs", [])],
             "more": found.get("more_pairs", 0)}
            for found, kind, title in zip(ratios, ("equivalence", "rate"), ("What an amount is said to be enough for",
                                                                           "Stated rates"), strict=True)
            if found.get("stated")
        ],
        "left_out": [row | {"link": shown.link(row["claim"])} for row in quantities["left_out"]],
        "reasons": quantities["left_out_reasons"],
        "equal": [f"1 {row['unit']} = {text.decimal(row['is'])} {row['of']}" for row in quantities["units_equal"]],
    }  # fmt: skip


def _total(shown: Shown, row: Row, names: Mapping[int, str]) -> dict[str, Any]:
    what = row["thing"] or "a thing that is not named"
    drawn = totals_chart.chart(row)
    if drawn:
        for mark in drawn["marks"]:
            mark["name"] = names.get(mark["shipment"], "")
            first = next((part for part in row["parts"] if part["shipment"] == mark["shipment"]), None)
            mark["link"] = shown.link(first["claims"][0]) if first else None
    return {
        "anchor": anchor("total", row["id"]),
        "heading": f"{what[:1].upper()}{what[1:]}, {row['family']}, in {amounts.plural(row['unit']) or 'pieces'}",
        "says": row["says"],
        "many": len(row["parts"]),
        "word": "seizure" if row["family"] == "seized" else "shipment",
        "chart": drawn,
        "lines": [line | {"links": shown.links(line["claims"])} for line in row["lines"]],
    }
