"""Why drug is interrupted: every hold rule that has been true since, until a rule gives drug again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from protocol.model.decision import Effect
from protocol.model.guard import Ratio, Value
from protocol.model.rule import Rule
from protocol.model.state import UNORDERED
from protocol.semantics.applying import acts, hold_rules
from protocol.semantics.decide import Finding, acts_always
from protocol.semantics.evidence import has_limit
from protocol.semantics.scene import Scene
from protocol.semantics.truth import Narrowing, completions


def holds_once_more(scene: Scene) -> bool:
    """Whether a new reading calls for a hold that one reading calls for once."""
    return any(rule.once and acts_always(scene, rule) for rule in hold_rules(scene))


def reasons(scene: Scene, finding: Finding, effect: Effect, holds: Callable[[], frozenset[str]]) -> frozenset[str]:
    """Every hold rule that has been true since drug was interrupted; they outlive drug given meanwhile, until it is resumed.

    A review that withholds the dose remembers them as a hold does, so that a rule above a hold does not swallow it.
    ``holds`` gives those that are true at this visit, as ``true_holds`` does.
    """
    before = scene.state
    if effect.control.kind == "stopped":
        return frozenset()
    if effect.control.kind == "held":
        return before.reasons | holds() or _possible_reasons(finding, effect) or frozenset({UNORDERED})
    if effect.control.kind == "in review" and not effect.dose.is_drug:
        return before.reasons | holds()
    return frozenset() if _resumes(scene, finding, effect) else before.reasons


def true_holds(scene: Scene) -> frozenset[str]:
    """The hold rules that are true at this visit, and those that may be for a value that was read as a bound only."""
    return frozenset(rule.name for rule in hold_rules(scene) if acts_always(scene, rule) or _acts_within_a_bound(scene, rule))


def _acts_within_a_bound(scene: Scene, rule: Rule) -> bool:
    """Whether the rule acts for something that bounds leave open, whatever is missing: no later reading will tell, so it counts.

    What is missing is another matter: it is asked again as long as the hold lasts.
    """
    asked = dict.fromkeys(term for term in scene.prepared.terms(rule.when) if isinstance(term, Value | Ratio))
    bounds = [term for term in asked if _is_bound(scene, term)]
    choices = product(*(scene.candidates(term) for term in bounds)) if bounds else ()
    return any(_acts_for(scene, rule, {term: (value,) for term, value in zip(bounds, one, strict=True)}) for one in choices)


def _acts_for(scene: Scene, rule: Rule, narrowed: Narrowing) -> bool:
    return all(answer for _, answer in completions(scene, lambda world: acts(world, rule), narrowed))


def _is_bound(scene: Scene, term: Value | Ratio) -> bool:
    """Whether the term was read, but only so far that more than one side of a constant is possible."""
    held = scene.valid(term.input)
    was_read = held is not None and (isinstance(term, Value) or has_limit(held, term))
    return was_read and len(scene.candidates(term)) > 1


def _resumes(scene: Scene, finding: Finding, effect: Effect) -> bool:
    """Whether this effect is what ends an interruption by rule: a resume, or a step out of a review."""
    rules, in_review = scene.prepared.rules, scene.state.control.kind == "in review"
    ends = {"resume", "escalate", "reduce"} if in_review else {"resume"}
    offers = (offer for _, result in finding.results for offer in (*result.ordered, *result.offered))
    return any(
        offer.rule and offer.effect == effect and rules[scene.prepared.place[offer.rule]].action.kind in ends for offer in offers
    )


def _possible_reasons(finding: Finding, effect: Effect) -> frozenset[str]:
    """The rules that hold in some completion, where none is certain: a provisional hold needs its way out too."""
    offers = (offer for _, result in finding.results for offer in (*result.ordered, *result.offered))
    return frozenset(offer.rule for offer in offers if offer.rule and offer.effect == effect)
