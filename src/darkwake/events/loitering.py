"""A ship stays slow for hours where there is no port: far from any shore, or at least outside the anchorages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events.beyond import Anchorages, beyond
from darkwake.events.coverage import Coverage
from darkwake.events.details import texts
from darkwake.events.detector import Detector, in_hours
from darkwake.events.slots import READS, Slots, cited, in_a_row, long_enough, with_sources
from darkwake.events.stage import By, Stage
from darkwake.evidence import content_ids
from darkwake.schema import EVENTS, empty
from darkwake.shore import shore_m

Preset = Literal["offshore", "coastal"]


@dataclass(frozen=True, slots=True)
class _Preset:
    """The defaults of `loitering` under one name."""

    for_at_least: timedelta
    away_from_shore_m: float
    away_from_port_m: float


PRESETS: dict[str, _Preset] = {
    "offshore": _Preset(timedelta(hours=4), 20 * geo.METRES_PER_NM, 0.0),
    "coastal": _Preset(timedelta(hours=6), geo.METRES_PER_NM, 10_000.0),
}
"""Global Fishing Watch's distance from the shore; and a rule for coasts, where the nearest port tells more."""

_HOUR_US = 3_600_000_000
OVER = timedelta(hours=1)
"""The time over which a ship's mean speed is taken."""


def loitering(
    *,
    preset: Preset = "offshore",
    ports: pl.DataFrame | None = None,
    resample: timedelta = timedelta(minutes=10),
    not_across: timedelta = timedelta(hours=2),
    under_kn: float = 2.0,
    for_at_least: timedelta | None = None,
    away_from_shore_m: float | None = None,
    away_from_port_m: float | None = None,
) -> Detector:
    """A ship stayed slow for hours away from any port.

    What it flags:
        An unbroken time of `for_at_least` or longer in which the mean speed of a ship, over the hour round each
        moment or else from one moment to the next, stayed under `under_kn`, and in which it lay
        `away_from_shore_m` or more from any shore and `away_from_port_m` or more from any port. It begins and ends
        with the first and last such moment. The mean is taken over the way between positions, not over the speeds
        that the ship sent, and the hours are no clock's.

    Why it matters:
        A ship that earns by moving stays where it is for a reason. Where it waits for another that does not transmit,
        loitering is all of a meeting that can be seen.

    Innocent explanations:
        - The ship waited for a berth, for orders, for a charter, for the tide or for better weather.
        - It lay at an anchorage that the table of ports does not hold.
        - It drifted to save fuel because the berth was not yet free, or slowed to arrive on time.
        - It fished, hauled or soaked gear, or drifted beside its nets or lines at night.
        - The engine was under repair, the hull was cleaned, tanks were washed, or the crew drilled.
        - It was at its work: surveying, cable laying, dredging, drilling, guarding a rig or a wind farm, towing.
        - It stood by in a search, or for a ship in trouble.
        - It took on or gave fuel, stores or crew, or waited for a ship that brings them.

    Parameters:
        preset: "offshore" or "coastal", the defaults of the last three; what is given replaces the preset's.
        ports: PORTS, several points a port allowed; None takes the table in the package.
        resample: time between the moments at which the ship is placed; 10 min.
        not_across: a silence longer than this ends the loitering, because what the ship did in it is not known; 2 h,
            in which a ship at 12 kn can be 22 km off and back.
        under_kn: the mean speed over an hour; 2 kn.
        for_at_least: shortest duration. Offshore 4 h: the publications range from 1 h (Global Fishing Watch's data)
            to 8 h (Miller et al.), and a transfer of 2 h with the wait for it fills 4. Coastal 6 h, because there
            more ships wait for more reasons.
        away_from_shore_m: 37,040 m (20 nautical miles) offshore; 1,852 m (1 nautical mile) on the coast, because no
            table holds every berth, and what lies closer is mostly moored.
        away_from_port_m: 0 offshore, where ports are only named; 10 km on the coast.

    References:
        - Global Fishing Watch, pipe-loitering: hourly mean under 2 kn, 20 nautical miles or more from shore.
        - Miller et al., Identifying global patterns of transshipment behavior, Frontiers in Marine Science 5 (2018),
          240: 8 h or longer.
    """
    if preset not in PRESETS:
        raise WrongUse(
            f"there is no preset {preset!r}", where="loitering(preset=...)", to_do=f"Take one of {', '.join(PRESETS)}"
        )
    chosen = PRESETS[preset]
    least = chosen.for_at_least if for_at_least is None else for_at_least
    shore = chosen.away_from_shore_m if away_from_shore_m is None else away_from_shore_m
    port = chosen.away_from_port_m if away_from_port_m is None else away_from_port_m
    slots = Slots.of(resample, not_across, "loitering(resample=...)")
    do = partial(
        _loiterings,
        slots=slots,
        under_kn=under_kn,
        least=slots.count(least),
        shore=shore,
        port=port,
        around=Anchorages.of(ports, "loitering(ports=...)"),
    )
    return Detector(
        kind="loitering",
        stages=(Stage(By("ship"), do, reads=READS, until=True),),
        about=str(loitering.__doc__),
        parameters=(
            ("preset", preset),
            ("resample", in_hours(resample)),
            ("not_across", in_hours(not_across)),
            ("under", f"{under_kn:g}kn"),
            ("for_at_least", in_hours(least)),
            ("away_from_shore", f"{shore:g}m"),
            ("away_from_port", f"{port:g}m"),
        ),
    )


