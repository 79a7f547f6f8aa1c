"""Has what makes a guard true been acted on already, or is something of it newer than the last step, or the last hold?

One reading steps a dose once, and a hold of which its author says so it holds once. So such a rule needs a reading, a clock that
came due or a tracker that moved which is newer. ``time since dose change`` counts anew from every step and so comes due after
each, and so do ``time since dose raised`` and ``time since dose lowered`` after each step up or down; beside a reading they say
how long to wait, and that reading has to be a new one. Otherwise one aPTT, valid for a day, would raise heparin every six hours
by itself. They are evidence only where nothing is asked that could be read again: a taper every four weeks goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from attrs import frozen

from protocol.model.formula import Baseline, parts
from protocol.model.guard import (
    Always,
    And,
    Atom,
    Clock,
    Compare,
    CumulativeDose,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Tracked,
    Value,
    nodes,
)
from protocol.model.input import Score
from protocol.model.state import Held
from protocol.semantics.compiled import term_of, true_of
from protocol.semantics.computed import computed
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Candidates, Scene
from protocol.semantics.scores import Scored, items_of
from protocol.semantics.taken import in_unit
from protocol.semantics.truth import Open, World

_WAITS = (Clock("dose change"), Clock("dose raised"), Clock("dose lowered"))
"""What counts anew from every step, or from every step up or down."""


@frozen
class Way:
    """One way in which a guard is true: whether something of it is newer than what was acted on, whether the wait since a
    change of the dose came due since then, and whether it asks something that can be read again."""

    newer: bool = False
    waited: bool = False
    asks: bool = False

    def beside(self, other: Way) -> Way:
        """Both together."""
        return Way(self.newer or other.newer, self.waited or other.waited, self.asks or other.asks)


def is_fresh(world: World, guard: Guard, since: int) -> bool:
    """Whether some way in which the guard is true in this world is evidence from after ``since``; raises Open if not settled."""
    return any(way.newer or (way.waited and not way.asks) for way in _ways(world, guard, True, since))


def _ways(world: World, guard: Guard, truth: bool, since: int) -> frozenset[Way]:
    """Every way in which the guard is true (or false), which it is; there are at most eight."""
    match guard:
        case Compare() | Is():
            return frozenset({_way(world.scene, guard, truth, since)})
        case Named(name):
            return _ways(world, world.scene.prepared.definitions[name], truth, since)
        case Not(part):
            return _ways(world, part, not truth, since)
        case And(parts) | Or(parts):
            found = [_ways(world, part, truth, since) for part in parts if world.holds(part) is truth]
            return reduce(_together, found) if isinstance(guard, And) is truth else frozenset().union(*found)
        case Always() | Known():
            return frozenset({Way()})


def newest(scene: Scene, guard: Guard, truth: bool, since: int | None = None) -> int | None:
    """When the newest of all that settles the guard to be true (or false) arose; None where nothing of it has a date.

    What is missing is not supposed to be anything here, and so has none. ``since`` is when that was last acted on, if it was.
    """
    match guard:
        case Compare() | Is():
            return _date(scene, guard, truth, since) if _is_settled(scene, guard) is truth else None
        case Named(name):
            return newest(scene, scene.prepared.definitions[name], truth, since)
        case Not(part):
            return newest(scene, part, not truth, since)
        case And(parts) | Or(parts):
            return _latest(newest(scene, part, truth, since) for part in parts)
        case Always() | Known():
            return None


def _of_score(scene: Scene, score: Score, atom: Atom, truth: bool, since: int | None) -> int | None:
    """When the newest of what gives a score the points for which the comparison comes out like this arose.

    Where it says that the score is high, these are the items with more than their least points; where it is low, those with
    less than their most. An item of which what it is is not known rests on nothing that could be used.
    """
    assert isinstance(atom, Compare)
    says_high = (atom.operator in (">", ">=")) is truth
    nothing = (min, max) if atom.operator in ("==", "!=") else (min,) if says_high else (max,)
    known = (one for one in items_of(scene, score) if one.known)
    counting = (one for one in known if any(one.points != end(one.item.points()) for end in nothing))
    return _latest(_of_item(scene, one, since) for one in counting)


def _of_item(scene: Scene, one: Scored, since: int | None) -> int | None:
    """When what settles the points of an item arose.

    Where several cases can give them, the last of these does so by itself if it is true whatever is missing. Otherwise they
    rest on one of them, nobody knows on which, and it could be the one that has been acted on longest.
    """
    dates = [_of_case(scene, one, place, since) for place in (one.places[-1:] if one.alone else one.places)]
    return None if None in dates else min(date for date in dates if date is not None)


def _of_case(scene: Scene, one: Scored, place: int, since: int | None) -> int | None:
    """When it arose that this case gives the points: it is true, and those before it that cannot give them are not."""
    before = (number for number in range(place) if number not in one.places)
    asked = [*((number, False) for number in before), *([(place, True)] if place < len(one.item.cases) else [])]
    return _latest(newest(scene, one.item.cases[number].when, wanted, since) for number, wanted in asked)


def _latest(dates: Iterable[int | None]) -> int | None:
    return max((date for date in dates if date is not None), default=None)


def _is_settled(scene: Scene, atom: Atom) -> bool | None:
    """What the comparison is for all that missing values can be; None where they matter."""
    try:
        return World(scene, {}).holds(atom)
    except Open:
        return None


def _together(some: frozenset[Way], others: frozenset[Way]) -> frozenset[Way]:
    return frozenset(one.beside(other) for one in some for other in others)


def _way(scene: Scene, atom: Atom, truth: bool, since: int) -> Way:
    date = _date(scene, atom, truth, since)
    newer = date is not None and date > since
    if term_of(atom) in _WAITS:
        return Way(waited=newer)
    return Way(newer, asks=_can_be_read_again(scene.prepared, atom))


def _can_be_read_again(prepared: Prepared, atom: Atom) -> bool:
    match term_of(atom):
        case Clock() | CumulativeDose():
            return False
        case Tracked():
            return True
        case Value(name) if name in prepared.scores:
            return any(_asks_again(prepared, guard) for guard in prepared.scores[name].guards())
        case term:
            number = prepared.numbers.get(term.input)
            names = [term.input] if number is None else [p.input for p in parts(number.value) if not isinstance(p, Baseline)]
            return not all(prepared.inputs[name].fixed for name in names)


def _asks_again(prepared: Prepared, guard: Guard) -> bool:
    """Whether anything in the guard can be read again."""
    atoms = (node for node in nodes(guard) if isinstance(node, Compare | Is | Named))
    return any(
        _asks_again(prepared, prepared.definitions[node.name]) if isinstance(node, Named) else _can_be_read_again(prepared, node)
        for node in atoms
    )


def _date(scene: Scene, atom: Atom, truth: bool, since: int | None) -> int | None:
    """When this evidence arose: its reading was observed, its clock came due, its tracker changed. None: it has no date.

    A value that is missing counts as measured now, because that is what a completion supposes. Not so a reading of weeks ago
    that a computed number looks back to, nor a baseline: whatever they were, they are no newer for being missing.
    """
    term = term_of(atom)
    match term:
        case Clock(name):
            return scene.came_due(atom, name, since) if truth and isinstance(atom, Compare) else None
        case CumulativeDose():
            return _reached(scene, atom, term, truth, since)
        case Tracked(name):
            settled = len(scene.candidates(term)) == 1 or not _splits(atom, scene.candidates(term))
            return scene.moved(name, atom, truth, since) if settled else scene.time
        case Value(name) if name in scene.prepared.scores:
            return _of_score(scene, scene.prepared.scores[name], atom, truth, since)
        case _:
            held = scene.valid(term.input)
            if held is None:
                return _could_date(scene, term.input)
            return held.observed if isinstance(term, Value) or has_limit(held, term) else scene.time


def _could_date(scene: Scene, name: str) -> int | None:
    """When an input that is not known could have been observed at the latest; of a computed number its parts."""
    number = scene.prepared.numbers.get(name)
    return scene.time if number is None else computed(scene.prepared, scene.state, number, scene.time).could_date(scene.time)


def _reached(scene: Scene, atom: Atom, term: CumulativeDose, truth: bool, since: int | None) -> int | None:
    """Now, if the cumulative dose has come to what is said of it since the last step, or the last hold where that was acted on.

    It has a sum, and no date of each part.
    """
    taken = scene.state.taken
    if taken is None or _splits(atom, scene.candidates(term)):
        return scene.time
    before = taken.at_step if since in (None, scene.state.stepped) else taken.at_hold
    return None if true_of(atom, in_unit(before, term)) is truth else scene.time


def _splits(atom: Atom, candidates: Candidates) -> bool:
    return len({true_of(atom, value) for value in candidates}) > 1


def has_limit(held: Held, term: object) -> bool:
    """Whether the limit of normal is on record; a baseline that is not is no newer than the reading."""
    limit = getattr(term, "limit", "")
    return limit == "baseline" or getattr(held, "upper" if limit == "ULN" else "lower") is not None
