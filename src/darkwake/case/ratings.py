"""What a piece of evidence says about rival explanations: the rules, as one table to be read and argued with.

After Heuer's analysis of competing hypotheses: what matters is what a piece speaks *against*. One that fits every
explanation alike decides nothing, however striking it is. Each rule names a kind of evidence, what its numbers must be,
and the explanations it speaks against (and how heavily) and for; on all others it says nothing. Of the rules of one
kind the first whose numbers fit is the one that holds. No rule adds numbers up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from darkwake.evidence import Strength

Facts = Mapping[str, Any]
Weight = Literal["decisive", "some"]
DECISIVE: Weight = "decisive"
SOME: Weight = "some"
CALL_H = 6.0
"""Hours below which a call at a port leaves hardly time to come in, lie at a berth and go out: chosen, not measured."""
SURE_P = 0.02
"""Share of other passages that were unheard as long, up to which a silence that all others broke is decisive against
bad hearing. It is a choice; the sentence gives the figure."""
SURE_POSTERIOR, FAIR_POSTERIOR = 0.95, 0.8
"""As case.site_findings has them for strong and fair."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of evidence and its numbers -> what it speaks against, what for, and why."""

    kind: str
    when: str
    """The numbers, in words; for readers."""
    fits: Callable[[Facts], bool]
    against: Mapping[str, Weight]
    for_: tuple[str, ...]
    why: str
    """One sentence, filled in with the facts."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one piece of evidence says of one hypothesis."""

    evidence: str
    hypothesis: str
    speaks: Literal["against", "for", "neither"]
    weight: Weight | None
    says: str
    strength: Strength = "fair"
    """Of the evidence; `hypotheses.compete` fills it in."""
    start: datetime | None = None


def _verdict(*words: str) -> Callable[[Facts], bool]:
    return lambda fact: fact.get("verdict") in words


def _off_and_sure(fact: Facts) -> bool:
    p, peers = fact.get("p"), fact.get("peers") or 0
    return (
        fact.get("verdict") == "likely switched off" and p is not None and p <= SURE_P and peers >= 2
        and fact.get("peers_heard") == peers
    )  # fmt: skip


def _flipped(fact: Facts) -> bool:
    return {fact.get("before_state"), fact.get("after_state")} == {"laden", "ballast"}


def _any(fact: Facts) -> bool:  # noqa: ARG001  every rule is asked alike
    return True


def _posterior(fact: Facts) -> float:
    return float(fact.get("posterior") or 0.0)


