"""The silences as the page tells them: the sentence, the three tests, the facts, and what could explain each.

Nothing is judged here: verdicts and numbers come from the case; this puts them in words with units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from darkwake.case import around, findings, reach_map, strips, text
from darkwake.case.index import Index, Row, anchor
from darkwake.case.sections import citations, cites

VERDICTS = {
    "likely switched off": "other ships in the same water and hours were heard, and few are ever unheard for so long",
    "poor reception": "ships in this water, at one end of the silence or on its way, often go unheard for as long",
    "receiver outage": "the other ships there went unheard too: a receiver or its feed was down",
    "area-wide silence": "nearly every ship of an area fell silent at once, as under jamming; no single ship did",
    "identity change": "the positions before and after belong to different ships that sent one number",
    "cannot tell": "too few other ships, or too few messages, to say anything",
}
"""Each verdict and what it says, in the order of the page."""
TESTS = {
    "A": "the field's rule (more than 50 nm off shore)",
    "B": "its peers",
    "C": "the ship itself",
}
_LABELS = {
    "passages": "passages by others", "ships": "by ships", "unheard_as_long": "unheard as long",
    "long": "unheard as long", "peers": "others there then", "peers_heard": "of them heard", "p": "p, by rank",
    "q": "q, over all silences", "unheard_half_as_long": "unheard half as long", "half": "unheard half as long",
    "flagged": "switched off by this rule", "shore_m": "from shore", "hours": "unheard (hours)",
    "positions_12h_before": "positions in the 12 h before", "implied_kn": "speed it asks (knots)",
    "distance_m": "between its ends", "own_longest_silence_h": "its longest silence before (hours)",
    "own_kn": "its own speed (knots)", "course_deg": "course (°)", "off_course_m": "off its course",
    "start": "where it began", "end": "where it was heard again", "way": "on the way",
}  # fmt: skip
"""Words for the numbers of the tests, the most telling first; every other key is written out as it is."""
_ASIDE = ("inferred call", "draught")
"""Kinds of evidence that rest on a silence and have their own innocent explanations."""
_SAYS = ("says", "why", "because", "reason")
MOST_CELLS = 7
"""Numbers of a test, or of one of its sides, that stand beside its name; all of them stand in the fold."""
MOST_PORTS = 6


def gaps(index: Index) -> dict[str, Any]:
    """Gaps of the threads as panels, the others as rows, and how often each verdict was given."""
    told = list(dict.fromkeys(gap for row in index.threads for gap in index.thread_gaps[row["id"]]))
    # a ship that left the area tells less than one that was heard again, however long the data went on without it
    others = (gap for gap in index.gaps if gap["id"] not in index.told_gaps)
    rest = sorted(others, key=lambda gap: (not gap.get("end"), *_longest(gap)))
    given = Counter(str(index.silence[gap["id"]]["verdict"]) for gap in index.gaps if gap["id"] in index.silence)
    words = [word for word in VERDICTS if given[word]] + sorted(set(given) - set(VERDICTS))
    return {
        "told": [_panel(index, index.gap[gap], place < around.MOST_MAPS) for place, gap in enumerate(told)],
        "rest": [_row(index, gap) for gap in rest],
        "rest_open": sum(not gap.get("end") for gap in rest),
        "open": sum(not gap.get("end") for gap in index.gaps),
        "verdicts": [{"word": word, "n": given[word], "means": VERDICTS.get(word, "")} for word in words],
    }


def _longest(gap: Row) -> tuple[float, str]:
    given = (gap.get("details") or {}).get("hours")
    return (-given if isinstance(given, int | float) else 0.0, str(gap["id"]))


def _row(index: Index, gap: Row) -> dict[str, Any]:
    silence = index.silence.get(gap["id"]) or {}
    return {
        "anchor": anchor("gap", gap["id"]),
        "ship": index.short(gap["ship"]),
        "ship_anchor": anchor("ship", gap["ship"]),
        "start": text.seconds(gap["start"]) or index.span[0],
        "end": index.end(gap),
        "open": not gap.get("end"),
        "hours": strips.gap_hours(index, gap),
        "hours_sort": -_longest(gap)[0],
        "verdict": silence.get("verdict", "not weighed"),
        "says": silence.get("says", "This gap was not weighed."),
        "cites": cites(index, index.of_thing.get(gap["id"], [])),
    }


def _panel(index: Index, gap: Row, mapped: bool) -> dict[str, Any]:
    silence, details = index.silence.get(gap["id"]) or {}, dict(gap.get("details") or {})
    evidence = [index.evidence[key] for key in index.of_thing.get(gap["id"], [])]
    evidence = [item for item in evidence if item["kind"] not in _ASIDE]
    change = index.draught_changes.get(str(gap["id"]))
    innocent = list(dict.fromkeys(line for item in evidence for line in item.get("innocent") or []))
    first = evidence[0] if evidence else {}
    told = {"hours", "distance_m", "implied_kn", "open", "sea_m", "heard_12h_before"} | {
        f"{end}_{what}" for end in ("start", "end") for what in ("shore_m", "port")
    }
    more = [*((key, value) for key, value in details.items() if key not in told),
            *((key, silence[key]) for key in ("passages", "ships", "unheard_as_long", "p") if key in silence),
            *(silence.get("details") or {}).items()]  # fmt: skip
    return _row(index, gap) | {
        "map": around.drawn(index, gap) if mapped else None,
        "around": around.told(index, gap),
        "tests": tests(silence),
        "facts": facts(index, gap),
        "reach": reach(index, gap),
        "area": reach_map.drawn(index, gap) if mapped else None,
        "inferred": reach_map.inferred(index, [row for row in index.inferred if row.get("event") == gap["id"]]),
        "draught": change["says"] if change else "",
        "more": [(called(key), written(key, given)) for key, given in more],
        "innocent": innocent,
        "because": first.get("because"),
        "from": (gap["start"], text.position(gap["start_lat"], gap["start_lon"])),
        "to": (gap.get("end"), text.position(gap.get("end_lat"), gap.get("end_lon"))),
        "share": _share(silence),
        "sources": citations(index, gap.get("sources")),
        "threads": [
            {"anchor": anchor("thread", row["id"]), "title": row["title"]}
            for row in index.threads
            if gap["id"] in index.thread_gaps[row["id"]]
        ],
    }


def tests(silence: Row) -> list[dict[str, Any]]:
    """The three tests of a silence, each with its sentence and its first numbers; those that the case holds."""
    details = silence.get("details") or {}
    found = []
    for letter, name in TESTS.items():
        given = details.get(letter, details.get(letter.lower()))
        if not isinstance(given, Mapping):
            if letter != "B" or (silence.get("passages") is None and "peers" not in details):
                continue
            given = {key: silence[key] for key in ("passages", "ships", "unheard_as_long", "p") if key in silence}
            given |= {key: details[key] for key in ("peers", "peers_heard", "q") if key in details}
        says = next((str(given[key]) for key in _SAYS if isinstance(given.get(key), str) and given[key]), "")
        if isinstance(given.get("applies"), bool):
            applies = "Applies." if given["applies"] else "Does not apply."
            says = f"{applies} {says}".strip()
        plain = {key: value for key, value in given.items() if key not in (*_SAYS, "applies")}
        lines = [_line("", {key: value for key, value in plain.items() if not isinstance(value, Mapping)})]
        lines += [_line(called(key), value) for key, value in plain.items() if isinstance(value, Mapping)]
        found.append({"letter": letter, "name": name, "says": says, "lines": [line for line in lines if line["cells"]]})
    return found


def _line(name: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Some numbers of a test, those that have words of their own first."""
    order = {key: place for place, key in enumerate(_LABELS)}
    known = sorted((key for key, value in numbers.items() if value is not None), key=lambda key: order.get(key, 99))
    cells = [(called(key), written(key, numbers[key])) for key in known]
    return {"name": name, "cells": cells[:MOST_CELLS], "over": max(len(cells) - MOST_CELLS, 0)}


