"""Which names do the guards of a protocol ask, under any reading?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.formula import parts as parts_of
from protocol.model.guard import Clock, Compare, Guard, Is, Known, Named, Value, nodes
from protocol.model.protocol import Protocol


def asked(protocol: Protocol) -> frozenset[str]:
    """The names of all inputs, derived inputs, trackers and interpretations that some guard or tracker asks."""
    names = {name for guard in guards(protocol) for name in names_in(guard)}
    parts = {part.input for number in protocol.numbers for part in parts_of(number.value)}
    return frozenset(names | parts | {tracker.input for tracker in protocol.trackers})


def guards(protocol: Protocol) -> Iterator[Guard]:
    """The guards of rules, monitoring, derived inputs, trackers and readings, those not chosen too, and of properties."""
    yield from (rule.when for rule in protocol.rules)
    yield from (derived.when for derived in protocol.derived)
    for score in protocol.scores:
        yield from score.guards()
    yield from (entry.when for entry in protocol.monitoring)
    for tracker in protocol.trackers:
        yield from (guard for guard in (tracker.when, tracker.until) if guard is not None)
    for interpretation in protocol.interpretations:
        yield from (reading.guard for reading in interpretation.readings if reading.guard is not None)
    for item in protocol.claimed():
        yield from item.guards()


def names_in(guard: Guard) -> Iterator[str]:
    """The names that stand in a guard; what a name is defined by is not opened."""
    for node in nodes(guard):
        match node:
            case Compare(term):
                yield getattr(term, "input", "") or getattr(term, "tracker", "")
            case Is(name) | Known(name) | Named(name):
                yield name
            case _:
                pass


def inputs_in(protocol: Protocol, guard: Guard) -> frozenset[str]:
    """The inputs that a guard asks, by way of derived inputs and chosen readings too; trackers are not opened."""
    found: set[str] = set()
    inputs = {item.name for item in protocol.inputs}
    numbers = {item.name: [part.input for part in parts_of(item.value)] for item in protocol.numbers}
    scores = {item.name: item for item in protocol.scores}
    for node in nodes(guard):
        if isinstance(node, Named):
            found |= inputs_in(protocol, protocol.definition(node.name))
        elif isinstance(node, Compare) and isinstance(node.term, Value) and node.term.input in scores:
            found |= {name for one in scores[node.term.input].guards() for name in inputs_in(protocol, one)}
        else:
            found |= inputs.intersection(part for name in names_in(node) for part in numbers.get(name, [name]))
    return frozenset(found)


def clocks_in(protocol: Protocol, guard: Guard) -> Iterator[str]:
    """The clocks that come due in a guard as time passes, by way of derived inputs and chosen readings too."""
    for node in nodes(guard):
        match node:
            case Compare(Clock(name), ">" | ">="):
                yield name
            case Named(name):
                yield from clocks_in(protocol, protocol.definition(name))
            case _:
                pass
