"""The demo's case, all invented on real water: what it asks, its sources, and what was planted in them.

Fourteen ships sail between China and the Gulf in six weeks, some ninety others go about their business round them. A
few things are planted; the rest is silence of the innocent kind, because most silence is. Beside the positions stand a
list of parties, a list of goods, papers and a site; what comes after the six weeks is the second act.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from darkwake.synth import (
    compare_parts,
    demo_goods,
    demo_lists,
    demo_papers,
    demo_sea,
    demo_site,
    feeds,
    fleet,
    lists,
    waters,
)
from darkwake.synth.compare import Compared, false_alarms
from darkwake.synth.compare import compare as side_by_side
from darkwake.synth.receivers import Outage
from darkwake.synth.sailing import Log, Phase
from darkwake.synth.waters import (
    BANDAR_ABBAS,
    FUJAIRAH,
    FUJAIRAH_ROADS,
    GULF,
    JEBEL_ALI,
    PEARL_ROADS,
    SHAHID_RAJAEE,
    Waters,
)
from darkwake.synth.world import Planted, SwitchOff, World, build

SEED = 20250901
START, DAYS = datetime(2025, 9, 1), 44.0
ASKED: Mapping[str, Any] = {
    "name": "demo",
    "question": "Which ships carried cargo from China to Iran in September and October 2025 while they could not be "
    "heard, and does any of it meet what is said of a cargo of sodium perchlorate?",
    "invented": True,
    "from_": ("CN",),
    "to": ("IR",),
    "period": "2025-09-01/2025-10-14",
    "longer_than_h": 6.0,
}
"""What the demo's case asks, under the names of `case.folder.Asked`."""
PLANTED_NAME = "planted.json"
LATER, LATER_DAYS = "later", 2.0
"""The folder of what arrives in the second act, and how many days of positions that is."""
LIST_NAME = "invented-sdn.xml"
OUTAGE = Outage(datetime(2025, 9, 20, 22), datetime(2025, 9, 21, 16), (waters.name(FUJAIRAH), "Khawr Fakkan"))
FILLERS = (52, 16, 10, 6, 12)
"""Ships of the Gulf's coast and of China's, in the roads off Fujairah and the Pearl River, across the Arabian Sea."""
_MOVING_S, _STILL_S = 360.0, 1800.0
_SAYS_NOTHING = (0, 4)  # these two transmit "FOR ORDERS" whatever port they are bound for
_BEYOND = (25.2, 56.9)
"""Off the roads of Fujairah, where others wait: what a ship hides that comes on again there can be weighed."""


@dataclass(frozen=True, slots=True)
class _Voyage:
    """One long voyage: lies in port until day `leaves`, makes its calls one after the other, and sails home."""

    here: str
    leaves: float
    calls: tuple[tuple[str, float], ...]
    """Port and hours; the ship is laden from the last port of the country it starts from."""
    knots: float
    flag: str
    kind: int = fleet.CARGO


# the place in this table is the ship's number, and so settles its name; see fleet.invent
_LONG = (
    _Voyage("CNZUH", 2.1, ((FUJAIRAH_ROADS, 21), (SHAHID_RAJAEE, 40)), 13.2, "PA"),  # the second call is dark
    _Voyage("CNTXG", 1.6, ((SHAHID_RAJAEE, 46),), 12.9, "KM"),  # listed under an older name
    _Voyage("CNQIN", 4.4, ((JEBEL_ALI, 44),), 13.6, "LR", fleet.TANKER),  # silent where all are
    _Voyage("CNZHI", 1.5, ((FUJAIRAH_ROADS, 75),), 13.0, "MH"),  # silent in the outage
    _Voyage("CNXMG", 0.9, ((PEARL_ROADS, 15), ("CNZUH", 27), (BANDAR_ABBAS, 46)), 13.4, "HK"),  # Zhuhai is dark
    _Voyage("CNTXG", 3.3, ((BANDAR_ABBAS, 46),), 13.1, "CN"),
    _Voyage("CNDAL", 2.2, ((JEBEL_ALI, 46),), 12.8, "LR"),
    _Voyage("CNZUH", 6.5, ((FUJAIRAH_ROADS, 30), (BANDAR_ABBAS, 46)), 12.4, "IR"),
    _Voyage("CNLYG", 5.2, ((JEBEL_ALI, 46),), 13.9, "SG"),
    _Voyage("CNQIN", 1.8, (("OMSOH", 46),), 13.3, "PA", fleet.TANKER),
    _Voyage(JEBEL_ALI, 3.0, (("CNZHI", 46),), 13.2, "HK"),
    _Voyage(SHAHID_RAJAEE, 2.4, (("CNTXG", 46),), 12.6, "IR"),
    _Voyage("CNSHK", 8.0, ((FUJAIRAH_ROADS, 26), (JEBEL_ALI, 40)), 13.5, "MH"),
    _Voyage(BANDAR_ABBAS, 4.0, ((FUJAIRAH_ROADS, 18), ("CNZUH", 46)), 12.7, "KM", fleet.TANKER),  # dark off Fujairah
)


