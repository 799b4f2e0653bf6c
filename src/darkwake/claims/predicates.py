"""What a claim says was done: verbs and event nouns of this field in classes, and how classes stand together.

An own table, written for reports on shipping, sanctions and business. A class holds words by which two papers may tell
the same happening ("seized", "interdicted", "the seizure"); its name is one of those words, never a judgement. Words
that are in no class keep their lemma and meet only themselves.

`FRAMES` lists classes by which the same happening is told *differently* (a ship "seized" or "handed over"): these may
stand in one cluster when everything else fits, and are then shown as a contradiction of framing. `TOGETHER` lists
classes that name stages of one journey or deal, which may stand in one cluster and contradict nothing.
"""

from __future__ import annotations

from typing import NamedTuple

VERBS: dict[str, str] = {
    "ship": "ship send export transport carry haul ferry smuggle dispatch import bring convey transfer",
    "deliver": "deliver supply provide furnish",
    "load": "load embark stow",
    "unload": "unload discharge offload land",
    "arrive": "arrive dock berth moor anchor reach enter call",
    "depart": "depart sail leave embark exit",
    "go dark": "vanish disappear",
    "transit": "transit cross pass travel navigate",
    "receive": "receive obtain accept get",
    "seize": "seize intercept interdict detain confiscate impound capture board commandeer hijack",
    "hand over": "surrender return relinquish cede hand",
    "arrest": "arrest jail imprison apprehend custody",
    "free": "free release liberate",
    "charge": "charge indict accuse prosecute sue",
    "convict": "convict sentence fine penalise penalize",
    "acquit": "acquit clear exonerate",
    "search": "search inspect raid examine check",
    "investigate": "investigate probe",
    "find": "find discover uncover detect identify spot locate recover",
    "buy": "buy purchase acquire procure order",
    "sell": "sell auction",
    "pay": "pay spend",
    "cost": "cost",
    "lend": "lend loan finance fund subsidise subsidize",
    "explode": "explode detonate erupt",
    "burn": "burn ignite blaze",
    "damage": "damage wreck hit harm batter",
    "destroy": "destroy demolish raze level flatten ruin obliterate",
    "attack": "attack strike bomb shell assault raid",
    "kill": "kill die perish murder",
    "injure": "injure wound hurt",
    "sink": "sink capsize founder",
    "collide": "collide crash ram",
    "build": "build construct erect assemble manufacture",
    "rebuild": "rebuild repair restore reconstruct renovate refurbish",
    "clear": "dismantle remove evacuate withdraw",
    "sanction": "sanction list designate blacklist embargo ban prohibit bar",
    "lift": "lift delist waive",
    "meet": "meet confer gather",
    "agree": "agree sign conclude ratify",
    "refuse": "refuse reject decline rebuff",
    "visit": "visit tour",
    "ask": "ask request demand urge call",
    "warn": "warn caution threaten",
    "promise": "promise pledge vow commit",
    "say": "say tell state announce declare add claim report note explain mention remark reveal disclose comment",
    "deny": "deny dispute refute",
    "confirm": "confirm verify acknowledge admit",
    "think": "think believe expect hope fear assume feel know understand suspect",
    "produce": "produce make mine refine generate process",
    "store": "store stockpile stock hold keep",
    "own": "own possess control",
    "operate": "operate manage run",
    "suffice": "suffice",
    "need": "need require lack",
    "use": "use consume employ",
    "launch": "launch unveil introduce release debut present showcase",
    "start": "start begin commence open initiate resume",
    "stop": "stop halt cease suspend end close shut discontinue cancel cut abandon",
    "delay": "delay postpone defer",
    "continue": "continue proceed persist",
    "rise": "rise increase grow climb jump gain surge soar rally rebound advance up",
    "fall": "fall drop decline decrease plunge tumble slump sink lose slide plummet shrink dip",
    "trade": "trade swap exchange",
    "earn": "earn profit",
    "hire": "hire appoint recruit name elect employ",
    "dismiss": "dismiss sack oust layoff",
    "resign": "resign quit retire",
    "merge": "merge combine ally partner",
    "split": "split separate divest",
    "fail": "fail collapse bankrupt default",
    "win": "win beat defeat",
    "invest": "invest",
    "plan": "plan intend aim propose want seek consider prepare",
    "help": "help assist aid rescue bail support back",
    "vote": "vote pass approve adopt enact",
    "file": "file submit apply",
    "develop": "develop design research",
    "test": "test try",
    "fly": "fly",
    "recall": "recall",
    "publish": "publish issue post print",
    "show": "show indicate demonstrate suggest",
}
"""Class -> verbs, as lemmas. A verb in two rows belongs to the first."""

