"""CLUSTERS -> ORIGINS: how many independent origins a happening has, at least and at most.

Each claim of a cluster has a chain: publisher, whom it cites, whom that one cites. Two claims have one origin where

- their chains share a station below the publishers (a person, an office, another outlet, a document);
- the one's publisher is a station of the other's chain: "Reuters reported" and the article of Reuters itself, unless
  each names another source behind it;
- one article gives its source for the happening elsewhere in its text;
- two articles share the sentence (a short one with a neighbour of it), or one is as a whole a copy of the other.

Sources without a name ("officials") are stations only under whoever cites them. *At least* counts only origins that end
in a name; two names that may be one ("the ministry", "the Velmora ministry") count once there. *At most* counts every
origin: an untraced claim, or one that rests on unnamed people, may be its own or may be another's. So an untraced
claim raises the most and never the least.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.claims import name_keys
from darkwake.claims.facts import publisher, shingles
from darkwake.claims.reuse import COPY, Reuse, reuses, unquoted

Node = tuple[str, str, str]
"""Sort ("named", "document" or "unnamed"), under whom (empty for a name), key."""

SENTENCE = 0.8
"""Share of a sentence's runs of three words that another article must have for the sentence to be the same."""
_SHORTEST = 10
"""Runs below which a sentence may be the same by chance."""
_NEAR = 80
"""Signs beside a sentence that are looked at."""
_OWN_REPORTER = re.compile(r" .*\b(?:reporters?|correspondents?|journalists?|staff)\b")
"""After an outlet's own name: its reporter is the outlet."""
_DOCUMENT = re.compile(
    r"(?:(?:an?|the|one|two|internal|leaked) )*"
    r"(?P<name>(?:[a-z]+ ){0,2}(?:bills? of lading|declarations?|manifests?|logs?|notes?|letters?|memos?"
    r"|reports?|invoices?|records?|documents?|filings?|contracts?|statements?|emails?))"
    r"(?: (?:seen|obtained|reviewed|viewed|examined|inspected|read) by\b.*)",
    re.IGNORECASE,
)
_UNNAMED = ("unnamed", "unknown")


