"""Which single changes of a protocol are there? Each is a mutant: the changed protocol, with a sentence that says the change.

What is changed is what decides under the chosen readings: rules in force and what they ask. Left alone is what no decision
rests on: schedules and monitoring, plausible ranges, dispensing, labels. So are several values at one time (``repeats``), which
courses of verification do not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import evolve

from protocol.model.protocol import Protocol
from protocol.model.said import duration_trackers, say_guard
from protocol.verification.mutation.changed_definitions import changed_definitions
from protocol.verification.mutation.changed_guards import Change, changes
from protocol.verification.mutation.changed_order import changed_order
from protocol.verification.mutation.changed_rules import changed_rules
from protocol.verification.mutation.changed_tables import changed_tables
from protocol.verification.mutation.heads import heads
from protocol.verification.mutation.mutant import Mutant, mutant
from protocol.verification.mutation.nudges import Nudges, nudges
from protocol.verification.mutation.written import guards_in_force, written


def mutants(protocol: Protocol) -> Iterator[Mutant]:
    """Every mutant of a protocol, rule by rule, each changed protocol once."""
    near = nudges(protocol, guards_in_force(protocol))
    seen, names = {protocol}, Counter[str]()
    for found in _all(protocol, near):
        if found.protocol not in seen:
            seen.add(found.protocol)
            names[found.name] += 1
            yield found if names[found.name] == 1 else _asked_again(found, names[found.name])


def _asked_again(found: Mutant, time: int) -> Mutant:
    """The mutant under a name of its own: a guard asks the same more than once, and this is not the first time."""
    return evolve(found, name=f"{found.name}-{time}", says=f"{found.says}, the {time}. time that it is asked")


def _all(protocol: Protocol, near: Nudges) -> Iterator[Mutant]:
    durations = duration_trackers(protocol)
    for one in (*written(protocol), *heads(protocol)):
        for change in changes(one.guard, near):
            if (whole := one.put(change.whole)) is not None:
                yield mutant(change.kind, one.place, _says(change, one.does, durations), one.sentence, whole)
    yield from changed_rules(protocol)
    yield from changed_tables(protocol)
    yield from changed_order(protocol)
    yield from changed_definitions(protocol, near)


def _says(change: Change, does: str, durations: frozenset[str]) -> str:
    old = say_guard(change.old, durations)
    if change.new is None:
        return f"{does} without asking {old}"
    return f"{does} when {say_guard(change.new, durations)} instead of {old}"
