"""F002: a step that leaves the ladder at some level, while the rule does not say what happens there.

Not where the ladder's end is ours (``ladder ends``): then the source has nothing to say there, and a run reports the silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol
from protocol.model.rule import By, Rule

HINTS = {
    True: "Narrow its 'in' to other levels, and say in a rule of its own at which level drug comes back from this one.",
    False: "Add ', else stop', ', else hold' or ', else continue' to its action, or narrow its 'in' to other levels.",
}


@check(
    "F002",
    "a step that leaves the ladder",
    "A step by rungs from the highest or lowest level reaches none, and nothing saturates in silence: the step is then "
    "undecided. Say what happens there with ', else stop', ', else hold' or ', else continue', or narrow the rule's 'in' to "
    "the levels from which the step can be taken.",
)
def off_ladder(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule and level from which its step by rungs reaches no level."""
    for rule in protocol.in_force():
        if rule.action.kind not in ("escalate", "reduce", "resume") or rule.action.off_ladder is not None:
            continue
        if not isinstance(rule.action.target, By):
            continue
        steps = rule.action.target.steps if rule.action.kind == "escalate" else -rule.action.target.steps
        for level in _levels(protocol, rule):
            if protocol.end_beyond(protocol.rung(level) + steps) == "printed":
                yield Finding(
                    "F002",
                    f"rule '{rule.name}' at '{level}' steps off the ladder and does not say what happens then",
                    rule.name,
                    HINTS[rule.action.kind == "resume"],
                )


def _levels(protocol: Protocol, rule: Rule) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(level for where in rule.where for level in where.levels))
    return tuple(level.name for level in protocol.levels) if any(not where.levels for where in rule.where) else named
