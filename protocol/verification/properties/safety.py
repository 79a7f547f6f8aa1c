"""At which visits is a dose raised while a rule that lowers it is true, or may be for what is missing?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.rule import Rule
from protocol.semantics.applying import on_treatment
from protocol.semantics.effects import direction, rank
from protocol.verification.properties.failing import Shown
from protocol.verification.properties.instances import Instances
from protocol.verification.search.diagrams import Choices, Node
from protocol.verification.search.explored import Costs, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place
from protocol.verification.search.outcomes import Outcome, Way
from protocol.verification.search.trails import join

_LOWERS = ("hold", "stop", "reduce")
Raising = dict[Outcome, Way]


class Safety:
    """Raises of the dose against a must hold, stop or reduction at the level that is reached. What was worked out is kept."""

    def __init__(self, search: Exploring, instances: Instances) -> None:
        self.search, self.diagrams, self.instances = search, search.diagrams, instances
        self._raising: dict[tuple[Place, Node, Costs], Raising] = {}
        self._raises: dict[tuple[Place, Way], bool] = {}

    def against(self, options: Options) -> Shown:
        """The raises while a rule that lowers at the level that is reached is true, or may be for what is missing."""
        raising, narrowed = self._of(options), self.diagrams.narrowed
        raised = narrowed(options.node, frozenset(raising)) if raising else options.node
        for rule, acting in self.lowering(options):
            there = frozenset(
                outcome
                for outcome, way in raising.items()
                if on_treatment(rule, way.effect.level) and not self._is_taken(options, rule, way)
            )
            node = self.diagrams.apply_to(_if_acting, narrowed(raised, there), acting, key=_if_acting)
            node = self.instances.among(options, node, {one: raising[one] for one in there})
            yield from ((*one, rule) for one in self._shown(node, options, raising))

    def lowering(self, options: Options) -> tuple[tuple[Rule, Node], ...]:
        """The rules that lower at a level to which something raises, each with the letters at which it acts or may."""
        levels = {way.effect.level for way in self._of(options).values()}
        if not levels:
            return ()
        deciding = self.search.deciding
        situation = deciding.situation(options.kept)
        musts = (rule for rule in self.search.abstraction.prepared.rules if rule.mode == "must" and rule.action.kind in _LOWERS)
        rules = [rule for rule in musts if any(on_treatment(rule, one) for one in levels)]
        return tuple((rule, self._over_letters(deciding.of_rule(options.kept, situation, rule, {}))) for rule in rules)

    def _over_letters(self, node: Node) -> Node:
        return self.diagrams.widened(node, self.search.abstraction.ways, join)

    def _is_taken(self, options: Options, rule: Rule, way: Way) -> bool:
        """Whether a reduction was taken already: who comes back below the dose before the hold is as low as that asks."""
        protocol = self.search.abstraction.protocol
        now, before = rank(protocol, way.effect.level), rank(protocol, options.kept.place.level)
        held = options.kept.place.control.kind == "held"
        return held and rule.action.kind == "reduce" and now is not None and before is not None and now < before

    def _of(self, options: Options) -> Raising:
        """The decisions of a visit that raise, each with the last of its ways that does."""
        place = options.kept.place
        if place.control.kind == "before treatment":
            return {}
        key = (place, options.node, options.costs)
        found = self._raising.get(key)
        if found is None:
            found = {one: way for one, _, _ in options.outcomes for way in one.ways if self._is_raise(place, way)}
            self._raising[key] = found
        return found

    def _is_raise(self, place: Place, way: Way) -> bool:
        key = (place, way)
        found = self._raises.get(key)
        if found is None:
            found = way.ordered and direction(self.search.abstraction.protocol, place.dose, way.effect) == 1
            self._raises[key] = found
        return found

    def _shown(self, node: Node, options: Options, raising: Raising) -> Iterator[tuple[Outcome, Way, int, Choices]]:
        for outcome, (cost, letters) in self.diagrams.cheapest(node, dict(enumerate(options.costs))).items():
            if outcome is not None:
                yield outcome, raising[outcome], cost, letters


def _if_acting(outcome: Outcome, answers: frozenset[bool]) -> Outcome | None:
    return outcome if True in answers else None
