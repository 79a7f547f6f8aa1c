"""What of a decision can the properties tell? Decisions that are the same to all of them are one in a *sketch* of a visit.

A decision remembers everything that a patient goes on with, such as all reasons of a hold. Most properties ask little of that,
so that a sketch is a much smaller diagram than that of the decisions, and many kinds of visit have the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from attrs import frozen

from protocol.model.property import Acts, ByRule, Claim, HasStatus, Silent
from protocol.semantics.claims import Moment, done_at
from protocol.verification.search.diagrams import LAST, Diagrams, Node
from protocol.verification.search.explored import Options
from protocol.verification.search.kept import Kept, Place
from protocol.verification.search.outcomes import Outcome, Way

Truth = bool | None
Label = Hashable
Momentary = Callable[[Kept, Outcome, Way], Moment]


@frozen
class Done:
    """One way to follow a decision, as the properties see it: its label, and the truth of each claim about what was done."""

    label: Label
    truths: tuple[Truth, ...]


@frozen(eq=False)
class Seen:
    """All decisions that are the same to the properties: the ways to follow one of them, and one that is so followed."""

    ways: tuple[Done, ...]
    samples: tuple[tuple[Outcome, Way], ...]


class Sketches:
    """The sketches of visits for these claims about what was done; ``with_leads``: it matters where a way leads."""

    def __init__(self, diagrams: Diagrams, claims: Iterable[Claim], moment: Momentary, *, with_leads: bool) -> None:
        self.diagrams, self.moment, self.with_leads = diagrams, moment, with_leads
        by_decision, by_action, by_place = list[Claim](), list[Claim](), list[Claim]()
        for claim in dict.fromkeys(claims):
            kinds = ((HasStatus | Silent, by_decision), (Acts | ByRule, by_action))
            next((by for kind, by in kinds if isinstance(claim, kind)), by_place).append(claim)
        self.claims = (*by_decision, *by_action, *by_place)
        self.places = {claim: place for place, claim in enumerate(self.claims)}
        self._groups = (tuple(by_decision), tuple(by_action), tuple(by_place))
        self._truths: dict[Hashable, tuple[Truth, ...]] = {}
        self._numbers: dict[frozenset[Done], int] = {}
        self.all_seen: list[Seen] = []
        self._seen: dict[Place, dict[Outcome, int]] = {}
        self._nodes: dict[Place, dict[Node, Node]] = {}

    def number(self, kept: Kept, outcome: Outcome) -> int:
        """The number of a decision, the same one for those that are the same to the properties."""
        memo = self._seen.setdefault(kept.place, {})
        found = memo.get(outcome)
        if found is None:
            found = memo[outcome] = self._number(kept, outcome)
        return found

    def _number(self, kept: Kept, outcome: Outcome) -> int:
        ways: dict[Done, tuple[Outcome, Way]] = {}
        for place, way in enumerate(outcome.ways):
            judged = outcome.judged(place)
            ways.setdefault(Done(way.lead if self.with_leads else None, self._done(kept, outcome, judged)), (outcome, judged))
        number = self._numbers.setdefault(frozenset(ways), len(self.all_seen))
        if number == len(self.all_seen):
            self.all_seen.append(Seen(tuple(ways), tuple(ways.values())))
        return number

    def _done(self, kept: Kept, outcome: Outcome, way: Way) -> tuple[Truth, ...]:
        of_decision, of_action, of_place = self._groups
        return (
            *self._so(of_decision, ("decision", outcome.status, outcome.silent), kept, outcome, way),
            *self._so(of_action, ("action", way.action, way.rules), kept, outcome, way),
            *self._so(of_place, ("place", kept.place, way.place), kept, outcome, way),
        )

    def _so(self, claims: tuple[Claim, ...], asked: Hashable, kept: Kept, outcome: Outcome, way: Way) -> tuple[Truth, ...]:
        """The truth of claims that ask nothing else of what was done."""
        found = self._truths.get(asked)
        if found is None:
            moment = self.moment(kept, outcome, way)
            found = self._truths[asked] = tuple([done_at(claim, moment) for claim in claims])
        return found

    def node(self, options: Options) -> Node:
        """The sketch of a visit: over letters the number of the decision, None where another trail is left."""
        return self._node(options.node, options.kept, self._nodes.setdefault(options.kept.place, {}))

    def _node(self, node: Node, kept: Kept, memo: dict[Node, Node]) -> Node:
        found = memo.get(node)
        if found is None:
            if node.axis == LAST:
                found = self.diagrams.leaf(None if node.value is None else self.number(kept, node.value))
            else:
                parts = [memo.get(part) or self._node(part, kept, memo) for part in node.parts]
                found = self.diagrams.split(node.axis, parts)
            memo[node] = found
        return found
