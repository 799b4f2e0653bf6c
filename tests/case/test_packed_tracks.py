"""Tracks as they are packed into the page: smaller, and not a unit of them lost."""

from __future__ import annotations

import base64
import gzip
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from darkwake.case import embed


def unpacked_as_the_page_does(packed: str, sizes: list[int]) -> list[list[list[int]]]:
    """What data.js makes of the packed columns, in its order of reckoning: columnsOf, then waysOf."""
    count = sum(sizes)
    planes = np.frombuffer(gzip.decompress(base64.b64decode(packed)), dtype=np.uint8).reshape(3, 4, count)
    low = np.zeros((3, count), dtype=np.uint32)
    for place in range(4):
        low |= planes[:, place].astype(np.uint32) << np.uint32(8 * place)
    t, lat, lon = ((low >> np.uint32(1)).astype(np.int64) ^ -(low & np.uint32(1)).astype(np.int64)).tolist()
    found, at = [], 0
    for size in sizes:
        times = t[at : at + size]
        ways = []
        for off in (lat[at : at + size], lon[at : at + size]):
            for i in range(2, size):
                would = math.floor(off[i - 1] * max(times[i], 1) / max(times[i - 1], 1) + 0.5)
                off[i] += max(-30000, min(30000, would))
            ways.append(off)
        found.append([times, *ways])
        at += size
    return found


STEPS = st.lists(
    st.tuples(st.integers(0, 10_000_000), st.integers(-3_600_000, 3_600_000), st.integers(-900, 900)),
    min_size=1,
    max_size=30,
)


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_packed_tracks_come_back_to_the_last_unit(tracks: list[list[tuple[int, int, int]]]) -> None:
    made = [dict(zip(("t", "lat", "lon"), map(list, zip(*track, strict=True)), strict=True)) for track in tracks]
    back = unpacked_as_the_page_does(str(embed.columns(made)), [len(track) for track in tracks])
    assert back == [[track["t"], track["lat"], track["lon"]] for track in made]
