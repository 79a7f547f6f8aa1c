"""How fast does it go, and how long will it take? On a terminal, what goes step by step says so on stderr until it is done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from protocol.commands.progress import PATIENCE, late

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

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
    with late(bars, patience):
        yield bars.tell


class _Bars:
    """The bar of the step at hand, drawn again and again while it is open, also where nobody tells it anything."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        said = TextColumn("{task.fields[said]}", table_column=Column(no_wrap=True, overflow="ellipsis"))
        columns = (TextColumn("{task.description}"), BarColumn(20), said)
        self._progress: Progress = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
        self._pace = Pace("", 0, 0, 0.0)
        self._task: TaskID | None = None
        self._open = self._closed = False
        self._lock = threading.Lock()

    def tell(self, step: str, done: int, of: int) -> None:
        """See ``rated``. While nothing is done the bar only shows that something goes on."""
        now = time.monotonic()
        if step != self._pace.step or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._pace = Pace(step, done, of, now)
            self._task = self._progress.add_task(step, said="")
        self._progress.update(self._task, completed=done, total=of if done else None, said=self._pace.said(done, now))

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


@frozen
class Pace:
    """A step, how much of it was done when it began here, of how much, and when that was, in seconds."""

    step: str
    begun: int
    of: int
    since: float

    def said(self, done: int, now: float) -> str:
        """``3.00 of 12.50 million visits, 410,000/s, 0:23 left``; of bytes in MB; nothing before anything is done."""
        if not done:
            return ""
        rate = (done - self.begun) / (now - self.since) if done > self.begun and now > self.since else None
        if rate is None:
            return self._amount(done)
        left = round((self.of - done) / rate)
        each = f"{rate / 1e6:,.0f} MB/s" if self.step == BYTES else f"{rate:,.0f}/s"
        return f"{self._amount(done)}, {each}, {left // 60}:{left % 60:02} left"

    def _amount(self, done: int) -> str:
        if self.step == BYTES:
            return f"{done / 1e6:,.0f} of {self.of / 1e6:,.0f} MB"
        if self.of < 1e6:
            return f"{done:,} of {self.of:,} visits"
        return f"{done / 1e6:,.2f} of {self.of / 1e6:,.2f} million visits"
