"""Rules over a parsed sentence: who says what in it.

Each rule begins at a cue (a verb, "according to", an adverb, a noun) and follows the parse to the source and to the
words said. What stands between quotation marks is added from `quotes`. A rule that finds no words said and no quotation
gives nothing; sayings that go on over sentences are put together in `speech`.
"""

from __future__ import annotations

from collections.abc import Sequence

from darkwake.claims import cues
from darkwake.claims.article import Span
from darkwake.claims.attribution import Attribution
from darkwake.claims.quotes import Quote
from darkwake.claims.tokens import Sentence
from darkwake.claims.tree import Tree

_TRIGGERS = frozenset(
    {
        *cues.FORMS,
        *cues.HANDED_ON,
        *cues.FRAMING,
        *cues.ACCUSING,
        *cues.ADVERBS,
        *cues.NOUNS,
        *cues.NO_ANSWER,
        "according",
    }
)
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_FINITE = ("VBD", "VBZ", "VBP", "MD")
_NAMES = ("NNP", "NNPS", "PRP", "DT", "NN", "NNS", "JJ", "PRP$")


def find(sentence: Sentence, text: str, quotes: Sequence[Quote]) -> list[Attribution]:
    """The sayings of one sentence; quotes are those that share a character with it."""
    tokens = sentence.tokens
    lowered = [token.text.lower() for token in tokens]
    if _TRIGGERS.isdisjoint(lowered):
        return []
    tree = Tree(tokens, lowered, text, [quote.span for quote in quotes], sentence.span)
    found: list[Attribution] = []
    for at, word in enumerate(lowered):
        if word not in _TRIGGERS:
            continue
        one = _at(tree, at, word)
        if one is not None:
            found.append(one)
    return found


def _at(tree: Tree, at: int, word: str) -> Attribution | None:
    if word == "according":
        return _according(tree, at)
    if word in cues.ADVERBS:
        return _adverb(tree, at)
    verb = tree.tokens[at].tag.startswith("VB")
    if verb and word in cues.NO_ANSWER:
        return _no_answer(tree, at)
    if verb and word in cues.HANDED_ON:
        return _handed_on(tree, at)
    if verb and word in cues.ACCUSING and (one := _accused(tree, at)):
        return one
    if verb and word in cues.FRAMING:
        return _framed(tree, at)
    if verb and word in cues.FORMS:
        return _verb(tree, at, cues.FORMS[word])
    if word in cues.NOUNS and not verb:
        return _noun(tree, at)
    return None


def _verb(tree: Tree, at: int, lemma: str) -> Attribution | None:
    what = cues.WHAT[lemma]
    token = tree.tokens[at]
    if token.dep in ("aux", "auxpass", "amod", "compound"):
        return None
    if tree.child(at, "auxpass") is not None or (token.tag == "VBN" and tree.shares_passive(at)):
        return _passive(tree, at, lemma)
    if tree.quoted_as_saying(at):
        source = tree.quoted(at)
        clause = _clause(tree, at, "s")
        return _make(tree, at, source, clause, "quoted as saying", direct=True) if clause and source else None
    if lemma == "point" and "out" not in (tree.lowered[one] for one in tree.children[at]):
        return None
    source = tree.subject(at)
    if source is None and "s" in what and (turned := _turned_round(tree, at)) is not None:
        return turned
    if (one := _as(tree, at, source)) is not None:
        return one
    clause = _clause(tree, at, what) or (_loose(tree, at) if source else None)
    if clause is not None:
        return _make(tree, at, source, clause, "ccomp", direct="s" in what)
    if "s" in what:
        if (beside := _quoted_beside(tree, at, source) or _aside(tree, at, source)) is not None:
            return beside
        if source and tree.ends_in_colon(at):
            return Attribution("direct", (), tree.cue(at), tree.span(source), tree.rule("colon", at))
    if "n" in what and source and lemma not in ("tell", "add"):
        return _noun_object(tree, at, source, lemma)
    return None


def _clause(tree: Tree, at: int, what: str) -> set[int] | None:
    """The words of the clause that the verb governs; a part of speech without one gives None."""
    kept: set[int] = set()
    for child in tree.children[at]:
        token = tree.tokens[child]
        if (
            (token.dep == "ccomp" and not tree.asks_to(child)) or (token.dep == "xcomp" and _reports(tree, child, what))
        ) or (token.dep == "conj" and kept and _shares_clause(tree, at, child)):
            kept |= tree.under(child)
    return kept or None


