"""Which constants stand next to a constant: near enough to be a slip, far enough that some reading lies between the two."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import gcd

from attrs import frozen

from protocol.model.guard import Clock, Compare, Guard, Known, Ratio, Term, Tracked, Value, nodes
from protocol.model.input import Grade, Number, Tracker
from protocol.model.protocol import Protocol
from protocol.model.time import DAY

HIGHEST_GRADE = 5
_SLIP = Fraction(1, 10)
_LEAST = Fraction(1, 1000)


@frozen
class Scale:
    """What a term is compared on: whole numbers or any, between two ends (None: no end); or ``time``, in minutes."""

    whole: bool
    low: Fraction | None = Fraction(0)
    high: Fraction | None = None
    time: bool = False
    above_low: bool = False


@frozen
class Nudges:
    """The constants of a protocol's guards in force, and the step from one visit to the next in minutes."""

    protocol: Protocol
    constants: dict[Term, tuple[Fraction, ...]]
    step: int

    def scale(self, term: Term) -> Scale:
        """What the term is compared on."""
        match term:
            case Clock():
                return Scale(True, time=True)
            case Tracked(name):
                return self._tracked(self.protocol.tracker(name))
            case Ratio():
                return Scale(False, above_low=True)
            case Value(name):
                return self._value(name, term)
        return Scale(True, Fraction(0), Fraction(HIGHEST_GRADE)) if hasattr(term, "input") else Scale(False)

    def _tracked(self, tracker: Tracker) -> Scale:
        if tracker.kind in ("lowest", "highest"):
            return self._value(tracker.input, Value(tracker.input))
        return Scale(True, time=tracker.kind in ("duration", "since"))

    def _value(self, name: str, term: Term) -> Scale:
        protocol = self.protocol
        if any(score.name == name for score in protocol.scores):
            kind = next(score.kind for score in protocol.scores if score.name == name)
            return Scale(True, kind.low, kind.high)
        number = next((item.kind for item in protocol.numbers if item.name == name), None)
        declared = number or protocol.input(name).kind
        if isinstance(declared, Grade):
            return Scale(True, Fraction(0), Fraction(HIGHEST_GRADE))
        assert isinstance(declared, Number)
        constants = (declared.low, declared.high, *self.constants.get(term, ()))
        counted = declared.unit == "1" and number is None and all(one.denominator == 1 for one in constants)
        return Scale(counted, declared.low, declared.high)

    def around(self, compare: Compare) -> tuple[Fraction, ...]:
        """The constant next below and the one next above, those of them that can stand there."""
        scale = self.scale(compare.term)
        found = self._around(compare, scale)
        return tuple(one for one in found if one != compare.constant and _stands(one, scale))

    def _around(self, compare: Compare, scale: Scale) -> tuple[Fraction, Fraction]:
        constant = compare.constant
        if scale.time or scale.whole:
            step = self.step if scale.time else 1
            return constant - step, constant + step
        others = self.constants.get(compare.term, ())
        below = max((one for one in others if one < constant), default=scale.low)
        above = min((one for one in others if one > constant), default=scale.high)
        slip = self._slip(constant, scale)
        return _between(constant, -slip, below), _between(constant, slip, above)

    def _slip(self, constant: Fraction, scale: Scale) -> Fraction:
        if constant:
            return _rounded(abs(constant) * _SLIP)
        return _rounded((scale.high - scale.low) * _LEAST) if scale.low is not None and scale.high is not None else _SLIP


def nudges(protocol: Protocol, guards: Iterable[Guard]) -> Nudges:
    """What is next to the constants of these guards, which are those in force."""
    asked = tuple(node for guard in guards for node in nodes(guard))
    found: dict[Term, set[Fraction]] = {}
    for node in asked:
        if isinstance(node, Compare):
            found.setdefault(node.term, set()).add(node.constant)
    return Nudges(protocol, {term: tuple(sorted(several)) for term, several in found.items()}, _step(protocol, asked))


def _step(protocol: Protocol, asked: tuple[Guard, ...]) -> int:
    """Minutes from one visit to the next: the shortest schedule, else what all times in the guards are multiples of."""
    schedules = [item.schedule.earliest for item in protocol.inputs if item.schedule]
    schedules += [entry.schedule.earliest for entry in protocol.monitoring]
    if schedules:
        return min(schedules)
    timed = [int(node.constant) for node in asked if isinstance(node, Compare) and _is_timed(protocol, node.term)]
    timed += [node.within for node in asked if isinstance(node, Known) and node.within]
    return reduce(gcd, timed, 0) or DAY


def _is_timed(protocol: Protocol, term: Term) -> bool:
    return isinstance(term, Clock) or (isinstance(term, Tracked) and protocol.tracker(term.tracker).kind in ("duration", "since"))


def _stands(constant: Fraction, scale: Scale) -> bool:
    if scale.low is not None and (constant < scale.low or (scale.above_low and constant == scale.low)):
        return False
    return scale.high is None or constant <= scale.high


def _between(constant: Fraction, slip: Fraction, end: Fraction | None) -> Fraction:
    """The constant with the slip, or halfway to the end where that is nearer."""
    if end is None or abs(end - constant) > abs(slip):
        return constant + slip
    return (constant + end) / 2


def _rounded(value: Fraction) -> Fraction:
    """To one digit, downwards: 0.25 to 0.2, 0.07 to 0.07."""
    unit = Fraction(1)
    while unit > value:
        unit /= 10
    while unit * 10 <= value:
        unit *= 10
    return value // unit * unit
