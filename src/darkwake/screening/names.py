"""Names as they are compared: folded, split into words and numbers, and how alike two of them are.

Everything here depends on the two names alone, never on which lists are loaded, so one pair has one figure everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from rapidfuzz.distance import OSA

from darkwake.screening.tokens import LONGEST, READ, Tokens, tokens

PREFIXES = frozenset("MV MT MS SS MY FV MTS MSV TSS HSC LPG LNG LPGC LNGC VLCC FPSO".split())  # noqa: SIM905 - as below
"""Words before a ship's name that say what she is, not who."""

COMMONPLACE = frozenset(
    """AGENCY AIR AIRLINES AL AMBER AND ANGEL AQUA ARCTIC ATLANTIC BANK BAY BELLA BLUE BRAVE BRIGHT BUSINESS CAPE
    CAPITAIN CAPTAIN CARGO CENTER CENTRAL CHEMICAL COMMERCIAL CONSTRUCTION CORAL CROWN CRYSTAL DAISY DAWN DE DEL
    DELTA DEVELOPMENT DIAMOND DRAGON EAGLE EAST EASTERN EL ELECTRONICS EMERALD ENERGY ENGINEERING ENTERPRISE
    ENTERPRISES EQUIPMENT ETERNAL EVER EXCHANGE EXPORT FINANCE FINANCIAL FOR FORTUNE FOUNDATION FREEDOM FREIGHT
    FRIENDSHIP FZE GALAXY GAS GENERAL GLOBAL GLORY GOLD GOLDEN GRACE GRAND GREAT GREEN GROUP HAPPINESS HAPPY
    HARMONY HOLDING HOLDINGS HONESTY HOPE HORIZON IMPERIAL IMPORT INDIAN INDUSTRIAL INDUSTRIES INDUSTRY
    INSTITUTE INTERNATIONAL INVESTMENT INVESTMENTS ISLAND JADE JOY JUPITER KING LADY LAKE LIBERTY LIGHT LINE
    LINES LION LOGISTICS LOTUS LUCKY MAJESTIC MANAGEMENT MANUFACTURING MARINE MARINER MARITIME MARS MERCURY
    METAL MOON MOUNTAIN NATIONAL NAVIGATION NEPTUNE NEW NOBLE NORTH NORTHERN OCEAN OCEANIC OF OIL ORGANIZATION
    ORION PACIFIC PEACE PEARL PETROCHEMICAL PETROLEUM PHOENIX PIONEER POWER PRIDE PRINCE PRINCESS PRODUCTS
    PROGRESS QUEEN RED RISE RISING RIVER ROSE ROYAL RUBY SAILOR SAPPHIRE SEA SEAGULL SEAS SECURITY SERVICE
    SERVICES SHIPPING SILVER SKY SMOOTH SNOW SOLUTIONS SOUTH SOUTHERN SPIRIT SPRING STAR STARS STATE STORM
    SUMMER SUN SUNNY SUNRISE SUPER SUPERIOR SUPPLY SWAN SYSTEMS TANKER TANKERS TECHNICAL TECHNOLOGY THE TIGER
    TRADE TRADER TRADING TRANSPORT TRANSPORTATION TRAVEL TRUST UNION UNITY UNIVERSAL VENUS VICTORIA VICTORY
    VIRGO VOYAGER WAVE WEST WESTERN WHITE WIND WINTER WISE WORLD""".split()  # noqa: SIM905 - reads best as prose
)
"""Words that many ships and companies carry, our own choice: a name of nothing else says little about who bears it."""

LEGAL_FORMS = frozenset(
    """AB AG AS ASA BHD BV CIA CO COMPANY CORP CORPORATION CV DOO EOOD EST FZ FZC FZCO FZE GMBH INC INCORPORATED
    JSC KFT KG LIMITED LLC LLP LTD LTDA NV OAO OJSC OOO OY PJSC PLC PT PTE PTY PVT SA SAE SAL SARL SAS SDN SL
    SPA SPRL SRL ZAO""".split()  # noqa: SIM905 - reads best as prose
)
"""Legal forms of companies: written or left out at will."""

_SKELETON = str.maketrans("0QL1528", "OOIISZB")
"""Letters and digits that are taken for one another on a hull, a scan or a keyboard, as one of them."""

_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_SPELLED = {word: str(n) for n, word in enumerate("ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN".split(), start=1)}  # noqa: SIM905 - as above