def _loose(tree: Tree, at: int) -> set[int] | None:
    """A clause that the parse hung on the verb by another name: after "that", or as a second verb without "and"."""
    token = tree.tokens[at]
    if token.tag not in _FINITE and not tree.has_helper(at):
        return None
    end = len(tree.tokens)
    that = at + 1 < end and tree.lowered[at + 1] == "that" and tree.tokens[at + 1].tag in ("IN", "WDT")
    joined = [
        one
        for one in tree.children[at]
        if one > at and tree.tokens[one].dep in ("conj", "dep", "parataxis") and tree.tokens[one].pos in ("VERB", "AUX")
    ]
    if not that and (not joined or any(tree.tokens[one].dep == "cc" for one in tree.children[at])):
        return None
    return {one for one in tree.under(at) if one > at}


def _turned_round(tree: Tree, at: int) -> Attribution | None:
    """As in "...," added the ministry, where the parse took the verb for something else."""
    before, after = at - 1, at + 1
    if before < 0 or after >= len(tree.tokens) or tree.lowered[before] not in (",", "”", '"', "''", "’", "?", "!"):
        return None
    if tree.tokens[after].tag not in _NAMES or tree.tokens[at].tag not in ("VBD", "VBN", "VBZ"):
        return None
    high = after
    while high + 1 < len(tree.tokens) and tree.tokens[high + 1].tag in (*_NAMES, "IN", "POS", "HYPH", "CC"):
        high += 1
    source = set(range(after, high + 1))
    contents, mode = tree.said(set(range(at)), at, direct=True)
    inside = tree.quote_of(at) is not None
    return (
        Attribution(mode, contents, tree.cue(at), tree.span(source), "turned round")
        if contents and not inside
        else None
    )


def _reports(tree: Tree, child: int, what: str) -> bool:
    """Whether an open clause is something said: "claims to own", but not "asked him to come" or "began to write"."""
    if tree.tokens[child].tag == "VB" and "to" in (tree.lowered[one] for one in tree.children[child]):
        return "n" in what or "p" in what
    return tree.child(child, *_SUBJECTS) is not None or tree.tokens[child].tag in ("VBZ", "VBD", "VBP")


def _shares_clause(tree: Tree, at: int, child: int) -> bool:
    """A second "that ..." hung on the verb as a conjunct: said that A and that B."""
    return (
        tree.lowered[min(tree.under(child))] in ("that", "and")
        and any(tree.lowered[one] == "that" and tree.tokens[one].dep == "mark" for one in tree.children[child])
        and child > at
    )


def _make(
    tree: Tree, at: int, source: set[int] | None, clause: set[int], rule: str, *, direct: bool
) -> Attribution | None:
    if source is None:
        return None
    source = source - {at}
    clause = clause - source - {at} - tree.own(at)
    clause = tree.without_asides(clause, at)
    contents, mode = tree.said(clause, at, direct=direct)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule(rule, at))


def _quoted_beside(tree: Tree, at: int, source: set[int] | None) -> Attribution | None:
    """A quotation in the sentence that the parse does not hang on its verb."""
    if source is None or (tree.tokens[at].tag == "VBG" and at < min(source)):
        return None
    near = tree.quotes_for(at)
    if not near:
        return None
    return Attribution("direct", near, tree.cue(at), tree.span(source), tree.rule("quoted", at))


def _as(tree: Tree, at: int, source: set[int] | None) -> Attribution | None:
    """As in "As X told Y, ..." and ", as X claims": the clause round it is what is said."""
    if source is None or tree.tokens[at].dep not in ("advcl", "ccomp", "parataxis", "ROOT", "prep", "pcomp"):
        return None
    begins = min(source | {at})
    marks = [one for one in tree.children[at] if tree.lowered[one] in ("as", "like") and one < begins]
    if not marks and not (begins and tree.lowered[begins - 1] == "as" and tree.tokens[begins - 1].head == at):
        return None
    if tree.child(at, "ccomp") is not None:
        rest = tree.under(next(one for one in tree.children[at] if tree.tokens[one].dep == "ccomp"))
    else:
        rest = tree.clause_round(at) - tree.under(at)
    contents, mode = tree.said(rest, at, direct=True)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule("as", at))


