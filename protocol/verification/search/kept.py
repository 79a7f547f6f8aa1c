"""What is kept of a patient between two visits, and what becomes of it when time passes?

All times are relative to the visit: an age of so many minutes, or for trackers a date that is not after 0.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from attrs import evolve, frozen

from protocol.model.guard import Clock, Compare, CumulativeDose, Tracked
from protocol.model.regimen import AMOUNTS, Dose
from protocol.model.state import Control, Lasting, Memory, Since, State, Taken
from protocol.semantics import clocks
from protocol.semantics.taken import counted
from protocol.semantics.trackers import first_memory
from protocol.verification.search.abstraction import CLOCKS, DATES, Abstraction
from protocol.verification.search.asked import due_at

Remembered = tuple[int, int, int] | None
"""The last reading of an input: its cell, its age, and as bits whether it is newer than the last step and the last hold: of one
that counts for ever, and of one that can be evidence later than it was read. None where there is no reading that counts."""

NEWER_THAN_STEP, NEWER_THAN_HOLD = 1, 2


@frozen(cache_hash=True)
class Place:
    """Where a patient is, apart from time."""

    control: Control
    level: Dose
    dose: Dose
    withheld: bool
    reasons: frozenset[str]


class Kept(NamedTuple):
    """A state. ``dates`` are ages in the order of ``DATES``, ``due`` and ``moved`` masks over comparisons and trackers.

    ``bases`` are the cells of what the first dose settles, None where that is open.
    """

    place: Place
    dates: tuple[int | None, ...]
    watch: int
    due: int
    due_hold: int
    memory: tuple[Memory, ...]
    moved: int
    moved_hold: int
    readings: tuple[Remembered, ...]
    taken: Taken | None
    bases: tuple[int | None, ...] = ()

    def age(self, name: str) -> int | None:
        """The age of an event of ``DATES``."""
        return self.dates[DATES.index(name)]


def first(abstraction: Abstraction) -> Kept:
    """A patient before treatment of whom nothing is known."""
    state = State()
    place = Place(state.control, state.level, state.dose, False, frozenset())
    memory = tuple(first_memory(tracker) for tracker in abstraction.trackers)
    nothing: tuple[Remembered, ...] = (None,) * len(abstraction.remembered)
    taken = Taken() if abstraction.prepared.counts_dose else None
    return Kept(place, (None,) * len(DATES), 0, 0, 0, memory, 0, 0, nothing, taken, (None,) * len(abstraction.bases))


def passed(abstraction: Abstraction, kept: Kept, minutes: int, memory: tuple[Memory, ...]) -> Kept:
    """The state so many minutes later; ``memory`` is what its trackers hold then, before the readings of the visit."""
    dates = tuple([None if age is None else age + minutes for age in kept.dates])
    running = kept.place.dose.is_drug and abstraction.stopwatch is not None
    watch = kept.watch + minutes if running else kept.watch
    later = kept._replace(dates=dates, watch=watch, memory=memory)
    newly = _newly_due(abstraction, kept, later, minutes)
    readings = tuple(
        _older(abstraction, place, held, minutes) for place, held in zip(abstraction.remembered, kept.readings, strict=True)
    )
    taken = kept.taken and counted(abstraction.prepared, _state(kept, 0), minutes)
    return later._replace(
        dates=_ended(abstraction, kept.place, dates),
        watch=min(watch, abstraction.stopwatch or 0),
        due=kept.due | newly,
        due_hold=kept.due_hold | newly if abstraction.holds_once else 0,
        memory=tuple(_saturated(abstraction, place, one) for place, one in enumerate(memory)),
        readings=readings,
        taken=_most(abstraction, taken),
    )


def _older(abstraction: Abstraction, place: int, held: Remembered, minutes: int) -> Remembered:
    valid_for = abstraction.axes[place].item.valid_for
    if held is None:
        return None
    cell, age, newer = held
    if valid_for is None:
        return cell, min(age + minutes, max(abstraction.axes[place].withins, default=-1) + 1), newer
    return None if age + minutes > valid_for else (cell, age + minutes, newer)


def read_now(abstraction: Abstraction, place: int, reading: int) -> Remembered:
    """A reading that was made at the visit."""
    axis = abstraction.axes[place]
    dated = (axis.item.valid_for is None and axis.name in abstraction.cares) or axis.name in abstraction.by_lapsing
    return reading, 0, (NEWER_THAN_STEP | NEWER_THAN_HOLD) if dated else 0


def acted_on(kept: Kept, newer_than: int) -> Kept:
    """The state in which no reading of which that is kept is newer than the last step, or the last hold."""
    return kept._replace(readings=tuple(held and (held[0], held[1], held[2] & ~newer_than) for held in kept.readings))


def _ended(abstraction: Abstraction, place: Place, dates: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """The ages, none beyond the one from which on it is the same."""
    caps = [abstraction.caps.get(name, 0) for name in DATES]
    if abstraction.prepared.counts_dose:
        changed = DATES.index("changed")
        dates = (*dates[:changed], _phase(abstraction, place, dates[changed]), *dates[changed + 1 :])
        caps[changed] = 10**9
    ended = tuple([None if age is None else min(age, cap) for age, cap in zip(dates, caps, strict=True)])
    return _in_order(dates, ended) if abstraction.holds_once else ended


_HOLD, _STEP = DATES.index("hold_began"), DATES.index("stepped")


def _in_order(dates: tuple[int | None, ...], ended: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """The ages, of which that of the last hold and that of the last step, which end alike, stay in their order."""
    hold, step = dates[_HOLD], dates[_STEP]
    if hold is None or step is None or hold == step or ended[_HOLD] != ended[_STEP]:
        return ended
    older = _HOLD if hold > step else _STEP
    return tuple([age + 1 if place == older and age is not None else age for place, age in enumerate(ended)])


def _phase(abstraction: Abstraction, place: Place, age: int | None) -> int | None:
    """The age of the dose in force, as far as it matters to when the next one is due."""
    cap = max(abstraction.caps.get("changed", 0), 1)
    if age is None or age <= cap or place.dose.kind != "level":
        return None if age is None else min(age, cap)
    regimen = abstraction.protocol.level(place.dose.name).regimen
    period = regimen.days.cycle if regimen.days else regimen.every
    return cap if period == 0 else cap + (age - cap) % period


def _most(abstraction: Abstraction, taken: Taken | None) -> Taken | None:
    if taken is None:
        return None
    asked = ((term, values) for term, values in abstraction.prepared.constants.items() if isinstance(term, CumulativeDose))
    top = max((max(values) * AMOUNTS[term.unit] for term, values in asked), default=Fraction(0)) + 1
    return evolve(taken, amount=min(taken.amount, top), at_step=min(taken.at_step, top), at_hold=min(taken.at_hold, top))


# What comes due


def _newly_due(abstraction: Abstraction, before: Kept, after: Kept, minutes: int) -> int:
    mask = 0
    for number, atom in enumerate(abstraction.due):
        age, limit = _due_age(abstraction, before, after, atom, minutes)
        if age is not None and age < limit <= age + minutes:
            mask |= 1 << number
    return mask


def _due_age(abstraction: Abstraction, before: Kept, after: Kept, atom: Compare, minutes: int) -> tuple[int | None, int]:
    """How old what a comparison asks was at the last visit, and the age at which it comes due; None where it does not run."""
    match atom.term:
        case Clock("treatment"):
            return (before.watch if before.place.dose.is_drug else None), due_at(atom)
        case Clock(name):
            return before.age(CLOCKS[name]), due_at(atom)
        case Tracked(name):
            place = next(place for place, tracker in enumerate(abstraction.trackers) if tracker.name == name)
            begun, now = _begun(before.memory[place]), _begun(after.memory[place])
            goes_on = begun is not None and now == begun - minutes
            return (-begun if begun is not None and goes_on else None), int(atom.constant)
        case _:
            raise TypeError(f"{atom!r} does not come due")


def _begun(memory: Memory) -> int | None:
    match memory:
        case Lasting(definite):
            return definite
        case Since(_, possible):
            return possible
        case _:
            return None


def _saturated(abstraction: Abstraction, place: int, memory: Memory) -> Memory:
    """The dates of a tracker, none further back than the largest constant that it is compared with."""
    top = -int(max(abstraction.prepared.constants.get(Tracked(abstraction.trackers[place].name), (Fraction(0),)))) - 2
    return _dated(memory, lambda date: max(date, top))


def shifted(memory: Memory, minutes: int) -> Memory:
    """What a tracker holds, with its dates relative to so many minutes later."""
    return _dated(memory, lambda date: date - minutes)


def _dated(memory: Memory, moved: Callable[[int], int]) -> Memory:
    """What a tracker holds, with each of its dates moved."""

    def of(date: int | None) -> int | None:
        return None if date is None else moved(date)

    match memory:
        case Lasting(definite, possible):
            return Lasting(of(definite), of(possible))
        case Since(definite, possible, _, still):
            return Since(of(definite), of(possible), None, still)
        case _:
            return memory


# As the reference sees it


def state_of(abstraction: Abstraction, kept: Kept) -> State:
    """The state as the reference reads it at the visit; when the last step was is told apart only from the last hold."""
    state = _state(kept, 0)
    if state.stepped is None:
        return state
    hold, step = kept.age("hold_began"), kept.age("stepped")
    if state.hold_began is None or hold is None or not abstraction.holds_once:
        return state.moved(stepped=-1)
    order = 0 if step == hold else 1 if (step or 0) < hold else -1
    return state.moved(stepped=state.hold_began + order)


def _state(kept: Kept, time: int) -> State:
    place = kept.place
    state = State(place.control, place.level, place.dose, place.withheld, place.reasons, time, taken=kept.taken)
    dates = {name: None if age is None else time - age for name, age in zip(DATES, kept.dates, strict=True)}
    return state.moved(on_drug=kept.watch, **dates)


def is_true_of_clock(kept: Kept, atom: Compare) -> bool:
    """Whether a comparison of a clock is true at the visit."""
    assert isinstance(atom.term, Clock)
    name = atom.term.name
    return clocks.compare(atom, kept.watch if name == "treatment" else kept.age(CLOCKS[name]))