TYPO_COST = 1.4
"""How much of the likeness one typo takes in a name of one letter, falling with its length; see docs/screening.md."""


@dataclass(frozen=True, slots=True)
class Form:
    """A name as it is compared."""

    words: tuple[str, ...]
    """Its words in order, upper case, without marks, prefixes and numbers."""
    numbers: tuple[str, ...]
    """Its numbers, Roman and spelled ones as digits, sorted."""
    joined: str
    """The words without spaces."""
    skeleton: str
    """`joined` with confusable letters made one."""
    whole: str
    """Words and numbers as they stand, without spaces: "STAR II" and "STARII" are one."""
    length: int
    """Characters of the name as it was read, spaces included."""
    cut: bool
    """True where the name was longer than what is compared."""
    keys: tuple[str, ...]
    """What it is looked up by: its skeleton, then that of the whole where numbers make it another."""

    @property
    def empty(self) -> bool:
        """True where nothing is left that could be compared."""
        return not self.words and not self.numbers

    @property
    def may_be_cut(self) -> bool:
        """True where it fills 18 or more of the 20 characters that a transponder has (ITU-R M.1371, message 5)."""
        return 18 <= self.length <= 20

    @property
    def weight(self) -> float:
        """How much it tells: letters of ordinary words, a part of those of commonplace ones, one for a number."""
        return sum(map(_word_weight, self.words)) + len(self.numbers)

    @property
    def distinct(self) -> float:
        """From 0.4 for a name that says nothing to 1 for one of six telling letters or more."""
        return 0.4 + 0.6 * min(1.0, self.weight / 6)


def _word_weight(word: str) -> float:
    if word in LEGAL_FORMS:
        return 0.1 * len(word)
    return len(word) * (0.3 if word in COMMONPLACE else 1.0)


def fold(text: str) -> Form:
    """The form of a name: no invisible or bidirectional marks, Latin letters, at most `LONGEST` characters."""
    return _fold(tokens(text))


@lru_cache(maxsize=1 << 15)
def _fold(read: Tokens) -> Form:
    parts = list(read.words)
    while len(parts) > 1 and parts[0] in PREFIXES and not parts[1].isdecimal():
        parts = parts[1:]
    words, numbers = [], []
    for at, part in enumerate(parts):
        found = number(part, last=at == len(parts) - 1 and at > 0)
        if found is not None:
            numbers.append(found)
        elif not (part in {"NO", "NR", "NUM"} and at + 1 < len(parts) and parts[at + 1].isdecimal()):
            words.append(part)
    joined, whole = "".join(words), "".join(parts)
    skeleton, of_whole = joined.translate(_SKELETON), whole.translate(_SKELETON)
    return Form(
        words=tuple(words),
        numbers=tuple(sorted(numbers)),
        joined=joined,
        skeleton=skeleton,
        whole=whole,
        length=read.length,
        cut=read.cut,
        keys=() if not skeleton else (skeleton,) if skeleton == of_whole else (skeleton, of_whole),
    )


