"""Segments on real shared numbers, against the segments that Global Fishing Watch made of the same messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.segment import READERS, rand_index, scored

from darkwake.tracks.hulls import hulls
from darkwake.tracks.segment import segment

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(("name", "tracks"), [("416000000", 29), ("gfw-positions-2018", 33)])
def test_agrees_with_gfw(shared: Path, name: str, tracks: int) -> None:
    figures = scored(READERS[name](shared / "ais"))
    assert figures["gfw_segments"] == tracks
    assert figures["rand_index"] >= 0.95


def test_a_way_that_gfw_keeps_together_stays_together(shared: Path) -> None:
    """338013000 is one ship with 23 messages that GFW set aside; the index means little with one long segment."""
    assert scored(READERS["338013000"](shared / "ais"))["longest_kept"] >= 0.99


def test_an_mmsi_without_truth_is_laid_whole(shared: Path) -> None:
    """263576000 is shared by ships in several oceans."""
    positions = READERS["263576000"](shared / "ais").drop("segment")
    segments = segment(positions)
    assert len(segments) == len(positions)
    laid = hulls(positions, segments)
    assert laid["positions"].sum() == len(positions)


def test_rand_index_of_known_cases() -> None:
    assert rand_index(["a", "a", "b"], ["x", "x", "y"]) == 1.0
    assert abs(rand_index(["a", "a", "b", "b"], ["x", "y", "x", "y"]) + 0.5) < 1e-12
