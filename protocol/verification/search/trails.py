"""What does a visit leave behind in the trackers and in the readings that are kept, and what does time between visits do to them?

A *trail* is all that of a letter: the truths of the trackers' conditions, and the letters of the inputs whose readings are kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from attrs import frozen

from protocol.model.guard import And, Clock, Compare, Guard, Known, Tracked
from protocol.model.input import Tracker
from protocol.model.state import Counted, Extreme, Interval, Lasting, Memory, Since
from protocol.semantics.cells import cells
from protocol.semantics.observing import counting, extreme, last_so, lasting
from protocol.semantics.scene import Candidates
from protocol.semantics.trackers import NEVER, plausible, saturation
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import opened, trackers_acted_on
from protocol.verification.search.asking import Situation, diagram
from protocol.verification.search.at_start import settling
from protocol.verification.search.axes import Letter
from protocol.verification.search.diagrams import Diagrams, Node, value_at
from protocol.verification.search.extremes import cuts_of, piece
from protocol.verification.search.kept import Kept, Remembered, is_true_of_clock, read_now, shifted, state_of
from protocol.verification.search.newest import NOT_OR_BOTH, New, Newest, newer
from protocol.verification.search.rough import meanwhile

Truth = bool | None


@frozen(cache_hash=True)
class Told:
    """What a visit tells a tracker: its conditions, whether something of them was measured, and the value of its input.

    Of a time since ``measured`` says whether something that makes its condition true is new, or as new as which readings.
    ``between``: what is left of the value where it is not known.
    """

    now: Truth = None
    over: Truth = None
    measured: New = False
    value: Fraction | None = None
    between: Interval | None = None


@frozen(cache_hash=True)
class Trail:
    """``told`` of each tracker, of each input that is kept the place of its letter, and what a first dose would settle."""

    told: tuple[Told, ...]
    letters: tuple[int, ...]
    bases: tuple[int | None, ...] = ()


def join(one: frozenset[Any], other: frozenset[Any]) -> frozenset[Any]:
    """Everything that one of two parts of the completions gives."""
    return one | other


def truth_of(answers: frozenset[Truth]) -> Truth:
    """True or false where all completions say so; a set of numbers that are equal to them may stand for it in a diagram."""
    return True if answers == {True} else False if answers == {False} else None


class Trails:
    """The trails of a protocol's letters. What was once worked out is kept."""

    def __init__(self, abstraction: Abstraction, diagrams: Diagrams) -> None:
        self.abstraction, self.diagrams = abstraction, diagrams
        self._conditions: dict[Hashable, Node] = {}
        self._nodes: dict[Hashable, Node] = {}
        self.acted_on = trackers_acted_on(abstraction.prepared)
        self.newest = Newest(abstraction, diagrams)
        self.roughly = frozenset(abstraction.roughly.values())
        self.read = frozenset(item.name for item in abstraction.protocol.inputs)
        guards = [guard for tracker in abstraction.trackers for guard in (tracker.when, tracker.until) if guard is not None]
        self.clocks = tuple(
            dict.fromkeys(
                node
                for guard in guards
                for node in opened(abstraction.prepared, guard)
                if isinstance(node, Compare) and isinstance(node.term, Clock)
            )
        )

    def clocks_of(self, kept: Kept) -> tuple[bool, ...]:
        """The truth of each comparison of a clock that a tracker asks."""
        return tuple([is_true_of_clock(kept, atom) for atom in self.clocks])

    def condition(self, guard: Guard, kept: Kept) -> Node:
        """Over letters whether a condition is true, false, or unknown (None)."""
        key = (guard, self.clocks_of(kept))
        found = self._conditions.get(key)
        if found is None:
            nothing: frozenset[Any] = frozenset()
            situation = Situation(state_of(self.abstraction, kept), {}, nothing, nothing, nothing, nothing)
            whole = diagram(self.abstraction, self.diagrams, situation, lambda world: frozenset({world.holds(guard)}), join)
            found = self.diagrams.apply(truth_of, self.diagrams.widened(whole, self.abstraction.ways, join))
            self._conditions[key] = found
        return found

    def node(self, kept: Kept) -> Node:
        """The diagram over letters whose values are trails."""
        bases = self.abstraction.bases if kept.age("started") is None else ()
        key = (self.clocks_of(kept), bool(bases))
        found = self._nodes.get(key)
        if found is None:
            parts = [self._told(tracker, kept, place in self.roughly) for place, tracker in enumerate(self.abstraction.trackers)]
            letters = [self._letter(place) for place in self.abstraction.remembered]
            ends = (len(parts), len(parts) + len(letters))
            parts += [*letters, *(settling(self.diagrams, base, self.abstraction.axes) for base in bases)]
            found = self.diagrams.leaf(Trail((), ()))
            if parts:
                found = self.diagrams.apply(lambda *all_: Trail(all_[: ends[0]], all_[slice(*ends)], all_[ends[1] :]), *parts)
            self._nodes[key] = found
        return found

    def _letter(self, place: int) -> Node:
        leaves = [self.diagrams.leaf(number) for number in range(len(self.abstraction.axes[place].letters))]
        return self.diagrams.split(place, leaves)

    def _told(self, tracker: Tracker, kept: Kept, roughly: bool) -> Node:
        if tracker.input:
            axis = self.abstraction.places[tracker.input]
            shown = [self.diagrams.leaf(self._value(axis, letter)) for letter in self.abstraction.axes[axis].letters]
            return self.diagrams.split(axis, shown)
        now = self.condition(tracker.when, kept)
        if roughly:
            # Whether something was measured shows in dates only. Of what was so only where it is known it was not so elsewhere.
            only_known = tracker.measured_only and tracker.kind == "since"
            return self.diagrams.apply(lambda so: Told(False if so is None and only_known else so), now)
        over = self.condition(tracker.until, kept) if tracker.until is not None else self.diagrams.leaf(None)
        if tracker.kind == "since" and tracker.name in self.acted_on:
            return self.diagrams.apply(Told, now, over, self.newest.of(tracker.when, lambda guard: self.condition(guard, kept)))
        return self.diagrams.apply(Told, now, over, self._measured(tracker))

    def _value(self, axis: int, letter: Letter) -> Told:
        if letter.kind == "unknown":
            return Told(between=self._between_cells(axis, letter))
        value = self.abstraction.axes[axis].cells[letter.cell].value
        assert not isinstance(value, str)
        return Told(measured=letter.kind == "measured", value=value)

    def _between_cells(self, axis: int, letter: Letter) -> Interval | None:
        """What the known parts of a computed number leave of it."""
        values = [self.abstraction.axes[axis].cells[cell].value for cell in letter.among]
        numbers = [value for value in values if not isinstance(value, str)]
        return Interval(min(numbers), max(numbers)) if numbers else None

    def _measured(self, tracker: Tracker) -> Node:
        """Over letters whether anything was measured that the condition of a tracker asks."""
        found = self.diagrams.leaf(False)
        for name in self.abstraction.prepared.inputs_of(tracker.when):
            place = self.abstraction.places[name]
            letters = self.abstraction.axes[place].letters
            read = [self.diagrams.leaf(letter.kind == "measured" or letter.read) for letter in letters]
            found = self.diagrams.apply(lambda one, other: one or other, found, self.diagrams.split(place, read))
        return found

    # Between visits

    def between(self, kept: Kept, minutes: int) -> tuple[Memory, ...]:
        """What the trackers hold so many minutes later, before the readings of that visit, relative to it."""
        return tuple(self._between(place, shifted(held, minutes), kept, minutes) for place, held in enumerate(kept.memory))

    def _between(self, place: int, held: Memory, kept: Kept, minutes: int) -> Memory:
        tracker = self.abstraction.trackers[place]
        if not (tracker.from_baseline or kept.age("started") is not None) or not isinstance(held, Lasting | Since):
            return held
        if place in self.roughly:
            return meanwhile(tracker, held)
        guards = And(tuple(guard for guard in (tracker.when, tracker.until) if guard is not None))
        lapses = sorted({after for after in self._lapses(guards, kept) if after < minutes + (held.__class__ is Since)})
        if isinstance(held, Lasting):
            for after in lapses:
                held = lasting(tracker, held, self.truth_after(tracker.when, kept, after), after - minutes)
            return held
        for begin, end in pairwise((*sorted({1, *lapses}), minutes + 1)):
            over = None if tracker.until is None else self.truth_after(tracker.until, kept, begin)
            held = last_so(tracker, held, self.truth_after(tracker.when, kept, begin), over, end - 1 - minutes)
        return held

    def _lapses(self, guard: Guard, kept: Kept) -> Iterator[int]:
        """After how many minutes a reading that the condition asks no longer counts."""
        asked = self.abstraction.axes_of(guard)
        for place, reading in zip(self.abstraction.remembered, kept.readings, strict=True):
            axis = self.abstraction.axes[place]
            if place in asked and reading is not None:
                known = (term for term in self.abstraction.prepared.terms(guard) if isinstance(term, Known))
                limits = [term.within for term in known if term.input == axis.name and term.within is not None]
                limits += [] if axis.item.valid_for is None else [axis.item.valid_for]
                yield from (limit + 1 - reading[1] for limit in limits if limit >= reading[1])

    def truth_after(self, guard: Guard, kept: Kept, after: int) -> Truth:
        """Whether a condition is true so many minutes after a visit, of whose readings some no longer count."""
        choices = {
            place: self._letter_of(place, reading, after)
            for place, reading in zip(self.abstraction.remembered, kept.readings, strict=True)
        }
        found: Truth = value_at(self.condition(guard, kept), choices)
        return found

    def _letter_of(self, place: int, reading: Remembered, after: int) -> int:
        axis = self.abstraction.axes[place]
        lapsed = reading is None or (axis.item.valid_for is not None and reading[1] + after > axis.item.valid_for)
        if reading is None or lapsed:
            return next((number for number, one in enumerate(axis.letters) if one.kind == "unknown"), 0)
        within = tuple(reading[1] + after <= limit for limit in axis.withins)
        kind = "measured" if all(within) else "carried"
        told = (kind, reading[0], within if kind == "carried" else ())
        return next((number for number, one in enumerate(axis.letters) if (one.kind, one.reading, one.within) == told), 0)

    # At a visit

    def after(self, kept: Kept, trail: Trail) -> Iterator[Kept]:
        """The state with the readings and trackers of a visit; one for each of what may have moved, and need not have."""
        memory, ways = [], [(0, 0)]
        for place, (tracker, held, told) in enumerate(zip(self.abstraction.trackers, kept.memory, trail.told, strict=True)):
            new = held
            if tracker.from_baseline or kept.age("started") is not None or place in self.roughly:
                new, has_moved = self._moved(tracker, held, told)
                if tracker.name in self.acted_on:
                    may = self._news(tracker, held, told, kept, has_moved=has_moved)
                    ways = [(step | one << place, hold | other << place) for step, hold in ways for one, other in may]
            memory.append(new)
        readings = tuple(map(self._reading, self.abstraction.remembered, kept.readings, trail.letters))
        bases = trail.bases or kept.bases
        once = self.abstraction.holds_once
        for step, hold in dict.fromkeys((step, hold if once else 0) for step, hold in ways):
            moved, moved_hold = kept.moved | step, kept.moved_hold | hold
            yield kept._replace(memory=tuple(memory), moved=moved, moved_hold=moved_hold, readings=readings, bases=bases)

    def _reading(self, place: int, before: Remembered, letter: int) -> Remembered:
        axis = self.abstraction.axes[place]
        shown = axis.letters[letter]
        if shown.kind == "unknown":
            return None
        return before if shown.kind == "carried" else read_now(self.abstraction, place, shown.reading)

    def _moved(self, tracker: Tracker, held: Memory, told: Told) -> tuple[Memory, bool]:
        """What a tracker holds after a visit, and whether that is something new."""
        match held:
            case Lasting():
                return lasting(tracker, held, told.now, 0), False
            case Since():
                return last_so(tracker, held, told.now, told.over, 0), False
            case Extreme():
                if told.value is None and tracker.measured_only:
                    return held, False
                low, high = plausible(self.abstraction.prepared, tracker.input)
                left = told.between or Interval(low, high)
                value = left if told.value is None else Interval(told.value, told.value)
                ends = self._piece(tracker, value.low), self._piece(tracker, value.high)
                found = extreme(tracker, Extreme(held.low, held.high), Interval(*ends), 1)
                return Extreme(found.low, found.high), found.changed == 1
            case Counted():
                top = saturation(self.abstraction.prepared, tracker.name)
                counted = counting(tracker, Counted(held.possible), told.now, told.over, told.measured is True, 1, top)
                return Counted(counted.possible), counted.changed == 1

    def _news(self, tracker: Tracker, held: Memory, told: Told, kept: Kept, *, has_moved: bool) -> Sequence[tuple[bool, bool]]:
        """Whether what is so is newer than the last step, and than the last hold, in each way in which it may be."""
        if isinstance(held, Since):
            return newer(told.measured, kept.readings)
        return NOT_OR_BOTH if not has_moved and self._may_be_beyond(tracker, held, told) else newer(has_moved, ())

    def _may_be_beyond(self, tracker: Tracker, held: Memory, told: Told) -> bool:
        """Whether a value in the same piece as the lowest or highest so far may be beyond it; one read before is among those."""
        if not isinstance(held, Extreme) or told.value is None or (tracker.input in self.read and not told.measured):
            return False
        here, cuts = self._piece(tracker, told.value), cuts_of(self.abstraction, tracker, may_move=True)
        return here not in cuts and here == (held.high if tracker.kind == "lowest" else held.low)

    def _piece(self, tracker: Tracker, value: Fraction) -> Fraction:
        return piece(self.abstraction, tracker, value, may_move=tracker.name in self.acted_on)


def candidates_of(abstraction: Abstraction, place: int, memory: Memory) -> Candidates:
    """One value of each piece into which the constants cut what a tracker can be."""
    tracker = abstraction.trackers[place]
    constants = abstraction.prepared.constants.get(Tracked(tracker.name), ())
    match memory:
        case Counted(possible):
            return tuple(sorted({Fraction(count) for _, count in possible}))
        case Lasting(definite, could):
            return cells(Interval(_minutes(definite, Fraction(0)), _minutes(could, Fraction(0))), constants)
        case Since(definite, could):
            return cells(Interval(_minutes(could, NEVER), _minutes(definite, NEVER)), constants)
        case Extreme(low, high):
            least, greatest = plausible(abstraction.prepared, tracker.input)
            return cells(Interval(least if low is None else low, greatest if high is None else high), constants)


def _minutes(date: int | None, never: Fraction) -> Fraction:
    return never if date is None else Fraction(-date)
