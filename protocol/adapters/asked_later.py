"""Which inputs does a rule ask, and which do the rules ask once treatment has begun?

What is asked at entry only need not be measured again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from protocol.model.formula import parts
from protocol.model.guard import Compare, Guard, Is, Known, Named, Tracked, nodes
from protocol.model.protocol import Protocol


@lru_cache(maxsize=16)
def asked_later(protocol: Protocol) -> frozenset[str]:
    """The inputs behind the rules in force that apply in some state other than before treatment."""
    rules = (rule for rule in protocol.in_force() if any(where.control != "before treatment" for where in rule.where))
    return inputs_behind(protocol, (rule.when for rule in rules))


def inputs_behind(protocol: Protocol, guards: Iterable[Guard]) -> frozenset[str]:
    """The inputs that guards ask, also through what is defined, computed or remembered."""
    found: set[str] = set()
    waiting = list(_named(guards))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _behind(protocol, name)
    return frozenset(item.name for item in protocol.inputs if item.name in found)


def _named(guards: Iterable[Guard]) -> Iterator[str]:
    """The names of inputs, trackers and definitions in guards."""
    for guard in guards:
        for node in nodes(guard):
            match node:
                case Compare(Tracked(name)) | Is(name) | Known(name) | Named(name):
                    yield name
                case Compare(term):
                    yield getattr(term, "input", "")


def _behind(protocol: Protocol, name: str) -> Iterator[str]:
    """What a name that is computed or remembered stands for, one step down."""
    yield from _named(one.when for one in protocol.derived if one.name == name)
    readings = (one.reading().guard for one in protocol.interpretations if one.name == name)
    yield from _named(guard for guard in readings if guard is not None)
    yield from (part.input for one in protocol.numbers if one.name == name for part in parts(one.value))
    yield from _named(guard for one in protocol.scores if one.name == name for guard in one.guards())
    for tracker in protocol.trackers:
        if tracker.name == name:
            yield tracker.input
            yield from _named((tracker.when, *((tracker.until,) if tracker.until else ())))
