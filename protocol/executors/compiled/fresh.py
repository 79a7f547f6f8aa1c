"""Is something of what makes a guard true newer than what was acted on: a reading, a clock that came due, a tracker that moved?

Each way in which a guard is true is three bits: something is newer; the wait since a change of the dose came due since then;
something is asked that can be read again. Whether a moment is later than what was acted on is an axis of its own.
"""

from __future__ import annotations

from functools import reduce

from attrs import frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import CLOCKS, node
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some, Sure
from protocol.executors.compiled.view import Open, View, World
from protocol.model.formula import Baseline, parts
from protocol.model.guard import Atom, Clock, Compare, CumulativeDose, Tracked
from protocol.model.input import Item, Score

NEWER, WAITED, READABLE = 1, 2, 4
_WAITS = ("dose change", "dose raised", "dose lowered")
Ways = frozenset[int]
Dates = frozenset[Axis]


@frozen
class ActedOn:
    """What was acted on: the register of the moment, and of the minutes with drug in force until then."""

    since: int
    shown: int


STEP = ActedOn(layout.STEPPED, layout.STEPPED_ON_DRUG)
HOLD = ActedOn(layout.HOLD_BEGAN, layout.HELD_ON_DRUG)


def is_used(view: View, guard: Node, acted_on: ActedOn, world: World) -> bool:
    """Whether all that makes a true guard true was acted on before."""
    if view.code(view.frame.axes.number(Axis(layout.SINCE, acted_on.since))) == 0:
        return False
    ways = _ways(view, guard, True, acted_on, world)
    return not any(way & NEWER or (way & WAITED and not way & READABLE) for way in ways)


def _ways(view: View, guard: Node, truth: bool, acted_on: ActedOn, world: World) -> Ways:
    match guard:
        case Asks() | Points():
            return frozenset({_way(view, guard, truth, acted_on)})
        case Opposite(part):
            return _ways(view, part, not truth, acted_on, world)
        case Every(parts) | Some(parts):
            found = [_ways(view, part, truth, acted_on, world) for part in parts if view.holds(part, world) is truth]
            if isinstance(guard, Every) is truth:
                return reduce(lambda some, others: frozenset(one | other for one in some for other in others), found)
            return frozenset().union(*found)
        case Sure() | Knows():
            return frozenset({0})


def _way(view: View, asked: Asks | Points, truth: bool, acted_on: ActedOn) -> int:
    atom = asked.atom
    newer = _is_newer(view, asked, truth, acted_on)
    if isinstance(atom, Compare) and isinstance(atom.term, Clock):
        if atom.term.name in _WAITS:
            return WAITED if newer else 0
        return NEWER if newer else 0
    return (NEWER if newer else 0) | (READABLE if _can_be_read_again(view, asked) else 0)


def _can_be_read_again(view: View, asked: Asks | Points) -> bool:
    if isinstance(asked, Points):
        guards = view.frame.prepared.scores[asked.score].guards()
        return any(_asks_again(view, node(view.frame, guard)) for guard in guards)
    if isinstance(asked.atom, Compare):
        if isinstance(asked.atom.term, Clock | CumulativeDose):
            return False
        if isinstance(asked.atom.term, Tracked):
            return True
    name, frame = _input(asked.atom), view.frame
    number = frame.prepared.numbers.get(name)
    names = [name] if number is None else [part.input for part in parts(number.value) if not isinstance(part, Baseline)]
    return not all(frame.inputs[frame.numbers[one]].fixed for one in names)


def _asks_again(view: View, guard: Node) -> bool:
    match guard:
        case Asks() | Points():
            return _can_be_read_again(view, guard)
        case Opposite(part):
            return _asks_again(view, part)
        case Every(parts) | Some(parts):
            return any(_asks_again(view, part) for part in parts)
        case Sure() | Knows():
            return False


def _input(atom: Atom) -> str:
    term = atom.term if isinstance(atom, Compare) else atom
    return str(getattr(term, "input", ""))


# Dates


def _is_newer(view: View, asked: Asks | Points, truth: bool, acted_on: ActedOn) -> bool:
    """Whether what settles a comparison arose after what was acted on. What is missing counts as measured now."""
    if isinstance(asked, Points):
        return _score_is_newer(view, asked, truth, acted_on)
    atom = asked.atom
    if isinstance(atom, Compare) and isinstance(atom.term, Clock):
        return truth and _came_due(view, atom, atom.term, acted_on)
    if isinstance(atom, Compare) and isinstance(atom.term, Tracked):
        return _tracker_is_newer(view, asked, atom, atom.term, truth, acted_on)
    if isinstance(atom, Compare) and isinstance(atom.term, CumulativeDose):
        return _sum_is_newer(view, asked, atom.term, truth, acted_on)
    name, frame = _input(atom), view.frame
    if name in frame.prepared.numbers:
        return _after(view, frame.date(name), 0, acted_on)
    if view.is_read(asked.axis, name):
        return _after(view, frame.observed(name), 0, acted_on)
    return _now_is_newer(view, acted_on)


