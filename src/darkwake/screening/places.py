"""The countries of a route, from ports and countries as papers write them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from darkwake import country, ports
from darkwake.screening.phrases import plain

_LOCODE = re.compile(r"\(?\b([A-Z]{2}) ?([A-Z2-9]{3})\b\)?")
_PORT_OF = re.compile(r"^(?:the )?(?:sea)?port (?:of )?|\b(?:sea)?port$|\banchorage$", re.IGNORECASE)


def route(from_port: str, to_port: str, from_country: str, to_country: str) -> tuple[tuple[str, str], list[str]]:
    """Both countries as alpha-2, empty where that cannot be told, and what must be said of that."""
    notes: list[str] = []
    ends = []
    for port, land in ((from_port, from_country), (to_port, to_country)):
        stated = country_of(land) if land.strip() else ""
        told = country_of(port) if port.strip() else ""
        if stated and told and stated != told:
            notes.append(
                f"{port[:80]!r} lies in {country.name(told)}, but {land[:80]!r} is stated too; the port was taken."
            )
        if not (stated or told) and (port.strip() or land.strip()):
            notes.append(f"Which country {(port or land).strip()[:80]!r} lies in could not be told.")
        ends.append(told or stated)
    return (ends[0], ends[1]), notes


def country_of(text: str) -> str:
    """The alpha-2 code of a country, of "Port, Country", of a UN/LOCODE or of a port's name; empty where it is none."""
    folded = " ".join(plain(text)[:200].split()).strip(" .,")
    if not folded:
        return ""
    parts = [part.strip(" .()") for part in re.split(r"[,;/(]", folded) if part.strip(" .()")]
    for part in [folded, *reversed(parts[1:])]:
        if code := country.code(part):
            return code
    codes, names = _known()
    for part in [folded, *parts]:
        if code := names.get(_PORT_OF.sub("", part.casefold()).strip(), ""):
            return code
    for match in _LOCODE.finditer(folded.upper()):
        if "".join(match.groups()) in codes:
            return match[1]
    words = folded.rsplit(" ", 1)
    return (country.code(words[1]) or "") if len(words) > 1 and len(words[1]) > 3 else ""


@cache
def _known() -> tuple[frozenset[str], dict[str, str]]:
    """The LOCODEs of the package's ports, and the countries of port names that stand in one country only."""
    table = ports.default()
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in table.select("name", "country").iter_rows():
        found[_PORT_OF.sub("", str(name).casefold()).strip()].add(code)
    return frozenset(table["port"]), {name: codes.copy().pop() for name, codes in found.items() if len(codes) == 1}
