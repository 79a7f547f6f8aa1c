"""How fast does it go, and how long will it take? On a terminal, what goes step by step says so on stderr until it is done."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from protocol.commands.progress import PATIENCE

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID
    from rich.text import Text

Tell = Callable[[str, int, int], None]
BYTES = "reading"
"""The step that counts bytes; the others count visits."""


@contextmanager
def rated(patience: float = PATIENCE) -> Iterator[Tell]:
    """A function that takes a step, how much of it is done, and of how much. What it shows is gone at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda step, done, of: None
        return
    bars = _Bars()
    timer = threading.Timer(patience, bars.open)
    timer.daemon = True
    timer.start()
    try:
        yield bars.tell
    finally:
        timer.cancel()
        bars.close()


class _Bars:
    """The bar of the step at hand, drawn again and again while it is open, also where nobody tells it anything."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), _rate_column(), TimeRemainingColumn(compact=True))
        self._progress: Progress = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
        self._step = ""
        self._task: TaskID | None = None
        self._open = self._closed = False
        self._lock = threading.Lock()

    def tell(self, step: str, done: int, of: int) -> None:
        """See ``rated``. While nothing is done the bar only shows that something goes on."""
        total = of if done else None
        if step != self._step or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._step, self._task = step, self._progress.add_task(step, total=total, completed=done)
        else:
            self._progress.update(self._task, completed=done, total=total)

    def open(self) -> None:
        with self._lock:
            if not self._closed:
                self._open = True
                self._progress.start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._open:
                self._progress.stop()


def _rate_column() -> ProgressColumn:
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """How much is done, and how fast it goes."""

        def render(self, task: Task) -> Text:
            return Text(rate_of(task.description, task.completed, task.total, task.speed))

    return Rate()


def rate_of(step: str, done: float, of: float | None, speed: float | None) -> str:
    """``3,000,000 of 12,000,000 visits, 410,000 visits/s``; of bytes in megabytes."""
    if of is None:
        return ""
    each, unit = (1e6, "MB") if step == BYTES else (1, "visits")
    said = f"{done / each:,.0f} of {of / each:,.0f} {unit}"
    return said if speed is None else f"{said}, {speed / each:,.0f} {unit}/s"
