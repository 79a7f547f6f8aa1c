"""What is computed from readings, as codes: derived numbers, and how many times its baseline a value is?

What they are computed from is kept as the reference keeps it, because sums and quotients are exact; the codes that come of it
stand in registers, as if somebody had read them at the visit. They are looked at anew whenever time may have changed them.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from fractions import Fraction

from attrs import Factory, define, frozen

from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.terms import Term
from protocol.model.course import Observation, Visit
from protocol.model.formula import parts
from protocol.model.input import DerivedNumber
from protocol.model.state import Interval, State
from protocol.semantics.computed import changes, computed, possible, valid_reading, with_numbers
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import accept
from protocol.semantics.remembered import baseline_at_start, of_baseline

Registers = MutableSequence[int]


@frozen(eq=False)
class OfNumber:
    """A derived number: its registers (the time if it is known, its date) and those of its terms."""

    number: DerivedNumber
    place: int
    valid: int
    date: int
    terms: tuple[tuple[Term, int], ...]

    def fill(self, prepared: Prepared, state: State, registers: Registers, time: int) -> None:
        """What the number is at a time."""
        found = computed(prepared, state, self.number, time)
        reading = found.reading()
        date = found.could_date(time) if reading is None else reading.observed
        registers[self.valid] = NONE if reading is None else time
        registers[self.date] = NONE if date is None else date
        value = possible(prepared, state, self.number.name, time) if reading is None else reading.value
        assert isinstance(value, Interval)
        for term, register in self.terms:
            closed = Interval(value.low, value.high) if term.limit else value
            registers[register] = term.code(*term.cells.range_of(closed))


@frozen(eq=False)
class OfBaseline:
    """How many times its baseline the value of an input is, with the register of its term."""

    input: str
    term: Term
    register: int

    def fill(self, prepared: Prepared, state: State, registers: Registers, time: int) -> None:
        """What the quotient is at a time."""
        known = of_baseline(state, valid_reading(prepared, state, self.input, time))
        beyond = max((constant for constant, _ in self.term.cells.cuts), default=Fraction(0)) + 1
        value = known or Interval(Fraction(0), beyond, open_low=True)
        registers[self.register] = self.term.code(*self.term.cells.range_of(value))


@define(eq=False)
class Kept:
    """What is kept of the readings of one patient of which something is computed."""

    prepared: Prepared
    all: tuple[OfNumber | OfBaseline, ...]
    state: State = Factory(State)

    def read(self, time: int, observations: tuple[Observation, ...]) -> tuple[int, int]:
        """Readings arrive. The numbers of which a part was measured, as bits, and how many of them were refused."""
        visit = Visit(time, observations)
        accepted = accept(self.prepared, self.state, visit)
        more = with_numbers(self.prepared, self.state, accepted, time)
        self.state = more.into(self.state).moved(time=time)
        fresh = more.measured - accepted.measured
        numbers = (one for one in self.all if isinstance(one, OfNumber))
        measured = sum(1 << one.place for one in numbers if one.number.name in fresh)
        return measured, len(more.refused) - len(accepted.refused)

    def fill(self, registers: Registers, time: int) -> None:
        """What is computed at a time, into the registers."""
        for one in self.all:
            one.fill(self.prepared, self.state, registers, time)

    def begin(self, time: int, anew: bool) -> None:
        """Treatment begins: with the first dose the baselines are what was read last. When it begins anew they stay."""
        if not anew and self.state.started is None:
            self.state = self.state.moved(baseline=baseline_at_start(self.prepared, self.state))
        self.state = self.state.moved(started=time)

    def changes(self, name: str) -> Iterator[int]:
        """The minutes at which time alone may change what is computed."""
        yield from changes(self.prepared, self.state, name)


def asked_inputs(prepared: Prepared) -> frozenset[str]:
    """The inputs of which something is computed."""
    found = {part.input for number in prepared.numbers.values() for part in parts(number.value)} | prepared.baselines
    return frozenset(found - prepared.numbers.keys())
