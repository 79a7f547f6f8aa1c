"""How a dose, a state, a decision and a verdict are said in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.rule import ActionKind, Citation
from protocol.model.said import say_action as say_written
from protocol.model.table import by_table, table_of
from protocol.model.time import say_time

if TYPE_CHECKING:  # `protocol check` says no decision, and starts faster without them
    from protocol.model.course import Visit
    from protocol.model.decision import Decision, Effect, Fact, Outcome, Permission, Step, Verdict

ALL = 1000
"""More names than any list has."""


def say_date(visit: Visit) -> str:
    """The time of a visit, or the range of it."""
    return say_time(visit.time) if visit.latest is None else f"{say_time(visit.time)} to {say_time(visit.latest)}"


def say_dose(dose: Dose, protocol: Protocol) -> str:
    """A dose with its regimen: ``starting (100 mg every day)``, ``no drug``."""
    match dose.kind:
        case "level":
            return f"{dose.name} ({protocol.level(dose.name).regimen})"
        case "off ladder":
            return f"{dose.name}, off the ladder" if dose.name else "a dose off the ladder"
        case "none":
            return "no drug"


def say_where(effect: Effect, protocol: Protocol) -> str:
    """The control state and the dose: ``on treatment at starting (100 mg every day)``, ``held, last at starting``."""
    kind, control = effect.control.kind, str(effect.control)
    if kind == "on treatment":
        return (
            f"{control} at {say_dose(effect.dose, protocol)}"
            if effect.dose.is_drug
            else f"{control}, {_withheld(effect, protocol)}"
        )
    if kind in ("held", "stopped"):
        last = "" if effect.level == NO_DRUG else f", last at {say_dose(effect.level, protocol)}"
        drug = f", given {say_dose(effect.dose, protocol)} all the same" if effect.dose.is_drug else ""
        return f"{control}{last}{drug}"
    if kind == "in review":
        return f"{control}, {say_dose(effect.dose, protocol)} meanwhile"
    return control


def _withheld(effect: Effect, protocol: Protocol) -> str:
    return f"the drug withheld, last at {say_dose(effect.level, protocol)}"


def say_decision(decision: Decision, protocol: Protocol) -> str:
    """What was decided and how surely: ``undecided, the dose stands``; while there is none, ``undecided, still no drug``."""
    stands = "the dose stands" if decision.before.dose.is_drug else "still no drug"
    if is_no_order(decision):
        beyond = "beyond what is permitted " if any(one.certainty == "permitted" for one in decision.permitted) else ""
        there = "the dose stands" if decision.before.dose.is_drug else "there is still no drug"
        return f"no order: {beyond}the protocol is silent here, and {there}"
    if decision.blocked:
        return f"undecided, {stands}, because the step cannot be taken: {decision.blocked}"
    if decision.status == "undecided":
        return "undecided, the drug stays withheld" if decision.withheld else f"undecided, {stands}"
    if decision.withheld:
        return f"{decision.status}, the drug is withheld until the missing values are there"
    done = say_action(decision.action, decision.after, protocol)
    done += f", lowered by {decision.lowered_by}" if decision.lowered_by else ""
    done += f", because nothing is newer than what was acted on ({listed(decision.acted_on)})" if decision.acted_on else ""
    return done if decision.status == "decided" else f"{decision.status}, {done}"


def say_order(decision: Decision, protocol: Protocol) -> str:
    """What was decided, and then where the patient is: ``hold; so far on treatment at starting (100 mg every day)``."""
    said, where, kind = say_decision(decision, protocol), say_where(decision.before, protocol), decision.before.control.kind
    if said == "continue":
        return f"continue, still {where}" if kind == "before treatment" else f"continue {where}"
    if kind == "before treatment" and decision.action == "start":
        return said
    return f"{said}; {where}" if decision.after == decision.before else f"{said}; so far {where}"


def is_no_order(decision: Decision) -> bool:
    """Whether nothing is ordered, because no rule covers the visit, whatever is missing, and nothing says that this means
    continue."""
    return decision.silent and decision.status == "decided" and not decision.rule and not decision.acted_on


def say_silence(decision: Decision, protocol: Protocol) -> str:
    """Where the source is silent beside what was decided; empty where it is not, or where that is the whole decision."""
    if not decision.silent or is_no_order(decision):
        return ""
    if decision.blocked:
        return "the source is silent here"
    if decision.rule and not decision.missing and protocol.rule(decision.rule).mode == "may":
        return "beyond what is permitted the protocol is silent here"
    told = [one.name for one in decision.missing if any("silent" in outcome.then for outcome in one.outcomes)]
    return f"for some values of {listed(told) or 'what is missing'} the protocol is silent"


def say_action(action: ActionKind, effect: Effect, protocol: Protocol) -> str:
    """An action and the dose that it leads to."""
    if effect.undefined:
        return f"{action} (not possible: {effect.undefined})"
    if action in ("escalate", "reduce"):
        return f"{action} to {say_dose(effect.dose, protocol)}{_supplement(effect)}"
    if action in ("start", "resume"):
        if not effect.dose.is_drug:
            return "go on without drug"
        anew = " as a new patient" if effect.anew else ""
        return f"{action} at {say_dose(effect.dose, protocol)}{anew}{_supplement(effect)}"
    return f"review, {say_dose(effect.dose, protocol)} meanwhile" if action == "review" else action


def _supplement(effect: Effect) -> str:
    return f" and {effect.supplement} at once" if effect.supplement else ""


def say_rule(name: str, protocol: Protocol) -> str:
    """The name of a rule; of a cell of a table with what stands at the head of its row and its column."""
    table = next((table for table in protocol.tables if table.name == table_of(name)), None)
    if table is None:
        return name
    row, column = table.heads(name)
    return f"{name} (row '{row}', column '{column}')"


def cited(source: Citation | None, says: str, protocol: Protocol) -> list[str]:
    """Where a rule stands and what it says there, in lines."""
    if source is None:
        return ["Source: none given", *([f"Says: {says}"] if says else [])]
    cites = {one.name: one.cite for one in protocol.sources}
    place = f", {source.place}" if source.place else ""
    return [f"Source: {source.source}{place} ({cites.get(source.source, 'not listed')})", *([f"Says: {says}"] if says else [])]


def say_conflict(decision: Decision, protocol: Protocol) -> str:
    """What the cells of a table order that contradict each other, in few words."""
    said = (f"{say_ordered(name, protocol)} ({name})" for name in decision.conflict)
    tables = listed(by_table(decision.conflict))
    return f"{tables} {'contradict themselves' if ' and ' in tables else 'contradicts itself'}: {' or '.join(said)}"


def say_ordered(name: str, protocol: Protocol) -> str:
    """What a rule does, in the words of the protocol."""
    return say_written(protocol.rule(name).action)


def say_permission(permission: Permission, protocol: Protocol, most: int = ALL, *, heads: bool = True) -> str:
    """What rules permit, or may permit; ``most`` cuts a long list of names short, ``heads`` says row and column of a cell."""
    done = say_action(permission.action, permission.effect, protocol)
    rules = [say_rule(rule, protocol) if heads else rule for rule in permission.rules]
    if permission.certainty == "unknown":
        return f"{' or '.join(rules)} may permit: {done}, depending on {listed(permission.needs, most) or 'what is missing'}"
    if permission.needs:
        return f"{' or '.join(rules)} permits: {done}, whatever {listed(permission.needs, most)} may be"
    if {one.name for one in protocol.rules if one.mode == "must"}.issuperset(permission.rules):
        return f"{listed(rules)} {'order' if permission.also else 'orders'}, if that is not done: {done}"
    return f"{listed(rules)} {'permit' if permission.also else 'permits'}: {done}"


def say_verdict(step: Step, most: int = ALL) -> str:
    """What was given and whether that was permitted; empty if the data say nothing of it."""
    verdict = step.verdict
    if verdict is None:
        return "not known, the recommendation is assumed" if step.visit.given else ""
    if certain := [item.kind for item in step.deviations if item.is_certain]:
        return f"{verdict.given}: DEVIATION, {'; '.join(certain)}"
    return f"{verdict.given}: {_judgement(verdict, step.decision, most)}"


def _judgement(verdict: Verdict, decision: Decision, most: int) -> str:
    if verdict.met_at is not None:
        return f"the recommendation was met in time, on {say_time(verdict.met_at)}"
    if verdict.on_time_until is not None:
        return f"what is recommended is on time until {say_time(verdict.on_time_until)}"
    if verdict.recommended and not verdict.depends_on_date:
        return _as_recommended(decision)
    if verdict.permitted == "some":
        depends = [*(["the date"] if verdict.depends_on_date else []), *(item.name for item in verdict.needs)]
        return f"permitted or not, depending on {listed(depends, most) or 'what is missing'}"
    if verdict.recommended:
        return _as_recommended(decision)
    return "permitted" if verdict.permitted == "every" else "not permitted, and reported where it began"


def _as_recommended(decision: Decision) -> str:
    """That a recommendation was followed; while there is none, that what stands was given."""
    if is_no_order(decision):
        return "as it stands (no order)"
    return {
        "decided": "as recommended",
        "provisional": "as recommended (provisional)",
        "undecided": "as it stands (undecided)",
    }[decision.status]


def say_fact(fact: Fact, protocol: Protocol) -> str:
    """The value of a fact with its unit, how well it is known and since when."""
    at = "" if fact.observed is None else f" {say_time(fact.observed)}"
    value = say_value(fact, protocol)
    match fact.status:
        case "measured":
            return f"{value}, measured on{at}"
        case "carried":
            return f"{value}, carried from{at}"
        case "computed":
            return value
        case "unknown" if value and fact.observed is None:
            return f"not known: {value}"
        case "unknown":
            return f"not known; last {value} on{at}, no longer valid" if value else "not known"


def say_value(fact: Fact, protocol: Protocol) -> str:
    """The value as reported; one that was reported without a unit is in the declared one."""
    declared = {item.name: item.kind.unit for item in protocol.inputs if isinstance(item.kind, Number)}
    derived = {item.name: item.kind.unit for item in protocol.numbers}
    number, limits, rest = fact.value.partition(" (")
    if fact.name in derived and fact.status != "unknown":
        return f"{number} {derived[fact.name]}{limits}{rest}"
    bare = number and " " not in number and fact.status != "computed"
    return f"{number} {declared[fact.name]}{limits}{rest}" if bare and fact.name in declared else fact.value


def say_outcome(outcome: Outcome) -> str:
    """What a missing value would lead to."""
    return f"{outcome.when}: {' or '.join(outcome.then)}"


def listed(names: Iterable[str], most: int = ALL) -> str:
    """``a, b and c``, or ``a, b and 5 more``."""
    items = list(names)
    if len(items) > most + 1:
        items = [*items[:most], f"{len(items) - most} more"]
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def counted(count: int, noun: str) -> str:
    """``1 visit``, ``2 visits``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
