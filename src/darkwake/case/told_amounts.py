"""Every amount that a claim states, sorted: tellings of shipments, stated totals, equivalences, rates, or left out.

Nothing is lost: each amount comes out once, and one that is not counted says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from darkwake import interval
from darkwake.case.amounts import Amount

Row = Mapping[str, Any]
Span = tuple[date | None, date | None]

FAMILIES: dict[str, frozenset[str]] = {
    "moved": frozenset(
        ["ship", "deliver", "load", "unload", "arrive", "depart", "transit", "receive", "transport", "import", "export"]
    ),
    "seized": frozenset(["seize"]),
}
"""Happenings of which amounts are added up -> the classes of predicates that tell of them."""
COUNTED = ("asserted", "alleged")
"""Modalities of what is told as having happened; planned, possible, asked and denied amounts are listed, not added."""
_TOTAL = re.compile(
    r"\b(?:in all|in total|a total of|total(?:l?ing|l?ed|s)?|altogether|overall|combined|cumulative(?:ly)?|all told"
    r"|taken together|in sum|so far)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\s*since\b", re.IGNORECASE)
_SHIPMENTS = {
    "shipment", "consignment", "delivery", "deliverie", "cargo", "cargoe", "voyage", "trip", "run", "transfer", "load",
}  # fmt: skip
_NO_GOODS = {
    "ship", "vessel", "tanker", "freighter", "boat", "carrier", "crew", "crew member", "sailor", "people", "person",
    "passenger", "official", "man", "men", "woman", "women", "port", "country", "countrie", "company", "companie",
    "time", "order", "contract", "deal",
}  # fmt: skip
_CARRIERS = {
    "ship", "vessel", "tanker", "freighter", "boat", "barge", "carrier", "aircraft", "airplane", "aeroplane", "plane",
    "jet", "airliner", "helicopter", "drone", "truck", "lorry", "lorrie", "train",
}  # fmt: skip
"""What carries goods; it is a cargo only where the sentence says that it was shipped."""
_SHIPPED = r"(?:shipp|transport|export|import|unload|load)(?:ed|ing|s)?"
_MONEY = {
    "dollar", "euro", "yuan", "renminbi", "rial", "riyal", "toman", "rouble", "ruble", "rupee", "yen", "won", "dirham",
    "franc", "peso", "usd", "eur", "gbp", "cny", "irr",
}  # fmt: skip
"""Names of currencies, folded; a pound is a weight too, and counts as one."""
_GOODS_UNITS = {
    "ton", "tonne", "metric ton", "metric tonne", "mt", "kilogram", "kilogramme", "kilo", "kg", "gram", "gramme",
    "pound", "lb", "litre", "liter", "gallon", "barrel", "bag", "sack", "drum", "container", "teu",
}  # fmt: skip
"""What is found in these, goods by name, is told as a seizure is."""
_NO_CARGO_UNITS = {
    "mile", "nautical mile", "kilometre", "kilometer", "km", "metre", "meter", "foot", "feet", "inch", "knot", "degree",
    "second", "minute", "hour", "day", "week", "month", "year", "percent", "%",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """One claim's amount."""

    claim: str
    cluster: str
    outlet: str
    speaker: str
    """Whoever the chain ends in; "nobody named" where it is empty."""
    amount: Amount
    unit: str
    thing: str
    """As written; see `fold` for what is compared."""
    text: str
    family: str
    total: str
    """Why it is taken for a total, empty for a shipment."""
    per: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"claim": self.claim, "outlet": self.outlet, "speaker": self.speaker, "text": self.text,
                "unit": self.unit, "thing": self.thing, **self.amount.as_dict()}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One claim's "N tons, enough for about M"."""

    base: Telling
    of: Telling


@dataclass(frozen=True, slots=True)
class Days:
    """When a cluster's happening was, as its claims that tell it as having happened state it."""

    first: date | None
    last: date | None
    agreed: tuple[date | None, date | None] | None
    """What every dated telling allows; None where no day lies in all of them, or none is dated."""
    told: int
    """How many tellings are dated."""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        agreed = None if self.agreed is None else list(self.agreed)
        return {"first": self.first, "last": self.last, "agreed": agreed, "told": self.told}


