"""A bar appears only on a terminal, only after a while, and is gone when all is done."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from protocol.cli import run
from protocol.commands import data
from protocol.commands.progress import PATIENCE, telling, watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, count: int, each: float) -> str:
    """What stderr shows while so many items are handed out, each of which takes so many seconds."""
    now = [0.0]
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    handed = []
    for item in watched(range(count), "courses", lambda: now[0]):
        handed.append(item)
        now[0] += each
    assert handed == list(range(count))
    return stream.getvalue()


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(Terminal(), monkeypatch, 10, PATIENCE / 11) == ""


def test_what_is_slow_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(Terminal(), monkeypatch, 10, PATIENCE / 5)
    assert "courses" in text and "50%" in text and "90%" in text
    assert "10%" not in text and "40%" not in text


def test_it_is_not_drawn_again_at_every_item(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(Terminal(), monkeypatch, 3000, 0.001).count("courses") < 20


def test_a_first_item_that_takes_long_is_shown_to_be_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    watching = watched(range(2), "places", patience=0.01)
    next(watching)
    until = time.monotonic() + 5
    while "places" not in stream.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    assert "places" in stream.getvalue() and "0%" in stream.getvalue()
    assert list(watching) == [1]


def test_nobody_who_reads_a_file_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(io.StringIO(), monkeypatch, 10, PATIENCE) == ""


def test_a_failure_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, now = Terminal(), iter(range(100))
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    watching = watched(range(10), "courses", lambda: float(next(now)))
    next(watching), next(watching), next(watching)
    watching.close()  # type: ignore[attr-defined]
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")  # the cursor is shown again


def test_a_search_that_is_slow_says_how_far_it_is_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with telling(patience=0.01) as tell:
        tell("counts: 5,523 states")
        until = time.monotonic() + 5
        while "5,523 states" not in stream.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert "counts: 5,523 states, 0 s" in stream.getvalue()
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")  # the cursor is shown again


@pytest.mark.parametrize(("stream", "patience"), [(Terminal(), 60.0), (io.StringIO(), 0.0)])
def test_a_search_that_is_quick_or_piped_shows_nothing(
    stream: io.StringIO, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with telling(patience) as tell:
        tell("5,523 states")
        time.sleep(0.02)
    assert stream.getvalue() == ""


SAMPLE = Path(__file__).parents[1] / "adapters" / "mapped" / "sample"


def test_who_waits_for_tables_is_told_and_a_program_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    @contextmanager
    def telling() -> Iterator[Callable[[str], None]]:
        yield said.append

    monkeypatch.setattr(data, "telling", telling)
    mapping = SAMPLE / "sample.mapping.yaml"
    data.mapped(mapping, SAMPLE)
    assert said == []
    assert run(["map", str(mapping), "--data", str(SAMPLE)]) in (0, 1)
    assert said == ["sample.mapping.yaml: tables are read"]
