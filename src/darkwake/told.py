"""What the parts say of themselves, and what became of each source: for the register and the method of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import polars as pl

from darkwake import __version__, claims, events, ports, screening, tracks, voyages
from darkwake.case import file as case_file
from darkwake.case import findings
from darkwake.case.folder import Added, Asked, CaseFolder
from darkwake.case.unaltered import unaltered
from darkwake.errors import Unreadable
from darkwake.evidence import Source
from darkwake.sources import Sorted


def register(case: CaseFolder, store: tracks.Store, sources: Sorted) -> list[Source]:
    """The sources of positions and ports with what was kept and refused of each; `steps` keeps that of lists.

    Raises:
        Unreadable: the store holds messages of a source that the case does not name, or a file of ports was altered.
    """
    names = {one.sha256: one for one in case.sources()}
    found = []
    for one in store.sources():
        added = names.get(one.sha256)
        if added is None:
            raise Unreadable(
                f"the store holds messages of {one.name}, which the register does not name",
                where=str(case.store),
                to_do="Delete the folder 'derived' and run again; or restore sources.jsonl",
            )
        found.append(Source(**asdict(one) | {"name": added.name, "invented": added.invented}))
    for added in sources.ports:
        table, refused = ports.read(unaltered(case, added))
        rows = table.height + sum(refused.values())
        found.append(source(added, rows=rows, kept=table.height, refused=refused))
    return found


def source(added: Added, **counts: Any) -> Source:
    """A file of the case as the register shows it."""
    return Source(added.sha256, added.name, added.kind, added.bytes, invented=added.invented, **counts)


def package_tables(answers: Sequence[Mapping[str, Any]], known: Sequence[Source]) -> list[Source]:
    """The package's own tables that answers on goods cite and that are not `known` yet, for the register."""
    rows = [finding for answer in answers for finding in answer.get("findings") or ()]
    cited = {one["source"] for row in rows for one in row.get("sources") or ()} - {one.sha256 for one in known}
    return [one for one in screening.precursors.tables() if one.sha256 in cited]


def articles(added: Sequence[Added], read: pl.DataFrame) -> list[Source]:
    """Articles as the register shows them, with the day that each says it was published."""
    days = dict(read.select("source", "published").iter_rows())
    return [source(one, rows=1, kept=1, dated=days.get(one.sha256, "")) for one in added]


def counted(one: screening.SanctionsList) -> dict[str, Any]:
    """What the register says of a list: its entries, kept and refused, and its date."""
    return {
        "rows": one.declared,
        "kept": len(one.entries),
        "refused": dict(one.refused),
        "dated": str(one.date),
    }


def goods_source(added: Added, index: screening.GoodsIndex) -> Source:
    """A control list or a table of codes as the register shows it."""
    lists = [one for one in index.lists if one.sha256 == added.sha256]
    tables = [one for one in index.codes if one.sha256 == added.sha256]
    refused: Counter[str] = Counter()
    for reasons in (*(one.refused for one in lists), *(one.refused for one in tables)):
        refused.update(reasons)
    kept = sum(len(one.entries) for one in lists) + sum(len(one.rows) for one in tables)
    dated = "; ".join(sorted({str(one.date) for one in lists}))
    return source(added, rows=kept + sum(refused.values()), kept=kept, refused=dict(refused), dated=dated)


def detectors(longer_than: timedelta, places: pl.DataFrame, identities: pl.DataFrame) -> tuple[events.Detector, ...]:
    """Every detector of `events.DETECTORS`, in its order, with what a case knows: its ports and what its ships said."""
    return (
        events.gap(longer_than=longer_than),
        events.port_call(ports=places),
        events.encounter(anchorages=places),
        events.dark_encounter(anchorages=places),
        events.loitering(ports=places),
        events.false_identity(identities=identities),
        events.false_position(),
    )


def of_parts(
    asked: Asked, searched: str, places: pl.DataFrame, identities: pl.DataFrame, *, read_by: str = ""
) -> case_file.Told:
    """Versions, parameters, innocent explanations and limits of every part that a case rests on."""
    every = detectors(timedelta(hours=asked.longer_than_h), places, identities)
    by = {detector.kind: detector for detector in every}
    return case_file.Told(
        made_by=f"darkwake {__version__}",
        by={kind: detector.made_by for kind, detector in by.items()}
        | {
            "silence": f"{by['gap'].made_by}; events.silence {__version__}",
            "port call": by["port_call"].made_by,
            "voyage": f"voyages.legs {__version__}",
            "inferred call": f"voyages.inferred {__version__}",
            "draught": f"voyages.draught {__version__}",
            "listing": f"screening.match {__version__}",
            "claim": f"claims {__version__}" + (f" ({read_by})" if read_by else ""),
        },
        innocent=findings.Innocent(
            silence=events.INNOCENT,
            port_call=by["port_call"].innocent,
            hit=screening.INNOCENT,
            voyage=voyages.INNOCENT,
            event={kind: detector.innocent for kind, detector in by.items()},
            inferred=voyages.INFERRED_INNOCENT,
            draught=voyages.DRAUGHT_INNOCENT,
        ),
        searched=searched,
        parameters=[
            {"name": f"{detector.kind}.{name}", "value": value, "says": ""}
            for detector in every
            for name, value in detector.parameters
        ],
        limits=(*events.LIMITS, *voyages.LIMITS, *screening.LIMITS, *(claims.LIMITS if read_by else ())),
    )
