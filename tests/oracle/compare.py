"""What the reference and the oracle say of the same visit, and where they differ."""

from __future__ import annotations

from attrs import evolve

from protocol import step
from protocol.model.course import Visit
from protocol.model.decision import Decision, Effect, Step
from protocol.model.protocol import Protocol
from protocol.model.state import Lasting, Since, State
from protocol.semantics.arriving import arrive
from protocol.semantics.prepared import prepare
from protocol.semantics.trackers import bounds
from tests.oracle.decide import Answer, decide
from tests.oracle.deviating import Visited
from tests.oracle.dispensing import expected, outline
from tests.oracle.monitoring import Next, often, turning

Chosen = dict[str, tuple[str, int | None, int | None, tuple[str, ...]]]
"""By input: the entry that counts, when the next one is due and overdue, and the entries that could hold if there are several."""

COUNTERS = ("episodes", "consecutive")


def oracle(protocol: Protocol, before: State, taken: Step) -> Answer:
    """The oracle's decision at a visit: the state before it, with the readings and trackers that the reference took from it."""
    return visited(protocol, before, taken).answer


def visited(protocol: Protocol, before: State, taken: Step) -> Visited:
    """The visit as the oracle sees it."""
    # A course that begins anew forgets what its trackers held when this was decided.
    seen = arrive(prepare(protocol), before, taken.visit)[0].state
    kept = {"memory": seen.memory, "baseline": seen.baseline, "history": seen.history, "refused_last": seen.refused_last}
    read = evolve(before, readings=seen.readings, **kept)
    time = taken.visit.time
    known = bounds(protocol, seen, time), _counts(protocol, seen)
    return Visited(protocol, read, time, *known, decide(protocol, read, time, *known))


def _counts(protocol: Protocol, state: State) -> dict[str, list[int]]:
    counted = zip(protocol.trackers, state.memory, strict=True)
    return {tracker.name: sorted({count for _, count in held.possible}) for tracker, held in counted if tracker.kind in COUNTERS}


def disagreements(protocol: Protocol, before: State, visit: Visit) -> tuple[Step, list[str]]:
    """The reference's step, and a line for each thing of which the oracle says otherwise."""
    taken = step(protocol, before, visit)
    here = visited(protocol, before, taken)
    answer, decision = here.answer, taken.decision
    said = {
        "status": (decision.status, answer.status),
        "after": (_outline(decision.after), _outline(answer.after)),
        "silent": (decision.silent, answer.silent),
        "conflict": (decision.conflict, answer.conflict),
        "withheld": (decision.withheld, answer.withheld),
        "dispensed": (outline(decision.dispensed), expected(protocol, taken.state, answer.after.dose, visit.time)),
        "may": ({item.effect: (item.certainty, frozenset(item.rules)) for item in decision.permitted}, answer.certainty),
    }
    if protocol.monitoring:
        said["monitoring"] = (_often(decision), _led_to(protocol, before, taken))
    if taken.verdict is not None:
        said["verdict"] = (taken.verdict.permitted, answer.verdict(protocol, taken.verdict.given))
        said["deviation"] = (taken.deviations[0].kind if taken.deviations else None, here.kind(taken.verdict.given))
    return taken, [f"{what}: the reference says {mine}, the oracle {its}" for what, (mine, its) in said.items() if mine != its]


def _often(decision: Decision) -> Chosen:
    return {one.input: (one.entry, one.since, one.latest, one.possible) for one in decision.monitoring}


def _led_to(protocol: Protocol, before: State, taken: Step) -> Chosen:
    """What the oracle says of the state to which the visit led: what was given, else the recommendation."""
    found = {one.input: Next(one.entry, one.measured, one.since, one.latest) for one in before.awaited}
    for minute in turning(protocol, before, taken.visit.time):
        found = _often_at(protocol, _unvisited(protocol, before, minute), minute, found)
    found = _often_at(protocol, taken.state, taken.visit.time, found)
    return {name: (one.entry, one.due, one.overdue, one.could) for name, one in found.items()}


def _unvisited(protocol: Protocol, before: State, minute: int) -> State:
    """The state at a minute between visits: nobody acts, and of the trackers only those of times go on."""
    passed = arrive(prepare(protocol), before, Visit(minute))[0].state
    both = zip(before.memory, passed.memory, strict=True)
    return evolve(passed, memory=tuple(now if isinstance(now, Lasting | Since) else then for then, now in both))


def _often_at(protocol: Protocol, state: State, time: int, so_far: dict[str, Next]) -> dict[str, Next]:
    return often(protocol, state, time, bounds(protocol, state, time), _counts(protocol, state), so_far)


def _outline(effect: Effect) -> tuple[object, ...]:
    return effect.control, effect.level, effect.dose, effect.supplement, effect.anew
