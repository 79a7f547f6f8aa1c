"""The values of a course that are drawn: numbers in the unit of the protocol, and findings as they were reported."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from protocol.adapters.report.computed import Derived
from protocol.errors import NotationError
from protocol.model.course import Observation
from protocol.model.decision import Step, Trace
from protocol.model.input import DerivedNumber, Grade, Input, Number
from protocol.model.protocol import Protocol
from protocol.model.quantity import convert, exact


@frozen
class Reading:
    """A number at a time, with the limits of normal of its record. ``censored``: it is a bound. ``refused``: why it does not
    count."""

    time: int
    value: Fraction
    censored: str = ""
    lower: Fraction | None = None
    upper: Fraction | None = None
    refused: str = ""


@frozen
class Finding:
    """An option, or yes or no, at a time, as reported."""

    time: int
    text: str
    refused: str = ""


Curved = Input | DerivedNumber


def curves(trace: Trace, protocol: Protocol, derived: Derived) -> dict[Curved, tuple[Reading, ...]]:
    """Of each number and grade that was measured or computed the readings, in the order of the protocol and of time."""
    found: dict[Curved, tuple[Reading, ...]] = {
        item: tuple(_readings(trace, item)) for item in protocol.inputs if isinstance(item.kind, Number | Grade)
    }
    computed = derived(trace) if protocol.numbers else {}
    found |= {number: tuple(Reading(*one) for one in computed.get(number.name, ())) for number in protocol.numbers}
    return {item: readings for item, readings in found.items() if readings}


def findings(trace: Trace, protocol: Protocol) -> dict[Input, tuple[Finding, ...]]:
    """Of each choice and each yes or no that was recorded the findings."""
    found = {item: tuple(_findings(trace, item)) for item in protocol.inputs if not isinstance(item.kind, Number | Grade)}
    return {item: values for item, values in found.items() if values}


def _observations(trace: Trace, item: Input) -> Iterator[tuple[int, Observation, str]]:
    """What was observed of an input, when, and why it was refused, if it was."""
    for step in trace.steps:
        refused = {refusal.observation: refusal.why for refusal in step.refused}
        for one in step.visit.observations:
            if one.input == item.name:
                yield _time(step, one), one, refused.get(one, "")


def _time(step: Step, one: Observation) -> int:
    return step.visit.time if one.observed is None else one.observed


def _readings(trace: Trace, item: Input) -> Iterator[Reading]:
    unit = item.kind.unit if isinstance(item.kind, Number) else ""
    for time, one, refused in sorted(_observations(trace, item), key=lambda found: found[0]):
        value = _number(one.value, one.unit, unit)
        if value is not None:
            lower, upper = (_number(limit, one.unit, unit) for limit in (one.lower, one.upper))
            yield Reading(time, value, one.censored, lower, upper, refused)


def _number(value: Fraction | str | None, of: str, to: str) -> Fraction | None:
    """A number in the unit of the protocol; None for what is none, or cannot be converted: it was refused."""
    try:
        number = None if value is None else exact(value)
        return convert(number, of, to) if number is not None and of and to and of != to else number
    except NotationError:
        return None


def _findings(trace: Trace, item: Input) -> Iterator[Finding]:
    for time, one, refused in sorted(_observations(trace, item), key=lambda found: found[0]):
        yield Finding(time, "not done" if one.value is None else str(one.value), refused)