NOUNS: dict[str, str] = {
    "ship": "shipment consignment cargo export import transport smuggling transfer",
    "deliver": "delivery supply",
    "load": "loading",
    "unload": "unloading discharge",
    "arrive": "arrival",
    "depart": "departure",
    "transit": "transit passage voyage crossing",
    "receive": "receipt",
    "seize": "seizure interception interdiction detention confiscation capture boarding hijacking",
    "hand over": "handover surrender return",
    "arrest": "arrest",
    "free": "release",
    "charge": "indictment accusation lawsuit",
    "convict": "conviction sentence",
    "search": "search inspection raid",
    "investigate": "investigation probe inquiry",
    "find": "discovery find detection",
    "buy": "purchase acquisition order procurement",
    "sell": "sale auction",
    "pay": "payment",
    "lend": "loan bailout",
    "explode": "explosion blast detonation",
    "burn": "fire blaze",
    "damage": "damage",
    "destroy": "destruction demolition",
    "attack": "attack strike airstrike bombing assault",
    "accident": "accident mishap",
    "kill": "death killing fatality",
    "injure": "injury casualty",
    "sink": "sinking",
    "collide": "collision crash",
    "build": "construction",
    "rebuild": "reconstruction repair restoration rebuilding",
    "clear": "removal evacuation withdrawal",
    "sanction": "sanction designation embargo ban listing",
    "meet": "meeting summit talks conference",
    "agree": "agreement deal contract treaty accord",
    "refuse": "refusal rejection",
    "visit": "visit",
    "ask": "request demand",
    "warn": "warning threat",
    "promise": "pledge commitment",
    "say": "statement announcement declaration report claim comment remark news",
    "deny": "denial",
    "confirm": "confirmation",
    "produce": "production output",
    "store": "storage stockpile",
    "launch": "launch unveiling introduction",
    "start": "start beginning opening",
    "stop": "halt suspension closure cancellation shutdown end cut",
    "delay": "delay",
    "rise": "rise increase growth gain rally rebound",
    "fall": "fall drop decline decrease plunge slump loss",
    "trade": "trade trading",
    "hire": "appointment election",
    "dismiss": "dismissal layoff",
    "resign": "resignation",
    "merge": "merger alliance partnership",
    "fail": "bankruptcy collapse failure crisis",
    "invest": "investment",
    "plan": "plan proposal",
    "help": "aid assistance rescue",
    "vote": "vote approval",
    "develop": "development",
    "test": "test",
    "fly": "flight",
    "recall": "recall",
}
"""Class -> nouns that name such a happening, as lemmas."""

PHRASES: dict[tuple[str, str], tuple[str, str]] = {
    ("hand", "over"): ("hand over", "hand over"),
    ("turn", "over"): ("turn over", "hand over"),
    ("give", "up"): ("give up", "hand over"),
    ("give", "back"): ("give back", "hand over"),
    ("shut", "down"): ("shut down", "stop"),
    ("lay", "off"): ("lay off", "dismiss"),
    ("step", "down"): ("step down", "resign"),
    ("bring", "down"): ("bring down", "fall"),
    ("switch", "off"): ("switch off", "go dark"),
    ("turn", "off"): ("turn off", "go dark"),
    ("blow", "up"): ("blow up", "explode"),
    ("go", "off"): ("go off", "explode"),
    ("set", "off"): ("set off", "depart"),
    ("go", "up"): ("go up", "rise"),
    ("go", "down"): ("go down", "fall"),
    ("take", "over"): ("take over", "buy"),
    ("break", "out"): ("break out", "burn"),
    ("catch", "fire"): ("catch fire", "burn"),
    ("rule", "out"): ("rule out", "deny"),
    ("run", "aground"): ("run aground", "ground"),
    ("put", "out"): ("put out", "depart"),
    ("put", "in"): ("put in", "arrive"),
}
"""Verb and particle -> lemma and class."""