RULES: tuple[Rule, ...] = (
    # --- what a silence meant ---
    Rule(
        "silence", "looked switched off, p <= 0.02, every other ship there was heard (two at least)", _off_and_sure,
        {"badly heard": DECISIVE}, (),
        "Of {peers} other ships there in the same hours {peers_heard} were heard, and {as_long} of {passages} passages "
        "were unheard as long (p = {p_said}); how ships are heard there did not explain the {hours}.",
    ),
    Rule(
        "silence", "looked switched off, otherwise", _verdict("likely switched off"), {"badly heard": SOME}, (),
        "It looked switched off: ships of its kind were seldom unheard so long there (p = {p_said}).",
    ),
    Rule(
        "silence", "the two sides are two ships", _verdict("identity change"),
        {"called": SOME, "badly heard": SOME, "other reason": SOME, "met": SOME}, ("two ships",),
        "The two sides of the silence belonged to different ships, so it was not one ship's silence.",
    ),
    Rule(
        "silence", "poor reception", _verdict("poor reception"), {}, ("badly heard",),
        "Weighed against other ships it came out as poor reception: how ships are heard in that water explained it.",
    ),
    Rule(
        "silence", "receiver outage or area-wide silence", _verdict("receiver outage", "area-wide silence"), {},
        ("badly heard",),
        "Other ships there fell silent in the same hours: the silence was not this ship's alone.",
    ),
    Rule(
        "silence", "cannot tell, or not weighed", _any, {}, (),
        "Too few other ships were heard there to compare with, so it fitted each explanation alike.",
    ),
    # --- a call in reach ---
    Rule(
        "reach", "less than 6 hours to spare at the port", lambda fact: fact["slack_h"] < CALL_H, {"called": SOME}, (),
        "At {speed} knots only {slack} were left over at {port}, hardly enough to come in, lie and go out.",
    ),
    Rule(
        "reach", "6 hours to spare or more", _any, {}, (),
        "At {speed} knots {slack} were left over at {port}; that it could have called is no sign that it did.",
    ),
    Rule(
        "inferred call", "two grounds or more and no other port in reach",
        lambda fact: fact["grounds"] >= 2 and not fact["others"],
        {"other reason": SOME, "not there": SOME}, ("called",),
        "{grounds_said} No other port was in reach.",
    ),
    Rule("inferred call", "fewer grounds, or other ports in reach", _any, {}, ("called",), "{grounds_said}"),
    # --- the draught across the silence ---
    Rule(
        "draught", "laden on one side, in ballast on the other", _flipped, {"badly heard": SOME, "other reason": SOME},
        ("called", "met"),
        "It sent {before} m before ({before_state}) and {after} m after ({after_state}): cargo was taken or left in "
        "between, if the crew typed it in rightly.",
    ),
    Rule(
        "draught", "the same before and after", lambda fact: fact.get("said") == "the same",
        {"called": SOME, "met": SOME}, (),
        "It sent {before} m before and {after} m after, no change; crews often leave it as it is.",
    ),
    Rule(
        "draught", "changed, but not from laden to ballast or back", _any, {}, (),
        "Its draught changed by {change} m; fuel, stores and ballast water can do that.",
    ),
    # --- others beside it ---
    Rule("meeting", "two ships heard side by side", _any, {}, ("met",),
         "The two were heard side by side; what was done there is not known."),
    Rule(
        "possible meeting", "no other silent ship could have been there", lambda fact: not fact["others"], {}, ("met",),
        "Of the silent ships only this one could have lain beside the drifting one; nothing shows that it did.",
    ),
    Rule(
        "possible meeting", "other silent ships could have been there too", _any, {}, (),
        "{others} other silent ships could have lain there too, so it says little of this one.",
    ),
    Rule(
        "identity in doubt", "one number in two places, or one IMO number on two ships, no crowd of others",
        lambda fact: fact.get("pattern") in ("two_places", "one_imo_two_ships") and not fact.get("disturbed"),
        {}, ("two ships",), "The number was heard on what looks like two ships.",
    ),
    Rule("identity in doubt", "otherwise", _any, {}, (),
         "Ships change names and flags openly; it fits each explanation alike."),
    Rule(
        "position in doubt", "many ships were displaced at once", lambda fact: bool(fact.get("disturbed")), {},
        ("other reason",), "Positions of many ships were false there at that time: satellite navigation was disturbed.",
    ),
    Rule("position in doubt", "this ship alone", _any, {}, (),
         "Positions that cannot be true are sent for many reasons; it fits each alike."),
    # --- claims that name the ship ---
    Rule(
        "claim of ship", "every telling denies it", lambda fact: fact["denied"], {"called": SOME}, (),
        "Somebody denied it, by name of the ship.",
    ),
    Rule(
        "claim of ship", "names the port or the goods too, not contradicted hard",
        lambda fact: fact["names_port_or_goods"] and not fact["contradicted"], {}, ("called",),
        "{outlets} told of the ship with the port or the goods, from {least} at least.",
    ),
    Rule("claim of ship", "otherwise", _any, {}, (),
         "It names the ship, and fits each explanation alike or is contradicted."),
    # --- whose the list entry is ---
    Rule(
        "listing", "certain", lambda fact: fact["rank"] == "certain" and not fact["contradicted"],
        {"another ship": DECISIVE}, ("listed ship",), "The match was certain: {because}.",
    ),
    Rule(
        "listing", "certain or strong, with particulars that do not agree",
        lambda fact: fact["rank"] in ("certain", "strong") and fact["contradicted"],
        {"another ship": SOME, "listed ship": SOME}, (),
        "The match was {rank}, and particulars did not agree: {contradicted}.",
    ),
    Rule(
        "listing", "strong", lambda fact: fact["rank"] == "strong", {"another ship": SOME}, ("listed ship",),
        "The match was strong: {because}.",
    ),
    Rule("listing", "fair or a weak lead", _any, {}, (),
         "The match was {rank}; ships share names, so it fitted either."),
    Rule(
        "standing", "in force on every day asked about", lambda fact: fact["words"] == ["in force"],
        {"not in force": DECISIVE}, ("listed ship",), "On each of the {days} asked about the entry stood on the list.",
    ),
    Rule(
        "standing", "not in force on any day asked about", lambda fact: fact["words"] == ["not in force"],
        {"listed ship": DECISIVE}, ("not in force",),
        "On none of the {days} asked about did the entry stand on the list.",
    ),
    Rule(
        "standing", "contested, cannot be told, or changing", _any, {}, (),
        "On the {days} asked about it was {words_said}: who asks decides.",
    ),
    # --- what is claimed ---
    Rule(
        "claim", "every telling denies it", lambda fact: fact["denied"],
        {"carried here": SOME, "unheard ship": SOME, "as told": SOME}, ("one report",),
        "All of its tellings deny it.",
    ),
    Rule(
        "claim", "contradicted hard", lambda fact: fact["contradicted"], {"as told": SOME}, ("otherwise",),
        "Its tellings contradict each other: {contradiction}",
    ),
    Rule("claim", "otherwise", _any, {}, ("as told",),
         "Its tellings do not contradict each other hard; that they agree is no proof."),
    Rule("origins", "three independent origins at least", lambda fact: fact["least"] >= 3, {"one report": DECISIVE}, (),
         "{least_said} at least told it that are not seen to lean on each other."),
    Rule("origins", "two independent origins at least", lambda fact: fact["least"] == 2, {"one report": SOME}, (),
         "{least_said} at least told it that are not seen to lean on each other."),
    Rule("origins", "one origin at most", lambda fact: fact["most"] <= 1, {}, ("one report",),
         "{outlets} told it, and as far as can be told it goes back to one origin."),
    Rule("origins", "one at least, more at most", _any, {}, (),
         "Between {least} and {most} origins told it; whether they lean on each other is not known."),
    # --- whether a ship of the data could have carried it ---
    Rule(
        "carrier", "a ship told of here was at the place named in those days, or could have called there unheard",
        lambda fact: bool(fact["ships"]), {}, ("carried here",),
        "{ships} called at {place} in those days, or could have unheard; no position tells what was on board.",
    ),
    Rule(
        "carrier", "what is told was over, or published as over, more than 90 days before the first position",
        lambda fact: fact.get("over") is not None, {"carried here": DECISIVE}, (),
        "What it tells of was over by {over}, more than 90 days before the first position of the case: no voyage told "
        "of here carried it.",
    ),
    Rule(
        "carrier", "the days that are stated lie outside those that the data cover",
        lambda fact: not fact["covered"], {}, (),
        "The positions do not cover the days that are stated, so no ship could be looked for.",
    ),
    Rule(
        "carrier", "days and place are stated and no ship told of here was there", lambda fact: bool(fact["stated"]),
        {"carried here": SOME}, ("unheard ship",),
        "No ship told of here was at {place} in the days that are stated, nor could have been unheard.",
    ),
    Rule("carrier", "no day or no place is stated", _any, {}, (),
         "It states no day or no place by which a ship could be looked for."),
    # --- what changed at a site ---
    Rule(
        "site status", "changed, posterior 0.95 or more, not by radar alone",
        lambda fact: bool(fact["status"]) and _posterior(fact) >= SURE_POSTERIOR and not fact["radar_alone"],
        {"surface": DECISIVE, "not told": DECISIVE}, ("changed",),
        "{label} was {status} with a posterior of {posterior_said} at its least certain date.",
    ),
    Rule(
        "site status", "changed, posterior 0.8 or more, radar alone",
        lambda fact: bool(fact["status"]) and _posterior(fact) >= FAIR_POSTERIOR and fact["radar_alone"],
        {"not told": SOME}, ("changed",),
        "{label} changed with a posterior of {posterior_said}; radar alone does not tell one status from another.",
    ),
    Rule(
        "site status", "changed, posterior 0.8 or more",
        lambda fact: bool(fact["status"]) and _posterior(fact) >= FAIR_POSTERIOR, {"surface": SOME, "not told": SOME},
        ("changed",), "{label} was {status} with a posterior of {posterior_said} at its least certain date.",
    ),
    Rule("site status", "changed, posterior below 0.8", lambda fact: bool(fact["status"]), {}, ("not told",),
         "{label} changed with a posterior of {posterior_said} only, which leaves it open."),
    Rule("site status", "no change found, some could not be assessed", lambda fact: bool(fact["unable"]), {},
         ("not told",),
         "{unchanged} buildings showed no change and {unable} could not be assessed."),
    Rule("site status", "no change found", _any, {"changed": SOME}, (), "{unchanged} buildings showed no change."),
)  # fmt: skip
"""The table. docs/decisions/0006-competing-hypotheses.md says why it is made so."""


def rule_of(kind: str, facts: Facts) -> Rule | None:
    """The rule that holds for such evidence with these numbers."""
    return next((rule for rule in RULES if rule.kind == kind and rule.fits(facts)), None)


def rated(evidence: str, kind: str, facts: Facts, hypotheses: tuple[str, ...]) -> list[Mark]:
    """What it says of each of the hypotheses; empty where no rule knows such evidence."""
    rule = rule_of(kind, facts)
    if rule is None:
        return []
    says = cut(rule.why.format_map(facts))
    found = []
    for one in hypotheses:
        if one in rule.against:
            found.append(Mark(evidence, one, "against", rule.against[one], says))
        else:
            found.append(Mark(evidence, one, "for" if one in rule.for_ else "neither", None, says))
    return found


MOST_SAID = 600
"""Characters of a sentence that is made from what sources say; a hostile one can be a megabyte long."""


def cut(says: str) -> str:
    """A sentence at a length that can be read, with a note on what was left out."""
    return says if len(says) <= MOST_SAID else f"{says[:MOST_SAID]} … ({len(says):,} characters in all)."
