"""The rules of a protocol as canonical YAML: those that stand alone, and the tables with their cells."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.to_text import say_guard, say_where
from protocol.language.yaml_text import Pair, braces, citation, flags, in_quotes, quoted, texts
from protocol.model.guard import Always, Guard
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.model.said import say_action
from protocol.model.table import Table, by_table, cell_name, cells

Durations = frozenset[str]
_LONGEST_KEY = 1000


def said_rules(protocol: Protocol, durations: Durations) -> Iterator[tuple[str, Iterator[Pair]]]:
    """The rules that stand alone and the tables, in order."""
    for name in by_table(rule.name for rule in protocol.rules):
        rules = cells(name, protocol.rules)
        yield name, _table(protocol.table(name), rules, durations) if rules else _rule(protocol.rule(name), durations)


def _rule(rule: Rule, durations: Durations) -> Iterator[Pair]:
    yield "in", said_places(rule.where)
    yield "when", _guard(rule.when, durations)
    yield rule.mode, say_action(rule.action)
    yield from _terms((rule,))


def _table(table: Table, rules: tuple[Rule, ...], durations: Durations) -> Iterator[Pair]:
    if table.where:
        yield "in", said_places(table.where)
    if table.when != Always():
        yield "when", _guard(table.when, durations)
    yield "columns", f"[{', '.join(in_quotes(text) for text in table.columns)}]"
    said = {rule.name: say_action(rule.action) if rule.mode == "must" else f"may {say_action(rule.action)}" for rule in rules}
    yield "rows", "".join(f"\n      {_row(table, row, said)}" for row in range(len(table.rows)))
    yield from _terms(rules)


def _row(table: Table, row: int, said: dict[str, str]) -> str:
    """A row; YAML takes a long key only after a question mark."""
    names = (cell_name(table.name, row + 1, column + 1) for column in range(len(table.columns)))
    texts = f"[{', '.join(quoted(said.get(name, '-')) for name in names)}]"
    key = in_quotes(table.rows[row])
    return f"{key}: {texts}" if len(key) < _LONGEST_KEY else f"? {key}\n      : {texts}"


def _terms(rules: tuple[Rule, ...]) -> Iterator[Pair]:
    """What a rule says beside its action, or all cells of a table together; each has what fits it."""
    yield from flags(recommended=any(rule.recommended for rule in rules), again=any(rule.again for rule in rules))
    if any(rule.once for rule in rules):
        yield "again", "no"
    if not all(rule.on_hold for rule in rules):
        yield "on hold", "no"
    rule, supplement = rules[0], next((rule.supplement for rule in rules if rule.supplement), None)
    if rule.under:
        yield "under", braces(rule.under)
    if supplement:
        yield "supplement", quoted(str(supplement))
    if rule.source:
        yield "source", quoted(citation(rule.source))
    yield from texts(says=rule.says, note=rule.note, unverified=rule.unverified, waiver=rule.waiver)


def said_places(places: tuple[Where, ...]) -> str:
    """The places under ``in``, one or several."""
    said = [say_where(where) for where in places]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def _guard(guard: Guard, durations: Durations) -> str:
    return in_quotes(say_guard(guard, durations))
