"""The layouts of position tables that are known, a row each: columns, clock, units, words.

A table is recognised by a few column names that only its publisher uses together. Any other table is read by a
column map that the user gives, which is the same `Columns` that a dialect holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from darkwake.errors import MissingColumn, WrongUse
from darkwake.schema import IDENTITY_FIELDS

SpeedUnit = Literal["kn", "m/s", "km/h"]

SETTINGS = ("time_format", "sog_unit", "decimal")
"""What a column map may say beside its columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of a table holds what. A value in single quotes, such as "'satellite'", is a constant."""

    time: str = ""
    ship: str = ""
    """The MMSI."""
    lat: str = ""
    lon: str = ""
    geometry: str = ""
    """A WKB point (GeoParquet), used where there is no latitude and longitude."""
    sog: str = ""
    cog: str = ""
    heading: str = ""
    status: str = ""
    """Navigational status: a number of ITU-R M.1371, or its usual words."""
    ais_class: str = ""
    """A or B, or the DMA's "Type of mobile", which also tells what is no ship."""
    receiver: str = ""
    imo: str = ""
    name: str = ""
    callsign: str = ""
    ship_type: str = ""
    length_m: str = ""
    width_m: str = ""
    draught_m: str = ""
    destination: str = ""
    eta: str = ""
    time_format: str = "auto"
    """"auto" (ISO 8601, or seconds, milliseconds, microseconds since 1970), or a strptime pattern. Always UTC."""
    sog_unit: SpeedUnit = "kn"
    decimal: Literal["point", "comma"] = "point"

    @staticmethod
    def parse(text: str) -> Columns:
        """The map written as "time=Time,ship=MMSI,lat=Lat,lon=Lon,receiver='satellite',time_format=%d.%m.%Y %H:%M".

        Raises:
            WrongUse: a part is not name=column, names nothing known, or time, ship or position is missing.
        """
        known = {item.name for item in fields(Columns)}
        given: dict[str, str] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            key, equals, value = part.partition("=")
            if not equals or key.strip() not in known or not value.strip():
                raise WrongUse(
                    f"{part!r} is no part of a column map",
                    to_do=f"Write name=column, parts separated by commas; the names are {', '.join(sorted(known))}",
                )
            given[key.strip()] = value.strip()
        return Columns(**given).checked()  # type: ignore[arg-type]  # checked() looks at the two literals

    def checked(self) -> Columns:
        """The map itself, when it can be used.

        Raises:
            WrongUse: time, ship or position has no column, or a setting has no such value.
        """
        missing = [name for name in ("time", "ship") if not getattr(self, name)]
        if not (self.lat and self.lon) and not self.geometry:
            missing.append("lat and lon")
        if missing:
            raise WrongUse(f"the column map does not say where {', '.join(missing)} stand", to_do="Add them to it")
        if self.sog_unit not in ("kn", "m/s", "km/h"):
            raise WrongUse(f"sog_unit {self.sog_unit!r} is not known", to_do="Use kn, m/s or km/h")
        if self.decimal not in ("point", "comma"):
            raise WrongUse(f"decimal {self.decimal!r} is not known", to_do="Use point or comma")
        return self

    def placed(self) -> dict[str, str]:
        """What is mapped: our name to the table's column, constants and settings left out."""
        return {
            item.name: value
            for item in fields(self)
            if item.name not in SETTINGS and (value := getattr(self, item.name)) and constant(value) is None
        }

    def constants(self) -> dict[str, str]:
        """What is the same in every row: our name to the value."""
        found = {item.name: constant(getattr(self, item.name)) for item in fields(self) if item.name not in SETTINGS}
        return {name: value for name, value in found.items() if value is not None}


def constant(value: str) -> str | None:
    """The text inside single quotes; None where the value names a column."""
    return value[1:-1] if len(value) > 2 and value[0] == value[-1] == "'" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One publisher's layout."""

    name: str
    """Kinds are made from it, such as "dma-csv"."""
    signs: tuple[frozenset[str], ...]
    """Column names, lower case; a header that has all of one set is in this dialect."""
    columns: Columns
    not_values: frozenset[str] = field(default_factory=frozenset)
    """Words, case folded, that stand for "not given" in identity columns."""
    eta_format: str = ""
    """strptime pattern of the estimated time of arrival, where it is a full date."""