def _aside(tree: Tree, at: int, source: set[int] | None) -> Attribution | None:
    """Trailing or set between commas where the parse made it no governor: "..., X reported on Wednesday"."""
    token = tree.tokens[at]
    if source is None or token.dep not in ("ROOT", "parataxis", "advcl", "ccomp", "conj", "relcl", "dep", "acl"):
        return None
    if token.dep in ("relcl", "acl", "advcl", "conj") and token.tag != "VBD":
        return None
    begins = min(source | {at})
    if begins == 0 or tree.lowered[begins - 1] not in (",", "—", "–", "-", "”", '"', "''"):
        return None
    if not any(one < at for one in source) and min(source) - at > 2:
        return None
    if tree.child(at, "attr", "acomp") is not None:
        return None
    if tree.child(at, "dobj") is not None and tree.lowered[at] not in ("told", "tells"):
        return None
    rest = set(range(begins)) if token.dep == "ROOT" else tree.clause_round(at) - tree.under(at)
    contents, mode = tree.said(rest - source - {at}, at, direct=True)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule("trailing", at))


def _noun_object(tree: Tree, at: int, source: set[int], lemma: str) -> Attribution | None:
    thing = tree.child(at, "dobj")
    if thing is None or tree.tokens[thing].tag in ("PRP", "WP", "WDT", "DT") or tree.tokens[at].dep == "acl":
        return None
    if lemma in (
        "report",
        "admit",
        "acknowledge",
        "maintain",
        "reveal",
        "mention",
        "charge",
        "certify",
        "dismiss",
        "dispute",
    ):
        return None if tree.tokens[at].dep not in ("ROOT", "conj") else _object(tree, at, source, thing)
    return _object(tree, at, source, thing)


def _object(tree: Tree, at: int, source: set[int], thing: int) -> Attribution | None:
    contents, mode = tree.said(tree.under(thing) - source, at, direct=False)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule("noun object", at))


def _passive(tree: Tree, at: int, lemma: str) -> Attribution | None:
    """As in "It is said that", "X is said to have", "it was reported by Y that"."""
    if lemma in ("tell", "inform", "advise", "assure", "notify"):
        return None
    agent = tree.child(at, "agent")
    source = None if agent is None else tree.under(agent) - {agent}
    opened = tree.child(at, "xcomp")
    subject = tree.child(at, "nsubjpass")
    if opened is not None and subject is not None:
        if lemma not in cues.SAID_OF:
            return None
        kept = tree.under(subject) | tree.under(opened)
        rule = "is said to"
    else:
        clause = tree.child(at, "ccomp") if tree.child(at, "ccomp") is not None else tree.child(at, "advcl", "acl")
        if clause is None or (tree.tokens[clause].dep != "ccomp" and not tree.has_that(clause)):
            return None
        kept = tree.under(clause)
        rule = "it is said"
    contents, mode = tree.said(kept, at, direct=False)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source) if source else None, tree.rule(rule, at))


def _according(tree: Tree, at: int) -> Attribution | None:
    if at + 1 >= len(tree.tokens) or tree.lowered[at + 1] != "to":
        return None
    to = at + 1
    named = tree.child(to, "pobj", "pcomp")
    if named is None:
        named = next((one for one in range(to + 1, len(tree.tokens)) if tree.tokens[one].head in (to, at)), None)
    if named is None:
        return None
    source = tree.trim_source(tree.under(named), to + 1)
    phrase = source | {at, to} | tree.own(at)
    if min(phrase) <= 1 or max(phrase) >= len(tree.tokens) - 2:
        rest = set(range(len(tree.tokens))) - phrase
        inside = tree.quote_of(at)
        rest = {one for one in rest if tree.quote_of(one) == inside} if inside else rest
    else:
        rest = tree.clause_round(at) - phrase
    contents, mode = tree.said(rest, at, direct=True)
    if not contents:
        return None
    cue = Span(tree.tokens[at].start, tree.tokens[to].end)
    return Attribution(mode, contents, cue, tree.span(source), "according to")


