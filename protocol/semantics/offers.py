"""What the rules give in one world: effects, each with the rule that gives it."""

from __future__ import annotations

from attrs import frozen

from protocol.model.decision import Effect


@frozen
class Offer:
    """An effect and the rule that gives it; no rule where nothing covers this visit.

    ``lowered_by`` is the reduction, or the hold, that takes a resumed dose to a lower level than its own rule.
    """

    effect: Effect
    rule: str = ""
    lowered_by: str = ""


@frozen
class Result:
    """What the rules give in one world: what is recommended, what is ordered (or no change), and what is offered beside.

    Both are one offer, or several of different effects, where the cells of a table contradict each other. ``used``: nothing is
    ordered because the evidence of a rule was acted on before; so the source is not silent here.
    """

    recommended: tuple[Offer, ...]
    ordered: tuple[Offer, ...]
    offered: tuple[Offer, ...] = ()
    used: bool = False

    def beside(self) -> tuple[Offer, ...]:
        """What rules permit: what is offered, and what is ordered where something that is only offered is recommended."""
        passed_over = () if self.recommended == self.ordered else self.ordered
        return (*self.offered, *(offer for offer in passed_over if offer.rule))

    def permitted(self) -> tuple[Effect, ...]:
        """Every effect that is permitted here."""
        return tuple([offer.effect for offer in (*self.ordered, *self.offered)])
