"""Invented stories, each with what makes counting sources hard: re-tellings, lost hedges, look-alikes, disputes.

A story writes a few articles at the desk. What is said twice is said in other words; what differs differs on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from darkwake.synth.newsroom import Desk, Said, Scene
from darkwake.synth.outlets import Draft
from darkwake.synth.retelling import Speaker, pick
from darkwake.synth.wordings import (
    DENIAL,
    DIRECT,
    DIRECT_VIA,
    DOCUMENT,
    INDIRECT,
    MIXED,
    NON_DENIAL,
    OPINIONS,
    PLAIN,
    TOLD_US,
    UNTRACED,
    VIA,
    VIA_ONLY,
    WITNESS,
)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def retold(desk: Desk) -> None:
    """Unnamed officials tell an agency; papers take it from there, lose the hedge, shift the day, hide the source."""
    scene = desk.scene("retold")
    thing, agency, source = scene.text("thing"), scene.agency, scene.officials
    tons, origin = desk.number(400, 4000, 100), f"unnamed:{agency}"

    own = desk.article(scene, agency, _after(scene.day, 3))
    first = desk.tell(own, scene, "told us", TOLD_US, "departure", cluster="departure", origin=origin, speaker=source,
                      when=desk.when(scene.day, own), amount=desk.amount(tons, "about", "ton", thing))  # fmt: skip
    second = desk.tell(own, scene, "again", INDIRECT[:7], "due", cluster="due", origin=origin, speaker=source)
    desk.fill(own, scene, 3)
    faithful = desk.article(scene, scene.papers[0], _after(scene.day, 4))
    desk.tell(faithful, scene, "via", VIA, "departure", cluster="departure", origin=origin, speaker=source,
              agency=agency, when=desk.when(scene.day, faithful),
              amount=desk.amount(tons, "about", "ton", thing))  # fmt: skip
    desk.tell(
        faithful, scene, "again", INDIRECT[:7], "due", cluster="due", origin=origin, speaker=source, agency=agency
    )
    desk.fill(faithful, scene, 2)
    _decline(desk, faithful, scene, scene.people[2])
    bold = desk.article(scene, scene.papers[1], _after(scene.day, 6))
    desk.fill(bold, scene, 1)
    desk.tell(bold, scene, "via only", VIA_ONLY, "departure", cluster="departure", origin=origin, agency=agency,
              when=desk.when(scene.day, bold, exact=False),
              amount=desk.amount(tons, "exactly", "ton", thing))  # fmt: skip
    desk.fill(bold, scene, 3)
    if desk.chance(0.7):
        copied = desk.article(scene, scene.papers[2], _after(scene.day, 3))
        desk.copy(copied, (first, second))
        desk.fill(copied, scene, 1)
    if desk.chance(0.6):
        shifted = desk.article(scene, scene.papers[3], _after(scene.day, 5))
        desk.tell(shifted, scene, "via only", VIA_ONLY, "departure", cluster="departure", origin=origin, agency=agency,
                  when=desk.when(_after(scene.day, 3), shifted),
                  amount=desk.amount(tons, "about", "ton", thing))  # fmt: skip
        desk.fill(shifted, scene, 2)
    if desk.chance(0.6):
        hidden = desk.article(scene, scene.papers[4], _after(scene.day, 7))
        desk.tell(hidden, scene, "untraced", UNTRACED, "departure", cluster="departure",
                  when=desk.when(scene.day, hidden), amount=desk.amount(tons, "about", "ton", thing))  # fmt: skip
        desk.fill(hidden, scene, 3)


def copied(desk: Desk) -> None:
    """A paragraph without any source, word for word in three papers."""
    scene = desk.scene("copied")
    key = "untraced:copied"
    count = desk.number(12, 90)
    own = desk.article(scene, scene.papers[0], _after(scene.day, 2))
    when = desk.when(scene.day, own, exact=True)
    first = desk.tell(own, scene, "untraced", UNTRACED, "order", cluster="order", when=when,
                      amount=desk.amount(count, "exactly", "container", scene.text("thing")))  # fmt: skip
    second = desk.tell(own, scene, "plain", PLAIN, "crew", cluster="crew")
    for one in (first, second):
        one.origin = key
    desk.fill(own, scene, 3)
    for paper in scene.papers[1 : 3 + desk.number(0, 1)]:
        other = desk.article(scene, paper, _after(scene.day, 2))
        desk.fill(other, scene, 2)
        desk.copy(other, (first, second))


def again(desk: Desk) -> None:
    """1,000 tons in one month, over 2,000 tons months later: the same firm, port and cargo, and two shipments."""
    scene = desk.scene("again")
    thing, agency = scene.text("thing"), scene.agency
    small, large = desk.number(600, 1500, 100), desk.number(1900, 3900, 100)
    later = _after(scene.day, desk.number(120, 260))
    one, two = scene.people[0], scene.people[1]
    ships = (scene.text("ship"), scene.text("ship") if desk.chance(0.4) else desk.ship())
    for at, paper in enumerate(scene.papers[:2]):
        draft = desk.article(scene, paper, _after(scene.day, 2 + at))
        frames, kind = ((INDIRECT, "said"), (VIA, "via"))[at]
        desk.tell(draft, scene, kind, frames, "departure", cluster="first", origin=f"person:{one.name}", speaker=one,
                  agency=agency if at else "", when=desk.when(scene.day, draft),
                  amount=desk.amount(small, "exactly", "ton", thing))  # fmt: skip
        desk.fill(draft, scene, 3)
    for at, paper in enumerate(scene.papers[2:5]):
        draft = desk.article(scene, paper, _after(later, 2 + at))
        desk.tell(draft, scene, ("said", "direct", "told us")[at], (INDIRECT, DIRECT, TOLD_US)[at], "departure",
                  cluster="second", origin=f"person:{two.name}", speaker=two, ship=ships[1],
                  when=desk.when(later, draft), amount=desk.amount(large, "over", "ton", thing))  # fmt: skip
        desk.fill(draft, scene, 2)
        if at != 1:
            desk.tell(draft, scene, "via", VIA, "departure", cluster="first", origin=f"person:{one.name}", speaker=one,
                      agency=agency, when=desk.when(scene.day, draft, exact=False),
                      amount=desk.amount(small, "exactly", "ton", thing))  # fmt: skip
        else:
            desk.tell(draft, scene, "said", INDIRECT, "total", cluster="total", origin=f"person:{two.name}",
                      speaker=two, amount=desk.amount(small + large, "over", "ton", thing))  # fmt: skip


def trips(desk: Desk) -> None:
    """The same ship with the same amount on the same way, in two months: only the day tells them apart."""
    scene = desk.scene("trips")
    person, thing = scene.people[0], scene.text("thing")
    tons, later = desk.number(300, 900, 50), _after(scene.day, desk.number(60, 110))
    for at, (paper, day) in enumerate(zip(scene.papers[:4], (scene.day, scene.day, later, later), strict=True)):
        draft = desk.article(scene, paper, _after(day, 2 + at % 2))
        desk.fill(draft, scene, 1)
        desk.tell(draft, scene, *_spoken(desk), "departure", cluster=("first", "second")[at // 2],
                  origin=f"person:{person.name}", speaker=person, when=desk.when(day, draft),
                  amount=desk.amount(tons, "exactly", "ton", thing))  # fmt: skip
        desk.fill(draft, scene, 2)


def convoy(desk: Desk) -> None:
    """Two ships on one day from one port with one kind of cargo."""
    scene = desk.scene("convoy")
    person, thing, other = scene.people[0], scene.text("thing"), desk.ship()
    tons = (desk.number(300, 900, 50), desk.number(1100, 1900, 50))
    for paper in scene.papers[:3]:
        draft = desk.article(scene, paper, _after(scene.day, desk.number(2, 5)))
        for side, ship in enumerate((scene.text("ship"), other)):
            desk.tell(draft, scene, *_spoken(desk), "departure", cluster=("first", "second")[side],
                      origin=f"person:{person.name}", speaker=person, ship=ship, when=desk.when(scene.day, draft),
                      amount=desk.amount(tons[side], "exactly", "ton", thing))  # fmt: skip
            desk.fill(draft, scene, 1)


def rounded(desk: Desk) -> None:
    """One delivery, once to the ton and once rounded: a paper and a person."""
    scene = desk.scene("rounded")
    thing, first = scene.text("thing"), scene.people[1]
    whole = desk.number(2000, 9000, 1000)
    tons = whole - desk.number(10, 40, 10)
    own = desk.article(scene, scene.papers[0], _after(scene.day, 4))
    desk.tell(own, scene, "document", DOCUMENT, "delivery", cluster="delivery", origin="document", speaker=scene.paper,
              when=desk.when(scene.day, own), amount=desk.amount(tons, "exactly", "ton", thing))  # fmt: skip
    desk.fill(own, scene, 2)
    for at, paper in enumerate(scene.papers[1:3]):
        draft = desk.article(scene, paper, _after(scene.day, 3 + 2 * at))
        said = desk.tell(draft, scene, ("direct", "said")[at], (DIRECT, INDIRECT)[at], "delivery", cluster="delivery",
                         origin=f"person:{first.name}", speaker=first, when=desk.when(scene.day, draft),
                         amount=desk.amount(whole, "about", "ton", thing))  # fmt: skip
        desk.further(draft, said, scene)
        desk.fill(draft, scene, 3)
    draft = desk.article(scene, scene.papers[3], _after(scene.day, 5))
    desk.tell(draft, scene, "via only", VIA_ONLY, "delivery", cluster="delivery", origin="document",
              agency=scene.papers[0], when=desk.when(scene.day, draft, exact=False),
              amount=desk.amount(whole, "about", "ton", thing))  # fmt: skip
    desk.fill(draft, scene, 3)


def disputed(desk: Desk) -> None:
    """Two offices count differently, and the firm says that it gave of its own accord what the others call seized."""
    scene = desk.scene("disputed")
    thing, one, two, firm = scene.text("thing"), *scene.people
    count = desk.number(30, 80)
    counts = (count, count + desk.number(4, 9))
    other_day = _after(scene.day, desk.number(1, 4)) if desk.chance(0.5) else scene.day
    who = f"the {scene.text('port')} customs service"
    days = (scene.day, other_day)
    for at, (paper, speaker) in enumerate(zip(scene.papers[:4], (one, two, one, two), strict=True)):
        draft = desk.article(scene, paper, _after(scene.day, 6 + at))
        side = at % 2
        desk.tell(draft, scene, *_spoken(desk), "seizure", cluster="seizure", origin=f"person:{speaker.name}",
                  speaker=speaker, who=who, when=desk.when(days[side], draft),
                  amount=desk.amount(counts[side], "exactly", "container", thing),
                  sides={"count": str(counts[side]), "framing": "seized"})  # fmt: skip
        desk.fill(draft, scene, 3)
        if at == 1:
            desk.tell(draft, scene, "said", INDIRECT, "handover", cluster="seizure", origin=f"person:{firm.name}",
                      speaker=firm, who=who, when=desk.when(scene.day, draft),
                      amount=desk.amount(counts[0], "exactly", "container", thing),
                      sides={"count": str(counts[0]), "framing": "handed over"})  # fmt: skip
            desk.fill(draft, scene, 1)


def blamed(desk: Desk) -> None:
    """Who stopped the ship, and on which day."""
    scene = desk.scene("blamed")
    one, two, _ = scene.people
    whos = (f"the {scene.text('country')} coastguard", f"the {scene.text('port')} harbour police")
    days = (scene.day, _after(scene.day, desk.number(0, 2)))
    for at, (paper, speaker) in enumerate(zip(scene.papers[:4], (one, two, one, two), strict=True)):
        draft = desk.article(scene, paper, _after(scene.day, 5 + at))
        side = at % 2
        desk.fill(draft, scene, desk.number(1, 2))
        said = desk.tell(draft, scene, *_spoken(desk, direct=at < 2), "detention", cluster="detention",
                         origin=f"person:{speaker.name}", speaker=speaker, who=whos[side],
                         when=desk.when(days[side], draft), sides={"actor": whos[side]})  # fmt: skip
        desk.further(draft, said, scene)
        _mixed(desk, draft, scene, speaker)
        desk.fill(draft, scene, 2)


def denied(desk: Desk) -> None:
    """A firm denies; a ministry is not familiar with the situation; another does not answer."""
    scene = desk.scene("denied")
    thing, one, other, firm = scene.text("thing"), *scene.people
    tons = desk.number(200, 3000, 100)
    for at, paper in enumerate(scene.papers[:4]):
        draft = desk.article(scene, paper, _after(scene.day, 4 + at))
        if at == 2:
            desk.fill(draft, scene, 2)
        kind, frames = (("told us", TOLD_US), ("via", VIA), ("said", INDIRECT), ("via", DIRECT_VIA))[at]
        mode = "direct via" if frames is DIRECT_VIA else kind
        desk.tell(draft, scene, mode, frames, "delivery", cluster="delivery", origin=f"person:{one.name}", speaker=one,
                  agency=scene.papers[0] if at in (1, 3) else "", when=desk.when(scene.day, draft),
                  amount=desk.amount(tons, "about", "ton", thing), sides={"denial": "asserted"})  # fmt: skip
        if at in (0, 2):
            desk.tell(draft, scene, "denial", DENIAL, "delivery", cluster="delivery", origin=f"person:{firm.name}",
                      speaker=firm, amount=desk.amount(tons, "about", "ton", thing),
                      sides={"denial": "denied"}, modality="denied")  # fmt: skip
        _decline(desk, draft, scene, other)
        desk.fill(draft, scene, 3)


def witnessed(desk: Desk) -> None:
    """A paper's own reporter on the spot, a document and an office: three origins; another takes from the first."""
    scene = desk.scene("witnessed")
    thing, person = scene.text("thing"), scene.people[0]
    tons = desk.number(100, 900, 10)
    paper = scene.papers[0]
    ways: Sequence[tuple[str, Sequence[str], Speaker | None, str, str]] = (
        ("witness", WITNESS, None, "", f"witness:{paper}"),
        ("document", DOCUMENT, scene.paper, "", "document"),
        ("direct", DIRECT, person, "", f"person:{person.name}"),
        ("via only", VIA_ONLY, None, paper, f"witness:{paper}"),
    )
    for at, (kind, frames, speaker, agency, origin) in enumerate(ways):
        draft = desk.article(scene, scene.papers[at], _after(scene.day, 1 + at))
        desk.tell(draft, scene, kind, frames, "delivery", cluster="delivery", origin=origin, speaker=speaker,
                  agency=agency, when=desk.when(scene.day, draft, exact=at < 3),
                  amount=desk.amount(tons, "exactly" if at else "at least", "ton", thing))  # fmt: skip
        desk.fill(draft, scene, 4)
    if desk.chance(0.5):
        draft = desk.article(scene, scene.papers[4], _after(scene.day, 6))
        desk.tell(draft, scene, "untraced", UNTRACED, "delivery", cluster="delivery", when=desk.when(scene.day, draft),
                  amount=desk.amount(tons, "exactly", "ton", thing))  # fmt: skip
        desk.fill(draft, scene, 2)


