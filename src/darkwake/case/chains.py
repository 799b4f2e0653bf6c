"""The way of a claim from its origin to the papers, laid out as a picture and as nested lines.

Papers stand on the left, origins on the right. A solid line is what a sentence states, a dashed one what it inherits
from its article. Unnamed people are one node only where the part claims found them to be one origin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from darkwake.case.text import visible

Row = Mapping[str, Any]
Key = tuple[str, str, str]

WIDTH, _PAD = 660, 1.5
_ROW, _HIGH, _LINE, _TOP, _GAP = 46, 36, 15, 8, 34
"""Pixels: from node to node of a column, a node's height, a line of text, above the first node, between columns."""
_LETTER = 6.9
_NAMELESS = ("unnamed", "unknown")
MOST_CHAINS = 24
"""Claims whose chains one picture shows."""
MARKS = {"outlet": "outlet", "person": "person", "organisation": "body", "document": "document", "unnamed": "unnamed"}


def picture(claims: Sequence[Row], origins: Row | None) -> dict[str, Any] | None:
    """Nodes and lines of the chains of a cluster, in pixels of a picture `WIDTH` wide; None where there is none.

    Args:
        claims: Claims with `id` and `chain`, and `anchor` where they stand on the page.
        origins: The cluster's row of ORIGINS.
    """
    told = [row for row in claims if row["chain"]]
    nodes, edges = _graph(told, origins)
    if not edges:
        return None
    levels = _levels(nodes, edges)
    ways, steps = _through(edges, levels)
    columns: dict[int, list[Key]] = {}
    for key in sorted([*nodes, *ways], key=lambda key: levels[key]):
        columns.setdefault(levels[key], []).append(key)
    many = max(levels.values()) + 1
    wide = min((WIDTH - 2 * _PAD - _GAP * (many - 1)) / many, 230.0)
    places = _places(columns, steps)
    tall = (max(places.values()) + 1) * _ROW + 2 * _TOP - (_ROW - _HIGH)
    apart = (WIDTH - 2 * _PAD - wide) / max(many - 1, 1)
    at = {key: (_PAD + levels[key] * apart, _TOP + place * _ROW) for key, place in places.items()}
    drawn = {key: _node(node, *at[key], wide) for key, node in nodes.items()}
    return {
        "width": WIDTH,
        "height": round(tall, 1),
        "nodes": list(drawn.values()),
        "lines": [
            _line([at[key] for key in (near, *_between(near, far, levels, ways), far)], wide, stated)
            for (near, far), stated in edges.items()
        ],
        "says": f"{len(claims)} claims and how they reached the page: "
        + "; ".join(dict.fromkeys(map(in_words, told[:MOST_CHAINS]))),
        "more": max(len(told) - MOST_CHAINS, 0),
    }


def in_words(claim: Row) -> str:
    """A chain as a line: "Echo Online ← Harbour Gazette ← two officials (unnamed)"."""
    parts = []
    for place, link in enumerate(claim["chain"]):
        notes = [link["kind"]] if link["kind"] in _NAMELESS and link["kind"] not in link["name"] else []
        notes += ["inherited from the article"] if place and not link["stated"] else []
        parts.append(visible(link["name"], most=80) + (f" ({', '.join(notes)})" if notes else ""))
    return " ← ".join(parts)


def trees(claims: Sequence[Row], origins: Row | None) -> list[dict[str, Any]]:
    """The same from each origin down to the papers, as nested rows: what a narrow screen gets.

    Whoever cites several sources stands under each, and what leads on from there under the first only.
    """
    nodes, edges = _graph([row for row in claims if row["chain"]], origins)
    citing: dict[Key, list[tuple[Key, bool]]] = {}
    for (near, far), stated in edges.items():
        citing.setdefault(far, []).append((near, stated))
    seen: set[Key] = set()

    def under(key: Key, source: Key | None, stated: bool) -> dict[str, Any]:
        again = key in seen
        seen.add(key)
        below = [] if again else [under(near, key, said) for near, said in citing.get(key, ())]
        return nodes[key] | {"stated": stated, "under": below, "own": nodes[key]["own"].get(source, [])}

    rooted = {near for near, _ in edges}
    found = [under(key, None, True) for key in nodes if key not in rooted]
    # papers that only cite each other have no origin among them: begin anywhere
    return found + [under(key, None, True) for key in nodes if key not in seen]


def _graph(told: Sequence[Row], origins: Row | None) -> tuple[dict[Key, dict[str, Any]], dict[tuple[Key, Key], bool]]:
    """The stations of the chains, and who cites whom: true where a sentence states it."""
    group = _groups(origins)
    shown = sorted(told, key=lambda row: group.get(row["id"], "~"))[:MOST_CHAINS]
    nodes: dict[Key, dict[str, Any]] = {}
    edges: dict[tuple[Key, Key], bool] = {}
    for row in shown:
        keys = [_key(link, group.get(row["id"], str(row["id"]))) for link in row["chain"]]
        for key, link in zip(keys, row["chain"], strict=True):
            node = nodes.setdefault(key, {"name": link["name"], "kind": link["kind"], "anchors": [], "own": {}})
            node["anchors"].append(row["anchor"])
        own = nodes[keys[0]]["own"].setdefault(next((key for key in keys[1:] if key != keys[0]), None), [])
        own.append({"anchor": row["anchor"], "number": row["number"]})
        for (near, far), link in zip(pairwise(keys), row["chain"][1:], strict=True):
            if near != far:
                edges[near, far] = edges.get((near, far), False) or bool(link["stated"])
    return nodes, edges


