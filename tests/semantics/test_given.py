"""Which level a given regimen is, where several levels of the ladder have it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from protocol import machine, stored
from protocol.errors import NotationError, VisitError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.regimen import regimen
from protocol.semantics.step import initial, step
from protocol.semantics.trace import trace

PROTOCOL = parse(
    """
protocol: desensitisation
version: "1"
time: minutes
doses: {first: 25 mg once, second: 25 mg once, third: 50 mg once, fourth: 25 mg daily}
inputs: {rash: {yes or no, valid for: 60 minutes}}
otherwise: {on treatment: continue, held: continue}
rules:
  hold: {in: on treatment, when: rash, must: hold}
  start: {in: before treatment, when: always, must: start at first}
  next: {in: on treatment at first or second or third, when: "time since dose change >= 30 minutes", must: escalate, again: yes}
  leave: {in: held, when: "not rash", must: resume at the same level}
"""
)
ONCE = regimen("25 mg once")
WELL = (Observation("rash", "no"),)


def doses(*visits: tuple[int, Given]) -> list[str]:
    course = Course("a patient", tuple(Visit(time, WELL, given) for time, given in visits))
    return [str(one.state.dose) for one in trace(PROTOCOL, course).steps]


UNNAMED, FIRST, SECOND = Given("regimen", ONCE), Given("regimen", ONCE, "first"), Given("regimen", ONCE, "second")
NONE, THIRD = Given("none"), Given("regimen", regimen("50 mg once"))


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (((0, UNNAMED), (30, UNNAMED)), ["first", "second"]),  # what is recommended
        (((0, UNNAMED), (20, UNNAMED), (60, UNNAMED)), ["first", "first", "second"]),
        (((0, UNNAMED), (30, UNNAMED), (40, UNNAMED)), ["first", "second", "second"]),  # what is in force
        (((0, UNNAMED), (30, UNNAMED), (60, UNNAMED)), ["first", "second", "second"]),
        (((0, UNNAMED), (30, UNNAMED), (60, THIRD), (70, UNNAMED)), ["first", "second", "third", "first"]),  # else the lowest
        (((0, SECOND),), ["second"]),  # what was named
        (((0, UNNAMED), (30, FIRST)), ["first", "first"]),
        (((0, UNNAMED), (20, SECOND)), ["first", "second"]),
        (((0, UNNAMED), (30, UNNAMED), (40, NONE), (50, UNNAMED)), ["first", "second", "none", "second"]),
        (((0, UNNAMED), (20, Given("regimen", regimen("25 mg daily")))), ["first", "fourth"]),
    ],
)
def test_a_repeated_regimen_is_the_recommended_level_else_the_one_in_force_else_the_lowest(
    visits: tuple[tuple[int, Given], ...], expected: list[str]
) -> None:
    assert doses(*visits) == expected


@pytest.mark.parametrize(("given", "permitted"), [(UNNAMED, "every"), (SECOND, "every"), (FIRST, "none"), (THIRD, "none")])
def test_another_level_than_the_ordered_one_is_a_deviation_only_where_it_is_named(given: Given, permitted: str) -> None:
    started = step(PROTOCOL, initial(PROTOCOL), Visit(0, WELL, UNNAMED))
    verdict = step(PROTOCOL, started.state, Visit(30, WELL, given)).verdict
    assert verdict is not None
    assert verdict.permitted == permitted


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Given("regimen", ONCE, "third"), "25 mg once, is not the level 'third'. Levels with that regimen: first, second."),
        (Given("regimen", ONCE, "nothing"), "25 mg once, is not the level 'nothing'. Levels with that regimen: first, second."),
        (Given("regimen", regimen("1 g once"), "first"), "1 g once, is not the level 'first'. No level has that regimen"),
    ],
)
def test_a_level_that_has_another_regimen_is_refused(given: Given, message: str) -> None:
    with pytest.raises(VisitError, match=message):
        step(PROTOCOL, initial(PROTOCOL), Visit(0, given=given))


def test_a_level_belongs_to_a_regimen() -> None:
    with pytest.raises(NotationError, match="A level belongs to a regimen"):
        Given("none", level="first")


def test_a_named_level_is_recorded_and_restored() -> None:
    course = machine.begin(PROTOCOL, "a patient")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    signed: dict[str, Any] = {"request_id": "1", "expected_version": 0, "by": "Dr. A", "recorded_at": at}
    course.commit(course.decide(Visit(0, WELL, SECOND)), **signed, why="given in the ambulance")
    again = stored.from_json(stored.to_json(course), PROTOCOL)
    assert (again.state, again.entries) == (course.state, course.entries)
    assert str(again.state.dose) == "second"
