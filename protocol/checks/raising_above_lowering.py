"""F003: a rule that raises the dose stands above one that lowers it, and both can be true at one visit."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import are_equal
from protocol.model.guard import And
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.semantics.freed import freed
from protocol.semantics.truth import truth

RAISES = ("start", "escalate", "resume")
LOWERS = ("reduce", "hold", "stop")


@check(
    "F003",
    "a rule that raises stands above one that lowers",
    "The first rule that holds is followed, so where both hold the dose is raised, or drug comes back, although a lowering "
    "is ordered. Put the lowering rule above, or let the guard of the raising one exclude the other. Clocks, counts and "
    "what is known are taken as free, so that a pair that never meets in practice can be found too.",
)
def raising_above_lowering(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each such pair. Clocks, counts and what is known are taken as free, so a pair may be a false alarm."""
    rules = protocol.in_force()
    for place, upper in enumerate(rules):
        for lower in rules[place + 1 :]:
            opposed = upper.action.kind in RAISES and lower.action.kind in LOWERS and _meet(upper, lower)
            opposed = opposed and not are_equal(upper, lower)
            if opposed and _both_can_be_true(protocol, upper, lower):
                yield _finding(upper, lower)


def _finding(upper: Rule, lower: Rule) -> Finding:
    above, below = (f"'{rule.name}' ({rule.action.kind})" for rule in (upper, lower))
    hint = "Order the rules safety first: put the one that lowers above."
    return Finding("F003", f"{above} stands above {below}, and both can be true", upper.name, hint)


def _meet(one: Rule, other: Rule) -> bool:
    """Whether some control state and level is in both. Resuming is blocked by holds and stops of treatment in any order."""
    return any(
        first.control == second.control and (not first.levels or not second.levels or set(first.levels) & set(second.levels))
        for first in one.where
        for second in other.where
    )


def _both_can_be_true(protocol: Protocol, one: Rule, other: Rule) -> bool:
    """Whether some values of everything asked make both guards true, decided exactly on freely chosen values."""
    return truth(*freed(protocol, And((one.when, other.when)))) is not False