def facts(index: Index, gap: Row) -> list[tuple[str, str]]:
    """What is known of a gap beside its verdict, in words with units."""
    details = gap.get("details") or {}
    found = [("Unheard", strips.gap_hours(index, gap))]
    ways = [
        f"{text.miles(details[key])} {how}"
        for key, how in (("distance_m", "in a straight line"), ("sea_m", "by sea"))
        if _number(details.get(key))
    ]
    if ways:
        found.append(("Between its ends", ", ".join(ways)))
    if _number(details.get("implied_kn")):
        found.append(("Speed that this asks", f"{details['implied_kn']:.1f} knots"))
    for end, label in (("start", "Where it began"), ("end", "Where it ended")):
        if words := _place(details.get(f"{end}_shore_m"), details.get(f"{end}_port")):
            found.append((label, words))
    if words := _before(details):
        found.append(("Heard in the 12 hours before", words))
    return found


def _place(shore: Any, port: Any) -> str:
    """12 nautical miles from shore; nearest port Jask (IR), 18 nautical miles."""
    words = []
    if _number(shore):
        words.append(f"{text.miles(shore)} from shore" if shore > 0 else "on the shore line")
    if isinstance(port, Mapping) and port.get("name"):
        country = f" ({port['country']})" if port.get("country") else ""
        far = f", {text.miles(port['distance_m'])}" if _number(port.get("distance_m")) else ""
        words.append(f"nearest port {text.visible(str(port['name']), most=60)}{country}{far}")
    return "; ".join(words)


