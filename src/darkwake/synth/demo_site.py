"""The demo's invented works: fifteen buildings on open water off Shahid Rajaee, and what befell each of them.

Nobody built there and nothing stands there: the place is sea, so that no picture can be taken for a real one. In
November a fire takes five of the buildings; what follows is cleared ground, scaffolds and new roofs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from darkwake.synth.scene_histories import History, Phase

NAME = "Pale Kestrel Works"
"""The bird and the stuff are those of no ship; the credit of every picture says that the place is invented."""
CREDIT = "INVENTED images of a place that does not exist, made by darkwake.synth"
FOLDER = "site"
SEED = 21
FIRST, LAST = date(2024, 8, 3), date(2025, 10, 14)
"""Days of the series; what is taken after the last arrives in the second act."""
LATER_DAYS = 16
LAT, LON = 27.085, 56.165
"""8 km from the nearest coast and 10 from the port: sea."""
_SIZE_M = 1_320.0, 1_080.0
_FIRE = date(2024, 11, 9)
_ALL = ("intact", "destroyed", "cleared", "under construction", "rebuilt")


def asked(case_to_folder: str) -> dict[str, str]:
    """The block [[sites]] of the case; paths from the case folder."""
    return {
        "name": NAME,
        "images": f"{case_to_folder}/{FOLDER}/images",
        "footprints": f"{case_to_folder}/{FOLDER}/footprints.geojson",
        "credit": CREDIT,
    }


def can_be_watched() -> bool:
    """Whether the packages of the extra [sites] are there."""
    return all(find_spec(name) for name in ("rasterio", "numba", "pystac"))


def fates() -> tuple[History, ...]:
    """One a building, in their order."""
    burnt = [
        _history("rebuilt", _ALL, (_FIRE, date(2025, 1, 6), date(2025, 3, 8), date(2025, 5, 20))),
        _history("rebuilt", _ALL, (_FIRE, date(2025, 1, 14), date(2025, 3, 16), date(2025, 6, 2))),
        _history("rebuilt", _ALL, (_FIRE, date(2025, 1, 22), date(2025, 4, 1), date(2025, 6, 20))),
        _history("rebuilt", _ALL, (_FIRE, date(2025, 2, 8), date(2025, 7, 20), date(2025, 10, 16))),
        _history("destroyed", _ALL[:2], (_FIRE,), damage=0.9),
    ]
    others = [
        _history("demolished", ("intact", "cleared"), (date(2025, 4, 18),)),
        _history("built", ("cleared", "under construction", "rebuilt"), (date(2025, 2, 22), date(2025, 5, 10))),
        _history("repainted", days=(date(2025, 3, 1),)),
        _history("lorries", days=tuple(date(2024, 9, 4) + timedelta(days=23 * at) for at in range(17))),
        _history("flooded yard", days=(date(2024, 12, 18), date(2025, 1, 9))),
    ]
    quiet = [_history("nothing") for _ in range(5)]
    # those that burnt stand side by side
    return (*burnt[:3], quiet[0], others[0], *burnt[3:], quiet[1], others[1], others[2], *quiet[2:], *others[3:])


def _history(
    kind: str, statuses: Sequence[str] = ("intact",), since: Sequence[date] = (), *, damage: float = 0.85,
    days: tuple[date, ...] = (),
) -> History:  # fmt: skip
    phases = tuple(Phase(status, day) for status, day in zip(statuses, (FIRST, *since), strict=True))
    return History(kind, phases, damage, days)


def write(folder: Path) -> dict[str, Any]:
    """Images and footprints into `folder`/site, those taken after `LAST` into `folder`/later/images.

    Returns:
        What is planted, as plain JSON: site, buildings (building, kind, decoy, changes with status and day).
    """
    # these import rasterio, which the extra [sites] brings
    from darkwake.synth import scene_files, scenes  # noqa: PLC0415

    corner = scene_files.corner_round(LAT, LON, "EPSG:32640", _SIZE_M, "T40RXX")
    made = scenes.write(
        folder / FOLDER, seed=SEED, days=(LAST - FIRST).days + LATER_DAYS, start=FIRST, fates=fates(), corner=corner,
        tracks=(44,), sides_m=(42.0, 80.0), step=False,
    )  # fmt: skip
    later = folder / "later" / "images"
    later.mkdir(parents=True, exist_ok=True)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    for image in truth["images"]:
        if image["time"][:10] > LAST.isoformat():
            (made.images / image["file"]).replace(later / image["file"])
    return {"site": NAME, "last": LAST.isoformat(), "buildings": [_planted(one) for one in truth["buildings"]]}


def _planted(building: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: building[name] for name in ("building", "kind", "decoy")},
        "changes": [
            {"status": change["status"], "since": change["since"]}
            for change in building["changes"]
            if change["since"] <= LAST.isoformat()
        ],
    }
