"""Countries: ISO 3166-1 codes, their names, and the flag that an MMSI's first digits stand for."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from pyais.constants import COUNTRY_MAPPING

_ALSO = {
    # the World Port Index's and the lists' own words, where they differ from ISO's
    "bahamas, the": "BS", "brunei": "BN", "burma": "MM", "cape verde": "CV", "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG", "cote d'ivoire": "CI", "curacao": "CW", "czech republic": "CZ",
    "east timor": "TL", "falkland islands": "FK", "gambia, the": "GM", "iran": "IR", "ivory coast": "CI",
    "korea, north": "KP", "korea, south": "KR", "laos": "LA", "macau": "MO", "micronesia": "FM", "moldova": "MD",
    "north korea": "KP", "reunion": "RE", "russia": "RU", "saint barthelemy": "BL", "saint helena": "SH",
    "saint martin": "MF", "sao tome and principe": "ST", "south korea": "KR", "swaziland": "SZ", "syria": "SY",
    "taiwan": "TW", "tanzania": "TZ", "the gambia": "GM", "turkey": "TR", "uk": "GB", "usa": "US", "venezuela": "VE",
    "vietnam": "VN", "viet nam": "VN", "virgin islands": "VI", "british virgin islands": "VG",
    "saint vincent and the grenadines": "VC", "palestine": "PS", "cocos islands": "CC",
    "democratic people's republic of korea": "KP", "republic of korea": "KR", "congo (kinshasa)": "CD",
    "congo (brazzaville)": "CG", "saint vincent and the grenadines (windward islands)": "VC", "wake island": "UM",
    "midway islands": "UM", "johnston atoll": "UM", "johnson atoll": "UM", "the bahamas": "BS",
    "sint maarten": "SX", "falkland islands (islas malvinas)": "FK", "caribbean netherlands": "BQ",
    "south georgia and south sandwich islands": "GS", "federated states of micronesia": "FM", "svalbard": "SJ",
    "u.s. virgin islands": "VI", "saint helena, ascension, and tristan da cunha": "SH",
}  # fmt: skip


@cache
def _table() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    text = files("darkwake").joinpath("data", "countries.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    by_name = {row["name"].casefold(): row["alpha2"] for row in rows} | _ALSO
    return (
        {row["alpha3"]: row["alpha2"] for row in rows},
        by_name,
        {row["alpha2"]: row["name"] for row in rows},
    )


def code(text: str) -> str | None:
    """The alpha-2 code of a country given as alpha-2, alpha-3 or an English name; None where it is none."""
    from_alpha3, by_name, names = _table()
    word = text.strip()
    if word.upper() in names:
        return word.upper()
    return from_alpha3.get(word.upper()) or by_name.get(word.casefold())


def name(alpha2: str) -> str:
    """The English name of a country; the code itself where it is unknown."""
    return _table()[2].get(alpha2, alpha2)


def flag_of_mmsi(mmsi: int) -> str | None:
    """The alpha-2 code that the maritime identification digits of a ship's MMSI stand for.

    The digits are the first three of the nine (ITU-R M.585); a table of them comes with pyais. None where the number
    is not a ship's or its digits are not assigned.
    """
    if not 200_000_000 <= mmsi <= 799_999_999:
        return None
    found = COUNTRY_MAPPING.get(mmsi // 1_000_000)
    return found[0] if found else None
