"""The tables that cross from part to part, as schemas over Arrow types, and a check that names what differs.

Times are UTC, microseconds, without a zone. Speeds are knots, angles degrees, distances metres. Integers are
signed, because Spark and Delta know no others. A null means "not given", never "zero".
"""

from darkwake.schema.base import CITATION, TIME, empty, problems
from darkwake.schema.claimed import (
    ACTOR,
    ARTICLES,
    CLAIMS,
    CLUSTERS,
    CONTRADICTIONS,
    LINK,
    ORIGIN,
    ORIGINS,
    SAID_AMOUNT,
    SAID_DATE,
    WHY,
)
from darkwake.schema.found import EVENTS, INTERFERENCE, SILENCES
from darkwake.schema.heard import (
    AROUND,
    HISTORY,
    IDENTITIES,
    IDENTITY_FIELDS,
    POSITIONS,
    RECEPTION,
    SEGMENTS,
    SHIPS,
    SIDES,
    in_order,
)
from darkwake.schema.sailed import CHAINS, DRAUGHT_CHANGES, DRAUGHTS, INFERRED, PORTS, REACH, REACH_AREA, VOYAGES
from darkwake.schema.screened import FEATURE, GOODS_HITS, HITS, SEEN, STANDINGS

__all__ = [
    "ACTOR",
    "AROUND",
    "ARTICLES",
    "CHAINS",
    "CITATION",
    "CLAIMS",
    "CLUSTERS",
    "CONTRADICTIONS",
    "DRAUGHTS",
    "DRAUGHT_CHANGES",
    "EVENTS",
    "FEATURE",
    "GOODS_HITS",
    "HISTORY",
    "HITS",
    "IDENTITIES",
    "IDENTITY_FIELDS",
    "INFERRED",
    "INTERFERENCE",
    "LINK",
    "ORIGIN",
    "ORIGINS",
    "PORTS",
    "POSITIONS",
    "REACH",
    "REACH_AREA",
    "RECEPTION",
    "SAID_AMOUNT",
    "SAID_DATE",
    "SEEN",
    "SEGMENTS",
    "SHIPS",
    "SIDES",
    "SILENCES",
    "STANDINGS",
    "TIME",
    "VOYAGES",
    "WHY",
    "empty",
    "in_order",
    "problems",
]
