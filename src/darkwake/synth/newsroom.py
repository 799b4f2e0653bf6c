"""The desk where invented stories are written up: draws the cast, words the sentences, keeps the truth beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from darkwake.synth import fleet, outlets, retelling, wordings
from darkwake.synth.outlets import Draft
from darkwake.synth.retelling import Amount, One, Speaker, Told, When, pick

HARD = {"date": True, "count": True, "actor": True, "extent": True, "denial": True, "framing": False}
"""Kinds of contradiction that are planted, and whether both sides cannot be true as stated."""


_MODES = {"direct": "direct", "direct via": "direct", "mixed": "mixed", "plain": "unattributed"}
_OBJECT = re.compile(r"(?:to|of|said|by|[Cc]iting|quoting|quoted|\(quoted\|cited\)|cited) \{S\}")
"""Where a frame has its speaker as an object: "according to she" is not said."""


@dataclass(slots=True)
class Scene:
    """The cast of one story."""

    name: str
    slots: dict[str, str | When | Amount]
    papers: list[str]
    agency: str
    day: date
    """Of the happening."""
    people: list[Speaker]
    """Two spokespeople of different offices, and one of the firm."""
    officials: Speaker
    paper: Speaker
    """A document."""

    def text(self, slot: str) -> str:
        """A slot that is plain text."""
        value = self.slots[slot]
        return value if isinstance(value, str) else value.text


@dataclass(slots=True)
class Said:
    """A claim as it is planted."""

    draft: Draft
    told: Told
    speaker: str
    chain: tuple[str, ...]
    kind: str
    """What way of saying it: "told us", "via", "untraced" ..."""
    cluster: str
    """Empty where the sentence is about no happening that is followed, such as "declined to comment"."""
    origin: str
    traced: bool
    sides: Mapping[str, str]
    """Where claims of the happening disagree: kind of contradiction -> what this one says."""
    modality: str = "asserted"


@dataclass(slots=True)
class Desk:
    """Writes one seed's articles."""

    seed: int
    names: Sequence[str]
    """The outlets that print."""
    rng: np.random.Generator = field(init=False)
    drafts: list[Draft] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    _left: dict[str, list[Any]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 61])

    def draw(self, kind: str, many: Sequence[One]) -> One:
        """One that was not drawn before, while there are any."""
        left: list[One] = self._left.setdefault(kind, [])
        if not left:
            left.extend(many[at] for at in self.rng.permutation(len(many)))
        return left.pop()

    def chance(self, share: float) -> bool:
        """True so often."""
        return bool(self.rng.random() < share)

    def number(self, low: int, high: int, step: int = 1) -> int:
        """A whole number between, both ends in."""
        return step * int(self.rng.integers(low // step, high // step + 1))

    # --- the cast ---

    def scene(self, name: str) -> Scene:
        """A fresh cast for a story."""
        firms = [f"{stuff.title()} {bird.title()} {kind}" for stuff, bird, kind in zip(
            fleet.STUFFS[1::2], fleet.BIRDS[::2], ("Shipping", "Line", "Trading", "Bulk Carriers", "Marine") * 2,
            strict=True)]  # fmt: skip
        port, to = self.draw("port", outlets.PORTS), self.draw("port", outlets.PORTS)
        firm = self.draw("firm", firms)
        slots: dict[str, str | When | Amount] = {
            "ship": self.ship(), "port": port, "to": to, "firm": firm, "maker": self.draw("firm", firms),
            "thing": self.draw("goods", outlets.GOODS), "country": pick(self.rng, outlets.COUNTRIES),
            "calls": f"{self.number(310, 4900):,}", "built": str(self.number(1984, 2019)),
            "staff": str(self.number(41, 960)), "crew": str(self.number(11, 26)),
        }  # fmt: skip
        order = [self.names[at] for at in self.rng.permutation(len(self.names))]
        day = date(self.number(2023, 2027), self.number(1, 12), self.number(4, 26))
        people = [
            self.person(f"the {port} Port Authority"), self.person(f"the {to} customs service"), self.person(firm),
        ]  # fmt: skip
        return Scene(
            name, slots, order, self.draw("agency", outlets.AGENCIES), day, people, self.officials(port), self.paper()
        )

    def ship(self) -> str:
        """A ship's name, as papers write it."""
        number = self.draw("ship", range(380))
        return fleet.invent(np.random.default_rng(0), number).name.title()

    def person(self, office: str) -> Speaker:
        """A spokeswoman, a director: with a name, an office, and ways to come back to her."""
        first, pronoun = self.draw("first name", outlets.FIRST_NAMES)
        last = self.draw("last name", outlets.LAST_NAMES)
        post = pick(self.rng, ("spokeswoman" if pronoun == "she" else "spokesman", "director", "head"))
        bare = office.removeprefix("the ")
        ways: tuple[str, ...] = (
            f"{first} {last}, {'the' if post == 'head' else 'a'} {post} of {office},",
            f"{bare} {post} {first} {last}",
        )
        if post.startswith("spokes"):
            ways += (f"{first} {last}, who speaks for {office},", f"{first} {last}, a {post} for {office},")
        return Speaker(
            f"{first} {last}", "person", ways, (last, last, last if post == "head" else f"the {post}", pronoun)
        )

    def officials(self, port: str) -> Speaker:
        """People without a name."""
        many = pick(self.rng, ("two", "three", "several"))
        who = pick(self.rng, ("port officials", "security officials", "shipping officials", "customs officers"))
        more = pick(self.rng, ("", " familiar with the shipment", f" in {port}", " who asked not to be named"))
        return Speaker(f"{many} {who}{more}", "unnamed", (f"{many} {who}{more}",), ("the " + who.split()[-1],))

    def paper(self) -> Speaker:
        """A document."""
        kind = pick(self.rng, ("bill of lading", "customs declaration", "cargo manifest", "port log", "delivery note"))
        return Speaker(kind, "document", (f"a {kind}",), ("the document", f"the {kind}"))

    # --- writing ---

    def article(self, scene: Scene, outlet: str, published: date, *, style: int | None = None) -> Draft:
        """An empty article."""
        number = len(self.drafts)
        kind = self.number(0, 3) if style is None else style
        file = f"{number:02d}-{outlet.lower().replace(' ', '-')}.{'txt' if kind == 3 else 'html'}"
        words = {key: value for key, value in scene.slots.items() if isinstance(value, str)}
        headline = pick(self.rng, wordings.HEADLINES).format(**words)
        author = f"{self.draw('byline first', outlets.FIRST_NAMES)[0]} {self.draw('byline last', outlets.LAST_NAMES)}"
        draft = Draft(
            file, outlet, author, published, headline[0].upper() + headline[1:],
            pick(self.rng, wordings.CAPTIONS).format(**words), kind % 3, [[]],
        )  # fmt: skip
        self.drafts.append(draft)
        return draft

    def when(self, day: date, draft: Draft, *, exact: bool = True) -> When:
        """The day as that paper writes it."""
        make = retelling.day_told if exact else retelling.month_told
        return make(self.rng, day, draft.published)

    def amount(self, value: int, comparator: str, unit: str, thing: str = "", *, role: str = "amount") -> Amount:
        """An amount, hedged as the comparator asks."""
        return retelling.amount_told(self.rng, value, comparator, unit, thing, role=role)

    def tell(
        self, draft: Draft, scene: Scene, kind: str, frames: Sequence[str], event: str, *, cluster: str,
        origin: str = "", speaker: Speaker | None = None, agency: str = "", when: When | None = None,
        amount: Amount | None = None, sides: Mapping[str, str] | None = None, modality: str = "asserted",
        **slots: str | Amount,
    ) -> Said:  # fmt: skip
        """One sentence at the end of the article. Without an origin it is untraced: the outlet stands for it."""
        given: dict[str, str | When | Amount] = {**scene.slots, **slots}
        given |= {"when": when} if when else {}
        given |= {"amount": amount} if amount else {}
        needs = frozenset(name for name, value in (("when", when), ("amount", amount)) if value)
        mode = _MODES.get(kind, "indirect")
        inner = retelling.clause(self.rng, event, given, needs=needs, wordings=wordings.CLAUSES) if event else ""
        inner = self._later(draft, inner, scene, slots)
        frame = pick(self.rng, [one for one in frames if _reads_well(one, inner, when)])
        report_day = draft.published - timedelta(days=self.number(0, 2))
        report_day = max(report_day, when.first) if when else report_day
        report = retelling.day_told(self.rng, report_day, draft.published, role="report")
        given |= {
            "S": self._named(draft, speaker, frame),
            "O": draft.outlet,
            "A": agency or draft.outlet,
            "rep": report,
        }
        had = "" if mode in ("direct", "unattributed") or self.chance(0.4) else "had "
        had = "had " if kind == "denial" else had
        if kind == "untraced" and "{had}" in inner and self.chance(0.35):
            frame, had = "{C}.", pick(self.rng, ("reportedly ", "allegedly "))
        told = retelling.told(self.rng, _gendered(frame, speaker), inner, given, mode=mode, had=had)
        through = (agency,) if agency and agency != draft.outlet else ()
        chain = (draft.outlet, *through, *((speaker.name,) if speaker else ()))
        said = Said(
            draft, told, chain[-1] if kind != "untraced" else "", chain, kind, cluster and f"{scene.name}/{cluster}",
            origin or f"untraced:{draft.outlet}", bool(origin), self._exact(sides, when), modality,
        )  # fmt: skip
        draft.paragraphs[-1].append(told)
        self.said.append(said)
        return said

    def _named(self, draft: Draft, speaker: Speaker | None, frame: str) -> str:
        if speaker is None:
            return ""
        key = (draft.file, speaker.name)
        again = key in self._seen
        self._seen.add(key)
        last = self.said[-1] if self.said and self.said[-1].draft is draft else None
        fit = last is not None and last.chain[-1] == speaker.name and not _OBJECT.search(frame)
        ways = [one for one in speaker.again if fit or one not in ("she", "he")]
        return pick(self.rng, ways if again else speaker.first)

    def _later(self, draft: Draft, inner: str, scene: Scene, slots: Mapping[str, object]) -> str:
        """The ship by its kind, where the article has named it and has no other."""
        before = " ".join(one.text for paragraph in draft.paragraphs for one in paragraph)
        if scene.name == "again" or "ship" in slots or scene.text("ship") not in before or not self.chance(0.4):
            return inner
        kind = pick(self.rng, ("vessel", "ship", "freighter"))
        return inner.replace("the freighter {ship}", "the {ship}").replace("the {ship}", f"the {kind}")

    @staticmethod
    def _exact(sides: Mapping[str, str] | None, when: When | None) -> dict[str, str]:
        told = dict(sides or {})
        if when and when.first == when.last and "denial" not in told:
            told["date"] = when.edtf
        return told

    def copy(self, draft: Draft, of: Iterable[Said]) -> None:
        """The same sentences word for word, in another paper that does not say so."""
        many = list(of)
        inherits = any(one.draft.outlet in one.told.text for one in many)
        for one in many:
            chain = (draft.outlet, *(one.chain if inherits else one.chain[1:]))
            copied = replace(one, draft=draft, chain=chain, kind="copied", speaker=chain[-1] if one.speaker else "")
            draft.paragraphs[-1].append(one.told)
            self.said.append(copied)

    def further(self, draft: Draft, said: Said, scene: Scene) -> None:
        """Let a direct quotation that closes its sentence run on over a second one."""
        if said.told.text.endswith("”") or "“" not in said.told.text:
            return
        words = {key: value for key, value in scene.slots.items() if isinstance(value, str)}
        more = pick(self.rng, wordings.FURTHER).format(**words)
        told = Told(f"“{more}”", (more,), mode="direct")
        draft.paragraphs[-1].append(told)
        self.said.append(Said(draft, told, said.speaker, said.chain, "running on", "", "", True, {}))

    def fill(self, draft: Draft, scene: Scene, count: int) -> None:
        """Sentences of background, in a paragraph of their own."""
        words = {key: value for key, value in scene.slots.items() if isinstance(value, str)}
        chosen = [int(at) for at in self.rng.permutation(len(wordings.FILLER)) if int(at) not in draft.filled][:count]
        draft.filled.update(chosen)
        made = [retelling.worded(self.rng, wordings.FILLER[at]).format(**words) for at in chosen]
        draft.paragraphs.append([Told(one[0].upper() + one[1:], ()) for one in made])
        draft.paragraphs.append([])


def _gendered(frame: str, speaker: Speaker | None) -> str:
    pronoun = "he" if speaker and "he" in speaker.again else "she"
    return frame.replace("(he|she)", pronoun)


def _reads_well(frame: str, inner: str, when: When | None) -> bool:
    """No "said on April 4, the ship", and no day of the report beside "today"."""
    fronted = inner.startswith(("{when}", "in all", "taken", "with {load}"))
    return not (fronted and _BARE.search(frame)) and not ("{rep}" in frame and when and when.text in _NEAR)


_BARE = re.compile(r"(?:said|\{[AOS]\},?) \{C\}")
"""Where a frame goes straight over into what is said."""
_NEAR = ("today", "yesterday")
