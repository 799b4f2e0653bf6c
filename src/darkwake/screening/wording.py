"""Words that many names share, and how they are written: legal forms, company words, titles, particles, given names.

Three small tables of our own stand in the package's data: `legal_forms.csv` (what is written, and its family),
`company_words.csv` (short and foreign ways to write common words of companies) and `given_names.csv` (forms of one
given name, and nicknames). All are in folded Latin letters, as `tokens.tokens` gives them.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

TITLES = frozenset(
    """MR MRS MS MISS DR PROF PROFESSOR SIR LORD LADY HERR FRAU MONSIEUR MADAME MME SENOR SENORA SHEIKH SHAYKH SHAIKH
    SHEIK HAJI HAJJI HADJI HAJ MULLAH MOLLAH MAULAVI MAWLAWI MALAWI HOJJATOLESLAM AYATOLLAH PRESIDENT PRASIDENT
    MINISTER GENERAL COLONEL MAJOR CAPTAIN CAPT GEN COL LT LIEUTENANT BRIGADIER ADMIRAL JUDGE REV IMAM ENG ENGINEER
    SAYYID SAYED SAYYED SEYED SEYYED SYED USTADH HIS HER EXCELLENCY NA JR SR QARI HAFIZ""".split()  # noqa: SIM905 - reads best as prose
)
"""Words before or after a person's name that say what he or she is; some are names too, so they count a little."""

PARTICLES = frozenset("AL EL UL BIN BINT DE DA DO DOS DAS DEL DELLA DI DU LA LE VAN VON DER DEN TER ZU Y E".split())  # noqa: SIM905
"""Small words within a person's name that are written or left out at will."""

_SAME_PARTICLE = {"BEN": "BIN", "IBN": "BIN", "BEND": "BIN", "EL": "AL", "UL": "AL", "UR": "AL"}

FILLERS = frozenset("AND OF THE FOR DE DEL LA LE DES DU ET Y VE I U UND DER DIE DAS THAT WITH".split())  # noqa: SIM905 - as above
"""Small words within a company's name that are written or left out at will."""


def particle(word: str) -> str:
    """The one way that we write a particle; any other word as it stands."""
    return _SAME_PARTICLE.get(word, word)


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    text = files("darkwake").joinpath("data", file).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _legal_forms() -> tuple[dict[tuple[str, ...], str], dict[str, int]]:
    """The family of each form by its words, and the most words of a form that begins with a word."""
    found = {tuple(row["written"].split()): row["family"] for row in _rows("legal_forms.csv")}
    longest: dict[str, int] = {}
    for words in found:
        longest[words[0]] = max(len(words), longest.get(words[0], 0))
    return found, longest


@cache
def _company_words() -> dict[str, str]:
    return {row["written"]: row["means"] for row in _rows("company_words.csv")}


@cache
def _given_names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows("given_names.csv"):
        for name in (row["name"], *row["also"].split()):
            found.setdefault(name, set()).add(row["name"])
    return {name: frozenset(groups) for name, groups in found.items()}


def without_forms(words: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """A company's words without its legal forms, and the families of those forms.

    A form of one short word counts only at either end of the name, where forms stand; a longer one anywhere. Where
    nothing else would be left, the words stay.
    """
    forms, longest = _legal_forms()
    left: list[str] = []
    families: set[str] = set()
    at = 0
    while at < len(words):
        most = min(longest.get(words[at], 0), len(words) - at)
        size = next((n for n in range(most, 0, -1) if tuple(words[at : at + n]) in forms), 0)
        text = words[at : at + size]
        at_an_end = at == 0 or all(_is_form(word) for word in words[at + size :])
        if size and (size > 1 or len(text[0]) > 3 or at_an_end):
            families.add(forms[tuple(text)])
            at += size
        else:
            left.append(words[at])
            at += 1
    if not left:
        return list(words), frozenset()
    return left, frozenset(families - {"company"}) or frozenset(families)


def _is_form(word: str) -> bool:
    return (word,) in _legal_forms()[0]


def company_word(word: str) -> str:
    """A company's word as it is compared: TRD, TRADING and TICARET are one; any other word as it stands."""
    return _company_words().get(word, word)


def given_name_of(word: str) -> frozenset[str]:
    """The given names that a word is a form of; empty where we know none."""
    return _given_names().get(word, frozenset())
