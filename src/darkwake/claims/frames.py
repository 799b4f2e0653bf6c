"""Fixed frames of English news, read by their words and commas: who stands where is settled by the frame.

As in "Speaking to the Lantern, X, a clerk of Y, said ...", "A reported on Monday, citing X, that ...", "..., according
to A, which cited X." A parse easily goes astray in such sentences, because names, offices and appositions stand close
together; the frame itself leaves little doubt. A frame holds only where the stretch that should be a name can be one
and the stretch that should be said can be a sentence; else it gives nothing and the backend's own rules decide.
Both backends use it. With a parse, its tags tell verbs from nouns; without one, word lists do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from darkwake.claims import cues
from darkwake.claims.article import Span
from darkwake.claims.attribution import Attribution
from darkwake.claims.cues import word_set
from darkwake.claims.naming import kind_of
from darkwake.claims.quotes import Quote
from darkwake.claims.stretches import (
    APPOSED,
    INNER,
    UNTRUE,
    Line,
    can_name,
    clause_after,
    is_apposition,
    is_name,
    parts_of,
    told_inside,
    words_said,
)
from darkwake.claims.tokens import Sentence

LONGEST = 1200
"""Characters; a longer sentence is left to the backend's own rules."""
_MARKS = '“”"«»„'
_NAME = rf"[^,;:{_MARKS}()]{{2,110}}?"
_PART = rf"[^;:{_MARKS}]{{2,140}}?"
_HELP = r"(?: (?:has|had|have|also|later|then|again|since|repeatedly|flatly|strongly|firmly|[a-z]+ly))*"
_VIA = r"(?:citing|quoting|(?:which|who) (?:has |had )?(?:cited|quoted|cites|quotes))"
_LEADS = (
    r"Speaking|Talking|Asked|Pressed|Questioned|Contacted|Reached|Responding|Replying|Answering|Writing|"
    r"In (?:an?|its|his|her|their|the same)|At an?|During an?|On (?:[A-Z\d]|the same day)|Earlier|Yesterday|Today"
)
_OPENED = re.compile(
    rf"(?:(?:But|And|Yet|Still|However|Meanwhile|Later|Also),? )?"
    rf"(?P<lead>(?:(?:{_LEADS})\b[^{_MARKS}]{{0,140}}?|(?:Citing|Quoting) (?P<led>{_PART})), )?"
    rf"(?P<x>{_NAME})(?P<app>, (?!{_VIA}\b){_PART},)?(?:, {_VIA} (?P<y>{_PART}),)?{_HELP} "
)
_DAYS = (
    r"(?:to|in|at|on|during|yesterday|today|tonight|earlier|late|early|last|this|again|via|through|by|after|before|"
    r"separately|there)"
)
_TOLD_THAT = re.compile(
    rf" (?P<hearer>[^,;:{_MARKS}]{{2,80}}?)(?:, {_VIA} (?P<z>{_PART}),)?(?: that |: (?=[{_MARKS}]))"
)
_SAID_THAT = re.compile(
    rf"(?: {_DAYS}\b[^,;:{_MARKS}]{{0,70}}?)?(?:, {_VIA} (?P<z>{_PART}),)?(?: that |: (?=[{_MARKS}]))"
)
_CLOSED = re.compile(rf"(?P<c>.+,[{_MARKS}’']?) (?P<x>{_NAME})(?P<app>, {_PART},)?{_HELP} ", re.DOTALL)
_TOLD_END = re.compile(rf"(?: [^,;:{_MARKS}]{{2,80}}?)?(?:, {_VIA} (?P<z>{_PART}))?\.?\s*")
_SAID_END = re.compile(rf"(?: {_DAYS}\b[^,;:{_MARKS}]{{0,60}}?)?(?:, {_VIA} (?P<z>{_PART}))?\.?\s*")
_TURNED = re.compile(rf" (?P<x>{_PART})\.?\s*")
_ACCORDING = re.compile(rf"(?P<c>.+), (?P<cue>according to) (?P<x>{_PART})\.?\s*", re.DOTALL)
_ACCORDING_FIRST = re.compile(r"(?:But )?(?P<cue>According to|In the words of) (?P<rest>.+)", re.DOTALL)
_WHO_CITED = re.compile(rf"{_VIA} ")
_QUOTED_FIRST = re.compile(
    rf"(?P<x>{_NAME})(?P<app>, {_PART},)? (?:was|were|is|has been|have been) (?P<by>quoted)"
    rf"(?: {_DAYS}?\b ?[^,;:{_MARKS}]{{0,40}}?)??(?: by (?P<a>{_NAME}))?"
    rf"(?: {_DAYS} [^,;:{_MARKS}]{{0,40}}?)? as (?P<cue>saying)(?: that|:)? (?P<c>.+)",
    re.DOTALL,
)
_QUOTED_LAST = re.compile(
    rf"(?P<c>.+,[{_MARKS}’']?) (?P<x>{_NAME})(?P<app>, {_PART},)? (?:was|were|is|has been|have been) (?P<by>quoted)"
    rf"(?: by (?P<a>{_NAME}))? as (?P<cue>saying)(?: {_DAYS}\b[^,;:{_MARKS}]{{0,40}})?\.?\s*",
    re.DOTALL,
)
_QUOTED_ACTIVE = re.compile(
    rf"(?P<c>.+,[{_MARKS}’']?) (?P<a>{_NAME}) (?P<by>quoted|cited) (?P<x>{_PART}),? as (?P<cue>saying)\.?\s*",
    re.DOTALL,
)
_DESCRIBED = re.compile(
    rf"(?:But )?(?P<x>{_NAME})(?P<app>, {_PART},)?{_HELP} (?P<cue>described|describes) "
    r"(?P<c>.+ as .+)",
    re.DOTALL,
)
_REJECTED = re.compile(
    rf"(?:But )?(?P<x>{_NAME})(?P<app>, {_PART},)?{_HELP} (?P<cue>rejected|rejects|dismissed|dismisses|denied|denies|"
    rf"disputed|disputes|refuted|refutes) (?:as \w+ )?(?:(?:the|any|all|earlier|press|media|such) )*"
    r"(?:reports?|claims?|suggestions?|allegations?|accusations?|rumou?rs?|assertions?|statements?|the idea|"
    r"the notion|talk) that (?P<c>.+)",
    re.DOTALL,
)
_NOBODY_FIRST = re.compile(
    r"(?:But )?(?:It (?:is|was|has been|had been) (?:\w+ly )?(?P<cue>understood|thought|believed|reported|said|claimed|"
    r"rumoured|rumored|alleged|feared|assumed)|It has (?P<out>emerged)|There (?:are|were|have been|had been) (?:\w+ )?"
    r"(?P<noun>reports|claims|rumours|rumors|suggestions|allegations)|(?P<word>Word) (?:in|from|at|around|on) "
    r"[^,;:]{2,40} (?:is|was)) that (?P<c>.+)",
    re.DOTALL,
)
_NOBODY_LAST = re.compile(
    r"(?P<c>.+), it (?:has|had|is|was|has been|had been) (?:since )?(?P<cue>emerged|transpired|understood|thought|"
    r"believed|reported|said|claimed|alleged)(?: (?:yesterday|today|on \w+))?\.?\s*",
    re.DOTALL,
)
_REPORT_BY = re.compile(r"(?:[Aa]|[Tt]he|[Ii]ts) (?:\w+ )?report (?:by|in|from) (?=\S)")
_JOINING = re.compile(r"But |And |Yet ")
_WORD_BEFORE = re.compile(r"\w+ $")
_KNOWN = re.compile(r" (?:it (?:known|clear|plain)|clear|plain|known)(?= that )")
_SAYS = frozenset(
    form for form, lemma in cues.FORMS.items() if "s" in cues.WHAT[lemma] and not form.endswith("ing")
) | {"shows", "showed", "suggests", "suggested", "indicates", "indicated", "made", "makes", "noted"}
_SAYS -= word_set("point points pointed read reads note notes state report question answer comment charge claim")
_PLAIN = frozenset({"said", "says"})
_TELLS = word_set("told tells informed informs assured assures advised advises notified")


