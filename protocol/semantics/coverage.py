"""How much of a protocol some traces reach: rules and alternatives, outcomes of guards, states, levels, statuses, monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from protocol.model.decision import Decision, Step, Trace
from protocol.model.guard import Tracked
from protocol.model.input import Tracker
from protocol.model.ladder import folded
from protocol.model.protocol import Protocol
from protocol.model.regimen import at_level
from protocol.model.rule import STATUSES, Rule
from protocol.model.state import Control, State
from protocol.semantics.applying import applicable
from protocol.semantics.arriving import arrive
from protocol.semantics.effects import direction, effect_of
from protocol.semantics.freed import freed
from protocol.semantics.missing import what_if
from protocol.semantics.prepared import Prepared, prepare
from protocol.semantics.scene import Scene
from protocol.semantics.step import initial
from protocol.semantics.truth import completions, truth

Goal = tuple[str, str]
OUTCOMES = {True: "true", False: "false", None: "unknown"}


@frozen
class Coverage:
    """What there is to reach, and what of it was reached. A goal is a kind (``rule``, ``state`` …) and a name."""

    goals: tuple[Goal, ...]
    reached: frozenset[Goal]

    @property
    def missed(self) -> tuple[Goal, ...]:
        """The goals that nothing reached, in order."""
        return tuple(goal for goal in self.goals if goal not in self.reached)

    @property
    def complete(self) -> bool:
        """Whether everything was reached."""
        return not self.missed

    def lines(self) -> tuple[str, ...]:
        """One line for each kind with its count, then one for each goal that was missed; levels together."""
        kinds = tuple(dict.fromkeys(kind for kind, _ in self.goals))
        missed = [(kind, name) for kind, name in self.missed if kind != "level"]
        return (*map(self._count, kinds), *(f"not reached: {kind} {name}" for kind, name in missed), *self._missed_levels())

    def _missed_levels(self) -> Iterator[str]:
        missed = [name for kind, name in self.missed if kind == "level"]
        if missed:
            ladder = [name for kind, name in self.goals if kind == "level"]
            yield f"not reached: {'levels' if len(missed) > 1 else 'level'} {', '.join(folded(missed, ladder))}"

    def _count(self, kind: str) -> str:
        goals = [goal for goal in self.goals if goal[0] == kind]
        return f"{kind}: {sum(goal in self.reached for goal in goals)} of {len(goals)}"


def coverage(protocol: Protocol, traces: Iterable[tuple[Trace, Sequence[bool]]]) -> Coverage:
    """What the visits of some traces reach; of each trace only the visits marked True count (those that assert something)."""
    prepared = prepare(protocol)
    reached: set[Goal] = set()
    for trace, counted in traces:
        state = initial(protocol)
        for one, counts in zip(trace.steps, counted, strict=True):
            if counts:
                reached.update(_reached(arrive(prepared, state, one.visit)[0], one))
            state = one.state
    return Coverage(tuple(_goals(prepared)), frozenset(reached))


def _goals(prepared: Prepared) -> Iterator[Goal]:
    rules = prepared.rules
    yield from (("rule", rule.name) for rule in rules)
    for rule in rules:
        yield from (("guard", f"{rule.name} {outcome}") for outcome in _outcomes(prepared, rule))
    yield from (("alternative", rule.name) for rule in rules if rule.mode == "may")
    yield from (("monitoring", entry.name) for entry in prepared.protocol.monitoring)
    yield from (("state", control) for control in _controls(rules))
    yield from (("status", status) for status in STATUSES if status != "provisional" or _can_be_provisional(prepared))
    yield from (("level", level.name) for level in prepared.protocol.levels)


def _controls(rules: Sequence[Rule]) -> Iterator[str]:
    """The control states that the rules can lead to, and the two where every patient begins."""
    leads = {"hold": "held", "review": "in review", "stop": "stopped"}
    found = {leads[rule.action.kind] for rule in rules if rule.action.kind in leads}
    yield from ("before treatment", "on treatment")
    yield from (control for control in ("held", "in review", "stopped") if control in found)


def _can_be_provisional(prepared: Prepared) -> bool:
    """Whether in some place two lowerings differ, or one stands below a rule that does not lower. Else nothing is provisional.

    Guards are not looked at, so a protocol of which this is so may still have no such visit.
    """
    return any(_lowerings_compete(prepared, state) for state in _with_drug(prepared))


def _with_drug(prepared: Prepared) -> Iterator[State]:
    reviews = (Control("in review", rule.name) for rule in prepared.rules if rule.action.kind == "review")
    controls = (Control("on treatment"), *reviews)
    levels = [at_level(level.name) for level in prepared.protocol.levels]
    yield from (State(control=control, level=level, dose=level) for control in controls for level in levels)


def _lowerings_compete(prepared: Prepared, state: State) -> bool:
    protocol, safe = prepared.protocol, {"less": -1, "more": 1, "none": None}[prepared.protocol.safe_side]
    orders = [rule for rule in applicable(prepared, state) if rule.mode == "must" or rule.recommended]
    effects = [effect_of(protocol, state, rule) for rule in orders]
    to_safe_side = [direction(protocol, state.dose, effect) == safe for effect in effects]
    lowerings = {effect for effect, lowers in zip(effects, to_safe_side, strict=True) if lowers}
    return len(lowerings) > 1 or (False, True) in pairwise(to_safe_side)


def _outcomes(prepared: Prepared, rule: Rule) -> tuple[str, ...]:
    """What the guard can be: one that asks nothing is always true, and unknown is one to which a missing value can matter."""
    if not any(True for _ in prepared.terms(rule.when)):
        return ("true",)
    return ("true", "false", "unknown") if _can_be_unknown(prepared, rule) else ("true", "false")


def _can_be_unknown(prepared: Prepared, rule: Rule) -> bool:
    exact = {tracker.name for tracker in prepared.trackers if tracker.measured_only or _is_exact(prepared, tracker)}
    asked = {term.tracker for term in prepared.terms(rule.when) if isinstance(term, Tracked)}
    matters = {f"({name})" for name in asked - exact}
    inputs = (name for name in prepared.inputs_of(rule.when) if name not in prepared.scores)  # a score is always known
    return any(_depends(prepared.protocol, rule, name, {name} | matters) for name in ("", *inputs))


def _is_exact(prepared: Prepared, tracker: Tracker) -> bool:
    """Whether nothing can be missing for the tracker: it asks scores alone."""
    guards = (tracker.when, *((tracker.until,) if tracker.until is not None else ()))
    asked = {name for guard in guards for name in prepared.inputs_of(guard)} | ({tracker.input} - {""})
    return bool(asked) and asked <= prepared.scores.keys()


def _depends(protocol: Protocol, rule: Rule, missing: str, names: set[str]) -> bool:
    """Whether the guard depends on one of these inputs when ``missing`` is not known."""
    scene, guard = freed(protocol, rule.when, missing)
    answers = [(narrowed, str(answer)) for narrowed, answer in completions(scene, lambda world: world.holds(guard))]
    return any(one.name.partition(" / ")[0] in names for one in what_if(scene, answers))


def _reached(scene: Scene, one: Step) -> Iterator[Goal]:
    yield "rule", one.decision.rule
    yield "state", scene.state.control.kind
    yield "state", one.state.control.kind
    yield "level", one.state.dose.name
    yield "status", one.decision.status
    yield from (("monitoring", item.entry) for item in one.decision.monitoring)
    permitted = _permitting(scene.prepared, one.decision)
    yield from (("alternative", rule) for rule in permitted)
    for rule in applicable(scene.prepared, scene.state):
        yield "guard", f"{rule.name} {OUTCOMES[truth(scene, rule.when)]}"
    # A may rule is reached when it is permitted; whether it is taken is the physician's choice.
    yield from (("rule", rule) for rule in permitted)


def _permitting(prepared: Prepared, decision: Decision) -> tuple[str, ...]:
    """The may rules that permit something whatever is missing, each by itself."""
    sure = (one for one in decision.permitted if one.certainty == "permitted" and not one.needs)
    return tuple(rule for one in sure for rule in one.rules if prepared.rules[prepared.place[rule]].mode == "may")
