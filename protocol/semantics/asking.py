"""Which inputs does a decision wait for, and which can be had only now?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.decision import Decision, Step
from protocol.model.formula import parts
from protocol.model.guard import Guard, Tracked
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared, prepare


def asked_for(protocol: Protocol, decision: Decision) -> tuple[str, ...]:
    """The inputs whose values the decision, or a permission beside it, depends on: those of the decision first, each once.

    Last the body size without which nobody can say what is dispensed.

    A missing limit of normal asks for its input, a derived number for those of its formula, a tracker for those of its
    condition.
    """
    prepared = prepare(protocol)
    missing = [item.name for item in decision.missing]
    needs = [name for permission in decision.permitted if permission.certainty == "unknown" for name in permission.needs]
    size = [decision.dispensed.missing] if decision.dispensed and decision.dispensed.missing else []
    return tuple(dict.fromkeys(one for name in (*missing, *needs, *size) for one in _behind(prepared, name.split(" / ")[0])))


def only_now(protocol: Protocol, step: Step) -> tuple[str, ...]:
    """The inputs whose baseline is asked for later and that were never read; with the first dose it is too late for them."""
    starting = step.decision.before.control.kind == "before treatment"
    missing = sorted(name for name in prepare(protocol).baselines if step.state.reading(name) is None)
    return tuple(missing) if starting else ()


def inputs_behind(prepared: Prepared, guard: Guard) -> frozenset[str]:
    """The inputs that are measured for a guard: those that it asks, and those behind what is computed or remembered."""
    names = (term.tracker if isinstance(term, Tracked) else getattr(term, "input", "") for term in prepared.terms(guard))
    return frozenset(one for name in names if name for one in _behind(prepared, name))


def _behind(prepared: Prepared, name: str) -> Iterator[str]:
    if name in prepared.numbers:
        yield from (part.input for part in parts(prepared.numbers[name].value))
    elif name in prepared.scores:
        for part in prepared.inputs_behind(prepared.scores[name]):
            yield from _behind(prepared, part)
    elif name in prepared.inputs:
        yield name
    for tracker in prepared.trackers:
        if tracker.name == name:
            yield from _behind(prepared, tracker.input)
            yield from _of(prepared, tracker.when)
            yield from _of(prepared, tracker.until) if tracker.until else ()


def _of(prepared: Prepared, guard: Guard) -> Iterator[str]:
    for name in prepared.inputs_of(guard):
        yield from _behind(prepared, name)
