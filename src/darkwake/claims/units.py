"""Units as they are stated: never converted, because "ton" alone may be any of three.

Currencies become ISO 4217 codes only where the words say which: "US$" is USD, "$" alone stays "$" and "dollar", "pound"
and "rial" stay what they are, because several countries have them.
"""

from __future__ import annotations

import re

from darkwake.claims.gaps import listed, tight

_COUNTED = listed(
    "ton tonne kilogram kilogramme kilo gram gramme milligram ounce pound stone kilometer "
    "kilometre meter metre centimeter centimetre millimeter millimetre mile yard foot inch acre "
    "hectare liter litre gallon milliliter millilitre watt kilowatt megawatt gigawatt terawatt "
    "volt hertz gigahertz megahertz kilobyte megabyte gigabyte terabyte byte knot degree joule "
    "barrel container drum bag crate box pallet truckload shipload boatload carton packet sack "
    "bottle vial canister cylinder bale bundle sheet roll batch can bushel"
)
_IRREGULAR = {"feet": "foot", "inches": "inch", "boxes": "box", "batches": "batch", "stone": "stone", "hertz": "hertz"}
_SIGNS = listed(
    "kg g mg t kt mt lb lbs oz km m cm mm mi ft in ha km2 km² m2 m² m3 m³ l ml W kW MW GW TW kWh "
    "MWh GWh V Hz kHz MHz GHz KB MB GB TB bbl bpd dwt DWT TEU TEUs nm kn MT KT"
)
_LEADS = r"(?:metric|long|short|gross|deadweight|nautical|square|cubic|statute|imperial|fluid|standard|shipping)"

PLURALS = {word: word for word in _COUNTED} | {
    f"{word}s": word for word in _COUNTED if word not in ("foot", "inch", "box")
}
PLURALS |= _IRREGULAR
UNIT = tight(
    rf"\s?-?\s?(?P<percent>%|per\s?cent\b|percentage\s+points?\b)"
    rf"|[\s-]{{1,2}}(?P<word>(?:{_LEADS}[\s-])?(?:{'|'.join(sorted(PLURALS, key=len, reverse=True))}))\b"
    rf"|\s?(?P<sign>{'|'.join(re.escape(one) for one in sorted(_SIGNS, key=len, reverse=True))})(?![\w’'-])",
    re.IGNORECASE,
)
_AMBIGUOUS = frozenset(("in", "m", "t", "g", "l", "v", "w", "nm", "mi", "ha", "can", "kn", "mt", "kt"))
"""Signs that are words or letters too: only where they are written tight or as the sign is ("20 km", not "20 in")."""

MONEY_SIGN = (
    r"(?P<money>(?:US|USD|U\.S\.|A|AU|AUD|C|CA|CAD|NZ|HK|S|SG|R)\s?\$|\$|€|£|¥|₹|₽|₩|₺|₪"
    r"|(?:USD|EUR|GBP|CNY|RMB|JPY|INR|RUB|AED|SAR|IRR|CHF|AUD|CAD|TRY|KRW)\b|GB\s?£|Rs\.?)\s?"
)
_SIGNED = {
    "$": "$",
    "€": "EUR",
    "£": "GBP",
    "¥": "¥",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "₪": "ILS",
    "GB£": "GBP",
}
_SIGNED |= {
    "US$": "USD",
    "USD$": "USD",
    "U.S.$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "AUD$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
}
_SIGNED |= {
    "CAD$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "SG$": "SGD",
    "R$": "BRL",
    "RMB": "CNY",
    "Rs": "rupee",
    "Rs.": "rupee",
}
MONEY_WORD = tight(
    r"[\s-]{1,2}\(?(?P<words>(?:US|U\.S\.|American|Australian|Canadian|Hong\s+Kong|New\s+Zealand|Singapore|Iranian|Omani|Qatari"
    r"|Yemeni|Indian|Pakistani|Turkish|Russian|Chinese|Japanese|British)?\s?(?:dollars?|euros?|pounds?\s+sterling|yuan|renminbi|yen|"
    r"rials?|riyals?|rupees?|roubles?|rubles?|dirhams?|lira|liras|shekels?|won|francs?|cents?)|USD|EUR|GBP|CNY|RUB|JPY|AUD|CAD)\b",
    re.IGNORECASE,
)
_NAMED = {
    "euro": "EUR",
    "yuan": "CNY",
    "renminbi": "CNY",
    "yen": "JPY",
    "pound sterling": "GBP",
    "dollar": "$",
    "rouble": "RUB",
}
_NAMED |= {
    "ruble": "RUB",
    "shekel": "ILS",
    "us dollar": "USD",
    "u.s. dollar": "USD",
    "american dollar": "USD",
    "lira": "TRY",
}
_NAMED |= {"australian dollar": "AUD", "canadian dollar": "CAD", "hong kong dollar": "HKD", "new zealand dollar": "NZD"}
_NAMED |= {
    "singapore dollar": "SGD",
    "iranian rial": "IRR",
    "omani rial": "OMR",
    "qatari riyal": "QAR",
    "yemeni rial": "YER",
}
_NAMED |= {
    "indian rupee": "INR",
    "pakistani rupee": "PKR",
    "turkish lira": "TRY",
    "russian rouble": "RUB",
    "russian ruble": "RUB",
}
_NAMED |= {"chinese yuan": "CNY", "japanese yen": "JPY", "british pound sterling": "GBP"}


def stated(match: re.Match[str]) -> str | None:
    """The singular of a match of `UNIT` as stated; None where the letters are no unit there."""
    if match["percent"]:
        return "percentage point" if "point" in match["percent"].lower() else "percent"
    if match["word"]:
        words = match["word"].lower().replace("-", " ").split()
        if words in (["can"], ["stone"]):
            return None
        return " ".join([*words[:-1], PLURALS[words[-1]]])
    sign = match["sign"]
    if sign not in _SIGNS:
        return None
    if sign.lower() in _AMBIGUOUS and (match[0] != sign or sign == "in"):
        return None
    return sign.removesuffix("s") if sign in ("lbs", "TEUs") else sign


def signed(money: str) -> str:
    """The code of a currency's sign; the sign itself where several have it."""
    tight = money.replace(" ", "")
    return _SIGNED.get(tight, tight)


def named(words: str) -> str:
    """The code of a currency's name; the name where several have it."""
    name = " ".join(words.lower().split())
    if len(name) == 3 and name.upper() == words.strip():
        return name.upper()
    name = re.sub(r"(?<=[a-z])s\b(?! sterling)", "", name.replace("pounds sterling", "pound sterling"))
    return _NAMED.get(name, name)
