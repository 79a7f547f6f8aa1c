"""How is the same done for many things at once? In several processes, in order, with a bar, until somebody ends it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from typing import Any, TypeVar

import click

from protocol.commands.progress import watched

State = TypeVar("State")
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Interrupted(Exception):
    """Raised where somebody ended it; its argument is what was done by then."""


_KILLED = "a process was ended before it was done, perhaps for want of memory: try fewer with --jobs, or a smaller --memory"
_STATE: list[Any] = []
"""What all tasks of a process work with; it is sent to each process once."""


def side_by_side(
    state: State, work: Callable[[State, Item], Answer], items: Sequence[Item], jobs: int | None, what: str
) -> list[Answer]:
    """What the work gives for each item, in order, with ``jobs`` processes, else one for each processor.

    Raises Interrupted with what there is.
    """
    done: list[Answer] = []
    count = min(processes(jobs), max(len(items), 1))
    try:
        if count == 1:
            done.extend(work(state, item) for item in watched(items, what))
            return done
        with ProcessPoolExecutor(count, initializer=_begin, initargs=(state,)) as pool:
            answers = pool.map(_work, [(work, item) for item in items])
            try:
                done.extend(_in_order(answers, items, what))
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in active_children():  # else what they are at would have to be done before this one can end
                    process.terminate()
                raise
            except BrokenProcessPool:
                raise click.ClickException(_KILLED) from None
    except KeyboardInterrupt:
        raise Interrupted(done) from None
    return done


def processes(jobs: int | None) -> int:
    """How many processes there are at most: as many as was said, else one for each processor."""
    return jobs or os.cpu_count() or 1


def _begin(state: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _STATE[:] = [state]


def _work(task: tuple[Callable[[Any, Item], Answer], Item]) -> Answer:
    return task[0](_STATE[0], task[1])


def _in_order(answers: Iterator[Answer], items: Sequence[Item], what: str) -> Iterator[Answer]:
    for _ in watched(items, what):
        yield next(answers)
