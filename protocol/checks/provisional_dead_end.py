"""F009: a reduction that a missing value alone can bring about, and from whose level no rule leads back up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from protocol.checks.asked import inputs_in
from protocol.checks.finding import Finding, check
from protocol.checks.places import are_equal, levels_of, target
from protocol.model.guard import And, Guard, Not
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
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
    """A finding for each such pair of must rules. Of protocols whose safe side is less."""
    rules = [rule for rule in protocol.in_force() if (rule.mode, rule.action.kind) == ("must", "reduce")]
    pairs = combinations(rules if protocol.safe_side == "less" else (), 2)
    for upper, lower in (pair for pair in pairs if not are_equal(*pair)):
        where = next((ways for ways in _ways_down(protocol, upper, lower) if not _leads_back(protocol, ways[0])), None)
        if where is not None and _can_be_unknown(protocol, upper, lower):
            yield _finding(upper, lower, where)


def _finding(upper: Rule, lower: Rule, levels: tuple[str, str, str]) -> Finding:
    low, high, here = levels
    message = f"a missing value can take a patient from '{here}' to '{low}' by '{upper.name}', and nothing leads back"
    hint = f"'{lower.name}' alone would have gone to '{high}': add a rule that raises from '{low}', or let both reach one level."
    return Finding("F009", message, upper.name, hint)


def _ways_down(protocol: Protocol, upper: Rule, lower: Rule) -> Iterator[tuple[str, str, str]]:
    """The levels that the two rules reach, with the one from which both reduce, the upper rule further down."""
    for here in sorted({*levels_of(protocol, upper)} & {*levels_of(protocol, lower)}, key=protocol.rung):
        low, high = target(protocol, upper, here), target(protocol, lower, here)
        if low is not None and high is not None and protocol.rung(low) < protocol.rung(high) < protocol.rung(here):
            yield low, high, here


def _can_be_unknown(protocol: Protocol, upper: Rule, lower: Rule) -> bool:
    """Whether the upper rule can be unknown, by a missing input, while the lower one holds."""
    asks = bool(inputs_in(protocol, upper.when))
    both, alone = And((upper.when, lower.when)), And((lower.when, Not(upper.when)))
    return asks and _possible(protocol, both) and _possible(protocol, alone)


def _leads_back(protocol: Protocol, level: str) -> bool:
    return any(_raises(protocol, rule, level) for rule in protocol.in_force())


def _possible(protocol: Protocol, guard: Guard) -> bool:
    return truth(*freed(protocol, guard)) is not False


def _raises(protocol: Protocol, rule: Rule, level: str) -> bool:
    to = target(protocol, rule, level) if rule.action.kind in ("escalate", "resume") else None
    return to is not None and level in levels_of(protocol, rule) and protocol.rung(to) > protocol.rung(level)
