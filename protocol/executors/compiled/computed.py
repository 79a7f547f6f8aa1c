"""What is computed from readings, as codes: derived numbers, and how many times its baseline a value is?

What they are computed from is kept as the reference keeps it, because sums and quotients are exact; the codes that come of it
stand in registers, as if somebody had read them at the visit. They are looked at anew whenever time may have changed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from fractions import Fraction
from functools import cached_property

from attrs import Factory, define, evolve, frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import code_of
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.terms import Term
from protocol.model.course import Observation, Visit
from protocol.model.formula import Current, Part, parts
from protocol.model.guard import CumulativeDose
from protocol.model.input import DerivedNumber, Tracker
from protocol.model.regimen import Amount, Dose
from protocol.model.state import Held, Interval, State, Taken
from protocol.semantics.computed import Result, changes, computed, possible, reading_of, valid_reading
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import accept
from protocol.semantics.remembered import baseline_at_start, of_baseline
from protocol.semantics.taken import counted, cumulative, in_unit, with_supplement

Registers = MutableSequence[int]


@frozen(eq=False)
class OfNumber:
    """A derived number: its registers (the time if it is known, its date) and those of its terms."""

    number: DerivedNumber
    place: int
    valid: int
    date: int
    terms: tuple[tuple[Term, int], ...]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What its formula asks."""
        return parts(self.number.value)

    @cached_property
    def measured(self) -> frozenset[str]:
        """The inputs that are measured anew when the number is."""
        return frozenset(part.input for part in self.parts if isinstance(part, Current))

    def fill(self, kept: Kept, registers: Registers, time: int) -> None:
        """What the number is at a time."""
        found = kept.number(self, time)
        date = found.result.observed() if found.is_known else found.result.could_date(time)
        registers[self.valid] = time if found.is_known else NONE
        registers[self.date] = NONE if date is None else date
        for (_, register), code in zip(self.terms, found.codes, strict=True):
            registers[register] = code

    def parts_at(self, prepared: Prepared, state: State, time: int) -> tuple[Held | None, ...]:
        """The readings of its parts at a time."""
        return tuple([reading_of(prepared, state, self.number, part, time) for part in self.parts])

    def found(self, prepared: Prepared, state: State, time: int) -> Found:
        """What comes of its parts."""
        result = computed(prepared, state, self.number, time)
        value = result.plausible()
        kind = self.number.kind
        span = value or Interval(kind.low, kind.high)
        closed = Interval(span.low, span.high)
        codes = tuple(term.code(*term.cells.range_of(closed if term.limit else span)) for term, _ in self.terms)
        is_refused = result.complete and result.value is not None and value is None
        return Found(result, codes, result.complete and value is not None, is_refused)


@frozen(eq=False)
class Found:
    """A number as it was computed: the codes of its terms, whether it is known, and whether it cannot be and is refused."""

    result: Result
    codes: tuple[int, ...]
    is_known: bool
    is_refused: bool


@frozen(eq=False)
class OfBaseline:
    """How many times its baseline the value of an input is, with the register of its term."""

    input: str
    term: Term
    register: int

    def fill(self, kept: Kept, registers: Registers, time: int) -> None:
        """What the quotient is at a time."""
        known = of_baseline(kept.state, valid_reading(kept.prepared, kept.state, self.input, time))
        beyond = max((constant for constant, _ in self.term.cells.cuts), default=Fraction(0)) + 1
        value = known or Interval(Fraction(0), beyond, open_low=True)
        registers[self.register] = self.term.code(*self.term.cells.range_of(value))


@frozen(eq=False)
class OfSum:
    """The cumulative dose: its term, the first of three registers, and the axes of what it is, was at the last step, and at the
    last hold."""

    asked: CumulativeDose
    term: Term
    register: int
    axes: tuple[int, int, int]

    def fill(self, kept: Kept, registers: Registers, time: int) -> None:
        """What it is at a time, and was."""
        taken = kept.state.taken or Taken()
        before = (in_unit(amount, self.asked) for amount in (taken.at_step, taken.at_hold))
        found = [cumulative(kept.prepared, kept.state, self.asked, time), *(Interval(amount, amount) for amount in before)]
        for register, value in enumerate(found, self.register):
            registers[register] = self.term.code(*self.term.cells.range_of(value))


@frozen(eq=False)
class OfFixed:
    """A number that stands for ever once it was read, and may become more exact: its registers, and those of its terms."""

    input: str
    place: int
    observed: int
    terms: tuple[tuple[Term, int], ...]

    def fill(self, kept: Kept, registers: Registers, time: int) -> None:
        """What it is."""
        held = kept.state.reading(self.input)
        if held is not None and held.value is not None:
            registers[self.observed] = held.observed
            for term, register in self.terms:
                registers[register] = code_of(term, held)


