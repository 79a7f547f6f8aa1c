"""Which two neighbouring rules can change places so that it could matter?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.model.protocol import Protocol
from protocol.model.rule import ControlKind, Rule, Where
from protocol.model.table import entries
from protocol.verification.mutation.mutant import Mutant, mutant
from protocol.verification.mutation.written import sentence_of


def changed_order(protocol: Protocol) -> Iterator[Mutant]:
    """Each rule or table in force, put behind the next one that can be asked of the same patient."""
    chosen = protocol.in_force()
    groups = [tuple(rule for rule in chosen if (rule.table or rule.name) == one.name) for one in entries(chosen)]
    for place, group in enumerate(groups):
        later = next((other for other in groups[place + 1 :] if _meet(group, other)), None)
        if later is not None and not _only_permit(group + later):
            first, second = _entry(group), _entry(later)
            says = f"stands behind {second} instead of before it"
            yield mutant("order", first, says, sentence_of(protocol, group[0]), _behind(protocol, first, second))


def _entry(group: tuple[Rule, ...]) -> str:
    return group[0].table or group[0].name


def _only_permit(rules: tuple[Rule, ...]) -> bool:
    return all(rule.mode == "may" and not rule.recommended for rule in rules)


def _behind(protocol: Protocol, first: str, second: str) -> Protocol:
    """The protocol with one entry moved to just behind another; those between them never meet the first."""
    moved = [rule for rule in protocol.rules if (rule.table or rule.name) == first]
    rest = [rule for rule in protocol.rules if (rule.table or rule.name) != first]
    end = max(place for place, rule in enumerate(rest) if (rule.table or rule.name) == second) + 1
    order = {table.name: table for table in protocol.tables}
    rules = (*rest[:end], *moved, *rest[end:])
    names = dict.fromkeys(rule.table for rule in rules if rule.table)
    return evolve(protocol, rules=rules, tables=tuple(order[name] for name in names))


def _meet(one: tuple[Rule, ...], other: tuple[Rule, ...]) -> bool:
    return any(_share(here, there) for first in one for second in other for here in _asked(first) for there in _asked(second))


def _asked(rule: Rule) -> Iterator[Where]:
    """Where the rule is asked: holds and stops on treatment also in review, stops on hold too unless they say otherwise."""
    yield from rule.where
    also: list[ControlKind] = []
    if rule.action.kind in ("hold", "stop"):
        also.append("in review")
    if rule.action.kind == "stop" and rule.on_hold:
        also.append("held")
    for where in rule.where:
        if where.control == "on treatment":
            yield from (Where(control, where.levels) for control in also)


def _share(one: Where, other: Where) -> bool:
    levels = not one.levels or not other.levels or set(one.levels) & set(other.levels)
    by = not one.by or not other.by or set(one.by) & set(other.by)
    return one.control == other.control and bool(levels) and bool(by)
