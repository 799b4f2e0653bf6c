"""An article's blocks -> its sentences, by rules over the characters alone.

Every full stop, question mark, exclamation mark and ellipsis before white space may end a sentence; the rules below say
which do not. Nothing is lost: each character of a block that is no white space lies in exactly one sentence.

Conventions follow the GUM corpus: a quotation of several sentences is split where it stands by itself ("A. B," said C)
or after a comma or colon (C said, "A. B."), and kept whole where it hangs in the sentence (C said that "A. B."). The
dateline of a paragraph and the credit at the end of a caption stand by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from darkwake.claims.article import Article, Span

LONGEST = 3_000
"""Code points of a sentence; a longer one is a table or a list without full stops and is cut at a line end, a semicolon
or a space, so that no parser is ever handed a book."""
_LINES = ("list", "table")
"""Blocks in which each line stands by itself."""
_WHOLE = ("credit", "dateline", "time")
"""Blocks that are one sentence whatever full stops they hold."""

_END = re.compile(
    r"(?P<mark>[.!?…‽。！？](?:(?<=\.)(?: \.){2,20}+|[.!?…‽。！？]*+))(?P<close>(?:[\"”’')\]»」』]|\[\d{1,3}\])*+)"
)
"""Where a sentence may end. Possessive and never failing, so that a row of a million full stops is walked once."""
_GLUED = re.compile(r"(?<=[a-z]{3}\.)(?P<word>[A-Z][a-z]+) ")
"""After "end.The next": a space that was lost."""
_BEFORE = re.compile(r"(?:[^\W_]|[.&'’-])+$")
_AFTER = re.compile(r"\s*(?P<open>[\"“‘'(\[«¿¡]*)(?P<word>[^\W_]+(?:['’][a-z]+)?)?")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_ITEM = re.compile(r"(?:[\"“(\[]*)(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})")
_LEANING = re.compile(r"\s*(?:[-–—]\s?[^\W\d_]|\[sic\]|(?:\.{3}|…)(?:\s|$))")
"""What still belongs to the words before it."""
_SPEAKER = re.compile(
    r"\s*(?:[A-Z][\w.'’-]*,? ){1,5}(?:said|says|asked|asks|added|adds|told|replied|wrote|writes|shouted|cried|wondered|"
    r"exclaimed|responded|answered|tweeted|joked|quipped|commented)\b"
)
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'’ -]{2,40}(?:, [A-Z][\w.'’ -]{1,30}){0,2}(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([\w /.-]{2,30}\))?"
    r"|[A-Z][\w.'’ -]{1,40}(?:, [A-Z][\w.'’ -]{1,30}){0,2},? \((?:[A-Z]{2,6}|[A-Z][\w ]{2,20})\)"
    r"|[A-Z][\w.'’]+(?: [A-Z][\w.'’]+)?(?:, [A-Z][\w.'’]+(?: [A-Z][\w.'’]+){0,2}){1,2})\s(?:[-–—]|--)(?=\s[\"“A-Z])"
)

_CAPTION_CREDIT = re.compile(
    r"\s(?=[(\[]?(?:Image|Photo|Photograph|Photographer|Picture|Credit|Source)(?: credit| by)?: )"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TITLES = _words(
    "mr mrs ms messrs dr prof rev fr hon gen lt col maj capt cpt sgt cpl pvt adm cmdr cdr ens brig sen rep reps sens "
    "gov pres amb supt insp det st mt ft mme mlle mgr msgr dept asst assoc nos ph"
)
"""Capitalised abbreviations that lean on the name after them, as U.S. newspapers write titles and places."""
_SMALL = _words("vs v cf viz al eg ie e.g i.e approx ca c pp p vol vols eds trans mr mrs dr nr")
"""Abbreviations in small letters that lean on what follows."""
_BEFORE_NUMBER = _words(
    "no nos jan feb mar apr jun jul aug sep sept oct nov dec fig figs p pp vol sec secs art ch para paras est ca c par "
    "tel ext ver op rev"
)
"""Abbreviations before a number, and words of their own elsewhere."""
_MAY_END = _words(
    "inc corp co cos ltd llc plc bros jr sr ave blvd rd bldg univ esq jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue tues wed thu thur thurs fri sat ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich "
    "minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo ont que"
)
"""Capitalised abbreviations that end sentences too: only where a word follows that opens them."""
_OPENERS = _words(
    "a about after all also although among an and another any are as asked at because before both but by can could "
    "did do does during each earlier even every few first for four five following from further had has have he her "
    "here his how however i if in is it it's it’s its he's he’s she's she’s they're they’re we're we’re i'm i’m "
    "there's that's last later let many meanwhile more most much my neither no nobody none nor not nothing now of "
    "on once one only or other others our over people perhaps second several she since so some something soon still "
    "such than that the their them then there these they third this those though three through thus to today two "
    "under unlike until upon was we well were what when where whereas whether which while who why will with within "
    "without would yes yesterday yet you your according additionally officials police despite currently critics "
    "instead"
)
"""Words that open a sentence when they are capitalised, and are seldom part of a name."""
_LONGEST_ASIDE, _LONGEST_HELD = 300, 200
"""Code points of a bracket, and of a hanging quotation, that still hold a sentence together (GUM, documents seen)."""
_QUOTES = re.compile(r"[\"“”]")
_BRACKETS = re.compile(r"[()]")


def sentences(article: Article) -> list[tuple[Span, int]]:
    """Every sentence with the place of its block, in order of the text; linear in its length.

    A span is never empty, neither begins nor ends with white space, and lies within its block.
    """
    found = []
    for place, block in enumerate(article.blocks):
        for span in _of_block(article.text, block.span, block.kind):
            found.append((span, place))  # noqa: PERF401 - reads plainer than a nested comprehension
    return found


def dateline(text: str, span: Span) -> Span | None:
    """The words such as "MANAMA, Bahrain -" or "LONDON (Reuters) -" that open a paragraph; None where none do."""
    match = _DATELINE.match(text, span.start, min(span.end, span.start + 160))
    return Span(span.start, match.end()) if match else None


def is_aside(text: str, span: Span) -> bool:
    """Whether a sentence claims nothing: the dateline of a paragraph, the credit of a picture, or no words at all."""
    words = span.of(text)
    return (
        not any(sign.isalpha() for sign in words)
        or (_DATELINE.match(f"{words} A") is not None and words[-1] in "-–—")
        or _CAPTION_CREDIT.match(f" {words}") is not None
    )


def _of_block(text: str, span: Span, kind: str) -> Iterator[Span]:
    if kind in _WHOLE:
        yield from _cut(text, span)
        return
    if kind in _LINES:
        start = span.start
        while start < span.end:
            stop = text.find("\n", start, span.end)
            stop = span.end if stop < 0 else stop
            yield from _split(text, Span(start, stop))
            start = stop + 1
        return
    if kind == "caption":
        if text[span.start] in '"“':  # a quotation set large: its words and whose they are
            yield from _cut(text, span)
            return
        if credit := _CAPTION_CREDIT.search(text, *span):
            yield from _split(text, Span(span.start, credit.start()))
            yield from _cut(text, Span(credit.start(), span.end))
            return
    place = dateline(text, span) if kind == "paragraph" else None
    if place:
        yield from _cut(text, place)
        span = Span(place.end, span.end)
    yield from _split(text, span)


def _split(text: str, span: Span) -> Iterator[Span]:
    start = span.start
    held = _Held(text, span)
    for match in _END.finditer(text, span.start, span.end):
        end = match.end()
        if end < span.end and held.ends(match, start):
            yield from _cut(text, Span(start, end))
            start = end
    yield from _cut(text, Span(start, span.end))


def _cut(text: str, span: Span) -> Iterator[Span]:
    """The span without its outer white space, in pieces of at most `LONGEST`."""
    start, stop = span
    while start < stop:
        while start < stop and text[start].isspace():
            start += 1
        if start == stop:
            return
        end = stop
        if stop - start > LONGEST:
            reach = start + LONGEST
            end = max(text.rfind("\n", start + 1, reach), text.rfind("; ", start + 1, reach) + 1)
            end = end if end > start + 1 else text.rfind(" ", start + 1, reach)
            end = end if end > start else reach
        last = end
        while text[last - 1].isspace():
            last -= 1
        yield Span(start, last)
        start = end


class _Held:
    """What holds a sentence together across a full stop: the word before it, the word after it, quotes, brackets."""

    def __init__(self, text: str, span: Span) -> None:
        self.text, self.span = text, span
        self.quotes = _pairs(text, span, _QUOTES)
        self.brackets = _pairs(text, span, _BRACKETS)
        self.quote = self.bracket = 0

    def ends(self, match: re.Match[str], start: int) -> bool:
        """Whether the sentence that began at `start` ends with this mark."""
        text, stop = self.text, self.span.end
        mark = match["mark"]
        if not text[match.end()].isspace():
            if mark[-1] in "。！？":
                return True
            glued = _GLUED.match(text, match.end(), stop) if mark == "." else None
            return glued is not None and glued["word"].casefold() in _OPENERS
        after = _AFTER.match(text, match.end(), stop)
        assert after is not None  # noqa: S101 - every part of it may be empty
        word: str = after["word"] or ""
        if match.end() - start > LONGEST:
            return True
        if after.end() >= stop and not word:
            return False  # only signs are left: they belong to this sentence
        if (word[:1].islower() and not _odd_capital(word)) or _LEANING.match(text, match.end(), stop):
            return False
        if self._inside(match, start):
            return False
        if "!" in mark or "?" in mark:
            return not (match["close"] and _SPEAKER.match(text, match.end(), stop))
        if mark != "." or match["close"][:1] not in ("", ")"):
            return True
        return self._stop_ends(match, start, word, after["open"])

    def _stop_ends(self, match: re.Match[str], start: int, word: str, opened: str) -> bool:
        """The same for a single full stop with a word right before it."""
        at = match.start()
        before = _BEFORE.search(self.text, max(start, at - 40), at)
        if before is None:
            return True
        last = before.group()
        first = before.start() - start < 8 and not self.text[start : before.start()].strip(" \t\n\"“‘'([")
        if first and _ITEM.fullmatch(last):
            return False  # "1." and "a." in front of an item
        if match["close"]:
            return True
        opens = word.casefold() in _OPENERS
        low = last.casefold()
        if low in (_TITLES if last[0].isupper() else _SMALL) or (low in _BEFORE_NUMBER and word[:1].isdigit()):
            return False
        if (last[0].isupper() and low in _MAY_END) or _ACRONYM.fullmatch(last):
            return opens or opened[:1] in ('"', "“")
        if len(last) == 1 and last.isupper():  # an initial: "L. Ron", "Kim B. He", but "plan B. He"
            return opens and not _name_before(self.text, before.start())
        return True

    def _inside(self, match: re.Match[str], start: int) -> bool:
        """Whether the mark stands within a bracket, or within a quotation that hangs in this sentence."""
        at, end = match.start(), match.end()
        while self.quote < len(self.quotes) and self.quotes[self.quote][1] < end:
            self.quote += 1
        while self.bracket < len(self.brackets) and self.brackets[self.bracket][1] < end:
            self.bracket += 1
        if self.bracket < len(self.brackets):
            opened, closed = self.brackets[self.bracket]
            if opened < at and closed - opened <= _LONGEST_ASIDE and self.text[start:opened].strip():
                return True
        if self.quote < len(self.quotes):
            opened, closed = self.quotes[self.quote]
            if opened < at and closed - opened <= _LONGEST_HELD:
                bringing = self.text[start:opened].rstrip()
                return bringing != "" and bringing[-1] not in ",:;"
        return False


def _pairs(text: str, span: Span, signs: re.Pattern[str]) -> list[tuple[int, int]]:
    """Opening and closing signs that belong together, in order; one that is never closed opens nothing."""
    pairs = []
    opened = -1
    for match in signs.finditer(text, *span):
        at = match.start()
        if _is_opening(text, at, span, opened >= 0):
            opened = at  # an earlier one that is still open was never closed: a quotation over several paragraphs
        elif opened >= 0:
            pairs.append((opened, at))
            opened = -1
    return pairs


def _is_opening(text: str, at: int, span: Span, is_open: bool) -> bool:
    sign = text[at]
    if sign != '"':
        return sign in "“("
    after_space = at == span.start or text[at - 1].isspace() or text[at - 1] in "([-–—"
    before_word = at + 1 < span.end and not text[at + 1].isspace()
    return before_word and (after_space or not is_open)


def _odd_capital(word: str) -> bool:
    """Whether a word begins small and is a name all the same, such as iPhone or eBay."""
    return len(word) > 2 and word[1].isupper() and word[2:].islower()


def _name_before(text: str, at: int) -> bool:
    """Whether a capitalised word stands right before, as in "Kim B. He"; "plan B. He" has none."""
    word = _BEFORE.search(text, max(0, at - 40), max(0, at - 1))
    return bool(word and word.group()[0].isupper())
