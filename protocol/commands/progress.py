"""How far is it? On a terminal, whatever takes over two seconds says so on stderr until it is done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress, TaskID
    from rich.text import Text

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


@contextmanager
def telling(patience: float = PATIENCE) -> Iterator[Callable[[str], None]]:
    """For what has no known end: a function that takes what is done now, shown with the seconds that have gone by.

    The seconds go on between two calls, so that a long step is not taken for a standstill.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda text: None
        return
    line = _Line()
    with late(line, patience):
        yield line.tell


class Shown(Protocol):
    """What can be shown on a terminal, and taken away."""

    def open(self) -> None: ...
    def close(self) -> None: ...


@contextmanager
def late(shown: Shown, patience: float) -> Iterator[None]:
    """Shows something once so many seconds have gone by, until all is done."""
    timer = threading.Timer(patience, shown.open)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        shown.close()


class _Line:
    """A line on stderr that is drawn again and again while it is open; gone when it is closed."""

    def __init__(self) -> None:
        self._text, self._begin = "", time.monotonic()
        self._live: Live | None = None
        self._closed = False
        self._lock = threading.Lock()

    def tell(self, text: str) -> None:
        self._text = text

    def open(self) -> None:
        from rich.console import Console
        from rich.live import Live

        with self._lock:
            if not self._closed:
                self._live = Live(self, console=Console(stderr=True), transient=True, refresh_per_second=4)
                self._live.start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._live:
                self._live.stop()

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text(f"{self._text}, {time.monotonic() - self._begin:.0f} s", no_wrap=True, overflow="ellipsis")