UNKNOWN = Days(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """All amounts of a case, each in one of these."""

    amounts: tuple[Telling, ...]
    equivalents: tuple[Equivalent, ...]
    rates: tuple[Telling, ...]
    left_out: tuple[tuple[Telling, str], ...]
    days: Mapping[str, Days]
    """By cluster."""
    labels: Mapping[str, str]
    published: Mapping[str, date]
    """Claim -> the last day on which its article can have come out, where that is known."""


@lru_cache(maxsize=65_536)
def fold(words: str) -> str:
    """A thing or a name as it is compared: case, accents of width, articles and a plural's s fall away."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", words).casefold()).strip(" .,;:'\"")
    plain = re.sub(r"^(?:the|a|an|some|of|such|more|further|additional) ", "", plain)
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def speaker_of(claim: Row) -> str:
    """Whoever the chain ends in."""
    return str(claim["chain"][-1]["name"]) if claim["chain"] else "nobody named"


def told(claims: pl.DataFrame, clusters: pl.DataFrame, articles: pl.DataFrame) -> Told:
    """Sort every amount of the claims. Tables are of schema.CLAIMS, CLUSTERS and ARTICLES, rows in any order."""
    cluster_of = {claim: row["id"] for row in clusters.iter_rows(named=True) for claim in row["claims"]}
    of_article = {row["id"]: row for row in articles.select("id", "outlet", "name", "published").iter_rows(named=True)}
    rows = [row for row in claims.sort("id").iter_rows(named=True) if row["id"] in cluster_of]
    owners = _owners(rows)
    amounts: list[Telling] = []
    equivalents: list[Equivalent] = []
    rates: list[Telling] = []
    left_out: list[tuple[Telling, str]] = []
    for row in rows:
        if not row["quantities"]:
            continue
        sorted_ = [(said, _telling(row, said, cluster_of, of_article)) for said in row["quantities"]]
        for said, telling in sorted_:
            because = _why_not(row, said, telling, owners)
            if because:
                left_out.append((telling, because))
            elif said["role"] == "rate":
                rates.append(telling)
            elif said["role"] == "equivalent":
                base = _base(said, sorted_)
                if base is None:
                    left_out.append((telling, "what it is enough for is stated, but not how much"))
                else:
                    equivalents.append(Equivalent(base, telling))
            else:
                amounts.append(telling)
    published = {row["id"]: day for row in rows for day in [_published(of_article.get(row["article"]))] if day}
    return Told(
        tuple(amounts),
        tuple(equivalents),
        tuple(rates),
        tuple(left_out),
        _days(rows, cluster_of),
        {row["id"]: row["label"] for row in clusters.iter_rows(named=True)},
        published,
    )


def _telling(row: Row, said: Row, cluster_of: Mapping[str, str], articles: Mapping[str, Row]) -> Telling:
    article = articles.get(row["article"], {})
    family = next((name for name, classes in FAMILIES.items() if row["predicate_class"] in classes), "")
    if row["predicate_class"] == "find" and fold(str(said["unit"])) in _GOODS_UNITS and said["thing"]:
        family = "seized"
    return Telling(
        claim=row["id"],
        cluster=cluster_of[row["id"]],
        outlet=article.get("outlet") or article.get("name") or "an unknown outlet",
        speaker=speaker_of(row),
        amount=Amount.of(said),
        unit=str(said["unit"]).strip(),
        thing=str(said["thing"]).strip(),
        text=str(said["text"]),
        family=family,
        total=_why_total(row, said),
        per=str(said["per"]),
    )


def _owners(rows: Sequence[Row]) -> dict[tuple[str, int, int], str]:
    """Place of an amount in an article -> the claim that it belongs to: the shortest, where claims overlap."""
    best: dict[tuple[str, int, int], tuple[int, str]] = {}
    for row in rows:
        for said in row["quantities"] or ():
            key = (row["article"], said["start"], said["end"])
            best[key] = min(best.get(key, (1 << 60, "")), (row["end"] - row["start"], row["id"]))
    return {key: claim for key, (_, claim) in best.items()}


def _why_not(row: Row, said: Row, telling: Telling, owners: Mapping[tuple[str, int, int], str]) -> str:
    """Why an amount is neither counted nor kept as an equivalence or a rate; empty where it is."""
    unit, thing = fold(telling.unit), fold(telling.thing)
    if owners[(row["article"], said["start"], said["end"])] != row["id"]:
        return "the same words are part of a shorter claim, and are counted there"
    if not telling.amount.sane:
        return "no amount can be read from it"
    if said["role"] in ("price", "share", "ordinal"):
        return {"price": "it is a price", "share": "it is a share of something", "ordinal": "it is a place in a row"}[
            said["role"]
        ]
    if said["role"] == "equivalent":
        return ""
    if said["role"] == "rate":
        return "it measures no goods" if thing in _NO_GOODS or unit in _NO_CARGO_UNITS else ""
    if row["negated"] or row["modality"] == "denied":
        return "it is told as not so"
    if row["modality"] not in COUNTED:
        return f"it is told as {row['modality']}, not as having happened"
    if not telling.family:
        return "its sentence tells of no shipment and no seizure"
    return _no_goods(row, telling, unit, thing)


def _no_goods(row: Row, telling: Telling, unit: str, thing: str) -> str:
    """Why an amount of a shipment or a seizure is none of goods; empty where it can be."""
    if _is_money(telling):
        return "it is a sum of money"
    if not unit and thing in _SHIPMENTS:
        return "it counts shipments, not goods"
    head = fold(thing.rsplit(maxsplit=1)[-1]) if thing else ""
    if not unit and head in _CARRIERS:
        return "" if _was_shipped(row, telling) else "it counts what carries goods"
    if unit in _NO_CARGO_UNITS or thing in _NO_GOODS or (not unit and head in _NO_GOODS):
        return "it measures no goods"
    if not unit and not thing:
        return "it is a bare number"
    return ""


def _is_money(telling: Telling) -> bool:
    """Whether an amount is of a currency, by sign or by name."""
    signs = telling.unit + telling.thing + telling.text
    said = {
        fold(word) for word in re.findall(r"[^\W\d_]+", f"{telling.unit} {telling.thing if not telling.unit else ''}")
    }
    return any(unicodedata.category(sign) == "Sc" for sign in signs) or bool(_MONEY & said)


def _was_shipped(row: Row, telling: Telling) -> bool:
    """Whether a sentence says of ships or aircraft that they themselves were cargo."""
    what = re.escape(telling.text)
    before = rf"\b{_SHIPPED}\s+(?:(?!by|in|on|with|aboard|from)[\w-]+\s+){{0,2}}{what}"
    after = rf"{what}\s+(?:was|were|have been|has been|had been)\s+{_SHIPPED}\b"
    said = f"{before}|{after}"
    return bool(re.search(said, str(row["text"]), re.IGNORECASE))


def _why_total(row: Row, said: Row) -> str:
    """Why an amount is a total of several shipments, as far as its own sentence says so; empty where it does not."""
    word = _TOTAL.search(str(row["text"])) or _TOTAL.search(str(said["hedge"]))
    if word:
        return f"it says “{word.group().lower()}”"
    since = next((one for one in row["dates"] or () if one["role"] != "report" and _SINCE.match(one["text"])), None)
    if since:
        return f"it counts “{since['text'].strip()[:60]}”"
    for other in row["quantities"]:
        many = other["low"] is None or other["low"] > 1
        if other is not said and not other["unit"] and fold(other["thing"]) in _SHIPMENTS and many:
            return f"it counts “{other['text'].strip()[:60]}”"
    return ""


def _base(said: Row, every: Sequence[tuple[Row, Telling]]) -> Telling | None:
    """The amount that is said to be enough: the nearest before it, else the first after it."""
    others = [(other, telling) for other, telling in every if other["role"] == "amount" and telling.amount.sane]
    before = [pair for pair in others if pair[0]["start"] < said["start"]]
    if before:
        return max(before, key=lambda pair: int(pair[0]["start"]))[1]
    return min(others, key=lambda pair: int(pair[0]["start"]))[1] if others else None


def _published(article: Row | None) -> date | None:
    if not article or not article["published"]:
        return None
    try:
        return interval.parse(article["published"]).last
    except ValueError:
        return None


def _days(rows: Sequence[Row], cluster_of: Mapping[str, str]) -> dict[str, Days]:
    own: dict[str, list[Row]] = {}
    for row in rows:
        if row["modality"] in COUNTED and not row["negated"]:
            own.setdefault(cluster_of[row["id"]], []).append(row)
    return {cluster: days_of(every) for cluster, every in own.items()}


def days_of(claims: Sequence[Row]) -> Days:
    """When that which the claims of one cluster tell of happened, from the first to the last day that they allow.

    Where one claim names several days ("built in 2005, left on Tuesday"), those count that most of the claims share.
    """
    said = [
        [
            (one["first"], one["last"])
            for one in row["dates"] or ()
            if one["role"] == "event" and (one["first"] or one["last"])
        ]
        for row in claims
    ]
    said = [own for own in said if own]
    if not said:
        return UNKNOWN
    spans = []
    for own in said:
        shared = [sum(any(_meet(span, other) for other in others) for others in said) for span in own]
        spans.append(_around([span for span, many in zip(own, shared, strict=True) if many == max(shared)]))
    low = max((span[0] for span in spans if span[0]), default=None)
    high = min((span[1] for span in spans if span[1]), default=None)
    agreed = None if low and high and high < low else (low, high)
    return Days(*_around(spans), agreed, len(spans))


def _meet(one: Span, other: Span) -> bool:
    apart = (one[1] and other[0] and one[1] < other[0]) or (other[1] and one[0] and other[1] < one[0])
    return not apart


def _around(spans: Sequence[Span]) -> Span:
    first = None if any(span[0] is None for span in spans) else min(span[0] for span in spans if span[0])
    last = None if any(span[1] is None for span in spans) else max(span[1] for span in spans if span[1])
    return first, last
