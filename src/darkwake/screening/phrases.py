"""Words of goods: cleaned, split into words, and phrases found whole.

A description is read as shipping papers write it: capitals, trade words, purities, numbers, chemical names with
hyphens and locants, other scripts, invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 10_000
"""Characters of a description that are read; a line of a bill of lading has some hundred."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_DROPPED = {"Cf", "Cs", "Co", "Cn"}
_OTHER_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－⁃", "-"))
_LETTERS = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega", "µ": "micro", "μ": "micro",
          "ي": "ی", "ى": "ی", "ك": "ک"}  # fmt: skip
_SPELLING = (
    ("sulph", "sulf"), ("aluminium", "aluminum"), ("caesium", "cesium"), ("fibre", "fiber"), ("isation", "ization"),
    ("ise", "ize"), ("vapour", "vapor"), ("colour", "color"), ("metre", "meter"), ("litre", "liter"),
    ("centre", "center"), ("licence", "license"), ("armour", "armor"), ("oxidis", "oxidiz"),
    ("crystallis", "crystalliz"), ("analyse", "analyze"), ("mould", "mold"), ("programme", "program"),
)  # fmt: skip
"""British to American spelling, one way, so that both meet; where they stand inside a word is as good as at its end."""

STOPWORDS = frozenset(
    """a an and any are as at be been by can for from following follows has have having if in into is it its least
    less more no not of on one or other out per such than that the their there therefor therefore these they this those
    to two under up used using was were when where which who whose will with within e.g i.e etc also
    et al""".split()  # noqa: SIM905 - reads best as prose
)
"""Words of grammar, not looked for."""

TRADE_WORDS = frozenset(
    """pure purity grade min max minimum tech technical industrial laboratory lab reagent analytical ar acs cp powder
    powdered crystal crystals crystalline granular granules solid liquid solution aqueous anhydrous hydrate monohydrate
    dihydrate white colourless colorless kg kgs g gr gram grams lb lbs mt t ton tons tonne tonnes bag bags drum drums
    box boxes case cases carton cartons pallet pallets container containers fcl lcl jumbo bulk packed packing package
    packages net gross weight wt qty quantity pcs piece pieces x of in the and for with by cas no nr hs code un class
    imo dg imdg goods cargo product chemical chemicals material materials new brand commodity item sample
    samples""".split()  # noqa: SIM905 - as above
)
"""Words of papers and packing around a chemical's name: they leave it the same good."""

DENIED = frozenset(
    "free without except excluding excl non not substitute replacement alternative instead".split()  # noqa: SIM905
)
"""Words beside a name that say that it is something else, as in "X-free salts"."""

_WORDS = re.compile(r"[^\W_]+(?:['.](?=[^\W_])[^\W_]+)*")
_CAS_SHAPE = re.compile(r"(?:c\.?a\.?s\.?(?: (?:no|number))?[.:# ]*)?\b\d{2,7}-\d\d-\d\b", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` without invisible or bidirectional marks and controls, dashes as hyphens, digits as 0 to 9.

    At most `LONGEST` characters; a caller that must say so compares with `cut`.
    """
    if text.isascii():  # most are, and the long way below takes a second for a whole list
        return _CONTROLS.sub(" ", text[:LONGEST])
    kept = []
    for char in unicodedata.normalize("NFKC", text[: 2 * LONGEST]):
        category = unicodedata.category(char)
        if category in _DROPPED:
            continue
        if category == "Nd":
            kept.append(str(unicodedata.decimal(char)))
        else:
            kept.append(" " if category[0] in "CZ" else char)
    return "".join(kept).translate(_OTHER_DASHES)[:LONGEST]


def cut(text: str) -> bool:
    """Whether `plain` leaves something out at the end."""
    return len(text) > 2 * LONGEST or len(unicodedata.normalize("NFKC", text)) > LONGEST


def words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, one spelling, without marks; numbers stay.

    Hyphened and bracketed names come apart, so that "hydroxy-terminated" meets "hydroxy terminated".
    """
    folded = plain(text).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
        folded = "".join(_LETTERS.get(char, char) for char in folded if not unicodedata.combining(char))
    return [_spelled(word.replace("'", "")) for word in _WORDS.findall(folded)]


@lru_cache(1 << 15)
def _spelled(word: str) -> str:
    for old, new in _SPELLING:
        if old in word:
            word = word.replace(old, new)
    return word


@lru_cache(1 << 15)
def stem(word: str) -> str:
    """A word without the endings of English grammar; numbers and short words as they are."""
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def terms(text: str) -> list[str]:
    """The words of a text as the index has them: stemmed, without grammar, without CAS numbers."""
    return [stem(word) for word in words(_CAS_SHAPE.sub(" ", plain(text))) if word not in STOPWORDS]


def name_key(text: str) -> tuple[str, ...]:
    """A chemical's name as it is compared whole: its words, numbers and letters apart, in order."""
    return tuple(words(text))


@dataclass(frozen=True, slots=True)
class Held:
    """A known name that a description holds."""

    key: tuple[str, ...]
    rest: tuple[str, ...] = ()
    """The words beside it that are not of packing and trade, at most eight; with none the name stands alone."""
    denied: bool = False
    """True where a word beside it says that it is something else."""


def held_names(text: str, known: Mapping[tuple[str, ...], object], longest: int) -> list[Held]:
    """The known names that stand whole in a description, longest first where they overlap.

    Args:
        text: The description.
        known: Names by `name_key`; those in scripts without spaces as one word.
        longest: Words in the longest known name.
    """
    have = words(_CAS_SHAPE.sub(" . ", plain(text)))
    taken = [False] * len(have)
    spans: list[tuple[int, int]] = []
    for size in range(min(longest, len(have)), 0, -1):
        for at in range(len(have) - size + 1):
            if tuple(have[at : at + size]) in known and not any(taken[at : at + size]):
                taken[at : at + size] = [True] * size
                spans.append((at, at + size))
    inner = [(at, key) for at, key in _inside(have, known) if not taken[at]]
    beside = [word for at, word in enumerate(have) if not taken[at] and at not in {place for place, _ in inner}]
    rest = tuple(word for word in beside if not is_packing(word))[:8]
    denied = any(word in DENIED for word in beside)
    keys = [tuple(have[first:end]) for first, end in sorted(spans)] + [key for _, key in inner]
    return [Held(key, rest, denied) for key in keys]


def is_packing(word: str) -> bool:
    """Whether a word is of packing, trade or quantity, or a bare number."""
    return word in TRADE_WORDS or bool(re.fullmatch(r"[\d.,]+(?:kg|kgs|g|lb|lbs|t|mt|l|ml|pct)?", word))


def _inside(have: Sequence[str], known: Mapping[tuple[str, ...], object]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Names in scripts that are written without spaces, inside a longer run."""
    single = [key for key in known if len(key) == 1 and not key[0].isascii() and _is_han(key[0])]
    for at, word in enumerate(have):
        if word.isascii() or (word,) in known:
            continue
        best = max((key for key in single if key[0] in word), key=lambda key: len(key[0]), default=None)
        if best is not None:
            yield at, best


def _is_han(word: str) -> bool:
    return any("぀" <= char <= "鿿" for char in word)
