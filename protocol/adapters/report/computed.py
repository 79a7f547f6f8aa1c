"""What a report shows of each course that is computed elsewhere: doses in force, derived numbers, and what is summed up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import field, frozen

from protocol.model.decision import Trace
from protocol.model.summary import Spell, Summary

Derived = Callable[[Trace], Mapping[str, Iterable[tuple[int, Fraction]]]]
"""Of a course the values of each derived number, each with when it was observed."""


def _nothing(trace: Trace) -> Mapping[str, Iterable[tuple[int, Fraction]]]:
    return {}


@frozen(eq=False)
class Computed:
    """``spells`` gives the doses in force of a course, ``derived`` its derived numbers; ``summaries`` are by its name."""

    spells: Callable[[Trace], Sequence[Spell]]
    derived: Derived = _nothing
    summaries: Mapping[str, Summary] = field(factory=dict)
