"""Compiled protocols whose rules wait for times, some with a window, judge what was given as the reference does."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from attrs import evolve

from protocol.executors import plain
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from tests.executors.test_compiled import NAMES, by_reference, compiled
from tests.semantics.test_deviations import IN_WINDOW, STARTED, WINDOW, in_window
from tests.semantics.test_timing import GAPS, timed


def deviations(rows: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """The time and deviation of each visit."""
    return [(row["elapsed"], row["deviation"]) for row in rows]


@pytest.mark.parametrize(("days", "raised_on"), [one[:2] for one in IN_WINDOW])
def test_what_is_done_on_the_last_day_of_a_window_is_on_time(days: tuple[int, ...], raised_on: int | None) -> None:
    ready, course = plain.walker(WINDOW), Course("window", (STARTED, *in_window(days, raised_on)))
    assert ready is not None
    found = compiled(ready, course)
    assert found is not None
    assert deviations(found) == deviations(by_reference(WINDOW, course))


def drawn(choose: Any, protocol: Protocol, name: str) -> Course:
    givens = [None, Given("none"), Given("stopped"), *(Given("regimen", level.regimen) for level in protocol.levels)]
    visits: list[Visit] = []
    time = 0
    for _ in range(8):
        shown = choose(("no", "no", "no", "yes", None))
        given = choose((visits[-1].given if visits else givens[4], choose(givens)))
        visits.append(Visit(time, () if shown is None else (Observation("rash", shown),), given))
        time += choose(GAPS)
    return Course(name, tuple(visits))


def test_times_with_windows_are_judged_as_by_the_reference() -> None:
    choose, kinds = Random("windows").choice, set[str | None]()
    for number in range(30):
        protocol = timed(choose)
        protocol = evolve(protocol, act_within=choose((DAY, 2 * DAY))) if number % 3 == 0 else protocol
        ready = plain.walker(protocol)
        assert ready is not None
        for course in (drawn(choose, protocol, f"{number}") for number in range(6)):
            expected, found = by_reference(protocol, course), compiled(ready, course)
            assert found is not None
            for mine, its in zip(found, expected, strict=True):
                assert {name: mine[name] for name in NAMES} == {name: its[name] for name in NAMES}, (protocol.rules, course, its)
                kinds.add(its["deviation"])
    assert {None, "change too early", "change too late", "wrong resume level", "not decidable"} <= kinds
