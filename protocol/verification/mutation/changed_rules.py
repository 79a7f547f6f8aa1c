"""What can be changed in a rule beside its guard: what it does, where, how firmly, before which other rule, or all of it.

Left alone is what no patient can tell: a step that leads where it led from each of the rule's levels, as it does with another
``else`` where it never leaves the ladder; and by which rule a patient is in review where only one rule reviews.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import evolve

from protocol.model.guard import Always, Not
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose, at_level
from protocol.model.rule import Action, AtMost, By, Rule, Same, Target, To, Where
from protocol.model.said import say_action, say_where
from protocol.model.state import Control, State
from protocol.model.table import table_of
from protocol.semantics.effects import uncapped
from protocol.verification.mutation.changed_guards import Kind
from protocol.verification.mutation.mutant import Mutant, mutant
from protocol.verification.mutation.references import named_as_holds
from protocol.verification.mutation.written import sentence_of, verb, with_item

NEVER = Not(Always())
OffLadder = Literal["continue", "hold", "stop"]
_OFF: tuple[OffLadder | None, ...] = (None, "continue", "hold", "stop")


def changed_rules(protocol: Protocol) -> Iterator[Mutant]:
    """Each rule in force that stands alone, with one thing changed that is not its guard."""
    for rule in protocol.in_force():
        if rule.table:
            continue
        for kind, says, changed in (*_action(protocol, rule), *_mode(rule), *_flags(rule), *_places(protocol, rule)):
            with_rule = with_item(protocol, "rules", protocol.rules, rule.name, changed)
            yield mutant(kind, rule.name, says, sentence_of(protocol, rule), with_rule)
        gone = with_item(protocol, "rules", protocol.rules, rule.name, evolve(rule, when=NEVER))
        yield mutant("left out", rule.name, f"never {never(rule)}; the rule is left out", sentence_of(protocol, rule), gone)


def never(rule: Rule) -> str:
    """``holds``, ``permits to hold``, behind the word never."""
    return verb(rule) if rule.mode == "must" else f"permits to {rule.action.kind}"


def _action(protocol: Protocol, rule: Rule) -> Iterator[tuple[Kind, str, Rule]]:
    for kind, action in actions(protocol, rule):
        yield kind, f"{say_action(action)} instead of {say_action(rule.action)}", evolve(rule, action=action)
    if rule.supplement:
        yield "supplement", f"gives no supplement instead of {rule.supplement}", evolve(rule, supplement=None)


def actions(protocol: Protocol, rule: Rule) -> Iterator[tuple[Kind, Action]]:
    """The actions that differ in one thing from that of the rule."""
    action = rule.action
    kind: Kind = "cap" if isinstance(action.target, AtMost) and action.kind == "hold" else "level"
    steps = [(kind, evolve(action, target=target)) for target in _targets(protocol, action)]
    if action.kind in ("escalate", "reduce", "resume") and isinstance(action.target, By):
        steps += [("off ladder", evolve(action, off_ladder=one)) for one in _others_off(protocol, rule)]
    yield from ((kind, step) for kind, step in steps if kind == "cap" or not _leads_alike(protocol, rule, step))
    if action.meanwhile:
        other: Literal["continue", "withhold"] = "withhold" if action.meanwhile == "continue" else "continue"
        yield "meanwhile", evolve(action, meanwhile=other)
    if action.anew:
        yield "anew", evolve(action, anew=False)


def _leads_alike(protocol: Protocol, rule: Rule, action: Action) -> bool:
    """Whether the other action leads where that of the rule does, wherever the rule is asked."""
    other = evolve(rule, action=action)
    states = (state for where in rule.where for state in _states_at(protocol, where))
    return all(uncapped(protocol, state, rule) == uncapped(protocol, state, other) for state in states)


def _states_at(protocol: Protocol, where: Where) -> Iterator[State]:
    """The states at this place, as far as a step asks them: of a review it can ask which rule began it."""
    reviewing = where.by or tuple(rule.name for rule in protocol.rules if _reviews(rule))
    for by in reviewing if where.control == "in review" else ("",):
        yield from (State(control=Control(where.control, by), level=level) for level in _levels_at(protocol, where))


def _levels_at(protocol: Protocol, where: Where) -> tuple[Dose, ...]:
    """The doses that a patient at this place can have, or have had before a hold."""
    if where.levels:
        return tuple(map(at_level, where.levels))
    return (*(at_level(level.name) for level in protocol.levels), NO_DRUG, Dose("off ladder"))


def _others_off(protocol: Protocol, rule: Rule) -> tuple[OffLadder | None, ...]:
    """What else can follow ``else``; a rule that ``held by`` names, also by its table, stays one that holds or does not."""
    fixed = (rule.table or rule.name) in named_as_holds(protocol)
    return tuple(one for one in _OFF if one != rule.action.off_ladder and not (fixed and "hold" in (one, rule.action.off_ladder)))


def _targets(protocol: Protocol, action: Action) -> Iterator[Target | None]:
    match action.target:
        case To(level):
            yield from (To(name) for name in _rungs_beside(protocol, level))
        case AtMost(level):
            yield from (AtMost(name) for name in _rungs_beside(protocol, level))
            yield None if action.kind == "hold" else Same()
        case Same() if not action.anew:
            yield By(1)
        case By(steps):
            yield By(steps + 1)
            if steps > 1:
                yield By(steps - 1)
            elif action.kind == "resume":
                yield Same()
        case _:
            return


def _rungs_beside(protocol: Protocol, level: str) -> tuple[str, ...]:
    rung = protocol.rung(level)
    near = protocol.levels[max(rung - 1, 0) : rung] + protocol.levels[rung + 1 : rung + 2]
    return tuple(one.name for one in near)


def _mode(rule: Rule) -> Iterator[tuple[Kind, str, Rule]]:
    other: Literal["must", "may"] = "may" if rule.mode == "must" else "must"
    changed = evolve(rule, mode=other, recommended=False)
    yield "mode", f"{other} {rule.action.kind} instead of {rule.mode} {rule.action.kind}", changed
    if rule.mode == "may":
        says = ("is recommended too", "is only permitted")
        changed = evolve(rule, recommended=not rule.recommended)
        yield "recommended", f"{says[rule.recommended]} instead of {says[not rule.recommended]}", changed


def _flags(rule: Rule) -> Iterator[tuple[Kind, str, Rule]]:
    kind = rule.action.kind
    if kind in ("escalate", "reduce") and rule.supplement is None:
        says = "steps again on a reading that it has stepped on", "steps once on each reading"
        yield "again", f"{says[rule.again]} instead of {_other(rule.again)}", evolve(rule, again=not rule.again)
    if kind == "hold":
        says = "holds once on each reading", "holds again on the same reading"
        yield "once", says[rule.once], evolve(rule, once=not rule.once)
    if kind == "stop" and any(where.control == "on treatment" for where in rule.where):
        says = "is in force on hold too", "is not in force on hold"
        yield "on hold", says[rule.on_hold], evolve(rule, on_hold=not rule.on_hold)


def _other(again: bool) -> str:
    return "again and again" if again else "once"


def _places(protocol: Protocol, rule: Rule) -> Iterator[tuple[Kind, str, Rule]]:
    for changed in narrowed_places(protocol, rule.where):
        says = f"is asked of patients {said_places(changed)} instead of patients {said_places(rule.where)}"
        yield "place", says, moved(rule, changed)


def moved(rule: Rule, places: tuple[Where, ...]) -> Rule:
    """The rule at other places; only a stop on treatment says whether it is in force on hold."""
    treated = any(where.control == "on treatment" for where in places)
    return evolve(rule, where=places, on_hold=rule.on_hold or not treated)


def said_places(places: Iterable[Where]) -> str:
    """``on treatment at starting, and held``."""
    return ", and ".join(say_where(where) for where in places)


def narrowed_places(protocol: Protocol, places: tuple[Where, ...]) -> Iterator[tuple[Where, ...]]:
    """The places with one of them dropped, or with one of them narrowed or made wider."""
    for number, where in enumerate(places):
        before, after = places[:number], places[number + 1 :]
        if before or after:
            yield (*before, *after)
        for narrowed in _narrowed(protocol, where):
            yield (*before, narrowed, *after)


def _narrowed(protocol: Protocol, where: Where) -> Iterator[Where]:
    """The place with a level or a rule dropped, and with all of them dropped, which makes it wider."""
    if where.levels:
        if len(where.levels) > 1:
            yield from (evolve(where, levels=tuple(one for one in where.levels if one != level)) for level in where.levels)
        if len(where.levels) < len(protocol.levels):
            yield evolve(where, levels=())
    if where.by:
        entries = dict.fromkeys(table_of(rule) for rule in where.by)
        chosen = {table_of(rule.name) for rule in protocol.in_force()}
        if len(entries) > 1:
            entries = {entry: None for entry in entries if entry in chosen}
            yield from (evolve(where, by=tuple(one for one in where.by if table_of(one) != entry)) for entry in entries)
        if where.control != "in review" or not {rule.name for rule in protocol.in_force() if _reviews(rule)} <= set(where.by):
            yield evolve(where, by=())


def _reviews(rule: Rule) -> bool:
    return rule.action.kind == "review"
