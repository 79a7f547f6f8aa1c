"""F009: a reduction that a missing value alone can bring about, and from whose level no rule leads back up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from protocol.checks.asked import inputs_in
from protocol.checks.finding import Finding, check
from protocol.checks.places import levels_of, target
from protocol.model.guard import And, Guard, Not
from protocol.model.protocol import Protocol, Rule
from protocol.semantics.freed import freed
from protocol.semantics.truth import truth


@check(
    "F009",
    "a dead end that missing data can lead into",
    "Two rules reduce from one level, the upper one further down. While the upper one is unknown and the lower one holds, every "
    "possible outcome lowers the dose, so the decision is provisional and takes the lower of the two levels. If the value then "
    "shows that the smaller reduction would have been right, no rule leads back up. Add the rule that does, let both reach the "
    "same level, or let the upper rule hold until the value is there.",
)
def provisional_dead_end(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each such pair of must rules and each level. Of protocols whose safe side is less."""
    rules = [rule for rule in protocol.in_force() if (rule.mode, rule.action.kind) == ("must", "reduce")]
    for upper, lower in combinations(rules if protocol.safe_side == "less" else (), 2):
        for level in levels_of(protocol, upper):
            low, high = target(protocol, upper, level), target(protocol, lower, level)
            meets = level in levels_of(protocol, lower) and low is not None and high is not None
            if meets and _is_dead_end(protocol, upper, lower, (str(low), str(high), level)):
                yield _finding(upper, lower, (str(low), str(high), level))


def _finding(upper: Rule, lower: Rule, levels: tuple[str, str, str]) -> Finding:
    low, high, here = levels
    message = f"a missing value can take a patient from '{here}' to '{low}' by '{upper.name}', and nothing leads back"
    hint = f"'{lower.name}' alone would have gone to '{high}': add a rule that raises from '{low}', or let both reach one level."
    return Finding("F009", message, upper.name, hint)


def _is_dead_end(protocol: Protocol, upper: Rule, lower: Rule, levels: tuple[str, str, str]) -> bool:
    low, high, here = (protocol.rung(level) for level in levels)
    can_be_unknown = bool(inputs_in(protocol, upper.when)) and _possible(protocol, And((upper.when, lower.when)))
    return (
        low < high < here
        and can_be_unknown
        and _possible(protocol, And((lower.when, Not(upper.when))))
        and not any(_raises(protocol, rule, levels[0]) for rule in protocol.in_force())
    )


def _possible(protocol: Protocol, guard: Guard) -> bool:
    return truth(*freed(protocol, guard)) is not False


def _raises(protocol: Protocol, rule: Rule, level: str) -> bool:
    to = target(protocol, rule, level) if rule.action.kind in ("escalate", "resume") else None
    return to is not None and level in levels_of(protocol, rule) and protocol.rung(to) > protocol.rung(level)
