"""What is done in several processes ends at once where somebody ends it, whatever the processes are at."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing import active_children

import pytest

from protocol.commands.side_by_side import Interrupted, side_by_side
from protocol.commands.terminated import terminated_as_interrupted


def _sleeps(state: None, seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_who_terminates_it_does_not_wait_for_what_the_processes_are_at() -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with terminated_as_interrupted(), pytest.raises(Interrupted) as ended:
        side_by_side(None, _sleeps, [0, 60, 60], 2, "naps")
    assert ended.value.args[0] in ([], [0])
    until = time.monotonic() + 20
    while active_children() and time.monotonic() < until:
        time.sleep(0.02)
    assert not active_children()
