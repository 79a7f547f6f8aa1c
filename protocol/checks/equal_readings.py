"""F018: two readings of one question between which the rules make no difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from protocol.checks.asked import asked
from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol


@check(
    "F018",
    "two readings that mean the same",
    "Readings differ by the guard that the name of the question stands for, or by rules that are in force 'under' one of them. "
    "These two have equal guards, or none, and no rule is under either, so choosing between them changes nothing. A rule or a "
    "guard is missing, or the difference lies in the courses (then say so in 'means' and let one reading do).",
)
def equal_readings(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each such pair, of the questions that are used at all."""
    named = {pair for rule in protocol.rules for pair in rule.under}
    used = asked(protocol) | {name for name, _ in named}
    for item in protocol.interpretations:
        for one, other in combinations(item.readings, 2):
            told_apart = one.guard != other.guard or {(item.name, one.name), (item.name, other.name)} & named
            if item.name in used and not told_apart:
                message = f"the readings '{one.name}' and '{other.name}' of '{item.name}' mean the same"
                hint = "Give one of them a guard or rules of its own, or remove it."
                yield Finding("F018", message, item.name, hint)
