"""What the data cover is what a plain look at all times says, however they are split and in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from darkwake.events import coverage
from darkwake.events.coverage import HOLE

DAY = datetime(2031, 3, 1)
HOURS = st.lists(st.integers(-400, 400), max_size=40)


@given(HOURS, st.lists(st.integers(0, 39), max_size=4), st.sampled_from([0, 1]))
def test_stretches_of_parts_laid_together_are_those_of_all_times(hours: list[int], cuts: list[int], more: int) -> None:
    microsecond = timedelta(microseconds=1)
    times = [DAY + timedelta(hours=hour * 8) + (hour % 2) * more * microsecond for hour in hours]
    numbers = np.array([(time - datetime(1970, 1, 1)) // microsecond for time in times], np.int64)
    parts = np.split(numbers, sorted(min(cut, len(numbers)) for cut in cuts))
    found = coverage.of(coverage.stretches(part) for part in parts)
    if not times:
        assert found is None
        return
    holes = [(one, two) for one, two in pairwise(sorted(times)) if two - one > HOLE]
    assert found is not None
    assert found.ends == (*(one for one, _ in holes), max(times))
    assert found.after == tuple(two for _, two in holes)
    assert found.first == min(times)