def _before(details: Row) -> str:
    """How often the ship was heard in the 12 hours before, and by what kind of receiver where that is known."""
    kinds, total = details.get("heard_12h_before"), details.get("positions_12h_before")
    if isinstance(kinds, Mapping):
        names = (("terrestrial", "by receivers on land"), ("satellite", "by satellite"),
                 ("unknown", "by receivers of unknown kind"))  # fmt: skip
        known = [(kinds[key], how) for key, how in names if isinstance(kinds.get(key), int)]
        every = total if isinstance(total, int) else sum(count for count, _ in known)
        parts = [f"{count:,} {how}" for count, how in known if count]
        return f"{every:,} positions" + (f": {', '.join(parts)}" if parts else "") if known else ""
    return f"{total:,} positions" if isinstance(total, int) else ""


def reach(index: Index, gap: Row) -> dict[str, Any] | None:
    """The ports at which the ship could have called unheard, those with the most hours to spare first."""
    rows = sorted(index.reach.get(gap["id"], []), key=lambda row: (-row["slack_h"], row["port"]))
    if not rows:
        return None
    ports = {row["port"] for row in index.case.get("ports", [])}
    named = [
        {
            "name": row["name"],
            "country": row.get("country"),
            "anchor": anchor("port", row["port"]) if row["port"] in ports else None,
            "slack": text.hours(row["slack_h"]),
            "there": text.miles(row["there_m"]),
        }
        for row in rows[:MOST_PORTS]
    ]
    return {"n": len(rows), "ports": named, "more": len(rows) - len(named), "speed": f"{rows[0]['speed_kn']:.1f} knots"}


def _share(silence: Row) -> dict[str, Any] | None:
    """How many passages of others were unheard as long, of how many, on the side that decided: drawn as a bar."""
    passages, as_long, where = silence.get("passages"), silence.get("unheard_as_long"), ""
    if side := findings.decided_by(str(silence.get("verdict")), silence.get("details") or {}):
        passages, as_long, where = side["passages"], side["long"], f" {side['where']}"
    if not passages or as_long is None:
        return None
    wide = round(min(as_long / passages * 100, 100.0), 3)
    return {"passages": passages, "as_long": as_long, "where": where, "w": wide}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def called(key: str) -> str:
    """A key of a test or an event in words."""
    if key.upper() in TESTS:
        return f"Test {key.upper()}"
    if key not in _LABELS and key.endswith("_m"):
        return text.words(key[:-2])
    return _LABELS.get(key) or text.words(key)


def written(key: str, value: Any, name: Callable[[str], str] = called) -> str:
    """A number of a test or an event, or a list or table of them, as one readable line; `name` words the keys."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name(str(one))}: {written(str(one), item, name)}" for one, item in value.items()) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        listed = ", ".join(written("", item, name) for item in value[:12])
        return (listed or "none") + (f" … ({len(value)})" if len(value) > 12 else "")
    if key.endswith("_m") and _number(value):
        return text.miles(value)
    if isinstance(value, float) and 0 < value < 0.0001:
        return "less than 1 in 10,000"  # a chance or a share; 5.52e-05 says nothing to most readers
    return str(text.shown(value))
