"""A number that is worked out when somebody asks is at each moment what comes of the state of the reference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest
from attrs import evolve

pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol import trace
from protocol.executors import by_reference
from protocol.executors.compiled.layout import EVER, KNOWN, NONE
from protocol.executors.compiled.numbers import OfNumber
from protocol.executors.lanes.by_memory import ByMemory
from protocol.executors.lanes.chunk import chunks
from protocol.executors.lanes.worked_out import WorkedOut
from protocol.executors.plain import walker
from protocol.model.decision import Step
from protocol.model.guard import Known, Or
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import DAY, WEEK
from protocol.semantics.computed import changes
from protocol.semantics.prepared import prepare
from protocol.testing.protocols import any_protocol
from protocol.testing.thresholds import gaps
from tests.executors.test_columns import visits


def with_numbers(random: Random, *, standing_in: bool) -> tuple[Protocol, ByMemory]:
    """A protocol of which something is computed from readings that are in the table, and it is asked whether that is known.

    ``standing_in``: of two readings, for one of which a value stands in where it is missing.
    """
    while True:
        spec = evolve(any_protocol(random.choice), between_visits="wait")
        if not spec.numbers or standing_in is not bool(spec.numbers[0].defaults):
            continue
        name = spec.numbers[0].name
        asked = (evolve(rule, when=Or((rule.when, Known(name), Known(name, 3 * DAY)))) for rule in spec.rules)
        ready = walker(spec := evolve(spec, rules=tuple(asked)))
        if ready is not None and ready.memory is not None and ready.memory.numbers.all and not asks_age_of_fixed(ready.memory):
            return spec, ready.memory


def asks_age_of_fixed(memory: ByMemory) -> bool:
    """Whether it is asked how old a reading of a fixed input is: a table of such is left to another executor."""
    fixed = [one.coder.item.fixed for one in memory.fields.marks]
    return any(fixed[input_] and minutes < EVER for input_, minutes in memory.fields.sources)


def followed(random: Random, spec: Protocol, memory: ByMemory) -> Iterator[tuple[WorkedOut, int, Step, range]]:
    """Each row of a table, with the numbers of its patient, the step of the reference, and the minutes up to the next row."""
    table = visits(random, spec, 10)
    for _, chunk in chunks(memory.reader, memory.fields, table.to_pydict(), "given"):
        for (first, _), rows in zip(chunk.patients, by_reference.courses(spec, table), strict=True):
            worked_out, steps = WorkedOut(memory.numbers, chunk, first), trace(spec, rows.course).steps
            times = [*(step.visit.time for step in steps), steps[-1].visit.time + 10 * WEEK]
            for row, step in enumerate(steps):
                assert chunk.refused[first + row] + worked_out.refused(first + row) == len(step.refused)
                yield worked_out, first + row, step, range(times[row], times[row + 1] + 1)


def moments(spec: Protocol, state: State, minutes: range) -> list[int]:
    """The minutes at which a number can be another one, and the minutes before these."""
    found = {moment for number in spec.numbers for moment in changes(prepare(spec), state, number.name)}
    found |= {minutes.start + gap for gap in gaps(spec)} | {minutes.start + 1, minutes.stop}
    return sorted(one for moment in found for one in (moment - 1, moment) if one in minutes)


def held(spec: Protocol, one: OfNumber, state: State, time: int) -> tuple[int, ...]:
    """What the registers of a number hold of this state: its codes, whether it is known, and its date."""
    found, date = one.at(prepare(spec), state, time)
    return (*found.codes, time if found.is_known else NONE, NONE if date is None else date)


@pytest.mark.parametrize("seed", range(6))
def test_a_number_is_what_comes_of_the_readings_of_the_reference(seed: int) -> None:
    random = Random(seed)
    for _ in range(3):
        spec, memory = with_numbers(random, standing_in=seed % 2 == 0)
        for worked_out, row, step, minutes in followed(random, spec, memory):
            for one in memory.numbers.all:
                places, times = (*(place for _, place in one.terms), one.valid, one.date), moments(spec, step.state, minutes)
                expected = [held(spec, one, step.state, time) for time in times]
                assert [tuple(worked_out.register(place, row, time) for place in places) for time in times] == expected
                for axis in worked_out.numbers.frame.axes.all:
                    if axis.kind == KNOWN and axis.a in places:
                        young = [time - was[places.index(axis.a)] <= axis.d for was, time in zip(expected, times, strict=True)]
                        assert [bool(worked_out.code(axis, row, time)) for time in times] == young
                turning = set(worked_out.changes(one.valid, row))
                for (before, was), (time, now) in pairwise(zip(times, expected, strict=True)):
                    assert time > before + 1 or was[: len(one.terms)] == now[: len(one.terms)] or time in turning
