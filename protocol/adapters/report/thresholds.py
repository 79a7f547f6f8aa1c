"""With which constants do the rules in force compare an input? They are drawn where its values are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from protocol.model.formula import parts as formula_parts
from protocol.model.guard import Clock, Compare, Guard, Limit, Named, Operator, Ratio, Tracked, Value, nodes
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number


@frozen
class Threshold:
    """A comparison of an input, or of its ratio to a limit of its record, and the rules that ask it, first the first."""

    operator: Operator
    constant: Fraction
    limit: Limit | None
    rules: tuple[str, ...]

    def __str__(self) -> str:
        times = "" if self.limit is None else self.limit if self.constant == 1 else f"{say_number(self.constant)} × {self.limit}"
        return f"{_SIGNS.get(self.operator, self.operator)} {times or say_number(self.constant)}"


_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}


def thresholds(protocol: Protocol) -> dict[str, tuple[Threshold, ...]]:
    """Of each input its thresholds."""
    found: dict[str, dict[tuple[Operator, Fraction, Limit | None], dict[str, None]]] = {}
    for rule in protocol.in_force():
        for one in _compares(rule.when, protocol):
            if isinstance(one.term, Value | Ratio):
                limit = one.term.limit if isinstance(one.term, Ratio) else None
                asking = found.setdefault(one.term.input, {}).setdefault((one.operator, one.constant, limit), {})
                asking[rule.name] = None
    return {name: tuple(Threshold(*what, tuple(rules)) for what, rules in asked.items()) for name, asked in found.items()}


def clock_thresholds(protocol: Protocol) -> tuple[int, ...]:
    """The times since the start, in minutes, with which the rules in force compare it."""
    compared = (one for rule in protocol.in_force() for one in _compares(rule.when, protocol))
    return tuple(sorted({int(one.constant) for one in compared if one.term == Clock("start")}))


def asked(protocol: Protocol) -> frozenset[str]:
    """The names of everything that the rules in force ask, what they ask through a name or a tracker too."""
    names: set[str] = set()
    for rule in protocol.in_force():
        for node in _opened(rule.when, protocol):
            term = node.term if isinstance(node, Compare) else node
            names.add(getattr(term, "input", "") or getattr(term, "tracker", "") or getattr(term, "name", ""))
    parts = {number.name: {part.input for part in formula_parts(number.value)} for number in protocol.numbers}
    return frozenset(names.union(*(parts.get(name, ()) for name in names)))


def _compares(guard: Guard, protocol: Protocol) -> Iterator[Compare]:
    return (node for node in _opened(guard, protocol) if isinstance(node, Compare))


def _opened(guard: Guard, protocol: Protocol) -> Iterator[Guard]:
    """The parts of a guard, those of what it names and of what its trackers watch with them."""
    for node in nodes(guard):
        yield node
        for inner in _behind(node, protocol):
            yield from _opened(inner, protocol)


def _behind(node: Guard, protocol: Protocol) -> Iterator[Guard]:
    match node:
        case Named(name):
            yield protocol.definition(name)
        case Compare(Tracked(name)):
            tracker = protocol.tracker(name)
            yield tracker.when
            if tracker.until is not None:
                yield tracker.until
        case _:
            return
