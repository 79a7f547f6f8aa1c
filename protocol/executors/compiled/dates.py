"""When did the newest of all that makes a guard true arise? Of a time since that is when its condition was found last."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.executors.compiled.fresh import known_points, settles, settling
from protocol.executors.compiled.guards import Asks, Every, Node, Opposite, Points, Some
from protocol.executors.compiled.layout import NONE
from protocol.executors.compiled.view import View
from protocol.model.guard import Compare
from protocol.model.input import Item


def newest(view: View, guard: Node, truth: bool) -> int:
    """The time; NONE where nothing of it has a date. What is missing is not supposed to be anything here."""
    match guard:
        case Asks() | Points():
            return _date(view, guard, truth) if settles(view, guard) is truth else NONE
        case Opposite(part):
            return newest(view, part, not truth)
        case Every(parts) | Some(parts):
            return max((newest(view, part, truth) for part in parts), default=NONE)
        case _:
            return NONE


def _date(view: View, asked: Asks | Points, truth: bool) -> int:
    if isinstance(asked, Points):
        return max(_of_score(view, asked, truth), default=NONE)
    name = str(getattr(asked.atom.term if isinstance(asked.atom, Compare) else asked.atom, "input", ""))
    if name in view.frame.prepared.numbers:
        return view.registers[view.frame.date(name)]
    return view.registers[view.frame.observed(name)] if view.is_read(asked.axis, name) else view.time


def _of_score(view: View, asked: Points, truth: bool) -> Iterator[int]:
    """The dates of the items that count for it: those with more than their least points, or less than their most."""
    assert isinstance(asked.atom, Compare)
    says_high = (asked.atom.operator in (">", ">=")) is truth
    ends = (min, max) if asked.atom.operator in ("==", "!=") else (min,) if says_high else (max,)
    for item in view.frame.prepared.scores[asked.score].items:
        points = known_points(view, item)
        if points is not None and any(points != end(item.points()) for end in ends):
            yield _of_item(view, item)


def _of_item(view: View, item: Item) -> int:
    """The oldest of what each case that can give the points rests on."""
    return min(max((newest(view, guard, wanted) for guard, wanted in asked), default=NONE) for asked in settling(view, item))
