"""Who ends a command by a signal, as CI does or a cluster that needs the machine, is told the same as who presses Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Meanwhile SIGTERM raises KeyboardInterrupt; outside of the main thread, which alone hears signals, all is as it was."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
