"""Which findings next to those of a silent visit does the protocol answer, and how? They show between which lines the gap is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve

from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Ratio, Value
from protocol.model.input import Choice, Grade, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.state import Interval, State
from protocol.semantics.cells import cells
from protocol.semantics.prepared import Prepared, prepare
from protocol.semantics.step import initial, step
from protocol.semantics.trace import trace

MOST_TRIED = 8
"""So many values on each side of a finding are tried."""


def nearest(protocol: Protocol, course: Course, time: int) -> Iterator[tuple[Observation, Step]]:
    """Of each finding of a visit that no rule covers the nearest other ones that are answered there, with what is decided then.

    Where some are new at the visit, only of these.
    """
    prepared = prepare(protocol)
    before: Visit | None = None
    state = initial(protocol)
    for one in trace(protocol, course).steps:
        if one.visit.time == time:
            if one.decision.silent and not one.decision.rule:
                yield from _answered(protocol, prepared, state, one.visit, before)
            return
        before, state = one.visit, one.state


def _answered(
    protocol: Protocol, prepared: Prepared, state: State, visit: Visit, before: Visit | None
) -> Iterator[tuple[Observation, Step]]:
    new = tuple(one for one in visit.observations if before is None or one not in before.observations)
    for reading in new or visit.observations:
        for side in _beside(prepared, reading):
            others = (evolve(reading, value=value) for value in side)
            found = ((other, step(protocol, state, _with(visit, reading, other))) for other in others)
            yield from next(([one] for one in found if not one[1].decision.silent and not one[1].refused), [])


def _with(visit: Visit, reading: Observation, other: Observation) -> Visit:
    """The visit with another reading; what is given there is what is decided."""
    readings = tuple(other if one is reading else one for one in visit.observations)
    return evolve(visit, observations=readings, given=None)


def _beside(prepared: Prepared, reading: Observation) -> Iterator[Iterable[Fraction | str]]:
    """Values on each side of a reading, the nearest first; of an option all others."""
    if reading.value is None or reading.unit or reading.censored:
        return
    values = _values(prepared, reading)
    if isinstance(reading.value, str):
        yield from ([value] for value in values if value != reading.value)
        return
    numbers = sorted(value for value in values if not isinstance(value, str))
    yield [value for value in reversed(numbers) if value < reading.value][:MOST_TRIED]
    yield [value for value in numbers if value > reading.value][:MOST_TRIED]


def _values(prepared: Prepared, reading: Observation) -> Iterable[Fraction | str]:
    match prepared.inputs[reading.input].kind:
        case Choice(options):
            return options
        case YesNo():
            return ("no", "yes")
        case Grade():
            return [Fraction(grade) for grade in range(6)]
        case Number(_, low, high):
            asked, name = prepared.constants, reading.input
            above = _times(asked.get(Ratio(name, "ULN"), ()), reading.upper)
            below = _times(asked.get(Ratio(name, "LLN"), ()), reading.lower)
            return cells(Interval(low, high), tuple(sorted({*asked.get(Value(name), ()), *above, *below})))


def _times(multiples: tuple[Fraction, ...], limit: Fraction | str | None) -> Iterator[Fraction]:
    """Multiples of a limit of normal, where that is on record."""
    return (times * limit for times in multiples if isinstance(limit, Fraction))
