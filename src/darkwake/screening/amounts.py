"""Amounts as papers write them: an interval of numbers, a unit, kilograms where the unit is one of mass.

What a text leaves open stays open. "1.000 kg" is a thousand kilograms on a paper from Hamburg and one on a paper from
Chicago: both readings are kept as one interval, and that is said. A count of drums stays a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from darkwake.screening.names import shown
from darkwake.screening.phrases import plain

_KG = {
    "kg": 1.0, "g": 0.001, "mg": 1e-6, "t": 1000.0, "kt": 1_000_000.0, "lb": 0.45359237, "oz": 0.028349523125,
    "cwt": 50.80234544, "short ton": 907.18474, "long ton": 1016.0469088, "quintal": 100.0,
}  # fmt: skip
"""Kilograms a unit; pound and ounce by the agreement of 1959, the tons and the (long) hundredweight from the pound."""

_WORDS = {
    "kg": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg", "kilogramme": "kg",
    "kilogrammes": "kg", "kgm": "kg", "公斤": "kg", "千克": "kg", "کیلوگرم": "kg", "кг": "kg",
    "g": "g", "gr": "g", "gram": "g", "grams": "g", "gramme": "g", "grammes": "g", "grm": "g", "mg": "mg",
    "t": "t", "mt": "t", "mts": "t", "to": "t", "tne": "t", "tonne": "t", "tonnes": "t", "metric ton": "t",
    "metric tons": "t", "metric tonnes": "t", "tons": "ton", "ton": "ton", "吨": "t", "تن": "t", "т": "t", "kt": "kt",
    "lb": "lb", "lbs": "lb", "lbr": "lb", "pound": "lb", "pounds": "lb", "oz": "oz", "ounce": "oz", "ounces": "oz",
    "cwt": "cwt", "short ton": "short ton", "short tons": "short ton", "st": "short ton", "long ton": "long ton",
    "long tons": "long ton", "lt": "long ton", "quintal": "quintal", "quintals": "quintal",
    "l": "l", "ltr": "l", "ltrs": "l", "litre": "l", "litres": "l", "liter": "l", "liters": "l", "m3": "m3",
    "cbm": "m3",
    "drum": "drum", "drums": "drum", "dr": "drum", "bag": "bag", "bags": "bag", "bg": "bag", "sack": "bag",
    "sacks": "bag", "teu": "TEU", "teus": "TEU", "feu": "FEU", "feus": "FEU", "container": "container",
    "containers": "container", "ctr": "container", "ctrs": "container", "cntr": "container", "pallet": "pallet",
    "pallets": "pallet", "plt": "pallet", "plts": "pallet", "carton": "carton", "cartons": "carton", "ctn": "carton",
    "ctns": "carton", "box": "box", "boxes": "box", "case": "case", "cases": "case", "crate": "crate",
    "crates": "crate", "package": "package", "packages": "package", "pkg": "package", "pkgs": "package",
    "pcs": "piece", "pc": "piece", "piece": "piece", "pieces": "piece", "unit": "piece", "units": "piece",
    "jerrycan": "jerrycan", "jerrycans": "jerrycan", "ibc": "IBC", "ibcs": "IBC", "flexitank": "flexitank",
    "big bag": "bag", "big bags": "bag", "jumbo bag": "bag", "jumbo bags": "bag",
}  # fmt: skip
"""Units as papers write them; "ton" alone is left between the short and the long ton."""

_TON = ("short ton", "long ton")
_NUMBER = r"\d+(?:[.,' ]\d+)*"
_AMOUNT = re.compile(
    rf"(?P<about>(?:~|≈|\babout|\baround|\bapprox(?:\.|imately)?|\bca\.?|\bcirca|约)\s*)?"
    rf"(?P<bound>(?:>=|<=|>|<|≥|≤|\bover|\bmore than|\bat least|\bup to|\bless than|\bunder)\s*)?"
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|\bto\b|\.\.\.?|/|\band\b)\s*(?P<high>{_NUMBER}))?\s*(?P<scale>thousand|million|万|千)?\s*(?:of\s+)?"
    rf"(?P<unit>{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})?(?![^\W\d_])",
    re.IGNORECASE,
)
_SCALES = {"thousand": 1e3, "million": 1e6, "万": 1e4, "千": 1e3}
_ABOUT = 0.1
"""Share by which "about" is widened to both sides: our own choice, so that it is never taken as exact."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as stated, and as an interval."""

    as_stated: str
    """The whole text, without invisible marks, at most 200 characters."""
    low: float | None
    high: float | None
    """Both ends in the unit; None where the text leaves that end open, both where there is no number."""
    unit: str
    """"kg", "t", "lb", "drum", "TEU" ...; empty where none is given or it is not known."""
    kg_low: float | None
    kg_high: float | None
    """In kilograms; None for counts and volumes, which have no mass of their own."""
    says: str = ""
    """What is open in it: two readings of a number, an unknown unit, further amounts; empty where nothing is."""

    @property
    def is_count(self) -> bool:
        """Whether it counts things: drums, bags, containers."""
        return bool(self.unit) and self.unit not in _KG and self.unit not in ("ton", "l", "m3")


