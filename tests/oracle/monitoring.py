"""How often inputs are measured, by brute force: in every completion the first entry that holds, then the most frequent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.model.state import State
from tests.oracle.decide import Case
from tests.oracle.known import Bounds

Chosen = dict[str, tuple[str, int | None, int | None, tuple[str, ...]]]
"""By input: the entry that counts, when the next one is due and overdue, and the entries that could hold if there are several."""


def often(protocol: Protocol, state: State, time: int, bounds: Bounds, counts: Mapping[str, Sequence[int]]) -> Chosen:
    """What counts in a state, for each input that has entries of which one could hold."""
    found: Chosen = {}
    for name in dict.fromkeys(entry.input for entry in protocol.monitoring):
        here = [entry for entry in protocol.monitoring if entry.input == name and stands(entry, state)]
        asked = tuple(Rule(entry.name, (), entry.when, "must", protocol.rules[0].action) for entry in here)
        case = Case(evolve(protocol, rules=asked), state, time, bounds, counts)
        first = {next((n for n, one in enumerate(here) if case.true(one.when, world)), -1) for world in case.completions()}
        could = [here[n] for n in sorted(first - {-1})]
        if could:
            names = tuple(one.name for one in could) + (("",) if -1 in first else ())
            entry = sorted(could, key=lambda one: (one.schedule.latest, one.schedule.earliest, one.origin != "reading"))[0]
            found[name] = (entry.name, *span(state, entry), names if len(names) > 1 else ())
    return found


def stands(entry: Monitoring, state: State) -> bool:
    if not entry.where:
        return state.control.kind != "stopped"
    return any(there(where, state) for where in entry.where)


def there(where: Where, state: State) -> bool:
    if where.control != state.control.kind or (where.levels and state.level.name not in where.levels):
        return False
    if where.levels and state.level.kind != "level":
        return False
    return not where.by or bool(set(where.by) & ({state.control.by} if state.control.kind == "in review" else state.reasons))


def span(state: State, entry: Monitoring) -> tuple[int | None, int | None]:
    held = state.reading(entry.input)
    begins = [state.started if held is None else held.observed]
    if entry.origin == "dose change":
        begins.append(state.changed)
    if begins[0] is None:
        return None, None
    begun = max(begin for begin in begins if begin is not None)
    return begun + entry.schedule.earliest, begun + entry.schedule.latest