def _now_is_newer(view: View, acted_on: ActedOn) -> bool:
    return view.code(view.frame.axes.number(Axis(layout.SINCE, acted_on.since))) == 2


def _after(view: View, register: int, minutes: int, acted_on: ActedOn) -> bool:
    return view.bit(Axis(layout.AFTER, register, minutes, acted_on.since))


def _came_due(view: View, atom: Compare, clock: Clock, acted_on: ActedOn) -> bool:
    """Whether a true comparison of a clock became true since; the stopwatch says it by what it showed then."""
    if atom.operator not in (">", ">="):
        return False
    limit = int(atom.constant) - (atom.early if atom.operator == ">=" else 0)
    if clock.name == "treatment":
        return view.bit(Axis(layout.SHOWN, acted_on.shown, limit)) and _now_is_newer(view, acted_on)
    return _after(view, CLOCKS[clock.name], limit, acted_on)


def _sum_is_newer(view: View, asked: Asks, term: CumulativeDose, truth: bool, acted_on: ActedOn) -> bool:
    """Whether the cumulative dose has come to what is said of it since. It has a sum, and no date of each part."""
    cells = view.cells(asked.axis)
    is_settled = not (cells & asked.true and cells & ~asked.true)
    before = view.cells(view.frame.sums[term].axes[1 if acted_on is STEP else 2]) & asked.true
    return _now_is_newer(view, acted_on) and not (is_settled and bool(before) is truth)


def _tracker_is_newer(view: View, asked: Asks, atom: Compare, tracked: Tracked, truth: bool, acted_on: ActedOn) -> bool:
    one, cells = view.frame.tracking[tracked.tracker], view.cells(asked.axis)
    if cells & asked.true and cells & ~asked.true:
        return _now_is_newer(view, acted_on)
    is_long = (atom.operator in (">", ">=")) is truth
    match one.tracker.kind:
        case "episodes" | "consecutive":
            return _after(view, one.first + 1, 0, acted_on)
        case "lowest" | "highest":
            return _after(view, one.first + 2, 0, acted_on)
        case "duration":
            return truth and is_long and _after(view, one.first, int(atom.constant), acted_on)
        case "since" if is_long:
            return _after(view, one.first + 1, int(atom.constant), acted_on)
        case "since":
            return _after(view, one.first + 2, 0, acted_on)


# Scores


def _score_is_newer(view: View, asked: Points, truth: bool, acted_on: ActedOn) -> bool:
    """Whether something that gives a score the points for which the comparison comes out like this arose since."""
    assert isinstance(asked.atom, Compare)
    says_high = (asked.atom.operator in (">", ">=")) is truth
    either = asked.atom.operator in ("==", "!=")
    ends = (min, max) if either else (min,) if says_high else (max,)
    return any(
        _item_is_newer(view, item, acted_on)
        for item in _score(view, asked).items
        if (points := known_points(view, item)) is not None and any(points != end(item.points()) for end in ends)
    )


def _score(view: View, asked: Points) -> Score:
    return view.frame.prepared.scores[asked.score]


def known_points(view: View, item: Item) -> int | None:
    """The points of an item where they are the same whatever is missing; else None."""
    found = {points for _, points in view.parts(lambda world: view.first_points(item, world))}
    return found.pop() if len(found) == 1 else None


def _item_is_newer(view: View, item: Item, acted_on: ActedOn) -> bool:
    """Whether whichever case gives the points does so on something newer."""
    return all(any(_settled_is_newer(view, guard, wanted, acted_on) for guard, wanted in asked) for asked in settling(view, item))


def settling(view: View, item: Item) -> list[list[tuple[Node, bool]]]:
    """For each case that can give the points what settles them: it is true, and those before it that cannot are not.

    Where the last of them is true whatever is missing it gives them alone.
    """
    guards = [node(view.frame, case.when) for case in item.cases]
    first = {place for _, place in view.parts(lambda world: view.first_case(item, world))}
    places = sorted(len(guards) if place is None else place for place in first)
    if places[-1] < len(guards) and view.truth(guards[places[-1]]) == layout.TRUE:
        del places[:-1]
    return [
        [(guard, number == place) for number, guard in enumerate(guards[: place + 1]) if number == place or number not in first]
        for place in places
    ]


def _settled_is_newer(view: View, guard: Node, truth: bool, acted_on: ActedOn) -> bool:
    """Whether anything that settles a guard to be true, or false, arose since; what is missing is not supposed to be anything."""
    match guard:
        case Asks() | Points():
            return settles(view, guard) is truth and _is_newer(view, guard, truth, acted_on)
        case Opposite(part):
            return _settled_is_newer(view, part, not truth, acted_on)
        case Every(parts) | Some(parts):
            return any(_settled_is_newer(view, part, truth, acted_on) for part in parts)
        case Sure() | Knows():
            return False


def settles(view: View, asked: Node) -> bool | None:
    """What a guard is for all that missing values can be; None where they matter."""
    try:
        return view.holds(asked, {})
    except Open:
        return None
