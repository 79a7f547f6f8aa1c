"""By which rules was something decided, where do they stand and what do they say? Or why is there none?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.adapters.phrases import listed
from protocol.model.decision import Decision, Permission, Step
from protocol.model.protocol import Protocol


def rests_on(protocol: Protocol, step: Step, beside: bool = False) -> str:
    """The rules followed, where they stand and what they say; or what there is instead; ``beside`` what permits more."""
    decision = step.decision
    more = [_permits(protocol, one) for one in decision.permitted] if beside else []
    return _in_sentences(_rests_on(protocol, step), *_lowered(protocol, decision), *more)


def _in_sentences(first: str, *more: str) -> str:
    *before, last = (first, *more)
    return " ".join((*(f"{one.removesuffix('.')}." for one in before), last))


def _rests_on(protocol: Protocol, step: Step) -> str:
    decision = step.decision
    if decision.conflict:
        return f"rules {listed(decision.conflict)} contradict each other"
    if not decision.rule:
        possible = listed(decision.rules, 3)
        return f"no rule decides; possible are {possible}" if possible else _otherwise(step)
    return _cited(protocol, decision.rule)


def _lowered(protocol: Protocol, decision: Decision) -> Iterator[str]:
    """The rule by which drug comes back at a lower dose than the rule says that was followed."""
    if decision.lowered_by:
        yield f"Drug comes back lower than that by {_cited(protocol, decision.lowered_by)}"


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
