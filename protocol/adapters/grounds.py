"""How it is said what permits something beside a decision, and what other readings of open questions would order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from protocol.adapters.phrases import cited, say_decision, say_fact, say_outcome, say_permission
from protocol.model.protocol import Protocol

if TYPE_CHECKING:  # `protocol check` says no decision, and starts faster without them
    from protocol.model.decision import Decision
    from protocol.model.grounds import Ground, OpenQuestion, OtherReading


def permission_lines(decision: Decision, grounds: Iterable[Ground], protocol: Protocol) -> Iterator[str]:
    """What is permitted, and below each permission, indented, its rule as it is told of the rule that decided."""
    by_rule = {ground.rule: ground for ground in grounds}
    for permission in decision.permitted:
        yield say_permission(permission, protocol)
        found = [by_rule[rule] for rule in permission.rules if rule in by_rule and rule != decision.rule]
        for ground in found:
            if permission.also:
                yield f"  By {ground.rule}:"
            yield from (f"  {line}" for line in _ground(ground, protocol))


def _ground(ground: Ground, protocol: Protocol) -> Iterator[str]:
    yield from cited(ground.source, ground.says, protocol)
    yield from (f"Unverified: {why}" for why in ground.unverified)
    yield from (f"{fact.name}: {say_fact(fact, protocol)}" for fact in ground.facts)


def question_lines(question: OpenQuestion, decision: Decision, protocol: Protocol) -> Iterator[str]:
    """The question, the reading that was chosen, and what each other reading would order or permit."""
    yield question.question
    yield f"Read here as '{question.chosen}': {question.means}"
    yield f"Unverified: {question.unverified}" if question.unverified else ""
    yield from (line for other in question.others for line in _other(other, decision, protocol))


def _other(other: OtherReading, decision: Decision, protocol: Protocol) -> Iterator[str]:
    found = other.decision
    same = (found.status, found.after, found.silent) == (decision.status, decision.after, decision.silent)
    rule = f", by rule {found.rule}" if found.rule else ""
    yield f"Read as '{other.reading}': {other.means}"
    yield f"  {'Then too' if same else 'Then'}: {say_decision(found, protocol)}{rule}"
    if found.permitted != decision.permitted:
        yield from (f"  {say_permission(one, protocol)}" for one in found.permitted)
        yield "" if found.permitted else "  Nothing is permitted beside it"
    yield from (f"  {say_outcome(outcome)}" for missing in found.missing for outcome in missing.outcomes)
