"""Which rules apply where a patient is, which of them act, and what they would do on treatment of one who is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from protocol.model.regimen import Dose, DoseKind
from protocol.model.rule import ControlKind, Rule, Where
from protocol.model.state import UNORDERED, Control, State
from protocol.semantics.compiled import Ask, any_of, ask_of
from protocol.semantics.effects import leads_to, no_change
from protocol.semantics.evidence import is_fresh
from protocol.semantics.offers import Offer, Result
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World


def applicable(prepared: Prepared, state: State) -> tuple[Rule, ...]:
    """The rules of the control state, in order. A hold leaves the stop rules of treatment in force, a review its holds too."""
    return tuple(rule for rules, _ in asked(prepared, state)[0] for rule in rules)


def is_said(scene: Scene) -> bool:
    """Whether the protocol itself says that nothing covered means continue here; of a dose off its ladder it never does."""
    return scene.state.control.kind in scene.prepared.protocol.otherwise and scene.state.level.kind != "off ladder"


Equals = tuple[Rule, ...]
"""A rule that stands alone, or the cells of one table, which have equal right."""
Asked = tuple[tuple[tuple[Equals, Ask], ...], Result]


def asked(prepared: Prepared, state: State) -> Asked:
    """The applicable rules, in order, those of equal right together, each with the function that settles whether any is true;
    and the result where none of them acts."""
    control, level = state.control, state.level
    return _asked(prepared, control.kind, control.by, level.kind, level.name, state.reasons)


# Where a patient is seldom changes, and there are few places to be. Texts are hashed once, values anew each time.
@lru_cache(maxsize=4_096)
def _asked(prepared: Prepared, control: ControlKind, by: str, kind: DoseKind, level: str, reasons: frozenset[str]) -> Asked:
    state = State(control=Control(control, by), level=Dose(kind, level), reasons=reasons)
    nothing = (Offer(no_change(prepared.protocol, state)),)
    rules = [rule for rule in prepared.rules if _applies(rule, state)]
    return tuple((equals, _ask_of(prepared, equals)) for equals in of_equal_right(rules)), Result(nothing, nothing)


def acting_once(prepared: Prepared, state: State) -> tuple[tuple[Rule, Ask], ...]:
    """The applicable rules that must bring something about only once by one reading, each with what settles its guard."""
    control, level = state.control, state.level
    return _acting_once(prepared, control.kind, control.by, level.kind, level.name, state.reasons)


@lru_cache(maxsize=4_096)
def _acting_once(
    prepared: Prepared, control: ControlKind, by: str, kind: DoseKind, level: str, reasons: frozenset[str]
) -> tuple[tuple[Rule, Ask], ...]:
    places = _asked(prepared, control, by, kind, level, reasons)[0]
    return tuple((rule, ask_of(prepared, rule)) for rules, _ in places for rule in rules if _acts_once(rule))


def _acts_once(rule: Rule) -> bool:
    is_step = rule.action.kind in ("escalate", "reduce") and not rule.again
    return rule.mode == "must" and (is_step or rule.once)


def of_equal_right(rules: Iterable[Rule]) -> Iterator[Equals]:
    """The rules in their order, the cells of a table together."""
    for _, equals in groupby(rules, key=lambda rule: rule.table or rule.name):
        yield tuple(equals)


def _ask_of(prepared: Prepared, equals: Equals) -> Ask:
    return any_of(tuple(ask_of(prepared, rule) for rule in equals), True) if len(equals) > 1 else ask_of(prepared, equals[0])


def _applies(rule: Rule, state: State) -> bool:
    control = state.control
    if control.kind == "stopped":
        return False
    if any(is_at(where, state.level) and _is_by(where, rule, state) for where in rule.where if where.control == control.kind):
        return True
    stands = {"held": rule.action.kind == "stop" and rule.on_hold, "in review": rule.action.kind in ("hold", "stop")}
    return stands.get(control.kind, False) and on_treatment(rule, state.level)


def is_at(where: Where, level: Dose) -> bool:
    """Whether a place is one for this level, as far as it names levels."""
    return not where.levels or (level.kind == "level" and level.name in where.levels)


def is_in_place(where: Where, state: State) -> bool:
    """Whether a patient is at a place: in its control state, at its levels, held or in review by one of its rules."""
    by = state.reasons if where.control == "held" else {state.control.by}
    here = where.control == state.control.kind and is_at(where, state.level)
    return here and (not where.by or not by.isdisjoint(where.by))


def _is_by(where: Where, rule: Rule, state: State) -> bool:
    if not where.by:
        return True
    if state.control.kind == "in review":
        return state.control.by in where.by
    unordered = rule.action.kind == "resume" and UNORDERED in state.reasons
    return unordered or not state.reasons.isdisjoint(where.by)


def on_treatment(rule: Rule, level: Dose) -> bool:
    """Whether the rule is one of those that apply on treatment at this level."""
    return any(where.control == "on treatment" and is_at(where, level) for where in rule.where)


def acts(world: World, rule: Rule) -> bool:
    """Whether the rule's guard is true and, where that counts once, not on evidence that has been acted on already."""
    known = world.acting(rule)
    return world.holds(rule.when) and not is_used(world, rule) if known is None else known


def is_used(world: World, rule: Rule) -> bool:
    """Whether all that makes the guard of a step, or of a hold by one reading, true was acted on before."""
    since = _acted_on(world.scene.state, rule)
    return since is not None and not is_fresh(world, rule.when, since)


def _acted_on(state: State, rule: Rule) -> int | None:
    """Until when evidence for the rule has been used; None where it can be used again, or there was nothing yet."""
    match rule.action.kind:
        case "escalate" | "reduce":
            return None if rule.again else state.stepped
        case "hold":
            # A hold that was broken off, by drug that was given during it, has not been acted on.
            broken_off = state.control.kind != "held" and state.reasons
            return state.hold_began if rule.once and not broken_off else None
        case _:
            return None


def stands(world: World, rule: Rule) -> bool:
    """Whether the rule would order something if its evidence had not been used: then what it ordered stands."""
    known = world.standing(rule)
    return rule.mode == "must" and world.holds(rule.when) and is_used(world, rule) if known is None else known


def covered(rule: Rule, state: State) -> Iterator[str]:
    """The hold reasons that a true resume rule answers; ``unordered`` is answered by any."""
    for reason in state.reasons:
        named = (where for where in rule.where if where.control == "held" and is_at(where, state.level))
        if reason == UNORDERED or any(not where.by or reason in where.by for where in named):
            yield reason


@lru_cache(maxsize=4_096)
def ends_again(prepared: Prepared, level: Dose) -> tuple[Rule, ...]:
    """The rules that must hold or stop on treatment at this level: while one acts, resuming there would not last."""
    found = rules_of_treatment(prepared, level)
    return tuple(rule for rule, control in found if rule.mode == "must" and control in ("held", "stopped"))


def hold_rules(scene: Scene) -> tuple[Rule, ...]:
    """The rules that can be a reason of a hold of this patient: must and may holds on treatment at the level kept."""
    return tuple(rule for rule, control in rules_of_treatment(scene.prepared, scene.state.level) if control == "held")


@lru_cache(maxsize=4_096)
def rules_of_treatment(prepared: Prepared, level: Dose) -> tuple[tuple[Rule, ControlKind], ...]:
    """The rules that apply on treatment at this level, each with the control state to which it leads from there."""
    rules = (rule for rule in prepared.rules if on_treatment(rule, level))
    return tuple((rule, leads_to(prepared.protocol, rule, level)) for rule in rules)
