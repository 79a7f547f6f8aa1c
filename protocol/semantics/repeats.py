"""Which of several readings of one input at one time counts: what its policy for repeats says, or none of them."""

from __future__ import annotations

from fractions import Fraction

from protocol.model.course import Observation
from protocol.model.decision import Refusal
from protocol.model.input import Choice, Input
from protocol.model.state import Held


def one_of(item: Input, read: list[tuple[Observation, Held | None]]) -> tuple[Held | None, list[Refusal]]:
    """Several readings of one time become one by the input's policy for repeats, or none."""
    if all(_same(held, read[0][1]) for _, held in read):
        return read[0][1], []
    values = [held for _, held in read if held is not None]
    if item.repeats == "last":
        return read[-1][1], []
    same_limits = len({(held.lower, held.upper) for held in values}) == 1
    if item.repeats == "worst" and len(values) == len(read) and same_limits:
        return max(values, key=lambda held: _badness(item, held)), []
    listed = ", ".join("not done" if held is None else held.text for _, held in read)
    return None, [Refusal(observation, f"several values at one time: {listed}") for observation, _ in read]


def _same(one: Held | None, other: Held | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.value, one.lower, one.upper) == (other.value, other.lower, other.upper)


def _badness(item: Input, held: Held) -> Fraction:
    if isinstance(held.value, str):
        options = item.kind.options if isinstance(item.kind, Choice) else ("no", "yes")
        return Fraction(options.index(held.value))
    assert held.value is not None
    return -held.value.low if item.worse == "low" else held.value.high
