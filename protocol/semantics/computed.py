"""What a derived number is at one time: its formula over the readings that are valid then, and where they come from.

The one gateway to a value, measured or computed, is ``valid_reading``. A computed one is a reading that nobody reported: its
value is the interval of all results, its time of observation that of its newest part. A part that is missing, a divisor
that may be zero and a result outside the plausible range leave it unknown. What it can be then is ``possible``: a missing
part is anything plausible, as it is in every completion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve, frozen

from protocol.model.course import Observation
from protocol.model.decision import Fact, Refusal
from protocol.model.formula import Baseline, Constant, Current, Earlier, Formula, Operation, Part, parts
from protocol.model.guard import Guard, Known
from protocol.model.input import DerivedNumber
from protocol.model.quantity import say_number
from protocol.model.state import Held, Interval, State
from protocol.model.time import say_time
from protocol.semantics.arithmetic import added, divided, multiplied, negative, within
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import Accepted
from protocol.semantics.remembered import reference, reference_changes
from protocol.semantics.trackers import plausible

PLACES = 4
"""Decimal places of a result that has more when it is shown; comparisons are exact."""


def valid_reading(prepared: Prepared, state: State, name: str, time: int) -> Held | None:
    """The reading of an input that counts at a time: the last one while it is valid, or what is computed; None is unknown."""
    number = prepared.numbers.get(name)
    if number is not None:
        return computed(prepared, state, number, time).reading()
    if name in prepared.scores:
        from protocol.semantics.scores import scored  # which asks guards, and they ask this

        return scored(prepared, state, prepared.scores[name], time)
    held = state.reading(name)
    if held is None or held.value is None:
        return None
    valid_for = prepared.inputs[name].valid_for
    return held if valid_for is None or time - held.observed <= valid_for else None


def possible(prepared: Prepared, state: State, name: str, time: int) -> Interval:
    """All that a number can be at a time at which it is unknown: what is plausible and its known parts leave."""
    number = prepared.numbers.get(name)
    anything = Interval(*plausible(prepared, name))
    return anything if number is None else computed(prepared, state, number, time).plausible() or anything


@frozen
class Result:
    """A derived number at one time: the readings of its parts, and all that the formula can give.

    ``complete``: no part is missing, or something stands in for it. A part that is missing ranges over what is plausible of
    its input. ``value`` is None where the formula may divide by zero. ``defaults`` are the values that may stand in.
    """

    number: DerivedNumber
    parts: tuple[tuple[Part, Held | None], ...]
    value: Interval | None
    complete: bool
    defaults: Mapping[str, Fraction]

    def plausible(self) -> Interval | None:
        """What of the value lies in the plausible range."""
        kind = self.number.kind
        return None if self.value is None else within(self.value, kind.low, kind.high)

    def reading(self) -> Held | None:
        """The number as a reading; None where it is unknown."""
        value = self.plausible() if self.complete else None
        return None if value is None else Held(self.number.name, value, self.observed(), f"{_shown(value)} ({self.said()})")

    def observed(self) -> int:
        """When the newest part was observed."""
        return max(held.observed for _, held in self.parts if held is not None)

    def could_date(self, time: int) -> int | None:
        """When the newest part was observed or, if it is missing, could have been; a baseline is never newer than the start."""
        before = self.number.window[1] if self.number.window else 0
        dates = [held.observed for _, held in self.parts if held is not None]
        dates += [time - part.ago + before for part, held in self.parts if held is None and isinstance(part, Earlier)]
        dates += [time for part, held in self.parts if _is_open(part, held, self.defaults)]
        return max(dates, default=None)

    def said(self) -> str:
        """Each part with its value: ``wbc 3.1, neutrophils 40, bands not known and taken as 0``."""
        return ", ".join(_part_said(part, held, self.defaults) for part, held in self.parts)


def _is_open(part: Part, held: Held | None, defaults: Mapping[str, Fraction]) -> bool:
    """Whether the part is a present value that is missing, and nothing stands in for it."""
    return isinstance(part, Current) and _value_of(part, held, defaults) is None


def computed(prepared: Prepared, state: State, number: DerivedNumber, time: int) -> Result:
    """A derived number at a time."""
    found = tuple((part, reading_of(prepared, state, number, part, time)) for part in parts(number.value))
    # A reading that was refused is not missing: it could be anything, and nothing stands in for it.
    refused = {held.input for held in state.refused_last}
    defaults = {name: value for name, value in number.defaults if name not in refused}
    values = {part: _value_of(part, held, defaults) for part, held in found}
    complete = all(value is not None for value in values.values())
    ranges = {part: value or possible(prepared, state, part.input, time) for part, value in values.items()}
    return Result(number, found, _evaluated(number.value, ranges), complete, defaults)


def reading_of(prepared: Prepared, state: State, number: DerivedNumber, part: Part, time: int) -> Held | None:
    """The reading that stands for a part of a number at a time; None where there is none."""
    match part:
        case Current(name):
            return valid_reading(prepared, state, name, time)
        case Baseline(name):
            return state.baseline_of(name)
        case Earlier():
            return reference(state, number, part, time)


def _value_of(part: Part, held: Held | None, defaults: Mapping[str, Fraction]) -> Interval | None:
    if held is not None and isinstance(held.value, Interval):
        return held.value
    default = defaults.get(part.input) if isinstance(part, Current) else None
    return None if default is None else Interval(default, default)


def _evaluated(formula: Formula, values: Mapping[Part, Interval]) -> Interval | None:
    match formula:
        case Constant(value):
            return Interval(value, value)
        case Operation(sign, left, right):
            one, other = _evaluated(left, values), _evaluated(right, values)
            return None if one is None or other is None else _joined(sign, one, other)
        case _:
            return values[formula]


def _joined(sign: str, one: Interval, other: Interval) -> Interval | None:
    match sign:
        case "+":
            return added(one, other)
        case "-":
            return added(one, negative(other))
        case "*":
            return multiplied(one, other)
        case "/":
            return divided(one, other)
        case _:
            raise ValueError(f"unknown sign {sign!r}")


def changes(prepared: Prepared, state: State, name: str) -> Iterator[int]:
    """Every first minute at which the value of an input changes by time alone: a reading lapses, or another is looked back to.

    Those at which a score changes because a clock or a tracker moves are not among them.
    """
    if name in prepared.scores:
        for guard in prepared.scores[name].guards():
            yield from guard_changes(prepared, state, guard)
        return
    number = prepared.numbers.get(name)
    if number is None:
        held, valid_for = state.reading(name), prepared.inputs[name].valid_for
        if held is not None and held.value is not None and valid_for is not None:
            yield held.observed + valid_for + 1  # one that was not done counts no more, and nothing of it can end
        return
    for part in parts(number.value):
        match part:
            case Current(asked):
                yield from changes(prepared, state, asked)
            case Earlier():
                yield from reference_changes(state, number, part)
            case Baseline():
                pass


def guard_changes(prepared: Prepared, state: State, guard: Guard) -> Iterator[int]:
    """Every first minute at which a value that a guard asks changes by time alone."""
    for term in prepared.terms(guard):
        name = getattr(term, "input", "")
        reading = state.reading(name) if name else None
        yield from changes(prepared, state, name) if name else ()
        if isinstance(term, Known) and term.within is not None and reading is not None and reading.value is not None:
            yield reading.observed + term.within + 1


def to_measure(prepared: Prepared, state: State, name: str, time: int) -> tuple[str, ...]:
    """The inputs to be measured so that a value is known: the input itself; of a computed one those missing now, else all."""
    if name in prepared.scores:
        behind = prepared.inputs_behind(prepared.scores[name])
        asked = tuple(dict.fromkeys(one for part in behind for one in to_measure(prepared, state, part, time)))
    elif name in prepared.numbers:
        asked = tuple(part.input for part in parts(prepared.numbers[name].value) if isinstance(part, Current))
    else:
        return (name,)
    return tuple(one for one in asked if valid_reading(prepared, state, one, time) is None) or asked


# What was computed at a visit


def with_numbers(prepared: Prepared, state: State, accepted: Accepted, time: int) -> Accepted:
    """What was accepted, with the numbers and scores of which a part was measured, and refusals of numbers that cannot be."""
    if not (prepared.numbers or prepared.scores):
        return accepted
    return _with_scores(prepared, _with_derived(prepared, state, accepted, time))


def _with_scores(prepared: Prepared, accepted: Accepted) -> Accepted:
    measured = accepted.measured
    fresh = {name for name, score in prepared.scores.items() if not measured.isdisjoint(prepared.inputs_behind(score))}
    return evolve(accepted, measured=measured | fresh) if fresh else accepted


def _with_derived(prepared: Prepared, state: State, accepted: Accepted, time: int) -> Accepted:
    fresh = [number for number in prepared.numbers.values() if _asks_any(number, accepted.measured)]
    if not fresh:
        return accepted
    after = accepted.into(state)
    refusals = [refusal for number in fresh for refusal in _refused(computed(prepared, after, number, time))]
    measured = accepted.measured | {number.name for number in fresh}
    return evolve(accepted, measured=measured, refused=(*accepted.refused, *refusals))


def _asks_any(number: DerivedNumber, measured: frozenset[str]) -> bool:
    return any(isinstance(part, Current) and part.input in measured for part in parts(number.value))


def _refused(result: Result) -> Iterator[Refusal]:
    if result.complete and result.value is not None and result.plausible() is None:
        kind = result.number.kind
        plausible = f"Plausible: {say_number(kind.low)} to {say_number(kind.high)} {kind.unit}."
        why = f"{_shown(result.value)} {kind.unit} is not plausible, computed from {result.said()}. {plausible}"
        yield Refusal(Observation(result.number.name, _shown(result.value), kind.unit), why)


# How it is said


def computed_fact(prepared: Prepared, state: State, name: str, time: int, measured: frozenset[str]) -> Fact:
    """A derived number as a fact, with the parts it came from."""
    result = computed(prepared, state, prepared.numbers[name], time)
    reading = result.reading()
    if reading is not None:
        return Fact(name, reading.text, "measured" if name in measured else "carried", reading.observed)
    return Fact(name, f"{_why_unknown(result)}{result.said()}", "unknown")


def _why_unknown(result: Result) -> str:
    if not result.complete:
        return ""
    return "the divisor may be 0: " if result.value is None else f"{_shown(result.value)} is not plausible: "


def _shown(value: Interval) -> str:
    return _rounded(value.low) if value.low == value.high else f"between {_rounded(value.low)} and {_rounded(value.high)}"


def _rounded(value: Fraction) -> str:
    near = round(value, PLACES)
    return say_number(value) if near == value else f"about {say_number(near)}"


def _part_said(part: Part, held: Held | None, defaults: Mapping[str, Fraction]) -> str:
    value = "not known" if held is None else held.text
    match part:
        case Current(name):
            return f"{name} {value}" if held or name not in defaults else f"{name} {value}, taken as {say_number(defaults[name])}"
        case Baseline(name):
            return f"baseline {name} {value}"
        case Earlier(name):
            return f"earlier {name} {value}" if held is None else f"{name} {value} of {say_time(held.observed)}"
