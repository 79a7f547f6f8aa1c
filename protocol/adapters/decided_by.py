"""By which rule was something decided, where does it stand and what does it say? Or why is there none?"""

from __future__ import annotations

from protocol.adapters.phrases import listed
from protocol.model.decision import Permission, Step
from protocol.model.protocol import Protocol


def rests_on(protocol: Protocol, step: Step, beside: bool = False) -> str:
    """The rule that was followed, where it stands and what it says; or what there is instead; ``beside`` it what permits more."""
    decision = step.decision
    more = [_permits(protocol, one) for one in decision.permitted] if beside else []
    first = _rests_on(protocol, step)
    return " ".join((f"{first.removesuffix('.')}.", *more)) if more else first


def _rests_on(protocol: Protocol, step: Step) -> str:
    decision = step.decision
    if decision.conflict:
        return f"rules {listed(decision.conflict)} contradict each other"
    if not decision.rule:
        possible = listed(decision.rules, 3)
        return f"no rule decides; possible are {possible}" if possible else _otherwise(step)
    return _cited(protocol, decision.rule)


def _cited(protocol: Protocol, name: str, does: str = "") -> str:
    """``rule hold (study, p. 9): Low counts interrupt treatment.``"""
    rule = protocol.rule(name)
    place = f" ({rule.source.source}{f', {rule.source.place}' if rule.source.place else ''})" if rule.source else ""
    return f"rule {name}{place}{does}{f': {rule.says}' if rule.says else ''}"


def _permits(protocol: Protocol, one: Permission) -> str:
    unsure = f" may permit more, depending on {listed(one.needs, 3) or 'what is missing'}"
    return f"Beside it {_cited(protocol, one.rule, ' permits more' if one.certainty == 'permitted' else unsure)}"


def _otherwise(step: Step) -> str:
    decision = step.decision
    if decision.silent:
        return "no rule applies, and nothing is said of that"
    none = "no rule applies" if decision.status == "decided" else "no rule applies for certain"
    return f"{none}, held for {listed(sorted(step.state.reasons))}" if step.state.control.kind == "held" else none
