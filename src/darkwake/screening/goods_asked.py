"""What is asked of goods, and what is found: the verdicts, their innocent explanations and limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal, get_args

import polars as pl

from darkwake import country, schema
from darkwake.errors import WrongUse
from darkwake.evidence import Citation, canonical, content_id
from darkwake.screening.controls import ControlList
from darkwake.screening.names import shown
from darkwake.screening.phrases import cut, plain

Verdict = Literal[
    "listed",
    "listed under conditions",
    "not listed, stated precursor",
    "named, not listed",
    "HS lead",
    "text lead",
    "not found in the lists checked",
]
VERDICTS: tuple[str, ...] = get_args(Verdict)
"""From what says most to what says least.

listed: the same CAS number, a name of it or the entry's number, on a line that controls it. Under conditions: the line
or those above it ask for more, such as a size or a content. Stated precursor: on no list at hand, and a source states
that it is a precursor of something listed. Named, not listed: a line names it only in a note, or to point to another
list, or was not in force on the day. HS lead: a line for whose goods a source gives the same code. Text lead: words
met."""

INNOCENT = (
    "The goods are of a civil use: most listed and related substances have industrial and laboratory uses.",
    "The description, the code or the CAS number on the papers is mistaken, or too general for the goods.",
    "A licence was issued, or the route, quantity, concentration or end use is outside the control.",
    "The line was changed, added or removed between the version at hand and the day of the shipment.",
)
"""What else a finding may mean."""

LIMITS = (
    "A code of customs and words that meet are leads; only the entry's own words, read in full, tell what it controls.",
    "Thresholds, concentrations, forms and end uses in an entry are not compared with the goods.",
    "Of lists that are not among those checked, only the few entries named as such are known here.",
    "Embargoes of a whole country and lists of parties are not catch-all rules and are not told here.",
    "The catch-all rules told are those in the project's table; national rules may reach further.",
    "Nothing found never means that the goods are free of control.",
)


@dataclass(frozen=True, slots=True)
class GoodsAsked:
    """Goods as papers describe them. What is not known is left empty."""

    description: str = ""
    hs: str = ""
    """An HS code of 4 to 6 digits, or a national one of 8 or 10; dots and spaces do not matter."""
    cn: str = ""
    """A CN code of eight digits."""
    cas: str = ""
    entry: str = ""
    """An entry's number in a list, such as "1C350" or "ML8.d.2"."""
    on: date | None = None
    """The day that the question is about; None for the lists' own dates."""
    from_: str = ""
    to: str = ""
    """The countries of the route: alpha-2, alpha-3 or an English name."""
    language: str = ""
    """Names are also shown in this language, such as "zh", where they are known."""

    @property
    def empty(self) -> bool:
        """True where there is nothing that could be looked for."""
        return not any(text.strip() for text in (self.description, self.hs, self.cn, self.cas, self.entry))

    def described(self) -> str:
        """One readable line, without controls or invisible marks, each text at most 200 characters."""
        marks = (
            ("", self.description), ("CAS", self.cas), ("HS", self.hs), ("CN", self.cn), ("entry", self.entry),
            ("from", self.from_), ("to", self.to),
        )  # fmt: skip
        parts = [f"{label} {shown(text)}".strip() for label, text in marks if text.strip()]
        return " · ".join([*parts, *([f"on {self.on.isoformat()}"] if self.on else [])])

    def route(self) -> tuple[str | None, str | None]:
        """Both countries as alpha-2, None where not given.

        Raises:
            WrongUse: A text is no country.
        """
        ends = []
        for text in (self.from_, self.to):
            code = country.code(text) if text.strip() else None
            if text.strip() and code is None:
                raise WrongUse(f"{shown(text)!r} is no country", to_do="Give a code such as CN, or an English name")
            ends.append(code)
        return ends[0], ends[1]


