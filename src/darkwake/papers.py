"""Articles alone and in a case: reading them, laying their claims together, and handing the ledger on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from darkwake import claims, schema
from darkwake.case.folder import Progress
from darkwake.sources import files_in


@dataclass(frozen=True, slots=True)
class File:
    """An article's file, the name that a reader knows it by, and what its owner says of it."""

    path: Path
    name: str
    known: Mapping[str, str] = field(default_factory=dict)
    """Any of url, outlet, author and published; goes before what the file says."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What articles say, laid together: the tables of schema.claimed."""

    articles: pl.DataFrame
    claims: pl.DataFrame
    clusters: pl.DataFrame
    origins: pl.DataFrame
    contradictions: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables by their names."""
        return {name: getattr(self, name) for name in ("articles", "claims", "clusters", "origins", "contradictions")}

    def described(self) -> str:
        """The counts in a few words."""
        retold = self.clusters.filter(pl.col("claims").list.len() > 1).height
        return (
            f"{self.claims.height:,} claims in {self.articles.height:,} articles, {retold:,} told more than once, "
            f"{self.contradictions.height:,} contradictions"
        )


NOTHING = Laid(
    articles=schema.empty(schema.ARTICLES),
    claims=schema.empty(schema.CLAIMS),
    clusters=schema.empty(schema.CLUSTERS),
    origins=schema.empty(schema.ORIGINS),
    contradictions=schema.empty(schema.CONTRADICTIONS),
)


def lay(files: Sequence[File], backend: claims.Backend, *, progress: Progress | None = None) -> Laid:
    """Read articles and lay their claims together.

    Raises:
        Unreadable: one is no article; the message names it.
    """
    # a case keeps its files under their hashes: the reader knows them by the name they came with
    read = [replace(claims.read(one.path, **one.known), name=one.name) for one in files]
    articles, said = claims.read_all(read, backend, progress=progress)
    clusters, origins, contradictions = claims.lay_together(articles, said)
    return Laid(articles, said, clusters, origins, contradictions)


def read_alone(
    items: Sequence[Path],
    *,
    backend: str = "",
    known: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Laid:
    """Files and folders of articles, without a case."""
    files = [File(file, file.name, known or {}) for item in items for file in files_in(item)]
    return lay(files, claims.backend(backend), progress=progress)
