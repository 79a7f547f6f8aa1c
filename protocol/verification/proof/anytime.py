"""What can come of a visit that may be at any time after the last one?

A visit depends on the ages of a state only through finitely many truths about them: comparisons of clocks, what came due since
the last step, how old a reading that is carried over can be. For each set of these truths that can be together one state that has
them is decided as the search does it, and stands for all that have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any

from attrs import evolve, frozen

from protocol.model.guard import And, Compare
from protocol.model.input import Tracker
from protocol.model.state import Lasting, Memory, Since
from protocol.semantics.observing import last_so, lasting
from protocol.verification.proof.ages import WATCH, Ages, parts, with_parts
from protocol.verification.proof.needs import Needs, needed
from protocol.verification.proof.truths import Facts, Truths
from protocol.verification.search.axes import Letter
from protocol.verification.search.diagrams import Node
from protocol.verification.search.explored import Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept

Numbers = Mapping[str, Any]


Letters = tuple[tuple[frozenset[Any] | None, ...], ...]
"""For each letter of each input what it needs: nothing, or that a reading can be carried over; None: it cannot be."""


@frozen(eq=False)
class Kind:
    """A kind of visit at a location: where it is so, as a condition on the numbers and the gap; the numbers at the visit.

    ``before`` names the numbers of the location. ``letters`` says what each letter needs of ``carried``, the conditions under
    which readings can be carried over.
    """

    where: Any
    before: tuple[str, ...]
    numbers: Numbers
    options: Options
    letters: Letters
    carried: Mapping[Any, Any]


@frozen(eq=False)
class Later:
    """A location when time has passed, before the visit: under which conditions, and its numbers."""

    where: tuple[Any, ...]
    location: Kept
    numbers: Numbers


@frozen(eq=False)
class Lapse:
    """When something becomes of a reading that is kept: after so many minutes, as a number and as an expression."""

    place: int
    after: int
    minutes: Any


class Anytime:
    """The visits of a protocol at any time; with ``every`` always so many minutes after the last one."""

    def __init__(self, z3: Any, search: Exploring, ages: Ages, every: int | None) -> None:
        self.z3, self.search, self.ages, self.every = z3, search, ages, every
        self.abstraction = search.abstraction
        self.gap = z3.Int("gap")
        self.truths = Truths(z3)
        self._needed: dict[Any, dict[Any, Needs]] = {}
        self.facts = Facts(z3, search, ages, every)

    def old(self, location: Kept) -> Numbers:
        """The numbers of a location, as they were at the last visit."""
        return {name: self.z3.Int(name) for name in self.ages.names(location)}

    def kinds(self, location: Kept, *, begins: bool) -> Iterator[Kind]:
        """The kinds of visits at a location; ``begins``: it is the first visit."""
        old = self.old(location)
        apart = self.gap == 0 if begins else self.gap >= 1 if self.every is None else self.gap == self.every
        base = (apart, *(number >= 0 for number in old.values()))
        for later in [Later((), location, old)] if begins else self._passed(location, old, base):
            carried = {} if begins else self._carried(later)
            facts = self.facts.at(later.location, later.numbers, begins)
            for literals, told, values in self.truths.together(facts, (*base, *later.where), later.numbers):
                kept = self.ages.filled(later.location, values)
                kept = kept._replace(due=self.facts.due(told, "due"), due_hold=self.facts.due(told, "due hold"))
                where = self.z3.And(apart, *later.where, *literals)
                letters = self._letters(kept, carried, begins)
                costs = tuple(tuple(None if need is None else len(need) for need in needs) for needs in letters)
                for options in self.search.at(kept, self.search.once(costs)):
                    numbers = self._observed(kept, options.kept, later.numbers)
                    yield Kind(where, tuple(old), numbers, options, letters, carried)

    def split(self, kind: Kind, clocks: tuple[Compare, ...], trackers: Iterable[int]) -> Iterator[Kind]:
        """The kinds of visits into which one falls where these comparisons of clocks, and trackers, are asked as well."""
        kept, positive = kind.options.kept, tuple(self.z3.Int(name) >= 0 for name in kind.before)
        location = self.ages.location(kept)
        numbers = {name: kind.numbers[name] for name in self.ages.names(location)}
        facts = list(self.facts.told(clocks, trackers, location, numbers))
        if not facts:
            yield kind
            return
        for literals, _, values in self.truths.together(facts, (kind.where, *positive), numbers):
            filled = self.ages.filled(location, values)
            filled = filled._replace(due=kept.due, due_hold=kept.due_hold, moved=kept.moved, moved_hold=kept.moved_hold)
            options = evolve(kind.options, kept=filled)
            yield evolve(kind, where=self.z3.And(kind.where, *literals), options=options)

    def needed(self, node: Node, letters: Letters) -> Mapping[Any, Needs]:
        """Each value of a diagram over letters with what it needs."""
        key = (node, letters)
        found = self._needed.get(key)
        if found is None:
            found = self._needed[key] = needed(node, dict(enumerate(letters)), self.search.diagrams.watch)
        return found

    def where(self, kind: Kind, needs: Needs) -> Any:
        """Where a kind of visit comes to what needs this."""
        if frozenset() in needs:
            return kind.where
        ways = [self.z3.And(*(kind.carried[one] for one in sorted(some))) for some in sorted(needs, key=sorted)]
        return self.z3.And(kind.where, self.z3.Or(*ways))

    def _carried(self, later: Later) -> dict[Any, Any]:
        """Which readings can be carried over, where it makes a difference that they are; else they are as good as measured."""
        matters = self.facts.matters(later.location)
        return {
            (place, letter.date, letter.within): self.facts.carried(place, letter, later.numbers, self.gap)
            for place, axis in enumerate(self.abstraction.axes)
            if place not in self.abstraction.remembered and axis.name in matters
            for letter in {(one.date, one.within): one for one in axis.letters if one.kind == "carried"}.values()
        }

    def _letters(self, kept: Kept, carried: Mapping[Any, Any], begins: bool) -> Letters:
        found = []
        for place, axis in enumerate(self.abstraction.axes):
            if place in self.abstraction.remembered:
                costs = self.search.letters_at(kept, place, axis, begins)
                found.append(tuple(None if cost is None else frozenset[Any]() for cost in costs))
            else:
                found.append(tuple(_need(place, letter, carried) for letter in axis.letters))
        return tuple(found)

    def _observed(self, before: Kept, after: Kept, numbers: Numbers) -> Numbers:
        """The numbers after the readings of a visit: what is kept is as old as before, all else is new.

        Before the readings of a visit nothing has an age of 0, unless that is so whatever the gap is.
        """
        found = dict(numbers)
        for place, (old, new) in enumerate(zip(before.memory, after.memory, strict=True)):
            for (part, was), (_, now) in zip(parts(old), parts(new), strict=True):
                if now is not None and now != was:
                    found[f"tracker {place} {part}"] = self.z3.IntVal(-now)
        read_now = {f"reading {place}": self.z3.IntVal(0) for place, one in enumerate(after.readings) if one and one[1] == 0}
        return {**found, **read_now}

    # Time passes

    def _passed(self, location: Kept, old: Numbers, base: tuple[Any, ...]) -> Iterator[Later]:
        """The location when time has passed: which readings no longer count, and what that tells the trackers."""
        lapses = dict(self._lapses(location, old))
        for literals, _, values in self.truths.together(list(self._order(lapses)), base, {**old, **lapses, "gap": self.gap}):
            kept, minutes = self.ages.filled(location, values), values["gap"]
            past = [
                Lapse(int(name.split()[1]), values[name], lapse) for name, lapse in lapses.items() if 1 <= values[name] <= minutes
            ]
            memory = tuple(self._between(place, kept, old, past, minutes) for place in range(len(location.memory)))
            yield self._later(location, old, memory, {one.place for one in past if self._ends(one, kept)}, literals)

    def _ends(self, lapse: Lapse, kept: Kept) -> bool:
        """Whether a reading no longer counts from then on; else it is only no longer young enough."""
        held, axis = kept.readings[lapse.place], self.abstraction.axes[self.abstraction.remembered[lapse.place]]
        valid_for = axis.item.valid_for
        return held is not None and valid_for is not None and held[1] + lapse.after > valid_for

    def _later(self, location: Kept, old: Numbers, memory: tuple[Memory, ...], past: set[int], where: tuple[Any, ...]) -> Later:
        readings = tuple(None if place in past else held for place, held in enumerate(location.readings))
        after = location._replace(readings=readings, memory=tuple(
            with_parts(one, {part: 0 for part, age in parts(one) if age is not None}) for one in memory
        ))  # fmt: skip
        numbers = {
            f"tracker {place} {part}": age for place, one in enumerate(memory) for part, age in parts(one) if age is not None
        }
        running = location.place.dose.is_drug
        for name in self.ages.names(after):
            if name not in numbers:
                stands = name.startswith(WATCH) and not (name == WATCH and running)
                numbers[name] = old[name] if stands else old[name] + self.gap
        return Later(where, after, numbers)

    def _lapses(self, location: Kept, old: Numbers) -> Iterator[tuple[str, Any]]:
        """After how many minutes something becomes of each reading that is kept."""
        for place, held in enumerate(location.readings):
            for limit in self.ages.limits(place) if held is not None else ():
                yield f"lapse {place} {limit}", limit + 1 - old[f"reading {place}"]

    def _order(self, lapses: Numbers) -> Iterator[tuple[Any, Any]]:
        for name, lapse in lapses.items():
            yield (name, "by now"), lapse <= self.gap
            yield (name, "before"), lapse < self.gap
            yield (name, "at once"), lapse <= 1
            yield (name, "not yet"), lapse >= 1
        for (one, lapse), (other, its) in combinations(lapses.items(), 2):
            yield (one, "before", other), lapse < its
            yield (one, "with", other), lapse == its

    def _between(self, place: int, kept: Kept, old: Numbers, past: list[Lapse], minutes: int) -> Memory:
        """What a tracker holds when the time has passed, with ages that are expressions in the place of its dates."""
        tracker, held = self.abstraction.trackers[place], kept.memory[place]
        ages = {part: old[f"tracker {place} {part}"] + self.gap for part, date in parts(held) if date is not None}
        held = with_parts(held, ages)
        if not isinstance(held, Lasting | Since) or not (tracker.from_baseline or kept.age("started") is not None):
            return held
        asked = self.abstraction.axes_of(And(tuple(guard for guard in (tracker.when, tracker.until) if guard is not None)))
        ordered = {one.after: one for one in past if self.abstraction.remembered[one.place] in asked}
        moments = [ordered[after] for after in sorted(ordered)]
        if isinstance(held, Lasting):
            return self._lasting(tracker, held, kept, [one for one in moments if one.after < minutes])
        return self._since(tracker, held, kept, [one for one in moments if one.after > 1], minutes)

    def _lasting(self, tracker: Tracker, held: Lasting, kept: Kept, moments: list[Lapse]) -> Lasting:
        for one in moments:
            held = lasting(tracker, held, self.search.trails.truth_after(tracker.when, kept, one.after), self.gap - one.minutes)
        return held

    def _since(self, tracker: Tracker, held: Since, kept: Kept, moments: list[Lapse], minutes: int) -> Since:
        truth = self.search.trails.truth_after
        ends = [Lapse(-1, 1, self.z3.IntVal(1)), *moments, Lapse(-1, minutes + 1, self.gap + 1)]
        for one, following in pairwise(ends):
            over = None if tracker.until is None else truth(tracker.until, kept, one.after)
            age = self.z3.simplify(self.gap + 1 - following.minutes)
            held = last_so(tracker, held, truth(tracker.when, kept, one.after), over, age)
        return held


def _need(place: int, letter: Letter, carried: Mapping[Any, Any]) -> frozenset[Any] | None:
    """What a letter needs."""
    if letter.kind != "carried":
        return frozenset()
    need = (place, letter.date, letter.within)
    return frozenset({need}) if need in carried else None
