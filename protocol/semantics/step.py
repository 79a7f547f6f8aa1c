"""One visit: time passes, readings arrive, the rules decide, and the state moves on. This is the meaning of a protocol.

1. Time passes under the dose in force. 2. Readings update the inputs and the trackers. 3. The rules of the control state
give the decision. 4. The dose given, else the recommended one, updates level, control state, clocks and hold reasons.
Only step 4 sees which rule fired, so priority decides the action and never swallows the bookkeeping.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import evolve, frozen

from protocol.errors import PROTOCOL, STATE, VISIT, Problem, VisitError, check_kind
from protocol.model.course import Visit
from protocol.model.decision import Decision, Effect, Step
from protocol.model.guard import Clock
from protocol.model.monitoring import Monitored
from protocol.model.protocol import Protocol
from protocol.model.quick import quickly
from protocol.model.regimen import NO_DRUG
from protocol.model.state import State, Taken
from protocol.semantics.arriving import arrive
from protocol.semantics.decide import Finding, conclude
from protocol.semantics.deviating import deviations
from protocol.semantics.dispensing import dispensed
from protocol.semantics.effects import direction, in_force
from protocol.semantics.explain import explained
from protocol.semantics.given import followed, verdict
from protocol.semantics.monitoring import awaited, awaited_by, monitored
from protocol.semantics.prepared import prepare
from protocol.semantics.readings import Accepted
from protocol.semantics.reasons import holds_once_more, reasons, true_holds
from protocol.semantics.remembered import baseline_at_start
from protocol.semantics.scene import Scene
from protocol.semantics.schedule import due
from protocol.semantics.taken import with_supplement
from protocol.semantics.trackers import first_memory

_Step, _Scene = quickly(Step), quickly(Scene)
RAISED, LOWERED = Clock("dose raised"), Clock("dose lowered")


def initial(protocol: Protocol) -> State:
    """A patient about whom nothing is known yet, before treatment."""
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    return State(memory=tuple(first_memory(tracker) for tracker in protocol.trackers))


def step(protocol: Protocol, state: State, visit: Visit, *, strict: bool = False) -> Step:
    """The decision of the protocol at a visit, the verdict on what was given there, and the state afterwards.

    Raises VisitError if the visit is earlier than the state, or names an input that the protocol does not have.
    The visit is taken to be at its ``time``; a date that is a range is for ``trace``.
    A reading that cannot be used is refused and reported in ``refused``, and the visit is decided all the same; with
    ``strict`` it raises VisitError instead.
    """
    prepared = prepare(protocol)
    check_kind("the state", state, State, STATE)
    check_kind("the visit", visit, Visit, VISIT)
    scene, accepted = arrive(prepared, state, visit)
    if strict and accepted.refused:
        refused = tuple(Problem("", refusal.why, "", refusal.observation.input) for refusal in accepted.refused)
        raise VisitError("; ".join(f"{one.place}: {one.message}" for one in refused), problems=refused)
    finding = conclude(scene)
    if visit.given is None or visit.given.kind == "unknown":
        led, often = _led(scene, finding, _assumed(scene, finding), state)
        return _Step(visit, _explained(scene, finding, accepted, led, often), led.state, None, (), accepted.refused, True)
    led, often = _led(scene, finding, followed(scene, finding, visit.given), state)
    decision = _explained(scene, finding, accepted, led, often)
    found = verdict(scene, finding, visit.given)
    deviating = deviations(scene, finding, decision, found)
    return Step(visit, decision, led.state, found, deviating, accepted.refused)


def _assumed(scene: Scene, finding: Finding) -> Effect:
    """What is taken to be in force where nothing is said: the recommendation. The first dose is on day 0, so never before."""
    early = scene.time < 0 and scene.state.started is None and finding.effect.dose.is_drug
    return in_force(scene.state) if early else finding.effect


def look(protocol: Protocol, state: State, time: int) -> Decision:
    """What the protocol would say at a time if nothing more were observed until then; changes nothing."""
    scene, accepted = arrive(prepare(protocol), state, Visit(time))
    finding = conclude(scene)
    return _explained(scene, finding, accepted, *_led(scene, finding, _assumed(scene, finding), state))


def _led(scene: Scene, finding: Finding, effect: Effect, before: State) -> tuple[Scene, tuple[Monitored, ...]]:
    """The scene after the effect has been put into force, and how often is measured there. ``before``: the last visit's state."""
    after = _moved(scene, finding, effect)
    led = scene if after is scene.state else _Scene(scene.prepared, after, scene.time)
    if not scene.prepared.monitoring:
        return led, ()
    often = monitored(led, awaited_by(scene.prepared, before, scene.time))
    return _Scene(scene.prepared, after.moved(awaited=awaited(led, often)), scene.time), often


