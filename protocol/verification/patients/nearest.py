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
MOST_DECIMALS = 7


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
    numbers, constants = sorted(value for value in values if not isinstance(value, str)), _constants(prepared, reading)
    below = [value for value in reversed(numbers) if value < reading.value][:MOST_TRIED]
    above = [value for value in numbers if value > reading.value][:MOST_TRIED]
    yield [_close(value, reading.value, constants) for value in below]
    yield [_close(value, reading.value, constants) for value in above]


def _close(value: Fraction, to: Fraction, constants: tuple[Fraction, ...]) -> Fraction:
    """A value of the same piece as this one, one step of the last printed decimal from the end that is next to the reading:
    499 of what is below 500. A constant is a piece of its own, and so is where no constant lies between."""
    ends = [end for end in constants if value < end <= to or to <= end < value]
    if value in constants or not ends:
        return value
    end = min(ends) if value < to else max(ends)
    steps = (Fraction(1, 10**decimals) for decimals in range(MOST_DECIMALS))
    step = next((step for step in steps if (end / step).denominator == 1 and step <= abs(end - value)), None)
    if step is None:
        return value
    return end - step if value < to else end + step


def _values(prepared: Prepared, reading: Observation) -> Iterable[Fraction | str]:
    match prepared.inputs[reading.input].kind:
        case Choice(options):
            return options
        case YesNo():
            return ("no", "yes")
        case Grade():
            return [Fraction(grade) for grade in range(6)]
        case Number(_, low, high):
            return cells(Interval(low, high), _constants(prepared, reading))


def _constants(prepared: Prepared, reading: Observation) -> tuple[Fraction, ...]:
    """What the reading is compared with, in its own unit."""
    asked, name = prepared.constants, reading.input
    above = _times(asked.get(Ratio(name, "ULN"), ()), reading.upper)
    below = _times(asked.get(Ratio(name, "LLN"), ()), reading.lower)
    return tuple(sorted({*asked.get(Value(name), ()), *above, *below}))


def _times(multiples: tuple[Fraction, ...], limit: Fraction | str | None) -> Iterator[Fraction]:
    """Multiples of a limit of normal, where that is on record."""
    return (times * limit for times in multiples if isinstance(limit, Fraction))
