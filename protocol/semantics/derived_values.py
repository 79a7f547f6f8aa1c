"""What was each derived number of a course, at each visit at which a part of it was measured?"""

from __future__ import annotations

from fractions import Fraction

from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.model.state import Interval
from protocol.semantics.computed import valid_reading
from protocol.semantics.prepared import prepare


def derived_values(protocol: Protocol, trace: Trace) -> dict[str, tuple[tuple[int, Fraction], ...]]:
    """Of each derived number its values and when they were observed; what is unknown then, or known as a range, is left out."""
    prepared = prepare(protocol)
    found: dict[str, dict[int, Fraction]] = {number.name: {} for number in protocol.numbers}
    for step in trace.steps:
        for name, values in found.items():
            held = valid_reading(prepared, step.state, name, step.visit.time)
            if held is not None and isinstance(held.value, Interval) and held.value.low == held.value.high:
                values.setdefault(held.observed, held.value.low)
    return {name: tuple(sorted(values.items())) for name, values in found.items()}