def reckoned(desk: Desk) -> None:
    """What a cargo is enough for, by one speaker and by another."""
    scene = desk.scene("reckoned")
    thing = scene.text("thing")
    tons = desk.number(500, 2500, 100)
    orchards = desk.number(120, 400, 10)
    load = desk.amount(tons, "exactly", "ton", thing)
    for at, paper in enumerate(scene.papers[:4]):
        speaker, many = ((scene.people[0], orchards), (scene.people[1], 2 * orchards + 30))[at % 2]
        draft = desk.article(scene, paper, _after(scene.day, 2 + at))
        desk.fill(draft, scene, 2)
        desk.tell(draft, scene, *_spoken(desk), "equivalence", cluster="equivalence", origin=f"person:{speaker.name}",
                  speaker=speaker, load=load, amount=desk.amount(many, "about", "orchard", role="equivalent"),
                  sides={"count": str(many)})  # fmt: skip
        desk.fill(draft, scene, 2)


def partial(desk: Desk) -> None:
    """The whole cargo, or a part of it."""
    scene = desk.scene("partial")
    one, two, _ = scene.people
    for at, (paper, speaker) in enumerate(zip(scene.papers[:3], (one, two, one), strict=True)):
        draft = desk.article(scene, paper, _after(scene.day, 3 + at))
        side = ("whole", "part")[at % 2]
        desk.tell(draft, scene, *_spoken(desk), side, cluster="unloading", origin=f"person:{speaker.name}",
                  speaker=speaker, when=desk.when(scene.day, draft), sides={"extent": side})  # fmt: skip
        desk.fill(draft, scene, 4)
        _mixed(desk, draft, scene, speaker)


