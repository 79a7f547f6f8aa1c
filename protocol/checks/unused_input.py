"""F006: an input that nothing asks and that is not scheduled to be measured."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.asked import asked
from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol


@check(
    "F006",
    "an input that nothing asks",
    "No rule, definition, tracker or property asks this input under any reading, and it has no schedule. A rule that should "
    "ask it is missing, or the input can go. One that is recorded on a schedule for other reasons has 'every', or entries under "
    "'monitoring'.",
)
def unused_input(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each input that no rule, derived input, tracker, reading or property asks, under any interpretation."""
    used = asked(protocol) | {entry.input for entry in protocol.monitoring}
    used |= {protocol.dispensing.size} if protocol.dispensing else frozenset()
    for item in protocol.inputs:
        if item.name not in used and item.schedule is None:
            hint = "Remove it, use it in a rule, or give it 'every:'."
            yield Finding("F006", f"nothing asks the input '{item.name}'", item.name, hint)
