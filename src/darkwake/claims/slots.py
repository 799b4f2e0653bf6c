"""Who does what to whom, where, in the words of a claim: what claims are later laid together by.

Over a parse the slots are read from the main predicate outwards; `slots_at` does the same for any word. Without a parse
they are read from the words alone (slots_of_words), with less and by rougher rules. Nothing is resolved here: a pronoun
fills no slot, and names stand as they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from darkwake.claims import predicates
from darkwake.claims.article import Span
from darkwake.claims.predicates import Predicate
from darkwake.claims.slot import MEASURES, PEOPLE_AND_SHIPS, PLACE_WORDS, Actor, Slots, places_in
from darkwake.claims.slots_of_words import slots_of_words
from darkwake.claims.tokens import Sentence, Token

_PLACE_KINDS = frozenset({"GPE", "LOC", "FAC"})
_NO_THING = frozenset({"PERSON", "DATE", "TIME", "PERCENT", "MONEY", "CARDINAL", "ORDINAL", "QUANTITY", *_PLACE_KINDS})
_TRUTH = {"true": False, "correct": False, "untrue": True, "false": True, "wrong": True, "incorrect": True}
"""What is said to be so, or not to be so."""
_SUBJECTS = ("nsubj", "csubj")
_PASSIVES = ("nsubjpass", "csubjpass")
_CLAUSES = frozenset({"relcl", "advcl", "ccomp", "acl", "csubj", "csubjpass", "parataxis", "conj"})
_NOMINAL = frozenset({"NOUN", "PROPN"})


class _Tree:
    """A parsed sentence with its children, seen through a window of words."""

    def __init__(self, tokens: Sequence[Token], window: Span) -> None:
        self.tokens = tokens
        self.inside = [window.start <= one.start and one.end <= window.end for one in tokens]
        self.children: list[list[int]] = [[] for _ in tokens]
        for place, one in enumerate(tokens):
            if one.head != place:
                self.children[one.head].append(place)

    def under(self, at: int, *labels: str) -> list[int]:
        """Children with one of those labels, inside the window."""
        return [one for one in self.children[at] if self.tokens[one].dep in labels and self.inside[one]]

    def conjoined(self, at: int) -> list[int]:
        """A word and those joined to it by "and"."""
        found = [at]
        for one in found:
            found += [child for child in self.under(one, "conj") if self.tokens[child].pos in _NOMINAL]
        return found

    @cached_property
    def tops(self) -> list[int]:
        """Words inside whose head is outside, or their own."""
        return [
            place
            for place, one in enumerate(self.tokens)
            if self.inside[place] and (one.head == place or not self.inside[one.head])
        ]


def slots(sentence: Sentence, content: Span, text: str) -> Slots:
    """The slots of a claim's words.

    Args:
        sentence: the sentence that holds them, with or without a parse.
        content: the words claimed; offsets into `text`.
        text: the article's text.
    """
    said = content.of(text).lower()
    harmless = any(phrase in said for phrase in predicates.NON_DENIALS)
    if not sentence.parsed:
        found = slots_of_words(sentence, content, text)
    else:
        tree = _Tree(sentence.tokens, content)
        at = _main(tree)
        if at is None:
            return Slots(places=places_in(content, text))
        found = _around(tree, at, content, text)
    if found.negated and harmless:
        return Slots(found.actors, found.places, found.things, found.predicate, found.predicate_class)
    return found


def slots_at(sentence: Sentence, at: int, text: str) -> Slots:
    """The slots around one word of a parsed sentence, whatever the main predicate of the sentence is."""
    tree = _Tree(sentence.tokens, sentence.span)
    token = sentence.tokens[at]
    reach = _clause(tree, at)
    window = Span(min(sentence.tokens[one].start for one in reach), max(sentence.tokens[one].end for one in reach))
    found = _around(tree, at, window, text)
    return found if found.predicate else Slots(found.actors, found.places, found.things, token.lemma.lower())


def _clause(tree: _Tree, at: int) -> list[int]:
    """The words under one word, without the clauses that hang on it."""
    found = [at]
    for one in found:
        found += [child for child in tree.children[one] if tree.tokens[child].dep not in _CLAUSES]
    return found


def _main(tree: _Tree) -> int | None:
    tops = list(tree.tops)
    for one in tops:  # a parser hangs words on a quotation mark now and then
        tops += tree.children[one] if tree.tokens[one].pos == "PUNCT" else []
    tops = [one for one in tops if tree.inside[one]]
    verbs = [one for one in tops if tree.tokens[one].pos in ("VERB", "AUX")]
    nouns = [one for one in tops if tree.tokens[one].pos in _NOMINAL]
    events = [one for one in nouns if predicates.of_noun(tree.tokens[one].lemma.lower())]
    if not verbs and not events:  # "the Grey Petrel, built in 1998, put out ...": a verb taken for an attribute
        verbs = [one for noun in nouns for one in tree.under(noun, "acl") if _tells(tree, one)][-1:]
    torn = next((verb for noun in nouns if (verb := _torn(tree, noun)) is not None), None)
    if torn is not None and not verbs:
        return torn
    # "the Grey Petrel, built in 1998, had left": what is told beside a name comes after what the sentence tells
    best = sorted(verbs, key=lambda one: tree.tokens[one].dep == "acl") or events or nouns
    return best[0] if best else None


def _torn(tree: _Tree, at: int) -> int | None:
    """The verb of a sentence whose subject a parser tore: "The Sepia | Dunlin carried", "The ship | Petrel left"."""
    if tree.tokens[at].pos != "PROPN" and tree.tokens[at].lemma.lower() not in PEOPLE_AND_SHIPS:
        return None
    for verb in tree.under(at, "relcl"):
        for one in tree.under(verb, "nsubj", "nsubjpass"):
            if tree.tokens[one].pos == "PROPN" and min([one, *tree.under(one, "compound")]) == at + 1:
                return verb
    return None


def _tells(tree: _Tree, at: int) -> bool:
    lemma = tree.tokens[at].lemma.lower()
    words = [tree.tokens[one].text.lower() for one in tree.under(at, "prt", "prep")]
    return bool(predicates.of_verb(lemma).kind) or any((lemma, one) in predicates.PHRASES for one in words)


def _descend(tree: _Tree, at: int) -> tuple[int, Predicate, list[int], bool]:
    """From the main verb to the word that tells the happening: its place, predicate, the verbs passed, if undone."""
    passed: list[int] = []
    undone = False
    while True:
        token = tree.tokens[at]
        lemma = token.lemma.lower()
        undone ^= bool(tree.under(at, "neg"))
        if token.pos in _NOMINAL:
            return at, predicates.of_noun(lemma) or Predicate(lemma, ""), passed, undone
        further = tree.under(at, "xcomp") + [
            one for one in tree.under(at, "ccomp") if lemma in predicates.UNDOING or tree.tokens[one].tag == "VBG"
        ]
        if further and (lemma in predicates.DEFERRING or lemma in predicates.UNDOING):
            undone ^= lemma in predicates.UNDOING
            passed.append(at)
            at = further[0]
            continue
        seen = (tree.under(at, "ccomp") or _seen(tree, at)) if lemma in predicates.PERCEIVING else []
        if seen:
            at = seen[0]
            continue
        if lemma in predicates.LIGHT:
            borne = [
                one
                for one in (*tree.under(at, "dobj"), *tree.under(at, "attr"), *tree.under(at, "nsubjpass"))
                if predicates.of_noun(tree.tokens[one].lemma.lower())
            ]
            if borne:
                passed.append(at)
                at = borne[0]
                continue
            like = tree.under(at, "acomp", "attr")
            said = tree.under(at, "ccomp", "csubj")
            if like and said and tree.tokens[like[0]].lemma.lower() in _TRUTH:
                undone ^= _TRUTH[tree.tokens[like[0]].lemma.lower()]  # "it was not true that the ship had left"
                at = said[0]
                continue
            if like and lemma == "be" and tree.tokens[like[0]].lemma.lower() in ("enough", "sufficient"):
                return at, Predicate("be enough", "suffice"), passed, undone
            if like and lemma == "be":
                return at, Predicate(f"be {tree.tokens[like[0]].lemma.lower()}", ""), passed, undone
        particle = [tree.tokens[one].text.lower() for one in tree.under(at, "prt", "advmod", "prep")]
        found = next((predicates.of_verb(lemma, one) for one in particle if (lemma, one) in predicates.PHRASES), None)
        return at, found or predicates.of_verb(lemma), passed, undone


def _seen(tree: _Tree, at: int) -> list[int]:
    """What was seen to happen, where a parser took "that" for what was seen: "saw that the Sepia | Dunlin brought"."""
    that = [one for one in tree.under(at, "dobj") if tree.tokens[one].text.lower() == "that"]
    names = [one for head in that for one in tree.under(head, "nsubj")]
    return [verb for name in names if (verb := _torn(tree, name)) is not None]


def _around(tree: _Tree, start: int, content: Span, text: str) -> Slots:
    at, predicate, passed, undone = _descend(tree, start)
    agents, targets, objects = _arguments(tree, at, passed)
    actors: list[Actor] = []
    for role, members in (("agent", agents), ("target", targets)):
        for one in members:
            actor = _named(tree, one, role, text)
            if actor and all(actor.start != other.start for other in actors):
                actors.append(actor)
    acting = {(actor.start, actor.end) for actor in actors if actor.role == "agent"}
    found_things = [_phrase(tree, one, text) for one in objects]
    none = any(_is_none(tree, one) for one in (*agents, *targets, *objects))
    return Slots(
        actors=tuple(actors),
        places=places_in(content, text, _place_names(tree, content, text, acting)),
        things=tuple(dict.fromkeys(one for one in found_things if one)),
        predicate=predicate.lemma,
        predicate_class=predicate.kind,
        negated=undone ^ none,
    )


def _is_none(tree: _Tree, at: int) -> bool:
    """Such as "no ship", "none of the ships"."""
    if tree.tokens[at].text.lower() in ("none", "nobody", "nothing"):
        return True
    no = [one for one in tree.under(at, "det") if tree.tokens[one].text.lower() in ("no", "neither")]
    return any(tree.tokens[one + 1].text.lower() not in ("more", "fewer", "less") for one in no)


def _arguments(tree: _Tree, at: int, passed: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Agents, targets and other objects, as places of their heads."""
    if tree.tokens[at].pos in _NOMINAL:
        agents, targets, objects = _of_noun(tree, at)
    else:
        agents, targets, objects = _of_verb(tree, at)
    for verb in reversed(passed):  # "began to ship", "carried out a search": the subject stands at the first verb
        if not agents:
            agents = [one for head in tree.under(verb, *_SUBJECTS) for one in tree.conjoined(head)]
        if not agents and not targets and tree.tokens[at].pos not in _NOMINAL:
            agents = [one for head in tree.under(verb, *_PASSIVES) for one in tree.conjoined(head)]
        agents += _by(tree, verb)
    agents = [one for one in agents if one != at]
    agents += [one for agent in agents for one in _whose(tree, agent)]
    return agents, targets, list(dict.fromkeys(_measured(tree, objects)))