DIALECTS: tuple[Dialect, ...] = (
    # Danish Maritime Authority: 26 columns since 2022, 22 before (without A, B, C, D); received on land.
    Dialect(
        name="dma",
        signs=(frozenset({"# timestamp"}), frozenset({"timestamp", "type of mobile"})),
        columns=Columns(
            time="# Timestamp", ship="MMSI", lat="Latitude", lon="Longitude", sog="SOG", cog="COG", heading="Heading",
            status="Navigational status", ais_class="Type of mobile", receiver="'terrestrial'", imo="IMO", name="Name",
            callsign="Callsign", ship_type="Ship type", length_m="Length", width_m="Width", draught_m="Draught",
            destination="Destination", eta="ETA", time_format="%d/%m/%Y %H:%M:%S",
        ),
        not_values=frozenset({"unknown", "undefined"}),
        eta_format="%d/%m/%Y %H:%M:%S",
    ),
    # NOAA MarineCadastre 2015 to 2024; received on land, one message a minute.
    Dialect(
        name="marinecadastre",
        signs=(frozenset({"mmsi", "basedatetime"}),),
        columns=Columns(
            time="BaseDateTime", ship="MMSI", lat="LAT", lon="LON", sog="SOG", cog="COG", heading="Heading",
            status="Status", ais_class="TransceiverClass", receiver="'terrestrial'", imo="IMO", name="VesselName",
            callsign="CallSign", ship_type="VesselType", length_m="Length", width_m="Width", draught_m="Draft",
        ),
    ),
    # The same since the change of format: lower case, .csv.zst and GeoParquet.
    Dialect(
        name="marinecadastre",
        signs=(frozenset({"mmsi", "base_date_time"}),),
        columns=Columns(
            time="base_date_time", ship="mmsi", lat="latitude", lon="longitude", geometry="geometry", sog="sog",
            cog="cog", heading="heading", status="status", ais_class="transceiver", receiver="'terrestrial'",
            imo="imo", name="vessel_name", callsign="call_sign", ship_type="vessel_type", length_m="length",
            width_m="width", draught_m="draft",
        ),
    ),
    # Global Fishing Watch's position messages.
    Dialect(
        name="gfw",
        signs=(frozenset({"ssvid", "timestamp"}),),
        columns=Columns(
            time="timestamp", ship="ssvid", lat="lat", lon="lon", sog="speed", cog="course", heading="heading",
            receiver="receiver_type", imo="imo", name="shipname", callsign="callsign", length_m="length",
            width_m="width", destination="destination",
        ),
    ),
)  # fmt: skip

BY_MAP = Dialect(name="table", signs=(), columns=Columns(), not_values=frozenset({"unknown", "undefined"}))
"""What a table read by the user's own column map counts as."""


def recognise(header: Collection[str], columns: Columns | None = None) -> Dialect | None:
    """The dialect of a table with that header; None where no dialect fits.

    A column map wins where the header has all of its columns; a dialect is tried otherwise.
    """
    if columns is not None and all(_find(header, name) is not None for name in columns.placed().values()):
        return Dialect(name=BY_MAP.name, signs=(), columns=columns.checked(), not_values=BY_MAP.not_values)
    names = {name.strip().casefold() for name in header}
    for dialect in DIALECTS:
        if any(sign <= names for sign in dialect.signs):
            return dialect
    return None


def locate(header: list[str], dialect: Dialect, *, where: str) -> dict[str, int]:
    """Our name to the index of the column in the table; mapped columns that the table lacks are left out.

    Raises:
        MissingColumn: time, ship or position has no column.
    """
    found = {}
    for ours, theirs in dialect.columns.placed().items():
        index = _find(header, theirs)
        if index is None and ours == "time":
            index = _find(header, theirs.lstrip("# "))  # DMA files lose the "# " when they pass through other tools
        if index is not None:
            found[ours] = index
    if "lat" in found and "lon" in found:
        found.pop("geometry", None)
    needed = ["time", "ship"] if "geometry" in found else ["time", "ship", "lat", "lon"]
    for ours in needed:
        if ours not in found and ours not in dialect.columns.constants():
            raise MissingColumn(
                f"there is no column {getattr(dialect.columns, ours)!r}, which holds {ours} in a {dialect.name} table",
                where=where,
                to_do=f"The header has: {', '.join(header)[:600]}. Restore the column, or give a column map",
            )
    return found


def missing_of_map(header: Collection[str], columns: Columns) -> list[str]:
    """The columns of the map that the header lacks."""
    return [name for name in columns.placed().values() if _find(header, name) is None]


def _find(header: Collection[str], name: str) -> int | None:
    """The column's index: the very name first, then without regard to case and outer spaces."""
    listed = list(header)
    if name in listed:
        return listed.index(name)
    folded = [item.strip().casefold() for item in listed]
    return folded.index(name.casefold()) if name.casefold() in folded else None


STATUS_WORDS: Mapping[str, int] = {
    "under way using engine": 0,
    "at anchor": 1,
    "not under command": 2,
    "restricted maneuverability": 3,
    "restricted manoeuverability": 3,
    "constrained by her draught": 4,
    "moored": 5,
    "aground": 6,
    "engaged in fishing": 7,
    "under way sailing": 8,
    "reserved for future amendment [hsc]": 9,
    "reserved for future amendment [wig]": 10,
    "power-driven vessel towing astern": 11,
    "power-driven vessel pushing ahead or towing alongside": 12,
    "reserved for future use": 13,
    "ais-sart (active)": 14,
    "undefined": 15,
}
"""Navigational status, ITU-R M.1371-5 table 48, in the words of the DMA and of MarineCadastre before 2018."""

CLASS_WORDS: Mapping[str, str] = {"a": "A", "class a": "A", "class_a": "A", "b": "B", "class b": "B", "class_b": "B"}

NOT_SHIP_WORDS: Mapping[str, str] = {
    "base station": "not a ship: base station",
    "aton": "not a ship: aid to navigation",
    "sar airborne": "not a ship: search-and-rescue aircraft",
    "man overboard device": "not a ship: distress beacon",
    "search and rescue transponder": "not a ship: distress beacon",
}
"""What the DMA's "Type of mobile" calls things that are no ships."""

RECEIVER_WORDS: Mapping[str, str] = {
    "terrestrial": "terrestrial",
    "t": "terrestrial",
    "satellite": "satellite",
    "s": "satellite",
}

TABLE_FIELDS = (
    "time", "ship", "lat", "lon", "sog", "cog", "heading", "status", "ais_class", "receiver", *IDENTITY_FIELDS,
)  # fmt: skip
"""What a reader may hand to `clean`, beside "row"."""