def asked(folder: str, *, site: bool = True, papers: bool = True) -> dict[str, Any]:
    """What the demo's case asks, under the names of `case.folder.Asked`.

    Args:
        folder: where the invented sources lie, as seen from the case folder.
        site: whether the works are watched, which needs the extra [sites].
        papers: whether there are articles, which need the extra [claims].
    """
    return {
        **ASKED,
        "goods": (dict(demo_goods.GOODS),),
        "articles": demo_papers.asked() if papers else (),
        "sites": (demo_site.asked(folder),) if site else (),
    }


def write(
    folder: Path, *, site: bool = True, papers: bool = True, site_is_there: Callable[[], object] | None = None
) -> list[Planted]:
    """The demo's sources into `folder`, those of the second act into `folder`/later, and planted.json.

    The site is written first, and `site_is_there` called, so that it can be watched while the sea is invented.

    Returns:
        What was planted at sea, in the order of planted.json. The same version writes the same bytes.
    """
    later = folder / LATER
    later.mkdir(parents=True, exist_ok=True)
    works = demo_site.write(folder) if site else {}
    if site_is_there:
        site_is_there()
    made = world(DAYS + LATER_DAYS)
    end = START + timedelta(days=DAYS)
    feeds.write_dma(made, folder, until=end)
    feeds.write_dma(made, later, "invented-ais-later", since=end)
    lists.write_sdn(folder / LIST_NAME, entries(), published=date(2025, 8, 29))
    lists.write_sdn(later / "invented-sdn-later.xml", entries(later=True), published=date(2025, 10, 15))
    demo_goods.write(folder / demo_goods.LIST_NAME)
    known = [one for one in made.planted if one.end <= end]
    told: dict[str, Any] = {"invented": True, "asked": ASKED, "planted": [one.as_dict() for one in known]}
    told["goods"] = demo_goods.planted()
    told["papers"] = demo_papers.write(folder) if papers else {}
    told["site"] = works
    (folder / PLANTED_NAME).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8", newline="\n")
    return known


def planted(folder: Path) -> list[Planted]:
    """What `write` noted in planted.json as planted at sea; none where there is no such file."""
    return [Planted.of(row) for row in told(folder).get("planted", ())]


def told(folder: Path) -> dict[str, Any]:
    """planted.json: at sea, goods, papers and site; empty where there is no such file."""
    path = folder / PLANTED_NAME
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def compare(
    known: Sequence[Planted], case: Mapping[str, Any], others: Mapping[str, Any] | None = None
) -> list[dict[str, str]]:
    """What was planted and what a case found, side by side: rows of planted, found, result.

    Args:
        known: what was planted at sea.
        case: the content of case.json.
        others: what was planted of goods, papers and the site, as `told` gives it.

    Returns:
        After the planted things the false alarms: what a case found that nothing planted explains.
    """
    rows = side_by_side(known, case)
    rows += compare_parts.compare(others, case) if others else []
    wrong = false_alarms(known, case)
    ships = len({event["ship"] for event in wrong})
    gaps = sum(event["kind"] == "gap" for event in case["events"])
    found = f"{len(wrong)} of {gaps} silences, of {ships} ships, read as switched off without cause"
    rows.append(Compared("nobody else switched off", found, "false alarms" if wrong else "no false alarm"))
    rows += compare_parts.false_alarms(known, others, case) if others else []
    return [{"planted": one.planted, "found": one.found, "result": one.outcome} for one in rows]


