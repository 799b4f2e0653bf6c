"""Image series of sites -> the status of each building."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkwake import __version__
from darkwake.case import buildings
from darkwake.case.derived import Derived
from darkwake.case.folder import Asked
from darkwake.evidence import content_id

if TYPE_CHECKING:
    from darkwake.scenes import SiteAsked

_PATHS = ("images", "footprints", "area", "readings")


def watch(derived: Derived, asked: Asked) -> str:
    """Watch the sites that the case asks about; the key of what was watched."""
    case = derived.case
    kept = case.derived / "sites"
    given = [site_of(case.path, site) for site in asked.sites]
    key = content_id("watch", __version__, [_seen(one) for one in given])

    def make() -> str:
        if not given:
            return "the case asks about no sites"
        from darkwake import scenes  # noqa: PLC0415  the extra [sites] is needed only where a case asks for one

        told = []
        for one in given:
            watched = scenes.one(one, kept, progress=derived.progress)
            changed = watched.breaks["building"].n_unique()
            told.append(f"{one.name}: {watched.assessed.height:,} buildings, {changed:,} with a break")
        return "; ".join(told)

    derived.step("watch", key, [kept] if given else [], make)
    return key


def seen(derived: Derived, asked: Asked) -> list[buildings.Watched]:
    """The sites as the case shows them, with pictures."""
    if not asked.sites:
        return []
    from darkwake import scenes  # noqa: PLC0415

    return [scenes.seen(scenes.kept(derived.case.derived / "sites", site["name"])) for site in asked.sites]


def site_of(folder: Path, site: Any) -> SiteAsked:
    """A site as a case asks about it, its paths from the case folder."""
    from darkwake.scenes import SiteAsked  # noqa: PLC0415

    told: dict[str, Any] = {key: value for key, value in site.items() if key in {one.name for one in fields(SiteAsked)}}
    for name in _PATHS:
        if name in told and "://" not in told[name]:
            told[name] = str((folder / told[name]).resolve()) if name == "images" else (folder / told[name]).resolve()
    if "cell_m" in told:
        told["cell_m"] = float(told["cell_m"])
    return SiteAsked(**told)


def _seen(one: SiteAsked) -> list[Any]:
    """What a site depends on: its options, and every file that it names, by size and time."""
    named = [getattr(one, name) for name in _PATHS]
    files: list[tuple[str, int, int]] = []
    for item in named:
        if not item or "://" in str(item):
            continue
        path = Path(item)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                stat = file.stat()
                files.append((file.name, stat.st_size, stat.st_mtime_ns))
    return [one.name, [str(item or "") for item in named], one.cell_m, one.sensor, one.credit, files]