_LIGHT_WORDS = """
be have do make take give hold conduct carry place put see suffer cause undergo launch begin start continue finish
complete stop keep
"""
LIGHT = frozenset(_LIGHT_WORDS.split())
"""Verbs that lend their happening to their object: "made a delivery", "carried out a search", "began loading"."""

_DEFERRING_WORDS = """
want plan intend aim hope expect try attempt seek begin start continue stop cease agree decide need help manage
appear seem happen tend use go fail refuse decline threaten promise vow pledge prepare schedule order allege report
believe understand say know suspect think rumour rumor set
"""
DEFERRING = frozenset(_DEFERRING_WORDS.split())
"""Verbs whose open complement tells what was done: "planned to ship", "is believed to have sailed"."""

_PERCEIVING_WORDS = """
see hear watch notice note observe witness learn emerge understand
"""
PERCEIVING = frozenset(_PERCEIVING_WORDS.split())
"""Verbs whose clause tells what happened: "a reporter saw that it was unloaded", "it emerged that it had sailed"."""

_UNDOING_WORDS = """
fail refuse decline never deny
"""
UNDOING = frozenset(_UNDOING_WORDS.split())
"""Of those, the ones that say it was not done."""

NON_DENIALS = (
    "declined to comment",
    "refused to comment",
    "would not comment",
    "did not comment",
    "did not immediately",
    "did not respond",
    "no comment",
    "not familiar",
    "unfamiliar with",
    "not aware",
    "unaware of",
    "no knowledge",
    "no information",
    "could not be reached",
    "could not confirm",
    "could not verify",
    "could not be verified",
    "could not independently",
    "cannot confirm",
    "unable to confirm",
    "unable to verify",
    "not been able to",
    "neither confirm",
    "neither confirmed",
)
"""Words that say nothing of whether a thing happened: no denial, whatever "not" stands in them."""

FRAMES: dict[frozenset[str], bool] = {
    frozenset({"seize", "hand over"}): False,
    frozenset({"seize", "search"}): False,
    frozenset({"seize", "buy"}): True,
    frozenset({"attack", "accident"}): True,
    frozenset({"explode", "accident"}): False,
    frozenset({"attack", "explode"}): False,
    frozenset({"attack", "burn"}): False,
    frozenset({"burn", "accident"}): False,
    frozenset({"attack", "collide"}): True,
    frozenset({"sink", "attack"}): False,
    frozenset({"dismiss", "resign"}): True,
    frozenset({"damage", "destroy"}): False,
    frozenset({"build", "rebuild"}): False,
    frozenset({"rise", "fall"}): True,
    frozenset({"arrest", "free"}): False,
    frozenset({"convict", "acquit"}): True,
    frozenset({"start", "stop"}): False,
    frozenset({"buy", "seize"}): True,
    frozenset({"refuse", "agree"}): True,
}
"""Pairs of classes that frame one happening differently, and whether both cannot be true as stated."""

TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"ship", "deliver", "load", "depart", "transit"}),
    frozenset({"ship", "deliver", "unload", "arrive", "receive", "transit"}),
    frozenset({"buy", "sell", "deliver", "agree"}),
    frozenset({"explode", "burn"}),
    frozenset({"find", "seize"}),
    frozenset({"kill", "injure"}),
)
"""Stages of one journey, deal or event, which one paper names by this word and another by that."""

