"""What does a decision rest on beside its rule: the rules that permit something, and the chosen readings of open questions?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.decision import Decision, Step
from protocol.model.grounds import Ground, OpenQuestion, OtherReading
from protocol.model.protocol import Interpretation, Protocol
from protocol.model.state import State
from protocol.semantics.arriving import arrive
from protocol.semantics.explain import doubts_of, facts
from protocol.semantics.prepared import prepare
from protocol.semantics.step import step


def grounds(protocol: Protocol, before: State, one: Step) -> tuple[Ground, ...]:
    """Of each rule that permits something at a visit what is told of the rule that decided. ``before``: the state before it."""
    prepared = prepare(protocol)
    scene, accepted = arrive(prepared, before, one.visit)
    names = dict.fromkeys(rule for permission in one.decision.permitted for rule in permission.rules)
    rules = (prepared.rules[prepared.place[name]] for name in names)
    return tuple(
        Ground(rule.name, rule.source, rule.says, doubts_of(prepared, rule), facts(scene, rule.when, accepted.measured))
        for rule in rules
    )


def open_questions(protocol: Protocol, before: State, one: Step) -> tuple[OpenQuestion, ...]:
    """The open questions on which a decision depends: another reading, from the same state, gives another one.

    One question at a time is read otherwise. What trackers hold is kept as it came to be under the chosen readings.
    """
    found = (_question(protocol, item, before, one) for item in protocol.interpretations)
    return tuple(question for question in found if question.others)


def _question(protocol: Protocol, item: Interpretation, before: State, one: Step) -> OpenQuestion:
    chosen = item.reading()
    return OpenQuestion(
        item.name, item.question, chosen.name, chosen.means, chosen.unverified, tuple(_others(protocol, item, before, one))
    )


def _others(protocol: Protocol, item: Interpretation, before: State, one: Step) -> Iterator[OtherReading]:
    for reading in item.readings:
        if reading.name != item.chosen:
            decision = step(protocol.with_reading(item.name, reading.name), before, one.visit).decision
            if _outline(decision) != _outline(one.decision):
                yield OtherReading(reading.name, reading.means, decision)


def _outline(decision: Decision) -> object:
    """What a decision orders and permits, and how surely."""
    permitted = frozenset((one.effect, one.certainty) for one in decision.permitted)
    return decision.status, decision.after, decision.withheld, decision.silent, bool(decision.blocked), permitted