def shown(text: str) -> str:
    """A name as it may be shown: no controls, no invisible or bidirectional marks, at most `LONGEST` characters."""
    if len(text) <= LONGEST and text.isascii() and text.isprintable():
        return " ".join(text.split())
    found = "".join(char for char in text[:READ] if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    found = " ".join("".join(" " if unicodedata.category(char) == "Cc" else char for char in found).split())
    short = found[:LONGEST]
    return f"{short}… (cut after {LONGEST} characters)" if found != short or len(text) > READ else short


def number(part: str, *, last: bool) -> str | None:
    """The number that a word stands for, spelled and Roman ones only at the end of a name; None where it is none."""
    if part.isdecimal():
        return part.lstrip("0") or "0"
    if not last:
        return None
    if part in _SPELLED:
        return _SPELLED[part]
    return str(_roman(part)) if _ROMAN.fullmatch(part) else None


def _roman(part: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in part]
    return sum(-here if here < after else here for here, after in zip(values, [*values[1:], 0], strict=True))


MISSPELLED = "differ by"
"""How the sentence of `likeness` begins where typos are all that two names have between them."""


def typos_allowed(letters: int) -> int:
    """How many typos a name of so many letters may have: none under 4, 1 to 7, 2 to 13, then 3."""
    return 0 if letters < 4 else 1 if letters < 8 else 2 if letters < 14 else 3


def numbers_agree(one: Form, other: Form) -> float:
    """1 where the numbers are the same, 0.8 where one name has "1" and the other none, 0 where they differ."""
    if one.numbers == other.numbers or one.whole == other.whole:
        return 1.0
    if not (one.numbers and other.numbers) and one.keys[-1:] == other.keys[-1:]:
        return 1.0  # ZEU5 is ZEUS, but STAR 11 is not STAR II
    return 0.8 if {one.numbers, other.numbers} == {(), ("1",)} else 0.0


def likeness(asked: Form, listed: Form, *, of_ship: bool) -> tuple[float, str] | None:
    """How alike the words of two names are, from 0.6 to 1, and in what; None where they are not alike.

    The first rule that fits decides, and the rules stand from high to low. Numbers are not looked at, except in names
    that have nothing else.
    """
    if not asked.joined or not listed.joined:
        same = not asked.joined and not listed.joined and asked.numbers == listed.numbers and bool(asked.numbers)
        return (1.0, "are the same number") if same else None
    if asked.words == listed.words:
        return 1.0, "are the same"
    if asked.joined == listed.joined or asked.whole == listed.whole:
        return 0.98, "are the same but for spaces"
    if sorted(asked.words) == sorted(listed.words):
        return (0.93 if of_ship else 1.0), "have the same words in another order"
    if asked.skeleton == listed.skeleton or asked.keys[-1] == listed.keys[-1]:
        return 0.95, "are the same but for letters that are taken for one another"
    close = _typos(asked.skeleton, listed.skeleton) if _word_by_word(asked, listed) else None
    begin = _begins(asked, listed)
    share = _shared(asked.words, listed.words, all_of_them=of_ship)
    return max((found for found in (close, begin, share) if found), default=None)


def _typos(asked: str, listed: str) -> tuple[float, str] | None:
    shorter = min(len(asked), len(listed))
    allowed = typos_allowed(shorter)
    if not allowed or abs(len(asked) - len(listed)) > allowed:
        return None
    typos = OSA.distance(asked, listed, score_cutoff=allowed)
    if typos > allowed:
        return None
    return round(max(0.6, 0.95 - TYPO_COST * typos / shorter), 6), f"{MISSPELLED} {typos} letter{'s' * (typos > 1)}"


def _word_by_word(one: Form, other: Form) -> bool:
    """False where one word of a name is another word altogether: OCEAN is no misspelled QUEEN."""
    if len(one.words) != len(other.words) or len(one.words) == 1:
        return True
    return all(
        OSA.distance(left, right) <= (1 if min(len(left), len(right)) < 6 else 2)
        for left, right in zip(one.words, other.words, strict=True)
    )


def _begins(asked: Form, listed: Form) -> tuple[float, str] | None:
    """A name that was cut off, in the middle of a word: six letters or more, and seven tenths or more of the longer.

    Or anywhere, where the transponder's field may have cut it.
    """
    short, long = sorted((asked, listed), key=lambda form: len(form.joined))
    letters = len(short.joined)
    if letters < 6 or not long.joined.startswith(short.joined):
        return None
    in_a_word = letters >= 0.7 * len(long.joined) and letters not in set(accumulate(map(len, long.words)))
    return (0.8, "begin alike and one goes on") if in_a_word or short.may_be_cut else None


def _shared(asked: Sequence[str], listed: Sequence[str], *, all_of_them: bool) -> tuple[float, str] | None:
    """Words in common: twice the shared weight over the weight of both names.

    A ship must have all its words met, in any order. Of a person or company two or more must be met, and 0.72 of the
    weight, which lets a second given name or a legal form be left out.
    """
    if len(asked) < 2 or len(listed) < 2 or (all_of_them and len(asked) != len(listed)):
        return None
    total = sum(map(_word_weight, asked)) + sum(map(_word_weight, listed))
    left = list(listed)
    unmet = []
    shared = 0.0
    for word in asked:
        if word in left:
            left.remove(word)
            shared += 2 * _word_weight(word)
        else:
            unmet.append(word)
    hopeless = not all_of_them and shared + sum(map(_word_weight, unmet)) + sum(map(_word_weight, left)) < 0.72 * total
    for word in [] if hopeless else unmet:
        close = max(((found[0], other) for other in left if (found := _typos(word, other))), default=None)
        if close:
            left.remove(close[1])
            shared += close[0] * (_word_weight(word) + _word_weight(close[1]))
    met = len(listed) - len(left)
    if met < 2 or (met < len(asked) if all_of_them else shared < 0.72 * total):
        return None
    return round(0.95 * shared / total, 6), f"share {met} words"
