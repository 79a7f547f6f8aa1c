"""Compiled protocols whose rules wait for times, some with a window, judge what was given as the reference does."""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import evolve

from protocol.executors import plain
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from tests.executors.test_compiled import NAMES, by_reference, compiled
from tests.semantics.test_timing import GAPS, timed


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