def sources(folder: Path) -> list[Path]:
    """The files that `write` left in `folder` to be added to a case, sorted; images stay where they are."""
    lists_ = [folder / LIST_NAME, folder / demo_goods.LIST_NAME]
    return sorted([*folder.glob("invented-ais-*.zip"), *lists_, *(folder / demo_papers.FOLDER).glob("*.*")])


def later_sources(folder: Path) -> list[Path]:
    """What arrives in the second act to be added to the case, sorted; without images."""
    return sorted(path for path in (folder / LATER).glob("*") if path.is_file())


def later_images(folder: Path) -> list[tuple[Path, Path]]:
    """Images that arrive in the second act: where each lies, and where it belongs."""
    into = folder / demo_site.FOLDER / "images"
    return [(path, into / path.name) for path in sorted((folder / LATER / "images").glob("*.tif"))]


def entries(*, later: bool = False) -> list[lists.Entry]:
    """The invented list, see `demo_lists`; the later one holds more."""
    first = demo_lists.entries(_ship(1), _ship(6), SEED)
    return [*first, *demo_lists.added_later(_ship(0))] if later else first


def world(days: float = DAYS) -> World:
    """The demo's world; fewer days give its beginning, for tests, without what is planted later."""
    found = Waters()
    long = [_long(number, found) for number in range(len(_LONG))]
    logs = list(long)
    offs, others = _plant(long)
    logs += [_shuttle(100 + number, found, GULF, number, days) for number in range(FILLERS[0])]
    logs += [_shuttle(200 + number, found, waters.CHINA, number, days) for number in range(FILLERS[1])]
    logs += [_waiting(400 + number, found, FUJAIRAH_ROADS, days) for number in range(FILLERS[2])]
    logs += [_waiting(420 + number, found, PEARL_ROADS, days) for number in range(FILLERS[3])]
    logs += [_crossing(300 + number, found, number, days) for number in range(FILLERS[4])]
    offs += _local_offs(logs)
    end = START + timedelta(days=days)
    heard_by, outages = waters.reception(), (OUTAGE,) if OUTAGE.end < end else ()
    made = build(
        SEED, logs, heard_by, start=START, days=days,
        switch_offs=[off for off in offs if off.end < end], outages=outages,
        planted=[one for one in others if one.end <= end],
        moving_s=_MOVING_S, still_s=_STILL_S,
    )  # fmt: skip
    return demo_sea.with_meetings(made, SEED, heard_by, moving_s=_MOVING_S, still_s=_STILL_S, outages=outages)


# --- who sails ---


def _ship(number: int) -> fleet.Ship:
    voyage = _LONG[number]
    made = fleet.invent(np.random.default_rng([SEED, 1, number]), number, kind=voyage.kind, flag=voyage.flag)
    return replace(made, power=1.0)


def _long(number: int, found: Waters) -> Log:
    """A long voyage out and, as far as the time goes, home."""
    voyage, ship = _LONG[number], _ship(number)
    log = Log(ship, np.random.default_rng([SEED, 3, number]))
    here, home = voyage.here, voyage.here
    _lie(log, here, voyage.leaves * 24, says=waters.name(here).upper(), laden=False)
    abroad = next(place for place, (port, _) in enumerate(voyage.calls) if port not in waters.CHINA or here in GULF)
    for place, (port, hours) in enumerate(voyage.calls):
        says = "FOR ORDERS" if number in _SAYS_NOTHING else waters.name(port).upper()
        draught = ship.laden_m if place >= abroad else ship.ballast_m
        log.sail(found.between(here, port), voyage.knots, destination=says, draught_m=draught)
        _lie(log, port, hours, says=says, laden=place >= abroad)
        here = port
    if home in waters.CHINA and "CNZUH" in dict(voyage.calls):
        home = "CNZUH"
    says = waters.name(home).upper()
    log.sail(found.between(here, home), voyage.knots + 0.6, destination=says, draught_m=ship.ballast_m)
    end_s = (DAYS + LATER_DAYS) * 86_400
    if log.now_s < end_s:
        _lie(log, home, (end_s - log.now_s) / 3600, says=says, laden=False)
    return log


