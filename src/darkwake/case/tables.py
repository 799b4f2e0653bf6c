"""What a case is made of: the tables that the parts found, and what the parts say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.case import buildings, quantities
from darkwake.case.findings import Innocent


@dataclass(frozen=True, slots=True)
class Tables:
    """What the parts found, as the tables of schema.py, and the thinned tracks."""

    ships: pl.DataFrame
    identities: pl.DataFrame
    events: pl.DataFrame
    silences: pl.DataFrame
    voyages: pl.DataFrame
    corridor: pl.DataFrame
    """CHAINS: the voyages on the corridor, each a chain of legs."""
    reach: pl.DataFrame
    """REACH: every port in reach, in the silences that were searched."""
    unheard: pl.DataFrame
    """REACH: of those, the ports of the corridor's far end, in silences that may hide a call there."""
    hits: pl.DataFrame
    standings: pl.DataFrame
    goods: Sequence[Mapping[str, Any]]
    """What was found of the goods that the case asks about, as plain JSON types."""
    decisions: Sequence[Mapping[str, Any]]
    """What people decided about hits; see kept.decided."""
    looked: Sequence[str]
    """The gaps for which `around` was asked; one without rows there had nobody around."""
    around: pl.DataFrame
    reception: pl.DataFrame
    """lat, lon (the middle of a cell), ais_class, present, heard: ship-hours known and heard."""
    reception_cell_deg: float
    tracks: Sequence[Mapping[str, Any]]
    interference: pl.DataFrame
    inferred: pl.DataFrame
    draughts: pl.DataFrame
    draught_changes: pl.DataFrame
    reach_area: pl.DataFrame
    articles: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.ARTICLES))
    claims: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CLAIMS))
    clusters: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CLUSTERS))
    origins: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.ORIGINS))
    contradictions: pl.DataFrame = field(default_factory=lambda: schema.empty(schema.CONTRADICTIONS))
    grades: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Claim -> its Admiralty grade, as claimed.Claimed has it."""
    sites: Sequence[buildings.Watched] = ()
    units_equal: quantities.Equal = field(default_factory=dict)
    """What the user says one unit is of another."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the parts say of themselves: versions with parameters, innocent explanations, lists searched, limits."""

    made_by: str
    by: Mapping[str, str]
    """Kind of evidence -> part, version and parameters."""
    innocent: Innocent
    searched: str
    """The lists with their dates and counts, as one phrase; empty where none was loaded."""
    parameters: Sequence[Mapping[str, Any]]
    limits: Sequence[str]
