"""How far is it? On a terminal, whatever takes over two seconds says so on stderr until it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 2.0
"""Seconds in which nothing is said."""
_EVERY = 0.1

Item = TypeVar("Item")
Clock = Callable[[], float]


def watched(items: Sequence[Item], what: str, clock: Clock = time.monotonic) -> Iterator[Item]:
    """The items one after the other; ``clock`` gives seconds. What it shows is gone when the last one is done."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    bar, shown = None, clock() + PATIENCE - _EVERY
    try:
        for done, item in enumerate(items):
            if clock() - shown >= _EVERY:
                bar, shown = bar or _Bar(what, len(items)), clock()
                bar.show(done)
            yield item
    finally:
        if bar:
            bar.close()


class _Bar:
    """A bar on stderr, drawn only when it is told to."""

    def __init__(self, what: str, total: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._progress: Progress = Progress(console=Console(stderr=True), transient=True, auto_refresh=False)
        self._task: TaskID = self._progress.add_task(what, total=total)
        self._progress.start()

    def show(self, done: int) -> None:
        self._progress.update(self._task, completed=done)
        self._progress.refresh()

    def close(self) -> None:
        self._progress.stop()
