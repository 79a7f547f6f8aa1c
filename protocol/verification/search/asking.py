"""What does a rule say where only the place is given? It is asked as the reference asks it, and each input only when that does.

The reference reads a scene. Here the scene knows the state, and of each input only what has been chosen so far; what it is asked
beyond that it does not know yet, and the question is put again for each answer. So the diagram of a rule, of the whole walk
through the rules, or of a claim, comes from the very functions that give one decision.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import partial, reduce
from operator import add
from typing import Any, cast

from attrs import frozen

from protocol.model.guard import Atom, ClockName, Compare, CumulativeDose, Known, Ratio, Term, Tracked
from protocol.model.state import Interval, State
from protocol.semantics.cells import cells
from protocol.semantics.compiled import Ask
from protocol.semantics.scene import Candidates, Scene
from protocol.semantics.taken import cumulative
from protocol.semantics.truth import Narrowing, Open, World
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.axes import BETWEEN, NEW, Complete
from protocol.verification.search.diagrams import Diagrams, Node
from protocol.verification.search.scoring import points_of, settled

Known_ = Mapping[int, tuple[int, ...]]
_LONG = 30
"""Asking the rules once takes about as long as making so many nodes."""


class Asked(Exception):
    """Raised where an answer depends on an axis: its places in groups, those of one group being the same to who asked."""

    def __init__(self, axis: int, groups: tuple[tuple[int, ...], ...]) -> None:
        super().__init__(axis)
        self.axis, self.groups = axis, groups


@frozen(eq=False)
class Situation:
    """What is known of a patient at a visit beside its letter: the state, what trackers can be, and what is new in them.

    ``due`` and ``due_hold`` are the comparisons that came due since the last step, and the last hold; ``moved`` and
    ``moved_hold`` the trackers that moved since. The dates of the last step and hold in ``state`` are in their order, and all
    that is new is newer.
    """

    state: State
    candidates: Mapping[str, Candidates]
    due: frozenset[Compare]
    due_hold: frozenset[Compare]
    moved: frozenset[str]
    moved_hold: frozenset[str]

    def is_due(self, atom: Compare, since: int | None) -> bool:
        """Whether a comparison came due since what was acted on at this date."""
        return atom in (self.due_hold if self._is_hold(since) else self.due)

    def has_moved(self, name: str, since: int | None) -> bool:
        """Whether a tracker moved since."""
        return name in (self.moved_hold if self._is_hold(since) else self.moved)

    def _is_hold(self, since: int | None) -> bool:
        return since != self.state.stepped and since == self.state.hold_began


class Reading:
    """A reading of an input whose date, and limits of normal, are asked for only when something depends on them."""

    __slots__ = ("_scene", "axis", "cell", "input", "text", "value")

    def __init__(self, scene: AskingScene, name: str, axis: int) -> None:
        self.cell = cell = scene.abstraction.axes[axis].cells[scene.ask(axis, lambda one: one.cell)]
        self._scene, self.axis, self.input, self.text = scene, axis, name, ""
        self.value = cell.value if isinstance(cell.value, str) else Interval(cell.value, cell.value)

    @property
    def upper(self) -> Fraction | None:
        """The upper limit of normal, if it is on record."""
        return self.cell.upper if self._scene.ask(self.axis, lambda one: one.limits) else None

    @property
    def lower(self) -> Fraction | None:
        """The lower limit of normal, if it is on record."""
        return self.cell.lower if self._scene.ask(self.axis, lambda one: one.limits) else None

    @property
    def observed(self) -> int:
        """When it was observed, as far as it is told apart from the last step and the last hold."""
        date = self._scene.ask(self.axis, lambda one: one.date)
        return 0 if date == NEW else self._scene.between if date == BETWEEN else self._scene.old


class AskingScene:
    """A scene as the reference reads it, of which the inputs are chosen one after the other."""

    def __init__(self, abstraction: Abstraction, situation: Situation, chosen: Known_) -> None:
        self.abstraction, self.situation, self.chosen = abstraction, situation, chosen
        self.prepared, self.state, self.time = abstraction.prepared, situation.state, 0
        self.points: dict[str, tuple[int, ...]] = {}
        self.settled: dict[Ask, bool | None] = {}
        dates = [date for date in (self.state.stepped, self.state.hold_began) if date is not None] or [-1]
        self.old, self.between = min(dates), max(dates)

    def ask(self, axis: int, what: Callable[[Complete], Any]) -> Any:
        """What is so of an axis; raises Asked where the choices so far leave it open."""
        completes = self.abstraction.axes[axis].completes
        places = self.chosen.get(axis)
        places = tuple(range(len(completes))) if places is None else places
        groups: dict[Hashable, list[int]] = {}
        for place in places:
            groups.setdefault(what(completes[place]), []).append(place)
        if len(groups) > 1:
            raise Asked(axis, tuple(map(tuple, groups.values())))
        return next(iter(groups))

    def valid(self, name: str) -> Reading:
        """The reading of an input: where it is unknown, one of those that it could be."""
        return Reading(self, name, self.abstraction.places[name])

    def point(self, name: str) -> tuple[int, ...]:
        """The numerator and denominator of a number."""
        value = self.valid(name).value
        return value.low.as_integer_ratio() if isinstance(value, Interval) else ()

    def knows(self, node: Known) -> bool:
        """Whether an input is known, and read lately enough."""
        axis = self.abstraction.places[node.input]
        if node.within is None:
            return bool(self.ask(axis, lambda one: one.known))
        place = self.abstraction.axes[axis].withins.index(node.within)
        return bool(self.ask(axis, lambda one: one.known and one.within[place]))

    def candidates(self, term: Term) -> Candidates:
        """What a term can be: one value of an input, all that a tracker can be."""
        match term:
            case Tracked(name):
                return self.situation.candidates[name]
            case CumulativeDose():
                return cells(cumulative(self.prepared, self.state, term, 0), self.prepared.constants.get(term, ()))
            case Ratio(name, "baseline"):
                axis = self.abstraction.axis_of(term)
                return (self.abstraction.axes[axis].cells[self.ask(axis, lambda one: one.cell)].value,)
            case Ratio(name, limit):
                return (self._ratio(self.valid(name), limit),)
            case _:
                value = self.valid(term.input).value  # type: ignore[union-attr]
                return (value,) if isinstance(value, str) else (value.low,)

    def _ratio(self, reading: Reading, limit: str) -> Fraction:
        bound = reading.cell.upper if limit == "ULN" else reading.cell.lower
        assert isinstance(reading.value, Interval) and bound is not None
        # A lower limit of zero: zero is at the limit. What is above it is in a cell of its own, of a high multiple.
        return Fraction(reading.value.low / bound) if bound else Fraction(1)

    def came_due(self, atom: Compare, name: ClockName, since: int | None) -> int | None:
        """Now, if a comparison of a clock came due since; else then."""
        if atom.operator not in (">", ">="):
            return None
        return 0 if self.situation.is_due(atom, since) else since

    def moved(self, name: str, atom: Atom, truth: bool, since: int | None) -> int | None:
        """Now, if what a tracker shows arose since; else then. A duration that is short has no date."""
        assert isinstance(atom, Compare)
        kind, long = self.prepared.protocol.tracker(name).kind, (atom.operator in (">", ">=")) is truth
        if kind == "duration" and not (truth and long):
            return None
        by_time = kind in ("duration", "since") and long
        new = self.situation.is_due(atom, since) if by_time else self.situation.has_moved(name, since)
        return 0 if new else since


def diagram(
    abstraction: Abstraction,
    diagrams: Diagrams,
    situation: Situation,
    ask: Callable[[World], Hashable],
    join: Callable[[Any, Any], Hashable],
    narrowed: Narrowing | None = None,
) -> Node:
    """The diagram, over complete values, of an answer; what a tracker leaves open is joined, and a score is what it comes to."""
    found = _diagram(abstraction, diagrams, situation, ask, join, narrowed or {})
    return settled(found, diagrams, _scores(abstraction, diagrams, situation)) if abstraction.scores else found


def _scores(abstraction: Abstraction, diagrams: Diagrams, situation: Situation) -> dict[int, Node]:
    """For each score that follows from the other axes the place of its complete value; no state makes a difference to it."""
    found = diagrams.scores.get(abstraction)
    if found is None:
        found = diagrams.scores[abstraction] = {}
        for place, one in abstraction.scores.items():
            asks = (partial(points_of, item=item) for item in one.score.items)
            items = (_diagram(abstraction, diagrams, situation, ask, max, {}) for ask in asks)
            total = reduce(partial(diagrams.apply, add), items, diagrams.leaf(0))
            found[place] = diagrams.apply(partial(one.place, abstraction.axes[place]), total)
    return found


def _diagram(
    abstraction: Abstraction,
    diagrams: Diagrams,
    situation: Situation,
    ask: Callable[[World], Hashable],
    join: Callable[[Any, Any], Hashable],
    narrowed: Narrowing,
) -> Node:
    def grown(chosen: Known_, narrowed: Narrowing) -> Node:
        diagrams.watch.count(_LONG)
        scene = AskingScene(abstraction, situation, chosen)
        try:
            return diagrams.leaf(ask(World(cast(Scene, scene), narrowed)))
        except Open as still:
            yes = grown(chosen, {**narrowed, still.term: still.yes})
            return diagrams.apply(join, yes, grown(chosen, {**narrowed, still.term: still.no}))
        except Asked as asked:
            size = len(abstraction.axes[asked.axis].completes)
            found = {place: node for group in asked.groups for node in [grown({**chosen, asked.axis: group}, narrowed)]
                     for place in group}  # fmt: skip
            other = next(iter(found.values()))
            return diagrams.choose(asked.axis, [found.get(place, other) for place in range(size)])

    return grown({}, narrowed)