def idle(
    positions: pl.DataFrame,
    *,
    slots: Slots,
    under_kn: float,
    least: int,
    shore: float,
    port: float,
    around: Anchorages,
    until: Coverage | None,
) -> pl.DataFrame:
    """The slots in which a ship stays slow and away for at least so many in a row, with `run`, a number a row."""
    table = slots.at(positions, until)
    # the hour alone would cut what a ship lay still right after it came and right before it went
    knots = np.minimum(slots.knots(table, OVER), slots.nearest_knots(table))
    table = table.filter(pl.Series(knots < under_kn, dtype=pl.Boolean))
    table = table.filter(pl.Series(long_enough(in_a_row(table), least), dtype=pl.Boolean))
    table = table.filter(pl.Series(around.beyond(*_where(table), port), dtype=pl.Boolean))
    if shore > 0:  # asked last, and of few: it costs the most
        table = table.filter(pl.Series(beyond(shore_m, *_where(table), shore), dtype=pl.Boolean))
    table = table.filter(pl.Series(long_enough(in_a_row(table), least), dtype=pl.Boolean))
    return with_sources(table, positions).with_columns(pl.Series("run", in_a_row(table), dtype=pl.Int64))


def _where(table: pl.DataFrame) -> tuple[geo.Floats, geo.Floats]:
    return table["lat"].to_numpy(), table["lon"].to_numpy()


def runs(table: pl.DataFrame, slots: Slots, until: Coverage | None) -> pl.DataFrame:
    """One row a run of `idle`: ship, start, end, both ends' places, the way, the longest silence, the rows."""
    inside = pl.col("way_m").head(pl.len() - 1)  # what follows the last slot is not part of it
    return table.group_by("run", maintain_order=True).agg(
        pl.col("ship", "source", "row").first(),
        pl.col("next_source", "next_row").last(),
        slots.time(pl.col("slot").first(), until).alias("start"),
        slots.time(pl.col("slot").last(), until).alias("end"),
        pl.col("lat", "lon").first().name.prefix("start_"),
        pl.col("lat", "lon").last().name.prefix("end_"),
        inside.sum().alias("sailed_m"),
        pl.col("unheard_us").max(),
        pl.len().alias("slots"),
    )


def _loiterings(
    positions: pl.DataFrame,
    *,
    slots: Slots,
    under_kn: float,
    least: int,
    shore: float,
    port: float,
    around: Anchorages,
    until: Coverage | None,
) -> pl.DataFrame:
    table = idle(
        positions, slots=slots, under_kn=under_kn, least=least, shore=shore, port=port, around=around, until=until
    )
    if table.is_empty():
        return empty(EVENTS)
    found = runs(table, slots, until)
    # once an hour is near enough: a ship this slow is 4 km on at most
    hourly = max(1, slots.count(OVER) - 1)
    sparse = table.filter((pl.col("slot") - pl.col("slot").first().over("run")) % hourly == 0)
    least_m = (
        sparse.select("run", pl.Series("shore_m", shore_m(*_where(sparse)))).group_by("run").agg(pl.min("shore_m"))
    )
    found = found.join(least_m, on="run", how="left", maintain_order="left")
    return _as_events(found, around)


def _as_events(found: pl.DataFrame, around: Anchorages) -> pl.DataFrame:
    ends = [found[name].to_numpy() for name in ("start_lat", "start_lon", "end_lat", "end_lon")]
    made_good = geo.distance_m(*ends)
    nearest = around.nearest(ends[0], ends[1])
    return found.select(
        content_ids("loitering", found.select("ship", "start", "start_lat", "start_lon")),
        pl.lit("loitering").alias("kind"),
        "ship",
        pl.lit(None, pl.Int64).alias("other"),
        "start",
        "end",
        "start_lat",
        "start_lon",
        "end_lat",
        "end_lon",
        pl.Series("details", _details(found, made_good, nearest), dtype=pl.String),
        cited("", "next_").alias("sources"),
    )


def _details(found: pl.DataFrame, made_good_m: geo.Floats, nearest: list[dict[str, Any] | None]) -> list[str]:
    lasted_h = [us / _HOUR_US for us in (found["end"] - found["start"]).to_physical().to_list()]
    sailed = list(zip(found["sailed_m"].to_list(), lasted_h, strict=True))
    return texts(
        {
            "hours": [round(span, 4) for span in lasted_h],
            "longest_unheard_h": [round(us / _HOUR_US, 4) for us in found["unheard_us"].to_list()],
            "made_good_m": [round(metres, 1) for metres in made_good_m.tolist()],
            "mean_kn": [round(metres / geo.METRES_PER_NM / span, 3) for metres, span in sailed],
            "port": nearest,
            "sailed_m": [round(metres, 1) for metres, _ in sailed],
            "shore_m": [round(metres) for metres in found["shore_m"].to_list()],
            "slots": found["slots"].to_list(),
        }
    )
