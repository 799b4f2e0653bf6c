"""Rival explanations side by side, ordered by what speaks against them: what each says, and what would change it.

A question has two to five rivals. case.ratings says of each piece of evidence what it speaks against; here the marks
are laid together, the rivals put in order, and the order explained by the evidence that decides it. There is no score:
of two rivals that one stands first against which less speaks, counted in decisive pieces first and in others then, and
where nothing separates them the one that asks for less (reception, chance, one report) stands first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from darkwake.case import words
from darkwake.case.ratings import DECISIVE, SOME, Mark, Weight
from darkwake.evidence import Evidence, content_id

RANK = {"weak": 0, "fair": 1, "strong": 2}
"""Strengths of evidence, to order sentences by; nothing is added up."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One explanation, in words that are filled in with names and days."""

    question: str
    title: str
    says: str
    would_change: tuple[str, ...]


WHAT_SILENCE = "What did the silence mean?"
WHOSE_ENTRY = "Is it the ship of the list entry?"
HOW_CARGO = "How did the cargo go that is told of?"
WHAT_TOLD = "What do the tellings show?"
WHAT_SITE = "What happened at the site?"
WHOLE = "What do the voyages and silences mean, taken together?"

RIVALS: Mapping[str, Rival] = {
    # of one question the one that asks for least stands first; that order decides only where nothing else does
    "ordinary": Rival(
        WHOLE, "The ships went where they were heard to go, and their silences came from how ships are heard",
        "All of the silences came from reception: out of range, crowded, a receiver down.",
        ("One silence that hearing cannot explain decides against it; positions from another receiver that fill the "
         "silences would speak for it.",),
    ),
    "own reason": Rival(
        WHOLE, "Some silences were the ships' own, by a fault or by hand, and hid no call and no cargo",
        "A fault, work on the equipment, jamming, or a master who switched off for safety.",
        ("A recorded call, or an image of a ship at a berth in its silence, would decide against it.",
         "A report of a threat or of a fault in those hours would speak for it."),
    ),
    "badly heard": Rival(
        WHAT_SILENCE, "It was badly heard and went where it said",
        "Receivers did not reach it, or were down; {voyage}.",
        ("Positions of those hours from another receiver or a satellite that lie on its way would speak for it, others "
         "against.",),
    ),
    "not there": Rival(
        WHAT_SILENCE, "It had not called at {ports}: it went elsewhere, or was still at sea",
        "The call was not heard because it was not made, or not yet.",
        ("Positions of the days after it was last heard, or before it was first heard, would decide it.",),
    ),
    "other reason": Rival(
        WHAT_SILENCE, "It was silent for another reason and called nowhere",
        "A fault, work on the equipment, jamming, or a master who switched off for safety.",
        ("A report of a fault or of a threat in those hours would speak for it.",
         "A record of a call, or an image of the ship at a berth, would decide against it."),
    ),
    "two ships": Rival(
        WHAT_SILENCE, "Two ships sent under one number",
        "What looks like one ship's silence are the messages of two.",
        ("The static messages and images of both sides, compared in length and shape, would decide it.",),
    ),
    "met": Rival(
        WHAT_SILENCE, "It met another ship at sea",
        "It lay beside another ship, for stores, crew, fuel, help or cargo.",
        ("A radar or optical image of two ships side by side in those hours would decide it.",
         "The other ship's log or its draught before and after would speak for or against."),
    ),
    "called": Rival(
        WHAT_SILENCE, "It called at {ports} unheard",
        "It came in, lay there and went out while nobody heard it.",
        ("A record of the port, its agents, pilots or terminal for {when} would decide it.",
         "An image of the ship elsewhere in those hours would speak against it."),
    ),
    "another ship": Rival(
        WHOSE_ENTRY, "It is another ship than the one that the list names",
        "Name or number met by chance, were typed in wrongly, or the hull was sold.",
        ("The ship's register and classification society, by IMO number, would decide it.",),
    ),
    "not in force": Rival(
        WHOSE_ENTRY, "It is that ship, and the entry was not in force on those days",
        "The entry was added later, had ended, or is held void.",
        ("The list's publications of those days would decide it.",),
    ),
    "listed ship": Rival(
        WHOSE_ENTRY, "It is the ship that the list names, and the entry was in force",
        "The entry names this hull and stood on the days of the voyage.",
        ("Another hull with the same number, or a removal before the voyage, would decide against it.",),
    ),
    "one report": Rival(
        HOW_CARGO, "One report was retold; nothing else shows such a shipment",
        "The outlets lean on one origin, and no other kind of source saw a cargo.",
        ("A second origin with its own knowledge, or a paper of the cargo, would decide against it.",),
    ),
    "unheard ship": Rival(
        HOW_CARGO, "It went on a ship that these sources did not hear",
        "The shipment was made, by a ship that sent nothing, or on days and waters that the data do not cover.",
        ("Positions of more ships and days would speak for or against it.",),
    ),
    "carried here": Rival(
        HOW_CARGO, "It was carried by one of the ships told of here",
        "One of the ships that were at the place named in those days had it on board.",
        ("A bill of lading or manifest that names a ship would decide it.",),
    ),
    "retold": Rival(
        WHAT_TOLD, "One report was retold",
        "The outlets lean on one origin; how many print it says nothing.",
        ("A second origin with its own knowledge would decide against it.",),
    ),
    "otherwise": Rival(
        WHAT_TOLD, "It happened otherwise than most tell",
        "Some of its tellings are right, and they contradict the others.",
        ("The first report in its own language and with its day would show what was changed on the way.",),
    ),
    "as told": Rival(
        WHAT_TOLD, "It happened as most tell it", "The tellings agree in what counts.",
        ("A denial with a reason, or a record of those days that does not hold it, would speak against it.",),
    ),
    "surface": Rival(
        WHAT_SITE, "The surface changed only: paint, a season, parked goods, snow or shadow",
        "Images look different and the buildings stood as before.",
        ("An optical image of less than a metre a pixel, at the same season, would decide it.",),
    ),
    "not told": Rival(
        WHAT_SITE, "The images do not tell", "The series is too short, too coarse or too cloudy for these buildings.",
        ("More dates, or images of a finer pixel, would decide it.",),
    ),
    "changed": Rival(
        WHAT_SITE, "Buildings were {statuses}", "What the series shows of them is what happened there.",
        ("An analyst's reading of a fine optical image would speak for or against it.",),
    ),
    "moved": Rival(
        WHOLE, "Cargo went over the corridor on a ship told of here, for a part of its way unheard",
        "At least one of the ships took or left a cargo while nobody heard it.",
        ("A bill of lading, a port record or an image for one of the silences would decide it.",
         "Records of both ends that hold no such call would speak against it."),
    ),
}  # fmt: skip
ORDER = tuple(RIVALS)
HEARD_ENDS = "the voyage was the one that was heard at both ends"
UNHEARD_ENDS = "it went where its positions before and after lead"
"""What a badly heard ship did: where both its calls were heard, and where an end of the voyage was not."""


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against a hypothesis, and how heavily."""

    evidence: str
    says: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class For:
    """What speaks for a hypothesis."""

    evidence: str
    says: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One rival with what was found of it."""

    id: str
    question: str
    title: str
    says: str
    against: tuple[Against, ...]
    for_: tuple[For, ...]
    neither: int
    """How many pieces of evidence were weighed and say nothing of it."""
    order: str
    would_change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The rivals in their order, what decides it, and every mark."""

    rows: tuple[Hypothesis, ...]
    decides: tuple[str, ...]
    marks: tuple[Mark, ...]


def compete(
    about: str,
    keys: Sequence[str],
    marks: Iterable[Mark],
    names: Mapping[str, str],
    items: Iterable[Evidence] = (),
) -> Weighed:
    """Lay rivals of one or more questions side by side.

    Args:
        about: what they are about; their ids are made from it.
        keys: words of RIVALS.
        marks: what each piece of evidence says of them.
        names: what fills the words of RIVALS: `ports`, `when`, `statuses`, and `voyage` where both ends were heard.
        items: the evidence that the marks are of: the strong stands first, and what is weak is never decisive.
    """
    of = {item.id: item for item in items}
    every = tuple(dict.fromkeys(_of_strength(mark, of.get(mark.evidence)) for mark in marks))
    rows: list[Hypothesis] = []
    decides: list[str] = []
    for question in dict.fromkeys(RIVALS[key].question for key in ORDER if key in keys):
        own = [key for key in ORDER if key in keys and RIVALS[key].question == question]
        given = {key: [mark for mark in every if mark.hypothesis == key] for key in own}
        placed = sorted(own, key=lambda key: (*_spoken_against(given[key]), ORDER.index(key)))
        deciding = _deciding(given)
        decides += deciding
        free = sum(not any(_spoken_against(given[key])) for key in placed)
        for place, key in enumerate(placed):
            before = given[placed[place - 1]] if place else None
            order = _order(place, len(placed), given[key], before) if free < max(len(placed), 2) else _UNTOLD
            rows.append(_row(about, key, given[key], order, names))
    return Weighed(tuple(rows), tuple(dict.fromkeys(decides)), every)


def _of_strength(mark: Mark, item: Evidence | None) -> Mark:
    if item is not None:
        mark = replace(mark, strength=item.strength, start=item.start)
    weak = mark.strength == "weak" and mark.weight == DECISIVE
    return replace(mark, weight=SOME) if weak else mark


def strongest(mark: Mark) -> tuple[bool, int, datetime]:
    """What stands first among reasons: the heavy, then the strong, then the early."""
    return mark.weight != DECISIVE, -RANK[mark.strength], mark.start or datetime.min


def _against(marks: Iterable[Mark]) -> dict[str, Weight]:
    """The evidence that speaks against, each piece once with its heavier weight."""
    found: dict[str, Weight] = {}
    for mark in marks:
        if mark.speaks == "against" and mark.weight and found.get(mark.evidence) != DECISIVE:
            found[mark.evidence] = mark.weight
    return found


def _spoken_against(marks: Iterable[Mark]) -> tuple[int, int]:
    weights = list(_against(marks).values())
    decisive = weights.count(DECISIVE)
    return decisive, len(weights) - decisive


def _deciding(given: Mapping[str, Sequence[Mark]]) -> list[str]:
    """The evidence that speaks against one rival and not against another, the heaviest first."""
    against = {key: _against(marks) for key, marks in given.items()}
    seen = list(dict.fromkeys(one for marks in against.values() for one in marks))
    apart = [one for one in seen if 0 < sum(one in marks for marks in against.values()) < len(against)]
    heavy = {one: any(marks.get(one) == DECISIVE for marks in against.values()) for one in apart}
    return sorted(apart, key=lambda one: (not heavy[one], one))


def _row(about: str, key: str, marks: Sequence[Mark], order: str, names: Mapping[str, str]) -> Hypothesis:
    rival = RIVALS[key]
    spoken = {mark.evidence for mark in marks if mark.speaks != "neither"}
    return Hypothesis(
        id=content_id("hypothesis", about, key),
        question=rival.question,
        title=rival.title.format_map(names),
        says=rival.says.format_map({"voyage": UNHEARD_ENDS} | dict(names)),
        against=tuple(
            Against(mark.evidence, mark.says, mark.weight)
            for mark in sorted(marks, key=strongest)
            if mark.speaks == "against" and mark.weight
        ),
        for_=tuple(For(mark.evidence, mark.says) for mark in sorted(marks, key=strongest) if mark.speaks == "for"),
        neither=len({mark.evidence for mark in marks} - spoken),
        order=order,
        would_change=tuple(line.format_map(names) for line in rival.would_change),
    )


_UNTOLD = (
    "Nothing that was found speaks against it, nor against any other of this question: nothing found tells them apart, "
    "and the one that asks for less is named first."
)


def _order(place: int, many: int, marks: Sequence[Mark], before: Sequence[Mark] | None) -> str:
    """Why it stands at its place, by the evidence that put it there."""
    decisive, some = _spoken_against(marks)
    where = "Stands first" if place == 0 else "Stands last" if place == many - 1 else "Stands between"
    if not decisive and not some:
        why = "nothing that was found speaks against it"
    else:
        pieces = words.count(decisive + some, "piece")
        heavy = f", {decisive:,} of them decisive" if decisive else ", none of them decisive"
        if decisive + some == 1:
            heavy = ", a decisive one" if decisive else ", not a decisive one"
        heaviest = min((mark for mark in marks if mark.speaks == "against"), key=strongest)
        why = f"{pieces} of evidence {'speaks' if decisive + some == 1 else 'speak'} against it{heavy}: {heaviest.says}"
    tied = before is not None and _spoken_against(before) == (decisive, some)
    tail = " As much speaks against the one before; that one asks for less." if tied else ""
    return f"{where}: {why.rstrip('.')}.{tail}"
