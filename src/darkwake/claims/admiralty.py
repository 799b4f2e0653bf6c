"""The Admiralty code: how reliable the source is, and how credible the information, as two fields that never meet.

    proposed = propose(claim, origins=row_of_origins, contradictions=of_its_cluster, histories=histories_in(kept))
    row = grade(kept, claim["id"], "reliability", "B", because="...", author="A. Reader")
    grades(kept, claim["id"]).code                      # "B6": the other axis stays what it was

Reliability, A to F, is read off what a person recorded about the sources in the chain, and off nothing else: there is
no opinion on any outlet in here. Credibility, 1 to 6, is read off independent origins, contradictions and hedges, and
off nothing else. Neither reads the other. A proposal is no grade: until a person sets one, a claim is F6, cannot be
judged.

| reliability | where, for the worst known station of the chain |
|---|---|
| F | its last station is unnamed or unknown, or nobody recorded a history of it with at least 5 statements checked |
| E | every one of the statements checked proved wrong |
| D | more than a third |
| C | more than a tenth |
| B | fewer |
| A | never proposed: "no doubt" is a person's word |

| credibility | where |
|---|---|
| 6 | it asks rather than says; or fewer than 2 independent origins hold it and none stands hard against it |
| 5 | more origins stand hard against it than hold it |
| 4 | some stand hard against it, and no more than hold it |
| 3 | at least 2 hold it, and it is hedged, or something reads as if against it |
| 2 | at least 2 hold it, and nothing reads as if against it |
| 1 | never proposed: "confirmed" is a person's word |

The words of the code are those of NATO's AJP-2.1 and of the British and American manuals; they give no counts. The
counts in these tables are ours, and a proposal names the line of the table that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from darkwake.claims import rows
from darkwake.claims.ledger import Ledger, Version
from darkwake.claims.rows import Row
from darkwake.errors import WrongUse

Axis = Literal["reliability", "credibility"]
UNJUDGED: Mapping[Axis, str] = {"reliability": "F", "credibility": "6"}
WORDS: Mapping[str, str] = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
CHECKED_AT_LEAST = 5
"""Earlier statements of a source that were checked, below which nothing is proposed of it."""
_UNNAMED = ("unnamed", "unknown")


class History(NamedTuple):
    """What a person recorded of a source."""

    held: int
    failed: int
    author: str
    because: str


class Reason(NamedTuple):
    """Why a proposal is what it is, on one axis."""

    axis: Axis
    says: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the tables above give. It is shown beside the grade, and never becomes one by itself."""

    reliability: str
    credibility: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Grades:
    """What people set."""

    reliability: str
    credibility: str
    history: tuple[Version, ...]
    """Every grade on either axis, first to last, with its author, its reason, and what stands in its place."""

    @property
    def code(self) -> str:
        """Such as "F6"."""
        return self.reliability + self.credibility


def propose(
    claim: Mapping[str, Any],
    *,
    origins: Mapping[str, Any] | None = None,
    contradictions: Sequence[Mapping[str, Any]] = (),
    histories: Mapping[str, History] | None = None,
) -> Proposal:
    """What could be set, with the reasons.

    Args:
        claim: A row of schema.CLAIMS, with its chain.
        origins: The row of schema.ORIGINS of its cluster.
        contradictions: Rows of schema.CONTRADICTIONS; those of other claims are passed over.
        histories: What people recorded, by the name of the source as chains have it.
    """
    reliability, on_source = _reliability(claim["chain"], histories or {})
    credibility, on_information = _credibility(claim, origins, contradictions)
    reasons = [Reason("reliability", one) for one in on_source] + [Reason("credibility", one) for one in on_information]
    return Proposal(reliability, credibility, tuple(reasons))


def histories_in(kept: Ledger) -> dict[str, History]:
    """What people recorded of sources, as it now stands, by name."""
    return {
        row.of: History(row.body["held"], row.body["failed"], row.author, row.because)
        for row in kept.rows
        if row.kind == "history" and kept.current(row.of, "history") is row
    }


def grade(kept: Ledger, claim: str, axis: Axis, value: str, *, because: str, author: str) -> Row:
    """A person's grade on one axis, as a row for `ledger.append`; the other axis stays what it was.

    Raises:
        WrongUse: The ledger has no such claim, the value is none of the axis's, or reason or name are missing.
    """
    if axis not in rows.AXES:
        raise WrongUse(f"{axis!r} is no axis of the code", to_do=f"Use one of: {', '.join(rows.AXES)}")
    if kept.value(claim, "claim") is None:
        raise WrongUse(f"the ledger has no claim {claim!r}", to_do="Give the id of a claim")
    stands = kept.current(claim, axis)
    return rows.grade(claim, axis, value, because=because, author=author, replaces=stands.id if stands else "")


