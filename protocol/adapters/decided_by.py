"""By which rules was something decided, where do they stand and what do they say? Or why is there none?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.adapters.phrases import listed
from protocol.adapters.waiting import kept
from protocol.model.decision import Decision, Step
from protocol.model.difference import RULED, Unruled
from protocol.model.protocol import Protocol
from protocol.model.waiting import Waiting

_MOST = 3


def rests_on(protocol: Protocol, step: Step, unruled: Unruled = RULED, beside: tuple[str, ...] | None = None) -> str:
    """The rules followed, where they stand and what they say; or what there is instead.

    ``beside`` are sentences on what is permitted; then nothing is said of it where a hold goes on.
    """
    true = _true_on_hold(protocol, unruled.waiting, but_permitted=beside is not None)
    return _in_sentences(_rests_on(protocol, step, unruled), *_lowered(protocol, step.decision), *true, *(beside or ()))


def _in_sentences(first: str, *more: str) -> str:
    *before, last = (first, *more)
    return " ".join((*(f"{one.removesuffix('.')}." for one in before), last))


def _rests_on(protocol: Protocol, step: Step, unruled: Unruled) -> str:
    decision = step.decision
    if decision.conflict:
        return f"rules {listed(decision.conflict)} contradict each other"
    return cited(protocol, decision.rule) if decision.rule else _instead(protocol, step, unruled)


def _lowered(protocol: Protocol, decision: Decision) -> Iterator[str]:
    """The rule by which drug comes back at a lower dose than the rule says that was followed."""
    if decision.lowered_by:
        yield f"Drug comes back lower than that by {cited(protocol, decision.lowered_by)}"


def cited(protocol: Protocol, name: str, does: str = "") -> str:
    """``rule hold (study, p. 9): Low counts interrupt treatment.``"""
    says = protocol.rule(name).says
    return f"rule {_placed(protocol, name)}{does}{f': {says}' if says else ''}"


def _placed(protocol: Protocol, name: str) -> str:
    """``hold (study, p. 9)``."""
    source = protocol.rule(name).source
    return f"{name} ({source})" if source else name


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


def _true_on_hold(protocol: Protocol, waiting: tuple[Waiting, ...], but_permitted: bool) -> Iterator[str]:
    """The rules that are true and bring no drug back, and why; ``but_permitted``: those left out that only permit it."""
    told = set[str]()
    for one in waiting:
        others = [other.reason for other in waiting if other is not one and not other.is_answered]
        for way in one.ways:
            why = list(kept(way, others))
            if way.truth is True and why and way.rule not in told and not (way.permitted and but_permitted):
                told.add(way.rule)
                yield _in_sentences(f"R{cited(protocol, way.rule, ' is true')[1:]}", f"Yet {'; '.join(why)}.")
