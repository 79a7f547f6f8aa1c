"""What is a score at a visit? The sum of its items' points, of which each asks the inputs that its conditions do.

So a score is no value that a visit is free to show: it follows from the rest of the letter. It is left free only where more
than the visit rests on it, because a tracker follows it or a step uses it up, and where it asks multiples of limits of normal,
trackers or another score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from attrs import frozen

from protocol.model.guard import Always, And, Atom, Compare, Guard, Is, Known, Named, Not, Or, Value
from protocol.model.input import Item, Score
from protocol.semantics.compiled import true_of
from protocol.semantics.prepared import Prepared
from protocol.semantics.truth import World
from protocol.verification.search.axes import Axis, is_true
from protocol.verification.search.diagrams import LAST, Diagrams, Node

Truth = bool | None


@frozen(eq=False)
class FollowedScore:
    """A score that follows from a visit, and the comparisons of it that are made."""

    score: Score
    atoms: tuple[Atom, ...]

    def place(self, axis: Axis, points: int) -> int:
        """The place, among its complete values, of one of which everything is true that is true of so many points."""
        asked = tuple((atom, true_of(atom, Fraction(points))) for atom in self.atoms)
        cell = next(place for place, one in enumerate(axis.cells) if all(is_true(atom, one) is so for atom, so in asked))
        return next(place for place, one in enumerate(axis.completes) if one.cell == cell)


def followed(prepared: Prepared, asked: Iterable[str], later: Iterable[str]) -> tuple[Score, ...]:
    """The scores among what is asked that follow from a visit, and on which nothing ``later`` rests."""
    scores = {score.name: score for score in prepared.protocol.scores}
    names = set(asked) - set(later)
    return tuple(one for name, one in scores.items() if name in names and _of_visit(prepared, one, scores))


def asked_behind(prepared: Prepared, score: Score) -> tuple[Guard, ...]:
    """What is asked of a visit to know a score: its conditions, and of what they ask whether it is known."""
    return (*score.guards(), *(Known(name) for name in dict.fromkeys(_names(prepared, score))))


def _of_visit(prepared: Prepared, score: Score, scores: dict[str, Score]) -> bool:
    terms = [term for guard in score.guards() for term in prepared.terms(guard)]
    return all(isinstance(term, Value | Known) and term.input not in scores for term in terms)


def _names(prepared: Prepared, score: Score) -> Iterator[str]:
    return (name for guard in score.guards() for name in prepared.inputs_of(guard))


# Diagrams


def settled(node: Node, diagrams: Diagrams, scores: dict[int, Node]) -> Node:
    """The diagram in which each score is what the rest of a visit makes it; ``scores`` says which of its values that is."""
    return _settled(node, diagrams, scores, {}) if scores else node


def _settled(node: Node, diagrams: Diagrams, scores: dict[int, Node], memo: dict[Node, Node]) -> Node:
    if node.axis == LAST:
        return node
    found = memo.get(node)
    if found is None:
        parts = [_settled(part, diagrams, scores, memo) for part in node.parts]
        score = scores.get(node.axis)
        found = diagrams.choose(node.axis, parts) if score is None else diagrams.apply(_at, score, *parts)
        memo[node] = found
    return found


def _at(place: int, *values: Any) -> Any:
    return values[place]


def points_of(world: World, item: Item) -> int:
    """The points of an item where every input is known, or is not: those of the first of its cases that holds."""
    can: list[int] = []
    for case in item.cases:
        so = _is_so(world, case.when)
        if so is not False:
            can.append(case.points)
        if so:
            break
    else:
        can.append(item.otherwise)
    return can[0] if len(set(can)) == 1 else item.unknown


def _is_so(world: World, guard: Guard) -> Truth:
    match guard:
        case Compare(Value(name)) | Is(name):
            return world.holds(guard) if world.scene.knows(Known(name)) else None
        case Known():
            return world.scene.knows(guard)
        case Named(name):
            return _is_so(world, world.scene.prepared.definitions[name])
        case Not(part):
            so = _is_so(world, part)
            return None if so is None else not so
        case And(parts):
            return _joined([_is_so(world, part) for part in parts], False)
        case Or(parts):
            return _joined([_is_so(world, part) for part in parts], True)
        case Always():
            return True
        case _:
            raise TypeError(f"{guard!r} is no condition of a score that follows from a visit")


def _joined(truths: list[Truth], decisive: bool) -> Truth:
    """One part of the decisive truth outweighs all that is unknown."""
    return decisive if decisive in truths else None if None in truths else not decisive
