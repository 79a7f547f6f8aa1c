"""What can be changed in a table: the guard or place at a head, for the whole row or column; what one cell does; its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from attrs import evolve

from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.said import say_action, say_where
from protocol.model.table import Table, cells, place_of
from protocol.verification.mutation.changed_guards import Kind
from protocol.verification.mutation.changed_rules import actions, moved, narrowed_places, never, said_places
from protocol.verification.mutation.mutant import Mutant, mutant
from protocol.verification.mutation.references import is_followed_by_name, without_cell
from protocol.verification.mutation.written import sentence_of, with_item


def tables_in_force(protocol: Protocol) -> Iterator[tuple[Table, tuple[Rule, ...]]]:
    """The tables whose cells are in force, with their cells."""
    chosen = protocol.in_force()
    for table in protocol.tables:
        found = cells(table.name, chosen)
        if found:
            yield table, found


def changed_tables(protocol: Protocol) -> Iterator[Mutant]:
    """Each table in force, with one thing changed that is not a guard."""
    for table, rules in tables_in_force(protocol):
        for rule in rules:
            yield from _cell(protocol, table, rule, rules)
        yield from _columns(protocol, table, rules)
        for kind, says, change in _keys(rules):
            changed = {rule.name: change(rule) for rule in rules}
            whole = evolve(protocol, rules=tuple(changed.get(rule.name, rule) for rule in protocol.rules))
            yield mutant(kind, table.name, says, sentence_of(protocol, rules[0]), whole)


def _cell(protocol: Protocol, table: Table, rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Mutant]:
    row, column = table.heads(rule.name)
    place, sentence = f"{column}, {row}", sentence_of(protocol, rule)
    for kind, action in actions(protocol, rule):
        says = f"{say_action(action)} instead of {say_action(rule.action)} in the cell {place}"
        changed = evolve(rule, action=action)
        yield mutant(kind, table.name, says, sentence, with_item(protocol, "rules", protocol.rules, rule.name, changed))
    other: Literal["must", "may"] = "may" if rule.mode == "must" else "must"
    recommended = other == "may" and any(one.recommended for one in rules)
    changed = evolve(rule, mode=other, recommended=recommended)
    says = f"{other} {say_action(rule.action)} instead of {rule.mode} {say_action(rule.action)} in the cell {place}"
    yield mutant("mode", table.name, says, sentence, with_item(protocol, "rules", protocol.rules, rule.name, changed))
    whole = without_cell(protocol, rule)
    if whole is not None and not is_followed_by_name(protocol, rule):
        yield mutant("left out", table.name, f"never {never(rule)} in the cell {place}; it is empty", sentence, whole)


def _columns(protocol: Protocol, table: Table, rules: tuple[Rule, ...]) -> Iterator[Mutant]:
    """The places of the table, or those at the heads of its columns, changed for all cells that they are of."""
    if table.where:
        for places in narrowed_places(protocol, table.where):
            says = f"is asked of patients {said_places(places)} instead of patients {said_places(table.where)}"
            changed = {rule.name: moved(rule, places) for rule in rules}
            whole = _with_places(protocol, evolve(table, where=places), changed)
            yield mutant("place", table.name, says, sentence_of(protocol, rules[0]), whole)
        return
    for number, head in enumerate(table.columns, 1):
        in_column = [rule for rule in rules if place_of(rule.name)[1] == number]
        for places in narrowed_places(protocol, in_column[0].where) if in_column else ():
            said = say_where(places[0])
            if said in table.columns:
                continue
            columns = (*table.columns[: number - 1], said, *table.columns[number:])
            changed = {rule.name: moved(rule, places) for rule in in_column}
            whole = _with_places(protocol, evolve(table, columns=columns), changed)
            says = f"a column is of patients {said} instead of patients {head}"
            yield mutant("place", table.name, says, sentence_of(protocol, in_column[0]), whole)


def _with_places(protocol: Protocol, table: Table, changed: dict[str, Rule]) -> Protocol:
    rules = tuple(changed.get(rule.name, rule) for rule in protocol.rules)
    return evolve(with_item(protocol, "tables", protocol.tables, table.name, table), rules=rules)


_Keys = tuple[Kind, str, Callable[[Rule], Rule]]


def _keys(rules: tuple[Rule, ...]) -> Iterator[_Keys]:
    """The keys that all cells of a table have together."""
    if any(rule.mode == "may" for rule in rules):
        now = any(rule.recommended for rule in rules)
        says = "what it permits is recommended too", "what it permits is not recommended"
        yield "recommended", says[now], lambda rule: evolve(rule, recommended=not now and rule.mode == "may")
    if any(rule.action.kind in ("escalate", "reduce") for rule in rules) and not any(one.supplement or one.once for one in rules):
        now = any(rule.again for rule in rules)
        says = "steps again on a reading that it has stepped on", "steps once on each reading"
        yield "again", says[now], lambda rule: evolve(rule, again=not now and rule.action.kind in ("escalate", "reduce"))
    if any(rule.action.kind == "hold" for rule in rules) and not any(rule.again for rule in rules):
        now = any(rule.once for rule in rules)
        says = "holds once on each reading", "holds again on the same reading"
        yield "once", says[now], lambda rule: evolve(rule, once=not now and rule.action.kind == "hold")
    if any(_stops(rule) for rule in rules):
        now = all(rule.on_hold for rule in rules)
        says = "stops on hold too", "stops nobody on hold"
        yield "on hold", says[now], lambda rule: evolve(rule, on_hold=not (now and _stops(rule)))


def _stops(rule: Rule) -> bool:
    return rule.action.kind == "stop" and any(where.control == "on treatment" for where in rule.where)