def live(desk: Desk) -> None:
    """A live blog with many times, an article that takes from it, and a correction of a figure."""
    scene = desk.scene("live")
    person, thing = scene.people[0], scene.text("thing")
    count = desk.number(20, 70)
    own = desk.article(scene, scene.papers[0], _after(scene.day, 1), style=desk.number(0, 2))
    minute = desk.number(360, 600)
    said: list[Said] = []
    for step in range(5):
        own.paragraphs.append([])
        own.stamps[len(own.paragraphs) - 1] = f"{minute // 60:02d}:{minute % 60:02d}"
        minute += desk.number(9, 70)
        if step == 1:
            said.append(desk.tell(own, scene, "told us", TOLD_US, "delivery", cluster="delivery",
                                  origin=f"person:{person.name}", speaker=person, when=desk.when(scene.day, own),
                                  amount=desk.amount(count, "exactly", "container", thing)))  # fmt: skip
        elif step == 3:
            desk.tell(own, scene, "said", INDIRECT[:4], "due", cluster="due", origin=f"person:{person.name}",
                      speaker=person, to=pick(desk.rng, ("Nettlehithe Roads", "Upper Merrin")))  # fmt: skip
        else:
            desk.fill(own, scene, 1)
            own.paragraphs.pop()
    other = desk.article(scene, scene.papers[1], _after(scene.day, 2))
    desk.tell(other, scene, "via", VIA, "delivery", cluster="delivery", origin=f"person:{person.name}", speaker=person,
              agency=scene.papers[0], when=desk.when(scene.day, other),
              amount=desk.amount(count, "exactly", "container", thing))  # fmt: skip
    desk.fill(other, scene, 3)
    wrong = count + desk.number(3, 9)
    other.correction = pick(desk.rng, (
        f"Correction: An earlier version of this article said that there were {wrong} containers. There were {count}.",
        f"This article was amended after publication. It gave the number of containers as {wrong}; it is {count}.",
        f"Correction: The number of containers is {count}, not {wrong} as first published.",
    ))  # fmt: skip


def _spoken(desk: Desk, *, direct: bool = True) -> tuple[str, Sequence[str]]:
    ways: list[tuple[str, Sequence[str]]] = [("said", INDIRECT), ("said", INDIRECT), ("told us", TOLD_US)]
    return pick(desk.rng, [*ways, ("direct", DIRECT)] if direct else ways)


def _decline(desk: Desk, draft: Draft, scene: Scene, speaker: Speaker) -> None:
    desk.tell(draft, scene, "non-denial", NON_DENIAL, "", cluster="", origin=f"person:{speaker.name}", speaker=speaker)


def _mixed(desk: Desk, draft: Draft, scene: Scene, speaker: Speaker) -> None:
    desk.tell(draft, scene, "mixed", MIXED, "", cluster="", origin=f"person:{speaker.name}", speaker=speaker,
              opinion=pick(desk.rng, OPINIONS))  # fmt: skip


STORIES: Mapping[str, Callable[[Desk], None]] = {
    story.__name__: story
    for story in (
        retold,
        copied,
        again,
        trips,
        convoy,
        rounded,
        disputed,
        blamed,
        denied,
        witnessed,
        reckoned,
        partial,
        live,
    )
}
"""Every kind of story, in the order in which they are written."""
