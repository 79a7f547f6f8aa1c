"""What a score is at a visit: the sum of its items' points, each settled for itself, or what the item has when it is unknown.

The points of an item are those of the first of its cases that holds, if that is the same for all that missing values can
be; otherwise they are those that the item states for the unknown, as the published score does. So a score is always known,
and is held fixed where it is asked what a missing value would make of a decision.

A score asks guards, and guards ask scenes for values, of which a score is one. ``computed.valid_reading``, the one gateway to
a value, therefore imports this file when it is called.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

from attrs import frozen

from protocol.model.input import Item, Score
from protocol.model.quantity import say_number
from protocol.model.state import Held, Interval, State
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World, completions, truth

MOST_PARTS = 1_000
"""Parts of the completions that are told apart for one item. With more, what it is counts as not known."""


@frozen
class Scored:
    """An item with its points, and which of its cases can give them: their places, one beyond the last where none holds.

    Several can where what is missing leaves open which of them holds first, and all give the same points. ``alone``: the last
    of them is true whatever is missing.
    """

    item: Item
    points: int
    places: tuple[int, ...]
    alone: bool = False

    @property
    def known(self) -> bool:
        """Whether the points are the same whatever is missing."""
        return bool(self.places)

    def __str__(self) -> str:
        return f"{self.item.name} {self.points}{'' if self.known else ' as unknown'}"


def scored(prepared: Prepared, state: State, score: Score, time: int) -> Held:
    """The score as a reading, whose text shows every item with its points."""
    items = items_of(Scene(prepared, state, time), score)
    total = Fraction(sum(one.points for one in items))
    return Held(score.name, Interval(total, total), time, f"{say_number(total)} ({', '.join(map(str, items))})")


def items_of(scene: Scene, score: Score) -> tuple[Scored, ...]:
    """Each item of a score with its points, in order."""
    return tuple(_item(scene, item) for item in score.items)


def _item(scene: Scene, item: Item) -> Scored:
    found = [place for _, place in islice(completions(scene, lambda world: _first(world, item)), MOST_PARTS + 1)]
    points = {item.points()[place] for place in found}
    if len(points) > 1 or len(found) > MOST_PARTS:
        return Scored(item, item.unknown, ())
    places, last = tuple(sorted(set(found))), max(found)
    alone = len(places) == 1 or (last < len(item.cases) and bool(truth(scene, item.cases[last].when)))
    return Scored(item, points.pop(), places, alone)


def _first(world: World, item: Item) -> int:
    return next((place for place, case in enumerate(item.cases) if world.holds(case.when)), len(item.cases))