def _whose(tree: _Tree, at: int) -> list[int]:
    """Whom people and boats act for: "officers of the Tarnish customs", "a patrol boat of the Tarnish coastguard"."""
    if tree.tokens[at].pos == "PROPN" or tree.tokens[at].lemma.lower() not in PEOPLE_AND_SHIPS:
        return []
    return [
        head
        for prep in tree.under(at, "prep")
        if tree.tokens[prep].text.lower() == "of"
        for head in tree.under(prep, "pobj")
        if _somebody(tree, head) or any(tree.tokens[one].pos == "PROPN" for one in tree.under(head, "compound", "nmod"))
    ]


def _by(tree: _Tree, at: int) -> list[int]:
    return [
        one for agent in tree.under(at, "agent") for head in tree.under(agent, "pobj") for one in tree.conjoined(head)
    ]


def _of_verb(tree: _Tree, at: int) -> tuple[list[int], list[int], list[int]]:
    token = tree.tokens[at]
    agents = [one for head in tree.under(at, *_SUBJECTS) for one in tree.conjoined(head)]
    targets = [one for head in tree.under(at, *_PASSIVES) for one in tree.conjoined(head)]
    if not agents and not targets and token.head != at and tree.inside[token.head]:
        agents, targets = _borrowed(tree, at)
    relative = {"which", "that", "who", "whom"}
    if token.dep == "relcl" and tree.inside[token.head]:
        agents = [token.head if tree.tokens[one].text.lower() in relative else one for one in agents]
        targets = [token.head if tree.tokens[one].text.lower() in relative else one for one in targets]
    agents += _by(tree, at)
    objects = list(targets)
    for one in tree.under(at, "dobj", "dative", "attr", "oprd"):
        members = tree.conjoined(one)
        objects += members
        targets += [member for member in members if _somebody(tree, member)]
    objects += _beside(tree, at, 3)
    return agents, [one for one in targets if _somebody(tree, one)], objects


