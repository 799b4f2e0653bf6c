"""The answer in at most five sentences, with the strongest reason against it.

In the order a reader asks: what moved and on which ships, was it dark, who is listed; then what it was and what
happened at the other end, and last who says so and what else could explain it. The first three stand alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from darkwake import country
from darkwake.case import goods_findings, whole, words
from darkwake.case.known import goods_key
from darkwake.case.thread import Thread
from darkwake.evidence import Evidence

Row = Mapping[str, Any]
_MOST = 12
"""Pieces of evidence that an answer names; the register holds all."""
_MOST_SITES = 3
_MOST_SENTENCES = 5


def answer(
    *,
    corridor: tuple[Sequence[str], Sequence[str]],
    period: tuple[Any, Any],
    chains: Sequence[Row],
    possible: int,
    threads: Sequence[Thread],
    evidence: Sequence[Evidence],
    ships: int,
    searched: str,
    sites: Sequence[str] = (),
    goods: Sequence[Row] = (),
    hypotheses: Row | None = None,
    named: int | None = None,
    happenings: int | None = None,
) -> dict[str, Any]:
    """What was found, in the order a reader asks: what moved, was it dark, who is listed, what it was, who says so.

    Args:
        corridor: countries or ports from and to; both empty where the case asks for none.
        period: first and last moment of the data that were looked at.
        chains: the voyages on the corridor, each with `ship`.
        possible: how many legs may have been such a voyage, with the call unheard.
        threads: all threads, in their order.
        evidence: all evidence of the case.
        ships: how many ships were in the data.
        searched: the lists with their dates and counts, empty where none was given.
        sites: what is told of each watched site, a sentence each.
        goods: the answers on goods, each with `asked` and `verdict`.
        hypotheses: the rivals for the whole case, as whole.weigh gives them.
        named: how many of the ships sent a name, an IMO number or a call sign; None where that was not counted.
        happenings: how many happenings the articles told of; None counts those that are evidence.

    Returns:
        `sentences` (three to five), `against` (one), `evidence` (the ids that they rest on).
    """
    told_of = [item for item in evidence if item.kind == "claim"]
    if not ships and (told_of or sites):
        return _without_ships(told_of, sites, goods, happenings)
    silences = [item for item in evidence if item.kind == "silence"]
    listed = [item for item in evidence if item.kind == "listing"]
    told = {thread.ship for thread in threads}
    on_way = [item for item in silences if int(item.subjects[0].key) in told] if any(corridor) else silences
    off = [item for item in on_way if item.data().get("verdict") == "likely switched off"]
    sentences = [
        _moved(corridor, period, chains, possible, ships),
        _dark(on_way, off, corridor),
        _listed(listed, searched, ships, named),
    ]
    more = (_what(goods, evidence, threads), _who(told_of, hypotheses or {}, happenings))
    sentences += [said for said in more if said]
    deciding = [row["evidence"] for row in (hypotheses or {}).get("matrix", ())][: _MOST - 1]
    rests_on = list(dict.fromkeys([*(item.id for item in (*off, *listed)), *deciding]))
    return {"sentences": sentences, "against": _against(on_way, off, listed), "evidence": rests_on}


VERDICTS: Mapping[str, str] = {
    "listed": "stood on a control list checked",
    "listed under conditions": "stood on a control list checked under conditions that were not compared",
    "not listed, stated precursor": "stood on no list checked and is stated to be a precursor of what does",
    "named, not listed": "was named in a list checked and not controlled by it",
    "HS lead": "met a list checked by its customs code only, which is a lead",
    "text lead": "met a list checked by words only, which is a lead",
    "not found in the lists checked": "was not found in the control lists checked, which is not the same as free",
}
"""Verdicts on goods, as the answer says them."""


def _what(goods: Sequence[Row], evidence: Sequence[Evidence], threads: Sequence[Thread]) -> str:
    """What it was, and what happened at the other end."""
    parts = [
        f"{goods_key(row)} {goods_findings.stood_on(row) or VERDICTS.get(str(row['verdict']), 'was looked up')}"
        for row in goods[:2]
    ]
    if len(goods) > 2:
        parts.append(f"{words.count(len(goods) - 2, 'more kind')} of goods are told of below")
    said = f"Of the goods asked about, {'; '.join(parts)}" if parts else ""
    changed = {item.id for item in evidence if item.kind == "site status" and "changes" in item.data()}
    watched = {str(item.data().get("site")) for item in evidence if item.kind == "site status"}
    if watched:
        reached = {key for thread in threads for key in thread.late}
        where = f"at {sorted(watched)[0]}" if len(watched) == 1 else f"at {len(watched):,} watched sites"
        cut = all(item.data().get("cell") for item in evidence if item.kind == "site status")
        site = f"{where} {words.count(len(changed), 'cell' if cut else 'building')} changed"
        if changed & reached:
            site += f", {len(changed & reached):,} of them perhaps after an arrival told of here"
        said = f"{said}; {site}" if said else f"{site[0].upper()}{site[1:]}"
    return f"{said}." if said else ""


def _who(told: Sequence[Evidence], hypotheses: Row, happenings: int | None) -> str:
    """Who says so, and what else could explain it."""
    parts = []
    if told:
        outlets = {name for item in told for name in item.data()["outlets"]}
        apart = sum(bool(item.data()["contradicted"]) for item in told)
        alone = sum(len(item.data()["outlets"]) > 1 and item.data()["most"] == 1 for item in told)
        every = words.count(len(told) if happenings is None else happenings, "happening")
        said = f"Articles of {words.count(len(outlets), 'outlet')} told of {every}"
        said += f", {alone:,} of them retold from one origin" if alone else ""
        parts.append(said + (f", {apart:,} with tellings that contradict each other" if apart else ""))
    rows = hypotheses.get("rows") or []
    best = [f"{title} ({against})" for _, title, against in whole.firsts(rows)]
    if rows and not best:
        apart_by = f"of {words.count(len(rows), 'explanation')} weighed, nothing found tells one from the others"
        parts.append(apart_by if parts else apart_by[0].upper() + apart_by[1:])
    if best:
        said = f"of {words.count(len(rows), 'explanation')} weighed, least is spoken against "
        said += "this one: " if len(best) == 1 else "these: "
        parts.append(f"{said if parts else said[0].upper() + said[1:]}{'; '.join(best)}")
    return "; ".join(parts) + "." if parts else ""


def _without_ships(
    told: Sequence[Evidence], sites: Sequence[str], goods: Sequence[Row], happenings: int | None
) -> dict[str, Any]:
    """The answer of a case that holds articles or sites, and no positions."""
    found: dict[str, Any] = _claimed(told, happenings) if told else {"sentences": [], "against": "", "evidence": []}
    if not told:
        found["sentences"] = ["The case holds neither ship positions nor articles."]
        found["against"] = (
            "A change in a series of images says that a surface looks different from before and from the ground round "
            "it; paint, a season or parked goods can do that, and no image says who did it or why."
        )
    what = _what(goods, (), ())
    found["sentences"] += [what] if what else []
    room = min(_MOST_SITES, _MOST_SENTENCES - len(found["sentences"]) - 1)
    found["sentences"] += sites[:room]
    more = len(sites) - room
    if more > 0 and len(found["sentences"]) < _MOST_SENTENCES:
        found["sentences"].append(f"{words.count(more, 'more site')} {'is' if more == 1 else 'are'} told of below.")
    return found


def _claimed(told: Sequence[Evidence], happenings: int | None) -> dict[str, Any]:
    """The answer of a case that holds articles and no positions."""
    outlets = {name for item in told for name in item.data()["outlets"]}
    retold = [item for item in told if len(item.data()["outlets"]) > 1]
    alone = [item for item in retold if item.data()["most"] == 1]
    apart = [item for item in told if item.data()["contradicted"]]
    were = "was" if len(retold) == 1 else "were"
    sentences = [
        f"The case holds no ship positions; articles of {words.count(len(outlets), 'outlet')} told of "
        f"{words.count(len(told) if happenings is None else happenings, 'happening')}.",
        f"{words.count(len(retold), 'happening')} {were} told by more than one outlet, "
        f"and {len(alone):,} of them {'goes' if len(alone) == 1 else 'go'} back to one origin.",
        f"In {len(apart):,} the tellings contradict each other; which of them holds is not decided here.",
    ]
    against = (
        "An article tells what somebody said, not what happened; outlets that name no source may share one, and a day "
        "or a number may have changed on its way."
    )
    return {"sentences": sentences, "against": against, "evidence": [item.id for item in (*alone, *apart)][:_MOST]}


def _moved(
    corridor: tuple[Sequence[str], Sequence[str]],
    period: tuple[Any, Any],
    chains: Sequence[Row],
    possible: int,
    ships: int,
) -> str:
    # the period ends at the instant after its last day
    last = period[1] - timedelta(microseconds=1) if period[1] else None
    when = f"Between {words.day(period[0])} and {words.day(last)}"
    if not any(corridor):
        return f"{when}, the sources held positions of {words.count(ships, 'ship')}; the case names no corridor."
    way = " ".join(
        f"{word} {words.listing([country.name(place) for place in places])}"
        for word, places in zip(("from", "to"), corridor, strict=True)
        if places
    )
    heard = [chain for chain in chains if not chain.get("inferred")]
    guessed = len(chains) - len(heard)
    by = len({chain["ship"] for chain in heard})
    if not heard:
        said = f"{when}, none of the {words.count(ships, 'ship')} in the sources was heard to make a voyage {way}"
    else:
        made = f"{words.count(by, 'ship')} of the {ships:,} in the sources"
        said = f"{when}, {made} made {words.count(len(heard), 'voyage')} {way}"
    if guessed:
        number = f"{guessed:,} more" if heard else words.count(guessed, "voyage")
        both = sum(all(chain.get("guessed") or (False,)) for chain in chains if chain.get("inferred"))
        ends = "at one end" if not both else "at both ends" if both == guessed else "at one end or both"
        said += f"; {number} may have been made, with a call that nobody heard {ends}"
    if possible:
        more = words.count(possible, "more leg" if chains else "leg")
        said += f"; {more} could have been one, with the call unheard"
    return said + "."


def _dark(silences: Sequence[Evidence], off: Sequence[Evidence], corridor: tuple[Sequence[str], Sequence[str]]) -> str:
    where = "On the ships told of here" if any(corridor) else "In all of the data"
    if not silences:
        return f"{where}, no silence was longer than the case asks for."
    closed = [item for item in silences if item.end is not None]
    unended = len(silences) - len(closed)
    kinds: dict[str, int] = {}
    for item in closed:
        verdict = item.data().get("verdict", "cannot tell")
        kinds[verdict] = kinds.get(verdict, 0) + 1
    rest = [
        {
            "poor reception": f"{number:,} in water where ships often go unheard",
            "receiver outage": f"{number:,} while the other ships there went unheard too",
            "area-wide silence": f"{number:,} while a whole area fell silent",
            "identity change": f"{number:,} between two different ships",
            "cannot tell": f"{number:,} that cannot be told",
        }[verdict]
        for verdict, number in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
        if verdict != "likely switched off"
    ]
    number = sum(item.end is not None for item in off)
    looked = f"{number:,} looked switched off" if number else "none looked switched off"
    tail = f"; {words.listing(rest)}" if rest else ""
    were = "silence was" if len(closed) == 1 else "silences were"
    said = f"{where}, {len(closed):,} {were} found, of which {looked}{tail}" if closed else ""
    if unended:
        # a ship that sailed out of the data's area leaves the same trace as one that fell silent
        of_them = f", {len(off) - number:,} of them looked switched off" if len(off) > number else ""
        gone = f"{words.count(unended, 'ship')} {'was' if unended == 1 else 'were'} not heard again before the data end"
        said = f"{said}; {gone}{of_them}" if said else f"{where}, no silence ended within the data; {gone}{of_them}"
    return f"{said}."


FEW_NAMED = 0.5
"""Below this share of ships with a name, an IMO number or a call sign, the answer says how little was compared."""


def compared(ships: int, named: int | None) -> str:
    """How many ships showed what lists go by, where those are few; empty where they are many or were not counted."""
    if named is None or not ships or named >= FEW_NAMED * ships:
        return ""
    shown = f"{named:,} of {words.count(ships, 'ship')}" if named else f"none of {words.count(ships, 'ship')}"
    return f"{shown} showed a name, an IMO number or a call sign, so hardly anything could be compared"


def _listed(listed: Sequence[Evidence], searched: str, many: int, named: int | None) -> str:
    if not searched:
        return "No list was loaded, so no ship was screened."
    sure = [item for item in listed if item.data()["rank"] in ("certain", "strong")]
    if not listed:
        little = compared(many, named)
        little = f"; {little}" if little else ""
        return f"No ship was found in the lists checked ({searched}){little}; that is not the same as clear."
    ships = sorted({item.subjects[0].label for item in sure})
    leads = len(listed) - len(sure)
    tail = f"{words.count(leads, 'weaker lead')} {'is' if leads == 1 else 'are'} listed below" if leads else ""
    if not ships:
        return f"No ship met an entry for certain in the lists checked ({searched}); {tail}."
    said = (
        f"{words.listing(ships)} met {'an entry' if len(ships) == 1 else 'entries'} of the lists checked ({searched})"
    )
    return f"{said}; {tail}." if tail else f"{said}."


def _against(silences: Sequence[Evidence], off: Sequence[Evidence], listed: Sequence[Evidence]) -> str:
    """The strongest reason against what the three sentences suggest, chosen by what they rest on most."""
    if off:
        worst = max(off, key=lambda item: (item.data().get("p") or 0.0, item.id))
        silence = worst.data().get("silence", {})
        p = worst.data().get("p")
        chance = f" (p = {p:.3f} for the least sure of them)" if p is not None else ""
        others = (
            f"; {silence['unheard_as_long']:,} other passages were as long" if silence.get("unheard_as_long") else ""
        )
        return (
            f"A silence that stands out among its peers{chance} may still be a fault, a crowded channel or a master "
            f"who switched off for safety, which the rules allow{others}. No position tells what was on board."
        )
    if listed:
        return (
            "A list entry names a hull or a name, and names are shared and changed: the match has to be checked "
            "against the ship's register. Being listed says nothing about this voyage's cargo."
        )
    if silences:
        return _of_silences(silences)
    return "Nothing was found to speak against; but what the sources do not cover, this case cannot see."


_HEARING = ("poor reception", "receiver outage", "area-wide silence")
"""Verdicts that explain a silence by where and how ships are heard."""


def _of_silences(silences: Sequence[Evidence]) -> str:
    """The reason against, where silences that did not look switched off are all there is."""
    verdicts = [str(item.data().get("verdict", "cannot tell")) for item in silences]
    heard, untold = sum(verdict in _HEARING for verdict in verdicts), verdicts.count("cannot tell")
    many = len(verdicts)
    if heard >= 0.9 * many:
        all_of = "all" if heard == many else "nearly all"
        return f"Silence in a thin feed is the rule: {all_of} of these are explained by where and how ships are heard."
    if untold > many / 2:
        return (
            f"{untold:,} of {words.count(many, 'silence')} cannot be told: too few other ships were heard there to "
            "compare with, so they speak neither for nor against anything."
        )
    return (
        f"{heard:,} of {words.count(many, 'silence')} are explained by where and how ships are heard, and "
        f"{untold:,} cannot be told for want of other ships to compare with."
    )
