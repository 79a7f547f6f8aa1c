"""What does a claim come to for each complete visit? Out of the diagrams of its comparisons, each asked by itself.

This is so where nothing is open that several comparisons could ask: then what they come to together follows from each of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from protocol.model.guard import Always, And, Clock, Compare, CumulativeDose, Guard, Named, Not, Or, Tracked
from protocol.model.property import All, Any, Asks, Claim, No, While
from protocol.semantics.claims import Moment, asked_name, done_at
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.asked import opened
from protocol.verification.search.asking import Situation, diagram
from protocol.verification.search.diagrams import Diagrams, Node
from protocol.verification.search.trails import join

Truth = bool | None


class Conditions:
    """The claims and conditions of a protocol's properties over complete values. What was once worked out is kept."""

    def __init__(self, abstraction: Abstraction, diagrams: Diagrams) -> None:
        self.abstraction, self.diagrams = abstraction, diagrams
        self._known: dict[Guard, Node] = {}
        self._of_inputs: dict[Guard, bool] = {}

    def claim(self, claim: Claim, moment: Moment, situation: Situation) -> Node:
        """Over complete values whether a claim is true, false or unknown, where what was done is known."""
        match claim:
            case Asks(condition):
                return self.guard(Named(asked_name(condition)), situation)
            case No(part):
                return self.diagrams.kept("not", _opposite, self.claim(part, moment, situation))
            case All(parts) | Any(parts):
                return self._joined(isinstance(claim, Any), (self.claim(part, moment, situation) for part in parts))
            case While(what, condition):
                return self._joined(False, (self.claim(part, moment, situation) for part in (what, condition)))
            case _:
                return self.diagrams.leaf(done_at(claim, moment))

    def guard(self, guard: Guard, situation: Situation) -> Node:
        """Over complete values whether a condition is true."""
        found = self._known.get(guard)
        if found is None:
            found = self._made(guard, situation)
            if self._asks_inputs_only(guard):
                self._known[guard] = found
        return found

    def _made(self, guard: Guard, situation: Situation) -> Node:
        match guard:
            case Always():
                return self.diagrams.leaf(True)
            case Named(name):
                return self.guard(self.abstraction.prepared.definitions[name], situation)
            case Not(part):
                return self.diagrams.kept("not", _opposite, self.guard(part, situation))
            case And(parts) | Or(parts):
                return self._joined(isinstance(guard, Or), (self.guard(part, situation) for part in parts))
            case _:
                answers = diagram(self.abstraction, self.diagrams, situation, lambda world: frozenset({world.holds(guard)}), join)
                return self.diagrams.kept("answer", _only, answers)

    def _joined(self, decisive: bool, nodes: Iterable[Node]) -> Node:
        """One part of the decisive truth outweighs all that is unknown."""
        found = self.diagrams.leaf(not decisive)
        for node in nodes:
            found = self.diagrams.kept("or" if decisive else "and", _either if decisive else _both, found, node)
        return found

    def _asks_inputs_only(self, guard: Guard) -> bool:
        found = self._of_inputs.get(guard)
        if found is None:
            nodes = opened(self.abstraction.prepared, guard)
            found = not any(
                isinstance(node, Compare) and isinstance(node.term, Clock | Tracked | CumulativeDose) for node in nodes
            )
            self._of_inputs[guard] = found
        return found


def _only(answers: frozenset[bool]) -> bool:
    (answer,) = answers
    return answer


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _either(one: Truth, other: Truth) -> Truth:
    return True if True in (one, other) else None if None in (one, other) else False


def _both(one: Truth, other: Truth) -> Truth:
    return False if False in (one, other) else None if None in (one, other) else True