def _adverb(tree: Tree, at: int) -> Attribution | None:
    kept = tree.clause(tree.tokens[at].head)
    if not any(word in cues.FORMS for place, word in enumerate(tree.lowered) if tree.tokens[place].tag[:2] == "VB"):
        kept = set(range(len(tree.tokens)))  # nobody else speaks in it: a parse must not cut off who acts
    low, high = min(kept), max(kept)
    kept -= {at} if at in (low, high) else set()
    contents, mode = tree.said(kept, at, direct=False)
    return Attribution(mode, contents, tree.cue(at), None, tree.lowered[at]) if contents else None


def _handed_on(tree: Tree, at: int) -> Attribution | None:
    """As in "citing two officials", whose object is the source, and "Reuters quoted X as saying", where both are."""
    saying = next((one for one in sorted(tree.under(at)) if tree.quoted_as_saying(one)), None)
    if saying is not None:
        agent = tree.child(at, "agent")
        passive = tree.child(at, "auxpass") is not None
        source = (tree.under(agent) - {agent} if agent is not None else None) if passive else tree.subject(at)
        clause = _clause(tree, saying, "s")
        if source is None or clause is None:
            return None
        return _make(tree, at, source, clause, "quoted another", direct=True)
    thing = tree.child(at, "dobj")
    if thing is None or tree.tokens[at].tag != "VBG":
        return None
    if tree.lowered[thing] in cues.GROUNDS:
        return None
    source = tree.under(thing)
    governor = tree.tokens[at].head
    word = tree.lowered[governor]
    clause = _clause(tree, governor, "s") if word in cues.FORMS else None
    clause = clause or (set(range(len(tree.tokens))) if word in cues.FORMS or word == "to" else tree.clause(governor))
    clause = clause - tree.under(at)
    if word in cues.FORMS:
        clause -= {governor} | (tree.subject(governor) or set())
    contents, mode = tree.said(clause, at, direct=True)
    return Attribution(mode, contents, tree.cue(at), tree.span(source), "citing") if contents else None


def _accused(tree: Tree, at: int) -> Attribution | None:
    thing = tree.child(at, "dobj")
    source = tree.subject(at)
    if thing is None or source is None or tree.child(at, "auxpass") is not None:
        return None
    of = [one for one in (*tree.children[at], *tree.children[thing]) if tree.lowered[one] in ("of", "for", "with")]
    if not of:
        return None
    contents, mode = tree.said(tree.under(thing) | tree.under(of[0]), at, direct=False)
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule("accused", at)) if contents else None


def _framed(tree: Tree, at: int) -> Attribution | None:
    """As in "in what officials called a mistake"."""
    what = [one for one in tree.children[at] if tree.lowered[one] == "what"]
    source = tree.subject(at)
    near = tree.quotes_for(at)
    if source is None or not (what or near):
        return None
    if not what:
        return Attribution("mixed", near, tree.cue(at), tree.span(source), tree.rule("called", at))
    contents, mode = tree.said(tree.under(at) - set(what) - source - {at}, at, direct=False)
    return Attribution(mode, contents, tree.cue(at), tree.span(source), tree.rule("in what", at)) if contents else None


def _noun(tree: Tree, at: int) -> Attribution | None:
    """As in "X's claim that", "an allegation by X that"."""
    clause = next(
        (one for one in tree.children[at] if tree.tokens[one].dep in ("acl", "ccomp", "relcl") and tree.has_that(one)),
        None,
    )
    if clause is None:
        return None
    source = None
    if (owner := tree.child(at, "poss")) is not None:
        source = {one for one in tree.under(owner) if tree.tokens[one].tag != "POS"}
    for one in tree.children[at]:
        if tree.lowered[one] in ("by", "from") and (named := tree.child(one, "pobj")) is not None:
            source = tree.under(named)
    contents, mode = tree.said(tree.under(clause), at, direct=False)
    if not contents:
        return None
    return Attribution(mode, contents, tree.cue(at), tree.span(source) if source else None, "noun")


def _no_answer(tree: Tree, at: int) -> Attribution | None:
    inner = tree.child(at, "xcomp")
    source = tree.subject(at)
    if inner is None or source is None or tree.lowered[inner] not in cues.ANSWERS:
        return None
    contents = tree.spans({at} | tree.under(inner))
    return Attribution("indirect", contents, tree.cue(at), tree.span(source), "no answer") if contents else None
