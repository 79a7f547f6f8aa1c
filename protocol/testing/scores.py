"""Random scores: a few items over conditions, with points above and below zero and of their own for what is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from protocol.model.guard import Compare, Guard, Value
from protocol.model.input import Case, Item, Score
from protocol.testing.choosing import Choose

_POINTS = (0, 1, 2, -1)


def any_score(choose: Choose, name: str, guard: Callable[[Choose], Guard]) -> Score:
    """A score of one to three items of one or two cases each; ``guard`` draws the condition of a case."""
    return Score(name, tuple(_item(choose, f"item-{number}", guard) for number in range(choose((1, 2, 3)))))


def _item(choose: Choose, name: str, guard: Callable[[Choose], Guard]) -> Item:
    guards = dict.fromkeys(guard(choose) for _ in range(choose((1, 1, 2))))  # a condition stands in an item once
    cases = tuple(Case(when, choose((1, 2, -1, 0))) for when in guards)
    return Item(name, cases, choose(_POINTS), choose(_POINTS))


def any_points(choose: Choose, score: Score) -> Compare:
    """A comparison of a score with a number of points that it can have."""
    points: Sequence[int] = range(int(score.kind.low), int(score.kind.high) + 1)
    return Compare(Value(score.name), choose((">=", ">", "<", "<=", "==")), Fraction(choose(points)))