def _borrowed(tree: _Tree, at: int) -> tuple[list[int], list[int]]:
    """Subjects of a verb without its own: of the verb it is joined to, or the noun it hangs on."""
    token, head = tree.tokens[at], tree.tokens[at].head
    if token.dep == "acl":
        return ([], [head]) if token.tag == "VBN" else ([head], [])
    if token.dep in ("conj", "xcomp", "advcl"):
        return (
            [one for first in tree.under(head, *_SUBJECTS) for one in tree.conjoined(first)],
            [one for first in tree.under(head, *_PASSIVES) for one in tree.conjoined(first)]
            if token.tag == "VBN"
            else [],
        )
    return [], []


def _of_noun(tree: _Tree, at: int) -> tuple[list[int], list[int], list[int]]:
    agents, targets, objects = list(tree.under(at, "poss")), [], []
    for prep in tree.under(at, "prep", "agent"):
        heads = [one for head in tree.under(prep, "pobj") for one in tree.conjoined(head)]
        word = tree.tokens[prep].text.lower()
        if word == "by":
            agents += heads
        elif word in ("of", "on", "against", "with"):
            targets += [one for one in heads if _somebody(tree, one)]
            objects += heads
            objects += [one for head in heads for one in _beside(tree, head, 1)]
    objects += [one for one in tree.under(at, "compound", "nmod") if tree.tokens[one].pos in _NOMINAL]
    return agents, targets, objects


