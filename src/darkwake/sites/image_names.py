"""What an image's file name tells: when, by which sensor, on which orbit, which band.

Names of Copernicus, OPERA, Landsat and Planet products are known by their own rules. Of any other name only a date is
read, and only one that stands there whole: year, month and day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_STAMP = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)-?(?P<m>[01]\d)-?(?P<d>[0-3]\d)(?:[T_]?(?P<t>[0-2]\d[0-5]\d[0-5]\d))?(?!\d)"
)
_OPERA = re.compile(r"OPERA_L2_RTC-S1_(T\d{3}-\d{6}-IW\d)_", re.I)
_S1 = re.compile(r"(?:^|_)S1[A-D]_", re.I)
_S1_ORBIT = re.compile(r"_(\d{6})_[0-9A-F]{6}_", re.I)
_S2 = re.compile(r"(?:^|_)S2[A-D]_|(?:^|_)T\d\d[A-Z]{3}_\d{8}T", re.I)
_LANDSAT = re.compile(r"^L[COTEM]0[4-9]_|^L[COTEM]\d_", re.I)
_BASELINE = re.compile(r"_N(\d\d)(\d\d)_", re.I)
_BAND = re.compile(r"[_.](VV|VH|HH|HV|B0?\d{1,2}A?|SCL|QA_PIXEL|TCI|SR_B\d|UDM2?|ANGLE)(?:_\d+m)?$", re.I)


_CAPITALS = ("VV", "VH", "HH", "HV", "SCL", "QA_PIXEL", "TCI", "UDM2")


@dataclass(frozen=True, slots=True)
class Told:
    """What a name tells; empty or None where it does not."""

    time: datetime | None
    sensor: str
    orbit: str
    band: str
    baseline: str


def told(stem: str, folders: str = "") -> Told:
    """What a file name without its ending tells; its folders are asked for a date only where the name has none."""
    sensor = _sensor(stem)
    band = _BAND.search(stem)
    baseline = _BASELINE.search(stem)
    return Told(
        time=time_in(stem) or time_in(folders),
        sensor=sensor,
        orbit=_orbit(stem) if sensor == "s1" else "",
        band=band_name(band[1]) if band else "",
        baseline=f"{baseline[1]}.{baseline[2]}" if baseline and sensor == "s2" else "",
    )


def _sensor(stem: str) -> str:
    if _OPERA.search(stem) or _S1.search(stem):
        return "s1"
    if _S2.search(stem):
        return "s2"
    return "landsat" if _LANDSAT.search(stem) else ""


def _orbit(stem: str) -> str:
    """A burst where the name has one, else the relative orbit reckoned from the absolute one."""
    if burst := _OPERA.search(stem):
        return burst[1].upper()
    absolute = _S1_ORBIT.search(stem)
    if not absolute:
        return ""
    # the satellites share 175 tracks and are shifted against each other: 73 for S1A, 27 for S1B, 172 for S1C (ESA)
    shift = {"A": 73, "B": 27, "C": 172}.get((_S1.search(stem) or [""])[0].strip("_").upper()[2:3])
    return f"{(int(absolute[1]) - shift) % 175 + 1}" if shift else ""


def time_in(text: str) -> datetime | None:
    """The first whole date in a text, with its time of day where that stands there too."""
    for found in _STAMP.finditer(text):
        clock = found["t"] or "000000"
        try:
            return datetime.strptime(f"{found['y']}{found['m']}{found['d']}{clock}", "%Y%m%d%H%M%S")
        except ValueError:
            continue
    return None


def band_name(text: str) -> str:
    """One name for a band: B4 and B04 are B04, SR_B4 of Landsat too; polarisations are capitals, colours small."""
    name = text.strip().upper().removeprefix("SR_")
    if numbered := re.fullmatch(r"B0?(\d{1,2})(A?)", name):
        return "B8A" if numbered[2] else f"B{int(numbered[1]):02d}"
    return name if name in _CAPITALS else text.strip().lower()
