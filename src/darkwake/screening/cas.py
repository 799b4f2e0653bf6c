"""CAS registry numbers: found in a text, their check digit tested, and what a wrong one may have been.

A number with a wrong digit is never dropped: it keeps its text, says its fault, and offers the numbers of the lists at
hand that one slip of the fingers could have turned into it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from darkwake.screening.phrases import plain

_DASHES = "‐‑‒–—―−﹣－⁃"
_GAP = rf"(?:\s*[-{_DASHES}]\s*|\s)"
_SHAPE = re.compile(rf"(?<![\d.,-])(\d{{2,7}}){_GAP}(\d{{2}}){_GAP}(\d)(?![\d])(?!-\d)")
"""Two to seven digits, two, one; hyphens of any kind, or bare spaces, as when a file lost them."""
_HYPHENS = re.compile(rf"[-{_DASHES}]")
_LABEL = re.compile(r"C\.?\s?A\.?\s?S\.?(?:\s*(?:RN|registry|reg\.?))?(?:\s*(?:number|no\.?|nr\.?))?[\s#:.(]*\Z", re.I)
_ALSO = re.compile(r"\d\s*(?:[,;/&]|or|and)\s*\Z", re.I)


@dataclass(frozen=True, slots=True)
class CasNumber:
    """A CAS number as a text has it."""

    raw: str
    value: str
    """With plain hyphens, such as "7601-89-0"."""
    fault: str = ""
    """What is wrong with it; empty for a sound one."""
    labelled: bool = False
    """True where the text itself calls it a CAS number. An unlabelled one with a fault is likely another number."""


def cas_fault(value: str) -> str:
    """What is wrong with a hyphened CAS number; "" for a sound one.

    The last digit is the last digit of the sum of the others times 1, 2, 3 ... from the right (CAS, "Check digit
    verification of CAS registry numbers").
    """
    if not re.fullmatch(r"\d{2,7}-\d{2}-\d", value):
        return "is not of the shape of a CAS number (two to seven digits, two, one)"
    digits = value.replace("-", "")
    want = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), 1)) % 10
    return "" if int(digits[-1]) == want else f"ends in {digits[-1]}, but its check digit would be {want}"


def cas_numbers(text: str) -> tuple[CasNumber, ...]:
    """Every CAS number in `text`, each value once, in the text's order.

    Labelled ones are kept whatever their check digit. Without a label a run of digits is taken only where it has
    hyphens and a sound check digit: dates and part numbers have the same shape.
    """
    folded = plain(text)
    found: dict[str, CasNumber] = {}
    last_end = -9
    for match in _SHAPE.finditer(folded):
        value = "-".join(match.groups())
        before = folded[max(0, match.start() - 24) : match.start()]
        chained = match.start() - last_end <= 5 and bool(_ALSO.search(before))
        labelled = bool(_LABEL.search(before)) or chained
        fault = cas_fault(value)
        if labelled:
            last_end = match.end()
        elif fault or len(_HYPHENS.findall(match.group())) != 2:
            continue
        if value not in found or (labelled and not found[value].labelled):
            found[value] = CasNumber(match.group(), value, fault, labelled)
    return tuple(found.values())


def cas_typed(text: str) -> CasNumber | None:
    """What somebody typed into a field for a CAS number; None where there is nothing of two to ten digits in it."""
    folded = plain(text)
    match = _SHAPE.search(folded)
    if match:
        value = "-".join(match.groups())
        return CasNumber(match.group(), value, cas_fault(value), labelled=True)
    digits = re.sub(r"\D", "", folded)
    if not 2 <= len(digits) <= 20:
        return None
    value = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"
    return CasNumber(folded.strip(), value, cas_fault(value), labelled=True)


def cas_repairs(value: str, known: Collection[str]) -> tuple[str, ...]:
    """Numbers of `known` that one slip could have turned into `value`, sorted; empty where `value` is sound.

    A slip is a digit that is another, is missing or stands twice, or two neighbours swapped. Only numbers that stand
    in a list or table at hand are offered: by arithmetic alone every faulty number has some ten repairs.
    """
    if not cas_fault(value):
        return ()
    digits = value.replace("-", "")
    near = {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}
    for at in range(len(digits) + 1):
        near.add(digits[:at] + digits[at + 1 :])
        for one in "0123456789":
            near.update((digits[:at] + one + digits[at + 1 :], digits[:at] + one + digits[at:]))
    return tuple(sorted(other for other in known if other.replace("-", "") in near and not cas_fault(other)))