def _groups(origins: Row | None) -> dict[str, str]:
    """Claim -> the place of its origin."""
    every = enumerate(origins["origins"] if origins else [])
    return {claim: str(place) for place, one in every for claim in one["claims"]}


def _key(link: Row, group: str) -> Key:
    """What makes two links one node; people without a name are told apart by the origin that they belong to."""
    name = " ".join(str(link["name"]).casefold().split()).removeprefix("the ")
    return link["kind"], name, group if link["kind"] in _NAMELESS else ""


def _levels(nodes: Mapping[Key, Any], edges: Mapping[tuple[Key, Key], bool]) -> dict[Key, int]:
    """Each node as far from the papers as its longest way; papers that cite each other in a ring are cut once."""
    levels = dict.fromkeys(nodes, 0)
    forward: list[tuple[Key, Key]] = []
    for near, far in edges:
        if not _leads(far, near, forward):
            forward.append((near, far))
    for _ in nodes:
        for near, far in forward:
            levels[far] = max(levels[far], levels[near] + 1)
    return levels


def _leads(start: Key, goal: Key, edges: Sequence[tuple[Key, Key]]) -> bool:
    seen, todo = {start}, [start]
    while todo:
        at = todo.pop()
        for near, far in edges:
            if near == at and far not in seen:
                seen.add(far)
                todo.append(far)
    return goal in seen


def _places(columns: Mapping[int, Sequence[Key]], edges: Mapping[tuple[Key, Key], bool]) -> dict[Key, float]:
    """How far down each node stands, in rows: near the middle of those that lead to it, never on another."""
    places: dict[Key, float] = {}
    for level in sorted(columns):
        wanted = []
        for order, key in enumerate(columns[level]):
            before = [places[near] for near, far in edges if far == key and near in places]
            wanted.append((sum(before) / len(before) if before else float(order), order, key))
        low = -1.0
        for at, _, key in sorted(wanted):
            places[key] = low = max(at, low + 1.0)
    return places


def _node(node: Mapping[str, Any], x: float, y: float, wide: float) -> dict[str, Any]:
    lines = _wrapped(visible(node["name"], most=120), int((wide - 16) / _LETTER))
    kind = MARKS.get(node["kind"], "unknown")
    return {
        "x": round(x, 1), "y": round(y, 1), "w": round(wide, 1), "h": _HIGH, "kind": kind, "title": node["name"],
        "text": [{"y": round(y + (22.5 if len(lines) == 1 else 15.5 + place * _LINE), 1), "says": line}
                 for place, line in enumerate(lines)],
        "anchor": node["anchors"][0] if len(node["anchors"]) == 1 else None, "anchors": node["anchors"],
    }  # fmt: skip


def _wrapped(name: str, most: int) -> list[str]:
    """A name on one line or two, cut with a sign where it is longer."""
    if len(name) <= most:
        return [name]
    cut = name.rfind(" ", 0, most + 1)
    first, rest = (name[:cut], name[cut + 1 :]) if cut > most // 3 else (name[:most], name[most:])
    return [first, rest if len(rest) <= most else f"{rest[: most - 1].rstrip()}…"]


def _through(
    edges: Mapping[tuple[Key, Key], bool], levels: dict[Key, int]
) -> tuple[list[Key], dict[tuple[Key, Key], bool]]:
    """Where lines run past columns: a free place in each of those, so that no line runs under a node.

    `levels` gains the places. Returns them, and the edges from place to place.
    """
    ways: list[Key] = []
    steps: dict[tuple[Key, Key], bool] = {}
    for (near, far), stated in edges.items():
        last = near
        for level in range(levels[near] + 1, levels[far]):
            way = _way(near, far, level)
            levels[way] = level
            ways.append(way)
            steps[last, way] = stated
            last = way
        steps[last, far] = stated
    return ways, steps


def _way(near: Key, far: Key, level: int) -> Key:
    return f"way {level}", repr(near), repr(far)


def _between(near: Key, far: Key, levels: Mapping[Key, int], ways: Sequence[Key]) -> list[Key]:
    wanted = [_way(near, far, level) for level in range(levels[near] + 1, levels[far])]
    return [way for way in wanted if way in ways]


def _line(points: Sequence[tuple[float, float]], wide: float, stated: bool) -> dict[str, Any]:
    """From a source to whoever cites it, with its arrow at the one who cites; straight past the columns between."""
    x, y = points[0][0] + wide, points[0][1] + _HIGH / 2
    head = f"M{x + 8:.1f} {y - 4:.1f}L{x + 1:.1f} {y:.1f}L{x + 8:.1f} {y + 4:.1f}z"
    path = f"M{x + 5:.1f} {y:.1f}"
    for place, (left, top) in enumerate(points[1:], 2):
        to, down = left, top + _HIGH / 2
        # papers that cite each other stand in one column: the line then bends round beside them
        bend = (to - x) / 2 if to > x else -30.0
        to = to if to > x else left + wide
        path += f"C{x + bend if to > x else x + 30:.1f} {y:.1f} {to - bend:.1f} {down:.1f} {to:.1f} {down:.1f}"
        x, y = to, down
        if place < len(points):
            x += wide
            path += f"H{x:.1f}"
    return {"d": path, "head": head, "stated": stated}
