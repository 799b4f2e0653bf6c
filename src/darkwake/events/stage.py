"""A stage of a detector: a function on a table, and what it must see together.

A stage is a module-level pure function (bound with `functools.partial`, so that it pickles) that gets a table and
returns one. The first gets POSITIONS, the last returns EVENTS. What a stage `sees` is the whole of what it asks for:
`By("ship")` gets whole tracks, so no detector has window borders to patch. A stage gets many keys in one table, sorted
by key and then by the other columns, and works on columns over all of them; it is never called once a ship. Of
positions each ship's stand together in the order of `schema.in_order`, but the ships in any. A stage may be called on
two tables at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from darkwake.errors import WrongUse


@dataclass(frozen=True, slots=True, init=False)
class By:
    """All rows with the same values in these columns are seen together."""

    columns: tuple[str, ...]

    def __init__(self, *columns: str) -> None:
        if not columns:
            raise WrongUse("By() names no column", to_do='Name what must be seen together, such as By("ship")')
        object.__setattr__(self, "columns", columns)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a detector: what it must see together, and what it does with that."""

    sees: By
    do: Callable[..., pl.DataFrame | Iterator[pl.DataFrame]]
    """Table in, table out; module-level and pure. The first stage gets POSITIONS, the last returns EVENTS.

    A stage before a change of the key may give its table in pieces, each written before the next is made: what meets
    what can be many times what went in.
    """
    reads: tuple[str, ...] | None = None
    """The columns of POSITIONS that a first stage needs; None for all. Fewer are read faster."""
    until: bool = False
    """True where `do` takes a keyword `until`: the Coverage of the whole source, the same in every split."""

    late: Callable[..., pl.DataFrame] | None = None
    """Of a detector's only stage: what is left to do with each of its tables once all positions are read.

    It takes the table and `until`, and returns EVENTS. Then `do` is not told, and the times need not be read before.
    """

    def __post_init__(self) -> None:
        if not isinstance(self.sees, By):
            raise WrongUse(
                f"the engine cannot run a stage that sees {self.sees!r}",
                where=getattr(self.do, "__name__", "a stage"),
                to_do="Say what it sees with By(column, ...)",
            )