Computed = OfNumber | OfBaseline | OfSum | OfFixed


@define(eq=False)
class Kept:
    """What is kept of one patient of which something is computed: readings, the dose in force, and how much was taken."""

    prepared: Prepared
    all: tuple[Computed, ...]
    state: State = Factory(State)
    extremes: dict[str, tuple[Fraction, Fraction]] = Factory(dict)
    numbers: dict[int, tuple[tuple[Held | None, ...], Found]] = Factory(dict)

    def copied(self) -> Kept:
        """The same, so that one goes on without the other."""
        return Kept(self.prepared, self.all, self.state, dict(self.extremes), dict(self.numbers))

    def read(self, time: int, observations: tuple[Observation, ...]) -> tuple[int, int]:
        """Readings arrive. What was measured of the numbers that are computed or stand for ever, as bits, and how many of these
        were refused."""
        before = self.state.moved(taken=counted(self.prepared, self.state, time))
        accepted = accept(self.prepared, before, Visit(time, observations))
        self.state = accepted.into(before).moved(time=time)
        measured, refused = 0, 0
        for one in self.all:
            if isinstance(one, OfFixed):
                measured |= (one.input in accepted.measured) << one.place
                refused += sum(refusal.observation.input == one.input for refusal in accepted.refused)
            elif isinstance(one, OfNumber) and not one.measured.isdisjoint(accepted.measured):
                measured |= 1 << one.place
                refused += self.number(one, time).is_refused
        return measured, refused

    def fill(self, registers: Registers, time: int) -> None:
        """What is computed at a time, into the registers."""
        for one in self.all:
            one.fill(self, registers, time)

    def number(self, one: OfNumber, time: int) -> Found:
        """A number at a time; it is computed anew where its parts are other readings than before."""
        asked = one.parts_at(self.prepared, self.state, time)
        known = self.numbers.get(one.place)
        same = known is not None and all(now is before for now, before in zip(asked, known[0], strict=True))
        # What stands in for a reading that is missing does not where it was refused.
        if known is None or not same or self.prepared.defaulted:
            known = self.numbers[one.place] = asked, one.found(self.prepared, self.state, time)
        return known[1]

    def has_changed(self, tracker: Tracker, time: int) -> bool:
        """Whether a lowest or highest value is another one after a visit."""
        reading = valid_reading(self.prepared, self.state, tracker.input, time)
        if reading is None and tracker.measured_only:
            return False
        value = possible(self.prepared, self.state, tracker.input, time) if reading is None else reading.value
        assert isinstance(value, Interval)
        pick, before = min if tracker.kind == "lowest" else max, self.extremes.get(tracker.name, (value.low, value.high))
        after = pick(before[0], value.low), pick(before[1], value.high)
        changed = tracker.name not in self.extremes or after != before
        self.extremes[tracker.name] = after
        return changed

    def follow(self, dose: Dose, writes: int, supplement: Amount | None, time: int) -> None:
        """What was given is in force: treatment may begin, when the baselines are what was read last, or begin anew."""
        before = self.state
        anew, first = bool(writes & layout.ANEW), before.started is None
        starts = bool(writes & layout.SETS_STARTED)
        baseline = baseline_at_start(self.prepared, before) if starts or (anew and first) else before.baseline
        if anew:
            self.extremes.clear()
            taken = None if before.taken is None else Taken()
            self.state = before.moved(started=time, changed=time, dose=dose, taken=taken, baseline=baseline)
            return
        self.state = before.moved(
            started=time if starts else before.started,
            baseline=baseline,
            changed=time if writes & layout.SETS_CHANGED else before.changed,
            dose=dose,
            taken=self._taken(writes, supplement),
        )

    def _taken(self, writes: int, supplement: Amount | None) -> Taken | None:
        """What has been taken, with what is given at once; a step and a hold remember what it was."""
        before = self.state.taken
        if before is None:
            return None
        taken = evolve(before, at_step=before.amount) if writes & layout.SETS_STEPPED else before
        taken = evolve(taken, at_hold=before.amount) if writes & layout.SETS_HOLD else taken
        return with_supplement(self.prepared, taken, supplement)

    def changes(self, name: str) -> Iterator[int]:
        """The minutes at which time alone may change what is computed."""
        yield from changes(self.prepared, self.state, name)


def asked_inputs(prepared: Prepared, tracked: Iterable[str]) -> frozenset[str]:
    """The inputs of which something is computed, those of these trackers too."""
    found = {part.input for number in prepared.numbers.values() for part in parts(number.value)} | prepared.baselines
    return frozenset((found | set(tracked)) - prepared.numbers.keys())
