"""What the reference and the oracle say of the same visit, and where they differ."""

from __future__ import annotations

from attrs import evolve

from protocol import step
from protocol.model.course import Visit
from protocol.model.decision import Effect, Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.semantics.trackers import bounds
from tests.oracle.decide import Answer, decide
from tests.oracle.dispensing import expected, outline

COUNTERS = ("episodes", "consecutive")


def oracle(protocol: Protocol, before: State, taken: Step) -> Answer:
    """The oracle's decision at a visit: the state before it, with the readings and trackers that the reference took from it."""
    baseline = () if before.started is None else taken.state.baseline  # a correction changes it, the first dose only sets it
    kept = {"memory": taken.state.memory, "baseline": baseline, "history": taken.state.history}
    kept["refused_last"] = taken.state.refused_last
    read = evolve(before, readings=taken.state.readings, **kept)
    time = taken.visit.time
    counted = zip(protocol.trackers, taken.state.memory, strict=True)
    counts = {
        tracker.name: sorted({count for _, count in held.possible}) for tracker, held in counted if tracker.kind in COUNTERS
    }
    return decide(protocol, read, time, bounds(protocol, taken.state, time), counts)


def disagreements(protocol: Protocol, before: State, visit: Visit) -> tuple[Step, list[str]]:
    """The reference's step, and a line for each thing of which the oracle says otherwise."""
    taken = step(protocol, before, visit)
    answer = oracle(protocol, before, taken)
    decision = taken.decision
    said = {
        "status": (decision.status, answer.status),
        "after": (_outline(decision.after), _outline(answer.after)),
        "silent": (decision.silent, answer.silent),
        "withheld": (decision.withheld, answer.withheld),
        "dispensed": (outline(decision.dispensed), expected(protocol, taken.state, answer.after.dose, visit.time)),
        "may": ({item.rule: item.certainty for item in decision.permitted}, answer.certainty),
    }
    if taken.verdict is not None:
        said["verdict"] = (taken.verdict.permitted, answer.verdict(protocol, taken.verdict.given))
    return taken, [f"{what}: the reference says {mine}, the oracle {its}" for what, (mine, its) in said.items() if mine != its]


def _outline(effect: Effect) -> tuple[object, ...]:
    return effect.control, effect.level, effect.dose, effect.supplement