def amount(text: str, *, decimal: str = "") -> Amount:
    """The first amount in a text, with a unit if any has one; amounts of mass before counts.

    Number formats: 1,000.5 and 1.000,5 and 1 000,5 and 1'000. One separator with three digits after it has two
    readings, unless `decimal` ("." or ",") says which one parts the decimals on these papers; see `decimal_of`. A count
    times a mass, as "40 drums x 25 kg", is multiplied, and that is said.
    """
    found = [match for match in _AMOUNT.finditer(plain(text)[:_MOST_READ]) if match.group("low")]
    if not found:
        return Amount(
            shown(text), None, None, "", None, None, "there is no number in it" if text.strip() else "it is empty"
        )
    units = [_unit(match) for match in found]
    best = next((at for at, unit in enumerate(units) if unit in _KG or unit == "ton"), None)
    if best is None:
        best = next((at for at, unit in enumerate(units) if unit), 0)
    match, unit = found[best], units[best]
    lows, highs = (_readings(match.group(end) or match.group("low"), decimal) for end in ("low", "high"))
    scale = _SCALES.get((match.group("scale") or "").lower(), 1.0)
    before = found[best - 1] if best else None
    times = _times(before, match, decimal)
    scale *= times or 1.0
    low: float | None = min(lows) * scale
    high: float | None = max(highs) * scale
    says = []
    if len(lows) > 1 or len(highs) > 1:
        each = " or ".join(f"{value:g}" for value in sorted({*lows, *highs}))
        says.append(f"its point or comma may part thousands or decimals: {each}")
    if times:
        says.append(f"it is {times:g} times {match.group().strip()}")
    assert low is not None  # noqa: S101 - for the type checker: the readings are never empty
    assert high is not None  # noqa: S101
    if low > high:
        low, high = high, low
        says.append("its range runs backwards")
    if match.group("about"):
        low, high = low * (1 - _ABOUT), high * (1 + _ABOUT)
        says.append(f"it is about, taken as {_ABOUT:.0%} to both sides")
    bound = (match.group("bound") or "").strip().lower()
    if bound in (">", ">=", "≥", "over", "more than", "at least"):
        high = None
    elif bound:
        low = None
    if not unit:
        says.append("it has no unit that is known")
    if unit == "ton":
        says.append("a ton may be metric, short or long")
    others = sum(bool(one) for at, one in enumerate(units) if at != best and not (times and at == best - 1))
    if others:
        says.append(f"it has {others} more amount{'s' * (others != 1)}, as stated")
    kg_low, kg_high = _mass(low, high, unit)
    return Amount(shown(text), _round(low), _round(high), unit, kg_low, kg_high, "; ".join(says))


def _unit(match: re.Match[str]) -> str:
    return _WORDS.get((match.group("unit") or "").lower(), "")


def decimal_of(texts: Iterable[str]) -> str:
    """What parts the decimals on papers, as far as their numbers that have one reading tell: ".", "," or "".

    Such are numbers with both separators, or with one and other than three digits after it; where they disagree, "".
    """
    seen = set()
    for text in texts:
        for match in re.finditer(_NUMBER, plain(text)[:_MOST_READ]):
            marks, groups = re.findall(r"[.,]", match.group()), re.split(r"[.,' ]", match.group())
            if len(set(marks)) == 2 or (len(marks) == 1 and len(groups[-1]) != 3):
                seen.add(marks[-1])
            elif len(marks) > 1:
                seen.add("," if marks[0] == "." else ".")
    return seen.pop() if len(seen) == 1 else ""


_MOST_READ = 2_000
"""Characters of a cell that are read."""


def _times(before: re.Match[str] | None, match: re.Match[str], decimal: str) -> float | None:
    """How many of it there are, in "40 drums x 25 kg" and "40 x 25 kg"; None where nothing multiplies it."""
    if before is None or not re.fullmatch(r"\s*[x×*@]\s*", match.string[before.end() : match.start()], re.IGNORECASE):
        return None
    counts = _readings(before.group("low"), decimal)
    mass = _unit(before) in _KG or before.group("high")
    return None if mass or len(counts) > 1 else counts[0]


def _readings(number: str, decimal: str) -> list[float]:
    """What a number's digits may mean: one value, or two where its only separator may part thousands or decimals."""
    text = number.replace(" ", "'")
    marks = re.findall(r"[.,']", text)
    groups = re.split(r"[.,']", text)
    if not marks:
        return [float(text)]
    by_thousands = len(groups[0]) <= 3 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    whole = float("".join(groups))
    if len(set(marks)) == 1:
        if marks[0] == "'":
            return [whole] if by_thousands else [float(groups[0])]
        if len(marks) > 1:  # 1.000.000, or 10,00,000 as in India: decimals have one separator only
            return [whole]
        parted = float(f"{groups[0]}.{groups[1]}")
        if by_thousands and decimal:
            return [parted] if marks[0] == decimal else [whole]
        return [parted, whole] if by_thousands else [parted]
    return [float(f"{''.join(groups[:-1])}.{groups[-1]}")]  # of two kinds the last one parts the decimals


def _mass(low: float | None, high: float | None, unit: str) -> tuple[float | None, float | None]:
    if unit == "ton":
        least, most = min(_KG[one] for one in _TON), max(_KG[one] for one in _TON)
    elif unit in _KG:
        least = most = _KG[unit]
    else:
        return None, None
    return _round(None if low is None else low * least), _round(None if high is None else high * most)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