def grades(kept: Ledger, claim: str) -> Grades:
    """What people set of a claim; F6 where they set nothing, or withdrew it."""
    now = {axis: (kept.value(claim, axis) or {"value": unjudged})["value"] for axis, unjudged in UNJUDGED.items()}
    told = tuple(one for one in kept.history(claim) if one.row.slot in UNJUDGED)
    return Grades(now["reliability"], now["credibility"], told)


def _reliability(chain: Sequence[Mapping[str, Any]], histories: Mapping[str, History]) -> tuple[str, list[str]]:
    """Off the chain and what was recorded of its stations."""
    if not chain:
        return "F", ["nobody is named as saying it"]
    last = chain[-1]
    if last["kind"] in _UNNAMED:
        return "F", [f"it comes from {last['name'] or 'somebody'}, and is {last['kind']} at its beginning"]
    if last["name"] not in histories:
        return "F", [f"nobody recorded how earlier statements of {last['name']} turned out"]
    letters, reasons = [], []
    for name in dict.fromkeys(link["name"] for link in chain):
        if name not in histories:
            reasons.append(f"{name} stands between, and nobody recorded how its earlier statements turned out")
            continue
        letter = _letter(histories[name])
        letters.append(letter)
        reasons.append(_recorded(name, histories[name], letter))
    # F is no worse than E, it is no judgement: where one is missing there is none
    return "F" if "F" in letters else max(letters), reasons


def _letter(known: History) -> str:
    checked = known.held + known.failed
    if checked < CHECKED_AT_LEAST:
        return "F"
    if not known.held:
        return "E"
    return "D" if known.failed * 3 > checked else "C" if known.failed * 10 > checked else "B"


def _recorded(name: str, known: History, letter: str) -> str:
    count = (
        f"{known.author} recorded that of {known.held + known.failed} statements of {name} {known.held} proved right"
    )
    few = f", and fewer than {CHECKED_AT_LEAST} were checked" if letter == "F" else ""
    return f"{count} and {known.failed} wrong ({known.because.rstrip('.')}){few}: {letter}, {WORDS[letter]}"


def _credibility(
    claim: Mapping[str, Any], origins: Mapping[str, Any] | None, contradictions: Sequence[Mapping[str, Any]]
) -> tuple[str, list[str]]:
    """Off origins, contradictions and hedges."""
    if claim["modality"] == "asked":
        return "6", ["it asks, and says nothing that could be true"]
    own = [one for one in contradictions if claim["id"] in (one["a"], one["b"])]
    hard = {one["b"] if one["a"] == claim["id"] else one["a"] for one in own if one["hard"]}
    soft = [one for one in own if not one["hard"]]
    holding, against = _sides(claim["id"], hard, {one for pair in own for one in (pair["a"], pair["b"])}, origins)
    whose = "origin of its cluster holds" if holding == 1 else "origins of its cluster hold"
    reasons = [f"at least {holding} independent {whose} it"]
    if hard:
        claims = f"{len(hard)} claim stands" if len(hard) == 1 else f"{len(hard)} claims stand"
        whose = f"at least {against} other origin{'' if against == 1 else 's'}" if against else "no other origin"
        reasons.append(f"{claims} hard against it, of {whose}")
        return ("5" if against > holding else "4"), reasons
    if holding < 2:
        return "6", [*reasons, "nothing independent stands beside it to judge it by"]
    doubts = [f"it is hedged ({', '.join(claim['hedges'])})"] if claim["hedges"] else []
    doubts += [f"it is told as {claim['modality']}"] if claim["modality"] in ("alleged", "possible", "planned") else []
    doubts += [f"{len(soft)} claims read as if against it"] if soft else []
    return ("3" if doubts else "2"), [*reasons, *(doubts or ["nothing in its cluster reads as if against it"])]


def _sides(claim: str, hard: set[str], met: set[str], origins: Mapping[str, Any] | None) -> tuple[int, int]:
    """How many traced origins hold a claim and how many stand hard against it, both at least.

    An origin that is told now one way, now the other, holds it and does not stand against it: that is a difference of
    tellings. What is untraced counts for neither.
    """
    if origins is None:
        return 0, 0
    traced = [set(one["claims"]) for one in origins["origins"] if one["traced"]]
    holding = [one for one in traced if claim in one or one - met]
    against = [one for one in traced if one not in holding and one & hard]
    # so many of those listed may turn out to be one with another
    unsure = max(0, len(traced) - origins["least"])
    at_least_holding, at_least_against = (max(min(1, len(side)), len(side) - unsure) for side in (holding, against))
    return at_least_holding, at_least_against