def find(sentence: Sentence, text: str, quotes: Sequence[Quote], lowered: Sequence[str]) -> list[Attribution]:
    """The sayings of the one frame that holds for a sentence, the outer first; none where none does."""
    span = sentence.span
    if not sentence.tokens or span.end - span.start > LONGEST:
        return []
    low = sentence.tokens[0].start
    line = Line(sentence, text, low, span.end, [one.span for one in quotes])
    words = set(lowered)
    if "quoted" in words and "saying" in words and (found := _quoted(line)):
        return found
    if not _FIRST_WORDS.isdisjoint(lowered[:2]) and (found := _according_first(line)):
        return found
    if not _SINGLE.isdisjoint(words) and (found := _single(line)):
        return found
    for at, word in enumerate(lowered):
        if word in _SAYS and (found := _begun(line, at, word)):
            return found
    if "according" in words and (found := _according_last(line)):
        return found
    for at in range(len(lowered) - 1, 0, -1):
        if lowered[at] in _SAYS and (found := _ended(line, at, lowered[at])):
            return found
    return []


_FIRST_WORDS = frozenset({"according", "words", "the", "in"})
_SINGLE = word_set(
    "described describes rejected rejects dismissed dismisses denied denies disputed "
    "disputes refuted refutes it there word"
)


