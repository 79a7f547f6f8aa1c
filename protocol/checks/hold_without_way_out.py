"""F004: a hold from which no rule resumes, at any level or at some of those at which a patient can be held."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import answers, answers_at, holds, levels_held, levels_reached, waits_at
from protocol.model.protocol import Protocol


@check(
    "F004",
    "a hold without a way out",
    "A hold ends only when a rule resumes for each of its reasons. Without one the patient stays without drug until "
    "somebody gives it against the protocol. Add a rule 'in: held by ...' that resumes, or let the rule stop treatment. A rule "
    "that resumes at some levels only leaves a patient held at another, and so does one that steps off the ladder and goes on "
    "holding there; the level is the one in force before the hold. Where the source says of a level until when drug is withheld, "
    "and not how it comes back, write that: 'otherwise: {held: silent}', and a rule 'in: held by ... at LEVEL' that must "
    "continue until then. The silence is then reported when it is met.",
)
def hold_without_way_out(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule that can hold and that no resume rule answers, by name or for every hold; or not at some level."""
    rules, reached = protocol.in_force(), levels_reached(protocol)
    for rule in rules:
        if holds(protocol, rule) and not any(answers(other, rule.name) for other in rules):
            hint = f"Add a rule 'in: held by {rule.name}' that resumes, or let the rule stop treatment instead."
            yield Finding("F004", f"no rule resumes a patient held by '{rule.name}'", rule.name, hint)
            continue
        held = [one for one in levels_held(protocol, rule) if one in reached and not _is_left_open(protocol, rule.name, one)]
        stuck = [level for level in held if not any(answers_at(protocol, other, rule.name, level) for other in rules)]
        if stuck:
            hint = f"Add a rule 'in: held by {rule.name} at {stuck[0]}' that resumes, or leave the levels out of the rule's 'in'."
            where = f"'{stuck[0]}'" if len(stuck) == 1 else f"'{stuck[0]}' and {len(stuck) - 1} other levels"
            yield Finding("F004", f"no rule resumes a patient held by '{rule.name}' at {where}", rule.name, hint)


def _is_left_open(protocol: Protocol, hold: str, level: str) -> bool:
    """Whether the protocol says until when drug is withheld at a level, and that its source is silent on what then."""
    return "held" in protocol.silent and any(waits_at(rule, hold, level) for rule in protocol.in_force())
