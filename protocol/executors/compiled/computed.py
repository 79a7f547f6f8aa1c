"""What is computed from readings, as codes: derived numbers, and how many times its baseline a value is?

What they are computed from is kept as the reference keeps it, because sums and quotients are exact; the codes that come of it
stand in registers, as if somebody had read them at the visit. They are looked at anew whenever time may have changed them.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableSequence
from fractions import Fraction

from attrs import Factory, define, evolve, frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import code_of
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.numbers import Found, OfNumber
from protocol.executors.compiled.terms import Term
from protocol.model.course import Observation, Visit
from protocol.model.formula import parts
from protocol.model.guard import CumulativeDose
from protocol.model.input import Tracker
from protocol.model.regimen import Amount, Dose
from protocol.model.state import Interval, State, Taken
from protocol.semantics.computed import changes, possible, valid_reading
from protocol.semantics.prepared import Prepared
from protocol.semantics.readings import accept
from protocol.semantics.remembered import baseline_at_start, of_baseline
from protocol.semantics.taken import counted, cumulative, in_unit, with_supplement

Registers = MutableSequence[int]


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
    numbers: dict[tuple[int, int], tuple[Found, int | None]] = Factory(dict)
    changing: dict[str, tuple[int, ...]] = Factory(dict)

    def copied(self) -> Kept:
        """The same, so that one goes on without the other."""
        return Kept(self.prepared, self.all, self.state, dict(self.extremes))

    def read(self, time: int, observations: tuple[Observation, ...]) -> tuple[int, int]:
        """Readings arrive. What was measured of the numbers that are computed or stand for ever, as bits, and how many of these
        were refused."""
        before = self.state
        if self.prepared.counts_dose:
            before = before.moved(taken=counted(self.prepared, before, time))
        accepted = accept(self.prepared, before, Visit(time, observations))
        self._moved(accepted.into(before, time))
        measured, refused = 0, 0
        for one in self.all:
            if isinstance(one, OfFixed):
                measured |= (one.input in accepted.measured) << one.place
                refused += sum(refusal.observation.input == one.input for refusal in accepted.refused)
            elif isinstance(one, OfNumber) and not one.measured.isdisjoint(accepted.measured):
                measured |= 1 << one.place
                refused += self.number(one, time)[0].is_refused
        return measured, refused

    def fill(self, registers: Registers, time: int, some: tuple[Computed, ...] | None = None) -> None:
        """What is computed at a time, all or some of it, into the registers."""
        for one in self.all if some is None else some:
            if isinstance(one, OfNumber):
                self._fill_number(one, registers, time)
            else:
                one.fill(self, registers, time)

    def _fill_number(self, one: OfNumber, registers: Registers, time: int) -> None:
        found, date = self.number(one, time)
        registers[one.valid] = time if found.is_known else NONE
        registers[one.date] = NONE if date is None else date
        for (_, register), code in zip(one.terms, found.codes, strict=True):
            registers[register] = code

    def number(self, one: OfNumber, time: int) -> tuple[Found, int | None]:
        """A number at a time, and its date; looked at once for each time, as long as nothing else is read."""
        key = one.place, time
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = one.at(self.prepared, self.state, time)
        return found

    def _moved(self, state: State) -> None:
        """What was read or given is in place, so that everything is computed anew."""
        self.state = state
        self.numbers.clear()
        self.changing.clear()

    def has_changed(self, tracker: Tracker, time: int) -> bool:
        """Whether a lowest or highest value is another one after a visit, whatever was missing."""
        reading = valid_reading(self.prepared, self.state, tracker.input, time)
        if reading is None and tracker.measured_only:
            return False
        value = possible(self.prepared, self.state, tracker.input, time) if reading is None else reading.value
        assert isinstance(value, Interval)
        pick, before = min if tracker.kind == "lowest" else max, self.extremes.get(tracker.name, (value.low, value.high))
        after = pick(before[0], value.low), pick(before[1], value.high)
        end = 1 if tracker.kind == "lowest" else 0
        changed = tracker.name not in self.extremes or after[end] != before[end]
        self.extremes[tracker.name] = after
        return changed

    def follow(self, dose: Dose, writes: int, supplement: Amount | None, time: int) -> None:
        """What was given is in force: treatment may begin, when the baselines are what was read last, or begin anew."""
        before = self.state
        anew, first = bool(writes & layout.ANEW), before.started is None
        starts = bool(writes & layout.SETS_STARTED)
        if not writes and supplement is None and dose == before.dose:
            return
        baseline = baseline_at_start(self.prepared, before) if starts or (anew and first) else before.baseline
        if anew:
            self.extremes.clear()
            taken = None if before.taken is None else Taken()
            self._moved(before.moved(started=time, changed=time, dose=dose, taken=taken, baseline=baseline))
            return
        after = before.moved(
            started=time if starts else before.started,
            baseline=baseline,
            changed=time if writes & layout.SETS_CHANGED else before.changed,
            dose=dose,
            taken=self._taken(writes, supplement),
        )
        if starts:
            self._moved(after)
        self.state = after

    def _taken(self, writes: int, supplement: Amount | None) -> Taken | None:
        """What has been taken, with what is given at once; a step and a hold remember what it was."""
        before = self.state.taken
        if before is None:
            return None
        taken = evolve(before, at_step=before.amount) if writes & layout.SETS_STEPPED else before
        taken = evolve(taken, at_hold=before.amount) if writes & layout.SETS_HOLD else taken
        return with_supplement(self.prepared, taken, supplement)

    def changes(self, name: str) -> tuple[int, ...]:
        """The minutes at which time alone may change what is computed."""
        found = self.changing.get(name)
        if found is None:
            found = self.changing[name] = tuple(changes(self.prepared, self.state, name))
        return found


def asked_inputs(prepared: Prepared, tracked: Iterable[str]) -> frozenset[str]:
    """The inputs of which something is computed, those of these trackers too."""
    found = {part.input for number in prepared.numbers.values() for part in parts(number.value)} | prepared.baselines
    return frozenset((found | set(tracked)) - prepared.numbers.keys())