@dataclass(frozen=True, slots=True)
class _Told:
    """A claim with its way."""

    id: str
    article: str
    at: int
    outlet: str
    house: str
    """Key of the publisher; the article's id where it is unknown."""
    nodes: tuple[Node, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    stated: tuple[bool, ...]
    runs: frozenset[int]
    beside: tuple[frozenset[int], frozenset[int]]
    """Runs of as many signs as a sentence has, before it and after it."""
    published: str


@dataclass(slots=True)
class _Groups:
    """Claims joined step by step, each joining with its reason."""

    parent: list[int]
    why: list[tuple[int, int, str]] = field(default_factory=list)

    def top(self, at: int) -> int:
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join(self, one: int, other: int, because: str) -> None:
        a, b = self.top(one), self.top(other)
        if a != b:
            self.parent[max(a, b)] = min(a, b)
            self.why.append((one, other, because))


def origins(clusters: pl.DataFrame, claims: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Count the independent origins of every cluster.

    Args:
        clusters: CLUSTERS over these claims.
        claims: CLAIMS.
        articles: ARTICLES that hold them.

    Returns:
        ORIGINS: one row a cluster, every claim of it in exactly one origin; sorted by cluster.
    """
    copies = [one for one in reuses(articles) if one.share >= COPY]
    houses = {row["id"]: row for row in articles.iter_rows(named=True)}
    outlets = frozenset(name_keys.key(row["outlet"]) for row in houses.values() if row["outlet"])
    told = {row["id"]: _told(row, houses.get(row["article"]), outlets) for row in claims.iter_rows(named=True)}
    rows = []
    for cluster in clusters.iter_rows(named=True):
        members = sorted(
            (told[one] for one in cluster["claims"]),
            key=lambda one: (one.published or "9", one.article, one.at, one.id),
        )
        rows.append({"cluster": cluster["id"], **_row(members, copies)})
    return pl.DataFrame(rows, schema=schema.ORIGINS, orient="row").sort("cluster")


def _told(row: Mapping[str, Any], article: Mapping[str, Any] | None, outlets: frozenset[str]) -> _Told:
    chain = [*row["chain"][:1], *(_known(link, outlets) for link in row["chain"][1:])]
    known = article["outlet"] if article else ""
    head = publisher(chain, known)
    outlet = known or (chain[0]["name"] if head else "")
    house = name_keys.key(outlet) or f"article {row['article']}"
    below = [one for one in chain[head:] if one["name"] and (one["kind"] != "unknown" or _proper(one["name"]))]
    below = [one for one in below if not _OWN_REPORTER.match(name_keys.key(one["name"]).removeprefix(house))]
    if not below and head and chain[0]["kind"] in ("person", "organisation", "document"):
        below = [chain[0]]  # a ministry that publishes its own statement is its own source
    nodes: list[Node] = []
    above = house
    for one in below:
        nodes.append(_node(one["kind"], one["name"], above))
        above = nodes[-1][2] if nodes[-1][0] == "named" else above
    sentence = article["text"][row["sentence_start"] : row["sentence_end"]] if article else row["text"]
    return _Told(
        row["id"],
        row["article"],
        row["at"],
        outlet or (article["name"] if article else "") or "an unknown outlet",
        house,
        tuple(nodes),
        tuple(one["name"] for one in below),
        tuple(one["kind"] for one in below),
        tuple(bool(one["stated"]) for one in below),
        shingles(unquoted(sentence), 3),
        _beside(article["text"], row["sentence_start"], row["sentence_end"]) if article else (frozenset(), frozenset()),
        article["published"] if article else "",
    )


def _beside(text: str, start: int, end: int) -> tuple[frozenset[int], frozenset[int]]:
    """What stands before and after a sentence, in runs of three words."""
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    return shingles(unquoted(before), 3), shingles(unquoted(after), 3)


def _known(link: Mapping[str, Any], outlets: frozenset[str]) -> dict[str, Any]:
    """A station as the case knows it: whoever publishes in it is an outlet, and a paper that was read is a document."""
    if link["kind"] in ("person", "unknown") and name_keys.key(link["name"]) in outlets:
        return {**link, "kind": "outlet"}
    paper = _DOCUMENT.match(link["name"])
    return {**link, "kind": "document", "name": paper["name"]} if paper else dict(link)


def _proper(name: str) -> bool:
    return any(word[:1].isupper() or any(sign.isdigit() for sign in word) for word in name.split()[1:] or name.split())


def _node(kind: str, name: str, above: str) -> Node:
    if kind == "unnamed":
        words = name_keys.thing_key(name).split() or [""]
        return ("unnamed", above, words[-1])
    if kind == "document" and not _proper(name):
        return ("document", above, name_keys.thing_key(name))
    return ("named", "", name_keys.key(name))


def _row(members: Sequence[_Told], copies: Sequence[Reuse]) -> dict[str, Any]:
    one_name = _one_name({node[2] for one in members for node in one.nodes if node[0] == "named"})
    paths = [tuple((sort, under, one_name.get(key, key)) for sort, under, key in one.nodes) for one in members]
    groups = _Groups(list(range(len(members))))
    _join_shared(groups, members, paths)
    _join_reuse(groups, members, paths, copies)
    _join_article(groups, members, paths)
    apart = [groups.top(at) for at in range(len(members))]
    _join_houses(groups, members, paths, one_name)
    found: dict[int, list[int]] = defaultdict(list)
    for at in range(len(members)):
        found[groups.top(at)].append(at)
    # one outlet with two named sources of its own, cited by a third: one origin, or two
    inner = [len({apart[at] for at in part if _ends_in_name(paths[at], members[at].kinds)}) for part in found.values()]
    traced = [part for part in found.values() if any(_named(paths[at]) for at in part)]
    least = max(1, _surely_apart([{node for at in part for node in paths[at]} for part in traced]))
    most = max(least, sum(max(1, many) for many in inner))
    outlets = list(dict.fromkeys(one.outlet for one in members))
    rows = [_origin([(members[at], paths[at]) for at in part]) for part in found.values()]
    rows.sort(key=lambda one: (-len(one["claims"]), not one["traced"], one["name"], one["claims"]))
    return {
        "least": least,
        "most": most,
        "outlets": outlets,
        "origins": rows,
        "why": [{"a": members[a].id, "b": members[b].id, "because": because} for a, b, because in groups.why],
        "says": _says(least, most, outlets, rows),
    }


def _join_shared(groups: _Groups, members: Sequence[_Told], paths: Sequence[tuple[Node, ...]]) -> None:
    """A station below the publishers that two chains share."""
    first: dict[Node, int] = {}
    for at, one in enumerate(members):
        for place, node in enumerate(paths[at]):
            other = first.setdefault(node, at)
            inherited = "" if one.stated[place] else ", which the second has from its article"
            groups.join(other, at, f"both lead to {one.names[place]}{inherited}")
    own: dict[str, int] = {}
    for at, one in enumerate(members):
        if not paths[at]:
            groups.join(own.setdefault(one.house, at), at, f"both are {one.outlet}'s own words")


def _join_reuse(
    groups: _Groups, members: Sequence[_Told], paths: Sequence[tuple[Node, ...]], copies: Sequence[Reuse]
) -> None:
    """The same sentence in two articles, or an article that is a copy."""
    _join_passages(groups, members, paths)
    holder: dict[int, int] = {}
    for at, one in enumerate(members):
        if len(one.runs) < _SHORTEST:
            continue
        for other in sorted({holder[run] for run in one.runs if run in holder}):
            fewest = min(len(one.runs), len(members[other].runs))
            if members[other].article == one.article or (_named(paths[at]) and _named(paths[other])):
                continue  # two that name their sources copy nothing but a turn of words
            if len(one.runs & members[other].runs) >= SENTENCE * fewest:
                groups.join(other, at, f"the sentence of {members[other].outlet} stands in {one.outlet} too")
        for run in one.runs:
            holder.setdefault(run, at)
    where: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(members):
        where[one.article].append(at)
    for copy in copies:
        for a in where.get(copy.a, []):
            for b in where.get(copy.b, []):
                if not (paths[a] and paths[b]):
                    groups.join(a, b, f"{round(100 * copy.share)} % of one article's text stands in the other")


def _join_passages(groups: _Groups, members: Sequence[_Told], paths: Sequence[tuple[Node, ...]]) -> None:
    """A short sentence that two articles share together with what stands beside it."""
    short: dict[frozenset[int], list[int]] = defaultdict(list)
    for at, one in enumerate(members):
        if len(one.runs) >= _SHORTEST:
            continue
        for other in short[one.runs]:
            if not (_named(paths[at]) and _named(paths[other])) and _passage(one, members[other]):
                groups.join(other, at, f"a passage of {members[other].outlet} stands in {one.outlet} too")
        short[one.runs].append(at)


def _passage(one: _Told, other: _Told) -> bool:
    """Whether the words beside a short sentence are the same in both too: together they are a copied passage."""
    if one.article == other.article:
        return False
    return any(
        a and b and (len(a & b) >= SENTENCE * min(len(a), len(b)) and min(len(a), len(b)) + len(one.runs) >= _SHORTEST)
        for a, b in zip(one.beside, other.beside, strict=True)
    )


def _join_article(groups: _Groups, members: Sequence[_Told], paths: Sequence[tuple[Node, ...]]) -> None:
    """What an article tells without a source in one place and with it in another."""
    traced: dict[str, int] = {}
    for at, one in enumerate(members):
        if paths[at]:
            traced.setdefault(one.article, at)
    for at, one in enumerate(members):
        if not paths[at] and one.article in traced:
            groups.join(traced[one.article], at, "the article gives its source elsewhere")


def _join_houses(
    groups: _Groups, members: Sequence[_Told], paths: Sequence[tuple[Node, ...]], one_name: Mapping[str, str]
) -> None:
    """An outlet that is cited, and that outlet's own article."""
    cited: dict[str, list[int]] = defaultdict(list)
    for at, path in enumerate(paths):
        for sort, _, key in path:
            if sort == "named":
                cited[key].append(at)
    for at, one in enumerate(members):
        house = one_name.get(one.house, one.house)
        for name in sorted(cited):
            if name == house or _same_house(name, house):
                for citing in cited[name]:
                    if not _other_way(paths[citing], name, paths[at]):
                        groups.join(citing, at, f"{one.outlet} is cited by the other")


def _other_way(citing: tuple[Node, ...], house: str, own: tuple[Node, ...]) -> bool:
    """Whether the one names whom it has through the house, and the house's own claim has it from another name."""
    place = next(at for at, node in enumerate(citing) if node[2] == house)
    behind = citing[place + 1 :]
    return _named(behind) and _named(own) and not set(behind) & set(own)


def _same_house(one: str, other: str) -> bool:
    """Whether they differ only by words like "News" and "Online"."""
    extra = {"news", "online", "com", "agency", "newspaper", "daily", "tv", "website", "channel", "times"}
    a, b = set(one.replace(".", " ").split()), set(other.replace(".", " ").split())
    return bool(a & b) and (a ^ b) <= extra - {"times", "daily", "channel"}


def _one_name(keys: Iterable[str]) -> dict[str, str]:
    """Key -> the longest key that surely names the same: a surname, initials, a name with words left out."""
    found: dict[str, str] = {}
    ordered = sorted(keys, key=lambda key: (-len(key.split()), key))
    for place, short in enumerate(ordered):
        fits = [long for long in ordered[:place] if long not in found and _shorter(short, long)]
        if len(fits) == 1:
            found[short] = fits[0]
    return found


def _shorter(short: str, long: str) -> bool:
    few, many = short.split(), long.split()
    if len(few) == 1:
        initials = "".join(word[0] for word in many)
        return (few[0] == many[-1] and few[0] not in name_keys.GENERIC and len(many) <= 3) or (
            len(many) >= 2 and few[0] == initials
        )
    return len(few) >= 2 and set(few) < set(many)


def _named(path: tuple[Node, ...]) -> bool:
    return any(node[0] != "unnamed" for node in path)


def _ends_in_name(path: tuple[Node, ...], kinds: tuple[str, ...]) -> bool:
    return bool(path) and path[-1][0] != "unnamed" and kinds[-1] != "outlet"


def _surely_apart(parts: Sequence[set[Node]]) -> int:
    """How many of the origins surely differ: two that may be one by their names count once."""
    groups = _Groups(list(range(len(parts))))
    documents = [at for at, part in enumerate(parts) if not any(node[0] == "named" for node in part)]
    for at in documents[1:]:
        groups.join(documents[0], at, "")
    short = [
        (at, key) for at, part in enumerate(parts) for sort, _, key in sorted(part) if sort == "named" and _vague(key)
    ]
    for at, key in short:
        for other, part in enumerate(parts):
            if other != at and any(
                sort == "named" and (set(key.split()) <= set(long.split()) or set(long.split()) <= set(key.split()))
                for sort, _, long in part
            ):
                groups.join(at, other, "")
    return len({groups.top(at) for at in range(len(parts))})


def _vague(key: str) -> bool:
    """A name that many may have: "the ministry", "police"."""
    return all(word in name_keys.GENERIC for word in key.split())


def _origin(part: Sequence[tuple[_Told, tuple[Node, ...]]]) -> dict[str, Any]:
    count: Counter[Node] = Counter(node for _, path in part for node in path)
    claims = sorted(one.id for one, _ in part)
    if not count:
        first = part[0][0]
        also = "; its words stand in the others too" if len({one.house for one, _ in part}) > 1 else ""
        because = f"{first.outlet} names no source{also}"
        return {"name": first.outlet, "kind": "outlet", "claims": claims, "traced": False, "because": because}
    depth: dict[Node, int] = {}
    named: dict[Node, tuple[str, str]] = {}
    for one, path in part:
        for place, node in enumerate(path):
            depth[node] = max(depth.get(node, 0), place)
            named.setdefault(node, (one.names[place], one.kinds[place]))
    best = min(count, key=lambda node: (-count[node], node[0] == "unnamed", -depth[node], node))
    name, kind = named[best]
    further = sorted({named[node][0] for node in count if depth[node] > depth[best]})
    share = f"{count[best]} of {len(part)} claims lead there" if len(part) > 1 else "its chain ends there"
    because = f"{share}; further back: {', '.join(further)}" if further else share
    return {"name": name, "kind": kind, "claims": claims, "traced": True, "because": because}


def _says(least: int, most: int, outlets: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    many = f"{least}" if least == most else f"{least} to {most}"
    origin = "origin" if most == 1 else "origins"
    outlet = "outlet" if len(outlets) == 1 else "outlets"
    names = [f"{one['name']}" + ("" if one["traced"] else ", untraced") for one in rows[:4]]
    if len(rows) > 4:
        names.append(f"and {len(rows) - 4} more")
    where = "all lead to " if len(rows) == 1 and len(outlets) > 1 and rows[0]["traced"] else ""
    return f"{many} {origin}, {len(outlets)} {outlet}: {where}{'; '.join(names)}."