def _explained(scene: Scene, finding: Finding, accepted: Accepted, led: Scene, often: tuple[Monitored, ...]) -> Decision:
    """The decision with its reasons, what is dispensed of the dose, and what is measured when where it ``led``."""
    decision = explained(scene, finding, accepted.measured, due(led, often))
    if scene.prepared.protocol.dispensing is not None:
        decision = evolve(decision, dispensed=dispensed(scene, decision.after.dose))
    return evolve(decision, monitoring=often) if often else decision


@frozen
class Holds:
    """What is asked of the hold rules of a visit: those that are true, and whether a new reading calls for one of them again."""

    true: Callable[[], frozenset[str]]
    once_more: Callable[[], bool]


def _moved(scene: Scene, finding: Finding, effect: Effect) -> State:
    return moved(scene, finding, effect, Holds(partial(true_holds, scene), partial(holds_once_more, scene)))


def moved(scene: Scene, finding: Finding, effect: Effect, holds: Holds) -> State:
    """Step 4: the state after this effect has been put into force. Of the scene it asks the state and the time only."""
    before, time = scene.state, scene.time
    started = time if before.started is None and effect.dose.is_drug else before.started
    starts_now = started != before.started
    if effect.anew:
        return _begun_anew(scene, effect)
    stands = effect.control is before.control and effect.level is before.level and effect.dose is before.dose
    remembers = before.control.kind in ("held", "in review") or before.reasons
    if stands and not (starts_now or finding.withheld or before.withheld or remembers):
        return before
    return before.moved(
        control=effect.control,
        level=effect.level,
        dose=effect.dose,
        withheld=finding.withheld and effect.dose == NO_DRUG and effect.control == before.control,
        reasons=reasons(scene, finding, effect, holds.true),
        started=started,
        entered=time if effect.control != before.control else before.entered,
        changed=time if effect.dose != before.dose else before.changed,
        raised=time if _moves(scene, effect, RAISED, 1) else before.raised,
        lowered=time if _moves(scene, effect, LOWERED, -1) else before.lowered,
        hold_began=time if _holds_now(scene, effect, holds) else before.hold_began,
        held_on_drug=before.on_drug if _holds_now(scene, effect, holds) else before.held_on_drug,
        stepped=time if effect.level != before.level else before.stepped,
        stepped_on_drug=before.on_drug if effect.level != before.level else before.stepped_on_drug,
        baseline=baseline_at_start(scene.prepared, before) if starts_now else before.baseline,
        taken=_taken(scene, effect, holds),
    )


def _taken(scene: Scene, effect: Effect, holds: Holds) -> Taken | None:
    """What has been taken, with what is given at once; a step and a hold remember what it was when they were decided."""
    before = scene.state.taken
    if before is None:
        return None
    taken = before if effect.level == scene.state.level else evolve(before, at_step=before.amount)
    taken = evolve(taken, at_hold=before.amount) if _holds_now(scene, effect, holds) else taken
    return with_supplement(scene.prepared, taken, effect.supplement)


def _holds_now(scene: Scene, effect: Effect, holds: Holds) -> bool:
    """Whether a hold begins: there was none, or a new reading during it calls for one that a reading calls for once."""
    if effect.control.kind != "held":
        return False
    if scene.state.control.kind != "held":
        return True
    return holds.once_more()


def _moves(scene: Scene, effect: Effect, asked: Clock, towards: int) -> bool:
    """Whether the dose in force goes up or down, where the protocol asks when it last did. What has no order may have."""
    if asked not in scene.prepared.constants:
        return False
    before = scene.state.dose
    return direction(scene.prepared.protocol, before, effect) in (towards, None)


def _begun_anew(scene: Scene, effect: Effect) -> State:
    """The state of a patient who is treated again as a new one: the readings and the baseline stay, and what was acted on."""
    before, time = scene.state, scene.time
    memory = tuple(first_memory(tracker) for tracker in scene.prepared.trackers)
    return State(
        control=effect.control,
        level=effect.level,
        dose=effect.dose,
        time=time,
        started=time,
        entered=time,
        changed=time,
        raised=time if RAISED in scene.prepared.constants else None,
        hold_began=before.hold_began,
        stepped=time,
        readings=before.readings,
        memory=memory,
        baseline=before.baseline if before.started is not None else baseline_at_start(scene.prepared, before),
        history=before.history,
        refused_last=before.refused_last,
        taken=None if before.taken is None else Taken(),
    )
