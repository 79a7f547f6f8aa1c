"""In which situations is the same decided? Where the rules that are asked there, one after the other, answer alike.

What is asked next depends on nothing but the place and the answers so far, so that in another situation there the questions are
put again, and where all answers are the same so is what comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from protocol.model.rule import Rule
from protocol.semantics.truth import Narrowing
from protocol.verification.search.diagrams import Node

Question = tuple[Rule, Narrowing, bool]
"""A rule, how what trackers can be is narrowed, and whether it is asked if what it ordered stands instead of whether it acts."""


class Fork:
    """A question, and what follows on each answer that it got: another one, or what comes of them all."""

    __slots__ = ("question", "ways")

    def __init__(self, question: Question) -> None:
        self.question, self.ways = question, dict[Hashable, Fork | Node]()


class Recalled:
    """What came of the questions of each place."""

    def __init__(self) -> None:
        self._begin: dict[Hashable, Fork | Node] = {}

    def found(self, here: Hashable, answer: Callable[[Rule, Narrowing, bool], Node]) -> Node | None:
        """What came of the same answers; None where they were not all the same before."""
        step = self._begin.get(here)
        while isinstance(step, Fork):
            step = step.ways.get(answer(*step.question))
        return step

    def keep(self, here: Hashable, asked: Iterable[tuple[Question, Node]], outcome: Node) -> None:
        """What came of these questions and answers."""
        ways, key = self._begin, here
        for question, answer in asked:
            step = ways.setdefault(key, Fork(question))
            assert isinstance(step, Fork)
            ways, key = step.ways, answer
        ways[key] = outcome
