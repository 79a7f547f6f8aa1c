"""What do the rules give together, where it is known of each for itself whether it acts? The walk asks, and is told or stops."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from protocol.model.rule import Rule
from protocol.semantics.compiled import Ask
from protocol.semantics.truth import World
from protocol.verification.search.asked import uses_up


class AskedRule(Exception):
    """Raised where it matters whether a rule acts, or whether what it ordered stands."""

    def __init__(self, rule: Rule, stands: bool) -> None:
        super().__init__(rule.name)
        self.rule, self.stands = rule, stands


@frozen(eq=False)
class Told(World):
    """A world in which it is known of each rule whether it acts, or asked."""

    known: Mapping[tuple[str, bool], bool]

    def rules_out(self, ask: Ask) -> bool:
        return False

    def acting(self, rule: Rule) -> bool | None:
        return self._of(rule, False)

    def standing(self, rule: Rule) -> bool | None:
        return rule.mode == "must" and uses_up(rule) and self._of(rule, True)

    def _of(self, rule: Rule, stands: bool) -> bool:
        found = self.known.get((rule.name, stands))
        if found is None:
            raise AskedRule(rule, stands)
        return found
