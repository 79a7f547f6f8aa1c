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


def watched(items: Sequence[Item], what: str, clock: Clock = time.monotonic, patience: float = PATIENCE) -> Iterator[Item]:
    """The items one after the other; ``clock`` gives seconds. What it shows is gone when the last one is done.

    It is shown also while the first item still takes its time.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    bar, shown = _Bar(what, len(items)), clock() + patience - _EVERY
    with late(bar, patience):
        for done, item in enumerate(items):
            if clock() - shown >= _EVERY:
                shown = clock()
                bar.show(done)
            yield item


class _Bar:
    """A bar on stderr, drawn when it is opened and when it is told to; gone when it is closed."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._drawn: tuple[Progress, TaskID] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def open(self) -> None:
        with self._lock:
            if self._drawn is None and not self._closed:
                self._drawn = self._begun()

    def _begun(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import Progress

        progress: Progress = Progress(console=Console(stderr=True), transient=True, auto_refresh=False)
        task: TaskID = progress.add_task(self._what, total=self._total)
        progress.start()
        progress.refresh()
        return progress, task

    def show(self, done: int) -> None:
        self.open()
        with self._lock:
            if self._drawn:
                progress, task = self._drawn
                progress.update(task, completed=done)
                progress.refresh()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._drawn:
                self._drawn[0].stop()


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
