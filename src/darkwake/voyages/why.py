"""Why a corridor is empty: which of its ports lie in the water that the data cover, and who called there."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from darkwake import geo
from darkwake.nearest import Nearest
from darkwake.voyages.corridor import on_side, side

HEARD_WITHIN_M = 7_000.0
"""A port this near to the middle of a cell in which any ship was heard lies in covered water."""
_CELL_DEG = 0.05
_MOST_NAMES = 8


def why_none(
    voyages: pl.DataFrame,
    ports: pl.DataFrame,
    positions: pl.LazyFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    inferred: pl.DataFrame | None = None,
) -> list[str]:
    """Sentences on what each side of a corridor has in the data, and what can be done; for when it has no voyages.

    Args:
        voyages: VOYAGES.
        ports: PORTS that the calls were looked for at.
        positions: POSITIONS of the store.
        from_: countries or ports, as for `corridor`.
        to: likewise.
        inferred: INFERRED, where the corridor was asked with them.
    """
    heard = _heard(positions)
    told, missing = [], False
    for words, name in ((from_, "from_"), (to, "to")):
        where = side(words, name)
        points = ports.filter(on_side(where))
        covered = points.filter(
            pl.Series(heard.find(points["lat"].to_numpy(), points["lon"].to_numpy())[1]) <= HEARD_WITHIN_M
        )
        names = covered.group_by("port").agg(pl.col("name").first()).sort("name")["name"].to_list()
        calls = _calls(voyages, where)
        missing = missing or not names
        said = ", ".join(words)
        known = points["port"].n_unique()
        if not known:
            told.append(f"{said}: none of the ports that are known.")
            continue
        listed = ", ".join(names[:_MOST_NAMES]) + (
            f" and {len(names) - _MOST_NAMES} more" if names[_MOST_NAMES:] else ""
        )
        verb = "lies" if len(names) < 2 else "lie"
        lie = f"{len(names) or 'none'} {verb} where ships were heard" + (f" ({listed})" if names else "")
        guessed = (
            "" if inferred is None else f"; {inferred.filter(on_side(where)).height} more may have been made unheard"
        )
        told.append(f"{said}: of {known} ports known, {lie}; {calls} calls were heard there{guessed}.")
    if missing:
        told.append(
            "The data do not reach both sides: add positions of the other side, or a file with more of its ports."
        )
    else:
        told.append(
            "No ship was heard at both sides, in that order: ask for a longer period, or add a file of anchorages."
        )
    return told


def _heard(positions: pl.LazyFrame) -> Nearest:
    """The middles of the cells in which anybody was heard."""
    row, column = ((pl.col(axis) / _CELL_DEG).floor().cast(pl.Int32) for axis in ("lat", "lon"))
    cells = positions.select(row.alias("row"), column.alias("column")).unique().collect().sort("row", "column")
    middle = (cells.to_numpy().astype(float) + 0.5) * _CELL_DEG
    return Nearest(middle[:, 0], geo.wrap_lon(middle[:, 1]))


def _calls(voyages: pl.DataFrame, where: tuple[list[str], list[str]]) -> int:
    """How many calls at that side the voyages begin or end with."""
    ends = [voyages.filter(on_side(where, f"{end}_")).select(call=f"{end}_call") for end in ("from", "to")]
    return pl.concat(ends)["call"].drop_nulls().n_unique()