CUES = frozenset(_SAYS | _SINGLE | {"quoted", "according", "words", "saying"})
"""A sentence without any of these holds no frame."""


def joined(framed: Sequence[Attribution], own: Sequence[Attribution]) -> list[Attribution]:
    """A frame's sayings, and of the backend's own those that are told within the words said."""
    if not framed:
        return list(own)
    contents = framed[-1].contents
    cues_taken = {one.cue for one in framed}
    inner = []
    for one in own:
        held = next((part for part in contents if one.cue is not None and part.holds(one.cue)), None)
        if held is None or one.cue in cues_taken or (one.source is not None and not held.holds(one.source)):
            continue
        parts = tuple(Span(part.start, min(part.end, held.end)) for part in one.contents)  # without the stop
        whole = all(old.end - part.end <= 2 and held.holds(part) for part, old in zip(parts, one.contents, strict=True))
        if whole and parts != contents:
            inner.append(replace(one, contents=parts))
    return [*framed, *inner]


# --- the frames ---


def _begun(line: Line, at: int, word: str) -> list[Attribution]:
    """Whoever speaks stands first: "X, a clerk of Y, said (on Monday) (, citing Z,) that ..."."""
    token = line.sentence.tokens[at]
    cue = Span(token.start, token.end)
    if line.quoted(cue) or (token.tag and not token.tag.startswith(("VB", "NN"))):
        return []
    left = _OPENED.fullmatch(line.text, line.low, cue.start)
    if left is None:
        return []
    end = cue.end
    if word in ("made", "makes"):
        if (known := _KNOWN.match(line.text, end, line.high)) is None:
            return []
        end = known.end()
    right = (_TOLD_THAT if word in _TELLS else _SAID_THAT).match(line.text, end, line.high)
    begin = right.end() if right else end + 1
    marked = bool(left["lead"] or left["app"] or left["y"])
    if right is None and (word not in _PLAIN or not clause_after(line, at, marked=marked)):
        return []
    contents = Span(begin, line.high)
    source = _source(line, left)
    if source is None or not line.finite(contents) or told_inside(line, contents):
        return []
    via = [_party(line, left, name) for name in ("led", "y")] + ([_party(line, right, "z")] if right else [])
    return _made(line, source, cue, contents, "frame", [one for one in via if one is not None])


