"""What can come of a visit in a state of a protocol? Each outcome of each trail that it can leave, by its cheapest letters."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.at_start import letters_of_base
from protocol.verification.search.axes import BETWEEN, BEYOND_NORMAL, NEW, OLD, Axis
from protocol.verification.search.common import MOST_AGES
from protocol.verification.search.concluding import decided
from protocol.verification.search.deciding import Deciding
from protocol.verification.search.diagrams import Choices, Diagrams, Node
from protocol.verification.search.explored import Costs, Move, Options, Told, moves_of
from protocol.verification.search.kept import (
    NEWER_THAN_HOLD,
    NEWER_THAN_STEP,
    Kept,
    Place,
    Remembered,
    is_true_of_clock,
)
from protocol.verification.search.possible_counts import can_be, possible_counts
from protocol.verification.search.rough import limited
from protocol.verification.search.successors import Successors
from protocol.verification.search.trails import Trail, Trails, candidates_of

Left = tuple[Options, int]
"""What can come of a visit that leaves one trail, and the number of the rest after that."""


class Exploring:
    """The visits of one protocol, for a search through its states; with ``ordinary`` only those that cost no more."""

    def __init__(
        self, abstraction: Abstraction, gaps: tuple[int, ...], *, any_dose: bool = False, diagrams: Diagrams | None = None,
        ordinary: int | None = None,
    ) -> None:  # fmt: skip
        self.abstraction, self.gaps, self.ordinary = abstraction, gaps, ordinary
        self.diagrams = diagrams or Diagrams()
        self.trails = Trails(abstraction, self.diagrams)
        self.deciding = Deciding(abstraction, self.diagrams, any_dose=any_dose)
        self.successors = Successors(abstraction, self.trails)
        self._options: dict[Hashable, Options] = {}
        self._there: dict[tuple[Place, int, Costs], list[Left]] = {}
        self._by_trail: dict[tuple[Place, int, bool], tuple[Node, dict[Trail, list[Left]]]] = {}
        self._costs: dict[Hashable, Costs] = {}
        self._same_told: dict[tuple[Node, Costs], tuple[tuple[Told, ...], tuple[Move, ...]]] = {}
        self._same: dict[tuple[tuple[int | None, ...], ...], Costs] = {}
        self._trails: dict[Hashable, tuple[Trail, ...]] = {}
        self._facts: dict[Hashable, tuple[Hashable, Hashable]] = {}
        self._told: dict[int, int] = {}
        self._tellings: dict[Hashable, int] = {}
        self._normal: dict[Choices, bool] = {}
        self._counts = possible_counts(abstraction)
        self._findings = frozenset(item.name for item in abstraction.protocol.inputs if not item.fixed)

    def options(self, kept: Kept, minutes: int, *, begins: bool = False) -> Iterator[Options]:
        """What can come of a visit so many minutes after a state; one Options for each trail that the visit can leave."""
        place = kept.place
        return (self.of(place, *one) for one in self.visits(place, self.successors.rest(kept), minutes, begins=begins))

    def visits(self, place: Place, rest: int, minutes: int, *, begins: bool = False) -> Iterator[Left]:
        """The same of a state that is a place and the number of its rest: an Options that is so for many states, and the number
        of the rest after the trail."""
        later = rest if begins else self.successors.passed(place, rest, minutes)
        yield from self._at(place, later, self._allowed(self.successors.rests[later], begins))

    def at(self, later: Kept, costs: Costs) -> Iterator[Options]:
        """What can come of a visit in a state, with what each letter costs; what has no cost cannot be."""
        return (self.of(later.place, *one) for one in self._at(later.place, self.successors.rest(later), costs))

    def of(self, place: Place, options: Options, after: int) -> Options:
        """The options of a state that is after the trail at this place, with the rest of this number."""
        return Options(self.successors.kept(place, after), options.node, options.costs, options.outcomes, options.moves)

    def by_trail(self, place: Place, rest: int, minutes: int, *, begins: bool = False) -> tuple[Node, dict[Trail, list[Left]]]:
        """The diagram of the trails that a visit can leave, and what ``visits`` gives for each of them."""
        later = rest if begins else self.successors.passed(place, rest, minutes)
        key = (place, later, begins)
        found = self._by_trail.get(key)
        if found is None:
            kept = self.successors.rests[later]
            node, costs = self.trails.node(kept), self._allowed(kept, begins)
            left = {trail: list(self._left(node, trail, costs, place, later)) for trail in self._trails_of(node, costs)}
            found = self._by_trail[key] = node, left
        return found

    def _at(self, place: Place, later: int, costs: Costs) -> Iterator[Left]:
        known = self._there.get((place, later, costs))
        if known is not None:
            yield from known
            return
        node, known = self.trails.node(self.successors.rests[later]), []
        for trail in self._trails_of(node, costs):
            for one in self._left(node, trail, costs, place, later):
                known.append(one)
                yield one
        self._there[(place, later, costs)] = known

    def _left(self, node: Node, trail: Trail, costs: Costs, place: Place, later: int) -> Iterator[Left]:
        """What can come of a visit that leaves this trail."""
        return ((self._of(node, trail, costs, place, after), after) for after in self.successors.after(later, trail))

    def _of(self, node: Node, trail: Trail, costs: Costs, place: Place, after: int) -> Options:
        kept = self.successors.rests[after]
        costs = self._limited(kept, costs)
        situation = self.deciding.key(place, kept, after)
        key = (node, trail, costs, place, situation)
        found = self._options.get(key)
        if found is None:
            found = self._options[key] = self._made(node, trail, costs, self.successors.kept(place, after), (place, situation))
        return found

    def facts(self, kept: Kept) -> Hashable:
        """All that a rule or a property can tell of a state at a visit, apart from the letter and what was acted on before."""
        key = (kept.dates, kept.watch, kept.memory)
        found = self._facts.get(key)
        if found is None:
            clocks = tuple([is_true_of_clock(kept, atom) for atom in self.abstraction.clocks])
            shown = tuple([candidates_of(self.abstraction, place, one) for place, one in enumerate(kept.memory)])
            found = self._facts[key] = clocks, shown
        return (kept.place, *found), kept.taken

    def told(self, rest: int) -> int:
        """The number of all that these facts are without the place."""
        found = self._told.get(rest)
        if found is None:
            found = self._told[rest] = self._tellings.setdefault(self.facts(self.successors.rests[rest]), len(self._tellings))
        return found

    def _trails_of(self, node: Node, costs: Costs) -> tuple[Trail, ...]:
        key = (node, costs)
        found = self._trails.get(key)
        if found is None:
            ways = self.diagrams.cheapest(node, dict(enumerate(costs)))
            ordinary_first = sorted(ways, key=ways.__getitem__)
            found = tuple(trail for trail in ordinary_first if self.ordinary is None or ways[trail][0] <= self.ordinary)
            self._trails[key] = found
        return found

    def _made(self, node: Node, trail: Trail, costs: Costs, after: Kept, key: Hashable) -> Options:
        outcomes = decided(self.deciding, after, key)
        here = self.diagrams.where(trail, node, outcomes)
        found = self._same_told.get((here, costs))
        if found is None:
            ways = self.diagrams.cheapest(here, dict(enumerate(costs)))
            told = tuple((one, *how) for one, how in ways.items() if one is not None)
            found = self._same_told[(here, costs)] = told, moves_of(told)
        return Options(after, here, costs, *found)

    # Which letters can be

    def _allowed(self, kept: Kept, begins: bool) -> Costs:
        once = self.abstraction.holds_once
        started = kept.age("started") is not None if self.abstraction.bases else begins
        key = (kept.age("stepped"), kept.age("hold_began") if once else None, kept.readings, begins, started, kept.bases)
        found = self._costs.get(key)
        if found is None:
            found = self._costs[key] = self.once(
                self.letters_at(kept, place, axis, begins) for place, axis in enumerate(self.abstraction.axes)
            )
        return found

    def _limited(self, kept: Kept, costs: Costs) -> Costs:
        """What each letter costs, of what is free only those that can be in a state after its trail."""
        if not self.abstraction.free:
            return costs
        rough = tuple([kept.memory[place] for place in self.abstraction.roughly.values()])
        key = (costs, kept.age("started"), rough)
        found = self._costs.get(key)
        if found is None:
            found = self._costs[key] = self.once(limited(self.abstraction, kept, costs))
        return found

    def once(self, costs: Iterable[tuple[int | None, ...]]) -> Costs:
        """The costs, made only once."""
        letters = tuple(costs)
        found = self._same.get(letters)
        if found is None:
            found = self._same[letters] = Costs(letters)
        return found

    def letters_at(self, kept: Kept, place: int, axis: Axis, begins: bool) -> tuple[int | None, ...]:
        """What each letter of an input costs, None where it cannot be."""
        if (found := self._settled_at(kept, place, axis)) is not None:
            return found
        if place in self.abstraction.remembered:
            held = kept.readings[self.abstraction.remembered.index(place)]
            can = set() if held is None else {self._age(kept, axis, *held[1:])}
        else:
            # When a reading that counts for ever was made is not kept: it can be newer than a step, or not.
            held, newer = None, range(4) if axis.item.valid_for is None else (None,)
            can = set() if begins else {self._age(kept, axis, age, bits) for age in self.ages(axis) for bits in newer}
        return tuple(self._cost(place, axis, number, held, can) for number in range(len(axis.letters)))

    def _settled_at(self, kept: Kept, place: int, axis: Axis) -> tuple[int | None, ...] | None:
        """The same of what the first dose settles; None where that is free."""
        number = self.abstraction.base_of.get(place)
        if number is None:
            return None
        started, stepped = (kept.age(name) is not None for name in ("started", "stepped"))
        dated = stepped and axis.name in self.abstraction.cares
        return letters_of_base(axis, kept.bases[number], started=started, dated=dated)

    def ages(self, axis: Axis) -> range:
        """How old a reading of an input can be that is carried over."""
        every = self.abstraction.every
        longest = every * MOST_AGES if axis.item.valid_for is None else axis.item.valid_for
        return range(every, min(longest, every * MOST_AGES) + 1, every)

    def _age(self, kept: Kept, axis: Axis, age: int, newer: int | None = None) -> tuple[int, tuple[bool, ...]]:
        """How a reading of this age is told apart: newer than the last step and hold or not, and young enough or not."""
        within = tuple(age <= limit for limit in axis.withins)
        if axis.name not in self.abstraction.cares:
            return NEW, within
        step = kept.age("stepped")
        hold = kept.age("hold_began") if self.abstraction.holds_once else None
        new = [date is None or age < date for date in (step, hold)]
        if newer is not None and axis.item.valid_for is None:
            new = [step is None or bool(newer & NEWER_THAN_STEP), hold is None or bool(newer & NEWER_THAN_HOLD)]
        return (NEW if all(new) else BETWEEN if any(new) and self.abstraction.holds_once else OLD), within

    def _cost(self, place: int, axis: Axis, number: int, held: Remembered, can: set[tuple[int, tuple[bool, ...]]]) -> int | None:
        letter, sets = axis.letters[number], self._counts.get(place)
        if sets is not None and not can_be(letter, sets):
            return None
        if letter.kind == "carried":
            same = held is None or held[0] == letter.reading
            return letter.cost if same and (letter.date, letter.within) in can else None
        return None if axis.item.fixed and held is not None else letter.cost

    def as_normal(self, costs: Costs) -> dict[int, tuple[int | None, ...]]:
        """The costs without letters that show a finding which is not normal."""
        normal = lambda cost: cost if cost is not None and cost <= BEYOND_NORMAL else None  # noqa: E731
        axes = self.abstraction.axes
        return {place: tuple(map(normal, one)) if axes[place].name in self._findings else one for place, one in enumerate(costs)}

    def is_normal(self, letters: Choices) -> bool:
        """Whether all findings of a visit are normal; what is fixed, or computed, is no finding that could be."""
        found = self._normal.get(letters)
        if found is None:
            axes = self.abstraction.axes
            shown = ((axes[place].name, axes[place].letters[letter].cost) for place, letter in letters)
            found = self._normal[letters] = all(cost <= BEYOND_NORMAL for name, cost in shown if name in self._findings)
        return found
