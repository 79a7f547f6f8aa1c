"""Do two protocols decide the same of every course, and where they do not, which shortest course shows it?

Both are followed at once over the same visits. As long as they order and permit the same, both states go on; where they do not,
that is a difference, of a kind: what the one orders and what the other does. Doses are compared by what is given, not by the
names of levels, and rules by what they do, so that a rename or an order that changes nothing is none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from heapq import heappop, heappush, nsmallest

from attrs import evolve, field, frozen

from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.model.verification import INTERRUPTED
from protocol.verification.search.abstraction import abstractions
from protocol.verification.search.axes import UNKNOWN
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.diagrams import Choices, Diagrams
from protocol.verification.search.explored import Came, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.followed import settled
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.kept import Kept, first
from protocol.verification.search.outcomes import Outcome, Way
from protocol.verification.search.watch import MET, why_of

MOST_OF_A_KIND = 12
"""Courses that are kept of one kind of difference, in case the first of them cannot be put into readings."""

MOST_KEPT, ORDINARY = 4, UNKNOWN - 1
"""Where the readings of more inputs than these are kept, only visits are followed at which all of them are measured. There would
be thousands of kinds of visit to follow from each state."""

_OFTEN = 16
"""At so many pairs of states first, and then at one of so many, it is looked at the bounds, whatever was made there."""

ENOUGH = "enough was found"
"""Why a search was ended by whom it found enough for."""

Shown = tuple[Hashable, ...]
"""What somebody sees of a decision, in words that do not depend on the names of levels and rules."""


@frozen
class Apart:
    """A course after whose last visit two protocols differ, as each of them sees it; ``kind`` is what they differ in."""

    old: tuple[Came, ...]
    new: tuple[Came, ...]
    kind: Shown


@frozen(eq=False)
class Compared:
    """``apart``: of each kind of difference the courses found, the shortest first. ``ended``: why it ended early, if it did."""

    apart: dict[Shown, tuple[Apart, ...]]
    states: int
    ended: str = ""


@frozen
class _Pair:
    before: int
    minutes: int
    letters: Choices
    cost: int
    old: tuple[Outcome, Way]
    new: tuple[Outcome, Way]


@frozen(eq=False)
class _Found:
    states: list[tuple[Kept, Kept]] = field(factory=list)
    came: list[_Pair | None] = field(factory=list)
    depth: list[int] = field(factory=list)
    waiting: list[tuple[int, int]] = field(factory=list)
    apart: dict[Shown, list[tuple[int, int, _Pair]]] = field(factory=dict)


class Comparing:
    """Two protocols over the same visits. ``old`` and ``new`` share their axes and the store of their diagrams.

    What is ``free`` has to be the same in both. Then there are more courses than there are: what is the same on all is the same.
    """

    def __init__(self, old: Protocol, new: Protocol, gaps: tuple[int, ...], free: Free = NOTHING) -> None:
        # What a property asks makes no difference to what is decided.
        both = abstractions((evolve(old, properties=()), evolve(new, properties=())), gaps[0], free=free)
        self.diagrams, self.gaps = Diagrams(), gaps
        self.only_ordinary = max(len(one.remembered) for one in both) > MOST_KEPT
        most = ORDINARY if self.only_ordinary else None
        self.old, self.new = (Exploring(one, gaps, diagrams=self.diagrams, ordinary=most) for one in both)
        self._joint: dict[Hashable, tuple[tuple[Outcome, Outcome, int, Choices], ...]] = {}
        self._seen: dict[Hashable, Shown] = {}

    def compare(
        self, ended: Ended = never, *, stop: Callable[[Compared], bool] | None = None,
        tell: Callable[[int], None] = lambda found: None,
    ) -> Compared:  # fmt: skip
        """All differences, breadth first, until it has to be ``ended``, or ``stop``, asked of new kinds, says so."""
        found, why = _Found(), ""
        try:
            with self.diagrams.watch.until(lambda: ended(len(found.states))):
                for number, kinds in enumerate(self._follow_all(found), 1):
                    if number % _OFTEN == 0:
                        tell(len(found.states))
                    if stop is not None and len(found.apart) > kinds and stop(self._compared(found, "")):
                        why = ENOUGH
                        break
        except MET as met:
            why = why_of(met)
        except KeyboardInterrupt:
            why = INTERRUPTED
        return self._compared(found, why)

    def _follow_all(self, found: _Found) -> Iterator[int]:
        """Follows one pair of states after the other; how many kinds of difference there were before each."""
        index, number = dict[tuple[Kept, Kept], int](), 0
        begin = (first(self.old.abstraction), first(self.new.abstraction))
        self._add(found, index, begin, None, 0)
        index.clear()  # who is as at the beginning after a visit is another state, from which time passes
        while found.waiting:
            if number < _OFTEN or number % _OFTEN == 0:
                self.diagrams.watch.look()
            kinds, number = len(found.apart), number + 1
            self._follow(found, index, heappop(found.waiting)[1])
            yield kinds

    def _follow(self, found: _Found, index: dict[tuple[Kept, Kept], int], number: int) -> None:
        old, new = found.states[number]
        before, watch = found.came[number], self.diagrams.watch
        for minutes in self.gaps if number else (0,):
            begins = number == 0
            options = tuple(self.new.options(new, minutes, begins=begins))
            for one in self.old.options(old, minutes, begins=begins):
                for other in options:
                    moves = self._moves(one, other)
                    watch.count(len(moves) + 1)
                    for move in moves:
                        self._reach(found, index, number, minutes, (one.kept, other.kept), move, before.cost if before else 0)

    def _reach(
        self,
        found: _Found,
        index: dict[tuple[Kept, Kept], int],
        number: int,
        minutes: int,
        kept: tuple[Kept, Kept],
        move: tuple[Outcome, Outcome, int, Choices],
        so_far: int,
    ) -> None:
        old, new, cost, letters = move
        one, other = self.seen(self.old, kept[0], old), self.seen(self.new, kept[1], new)
        if one != other:
            pair = _Pair(number, minutes, letters, so_far + cost, (old, old.ways[0]), (new, new.ways[0]))
            _keep(found, _kind(one, other), (found.depth[number], pair.cost, pair))
            return
        for way, same in self._aligned(kept, old, new):
            after = settled(self.old.abstraction, kept[0], way), settled(self.new.abstraction, kept[1], same)
            pair = _Pair(number, minutes, letters, so_far + cost + (not way.recommended), (old, way), (new, same))
            self._add(found, index, after, pair, found.depth[number] + 1)

    def _moves(self, one: Options, other: Options) -> tuple[tuple[Outcome, Outcome, int, Choices], ...]:
        """Every pair of outcomes that a visit can have, with the letters that have it at the least cost."""
        key = (one.node, other.node, one.costs, other.costs)
        found = self._joint.get(key)
        if found is None:
            node = self.diagrams.apply(lambda old, new: None if old is None or new is None else (old, new), one.node, other.node)
            costs = {axis: tuple(map(_dearer, *both)) for axis, both in enumerate(zip(one.costs, other.costs, strict=True))}
            pairs = self.diagrams.cheapest(node, costs).items()
            found = self._joint[key] = tuple((*pair, *how) for pair, how in pairs if pair is not None)
        return found

    def _add(
        self, found: _Found, index: dict[tuple[Kept, Kept], int], state: tuple[Kept, Kept], pair: _Pair | None, depth: int
    ) -> None:
        place = index.get(state)
        if place is None:
            index[state] = place = len(found.states)
            found.states.append(state)
            found.came.append(pair)
            found.depth.append(depth)
            # Of too many visits the ordinary courses come first, else the short ones.
            heappush(found.waiting, (pair.cost if pair and self.only_ordinary else 0, place))
        elif pair is not None and found.depth[place] == depth:
            known = found.came[place]
            if known is not None and pair.cost < known.cost:
                found.came[place] = pair

    # What is seen of a decision

    def seen(self, search: Exploring, kept: Kept, outcome: Outcome) -> Shown:
        """What somebody sees of a decision: its status, what is ordered and permitted beside, and whether it is silent."""
        key = (id(search), kept.place, outcome)
        found = self._seen.get(key)
        if found is None:
            ordered, *beside = (self._way(search, kept, way) for way in outcome.ways if way.ordered)
            found = self._seen[key] = (outcome.status, ordered, frozenset(beside), outcome.silent, bool(outcome.conflict))
        return found

    def _way(self, search: Exploring, kept: Kept, way: Way) -> Shown:
        given = self._regimen(search, way.effect.dose)
        at_once = str(way.effect.supplement) if way.effect.supplement else ""
        return (_action(kept, way), given, way.effect.control.kind, at_once, way.effect.anew)

    def _regimen(self, search: Exploring, dose: Dose) -> str:
        return str(search.abstraction.protocol.level(dose.name).regimen) if dose.kind == "level" else dose.kind

    def _aligned(self, kept: tuple[Kept, Kept], old: Outcome, new: Outcome) -> Iterator[tuple[Way, Way]]:
        """The ways of both that are the same to who follows them."""
        others = {self._way(self.new, kept[1], way): way for way in reversed(new.ways)}
        for way in old.ways:
            same = others.get(self._way(self.old, kept[0], way))
            if same is not None:
                yield way, same

    # The courses

    def _compared(self, found: _Found, ended: str) -> Compared:
        apart = {}
        for kind, pairs in found.apart.items():
            apart[kind] = tuple(self._apart(found, pair, kind) for _, _, pair in _shortest(pairs))
        in_order = sorted(apart.items(), key=lambda item: (len(item[1][0].old), repr(item[0])))
        return Compared(dict(in_order), len(found.states), ended)

    def _apart(self, found: _Found, last: _Pair, kind: Shown) -> Apart:
        path, one = [last], found.came[last.before]
        while one is not None:
            path.append(one)
            one = found.came[one.before]
        path.reverse()
        old = tuple(Came(one.before, one.minutes, one.letters, *one.old, one.cost) for one in path)
        new = tuple(Came(one.before, one.minutes, one.letters, *one.new, one.cost) for one in path)
        return Apart(old, new, kind)


def _keep(found: _Found, kind: Shown, one: tuple[int, int, _Pair]) -> None:
    """Notes a difference; of many of a kind the shortest stay."""
    known = found.apart.setdefault(kind, [])
    known.append(one)
    if len(known) > 8 * MOST_OF_A_KIND:
        known[:] = _shortest(known)


def _shortest(pairs: list[tuple[int, int, _Pair]]) -> list[tuple[int, int, _Pair]]:
    return nsmallest(MOST_OF_A_KIND, pairs, key=lambda one: one[:2])


def _dearer(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _action(kept: Kept, way: Way) -> str:
    """What happens to the patient: a resume and a start raise, so what the rule calls it makes no difference."""
    before, after = kept.place, way.effect
    if after.control.kind == "stopped":
        return "stopped"
    if not after.dose.is_drug:
        return "none"
    return "goes on" if before.dose == after.dose else "given"


def _kind(old: Shown, new: Shown) -> Shown:
    return (old, new)