def _ended(line: Line, at: int, word: str) -> list[Attribution]:
    """Whoever speaks stands last: "..., X, a clerk of Y, told Z." and "..., said X."."""
    token = line.sentence.tokens[at]
    cue = Span(token.start, token.end)
    if line.quoted(cue) or not (token.tag.startswith("VB") if token.tag else word in INNER):
        return []
    left = _CLOSED.fullmatch(line.text, line.low, cue.start)
    right = (_TOLD_END if word in _TELLS else _SAID_END).fullmatch(line.text, cue.end, line.high)
    if left is not None and right is not None:
        left_x, left_c = left.start("x"), left.end("c")
        comma = line.text.rfind(", ", line.low, left_c - 1)
        name = line.text[comma + 2 : left_c - 1]
        if left["app"] and comma > 0 and left["x"].split()[0] in APPOSED and is_name(name):
            left_x, left_c = comma + 2, comma + 1  # an apposition with a comma of its own
        left_x += 3 * line.text.startswith("as ", left_x)
        source = Span(left_x, left.end("app") - 1 if left["app"] else left.end("x"))
        contents = Span(line.low, left_c)
        if not can_name(line, Span(left_x, left.end("x"))):
            return []
        if left["app"] and not is_apposition(line, Span(left.start("app") + 2, left.end("app") - 1)):
            return []
        if line.finite(contents):
            via = _party(line, right, "z")
            return _made(line, source, cue, contents, "frame, trailing", [via] if via else [])
    before = line.text[: cue.start].rstrip()
    turned = _TURNED.fullmatch(line.text, cue.end, line.high)
    if turned and before.endswith((",", ",”", ',"')) and cues.FORMS.get(word):
        source = Span(*turned.span("x"))
        parts = parts_of(line, source)
        if len(parts) == 1 + sum(is_apposition(line, part) for part in parts[1:]) and can_name(line, parts[0]):
            contents = Span(line.low, len(before))
            if line.finite(contents):
                return _made(line, source, cue, contents, "frame, turned round", [])
    return []


def _according_first(line: Line) -> list[Attribution]:
    """As in "According to A, which cited X, a clerk of Y, ..." and "In the words of X, ..."."""
    match = _ACCORDING_FIRST.fullmatch(line.text, line.low, line.high)
    if match is None:
        return []
    begin = match.start("rest")
    parts = parts_of(line, Span(begin, line.high))
    source, via, used = parts[0], None, 1
    while used < len(parts):
        part = parts[used]
        told = _WHO_CITED.match(line.text, part.start, part.end)
        if told and via is None:
            via = Span(told.end(), part.end)
        elif via is not None and is_apposition(line, part):
            via = Span(via.start, part.end)
        elif via is None and used == 1 and is_apposition(line, part, parts[0]):
            source = Span(source.start, part.end)
        else:
            break
        used += 1
    if used >= len(parts) or not can_name(line, parts[0]) or line.quoted(parts[0]):
        return []
    contents = Span(parts[used].start, line.high)
    if not (line.finite(contents) or len(contents.of(line.text).split()) >= 6):  # a parse may lose its verb
        return []
    cue = Span(*match.span("cue"))
    rule = "according to" if match["cue"].startswith("A") else "in the words of"
    return _made(line, _by(line, source), cue, contents, rule, [via] if via else [])


def _according_last(line: Line) -> list[Attribution]:
    """As in "..., according to A, which cited X." and "..., according to X, a clerk of Y."."""
    match = _ACCORDING.fullmatch(line.text, line.low, line.high)
    if match is None or line.quoted(Span(*match.span("cue"))) or match["c"].endswith((" which", " who", " that")):
        return []
    parts = parts_of(line, Span(*match.span("x")))
    via = _WHO_CITED.match(line.text, parts[1].start, parts[1].end) if len(parts) > 1 else None
    if not can_name(line, parts[0]) or not all(is_apposition(line, part) for part in parts[2 if via else 1 :]):
        return []
    contents = Span(line.low, match.end("c"))
    if not line.finite(contents):
        return []
    cue = Span(*match.span("cue"))
    if via:
        return _made(line, _by(line, parts[0]), cue, contents, "according to", [Span(via.end(), parts[-1].end)])
    return _made(line, _by(line, Span(parts[0].start, parts[-1].end)), cue, contents, "according to", [])