@dataclass(frozen=True, slots=True)
class GoodsFinding:
    """One line of one list, or one stated relation, that the goods meet; or that nothing was found."""

    asked: str
    verdict: Verdict
    list: str
    """Empty where the finding is of no list."""
    list_date: date | None
    entry: str
    text: str
    """The line's own words."""
    words: tuple[str, ...]
    """What met: "CAS 7790-98-9", "HS 2829.90", a name, or words with the weightiest first."""
    in_force_from: date | None
    in_force_to: date | None
    standing: str
    """How the list's version stands to the day asked about, and what is not known of that."""
    says: str
    innocent: tuple[str, ...]
    rules: tuple[str, ...]
    """Catch-all rules of the route, one sentence each, with both views where one is disputed."""
    sources: tuple[Citation, ...]

    @property
    def id(self) -> str:
        """Made from the content, so that equal findings are one finding."""
        return content_id("goods", self._plain())

    def _plain(self) -> dict[str, Any]:
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return sound(plain | {"sources": [one.as_dict() for one in self.sources]})  # type: ignore[no-any-return]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        result: dict[str, Any] = canonical({"id": self.id, **self._plain()})
        return result


def sound(value: Any) -> Any:
    """`value` with broken Unicode (lone surrogates) written out, so that it can be hashed and stored."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: sound(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [sound(one) for one in value]
    return value


def _as_read(value: Any) -> Any:
    """A text as typed, or where it is too long what of it was read: asked again, it gives the same."""
    return plain(value) if isinstance(value, str) and cut(value) else value


def goods_table(findings: Iterable[GoodsFinding]) -> pl.DataFrame:
    """Findings as a table of schema.GOODS_HITS, in the given order."""
    rows = [one._plain() | {"id": one.id} for one in findings]
    return pl.DataFrame(rows, schema=schema.GOODS_HITS, orient="row")


@dataclass(frozen=True, slots=True)
class GoodsChecked:
    """One list that was searched."""

    name: str
    version: str
    date: date
    entries: int
    sha256: str
    file: str
    whole: bool
    """False where only a few of its entries are known."""
    said: str
    """Name, version and size as a reader sees them."""

    @classmethod
    def of(cls, one: ControlList) -> GoodsChecked:
        """Of a list."""
        return cls(one.name, one.version, one.date, one.size, one.sha256, one.file, one.whole, one.described())


@dataclass(frozen=True, slots=True)
class GoodsAnswer:
    """What was asked, what was found, in which lists, and what limits that. Never without a finding."""

    asked: GoodsAsked
    findings: tuple[GoodsFinding, ...]
    lists: tuple[GoodsChecked, ...]
    tables: tuple[str, ...]
    """The tables of codes at hand, such as "HS 2022, 6,939 codes"."""
    notes: tuple[str, ...]
    """Faulty numbers and what they may have been, contradictions, versions of another day, what was cut."""
    rules: tuple[str, ...]
    """The catch-all rules of the route on the day, whatever was found."""
    made_by: str

    @property
    def verdict(self) -> Verdict:
        """The verdict of the finding that says most."""
        return self.findings[0].verdict

    def sentence(self) -> str:
        """One or two sentences: the first finding's, and how many more there are."""
        more = len(self.findings) - 1
        return self.findings[0].says + (f" {more} more finding{'s' * (more != 1)}." if more else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types, for the search record and the command line."""
        result: dict[str, Any] = canonical(
            {
                "asked": sound({name: _as_read(value) for name, value in asdict(self.asked).items()}),
                "verdict": self.verdict,
                "says": sound(self.sentence()),
                "findings": [one.as_dict() for one in self.findings],
                "lists": [asdict(one) for one in self.lists],
                "tables": self.tables,
                "notes": sound(self.notes),
                "rules": self.rules,
                "innocent": INNOCENT,
                "limits": LIMITS,
                "made_by": self.made_by,
            }
        )
        return result


def checked(lists: Sequence[ControlList]) -> str:
    """The lists of a search in brackets of a sentence."""
    return "; ".join(one.described() for one in lists)