def _beside(tree: _Tree, at: int, depth: int) -> list[int]:
    """What stands after prepositions under a word: "loaded with X", "carrying a cargo of X"."""
    if depth == 0:
        return []
    found: list[int] = []
    for child in tree.children[at]:
        if not tree.inside[child]:
            continue
        if tree.tokens[child].dep == "prep":
            heads = [one for head in tree.under(child, "pobj") for one in tree.conjoined(head)]
            found += heads
            found += [one for head in heads for one in _beside(tree, head, depth - 1)]
        elif tree.tokens[child].dep == "acl":
            found += [one for head in tree.under(child, "dobj") for one in tree.conjoined(head)]
        elif tree.tokens[child].dep in ("dobj", "nsubjpass", "nsubj"):
            found += _beside(tree, child, depth - 1)
    return found


def _measured(tree: _Tree, heads: list[int]) -> list[int]:
    """Measure words are left for what they measure: "1,000 tons of urea" gives "urea"."""
    found: list[int] = []
    for at in heads:
        inner = [
            one
            for prep in tree.under(at, "prep")
            if tree.tokens[prep].text.lower() == "of"
            for head in tree.under(prep, "pobj")
            for one in tree.conjoined(head)
        ]
        if tree.tokens[at].lemma.lower() not in MEASURES:
            found.append(at)
        found += [one for one in inner if tree.tokens[one].lemma.lower() not in MEASURES]
    return found


def _somebody(tree: _Tree, at: int) -> bool:
    token = tree.tokens[at]
    if token.entity in _NO_THING - {"PERSON", "GPE"}:
        return False
    return token.pos == "PROPN" or bool(token.entity) or token.lemma.lower() in PEOPLE_AND_SHIPS


def _bounds(tree: _Tree, at: int) -> tuple[int, int]:
    """First and last word of a head with what modifies it directly: the whole name, where it is one."""
    first = last = at
    for one in tree.children[at]:
        token = tree.tokens[one]
        if not tree.inside[one]:
            continue
        if token.dep in ("amod", "compound", "nmod") and one < at:
            first = min(first, _bounds(tree, one)[0])
        elif token.dep == "appos" and one > at and token.pos == "PROPN" and one - at <= 3:
            last = max(last, one)
    kind = tree.tokens[at].entity
    while kind and first > 0 and tree.tokens[first - 1].entity == kind and not tree.tokens[first].begins:
        first -= 1
    while kind and last + 1 < len(tree.tokens) and tree.tokens[last + 1].entity == kind:
        if tree.tokens[last + 1].begins or tree.tokens[last + 1].tag == "POS":
            break
        last += 1
    while first < at and (tree.tokens[first].pos in ("DET", "NUM", "PUNCT") or tree.tokens[first].tag == "POS"):
        first += 1
    while last > at and tree.tokens[last].pos == "PUNCT":
        last -= 1
    return first, last


def _named(tree: _Tree, at: int, role: str, text: str) -> Actor | None:
    token = tree.tokens[at]
    if token.pos not in _NOMINAL or token.entity in ("DATE", "TIME", "MONEY", "PERCENT"):
        return None
    if token.lemma.lower() in PLACE_WORDS and not token.entity:
        return None
    first, last = _bounds(tree, at)
    start, end = tree.tokens[first].start, tree.tokens[last].end
    return Actor(text[start:end], role, start, end)


def _phrase(tree: _Tree, at: int, text: str) -> str:
    """A thing with what modifies it; empty where it is a place, a person, a date, a number or a pronoun."""
    token = tree.tokens[at]
    if token.pos not in _NOMINAL or token.entity in _NO_THING or token.lemma.lower() in PLACE_WORDS:
        return ""
    first, last = _bounds(tree, at)
    return text[tree.tokens[first].start : tree.tokens[last].end]


def _place_names(tree: _Tree, content: Span, text: str, acting: set[tuple[int, int]]) -> list[Span]:
    """Names of places as the parser's model marks them, but for those that act."""
    found: list[Span] = []
    for one in tree.tokens:
        if one.entity not in _PLACE_KINDS or not content.holds(Span(one.start, one.end)):
            continue
        if found and not one.begins and text[found[-1].end : one.start].strip(" ") == "":
            found[-1] = Span(found[-1].start, one.end)
        elif one.pos != "DET":
            found.append(Span(one.start, one.end))
    return [
        one
        for one in found
        if not any(start <= one.start and one.end <= end for start, end in acting) and len(one.of(text)) > 1
    ]