def _quoted(line: Line) -> list[Attribution]:
    """As in "X was quoted (by A) as saying" and "A quoted X as saying"."""
    for pattern in (_QUOTED_LAST, _QUOTED_ACTIVE, _QUOTED_FIRST):
        match = pattern.fullmatch(line.text, line.low, line.high)
        if match is None or line.quoted(Span(*match.span("by"))):
            continue
        contents = Span(*match.span("c"))
        if pattern is _QUOTED_ACTIVE:
            parts = parts_of(line, Span(*match.span("x")))
            source: Span | None = Span(parts[0].start, parts[-1].end)
            named = can_name(line, parts[0]) and all(is_apposition(line, part) for part in parts[1:])
        else:
            source = _source(line, match)
            named = source is not None
        paper = Span(*match.span("a")) if match["a"] else None
        if not named or source is None or not line.finite(contents) or (paper and not can_name(line, paper)):
            continue
        cue, by = Span(*match.span("cue")), Span(*match.span("by"))
        said, mode = words_said(line, contents)
        inner = Attribution(mode, said, cue, source, "quoted as saying")
        return [Attribution(mode, said, by, paper, "quoted another"), inner] if paper else [inner]
    return []


def _single(line: Line) -> list[Attribution]:
    """Frames that need but one match: a denial of reports, a description, and what nobody is named for."""
    for pattern, rule in ((_REJECTED, "rejected"), (_DESCRIBED, "described")):
        match = pattern.fullmatch(line.text, line.low, line.high)
        if match is None:
            continue
        source = _source(line, match)
        cue, contents = Span(*match.span("cue")), Span(*match.span("c"))
        if source is None or line.quoted(cue) or told_inside(line, contents):
            continue
        if rule == "described" and line.sentence.parsed:
            thing = Span(contents.start, line.text.index(" as ", contents.start))
            if line.finite(thing):
                continue
        return _made(line, source, cue, contents, rule, [])
    for pattern in (_NOBODY_FIRST, _NOBODY_LAST):
        match = pattern.fullmatch(line.text, line.low, line.high)
        if match is None or not line.finite(contents := Span(*match.span("c"))):
            continue
        group = next(name for name in ("cue", "out", "noun", "word") if match.groupdict().get(name))
        said, mode = words_said(line, contents)
        return [Attribution(mode, said, Span(*match.span(group)), None, "it is said")]
    return []


# --- who is named ---


def _source(line: Line, match: re.Match[str]) -> Span | None:
    """The name of a match with its apposition, where both can be what they should."""
    name = Span(*match.span("x"))
    if not can_name(line, name) or line.quoted(name):
        return None
    if not match["app"]:
        return _by(line, name)
    apposition = Span(match.start("app") + 2, match.end("app") - 1)
    return Span(name.start, apposition.end) if is_apposition(line, apposition) else None


def _by(line: Line, name: Span) -> Span:
    """The paper itself where a name is "a report by" one."""
    match = _REPORT_BY.match(line.text, name.start, name.end)
    if match and kind_of(line.text[match.end() : name.end], "") == "outlet":
        return Span(match.end(), name.end)
    return name


def _party(line: Line, match: re.Match[str], group: str) -> Span | None:
    """A further source named in a frame, with its appositions."""
    if not match[group]:
        return None
    parts = parts_of(line, Span(*match.span(group)))
    head = line.text[parts[0].start : parts[0].end].lower().split()[-1]
    fits = head not in cues.GROUNDS and can_name(line, parts[0])
    return Span(parts[0].start, parts[-1].end) if fits else None


def _made(line: Line, source: Span, cue: Span, contents: Span, rule: str, via: list[Span]) -> list[Attribution]:
    """The saying of a frame; where it names a further source, that one's beside it."""
    if (untrue := UNTRUE.match(line.text, contents.start, contents.end)) is not None:
        contents, rule = Span(untrue.end(), contents.end), f"{rule}, untrue"
    if (lead := _JOINING.match(line.text, contents.start, contents.end)) is not None:
        contents = Span(lead.end(), contents.end)
    said, mode = words_said(line, contents)
    outer = Attribution(mode, said, cue, source, rule)
    if not via:
        return [outer]
    before = _WORD_BEFORE.search(line.text, line.low, via[0].start)
    told = Span(before.start(), before.end() - 1) if before else None
    return [outer, replace(outer, cue=told, source=via[0], rule="citing")]