def _lie(log: Log, port: str, hours: float, *, says: str, laden: bool) -> None:
    """At a berth, or at anchor where the port is roads."""
    log.stay(
        waters.place(port), hours, destination=says, draught_m=log.ship.laden_m if laden else log.ship.ballast_m,
        moored=port not in waters.ROADS, apart=waters.apart(port),
    )  # fmt: skip


def _waiting(number: int, found: Waters, roads: str, days: float) -> Log:
    """A ship that waits in the roads for days, goes to a port near by, and waits again."""
    rng = np.random.default_rng([SEED, 6, number])
    near = (FUJAIRAH, waters.KHOR_FAKKAN, "OMSOH", JEBEL_ALI) if roads == FUJAIRAH_ROADS else ("CNZUH", "CNSHK")
    log = Log(
        fleet.invent(rng, number, kind=(fleet.TANKER, fleet.CARGO)[number % 2], flag=("LR", "PA", "MH")[number % 3]),
        rng,
    )
    port, laden = near[int(rng.integers(len(near)))], True
    while log.now_s < days * 86_400:
        _lie(log, roads, float(rng.uniform(40, 190)), says="FOR ORDERS", laden=laden)
        for here, there in ((roads, port), (port, roads)):
            draught = log.ship.laden_m if laden else log.ship.ballast_m
            log.sail(found.between(here, there), 10.5, destination=waters.name(there).upper(), draught_m=draught)
            if there == port:
                _lie(log, port, float(rng.uniform(12, 40)), says=waters.name(port).upper(), laden=laden)
                laden = not laden
    return log


def _shuttle(number: int, found: Waters, among: tuple[str, ...], turn: int, days: float) -> Log:
    """A ship of the coast: from port to port among a few of its own, with stays of some hours to two days."""
    rng = np.random.default_rng([SEED, 4, number])
    small = turn % 7 == 6
    flags = ("AE", "OM", "IR", "LR") if among is GULF else ("CN", "HK", "PA")
    kind = fleet.FISHING if small else (fleet.CARGO, fleet.TANKER, fleet.CARGO, fleet.CARGO)[turn % 4]
    log = Log(fleet.invent(rng, number, kind=kind, flag=flags[turn % len(flags)], small=small), rng)
    own = [among[int(one)] for one in rng.permutation(len(among))[:4]]
    knots, here, laden = float(rng.uniform(8.5, 14.0)), own[0], True
    _lie(log, here, float(rng.uniform(1, 30)), says=waters.name(own[1]).upper(), laden=True)
    while log.now_s < days * 86_400:
        there = own[(own.index(here) + 1 + int(rng.integers(3))) % 4]
        draught = log.ship.laden_m if laden else log.ship.ballast_m
        says = waters.name(there).upper()
        log.sail(found.between(here, there), knots, destination=says, draught_m=draught)
        _lie(log, there, float(rng.uniform(7, 44)), says=says, laden=laden)
        here, laden = there, not laden
    return log


def _crossing(number: int, found: Waters, turn: int, days: float) -> Log:
    """A ship that goes to and fro over the Arabian Sea, under way somewhere when the world begins."""
    rng = np.random.default_rng([SEED, 5, number])
    log = Log(fleet.invent(rng, number, kind=fleet.CARGO, flag=("SG", "LR", "PA")[turn % 3]), rng)
    pair = [(waters.SALALAH, "INBOM"), (waters.SALALAH, "LKCMB"), (waters.SALALAH, "PKKHI"),
            (FUJAIRAH, "LKCMB"), (JEBEL_ALI, "LKCMB"), (FUJAIRAH, "INBOM")][turn % 6]  # fmt: skip
    here, there = pair if rng.random() < 0.5 else pair[::-1]
    skip = float(rng.uniform(0, 0.9)) * 2_500.0 * len(found.between(here, there).lat)
    while log.now_s < days * 86_400:
        says = waters.name(there).upper()
        draught = log.ship.laden_m if there == pair[1] else log.ship.ballast_m
        log.sail(
            found.between(here, there), float(rng.uniform(11, 15)), destination=says, draught_m=draught, skip_m=skip
        )
        log.stay(waters.place(there), float(rng.uniform(14, 50)), destination=says, draught_m=draught)
        here, there, skip = there, here, 0.0
    return log


