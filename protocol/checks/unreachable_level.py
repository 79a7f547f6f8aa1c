"""F011: a dose level to which no rule leads from the start."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.checks.places import levels_reached
from protocol.model.ladder import folded
from protocol.model.protocol import Protocol


@check(
    "F011",
    "a dose level that nothing leads to",
    "From the level at which treatment starts no chain of escalations, reductions and resumptions reaches this one, so it is "
    "only ever given against the protocol. A rule is missing or narrowed too far, or the level does not belong on the ladder. "
    "Guards are not looked at, so a level that is not found here can still be out of reach.",
)
def unreachable_level(protocol: Protocol) -> Iterator[Finding]:
    """One finding for all such levels; none in a protocol without a rule that starts, where any level can be the first."""
    reached = levels_reached(protocol)
    ladder = [level.name for level in protocol.levels]
    names = [name for name in ladder if name not in reached]
    if names:
        hint = "Add the rule that leads there, or take what nothing leads to off the ladder."
        yield Finding("F011", f"levels that no rule leads to: {', '.join(folded(names, ladder))}", names[0], hint)
