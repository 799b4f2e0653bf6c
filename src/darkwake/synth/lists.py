"""An invented sanctions list in the layout of OFAC's classic SDN XML, marked as invented in itself.

Nothing in it is real: names, numbers, owners, programmes. A comment at its head and the programme of every entry say
so, and survive a copy of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

import numpy as np

from darkwake import country
from darkwake.synth import fleet

PROGRAMMES = ("INVENTED-1", "INVENTED-2")
_TRADES = ("SHIPPING", "MARITIME SERVICES", "TRADING", "LOGISTICS", "CHEMICALS", "HOLDING", "CHARTERING")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; the fields that do not belong to its kind stay empty."""

    kind: str
    """Vessel, Entity or Individual."""
    name: str
    first_name: str = ""
    aliases: tuple[str, ...] = ()
    """Each with its type before a colon where it is not "a.k.a.", such as "f.k.a.:OLD NAME"."""
    imo: int | None = None
    mmsi: int | None = None
    callsign: str = ""
    vessel_type: str = ""
    flag: str = ""
    """Alpha-2."""
    owner: str = ""
    programme: str = PROGRAMMES[0]


def invent(seed: int, *, ships: int = 20, companies: int = 14, people: int = 5) -> list[Entry]:
    """Entries with numbers and names that no ship of `fleet.invent` below number 5,000 has."""
    rng = np.random.default_rng([seed, 21])
    firms = [
        f"{fleet.STUFFS[n % len(fleet.STUFFS)]} {fleet.BIRDS[(3 * n + 7) % len(fleet.BIRDS)]} "
        f"{_TRADES[n % len(_TRADES)]} (INVENTED) LTD"
        for n in range(companies)
    ]
    flags = tuple(fleet.FLAGS)
    found = []
    for number in range(ships):
        flag = flags[int(rng.integers(len(flags)))]
        other = fleet.BIRDS[int(rng.integers(len(fleet.BIRDS)))]
        found.append(
            Entry(
                "Vessel", f"LISTED {fleet.BIRDS[number % len(fleet.BIRDS)]} {number + 1}",
                aliases=(f"f.k.a.:FORMER {other} {number + 1}",) if number % 3 == 0 else (),
                imo=fleet.imo_number(390_000 + 7 * number), mmsi=fleet.FLAGS[flag] * 1_000_000 + 995_000 + number,
                callsign=f"{flag}LL{number:03d}", vessel_type="Chemical Tanker" if number % 2 else "General Cargo",
                flag=flag, owner=firms[number % len(firms)], programme=PROGRAMMES[number % 2],
            )
        )  # fmt: skip
    found += [Entry("Entity", firm, programme=PROGRAMMES[n % 2]) for n, firm in enumerate(firms)]
    found += [Entry("Individual", f"EXAMPLE-{n + 1}", first_name="Invented") for n in range(people)]
    return found


def write_sdn(path: Path, entries: Sequence[Entry], *, published: date) -> Path:
    """The entries as an SDN XML file; equal entries give equal bytes."""
    lines = [
        '<?xml version="1.0" standalone="yes"?>',
        "<!-- INVENTED. Made by darkwake.synth; no name, number or programme in this file is real. -->",
        '<sdnList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://tempuri.org/sdnList.xsd">',
        "  <publshInformation>",
        f"    <Publish_Date>{published:%m/%d/%Y}</Publish_Date>",
        f"    <Record_Count>{len(entries)}</Record_Count>",
        "  </publshInformation>",
    ]
    for number, entry in enumerate(entries):
        lines += _entry(9_900_000 + 100 * number, entry)
    path.write_text("\n".join([*lines, "</sdnList>", ""]), encoding="utf-8", newline="\n")
    return path


def _entry(uid: int, entry: Entry) -> list[str]:
    lines = ["  <sdnEntry>", _tag(4, "uid", str(uid))]
    lines += [_tag(4, "firstName", entry.first_name)] if entry.first_name else []
    lines += [_tag(4, "lastName", entry.name), _tag(4, "sdnType", entry.kind)]
    lines += ["    <programList>", _tag(6, "program", entry.programme), "    </programList>"]
    numbers = [("Vessel Registration Identification", f"IMO {entry.imo}")] if entry.imo else []
    numbers += [("MMSI", str(entry.mmsi))] if entry.mmsi else []
    if numbers:
        lines.append("    <idList>")
        for step, (kind, value) in enumerate(numbers):
            lines += ["      <id>", _tag(8, "uid", str(uid + 10 + step)), _tag(8, "idType", kind)]
            lines += [_tag(8, "idNumber", value), "      </id>"]
        lines.append("    </idList>")
    if entry.aliases:
        lines.append("    <akaList>")
        for step, alias in enumerate(entry.aliases):
            kind, _, name = alias.rpartition(":")
            lines += ["      <aka>", _tag(8, "uid", str(uid + 20 + step)), _tag(8, "type", kind or "a.k.a.")]
            lines += [_tag(8, "category", "strong"), _tag(8, "lastName", name), "      </aka>"]
        lines.append("    </akaList>")
    if entry.kind == "Vessel":
        lines += ["    <vesselInfo>", _tag(6, "callSign", entry.callsign), _tag(6, "vesselType", entry.vessel_type)]
        lines += [_tag(6, "vesselFlag", country.name(entry.flag)), _tag(6, "vesselOwner", entry.owner)]
        lines.append("    </vesselInfo>")
    return [*lines, "  </sdnEntry>"]


def _tag(indent: int, name: str, value: str) -> str:
    return f"{' ' * indent}<{name}>{escape(value, quote=False)}</{name}>"
