"""Invented ships: names, numbers, sizes, so made that nobody can take them for real ones.

Names are a colour or a stuff and a bird, drawn from the lists below; that a real ship bears such a name is chance and
means nothing. An MMSI has the real digits of a country, because parts read the flag from them, and ends in 99xxxx. An
IMO number starts with 3, far below those that ships were given from 1963 on, and has a valid check digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STUFFS = (
    "AMBER", "COPPER", "INDIGO", "RUSSET", "SAFFRON", "OCHRE", "COBALT", "UMBER", "SEPIA", "TEAL",
    "MAUVE", "FALLOW", "CINDER", "LINEN", "PEWTER", "QUARTZ", "FLINT", "WICKER", "TALLOW", "VELLUM",
)  # fmt: skip
BIRDS = (
    "HERON", "WHIMBREL", "AVOCET", "DUNLIN", "GODWIT", "PIPIT", "SISKIN", "LINNET", "DIPPER", "BITTERN",
    "CRAKE", "GARGANEY", "SMEW", "POCHARD", "WIGEON", "SANDERLING", "TURNSTONE", "PHALAROPE", "REDSHANK", "NUTHATCH",
)  # fmt: skip
FLAGS = {"PA": 352, "LR": 636, "MH": 538, "HK": 477, "CN": 413, "AE": 470, "OM": 461, "IR": 422, "KM": 620, "SG": 563}
"""Country and the digits that an MMSI of that flag begins with (one of each country's, ITU-R M.585)."""
CALL = {"PA": "3E", "LR": "D5", "MH": "V7", "HK": "VR", "CN": "BZ", "AE": "A6", "OM": "A4", "IR": "EP", "KM": "D6",
        "SG": "9V"}  # fmt: skip
"""What a call sign of that flag begins with (one of each country's series, Radio Regulations, Appendix 42)."""
CARGO, TANKER, TUG, PASSENGER, FISHING = 70, 80, 52, 60, 30
"""Ship types of ITU-R M.1371."""


@dataclass(frozen=True, slots=True)
class Ship:
    """An invented ship as its transmitter describes it."""

    mmsi: int
    imo: int | None
    name: str
    callsign: str
    flag: str
    ship_type: int
    length_m: int
    width_m: int
    laden_m: float
    """Draught when laden."""
    ballast_m: float
    ais_class: str = "A"
    power: float = 1.0
    """How far its transmitter carries, as a share of a good one's range."""


def imo_number(stem: int) -> int:
    """Seven digits with the check digit: the sum of the six digits times 7, 6, 5, 4, 3, 2, its last digit."""
    digits = [int(digit) for digit in f"{stem:06d}"]
    return stem * 10 + sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True)) % 10


def invent(rng: np.random.Generator, number: int, *, kind: int = CARGO, flag: str = "PA", small: bool = False) -> Ship:
    """The ship with that number in a fleet: number settles name, MMSI and IMO, `rng` draws the rest."""
    stuff, bird = STUFFS[number % len(STUFFS)], BIRDS[(number + number // len(STUFFS)) % len(BIRDS)]
    round_ = number // (len(STUFFS) * len(BIRDS))
    length = int(rng.integers(22, 90)) if small else int(rng.integers(130, 230))
    laden = round(float(length * rng.uniform(0.050, 0.058)), 1)
    class_b = small and bool(rng.random() < 0.35)
    return Ship(
        mmsi=FLAGS[flag] * 1_000_000 + 990_000 + number,
        imo=None if class_b else imo_number(300_000 + number * 37),
        name=f"{stuff} {bird}" + (f" {round_ + 1}" if round_ else ""),
        callsign=f"{CALL[flag]}ZZ{number % 1000:03d}",
        flag=flag,
        ship_type=kind,
        length_m=length,
        width_m=max(6, round(length / 6.2)),
        laden_m=laden,
        ballast_m=round(laden * 0.58, 1),
        ais_class="B" if class_b else "A",
        power=round(float(rng.uniform(0.45, 0.7) if class_b else rng.uniform(0.85, 1.1)), 2),
    )
