"""What goes step by step says how far it is, how fast and how long it will take; only on a terminal, only after a while."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from protocol.commands.rate import Pace, rated


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("pace", "done", "now", "said"),
    [
        (Pace("sorting", 0, 8000, 5.0), 0, 6.0, ""),
        (Pace("replaying", 1200, 8000, 5.0), 1200, 6.0, "1,200 of 8,000 visits"),
        (Pace("replaying", 1200, 8000, 5.0), 1600, 7.0, "1,600 of 8,000 visits, 200/s, 0:32 left"),
        (Pace("replaying", 0, 12_500_000, 0.0), 3_000_000, 10.0, "3.00 of 12.50 million visits, 300,000/s, 0:32 left"),
        (Pace("reading", 0, 10**12, 0.0), 10**11, 100.0, "100,000 of 1,000,000 MB, 1,000 MB/s, 15:00 left"),
    ],
)
def test_it_says_how_much_how_fast_and_how_long(pace: Pace, done: int, now: float, said: str) -> None:
    assert pace.said(done, now) == said


def test_each_step_has_its_bar_with_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    for name, value in (("TERM", "xterm"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    with rated(patience=0.0) as tell:
        tell("sorting", 0, 5_000_000)
        tell("replaying", 1_000_000, 5_000_000)
        tell("replaying", 2_000_000, 5_000_000)
        until = time.monotonic() + 10
        while "2.00 of 5.00 million visits, " not in stream.getvalue() and time.monotonic() < until:
            time.sleep(0.02)
    assert re.search(r"replaying .*2\.00 of 5\.00 million visits, [0-9,]+/s, [0-9]:[0-9][0-9] left", stream.getvalue())
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")  # the cursor is shown again


@pytest.mark.parametrize(("stream", "patience"), [(Terminal(), 60.0), (io.StringIO(), 0.0)])
def test_what_is_quick_or_piped_shows_nothing(stream: io.StringIO, patience: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with rated(patience) as tell:
        tell("sorting", 1, 2)
        time.sleep(0.02)
    assert stream.getvalue() == ""
