"""By which rules was something decided, where do they stand and what do they say? Or why is there none?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.adapters.phrases import listed
from protocol.adapters.waiting import kept
from protocol.model.decision import Decision, Permission, Step
from protocol.model.difference import RULED, Unruled
from protocol.model.protocol import Protocol
from protocol.model.waiting import Waiting

_MOST = 3


def rests_on(protocol: Protocol, step: Step, unruled: Unruled = RULED, beside: bool = False) -> str:
    """The rules followed, where they stand and what they say; or what there is instead; ``beside`` what permits more."""
    decision = step.decision
    more = [_permits(protocol, one) for one in decision.permitted] if beside else []
    true = _true_on_hold(protocol, unruled.waiting, beside)
    return _in_sentences(_rests_on(protocol, step, unruled), *_lowered(protocol, decision), *true, *more)


def _in_sentences(first: str, *more: str) -> str:
    *before, last = (first, *more)
    return " ".join((*(f"{one.removesuffix('.')}." for one in before), last))


def _rests_on(protocol: Protocol, step: Step, unruled: Unruled) -> str:
    decision = step.decision
    if decision.conflict:
        return f"rules {listed(decision.conflict)} contradict each other"
    return _cited(protocol, decision.rule) if decision.rule else _instead(protocol, step, unruled)


def _lowered(protocol: Protocol, decision: Decision) -> Iterator[str]:
    """The rule by which drug comes back at a lower dose than the rule says that was followed."""
    if decision.lowered_by:
        yield f"Drug comes back lower than that by {_cited(protocol, decision.lowered_by)}"


def _cited(protocol: Protocol, name: str, does: str = "") -> str:
    """``rule hold (study, p. 9): Low counts interrupt treatment.``"""
    says = protocol.rule(name).says
    return f"rule {_placed(protocol, name)}{does}{f': {says}' if says else ''}"


def _placed(protocol: Protocol, name: str) -> str:
    """``hold (study, p. 9)``."""
    source = protocol.rule(name).source
    return f"{name} ({source.source}{f', {source.place}' if source.place else ''})" if source else name


def _permits(protocol: Protocol, one: Permission) -> str:
    unsure = f" may permit more, depending on {listed(one.needs, _MOST) or 'what is missing'}"
    return f"Beside it {_cited(protocol, one.rule, ' permits more' if one.certainty == 'permitted' else unsure)}"


# Where no rule is followed


def _instead(protocol: Protocol, step: Step, unruled: Unruled) -> str:
    decision = step.decision
    reasons = listed(sorted(step.state.reasons)) if step.state.control.kind == "held" else ""
    held = f", held for {reasons}" if reasons else ""
    if decision.status != "decided":
        return f"no rule applies for certain{held}{_possible(protocol, decision, unruled)}"
    is_one_true = any(one.is_answered for one in unruled.waiting)
    none = f"no rule ends the hold for {reasons}" if is_one_true else f"no rule applies{held}"
    return f"{none}{', and nothing is said of that' if decision.silent else ''}"


def _possible(protocol: Protocol, decision: Decision, unruled: Unruled) -> str:
    """Which rules are followed for some values of what is missing, and what there is for others."""
    if not unruled.possible:
        return ""
    rules = " or ".join(_at_most([_placed(protocol, name) for name in unruled.possible]))
    none = f", or none{', and nothing is said of that' if decision.silent else ''}" if unruled.or_none else ""
    missing = listed((one.name for one in decision.missing), _MOST) or "what is missing"
    return f": depending on {missing}, rule {rules}{none}"


def _at_most(names: list[str]) -> list[str]:
    return names if len(names) <= _MOST + 1 else [*names[:_MOST], f"one of {len(names) - _MOST} more"]


def _true_on_hold(protocol: Protocol, waiting: tuple[Waiting, ...], beside: bool) -> Iterator[str]:
    """The rules that are true and bring no drug back, and why; ``beside``: what they only permit is told anyway."""
    told = set[str]()
    for one in waiting:
        others = [other.reason for other in waiting if other is not one and not other.is_answered]
        for way in one.ways:
            why = list(kept(way, others))
            if way.truth is True and why and way.rule not in told and not (way.permitted and beside):
                told.add(way.rule)
                yield _in_sentences(f"R{_cited(protocol, way.rule, ' is true')[1:]}", f"Yet {'; '.join(why)}.")
