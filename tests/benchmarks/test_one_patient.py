"""What one decision with its full explanation costs, against the same rules as float guards inside ``transitions``.

Both sides follow the same patient through the same visits, in turns, in one process; what is compared is processor time.
Their side is handed the visit's floats and fires one trigger. Ours is handed the visit as a course has it and gives the
decision with its rule, source, facts and what is missing, and the next state.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from random import Random

import pytest

from protocol import initial
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.semantics.step import step
from tests.benchmarks import guarded

VISITS, ROUNDS = 1_000, 9
Made = tuple[Protocol, type[guarded.Patient], Sequence[guarded.Values]]


def made(inputs: int, visits: int = VISITS) -> Made:
    """The protocol, the baseline, and the values of each visit, the same in every run."""
    random = Random(2003)
    if inputs == 5:
        return guarded.five_inputs(), guarded.Five, [guarded.five_values(random) for _ in range(visits)]
    return guarded.twelve_inputs(), guarded.Twelve, [guarded.twelve_values(random) for _ in range(visits)]


def visit_of(number: int, values: guarded.Values) -> Visit:
    """The values as a weekly visit of a course."""
    return Visit(number * WEEK, tuple(Observation(name, value) for name, value in values.items()))


def microseconds(run: Callable[[], None], visits: int) -> float:
    """Processor time of one visit."""
    began = time.process_time()
    run()
    return (time.process_time() - began) / visits * 1e6


def theirs(baseline: type[guarded.Patient], values: Sequence[guarded.Values]) -> Callable[[], None]:
    patient = baseline()

    def run() -> None:
        for number, found in enumerate(values):
            patient.visit(values=found, day=7.0 * number)

    return run


def ours(protocol: Protocol, visits: Sequence[Visit]) -> Callable[[], None]:
    def run() -> None:
        state = initial(protocol)
        for visit in visits:
            state = step(protocol, state, visit).state

    return run


@pytest.mark.parametrize("inputs", (5, 12))
def test_both_sides_are_in_the_same_state_after_every_visit(inputs: int) -> None:
    protocol, baseline, values = made(inputs)
    patient, state, seen = baseline(), initial(protocol), set()
    for number, found in enumerate(values):
        patient.visit(values=found, day=7.0 * number)
        state = step(protocol, state, visit_of(number, found)).state
        assert patient.state == (state.level.name if state.control.kind == "on treatment" else state.control.kind)
        seen.add(patient.state)
    assert {"starting", "held"} <= seen and "stopped" not in seen
    assert inputs == 12 or seen >= set(guarded.LEVELS)


@pytest.mark.benchmark
@pytest.mark.parametrize("inputs", (5, 12))
def test_a_decision_costs_at_most_three_times_as_much_as_float_guards(inputs: int) -> None:
    protocol, baseline, values = made(inputs)
    visits = [visit_of(number, found) for number, found in enumerate(values)]
    # In turns, so that whatever else the machine does slows both alike; the first pair fills the caches.
    pairs = [
        (microseconds(ours(protocol, visits), VISITS), microseconds(theirs(baseline, values), VISITS)) for _ in range(ROUNDS + 1)
    ][1:]
    ratio = statistics.median(mine / its for mine, its in pairs)
    mine, its = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"\n{inputs} inputs: ours {mine:.1f} us, float guards {its:.1f} us, {ratio:.2f} times")
    assert ratio <= 3
