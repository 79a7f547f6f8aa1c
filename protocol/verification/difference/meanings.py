"""What is the difference between two decisions at one visit, in clinical terms?"""

from __future__ import annotations

from collections.abc import Iterable

from protocol.errors import NotationError
from protocol.model.decision import Decision, Effect, Step
from protocol.model.difference import Look, Meaning
from protocol.model.giving import given, giving
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.verification.search.kept import Place
from protocol.verification.search.outcomes import Outcome


def meaning_of(old: Look, new: Look) -> Meaning | None:
    """What the new one does differently; None where both are the same."""
    if "undecided" in (old.status, new.status) and old.status != new.status:
        return "now undecided" if new.status == "undecided" else "now decided"
    if (old.now, old.dose, old.at_once, old.anew) != (new.now, new.dose, new.at_once, new.anew):
        return _of_effects(old, new)
    if old.status != new.status:
        return "now provisional" if new.status == "provisional" else "no longer provisional"
    return _of_the_rest(old, new)


def _of_effects(old: Look, new: Look) -> Meaning:
    if "stopped" in (old.now, new.now) and old.now != new.now:
        return "stops" if new.now == "stopped" else "no longer stops"
    if "in review" in (old.now, new.now) and old.now != new.now:
        return "asks for review" if new.now == "in review" else "no longer asks for review"
    if "before treatment" in (old.was, new.was) and not (old.on or new.on):
        return _starting(old, new)
    if old.was in ("held", "in review") and not (old.on or new.on):
        return _resuming(old, new)
    if "held" in (old.now, new.now) and old.now != new.now:
        return "holds" if new.now == "held" else "no longer holds"
    if old.dose != new.dose and old.dose and new.dose:
        return _changing(old, new)
    return _beside_the_dose(old, new)


def _starting(old: Look, new: Look) -> Meaning:
    if bool(old.dose) != bool(new.dose):
        return "starts" if new.dose else "no longer starts"
    return "starts at another level" if old.dose != new.dose else _beside_the_dose(old, new)


def _resuming(old: Look, new: Look) -> Meaning:
    if bool(old.dose) != bool(new.dose):
        return "resumes" if new.dose else "no longer resumes"
    return "resumes at another level" if old.dose != new.dose else _beside_the_dose(old, new)


def _changing(old: Look, new: Look) -> Meaning:
    """Both give drug, and not the same."""
    was, will = _direction(old.on, old.dose), _direction(new.on, new.dose)
    if "down" in (was, will):
        return "reduces to another level" if was == will else "reduces" if will == "down" else "no longer reduces"
    if "up" in (was, will):
        return "escalates to another level" if was == will else "escalates" if will == "up" else "no longer escalates"
    return "leads elsewhere"


def _beside_the_dose(old: Look, new: Look) -> Meaning:
    if old.anew != new.anew:
        return "begins anew" if new.anew else "no longer begins anew"
    return "gives another amount at once" if old.at_once != new.at_once else "leads elsewhere"


def _of_the_rest(old: Look, new: Look) -> Meaning | None:
    if old.silent != new.silent:
        return "silent now" if new.silent else "no longer silent"
    if old.conflict != new.conflict:
        return "contradicts itself now" if new.conflict else "no longer contradicts itself"
    if old.permitted < new.permitted:
        return "permits more"
    if old.permitted > new.permitted:
        return "permits less"
    return "permits something else" if old.permitted != new.permitted else None


def _direction(before: str, after: str) -> str:
    """Whether a dose is raised (``up``) or lowered (``down``); empty where it is neither, or cannot be said."""
    try:
        one, other = regimen(before), regimen(after)
    except NotationError:
        return ""
    if not one.comparable(other):
        return ""
    return "down" if other.less_than(one) else "up" if one.less_than(other) else ""


# What is seen


def look_of(protocol: Protocol, place: Place, outcome: Outcome) -> Look:
    """What is seen of an outcome of the search."""
    ordered, *others = outcome.ways
    # A hold that is permitted beside an order to stop is no way of its own: a course says of both that no drug was given.
    beside = [*(way.effect for way in others if way.ordered), *(effect for _, effect in outcome.offered if not effect.undefined)]
    return _look(protocol, outcome, place, ordered.effect, beside)


def look_at(protocol: Protocol, step: Step) -> Look:
    """What is seen of a step of the reference."""
    decision = step.decision
    permitted = (one.effect for one in decision.permitted if one.certainty == "permitted" and not one.effect.undefined)
    return _look(protocol, decision, decision.before, decision.after, permitted)


def _look(
    protocol: Protocol, decided: Outcome | Decision, before: Place | Effect, after: Effect, beside: Iterable[Effect]
) -> Look:
    """What is seen where this was decided; ``beside`` is what is permitted, of which what is ordered is nothing new."""
    ordered = giving(protocol, after)
    return Look(
        decided.status,
        before.control.kind,
        given(protocol, before.dose),
        after.control.kind,
        given(protocol, after.dose),
        str(after.supplement or ""),
        after.anew,
        frozenset(giving(protocol, one) for one in beside) - {ordered},
        decided.silent,
        bool(decided.conflict),
    )