# --- what is planted ---


def _plant(long: Sequence[Log]) -> tuple[list[SwitchOff], list[Planted]]:
    """What the long voyages hide; the numbers are places in `_LONG`, and in a log: stay, leg, stay, leg ..."""
    dark, listed, quiet, waits, loads, tanker = (long[number] for number in (0, 1, 2, 3, 4, 13))
    call, load = dark.phases[4], loads.phases[4]
    offs = [
        SwitchOff(dark.ship.mmsi, _at(dark.phases[3].start_s - 1800), _near(dark, dark.phases[5], _BEYOND)),
        SwitchOff(loads.ship.mmsi, _at(loads.phases[3].start_s - 1800), _at(load.end_s + 2.5 * 3600)),
        SwitchOff(tanker.ship.mmsi, _at(tanker.phases[2].start_s + 3 * 3600), _at(tanker.phases[3].start_s + 4 * 3600)),
    ]
    west, south, east, north = waters.QUIET
    others = [
        Planted("dark_port_call", dark.ship.mmsi, _at(call.start_s), _at(call.end_s), *waters.place(SHAHID_RAJAEE),
                f"{dark.ship.name} called at Shahid Rajaee while its transmitter was off"),
        Planted("dark_port_call", loads.ship.mmsi, _at(load.start_s), _at(load.end_s), *waters.place("CNZUH"),
                f"{loads.ship.name} called at Zhuhai while its transmitter was off"),
        Planted("listed_ship", listed.ship.mmsi, START, START + timedelta(days=DAYS), *waters.place("CNTXG"),
                f"{listed.ship.name} is on the invented list under an older name, with the same IMO number "
                f"{listed.ship.imo}"),
        *(Planted("poor_reception", quiet.ship.mmsi, *_within(quiet, quiet.phases[leg], waters.QUIET),
                  (south + north) / 2, (west + east) / 2,
                  f"{quiet.ship.name}, {bound}, crossed water where satellites hear nearly nothing from anybody",
                  600_000.0)
          for leg, bound in ((1, "outward bound"), (3, "homeward bound"))),
        Planted("poor_reception", waits.ship.mmsi, max(OUTAGE.start, _at(waits.phases[2].start_s)), OUTAGE.end,
                *waters.place(FUJAIRAH_ROADS),
                f"{waits.ship.name} lay off Fujairah while the receivers there were down"),
    ]  # fmt: skip
    return offs, others


def _local_offs(logs: list[Log]) -> list[SwitchOff]:
    """Two ships of the Gulf's coast switch off under way, where they would have been heard."""
    found = []
    for number, after_day, hours in ((3, 9.0, 11.0), (17, 25.0, 16.0)):
        log = next(log for log in logs if log.ship.mmsi % 10_000 == number + 100)
        leg = next(one for one in log.phases if one.start_s > after_day * 86_400 and one.status == 0)
        found.append(SwitchOff(log.ship.mmsi, _at(leg.start_s + 1800), _at(leg.start_s + 1800 + hours * 3600)))
    return found


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=round(seconds))


def _near(log: Log, phase: Phase, point: tuple[float, float]) -> datetime:
    """When the ship is nearest to a place in one phase of its log."""
    time, lat, lon = log.knots(phase)
    return _at(float(time[np.argmin((lat - point[0]) ** 2 + (lon - point[1]) ** 2)]))


def _within(log: Log, phase: Phase, box: tuple[float, float, float, float]) -> tuple[datetime, datetime]:
    """When the ship enters and leaves a box in one phase of its log."""
    time, lat, lon = log.knots(phase)
    inside = time[(lat > box[1]) & (lat < box[3]) & (lon > box[0]) & (lon < box[2])]
    return _at(float(inside[0])), _at(float(inside[-1]))