_IRREGULAR = {
    "send": "sent", "carry": "carried carries", "bring": "brought", "leave": "left", "get": "got gotten getting",
    "find": "found", "buy": "bought", "sell": "sold", "pay": "paid", "spend": "spent", "lend": "lent",
    "hit": "hit hitting", "strike": "struck striking", "die": "died dying", "sink": "sank sunk", "build": "built",
    "rebuild": "rebuilt", "meet": "met", "withdraw": "withdrew withdrawn", "say": "said says", "tell": "told",
    "think": "thought", "feel": "felt", "know": "knew known", "understand": "understood", "hold": "held",
    "keep": "kept", "begin": "began begun beginning", "stop": "stopped stopping", "cut": "cut cutting",
    "shut": "shut shutting", "rise": "rose risen rising", "grow": "grew grown", "fall": "fell fallen",
    "lose": "lost losing",
    "win": "won winning", "fly": "flew flown flies", "show": "showed shown", "make": "made making",
    "run": "ran running",
    "drop": "dropped dropping", "dip": "dipped dipping", "ship": "shipped shipping", "plan": "planned planning",
    "deny": "denied denies denying", "supply": "supplied supplies",
    "transfer": "transferred transferring",
    "ban": "banned banning", "bar": "barred barring", "transit": "transited transiting", "refer": "referred",
    "swap": "swapped swapping", "quit": "quit quitting", "fit": "fitted", "try": "tried tries",
    "ram": "rammed ramming", "cancel": "cancelled canceled cancelling", "travel": "travelled traveled travelling",
    "fuel": "fuelled", "split": "split splitting", "set": "set setting", "give": "gave given giving",
    "take": "took taken taking", "put": "put putting", "go": "went gone goes", "break": "broke broken breaking",
    "catch": "caught", "beat": "beat beaten", "commit": "committed committing", "submit": "submitted submitting",
    "admit": "admitted admitting", "spot": "spotted spotting", "board": "boarded boarding", "lay": "laid",
    "be": "is are was were been being am", "have": "has had having", "do": "does did done doing",
    "level": "levelled leveled levelling", "see": "saw seen", "gain": "gained gaining",
}  # fmt: skip
_AMBIGUOUS_WORDS = """
ship ships left found made saw set laid hand people back up list name land house order level state
"""
_AMBIGUOUS = frozenset(_AMBIGUOUS_WORDS.split())
"""Forms that are too often another word to be taken for that verb without a parse."""


class Predicate(NamedTuple):
    """A verb's lemma or an event's noun, and its class; "" where none fits."""

    lemma: str
    kind: str


def _class_of(table: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, words in table.items():
        for word in words.split():
            found.setdefault(word, kind)
    return found


VERB_CLASS = _class_of(VERBS)
NOUN_CLASS = _class_of(NOUNS)
CLASSES = tuple(dict.fromkeys((*VERBS, *NOUNS)))
"""Every class, in the order of the tables."""


def _forms(verb: str) -> list[str]:
    """The inflected forms of a regular verb, and the irregular ones from the table."""
    forms = [verb, *_IRREGULAR.get(verb, "").split()]
    if verb.endswith("e"):
        forms += [f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        forms += [f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    elif verb.endswith(("s", "x", "z", "ch", "sh")):
        forms += [f"{verb}es", f"{verb}ed", f"{verb}ing"]
    else:
        forms += [f"{verb}s", f"{verb}ed", f"{verb}ing"]
    return forms


def _lexicon() -> dict[str, tuple[str, bool]]:
    """Form -> lemma, and whether it is a verb; verbs come before nouns."""
    found: dict[str, tuple[str, bool]] = {}
    for verb in (*VERB_CLASS, *sorted(LIGHT)):
        for form in _forms(verb):
            if form not in _AMBIGUOUS:
                found.setdefault(form, (verb, True))
    for noun in NOUN_CLASS:
        for form in (noun, f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"):
            found.setdefault(form, (noun, False))
    return found


LEXICON = _lexicon()
"""What the words alone can tell, where there is no parse: form -> lemma and whether it is a verb."""


def of_verb(lemma: str, particle: str = "") -> Predicate:
    """A verb, with its particle where it has one ("hand over")."""
    if particle and (lemma, particle) in PHRASES:
        return Predicate(*PHRASES[lemma, particle])
    return Predicate(lemma, VERB_CLASS.get(lemma, ""))


def of_noun(lemma: str) -> Predicate | None:
    """A noun that names a happening; None for any other noun."""
    kind = NOUN_CLASS.get(lemma)
    return None if kind is None else Predicate(lemma, kind)


def together(one: str, other: str) -> bool:
    """Whether two classes may be stages of one happening."""
    return any(one in stages and other in stages for stages in TOGETHER)


def framed(one: str, other: str) -> bool | None:
    """Whether two classes frame a happening so that both cannot be true; None where they are no such pair."""
    return FRAMES.get(frozenset((one, other)))
