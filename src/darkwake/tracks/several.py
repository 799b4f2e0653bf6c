"""Several tasks at a time, their results in the order of the tasks, and never more waiting than are worked on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

MOST = 4
"""Threads: each holds a block of text and what is made of it, and Polars itself works on several columns at a time."""


def in_turn(tasks: Iterable[Callable[[], Result]], *, workers: int | None = None) -> Generator[Result]:
    """What the tasks return, in their order; what one of them raises is raised in its turn.

    The tasks are fetched as they are needed, in the thread of the caller. Close it where it is left before its end:
    then none of them still runs.

    Args:
        tasks: what is to be done.
        workers: how many at a time; None for as many as there are processors, at most `MOST`.
    """
    count = workers or min(MOST, os.cpu_count() or 1)
    if count == 1:
        yield from (task() for task in tasks)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(task))
                if len(waiting) > count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
