"""What can come of a visit: the decision in short, each way to follow it, and which law on missing data it breaks."""

from __future__ import annotations

from collections.abc import Hashable

from attrs import frozen

from protocol.model.decision import Effect
from protocol.model.rule import ActionKind, Status
from protocol.model.state import State
from protocol.semantics.decide import Finding
from protocol.verification.search.kept import Place

UNCERTAIN = 40
"""What it costs to give what is not permitted for certain: more than any one finding."""


@frozen(eq=False)
class Way:
    """One way to follow a decision: what was done and by which rules, the effect, and where it leads. Each stands once.

    ``resets`` are the dates that are now; ``lead`` is the number of all ways that lead to the same.
    ``recommended`` False: it is something else. ``ordered`` False: that is not permitted for certain, so that the protocol does
    not answer for it.
    """

    action: ActionKind
    rules: frozenset[str]
    effect: Effect
    place: Place
    resets: frozenset[str]
    recommended: bool = True
    ordered: bool = True
    lead: int = 0

    @property
    def cost(self) -> int:
        """How strange it is to a reader: least what is recommended, most what nobody can say is permitted."""
        return 0 if self.recommended else 1 if self.ordered else UNCERTAIN


@frozen(eq=False)
class Outcome:
    """A decision, without what it rests on: its status, rule and effect, and the ways to follow it, the recommended one first.

    Each of a search stands once, so that they are compared by identity, which is fast. ``broken`` are the laws on missing data
    that it breaks. ``offered`` is what may rules permit whatever is missing, also what is ordered anyway or leads nowhere, by
    what it is called.
    """

    status: Status
    rule: str
    effect: Effect
    silent: bool
    blocked: str
    conflict: tuple[str, ...]
    broken: tuple[str, ...]
    offered: frozenset[tuple[ActionKind, Effect]]
    ways: tuple[Way, ...]

    def judged(self, number: int) -> Way:
        """What the protocol answers for where this way is followed: the way, or what it recommends where nothing permits that."""
        return self.ways[number] if self.ways[number].ordered else self.ways[0]


def broken(state: State, finding: Finding) -> tuple[str, ...]:
    """Which laws on missing data a decision breaks: it raises, ends treatment, or holds back what all completions lower."""
    orders = [{offer.effect for offer in result.recommended} for _, result in finding.results]
    effects = {effect for one in orders for effect in one}
    raises = finding.effect.dose.is_drug and finding.effect.dose != state.dose and finding.status != "provisional"
    found = []
    if raises and len(effects) > 1:
        found.append("raises")
    if finding.effect.control.kind == "stopped" and any(one.control.kind != "stopped" for one in effects):
        found.append("ends")
    without = all(not one.dose.is_drug and not one.undefined for one in effects)
    if without and state.dose.is_drug and finding.effect.dose.is_drug:
        found.append("holds back")
    return tuple(found)


@frozen(eq=False)
class Found:
    """A finding, once for all that are followed alike; ``waits``: it may be followed by no drug."""

    finding: Finding
    key: Hashable
    givens: tuple[tuple[Effect, bool], ...]
    offered: frozenset[tuple[ActionKind, Effect]]
    waits: bool


@frozen(eq=False)
class Followed:
    """One way to follow a finding, without where it leads."""

    action: ActionKind
    rules: frozenset[str]
    effect: Effect
    recommended: bool = True
    ordered: bool = True


@frozen(eq=False)
class Said:
    """What of an outcome is so whatever holds are true: all of it but the ways, and what is followed on each of them."""

    decision: tuple[object, ...]
    ways: tuple[Followed, ...]


@frozen(eq=False)
class Led:
    """Where an effect leads: to which place, with which dates that are now, and the number of all that lead to the same."""

    place: Place
    resets: frozenset[str]
    lead: int
